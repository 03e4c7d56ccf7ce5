package migrate

import (
	"strconv"
	"strings"

	yaml "go.yaml.in/yaml/v4"

	"github.com/phasegate/phasegate/internal/policy"
)

// condition is one of a rule's predicates, and its opposite where that can be said.
type condition struct {
	is, not policy.When
	turns   bool // not is the opposite
}

// conditions reads the predicates of a rule. One that cannot be said is left out, so that the rule applies
// more often; inexact tells that.
func (m *migration) conditions(n *yaml.Node) (out []condition, inexact bool) {
	for _, e := range entries(n) {
		c, ok := m.condition(e)
		if ok {
			ok = m.readable(c.is)
			if !ok {
				m.left(e.key, "%s is not carried over: a name or pattern in it is not read here. The rule applies without it", "%s não é levada: um nome ou padrão nela não é lido aqui. A regra vale sem ela", e.name)
			}
		}
		if !ok {
			inexact = true
			continue
		}
		c.turns = c.turns && m.readable(c.not)
		out = append(out, c)
	}
	return out, inexact
}

// readable reports whether a row with these conditions is valid.
func (m *migration) readable(w policy.When) bool {
	return readable(policy.PathRule{Paths: []string{"**"}, Roles: policy.EachOf("ml-engineer"), When: w})
}

func readable(row policy.PathRule) bool {
	_, problems := policy.Parse([]byte("version: 1\n" + policy.PathsYAML([]policy.PathRule{row})))
	return problems == nil
}

// condition reads one predicate; false when it has said why not.
func (m *migration) condition(e entry) (condition, bool) {
	switch e.name {
	case "changed_files", "no_changed_files", "only_changed_files":
		return m.files(e)
	case "targets_branch":
		return condition{is: policy.When{TargetsBranch: pattern(e.value)}}, true
	case "from_branch":
		return condition{is: policy.When{FromBranch: pattern(e.value)}}, true
	case "has_labels":
		return condition{is: policy.When{HasLabels: texts(e.value)}}, true
	case "title":
		return titled(texts(value(e.value, "matches")), texts(value(e.value, "not_matches"))), true
	case "has_author_in", "has_contributor_in", "only_has_contributors_in":
		return m.people(e)
	case "author_is_only_contributor", "has_valid_signatures":
		return truth(e.name, yes(e.value)), true
	case "modified_lines":
		return m.lines(e)
	case "has_successful_status":
		return condition{is: policy.When{HasSuccessfulStatus: texts(e.value)}}, true
	case "has_status":
		if c := texts(value(e.value, "conclusions")); len(c) == 0 || len(c) == 1 && c[0] == "success" {
			return condition{is: policy.When{HasSuccessfulStatus: texts(value(e.value, "statuses"))}}, true
		}
		m.left(e.key, "has_status is not carried over: only success can be asked for. The rule applies without it",
			"has_status não é levada: só se pode pedir sucesso. A regra vale sem ela")
		return condition{}, false
	}
	m.left(e.key, "the condition %s is not carried over. The rule applies without it", "a condição %s não é levada. A regra vale sem ela", clip(e.name))
	return condition{}, false
}

func pattern(n *yaml.Node) string {
	if v := value(n, "pattern"); v != nil {
		return v.Value
	}
	return ""
}

func titled(matches, not []string) condition {
	c := condition{is: policy.When{Title: policy.TitleIs{Matches: matches, NotMatches: not}}}
	c.not.Title = policy.TitleIs{Matches: not, NotMatches: matches}
	c.turns = (len(matches) == 0) != (len(not) == 0) // one of the two: a title that matches, or that does not
	return c
}

func truth(key string, is bool) condition {
	set := func(v bool) policy.When {
		if key == "has_valid_signatures" {
			return policy.When{HasValidSignatures: &v}
		}
		return policy.When{AuthorIsOnlyContributor: &v}
	}
	return condition{set(is), set(!is), true}
}

// files reads a condition on paths, whose regular expressions become globs.
func (m *migration) files(e entry) (condition, bool) {
	paths, ok := m.globs(value(e.value, "paths"))
	ignore, also := m.globs(value(e.value, "ignore"))
	if !ok || !also || len(paths) == 0 {
		m.left(e.key, "%s is not carried over, as a pattern in it cannot be written as globs: write them by hand. The rule applies without it",
			"%s não é levada, pois um padrão nela não pode ser escrito como globs: escreva-os à mão. A regra vale sem ela", e.name)
		return condition{}, false
	}
	set := policy.FileSet{Paths: paths, Ignore: ignore}
	switch e.name {
	case "changed_files":
		return condition{policy.When{ChangedFiles: set}, policy.When{NoChangedFiles: set}, true}, true
	case "no_changed_files":
		return condition{policy.When{NoChangedFiles: set}, policy.When{ChangedFiles: set}, true}, true
	}
	others := policy.FileSet{Paths: []string{"**"}, Ignore: paths}
	return condition{policy.When{OnlyChangedFiles: policy.FileSet{Paths: paths}}, policy.When{ChangedFiles: others}, true}, true
}

func (m *migration) globs(n *yaml.Node) ([]string, bool) {
	var out []string
	for _, p := range texts(n) {
		globs, ok := globsOf(p)
		if !ok {
			return nil, false
		}
		out = append(out, globs...)
	}
	return out, true
}

// people reads a condition on people: logins, and teams that hold a role alone.
func (m *migration) people(e entry) (condition, bool) {
	var p policy.People
	for _, k := range entries(e.value) {
		if k.name == "users" {
			p.Users = texts(k.value)
			continue
		}
		var roles []string
		for _, name := range texts(k.value) {
			if h := m.holders[strings.ToLower(name)]; k.name == "teams" && h != nil {
				p.Roles, roles = append(p.Roles, h.role), append(roles, name)
			}
		}
		if len(roles) < len(k.value.Content) || len(k.value.Content) == 0 {
			m.left(e.key, "%s is not carried over, as it names %s: people are named by login or by a role they hold. The rule applies without it",
				"%s não é levada, pois indica %s: pessoas são indicadas pelo login ou por um papel. A regra vale sem ela", e.name, k.name)
			return condition{}, false
		}
	}
	switch e.name {
	case "has_author_in":
		return condition{is: policy.When{HasAuthorIn: p}}, true
	case "has_contributor_in":
		return condition{is: policy.When{HasContributorIn: p}}, true
	}
	return condition{is: policy.When{OnlyHasContributorsIn: p}}, true
}

func (m *migration) lines(e entry) (condition, bool) {
	var l policy.Lines
	ok := true
	for _, k := range entries(e.value) {
		s := strings.TrimSpace(k.value.Value)
		if s == "" {
			continue
		}
		n, err := strconv.Atoi(strings.TrimSpace(s[1:]))
		bound := policy.Bound{Op: s[0], N: n}
		switch {
		case err != nil || !strings.ContainsRune("<>=", rune(s[0])):
			ok = false
		case k.name == "additions":
			l.Additions = bound
		case k.name == "deletions":
			l.Deletions = bound
		case k.name == "total":
			l.Total = bound
		default:
			ok = false
		}
	}
	if !ok {
		m.left(e.key, "modified_lines is not carried over: it holds something other than a comparison such as \"> 100\". The rule applies without it",
			"modified_lines não é levada: contém algo que não é uma comparação como \"> 100\". A regra vale sem ela")
	}
	return condition{is: policy.When{ModifiedLines: l}}, ok
}
