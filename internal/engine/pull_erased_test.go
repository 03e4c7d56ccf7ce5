package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// erase takes a comment away.
func (w *pullWorld) erase(id int64, by string) {
	i := slices.IndexFunc(w.pull.Comments, func(c facts.Comment) bool { return c.ID == id })
	w.pull.Deleted = append(w.pull.Deleted, facts.DeletedComment{Author: w.pull.Comments[i].Author, By: who(by), At: w.tick()})
	w.pull.Comments = slices.Delete(w.pull.Comments, i, i+1)
}

// rewrite changes what a comment says.
func (w *pullWorld) rewrite(id int64, by, text string) {
	i := slices.IndexFunc(w.pull.Comments, func(c facts.Comment) bool { return c.ID == id })
	c := &w.pull.Comments[i]
	c.Edited, c.EditedByOther, c.Body = true, !c.Author.Is(who(by)), text
	w.tick()
}

// Who has write permission can dismiss reviews, and edit and delete what others wrote. An objection that was counted
// holds until its author speaks again, and what takes it away brings no earlier yes back.
func TestNobodyErasesAnObjection(t *testing.T) {
	const against, waits = "failure: Changes are asked for by tomas-ds", "in_progress: Waiting for tomas-ds"
	for _, c := range []struct {
		name, says string
		erase      func(w *pullWorld, id int64)
		want       string
	}{
		{"deleted by the author of the change", "/object it leaks", func(w *pullWorld, id int64) { w.erase(id, "sara-ds") }, against},
		{"edited by the author of the change", "/object it leaks", func(w *pullWorld, id int64) { w.rewrite(id, "sara-ds", "it is fine") }, against},
		{"minimised", "/object it leaks", func(w *pullWorld, _ int64) { w.pull.Comments[len(w.pull.Comments)-1].Hidden = true }, against},
		{"deleted by who said it", "/object it leaks", func(w *pullWorld, id int64) { w.erase(id, "tomas-ds") }, waits},
		{"mended by who said it", "/object it laeks", func(w *pullWorld, id int64) { w.rewrite(id, "tomas-ds", "I am sorry.\n\n/object it leaks") }, against},
		{"left without a reason by who said it", "/object it leaks", func(w *pullWorld, id int64) { w.rewrite(id, "tomas-ds", "/object") }, against},
		{"edited away by who said it", "/object it leaks", func(w *pullWorld, id int64) { w.rewrite(id, "tomas-ds", "it is fine") }, waits},
		{"made a yes by who said it", "/object it leaks", func(w *pullWorld, id int64) { w.rewrite(id, "tomas-ds", "/approve") }, waits},
		{"a withdrawal, deleted by the author of the change", "/withdraw", func(w *pullWorld, id int64) { w.erase(id, "sara-ds") }, waits},
		{"a withdrawal, mended by who said it", "/withdraw", func(w *pullWorld, id int64) { w.rewrite(id, "tomas-ds", "/withdraw my yes") }, waits},
		{"a withdrawal, deleted by who said it", "/withdraw", func(w *pullWorld, id int64) { w.erase(id, "tomas-ds") }, waits},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newPull(t, lifecycle.Development, "features/a.py")
			w.look()
			w.say("tomas-ds", "/approve")
			w.look()
			w.must(engine.RolesCheck, "success")
			id := w.say("tomas-ds", c.says)
			w.look()
			c.erase(w, id)
			w.look()
			w.must(engine.RolesCheck, c.want)
			w.push("sara-ds")
			w.look()
			w.must(engine.RolesCheck, c.want)
			w.say("tomas-ds", "/approve")
			w.look()
			w.must(engine.RolesCheck, "success: Approved by tomas-ds")
			w.push("sara-ds")
			w.look()
			w.must(engine.RolesCheck, "success: Approved by tomas-ds")
		})
	}
	t.Run("on a head in between", func(t *testing.T) {
		w := newPull(t, lifecycle.Development, "features/a.py")
		w.look()
		first, commits := slices.Clone(w.pull.Runs), w.pull.Commits
		w.push("sara-ds", "features/a.py")
		w.look()
		id := w.say("tomas-ds", "/object it leaks")
		w.look()
		w.must(engine.RolesCheck, against)
		for _, r := range w.pull.Runs {
			if r.Name == engine.RolesCheck {
				w.earlier = append(w.earlier, r)
			}
		}
		w.erase(id, "sara-ds")
		w.pull.Commits, w.pull.Head, w.pull.Runs, w.pull.ForcePushed = commits, commitSHA(1), first, w.tick()
		w.look()
		w.must(engine.RolesCheck, against)
	})
	t.Run("before it was read", func(t *testing.T) {
		w := newPull(t, lifecycle.Development, "features/a.py")
		w.look()
		w.say("tomas-ds", "/approve")
		w.look()
		w.erase(w.say("tomas-ds", "/object it leaks"), "sara-ds")
		w.look()
		w.must(engine.RolesCheck, waits)
	})
	t.Run("one that was not counted", func(t *testing.T) {
		w := newPull(t, lifecycle.Development, "features/a.py")
		w.look()
		id := w.say("felix-se", "/object it leaks")
		w.look()
		w.erase(id, "sara-ds")
		w.say("tomas-ds", "/approve")
		w.look()
		w.must(engine.RolesCheck, "success")
	})
}

// Who edits their objection away hears once that it is taken back, unless they said something else since; who mends it
// hears nothing, and the check shows its new reason.
func TestAnEditedObjection(t *testing.T) {
	objected := func() (*pullWorld, int64) {
		w := newPull(t, lifecycle.Development, "features/a.py")
		w.look()
		id := w.say("tomas-ds", "/object the splti leaks")
		w.look()
		return w, id
	}
	w, id := objected()
	w.rewrite(id, "tomas-ds", "/object the split leaks")
	w.look()
	if _, reply := w.answer(id); reply != "" {
		t.Errorf("mended: %q", reply)
	}
	if got := w.says[engine.RolesCheck]; !strings.Contains(got, "the split leaks") || strings.Contains(got, "splti") {
		t.Errorf("mended: the check says %q", got)
	}
	w.rewrite(id, "tomas-ds", "/approve")
	w.look()
	if _, reply := w.answer(id); !strings.Contains(reply, "your objection is taken back") {
		t.Errorf("made a yes: %q", reply)
	}
	w.rewrite(id, "tomas-ds", "never mind")
	wantEffects(t, w.look())

	w, _ = objected()
	id = w.say("tomas-ds", "/help\n\n/object the split leaks") // which gets a reply of its own
	w.look()
	w.rewrite(id, "tomas-ds", "never mind")
	w.look()
	if _, reply := w.answer(id); !strings.Contains(reply, "your objection is taken back") {
		t.Errorf("answered before: %q", reply)
	}

	w, id = objected()
	w.rewrite(id, "tomas-ds", "never mind")
	w.say("tomas-ds", "/approve")
	w.look()
	w.must(engine.RolesCheck, "success")
	if _, reply := w.answer(id); reply != "" {
		t.Errorf("said otherwise since: %q", reply)
	}

	w, _ = objected()
	id = w.say("tomas-ds", "/withdraw")
	w.look()
	w.rewrite(id, "tomas-ds", "/withdraw it: I had it wrong")
	w.look()
	w.must(engine.RolesCheck, "in_progress: Waiting for tomas-ds")
}

// Nobody reads commands in the text of a review; whoever wrote one there that the review does not say itself is told so,
// once.
func TestACommandInAReview(t *testing.T) {
	for _, c := range []struct {
		name, login, text string
		state             facts.ReviewState
		want              string // of the reply; "" for none
	}{
		{"a yes", "tomas-ds", "/approve", facts.ReviewCommented, "@tomas-ds: `/approve` was not counted"},
		{"a yes below other words", "tomas-ds", "I read all of it.\n\n/aprovar as DS", facts.ReviewCommented, "Choose *Approve* in a review"},
		{"a no", "tomas-ds", "/object it leaks", facts.ReviewCommented, "Choose *Request changes* in a review"},
		{"another command beside what the review says", "tomas-ds", "/approve\n/no-metrics only a remark", facts.ReviewApproved, "`/no-metrics` was not counted"},
		{"a yes in a no", "tomas-ds", "/approve", facts.ReviewChanges, "`/approve` was not counted"},
		{"a yes in a yes", "tomas-ds", "/approve", facts.ReviewApproved, ""},
		{"a no in a no", "tomas-ds", "/object it leaks", facts.ReviewChanges, ""},
		{"of a review that was dismissed", "tomas-ds", "/approve", facts.ReviewDismissed, ""},
		{"what belongs elsewhere", "tomas-ds", "/advance deployment", facts.ReviewCommented, ""},
		{"a path", "tomas-ds", "/usr/bin is missing", facts.ReviewCommented, ""},
		{"in a quote", "tomas-ds", "> /approve", facts.ReviewCommented, ""},
		{"by somebody without a role", "stranger", "/approve", facts.ReviewCommented, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newPull(t, lifecycle.Development, "features/a.py")
			w.look()
			w.review(c.login, c.state)
			r := &w.pull.Reviews[0]
			r.Body = c.text
			w.look()
			if _, reply := w.answer(r.ID); reply == "" != (c.want == "") || !strings.Contains(reply, c.want) {
				t.Errorf("%q, want %q", reply, c.want)
			}
			w.push("sara-ds")
			if got := w.look(); slices.ContainsFunc(got, func(e string) bool { return strings.Contains(e, "comment reply") }) {
				t.Errorf("said again: %v", got)
			}
		})
	}
	w := newPull(t, lifecycle.Development, "features/a.py")
	w.look()
	for _, after := range []func(){
		func() { w.review("tomas-ds", facts.ReviewCommented) },
		func() { w.review("tomas-ds", facts.ReviewApproved) },
		func() { w.say("tomas-ds", "/approve") },
	} {
		w.review("tomas-ds", facts.ReviewCommented)
		w.pull.Reviews[len(w.pull.Reviews)-1].Body = "/approve"
		after()
		w.look()
		if _, reply := w.answer(0); reply != "" {
			t.Errorf("who reviewed or said it otherwise since is told: %q", reply)
		}
	}
}

// A dismissed review of either kind leaves no earlier yes of its author.
func TestADismissedReviewBringsNoYesBack(t *testing.T) {
	for _, state := range []facts.ReviewState{facts.ReviewApproved, facts.ReviewChanges} {
		w := newPull(t, lifecycle.Development, "features/a.py")
		w.look()
		w.review("tomas-ds", facts.ReviewApproved)
		w.review("tomas-ds", state)
		w.pull.Reviews[1].State = facts.ReviewDismissed
		w.look()
		w.must(engine.RolesCheck, "in_progress: Waiting for tomas-ds")
	}
	w := newPull(t, lifecycle.Development, "features/a.py")
	w.look()
	w.review("tomas-ds", facts.ReviewChanges)
	w.review("tomas-ds", facts.ReviewApproved)
	w.pull.Reviews[1].State = facts.ReviewDismissed
	w.look()
	w.must(engine.RolesCheck, "failure: Changes are asked for by tomas-ds")
}

// Another pull request with some of its commits is merged into the base: what is left of this one undoes what that
// did, on the same head.
func TestTheBaseTakesSomeOfTheCommits(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py", "features/b.py")
	w.push("sara-ds", "features/b.py")
	w.look()
	w.review("tomas-ds", facts.ReviewApproved)
	w.look()
	w.must(engine.RolesCheck, "success: Approved by tomas-ds")
	commits, _ := w.pull.Commits.Get()
	w.pull.Commits = facts.Known(commits[1:])
	w.forked[commits[1].SHA] = commits[0].SHA
	w.tick()
	w.look()
	w.must(engine.RolesCheck, "in_progress: Waiting for tomas-ds (data scientist) · 1 approval is from before the base branch changed")
	if w.asked() != "tomas-ds" {
		t.Errorf("asked: %q", w.asked())
	}
	w.push("sara-ds")
	w.look()
	w.must(engine.RolesCheck, "in_progress: Waiting for tomas-ds (data scientist) · 1 approval is from before the base branch changed")
	w.review("tomas-ds", facts.ReviewApproved)
	w.look()
	w.must(engine.RolesCheck, "success: Approved by tomas-ds")
}

// A workflow that pushes in somebody's name hides whose work it is.
func TestABotPushesInSomebodysName(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py")
	pushed := func(by facts.Person) {
		commits, _ := w.pull.Commits.Get()
		commits = slices.Clone(commits)
		commits[len(commits)-1].Pusher = by
		w.pull.Commits = facts.Known(commits)
	}
	actions := facts.Person{ID: 41898282, Login: "github-actions", Bot: true}
	pushed(actions)
	w.look()
	w.say("tomas-ds", "/approve")
	w.look()
	const hidden = "action_required: github-actions pushed 1111111 in somebody else's name: push a commit yourself"
	w.must(engine.RolesCheck, hidden)
	for _, by := range []string{"tomas-ds", "bento-be"} {
		w.moveBase("tests/" + by)
		w.merge(by)
		w.look()
		w.must(engine.RolesCheck, hidden)
	}
	w.configure(teamConfig + "bots: [\"github-actions[bot]\"]\n")
	w.look()
	w.must(engine.RolesCheck, "success")
	w.configure(teamConfig)
	w.push("sara-ds")
	pushed(who("sara-ds"))
	w.look()
	w.must(engine.RolesCheck, "success")
}

// Whatever somebody writes, the check goes on: what it remembers has a bound.
func TestMoreYesesThanAreRemembered(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py")
	w.look()
	for i := range 1400 {
		w.nextID += 1 << 33
		w.now = w.now.Add(time.Hour)
		c := facts.Comment{ID: w.nextID, Author: who("tomas-ds"), Body: "/approve", Created: w.tick()}
		if i%2 == 0 {
			c.Body = fmt.Sprintf("/object reason %d", i)
		}
		w.pull.Comments = append(w.pull.Comments, c)
	}
	w.look()
	w.say("tomas-ds", "/object it leaks")
	w.look()
	w.must(engine.RolesCheck, "failure: Changes are asked for by tomas-ds")
	w.say("tomas-ds", "/approve "+strings.ToUpper(w.pull.Head))
	w.look()
	w.must(engine.RolesCheck, "success")
}
