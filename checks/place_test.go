package checks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

// The tables of section 4 of the product's rules, as they stand there.
const roleTable = `
| data/**, pipelines/**, **/*.sql | DE |
| data/contracts/**, data/dictionary/** | DE + SME |
| notebooks/**, reports/eda/** | DS |
| features/**, train/**, eval/**, experiments/**, params.yaml, dvc.*, conf/**, src/**/train*, src/**/features/** | DS |
| docs/design/** | MLE |
| docs/model-card*.md, models/** | DS + MLE |
| serving/**, src/**, app/** | SE |
| CONTRIBUTING.md, docs/guidelines/**, .editorconfig, .pre-commit-config.yaml, ruff.toml, .golangci.yml, .prettierrc.json | SE |
| infra/**, deploy/**, Dockerfile*, .github/workflows/** | BE |
| monitoring/** | MLE |
| docs/business/** | BS + SME |
| .github/phasegate.yml, .github/ISSUE_TEMPLATE/** | BS + MLE |
| anything else | any technical role |`

const phaseTable = `
| features/**, train/**, eval/**, models/**, params.yaml, dvc.*, conf/**, src/**/train*, src/**/features/** | development | report |
| experiments/** | development | |
| deploy/**, serving/**, .github/workflows/deploy* | deployment, monitoring | |
| monitoring/** | deployment, monitoring | |
| everything else | any | |`

const freeTable = `
| tests/**, .gitignore, .github/dependabot.yml, README*, LICENSE*, CONTRIBUTING.md, docs/guidelines/**, .github/phasegate.yml, .github/ISSUE_TEMPLATE/** |`

// elsewhere are paths that no row of either table names.
var elsewhere = []string{"Makefile", "docs/notes.md", "go.mod", "tests/test_score.py", "scripts/run.sh", ".github/dependabot.yml", "old/features/a.py", "README.md", "monitoring.md", "deploy.sh"}

// under are paths that a glob of the tables matches: in the folder itself and far below it.
func under(glob string) []string {
	glob = strings.ReplaceAll(glob, "*.", "x.")
	var out []string
	for _, deep := range []string{"", "one/", "one/two/"} {
		path := strings.ReplaceAll(glob, "**/", deep)
		path = strings.Replace(path, "**", deep+"file.py", 1)
		out = append(out, strings.ReplaceAll(path, "*", "_v1.txt"))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func globs(cell string) []string { return strings.Split(cell, ", ") }

// matchedBy reports whether a path is one of those that a row's globs stand for.
func matchedBy(row []string, path string) bool { return checks.Matches(globs(row[0]), path) }

// every lists the paths of a table and some of none.
func every(table string) []string {
	paths := slices.Clone(elsewhere)
	for _, row := range cells(table) {
		for _, g := range globs(row[0]) {
			if strings.ContainsAny(g, "*./") {
				paths = append(paths, under(g)...)
			}
		}
	}
	return paths
}

// Who approves a file is what the rules' table says: all rows that match, the last where none does.
func TestPathRolesAreThoseOfTheRules(t *testing.T) {
	rows, rules := cells(roleTable), policy.Default()
	for _, path := range every(roleTable) {
		var want []lifecycle.Role
		for _, row := range rows[:len(rows)-1] {
			if matchedBy(row, path) {
				for _, r := range rolesIn(t, strings.ReplaceAll(row[1], " + ", ", ")) {
					if !slices.Contains(want, r) {
						want = append(want, r)
					}
				}
			}
		}
		if len(want) == 0 {
			want = []lifecycle.Role{lifecycle.AnyTechnical}
		}
		var got []lifecycle.Role
		for _, r := range rules.Requirements(policy.Change{Files: []policy.ChangedFile{{Path: path}}}) {
			if len(r.Roles) != 1 || r.Count != 1 || !slices.Equal(r.Files, []string{path}) || r.Unsure != "" {
				t.Errorf("%s asks for %+v", path, r)
			}
			got = append(got, r.Roles...)
		}
		if !sameRoles(got, want) {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
	if len(rows) != len(rules.Paths) {
		t.Errorf("the table has %d rows, the rules have %d", len(rows), len(rules.Paths))
	}
}

// Where a file may change, and what needs a report, is what the rules' table says.
func TestAllowedPhasesAreThoseOfTheRules(t *testing.T) {
	rows, rules := cells(phaseTable), policy.Default()
	for _, path := range append(every(phaseTable), every(roleTable)...) {
		allowed, report := fmt.Sprint(lifecycle.Phases), false
		for _, row := range rows[:len(rows)-1] {
			if matchedBy(row, path) {
				allowed, report = "["+strings.ReplaceAll(row[1], ",", "")+"]", report || row[2] == "report"
			}
		}
		if got := fmt.Sprint(rules.AllowedPhases(path)); got != allowed {
			t.Errorf("%s may change in %s, want %s", path, got, allowed)
		}
		if got := rules.NeedsReport(path); got != report {
			t.Errorf("%s needs a report: %v, want %v", path, got, report)
		}
		for _, phase := range lifecycle.Phases {
			v := checks.PlaceOf(placeQuestion(phase, path))
			if free := matchedBy(cells(freeTable)[0], path); free != (v.Place == checks.PlaceFree) {
				t.Errorf("%s is free: %v", path, !free)
			}
			if want := strings.Contains(allowed, string(phase)); want == (v.Place == checks.PlaceMisplaced) {
				t.Errorf("%s in %s: %s", path, phase, v.Place)
			}
		}
	}
}

func TestFreePathsAreThoseOfTheRules(t *testing.T) {
	if got, want := strings.Join(policy.FreePaths(), ", "), cells(freeTable)[0][0]; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	for _, path := range []string{"docs/README.md", "src/tests/a.py", "LICENSE", "README", "sub/.gitignore"} {
		if free := path == "LICENSE" || path == "README"; policy.Free(path) != free {
			t.Errorf("%s is free: %v", path, !free)
		}
	}
}

func placeQuestion(phase lifecycle.Phase, paths ...string) checks.PlaceQuestion {
	q := checks.PlaceQuestion{Rules: policy.Default(), Deliverables: []checks.Placed{{Number: 3, Phase: phase}}}
	for _, p := range paths {
		q.Files = append(q.Files, facts.PullFile{Path: p})
	}
	return q
}

func sayPlace(v checks.PlaceVerdict) string {
	text := string(v.Place)
	for _, m := range v.Misplaced {
		text += fmt.Sprintf(" %s:#%d:%s", m.Path, m.Deliverable, m.Phase)
	}
	for _, p := range v.Hotfixed {
		text += " hotfix:" + p
	}
	return text
}

func TestPlace(t *testing.T) {
	live := func(q *checks.PlaceQuestion) { q.Deliverables[0].Live = true }
	hotfix := func(q *checks.PlaceQuestion) { q.Hotfix = true }
	unlinked := func(q *checks.PlaceQuestion) { q.Deliverables = nil }
	bot := func(q *checks.PlaceQuestion) { q.Exempt = true }
	second := func(phase lifecycle.Phase, covers string) func(*checks.PlaceQuestion) {
		return func(q *checks.PlaceQuestion) {
			p := checks.Placed{Number: 4, Phase: phase}
			if covers != "" {
				p.Covers = func(path string) bool { return strings.HasPrefix(path, covers) }
			}
			q.Deliverables = append(q.Deliverables, p)
		}
	}
	renamed := func(from string) func(*checks.PlaceQuestion) {
		return func(q *checks.PlaceQuestion) { q.Files[0].Previous = from }
	}
	for _, c := range []struct {
		name, paths string
		phase       lifecycle.Phase
		with        []func(*checks.PlaceQuestion)
		want        string
	}{
		{"allowed", "train/gbm.py docs/x.md", lifecycle.Development, nil, "allowed"},
		{"not now", "train/gbm.py docs/x.md", lifecycle.Design, nil, "misplaced train/gbm.py:#3:design"},
		{"every file that may not", "train/gbm.py deploy/a.yml", lifecycle.Design, nil, "misplaced train/gbm.py:#3:design deploy/a.yml:#3:design"},
		{"renamed out of where it may not change", "docs/gbm.py", lifecycle.Design, []func(*checks.PlaceQuestion){renamed("train/gbm.py")}, "misplaced train/gbm.py:#3:design"},
		{"renamed into the free", "tests/gbm.py", lifecycle.Design, []func(*checks.PlaceQuestion){renamed("train/gbm.py")}, "misplaced train/gbm.py:#3:design"},
		{"no deliverable", "docs/x.md", "", []func(*checks.PlaceQuestion){unlinked}, "unlinked"},
		{"no deliverable, and free", "tests/a.py README.md", "", []func(*checks.PlaceQuestion){unlinked}, "free"},
		{"no deliverable, not all free", "tests/a.py docs/x.md", "", []func(*checks.PlaceQuestion){unlinked}, "unlinked"},
		{"no file", "", "", []func(*checks.PlaceQuestion){unlinked}, "free"},
		{"a bot's", "go.mod", "", []func(*checks.PlaceQuestion){unlinked, bot}, "free"},
		{"a bot's with a deliverable", "train/a.py", lifecycle.Design, []func(*checks.PlaceQuestion){bot}, "misplaced train/a.py:#3:design"},
		{"for two, in two phases", "train/a.py", lifecycle.Development, []func(*checks.PlaceQuestion){second(lifecycle.Design, "")}, "misplaced train/a.py:#4:design"},
		{"another's own files", "train/a.py offers/train/b.py", lifecycle.Development, []func(*checks.PlaceQuestion){second(lifecycle.Design, "offers/")}, "allowed"},
		{"another's own files, not now", "docs/a.md train/b.py", lifecycle.Development, []func(*checks.PlaceQuestion){second(lifecycle.Design, "train/")}, "misplaced train/b.py:#4:design"},
		{"a hotfix of what is live", "deploy/a.yml serving/b.py monitoring/c.yml", lifecycle.Development, []func(*checks.PlaceQuestion){live, hotfix}, "allowed hotfix:deploy/a.yml hotfix:serving/b.py hotfix:monitoring/c.yml"},
		{"a hotfix of what is not", "deploy/a.yml", lifecycle.Development, []func(*checks.PlaceQuestion){hotfix}, "misplaced deploy/a.yml:#3:development"},
		{"live, but no hotfix", "deploy/a.yml", lifecycle.Development, []func(*checks.PlaceQuestion){live}, "misplaced deploy/a.yml:#3:development"},
		{"a hotfix of the training", "train/a.py", lifecycle.Deployment, []func(*checks.PlaceQuestion){live, hotfix}, "misplaced train/a.py:#3:deployment"},
		{"a hotfix of the workflow", ".github/workflows/deploy.yml", lifecycle.Development, []func(*checks.PlaceQuestion){live, hotfix}, "misplaced .github/workflows/deploy.yml:#3:development"},
		{"a hotfix that needs to be none", "deploy/a.yml", lifecycle.Monitoring, []func(*checks.PlaceQuestion){live, hotfix}, "allowed"},
		{"a hotfix of one of two", "deploy/a.yml", lifecycle.Development, []func(*checks.PlaceQuestion){live, hotfix, second(lifecycle.Design, "")}, "misplaced deploy/a.yml:#4:design hotfix:deploy/a.yml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := placeQuestion(c.phase, strings.Fields(c.paths)...)
			for _, with := range c.with {
				with(&q)
			}
			if got := sayPlace(checks.PlaceOf(q)); got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
		})
	}
}
