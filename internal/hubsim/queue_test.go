package hubsim_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-github/v62/github"
)

// queueHub is a repository whose main branch has a merge queue and one required check.
func queueHub(t *testing.T) *hub {
	t.Helper()
	h := newHub(t, withPullHooks)
	h.do("", "POST", base+"/rulesets", `{"name":"queue","enforcement":"active","target":"branch","conditions":{"ref_name":{"include":["~DEFAULT_BRANCH"],"exclude":[]}},
		"rules":[{"type":"merge_queue","parameters":{"merge_method":"MERGE"}},
			{"type":"required_status_checks","parameters":{"required_status_checks":[{"context":"gate","integration_id":4711}]}}]}`, mina...).must(t, 201)
	return h
}

// ready opens a pull request whose check succeeded and returns its number, node id and head.
func (h *hub) ready(branch, path string) (number int, id, head string) {
	h.t.Helper()
	number, head = h.pull("sara-ds", branch, path)
	h.gate(head, "success")
	id, _ = h.do("sara-ds", "GET", fmt.Sprintf("%s/pulls/%d", base, number), "").must(h.t, 200).field("node_id").(string)
	return number, id, head
}

// gate concludes the required check on a commit.
func (h *hub) gate(sha, conclusion string) {
	h.t.Helper()
	h.botDo(h.bot(nil), "POST", base+"/check-runs", fmt.Sprintf(`{"name":"gate","head_sha":%q,"conclusion":%q}`, sha, conclusion)).must(h.t, 201)
}

// enqueue asks for a pull request to be queued and returns the answer.
func (h *hub) enqueue(c *github.Client, id, head string) answer {
	h.t.Helper()
	return h.graphql(c, `mutation($id: ID!, $head: GitObjectID) { enqueuePullRequest(input: {pullRequestId: $id, expectedHeadOid: $head}) { mergeQueueEntry { position state } } }`,
		map[string]any{"id": id, "head": head}).must(h.t, 200)
}

// pulled keeps the webhooks about pull requests and merge groups.
func pulled(calls []hookCall) (names string, groups []hookCall) {
	var kept []hookCall
	for _, c := range calls {
		if strings.HasPrefix(c.name, "merge_group") {
			groups = append(groups, c)
		}
		if strings.HasPrefix(c.name, "merge_group") || strings.HasPrefix(c.name, "pull_request.") {
			kept = append(kept, c)
		}
	}
	return namesOf(kept), groups
}

// entries describes the queue: number, position, state and whether the group builds on the one ahead.
func (h *hub) entries() string {
	h.t.Helper()
	a := h.graphql(h.bot(nil), repoQuery(`mergeQueue { entries(first: 10) { totalCount nodes { position state enqueuedAt enqueuer { login } headCommit { oid } baseCommit { oid } pullRequest { number } } } }`), nil).must(h.t, 200)
	found, _ := a.field("data", "repository", "mergeQueue", "entries").(map[string]any)
	list, _ := found["nodes"].([]any)
	ahead, out := h.head("main"), []string{}
	for _, e := range list {
		m, _ := e.(map[string]any)
		head, _ := m["headCommit"].(map[string]any)
		parent, _ := m["baseCommit"].(map[string]any)
		pull, _ := m["pullRequest"].(map[string]any)
		out = append(out, fmt.Sprintf("#%v at %v %v %v", pull["number"], m["position"], m["state"], parent["oid"] == ahead))
		ahead, _ = head["oid"].(string)
	}
	return strings.Join(out, ", ")
}

func group(c hookCall, key string) string {
	v, _ := c.at("merge_group", key).(string)
	return v
}

func TestMergeQueueMergesInOrder(t *testing.T) {
	h := queueHub(t)
	one, first, head := h.ready("one", "one.txt")
	two, second, _ := h.ready("two", "two.txt")
	h.do("sara-ds", "PUT", fmt.Sprintf("%s/pulls/%d/merge", base, one), "").must(t, 405)
	main := h.head("main")
	h.take()
	if a := h.enqueue(h.as("sara-ds"), first, head); a.field("data", "enqueuePullRequest", "mergeQueueEntry", "state") != "AWAITING_CHECKS" {
		t.Errorf("enqueued: %s", a.body)
	}
	names, groups := pulled(h.take())
	if names != "pull_request.enqueued merge_group.checks_requested" {
		t.Fatalf("enqueued: %s", names)
	}
	g := groups[0]
	branch := fmt.Sprintf("gh-readonly-queue/main/pr-%d-%s", one, main)
	if group(g, "head_ref") != "refs/heads/"+branch || group(g, "base_sha") != main || group(g, "base_ref") != "refs/heads/main" ||
		g.at("merge_group", "head_commit", "id") != group(g, "head_sha") || h.head(branch) != group(g, "head_sha") {
		t.Errorf("group %v", g.at("merge_group"))
	}
	h.do("sara-ds", "PATCH", base+"/git/refs/heads/"+branch, fmt.Sprintf(`{"sha":%q,"force":true}`, main)).must(t, 422)
	h.enqueue(h.as("sara-ds"), second, "")
	_, behind := pulled(h.take())
	if got, want := h.entries(), fmt.Sprintf("#%d at 1 AWAITING_CHECKS true, #%d at 2 AWAITING_CHECKS true", one, two); got != want {
		t.Errorf("queue %s, want %s", got, want)
	}
	h.gate(group(behind[0], "head_sha"), "success") // which waits for the one ahead
	if got, want := h.entries(), fmt.Sprintf("#%d at 1 AWAITING_CHECKS true, #%d at 2 MERGEABLE true", one, two); got != want {
		t.Errorf("queue %s, want %s", got, want)
	}
	h.take()
	h.gate(group(g, "head_sha"), "success")
	names, groups = pulled(h.take())
	if want := strings.Repeat("pull_request.closed pull_request.dequeued merge_group.destroyed ", 2); names+" " != want {
		t.Errorf("merged: %s", names)
	}
	for _, g := range groups {
		if g.at("reason") != "merged" {
			t.Errorf("destroyed: %v", g.at("reason"))
		}
	}
	if h.head("main") != group(behind[0], "head_sha") || h.entries() != "" {
		t.Errorf("main is not at the last group: %s", h.entries())
	}
	h.do("sara-ds", "GET", base+"/git/ref/heads/"+branch, "").must(t, 404)
	a := h.graphql(h.bot(nil), repoQuery(fmt.Sprintf(`pullRequest(number: %d) { merged mergedBy { login } isInMergeQueue mergeQueueEntry { id } mergeCommit { oid } }`, two)), nil)
	a.want(t, fmt.Sprintf(`{"data":{"repository":{"pullRequest":{"merged":true,"mergedBy":{"login":"github-merge-queue"},"isInMergeQueue":false,"mergeQueueEntry":null,"mergeCommit":{"oid":%q}}}}}`, h.head("main")))
}

func TestMergeQueueDropsWhatFails(t *testing.T) {
	h := queueHub(t)
	one, first, _ := h.ready("one", "one.txt")
	two, second, _ := h.ready("two", "two.txt")
	three, third, _ := h.ready("three", "three.txt")
	for _, id := range []string{first, second, third} {
		h.enqueue(h.as("sara-ds"), id, "")
	}
	_, groups := pulled(h.take())
	h.gate(group(groups[1], "head_sha"), "failure")
	calls := h.take()
	names, destroyed := pulled(calls)
	if want := "merge_group.destroyed merge_group.destroyed pull_request.dequeued merge_group.checks_requested"; names != want {
		t.Errorf("failed: %s, want %s", names, want)
	}
	if destroyed[0].at("reason") != "invalidated" || destroyed[1].at("reason") != "dequeued" || group(destroyed[2], "base_sha") != group(groups[0], "head_sha") {
		t.Errorf("the one behind was not built anew on the first: %v", destroyed)
	}
	for _, c := range calls {
		if c.name == "pull_request.dequeued" && (c.at("reason") != "CI_FAILURE" || c.at("number") != float64(two)) {
			t.Errorf("dequeued %v: %v", c.at("number"), c.at("reason"))
		}
	}
	if got, want := h.entries(), fmt.Sprintf("#%d at 1 AWAITING_CHECKS true, #%d at 2 AWAITING_CHECKS true", one, three); got != want {
		t.Errorf("queue %s, want %s", got, want)
	}
	// A push to a queued pull request takes it out, and so does who asks for it.
	h.write("sara-ds", "one", "more.txt", "x")
	names, _ = pulled(h.take())
	if want := "merge_group.destroyed merge_group.destroyed pull_request.dequeued merge_group.checks_requested pull_request.synchronize"; names != want {
		t.Errorf("pushed: %s, want %s", names, want)
	}
	dequeue := func(c *github.Client) answer {
		return h.graphql(c, `mutation($id: ID!) { dequeuePullRequest(input: {id: $id}) { mergeQueueEntry { pullRequest { number } } } }`, map[string]any{"id": third}).must(t, 200)
	}
	if a := dequeue(h.as("tom-tri")); !strings.Contains(string(a.body), "FORBIDDEN") {
		t.Errorf("dequeued without write: %s", a.body)
	}
	dequeue(h.as("sara-ds")).want(t, fmt.Sprintf(`{"data":{"dequeuePullRequest":{"mergeQueueEntry":{"pullRequest":{"number":%d}}}}}`, three))
	if names, _ := pulled(h.take()); names != "merge_group.destroyed pull_request.dequeued" || h.entries() != "" {
		t.Errorf("dequeued: %s, left %s", names, h.entries())
	}
	if a := dequeue(h.as("sara-ds")); !strings.Contains(string(a.body), "UNPROCESSABLE") {
		t.Errorf("dequeued twice: %s", a.body)
	}
}

func TestMergeQueueTakesOnlyWhatIsReady(t *testing.T) {
	h := queueHub(t)
	_, id, head := h.ready("one", "one.txt")
	refused := func(c *github.Client, head, want string) {
		t.Helper()
		if a := h.enqueue(c, id, head); !strings.Contains(string(a.body), want) {
			t.Errorf("answered %s, want %s", a.body, want)
		}
	}
	refused(h.as("tom-tri"), head, "FORBIDDEN")
	refused(h.as("sara-ds"), h.head("main"), "Head branch was modified")
	h.gate(head, "failure")
	refused(h.as("sara-ds"), head, "Required status check")
	h.gate(head, "success")
	h.enqueue(h.as("sara-ds"), id, head)
	refused(h.as("sara-ds"), head, "Pull request is already in the queue")
	other := h.do("sara-ds", "PATCH", base+"/pulls/1", `{"state":"closed"}`).must(t, 200)
	if names, _ := pulled(h.take()); !strings.HasSuffix(names, "pull_request.dequeued pull_request.closed") {
		t.Errorf("closing a queued one: %s", names)
	}
	refused(h.as("sara-ds"), "", "Pull request is closed")
	h.do("sara-ds", "PATCH", base+"/pulls/1", `{"state":"open"}`).must(t, 200)
	h.branch("sara-ds", "release", h.head("main"))
	h.write("sara-ds", "release", "r.txt", "r")
	h.do("sara-ds", "PATCH", base+"/pulls/1", `{"base":"release"}`).must(t, 200)
	refused(h.as("sara-ds"), "", "Base branch does not have a merge queue enabled")
	h.do("sara-ds", "PATCH", base+"/pulls/1", `{"base":"main"}`).must(t, 200)
	h.graphql(h.as("sara-ds"), `mutation($id: ID!) { convertPullRequestToDraft(input: {pullRequestId: $id}) { clientMutationId } }`, map[string]any{"id": other.field("node_id")}).must(t, 200)
	refused(h.as("sara-ds"), "", "draft")
	h.graphql(h.as("sara-ds"), `mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { clientMutationId } }`, map[string]any{"id": other.field("node_id")}).must(t, 200)
	h.enqueue(h.as("sara-ds"), id, head)
	// Two that contradict each other: the second cannot be built on the first.
	h.branch("sara-ds", "rival", h.head("main"))
	rival := h.write("sara-ds", "rival", "one.txt", "something else\n")
	pull := h.do("sara-ds", "POST", base+"/pulls", `{"title":"rival","head":"rival","base":"main"}`).must(t, 201)
	h.gate(rival, "success")
	h.take()
	id, _ = pull.field("node_id").(string)
	h.enqueue(h.as("sara-ds"), id, "")
	calls := h.take()
	if names, _ := pulled(calls); names != "pull_request.enqueued pull_request.dequeued" || calls[len(calls)-1].at("reason") != "MERGE_CONFLICT" {
		t.Errorf("a conflict: %s", names)
	}
}

func TestMergeQueueFollowsItsBase(t *testing.T) {
	h := queueHub(t)
	rules := h.do("", "GET", base+"/rulesets", "", mina...).must(t, 200)
	id := strings.Split(strings.SplitN(string(rules.body), `"id":`, 2)[1], ",")[0]
	h.do("", "PUT", base+"/rulesets/"+id, `{"rules":[{"type":"merge_queue","parameters":{"merge_method":"SQUASH"}},
		{"type":"required_status_checks","parameters":{"required_status_checks":[{"context":"gate","integration_id":4711}]}}]}`, mina...).must(t, 200)
	number, pull, _ := h.ready("one", "one.txt")
	h.enqueue(h.as("sara-ds"), pull, "")
	h.take()
	h.do("", "PUT", base+"/contents/new.txt", `{"message":"past the queue","branch":"main","content":"eA=="}`, mina...).must(t, 201)
	names, groups := pulled(h.take())
	if names != "merge_group.destroyed merge_group.checks_requested" || groups[0].at("reason") != "invalidated" || group(groups[1], "base_sha") != h.head("main") {
		t.Fatalf("the base moved: %s", names)
	}
	sha := group(groups[1], "head_sha")
	if c := h.do("rui-sme", "GET", base+"/commits/"+sha, "").must(t, 200); fmt.Sprint(c.field("commit", "message")) != fmt.Sprintf("Write one.txt (#%d)", number) {
		t.Errorf("not squashed: %v", c.field("commit", "message"))
	}
	suite := h.do("rui-sme", "GET", base+"/commits/"+sha+"/check-suites", "").must(t, 200)
	if !strings.Contains(string(suite.body), `"head_branch":"gh-readonly-queue/main/pr-`) || !strings.Contains(string(suite.body), `"pull_requests":[]`) {
		t.Errorf("the suite of a group: %s", suite.body)
	}
	h.gate(sha, "success")
	if h.head("main") != sha {
		t.Error("it was not merged")
	}
}

func TestTheQueueDeletesMergedBranches(t *testing.T) {
	h := queueHub(t)
	h.do("mina-mle", "PATCH", base, `{"delete_branch_on_merge":true}`, mina...).must(t, 200)
	_, id, head := h.ready("topic", "a.txt")
	h.enqueue(h.as("sara-ds"), id, head)
	_, groups := pulled(h.take())
	sha, _ := groups[len(groups)-1].at("merge_group", "head_sha").(string)
	h.do("rui-sme", "GET", base+"/git/ref/heads/topic", "").must(t, 200)
	h.gate(sha, "success")
	h.do("rui-sme", "GET", base+"/git/ref/heads/topic", "").must(t, 404)
}

func TestAChangedBaseLeavesTheQueue(t *testing.T) {
	h := queueHub(t)
	h.branch("sara-ds", "release", h.head("main"))
	number, id, head := h.ready("topic", "a.txt")
	h.enqueue(h.as("sara-ds"), id, head)
	h.take()
	h.do("sara-ds", "PATCH", fmt.Sprintf("%s/pulls/%d", base, number), `{"base":"release"}`).must(t, 200)
	if names, _ := pulled(h.take()); names != "merge_group.destroyed pull_request.dequeued pull_request.edited" {
		t.Errorf("webhooks %s", names)
	}
}

// A suite tells of the branch that it was made for as long as there is that branch.
func TestSuitesTellOfTheBranchOfAMergeGroup(t *testing.T) {
	h := queueHub(t)
	_, id, head := h.ready("one", "one.txt")
	main := h.head("main")
	h.take()
	h.enqueue(h.as("sara-ds"), id, head)
	_, groups := pulled(h.take())
	made := group(groups[0], "head_sha")
	branches := func(sha string) string {
		a := h.graphql(h.bot(nil), repoQuery(fmt.Sprintf(`object(oid: %q) { ... on Commit { checkSuites(first: 10) { nodes { branch { name prefix } } } } }`, sha)), nil).must(t, 200)
		got, err := json.Marshal(a.field("data", "repository", "object", "checkSuites", "nodes"))
		if err != nil {
			t.Fatal(err)
		}
		return string(got)
	}
	if got, want := branches(head), `[{"branch":{"name":"one","prefix":"refs/heads/"}}]`; got != want {
		t.Errorf("of a pull request: %s, want %s", got, want)
	}
	queued := fmt.Sprintf(`[{"branch":{"name":"gh-readonly-queue/main/%s","prefix":"refs/heads/"}}]`, strings.TrimPrefix(group(groups[0], "head_ref"), "refs/heads/gh-readonly-queue/main/"))
	h.do("sara-ds", "POST", base+"/git/refs", fmt.Sprintf(`{"ref":"refs/heads/also","sha":%q}`, made)).must(t, 201)
	if got := branches(made); got != queued {
		t.Errorf("of a group: %s, want %s", got, queued)
	}
	h.gate(made, "success") // merged: the branch of the group is deleted
	if h.head("main") != made || h.head("main") == main {
		t.Error("the group is not merged")
	}
	if got := branches(made); got != `[{"branch":null}]` {
		t.Errorf("of a group that is merged: %s", got)
	}
}
