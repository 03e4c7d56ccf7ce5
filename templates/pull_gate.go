package templates

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// CheckText is what a check run says: Title is plain text of one line, the others are Markdown.
type CheckText struct{ Title, Summary, Text string }

// PlaceState says how a pull request stands to the phases.
type PlaceState string

// The states of phasegate/gate.
const (
	PlaceAllowed   PlaceState = "allowed"
	PlaceMisplaced PlaceState = "misplaced"
	PlaceUnlinked  PlaceState = "unlinked" // it names no open deliverable
	PlaceFree      PlaceState = "free"     // nothing of it needs one
	PlaceBot       PlaceState = "bot"      // it is a bot's, which needs none
	PlaceTooMany   PlaceState = "too-many" // its files could not all be read
	PlaceShared    PlaceState = "shared"   // its head is that of another open pull request too
	PlaceDoubtful  PlaceState = "doubtful" // where its deliverable is, is being read anew
)

// PlacedView is a deliverable that a pull request belongs to.
type PlacedView struct {
	Number int
	Title  string // untrusted
	Phase  lifecycle.Phase
	Live   bool
}

// MisplacedView is a path that may not change now.
type MisplacedView struct {
	Path    string // untrusted
	Allowed []lifecycle.Phase
	Number  int // of the deliverable
	Phase   lifecycle.Phase
}

// PlaceView is what phasegate/gate shows.
type PlaceView struct {
	State        PlaceState
	Observing    bool
	Deliverables []PlacedView
	Guessed      bool         // it names none; this is the only open one
	Named        int          // what it names that is no open deliverable; 0 for nothing
	Open         []PlacedView // the open deliverables, where one has to be chosen
	Misplaced    []MisplacedView
	Hotfix       string   // the reason it gives, untrusted; "" for none
	Hotfixed     []string // paths allowed only for that, untrusted
	Sharing      []int
	Why          string // why its files are not known
}

// Place writes phasegate/gate.
func (p Printer) Place(v PlaceView) CheckText {
	return CheckText{Title: p.checkTitle(p.placeTitle(v), v.Observing && v.State.stops()), Summary: p.fit(func(p Printer) string { return p.placeSummary(v) })}
}

// maxCheckTitle is how many characters a check's title has at most: more is cut off where GitHub shows it.
const maxCheckTitle = 250

// checkTitle is a title that says, where the rules are only observed, what would be if they were enforced.
func (p Printer) checkTitle(title string, wouldStop bool) string {
	if !wouldStop {
		return markdown.Truncate(title, maxCheckTitle)
	}
	note := p.say(observingNote)
	return markdown.Truncate(title, maxCheckTitle-utf8.RuneCountInString(note)) + note
}

// stops reports whether the state stops a pull request where the rules are enforced.
func (s PlaceState) stops() bool {
	return s == PlaceMisplaced || s == PlaceUnlinked || s == PlaceTooMany || s == PlaceShared
}

var observingNote = both{" (observing: enforced, this would stop it)", " (observando: valendo, isto o barraria)"}

func (p Printer) placeTitle(v PlaceView) string {
	switch v.State {
	case PlaceMisplaced:
		return p.misplacedTitle(v)
	case PlaceUnlinked:
		if v.Named > 0 {
			return fmt.Sprintf(p.say(both{"#%d is no open deliverable%s", "#%d não é uma entrega aberta%s"}), v.Named, p.choices(v.Open))
		}
		return p.say(both{"Name the deliverable: write `Deliverable: #N` in the description", "Diga qual é a entrega: escreva `Entrega: #N` na descrição"}) + p.choices(v.Open)
	case PlaceFree:
		return p.say(both{"Nothing here needs a deliverable", "Nada aqui precisa de uma entrega"})
	case PlaceBot:
		return p.say(both{"A bot's pull request needs no deliverable", "O pull request de um bot não precisa de entrega"})
	case PlaceTooMany:
		if v.Why == listShort {
			return p.say(both{"GitHub does not list all of it at the moment: looked at again within the hour", "O GitHub não lista tudo no momento: olhado de novo dentro de uma hora"})
		}
		return p.say(both{"Larger than GitHub lists: split this pull request", "Maior do que o GitHub lista: divida este pull request"})
	case PlaceDoubtful:
		return fmt.Sprintf(p.say(both{"Waiting: the phase of #%d is being read again", "Aguardando: a fase de #%d está sendo lida de novo"}), v.Named)
	case PlaceShared:
		return fmt.Sprintf(p.say(both{"Same newest commit as %s: push a commit of its own here, or close one", "Mesmo último commit de %s: envie um commit próprio aqui, ou feche um"}), p.list(numbered(v.Sharing)))
	}
	title := fmt.Sprintf(p.say(both{"Everything here may change now: %s", "Tudo aqui pode mudar agora: %s"}), p.standing(v.Deliverables))
	if v.Guessed {
		title += p.say(both{", the only open deliverable", ", a única entrega aberta"})
	}
	if len(v.Hotfixed) > 0 {
		title += p.say(both{" (hotfix)", " (correção urgente)"})
	}
	return title
}

func (p Printer) misplacedTitle(v PlaceView) string {
	paths := misplacedPaths(v)
	where := p.standing(slices.DeleteFunc(slices.Clone(v.Deliverables), func(d PlacedView) bool {
		return !slices.ContainsFunc(v.Misplaced, func(m MisplacedView) bool { return m.Number == d.Number })
	}))
	if len(paths) == 1 {
		return fmt.Sprintf(p.say(both{"%s may not change now: %s", "%s não pode mudar agora: %s"}), markdown.Truncate(paths[0], 80), where)
	}
	return fmt.Sprintf(p.say(both{"%d files may not change now: %s", "%d arquivos não podem mudar agora: %s"}), len(paths), where)
}

func misplacedPaths(v PlaceView) []string {
	var paths []string
	for _, m := range v.Misplaced {
		paths = append(paths, m.Path)
	}
	return unique(paths)
}

// choices are the open deliverables, for a title.
func (p Printer) choices(open []PlacedView) string {
	if len(open) == 0 {
		return p.say(both{"; none is open", "; nenhuma está aberta"})
	}
	shown, more := few(open, 5)
	var words []string
	for _, d := range shown {
		words = append(words, fmt.Sprintf("#%d %s", d.Number, markdown.Truncate(d.Title, 40)))
	}
	if more > 0 {
		words = append(words, p.more(more))
	}
	return p.say(both{" (open: ", " (abertas: "}) + strings.Join(words, ", ") + ")"
}

// standing says in which phases the deliverables are: "#3 is in Development".
func (p Printer) standing(ds []PlacedView) string {
	var words []string
	shown, more := few(ds, 5)
	for _, d := range shown {
		words = append(words, fmt.Sprintf(p.say(both{"#%d is in %s", "#%d está em %s"}), d.Number, Phase(p.Lang, d.Phase)))
	}
	if more > 0 {
		words = append(words, p.more(more))
	}
	return List(p.Lang, words)
}

func (p Printer) placeSummary(v PlaceView) string {
	var b strings.Builder
	switch v.State {
	case PlaceMisplaced:
		p.misplacedSummary(&b, v)
	case PlaceUnlinked:
		b.WriteString(p.say(both{
			"**To do, for the author:** write a line `Deliverable: #N` into the description of this pull request, with the number of the deliverable it is for. This check then looks again by itself.\n",
			"**A fazer, para quem abriu:** escreva uma linha `Entrega: #N` na descrição deste pull request, com o número da entrega a que ele serve. Esta verificação olha de novo sozinha.\n"}))
		p.placedTable(&b, v.Open, both{"Open deliverable", "Entrega aberta"})
		b.WriteString(p.say(both{"\nDoes it belong to none? Open a deliverable first: that is where the problem behind the work is written down.\n", "\nNão pertence a nenhuma? Abra antes uma entrega: é lá que o problema por trás do trabalho fica escrito.\n"}))
	case PlaceFree:
		b.WriteString(p.say(both{"**Nothing to do.** Here are only tests, guidelines, the rules and the like, which may change in every phase.\n", "**Nada a fazer.** Aqui só há testes, diretrizes, as regras e afins, que podem mudar em qualquer fase.\n"}))
	case PlaceBot:
		b.WriteString(p.say(both{"**Nothing to do.** Its author is on the config's list `bots:`, and nobody else wrote a commit of it. Reviews are asked for all the same.\n", "**Nada a fazer.** Quem o abriu está na lista `bots:` da configuração, e ninguém mais escreveu um commit dele. As revisões são pedidas assim mesmo.\n"}))
	case PlaceTooMany:
		if v.Why == listShort {
			fmt.Fprintf(&b, p.say(both{"**Nothing to do.** What is not listed cannot be judged: %s. This check looks again by itself.\n", "**Nada a fazer.** O que não é listado não pode ser julgado: %s. Esta verificação olha de novo sozinha.\n"}), p.unread(v.Why))
			break
		}
		fmt.Fprintf(&b, p.say(both{"**To do, for the author:** split it into smaller ones: %s. What is not listed cannot be judged.\n", "**A fazer, para quem abriu:** divida-o em outros menores: %s. O que não é listado não pode ser julgado.\n"}), p.unread(v.Why))
	case PlaceDoubtful:
		fmt.Fprintf(&b, p.say(both{"**Nothing to do.** Somebody edited Phasegate's comment on #%d, so it is not believed. It is being made again from the records; this check then looks again by itself.\n", "**Nada a fazer.** Alguém editou o comentário do Phasegate em #%d, por isso ele não vale. Está sendo refeito a partir dos registros; depois esta verificação olha de novo sozinha.\n"}), v.Named)
	case PlaceShared:
		fmt.Fprintf(&b, p.say(both{"**To do, for the author:** a check stands on a commit, and this commit is also the newest one of %s. Push a commit of its own to one of them, or close one.\n", "**A fazer, para quem abriu:** uma verificação fica em um commit, e este commit é também o último de %s. Envie um commit próprio a um deles, ou feche um.\n"}), p.list(numbered(v.Sharing)))
	default:
		b.WriteString(p.say(both{"**Nothing to do.** Every file of this pull request may change in this phase.\n", "**Nada a fazer.** Todo arquivo deste pull request pode mudar nesta fase.\n"}))
		p.placedTable(&b, v.Deliverables, both{"Deliverable", "Entrega"})
		p.hotfixed(&b, v)
	}
	return b.String()
}

func (p Printer) misplacedSummary(b *strings.Builder, v PlaceView) {
	if len(v.Misplaced) == 1 {
		b.WriteString(p.say(both{"**To do, for the author:** take this file out of this pull request. Open a separate one for it once the deliverable is in a phase in which it may change.\n\n", "**A fazer, para quem abriu:** retire este arquivo deste pull request. Abra outro para ele quando a entrega estiver em uma fase em que pode mudar.\n\n"}))
	} else {
		b.WriteString(p.say(both{"**To do, for the author:** take these files out of this pull request. Open a separate one for them once the deliverable is in a phase in which they may change.\n\n", "**A fazer, para quem abriu:** retire estes arquivos deste pull request. Abra outro para eles quando a entrega estiver em uma fase em que podem mudar.\n\n"}))
	}
	b.WriteString(markdown.Row(p.say(both{"File", "Arquivo"}), p.say(both{"Phases in which it may change", "Fases em que pode mudar"}), p.say(both{"Deliverable, and where it is", "Entrega, e onde está"})) + "\n|---|---|---|\n")
	shown, more := few(v.Misplaced, max(p.cut.lists, 0))
	if p.cut.lists == 0 {
		shown, more = few(v.Misplaced, 100)
	}
	for _, m := range shown {
		b.WriteString(markdown.Row(markdown.CodeCell(m.Path), p.phases(m.Allowed), fmt.Sprintf(p.say(both{"#%d, in %s", "#%d, em %s"}), m.Number, Phase(p.Lang, m.Phase))) + "\n")
	}
	if more > 0 {
		b.WriteString(markdown.Row(p.more(more), "", "") + "\n")
	}
	b.WriteString("\n")
	if n, next, ok := v.nextStep(); ok {
		fmt.Fprintf(b, p.say(both{
			"- Is #%d ready for its next phase? Anybody with a role asks for that with a comment there: `/advance %s`. This check then looks again by itself.\n",
			"- #%d está pronta para a próxima fase? Quem tem um papel pede isso com um comentário lá: `/avancar %s`. Depois esta verificação olha de novo sozinha.\n"}), n, strings.ToLower(Phase(p.Lang, next)))
	}
	b.WriteString(p.say(both{
		"- Whoever is asked by `phasegate/roles` only for what must leave can wait: a yes does not go along to another pull request.\n",
		"- Quem `phasegate/roles` consulta só sobre o que deve sair pode esperar: um sim não passa para outro pull request.\n"}))
	for _, d := range v.Deliverables {
		if d.Live && v.Hotfix == "" {
			b.WriteString(p.say(both{"- Something is broken in production? A line `Hotfix: <reason>` in the description allows `deploy/`, `serving/` and `monitoring/` in every phase. Reviews are needed all the same.\n", "- Algo quebrou em produção? Uma linha `Hotfix: <motivo>` na descrição permite `deploy/`, `serving/` e `monitoring/` em qualquer fase. As revisões são pedidas assim mesmo.\n"}))
			break
		}
	}
}

// nextStep is the phase in which everything may change that may not now, if it is the one after that in which the
// deliverable is; false where there are several deliverables, or a further way to go.
func (v PlaceView) nextStep() (number int, next lifecycle.Phase, ok bool) {
	for i, m := range v.Misplaced {
		after, has := m.Phase.Next()
		if !has || !slices.Contains(m.Allowed, after) || i > 0 && m.Number != number {
			return 0, "", false
		}
		number, next = m.Number, after
	}
	return number, next, len(v.Misplaced) > 0
}

func (p Printer) phases(phases []lifecycle.Phase) string {
	var words []string
	for _, ph := range phases {
		words = append(words, Phase(p.Lang, ph))
	}
	if len(words) == 0 {
		return p.say(both{"no phase", "nenhuma fase"})
	}
	return Either(p.Lang, words)
}

func (p Printer) placedTable(b *strings.Builder, ds []PlacedView, head both) {
	if len(ds) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n|---|---|\n", markdown.Row(p.say(head), p.say(both{"Phase", "Fase"})))
	shown, more := few(ds, 30)
	for _, d := range shown {
		phase := Phase(p.Lang, d.Phase)
		if d.Live {
			phase += p.say(both{", a version is live", ", uma versão está em produção"})
		}
		b.WriteString(markdown.Row(fmt.Sprintf("#%d %s", d.Number, p.title(d.Title)), phase) + "\n")
	}
	if more > 0 {
		b.WriteString(markdown.Row(p.more(more), "") + "\n")
	}
}

func (p Printer) hotfixed(b *strings.Builder, v PlaceView) {
	if len(v.Hotfixed) == 0 {
		return
	}
	fmt.Fprintf(b, p.say(both{"\n**Hotfix** of what is live: \"%s\". Only for that reason these may change now: %s. The next review meeting lists it.\n", "\n**Correção urgente** do que está em produção: \"%s\". Só por isso estes podem mudar agora: %s. Ela aparece na próxima reunião de revisão.\n"}),
		p.text(v.Hotfix, 200), p.names(codes(v.Hotfixed)))
}

// unread is why something could not be read, in words.
func (p Printer) unread(why string) string {
	return unread(p.Lang, why, func(s string) string { return p.text(s, 300) })
}

// MisplacedNote is the annotation at a file that may not change now.
func (p Printer) MisplacedNote(m MisplacedView) string {
	return fmt.Sprintf(p.say(both{"Allowed in %s; #%d is in %s.", "Permitido em %s; #%d está em %s."}), p.phases(m.Allowed), m.Number, Phase(p.Lang, m.Phase))
}

// Ended writes what a check says of a pull request that was closed and not merged.
func (p Printer) Ended(number int) CheckText {
	return CheckText{
		Title: fmt.Sprintf(p.say(both{"#%d was closed without being merged", "#%d foi fechado sem merge"}), number),
		Summary: fmt.Sprintf(p.say(both{"What was approved here was approved for #%d, and counts for no other pull request with this commit. If it is opened again, it counts again.\n",
			"O que foi aprovado aqui foi aprovado para #%d e não vale para outro pull request com este commit. Se ele for reaberto, volta a valer.\n"}), number),
	}
}
