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

// The words: a review or a comment says the first two, a comment alone the third. The last is said by nobody: it is
// a dismissed review, or what somebody else took away, and leaves a no before it standing.
const (
	WordYes      Word = "yes"
	WordNo       Word = "no"       // changes are requested
	WordWithdraw Word = "withdraw" // whatever they said before
	WordVoid     Word = "void"     // their yes before it holds no longer
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
	Contributors []facts.Person // who wrote or co-wrote a commit by what the commit says, and may not approve it for that
	Pushers      []facts.Person // who pushed a commit by GitHub's word: never approves it, where contributors may not, but for a stakeholder's role that nobody else holds
	Mergers      []facts.Person // of the Pushers, who pushed nothing but merges: they are asked where nobody else is left
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
	ByStandIn  Means = "stand-in"   // the ML engineer, or any other technical role where those are the authors
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
	Named      int // of the Candidates, the last ones: commits name them, and they fill up what the others are too few for
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
	Against  []Said // changes requested by people who are asked, or hold a role that is asked, whatever they wrote
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
	candidates := n.Candidates
	if free := len(candidates) - n.Named; n.Named > 0 && n.named() >= n.People-free {
		candidates = candidates[:free]
	}
	var people []facts.Person
	for _, c := range candidates {
		if !slices.ContainsFunc(n.Got, func(g Given) bool { return g.Person.Is(c.Person) }) {
			people = append(people, c.Person)
		}
	}
	return people
}

// named is how many of those who only fill up said yes.
func (n Need) named() int {
	got := 0
	for _, c := range n.Candidates[len(n.Candidates)-n.Named:] {
		if slices.ContainsFunc(n.Got, func(g Given) bool { return g.Person.Is(c.Person) }) {
			got++
		}
	}
	return got
}

// AssentOf counts who approved the pull request.
func AssentOf(q AssentQuestion) Assent {
	c := assentOf(q)
	out := Assent{Needs: c.needs()}
	c.standing = c.standingAmong(out.Needs)
	for i := range out.Needs {
		c.count(&out.Needs[i])
	}
	out.Complete = !slices.ContainsFunc(out.Needs, func(n Need) bool { return !n.Met() })
	for _, s := range c.standing {
		if s.Word == WordNo {
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
	spoken   []Said   // everybody's last word, whether it counts or not
	standing []Said   // what still holds of the words that count
	files    []string // of the need that is worked out
}

func assentOf(q AssentQuestion) assent {
	return assent{AssentQuestion: q, holders: q.people(), spoken: standingOf(q.Said)}
}

// standingAmong is what holds of what was said, where those are the needs. A yes counts that meets one of them, a no
// by whoever may stop it. One that does not count ends nothing that was said before it.
func (c *assent) standingAmong(needs []Need) []Said {
	all := c.ifUnwritten(needs)
	return standingOf(slices.DeleteFunc(slices.Clone(c.Said), func(s Said) bool {
		switch s.Word {
		case WordYes:
			return !c.taken(s.Person, s.As, needs)
		case WordNo:
			return !c.objects(s.Person, s.At, all)
		}
		return false
	}))
}

// standingOf drops what people took back or said otherwise later.
func standingOf(said []Said) []Said {
	var out []Said
	for _, s := range said {
		out = slices.DeleteFunc(out, func(before Said) bool { return before.Person.Is(s.Person) && s.ends(before.Word) })
		if s.Word == WordYes || s.Word == WordNo {
			out = append(out, s)
		}
	}
	return out
}

// ends reports whether an earlier word of the same person holds no longer: a no ends their yes, a yes their no.
func (s Said) ends(before Word) bool {
	switch s.Word {
	case WordYes:
		return before == WordNo
	case WordVoid:
		return before == WordYes
	}
	return true
}

// needs works out who can meet each requirement.
func (c *assent) needs() []Need {
	var out []Need
	for _, r := range c.Needs {
		n := Need{Requirement: r}
		c.files = r.Files
		n.Candidates, n.Means, n.Why = c.candidates(r)
		out = append(out, n)
	}
	c.nobodyAtAll(out)
	for i, n := range out {
		if free := c.free(n.Candidates); len(free) > 0 {
			out[i].Named = len(n.Candidates) - len(free)
		}
	}
	return out
}

// count takes the newest yes of each candidate. A team that could not be read may hold more people, and lowers
// no number. Of those who only fill up no more count than are needed for that.
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
	if surplus := n.named() - (n.People - len(n.Candidates) + n.Named); n.Named > 0 && surplus > 0 {
		n.Got = n.Got[:len(n.Got)-surplus]
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
	anyTechnical := slices.Contains(n.Roles, lifecycle.AnyTechnical) || right.Via == ViaStandIn && right.Role != lifecycle.MLEngineer
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
// not approved because the config names nobody. Who pushed merges answers only where nobody else has any role.
func (c *assent) nobodyAtAll(needs []Need) {
	if len(needs) == 0 || slices.ContainsFunc(needs, func(n Need) bool { return n.Means != ByNobody && !c.onlyMergers(n) }) {
		return
	}
	for i := range needs {
		c.files = needs[i].Files
		needs[i].Candidates, needs[i].Means, needs[i].Why = c.secondLook(needs[i].Requirement)
	}
}

// taken reports whether a yes of the person in that role would meet one of the needs.
func (c *assent) taken(p facts.Person, as lifecycle.Role, needs []Need) bool {
	return slices.ContainsFunc(needs, func(n Need) bool {
		return slices.ContainsFunc(n.Candidates, func(x Candidate) bool { return x.Person.Is(p) && c.takes(n, x, as) })
	})
}

// ifUnwritten adds the needs as they would be were nobody named in commits, and had nobody else pushed either: who
// wrote or pushed something, or is said to have, has no yes for that, but still a no.
func (c *assent) ifUnwritten(needs []Need) []Need {
	open := *c
	open.Contributors = nil
	needs = slices.Concat(needs, open.needs())
	open.Pushers = nil
	return append(needs, open.needs()...)
}

// objects reports whether a no that the person said then stops the pull request: they may meet one of the needs, or
// hold one of its roles.
func (c *assent) objects(p facts.Person, at time.Time, needs []Need) bool {
	return !p.Is(c.Author) && slices.ContainsFunc(needs, func(n Need) bool {
		return c.held(p, n.Roles, at) || slices.ContainsFunc(n.Candidates, func(x Candidate) bool {
			return x.Person.Is(p) && c.inTime(Said{At: at}, x)
		})
	})
}

// held reports whether the person holds one of the roles, or one was lent to them until later than that.
func (c *assent) held(p facts.Person, roles []lifecycle.Role, at time.Time) bool {
	if slices.Contains(roles, lifecycle.AnyTechnical) {
		roles = append(technicalRoles(), roles...)
	}
	return slices.ContainsFunc(roles, func(r lifecycle.Role) bool {
		return facts.Contains(c.Roster.Of(r), p) || slices.ContainsFunc(c.Delegations, func(d facts.Delegation) bool {
			return d.Role == r && d.To.Is(p) && at.Before(d.Until) && facts.Contains(c.Roster.Of(r), d.From)
		})
	})
}

// kept reports whether the person said yes while a role was lent to them, which it is no longer: they can take it back.
func (c *assent) kept(p facts.Person) bool {
	return slices.ContainsFunc(c.Delegations, func(d facts.Delegation) bool {
		return d.To.Is(p) && !c.holders.live(d) && c.holders.holds(d)
	})
}

// MayObject reports whether a no that the person says at that time is heeded: it stops the pull request, or takes a
// yes back that they said while a role was lent to them.
func MayObject(q AssentQuestion, a Assent, p facts.Person, at time.Time) bool {
	c := assentOf(q)
	return c.objects(p, at, c.ifUnwritten(a.Needs)) || c.kept(p)
}

// RefuseAssent says why a yes of that person would not count; "" when it would.
func RefuseAssent(q AssentQuestion, a Assent, p facts.Person, as lifecycle.Role) Refusal {
	c := assentOf(q)
	if c.taken(p, as, a.Needs) {
		return ""
	}
	if p.Is(q.Author) || facts.Contains(q.Contributors, p) || facts.Contains(q.Pushers, p) {
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
