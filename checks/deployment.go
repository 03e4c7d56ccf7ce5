package checks

import (
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// DeploymentFacts is what G3 is judged on.
type DeploymentFacts struct {
	Risk        lifecycle.Risk
	Workflow    facts.Fact[time.Time]    // newest merged deploy workflow; zero for none
	Deployed    facts.Fact[Deployed]     // the newest successful deployment to production after G2
	Monitored   facts.Fact[[]MonitorRow] // the table's monitor rows; none where it has none
	Deployments facts.Fact[[]DeploymentIssue]
	Returns     []Return // since G3 last passed
	Now         time.Time

	// What returns that only reopened G3 ask to be renewed before it.
	Prints    Prints
	Data      facts.Fact[[]DataRequirement]
	Analysis  facts.Fact[time.Time]  // newest merged analysis; zero for none
	Due       bool                   // the table has a goal or guardrail of source ci
	Report    facts.Fact[*Judgement] // the newest ci report; nil for none
	Merged    facts.Fact[[]facts.MergedPull]
	Incidents facts.Fact[[]Incident]
}

// Deployed is a deployment to production held against what G2 passed on.
type Deployed struct {
	At       time.Time // when it succeeded; zero for none after G2
	Contains bool      // its ref contains the commit that G2 passed on; true where G2 passed without a report
	Changed  []string  // paths that need a report and changed after that commit
}

// MonitorRow is a row of the metric table that is measured in production.
type MonitorRow struct {
	Label string    // in words for people
	Owner bool      // the row names an owner
	Last  time.Time // of its newest reading; zero for none
}

// Deployment judges G3's artefacts and lists what is missing, in the order of section 2's table, as
// Development does for G2.
func Deployment(f DeploymentFacts) []Gap {
	return append(judge(deploymentRules, f.Risk, f), f.standing().renewals(f.Returns)...)
}

func (f DeploymentFacts) standing() standing {
	return standing{gate: lifecycle.G3, prints: f.Prints, data: f.Data, analysis: f.Analysis, due: f.Due,
		report: f.Report, incidents: f.Incidents, merged: f.Merged, deployed: f.Deployed}
}

// deploymentRules is section 2's table of G3.
var deploymentRules = []rule[DeploymentFacts]{
	{"C1", fromStandard, func(f DeploymentFacts) []Gap { return mergedGaps(f.Workflow, GapNoWorkflow) }},
	{"C2", everyProfile, deployedGaps},
	{"C3", everyProfile, readingGaps},
	{"C4", everyProfile, ownerGaps},
	{"C5", fromStandard, func(f DeploymentFacts) []Gap { return liveGaps(f, lifecycle.SecRollback) }},
	{"C6", fromStandard, func(f DeploymentFacts) []Gap { return liveGaps(f, lifecycle.SecInformed) }},
}

// liveGaps asks for one section of the deployment that has the most of G3's sections filled.
func liveGaps(f DeploymentFacts, asked lifecycle.SectionKey) []Gap {
	return deploymentGaps(f.Deployments, []lifecycle.SectionKey{lifecycle.SecRollback, lifecycle.SecInformed}, []lifecycle.SectionKey{asked})
}

// namedPaths is how many paths a gap names at most.
const namedPaths = 3

func deployedGaps(f DeploymentFacts) []Gap {
	d, ok := f.Deployed.Get()
	switch {
	case !ok:
		return unread(f.Deployed.Why())
	case d.At.IsZero():
		return f.notDeployed()
	case !d.Contains:
		return []Gap{{Code: GapDeployedOther}}
	}
	return worded(GapDeployedUnchecked, d.Changed[:min(len(d.Changed), namedPaths)])
}

// notDeployed says that nothing was deployed; in the words of the return, if one asks for the same.
func (f DeploymentFacts) notDeployed() []Gap {
	for _, r := range f.Returns {
		if r.Cause == lifecycle.CauseInfra && r.DueAt(lifecycle.G3) {
			return renewed(false, r)
		}
	}
	return []Gap{{Code: GapNotDeployed}}
}

// readingsHold is how long a reading from production counts as present.
const readingsHold = 7 * 24 * time.Hour

func readingGaps(f DeploymentFacts) []Gap {
	rows, ok := f.Monitored.Get()
	if !ok {
		return unread(f.Monitored.Why())
	}
	var never, old []string
	for _, r := range rows {
		switch {
		case r.Last.IsZero():
			never = append(never, r.Label)
		case r.Last.Before(f.Now.Add(-readingsHold)):
			old = append(old, r.Label)
		}
	}
	return append(worded(GapNeverMeasured, never), worded(GapMeasuredLongAgo, old)...)
}

func ownerGaps(f DeploymentFacts) []Gap {
	rows, ok := f.Monitored.Get()
	if !ok {
		return unread(f.Monitored.Why())
	}
	var without []string
	for _, r := range rows {
		if !r.Owner {
			without = append(without, r.Label)
		}
	}
	return worded(GapNoOwner, without)
}
