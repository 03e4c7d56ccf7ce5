package engine

import (
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
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
	Board        templates.ProblemView   // its delegations are filled in by DecideProblem
	Seen         Seen
}

// ProblemLedger is the hidden part of a bigger problem's sticky: deliverables read who lent a role there.
type ProblemLedger struct {
	Delegations []LedgerDelegation `json:"delegations,omitempty"`
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
	d.noPhase()
	d.effects = append(d.effects, d.reactions...)
	d.Board.Title, d.Board.Delegations = c.Issue.Title, nil
	ledger := ProblemLedger{Seen: c.Seen, Rebuilt: d.rebuilt(c.Sticky, c.Board.Rebuilt)}
	d.Board.Rebuilt = !ledger.Rebuilt.IsZero()
	for _, l := range d.lent[max(0, len(d.lent)-keptDelegations):] {
		ledger.Delegations = append(ledger.Delegations, LedgerDelegation{l.Role, WhoIs(l.From), WhoIs(l.To), l.Until, l.Day, l.Comment})
		if !d.Now.Before(l.Until) {
			continue
		}
		d.Board.Delegations = append(d.Board.Delegations, templates.BoardDelegation{Role: l.Role, From: l.From.Login, To: l.To.Login, Until: l.Day})
	}
	d.putSticky(c.Sticky, func(p templates.Printer) string { return p.Problem(d.Board) }, ledger)
	d.lookWhenEnds(d.lent)
	return d.decision()
}

type problemDesk struct {
	ProblemCase
	pen
	plain bool               // an issue without a sticky
	lent  []facts.Delegation // those that ended too: what their delegates said in time still counts
}

// read goes through the comments in order: delegations that hold are kept, what is new is answered.
func (d *problemDesk) read() {
	d.recall(d.Entries)
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
	if d.plain {
		return d.plainCommand(c, cmd)
	}
	refuse := func(code string) string { return d.Printer.Refused(c.Author.Login, code, cmd.Name) }
	switch {
	case cmd.Name == lifecycle.Help:
		return d.Printer.Help()
	case cmd.Name == lifecycle.Status:
		return ""
	case cmd.Name == lifecycle.Delegate:
		if code := d.delegate(c, cmd); code != "" {
			return refuse(code)
		}
		return ""
	case cmd.Name == lifecycle.Approve, cmd.Name == lifecycle.Withdraw:
		return refuse("on-asked")
	case cmd.Name.Ready():
		return refuse("on-deliverable")
	}
	return refuse("not-yet")
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

// noPhase takes labels off that only a deliverable or a data requirement has.
func (d *problemDesk) noPhase() {
	want := map[string]bool{lifecycle.GateRequested: false, lifecycle.GateObjected: false, lifecycle.DataValidated: false}
	for _, p := range lifecycle.Phases {
		want[p.Label()] = false
	}
	for _, r := range lifecycle.Risks {
		want[r.Label()] = false
	}
	d.setLabels(want)
}
