package metrics_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/metrics"
)

const (
	en = lifecycle.English
	pt = lifecycle.Portuguese
)

const example = `
| Metric | Class | Type | Target | Unit | Slice | Source | Owner |
|---|---|---|---|---|---|---|---|
| monthly_churn | business | goal | <= 4.0 | % | all | manual | @helena-bs |
| recall_top_decile | model | goal | >= 0.40 | ratio | all | ci | @sara-ds |
| recall | model | guardrail | <= 0.08 | ratio | gap(region) | ci | @rui-sme |
| precision | model | guardrail | >= baseline - 2% | ratio | segment=* | ci | data-scientist |
| score_latency_p95 | service | guardrail | <= 120 | ms | all | monitor | @bento-be |
| psi_score | data | guardrail | 0..0.20 | ratio | all | monitor | @mina-mle |
| offers_shown | business | watch | up | offers/day | all | manual | @helena-bs |
`

const exemplo = `
| Responsável | Fonte | Recorte | Unidade | Nota | META | Tipo | Classe | metrica |
|---|:-:|---|---|---|---|---|---|---|
| @helena-bs | manual | todos | % | x | no máximo 4 | meta | negócio | monthly_churn |
| @sara-ds | ci | todos | ratio | | pelo menos 0,40 | meta | modelo | recall\_top\_decile |
| @rui-sme | ci | diferença(region) | ratio | | ≤ 0,08 | limite | modelo | recall |
| Cientista de dados | ci | segment = * | ratio | | >= baseline − 2% | limite | modelo | precision |
| @bento-be | monitor | | ms | | <=120 | limite | serviço | score_latency_p95 |
| @mina-mle | monitor | todos | ratio | | entre 0 e 0,2 | Limite | dados | psi_score |
| @HELENA-bs | | todos | offers/day | | subir | observar | negocio | offers_shown |
`

func texts(ps []metrics.Problem) []string {
	var out []string
	for _, p := range ps {
		out = append(out, p.Error())
	}
	return out
}

func read(t *testing.T, section string, o metrics.Options) metrics.Table {
	t.Helper()
	table, problems := metrics.ParseTable(section, o)
	if len(problems) > 0 {
		t.Fatalf("problems: %q", texts(problems))
	}
	return table
}

func TestTheProductsExample(t *testing.T) {
	table := read(t, example, metrics.Options{Lang: en, Author: "sara-ds"})
	var got []string
	for _, r := range table.Rows {
		got = append(got, r.Words(en)+" / "+r.Words(pt)+" / "+r.String())
	}
	want := []string{
		"monthly_churn at most 4.0% / monthly_churn no máximo 4.0% / monthly_churn <= 4.0 %",
		"recall_top_decile at least 0.40 / recall_top_decile pelo menos 0.40 / recall_top_decile >= 0.40 ratio",
		"recall, gap between regions at most 0.08 / recall, diferença por region no máximo 0.08 / recall gap(region) <= 0.08 ratio",
		"precision, every segment at least baseline - 2% / precision, cada segment pelo menos linha de base - 2% / precision segment=* >= baseline - 2% ratio",
		"score_latency_p95 at most 120 ms / score_latency_p95 no máximo 120 ms / score_latency_p95 <= 120 ms",
		"psi_score between 0 and 0.20 / psi_score entre 0 e 0.20 / psi_score 0..0.20 ratio",
		"offers_shown up offers/day / offers_shown subir offers/day / offers_shown up offers/day",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if g, l, w := table.Count("", metrics.Goal), table.Count("", metrics.Guardrail), table.Count("", metrics.Watch); g != 2 || l != 4 || w != 1 {
		t.Errorf("%d goals, %d guardrails, %d watched", g, l, w)
	}
	if table.Count(metrics.Model, metrics.Goal) != 1 || table.Sliced() != 2 || len(table.Of(metrics.Watch)) != 1 {
		t.Error("counts by class, slice or type are wrong")
	}
	r, ok := table.Find("precision segment=*")
	if !ok || r.Number != 4 || r.Line != 7 || r.Owner.Role != lifecycle.DataScientist || !r.Target.Baseline || !r.Target.Percent || r.Target.Value.Value != -2 {
		t.Errorf("found %+v, %v", r, ok)
	}
}

func TestBothLanguagesSayTheSame(t *testing.T) {
	a := read(t, example, metrics.Options{Lang: en, Author: "sara-ds"})
	b := read(t, exemplo, metrics.Options{Lang: pt, Author: "sara-ds"})
	if d := cmp.Diff(a.Canonical(), b.Canonical()); d != "" {
		t.Error(d)
	}
}

func TestCanonical(t *testing.T) {
	head := "|Metric|Class|Type|Target|Unit|Slice|Source|Owner|\n|-|-|-|-|-|-|-|-|\n"
	of := func(rows string) string { return read(t, head+rows, metrics.Options{Author: "ana"}).Canonical() }
	base := of("|aa|model|goal|<= 4||||\n|bb|model|goal|1..2||||\n")
	for _, same := range []string{
		"|bb|model|goal|1..2||||\n|aa|model|goal|<= 4.0||||\n", "|**aa**|Model|meta|at most 4|| all |manual|@ANA|\n||||||||\n|bb|model|goal|between 1 and 2.00||||\n",
	} {
		if of(same) != base {
			t.Errorf("%q is not the same as before", same)
		}
	}
	for _, other := range []string{
		"|aa|model|goal|< 4||||\n|bb|model|goal|1..2||||\n", "|aa|model|goal|<= 4.01||||\n|bb|model|goal|1..2||||\n", "|aa|model|watch|<= 4||||\n|bb|model|goal|1..2||||\n",
		"|aa|data|goal|<= 4||||\n|bb|model|goal|1..2||||\n", "|aa|model|goal|<= 4|%|||\n|bb|model|goal|1..2||||\n", "|aa|model|goal|<= 4||a=b||\n|bb|model|goal|1..2||||\n",
		"|aa|model|goal|<= 4|||ci|\n|bb|model|goal|1..2||||\n", "|aa|model|goal|<= 4||||DS|\n|bb|model|goal|1..2||||\n", "|aa|model|goal|<= 4||||\n",
	} {
		if of(other) == base {
			t.Errorf("%q is taken for the same", other)
		}
	}
}

func TestBiggerProblemsAreReadFreely(t *testing.T) {
	section := "| Metric | Target |\n|---|---|\n| Monthly churn | at most 4 |\n| Receita líquida (R$) | no mínimo 900000 |\n"
	for _, lang := range lifecycle.Langs {
		table := read(t, section, metrics.ForKind(lifecycle.Problem, lang, "helena-bs"))
		want := []string{"monthly_churn <= 4", "receita_liquida_r >= 900000"}
		for i, r := range table.Rows {
			if r.String() != want[i] || r.Class != metrics.Business || r.Type != metrics.Goal || r.Owner.Login != "helena-bs" || r.Source.Kind != metrics.Manual {
				t.Errorf("row %d: %+v", i, r)
			}
		}
	}
	_, problems := metrics.ParseTable(section, metrics.ForKind(lifecycle.Deliverable, en, "helena-bs"))
	want := []string{
		`Class: the table lacks this column. Add "Class" to the first line of the table.`,
		`Type: the table lacks this column. Add "Type" to the first line of the table.`,
	}
	if d := cmp.Diff(want, texts(problems)); d != "" {
		t.Error(d)
	}
}

func TestEmptySections(t *testing.T) {
	for _, s := range []string{"", "_No response_", "<!-- table here -->"} {
		if table, problems := metrics.ParseTable(s, metrics.Options{}); len(table.Rows)+len(problems) != 0 {
			t.Errorf("%q: %v, %q", s, table, texts(problems))
		}
	}
}

func TestLargeTables(t *testing.T) {
	head := "|Metric|Class|Type|Target|\n|-|-|-|-|\n"
	var good, bad strings.Builder
	for i := range 500 {
		name := "m" + strings.Repeat("a", 1+i%30) + string(rune('a'+i/30))
		good.WriteString("|" + name + "|model|goal|>= 1|\n")
		bad.WriteString("| `*x*` **" + strings.Repeat("\\|", 20) + "|??|??|about " + strings.Repeat("9,9", 9) + "%|\n")
	}
	start := time.Now()
	table, problems := metrics.ParseTable(head+good.String(), metrics.Options{Lang: en})
	if len(table.Rows) != metrics.MaxRows || len(problems) != 1 || problems[0].Row != metrics.MaxRows+1 {
		t.Errorf("%d rows, problems %q", len(table.Rows), texts(problems))
	}
	table, problems = metrics.ParseTable(head+bad.String(), metrics.Options{Lang: en})
	if len(table.Rows) != 0 || len(problems) != 4*metrics.MaxRows+1 {
		t.Errorf("%d rows, %d problems", len(table.Rows), len(problems))
	}
	for _, p := range problems {
		if len(p.Error()) > 1000 {
			t.Fatalf("a problem of %d bytes", len(p.Error()))
		}
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}
