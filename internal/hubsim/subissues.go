package hubsim

import (
	"net/http"
	"slices"
)

const (
	maxSubIssues   = 100
	maxIssueLevels = 8
)

func (s *Server) addSubIssueRoutes() {
	const base = "/repos/{owner}/{repo}/issues/{number}"
	s.handle("GET "+base+"/sub_issues", access{app: "issues:read"}, s.listSubIssues)
	s.handle("POST "+base+"/sub_issues", access{person: levelTriage, app: "issues:write"}, s.postSubIssue)
	s.handle("DELETE "+base+"/sub_issue", access{person: levelTriage, app: "issues:write"}, s.dropSubIssue)
	s.handle("PATCH "+base+"/sub_issues/priority", access{person: levelTriage, app: "issues:write"}, s.orderSubIssue)
	s.handle("GET "+base+"/parent", access{app: "issues:read"}, s.getParent)
}

func refusedSubIssue(message string) error {
	return &apiError{status: http.StatusUnprocessableEntity, message: message}
}

// addSubIssue puts an issue under another and tells of it from both sides.
func (s *Server) addSubIssue(w write, parent, sub *issue, replace bool) error {
	switch {
	case parent.isPull() || sub.isPull():
		return refusedSubIssue("Pull requests cannot be sub-issues or have any.")
	case parent.repo.owner != sub.repo.owner:
		return refusedSubIssue("Sub-issues must belong to a repository of the same owner.")
	case sub.parent == parent:
		return refusedSubIssue("Issue may not contain duplicate sub-issues")
	case sub.parent != nil && !replace:
		return refusedSubIssue("Sub issue may only have one parent")
	case len(parent.subIssues) >= maxSubIssues:
		return refusedSubIssue("Parent cannot have more than 100 sub-issues")
	}
	above := 0
	for up := parent; up != nil; up = up.parent {
		if up == sub {
			return refusedSubIssue("Sub issue may not create a circular dependency")
		}
		above++
	}
	if above+sub.depth() > maxIssueLevels {
		return refusedSubIssue("Parent cannot have more than 8 layers of sub-issues")
	}
	if sub.parent != nil {
		s.removeSubIssue(w, sub.parent, sub)
	}
	parent.subIssues = append(parent.subIssues, sub)
	sub.parent = parent
	s.subIssueChanged(w, parent, sub, "added")
	return nil
}

// depth is how many levels an issue and what is under it span.
func (i *issue) depth() int {
	d := 0
	for _, sub := range i.subIssues {
		d = max(d, sub.depth())
	}
	return d + 1
}

// removeSubIssue takes an issue out from under another.
func (s *Server) removeSubIssue(w write, parent, sub *issue) {
	parent.subIssues = without(parent.subIssues, sub)
	sub.parent = nil
	s.subIssueChanged(w, parent, sub, "removed")
}

func (s *Server) subIssueChanged(w write, parent, sub *issue, what string) {
	parent.updatedAt, sub.updatedAt = w.now, w.now
	s.addEvent(w, parent, "sub_issue_"+what, func(e *event) { e.source = sub })
	s.addEvent(w, sub, "parent_issue_"+what, func(e *event) { e.source = parent })
	both := func() obj {
		return obj{
			"parent_issue_id": parent.id, "parent_issue": s.renderIssue(parent),
			"sub_issue_id": sub.id, "sub_issue": s.renderIssue(sub),
		}
	}
	fromSub := both()
	fromSub["parent_issue_repo"] = s.renderRepo(parent.repo)
	s.emit(w.user(), "sub_issues", "parent_issue_"+what, sub.repo, fromSub)
	fromParent := both()
	fromParent["sub_issue_repo"] = s.renderRepo(sub.repo)
	s.emit(w.user(), "sub_issues", "sub_issue_"+what, parent.repo, fromParent)
}

func (s *Server) listSubIssues(r *request) (response, error) {
	i, err := r.issueOf()
	if err != nil {
		return response{}, err
	}
	return paged(s, r, i.subIssues, s.renderIssue), nil
}

func (s *Server) getParent(r *request) (response, error) {
	i, err := r.issueOf()
	if err != nil {
		return response{}, err
	}
	if i.parent == nil || !s.canSee(r.actor, i.parent.repo) {
		return response{}, notFound()
	}
	return ok(s.renderIssue(i.parent)), nil
}

// subIssueInput finds the parent of the path and the sub-issue of the body.
func (s *Server) subIssueInput(r *request, in any, id *int64) (parent, sub *issue, err error) {
	if parent, err = r.issueOf(); err != nil {
		return nil, nil, err
	}
	if err := r.decode(in); err != nil {
		return nil, nil, err
	}
	if *id == 0 {
		return nil, nil, badShape(`"sub_issue_id" wasn't supplied.`)
	}
	sub = s.st.issueByID(*id)
	if sub == nil || !s.canSee(r.actor, sub.repo) {
		return nil, nil, refusedSubIssue("The provided sub-issue does not exist")
	}
	return parent, sub, nil
}

func (s *Server) postSubIssue(r *request) (response, error) {
	var in struct {
		SubIssueID    int64 `json:"sub_issue_id"`
		ReplaceParent bool  `json:"replace_parent"`
	}
	parent, sub, err := s.subIssueInput(r, &in, &in.SubIssueID)
	if err != nil {
		return response{}, err
	}
	if err := s.addSubIssue(r.write(), parent, sub, in.ReplaceParent); err != nil {
		return response{}, err
	}
	return created(s.renderIssue(parent)), nil
}

func (s *Server) dropSubIssue(r *request) (response, error) {
	var in struct {
		SubIssueID int64 `json:"sub_issue_id"`
	}
	parent, sub, err := s.subIssueInput(r, &in, &in.SubIssueID)
	if err != nil {
		return response{}, err
	}
	if sub.parent != parent {
		return response{}, notFound()
	}
	s.removeSubIssue(r.write(), parent, sub)
	return ok(s.renderIssue(parent)), nil
}

// orderSubIssue moves a sub-issue behind or before another of the same parent.
func (s *Server) orderSubIssue(r *request) (response, error) {
	var in struct {
		SubIssueID int64 `json:"sub_issue_id"`
		AfterID    int64 `json:"after_id"`
		BeforeID   int64 `json:"before_id"`
	}
	parent, sub, err := s.subIssueInput(r, &in, &in.SubIssueID)
	if err != nil {
		return response{}, err
	}
	if (in.AfterID == 0) == (in.BeforeID == 0) {
		return response{}, refusedSubIssue("Specify either after_id or before_id")
	}
	list := without(parent.subIssues, sub)
	at := slices.IndexFunc(list, func(i *issue) bool { return i.id == in.AfterID || i.id == in.BeforeID })
	if sub.parent != parent || at < 0 {
		return response{}, refusedSubIssue("The provided sub-issue does not belong to the parent")
	}
	if in.AfterID != 0 {
		at++
	}
	parent.subIssues = slices.Insert(list, at, sub)
	return ok(s.renderIssue(parent)), nil
}
