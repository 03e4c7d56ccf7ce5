package templates

import (
	"fmt"
	"strings"
)

// Blocked tells who asked for a step that it is held up, and by what.
func (p Printer) Blocked(v DeliverableView) string {
	return p.fit(func(p Printer) string {
		var b strings.Builder
		fmt.Fprintf(&b, p.say(both{"**@%s: the step to %s is held up.**\n\n", "**@%s: a etapa para %s está parada.**\n\n"}), v.Requester, Phase(p.Lang, v.Gate.To()))
		p.objections(&b, v)
		p.missing(&b, v, both{"**Missing now:**", "**Falta agora:**"})
		b.WriteString(p.say(both{"The request stays open, and answers are still taken; it goes on by itself once nothing holds it up.\n", "O pedido continua aberto e as respostas ainda valem; ele segue sozinho quando nada mais o parar.\n"}))
		return b.String()
	})
}
