package engine_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// Files that are as they were approved, while the base branch went on: what undoes the base's changes was approved by
// nobody.
func TestWhatUndoesTheBase(t *testing.T) {
	for _, c := range []struct {
		name string
		with func(*pullWorld)
		want string
	}{
		{"a merge of what others changed", func(w *pullWorld) { w.moveBase("docs/design/b.md"); w.merge("sara-ds") }, "success"},
		{"a merge that undoes what others changed", func(w *pullWorld) {
			w.moveBase("docs/design/b.md")
			w.merge("sara-ds")
			w.takes("docs/design/b.md")
		}, "in_progress: Waiting for mina-mle"},
		{"a merge that undoes what others changed in a file that was approved", func(w *pullWorld) {
			w.moveBase("docs/design/a.md")
			w.merge("sara-ds")
		}, "in_progress: Waiting for mina-mle"},
		{"a rebase that undoes what others changed", func(w *pullWorld) {
			w.moveBase("docs/design/b.md")
			w.forcePush("sara-ds")
			w.takes("docs/design/b.md")
		}, "in_progress: Waiting for mina-mle"},
		{"a rebase that undoes nothing", func(w *pullWorld) { w.moveBase("src/c.py"); w.forcePush("sara-ds") }, "success"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newPull(t, lifecycle.Development, "docs/design/a.md")
			w.look()
			w.review("mina-mle", facts.ReviewApproved)
			w.look()
			w.must(engine.RolesCheck, "success: Approved by mina-mle")
			c.with(w)
			w.look()
			w.must(engine.RolesCheck, c.want)
		})
	}
}

// Whoever merges the base branch and undoes what it brings has written something.
func TestWhoUndoesTheBaseWroteIt(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py")
	w.look()
	w.moveBase("features/b.py")
	w.merge("tomas-ds")
	w.review("tomas-ds", facts.ReviewApproved)
	w.look()
	w.must(engine.RolesCheck, "success: Approved by tomas-ds")
	w.takes("features/b.py")
	w.look()
	w.must(engine.RolesCheck, "in_progress: Waiting for mina-mle")
}

// A yes is to a change, and another base makes another change of the same files. A no stays.
func TestAnotherBase(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py", "docs/design/a.md")
	w.look()
	w.say("mina-mle", "/approve")
	w.review("tomas-ds", facts.ReviewApproved)
	w.look()
	w.must(engine.RolesCheck, "success: Approved by tomas-ds and mina-mle")
	w.pull.BaseRef, w.pull.Retargeted = "release", w.now
	w.look()
	w.must(engine.RolesCheck, "in_progress: Waiting for tomas-ds (data scientist) and mina-mle (ML engineer) · 2 approvals are from before the base branch changed")
	if w.asked() != "mina-mle tomas-ds" {
		t.Errorf("asked: %q", w.asked())
	}
	w.review("tomas-ds", facts.ReviewApproved)
	w.say("mina-mle", "/approve")
	w.look()
	w.must(engine.RolesCheck, "success: Approved by tomas-ds and mina-mle")
	w.review("tomas-ds", facts.ReviewChanges)
	w.pull.Retargeted = w.tick()
	w.look()
	w.must(engine.RolesCheck, "failure: Changes are asked for by tomas-ds")
}

// A head that a force push brings back was there before, and was not there when the comment was written.
func TestAForcePushBack(t *testing.T) {
	back := func(w *pullWorld, run []facts.Run) {
		commits, _ := w.pull.Commits.Get()
		w.pull.Commits, w.pull.Head, w.pull.Runs, w.pull.ForcePushed = facts.Known(commits[:1]), commits[0].SHA, run, w.tick()
	}
	w := newPull(t, lifecycle.Development, "features/a.py")
	w.look()
	first := w.pull.Runs
	w.push("sara-ds", "features/a.py")
	w.look()
	id := w.say("tomas-ds", "/approve")
	back(w, slices.Clone(first))
	w.look()
	if reaction, _ := w.answer(id); reaction != facts.NotCounted {
		t.Errorf("a yes to what a force push replaced: %s", reaction)
	}
	w.must(engine.RolesCheck, "in_progress: Waiting for tomas-ds")
	w.say("tomas-ds", "/approve")
	w.look()
	w.must(engine.RolesCheck, "success: Approved by tomas-ds")

	// What was counted on the commit in between is not forgotten there, and is not for the one before.
	w = newPull(t, lifecycle.Development, "features/a.py")
	w.look()
	first = w.pull.Runs
	w.push("sara-ds", "features/a.py")
	w.look()
	w.say("tomas-ds", "/approve")
	w.look()
	w.must(engine.RolesCheck, "success: Approved by tomas-ds")
	for _, r := range w.pull.Runs {
		if r.Name == engine.RolesCheck {
			w.earlier = append(w.earlier, r)
		}
	}
	back(w, slices.Clone(first))
	w.look()
	w.must(engine.RolesCheck, "in_progress: Waiting for tomas-ds (data scientist) · 1 approval is for an older commit")
}

// What a counted yes is for is remembered while whoever gave it is not asked: they may be again.
func TestACountedYesIsNotForgotten(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py")
	w.look()
	w.say("tomas-ds", "/approve")
	w.look()
	w.must(engine.RolesCheck, "success: Approved by tomas-ds")
	w.configure(strings.Replace(teamConfig, "tomas-ds", "mina-mle", 1))
	w.look()
	w.must(engine.RolesCheck, "in_progress: Waiting for mina-mle")
	w.configure(teamConfig)
	w.look()
	w.must(engine.RolesCheck, "success: Approved by tomas-ds")
}

// A check stands on a commit: once the pull request is closed and not merged, its success is no other one's.
func TestAClosedPullLeavesNoSuccess(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py")
	w.look()
	w.say("tomas-ds", "/approve")
	w.look()
	w.pull.Closed = true
	for _, c := range []struct {
		name string
		with func(*pullWorld)
		want []string
	}{
		{"merged", func(w *pullWorld) { w.pull.Merged = true }, nil},
		{"another one has the commit, which is judged for itself", func(w *pullWorld) { w.pull.Merged, w.pull.Sharing = false, []int{14} }, nil},
		{"not merged", func(w *pullWorld) { w.pull.Sharing = nil }, []string{
			"check phasegate/gate at 1111111: cancelled, #12 was closed without being merged", "check phasegate/roles at 1111111: cancelled, #12 was closed without being merged"}},
	} {
		c.with(w)
		if got := w.look(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", c.name, got)
		}
	}
	w.pull.Closed = false
	w.look()
	w.must(engine.RolesCheck, "success: Approved by tomas-ds")
	w.must(engine.GateCheck, "success")
}

// A pull request that had the newest commit of another one, and has its own now, has that one looked at.
func TestWhatHadTheSameCommit(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py")
	w.pull.Passed = []int{14}
	for _, want := range []int{1, 0} {
		plan, err := w.filled().Plan(engine.Signer{})
		if err != nil || len(plan.Touch) != want || want > 0 && plan.Touch[0].Number != 14 {
			t.Errorf("touches %v, want %d of them (%v)", plan.Touch, want, err)
		}
		w.look()
	}
}
