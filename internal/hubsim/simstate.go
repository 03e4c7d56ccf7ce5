package hubsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// simActionsToken gives out a token like an Actions job's GITHUB_TOKEN.
func (s *Server) simActionsToken(body []byte) (response, error) {
	var in struct {
		Repo        string            `json:"repo"`
		Permissions map[string]string `json:"permissions"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return response{}, fail(http.StatusBadRequest, `send {"repo": "acme/churn", "permissions": {"issues": "write"}}`)
	}
	value, err := s.ActionsToken(in.Repo, in.Permissions)
	if err != nil {
		return response{}, fail(http.StatusUnprocessableEntity, "%s", err)
	}
	return response{status: http.StatusCreated, body: obj{"token": value}}, nil
}

// ActionsToken gives out a token like the GITHUB_TOKEN of an Actions job in a repository ("acme/churn"), with the
// permissions a workflow would list. It acts as github-actions[bot] and lives as long as the server.
func (s *Server) ActionsToken(repository string, permissions map[string]string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	owner, name, _ := strings.Cut(repository, "/")
	rp := s.st.repository(owner, name)
	if rp == nil {
		return "", fmt.Errorf("there is no repository %q; give it as owner/name", repository)
	}
	granted := map[string]string{"metadata": "read"}
	for k, v := range permissions {
		k = strings.ReplaceAll(k, "-", "_")
		if v != "none" && rank(v) == 0 {
			return "", fmt.Errorf("permission %s: %q; use read, write or none", k, v)
		}
		if v != "none" {
			granted[k] = v
		}
	}
	a := s.st.apps[actionsAppID]
	inst := s.st.installationOf(a, rp)
	if inst == nil {
		inst = s.install(a, rp.owner, nil, s.clock.now())
	}
	t := &token{
		value: randomToken("ghs_"), inst: inst, user: a.bot, permissions: granted, repos: map[int64]bool{rp.id: true}, actions: true,
	}
	s.st.tokens[t.value] = t
	return t.value, nil
}

// simUser adds an account, or renames one or changes its permission: what the real GitHub has no interface for.
func (s *Server) simUser(login string, body []byte) (response, error) {
	var in struct {
		Login      string `json:"login"`      // the new login
		Permission string `json:"permission"` // on every repository of the first organisation
		Name       string `json:"name"`
	}
	if len(body) > 0 {
		if err := json.Unmarshal(body, &in); err != nil {
			return response{}, fail(http.StatusBadRequest, `send {"login": "new-login", "permission": "write"}`)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if in.Login == "" {
		in.Login = login
	}
	if !validLogin(in.Login) {
		return response{}, fail(http.StatusUnprocessableEntity, "%q is no login", in.Login)
	}
	u := s.st.account(login)
	if other := s.st.account(in.Login); other != nil && other != u {
		return response{}, fail(http.StatusConflict, "there is somebody called %s", in.Login)
	}
	if u == nil {
		u = s.newUser(in.Login, typeUser, s.clock.now())
	}
	u.login = in.Login
	if in.Name != "" {
		u.name = in.Name
	}
	if in.Permission != "" {
		l, known := parseLevel(in.Permission)
		if !known {
			return response{}, fail(http.StatusUnprocessableEntity, "permission %q; use none, read, triage, write, maintain or admin", in.Permission)
		}
		for _, rp := range s.st.repos {
			s.setCollaborator(write{actor: &actor{kind: actorPerson, user: rp.owner}, now: s.clock.now()}, rp, u, l)
		}
		s.wakeHooks()
	}
	return ok(s.renderPublicUser(u)), nil
}

// simInstall installs the seed's App anew, on all repositories or those named, and tells the App of it.
func (s *Server) simInstall(body []byte) (response, error) {
	var in struct {
		App          string   `json:"app"`     // slug; empty: the only App there is beside Actions
		Account      string   `json:"account"` // login
		Repositories []string `json:"repositories"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return response{}, fail(http.StatusBadRequest, `send {"account": "acme", "repositories": ["churn"]}`)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	account := s.st.account(in.Account)
	if account == nil {
		return response{}, fail(http.StatusUnprocessableEntity, "there is no account %q", in.Account)
	}
	for _, a := range s.st.apps {
		if a.id == actionsAppID || in.App != "" && in.App != a.slug {
			continue
		}
		var repos map[int64]bool
		for _, name := range in.Repositories {
			rp := s.st.repository(account.login, name)
			if rp == nil {
				return response{}, fail(http.StatusUnprocessableEntity, "there is no repository %q", name)
			}
			if repos == nil {
				repos = map[int64]bool{}
			}
			repos[rp.id] = true
		}
		i := s.install(a, account, repos, s.clock.now())
		s.emitInstallation(account, i, "created")
		s.wakeHooks()
		return response{status: http.StatusCreated, body: s.renderInstallation(i)}, nil
	}
	return response{}, fail(http.StatusUnprocessableEntity, "there is no App %q", in.App)
}

// simDump is the whole state as JSON, without secrets.
func (s *Server) simDump() (response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	users, repos, teams, installations := []obj{}, []obj{}, []obj{}, []obj{}
	for _, u := range sorted(s.st.users) {
		users = append(users, s.renderPublicUser(u))
	}
	for _, t := range sorted(s.st.teams) {
		o := s.renderTeam(t)
		o["members"] = s.renderUsers(s.st.membersOf(t))
		teams = append(teams, o)
	}
	for _, i := range sorted(s.st.installations) {
		installations = append(installations, s.renderInstallation(i))
	}
	for _, r := range sorted(s.st.repos) {
		repos = append(repos, s.dumpRepo(r))
	}
	p, err := ok(obj{
		"now": stamp(s.clock.now()), "users": users, "teams": teams, "installations": installations, "repositories": repos,
	}).marshal() // while the state is locked
	return p, err
}

func (s *Server) dumpRepo(r *repo) obj {
	o := s.renderRepo(r)
	issues := []obj{}
	for _, i := range r.numbered() {
		issues = append(issues, s.dumpIssue(i))
	}
	permissions := obj{}
	for id, l := range r.collaborators {
		permissions[s.st.users[id].login] = l.role()
	}
	o["issues"], o["labels"], o["collaborators"] = issues, s.renderLabels(r, r.labels), permissions
	for k, v := range s.dumpCode(r) {
		o[k] = v
	}
	return o
}

func (s *Server) dumpIssue(i *issue) obj {
	o := s.renderFullIssue(i)
	o["edits"] = s.dumpEdits(&i.text)
	comments, events := []obj{}, []obj{}
	for _, c := range i.comments {
		co := s.renderComment(c)
		co["edits"], co["reaction_list"] = s.dumpEdits(&c.text), s.dumpReactions(i.repo, c.reactions)
		co["minimized_reason"] = textOrNull(c.minimizedReason)
		comments = append(comments, co)
	}
	for _, e := range i.events {
		events = append(events, s.renderEvent(e))
	}
	subs := []int{}
	for _, sub := range i.subIssues {
		subs = append(subs, sub.number)
	}
	o["comment_list"], o["event_list"], o["reaction_list"] = comments, events, s.dumpReactions(i.repo, i.reactions)
	o["sub_issues"] = subs
	return o
}

func (s *Server) dumpEdits(t *text) []obj {
	out := []obj{}
	for _, e := range t.edits {
		out = append(out, obj{"editor": s.renderUser(e.editor)["login"], "at": stamp(e.at), "body": e.body})
	}
	return out
}

func (s *Server) dumpReactions(r *repo, list []*reaction) []obj {
	out := []obj{}
	for _, re := range list {
		out = append(out, s.renderReaction(r, re))
	}
	return out
}
