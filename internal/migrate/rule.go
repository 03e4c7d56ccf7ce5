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
	allows     bool       // who wrote a commit may approve
	author     *yaml.Node // the option by which the author of the pull request may too
	said       map[string]bool
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
	m.defaults()
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
	r.said = map[string]bool{}
	for _, e := range entries(n) {
		switch e.name {
		case "allow_contributor":
			if yes(e.value) {
				r.allows, r.author = true, e.key
			}
		case "allow_non_author_contributor":
			r.allows = r.allows || yes(e.value)
		case "allow_author":
			if yes(e.value) {
				m.left(e.key, "allow_author is not carried over: who opened a pull request never approves it here, whatever \"approvals:\" says; somebody else has to",
					"allow_author não é levada: quem abriu um pull request nunca o aprova aqui, diga \"approvals:\" o que disser; outra pessoa precisa aprovar")
			}
		case "invalidate_on_push":
			if r.said[e.name] = yes(e.value); yes(e.value) {
				m.left(e.key, "invalidate_on_push is not carried over: a push voids the approvals of the files it changes, and all of them at risk:high",
					"invalidate_on_push não é levada: um push anula as aprovações dos arquivos que ele muda, e todas em risk:high")
			}
		case "ignore_edited_comments": // always so here
		case "ignore_update_merges":
			if r.said[e.name] = yes(e.value); yes(e.value) {
				m.chose(e.key, "ignore_update_merges: here any merge of the base branch that changes nothing of the pull request is ignored, also one made on somebody's own machine",
					"ignore_update_merges: aqui se ignora qualquer merge do branch de base que não muda nada do pull request, também o feito na máquina de alguém")
			}
		case "request_review":
			m.requestReview(r, e)
		case "ignore_commits_by":
			m.left(e.key, "ignore_commits_by is not carried over: everybody who wrote a commit counts; name bots that need no deliverable under \"bots:\"",
				"ignore_commits_by não é levada: todos que escreveram um commit contam; indique em \"bots:\" os bots que dispensam entrega")
		case "methods":
			r.said[e.name] = true
			m.left(e.key, "methods is not carried over: whatever it says, people approve by a review, or by writing /approve; a +1 does not count",
				"methods não é levada: diga o que disser, as pessoas aprovam com uma revisão, ou escrevendo /aprovar; um +1 não conta")
		default:
			m.unknown(e)
		}
	}
}

// requestReview tells where other people are asked for a review than policy-bot asks.
func (m *migration) requestReview(r *botRule, e entry) {
	if !yes(value(e.value, "enabled")) {
		return
	}
	r.said[e.name] = true
	if mode := value(e.value, "mode"); mode == nil || mode.Value != "all-users" && mode.Value != "teams" {
		m.left(e.key, "request_review is not carried over in the mode random-users, nor its count: everybody whose yes is awaited is asked, by their team where they hold the role by one, at most 15 at once",
			"request_review não é levada no modo random-users, nem seu count: pede-se revisão a todos cujo sim é aguardado, por seu time se têm o papel por um, no máximo 15 de uma vez")
	}
}

// defaults tells once each what policy-bot does where a rule leaves an option out, and is not so here.
func (m *migration) defaults() {
	first := func(option string) *yaml.Node {
		for _, r := range m.order {
			if r.used && r.count > 0 && !r.said[option] {
				return r.node
			}
		}
		return nil
	}
	if n := first("methods"); n != nil {
		m.chose(n, "without methods, policy-bot counts a comment with 👍 or :+1: as well as a review; here people approve by a review, or by writing /approve, and a 👍 does not count",
			"sem methods, o policy-bot conta um comentário com 👍 ou :+1: além de uma revisão; aqui as pessoas aprovam com uma revisão, ou escrevendo /aprovar, e um 👍 não conta")
	}
	if n := first("request_review"); n != nil {
		m.chose(n, "without request_review, policy-bot asks nobody for a review; here everybody whose yes is awaited is asked, at most 15 at once",
			"sem request_review, o policy-bot não pede revisão a ninguém; aqui se pede a todos cujo sim é aguardado, no máximo 15 de uma vez")
	}
	if n := first("invalidate_on_push"); n != nil {
		m.chose(n, "without invalidate_on_push, policy-bot keeps approvals whatever is pushed; here a push voids those of the files it changes",
			"sem invalidate_on_push, o policy-bot mantém as aprovações com qualquer push; aqui um push anula as dos arquivos que ele muda")
	}
	if n := first("ignore_update_merges"); n != nil && !m.allow {
		m.left(n, "without ignore_update_merges, policy-bot takes no yes of who merged the base branch in; here they may approve where that changed nothing of the pull request",
			"sem ignore_update_merges, o policy-bot não aceita o sim de quem fez um merge do branch de base; aqui a pessoa pode aprovar se isso não mudou nada do pull request")
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
			if err := e.value.Decode(&r.count); err != nil {
				r.count = 1
				m.left(e.value, "this count is no number; one yes is asked for", "esta contagem não é um número; pede-se um sim")
			}
			r.count = max(r.count, 0)
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
		if r.role == "" && people && len(names) == 0 {
			m.left(n, "the rule %q is not carried over, as nobody it names can hold a role: policy-bot waits for them, here it asks nobody. Name people or teams, and write the row by hand",
				"a regra %q não é levada, pois ninguém que ela indica pode ter um papel: o policy-bot espera por eles, aqui ela não pede ninguém. Indique pessoas ou times, e escreva a linha à mão", clip(r.name))
		}
		if r.role == "" && !people {
			m.left(n, "the rule %q names nobody, so nobody can meet it: policy-bot waits, here it asks nobody; name who approves", "a regra %q não indica ninguém, então ninguém pode cumpri-la: o policy-bot espera, aqui ela não pede ninguém; indique quem aprova", clip(r.name))
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

// hints are words by which a role is recognised in the name of a team or a rule; the first that fits. Only technical
// ones are guessed: a stakeholder's or an expert's own change counts as their word.
var hints = []struct {
	role  lifecycle.Role
	words []string
}{
	{lifecycle.DataScientist, []string{"data-scien", "data scien", "datascien", "scientist", "analyst", "research"}},
	{lifecycle.MLEngineer, []string{"mlops", "ml-", "ml ", "machine", "model"}},
	{lifecycle.DataEngineer, []string{"data", "pipeline", "etl"}},
	{lifecycle.BackendEngineer, []string{"infra", "platform", "ops", "sre", "backend", "deploy", "security", "cloud"}},
	{lifecycle.SoftwareEngineer, []string{"software", "dev", "engineer", "frontend", "code"}},
}

// spare is the order in which roles are given to those whose name says none: those that ask for no second person
// come last.
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
		m.left(r.node, "the rule %q is not carried over: it asks for an eighth group of people, and there are seven roles: here it asks nobody. Join groups",
			"a regra %q não é levada: ela pede um oitavo grupo de pessoas, e há sete papéis: aqui ela não pede ninguém. Junte grupos", clip(r.name))
		return ""
	}
	h := &holding{names, role}
	m.holders[key], m.held = h, append(m.held, h)
	list := clip(strings.Join(names, ", "))
	m.chose(r.node, "%s: given the role %s, which also counts at the gates; move them under \"roles:\" if another one fits",
		"%s: recebeu o papel %s, que vale também nas etapas; mude em \"roles:\" se outro couber melhor", list, role)
	m.standIns(r.node, list, role)
	return role
}

// standIns tells where policy-bot waits for ever and Phasegate does not: nobody is left of those who approve.
func (m *migration) standIns(n *yaml.Node, list string, role lifecycle.Role) {
	if role.Technical() {
		m.left(n, "%s: policy-bot waits where all of them wrote the change, or a team has nobody; Phasegate counts the yes of somebody with another role, the ML engineer first, and waits for nobody where there is none. Name more people",
			"%s: o policy-bot espera se todos eles escreveram a mudança, ou se um time não tem ninguém; o Phasegate conta o sim de alguém com outro papel, primeiro da pessoa de ML, e não espera ninguém se não houver. Indique mais pessoas", list)
		return
	}
	m.left(n, "%s: policy-bot waits where all of them wrote the change, or a team has nobody; Phasegate counts the yes of one of them who did not open the pull request, and waits for nobody where there is none: the own word of a %s is enough. Name more people, or join groups",
		"%s: o policy-bot espera se todos eles escreveram a mudança, ou se um time não tem ninguém; o Phasegate conta o sim de um deles que não abriu o pull request, e não espera ninguém se não houver: basta a própria palavra de %s. Indique mais pessoas, ou junte grupos", list, role)
}

// contributors lets who wrote a commit approve it where every rule does.
func (m *migration) contributors() {
	used := slices.DeleteFunc(slices.Clone(m.order), func(r *botRule) bool { return !r.used || r.count == 0 })
	m.allow = len(used) > 0 && !slices.ContainsFunc(used, func(r *botRule) bool { return !r.allows })
	for _, r := range used {
		switch {
		case r.allows && !m.allow:
			m.left(r.node, "allow_contributor of %q is not carried over, since other rules do not have it: who wrote a commit does not approve it",
				"allow_contributor de %q não é levada, pois outras regras não a têm: quem escreveu um commit não o aprova", clip(r.name))
		case r.author != nil:
			m.left(r.author, "allow_contributor is carried over for who else wrote a commit: policy-bot lets the author of the pull request approve too (palantir/policy-bot#583), here the author never does",
				"allow_contributor é levada para quem mais escreveu um commit: o policy-bot deixa também o autor do pull request aprovar (palantir/policy-bot#583), aqui o autor nunca aprova")
		}
	}
}
