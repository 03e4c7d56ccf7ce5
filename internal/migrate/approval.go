package migrate

import (
	"fmt"
	"reflect"
	"slices"

	yaml "go.yaml.in/yaml/v4"

	"github.com/phasegate/phasegate/internal/policy"
)

// maxChoices is how many conditional alternatives of one "or" are written out: each doubles the rows.
const maxChoices = 3

// maxRows is how many rows the table of a config has.
const maxRows = 200

// approval writes the rows for policy.approval: a list of rules, "and" and "or", all of which must be met.
func (m *migration) approval(n *yaml.Node) error {
	if n.Kind != yaml.SequenceNode {
		return fmt.Errorf("line %d: policy.approval is no list", n.Line)
	}
	for _, c := range n.Content {
		if err := m.item(c); err != nil {
			return err
		}
		if len(m.rows) > maxRows {
			return fmt.Errorf("line %d: the policy becomes more than %d rows, which no config has: take conditions away, or split the repository", c.Line, maxRows)
		}
	}
	return nil
}

// item writes the rows for one entry of a list that must be met.
func (m *migration) item(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		r, err := m.rule(n)
		if err != nil {
			return err
		}
		if w, ok := both(policy.When{}, r.is()...); ok {
			m.row(n, r.need(), r.count, w, r.why)
		} else {
			m.row(n, r.need(), r.count, policy.When{}, r.why)
		}
		return nil
	}
	op, list, err := conjunction(n)
	if err != nil {
		return err
	}
	if op == "and" {
		return m.approval(list)
	}
	return m.or(list)
}

func conjunction(n *yaml.Node) (string, *yaml.Node, error) {
	e := entries(n)
	if len(e) != 1 || e[0].name != "and" && e[0].name != "or" || e[0].value.Kind != yaml.SequenceNode {
		return "", nil, fmt.Errorf("line %d: write the name of a rule, or a list under \"and\" or \"or\"", n.Line)
	}
	return e[0].name, e[0].value, nil
}

func (m *migration) rule(n *yaml.Node) (*botRule, error) {
	r := m.rules[n.Value]
	if r == nil {
		return nil, fmt.Errorf("line %d: there is no rule %q under approval_rules", n.Line, n.Value)
	}
	r.used = true
	return r, nil
}

func (r *botRule) is() []policy.When {
	var out []policy.When
	for _, c := range r.conditions {
		out = append(out, c.is)
	}
	return out
}

func (r *botRule) need() policy.Need {
	if r.role == "" {
		return policy.Need{}
	}
	return policy.Need{Role: r.role}
}

// alternative is one branch of an "or".
type alternative struct {
	need       policy.Need
	count      int // 0: it is met when it applies
	conditions []condition
	inexact    bool
	why        string
}

func (a alternative) always() bool { return len(a.conditions) == 0 && !a.inexact }

func (m *migration) or(list *yaml.Node) error {
	var all []alternative
	for _, n := range list.Content {
		more, err := m.alternatives(n)
		if err != nil {
			return err
		}
		for _, a := range more {
			if !slices.ContainsFunc(all, func(b alternative) bool { return reflect.DeepEqual(a, b) }) {
				all = append(all, a)
			}
		}
	}
	conditional := 0
	for _, a := range all {
		if a.always() && a.count == 0 {
			m.chose(list, "this is always met, as one of its rules asks for nobody; it becomes no row", "isto está sempre cumprido, pois uma das regras não pede ninguém; não vira linha")
			return nil
		}
		if !a.always() {
			conditional++
		}
	}
	if conditional > maxChoices {
		m.left(list, "more than %d rules with \"if\" in one \"or\" are not carried over: those without are always needed, or each that applies. Split the list",
			"mais de %d regras com \"if\" em um \"or\" não são levadas: as que não têm são sempre exigidas, ou cada uma que se aplica. Divida a lista", maxChoices)
		if conditional == len(all) {
			for _, a := range all {
				m.anyOf(list, []alternative{a}, nil)
			}
			return nil
		}
		all = slices.DeleteFunc(all, func(a alternative) bool { return !a.always() })
	}
	m.choose(list, all)
	return nil
}

// alternatives reads a branch of an "or"; an "or" in it is more branches.
func (m *migration) alternatives(n *yaml.Node) ([]alternative, error) {
	if n.Kind == yaml.ScalarNode {
		r, err := m.rule(n)
		if err != nil {
			return nil, err
		}
		return []alternative{{r.need(), r.count, r.conditions, r.inexact, r.why}}, nil
	}
	op, list, err := conjunction(n)
	if err != nil {
		return nil, err
	}
	var parts []alternative
	for _, c := range list.Content {
		more, err := m.alternatives(c)
		if err != nil {
			return nil, err
		}
		if op == "and" && len(more) > 1 {
			m.left(c, "an \"or\" in an \"and\" in an \"or\" is not carried over: its parts are all needed", "um \"or\" em um \"and\" em um \"or\" não é levado: todas as suas partes são exigidas")
		}
		parts = append(parts, more...)
	}
	if op == "or" || len(parts) == 0 {
		return parts, nil
	}
	return []alternative{m.together(list, parts)}, nil
}

// together is the alternative that needs all parts. Parts with conditions of their own are needed always;
// where each has some, it cannot be said when the alternative applies.
func (m *migration) together(n *yaml.Node, parts []alternative) alternative {
	if len(parts) == 1 {
		return parts[0]
	}
	a := alternative{why: parts[0].why, inexact: !slices.ContainsFunc(parts, alternative.always)}
	for _, p := range parts {
		if !p.always() {
			m.left(n, "\"if\" of a rule in an \"and\" in an \"or\" is not carried over: the rule is always needed there", "\"if\" de uma regra em um \"and\" em um \"or\" não é levado: ali a regra é sempre exigida")
		}
		if p.count > 0 && p.need.All != nil {
			a.need.All = with(a.need.All, p.need.All...)
		} else if p.count > 0 {
			a.need.All = with(a.need.All, p.need)
		}
		a.count = max(a.count, p.count)
	}
	if len(a.need.All) == 1 {
		a.need = a.need.All[0]
	}
	return a
}

// with adds the needs that are not there yet.
func with(list []policy.Need, more ...policy.Need) []policy.Need {
	for _, n := range more {
		if !slices.ContainsFunc(list, func(o policy.Need) bool { return reflect.DeepEqual(o, n) }) {
			list = append(list, n)
		}
	}
	return list
}
