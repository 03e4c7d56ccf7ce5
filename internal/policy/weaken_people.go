package policy

import (
	"slices"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// roles compares who holds each role.
func (w *weakenings) roles() {
	for _, r := range lifecycle.Roles {
		base, head, name := w.base.Roles[r], w.head.Roles[r], words{string(r), string(r)}
		w.holders("roles."+string(r), name, base, head)
		alone := words{"nobody else has to approve what %s changes", "ninguém mais precisa aprovar o que %s muda"}
		if r.Technical() {
			alone = words{"another role approves what %s changes", "outro papel aprova o que %s muda"}
		}
		if leftAlone(base, head) {
			w.add(true, "roles."+string(r), say("only %s is %s now (before: %s): "+alone.en, "só %s é %s agora (antes: %s): "+alone.pt,
				holderNames(head), name, holderNames(base), holderNames(head)))
		}
	}
	w.shortOfPeople()
}

// validators compares who the second line is: fewer of them are more often ones who had a part in what they judge.
func (w *weakenings) validators() {
	base, head, name := w.base.Validators, w.head.Validators, words{"validator", "validador"}
	w.holders("validators", name, base, head)
	gone := uncovered(base, head)
	switch {
	case len(head) == 0 || len(gone) == 0 || !overlap(base, head):
	case leftAlone(base, head):
		w.add(true, "validators", say("only %s is %s now (before: %s)", "só %s é %s agora (antes: %s)", holderNames(head), name, holderNames(base)))
	default:
		w.add(true, "validators", say("%s may no longer approve as %s; left: %s", "não pode mais aprovar como %[2]s: %[1]s; ficam: %[3]s", holderNames(gone), name, holderNames(head)))
	}
}

// holders compares who holds a role, by what the config names: that a person is in a team is not known.
func (w *weakenings) holders(path string, role words, base, head []Holder) {
	more := func(about words) { w.list = append(w.list, Weakening{Path: path, More: true, words: about}) }
	if len(head) == 0 {
		w.add(len(base) > 0, path, say("nobody is %s any more", "ninguém mais é %s", role))
		return
	}
	if len(base) > 0 && !overlap(base, head) {
		w.add(true, path, say("everybody who is %s changes: %s in place of %s", "mudam todas as pessoas de %s: %s no lugar de %s",
			role, holderNames(head), holderNames(base)))
		return
	}
	added := uncovered(head, base)
	for _, h := range added {
		if i := slices.IndexFunc(base, func(b Holder) bool { return b.Permission.Includes(h.Permission) }); i >= 0 {
			more(say("%[1]s may approve as %[2]s from now on, not only those with %[3]s", "%[1]s passam a poder aprovar como %[2]s, não só quem tem %[3]s",
				holderName(h), role, string(base[i].Permission)))
			added = slices.DeleteFunc(added, h.Is)
			break // two of them say the same
		}
	}
	if len(added) > 0 && len(w.base.RoleHolders(lifecycle.AnyRole)) > 0 { // else nobody was asked at all
		more(say("%[1]s may approve as %[2]s from now on", "passa a poder aprovar como %[2]s: %[1]s", holderNames(added), role))
	}
}

// uncovered lists those of a that no holder of b stands for: the same one, or a permission that is as low.
func uncovered(a, b []Holder) []Holder {
	return slices.DeleteFunc(slices.Clone(a), func(h Holder) bool {
		return slices.ContainsFunc(b, func(o Holder) bool { return h.Is(o) || h.Permission.Includes(o.Permission) })
	})
}

// overlap reports whether somebody whom a names is named by b too. Whoever has a permission has the lower ones.
func overlap(a, b []Holder) bool {
	return slices.ContainsFunc(a, func(h Holder) bool {
		return slices.ContainsFunc(b, func(o Holder) bool { return h.Is(o) || h.Permission != "" && o.Permission != "" })
	})
}

// leftAlone reports whether one person holds what several did. A team or a permission counts as several.
func leftAlone(base, head []Holder) bool {
	alone := func(list []Holder) bool { return len(list) == 1 && list[0].IsPerson() }
	return len(base) > 0 && alone(head) && !alone(base)
}

// shortOfPeople tells where a row takes fewer yeses though it asks for as many: fewer people hold what it asks for.
func (w *weakenings) shortOfPeople() {
	base, head := w.base.pathDemands(), w.head.pathDemands()
	found := map[string]*findings{"roles": {}, "paths": {}} // by what was changed
	tell := func(glob string, e demand, now []demand) {
		if about, path := w.shorter(e, now); path != "" {
			found[path].add(glob, about)
		}
	}
	for i := range base {
		b := &base[i]
		for _, e := range b.demands {
			if held, _ := w.base.holding(e.roles); len(held) == 0 {
				continue
			}
			for k, glob := range b.globs {
				for _, one := range b.paths[k] { // each choice of its braces
					tell(glob, e, askedNow(head, b, e, spread{one}))
				}
			}
			if b.other {
				tell(AnythingElse, e, askedNow(head, b, e, spreadOf("**")))
			}
		}
	}
	w.tell("roles", *found["roles"])
	w.tell("paths", *found["paths"])
}

// askedNow lists what the rows ask for at the glob of people who can give what e asks for, with the highest number:
// that a lower one is enough is told of the rows.
func askedNow(rows []demanding, b *demanding, e demand, glob spread) []demand {
	var out []demand
	for i := range rows {
		r := &rows[i]
		lesser := func(d demand) bool { return d.roles&^e.roles == 0 }
		if !slices.ContainsFunc(r.demands, lesser) || !r.standsFor(b) || !r.other && !slices.ContainsFunc(r.paths, func(s spread) bool { return s.includes(glob) }) {
			continue
		}
		for _, d := range r.demands {
			if lesser(d) {
				out = append(out, d)
			}
		}
	}
	most := 0
	for _, d := range out {
		most = max(most, d.count)
	}
	return slices.DeleteFunc(out, func(d demand) bool { return d.count < min(most, e.count) })
}

// shorter says how many yeses are needed now where e becomes those, and by which key; "" where one of them needs
// as many.
func (w *weakenings) shorter(e demand, now []demand) (about words, path string) {
	for _, d := range now {
		is := false
		if about, is = w.lowered(e, d); !is {
			return words{}, ""
		}
		if path = "roles"; d.roles != e.roles {
			path = "paths"
		}
	}
	return about, path
}

// lowered says how many yeses are needed now where e becomes d: for anybody's change, else for one by those few.
func (w *weakenings) lowered(e, d demand) (words, bool) {
	before, many := w.base.holding(e.roles)
	after, unknown := w.head.holding(d.roles)
	n := min(e.count, d.count)
	switch {
	case unknown:
		return words{}, false
	case len(after) == 0: // where a role lost all its people, that is told
		standIn := d.roles&setOf(lifecycle.AnyTechnical) != 0 && len(w.head.Roles[lifecycle.MLEngineer]) > 0
		return say("%s approves a change of %%s in place of %s, and nobody is that", "%s aprova uma mudança de %%s no lugar de %s, e ninguém tem esse papel",
			choice(d.roles), choice(e.roles)), d.roles != e.roles && !standIn
	}
	was, is := w.base.takes(n, len(before), many), w.head.takes(d.count, len(after), false)
	if is < was {
		return say("a change of %%s needs %d approval as %s, not %d, as nobody but %s can give it", "uma mudança de %%s precisa de %d aprovação como %s, não %d, pois ninguém além de %s pode dá-la",
			is, choice(d.roles), was, holderNames(after)).counted(is), true
	}
	was, is = w.base.takes(n, len(before)-1, many), w.head.takes(d.count, len(after)-1, false)
	return say("a change of %%s by %[4]s needs %[1]d approval as %[2]s, not %[3]d", "uma mudança de %%s feita por %[4]s precisa de %[1]d aprovação como %[2]s, não %[3]d",
		is, choice(d.roles), was, orNames(after)).counted(is), is < was
}

// takes is how many yeses are needed where people are asked for and so many can give one; many says that it is not
// known how many can.
func (p *Policy) takes(people, holders int, many bool) int {
	if many || p.Approvals.Scale == ScaleNever {
		return people
	}
	return min(people, max(holders, 1))
}

// holding lists who holds one of the roles; many says that there is a team or a permission among them.
func (p *Policy) holding(roles roleSet) (holders []Holder, many bool) {
	for i, r := range lifecycle.Roles {
		if roles&(1<<i) != 0 {
			holders = union(holders, p.Roles[r], Holder.Is)
		}
	}
	return holders, slices.ContainsFunc(holders, func(h Holder) bool { return !h.IsPerson() })
}

// holderName is a holder in words.
func holderName(h Holder) words {
	switch {
	case h.Permission != "":
		return say("everybody with %s permission", "todos com permissão %s", string(h.Permission))
	case h.IsTeam():
		return say("the team %s", "o time %s", h.String())
	}
	return words{h.Login, h.Login}
}

func holderNames(list []Holder) words { return inWords(list, andList) }

func orNames(list []Holder) words { return inWords(list, orList) }

func inWords(list []Holder, join func([]string) words) words {
	var en, pt []string
	for _, h := range list {
		name := holderName(h)
		en, pt = append(en, name.en), append(pt, name.pt)
	}
	return words{join(en).en, join(pt).pt}
}
