package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

func wantEffects(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// What stops a pull request stands there first, and success comes last; the roles run follows the requests that
// it remembers.
func TestTheFirstLookAtAPull(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/usage.py", "docs/model-card.md")
	wantEffects(t, w.look(),
		"check phasegate/metrics at 1111111: in_progress, Waiting for a metric report",
		"#12: ask for a review: tomas-ds mina-mle",
		"check phasegate/roles at 1111111: in_progress, Waiting for tomas-ds (data scientist) and mina-mle (ML engineer)",
		"check phasegate/gate at 1111111: success, Everything here may change now: #3 is in Development")
	w.review("tomas-ds", facts.ReviewApproved)
	wantEffects(t, w.look(), "check phasegate/roles at 1111111: in_progress, Waiting for mina-mle (ML engineer)")
	approve := w.say("mina-mle", "/approve")
	wantEffects(t, w.look(),
		"#12: ask no longer for a review: mina-mle",
		"check phasegate/roles at 1111111: success, Approved by tomas-ds and mina-mle",
		"comment 105: react +1")
	if reaction, reply := w.answer(approve); reaction != facts.Counted || reply != "" {
		t.Errorf("the yes got %s and %q", reaction, reply)
	}
}

func TestAPullInTheWrongPhase(t *testing.T) {
	w := newPull(t, lifecycle.Design, "features/usage.py", "docs/design/score.md")
	wantEffects(t, w.look()[:1], "check phasegate/gate at 1111111: failure, features/usage.py may not change now: #3 is in Design")
	if got := w.notes[engine.GateCheck]; !slices.Equal(got, []string{"features/usage.py"}) {
		t.Errorf("annotated: %v", got)
	}
	w.phase = lifecycle.Development
	got := w.look()
	wantEffects(t, got, "check phasegate/gate at 1111111: success, Everything here may change now: #3 is in Development")
}

// GitHub keeps the annotations of a run: each is sent once, also where the run is written anew.
func TestAnnotationsAreSentOnce(t *testing.T) {
	w := newPull(t, lifecycle.Design, "features/usage.py", "train/gbm.py")
	w.look()
	w.pull.Rerequested = true
	if got := w.look(); len(got) != 3 {
		t.Errorf("asked to run again, three checks are written: %v", got)
	}
	w.listed = []engine.Listed{w.deliverable(4, "Offer list", lifecycle.Design, scoreBody("#2", "#5"))}
	w.pull.Body = "Deliverable: #3, #4"
	w.look()
	if got := w.notes[engine.GateCheck]; len(got) != 4 {
		t.Errorf("two files, each for two deliverables, have the annotations %v", got)
	}
	w.pull.Body = "Deliverable: #3"
	w.look()
	w.pull.Body = "Deliverable: #3, #4"
	w.look()
	if got := w.notes[engine.GateCheck]; len(got) != 4 {
		t.Errorf("what GitHub still shows was sent again: %v", got)
	}
}

// A yes in the conversation is for the head that was there when it was written.
func TestAYesIsForTheHeadThatWasThere(t *testing.T) {
	approve := func(w *pullWorld, text string) (facts.Reaction, string) {
		id := w.say("tomas-ds", text)
		w.look()
		return w.answer(id)
	}
	for _, c := range []struct {
		name   string
		before func(*pullWorld) // what happens before the yes is read
		text   string
		counts bool
	}{
		{"after the first look", func(w *pullWorld) { w.look() }, "/approve", true},
		{"before the first look", func(*pullWorld) {}, "/approve", false},
		{"with a commit, before the first look", func(*pullWorld) {}, "/approve " + commitSHA(1), true},
		{"with a commit in backquotes and a role", func(*pullWorld) {}, "/approve `" + commitSHA(1) + "` as DS", true},
		{"with a commit in capitals", func(w *pullWorld) { w.push("sara-ds", "features/b.py"); w.look() }, "/approve " + strings.Repeat("2", 40), true},
		{"with a commit that is none of it", func(w *pullWorld) { w.look() }, "/approve abcdef0", false},
		{"with six digits", func(w *pullWorld) { w.look() }, "/approve 111111", false},
		{"with seven digits, which another commit may begin with", func(w *pullWorld) { w.look() }, "/approve 1111111", false},
		{"as something else", func(w *pullWorld) { w.look() }, "/approve as SE", false},
		{"for an older commit, whose files are no longer so", func(w *pullWorld) { w.look(); w.push("sara-ds", "features/a.py") }, "/approve " + commitSHA(1), true},
		{"in Portuguese", func(w *pullWorld) { w.look() }, "/aprovar", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newPull(t, lifecycle.Development, "features/a.py")
			c.before(w)
			reaction, reply := approve(w, c.text)
			if counted := reaction == facts.Counted; counted != c.counts || counted != (reply == "") {
				t.Errorf("%s with %q", reaction, reply)
			}
		})
	}
	t.Run("in the second of the first look", func(t *testing.T) {
		w := newPull(t, lifecycle.Development, "features/a.py")
		w.look()
		id := w.say("tomas-ds", "/approve")
		w.pull.Comments[0].Created = w.pull.Runs[0].Started
		w.look()
		if reaction, _ := w.answer(id); reaction != facts.NotCounted {
			t.Error("it may have been for what was there before")
		}
	})
	t.Run("a newer commit came before it was read", func(t *testing.T) {
		w := newPull(t, lifecycle.Development, "features/a.py")
		w.look()
		id := w.say("tomas-ds", "/approve")
		w.push("sara-ds", "features/a.py")
		w.look()
		if reaction, reply := w.answer(id); reaction != facts.NotCounted || !strings.Contains(reply, "`2222222`") {
			t.Errorf("%s with %q", reaction, reply)
		}
		w.must(engine.RolesCheck, "in_progress: Waiting for tomas-ds")
	})
}

// approvedByBoth is a pull request that both who are asked have approved, and when its head was first looked at.
func approvedByBoth(t *testing.T) (*pullWorld, time.Time) {
	t.Helper()
	w := newPull(t, lifecycle.Development, "features/a.py", "docs/design/a.md")
	w.look()
	first := w.now
	w.say("tomas-ds", "/approve")
	w.say("mina-mle", "/approve")
	w.look()
	w.must(engine.RolesCheck, "success: Approved by tomas-ds and mina-mle")
	return w, first
}

// A counted yes stays bound to its commit when the head moves: it holds where its files are the same, and only
// there; for both what it was for is read from the earlier head's run.
func TestAYesOutlivesThePush(t *testing.T) {
	w, _ := approvedByBoth(t)
	w.push("sara-ds", "features/a.py")
	w.look()
	w.must(engine.RolesCheck, "in_progress: Waiting for tomas-ds (data scientist) · 1 approval is for an older commit")
	w.say("tomas-ds", "/approve")
	w.look()
	w.must(engine.RolesCheck, "success: Approved by tomas-ds and mina-mle")
	w.push("sara-ds", "docs/design/a.md")
	w.look()
	w.must(engine.RolesCheck, "in_progress: Waiting for mina-mle (ML engineer)")
}

func TestAtHighRiskEveryPushVoids(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py")
	w.phase = ""
	w.listed = []engine.Listed{w.deliverable(3, "Score", lifecycle.Development, strings.Replace(scoreBody("#2", "#5"), "standard", "high", 1))}
	w.look()
	w.say("tomas-ds", "/approve")
	w.look()
	w.must(engine.RolesCheck, "success")
	w.push("sara-ds", "tests/a.py")
	w.look()
	w.must(engine.RolesCheck, "in_progress")
}

// GitHub does not reopen a completed run: another one takes its place, and keeps when the head was first seen.
func TestACheckThatIsOpenAgain(t *testing.T) {
	w, first := approvedByBoth(t)
	w.say("tomas-ds", "/withdraw")
	w.say("mina-mle", "/object the split leaks")
	w.look()
	w.must(engine.RolesCheck, "failure: Changes are asked for by mina-mle")
	w.say("mina-mle", "/approve")
	w.look()
	w.must(engine.RolesCheck, "in_progress: Waiting for tomas-ds")
	w.nextID++
	w.pull.Comments = append(w.pull.Comments, facts.Comment{ID: w.nextID, Author: who("tomas-ds"), Body: "/approve", Created: first.Add(time.Second)})
	slices.SortFunc(w.pull.Comments, func(a, b facts.Comment) int { return a.Created.Compare(b.Created) })
	id := w.nextID
	w.look()
	if reaction, _ := w.answer(id); reaction != facts.Counted {
		t.Error("a yes that was written after the head was first seen, and read late, does not count")
	}
}

func TestAStaleRunIsPostedAnew(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py")
	w.look()
	i := slices.IndexFunc(w.pull.Runs, func(r facts.Run) bool { return r.Name == engine.RolesCheck })
	w.pull.Runs[i].Status, w.pull.Runs[i].Conclusion = "completed", "stale"
	wantEffects(t, w.look(), "check phasegate/roles at 1111111: in_progress, Waiting for tomas-ds (data scientist)")
	stale := &w.pull.Runs[slices.IndexFunc(w.pull.Runs, func(r facts.Run) bool { return r.Name == engine.RolesCheck })]
	stale.Status, stale.Conclusion = "completed", "stale"
	gone := stale.ID
	w.review("tomas-ds", facts.ReviewApproved)
	w.look()
	w.must(engine.RolesCheck, "success: Approved by tomas-ds")
	if slices.ContainsFunc(w.pull.Runs, func(r facts.Run) bool { return r.ID == gone }) {
		t.Error("the run that GitHub gave up on was written to")
	}
}

func TestWhoWroteItDoesNotApproveIt(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py")
	w.push("tomas-ds", "tests/a.py")
	w.look()
	w.must(engine.RolesCheck, "in_progress: Waiting for mina-mle")
	id := w.say("tomas-ds", "/approve")
	w.look()
	if reaction, reply := w.answer(id); reaction != facts.NotCounted || reply == "" {
		t.Errorf("%s, %q", reaction, reply)
	}
	w.configure(teamConfig + "approvals: {contributors: allow}\n")
	w.look()
	w.must(engine.RolesCheck, "in_progress: Waiting for tomas-ds")
}

// Whoever only merged the base branch in, changing no file of the pull request, wrote nothing.
func TestAMergeOfTheBase(t *testing.T) {
	for _, c := range []struct {
		name    string
		by      string
		changes []string
		want    string
	}{
		{"by the author", "sara-ds", nil, "success: Approved by tomas-ds"},
		{"by who approves", "tomas-ds", nil, "success: Approved by tomas-ds"},
		{"of which they mended a file", "tomas-ds", []string{"features/a.py"}, "in_progress: Waiting for mina-mle"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newPull(t, lifecycle.Development, "features/a.py")
			w.look()
			w.review("tomas-ds", facts.ReviewApproved)
			w.merge(c.by, c.changes...)
			w.look()
			w.must(engine.RolesCheck, c.want)
		})
	}
	t.Run("where the config asks for a new yes", func(t *testing.T) {
		w := newPull(t, lifecycle.Development, "features/a.py")
		w.configure(teamConfig + "approvals: {keep_on_base_merge: false}\n")
		w.review("tomas-ds", facts.ReviewApproved)
		w.merge("sara-ds")
		w.look()
		w.must(engine.RolesCheck, "in_progress: Waiting for tomas-ds")
	})
}
