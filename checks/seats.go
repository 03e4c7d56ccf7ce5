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
	Tainted     []facts.Person // who had a part in the deliverable and is no second line: authors of commits and experiments
	Fixed       bool           // never scale to a small team: risk:high, or approvals: {scale: never}
	Fresh       []lifecycle.Role
	Carried     []Yes // earlier counted approvals of this gate, newest last
	Now         Prints
	At          time.Time // the project's time, for delegations
	given       []Yes     // what Count was handed
}

// RenewalSeats lists who confirms that a passed last gate still holds: the two throughout-roles and the
// ML engineer, and at high risk a validator.
func RenewalSeats(risk lifecycle.Risk) []lifecycle.Role {
	seats := []lifecycle.Role{lifecycle.BusinessStakeholder, lifecycle.SubjectMatterExpert, lifecycle.MLEngineer}
	if risk == lifecycle.High {
		seats = append(seats, lifecycle.Validator)
	}
	return seats
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
	Earlier    bool             // only what they said at an earlier passing counts: they ask for this step themselves
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
	if len(others) == 0 {
		return all
	}
	for _, c := range all { // a yes from before they asked stands, and only that one
		c.Earlier = true
		if c.Person.Is(q.Requester) && slices.ContainsFunc(q.Carried, func(y Yes) bool { return y.Person.Is(c.Person) && q.counts(y, role, c) }) {
			others = append(others, c)
		}
	}
	return others
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
	if role == lifecycle.Validator {
		return q.secondLine(out)
	}
	return out
}

// secondLine is the validators without those who are involved; none while a role's holders could not
// be read, since any of them may be one.
func (q Question) secondLine(validators []Candidate) []Candidate {
	if q.unread(lifecycle.Validator) != "" {
		return nil
	}
	return slices.DeleteFunc(validators, func(c Candidate) bool { return q.involved(c.Person) })
}

// involved reports whether the person is no second line here: holds another role, in the config or by
// a delegation, or had a part in what is judged.
func (q Question) involved(p facts.Person) bool {
	other := func(r lifecycle.Role) bool { return r != lifecycle.Validator }
	return facts.Contains(q.Tainted, p) || facts.Contains(q.Authors, p) || slices.ContainsFunc(q.Roster.RolesOf(p), other) ||
		slices.ContainsFunc(q.Delegations, func(d facts.Delegation) bool { return d.To.Is(p) && other(d.Role) && q.holds(d) })
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

// unread says why it is not known who can fill the seat; "" when it is.
func (q Question) unread(role lifecycle.Role) string {
	switch role {
	case lifecycle.Validator: // who may hold a role that could not be read is no second line yet
		return q.anyUnread(append([]lifecycle.Role{role}, lifecycle.Roles...))
	case lifecycle.AnyTechnical:
		if len(q.holders(role)) > 0 {
			return ""
		}
		return q.anyUnread(technicalRoles())
	}
	return q.Roster.Unread[role]
}

// anyUnread says why the first of the roles that could not be read was not; "" when all were.
func (q Question) anyUnread(roles []lifecycle.Role) string {
	for _, r := range roles {
		if why := q.Roster.Unread[r]; why != "" {
			return why
		}
	}
	return ""
}
