package policy

import (
	"slices"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// gates compares the seats of each gate and how many different people fill them, equal findings at
// several risks joined.
func (w *weakenings) gates() {
	for _, g := range lifecycle.Gates {
		var found []atRisk
		for _, risk := range lifecycle.Risks {
			base, head := w.base.Seats(g, risk), w.head.Seats(g, risk)
			for _, r := range droppedSeats(base, head) {
				found = note(found, risk, "gates."+string(g), say("%s no longer approves %s", "%s deixa de aprovar %s", string(r), gateName(g)))
			}
			if risk == lifecycle.High || w.head.Approvals.Scale == ScaleNever {
				continue // the full number, whoever there is
			}
			if before, after := w.fillable(head); after < before {
				found = note(found, risk, "roles", say("%[1]s takes %[3]d different people, not %[2]d, as roles share their only holder",
					"%[1]s exige %[3]d pessoas diferentes, não %[2]d, pois papéis dividem a única pessoa", gateName(g), before, after))
			}
		}
		for _, f := range found {
			w.add(true, f.path, say("%s (%s)", "%s (%s)", f.words, risksName(f.risks)))
		}
	}
}

// atRisk is a finding and the risks it holds at.
type atRisk struct {
	path  string
	words words
	risks []lifecycle.Risk
}

func note(found []atRisk, risk lifecycle.Risk, path string, w words) []atRisk {
	i := slices.IndexFunc(found, func(f atRisk) bool { return f.words == w })
	if i < 0 {
		return append(found, atRisk{path, w, []lifecycle.Risk{risk}})
	}
	found[i].risks = append(found[i].risks, risk)
	return found
}

// droppedSeats lists the seats of base that head has no seat for. A technical role's seat serves for any
// technical role.
func droppedSeats(base, head []lifecycle.Role) []lifecycle.Role {
	left := slices.Clone(head)
	var dropped []lifecycle.Role
	take := func(is func(lifecycle.Role) bool) bool {
		i := slices.IndexFunc(left, is)
		if i >= 0 {
			left = slices.Delete(left, i, i+1)
		}
		return i >= 0
	}
	var open []lifecycle.Role
	for _, seat := range base {
		if !take(func(r lifecycle.Role) bool { return r == seat }) {
			open = append(open, seat)
		}
	}
	for _, seat := range open {
		if seat != lifecycle.AnyTechnical || !take(lifecycle.Role.Technical) {
			dropped = append(dropped, seat)
		}
	}
	return dropped
}

// fillable is how many of the seats different people can fill, by base's and by head's holders. Seats that
// nobody holds by one of them are left out: that is told apart. A team or a permission counts as people enough.
func (w *weakenings) fillable(seats []lifecycle.Role) (before, after int) {
	var both []lifecycle.Role
	for _, s := range seats {
		if len(w.base.RoleHolders(s)) > 0 && len(w.head.RoleHolders(s)) > 0 {
			both = append(both, s)
		}
	}
	return w.base.different(both), w.head.different(both)
}

// different is how many of the seats can have a person of their own.
func (p *Policy) different(seats []lifecycle.Role) int {
	holders := make([][]Holder, len(seats))
	for i, s := range seats {
		holders[i] = p.RoleHolders(s)
	}
	taken := map[string]int{}
	var seat func(i int, tried map[string]bool) bool
	seat = func(i int, tried map[string]bool) bool {
		for _, h := range holders[i] {
			name := strings.ToLower(h.Login)
			if !h.IsPerson() {
				return true
			}
			if tried[name] {
				continue
			}
			tried[name] = true
			if other, is := taken[name]; !is || seat(other, tried) {
				taken[name] = i
				return true
			}
		}
		return false
	}
	n := 0
	for i := range seats {
		if seat(i, map[string]bool{}) {
			n++
		}
	}
	return n
}
