package checks

import (
	"slices"
	"time"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// Return is one going back of a deliverable.
type Return struct {
	Cause   lifecycle.Cause
	From    lifecycle.Phase
	To      lifecycle.Phase
	At      time.Time
	Prints  Prints // what the items were when it went back
	Comment int64  // the comment that commanded it
}

// Fresh lists the seats of gate g that must be filled afresh after the returns since it last passed:
// the causes' roles that have a seat there, and always one of the two throughout-roles.
func Fresh(g lifecycle.Gate, risk lifecycle.Risk, returns []Return) []lifecycle.Role {
	if len(returns) == 0 {
		return nil
	}
	seats := lifecycle.Seats(g, risk)
	var fresh []lifecycle.Role
	add := func(r lifecycle.Role) {
		if slices.Contains(seats, r) && !slices.Contains(fresh, r) {
			fresh = append(fresh, r)
		}
	}
	for _, ret := range returns {
		for _, r := range ret.Cause.FreshRoles() {
			add(r)
			if r.Technical() {
				add(lifecycle.AnyTechnical)
			}
		}
	}
	if !slices.ContainsFunc(fresh, lifecycle.Role.Throughout) {
		if slices.Contains(seats, lifecycle.SubjectMatterExpert) {
			add(lifecycle.SubjectMatterExpert)
		} else {
			add(lifecycle.BusinessStakeholder)
		}
	}
	slices.SortFunc(fresh, func(a, b lifecycle.Role) int { return slices.Index(seats, a) - slices.Index(seats, b) })
	return fresh
}

// Renewal is what a return asks to be renewed before the next gate.
type Renewal struct {
	Return Return
	Done   bool
}

// renewedBefore says at which gate the renewal that a cause asks for is due: what the design stands on
// at G1, a newer report or merged code at G2, a newer deployment at G3.
var renewedBefore = map[lifecycle.Cause]lifecycle.Gate{
	lifecycle.CauseProblem: lifecycle.G1, lifecycle.CauseData: lifecycle.G1, lifecycle.CauseMetrics: lifecycle.G1,
	lifecycle.CauseModel: lifecycle.G2, lifecycle.CauseCode: lifecycle.G2, lifecycle.CauseIncident: lifecycle.G2,
	lifecycle.CauseInfra: lifecycle.G3,
}

// DueAt reports whether the renewal that r asks for is judged at gate g: at the gate of its cause, or
// at the first gate the return reopened if that comes later.
func (r Return) DueAt(g lifecycle.Gate) bool {
	due := renewedBefore[r.Cause]
	if first, ok := r.To.Next(); ok {
		if reopened, _ := lifecycle.GateInto(first); reopened > due {
			due = reopened
		}
	}
	return due == g
}

// DesignRenewals judges what the returns ask to be renewed before G1. dataValidated and eda are the
// times of the newest validation of a linked data requirement and of the newest merged analysis.
func DesignRenewals(returns []Return, now Prints, dataValidated, eda time.Time) []Renewal {
	var out []Renewal
	for _, r := range returns {
		if !r.DueAt(lifecycle.G1) {
			continue
		}
		changed := r.Prints.Changed(now)
		done := false
		switch r.Cause {
		case lifecycle.CauseData:
			done = dataValidated.After(r.At) || eda.After(r.At)
		case lifecycle.CauseMetrics:
			done = slices.Contains(changed, ItemMetrics)
		case lifecycle.CauseProblem:
			done = slices.ContainsFunc(changed, func(i Item) bool { return i != ItemData })
		}
		out = append(out, Renewal{r, done})
	}
	return out
}
