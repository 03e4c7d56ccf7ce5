package hubsim_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v62/github"

	"github.com/phasegate/phasegate/internal/hubsim"
)

func TestInstallationTokenFlow(t *testing.T) {
	h := newHub(t, nil)
	ctx := t.Context()
	me, _, err := h.app().Apps.Get(ctx, "")
	if err != nil || me.GetSlug() != "phasegate" || me.GetPermissions().GetIssues() != "write" {
		t.Fatalf("GET /app: %v, %v", me, err)
	}
	bot := h.bot(nil)
	h.do("rui-sme", "POST", base+"/issues", `{"title":"x"}`).must(t, 201)
	h.take()
	c, _, err := bot.Issues.CreateComment(ctx, "acme-telco", "churn", 1, &github.IssueComment{Body: github.String("hello")})
	if err != nil || c.GetUser().GetLogin() != "phasegate[bot]" || c.GetUser().GetType() != "Bot" {
		t.Fatalf("comment: %v, %v", c, err)
	}
	calls := h.take()
	if namesOf(calls) != "issue_comment.created" || calls[0].at("comment", "performed_via_github_app", "id") != 4711.0 {
		t.Errorf("webhook %s via %v", namesOf(calls), calls[0].at("comment", "performed_via_github_app"))
	}
	repos, _, err := bot.Apps.ListRepos(ctx, nil)
	if err != nil || repos.GetTotalCount() != 1 {
		t.Errorf("installation repositories: %v, %v", repos, err)
	}
	members, _, err := bot.Teams.ListTeamMembersBySlug(ctx, "acme-telco", "data", nil)
	if err != nil || len(members) != 2 {
		t.Errorf("team members: %v, %v", members, err)
	}
	inst, _, err := h.app().Apps.FindRepositoryInstallation(ctx, "acme-telco", "churn")
	if err != nil || inst.GetAccount().GetLogin() != "acme-telco" {
		t.Errorf("repository installation: %v, %v", inst, err)
	}
}

func status(err error) int {
	var e *github.ErrorResponse
	if errors.As(err, &e) {
		return e.Response.StatusCode
	}
	return 0
}

func TestAppPermissionsAreEnforced(t *testing.T) {
	h := newHub(t, func(s *hubsimSeed, _ *hubsimOptions) {
		s.Repos = []string{"other"}
		s.App.Permissions = map[string]string{"issues": "write"}
	})
	ctx := t.Context()
	h.do("rui-sme", "POST", base+"/issues", `{"title":"x"}`).must(t, 201)
	reader := h.bot(&github.InstallationTokenOptions{Permissions: &github.InstallationPermissions{Issues: github.String("read")}})
	_, _, err := reader.Issues.CreateComment(ctx, "acme-telco", "churn", 1, &github.IssueComment{Body: github.String("x")})
	if status(err) != 403 || !strings.Contains(err.Error(), "Resource not accessible by integration") {
		t.Errorf("writing with a reader's token: %v", err)
	}
	if _, _, err := reader.Issues.Get(ctx, "acme-telco", "churn", 1); err != nil {
		t.Errorf("reading with a reader's token: %v", err)
	}
	if _, _, err := h.bot(nil).Teams.ListTeamMembersBySlug(ctx, "acme-telco", "data", nil); status(err) != 403 {
		t.Errorf("members without the permission: %v", err)
	}
	narrow := h.bot(&github.InstallationTokenOptions{Repositories: []string{"other"}})
	if _, _, err := narrow.Issues.Get(ctx, "acme-telco", "churn", 1); status(err) != 403 {
		t.Errorf("a repository outside of the token: %v", err)
	}
	if _, _, err := narrow.Issues.ListByRepo(ctx, "acme-telco", "other", nil); err != nil {
		t.Errorf("the token's repository: %v", err)
	}
	more := h.bot(&github.InstallationTokenOptions{Permissions: &github.InstallationPermissions{Checks: github.String("write")}})
	if _, _, err := more.Issues.Get(ctx, "acme-telco", "churn", 1); err == nil {
		t.Error("a token got a permission that the installation lacks")
	}
}

func TestJWTs(t *testing.T) {
	h := newHub(t, nil)
	ctx := t.Context()
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	forged := ghinstallation.NewAppsTransportFromPrivateKey(http.DefaultTransport, 4711, other)
	if _, _, err := h.client(&http.Client{Transport: forged}).Apps.Get(ctx, ""); status(err) != 401 {
		t.Errorf("a JWT of another key: %v", err)
	}
	wrong, err := ghinstallation.NewAppsTransport(http.DefaultTransport, 1, h.s.AppKeyPEM())
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.client(&http.Client{Transport: wrong}).Apps.Get(ctx, ""); status(err) != 404 {
		t.Errorf("a JWT of an unknown App: %v", err)
	}
	if _, _, err := h.as("sara-ds").Apps.ListInstallations(ctx, nil); status(err) != 401 {
		t.Errorf("a person on a route for JWTs: %v", err)
	}
	if _, _, err := h.app().Issues.ListByRepo(ctx, "acme-telco", "churn", nil); status(err) == 0 {
		t.Errorf("a JWT on a route for tokens: %v", err)
	}
}

func TestTokensExpireOnTheRealClock(t *testing.T) {
	var ahead time.Duration
	h := newHub(t, func(_ *hubsimSeed, o *hubsimOptions) { o.Real = func() time.Time { return time.Now().Add(ahead) } })
	list, _, err := h.app().Apps.ListInstallations(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	tok, _, err := h.app().Apps.CreateInstallationToken(t.Context(), list[0].GetID(), nil)
	if err != nil {
		t.Fatal(err)
	}
	auth := []string{"Authorization", "Bearer " + tok.GetToken()}
	h.do("", "GET", "/installation/repositories", "", auth...).must(t, 200)
	h.do("", "PUT", "/_sim/clock", `{"now":"2026-03-01T00:00:00Z"}`).must(t, 200)
	h.do("", "GET", "/installation/repositories", "", auth...).must(t, 200)
	ahead = 61 * time.Minute
	h.do("", "GET", "/installation/repositories", "", auth...).must(t, 401)
}

func TestRedeliveryKeepsItsGUID(t *testing.T) {
	h := newHub(t, nil)
	ctx := t.Context()
	h.answerHooksWith(500)
	h.do("sara-ds", "POST", base+"/issues", `{"title":"x"}`).must(t, 201)
	first := h.take()
	if namesOf(first) != "issues.opened" {
		t.Fatalf("a failed webhook is sent once, got %s", namesOf(first))
	}
	h.answerHooksWith(0)
	ds, _, err := h.app().Apps.ListHookDeliveries(ctx, nil)
	if err != nil || len(ds) != 1 || ds[0].GetStatusCode() != 500 || ds[0].GetGUID() != first[0].guid {
		t.Fatalf("deliveries %v, %v", ds, err)
	}
	if _, _, err := h.app().Apps.RedeliverHookDelivery(ctx, ds[0].GetID()); err != nil && !isAccepted(err) {
		t.Fatal(err)
	}
	again := h.take()
	if len(again) != 1 || again[0].guid != first[0].guid {
		t.Fatalf("redelivered %v", again)
	}
	ds, _, err = h.app().Apps.ListHookDeliveries(ctx, nil)
	if err != nil || len(ds) != 2 || !ds[0].GetRedelivery() || ds[0].GetStatus() != "OK" || ds[0].GetID() == ds[1].GetID() {
		t.Errorf("deliveries %v, %v", ds, err)
	}
	full, _, err := h.app().Apps.GetHookDelivery(ctx, ds[0].GetID())
	if err != nil || full.Request.Headers["X-GitHub-Delivery"] != first[0].guid && full.Request.Headers["X-Github-Delivery"] != first[0].guid {
		t.Errorf("delivery %v, %v", full, err)
	}
	h.do("", "POST", fmt.Sprintf("/_sim/deliveries/%d/redeliver", ds[0].GetID()), "").must(t, 202)
	if got := h.take(); len(got) != 1 || got[0].guid != first[0].guid {
		t.Errorf("redelivered by the simulator: %v", got)
	}
	h.do("", "PUT", "/_sim/clock", `{"now":"2026-01-10T00:00:00Z"}`).must(t, 200)
	if ds, _, err = h.app().Apps.ListHookDeliveries(ctx, nil); err != nil || len(ds) != 0 {
		t.Errorf("after three days the log still has %v (%v)", ds, err)
	}
}

func isAccepted(err error) bool {
	var a *github.AcceptedError
	return errors.As(err, &a)
}

func TestDeliveriesPageByCursor(t *testing.T) {
	h := newHub(t, nil)
	for i := range 5 {
		h.do("sara-ds", "POST", base+"/issues", fmt.Sprintf(`{"title":"%d"}`, i)).must(t, 201)
	}
	h.idle()
	seen := map[int64]bool{}
	opt := &github.ListCursorOptions{PerPage: 2}
	for page := 0; page < 5; page++ {
		ds, resp, err := h.app().Apps.ListHookDeliveries(t.Context(), opt)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range ds {
			seen[d.GetID()] = true
		}
		if opt.Cursor = resp.Cursor; opt.Cursor == "" {
			break
		}
	}
	if len(seen) != 5 {
		t.Errorf("the pages have %d deliveries, want 5", len(seen))
	}
}

func TestAppGetsOnlyWhatItMayAndWants(t *testing.T) {
	h := newHub(t, func(s *hubsimSeed, _ *hubsimOptions) {
		s.App.Permissions = map[string]string{"issues": "read"} // no members: no membership events
		s.App.Events = []string{"issues", "membership"}         // no issue_comment
		s.Repos = []string{"other"}
		s.App.Repos = []string{"churn"}
	})
	h.do("sara-ds", "POST", base+"/issues", `{"title":"x"}`).must(t, 201)
	h.do("sara-ds", "POST", base+"/issues/1/comments", `{"body":"y"}`).must(t, 201)
	h.do("rui-sme", "POST", "/repos/acme-telco/other/issues", `{"title":"elsewhere"}`).must(t, 201)
	mina := []string{"Authorization", "token mina-token"}
	h.do("", "PUT", "/orgs/acme-telco/teams/data/memberships/tom-tri", `{}`, mina...).must(t, 200)
	if got := namesOf(h.take()); got != "issues.opened" {
		t.Errorf("got %s, want issues.opened alone", got)
	}
}

func TestMembershipTeamMemberAndInstallationEvents(t *testing.T) {
	h := newHub(t, func(s *hubsimSeed, _ *hubsimOptions) {
		s.Repos = []string{"other"}
		s.App.Repos = []string{"churn"}
	})
	mina := []string{"Authorization", "token mina-token"}
	otherID := h.do("", "GET", "/repos/acme-telco/other", "").must(t, 200).field("id")
	list, _, err := h.app().Apps.ListInstallations(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ method, path, body, want string }{
		{"PUT", "/orgs/acme-telco/teams/data/memberships/tom-tri", `{}`, "membership.added"},
		{"DELETE", "/orgs/acme-telco/teams/data/memberships/tom-tri", ``, "membership.removed"},
		{"POST", "/orgs/acme-telco/teams", `{"name":"Ops Team"}`, "team.created"},
		{"PUT", "/orgs/acme-telco/teams/ops-team/repos/acme-telco/churn", `{"permission":"maintain"}`, "team.added_to_repository"},
		{"DELETE", "/orgs/acme-telco/teams/ops-team", ``, "team.deleted"},
		{"PUT", base + "/collaborators/outsider", `{"permission":"triage"}`, "member.added"},
		{"PUT", base + "/collaborators/outsider", `{"permission":"maintain"}`, "member.edited"},
		{"DELETE", base + "/collaborators/outsider", ``, "member.removed"},
		{"PATCH", base, `{"description":"new"}`, "repository.edited"},
		{"PUT", fmt.Sprintf("/user/installations/%d/repositories/%.0f", list[0].GetID(), otherID), ``, "installation_repositories.added"},
	} {
		a := h.do("", tc.method, tc.path, tc.body, mina...)
		if a.status/100 != 2 {
			t.Fatalf("%s %s: %d %s", tc.method, tc.path, a.status, a.body)
		}
		if got := namesOf(h.take()); got != tc.want {
			t.Errorf("%s %s sent %q, want %q", tc.method, tc.path, got, tc.want)
		}
	}
}

func TestActionsToken(t *testing.T) {
	h := newHub(t, nil)
	h.do("rui-sme", "POST", base+"/issues", `{"title":"x"}`).must(t, 201)
	h.take()
	tok := h.do("", "POST", "/_sim/actions-token", `{"repo":"acme-telco/churn","permissions":{"issues":"write","pull-requests":"read"}}`).must(t, 201)
	auth := []string{"Authorization", "Bearer " + tok.field("token").(string)}
	c := h.do("", "POST", base+"/issues/1/comments", `{"body":"from a job"}`, auth...).must(t, 201)
	if c.field("user", "login") != "github-actions[bot]" || c.field("performed_via_github_app", "id") != 15368.0 {
		t.Errorf("written by %v via %v", c.field("user", "login"), c.field("performed_via_github_app", "id"))
	}
	h.do("", "GET", "/orgs/acme-telco/teams/data/members", "", auth...).must(t, 403)
	if got := namesOf(h.take()); got != "issue_comment.created" {
		t.Errorf("Apps got %q", got)
	}
}

func TestNewRefusesBadSeeds(t *testing.T) {
	for name, doc := range map[string]string{
		"unknown key": `{"organisation":"x"}`,
		"permission":  `{"users":[{"login":"a","permission":"boss"}]}`,
		"login":       `{"users":[{"login":"a b"}]}`,
		"twice":       `{"users":[{"login":"a"},{"login":"A"}]}`,
		"member":      `{"teams":[{"slug":"t","members":["nobody"]}]}`,
		"author":      `{"issues":[{"title":"x","author":"nobody"}]}`,
		"key":         `{"app":{"id":1,"private_key":"none"}}`,
		"yaml":        "users: [",
	} {
		sd, err := hubsim.ReadSeed([]byte(doc))
		if err == nil {
			var s *hubsim.Server
			if s, err = hubsim.New(hubsim.Options{Seed: sd}); err == nil {
				s.Close()
			}
		}
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestListenTakesLoopbackOnly(t *testing.T) {
	s, err := hubsim.New(hubsim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, addr := range []string{"0.0.0.0:0", ":0", "example.com:80", "nonsense"} {
		if l, err := hubsim.Listen(s, addr); err == nil {
			_ = l.Close(context.Background())
			t.Errorf("%s: no error", addr)
		}
	}
}
