package templates

import (
	"fmt"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// The records of what people decide out of the ordinary. Each says what holds now, who decided it and why.

// BeganView is existing work that began in a later phase.
type BeganView struct {
	Title  string // untrusted
	To     lifecycle.Phase
	By     string
	Reason string // untrusted
}

// Began writes the record of a `/start`.
func (p Printer) Began(v BeganView) string {
	return p.fit(func(p Printer) string {
		var b strings.Builder
		fmt.Fprintf(&b, p.say(both{"**%s begins in %s: it is existing work.** Said by %s.\n\n", "**%s começa em %s: é trabalho existente.** Dito por %s.\n\n"}), p.title(v.Title), Phase(p.Lang, v.To), markdown.Text(v.By))
		p.because(&b, v.Reason)
		for _, g := range lifecycle.Gates {
			if g.To().Index() <= v.To.Index() {
				fmt.Fprintf(&b, "- %s → %s: %s\n", Phase(p.Lang, g.From()), Phase(p.Lang, g.To()), p.notReviewed())
			}
		}
		return b.String()
	})
}

func (p Printer) notReviewed() string {
	return p.say(both{"not reviewed (existing work)", "não revisado (trabalho existente)"})
}

// because quotes a reason.
func (p Printer) because(b *strings.Builder, reason string) {
	fmt.Fprintf(b, p.say(both{"Reason: “%s”\n\n", "Motivo: “%s”\n\n"}), p.text(reason, 1000))
}

// deciders names who decided: one person, or a stakeholder together with a validator.
func (p Printer) deciders(by, with string) string {
	if with == "" {
		return markdown.Text(by)
	}
	return p.list([]string{markdown.Text(by), markdown.Text(with)})
}

// RiskView is a change of the risk.
type RiskView struct {
	Title    string // untrusted
	From, To lifecycle.Risk
	By, With string
	Reason   string // untrusted
}

// RiskChanged writes the record of a `/risk`.
func (p Printer) RiskChanged(v RiskView) string {
	return p.fit(func(p Printer) string {
		var b strings.Builder
		fmt.Fprintf(&b, p.say(both{"**%s: now %s, before %s.** Decided by %s.\n\n", "**%s: agora %s, antes %s.** Decidido por %s.\n\n"}), p.title(v.Title), Risk(p.Lang, v.To), Risk(p.Lang, v.From), p.deciders(v.By, v.With))
		p.because(&b, v.Reason)
		text := map[lifecycle.Risk]both{
			lifecycle.Low:      {"From now on a step needs the business stakeholder and any one technical role.", "A partir de agora uma etapa precisa da parte interessada do negócio e de um papel técnico qualquer."},
			lifecycle.Standard: {"From now on a step needs the four roles of its table.", "A partir de agora uma etapa precisa dos quatro papéis da sua tabela."},
			lifecycle.High:     {"From now on a step needs the four roles of its table and a validator, each another person.", "A partir de agora uma etapa precisa dos quatro papéis da sua tabela e de um validador, cada um outra pessoa."},
		}[v.To]
		b.WriteString(p.say(text) + "\n")
		return b.String()
	})
}

// WaiverView is something that may be missing until a day.
type WaiverView struct {
	Title    string // untrusted
	Artefact string // in words
	Until    string // last day, YYYY-MM-DD
	By, With string
	Reason   string // untrusted
}

// Waived writes the record of a `/waive`.
func (p Printer) Waived(v WaiverView) string {
	return p.fit(func(p Printer) string {
		var b strings.Builder
		fmt.Fprintf(&b, p.say(both{"**%s: “%s” may be missing until %s.** Waived by %s.\n\n", "**%s: “%s” pode faltar até %s.** Dispensado por %s.\n\n"}), p.title(v.Title), v.Artefact, p.day(v.Until), p.deciders(v.By, v.With))
		p.because(&b, v.Reason)
		b.WriteString(p.say(both{"It is shown as waived wherever the step is shown. After that day the next request needs it again.\n", "Aparece como dispensado onde a etapa aparece. Depois desse dia o próximo pedido precisa disso de novo.\n"}))
		return b.String()
	})
}

// OverruleView is an objection that was set aside.
type OverruleView struct {
	Title     string // untrusted
	Of        string // whose objection
	Objection string // untrusted
	By, With  string
	Reason    string // untrusted
}

// Overruled writes the record of an objection that was set aside.
func (p Printer) Overruled(v OverruleView) string {
	return p.fit(func(p Printer) string {
		var b strings.Builder
		fmt.Fprintf(&b, p.say(both{"**The objection of %s no longer stops %s.** Overruled by %s.\n\n", "**A objeção de %s não para mais %s.** Anulada por %s.\n\n"}), markdown.Text(v.Of), p.title(v.Title), p.deciders(v.By, v.With))
		p.because(&b, v.Reason)
		fmt.Fprintf(&b, p.say(both{"The objection was: “%s”. It stays visible in the decision log.\n", "A objeção era: “%s”. Ela continua visível no registro de decisões.\n"}), p.text(v.Objection, 500))
		return b.String()
	})
}

// WaivedView is something missing for a step that is waived.
type WaivedView struct {
	Gap   GapView
	Until string // last day, YYYY-MM-DD
	By    string
}

// waived lists what is missing and waived.
func (p Printer) waived(b *strings.Builder, v DeliverableView) {
	shown, more := few(v.Waived, p.cut.lists)
	if len(shown) == 0 {
		return
	}
	b.WriteString(p.say(both{"**Missing, but waived:**\n\n", "**Falta, mas foi dispensado:**\n\n"}))
	for _, w := range shown {
		for _, line := range p.Gap(w.Gap) {
			fmt.Fprintf(b, p.say(both{"- %s *Waived by %s until %s.*\n", "- %s *Dispensado por %s até %s.*\n"}), line, markdown.Text(w.By), p.day(w.Until))
		}
	}
	if more > 0 {
		b.WriteString("- " + p.more(more) + "\n")
	}
	b.WriteString("\n")
}

// Nudge reminds the people awaited, once.
func (p Printer) Nudge(v DeliverableView) string {
	return p.fit(func(p Printer) string {
		var b strings.Builder
		fmt.Fprintf(&b, p.say(both{"**%s: your answer is still needed.** %s\n\n", "**%s: ainda falta a sua resposta.** %s\n\n"}), p.awaited(v), p.whatIsAsked(v, "*"+p.title(v.Title)+"*"))
		b.WriteString(p.say(both{"| Who | Question |\n|---|---|\n", "| Quem | Pergunta |\n|---|---|\n"}))
		for _, s := range v.Seats {
			if s.State == AnswerNeeded {
				fmt.Fprintf(&b, "| %s | %s |\n", p.whoSits(s), p.question(v, s.Seat))
			}
		}
		fmt.Fprintf(&b, p.say(both{"\n`%s` for yes, or `%s` and your reason to stop it, as a new comment. This is the only reminder.\n", "\n`%s` para sim, ou `%s` e o seu motivo para parar, em um novo comentário. Este é o único lembrete.\n"}),
			commandName(p.Lang, lifecycle.Approve), commandName(p.Lang, lifecycle.Object))
		return b.String()
	})
}

// whatIsAsked tells what a request is about, since when and by whom.
func (p Printer) whatIsAsked(v DeliverableView, title string) string {
	if v.Renewal {
		return fmt.Sprintf(p.say(both{"The approval of %s in production has run out and is to be confirmed.", "A aprovação de %s em produção venceu e precisa ser confirmada."}), title)
	}
	return fmt.Sprintf(p.say(both{"%s wants to move from %s to %s. Asked by %s on %s.", "%s quer passar de %s para %s. Pedido por %s em %s."}),
		title, Phase(p.Lang, v.Gate.From()), Phase(p.Lang, v.Gate.To()), markdown.Text(v.Requester), DayTime(p.Lang, p.at(v.AskedAt), p.at(p.Now)))
}

// Expired asks for the renewal of the last gate.
func (p Printer) Expired(v DeliverableView) string {
	return p.fit(func(p Printer) string {
		var b strings.Builder
		fmt.Fprintf(&b, p.say(both{"**%s: please look again.** The approval of *%s* in production held until %s. Nothing was stopped; it runs on.\n\n", "**%s: por favor, olhem de novo.** A aprovação de *%s* em produção valia até %s. Nada foi parado; continua funcionando.\n\n"}),
			p.awaited(v), p.title(v.Title), p.day(v.Until))
		p.asked(&b, v)
		p.howToAnswer(&b, v)
		return b.String()
	})
}

// TooManyFiles says why it cannot be told what changed before a deployment.
func (p Printer) TooManyFiles(commit string) string {
	return fmt.Sprintf(p.say(both{"too many files changed before the deployed commit %.7s to tell which", "mudaram arquivos demais antes do commit implantado %.7s para dizer quais"}), commit)
}
