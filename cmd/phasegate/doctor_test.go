package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/gh"
	"github.com/phasegate/phasegate/internal/policy"
)

func texts(findings []finding) string {
	var b strings.Builder
	for _, f := range findings {
		b.WriteString(f.State + " " + f.About + " " + f.Text + "\n")
	}
	return b.String()
}

// Whose rules are in force is told, and what does not count beside those that are shared.
func TestDoctorTellsOfSharedRules(t *testing.T) {
	parse := func(text string) *policy.Policy {
		t.Helper()
		p, problems := policy.Parse([]byte(text))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		return p
	}
	p, notes := policy.Merge(parse("version: 1\nmode: enforce\n"), parse("version: 1\nbots: [renovate]\n"))
	const url = "https://github.com/acme/.github/blob/main/.github/phasegate.yml"
	got := texts(aboutConfig(gh.Survey{Branch: "main", Rules: engine.Rules{Policy: p, Shared: url, Notes: notes}}))
	if !strings.Contains(got, "count too: "+url) || !strings.Contains(got, "config bots: ") || !strings.Contains(got, "renovate") {
		t.Error(got)
	}
	if got := texts(aboutConfig(gh.Survey{Branch: "main", Rules: engine.Rules{Policy: p}})); strings.Contains(got, "count too") {
		t.Error(got)
	}
}

// An event that GitHub sends only with a permission that was not granted is not missing; any other is.
func TestDoctorMissesEvents(t *testing.T) {
	subscribed := slices.DeleteFunc(gh.Events(), func(e string) bool { return e == "status" })
	survey := gh.Survey{Events: facts.Known(subscribed)}
	if got := texts(aboutEvents(survey, map[string]string{"checks": "write"})); !strings.Contains(got, "all are subscribed") {
		t.Error(got)
	}
	if got := texts(aboutEvents(survey, map[string]string{"statuses": "read"})); !strings.Contains(got, "not subscribed: status.") {
		t.Error(got)
	}
	survey.Events = facts.Known([]string{"status"})
	if got := texts(aboutEvents(survey, nil)); !strings.Contains(got, "issues, ") || strings.Contains(got, "deployment_status") {
		t.Error(got)
	}
}
