package checks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

var (
	quintet = []facts.Person{person("ana"), person("bruno"), person("carla"), person("dora"), person("elias")}
	files   = []string{"a.py", "b.py"}
)

// drawPull draws a pull request: who holds what, who wrote it, what is asked, what was said.
func drawPull(t *rapid.T) checks.AssentQuestion {
	somebody := rapid.SampledFrom(quintet)
	q := checks.AssentQuestion{Roster: facts.Roster{Holders: map[lifecycle.Role][]facts.Person{}}, At: noon.Add(time.Hour), Author: somebody.Draw(t, "author"), Head: head, Same: sameSince,
		Every: rapid.Bool().Draw(t, "every"), Fixed: rapid.Bool().Draw(t, "fixed")}
	for _, r := range lifecycle.Roles {
		q.Roster.Holders[r] = chosen(quintet, rapid.UintRange(0, 31).Draw(t, string(r))&rapid.UintRange(0, 31).Draw(t, "and"))
	}
	if rapid.Bool().Draw(t, "one unread") {
		q.Roster.Unread = map[lifecycle.Role]string{rapid.SampledFrom(lifecycle.Roles).Draw(t, "unread"): "403"}
	}
	q.Contributors = chosen(quintet, rapid.UintRange(0, 31).Draw(t, "wrote")&rapid.UintRange(0, 31).Draw(t, "and"))
	q.Pushers = chosen(quintet, rapid.UintRange(0, 31).Draw(t, "pushed")&rapid.UintRange(0, 31).Draw(t, "and")&rapid.UintRange(0, 31).Draw(t, "and"))
	q.Mergers = chosen(q.Pushers, rapid.UintRange(0, 31).Draw(t, "merged"))
	if rapid.Bool().Draw(t, "lent") {
		q.Delegations = []facts.Delegation{{Role: rapid.SampledFrom(lifecycle.Roles).Draw(t, "lent role"), From: somebody.Draw(t, "from"), To: somebody.Draw(t, "to"),
			Until: noon.Add(time.Duration(rapid.IntRange(-1, 90).Draw(t, "until")) * time.Minute)}}
	}
	asked := rapid.SampledFrom(append(slices.Clone(lifecycle.Roles), lifecycle.AnyTechnical))
	for range rapid.IntRange(1, 3).Draw(t, "needs") {
		q.Needs = append(q.Needs, policy.Requirement{Roles: rapid.SliceOfNDistinct(asked, 1, 2, rapid.ID).Draw(t, "roles"), Count: rapid.IntRange(1, 3).Draw(t, "count"),
			Files: rapid.SliceOfNDistinct(rapid.SampledFrom(files), 1, 2, rapid.ID).Draw(t, "files")})
	}
	for i := range rapid.IntRange(0, 6).Draw(t, "said") {
		q.Said = append(q.Said, drawSaid(t, i, rapid.SampledFrom([]checks.Word{checks.WordYes, checks.WordYes, checks.WordYes, checks.WordNo, checks.WordNo, checks.WordWithdraw, checks.WordVoid}).Draw(t, "word")))
	}
	return q
}

func drawSaid(t *rapid.T, i int, w checks.Word) checks.Said {
	s := checks.Said{Person: rapid.SampledFrom(quintet).Draw(t, "who"), Word: w, At: noon.Add(time.Duration(i) * time.Minute), Comment: int64(i + 1)}
	if w == checks.WordYes {
		s.Commit = rapid.SampledFrom([]string{head, head, "a.py", "b.py", "a.py+b.py", "c.py"}).Draw(t, "commit")
		s.As = rapid.SampledFrom(append([]lifecycle.Role{"", "", "", ""}, lifecycle.Roles...)).Draw(t, "as")
	}
	return s
}

// What different people said may be read in any order.
func TestAssentIsTheSameInAnyOrderOfPeople(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := drawPull(t)
		before := sayAssent(checks.AssentOf(q))
		slices.SortStableFunc(q.Said, func(a, b checks.Said) int { return strings.Compare(a.Person.Login, b.Person.Login) })
		if after := sayAssent(checks.AssentOf(q)); after != before {
			t.Fatalf("%s\nbut by person %s", before, after)
		}
	})
}

// One more yes leaves no need open that was met, and stops nothing.
func TestOneMoreYesDoesNoHarm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := drawPull(t)
		before := checks.AssentOf(q)
		more := drawSaid(t, len(q.Said), checks.WordYes)
		more.At = q.At
		q.Said = append(q.Said, more)
		after := checks.AssentOf(q)
		for i := range before.Needs {
			if before.Needs[i].Met() && !after.Needs[i].Met() {
				t.Fatalf("need %d: %s\nwith one more yes: %s", i, sayAssent(before), sayAssent(after))
			}
		}
		if len(after.Against) > len(before.Against) {
			t.Fatalf("more against: %s, then %s", sayAssent(before), sayAssent(after))
		}
	})
}

// What counts is a yes by somebody with a right to it, who pushed none of the change unless every stakeholder asked
// did, or only merges where everybody else wrote some, is named in none of its commits unless too few are left who are not, and for what its files are.
func TestWhatCountsMayCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := drawPull(t)
		a := checks.AssentOf(q)
		for _, n := range a.Needs {
			for i, g := range n.Got {
				if why := unfit(q, n, g); why != "" {
					t.Fatalf("%s: %s, %s", g.Person.Login, why, sayAssent(a))
				}
				if slices.ContainsFunc(n.Got[:i], func(x checks.Given) bool { return x.Person.Is(g.Person) }) {
					t.Fatalf("%s counts twice: %s", g.Person.Login, sayAssent(a))
				}
			}
			if a.Complete && len(n.Candidates) > 0 && len(n.Got) < n.People {
				t.Fatalf("complete, though people are missing: %s", sayAssent(a))
			}
			if q.Fixed && len(n.Candidates) > 0 && n.People != n.Count {
				t.Fatalf("%d people, not %d: %s", n.People, n.Count, sayAssent(a))
			}
		}
	})
}

// unfit says why a yes must not count; "" when it may.
func unfit(q checks.AssentQuestion, n checks.Need, g checks.Given) string {
	switch p := g.Person; {
	case p.Is(q.Author):
		return "opened it"
	case facts.Contains(q.Pushers, p) && !onlyPushersLeft(q, n) && !onlyMergersLeft(q, n):
		return "pushed some of it"
	case facts.Contains(q.Contributors, p) && !onlyPushersLeft(q, n) && !onlyMergersLeft(q, n) && named(q, n) > max(n.People-unnamed(q, n), 0) && unnamed(q, n) > 0:
		return "wrote some of it, and somebody else is left"
	case q.Every && g.Commit != head:
		return "every push voids"
	case g.Commit != head && !sameSince(g.Commit, n.Files):
		return "for other content: " + g.Commit
	case len(q.Roster.RolesOf(p)) == 0 && len(q.Delegations) == 0:
		return "holds no role"
	case g.Right.Via == checks.ViaDelegation && !g.At.Before(q.Delegations[0].Until):
		return "said when it was over"
	}
	last := q.Said[slices.IndexFunc(q.Said, func(s checks.Said) bool { return s.Comment == g.Comment }):]
	if i := slices.IndexFunc(last, func(s checks.Said) bool { return s.Person.Is(g.Person) && s.Word != checks.WordYes }); i >= 0 {
		return fmt.Sprintf("said %s later", last[i].Word)
	}
	return ""
}

// onlyPushersLeft reports whether a need of stakeholders alone has nobody but people who pushed: their word for the
// rest is then asked of them.
func onlyPushersLeft(q checks.AssentQuestion, n checks.Need) bool {
	technical := slices.ContainsFunc(n.Roles, func(r lifecycle.Role) bool { return r.Technical() || r == lifecycle.AnyTechnical })
	others := slices.ContainsFunc(n.Candidates, func(c checks.Candidate) bool { return !facts.Contains(q.Pushers, c.Person) })
	return n.Means == checks.ByRole && !technical && !others
}

// onlyMergersLeft reports whether nobody can meet the need but people who pushed nothing but merges.
func onlyMergersLeft(q checks.AssentQuestion, n checks.Need) bool {
	others := slices.ContainsFunc(n.Candidates, func(c checks.Candidate) bool { return !facts.Contains(q.Mergers, c.Person) })
	return (n.Means == checks.ByStandIn || n.Means == checks.ByAnyRole) && !others
}

// named is how many of those who said yes commits name, and unnamed how many of those who can are not.
func named(q checks.AssentQuestion, n checks.Need) int {
	count := 0
	for _, g := range n.Got {
		if facts.Contains(q.Contributors, g.Person) {
			count++
		}
	}
	return count
}

func unnamed(q checks.AssentQuestion, n checks.Need) int {
	count := 0
	for _, c := range n.Candidates {
		if !facts.Contains(q.Contributors, c.Person) {
			count++
		}
	}
	return count
}

// holdsOne reports whether the person holds one of the roles in the config.
func holdsOne(q checks.AssentQuestion, roles []lifecycle.Role, p facts.Person) bool {
	return slices.ContainsFunc(q.Roster.RolesOf(p), func(r lifecycle.Role) bool {
		return slices.Contains(roles, r) || r.Technical() && slices.Contains(roles, lifecycle.AnyTechnical)
	})
}

// Whatever names commits have: they silence nobody, make no number smaller, and let nobody answer who would not
// anyway, but the ML engineer.
func TestNamesInCommitsChooseNobody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := drawPull(t)
		plain := q
		plain.Contributors = nil
		with, without := checks.AssentOf(q), checks.AssentOf(plain)
		for i, n := range with.Needs {
			before := without.Needs[i]
			if n.Means != checks.ByUnread && n.People < before.People || n.Met() && len(n.Candidates) == 0 && !before.Met() {
				t.Fatalf("need %d is less: %s, without the names %s", i, sayAssent(with), sayAssent(without))
			}
			for _, c := range n.Candidates {
				might := slices.ContainsFunc(before.Candidates, func(x checks.Candidate) bool { return x.Person.Is(c.Person) })
				if !might && c.Role != lifecycle.MLEngineer && !(before.Means == checks.ByStandIn && n.Means == checks.ByStandIn) {
					t.Fatalf("need %d asks %s, as %s: %s, without the names %s", i, c.Person.Login, c.Role, sayAssent(with), sayAssent(without))
				}
			}
		}
		for _, s := range without.Against {
			if slices.ContainsFunc(q.Said, func(x checks.Said) bool { return x.Person.Is(s.Person) && x.Word == checks.WordYes }) {
				continue // which may count, and lift it
			}
			if !slices.ContainsFunc(with.Against, func(x checks.Said) bool { return x.Person.Is(s.Person) }) {
				t.Fatalf("%s is silenced: %s, without the names %s", s.Person.Login, sayAssent(with), sayAssent(without))
			}
		}
	})
}

// A holder's no stands until they take it back, or say a yes that counts; whatever they wrote or pushed.
func TestANoStands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := drawPull(t)
		p := rapid.SampledFrom(quintet).Draw(t, "against")
		q.Said = append(q.Said, checks.Said{Person: p, Word: checks.WordNo, At: noon.Add(10 * time.Minute), Comment: 90})
		a := checks.AssentOf(q)
		must := !p.Is(q.Author) && slices.ContainsFunc(a.Needs, func(n checks.Need) bool { return holdsOne(q, n.Roles, p) })
		against := func(a checks.Assent) bool {
			return slices.ContainsFunc(a.Against, func(s checks.Said) bool { return s.Person.Is(p) })
		}
		if must && (!against(a) || !checks.MayObject(q, a, p, q.At)) {
			t.Fatalf("%s asks for changes: %s", p.Login, sayAssent(a))
		}
		yes := drawSaid(t, 11, checks.WordYes)
		yes.Person = p
		refused := checks.RefuseAssent(q, a, p, yes.As) != ""
		q.Said = append(q.Said, yes)
		if after := checks.AssentOf(q); against(a) && refused && !against(after) && checks.RefuseAssent(q, after, p, yes.As) != "" {
			t.Fatalf("a yes that is refused lifts it: %s", sayAssent(after))
		}
	})
}

// What was refused is left out from then on, and that changes nothing.
func TestWhatIsRefusedChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := drawPull(t)
		before := checks.AssentOf(q)
		said := q.Said
		q.Said = slices.DeleteFunc(slices.Clone(said), func(s checks.Said) bool {
			switch s.Word {
			case checks.WordYes:
				return checks.RefuseAssent(q, before, s.Person, s.As) != ""
			case checks.WordNo:
				return !checks.MayObject(q, before, s.Person, s.At)
			}
			return false
		})
		if after := checks.AssentOf(q); sayAssent(after) != sayAssent(before) {
			t.Fatalf("%s\nand after the answers %s", sayAssent(before), sayAssent(after))
		}
	})
}

// Whoever is awaited, and nobody else, is told that a yes of theirs would count; and then it does.
func TestTheAwaitedAreNotRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := drawPull(t)
		a := checks.AssentOf(q)
		for _, p := range a.Awaited() {
			if why := checks.RefuseAssent(q, a, p, ""); why != "" {
				t.Fatalf("%s is awaited, and refused: %s, %s", p.Login, why, sayAssent(a))
			}
			more := q
			more.Said = append(slices.Clone(q.Said), checks.Said{Person: p, Word: checks.WordYes, Commit: head, At: q.At, Comment: 99})
			if after := checks.AssentOf(more); !slices.ContainsFunc(after.Needs, func(n checks.Need) bool {
				return slices.ContainsFunc(n.Got, func(g checks.Given) bool { return g.Person.Is(p) })
			}) {
				t.Fatalf("%s is awaited, and their yes counts for nothing: %s", p.Login, sayAssent(after))
			}
		}
	})
}
