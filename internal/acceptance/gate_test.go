package acceptance_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// atGate plays the story up to the morning of 13 January: #3 is in design, its gate was asked for, and
// the data engineer and a data scientist have said yes.
func atGate(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, lifecycle.English)
	for _, r := range firstGate() {
		switch {
		case r.n > 15, slices.Contains([]int{3, 7, 10, 11, 14}, r.n):
		case r.n == 12:
			w.open(8, "mina-mle", "Lunch", "This issue only takes its number.")
		case r.n == 13:
			w.at("2026-01-12 10:05")
			w.merge(7, "mina-mle")
		default:
			r.play(w)
		}
	}
	w.at("2026-01-13 09:00")
	w.comment(3, "dora-de", "/approve")
	w.at("2026-01-13 09:20")
	w.comment(3, "tomas-ds", "/approve")
	w.at("2026-01-13 10:00")
	if got := w.outcomeOf(); got.Phase != lifecycle.Design.Label() || len(got.Passed) > 0 {
		t.Fatalf("two of four people answered, and #3 is in %s: %v", got.Phase, got.Passed)
	}
	return w
}

// faults makes the simulated GitHub misbehave until it is called without rules.
func (w *world) faults(rules ...map[string]any) {
	w.t.Helper()
	if len(rules) == 0 {
		w.sim("DELETE", "/faults", nil)
		return
	}
	w.sim("PUT", "/faults", rules)
}

// passedByFour is where #3 stands once all four have answered.
func passedByFour() outcome {
	return outcome{
		Labels: map[int][]string{1: nil, 2: {"kind:problem"}, 3: {"kind:deliverable", "phase:development", "risk:standard"},
			4: {"kind:deliverable", "phase:design", "risk:low"}, 5: {"data:validated", "kind:data"}, 6: {"kind:support-problem"}, 7: nil, 8: nil},
		Passed: []string{"dora-de for data-engineer, helena-bs for business-stakeholder, rui-sme for subject-matter-expert, tomas-ds for data-scientist"},
		Reacted: map[string]string{"sara-ds /advance development": "+1", "dora-de /approve": "+1", "tomas-ds /approve": "+1",
			"rui-sme /approve": "+1", "helena-bs /approve": "+1"},
		Phase: lifecycle.Development.Label(),
	}
}

// Invariants 4 and 7: the last two answers, in either order, at once, with webhooks doubled, swapped or
// lost and sent again: the same labels, one record, the same people in it.
func TestLastAnswersComeOutTheSame(t *testing.T) {
	t.Parallel()
	in := func(logins ...string) func(*world) {
		return func(w *world) {
			for _, login := range logins {
				w.comment(3, login, "/approve")
			}
		}
	}
	atOnce := func(w *world) {
		var wg sync.WaitGroup
		for _, login := range []string{"rui-sme", "helena-bs"} {
			wg.Go(func() {
				a, err := w.raw("POST", w.sys.APIURL+repoPath+"/issues/3/comments", "sim-"+login, map[string]any{"body": "/approve"}, nil)
				if err != nil || a.status != 201 {
					w.t.Errorf("%s: %d, %v", login, a.status, err)
				}
			})
		}
		wg.Wait()
		w.settle()
	}
	for _, c := range []struct {
		name string
		play func(*world)
	}{
		{"expert then stakeholder", in("rui-sme", "helena-bs")},
		{"stakeholder then expert", in("helena-bs", "rui-sme")},
		{"at once", atOnce},
		{"webhooks doubled", func(w *world) { w.faults(map[string]any{"webhook": "duplicate"}); atOnce(w) }},
		{"webhooks swapped", func(w *world) { w.faults(map[string]any{"webhook": "reorder", "every": 2}); atOnce(w) }},
		{"last webhook lost and sent again", lostWebhook(func(w *world, id int64) { w.redeliver(id) })},
		{"last webhook lost, product replaced", lostWebhook(func(w *world, _ int64) {
			w.sys.replace()
		})},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := atGate(t)
			c.play(w)
			if d := cmp.Diff(passedByFour(), w.outcomeOf()); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// lostWebhook loses the delivery of the last answer, sees that nothing happens, and has it repaired.
func lostWebhook(repair func(w *world, lost int64)) func(*world) {
	return func(w *world) {
		w.comment(3, "rui-sme", "/approve")
		w.faults(map[string]any{"webhook": "drop", "event": "issue_comment"})
		w.comment(3, "helena-bs", "/approve")
		w.faults()
		if got := w.outcomeOf(); got.Phase != lifecycle.Design.Label() {
			w.t.Fatalf("the webhook was not lost: #3 is in %s", got.Phase)
		}
		ds := w.deliveries()
		repair(w, ds[len(ds)-1].ID)
		w.settle()
	}
}

// Invariant 5: an approval that is not a command line of a new comment is not counted.
func TestWordsThatAreNoApproval(t *testing.T) {
	t.Parallel()
	w := atGate(t)
	w.comment(3, "rui-sme", "/approve")
	stillWaits := func(how string) {
		t.Helper()
		if got := w.outcomeOf(); got.Phase != lifecycle.Design.Label() || len(got.Passed) > 0 {
			t.Fatalf("%s was counted: #3 is in %s, passed %v", how, got.Phase, got.Passed)
		}
	}
	for how, body := range map[string]string{
		"a quote":             "> /approve\n\nI would rather wait.",
		"a fence":             "Should I write this?\n\n```\n/approve\n```",
		"a code span":         "Is it `/approve` that I write?",
		"an HTML comment":     "Later. <!--\n/approve\n-->",
		"a list":              "- /approve\n- or not",
		"the middle of lines": "I might /approve tomorrow.",
	} {
		before := w.look()
		w.commands = nil
		w.comment(3, "helena-bs", body)
		stillWaits(how)
		if got := w.diff(before, w.look()); len(got.C)+len(got.SE)+len(got.Events)+len(got.Other) > 0 || strings.Join(got.React, "") != "" {
			t.Errorf("%s was answered: %+v", how, got)
		}
	}
	id := w.comment(3, "helena-bs", "Let me look at the numbers again.")
	before := w.look()
	w.commands = []int64{id}
	w.rewrite(id, "helena-bs", "/approve")
	stillWaits("an edited comment")
	after := w.look()
	if got := w.diff(before, after); got.C[3] != 1 || got.React[0] == "+1" {
		t.Errorf("a command added by an edit gets one reply and no 👍, not %+v", got)
	}
	second := w.comment(3, "helena-bs", "One more question.")
	w.rewrite(second, "mina-mle", "/approve")
	stillWaits("a comment that somebody else edited")

	w.at("2026-01-13 10:30")
	w.comment(3, "helena-bs", "/approve")
	if got := w.outcomeOf(); got.Phase != lifecycle.Development.Label() || len(got.Passed) != 1 {
		t.Errorf("a new comment was not counted: #3 is in %s, passed %v", got.Phase, got.Passed)
	}
}
