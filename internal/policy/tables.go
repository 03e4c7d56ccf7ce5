package policy

import (
	"slices"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// AnythingElse, in place of a glob, stands for every path that no other row of the table
// names. Rows with conditions do not count: they come on top.
const AnythingElse = "anything-else"

// PathRule says which roles approve a change of the paths. All rows that match and apply add up.
type PathRule struct {
	Paths  []string // globs, "**" over folders; or AnythingElse
	Ignore []string // globs of paths that the row is not for
	Roles  Need
	Count  int    // how many different people for each choice of Roles; 0 is 1
	When   When   // conditions; zero for none
	Why    string // "" when the config gives no reason
}

// PhaseRule says in which phases the paths may change.
type PhaseRule struct {
	Paths  []string
	Ignore []string // globs of paths that the row is not for
	Phases []lifecycle.Phase
	Report bool // a change needs a metric report
}

// Gates lists the seats of each gate at each risk.
type Gates map[lifecycle.Gate]map[lifecycle.Risk][]lifecycle.Role

// training is what a model is made by: it may change in development, and needs a metric report.
var training = []string{"features/**", "train/**", "eval/**", "params.yaml", "dvc.*", "conf/**", "src/**/train*", "src/**/features/**"}

// lint is what "lint/format config" means in file names.
var lint = []string{".editorconfig", ".pre-commit-config.y*ml", ".flake8", ".pylintrc", "ruff.toml", ".ruff.toml", "mypy.ini",
	".golangci.y*ml", ".eslintrc*", "eslint.config.*", ".prettierrc*", ".markdownlint*", ".yamllint*", ".sqlfluff", ".clang-format"}

func defaultPaths() []PathRule {
	const (
		bs, sme = lifecycle.BusinessStakeholder, lifecycle.SubjectMatterExpert
		de, ds  = lifecycle.DataEngineer, lifecycle.DataScientist
		se, mle = lifecycle.SoftwareEngineer, lifecycle.MLEngineer
		be      = lifecycle.BackendEngineer
	)
	row := func(why string, roles []lifecycle.Role, paths ...string) PathRule {
		return PathRule{Paths: paths, Roles: EachOf(roles...), Count: 1, Why: why}
	}
	by := func(roles ...lifecycle.Role) []lifecycle.Role { return roles }
	return []PathRule{
		row("how the data is collected, stored and processed", by(de), "data/**", "pipelines/**", "**/*.sql"),
		row("what the data means, and whether it is right", by(de, sme), "data/contracts/**", "data/dictionary/**"),
		row("the analysis of the data", by(ds), "notebooks/**", "reports/eda/**"),
		row("how the model is trained and evaluated", by(ds), append(slices.Clone(training), "experiments/**")...),
		row("the design of the whole, from data to production", by(mle), "docs/design/**"),
		row("what the model can do, and its life in production", by(ds, mle), "docs/model-card*.md", "models/**"),
		row("the software that runs in production", by(se), "serving/**", "src/**", "app/**"),
		row("how the team writes code", by(se), append([]string{"CONTRIBUTING.md", "docs/guidelines/**"}, lint...)...),
		row("the infrastructure that it runs on", by(be), "infra/**", "deploy/**", "Dockerfile*", ".github/workflows/**"),
		row("how it is watched in production", by(mle), "monitoring/**"),
		row("what the business wants, and its domain", by(bs, sme), "docs/business/**"),
		row("the rules of the project", by(bs, mle), File, ".github/ISSUE_TEMPLATE/**"),
		row("a second pair of eyes", by(lifecycle.AnyTechnical), AnythingElse),
	}
}

func defaultPhases() []PhaseRule {
	development := []lifecycle.Phase{lifecycle.Development}
	live := []lifecycle.Phase{lifecycle.Deployment, lifecycle.Monitoring}
	return []PhaseRule{
		{Paths: append(slices.Clone(training), "models/**"), Phases: development, Report: true},
		{Paths: []string{"experiments/**"}, Phases: development},
		{Paths: []string{"deploy/**", "serving/**", ".github/workflows/deploy*"}, Phases: live},
		{Paths: []string{"monitoring/**"}, Phases: slices.Clone(live)},
	}
}

func defaultGates() Gates {
	gates := Gates{}
	for _, g := range lifecycle.Gates {
		gates[g] = map[lifecycle.Risk][]lifecycle.Role{}
		for _, r := range lifecycle.Risks {
			gates[g][r] = lifecycle.Seats(g, r)
		}
	}
	return gates
}

// FreePaths lists the globs of files that need no deliverable. No config changes them.
func FreePaths() []string {
	return []string{"tests/**", ".gitignore", ".github/dependabot.yml", "README*", "LICENSE*", "CONTRIBUTING.md",
		"docs/guidelines/**", File, ".github/ISSUE_TEMPLATE/**"}
}

// Free reports whether a change of the file needs no deliverable. Paths are relative to the
// repository's root, with "/".
func Free(path string) bool { return matches(FreePaths(), path) }

// PathRules lists the rows that hold for the file, whether their conditions are met or not; the rows for
// anything else when no row without conditions names it.
func (p *Policy) PathRules(path string) []PathRule {
	return rowsOf(p.Paths, path, func(r PathRule) (paths, ignore []string, always bool) {
		return r.Paths, r.Ignore, len(r.When.conditions()) == 0
	})
}

// PathRoles lists every role that the rows for the file name, each once, in the order of the table,
// whether all or any of them approve. [lifecycle.AnyTechnical] is among them when any technical role will do.
func (p *Policy) PathRoles(path string) []lifecycle.Role {
	var roles []lifecycle.Role
	for _, rule := range p.PathRules(path) {
		for _, r := range rule.Roles.roles() {
			if !slices.Contains(roles, r) {
				roles = append(roles, r)
			}
		}
	}
	return roles
}

// AllowedPhases lists the phases in which the file may change: those that every row for it allows,
// all four when no row names it.
func (p *Policy) AllowedPhases(path string) []lifecycle.Phase {
	allowed := slices.Clone(lifecycle.Phases)
	for _, r := range p.phaseRules(path) {
		allowed = slices.DeleteFunc(allowed, func(ph lifecycle.Phase) bool { return !slices.Contains(r.Phases, ph) })
	}
	return allowed
}

// NeedsReport reports whether a change of the file needs a metric report.
func (p *Policy) NeedsReport(path string) bool {
	return slices.ContainsFunc(p.phaseRules(path), func(r PhaseRule) bool { return r.Report })
}

func (p *Policy) phaseRules(path string) []PhaseRule {
	return rowsOf(p.Phases, path, func(r PhaseRule) (paths, ignore []string, always bool) { return r.Paths, r.Ignore, true })
}

// rowsOf lists the rows of a table that are for the path. Rows for anything else are, when no row that
// always applies names it.
func rowsOf[R any](table []R, path string, about func(R) (paths, ignore []string, always bool)) []R {
	var rows, other []R
	named := false
	for _, r := range table {
		paths, ignore, always := about(r)
		switch {
		case matches(ignore, path):
		case matches(paths, path):
			rows = append(rows, r)
			named = named || always
		case slices.Contains(paths, AnythingElse):
			other = append(other, r)
		}
	}
	if named {
		return rows
	}
	return append(rows, other...)
}
