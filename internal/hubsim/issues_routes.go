package hubsim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	issueRead  = "issues:read|pull_requests:read"
	issueWrite = "issues:write|pull_requests:write"
)

func (s *Server) addIssueRoutes() {
	s.handle("GET /repos/{owner}/{repo}/issues", access{app: "issues:read"}, s.listIssues)
	s.handle("POST /repos/{owner}/{repo}/issues", access{app: "issues:write"}, s.createIssue)
	s.handle("GET /repos/{owner}/{repo}/issues/{number}", access{app: issueRead}, s.getIssue)
	s.handle("PATCH /repos/{owner}/{repo}/issues/{number}", access{app: issueWrite}, s.patchIssue)
	s.handle("PUT /repos/{owner}/{repo}/issues/{number}/lock", access{person: levelWrite, app: issueWrite}, s.lockIssue)
	s.handle("DELETE /repos/{owner}/{repo}/issues/{number}/lock", access{person: levelWrite, app: issueWrite}, s.unlockIssue)
	s.handle("POST /repos/{owner}/{repo}/issues/{number}/assignees", access{app: issueWrite}, s.addAssignees)
	s.handle("DELETE /repos/{owner}/{repo}/issues/{number}/assignees", access{app: issueWrite}, s.removeAssignees)
	s.handle("GET /repos/{owner}/{repo}/assignees", access{}, s.listAssignees)
	s.handle("GET /repos/{owner}/{repo}/assignees/{login}", access{}, s.getAssignee)
	s.handle("GET /user/issues", access{signedIn: true, noApps: true}, s.listMyIssues)
}

// issueOf finds the issue of a request's {number}.
func (r *request) issueOf() (*issue, error) { return r.repo.issue(r.num("number")) }

func (s *Server) listIssues(r *request) (response, error) {
	keep, err := s.issueFilter(r)
	if err != nil {
		return response{}, err
	}
	var list []*issue
	for _, i := range r.repo.numbered() {
		if keep(i) {
			list = append(list, i)
		}
	}
	sortIssues(list, r.query.Get("sort"), r.query.Get("direction"))
	return paged(s, r, list, s.renderIssue), nil
}

// issueFilter reads the filters of a list of issues.
func (s *Server) issueFilter(r *request) (func(*issue) bool, error) {
	state := r.query.Get("state")
	if state == "" {
		state = "open"
	}
	if !slices.Contains([]string{"open", "closed", "all"}, state) {
		return nil, invalid(fieldError{Resource: "Issue", Field: "state", Code: "invalid", Value: state})
	}
	var since time.Time
	if v := r.query.Get("since"); v != "" {
		t, err := time.Parse(time.RFC3339, v)
		if err != nil {
			return nil, invalid(fieldError{Resource: "Issue", Field: "since", Code: "invalid", Value: v})
		}
		since = t
	}
	var labels []string
	if v := r.query.Get("labels"); v != "" {
		labels = strings.Split(v, ",")
	}
	creator, assignee := r.query.Get("creator"), r.query.Get("assignee")
	return func(i *issue) bool {
		if state != "all" && i.state != state || i.updatedAt.Before(since) {
			return false
		}
		if creator != "" && (i.author == nil || !strings.EqualFold(i.author.login, creator)) {
			return false
		}
		for _, l := range labels {
			if i.label(strings.TrimSpace(l)) == nil {
				return false
			}
		}
		return assigneeFits(i, assignee)
	}, nil
}

func assigneeFits(i *issue, want string) bool {
	switch want {
	case "":
		return true
	case "none":
		return len(i.assignees) == 0
	case "*":
		return len(i.assignees) > 0
	}
	return slices.ContainsFunc(i.assignees, func(u *user) bool { return strings.EqualFold(u.login, want) })
}

// sortIssues sorts by created (the default), updated or comments; the newest first unless direction is asc.
func sortIssues(list []*issue, by, direction string) {
	slices.SortStableFunc(list, func(a, b *issue) int {
		c := 0
		switch by {
		case "updated":
			c = a.updatedAt.Compare(b.updatedAt)
		case "comments":
			c = len(a.comments) - len(b.comments)
		default:
			c = a.createdAt.Compare(b.createdAt)
		}
		if c == 0 {
			c = a.number - b.number
		}
		if direction != "asc" {
			c = -c
		}
		return c
	})
}

// names reads a list of strings or of objects with a name or login, as GitHub takes labels and assignees.
type names []string

func (n *names) UnmarshalJSON(b []byte) error {
	var list []json.RawMessage
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	*n = names{}
	for _, raw := range list {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			var o struct{ Name string }
			if err := json.Unmarshal(raw, &o); err != nil {
				return err
			}
			text = o.Name
		}
		*n = append(*n, text)
	}
	return nil
}

// flexText is a text that GitHub takes as a string or a number, such as a title.
type flexText string

func (t *flexText) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err == nil {
		*t = flexText(s)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return err
	}
	*t = flexText(n.String())
	return nil
}

func (s *Server) createIssue(r *request) (response, error) {
	var in struct {
		Title     *flexText
		Body      *string
		Labels    names
		Assignee  string
		Assignees []string
	}
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	if in.Title == nil {
		return response{}, badShape(`"title" wasn't supplied.`)
	}
	if in.Assignee != "" {
		in.Assignees = append(in.Assignees, in.Assignee)
	}
	is, err := s.openIssue(r.write(), r.repo, issueInput{
		title: string(*in.Title), body: deref(in.Body), labels: in.Labels, assignees: in.Assignees,
		form: r.query.Get("template") != "" && r.actor.kind == actorPerson,
	})
	if err != nil {
		return response{}, err
	}
	out := s.renderFullIssue(is)
	return created(out).with("Location", out["url"].(string)), nil
}

func deref(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

func (s *Server) getIssue(r *request) (response, error) {
	i, err := r.issueOf()
	if err != nil {
		return response{}, err
	}
	return ok(s.renderFullIssue(i)), nil
}

// issuePatch is the body of PATCH issues/{number}; absent fields are nil.
type issuePatch struct {
	Title       *flexText
	Body        *string
	State       *string
	StateReason *string `json:"state_reason"`
	Labels      *names
	Assignees   *[]string
}

func (s *Server) patchIssue(r *request) (response, error) {
	i, err := r.issueOf()
	if err != nil {
		return response{}, err
	}
	var in issuePatch
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	if err := s.mayPatch(r, i, &in); err != nil {
		return response{}, err
	}
	if err := s.applyPatch(r.write(), i, &in); err != nil {
		return response{}, err
	}
	return ok(s.renderFullIssue(i)), nil
}

// applyPatch changes an issue: all of it, or nothing when a part is refused.
func (s *Server) applyPatch(w write, i *issue, in *issuePatch) error {
	var title *string
	if in.Title != nil {
		t := string(*in.Title)
		title = &t
	}
	if err := checkEdit(title, in.Body); err != nil {
		return err
	}
	if in.State != nil {
		if err := checkState(i, *in.State, deref(in.StateReason)); err != nil {
			return err
		}
	}
	var labels []*label
	if in.Labels != nil {
		var err error
		if labels, err = s.labelsNamed(w, i.repo, *in.Labels); err != nil {
			return err
		}
	}
	if err := s.editIssue(w, i, title, in.Body); err != nil {
		return err
	}
	if in.Labels != nil {
		s.setLabels(w, i, labels)
	}
	if in.Assignees != nil {
		s.setAssignees(w, i, s.assignable(i.repo, *in.Assignees))
	}
	if in.State == nil {
		return nil
	}
	return s.setState(w, i, *in.State, deref(in.StateReason))
}

// mayPatch refuses what the actor may not change. Labels and assignees of those without triage permission are
// dropped in silence, as GitHub does.
func (s *Server) mayPatch(r *request, i *issue, in *issuePatch) error {
	body, err := r.fields()
	if err != nil {
		return err
	}
	if _, has := body["body"]; has && in.Body == nil { // null empties the body
		in.Body = new(string)
	}
	if (in.Title != nil || in.Body != nil) && !s.mayEdit(r.actor, i, levelWrite) {
		return notAdmin()
	}
	if in.State != nil {
		if !s.mayEdit(r.actor, i, levelTriage) {
			return notAdmin()
		}
		if *in.State == "open" && i.state == "closed" && i.closedBy != r.actor.user && !s.can(r.actor, i.repo, levelTriage, issueWrite, i.isPull()) {
			return notAdmin() // authors reopen only what they closed themselves
		}
	}
	if !s.can(r.actor, i.repo, levelTriage, issueWrite, i.isPull()) {
		if in.Title == nil && in.Body == nil && in.State == nil && !s.mayEdit(r.actor, i, levelTriage) {
			return notAdmin()
		}
		in.Labels, in.Assignees = nil, nil
	}
	return nil
}

func (s *Server) lockIssue(r *request) (response, error) {
	var in struct {
		LockReason string `json:"lock_reason"`
	}
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	return s.changeLock(r, true, in.LockReason)
}

func (s *Server) unlockIssue(r *request) (response, error) { return s.changeLock(r, false, "") }

func (s *Server) changeLock(r *request, locked bool, reason string) (response, error) {
	i, err := r.issueOf()
	if err != nil {
		return response{}, err
	}
	if err := s.setLocked(r.write(), i, locked, reason); err != nil {
		return response{}, err
	}
	return noContent(), nil
}

func (s *Server) addAssignees(r *request) (response, error) {
	return s.changeAssignees(r, http.StatusCreated, func(old, named []*user) []*user {
		for _, u := range named {
			if !slices.Contains(old, u) && len(old) < maxAssignees {
				old = append(old, u)
			}
		}
		return old
	})
}

func (s *Server) removeAssignees(r *request) (response, error) {
	return s.changeAssignees(r, http.StatusOK, func(old, named []*user) []*user {
		return slices.DeleteFunc(old, func(u *user) bool { return slices.Contains(named, u) })
	})
}

func (s *Server) changeAssignees(r *request, status int, change func(old, named []*user) []*user) (response, error) {
	i, err := r.issueOf()
	if err != nil {
		return response{}, err
	}
	var in struct{ Assignees []string }
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	if s.can(r.actor, r.repo, levelTriage, issueWrite, i.isPull()) { // for others it does nothing, in silence
		s.setAssignees(r.write(), i, change(slices.Clone(i.assignees), s.assignable(r.repo, in.Assignees)))
	}
	return response{status: status, body: s.renderFullIssue(i)}, nil
}

func (s *Server) listAssignees(r *request) (response, error) {
	var list []*user
	for _, u := range sorted(s.st.users) {
		if s.canBeAssigned(r.repo, u) {
			list = append(list, u)
		}
	}
	return paged(s, r, list, s.renderUser), nil
}

func (s *Server) getAssignee(r *request) (response, error) {
	u := s.st.account(r.param("login"))
	if u == nil || !s.canBeAssigned(r.repo, u) {
		return response{}, notFound()
	}
	return noContent(), nil
}

// listMyIssues lists the open issues a person is assigned to, in every repository.
func (s *Server) listMyIssues(r *request) (response, error) {
	var list []*issue
	for _, rp := range sorted(s.st.repos) {
		for _, i := range rp.numbered() {
			if i.state == "open" && slices.Contains(i.assignees, r.actor.user) && s.canSee(r.actor, rp) {
				list = append(list, i)
			}
		}
	}
	return paged(s, r, list, s.renderIssue), nil
}
