package metrics

import (
	"strconv"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// ReportError is why a text is no metric report: everything that is wrong with it, up to a limit.
// Its texts are plain and hold words of the report: escape them before they are written anywhere.
type ReportError struct {
	Faults []Fault // at least one
}

// Fault is one thing wrong with a metric report.
type Fault struct {
	Number int    // of the metric in the report, from 1; 0 for the report as a whole
	Name   string // what the metric calls itself, cut to a length that can be shown
	Field  string // as the report has it: "value"; "" for the whole
	why    both
	fix    both
	args   []any // of fix
}

// maxFaults is how many faults of a report are told.
const maxFaults = 10

// Error is the fault in English.
func (e *ReportError) Error() string { return e.Words(lifecycle.English) }

// Words is what is wrong and what would be right, as sentences:
//
//	Metric 2 ("recall"), value: missing. Write a number: "value": 0.43.
func (e *ReportError) Words(lang lifecycle.Lang) string {
	lines := make([]string, 0, len(e.Faults))
	for _, f := range e.Faults {
		lines = append(lines, f.Words(lang))
	}
	return strings.Join(lines, "\n")
}

// Words is the fault as one line.
func (f Fault) Words(lang lifecycle.Lang) string {
	where := say(lang, both{"Report", "Relatório"})
	if f.Number > 0 {
		where = say(lang, both{"Metric ", "Métrica "}) + strconv.Itoa(f.Number)
	}
	if f.Name != "" {
		where += ` ("` + f.Name + `")`
	}
	if f.Field != "" {
		where += ", " + f.Field
	}
	return where + ": " + say(lang, f.why) + ". " + say(lang, f.fix, f.args...)
}

// shownName is a name that can be shown in a fault.
func shownName(s string) string {
	return markdown.Truncate(strings.Join(strings.Fields(s), " "), maxShown)
}

// What can be wrong with a report (why), and what would be right (fix).
var (
	whyBig       = both{"too long", "longo demais"}
	fixBig       = both{"Keep it under %d KiB.", "Deixe com menos de %d KiB."}
	whyNoReport  = both{"there is no report in the text", "não há relatório no texto"}
	fixNoReport  = both{"Write the JSON alone, or in one block that begins with ```json.", "Escreva só o JSON, ou um bloco que comece com ```json."}
	whyTwoBlocks = both{"there are several blocks of JSON", "há vários blocos de JSON"}
	fixTwoBlocks = both{"Keep one.", "Deixe só um."}
	whyJSON      = both{"it cannot be read as JSON", "não pode ser lido como JSON"}
	fixJSON      = both{"Look at line %d of it: quotes, commas and brackets.", "Veja a linha %d dele: aspas, vírgulas e chaves."}
	whySameField = both{"the field stands there twice", "o campo aparece duas vezes"}
	fixSameField = both{"Keep one of the two.", "Deixe só um dos dois."}
	whyDeep      = both{"it is nested too deep", "tem níveis demais"}
	fixShape     = both{`Write {"schema": 1, "deliverable": 3, "commit": "…", "source": "ci", "metrics": [{"name": "recall", "value": 0.43}]}.`,
		`Escreva {"schema": 1, "deliverable": 3, "commit": "…", "source": "ci", "metrics": [{"name": "recall", "value": 0.43}]}.`}

	whyMissing     = both{"missing", "falta"}
	whySchema      = both{"not a version that can be read", "não é uma versão que se possa ler"}
	fixSchema      = both{`Write "schema": 1.`, `Escreva "schema": 1.`}
	whyDeliverable = both{"not the number of an issue", "não é o número de uma issue"}
	fixDeliverable = both{`Write the number of the deliverable: "deliverable": 3.`, `Escreva o número da entrega: "deliverable": 3.`}
	whyCommit      = both{"not a full commit SHA", "não é um SHA completo de commit"}
	fixCommit      = both{"Write the 40 digits of the commit that was measured.", "Escreva os 40 dígitos do commit que foi medido."}
	whyReportFrom  = both{"not a source of reports", "não é uma fonte de relatórios"}
	fixReportFrom  = both{`Write "ci" or "monitor". What people measure by hand is reported with /metric.`, `Escreva "ci" ou "monitor". O que se mede à mão se informa com /medida.`}
	whyText        = both{"not a short text", "não é um texto curto"}
	fixText        = both{`Write it in quotes, at most %d characters: "usage@2026-01".`, `Escreva entre aspas, no máximo %d caracteres: "usage@2026-01".`}
	whyNotList     = both{"not a list of metrics", "não é uma lista de métricas"}
	whyManyValues  = both{"too many values", "valores demais"}
	fixManyValues  = both{"Report at most %d.", "Informe no máximo %d."}

	whyEntry    = both{"not a metric", "não é uma métrica"}
	fixEntry    = both{`Write {"name": "recall", "value": 0.43}.`, `Escreva {"name": "recall", "value": 0.43}.`}
	whyBadName  = both{"not a name of a metric", "não é um nome de métrica"}
	fixBadName  = both{`Write it as in the table, such as "recall", or the key of its source there, such as "eval/recall".`, `Escreva como na tabela, por exemplo "recall", ou a chave da fonte lá, por exemplo "eval/recall".`}
	whyBadSlice = both{"not a part of the data", "não é um recorte dos dados"}
	fixBadSlice = both{`Write {"region": "south"}, values in quotes and without "=" or "*"; leave it out for all data.`, `Escreva {"region": "south"}, valores entre aspas e sem "=" nem "*"; omita para todos os dados.`}
	fixValue    = both{`Write a number: "value": 0.43. Write null where it could not be measured.`, `Escreva um número: "value": 0.43. Escreva null se não foi possível medir.`}
	whyNumber   = both{"not a number", "não é um número"}
	whySeeds    = both{"not the results of repeated runs", "não são resultados de execuções repetidas"}
	fixSeeds    = both{`Write one number for each run: "seeds": [0.42, 0.44, 0.43].`, `Escreva um número por execução: "seeds": [0.42, 0.44, 0.43].`}
	whyCount    = both{"not a count", "não é uma contagem"}
	fixCount    = both{`Write a whole number, zero or more: "n": 12000.`, `Escreva um número inteiro, zero ou mais: "n": 12000.`}
	whyStdErr   = both{"not a standard error", "não é um erro padrão"}
	fixStdErr   = both{`Write a number, zero or more: "stderr": 0.01.`, `Escreva um número, zero ou mais: "stderr": 0.01.`}
	whySameKey  = both{"the same name and slice are there before", "o mesmo nome e recorte já aparecem antes"}
	fixSameKey  = both{`Keep one, or report repeated runs as "seeds": [0.42, 0.44].`, `Deixe só um, ou informe execuções repetidas como "seeds": [0.42, 0.44].`}
	whyUnkeyed  = both{"not a list of metrics that were not measured", "não é uma lista de métricas não medidas"}
	fixUnkeyed  = both{`Write ["recall region=south"], or leave it out.`, `Escreva ["recall region=south"], ou omita.`}
)
