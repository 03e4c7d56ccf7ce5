package checks

import (
	"slices"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// Gap says what is missing for a gate, or what could not be read.
type Gap struct {
	Artefact string // the row of section 2's tables ("A4"); for logs and tests, never for what people read
	Code     GapCode
	Numbers  []int                  // issues concerned
	Sections []lifecycle.SectionKey // sections concerned
	Texts    []string               // words of the form or of the table's errors; untrusted
	Renewal  *Return                // for GapRenew
}

// Distinct is the gaps without those that say the same as an earlier one: two artefacts may lack one
// thing, and people are told of it once. Waivers are applied before.
func Distinct(gaps []Gap) []Gap {
	var out []Gap
	for _, g := range gaps {
		if !slices.ContainsFunc(out, g.saysAs) {
			out = append(out, g)
		}
	}
	return out
}

// saysAs reports whether both are told in the same words.
func (g Gap) saysAs(h Gap) bool {
	cause := func(g Gap) lifecycle.Cause {
		if g.Renewal == nil {
			return ""
		}
		return g.Renewal.Cause
	}
	return g.Code == h.Code && cause(g) == cause(h) && slices.Equal(g.Numbers, h.Numbers) &&
		slices.Equal(g.Sections, h.Sections) && slices.Equal(g.Texts, h.Texts)
}

// GapCode says which sentence a gap is told in.
type GapCode string

// The gaps of G1.
const (
	GapNoParent       GapCode = "no-parent"      // no bigger problem is named
	GapParentMissing  GapCode = "parent-missing" // what is named does not exist
	GapParentKind     GapCode = "parent-kind"    // what is named is no bigger problem
	GapParentOpen     GapCode = "parent-open"    // its first questions are not answered
	GapSections       GapCode = "sections"       // sections are empty
	GapMetricErrors   GapCode = "metric-errors"  // the metric table has errors
	GapNoBusinessGoal GapCode = "no-business-goal"
	GapNoModelGoal    GapCode = "no-model-goal"
	GapNoGuardrail    GapCode = "no-guardrail"
	GapNoData         GapCode = "no-data"
	GapDataMissing    GapCode = "data-missing" // a linked number is no data requirement
	GapDataOpen       GapCode = "data-open"    // not validated
	GapNoAnalysis     GapCode = "no-eda"
	GapNoDesign       GapCode = "no-design"
	GapNoBudget       GapCode = "no-budget"
	GapNobodyOnIt     GapCode = "nobody-on-it" // support problems without people
	GapNoSlice        GapCode = "no-slice"
	GapNoOversight    GapCode = "no-oversight"
	GapRenew          GapCode = "renew"  // a return asked for something that was not renewed; see Gap.Renewal
	GapUnread         GapCode = "unread" // a fact could not be read; Texts says why
)

// The gaps of G2.
const (
	GapNoExperiment   GapCode = "no-experiment"   // no experiment is linked
	GapNotAdopted     GapCode = "not-adopted"     // experiments are, but none was adopted
	GapNoReport       GapCode = "no-report"       // no metric report of the default branch
	GapNewReport      GapCode = "new-report"      // none that is newer than the last return
	GapReportExpired  GapCode = "report-expired"  // GitHub deleted it; Texts is its commit, shortened
	GapReportFault    GapCode = "report-fault"    // it is no report; Texts says why
	GapMissed         GapCode = "missed"          // Texts are the goals and limits that it misses
	GapNotReported    GapCode = "not-reported"    // Texts are the rows that it has no value for
	GapNoCard         GapCode = "no-model-card"   // no model card was merged
	GapOldCard        GapCode = "old-model-card"  // it was not changed since G1 last passed
	GapNoDeployment   GapCode = "no-deployment"   // no deployment is linked
	GapDeploymentOpen GapCode = "deployment-open" // Sections of it, the issue in Numbers, are empty
	GapCheckMissing   GapCode = "check-missing"   // Texts are required checks that did not run
	GapCheckRed       GapCode = "check-red"       // Texts are required checks that are not green, and how they stand
	GapModelUnnamed   GapCode = "model-unnamed"   // the report names no version of the model
	GapDatasetUnnamed GapCode = "dataset-unnamed" // the report names no version of the data
	GapCommitUnnamed  GapCode = "commit-unnamed"  // the report names no commit
	GapNoIncident     GapCode = "no-incident"     // it came back because of an incident, and none is linked
	GapRootCause      GapCode = "no-root-cause"   // incidents in Numbers have none
)

// The gaps of G3.
const (
	GapNoWorkflow        GapCode = "no-workflow"         // no deploy workflow was merged
	GapNotDeployed       GapCode = "not-deployed"        // nothing went to production since G2 passed
	GapDeployedOther     GapCode = "deployed-other"      // what did lacks the commit that G2 passed on
	GapDeployedUnchecked GapCode = "deployed-unmeasured" // it has later changes that no report covers; Texts are up to three paths
	GapNeverMeasured     GapCode = "never-measured"      // Texts are rows without any reading
	GapMeasuredLongAgo   GapCode = "measured-long-ago"   // Texts are rows without one in the last seven days
	GapNoOwner           GapCode = "no-owner"            // Texts are rows that name no owner
)

// DesignFacts is what G1 is judged on.
type DesignFacts struct {
	Risk          lifecycle.Risk
	Parent        facts.Fact[Parent]
	Filled        map[lifecycle.SectionKey]bool
	MetricErrors  []string
	BusinessGoals int
	ModelGoals    int
	Guardrails    int
	Slices        int // rows by slice or gap
	Data          facts.Fact[[]DataRequirement]
	Analysis      facts.Fact[time.Time] // newest merged reports/eda/**; zero for none
	DesignDoc     facts.Fact[time.Time] // newest merged docs/design/**; zero for none
	Support       facts.Fact[[]SupportProblem]
	Returns       []Return // since G1 last passed
	Now           Prints
}

// Parent is the bigger problem that a deliverable names.
type Parent struct {
	Number   int // 0 for none
	Exists   bool
	Problem  bool // it is a bigger problem
	Answered bool // questions 1 and 2 are answered
}

// DataRequirement is a data requirement linked to a deliverable.
type DataRequirement struct {
	Number    int
	Exists    bool // it exists and is a data requirement
	Validated bool
	At        time.Time // of its newest validation
}

// SupportProblem is an open support problem of a deliverable.
type SupportProblem struct {
	Number int
	People int
}

// Design judges G1's artefacts and lists what is missing, in the order of section 2's table; what
// could not be read is listed as a gap too, so that the gate stays shut.
func Design(f DesignFacts) []Gap {
	stands := standing{gate: lifecycle.G1, prints: f.Now, data: f.Data, analysis: f.Analysis}
	return append(judge(designRules, f.Risk, f), stands.renewals(f.Returns)...)
}

// rule is a row of section 2's tables: an artefact, the profiles that ask for it, and what judges it.
type rule[F any] struct {
	artefact string
	profiles []lifecycle.Risk
	judge    func(F) []Gap
}

// judge lists what the profile's rules find missing, in the order of the rules.
func judge[F any](rules []rule[F], risk lifecycle.Risk, f F) []Gap {
	var gaps []Gap
	for _, r := range rules {
		if slices.Contains(r.profiles, risk) {
			gaps = append(gaps, label(r.artefact, r.judge(f))...)
		}
	}
	return gaps
}

var (
	everyProfile = lifecycle.Risks
	fromStandard = []lifecycle.Risk{lifecycle.Standard, lifecycle.High}
	strictOnly   = []lifecycle.Risk{lifecycle.High}
)

// designRules is section 2's table of G1.
var designRules = []rule[DesignFacts]{
	{"A1", everyProfile, parentGaps},
	{"A2", everyProfile, sectionGaps},
	{"A3", everyProfile, metricGaps},
	{"A4", everyProfile, func(f DesignFacts) []Gap { return dataGaps(f.Data) }},
	{"A5", fromStandard, func(f DesignFacts) []Gap { return mergedGaps(f.Analysis, GapNoAnalysis) }},
	{"A6", fromStandard, func(f DesignFacts) []Gap { return mergedGaps(f.DesignDoc, GapNoDesign) }},
	{"A7", everyProfile, func(f DesignFacts) []Gap { return filledGaps(f, lifecycle.SecBudget, GapNoBudget) }},
	{"A8", fromStandard, supportGaps},
	{"A9", strictOnly, func(f DesignFacts) []Gap { return unless(f.Slices > 0, GapNoSlice) }},
	{"A10", strictOnly, func(f DesignFacts) []Gap { return filledGaps(f, lifecycle.SecOversight, GapNoOversight) }},
}

func label(artefact string, gaps []Gap) []Gap {
	for i := range gaps {
		gaps[i].Artefact = artefact
	}
	return gaps
}

func unless(ok bool, code GapCode) []Gap {
	if ok {
		return nil
	}
	return []Gap{{Code: code}}
}

func filledGaps(f DesignFacts, s lifecycle.SectionKey, code GapCode) []Gap {
	return unless(f.Filled[s], code)
}

func unread(why string) []Gap { return []Gap{{Code: GapUnread, Texts: []string{why}}} }

func parentGaps(f DesignFacts) []Gap {
	p, ok := f.Parent.Get()
	switch {
	case !ok:
		return unread(f.Parent.Why())
	case p.Number == 0:
		return []Gap{{Code: GapNoParent}}
	case !p.Exists:
		return []Gap{{Code: GapParentMissing, Numbers: []int{p.Number}}}
	case !p.Problem:
		return []Gap{{Code: GapParentKind, Numbers: []int{p.Number}}}
	case !p.Answered:
		return []Gap{{Code: GapParentOpen, Numbers: []int{p.Number}}}
	}
	return nil
}

func sectionGaps(f DesignFacts) []Gap {
	var empty []lifecycle.SectionKey
	for _, s := range []lifecycle.SectionKey{lifecycle.SecContext, lifecycle.SecValue, lifecycle.SecRequirements, lifecycle.SecProcessing} {
		if !f.Filled[s] {
			empty = append(empty, s)
		}
	}
	if len(empty) == 0 {
		return nil
	}
	return []Gap{{Code: GapSections, Sections: empty}}
}

func metricGaps(f DesignFacts) []Gap {
	if len(f.MetricErrors) > 0 {
		return []Gap{{Code: GapMetricErrors, Texts: f.MetricErrors}}
	}
	gaps := unless(f.BusinessGoals > 0, GapNoBusinessGoal)
	if f.Risk != lifecycle.Low {
		gaps = append(gaps, unless(f.ModelGoals > 0, GapNoModelGoal)...)
	}
	return append(gaps, unless(f.Guardrails > 0, GapNoGuardrail)...)
}

func dataGaps(requirements facts.Fact[[]DataRequirement]) []Gap {
	linked, ok := requirements.Get()
	if !ok {
		return unread(requirements.Why())
	}
	if len(linked) == 0 {
		return []Gap{{Code: GapNoData}}
	}
	var missing, open []int
	for _, d := range linked {
		switch {
		case !d.Exists:
			missing = append(missing, d.Number)
		case !d.Validated:
			open = append(open, d.Number)
		}
	}
	var gaps []Gap
	if len(missing) > 0 {
		gaps = append(gaps, Gap{Code: GapDataMissing, Numbers: missing})
	}
	if len(open) > 0 {
		gaps = append(gaps, Gap{Code: GapDataOpen, Numbers: open})
	}
	return gaps
}

func mergedGaps(merged facts.Fact[time.Time], code GapCode) []Gap {
	at, ok := merged.Get()
	if !ok {
		return unread(merged.Why())
	}
	return unless(!at.IsZero(), code)
}

func supportGaps(f DesignFacts) []Gap {
	support, ok := f.Support.Get()
	if !ok {
		return unread(f.Support.Why())
	}
	var alone []int
	for _, s := range support {
		if s.People == 0 {
			alone = append(alone, s.Number)
		}
	}
	if len(alone) == 0 {
		return nil
	}
	return []Gap{{Code: GapNobodyOnIt, Numbers: alone}}
}
