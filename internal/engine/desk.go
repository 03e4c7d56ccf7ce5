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
	// ConfigProblem is the first problem of a broken config, with its line, in the repository's language.
	ConfigProblem string

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
	Seats       map[lifecycle.Gate][]lifecycle.Role // by the config, at the case's risk; nil: the product's own table
	Seen        Seen
	SeenAsked   Seen // instead of Seen while a gate is asked for; nil: the same
}

// Ledger is the hidden part of a deliverable's sticky.
type Ledger struct {
	Silent []Publication  `json:"silent,omitempty"`
	Risk   lifecycle.Risk `json:"risk,omitempty"` // as it was first taken from the form
	Board  *BoardLine     `json:"board,omitempty"`
	Moves  []Move         `json:"moves,omitempty"`
	Seen   Seen           `json:"seen,omitempty"`
	// Rebuilt is when the sticky was last made anew because somebody else had edited it.
	Rebuilt time.Time `json:"rebuilt,omitzero"`
}

// Decide works out the writes that bring a deliverable in line with the rules, in the order in which
// they are to be made: records first, then labels, then answers, the sticky last. When nothing is to
// be done the list is empty.
func Decide(c Case) (Decision, error) {
	d := desk{Case: c, silent: slices.Clone(c.Silent)}
	d.pen = pen{key: c.Key, issue: c.Issue, now: c.Now, printer: c.Printer, signer: c.Signer, changes: c.LabelChanges}
	d.recall(c.Entries)
	d.Entries = d.hold(c.Entries, d.hasRole)
	d.h = Fold(d.Entries, c.Silent)
	d.rebuiltAt = d.rebuilt(c.Sticky, c.Rebuilt)
	d.answer()
	d.publish()
	d.tellBlocked()
	d.pass()
	d.labels()
	d.effects = append(d.effects, d.reactions...)
	view := d.view()
	if d.h.Request != nil {
		d.silent = prune(d.silent, d.h.Request.At, c.Entries)
		d.lookWhenEnds(c.Delegations)
	}
	d.putSticky(c.Sticky, func(p templates.Printer) string { return p.Deliverable(view) }, d.ledger(view))
	return d.decision()
}

// desk is the state of one decision.
type desk struct {
	Case
	pen
	h         History
	silent    []Publication
	rebuiltAt time.Time
}

// keptAwaited is how many of the people who are awaited a ledger names.
const keptAwaited = 50

// ledger is what the sticky holds for programs.
func (d *desk) ledger(v templates.DeliverableView) Ledger {
	l := Ledger{Silent: d.silent, Rebuilt: d.rebuiltAt, Risk: d.Risk, Moves: newest(d.h.Moves), Seen: d.Seen, Board: &BoardLine{Phase: v.Phase, Asked: v.Asked}}
	if !v.Asked {
		return l
	}
	if d.SeenAsked != nil {
		l.Seen = d.SeenAsked
	}
	l.Board.Blocked = len(v.Objections)+len(v.Gaps) > 0
	for _, s := range v.Seats {
		for _, login := range s.People {
			if s.State == templates.AnswerNeeded && len(l.Board.Awaited) < keptAwaited && !slices.Contains(l.Board.Awaited, login) {
				l.Board.Awaited = append(l.Board.Awaited, login)
			}
		}
	}
	return l
}

// seats are the gate's by the config, or by the product's own table.
func (d *desk) seats(g lifecycle.Gate) []lifecycle.Role {
	if seats, ok := d.Seats[g]; ok {
		return seats
	}
	return lifecycle.Seats(g, d.Risk)
}

// question is what the open request asks, or would ask of the requester's colleagues.
func (d *desk) question(g lifecycle.Gate, requester facts.Person) checks.Question {
	q := checks.Question{
		Seats: d.seats(g), Roster: d.Roster, Delegations: d.Delegations, Requester: requester,
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
		words := map[checks.Item]string{}
		for _, item := range changed {
			words[item] = d.Words[item]
		}
		d.silent = append(d.silent, Publication{At: d.Now, Prints: d.Design.Now, Words: clipWords(words, ledgerWords)})
		return
	}
	var changes []templates.ChangeView
	for _, item := range changed {
		changes = append(changes, change(item, r.said(item, last[item]), d.Words[item]))
	}
	d.comment(d.withBlocks(Record{Kind: Voided, Gate: r.Gate, Prints: d.Design.Now, Words: clipWords(d.Words, recordWords)}, d.Printer.Void(again, changes)))
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
