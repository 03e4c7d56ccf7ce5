package metrics_test

import (
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/internal/metrics"
)

// target reads a target cell of a watched metric; false when it is refused.
func target(lang lifecycle.Lang, cell string) (metrics.Target, bool) {
	section := "|Metric|Class|Type|Target|\n|-|-|-|-|\n" + markdown.Row("recall", "model", "watch", markdown.Cell(cell)) + "\n"
	table, _ := metrics.ParseTable(section, metrics.Options{Lang: lang})
	if len(table.Rows) != 1 {
		return metrics.Target{}, false
	}
	return table.Rows[0].Target, true
}

func TestTargets(t *testing.T) {
	for cell, want := range map[string]string{
		">= 0.40": ">= 0.40", ">=0.40": ">= 0.40", "≥ 0,80": ">= 0.80", "≤1500": "<= 1500", "> -1": "> -1", "<1.5e3": "< 1.5e3", "<= 1.5E3": "<= 1.5e3",
		"At Least 0.4": ">= 0.4", "at most 12": "<= 12", "between 0 and 0,20": "0..0.20", "No máximo 4": "<= 4", "pelo menos 0,4": ">= 0.4", "entre −1 e 1": "-1..1",
		"0..0.20": "0..0.20", "0 .. 0.20": "0..0.20", "1...2": "1..2", "-0.5..-0.1": "-0.5..-0.1", "1.5..2.5": "1.5..2.5", "0,1..0,25": "0.1..0.25",
		">= baseline": ">= baseline", ">= baseline - 2%": ">= baseline - 2%", "<= Baseline+0,05": "<= baseline + 0.05", "> linha de base − 1 %": "> baseline - 1%",
		"up": "up", "descer": "down", "Estável": "steady", "steady": "steady", "<= 0,800": "<= 0.800", "<= 1,5000": "<= 1.5000", "<= +3": "<= 3", ">= 1.50": ">= 1.50", ">= 1.500": ">= 1.500",
	} {
		got, ok := target(en, cell)
		if !ok || got.String() != want {
			t.Errorf("%q is read as %q (%v), want %q", cell, got.String(), ok, want)
		}
	}
	for _, cell := range []string{
		"= 4", "== 4", "4", "=> 4", "~4", "<= 4 %", "<= NaN", "<= inf", "<= 1e999", "<= 0x10", "<= 1_000", "<= 1,500", "<= 1.500,0", "<= 1,500.0", "1..", "..1", "2..1", "1..2..3",
		"baseline", ">= baseline - ", ">= baseline 2%", ">= baseline - -2%", ">= baseline * 2", ">= 2% + baseline", ">= 4 5", "<= .5", "<= 5.", "between 1 and", "sideways", ">= >= 1", strings.Repeat("9", 400), ">= " + strings.Repeat("9", 31),
	} {
		if got, ok := target(en, cell); ok {
			t.Errorf("%q is read as %q", cell, got)
		}
	}
	if got, ok := target(pt, "<= 1.500"); ok {
		t.Errorf("in Portuguese 1.500 is read as %v", got)
	}
}

func TestSlicesSourcesOwners(t *testing.T) {
	for _, c := range []struct{ column, cell, want string }{
		{"Slice", "Todos", "all"}, {"Slice", "region = south east", "region=south east"}, {"Slice", "Gap( region )", "gap(region)"}, {"Slice", "diferença(x_1)", "gap(x_1)"}, {"Slice", "região=*", "região=*"},
		{"Source", "CI: eval/recall", "ci:eval/recall"}, {"Source", "monitor", "monitor"}, {"Source", "ci:a:b", "ci:a:b"},
		{"Owner", "@Sara-DS", "@Sara-DS"}, {"Owner", "ML engineer", "ml-engineer"}, {"Owner", "BS", "business-stakeholder"}, {"Owner", "", "@ana"}, {"Owner", "@joe_acme", "@joe_acme"},
	} {
		table, problems := metrics.ParseTable(oneRow(en, c.column, c.cell), metrics.Options{Author: "ana"})
		if len(table.Rows) != 1 {
			t.Errorf("%s %q: %q", c.column, c.cell, texts(problems))
			continue
		}
		r := table.Rows[0]
		got := map[string]string{"Slice": r.Slice.String(), "Source": r.Source.String(), "Owner": r.Owner.String()}[c.column]
		if got != c.want {
			t.Errorf("%s %q is read as %q, want %q", c.column, c.cell, got, c.want)
		}
	}
}

func FuzzTarget(f *testing.F) {
	for _, s := range []string{">= 0,40", "entre 0 e 1", "0..1e3", ">= baseline - 2%", "up", "1.500,0", "= 0", "about 4%"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		for _, lang := range lifecycle.Langs {
			got, ok := target(lang, cell)
			if !ok {
				continue
			}
			for _, again := range []string{got.String(), got.Words(en), got.Words(pt)} {
				if back, ok := target(en, again); !ok || back != got {
					t.Errorf("%q is read as %+v; written %q it is read as %+v", cell, got, again, back)
				}
			}
		}
	})
}

func FuzzParseTable(f *testing.F) {
	f.Add(example)
	f.Add(exemplo)
	f.Add("|Metric|Target|\n|-|-|\n|Monthly *churn*|about 4%|\n|a\\|b|1,500|\n")
	f.Add("text only")
	f.Fuzz(func(t *testing.T, section string) {
		for _, o := range []metrics.Options{metrics.ForKind(lifecycle.Problem, pt, "ana"), {Author: "ana"}} {
			table, problems := metrics.ParseTable(section, o)
			for _, p := range problems {
				if p.Why == "" || p.Fix == "" || len(p.Error()) > 2000 {
					t.Errorf("%q: problem %+v", section, p)
				}
			}
			rows := []string{"|Metric|Class|Type|Target|Unit|Slice|Source|Owner|", "|-|-|-|-|-|-|-|-|"}
			for _, r := range table.Rows {
				if !escapable(r.Unit) || !escapable(r.Slice.String()) || !escapable(r.Source.String()) {
					return
				}
				rows = append(rows, markdown.Row(r.Name, string(r.Class), string(r.Type), markdown.Cell(r.Target.String()), markdown.Cell(r.Unit),
					markdown.Cell(r.Slice.String()), markdown.Cell(r.Source.String()), r.Owner.String()))
			}
			if len(table.Rows) == 0 {
				continue
			}
			again, problems := metrics.ParseTable(strings.Join(rows, "\n"), metrics.Options{Author: "ana"})
			if a, b := table.Canonical(), again.Canonical(); len(problems) > 0 || a != b {
				t.Errorf("%q is read as\n%s\nand that, written again, as\n%s\n%q", section, a, b, texts(problems))
			}
		}
	})
}

// hidden are the characters that a table cell is written without or with another in their place.
const hidden = "\ufffd"

// escapable reports whether the escaper of table cells writes s without loss.
func escapable(s string) bool {
	back := markdown.Plain(markdown.Cell(s))
	return back == s && !strings.Contains(s, hidden)
}
