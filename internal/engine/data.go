package engine

import (
	"slices"
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

	ConfigError   bool
	ConfigProblem string // as in [Case]

	Issue        facts.Issue
	Print        string // fingerprint of what the form says, white space and formatting aside
	Words        string // what it says, one line for each section; a change is shown as old → new
	Entries      []Entry
	Sticky       *facts.Comment
	Ledger       DataLedger // of the sticky; zero when there is none to believe
	Rebuilt      bool
	LabelChanges []facts.LabelChange

	Roster      facts.Roster
	Delegations []facts.Delegation
	Used        []int // deliverables that name it, or that it names as its parent
	Seen        Seen
}

// DataLedger is the hidden part of a data requirement's sticky: other objects read it there.
type DataLedger struct {
	Validated bool             `json:"validated,omitempty"`
	At        time.Time        `json:"at,omitzero"` // of the newest yes
	By        []Who            `json:"by,omitempty"`
	Print     string           `json:"print,omitempty"` // what was validated
	For       map[int64]string `json:"for,omitempty"`   // comment → fingerprint its yes is for
	Used      []int            `json:"used,omitempty"`  // deliverables that use it
	Seen      Seen             `json:"seen,omitempty"`
	Answered  string           `json:"answered,omitempty"` // the fingerprint, when somebody said yes to what stands there
	Words     string           `json:"words,omitempty"`    // what they said yes to, shortened
	Rebuilt   time.Time        `json:"rebuilt,omitzero"`
}

// DecideData works out the writes that bring a data requirement in line with the rules: it is
// validated while a data engineer and a subject matter expert have said yes to what it says now.
func DecideData(c DataCase) (Decision, error) {
	d := dataDesk{DataCase: c, bound: map[int64]string{}, took: map[int64]bool{}}
	d.pen = pen{key: c.Key, issue: c.Issue, now: c.Now, printer: c.Printer, signer: c.Signer, changes: c.LabelChanges}
	d.recall(c.Entries)
	d.Entries = d.hold(c.Entries, func(p facts.Person) bool { return len(c.Roster.RolesOf(p)) > 0 })
	d.read()
	d.answer()
	d.tally = checks.Count(d.question(), d.yes)
	d.void()
	want := map[string]bool{lifecycle.DataValidated: d.tally.Complete}
	if stale, owned := stale(d.Issue, d.LabelChanges, d.updated()); owned {
		want[lifecycle.ContextStale] = stale
	}
	d.setLabels(want)
	d.effects = append(d.effects, d.reactions...)
	ledger := d.ledger()
	ledger.Rebuilt = d.rebuilt(c.Sticky, c.Rebuilt)
	view := templates.DataStickyView{Title: c.Issue.Title, Validated: ledger.Validated, At: ledger.At, Seats: seatViews(d.tally), Used: c.Used,
		Rebuilt: !ledger.Rebuilt.IsZero(), ConfigError: c.ConfigError, ConfigProblem: c.ConfigProblem}
	d.putSticky(c.Sticky, func(p templates.Printer) string { return p.Data(view) }, ledger)
	d.lookWhenEnds(c.Delegations)
	return d.decision()
}

type dataDesk struct {
	DataCase
	pen
	yes    []checks.Yes
	bound  map[int64]string
	took   map[int64]bool // comments whose withdrawal took something back
	voided string         // what the newest void comment was about
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
			if r.Kind == Voided {
				d.voided = r.Prints[checks.ItemData]
			}
			continue
		}
		c := e.Comment
		if c.Edited || c.Hidden || c.Author.Bot || c.Answer == facts.NotCounted {
			continue
		}
		for i, cmd := range e.Commands {
			switch {
			case d.refused.has(c.ID, i):
			case cmd.Name == lifecycle.Approve:
				d.approve(c, cmd)
			case cmd.Name == lifecycle.Withdraw && d.withdraw(c.Author):
				d.took[c.ID] = true
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

// withdraw takes the person's answers back; false when there is none.
func (d *dataDesk) withdraw(p facts.Person) bool {
	kept := d.yes[:0]
	for _, y := range d.yes {
		if !y.Person.Is(p) {
			kept = append(kept, y)
		}
	}
	took := len(kept) < len(d.yes)
	d.yes = kept
	return took
}

// answer gives each new comment its reaction and, where something was not counted, its reply.
func (d *dataDesk) answer() {
	for _, e := range d.Entries {
		c := e.Comment
		if e.Record != nil || c.Author.Bot || c.Hidden {
			continue
		}
		if c.Answer != "" {
			d.lapsed(e, d.awaits)
			continue
		}
		if near := e.near(); near == "" {
			d.respond(e, d.carryOut(e, d.command))
		} else if d.nearMiss(e) {
			d.respond(e, e.misunderstood(d.Printer.DidYouMean(c.Author.Login, near)))
		}
	}
}

// nearMiss reports whether what only comes near to a command is answered: by somebody with a role, and
// in words only by somebody who is awaited.
func (d *dataDesk) nearMiss(e Entry) bool {
	p := e.Comment.Author
	if !e.InWords {
		return len(d.Roster.RolesOf(p)) > 0
	}
	if e.Comment.Created.Before(d.Issue.BodyEdited) {
		return false
	}
	return d.awaits(p)
}

// awaits reports whether the person's answer is missing.
func (d *dataDesk) awaits(p facts.Person) bool {
	return slices.ContainsFunc(checks.Count(d.question(), d.yes).Awaited, func(a checks.Awaited) bool { return a.Person.Is(p) })
}

func (d *dataDesk) command(c facts.Comment, cmd Command) string {
	refuse := func(code string) string { return d.Printer.Refused(c.Author.Login, code, cmd.Name) }
	switch cmd.Name {
	case lifecycle.Help:
		return d.Printer.Help()
	case lifecycle.Status:
		return ""
	case lifecycle.Approve:
		return d.refusal(c, cmd)
	case lifecycle.Withdraw:
		if d.took[c.ID] {
			return ""
		}
		return refuse("nothing-own")
	case lifecycle.Reviewed:
		if !(rights{d.Roster, d.Delegations}).any(c) {
			return refuse("no-role")
		}
		return ""
	}
	return refuse(elsewhere(cmd))
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

// updated is when somebody last kept the context up to date (section 6): a yes that counts does so too.
func (d *dataDesk) updated() time.Time {
	at := latest(bodyUpdated(d.Issue), reviewedAt(d.Entries, rights{d.Roster, d.Delegations}))
	for _, y := range d.yes {
		if checks.Refuse(d.question(), y.Person, y.As) == "" {
			at = latest(at, y.At)
		}
	}
	return at
}

// void tells those who must look again that what they said yes to has changed, once for each change.
func (d *dataDesk) void() {
	was := d.Ledger.Answered
	if d.tally.Complete || was == "" || was == d.Print || d.voided == d.Print {
		return
	}
	var again []string
	for _, w := range d.tally.Awaited {
		said := slices.ContainsFunc(d.yes, func(y checks.Yes) bool { return y.Person.Is(w.Person) && d.bound[y.Comment] == was })
		if said || d.Ledger.Validated {
			again = append(again, w.Person.Login)
		}
	}
	if len(again) > 0 {
		d.comment(Record{Kind: Voided, Prints: checks.Prints{checks.ItemData: d.Print}}, d.Printer.Void(again, []templates.ChangeView{change(checks.ItemData, d.Ledger.Words, d.Words)}))
	}
}

// keptAnswers is how many answers a data requirement's ledger holds, the newest. One that it holds no
// longer counts while the form is not edited.
const keptAnswers = 300

func (d *dataDesk) ledger() DataLedger {
	l := DataLedger{For: map[int64]string{}, Used: d.Used, Seen: d.Seen}
	for i := len(d.yes) - 1; i >= 0 && len(l.For) < keptAnswers; i-- {
		y := d.yes[i]
		if checks.Refuse(d.question(), y.Person, y.As) == "" {
			l.For[y.Comment] = d.bound[y.Comment]
			if d.bound[y.Comment] == d.Print {
				l.Answered = d.Print
			}
		}
	}
	if l.Answered != "" {
		l.Words = clipWords(map[checks.Item]string{checks.ItemData: d.Words}, ledgerWords)[checks.ItemData]
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
