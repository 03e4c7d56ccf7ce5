package templates

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// GivenView is a yes to a pull request.
type GivenView struct {
	Login   string
	At      time.Time
	StandIn bool   // for a role that nobody else is left in
	LentBy  string // login of who lent the role; "" for none
	// OtherBase says that it was given before the pull request got another base branch, or that was rewritten.
	OtherBase bool
}

// NeedView is what a pull request needs approved.
type NeedView struct {
	Roles  []lifecycle.Role // any of them
	People int              // how many different people
	Count  int              // how many the rule asks for: more than People where nobody else is left
	Files  []string         // untrusted
	Why    string           // the config's reason, untrusted
	Unsure string           // conditions of the config that could not be judged, untrusted; "" for none
	Can    []string         // logins of who can give it, those who did aside
	Got    []GivenView
	Stale  []GivenView // a yes to other content than there is now
	Asked  time.Time   // when a review was asked of one of them; zero
	Means  NeedMeans
	Unread string // why who can give it is not known
	Met    bool
}

// NeedMeans says by whom a need is met where not by holders of its roles; checks.Means has the values.
type NeedMeans string

// The ways, as package checks names them.
const (
	NeedStandIn NeedMeans = "stand-in"
	NeedAnyRole NeedMeans = "any-role"
	NeedOwnWord NeedMeans = "own-word"
	NeedNobody  NeedMeans = "nobody"
	NeedUnread  NeedMeans = "unread"
	NeedSelf    NeedMeans = "only-hands"
)

// AgainstView is somebody who asks for changes.
type AgainstView struct {
	Login  string
	At     time.Time
	Reason string // untrusted; "" where it stands in a review
}

// RolesView is what phasegate/roles shows.
type RolesView struct {
	Needs     []NeedView
	Against   []AgainstView
	Head      string // full SHA
	Author    string
	Wrote     []string // who holds a role and wrote some of the change, the author included
	Draft     bool
	Every     bool // every push asks for a new yes: the risk is high
	Observing bool
	Sharing   []int
	Faceless  string // login of a bot that pushed the newest work in somebody else's name; "" for none
	Hidden    string // the commit that it pushed
	Unlisted  string // why its files or commits are not known; "" when they are
	Base      string // branch whose rules hold
	Config    string // link to the config
}

// Met reports whether nobody is awaited.
func (v RolesView) Met() bool {
	return !slices.ContainsFunc(v.Needs, func(n NeedView) bool { return !n.Met })
}

// Roles writes phasegate/roles.
func (p Printer) Roles(v RolesView) CheckText {
	stops := len(v.Against) > 0 || !v.Met() || v.Faceless != "" || v.Unlisted != "" || len(v.Sharing) > 0
	return CheckText{Title: p.checkTitle(p.rolesTitle(v), v.Observing && stops), Summary: p.fit(func(p Printer) string { return p.rolesSummary(v) })}
}

func (p Printer) rolesTitle(v RolesView) string {
	switch {
	case len(v.Sharing) > 0:
		return p.placeTitle(PlaceView{State: PlaceShared, Sharing: v.Sharing})
	case v.Unlisted != "":
		return p.placeTitle(PlaceView{State: PlaceTooMany, Why: v.Unlisted})
	case len(v.Needs) == 0:
		return p.say(both{"No rule asks for a review", "Nenhuma regra pede revisão"})
	case len(v.Against) > 0:
		return fmt.Sprintf(p.say(both{"Changes are asked for by %s", "Mudanças pedidas por %s"}), p.list(against(v.Against)))
	case v.Faceless != "":
		return fmt.Sprintf(p.say(both{"%s pushed %.7s in somebody else's name: push a commit yourself", "%s enviou %.7s em nome de outra pessoa: envie um commit seu"}), v.Faceless, v.Hidden)
	case !v.Met():
		return p.say(both{"Waiting for ", "Aguardando "}) + p.list(p.awaitedWords(v)) + p.staleNote(v)
	}
	if by := approvers(v); len(by) > 0 {
		return p.say(both{"Approved by ", "Aprovado por "}) + p.list(by)
	}
	return p.say(both{"Nobody but its authors can be asked", "Não há a quem perguntar além dos autores"})
}

func against(list []AgainstView) []string {
	var out []string
	for _, a := range list {
		out = append(out, a.Login)
	}
	return unique(out)
}

func approvers(v RolesView) []string {
	var out []string
	for _, n := range v.Needs {
		for _, g := range n.Got {
			out = append(out, g.Login)
		}
	}
	return unique(out)
}

// staleNote says that somebody said yes to an older commit, or for another base.
func (p Printer) staleNote(v RolesView) string {
	var older, elsewhere []string
	for _, n := range v.Needs {
		for _, g := range n.Stale {
			switch {
			case n.Met:
			case g.OtherBase:
				elsewhere = append(elsewhere, g.Login)
			default:
				older = append(older, g.Login)
			}
		}
	}
	return p.staleCount(older, both{" · 1 approval is for an older commit", " · 1 aprovação é de um commit anterior"}, both{" · %d approvals are for an older commit", " · %d aprovações são de um commit anterior"}) +
		p.staleCount(elsewhere, both{" · 1 approval is from before the base branch changed", " · 1 aprovação é de antes de mudar a branch de destino"}, both{" · %d approvals are from before the base branch changed", " · %d aprovações são de antes de mudar a branch de destino"})
}

func (p Printer) staleCount(who []string, one, many both) string {
	switch n := len(unique(who)); n {
	case 0:
		return ""
	case 1:
		return p.say(one)
	default:
		return fmt.Sprintf(p.say(many), n)
	}
}

// awaitedWords name who is awaited: a person with all the roles they are asked for, or a role with those who
// can give it.
func (p Printer) awaitedWords(v RolesView) []string {
	type line struct {
		who   string
		roles []string
	}
	var lines []line
	for _, n := range v.Needs {
		if n.Met {
			continue
		}
		who := ""
		if len(n.Can) == 1 {
			who = n.Can[0]
		}
		role := p.needRoles(n)
		if n.People > 1 && len(n.Can) > 1 {
			role = fmt.Sprintf("%d × %s", n.People-len(n.Got), role)
		}
		if i := slices.IndexFunc(lines, func(l line) bool { return who != "" && l.who == who }); i >= 0 {
			lines[i].roles = append(lines[i].roles, role)
			continue
		}
		if who == "" && len(n.Can) > 0 {
			role = fmt.Sprintf("%s: %s", role, p.ofWhom(n))
		}
		lines = append(lines, line{who, []string{role}})
	}
	var words []string
	for _, l := range lines {
		if l.who == "" {
			words = append(words, l.roles[0])
			continue
		}
		words = append(words, fmt.Sprintf("%s (%s)", l.who, List(p.Lang, l.roles)))
	}
	return words
}

// ofWhom names who can give what is missing: all of them, where each is needed.
func (p Printer) ofWhom(n NeedView) string {
	if n.People-len(n.Got) >= len(n.Can) {
		return List(p.Lang, p.someNames(n.Can))
	}
	return Either(p.Lang, p.someNames(n.Can))
}

// someNames are a few of many names.
func (p Printer) someNames(names []string) []string {
	shown, more := few(names, 4)
	if more > 0 {
		shown = append(shown, p.more(more))
	}
	return shown
}

func (p Printer) needRoles(n NeedView) string {
	var words []string
	for _, r := range n.Roles {
		words = append(words, Role(p.Lang, r))
	}
	return Either(p.Lang, words)
}

func (p Printer) rolesSummary(v RolesView) string {
	var b strings.Builder
	switch {
	case len(v.Sharing) > 0:
		return p.placeSummary(PlaceView{State: PlaceShared, Sharing: v.Sharing})
	case v.Unlisted != "":
		return p.placeSummary(PlaceView{State: PlaceTooMany, Why: v.Unlisted})
	case len(v.Needs) == 0:
		return p.say(both{"Nothing to do: no row of the config's table of paths is about these files.\n", "Nada a fazer: nenhuma linha da tabela de caminhos da configuração trata destes arquivos.\n"})
	}
	if v.Faceless != "" {
		fmt.Fprintf(&b, p.say(both{"**To do, for the author:** push a commit yourself, an empty one is enough. %s pushed the newest work, `%.7s`, and the commit names others: nobody knows whose work it is, so nobody can be told apart from its author. A bot that may do so stands in the config's list `bots:`.\n\n",
			"**A fazer, para quem abriu:** envie um commit seu, mesmo vazio. %s enviou o trabalho mais recente, `%.7s`, e o commit cita outras pessoas: não se sabe de quem é o trabalho, então não se sabe quem pode aprová-lo. Um bot que pode fazer isso fica na lista `bots:` da configuração.\n\n"}), markdown.Text(v.Faceless), v.Hidden)
	}
	p.rolesHeadline(&b, v)
	p.needTable(&b, v)
	if !v.Met() || len(v.Against) > 0 {
		b.WriteString(p.say(both{"\n**To answer:** a GitHub review, or a new comment with `/approve`. Both count the same. `/object` and a reason asks for changes.\n", "\n**Para responder:** uma revisão do GitHub, ou um novo comentário com `/aprovar`. Os dois contam igual. `/objetar` e um motivo pede mudanças.\n"}))
	}
	p.whyThese(&b, v)
	return b.String()
}

func (p Printer) rolesHeadline(b *strings.Builder, v RolesView) {
	needed, got := 0, 0
	for _, n := range v.Needs {
		if n.Means == NeedNobody || n.Means == NeedOwnWord || n.Means == NeedSelf {
			continue
		}
		needed, got = needed+n.People, got+min(len(n.Got), n.People)
	}
	switch {
	case len(v.Against) > 0:
		fmt.Fprintf(b, p.say(both{"**Changes are asked for by %s.** This stays red until whoever asked approves, with a review or `/approve`, or takes it back with `/withdraw`.", "**Mudanças pedidas por %s.** Fica vermelho até quem pediu aprovar, com uma revisão ou `/aprovar`, ou voltar atrás com `/retirar`."}), p.list(escaped(against(v.Against))))
		for _, a := range v.Against {
			if a.Reason != "" {
				fmt.Fprintf(b, " %s: \"%s\"", markdown.Text(a.Login), p.text(a.Reason, 300))
			}
		}
	case v.Met():
		fmt.Fprintf(b, p.say(both{"**Everything that is asked for is there, for commit `%.7s`.** Nothing to do.", "**Tudo o que foi pedido já está aqui, para o commit `%.7s`.** Nada a fazer."}), v.Head)
	default:
		counted := both{"**%d of %d reviews for the latest commit, `%.7s`.**", "**%d de %d revisões para o último commit, `%.7s`.**"}
		if needed == 1 {
			counted = both{"**%d of %d review for the latest commit, `%.7s`.**", "**%d de %d revisão para o último commit, `%.7s`.**"}
		}
		fmt.Fprintf(b, p.say(counted), got, needed, v.Head)
		switch {
		case v.Draft:
			b.WriteString(p.say(both{" It is a draft: nobody is asked yet.", " É um rascunho: ninguém é consultado ainda."}))
		case slices.ContainsFunc(v.Needs, NeedView.misnamed):
			b.WriteString(p.say(both{" A role is given to a name that nobody on GitHub has (any more): below it says who can mend that.", " Um papel foi dado a um nome que ninguém no GitHub tem (mais): abaixo está quem pode corrigir."}))
		case slices.ContainsFunc(v.Needs, func(n NeedView) bool { return !n.Met && n.Unread != "" }):
			b.WriteString(p.say(both{" Who holds a role could not be read: an owner of the organisation can mend that, `phasegate doctor` shows how.", " Não foi possível ler quem tem um papel: quem administra a organização pode corrigir, `phasegate doctor` mostra como."}))
		case v.Author != "":
			fmt.Fprintf(b, p.say(both{" For this check, %s only has to wait.", " Nesta verificação, %s só precisa esperar."}), markdown.Text(v.Author))
		}
	}
	b.WriteString("\n\n")
}

// misnamed reports whether an open need waits for an account that is not there.
func (n NeedView) misnamed() bool { return !n.Met && strings.HasPrefix(n.Unread, "no-account") }

// whyThese folds away why these people are asked and others are not.
func (p Printer) whyThese(b *strings.Builder, v RolesView) {
	if p.cut.details < 0 {
		return
	}
	fmt.Fprintf(b, "\n<details><summary>%s</summary>\n\n", p.say(both{"Why these people and nobody else?", "Por que estas pessoas e mais ninguém?"}))
	if len(v.Wrote) > 0 {
		fmt.Fprintf(b, p.say(both{"- Whoever wrote or pushed some of this change does not approve it: %s.\n", "- Quem escreveu ou enviou parte desta mudança não a aprova: %s.\n"}), p.list(escaped(v.Wrote)))
	}
	if v.Every {
		b.WriteString(p.say(both{"- The risk is high: every push asks for a new yes.\n", "- O risco é alto: cada envio pede um novo sim.\n"}))
	} else {
		b.WriteString(p.say(both{"- A yes holds while the files it is for stay the same; a push that changes only others keeps it. Another base branch asks for a new one.\n", "- Um sim vale enquanto os arquivos a que se refere não mudam; um envio que só muda outros o mantém. Outra branch de destino pede um novo.\n"}))
	}
	fmt.Fprintf(b, p.say(both{"- The rules are those of %s, not of this pull request: [.github/phasegate.yml](%s).\n", "- As regras são as de %s, não as deste pull request: [.github/phasegate.yml](%s).\n"}), markdown.Code(v.Base), v.Config)
	b.WriteString("\n</details>\n")
}
