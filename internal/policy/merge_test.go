package policy_test

import (
	"crypto/ed25519"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

func TestMerge(t *testing.T) {
	org := mustParse(t, `
language: pt-BR
timezone: America/Sao_Paulo
roles: {business-stakeholder: [helena], backend-engineer: [acme/platform]}
validators: [val]
bots: ["dependabot[bot]"]
risk_default: standard
nudge_after_working_days: 2
gate_valid_days: {standard: 90, high: 60}
near_limit_percent: 20
guidelines: {required_checks: [lint]}
approvals: {keep_on_base_merge: false}
mode: enforce
paths:
  - {paths: ["deploy/**"], roles: [backend-engineer]}
  - {paths: [anything-else], roles: [any-technical]}
phases:
  - {paths: ["deploy/**"], phases: [deployment]}
`)
	repo := mustParse(t, `
timezone: Europe/Lisbon
roles: {business-stakeholder: [joana], backend-engineer: [ACME/platform], data-scientist: [sara, val]}
validators: [HELENA, second]
bots: ["renovate[bot]"]
risk_default: high
nudge_after_working_days: 9
gate_valid_days: {standard: 30, high: 365}
near_limit_percent: 5
guidelines: {required_checks: [Lint, test]}
runner: action
approvals: {contributors: allow, scale: never}
writers: [5]
paths:
  - {paths: ["legal/**"], roles: [subject-matter-expert]}
`)
	got, notes := policy.Merge(org, repo)
	want := map[string]any{
		"language": lifecycle.Portuguese, "zone": "Europe/Lisbon", "bs": "[helena joana]", "be": "[acme/platform]", "ds": "[sara]", "validators": "[val second]",
		"bots": "[dependabot[bot]]", "risk": lifecycle.High, "nudge": 2, "valid": policy.GateValidDays{Standard: 30, High: 60}, "near": 20, "checks": "[lint test]",
		"runner": policy.RunnerApp, "approvals": policy.Approvals{Contributors: policy.ContributorsDeny, Scale: policy.ScaleNever}, "mode": policy.Enforce, "writers": 0,
		"legal": "[any-technical subject-matter-expert]", "deploy": "[backend-engineer]", "data": "[any-technical]", "phases": "[deployment]",
	}
	have := map[string]any{
		"language": got.Language, "zone": got.Location.String(), "bs": fmt.Sprint(got.Roles[lifecycle.BusinessStakeholder]), "be": fmt.Sprint(got.Roles[lifecycle.BackendEngineer]),
		"ds": fmt.Sprint(got.Roles[lifecycle.DataScientist]), "validators": fmt.Sprint(got.Validators), "bots": fmt.Sprint(got.Bots), "risk": got.RiskDefault,
		"nudge": got.NudgeAfterWorkingDays, "valid": got.GateValidDays, "near": got.NearLimitPercent, "checks": fmt.Sprint(got.Guidelines.RequiredChecks),
		"runner": got.Runner, "approvals": got.Approvals, "mode": got.Mode, "writers": len(got.Writers),
		"legal": fmt.Sprint(rolesAt(got, "legal/x")), "deploy": fmt.Sprint(rolesAt(got, "deploy/x")), "data": fmt.Sprint(rolesAt(got, "data/x")), "phases": fmt.Sprint(got.AllowedPhases("deploy/x")),
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var said []string
	for _, n := range notes {
		text := n.Text(lifecycle.English)
		if text == n.Text(lifecycle.Portuguese) {
			t.Errorf("%s is in one language", n.Path)
		}
		said = append(said, n.Path+text[strings.LastIndex(text, ":"):])
	}
	if diff := cmp.Diff([]string{"roles: val.", "validators: HELENA.", "bots: renovate[bot].", "nudge_after_working_days: 9.", "gate_valid_days: 365}.", "near_limit_percent: 5.", "runner: action.", "approvals: never}.", "writers: 1."}, said); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	if same, notes := policy.Merge(nil, repo); same != repo || notes != nil {
		t.Error("without a shared config the repository's own holds")
	}
}

func rolesAt(p *policy.Policy, path string) []lifecycle.Role {
	var out []lifecycle.Role
	for _, r := range p.Requirements(policy.Change{Files: files(path)}) {
		out = append(out, r.Roles...)
	}
	return out
}

func TestMergeWhereTheOrganisationAllowsIt(t *testing.T) {
	org := mustParse(t, "allow_override: [paths, bots, mode]\nmode: enforce\nbots: [a]\nrunner: action")
	repo := mustParse(t, "paths: []\nrunner: app\nbots: [b]")
	got, notes := policy.Merge(org, repo)
	if len(got.Paths) != 0 || got.Mode != policy.Enforce || fmt.Sprint(got.Bots) != "[b]" || got.Runner != policy.RunnerAction || len(notes) != 0 {
		t.Errorf("%v %s %v %s %v", got.Paths, got.Mode, got.Bots, got.Runner, notes)
	}
	org.AllowOverride = policy.Override{All: true}
	repo = mustParse(t, "runner: app\nnudge_after_working_days: 60")
	if got, _ := policy.Merge(org, repo); got.NudgeAfterWorkingDays != 60 || got.Runner != policy.RunnerAction {
		t.Errorf("%d %s", got.NudgeAfterWorkingDays, got.Runner)
	}
}

// aPolicy is any config, as far as one can be looser than another.
func aPolicy(t *rapid.T, name string) *policy.Policy {
	p := policy.Default()
	pick := func(n int, what string) int { return rapid.IntRange(0, n-1).Draw(t, name+" "+what) }
	holder := rapid.SampledFrom([]policy.Holder{{Login: "ana"}, {Login: "Ana"}, {Login: "bo"}, {Team: policy.Team{Org: "acme", Slug: "x"}}, {Permission: policy.PermissionAdmin}})
	for _, r := range lifecycle.Roles {
		for _, h := range rapid.SliceOfN(holder, 0, 2).Draw(t, name+" "+string(r)) {
			if !slices.ContainsFunc(p.Roles[r], h.Is) {
				p.Roles[r] = append(p.Roles[r], h)
			}
		}
	}
	for _, v := range []string{"val", "eva", "bo"} {
		if pick(2, v) == 1 && len(p.RolesOf(v)) == 0 {
			p.Validators = append(p.Validators, policy.Holder{Login: v})
		}
	}
	p.Bots = rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y"}), 0, 2).Draw(t, name+" bots")
	p.RiskDefault = lifecycle.Risks[pick(3, "risk")]
	p.NudgeAfterWorkingDays, p.NearLimitPercent = 1+pick(3, "nudge"), pick(3, "near")
	p.GateValidDays = policy.GateValidDays{Standard: 1 + pick(3, "standard"), High: 1 + pick(3, "high")}
	p.Guidelines.RequiredChecks = rapid.SliceOfN(rapid.SampledFrom([]string{"lint", "test"}), 0, 2).Draw(t, name+" checks")
	p.Runner = []policy.Runner{policy.RunnerApp, policy.RunnerAction}[pick(2, "runner")]
	p.Mode = []policy.Mode{policy.Observe, policy.Enforce}[pick(2, "mode")]
	p.Approvals = policy.Approvals{Contributors: []policy.Contributors{policy.ContributorsDeny, policy.ContributorsAllow}[pick(2, "contributors")],
		KeepOnBaseMerge: pick(2, "keep") == 1, Scale: []policy.Scale{policy.ScaleAuto, policy.ScaleNever}[pick(2, "scale")]}
	p.Writers = rapid.SliceOfN(rapid.SampledFrom([]policy.Writer{{}, {AppID: 5}}), 0, 2).Draw(t, name+" writers")
	if pick(2, "key") == 1 {
		p.Keys = []ed25519.PublicKey{make([]byte, ed25519.PublicKeySize)}
	}
	if pick(2, "gates") == 1 {
		for _, g := range lifecycle.Gates {
			p.Gates[g][lifecycle.Standard] = rapid.SliceOfNDistinct(rapid.SampledFrom(append(slices.Clone(lifecycle.Roles), lifecycle.AnyTechnical, lifecycle.Validator)), 2, 4, func(r lifecycle.Role) lifecycle.Role { return r }).Draw(t, name+" seats")
		}
	}
	if pick(4, "paths") > 0 {
		p.Paths = somePathRows(t)
	}
	if pick(2, "phases") > 0 {
		p.Phases = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) policy.PhaseRule {
			return policy.PhaseRule{Paths: rapid.SliceOfN(someGlobs, 1, 2).Draw(t, "globs"), Phases: lifecycle.Phases[:1+rapid.IntRange(0, 3).Draw(t, "phases")], Report: rapid.Bool().Draw(t, "report")}
		}), 0, 3).Draw(t, name+" phases")
	}
	return p
}

// Whatever a repository says, it does not go below what its organisation says.
func TestMergeIsNeverBelowTheOrganisation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		org, repo := aPolicy(t, "org"), aPolicy(t, "repo")
		got, _ := policy.Merge(org, repo)
		if w := taken(org, got); w != nil {
			t.Fatalf("%q\norg %s\nrepo %s\nboth %s", w, policy.PathsYAML(org.Paths), policy.PathsYAML(repo.Paths), policy.PathsYAML(got.Paths))
		}
		for _, v := range got.Validators {
			if len(got.RolesOf(v.String())) > 0 {
				t.Fatalf("the validator %s holds a role", v)
			}
		}
		// Nor below its own rows, which is asked of a path.
		path := strings.Join(somePaths.Draw(t, "path"), "/")
		c := policy.Change{Files: files(path), Labels: []string{"x"}}
		have := got.Requirements(c)
		for _, r := range repo.Requirements(c) {
			if !reflect.DeepEqual(repo.Paths, policy.Default().Paths) && !slices.ContainsFunc(have, func(h policy.Requirement) bool { return h.Count >= r.Count && within(h.Roles, r.Roles) }) {
				t.Fatalf("%s: the repository's %v is lost", path, r)
			}
		}
		// What it may loosen, it loosens there only.
		org.AllowOverride.Keys = []string{"mode", "paths"}
		got, _ = policy.Merge(org, repo)
		for _, w := range policy.Weakenings(org, got) {
			if !w.More && w.Path != "mode" && w.Path != "paths" {
				t.Fatalf("%s: %s", w.Path, w.Text(lifecycle.English))
			}
		}
	})
}
