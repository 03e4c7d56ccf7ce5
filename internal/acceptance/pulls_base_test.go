package acceptance_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// branchOf makes a branch where main is.
func (w *world) branchOf(login, branch string) string {
	w.t.Helper()
	main := w.as(login, "GET", "/git/ref/heads/main", nil).field("object").(map[string]any)["sha"].(string)
	w.as(login, "POST", "/git/refs", map[string]any{"ref": "refs/heads/" + branch, "sha": main})
	w.settle()
	return main
}

// A pull request that contains another one and takes part of it back shows that once the other one is merged. No
// event about it says so.
func TestStackedRevert(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	x := w.send("sara-ds", commit{branch: "x", files: []file{train("fit()\n"), text1("src/app.py", "serve()\n")}})
	below := w.pullOf("sara-ds", "x", "Deliverable: #1") // one that names none has all looked at
	y := w.send("sara-ds", commit{branch: "y", parents: []string{x}, files: []file{gone("src/app.py"), train("fit(2)\n")}})
	above := w.pullOf("sara-ds", "y", "")
	w.review(above, "tomas-ds", "APPROVE", y)
	w.stand("before", y, "roles", "success", "yes, tomas-ds")
	w.later()
	before := w.pullLooks()
	w.merge(below, "mina-mle")
	w.settle()
	w.stand("the other one is merged", y, "roles", "in_progress", "felix-se")
	if n := w.pullLooks()[above] - before[above]; n != 1 {
		t.Errorf("%d looks because of a merge", n)
	}
	w.stand("the other one is merged, which makes another change of this", y, "roles", "in_progress", "tomas-ds said yes before the base branch changed")
	w.asks(above, "felix-se", "tomas-ds")
	w.review(above, "felix-se", "APPROVE", y)
	w.review(above, "tomas-ds", "APPROVE", y)
	w.stand("seen by who has to", y, "roles", "success", "yes, felix-se", "yes, tomas-ds")
}

// A push to a base branch that tightens its rules has the pull requests into it judged anew, and no others; so has one
// that loosens them.
func TestRulesOfABaseBranchPushed(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	w.branchOf("sara-ds", "release/1")
	head := w.send("sara-ds", commit{branch: "fix", files: []file{text1("src/app.py", "serve()\n")}})
	n := w.pullOf("sara-ds", "fix", "Deliverable: #1", map[string]any{"base": "release/1"})
	other, _ := w.change("sara-ds", "model", train("fit()\n"))
	w.review(n, "felix-se", "APPROVE", head)
	w.stand("before", head, "roles", "success")
	rules := func(more string) { // after other files of the same push
		w.later()
		first := w.write("mina-mle", commit{branch: "release/1", files: []file{text1(".github/phasegate.yml", config(lifecycle.English)+more)}})
		w.move("mina-mle", "release/1", w.write("mina-mle", commit{branch: "release/1", parents: []string{first}, files: []file{text1("docs/"+fmt.Sprint(len(more)), "x\n")}}))
		w.settle()
	}
	before := w.pullLooks()
	rules("paths:\n  - paths: [\"src/**\"]\n    roles: [backend-engineer]\n")
	w.stand("tightened", head, "roles", "in_progress", "bento-be")
	rules("")
	w.stand("loosened", head, "roles", "success")
	after := w.pullLooks()
	if a, b := after[n]-before[n], after[other]-before[other]; a != 2 || b != 0 {
		t.Errorf("%d looks at the pull request into the branch, want 2; %d at one into another, want none", a, b)
	}
}

// A base branch that is rewritten makes its pull requests other changes.
func TestBaseBranchRewritten(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	main := w.branchOf("sara-ds", "release")
	w.send("sara-ds", commit{branch: "release", files: []file{text1("src/b.py", "b\n")}})
	head := w.send("sara-ds", commit{branch: "fix", parents: []string{main}, files: []file{text1("src/app.py", "serve()\n")}})
	n := w.pullOf("sara-ds", "fix", "Deliverable: #1", map[string]any{"base": "release"})
	w.review(n, "felix-se", "APPROVE", head)
	w.stand("before", head, "roles", "success")
	w.later()
	w.move("mina-mle", "release", w.write("mina-mle", commit{branch: "release", parents: []string{main}, files: []file{text1("src/c.py", "c\n")}}))
	w.settle()
	w.stand("rewritten", head, "roles", "in_progress", "felix-se")
}

// A push that changes no pull request has none looked at, and costs one request; one to a branch that none goes into
// costs nothing.
func TestPushBesideOpenPulls(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	for i := range 10 {
		w.change("sara-ds", fmt.Sprint("work-", i), text1(fmt.Sprint("src/", i, ".py"), "x\n"))
	}
	w.branchOf("sara-ds", "feature")
	main := w.write("mina-mle", commit{branch: "main", files: []file{text1("src/main.py", "x\n")}})
	feature := w.write("sara-ds", commit{branch: "feature", files: []file{text1(".github/phasegate.yml", "version: 1\n")}})
	before := w.pullLooks()
	for _, c := range []struct {
		branch, sha string
		requests    int
	}{{"main", main, 1}, {"feature", feature, 0}} {
		spent, each := w.spent(func() { w.move("mina-mle", c.branch, c.sha) })
		if spent != c.requests {
			t.Errorf("a push to %s cost %d requests, want %d:\n%s", c.branch, spent, c.requests, strings.Join(each, "\n"))
		}
	}
	for n, looks := range w.pullLooks() {
		if n > 0 && looks != before[n] {
			t.Errorf("#%d was looked at %d times", n, looks-before[n])
		}
	}
}
