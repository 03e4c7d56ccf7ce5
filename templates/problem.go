package templates

import (
	"fmt"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// ProblemView is all that a bigger problem's board shows.
type ProblemView struct {
	Title        string // untrusted
	Answered     [2]bool
	Deliverables []BoardDeliverable
	Goals        int
	Guardrails   int
	MetricErrors []string // untrusted
	Support      []BoardSupport
	Data         []DataView
	Delegations  []BoardDelegation
	Moves        []BoardMove  // the decision log, newest first
	Readings     []ManualView // the newest of each metric that people report
	Note         *NoteView    // of who last found the problem still true; nil for nobody
	Rebuilt      bool
	ConfigError  bool

	ConfigProblem string // untrusted, as in [DeliverableView]
}

// BoardDeliverable is a deliverable on the board.
type BoardDeliverable struct {
	Number  int
	Title   string // untrusted
	Phase   lifecycle.Phase
	Asked   bool     // its next step was asked for
	Blocked bool     // by an objection or something missing
	Awaited []string // of the two throughout-roles

	NotReviewed bool  // its work is older than its gates
	Incidents   []int // open ones
}

// ManualView is the newest value that a person reported of a metric.
type ManualView struct {
	Metric string // untrusted, like Unit
	Value  string // digits
	Unit   string
	Target string
	Month  string // YYYY-MM
	By     string
}

// NoteView is what somebody noted who found a context still true.
type NoteView struct {
	By   string
	At   time.Time
	Text string // untrusted
}

// BoardSupport is an open support problem: the deliverable it stands in the way of, and who is on it.
type BoardSupport struct {
	Deliverable, Number int
	People              []string
}

// BoardDelegation is a role that is lent.
type BoardDelegation struct {
	Role     lifecycle.Role
	From, To string
	Until    string // last day, YYYY-MM-DD
}

var boardQuestions = [6]both{
	{"What is the bigger problem?", "Qual é o problema maior?"},
	{"What does solving it require?", "O que esse problema maior precisa de solução?"},
	{"Which deliverables make up the solution?", "Quais entregas são necessárias para entregar a solução?"},
	{"Which metrics let us follow the deliverables?", "Quais são as métricas para que possamos acompanhar as entregas?"},
	{"Which smaller problems come with each deliverable, and who is on them?", "Para cada entrega, quais problemas menores surgem e quem está envolvido em cada?"},
	{"Which data is needed?", "Quais são os dados necessários?"},
}

// Problem writes the visible part of a bigger problem's sticky: the six questions with today's answers.
func (p Printer) Problem(v ProblemView) string {
	return p.fit(func(p Printer) string { return p.problem(v) })
}

func (p Printer) problem(v ProblemView) string {
	var b strings.Builder
	p.problemHeadline(&b, v)
	p.notes(&b, DeliverableView{Rebuilt: v.Rebuilt, ConfigError: v.ConfigError, ConfigProblem: v.ConfigProblem})
	b.WriteString(p.say(both{"| Question | Today |\n|---|---|\n", "| Pergunta | Hoje |\n|---|---|\n"}))
	answers := [6]string{p.answered(v.Answered[0]), p.answered(v.Answered[1]), p.boardDeliverables(v), p.boardMetrics(v), p.boardSupport(v), p.boardData(v)}
	for i, q := range boardQuestions {
		fmt.Fprintf(&b, "| %s | %s |\n", p.say(q), answers[i])
	}
	shown, more := few(v.Delegations, p.cut.lists)
	for _, d := range shown {
		fmt.Fprintf(&b, p.say(both{"\n%s answers as %s for %s until %s.\n", "\n%s responde como %s por %s até %s.\n"}), markdown.Text(d.To), Role(p.Lang, d.Role), markdown.Text(d.From), d.Until)
	}
	if more > 0 {
		b.WriteString("\n" + p.more(more) + "\n")
	}
	if n := v.Note; n != nil {
		fmt.Fprintf(&b, p.say(both{"\n%s found this still true on %s: “%s”\n", "\n%s confirmou que isto continua certo em %s: “%s”\n"}), markdown.Text(n.By), p.date(n.At), p.text(n.Text, 300))
	}
	p.moves(&b, v.Moves)
	return b.String()
}

// problemHeadline says what is most in need of somebody: an error, an open question, a waiting gate.
func (p Printer) problemHeadline(b *strings.Builder, v ProblemView) {
	title := "*" + p.title(v.Title) + "*"
	waiting := 0
	for _, d := range v.Deliverables {
		if d.Asked {
			waiting++
		}
	}
	switch {
	case len(v.MetricErrors) > 0:
		alert(b, "WARNING", fmt.Sprintf(p.say(both{"**The metric table of %s needs a correction** by whoever can edit the text above.", "**A tabela de métricas de %s precisa de correção** por quem pode editar o texto acima."}), title))
	case !v.Answered[0] || !v.Answered[1]:
		alert(b, "IMPORTANT", fmt.Sprintf(p.say(both{"**%s still lacks an answer** to the first questions; no deliverable can move before.", "**Falta responder** às primeiras perguntas de %s; nenhuma entrega avança antes."}), title))
	case len(v.Deliverables) == 0:
		alert(b, "NOTE", fmt.Sprintf(p.say(both{"**%s has no deliverable yet.** Next: open an issue of the form *Deliverable* that names this one as its parent.", "**%s ainda não tem entrega.** A seguir: abra uma issue com o formulário *Entrega* que pertença a esta."}), title))
	case waiting > 0:
		alert(b, "NOTE", fmt.Sprintf(p.say(both{"**%s:** deliverables that wait for somebody's yes: %d of %d. Open them below to answer.", "**%s:** entregas que aguardam o sim de alguém: %d de %d. Abra-as abaixo para responder."}), title, waiting, len(v.Deliverables)))
	default:
		alert(b, "NOTE", fmt.Sprintf(p.say(both{"**%s:** nobody's yes is awaited today.", "**%s:** hoje não se aguarda o sim de ninguém."}), title))
	}
}

func (p Printer) none() string { return p.say(both{"none yet", "nada ainda"}) }

func (p Printer) answered(ok bool) string {
	if ok {
		return p.say(both{"answered above", "respondida acima"})
	}
	return p.say(both{"**not answered**", "**sem resposta**"})
}

// lines joins what stands in one cell; nothing is said as such.
func (p Printer) lines(words []string) string {
	if len(words) == 0 {
		return p.none()
	}
	shown, more := few(words, p.cut.lists)
	if more > 0 {
		shown = append(shown, p.more(more))
	}
	return strings.Join(shown, "<br>")
}

func (p Printer) boardDeliverables(v ProblemView) string {
	var out []string
	for _, d := range v.Deliverables {
		line := fmt.Sprintf("#%d %s: **%s**", d.Number, p.title(d.Title), Phase(p.Lang, d.Phase))
		switch {
		case d.Asked && d.Blocked:
			line += p.say(both{", next step held up", ", próxima etapa parada"})
		case d.Asked && len(d.Awaited) == 0:
			line += p.say(both{", next step waits for technical roles", ", próxima etapa aguarda papéis técnicos"})
		case d.Asked:
			line += fmt.Sprintf(p.say(both{", next step waits for %s", ", próxima etapa aguarda %s"}), p.list(escaped(d.Awaited)))
		}
		for _, n := range d.Incidents {
			line += fmt.Sprintf(p.say(both{", **incident #%d open**", ", **incidente #%d aberto**"}), n)
		}
		if d.NotReviewed {
			line += p.say(both{", earlier steps not reviewed (existing work)", ", etapas anteriores não revisadas (trabalho existente)"})
		}
		out = append(out, line)
	}
	return p.lines(out)
}

func (p Printer) boardMetrics(v ProblemView) string {
	if len(v.MetricErrors) > 0 {
		var errors []string
		for _, e := range v.MetricErrors {
			errors = append(errors, p.text(e, 300))
		}
		return p.say(both{"**error:** ", "**erro:** "}) + p.lines(errors)
	}
	if v.Goals+v.Guardrails == 0 {
		return p.none()
	}
	out := []string{p.count(v.Goals, both{"goal", "meta"}) + ", " + p.count(v.Guardrails, both{"limit", "limite"})}
	for _, r := range v.Readings {
		out = append(out, p.reading(r))
	}
	return p.lines(out)
}

// reading is a value that somebody reported, with the target it is to meet.
func (p Printer) reading(r ManualView) string {
	value := r.Value
	if r.Unit != "" && r.Unit != "ratio" {
		value += " " + p.text(r.Unit, 40)
	}
	return fmt.Sprintf(p.say(both{"%s: %s in %s, target %s (%s)", "%s: %s em %s, meta %s (%s)"}), p.text(r.Metric, 100), value, markdown.Text(Month(p.Lang, r.Month)), markdown.Text(r.Target), markdown.Text(r.By))
}

func (p Printer) count(n int, one both) string {
	if n == 1 {
		return "1 " + p.say(one)
	}
	return fmt.Sprintf("%d %ss", n, p.say(one))
}

func (p Printer) boardSupport(v ProblemView) string {
	var out []string
	for _, s := range v.Support {
		people := p.say(both{"**nobody yet**", "**ninguém ainda**"})
		if len(s.People) > 0 {
			people = p.names(escaped(s.People))
		}
		out = append(out, fmt.Sprintf("#%d → #%d → %s", s.Deliverable, s.Number, people))
	}
	return p.lines(out)
}

func (p Printer) boardData(v ProblemView) string {
	var out []string
	for _, d := range v.Data {
		out = append(out, p.data(d))
	}
	return p.lines(out)
}
