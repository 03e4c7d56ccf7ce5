package checks

import (
	"slices"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// Question is what is asked of people: a gate of a deliverable, or whether data can be relied on.
type Question struct {
	Seats       []lifecycle.Role
	Independent []lifecycle.Role // seats that exclude authors of the evidence (rule 6)
	Roster      facts.Roster
	Delegations []facts.Delegation
	Requester   facts.Person   // zero where there is no request (data validation)
	Authors     []facts.Person // authors of the evidence
	Fixed       bool           // never scale to a small team: risk:high, or approvals: {scale: never}
	Fresh       []lifecycle.Role
	Carried     []Yes // earlier counted approvals of this gate, newest last
	Now         Prints
	At          time.Time // the project's time, for delegations
	given       []Yes     // what Count was handed
}

// holds reports whether the delegation holds now, or held when its delegate answered: what was said in
// time stays said.
func (q Question) holds(d facts.Delegation) bool {
	return q.live(d) || slices.ContainsFunc(q.given, func(y Yes) bool { return y.Person.Is(d.To) && y.At.Before(d.Until) })
}

// live reports whether the delegation holds now.
func (q Question) live(d facts.Delegation) bool { return q.At.Before(d.Until) }

// Via says by what right somebody fills a seat.
type Via string

// The rights to fill a seat.
const (
	ViaRole       Via = "role"
	ViaDelegation Via = "delegation"
	ViaStandIn    Via = "stand-in" // the ML engineer for a missing technical role (rules 6 and 7)
)

// Candidate is somebody who may fill a seat.
type Candidate struct {
	Person     facts.Person
	Role       lifecycle.Role // the role that answers; differs from the seat's at AnyTechnical and for a stand-in
	Via        Via
	Delegation facts.Delegation // set when Via is ViaDelegation
}

// Seat is one question that one person has to answer.
type Seat struct {
	Role       lifecycle.Role
	Candidates []Candidate
	Vacant     bool   // nobody holds the role and nobody may stand in: shown, never awaited
	Unread     string // why the holders could not be read; the seat then waits and cannot be filled
}

// candidate returns how the person may fill the seat.
func (s Seat) candidate(p facts.Person) (Candidate, bool) {
	for _, c := range s.Candidates {
		if c.Person.Is(p) {
			return c, true
		}
	}
	return Candidate{}, false
}

// people lists the seat's candidates as people.
func (s Seat) people() []facts.Person {
	people := make([]facts.Person, len(s.Candidates))
	for i, c := range s.Candidates {
		people[i] = c.Person
	}
	return people
}

// seats works out who may fill each seat: rules 3 (holders and delegates), 5 (requester),
// 6 (independence) and 7 (the ML engineer stands in, once).
func (q Question) seats() []Seat {
	out := make([]Seat, len(q.Seats))
	standInFree := true
	for i, role := range q.Seats {
		seat := Seat{Role: role, Unread: q.unread(role), Candidates: q.eligible(role)}
		if len(seat.Candidates) == 0 && seat.Unread == "" {
			seat.Candidates = q.standIns(role, standInFree)
			if len(seat.Candidates) > 0 {
				standInFree = false
			}
		}
		seat.Vacant = len(seat.Candidates) == 0 && seat.Unread == ""
		out[i] = seat
	}
	return out
}

// eligible lists who may fill the seat by holding its role, less the requester (unless nobody else
// holds it) and, for an independent seat, the authors of the evidence.
func (q Question) eligible(role lifecycle.Role) []Candidate {
	all := q.holders(role)
	if slices.Contains(q.Independent, role) {
		all = slices.DeleteFunc(all, func(c Candidate) bool { return facts.Contains(q.Authors, c.Person) })
	}
	others := slices.DeleteFunc(slices.Clone(all), func(c Candidate) bool { return c.Person.Is(q.Requester) })
	if len(others) > 0 {
		return others
	}
	return all
}

// holders lists who holds the role in the config or by a delegation (rule 3).
func (q Question) holders(role lifecycle.Role) []Candidate {
	if role == lifecycle.AnyTechnical {
		var all []Candidate
		for _, r := range lifecycle.Roles {
			if r.Technical() {
				all = appendNew(all, q.holders(r)...)
			}
		}
		return all
	}
	var out []Candidate
	for _, p := range q.Roster.Of(role) {
		out = appendNew(out, Candidate{Person: p, Role: role, Via: ViaRole})
	}
	for _, d := range q.Delegations {
		if d.Role == role && q.holds(d) && facts.Contains(q.Roster.Of(role), d.From) {
			out = appendNew(out, Candidate{Person: d.To, Role: role, Via: ViaDelegation, Delegation: d})
		}
	}
	return out
}

func appendNew(list []Candidate, more ...Candidate) []Candidate {
	for _, c := range more {
		if !slices.ContainsFunc(list, func(have Candidate) bool { return have.Person.Is(c.Person) }) {
			list = append(list, c)
		}
	}
	return list
}

// standIns lists the ML engineers who may answer for a technical seat that nobody can fill.
// Neither throughout-role nor the validator has a stand-in; a gate has one stand-in seat at most.
func (q Question) standIns(role lifecycle.Role, free bool) []Candidate {
	if !free || !role.Technical() || role == lifecycle.MLEngineer {
		return nil
	}
	if slices.Contains(q.Seats, lifecycle.MLEngineer) && len(q.holders(lifecycle.MLEngineer)) == 1 {
		return nil // the only ML engineer has a seat of their own
	}
	independent := slices.Contains(q.Independent, role)
	var out []Candidate
	for _, c := range q.holders(lifecycle.MLEngineer) {
		if c.Person.Is(q.Requester) || independent && facts.Contains(q.Authors, c.Person) {
			continue
		}
		c.Via = ViaStandIn
		out = append(out, c)
	}
	return out
}

func (q Question) unread(role lifecycle.Role) string {
	if role != lifecycle.AnyTechnical {
		return q.Roster.Unread[role]
	}
	for _, r := range lifecycle.Roles {
		if r.Technical() && q.Roster.Unread[r] != "" && len(q.holders(lifecycle.AnyTechnical)) == 0 {
			return q.Roster.Unread[r]
		}
	}
	return ""
}
