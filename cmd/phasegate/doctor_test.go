package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/gh"
	"github.com/phasegate/phasegate/internal/lifecycle"
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

// A check that is not posted on pull requests must not be required of them.
func TestDoctorTellsOfChecksThatNeverCome(t *testing.T) {
	for _, name := range []string{engine.ConfigName, engine.DeploymentCheck, gh.ReportCheckName} {
		got := texts(aboutRules(gh.Survey{Branch: "main", Required: facts.Known([]gh.RequiredCheck{{Name: name, App: 1}})}, 1))
		if !strings.Contains(got, mend+" protection "+name+" is required on main, but is not posted") {
			t.Error(got)
		}
	}
	if got := texts(aboutRules(gh.Survey{Branch: "main", Required: facts.Known([]gh.RequiredCheck{{Name: engine.GateCheck, App: 1}})}, 1)); !strings.Contains(got, "pinned to its App") {
		t.Error(got)
	}
}

// Roles that a secret team holds are told of, with who can mend it, and so are those of a team that cannot be seen.
func TestDoctorTellsOfTeamsThatAreNotRead(t *testing.T) {
	roster := facts.Roster{Unread: map[lifecycle.Role]string{
		lifecycle.DataScientist: facts.Of(facts.SecretTeam, "acme/science"), lifecycle.Validator: facts.Of(facts.MembersUnread, "acme/audit"),
		lifecycle.MLEngineer: facts.Of(facts.NoAccount, "@mina-gone"),
	}}
	got := texts(aboutRoles(gh.Survey{Roster: facts.Known(roster), NoAccount: []string{"mina-gone"}}))
	for _, want := range []string{
		"mend roles data-scientist: its gates wait: the team acme/science is secret, so its people are not named here. Its maintainer or an owner of the organisation can make it visible, or the config can name the people\n",
		"mend roles no account has the login \"mina-gone\": correct it in .github/phasegate.yml\n",
		"mend roles ml-engineer: its gates wait: the config names @mina-gone, and no person on GitHub has that name (any more). Somebody with a role puts the right one into `.github/phasegate.yml`; where this role's own yes is missing for that, an administrator of the repository merges it\n",
		"mend roles validator: its gates wait: the App cannot see the people behind acme/audit. Give the App the permission members: read, or name people\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q:\n%s", want, got)
		}
	}
}
