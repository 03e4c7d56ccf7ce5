package engine

import (
	"slices"
	"time"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// Move is one change of a deliverable's phase, as the decision log of its problem lists it.
type Move struct {
	At     time.Time       `json:"at"`
	From   lifecycle.Phase `json:"from"`
	To     lifecycle.Phase `json:"to"`
	Cause  lifecycle.Cause `json:"cause,omitempty"` // of going back; "" for a gate that passed
	Reason string          `json:"reason,omitempty"`
	By     string          `json:"by,omitempty"` // who asked for it
	Self   bool            `json:"self,omitempty"`
}

// A ledger keeps the newest moves, and of each reason as much as a log needs.
const (
	keptMoves  = 20
	moveReason = 160
)

// moveOf is what a record of a passing or a return logs.
func moveOf(r Record) Move {
	m := Move{At: r.At, From: r.From, To: r.To, Cause: r.Why, Reason: markdown.Truncate(r.Reason, moveReason), Self: r.Self}
	if r.Requester != nil {
		m.By = r.Requester.Login
	}
	return m
}

// newest are the moves a ledger keeps.
func newest(moves []Move) []Move { return slices.Clone(moves[max(0, len(moves)-keptMoves):]) }
