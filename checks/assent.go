package checks

import (
	"slices"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

// Word is what somebody says about a pull request.
type Word string

// The words: a review or a comment says the first two, a comment alone the third.
const (
	WordYes      Word = "yes"
	WordNo       Word = "no"       // changes are requested
	WordWithdraw Word = "withdraw" // whatever they said before
)

// Said is one thing that somebody said about a pull request.
type Said struct {
	Person  facts.Person
	Word    Word
	As      lifecycle.Role // that they chose; "" leaves it to the count
	Commit  string         // that a yes is for, full SHA
	At      time.Time
	Comment int64 // id of the comment; 0 for a review
	URL     string
}

// AssentQuestion asks who has to approve a pull request, and who did (section 4).
type AssentQuestion struct {
	Needs        []policy.Requirement
	Roster       facts.Roster
	Delegations  []facts.Delegation
	At           time.Time      // the project's time, for delegations
	Author       facts.Person   // who opened it: never approves it
	Contributors []facts.Person // who wrote or co-wrote a commit and may not approve it for that
	Said         []Said         // oldest first
	Head         string
	Every        bool // every push voids, whatever it changed
	Fixed        bool // a count is never lowered to what the team has
	// Same reports whether the files are at the commit what they are at the head.
	Same func(commit string, files []string) bool
}

// Means says by whom a need is met where not by holders of its roles.
type Means string

// The ways to meet a need.
const (
	ByRole     Means = ""
	ByStandIn  Means = "stand-in"   // the ML engineer, or any other technical role for one
	ByAnyRole  Means = "any-role"   // a second pair of eyes: nobody else is left
	ByOwnWord  Means = "own-word"   // the authors hold it, and nobody else: their authorship is their word
	ByNobody   Means = "nobody"     // nobody holds it and nobody may stand in: shown, never awaited
	ByUnread   Means = "unread"     // who holds it could not be read
	BySelfOnly Means = "only-hands" // there is nobody but the authors in the whole team
)

// Given is a yes that counts for a need.
type Given struct {
	Said
	Right Candidate
}

// Need is a requirement with who can meet it and who did.
type Need struct {
	policy.Requirement
	Means      Means
	Why        string // why the holders could not be read
	Candidates []Candidate
	People     int // how many different people are needed; fewer than Count in a small team
	Got        []Given
	Stale      []Given // a yes that would count, but was for other content
}

// Met reports whether nobody is awaited for the need.
func (n Need) Met() bool {
	switch n.Means {
	case ByOwnWord, ByNobody, BySelfOnly:
		return true
	case ByUnread:
		return false
	}
	return len(n.Got) >= n.People
}

// Assent is how the approvals of a pull request stand.
type Assent struct {
	Needs    []Need
	Against  []Said // changes requested by people who are asked, or hold a role that is asked
	Complete bool   // every need is met; it may still be stopped by Against
}

// Awaited lists the people who can bring what is missing, with the needs they could meet, by place.
func (a Assent) Awaited() []facts.Person {
	var people []facts.Person
	for _, n := range a.Needs {
		if !n.Met() {
			people = facts.Union(people, n.Missing())
		}
	}
	return people
}

// Missing lists who could meet what is missing of the need.
func (n Need) Missing() []facts.Person {
	var people []facts.Person
	for _, c := range n.Candidates {
		if !slices.ContainsFunc(n.Got, func(g Given) bool { return g.Person.Is(c.Person) }) {
			people = append(people, c.Person)
		}
	}
	return people
}

// AssentOf counts who approved the pull request.
func AssentOf(q AssentQuestion) Assent {
	c := assent{AssentQuestion: q, holders: q.people()}
	c.standing = standingOf(q.Said)
	var out Assent
	for _, r := range q.Needs {
		out.Needs = append(out.Needs, c.need(r))
	}
	c.nobodyAtAll(out.Needs)
	out.Complete = !slices.ContainsFunc(out.Needs, func(n Need) bool { return !n.Met() })
	for _, s := range c.standing {
		if s.Word == WordNo && c.asked(s.Person, out.Needs) {
			out.Against = append(out.Against, s)
		}
	}
	return out
}

// people is the question of who holds which role; what was said in time stays said when a delegation ends.
func (q AssentQuestion) people() Question {
	h := Question{Roster: q.Roster, Delegations: q.Delegations, At: q.At}
	for _, s := range q.Said {
		if s.Word == WordYes {
			h.given = append(h.given, Yes{Person: s.Person, At: s.At})
		}
	}
	return h
}

// assent is the state of one count.
type assent struct {
	AssentQuestion
	holders  Question
	standing []Said   // what still holds of what was said
	files    []string // of the need that is worked out
}

// standingOf drops what people took back or said otherwise later: a no ends their earlier yes, a yes
// their no.
func standingOf(said []Said) []Said {
	var out []Said
	for _, s := range said {
		out = slices.DeleteFunc(out, func(before Said) bool {
			return before.Person.Is(s.Person) && (before.Word != s.Word || s.Word == WordNo)
		})
		if s.Word != WordWithdraw {
			out = append(out, s)
		}
	}
	return out
}

// need works out who can meet a requirement, and who did.
func (c *assent) need(r policy.Requirement) Need {
	n := Need{Requirement: r}
	c.files = r.Files
	n.Candidates, n.Means, n.Why = c.candidates(r.Roles)
	c.count(&n)
	return n
}

// count takes the newest yes of each candidate. A team that could not be read may hold more people, and lowers
// no number.
func (c *assent) count(n *Need) {
	n.People, n.Got, n.Stale = max(n.Count, 1), nil, nil
	switch why := c.unreadAmong(n.Roles); {
	case why != "" && len(n.Candidates) < n.People:
		n.Why = why
	case !c.Fixed:
		n.People = min(n.People, max(len(n.Candidates), 1))
	}
	for _, right := range n.Candidates {
		var given, stale *Given
		for _, s := range c.standing {
			if s.Word != WordYes || !s.Person.Is(right.Person) || !c.takes(*n, right, s.As) || !c.inTime(s, right) {
				continue
			}
			if c.holds(s, n.Files) {
				given = &Given{s, right}
			} else {
				stale = &Given{s, right}
			}
		}
		switch {
		case given != nil:
			n.Got = append(n.Got, *given)
		case stale != nil:
			n.Stale = append(n.Stale, *stale)
		}
	}
}

// holds reports whether a yes is for what the files are now.
func (c *assent) holds(s Said, files []string) bool {
	return s.Commit == c.Head || !c.Every && s.Commit != "" && c.Same(s.Commit, files)
}

// takes reports whether a candidate who chose a role to answer in can meet the need in it.
func (c *assent) takes(n Need, right Candidate, as lifecycle.Role) bool {
	switch {
	case as == "" || as == right.Role:
		return true
	case !slices.Contains(c.holders.rolesOf(right.Person), as):
		return false
	case slices.Contains(n.Roles, as) || n.Means == ByAnyRole:
		return true
	}
	anyTechnical := slices.Contains(n.Roles, lifecycle.AnyTechnical) || n.Means == ByStandIn && right.Role != lifecycle.MLEngineer
	return anyTechnical && as.Technical()
}

// inTime reports whether somebody whom the role was lent to said it before that ended.
func (c *assent) inTime(s Said, right Candidate) bool {
	lent := right.Delegation
	return lent.Until.IsZero() || slices.ContainsFunc(c.Delegations, func(d facts.Delegation) bool {
		return d.Role == lent.Role && d.To.Is(right.Person) && s.At.Before(d.Until) && facts.Contains(c.Roster.Of(d.Role), d.From)
	})
}

// unreadAmong says why the holders of one of the roles could not be read; "" when all were.
func (c *assent) unreadAmong(roles []lifecycle.Role) string {
	if slices.Contains(roles, lifecycle.AnyTechnical) {
		roles = append(technicalRoles(), roles...)
	}
	return c.holders.anyUnread(roles)
}

// nobodyAtAll asks for one second look where nobody holds any of the roles: a change that nobody looked at is
// not approved because the config names nobody.
func (c *assent) nobodyAtAll(needs []Need) {
	if len(needs) == 0 || slices.ContainsFunc(needs, func(n Need) bool { return n.Means != ByNobody }) {
		return
	}
	for i := range needs {
		c.files = needs[i].Files
		if needs[i].Candidates, needs[i].Means, needs[i].Why = c.secondLook(); needs[i].Means == ByAnyRole {
			c.count(&needs[i])
		}
	}
}

// asked reports whether the person's no counts: they may meet one of the needs.
func (c *assent) asked(p facts.Person, needs []Need) bool {
	return slices.ContainsFunc(needs, func(n Need) bool {
		return slices.ContainsFunc(n.Candidates, func(x Candidate) bool { return x.Person.Is(p) })
	})
}

// RefuseAssent says why a yes of that person would not count; "" when it would.
func RefuseAssent(q AssentQuestion, a Assent, p facts.Person, as lifecycle.Role) Refusal {
	c := assent{AssentQuestion: q, holders: q.people()}
	for _, n := range a.Needs {
		if slices.ContainsFunc(n.Candidates, func(x Candidate) bool { return x.Person.Is(p) && c.takes(n, x, as) }) {
			return ""
		}
	}
	if p.Is(q.Author) || facts.Contains(q.Contributors, p) {
		return RefusedAuthor
	}
	switch held := c.holders.rolesOf(p); {
	case as != "" && !slices.Contains(held, as):
		return RefusedNotHeld
	case len(held) > 0:
		return RefusedOtherRole
	case len(q.Roster.Unread) > 0:
		return RefusedUnread
	}
	return RefusedNoRole
}
