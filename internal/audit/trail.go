package audit

import (
	"crypto/ed25519"
	"fmt"
	"slices"
	"time"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// Auditor makes the trails of a repository's issues.
type Auditor struct {
	Repository string // owner/name
	Keys       []ed25519.PublicKey
	Zone       *time.Location // in which a delegation's last day ends; nil is UTC
}

// Trail lists what happened to an issue, in the order of its comments.
func (a Auditor) Trail(item engine.Archived) []Event {
	t := trail{Auditor: a, issue: item.Issue, place: engine.Place{Repo: a.Repository, RepoID: item.Issue.Repository, Issue: item.Issue.Number},
		comments: map[int64]*facts.Comment{}, commands: map[int64]engine.Entry{}, refused: map[int64][]int{}, approvals: map[int64]int{}, objected: map[int64]bool{}, overruled: map[int64]bool{}, changes: item.LabelChanges}
	if kinds := item.Issue.KindsOf(); len(kinds) > 0 {
		t.kind = kinds[0]
	}
	t.index(item.Comments)
	for i := range item.Comments {
		c := &item.Comments[i]
		t.records(c)
		if e, ok := t.commands[c.ID]; ok {
			t.person(e)
		}
	}
	return t.events
}

// trail is where one issue's events are gathered.
type trail struct {
	Auditor
	issue   facts.Issue
	kind    lifecycle.Kind
	place   engine.Place
	changes []facts.LabelChange
	events  []Event

	comments  map[int64]*facts.Comment
	commands  map[int64]engine.Entry // what people commanded, by comment
	refused   map[int64][]int        // by comment, the places of its commands that were refused; -1 for all
	overruled map[int64]bool         // comments whose overruling stands in a record
	silent    []engine.Publication   // changes that the sticky noted
	noted     map[int64]string       // comment → fingerprint of the data that its yes is for, by the sticky

	asked     bool // a request, or the renewal of one, is open
	published []engine.Publication
	moved     bool            // there was a move,
	phase     lifecycle.Phase // which led here
	approvals map[int64]int   // comment → place in events of the approval it gives
	objected  map[int64]bool  // person → has an objection
}

// index notes what later comments say of earlier ones.
func (t *trail) index(comments []facts.Comment) {
	for i := range comments {
		c := &comments[i]
		t.comments[c.ID] = c
		if c.Own {
			t.sticky(c.Body)
		}
	}
	for _, e := range engine.Entries(t.place, comments, t.Keys) {
		r := e.Record
		switch {
		case r == nil:
			t.commands[e.Comment.ID] = e
		case r.Kind == engine.Overruled:
			t.overruled[r.Cause] = true
		case r.Kind == engine.Replied:
			t.refused[r.Cause] = append(t.refused[r.Cause], r.Refused...)
			for _, c := range r.Causes {
				t.refused[c] = append(t.refused[c], -1)
			}
		}
	}
}

// sticky takes what the object's sticky notes of changes and answers.
func (t *trail) sticky(body string) {
	for _, b := range markdown.Blocks(body) {
		var l struct {
			Silent []engine.Publication `json:"silent"`
			For    map[int64]string     `json:"for"`
		}
		if b.Kind == "sticky" && b.Decode(&l) == nil {
			t.silent, t.noted = l.Silent, l.For
		}
	}
}

// event begins an event that stands in a comment.
func (t *trail) event(what What, c *facts.Comment) Event {
	return Event{Schema: Schema, At: c.Created.UTC(), Repository: t.Repository, Issue: t.issue.Number, Kind: t.kind, Event: what, Comment: c.ID, URL: c.URL}
}

func (t *trail) add(e Event) { t.events = append(t.events, e) }

// ask begins a request, or asks for a renewal.
func (t *trail) ask(p engine.Publication) {
	t.asked, t.published = true, []engine.Publication{p}
	clear(t.objected)
}

// settle ends the open request.
func (t *trail) settle() {
	t.asked, t.published = false, nil
	clear(t.objected)
}

// bound are the fingerprints that stood published when the comment was written; nil where nothing did.
func (t *trail) bound(c *facts.Comment) checks.Prints {
	if print, ok := t.noted[c.ID]; ok && t.kind == lifecycle.Data {
		return checks.Prints{checks.ItemData: print}
	}
	all := slices.Clone(t.published)
	for _, p := range t.silent {
		if len(t.published) > 0 && p.At.After(t.published[0].At) {
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, func(a, b engine.Publication) int { return a.At.Compare(b.At) })
	for i, p := range slices.Backward(all) {
		if p.At.Before(c.Created) || i == 0 && p.At.Equal(c.Created) {
			return p.Prints
		}
	}
	return nil
}

// aboutComment says what of a person's comment makes what it says less than certain.
func (e *Event) aboutComment(c *facts.Comment) {
	if c.Edited {
		e.find(Edited, "the comment was edited after it was written")
	}
	if c.Hidden {
		e.find(Hidden, "the comment was hidden")
	}
	if c.Author.ID == 0 {
		e.find(NoAccount, "the account of who wrote it was deleted")
	}
}

// move notes a change of phase, and that one before it is missing.
func (t *trail) move(e *Event) {
	if t.moved && e.From != "" && e.From != t.phase {
		e.find(Gap, fmt.Sprintf("it begins in %s, but the records before it end in %s: one between them is gone", e.From, t.phase))
	}
	t.moved, t.phase = true, e.To
}
