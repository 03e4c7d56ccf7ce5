package checks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// The tables of section 2 of the product's rules, as they stand there.
const artefactTable = `
| A1 | Parent problem linked; its questions 1 and 2 answered | ✔ | ✔ | ✔ |
| A2 | Sections Context, Added value, Business requirements, Data processing filled | ✔ | ✔ | ✔ |
| A3 | Metrics table valid. light: ≥1 business goal + ≥1 guardrail. standard: also ≥1 model goal | ✔ | ✔ | ✔ |
| A4 | ≥1 data requirement linked; every linked one validated | ✔ | ✔ | ✔ |
| A5 | EDA report merged | – | ✔ | ✔ |
| A6 | Implementation design merged | – | ✔ | ✔ |
| A7 | Budget section filled (an amount, or the word none) | ✔ | ✔ | ✔ |
| A8 | Every open support problem names ≥1 person | – | ✔ | ✔ |
| A9 | ≥1 metric row by slice or gap (fairness) | – | – | ✔ |
| A10 | "Who can stop or override it, and how" filled (human oversight) | – | – | ✔ |
| B1 | ≥1 experiment with outcome adopted | – | ✔ | ✔ |
| B2 | Metric report on a default-branch commit made after the last return: every ci goal and guardrail passes (vacuous when the table has no ci row) | ✔ | ✔ | ✔ |
| B3 | Model card merged (changed since G1 last passed) | – | ✔ | ✔ |
| B4 | Deployment issue linked: Rollback plan, Running cost, On-call filled | – | ✔ | ✔ |
| B5 | Code guidelines: configured CI checks green on that commit | ✔ | ✔ | ✔ |
| B6 | All data requirements still validated | ✔ | ✔ | ✔ |
| B7 | The model that is ready is named: model version, commit and data version of B2's report (vacuous like B2) | – | ✔ | ✔ |
| C1 | CI/CD workflow merged | – | ✔ | ✔ |
| C2 | Successful deployment to production after G2, of a ref that contains the commit B7 names and no later change of a path that needs a report | ✔ | ✔ | ✔ |
| C3 | Every monitor metric reported in the last 7 days | ✔ | ✔ | ✔ |
| C4 | Every monitor row has an owner | ✔ | ✔ | ✔ |
| C5 | Rollback plan present in the deployment issue | – | ✔ | ✔ |
| C6 | "Users informed?" answered in the deployment issue | – | ✔ | ✔ |`

const approverTable = `
| G1 | BS, SME, DE, DS |
| G2 | BS, SME, DS, SE |
| G3 | BS, SME, MLE, BE |`

const causeTable = `
| problem | BS, SME | a changed problem or deliverable section |
| data | DE, SME | a re-validated data requirement or a newer EDA report |
| metrics | BS, DS | a changed metrics table |
| model | DS, SME | a newer passing metric report (B2) |
| code | SE | a merged change under serving/** or src/** |
| infra | BE, MLE | a newer successful deployment |
| incident | BS, DS, MLE | incident has "Root cause" filled; newer passing report |`

const guardTable = `
| metrics | BS, DS |
| budget | BS |
| context | BS, SME |
| processing | DE, SME |
| data | DE, SME |
| problem | |
| experiment | DS |
| report | DS |
| code | SE |
| infra | BE |
| monitoring | MLE |`

// cells are the table's rows, cut and trimmed.
func cells(table string) [][]string {
	var rows [][]string
	for line := range strings.Lines(strings.TrimSpace(table)) {
		row := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
		rows = append(rows, row)
	}
	return rows
}

func rolesIn(t *testing.T, cell string) []lifecycle.Role {
	t.Helper()
	var roles []lifecycle.Role
	for name := range strings.SplitSeq(cell, ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		role, ok := lifecycle.ParseRole(name)
		if !ok {
			t.Fatalf("no role %q", name)
		}
		roles = append(roles, role)
	}
	return roles
}

func sameRoles(a, b []lifecycle.Role) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

// The code asks for what the rules' table asks for, and each cell has a case that passes, one that
// fails where the profile asks for it, and one that fails elsewhere where it does not.
func TestArtefactsAreThoseOfTheRules(t *testing.T) {
	asked, cases := checks.Asked(), textCases(t)
	rows := cells(artefactTable)
	if len(rows) != 23 || len(asked) != len(rows) || len(cases) != len(rows)+1 {
		t.Errorf("%d rows, %d judged, %d files of cases with that of the renewals", len(rows), len(asked), len(cases))
	}
	for _, row := range rows {
		artefact := row[0]
		for i, risk := range lifecycle.Risks {
			want := row[2+i] == "✔"
			if got := slices.Contains(asked[artefact], risk); got != want {
				t.Errorf("%s at %s risk: asked for %v, want %v", artefact, risk, got, want)
			}
			passing, failing, elsewhere := 0, 0, 0
			for _, c := range cases[artefact] {
				switch {
				case c.names(artefact, risk):
					failing++
				case c.names(artefact, lifecycle.Risks...):
					elsewhere++
				default:
					passing++
				}
			}
			if passing == 0 || want && failing == 0 || !want && (failing > 0 || elsewhere == 0) {
				t.Errorf("%s at %s risk: %d cases pass, %d fail, %d fail in another profile only", artefact, risk, passing, failing, elsewhere)
			}
		}
	}
}

// names reports whether the case wants a gap of the artefact in one of the profiles.
func (c textCase) names(artefact string, risks ...lifecycle.Risk) bool {
	return slices.ContainsFunc(risks, func(risk lifecycle.Risk) bool {
		return slices.ContainsFunc(c.wants(risk), func(gap string) bool { return strings.HasPrefix(gap, artefact+" ") })
	})
}

func TestApproversAreThoseOfTheRules(t *testing.T) {
	for i, row := range cells(approverTable) {
		gate, four := lifecycle.Gates[i], rolesIn(t, row[1])
		for risk, want := range map[lifecycle.Risk][]lifecycle.Role{
			lifecycle.Low:      {lifecycle.BusinessStakeholder, lifecycle.AnyTechnical},
			lifecycle.Standard: four,
			lifecycle.High:     append(slices.Clone(four), lifecycle.Validator),
		} {
			if got := lifecycle.Seats(gate, risk); string(gate) != row[0] || !slices.Equal(got, want) {
				t.Errorf("%s at %s risk: %v, want %v", gate, risk, got, want)
			}
		}
		for _, r := range lifecycle.Roles {
			if want := gate == lifecycle.G2 && r == lifecycle.DataScientist; lifecycle.Independent(gate, r) != want {
				t.Errorf("%s, %s: independent should be %v", gate, r, want)
			}
		}
	}
	confirm := []lifecycle.Role{lifecycle.BusinessStakeholder, lifecycle.SubjectMatterExpert, lifecycle.MLEngineer}
	for _, risk := range lifecycle.Risks {
		want := confirm
		if risk == lifecycle.High {
			want = append(slices.Clone(confirm), lifecycle.Validator)
		}
		if got := checks.RenewalSeats(risk); !slices.Equal(got, want) {
			t.Errorf("renewal at %s risk: %v, want %v", risk, got, want)
		}
	}
}

// Each cause asks the rules' roles, and has a case in which its renewal is missing and one in which it
// is there.
func TestCausesAreThoseOfTheRules(t *testing.T) {
	rows, renewals := cells(causeTable), textCases(t)["renewals"]
	if len(rows) != len(lifecycle.Causes) {
		t.Fatalf("%d rows for %d causes", len(rows), len(lifecycle.Causes))
	}
	for _, row := range rows {
		cause, ok := lifecycle.ParseCause(row[0])
		if want := rolesIn(t, row[1]); !ok || !sameRoles(cause.FreshRoles(), want) {
			t.Errorf("%s asks %v, want %v", row[0], cause.FreshRoles(), want)
		}
		for _, gate := range lifecycle.Gates {
			open, done := 0, 0
			for _, c := range renewals {
				if c.Gate != gate || len(c.Facts.Returns) == 0 || !due(c, cause) {
					continue
				}
				if len(c.wants(lifecycle.Low)) > 0 {
					open++
				} else {
					done++
				}
			}
			reaches := checks.Return{Cause: cause, To: gate.From()}.DueAt(gate)
			if reaches && (open == 0 || done == 0) || !reaches && open+done > 0 {
				t.Errorf("%s at %s: %d cases lack the renewal, %d have it; due there: %v", cause, gate, open, done, reaches)
			}
		}
	}
}

func due(c textCase, cause lifecycle.Cause) bool {
	return slices.ContainsFunc(c.Facts.returns(), func(r checks.Return) bool { return r.Cause == cause && r.DueAt(c.Gate) })
}

// Who guards what is the rules' table of what voids whom, read the other way round.
func TestGuardsAreThoseOfTheRules(t *testing.T) {
	rows := cells(guardTable)
	if len(rows) != len(checks.Items) {
		t.Fatalf("%d rows for %d items", len(rows), len(checks.Items))
	}
	for i, row := range rows {
		item := checks.Item(row[0])
		if item != checks.Items[i] {
			t.Errorf("%s stands where %s is expected", checks.Items[i], item)
		}
		want := rolesIn(t, row[1])
		if len(want) > 0 {
			want = append(want, lifecycle.Validator)
		}
		var got []lifecycle.Role
		for _, r := range append([]lifecycle.Role{lifecycle.Validator, lifecycle.AnyTechnical, lifecycle.AnyRole}, lifecycle.Roles...) {
			if slices.Contains(checks.Guards(r), item) {
				got = append(got, r)
			}
		}
		if !sameRoles(got, want) {
			t.Errorf("%s is guarded by %v, want %v", item, got, want)
		}
	}
	for gate, want := range map[lifecycle.Gate]string{
		lifecycle.G1: "[metrics budget context processing data problem]",
		lifecycle.G2: "[metrics budget context processing data problem experiment report code]",
		lifecycle.G3: "[metrics budget context processing data problem code infra monitoring]",
	} {
		if got := fmt.Sprint(checks.ItemsAt(gate)); got != want {
			t.Errorf("%s publishes %s, want %s", gate, got, want)
		}
		for _, seat := range lifecycle.Seats(gate, lifecycle.Standard) {
			if !slices.ContainsFunc(checks.Guards(seat), func(i checks.Item) bool { return slices.Contains(checks.ItemsAt(gate), i) }) {
				t.Errorf("%s: a yes as %s is bound to nothing that is published", gate, seat)
			}
		}
	}
}
