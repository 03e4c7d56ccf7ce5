package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/internal/metrics"
)

// allGaps judges the artefacts of a gate, waived ones included.
func (d *desk) allGaps(g lifecycle.Gate) []checks.Gap {
	switch g {
	case lifecycle.G1:
		f := d.Design
		f.Risk, f.Returns = d.Risk, d.h.SincePassed(g)
		f.Analysis, f.DesignDoc = d.Evidence.newestFile(analysisFiles), d.Evidence.newestFile(designFiles)
		return checks.Design(f)
	case lifecycle.G2:
		return append(d.tableGaps("B2"), checks.Development(d.development())...)
	case lifecycle.G3:
		return append(d.tableGaps("C3"), checks.Deployment(d.deployment())...)
	}
	return nil
}

// tableGaps keeps a gate shut while the metric table has errors: rows that cannot be read would not be
// judged.
func (d *desk) tableGaps(artefact string) []checks.Gap {
	if len(d.Design.MetricErrors) == 0 {
		return nil
	}
	return []checks.Gap{{Artefact: artefact, Code: checks.GapMetricErrors, Texts: d.Design.MetricErrors}}
}

// gaps lists what is missing for the gate, and what is missing but waived.
func (d *desk) gaps(g lifecycle.Gate) (open, waived []checks.Gap) {
	if r := d.h.Request; r != nil && r.Renewal {
		return nil, nil // what is live is confirmed, not built anew
	}
	return checks.Waive(d.allGaps(g), d.waivers())
}

// waivers are those that hold: for an open request, those that held when it was asked for; a waiver that
// ends shuts the gate at the next request.
func (d *desk) waivers() []checks.Waiver {
	at := d.Now
	if d.h.Request != nil {
		at = d.h.Request.At
	}
	var out []checks.Waiver
	for _, w := range d.h.Waivers {
		if until, err := d.endOf(w.Day); err == nil && at.Before(until) {
			out = append(out, checks.Waiver{Artefact: w.Artefact, Until: until, Day: w.Day, By: w.By, Reason: w.Reason})
		}
	}
	return out
}

// endOf is the first moment after a day, YYYY-MM-DD, in the project's zone.
func (d *desk) endOf(day string) (time.Time, error) {
	t, err := time.ParseInLocation(time.DateOnly, day, d.zone())
	return t.AddDate(0, 0, 1), err
}

func (d *desk) zone() *time.Location {
	if d.Printer.Zone == nil {
		return time.UTC
	}
	return d.Printer.Zone
}

// development is what G2 is judged on.
func (d *desk) development() checks.DevelopmentFacts {
	f := checks.DevelopmentFacts{Risk: d.Risk, Due: len(d.due(metrics.CI)) > 0, Report: d.judgement(), Card: d.Evidence.newestFile(cardFiles),
		Data: d.Design.Data, Returns: d.h.SincePassed(lifecycle.G2), Merged: d.Evidence.Merged,
		Prints: d.Design.Now, Analysis: d.Evidence.newestFile(analysisFiles), Incidents: facts.Known(d.incidentFacts())}
	var experiments []checks.Experiment
	for _, x := range d.Evidence.Experiments {
		experiments = append(experiments, x.Experiment)
	}
	f.Experiments, f.Deployments = facts.Known(experiments), facts.Known(d.Evidence.Releases)
	if p := d.h.Last(lifecycle.G1); p != nil {
		f.CardSince = p.At
	}
	if commit := d.judgedCommit(); commit != "" {
		f.Required = d.RequiredChecks
		f.Checks = d.ciChecks(commit)
	}
	return f
}

// due lists the goals and guardrails of one source: what a gate is judged on.
func (d *desk) due(s metrics.SourceKind) []metrics.Row {
	return slices.DeleteFunc(slices.Clone(d.Table.From(s)), func(r metrics.Row) bool { return r.Type == metrics.Watch })
}

// newestReport is the newest ci report on the default branch that was made after the last return; nil for
// none. A report on a commit of a pull request that was merged only later is not of the default branch:
// what was merged beside it is not in it.
func (d *desk) newestReport() *facts.Report {
	back := d.wentBack()
	merged, _ := d.Evidence.Merged.Get()
	for _, r := range d.reports(metrics.CI) {
		if !r.At.After(back) {
			continue
		}
		ofMerge := slices.ContainsFunc(merged, func(p facts.MergedPull) bool { return p.Commit == r.Commit })
		before := slices.ContainsFunc(merged, func(p facts.MergedPull) bool { return p.Merged.After(r.At) })
		if ofMerge || !before {
			return &r
		}
	}
	return nil
}

// wentBack is when the deliverable last went back; zero for never.
func (d *desk) wentBack() time.Time {
	if n := len(d.h.Returns); n > 0 {
		return d.h.Returns[n-1].At
	}
	return time.Time{}
}

// judgement holds the newest report against the table. One that GitHub deleted is known from the record of
// the open request.
func (d *desk) judgement() facts.Fact[*checks.Judgement] {
	if _, ok := d.Evidence.Reports.Get(); !ok {
		return facts.Unknown[*checks.Judgement](d.Evidence.Reports.Why())
	}
	r := d.newestReport()
	expired := false
	if r == nil && d.h.Request != nil && d.h.Request.Gate == lifecycle.G2 && d.h.Request.Report != nil {
		rec := d.h.Request.Report
		r, expired = &facts.Report{ID: rec.ID, Commit: rec.Commit, At: rec.At, Body: rec.Body}, true
	}
	if r == nil && len(d.Evidence.Faulty) > 0 && d.Evidence.Faulty[0].At.After(d.wentBack()) {
		f := d.Evidence.Faulty[0]
		return facts.Known(&checks.Judgement{ID: f.ID, Commit: f.Commit, At: f.At, Fault: f.Fault})
	}
	if r == nil {
		return facts.Known[*checks.Judgement](nil)
	}
	j := checks.Judgement{ID: r.ID, Commit: r.Commit, At: r.At, Model: r.Body.Model, Dataset: r.Body.Dataset, Expired: expired}
	for _, f := range metrics.Judge(d.due(metrics.CI), r.Body, d.baseline(), d.NearPercent) {
		switch f.Verdict {
		case metrics.Missed:
			j.Missed = append(j.Missed, f.Words(d.Printer.Lang))
		case metrics.NotReported:
			j.NotReported = append(j.NotReported, f.Row.Label(d.Printer.Lang))
		}
	}
	return facts.Known(&j)
}

// baseline is what relative targets are held against: the report that the gate last passed on; nil for none.
func (d *desk) baseline() *metrics.Report {
	if p := d.h.Last(lifecycle.G2); p != nil && p.Report != nil {
		return &p.Report.Body
	}
	return nil
}

// judgedCommit is the commit whose CI checks count: the report's, or where none is due that of the newest
// pull request; "" for none.
func (d *desk) judgedCommit() string {
	if r := d.newestReport(); r != nil {
		return r.Commit
	}
	if merged, ok := d.Evidence.Merged.Get(); ok && len(merged) > 0 {
		return merged[0].Commit
	}
	return ""
}

// deployment is what G3 is judged on.
func (d *desk) deployment() checks.DeploymentFacts {
	f := checks.DeploymentFacts{Risk: d.Risk, Workflow: d.Evidence.newestFile(workflowFiles), Deployed: d.deployed(),
		Deployments: facts.Known(d.Evidence.Releases), Returns: d.h.SincePassed(lifecycle.G3), Now: d.Now,
		Prints: d.Design.Now, Data: d.Design.Data, Analysis: d.Evidence.newestFile(analysisFiles), Due: len(d.due(metrics.CI)) > 0,
		Report: d.judgement(), Merged: d.Evidence.Merged, Incidents: facts.Known(d.incidentFacts())}
	if _, ok := d.Evidence.Reports.Get(); !ok {
		f.Monitored = facts.Unknown[[]checks.MonitorRow](d.Evidence.Reports.Why())
		return f
	}
	var rows []checks.MonitorRow
	for _, row := range d.Table.From(metrics.Monitor) {
		rows = append(rows, checks.MonitorRow{Label: row.Label(d.Printer.Lang), Owner: d.owned(row), Last: d.lastReading(row)})
	}
	f.Monitored = facts.Known(rows)
	return f
}

// owned reports whether somebody of the team answers for the row.
func (d *desk) owned(row metrics.Row) bool { return len(d.owners(row)) > 0 }

// owners are the people of the team who answer for a row.
func (d *desk) owners(row metrics.Row) []facts.Person {
	if row.Owner.Role != "" {
		return d.Roster.Of(row.Owner.Role)
	}
	if p, ok := d.Roster.Find(row.Owner.Login); ok {
		return []facts.Person{p}
	}
	return nil
}

// deployed holds the newest deployment after G2 against what the gate passed on.
func (d *desk) deployed() facts.Fact[checks.Deployed] {
	if _, ok := d.Evidence.Deployments.Get(); !ok {
		return facts.Unknown[checks.Deployed](d.Evidence.Deployments.Why())
	}
	passed := d.ready()
	last := d.lastDeployment()
	if last == nil || !last.Succeeded.After(passed.at) {
		return facts.Known(checks.Deployed{})
	}
	out := checks.Deployed{At: last.Succeeded, Contains: true}
	if passed.commit == "" || passed.commit == last.Commit {
		return facts.Known(out)
	}
	fact := d.compared(facts.Span{Base: passed.commit, Head: last.Commit})
	c, ok := fact.Get()
	switch {
	case !ok:
		return facts.Unknown[checks.Deployed](fact.Why())
	case !c.Contains:
		out.Contains = false
		return facts.Known(out)
	case !c.Complete:
		return facts.Unknown[checks.Deployed](d.Printer.TooManyFiles(last.Commit))
	}
	for _, path := range c.Files {
		if d.NeedsReport != nil && d.NeedsReport(path) {
			out.Changed = append(out.Changed, path)
		}
	}
	return facts.Known(out)
}

// readiness is what was found ready to be deployed: since when, and the commit, "" where none is named.
type readiness struct {
	at     time.Time
	commit string
}

// ready is what G2 last passed on; work that began later is ready since then.
func (d *desk) ready() readiness {
	if p := d.h.Last(lifecycle.G2); p != nil {
		r := readiness{at: p.At}
		if p.Report != nil {
			r.commit = p.Report.Commit
		}
		return r
	}
	if d.h.Began != nil {
		return readiness{at: d.h.Began.At}
	}
	return readiness{at: endOfTime}
}

// compared is what lies between two commits; what was not asked for yet is noted.
func (d *desk) compared(s facts.Span) facts.Fact[facts.Comparison] {
	fact, asked := d.Evidence.Compared[s]
	if !asked && !slices.Contains(d.lack.Compare, s) {
		d.lack.Compare = append(d.lack.Compare, s)
	}
	return fact
}

// ciChecks are the CI checks on a commit, where the config requires some; noted likewise.
func (d *desk) ciChecks(commit string) facts.Fact[[]facts.CheckState] {
	fact, asked := d.Evidence.Checks[commit]
	if !asked && len(d.RequiredChecks) > 0 && !slices.Contains(d.lack.Checks, commit) {
		d.lack.Checks = append(d.lack.Checks, commit)
	}
	return fact
}

// lacks lists the commits that must be compared or whose checks must be read before the deliverable can
// be judged: those that judging it asks for.
func (c Case) lacks() Lack {
	d := sitDown(c)
	d.lack.Compare = slices.Clone(c.Evidence.wanted)
	d.decide()
	return d.lack
}

// effective is the report that a yes at G2 is bound to: the one the request was opened on, until a newer
// one differs from it (rule 8); nil for none.
func (d *desk) effective() *RecordedReport {
	var e *RecordedReport
	switch p := d.h.Last(lifecycle.G2); {
	case d.h.Request != nil && d.h.Request.Gate == lifecycle.G2:
		e = d.h.Request.Report
	case p != nil:
		e = p.Report
	}
	rows := d.due(metrics.CI)
	for _, r := range slices.Backward(d.reports(metrics.CI)) {
		if e != nil && (!r.At.After(e.At) || r.ID == e.ID) {
			continue
		}
		newest := d.newestReport()
		if newest == nil || r.At.After(newest.At) {
			continue // not of the default branch
		}
		if e == nil || metrics.Differs(e.Body, r.Body, rows) {
			e = &RecordedReport{ID: r.ID, Commit: r.Commit, At: r.At, Body: r.Body}
		}
	}
	return e
}

// judged is the report a record of a step keeps: the newest one, that is judged. nil at steps that look at
// none.
func (d *desk) judged(g lifecycle.Gate) *RecordedReport {
	if g != lifecycle.G2 {
		return nil
	}
	if r := d.newestReport(); r != nil {
		return &RecordedReport{ID: r.ID, Commit: r.Commit, At: r.At, Body: r.Body}
	}
	if d.h.Request != nil {
		return d.h.Request.Report
	}
	return nil
}

// prints are the fingerprints of what a request at the gate publishes.
func (d *desk) prints(g lifecycle.Gate) checks.Prints {
	all := checks.Prints{}
	for item, print := range d.Design.Now {
		all[item] = print
	}
	out := checks.Prints{}
	for _, item := range checks.ItemsAt(g) {
		if print, ok := d.printOf(item, all); ok {
			out[item] = print
		}
	}
	return out
}

// printOf is the fingerprint of one item as it stands now.
func (d *desk) printOf(item checks.Item, base checks.Prints) (string, bool) {
	switch item {
	case checks.ItemExperiment:
		var parts []string
		for _, x := range d.Evidence.adopted() {
			parts = append(parts, x.print)
		}
		return fingerprint("adopted", parts), true
	case checks.ItemReport:
		if e := d.effective(); e != nil {
			return fingerprint("report", e.Body.Model, e.Body.Dataset, e.Body.Values), true
		}
		return fingerprint("report"), true
	case checks.ItemCode:
		return d.printOfMerged(codeFiles), true
	case checks.ItemInfra:
		return d.printOfMerged(infraFiles), true
	case checks.ItemMonitoring:
		return d.printOfMerged(monitoringFiles), true
	}
	print, ok := base[item]
	return print, ok
}

// printOfMerged is the fingerprint of the newest merged change under the globs.
func (d *desk) printOfMerged(globs []string) string {
	merged, ok := d.Evidence.Merged.Get()
	if !ok {
		return fingerprint("unread")
	}
	if p := newestPull(merged, globs); p != nil {
		return fingerprint("merged", p.Number, p.Commit)
	}
	return fingerprint("merged")
}

// words are what the items of a gate say, shortened, to show old → new later.
func (d *desk) words(g lifecycle.Gate) map[checks.Item]string {
	out := map[checks.Item]string{}
	for _, item := range checks.ItemsAt(g) {
		if text := d.wordsOf(item); text != "" {
			out[item] = markdown.Truncate(text, maxWords)
		}
	}
	return out
}

func (d *desk) wordsOf(item checks.Item) string {
	merged, _ := d.Evidence.Merged.Get()
	switch item {
	case checks.ItemExperiment:
		var parts []string
		for _, x := range d.Evidence.adopted() {
			parts = append(parts, fmt.Sprintf("#%d %s", x.Number, x.Title))
		}
		return strings.Join(parts, " · ")
	case checks.ItemReport:
		if e := d.effective(); e != nil {
			return d.reportWords(*e)
		}
		return ""
	case checks.ItemCode:
		return pullWords(newestPull(merged, codeFiles), codeFiles)
	case checks.ItemInfra:
		return pullWords(newestPull(merged, infraFiles), infraFiles)
	case checks.ItemMonitoring:
		return pullWords(newestPull(merged, monitoringFiles), monitoringFiles)
	}
	return d.Words[item]
}

// reportWords are a report's versions and values, one row after the other.
func (d *desk) reportWords(r RecordedReport) string {
	parts := []string{strings.TrimSpace(r.Body.Model + " " + r.Body.Dataset)}
	for _, f := range metrics.Judge(d.due(metrics.CI), r.Body, d.baseline(), d.NearPercent) {
		if f.Verdict != metrics.NotReported {
			parts = append(parts, f.Row.Label(d.Printer.Lang)+" "+metrics.Format(f.Value, f.Row.Unit, d.Printer.Lang))
		}
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}

// pullWords names a pull request and the files of it that matter.
func pullWords(p *facts.MergedPull, globs []string) string {
	if p == nil {
		return ""
	}
	var files []string
	for _, f := range p.Files {
		if checks.Matches(globs, f.Path) && len(files) < maxDocs {
			files = append(files, f.Path)
		}
	}
	return fmt.Sprintf("#%d %s", p.Number, strings.Join(files, ", "))
}
