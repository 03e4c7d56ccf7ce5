package metrics_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phasegate/phasegate/internal/metrics"
)

// on is a value measured on a part of the data; an empty dim is all data.
func on(name, dim, value string, v float64, n int) metrics.Value {
	out := metrics.Value{Name: name, Value: v, N: n}
	if dim != "" {
		out.Slice = map[string]string{dim: value}
	}
	return out
}

func all(name string, v float64) metrics.Value { return on(name, "", "", v, 0) }

func regions(north, south, west float64) []metrics.Value {
	return []metrics.Value{on("recall", "region", "north", north, 0), on("recall", "region", "south", south, 0), on("recall", "region", "west", west, 0)}
}

func ciReport(values ...metrics.Value) metrics.Report {
	return metrics.Report{Schema: 1, Deliverable: 3, Commit: sha, Source: metrics.CI, Values: values}
}

// row reads one row of a table.
func row(t *testing.T, name, typ, target, unit, slice, source string) metrics.Row {
	t.Helper()
	return read(t, "|Metric|Class|Type|Target|Unit|Slice|Source|\n|-|-|-|-|-|-|-|\n|"+name+"|model|"+typ+"|"+target+"|"+unit+"|"+slice+"|"+source+"|", metrics.Options{}).Rows[0]
}

// TestTheStorysReports holds the reports of the ten weeks against the deliverable's table.
func TestTheStorysReports(t *testing.T) {
	table := read(t, `| Metric | Class | Type | Target | Unit | Slice | Source | Owner |
|---|---|---|---|---|---|---|---|
| recall_top_decile | model | goal | >= 0.40 | ratio | all | ci | @sara-ds |
| calibration_error | model | guardrail | <= 0.05 | ratio | all | ci | @tomas-ds |
| recall | model | guardrail | <= 0.08 | ratio | gap(region) | ci | @rui-sme |
| score_latency_p95 | service | guardrail | <= 120 | ms | all | monitor | @bento-be |
| psi_score | data | guardrail | <= 0.20 | ratio | all | monitor | @mina-mle |
| saved_customers | business | goal | >= 1500 | customers/month | all | manual | @helena-bs |
`, metrics.Options{})
	monitor := func(psi, latency float64) metrics.Report {
		return metrics.Report{Source: metrics.Monitor, Values: []metrics.Value{all("psi_score", psi), all("score_latency_p95", latency)}}
	}
	for _, c := range []struct {
		report metrics.Report
		want   []string
	}{
		{ciReport(append(regions(0.45, 0.34, 0.44), all("recall_top_decile", 0.43), all("calibration_error", 0.031))...), []string{
			"met recall_top_decile: 0.43, at least 0.40 agreed", "met calibration_error: 0.031, at most 0.05 agreed",
			"missed recall, gap between regions: 0.11, at most 0.08 agreed (missed by 0.03)"}},
		{ciReport(append(regions(0.44, 0.38, 0.43), all("recall_top_decile", 0.42))...), []string{
			"met recall_top_decile: 0.42, at least 0.40 agreed", "not-reported calibration_error: not reported, at most 0.05 agreed",
			"met recall, gap between regions: 0.06, at most 0.08 agreed"}},
		{monitor(0.04, 96), []string{"met score_latency_p95: 96 ms, at most 120 ms agreed", "met psi_score: 0.04, at most 0.20 agreed"}},
		{monitor(0.18, 101), []string{"met score_latency_p95: 101 ms, at most 120 ms agreed", "near psi_score: 0.18, at most 0.20 agreed (near the limit, 0.02 left)"}},
		{monitor(0.33, 101), []string{"met score_latency_p95: 101 ms, at most 120 ms agreed", "missed psi_score: 0.33, at most 0.20 agreed (missed by 0.13)"}},
	} {
		var got []string
		for _, f := range metrics.Judge(table.Due(c.report.Source), c.report, nil, 15) {
			got = append(got, string(f.Verdict)+" "+f.Words(en))
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Error(d)
		}
	}
	first := ciReport(append(regions(0.45, 0.34, 0.44), all("recall_top_decile", 0.42))...)
	found := metrics.Judge(table.Rows, first, nil, 15)
	if got := found[2].Brief(); got != "recall gap(region) 0.11 > 0.08" {
		t.Error(got)
	}
	var order []string
	for _, s := range found[2].Slices {
		order = append(order, fmt.Sprint(s.Slice, " ", s.Value))
	}
	if d := cmp.Diff([]string{"south 0.34", "west 0.44", "north 0.45"}, order); d != "" || found[2].ValueSlice != "north, south" {
		t.Error(d, found[2].ValueSlice)
	}
	for _, f := range found[3:] {
		if f.Verdict != metrics.NotReported {
			t.Errorf("%s is %s in a report of another source", f.Row.Name, f.Verdict)
		}
	}
	if got := len(table.From(metrics.Monitor)) + len(table.Due(metrics.Manual)); got != 3 {
		t.Errorf("%d rows of monitor and manual", got)
	}
}

func TestVerdicts(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	recall := func(v float64) []metrics.Value { return []metrics.Value{all("recall", v)} }
	for _, c := range []struct {
		typ, target, slice string
		values, baseline   []metrics.Value
		want               metrics.Verdict
		en, pt             string
	}{
		{"goal", ">= 0.40", "", recall(0.40), nil, metrics.Met, "recall: 0.4, at least 0.40 agreed", "recall: 0.4, pelo menos 0.40 combinado"},
		{"goal", "> 0.40", "", recall(0.40), nil, metrics.Missed, "recall: 0.4, more than 0.40 agreed (missed: exactly that)", "recall: 0.4, mais de 0.40 combinado (fora: é exatamente isso)"},
		{"goal", "< 0.40", "", recall(0.40), nil, metrics.Missed, "recall: 0.4, less than 0.40 agreed (missed: exactly that)", "recall: 0.4, menos de 0.40 combinado (fora: é exatamente isso)"},
		{"goal", "> 0.40", "", recall(0.41), nil, metrics.Met, "recall: 0.41, more than 0.40 agreed", "recall: 0.41, mais de 0.40 combinado"},
		{"goal", ">= 0.95", "", recall(0.9123), nil, metrics.Missed, "recall: 0.9123, at least 0.95 agreed (missed by 0.0377)", "recall: 0.9123, pelo menos 0.95 combinado (fora por 0.0377)"},
		{"guardrail", "<= 0.08", "", recall(0.0800004), nil, metrics.Missed, "recall: 0.0800004, at most 0.08 agreed (missed by 4e-7)", "recall: 0.0800004, no máximo 0.08 combinado (fora por 4e-7)"},
		{"guardrail", ">= 0.08", "", recall(0.0799996), nil, metrics.Missed, "recall: 0.0799996, at least 0.08 agreed (missed by 4e-7)", ""},
		{"guardrail", "0..0.20", "", recall(0.31), nil, metrics.Missed, "recall: 0.31, between 0 and 0.20 agreed (missed by 0.11)", "recall: 0.31, entre 0 e 0.20 combinado (fora por 0.11)"},
		{"guardrail", "0..0.20", "", recall(-0.01), nil, metrics.Missed, "recall: -0.01, between 0 and 0.20 agreed (missed by 0.01)", "recall: -0.01, entre 0 e 0.20 combinado (fora por 0.01)"},
		{"guardrail", "0..0.20", "", recall(0), nil, metrics.Met, "recall: 0, between 0 and 0.20 agreed", "recall: 0, entre 0 e 0.20 combinado"},
		{"guardrail", "0..0.20", "", recall(0.20), nil, metrics.Near, "recall: 0.2, between 0 and 0.20 agreed (exactly at the limit)", "recall: 0.2, entre 0 e 0.20 combinado (exatamente no limite)"},
		{"guardrail", "0.50..0.60", "", recall(0.55), nil, metrics.Met, "recall: 0.55, between 0.50 and 0.60 agreed", "recall: 0.55, entre 0.50 e 0.60 combinado"},
		{"guardrail", "0.50..0.60", "", recall(0.51), nil, metrics.Near, "recall: 0.51, between 0.50 and 0.60 agreed (near the limit, 0.01 left)", "recall: 0.51, entre 0.50 e 0.60 combinado (perto do limite, resta 0.01)"},
		{"guardrail", "<= 0.20", "", recall(0.17), nil, metrics.Near, "recall: 0.17, at most 0.20 agreed (near the limit, 0.03 left)", "recall: 0.17, no máximo 0.20 combinado (perto do limite, resta 0.03)"},
		{"guardrail", "<= 0.20", "", recall(0.1699), nil, metrics.Met, "recall: 0.1699, at most 0.20 agreed", "recall: 0.1699, no máximo 0.20 combinado"},
		{"goal", "<= 0.20", "", recall(0.19), nil, metrics.Met, "recall: 0.19, at most 0.20 agreed", "recall: 0.19, no máximo 0.20 combinado"},
		{"watch", "up", "", recall(1200), recall(1100), metrics.Watched, "recall: 1200", "recall: 1200"},
		{"watch", "<= 5", "", recall(9), nil, metrics.Watched, "recall: 9", "recall: 9"},
		{"watch", "<= baseline", "", recall(9), nil, metrics.Watched, "recall: 9", "recall: 9"},
		{"watch", "up", "", nil, nil, metrics.NotReported, "recall: not reported, up agreed", ""},

		{"guardrail", ">= baseline - 2%", "", recall(0.784), recall(0.80), metrics.Near, "recall: 0.784, at least 0.784 (baseline - 2%) agreed (exactly at the limit)", "recall: 0.784, pelo menos 0.784 (linha de base - 2%) combinado (exatamente no limite)"},
		{"guardrail", ">= baseline - 2%", "", recall(0.7839), recall(0.80), metrics.Missed, "recall: 0.7839, at least 0.784 (baseline - 2%) agreed (missed by 0.0001)", "recall: 0.7839, pelo menos 0.784 (linha de base - 2%) combinado (fora por 0.0001)"},
		{"guardrail", ">= baseline - 2%", "", recall(-1.03), recall(-1), metrics.Missed, "recall: -1.03, at least -1.02 (baseline - 2%) agreed (missed by 0.01)", "recall: -1.03, pelo menos -1.02 (linha de base - 2%) combinado (fora por 0.01)"},
		{"goal", ">= baseline - 2%", "", recall(-1.01), recall(-1), metrics.Met, "recall: -1.01, at least -1.02 (baseline - 2%) agreed", "recall: -1.01, pelo menos -1.02 (linha de base - 2%) combinado"},
		{"goal", ">= baseline", "", recall(-0.5), recall(0.2), metrics.Missed, "recall: -0.5, at least 0.2 (baseline) agreed (missed by 0.7)", "recall: -0.5, pelo menos 0.2 (linha de base) combinado (fora por 0.7)"},
		{"goal", "<= baseline + 0.01", "", recall(0.41), recall(0.40), metrics.Met, "recall: 0.41, at most 0.41 (baseline + 0.01) agreed", "recall: 0.41, no máximo 0.41 (linha de base + 0.01) combinado"},
		{"goal", ">= baseline - 2%", "", recall(0.9), nil, metrics.NoBaseline, "recall: 0.9; at least baseline - 2% agreed, but there is no baseline yet", "recall: 0.9; pelo menos linha de base - 2% combinado, mas ainda não há linha de base"},
		{"goal", "<= baseline + 900%", "", recall(0.9), recall(1e308), metrics.NoBaseline, "recall: 0.9; at most baseline + 900% agreed, but there is no baseline yet", ""},
		{"goal", "<= baseline", "", recall(0.9), recall(nan), metrics.NoBaseline, "recall: 0.9; at most baseline agreed, but there is no baseline yet", ""},

		{"guardrail", "<= 0.08", "", recall(nan), nil, metrics.NotReported, "recall: not measured, at most 0.08 agreed", "recall: não medido, no máximo 0.08 combinado"},
		{"guardrail", "<= 0.08", "", recall(-inf), nil, metrics.NotReported, "recall: not measured, at most 0.08 agreed", ""},
		{"guardrail", "<= 0.08", "", []metrics.Value{on("recall", "region", "south", 0.01, 0)}, nil, metrics.NotReported, "recall: not reported, at most 0.08 agreed", "recall: não informado, no máximo 0.08 combinado"},

		{"guardrail", ">= 0.40", "region=south", regions(0.45, 0.34, 0.44), nil, metrics.Missed, "recall, region south: 0.34, at least 0.40 agreed (missed by 0.06)", ""},
		{"guardrail", ">= 0.40", "region=south", append(regions(0.45, 0.48, 0.44), metrics.Value{Name: "recall", Slice: map[string]string{"region": "south", "segment": "new"}, Value: 0.1}), nil, metrics.Met, "recall, region south: 0.48, at least 0.40 agreed", ""},
		{"guardrail", ">= 0.40", "region=*", regions(0.45, 0.34, 0.44), nil, metrics.Missed, "recall, every region: 0.34 in south, at least 0.40 agreed (missed by 0.06)", "recall, cada region: 0.34 em south, pelo menos 0.40 combinado (fora por 0.06)"},
		{"guardrail", "<= 0.60", "region=*", regions(0.45, 0.34, 0.44), nil, metrics.Met, "recall, every region: 0.45 in north, at most 0.60 agreed", ""},
		{"guardrail", ">= 0.40", "region=*", regions(0.65, nan, 0.64), nil, metrics.NotReported, "recall, every region: not measured in south, at least 0.40 agreed", "recall, cada region: não medido em south, pelo menos 0.40 combinado"},
		{"guardrail", ">= 0.40", "region=*", regions(0.3, nan, 0.64), nil, metrics.Missed, "recall, every region: 0.3 in north, at least 0.40 agreed (missed by 0.1)", ""},
		{"guardrail", ">= 0.40", "region=*", recall(0.9), nil, metrics.NotReported, "recall, every region: not reported, at least 0.40 agreed", ""},
		{"guardrail", ">= baseline", "region=*", regions(0.5, 0.35, 0.5), regions(0.45, 0.30, 0.51), metrics.Missed, "recall, every region: 0.5 in west, at least 0.51 (baseline) agreed (missed by 0.01)", ""},
		{"guardrail", ">= baseline", "region=*", regions(0.5, 0.35, 0.5), regions(0.45, 0.30, 0.51)[:2], metrics.NoBaseline, "recall, every region: 0.5 in west; at least baseline agreed, but there is no baseline yet", ""},
		{"watch", "down", "region=*", regions(0.45, 0.34, 0.44), nil, metrics.Watched, "recall, every region: 0.45 in north", ""},

		{"guardrail", "<= 0.08", "gap(region)", regions(0.45, 0.37, 0.44), nil, metrics.Near, "recall, gap between regions: 0.08, at most 0.08 agreed (exactly at the limit)", ""},
		{"guardrail", "<= baseline", "gap(region)", regions(0.45, 0.37, 0.44), regions(0.45, 0.38, 0.44), metrics.Missed, "recall, gap between regions: 0.08, at most 0.07 (baseline) agreed (missed by 0.01)", ""},
		{"guardrail", "<= 0.08", "gap(region)", append(regions(0.45, 0.44, 0.44), on("recall", "region", "islet", 0.1, 29)), nil, metrics.Met, "recall, gap between regions: 0.01, at most 0.08 agreed", ""},
		{"guardrail", "<= 0.08", "gap(region)", append(regions(0.45, 0.44, 0.44), on("recall", "region", "isle", 0.1, 30)), nil, metrics.Missed, "recall, gap between regions: 0.35, at most 0.08 agreed (missed by 0.27)", ""},
		{"guardrail", "<= 0.08", "gap(region)", []metrics.Value{on("recall", "region", "north", 0.4, 100), on("recall", "region", "islet", 0.4, 3)}, nil, metrics.NotReported, "recall, gap between regions: fewer than two values of region with at least 30 examples, at most 0.08 agreed", "recall, diferença por region: menos de dois valores de region com pelo menos 30 exemplos, no máximo 0.08 combinado"},
		{"guardrail", "<= 0.08", "gap(region)", regions(0.45, nan, 0.44), nil, metrics.NotReported, "recall, gap between regions: not measured in south, at most 0.08 agreed", ""},
		{"guardrail", "<= 0.08", "gap(region)", regions(1.7e308, -1.7e308, 0), nil, metrics.NotReported, "recall, gap between regions: fewer than two values of region with at least 30 examples, at most 0.08 agreed", ""},
		{"watch", "steady", "gap(region)", nil, nil, metrics.NotReported, "recall, gap between regions: not reported, steady agreed", ""},
	} {
		r := row(t, "recall", c.typ, c.target, "", c.slice, "ci")
		var baseline *metrics.Report
		if c.baseline != nil {
			b := ciReport(c.baseline...)
			baseline = &b
		}
		f := metrics.Judge([]metrics.Row{r}, ciReport(c.values...), baseline, 15)[0]
		if f.Verdict != c.want || f.Words(en) != c.en || c.pt != "" && f.Words(pt) != c.pt {
			t.Errorf("%s %s %s of %v: %s\n%s\n%s", c.typ, c.target, c.slice, c.values, f.Verdict, f.Words(en), f.Words(pt))
		}
	}
}

func TestTheKeyOfASource(t *testing.T) {
	r := row(t, "recall", "goal", ">= 0.40", "", "", "ci:eval/recall")
	for _, c := range []struct {
		name string
		want metrics.Verdict
	}{{"eval/recall", metrics.Met}, {"recall", metrics.NotReported}} {
		if got := metrics.Judge([]metrics.Row{r}, ciReport(all(c.name, 0.5)), nil, 0)[0].Verdict; got != c.want {
			t.Errorf("%s: %s", c.name, got)
		}
	}
	keyed := metrics.Report{Source: metrics.CI, NotMeasured: []string{"eval/recall"}}
	if f := metrics.Judge([]metrics.Row{r}, keyed, nil, 0)[0]; len(f.NotMeasured) != 1 || f.Verdict != metrics.NotReported {
		t.Errorf("%+v", f)
	}
}

func TestAgainstTheBaseline(t *testing.T) {
	rows := []metrics.Row{row(t, "recall", "guardrail", ">= 0.30", "", "region=*", "ci"), row(t, "f1", "goal", ">= 0.30", "", "", "ci")}
	baseline := ciReport(append(regions(0.45, 0.34, 0.44), all("f1", 0.5))...)
	report := ciReport(append(regions(0.45, 0.36, 0.44)[1:], all("f1", 0.6))...)
	report.NotMeasured = []string{"recall region=west"}
	report.Values = slices.DeleteFunc(report.Values, func(v metrics.Value) bool { return v.Slice["region"] == "west" })
	rows[0].Target.Value.Value = 0.9
	found := metrics.Judge(rows, report, &baseline, 15)
	if d := cmp.Diff([]string{"north"}, found[0].Gone); d != "" {
		t.Error(d)
	}
	if f := found[0]; !f.Compared || f.Baseline != 0.34 || f.ValueSlice != "south" {
		t.Errorf("%+v", f)
	}
	if f := found[1]; !f.Compared || f.Baseline != 0.5 || f.Gone != nil || f.Slices != nil || f.ValueSlice != "" {
		t.Errorf("%+v", f)
	}
}

func TestNoiseOfAGap(t *testing.T) {
	rows := []metrics.Row{row(t, "recall", "guardrail", "<= 0.08", "", "gap(region)", "ci")}
	values := regions(0.45, 0.40, 0.44)
	for _, c := range []struct{ north, south, want float64 }{{0.03, 0.04, 0.05}, {0.03, 0, 0}, {0, 0.04, 0}, {math.Inf(1), 0.04, 0}} {
		values[0].StdErr, values[1].StdErr = c.north, c.south
		if f := metrics.Judge(rows, ciReport(values...), nil, 0)[0]; math.Abs(f.StdErr-c.want) > 1e-12 {
			t.Errorf("%v and %v: %v", c.north, c.south, f.StdErr)
		}
	}
}

func TestNearIsOptional(t *testing.T) {
	rows := []metrics.Row{row(t, "recall", "guardrail", "<= 0.08", "", "", "ci")}
	for near, want := range map[int]metrics.Verdict{-5: metrics.Met, 0: metrics.Met, 1: metrics.Near} {
		if f := metrics.Judge(rows, ciReport(all("recall", 0.08)), nil, near)[0]; f.Verdict != want {
			t.Errorf("near %d: %s", near, f.Verdict)
		}
	}
}

func TestWhatIsDue(t *testing.T) {
	table := read(t, example, metrics.Options{})
	for source, want := range map[metrics.SourceKind][2]int{metrics.CI: {3, 3}, metrics.Monitor: {2, 2}, metrics.Manual: {2, 1}} {
		if got := [2]int{len(table.From(source)), len(table.Due(source))}; got != want {
			t.Errorf("%s: %v", source, got)
		}
	}
}

func TestDiffers(t *testing.T) {
	rows := []metrics.Row{row(t, "recall", "guardrail", "<= 0.08", "", "gap(region)", "ci"), row(t, "f1", "goal", ">= 0.40", "", "", "ci"), row(t, "auc", "goal", ">= baseline", "", "", "ci")}
	f1 := func(v, stderr float64) metrics.Value { return metrics.Value{Name: "f1", Value: v, StdErr: stderr} }
	with := func(v metrics.Value) metrics.Report {
		return ciReport(append(regions(0.45, 0.40, 0.44), v, all("auc", 0.7), all("loss", 1))...)
	}
	a := with(f1(0.50, 0))
	other := func(change func(*metrics.Report)) metrics.Report {
		b := with(f1(0.50, 0))
		change(&b)
		return b
	}
	for _, c := range []struct {
		name string
		a, b metrics.Report
		want bool
	}{
		{"the same", a, with(f1(0.50, 0)), false},
		{"another order", a, other(func(r *metrics.Report) { slices.Reverse(r.Values) }), false},
		{"another commit", a, other(func(r *metrics.Report) { r.Commit = "x" }), false},
		{"a value of no row", a, other(func(r *metrics.Report) { r.Values[5].Value = 9 }), false},
		{"another model", a, other(func(r *metrics.Report) { r.Model = "gbm-8" }), true},
		{"other data", a, other(func(r *metrics.Report) { r.Dataset = "usage@2026-02" }), true},
		{"noise unknown", a, with(f1(0.5001, 0)), true},
		{"within noise of both", with(f1(0.50, 0.01)), with(f1(0.528, 0.01)), false},
		{"beyond noise of both", with(f1(0.50, 0.01)), with(f1(0.529, 0.01)), true},
		{"within noise of one", with(f1(0.50, 0.01)), with(f1(0.52, 0)), false},
		{"beyond noise of one", a, with(f1(0.521, 0.01)), true},
		{"another verdict within noise", with(f1(0.401, 0.01)), with(f1(0.399, 0.01)), true},
		{"a row without a value", a, other(func(r *metrics.Report) { r.Values = append(r.Values[:3], r.Values[4:]...) }), true},
		{"another slice that was not measured", other(func(r *metrics.Report) { r.NotMeasured = []string{"recall region=islet"} }), other(func(r *metrics.Report) { r.NotMeasured = []string{"recall region=isle"} }), true},
		{"a row that was not measured", a, other(func(r *metrics.Report) { r.NotMeasured = []string{"recall region=isle"} }), true},
		{"a slice more", a, other(func(r *metrics.Report) { r.Values = append(r.Values, on("recall", "region", "isle", 0.42, 50)) }), true},
		{"a slice moved, the gap did not", a, other(func(r *metrics.Report) { r.Values[2].Value = 0.43 }), true},
		{"a relative target's value", a, other(func(r *metrics.Report) { r.Values[4].Value = 0.6 }), true},
	} {
		if got := metrics.Differs(c.a, c.b, rows); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
		if got := metrics.Differs(c.b, c.a, rows); got != c.want {
			t.Errorf("%s, the other way round: %v", c.name, got)
		}
	}
}

func TestReadings(t *testing.T) {
	psi := row(t, "psi_score", "guardrail", "<= 0.20", "", "", "monitor")
	at := func(day int) time.Time { return time.Date(2026, 3, day, 6, 0, 0, 0, time.UTC) }
	monitor := func(day int, values ...metrics.Value) metrics.Dated {
		return metrics.Dated{At: at(day), Report: metrics.Report{Source: metrics.Monitor, Values: values}}
	}
	reports := []metrics.Dated{monitor(11, all("psi_score", 0.33)), monitor(12, all("score_latency_p95", 99)), monitor(5, all("psi_score", 0.18)), monitor(13, all("psi_score", math.NaN())),
		{At: at(14), Report: ciReport(all("psi_score", 0.01))}}
	want := []metrics.Reading{{At: at(5), Value: 0.18}, {At: at(11), Value: 0.33}}
	if d := cmp.Diff(want, metrics.Readings(psi, reports)); d != "" {
		t.Error(d)
	}
	latency := row(t, "score_latency_p95", "guardrail", "<= 120", "ms", "", "monitor")
	silent := row(t, "drift", "guardrail", "<= 1", "", "", "monitor")
	latest := map[string]metrics.Reading{"psi_score": want[1], "score_latency_p95": {At: at(12), Value: 99}}
	if d := cmp.Diff(latest, metrics.Latest([]metrics.Row{psi, latency, silent}, reports)); d != "" {
		t.Error(d)
	}
	every := row(t, "recall", "guardrail", ">= baseline", "", "region=*", "monitor")
	if got := metrics.Readings(every, []metrics.Dated{monitor(1, regions(0.5, 0.4, 0.6)...)}); len(got) != 1 || got[0].Slice != "south" {
		t.Errorf("%+v", got)
	}
}

func TestOrderMakesNoDifference(t *testing.T) {
	table := read(t, example, metrics.Options{})
	values := append(regions(0.45, 0.34, 0.44), on("precision", "segment", "new", 0.7, 40), on("precision", "segment", "old", 0.7, 40), all("recall_top_decile", 0.4))
	baseline := ciReport(values...)
	want := metrics.Judge(table.Rows, ciReport(values...), &baseline, 15)
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		shuffled := slices.Clone(values)
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if d := cmp.Diff(want, metrics.Judge(table.Rows, ciReport(shuffled...), &baseline, 15)); d != "" {
			t.Fatal(d)
		}
	}
}

func FuzzJudge(f *testing.F) {
	f.Add("<= 0.08", "gap(region)", "guardrail", 0.45, 0.34, 0.4, 100, 15)
	f.Add(">= baseline - 2%", "region=*", "goal", 0.45, math.NaN(), -1.0, 0, 0)
	f.Add("0..0.20", "", "watch", math.Inf(-1), 1e308, math.MaxFloat64, 29, 300)
	f.Fuzz(func(t *testing.T, target, slice, typ string, a, b, base float64, n, near int) {
		table, problems := metrics.ParseTable("|Metric|Class|Type|Target|Slice|Source|\n|-|-|-|-|-|-|\n|recall|model|"+typ+"|"+target+"|"+slice+"|ci|", metrics.Options{})
		if len(problems) > 0 || len(table.Rows) != 1 {
			return
		}
		row := table.Rows[0]
		report := ciReport(all("recall", a), on("recall", "region", "a", a, n), on("recall", "region", "b", b, 0))
		baseline := ciReport(all("recall", base), on("recall", "region", "a", base, n), on("recall", "region", "b", b, 0))
		found := metrics.Judge([]metrics.Row{row}, report, &baseline, near)[0]
		for _, v := range []float64{found.Value, found.Limit, found.Margin, found.StdErr, found.Baseline} {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("%+v", found)
			}
		}
		if found.Words(en) == "" || found.Words(pt) == "" || found.Brief() == "" {
			t.Fatal("no words")
		}
		if _, err := json.Marshal(found); err != nil {
			t.Fatal(err)
		}
		bad := func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }
		if row.Slice.Kind == metrics.All && bad(a) && found.Verdict.Kept() || row.Slice.Kind == metrics.Every && row.Slice.Dim == "region" && (bad(a) || bad(b)) && found.Verdict.Kept() {
			t.Fatalf("kept without a number: %+v", found)
		}
		tg := row.Target
		if found.Verdict.Kept() && !tg.Baseline {
			if tg.Op == metrics.AtMost && found.Value > tg.Value.Value || tg.Op == metrics.LessThan && found.Value >= tg.Value.Value ||
				tg.Op == metrics.AtLeast && found.Value < tg.Value.Value || tg.Op == metrics.MoreThan && found.Value <= tg.Value.Value ||
				tg.Range() && (found.Value < tg.Lo.Value || found.Value > tg.Hi.Value) {
				t.Fatalf("missed, and said to be kept: %+v", found)
			}
		}
		if found.Verdict == metrics.Watched && row.Type != metrics.Watch {
			t.Fatalf("a promise is only watched: %+v", found)
		}
	})
}
