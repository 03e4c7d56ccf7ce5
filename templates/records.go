package templates

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// Request writes the comment that asks people to look: those who are awaited are mentioned, carried
// answers are listed by name.
func (p Printer) Request(v DeliverableView) string {
	return p.fit(func(p Printer) string { return p.request(v) })
}

func (p Printer) request(v DeliverableView) string {
	var b strings.Builder
	fmt.Fprintf(&b, p.say(both{"**%s: please look.** *%s* wants to move from %s to %s. Asked by %s.\n\n", "**%s: por favor, olhem.** *%s* quer passar de %s para %s. Pedido por %s.\n\n"}),
		p.awaited(v), p.title(v.Title), Phase(p.Lang, v.Gate.From()), Phase(p.Lang, v.Gate.To()), markdown.Text(v.Requester))
	p.asked(&b, v)
	if len(v.Told) > 0 {
		fmt.Fprintf(&b, p.say(both{"Told, and free to object: %s.\n\n", "Avisados, e livres para objetar: %s.\n\n"}), p.list(escaped(v.Told)))
	}
	p.waived(&b, v)
	p.howToAnswer(&b, v)
	return b.String()
}

// asked lists whose answer is needed, with their questions, and whose stands already. Unlike the
// sticky's table it stays true: a request is not edited.
func (p Printer) asked(b *strings.Builder, v DeliverableView) {
	b.WriteString(p.say(both{"| Who | Question |\n|---|---|\n", "| Quem | Pergunta |\n|---|---|\n"}))
	for _, s := range v.Seats {
		if s.State == AnswerNeeded {
			fmt.Fprintf(b, "| %s | %s |\n", p.whoSits(s), p.question(v, s.Seat))
		}
	}
	b.WriteString("\n")
	for _, s := range v.Seats {
		if s.State != AnswerNeeded {
			fmt.Fprintf(b, "- %s: %s\n", p.whoSits(s), p.answer(s))
		}
	}
	if slices.ContainsFunc(v.Seats, func(s SeatView) bool { return s.State != AnswerNeeded }) {
		b.WriteString("\n")
	}
}

// PassedView is a gate that passed.
type PassedView struct {
	Title string // untrusted
	Gate  lifecycle.Gate
	Seats []SeatView
	Self  bool
	Needed,
	People int
	Renewal bool   // the gate was confirmed, nothing moved
	Until   string // last day on which it holds, YYYY-MM-DD; "" where it does not end
	Waived  []WaivedView
	Risk    lifecycle.Risk
}

// Passed writes the record of a passed gate: who said yes, as what, when.
func (p Printer) Passed(v PassedView) string {
	return p.fit(func(p Printer) string { return p.passed(v) })
}

func (p Printer) passed(v PassedView) string {
	var b strings.Builder
	text := both{"**%s moved from %s to %s.** Approved by:\n\n", "**%s passou de %s para %s.** Aprovado por:\n\n"}
	if v.Self {
		text = both{"**%s moved from %s to %s, self-reviewed:** one person holds every role.\n\n", "**%s passou de %s para %s, autorrevisado:** uma pessoa tem todos os papéis.\n\n"}
	}
	if v.Renewal {
		fmt.Fprintf(&b, p.say(both{"**%s is confirmed in production.** Confirmed by:\n\n", "**%s está confirmado em produção.** Confirmado por:\n\n"}), p.title(v.Title))
	} else {
		fmt.Fprintf(&b, p.say(text), p.title(v.Title), Phase(p.Lang, v.Gate.From()), Phase(p.Lang, v.Gate.To()))
	}
	for _, s := range v.Seats {
		fmt.Fprintf(&b, "- %s: %s\n", p.whoSits(s), p.answer(s))
	}
	if v.People < len(v.Seats) && !v.Self {
		fmt.Fprintf(&b, p.say(both{"\n%d people for %d roles.\n", "\n%d pessoas para %d papéis.\n"}), v.People, len(v.Seats))
	}
	if v.Until != "" {
		fmt.Fprintf(&b, p.say(both{"\nValid until %s; then it is asked whether it is still right.\n", "\nVale até %s; depois se pergunta se continua certo.\n"}), p.day(v.Until))
	}
	if len(v.Waived) > 0 {
		b.WriteString("\n")
		p.waived(&b, DeliverableView{Waived: v.Waived})
	}
	return b.String()
}

// ReturnedRecord is a deliverable that went back.
type ReturnedRecord struct {
	ReturnView
	Title   string   // untrusted
	Mention []string // logins told: the throughout-roles and who looks again
}

// Returned writes the record of a return.
func (p Printer) Returned(v ReturnedRecord) string {
	return p.fit(func(p Printer) string { return p.returned(v) })
}

func (p Printer) returned(v ReturnedRecord) string {
	var b strings.Builder
	var told []string
	for _, login := range v.Mention {
		told = append(told, "@"+login)
	}
	fmt.Fprintf(&b, p.say(both{"**%s went back from %s to %s.** Cause: %s.\n\n", "**%s voltou de %s para %s.** Causa: %s.\n\n"}),
		p.title(v.Title), Phase(p.Lang, v.From), Phase(p.Lang, v.To), Cause(p.Lang, v.Cause))
	fmt.Fprintf(&b, p.say(both{"%s wrote: “%s”\n\n", "%s escreveu: “%s”\n\n"}), markdown.Text(v.By), p.text(v.Reason, 1000))
	var fresh []string
	for _, role := range v.Fresh {
		fresh = append(fresh, A(p.Lang, role))
	}
	fmt.Fprintf(&b, p.say(both{"- **Told:** %s\n- **Looks again at the next step:** %s\n", "- **Avisados:** %s\n- **Olha de novo na próxima etapa:** %s\n"}), p.list(told), List(p.Lang, fresh))
	if _, ok := renewTexts[v.Cause]; ok {
		fmt.Fprintf(&b, "- **%s** %s\n", p.say(both{"Before it goes forward:", "Antes de seguir:"}), p.renewal(GapView{Cause: v.Cause}))
	}
	b.WriteString(p.say(both{"- Nothing is lost: what is done stays, and other answers stand while nothing they were about changes.\n", "- Nada se perde: o que está feito fica, e as outras respostas valem enquanto nada do que tratavam mudar.\n"}))
	return b.String()
}

// ChangeView is one thing that changed under an approval.
type ChangeView struct {
	What     string // the item's name, one of checks.Item's values
	Old, New string // untrusted; one empty where something was taken out or is new, both where only the fact of the change is known
}

var itemNames = map[string]both{
	"metrics":    {"metric table", "tabela de métricas"},
	"budget":     {"budget", "orçamento"},
	"context":    {"context, added value or business requirements", "contexto, valor agregado ou requisitos de negócio"},
	"processing": {"data processing", "processamento de dados"},
	"data":       {"data requirements", "dados necessários"},
	"problem":    {"bigger problem", "problema maior"},
	"experiment": {"adopted experiment", "experimento adotado"},
	"report":     {"metric report", "relatório de métricas"},
	"code":       {"code that serves it", "código que o serve"},
	"infra":      {"infrastructure", "infraestrutura"},
	"monitoring": {"monitoring code", "código de monitoramento"},
}

// Void writes that what was approved has changed, to those who must look again.
func (p Printer) Void(again []string, changes []ChangeView) string {
	return p.fit(func(p Printer) string { return p.void(again, changes) })
}

func (p Printer) void(again []string, changes []ChangeView) string {
	var b strings.Builder
	var names, what []string
	for _, login := range again {
		names = append(names, "@"+login)
	}
	for _, c := range changes {
		what = append(what, itemNames[c.What].in(p.Lang))
	}
	fmt.Fprintf(&b, p.say(both{"**%s: what you approved has changed (%s). Please look again.**\n\n", "**%s: o que você aprovou mudou (%s). Por favor, revise.**\n\n"}), p.list(names), List(p.Lang, what))
	for _, c := range changes {
		name, old, now := itemNames[c.What].in(p.Lang), p.text(c.Old, 400), p.text(c.New, 400)
		switch {
		case old != "" && now != "":
			fmt.Fprintf(&b, "- %s: “%s” → “%s”\n", name, old, now)
		case old != "":
			fmt.Fprintf(&b, p.say(both{"- %s, taken out: “%s”\n", "- %s, retirado: “%s”\n"}), name, old)
		case now != "":
			fmt.Fprintf(&b, p.say(both{"- %s, new: “%s”\n", "- %s, novo: “%s”\n"}), name, now)
		}
	}
	fmt.Fprintf(&b, p.say(both{"\nA new comment with `%s` says yes to what stands there now.\n", "\nUm novo comentário com `%s` diz sim ao que está lá agora.\n"}), commandName(p.Lang, lifecycle.Approve))
	return b.String()
}

// LabelUndone explains, once, why a label that a person changed was put back.
func (p Printer) LabelUndone(login, label string, added bool) string {
	text := both{"%s was taken off again, %s: labels of Phasegate show what the records say, and nobody sets them by hand.", "%s foi retirado, %s: as etiquetas do Phasegate mostram o que dizem os registros, e ninguém as põe à mão."}
	if !added {
		text = both{"%s was put back, %s: labels of Phasegate show what the records say, and nobody removes them by hand.", "%s foi recolocado, %s: as etiquetas do Phasegate mostram o que dizem os registros, e ninguém as tira à mão."}
	}
	undone := fmt.Sprintf(p.say(text), markdown.Code(label), markdown.Text(login)) + "\n\n"
	if label == lifecycle.ContextStale {
		return undone + fmt.Sprintf(p.say(both{"It goes off by itself once somebody edits the text above, or writes a new comment: `%s`\n", "Ela sai sozinha quando alguém edita o texto acima, ou escreve um novo comentário: `%s`\n"}), commandName(p.Lang, lifecycle.Reviewed))
	}
	return undone + fmt.Sprintf(p.say(both{"To move it, write a new comment: `%s` and the phase, or `%s` with phase, cause and reason.\n", "Para mover, escreva um novo comentário: `%s` e a fase, ou `%s` com fase, causa e motivo.\n"}),
		commandName(p.Lang, lifecycle.Advance), commandName(p.Lang, lifecycle.Return))
}

// DataStickyView is all that a data requirement's sticky shows.
type DataStickyView struct {
	Title     string // untrusted
	Validated bool
	At        time.Time
	Seats     []SeatView
	Used      []int // deliverables that use it
	Rebuilt   bool

	ConfigError   bool
	ConfigProblem string // untrusted, as in [DeliverableView]
}

// Data writes the visible part of a data requirement's sticky.
func (p Printer) Data(v DataStickyView) string {
	return p.fit(func(p Printer) string { return p.dataSticky(v) })
}

func (p Printer) dataSticky(v DataStickyView) string {
	var b strings.Builder
	title := "*" + p.title(v.Title) + "*"
	if v.Validated {
		alert(&b, "TIP", fmt.Sprintf(p.say(both{"**%s is validated** since %s.", "**%s está validado** desde %s."}), title, p.date(v.At)))
	} else {
		alert(&b, "IMPORTANT", fmt.Sprintf(p.say(both{"**Still needed: %s.** %s can be relied on once both questions have a yes.", "**Ainda falta: %s.** %s só pode ser usado quando as duas perguntas tiverem um sim."}),
			p.awaited(DeliverableView{Seats: v.Seats}), title))
	}
	p.notes(&b, DeliverableView{Rebuilt: v.Rebuilt, ConfigError: v.ConfigError, ConfigProblem: v.ConfigProblem})
	b.WriteString(p.say(both{"| Who | Question | Answer |\n|---|---|---|\n", "| Quem | Pergunta | Resposta |\n|---|---|---|\n"}))
	for _, s := range v.Seats {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", p.whoSits(s), DataQuestion(p.Lang, s.Seat), p.answer(s))
	}
	b.WriteString("\n")
	if !v.Validated {
		fmt.Fprintf(&b, p.say(both{"**To answer, write a new comment below:** `%s` for yes. If something is wrong, say what; an edit of the text above is asked about again.\n\n", "**Para responder, escreva um novo comentário abaixo:** `%s` para sim. Se algo está errado, diga o quê; uma mudança no texto acima é perguntada de novo.\n\n"}), commandName(p.Lang, lifecycle.Approve))
	}
	var used []string
	for _, n := range v.Used {
		used = append(used, fmt.Sprintf("#%d", n))
	}
	if len(used) == 0 {
		b.WriteString(p.say(both{"Used by no deliverable yet.\n", "Nenhuma entrega usa ainda.\n"}))
	} else {
		fmt.Fprintf(&b, p.say(both{"Used by %s.\n", "Usado por %s.\n"}), p.list(used))
	}
	return b.String()
}
