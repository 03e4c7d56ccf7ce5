package hubsim_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

// withFiles gives the seed's repository a first commit.
func withFiles(s *hubsimSeed, _ *hubsimOptions) {
	s.Files = map[string]string{"README.md": "# churn\n", ".github/phasegate.yml": "language: en\n"}
	s.App.Permissions["statuses"], s.App.Permissions["deployments"], s.App.Permissions["actions"] = "write", "write", "read"
}

// head returns the newest commit of a branch.
func (h *hub) head(branch string) string {
	h.t.Helper()
	sha, _ := h.do("mina-mle", "GET", base+"/git/ref/heads/"+branch, "", mina...).must(h.t, 200).field("object", "sha").(string)
	return sha
}

// mina's token is in the seed, so that the one made of her login is refused.
var mina = []string{"Authorization", "token mina-token"}

// branch makes a branch off another commit.
func (h *hub) branch(login, name, sha string) {
	h.t.Helper()
	h.do(login, "POST", base+"/git/refs", fmt.Sprintf(`{"ref":"refs/heads/%s","sha":%q}`, name, sha)).must(h.t, 201)
}

// write commits one file to a branch and returns the commit's hash.
func (h *hub) write(login, branch, path, content string) string {
	h.t.Helper()
	a := h.do(login, "PUT", base+"/contents/"+path, fmt.Sprintf(`{"message":"Write %s","branch":%q,"content":%q}`, path, branch,
		base64.StdEncoding.EncodeToString([]byte(content)))).must(h.t, 201)
	sha, _ := a.field("commit", "sha").(string)
	return sha
}

// pull opens a pull request from a new branch that adds one file, and returns its number and head.
func (h *hub) pull(login, branch, path string) (number int, head string) {
	h.t.Helper()
	h.branch(login, branch, h.head("main"))
	head = h.write(login, branch, path, "x\n")
	a := h.do(login, "POST", base+"/pulls", fmt.Sprintf(`{"title":%q,"head":%q,"base":"main","body":""}`, branch, branch)).must(h.t, 201)
	n, _ := a.field("number").(float64)
	return int(n), head
}

func TestStatusesAreCombined(t *testing.T) {
	h := newHub(t, withFiles)
	sha := h.head("main")
	combined := func() string {
		a := h.do("rui-sme", "GET", base+"/commits/main/status", "").must(t, 200)
		return fmt.Sprint(a.field("state"), " ", a.field("total_count"))
	}
	if got := combined(); got != "pending 0" {
		t.Errorf("without statuses: %s", got)
	}
	for _, step := range []struct{ body, want string }{
		{`{"state":"pending","context":"a"}`, "pending 1"},
		{`{"state":"success","context":"b"}`, "pending 2"},
		{`{"state":"success","context":"a"}`, "success 2"},
		{`{"state":"error"}`, "failure 3"},
		{`{"state":"success","context":"default"}`, "success 3"},
	} {
		h.do("sara-ds", "POST", base+"/statuses/"+sha, step.body).must(t, 201)
		if got := combined(); got != step.want {
			t.Errorf("after %s: %s, want %s", step.body, got, step.want)
		}
	}
	list := h.do("rui-sme", "GET", base+"/commits/"+sha+"/statuses?per_page=1", "").must(t, 200)
	if !strings.Contains(list.header.Get("Link"), "page=5") || !strings.Contains(string(list.body), `"context":"default"`) {
		t.Errorf("the newest status: %s %s", list.header.Get("Link"), list.body)
	}
	for body, status := range map[string]int{
		`{"state":"green"}`: 422, `{"state":"success","target_url":"ftp://x"}`: 422,
		`{"state":"success","description":"` + strings.Repeat("é", 141) + `"}`: 422,
		`{"state":"success","description":"` + strings.Repeat("é", 140) + `"}`: 201,
	} {
		h.do("sara-ds", "POST", base+"/statuses/"+sha, body).must(t, status)
	}
	h.do("sara-ds", "POST", base+"/statuses/main", `{"state":"success"}`).must(t, 422)
	h.do("tom-tri", "POST", base+"/statuses/"+sha, `{"state":"success"}`).must(t, 403)
}

func TestDeployments(t *testing.T) {
	h := newHub(t, func(s *hubsimSeed, o *hubsimOptions) {
		withFiles(s, o)
		s.App.Events = append(s.App.Events, "deployment", "deployment_status")
	})
	sha := h.head("main")
	h.do("sara-ds", "POST", base+"/statuses/"+sha, `{"state":"pending","context":"ci"}`).must(t, 201)
	refused := h.do("sara-ds", "POST", base+"/deployments", `{"ref":"main"}`).must(t, 409)
	if !strings.Contains(string(refused.body), "Commit status checks failed for main") {
		t.Errorf("refused with %s", refused.body)
	}
	made := h.do("sara-ds", "POST", base+"/deployments", `{"ref":"main","required_contexts":[],"environment":"staging","payload":{"a":1}}`).must(t, 201)
	if made.field("payload", "a") != 1.0 || made.field("production_environment") != false || made.field("sha") != sha {
		t.Errorf("made %s", made.body)
	}
	first := fmt.Sprintf("%s/deployments/%.0f", base, made.field("id"))
	h.do("sara-ds", "POST", first+"/statuses", `{"state":"success"}`).must(t, 201)
	again := h.do("sara-ds", "POST", base+"/deployments", `{"ref":"main","required_contexts":[],"environment":"staging"}`).must(t, 201)
	second := fmt.Sprintf("%s/deployments/%.0f", base, again.field("id"))
	h.do("sara-ds", "POST", second+"/statuses", `{"state":"success","environment":"qa"}`).must(t, 201)
	if got := h.do("rui-sme", "GET", second, "").must(t, 200); got.field("environment") != "qa" || got.field("original_environment") != "staging" {
		t.Errorf("the second is for %s", got.body)
	}
	h.do("sara-ds", "POST", second+"/statuses", `{"state":"success","environment":"staging"}`).must(t, 201)
	if list := h.do("rui-sme", "GET", first+"/statuses", "").must(t, 200); !strings.HasPrefix(string(list.body), `[{"created_at"`) || strings.Count(string(list.body), `"inactive"`) != 1 {
		t.Errorf("the first is not inactive: %s", list.body)
	}
	h.do("sara-ds", "POST", first+"/statuses", `{"state":"inactive"}`).must(t, 201)
	// An inactive status is told to nobody.
	if got, want := namesOf(h.take()), "deployment.created deployment_status.created deployment.created deployment_status.created deployment_status.created"; got != want {
		t.Errorf("webhooks %s, want %s", got, want)
	}
	h.do("sara-ds", "DELETE", second, "").must(t, 422)
	h.do("sara-ds", "DELETE", first, "").must(t, 204)
	h.do("sara-ds", "POST", base+"/deployments", `{"ref":"nowhere"}`).must(t, 422)
	h.do("rui-sme", "POST", base+"/deployments", `{"ref":"main"}`).must(t, 403)
}

func TestDeploymentMergesTheDefaultBranch(t *testing.T) {
	h := newHub(t, withFiles)
	h.branch("sara-ds", "topic", h.head("main"))
	h.write("sara-ds", "main", "new.txt", "x")
	before := h.head("topic")
	a := h.do("sara-ds", "POST", base+"/deployments", `{"ref":"topic"}`).must(t, 202)
	if a.field("message") != "Auto-merged main into topic on deployment." || h.head("topic") == before {
		t.Errorf("answered %s", a.body)
	}
	h.do("sara-ds", "POST", base+"/deployments", `{"ref":"topic"}`).must(t, 201)
}

func TestWorkflowsAndRuns(t *testing.T) {
	h := newHub(t, withFiles)
	if a := h.do("rui-sme", "GET", base+"/actions/workflows", "").must(t, 200); a.field("total_count") != 0.0 {
		t.Errorf("workflows without files: %s", a.body)
	}
	h.write("sara-ds", "main", ".github/workflows/phasegate.yml", "name: Phasegate\non: [issues]\n")
	h.write("sara-ds", "main", ".github/workflows/readme.md", "no workflow")
	id := h.do("rui-sme", "GET", base+"/actions/workflows/phasegate.yml", "").must(t, 200)
	if id.field("name") != "Phasegate" {
		t.Errorf("workflow %s", id.body)
	}
	byID := fmt.Sprintf("%s/actions/workflows/%.0f/runs", base, id.field("id"))
	if a := h.do("rui-sme", "GET", byID, "").must(t, 200); string(a.body) != `{"total_count":0,"workflow_runs":[]}` {
		t.Errorf("runs where nothing ran: %s", a.body)
	}
	ran := func(more string) {
		h.do("", "POST", "/_sim/workflow-runs", `{"repo":"acme-telco/churn","path":".github/workflows/phasegate.yml","event":"schedule"`+more+`}`).must(t, 201)
	}
	ran("")
	ran(`,"conclusion":"failure"`)
	h.do("", "PUT", "/_sim/clock", `{"now":"2026-01-12T09:00:00Z"}`).must(t, 200)
	ran("")
	ran(`,"status":"in_progress","started_at":"2026-01-12T08:00:00Z"`)
	for query, want := range map[string]float64{
		"": 4, "?status=success": 2, "?status=failure": 1, "?status=completed": 3, "?event=push": 0, "?created=%3E2026-01-10": 2,
		"?status=success&created=%3C2026-01-10": 1, "?created=2026-01-06..2026-01-07": 2, "?created=2026-01-06": 2, "?branch=topic": 0, "?created=%3C2026-01-12T08:30:00Z": 3,
	} {
		if got := h.do("rui-sme", "GET", byID+query, "").must(t, 200).field("total_count"); got != want {
			t.Errorf("%s: %v runs, want %v", query, got, want)
		}
	}
	h.do("rui-sme", "GET", byID+"?created=soon", "").must(t, 422)
	h.do("rui-sme", "GET", base+"/actions/runs/1", "").must(t, 404)
	h.do("rui-sme", "GET", base+"/actions/workflows/readme.md", "").must(t, 404)
	h.do("", "POST", "/_sim/workflow-runs", `{"repo":"acme-telco/churn","path":"none.yml","event":"push"}`).must(t, 422)
}

func TestPullRequestsOfACommit(t *testing.T) {
	h := newHub(t, withFiles)
	numbers := func(sha string) string {
		got, _, err := h.list(base + "/commits/" + sha + "/pulls")
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	merged, head := h.pull("sara-ds", "one", "one.txt")
	closed, other := h.pull("sara-ds", "two", "two.txt")
	if got := numbers(head); got != fmt.Sprint(merged) {
		t.Errorf("an open one: %s", got)
	}
	h.do("sara-ds", "PATCH", fmt.Sprintf("%s/pulls/%d", base, closed), `{"state":"closed"}`).must(t, 200)
	if got := numbers(other); got != "" {
		t.Errorf("a closed one: %s", got)
	}
	h.branch("sara-ds", "release", h.head("main"))
	done := h.do("sara-ds", "PUT", fmt.Sprintf("%s/pulls/%d/merge", base, merged), "").must(t, 200)
	merge, _ := done.field("sha").(string)
	// What is in the default branch belongs to what brought it, not to what is to bring it elsewhere.
	h.do("sara-ds", "POST", base+"/pulls", `{"title":"release","head":"main","base":"release"}`).must(t, 201)
	for _, sha := range []string{head, merge} {
		if got := numbers(sha); got != fmt.Sprint(merged) {
			t.Errorf("the merged one at %s: %s", sha, got)
		}
	}
}
