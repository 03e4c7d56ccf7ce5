package hubsim

import (
	"net/http"
	"slices"
)

func (s *Server) addReviewRoutes() {
	const base = "/repos/{owner}/{repo}/pulls/{number}/reviews"
	read, write := access{app: "pull_requests:read"}, access{app: "pull_requests:write"}
	s.handle("GET "+base, read, s.listReviews)
	s.handle("POST "+base, write, s.createReview)
	s.handle("GET "+base+"/{review_id}", read, s.getReview)
	s.handle("PUT "+base+"/{review_id}", write, s.putReview)
	s.handle("DELETE "+base+"/{review_id}", write, s.dropReview)
	s.handle("GET "+base+"/{review_id}/comments", read, s.listCommentsOfReview)
	s.handle("POST "+base+"/{review_id}/events", write, s.postReviewEvent)
	s.handle("PUT "+base+"/{review_id}/dismissals", access{person: levelWrite, app: "pull_requests:write"}, s.putDismissal)
}

// visibleReviews leaves out the pending reviews of others.
func (i *issue) visibleReviews(a *actor) []*review {
	return slices.DeleteFunc(slices.Clone(i.pull.reviews), func(rv *review) bool {
		return rv.state == reviewPending && rv.author != a.user
	})
}

// reviewOf finds the pull request and the review of a request.
func (r *request) reviewOf() (*issue, *review, error) {
	i, err := r.pullOf()
	if err != nil {
		return nil, nil, err
	}
	for _, rv := range i.visibleReviews(r.actor) {
		if rv.id == r.num("review_id") {
			return i, rv, nil
		}
	}
	return nil, nil, notFound()
}

func (s *Server) listReviews(r *request) (response, error) {
	i, err := r.pullOf()
	if err != nil {
		return response{}, err
	}
	return paged(s, r, i.visibleReviews(r.actor), s.renderReview), nil
}

func (s *Server) createReview(r *request) (response, error) {
	i, err := r.pullOf()
	if err != nil {
		return response{}, err
	}
	var in struct {
		CommitID string `json:"commit_id"`
		Body     string
		Event    string
		Comments []commentInput
	}
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	if in.Event == "PENDING" {
		in.Event = ""
	}
	w := r.write()
	if err := checkEvent(w, i, in.Event, in.Body, len(in.Comments)); err != nil {
		return response{}, err
	}
	if err := s.refuseLocked(r.actor, i); err != nil {
		return response{}, err
	}
	rv, err := s.startReview(w, i, in.Body, in.CommitID)
	if err != nil {
		return response{}, err
	}
	for n := range in.Comments {
		if _, err := s.newReviewComment(w, rv, &in.Comments[n]); err != nil {
			i.pull.reviews = without(i.pull.reviews, rv)
			return response{}, err
		}
	}
	if in.Event != "" {
		if err := s.submitReview(w, rv, in.Event, in.Body); err != nil {
			return response{}, err
		}
	}
	return ok(s.renderReview(rv)), nil
}

func (s *Server) getReview(r *request) (response, error) {
	_, rv, err := r.reviewOf()
	if err != nil {
		return response{}, err
	}
	return ok(s.renderReview(rv)), nil
}

// putReview changes a review's text.
func (s *Server) putReview(r *request) (response, error) {
	_, rv, err := r.reviewOf()
	if err != nil {
		return response{}, err
	}
	body, err := r.textField("body")
	if err != nil {
		return response{}, err
	}
	if rv.author != r.actor.user {
		return response{}, fail(http.StatusForbidden, "Must be the author of the review to update it.")
	}
	if err := checkLength("PullRequestReview", "body", body, maxText); err != nil {
		return response{}, err
	}
	if body != rv.text.body {
		w, from := r.write(), rv.text.body
		s.edit(w, &rv.text, body, rv.author, rv.createdAt)
		rv.updatedAt = w.now
		if rv.state != reviewPending {
			s.emitReview(w, rv, "edited", obj{"changes": obj{"body": obj{"from": from}}})
		}
	}
	return ok(s.renderReview(rv)), nil
}

func (s *Server) dropReview(r *request) (response, error) {
	i, rv, err := r.reviewOf()
	if err != nil {
		return response{}, err
	}
	if rv.state != reviewPending {
		return response{}, unprocessable("Can not delete a non-pending pull request review")
	}
	i.pull.reviews = without(i.pull.reviews, rv)
	return ok(s.renderReview(rv)), nil
}

func (s *Server) listCommentsOfReview(r *request) (response, error) {
	_, rv, err := r.reviewOf()
	if err != nil {
		return response{}, err
	}
	return paged(s, r, rv.comments, s.renderReviewComment), nil
}

func (s *Server) postReviewEvent(r *request) (response, error) {
	_, rv, err := r.reviewOf()
	if err != nil {
		return response{}, err
	}
	var in struct{ Body, Event string }
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	switch {
	case in.Event == "":
		return response{}, badShape(`"event" wasn't supplied.`)
	case rv.state != reviewPending:
		return response{}, unprocessable("Can not submit a non-pending pull request review")
	}
	if err := s.submitReview(r.write(), rv, in.Event, in.Body); err != nil {
		return response{}, err
	}
	return ok(s.renderReview(rv)), nil
}

func (s *Server) putDismissal(r *request) (response, error) {
	_, rv, err := r.reviewOf()
	if err != nil {
		return response{}, err
	}
	message, err := r.textField("message")
	if err != nil {
		return response{}, err
	}
	switch rv.state {
	case reviewApproved, reviewChanges:
	case reviewDismissed:
		return response{}, unprocessable("Can not dismiss a dismissed pull request review")
	default:
		return response{}, unprocessable("Can not dismiss a commented pull request review")
	}
	s.dismissReview(r.write(), rv, message)
	return ok(s.renderReview(rv)), nil
}
