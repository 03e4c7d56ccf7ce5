package acceptance_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// queueWorld is a lightWorld whose main branch has a merge queue, which wants some checks. Without the commit status
// "ci", which the test gives, nothing is merged.
func queueWorld(t *testing.T, required ...string) *world {
	t.Helper()
	w := lightWorld(t)
	checks := []any{map[string]any{"context": "ci"}}
	for _, name := range required {
		checks = append(checks, map[string]any{"context": name, "integration_id": w.sys.product.id})
	}
	w.as("mina-mle", "POST", "/rulesets", map[string]any{
		"name": "queue", "target": "branch", "enforcement": "active", "conditions": map[string]any{"ref_name": map[string]any{"include": []string{"~DEFAULT_BRANCH"}, "exclude": []string{}}},
		"rules": []any{
			map[string]any{"type": "merge_queue", "parameters": map[string]any{"merge_method": "MERGE", "grouping_strategy": "ALLGREEN", "check_response_timeout_minutes": 60,
				"max_entries_to_build": 5, "max_entries_to_merge": 5, "min_entries_to_merge": 1, "min_entries_to_merge_wait_minutes": 5}},
			map[string]any{"type": "required_status_checks", "parameters": map[string]any{"strict_required_status_checks_policy": false, "required_status_checks": checks}},
		},
	})
	return w
}

// notebook opens a pull request of sara's that a data scientist must approve, whose CI is green.
func (w *world) notebook(number int, branch string) {
	w.t.Helper()
	head := fmt.Sprintf("#%d", number)
	w.push("sara-ds", branch, head, [2]string{"notebooks/" + branch + ".ipynb", "{}\n"})
	w.pull(number, "sara-ds", branch, "Look at "+branch, "Deliverable: #2")
	w.green(w.heads[head])
}

// green says that CI succeeded on a commit.
func (w *world) green(sha string) {
	w.t.Helper()
	w.as("felix-se", "POST", "/statuses/"+sha, map[string]any{"state": "success", "context": "ci"})
	w.settle()
}

// entry is a place in the merge queue.
type entry struct {
	Number int
	Group  string // commit of its group
}

// graphql sends a document as a person, which must succeed.
func (w *world) graphql(login, document string) answer {
	w.t.Helper()
	a, err := w.raw("POST", w.sys.WebURL+"/api/graphql", "sim-"+login, map[string]any{"query": document}, nil)
	if err != nil || a.status != 200 || a.field("errors") != nil {
		w.t.Fatalf("%s: %d %.300s, %v", document, a.status, a.body, err)
	}
	return a
}

// enqueue puts a pull request in the merge queue.
func (w *world) enqueue(number int) {
	w.t.Helper()
	id := w.as("mina-mle", "GET", fmt.Sprintf("/pulls/%d", number), nil).field("node_id")
	w.graphql("mina-mle", fmt.Sprintf(`mutation { enqueuePullRequest(input: {pullRequestId: %q}) { clientMutationId } }`, id))
	w.settle()
}

// queue lists the merge queue from its front.
func (w *world) queue() []entry {
	w.t.Helper()
	owner, name, _ := strings.Cut(strings.TrimPrefix(repoPath, "/repos/"), "/")
	a := w.graphql("mina-mle", fmt.Sprintf(`query { repository(owner: %q, name: %q) { mergeQueue { entries(first: 50) { nodes { headCommit { oid } pullRequest { number } } } } } }`, owner, name))
	var out []entry
	data := a.field("data").(map[string]any)["repository"].(map[string]any)["mergeQueue"].(map[string]any)["entries"].(map[string]any)
	for _, n := range data["nodes"].([]any) {
		node := n.(map[string]any)
		e := entry{Number: int(node["pullRequest"].(map[string]any)["number"].(float64))}
		if head, made := node["headCommit"].(map[string]any); made {
			e.Group = head["oid"].(string)
		}
		out = append(out, e)
	}
	return out
}

// vouched fails if a group's roles check says success though a pull request in it is not approved on its head.
func (w *world) vouched() {
	w.t.Helper()
	var members []int
	for _, e := range w.queue() {
		members = append(members, e.Number)
		if w.on(e.Group, "roles").state() != "success" {
			continue
		}
		for _, n := range members {
			var pull struct{ Head struct{ SHA string } }
			w.read(fmt.Sprintf("/pulls/%d", n), &pull)
			if got := w.on(pull.Head.SHA, "roles").state(); got != "success" {
				w.t.Errorf("the group of #%d says success; #%d, which is in it, is %s", e.Number, n, got)
			}
		}
	}
}

// merged reports whether a pull request is.
func (w *world) merged(number int) bool {
	w.t.Helper()
	var pull struct{ Merged bool }
	w.read(fmt.Sprintf("/pulls/%d", number), &pull)
	return pull.Merged
}

// waits fails unless these pull requests are in the queue, and returns their groups' commits.
func (w *world) waits(numbers ...int) []string {
	w.t.Helper()
	var got []int
	var groups []string
	for _, e := range w.queue() {
		got, groups = append(got, e.Number), append(groups, e.Group)
	}
	if !slices.Equal(got, numbers) {
		w.t.Fatalf("the queue holds %v, want %v", got, numbers)
	}
	w.vouched()
	return groups
}

// The checks of a pull request come to stand on its group, and it is merged.
func TestQueueMerges(t *testing.T) {
	t.Parallel()
	w := queueWorld(t, "phasegate/gate", "phasegate/roles")
	w.notebook(4, "usage")
	w.approvePull(4, "tomas-ds", "#4")
	w.enqueue(4)
	group := w.waits(4)[0]
	for name, want := range map[string]string{"gate": "success", "roles": "success", "metrics": "success", "config": ""} {
		if got := w.on(group, name).state(); got != want {
			t.Errorf("%s on the group is %q, want %q", name, got, want)
		}
	}
	w.noWrite("the same event again", func() { w.deliverAnew(w.lastOf("merge_group")); w.settle() })
	w.says("the title", w.on(group, "roles").Output.Title, same("#4"))
	w.green(group)
	if w.waits(); !w.merged(4) {
		t.Error("#4 is not merged")
	}
}

// lastOf is the newest delivery of an event.
func (w *world) lastOf(event string) delivery {
	w.t.Helper()
	var found delivery
	for _, d := range w.deliveries() {
		if d.Event == event && d.ID > found.ID {
			found = d
		}
	}
	return found
}

// A group of which one is not approved says which; one that does not hold it passes.
func TestQueueNamesWhoDoesNotPass(t *testing.T) {
	t.Parallel()
	w := queueWorld(t)
	w.notebook(4, "usage")
	w.notebook(5, "churners")
	w.approvePull(4, "tomas-ds", "#4")
	w.enqueue(4)
	w.enqueue(5)
	groups := w.waits(4, 5)
	if got := w.on(groups[0], "roles").state(); got != "success" {
		t.Errorf("the group of #4 alone is %s", got)
	}
	run := w.on(groups[1], "roles")
	if run.state() != "failure" || !strings.HasPrefix(run.Output.Title, "#5: ") || !strings.Contains(run.Output.Title, "tomas-ds") || strings.Contains(run.Output.Title+run.Output.Summary, "@") {
		t.Errorf("the group of #4 and #5: %s, %q", run.state(), run.Output.Title)
	}
	if got := w.on(groups[1], "gate").state(); got != "success" {
		t.Errorf("the gate check of #4 and #5 is %s", got)
	}
	w.approvePull(5, "tomas-ds", "#5") // while it is queued
	if run := w.on(w.waits(4, 5)[1], "roles"); run.state() != "success" || !strings.Contains(run.Output.Title, "2") {
		t.Errorf("once both are approved: %s, %q", run.state(), run.Output.Title)
	}
	w.dismiss(4) // which the group behind holds too
	for i, group := range w.waits(4, 5) {
		if run := w.on(group, "roles"); run.state() != "failure" || !strings.HasPrefix(run.Output.Title, "#4: ") {
			t.Errorf("group %d, once the approval of #4 is dismissed: %s, %q", i, run.state(), run.Output.Title)
		}
	}
}

// dismiss takes every review of a pull request back.
func (w *world) dismiss(number int) {
	w.t.Helper()
	var reviews []struct{ ID int64 }
	w.read(fmt.Sprintf("/pulls/%d/reviews", number), &reviews)
	for _, r := range reviews {
		w.as("mina-mle", "PUT", fmt.Sprintf("/pulls/%d/reviews/%d/dismissals", number, r.ID), map[string]any{"message": "Look again."})
	}
	w.settle()
}

// An approval that is dismissed while the pull request waits takes it out of the queue; who waited behind it goes on.
func TestQueueAfterADismissal(t *testing.T) {
	t.Parallel()
	w := queueWorld(t, "phasegate/gate", "phasegate/roles")
	w.notebook(4, "usage")
	w.notebook(5, "churners")
	for _, n := range []int{4, 5} {
		w.approvePull(n, "tomas-ds", fmt.Sprintf("#%d", n))
		w.enqueue(n)
	}
	was := w.waits(4, 5)
	w.dismiss(4)
	now := w.waits(5)
	if run := w.on(was[0], "roles"); run.state() != "failure" || !strings.HasPrefix(run.Output.Title, "#4: ") {
		t.Errorf("the group of #4: %s, %q", run.state(), run.Output.Title)
	}
	w.green(now[0])
	if w.waits(); w.merged(4) || !w.merged(5) {
		t.Errorf("#4 merged: %v, #5 merged: %v", w.merged(4), w.merged(5))
	}
}

// A push takes a pull request out of the queue; its new group counts what approves the new head, and nothing else.
func TestQueueAfterAPush(t *testing.T) {
	t.Parallel()
	w := queueWorld(t)
	w.notebook(4, "usage")
	w.approvePull(4, "tomas-ds", "#4")
	w.enqueue(4)
	w.waits(4)
	w.push("sara-ds", "usage", "#4 more", [2]string{"notebooks/usage.ipynb", "{\"cells\": []}\n"})
	w.waits()
	w.green(w.heads["#4 more"])
	w.enqueue(4)
	if run := w.on(w.waits(4)[0], "roles"); run.state() != "failure" || !strings.Contains(run.Output.Title, "tomas-ds") {
		t.Errorf("the approval was for another content: %s, %q", run.state(), run.Output.Title)
	}
	w.approvePull(4, "tomas-ds", "#4 more")
	if run := w.on(w.waits(4)[0], "roles"); run.state() != "success" {
		t.Errorf("the new head is approved: %s, %q", run.state(), run.Output.Title)
	}
}

// Who only observes stops no queue, and is told what would have stopped it.
func TestQueueObserved(t *testing.T) {
	t.Parallel()
	w := queueWorld(t, "phasegate/gate", "phasegate/roles")
	w.writeConfig(strings.Replace(config(lifecycle.English), "mode: enforce", "mode: observe", 1))
	w.notebook(4, "usage")
	w.enqueue(4)
	group := w.waits(4)[0]
	if run := w.on(group, "roles"); run.state() != "neutral" || !strings.HasPrefix(run.Output.Title, "#4: ") {
		t.Errorf("observed: %s, %q", run.state(), run.Output.Title)
	}
	w.green(group)
	if w.waits(); !w.merged(4) {
		t.Error("#4 is not merged")
	}
}

// A pull request whose head is a group's commit has nothing written on it while the group waits: what stands there is
// said of the group. Once that is merged, the pull request is judged by the rules of its own base.
func TestPullOfAGroupsCommit(t *testing.T) {
	t.Parallel()
	w := queueWorld(t)
	w.notebook(4, "usage")
	w.enqueue(4)
	group := w.waits(4)[0]
	stood := map[string]string{}
	for _, name := range []string{"gate", "roles", "metrics"} {
		stood[name] = w.on(group, name).state()
	}
	if stood["roles"] != "failure" {
		t.Fatalf("roles of a group with one that is not approved is %q", stood["roles"])
	}
	for branch, sha := range map[string]string{"lax": w.main(), "thief": group} {
		w.as("sara-ds", "POST", "/git/refs", map[string]any{"ref": "refs/heads/" + branch, "sha": sha})
	}
	n := w.as("sara-ds", "POST", "/pulls", map[string]any{"title": "Nothing much", "body": "Deliverable: #99", "head": "thief", "base": "lax"}).number()
	w.settle()
	w.as("tomas-ds", "POST", fmt.Sprintf("/pulls/%d/reviews", n), map[string]any{"event": "APPROVE", "commit_id": group, "body": "Fine."})
	w.settle()
	untouched := func(what string) {
		t.Helper()
		for name, want := range stood {
			if got := w.on(group, name).state(); got != want {
				t.Errorf("%s: %s of the group is %q, want %q", what, name, got, want)
			}
		}
	}
	untouched("opened and approved")
	w.vouched()
	for _, state := range []string{"closed", "open"} {
		w.as("sara-ds", "PATCH", fmt.Sprintf("/pulls/%d", n), map[string]any{"state": state})
		w.settle()
		untouched(state)
	}
	w.later()
	untouched("a minute later")
	w.green(group) // roles is not required
	if w.waits(); !w.merged(4) {
		t.Fatal("#4 is not merged")
	}
	w.later()
	w.stand("the group is merged", group, "gate", "action_required", "#99")
	w.as("sara-ds", "PATCH", fmt.Sprintf("/pulls/%d", n), map[string]any{"body": "Deliverable: #2"})
	w.settle()
	w.stand("the group is merged", group, "gate", "success")
	w.stand("the group is merged", group, "roles", "success", "yes, tomas-ds")
}

// What a queue merged goes on to another branch: that the group passed is no word on all the rest that comes with it,
// and that it did not is none either.
func TestMainOfAQueueGoesOn(t *testing.T) {
	t.Parallel()
	w := queueWorld(t)
	w.as("mina-mle", "POST", "/git/refs", map[string]any{"ref": "refs/heads/release", "sha": w.main()})
	w.settle()
	w.push("mina-mle", "main", "direct", [2]string{"infra/net.tf", "open\n"}) // past every pull request
	w.notebook(4, "usage")
	w.notebook(5, "churners")
	open := w.as("mina-mle", "POST", "/pulls", map[string]any{"title": "Release", "body": "Deliverable: #2", "head": "main", "base": "release"}).number()
	w.settle()
	w.stand("before", w.main(), "roles", "in_progress", "bento-be")
	w.approvePull(4, "tomas-ds", "#4")
	w.enqueue(4)
	group := w.waits(4)[0]
	w.stand("the group of #4", group, "roles", "success")
	w.green(group)
	if w.waits(); w.main() != group {
		t.Fatal("#4 is not merged as it was checked")
	}
	w.later()
	w.stand("what passed, merged", group, "roles", "in_progress", "bento-be", "tomas-ds")
	w.review(open, "bento-be", "APPROVE", group)
	w.review(open, "tomas-ds", "APPROVE", group)
	w.stand("what passed, merged and approved", group, "roles", "success", "yes, bento-be", "yes, tomas-ds")
	w.enqueue(5)
	group = w.waits(5)[0]
	w.stand("the group of #5", group, "roles", "failure", "#5")
	w.green(group)
	if w.waits(); w.main() != group {
		t.Fatal("#5 is not merged as it was checked")
	}
	w.later()
	w.stand("what did not pass, merged all the same", group, "roles", "in_progress", "yes, bento-be", "tomas-ds")
	w.review(open, "tomas-ds", "APPROVE", group)
	w.stand("what did not pass, merged all the same and approved", group, "roles", "success", "yes, tomas-ds")
}

// Somebody asks for a group's checks to run again: they are judged and posted anew.
func TestGroupAskedForAgain(t *testing.T) {
	t.Parallel()
	w := queueWorld(t)
	w.notebook(4, "usage")
	w.enqueue(4)
	group := w.waits(4)[0]
	for _, what := range []string{"run", "suite"} {
		was := w.on(group, "roles")
		w.later()
		path := fmt.Sprintf("/check-runs/%d/rerequest", was.ID)
		if what == "suite" {
			path = fmt.Sprintf("/check-suites/%d/rerequest", w.suite(group).ID)
		}
		w.as("mina-mle", "POST", path, nil)
		w.settle()
		if run := w.on(group, "roles"); run.ID == was.ID || run.state() != "failure" || w.suite(group).Status != "completed" {
			t.Errorf("a %s: run %d after %d is %s, the suite is %s", what, run.ID, was.ID, run.state(), w.suite(group).Status)
		}
	}
}

// suite is the App's own check suite of a commit.
func (w *world) suite(sha string) (found struct {
	ID     int64
	Status string
}) {
	w.t.Helper()
	var list struct {
		Suites []struct {
			ID     int64
			Status string
			App    struct{ Slug string }
		} `json:"check_suites"`
	}
	w.read("/commits/"+sha+"/check-suites", &list)
	for _, s := range list.Suites {
		if s.App.Slug == "phasegate" {
			found.ID, found.Status = s.ID, s.Status
		}
	}
	return found
}
