package templates

import (
	"fmt"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// Kinds writes the visible part of the sticky of an issue that nothing can be judged about: its labels
// name several kinds, or fewer while it still has the sticky of an earlier one.
func (p Printer) Kinds(title string, kinds []lifecycle.Kind) string {
	var b strings.Builder
	shown := "*" + p.title(title) + "*"
	if len(kinds) < 2 {
		alert(&b, "NOTE", fmt.Sprintf(p.say(both{"**Nothing is decided on %s any more:** its labels name no problem, deliverable or data requirement.", "**Nada mais se decide em %s:** suas etiquetas não dizem problema, entrega nem dados necessários."}), shown))
		return b.String()
	}
	var names, labels []string
	for _, k := range kinds {
		names = append(names, kindName(p.Lang, k))
		labels = append(labels, markdown.Code(k.Label()))
	}
	alert(&b, "CAUTION",
		fmt.Sprintf(p.say(both{"**%s has %d kinds at once: %s.** Take off all but one of %s.", "**%s tem %d tipos ao mesmo tempo: %s.** Deixe só um de %s."}), shown, len(kinds), List(p.Lang, names), List(p.Lang, labels)),
		p.say(both{"Everybody with triage permission or more can change labels. Until then nothing is decided here and no command is answered; nothing is lost.", "Quem tem permissão de triage ou maior pode mudar etiquetas. Até lá nada se decide aqui e nenhum comando é respondido; nada se perde."}))
	return b.String()
}
