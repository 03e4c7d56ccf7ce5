package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

func weakened(base, head *policy.Policy) []string {
	var out []string
	for _, w := range policy.Weakenings(base, head) {
		out = append(out, w.Path+": "+w.Text(lifecycle.English))
	}
	return out
}

// taken are the weakenings that take something away.
func taken(base, head *policy.Policy) []string {
	var out []string
	for _, w := range policy.Weakenings(base, head) {
		if !w.More {
			out = append(out, w.Text(lifecycle.English))
		}
	}
	return out
}

const (
	gateTable = "gates: {G1: {low: [business-stakeholder, any-technical], standard: %s, high: %s}, " +
		"G2: {low: [business-stakeholder, any-technical], standard: [business-stakeholder, data-scientist], high: [business-stakeholder, data-scientist, validator]}, " +
		"G3: {low: [business-stakeholder, any-technical], standard: [business-stakeholder, ml-engineer], high: [business-stakeholder, ml-engineer, validator]}}"
	key1 = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
)

func TestWeakenings(t *testing.T) {
	full := "[business-stakeholder, subject-matter-expert, data-scientist]"
	for name, c := range map[string]struct {
		base, head string
		want       []string
	}{
		"the same":          {"", "", nil},
		"stricter":          {"bots: [a]\nwriters: [5]", "mode: enforce\napprovals: {scale: never}\nrisk_default: high\ngate_valid_days: {standard: 30, high: 30}\nguidelines: {required_checks: [lint]}", nil},
		"nobody left":       {"roles: {data-scientist: [ana]}\nvalidators: [val]", "", []string{"roles.data-scientist: nobody is data-scientist any more", "validators: nobody is validator any more"}},
		"bots":              {"bots: [a]", "bots: [A, b, c]", []string{"bots: pull requests of b and c need no deliverable any more"}},
		"risk":              {"", "risk_default: low", []string{"risk_default: a deliverable that names no risk has low risk, not standard"}},
		"nudge and near":    {"", "nudge_after_working_days: 9\nnear_limit_percent: 5", []string{"nudge_after_working_days: the people awaited are reminded after 9 working days, not after 3", "near_limit_percent: a value is shown as near its limit from 5 percent on, not from 15"}},
		"validity":          {"", "gate_valid_days: {standard: 365, high: 91}", []string{"gate_valid_days.standard: the last approval of a deliverable stays valid for 365 days at low and standard risk, not for 180", "gate_valid_days.high: the last approval of a deliverable stays valid for 91 days at high risk, not for 90"}},
		"checks":            {"guidelines: {required_checks: [lint, test]}", "guidelines: {required_checks: [Lint]}", []string{"guidelines.required_checks: no longer has to be green: test"}},
		"runner and mode":   {"mode: enforce", "runner: action", []string{"runner: the rules are run by action, not by app", "mode: failing checks no longer stop anything: mode observe, not enforce"}},
		"approvals":         {"approvals: {scale: never, keep_on_base_merge: false}", "approvals: {contributors: allow}", []string{"approvals.contributors: who wrote a commit may approve it", "approvals.keep_on_base_merge: approvals stay when the base branch is merged in", "approvals.scale: a small team needs fewer approvals"}},
		"trust":             {"writers: [5]", "writers: [5, 6, action]\nkeys: [" + key1 + "]", []string{"writers: stickies and records by App 6 and action are trusted", "keys: signatures by the key " + key1 + " are trusted"}},
		"override":          {"allow_override: [bots]", "allow_override: [bots, paths]", []string{"allow_override: repositories may go below these rules: [bots, paths]"}},
		"override less":     {"allow_override: true", "allow_override: [bots, paths]", nil},
		"a seat":            {fmt.Sprintf(gateTable, full, full), fmt.Sprintf(gateTable, "[business-stakeholder, data-scientist]", "[business-stakeholder, data-scientist]"), []string{"gates.G1: subject-matter-expert no longer approves design → development (standard and high risk)"}},
		"a seat more":       {fmt.Sprintf(gateTable, "[business-stakeholder, any-technical]", full), fmt.Sprintf(gateTable, "[ml-engineer, business-stakeholder, data-scientist]", full), nil},
		"a seat for any":    {fmt.Sprintf(gateTable, full, full), fmt.Sprintf(gateTable, "[business-stakeholder, subject-matter-expert, any-technical]", full), []string{"gates.G1: data-scientist no longer approves design → development (standard risk)"}},
		"two share one":     {"roles: {business-stakeholder: [ana], subject-matter-expert: [rui], data-engineer: [d], data-scientist: [s]}", "roles: {business-stakeholder: [ana], subject-matter-expert: [ana], data-engineer: [d], data-scientist: [s]}", []string{"roles.subject-matter-expert: everybody who is subject-matter-expert changes: ana in place of rui", "roles: design → development takes 3 different people, not 4, as roles share their only holder (standard risk)", "roles: development → deployment takes 2 different people, not 3, as roles share their only holder (standard risk)", "roles: deployment → monitoring takes 1 different people, not 2, as roles share their only holder (standard risk)"}},
		"a team is enough":  {"roles: {business-stakeholder: [ana, acme/x], subject-matter-expert: [rui, acme/x]}", "roles: {business-stakeholder: [acme/x], subject-matter-expert: [acme/x]}", nil},
		"never scales":      {"roles: {business-stakeholder: [ana], subject-matter-expert: [rui]}", "approvals: {scale: never}\nroles: {business-stakeholder: [ana], subject-matter-expert: [ana]}", []string{"roles.subject-matter-expert: everybody who is subject-matter-expert changes: ana in place of rui"}},
		"a row":             {paths("data/**: data-engineer", "src/**: software-engineer"), paths("src/**: software-engineer"), []string{"paths: data-engineer no longer approves a change of data/**"}},
		"a role of a row":   {paths("data/**: data-engineer, subject-matter-expert"), paths("data/**: data-engineer"), []string{"paths: subject-matter-expert no longer approves a change of data/**"}},
		"another order":     {paths("data/**: data-engineer", "src/**: software-engineer", "anything-else: any-technical"), paths("src/**: software-engineer", "anything-else: any-technical", "data/**: data-engineer"), nil},
		"a wider glob":      {paths("data/x/**: data-engineer", "data/*.sql: data-engineer", "data/{a,b}/c: data-engineer"), paths("data/**: data-engineer"), nil},
		"a narrower glob":   {paths("data/**: data-engineer"), paths("data/*: data-engineer"), []string{"paths: data-engineer no longer approves a change of data/**"}},
		"braces":            {paths("data/{a,b}/**: data-engineer"), paths("data/a/**: data-engineer", "data/b/**: data-engineer"), nil},
		"half the braces":   {paths("data/{a,b}/**: data-engineer"), paths("data/a/**: data-engineer"), []string{"paths: data-engineer no longer approves a change of data/{a,b}/**"}},
		"left to the rest":  {paths("data/**: any-technical", "anything-else: any-technical"), paths("anything-else: any-technical"), nil},
		"a row in between":  {paths("data/**: any-technical", "anything-else: any-technical"), paths("data/x: subject-matter-expert", "anything-else: any-technical"), []string{"paths: any-technical no longer approves a change of data/**"}},
		"the rest":          {paths("a: any-technical", "anything-else: any-technical"), paths("a: any-technical"), []string{"paths: any-technical no longer approves a change of any other path"}},
		"the rest of all":   {paths("a: any-technical", "anything-else: any-technical"), paths("**: ml-engineer"), nil},
		"shadowing a rest":  {paths("anything-else: any-technical"), paths("legal/**: subject-matter-expert", "anything-else: any-technical"), []string{"paths: any-technical no longer approves a change of legal/**"}},
		"more of the same":  {paths("src/**: software-engineer", "anything-else: any-technical"), paths("src/**: software-engineer", "src/pay/**: business-stakeholder", "tools/**: ml-engineer", "anything-else: any-technical"), nil},
		"any for all":       {paths("a: data-scientist, ml-engineer"), "paths: [{paths: [a], roles: {any: [data-scientist, ml-engineer]}}]", []string{"paths: data-scientist no longer approves a change of a", "paths: ml-engineer no longer approves a change of a"}},
		"all for any":       {"paths: [{paths: [a], roles: {any: [data-scientist, ml-engineer]}}]", paths("a: data-scientist"), nil},
		"fewer people":      {"paths: [{paths: [a], roles: {any: [data-scientist, ml-engineer]}, count: 3}]", "paths: [{paths: [a], roles: {any: [data-scientist, ml-engineer]}, count: 2}]", []string{"paths: a change of a needs 2 approvals as data-scientist or ml-engineer, not 3"}},
		"one person":        {"paths: [{paths: [a], roles: [ml-engineer], count: 2}]", "paths: [{paths: [a], roles: [ml-engineer]}]", []string{"paths: a change of a needs 1 approval as ml-engineer, not 2"}},
		"a condition":       {paths("a: ml-engineer"), "paths: [{paths: [a], roles: [ml-engineer], when: {has_labels: [x], title: {matches: [y]}}}]", []string{"paths: ml-engineer approves a change of a only under other conditions (has_labels, title)"}},
		"the same one":      {"paths: [{paths: [a], roles: [ml-engineer], when: {has_labels: [x]}}]", "paths: [{paths: [a], roles: [ml-engineer], when: {has_labels: [x]}}]", nil},
		"a condition less":  {"paths: [{paths: [a], roles: [ml-engineer], when: {has_labels: [x]}}]", paths("a: ml-engineer"), nil},
		"ignored":           {paths("src/**: ml-engineer"), "paths: [{paths: [\"src/**\"], ignore: [\"src/gen/**\"], roles: [ml-engineer]}]", []string{"paths: ml-engineer no longer approves a change of src/**"}},
		"ignored before":    {"paths: [{paths: [\"src/**\"], ignore: [\"src/gen/**\"], roles: [ml-engineer]}]", "paths: [{paths: [\"src/**\"], ignore: [\"src/gen/x\", docs], roles: [ml-engineer]}]", nil},
		"a phase":           {"phases: [{paths: [a, b], phases: [development], report: true}]", "phases: [{paths: [a, b], phases: [development, monitoring]}]", []string{"phases: a and b may change in monitoring", "phases: a change of a and b needs no metric report any more"}},
		"no phases":         {"phases: [{paths: [anything-else], phases: [design]}]", "phases: []", []string{"phases: any other path may change in development", "phases: any other path may change in deployment", "phases: any other path may change in monitoring"}},
		"a phase less":      {"phases: [{paths: [a], phases: [development]}]", "phases: [{paths: [\"*\"], phases: [development]}, {paths: [a], phases: [design]}]", nil},
		"the usual changes": {"", "paths: []\nphases: []", []string{"paths: data-engineer no longer approves a change of data/**, pipelines/**, **/*.sql, data/contracts/** and data/dictionary/**"}},
	} {
		got := weakened(mustParse(t, c.base), mustParse(t, c.head))
		if name == "the usual changes" { // only the first of many
			got = got[:1]
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestWeakeningsInPortuguese(t *testing.T) {
	base := mustParse(t, "roles: {data-scientist: [ana]}\nmode: enforce\n"+fmt.Sprintf(gateTable, "[business-stakeholder, ml-engineer]", "[business-stakeholder, ml-engineer]")+
		"\npaths: [{paths: [a], roles: [ml-engineer], count: 3}, {paths: [anything-else], roles: [any-technical]}]\nphases: [{paths: [a], phases: [design], report: true}]")
	head := mustParse(t, "risk_default: low\n"+fmt.Sprintf(gateTable, "[business-stakeholder, data-engineer]", "[business-stakeholder, data-engineer]")+
		"\npaths: [{paths: [a], roles: [ml-engineer], count: 2}]\nphases: [{paths: [a], phases: [design, deployment]}]")
	var got []string
	for _, w := range policy.Weakenings(base, head) {
		got = append(got, w.Text(lifecycle.Portuguese))
	}
	want := []string{
		"verificações que falham não barram mais nada: mode observe, não enforce",
		"ninguém mais é data-scientist", "uma entrega que não informa o risco tem risco baixo, não padrão",
		"ml-engineer deixa de aprovar desenho → desenvolvimento (risco padrão e alto)",
		"uma mudança de a precisa de 2 aprovações como ml-engineer, não 3",
		"any-technical deixa de aprovar uma mudança de qualquer outro caminho",
		"a pode mudar em implantação", "uma mudança de a não precisa mais de relatório de métricas",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// paths is a table with a row for each "glob: roles".
func paths(rows ...string) string {
	var b strings.Builder
	b.WriteString("paths:\n")
	for _, r := range rows {
		glob, roles, _ := strings.Cut(r, ": ")
		fmt.Fprintf(&b, "  - {paths: [%q], roles: [%s]}\n", glob, roles)
	}
	return b.String()
}

var (
	someGlobs = rapid.SampledFrom([]string{"a", "a/**", "a/b", "a/*", "**", "**/b", "*/b", "{a,b}/**", "a*", "a/{b,c/d}", "[ab]/b", "*", "**/*.b", "?/b", "{a/b,[b]}", policy.AnythingElse, policy.AnythingElse})
	somePaths = rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d", "a.b", "ab"}), 1, 3)
	someRoles = rapid.SampledFrom([]lifecycle.Role{lifecycle.DataScientist, lifecycle.MLEngineer, lifecycle.SubjectMatterExpert, lifecycle.AnyTechnical})
)

func aNeed(t *rapid.T) policy.Need {
	roles := rapid.SliceOfN(someRoles, 1, 2).Draw(t, "roles")
	if rapid.Bool().Draw(t, "any") {
		return policy.AnyOf(roles...)
	}
	return policy.EachOf(roles...)
}

func somePathRows(t *rapid.T) []policy.PathRule {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) policy.PathRule {
		r := policy.PathRule{Paths: rapid.SliceOfN(someGlobs, 1, 2).Draw(t, "globs"), Roles: aNeed(t), Count: rapid.IntRange(1, 2).Draw(t, "count")}
		if rapid.IntRange(0, 3).Draw(t, "ignores") == 0 {
			r.Ignore = slices.DeleteFunc(rapid.SliceOfN(someGlobs, 1, 1).Draw(t, "ignore"), func(g string) bool { return g == policy.AnythingElse })
		}
		if rapid.IntRange(0, 3).Draw(t, "conditions") == 0 {
			r.When.HasLabels = []string{rapid.SampledFrom([]string{"x", "y"}).Draw(t, "label")}
		}
		return r
	}), 0, 4).Draw(t, "rows")
}

// changed is base with little changed, so that much of it stays.
func changed(t *rapid.T, base []policy.PathRule) []policy.PathRule {
	head := slices.Clone(base)
	for range rapid.IntRange(0, 2).Draw(t, "edits") {
		if len(head) == 0 {
			break
		}
		i := rapid.IntRange(0, len(head)-1).Draw(t, "row")
		switch rapid.IntRange(0, 4).Draw(t, "edit") {
		case 0:
			head = slices.Delete(slices.Clone(head), i, i+1)
		case 1:
			head[i].Roles = aNeed(t)
		case 2:
			head[i].Paths = rapid.SliceOfN(someGlobs, 1, 2).Draw(t, "globs")
		case 3:
			head[i].When = policy.When{}
		case 4:
			head = append(head, somePathRows(t)...)
		}
	}
	return head
}

// Whatever two tables say: when the one asks for less at some path, that is told.
func TestNoLossOfAnApprovalGoesUntold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, head := policy.Default(), policy.Default()
		base.Paths = somePathRows(t)
		head.Paths = changed(t, base.Paths)
		if len(policy.Weakenings(base, head)) > 0 {
			return
		}
		c := policy.Change{Files: files(strings.Join(somePaths.Draw(t, "path"), "/")), Labels: rapid.SliceOf(rapid.SampledFrom([]string{"x", "y"})).Draw(t, "labels")}
		if rapid.IntRange(0, 3).Draw(t, "unknown") == 0 {
			c.Unknown = []policy.Fact{policy.FactLabels}
		}
		have := head.Requirements(c)
		for _, r := range base.Requirements(c) {
			if !slices.ContainsFunc(have, func(h policy.Requirement) bool { return h.Count >= r.Count && within(h.Roles, r.Roles) }) {
				t.Fatalf("%s asks for %s of %v, nothing is told\nbase %s\nhead %s", c.Files[0].Path, show([]policy.Requirement{r}), c.Labels, policy.PathsYAML(base.Paths), policy.PathsYAML(head.Paths))
			}
		}
	})
}

func within(a, b []lifecycle.Role) bool {
	return !slices.ContainsFunc(a, func(r lifecycle.Role) bool {
		return !slices.Contains(b, r) && !(r.Technical() && slices.Contains(b, lifecycle.AnyTechnical))
	})
}

func TestNoPhaseIsAllowedUntold(t *testing.T) {
	rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) policy.PhaseRule {
		return policy.PhaseRule{Paths: rapid.SliceOfN(someGlobs, 1, 2).Draw(t, "globs"), Report: rapid.Bool().Draw(t, "report"),
			Phases: rapid.SliceOfNDistinct(rapid.SampledFrom(lifecycle.Phases), 1, 3, func(p lifecycle.Phase) lifecycle.Phase { return p }).Draw(t, "phases")}
	}), 0, 3)
	rapid.Check(t, func(t *rapid.T) {
		base, head := policy.Default(), policy.Default()
		base.Phases, head.Phases = rows.Draw(t, "base"), rows.Draw(t, "head")
		if rapid.Bool().Draw(t, "more") {
			head.Phases = append(slices.Clone(base.Phases), head.Phases...)
		}
		if len(policy.Weakenings(base, head)) > 0 {
			return
		}
		path := strings.Join(somePaths.Draw(t, "path"), "/")
		before := base.AllowedPhases(path)
		for _, ph := range head.AllowedPhases(path) {
			if !slices.Contains(before, ph) {
				t.Fatalf("%s may change in %s, nothing is told", path, ph)
			}
		}
		if base.NeedsReport(path) && !head.NeedsReport(path) {
			t.Fatalf("%s needs no report, nothing is told", path)
		}
	})
}

// Nothing that stays the same is told.
func TestTheSameTableIsNoWeakening(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, head := policy.Default(), policy.Default()
		base.Paths = somePathRows(t)
		head.Paths = slices.Clone(base.Paths)
		if got := weakened(base, head); got != nil {
			t.Fatalf("%s: %s", got, policy.PathsYAML(base.Paths))
		}
	})
}

// A table as long as the reader takes, against another one of that length.
func BenchmarkWeakenings(b *testing.B) {
	table := func(glob string) *policy.Policy {
		var t strings.Builder
		t.WriteString("version: 1\npaths:\n")
		for i := range 199 {
			fmt.Fprintf(&t, "  - {paths: [")
			for k := range 5 {
				fmt.Fprintf(&t, "\"%s\", ", fmt.Sprintf(glob, i*5+k))
			}
			fmt.Fprintf(&t, "], roles: [ml-engineer, data-scientist]}\n")
		}
		p, problems := policy.Parse([]byte(t.String()))
		if problems != nil {
			b.Fatal(problems)
		}
		return p
	}
	base, head := table("**/a%d*/**/*.x"), table("**/b%d*/**/*.y")
	for b.Loop() {
		if len(policy.Weakenings(base, head)) != 2 {
			b.Fatal("wrong")
		}
	}
}
