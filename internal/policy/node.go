package policy

import (
	"strings"

	yaml "go.yaml.in/yaml/v4"
)

// nodeText is what a value says, the same for equal values.
func nodeText(n *yaml.Node) string {
	if n.Kind == yaml.ScalarNode {
		return n.Value
	}
	parts := make([]string, len(n.Content))
	for i, c := range n.Content {
		parts[i] = nodeText(c)
	}
	if n.Kind == yaml.SequenceNode {
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return "{" + strings.Join(parts, ": ") + "}"
}

// describe says in a few words what was found.
func describe(n *yaml.Node) words {
	switch {
	case n.Kind == yaml.MappingNode:
		return words{"keys", "chaves"}
	case n.Kind == yaml.SequenceNode:
		return words{"a list", "uma lista"}
	case n.Tag == "!!null":
		return words{"nothing", "um valor vazio"}
	case n.Tag == "!!int" || n.Tag == "!!float":
		return say("the number %s", "o número %s", clip(n.Value))
	case n.Tag == "!!bool":
		return say("the truth value %s", "o valor lógico %s", clip(n.Value))
	}
	return say("the text %q", "o texto %q", clip(n.Value))
}
