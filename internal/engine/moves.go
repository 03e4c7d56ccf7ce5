package engine

import (
	"slices"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// MoveKind says what an entry of the decision log tells. The empty one is a passing, or a return where
// there is a cause.
type MoveKind string

// What else the decision log of a bigger problem tells of its deliverables.
const (
	MoveStarted   MoveKind = "started"   // existing work began in a later phase
	MoveObjected  MoveKind = "objected"  // somebody stopped a step
	MoveWithdrawn MoveKind = "withdrawn" // and took that back
	MoveOverruled MoveKind = "overruled" // an objection was set aside
	MoveWaived    MoveKind = "waived"    // something may be missing until a day
	MoveRisk      MoveKind = "risk"      // the risk was changed
	MoveExpired   MoveKind = "expired"   // the last gate holds no longer
	MoveRenewed   MoveKind = "renewed"   // and was confirmed
)

// Move is one entry of a deliverable's history, as the decision log of its problem lists it.
type Move struct {
	Kind   MoveKind        `json:"kind,omitempty"`
	At     time.Time       `json:"at"`
	From   lifecycle.Phase `json:"from,omitempty"`
	To     lifecycle.Phase `json:"to,omitempty"`
	Cause  lifecycle.Cause `json:"cause,omitempty"` // of going back; "" for a gate that passed
	Reason string          `json:"reason,omitempty"`
	By     string          `json:"by,omitempty"` // who asked for it
	Self   bool            `json:"self,omitempty"`
	Of     string          `json:"of,omitempty"`    // whose objection was overruled; the artefact that is waived
	Risk   lifecycle.Risk  `json:"risk,omitempty"`  // of MoveRisk
	Until  string          `json:"until,omitempty"` // last day of a waiver or of a gate's validity

	who facts.Person // who said it, where that is a person's comment; it counts only with a role
}

// A ledger keeps the newest moves, and of each reason as much as a log needs.
const (
	keptMoves  = 20
	moveReason = 160
)

var moveKinds = map[RecordKind]MoveKind{
	Passed: "", Returned: "", Started: MoveStarted, Overruled: MoveOverruled, Waived: MoveWaived, Risked: MoveRisk,
	Expired: MoveExpired, Renewed: MoveRenewed,
}

// moveOf is what a record logs; false for one that the log does not tell of.
func moveOf(r Record) (Move, bool) {
	kind, logged := moveKinds[r.Kind]
	m := Move{Kind: kind, At: r.At, From: r.From, To: r.To, Cause: r.Why, Reason: markdown.Truncate(r.Reason, moveReason), Self: r.Self, Of: r.Artefact, Until: r.Until}
	if r.Requester != nil {
		m.By = r.Requester.Login
	}
	if r.Target != nil {
		m.Of = r.Target.Login
	}
	if r.Kind == Risked {
		m.Risk = r.Risk
	}
	return m, logged
}

// newest are the moves a ledger keeps.
func newest(moves []Move) []Move { return slices.Clone(moves[max(0, len(moves)-keptMoves):]) }
