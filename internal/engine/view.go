package engine

import (
	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/templates"
)

// view is what the sticky shows once everything decided has been done.
func (d *desk) view() templates.DeliverableView {
	v := templates.DeliverableView{Title: d.Issue.Title, Phase: d.h.Phase, Risk: d.Risk, Short: d.Short, Rebuilt: !d.rebuiltAt.IsZero(), ConfigError: d.ConfigError, ConfigProblem: d.ConfigProblem}
	if next, ok := d.h.Phase.Next(); ok {
		v.Gate, _ = lifecycle.GateInto(next)
	}
	if v.Gate == lifecycle.G1 {
		v.Gaps = gapViews(d.gaps())
	}
	if r := d.h.Request; r != nil {
		v.Asked, v.Requester, v.AskedAt = true, r.Requester.Login, r.At
		t := checks.Count(d.question(r.Gate, r.Requester), d.h.Yes)
		v.Seats, v.Needed, v.Got = seatViews(t), t.Needed, t.Got
		v.SmallTeam, v.Self, v.Lacking, v.NoThrough = t.Scaled, t.SelfReviewed, t.Short, t.NoThroughout
		for _, o := range d.objections() {
			v.Objections = append(v.Objections, templates.ObjectionView{Login: o.Person.Login, Reason: o.Reason, At: o.At})
		}
		return v
	}
	if v.Gate != "" {
		v.Returned = d.returned(v.Gate)
	}
	return v
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
			s.State = templates.AnswerUnread
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
