package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bmatcuk/doublestar/v4"
	"pgregory.net/rapid"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

// show writes requirements as "role|role xN: files (unsure) why".
func show(reqs []policy.Requirement) string {
	var out []string
	for _, r := range reqs {
		var roles []string
		for _, role := range r.Roles {
			roles = append(roles, string(role))
		}
		s := strings.Join(roles, "|")
		if r.Count != 1 {
			s += fmt.Sprintf(" x%d", r.Count)
		}
		s += ": " + strings.Join(r.Files, ",")
		if r.Unsure != "" {
			s += " ?" + r.Unsure
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

func files(paths ...string) []policy.ChangedFile {
	out := make([]policy.ChangedFile, len(paths))
	for i, p := range paths {
		out[i] = policy.ChangedFile{Path: p, Additions: 10, Deletions: 1}
	}
	return out
}

func TestRequirementsOfTheUsualTable(t *testing.T) {
	got := policy.Default().Requirements(policy.Change{Files: files("train/a.py", "docs/x.md", "models/m.bin", "train/a.py")})
	if want := "data-scientist: train/a.py,models/m.bin; any-technical: docs/x.md; ml-engineer: models/m.bin"; show(got) != want {
		t.Errorf("got %s\nwant %s", show(got), want)
	}
	if got[0].Why != "how the model is trained and evaluated; what the model can do, and its life in production" {
		t.Errorf("why %q", got[0].Why)
	}
}

func TestChoicesOfRoles(t *testing.T) {
	for _, c := range []struct{ roles, want string }{
		{"[data-scientist, ml-engineer]", "data-scientist: a; ml-engineer: a"},
		{"{any: [data-scientist, ml-engineer]}", "data-scientist|ml-engineer: a"},
		{"{all: [data-scientist, ml-engineer]}", "data-scientist: a; ml-engineer: a"},
		{"{any: [data-scientist, {all: [ml-engineer, software-engineer]}]}", "data-scientist|software-engineer: a; data-scientist|ml-engineer: a"},
		{"[subject-matter-expert, {any: [ml-engineer, data-scientist]}]", "subject-matter-expert: a; data-scientist|ml-engineer: a"},
		{"{any: [ml-engineer, any-technical]}", "any-technical: a"},
		{"{any: [business-stakeholder, any-technical]}", "business-stakeholder|any-technical: a"},
		{"{any: [{all: [ml-engineer, data-scientist]}, ml-engineer]}", "ml-engineer: a"},
		{"[{all: [ml-engineer]}, ml-engineer]", "ml-engineer: a"},
		{"{any: [data-scientist, ml-engineer]}\n    count: 2", "data-scientist|ml-engineer x2: a"},
	} {
		p := mustParse(t, "paths:\n  - paths: [\"**\"]\n    roles: "+c.roles+"\n")
		if got := show(p.Requirements(policy.Change{Files: files("a")})); got != c.want {
			t.Errorf("%s: %s, want %s", c.roles, got, c.want)
		}
	}
}

// Whatever a need says, its clauses are met by the same people.
func TestClausesSayTheSame(t *testing.T) {
	var need func(t *rapid.T, depth int) policy.Need
	roles := append(slices.Clone(lifecycle.Roles), lifecycle.AnyTechnical)
	need = func(t *rapid.T, depth int) policy.Need {
		switch kind := rapid.IntRange(0, 2).Draw(t, "kind"); {
		case kind == 1 && depth > 0:
			return policy.Need{Any: []policy.Need{need(t, depth-1), need(t, depth-1)}}
		case kind == 2 && depth > 0:
			return policy.Need{All: []policy.Need{need(t, depth-1), need(t, depth-1)}}
		}
		return policy.Need{Role: rapid.SampledFrom(roles).Draw(t, "role")}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := need(t, 3)
		have := rapid.SliceOfDistinct(rapid.SampledFrom(lifecycle.Roles), func(r lifecycle.Role) lifecycle.Role { return r }).Draw(t, "have")
		byClauses := !slices.ContainsFunc(n.Clauses(), func(c []lifecycle.Role) bool {
			return !slices.ContainsFunc(c, func(r lifecycle.Role) bool { return filled(r, have) })
		})
		if want := met(n, have); byClauses != want {
			t.Fatalf("%v with %v: %v by clauses %v, want %v", n, have, byClauses, n.Clauses(), want)
		}
	})
}

func filled(r lifecycle.Role, have []lifecycle.Role) bool {
	return slices.ContainsFunc(have, func(h lifecycle.Role) bool { return h == r || r == lifecycle.AnyTechnical && h.Technical() })
}

func met(n policy.Need, have []lifecycle.Role) bool {
	switch {
	case n.Role != "":
		return filled(n.Role, have)
	case n.Any != nil:
		return slices.ContainsFunc(n.Any, func(m policy.Need) bool { return met(m, have) })
	}
	return !slices.ContainsFunc(n.All, func(m policy.Need) bool { return !met(m, have) })
}

// known is a change of which everything was read.
func known() policy.Change {
	return policy.Change{
		Files: files("src/a.py", "docs/b.md"), BaseRef: "main", HeadRef: "feature/x", Title: "BREAKING: new features",
		Labels: []string{"Risky", "model"}, Author: "Ana", People: []string{"ana", "bo"}, Signed: true, Succeeded: []string{"lint", "test (3.12)"},
		Roles: map[string][]lifecycle.Role{"ana": {lifecycle.DataScientist}},
	}
}

func TestConditions(t *testing.T) {
	for _, c := range []struct {
		when string
		want bool
	}{
		{`changed_files: {paths: ["src/**"]}`, true},
		{`changed_files: {paths: ["src/**"], ignore: ["**/*.py"]}`, false},
		{`changed_files: {paths: ["tests/**"]}`, false},
		{`no_changed_files: {paths: ["tests/**"]}`, true},
		{`no_changed_files: {paths: ["**"], ignore: ["docs/**"]}`, false},
		{`only_changed_files: {paths: ["src/**", "docs/**"]}`, true},
		{`only_changed_files: {paths: ["src/**"]}`, false},
		{`targets_branch: {pattern: "^main$"}`, true},
		{`targets_branch: {pattern: "ai"}`, true},
		{`targets_branch: {pattern: "^release/"}`, false},
		{`from_branch: {pattern: "^feature/"}`, true},
		{`from_branch: {pattern: "^hotfix/"}`, false},
		{`has_author_in: {users: [ana]}`, true},
		{`has_author_in: {users: [bo]}`, false},
		{`has_author_in: {users: [bo], roles: [data-scientist]}`, true},
		{`has_author_in: {roles: [any-technical]}`, true},
		{`has_author_in: {roles: [ml-engineer]}`, false},
		{`has_contributor_in: {users: [BO]}`, true},
		{`has_contributor_in: {users: [eva]}`, false},
		{`only_has_contributors_in: {users: [ana, bo]}`, true},
		{`only_has_contributors_in: {users: [bo], roles: [data-scientist]}`, true},
		{`only_has_contributors_in: {users: [bo]}`, false},
		{`author_is_only_contributor: false`, true},
		{`author_is_only_contributor: true`, false},
		{`has_labels: [risky]`, true},
		{`has_labels: [risky, other]`, false},
		{`title: {matches: ["^docs", "^BREAKING"]}`, true},
		{`title: {matches: ["^docs"]}`, false},
		{`title: {not_matches: ["^docs"]}`, true},
		{`title: {not_matches: ["^docs", "features$"]}`, false},
		{`title: {matches: ["^docs"], not_matches: ["^chore"]}`, true},
		{`modified_lines: {additions: "> 19"}`, true},
		{`modified_lines: {additions: "> 20"}`, false},
		{`modified_lines: {additions: "> 20", deletions: "=2"}`, true},
		{`modified_lines: {total: "< 22"}`, false},
		{`has_valid_signatures: true`, true},
		{`has_valid_signatures: false`, false},
		{`has_successful_status: [lint]`, true},
		{`has_successful_status: [lint, build]`, false},
		{"has_labels: [risky]\n      has_valid_signatures: true", true},
		{"has_labels: [risky]\n      has_valid_signatures: false", false},
	} {
		p := mustParse(t, "paths:\n  - paths: [\"**\"]\n    roles: [ml-engineer]\n    when:\n      "+c.when+"\n")
		want := ""
		if c.want {
			want = "ml-engineer: src/a.py,docs/b.md"
		}
		if got := show(p.Requirements(known())); got != want {
			t.Errorf("%s: %q, want %q", c.when, got, want)
		}
		// Nothing that is asked for goes away because nothing is known.
		blind := policy.Change{Files: files("src/a.py", "docs/b.md"), Unknown: []policy.Fact{policy.FactFiles, policy.FactLabels, policy.FactSignatures}}
		keys := strings.Join(p.Paths[0].When.Keys(), ", ")
		if got, want := show(p.Requirements(blind)), "ml-engineer: src/a.py,docs/b.md ?"+keys; got != want {
			t.Errorf("%s, unknown: %q, want %q", c.when, got, want)
		}
		if got := policy.PathsYAML(p.Paths); show(mustParse(t, got).Requirements(known())) != want {
			t.Errorf("%s is written as %s", c.when, got)
		}
	}
}

// Only what a condition looks at has to be known.
func TestUnknownFactsConcernTheirConditions(t *testing.T) {
	p := mustParse(t, `
paths:
  - {paths: ["src/**"], roles: [ml-engineer], when: {has_labels: [other], title: {matches: [x]}}}
  - {paths: ["src/**"], roles: [data-scientist], when: {has_labels: [other]}}
  - {paths: ["docs/**"], roles: [data-scientist]}
  - {paths: ["src/**"], roles: [backend-engineer], when: {modified_lines: {total: "> 9999"}}}
  - {paths: [anything-else], roles: [any-technical]}
`)
	for _, c := range []struct {
		unknown []policy.Fact
		want    string
	}{
		// a row that does not apply names no path
		{nil, "any-technical: src/a.py; data-scientist: docs/b.md"},
		{[]policy.Fact{policy.FactSignatures}, "any-technical: src/a.py; data-scientist: docs/b.md"},
		{[]policy.Fact{policy.FactLines}, "backend-engineer: src/a.py ?modified_lines; any-technical: src/a.py; data-scientist: docs/b.md"},
		// a condition that is known not to hold is enough
		{[]policy.Fact{policy.FactTitle}, "any-technical: src/a.py; data-scientist: docs/b.md"},
		// what is asked for certain elsewhere is not unsure, and anything else stays in force
		{[]policy.Fact{policy.FactLabels}, "data-scientist: src/a.py,docs/b.md; any-technical: src/a.py"},
		{[]policy.Fact{policy.FactLabels, policy.FactTitle}, "ml-engineer: src/a.py ?has_labels, title; data-scientist: src/a.py,docs/b.md; any-technical: src/a.py"},
	} {
		change := known()
		change.Unknown = c.unknown
		if got := show(p.Requirements(change)); got != c.want {
			t.Errorf("%v: %s\nwant %s", c.unknown, got, c.want)
		}
	}
}

func TestIgnoredPathsAreAnythingElse(t *testing.T) {
	p := mustParse(t, `
paths:
  - {paths: ["src/**"], ignore: ["src/gen/**"], roles: [software-engineer]}
  - {paths: [anything-else], ignore: ["*.md"], roles: [any-technical]}
phases:
  - {paths: ["src/**"], ignore: ["src/gen/**"], phases: [development]}
`)
	if got, want := show(p.Requirements(policy.Change{Files: files("src/a", "src/gen/b", "README.md")})), "software-engineer: src/a; any-technical: src/gen/b"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := fmt.Sprint(p.PathRoles("src/gen/b"), p.PathRoles("README.md"), p.AllowedPhases("src/a"), len(p.AllowedPhases("src/gen/b"))); got != "[any-technical] [] [development] 4" {
		t.Error(got)
	}
}

// The quick way to match says what the library says.
func TestGlobsMatchAsTheLibraryDoes(t *testing.T) {
	part := rapid.SampledFrom([]string{"a", "b", "ab", "*", "**", "a*", "*b", "**a", "?", "{a,b}", "[ab]", "{a/b,**}", `\*`, "a**", "*.b", "a.b"})
	name := rapid.SampledFrom([]string{"a", "b", "ab", "ba", "a.b", "*", "aab"})
	rapid.Check(t, func(t *rapid.T) {
		glob := strings.Join(rapid.SliceOfN(part, 1, 4).Draw(t, "glob"), "/")
		path := strings.Join(rapid.SliceOfN(name, 1, 4).Draw(t, "path"), "/")
		p := policy.Default()
		p.Paths = []policy.PathRule{{Paths: []string{glob}, Roles: policy.EachOf(lifecycle.MLEngineer)}}
		want, err := doublestar.Match(glob, path)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(p.Requirements(policy.Change{Files: files(path)})) > 0; got != want {
			t.Fatalf("requirements: %s on %s: %v, want %v", glob, path, got, want)
		}
		if got := len(p.PathRules(path)) > 0; got != want {
			t.Fatalf("rules: %s on %s: %v, want %v", glob, path, got, want)
		}
	})
}

// large is a table as long as one can be, and a change as large as GitHub lists.
func large(tb testing.TB) (*policy.Policy, policy.Change) {
	var b strings.Builder
	b.WriteString("version: 1\npaths:\n")
	for i := range 199 {
		fmt.Fprintf(&b, "  - {paths: [\"team%d/**\", \"lib/*/part%d/**\", \"**/*.x%d\"], roles: [ml-engineer], when: {changed_files: {paths: [\"team%d/**\"]}}}\n", i, i, i, i)
	}
	b.WriteString("  - {paths: [anything-else], roles: [any-technical]}\n")
	p, problems := policy.Parse([]byte(b.String()))
	if problems != nil {
		tb.Fatal(problems)
	}
	var c policy.Change
	for i := range 3000 {
		c.Files = append(c.Files, policy.ChangedFile{Path: fmt.Sprintf("team%d/src/some/folder/file%d.py", i%250, i)})
	}
	return p, c
}

func BenchmarkRequirements(b *testing.B) {
	p, c := large(b)
	for b.Loop() {
		if len(p.Requirements(c)) != 2 {
			b.Fatal("wrong")
		}
	}
}

func TestLargeChangesAreQuick(t *testing.T) {
	p, c := large(t)
	start := time.Now()
	if got := p.Requirements(c); len(got) != 2 || len(got[0].Files) != 2388 || len(got[1].Files) != 3000 {
		t.Fatalf("%s", show(got))
	}
	if took := time.Since(start); took > 5*time.Second { // tens of milliseconds; the rest is for a busy machine
		t.Errorf("took %v", took)
	}
}
