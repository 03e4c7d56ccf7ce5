package engine

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/internal/metrics"
	"github.com/phasegate/phasegate/templates"
)

// ProblemCase is a bigger problem with all that its board shows.
type ProblemCase struct {
	Key     Key
	Now     time.Time
	Printer templates.Printer
	Signer  Signer

	Issue        facts.Issue
	Entries      []Entry
	Sticky       *facts.Comment
	LabelChanges []facts.LabelChange
	Roster       facts.Roster
	People       map[string]facts.Person // accounts named in delegations, by login in lower case
	Board        templates.ProblemView   // what its own comments and the meetings say is filled in by DecideProblem
	Seen         Seen

	Ledger   ProblemLedger // of the sticky; zero when there is none to believe
	Table    metrics.Table
	Rewrites map[int64][]Rewrite
	Open     []OpenProblem    // every open bigger problem, by number
	Meetings []MeetingEntries // that were read
	Contexts map[int]bool     // as in [MeetingCase]
}

// ProblemLedger is the hidden part of a bigger problem's sticky: deliverables read who lent a role there,
// and meetings which decisions were taken in them.
type ProblemLedger struct {
	Delegations []LedgerDelegation `json:"delegations,omitempty"`
	Decisions   []LedgerDecision   `json:"decisions,omitempty"` // by number
	Decided     int                `json:"decided,omitempty"`   // the highest number that was given
	Note        *LedgerNote        `json:"note,omitempty"`      // of who last found it still true
	Manual      []ManualReading    `json:"manual,omitempty"`    // the newest of each metric
	Seen        Seen               `json:"seen,omitempty"`
	Rebuilt     time.Time          `json:"rebuilt,omitzero"`
}

// keptDelegations is how many delegations a ledger holds, the newest.
const keptDelegations = 100

// LedgerDelegation is a lent role as the ledger holds it.
type LedgerDelegation struct {
	Role    lifecycle.Role `json:"role"`
	From    Who            `json:"from"`
	To      Who            `json:"to"`
	Until   time.Time      `json:"until"`
	Day     string         `json:"day"`
	Comment int64          `json:"comment"`
}

// Delegation is the lent role as it is judged.
func (l LedgerDelegation) Delegation() facts.Delegation {
	return facts.Delegation{Role: l.Role, From: l.From.Person(), To: l.To.Person(), Until: l.Until, Day: l.Day, Comment: l.Comment}
}

// DecideProblem works out the writes on a bigger problem: answers to its comments, and its board.
func DecideProblem(c ProblemCase) (Decision, error) {
	d := problemDesk{ProblemCase: c}
	d.pen = pen{key: c.Key, issue: c.Issue, now: c.Now, printer: c.Printer, signer: c.Signer, changes: c.LabelChanges}
	d.read()
	d.labels()
	d.effects = append(d.effects, d.reactions...)
	ledger := ProblemLedger{Seen: c.Seen, Rebuilt: d.rebuilt(c.Sticky, c.Board.Rebuilt)}
	d.decisions(&ledger)
	d.notes(&ledger)
	d.manual(&ledger)
	d.delegations(&ledger)
	ledger.fit()
	d.Board.Title, d.Board.Rebuilt = c.Issue.Title, !ledger.Rebuilt.IsZero()
	write := func(p templates.Printer) string { return p.Problem(d.Board) }
	if !d.endedMeanwhile(c.Sticky, write, ledger) {
		d.putSticky(c.Sticky, write, ledger)
	}
	return d.decision()
}

// endedMeanwhile reports whether the sticky differs only by delegations that have ended since it was
// written. Their last day stands there, so nothing is written for that; they go with the next change.
func (d *problemDesk) endedMeanwhile(sticky *facts.Comment, write func(templates.Printer) string, ledger ProblemLedger) bool {
	live := d.Board.Delegations
	defer func() { d.Board.Delegations = live }()
	for shown := range min(len(d.lent), keptDelegations) {
		d.Board.Delegations = nil
		for i, l := range d.lent {
			if d.Now.Before(l.Until) || i >= len(d.lent)-1-shown {
				d.Board.Delegations = append(d.Board.Delegations, boardDelegation(l))
			}
		}
		if len(d.Board.Delegations) > len(live) && d.shows(sticky, write, ledger) {
			return true
		}
	}
	return false
}

func boardDelegation(l facts.Delegation) templates.BoardDelegation {
	return templates.BoardDelegation{Role: l.Role, From: l.From.Login, To: l.To.Login, Until: l.Day}
}

// delegations notes and shows who lent a role.
func (d *problemDesk) delegations(ledger *ProblemLedger) {
	d.Board.Delegations = nil
	for _, l := range d.lent[max(0, len(d.lent)-keptDelegations):] {
		ledger.Delegations = append(ledger.Delegations, LedgerDelegation{l.Role, WhoIs(l.From), WhoIs(l.To), l.Until, l.Day, l.Comment})
		if d.Now.Before(l.Until) {
			d.Board.Delegations = append(d.Board.Delegations, boardDelegation(l))
		}
	}
}

// decisions brings the ledger's log of decisions up to date with the comments here and in the meetings.
func (d *problemDesk) decisions(ledger *ProblemLedger) {
	found := d.court().decisionsIn(d.Entries, d.Issue)
	back := []func(LedgerDecision) bool{takenBack(d.Entries)}
	numbers := map[Ordered]writtenAs{}
	for _, m := range d.Meetings {
		k := court{roster: d.Roster, problems: d.openProblems(), meeting: m.Issue.Number}
		for _, v := range k.decisionsIn(m.Entries, m.Issue) {
			if v.problem == d.Issue.Number {
				found = append(found, v)
			}
		}
		back = append(back, takenBack(m.Entries))
		maps.Copy(numbers, written(m.Issue.Body))
	}
	j := journal{last: d.Ledger.Decided}
	j.kept = slices.DeleteFunc(slices.Clone(d.Ledger.Decisions), func(l LedgerDecision) bool {
		return slices.ContainsFunc(back, func(gone func(LedgerDecision) bool) bool { return gone(l) })
	})
	j.add(found, numbers)
	ledger.Decisions, ledger.Decided = j.kept, j.last
	for _, l := range j.kept {
		d.Board.Moves = append(d.Board.Moves, templates.BoardMove{Kind: "decided", At: l.At, Decision: l.view()})
	}
	sortMoves(d.Board.Moves)
	d.Board.Moves = d.Board.Moves[:min(len(d.Board.Moves), shownMoves)]
}

// court judges the decisions on the problem itself.
func (d *problemDesk) court() court {
	return court{roster: d.Roster, home: d.Issue.Number, problems: []OpenProblem{{Number: d.Issue.Number, Title: d.Issue.Title, Lent: d.lent}}}
}

// openProblems are those of the case, this one with the roles as they are lent now.
func (d *problemDesk) openProblems() []OpenProblem {
	out := slices.Clone(d.Open)
	for i := range out {
		if out[i].Number == d.Issue.Number {
			out[i].Lent = d.lent
		}
	}
	return out
}

// notes keeps and shows the newest note of who found the problem still true, here or in a meeting.
func (d *problemDesk) notes(ledger *ProblemLedger) {
	ledger.Note = d.Ledger.Note
	take := func(n *LedgerNote) {
		if newer(n, ledger.Note) {
			ledger.Note = n
		}
	}
	standing(d.Entries, func(e Entry, _ int, cmd Command) {
		if cmd.Name == lifecycle.Reviewed && (e.Comment.Answer == facts.Counted || d.rights().any(e.Comment)) {
			take(noteOf(e.Comment, reason(cmd)))
		}
	})
	for _, m := range d.Meetings {
		take(notesIn(m.Entries, m.Issue, meetingRights(d.Roster, d.openProblems()), d.Contexts)[d.Issue.Number])
	}
	if n := ledger.Note; n != nil {
		d.Board.Note = &templates.NoteView{By: n.By, At: n.At, Text: n.Text}
	}
}

// manual keeps and shows what people reported of the metrics that nothing measures.
func (d *problemDesk) manual(ledger *ProblemLedger) {
	all := Manual(d.Entries, d.reporting())
	ledger.Manual = newestReadings(all)
	for _, row := range d.Table.Rows {
		for _, r := range slices.Backward(all) {
			if r.Key == row.Key() {
				d.Board.Readings = append(d.Board.Readings, templates.ManualView{Metric: row.Label(d.Printer.Lang), Value: r.Text, Unit: row.Unit, Month: r.Month, By: r.By,
					Target: row.Target.Words(d.Printer.Lang)})
				break
			}
		}
	}
}

// fit drops of a ledger what is oldest until it fits into a hidden block.
func (l *ProblemLedger) fit() {
	const room = markdown.MaxBlock - 256
	for _, drop := range []func() bool{
		func() bool {
			for i := range l.Decisions {
				if l.Decisions[i].Text != "" && i < len(l.Decisions)-8 {
					l.Decisions[i].Text, l.Decisions[i].URL = "", ""
					return true
				}
			}
			return false
		},
		func() bool { n := len(l.Manual); l.Manual = l.Manual[min(n, 1):]; return n > 0 },
		func() bool { n := len(l.Delegations); l.Delegations = l.Delegations[min(n, 1):]; return n > 0 },
	} {
		for jsonSize(l) > room && drop() {
		}
	}
}

type problemDesk struct {
	ProblemCase
	pen
	plain   bool               // an issue without a sticky
	lent    []facts.Delegation // those that ended too: what their delegates said in time still counts
	carried map[Ordered]bool   // commands that a record carries out
}

func (d *problemDesk) rights() rights { return rights{d.Roster, d.lent} }

// reporting is what readings are judged with.
func (d *problemDesk) reporting() reporting {
	zone := d.Printer.Zone
	if zone == nil {
		zone = time.UTC
	}
	return reporting{rights: d.rights(), table: d.Table, zone: zone, lang: d.Printer.Lang}
}

// read goes through the comments in order: delegations that hold are kept, what is new is answered.
func (d *problemDesk) read() {
	d.recall(d.Entries)
	d.carried = map[Ordered]bool{}
	for _, e := range d.Entries {
		if r := e.Record; r != nil && r.Kind.answers() {
			d.carried[Ordered{r.Cause, r.Place}] = true
		}
	}
	d.Entries = d.hold(d.Entries, func(p facts.Person) bool { return len(d.Roster.RolesOf(p)) > 0 })
	for _, e := range d.Entries {
		c := e.Comment
		if e.Record != nil || c.Author.Bot || c.Hidden {
			continue
		}
		o, handled := d.outcome(e)
		if handled && c.Answer == "" {
			d.respond(e, o)
		}
	}
}

// outcome carries out one comment; false when it is not for us.
func (d *problemDesk) outcome(e Entry) (outcome, bool) {
	c := e.Comment
	if near := e.near(); near != "" {
		return e.misunderstood(d.Printer.DidYouMean(c.Author.Login, near)), !e.InWords && len(d.Roster.RolesOf(c.Author)) > 0
	}
	return d.carryOut(e, d.command), len(e.Commands) > 0
}

func (d *problemDesk) command(c facts.Comment, cmd Command) string {
	switch cmd.Name {
	case lifecycle.Help:
		return d.Printer.Help()
	case lifecycle.Status:
		return ""
	case lifecycle.Reviewed:
		return d.refuse(c, cmd, d.reviewed(c))
	}
	if d.plain {
		return d.refuse(c, cmd, refusal{code: elsewhere(cmd)})
	}
	switch cmd.Name {
	case lifecycle.Delegate:
		return d.refuse(c, cmd, refusal{code: d.delegate(c, cmd)})
	case lifecycle.Decide:
		_, no := d.court().judge(c, d.place, cmd)
		return d.refuse(c, cmd, no)
	case lifecycle.SetMetric:
		_, no := d.reporting().judge(c, cmd)
		return d.refuse(c, cmd, no)
	case lifecycle.SetTarget, lifecycle.SetBudget:
		return d.rewritten(c)
	}
	return d.refuse(c, cmd, refusal{code: elsewhere(cmd)})
}

func (d *problemDesk) reviewed(c facts.Comment) refusal {
	if !d.rights().any(c) {
		return refusal{code: "no-role"}
	}
	return refusal{}
}

// delegate lends a role of the author's until a day ends; what it returns is why not.
func (d *problemDesk) delegate(c facts.Comment, cmd Command) string {
	if c.Answer == facts.NotCounted {
		return "delegate-form"
	}
	zone := d.Printer.Zone
	if zone == nil {
		zone = time.UTC
	}
	args, fault := ParseDelegate(cmd.Args, c.Created, zone)
	switch {
	case fault != "":
		return "delegate-" + string(fault)
	case !facts.Contains(d.Roster.Of(args.Role), c.Author):
		return "delegate-not-held"
	}
	to, ok := d.People[strings.ToLower(args.Login)]
	if !ok {
		if to, ok = d.Roster.Find(args.Login); !ok {
			return "delegate-unknown"
		}
	}
	if to.Is(c.Author) || to.Bot {
		return "delegate-unknown"
	}
	d.lent = append(d.lent, facts.Delegation{Role: args.Role, From: c.Author, To: to, Until: args.Until, Day: args.Day, Comment: c.ID})
	return ""
}

// labels takes labels off that only a deliverable or a data requirement has, and the mark of a context
// that is not updated when it was.
func (d *problemDesk) labels() {
	want := notOfThisKind()
	if stale, owned := stale(d.Issue, d.LabelChanges, d.updated()); owned {
		want[lifecycle.ContextStale] = stale
	}
	d.setLabels(want)
}

// notOfThisKind are the labels that only a deliverable or a data requirement has.
func notOfThisKind() map[string]bool {
	want := map[string]bool{lifecycle.GateRequested: false, lifecycle.GateObjected: false, lifecycle.GateExpired: false,
		lifecycle.DataValidated: false, lifecycle.StateLive: false}
	for _, p := range lifecycle.Phases {
		want[p.Label()] = false
	}
	for _, r := range lifecycle.Risks {
		want[r.Label()] = false
	}
	return want
}

// updated is when somebody last kept the context up to date (section 6). What a person had Phasegate write
// counts as theirs.
func (d *problemDesk) updated() time.Time {
	return latest(bodyUpdated(d.Issue), commandedAt(d.Entries, d.reporting(), func(o Ordered) bool {
		r, asked := rewriteAt(d.Rewrites, o.Comment, o.Place)
		return d.carried[o] || asked && r.Refusal == ""
	}))
}
