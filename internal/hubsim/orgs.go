package hubsim

import (
	"net/http"
)

func (s *Server) addOrgRoutes() {
	s.handle("GET /orgs/{org}", access{}, func(r *request) (response, error) { return ok(s.renderOrg(r.org)), nil })
	s.handle("GET /orgs/{org}/members", access{app: "members:read"}, s.listMembers)
	s.handle("GET /orgs/{org}/members/{login}", access{app: "members:read"}, s.getMember)
	s.handle("GET /orgs/{org}/memberships/{login}", access{signedIn: true, app: "members:read"}, s.getMembership)
	s.handle("PUT /orgs/{org}/memberships/{login}", access{app: "members:write"}, s.putMembership)
	s.handle("DELETE /orgs/{org}/memberships/{login}", access{app: "members:write"}, s.dropMembership)
	s.handle("GET /orgs/{org}/repos", access{}, s.listOrgRepos)
	s.addTeamRoutes()
}

// renderOrg is an organisation as its own route shows it.
func (s *Server) renderOrg(org *user) obj {
	o := s.renderOrgSimple(org)
	repos := 0
	for _, r := range s.st.repos {
		if r.owner == org && !r.private {
			repos++
		}
	}
	for k, v := range (obj{
		"name": org.login, "has_organization_projects": true, "has_repository_projects": true, "public_repos": repos,
		"public_gists": 0, "followers": 0, "following": 0, "html_url": s.web("/%s", org.login), "type": typeOrg,
		"created_at": stamp(org.createdAt), "updated_at": stamp(org.createdAt), "archived_at": nil,
		"default_repository_permission": org.base.role(),
	}) {
		o[k] = v
	}
	return o
}

// isOwner says whether an actor administers an organisation.
func isOwner(a *actor, org *user) bool {
	return a.kind == actorPerson && org.members[a.user.id] == "admin"
}

// isMember says whether an actor belongs to an organisation; installations that may read members do.
func isMember(a *actor, org *user) bool {
	if a.kind == actorInstallation {
		return a.orgCan(org, "members:read")
	}
	return a.kind == actorPerson && org.members[a.user.id] != ""
}

// requireOwner refuses who may not administer an organisation.
func requireOwner(r *request) error {
	if r.actor.kind == actorInstallation || isOwner(r.actor, r.org) {
		return nil // the router has checked the App's permission
	}
	if !isMember(r.actor, r.org) {
		return notFound()
	}
	return fail(http.StatusForbidden, "You must be an admin of this organization.")
}

func (s *Server) listMembers(r *request) (response, error) {
	var list []*user
	if isMember(r.actor, r.org) { // others see public members only, of which there are none
		for id := range r.org.members {
			if role := r.query.Get("role"); role != "" && role != "all" && role != r.org.members[id] {
				continue
			}
			list = append(list, s.st.users[id])
		}
	}
	sortUsers(list)
	return paged(s, r, list, s.renderUser), nil
}

func (s *Server) getMember(r *request) (response, error) {
	u := s.st.account(r.param("login"))
	if u == nil || !isMember(r.actor, r.org) || r.org.members[u.id] == "" {
		return response{}, notFound()
	}
	return noContent(), nil
}

func (s *Server) renderMembership(org, u *user) obj {
	return obj{
		"url": s.api("/orgs/%s/memberships/%s", org.login, u.login), "state": "active", "role": org.members[u.id],
		"organization_url": s.api("/orgs/%s", org.login), "organization": s.renderOrgSimple(org), "user": s.renderUser(u),
		"direct_membership": true,
	}
}

// hookMembership is a membership as webhooks carry it, beside the organisation.
func (s *Server) hookMembership(org, u *user) obj {
	o := s.renderMembership(org, u)
	delete(o, "organization")
	return o
}

func (s *Server) getMembership(r *request) (response, error) {
	u := s.st.account(r.param("login"))
	if !isMember(r.actor, r.org) {
		return response{}, fail(http.StatusForbidden, "You must be a member of %s to see membership information for %s.", r.org.login, r.param("login"))
	}
	if u == nil || r.org.members[u.id] == "" {
		return response{}, notFound()
	}
	return ok(s.renderMembership(r.org, u)), nil
}

func (s *Server) putMembership(r *request) (response, error) {
	if err := requireOwner(r); err != nil {
		return response{}, err
	}
	u := s.st.account(r.param("login"))
	if u == nil || u.kind != typeUser {
		return response{}, notFound()
	}
	in := struct{ Role string }{Role: "member"}
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	if in.Role != "member" && in.Role != "admin" {
		return response{}, invalid(fieldError{Resource: "Membership", Field: "role", Code: "invalid", Value: in.Role})
	}
	isNew := r.org.members[u.id] == ""
	r.org.members[u.id] = in.Role
	out := s.renderMembership(r.org, u)
	if isNew {
		s.emitOrg(r.actor.user, "organization", "member_added", r.org, obj{"membership": s.hookMembership(r.org, u)})
	}
	return ok(out), nil
}

func (s *Server) dropMembership(r *request) (response, error) {
	if err := requireOwner(r); err != nil {
		return response{}, err
	}
	u := s.st.account(r.param("login"))
	if u == nil || r.org.members[u.id] == "" {
		return response{}, notFound()
	}
	membership := s.hookMembership(r.org, u)
	for _, t := range s.st.teams {
		if t.org == r.org {
			s.removeFromTeam(r.write(), t, u)
		}
	}
	delete(r.org.members, u.id)
	s.emitOrg(r.actor.user, "organization", "member_removed", r.org, obj{"membership": membership})
	return noContent(), nil
}

func (s *Server) listOrgRepos(r *request) (response, error) {
	var list []*repo
	for _, rp := range sorted(s.st.repos) {
		if rp.owner == r.org && s.canSee(r.actor, rp) {
			list = append(list, rp)
		}
	}
	return paged(s, r, list, s.renderRepo), nil
}
