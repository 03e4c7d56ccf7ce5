package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

// setup is what init puts into the example config.
type setup struct {
	Lang    lifecycle.Lang
	Runner  policy.Runner
	Holders map[lifecycle.Role][]string // logins or org/team; a role without any keeps its example
}

// config is the example config with the setup filled in, every comment kept. It is read back before it
// is returned: an error means that the two packages no longer fit.
func (s setup) config() ([]byte, error) {
	var b strings.Builder
	for line := range strings.Lines(string(policy.Example(s.Lang))) {
		b.WriteString(s.fill(line))
	}
	p, problems := policy.Parse([]byte(b.String()))
	if len(problems) > 0 {
		return nil, fmt.Errorf("the new config would not be valid: %s", problems[0])
	}
	if p.Runner != s.Runner || p.Language != s.Lang {
		return nil, fmt.Errorf("the new config would say runner %s and language %s", p.Runner, p.Language)
	}
	for role, names := range s.Holders {
		if len(p.Roles[role]) != len(names) {
			return nil, fmt.Errorf("the new config would name %d holders of %s, not %d", len(p.Roles[role]), role, len(names))
		}
	}
	return []byte(b.String()), nil
}

// fill puts the setup into a line of the example, or leaves it as it is.
func (s setup) fill(line string) string {
	if rest, ok := strings.CutPrefix(line, "runner: "+string(policy.RunnerApp)); ok {
		return "runner: " + string(s.Runner) + rest
	}
	for role, names := range s.Holders {
		if rest, ok := strings.CutPrefix(line, "  "+string(role)+": []"); ok && len(names) > 0 {
			return "  " + string(role) + ": " + yamlList(names) + rest
		}
	}
	return line
}

var (
	plainName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9/-]*$`)
	yamlWords = []string{"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
)

// yamlList writes names as YAML's short list, in quotes where a name could be taken for something else.
func yamlList(names []string) string {
	words := make([]string, len(names))
	for i, name := range names {
		words[i] = name
		if !plainName.MatchString(name) || slices.Contains(yamlWords, strings.ToLower(name)) {
			words[i] = strconv.Quote(name)
		}
	}
	return "[" + strings.Join(words, ", ") + "]"
}

// problemWith says, in the setup's language, why names cannot hold the role; "" if they can.
func problemWith(lang lifecycle.Lang, role lifecycle.Role, names []string) string {
	_, problems := policy.Parse([]byte("version: 1\nroles:\n  " + string(role) + ": " + yamlList(names) + "\n"))
	if len(problems) > 0 {
		return problems[0].Text(lang)
	}
	return ""
}
