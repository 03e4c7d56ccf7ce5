package engine

import (
	"slices"
	"strings"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/templates"
)

// answer handles the comments that nobody answered yet, oldest first: it carries their commands out,
// and gives each comment one reaction and, where something was not counted, one reply.
func (d *desk) answer() {
	for _, e := range d.Entries {
		c := e.Comment
		if e.Record != nil || c.Own || c.Author.Bot || c.Hidden {
			continue
		}
		if c.Answer != "" {
			if d.h.Request != nil && c.Created.After(d.h.Request.At) {
				d.lapsed(e, d.awaits)
			}
			continue
		}
		if len(e.Commands) == 0 && !d.nearMiss(e) {
			continue
		}
		near := e.near()
		switch {
		case near == "":
			d.respond(e, d.carryOut(e, d.command))
		case len(e.Commands) == 0 || d.hasRole(c.Author):
			d.respond(e, e.misunderstood(d.Printer.DidYouMean(c.Author.Login, near)))
		}
	}
}

// nearMiss reports whether a comment without a command is answered all the same: a misspelt command by
// somebody with a role, or a yes or no in words by somebody who is awaited.
func (d *desk) nearMiss(e Entry) bool {
	p := e.Comment.Author
	if e.Near == "" || !d.hasRole(p) {
		return false
	}
	if !e.InWords {
		return true
	}
	if d.h.Request == nil || !e.Comment.Created.After(d.h.Request.At) {
		return false
	}
	return d.awaits(p)
}

// awaits reports whether the open request waits for the person's answer.
func (d *desk) awaits(p facts.Person) bool {
	t := checks.Count(d.question(d.h.Request.Gate, d.h.Request.Requester), d.h.Yes)
	return slices.ContainsFunc(t.Awaited, func(a checks.Awaited) bool { return a.Person.Is(p) })
}

// command carries one command out; what it returns is a reply, "" when it was carried out.
func (d *desk) command(c facts.Comment, cmd Command) string {
	refuse := func(code string) string { return d.Printer.Refused(c.Author.Login, code, cmd.Name) }
	switch cmd.Name {
	case lifecycle.Help:
		return d.Printer.Help()
	case lifecycle.Status:
		return ""
	case lifecycle.Approve:
		return d.approve(c, cmd)
	}
	if d.h.Answered[Ordered{c.ID, d.place}] && carriedOutOnce(cmd.Name) {
		return ""
	}
	if !cmd.Name.Ready() {
		return refuse("not-yet")
	}
	if !d.hasRole(c.Author) {
		return refuse("no-role")
	}
	switch cmd.Name {
	case lifecycle.Advance:
		return d.advance(c, cmd, refuse)
	case lifecycle.Return:
		return d.goBack(c, cmd, refuse)
	case lifecycle.Object:
		switch {
		case d.h.Took[Taken{c.ID, cmd.Name}]:
			return ""
		case d.h.Request == nil:
			return refuse("no-request")
		case reason(cmd) == "":
			return refuse("no-reason")
		}
		return refuse("too-early")
	case lifecycle.Withdraw:
		switch {
		case d.h.Took[Taken{c.ID, cmd.Name}]:
			return ""
		case d.h.Request == nil:
			return refuse("no-request")
		}
		return refuse("nothing-own")
	case lifecycle.Delegate:
		return refuse("not-here")
	case lifecycle.Action, lifecycle.Agenda, lifecycle.NoMetrics:
		return refuse(elsewhere(cmd))
	}
	return d.exceptional(c, cmd, refuse)
}

// refuser is the reply that says why a command was not carried out.
type refuser func(code string) string

// carriedOutOnce reports whether a command of the name leaves a record, which says that it was carried out.
func carriedOutOnce(name lifecycle.Command) bool {
	switch name {
	case lifecycle.Advance, lifecycle.Return, lifecycle.Start, lifecycle.SetRisk, lifecycle.Waive, lifecycle.Decide, lifecycle.SetTarget, lifecycle.SetBudget:
		return true
	}
	return false
}

// exceptional carries out what is no answer to a request.
func (d *desk) exceptional(c facts.Comment, cmd Command, refuse refuser) string {
	switch cmd.Name {
	case lifecycle.Start:
		return d.begin(c, cmd, refuse)
	case lifecycle.SetRisk:
		return d.changeRisk(c, cmd, refuse)
	case lifecycle.Waive:
		return d.waive(c, cmd, refuse)
	case lifecycle.Decide:
		return d.overrule(c, cmd, refuse)
	case lifecycle.SetTarget, lifecycle.SetBudget:
		return d.rewritten(c, cmd, refuse)
	case lifecycle.SetMetric:
		return d.reading(c, cmd, refuse)
	}
	return "" // `/reviewed` is read where the context's age is
}

// approve says why a yes does not count; the count itself is the fold's.
func (d *desk) approve(c facts.Comment, cmd Command) string {
	r := d.h.Request
	as, ok := AsRole(cmd.Args)
	if !ok {
		return d.Printer.Refused(c.Author.Login, "as-role", cmd.Name)
	}
	if r == nil {
		if d.passedWith(c.ID) {
			return ""
		}
		return d.Printer.NotCounted(templates.RefusalView{Login: c.Author.Login, Why: "no-request"})
	}
	q := d.question(r.Gate, r.Requester)
	why := string(checks.Refuse(q, c.Author, as))
	if _, published := r.published(c); why == "" && !published {
		why = "too-early"
	}
	if why == "" {
		return ""
	}
	v := templates.RefusalView{Login: c.Author.Login, Why: why, Mine: d.Roster.RolesOf(c.Author), Seats: q.Seats, As: as, Gate: r.Gate, Config: d.ConfigURL}
	if why == string(checks.RefusedAuthor) {
		for _, x := range d.Evidence.adopted() {
			v.Wrote = append(v.Wrote, x.Number)
		}
	}
	return d.Printer.NotCounted(v)
}

// passedWith reports whether a passed record counts the comment: it was read, and only its reaction is
// missing.
func (d *desk) passedWith(comment int64) bool {
	return slices.ContainsFunc(d.h.Passings, func(p Passing) bool {
		return slices.ContainsFunc(p.Yes, func(y RecordedYes) bool { return y.Comment == comment })
	})
}

// advance opens a request, or says what is missing.
func (d *desk) advance(c facts.Comment, cmd Command, refuse func(string) string) string {
	to, ok := lifecycle.ParsePhase(strings.TrimRight(strings.TrimSpace(cmd.Args), ".!"))
	if !ok {
		return refuse("phase")
	}
	if next, ok := d.h.Phase.Next(); !ok || next != to {
		return refuse("not-next")
	}
	gate, _ := lifecycle.GateInto(to)
	if d.h.Request != nil {
		return ""
	}
	gaps, _ := d.gaps(gate)
	if len(gaps) > 0 {
		return d.Printer.NotReady(to, gapViews(checks.Distinct(gaps)))
	}
	requester := WhoIs(c.Author)
	record := Record{Kind: Requested, Cause: c.ID, Gate: gate, From: gate.From(), To: to, Risk: d.Risk, Requester: &requester,
		Prints: d.prints(gate), Words: clipWords(d.words(gate), recordWords), Report: d.judged(gate)}
	tally := checks.Count(d.question(gate, c.Author), nil)
	view := templates.DeliverableView{Title: d.Issue.Title, Gate: gate, Risk: d.Risk, Requester: c.Author.Login, Seats: seatViews(tally), Short: d.Short,
		Waived: d.waivedViews(gate)}
	if d.Risk == lifecycle.Low && !slices.Contains(d.seats(gate), lifecycle.SubjectMatterExpert) {
		view.Told = logins(d.Roster.Of(lifecycle.SubjectMatterExpert))
	}
	d.comment(record, d.Printer.Request(view))
	return ""
}

// goBack moves the deliverable back at once.
func (d *desk) goBack(c facts.Comment, cmd Command, refuse func(string) string) string {
	args, fault := ParseReturn(cmd)
	switch {
	case fault == FaultReason:
		return refuse("no-reason")
	case fault != "":
		return refuse(string(fault))
	case args.To.Index() >= d.h.Phase.Index():
		return refuse("not-back")
	}
	from := d.h.Phase
	by := WhoIs(c.Author)
	record := Record{Kind: Returned, Cause: c.ID, From: from, To: args.To, Why: args.Cause, Reason: args.Reason, Requester: &by, Prints: d.Design.Now}
	view := templates.ReturnedRecord{Title: d.Issue.Title, ReturnView: templates.ReturnView{From: from, To: args.To, Cause: args.Cause, Reason: args.Reason, By: c.Author.Login, At: c.Created}}
	next, _ := args.To.Next()
	gate, _ := lifecycle.GateInto(next)
	view.Fresh = checks.Fresh(gate, d.Risk, append(d.h.SincePassed(gate), checks.Return{Cause: args.Cause}))
	view.Mention = d.told(args.Cause, args.To, from)
	d.comment(record, d.Printer.Returned(view))
	return ""
}

// told lists who is mentioned on a return: the two throughout-roles, and the roles of its cause that have a
// seat at a gate it reopens.
func (d *desk) told(cause lifecycle.Cause, to, from lifecycle.Phase) []string {
	people := facts.Union(d.Roster.Of(lifecycle.BusinessStakeholder), d.Roster.Of(lifecycle.SubjectMatterExpert))
	for _, g := range lifecycle.Gates {
		if g.From().Index() < to.Index() || g.From().Index() >= from.Index() {
			continue
		}
		for _, role := range cause.FreshRoles() {
			if slices.Contains(lifecycle.Seats(g, lifecycle.Standard), role) {
				people = facts.Union(people, d.Roster.Of(role))
			}
		}
	}
	return logins(people)
}
