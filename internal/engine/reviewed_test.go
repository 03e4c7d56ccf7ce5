package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// stale marks contexts as not updated, in Phasegate's name.
func (m *memory) stale(numbers ...int) {
	for _, n := range numbers {
		i := m.issues[n]
		i.Labels = append(i.Labels, lifecycle.ContextStale)
		i.changed(lifecycle.ContextStale, true, facts.Person{ID: 1, Login: "phasegate[bot]", Bot: true}, m.tick())
	}
}

func (m *memory) mustBeStale(want bool, numbers ...int) {
	m.t.Helper()
	for _, n := range numbers {
		if m.issues[n].Has(lifecycle.ContextStale) != want {
			m.t.Errorf("#%d: stale %v: %v", n, !want, m.issues[n].Labels)
		}
	}
}

const codesBody = "### Parent\n\n#3\n\n### What is in the way?\n\nx\n\n### Why the deliverable needs it solved\n\ny\n\n### People involved\n\n@rui-sme"

// around is a repository with an issue of each kind that has a context, but the deliverable's.
func around(t testing.TB) (*memory, []int) {
	m := ready(t)
	m.open(6, "sara-ds", "Codes", codesBody, "kind:support-problem")
	m.open(9, "sara-ds", "GBM", "### Parent\n\n#3\n\n### Hypothesis\n\nx", "kind:experiment")
	m.open(13, "felix-se", "Release", "### Parent\n\n#3\n\n### Rollback plan\n\nx", "kind:deployment")
	m.open(15, "mina-mle", "Drift", "### Parent\n\n#3\n\n### Root cause\n\nx", "kind:incident")
	all := []int{2, 5, 6, 9, 13, 15}
	m.settle(all...)
	m.settle(2, 3)
	return m, all
}

// Rows 21, 22, 40 and 52 of the scenario.
func TestAContextThatIsUpdatedLosesItsMark(t *testing.T) {
	m, all := around(t)
	m.stale(all...)
	m.settle(all...)
	m.mustBeStale(true, all...)
	m.quiet("they are marked")
	for _, n := range all {
		m.refused(n, "passer-by", "/reviewed", "Only people with a role")
		m.mustBeStale(true, n)
		m.accepted(n, "rui-sme", "/reviewed\ncodes are written after the customer has left")
		m.mustBeStale(false, n)
	}
	m.mustSay(2, "rui-sme found this still true on 12 January: “codes are written after the customer has left”")
	m.now = m.now.AddDate(0, 0, 7)
	m.stale(all...)
	m.settle(all...)
	m.mustBeStale(true, all...)
	for _, n := range all {
		m.issues[n].Body, m.issues[n].BodyEdited = m.issues[n].Body+" ", m.tick()
		m.settle(n)
		m.mustBeStale(false, n)
	}
	m.stale(all...)
	m.settle(all...)
	for _, n := range all {
		m.issues[n].Labels = append(m.issues[n].Labels, lifecycle.StateLive)
		m.issues[n].Closed, m.issues[n].ClosedAt = true, m.tick()
		m.writes = nil
		m.settle(n)
		m.mustBeStale(false, n)
		if m.issues[n].Has(lifecycle.StateLive) || len(m.writes) == 0 || !strings.Contains(m.writes[0], "labels -context:stale -state:live") {
			t.Errorf("#%d: wrote %v", n, m.writes)
		}
	}
	m.quiet("all are closed")
}

// A yes that counts is an update of what it is about.
func TestAYesKeepsTheDataUpToDate(t *testing.T) {
	m, _ := around(t)
	m.stale(5)
	m.settle(5)
	m.refused(5, "felix-se", "/approve", "Not counted")
	m.mustBeStale(true, 5)
	m.accepted(5, "rui-sme", "/approve")
	m.mustBeStale(false, 5)
}

// Row 55 of the scenario.
func TestTheBoardShowsOpenIncidents(t *testing.T) {
	m, _ := around(t)
	m.mustSay(2, "#3 Score: **Design**, **incident #15 open**")
	m.issues[15].Closed = true
	m.settle(15)
	if strings.Contains(m.sticky(2), "#15") {
		t.Errorf("a closed incident stands on the board:\n%s", m.sticky(2))
	}
}

func TestAnEditOfPhasegatesIsNoUpdate(t *testing.T) {
	m, _ := around(t)
	m.stale(15)
	m.issues[15].BodyEdited, m.issues[15].EditedOwn = m.tick(), true
	m.settle(15)
	m.mustBeStale(true, 15)
}

func TestNobodySetsTheMarkByHand(t *testing.T) {
	m, all := around(t)
	for _, n := range all {
		i := m.issues[n]
		i.Labels = append(i.Labels, lifecycle.ContextStale)
		i.changed(lifecycle.ContextStale, true, who("sara-ds"), m.tick())
		m.settle(n)
		m.mustBeStale(false, n)
		m.stale(n)
		i.Labels = slices.DeleteFunc(i.Labels, func(l string) bool { return l == lifecycle.ContextStale })
		i.changed(lifecycle.ContextStale, false, who("sara-ds"), m.tick())
		m.settle(n)
		m.mustBeStale(true, n)
		told := 0
		for _, c := range i.comments {
			told += strings.Count(c.Body, "<!-- phasegate:label ")
		}
		if told != 2 {
			t.Errorf("#%d: %d explanations", n, told)
		}
	}
	m.quiet("all that")
}

func TestReviewedInAMeeting(t *testing.T) {
	m, all := around(t)
	m.meet(14)
	m.stale(all...)
	m.settle(all...)
	m.accepted(14, "rui-sme", "/reviewed #6, #2 codes *come* late")
	m.mustBeStale(false, 6, 2)
	m.mustBeStale(true, 5, 9, 13, 15)
	m.mustSay(2, "rui-sme found this still true on 12 January: “codes \\*come\\* late”")
	m.quiet("some were read")
	m.refused(14, "rui-sme", "/reviewed #6 and #44", "Not open here: #\u200b44.")
	m.now = m.now.Add(time.Hour)
	m.refused(14, "rui-sme", "/reviewed everything", "names what was read")
	m.now = m.now.Add(time.Hour)
	m.refused(14, "passer-by", "/reviewed all", "Only people with a role")
	m.mustBeStale(true, 5, 9, 13, 15)
	m.accepted(14, "rui-sme", "/reviewed all")
	m.mustBeStale(false, all...)
	m.quiet("all were read")
	m.accepted(2, "helena-bs", "/reviewed")
	m.mustSay(2, "codes \\*come\\* late") // who notes nothing leaves the note
	m.stale(14)
	m.settle(14)
	m.mustBeStale(false, 14)
}

func TestParseReviewed(t *testing.T) {
	for _, c := range []struct {
		args string
		want engine.ReviewedArgs
		ok   bool
	}{
		{"#6", engine.ReviewedArgs{Numbers: []int{6}}, true}, {"#6 #4 #6", engine.ReviewedArgs{Numbers: []int{6, 4}}, true},
		{"#6, #4 e #5: como antes", engine.ReviewedArgs{Numbers: []int{6, 4, 5}, Note: "como antes"}, true}, {"#6 and so on", engine.ReviewedArgs{Numbers: []int{6}, Note: "so on"}, true},
		{"all", engine.ReviewedArgs{All: true}, true}, {"Todos.", engine.ReviewedArgs{All: true}, true}, {"all fine", engine.ReviewedArgs{All: true, Note: "fine"}, true},
		{"", engine.ReviewedArgs{}, false}, {"nothing", engine.ReviewedArgs{Note: "nothing"}, false}, {"and #6", engine.ReviewedArgs{Note: "and #6"}, false},
	} {
		got, ok := engine.ParseReviewed(engine.Command{Name: lifecycle.Reviewed, Args: c.args})
		if ok != c.ok || !cmp.Equal(got, c.want) {
			t.Errorf("%q: %+v, %v", c.args, got, ok)
		}
	}
}
