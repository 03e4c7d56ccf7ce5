package hubsim_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-github/v62/github"
)

func TestBranchProtectionAndRules(t *testing.T) {
	h := newHub(t, func(s *hubsimSeed, _ *hubsimOptions) { s.App.Permissions["administration"] = "read" })
	ctx := t.Context()
	mina, bot := h.as("mina-mle"), h.bot(nil)
	if _, _, err := bot.Repositories.GetBranchProtection(ctx, "acme-telco", "churn", "main"); status(err) != 404 && err != github.ErrBranchNotProtected {
		t.Errorf("an unprotected branch: %v", err)
	}
	_, _, err := mina.Repositories.UpdateBranchProtection(ctx, "acme-telco", "churn", "main", &github.ProtectionRequest{
		RequiredStatusChecks: &github.RequiredStatusChecks{
			Strict: true, Contexts: nil, Checks: &[]*github.RequiredStatusCheck{{Context: "phasegate/gate", AppID: github.Int64(4711)}},
		},
		RequiredPullRequestReviews: &github.PullRequestReviewsEnforcementRequest{RequiredApprovingReviewCount: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	p, _, err := bot.Repositories.GetBranchProtection(ctx, "acme-telco", "churn", "main")
	if err != nil || len(*p.RequiredStatusChecks.Checks) != 1 || *(*p.RequiredStatusChecks.Checks)[0].AppID != 4711 || p.RequiredPullRequestReviews.RequiredApprovingReviewCount != 1 {
		t.Errorf("protection %+v, %v", p, err)
	}
	if _, _, err := h.as("sara-ds").Repositories.GetBranchProtection(ctx, "acme-telco", "churn", "main"); status(err) != 403 {
		t.Errorf("a writer read the protection: %v", err)
	}
	rules := `{"name":"gate","enforcement":"active","conditions":{"ref_name":{"include":["~DEFAULT_BRANCH"],"exclude":[]}},
		"rules":[{"type":"required_status_checks","parameters":{"required_status_checks":[{"context":"phasegate/gate","integration_id":4711}],"strict_required_status_checks_policy":false}}]}`
	mt := []string{"Authorization", "token mina-token"}
	made := h.do("", "POST", base+"/rulesets", rules, mt...).must(t, 201)
	list := h.do("rui-sme", "GET", base+"/rules/branches/main", "").must(t, 200)
	if !strings.Contains(string(list.body), `"integration_id":4711`) || !strings.Contains(string(list.body), `"ruleset_source":"acme-telco/churn"`) {
		t.Errorf("rules of main: %s", list.body)
	}
	if other := h.do("rui-sme", "GET", base+"/rules/branches/feature/x", "").must(t, 200); string(other.body) != "[]" {
		t.Errorf("rules of another branch: %s", other.body)
	}
	h.do("", "PUT", fmt.Sprintf("%s/rulesets/%.0f", base, made.field("id")), `{"enforcement":"disabled"}`, mt...).must(t, 200)
	if off := h.do("rui-sme", "GET", base+"/rules/branches/main", "").must(t, 200); string(off.body) != "[]" {
		t.Errorf("rules of a disabled ruleset: %s", off.body)
	}
	h.do("", "POST", base+"/rulesets", `{"name":"x","enforcement":"maybe"}`, mt...).must(t, 422)
}

func TestArchivedRepositoryIsReadOnly(t *testing.T) {
	h := newHub(t, nil)
	mt := []string{"Authorization", "token mina-token"}
	h.do("", "PATCH", base, `{"archived":true}`, mt...).must(t, 200)
	h.do("sara-ds", "POST", base+"/issues", `{"title":"x"}`).must(t, 403)
	h.do("", "PATCH", base, `{"archived":false}`, mt...).must(t, 200)
	h.do("sara-ds", "POST", base+"/issues", `{"title":"x"}`).must(t, 201)
	if got := namesOf(h.take()); got != "repository.archived repository.unarchived issues.opened" {
		t.Errorf("webhooks %s", got)
	}
}

func TestPermissionLevels(t *testing.T) {
	h := newHub(t, func(s *hubsimSeed, _ *hubsimOptions) {
		s.Teams = append(s.Teams, hubsimTeam{Slug: "core", Members: []string{"rui-sme"}, Parent: "data"})
		s.Teams[0].Permission = "maintain"
	})
	ctx := t.Context()
	for login, want := range map[string]string{
		"mina-mle": "admin admin", "sara-ds": "write maintain", "tom-tri": "read triage", "rui-sme": "write maintain", "outsider": "read read",
	} {
		p, _, err := h.bot(nil).Repositories.GetPermissionLevel(ctx, "acme-telco", "churn", login)
		if err != nil || p.GetPermission()+" "+p.GetUser().GetRoleName() != want {
			t.Errorf("%s: %s %s (%v), want %s", login, p.GetPermission(), p.GetUser().GetRoleName(), err, want)
		}
	}
	h.do("rui-sme", "GET", "/orgs/acme-telco/teams/data/members", "").must(t, 200)
	h.do("outsider", "GET", "/orgs/acme-telco/teams/data/members", "").must(t, 404)
	h.do("outsider", "GET", "/orgs/acme-telco/members/sara-ds", "").must(t, 404)
	ms, _, err := h.bot(nil).Teams.ListTeamMembersBySlug(ctx, "acme-telco", "data", nil)
	if err != nil || len(ms) != 2 {
		t.Errorf("members of data with those of its child: %v, %v", ms, err)
	}
}

// A login may change hands; the id stays with the person.
func TestRenamedAndReregisteredLogin(t *testing.T) {
	h := newHub(t, nil)
	before := h.do("", "GET", "/users/sara-ds", "").must(t, 200).field("id")
	h.do("", "PUT", "/_sim/users/sara-ds", `{"login":"sara-new"}`).must(t, 200)
	h.do("", "GET", "/users/sara-ds", "").must(t, 404)
	h.do("", "PUT", "/_sim/users/sara-ds", `{}`).must(t, 200)
	if again := h.do("", "GET", "/users/sara-ds", "").must(t, 200).field("id"); again == before {
		t.Error("who registers a login anew has the id of who had it")
	}
	if same := h.do("", "GET", "/users/sara-new", "").must(t, 200).field("id"); same != before {
		t.Error("a renamed person has another id")
	}
	h.do("sara-ds", "POST", base+"/labels", `{"name":"x"}`).must(t, 403)
	h.do("sara-new", "POST", base+"/labels", `{"name":"x"}`).must(t, 201)
	h.do("", "PUT", "/_sim/users/rui-sme", `{"login":"sara-new"}`).must(t, 409)
	h.do("", "PUT", "/_sim/users/rui-sme", `{"permission":"write"}`).must(t, 200)
	h.do("rui-sme", "POST", base+"/labels", `{"name":"y"}`).must(t, 201)
}

func TestUninstallAndInstall(t *testing.T) {
	h := newHub(t, nil)
	list, _, err := h.app().Apps.ListInstallations(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	bot := h.bot(nil)
	if _, _, err := bot.Issues.ListByRepo(t.Context(), "acme-telco", "churn", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := h.app().Apps.SuspendInstallation(t.Context(), list[0].GetID()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := bot.Issues.ListByRepo(t.Context(), "acme-telco", "churn", nil); status(err) != 403 {
		t.Errorf("a suspended installation: %v", err)
	}
	if _, err := h.app().Apps.DeleteInstallation(t.Context(), list[0].GetID()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := bot.Issues.ListByRepo(t.Context(), "acme-telco", "churn", nil); status(err) != 401 {
		t.Errorf("an installation that is gone: %v", err)
	}
	h.do("sara-ds", "POST", base+"/issues", `{"title":"unheard"}`).must(t, 201)
	h.do("", "POST", "/_sim/installations", `{"account":"acme-telco","repositories":["churn"]}`).must(t, 201)
	calls := h.take()
	if got := namesOf(calls); got != "installation.suspend installation.deleted installation.created" {
		t.Errorf("webhooks %s", got)
	}
	if last := calls[len(calls)-1]; last.at("installation", "repository_selection") != "selected" {
		t.Errorf("created: %v", last.at("installation"))
	}
}

func TestUserAgentIsRequired(t *testing.T) {
	h := newHub(t, nil)
	req, err := http.NewRequestWithContext(t.Context(), "GET", h.l.APIURL+"/zen", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("User-Agent", "")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 403 {
		t.Errorf("a request without User-Agent is answered %d", resp.StatusCode)
	}
}
