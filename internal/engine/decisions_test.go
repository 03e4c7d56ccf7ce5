package engine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

func TestParseDecide(t *testing.T) {
	for _, c := range []struct {
		args, text, fault string
		want              engine.DecideArgs
	}{
		{"budget: 40000 BRL/month", "", "", engine.DecideArgs{Kind: engine.DecideBudget, Text: "40000 BRL/month"}},
		{"orçamento: 40000", "", "", engine.DecideArgs{Kind: engine.DecideBudget, Text: "40000"}},
		{"orc\u0327amento 40000", "", "", engine.DecideArgs{Kind: engine.DecideBudget, Text: "40000"}},
		{"metric #2: 0.42: for now", "", "", engine.DecideArgs{Kind: engine.DecideMetric, Number: 2, Text: "0.42: for now"}},
		{"Métrica #2 0.42", "", "", engine.DecideArgs{Kind: engine.DecideMetric, Number: 2, Text: "0.42"}},
		{"escopo", "só pós-pago", "", engine.DecideArgs{Kind: engine.DecideScope, Text: "só pós-pago"}},
		{"scope: #3 goes first", "", "", engine.DecideArgs{Kind: engine.DecideScope, Text: "#3 goes first"}},
		{"scope:", "", "decide-text", engine.DecideArgs{Kind: engine.DecideScope}},
		{"overrule @felix-se: no", "", "overrule-there", engine.DecideArgs{Kind: engine.DecideOverrule, Text: "@felix-se: no"}},
		{"anular @felix-se: no", "", "overrule-there", engine.DecideArgs{Kind: engine.DecideOverrule, Text: "@felix-se: no"}},
		{"that we wait", "", "decide-kind", engine.DecideArgs{}}, {"", "", "decide-kind", engine.DecideArgs{}}, {"#2: x", "", "decide-kind", engine.DecideArgs{}},
	} {
		got, fault := engine.ParseDecide(engine.Command{Name: lifecycle.Decide, Args: c.args, Text: c.text})
		if got != c.want || fault != c.fault {
			t.Errorf("%q: %+v, %q", c.args, got, fault)
		}
	}
}

// Row 38 of the scenario.
func TestDecisionsAreLoggedInTheMeetingAndOnTheProblem(t *testing.T) {
	m := ready(t)
	m.meet(14)
	m.settle(14)
	m.writes = nil
	m.refused(14, "bento-be", "/decide budget: 40000 BRL/month for scoring", "for a business stakeholder to say")
	if len(m.writes) != 2 {
		t.Errorf("a decision that is refused writes %v", m.writes)
	}
	m.writes = nil
	m.accepted(14, "helena-bs", "/decide budget: 40000 BRL/month for scoring")
	if got := fmt.Sprint(m.writes); got != "[comment 113: react +1 #2: edit the sticky #14: edit the text]" && !strings.HasSuffix(got, ": react +1 #2: edit the sticky #14: edit the text]") {
		t.Errorf("wrote %v", m.writes)
	}
	m.accepted(14, "helena-bs", "/decide metric: release 1 target for recall_top_decile is 0.42")
	m.body(14, "## Decisions", "- **D-1** (#2) budget: 40000 BRL/month for scoring (helena-bs) <!-- phasegate:item ", "- **D-2** (#2) metric: release 1 target for recall_top_decile is 0.42 (helena-bs) <!--")
	log := m.log(2)
	if len(log) != 2 || !strings.Contains(log[0], "**D-2**, metric: “release 1 target for recall_top_decile is 0.42” (helena-bs, in #14)") || !strings.Contains(log[1], "12 January: **D-1**, budget: “40000 BRL/month for scoring”") {
		t.Errorf("the log says %q", log)
	}
	m.quiet("the decisions")
	m.say(14, "rui-sme", "/decide scope: with the door in the hand")
	m.issues[14].Closed, m.issues[14].ClosedAt = true, m.tick()
	m.say(14, "rui-sme", "/decide scope: after the end\n/reviewed #2 after the end")
	m.settle(14)
	if log := m.log(2); len(log) != 3 || !strings.Contains(log[0], "**D-3**, scope: “with the door in the hand”") || strings.Contains(m.sticky(2), "after the end") {
		t.Errorf("the log says %q", log)
	}
	m.quiet("the meeting is closed")
}

// log is the decision log of a problem, line by line.
func (m *memory) log(number int) []string {
	for _, head := range []string{"**Decisions**", "**Decisões**"} {
		if _, log, ok := strings.Cut(m.sticky(number), head); ok {
			return strings.Split(strings.TrimSpace(log), "\n")
		}
	}
	return nil
}

func TestDecisionsOnTheProblemItself(t *testing.T) {
	m := ready(t)
	m.accepted(2, "rui-sme", "/decide scope: postpaid only")
	m.refused(2, "rui-sme", "/decide budget: 1", "for a business stakeholder to say")
	m.now = m.now.Add(time.Hour)
	m.refused(2, "passer-by", "/decide scope: all", "Only people with a role")
	m.refused(2, "rui-sme", "/decide that we wait", "what it is about")
	m.now = m.now.Add(time.Hour)
	m.refused(2, "rui-sme", "/decide scope #9: all", "about this bigger problem")
	m.now = m.now.Add(time.Hour)
	m.refused(2, "helena-bs", "/decide overrule @felix-se: no", "on the deliverable where the objection stands")
	m.accepted(2, "helena-bs", "/delegate business-stakeholder @mina-mle until 2026-01-20")
	m.accepted(2, "mina-mle", "/decide budget #2: 1000")
	if log := m.log(2); len(log) != 2 || !strings.Contains(log[0], "**D-2**, budget: “1000” (mina-mle)") || !strings.Contains(log[1], "**D-1**, scope") {
		t.Errorf("the log says %q", log)
	}
	m.say(2, "rui-sme", "/decide scope: edited before it was read")
	c := m.issues[2].comments
	c[len(c)-1].Edited = true
	m.settle(2)
	if _, reply := m.answer(2); !strings.Contains(reply, "did you mean `/decide`") || len(m.log(2)) != 2 {
		t.Errorf("edited: %s %q", reply, m.log(2))
	}
	for i := range c {
		c[i].Edited = c[i].Edited || !c[i].Author.Bot
	}
	m.settle(2)
	if log := m.log(2); len(log) != 2 {
		t.Errorf("what was logged is forgotten when the comments are edited: %q", log)
	}
	m.quiet("all that")
}

func TestSeveralOpenProblems(t *testing.T) {
	m := ready(t)
	m.meet(14)
	m.accepted(14, "rui-sme", "/decide scope: while there was one")
	m.open(12, "helena-bs", "Fraud", churnBody, "kind:problem")
	m.settle(12)
	m.refused(14, "rui-sme", "/decide scope: all", "#\u200b2 Churn, #\u200b12 Fraud")
	m.now = m.now.Add(time.Hour)
	m.refused(14, "rui-sme", "/decide scope #3: all", "say which open bigger problem")
	m.accepted(14, "rui-sme", "/decide scope #12: cards only")
	m.body(14, "- **D-1** (#2) scope: while there was one", "- **D-1** (#12) scope: cards only")
	if a, b := m.log(2), m.log(12); len(a) != 1 || len(b) != 1 || !strings.Contains(b[0], "**D-1**, scope: “cards only”") {
		t.Errorf("the logs say %q and %q", a, b)
	}
	m.issues[2].Closed, m.issues[2].ClosedAt = true, m.tick()
	m.settle(2)
	m.accepted(14, "rui-sme", "/decide scope: the only one left")
	if b := m.log(12); len(b) != 2 || !strings.Contains(b[0], "**D-2**") {
		t.Errorf("the log says %q", b)
	}
	m.issues[12].Closed = true
	m.settle(12)
	m.now = m.now.Add(time.Hour)
	m.refused(14, "rui-sme", "/decide scope: nothing", "no bigger problem is open")
	m.quiet("all that")
}

// Whichever of meeting and problem is looked at first, what counts and how it is numbered is the same.
func TestTheOrderOfLooksAtDecisionsDoesNotMatter(t *testing.T) {
	play := func(orders [][]int) *memory {
		m := ready(t)
		m.meet(14)
		m.settle(14)
		for i, step := range []struct {
			number      int
			login, text string
		}{
			{14, "bento-be", "/decide budget: not his"}, {14, "helena-bs", "/decide budget: 40000"}, {2, "rui-sme", "/decide scope: postpaid"},
			{14, "rui-sme", "/decide metric: 0.42\n/decide scope: no offers\n/decide scope:"}, {2, "helena-bs", "/decide budget: 50000"}, {14, "passer-by", "/decide scope: mine"},
			{2, "helena-bs", "/delegate business-stakeholder @mina-mle until 2026-01-20"}, {14, "rui-sme", "/reviewed #2 still so"},
		} {
			m.say(step.number, step.login, step.text)
			if i < len(orders) {
				m.settle(orders[i]...)
			}
		}
		m.settle(14, 2)
		m.settle(2, 14)
		return m
	}
	text := func(m *memory) string {
		body := m.issues[14].Body + strings.Join(m.log(2), "\n")
		for _, c := range append(slices.Clone(m.issues[14].comments), m.issues[2].comments...) {
			if !c.Author.Bot {
				body += fmt.Sprintf("\n%s %s", c.Body, c.Answer)
			}
		}
		return body
	}
	numbers := func(m *memory) []string {
		var out []string
		for _, l := range m.log(2) {
			_, what, _ := strings.Cut(l, "**D-")
			out = append(out, what)
		}
		return out
	}
	both := [][]int{{14}, {14}, {2}, {14}, {2}, {14}, {2}, {14}}
	want := play(both)
	if n := len(numbers(want)); n != 5 {
		t.Fatalf("%d decisions: %q", n, want.log(2))
	}
	want.body(14, "**D-1** (#2) budget: 40000", "**D-3** (#2) metric: 0.42", "**D-4** (#2) scope: no offers")
	want.mustSay(2, "still so")
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 3))
		var orders [][]int
		for range both {
			orders = append(orders, [][]int{{14}, {2}, {14, 2}, {2, 14}}[r.IntN(4)])
		}
		// Each step's own issue is looked at some time before the next step on the other one.
		for i, o := range both {
			if !slices.Contains(orders[i], o[0]) {
				orders[i] = append(orders[i], o[0])
			}
		}
		got := play(orders)
		if text(got) != text(want) {
			t.Errorf("seed %d, %v: got\n%s\nwant\n%s", seed, orders, text(got), text(want))
		}
		got.quiet(fmt.Sprint("seed ", seed))
	}
	// Read all at once they are numbered by their times too.
	if got := play(nil); !slices.Equal(numbers(got), numbers(want)) {
		t.Errorf("read at once: got\n%s\nwant\n%s", text(got), text(want))
	}
}

// When somebody deletes or edits the problem's sticky, the log is made anew from its comments, the
// newest meetings and the numbers that stand in their texts.
func TestALostLedgerIsMadeAnew(t *testing.T) {
	m := ready(t)
	m.accepted(2, "rui-sme", "/decide scope: first")
	m.meet(14)
	m.accepted(14, "helena-bs", "/decide budget: second")
	m.accepted(2, "rui-sme", "/decide scope: third")
	m.accepted(14, "rui-sme", "/decide scope: fourth\n/reviewed #2 as ever")
	want := m.log(2)
	i := m.issues[2]
	i.comments = slices.DeleteFunc(i.comments, func(c facts.Comment) bool { return engine.IsSticky(c.Body) })
	m.settle(2)
	if got := m.log(2); !slices.Equal(got, want) || len(got) != 4 {
		t.Errorf("after its deletion the log says %q, want %q", got, want)
	}
	m.mustSay(2, "as ever")
	m.quiet("the deletion")
}

// A meeting that is no longer read loses nothing of the log.
func TestOldMeetingsNeedNotBeReadAgain(t *testing.T) {
	m := ready(t)
	m.meet(10)
	m.accepted(10, "helena-bs", "/decide budget: long ago")
	m.issues[10].Closed, m.issues[10].ClosedAt = true, m.tick()
	for n := 11; n < 17; n++ {
		m.meet(n)
	}
	m.settle(2)
	m.accepted(16, "helena-bs", "/decide budget: today")
	if log := m.log(2); len(log) != 2 || !strings.Contains(log[0], "**D-2**, budget: “today”") || !strings.Contains(log[1], "long ago") {
		t.Errorf("the log says %q", log)
	}
}

func TestMoreDecisionsThanALedgerHolds(t *testing.T) {
	m := ready(t)
	m.meet(14)
	long := strings.Repeat("ção ", 60)
	for i := range 70 {
		m.now = m.now.Add(10 * time.Minute)
		m.say(14, "helena-bs", fmt.Sprintf("/decide scope: %d %s", i, long))
		m.now = m.now.Add(10 * time.Minute)
		m.say(2, "helena-bs", fmt.Sprintf("/decide scope: on the problem %d %s", i, long))
		if i%7 == 0 {
			m.settle(14, 2)
		}
	}
	m.settle(14, 2)
	m.settle(2, 14)
	if log := m.log(2); len(log) < 20 || !strings.Contains(log[0], "**D-140**") {
		t.Errorf("the log says %.3000q", log)
	}
	for _, c := range m.issues[2].comments {
		var l engine.ProblemLedger
		for _, b := range markdown.Blocks(c.Body) {
			if b.Kind == "sticky" && b.Decode(&l) == nil && (len(l.Decisions) != 40 || l.Decided != 140) {
				t.Errorf("the ledger holds %d of %d", len(l.Decisions), l.Decided)
			}
		}
	}
	m.quiet("all that")
}

// act does one random thing that concerns decisions, meetings and contexts; it tells what, and which
// issue an event names.
func (m *memory) act(r *rand.Rand) (string, int) {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	login := pick("helena-bs", "helena-bs", "rui-sme", "dora-de", "stranger")
	n := []int{2, 12, 14, 15, 3, 5}[r.IntN(6)]
	i := m.issues[n]
	switch what := r.IntN(20); {
	case what < 11:
		text := pick("/decide budget: a", "/decide scope #2: b", "/decide scope #12: c\n/decide metric #2: d", "/decide overrule @x: y", "/action @bento-be x by 2026-03-01", "/agenda y", "/reviewed #2 note",
			"/reviewed all", "/reviewed", "/metric monthly_churn 3", "/target monthly_churn <= 2: z", "/target saved >= 9: z\n/approve", "/budget 7", "/decid scope: z", "/advance development", "/approve")
		m.say(n, login, text)
		return login + " says " + text, n
	case what < 13 && len(i.comments) > 0:
		c := &i.comments[r.IntN(len(i.comments))]
		if c.Own {
			c.Own, c.Touched, c.Edited, c.Body = false, true, true, "x"+c.Body
		} else if !c.Touched {
			c.Edited = true
		}
		m.tick()
		return "a comment is edited: " + fmt.Sprintf("%.20q", c.Body), n
	case what < 15 && len(i.comments) > 0:
		c := r.IntN(len(i.comments))
		text := fmt.Sprintf("%.20q", i.comments[c].Body)
		i.comments = slices.Delete(i.comments, c, c+1)
		m.tick()
		return "a comment is deleted: " + text, n
	case what < 16:
		if i.Closed = !i.Closed; i.Closed {
			i.ClosedAt = m.tick()
		}
		return fmt.Sprint("closed ", i.Closed), n
	case what < 18:
		had := i.Has(lifecycle.ContextStale)
		i.Labels = slices.DeleteFunc(i.Labels, func(l string) bool { return l == lifecycle.ContextStale })
		if !had {
			i.Labels = append(i.Labels, lifecycle.ContextStale)
		}
		by := facts.Person{ID: 1, Bot: true}
		if r.IntN(2) == 0 {
			by = who(login)
		}
		i.changed(lifecycle.ContextStale, !had, by, m.tick())
		return fmt.Sprint("stale ", !had), n
	}
	i.Body, i.BodyEdited, i.EditedOwn = i.Body+"\n\nMore.", m.tick(), false
	return "its text is edited", n
}

// Whatever is said, edited and deleted there: one look at what an event names, and at what that touches,
// leaves nothing to do anywhere.
func TestNothingIsLeftToDoAfterAnyDecision(t *testing.T) {
	for seed := range uint64(2) {
		r := rand.New(rand.NewPCG(seed, 11))
		m := ready(t)
		m.open(12, "helena-bs", "Fraud", churnBody, "kind:problem")
		m.meet(14)
		m.meet(15)
		m.settle(12, 14, 15, 2, 3, 5)
		var log []string
		for range 25 {
			var named []int
			for range 1 + r.IntN(3) {
				what, n := m.act(r)
				log, named = append(log, fmt.Sprintf("#%d %s", n, what)), append(named, n)
			}
			m.settle(named...)
			if !m.quiet(fmt.Sprint("seed ", seed, " ", log[max(0, len(log)-4):])) {
				return
			}
			numbers := map[string]bool{}
			for _, l := range m.log(2) {
				if _, d, ok := strings.Cut(l, "**D-"); ok {
					number, _, _ := strings.Cut(d, "**")
					if numbers[number] {
						t.Errorf("seed %d, after %v: two decisions D-%s: %q", seed, log[len(log)-1], number, m.log(2))
					}
					numbers[number] = true
				}
			}
		}
	}
}
