package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

// meet opens a review meeting in Phasegate's name.
func (m *memory) meet(number int) {
	m.open(number, "phasegate[bot]", "Weekly review", "Hello\n\n## To discuss\n\n1. #3: waits\n\nPrevious: none\n", "kind:meeting")
	m.issues[number].Author, m.issues[number].Own = facts.Person{ID: 1, Login: "phasegate[bot]", Bot: true}, true
}

// inPortuguese makes the project's language Portuguese.
func (m *memory) inPortuguese() {
	p, _ := policy.Parse([]byte(teamConfig + "language: pt-BR\n"))
	m.rules.Policy = p
}

// answer is the reaction to the newest comment of an issue that a person wrote, and the reply to it.
func (m *memory) answer(number int) (facts.Reaction, string) {
	var reaction facts.Reaction
	reply := ""
	for _, c := range m.issues[number].comments {
		switch {
		case !c.Author.Bot:
			reaction, reply = c.Answer, ""
		case c.Own && !engine.IsSticky(c.Body):
			reply = c.Body
		}
	}
	return reaction, reply
}

// accepted lets somebody comment and looks; the comment must get a thumb and no reply.
func (m *memory) accepted(number int, login, text string) {
	m.t.Helper()
	m.say(number, login, text)
	m.settle(number)
	if reaction, reply := m.answer(number); reaction != facts.Counted || reply != "" {
		m.t.Errorf("%s: %q: %q, %s", login, text, reaction, reply)
	}
}

// refused lets somebody comment and looks; the comment must get one reply that says why.
func (m *memory) refused(number int, login, text, why string) {
	m.t.Helper()
	m.say(number, login, text)
	m.settle(number)
	if reaction, reply := m.answer(number); reaction != facts.NotCounted || !strings.Contains(reply, why) {
		m.t.Errorf("%s: %q: %q, %s; want %q", login, text, reaction, reply, why)
	}
}

func (m *memory) body(number int, texts ...string) {
	m.t.Helper()
	for _, text := range texts {
		if n := strings.Count(m.issues[number].Body, text); n != 1 {
			m.t.Errorf("#%d says %q %d times:\n%s", number, text, n, m.issues[number].Body)
		}
	}
}

// Row 14 of the scenario, and what else people put on a meeting's text.
func TestWhatIsSaidInAMeetingStandsInItsText(t *testing.T) {
	m := ready(t)
	m.meet(8)
	m.settle(8)
	m.accepted(8, "helena-bs", "/action @dora-de map reason codes by 2026-01-16")
	m.body(8, "## Actions", "- [ ] **A1** @dora-de map reason codes, by 16 January 2026 <!-- phasegate:item ")
	m.edit(8, "- [ ] **A1**", "- [x] **A1**")
	m.edit(8, "Previous: none", "Minutes: all fine")
	m.settle(8)
	m.accepted(8, "rui-sme", "/agenda why *codes* come late, see #6 and @felix-se\n/action @outsider read it by 2026-02-01")
	m.body(8, "- why \\*codes\\* come late, see #\u200b6 and @\u200bfelix-se (rui-sme) <!-- phasegate:item ", "- [ ] **A2** @outsider read it, by 1 February 2026", "- [x] **A1**", "Minutes: all fine", "1. #3: waits")
	if at := strings.Index(m.issues[8].Body, "come late"); at > strings.Index(m.issues[8].Body, "## Actions") || at < strings.Index(m.issues[8].Body, "1. #3") {
		t.Errorf("the point stands in the wrong place:\n%s", m.issues[8].Body)
	}
	for _, c := range []struct{ login, text, why string }{
		{"passer-by", "/agenda my point", "Only people with a role"},
		{"rui-sme", "/agenda", "what is to be discussed"},
		{"rui-sme", "/action map codes by 2026-02-01", "`@login map reason codes by 2026-01-16`"},
		{"rui-sme", "/action @dora-de map codes until 2026-02-01", "`@login map reason codes by 2026-01-16`"},
		{"rui-sme", "/action @dora-de map codes by 01/02/2026", "year first"},
		{"rui-sme", "/action @dora-de map codes by 2026-01-11", "has passed"},
		{"rui-sme", "/action @nobody-here map codes by 2026-02-01", "no such account"},
		{"rui-sme", "/approve", "where something is asked"},
		{"rui-sme", "/target recall >= 1: x", "on a deliverable or the bigger problem"},
		{"rui-sme", "/agend mine", "did you mean `/agenda`"},
	} {
		m.now = m.now.Add(time.Hour)
		before := m.issues[8].Body
		m.refused(8, c.login, c.text, c.why)
		if m.issues[8].Body != before {
			t.Errorf("%s changed the text", c.text)
		}
	}
	m.quiet("all that")
}

func TestAMeetingInPortuguese(t *testing.T) {
	m := ready(t)
	m.inPortuguese()
	m.settle(2, 3, 5)
	m.meet(8)
	m.edit(8, "To discuss", "Para discutir")
	m.accepted(8, "helena-bs", "/ação @dora-de mapear os códigos até 2026-01-16")
	m.accepted(8, "helena-bs", "/acao @rui-sme ler ate 2026-01-12")
	m.accepted(8, "rui-sme", "/pauta\nos códigos")
	m.accepted(8, "helena-bs", "/decidir orçamento: 40000 por mês")
	m.accepted(8, "rui-sme", "/decidir escopo #2 só pós-pago")
	m.accepted(8, "rui-sme", "/revisado todos")
	m.body(8, "## Ações", "**A1** @dora-de mapear os códigos, até 16 de janeiro de 2026", "**A2** @rui-sme ler, até 12 de janeiro de 2026", "- os códigos (rui-sme)", "## Decisões",
		"- **D-1** (#2) orçamento: 40000 por mês (helena-bs)", "- **D-2** (#2) escopo: só pós-pago (rui-sme)")
	if strings.Contains(m.issues[8].Body, "## To discuss") {
		t.Errorf("two headings:\n%s", m.issues[8].Body)
	}
	m.mustSay(2, "**D-1**, orçamento: “40000 por mês” (helena-bs, em #8)", "**D-2**, escopo: “só pós-pago” (rui-sme, em #8)")
	m.quiet("all that")
}

// After a crash between the writes, or a write whose answer was lost, nothing stands there twice.
func TestAMeetingsTextIsWrittenOnce(t *testing.T) {
	say := "/action @dora-de map codes by 2026-01-16\n/agenda a point\n/agenda another\n/decide scope: postpaid only\n/reviewed #5"
	play := func(fail int, lost bool) *memory {
		m := ready(t)
		m.meet(8)
		m.settle(8)
		m.issues[5].Labels = append(m.issues[5].Labels, lifecycle.ContextStale)
		m.say(8, "rui-sme", say)
		m.fail, m.lost, m.writes = fail, lost, nil
		m.settle(8)
		return m
	}
	good := play(0, false)
	want, n := good.issues[8].Body+good.state(), len(good.writes)
	if n < 4 {
		t.Fatalf("%d writes: %v", n, good.writes)
	}
	good.body(8, "**A1**", "- a point (", "- another (", "- **D-1** (#2) scope: postpaid only (rui-sme)")
	for at := 1; at <= n; at++ {
		for _, lost := range []bool{false, true} {
			m := play(at, lost)
			if got := m.issues[8].Body + m.state(); got != want {
				t.Errorf("write %d fails, carried out %v: got\n%s\nwant\n%s", at, lost, got, want)
			}
		}
	}
}

func TestNothingIsWrittenIntoAMeetingOfSomebodyElses(t *testing.T) {
	m := ready(t)
	m.open(8, "rui-sme", "Our meeting", "Hello", "kind:meeting", "phase:design")
	m.refused(8, "rui-sme", "/agenda a point", "not a review meeting that Phasegate opened")
	m.now = m.now.Add(time.Hour)
	m.refused(8, "rui-sme", "/decide scope: postpaid only", "not a review meeting that Phasegate opened")
	m.accepted(8, "rui-sme", "/reviewed #3")
	m.settle(2)
	if strings.Contains(m.sticky(2), "D-1") || m.issues[8].Body != "Hello" || m.issues[8].Has("phase:design") {
		t.Errorf("%s\n%s\n%v", m.sticky(2), m.issues[8].Body, m.issues[8].Labels)
	}
	m.meet(9)
	m.issues[9].Closed, m.issues[9].ClosedAt = true, m.tick()
	m.say(9, "rui-sme", "/agenda a point\n/decide scope: too late")
	m.settle(9, 2)
	if reaction, _ := m.answer(9); reaction != "" || strings.Contains(m.issues[9].Body, "a point") || strings.Contains(m.sticky(2), "too late") {
		t.Errorf("a closed meeting: %q\n%s\n%s", reaction, m.issues[9].Body, m.sticky(2))
	}
}
