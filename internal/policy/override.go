package policy

import (
	"slices"
	"strings"

	yaml "go.yaml.in/yaml/v4"
)

// Override says which keys of an organisation's shared config a repository's own may loosen. The zero value
// says none.
type Override struct {
	All  bool
	Keys []string // at the top of the config
}

// Allows reports whether a repository may loosen the key.
func (o Override) Allows(key string) bool { return o.All || slices.Contains(o.Keys, key) }

// String is what the config says: true, false or a list.
func (o Override) String() string {
	switch {
	case o.All:
		return "true"
	case len(o.Keys) == 0:
		return "false"
	}
	return "[" + strings.Join(o.Keys, ", ") + "]"
}

// overridable are the keys in which one config can be looser than another.
var overridable = []string{"roles", "validators", "bots", "risk_default", "nudge_after_working_days", "gate_valid_days", "near_limit_percent",
	"guidelines", "runner", "approvals", "writers", "keys", "mode", "gates", "paths", "phases"}

// override is true, false, or a list of keys.
type override struct{ to *Override }

func (o override) list() list[string] {
	return list[string]{
		set:  func(v []string) { *o.to = Override{Keys: v} },
		item: func(to *string) shape { return oneOf(to, overridable) },
		max:  len(overridable), unique: true, example: "[paths, bots]",
	}
}

func (o override) read(r *reader, n *yaml.Node, path string) {
	if n.Kind != yaml.ScalarNode {
		o.list().read(r, n, path)
		return
	}
	all := false
	boolean(&all).read(r, n, path)
	*o.to = Override{All: all}
}

func (o override) schema() rule {
	return rule{"anyOf": []rule{{"type": "boolean"}, o.list().schema()}, "default": false}
}
