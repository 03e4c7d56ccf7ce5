package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// dataWorld is a world whose issue is a data requirement.
type dataWorld struct {
	*world
	print  string
	words  string
	edited time.Time
}

func newDataWorld(t tester, lang lifecycle.Lang) *dataWorld {
	w := newWorld(t, lang)
	w.c.Issue = facts.Issue{Number: 5, Title: "Billing and usage, 24 months", Labels: []string{"kind:data"}}
	return &dataWorld{world: w, print: "v1"}
}

func (w *dataWorld) decide() []engine.Effect {
	w.t.Helper()
	p := w.c.Printer
	p.Now = w.c.Now
	issue := w.c.Issue
	issue.BodyEdited = w.edited
	c := engine.DataCase{Key: w.c.Key.Issue(5), Now: w.c.Now, Printer: p, Issue: issue, Print: w.print, Words: w.words, ConfigError: w.c.ConfigError, ConfigProblem: w.c.ConfigProblem, ScaleNever: w.c.ScaleNever, Roster: w.c.Roster,
		Delegations: w.c.Delegations, LabelChanges: w.c.LabelChanges, Used: []int{3, 4}, ConfigURL: w.c.ConfigURL}
	c.Entries = engine.Entries(engine.Place{Repo: w.c.Key.FullName(), Issue: 5}, w.comments, nil)
	if i := w.index(w.sticky); i >= 0 {
		c.Sticky, c.Rebuilt = &w.comments[i], w.comments[i].Touched
		for _, b := range markdown.Blocks(w.comments[i].Body) {
			if c.Rebuilt {
				break
			}
			if err := b.Decode(&c.Ledger); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	decision, err := engine.DecideData(c)
	if err != nil {
		w.t.Fatal(err)
	}
	w.due = decision.Due
	return decision.Effects
}

func (w *dataWorld) expect(step, want string) {
	w.t.Helper()
	var told []string
	for _, e := range w.decide() {
		told = append(told, w.tell(e))
		w.apply(e)
	}
	if got := strings.Join(told, "\n"); got != want {
		w.t.Errorf("%s:\ngot  %q\nwant %q", step, got, want)
	}
	w.c.Now = w.c.Now.Add(time.Minute)
	if again := w.decide(); len(again) > 0 {
		w.t.Fatalf("%s: looking again finds something to do: %v", step, again)
	}
}

// Rows 6, 8, 24 and 26 of the scenario, and what may go wrong on the way.
func TestDataRequirement(t *testing.T) {
	w := newDataWorld(t, lifecycle.English)
	w.expect("row 6", "#5: post the sticky @dora-de @rui-sme")
	w.says("dora-de", "/approve")
	w.expect("row 8, dora", "+1 to dora-de\nedit the sticky")
	w.says("felix-se", "/approve")
	w.expect("another role", "#5: comment reply\nconfused to felix-se")
	w.says("rui-sme", "/aprovar")
	w.expect("row 8, rui", "#5: labels +data:validated\n+1 to rui-sme\nedit the sticky")
	w.golden("en-data-validated")

	w.print, w.edited = "v2", w.c.Now.Add(5*time.Minute)
	w.c.Now = w.c.Now.Add(6 * time.Minute)
	w.expect("row 24", "#5: comment void @dora-de @rui-sme\n#5: labels -data:validated\nedit the sticky")
	w.golden("en-data-waiting")

	w.print = "v1"
	w.expect("changed back: validated as it was", "#5: labels +data:validated\nedit the sticky")
	w.print = "v2"
	w.expect("and forth: asked already", "#5: labels -data:validated\nedit the sticky")

	w.c.Delegations = []facts.Delegation{{Role: lifecycle.DataEngineer, From: who("dora-de"), To: who("bento-be"), Day: "2026-01-30", Until: w.c.Now.AddDate(0, 0, 9)}}
	w.says("bento-be", "/approve")
	w.expect("row 26, bento", "+1 to bento-be\nedit the sticky")
	w.says("rui-sme", "/approve")
	w.expect("row 26, rui", "#5: labels +data:validated\n+1 to rui-sme\nedit the sticky")
	if text := w.stickyText(); !strings.Contains(text, "by delegation of dora-de until 2026-01-30") {
		t.Errorf("the sticky does not name the delegation:\n%s", text)
	}
}

func TestDataLabelSetByHandIsTakenOff(t *testing.T) {
	w := newDataWorld(t, lifecycle.English)
	w.expect("opened", "#5: post the sticky @dora-de @rui-sme")
	w.c.Issue.Labels = append(w.c.Issue.Labels, lifecycle.DataValidated)
	w.c.LabelChanges = []facts.LabelChange{{ID: "LE_9", Label: lifecycle.DataValidated, Added: true, Actor: who("sara-ds")}}
	w.expect("by hand", "#5: comment label\n#5: labels -data:validated")
}

func TestAYesWrittenBeforeAnEditIsForWhatWasThere(t *testing.T) {
	w := newDataWorld(t, lifecycle.English)
	w.expect("opened", "#5: post the sticky @dora-de @rui-sme")
	w.says("dora-de", "/approve")
	w.print, w.edited = "v2", w.c.Now.Add(time.Second)
	w.c.Now = w.c.Now.Add(time.Minute)
	w.expect("edited before it was read", "#5: comment reply\nconfused to dora-de")
}
