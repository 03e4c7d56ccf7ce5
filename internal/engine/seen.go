package engine

import (
	"encoding/json"
	"slices"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// Seen holds, by number, a fingerprint of each neighbour as an object's sticky was made from it. When
// a neighbour finds that it looks different by now, it asks for the object to be looked at again: that
// way what one issue shows of another becomes true whatever was lost in between, and an object that
// nothing changed about wakes nobody.
type Seen map[int]string

// maxSeen is how many neighbours a ledger holds. One beyond asks for no look: two such would wake each
// other for ever.
const maxSeen = 400

// BoardLine is how a deliverable stands, for the board of its problem.
type BoardLine struct {
	Phase   lifecycle.Phase `json:"phase"`
	Asked   bool            `json:"asked,omitempty"`
	Blocked bool            `json:"blocked,omitempty"`
	Awaited []string        `json:"awaited,omitempty"` // of the two throughout-roles; a problem's board is theirs

	NotReviewed bool  `json:"not_reviewed,omitempty"` // the work is older than its gates
	Incidents   []int `json:"incidents,omitempty"`    // open ones
}

// object is an issue as its neighbours see it.
type object struct {
	facts.Issue
	kind     lifecycle.Kind // "" for an issue of no kind or of several
	form     Form
	ledger   ledgers   // empty when there is no sticky to believe
	doubtful bool      // somebody else changed its sticky
	links    []int     // data requirements that it names itself
	above    []*object // see problemsOf, once placed
	placed   bool
}

// ledgers are the fields of every kind's ledger; an object's fills those of its kind.
type ledgers struct {
	Ledger
	Data    DataLedger
	Problem ProblemLedger
}

func (o *object) seen() Seen {
	switch o.kind {
	case lifecycle.Data:
		return o.ledger.Data.Seen
	case lifecycle.Problem:
		return o.ledger.Problem.Seen
	}
	return o.ledger.Seen
}

// hasSticky reports whether the object's kind has one.
func (o *object) hasSticky() bool {
	return o.kind == lifecycle.Deliverable || o.kind == lifecycle.Data || o.kind == lifecycle.Problem
}

// readLedger takes the ledger out of a sticky's body; one that cannot be read is none.
func (o *object) readLedger(body string) {
	if b := stickyBlock(body); b != nil {
		o.takeLedger(b.JSON)
	}
}

func (o *object) takeLedger(ledger json.RawMessage) {
	if ledger == nil {
		return
	}
	var into any = &o.ledger.Ledger
	switch o.kind {
	case lifecycle.Data:
		into = &o.ledger.Data
	case lifecycle.Problem:
		into = &o.ledger.Problem
	}
	if json.Unmarshal(ledger, into) != nil {
		o.ledger = ledgers{}
	}
}

// chart is the repository's objects by number, with who belongs to whom.
type chart struct {
	repo    string
	objects map[int]*object
	numbers []int     // ascending
	open    []*object // the first two open deliverables
	self    *object   // the object looked at; nil when it is gone or of no kind
}

func (s Snapshot) chart() chart {
	if s.ready != nil {
		return *s.ready
	}
	c := chart{repo: s.Key.FullName(), objects: map[int]*object{}}
	for _, l := range s.Listed {
		c.objects[l.Issue.Number] = s.object(l.Issue, l.Sticky)
	}
	delete(c.objects, s.Key.Number)
	if !s.Gone {
		o := s.object(s.Issue, stickyOf(s.Comments))
		if c.objects[s.Issue.Number] = o; o.kind != "" {
			c.self = o
		}
	}
	c.settle()
	return c
}

// each lists the open objects of a kind that ok accepts, by number.
func (c chart) each(k lifecycle.Kind, ok func(*object) bool) []*object {
	var out []*object
	for _, n := range c.numbers {
		if o := c.objects[n]; o.kind == k && !o.Closed && ok(o) {
			out = append(out, o)
		}
	}
	return out
}

// problem is the bigger problem a deliverable names; nil when there is none.
func (c chart) problem(d *object) *object {
	if p := c.objects[d.form.Parent]; p != nil && p.kind == lifecycle.Problem {
		return p
	}
	return nil
}

func (c chart) deliverables(p *object) []*object {
	return c.each(lifecycle.Deliverable, func(d *object) bool { return d.form.Parent == p.Number })
}

// data lists the numbers a deliverable's data requirements have: those it names, open or not, there or
// not, and the open ones that name it as their parent.
func (c chart) data(d *object) []int {
	numbers := slices.Clone(d.links)
	for _, o := range c.each(lifecycle.Data, func(o *object) bool { return o.form.Parent == d.Number }) {
		numbers = append(numbers, o.Number)
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

func (c chart) uses(d, data *object) bool {
	return data.form.Parent == d.Number || slices.Contains(d.links, data.Number)
}

// users lists the open deliverables that rely on a data requirement.
func (c chart) users(data *object) []*object {
	return c.each(lifecycle.Deliverable, func(d *object) bool { return c.uses(d, data) })
}

// supports lists the open support problems in the way of a deliverable.
func (c chart) supports(d *object) []*object {
	return c.each(lifecycle.SupportProblem, func(s *object) bool { return s.form.Parent == d.Number })
}

// children lists the objects of a kind that name o as their parent, open or closed, by number.
func (c chart) children(k lifecycle.Kind, o *object) []*object {
	var out []*object
	for _, n := range c.numbers {
		if x := c.objects[n]; x.kind == k && x.form.Parent == o.Number {
			out = append(out, x)
		}
	}
	return out
}

// problemsOf lists the bigger problems above an object, by number.
func (c chart) problemsOf(o *object) []*object {
	if !o.placed {
		o.above, o.placed = c.findProblems(o), true
	}
	return o.above
}

func (c chart) findProblems(o *object) []*object {
	var out []*object
	add := func(p *object) {
		if p != nil && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	switch o.kind {
	case lifecycle.Deliverable:
		add(c.problem(o))
	case lifecycle.Data:
		for _, d := range c.users(o) {
			add(c.problem(d))
		}
	case lifecycle.SupportProblem, lifecycle.Experiment, lifecycle.DeploymentKind, lifecycle.Incident:
		if d := c.objects[o.form.Parent]; d != nil && d.kind == lifecycle.Deliverable {
			add(c.problem(d))
		}
	}
	if p := c.objects[o.form.Parent]; p != nil && p.kind == lifecycle.Problem {
		add(p)
	}
	return out
}

// delegations lists the roles lent at the bigger problems above an object.
func (c chart) delegations(o *object) []facts.Delegation {
	var out []facts.Delegation
	for _, p := range c.problemsOf(o) {
		for _, l := range p.ledger.Problem.Delegations {
			out = append(out, l.Delegation())
		}
	}
	return out
}

// validated reports whether a data requirement is validated as it stands now.
func (o *object) validated() bool {
	l := o.ledger.Data
	return l.Validated && l.Print == o.dataPrint()
}

// dataPrint is the fingerprint a data requirement's validation is bound to.
func (o *object) dataPrint() string { return checks.Fingerprint(o.form.DataText()) }

// face is the fingerprint of what viewer's sticky shows or judges of o; "" when they have nothing to do
// with one another.
func (c chart) face(viewer, o *object) string {
	if viewer.Number == o.Number || o.Closed && !c.readClosed(viewer, o) {
		return ""
	}
	switch viewer.kind {
	case lifecycle.Deliverable:
		return c.faceForDeliverable(viewer, o)
	case lifecycle.Data:
		return c.faceForData(viewer, o)
	case lifecycle.Problem:
		if slices.Contains(c.problemsOf(o), viewer) {
			return c.faceForProblem(o)
		}
	}
	return ""
}

// readClosed reports whether viewer reads o though it is closed: a deliverable does what it names.
func (c chart) readClosed(viewer, o *object) bool {
	if viewer.kind != lifecycle.Deliverable {
		return false
	}
	return viewer.form.Parent == o.Number || o.kind == lifecycle.Data && slices.Contains(viewer.links, o.Number) ||
		o.evidence() && o.form.Parent == viewer.Number
}

// evidence reports whether the object tells what was tried out, deployed or went wrong, which stays true
// when it is closed.
func (o *object) evidence() bool {
	return o.kind == lifecycle.Experiment || o.kind == lifecycle.DeploymentKind || o.kind == lifecycle.Incident
}

// faceForData is who uses the data. A role that is lent meanwhile shows at the next look (row 25 of the
// scenario): the holder is asked already, and a delegate's yes counts all the same.
func (c chart) faceForData(data, o *object) string {
	if o.kind == lifecycle.Deliverable && c.uses(o, data) {
		return fingerprint("uses", o.form.Parent)
	}
	return ""
}

func (c chart) faceForDeliverable(d, o *object) string {
	switch {
	case o.kind == lifecycle.Problem && d.form.Parent == o.Number:
		var lent []LedgerDelegation
		if d.ledger.Board != nil && d.ledger.Board.Asked {
			lent = o.ledger.Problem.Delegations
		}
		return fingerprint("problem", o.Title, o.form.canonical(lifecycle.SecProblem, lifecycle.SecRequires), lent)
	case o.kind == lifecycle.Data && c.uses(d, o):
		return fingerprint("data", o.Title, o.dataPrint(), o.validated(), o.ledger.Data.At, o.ledger.Data.By)
	case o.kind == lifecycle.SupportProblem && o.form.Parent == d.Number:
		return fingerprint("support", o.Title, o.form.People())
	case o.evidence() && o.form.Parent == d.Number:
		return fingerprint(o.kind, o.Title, o.Closed, triedOut(o).print, triedOut(o).Experiment, triedOut(o).Outcome, o.form.release(o.Number), o.form.Answers[lifecycle.SecRootCause] != "")
	case o == c.other(d): // a pull request that names no deliverable is nobody's then
		return "other"
	case d.form.Parent == o.Number: // that it exists is told, whatever it is
		return "parent"
	}
	return ""
}

// other is the first open deliverable beside d; nil for none.
func (c chart) other(d *object) *object {
	for _, o := range c.open {
		if o.Number != d.Number {
			return o
		}
	}
	return nil
}

func (c chart) faceForProblem(o *object) string {
	switch o.kind {
	case lifecycle.Deliverable:
		return fingerprint("deliverable", o.Title, o.ledger.Board, o.ledger.Moves, len(o.form.Metrics.Rows), o.form.Metrics.Canonical(), c.data(o))
	case lifecycle.SupportProblem:
		return fingerprint("support", o.form.Parent, o.form.People())
	case lifecycle.Data:
		return fingerprint("data", o.Title, o.validated(), o.ledger.Data.At, o.ledger.Data.By)
	}
	return ""
}

func fingerprint(parts ...any) string {
	text, err := json.Marshal(parts)
	if err != nil { // strings, numbers, times of years that JSON has
		return "unreadable: " + err.Error()
	}
	return checks.Fingerprint(string(text))
}

// sees is what viewer's sticky is made from now.
func (c chart) sees(viewer *object) Seen {
	seen := Seen{}
	for _, n := range c.numbers {
		if f := c.face(viewer, c.objects[n]); f != "" && len(seen) < maxSeen {
			seen[n] = f
		}
	}
	return seen
}

// seesWhen is what a deliverable's sticky is made from while a gate is asked for, or while none is: who
// lent a role matters only then.
func (c chart) seesWhen(asked bool, d *object) Seen {
	then := *d
	then.ledger.Board = &BoardLine{Asked: asked}
	return c.sees(&then)
}

// touched lists the numbers of the objects whose stickies no longer show the one of that number as it
// is, which may be gone.
func (c chart) touched(number int) []int {
	var out []int
	o := c.objects[number]
	for _, n := range c.numbers {
		viewer := c.objects[n]
		if n == number || viewer.Closed || !viewer.hasSticky() {
			continue
		}
		now := ""
		if o != nil {
			now = c.face(viewer, o)
		}
		shown, listed := viewer.seen()[number]
		if full := !listed && len(viewer.seen()) >= maxSeen; shown != now && !full {
			out = append(out, n)
		}
	}
	return out
}
