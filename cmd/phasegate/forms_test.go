package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	yaml "go.yaml.in/yaml/v4"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/metrics"
	"github.com/phasegate/phasegate/templates"
)

// webForm is an issue form as far as it says what an issue's text becomes.
type webForm struct {
	Labels []string
	Body   []webElement
}

type webElement struct {
	Type       string
	ID         string
	Attributes struct {
		Label   string
		Value   string
		Options []string
		Default *int
	}
}

// submit is the text GitHub makes of a form: for each question a heading and the answer, "_No response_"
// for none. answers are by id; a question without one keeps what it began with.
func (f webForm) submit(answers map[string]string) string {
	var parts []string
	for _, e := range f.Body {
		if e.Type == "markdown" {
			continue
		}
		text := e.Attributes.Value
		if e.Attributes.Default != nil {
			text = e.Attributes.Options[*e.Attributes.Default]
		}
		if a, ok := answers[e.ID]; ok {
			text = a
		}
		if strings.TrimSpace(text) == "" {
			text = "_No response_"
		}
		parts = append(parts, "### "+e.Attributes.Label+"\n\n"+text)
	}
	return strings.Join(parts, "\n\n")
}

// metrics are the explanation above the metric table, and the field with the table.
func (f webForm) metrics(t *testing.T) (guide string, field webElement) {
	t.Helper()
	for i, e := range f.Body {
		if e.ID == string(lifecycle.SecMetrics) && f.Body[i-1].Type == "markdown" {
			return f.Body[i-1].Attributes.Value, e
		}
	}
	t.Fatal("nothing explains the metric table")
	return "", webElement{}
}

// eachForm runs the test for every kind's form in every language.
func eachForm(t *testing.T, test func(*testing.T, lifecycle.Lang, lifecycle.Kind, webForm)) {
	for _, lang := range lifecycle.Langs {
		for i, file := range templates.IssueForms(lang) {
			k := lifecycle.Kinds[i]
			t.Run(fmt.Sprintf("%s in %s", k, lang), func(t *testing.T) {
				var f webForm
				if err := yaml.Load(file.Content, &f); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(f.Labels, []string{k.Label()}) {
					t.Fatalf("%s has the labels %v", file.Path, f.Labels)
				}
				test(t, lang, k, f)
			})
		}
	}
}

func TestEverySectionOfASubmittedFormIsFound(t *testing.T) {
	eachForm(t, func(t *testing.T, lang lifecycle.Lang, k lifecycle.Kind, f webForm) {
		answers := map[string]string{}
		for _, s := range lifecycle.Form(k) {
			answers[string(s.Key)] = "Said of " + string(s.Key) + " in #7."
		}
		read := engine.ReadForm(k, f.submit(answers), "acme/churn", "ana", lang)
		for key, want := range answers {
			if got := read.Answers[lifecycle.SectionKey(key)]; got != want {
				t.Errorf("%s: got %q, want %q", key, got, want)
			}
		}
		if want := answers[string(lifecycle.SecParent)] != ""; want && read.Parent != 7 {
			t.Errorf("parent %d, want 7", read.Parent)
		}
	})
}

// Somebody who submits a form without typing anything has said nothing but what the choices begin with.
func TestAnUntouchedFormSaysNothing(t *testing.T) {
	eachForm(t, func(t *testing.T, lang lifecycle.Lang, k lifecycle.Kind, f webForm) {
		read := engine.ReadForm(k, f.submit(nil), "acme/churn", "ana", lang)
		said := map[lifecycle.SectionKey]bool{lifecycle.SecMetrics: true, lifecycle.SecRisk: true, lifecycle.SecOutcome: true}
		for key, text := range read.Answers {
			if !said[key] {
				t.Errorf("%s seems to be answered: %q", key, text)
			}
		}
		if len(read.Metrics.Rows) > 0 {
			t.Errorf("there seem to be metrics: %v", read.Metrics.Rows)
		}
		if read.Answers[lifecycle.SecMetrics] != "" && len(read.Problems) == 0 {
			t.Error("the empty table passes for a filled one")
		}
		if k != lifecycle.Deliverable {
			return
		}
		if read.Risk(lifecycle.High) != lifecycle.Standard {
			t.Errorf("the risk is %s", read.Risk(lifecycle.High))
		}
		facts := read.Design()
		facts.Risk = lifecycle.Low
		gaps := map[checks.GapCode]bool{}
		for _, g := range checks.Design(facts) {
			gaps[g.Code] = true
		}
		for _, want := range []checks.GapCode{checks.GapSections, checks.GapMetricErrors, checks.GapNoBudget} {
			if !gaps[want] {
				t.Errorf("the gate does not miss %s: %v", want, gaps)
			}
		}
	})
}

// The example above the table is one that would be taken, and with it the table is what the gate asks for.
func TestTheExampleOfAMetricTableIsRight(t *testing.T) {
	eachForm(t, func(t *testing.T, lang lifecycle.Lang, k lifecycle.Kind, f webForm) {
		if k != lifecycle.Problem && k != lifecycle.Deliverable {
			return
		}
		guide, field := f.metrics(t)
		table, problems := metrics.ParseTable(guide, metrics.ForKind(k, lang, "ana"))
		if len(problems) > 0 || len(table.Rows) < 2 {
			t.Fatalf("%d rows, problems %v", len(table.Rows), problems)
		}
		if table.Count(metrics.Business, metrics.Goal) == 0 || table.Count("", metrics.Guardrail) == 0 ||
			k == lifecycle.Deliverable && table.Count(metrics.Model, metrics.Goal) == 0 {
			t.Errorf("the example would not pass the gate: %v", table.Rows)
		}
		// The example typed into the field, in place of its empty row, is read there as well.
		lines := strings.SplitAfter(field.Attributes.Value, "\n")
		_, rows, _ := strings.Cut(guide, lines[0]+lines[1])
		filled := f.submit(map[string]string{field.ID: lines[0] + lines[1] + rows})
		if read := engine.ReadForm(k, filled, "acme/churn", "ana", lang); len(read.Metrics.Rows) != len(table.Rows) || len(read.Problems) > 0 {
			t.Errorf("in the field the example is read as %v, %v", read.Metrics.Rows, read.Problems)
		}
	})
}

// What the guide says may be written for a target, slice and class can be written.
func TestTheGuideToMetricsKeepsItsWord(t *testing.T) {
	for lang, c := range map[lifecycle.Lang]struct{ head, row string }{
		lifecycle.English:    {"| Metric | Class | Type | Target | Unit | Slice | Source | Owner |\n|---|---|---|---|---|---|---|---|\n", "| a%d | model | %s | %s | | %s | ci | @ana |\n"},
		lifecycle.Portuguese: {"| Métrica | Classe | Tipo | Meta | Unidade | Recorte | Fonte | Responsável |\n|---|---|---|---|---|---|---|---|\n", "| a%d | modelo | %s | %s | | %s | ci | @ana |\n"},
	} {
		var f webForm
		if err := yaml.Load(templates.IssueForms(lang)[slices.Index(lifecycle.Kinds, lifecycle.Deliverable)].Content, &f); err != nil {
			t.Fatal(err)
		}
		guide, _ := f.metrics(t)
		words := codeSpans(guide)
		table, n := c.head, 0
		for _, w := range words {
			typ := in(lang, "goal", "meta")
			switch {
			case slices.Contains([]string{"up", "down", "steady", "subir", "descer", "estável"}, w):
				table, n = table+fmt.Sprintf(c.row, n, in(lang, "watch", "observar"), w, ""), n+1
			case strings.ContainsAny(w, "=<>(") && !strings.HasPrefix(w, ">") && !strings.HasPrefix(w, "<"):
				table, n = table+fmt.Sprintf(c.row, n, typ, "<= 1", w), n+1
			case strings.ContainsAny(w, "0123456789"):
				table, n = table+fmt.Sprintf(c.row, n, typ, w, ""), n+1
			}
		}
		read, problems := metrics.ParseTable(table, metrics.ForKind(lifecycle.Deliverable, lang, "ana"))
		if len(problems) > 0 || len(read.Rows) != n || n < 10 {
			t.Errorf("%s: %d of %d words of the guide are read: %v\n%s", lang, len(read.Rows), n, problems, table)
		}
	}
}

// codeSpans are the words between backticks.
func codeSpans(text string) []string {
	var words []string
	for i, w := range strings.Split(text, "`") {
		if i%2 == 1 {
			words = append(words, w)
		}
	}
	return words
}

func TestThePullRequestTemplateNamesADeliverableOnceFilledIn(t *testing.T) {
	for _, lang := range lifecycle.Langs {
		text := string(templates.PullRequest(lang).Content)
		if n := engine.NamesIn("acme/churn", text, ""); len(n.Lines)+len(n.Hints) > 0 {
			t.Errorf("%s: untouched it names %v", lang, n)
		}
		line := deliverableLine(lang)
		if n := engine.NamesIn("acme/churn", strings.Replace(text, line+"\n", line+"3\n", 1), ""); line == "" || !slices.Equal(n.Lines, []int{3}) {
			t.Errorf("%s: with 3 after %q it names %v", lang, line, n)
		}
	}
}
