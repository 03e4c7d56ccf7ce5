package checks

import (
	"slices"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// Yes is one approval as it was written, bound to what was published before it (rule 8).
type Yes struct {
	Person  facts.Person
	As      lifecycle.Role // chosen with `/approve as <role>`; "" leaves the choice to the count
	At      time.Time
	Comment int64
	URL     string
	Bound   Prints // fingerprints the approval is for
	Carried bool   // given at an earlier passing of this gate
}

// Answer is a seat with the yes that fills it, if any.
type Answer struct {
	Seat
	By      *Yes      // nil while the seat waits
	Right   Candidate // by what right; meaningful when By is set
	AlsoFor bool      // filled by somebody who fills another seat too, in a small team
}

// Awaited is a person whose yes is missing, with the seats they could fill.
type Awaited struct {
	Person facts.Person
	Seats  []lifecycle.Role
}

// Tally is how the approvals stand.
type Tally struct {
	Answers      []Answer
	Needed, Got  int // people whose yes is needed and given
	Complete     bool
	Scaled       bool // the team is smaller than the gate: the largest match counts (rule 4)
	SelfReviewed bool // one person, or only people judging their own work, hold every role
	Short        int  // people the config lacks where the count must not scale
	NoThroughout bool // neither a business stakeholder nor a subject matter expert can answer
	Awaited      []Awaited
}

// Count counts the approvals given, oldest first, against the question (rules 3 to 8 of section 3).
func Count(q Question, given []Yes) Tally {
	q.given = append(slices.Clone(q.Carried), given...)
	c := counter{Question: q, all: q.seats(), yes: q.given}
	c.prepare()
	c.fill()
	return c.tally()
}

// counter is the state of one count.
type counter struct {
	Question
	all    []Seat
	seats  []Seat // the seats that wait for somebody: all but vacant ones, and a second look if needed
	yes    []Yes
	people []facts.Person // who said yes
	scaled bool
	self   bool
	short  int
	target int
	who    []int // seat → people
}

// prepare works out how many people the config can give and whether that makes the team small.
func (c *counter) prepare() {
	for _, s := range c.all {
		if !s.Vacant {
			c.seats = append(c.seats, s)
		}
	}
	for _, y := range c.yes {
		c.people = facts.Union(c.people, []facts.Person{y.Person})
	}
	most := c.largest(c.seats)
	unread := slices.ContainsFunc(c.seats, func(s Seat) bool { return s.Unread != "" })
	reduced := !unread && (most < len(c.seats) || len(c.seats) < len(c.all))
	c.target = len(c.seats)
	switch {
	case !reduced:
	case c.Fixed:
		c.short = len(c.all) - most
	default:
		c.scaled, c.target = true, most
		c.secondLook(most)
	}
}

// largest is how many of the seats the config's people can fill at once, each by a person of its own.
func (c *counter) largest(seats []Seat) int {
	var pool []facts.Person
	for _, s := range seats {
		pool = facts.Union(pool, s.people())
	}
	return filled(match(seats, pool, func(s, p int) bool {
		_, ok := seats[s].candidate(pool[p])
		return ok
	}))
}

// secondLook adds a seat for any role holder where the gate's own roles give fewer than two people,
// or nobody but the requester and authors of the evidence. If nobody else looks, or only they can, the
// gate is self-reviewed.
func (c *counter) secondLook(most int) {
	var pool []facts.Person
	for _, s := range c.seats {
		pool = facts.Union(pool, s.people())
	}
	lookers := c.Roster.Everybody()
	switch outside := len(c.outsiders(pool)) > 0; {
	case outside && most >= 2:
		return
	case !outside && len(c.outsiders(lookers)) > 0:
		lookers = c.outsiders(lookers)
	case !outside:
		c.self = true
		if most >= 2 {
			return
		}
	}
	with := append(slices.Clone(c.seats), c.anyRole(lookers))
	if c.largest(with) == most {
		c.self = true
		return
	}
	c.seats, c.all, c.target = with, append(c.all, with[len(with)-1]), most+1
}

// anyRole is a seat for any of the people, each by the first role they hold.
func (c *counter) anyRole(people []facts.Person) Seat {
	seat := Seat{Role: lifecycle.AnyRole}
	for _, p := range people {
		role := lifecycle.AnyRole
		if held := c.Roster.RolesOf(p); len(held) > 0 {
			role = held[0]
		}
		seat.Candidates = append(seat.Candidates, Candidate{Person: p, Role: role, Via: ViaRole})
	}
	return seat
}

func (c *counter) outsiders(people []facts.Person) []facts.Person {
	return facts.Without(facts.Without(people, c.Requester), c.Authors...)
}

// best is the newest yes of the person that counts for the seat; nil if none does.
func (c *counter) best(seat Seat, p facts.Person) *Yes {
	right, ok := seat.candidate(p)
	if !ok {
		return nil
	}
	for i := len(c.yes) - 1; i >= 0; i-- {
		if c.yes[i].Person.Is(p) && c.counts(c.yes[i], seat.Role, right) {
			return &c.yes[i]
		}
	}
	return nil
}

// counts reports whether the yes, by that right, is for this seat and for what stands there now.
func (q Question) counts(y Yes, seat lifecycle.Role, right Candidate) bool {
	if y.As != "" && y.As != seat && y.As != right.Role || right.Earlier && !y.Carried {
		return false
	}
	now := q.Now
	if y.Carried {
		if slices.Contains(q.Fresh, seat) {
			return false
		}
		now = now.of(y.Bound) // what an older version did not publish is no change since
	}
	return y.Bound.Keeps(now, guardOf(seat, right))
}

// guardOf is the role whose guarded items a yes on the seat is bound to: the seat's own, or the
// person's where any role may sit.
func guardOf(seat lifecycle.Role, right Candidate) lifecycle.Role {
	if seat == lifecycle.AnyTechnical || seat == lifecycle.AnyRole {
		return right.Role
	}
	return seat
}

func (c *counter) fill() {
	c.who = match(c.seats, c.people, func(s, p int) bool { return c.best(c.seats[s], c.people[p]) != nil })
	if !c.outsiderSaidYes() {
		c.seatOutsider()
	}
}

// seatOutsider gives a seat of one who asked or wrote the evidence to somebody who did neither and may
// fill it too, so that no order of answers keeps the outsider's yes from counting.
func (c *counter) seatOutsider() {
	for p, person := range c.people {
		if len(c.outsiders([]facts.Person{person})) == 0 {
			continue
		}
		for s := range c.seats {
			if c.best(c.seats[s], person) != nil {
				c.who[s] = p
				return
			}
		}
	}
}

// tally lays the result out, vacant seats included, in the order of the question.
func (c *counter) tally() Tally {
	t := Tally{Scaled: c.scaled, SelfReviewed: c.self, Short: c.short, Needed: c.target, Got: min(filled(c.who), c.target)}
	next := 0
	for _, s := range c.all {
		a := Answer{Seat: s}
		if !s.Vacant {
			c.answer(&a, next)
			next++
		}
		t.Answers = append(t.Answers, a)
	}
	t.NoThroughout = c.scaled && !slices.ContainsFunc(c.seats, func(s Seat) bool { return s.Role.Throughout() })
	t.Complete = c.short == 0 && !t.NoThroughout && c.outsiderSaidYes() &&
		!slices.ContainsFunc(t.Answers, func(a Answer) bool { return a.By == nil && !a.Vacant })
	if !t.Complete {
		t.Awaited = c.awaited(t.Answers)
	}
	return t
}

// answer fills the i-th waiting seat from the match, or in a small team from anybody who may answer
// for it besides their own.
func (c *counter) answer(a *Answer, i int) {
	if p := c.who[i]; p >= 0 {
		a.By = c.best(a.Seat, c.people[p])
		a.Right, _ = a.candidate(c.people[p])
		return
	}
	if !c.scaled || filled(c.who) < c.target || a.Role == lifecycle.AnyRole {
		return
	}
	for _, p := range c.people {
		if y := c.best(a.Seat, p); y != nil {
			a.By, a.AlsoFor = y, true
			a.Right, _ = a.candidate(p)
			return
		}
	}
}

// outsiderSaidYes reports whether, in a small team, one of those who count is neither requester nor
// author of the evidence.
func (c *counter) outsiderSaidYes() bool {
	if !c.scaled || c.self {
		return true
	}
	for _, p := range c.who {
		if p >= 0 && len(c.outsiders([]facts.Person{c.people[p]})) > 0 {
			return true
		}
	}
	return false
}

// awaited lists who can bring the missing answers. Somebody who already fills a seat is not asked
// again, unless nobody else could.
func (c *counter) awaited(answers []Answer) []Awaited {
	var counted []facts.Person
	for _, a := range answers {
		if a.By != nil {
			counted = append(counted, a.By.Person)
		}
	}
	var out []Awaited
	add := func(p facts.Person, seat lifecycle.Role) {
		for i := range out {
			if out[i].Person.Is(p) {
				out[i].Seats = append(out[i].Seats, seat)
				return
			}
		}
		out = append(out, Awaited{p, []lifecycle.Role{seat}})
	}
	open := false
	for _, a := range answers {
		if a.By != nil || a.Vacant {
			continue
		}
		open = true
		able := c.able(a.Seat)
		left := facts.Without(facts.Without(able, counted...), c.lenders(a.Seat)...)
		if len(left) == 0 {
			left = able
		}
		for _, p := range left {
			add(p, a.Role)
		}
	}
	if !open && !c.outsiderSaidYes() {
		for _, s := range c.seats {
			for _, p := range c.outsiders(s.people()) {
				add(p, s.Role)
			}
		}
	}
	return out
}

// able lists the seat's candidates but those whose delegation has ended.
func (c *counter) able(s Seat) []facts.Person {
	var out []facts.Person
	for _, candidate := range s.Candidates {
		if !candidate.Earlier && (candidate.Via != ViaDelegation || c.live(candidate.Delegation)) {
			out = append(out, candidate.Person)
		}
	}
	return out
}

// lenders lists who lent the seat's role: their delegate is asked in their place, though their own
// yes still counts.
func (c *counter) lenders(s Seat) []facts.Person {
	var out []facts.Person
	for _, candidate := range s.Candidates {
		if candidate.Via == ViaDelegation && c.live(candidate.Delegation) {
			out = append(out, candidate.Delegation.From)
		}
	}
	return out
}

// Refusal says why a person's yes cannot count; "" when it can.
type Refusal string

// The reasons for which a yes does not count.
const (
	RefusedNoRole    Refusal = "no-role"     // holds no role at all
	RefusedOtherRole Refusal = "other-role"  // holds a role that is not asked here
	RefusedNotHeld   Refusal = "not-held"    // asked to count as a role they do not hold
	RefusedRequester Refusal = "requester"   // asked for this step themselves, and others hold the role
	RefusedInvolved  Refusal = "involved"    // is a validator, but holds another role or had a part in the work
	RefusedAuthor    Refusal = "author"      // wrote the evidence of an independent seat
	RefusedUnread    Refusal = "unread-team" // the config's teams could not be read
)

// Refuse says whether p's yes, chosen for role as ("" for any), can count at all for the question.
func Refuse(q Question, p facts.Person, as lifecycle.Role) Refusal {
	seats := q.seats()
	counter := counter{Question: q, all: seats}
	counter.prepare()
	for _, s := range counter.seats {
		if right, ok := s.candidate(p); ok && !right.Earlier && (as == "" || as == s.Role || as == right.Role) {
			return ""
		}
	}
	return q.whyNot(seats, p, as)
}

func (q Question) whyNot(seats []Seat, p facts.Person, as lifecycle.Role) Refusal {
	held := q.rolesOf(p)
	if as != "" && !slices.Contains(held, as) {
		return RefusedNotHeld
	}
	unread := false
	for _, s := range seats {
		unread = unread || s.Unread != ""
		holds := slices.ContainsFunc(q.holders(s.Role), func(c Candidate) bool { return c.Person.Is(p) })
		switch {
		case s.Role == lifecycle.Validator && facts.Contains(q.Roster.Validators, p) && q.involved(p):
			return RefusedInvolved
		case s.Role == lifecycle.Validator && facts.Contains(q.Roster.Validators, p) && s.Unread != "":
			return RefusedUnread
		case !holds:
		case slices.Contains(q.Independent, s.Role) && facts.Contains(q.Authors, p):
			return RefusedAuthor
		case p.Is(q.Requester):
			return RefusedRequester
		}
	}
	switch {
	case len(held) > 0:
		return RefusedOtherRole
	case unread:
		return RefusedUnread
	}
	return RefusedNoRole
}

// rolesOf lists the roles the person holds in the config or by a live delegation.
func (q Question) rolesOf(p facts.Person) []lifecycle.Role {
	held := q.Roster.RolesOf(p)
	for _, d := range q.Delegations {
		if d.To.Is(p) && q.live(d) && !slices.Contains(held, d.Role) {
			held = append(held, d.Role)
		}
	}
	return held
}
