package policy

import "slices"

// demand is one thing that a row asks for: people, a phase in which the paths stay as they are, or a report.
type demand struct {
	roles  roleSet // 0 for none
	count  int
	phase  int // that is forbidden, from 1
	report bool
}

// meets reports whether d asks for no less than e.
func (d demand) meets(e demand) bool {
	if e.roles != 0 {
		return d.roles != 0 && d.roles&^e.roles == 0 && d.count >= e.count
	}
	return d.roles == 0 && d.phase == e.phase && d.report == e.report
}

// demanding is a row of a table, as far as it asks for something.
type demanding struct {
	globs         []string
	paths, ignore []spread
	other         bool
	when          When
	people        [][]Holder // whom each of its conditions on people names, by login or by role
	always        bool       // without conditions
	demands       []demand
}

func newDemanding(paths, ignore []string, w When, people [][]Holder, demands []demand) demanding {
	r := demanding{when: w, people: people, always: len(w.conditions()) == 0, demands: demands}
	for _, g := range paths {
		if g == AnythingElse {
			r.other = true
			continue
		}
		r.globs, r.paths = append(r.globs, g), append(r.paths, spreadOf(g))
	}
	for _, g := range ignore {
		r.ignore = append(r.ignore, spreadOf(g))
	}
	return r
}

func (r *demanding) meets(d demand) bool {
	return slices.ContainsFunc(r.demands, func(e demand) bool { return e.meets(d) })
}

// standsFor reports whether r applies whenever b does.
func (r *demanding) standsFor(b *demanding) bool {
	return r.always || sameWhen(r.when, b.when) && len(r.spares(b)) == 0
}

// spares lists those for whose changes b applies and r, with the same conditions, does not: they lost the role that
// is asked for.
func (r *demanding) spares(b *demanding) []Holder {
	var out []Holder
	for i := range b.people {
		out = union(out, uncovered(b.people[i], r.people[i]), Holder.Is)
	}
	return out
}

func sameWhen(a, b When) bool { return a.yaml() == b.yaml() }

// touches reports whether r may be for a path of the glob.
func (r *demanding) touches(glob spread) bool { return slices.ContainsFunc(r.paths, glob.meets) }

// spared are globs that need not be looked at: none of their paths is meant.
func spared(glob spread, by []spread) bool {
	return slices.ContainsFunc(by, func(s spread) bool { return s.includes(glob) })
}

// leaves reports whether r leaves nothing of the glob out that is not spared.
func (r *demanding) leaves(glob spread, by []spread) bool {
	return slices.ContainsFunc(r.ignore, func(i spread) bool { return i.meets(glob) && !spared(i, by) })
}

// loss is a demand of a table that another one does not make for a glob.
type loss struct {
	row    int // of the table
	glob   string
	demand demand
}

// losses lists what base demands and head does not. What it cannot show to be demanded, it lists.
func losses(base, head []demanding) []loss {
	var out []loss
	for i := range base {
		b := &base[i]
		for _, d := range b.demands {
			for k, glob := range b.globs {
				if !slices.ContainsFunc(b.paths[k], func(one []string) bool { return !demanded(b, spread{one}, d, head) }) {
					continue
				}
				out = append(out, loss{i, glob, d})
			}
			if b.other {
				for _, glob := range otherLosses(b, base, head, d) {
					out = append(out, loss{i, glob, d})
				}
			}
		}
	}
	return out
}

// demanded reports whether head makes the demand of b for the glob.
func demanded(b *demanding, glob spread, d demand, head []demanding) bool {
	shadowed, other := false, false
	for i := range head {
		h := &head[i]
		meets := h.meets(d)
		fits := meets && h.standsFor(b) && !h.leaves(glob, b.ignore)
		if fits && slices.ContainsFunc(h.paths, func(s spread) bool { return s.includes(glob) }) {
			return true
		}
		other = other || fits && h.other
		shadowed = shadowed || h.always && !meets && h.touches(glob)
	}
	return other && !shadowed
}

// namesAll reports whether r always names what the row h has of the glob, but for what b ignores.
func (r *demanding) namesAll(glob spread, h, b *demanding) bool {
	return r.always && slices.ContainsFunc(r.paths, func(s spread) bool { return s.includes(glob) }) &&
		!r.leaves(glob, slices.Concat(h.ignore, b.ignore))
}

// otherLosses lists the globs for which head does not make the demand that b makes for anything else:
// [AnythingElse] when for none.
func otherLosses(b *demanding, base, head []demanding, d demand) []string {
	named := slices.Clone(b.ignore) // paths that are not anything else
	for i := range base {
		if base[i].always && base[i].ignore == nil {
			named = append(named, base[i].paths...)
		}
	}
	everything := spreadOf("**")
	other := false
	var shadows []string
	for i := range head {
		h := &head[i]
		meets := h.meets(d)
		fits := meets && h.standsFor(b) && !h.leaves(everything, named)
		if fits && slices.ContainsFunc(h.paths, func(s spread) bool { return s.includes(everything) }) {
			return nil
		}
		other = other || fits && h.other
		for k, s := range h.paths {
			if h.always && !meets && !spared(s, b.ignore) && !slices.ContainsFunc(base, func(r demanding) bool { return r.namesAll(s, h, b) }) {
				shadows = append(shadows, h.globs[k])
			}
		}
	}
	if !other {
		return []string{AnythingElse}
	}
	return shadows
}
