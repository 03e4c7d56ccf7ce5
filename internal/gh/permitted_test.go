package gh_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/gh"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

const permissionConfig = `version: 1
roles:
  business-stakeholder: [permission:admin]
  subject-matter-expert: [rui-sme]
  data-scientist: [permission:write]
  ml-engineer: [permission:maintain, tom-ds]
`

func loginsOf(people []facts.Person) string {
	var logins []string
	for _, p := range people {
		logins = append(logins, p.Login)
	}
	slices.Sort(logins)
	return strings.Join(logins, " ")
}

// Who has a permission on the repository, by whatever way, holds the roles that are given to it.
func TestRosterByPermission(t *testing.T) {
	w := newWorld(t, permissionConfig)
	w.do("helena-bs", "PUT", "/collaborators/sara-ds", map[string]string{"permission": "maintain"}, nil)
	w.do("helena-bs", "PUT", "/collaborators/rui-sme", map[string]string{"permission": "triage"}, nil)
	holders := func() map[lifecycle.Role]string {
		t.Helper()
		r := w.snapshot().Roster
		if len(r.Unread) > 0 {
			t.Fatalf("unread: %v", r.Unread)
		}
		out := map[lifecycle.Role]string{}
		for role, people := range r.Holders {
			out[role] = loginsOf(people)
		}
		return out
	}
	want := func(got map[lifecycle.Role]string, role lifecycle.Role, logins string) {
		t.Helper()
		if got[role] != logins {
			t.Errorf("%s: %q, want %q", role, got[role], logins)
		}
	}
	got := holders()
	want(got, lifecycle.BusinessStakeholder, "helena-bs")
	want(got, lifecycle.MLEngineer, "helena-bs sara-ds tom-ds")
	want(got, lifecycle.DataScientist, "helena-bs sara-ds tom-ds")
	if n := w.wire.sent("/collaborators"); n != 1 {
		t.Errorf("%d requests for three roles, want 1", n)
	}
	w.do("helena-bs", "PUT", "/collaborators/rui-sme", map[string]string{"permission": "admin"}, nil)
	want(holders(), lifecycle.BusinessStakeholder, "helena-bs")
	if n := w.wire.sent("/collaborators"); n != 0 {
		t.Errorf("%d requests without an event, want none", n)
	}
	w.hub.Forget([]gh.Stale{{What: gh.StaleTeams, Owner: "acme"}})
	want(holders(), lifecycle.BusinessStakeholder, "helena-bs rui-sme")

	w.hub = w.newHub()
	refuse := func(r *http.Request, _ string) *http.Response {
		if strings.HasSuffix(r.URL.Path, "/collaborators") {
			return respond(r, http.StatusForbidden, `{"message":"Resource not accessible by integration"}`)
		}
		return nil
	}
	w.wire.answer = refuse
	w.snapshot()
	w.wire.sent("")
	r := w.snapshot().Roster
	if n := w.wire.sent("/collaborators"); n != 0 {
		t.Errorf("what may not be seen is asked for at every look: %d requests", n)
	}
	if len(r.Unread) != 3 || r.Unread[lifecycle.MLEngineer] != "members-unread permission:maintain" || len(r.Holders[lifecycle.SubjectMatterExpert]) != 1 {
		t.Errorf("%+v", r)
	}
	w.hub.Forget([]gh.Stale{{What: gh.StaleTeams, Owner: "acme"}})
	w.wire.answer = func(r *http.Request, body string) *http.Response {
		if strings.HasSuffix(r.URL.Path, "/collaborators") {
			return respond(r, http.StatusBadGateway, `{}`)
		}
		return nil
	}
	if _, err := w.hub.Snapshot(t.Context(), w.key); err == nil {
		t.Error("a failure is taken for nobody")
	}
	w.wire.answer = nil
	want(holders(), lifecycle.BusinessStakeholder, "helena-bs rui-sme")
}

// A role that an organisation made counts for what it is based on; an App is nobody.
func TestCollaboratorsOfEveryKind(t *testing.T) {
	w := newWorld(t, permissionConfig)
	w.wire.answer = func(r *http.Request, _ string) *http.Response {
		if !strings.HasSuffix(r.URL.Path, "/collaborators") {
			return nil
		}
		if r.URL.Query().Get("page") == "" {
			return respond(r, 200, `[{"id":1,"login":"a","type":"User","role_name":"release team","permissions":{"pull":true,"push":true}},{"id":2,"login":"b","type":"User","role_name":"admin","permissions":{"pull":true}}]`,
				"Link", `<`+w.api+`/x?page=2>; rel="next"`)
		}
		return respond(r, 200, `[{"id":3,"login":"c[bot]","type":"Bot","role_name":"admin","permissions":{"push":true,"admin":true}},{"id":4,"login":"d","type":"User","role_name":"read","permissions":{"pull":true}}]`)
	}
	r := w.snapshot().Roster
	if got := loginsOf(r.Holders[lifecycle.DataScientist]); got != "a b" {
		t.Errorf("write: %q", got)
	}
	if got := loginsOf(r.Holders[lifecycle.BusinessStakeholder]); got != "b" {
		t.Errorf("admin: %q", got)
	}
}

// Who is in a secret team is not told; made visible, its members hold their role.
func TestASecretTeamIsNotTold(t *testing.T) {
	w := newWorld(t, teamConfig)
	w.do("helena-bs", "PATCH", "/orgs/acme/teams/science", map[string]string{"privacy": "secret"}, nil)
	roster := func() facts.Roster {
		t.Helper()
		return w.snapshot().Roster
	}
	var read string
	w.wire.answer = func(r *http.Request, body string) *http.Response {
		if strings.Contains(body, `"slug":"science"`) {
			read += body
		}
		return nil
	}
	r := roster()
	if got := r.Unread[lifecycle.DataScientist]; got != "secret-team acme/science" || len(r.Holders[lifecycle.DataScientist]) > 0 || len(r.Unread) != 1 {
		t.Errorf("%+v", r)
	}
	if r.Teams["acme/science"] != nil {
		t.Errorf("kept: %v", r.Teams)
	}
	read = ""
	w.do("helena-bs", "PATCH", "/orgs/acme/teams/science", map[string]string{"privacy": "closed"}, nil)
	if roster(); read != "" {
		t.Errorf("asked without an event: %s", read)
	}
	c, err := gh.Self{}.Classify("team", []byte(`{"action":"edited","team":{"slug":"science","privacy":"closed"},"changes":{"privacy":{"from":"secret"}},"organization":{"login":"acme"}}`))
	if err != nil {
		t.Fatal(err)
	}
	w.hub.Forget(c.Stale)
	if r := roster(); loginsOf(r.Holders[lifecycle.DataScientist]) != "sara-ds tom-ds" || len(r.Unread) > 0 {
		t.Errorf("made visible: %+v", r)
	}
}

// What is not there, or may not be seen, is not asked for at every look; once an event tells that it may be seen, it is.
func TestWhatIsMissingIsNotAskedForAgain(t *testing.T) {
	w := newWorld(t, strings.Replace(teamConfig, "[acme/science]", "[tom-ds, sara-gone, acme/renamed]", 1))
	roster := func(requests int) facts.Roster {
		t.Helper()
		w.wire.sent("")
		r := w.snapshot().Roster
		if n := w.wire.sent(""); n != requests {
			t.Errorf("%d requests, want %d", n, requests)
		}
		return r
	}
	w.snapshot()
	if r := roster(1); r.Unread[lifecycle.DataScientist] != "members-unread acme/renamed" || loginsOf(r.Holders[lifecycle.SubjectMatterExpert]) != "rui-sme" {
		t.Errorf("%+v", r)
	}
	w.do("helena-bs", "POST", "/orgs/acme/teams", map[string]string{"name": "renamed", "privacy": "closed"}, nil)
	c, err := gh.Self{}.Classify("installation", []byte(`{"action":"new_permissions_accepted","installation":{"id":7},"repositories":[{"full_name":"acme/churn"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	w.hub.Forget(c.Stale)
	if r := roster(2); len(r.Unread) > 0 || loginsOf(r.Holders[lifecycle.DataScientist]) != "helena-bs tom-ds" {
		t.Errorf("it may be seen now: %+v", r)
	}
}

// A login without an account is not nobody: where nobody else holds the role it waits, and where somebody does they
// hold it.
func TestARoleWithoutAnAccount(t *testing.T) {
	for _, c := range []struct{ name, config, unread, holders string }{
		{"alone", "data-scientist: [Sara-Gone]", "no-account @Sara-Gone", ""},
		{"with others", "data-scientist: [sara-gone, tom-ds]", "", "tom-ds"},
		{"with a team", "data-scientist: [sara-gone, acme/science]", "", "sara-ds tom-ds"},
		{"with a team that nobody is in", "data-scientist: [sara-gone, acme/nobody]", "no-account @sara-gone", ""},
		{"with a secret team", "data-scientist: [sara-gone, acme/hidden]", "secret-team acme/hidden", ""},
		{"nobody is named", "data-engineer: [tom-ds]", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, "version: 1\nroles:\n  business-stakeholder: [helena-bs]\n  "+c.config+"\nvalidators: [ana-gone]\n")
			for team, privacy := range map[string]string{"nobody": "closed", "hidden": "secret"} {
				w.do("helena-bs", "POST", "/orgs/acme/teams", map[string]string{"name": team, "privacy": privacy}, nil)
				w.do("helena-bs", "DELETE", "/orgs/acme/teams/"+team+"/memberships/helena-bs", nil, nil) // who made it is in it
			}
			r := w.snapshot().Roster
			if got := r.Unread[lifecycle.DataScientist]; got != c.unread {
				t.Errorf("unread: %q, want %q", got, c.unread)
			}
			if got := loginsOf(r.Holders[lifecycle.DataScientist]); got != c.holders {
				t.Errorf("holders: %q, want %q", got, c.holders)
			}
			if got := r.Unread[lifecycle.Validator]; got != "no-account @ana-gone" || r.Unread[lifecycle.BusinessStakeholder] != "" {
				t.Errorf("%v", r.Unread)
			}
		})
	}
}
