package metrics_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phasegate/phasegate/internal/metrics"
)

const sha = "0123456789abcdef0123456789abcdef01234567"

// reportOf is the text of a ci report with the metrics.
func reportOf(values ...string) string {
	return `{"schema":1,"deliverable":3,"commit":"` + sha + `","source":"ci","dataset":"usage@2026-01","model":"gbm-7",
 "metrics":[` + strings.Join(values, ",\n") + `]}`
}

func parsed(t *testing.T, text string) metrics.Report {
	t.Helper()
	r, err := metrics.ParseReport([]byte(text))
	if err != nil {
		t.Fatalf("%s\n%v", text, err)
	}
	return r
}

func TestParseReport(t *testing.T) {
	r := parsed(t, reportOf(`{"name":"recall_top_decile","value":0.43,"n":12000,"note":"unknown fields are passed over"}`,
		`{"name":"recall","slice":{"region":"south"},"value":0.37,"n":2100,"stderr":0.01}`,
		`{"name":"eval/f1,none","slice":{"region":" far  south","segment":"new"},"value":-1e-3}`))
	want := metrics.Report{Schema: 1, Deliverable: 3, Commit: sha, Source: metrics.CI, Dataset: "usage@2026-01", Model: "gbm-7",
		Values: []metrics.Value{
			{Name: "recall_top_decile", Value: 0.43, N: 12000},
			{Name: "recall", Slice: map[string]string{"region": "south"}, Value: 0.37, N: 2100, StdErr: 0.01},
			{Name: "eval/f1,none", Slice: map[string]string{"region": "far south", "segment": "new"}, Value: -0.001},
		}}
	if d := cmp.Diff(want, r); d != "" {
		t.Error(d)
	}
}

func TestWhereTheReportStands(t *testing.T) {
	bare := reportOf(`{"name":"recall","value":0.43}`)
	for _, text := range []string{
		bare, "\ufeff\n" + bare + "\n",
		"Measured on `main`.\n\n```json\n" + bare + "\n```\n\nThat is all.\n",
		"```\nnot this\n```\n````json\r\n" + bare + "\r\n````",
	} {
		if d := cmp.Diff(parsed(t, bare), parsed(t, text)); d != "" {
			t.Errorf("%q: %s", text, d)
		}
	}
}

func TestNotMeasured(t *testing.T) {
	for _, value := range []string{"null", "NaN", "-NaN", "Infinity", "-Infinity", `"nan"`, `"NaN"`, `"-inf"`, `"Infinity"`, "1e999", "-1e999"} {
		r := parsed(t, reportOf(`{"name":"bad","slice":{"region":"south"},"value":`+value+`}`, `{"name":"recall","value":0.43}`, `{"name":"a_bad","value":`+value+`}`))
		if d := cmp.Diff([]string{"a_bad", "bad region=south"}, r.NotMeasured); d != "" {
			t.Errorf("%s: %s", value, d)
		}
		if len(r.Values) != 1 || r.Values[0].Name != "recall" || r.Values[0].Value != 0.43 {
			t.Errorf("%s: values %v", value, r.Values)
		}
	}
	r := parsed(t, reportOf(`{"name":"recall","value":1,"slice":{"model":"NaN, \"Infinity"}}`))
	if got := r.Values[0].Slice["model"]; got != `NaN, "Infinity` {
		t.Errorf("words in a string became %q", got)
	}
}

func TestSeeds(t *testing.T) {
	for _, c := range []struct {
		value string
		want  metrics.Value
	}{
		{`"seeds":[0.42,0.44,0.43]`, metrics.Value{Value: 0.43, StdErr: 0.01 / math.Sqrt(3), Seeds: 3}},
		{`"seeds":[0.44,0.43,0.42]`, metrics.Value{Value: 0.43, StdErr: 0.01 / math.Sqrt(3), Seeds: 3}},
		{`"seeds":[0.42,0.44],"stderr":0.5`, metrics.Value{Value: 0.43, StdErr: 0.5, Seeds: 2}},
		{`"seeds":[0.34,0.01,0.01]`, metrics.Value{Value: 0.12, StdErr: 0.11, Seeds: 3}},
		{`"seeds":[0.42]`, metrics.Value{Value: 0.42, Seeds: 1}},
		{`"value":0.4,"seeds":[0.42,0.44]`, metrics.Value{Value: 0.4, StdErr: 0.01, Seeds: 2}},
		{`"value":0.4,"seeds":3,"stderr":0.1`, metrics.Value{Value: 0.4, StdErr: 0.1, Seeds: 3}},
		{`"seeds":[1e308,1e308]`, metrics.Value{Value: 1e308, Seeds: 2}},
		{`"value":0.4,"stderr":NaN`, metrics.Value{Value: 0.4}},
	} {
		r := parsed(t, reportOf(`{"name":"recall",`+c.value+`}`))
		c.want.Name = "recall"
		near := cmp.Comparer(func(a, b float64) bool { return a == b || a != 0.12 && math.Abs(a-b) < 1e-15 })
		if d := cmp.Diff([]metrics.Value{c.want}, r.Values, near); d != "" {
			t.Errorf("%s: %s", c.value, d)
		}
	}
	if r := parsed(t, reportOf(`{"name":"recall","seeds":[0.42,NaN,0.43]}`)); len(r.Values) != 0 || len(r.NotMeasured) != 1 {
		t.Errorf("a failed run is forgotten: %+v", r)
	}
	if r := parsed(t, reportOf(`{"name":"recall","seeds":[0.1,0.1,0.1]}`)); r.Values[0].Value != 0.1 {
		t.Errorf("the mean of three times 0.1 is %v", r.Values[0].Value)
	}
}

func TestReportsThatAreRefused(t *testing.T) {
	good := `{"name":"recall","value":0.4}`
	metric := func(m string) string { return reportOf(good, m) }
	for _, c := range []struct{ text, en, pt string }{
		{"No report.", "Report: there is no report in the text. Write the JSON alone, or in one block that begins with ```json.", "Relatório: não há relatório no texto. Escreva só o JSON, ou um bloco que comece com ```json."},
		{"```json\n{}\n```\n```json\n{}\n```", "Report: there are several blocks of JSON. Keep one.", "Relatório: há vários blocos de JSON. Deixe só um."},
		{strings.Repeat(" ", metrics.MaxReport+1), "Report: too long. Keep it under 256 KiB.", "Relatório: longo demais. Deixe com menos de 256 KiB."},
		{"{\n\"schema\":1,\n\"metrics\":[}", "Report: it cannot be read as JSON. Look at line 3 of it: quotes, commas and brackets.", "Relatório: não pode ser lido como JSON. Veja a linha 3 dele: aspas, vírgulas e chaves."},
		{strings.Replace(reportOf(good), `"schema":1,`, "", 1), `Report, schema: missing. Write "schema": 1.`, `Relatório, schema: falta. Escreva "schema": 1.`},
		{strings.Replace(reportOf(good), `"schema":1,`, `"schema":2,`, 1), `Report, schema: not a version that can be read. Write "schema": 1.`, `Relatório, schema: não é uma versão que se possa ler. Escreva "schema": 1.`},
		{strings.Replace(reportOf(good), `"deliverable":3`, `"deliverable":"3"`, 1), `Report, deliverable: not the number of an issue. Write the number of the deliverable: "deliverable": 3.`, `Relatório, deliverable: não é o número de uma issue. Escreva o número da entrega: "deliverable": 3.`},
		{strings.Replace(reportOf(good), sha, sha[:7], 1), "Report, commit: not a full commit SHA. Write the 40 digits of the commit that was measured.", "Relatório, commit: não é um SHA completo de commit. Escreva os 40 dígitos do commit que foi medido."},
		{strings.Replace(reportOf(good), `"ci"`, `"manual"`, 1), `Report, source: not a source of reports. Write "ci" or "monitor". What people measure by hand is reported with /metric.`, `Relatório, source: não é uma fonte de relatórios. Escreva "ci" ou "monitor". O que se mede à mão se informa com /medida.`},
		{strings.Replace(reportOf(good), `"gbm-7"`, `7`, 1), `Report, model: not a short text. Write it in quotes, at most 200 characters: "usage@2026-01".`, `Relatório, model: não é um texto curto. Escreva entre aspas, no máximo 200 caracteres: "usage@2026-01".`},
		{strings.Replace(reportOf(good), `"source"`, `"schema":1,"source"`, 1), "Report, schema: the field stands there twice. Keep one of the two.", "Relatório, schema: o campo aparece duas vezes. Deixe só um dos dois."},
		{metric(`{"name":"f1","value":0.1,"value":0.9}`), "Report, value: the field stands there twice. Keep one of the two.", "Relatório, value: o campo aparece duas vezes. Deixe só um dos dois."},
		{metric(`{"name":"f1"}`), `Metric 2 ("f1"), value: missing. Write a number: "value": 0.43. Write null where it could not be measured.`, `Métrica 2 ("f1"), value: falta. Escreva um número: "value": 0.43. Escreva null se não foi possível medir.`},
		{metric(`{"name":"f1","value":"0.9"}`), `Metric 2 ("f1"), value: not a number. Write a number: "value": 0.43. Write null where it could not be measured.`, `Métrica 2 ("f1"), value: não é um número. Escreva um número: "value": 0.43. Escreva null se não foi possível medir.`},
		{metric(`{"name":"f1","value":true}`), `Metric 2 ("f1"), value: not a number. Write a number: "value": 0.43. Write null where it could not be measured.`, `Métrica 2 ("f1"), value: não é um número. Escreva um número: "value": 0.43. Escreva null se não foi possível medir.`},
		{metric(`{"value":1}`), `Metric 2, name: missing. Write it as in the table, such as "recall", or the key of its source there, such as "eval/recall".`, `Métrica 2, name: falta. Escreva como na tabela, por exemplo "recall", ou a chave da fonte lá, por exemplo "eval/recall".`},
		{metric(`{"name":"f1 score","value":1}`), `Metric 2 ("f1 score"), name: not a name of a metric. Write it as in the table, such as "recall", or the key of its source there, such as "eval/recall".`, `Métrica 2 ("f1 score"), name: não é um nome de métrica. Escreva como na tabela, por exemplo "recall", ou a chave da fonte lá, por exemplo "eval/recall".`},
		{metric(`{"name":"recall","value":0.5,"slice":{}}`), `Metric 2 ("recall"): the same name and slice are there before. Keep one, or report repeated runs as "seeds": [0.42, 0.44].`, `Métrica 2 ("recall"): o mesmo nome e recorte já aparecem antes. Deixe só um, ou informe execuções repetidas como "seeds": [0.42, 0.44].`},
		{metric(`{"name":"recall","value":NaN}`), `Metric 2 ("recall"): the same name and slice are there before. Keep one, or report repeated runs as "seeds": [0.42, 0.44].`, `Métrica 2 ("recall"): o mesmo nome e recorte já aparecem antes. Deixe só um, ou informe execuções repetidas como "seeds": [0.42, 0.44].`},
		{metric(`{"name":"f1","value":1,"n":-1}`), `Metric 2 ("f1"), n: not a count. Write a whole number, zero or more: "n": 12000.`, `Métrica 2 ("f1"), n: não é uma contagem. Escreva um número inteiro, zero ou mais: "n": 12000.`},
		{metric(`{"name":"f1","value":1,"stderr":-0.1}`), `Metric 2 ("f1"), stderr: not a standard error. Write a number, zero or more: "stderr": 0.01.`, `Métrica 2 ("f1"), stderr: não é um erro padrão. Escreva um número, zero ou mais: "stderr": 0.01.`},
		{metric(`{"name":"f1","seeds":[0.1,"x"]}`), `Metric 2 ("f1"), seeds: not the results of repeated runs. Write one number for each run: "seeds": [0.42, 0.44, 0.43].`, `Métrica 2 ("f1"), seeds: não são resultados de execuções repetidas. Escreva um número por execução: "seeds": [0.42, 0.44, 0.43].`},
		{metric("7"), `Metric 2: not a metric. Write {"name": "recall", "value": 0.43}.`, `Métrica 2: não é uma métrica. Escreva {"name": "recall", "value": 0.43}.`},
	} {
		_, err := metrics.ParseReport([]byte(c.text))
		var refused *metrics.ReportError
		if !errors.As(err, &refused) {
			t.Errorf("%.200s\ntaken, or another error: %v", c.text, err)
			continue
		}
		if d := cmp.Diff([]string{c.en, c.pt}, []string{refused.Words(en), refused.Words(pt)}); d != "" {
			t.Errorf("%.200s\n%s", c.text, d)
		}
	}
}

func TestSlicesThatAreRefused(t *testing.T) {
	for _, slice := range []string{`"south"`, `{"region":7}`, `{"region":"*"}`, `{"region":""}`, `{"region":"a=b"}`, `{"my region":"x"}`, `{"":"x"}`, `{"é":"1","e\u0301":"2"}`,
		`{"region":"` + strings.Repeat("x", 100) + `"}`, `{"a":"1","b":"1","c":"1","d":"1","e":"1","f":"1","g":"1","h":"1","i":"1"}`, `[]`} {
		_, err := metrics.ParseReport([]byte(reportOf(`{"name":"recall","value":1,"slice":` + slice + `}`)))
		if err == nil || !strings.Contains(err.Error(), "slice: not a part of the data") {
			t.Errorf("%s: %v", slice, err)
		}
	}
}

func TestLimitsOfAReport(t *testing.T) {
	many := make([]string, metrics.MaxValues+1)
	for i := range many {
		many[i] = fmt.Sprintf(`{"name":"m%d","value":%d}`, i+10, i)
	}
	parsed(t, reportOf(many[1:]...))
	if _, err := metrics.ParseReport([]byte(reportOf(many...))); err == nil || !strings.Contains(err.Error(), "at most 2000") {
		t.Errorf("too many values: %v", err)
	}
	deep := `{"name":"f1","value":1,"x":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "}"
	if _, err := metrics.ParseReport([]byte(reportOf(deep))); err == nil || !strings.Contains(err.Error(), "nested too deep") {
		t.Errorf("deep nesting: %v", err)
	}
	var refused *metrics.ReportError
	if _, err := metrics.ParseReport([]byte(reportOf(strings.Split(strings.Repeat("7,", 50), ",")[:50]...))); !errors.As(err, &refused) || len(refused.Faults) != 10 {
		t.Errorf("every fault is told: %v", err)
	}
}

func FuzzParseReport(f *testing.F) {
	f.Add([]byte(reportOf(`{"name":"recall","slice":{"region":"south","a":"b, c"},"value":0.37,"n":2100,"stderr":0.01}`, `{"name":"bad","value":NaN}`, `{"name":"f1","seeds":[1,2,3]}`)))
	f.Add([]byte("```json\n" + reportOf(`{"name":"bad","slice":{"a":"x"},"value":1e999}`) + "\n```"))
	f.Add([]byte(`{"schema":1,"metrics":[{"name":"a","value":-Infinity}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := metrics.ParseReport(text)
		if err != nil {
			return
		}
		for _, v := range r.Values {
			if math.IsNaN(v.Value+v.StdErr) || math.IsInf(v.Value, 0) || math.IsInf(v.StdErr, 0) || v.StdErr < 0 || v.N < 0 || v.Seeds < 0 {
				t.Fatalf("not a measurement: %+v", v)
			}
		}
		out, err := r.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if len(out) > metrics.MaxReport {
			return // bytes that are no text were made characters
		}
		again, err := metrics.ParseReport(out)
		if err != nil {
			t.Fatalf("%s\n%v", out, err)
		}
		if d := cmp.Diff(r, again); d != "" {
			t.Fatalf("%s\n%s", out, d)
		}
	})
}
