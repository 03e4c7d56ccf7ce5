package policy

import (
	"regexp"
	resyntax "regexp/syntax"
	"strconv"
	"strings"

	yaml "go.yaml.in/yaml/v4"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// Bounds of what one row says.
const (
	maxCount   = 10
	maxNames   = 50
	maxPattern = 200
	maxProgram = 1000 // of a compiled pattern, in instructions
)

func globs(set func([]string)) shape {
	return list[string]{set: set, item: glob, min: 1, max: maxGlobs, unique: false, example: `["data/**"]`}
}

func paths(p *Policy) shape {
	return tableOf[PathRule]{list[PathRule]{
		set: func(v []PathRule) { p.Paths = v }, max: maxRows,
		example: `[{paths: ["data/**"], roles: [data-engineer]}]`,
		item: func(to *PathRule) shape {
			to.Count = 1
			return &object{fields: []field{
				{"paths", "Globs from the repository's root, or anything-else.", globs(func(v []string) { to.Paths = v }), true},
				{"ignore", "Globs of paths that this row is not for.", globs(func(v []string) { to.Ignore = v }), false},
				{"roles", "Each of these approves. Or any: one of these does; any and all can stand in one another.", need{to: &to.Roles, depth: maxDepth, bare: true}, true},
				{"count", "How many different people approve for each role, or each choice of roles.", integer(&to.Count, 1, maxCount), false},
				{"when", "The row applies only when all of these hold.", when(&to.When), false},
				{"why", "The reason, shown to the people asked.", line(&to.Why, 200), false},
			}}
		},
	}}
}

func phases(p *Policy) shape {
	return tableOf[PhaseRule]{list[PhaseRule]{
		set: func(v []PhaseRule) { p.Phases = v }, max: maxRows,
		example: `[{paths: ["deploy/**"], phases: [deployment]}]`,
		item: func(to *PhaseRule) shape {
			return &object{fields: []field{
				{"paths", "Globs from the repository's root, or anything-else.", globs(func(v []string) { to.Paths = v }), true},
				{"ignore", "Globs of paths that this row is not for.", globs(func(v []string) { to.Ignore = v }), false},
				{"phases", "A change is allowed while the deliverable is in one of these.", list[lifecycle.Phase]{
					set:  func(v []lifecycle.Phase) { to.Phases = v },
					item: func(ph *lifecycle.Phase) shape { return oneOf(ph, lifecycle.Phases) },
					min:  1, max: len(lifecycle.Phases), unique: true, example: "[development]",
				}, true},
				{"report", "Whether a change needs a metric report.", boolean(&to.Report), false},
			}}
		},
	}}
}

// tableOf is a list of rows whose globs together stay few enough to be matched quickly.
type tableOf[T any] struct{ list[T] }

func (t tableOf[T]) read(r *reader, n *yaml.Node, path string) {
	before := r.globs
	r.globs = 0
	t.list.read(r, n, path)
	if r.globs > maxAllGlobs {
		r.add(n, path, say("The table has %d paths, each choice in braces counted; at most %d are read. Name folders (\"data/**\") in place of many files.",
			"A tabela tem %d caminhos, contando cada opção entre chaves; no máximo %d são lidos. Indique pastas (\"data/**\") no lugar de muitos arquivos.", r.globs, maxAllGlobs))
	}
	r.globs = before
}

// maxDepth is how deep any and all can stand in one another.
const maxDepth = 2

// need is whose yes is needed: a role, or any or all of a list. Bare lists, which need all, stand only
// where a row begins.
type need struct {
	to    *Need
	depth int
	bare  bool
}

func (s need) list(set func([]Need)) list[Need] {
	return list[Need]{
		set: set, min: 1, max: len(lifecycle.Roles) + 1, unique: true, example: "[data-engineer]",
		item: func(to *Need) shape { return need{to: to, depth: s.depth - 1} },
	}
}

func (s need) group() *object {
	return &object{one: true, fields: []field{
		{"any", "One of these is enough.", s.list(func(v []Need) { s.to.Any = v }), false},
		{"all", "All of these are needed.", s.list(func(v []Need) { s.to.All = v }), false},
	}}
}

func (s need) role() scalar[lifecycle.Role] {
	return oneOf(&s.to.Role, append(append([]lifecycle.Role{}, lifecycle.Roles...), lifecycle.AnyTechnical))
}

func (s need) read(r *reader, n *yaml.Node, path string) {
	switch {
	case n.Kind == yaml.MappingNode && s.depth > 0:
		s.group().read(r, n, path)
	case s.bare:
		s.list(func(v []Need) { s.to.All = v }).read(r, n, path)
	default:
		s.role().read(r, n, path)
	}
}

func (s need) schema() rule {
	var forms []rule
	if s.bare {
		forms = append(forms, s.list(nil).schema())
	} else {
		role := s.role().schema()
		delete(role, "default")
		forms = append(forms, role)
	}
	if s.depth > 0 {
		forms = append(forms, s.group().schema())
	}
	if len(forms) == 1 {
		return forms[0]
	}
	return rule{"anyOf": forms}
}

func when(w *When) *object {
	return &object{some: true, fields: []field{
		{"changed_files", "A changed file matches one of paths and none of ignore.", fileSet(&w.ChangedFiles, true), false},
		{"no_changed_files", "No changed file matches one of paths and none of ignore.", fileSet(&w.NoChangedFiles, true), false},
		{"only_changed_files", "Every changed file matches one of paths.", fileSet(&w.OnlyChangedFiles, false), false},
		{"targets_branch", "The branch it goes into matches.", branch(&w.TargetsBranch), false},
		{"from_branch", "The branch it comes from matches.", branch(&w.FromBranch), false},
		{"has_author_in", "Who opened it is one of these.", people(&w.HasAuthorIn), false},
		{"has_contributor_in", "Somebody who wrote a commit is one of these.", people(&w.HasContributorIn), false},
		{"only_has_contributors_in", "Everybody who wrote a commit is one of these.", people(&w.OnlyHasContributorsIn), false},
		{"author_is_only_contributor", "Whether who opened it wrote every commit.", yesNo(&w.AuthorIsOnlyContributor), false},
		{"has_labels", "It has all of these labels.", names(func(v []string) { w.HasLabels = v }), false},
		{"title", "The title matches one of matches, or none of not_matches.", &object{some: true, fields: []field{
			{"matches", "Regular expressions (RE2).", patterns(func(v []string) { w.Title.Matches = v }), false},
			{"not_matches", "Regular expressions (RE2).", patterns(func(v []string) { w.Title.NotMatches = v }), false},
		}}, false},
		{"modified_lines", "One of these holds for the number of lines.", &object{some: true, fields: []field{
			{"additions", "As in \"> 100\".", bound(&w.ModifiedLines.Additions), false},
			{"deletions", "As in \"> 100\".", bound(&w.ModifiedLines.Deletions), false},
			{"total", "Additions and deletions together, as in \"> 100\".", bound(&w.ModifiedLines.Total), false},
		}}, false},
		{"has_valid_signatures", "Whether every commit has a signature that GitHub calls valid.", yesNo(&w.HasValidSignatures), false},
		{"has_successful_status", "These checks and statuses of the newest commit succeeded.", names(func(v []string) { w.HasSuccessfulStatus = v }), false},
	}}
}

func fileSet(to *FileSet, ignore bool) *object {
	o := &object{fields: []field{{"paths", "Globs from the repository's root.", globs(func(v []string) { to.Paths = v }), true}}}
	if ignore {
		o.fields = append(o.fields, field{"ignore", "Globs of paths that do not count.", globs(func(v []string) { to.Ignore = v }), false})
	}
	return o
}

func people(to *People) *object {
	return &object{some: true, fields: []field{
		{"users", "Logins.", list[string]{set: func(v []string) { to.Users = v }, item: bot, min: 1, max: maxNames, unique: true, example: "[ana]"}, false},
		{"roles", "Who holds one of these roles.", list[lifecycle.Role]{
			set: func(v []lifecycle.Role) { to.Roles = v },
			item: func(r *lifecycle.Role) shape {
				return oneOf(r, append(append([]lifecycle.Role{}, lifecycle.Roles...), lifecycle.AnyTechnical))
			},
			min: 1, max: len(lifecycle.Roles) + 1, unique: true, example: "[data-engineer]",
		}, false},
	}}
}

func names(set func([]string)) shape {
	return list[string]{set: set, item: func(to *string) shape { return line(to, 100) }, min: 1, max: maxNames, unique: true, example: "[lint]"}
}

func branch(to *string) *object {
	return &object{fields: []field{{"pattern", "Regular expression (RE2), found anywhere unless it has ^ and $.", pattern(to), true}}}
}

func patterns(set func([]string)) shape {
	return list[string]{set: set, item: pattern, min: 1, max: 20, unique: false, example: `["^BREAKING"]`}
}

// pattern is a regular expression of RE2, which is matched in time in proportion to the text. Its
// compiled size is bounded, so that it is compiled and matched quickly whatever it says.
func pattern(to *string) shape {
	return scalar[string]{
		to: to, tags: []string{"!!str"},
		want: say("Write a regular expression such as \"^release/\" (RE2, of at most %d characters).",
			"Escreva uma expressão regular como \"^release/\" (RE2, de no máximo %d caracteres).", maxPattern),
		parse: func(s string) (string, *words) {
			if w := unseen(s); w != nil {
				return "", w
			}
			var w words
			switch n := len([]rune(s)); {
			case n < 1 || n > maxPattern:
				w = say("The text has %d characters.", "O texto tem %d caracteres.", n)
			case !compiles(s):
				w = say("%q is no regular expression of RE2, or one that takes too long.", "%q não é uma expressão regular de RE2, ou leva tempo demais.", clip(s))
			default:
				return s, nil
			}
			return "", &w
		},
		rule: rule{"type": "string", "minLength": 1, "maxLength": maxPattern},
	}
}

func compiles(pattern string) bool {
	parsed, err := resyntax.Parse(pattern, resyntax.Perl)
	if err != nil {
		return false
	}
	program, err := resyntax.Compile(parsed.Simplify())
	return err == nil && len(program.Inst) <= maxProgram
}

const boundPattern = `^[<>=] ?[0-9]{1,7}$`

var boundRE = regexp.MustCompile(boundPattern)

func bound(to *Bound) shape {
	return scalar[Bound]{
		to: to, tags: []string{"!!str"},
		want: say("Write <, > or = and a whole number, in quotes: \"> 100\".", "Escreva <, > ou = e um número inteiro, entre aspas: \"> 100\"."),
		parse: func(s string) (Bound, *words) {
			if !boundRE.MatchString(s) {
				w := say("%q is no comparison.", "%q não é uma comparação.", clip(s))
				return Bound{}, &w
			}
			n, _ := strconv.Atoi(strings.TrimSpace(s[1:])) // the pattern lets digits pass only
			return Bound{s[0], n}, nil
		},
		rule: rule{"type": "string", "pattern": boundPattern},
	}
}

// yesNo is a truth value that may be absent.
func yesNo(to **bool) shape {
	var v bool
	s := boolean(&v)
	delete(s.rule, "default")
	return scalar[*bool]{
		to: to, tags: s.tags, want: s.want, rule: s.rule,
		parse: func(text string) (*bool, *words) {
			v, bad := s.parse(text)
			return &v, bad
		},
	}
}
