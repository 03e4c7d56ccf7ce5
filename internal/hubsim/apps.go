package hubsim

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// actionsAppID is the id of GitHub's own Actions App, whose bot GITHUB_TOKEN acts as.
const actionsAppID = 15368

// tokenLife is how long an installation token is good for, by the real clock.
const tokenLife = time.Hour

func (s *Server) addAppRoutes() {
	jwt := access{jwt: true}
	s.handle("GET /app", jwt, s.getApp)
	s.handle("GET /app/installations", jwt, s.listInstallations)
	s.handle("GET /app/installations/{id}", jwt, s.getInstallation)
	s.handle("DELETE /app/installations/{id}", jwt, s.deleteInstallation)
	s.handle("PUT /app/installations/{id}/suspended", jwt, s.suspendInstallation)
	s.handle("DELETE /app/installations/{id}/suspended", jwt, s.unsuspendInstallation)
	s.handle("POST /app/installations/{id}/access_tokens", jwt, s.createToken)
	s.handle("GET /orgs/{org}/installation", jwt, func(r *request) (response, error) {
		return s.accountInstallation(r, r.param("org"))
	})
	s.handle("GET /users/{login}/installation", jwt, func(r *request) (response, error) {
		return s.accountInstallation(r, r.param("login"))
	})
	s.handle("GET /repos/{owner}/{repo}/installation", jwt, s.repoInstallation)
	s.handle("GET /installation/repositories", access{signedIn: true}, s.listInstallationRepos)
	s.handle("DELETE /installation/token", access{}, s.revokeToken)
	s.handle("GET /apps/{slug}", access{}, s.getAppBySlug)
	const selected = "/user/installations/{installation_id}/repositories/{repository_id}"
	s.handle("PUT "+selected, access{noApps: true}, s.selectRepo)
	s.handle("DELETE "+selected, access{noApps: true}, s.deselectRepo)
}

// newApp adds an App and its bot.
func (s *Server) newApp(id int64, slug, name string, owner *user, now time.Time) *app {
	bot := s.newUser(slug+"[bot]", typeBot, now)
	a := &app{
		id: id, slug: slug, name: name, owner: owner, bot: bot, clientID: "Iv23" + randomToken("")[:16], createdAt: now,
		permissions: map[string]string{},
	}
	bot.app = a
	s.st.apps[id] = a
	return a
}

// install puts an App on an account; repos nil is all of the account's.
func (s *Server) install(a *app, account *user, repos map[int64]bool, now time.Time) *installation {
	i := &installation{
		id: s.st.ids.next(), app: a, account: account, permissions: a.permissions, events: a.events, repos: repos,
		createdAt: now, updatedAt: now,
	}
	s.st.installations[i.id] = i
	return i
}

func (s *Server) getApp(r *request) (response, error) {
	o := s.renderAppObject(r.actor.app)
	n := 0
	for _, i := range s.st.installations {
		if i.app == r.actor.app {
			n++
		}
	}
	o["installations_count"] = n
	return ok(o), nil
}

func (s *Server) getAppBySlug(r *request) (response, error) {
	for _, a := range s.st.apps {
		if strings.EqualFold(a.slug, r.param("slug")) {
			return ok(s.renderAppObject(a)), nil
		}
	}
	return response{}, notFound()
}

func (i *installation) selection() string {
	if i.repos == nil {
		return "all"
	}
	return "selected"
}

func (s *Server) renderInstallation(i *installation) obj {
	base := s.api("/app/installations/%d", i.id)
	o := obj{
		"id": i.id, "client_id": i.app.clientID,
		"account": s.renderUser(i.account), "repository_selection": i.selection(), "access_tokens_url": base + "/access_tokens",
		"repositories_url": s.api("/installation/repositories"), "app_id": i.app.id, "app_slug": i.app.slug,
		"html_url":  s.web("/organizations/%s/settings/installations/%d", i.account.login, i.id),
		"target_id": i.account.id, "target_type": i.account.kind, "permissions": i.permissions, "events": nonNil(i.events),
		"created_at": stamp(i.createdAt), "updated_at": stamp(i.updatedAt), "single_file_name": nil,
		"has_multiple_single_files": false, "single_file_paths": []string{}, "suspended_by": nil,
		"suspended_at": stamp(i.suspendedAt),
	}
	if !i.suspendedAt.IsZero() {
		o["suspended_by"] = s.renderUser(i.app.owner)
	}
	return o
}

func (s *Server) listInstallations(r *request) (response, error) {
	list := slices.DeleteFunc(sorted(s.st.installations), func(i *installation) bool { return i.app != r.actor.app })
	return paged(s, r, list, s.renderInstallation), nil
}

// installationOf finds the installation of {id}, if it is the App's own.
func (s *Server) installationOf(r *request) (*installation, error) {
	i := s.st.installations[r.num("id")]
	if i == nil || i.app != r.actor.app {
		return nil, notFound()
	}
	return i, nil
}

func (s *Server) getInstallation(r *request) (response, error) {
	i, err := s.installationOf(r)
	if err != nil {
		return response{}, err
	}
	return ok(s.renderInstallation(i)), nil
}

// renderRepoStubs are the repositories an installation webhook names.
func (s *Server) renderRepoStubs(list []*repo) []obj {
	out := make([]obj, 0, len(list))
	for _, r := range list {
		out = append(out, obj{
			"id": r.id, "node_id": nodeID(nodeRepo, 0, r.id), "name": r.name, "full_name": r.fullName(), "private": r.private,
		})
	}
	return out
}

func (s *Server) coveredRepos(i *installation) []*repo {
	return slices.DeleteFunc(sorted(s.st.repos), func(r *repo) bool { return !i.covers(r) })
}

// emitInstallation tells an App of its installation: created, deleted, suspend, unsuspend.
func (s *Server) emitInstallation(sender *user, i *installation, action string) {
	s.emitTo(i, sender, "installation", action, nil, obj{
		"installation": s.renderInstallation(i), "repositories": s.renderRepoStubs(s.coveredRepos(i)), "requester": nil,
	})
}

func (s *Server) deleteInstallation(r *request) (response, error) {
	i, err := s.installationOf(r)
	if err != nil {
		return response{}, err
	}
	s.emitInstallation(r.actor.app.owner, i, "deleted")
	delete(s.st.installations, i.id)
	return noContent(), nil
}

func (s *Server) suspendInstallation(r *request) (response, error) {
	i, err := s.installationOf(r)
	if err != nil {
		return response{}, err
	}
	if i.suspendedAt.IsZero() {
		i.suspendedAt = r.now
		s.emitInstallation(r.actor.app.owner, i, "suspend")
	}
	return noContent(), nil
}

func (s *Server) unsuspendInstallation(r *request) (response, error) {
	i, err := s.installationOf(r)
	if err != nil {
		return response{}, err
	}
	if !i.suspendedAt.IsZero() {
		i.suspendedAt = time.Time{}
		s.emitInstallation(r.actor.app.owner, i, "unsuspend")
	}
	return noContent(), nil
}

func (s *Server) accountInstallation(r *request, login string) (response, error) {
	for _, i := range sorted(s.st.installations) {
		if i.app == r.actor.app && strings.EqualFold(i.account.login, login) {
			return ok(s.renderInstallation(i)), nil
		}
	}
	return response{}, notFound()
}

func (s *Server) repoInstallation(r *request) (response, error) {
	rp := s.st.repository(r.param("owner"), r.param("repo"))
	if rp == nil {
		return response{}, notFound()
	}
	if i := s.st.installationOf(r.actor.app, rp); i != nil {
		return ok(s.renderInstallation(i)), nil
	}
	return response{}, notFound()
}

type tokenInput struct {
	Repositories  []string          `json:"repositories"`
	RepositoryIDs []int64           `json:"repository_ids"`
	Permissions   map[string]string `json:"permissions"`
}

func (s *Server) createToken(r *request) (response, error) {
	i, err := s.installationOf(r)
	if err != nil {
		return response{}, err
	}
	if !i.suspendedAt.IsZero() {
		return response{}, fail(http.StatusForbidden, "This installation has been suspended")
	}
	var in tokenInput
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	t := &token{value: randomToken("ghs_"), inst: i, user: i.app.bot, permissions: i.permissions, expires: s.clock.real().Add(tokenLife)}
	if err := s.narrow(t, &in); err != nil {
		return response{}, err
	}
	s.dropExpiredTokens()
	s.st.tokens[t.value] = t
	return created(s.renderToken(t)), nil
}

// narrow gives a token fewer permissions and repositories than its installation has; more is refused.
func (s *Server) narrow(t *token, in *tokenInput) error {
	if in.Permissions != nil {
		t.permissions = map[string]string{"metadata": "read"}
		for name, lvl := range in.Permissions {
			if rank(lvl) == 0 || name != "metadata" && rank(t.inst.permissions[name]) < rank(lvl) {
				return fail(http.StatusUnprocessableEntity, "The permissions requested are not granted to this installation.")
			}
			t.permissions[name] = lvl
		}
	}
	if len(in.Repositories) == 0 && len(in.RepositoryIDs) == 0 {
		return nil
	}
	t.repos = map[int64]bool{}
	for _, name := range in.Repositories {
		rp := s.st.repository(t.inst.account.login, name)
		if rp == nil {
			return noSuchRepo()
		}
		t.repos[rp.id] = true
	}
	for _, id := range in.RepositoryIDs {
		t.repos[id] = true
	}
	for id := range t.repos {
		if rp := s.st.repos[id]; rp == nil || !t.inst.covers(rp) {
			return noSuchRepo()
		}
	}
	return nil
}

func noSuchRepo() error {
	return fail(http.StatusUnprocessableEntity, "There is at least one repository that does not exist or is not accessible to the parent installation.")
}

// dropExpiredTokens keeps the table of tokens small.
func (s *Server) dropExpiredTokens() {
	now := s.clock.real()
	for v, t := range s.st.tokens {
		if !t.expires.IsZero() && now.After(t.expires) {
			delete(s.st.tokens, v)
		}
	}
}

func (s *Server) renderToken(t *token) obj {
	o := obj{
		"token": t.value, "expires_at": stamp(t.expires), "permissions": t.permissions,
		"repository_selection": t.inst.selection(),
	}
	if t.repos != nil {
		list := make([]obj, 0, len(t.repos))
		for _, rp := range sorted(s.st.repos) {
			if t.repos[rp.id] {
				list = append(list, s.renderRepo(rp))
			}
		}
		o["repositories"], o["repository_selection"] = list, "selected"
	}
	return o
}

func (s *Server) revokeToken(r *request) (response, error) {
	if r.actor.kind != actorInstallation {
		return response{}, fail(http.StatusForbidden, "You must authenticate with an installation access token in order to revoke it.")
	}
	delete(s.st.tokens, r.actor.token.value)
	return noContent(), nil
}

func (s *Server) listInstallationRepos(r *request) (response, error) {
	if r.actor.kind != actorInstallation {
		return response{}, fail(http.StatusForbidden, "You must authenticate with an installation access token in order to list repositories for an installation.")
	}
	list := slices.DeleteFunc(sorted(s.st.repos), func(rp *repo) bool { return !r.actor.covers(rp) })
	p, err := pagedIn(s, r, "repositories", list, func(rp *repo) obj {
		o := s.renderRepo(rp)
		o["permissions"] = r.actor.repoPermissions().permissions()
		return o
	}), error(nil)
	p.body.(obj)["repository_selection"] = r.actor.inst.selection()
	return p, err
}

// selection finds the installation and repository of a request by which a person changes what an App reaches.
func (s *Server) selectionOf(r *request) (*installation, *repo, error) {
	i, rp := s.st.installations[r.num("installation_id")], s.st.repos[r.num("repository_id")]
	if i == nil || rp == nil || rp.owner != i.account || s.levelOf(r.actor.user, rp) < levelAdmin {
		return nil, nil, notFound()
	}
	return i, rp, nil
}

func (s *Server) selectRepo(r *request) (response, error) {
	i, rp, err := s.selectionOf(r)
	if err != nil {
		return response{}, err
	}
	if i.repos == nil || i.repos[rp.id] {
		return noContent(), nil
	}
	i.repos[rp.id] = true
	s.selectionChanged(r, i, "added", []*repo{rp}, nil)
	return noContent(), nil
}

func (s *Server) deselectRepo(r *request) (response, error) {
	i, rp, err := s.selectionOf(r)
	if err != nil {
		return response{}, err
	}
	if i.repos == nil {
		return response{}, fail(http.StatusUnprocessableEntity, "The installation has access to all repositories; none can be removed.")
	}
	if i.repos[rp.id] {
		delete(i.repos, rp.id)
		s.selectionChanged(r, i, "removed", nil, []*repo{rp})
	}
	return noContent(), nil
}

func (s *Server) selectionChanged(r *request, i *installation, action string, added, removed []*repo) {
	i.updatedAt = r.now
	s.emitTo(i, r.actor.user, "installation_repositories", action, nil, obj{
		"installation": s.renderInstallation(i), "repository_selection": i.selection(), "requester": nil,
		"repositories_added": s.renderRepoStubs(added), "repositories_removed": s.renderRepoStubs(removed),
	})
}
