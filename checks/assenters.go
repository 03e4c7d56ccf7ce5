package checks

import (
	"slices"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// candidates lists who may approve for one of the roles: its holders who did not write the change; where
// they all did, or nobody holds it, those who stand in. What commits say of their authors anybody can write: it
// keeps a yes from counting while somebody else is left, but never takes away what is asked for. Only the account
// that opened the pull request is taken at its word.
func (c *assent) candidates(roles []lifecycle.Role) (people []Candidate, means Means, why string) {
	var all []Candidate
	for _, role := range roles {
		all = appendNew(all, c.holding(role)...)
	}
	if free := c.free(all); len(free) > 0 {
		return free, ByRole, ""
	}
	for _, role := range roles {
		if why := c.holders.unread(role); why != "" {
			return nil, ByUnread, why
		}
	}
	technical := slices.ContainsFunc(roles, func(r lifecycle.Role) bool { return r.Technical() || r == lifecycle.AnyTechnical })
	if others := c.others(all); !technical && len(others) > 0 {
		return others, ByRole, ""
	}
	if !technical && len(all) > 0 {
		return nil, ByOwnWord, ""
	}
	if !technical {
		return nil, ByNobody, ""
	}
	return c.standIns(len(all) == 0)
}

// standIns lists who approves for a technical role whose holders all wrote the change: the ML engineer, else
// any other technical role, else anybody with a role. For one that nobody holds only the ML engineer stands in.
func (c *assent) standIns(vacant bool) ([]Candidate, Means, string) {
	if free := c.free(c.holding(lifecycle.MLEngineer)); len(free) > 0 {
		return via(free, ViaStandIn), ByStandIn, ""
	}
	if why := c.holders.unread(lifecycle.MLEngineer); why != "" {
		return nil, ByUnread, why
	}
	if others := c.others(c.holding(lifecycle.MLEngineer)); vacant && len(others) > 0 {
		return via(others, ViaStandIn), ByStandIn, ""
	}
	if vacant {
		return nil, ByNobody, ""
	}
	if free := c.free(c.holding(lifecycle.AnyTechnical)); len(free) > 0 {
		return via(free, ViaStandIn), ByStandIn, ""
	}
	if why := c.holders.anyUnread(technicalRoles()); why != "" {
		return nil, ByUnread, why
	}
	return c.secondLook()
}

// secondLook lists everybody with a role who did not write the change.
func (c *assent) secondLook() ([]Candidate, Means, string) {
	var all []Candidate
	for _, role := range lifecycle.Roles {
		all = appendNew(all, c.holding(role)...)
	}
	if free := c.free(all); len(free) > 0 {
		return free, ByAnyRole, ""
	}
	if why := c.holders.anyUnread(lifecycle.Roles); why != "" {
		return nil, ByUnread, why
	}
	if others := c.others(all); len(others) > 0 {
		return others, ByAnyRole, ""
	}
	return nil, BySelfOnly, ""
}

// others leaves out only who opened the pull request.
func (c *assent) others(list []Candidate) []Candidate {
	return slices.DeleteFunc(slices.Clone(list), func(x Candidate) bool { return x.Person.Is(c.Author) || x.Person.Bot })
}

func via(list []Candidate, v Via) []Candidate {
	for i := range list {
		list[i].Via = v
	}
	return list
}

// free leaves out who wrote the change.
func (c *assent) free(list []Candidate) []Candidate {
	return slices.DeleteFunc(slices.Clone(list), func(x Candidate) bool {
		return x.Person.Is(c.Author) || facts.Contains(c.Contributors, x.Person) || x.Person.Bot
	})
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
	return !slices.ContainsFunc(c.standing, func(s Said) bool {
		return s.Word == WordYes && s.Person.Is(right.Person) && (s.As == "" || s.As == right.Role) && c.inTime(s, right) && c.holds(s, c.files)
	})
}

func technicalRoles() []lifecycle.Role {
	return slices.DeleteFunc(slices.Clone(lifecycle.Roles), func(r lifecycle.Role) bool { return !r.Technical() })
}
