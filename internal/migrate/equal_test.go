package migrate_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
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

// botCase is a policy, and a pull request as policy-bot sees it.
type botCase struct {
	rules              []ruleCase
	file, title, label string
	author             string
	contributors       []string // who wrote a commit
	said               []string // who approved
}

type ruleCase struct {
	conditions []predicate
	count      int
	users      []string
	options    []string // that are true
}

func (c botCase) rule(i int) botState {
	r := c.rules[i]
	for _, p := range r.conditions {
		if !p.holds(c.file, c.title, c.label) {
			return skipped
		}
	}
	yeses := 0
	for _, person := range c.said {
		if slices.Contains(r.users, person) && !c.banned(r, person) {
			yeses++
		}
	}
	if yeses >= r.count {
		return approved
	}
	return pending
}

// banned reports whether a yes of theirs does not count, by the options of a rule
// (https://github.com/palantir/policy-bot#approval-rules).
func (c botCase) banned(r ruleCase, person string) bool {
	allow := func(option string) bool { return slices.Contains(r.options, option) }
	if person == c.author {
		return !allow("allow_author") && !allow("allow_contributor")
	}
	return slices.Contains(c.contributors, person) && !allow("allow_contributor") && !allow("allow_non_author_contributor")
}

// wrote reports whether everybody whom a rule asks for had a part in the change.
func (c botCase) wrote(r ruleCase) bool {
	return !slices.ContainsFunc(r.users, func(u string) bool { return u != c.author && !slices.Contains(c.contributors, u) })
}

func (c botCase) write(all tree) string {
	var b strings.Builder
	fmt.Fprintf(&b, "policy:\n  approval: %s\napproval_rules:\n", strings.TrimSuffix(strings.TrimPrefix(all.yaml(), "{and: "), "}"))
	for i, r := range c.rules {
		var conditions []string
		for _, p := range r.conditions {
			conditions = append(conditions, p.yaml)
		}
		options := ""
		for _, o := range r.options {
			options += o + ": true, "
		}
		fmt.Fprintf(&b, "- name: rule%d\n  if: {%s}\n  options: {%s}\n  requires: {count: %d, users: [%s]}\n", i, strings.Join(conditions, ", "), options, r.count, strings.Join(r.users, ", "))
	}
	return b.String()
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

var everybody = []string{"ana", "bo", "cy", "dora", "eva"}

func some(t *rapid.T, name string, least, most int) []string {
	people := rapid.SliceOfNDistinct(rapid.SampledFrom(everybody), least, most, rapid.ID[string]).Draw(t, name)
	slices.Sort(people)
	return people
}

func drawCase(t *rapid.T) botCase {
	c := botCase{
		file:  rapid.SampledFrom([]string{"src/a.py", "src/a.sql", "docs/a.md", "docs/a.sql", "a"}).Draw(t, "file"),
		title: rapid.SampledFrom([]string{"fix", "feature"}).Draw(t, "title"), label: rapid.SampledFrom([]string{"trivial", "other"}).Draw(t, "label"),
		author: rapid.SampledFrom(everybody).Draw(t, "author"), contributors: some(t, "contributors", 0, 3), said: some(t, "said", 0, 5),
	}
	same := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"allow_author", "allow_contributor", "allow_non_author_contributor", "ignore_update_merges"}), rapid.ID[string]).Draw(t, "options")
	for range rapid.IntRange(1, 7).Draw(t, "rules") {
		r := ruleCase{count: rapid.IntRange(0, 3).Draw(t, "count"), users: some(t, "users", 1, 3), options: same,
			conditions: rapid.SliceOfNDistinct(rapid.SampledFrom(predicates), 0, 2, func(p predicate) string { return p.yaml }).Draw(t, "conditions")}
		if rapid.IntRange(0, 3).Draw(t, "of its own") == 0 {
			r.options = nil
		}
		c.rules = append(c.rules, r)
	}
	return c
}

// What the config lets pass, policy-bot let pass, unless a line says that it waits there; and where nothing was left
// out, the other way round.
func TestTheConfigAsksForNoLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		all := tree{op: "and"}
		for range rapid.IntRange(1, 3).Draw(t, "entries") {
			all.sub = append(all.sub, drawTree(t, len(c.rules), 3))
		}
		source := c.write(all)
		config, gaps, err := migrate.PolicyBot([]byte(source))
		if err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		p, _ := policy.Parse(config)
		passes := c.assent(p).Complete
		switch state := c.judge(all); {
		case passes && state != approved && !c.told(gaps, state):
			t.Fatalf("passes, policy-bot says %d, and no line says so\nauthor %s, contributors %s, said %s\n%s\n%s", state, c.author, c.contributors, c.said, source, config)
		case !passes && state == approved && !asksMore(gaps):
			t.Fatalf("does not pass, and nothing was left out\nauthor %s, contributors %s, said %s\n%s\n%s", c.author, c.contributors, c.said, source, config)
		}
	})
}

// told reports whether a line says that policy-bot waits in this very case.
func (c botCase) told(gaps []migrate.Gap, state botState) bool {
	return slices.ContainsFunc(gaps, func(g migrate.Gap) bool {
		says := func(s string) bool { return g.Left && strings.Contains(g.Text(lifecycle.English), s) }
		return state == skipped && says(`every rule has an "if"`) || says("the people of one rule") || says("an eighth group of people") ||
			says("policy-bot waits where all of them") && slices.ContainsFunc(c.rules, func(r ruleCase) bool {
				return r.count > 0 && c.wrote(r) && strings.HasPrefix(g.Text(lifecycle.English), strings.Join(r.users, ", ")+": ")
			})
	})
}

// asksMore reports whether a line may be about something for which the config asks more.
func asksMore(gaps []migrate.Gap) bool {
	return slices.ContainsFunc(gaps, func(g migrate.Gap) bool {
		text := g.Text(lifecycle.English)
		return g.Left && !strings.Contains(text, "policy-bot waits where all of them") && !strings.Contains(text, "without ignore_update_merges")
	})
}

// assent counts what was said by the config, as Phasegate does.
func (c botCase) assent(p *policy.Policy) checks.Assent {
	person := func(login string) facts.Person {
		return facts.Person{ID: int64(slices.Index(everybody, login)) + 1, Login: login}
	}
	q := checks.AssentQuestion{Author: person(c.author), Head: "head", Fixed: p.Approvals.Scale == policy.ScaleNever,
		Roster: facts.Roster{Holders: map[lifecycle.Role][]facts.Person{}}, Same: func(string, []string) bool { return false }}
	q.Needs = p.Requirements(policy.Change{Files: []policy.ChangedFile{{Path: c.file}}, Title: c.title, Labels: []string{c.label}})
	for role, holders := range p.Roles {
		for _, h := range holders {
			q.Roster.Holders[role] = append(q.Roster.Holders[role], person(h.Login))
		}
	}
	if p.Approvals.Contributors == policy.ContributorsDeny {
		for _, login := range c.contributors {
			q.Contributors = append(q.Contributors, person(login))
		}
	}
	for _, login := range c.said {
		q.Said = append(q.Said, checks.Said{Person: person(login), Word: checks.WordYes, Commit: q.Head})
	}
	return checks.AssentOf(q)
}

// Options and counts one by one: what policy-bot says, what the config says, and the line where they differ.
func TestWhoMayApprove(t *testing.T) {
	rule := func(count int, users string, options ...string) ruleCase {
		return ruleCase{count: count, users: strings.Fields(users), options: options}
	}
	entries := func(n int) (out []tree) {
		for i := range n {
			out = append(out, tree{rule: i})
		}
		return out
	}
	for name, c := range map[string]struct {
		op     string
		rules  []ruleCase
		said   string // ana opened it, bo wrote a commit too
		bot    botState
		passes bool
		left   string
	}{
		"somebody else":                   {"and", []ruleCase{rule(1, "bo cy")}, "cy", approved, true, ""},
		"who wrote a commit":              {"and", []ruleCase{rule(1, "bo cy")}, "bo", pending, false, ""},
		"the author":                      {"and", []ruleCase{rule(1, "ana cy")}, "ana", pending, false, ""},
		"who wrote a commit may":          {"and", []ruleCase{rule(1, "bo cy", "allow_non_author_contributor")}, "bo", approved, true, ""},
		"who wrote a commit, for one":     {"and", []ruleCase{rule(1, "bo cy", "allow_non_author_contributor"), rule(1, "bo dora")}, "bo", pending, false, "since other rules do not have it"},
		"for one, and somebody else":      {"and", []ruleCase{rule(1, "bo cy", "allow_contributor"), rule(1, "bo dora")}, "bo dora", approved, false, "since other rules do not have it"},
		"contributors, the author":        {"and", []ruleCase{rule(1, "ana cy", "allow_contributor")}, "ana", approved, false, "lets the author of the pull request approve too (palantir/policy-bot#583)"},
		"contributors, who wrote":         {"and", []ruleCase{rule(1, "bo cy", "allow_contributor")}, "bo", approved, true, ""},
		"the author may":                  {"and", []ruleCase{rule(1, "ana cy", "allow_author")}, "ana", approved, false, "never approves it here"},
		"two of three":                    {"and", []ruleCase{rule(2, "cy dora eva")}, "cy eva", approved, true, ""},
		"one of three":                    {"and", []ruleCase{rule(2, "cy dora eva")}, "cy", pending, false, ""},
		"two, of whom one is the author":  {"and", []ruleCase{rule(2, "ana cy")}, "cy", pending, false, ""},
		"two, of whom one wrote a commit": {"and", []ruleCase{rule(2, "bo cy")}, "bo cy", pending, false, ""},
		"three of two":                    {"and", []ruleCase{rule(3, "cy dora")}, "cy dora", pending, false, ""},
		"one or two":                      {"or", []ruleCase{rule(1, "cy"), rule(2, "dora eva")}, "dora", pending, false, "the people of one rule"},
		"one or two, by two":              {"or", []ruleCase{rule(1, "cy"), rule(2, "dora eva")}, "dora eva", approved, true, "the people of one rule"},
		"two or two, mixed":               {"or", []ruleCase{rule(2, "cy ana"), rule(2, "dora eva")}, "cy dora", pending, true, "the people of one rule"},
		"its only one is the author":      {"and", []ruleCase{rule(1, "ana")}, "", pending, true, "ana: policy-bot waits where all of them"},
		"somebody stands in":              {"and", []ruleCase{rule(1, "ana"), rule(1, "cy")}, "cy", pending, true, "ana: policy-bot waits where all of them"},
		"nobody stood in":                 {"and", []ruleCase{rule(1, "ana bo"), rule(1, "cy")}, "bo", pending, false, ""},
	} {
		bot := botCase{rules: c.rules, file: "a", author: "ana", contributors: []string{"ana", "bo"}, said: strings.Fields(c.said)}
		all := tree{op: c.op, sub: entries(len(c.rules))}
		entry := all
		if c.op == "or" {
			all = tree{op: "and", sub: []tree{entry}}
		}
		config, gaps, err := migrate.PolicyBot([]byte(bot.write(all)))
		if err != nil {
			t.Fatal(name, err)
		}
		p, _ := policy.Parse(config)
		if state, passes := bot.judge(all), bot.assent(p).Complete; state != c.bot || passes != c.passes {
			t.Errorf("%s: policy-bot says %d, want %d; the config %t, want %t\n%s", name, state, c.bot, passes, c.passes, config)
		}
		said := slices.ContainsFunc(gaps, func(g migrate.Gap) bool {
			return g.Left && strings.Contains(g.Text(lifecycle.English), c.left)
		})
		if !said {
			t.Errorf("%s: no line says %q", name, c.left)
		}
	}
}

// policy-bot waits for two, though one of the two wrote the change; so does the config.
func TestTheFullNumberIsAskedFor(t *testing.T) {
	c := botCase{rules: []ruleCase{{count: 2, users: []string{"ana", "bo"}}}, file: "a", author: "ana", said: []string{"bo"}}
	config, _, err := migrate.PolicyBot([]byte(c.write(tree{op: "and", sub: []tree{{}}})))
	if err != nil {
		t.Fatal(err)
	}
	p, _ := policy.Parse(config)
	if c.assent(p).Complete || c.rule(0) != pending {
		t.Errorf("one yes is enough:\n%s", config)
	}
}

// Where the own word of whoever opened a pull request is enough, or somebody stands in, a line says so.
func TestGroupsThatWroteItThemselves(t *testing.T) {
	c := botCase{file: "a", author: "ana", said: []string{"ana"}}
	for _, users := range []string{"ana", "ana bo", "ana cy", "ana dora", "ana eva", "ana bo cy", "ana bo dora"} {
		c.rules = append(c.rules, ruleCase{count: 1, users: strings.Fields(users)})
	}
	all := tree{op: "and"}
	for i := range c.rules {
		all.sub = append(all.sub, tree{rule: i})
	}
	_, gaps, err := migrate.PolicyBot([]byte(c.write(all)))
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]int{}
	for _, g := range gaps {
		for _, s := range []string{"somebody with another role, the ML engineer first", "the own word of a subject-matter-expert", "the own word of a business-stakeholder"} {
			if g.Left && strings.Contains(g.Text(lifecycle.English), s) {
				said[s]++
			}
		}
	}
	want := map[string]int{"somebody with another role, the ML engineer first": 5, "the own word of a subject-matter-expert": 1, "the own word of a business-stakeholder": 1}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("(-want +said):\n%s", diff)
	}
}
