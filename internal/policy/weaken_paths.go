package policy

import (
	"slices"
	"strconv"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// paths compares what the two tables ask for each glob of base.
func (w *weakenings) paths() {
	base, head := w.base.pathDemands(), w.head.pathDemands()
	var found findings
	for _, l := range losses(base, head) {
		found.add(l.glob, lostApproval(l, &base[l.row], head))
	}
	w.tell("paths", found)
}

// phases compares where the two tables let paths change, and what needs a report.
func (w *weakenings) phases() {
	base, head := phaseDemands(w.base.Phases), phaseDemands(w.head.Phases)
	var found findings
	for _, l := range losses(base, head) {
		if l.demand.report {
			found.add(l.glob, words{"a change of %s needs no metric report any more", "uma mudança de %s não precisa mais de relatório de métricas"})
			continue
		}
		phase := phaseWords[lifecycle.Phases[l.demand.phase-1]]
		found.add(l.glob, words{"%s may change in " + phase.en, "%s pode mudar em " + phase.pt})
	}
	w.tell("phases", found)
}

func (w *weakenings) tell(path string, found findings) {
	for _, f := range found {
		other := words{"any other path", "qualquer outro caminho"}
		en := strings.Replace(f.about.en, "%s", andList(named(f.globs, other.en)).en, 1)
		pt := strings.Replace(f.about.pt, "%s", andList(named(f.globs, other.pt)).pt, 1)
		w.add(true, path, words{en, pt})
	}
}

// named has words in place of [AnythingElse].
func named(globs []string, other string) []string {
	out := slices.Clone(globs)
	for i, g := range out {
		if g == AnythingElse {
			out[i] = other
		}
	}
	return out
}

// findings are sentences with a place for globs, each with those it is true of.
type findings []struct {
	about words
	globs []string
}

func (f *findings) add(glob string, about words) {
	for i := range *f {
		if (*f)[i].about == about {
			if !slices.Contains((*f)[i].globs, glob) {
				(*f)[i].globs = append((*f)[i].globs, glob)
			}
			return
		}
	}
	*f = append(*f, struct {
		about words
		globs []string
	}{about, []string{glob}})
}

// lostApproval says what became of an approval: fewer people, only under conditions, or none.
func lostApproval(l loss, b *demanding, head []demanding) words {
	who := choice(l.demand.roles)
	fewer, under := 0, ""
	glob := spreadOf(l.glob)
	for i := range head {
		h := &head[i]
		here := l.glob == AnythingElse && h.other || slices.ContainsFunc(h.paths, func(s spread) bool { return s.includes(glob) })
		if !here {
			continue
		}
		if h.meets(l.demand) && !h.standsFor(b) {
			if sameWhen(h.when, b.when) {
				return say("%s no longer approves a change of %%s by %s", "%s deixa de aprovar uma mudança de %%s feita por %s", who, orNames(h.spares(b)))
			}
			under = strings.Join(h.when.Keys(), ", ")
		}
		for _, d := range h.demands {
			if one := l.demand; d.count < one.count && h.standsFor(b) {
				if one.count = d.count; d.meets(one) {
					fewer = max(fewer, d.count)
				}
			}
		}
	}
	switch {
	case fewer > 0:
		return say("a change of %%s needs %d approval as %s, not %d", "uma mudança de %%s precisa de %d aprovação como %s, não %d", fewer, who, l.demand.count).counted(fewer)
	case under != "":
		return say("%s approves a change of %%s only under other conditions (%s)", "%s aprova uma mudança de %%s só sob outras condições (%s)", who, under)
	}
	return say("%s no longer approves a change of %%s", "%s deixa de aprovar uma mudança de %%s", who)
}

// counted puts a sentence about one approval into the plural.
func (w words) counted(n int) words {
	if n == 1 {
		return w
	}
	one := strconv.Itoa(n)
	return words{strings.Replace(w.en, one+" approval", one+" approvals", 1), strings.Replace(w.pt, one+" aprovação", one+" aprovações", 1)}
}

func choice(s roleSet) words {
	var names []string
	for _, r := range s.roles() {
		names = append(names, string(r))
	}
	return orList(names)
}

func (p *Policy) pathDemands() []demanding {
	out := make([]demanding, len(p.Paths))
	for i, r := range p.Paths {
		var demands []demand
		for _, c := range r.Roles.Clauses() {
			demands = append(demands, demand{roles: setOf(c...), count: max(r.Count, 1)})
		}
		out[i] = newDemanding(r.Paths, r.Ignore, r.When, p.meant(r.When), demands)
	}
	return out
}

// meant lists whom each condition on people names, in a fixed order.
func (p *Policy) meant(w When) [][]Holder {
	var out [][]Holder
	for _, c := range []People{w.HasAuthorIn, w.HasContributorIn, w.OnlyHasContributorsIn} {
		var list []Holder
		for _, u := range c.Users {
			list = append(list, Holder{Login: u})
		}
		for _, r := range c.Roles {
			list = union(list, p.RoleHolders(r), Holder.Is)
		}
		out = append(out, list)
	}
	return out
}

func phaseDemands(rows []PhaseRule) []demanding {
	out := make([]demanding, len(rows))
	for i, r := range rows {
		var demands []demand
		for k, ph := range lifecycle.Phases {
			if !slices.Contains(r.Phases, ph) {
				demands = append(demands, demand{phase: k + 1})
			}
		}
		if r.Report {
			demands = append(demands, demand{report: true})
		}
		out[i] = newDemanding(r.Paths, r.Ignore, When{}, nil, demands)
	}
	return out
}
