package templates

import (
	"fmt"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// BoardMove is one change of a deliverable's phase, in the decision log.
type BoardMove struct {
	Deliverable int
	At          time.Time
	From, To    lifecycle.Phase
	Cause       lifecycle.Cause // of going back; "" for a gate that passed
	Reason      string          // untrusted
	By          string
	Self        bool // passed by one person alone
}

// moves writes the decision log.
func (p Printer) moves(b *strings.Builder, moves []BoardMove) {
	if len(moves) == 0 {
		return
	}
	b.WriteString(p.say(both{"\n**Decisions**\n\n", "\n**Decisões**\n\n"}))
	var lines []string
	for _, m := range moves {
		lines = append(lines, p.move(m))
	}
	p.bullets(b, lines)
}

func (p Printer) move(m BoardMove) string {
	from, to := Phase(p.Lang, m.From), Phase(p.Lang, m.To)
	if m.Cause != "" {
		return fmt.Sprintf(p.say(both{"%s: #%d went back from %s to %s. Cause: %s. “%s” (%s)", "%s: #%d voltou de %s para %s. Causa: %s. “%s” (%s)"}),
			p.date(m.At), m.Deliverable, from, to, Cause(p.Lang, m.Cause), p.text(m.Reason, 200), markdown.Text(m.By))
	}
	line := fmt.Sprintf(p.say(both{"%s: #%d moved from %s to %s", "%s: #%d passou de %s para %s"}), p.date(m.At), m.Deliverable, from, to)
	if m.Self {
		line += p.say(both{", self-reviewed", ", autorrevisado"})
	}
	return line + p.say(both{". Asked by ", ". Pedido por "}) + markdown.Text(m.By)
}
