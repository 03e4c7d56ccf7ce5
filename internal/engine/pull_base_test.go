package engine_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

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

// Whoever pushed merges that cannot be looked into is asked, where nobody else is left: nothing passes by that. They
// are not, where somebody is.
func TestAMergeThatIsNotLookedInto(t *testing.T) {
	many := make([]string, 301)
	for i := range many {
		many[i] = fmt.Sprintf("features/%d.py", i)
	}
	two := "version: 1\nroles:\n  data-scientist: [sara-ds, tomas-ds]\n"
	for _, c := range []struct {
		name, config string
		paths        []string
		merges       int
		with         func(*pullWorld)
		want         string
		forks        int // asked for
	}{
		{"it is", two, many[:300], 1, nil, "in_progress: Waiting for tomas-ds (data scientist)", 1},
		{"too many files", two, many, 1, nil, "in_progress: Waiting for tomas-ds (data scientist)", 0},
		{"too many files, and others in the team", teamConfig, many, 1, nil, "in_progress: Waiting for mina-mle", 0},
		{"as many merges as are looked into", teamConfig, many[:1], 20, nil, "in_progress: Waiting for tomas-ds", 20},
		{"one more", teamConfig, many[:1], 21, nil, "in_progress: Waiting for mina-mle", 20},
		{"a change on the way, and nobody else", two, many[:1], 1, func(w *pullWorld) {
			w.merge("tomas-ds", many[0])
			w.pushedBy("tomas-ds")
		}, "in_progress: Waiting for tomas-ds (data scientist)", 2},
		{"a merge of three", teamConfig, many[:1], 1, func(w *pullWorld) {
			w.with(func(c *facts.PullCommit) { c.Parents = append(c.Parents, "other") })
		}, "in_progress: Waiting for mina-mle", 0},
		{"a commit of theirs came with it", teamConfig, many[:1], 1, func(w *pullWorld) {
			w.push("sara-ds", many[0]) // says the commit
			w.merge("sara-ds")
			w.pushedBy("tomas-ds")
		}, "in_progress: Waiting for mina-mle", 1},
		{"both sides changed the file", teamConfig, many[:1], 1, func(w *pullWorld) {
			w.moveBase(many[0])
			w.merge("tomas-ds")
			w.pushedBy("tomas-ds")
		}, "in_progress: Waiting for mina-mle", 2},
		{"a commit of theirs, and nobody else", two, many[:1], 1, func(w *pullWorld) {
			w.push("tomas-ds", many[0])
			w.pushedBy("tomas-ds")
		}, "success: Nobody but its authors can be asked", 0},
		{"a commit names them", two, many[:1], 1, func(w *pullWorld) {
			commits, _ := w.pull.Commits.Get()
			commits[0].Authors = append(commits[0].Authors, who("tomas-ds"))
		}, "in_progress: Waiting for tomas-ds", 1},
		{"a file that GitHub cannot look up", teamConfig, many[:1], 1, func(w *pullWorld) {
			w.push("sara-ds", "tests/y.py")
			w.pushedBy("sara-ds")
			w.pull.Files = facts.Known([]facts.PullFile{{Path: many[0], Blob: "something"}})
		}, "in_progress: Waiting for mina-mle", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newPull(t, lifecycle.Development, c.paths...)
			w.configure(c.config)
			w.pushedBy("sara-ds")
			for range c.merges {
				w.moveBase("tests/x.py")
				w.merge("tomas-ds")
				w.pushedBy("tomas-ds")
			}
			if c.with != nil {
				c.with(w)
			}
			w.look()
			w.must(engine.RolesCheck, c.want)
			w.filled()
			forks := 0
			for _, l := range w.lacked {
				forks += len(l.Forked)
			}
			if forks != c.forks {
				t.Errorf("asked where %d merges come from, want %d", forks, c.forks)
			}
		})
	}
}

// A merge may be read after the head that it is no longer, and a yes after that.
func TestHowOftenAPullIsReadOn(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py", "src/x.py")
	w.look()
	w.say("tomas-ds", "/approve")
	w.look()
	for _, by := range []string{"sara-ds", "tomas-ds"} {
		w.moveBase("tests/" + by)
		w.merge(by)
	}
	w.push("sara-ds", "src/x.py")
	r := engine.Reconciler{Hub: pullHub{newMemory(t, teamConfig), w, nil}}
	plan, err := r.Plan(t.Context(), w.snapshot().Key)
	if err != nil || !plan.Due.IsZero() {
		t.Errorf("due at %v, %v", plan.Due, err)
	}
	for _, e := range plan.Effects {
		w.carryOut(e)
	}
	w.must(engine.RolesCheck, "in_progress: Waiting for felix-se (software engineer)")

	var log strings.Builder
	r = engine.Reconciler{Hub: endless{pullHub{newMemory(t, teamConfig), w, nil}}, Logger: slog.New(slog.NewTextHandler(&log, nil))}
	plan, err = r.Plan(t.Context(), w.snapshot().Key)
	if err != nil || !plan.Due.Equal(w.now.Add(time.Hour)) || !strings.Contains(log.String(), "which was not all") {
		t.Errorf("what always lacks something is looked at again at %v, %v: %s", plan.Due, err, &log)
	}
}

// endless is a hub that never has what is lacking.
type endless struct{ pullHub }

func (endless) FillPull(context.Context, *engine.PullSnapshot, engine.PullLack) error { return nil }

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
