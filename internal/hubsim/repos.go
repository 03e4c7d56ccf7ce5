package hubsim

import (
	"net/http"
	"regexp"
	"time"
)

func (s *Server) addRepoRoutes() {
	s.handle("GET /repos/{owner}/{repo}", access{}, func(r *request) (response, error) {
		return ok(s.renderFullRepo(r.repo, r.actor)), nil
	})
	s.handle("PATCH /repos/{owner}/{repo}", access{person: levelAdmin, app: "administration:write"}, s.patchRepo)
	s.handle("POST /orgs/{org}/repos", access{app: "administration:write"}, s.createRepo)
	s.handle("GET /repositories/{id}", access{}, s.getRepoByID)
	s.handle("GET /user/repos", access{signedIn: true, noApps: true}, s.listMyRepos)
}

// newRepo adds an empty repository to an account.
func (s *Server) newRepo(owner *user, name string, now time.Time) *repo {
	r := &repo{
		id: s.st.ids.next(), owner: owner, name: name, defaultBranch: "main", createdAt: now, updatedAt: now, pushedAt: now,
		collaborators: map[int64]level{}, issues: map[int]*issue{}, deleted: map[int]bool{}, pulls: map[int]*pull{},
		checkRuns: map[int64]*checkRun{}, protection: map[string]*protection{},
	}
	s.st.repos[r.id] = r
	return r
}

// getRepoByID answers for clients that keep the id, which a renamed repository keeps too.
func (s *Server) getRepoByID(r *request) (response, error) {
	rp := s.st.repos[r.num("id")]
	if rp == nil || !s.canSee(r.actor, rp) {
		return response{}, notFound()
	}
	return ok(s.renderFullRepo(rp, r.actor)), nil
}

func (s *Server) listMyRepos(r *request) (response, error) {
	var list []*repo
	for _, rp := range sorted(s.st.repos) {
		if s.grantedLevel(r.actor.user, rp) > levelNone {
			list = append(list, rp)
		}
	}
	return paged(s, r, list, func(rp *repo) obj {
		o := s.renderRepo(rp)
		o["permissions"] = s.levelOf(r.actor.user, rp).permissions()
		return o
	}), nil
}

var repoName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)

func checkRepoName(name string) error {
	if !repoName.MatchString(name) || name == "." || name == ".." {
		return invalid(fieldError{Resource: "Repository", Field: "name", Code: "custom", Message: "name is invalid"})
	}
	return nil
}

func (s *Server) createRepo(r *request) (response, error) {
	var in struct {
		Name        string
		Description string
		Private     bool
		AutoInit    bool `json:"auto_init"`
	}
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	if !isMember(r.actor, r.org) {
		return response{}, notFound()
	}
	if err := checkRepoName(in.Name); err != nil {
		return response{}, err
	}
	if s.st.repository(r.org.login, in.Name) != nil {
		return response{}, invalid(fieldError{Resource: "Repository", Field: "name", Code: "custom", Message: "name already exists on this account"})
	}
	rp := s.newRepo(r.org, in.Name, r.now)
	rp.description, rp.private = in.Description, in.Private
	if r.actor.kind == actorPerson {
		rp.collaborators[r.actor.user.id] = levelAdmin
	}
	var files map[string]string
	if in.AutoInit {
		files = map[string]string{"README.md": "# " + in.Name + "\n"}
	}
	if err := s.gitInit(rp, r.actor.user, files); err != nil {
		return response{}, err
	}
	s.emit(r.actor.user, "repository", "created", rp, nil)
	return created(s.renderFullRepo(rp, r.actor)), nil
}

func (s *Server) patchRepo(r *request) (response, error) {
	var in struct {
		Name, Description *string
		Private           *bool
		Archived          *bool
		DefaultBranch     *string `json:"default_branch"`
		DeletesMerged     *bool   `json:"delete_branch_on_merge"`
	}
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	rp, who := r.repo, r.actor.user
	changes := obj{}
	if in.Name != nil && *in.Name != rp.name {
		if err := checkRepoName(*in.Name); err != nil {
			return response{}, err
		}
		if s.st.repository(rp.owner.login, *in.Name) != nil {
			return response{}, invalid(fieldError{Resource: "Repository", Field: "name", Code: "custom", Message: "name already exists on this account"})
		}
		from := rp.name
		rp.name = *in.Name
		s.emit(who, "repository", "renamed", rp, obj{"changes": obj{"repository": obj{"name": obj{"from": from}}}})
	}
	if in.Description != nil && *in.Description != rp.description {
		changes["description"] = obj{"from": textOrNull(rp.description)}
		rp.description = *in.Description
	}
	if in.DefaultBranch != nil && *in.DefaultBranch != rp.defaultBranch {
		if !s.gitHasBranch(rp, *in.DefaultBranch) {
			return response{}, fail(http.StatusUnprocessableEntity, "The branch %s was not found. Please push that ref first or create it via the Git Data API.", *in.DefaultBranch)
		}
		changes["default_branch"] = obj{"from": rp.defaultBranch}
		rp.defaultBranch = *in.DefaultBranch
	}
	if in.DeletesMerged != nil {
		rp.deletesMerged = *in.DeletesMerged
	}
	rp.updatedAt = r.now
	if len(changes) > 0 {
		s.emit(who, "repository", "edited", rp, obj{"changes": changes})
	}
	s.toggle(r, in.Private, &rp.private, "privatized", "publicized")
	s.toggle(r, in.Archived, &rp.archived, "archived", "unarchived")
	return ok(s.renderFullRepo(rp, r.actor)), nil
}

// toggle changes a flag of the repository and tells of it under one of two names.
func (s *Server) toggle(r *request, want *bool, have *bool, yes, no string) {
	if want == nil || *want == *have {
		return
	}
	*have = *want
	action := no
	if *want {
		action = yes
	}
	s.emit(r.actor.user, "repository", action, r.repo, nil)
}
