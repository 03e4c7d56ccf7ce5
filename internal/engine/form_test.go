package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

const deliverableBody = `### Parent

#2

### Context of the problem

Postpaid customers leave.

### Added value

Fewer leave.

### Business requirements

Weekly, before Monday.

### Key metrics

| Metric | Class | Type | Target | Unit | Slice | Source | Owner |
|---|---|---|---|---|---|---|---|
| recall_top_decile | model | goal | >= 0.40 | ratio | all | ci | @sara-ds |
| recall | model | guardrail | <= 0.08 | ratio | gap(region) | ci | @rui-sme |
| saved_customers | business | goal | >= 1500 | customers/month | all | manual | @helena-bs |

### Data processing

Joined by customer.

### Data requirements

#5, and #8 again

### Budget

40000 BRL/month requested

### Risk

high

### Who can stop or override it, and how

_No response_
`

func read(body string) engine.Form {
	return engine.ReadForm(lifecycle.Deliverable, body, "acme/churn", "sara-ds", lifecycle.English)
}

func TestReadForm(t *testing.T) {
	f := read(deliverableBody)
	if f.Parent != 2 || !slices.Equal(f.Linked("acme/churn"), []int{5, 8}) || f.Risk(lifecycle.Standard) != lifecycle.High {
		t.Errorf("parent %d, data %v, risk %s", f.Parent, f.Linked("acme/churn"), f.Risk(lifecycle.Standard))
	}
	d := f.Design()
	if d.BusinessGoals != 1 || d.ModelGoals != 1 || d.Guardrails != 1 || d.Slices != 1 || len(d.MetricErrors) > 0 {
		t.Errorf("metrics: %+v", d)
	}
	if !d.Filled[lifecycle.SecBudget] || d.Filled[lifecycle.SecOversight] {
		t.Errorf("filled: %v", d.Filled)
	}
	if s := f.Short(lifecycle.English); s.Budget != "40000 BRL/month requested" || len(s.Goals) != 2 || !strings.Contains(s.Goals[0], "at least 0.40") {
		t.Errorf("short: %+v", s)
	}
}

// Row 2 of the scenario.
func TestAMetricErrorNamesTheCellAndWhatWouldBeRight(t *testing.T) {
	body := "### Key metrics\n\n| Metric | Target | Unit |\n|---|---|---|\n| Monthly churn | about 4% | |\n"
	f := engine.ReadForm(lifecycle.Problem, body, "acme/churn", "helena-bs", lifecycle.English)
	want := `Row 1, Target "about 4%": not a target. Write "<= 4" and put "%" in Unit.`
	if len(f.Problems) != 1 || f.Problems[0].Error() != want {
		t.Errorf("got %v, want %s", f.Problems, want)
	}
}

func TestPrintsChangeWithWhatTheyGuardAndWithNothingElse(t *testing.T) {
	problem := engine.ReadForm(lifecycle.Problem, "### What is the bigger problem?\n\nChurn\n", "acme/churn", "helena-bs", lifecycle.English)
	data := []engine.LinkedData{{Number: 5, Text: "usage"}}
	was := read(deliverableBody).Prints(data, problem)
	for _, c := range []struct {
		name, old, new string
		want           []checks.Item
	}{
		{"a target", ">= 0.40", ">= 0.45", []checks.Item{checks.ItemMetrics}},
		{"a cell that cannot be read", ">= 0.40", "about 40", []checks.Item{checks.ItemMetrics}},
		{"the budget", "40000", "60000", []checks.Item{checks.ItemBudget}},
		{"added value", "Fewer leave.", "Many fewer leave.", []checks.Item{checks.ItemContext}},
		{"data processing", "by customer", "by contract", []checks.Item{checks.ItemProcessing}},
		{"white space and formatting", "Fewer leave.", "**Fewer**\nleave.", nil},
		{"a row taken out", "| saved_customers | business | goal | >= 1500 | customers/month | all | manual | @helena-bs |\n", "", []checks.Item{checks.ItemMetrics}},
		{"the risk", "high", "low", nil},
	} {
		if !strings.Contains(deliverableBody, c.old) {
			t.Fatalf("%s: nothing to replace", c.name)
		}
		now := read(strings.Replace(deliverableBody, c.old, c.new, 1)).Prints(data, problem)
		if got := was.Changed(now); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v changed, want %v", c.name, got, c.want)
		}
	}
	now := read(deliverableBody).Prints([]engine.LinkedData{{Number: 5, Text: "tickets"}}, problem)
	if got := fmt.Sprint(was.Changed(now)); got != "[data]" {
		t.Errorf("another text of the data changed %s", got)
	}
}

func TestSupportProblemsNameTheirPeople(t *testing.T) {
	f := engine.ReadForm(lifecycle.SupportProblem, "### People involved\n\n@rui-sme @dora-de, `@nobody`\n", "acme/churn", "sara-ds", lifecycle.English)
	if got := f.SupportFact(facts.Issue{Number: 6}); got.People != 2 || got.Number != 6 {
		t.Errorf("%+v", got)
	}
}

func TestWhatProblemsAndDataSay(t *testing.T) {
	problem := engine.ReadForm(lifecycle.Problem, "### What is the bigger problem?\n\nChurn\n\n### What does solving it require?\n\n_No response_\n", "acme/churn", "helena-bs", lifecycle.English)
	if got := problem.Questions(); got != [2]bool{true, false} {
		t.Errorf("answered: %v", got)
	}
	read := func(body string) string {
		return engine.ReadForm(lifecycle.Data, body, "acme/churn", "dora-de", lifecycle.English).DataText()
	}
	const body = "### Parent\n\n#3\n\n### Period and grain\n\n24 months\n"
	if read(body) != read(strings.Replace(body, "#3", "#4", 1)) {
		t.Error("where data belongs voids its validation")
	}
	if read(body) == read(strings.Replace(body, "24", "12", 1)) {
		t.Error("another period voids nothing")
	}
	if got := engine.ReadForm(lifecycle.Data, body, "acme/churn", "x", lifecycle.English).DataWords(lifecycle.Portuguese); got != "Período e granularidade: 24 months" {
		t.Errorf("words: %q", got)
	}
	if got := engine.ReadForm(lifecycle.Deliverable, "### Risk\n\nunheard of\n", "acme/churn", "x", lifecycle.English).Risk(lifecycle.High); got != lifecycle.High {
		t.Errorf("a risk nobody knows is %s", got)
	}
}
