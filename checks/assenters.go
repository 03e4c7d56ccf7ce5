package checks

import (
	"slices"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

// candidates lists who may approve for one of the roles: its holders who did not write the change; where
// they all did, or nobody holds it, those who stand in. What commits say of their authors anybody can write: it
// keeps a yes from counting while somebody else is left, but never takes away what is asked for, nor how many
// people are, and lets nobody else answer but the ML engineer. Only GitHub's word, of who opened the pull request and
// of who pushed, rules somebody out.
func (c *assent) candidates(r policy.Requirement) (people []Candidate, means Means, why string) {
	var all []Candidate
	for _, role := range r.Roles {
		all = appendNew(all, c.holding(role)...)
	}
	if free := c.free(all); len(free) > 0 {
		return c.filled(r, free, all), ByRole, ""
	}
	for _, role := range r.Roles {
		if why := c.holders.unread(role); why != "" {
			return nil, ByUnread, why
		}
	}
	others, pushers := c.others(all), c.besidesAuthor(all)
	switch {
	case slices.ContainsFunc(r.Roles, func(r lifecycle.Role) bool { return r.Technical() || r == lifecycle.AnyTechnical }):
		return c.standIns(r, all)
	case len(others) > 0:
		return others, ByRole, ""
	case len(pushers) > 0: // who pushed something to it gave no word for the rest by that
		return pushers, ByRole, ""
	case len(all) > 0:
		return nil, ByOwnWord, ""
	}
	return nil, ByNobody, ""
}

// standIns lists who approves for a technical role whose holders all wrote the change: the ML engineer; else those of
// the holders whom only commits name, or the ML engineers whom they do; else any other technical role; else anybody
// with a role. For one that nobody holds only the ML engineer stands in.
func (c *assent) standIns(r policy.Requirement, all []Candidate) ([]Candidate, Means, string) {
	engineers := via(c.holding(lifecycle.MLEngineer), ViaStandIn)
	if free := c.free(engineers); len(free) > 0 {
		return c.filled(r, free, all, engineers), ByStandIn, ""
	}
	if why := c.holders.unread(lifecycle.MLEngineer); why != "" {
		return nil, ByUnread, why
	}
	if named := c.others(all); len(named) > 0 {
		return named, ByRole, ""
	}
	if named := c.others(engineers); len(named) > 0 {
		return named, ByStandIn, ""
	}
	if len(all) == 0 {
		if mergers := c.mergers(engineers); len(mergers) > 0 {
			return mergers, ByStandIn, ""
		}
		return nil, ByNobody, ""
	}
	rest := via(c.holding(lifecycle.AnyTechnical), ViaStandIn)
	if free := c.free(rest); len(free) > 0 {
		return c.filled(r, free, rest), ByStandIn, ""
	}
	if why := c.holders.anyUnread(technicalRoles()); why != "" {
		return nil, ByUnread, why
	}
	if named := c.others(rest); len(named) > 0 {
		return named, ByStandIn, ""
	}
	return c.secondLook(r)
}

// secondLook lists everybody with a role who did not write the change.
func (c *assent) secondLook(r policy.Requirement) ([]Candidate, Means, string) {
	var all []Candidate
	for _, role := range lifecycle.Roles {
		all = appendNew(all, c.holding(role)...)
	}
	if free := c.free(all); len(free) > 0 {
		return c.filled(r, free, all), ByAnyRole, ""
	}
	if why := c.holders.anyUnread(lifecycle.Roles); why != "" {
		return nil, ByUnread, why
	}
	if named := c.others(all); len(named) > 0 {
		return named, ByAnyRole, ""
	}
	if mergers := c.mergers(all); len(mergers) > 0 {
		return mergers, ByAnyRole, ""
	}
	return nil, BySelfOnly, ""
}

// filled adds those whom only commits name, list by list, where fewer are free than are asked for: a name in a commit
// lowers no number. Where the config lets no number be lowered, or a team could not be read, none is anyway.
func (c *assent) filled(r policy.Requirement, free []Candidate, named ...[]Candidate) []Candidate {
	if c.Fixed || c.unreadAmong(r.Roles) != "" {
		return free
	}
	for _, list := range named {
		if len(free) < r.Count {
			free = appendNew(free, c.others(list)...)
		}
	}
	return free
}

// besidesAuthor leaves out who opened the pull request.
func (c *assent) besidesAuthor(list []Candidate) []Candidate {
	return slices.DeleteFunc(slices.Clone(list), func(x Candidate) bool { return x.Person.Is(c.Author) || x.Person.Bot })
}

// free leaves out who wrote the change, by GitHub's word or by what commits say.
func (c *assent) free(list []Candidate) []Candidate {
	return slices.DeleteFunc(c.others(list), func(x Candidate) bool { return facts.Contains(c.Contributors, x.Person) })
}

// others leaves out only who opened the pull request and who pushed to it.
func (c *assent) others(list []Candidate) []Candidate {
	return slices.DeleteFunc(slices.Clone(list), func(x Candidate) bool {
		return x.Person.Is(c.Author) || facts.Contains(c.Pushers, x.Person) || x.Person.Bot
	})
}

// mergers are those who pushed nothing but merges: perhaps they wrote something, but the change is not theirs.
func (c *assent) mergers(list []Candidate) []Candidate {
	return slices.DeleteFunc(c.besidesAuthor(list), func(x Candidate) bool { return !facts.Contains(c.Mergers, x.Person) })
}

// onlyMergers reports whether nobody stands in for the need but people who pushed nothing but merges.
func (c *assent) onlyMergers(n Need) bool {
	return n.Means == ByStandIn && len(c.mergers(n.Candidates)) == len(n.Candidates)
}

func via(list []Candidate, v Via) []Candidate {
	for i := range list {
		list[i].Via = v
	}
	return list
}

// holding lists who holds the role, in the config or lent, less whom it was lent to until some time ago.
func (c *assent) holding(role lifecycle.Role) []Candidate {
	roles := []lifecycle.Role{role}
	if role == lifecycle.AnyTechnical {
		roles = technicalRoles()
	}
	var out []Candidate
	for _, r := range roles {
		out = appendNew(out, slices.DeleteFunc(c.holders.holders(r), c.over)...)
	}
	return out
}

// over reports whether the role was lent, that has ended, and nothing that was said in time still counts.
func (c *assent) over(right Candidate) bool {
	if right.Delegation.Until.IsZero() || c.inTime(Said{At: c.At}, right) {
		return false
	}
	return !slices.ContainsFunc(c.spoken, func(s Said) bool {
		return s.Word == WordYes && s.Person.Is(right.Person) && (s.As == "" || s.As == right.Role) && c.inTime(s, right) && c.holds(s, c.files)
	})
}

func technicalRoles() []lifecycle.Role {
	return slices.DeleteFunc(slices.Clone(lifecycle.Roles), func(r lifecycle.Role) bool { return !r.Technical() })
}
