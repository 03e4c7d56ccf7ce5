package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// remark is a comment of somebody, some seconds after the one before.
type remark struct {
	login, text string
	after       int
}

// state is what must not depend on when and in which order comments are read.
func (w *world) state() string {
	h := engine.Fold(w.c.Entries, w.c.Silent)
	var yes []string
	passed := 0
	for _, c := range w.comments {
		if strings.Contains(c.Body, "phasegate:passed ") {
			passed++
		}
	}
	for _, p := range h.Passings {
		for _, y := range p.Yes {
			yes = append(yes, y.Who.Login+" as "+string(y.Seat))
		}
	}
	for _, y := range h.Yes {
		yes = append(yes, y.Person.Login)
	}
	slices.Sort(yes)
	labels := slices.Sorted(slices.Values(w.c.Issue.Labels))
	return fmt.Sprintf("%v, %s, asked %t, %d passed records, yes %v", labels, h.Phase, h.Request != nil, passed, slices.Compact(yes))
}

// interrupted looks, and is stopped after some writes now and then.
func (w *world) interrupted(t *rapid.T) {
	if rapid.Bool().Draw(t, "interrupted") {
		effects := w.decide()
		for _, e := range effects[:rapid.IntRange(0, len(effects)).Draw(t, "writes")] {
			w.apply(e)
		}
		w.c.Now = w.c.Now.Add(time.Second)
	}
	w.look()
}

// Approvals in any order, at the same second or apart, read one by one, in batches or after crashes,
// end in the same state, with one passed record if all have said yes.
func TestTheOrderOfApprovalsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		people := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"helena-bs", "rui-sme", "dora-de", "tomas-ds", "sara-ds", "felix-se", "passer-by"}), 1, 7, rapid.ID[string]).Draw(t, "people")
		var remarks []remark
		for _, login := range people {
			text := rapid.SampledFrom([]string{"/approve", "/approve", "/aprovar", "Fine.\n\n/approve", "/status\n/approve"}).Draw(t, "text")
			remarks = append(remarks, remark{login, text, rapid.SampledFrom([]int{0, 0, 1, 90}).Draw(t, "after")})
		}
		play := func(remarks []remark, look func(*world)) string {
			w := asked(t)
			w.c.Now = w.c.Now.Add(time.Minute)
			for _, r := range remarks {
				w.said(w.c.Now.Add(time.Duration(r.after)*time.Second), r.login, r.text)
				look(w)
			}
			w.c.Now = w.c.Now.Add(time.Minute)
			w.look()
			return w.state()
		}
		want := play(remarks, func(*world) {})
		if got := play(remarks, func(w *world) { w.look() }); got != want {
			t.Errorf("read one by one:\n%s\nread at once:\n%s", got, want)
		}
		if got := play(rapid.Permutation(remarks).Draw(t, "order"), func(w *world) {
			if rapid.Bool().Draw(t, "look") {
				w.interrupted(t)
			}
		}); got != want {
			t.Errorf("another order, with crashes:\n%s\nread at once:\n%s", got, want)
		}
		complete := !slices.ContainsFunc([]string{"helena-bs", "rui-sme", "dora-de", "tomas-ds"}, func(l string) bool { return !slices.Contains(people, l) })
		if complete != strings.Contains(want, "1 passed records") || !complete && !strings.Contains(want, " 0 passed records") {
			t.Errorf("said yes: %v; %s", people, want)
		}
	})
}

// Whatever people do, and wherever a look is cut short: the next one finds nothing left to do, there is
// one phase, and no comment is answered twice.
func TestLookingAgainFindsNothingToDo(t *testing.T) {
	texts := []string{"/approve", "/approve as DS", "/object no", "/object", "/withdraw", "/advance development", "/return design data: leak", "/help", "/status",
		"/aprove", "ok", "/delegate DE @bento-be until 2026-01-30", "/approve\n/object\n/help", "/waive x", "hello"}
	people := []string{"helena-bs", "rui-sme", "dora-de", "tomas-ds", "sara-ds", "felix-se", "passer-by"}
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, rapid.SampledFrom(lifecycle.Langs).Draw(t, "language"))
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				w.writes(rapid.SampledFrom(checks.Items).Draw(t, "item"), rapid.StringMatching("[ab]").Draw(t, "words"))
			case 1:
				label := rapid.SampledFrom([]string{"phase:development", "gate:requested", "risk:high"}).Draw(t, "label")
				if !w.c.Issue.Has(label) {
					w.c.Issue.Labels = append(w.c.Issue.Labels, label)
				}
			case 2:
				w.c.Design.Data = facts.Known([]checks.DataRequirement{{Number: 5, Exists: true, Validated: rapid.Bool().Draw(t, "validated"), At: w.c.Now}})
			case 3:
				if w.index(w.sticky) >= 0 {
					w.meddle()
				}
			case 4:
				w.c.Now = w.c.Now.Add(time.Duration(rapid.IntRange(1, 90).Draw(t, "minutes")) * time.Minute)
			default:
				w.said(w.c.Now.Add(time.Duration(rapid.IntRange(0, 200).Draw(t, "seconds"))*time.Second), rapid.SampledFrom(people).Draw(t, "who"), rapid.SampledFrom(texts).Draw(t, "text"))
			}
			if rapid.Bool().Draw(t, "look") {
				w.interrupted(t)
			}
		}
		w.look()
		w.check(t)
	})
}

// check checks what holds of every deliverable after a look.
func (w *world) check(t *rapid.T) {
	phases := 0
	for _, p := range lifecycle.Phases {
		if w.c.Issue.Has(p.Label()) {
			phases++
		}
	}
	if phases != 1 {
		t.Errorf("labels %v", w.c.Issue.Labels)
	}
	answers := map[int64]int{}
	for _, e := range w.c.Entries {
		if r := e.Record; r != nil && r.Kind == engine.Replied {
			for _, c := range append([]int64{r.Cause}, r.Causes...) {
				answers[c]++
			}
		}
	}
	for comment, n := range answers {
		if n != 1 {
			t.Errorf("comment %d has %d replies", comment, n)
		}
	}
	for _, c := range w.comments {
		if strings.HasPrefix(c.Body, "/") && !c.Author.Bot && c.Answer == "" && !strings.HasPrefix(c.Body, "/aprove") {
			t.Errorf("%s is left without an answer to %q", c.Author.Login, c.Body)
		}
	}
}
