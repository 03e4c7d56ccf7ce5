package metrics_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/metrics"
)

// TestProblems reads one row with one thing wrong, given as cells of Metric, Class, Type, Target, Unit, Slice,
// Source and Owner where they differ from a good row.
func TestProblems(t *testing.T) {
	for _, c := range []struct{ column, cell, en, pt string }{
		{"Target", "about 4%", `Row 1, Target "about 4%": not a target. Write "<= 4" and put "%" in Unit.`, `Linha 1, Meta "about 4%": não é uma meta. Escreva "<= 4" e ponha "%" em Unidade.`},
		{"Target", "cerca de 4%", `Row 1, Target "cerca de 4%": not a target. Write "<= 4" and put "%" in Unit.`, `Linha 1, Meta "cerca de 4%": não é uma meta. Escreva "<= 4" e ponha "%" em Unidade.`},
		{"Target", "<= 4%", `Row 1, Target "<= 4%": not a target. Write "<= 4" and put "%" in Unit.`, `Linha 1, Meta "<= 4%": não é uma meta. Escreva "<= 4" e ponha "%" em Unidade.`},
		{"Target", "<= 120 ms", `Row 1, Target "<= 120 ms": not a target. Write "<= 120" and put "ms" in Unit.`, `Linha 1, Meta "<= 120 ms": não é uma meta. Escreva "<= 120" e ponha "ms" em Unidade.`},
		{"Target", "minimum 0,8", `Row 1, Target "minimum 0,8": not a target. Write ">= 0.8".`, `Linha 1, Meta "minimum 0,8": não é uma meta. Escreva ">= 0.8".`},
		{"Target", "0 - 0.2", `Row 1, Target "0 - 0.2": not a target. Write "0..0.2".`, `Linha 1, Meta "0 - 0.2": não é uma meta. Escreva "0..0.2".`},
		{"Target", "baseline - 2%", `Row 1, Target "baseline - 2%": not a target. Write "<= baseline - 2%".`, `Linha 1, Meta "baseline - 2%": não é uma meta. Escreva "<= baseline - 2%".`},
		{"Target", "better", `Row 1, Target "better": not a target. Write a limit such as ">= 0.40" or "<= 120", or a range such as "0..0.20".`, `Linha 1, Meta "better": não é uma meta. Escreva um limite como ">= 0.40" ou "<= 120", ou uma faixa como "0..0.20".`},
		{"Target", "", `Row 1, Target "": empty. Write a limit such as ">= 0.40" or "<= 120", or a range such as "0..0.20".`, `Linha 1, Meta "": vazio. Escreva um limite como ">= 0.40" ou "<= 120", ou uma faixa como "0..0.20".`},
		{"Target", "= 4", `Row 1, Target "= 4": "=" is no target, since a measured value never meets it exactly. Write a range such as "3.8..4.2".`, `Linha 1, Meta "= 4": "=" não é uma meta, pois um valor medido nunca a atinge exatamente. Escreva uma faixa como "3.8..4.2".`},
		{"Target", "0.2..0", `Row 1, Target "0.2..0": the lower end of a range comes first. Write "0..0.2".`, `Linha 1, Meta "0.2..0": o menor extremo da faixa vem primeiro. Escreva "0..0.2".`},
		{"Target", "<= 1,500", `Row 1, Target "<= 1,500": the number can be read in two ways. Write "<= 1500" or "<= 1.500".`, `Linha 1, Meta "<= 1,500": o número pode ser lido de dois modos. Escreva "<= 1500" ou "<= 1.500".`},
		{"Target", "<= 1.500,0", `Row 1, Target "<= 1.500,0": the number can be read in two ways. Write "<= 1500.0".`, `Linha 1, Meta "<= 1.500,0": o número pode ser lido de dois modos. Escreva "<= 1500.0".`},
		{"Target", "1..1,000,000", `Row 1, Target "1..1,000,000": the number can be read in two ways. Write "1..1000000".`, `Linha 1, Meta "1..1,000,000": o número pode ser lido de dois modos. Escreva "1..1000000".`},
		{"Target", "<= 1e999", `Row 1, Target "<= 1e999": the number is too large. Write a smaller one and choose a larger unit.`, `Linha 1, Meta "<= 1e999": o número é grande demais. Escreva um menor e use uma unidade maior.`},
		{"Target", "up", `Row 1, Target "up": a direction without a limit is only watched. Write "watch" in Type, or a limit such as ">= 0.40" here.`, `Linha 1, Meta "up": uma direção sem limite só se observa. Escreva "observar" em Tipo ou, aqui, um limite como ">= 0.40".`},
		{"Metric", "Recall @ 10", `Row 1, Metric "Recall @ 10": a name has only a-z, 0-9 and "_", starts with a letter and has 2 to 40 characters. Write "recall_10".`, `Linha 1, Métrica "Recall @ 10": um nome só tem a-z, 0-9 e "_", começa com letra e tem de 2 a 40 caracteres. Escreva "recall_10".`},
		{"Metric", "9", `Row 1, Metric "9": a name has only a-z, 0-9 and "_", starts with a letter and has 2 to 40 characters. Write one such as "monthly_churn".`, `Linha 1, Métrica "9": um nome só tem a-z, 0-9 e "_", começa com letra e tem de 2 a 40 caracteres. Escreva um como "monthly_churn".`},
		{"Metric", "", `Row 1, Metric "": empty. Write one such as "monthly_churn".`, `Linha 1, Métrica "": vazio. Escreva um como "monthly_churn".`},
		{"Class", "finance", `Row 1, Class "finance": not a class. Write "business", "model", "service" or "data".`, `Linha 1, Classe "finance": não é uma classe. Escreva "negócio", "modelo", "serviço" ou "dados".`},
		{"Class", "", `Row 1, Class "": empty. Write "business", "model", "service" or "data".`, `Linha 1, Classe "": vazio. Escreva "negócio", "modelo", "serviço" ou "dados".`},
		{"Type", "kpi", `Row 1, Type "kpi": not a type. Write "goal", "guardrail" or "watch".`, `Linha 1, Tipo "kpi": não é um tipo. Escreva "meta", "limite" ou "observar".`},
		{"Unit", strings.Repeat("u", 41), `Row 1, Unit "` + strings.Repeat("u", 41) + `": longer than 40 characters. Write something shorter.`, `Linha 1, Unidade "` + strings.Repeat("u", 41) + `": tem mais de 40 caracteres. Escreva algo mais curto.`},
		{"Slice", "by region", `Row 1, Slice "by region": not a slice. Write "all", "region=south", "region=*" or "gap(region)".`, `Linha 1, Recorte "by region": não é um recorte. Escreva "todos", "region=south", "region=*" ou "diferença(region)".`},
		{"Source", "mlflow", `Row 1, Source "mlflow": not a source. Write "ci", "monitor" or "manual", if need be with a key: "ci:eval/recall".`, `Linha 1, Fonte "mlflow": não é uma fonte. Escreva "ci", "monitor" ou "manual", se for preciso com uma chave: "ci:eval/recall".`},
		{"Source", "ci:", `Row 1, Source "ci:": not a source. Write "ci", "monitor" or "manual", if need be with a key: "ci:eval/recall".`, `Linha 1, Fonte "ci:": não é uma fonte. Escreva "ci", "monitor" ou "manual", se for preciso com uma chave: "ci:eval/recall".`},
		{"Owner", "helena-bs", `Row 1, Owner "helena-bs": neither a login nor a role. Write a login such as "@helena-bs" or a role such as "data-scientist".`, `Linha 1, Responsável "helena-bs": não é um login nem um papel. Escreva um login como "@helena-bs" ou um papel como "data-scientist".`},
		{"Owner", "@acme/data", `Row 1, Owner "@acme/data": neither a login nor a role. Write a login such as "@sara-ds" or a role such as "data-scientist".`, `Linha 1, Responsável "@acme/data": não é um login nem um papel. Escreva um login como "@sara-ds" ou um papel como "data-scientist".`},
		{"Owner", "validator", `Row 1, Owner "validator": neither a login nor a role. Write a login such as "@validator" or a role such as "data-scientist".`, `Linha 1, Responsável "validator": não é um login nem um papel. Escreva um login como "@validator" ou um papel como "data-scientist".`},
	} {
		for _, lang := range lifecycle.Langs {
			table, problems := metrics.ParseTable(oneRow(lang, c.column, c.cell), metrics.Options{Lang: lang, Author: "sara-ds"})
			want := c.en
			if lang == pt {
				want = c.pt
			}
			if d := cmp.Diff([]string{want}, texts(problems)); d != "" || len(table.Rows) != 0 {
				t.Errorf("%s %s %q: %s%d rows", lang, c.column, c.cell, d, len(table.Rows))
			}
		}
	}
}

// oneRow is a table of one good row with one cell replaced.
func oneRow(lang lifecycle.Lang, column, cell string) string {
	titles := []string{"Metric", "Class", "Type", "Target", "Unit", "Slice", "Source", "Owner"}
	cells := []string{"recall", "model", "goal", ">= 0.40", "", "", "", ""}
	local := titles
	if lang == pt {
		local = []string{"Métrica", "Classe", "Tipo", "Meta", "Unidade", "Recorte", "Fonte", "Responsável"}
	}
	for i, c := range titles {
		if c == column {
			cells[i] = cell
		}
	}
	return "|" + strings.Join(local, "|") + "|\n|-|-|-|-|-|-|-|-|\n| " + strings.Join(cells, " | ") + " |\n"
}

func TestProblemsOfTheWholeTable(t *testing.T) {
	head := "| Metric | Class | Type | Target |\n|---|---|---|---|"
	for _, c := range []struct{ section, en, pt string }{
		{"Churn at most 4 %", "there is no table. Write one that begins with\n" + head, "não há tabela. Escreva uma que comece com\n| Métrica | Classe | Tipo | Meta |\n|---|---|---|---|"},
		{head, "the table has no rows. Write a row for each metric.", "a tabela não tem linhas. Escreva uma linha para cada métrica."},
		{"|Metric|Class|Type|\n|-|-|-|\n|aa|model|goal|", `Target: the table lacks this column. Add "Target" to the first line of the table.`, `Meta: falta esta coluna na tabela. Acrescente "Meta" à primeira linha da tabela.`},
		{"|Metric|Class|Type|Target|target|\n|-|-|-|-|-|\n|aa|model|goal|>= 1|2|", "target: the table has this column twice. Keep one of the two.", "target: a tabela tem esta coluna duas vezes. Deixe só uma das duas."},
		{head + "\n|aa|model|goal|>= 1|\n|bb|model|goal|>= 1|\n|aa|model|goal|>= 2|", `Row 3, Metric "aa": the same name and slice as row 1. Take one of the two out, or give one another slice.`, `Linha 3, Metric "aa": o mesmo nome e recorte da linha 1. Tire uma das duas ou dê a uma delas outro recorte.`},
		{head + "\n|aa|model|watch| |", `Row 1, Target "": empty. Write "up", "down" or "steady", or a limit such as ">= 0.40".`, `Linha 1, Target "": vazio. Escreva "subir", "descer" ou "estável", ou um limite como ">= 0.40".`},
	} {
		for _, lang := range lifecycle.Langs {
			_, problems := metrics.ParseTable(c.section, metrics.Options{Lang: lang})
			want := c.en
			if lang == pt {
				want = c.pt
			}
			if d := cmp.Diff([]string{want}, texts(problems)); d != "" {
				t.Errorf("%q: %s", c.section, d)
			}
		}
	}
}

func TestEveryProblemAtOnce(t *testing.T) {
	section := "|Metric|Class|Type|Target|Slice|\n|-|-|-|-|-|\n|X|y|z|w|v|\n||||||\n|ok_row|model|goal|>= 1||\n|aa|model|goal|up||\n"
	table, problems := metrics.ParseTable(section, metrics.Options{})
	var got []string
	for _, p := range problems {
		got = append(got, p.Column)
	}
	if d := cmp.Diff([]string{"Metric", "Class", "Type", "Target", "Slice", "Target"}, got); d != "" {
		t.Error(d)
	}
	if last := problems[len(problems)-1]; last.Row != 4 || last.Line != 6 {
		t.Errorf("last problem in row %d, line %d", last.Row, last.Line)
	}
	if len(table.Rows) != 1 || table.Rows[0].Name != "ok_row" {
		t.Errorf("rows %v", table.Rows)
	}
}
