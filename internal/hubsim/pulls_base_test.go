package hubsim_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// bases describes what a pull request's timeline says of its base.
func (h *hub) bases(number int) string {
	h.t.Helper()
	a := h.graphql(h.bot(nil), repoQuery(fmt.Sprintf(`pullRequest(number: %d) { timelineItems(first: 10, itemTypes: [BASE_REF_CHANGED_EVENT, BASE_REF_FORCE_PUSHED_EVENT, BASE_REF_DELETED_EVENT,
		AUTOMATIC_BASE_CHANGE_SUCCEEDED_EVENT, AUTOMATIC_BASE_CHANGE_FAILED_EVENT, CLOSED_EVENT]) { nodes { __typename
			... on BaseRefChangedEvent { actor { login } previousRefName currentRefName pullRequest { number } }
			... on BaseRefForcePushedEvent { actor { login } beforeCommit { oid } afterCommit { oid } ref { name } pullRequest { number } }
			... on BaseRefDeletedEvent { actor { login } baseRefName of: pullRequest { number } }
			... on AutomaticBaseChangeSucceededEvent { actor { login } oldBase newBase pullRequest { number } }
			... on AutomaticBaseChangeFailedEvent { actor { login } oldBase newBase pullRequest { number } } } } }`, number)), nil).must(h.t, 200)
	got, err := json.Marshal(a.field("data", "repository", "pullRequest", "timelineItems", "nodes"))
	if err != nil {
		h.t.Fatal(err)
	}
	return string(got)
}

// restEvents names what REST tells of a pull request: the events list and the timeline.
func (h *hub) restEvents(number int) string {
	h.t.Helper()
	var out []string
	for _, list := range []string{"events", "timeline"} {
		var names []string
		var items []struct{ Event string }
		a := h.do("rui-sme", "GET", fmt.Sprintf("%s/issues/%d/%s", base, number, list), "").must(h.t, 200)
		if err := json.Unmarshal(a.body, &items); err != nil {
			h.t.Fatal(err)
		}
		for _, it := range items {
			if it.Event != "committed" {
				names = append(names, it.Event)
			}
		}
		out = append(out, strings.Join(names, " "))
	}
	return strings.Join(out, " | ")
}

// stack opens a pull request into main and another one into its branch.
func (h *hub) stack() (lower, upper int) {
	h.t.Helper()
	lower, _ = h.pull("sara-ds", "lower", "a.txt")
	h.branch("sara-ds", "upper", h.head("lower"))
	h.write("sara-ds", "upper", "b.txt", "x\n")
	a := h.do("sara-ds", "POST", base+"/pulls", `{"title":"upper","head":"upper","base":"lower","body":""}`).must(h.t, 201)
	n, _ := a.field("number").(float64)
	return lower, int(n)
}

func (h *hub) merge(number int) {
	h.t.Helper()
	h.do("mina-mle", "PUT", fmt.Sprintf("%s/pulls/%d/merge", base, number), "", mina...).must(h.t, 200)
}

func TestAChangedBaseIsTold(t *testing.T) {
	h := newHub(t, withPullHooks)
	_, upper := h.stack()
	pull := fmt.Sprintf("%s/pulls/%d", base, upper)
	h.do("sara-ds", "PATCH", pull, `{"base":"main"}`).must(t, 200)
	if got, want := h.bases(upper), fmt.Sprintf(`[{"__typename":"BaseRefChangedEvent","actor":{"login":"sara-ds"},"currentRefName":"main","previousRefName":"lower","pullRequest":{"number":%d}}]`, upper); got != want {
		t.Errorf("edited: %s\nwant %s", got, want)
	}
	if got := h.restEvents(upper); got != "base_ref_changed | base_ref_changed" {
		t.Errorf("edited: %s", got)
	}
	h.do("sara-ds", "POST", base+"/pulls", `{"title":"again","head":"upper","base":"lower"}`).must(t, 201)
	if a := h.do("sara-ds", "PATCH", pull, `{"base":"lower"}`).must(t, 422); !strings.Contains(string(a.body), "A pull request already exists for base branch 'lower' and head branch 'upper'") {
		t.Errorf("a second one: %s", a.body)
	}
}

func TestARewrittenBaseIsToldToEveryOpenPullRequest(t *testing.T) {
	h := newHub(t, withPullHooks)
	lower, upper := h.stack()
	before := h.write("sara-ds", "lower", "c.txt", "x\n")
	if got := h.bases(upper); got != "[]" {
		t.Errorf("a fast forward: %s", got)
	}
	tree, _ := h.do("sara-ds", "GET", base+"/git/commits/"+before, "").must(t, 200).field("tree", "sha").(string)
	after := h.commitOf("sara-ds", "Again", tree, h.head("main"))
	h.take()
	h.do("mina-mle", "PATCH", base+"/git/refs/heads/lower", fmt.Sprintf(`{"sha":%q,"force":true}`, after), mina...).must(t, 200)
	if got := namesOf(h.take()); got != "check_suite.requested pull_request.synchronize" {
		t.Errorf("webhooks %s", got)
	}
	want := fmt.Sprintf(`[{"__typename":"BaseRefForcePushedEvent","actor":{"login":"mina-mle"},"afterCommit":{"oid":%q},"beforeCommit":{"oid":%q},"pullRequest":{"number":%d},"ref":{"name":"lower"}}]`, after, before, upper)
	if got := h.bases(upper); got != want {
		t.Errorf("forced: %s\nwant %s", got, want)
	}
	if got := h.restEvents(upper); got != "base_ref_force_pushed | base_ref_force_pushed" {
		t.Errorf("forced: %s", got)
	}
	if got := h.bases(lower); got != "[]" {
		t.Errorf("whose head it is: %s", got)
	}
}

// Deleted over the API, a branch takes the pull requests into it along, even if it was merged before.
func TestADeletedBaseClosesItsPullRequests(t *testing.T) {
	for _, merged := range []bool{false, true} {
		h := newHub(t, withPullHooks)
		lower, upper := h.stack()
		if merged {
			h.merge(lower)
		}
		h.take()
		h.do("mina-mle", "DELETE", base+"/git/refs/heads/lower", "", mina...).must(t, 204)
		calls := h.take()
		if last := calls[len(calls)-1]; last.name != "pull_request.closed" || last.at("number") != float64(upper) || last.at("pull_request", "base", "ref") != "lower" {
			t.Errorf("merged %v: webhooks %s, base %v", merged, namesOf(calls), last.at("pull_request", "base", "ref"))
		}
		want := fmt.Sprintf(`[{"__typename":"BaseRefDeletedEvent","actor":{"login":"mina-mle"},"baseRefName":"lower","of":{"number":%d}},{"__typename":"ClosedEvent"}]`, upper)
		if got := h.bases(upper); got != want {
			t.Errorf("merged %v: %s\nwant %s", merged, got, want)
		}
		if got := h.restEvents(upper); got != "base_ref_deleted closed | base_ref_deleted closed" {
			t.Errorf("merged %v: %s", merged, got)
		}
	}
}

// A repository may be set to delete merged branches: then the pull requests into them go on into what they were
// merged into.
func TestWhatBuildsOnAMergedBranchIsRetargeted(t *testing.T) {
	h := newHub(t, withPullHooks)
	h.do("mina-mle", "PATCH", base, `{"delete_branch_on_merge":true}`, mina...).must(t, 200)
	if a := h.do("mina-mle", "GET", base, "", mina...).must(t, 200); a.field("delete_branch_on_merge") != true {
		t.Errorf("set to %v", a.field("delete_branch_on_merge"))
	}
	lower, upper := h.stack()
	tip := h.head("lower")
	h.take()
	h.merge(lower)
	calls := h.take()
	if got := namesOf(calls); got != "check_suite.requested pull_request.closed pull_request.edited" {
		t.Fatalf("webhooks %s", got)
	}
	edited := calls[2]
	if edited.at("number") != float64(upper) || edited.at("changes", "base", "ref", "from") != "lower" || edited.at("changes", "base", "sha", "from") != tip ||
		edited.at("pull_request", "base", "ref") != "main" || edited.at("pull_request", "base", "sha") != h.head("main") {
		t.Errorf("edited %v of %v", edited.at("changes"), edited.at("number"))
	}
	h.do("rui-sme", "GET", base+"/git/ref/heads/lower", "").must(t, 404)
	want := fmt.Sprintf(`[{"__typename":"AutomaticBaseChangeSucceededEvent","actor":{"login":"mina-mle"},"newBase":"main","oldBase":"lower","pullRequest":{"number":%d}}]`, upper)
	if got := h.bases(upper); got != want {
		t.Errorf("retargeted: %s\nwant %s", got, want)
	}
	if got := h.restEvents(upper); got != "automatic_base_change_succeeded | automatic_base_change_succeeded" {
		t.Errorf("retargeted: %s", got)
	}
	h.merge(upper)
	if a := h.do("rui-sme", "GET", fmt.Sprintf("%s/pulls/%d", base, upper), "").must(t, 200); a.field("merged") != true || a.field("base", "ref") != "main" {
		t.Errorf("merged into %v", a.field("base", "ref"))
	}
}

func TestWhatCannotBeRetargetedIsClosed(t *testing.T) {
	h := newHub(t, withPullHooks)
	h.do("mina-mle", "PATCH", base, `{"delete_branch_on_merge":true}`, mina...).must(t, 200)
	lower, upper := h.stack()
	h.do("sara-ds", "POST", base+"/pulls", `{"title":"another way","head":"upper","base":"main"}`).must(t, 201)
	h.merge(lower)
	want := fmt.Sprintf(`[{"__typename":"AutomaticBaseChangeFailedEvent","actor":{"login":"mina-mle"},"newBase":"main","oldBase":"lower","pullRequest":{"number":%d}},`, upper) +
		fmt.Sprintf(`{"__typename":"BaseRefDeletedEvent","actor":{"login":"mina-mle"},"baseRefName":"lower","of":{"number":%d}},{"__typename":"ClosedEvent"}]`, upper)
	if got := h.bases(upper); got != want {
		t.Errorf("closed: %s\nwant %s", got, want)
	}
}

// A branch that is somebody else's head yet, protected, the default one or of a fork, stays.
func TestMergedBranchesThatStay(t *testing.T) {
	h := newHub(t, withPullHooks)
	h.do("mina-mle", "PATCH", base, `{"delete_branch_on_merge":true}`, mina...).must(t, 200)
	h.branch("sara-ds", "release", h.head("main"))
	open := func(login, head, into string) int {
		n, _ := h.do(login, "POST", base+"/pulls", fmt.Sprintf(`{"title":"x","head":%q,"base":%q}`, head, into)).must(t, 201).field("number").(float64)
		return int(n)
	}
	used, _ := h.pull("sara-ds", "used", "a.txt")
	open("sara-ds", "used", "release")
	h.merge(used)
	h.head("used")
	kept, _ := h.pull("sara-ds", "kept", "b.txt")
	h.do("mina-mle", "PUT", base+"/branches/kept/protection", `{"required_status_checks":null,"enforce_admins":false,"required_pull_request_reviews":null,"restrictions":null}`, mina...).must(t, 200)
	h.merge(kept)
	h.head("kept")
	h.merge(open("sara-ds", "main", "release"))
	h.head("main")
	h.do("outsider", "POST", base+"/forks", "").must(t, 202)
	h.do("outsider", "PUT", "/repos/outsider/churn/contents/f.txt", `{"message":"f","branch":"release","content":"eA=="}`).must(t, 201)
	h.take()
	forked := open("outsider", "outsider:release", "main")
	opened := h.take()[0]
	if head, into := opened.at("pull_request", "head", "repo", "delete_branch_on_merge"), opened.at("pull_request", "base", "repo", "delete_branch_on_merge"); head != false || into != true {
		t.Errorf("set to %v in the fork, %v here", head, into)
	}
	h.merge(forked)
	h.head("release")
}
