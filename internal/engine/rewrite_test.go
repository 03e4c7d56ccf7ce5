package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// changed lets somebody command a change and looks; it must be answered by a record that says so.
func (m *memory) changed(number int, login, text, says string) {
	m.t.Helper()
	m.say(number, login, text)
	m.settle(number)
	if reaction, record := m.answer(number); reaction != facts.Counted || !strings.Contains(record, says) || !strings.Contains(record, "<!-- phasegate:rewrite ") {
		m.t.Errorf("%s: %q: %q, %s; want %q", login, text, reaction, record, says)
	}
}

func TestTheTextIsChangedOnBehalfOfTheStakeholder(t *testing.T) {
	m := costs(t)
	m.issues[2].Author = who("sara-ds")
	m.writes = nil
	m.changed(2, "helena-bs", "/target Monthly churn <= 3.5: the market moved", "**The target of monthly_churn changed: “at most 4.0” → “at most 3.5”.** Written into the text above for helena-bs.\n\nReason: “the market moved”")
	if len(m.writes) < 3 || m.writes[0] != "#2: edit the text" || m.writes[1] != "#2: comment rewrite" {
		t.Errorf("wrote %v", m.writes)
	}
	m.changed(2, "helena-bs", "/alvo offer_cost no máximo 200000\n\ncusta demais", "The target of offer_cost changed")
	m.changed(2, "helena-bs", "/budget 50000 BRL/month, ask @felix-se\n", "**The budget changed: “some” → “50000 BRL/month, ask @\u200bfelix-se”.**")
	want := strings.NewReplacer("at most 4.0", "<= 3.5", "<= 250000", "<= 200000", "\nsome\n", "\n50000 BRL/month, ask @\u200bfelix-se\n").Replace(costsBody)
	if got := m.issues[2].Body; got != want {
		t.Errorf("the text is\n%s\nwant\n%s", got, want)
	}
	m.changed(2, "helena-bs", "/orçamento\n### Risco\n\nbaixo", "The budget changed")
	if !strings.Contains(m.issues[2].Body, "\\#\\#\\#\u200b Risco\nbaixo\n\n### Out of scope\n") {
		t.Errorf("a budget opens a section:\n%s", m.issues[2].Body)
	}
	m.quiet("all that")
}

func TestChangesThatAreRefused(t *testing.T) {
	m := costs(t)
	for _, c := range []struct{ login, text, why string }{
		{"rui-sme", "/target monthly_churn <= 3: why not", "for a business stakeholder to say"},
		{"passer-by", "/budget 1", "for a business stakeholder to say"},
		{"helena-bs", "/target monthly_churn <= 3", "needs a reason"},
		{"helena-bs", "/target monthly_churn <= 3:", "needs a reason"},
		{"helena-bs", "/target monthly_churn: the market moved", "The table has: monthly_churn, offer_cost, churn_rate region=south, visits."},
		{"helena-bs", "/target", "followed by the metric's name, its target"},
		{"helena-bs", "/target profit >= 3: more", "Write \"monthly_churn\", \"offer_cost\", \"churn_rate region=south\" or \"visits\"."},
		{"helena-bs", "/target monthly_churn about 4: more", "nothing was changed."},
		{"helena-bs", "/budget", "followed by the budget"},
		{"helena-bs", "/budget <!-- nothing -->", "followed by the budget"},
	} {
		m.now = m.now.Add(time.Hour)
		m.refused(2, c.login, c.text, c.why)
		if m.issues[2].Body != costsBody {
			t.Fatalf("%s changed the text", c.text)
		}
	}
	m.now = m.now.Add(time.Hour)
	m.say(2, "helena-bs", "/budget 1")
	m.issues[2].comments[len(m.issues[2].comments)-1].Edited = true
	m.settle(2)
	if m.issues[2].Body != costsBody {
		t.Error("an edited comment changed the text")
	}
	m.quiet("all that")
}

// A command that is refused beside one that is carried out, and one given twice.
func TestEachCommandOfACommentIsAnswered(t *testing.T) {
	m := costs(t)
	m.say(2, "helena-bs", "/target monthly_churn <= 3: a\n/target monthly_churn <= 2\n/target offer_cost <= 9: b\n/budget none")
	m.settle(2)
	state := m.state()
	for _, want := range []string{"changed: “at most 4.0” → “at most 3”", "**The target of offer_cost changed", "The budget changed: “some” → “none”", "needs a reason"} {
		if n := strings.Count(state, want); n != 1 {
			t.Errorf("%q is said %d times:\n%s", want, n, state)
		}
	}
	if reaction, _ := m.answer(2); reaction != facts.Counted {
		t.Errorf("reaction %q", reaction)
	}
	m.quiet("all that")
}

// A look that is cut short after any write ends the same: the text is changed once, the record stands
// once, and what people wrote in between stays.
func TestAChangeIsMadeOnce(t *testing.T) {
	play := func(fail int, lost bool) *memory {
		m := costs(t)
		m.say(2, "helena-bs", "/target monthly_churn <= 3.5: the market moved\n/budget 7")
		m.fail, m.lost, m.writes = fail, lost, nil
		m.settle(2)
		return m
	}
	good := play(0, false)
	n := len(good.writes)
	if n != 4 {
		t.Fatalf("%d writes: %v", n, good.writes)
	}
	for at := 1; at <= n; at++ {
		for _, lost := range []bool{false, true} {
			m := play(at, lost)
			records := 0
			for _, c := range m.issues[2].comments {
				records += strings.Count(c.Body, "<!-- phasegate:rewrite ")
			}
			if m.issues[2].Body != good.issues[2].Body || records != 2 || m.sticky(2) != good.sticky(2) {
				t.Errorf("write %d fails, carried out %v: %d records\n%s", at, lost, records, m.issues[2].Body)
			}
		}
	}
	m := play(4, false) // the reaction is missing
	m.edit(2, "<= 3.5", "<= 3.7")
	for i := range m.issues[2].comments {
		m.issues[2].comments[i].Answer = ""
	}
	m.settle(2)
	if !strings.Contains(m.issues[2].Body, "<= 3.7") {
		t.Error("a command that was carried out is carried out again")
	}
}

// While a step is asked for, who must look again is told by the record; who commanded the change stands by
// it.
func TestADeliverablesTextIsChangedWhileAStepIsAskedFor(t *testing.T) {
	m := ready(t)
	m.say(3, "sara-ds", "/advance development")
	m.settle(3)
	for _, login := range []string{"dora-de", "tomas-ds", "helena-bs"} {
		m.say(3, login, "/approve")
	}
	m.settle(3)
	m.mustSay(3, "3 of 4 have said yes")
	m.say(3, "helena-bs", "/target recall at least 0.5: better\n/budget\n50000")
	m.settle(3)
	if body := m.issues[3].Body; !strings.Contains(body, "| recall | model | goal | >= 0.5 |") || !strings.Contains(body, "### Budget\n\n50000\n\n### Risk") {
		t.Errorf("the text is\n%s", body)
	}
	var records []string
	for _, c := range m.issues[3].comments {
		if strings.Contains(c.Body, "<!-- phasegate:rewrite ") {
			records = append(records, c.Body)
		}
		if strings.Contains(c.Body, "<!-- phasegate:void ") {
			t.Errorf("told twice: %s", c.Body)
		}
	}
	if len(records) != 2 || !strings.Contains(records[0], "@tomas-ds") || strings.Contains(strings.Join(records, ""), "@helena-bs") || strings.Contains(records[1], "@") {
		t.Errorf("the records say %q", records)
	}
	m.mustSay(3, "2 of 4 have said yes", "50000", "recall at least 0.5")
	m.quiet("the change")
	m.say(3, "tomas-ds", "/approve")
	m.say(3, "rui-sme", "/approve")
	m.settle(3)
	if !m.issues[3].Has("phase:development") {
		t.Errorf("labels %v\n%s", m.issues[3].Labels, m.sticky(3))
	}
}

func TestADeliverablesReadings(t *testing.T) {
	m := ready(t)
	m.accepted(3, "sara-ds", "/metric psi 0.1 for 2025-12")
	m.refused(3, "felix-se", "/metric psi 0.1", "The owner is sara-ds.")
	m.refused(3, "felix-se", "/target psi <= 1: why not", "for a business stakeholder to say")
	m.accepted(3, "felix-se", "/reviewed")
	m.stale(3)
	m.settle(3)
	m.mustBeStale(true, 3)
	m.accepted(3, "helena-bs", "/metric psi 0.1")
	m.mustBeStale(false, 3)
	m.quiet("all that")
}

// Delegates of the stakeholder may, until the day ends.
func TestTheStakeholdersDelegateChangesTheText(t *testing.T) {
	m := costs(t)
	m.accepted(2, "helena-bs", "/delegate business-stakeholder @mina-mle until 2026-01-13")
	m.changed(2, "mina-mle", "/budget 5", "The budget changed")
	m.now = m.now.AddDate(0, 0, 3)
	m.settle(2)
	m.refused(2, "mina-mle", "/budget 6", "for a business stakeholder to say")
	m.issues[2].Labels = append(m.issues[2].Labels, lifecycle.ContextStale)
	m.issues[2].changed(lifecycle.ContextStale, true, facts.Person{ID: 1, Bot: true}, m.tick())
	m.changed(2, "helena-bs", "/budget 7", "The budget changed")
	if m.issues[2].Has(lifecycle.ContextStale) {
		t.Error("what was changed on command counts as no update")
	}
}
