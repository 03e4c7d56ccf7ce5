// Package migrate turns the policy of another tool into a config of Phasegate, and says line by line what
// it could not carry over. It reads policy-bot's .policy.yml
// (https://github.com/palantir/policy-bot#policyyml-specification). Where something cannot be said the same way,
// the config asks for more, or the gap says so; it never asks for less without a word. It reads and writes
// no files.
package migrate

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	yaml "go.yaml.in/yaml/v4"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

// MaxSize is the largest policy that is read, in bytes; maxNodes bounds its values.
const (
	MaxSize  = 256 << 10
	maxNodes = 20000
)

// Gap is something about a line of the source.
type Gap struct {
	Line   int
	Column int
	Left   bool // it was not carried over; else it is a choice that was made and that may be wrong

	en, pt string
}

// Text says what it is and what to do, in language l.
func (g Gap) Text(l lifecycle.Lang) string {
	if l == lifecycle.Portuguese {
		return g.pt
	}
	return g.en
}

// PolicyBot writes the config that is equivalent to policy-bot's policy. The config is valid. Gaps are in
// the order of the source. An error says that the source is no such policy; then there is no config.
func PolicyBot(source []byte) (config []byte, gaps []Gap, err error) {
	if len(source) > MaxSize {
		return nil, nil, fmt.Errorf("the policy has %d bytes; at most %d are read", len(source), MaxSize)
	}
	var doc yaml.Node
	if err := yaml.Load(source, &doc); err != nil {
		return nil, nil, fmt.Errorf("this is no YAML: %w", err)
	}
	root := &doc
	if doc.Kind == yaml.DocumentNode && len(doc.Content) == 1 {
		root = doc.Content[0]
	}
	if left := maxNodes; !within(root, &left, 0) {
		return nil, nil, errors.New("the policy has too many values, is nested too deep, or has aliases: write them out")
	}
	if root.Kind != yaml.MappingNode {
		return nil, nil, errors.New("this is no policy of policy-bot: it has no keys policy and approval_rules")
	}
	m := &migration{rules: map[string]*botRule{}, names: map[string]bool{}, holders: map[string]*holding{}}
	if err := m.read(root); err != nil {
		return nil, nil, err
	}
	config = m.write()
	if _, problems := policy.Parse(config); len(problems) > 0 {
		return nil, nil, fmt.Errorf("the config would not be valid: %s", problems[0])
	}
	slices.SortStableFunc(m.gaps, func(a, b Gap) int { return a.Line - b.Line })
	return config, m.gaps, nil
}

// within reports whether the values are few enough, with no alias among them.
func within(n *yaml.Node, left *int, depth int) bool {
	*left--
	if *left < 0 || depth > 20 || n.Kind == yaml.AliasNode {
		return false
	}
	return !slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return !within(c, left, depth+1) })
}

// migration is what was read of a policy, and what it becomes.
type migration struct {
	rules   map[string]*botRule
	names   map[string]bool // that policy.approval asks for
	order   []*botRule
	holders map[string]*holding // by what they say
	held    []*holding
	rows    []policy.PathRule
	allow   bool // contributors may approve
	gaps    []Gap
}

func (m *migration) gap(n *yaml.Node, left bool, en, pt string, args ...any) {
	m.add(Gap{n.Line, n.Column, left, fmt.Sprintf(en, args...), fmt.Sprintf(pt, args...)})
}

func (m *migration) add(g Gap) {
	if g.Line = max(g.Line, 1); !slices.Contains(m.gaps, g) {
		m.gaps = append(m.gaps, g)
	}
}

// left notes what is not carried over, and what to do.
func (m *migration) left(n *yaml.Node, en, pt string, args ...any) { m.gap(n, true, en, pt, args...) }

// leftAs is left with both texts.
func (m *migration) leftAs(n *yaml.Node, en, pt string) { m.add(Gap{n.Line, n.Column, true, en, pt}) }

// chose notes a choice.
func (m *migration) chose(n *yaml.Node, en, pt string, args ...any) { m.gap(n, false, en, pt, args...) }

// entry is a key and its value.
type entry struct {
	name       string
	key, value *yaml.Node
}

func entries(n *yaml.Node) []entry {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	var out []entry
	for i := 0; i+1 < len(n.Content); i += 2 {
		out = append(out, entry{n.Content[i].Value, n.Content[i], n.Content[i+1]})
	}
	return out
}

func value(n *yaml.Node, name string) *yaml.Node {
	for _, e := range entries(n) {
		if e.name == name {
			return e.value
		}
	}
	return nil
}

func texts(n *yaml.Node) []string {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	var out []string
	for _, c := range n.Content {
		out = append(out, c.Value)
	}
	return out
}

func yes(n *yaml.Node) bool { return n != nil && strings.EqualFold(n.Value, "true") }

// write is the config.
func (m *migration) write() []byte {
	var b bytes.Buffer
	b.WriteString("# yaml-language-server: $schema=https://raw.githubusercontent.com/phasegate/phasegate/main/internal/policy/phasegate.schema.json\n" +
		"# Made by \"phasegate migrate policy-bot\". Check it with: phasegate validate\n\nversion: 1\n")
	if len(m.held) > 0 {
		b.WriteString("roles:\n")
		for _, role := range lifecycle.Roles {
			for _, h := range m.held {
				if h.role == role {
					fmt.Fprintf(&b, "  %s: [%s]\n", role, strings.Join(h.names, ", "))
				}
			}
		}
	}
	b.WriteString(m.approvals())
	b.WriteString("# Require the check phasegate/roles at first, phasegate/gate once there is a deliverable: it asks each pull request for its own.\n" +
		"mode: enforce   # as policy-bot does; observe tries it first\n")
	if len(m.rows) == 0 {
		b.WriteString("paths: []\n")
	} else {
		b.WriteString(policy.PathsYAML(m.rows))
	}
	b.WriteString("phases: []      # policy-bot knows no phases; take this line out for the usual ones\n")
	return b.Bytes()
}

// approvals is that key of the config. policy-bot lowers no count, whoever is there.
func (m *migration) approvals() string {
	never := slices.ContainsFunc(m.rows, func(r policy.PathRule) bool { return r.Count > 1 })
	switch {
	case m.allow && never:
		return "approvals: {contributors: allow, scale: never}\n"
	case m.allow:
		return "approvals: {contributors: allow}\n"
	case never:
		return "approvals: {scale: never}\n"
	}
	return ""
}
