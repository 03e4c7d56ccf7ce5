package templates

import (
	"fmt"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// ConfigCheck is the title and summary of the check on a config with that many problems. older says
// that an earlier, valid version stays in force, observing that the rules stop nobody yet.
func ConfigCheck(lang lifecycle.Lang, problems int, older, observing bool) (title, summary string) {
	if problems == 0 {
		return both{"The config is valid", "A configuração é válida"}.in(lang),
			both{"Nothing to mend. The rules hold once this is merged.", "Nada a corrigir. As regras valem depois do merge."}.in(lang)
	}
	title = both{"The config has 1 problem", "A configuração tem 1 problema"}.in(lang)
	if problems > 1 {
		title = fmt.Sprintf(both{"The config has %d problems", "A configuração tem %d problemas"}.in(lang), problems)
	}
	summary = both{"**No rules hold until it is mended**: this repository never had a valid config.", "**Nenhuma regra vale até a correção**: este repositório nunca teve uma configuração válida."}.in(lang)
	if older {
		summary = both{"**The last valid rules stay in force** until it is mended.", "**As últimas regras válidas continuam valendo** até a correção."}.in(lang)
	}
	if observing {
		title += both{" (observing: enforced, this check would fail)", " (observando: valendo, esta verificação falharia)"}.in(lang)
	}
	return title, summary + both{"\n\nEach problem stands at its line of `.github/phasegate.yml`, with what would be right. Whoever can push to the default branch can mend it; `phasegate validate` shows the same on your own machine.\n",
		"\n\nCada problema está em sua linha de `.github/phasegate.yml`, com o que seria correto. Quem pode enviar ao ramo padrão pode corrigir; `phasegate validate` mostra o mesmo na sua máquina.\n"}.in(lang)
}

// ConfigGone writes the check on a config that is taken away.
func (p Printer) ConfigGone() CheckText {
	return CheckText{
		Title: p.say(both{"This change takes the config away: no rule holds any more", "Esta mudança remove a configuração: nenhuma regra vale mais"}),
		Summary: p.say(both{
			"**Look at this before you approve: once this is merged, nobody is asked for anything.** Gates, reviews and metric reports are required by `.github/phasegate.yml`, and by nothing else. Today's rules hold until then, for this pull request too.\n\nTo pause Phasegate, `mode: observe` keeps the rules and stops nobody.\n",
			"**Veja isto antes de aprovar: depois do merge, ninguém será consultado sobre nada.** Os portões, as revisões e os relatórios de métricas são exigidos por `.github/phasegate.yml`, e por nada mais. Até lá valem as regras de hoje, também para este pull request.\n\nPara pausar o Phasegate, `mode: observe` mantém as regras e não barra ninguém.\n"}),
	}
}

// maxLoosened is how many characters tell what a config loosens: nearly all that GitHub takes in a check's summary.
const maxLoosened = 60000

// Weakened adds to the check on a valid config what it loosens, each in a sentence of its own. It stops nobody:
// who has to approve it is for the rules that hold now.
func Weakened(lang lifecycle.Lang, title, summary string, loosened []string) (string, string) {
	if len(loosened) == 0 {
		return title, summary
	}
	title = both{"This change loosens 1 rule (the config is valid)", "Esta mudança afrouxa 1 regra (a configuração é válida)"}.in(lang)
	if n := len(loosened); n > 1 {
		title = fmt.Sprintf(both{"This change loosens %d rules (the config is valid)", "Esta mudança afrouxa %d regras (a configuração é válida)"}.in(lang), n)
	}
	p := Printer{Lang: lang}.Within(maxLoosened)
	return title, p.fit(func(p Printer) string {
		var b strings.Builder
		b.WriteString(p.say(both{"**Look at these before you approve: after this change less is required than today, or other people may approve.**\n\n", "**Veja isto antes de aprovar: depois desta mudança se exige menos do que hoje, ou outras pessoas podem aprovar.**\n\n"}))
		p.bullets(&b, escaped(loosened))
		b.WriteString(p.say(both{"\nUntil this is merged, today's rules hold, for this pull request too.\n", "\nAté o merge valem as regras de hoje, também para este pull request.\n"}))
		return b.String()
	})
}
