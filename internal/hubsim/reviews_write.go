package hubsim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/phasegate/phasegate/internal/hubsim/gitstore"
)

// latestReviews is the newest review of each person that says more than a comment, in the order they were written.
// A dismissed review takes its author's word back.
func (p *pull) latestReviews() []*review {
	var out []*review
	for n, rv := range p.reviews {
		if rv.state == reviewPending || rv.state == reviewCommented {
			continue
		}
		later := slices.ContainsFunc(p.reviews[n+1:], func(o *review) bool {
			return o.author == rv.author && o.state != reviewPending && o.state != reviewCommented
		})
		if !later {
			out = append(out, rv)
		}
	}
	return out
}

// reviewComments lists the comments on lines that are not pending, in order of id.
func (p *pull) reviewComments() []*reviewComment {
	var out []*reviewComment
	for _, rv := range p.reviews {
		if rv.state != reviewPending {
			out = append(out, rv.comments...)
		}
	}
	slices.SortFunc(out, func(a, b *reviewComment) int { return int(a.id - b.id) })
	return out
}

// reviewEvents are the verbs of a review and the states they lead to.
var reviewEvents = map[string]string{"APPROVE": reviewApproved, "REQUEST_CHANGES": reviewChanges, "COMMENT": reviewCommented}

// unprocessable is a 422 whose errors are plain texts, as reviews have it.
func unprocessable(message string) error {
	return &apiError{status: http.StatusUnprocessableEntity, message: "Unprocessable Entity", errors: []any{message}}
}

// checkEvent refuses what a review may not say.
func checkEvent(w write, i *issue, event, body string, comments int) error {
	switch {
	case event != "" && reviewEvents[event] == "":
		return invalid(fieldError{Resource: "PullRequestReview", Field: "event", Code: "invalid", Value: event})
	case event == "APPROVE" && w.user() == i.author:
		return unprocessable("Can not approve your own pull request")
	case event == "REQUEST_CHANGES" && w.user() == i.author:
		return unprocessable("Can not request changes on your own pull request")
	case event == "REQUEST_CHANGES" && strings.TrimSpace(body) == "":
		return unprocessable("Body can't be blank")
	case event == "COMMENT" && strings.TrimSpace(body) == "" && comments == 0:
		return unprocessable("Body can't be blank")
	}
	return checkLength("PullRequestReview", "body", body, maxText)
}

// startReview adds a pending review to a pull request; nobody is told.
func (s *Server) startReview(w write, i *issue, body, commit string) (*review, error) {
	p := i.pull
	if commit == "" {
		commit = p.headSHA
	}
	if in, err := i.repo.code().IsAncestor(commit, p.headSHA); err != nil || !in {
		if !s.wasHead(i, commit) {
			return nil, unprocessable("commit_id is not part of the pull request")
		}
	}
	if slices.ContainsFunc(p.reviews, func(rv *review) bool { return rv.author == w.user() && rv.state == reviewPending }) {
		return nil, unprocessable("User can only have one pending review per pull request")
	}
	rv := &review{
		id: s.st.ids.next(), issue: i, author: w.user(), app: w.actor.via(), text: text{body: body}, state: reviewPending,
		commit: commit, createdAt: w.now, updatedAt: w.now,
	}
	p.reviews = append(p.reviews, rv)
	return rv, nil
}

// wasHead says whether a commit was pushed to a pull request once, before its branch was rewritten.
func (s *Server) wasHead(i *issue, sha string) bool {
	return slices.ContainsFunc(i.events, func(e *event) bool { return e.kind == "committed" && e.commitID == sha })
}

// submitReview publishes a pending review: it counts, ends the request for it, and is told of.
func (s *Server) submitReview(w write, rv *review, verb, body string) error {
	i := rv.issue
	if body == "" {
		body = rv.text.body
	}
	if err := checkEvent(w, i, verb, body, len(rv.comments)); err != nil {
		return err
	}
	rv.text.body, rv.state = body, reviewEvents[verb]
	rv.submittedAt, rv.updatedAt, i.updatedAt = w.now, w.now, w.now
	i.pull.reviews = append(without(i.pull.reviews, rv), rv) // in order of submission
	i.pull.reviewers = without(i.pull.reviewers, w.user())
	for _, t := range slices.Clone(i.pull.teams) {
		if slices.Contains(s.st.membersOf(t), w.user()) {
			i.pull.teams = without(i.pull.teams, t)
		}
	}
	s.addEvent(w, i, "reviewed", func(e *event) { e.render = func() obj { return s.renderTimelineReview(rv) } })
	s.crossReference(w, i, body)
	s.emitReview(w, rv, "submitted", nil)
	for _, c := range rv.comments {
		s.emitReviewComment(w, c, "created", nil)
	}
	return nil
}

// dismissReview takes an approval or a request for changes out of the count.
func (s *Server) dismissReview(w write, rv *review, message string) {
	was := strings.ToLower(rv.state)
	rv.state, rv.updatedAt, rv.issue.updatedAt = reviewDismissed, w.now, w.now
	s.addEvent(w, rv.issue, "review_dismissed", func(e *event) {
		e.extra = obj{"dismissed_review": obj{"state": was, "review_id": rv.id, "dismissal_message": textOrNull(message)}}
	})
	s.emitReview(w, rv, "dismissed", nil)
}

func (s *Server) emitReview(w write, rv *review, action string, extra obj) {
	payload := obj{"review": s.renderHookReview(rv), "pull_request": s.renderReviewedPull(rv.issue)}
	for k, v := range extra {
		payload[k] = v
	}
	s.emit(w.user(), "pull_request_review", action, rv.issue.repo, payload)
}

func (s *Server) reviewPage(rv *review) string {
	return fmt.Sprintf("%s#pullrequestreview-%d", s.issuePage(rv.issue), rv.id)
}

// renderReview is a review as REST has it.
func (s *Server) renderReview(rv *review) obj {
	i := rv.issue
	api := s.api("/repos/%s/pulls/%d", i.repo.fullName(), i.number)
	o := obj{
		"id": rv.id, "node_id": nodeID(nodeReview, i.repo.id, rv.id), "user": s.renderUser(rv.author), "body": rv.text.body,
		"state": rv.state, "html_url": s.reviewPage(rv), "pull_request_url": api, "commit_id": rv.commit,
		"author_association": s.association(i.repo, rv.author),
		"_links":             obj{"html": obj{"href": s.reviewPage(rv)}, "pull_request": obj{"href": api}},
	}
	if !rv.submittedAt.IsZero() {
		o["submitted_at"] = stamp(rv.submittedAt)
	}
	return o
}

// renderHookReview is a review as webhooks have it: the state in lower case, no body where it is empty.
func (s *Server) renderHookReview(rv *review) obj {
	o := s.renderReview(rv)
	o["state"], o["body"] = strings.ToLower(rv.state), textOrNull(rv.text.body)
	o["submitted_at"], o["updated_at"] = stamp(rv.submittedAt), stamp(rv.updatedAt)
	return o
}

// renderTimelineReview is a review as the timeline has it.
func (s *Server) renderTimelineReview(rv *review) obj {
	o := s.renderReview(rv)
	o["state"], o["body"] = strings.ToLower(rv.state), textOrNull(rv.text.body)
	return o
}

// commentInput is a comment on lines in a request.
type commentInput struct {
	Body      string
	CommitID  string `json:"commit_id"`
	Path      string
	Position  *int
	Line      *int
	Side      string
	StartLine *int   `json:"start_line"`
	StartSide string `json:"start_side"`
	Subject   string `json:"subject_type"`
	InReplyTo int64  `json:"in_reply_to"`
}

// newReviewComment adds a comment to a review. Its path must be changed by the pull request, and its line shown in
// the difference.
func (s *Server) newReviewComment(w write, rv *review, in *commentInput) (*reviewComment, error) {
	i := rv.issue
	wrong := func(field string) error {
		return invalid(fieldError{Resource: "PullRequestReviewComment", Field: field, Code: "invalid"})
	}
	if strings.TrimSpace(in.Body) == "" {
		return nil, invalid(fieldError{Resource: "PullRequestReviewComment", Field: "body", Code: "missing_field"})
	}
	if err := checkLength("PullRequestReviewComment", "body", in.Body, maxText); err != nil {
		return nil, err
	}
	d, err := s.pullFiles(i)
	if err != nil {
		return nil, err
	}
	n := slices.IndexFunc(d.files, func(f gitstore.Change) bool { return f.Path == in.Path })
	if n < 0 {
		return nil, wrong("path")
	}
	c := &reviewComment{
		id: s.st.ids.next(), review: rv, author: w.user(), app: w.actor.via(), text: text{body: in.Body}, path: in.Path,
		side: in.Side, startSide: in.StartSide, commit: rv.commit, originalCommit: rv.commit, createdAt: w.now, updatedAt: w.now,
	}
	if c.side == "" {
		c.side = "RIGHT"
	}
	if in.Subject != "file" {
		if !c.place(d.files[n].Patch, in) {
			return nil, wrong("line")
		}
	}
	rv.comments = append(rv.comments, c)
	return c, nil
}

// place finds the line of a comment in a patch, by line or by position.
func (c *reviewComment) place(patch string, in *commentInput) bool {
	var oldLine, newLine, start int
	lines := strings.Split(patch, "\n")
	for pos, l := range lines {
		if strings.HasPrefix(l, "@@") {
			oldLine, newLine = hunkStart(l)
			start = pos
			continue
		}
		if l == "" || l[0] == '\\' {
			continue
		}
		left, right := l[0] != '+', l[0] != '-'
		byLine := in.Line != nil && (c.side == "LEFT" && left && oldLine == *in.Line || c.side != "LEFT" && right && newLine == *in.Line)
		if byLine || in.Line == nil && in.Position != nil && pos == *in.Position {
			c.position, c.line = pos, newLine
			if !right || in.Line != nil && c.side == "LEFT" {
				c.side, c.line = "LEFT", oldLine
			}
			if in.StartLine != nil {
				c.startLine = *in.StartLine
			}
			c.diffHunk = strings.Join(lines[start:pos+1], "\n")
			return true
		}
		if left {
			oldLine++
		}
		if right {
			newLine++
		}
	}
	return false
}

// hunkStart reads "@@ -7,7 +7,8 @@".
func hunkStart(l string) (oldLine, newLine int) {
	fields := strings.Fields(l)
	if len(fields) < 3 {
		return 0, 0
	}
	_, _ = fmt.Sscanf(fields[1], "-%d", &oldLine) // patches are our own
	_, _ = fmt.Sscanf(fields[2], "+%d", &newLine)
	return oldLine, newLine
}

func (s *Server) emitReviewComment(w write, c *reviewComment, action string, extra obj) {
	payload := obj{"comment": s.renderReviewComment(c), "pull_request": s.renderReviewedPull(c.review.issue)}
	for k, v := range extra {
		payload[k] = v
	}
	s.emit(w.user(), "pull_request_review_comment", action, c.review.issue.repo, payload)
}

// renderReviewComment is a comment on lines.
func (s *Server) renderReviewComment(c *reviewComment) obj {
	i := c.review.issue
	base := s.api("/repos/%s/pulls/comments/%d", i.repo.fullName(), c.id)
	page := fmt.Sprintf("%s#discussion_r%d", s.issuePage(i), c.id)
	pullURL := s.api("/repos/%s/pulls/%d", i.repo.fullName(), i.number)
	o := obj{
		"url": base, "pull_request_review_id": c.review.id, "id": c.id, "node_id": nodeID(nodeReviewThread, i.repo.id, c.id),
		"diff_hunk": c.diffHunk, "path": c.path, "commit_id": c.commit, "original_commit_id": c.originalCommit,
		"user": s.renderUser(c.author), "body": c.text.body, "created_at": stamp(c.createdAt), "updated_at": stamp(c.updatedAt),
		"html_url": page, "pull_request_url": pullURL, "author_association": s.association(i.repo, c.author),
		"_links":    obj{"self": obj{"href": base}, "html": obj{"href": page}, "pull_request": obj{"href": pullURL}},
		"reactions": s.renderRollup(base, c.reactions), "side": c.side, "start_side": nil, "start_line": nil,
		"original_start_line": nil, "line": nil, "original_line": nil, "position": nil, "original_position": nil,
		"subject_type": "line",
	}
	if c.line == 0 {
		o["subject_type"] = "file"
	} else {
		o["line"], o["original_line"], o["position"], o["original_position"] = c.line, c.line, c.position, c.position
	}
	if c.startLine != 0 {
		o["start_line"], o["original_start_line"], o["start_side"] = c.startLine, c.startLine, c.side
	}
	if c.replyTo != nil {
		o["in_reply_to_id"] = c.replyTo.id
	}
	return o
}
