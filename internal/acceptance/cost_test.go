package acceptance_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// Budgets of API requests, answers 304 and requests for tokens apart.
const (
	budgetOpen   = 6  // an approval while its gate stays open
	budgetPassed = 12 // the approval its gate passes with
)

// spent counts what the bot asked of the interface because of what do does.
func (w *world) spent(do func()) (total int, each []string) {
	w.t.Helper()
	w.forgetRequests()
	do()
	w.settle()
	for _, r := range w.requests() {
		if r.Actor == botLogin && r.Status != http.StatusNotModified {
			total += r.Count
			each = append(each, fmt.Sprintf("%d× %s %s → %d", r.Count, r.Method, r.Route, r.Status))
		}
	}
	return total, each
}

func TestCostOfApprovals(t *testing.T) {
	t.Parallel()
	w := atGate(t)
	for _, c := range []struct {
		at, login, what string
		budget          int
	}{
		{"2026-01-13 10:10", "rui-sme", "an approval while the gate stays open", budgetOpen},
		{"2026-01-13 10:30", "helena-bs", "the approval the gate passes with", budgetPassed},
	} {
		w.at(c.at)
		n, each := w.spent(func() { w.comment(3, c.login, "/approve") })
		t.Logf("%s: %d requests", c.what, n)
		if n > c.budget {
			t.Errorf("%s cost %d requests, at most %d:\n%s", c.what, n, c.budget, strings.Join(each, "\n"))
		}
		if n == 0 {
			t.Errorf("%s cost nothing: it was not looked at", c.what)
		}
	}
	if got := w.outcomeOf(); got.Phase != "phase:development" {
		t.Errorf("#3 is in %s", got.Phase)
	}
}

// A delivery that changes nothing costs no write.
func TestDeliveriesThatChangeNothing(t *testing.T) {
	t.Parallel()
	w := atGate(t)
	for _, c := range []struct {
		what string
		do   func()
	}{
		{"a comment that is only talk", func() { w.comment(3, "sara-ds", "Thanks, all.") }},
		{"white space in a form", func() { w.edit(3, "sara-ds", w.issues[3].body+"\n\n") }},
		{"a label that is nobody's", func() {
			w.as("sara-ds", "POST", "/issues/3/labels", map[string]any{"labels": []string{"help wanted"}})
		}},
		{"a comment elsewhere", func() { w.comment(8, "sara-ds", "/approve") }},
		{"a push to a branch", func() { w.push("sara-ds", "notes", "a branch", [2]string{"notes.md", "Notes\n"}) }},
		{"an assignee", func() {
			w.as("sara-ds", "POST", "/issues/3/assignees", map[string]any{"assignees": []string{"sara-ds"}})
		}},
	} {
		w.forgetRequests()
		before := w.look()
		w.commands = nil
		c.do()
		w.settle()
		got := w.diff(before, w.look())
		delete(got.Add, 3) // the person's own label
		if writes := w.writes(); len(writes) > 0 || len(got.Rem)+len(got.C)+len(got.SP)+len(got.SE)+len(got.Events)+len(got.Other) > 0 {
			t.Errorf("%s: the product wrote %v: %+v", c.what, writes, got)
		}
	}
}
