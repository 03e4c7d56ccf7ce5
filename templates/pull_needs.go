package templates

import (
	"fmt"
	"slices"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

func (p Printer) needTable(b *strings.Builder, v RolesView) {
	b.WriteString(markdown.Row(p.say(both{"Role", "Papel"}), p.say(both{"Who can give it", "Quem pode aprovar"}), p.say(both{"Files that need this role", "Arquivos que pedem este papel"}), p.say(both{"State", "Situação"})) + "\n|---|---|---|---|\n")
	shown, more := few(v.Needs, p.cut.lists)
	for _, n := range shown {
		b.WriteString(markdown.Row(p.needName(n), p.whoCan(n), p.needFiles(n.Files), p.needState(v, n)) + "\n")
	}
	if more > 0 {
		b.WriteString(markdown.Row(p.more(more), "", "", "") + "\n")
	}
}

func (p Printer) needName(n NeedView) string {
	name := capital(p.needRoles(n))
	if n.People > 1 {
		name = fmt.Sprintf("%d × %s", n.People, name)
	}
	if n.Why != "" {
		name += p.say(both{"<br>why: ", "<br>motivo: "}) + markdown.Cell(markdown.Truncate(Reasons(p.Lang, n.Why), 160))
	}
	if n.Unsure != "" {
		name += fmt.Sprintf(p.say(both{"<br>(asked to be safe: not known whether this applies, %s)", "<br>(pedido por segurança: não se sabe se isto se aplica, %s)"}), markdown.Cell(markdown.Truncate(n.Unsure, 80)))
	}
	return name
}

// usual are the reasons of the table that holds where the config has none.
var usual = []both{
	{"how the data is collected, stored and processed", "como os dados são coletados, guardados e processados"},
	{"what the data means, and whether it is right", "o que os dados significam, e se estão certos"},
	{"the analysis of the data", "a análise dos dados"},
	{"how the model is trained and evaluated", "como o modelo é treinado e avaliado"},
	{"the design of the whole, from data to production", "o desenho do todo, dos dados à produção"},
	{"what the model can do, and its life in production", "o que o modelo consegue, e sua vida em produção"},
	{"the software that runs in production", "o software que roda em produção"},
	{"how the team writes code", "como a equipe escreve código"},
	{"the infrastructure that it runs on", "a infraestrutura em que roda"},
	{"how it is watched in production", "como é acompanhado em produção"},
	{"what the business wants, and its domain", "o que o negócio quer, e seu domínio"},
	{"the rules of the project", "as regras do projeto"},
	{"a second pair of eyes", "um segundo olhar"},
}

// Reasons tells the reasons of a config's rows, with "; " between, the usual ones in the reader's language.
func Reasons(l lifecycle.Lang, why string) string {
	reasons := strings.Split(why, "; ")
	for i, r := range reasons {
		if at := slices.IndexFunc(usual, func(b both) bool { return b.in(lifecycle.English) == r }); at >= 0 {
			reasons[i] = usual[at].in(l)
		}
	}
	return strings.Join(reasons, "; ")
}

func capital(s string) string {
	for i, r := range s {
		return strings.ToUpper(string(r)) + s[i+len(string(r)):]
	}
	return s
}

func (p Printer) whoCan(n NeedView) string {
	var names []string
	for _, g := range n.Got {
		names = append(names, g.Login)
	}
	if !n.Met {
		names = append(names, n.Can...)
	}
	text := strings.Join(escaped(p.someNames(unique(names))), ", ")
	switch n.Means {
	case NeedStandIn:
		text += p.say(both{", standing in: all who hold the role wrote this, or nobody does", ", em substituição: todos os que têm o papel escreveram isto, ou ninguém o tem"})
	case NeedAnyRole:
		text += p.say(both{" (anybody with a role can: nobody is left who holds this one)", " (qualquer pessoa com um papel pode: não resta ninguém que tenha este)"})
	case NeedOwnWord:
		text = p.say(both{"only its authors", "só os autores"})
	case NeedNobody:
		text = p.say(both{"nobody in the config", "ninguém na configuração"})
	case NeedSelf:
		text = p.say(both{"nobody else in the team", "ninguém mais na equipe"})
	case NeedUnread:
		text = "–"
	}
	return text
}

// maxNeedFiles is how many files stand in one cell.
const maxNeedFiles = 12

func (p Printer) needFiles(files []string) string {
	most := maxNeedFiles
	if p.cut.lists > 0 {
		most = min(most, p.cut.lists)
	}
	shown, more := few(files, most)
	var cells []string
	for _, f := range shown {
		cells = append(cells, markdown.CodeCell(markdown.Truncate(f, 120)))
	}
	if more > 0 {
		cells = append(cells, p.more(more))
	}
	return strings.Join(cells, ", ")
}

func (p Printer) needState(v RolesView, n NeedView) string {
	switch {
	case n.Means == NeedUnread:
		return p.say(both{"**who holds it could not be read**: ", "**não foi possível ler quem o tem**: "}) + p.unread(n.Unread)
	case n.Means == NeedNobody:
		return p.say(both{"not asked: nobody holds it", "não é pedido: ninguém o tem"})
	case n.Means == NeedOwnWord:
		return p.say(both{"yes, by writing it", "sim, por tê-lo escrito"})
	case n.Means == NeedSelf:
		return p.say(both{"not looked at by anybody else", "não visto por mais ninguém"})
	}
	var parts []string
	for _, g := range n.Got {
		parts = append(parts, p.given(g))
	}
	switch {
	case n.Met:
	case len(p.against(v, n)) > 0:
		parts = append(parts, fmt.Sprintf(p.say(both{"**changes are asked for** by %s", "**mudanças pedidas** por %s"}), p.list(p.against(v, n))))
	case n.Unread != "":
		parts = append(parts, p.say(both{"**who else holds it could not be read**: ", "**não foi possível ler quem mais o tem**: "})+p.unread(n.Unread))
	case len(n.Stale) > 0:
		parts = append(parts, p.again(n.Stale)...)
	case v.Draft || n.Asked.IsZero():
		parts = append(parts, p.say(both{"**needed**", "**falta**"}))
	default:
		parts = append(parts, fmt.Sprintf(p.say(both{"**asked** %s", "**pedido** em %s"}), p.dateTime(n.Asked)))
	}
	if n.Count > n.People {
		parts = append(parts, p.fewer(n))
	}
	return strings.Join(parts, "<br>")
}

// fewer says that the rule asks for more people than are left.
func (p Printer) fewer(n NeedView) string {
	left := unique(slices.Concat(approvers(RolesView{Needs: []NeedView{n}}), n.Can))
	text := both{"%d are asked for; only %s are left", "são pedidas %d pessoas; só restam %s"}
	if len(left) == 1 {
		text = both{"%d are asked for; only %s is left", "são pedidas %d pessoas; só resta %s"}
	}
	return fmt.Sprintf(p.say(text), n.Count, p.list(escaped(p.someNames(left))))
}

// against are those who ask for changes and could give what the need asks for.
func (p Printer) against(v RolesView, n NeedView) []string {
	return escaped(slices.DeleteFunc(against(v.Against), func(who string) bool { return !slices.Contains(n.Can, who) }))
}

// again says whose yes is needed again, and why.
func (p Printer) again(given []GivenView) []string {
	var older, elsewhere, parts []string
	for _, g := range given {
		if g.OtherBase {
			elsewhere = append(elsewhere, markdown.Text(g.Login))
		} else {
			older = append(older, markdown.Text(g.Login))
		}
	}
	if len(older) > 0 {
		parts = append(parts, fmt.Sprintf(p.say(both{"**needed again**: %s said yes to an older commit", "**de novo**: %s disse sim a um commit anterior"}), p.list(older)))
	}
	if len(elsewhere) > 0 {
		parts = append(parts, fmt.Sprintf(p.say(both{"**needed again**: %s said yes before the base branch changed", "**de novo**: %s disse sim antes de mudar a branch de destino"}), p.list(elsewhere)))
	}
	return parts
}

func (p Printer) given(g GivenView) string {
	text := fmt.Sprintf(p.say(both{"yes, %s, %s", "sim, %s, %s"}), markdown.Text(g.Login), p.dateTime(g.At))
	if g.LentBy != "" {
		text += fmt.Sprintf(p.say(both{", for %s", ", por %s"}), markdown.Text(g.LentBy))
	}
	return text
}
