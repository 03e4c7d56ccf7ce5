package engine

import (
	"time"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/templates"
)

// DataCase is a data requirement with all that is judged about it.
type DataCase struct {
	Key        Key
	Now        time.Time
	Printer    templates.Printer
	Signer     Signer
	ScaleNever bool
	ConfigURL  string

	Issue        facts.Issue
	Print        string // fingerprint of what the form says, white space and formatting aside
	Entries      []Entry
	Sticky       *facts.Comment
	Ledger       DataLedger // of the sticky; zero when there is none to believe
	Rebuilt      bool
	LabelChanges []facts.LabelChange

	Roster      facts.Roster
	Delegations []facts.Delegation
	Used        []int // deliverables that name it, or that it names as its parent
}

// DataLedger is the hidden part of a data requirement's sticky: other objects read it there.
type DataLedger struct {
	Validated bool             `json:"validated,omitempty"`
	At        time.Time        `json:"at,omitzero"` // of the newest yes
	By        []Who            `json:"by,omitempty"`
	Print     string           `json:"print,omitempty"` // what was validated
	For       map[int64]string `json:"for,omitempty"`   // comment → fingerprint its yes is for
}

// DecideData works out the writes that bring a data requirement in line with the rules: it is
// validated while a data engineer and a subject matter expert have said yes to what it says now.
func DecideData(c DataCase) ([]Effect, error) {
	d := dataDesk{DataCase: c, bound: map[int64]string{}}
	d.pen = pen{key: c.Key, issue: c.Issue, now: c.Now, printer: c.Printer, signer: c.Signer, changes: c.LabelChanges, answered: map[int64]bool{}, explained: map[string]bool{}}
	d.read()
	d.answer()
	d.tally = checks.Count(d.question(), d.yes)
	d.void()
	d.setLabels(map[string]bool{lifecycle.DataValidated: d.tally.Complete})
	d.effects = append(d.effects, d.reactions...)
	ledger := d.ledger()
	d.putSticky(c.Sticky, c.Printer.Data(templates.DataStickyView{
		Title: c.Issue.Title, Validated: ledger.Validated, At: ledger.At, Seats: seatViews(d.tally), Used: c.Used, Rebuilt: c.Rebuilt,
	}), ledger)
	return d.effects, d.err
}

type dataDesk struct {
	DataCase
	pen
	yes    []checks.Yes
	bound  map[int64]string
	voided string // what the newest void comment was about
	tally  checks.Tally
}

// question asks for quality and meaning. Nobody requests a validation, so nobody is excluded as requester.
func (d *dataDesk) question() checks.Question {
	return checks.Question{Seats: lifecycle.DataSeats(), Roster: d.Roster, Delegations: d.Delegations, Fixed: d.ScaleNever,
		Now: checks.Prints{checks.ItemData: d.Print}, At: d.Now}
}

// read folds the comments: records of what was answered, and people's yes and its withdrawal.
func (d *dataDesk) read() {
	for _, e := range d.Entries {
		if r := e.Record; r != nil {
			d.answered[r.Cause] = true
			d.explained[r.Event] = true
			if r.Kind == Voided {
				d.voided = r.Prints[checks.ItemData]
			}
			continue
		}
		c := e.Comment
		if c.Edited || c.Hidden || c.Author.Bot || c.Answer == facts.NotCounted {
			continue
		}
		for _, cmd := range e.Commands {
			switch cmd.Name {
			case lifecycle.Approve:
				d.approve(c, cmd)
			case lifecycle.Withdraw:
				d.withdraw(c.Author)
			}
		}
	}
}

// approve takes a yes for what the form said when it was written: what the ledger noted, or what stands
// there now if the form was not edited since.
func (d *dataDesk) approve(c facts.Comment, cmd Command) {
	as, ok := AsRole(cmd.Args)
	if !ok {
		return
	}
	print, noted := d.Ledger.For[c.ID]
	if !noted {
		if !d.Issue.BodyEdited.Before(c.Created) {
			return
		}
		print = d.Print
	}
	d.bound[c.ID] = print
	d.yes = append(d.yes, checks.Yes{Person: c.Author, As: as, At: c.Created, Comment: c.ID, URL: c.URL, Bound: checks.Prints{checks.ItemData: print}})
}

func (d *dataDesk) withdraw(p facts.Person) {
	kept := d.yes[:0]
	for _, y := range d.yes {
		if !y.Person.Is(p) {
			kept = append(kept, y)
		}
	}
	d.yes = kept
}

// answer gives each new comment its reaction and, where something was not counted, its reply.
func (d *dataDesk) answer() {
	for _, e := range d.Entries {
		c := e.Comment
		if e.Record != nil || c.Author.Bot || c.Answer != "" || c.Hidden {
			continue
		}
		replies, handled := d.replies(e)
		if !handled {
			continue
		}
		d.respond(c, replies)
	}
}

// replies are what to answer to a comment, none when all of it was carried out; false when it is not
// for us.
func (d *dataDesk) replies(e Entry) ([]string, bool) {
	c := e.Comment
	if near := e.near(); near != "" {
		return []string{d.Printer.DidYouMean(c.Author.Login, near)}, len(d.Roster.RolesOf(c.Author)) > 0
	}
	return e.carryOut(d.command), len(e.Commands) > 0
}

func (d *dataDesk) command(c facts.Comment, cmd Command) string {
	switch cmd.Name {
	case lifecycle.Help:
		return d.Printer.Help()
	case lifecycle.Status, lifecycle.Withdraw:
		return ""
	case lifecycle.Approve:
		return d.refusal(c, cmd)
	}
	if cmd.Name.Ready() {
		return d.Printer.Refused(c.Author.Login, "no-request", cmd.Name)
	}
	return d.Printer.Refused(c.Author.Login, "not-yet", cmd.Name)
}

func (d *dataDesk) refusal(c facts.Comment, cmd Command) string {
	as, ok := AsRole(cmd.Args)
	if !ok {
		return d.Printer.Refused(c.Author.Login, "as-role", cmd.Name)
	}
	q := d.question()
	why := string(checks.Refuse(q, c.Author, as))
	if _, bound := d.bound[c.ID]; why == "" && !bound {
		why = "too-early"
	}
	if why == "" {
		return ""
	}
	return d.Printer.NotCounted(templates.RefusalView{Login: c.Author.Login, Why: why, Mine: d.Roster.RolesOf(c.Author), Seats: q.Seats, As: as, Config: d.ConfigURL})
}

// void tells those who must look again that what they validated has changed, once for each change.
func (d *dataDesk) void() {
	if !d.Ledger.Validated || d.tally.Complete || d.Ledger.Print == d.Print || d.voided == d.Print {
		return
	}
	var again []string
	for _, w := range d.tally.Awaited {
		again = append(again, w.Person.Login)
	}
	d.comment(Record{Kind: Voided, Prints: checks.Prints{checks.ItemData: d.Print}}, d.Printer.Void(again, []templates.ChangeView{{What: string(checks.ItemData)}}))
}

func (d *dataDesk) ledger() DataLedger {
	l := DataLedger{For: map[int64]string{}}
	for _, y := range d.yes {
		if checks.Refuse(d.question(), y.Person, y.As) == "" {
			l.For[y.Comment] = d.bound[y.Comment]
		}
	}
	if !d.tally.Complete {
		return l
	}
	l.Validated, l.Print = true, d.Print
	for _, a := range d.tally.Answers {
		if a.By == nil || a.AlsoFor {
			continue
		}
		l.By = append(l.By, WhoIs(a.By.Person))
		if a.By.At.After(l.At) {
			l.At = a.By.At
		}
	}
	return l
}
