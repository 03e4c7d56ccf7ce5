package audit

import (
	"fmt"
	"slices"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// whatOf names the events that records tell of. A kind that is missing here is listed by its own name.
var whatOf = map[engine.RecordKind]What{
	engine.Requested: Requested, engine.Voided: Voided, engine.Blocked: Blocked, engine.Passed: Passed, engine.Returned: Returned,
	engine.Replied: Answered, engine.Explained: LabelUndone, engine.Paused: Answered, engine.Started: Started, engine.Risked: Risk,
	engine.Waived: Waiver, engine.Overruled: Overruled, engine.Rewritten: Rewritten, engine.Nudged: Nudged, engine.Expired: Expired,
	engine.Renewed: Renewed, engine.RolledBack: RolledBack,
}

// records lists what a comment records, whoever wrote it.
func (t *trail) records(c *facts.Comment) {
	for _, b := range markdown.Blocks(c.Body) {
		var r engine.Record
		if b.Kind == "sticky" || b.Decode(&r) != nil || string(r.Kind) != b.Kind {
			continue
		}
		t.record(c, r)
	}
}

func (t *trail) record(c *facts.Comment, r engine.Record) {
	what, known := whatOf[r.Kind]
	if !known {
		what = What(r.Kind)
	}
	e := t.event(what, c)
	e.Gate, e.From, e.To, e.Risk, e.Self, e.Cause = r.Gate, r.From, r.To, r.Risk, r.Self, r.Why
	e.Text, e.Prints, e.Artefact, e.Until = r.Reason, r.Prints, r.Artefact, r.Until
	if r.Requester != nil {
		e.by(r.Requester.Person())
	}
	if r.Target != nil {
		e.Target, e.TargetID = r.Target.Login, r.Target.ID
	}
	if r.With != nil {
		e.With, e.WithID = r.With.Login, r.With.ID
	}
	if r.Report != nil {
		e.Commit, e.Model, e.Dataset = r.Report.Commit, r.Report.Body.Model, r.Report.Body.Dataset
	}
	if r.Kind == engine.Explained {
		t.undone(&e, r)
	}
	believed := t.verify(&e, c, r)
	if believed {
		t.follow(&e, c, r)
	}
	if what == Answered && len(e.Findings) == 0 {
		return
	}
	t.add(e)
	if believed {
		t.approved(c, r)
	}
}

// undone says whose change of a label was taken back.
func (t *trail) undone(e *Event, r engine.Record) {
	i := slices.IndexFunc(t.changes, func(l facts.LabelChange) bool { return l.ID == r.Event })
	if i < 0 {
		return
	}
	change := t.changes[i]
	e.by(change.Actor)
	e.Text = "-" + change.Label
	if change.Added {
		e.Text = "+" + change.Label
	}
}

// longAfter is how long after it was signed a record may be posted: in between lie a few requests.
const longAfter = time.Hour

// verify says what about a record cannot be verified, and whether what it says is to be believed, as
// Phasegate itself does.
func (t *trail) verify(e *Event, c *facts.Comment, r engine.Record) bool {
	e.Signature, e.Key = r.Verify(t.place, t.Keys), r.Key
	believed := c.Own
	switch e.Signature {
	case engine.Forged:
		e.find(Forged, "the signature does not belong to what the record says")
		believed = false
	case engine.Misplaced:
		e.find(Misplaced, fmt.Sprintf("the record is of %s#%d", r.Repo, r.Issue))
		believed = false
	case engine.Unsigned:
		e.find(Unsigned, "the record is not signed")
	case engine.UnknownKey:
		e.find(UnknownKey, fmt.Sprintf("signed with the key %s, which was not given", r.Key))
	}
	switch {
	case c.Touched:
		e.find(EditedByOther, "Phasegate's comment was last edited by somebody else")
	case c.Own:
	case c.Author.Bot && e.Signature == engine.Valid:
		e.find(OtherWriter, "posted by "+c.Author.Login)
		believed = true
	case c.Author.Bot:
		e.find(Foreign, fmt.Sprintf("a record in a comment of %s; where Phasegate runs under that name, say so with --writer", c.Author.Login))
	default:
		e.find(Foreign, "a record in a comment of "+nameOf(c.Author))
	}
	if e.Signature == engine.Valid && c.Created.Sub(r.At) > longAfter {
		e.find(Late, fmt.Sprintf("signed at %s, and posted later", r.At.UTC().Format(time.RFC3339)))
	}
	if believed && r.Cause != 0 && r.Kind != engine.Replied && t.comments[r.Cause] == nil {
		e.find(CauseMissing, fmt.Sprintf("comment %d, which caused it, is gone", r.Cause))
	}
	return believed
}

func nameOf(p facts.Person) string {
	if p.Login == "" {
		return "an account that was deleted"
	}
	return p.Login
}

// follow takes in what a record that is believed says of the request and the phase.
func (t *trail) follow(e *Event, c *facts.Comment, r engine.Record) {
	published := engine.Publication{At: c.Created, Prints: r.Prints}
	switch r.Kind {
	case engine.Requested, engine.Expired:
		t.ask(published)
	case engine.Voided, engine.Rewritten:
		t.published = append(t.published, published)
	case engine.Passed, engine.Returned, engine.Started:
		t.move(e)
		t.settle()
	case engine.Renewed:
		t.settle()
	case engine.Overruled:
		if r.Target != nil {
			delete(t.objected, r.Target.ID)
		}
	}
	if e.Person == "" && r.Cause != 0 && r.Kind != engine.Passed {
		if cause := t.comments[r.Cause]; cause != nil && !cause.Author.Bot {
			e.by(cause.Author)
		}
	}
}

// approved lists the approvals that a record names, each with its comment. One that was listed as a
// person's answer is told apart no further: it gets its seat.
func (t *trail) approved(c *facts.Comment, r engine.Record) {
	for _, y := range r.Yes {
		e, at := t.event(Approval, c), -1
		if i, listed := t.approvals[y.Comment]; listed && !y.Carried && t.events[i].Record == 0 {
			e, at = t.events[i], i
			e.sameAs(y.Who.Person(), t.comments[y.Comment])
		} else {
			e.Comment, e.URL = y.Comment, y.URL
			if !y.Carried {
				e.At = y.At.UTC()
			}
			t.sought(&e, y)
		}
		e.Gate, e.From, e.To = r.Gate, r.From, r.To
		e.by(y.Who.Person())
		e.Role, e.Seat, e.Via, e.Until, e.Prints, e.Carried, e.Also = y.Role, y.Seat, y.Via, y.Until, y.Prints, y.Carried, y.AlsoFor
		e.GivenAt, e.Record, e.RecordURL = y.At.UTC(), c.ID, c.URL
		if y.By != nil {
			e.LentBy, e.LentByID = y.By.Login, y.By.ID
		}
		if at >= 0 {
			t.events[at] = e
		} else {
			t.add(e)
		}
	}
}

// sought looks for the comment that a recorded approval names.
func (t *trail) sought(e *Event, y engine.RecordedYes) {
	c := t.comments[y.Comment]
	if c == nil {
		e.find(Missing, fmt.Sprintf("comment %d is gone", y.Comment))
		return
	}
	e.URL = c.URL
	e.sameAs(y.Who.Person(), c)
	e.aboutComment(c)
	if !slices.ContainsFunc(t.commands[c.ID].Commands, func(cmd engine.Command) bool { return cmd.Name == lifecycle.Approve }) {
		e.find(NotSaid, "the comment approves nothing")
	}
}

// sameAs says when the comment is not by the person that a record names.
func (e *Event) sameAs(p facts.Person, c *facts.Comment) {
	if c.Author.ID != 0 && !c.Author.Is(p) {
		e.find(OtherPerson, fmt.Sprintf("the comment is by %s (%d), recorded was %s (%d)", nameOf(c.Author), c.Author.ID, p.Login, p.ID))
	}
}
