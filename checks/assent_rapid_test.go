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
		q.Said = append(q.Said, drawSaid(t, i, rapid.SampledFrom([]checks.Word{checks.WordYes, checks.WordYes, checks.WordNo, checks.WordWithdraw}).Draw(t, "word")))
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
		q.Said = append(q.Said, drawSaid(t, len(q.Said), checks.WordYes))
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

// What counts is a yes by somebody with a right to it, who wrote none of the change unless all who are left did, and
// for what its files are.
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
	case facts.Contains(q.Contributors, p) && slices.ContainsFunc(n.Candidates, func(c checks.Candidate) bool { return !facts.Contains(q.Contributors, c.Person) }):
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
