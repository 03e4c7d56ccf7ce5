package engine

import (
	"fmt"
	"strings"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/internal/metrics"
	"github.com/phasegate/phasegate/templates"
)

// Form is an issue form as somebody filled it in.
type Form struct {
	Kind     lifecycle.Kind
	Answers  map[lifecycle.SectionKey]string // without those that say nothing
	Parent   int                             // first issue named under Parent; 0 for none
	Metrics  metrics.Table
	Problems []metrics.Problem // of the metric table
}

// ReadForm reads an issue's body as the form of kind k. repo is "owner/name"; author owns the metric
// rows without an owner.
func ReadForm(k lifecycle.Kind, body, repo, author string, lang lifecycle.Lang) Form {
	f := Form{Kind: k, Answers: map[lifecycle.SectionKey]string{}}
	for _, s := range markdown.Sections(body, lifecycle.Titles(k)) {
		if !markdown.Empty(s.Body) {
			f.Answers[s.Key] = s.Body
		}
	}
	if refs := markdown.Refs(f.Answers[lifecycle.SecParent], repo); len(refs) > 0 {
		f.Parent = refs[0]
	}
	f.Metrics, f.Problems = metrics.ParseTable(f.Answers[lifecycle.SecMetrics], metrics.ForKind(k, lang, author))
	return f
}

// Linked lists the data requirements that a deliverable names itself.
func (f Form) Linked(repo string) []int {
	return markdown.Refs(f.Answers[lifecycle.SecDataReqs], repo)
}

// Risk is the level the form asks for; the config's default where it names none that is known.
func (f Form) Risk(standard lifecycle.Risk) lifecycle.Risk {
	if r, ok := lifecycle.ParseRisk(markdown.Plain(f.Answers[lifecycle.SecRisk])); ok {
		return r
	}
	return standard
}

// Design fills in what G1 asks of the form itself; what other issues and pull requests say is not in it.
func (f Form) Design() checks.DesignFacts {
	d := checks.DesignFacts{Filled: map[lifecycle.SectionKey]bool{}}
	for key := range f.Answers {
		d.Filled[key] = true
	}
	for _, p := range f.Problems {
		d.MetricErrors = append(d.MetricErrors, p.Error())
	}
	d.BusinessGoals = f.Metrics.Count(metrics.Business, metrics.Goal)
	d.ModelGoals = f.Metrics.Count(metrics.Model, metrics.Goal)
	d.Guardrails = len(f.Metrics.Of(metrics.Guardrail))
	d.Slices = f.Metrics.Sliced()
	return d
}

// requirementsMet reports whether the first step of design is done.
func requirementsMet(f Form) bool {
	return f.Answers[lifecycle.SecContext] != "" && f.Answers[lifecycle.SecValue] != "" && f.Answers[lifecycle.SecRequirements] != "" &&
		len(f.Problems) == 0 && len(f.Metrics.Rows) > 0
}

// Questions reports whether a bigger problem's first two questions are answered.
func (f Form) Questions() [2]bool {
	return [2]bool{f.Answers[lifecycle.SecProblem] != "", f.Answers[lifecycle.SecRequires] != ""}
}

// canonical is a section's text as it is fingerprinted: white space and formatting change nothing.
func (f Form) canonical(keys ...lifecycle.SectionKey) string {
	var b strings.Builder
	for _, k := range keys {
		fmt.Fprintf(&b, "%s\n%s\n", k, markdown.Normalize(f.Answers[k]))
	}
	return b.String()
}

// DataText is the text of a data requirement that its validation is bound to: the whole form but where
// it belongs.
func (f Form) DataText() string {
	var keys []lifecycle.SectionKey
	for _, s := range lifecycle.Form(lifecycle.Data) {
		if s.Key != lifecycle.SecParent {
			keys = append(keys, s.Key)
		}
	}
	return f.canonical(keys...)
}

// LinkedData is a data requirement by number, with its text.
type LinkedData struct {
	Number int
	Text   string
}

// Prints are the fingerprints of a deliverable: its own sections, the data requirements in the order of
// their numbers, and the bigger problem it serves.
func (f Form) Prints(data []LinkedData, problem Form) checks.Prints {
	metricText := f.Metrics.Canonical()
	if len(f.Problems) > 0 { // the canonical table leaves out what cannot be read
		metricText = markdown.Normalize(f.Answers[lifecycle.SecMetrics])
	}
	var dataText strings.Builder
	for _, d := range data {
		fmt.Fprintf(&dataText, "#%d\n%s\n", d.Number, d.Text)
	}
	return checks.Prints{
		checks.ItemMetrics:    checks.Fingerprint(metricText),
		checks.ItemBudget:     checks.Fingerprint(f.canonical(lifecycle.SecBudget)),
		checks.ItemContext:    checks.Fingerprint(f.canonical(lifecycle.SecContext, lifecycle.SecValue, lifecycle.SecRequirements)),
		checks.ItemProcessing: checks.Fingerprint(f.canonical(lifecycle.SecProcessing)),
		checks.ItemData:       checks.Fingerprint(dataText.String()),
		checks.ItemProblem:    checks.Fingerprint(problem.canonical(lifecycle.SecProblem, lifecycle.SecRequires)),
	}
}

// Short are the facts behind the question that the form itself tells.
func (f Form) Short(lang lifecycle.Lang) templates.ShortView {
	v := templates.ShortView{Problem: f.Parent, Budget: markdown.Plain(f.Answers[lifecycle.SecBudget])}
	for _, r := range f.Metrics.Of(metrics.Goal) {
		v.Goals = append(v.Goals, r.Words(lang))
	}
	for _, r := range f.Metrics.Of(metrics.Guardrail) {
		v.Limits = append(v.Limits, r.Words(lang))
	}
	return v
}

// People lists the accounts a support problem names as being on it.
func (f Form) People() []string {
	people, _ := markdown.Mentions(f.Answers[lifecycle.SecPeople])
	return people
}

// SupportFact is the support problem as G1 judges it.
func (f Form) SupportFact(i facts.Issue) checks.SupportProblem {
	return checks.SupportProblem{Number: i.Number, People: len(f.People())}
}
