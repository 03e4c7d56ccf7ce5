package hubsim

import (
	"slices"
	"time"
)

func (s *Server) addReviewCommentRoutes() {
	const base = "/repos/{owner}/{repo}/pulls"
	read, write := access{app: "pull_requests:read"}, access{app: "pull_requests:write"}
	s.handle("GET "+base+"/comments", read, s.listRepoReviewComments)
	s.handle("GET "+base+"/comments/{comment_id}", read, s.getReviewComment)
	s.handle("PATCH "+base+"/comments/{comment_id}", write, s.patchReviewComment)
	s.handle("DELETE "+base+"/comments/{comment_id}", write, s.dropReviewComment)
	s.handle("GET "+base+"/comments/{comment_id}/reactions", read, s.listReviewCommentReactions)
	s.handle("POST "+base+"/comments/{comment_id}/reactions", write, s.reactToReviewComment)
	s.handle("GET "+base+"/{number}/comments", read, s.listReviewComments)
	s.handle("POST "+base+"/{number}/comments", write, s.createReviewComment)
	s.handle("POST "+base+"/{number}/comments/{comment_id}/replies", write, s.replyToReviewComment)
}

// reviewCommentOf finds the comment of {comment_id}.
func (r *request) reviewCommentOf() (*reviewComment, error) {
	for _, i := range r.repo.pullRequests() {
		for _, c := range i.pull.reviewComments() {
			if c.id == r.num("comment_id") {
				return c, nil
			}
		}
	}
	return nil, notFound()
}

func (s *Server) getReviewComment(r *request) (response, error) {
	c, err := r.reviewCommentOf()
	if err != nil {
		return response{}, err
	}
	return ok(s.renderReviewComment(c)), nil
}

func (s *Server) listReviewComments(r *request) (response, error) {
	i, err := r.pullOf()
	if err != nil {
		return response{}, err
	}
	return s.someReviewComments(r, i.pull.reviewComments())
}

func (s *Server) listRepoReviewComments(r *request) (response, error) {
	var list []*reviewComment
	for _, i := range r.repo.pullRequests() {
		list = append(list, i.pull.reviewComments()...)
	}
	return s.someReviewComments(r, list)
}

// someReviewComments answers with those since a time, sorted as the request asks.
func (s *Server) someReviewComments(r *request, list []*reviewComment) (response, error) {
	since, err := r.sinceOf()
	if err != nil {
		return response{}, err
	}
	list = slices.DeleteFunc(list, func(c *reviewComment) bool { return c.updatedAt.Before(since) })
	key := func(c *reviewComment) time.Time { return c.createdAt }
	if r.query.Get("sort") == "updated" {
		key = func(c *reviewComment) time.Time { return c.updatedAt }
	}
	slices.SortStableFunc(list, func(a, b *reviewComment) int {
		if r.query.Get("direction") == "desc" && r.query.Get("sort") != "" {
			a, b = b, a
		}
		return key(a).Compare(key(b))
	})
	return paged(s, r, list, s.renderReviewComment), nil
}

// createReviewComment writes a comment on lines, which makes a review of its own.
func (s *Server) createReviewComment(r *request) (response, error) {
	i, err := r.pullOf()
	if err != nil {
		return response{}, err
	}
	var in commentInput
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	if in.InReplyTo != 0 {
		return s.reply(r, i, in.InReplyTo, in.Body)
	}
	for name, v := range map[string]string{"body": in.Body, "path": in.Path, "commit_id": in.CommitID} {
		if v == "" {
			return response{}, badShape("%q wasn't supplied.", name)
		}
	}
	w := r.write()
	rv, err := s.startReview(w, i, "", in.CommitID)
	if err != nil {
		return response{}, err
	}
	c, err := s.newReviewComment(w, rv, &in)
	if err != nil {
		i.pull.reviews = without(i.pull.reviews, rv)
		return response{}, err
	}
	if err := s.submitReview(w, rv, "COMMENT", ""); err != nil {
		return response{}, err
	}
	return created(s.renderReviewComment(c)), nil
}

func (s *Server) replyToReviewComment(r *request) (response, error) {
	i, err := r.pullOf()
	if err != nil {
		return response{}, err
	}
	body, err := r.textField("body")
	if err != nil {
		return response{}, err
	}
	return s.reply(r, i, r.num("comment_id"), body)
}

func (s *Server) reply(r *request, i *issue, to int64, body string) (response, error) {
	list := i.pull.reviewComments()
	n := slices.IndexFunc(list, func(c *reviewComment) bool { return c.id == to })
	if n < 0 {
		return response{}, notFound()
	}
	if err := checkCommentBody(body); err != nil {
		return response{}, err
	}
	w, parent := r.write(), list[n]
	if parent.replyTo != nil {
		parent = parent.replyTo
	}
	rv, err := s.startReview(w, i, "", "")
	if err != nil {
		return response{}, err
	}
	c := *parent
	c.id, c.review, c.replyTo, c.text, c.reactions = s.st.ids.next(), rv, parent, text{body: body}, nil
	c.author, c.app, c.createdAt, c.updatedAt = w.user(), w.actor.via(), w.now, w.now
	rv.comments = append(rv.comments, &c)
	if err := s.submitReview(w, rv, "COMMENT", ""); err != nil {
		return response{}, err
	}
	return created(s.renderReviewComment(&c)), nil
}

// mayEditReviewComment refuses who may not change a comment: its author, or who may write.
func (s *Server) mayEditReviewComment(r *request, c *reviewComment) error {
	if c.author == r.actor.user || s.can(r.actor, r.repo, levelWrite, "pull_requests:write", true) {
		return nil
	}
	return notAdmin()
}

func (s *Server) patchReviewComment(r *request) (response, error) {
	c, err := r.reviewCommentOf()
	if err != nil {
		return response{}, err
	}
	body, err := r.textField("body")
	if err != nil {
		return response{}, err
	}
	if err := s.mayEditReviewComment(r, c); err != nil {
		return response{}, err
	}
	if err := checkCommentBody(body); err != nil {
		return response{}, err
	}
	if body != c.text.body {
		w, from := r.write(), c.text.body
		s.edit(w, &c.text, body, c.author, c.createdAt)
		c.updatedAt = w.now
		s.emitReviewComment(w, c, "edited", obj{"changes": obj{"body": obj{"from": from}}})
	}
	return ok(s.renderReviewComment(c)), nil
}

func (s *Server) dropReviewComment(r *request) (response, error) {
	c, err := r.reviewCommentOf()
	if err != nil {
		return response{}, err
	}
	if err := s.mayEditReviewComment(r, c); err != nil {
		return response{}, err
	}
	c.review.comments = without(c.review.comments, c)
	s.emitReviewComment(r.write(), c, "deleted", nil)
	return noContent(), nil
}

func (s *Server) listReviewCommentReactions(r *request) (response, error) {
	c, err := r.reviewCommentOf()
	if err != nil {
		return response{}, err
	}
	return s.listReactions(r, c.reactions), nil
}

func (s *Server) reactToReviewComment(r *request) (response, error) {
	c, err := r.reviewCommentOf()
	if err != nil {
		return response{}, err
	}
	return s.react(r, &c.reactions)
}
