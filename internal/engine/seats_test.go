package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

// A small team, a vacant seat, a stand-in and a config's own seats, as the sticky and the record tell them.
func TestSeatsThatAreOutOfTheOrdinary(t *testing.T) {
	w := newWorld(t, lifecycle.English)
	h := w.c.Roster.Holders
	h[lifecycle.DataEngineer], h[lifecycle.DataScientist] = nil, nil
	w.look()
	w.says("felix-se", "/advance development")
	w.look()
	if text := w.stickyText(); !strings.Contains(text, "@mina-mle, ML engineer, standing in for the data engineer") || !strings.Contains(text, "data scientist | Can this data answer the question? | nobody holds this role") {
		t.Errorf("got %s", text)
	}
	for _, login := range []string{"helena-bs", "rui-sme", "mina-mle"} {
		w.says(login, "/approve")
	}
	w.expect("three of three", `#3: comment passed
		#3: labels +phase:development -phase:design -gate:requested
		+1 to helena-bs
		+1 to rui-sme
		+1 to mina-mle
		edit the sticky`)
	w = newWorld(t, lifecycle.English)
	w.c.Gates = policy.Gates{lifecycle.G1: {lifecycle.Standard: {lifecycle.BusinessStakeholder, lifecycle.BackendEngineer}}}
	w.c.Roster.Unread = map[lifecycle.Role]string{lifecycle.BackendEngineer: "team acme-telco/ops could not be read"}
	w.c.Roster.Holders[lifecycle.BackendEngineer] = nil
	w.look()
	w.says("sara-ds", "/advance development")
	w.look()
	if text := w.stickyText(); !strings.Contains(text, "who holds it could not be read: team acme-telco/ops could not be read") {
		t.Errorf("got %s", text)
	}
	w.says("helena-bs", "/approve")
	w.look()
	if w.c.Issue.Has("phase:development") {
		t.Error("it passes though nobody knows who holds a role")
	}
}

// At low risk the business stakeholder and any technical role answer; what they said is carried after a
// return that does not concern them.
func TestLowRiskAsksTwoAndCarries(t *testing.T) {
	w := newWorld(t, lifecycle.English)
	w.c.Risk = lifecycle.Low
	w.c.Issue.Labels = []string{"kind:deliverable", "phase:design", "risk:low"}
	w.look()
	w.says("tomas-ds", "/advance development")
	w.look()
	w.says("bento-be", "/approve")
	w.says("helena-bs", "/approve")
	w.expect("row 19", `#3: comment passed
		#3: labels +phase:development -phase:design -gate:requested
		+1 to bento-be
		+1 to helena-bs
		edit the sticky`)
	w.says("tomas-ds", "/return design metrics: a target was wrong")
	w.look()
	w.writes(checks.ItemData, "d2")
	w.says("tomas-ds", "/advance development")
	got := w.look()
	if !strings.HasPrefix(got, "#3: comment reply\nconfused to tomas-ds") {
		t.Errorf("the metrics were not changed: %s", got)
	}
	w.writes(checks.ItemMetrics, "m2")
	w.says("tomas-ds", "/advance development")
	w.look()
	if text := w.stickyText(); !strings.Contains(text, "0 of 2") {
		t.Errorf("the metrics are new, so everybody who guards them is asked again:\n%s", text)
	}
}

func TestADelegateActsUntilTheDelegationEnds(t *testing.T) {
	w := asked(t)
	end := w.c.Now.Add(2 * time.Hour)
	w.c.Delegations = []facts.Delegation{{Role: lifecycle.BusinessStakeholder, From: who("helena-bs"), To: who("passer-by"), Day: "2026-01-12", Until: end}}
	w.look()
	if !w.due.Equal(end) {
		t.Errorf("due %s, want the end of the delegation, %s", w.due, end)
	}
	w.says("passer-by", "/object the price is wrong")
	w.expect("while it holds", "#3: comment blocked @sara-ds\n#3: labels +gate:objected\n+1 to passer-by\nedit the sticky")
	w.c.Now = end
	w.expect("when it has ended", "#3: labels -gate:objected\nedit the sticky")
	if !w.due.IsZero() {
		t.Errorf("due %s though nothing ends", w.due)
	}
}

func TestWhatCannotBeWrittenIsAnError(t *testing.T) {
	w := newDataWorld(t, lifecycle.English)
	c := engine.DataCase{Key: w.c.Key.Issue(5), Now: w.c.Now, Printer: w.c.Printer, Issue: w.c.Issue, Roster: w.c.Roster}
	for n := range 20000 {
		c.Used = append(c.Used, n)
	}
	if d, err := engine.DecideData(c); err == nil {
		t.Errorf("a ledger beyond what a comment holds: %d effects", len(d.Effects))
	}
}

func TestEffectsTellWhatTheyDo(t *testing.T) {
	for want, e := range map[string]engine.Effect{
		"#3: post the sticky": engine.PostComment{Issue: 3}, "#3: comment reply": engine.PostComment{Issue: 3, Record: &engine.Record{Kind: engine.Replied}},
		"#3: edit the sticky": engine.EditComment{Issue: 3, Comment: 7}, "#3: edit reply 7": engine.EditComment{Issue: 3, Comment: 7, Record: &engine.Record{Kind: engine.Replied}},
		"comment 7: react +1": engine.React{Comment: 7, Reaction: facts.Counted}, "#3: labels +a -b": engine.SetLabels{Issue: 3, Add: []string{"a"}, Remove: []string{"b"}},
	} {
		if got := e.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	k := engine.Key{Owner: "a", Repo: "b", Kind: engine.MergeGroupKey, Ref: "sha"}
	if got := k.String(); got != "0/a/b/merge-group/sha" {
		t.Error(got)
	}
}
