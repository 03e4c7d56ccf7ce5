package hubsim

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

func (s *Server) addUserRoutes() {
	s.handle("GET /user", access{signedIn: true, noApps: true}, func(r *request) (response, error) {
		return ok(s.renderPrivateUser(r.actor.user)), nil
	})
	s.handle("GET /users/{login}", access{}, func(r *request) (response, error) {
		return s.userAnswer(s.st.account(r.param("login")))
	})
	s.handle("GET /user/{id}", access{}, func(r *request) (response, error) {
		return s.userAnswer(s.st.users[r.num("id")])
	})
	const base = "/repos/{owner}/{repo}/collaborators"
	s.handle("GET "+base, access{person: levelWrite}, s.listCollaborators)
	s.handle("GET "+base+"/{login}", access{person: levelWrite}, s.getCollaborator)
	s.handle("GET "+base+"/{login}/permission", access{}, s.getPermission)
	s.handle("PUT "+base+"/{login}", access{person: levelAdmin, app: "administration:write"}, s.putCollaborator)
	s.handle("DELETE "+base+"/{login}", access{person: levelAdmin, app: "administration:write"}, s.dropCollaborator)
}

func (s *Server) userAnswer(u *user) (response, error) {
	if u == nil {
		return response{}, notFound()
	}
	return ok(s.renderPublicUser(u)), nil
}

// renderPublicUser is an account as its own route shows it.
func (s *Server) renderPublicUser(u *user) obj {
	o := s.renderUser(u)
	repos := 0
	for _, r := range s.st.repos {
		if r.owner == u && !r.private {
			repos++
		}
	}
	for k, v := range (obj{
		"name": textOrNull(u.name), "company": nil, "blog": "", "location": nil, "email": textOrNull(u.email),
		"hireable": nil, "bio": nil, "twitter_username": nil, "public_repos": repos, "public_gists": 0, "followers": 0,
		"following": 0, "created_at": stamp(u.createdAt), "updated_at": stamp(u.createdAt),
	}) {
		o[k] = v
	}
	return o
}

func (s *Server) renderPrivateUser(u *user) obj {
	o := s.renderPublicUser(u)
	for k, v := range (obj{
		"private_gists": 0, "total_private_repos": 0, "owned_private_repos": 0, "disk_usage": 0, "collaborators": 0,
		"two_factor_authentication": true, "user_view_type": "private", "notification_email": textOrNull(u.email),
	}) {
		o[k] = v
	}
	return o
}

// renderCollaborator is an account with what it may do on a repository.
func (s *Server) renderCollaborator(u *user, l level) obj {
	o := s.renderUser(u)
	o["permissions"], o["role_name"] = l.permissions(), l.role()
	return o
}

func (s *Server) listCollaborators(r *request) (response, error) {
	var list []*user
	for _, u := range sorted(s.st.users) {
		if u.kind == typeUser && s.grantedLevel(u, r.repo) > levelNone {
			list = append(list, u)
		}
	}
	return paged(s, r, list, func(u *user) obj { return s.renderCollaborator(u, s.grantedLevel(u, r.repo)) }), nil
}

func (s *Server) getCollaborator(r *request) (response, error) {
	u := s.st.account(r.param("login"))
	if u == nil || s.grantedLevel(u, r.repo) == levelNone {
		return response{}, notFound()
	}
	return noContent(), nil
}

func (s *Server) getPermission(r *request) (response, error) {
	if r.actor.kind == actorAnonymous {
		return response{}, authRequired()
	}
	u := s.st.account(r.param("login"))
	if u == nil {
		return response{}, fail(http.StatusNotFound, "%s is not a user", r.param("login"))
	}
	if r.actor.kind == actorPerson && r.actor.user != u && s.levelOf(r.actor.user, r.repo) < levelWrite {
		return response{}, fail(http.StatusForbidden, "Must have push access to view collaborator permission.")
	}
	l := s.levelOf(u, r.repo)
	return ok(obj{"permission": l.legacy(), "role_name": l.role(), "user": s.renderCollaborator(u, l)}), nil
}

// putCollaborator gives a person a permission. There are no invitations here: it counts at once, as it does on
// GitHub for members of the organisation.
func (s *Server) putCollaborator(r *request) (response, error) {
	u := s.st.account(r.param("login"))
	if u == nil || u.kind != typeUser {
		return response{}, notFound()
	}
	in := struct{ Permission string }{Permission: "push"}
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	l, known := parseLevel(in.Permission)
	if !known || l == levelNone {
		return response{}, invalid(fieldError{Resource: "Repository", Field: "permission", Code: "invalid", Value: in.Permission})
	}
	s.setCollaborator(r.write(), r.repo, u, l)
	return noContent(), nil
}

func (s *Server) dropCollaborator(r *request) (response, error) {
	u := s.st.account(r.param("login"))
	if u == nil {
		return response{}, notFound()
	}
	s.setCollaborator(r.write(), r.repo, u, levelNone)
	return noContent(), nil
}

// setCollaborator changes a person's own permission on a repository and tells of it.
func (s *Server) setCollaborator(w write, rp *repo, u *user, l level) {
	old := rp.collaborators[u.id]
	if old == l {
		return
	}
	rp.collaborators[u.id] = l
	member := obj{"member": s.renderUser(u)}
	action := "edited"
	switch {
	case l == levelNone:
		delete(rp.collaborators, u.id)
		action = "removed"
	case old == levelNone:
		action = "added"
		member["changes"] = obj{"permission": obj{"to": l.legacy()}, "role_name": obj{"to": l.role()}}
	default:
		member["changes"] = obj{"permission": obj{"from": old.legacy(), "to": l.legacy()}, "old_permission": obj{"from": old.legacy()}}
	}
	s.emit(w.user(), "member", action, rp, member)
}

// newUser adds an account; its login must be free.
func (s *Server) newUser(login, kind string, now time.Time) *user {
	u := &user{id: s.st.ids.next(), login: login, kind: kind, createdAt: now}
	if kind == typeOrg {
		u.members = map[int64]string{}
	}
	s.st.users[u.id] = u
	return u
}

// validLogin says whether a login is one GitHub gives: letters, digits and single hyphens inside, at most 39.
func validLogin(login string) bool {
	if login == "" || len(login) > 39 || login[0] == '-' || login[len(login)-1] == '-' || strings.Contains(login, "--") {
		return false
	}
	return !slices.ContainsFunc([]rune(login), func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}
