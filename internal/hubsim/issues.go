package hubsim

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of GitHub's, in characters or entries.
const (
	maxTitle     = 256
	maxText      = 65536
	maxLabels    = 100
	maxAssignees = 10
)

// newIssue adds an issue to a repository; nobody is told. With pull set afterwards it is a pull request.
func (s *Server) newIssue(w write, rp *repo, title, body string) *issue {
	rp.lastNumber++
	is := &issue{
		id: s.st.ids.next(), number: rp.lastNumber, repo: rp, title: title, text: text{body: body},
		author: w.user(), app: w.actor.via(), state: "open", createdAt: w.now, updatedAt: w.now,
	}
	rp.issues[is.number] = is
	return is
}

// emitIssue sends the webhook of a change: issues or, for a pull request, pull_request.
func (s *Server) emitIssue(w write, i *issue, action string, extra obj) {
	if i.isPull() {
		s.emitPull(w, i, action, extra)
		return
	}
	payload := obj{"issue": s.renderIssue(i)}
	for k, v := range extra {
		payload[k] = v
	}
	s.emit(w.user(), "issues", action, i.repo, payload)
}

// checkTitle refuses a title GitHub refuses.
func checkTitle(resource, title string) error {
	if strings.TrimSpace(title) == "" {
		return invalid(fieldError{Resource: resource, Field: "title", Code: "missing_field"})
	}
	return checkLength(resource, "title", title, maxTitle)
}

func checkLength(resource, field, value string, limit int) error {
	if utf8.RuneCountInString(value) <= limit {
		return nil
	}
	return invalid(fieldError{Resource: resource, Field: field, Code: "custom",
		Message: fmt.Sprintf("%s is too long (maximum is %d characters)", field, limit)})
}

// issueInput is what creating an issue takes.
type issueInput struct {
	title, body string
	labels      []string
	assignees   []string
	form        bool // filled in on an issue form: the form's labels are set for anybody, if they exist
}

// openIssue opens an issue and tells of it: opened, then one labeled for each label, one assigned for each assignee.
func (s *Server) openIssue(w write, rp *repo, in issueInput) (*issue, error) {
	if err := checkTitle("Issue", in.title); err != nil {
		return nil, err
	}
	if err := checkLength("Issue", "body", in.body, maxText); err != nil {
		return nil, err
	}
	labels, err := s.labelsAtCreation(w, rp, in)
	if err != nil {
		return nil, err
	}
	is := s.newIssue(w, rp, in.title, in.body)
	is.labels = labels
	for _, l := range labels {
		s.addEvent(w, is, "labeled", func(e *event) { e.label = &labelShot{l.name, l.color} })
	}
	if s.can(w.actor, rp, levelTriage, "issues:write", false) {
		is.assignees = s.assignable(rp, in.assignees)
	}
	for _, u := range is.assignees {
		s.addEvent(w, is, "assigned", func(e *event) { e.assignee = u })
	}
	s.crossReference(w, is, in.body)
	s.emitIssue(w, is, "opened", nil)
	for _, l := range labels {
		s.emitIssue(w, is, "labeled", obj{"label": s.renderLabel(rp, l)})
	}
	for _, u := range is.assignees {
		s.emitIssue(w, is, "assigned", obj{"assignee": s.renderUser(u)})
	}
	return is, nil
}

// labelsAtCreation finds the labels a new issue gets. Without triage permission they are dropped in silence;
// labels that do not exist are made for those who may write, and dropped for the rest.
func (s *Server) labelsAtCreation(w write, rp *repo, in issueInput) ([]*label, error) {
	if in.form {
		return existingLabels(rp, in.labels), nil
	}
	if !s.can(w.actor, rp, levelTriage, "issues:write", false) {
		return nil, nil
	}
	if !s.can(w.actor, rp, levelWrite, "issues:write", false) {
		return existingLabels(rp, in.labels), nil
	}
	return s.labelsNamed(w, rp, in.labels)
}

// checkEdit refuses a title or body GitHub refuses; nil is no change.
func checkEdit(title, body *string) error {
	if title != nil {
		if err := checkTitle("Issue", *title); err != nil {
			return err
		}
	}
	return checkLength("Issue", "body", deref(body), maxText)
}

// editIssue changes title and body; nil leaves one alone. Nothing happens where nothing changes.
func (s *Server) editIssue(w write, i *issue, title, body *string) error {
	if err := checkEdit(title, body); err != nil {
		return err
	}
	changes := obj{}
	if title != nil && *title != i.title {
		changes["title"] = obj{"from": i.title}
	}
	if body != nil && *body != i.text.body {
		changes["body"] = obj{"from": i.text.body}
	}
	if changes["title"] != nil {
		s.addEvent(w, i, "renamed", func(e *event) { e.from, e.to = i.title, *title })
		i.title = *title
	}
	if changes["body"] != nil {
		s.edit(w, &i.text, *body, i.author, i.createdAt)
		s.crossReference(w, i, *body)
	}
	if len(changes) > 0 {
		i.updatedAt = w.now
		s.emitIssue(w, i, "edited", obj{"changes": changes})
	}
	return nil
}

// checkState refuses a state that an issue cannot take.
func checkState(i *issue, state, reason string) error {
	if state != "open" && state != "closed" {
		return invalid(fieldError{Resource: "Issue", Field: "state", Code: "invalid", Value: state})
	}
	if reason != "" && !slices.Contains([]string{"completed", "not_planned", "duplicate", "reopened"}, reason) {
		return invalid(fieldError{Resource: "Issue", Field: "state_reason", Code: "invalid", Value: reason})
	}
	if i.state != state && i.isPull() && !i.pull.mergedTime().IsZero() {
		return invalid(fieldError{Resource: "PullRequest", Field: "state", Code: "invalid", Message: "state cannot be changed. The pull request is merged."})
	}
	return nil
}

// setState closes or reopens; reason may be empty, completed, not_planned, duplicate or reopened.
func (s *Server) setState(w write, i *issue, state, reason string) error {
	if err := checkState(i, state, reason); err != nil {
		return err
	}
	if i.state == state {
		if state == "closed" && reason != "" && !i.isPull() {
			i.stateReason = reason
		}
		return nil
	}
	if i.isPull() {
		s.leaveQueue(w, i)
	}
	i.state, i.updatedAt = state, w.now
	kind := "closed"
	if state == "open" {
		kind = "reopened"
		i.closedAt, i.closedBy = time.Time{}, nil
		reason = "reopened"
	} else {
		i.closedAt, i.closedBy = w.now, w.user()
		reason = cmp.Or(reason, "completed")
	}
	if !i.isPull() {
		i.stateReason = reason
	}
	s.addEvent(w, i, kind, func(e *event) { e.reason = i.stateReason })
	s.emitIssue(w, i, kind, nil)
	return nil
}

// setLocked locks or unlocks the conversation.
func (s *Server) setLocked(w write, i *issue, locked bool, reason string) error {
	if locked && reason != "" && !slices.Contains([]string{"off-topic", "too heated", "resolved", "spam"}, reason) {
		return invalid(fieldError{Resource: "Issue", Field: "lock_reason", Code: "invalid", Value: reason})
	}
	if i.locked == locked {
		return nil
	}
	i.locked, i.lockReason, i.updatedAt = locked, reason, w.now
	kind := "locked"
	if !locked {
		kind, i.lockReason = "unlocked", ""
	}
	s.addEvent(w, i, kind, func(e *event) { e.reason = i.lockReason })
	s.emitIssue(w, i, kind, nil)
	return nil
}

// deleteIssue removes an issue for good; its number then answers 410.
func (s *Server) deleteIssue(w write, i *issue) {
	payload := s.renderIssue(i)
	rp := i.repo
	delete(rp.issues, i.number)
	rp.deleted[i.number] = true
	if i.parent != nil {
		i.parent.subIssues = without(i.parent.subIssues, i)
	}
	for _, sub := range i.subIssues {
		sub.parent = nil
	}
	rp.events = slices.DeleteFunc(rp.events, func(e *event) bool { return e.issue == i })
	s.emit(w.user(), "issues", "deleted", rp, obj{"issue": payload})
}

// without returns list without each v.
func without[T comparable](list []T, v T) []T {
	return slices.DeleteFunc(slices.Clone(list), func(x T) bool { return x == v })
}

// assignable finds the people of logins who can be assigned; others are dropped in silence, as GitHub does.
func (s *Server) assignable(rp *repo, logins []string) []*user {
	var out []*user
	for _, login := range logins {
		u := s.st.account(login)
		if u != nil && s.canBeAssigned(rp, u) && !slices.Contains(out, u) && len(out) < maxAssignees {
			out = append(out, u)
		}
	}
	return out
}

// canBeAssigned says whether an account may be assigned: people with a permission of their own.
func (s *Server) canBeAssigned(rp *repo, u *user) bool {
	return u.kind == typeUser && s.grantedLevel(u, rp) >= levelRead
}

// setAssignees makes exactly these people assignees.
func (s *Server) setAssignees(w write, i *issue, us []*user) {
	old := i.assignees
	i.assignees = us
	for _, u := range old {
		if !slices.Contains(us, u) {
			s.assigneeChanged(w, i, u, "unassigned")
		}
	}
	for _, u := range us {
		if !slices.Contains(old, u) {
			s.assigneeChanged(w, i, u, "assigned")
		}
	}
}

func (s *Server) assigneeChanged(w write, i *issue, u *user, kind string) {
	i.updatedAt = w.now
	s.addEvent(w, i, kind, func(e *event) { e.assignee = u })
	s.emitIssue(w, i, kind, obj{"assignee": s.renderUser(u)})
}

// mayEdit says whether an actor may change title, body and state: the author, or who may do so to all issues.
func (s *Server) mayEdit(a *actor, i *issue, person level) bool {
	if a.kind == actorPerson && a.user == i.author {
		return true
	}
	return s.can(a, i.repo, person, "issues:write|pull_requests:write", i.isPull())
}

// refuseLocked refuses who may not write in a locked conversation.
func (s *Server) refuseLocked(a *actor, i *issue) error {
	if i.locked && !s.can(a, i.repo, levelWrite, "issues:write|pull_requests:write", i.isPull()) {
		return fail(http.StatusForbidden, "Unable to create comment because issue is locked.")
	}
	return nil
}
