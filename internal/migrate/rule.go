package migrate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	yaml "go.yaml.in/yaml/v4"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

// botRule is one of policy-bot's approval_rules.
type botRule struct {
	name, why  string
	node       *yaml.Node
	conditions []condition
	inexact    bool // a condition could not be read: it holds more seldom than conditions say
	count      int
	role       lifecycle.Role // of those who approve; "" when count is 0 or it names nobody
	used       bool
	allows     bool // contributors may approve
}

// holding are people who approve together, and the role they get.
type holding struct {
	names []string
	role  lifecycle.Role
}

func (m *migration) read(root *yaml.Node) error {
	if r := value(root, "remote"); r != nil {
		return fmt.Errorf("line %d: the policy stands in another repository, %s: migrate that file, and put the config into that organisation's .github repository", r.Line, r.Value)
	}
	if value(root, "policy") == nil && value(root, "approval_rules") == nil {
		return fmt.Errorf("this is no policy of policy-bot: it has no keys policy and approval_rules")
	}
	for _, e := range entries(root) {
		if e.name != "policy" && e.name != "approval_rules" {
			m.unknown(e)
		}
	}
	m.wanted(value(value(root, "policy"), "approval"))
	if list := value(root, "approval_rules"); list != nil {
		for _, n := range list.Content {
			m.readRule(n)
		}
	}
	for _, r := range m.order {
		r.conditions, r.inexact = m.conditions(value(r.node, "if"))
	}
	top := value(root, "policy")
	for _, e := range entries(top) {
		switch e.name {
		case "approval":
			if err := m.approval(e.value); err != nil {
				return err
			}
			m.skipped(e.key)
		case "disapproval":
			m.left(e.key, "disapproval is not carried over: a review that requests changes by somebody whose role a file needs blocks the pull request until they approve. Give those people a role",
				"disapproval não é levada: uma revisão que pede mudanças, de alguém cujo papel um arquivo exige, bloqueia o pull request até a pessoa aprovar. Dê um papel a essas pessoas")
		default:
			m.unknown(e)
		}
	}
	m.contributors()
	for _, r := range m.order {
		if !r.used {
			m.chose(r.node, "the rule %q is not used by policy.approval, so it is left away", "a regra %q não é usada em policy.approval, então fica de fora", r.name)
		}
	}
	return nil
}

// wanted notes the names in policy.approval: only their rules get roles.
func (m *migration) wanted(n *yaml.Node) {
	if n == nil {
		return
	}
	if n.Kind == yaml.ScalarNode {
		m.names[n.Value] = true
	}
	for _, c := range n.Content {
		m.wanted(c)
	}
}

func (m *migration) unknown(e entry) {
	m.left(e.key, "the key %q is not known; look up what it does and write that by hand", "a chave %q não é conhecida; veja o que ela faz e escreva à mão", clip(e.name))
}

func (m *migration) readRule(n *yaml.Node) {
	r := &botRule{node: n} // its name before what is said of it
	if v := value(n, "name"); v != nil {
		r.name = v.Value
	}
	r.why = reason(r.name)
	for _, e := range entries(n) {
		switch e.name {
		case "name":
		case "description":
			if d := reason(e.value.Value); d != "" {
				r.why = d
			}
		case "if": // read when all roles are given
		case "options":
			m.options(r, e.value)
		case "requires":
			m.requires(r, e.value)
		default:
			m.unknown(e)
		}
	}
	if m.rules[r.name] != nil {
		m.left(n, "the rule %q stands twice; the last one counts", "a regra %q aparece duas vezes; vale a última", clip(r.name))
	}
	m.rules[r.name] = r
	m.order = append(m.order, r)
}

// reason is text as a row's why takes it.
func reason(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 200 {
		s = string(r[:199]) + "…"
	}
	return s
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

func (m *migration) options(r *botRule, n *yaml.Node) {
	for _, e := range entries(n) {
		switch e.name {
		case "allow_contributor":
			r.allows = r.allows || yes(e.value)
		case "allow_author", "allow_non_author_contributor":
			if yes(e.value) {
				m.left(e.key, "%s is not carried over: who wrote a commit does not approve it; \"approvals: {contributors: allow}\" lets all of them",
					"%s não é levada: quem escreveu um commit não o aprova; \"approvals: {contributors: allow}\" libera todos", e.name)
			}
		case "invalidate_on_push":
			if yes(e.value) {
				m.left(e.key, "invalidate_on_push is not carried over: a push voids the approvals of the files it changes, and all of them at risk:high",
					"invalidate_on_push não é levada: um push anula as aprovações dos arquivos que ele muda, e todas em risk:high")
			}
		case "ignore_edited_comments", "ignore_update_merges", "request_review":
			// always so here: edited comments never count, merges of the base branch keep approvals, people are asked
		case "ignore_commits_by":
			m.left(e.key, "ignore_commits_by is not carried over: everybody who wrote a commit counts; name bots that need no deliverable under \"bots:\"",
				"ignore_commits_by não é levada: todos que escreveram um commit contam; indique em \"bots:\" os bots que dispensam entrega")
		case "methods":
			m.left(e.key, "methods is not carried over: people approve by a review, or by writing /approve; a +1 does not count",
				"methods não é levada: as pessoas aprovam com uma revisão, ou escrevendo /aprovar; um +1 não conta")
		default:
			m.unknown(e)
		}
	}
}

func (m *migration) requires(r *botRule, n *yaml.Node) {
	var names []string
	people := false
	hold := func(key *yaml.Node, name string) {
		people = true
		text := "version: 1\nroles: {ml-engineer: [" + strconv.Quote(name) + "]}\n"
		if _, problems := policy.Parse([]byte(text)); problems != nil {
			m.leftAs(key, fmt.Sprintf("%q cannot hold a role: %s", clip(name), problems[0].Text(lifecycle.English)),
				fmt.Sprintf("%q não pode ter um papel: %s", clip(name), problems[0].Text(lifecycle.Portuguese)))
			return
		}
		if !slices.ContainsFunc(names, func(o string) bool { return strings.EqualFold(o, name) }) {
			names = append(names, name)
		}
	}
	for _, e := range entries(n) {
		switch e.name {
		case "count":
			r.count, _ = strconv.Atoi(e.value.Value)
		case "users", "teams":
			for _, c := range e.value.Content {
				hold(c, c.Value)
			}
		case "permissions":
			for _, c := range e.value.Content {
				hold(c, "permission:"+c.Value)
			}
		case "admins":
			if yes(e.value) {
				hold(e.key, "permission:admin")
			}
		case "write_collaborators":
			if yes(e.value) {
				hold(e.key, "permission:write")
			}
		case "organizations":
			people = true
			m.left(e.key, "organizations is not carried over: name a team of that organisation that everybody is in, or permission:write",
				"organizations não é levada: indique um time dessa organização com todas as pessoas, ou permission:write")
		case "conditions":
			m.left(e.key, "conditions is not carried over: require the checks it names in the branch protection, and write other conditions as rows of their own",
				"conditions não é levada: exija as verificações na proteção do branch, e escreva outras condições em linhas próprias")
		default:
			m.unknown(e)
		}
	}
	if r.count > 0 && m.names[r.name] {
		r.role = m.hold(r, names)
		if r.role == "" && !people {
			m.left(n, "the rule %q names nobody, so nobody can meet it; name who approves", "a regra %q não indica ninguém, então ninguém pode cumpri-la; indique quem aprova", clip(r.name))
		}
	}
}

// skipped tells that policy-bot holds back a pull request to which no rule applies.
func (m *migration) skipped(n *yaml.Node) {
	conditional := 0
	for _, r := range m.order {
		if r.used && len(entries(value(r.node, "if"))) == 0 {
			return
		}
		if r.used {
			conditional++
		}
	}
	if conditional > 0 {
		m.left(n, "every rule has an \"if\": policy-bot holds back a pull request to which none applies, here it needs nobody. Add a row such as {paths: [anything-else], roles: [any-technical]}",
			"toda regra tem um \"if\": o policy-bot segura um pull request ao qual nenhuma se aplica, aqui ele não precisa de ninguém. Acrescente uma linha como {paths: [anything-else], roles: [any-technical]}")
	}
}

// hints are words by which a role is recognised in the name of a team or a rule; the first that fits.
var hints = []struct {
	role  lifecycle.Role
	words []string
}{
	{lifecycle.DataScientist, []string{"data-scien", "data scien", "datascien", "scientist", "analyst", "research"}},
	{lifecycle.MLEngineer, []string{"mlops", "ml-", "ml ", "machine", "model"}},
	{lifecycle.DataEngineer, []string{"data", "pipeline", "etl"}},
	{lifecycle.BackendEngineer, []string{"infra", "platform", "ops", "sre", "backend", "deploy", "security", "cloud"}},
	{lifecycle.SubjectMatterExpert, []string{"domain", "expert", "legal", "compliance", "doc"}},
	{lifecycle.BusinessStakeholder, []string{"business", "product", "stakeholder", "owner", "manager"}},
	{lifecycle.SoftwareEngineer, []string{"software", "dev", "engineer", "frontend", "code"}},
}

// spare is the order in which roles are given to those whose name says none.
var spare = []lifecycle.Role{lifecycle.SoftwareEngineer, lifecycle.MLEngineer, lifecycle.BackendEngineer, lifecycle.DataEngineer,
	lifecycle.DataScientist, lifecycle.SubjectMatterExpert, lifecycle.BusinessStakeholder}

// hold gives the people a role of their own; those of an earlier rule keep theirs. "" when there are none
// or no role is free.
func (m *migration) hold(r *botRule, names []string) lifecycle.Role {
	if len(names) == 0 {
		return ""
	}
	sorted := slices.Clone(names)
	slices.Sort(sorted)
	key := strings.ToLower(strings.Join(sorted, " "))
	if h := m.holders[key]; h != nil {
		return h.role
	}
	free := func(role lifecycle.Role) bool {
		return !slices.ContainsFunc(m.held, func(h *holding) bool { return h.role == role })
	}
	role := lifecycle.Role("")
	for _, hint := range hints {
		says := func(w string) bool { return strings.Contains(strings.ToLower(strings.Join(names, " ")+" "+r.name), w) }
		if role == "" && free(hint.role) && slices.ContainsFunc(hint.words, says) {
			role = hint.role
		}
	}
	for _, s := range spare {
		if role == "" && free(s) {
			role = s
		}
	}
	if role == "" {
		m.left(r.node, "the rule %q is not carried over: it asks for an eighth group of people, and there are seven roles. Join groups",
			"a regra %q não é levada: ela pede um oitavo grupo de pessoas, e há sete papéis. Junte grupos", clip(r.name))
		return ""
	}
	h := &holding{names, role}
	m.holders[key], m.held = h, append(m.held, h)
	list := clip(strings.Join(names, ", "))
	m.chose(r.node, "%s: given the role %s, which also counts at the gates; move them under \"roles:\" if another one fits",
		"%s: recebeu o papel %s, que vale também nas etapas; mude em \"roles:\" se outro couber melhor", list, role)
	return role
}

// contributors lets who wrote a commit approve it where every rule does.
func (m *migration) contributors() {
	used := slices.DeleteFunc(slices.Clone(m.order), func(r *botRule) bool { return !r.used || r.count == 0 })
	m.allow = len(used) > 0 && !slices.ContainsFunc(used, func(r *botRule) bool { return !r.allows })
	for _, r := range used {
		if r.allows && !m.allow {
			m.left(r.node, "allow_contributor of %q is not carried over, since other rules do not have it: who wrote a commit does not approve it",
				"allow_contributor de %q não é levada, pois outras regras não a têm: quem escreveu um commit não o aprova", clip(r.name))
		}
	}
}
