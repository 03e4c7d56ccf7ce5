package engine

import (
	"fmt"
	"strings"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/metrics"
	"github.com/phasegate/phasegate/templates"
)

// view is what the sticky shows once everything decided has been done.
func (d *desk) view() templates.DeliverableView {
	v := templates.DeliverableView{Title: d.Issue.Title, Phase: d.h.Phase, Risk: d.Risk, Short: d.short(), Rebuilt: !d.rebuiltAt.IsZero(),
		ConfigError: d.ConfigError, ConfigProblem: d.ConfigProblem, Live: !d.live.IsZero(), Updated: d.updated(), Began: d.began()}
	for _, i := range d.Evidence.Incidents {
		if !i.Closed {
			v.Incidents = append(v.Incidents, templates.IncidentLine{Number: i.Number, Title: i.Title})
		}
	}
	if d.Stopped != nil {
		v.Observing, v.Stopped = true, d.Stopped(d.Evidence, d.h)
	}
	if p := d.h.Last(lifecycle.G3); p != nil && d.h.Phase == lifecycle.Monitoring {
		v.Until = p.Until
	}
	if next, ok := d.h.Phase.Next(); ok {
		v.Gate, _ = lifecycle.GateInto(next)
	}
	if r := d.h.Request; r != nil {
		d.viewRequest(&v, r)
	} else if v.Gate != "" {
		d.viewResting(&v)
	}
	return v
}

// viewRequest shows the open request.
func (d *desk) viewRequest(v *templates.DeliverableView, r *Request) {
	v.Gate, v.Asked, v.Renewal, v.Requester, v.AskedAt = r.Gate, true, r.Renewal, r.Requester.Login, r.At
	d.viewGaps(v)
	t := checks.Count(d.question(r.Gate, r.Requester), d.h.Yes)
	v.Seats, v.Needed, v.Got = seatViews(t), t.Needed, t.Got
	v.SmallTeam, v.Self, v.Lacking, v.NoThrough = t.Scaled, t.SelfReviewed, t.Short, t.NoThroughout
	for _, o := range d.objections() {
		v.Objections = append(v.Objections, templates.ObjectionView{Login: o.Person.Login, Reason: o.Reason, At: o.At})
		for i, s := range v.Seats {
			v.Seats[i].Objects = s.Objects || len(s.People) == 1 && s.People[0] == o.Person.Login
		}
	}
	for _, o := range d.h.Overruled {
		v.Overruled = append(v.Overruled, templates.OverruleView{Of: o.Objection.Person.Login, Objection: o.Objection.Reason, By: o.By, Reason: o.Reason})
	}
}

// viewResting shows what the next step lacks, and after a return whose yes stands.
func (d *desk) viewResting(v *templates.DeliverableView) {
	d.viewGaps(v)
	if v.Returned = d.returned(v.Gate); v.Returned != nil {
		v.Seats = seatViews(checks.Count(d.question(v.Gate, facts.Person{}), nil))
	}
}

func (d *desk) viewGaps(v *templates.DeliverableView) {
	open, _ := d.gaps(v.Gate)
	v.Gaps, v.Waived = gapViews(checks.Distinct(open)), d.waivedViews(v.Gate)
}

// waivedViews are what is missing for a gate and waived.
func (d *desk) waivedViews(g lifecycle.Gate) []templates.WaivedView {
	var out []templates.WaivedView
	_, waived := d.gaps(g)
	for i, view := range gapViews(waived) {
		for _, w := range d.waivers() {
			if w.Artefact == waived[i].Artefact {
				out = append(out, templates.WaivedView{Gap: view, Until: w.Day, By: w.By})
				break
			}
		}
	}
	return out
}

func (d *desk) began() *templates.BeganView {
	b := d.h.Began
	if b == nil {
		return nil
	}
	return &templates.BeganView{Title: d.Issue.Title, To: b.To, By: b.By, Reason: b.Reason}
}

// short are the facts behind the questions, with what was merged, measured and tried out.
func (d *desk) short() templates.ShortView {
	s := d.Short
	s.Docs, s.Steps = d.Evidence.docs(d.h.Phase), d.steps()
	for _, x := range d.Evidence.Experiments {
		s.Experiments = append(s.Experiments, templates.ExperimentLine{Number: x.Number, Title: x.Title, Outcome: x.outcome()})
	}
	for _, r := range d.Evidence.Releases {
		s.Release = append(s.Release, r.Number)
	}
	if r := d.newestReport(); r != nil {
		s.Measured = d.findings(metrics.CI, r.Body)
		s.MeasuredAt = strings.TrimSpace(fmt.Sprintf("%.7s %s %s", r.Commit, r.Body.Model, r.Body.Dataset))
	}
	for _, row := range d.Table.From(metrics.Monitor) {
		if all := d.measurements(row); len(all) > 0 {
			s.Measured = append(s.Measured, all[len(all)-1].finding.Words(d.Printer.Lang))
		}
	}
	s.Manual = d.manual()
	return s
}

// findings tells what a report says of the rows of its source.
func (d *desk) findings(s metrics.SourceKind, r metrics.Report) []string {
	var out []string
	for _, f := range metrics.Judge(d.Table.From(s), r, d.baseline(), d.NearPercent) {
		out = append(out, f.Words(d.Printer.Lang))
	}
	return out
}

// outcome is how the experiment stands, as it is shown.
func (t TriedOut) outcome() templates.Outcome {
	switch {
	case t.Adopted:
		return templates.Adopted
	case strings.HasPrefix(t.Outcome, "drop") || strings.HasPrefix(t.Outcome, "descart"):
		return templates.Dropped
	}
	return templates.Running
}

// returned is the newest return since the gate last passed; nil for none.
func (d *desk) returned(g lifecycle.Gate) *templates.ReturnView {
	returns := d.h.SincePassed(g)
	if len(returns) == 0 {
		return nil
	}
	last := returns[len(returns)-1]
	v := &templates.ReturnView{From: last.From, To: last.To, Cause: last.Cause, At: last.At, Fresh: checks.Fresh(g, d.Risk, returns)}
	for _, e := range d.Entries {
		if e.Comment.ID == last.Comment {
			v.By = e.Comment.Author.Login
			for _, cmd := range e.Commands {
				if args, fault := ParseReturn(cmd); cmd.Name == lifecycle.Return && fault == "" {
					v.Reason = args.Reason
				}
			}
		}
	}
	return v
}

func gapViews(gaps []checks.Gap) []templates.GapView {
	var out []templates.GapView
	for _, g := range gaps {
		v := templates.GapView{Code: string(g.Code), Numbers: g.Numbers, Sections: g.Sections, Texts: g.Texts}
		if g.Renewal != nil {
			v.Cause = g.Renewal.Cause
		}
		out = append(out, v)
	}
	return out
}

// seatViews shows a tally's seats: who answered, or who is awaited.
func seatViews(t checks.Tally) []templates.SeatView {
	var out []templates.SeatView
	for _, a := range t.Answers {
		s := templates.SeatView{Seat: a.Role, State: templates.AnswerNeeded}
		switch {
		case a.By != nil:
			s.State, s.At, s.Carried, s.AlsoFor = templates.AnswerYes, a.By.At, a.By.Carried, a.AlsoFor
			s.People, s.StandIn = []string{a.By.Person.Login}, a.Right.Via == checks.ViaStandIn
			if a.Right.Via == checks.ViaDelegation {
				s.LentBy, s.Until = a.Right.Delegation.From.Login, a.Right.Delegation.Day
			}
		case a.Vacant:
			s.State = templates.AnswerVacant
		case a.Unread != "":
			s.State, s.Unread = templates.AnswerUnread, a.Unread
		default:
			s.Asked, s.People = true, awaitedFor(t, a.Role)
			byWhatRight(&s, a.Candidates)
		}
		out = append(out, s)
	}
	return out
}

// byWhatRight says of the one person who is awaited that they stand in or act for somebody else.
func byWhatRight(s *templates.SeatView, candidates []checks.Candidate) {
	for _, c := range candidates {
		if len(s.People) != 1 || c.Person.Login != s.People[0] {
			continue
		}
		switch c.Via {
		case checks.ViaStandIn:
			s.StandIn = true
		case checks.ViaDelegation:
			s.LentBy, s.Until = c.Delegation.From.Login, c.Delegation.Day
		}
	}
}

func awaitedFor(t checks.Tally, seat lifecycle.Role) []string {
	var logins []string
	for _, w := range t.Awaited {
		for _, s := range w.Seats {
			if s == seat {
				logins = append(logins, w.Person.Login)
				break
			}
		}
	}
	return logins
}
