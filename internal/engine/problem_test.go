package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/templates"
)

// problemWorld is a world whose issue is a bigger problem.
type problemWorld struct {
	*world
	board templates.ProblemView
}

func newProblemWorld(t tester, lang lifecycle.Lang) *problemWorld {
	w := newWorld(t, lang)
	w.c.Issue = facts.Issue{Number: 2, Title: "Voluntary churn erodes postpaid revenue", Labels: []string{"kind:problem"}}
	return &problemWorld{world: w, board: templates.ProblemView{Answered: [2]bool{true, true}}}
}

func (w *problemWorld) decide() []engine.Effect {
	w.t.Helper()
	p := w.c.Printer
	p.Now = w.c.Now
	c := engine.ProblemCase{Key: w.c.Key.Issue(2), Now: w.c.Now, Printer: p, Issue: w.c.Issue, Roster: w.c.Roster, Board: w.board, LabelChanges: w.c.LabelChanges}
	c.Entries = engine.Entries(engine.Place{Repo: w.c.Key.FullName(), Issue: 2}, w.comments, nil)
	if i := w.index(w.sticky); i >= 0 {
		c.Sticky, c.Board.Rebuilt = &w.comments[i], w.comments[i].Touched
	}
	c.Board.ConfigError, c.Board.ConfigProblem = w.c.ConfigError, w.c.ConfigProblem
	decision, err := engine.DecideProblem(c)
	if err != nil {
		w.t.Fatal(err)
	}
	w.due = decision.Due
	return decision.Effects
}

func (w *problemWorld) expect(step, want string) {
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

// Rows 2, 4 to 6 and 25 of the scenario, as the board shows them.
func TestProblemBoard(t *testing.T) {
	for _, lang := range lifecycle.Langs {
		w := newProblemWorld(t, lang)
		w.board.MetricErrors = []string{`Row 1, Target "about 4%": not a target. Write "<= 4" and put "%" in Unit.`}
		w.expect("row 2", "#2: post the sticky")
		w.golden(string(lang) + "-problem-error")
		w.board.MetricErrors, w.board.Goals, w.board.Guardrails = nil, 2, 1
		w.expect("row 4", "edit the sticky")
		w.golden(string(lang) + "-problem-new")
		w.board.Deliverables = []templates.BoardDeliverable{
			{Number: 3, Title: "Weekly churn score", Phase: lifecycle.Design, Asked: true, Awaited: []string{"helena-bs", "rui-sme"}},
			{Number: 4, Title: "Retention offer list for agents", Phase: lifecycle.Development},
		}
		w.board.Support = []templates.BoardSupport{{Deliverable: 3, Number: 6, People: []string{"rui-sme", "dora-de"}}}
		w.board.Data = []templates.DataView{{Number: 5, Title: "Billing and usage, 24 months", Exists: true}}
		w.expect("row 6", "edit the sticky")
		w.says("dora-de", "/delegate data-engineer @bento-be until 2026-01-30")
		w.expect("row 25", "+1 to dora-de\nedit the sticky")
		w.golden(string(lang) + "-problem-board")
	}
}

func TestADelegationEndsAndIsReadFromTheLedger(t *testing.T) {
	w := newProblemWorld(t, lifecycle.English)
	w.expect("opened", "#2: post the sticky")
	w.says("dora-de", "/delegate DE @bento-be until 2026-01-13")
	w.expect("lent", "+1 to dora-de\nedit the sticky")
	lent := func() []engine.LedgerDelegation {
		t.Helper()
		var ledger engine.ProblemLedger
		for _, b := range markdown.Blocks(w.comments[w.index(w.sticky)].Body) {
			if err := b.Decode(&ledger); err != nil {
				t.Fatal(err)
			}
		}
		return ledger.Delegations
	}
	got := lent()
	if len(got) != 1 {
		t.Fatalf("%d delegations in the ledger", len(got))
	}
	if d := got[0].Delegation(); !d.From.Is(who("dora-de")) || !d.To.Is(who("bento-be")) || d.Role != lifecycle.DataEngineer {
		t.Errorf("lent: %+v", d)
	}
	w.c.Now = w.c.Now.AddDate(0, 0, 2)
	w.expect("the day has ended, and its date stands there", "")
	w.says("helena-bs", "/delegate business-stakeholder @mina-mle until 2026-01-20")
	w.expect("the next change", "+1 to helena-bs\nedit the sticky")
	if strings.Contains(w.stickyText(), "bento-be") {
		t.Error("the board still shows the delegation")
	}
	if got := lent(); len(got) != 2 || w.c.Now.Before(got[0].Until) {
		t.Errorf("what was said while it held can no longer be judged: %v", got)
	}
}

func TestDelegationsThatAreRefused(t *testing.T) {
	w := newProblemWorld(t, lifecycle.English)
	w.expect("opened", "#2: post the sticky")
	for _, c := range []struct{ login, text string }{
		{"felix-se", "/delegate data-engineer @bento-be until 2026-01-30"}, // not his to lend
		{"dora-de", "/delegate data-engineer @nobody-here until 2026-01-30"},
		{"dora-de", "/delegate data-engineer @dora-de until 2026-01-30"},
		{"dora-de", "/delegate data-engineer @bento-be until 2026-03-30"},
		{"dora-de", "/advance development"},
		{"dora-de", "/decide budget: 1"},
	} {
		w.says(c.login, c.text)
		w.expect(c.text, "#2: comment reply\nconfused to "+c.login)
	}
	w.c.Issue.Labels = append(w.c.Issue.Labels, "phase:design")
	w.expect("a phase on a problem", "#2: labels -phase:design")
}
