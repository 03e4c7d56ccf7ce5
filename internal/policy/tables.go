package policy

import (
	"slices"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// AnythingElse, in place of a glob, stands for every path that no other row of the table names.
const AnythingElse = "anything-else"

// PathRule says which roles approve a change of the paths. All matching rows add up.
type PathRule struct {
	Paths []string // globs, "**" over folders; or AnythingElse
	Roles []lifecycle.Role
	Why   string // "" when the config gives no reason
}

// PhaseRule says in which phases the paths may change.
type PhaseRule struct {
	Paths  []string
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
	row := func(why string, roles []lifecycle.Role, paths ...string) PathRule { return PathRule{paths, roles, why} }
	by := func(roles ...lifecycle.Role) []lifecycle.Role { return roles }
	return []PathRule{
		row("collecting, storing, processing", by(de), "data/**", "pipelines/**", "**/*.sql"),
		row("interpret and validate data", by(de, sme), "data/contracts/**", "data/dictionary/**"),
		row("data analysis", by(ds), "notebooks/**", "reports/eda/**"),
		row("training and evaluation", by(ds), append(slices.Clone(training), "experiments/**")...),
		row("whole lifecycle", by(mle), "docs/design/**"),
		row("evaluation and lifecycle", by(ds, mle), "docs/model-card*.md", "models/**"),
		row("software for deployment", by(se), "serving/**", "src/**", "app/**"),
		row("guidelines", by(se), append([]string{"CONTRIBUTING.md", "docs/guidelines/**"}, lint...)...),
		row("infrastructure", by(be), "infra/**", "deploy/**", "Dockerfile*", ".github/workflows/**"),
		row("monitoring", by(mle), "monitoring/**"),
		row("vision, domain", by(bs, sme), "docs/business/**"),
		row("rules of the house", by(bs, mle), File, ".github/ISSUE_TEMPLATE/**"),
		row("a second pair of eyes", by(lifecycle.AnyTechnical), AnythingElse),
	}
}

func defaultPhases() []PhaseRule {
	development := []lifecycle.Phase{lifecycle.Development}
	live := []lifecycle.Phase{lifecycle.Deployment, lifecycle.Monitoring}
	return []PhaseRule{
		{append(slices.Clone(training), "models/**"), development, true},
		{[]string{"experiments/**"}, development, false},
		{[]string{"deploy/**", "serving/**", ".github/workflows/deploy*"}, live, false},
		{[]string{"monitoring/**"}, slices.Clone(live), false},
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

// PathRules lists the rows that hold for the file; the rows for anything else when no other does.
func (p *Policy) PathRules(path string) []PathRule {
	var rows, other []PathRule
	for _, r := range p.Paths {
		if matches(r.Paths, path) {
			rows = append(rows, r)
		} else if slices.Contains(r.Paths, AnythingElse) {
			other = append(other, r)
		}
	}
	if len(rows) == 0 {
		return other
	}
	return rows
}

// PathRoles lists the roles that approve a change of the file, each once, in the order of the table.
// [lifecycle.AnyTechnical] is among them when any technical role will do.
func (p *Policy) PathRoles(path string) []lifecycle.Role {
	var roles []lifecycle.Role
	for _, rule := range p.PathRules(path) {
		for _, r := range rule.Roles {
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
	var rows, other []PhaseRule
	for _, r := range p.Phases {
		if matches(r.Paths, path) {
			rows = append(rows, r)
		} else if slices.Contains(r.Paths, AnythingElse) {
			other = append(other, r)
		}
	}
	if len(rows) == 0 {
		return other
	}
	return rows
}

func matches(globs []string, path string) bool {
	return slices.ContainsFunc(globs, func(g string) bool {
		ok, err := doublestar.Match(g, path)
		return err == nil && ok && g != AnythingElse
	})
}
