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
	"github.com/phasegate/phasegate/templates"
)

// IncidentIssue is an incident linked to a deliverable, open or closed.
type IncidentIssue struct {
	facts.Issue
	RootCause bool         // the section is filled
	mark      incidentMark // zero for one that a person opened
}

// incidentMark is what Phasegate notes, hidden, in an incident that it opens: which metric it is about, and
// which reports it has told of.
type incidentMark struct {
	Deliverable int     `json:"deliverable"`
	Metric      string  `json:"metric"`
	Reports     []int64 `json:"reports"` // check runs, oldest first
}

func incidentIssue(o *object) IncidentIssue {
	i := IncidentIssue{Issue: o.Issue, RootCause: o.form.Answers[lifecycle.SecRootCause] != ""}
	if !o.Own {
		return i
	}
	for _, b := range markdown.Blocks(o.Body) {
		var m incidentMark
		if b.Kind == "incident" && b.Decode(&m) == nil {
			i.mark = m
		}
	}
	return i
}

func (d *desk) incidentFacts() []checks.Incident {
	var out []checks.Incident
	for _, i := range d.Evidence.Incidents {
		out = append(out, checks.Incident{Number: i.Number, Created: i.Created, RootCause: i.RootCause})
	}
	return out
}

// measurement is what one report from production says of one row.
type measurement struct {
	report  int64
	at      time.Time
	finding metrics.Finding
}

// raise opens an incident for each limit that the newest report from production misses, and keeps those
// that are open up to date. One incident tells of one metric until it is closed.
func (d *desk) raise() {
	if d.live.IsZero() {
		return
	}
	for _, row := range d.Table.From(metrics.Monitor) {
		if row.Type != metrics.Guardrail {
			continue
		}
		if all := d.measurements(row); len(all) > 0 {
			d.raiseFor(row, all)
		}
	}
}

// measurements are a row's readings in production, oldest first.
func (d *desk) measurements(row metrics.Row) []measurement {
	var out []measurement
	for _, r := range slices.Backward(d.reports(metrics.Monitor)) {
		for _, f := range metrics.Judge([]metrics.Row{row}, r.Body, d.baseline(), d.NearPercent) {
			if f.Verdict != metrics.NotReported {
				out = append(out, measurement{r.ID, r.At, f})
			}
		}
	}
	return out
}

func (d *desk) raiseFor(row metrics.Row, all []measurement) {
	newest := all[len(all)-1]
	missed := newest.finding.Verdict == metrics.Missed
	for _, i := range d.Evidence.Incidents {
		if i.mark.Metric != row.Key() || i.mark.Deliverable != d.Issue.Number {
			continue
		}
		if !i.Closed {
			d.update(i, row, all)
			return
		}
		if slices.Contains(i.mark.Reports, newest.report) {
			return // closed since it told of that report
		}
	}
	if !missed || d.raised[row.Key()] >= newest.report {
		return
	}
	from := len(all) - 1
	for from > 0 && all[from-1].finding.Verdict == metrics.Missed {
		from--
	}
	view := d.incidentView(row, all[from:])
	block, err := markdown.EncodeBlock("incident", incidentMark{d.Issue.Number, row.Key(), reportsOf(all[from:])})
	if err != nil {
		d.fail(fmt.Errorf("encode the mark of an incident of %s: %w", d.Key, err))
		return
	}
	d.effects = append(d.effects, OpenIssue{Title: d.Printer.IncidentTitle(view), Body: d.Printer.Incident(view) + block + "\n", Labels: []string{lifecycle.Incident.Label()}})
	d.raised[row.Key()] = newest.report
}

func reportsOf(all []measurement) []int64 {
	var out []int64
	for _, m := range all {
		out = append(out, m.report)
	}
	return out
}

// update tells an open incident of the readings since: its own sections change, what people wrote stays.
func (d *desk) update(i IncidentIssue, row metrics.Row, all []measurement) {
	if slices.Contains(i.mark.Reports, all[len(all)-1].report) || len(i.mark.Reports) == 0 {
		return
	}
	from := max(0, slices.IndexFunc(all, func(m measurement) bool { return m.report >= i.mark.Reports[0] }))
	view := d.incidentView(row, all[from:])
	titles := lifecycle.Titles(lifecycle.Incident)
	body, ok := markdown.ReplaceSection(i.Body, titles, lifecycle.SecReadings, d.Printer.IncidentReadings(view))
	if !ok {
		return // somebody took the section out: there is nowhere to write
	}
	body, _ = markdown.ReplaceSection(body, titles, lifecycle.SecSeen, d.Printer.IncidentSeen(view))
	block, err := markdown.EncodeBlock("incident", incidentMark{d.Issue.Number, row.Key(), reportsOf(all[from:])})
	if err != nil {
		d.fail(fmt.Errorf("encode the mark of incident #%d: %w", i.Number, err))
		return
	}
	if body, ok = replaceMark(body, block); ok {
		d.effects = append(d.effects, EditIssue{Issue: i.Number, From: i.Body, Body: body})
	}
}

// replaceMark puts the hidden mark anew.
func replaceMark(body, block string) (string, bool) {
	const opening, closing = "<!-- phasegate:incident ", "-->"
	from := strings.LastIndex(body, opening)
	if from < 0 {
		return body, false
	}
	end := strings.Index(body[from:], closing)
	if end < 0 {
		return body, false
	}
	return body[:from] + strings.TrimSpace(block) + body[from+end+len(closing):], true
}

func (d *desk) incidentView(row metrics.Row, all []measurement) templates.IncidentView {
	lang := d.Printer.Lang
	v := templates.IncidentView{Deliverable: d.Issue.Number, Title: d.Issue.Title, Label: row.Label(lang), Target: row.Target.Words(lang) + unit(row.Unit),
		Owners: logins(d.owners(row)), Told: logins(facts.Union(d.Roster.Of(lifecycle.BusinessStakeholder), d.Roster.Of(lifecycle.SubjectMatterExpert)))}
	if len(v.Owners) == 0 {
		v.Owners = logins(d.Roster.Of(lifecycle.MLEngineer))
	}
	for _, m := range all {
		v.Readings = append(v.Readings, templates.ReadingView{At: m.at, Value: metrics.Format(m.finding.Value, row.Unit, lang), Missed: m.finding.Verdict == metrics.Missed})
	}
	return v
}

func unit(u string) string {
	if u == "" || u == "ratio" {
		return ""
	}
	return " " + u
}

func logins(people []facts.Person) []string {
	var out []string
	for _, p := range people {
		out = append(out, p.Login)
	}
	return out
}
