package engine

import (
	"slices"
	"time"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
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

// Request is a gate that was asked for and has not passed.
type Request struct {
	Gate      lifecycle.Gate
	Requester facts.Person
	Comment   int64 // Phasegate's comment that opened it; 0 while it is not posted
	At        time.Time
	Published []Publication // oldest first; the first is the request's own
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
}

// History is where a deliverable stands, and how it got there.
type History struct {
	Phase      lifecycle.Phase
	Request    *Request // nil when no gate is asked for
	Yes        []checks.Yes
	Objections []Objection
	Passings   []Passing       // every passing, oldest first
	Returns    []checks.Return // every return, oldest first
	Told       []string        // what holds the open request up and its requester was told of
	Moves      []Move          // passings and returns, oldest first
	Answered   map[int64]bool  // comments whose `/advance` or `/return` stands in a record
	Took       map[Taken]bool  // objections and withdrawals that took effect
	Explained  map[string]bool // label events that were explained
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
	h := History{Phase: lifecycle.Design, Answered: map[int64]bool{}, Took: map[Taken]bool{}, Explained: map[string]bool{}}
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
	if r.Kind == Requested || r.Kind == Returned {
		h.Answered[r.Cause] = true
	}
	if r.Event != "" {
		h.Explained[r.Event] = true
	}
	h.Told = append(h.Told, r.Blocks...)
	if r.Kind == Passed || r.Kind == Returned {
		h.Moves = append(h.Moves, moveOf(r))
	}
	switch r.Kind {
	case Requested:
		h.clear()
		h.Request = &Request{Gate: r.Gate, Comment: e.Comment.ID, At: at, Published: []Publication{{At: at, Prints: r.Prints, Words: r.Words}}}
		if r.Requester != nil {
			h.Request.Requester = r.Requester.Person()
		}
	case Voided:
		if h.Request != nil {
			h.Request.Published = append(h.Request.Published, Publication{At: at, Prints: r.Prints, Words: r.Words})
		}
	case Passed:
		h.clear()
		h.Phase = r.To
		h.Passings = append(h.Passings, Passing{Gate: r.Gate, At: at, Comment: e.Comment.ID, URL: e.Comment.URL, Yes: r.Yes, Prints: r.Prints, Self: r.Self})
	case Returned:
		h.clear()
		h.Phase = r.To
		h.Returns = append(h.Returns, checks.Return{Cause: r.Why, From: r.From, To: r.To, At: at, Prints: r.Prints, Comment: r.Cause})
	}
}

// clear ends the open request and all that was said to it.
func (h *History) clear() { h.Request, h.Yes, h.Objections, h.Told = nil, nil, nil, nil }

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
			}
			h.Took[Taken{c.ID, cmd.Name}] = true
		case cmd.Name == lifecycle.Withdraw && h.withdraw(c.Author):
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

// withdraw takes back the person's objection, or if there is none their approvals; false when there is
// neither.
func (h *History) withdraw(p facts.Person) bool {
	if i := h.objection(p); i >= 0 {
		h.Objections = slices.Delete(h.Objections, i, i+1)
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
