package hubsim_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-github/v62/github"
)

// deployHub is a repository with a workflow and the App's rule on the environment "production/eu".
func deployHub(t *testing.T) *hub {
	t.Helper()
	h := newHub(t, func(s *hubsimSeed, o *hubsimOptions) {
		withFiles(s, o)
		s.Files[".github/workflows/deploy.yml"] = "name: Deploy\n"
		s.App.Events = append(s.App.Events, "deployment_protection_rule", "deployment", "deployment_status")
	})
	env := base + "/environments/production%2Feu"
	h.do("", "PUT", env, "", mina...).must(t, 200)
	h.do("", "POST", env+"/deployment_protection_rules", `{"integration_id":4711}`, mina...).must(t, 201)
	return h
}

// run starts a run of the workflow that deploys a branch and returns its path.
func (h *hub) run(branch, environments string) string {
	h.t.Helper()
	a := h.do("", "POST", "/_sim/workflow-runs", fmt.Sprintf(`{"repo":"acme-telco/churn","path":".github/workflows/deploy.yml","event":"push","branch":%q,"actor":"sara-ds","environments":[%s]}`,
		branch, environments)).must(h.t, 201)
	return fmt.Sprintf("%s/actions/runs/%.0f", base, a.field("id"))
}

func TestEnvironments(t *testing.T) {
	h := deployHub(t)
	env := base + "/environments/production%2Feu"
	if a := h.do("rui-sme", "GET", env, "").must(t, 200); a.field("name") != "production/eu" {
		t.Errorf("environment %s", a.body)
	}
	rules := h.do("rui-sme", "GET", env+"/deployment_protection_rules", "").must(t, 200)
	if rules.field("total_count") != 1.0 || !strings.Contains(string(rules.body), `"slug":"phasegate"`) {
		t.Errorf("rules %s", rules.body)
	}
	h.do("", "POST", env+"/deployment_protection_rules", `{"integration_id":4711}`, mina...).must(t, 422) // once only
	h.do("", "POST", env+"/deployment_protection_rules", `{"integration_id":15368}`, mina...).must(t, 422)
	h.do("sara-ds", "PUT", base+"/environments/qa", "").must(t, 403)
	h.do("", "PUT", base+"/environments/qa", `{"wait_timer":5}`, mina...).must(t, 422)
	h.do("", "PUT", base+"/environments/qa", "", mina...).must(t, 200)
	if a := h.do("", "GET", base+"/environments/qa/deployment_protection_rules/apps", "", mina...).must(t, 200); a.field("total_count") != 1.0 {
		t.Errorf("apps offered: %s", a.body)
	}
	if a := h.do("rui-sme", "GET", base+"/environments", "").must(t, 200); a.field("total_count") != 2.0 {
		t.Errorf("environments %s", a.body)
	}
	made := h.do("", "POST", base+"/environments/qa/deployment_protection_rules", `{"integration_id":4711}`, mina...).must(t, 201)
	one := fmt.Sprintf("%s/environments/qa/deployment_protection_rules/%.0f", base, made.field("id"))
	h.do("rui-sme", "GET", one, "").must(t, 200)
	h.do("", "DELETE", one, "", mina...).must(t, 204)
	h.do("rui-sme", "GET", one, "").must(t, 404)
	h.do("", "DELETE", base+"/environments/qa", "", mina...).must(t, 204)
	h.do("rui-sme", "GET", base+"/environments/qa", "").must(t, 404)
}

func TestADeploymentWaitsForTheRule(t *testing.T) {
	h := deployHub(t)
	number, head := h.pull("sara-ds", "topic", "a.txt")
	h.take()
	run := h.run("topic", `"production/eu","preview"`)
	calls := h.take()
	if got, want := namesOf(calls), "deployment.created deployment_status.created deployment_protection_rule.requested deployment.created deployment_status.created"; got != want {
		t.Fatalf("webhooks %s, want %s", got, want)
	}
	asked := calls[2]
	pulls, _ := asked.at("pull_requests").([]any)
	if len(pulls) != 1 || asked.at("environment") != "production/eu" || asked.at("event") != "push" || asked.at("ref") != "topic" || asked.at("deployment", "sha") != head ||
		asked.at("deployment_callback_url") != h.l.APIURL+run+"/deployment_protection_rule" || asked.at("installation", "id") == nil || asked.at("sender", "login") != "sara-ds" {
		t.Errorf("asked with %v, pull request %d", asked.payload, number)
	}
	if calls[0].at("workflow_run", "head_sha") != head || calls[0].at("workflow", "path") != ".github/workflows/deploy.yml" {
		t.Errorf("deployed by %v of %v", calls[0].at("workflow_run"), calls[0].at("workflow"))
	}
	if calls[1].at("deployment_status", "state") != "waiting" || calls[4].at("deployment_status", "state") != "queued" {
		t.Errorf("statuses %v, %v", calls[1].at("deployment_status", "state"), calls[4].at("deployment_status", "state"))
	}
	if a := h.do("rui-sme", "GET", run, "").must(t, 200); a.field("status") != "waiting" || a.field("head_sha") != head {
		t.Errorf("run %s", a.body)
	}
	pending := h.do("rui-sme", "GET", run+"/pending_deployments", "").must(t, 200)
	if got := string(pending.body); strings.Count(got, `"wait_timer"`) != 1 || !strings.Contains(got, `"name":"production/eu"`) {
		t.Errorf("pending %s", got)
	}
	deployment := h.do("rui-sme", "GET", fmt.Sprintf("%s/deployments/%.0f", base, asked.at("deployment", "id")), "").must(t, 200)
	if deployment.field("creator", "login") != "github-actions[bot]" || deployment.field("ref") != "topic" || deployment.field("payload") != "" || deployment.field("environment") != "production/eu" {
		t.Errorf("deployment %s", deployment.body)
	}
	bot := h.bot(nil)
	answer := func(body string) int { return h.botDo(bot, "POST", run+"/deployment_protection_rule", body).status }
	for n := range 10 {
		if got := answer(fmt.Sprintf(`{"environment_name":"production/eu","comment":"report %d"}`, n)); got != 204 {
			t.Errorf("report %d: %d", n, got)
		}
	}
	for body, want := range map[string]int{
		`{"environment_name":"production/eu","comment":"one too many"}`:                                         422,
		`{"environment_name":"production/eu"}`:                                                                  422,
		`{"state":"approved"}`:                                                                                  422,
		`{"environment_name":"production/eu","state":"ok"}`:                                                     422,
		`{"environment_name":"preview","state":"approved"}`:                                                     422,
		`{"environment_name":"production/eu","state":"approved","comment":"` + strings.Repeat("é", 1025) + `"}`: 422,
	} {
		if got := answer(body); got != want {
			t.Errorf("%.80s: %d, want %d", body, got, want)
		}
	}
	h.botDo(bot, "POST", base+"/actions/runs/1/deployment_protection_rule", `{"environment_name":"production/eu","state":"approved"}`).must(t, 404)
	h.do("sara-ds", "POST", run+"/deployment_protection_rule", `{"environment_name":"production/eu","state":"approved"}`).must(t, 403)
	h.take()
	if got := answer(`{"environment_name":"production/eu","state":"approved","comment":"` + strings.Repeat("é", 1024) + `"}`); got != 204 {
		t.Errorf("approved: %d", got)
	}
	if got := answer(`{"environment_name":"production/eu","state":"rejected"}`); got != 422 {
		t.Errorf("decided twice: %d", got)
	}
	calls = h.take()
	if namesOf(calls) != "deployment_status.created" || calls[0].at("deployment_status", "state") != "queued" {
		t.Errorf("approved: %s", namesOf(calls))
	}
	if a := h.do("rui-sme", "GET", run, "").must(t, 200); a.field("status") != "in_progress" {
		t.Errorf("run %s", a.body)
	}
	if a := h.do("rui-sme", "GET", run+"/pending_deployments", "").must(t, 200); string(a.body) != "[]" {
		t.Errorf("still pending: %s", a.body)
	}
	dump := string(h.do("", "GET", "/_sim/dump", "").must(t, 200).body)
	if !strings.Contains(dump, `"report 9"`) || !strings.Contains(dump, `"state":"approved"`) {
		t.Error("the dump lacks what the App said")
	}
}

func TestARejectedDeploymentFails(t *testing.T) {
	h := deployHub(t)
	run := h.run("main", `"production/eu"`)
	h.take()
	h.botDo(h.bot(nil), "POST", run+"/deployment_protection_rule", `{"environment_name":"production/eu","state":"rejected","comment":"no"}`).must(t, 204)
	calls := h.take()
	if namesOf(calls) != "deployment_status.created" || calls[0].at("deployment_status", "state") != "failure" {
		t.Errorf("rejected: %s", namesOf(calls))
	}
	if a := h.do("rui-sme", "GET", run, "").must(t, 200); a.field("status") != "completed" || a.field("conclusion") != "failure" {
		t.Errorf("run %s", a.body)
	}
}

func TestProtectionRulesNeedPermissions(t *testing.T) {
	h := deployHub(t)
	run := h.run("main", `"production/eu"`)
	reader := h.bot(&github.InstallationTokenOptions{Permissions: &github.InstallationPermissions{Deployments: github.String("read"), Contents: github.String("read")}})
	if a := h.botDo(reader, "POST", run+"/deployment_protection_rule", `{"environment_name":"production/eu","state":"approved"}`); a.status != http.StatusForbidden {
		t.Errorf("deployments: read answered %d", a.status)
	}
	if a := h.botDo(reader, "GET", run, ""); a.status != http.StatusForbidden {
		t.Errorf("without actions the run was read: %d", a.status)
	}
	value, err := h.s.ActionsToken("acme-telco/churn", map[string]string{"deployments": "write"})
	if err != nil {
		t.Fatal(err)
	}
	other := h.client(&http.Client{}).WithAuthToken(value)
	if a := h.botDo(other, "POST", run+"/deployment_protection_rule", `{"environment_name":"production/eu","state":"approved"}`); a.status != http.StatusUnprocessableEntity {
		t.Errorf("another App answered for ours: %d", a.status)
	}
}
