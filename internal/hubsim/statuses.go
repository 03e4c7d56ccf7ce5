package hubsim

import (
	"cmp"
	"net/http"
	"slices"
	"unicode/utf8"
)

// GitHub's limits on commit statuses: https://docs.github.com/rest/commits/statuses
const (
	maxStatuses          = 1000 // of one commit and context
	maxStatusDescription = 140  // characters
)

var statusStates = []string{"error", "failure", "pending", "success"}

func (s *Server) addStatusRoutes() {
	const base = "/repos/{owner}/{repo}"
	read := access{app: "statuses:read"}
	s.handle("POST "+base+"/statuses/{sha}", access{person: levelWrite, app: "statuses:write"}, s.createStatus)
	s.handle("GET "+base+"/commits/{ref...}/statuses", read, s.listStatuses)
	s.handle("GET "+base+"/commits/{ref...}/status", read, s.getCombinedStatus)
}

type statusInput struct {
	State       string  `json:"state"`
	TargetURL   *string `json:"target_url"`
	Description *string `json:"description"`
	Context     string  `json:"context"`
}

func (in *statusInput) check() error {
	wrong := func(field, message string) error {
		return invalid(fieldError{Resource: "Status", Field: field, Code: "custom", Message: message})
	}
	switch {
	case !slices.Contains(statusStates, in.State):
		return wrong("state", "state is not included in the list")
	case in.Description != nil && utf8.RuneCountInString(*in.Description) > maxStatusDescription:
		return wrong("description", "description is too long (maximum is 140 characters)")
	case in.TargetURL != nil && *in.TargetURL != "" && !isWebAddress(*in.TargetURL):
		return wrong("target_url", "target_url must use http(s) scheme")
	}
	return nil
}

func (s *Server) createStatus(r *request) (response, error) {
	var in statusInput
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	commit, err := commitOfHash(r.repo, r.param("sha"))
	if err != nil {
		return response{}, err
	}
	if err := in.check(); err != nil {
		return response{}, err
	}
	st := &commitStatus{
		sha: commit.SHA, state: in.State, context: cmp.Or(in.Context, "default"), creator: r.actor.user, createdAt: r.now,
		description: deref(in.Description), targetURL: deref(in.TargetURL),
	}
	same := 0
	for _, old := range r.repo.git.statuses[commit.SHA] {
		if old.context == st.context {
			same++
		}
	}
	if same >= maxStatuses {
		return response{}, invalid(fieldError{
			Resource: "Status", Code: "custom", Message: "This SHA and context has reached the maximum number of statuses.",
		})
	}
	st.id = s.st.ids.next()
	if r.repo.git.statuses == nil {
		r.repo.git.statuses = map[string][]*commitStatus{}
	}
	r.repo.git.statuses[commit.SHA] = append(r.repo.git.statuses[commit.SHA], st)
	s.emitStatus(r.write(), r.repo, st)
	s.queuesChanged(r.now, r.repo, st.sha)
	return created(s.renderStatus(r.repo, st)).with("Location", s.statusURL(r.repo, st)), nil
}

func (s *Server) statusURL(r *repo, st *commitStatus) string {
	return s.api("/repos/%s/statuses/%s", r.fullName(), st.sha)
}

// renderStatusCore is a status as the combined status has it.
func (s *Server) renderStatusCore(r *repo, st *commitStatus) obj {
	return obj{
		"url": s.statusURL(r, st), "avatar_url": s.web("/avatars/u/%d?v=4", st.creator.id), "id": st.id,
		"node_id": nodeID(nodeStatus, r.id, st.id), "state": st.state, "description": textOrNull(st.description),
		"target_url": textOrNull(st.targetURL), "context": st.context, "created_at": stamp(st.createdAt), "updated_at": stamp(st.createdAt),
	}
}

func (s *Server) renderStatus(r *repo, st *commitStatus) obj {
	o := s.renderStatusCore(r, st)
	o["creator"] = s.renderUser(st.creator)
	return o
}

func (s *Server) emitStatus(w write, r *repo, st *commitStatus) {
	c, err := r.code().Commit(st.sha)
	if err != nil {
		s.log.Error("the commit of a status is gone", "sha", st.sha, "err", err)
		return
	}
	branches := []obj{}
	for _, name := range r.branchesAt(st.sha) {
		branches = append(branches, obj{
			"name": name, "protected": r.isProtected(name),
			"commit": obj{"sha": st.sha, "url": s.api("/repos/%s/commits/%s", r.fullName(), st.sha)},
		})
	}
	s.emit(w.user(), "status", "", r, obj{
		"id": st.id, "sha": st.sha, "name": r.fullName(), "avatar_url": s.web("/avatars/u/%d?v=4", st.creator.id),
		"target_url": textOrNull(st.targetURL), "context": st.context, "description": textOrNull(st.description), "state": st.state,
		"commit": s.renderCommit(r, c), "branches": branches, "created_at": stamp(st.createdAt), "updated_at": stamp(st.createdAt),
	})
}

func (s *Server) listStatuses(r *request) (response, error) {
	commit, err := commitOf(r.repo, r.param("ref"))
	if err != nil {
		return response{}, err
	}
	list := slices.Clone(r.repo.git.statuses[commit.SHA])
	slices.Reverse(list) // the newest first
	return paged(s, r, list, func(st *commitStatus) obj { return s.renderStatus(r.repo, st) }), nil
}

// combinedStatus sums up a commit's statuses: the newest of each context, and failure, pending or success over them.
// A commit without any is pending.
func (r *repo) combinedStatus(sha string) (string, []*commitStatus) {
	var list []*commitStatus
	state := "success"
	for _, st := range slices.Backward(r.git.statuses[sha]) {
		if slices.ContainsFunc(list, func(o *commitStatus) bool { return o.context == st.context }) {
			continue
		}
		list = append(list, st)
		switch {
		case st.state == "failure" || st.state == "error":
			state = "failure"
		case st.state == "pending" && state == "success":
			state = "pending"
		}
	}
	if len(list) == 0 {
		return "pending", nil
	}
	slices.Reverse(list)
	return state, list
}

func (s *Server) getCombinedStatus(r *request) (response, error) {
	commit, err := commitOf(r.repo, r.param("ref"))
	if err != nil {
		return response{}, fail(http.StatusNotFound, "No commit found for SHA: %s", r.param("ref"))
	}
	state, list := r.repo.combinedStatus(commit.SHA)
	p := pagedIn(s, r, "statuses", list, func(st *commitStatus) obj { return s.renderStatusCore(r.repo, st) })
	o := p.body.(obj)
	o["state"], o["sha"], o["repository"] = state, commit.SHA, s.renderSimpleRepo(r.repo)
	o["commit_url"] = s.api("/repos/%s/commits/%s", r.repo.fullName(), commit.SHA)
	o["url"] = s.api("/repos/%s/commits/%s/status", r.repo.fullName(), commit.SHA)
	return p, nil
}
