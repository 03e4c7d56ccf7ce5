package hubsim_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-github/v62/github"
)

// suites describes the check suites of a commit as GraphQL tells of them.
func (h *hub) suites(sha string) string {
	h.t.Helper()
	a := h.graphql(h.bot(nil), repoQuery(fmt.Sprintf(`object(oid: %q) { ... on Commit { statusCheckRollup { state } checkSuites(first: 5, filterBy: {appId: 4711}) { nodes {
		status creator { login } checkRuns(first: 5) { totalCount }
		push { nextSha previousSha pusher { __typename login } repository { nameWithOwner } } } } } }`, sha)), nil).must(h.t, 200)
	got, err := json.Marshal(a.field("data", "repository", "object"))
	if err != nil {
		h.t.Fatal(err)
	}
	return string(got)
}

// suite is what suites says of one suite.
func suite(status string, runs int, creator, push, rollup string) string {
	return fmt.Sprintf(`{"checkSuites":{"nodes":[{"checkRuns":{"totalCount":%d},"creator":%s,"push":%s,"status":%q}]},"statusCheckRollup":%s}`, runs, creator, push, status, rollup)
}

func pushed(before, after, kind, login string) string {
	return fmt.Sprintf(`{"nextSha":%q,"previousSha":%q,"pusher":{"__typename":%q,"login":%q},"repository":{"nameWithOwner":"acme-telco/churn"}}`, after, before, kind, login)
}

const noCommit = "0000000000000000000000000000000000000000"

func TestAPushMakesACheckSuiteThatKnowsIt(t *testing.T) {
	h := newHub(t, func(s *hubsimSeed, o *hubsimOptions) {
		withPullHooks(s, o)
		s.App.Permissions["contents"] = "write"
	})
	main := h.head("main")
	number, first := h.pull("sara-ds", "topic", "a.txt")
	sara := `{"login":"sara-ds"}`
	want := suite("QUEUED", 0, sara, pushed(main, first, "User", "sara-ds"), "null")
	if got := h.suites(first); got != want {
		t.Errorf("pushed: %s\nwant %s", got, want)
	}
	if got, want := h.suites(main), suite("QUEUED", 0, sara, pushed(noCommit, main, "User", "sara-ds"), "null"); got != want {
		t.Errorf("a new branch: %s\nwant %s", got, want)
	}
	// An empty suite that is queued keeps nobody from merging.
	pull := fmt.Sprintf("%s/pulls/%d", base, number)
	h.do("sara-ds", "GET", pull, "").must(t, 200)
	if a := h.do("sara-ds", "GET", pull, "").must(t, 200); a.field("mergeable_state") != "clean" {
		t.Errorf("with an empty suite: %v", a.field("mergeable_state"))
	}
	h.do("mina-mle", "POST", base+"/git/refs", fmt.Sprintf(`{"ref":"refs/heads/copy","sha":%q}`, first), mina...).must(t, 201)
	if got := h.suites(first); got != want {
		t.Errorf("pushed again by somebody else: %s\nwant %s", got, want)
	}
	h.gate(first, "success")
	if got, want := h.suites(first), suite("COMPLETED", 1, sara, pushed(main, first, "User", "sara-ds"), `{"state":"SUCCESS"}`); got != want {
		t.Errorf("with a run: %s\nwant %s", got, want)
	}
	a := h.graphql(h.bot(nil), repoQuery(fmt.Sprintf(`object(oid: %q) { ... on Commit { checkSuites(first: 5) { nodes { push { id permalink } } } } }`, first)), nil).must(t, 200)
	if got := string(a.body); !strings.Contains(got, `"id":"PSH_`) || !strings.Contains(got, fmt.Sprintf(`/acme-telco/churn/compare/%s...%s"`, main[:12], first[:12])) {
		t.Errorf("the push: %s", got)
	}
	writer := h.bot(&github.InstallationTokenOptions{Permissions: &github.InstallationPermissions{Contents: github.String("write")}})
	file := h.botDo(writer, "PUT", base+"/contents/b.txt", `{"message":"b","branch":"topic","content":"eA=="}`).must(t, 201)
	own := fmt.Sprint(file.field("commit", "sha"))
	if got, want := h.suites(own), suite("QUEUED", 0, "null", pushed(first, own, "Bot", "phasegate"), "null"); got != want {
		t.Errorf("pushed by an App: %s\nwant %s", got, want)
	}
	merged := fmt.Sprint(h.do("mina-mle", "PUT", pull+"/merge", "", mina...).must(t, 200).field("sha"))
	if got, want := h.suites(merged), suite("QUEUED", 0, `{"login":"mina-mle"}`, pushed(main, merged, "User", "mina-mle"), "null"); got != want {
		t.Errorf("merged: %s\nwant %s", got, want)
	}
}

func TestASuiteOfACommitThatWasNotPushedHereHasNoPush(t *testing.T) {
	h := newHub(t, withPullHooks)
	fork := "/repos/outsider/churn"
	h.do("outsider", "POST", base+"/forks", "").must(t, 202)
	file := h.do("outsider", "PUT", fork+"/contents/f.txt", `{"message":"f","branch":"main","content":"eA=="}`).must(t, 201)
	h.do("outsider", "POST", base+"/pulls", `{"title":"f","head":"outsider:main","base":"main"}`).must(t, 201)
	sha := fmt.Sprint(file.field("commit", "sha"))
	if got, want := h.suites(sha), `{"checkSuites":{"nodes":[]},"statusCheckRollup":null}`; got != want {
		t.Errorf("pushed to a fork: %s", got)
	}
	h.gate(sha, "success")
	if got, want := h.suites(sha), suite("COMPLETED", 1, "null", "null", `{"state":"SUCCESS"}`); got != want {
		t.Errorf("checked: %s\nwant %s", got, want)
	}
}

// Where suites are not made by themselves, the one that the App makes finds the first push of its commit.
func TestASuiteThatAnAppMakesFindsThePush(t *testing.T) {
	h := newHub(t, withPullHooks)
	automatic := func(on bool) {
		h.do("mina-mle", "PATCH", base+"/check-suites/preferences", fmt.Sprintf(`{"auto_trigger_checks":[{"app_id":4711,"setting":%t}]}`, on), mina...).must(t, 200)
	}
	copied := func(name, sha string) {
		h.do("mina-mle", "POST", base+"/git/refs", fmt.Sprintf(`{"ref":"refs/heads/%s","sha":%q}`, name, sha), mina...).must(t, 201)
	}
	automatic(false)
	main := h.head("main")
	_, first := h.pull("sara-ds", "topic", "a.txt")
	copied("copy", first)
	if got := h.suites(first); strings.Contains(got, "push") {
		t.Errorf("switched off: %s", got)
	}
	h.gate(first, "failure")
	if got, want := h.suites(first), suite("COMPLETED", 1, "null", pushed(main, first, "User", "sara-ds"), `{"state":"FAILURE"}`); got != want {
		t.Errorf("made by the App: %s\nwant %s", got, want)
	}
	// A suite that a later push of the same commit is the first to make is of that push.
	second := h.write("sara-ds", "topic", "b.txt", "x\n")
	automatic(true)
	copied("copy-2", second)
	if got, want := h.suites(second), suite("QUEUED", 0, `{"login":"mina-mle"}`, pushed(noCommit, second, "User", "mina-mle"), "null"); got != want {
		t.Errorf("switched on: %s\nwant %s", got, want)
	}
}
