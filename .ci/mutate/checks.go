package main

import (
	"fmt"
	"strings"
)

// checked is a mutation of package checks, noticed by its own tests: those whose names match tests, or
// any where that is "".
func checked(rule, what, file, old, new, tests string) mutation {
	return mutation{rule: rule, what: what, file: "checks/" + file, old: old, new: new, packages: []string{"./checks"}, tests: tests}
}

// The tests that notice a mutation of a table.
const (
	artefactTests = "TestArtefact"
	guardTests    = "TestGuards"
)

// rows are the artefacts of section 2 by file, with the name of the profiles that ask for them.
var rows = []struct{ file, artefact, profiles string }{
	{"artefacts.go", "A1", "everyProfile"}, {"artefacts.go", "A2", "everyProfile"}, {"artefacts.go", "A3", "everyProfile"},
	{"artefacts.go", "A4", "everyProfile"}, {"artefacts.go", "A5", "fromStandard"}, {"artefacts.go", "A6", "fromStandard"},
	{"artefacts.go", "A7", "everyProfile"}, {"artefacts.go", "A8", "fromStandard"}, {"artefacts.go", "A9", "strictOnly"},
	{"artefacts.go", "A10", "strictOnly"},
	{"development.go", "B1", "fromStandard"}, {"development.go", "B2", "everyProfile"}, {"development.go", "B3", "fromStandard"},
	{"development.go", "B4", "fromStandard"}, {"development.go", "B5", "everyProfile"}, {"development.go", "B6", "everyProfile"},
	{"development.go", "B7", "fromStandard"},
	{"deployment.go", "C1", "fromStandard"}, {"deployment.go", "C2", "everyProfile"}, {"deployment.go", "C3", "everyProfile"},
	{"deployment.go", "C4", "everyProfile"}, {"deployment.go", "C5", "fromStandard"}, {"deployment.go", "C6", "fromStandard"},
}

// bounds are what a row's profiles are changed to: those that ask too little, and those that ask too much.
var bounds = map[string][]string{"everyProfile": {"fromStandard"}, "fromStandard": {"everyProfile", "strictOnly"}, "strictOnly": {"fromStandard"}}

// artefacts takes each row of section 2's tables out, and moves each bound of a profile by one.
func artefacts() []mutation {
	var out []mutation
	for _, r := range rows {
		row := fmt.Sprintf("{%q, %s,", r.artefact, r.profiles)
		change := func(what, profiles string) {
			out = append(out, checked("2", r.artefact+" "+what, r.file, row, strings.Replace(row, r.profiles, profiles, 1), artefactTests))
		}
		change("is asked in no profile", "nil")
		for _, other := range bounds[r.profiles] {
			change("is asked as "+other, other)
		}
	}
	return out
}

// judging takes out how the artefacts of section 2 are judged.
var judging = []mutation{
	checked("2", "what could not be read is taken for there", "artefacts.go", "return []Gap{{Code: GapUnread, Texts: []string{why}}} }", "return nil }", artefactTests),
	checked("2", "low risk asks for a goal of the model", "artefacts.go", "if f.Risk != lifecycle.Low {", "if true {", artefactTests),
	checked("2", "no experiment need be adopted", "development.go", "bool { return e.Adopted }", "bool { return true }", artefactTests),
	checked("2", "a table without rows of ci needs a report", "development.go", "if !due {", "if false {", artefactTests),
	checked("2", "and a model", "development.go", "if !f.Due {", "if false {", artefactTests),
	checked("2", "a report from before the return is enough", "development.go", "return reportGaps(f.Due, f.Report, lastReturn(f.Returns)) }", "return reportGaps(f.Due, f.Report, time.Time{}) }", artefactTests),
	checked("2", "the first return counts, not the last", "development.go", "if r.At.After(last) {", "if last.IsZero() {", artefactTests),
	checked("2", "a report that GitHub deleted is enough", "development.go", "case report.Expired:", "case false:", artefactTests),
	checked("2", "a report that cannot be read is enough", "development.go", `case report.Fault != "":`, "case false:", artefactTests),
	checked("2", "a limit may be missed", "development.go", "append(worded(GapMissed, report.Missed), worded(GapNotReported, report.NotReported)...)", "worded(GapNotReported, report.NotReported)", artefactTests),
	checked("2", "a goal need not be reported", "development.go", "append(worded(GapMissed, report.Missed), worded(GapNotReported, report.NotReported)...)", "worded(GapMissed, report.Missed)", artefactTests),
	checked("2", "the model needs no version", "development.go", `report.Model != ""`, "true", artefactTests),
	checked("2", "the model needs no commit", "development.go", `report.Commit != ""`, "true", artefactTests),
	checked("2", "the data need no version", "development.go", `report.Dataset != ""`, "true", artefactTests),
	checked("2", "a model card of an earlier round is enough", "development.go", "merged.After(since)", "merged.After(since) || true", artefactTests),
	checked("2", "one complete deployment of several is not enough", "development.go", "d := len(b.empty(ofGate)) - len(a.empty(ofGate)); d != 0", "d := 0; d != 0", artefactTests),
	checked("2", "a required check may be missing", "development.go", "append(worded(GapCheckMissing, missing), worded(GapCheckRed, red)...)", "worded(GapCheckRed, red)", artefactTests),
	checked("2", "a required check may be red", "development.go", "s.Name == name && !s.Green", "false", artefactTests),
	checked("2", "any ref may be deployed", "deployment.go", "case !d.Contains:", "case false:", artefactTests),
	checked("2", "what was not measured may be deployed", "deployment.go", "return worded(GapDeployedUnchecked, d.Changed[:min(len(d.Changed), namedPaths)])", "return nil", artefactTests),
	checked("2", "a reading holds a month", "deployment.go", "7 * 24 * time.Hour", "30 * 24 * time.Hour", artefactTests),
	checked("2", "a reading holds six days", "deployment.go", "7 * 24 * time.Hour", "6 * 24 * time.Hour", artefactTests),
	checked("2", "a waiver covers every gap", "waivers.go", "return w.Artefact == g.Artefact", "return true", ""),
	checked("2", "the renewal of the last gate needs no validator", "seats.go", "if risk == lifecycle.High {", "if false {", ""),
}

func renewed(what, old, new string) mutation {
	return checked("2", what, "goingback.go", old, new, artefactTests)
}

// renewing takes out what each cause of a return asks to be renewed.
var renewing = []mutation{
	renewed("the problem need not be renewed", "return s.rewritten(r, ItemMetrics, ItemBudget, ItemContext, ItemProcessing, ItemProblem)", "return nil"),
	renewed("the data need not be renewed", "standing.dataRenewed,", "func(standing, Return) []Gap { return nil },"),
	renewed("the metrics need not be renewed", "return s.rewritten(r, ItemMetrics) }", "return nil }"),
	renewed("the model need not be renewed", "standing.measured,", "func(standing, Return) []Gap { return nil },"),
	renewed("the code need not be renewed", "standing.codeRenewed,", "func(standing, Return) []Gap { return nil },"),
	renewed("the deployment need not be renewed", "standing.deployedAnew,", "func(standing, Return) []Gap { return nil },"),
	renewed("an incident needs no root cause", "append(s.explained(r), s.measured(r)...)", "s.measured(r)"),
	renewed("an incident needs no newer report", "append(s.explained(r), s.measured(r)...)", "s.explained(r)"),
	renewed("incidents of later count", "return i.Created.After(r.At)", "return false"),
	renewed("code of before the return counts", "m.Merged.After(r.At) &&", "true &&"),
	renewed("any file counts as code", `return strings.HasPrefix(f.Path, "serving/") ||`, "return true ||"),
	renewed("data validated before the return count", "return d.Validated && d.At.After(r.At)", "return d.Validated"),
	renewed("a renewal is due at every gate", "!r.DueAt(s.gate) ||", ""),
	checked("2", "no throughout-role looks again", "goingback.go", "if !slices.ContainsFunc(fresh, lifecycle.Role.Throughout) {", "if false {", "TestFreshSeats"),
}

func guarded(what, old, new string) mutation {
	return checked("8", what, "guard.go", old, new, guardTests)
}

// guarding takes out what each role guards, and what requests publish.
var guarding = []mutation{
	guarded("BS guards no budget", "{ItemMetrics, ItemBudget, ItemContext},", "{ItemMetrics, ItemContext},"),
	guarded("SME guards no context", "{ItemContext, ItemProcessing, ItemData},", "{ItemProcessing, ItemData},"),
	guarded("DE guards no data", "{ItemProcessing, ItemData},\n", "{ItemProcessing},\n"),
	guarded("DS guards no experiment", "{ItemMetrics, ItemExperiment, ItemReport},", "{ItemMetrics, ItemReport},"),
	guarded("DS guards no report", "{ItemMetrics, ItemExperiment, ItemReport},", "{ItemMetrics, ItemExperiment},"),
	guarded("SE guards no code", "{ItemCode},", "{},"),
	guarded("BE guards no infrastructure", "{ItemInfra},", "{},"),
	guarded("MLE guards no monitoring", "{ItemMonitoring},", "{},"),
	guarded("the validator guards only the design", "ItemData,\n\t\tItemExperiment, ItemReport, ItemCode, ItemInfra, ItemMonitoring},", "ItemData},"),
	guarded("development publishes the design only", "return append(said, ItemExperiment, ItemReport, ItemCode)", "return said"),
	guarded("deployment publishes the design only", "return append(said, ItemCode, ItemInfra, ItemMonitoring)", "return said"),
	checked("8", "an older record's yes is void", "tally.go", "now = now.of(y.Bound)", "_ = y", ""),
	checked("8", "a return asks nobody afresh", "tally.go", "if slices.Contains(q.Fresh, seat) {", "if false {", ""),
	checked("8", "an approval is for anything", "tally.go", "return y.Bound.Keeps(now, guardOf(seat, right))", "return now != nil || true", ""),
}

// seating takes out rules 3 to 7 and those of the validators.
var seating = []mutation{
	checked("3", "a delegation never ends", "seats.go", "d.Role == role && q.holds(d)", "d.Role == role", ""),
	checked("3", "anybody may lend a role", "seats.go", "&& facts.Contains(q.Roster.Of(role), d.From)", "", ""),
	checked("4", "high risk scales", "tally.go", "case c.Fixed:", "case false:", ""),
	checked("4", "one person is enough", "tally.go", "case outside && most >= 2:", "case outside:", ""),
	checked("4", "of two who did the work, one is enough", "tally.go", "c.self = true\n\t\tif most >= 2 {", "c.self = true\n\t\tif true {", ""),
	checked("4", "no outsider is looked for", "tally.go", "case !outside && len(c.outsiders(lookers)) > 0:", "case false:", ""),
	checked("4", "no outsider is needed", "tally.go", "if !c.scaled || c.self {", "if true {", ""),
	checked("4", "an outsider who answers last does not count", "tally.go", "if !c.outsiderSaidYes() {\n\t\tc.seatOutsider()", "if false {\n\t\tc.seatOutsider()", ""),
	checked("4", "neither stakeholder nor expert is needed", "tally.go", "&& !t.NoThroughout && c.outsiderSaidYes()", "&& c.outsiderSaidYes()", ""),
	checked("4", "a person fills many seats", "matching.go", "if seatOf[p] < 0 || place(seatOf[p], tried) {", "if true {", ""),
	checked("5", "the requester approves", "seats.go", "return c.Person.Is(q.Requester) })", "return false })", ""),
	checked("5", "a new yes of the requester counts as an old one", "tally.go", "|| right.Earlier && !y.Carried {", "{", ""),
	checked("5", "the requester is asked for an old yes that is void", "seats.go", "y.Person.Is(c.Person) && q.counts(y, role, c)", "y.Person.Is(c.Person)", "TestTeams"),
	checked("6", "an author is independent", "seats.go", "if slices.Contains(q.Independent, role) {", "if false {", ""),
	checked("6", "an author stands in for the independent", "seats.go", "|| independent && facts.Contains(q.Authors, c.Person) {", "|| independent && false {", ""),
	checked("7", "the ML engineer stands in twice", "seats.go", "standInFree = false", "standInFree = true", ""),
	checked("7", "somebody stands in for the expert", "seats.go", "|| !role.Technical() ||", "||", ""),
	checked("7", "the requester stands in", "seats.go", "if c.Person.Is(q.Requester) || independent", "if independent", ""),
	checked("7", "the ML engineer leaves their own seat", "seats.go", "&& len(q.holders(lifecycle.MLEngineer)) == 1 {", "&& false {", ""),
	checked("2", "who took part is a validator", "seats.go", "facts.Contains(q.Tainted, p) ||", "", ""),
	checked("2", "who wrote the evidence is a validator", "seats.go", "facts.Contains(q.Authors, p) || slices", "slices", ""),
	checked("2", "who holds a role is a validator", "seats.go", "slices.ContainsFunc(q.Roster.RolesOf(p), other) ||", "", ""),
	checked("2", "who was lent a role is a validator", "seats.go", "return d.To.Is(p) && other(d.Role) && q.holds(d)", "return false", ""),
	checked("2", "who may hold a role is a validator", "seats.go", `if q.unread(lifecycle.Validator) != "" {`, "if false {", ""),
}
