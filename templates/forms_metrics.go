package templates

import (
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// metricColumns are the columns of a metric table as the form offers them. On a bigger problem, which
// business people write, those that can be left out are left out.
func metricColumns(lang lifecycle.Lang, k lifecycle.Kind) []string {
	columns := []both{{"Metric", "Métrica"}, {"Class", "Classe"}, {"Type", "Tipo"}, {"Target", "Meta"},
		{"Unit", "Unidade"}, {"Slice", "Recorte"}, {"Source", "Fonte"}, {"Owner", "Responsável"}}
	if k == lifecycle.Problem {
		columns = []both{columns[0], columns[2], columns[3], columns[4], columns[7]}
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.in(lang)
	}
	return names
}

func tableRow(cells []string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

func tableHead(columns []string) string {
	return tableRow(columns) + strings.Repeat("|---", len(columns)) + "|\n"
}

// blankTable is what the field begins with: a table with one row to fill in. Left as it is, it holds no
// metric and is told to be empty, so an untouched form never passes for a filled one.
func blankTable(lang lifecycle.Lang, k lifecycle.Kind) string {
	columns := metricColumns(lang, k)
	return tableHead(columns) + tableRow(make([]string, len(columns)))
}

// exampleRows are metrics as a team might promise them; they are shown above the field, not in it.
func exampleRows(lang lifecycle.Lang, k lifecycle.Kind) [][]string {
	if k == lifecycle.Problem {
		return pick(lang, [][]string{
			{"Monthly churn", "goal", "at most 4", "%", "@ana"},
			{"Offer cost", "guardrail", "at most 250000", "EUR/month", "business-stakeholder"},
		}, [][]string{
			{"Cancelamento mensal", "meta", "no máximo 4", "%", "@ana"},
			{"Custo das ofertas", "limite", "no máximo 250000", "BRL/mês", "business-stakeholder"},
		})
	}
	return pick(lang, [][]string{
		{"saved_customers", "business", "goal", "at least 1500", "customers/month", "all", "manual", "@ana"},
		{"recall_top_decile", "model", "goal", ">= 0.40", "ratio", "all", "ci", "data-scientist"},
		{"recall", "model", "guardrail", "<= 0.08", "ratio", "gap(region)", "ci", "data-scientist"},
		{"score_latency_p95", "service", "guardrail", "<= 120", "ms", "all", "monitor", "backend-engineer"},
	}, [][]string{
		{"clientes_retidos", "negócio", "meta", "pelo menos 1500", "clientes/mês", "todos", "manual", "@ana"},
		{"recall_top_decile", "modelo", "meta", ">= 0,40", "ratio", "todos", "ci", "data-scientist"},
		{"recall", "modelo", "limite", "<= 0,08", "ratio", "diferença(regiao)", "ci", "data-scientist"},
		{"latencia_p95", "serviço", "limite", "<= 120", "ms", "todos", "monitor", "backend-engineer"},
	})
}

func pick[T any](lang lifecycle.Lang, en, pt T) T {
	if lang == lifecycle.Portuguese {
		return pt
	}
	return en
}

// metricGuide explains the table and shows a filled one.
func metricGuide(lang lifecycle.Lang, k lifecycle.Kind) string {
	var b strings.Builder
	b.WriteString(metricIntro.in(lang))
	b.WriteString(tableHead(metricColumns(lang, k)))
	for _, row := range exampleRows(lang, k) {
		b.WriteString(tableRow(row))
	}
	b.WriteString("\n" + metricRules.in(lang))
	if k != lifecycle.Problem {
		b.WriteString(metricMore.in(lang))
	}
	return b.String()
}

var metricIntro = both{
	"**Key metrics.** One row for each promise: what is measured, and what it must reach. This is how a filled table looks; yours goes into the field below.\n\n",
	"**Métricas-chave.** Uma linha para cada promessa: o que se mede e aonde precisa chegar. Assim fica uma tabela preenchida; a sua vai no campo abaixo.\n\n",
}

var metricRules = both{
	"- **Type:** `goal` is to be reached, `guardrail` is a limit never to be missed, `watch` is only shown.\n" +
		"- **Target:** `at least 0.40`, `at most 4` or `between 0 and 0.20`; with signs `>= 0.40`, `<= 4`, `0..0.20`. With `watch`: `up`, `down` or `steady`. Write `%` in Unit.\n" +
		"- **Owner:** who answers for it: `@` and a login, or a role. Empty means you.\n",
	"- **Tipo:** `meta` deve ser alcançada, `limite` nunca pode ser ultrapassado, `observar` só é mostrado.\n" +
		"- **Meta:** `pelo menos 0,40`, `no máximo 4` ou `entre 0 e 0,20`; com sinais `>= 0,40`, `<= 4`, `0..0,20`. Com `observar`: `subir`, `descer` ou `estável`. Escreva `%` em Unidade.\n" +
		"- **Responsável:** quem responde por ela: `@` e um login, ou um papel. Vazio quer dizer você.\n",
}

var metricMore = both{
	"- **Class:** `business`, `model`, `service` or `data`. At least one goal of class `business`, one of class `model` (not at low risk) and one guardrail are needed to leave design.\n" +
		"- **Target** may also look back: `>= baseline - 2%`.\n" +
		"- **Slice:** `all`, `region=south`, `region=*` (each region), or `gap(region)` (highest less lowest). **Source:** `ci`, `monitor` or `manual`. Both may stay empty.\n",
	"- **Classe:** `negócio`, `modelo`, `serviço` ou `dados`. Para sair do desenho é preciso ao menos uma meta da classe `negócio`, uma da classe `modelo` (menos em risco baixo) e um limite.\n" +
		"- **Meta** também pode olhar para trás: `>= linha de base - 2%`.\n" +
		"- **Recorte:** `todos`, `regiao=sul`, `regiao=*` (cada região) ou `diferença(regiao)` (a maior menos a menor). **Fonte:** `ci`, `monitor` ou `manual`. Ambos podem ficar vazios.\n",
}
