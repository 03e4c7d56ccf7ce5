package audit

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// Schema is the version of the fields of an Event. It rises when one is renamed, goes or changes its
// meaning; new ones may come at any time.
const Schema = 1

// What says what an event is.
type What string

// The events. Those up to Blocked stand in Phasegate's records, the others in what people wrote.
const (
	Requested   What = "requested"
	Passed      What = "passed"
	Returned    What = "returned"
	Started     What = "started"
	Expired     What = "expired"
	Renewed     What = "renewed"
	Risk        What = "risk"
	Waiver      What = "waiver"
	Overruled   What = "overruled"
	Rewritten   What = "rewritten"
	Nudged      What = "nudged"
	Voided      What = "voided"
	Blocked     What = "blocked"
	LabelUndone What = "label-undone"
	RolledBack  What = "rollback"
	Approval    What = "approval"
	Objection   What = "objection"
	Withdrawal  What = "withdrawal"
	Decision    What = "decision"
	Delegation  What = "delegation"
	Answered    What = "answered" // listed only when there is something to say about it
)

// Event is one thing that happened. A field that says nothing for it is empty, and left out of JSON.
type Event struct {
	Schema     int             `json:"schema"`
	At         time.Time       `json:"at"` // by GitHub's clock, in UTC
	Repository string          `json:"repository"`
	Issue      int             `json:"issue"`
	Kind       lifecycle.Kind  `json:"kind,omitempty"`
	Event      What            `json:"event"`
	Gate       lifecycle.Gate  `json:"gate,omitempty"`
	From       lifecycle.Phase `json:"from,omitempty"`
	To         lifecycle.Phase `json:"to,omitempty"`
	Risk       lifecycle.Risk  `json:"risk,omitempty"`
	Person     string          `json:"person,omitempty"` // login, as it is now or was when recorded
	PersonID   int64           `json:"person_id,omitempty"`
	Role       lifecycle.Role  `json:"role,omitempty"`
	Seat       lifecycle.Role  `json:"seat,omitempty"`
	Via        checks.Via      `json:"via,omitempty"`
	LentBy     string          `json:"lent_by,omitempty"`
	LentByID   int64           `json:"lent_by_id,omitempty"`
	Until      string          `json:"until,omitempty"` // YYYY-MM-DD, the last day
	GivenAt    time.Time       `json:"given_at,omitzero"`
	Carried    bool            `json:"carried,omitempty"`
	Also       bool            `json:"also,omitempty"`
	Self       bool            `json:"self,omitempty"`
	Target     string          `json:"target,omitempty"`
	TargetID   int64           `json:"target_id,omitempty"`
	With       string          `json:"with,omitempty"`
	WithID     int64           `json:"with_id,omitempty"`
	Cause      lifecycle.Cause `json:"cause,omitempty"`
	Artefact   string          `json:"artefact,omitempty"`
	Decision   string          `json:"decision,omitempty"` // D-n
	Topic      string          `json:"topic,omitempty"`
	About      int             `json:"about,omitempty"`
	Text       string          `json:"text,omitempty"`    // as somebody wrote it
	Commit     string          `json:"commit,omitempty"`  // of the metric report that a step was judged on,
	Model      string          `json:"model,omitempty"`   // and the version of the model
	Dataset    string          `json:"dataset,omitempty"` // and of the data that it names
	Prints     checks.Prints   `json:"prints,omitempty"`
	Comment    int64           `json:"comment,omitempty"`
	URL        string          `json:"url,omitempty"`
	Record     int64           `json:"record,omitempty"`
	RecordURL  string          `json:"record_url,omitempty"`
	Key        string          `json:"key,omitempty"`
	Signature  engine.Verdict  `json:"signature,omitempty"`
	Findings   []Finding       `json:"findings,omitempty"`

	ordered engine.Ordered // the command of a decision
}

// Finding is something that could not be verified, or is not as it should be.
type Finding struct {
	Code Code   `json:"code"`
	Text string `json:"text"` // one line; what it quotes is untrusted
}

// Code names a finding.
type Code string

// The findings.
const (
	Forged        Code = "forged"          // the signature does not belong to what the record says
	Misplaced     Code = "misplaced"       // the record is of another issue
	Foreign       Code = "foreign"         // a record in a comment that Phasegate did not write
	OtherPerson   Code = "other-person"    // the approval's comment is by somebody else than recorded
	Unsigned      Code = "unsigned"        // nothing proves that the record is Phasegate's
	UnknownKey    Code = "unknown-key"     // signed with a key that was not given
	OtherWriter   Code = "other-writer"    // signed by Phasegate, posted by another App or runner
	EditedByOther Code = "edited-by-other" // Phasegate's comment was last edited by somebody else
	Late          Code = "late"            // posted long after it was signed
	CauseMissing  Code = "cause-missing"   // the comment that caused the record is gone
	Gap           Code = "gap"             // a move that does not begin where the one before it ended
	Missing       Code = "missing"         // the approval's comment is gone
	NotSaid       Code = "not-said"        // the approval's comment does not approve anything
	Edited        Code = "edited"          // the person's comment was edited after it was written
	Hidden        Code = "hidden"          // the person's comment was hidden
	NoRequest     Code = "no-request"      // an answer, but no request is recorded
	Unanswered    Code = "unanswered"      // Phasegate has not reacted to the comment yet
	NoAccount     Code = "no-account"      // the account was deleted
)

// Bad reports whether the finding says that somebody made something up.
func (c Code) Bad() bool {
	return c == Forged || c == Misplaced || c == Foreign || c == OtherPerson
}

func (e *Event) find(code Code, text string) { e.Findings = append(e.Findings, Finding{code, text}) }

func (e *Event) by(p facts.Person) { e.Person, e.PersonID = p.Login, p.ID }

// Sort puts events in the order of time; those of one moment in the order of issues and comments.
func Sort(events []Event) {
	slices.SortStableFunc(events, func(a, b Event) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Issue, b.Issue), cmp.Compare(a.place(), b.place()))
	})
}

// place is the comment at which the event stands in its issue.
func (e Event) place() int64 {
	if e.Carried {
		return e.Record
	}
	return e.Comment
}

// Since leaves out what happened before the moment.
func Since(events []Event, at time.Time) []Event {
	return slices.DeleteFunc(events, func(e Event) bool { return e.At.Before(at) })
}

// Counts says how much of a trail could not be verified, and how much is made up.
func Counts(events []Event) (unverified, bad int) {
	for _, e := range events {
		switch {
		case slices.ContainsFunc(e.Findings, func(f Finding) bool { return f.Code.Bad() }):
			bad++
		case len(e.Findings) > 0:
			unverified++
		}
	}
	return unverified, bad
}

// Number gives the decisions among events the numbers they got; see [engine.NumberedDecisions].
func Number(events []Event, numbers map[engine.Ordered]engine.NumberedDecision) {
	for i := range events {
		e := &events[i]
		if n, ok := numbers[e.ordered]; ok && e.Event == Decision {
			e.Decision = fmt.Sprintf("D-%d", n.N)
			if e.About == 0 {
				e.About = n.Problem
			}
		}
	}
}
