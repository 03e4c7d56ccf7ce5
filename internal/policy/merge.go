package policy

import (
	"crypto/ed25519"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// SharedRepository is the repository of an organisation whose [File] is the config its repositories share.
const SharedRepository = ".github"

// Merge is the config in force in a repository whose organisation has a shared one. The repository's adds
// to it and never goes below: [Weakenings] of org and the result are none but that more people may approve, and
// those under the keys that AllowOverride of org names. There the repository's own counts, if it says anything but the default.
//
//   - roles and validators: the organisation's people and the repository's
//   - gates, required checks: the seats and checks of both
//   - paths and phases: the rows of both; a table that is the usual one adds nothing
//   - days, percents, mode, risk, approvals: the stricter one
//   - bots, runner, writers, keys: the organisation's
//   - language, time zone, meetings, holidays, links: the repository's; where it leaves them out, the
//     organisation's
//
// The notes say what of the repository's does not count. Neither policy is changed; org may be nil.
func Merge(org, repo *Policy) (*Policy, []Note) {
	if org == nil {
		return repo, nil
	}
	m := &merging{org: org, repo: repo, usual: Default(), out: &Policy{Version: repo.Version, AllowOverride: org.AllowOverride}}
	m.people()
	m.numbers()
	m.words()
	m.tables()
	m.local()
	return m.out, m.notes
}

type merging struct {
	org, repo, usual, out *Policy
	notes                 []Note
}

// merge puts one key together. stricter also says what of the repository's is left away; "" for nothing.
func merge[T any](m *merging, key string, of func(*Policy) *T, stricter func(org, repo T) (v T, left string)) {
	org, repo, usual := *of(m.org), *of(m.repo), *of(m.usual)
	own := !reflect.DeepEqual(repo, usual)
	if m.org.AllowOverride.Allows(key) {
		if *of(m.out) = org; own {
			*of(m.out) = repo
		}
		return
	}
	v, left := stricter(org, repo)
	*of(m.out) = v
	if own && left != "" {
		m.note(key, left)
	}
}

func (m *merging) note(key, left string) {
	m.notes = append(m.notes, Note{key, say("The organisation's shared config is stricter here; of this repository's does not count: %s.",
		"A configuração compartilhada da organização é mais estrita aqui; da deste repositório não conta: %s.", left)})
}

func (m *merging) people() {
	merge(m, "roles", func(p *Policy) *map[lifecycle.Role][]Holder { return &p.Roles }, func(org, repo map[lifecycle.Role][]Holder) (map[lifecycle.Role][]Holder, string) {
		all, left := map[lifecycle.Role][]Holder{}, []string{}
		for _, r := range lifecycle.Roles {
			for _, h := range union(org[r], repo[r], Holder.Is) {
				if slices.ContainsFunc(m.org.Validators, h.Is) && !slices.ContainsFunc(org[r], h.Is) {
					left = append(left, h.String()) // a validator of the organisation has no other role
					continue
				}
				all[r] = append(all[r], h)
			}
		}
		return all, strings.Join(left, ", ")
	})
	merge(m, "validators", func(p *Policy) *[]Holder { return &p.Validators }, func(org, repo []Holder) ([]Holder, string) {
		var all []Holder
		var left []string
		for _, h := range union(org, repo, Holder.Is) {
			if len(m.out.RolesOf(h.String())) > 0 && !slices.ContainsFunc(org, h.Is) {
				left = append(left, h.String())
				continue
			}
			all = append(all, h)
		}
		return all, strings.Join(left, ", ")
	})
	merge(m, "bots", func(p *Policy) *[]string { return &p.Bots }, func(org, repo []string) ([]string, string) {
		return org, strings.Join(without(repo, org), ", ")
	})
}

func (m *merging) numbers() {
	least := func(org, repo int) (int, string) { return min(org, repo), over(repo > org, repo) }
	merge(m, "nudge_after_working_days", func(p *Policy) *int { return &p.NudgeAfterWorkingDays }, least)
	merge(m, "gate_valid_days", func(p *Policy) *GateValidDays { return &p.GateValidDays }, func(org, repo GateValidDays) (GateValidDays, string) {
		v := GateValidDays{min(org.Standard, repo.Standard), min(org.High, repo.High)}
		return v, over(v != repo, fmt.Sprintf("{standard: %d, high: %d}", repo.Standard, repo.High))
	})
	merge(m, "near_limit_percent", func(p *Policy) *int { return &p.NearLimitPercent }, func(org, repo int) (int, string) {
		return max(org, repo), over(repo < org, repo)
	})
	merge(m, "risk_default", func(p *Policy) *lifecycle.Risk { return &p.RiskDefault }, func(org, repo lifecycle.Risk) (lifecycle.Risk, string) {
		v := lifecycle.Risks[max(slices.Index(lifecycle.Risks, org), slices.Index(lifecycle.Risks, repo))]
		return v, over(v != repo, repo)
	})
	merge(m, "guidelines", func(p *Policy) *Guidelines { return &p.Guidelines }, func(org, repo Guidelines) (Guidelines, string) {
		return Guidelines{union(org.RequiredChecks, repo.RequiredChecks, strings.EqualFold)}, ""
	})
}

// over is what is left away, where something is.
func over(is bool, what any) string {
	if !is {
		return ""
	}
	return fmt.Sprint(what)
}

func (m *merging) words() {
	merge(m, "runner", func(p *Policy) *Runner { return &p.Runner }, func(org, repo Runner) (Runner, string) { return org, over(org != repo, repo) })
	merge(m, "mode", func(p *Policy) *Mode { return &p.Mode }, func(org, repo Mode) (Mode, string) {
		if org == Enforce {
			return Enforce, over(repo != Enforce, repo)
		}
		return repo, ""
	})
	merge(m, "approvals", func(p *Policy) *Approvals { return &p.Approvals }, func(org, repo Approvals) (Approvals, string) {
		v := Approvals{Contributors: repo.Contributors, KeepOnBaseMerge: org.KeepOnBaseMerge && repo.KeepOnBaseMerge, Scale: repo.Scale}
		if org.Contributors == ContributorsDeny {
			v.Contributors = ContributorsDeny
		}
		if org.Scale == ScaleNever {
			v.Scale = ScaleNever
		}
		return v, over(v != repo, fmt.Sprintf("{contributors: %s, keep_on_base_merge: %t, scale: %s}", repo.Contributors, repo.KeepOnBaseMerge, repo.Scale))
	})
	merge(m, "writers", func(p *Policy) *[]Writer { return &p.Writers }, func(org, repo []Writer) ([]Writer, string) {
		more := slices.DeleteFunc(slices.Clone(repo), func(w Writer) bool { return slices.Contains(org, w) })
		return org, over(len(more) > 0, len(more))
	})
	merge(m, "keys", func(p *Policy) *[]ed25519.PublicKey { return &p.Keys }, func(org, repo []ed25519.PublicKey) ([]ed25519.PublicKey, string) {
		more := slices.DeleteFunc(slices.Clone(repo), func(k ed25519.PublicKey) bool {
			return slices.ContainsFunc(org, func(o ed25519.PublicKey) bool { return o.Equal(k) })
		})
		return org, over(len(more) > 0, len(more))
	})
}

func (m *merging) tables() {
	merge(m, "gates", func(p *Policy) *Gates { return &p.Gates }, func(org, repo Gates) (Gates, string) {
		if reflect.DeepEqual(repo, m.usual.Gates) {
			return org, ""
		}
		all := Gates{}
		for _, g := range lifecycle.Gates {
			all[g] = map[lifecycle.Risk][]lifecycle.Role{}
			for _, r := range lifecycle.Risks {
				all[g][r] = union(org[g][r], repo[g][r], func(a, b lifecycle.Role) bool { return a == b })
			}
		}
		return all, ""
	})
	merge(m, "paths", func(p *Policy) *[]PathRule { return &p.Paths }, func(org, repo []PathRule) ([]PathRule, string) {
		return rowsTogether(org, repo, m.usual.Paths, func(r *PathRule) row { return row{&r.Paths, &r.Ignore, len(r.When.conditions()) == 0} }), ""
	})
	merge(m, "phases", func(p *Policy) *[]PhaseRule { return &p.Phases }, func(org, repo []PhaseRule) ([]PhaseRule, string) {
		return rowsTogether(org, repo, m.usual.Phases, func(r *PhaseRule) row { return row{&r.Paths, &r.Ignore, true} }), ""
	})
}

// local are the keys by which nothing is weaker or stricter.
func (m *merging) local() {
	own(m, func(p *Policy) *lifecycle.Lang { return &p.Language })
	own(m, func(p *Policy) **time.Location { return &p.Location })
	own(m, func(p *Policy) *Meetings { return &p.Meetings })
	own(m, func(p *Policy) *[]Date { return &p.Holidays })
	own(m, func(p *Policy) *Links { return &p.Links })
}

func own[T any](m *merging, of func(*Policy) *T) {
	*of(m.out) = *of(m.org)
	if repo := *of(m.repo); !reflect.DeepEqual(repo, *of(m.usual)) {
		*of(m.out) = repo
	}
}

// union is a and those of b that are not in it.
func union[T any](a, b []T, same func(T, T) bool) []T {
	out := slices.Clone(a)
	for _, x := range b {
		if !slices.ContainsFunc(out, func(y T) bool { return same(x, y) }) {
			out = append(out, x)
		}
	}
	return out
}

// row is what a row of a table is for.
type row struct {
	paths, ignore *[]string
	always        bool // without conditions
}

// rowsTogether is a table with the rows of both, unless one of them adds nothing. What is anything else in
// one stays so, whatever the other names.
func rowsTogether[R any](org, repo, usual []R, of func(*R) row) []R {
	if reflect.DeepEqual(repo, usual) || reflect.DeepEqual(org, repo) {
		return org
	}
	return union(written(org, of), written(repo, of), func(a, b R) bool { return reflect.DeepEqual(a, b) })
}

// written writes out what anything else is: every path but those that rows without conditions name.
func written[R any](rows []R, of func(*R) row) []R {
	var named []string
	for i := range rows {
		if r := of(&rows[i]); r.always && len(*r.ignore) == 0 {
			named = append(named, slices.DeleteFunc(slices.Clone(*r.paths), func(g string) bool { return g == AnythingElse })...)
		}
	}
	var out []R
	for _, r := range rows {
		if !slices.Contains(*of(&r).paths, AnythingElse) {
			out = append(out, r)
			continue
		}
		if globs := slices.DeleteFunc(slices.Clone(*of(&r).paths), func(g string) bool { return g == AnythingElse }); len(globs) > 0 {
			some := r
			*of(&some).paths = globs
			out = append(out, some)
		}
		rest := r
		*of(&rest).paths = []string{"**"}
		*of(&rest).ignore = append(slices.Clone(*of(&r).ignore), named...)
		out = append(out, rest)
	}
	return out
}
