package checks

import (
	"fmt"
	"slices"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// DevelopmentFacts is what G2 is judged on.
type DevelopmentFacts struct {
	Risk        lifecycle.Risk
	Experiments facts.Fact[[]Experiment]       // linked ones, open or closed
	Due         bool                           // the table has a goal or guardrail of source ci
	Report      facts.Fact[*Judgement]         // the newest ci report made after the last return; nil for none
	Card        facts.Fact[time.Time]          // newest merged model card; zero for none
	CardSince   time.Time                      // when G1 last passed; an older card is of an earlier round
	Deployments facts.Fact[[]DeploymentIssue]  // linked ones
	Required    []string                       // CI checks that the config requires
	Checks      facts.Fact[[]facts.CheckState] // on the report's commit; where none is due or there, on the default branch's head
	Data        facts.Fact[[]DataRequirement]
	Returns     []Return                       // since G2 last passed
	Merged      facts.Fact[[]facts.MergedPull] // of the deliverable, newest first, for renewals by merged code

	// What returns that only reopened G2 ask to be renewed before it.
	Prints    Prints
	Analysis  facts.Fact[time.Time] // newest merged analysis; zero for none
	Incidents facts.Fact[[]Incident]
}

// Experiment is an experiment linked to a deliverable.
type Experiment struct {
	Number  int
	Adopted bool
	Planned bool // hypothesis, dataset version and planned metrics are filled
}

// Judgement is a report held against the metric table.
type Judgement struct {
	ID             int64 // of the check run
	Commit         string
	At             time.Time
	Model, Dataset string
	Expired        bool     // the check run is gone; it is known from a record
	Missed         []string // goals and guardrails that are missed, in words for people
	NotReported    []string // rows without a value, in words for people
	Fault          string   // why the report cannot be read; "" when it can
}

// DeploymentIssue is an issue of kind deployment linked to a deliverable.
type DeploymentIssue struct {
	Number                                  int
	Rollback, RunningCost, OnCall, Informed bool // sections that are filled
}

// Incident is an incident linked to a deliverable, open or closed.
type Incident struct {
	Number    int
	Created   time.Time
	RootCause bool // the section is filled
}

// Development judges G2's artefacts and lists what is missing, in the order of section 2's table; what
// could not be read is listed as a gap too. The same gap stands twice where two artefacts lack the same
// thing (the report, the deployment's issue), so that waiving one leaves the other; see Distinct.
func Development(f DevelopmentFacts) []Gap {
	stands := standing{gate: lifecycle.G2, prints: f.Prints, data: f.Data, analysis: f.Analysis,
		due: f.Due, report: f.Report, incidents: f.Incidents, merged: f.Merged}
	return append(judge(developmentRules, f.Risk, f), stands.renewals(f.Returns)...)
}

// developmentRules is section 2's table of G2.
var developmentRules = []rule[DevelopmentFacts]{
	{"B1", fromStandard, func(f DevelopmentFacts) []Gap { return experimentGaps(f.Experiments) }},
	{"B2", everyProfile, func(f DevelopmentFacts) []Gap { return reportGaps(f.Due, f.Report, lastReturn(f.Returns)) }},
	{"B3", fromStandard, func(f DevelopmentFacts) []Gap { return cardGaps(f.Card, f.CardSince) }},
	{"B4", fromStandard, func(f DevelopmentFacts) []Gap {
		asked := []lifecycle.SectionKey{lifecycle.SecRollback, lifecycle.SecRunningCost, lifecycle.SecOnCall}
		return deploymentGaps(f.Deployments, asked, asked)
	}},
	{"B5", everyProfile, func(f DevelopmentFacts) []Gap { return checkGaps(f.Required, f.Checks) }},
	{"B6", everyProfile, func(f DevelopmentFacts) []Gap { return dataGaps(f.Data) }},
	{"B7", fromStandard, modelGaps},
}

// lastReturn is when it last went back; zero if it never did.
func lastReturn(returns []Return) time.Time {
	var last time.Time
	for _, r := range returns {
		if r.At.After(last) {
			last = r.At
		}
	}
	return last
}

func experimentGaps(linked facts.Fact[[]Experiment]) []Gap {
	experiments, ok := linked.Get()
	switch {
	case !ok:
		return unread(linked.Why())
	case len(experiments) == 0:
		return []Gap{{Code: GapNoExperiment}}
	case slices.ContainsFunc(experiments, func(e Experiment) bool { return e.Adopted }):
		return nil
	}
	var numbers []int
	for _, e := range experiments {
		numbers = append(numbers, e.Number)
	}
	return numbered(GapNotAdopted, numbers)
}

// reportGaps judges the metric report, which must have been made after since (zero for whenever).
// Where the table has nothing that a report could measure, there is nothing to ask for.
func reportGaps(due bool, newest facts.Fact[*Judgement], since time.Time) []Gap {
	if !due {
		return nil
	}
	if none := noReport(newest, since); none != nil {
		return none
	}
	report, _ := newest.Get()
	return append(worded(GapMissed, report.Missed), worded(GapNotReported, report.NotReported)...)
}

// noReport says why there is no report to judge; nil when there is one.
func noReport(newest facts.Fact[*Judgement], since time.Time) []Gap {
	report, ok := newest.Get()
	switch {
	case !ok:
		return unread(newest.Why())
	case !since.IsZero() && (report == nil || !report.At.After(since)):
		return []Gap{{Code: GapNewReport}}
	case report == nil:
		return []Gap{{Code: GapNoReport}}
	case report.Expired:
		return worded(GapReportExpired, []string{shortCommit(report.Commit)})
	case report.Fault != "":
		return worded(GapReportFault, []string{report.Fault})
	}
	return nil
}

// shortCommit shortens a commit's SHA as GitHub shows it.
func shortCommit(sha string) string { return sha[:min(len(sha), 7)] }

// modelGaps asks the report which model is ready.
func modelGaps(f DevelopmentFacts) []Gap {
	if !f.Due {
		return nil
	}
	if none := noReport(f.Report, lastReturn(f.Returns)); none != nil {
		return none
	}
	report, _ := f.Report.Get()
	gaps := unless(report.Model != "", GapModelUnnamed)
	gaps = append(gaps, unless(report.Commit != "", GapCommitUnnamed)...)
	return append(gaps, unless(report.Dataset != "", GapDatasetUnnamed)...)
}

func cardGaps(card facts.Fact[time.Time], since time.Time) []Gap {
	if gaps := mergedGaps(card, GapNoCard); gaps != nil {
		return gaps
	}
	merged, _ := card.Get()
	return unless(merged.After(since), GapOldCard)
}

// deploymentGaps asks for a linked deployment whose asked sections are filled. Of several, the one with
// the most of the gate's sections filled counts, the newest of equals.
func deploymentGaps(linked facts.Fact[[]DeploymentIssue], ofGate, asked []lifecycle.SectionKey) []Gap {
	deployments, ok := linked.Get()
	switch {
	case !ok:
		return unread(linked.Why())
	case len(deployments) == 0:
		return []Gap{{Code: GapNoDeployment}}
	}
	best := slices.MaxFunc(deployments, func(a, b DeploymentIssue) int {
		if d := len(b.empty(ofGate)) - len(a.empty(ofGate)); d != 0 {
			return d
		}
		return a.Number - b.Number
	})
	if empty := best.empty(asked); len(empty) > 0 {
		return []Gap{{Code: GapDeploymentOpen, Numbers: []int{best.Number}, Sections: empty}}
	}
	return nil
}

// empty lists the asked sections that are empty, in the order asked.
func (d DeploymentIssue) empty(asked []lifecycle.SectionKey) []lifecycle.SectionKey {
	filled := map[lifecycle.SectionKey]bool{lifecycle.SecRollback: d.Rollback, lifecycle.SecRunningCost: d.RunningCost,
		lifecycle.SecOnCall: d.OnCall, lifecycle.SecInformed: d.Informed}
	var empty []lifecycle.SectionKey
	for _, s := range asked {
		if !filled[s] {
			empty = append(empty, s)
		}
	}
	return empty
}

// checkGaps asks that each required check ran and ended well, as often as it ran under that name.
func checkGaps(required []string, ran facts.Fact[[]facts.CheckState]) []Gap {
	if len(required) == 0 {
		return nil
	}
	states, ok := ran.Get()
	if !ok {
		return unread(ran.Why())
	}
	var missing, red []string
	for _, name := range required {
		if !slices.ContainsFunc(states, func(s facts.CheckState) bool { return s.Name == name }) {
			missing = append(missing, name)
		}
		for _, s := range states {
			if s.Name == name && !s.Green {
				red = append(red, fmt.Sprintf("%s (%s)", s.Name, s.State))
			}
		}
	}
	return append(worded(GapCheckMissing, missing), worded(GapCheckRed, red)...)
}

// worded is the gap that tells the texts; none without any.
func worded(code GapCode, texts []string) []Gap {
	if len(texts) == 0 {
		return nil
	}
	return []Gap{{Code: code, Texts: texts}}
}

// numbered is the gap that names the issues; none without any.
func numbered(code GapCode, numbers []int) []Gap {
	if len(numbers) == 0 {
		return nil
	}
	return []Gap{{Code: code, Numbers: numbers}}
}
