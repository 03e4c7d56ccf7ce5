package engine

import (
	"slices"
	"time"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// Entry is one comment of a deliverable as the fold reads it: a record of Phasegate, or what a person
// commanded.
type Entry struct {
	Comment  facts.Comment
	Record   *Record // nil for a person's comment
	Commands []Command
	More     int               // command lines beyond those that are read (rule 2)
	Near     lifecycle.Command // what a misspelt command, or a yes or no in words, may have meant
	InWords  bool              // Near was written in words, without a slash
}

// Command is one command line of a comment.
type Command struct {
	Name lifecycle.Command
	Args string // the rest of the line
	Text string // the free text below it
}

// Publication is a set of fingerprints with the moment from which it was to be seen.
type Publication struct {
	At     time.Time
	Prints checks.Prints
	Words  map[checks.Item]string `json:",omitempty"` // what the items said, shortened; those that changed, at least
}

// Request is a gate that was asked for and has not passed, or a passed last gate that is to be confirmed.
type Request struct {
	Gate      lifecycle.Gate
	Renewal   bool         // the gate passed long ago; nobody asked, its time is over
	Requester facts.Person // zero for a renewal
	Comment   int64        // Phasegate's comment that opened it; 0 while it is not posted
	At        time.Time
	Published []Publication   // oldest first; the first is the request's own
	Report    *RecordedReport // of the newest record that published one
	Nudged    bool            // the people awaited were reminded
}

// published is the newest publication that stood there before the comment was written; the bool is
// false if there was none. GitHub's times have whole seconds. A yes in the second of a change is taken
// for what stood before it: nobody is held to have approved what they cannot have seen. One in the
// second of the request, written after it, is for the request.
func (r *Request) published(before facts.Comment) (Publication, bool) {
	for i := len(r.Published) - 1; i >= 0; i-- {
		p := r.Published[i]
		if p.At.Before(before.Created) || i == 0 && p.At.Equal(before.Created) && r.Comment != 0 && r.Comment < before.ID {
			return p, true
		}
	}
	return Publication{}, false
}

// Objection is a "no" that blocks the open request.
type Objection struct {
	Person  facts.Person
	Reason  string
	At      time.Time
	Comment int64
	URL     string
}

// Passing is a gate that passed.
type Passing struct {
	Gate    lifecycle.Gate
	At      time.Time
	Comment int64
	URL     string
	Yes     []RecordedYes
	Prints  checks.Prints
	Self    bool
	Report  *RecordedReport // that it passed on; nil where none was asked for
	Until   string          // last day on which it holds, YYYY-MM-DD; "" for ever. A renewal moves it
}

// Beginning is the later phase in which work that exists already began; the gates before it were not reviewed.
type Beginning struct {
	To     lifecycle.Phase
	At     time.Time
	By     string
	Reason string
}

// Waiver is a visible exception to something that must be ready.
type Waiver struct {
	Artefact string // row of section 2's tables
	Day      string // last day, YYYY-MM-DD
	By       string
	Reason   string
	At       time.Time
}

// Overrule is an objection that was set aside. It stays visible while the request is open.
type Overrule struct {
	Objection Objection
	By        string
	Reason    string
	At        time.Time
}

// History is where a deliverable stands, and how it got there.
type History struct {
	Phase      lifecycle.Phase
	Request    *Request // nil when no gate is asked for
	Yes        []checks.Yes
	Objections []Objection
	Overruled  []Overrule
	Began      *Beginning     // nil for work that began in design
	Risk       lifecycle.Risk // as `/risk` set it last; "" where nobody did
	Waivers    []Waiver
	Passings   []Passing        // every passing, oldest first
	Returns    []checks.Return  // every return, oldest first
	Told       []string         // what holds the open request up and its requester was told of
	Moves      []Move           // what the decision log shows, oldest first
	Acted      time.Time        // of the newest act on a gate that a record or a person's objection shows
	Answered   map[Ordered]bool // commands that a record carries out
	Took       map[Taken]bool   // objections and withdrawals that took effect
	Explained  map[string]bool  // label events that were explained
}

// Ordered is a command by its comment and its place in it, from 0.
type Ordered struct {
	Comment int64
	Place   int
}

// Taken is a command of a comment that took effect.
type Taken struct {
	Comment int64
	Name    lifecycle.Command
}

// Fold replays the entries, oldest first, into where the deliverable stands. It believes records (the
// caller passes only those that Phasegate wrote and nobody changed since) and counts nothing of a
// person's comment that was edited, or came before anything was published for it, and no command that
// was refused.
// silent are publications made by editing the sticky: changes that nobody had to be told of.
func Fold(entries []Entry, silent []Publication) History {
	h := History{Phase: lifecycle.Design, Answered: map[Ordered]bool{}, Took: map[Taken]bool{}, Explained: map[string]bool{}}
	refused := refusalsIn(entries)
	for _, e := range entries {
		h.publish(&silent, e.Comment.Created)
		if e.Record != nil {
			h.record(e)
			continue
		}
		h.person(e, refused)
	}
	h.publish(&silent, endOfTime)
	return h
}

var endOfTime = time.Unix(1<<40, 0)

// publish hands the open request the silent publications made before the moment.
func (h *History) publish(silent *[]Publication, before time.Time) {
	for len(*silent) > 0 && (*silent)[0].At.Before(before) {
		if h.Request != nil && h.Request.At.Before((*silent)[0].At) {
			h.Request.Published = append(h.Request.Published, (*silent)[0])
		}
		*silent = (*silent)[1:]
	}
}

func (h *History) record(e Entry) {
	r, at := *e.Record, e.Comment.Created
	if r.Kind.answers() {
		h.Answered[Ordered{r.Cause, r.Place}] = true
	}
	if r.Event != "" {
		h.Explained[r.Event] = true
	}
	h.Told = append(h.Told, r.Blocks...)
	if m, logged := moveOf(r); logged {
		h.Moves = append(h.Moves, m)
	}
	switch r.Kind {
	case Requested, Expired:
		h.open(e)
	case Voided, Rewritten:
		h.publishRecord(r, at)
	case Passed:
		h.clear()
		h.Phase, h.Acted = r.To, at
		h.Passings = append(h.Passings, Passing{Gate: r.Gate, At: at, Comment: e.Comment.ID, URL: e.Comment.URL, Yes: r.Yes, Prints: r.Prints, Self: r.Self, Report: r.Report, Until: r.Until})
	case Renewed:
		h.clear()
		h.Acted = at
		if p := h.Last(r.Gate); p != nil {
			p.Until = r.Until
		}
	case Returned:
		h.clear()
		h.Phase, h.Acted = r.To, at
		h.Returns = append(h.Returns, checks.Return{Cause: r.Why, From: r.From, To: r.To, At: at, Prints: r.Prints, Comment: r.Cause})
	default:
		h.exception(r, at)
	}
}

// answers reports whether a record of the kind carries a command out, that of its cause.
func (k RecordKind) answers() bool {
	switch k {
	case Requested, Returned, Started, Risked, Waived, Overruled, Rewritten:
		return true
	}
	return false
}

// open begins a request, or the renewal of a gate that passed long ago.
func (h *History) open(e Entry) {
	r, at := *e.Record, e.Comment.Created
	h.clear()
	h.Request = &Request{Gate: r.Gate, Renewal: r.Kind == Expired, Comment: e.Comment.ID, At: at, Report: r.Report,
		Published: []Publication{{At: at, Prints: r.Prints, Words: r.Words}}}
	if r.Requester != nil {
		h.Request.Requester, h.Acted = r.Requester.Person(), at
	}
}

// publishRecord hands the open request what a record publishes. Who had the text changed on their behalf
// knows what it says now: their own yes stands.
func (h *History) publishRecord(r Record, at time.Time) {
	if h.Request == nil || r.Prints == nil {
		return
	}
	h.Request.Published = append(h.Request.Published, Publication{At: at, Prints: r.Prints, Words: r.Words})
	if r.Report != nil {
		h.Request.Report = r.Report
	}
	if r.Kind != Rewritten || r.Requester == nil {
		return
	}
	for i := range h.Yes {
		if h.Yes[i].Person.Is(r.Requester.Person()) {
			h.Yes[i].Bound = r.Prints
		}
	}
}

// exception takes what people with the right to do so decided out of the ordinary.
func (h *History) exception(r Record, at time.Time) {
	by := ""
	if r.Requester != nil {
		by = r.Requester.Login
	}
	switch r.Kind {
	case Started:
		h.Phase, h.Began = r.To, &Beginning{To: r.To, At: at, By: by, Reason: r.Reason}
	case Risked:
		h.Risk = r.Risk
	case Waived:
		h.Waivers = append(h.Waivers, Waiver{Artefact: r.Artefact, Day: r.Until, By: by, Reason: r.Reason, At: at})
	case Overruled:
		h.overrule(r, by, at)
	case Nudged:
		if h.Request != nil {
			h.Request.Nudged = true
		}
	}
}

func (h *History) overrule(r Record, by string, at time.Time) {
	if r.Target == nil {
		return
	}
	if i := h.objection(r.Target.Person()); i >= 0 {
		h.Overruled = append(h.Overruled, Overrule{Objection: h.Objections[i], By: by, Reason: r.Reason, At: at})
		h.Objections = slices.Delete(h.Objections, i, i+1)
	}
}

// clear ends the open request and all that was said to it.
func (h *History) clear() {
	h.Request, h.Yes, h.Objections, h.Overruled, h.Told = nil, nil, nil, nil, nil
}

// person takes what a person's comment says to the open request. Commands that open, pass or return
// stand in records; here only answers to a request are read.
func (h *History) person(e Entry, refused refusals) {
	c := e.Comment
	if h.Request == nil || c.Edited || c.Hidden || c.Author.Bot || c.Answer == facts.NotCounted {
		return
	}
	for i, cmd := range e.Commands {
		switch {
		case refused.has(c.ID, i):
		case cmd.Name == lifecycle.Approve:
			h.approve(c, cmd)
		case cmd.Name == lifecycle.Object && reason(cmd) != "":
			if h.objection(c.Author) < 0 {
				h.Objections = append(h.Objections, Objection{c.Author, reason(cmd), c.Created, c.ID, c.URL})
				h.said(c, Move{Kind: MoveObjected, Reason: reason(cmd)})
			}
			h.Took[Taken{c.ID, cmd.Name}] = true
		case cmd.Name == lifecycle.Withdraw && h.withdraw(c):
			h.Took[Taken{c.ID, cmd.Name}] = true
		}
	}
}

func (h *History) approve(c facts.Comment, cmd Command) {
	bound, ok := h.Request.published(c)
	if !ok {
		return
	}
	as, ok := AsRole(cmd.Args)
	if !ok {
		return
	}
	h.Yes = append(h.Yes, checks.Yes{Person: c.Author, As: as, At: c.Created, Comment: c.ID, URL: c.URL, Bound: bound.Prints})
}

func (h *History) objection(p facts.Person) int {
	return slices.IndexFunc(h.Objections, func(o Objection) bool { return o.Person.Is(p) })
}

// said logs an objection or its withdrawal.
func (h *History) said(c facts.Comment, m Move) {
	m.At, m.By, m.who = c.Created, c.Author.Login, c.Author
	m.Reason = markdown.Truncate(m.Reason, moveReason)
	h.Moves = append(h.Moves, m)
}

// withdraw takes back the author's objection, or if there is none their approvals; false when there is
// neither.
func (h *History) withdraw(c facts.Comment) bool {
	p := c.Author
	if i := h.objection(p); i >= 0 {
		h.Objections = slices.Delete(h.Objections, i, i+1)
		h.said(c, Move{Kind: MoveWithdrawn})
		return true
	}
	n := len(h.Yes)
	h.Yes = slices.DeleteFunc(h.Yes, func(y checks.Yes) bool { return y.Person.Is(p) })
	return len(h.Yes) < n
}

// SincePassed lists the returns that reopened gate g after it last passed: those that went back to
// before it.
func (h History) SincePassed(g lifecycle.Gate) []checks.Return {
	var passed time.Time
	if p := h.Last(g); p != nil {
		passed = p.At
	}
	var out []checks.Return
	for _, r := range h.Returns {
		if r.At.After(passed) && r.To.Index() <= g.From().Index() {
			out = append(out, r)
		}
	}
	return out
}

// Last is the newest passing of gate g; nil if it never passed.
func (h History) Last(g lifecycle.Gate) *Passing {
	for i := len(h.Passings) - 1; i >= 0; i-- {
		if h.Passings[i].Gate == g {
			return &h.Passings[i]
		}
	}
	return nil
}

// Carried lists the approvals of g's newest passing as they may stand for a new one; each is bound to
// what it was given for.
func (h History) Carried(g lifecycle.Gate) []checks.Yes {
	last := h.Last(g)
	if last == nil {
		return nil
	}
	var out []checks.Yes
	for _, y := range last.Yes {
		if y.AlsoFor {
			continue // the same person's own seat is in the list
		}
		as := y.Seat
		if as == lifecycle.AnyTechnical || as == lifecycle.AnyRole {
			as = y.Role
		}
		out = append(out, checks.Yes{Person: y.Who.Person(), As: as, At: y.At, Comment: y.Comment, URL: y.URL, Bound: y.Prints, Carried: true})
	}
	return out
}
