package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

func mustParse(t *testing.T, text string) *policy.Policy {
	t.Helper()
	p, problems := policy.Parse([]byte("version: 1\n" + text))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return p
}

func TestDefaultPathTables(t *testing.T) {
	p := policy.Default()
	for _, c := range []struct {
		path, roles, phases string
		report, free        bool
	}{
		{"data/x.csv", "[data-engineer]", "any", false, false},
		{"a/b/q.sql", "[data-engineer]", "any", false, false},
		{"data/contracts/usage.yml", "[data-engineer subject-matter-expert]", "any", false, false},
		{"reports/eda/1.md", "[data-scientist]", "any", false, false},
		{"train/gbm.py", "[data-scientist]", "[development]", true, false},
		{"params.yaml", "[data-scientist]", "[development]", true, false},
		{"dvc.lock", "[data-scientist]", "[development]", true, false},
		{"experiments/e1.md", "[data-scientist]", "[development]", false, false},
		{"models/m.bin", "[data-scientist ml-engineer]", "[development]", true, false},
		{"src/pkg/train_gbm.py", "[data-scientist software-engineer]", "[development]", true, false},
		{"src/features/a.py", "[data-scientist software-engineer]", "[development]", true, false},
		{"src/app.py", "[software-engineer]", "any", false, false},
		{"docs/design/a.md", "[ml-engineer]", "any", false, false},
		{"docs/model-card.md", "[data-scientist ml-engineer]", "any", false, false},
		{"serving/score.py", "[software-engineer]", "[deployment monitoring]", false, false},
		{"deploy/job.yml", "[backend-engineer]", "[deployment monitoring]", false, false},
		{".github/workflows/deploy-score.yml", "[backend-engineer]", "[deployment monitoring]", false, false},
		{".github/workflows/ci.yml", "[backend-engineer]", "any", false, false},
		{"monitoring/psi.yml", "[ml-engineer]", "[deployment monitoring]", false, false},
		{"docs/business/why.md", "[business-stakeholder subject-matter-expert]", "any", false, false},
		{".github/phasegate.yml", "[business-stakeholder ml-engineer]", "any", false, true},
		{".golangci.yml", "[software-engineer]", "any", false, false},
		{"CONTRIBUTING.md", "[software-engineer]", "any", false, true},
		{"README.pt.md", "[any-technical]", "any", false, true},
		{"tests/a/b.py", "[any-technical]", "any", false, true},
		{"anything-else", "[any-technical]", "any", false, false},
	} {
		phases := fmt.Sprint(p.AllowedPhases(c.path))
		if len(p.AllowedPhases(c.path)) == 4 {
			phases = "any"
		}
		if roles := fmt.Sprint(p.PathRoles(c.path)); roles != c.roles || phases != c.phases || p.NeedsReport(c.path) != c.report || policy.Free(c.path) != c.free {
			t.Errorf("%s: roles %s, phases %s, report %v, free %v; want %+v", c.path, roles, phases, p.NeedsReport(c.path), policy.Free(c.path), c)
		}
	}
}

func TestTablesAreReplacedWhole(t *testing.T) {
	p := mustParse(t, `
paths: [{paths: ["x/**"], roles: [data-engineer]}]
phases: [{paths: ["x/**"], phases: [design, development]}, {paths: ["x/y"], phases: [development, monitoring]}, {paths: [anything-else], phases: [monitoring], report: true}]
`)
	if got := fmt.Sprint(p.PathRoles("x/a"), p.PathRoles("data/a"), p.AllowedPhases("x/a"), p.AllowedPhases("x/y"), p.AllowedPhases("deploy/a"), p.NeedsReport("x/y"), p.NeedsReport("z")); got !=
		"[data-engineer] [] [design development] [development] [monitoring] false true" {
		t.Error(got)
	}
	all := "{low: [business-stakeholder, any-technical], standard: [business-stakeholder, data-scientist], high: [business-stakeholder, validator]}"
	p = mustParse(t, "gates: {G1: "+all+", G2: "+all+", G3: "+all+"}")
	if got := fmt.Sprint(p.Seats(lifecycle.G2, lifecycle.Standard), p.Seats(lifecycle.G3, "unheard")); got != "[business-stakeholder data-scientist] [business-stakeholder data-scientist]" {
		t.Error(got)
	}
}

func TestDefaultIsFresh(t *testing.T) {
	p := policy.Default()
	p.Gates[lifecycle.G1][lifecycle.Low][0] = "x"
	p.Paths[3].Paths[0], p.Phases[0].Paths[0], p.Meetings.Weekly.Day = "x", "x", time.Friday
	p.Roles["x"] = nil
	q := policy.Default()
	if q.Gates[lifecycle.G1][lifecycle.Low][0] == "x" || q.Paths[3].Paths[0] == "x" || q.Phases[0].Paths[0] == "x" || q.Meetings.Weekly.Day == time.Friday || len(q.Roles) != 0 {
		t.Error("two defaults share memory")
	}
	if got := q.Seats(lifecycle.G1, lifecycle.Standard); !slices.Equal(got, lifecycle.Seats(lifecycle.G1, lifecycle.Standard)) {
		t.Errorf("seats %v", got)
	}
}

func TestHolders(t *testing.T) {
	p := mustParse(t, `
roles:
  business-stakeholder: [Ana]
  data-scientist: [ana, acme/data]
  ml-engineer: [ANA, bo]
validators: [val]
bots: ["dependabot[bot]"]
holidays: [2026-02-17]
timezone: America/Sao_Paulo
`)
	for role, want := range map[lifecycle.Role]string{
		lifecycle.BusinessStakeholder: "[Ana]", lifecycle.Validator: "[val]", lifecycle.DataEngineer: "[]",
		lifecycle.AnyTechnical: "[ana acme/data bo]", lifecycle.AnyRole: "[Ana acme/data bo]",
	} {
		if got := fmt.Sprint(p.RoleHolders(role)); got != want {
			t.Errorf("%s: %s, want %s", role, got, want)
		}
	}
	if got := fmt.Sprint(p.RolesOf("aNa"), p.RolesOf("acme/DATA"), p.RolesOf("val")); got != "[business-stakeholder data-scientist ml-engineer] [data-scientist] []" {
		t.Error(got)
	}
	if !p.IsBot("Dependabot[bot]") || p.IsBot("dependabot") {
		t.Error("bots")
	}
	if p.ValidDays(lifecycle.High) != 90 || p.ValidDays(lifecycle.Low) != 180 {
		t.Error("valid days")
	}
	for day, want := range map[string]bool{"2026-02-16T12:00:00Z": true, "2026-02-17T12:00:00Z": false, "2026-02-18T02:00:00Z": false, "2026-02-21T12:00:00Z": false} {
		at, err := time.Parse(time.RFC3339, day)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.WorkingDay(at); got != want {
			t.Errorf("%s: working day %v", day, got)
		}
	}
}

func TestWarnings(t *testing.T) {
	everybody := "roles: {business-stakeholder: [ana], subject-matter-expert: [rui], data-engineer: [a], data-scientist: [b], software-engineer: [c], ml-engineer: [d], backend-engineer: [e]}"
	for name, c := range map[string]struct{ config, want string }{
		"complete":      {everybody, ""},
		"no sme":        {strings.Replace(everybody, "[rui]", "[]", 1), "roles.subject-matter-expert: Nobody is subject-matter-expert. The config is valid, but every gate will say so"},
		"stand-in":      {strings.Replace(everybody, "[c]", "[]", 1), "roles.software-engineer: Nobody is software-engineer; an ml-engineer stands in"},
		"no mle":        {strings.Replace(everybody, "[d]", "[]", 1), "roles.ml-engineer: Nobody is ml-engineer, so nobody stands in"},
		"no validators": {everybody + "\nrisk_default: high", "validators: Deliverables are of high risk by default"},
		"alone":         {"roles: {business-stakeholder: [ana], subject-matter-expert: [Ana]}", "roles: ana alone holds every role|roles: Ana alone holds every role"},
		"nobody":        {"", "roles.data-scientist: Nobody is data-scientist and nobody may stand in"},
	} {
		var got []string
		for _, n := range mustParse(t, c.config).Warnings() {
			if n.Text(lifecycle.Portuguese) == "" || n.Text(lifecycle.Portuguese) == n.Text(lifecycle.English) {
				t.Errorf("%s: %s has no Portuguese text", name, n.Path)
			}
			got = append(got, n.Path+": "+n.Text(lifecycle.English))
		}
		found := slices.ContainsFunc(got, func(g string) bool {
			return slices.ContainsFunc(strings.Split(c.want, "|"), func(w string) bool { return strings.HasPrefix(g, w) })
		})
		if c.want == "" && len(got) > 0 || c.want != "" && !found {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestPermissionsHoldRoles(t *testing.T) {
	p := mustParse(t, "roles: {data-scientist: [permission:maintain, acme/data, ana]}")
	var got []string
	for _, h := range p.RoleHolders(lifecycle.DataScientist) {
		got = append(got, fmt.Sprint(h, h.IsPerson(), h.IsTeam(), h.Permission != ""))
	}
	if want := []string{"permission:maintain false false true", "acme/data false true false", "ana true false false"}; !slices.Equal(got, want) {
		t.Errorf("holders %q, want %q", got, want)
	}
	for has, want := range map[policy.Permission]string{"": "000", "read": "000", policy.PermissionWrite: "100", policy.PermissionMaintain: "110", policy.PermissionAdmin: "111"} {
		got := ""
		for _, asked := range []policy.Permission{policy.PermissionWrite, policy.PermissionMaintain, policy.PermissionAdmin} {
			got += map[bool]string{true: "1", false: "0"}[has.Includes(asked)]
		}
		if got != want || has.Includes("") || has.Includes("read") {
			t.Errorf("%q includes %s, want %s", has, got, want)
		}
	}
	for _, n := range mustParse(t, "roles: {business-stakeholder: [permission:admin]}").Warnings() {
		if n.Path == "roles" {
			t.Errorf("a permission is taken for one person: %s", n.Text(lifecycle.English))
		}
	}
}
