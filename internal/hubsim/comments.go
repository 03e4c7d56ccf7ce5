package hubsim

import (
	"slices"
	"strings"
	"time"
)

func (s *Server) addCommentRoutes() {
	const base = "/repos/{owner}/{repo}/issues"
	s.handle("GET "+base+"/{number}/comments", access{app: issueRead}, s.listComments)
	s.handle("POST "+base+"/{number}/comments", access{app: issueWrite}, s.createComment)
	s.handle("GET "+base+"/comments", access{app: "issues:read"}, s.listRepoComments)
	s.handle("GET "+base+"/comments/{comment_id}", access{}, s.getComment)
	s.handle("PATCH "+base+"/comments/{comment_id}", access{}, s.patchComment)
	s.handle("DELETE "+base+"/comments/{comment_id}", access{}, s.dropComment)
}

// checkCommentBody refuses a comment GitHub refuses.
func checkCommentBody(body string) error {
	if strings.TrimSpace(body) == "" {
		return invalid(fieldError{Resource: "IssueComment", Field: "data", Code: "unprocessable", Message: "Body cannot be blank"})
	}
	return checkLength("IssueComment", "body", body, maxText)
}

// addComment writes a comment and tells of it.
func (s *Server) addComment(w write, i *issue, body string) (*comment, error) {
	if err := checkCommentBody(body); err != nil {
		return nil, err
	}
	if err := s.refuseLocked(w.actor, i); err != nil {
		return nil, err
	}
	c := &comment{
		id: s.st.ids.next(), issue: i, text: text{body: body}, author: w.user(), app: w.actor.via(),
		createdAt: w.now, updatedAt: w.now,
	}
	i.comments = append(i.comments, c)
	i.updatedAt = w.now
	s.crossReference(w, i, body)
	s.emitComment(w, c, "created", nil)
	return c, nil
}

// editComment replaces a comment's text; the same text changes nothing.
func (s *Server) editComment(w write, c *comment, body string) error {
	if err := checkCommentBody(body); err != nil {
		return err
	}
	if body == c.text.body {
		return nil
	}
	from := c.text.body
	s.edit(w, &c.text, body, c.author, c.createdAt)
	c.updatedAt, c.issue.updatedAt = w.now, w.now
	s.crossReference(w, c.issue, body)
	s.emitComment(w, c, "edited", obj{"changes": obj{"body": obj{"from": from}}})
	return nil
}

// deleteComment takes a comment away. Writing and editing one changes the issue's updated_at, taking one away does not
// (neomjs/neo#10092).
func (s *Server) deleteComment(w write, c *comment) {
	i := c.issue
	i.comments = without(i.comments, c)
	s.addEvent(w, i, "comment_deleted", func(e *event) { e.author = c.author })
	s.emitComment(w, c, "deleted", nil)
}

func (s *Server) emitComment(w write, c *comment, action string, extra obj) {
	payload := obj{"issue": s.renderIssue(c.issue), "comment": s.renderComment(c)}
	for k, v := range extra {
		payload[k] = v
	}
	s.emit(w.user(), "issue_comment", action, c.issue.repo, payload)
}

// mayEditComment says whether an actor may change or delete a comment: its author, or who may write.
func (s *Server) mayEditComment(a *actor, c *comment) bool {
	if a.kind == actorPerson && a.user == c.author {
		return true
	}
	return s.can(a, c.issue.repo, levelWrite, issueWrite, c.issue.isPull())
}

// sinceOf reads the since parameter; the zero time without one.
func (r *request) sinceOf() (time.Time, error) {
	v := r.query.Get("since")
	if v == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, v)
	if err != nil {
		return t, invalid(fieldError{Resource: "IssueComment", Field: "since", Code: "invalid", Value: v})
	}
	return t, nil
}

func (s *Server) listComments(r *request) (response, error) {
	i, err := r.issueOf()
	if err != nil {
		return response{}, err
	}
	since, err := r.sinceOf()
	if err != nil {
		return response{}, err
	}
	list := slices.DeleteFunc(slices.Clone(i.comments), func(c *comment) bool { return c.updatedAt.Before(since) })
	return paged(s, r, list, s.renderComment), nil
}

func (s *Server) listRepoComments(r *request) (response, error) {
	since, err := r.sinceOf()
	if err != nil {
		return response{}, err
	}
	var list []*comment
	for _, i := range r.repo.numbered() {
		for _, c := range i.comments {
			if !c.updatedAt.Before(since) {
				list = append(list, c)
			}
		}
	}
	byUpdate, backwards := r.query.Get("sort") == "updated", r.query.Get("direction") == "desc"
	slices.SortStableFunc(list, func(a, b *comment) int {
		c := a.createdAt.Compare(b.createdAt)
		if byUpdate {
			c = a.updatedAt.Compare(b.updatedAt)
		}
		if c == 0 {
			c = int(a.id - b.id)
		}
		if backwards {
			c = -c
		}
		return c
	})
	return paged(s, r, list, s.renderComment), nil
}

func (s *Server) createComment(r *request) (response, error) {
	i, err := r.issueOf()
	if err != nil {
		return response{}, err
	}
	body, err := r.textField("body")
	if err != nil {
		return response{}, err
	}
	c, err := s.addComment(r.write(), i, body)
	if err != nil {
		return response{}, err
	}
	out := s.renderComment(c)
	return created(out).with("Location", out["url"].(string)), nil
}

// textField reads a required text of the JSON body.
func (r *request) textField(name string) (string, error) {
	fields, err := r.fields()
	if err != nil {
		return "", err
	}
	raw, has := fields[name]
	if !has {
		return "", badShape("%q wasn't supplied.", name)
	}
	var text *string
	if err := (&request{body: raw}).decode(&text); err != nil {
		return "", badShape("For 'properties/%s', %s is not a string.", name, raw)
	}
	if text == nil {
		return "", badShape("For 'properties/%s', nil is not a string.", name)
	}
	return *text, nil
}

// commentOf finds the comment of {comment_id}, checking the App's permission on its issue or pull request.
func (s *Server) commentOf(r *request, need string) (*comment, error) {
	c := r.repo.comment(r.num("comment_id"))
	if c == nil {
		return nil, notFound()
	}
	if r.actor.kind == actorInstallation && !r.actor.canAny(r.repo, need, c.issue.isPull()) {
		return nil, notAccessible()
	}
	return c, nil
}

func (s *Server) getComment(r *request) (response, error) {
	c, err := s.commentOf(r, issueRead)
	if err != nil {
		return response{}, err
	}
	return ok(s.renderComment(c)), nil
}

func (s *Server) patchComment(r *request) (response, error) {
	c, err := s.commentOf(r, issueWrite)
	if err != nil {
		return response{}, err
	}
	body, err := r.textField("body")
	if err != nil {
		return response{}, err
	}
	if !s.mayEditComment(r.actor, c) {
		return response{}, notAdmin()
	}
	if err := s.editComment(r.write(), c, body); err != nil {
		return response{}, err
	}
	return ok(s.renderComment(c)), nil
}

func (s *Server) dropComment(r *request) (response, error) {
	c, err := s.commentOf(r, issueWrite)
	if err != nil {
		return response{}, err
	}
	if !s.mayEditComment(r.actor, c) {
		return response{}, notAdmin()
	}
	s.deleteComment(r.write(), c)
	return noContent(), nil
}
