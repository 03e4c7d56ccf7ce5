package engine

import (
	"fmt"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
)

// How much one person gets answered on one object (section 9): what goes beyond waits until the hour
// is over, and is then handled in its order as if it had been read only then.
const (
	answeredPerHour = 30
	answerHour      = time.Hour
)

// meter follows one person's commands.
type meter struct {
	from time.Time // when the hour began
	at   time.Time // when the newest command is handled
	n    int       // commands handled in the hour
}

// take is when a comment is handled: when it was written, or when an hour with room for it begins.
func (m *meter) take(written time.Time, commands int) time.Time {
	if written.After(m.at) {
		m.at = written
	}
	if end := m.from.Add(answerHour); !m.at.Before(end) {
		m.from, m.n = m.at, 0
	} else if m.n+commands > answeredPerHour {
		m.from, m.at, m.n = end, end, 0
	}
	m.n += commands
	return m.at
}

// cost is how many commands a comment counts for.
func (e Entry) cost() int {
	if e.near() != "" {
		return 1
	}
	return len(e.Commands)
}

// hold takes out the comments that wait because their authors gave too many commands within an hour,
// tells each of them once, and asks for another look when the first may be handled. It follows from the
// comments alone. A near miss is counted only where role says that its author is answered.
func (p *pen) hold(entries []Entry, role func(facts.Person) bool) []Entry {
	meters := map[int64]*meter{}
	var ready []Entry
	told := map[int64]bool{}
	for _, e := range entries {
		c := e.Comment
		if e.Record != nil || c.Author.Bot || c.Author.ID == 0 || len(e.Commands) == 0 && !role(c.Author) {
			ready = append(ready, e)
			continue
		}
		m := meters[c.Author.ID]
		if m == nil {
			m = &meter{}
			meters[c.Author.ID] = m
		}
		at := m.take(c.Created, e.cost())
		// What was not put off is ready, also where GitHub's clocks differ by a moment.
		if !at.After(c.Created) || !at.After(p.now) || c.Answer != "" || c.Hidden || p.answered[c.ID] {
			ready = append(ready, e)
			continue
		}
		p.again(at)
		if !told[c.Author.ID] {
			told[c.Author.ID] = true
			p.pause(c.Author, at, entries)
		}
	}
	return ready
}

// pause tells somebody, once an hour, that their commands wait.
func (p *pen) pause(who facts.Person, until time.Time, entries []Entry) {
	for _, e := range entries {
		if r := e.Record; r != nil && r.Kind == Paused && r.Requester != nil && r.Requester.Person().Is(who) && !r.At.Before(until.Add(-answerHour)) {
			return
		}
	}
	name := WhoIs(who)
	p.comment(Record{Kind: Paused, Event: fmt.Sprintf("hour-%d-%d", who.ID, until.Unix()), Requester: &name}, p.printer.Paused(who.Login, answeredPerHour, until))
}
