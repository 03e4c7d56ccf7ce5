package policy

import (
	"cmp"
	"slices"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// Need says whose yes is needed: that of a role, of any one of several needs, or of all of them. At
// most one of the three is set; the zero Need needs nobody.
type Need struct {
	Role lifecycle.Role
	Any  []Need
	All  []Need
}

// EachOf needs every one of the roles, as a plain list in the config does.
func EachOf(roles ...lifecycle.Role) Need { return Need{All: leaves(roles)} }

// AnyOf needs one of the roles, whichever.
func AnyOf(roles ...lifecycle.Role) Need { return Need{Any: leaves(roles)} }

func leaves(roles []lifecycle.Role) []Need {
	out := make([]Need, len(roles))
	for i, r := range roles {
		out[i] = Need{Role: r}
	}
	return out
}

// Clauses is the same as a list of choices: a need is met when each choice has a yes of one of its
// roles. A list of roles comes in its own order; a choice has its roles in the order of
// [lifecycle.Roles], with [lifecycle.AnyTechnical] for the five technical ones.
func (n Need) Clauses() [][]lifecycle.Role {
	switch {
	case n.Role != "":
		return [][]lifecycle.Role{{n.Role}}
	case len(n.Any) > 0:
		return n.choices()
	}
	var out [][]lifecycle.Role
	for _, m := range n.All {
		for _, c := range m.Clauses() {
			if !slices.ContainsFunc(out, func(d []lifecycle.Role) bool { return slices.Equal(c, d) }) {
				out = append(out, c)
			}
		}
	}
	return out
}

// choices finds the clauses of any need by trying every set of roles: there are only seven. A clause is
// what is left out of a largest set that does not meet the need.
func (n Need) choices() [][]lifecycle.Role {
	const all = roleSet(1)<<7 - 1
	var out [][]lifecycle.Role
	for have := roleSet(0); have < all; have++ {
		if n.met(have) {
			continue
		}
		largest := true
		for i := range lifecycle.Roles {
			if one := roleSet(1) << i; have&one == 0 && !n.met(have|one) {
				largest = false
			}
		}
		if largest {
			out = append(out, (all &^ have).roles())
		}
	}
	slices.SortFunc(out, func(a, b []lifecycle.Role) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), slices.CompareFunc(a, b, func(x, y lifecycle.Role) int { return cmp.Compare(place(x), place(y)) }))
	})
	return out
}

func (n Need) met(have roleSet) bool {
	met := func(m Need) bool { return m.met(have) }
	switch {
	case n.Role != "":
		return have&setOf(n.Role) != 0
	case len(n.Any) > 0:
		return slices.ContainsFunc(n.Any, met)
	}
	return !slices.ContainsFunc(n.All, func(m Need) bool { return !met(m) })
}

// roles lists every role that is named, each once, in the order written.
func (n Need) roles() []lifecycle.Role {
	if n.Role != "" {
		return []lifecycle.Role{n.Role}
	}
	var out []lifecycle.Role
	for _, m := range slices.Concat(n.Any, n.All) {
		for _, r := range m.roles() {
			if !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	return out
}

// String is the need as the config writes it.
func (n Need) String() string {
	switch {
	case n.Role != "":
		return string(n.Role)
	case len(n.Any) > 0:
		return "{any: " + needsYAML(n.Any) + "}"
	}
	return "{all: " + needsYAML(n.All) + "}"
}

// rolesYAML is the value of a row's key roles: all of several stand there as a plain list.
func (n Need) rolesYAML() string {
	switch {
	case n.Role != "":
		return needsYAML([]Need{n})
	case len(n.Any) > 0:
		return n.String()
	}
	return needsYAML(n.All)
}

func needsYAML(needs []Need) string {
	out := make([]string, len(needs))
	for i, n := range needs {
		out[i] = n.String()
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// roleSet has a bit for each of [lifecycle.Roles].
type roleSet uint8

// setOf is the roles by which r can be filled.
func setOf(roles ...lifecycle.Role) roleSet {
	var s roleSet
	for i, known := range lifecycle.Roles {
		if slices.Contains(roles, known) || known.Technical() && slices.Contains(roles, lifecycle.AnyTechnical) {
			s |= 1 << i
		}
	}
	return s
}

// roles lists the set, its five technical roles as one.
func (s roleSet) roles() []lifecycle.Role {
	technical := setOf(lifecycle.AnyTechnical)
	var out []lifecycle.Role
	for i, r := range lifecycle.Roles {
		if s&(1<<i) != 0 && (!r.Technical() || s&technical != technical) {
			out = append(out, r)
		}
	}
	if s&technical == technical {
		out = append(out, lifecycle.AnyTechnical)
	}
	return out
}

// place orders roles; any technical one comes last.
func place(r lifecycle.Role) int {
	if i := slices.Index(lifecycle.Roles, r); i >= 0 {
		return i
	}
	return len(lifecycle.Roles)
}
