package engine

import (
	"slices"
	"time"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/templates"
)

// Case is a deliverable with all that is judged about it.
type Case struct {
	Key         Key
	Now         time.Time // the project's time
	Printer     templates.Printer
	Signer      Signer
	ScaleNever  bool   // approvals: {scale: never}
	ConfigURL   string // link to the config, for replies
	ConfigError bool

	Issue        facts.Issue
	Risk         lifecycle.Risk
	Entries      []Entry // comments, oldest first
	Sticky       *facts.Comment
	Silent       []Publication // from the sticky's ledger
	Rebuilt      bool          // the sticky was changed by somebody else
	LabelChanges []facts.LabelChange

	Roster      facts.Roster
	Delegations []facts.Delegation
	Design      checks.DesignFacts // Risk and Returns are filled in by Decide
	Words       map[checks.Item]string
	Short       templates.ShortView
}

// Ledger is the hidden part of a deliverable's sticky.
type Ledger struct {
	Silent []Publication `json:"silent,omitempty"`
}

// Decide works out the writes that bring a deliverable in line with the rules, in the order in which
// they are to be made: records first, then labels, then answers, the sticky last. When nothing is to
// be done the list is empty.
func Decide(c Case) ([]Effect, error) {
	d := desk{Case: c, h: Fold(c.Entries, c.Silent), silent: slices.Clone(c.Silent)}
	d.pen = pen{key: c.Key, issue: c.Issue, now: c.Now, printer: c.Printer, signer: c.Signer, changes: c.LabelChanges, answered: d.h.Answered, explained: d.h.Explained}
	d.answer()
	d.publish()
	d.pass()
	d.labels()
	d.effects = append(d.effects, d.reactions...)
	d.putSticky(c.Sticky, c.Printer.Deliverable(d.view()), Ledger{Silent: d.silent})
	return d.effects, d.err
}

// desk is the state of one decision.
type desk struct {
	Case
	pen
	h      History
	silent []Publication
}

// question is what the open request asks, or would ask of the requester's colleagues.
func (d *desk) question(g lifecycle.Gate, requester facts.Person) checks.Question {
	q := checks.Question{
		Seats: lifecycle.Seats(g, d.Risk), Roster: d.Roster, Delegations: d.Delegations, Requester: requester,
		Fixed: d.ScaleNever || d.Risk == lifecycle.High, Now: d.Design.Now, At: d.Now, Carried: d.h.Carried(g),
	}
	q.Fresh = checks.Fresh(g, d.Risk, d.h.SincePassed(g))
	return q
}

// gaps judges the artefacts of the first gate.
func (d *desk) gaps() []checks.Gap {
	f := d.Design
	f.Risk, f.Returns = d.Risk, d.h.SincePassed(lifecycle.G1)
	return checks.Design(f)
}

// objections lists those by people with a role.
func (d *desk) objections() []Objection {
	return slices.DeleteFunc(slices.Clone(d.h.Objections), func(o Objection) bool { return !d.hasRole(o.Person) })
}

func (d *desk) hasRole(p facts.Person) bool {
	return len(d.Roster.RolesOf(p)) > 0 || slices.ContainsFunc(d.Delegations, func(l facts.Delegation) bool { return l.To.Is(p) && d.Now.Before(l.Until) })
}

// comment writes a comment with its record, and takes the record into the history at once.
func (d *desk) comment(r Record, text string) {
	if signed := d.pen.comment(r, text); signed != nil {
		d.h.record(Entry{Comment: facts.Comment{Created: d.Now, Own: true}, Record: signed})
	}
}

// publish makes a change of what an open request asks about known: by a comment to those whose yes it
// voids, or silently in the sticky's ledger.
func (d *desk) publish() {
	r := d.h.Request
	if r == nil {
		d.silent = nil
		return
	}
	last := r.Published[len(r.Published)-1].Prints
	changed := last.Changed(d.Design.Now)
	if len(changed) == 0 {
		return
	}
	again := d.voided(last)
	if len(again) == 0 {
		d.silent = append(d.silent, Publication{d.Now, d.Design.Now})
		return
	}
	var changes []templates.ChangeView
	for _, item := range changed {
		changes = append(changes, templates.ChangeView{What: string(item), New: d.Words[item]})
	}
	d.comment(Record{Kind: Voided, Gate: r.Gate, Prints: d.Design.Now, Words: d.Words}, d.Printer.Void(again, changes))
}

// voided lists the logins whose yes counted for what was published and no longer counts.
func (d *desk) voided(last checks.Prints) []string {
	q := d.question(d.h.Request.Gate, d.h.Request.Requester)
	after := checks.Count(q, d.h.Yes)
	q.Now = last
	before := checks.Count(q, d.h.Yes)
	var again []string
	for i, a := range before.Answers {
		if a.By != nil && i < len(after.Answers) && after.Answers[i].By == nil && !slices.Contains(again, a.By.Person.Login) {
			again = append(again, a.By.Person.Login)
		}
	}
	return again
}

// pass moves the deliverable when everybody said yes, nobody objects, and all that must be ready is.
func (d *desk) pass() {
	r := d.h.Request
	if r == nil || r.Gate != lifecycle.G1 || len(d.gaps()) > 0 || len(d.objections()) > 0 {
		return
	}
	t := checks.Count(d.question(r.Gate, r.Requester), d.h.Yes)
	if !t.Complete {
		return
	}
	requester := WhoIs(r.Requester)
	record := Record{Kind: Passed, Gate: r.Gate, From: r.Gate.From(), To: r.Gate.To(), Risk: d.Risk, Requester: &requester,
		Prints: d.Design.Now, Self: t.SelfReviewed, Cause: r.Comment}
	for _, a := range t.Answers {
		if a.By != nil {
			record.Yes = append(record.Yes, recordedYes(a))
		}
	}
	view := templates.PassedView{Title: d.Issue.Title, Gate: r.Gate, Seats: seatViews(t), Self: t.SelfReviewed, Needed: t.Needed, People: t.Got}
	d.comment(record, d.Printer.Passed(view))
	d.silent = nil
}

func recordedYes(a checks.Answer) RecordedYes {
	y := RecordedYes{Who: WhoIs(a.By.Person), Seat: a.Role, Role: a.Right.Role, Via: a.Right.Via, At: a.By.At,
		Comment: a.By.Comment, URL: a.By.URL, Prints: a.By.Bound, Carried: a.By.Carried, AlsoFor: a.AlsoFor}
	if a.Right.Via == checks.ViaDelegation {
		from := WhoIs(a.Right.Delegation.From)
		y.By, y.Until = &from, a.Right.Delegation.Day
	}
	return y
}

// labels brings phase, risk and gate labels in line.
func (d *desk) labels() {
	want := map[string]bool{
		lifecycle.GateRequested: d.h.Request != nil,
		lifecycle.GateObjected:  d.h.Request != nil && len(d.objections()) > 0,
	}
	for _, p := range lifecycle.Phases {
		want[p.Label()] = p == d.h.Phase
	}
	for _, r := range lifecycle.Risks {
		want[r.Label()] = r == d.Risk
	}
	d.setLabels(want)
}
