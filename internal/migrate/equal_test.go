package migrate_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/migrate"
	"github.com/phasegate/phasegate/internal/policy"
)

// botState is what policy-bot says of a rule: a rule that is skipped is as if it did not exist.
type botState int

const (
	skipped botState = iota
	pending
	approved
)

// predicate is a condition as policy-bot writes it, and as it judges it.
type predicate struct {
	yaml  string
	holds func(file, title, label string) bool
}

var predicates = []predicate{
	{`changed_files: {paths: ["^src/"]}`, func(f, _, _ string) bool { return strings.HasPrefix(f, "src/") }},
	{`only_changed_files: {paths: ["^docs/.*$"]}`, func(f, _, _ string) bool { return strings.HasPrefix(f, "docs/") }},
	{`no_changed_files: {paths: ["\\.sql$"]}`, func(f, _, _ string) bool { return !strings.HasSuffix(f, ".sql") }},
	{`title: {matches: ["^fix"]}`, func(_, t, _ string) bool { return strings.HasPrefix(t, "fix") }},
	{`has_labels: [trivial]`, func(_, _, l string) bool { return l == "trivial" }},
	{`repository: {matches: [x]}`, func(string, string, string) bool { return true }}, // not carried over
}

type botCase struct {
	rules []struct {
		conditions []predicate
		count      int
	}
	file, title, label string
	said               map[int]bool // who approved: the one person of each rule
}

func (c botCase) rule(i int) botState {
	for _, p := range c.rules[i].conditions {
		if !p.holds(c.file, c.title, c.label) {
			return skipped
		}
	}
	if c.rules[i].count == 0 || c.said[i] {
		return approved
	}
	return pending
}

// tree is an entry of policy.approval.
type tree struct {
	op   string // "" for a rule
	rule int
	sub  []tree
}

func (t tree) yaml() string {
	if t.op == "" {
		return fmt.Sprintf("rule%d", t.rule)
	}
	var sub []string
	for _, s := range t.sub {
		sub = append(sub, s.yaml())
	}
	return "{" + t.op + ": [" + strings.Join(sub, ", ") + "]}"
}

func (c botCase) judge(t tree) botState {
	if t.op == "" {
		return c.rule(t.rule)
	}
	var states []botState
	for _, s := range t.sub {
		if st := c.judge(s); st != skipped {
			states = append(states, st)
		}
	}
	switch {
	case len(states) == 0:
		return skipped
	case t.op == "or":
		return slices.Max(states)
	}
	return slices.Min(states)
}

func drawTree(t *rapid.T, rules, depth int) tree {
	kind := rapid.IntRange(0, 2).Draw(t, "kind")
	if kind == 0 || depth == 0 {
		return tree{rule: rapid.IntRange(0, rules-1).Draw(t, "rule")}
	}
	out := tree{op: []string{"and", "or"}[kind-1]}
	for range rapid.IntRange(1, 3).Draw(t, "sub") {
		out.sub = append(out.sub, drawTree(t, rules, depth-1))
	}
	return out
}

// What the config lets pass, policy-bot let pass; and where nothing was left out, the other way round.
func TestTheConfigAsksForNoLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := botCase{said: map[int]bool{},
			file:  rapid.SampledFrom([]string{"src/a.py", "src/a.sql", "docs/a.md", "docs/a.sql", "a"}).Draw(t, "file"),
			title: rapid.SampledFrom([]string{"fix", "feature"}).Draw(t, "title"), label: rapid.SampledFrom([]string{"trivial", "other"}).Draw(t, "label")}
		var rules strings.Builder
		n := rapid.IntRange(1, 4).Draw(t, "rules")
		for i := range n {
			conditions := rapid.SliceOfNDistinct(rapid.SampledFrom(predicates), 0, 2, func(p predicate) string { return p.yaml }).Draw(t, "conditions")
			count := rapid.IntRange(0, 1).Draw(t, "count")
			c.rules = append(c.rules, struct {
				conditions []predicate
				count      int
			}{conditions, count})
			c.said[i] = rapid.Bool().Draw(t, "said")
			fmt.Fprintf(&rules, "- name: rule%d\n  if: {", i)
			for k, p := range conditions {
				rules.WriteString(strings.Repeat(", ", min(k, 1)) + p.yaml)
			}
			fmt.Fprintf(&rules, "}\n  requires: {count: %d, users: [person%d]}\n", count, i)
		}
		all := tree{op: "and"}
		for range rapid.IntRange(1, 3).Draw(t, "entries") {
			all.sub = append(all.sub, drawTree(t, n, 3))
		}
		source := "policy:\n  approval: " + strings.TrimSuffix(strings.TrimPrefix(all.yaml(), "{and: "), "}") + "\napproval_rules:\n" + rules.String()
		config, gaps, err := migrate.PolicyBot([]byte(source))
		if err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		p, _ := policy.Parse(config)
		passes := c.passes(p)
		left := slices.ContainsFunc(gaps, func(g migrate.Gap) bool { return g.Left })
		skips := slices.ContainsFunc(gaps, func(g migrate.Gap) bool { return strings.Contains(g.Text(lifecycle.English), `every rule has an "if"`) })
		switch state := c.judge(all); {
		case passes && state == pending, passes && state == skipped && !skips:
			t.Fatalf("passes, policy-bot says %d\n%s\n%s", state, source, config)
		case !passes && state == approved && !left:
			t.Fatalf("does not pass, and nothing was left out\n%s\n%s", source, config)
		}
	})
}

// passes reports whether those who approved are enough by the config.
func (c botCase) passes(p *policy.Policy) bool {
	change := policy.Change{Files: []policy.ChangedFile{{Path: c.file}}, Title: c.title, Labels: []string{c.label}}
	for _, r := range p.Requirements(change) {
		met := false
		for i, said := range c.said {
			person := policy.Holder{Login: fmt.Sprintf("person%d", i)}
			met = met || said && slices.ContainsFunc(r.Roles, func(role lifecycle.Role) bool { return slices.ContainsFunc(p.RoleHolders(role), person.Is) })
		}
		if !met {
			return false
		}
	}
	return true
}
