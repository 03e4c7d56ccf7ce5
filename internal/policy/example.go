package policy

import (
	_ "embed" // the two texts below
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

//go:embed example.en.yml
var exampleEnglish string

//go:embed example.pt-BR.yml
var examplePortuguese string

// Example is a config with every key at its default and commented, in language l, as `phasegate init`
// writes it. The tables of gates, paths and phases follow as comments.
func Example(l lifecycle.Lang) []byte {
	head := exampleEnglish
	if l == lifecycle.Portuguese {
		head = examplePortuguese
	}
	var b strings.Builder
	b.WriteString(head)
	for _, text := range []string{gatesYAML(defaultGates()), PathsYAML(defaultPaths()), phasesYAML(defaultPhases())} {
		b.WriteString("\n")
		for l := range strings.Lines(text) {
			b.WriteString("# " + l)
		}
	}
	return []byte(b.String())
}

func gatesYAML(gates Gates) string {
	var b strings.Builder
	b.WriteString("gates:\n")
	for _, g := range lifecycle.Gates {
		fmt.Fprintf(&b, "  %s:\n", g)
		for _, r := range lifecycle.Risks {
			fmt.Fprintf(&b, "    %s: %s\n", r, flow(gates[g][r]))
		}
	}
	return b.String()
}

// PathsYAML is the key paths of a config with these rows.
func PathsYAML(rules []PathRule) string {
	var b strings.Builder
	b.WriteString("paths:\n")
	for _, r := range rules {
		fmt.Fprintf(&b, "  - paths: %s\n", quoted(r.Paths))
		if r.Ignore != nil {
			fmt.Fprintf(&b, "    ignore: %s\n", quoted(r.Ignore))
		}
		fmt.Fprintf(&b, "    roles: %s\n", r.Roles.rolesYAML())
		if r.Count > 1 {
			fmt.Fprintf(&b, "    count: %d\n", r.Count)
		}
		if len(r.When.conditions()) > 0 {
			fmt.Fprintf(&b, "    when: %s\n", r.When.yaml())
		}
		switch {
		case r.Why == "":
		case plainYAML.MatchString(r.Why):
			fmt.Fprintf(&b, "    why: %s\n", r.Why)
		default:
			fmt.Fprintf(&b, "    why: %s\n", quote(r.Why))
		}
	}
	return b.String()
}

// plainYAML is text that needs no quotes.
var plainYAML = regexp.MustCompile(`^[a-z]{6,}$|^[a-z]+(,? [a-z]+)+$`)

func phasesYAML(rules []PhaseRule) string {
	var b strings.Builder
	b.WriteString("phases:\n")
	for _, r := range rules {
		fmt.Fprintf(&b, "  - paths: %s\n    phases: %s\n    report: %t\n", quoted(r.Paths), flow(r.Phases), r.Report)
	}
	return b.String()
}

func flow[T ~string](values []T) string {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = string(v)
	}
	return "[" + strings.Join(names, ", ") + "]"
}

func quoted(values []string) string {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = quote(v)
	}
	return flow(names)
}

// quote writes text as YAML's double-quoted text, which knows all of Go's escapes.
func quote(s string) string { return strconv.Quote(s) }
