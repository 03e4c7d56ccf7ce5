package metrics_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/metrics"
)

// crooked is a table as people's tables are: line ends of two kinds, a list, escapes, cells missing.
const crooked = "Words first | with a bar.\r\n\r\n" +
	"| Owner | metric |Target| Class | Type | Note | Slice |\r\n|---|:-:|---|---|---|---|---|\r\n" +
	"|@ana|  Monthly churn (%)  |  about 4% \t| business | goal | a \\| b | all|\r\n" +
	"| @ana | recall | >= `0.40` | model | goal | `x \\| y` |  |   \n" +
	"| @ana | recall |<= 0.08|model|guardrail|**b**|gap(region)|\r\n" +
	"| | offers | | business | watch |\r\n" +
	"| | short\r\n\r\nAfter it. <!-- note -->\r\n\r\n|a|\r\n|-|\r\n| recall |\r\n"

func TestSetTarget(t *testing.T) {
	for _, c := range []struct {
		name, target string
		lang         lifecycle.Lang
		from, to     string // what of the section is replaced by what
		before       string
		after        string
	}{
		{"Monthly churn", "at most 3,5", en, "about 4%", "<= 3.5", "about 4%", "<= 3.5"},
		{"monthly_churn", "<= 4.0", en, "about 4%", "<= 4.0", "about 4%", "<= 4.0"},
		{"recall all", ">= 0.45", en, ">= `0.40`", ">= 0.45", ">= 0.40", ">= 0.45"},
		{"recall todos", "≥ baseline − 2%", pt, ">= `0.40`", ">= baseline - 2%", ">= 0.40", ">= baseline - 2%"},
		{"recall gap( region )", "0 .. 0,1", en, "<= 0.08", "0..0.1", "<= 0.08", "0..0.1"},
		{"Recall, diferença por region", "no máximo 0,05", pt, "<= 0.08", "<= 0.05", "<= 0.08", "<= 0.05"},
		{"offers", "up", pt, "| offers | | b", "| offers | subir | b", "", "subir"},
		{"short", "> 1", en, "| | short\r\n", "| | short | > 1 |\r\n", "", "> 1"},
		{"recall gap(region)", "at most 0.080", en, "", "", "<= 0.08", "<= 0.08"},
	} {
		edited, before, after, err := metrics.SetTarget(crooked, c.name, c.target, metrics.Options{Lang: c.lang, DefaultType: metrics.Goal})
		want := strings.Replace(crooked, c.from, c.to, 1)
		if d := cmp.Diff(want, edited); d != "" || before != c.before || after != c.after || err != nil {
			t.Errorf("%s %s: %q → %q, %v\n%s", c.name, c.target, before, after, err, d)
		}
	}
}

func TestSetTargetRefuses(t *testing.T) {
	for _, c := range []struct{ section, name, target, en, pt string }{
		{crooked, "monthly_churn", "about 4%", `Row 1, Target "about 4%": not a target. Write "<= 4" and put "%" in Unit.`, `Linha 1, Target "about 4%": não é uma meta. Escreva "<= 4" e ponha "%" em Unidade.`},
		{crooked, "monthly_churn", "<= 4 | x", `Row 1, Target "<= 4 | x": not a target. Write "<= 4".`, `Linha 1, Target "<= 4 | x": não é uma meta. Escreva "<= 4".`},
		{crooked, "monthly_churn", "up", `Row 1, Target "up": a direction without a limit is only watched. Write "watch" in Type, or a limit such as ">= 0.40" here.`, `Linha 1, Target "up": uma direção sem limite só se observa. Escreva "observar" em Type ou, aqui, um limite como ">= 0.40".`},
		{crooked, "monthly_churn", "", `Row 1, Target "": empty. Write a limit such as ">= 0.40" or "<= 120", or a range such as "0..0.20".`, `Linha 1, Target "": vazio. Escreva um limite como ">= 0.40" ou "<= 120", ou uma faixa como "0..0.20".`},
		{crooked, "recall", "> 1", `"recall" is the name of 2 rows. Write "recall all" or "recall gap(region)".`, `"recall" é o nome de 2 linhas. Escreva "recall todos" ou "recall gap(region)".`},
		{crooked, "recal", "> 1", `no metric of the table is called "recal". Write "monthly_churn", "recall all", "recall gap(region)", "offers" or "short".`, `nenhuma métrica da tabela se chama "recal". Escreva "monthly_churn", "recall todos", "recall gap(region)", "offers" ou "short".`},
		{"", "recall", "> 1", "there is no table. Write one that begins with\n| Metric | Class | Type | Target |\n|---|---|---|---|", "não há tabela. Escreva uma que comece com\n| Métrica | Classe | Tipo | Meta |\n|---|---|---|---|"},
		{"|Metric|Class|Type|\n|-|-|-|\n|recall|model|goal|", "recall", "> 1", `Target: the table lacks this column. Add "Target" to the first line of the table.`, `Meta: falta esta coluna na tabela. Acrescente "Meta" à primeira linha da tabela.`},
	} {
		for _, lang := range lifecycle.Langs {
			_, _, _, err := metrics.SetTarget(c.section, c.name, c.target, metrics.Options{Lang: lang, DefaultType: metrics.Goal})
			want := c.en
			if lang == pt {
				want = c.pt
			}
			var p metrics.Problem
			if !errors.As(err, &p) || p.Error() != want {
				t.Errorf("%s %s: %v\nwant %s", c.name, c.target, err, want)
			}
		}
	}
}

func TestSetTargetInAnOddTable(t *testing.T) {
	section := "1. first\n\n   | Metric | Class | Type | Target |\n   |---|---|---|---|\n   | recall | model | goal | >= 0.4 |\n"
	edited, _, _, err := metrics.SetTarget(section, "recall", ">= 0.5", metrics.Options{})
	if want := strings.Replace(section, ">= 0.4", ">= 0.5", 1); edited != want || err != nil {
		t.Errorf("%q, %v", edited, err)
	}
	escaped := "|Class|Metric|Type|Target|\n|-|-|-|-|\n| x \\\\| \\| | recall | goal | >= 1 |\n"
	edited, _, _, err = metrics.SetTarget(escaped, "recall", ">= 0.5", metrics.Options{})
	if want := strings.Replace(escaped, ">= 1", ">= 0.5", 1); edited != want || err != nil {
		t.Errorf("%q, %v", edited, err)
	}
}

func TestNamesOfRows(t *testing.T) {
	rows := metrics.NamedRows(crooked, metrics.Options{})
	for _, c := range []struct{ words, name, rest string }{
		{"Monthly churn about 4%", "Monthly churn", "about 4%"},
		{"monthly_churn <= 4.0", "monthly_churn", "<= 4.0"},
		{"recall <= 0.08", "recall", "<= 0.08"},
		{"recall gap(region) <= 0.08", "recall gap(region)", "<= 0.08"},
		{"recall, gap between regions at most 0.08", "recall, gap between regions", "at most 0.08"},
		{"recall all >= 0.4", "recall all", ">= 0.4"},
		{"Offers  1200 for 2026-02", "Offers", "1200 for 2026-02"},
		{"recal 0.4", "recal", "0.4"},
		{"", "", ""},
	} {
		if name, rest := metrics.CutName(rows, c.words); name != c.name || rest != c.rest {
			t.Errorf("%q: %q, %q", c.words, name, rest)
		}
	}
	if r, err := metrics.Named(rows, "RECALL gap(region)", en); err != nil || r.Number != 3 || r.Line != 7 {
		t.Errorf("%+v, %v", r, err)
	}
}

func FuzzSetTarget(f *testing.F) {
	f.Add(crooked, "monthly_churn", "<= 4")
	f.Add(crooked, "short", "up")
	f.Add("- |Metric|Class|Type|Target|\n  |-|-|-|-|\n  |aa|b|c|`\\|` \\\\| x|", "aa", "0..1")
	f.Fuzz(func(t *testing.T, section, name, target string) {
		o := metrics.Options{DefaultType: metrics.Goal, DefaultClass: metrics.Model, FreeNames: true}
		edited, before, after, err := metrics.SetTarget(section, name, target, o)
		if err != nil {
			var p metrics.Problem
			if !errors.As(err, &p) || p.Why == "" || edited != "" {
				t.Fatalf("%v", err)
			}
			return
		}
		if (edited == section) != (before == after) && strings.TrimSpace(before) == before {
			t.Fatalf("%q → %q: %q", before, after, edited)
		}
		again, b, a, err := metrics.SetTarget(edited, name, target, o)
		if err != nil || again != edited || a != b {
			t.Fatalf("not settled: %q → %q, %v\n%q\n%q", b, a, err, edited, again)
		}
	})
}
