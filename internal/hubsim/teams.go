package hubsim

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

func (s *Server) addTeamRoutes() {
	const read, write = "members:read", "members:write"
	const base = "/orgs/{org}/teams"
	s.handle("GET "+base, access{signedIn: true, app: read}, s.listTeams)
	s.handle("POST "+base, access{app: write}, s.createTeam)
	s.handle("GET "+base+"/{slug}", access{signedIn: true, app: read}, s.getTeam)
	s.handle("PATCH "+base+"/{slug}", access{app: write}, s.patchTeam)
	s.handle("DELETE "+base+"/{slug}", access{app: write}, s.deleteTeam)
	s.handle("GET "+base+"/{slug}/members", access{signedIn: true, app: read}, s.listTeamMembers)
	s.handle("GET "+base+"/{slug}/teams", access{signedIn: true, app: read}, s.listChildTeams)
	s.handle("GET "+base+"/{slug}/memberships/{login}", access{signedIn: true, app: read}, s.getTeamMembership)
	s.handle("PUT "+base+"/{slug}/memberships/{login}", access{app: write}, s.putTeamMembership)
	s.handle("DELETE "+base+"/{slug}/memberships/{login}", access{app: write}, s.dropTeamMembership)
	s.handle("GET "+base+"/{slug}/repos", access{signedIn: true, app: read}, s.listTeamRepos)
	s.handle("PUT "+base+"/{slug}/repos/{owner}/{repo}", access{app: write}, s.putTeamRepo)
	s.handle("DELETE "+base+"/{slug}/repos/{owner}/{repo}", access{app: write}, s.dropTeamRepo)
	s.handle("GET /repos/{owner}/{repo}/teams", access{person: levelAdmin, app: "administration:read"}, s.listRepoTeams)
}

func sortUsers(list []*user) {
	slices.SortFunc(list, func(a, b *user) int { return cmp.Compare(a.id, b.id) })
}

// renderTeam is a team as lists and webhooks carry it.
func (s *Server) renderTeam(t *team) obj {
	o := s.renderTeamAlone(t)
	o["parent"] = nil
	if t.parent != nil {
		o["parent"] = s.renderTeamAlone(t.parent)
	}
	return o
}

func (s *Server) renderTeamAlone(t *team) obj {
	base := s.api("/organizations/%d/team/%d", t.org.id, t.id)
	return obj{
		"id": t.id, "node_id": nodeID(nodeTeam, 0, t.id), "name": t.name, "slug": t.slug,
		"description": textOrNull(t.description), "privacy": t.privacy, "notification_setting": "notifications_enabled",
		"permission": "pull", "url": base, "html_url": s.web("/orgs/%s/teams/%s", t.org.login, t.slug),
		"members_url": base + "/members{/member}", "repositories_url": base + "/repos", "type": "organization",
		"organization_id": t.org.id,
	}
}

func (s *Server) renderFullTeam(t *team) obj {
	o := s.renderTeam(t)
	o["members_count"], o["repos_count"] = len(s.st.membersOf(t)), len(t.repos)
	o["created_at"], o["updated_at"] = stamp(t.createdAt), stamp(t.updatedAt)
	o["organization"] = s.renderOrg(t.org)
	return o
}

// teamOf finds the team of {slug}, if the actor may see it: members of the organisation see teams, only members
// of a secret team and owners see that.
func (s *Server) teamOf(r *request) (*team, error) {
	t := s.st.team(r.org, r.param("slug"))
	if t == nil || !s.seesTeam(r.actor, t) {
		return nil, notFound()
	}
	return t, nil
}

func (s *Server) seesTeam(a *actor, t *team) bool {
	if !isMember(a, t.org) {
		return false
	}
	return t.privacy != "secret" || a.kind == actorInstallation || isOwner(a, t.org) || s.inTeam(t, a.user)
}

// teamToManage finds the team of {slug} and refuses who may not manage it: its maintainers and owners may.
func (s *Server) teamToManage(r *request) (*team, error) {
	t, err := s.teamOf(r)
	if err != nil {
		return nil, err
	}
	if r.actor.kind == actorInstallation || isOwner(r.actor, r.org) || t.members[r.actor.user.id] == "maintainer" {
		return t, nil
	}
	return nil, fail(http.StatusForbidden, "You must be an admin of this team.")
}

func (s *Server) listTeams(r *request) (response, error) {
	if !isMember(r.actor, r.org) {
		return response{}, notFound()
	}
	var list []*team
	for _, t := range sorted(s.st.teams) {
		if t.org == r.org && s.seesTeam(r.actor, t) {
			list = append(list, t)
		}
	}
	return paged(s, r, list, s.renderTeam), nil
}

var notSlug = regexp.MustCompile(`[^a-z0-9_.]+`)

func slugOf(name string) string {
	return strings.Trim(notSlug.ReplaceAllString(strings.ToLower(name), "-"), "-")
}

// newTeam adds a team to an organisation.
func (s *Server) newTeam(org *user, name string, now time.Time) *team {
	t := &team{
		id: s.st.ids.next(), org: org, name: name, slug: slugOf(name), privacy: "closed",
		members: map[int64]string{}, repos: map[int64]level{}, createdAt: now, updatedAt: now,
	}
	s.st.teams[t.id] = t
	return t
}

type teamInput struct {
	Name        *string
	Description *string
	Privacy     *string
	Maintainers []string
	ParentID    *int64 `json:"parent_team_id"`
}

func (s *Server) createTeam(r *request) (response, error) {
	if !isMember(r.actor, r.org) && r.actor.kind != actorInstallation {
		return response{}, notFound()
	}
	var in teamInput
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	if in.Name == nil || slugOf(*in.Name) == "" {
		return response{}, badShape(`"name" wasn't supplied.`)
	}
	if s.st.team(r.org, slugOf(*in.Name)) != nil {
		return response{}, invalid(fieldError{Resource: "Team", Field: "name", Code: "custom", Message: "Name must be unique for this org"})
	}
	if err := s.checkTeam(r, &in); err != nil {
		return response{}, err
	}
	t := s.newTeam(r.org, *in.Name, r.now)
	s.fillTeam(t, &in)
	for _, login := range in.Maintainers {
		if u := s.st.account(login); u != nil && r.org.members[u.id] != "" {
			t.members[u.id] = "maintainer"
		}
	}
	if r.actor.kind == actorPerson && len(t.members) == 0 {
		t.members[r.actor.user.id] = "maintainer"
	}
	s.emitOrg(r.actor.user, "team", "created", r.org, obj{"team": s.renderTeam(t)})
	return created(s.renderFullTeam(t)), nil
}

func (s *Server) checkTeam(r *request, in *teamInput) error {
	if in.Privacy != nil && *in.Privacy != "secret" && *in.Privacy != "closed" {
		return invalid(fieldError{Resource: "Team", Field: "privacy", Code: "invalid", Value: *in.Privacy})
	}
	if in.ParentID != nil {
		if p := s.st.teams[*in.ParentID]; p == nil || p.org != r.org {
			return invalid(fieldError{Resource: "Team", Field: "parent_team_id", Code: "invalid", Value: *in.ParentID})
		}
	}
	return nil
}

func (s *Server) fillTeam(t *team, in *teamInput) {
	if in.Description != nil {
		t.description = *in.Description
	}
	if in.Privacy != nil {
		t.privacy = *in.Privacy
	}
	if in.ParentID != nil {
		t.parent = s.st.teams[*in.ParentID]
	}
}

func (s *Server) getTeam(r *request) (response, error) {
	t, err := s.teamOf(r)
	if err != nil {
		return response{}, err
	}
	return ok(s.renderFullTeam(t)), nil
}

func (s *Server) patchTeam(r *request) (response, error) {
	t, err := s.teamToManage(r)
	if err != nil {
		return response{}, err
	}
	var in teamInput
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	if err := s.checkTeam(r, &in); err != nil {
		return response{}, err
	}
	changes := obj{}
	if in.Name != nil && *in.Name != t.name {
		changes["name"] = obj{"from": t.name}
		t.name, t.slug = *in.Name, slugOf(*in.Name)
	}
	if in.Description != nil && *in.Description != t.description {
		changes["description"] = obj{"from": t.description}
	}
	if in.Privacy != nil && *in.Privacy != t.privacy {
		changes["privacy"] = obj{"from": t.privacy}
	}
	for up := parentOf(s, &in); up != nil; up = up.parent {
		if up == t {
			return response{}, invalid(fieldError{Resource: "Team", Field: "parent_team_id", Code: "invalid", Message: "a team cannot be its own ancestor"})
		}
	}
	s.fillTeam(t, &in)
	t.updatedAt = r.now
	s.emitOrg(r.actor.user, "team", "edited", r.org, obj{"team": s.renderTeam(t), "changes": changes})
	return ok(s.renderFullTeam(t)), nil
}

func parentOf(s *Server, in *teamInput) *team {
	if in.ParentID == nil {
		return nil
	}
	return s.st.teams[*in.ParentID]
}

func (s *Server) deleteTeam(r *request) (response, error) {
	t, err := s.teamToManage(r)
	if err != nil {
		return response{}, err
	}
	payload := s.renderTeam(t)
	payload["deleted"] = true
	delete(s.st.teams, t.id)
	for _, c := range s.st.teams {
		if c.parent == t {
			c.parent = nil
		}
	}
	s.emitOrg(r.actor.user, "team", "deleted", r.org, obj{"team": payload})
	return noContent(), nil
}

func (s *Server) listTeamMembers(r *request) (response, error) {
	t, err := s.teamOf(r)
	if err != nil {
		return response{}, err
	}
	list := s.st.membersOf(t)
	if role := r.query.Get("role"); role == "member" || role == "maintainer" {
		list = slices.DeleteFunc(list, func(u *user) bool { return cmp.Or(t.members[u.id], "member") != role })
	}
	return paged(s, r, list, s.renderUser), nil
}

func (s *Server) listChildTeams(r *request) (response, error) {
	t, err := s.teamOf(r)
	if err != nil {
		return response{}, err
	}
	list := slices.DeleteFunc(sorted(s.st.teams), func(c *team) bool { return c.parent != t })
	return paged(s, r, list, s.renderTeam), nil
}

func (s *Server) renderTeamMembership(t *team, u *user) obj {
	role := cmp.Or(t.members[u.id], "member")
	if t.org.members[u.id] == "admin" && t.members[u.id] != "" {
		role = "maintainer" // GitHub shows owners as such
	}
	return obj{
		"url":  s.api("/organizations/%d/team/%d/memberships/%s", t.org.id, t.id, u.login),
		"role": role, "state": "active",
	}
}

func (s *Server) getTeamMembership(r *request) (response, error) {
	t, err := s.teamOf(r)
	if err != nil {
		return response{}, err
	}
	u := s.st.account(r.param("login"))
	if u == nil || !slices.Contains(s.st.membersOf(t), u) {
		return response{}, notFound()
	}
	return ok(s.renderTeamMembership(t, u)), nil
}

func (s *Server) putTeamMembership(r *request) (response, error) {
	t, err := s.teamToManage(r)
	if err != nil {
		return response{}, err
	}
	in := struct{ Role string }{Role: "member"}
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	u := s.st.account(r.param("login"))
	if u == nil || u.kind != typeUser {
		return response{}, notFound()
	}
	if in.Role != "member" && in.Role != "maintainer" {
		return response{}, invalid(fieldError{Resource: "TeamMember", Field: "role", Code: "invalid", Value: in.Role})
	}
	if r.org.members[u.id] == "" {
		r.org.members[u.id] = "member" // the invitation is taken at once
	}
	isNew := !s.inTeam(t, u)
	t.members[u.id] = in.Role
	if isNew {
		s.membershipChanged(r.write(), t, u, "added")
	}
	return ok(s.renderTeamMembership(t, u)), nil
}

func (s *Server) dropTeamMembership(r *request) (response, error) {
	t, err := s.teamToManage(r)
	if err != nil {
		return response{}, err
	}
	u := s.st.account(r.param("login"))
	if u == nil || !s.inTeam(t, u) {
		return response{}, notFound()
	}
	s.removeFromTeam(r.write(), t, u)
	return noContent(), nil
}

func (s *Server) removeFromTeam(w write, t *team, u *user) {
	if !s.inTeam(t, u) {
		return
	}
	delete(t.members, u.id)
	s.membershipChanged(w, t, u, "removed")
}

func (s *Server) membershipChanged(w write, t *team, u *user, action string) {
	s.emitOrg(w.user(), "membership", action, t.org, obj{
		"scope": "team", "member": s.renderUser(u), "team": s.renderTeam(t),
	})
}

func (s *Server) listTeamRepos(r *request) (response, error) {
	t, err := s.teamOf(r)
	if err != nil {
		return response{}, err
	}
	list := slices.DeleteFunc(sorted(s.st.repos), func(rp *repo) bool {
		return t.repos[rp.id] == levelNone || !s.canSee(r.actor, rp)
	})
	return paged(s, r, list, func(rp *repo) obj {
		o := s.renderRepo(rp)
		o["permissions"], o["role_name"] = t.repos[rp.id].permissions(), t.repos[rp.id].role()
		return o
	}), nil
}

// teamRepo finds the team and the repository of a request that ties them, which an administrator of both may do.
func (s *Server) teamRepo(r *request) (*team, *repo, error) {
	t, err := s.teamOf(r)
	if err != nil {
		return nil, nil, err
	}
	rp := s.st.repository(r.param("owner"), r.param("repo"))
	if rp == nil || rp.owner != r.org || !s.canSee(r.actor, rp) {
		return nil, nil, notFound()
	}
	if !s.can(r.actor, rp, levelAdmin, "administration:write", false) {
		return nil, nil, notAdmin()
	}
	return t, rp, nil
}

func (s *Server) putTeamRepo(r *request) (response, error) {
	t, rp, err := s.teamRepo(r)
	if err != nil {
		return response{}, err
	}
	in := struct{ Permission string }{Permission: "push"}
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	l, known := parseLevel(in.Permission)
	if !known || l == levelNone {
		return response{}, invalid(fieldError{Resource: "Team", Field: "permission", Code: "invalid", Value: in.Permission})
	}
	isNew := t.repos[rp.id] == levelNone
	t.repos[rp.id] = l
	if isNew {
		s.emit(r.actor.user, "team", "added_to_repository", rp, obj{"team": s.renderTeam(t)})
	}
	return noContent(), nil
}

func (s *Server) dropTeamRepo(r *request) (response, error) {
	t, rp, err := s.teamRepo(r)
	if err != nil {
		return response{}, err
	}
	if t.repos[rp.id] != levelNone {
		delete(t.repos, rp.id)
		s.emit(r.actor.user, "team", "removed_from_repository", rp, obj{"team": s.renderTeam(t)})
	}
	return noContent(), nil
}

func (s *Server) listRepoTeams(r *request) (response, error) {
	list := slices.DeleteFunc(sorted(s.st.teams), func(t *team) bool { return t.repos[r.repo.id] == levelNone })
	return paged(s, r, list, func(t *team) obj {
		o := s.renderTeam(t)
		l := t.repos[r.repo.id]
		o["permission"], o["permissions"] = l.teamName(), l.permissions()
		return o
	}), nil
}
