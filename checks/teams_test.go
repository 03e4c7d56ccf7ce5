package checks_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// smallTeam is one way to give the roles to up to three people, and what they did.
type smallTeam struct {
	held      []uint // for each of lifecycle.Roles, who holds it: bit i is person i
	requester int
	authors   uint
	carried   uint // who said yes at an earlier passing, in their first role
	void      uint // whose earlier yes is for what stands no longer
	fresh     []lifecycle.Role
}

var trio = []facts.Person{person("ana"), person("bruno"), person("carla")}

// asked are the questions that every small team is put: the gates in full and light, and data.
var asked = []checks.Question{
	{Seats: lifecycle.Seats(lifecycle.G1, lifecycle.Standard)},
	{Seats: lifecycle.Seats(lifecycle.G2, lifecycle.Standard), Independent: []lifecycle.Role{lifecycle.DataScientist}},
	{Seats: lifecycle.Seats(lifecycle.G3, lifecycle.Standard)},
	{Seats: lifecycle.Seats(lifecycle.G1, lifecycle.Low)},
	{Seats: lifecycle.DataSeats()},
}

func chosen(of []facts.Person, set uint) []facts.Person {
	var out []facts.Person
	for i, p := range of {
		if set>>i&1 == 1 {
			out = append(out, p)
		}
	}
	return out
}

func (s smallTeam) question(q checks.Question) checks.Question {
	q.Roster = facts.Roster{Holders: map[lifecycle.Role][]facts.Person{}}
	for i, role := range lifecycle.Roles {
		q.Roster.Holders[role] = chosen(trio, s.held[i])
	}
	q.Requester, q.Authors, q.Now, q.At, q.Fresh = trio[s.requester], chosen(trio, s.authors), now, noon, s.fresh
	for _, p := range chosen(trio, s.carried) {
		y := checks.Yes{Person: p, At: noon.AddDate(0, -1, 0), Carried: true, Bound: now}
		if slices.ContainsFunc(chosen(trio, s.void), p.Is) {
			y.Bound = checks.Prints{}
			for item := range now {
				y.Bound[item] = "older"
			}
		}
		for _, role := range q.Seats {
			if facts.Contains(q.Roster.Of(role), p) {
				y.As = role
				break
			}
		}
		q.Carried = append(q.Carried, y)
	}
	return q
}

func yesOf(people []facts.Person) []checks.Yes {
	var out []checks.Yes
	for _, p := range people {
		out = append(out, checks.Yes{Person: p, At: noon, Bound: now})
	}
	return out
}

// fault says which promise of rule 4 the count breaks; "" for none.
func (s smallTeam) fault(base checks.Question) string {
	q := s.question(base)
	everybody := q.Roster.Everybody()
	full := checks.Count(q, yesOf(everybody))
	if !full.Complete && !full.NoThroughout {
		return "everybody said yes, and it waits: " + say(full)
	}
	for set := range uint(1 << len(everybody)) {
		given := yesOf(chosen(everybody, set))
		tally := checks.Count(q, given)
		slices.Reverse(given)
		if again := checks.Count(q, given); again.Complete != tally.Complete {
			return fmt.Sprintf("the order decides: %s against %s", say(tally), say(again))
		}
		if !tally.Complete {
			if !tally.NoThroughout && len(tally.Awaited) == 0 {
				return "it waits for nobody: " + say(tally)
			}
			continue
		}
		if why := broken(tally, q, everybody); why != "" {
			return why + ": " + say(tally)
		}
	}
	return ""
}

// broken says what a complete count of a small team lacks.
func broken(tally checks.Tally, q checks.Question, everybody []facts.Person) string {
	var said []facts.Person
	throughout := false
	for _, a := range tally.Answers {
		if a.By != nil {
			said = facts.Union(said, []facts.Person{a.By.Person})
			throughout = throughout || a.Role.Throughout()
		}
	}
	outsiders := func(people []facts.Person) []facts.Person {
		return facts.Without(people, append(slices.Clone(q.Authors), q.Requester)...)
	}
	switch {
	case len(everybody) > 1 && len(said) < 2:
		return "one person of several was enough"
	case !throughout:
		return "neither stakeholder nor expert"
	case tally.SelfReviewed && len(everybody) > 1 && len(outsiders(everybody)) > 0:
		return "self-reviewed though somebody else could look"
	case len(everybody) == 1 && !tally.SelfReviewed:
		return "one person holds everything, and it is not called self-reviewed"
	case tally.Scaled && !tally.SelfReviewed && len(outsiders(said)) == 0:
		return "only by who asked and who wrote the evidence"
	}
	return ""
}

func (s smallTeam) String() string {
	text := fmt.Sprintf("requester %s, fresh %v", trio[s.requester].Login, s.fresh)
	for what, set := range map[string]uint{"authors": s.authors, "carried": s.carried, "void": s.void} {
		text += "; " + what
		for _, p := range chosen(trio, set) {
			text += " " + p.Login
		}
	}
	for i, role := range lifecycle.Roles {
		text += fmt.Sprintf("; %s:", role)
		for _, p := range chosen(trio, s.held[i]) {
			text += " " + p.Login
		}
	}
	return text
}

// Every way to give the seven roles to one person or two; who wrote the evidence and what is asked
// takes turns, mixed so that it does not follow the roles.
func TestTeamsOfOneAndTwo(t *testing.T) {
	s := smallTeam{held: make([]uint, len(lifecycle.Roles))}
	for code := range 1 << (2 * len(lifecycle.Roles)) {
		for i := range s.held {
			s.held[i] = uint(code) >> (2 * i) & 3
		}
		turn := uint32(code) * 2654435761 >> 16
		s.authors = uint(turn & 3)
		base := asked[int(turn>>2)%len(asked)]
		if why := s.fault(base); why != "" {
			t.Fatalf("%v: %s\n%s", base.Seats, why, s)
		}
	}
}

func TestTeamsOfThree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := smallTeam{requester: rapid.IntRange(0, 2).Draw(t, "requester"), authors: rapid.UintRange(0, 7).Draw(t, "authors"),
			held:    rapid.SliceOfN(rapid.UintRange(0, 7), len(lifecycle.Roles), len(lifecycle.Roles)).Draw(t, "held"),
			carried: rapid.UintRange(0, 7).Draw(t, "carried"), void: rapid.UintRange(0, 7).Draw(t, "void"),
			fresh: rapid.SliceOfNDistinct(rapid.SampledFrom(lifecycle.Roles), 0, 3, rapid.ID).Draw(t, "fresh")}
		for _, base := range asked {
			if why := s.fault(base); why != "" {
				t.Fatalf("%v: %s\n%s", base.Seats, why, s)
			}
		}
	})
}
