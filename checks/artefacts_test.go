package checks_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// ready is a deliverable that lacks nothing in any profile.
func ready(risk lifecycle.Risk) checks.DesignFacts {
	f := checks.DesignFacts{
		Risk: risk, Filled: map[lifecycle.SectionKey]bool{},
		Parent:        facts.Known(checks.Parent{Number: 2, Exists: true, Problem: true, Answered: true}),
		BusinessGoals: 1, ModelGoals: 1, Guardrails: 1, Slices: 1,
		Data:     facts.Known([]checks.DataRequirement{{Number: 5, Exists: true, Validated: true, At: noon}}),
		Analysis: facts.Known(noon), DesignDoc: facts.Known(noon),
		Support: facts.Known([]checks.SupportProblem{{Number: 6, People: 2}}),
		Now:     now,
	}
	for _, s := range lifecycle.Form(lifecycle.Deliverable) {
		f.Filled[s.Key] = true
	}
	return f
}

func codes(gaps []checks.Gap) string {
	var out []string
	for _, g := range gaps {
		out = append(out, fmt.Sprintf("%s:%s", g.Artefact, g.Code))
	}
	return strings.Join(out, " ")
}

// Each row takes one thing away; the profiles that ask for it must miss it, the others must not.
func TestDesignArtefacts(t *testing.T) {
	all, standard, strict := "low standard high", "standard high", "high"
	for _, c := range []struct {
		want  string
		in    string
		spoil func(*checks.DesignFacts)
	}{
		{"A1:no-parent", all, func(f *checks.DesignFacts) { f.Parent = facts.Known(checks.Parent{}) }},
		{"A1:parent-missing", all, func(f *checks.DesignFacts) { f.Parent = facts.Known(checks.Parent{Number: 9}) }},
		{"A1:parent-kind", all, func(f *checks.DesignFacts) { f.Parent = facts.Known(checks.Parent{Number: 9, Exists: true}) }},
		{"A1:parent-open", all, func(f *checks.DesignFacts) {
			f.Parent = facts.Known(checks.Parent{Number: 2, Exists: true, Problem: true})
		}},
		{"A1:unread", all, func(f *checks.DesignFacts) { f.Parent = facts.Unknown[checks.Parent]("timeout") }},
		{"A2:sections", all, func(f *checks.DesignFacts) { f.Filled[lifecycle.SecContext] = false }},
		{"A2:sections", all, func(f *checks.DesignFacts) { f.Filled[lifecycle.SecValue] = false }},
		{"A2:sections", all, func(f *checks.DesignFacts) { f.Filled[lifecycle.SecRequirements] = false }},
		{"A2:sections", all, func(f *checks.DesignFacts) { f.Filled[lifecycle.SecProcessing] = false }},
		{"A3:metric-errors", all, func(f *checks.DesignFacts) { f.MetricErrors = []string{"Row 1"} }},
		{"A3:no-business-goal", all, func(f *checks.DesignFacts) { f.BusinessGoals = 0 }},
		{"A3:no-guardrail", all, func(f *checks.DesignFacts) { f.Guardrails = 0 }},
		{"A3:no-model-goal", standard, func(f *checks.DesignFacts) { f.ModelGoals = 0 }},
		{"A4:no-data", all, func(f *checks.DesignFacts) { f.Data = facts.Known[[]checks.DataRequirement](nil) }},
		{"A4:data-missing", all, func(f *checks.DesignFacts) { f.Data = facts.Known([]checks.DataRequirement{{Number: 5}}) }},
		{"A4:data-open", all, func(f *checks.DesignFacts) {
			f.Data = facts.Known([]checks.DataRequirement{{Number: 5, Exists: true, Validated: true}, {Number: 8, Exists: true}})
		}},
		{"A4:unread", all, func(f *checks.DesignFacts) { f.Data = facts.Unknown[[]checks.DataRequirement]("403") }},
		{"A5:no-eda", standard, func(f *checks.DesignFacts) { f.Analysis = facts.Known(time.Time{}) }},
		{"A5:unread", standard, func(f *checks.DesignFacts) { f.Analysis = facts.Unknown[time.Time]("") }},
		{"A6:no-design", standard, func(f *checks.DesignFacts) { f.DesignDoc = facts.Known(time.Time{}) }},
		{"A7:no-budget", all, func(f *checks.DesignFacts) { f.Filled[lifecycle.SecBudget] = false }},
		{"A8:nobody-on-it", standard, func(f *checks.DesignFacts) {
			f.Support = facts.Known([]checks.SupportProblem{{Number: 6, People: 1}, {Number: 7}})
		}},
		{"A9:no-slice", strict, func(f *checks.DesignFacts) { f.Slices = 0 }},
		{"A10:no-oversight", strict, func(f *checks.DesignFacts) { f.Filled[lifecycle.SecOversight] = false }},
	} {
		for _, risk := range lifecycle.Risks {
			f := ready(risk)
			if got := codes(checks.Design(f)); got != "" {
				t.Fatalf("%s: complete facts miss %s", risk, got)
			}
			c.spoil(&f)
			want := ""
			if strings.Contains(c.in, string(risk)) {
				want = c.want
			}
			if got := codes(checks.Design(f)); got != want {
				t.Errorf("%s: got %q, want %q", risk, got, want)
			}
		}
	}
}

func TestAReturnAsksForItsRenewal(t *testing.T) {
	older := func(item checks.Item) checks.Prints {
		p := checks.Prints{}
		for i, v := range now {
			p[i] = v
		}
		p[item] = "before"
		return p
	}
	ret := func(cause lifecycle.Cause, prints checks.Prints) checks.Return {
		return checks.Return{Cause: cause, From: lifecycle.Development, To: lifecycle.Design, At: noon, Prints: prints}
	}
	later := noon.Add(time.Hour)
	for _, c := range []struct {
		name string
		ret  checks.Return
		data time.Time
		eda  time.Time
		want string
	}{
		{"data, nothing new", ret(lifecycle.CauseData, now), noon, noon, "renewal:renew"},
		{"data, validated again", ret(lifecycle.CauseData, now), later, noon, ""},
		{"data, newer analysis", ret(lifecycle.CauseData, now), noon, later, ""},
		{"metrics, table untouched", ret(lifecycle.CauseMetrics, older(checks.ItemBudget)), noon, noon, "renewal:renew"},
		{"metrics, table changed", ret(lifecycle.CauseMetrics, older(checks.ItemMetrics)), noon, noon, ""},
		{"problem, nothing new", ret(lifecycle.CauseProblem, now), noon, noon, "renewal:renew"},
		{"problem, a section changed", ret(lifecycle.CauseProblem, older(checks.ItemContext)), noon, noon, ""},
		{"model is renewed at the next gate", ret(lifecycle.CauseModel, now), noon, noon, ""},
	} {
		f := ready(lifecycle.Standard)
		f.Returns = []checks.Return{c.ret}
		f.Data = facts.Known([]checks.DataRequirement{{Number: 5, Exists: true, Validated: true, At: c.data}})
		f.Analysis = facts.Known(c.eda)
		if got := codes(checks.Design(f)); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestFreshSeatsAfterAReturn(t *testing.T) {
	for _, c := range []struct {
		cause lifecycle.Cause
		risk  lifecycle.Risk
		want  string
	}{
		{lifecycle.CauseData, lifecycle.Standard, "subject-matter-expert data-engineer"},
		{lifecycle.CauseMetrics, lifecycle.Standard, "business-stakeholder data-scientist"},
		{lifecycle.CauseCode, lifecycle.Standard, "subject-matter-expert"}, // no seat of its own at G1: the expert looks
		{lifecycle.CauseData, lifecycle.Low, "business-stakeholder any-technical"},
	} {
		fresh := checks.Fresh(lifecycle.G1, c.risk, []checks.Return{{Cause: c.cause}})
		if got := strings.Trim(fmt.Sprint(fresh), "[]"); got != c.want {
			t.Errorf("%s at %s risk: %s, want %s", c.cause, c.risk, got, c.want)
		}
	}
	if fresh := checks.Fresh(lifecycle.G1, lifecycle.Standard, nil); fresh != nil {
		t.Errorf("without a return %v would be fresh", fresh)
	}
}
