package playground

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/app"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/hubsim"
	"github.com/phasegate/phasegate/internal/hubsim/pages"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
	"github.com/phasegate/phasegate/templates"
)

//go:embed seed.yaml
var seedText []byte

//go:embed scenario.yaml
var scenarioText []byte

// SeedText is the built-in seed as it is written, for a start of one's own.
func SeedText() []byte { return slices.Clone(seedText) }

// Seed is the built-in seed, with the issue forms that init writes.
func Seed() (*hubsim.Seed, error) {
	s, err := hubsim.ReadSeed(seedText)
	if err != nil {
		return nil, err
	}
	for _, f := range append(templates.IssueForms(lifecycle.English), templates.Chooser(lifecycle.English)) {
		s.Files[f.Path] = string(f.Content)
	}
	return s, nil
}

// Scenario is the built-in scenario: it ends with a deliverable that waits for two people.
func Scenario() ([]hubsim.Step, error) { return hubsim.ReadScenario(scenarioText) }

// rules are the seed's config; nil when it has none that can be read.
func rules(s *hubsim.Seed) *policy.Policy {
	p, _ := policy.Parse([]byte(s.Files[policy.File]))
	return p
}

// badges says what people are in the product's eyes, to stand beside their logins.
func badges(s *hubsim.Seed) func(string) string {
	p := rules(s)
	if p == nil {
		return nil
	}
	return func(login string) string {
		var names []string
		for _, r := range p.RolesOf(login) {
			names = append(names, templates.Role(p.Language, r))
		}
		return strings.Join(names, ", ")
	}
}

func zoneOf(s *hubsim.Seed) *time.Location {
	if p := rules(s); p != nil {
		return p.Location
	}
	return nil
}

// decisions are the App's looks and writes, for the log.
func (p *Playground) decisions() []pages.LogEntry {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []pages.LogEntry
	for _, l := range p.looks {
		out = append(out, entry(l))
	}
	return out
}

func entry(l app.Look) pages.LogEntry {
	e := pages.LogEntry{At: l.At, Kind: pages.LogDecided, Key: object(l.Key), Text: "looked: nothing to do", Fail: l.Err != nil}
	if l.Key.Kind == engine.IssueKey {
		e.Link = fmt.Sprintf("/%s/issues/%d", l.Key.FullName(), l.Key.Number)
	}
	var parts []string
	for _, effect := range l.Outcome.Effects {
		parts = append(parts, effect.String())
	}
	switch {
	case l.Err != nil:
		e.Text = "failed, will be tried again: " + l.Err.Error()
	case len(parts) > 0:
		e.Text = strings.Join(parts, " · ")
	}
	return e
}

func object(k engine.Key) string {
	if k.Kind == engine.IssueKey {
		return fmt.Sprintf("%s #%d", k.Repo, k.Number)
	}
	return k.Repo
}
