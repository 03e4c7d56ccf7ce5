package templates

import (
	"fmt"
	"slices"
	"strings"

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
		name += "<br>" + markdown.Cell(markdown.Truncate(n.Why, 80))
	}
	if n.Unsure != "" {
		name += fmt.Sprintf(p.say(both{"<br>(asked to be safe: not known whether this applies, %s)", "<br>(pedido por segurança: não se sabe se isto se aplica, %s)"}), markdown.Cell(markdown.Truncate(n.Unsure, 80)))
	}
	return name
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
		parts = append(parts, fmt.Sprintf(p.say(both{"**needed again**: %s said yes to an older commit", "**de novo**: %s disse sim a um commit anterior"}), p.list(stale(n))))
	case v.Draft || n.Asked.IsZero():
		parts = append(parts, p.say(both{"**needed**", "**falta**"}))
	default:
		parts = append(parts, fmt.Sprintf(p.say(both{"**asked** %s", "**pedido** em %s"}), p.dateTime(n.Asked)))
	}
	return strings.Join(parts, "<br>")
}

// against are those who ask for changes and could give what the need asks for.
func (p Printer) against(v RolesView, n NeedView) []string {
	return escaped(slices.DeleteFunc(against(v.Against), func(who string) bool { return !slices.Contains(n.Can, who) }))
}

func stale(n NeedView) []string {
	var who []string
	for _, g := range n.Stale {
		who = append(who, markdown.Text(g.Login))
	}
	return who
}

func (p Printer) given(g GivenView) string {
	text := fmt.Sprintf(p.say(both{"yes, %s, %s", "sim, %s, %s"}), markdown.Text(g.Login), p.dateTime(g.At))
	if g.LentBy != "" {
		text += fmt.Sprintf(p.say(both{", for %s", ", por %s"}), markdown.Text(g.LentBy))
	}
	return text
}
