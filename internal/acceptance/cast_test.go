package acceptance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/gh"
	"github.com/phasegate/phasegate/internal/hubsim"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

// cast is the story's GitHub at its beginning: acme-telco/churn, an empty project, and eight people.
func cast() *hubsim.Seed {
	app := &hubsim.SeedApp{ID: 4711, Slug: "phasegate", Permissions: map[string]string{}, Events: gh.Events()}
	for _, p := range gh.Permissions() {
		app.Permissions[p.Name] = string(p.Level)
	}
	return &hubsim.Seed{
		Now: time.Date(2026, 1, 6, 9, 0, 0, 0, zone), Org: "acme-telco", Repo: "churn", App: app,
		Users: []hubsim.SeedUser{
			{Login: "helena-bs", Permission: "write"}, {Login: "rui-sme", Permission: "read"},
			{Login: "dora-de", Permission: "write"}, {Login: "sara-ds", Permission: "write"},
			{Login: "tomas-ds", Permission: "write"}, {Login: "felix-se", Permission: "write"},
			{Login: "mina-mle", Permission: "admin"}, {Login: "bento-be", Permission: "write"},
		},
		Files: map[string]string{"README.md": "# Churn\n"},
	}
}

// config is the project's .github/phasegate.yml.
func config(lang lifecycle.Lang) string {
	return strings.ReplaceAll(`version: 1
language: LANG
timezone: America/Sao_Paulo
roles:
  business-stakeholder: [helena-bs]
  subject-matter-expert: [rui-sme]
  data-engineer: [dora-de]
  data-scientist: [sara-ds, tomas-ds]
  software-engineer: [felix-se]
  ml-engineer: [mina-mle]
  backend-engineer: [bento-be]
meetings:
  skip: [2026-02-16]
mode: enforce
`, "LANG", string(lang))
}

func TestConfigOfTheStoryIsValid(t *testing.T) {
	for _, lang := range []lifecycle.Lang{lifecycle.English, lifecycle.Portuguese} {
		if _, problems := policy.Parse([]byte(config(lang))); len(problems) > 0 {
			t.Errorf("%s: %v", lang, problems)
		}
	}
}
