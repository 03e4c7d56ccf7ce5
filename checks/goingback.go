package checks

import (
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
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

// standing is what returns may ask to be renewed, as it stands before a gate.
type standing struct {
	gate      lifecycle.Gate
	prints    Prints
	data      facts.Fact[[]DataRequirement]
	analysis  facts.Fact[time.Time]
	due       bool
	report    facts.Fact[*Judgement]
	incidents facts.Fact[[]Incident]
	merged    facts.Fact[[]facts.MergedPull]
	deployed  facts.Fact[Deployed]
}

// renewals lists what the returns ask to be renewed before this gate and was not, each cause once.
func (s standing) renewals(returns []Return) []Gap {
	var gaps []Gap
	var told []lifecycle.Cause
	for _, r := range returns {
		if !r.DueAt(s.gate) || slices.Contains(told, r.Cause) {
			continue
		}
		if open := renewalRules[r.Cause](s, r); len(open) > 0 {
			gaps, told = append(gaps, label("renewal", open)...), append(told, r.Cause)
		}
	}
	return gaps
}

// renewalRules is section 2's table of what each cause asks to be renewed.
var renewalRules = map[lifecycle.Cause]func(standing, Return) []Gap{
	lifecycle.CauseProblem: func(s standing, r Return) []Gap {
		return s.rewritten(r, ItemMetrics, ItemBudget, ItemContext, ItemProcessing, ItemProblem)
	},
	lifecycle.CauseData:     standing.dataRenewed,
	lifecycle.CauseMetrics:  func(s standing, r Return) []Gap { return s.rewritten(r, ItemMetrics) },
	lifecycle.CauseModel:    standing.measured,
	lifecycle.CauseCode:     standing.codeRenewed,
	lifecycle.CauseInfra:    standing.deployedAnew,
	lifecycle.CauseIncident: func(s standing, r Return) []Gap { return append(s.explained(r), s.measured(r)...) },
}

// renewed is the gap of a return, unless what it asks for was done.
func renewed(done bool, r Return) []Gap {
	if done {
		return nil
	}
	return []Gap{{Code: GapRenew, Renewal: &r}}
}

// rewritten asks that one of the items changed since the return. An item that only one side names
// proves no change.
func (s standing) rewritten(r Return, items ...Item) []Gap {
	changed := r.Prints.of(s.prints).Changed(s.prints.of(r.Prints))
	return renewed(slices.ContainsFunc(changed, func(i Item) bool { return slices.Contains(items, i) }), r)
}

// dataRenewed asks for a data requirement that was validated again, or a newer analysis.
func (s standing) dataRenewed(r Return) []Gap {
	linked, read := s.data.Get()
	validated := slices.ContainsFunc(linked, func(d DataRequirement) bool { return d.Validated && d.At.After(r.At) })
	analysis, known := s.analysis.Get()
	switch {
	case validated || analysis.After(r.At):
		return nil
	case !read:
		return unread(s.data.Why())
	case !known:
		return unread(s.analysis.Why())
	}
	gap := Gap{Code: GapRenew, Renewal: &r}
	for _, d := range linked {
		gap.Numbers = append(gap.Numbers, d.Number)
	}
	return []Gap{gap}
}

// measured asks for a newer report that passes. At G2 the metric report (B2) has to be newer than
// every return, so that one sentence says it.
func (s standing) measured(r Return) []Gap {
	if s.gate == lifecycle.G2 {
		return nil
	}
	return reportGaps(s.due, s.report, r.At)
}

// codeRenewed asks for a merged change of the software.
func (s standing) codeRenewed(r Return) []Gap {
	merged, ok := s.merged.Get()
	if !ok {
		return unread(s.merged.Why())
	}
	return renewed(slices.ContainsFunc(merged, func(m facts.MergedPull) bool {
		return m.Merged.After(r.At) && slices.ContainsFunc(m.Files, func(f facts.File) bool {
			return strings.HasPrefix(f.Path, "serving/") || strings.HasPrefix(f.Path, "src/")
		})
	}), r)
}

// deployedAnew asks for a deployment that succeeded after the return.
func (s standing) deployedAnew(r Return) []Gap {
	deployed, ok := s.deployed.Get()
	if !ok {
		return unread(s.deployed.Why())
	}
	return renewed(deployed.At.After(r.At), r)
}

// explained asks for the root cause of every incident there was when it came back; if there was none
// then, of those opened since.
func (s standing) explained(r Return) []Gap {
	linked, ok := s.incidents.Get()
	if !ok {
		return unread(s.incidents.Why())
	}
	concerned := slices.DeleteFunc(slices.Clone(linked), func(i Incident) bool { return i.Created.After(r.At) })
	if len(concerned) == 0 {
		concerned = linked
	}
	if len(concerned) == 0 {
		return []Gap{{Code: GapNoIncident}}
	}
	var open []int
	for _, i := range concerned {
		if !i.RootCause {
			open = append(open, i.Number)
		}
	}
	return numbered(GapRootCause, open)
}
