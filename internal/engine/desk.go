package engine

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/metrics"
	"github.com/phasegate/phasegate/internal/policy"
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

	Roster       facts.Roster
	Delegations  []facts.Delegation
	Design       checks.DesignFacts // Risk, Returns and what was merged are filled in by Decide
	Requirements bool               // the first step of design is done
	Table        metrics.Table
	Paths        []string // globs of its own files
	Evidence     Evidence
	Words        map[checks.Item]string
	Short        templates.ShortView
	Seen         Seen
	SeenAsked    Seen // instead of Seen while a gate is asked for; nil: the same
	Rewrites     map[int64][]Rewrite
	Live         time.Time        // since when, by the ledger; zero for not yet, or where there is none
	Raised       map[string]int64 // by the ledger: metric → newest report that an incident was opened for

	// What the config says.
	Gates          policy.Gates // nil: the product's own tables
	RequiredChecks []string
	NearPercent    int
	NeedsReport    func(path string) bool
	ValidDays      func(lifecycle.Risk) int                        // of the last gate; nil: it holds for ever
	NudgeAt        func(asked time.Time) time.Time                 // when the people awaited are reminded; nil: never
	Stopped        func(Evidence, History) []templates.StoppedView // in observe mode: what enforcing would have stopped
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
	Live    time.Time `json:"live,omitzero"` // since when the deliverable is live
	// Pulls is a fingerprint of what the deliverable's pull requests are judged by: its phase and risk, whether
	// it is live, its metric table, its Paths, and at which bigger problem roles are lent for it.
	Pulls string `json:"pulls,omitempty"`
	// Raised is, by metric, the newest report that an incident was opened for.
	Raised map[string]int64 `json:"raised,omitempty"`
}

// Decide works out the writes that bring a deliverable in line with the rules, in the order in which
// they are to be made: records first, then labels, then answers, the sticky last. When nothing is to
// be done the list is empty.
func Decide(c Case) (Decision, error) {
	return sitDown(c).decide()
}

func (d *desk) decide() (Decision, error) {
	c := d.Case
	d.rebuiltAt = d.rebuilt(c.Sticky, c.Rebuilt)
	d.answer()
	d.publish()
	d.tellBlocked()
	d.pass()
	d.expire()
	d.nudge()
	d.goLive()
	d.raise()
	d.labels()
	d.effects = append(d.effects, d.reactions...)
	view := d.view()
	if d.h.Request != nil {
		d.silent = prune(d.silent, d.h.Request.At, d.all)
		d.lookWhenEnds(c.Delegations)
	}
	d.putSticky(c.Sticky, func(p templates.Printer) string { return p.Deliverable(view) }, d.ledger(view))
	return d.decision()
}

// sitDown reads the comments into where the deliverable stands.
func sitDown(c Case) *desk {
	d := &desk{Case: c, silent: slices.Clone(c.Silent)}
	d.pen = pen{key: c.Key, issue: c.Issue, now: c.Now, printer: c.Printer, signer: c.Signer, changes: c.LabelChanges}
	d.recall(c.Entries)
	d.all = c.Entries
	d.Entries = d.hold(c.Entries, d.hasRole)
	d.h = Fold(d.Entries, c.Silent)
	if d.h.Risk != "" {
		d.Risk = d.h.Risk
	}
	d.Roster.Validators = d.validators()
	d.live, d.raised = c.Live, map[string]int64{}
	maps.Copy(d.raised, c.Raised)
	return d
}

// desk is the state of one decision.
type desk struct {
	Case
	pen
	h         History
	silent    []Publication
	rebuiltAt time.Time
	live      time.Time // since when; zero for not yet
	raised    map[string]int64
	all       []Entry // those that wait until an hour is over included
	lack      Lack    // what judging asked for and was not read
}

// keptAwaited is how many of the people who are awaited a ledger names.
const keptAwaited = 50

// ledger is what the sticky holds for programs.
func (d *desk) ledger(v templates.DeliverableView) Ledger {
	l := Ledger{Silent: d.silent, Rebuilt: d.rebuiltAt, Risk: d.Risk, Moves: newest(d.moves()), Seen: d.Seen, Live: d.live, Raised: d.raised,
		Board: &BoardLine{Phase: v.Phase, Asked: v.Asked, NotReviewed: v.Began != nil, Incidents: v.IncidentNumbers()}}
	parent, _ := d.Design.Parent.Get()
	l.Pulls = checks.Fingerprint(fmt.Sprint(v.Phase, d.Risk, d.live.IsZero(), d.Design.Now[checks.ItemMetrics], d.Paths, parent.Number))
	if !v.Asked {
		return l
	}
	if d.SeenAsked != nil {
		l.Seen = d.SeenAsked
	}
	l.Board.Blocked = len(v.Objections)+len(v.Gaps) > 0
	for _, s := range v.Seats {
		for _, login := range s.People {
			if s.State == templates.AnswerNeeded && s.Seat.Throughout() && len(l.Board.Awaited) < keptAwaited && !slices.Contains(l.Board.Awaited, login) {
				l.Board.Awaited = append(l.Board.Awaited, login)
			}
		}
	}
	return l
}

// moves are what the decision log shows: what people said to a step counts only with a role.
func (d *desk) moves() []Move {
	return slices.DeleteFunc(slices.Clone(d.h.Moves), func(m Move) bool { return m.who.ID != 0 && !d.hasRole(m.who) })
}

// seats are the gate's by the config, or by the product's own table.
func (d *desk) seats(g lifecycle.Gate) []lifecycle.Role {
	if r := d.h.Request; r != nil && r.Renewal {
		return checks.RenewalSeats(d.Risk)
	}
	if seats, ok := d.Gates[g][d.Risk]; ok {
		return slices.Clone(seats)
	}
	return lifecycle.Seats(g, d.Risk)
}

// validators are the second line less those who had a part in the deliverable: no commit, no experiment,
// no role, no delegation.
func (d *desk) validators() []facts.Person {
	part := d.Evidence.contributors()
	for _, l := range d.Delegations {
		part = facts.Union(part, []facts.Person{l.To})
	}
	return slices.DeleteFunc(slices.Clone(d.Roster.Validators), func(p facts.Person) bool {
		roles := d.Roster.RolesOf(p)
		return facts.Contains(part, p) || len(roles) > 1 || len(roles) == 1 && roles[0] != lifecycle.Validator
	})
}

// question is what the open request asks, or would ask of the requester's colleagues.
func (d *desk) question(g lifecycle.Gate, requester facts.Person) checks.Question {
	q := checks.Question{
		Seats: d.seats(g), Roster: d.Roster, Delegations: d.Delegations, Requester: requester,
		Fixed: d.ScaleNever || d.Risk == lifecycle.High, Now: d.prints(g), At: d.Now, Tainted: d.Evidence.contributors(),
	}
	if r := d.h.Request; r != nil && r.Renewal {
		return q
	}
	q.Carried, q.Fresh = d.h.Carried(g), checks.Fresh(g, d.Risk, d.h.SincePassed(g))
	for _, seat := range q.Seats {
		if lifecycle.Independent(g, seat) {
			q.Independent, q.Authors = append(q.Independent, seat), d.Evidence.authors()
		}
	}
	return q
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
	now, said := d.prints(r.Gate), d.words(r.Gate)
	changed := last.Changed(now)
	if len(changed) == 0 {
		return
	}
	again := d.voided(last)
	if len(again) == 0 {
		words := map[checks.Item]string{}
		for _, item := range changed {
			words[item] = said[item]
		}
		d.silent = append(d.silent, Publication{At: d.Now, Prints: now, Words: clipWords(words, ledgerWords)})
		return
	}
	var changes []templates.ChangeView
	for _, item := range changed {
		changes = append(changes, change(item, r.said(item, last[item]), said[item]))
	}
	d.comment(d.withBlocks(Record{Kind: Voided, Gate: r.Gate, Prints: now, Words: clipWords(said, recordWords), Report: d.judged(r.Gate)}, d.Printer.Void(again, changes)))
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

// pass moves the deliverable when everybody said yes, nobody objects, and all that must be ready is; the
// renewal of a gate moves nothing.
func (d *desk) pass() {
	r := d.h.Request
	if r == nil || d.blocked() {
		return
	}
	t := checks.Count(d.question(r.Gate, r.Requester), d.h.Yes)
	if !t.Complete {
		return
	}
	record := Record{Kind: Passed, Gate: r.Gate, From: r.Gate.From(), To: r.Gate.To(), Risk: d.Risk,
		Prints: d.prints(r.Gate), Self: t.SelfReviewed, Cause: r.Comment, Report: d.judged(r.Gate)}
	if r.Renewal {
		record.Kind, record.From, record.To = Renewed, "", ""
	} else {
		requester := WhoIs(r.Requester)
		record.Requester = &requester
	}
	if r.Gate == lifecycle.G3 && d.ValidDays != nil {
		record.Until = d.Now.In(d.zone()).AddDate(0, 0, d.ValidDays(d.Risk)).Format(time.DateOnly)
	}
	for _, a := range t.Answers {
		if a.By != nil {
			record.Yes = append(record.Yes, recordedYes(a))
		}
	}
	view := templates.PassedView{Title: d.Issue.Title, Gate: r.Gate, Seats: seatViews(t), Self: t.SelfReviewed, Needed: t.Needed, People: t.Got,
		Renewal: r.Renewal, Until: record.Until, Waived: d.waivedViews(r.Gate), Risk: d.Risk}
	d.comment(record, d.Printer.Passed(view))
	d.silent = nil
}

// blocked reports whether the open request cannot pass whoever says yes.
func (d *desk) blocked() bool {
	open, _ := d.gaps(d.h.Request.Gate)
	return len(open) > 0 || len(d.objections()) > 0
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
	asked := d.h.Request != nil
	want := map[string]bool{
		lifecycle.GateRequested: asked && !d.h.Request.Renewal,
		lifecycle.GateExpired:   asked && d.h.Request.Renewal,
		lifecycle.GateObjected:  asked && len(d.objections()) > 0,
		lifecycle.StateLive:     !d.live.IsZero(),
	}
	if stale, owned := stale(d.Issue, d.LabelChanges, d.updated()); owned {
		want[lifecycle.ContextStale] = stale
	}
	for _, p := range lifecycle.Phases {
		want[p.Label()] = p == d.h.Phase
	}
	for _, r := range lifecycle.Risks {
		want[r.Label()] = r == d.Risk
	}
	d.setLabels(want)
}
