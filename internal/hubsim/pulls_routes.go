package hubsim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/phasegate/phasegate/internal/hubsim/gitstore"
)

// Limits of GitHub's on lists of a pull request.
const (
	maxPullCommits = 250
	maxPullFiles   = 3000
)

func (s *Server) addPullBasicRoutes() {
	const base = "/repos/{owner}/{repo}/pulls"
	read, write := access{app: "pull_requests:read"}, access{app: "pull_requests:write"}
	s.handle("GET "+base, read, s.listPulls)
	s.handle("POST "+base, write, s.createPull)
	s.handle("GET "+base+"/{number}", access{app: "pull_requests:read|contents:read"}, s.getPull)
	s.handle("PATCH "+base+"/{number}", write, s.patchPull)
	s.handle("GET "+base+"/{number}/commits", read, s.listPullCommits)
	s.handle("GET "+base+"/{number}/files", read, s.listPullFiles)
	s.handle("GET "+base+"/{number}/merge", access{app: "pull_requests:read|contents:read"}, s.isMerged)
	s.handle("PUT "+base+"/{number}/merge", access{person: levelWrite, app: "contents:write"}, s.mergePull)
	s.handle("PUT "+base+"/{number}/update-branch", write, s.updateBranch)
	s.handle("GET "+base+"/{number}/requested_reviewers", read, s.listRequested)
	s.handle("POST "+base+"/{number}/requested_reviewers", access{person: levelTriage, app: "pull_requests:write"}, s.requestReviewers)
	s.handle("DELETE "+base+"/{number}/requested_reviewers", access{person: levelTriage, app: "pull_requests:write"}, s.removeReviewers)
	s.handle("POST /repos/{owner}/{repo}/merges", access{person: levelWrite, app: "contents:write"}, s.mergeBranches)
}

func (s *Server) listPulls(r *request) (response, error) {
	q := r.query
	state := q.Get("state")
	if state == "" {
		state = "open"
	}
	if !slices.Contains([]string{"open", "closed", "all"}, state) {
		return response{}, invalid(fieldError{Resource: "PullRequest", Field: "state", Code: "invalid", Value: state})
	}
	headOwner, headRef, hasHead := strings.Cut(q.Get("head"), ":")
	var list []*issue
	for _, i := range r.repo.pullRequests() {
		p := i.pull
		switch {
		case state != "all" && i.state != state, q.Get("base") != "" && p.baseRef != q.Get("base"):
		case hasHead && (p.headRef != headRef || !strings.EqualFold(p.headRepo.owner.login, headOwner)):
		default:
			list = append(list, i) // a head without its owner filters nothing, as on GitHub
		}
	}
	sort, direction := q.Get("sort"), q.Get("direction")
	switch {
	case sort == "popularity":
		sort = "comments"
	case sort == "long-running":
		sort = "created"
	}
	if direction == "" && q.Get("sort") != "" && q.Get("sort") != "created" {
		direction = "asc"
	}
	sortIssues(list, sort, direction)
	return paged(s, r, list, s.renderPull), nil
}

func (s *Server) createPull(r *request) (response, error) {
	var in struct {
		Title    *flexText
		Body     *string
		Issue    int
		Head     string
		HeadRepo string `json:"head_repo"`
		Base     string
		Draft    bool
		Maintain *bool `json:"maintainer_can_modify"`
	}
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	for name, v := range map[string]string{"base": in.Base, "head": in.Head} {
		if v == "" {
			return response{}, badShape("%q wasn't supplied.", name)
		}
	}
	input := pullInput{
		body: deref(in.Body), head: in.Head, base: in.Base, headRepo: in.HeadRepo, draft: in.Draft,
		maintain: in.Maintain == nil || *in.Maintain,
	}
	switch {
	case in.Issue != 0:
		i := r.repo.issues[in.Issue]
		if i == nil || i.isPull() || i.state != "open" {
			return response{}, invalid(fieldError{Resource: "PullRequest", Field: "issue", Code: "invalid"})
		}
		input.issue = i
	case in.Title == nil:
		return response{}, invalid(fieldError{Resource: "PullRequest", Field: "title", Code: "missing_field"})
	default:
		input.title = string(*in.Title)
	}
	i, err := s.openPull(r.write(), r.repo, input)
	if err != nil {
		return response{}, err
	}
	out := s.renderFullPull(i, false)
	return created(out).with("Location", out["url"].(string)), nil
}

func (s *Server) getPull(r *request) (response, error) {
	i, err := r.pullOf()
	if err != nil {
		return response{}, err
	}
	if r.accepts("diff") || r.accepts("patch") {
		d, err := s.pullFiles(i)
		if err != nil {
			return response{}, err
		}
		return diffResponse(r, d.files)
	}
	return ok(s.renderFullPull(i, true)), nil
}

// maxDiffFiles is how many files GitHub shows as one diff.
const maxDiffFiles = 300

// diffResponse answers with filled changes as text.
func diffResponse(r *request, files []gitstore.Change) (response, error) {
	if len(files) > maxDiffFiles {
		return response{}, &apiError{
			status: http.StatusNotAcceptable, message: "Sorry, the diff exceeded the maximum number of files (300). Consider using " +
				"'List pull requests files' API or locally cloning the repository instead.",
			errors: []any{fieldError{Resource: "PullRequest", Field: "diff", Code: "too_large"}},
		}
	}
	kind := "diff"
	if r.accepts("patch") {
		kind = "patch"
	}
	return response{
		status: http.StatusOK, raw: []byte(gitstore.Diff(files)), contentType: "application/vnd.github." + kind + "; charset=utf-8",
	}, nil
}

// pullPatch is the body of PATCH pulls/{number}.
type pullPatch struct {
	Title, Body, State, Base *string
	Maintain                 *bool `json:"maintainer_can_modify"`
}

func (s *Server) patchPull(r *request) (response, error) {
	i, err := r.pullOf()
	if err != nil {
		return response{}, err
	}
	var in pullPatch
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	var fields map[string]json.RawMessage
	if fields, err = r.fields(); err != nil {
		return response{}, err
	}
	if _, has := fields["body"]; has && in.Body == nil {
		in.Body = new(string)
	}
	if !s.mayEdit(r.actor, i, levelWrite) {
		return response{}, notAdmin()
	}
	if err := s.changePull(r.write(), i, &in); err != nil {
		return response{}, err
	}
	return ok(s.renderFullPull(i, false)), nil
}

func (s *Server) changePull(w write, i *issue, in *pullPatch) error {
	if in.Base != nil && *in.Base != i.pull.baseRef {
		if err := s.changeBase(w, i, *in.Base); err != nil {
			return err
		}
	}
	if err := s.editIssue(w, i, in.Title, in.Body); err != nil {
		return err
	}
	if in.Maintain != nil {
		i.pull.maintain = *in.Maintain && i.pull.isFork()
	}
	if in.State == nil || *in.State == i.state {
		return nil
	}
	if *in.State == "open" {
		if err := s.mayReopen(i); err != nil {
			return err
		}
	} else if i.pull.open() {
		i.pull.baseSHA = i.pull.baseTip()
	}
	return s.setState(w, i, *in.State, "")
}

// mayReopen refuses to reopen a pull request whose branch is gone or has another one.
func (s *Server) mayReopen(i *issue) error {
	p := i.pull
	custom := func(message string) error {
		return invalid(fieldError{Resource: "PullRequest", Field: "state", Code: "custom", Message: message})
	}
	if !s.gitHasBranch(p.headRepo, p.headRef) {
		return custom("state cannot be changed. The " + p.headRef + " branch has been deleted.")
	}
	if !s.gitHasBranch(i.repo, p.baseRef) {
		return custom("state cannot be changed. The " + p.baseRef + " branch has been deleted.")
	}
	tip, err := p.headRepo.code().Branch(p.headRef)
	if err != nil {
		return err // it is there
	}
	if in, err := p.headRepo.code().IsAncestor(p.headSHA, tip); err != nil || !in {
		return custom("state cannot be changed. The " + p.headRef + " branch was force-pushed or recreated.")
	}
	for _, other := range s.openPullsOf(p.headRepo, p.headRef, true) {
		if other.repo == i.repo && other.pull.baseRef == p.baseRef {
			return custom("state cannot be changed. There is already an open pull request from " + p.headRepo.owner.login + ":" + p.headRef + " to " + i.repo.owner.login + ":" + p.baseRef + ".")
		}
	}
	return nil
}

func (s *Server) listPullCommits(r *request) (response, error) {
	i, err := r.pullOf()
	if err != nil {
		return response{}, err
	}
	list, err := s.pullCommits(i)
	if err != nil {
		return response{}, err
	}
	list = list[:min(len(list), maxPullCommits)]
	return paged(s, r, list, func(c gitstore.Commit) obj { return s.renderCommit(r.repo, c) }), nil
}

func (s *Server) listPullFiles(r *request) (response, error) {
	i, err := r.pullOf()
	if err != nil {
		return response{}, err
	}
	d, err := s.pullFiles(i)
	if err != nil {
		return response{}, err
	}
	list := d.files[:min(len(d.files), maxPullFiles)]
	return paged(s, r, list, func(c gitstore.Change) obj { return s.renderFile(r.repo, i.pull.headSHA, &c) }), nil
}
