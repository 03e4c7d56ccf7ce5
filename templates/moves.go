package templates

import (
	"fmt"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// BoardMove is one entry of the decision log.
type BoardMove struct {
	// Kind is one of the engine's, or "decided"; "" for a gate that passed, or a return where there is a
	// cause.
	Kind        string
	Deliverable int // 0 for a decision
	At          time.Time
	From, To    lifecycle.Phase
	Cause       lifecycle.Cause // of going back
	Reason      string          // untrusted
	By          string
	Self        bool   // passed by one person alone
	Of          string // whose objection was overruled; what is waived, in words
	Risk        lifecycle.Risk
	Until       string // last day of a waiver or of a gate's validity, YYYY-MM-DD
	Decision    DecisionView
}

// moves writes the decision log.
func (p Printer) moves(b *strings.Builder, moves []BoardMove) {
	if len(moves) == 0 {
		return
	}
	b.WriteString(p.say(both{"\n**Decisions**\n\n", "\n**Decisões**\n\n"}))
	var lines []string
	for _, m := range moves {
		lines = append(lines, p.date(m.At)+": "+p.move(m))
	}
	p.bullets(b, lines)
}

// moveTexts take the deliverable, who, and what the kind adds.
var moveTexts = map[string]both{
	"started":   {"#%[1]d began in %[3]s, the steps before it not reviewed (existing work). Said by %[2]s: “%[4]s”", "#%[1]d começou em %[3]s, as etapas anteriores não revisadas (trabalho existente). Dito por %[2]s: “%[4]s”"},
	"objected":  {"#%[1]d: objection by %[2]s. “%[4]s”", "#%[1]d: objeção de %[2]s. “%[4]s”"},
	"withdrawn": {"#%[1]d: %[2]s took the objection back", "#%[1]d: %[2]s retirou a objeção"},
	"overruled": {"#%[1]d: the objection of %[3]s was overruled by %[2]s. “%[4]s”", "#%[1]d: a objeção de %[3]s foi anulada por %[2]s. “%[4]s”"},
	"waived":    {"#%[1]d: “%[3]s” may be missing until %[5]s. Waived by %[2]s: “%[4]s”", "#%[1]d: “%[3]s” pode faltar até %[5]s. Dispensado por %[2]s: “%[4]s”"},
	"risk":      {"#%[1]d: now %[3]s. Decided by %[2]s: “%[4]s”", "#%[1]d: agora %[3]s. Decidido por %[2]s: “%[4]s”"},
	"expired":   {"#%[1]d: the approval in production ran out on %[5]s", "#%[1]d: a aprovação em produção venceu em %[5]s"},
	"renewed":   {"#%[1]d was confirmed in production until %[5]s", "#%[1]d foi confirmado em produção até %[5]s"},
}

func (p Printer) move(m BoardMove) string {
	if m.Kind == "decided" {
		return p.decided(m.Decision)
	}
	if text, ok := moveTexts[m.Kind]; ok {
		what := markdown.Text(m.Of)
		switch m.Kind {
		case "started":
			what = Phase(p.Lang, m.To)
		case "risk":
			what = Risk(p.Lang, m.Risk)
		}
		return fmt.Sprintf(p.say(text), m.Deliverable, markdown.Text(m.By), what, p.text(m.Reason, 200), p.lastDay(m.Until))
	}
	from, to := Phase(p.Lang, m.From), Phase(p.Lang, m.To)
	if m.Cause != "" {
		return fmt.Sprintf(p.say(both{"#%d went back from %s to %s. Cause: %s. “%s” (%s)", "#%d voltou de %s para %s. Causa: %s. “%s” (%s)"}),
			m.Deliverable, from, to, Cause(p.Lang, m.Cause), p.text(m.Reason, 200), markdown.Text(m.By))
	}
	line := fmt.Sprintf(p.say(both{"#%d moved from %s to %s", "#%d passou de %s para %s"}), m.Deliverable, from, to)
	if m.Self {
		line += p.say(both{", self-reviewed", ", autorrevisado"})
	}
	if m.Until != "" {
		line += p.say(both{", valid until ", ", vale até "}) + p.lastDay(m.Until)
	}
	return line + p.say(both{". Asked by ", ". Pedido por "}) + markdown.Text(m.By)
}

// lastDay is a day of the form YYYY-MM-DD as people write it.
func (p Printer) lastDay(s string) string {
	day, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return markdown.Text(s)
	}
	return Date(p.Lang, day, p.at(p.Now))
}
