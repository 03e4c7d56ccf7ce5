package templates

import (
	"fmt"

	"github.com/phasegate/phasegate/internal/markdown"
)

// ExpectedView is what phasegate/metrics shows before anything was measured.
type ExpectedView struct {
	Paths     []string // that need a metric report, untrusted
	Excused   string   // login of the data scientist who excused it; ""
	Reason    string   // theirs, untrusted
	Observing bool
	Unlisted  string // why the pull request's files are not known; "" when they are
}

// Expected writes phasegate/metrics where there is no report to judge.
func (p Printer) Expected(v ExpectedView) CheckText {
	switch {
	case v.Unlisted != "":
		too := PlaceView{State: PlaceTooMany, Why: v.Unlisted}
		return CheckText{Title: p.checkTitle(p.placeTitle(too), v.Observing), Summary: p.placeSummary(too)}
	case len(v.Paths) == 0:
		return CheckText{Title: p.say(both{"No file here needs a metric report", "Nenhum arquivo aqui pede relatório de métricas"}),
			Summary: p.say(both{"Nothing to do.\n", "Nada a fazer.\n"})}
	case v.Excused != "":
		return CheckText{Title: fmt.Sprintf(p.say(both{"No metric report needed, says %s", "Sem relatório de métricas, diz %s"}), v.Excused),
			Summary: fmt.Sprintf(p.say(both{"**%s, data scientist, excused this pull request from a metric report:** \"%s\"\n", "**%s, cientista de dados, dispensou este pull request do relatório de métricas:** \"%s\"\n"}), markdown.Text(v.Excused), p.text(v.Reason, 300))}
	}
	return CheckText{Title: p.checkTitle(p.say(both{"Waiting for a metric report", "Aguardando um relatório de métricas"}), v.Observing),
		Summary: p.fit(func(p Printer) string {
			return fmt.Sprintf(p.say(both{
				"**Nothing to do while the training or evaluation workflow runs.** It reports for the newest commit; these files ask for that: %s.\n\nIs there nothing to measure? A data scientist who did not write this can say so: `/no-metrics` and the reason.\n",
				"**Nada a fazer enquanto o workflow de treino ou avaliação roda.** Ele informa para o último commit; estes arquivos pedem isso: %s.\n\nNão há o que medir? Um(a) cientista de dados que não escreveu isto pode dizer: `/sem-metricas` e o motivo.\n"}),
				p.needFiles(v.Paths))
		})}
}
