package templates

import (
	"fmt"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// Deliverable writes the visible part of a deliverable's sticky.
func (p Printer) Deliverable(v DeliverableView) string {
	return p.fit(func(p Printer) string { return p.deliverable(v) })
}

func (p Printer) deliverable(v DeliverableView) string {
	var b strings.Builder
	p.headline(&b, v)
	p.notes(&b, v)
	p.incidents(&b, v)
	p.objections(&b, v)
	switch {
	case v.Asked:
		p.seats(&b, v)
		p.missing(&b, v, both{"**Held up until this is there:**", "**Parado até que haja:**"})
		p.waived(&b, v)
		p.howToAnswer(&b, v)
		p.short(&b, v, both{"Open this first: what you would be saying yes to", "Abra isto antes: a que você estaria dizendo sim"})
	case v.Gate != "":
		p.missing(&b, v, both{"**Still missing:**", "**Ainda falta:**"})
		p.waived(&b, v)
		p.afterReturn(&b, v)
		p.short(&b, v, both{"What is agreed so far", "O que está combinado até agora"})
	default:
		p.short(&b, v, both{"What was agreed", "O que foi combinado"})
	}
	p.observed(&b, v)
	p.contextLine(&b, v)
	return b.String()
}

// at is the moment in the project's zone.
func (p Printer) at(t time.Time) time.Time {
	if p.Zone == nil {
		return t.UTC()
	}
	return t.In(p.Zone)
}

func (p Printer) say(b both) string { return b.in(p.Lang) }

func (p Printer) dateTime(t time.Time) string { return DateTime(p.Lang, p.at(t), p.at(p.Now)) }
func (p Printer) date(t time.Time) string     { return Date(p.Lang, p.at(t), p.at(p.Now)) }

// alert opens GitHub's alert box with the first line; more lines follow inside it.
func alert(b *strings.Builder, kind string, lines ...string) {
	fmt.Fprintf(b, "> [!%s]\n", kind)
	for _, l := range lines {
		fmt.Fprintf(b, "> %s\n", l)
	}
	b.WriteString("\n")
}

// headline says who must do what, before everything else.
func (p Printer) headline(b *strings.Builder, v DeliverableView) {
	title := "*" + p.title(v.Title) + "*"
	if !v.Asked {
		p.restingHeadline(b, v, title)
		return
	}
	asked := p.whatIsAsked(v, title)
	switch {
	case len(v.Objections) > 0:
		alert(b, "CAUTION", fmt.Sprintf(p.say(both{"**Stopped by an objection of %s.** It goes on when the objection is withdrawn or set aside.", "**Parado por uma objeção de %s.** Segue quando a objeção for retirada ou anulada."}), p.objectors(v)), asked)
	case len(v.Gaps) > 0:
		alert(b, "WARNING", fmt.Sprintf(p.say(both{"**%s have said yes, but something that must be ready no longer is.** See below.", "**%s disseram sim, mas algo que precisa estar pronto deixou de estar.** Veja abaixo."}), p.ofNeeded(v)), asked)
	default:
		alert(b, "IMPORTANT", fmt.Sprintf(p.say(both{"**%s have said yes. Still needed: %s.**", "**%s disseram sim. Ainda falta: %s.**"}), p.ofNeeded(v), p.awaited(v)), asked)
	}
}

func (p Printer) ofNeeded(v DeliverableView) string {
	return fmt.Sprintf(p.say(both{"%d of %d", "%d de %d"}), v.Got, v.Needed)
}

func (p Printer) objectors(v DeliverableView) string {
	var names []string
	for _, o := range v.Objections {
		names = append(names, markdown.Text(o.Login))
	}
	return p.list(names)
}

// awaited names who is needed: one name for each seat, or the alternatives.
func (p Printer) awaited(v DeliverableView) string {
	var names []string
	for _, s := range v.Seats {
		if s.State == AnswerNeeded && len(s.People) > 0 {
			names = append(names, p.either(p.logins(s)))
		}
	}
	if len(names) == 0 {
		return p.say(both{"somebody to hold the missing roles", "alguém para os papéis que faltam"})
	}
	return p.list(unique(names))
}

func unique(words []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, w := range words {
		if !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
	}
	return out
}

// logins names the seat's people: as mentions when they are awaited, else as plain names.
func (p Printer) logins(s SeatView) []string {
	names := make([]string, len(s.People))
	for i, login := range s.People {
		if names[i] = markdown.Text(login); s.Asked {
			names[i] = "@" + login
		}
	}
	return names
}

// restingHeadline is the first line while nothing is asked for.
func (p Printer) restingHeadline(b *strings.Builder, v DeliverableView, title string) {
	next := ""
	if v.Gate != "" {
		next = Phase(p.Lang, v.Gate.To())
	}
	here := p.whereItIs(v, title)
	if r := v.Returned; r != nil {
		p.returnedHeadline(b, *r, title)
	}
	switch {
	case v.Gate == "":
		p.liveHeadline(b, v, here)
	case len(v.Gaps) > 0:
		alert(b, "NOTE", fmt.Sprintf(p.say(both{"**Not ready for %s yet: %s missing.** Listed below, with who can bring it.", "**Ainda não pode ir para %s: %s.** A lista abaixo diz quem pode trazer."}), next, p.countMissing(len(p.gapLines(v.Gaps)))), here)
	default:
		alert(b, "TIP", fmt.Sprintf(p.say(both{"**Everything is ready.** Anybody with a role writes a new comment: `%s %s`", "**Tudo pronto.** Qualquer pessoa com um papel escreve um novo comentário: `%s %s`"}),
			commandName(p.Lang, lifecycle.Advance), phaseArgument(p.Lang, v.Gate.To())), here)
	}
}

// whereItIs tells phase and risk, and whether a version is in production.
func (p Printer) whereItIs(v DeliverableView, title string) string {
	here := fmt.Sprintf(p.say(both{"%s is in %s, at %s.", "%s está em %s, com %s."}), title, Phase(p.Lang, v.Phase), Risk(p.Lang, v.Risk))
	switch {
	case v.Live && v.Phase.Index() < lifecycle.Deployment.Index():
		here += p.say(both{" An earlier version is live.", " Uma versão anterior está em produção."})
	case v.Live && v.Phase == lifecycle.Deployment:
		here += p.say(both{" It is live.", " Já está em produção."})
	}
	return here
}

// liveHeadline is the first line of what is live and watched.
func (p Printer) liveHeadline(b *strings.Builder, v DeliverableView, here string) {
	switch {
	case len(v.Incidents) > 0:
		alert(b, "WARNING", p.say(both{"**Live, and over a limit.** See the incident below.", "**Em produção, e fora de um limite.** Veja o incidente abaixo."}), here)
	case v.Until != "":
		alert(b, "TIP", fmt.Sprintf(p.say(both{"**Live and watched.** The approval holds until %s.", "**Em produção e observado.** A aprovação vale até %s."}), p.day(v.Until)), here)
	default:
		alert(b, "TIP", p.say(both{"**Live and watched.**", "**Em produção e observado.**"}), here)
	}
}

func (p Printer) countMissing(n int) string {
	if n == 1 {
		return p.say(both{"one thing is", "falta uma coisa"})
	}
	return fmt.Sprintf(p.say(both{"%d things are", "faltam %d coisas"}), n)
}

func (p Printer) returnedHeadline(b *strings.Builder, r ReturnView, title string) {
	var fresh []string
	for _, role := range r.Fresh {
		fresh = append(fresh, A(p.Lang, role))
	}
	alert(b, "WARNING",
		fmt.Sprintf(p.say(both{"**%s went back from %s to %s on %s. Cause: %s.**", "**%s voltou de %s para %s em %s. Causa: %s.**"}),
			title, Phase(p.Lang, r.From), Phase(p.Lang, r.To), p.date(r.At), Cause(p.Lang, r.Cause)),
		fmt.Sprintf(p.say(both{"%s wrote: “%s”", "%s escreveu: “%s”"}), markdown.Text(r.By), p.text(r.Reason, 300)),
		fmt.Sprintf(p.say(both{"Who looks again: %s. Other answers stand while nothing they were about changes.", "Quem olha de novo: %s. As outras respostas valem enquanto nada do que tratavam mudar."}), List(p.Lang, fresh)))
}

// configNote says that the config is broken, where, and that older rules hold meanwhile.
func (p Printer) configNote(b *strings.Builder, problem string) {
	b.WriteString(p.say(both{"The newest `.github/phasegate.yml` has errors; the last valid rules hold until they are mended.", "O `.github/phasegate.yml` mais novo tem erros; valem as últimas regras válidas até que sejam corrigidos."}))
	if problem != "" {
		fmt.Fprintf(b, p.say(both{" The first: %s.", " O primeiro: %s."}), strings.TrimRight(p.text(problem, 300), "."))
	}
	b.WriteString(p.say(both{" All of them: check `phasegate/config` on the commit.\n\n", " Todos: check `phasegate/config` no commit.\n\n"}))
}

// notes tells what is out of the ordinary with the rules or the team.
func (p Printer) notes(b *strings.Builder, v DeliverableView) {
	if v.ConfigError {
		p.configNote(b, v.ConfigProblem)
	}
	for _, n := range []struct {
		when bool
		text both
	}{
		{v.Rebuilt, both{"Somebody else edited this comment; it has been made anew from the issue and its other comments.", "Outra pessoa editou este comentário; ele foi refeito a partir da issue e dos outros comentários."}},
		{v.NoThrough, both{"Nobody is business stakeholder or subject matter expert in `.github/phasegate.yml`: without one of them no step can pass.", "Ninguém é parte interessada do negócio nem especialista do domínio em `.github/phasegate.yml`: sem um deles nenhuma etapa passa."}},
		{v.Self, both{"One person holds every role here: the step passes as **self-reviewed**, not as approved.", "Uma pessoa tem todos os papéis aqui: a etapa passa como **autorrevisada**, não como aprovada."}},
	} {
		if n.when {
			b.WriteString(p.say(n.text) + "\n\n")
		}
	}
	if v.Began != nil {
		p.beganNote(b, *v.Began)
	}
	if v.Lacking > 0 {
		fmt.Fprintf(b, p.say(both{"At high risk everybody has one role only; people still missing in `.github/phasegate.yml`: %d.\n\n", "Em risco alto cada pessoa tem um só papel; pessoas que faltam em `.github/phasegate.yml`: %d.\n\n"}), v.Lacking)
	}
	if v.SmallTeam && !v.Self {
		fmt.Fprintf(b, p.say(both{"A small team: %d people answer for %d roles.\n\n", "Uma equipe pequena: %d pessoas respondem por %d papéis.\n\n"}), v.Needed, len(v.Seats))
	}
}

func (p Printer) objections(b *strings.Builder, v DeliverableView) {
	shown, more := few(v.Objections, p.cut.lists)
	for _, o := range shown {
		fmt.Fprintf(b, p.say(both{"- %s objected on %s: “%s”\n", "- %s objetou em %s: “%s”\n"}), markdown.Text(o.Login), p.dateTime(o.At), p.text(o.Reason, 500))
	}
	if more > 0 {
		b.WriteString("- " + p.more(more) + "\n")
	}
	for _, o := range v.Overruled {
		fmt.Fprintf(b, p.say(both{"- %s objected: “%s” Overruled by %s: “%s”\n", "- %s objetou: “%s” Anulado por %s: “%s”\n"}), markdown.Text(o.Of), p.text(o.Objection, 300), p.deciders(o.By, o.With), p.text(o.Reason, 300))
	}
	if len(v.Objections)+len(v.Overruled) > 0 {
		b.WriteString("\n")
	}
}

// beganNote says which steps were not reviewed because the work is older.
func (p Printer) beganNote(b *strings.Builder, v BeganView) {
	var steps []string
	for _, g := range lifecycle.Gates {
		if g.To().Index() <= v.To.Index() {
			steps = append(steps, Phase(p.Lang, g.From())+" → "+Phase(p.Lang, g.To()))
		}
	}
	fmt.Fprintf(b, "%s: **%s**. “%s” (%s)\n\n", p.list(steps), p.notReviewed(), p.text(v.Reason, 300), markdown.Text(v.By))
}

// incidents lists those that are open.
func (p Printer) incidents(b *strings.Builder, v DeliverableView) {
	shown, more := few(v.Incidents, p.cut.lists)
	for _, i := range shown {
		fmt.Fprintf(b, p.say(both{"- **Incident open:** #%d %s\n", "- **Incidente aberto:** #%d %s\n"}), i.Number, p.title(i.Title))
	}
	if more > 0 {
		b.WriteString("- " + p.more(more) + "\n")
	}
	if len(shown) > 0 {
		b.WriteString("\n")
	}
}

// afterReturn says whose yes stands after a return, and who is asked again.
func (p Printer) afterReturn(b *strings.Builder, v DeliverableView) {
	if v.Returned == nil || len(v.Seats) == 0 {
		return
	}
	var stands, again []string
	for _, s := range v.Seats {
		s.Asked = false // nobody is asked before the next request
		if s.State == AnswerYes {
			stands = append(stands, p.whoSits(s)+" ("+p.date(s.At)+")")
		} else {
			again = append(again, p.whoSits(s))
		}
	}
	next, _ := v.Phase.Next()
	fmt.Fprintf(b, p.say(both{"**Then somebody with a role asks for the next step again, here: `%s %s`**\n\n", "**Depois, alguém com um papel pede de novo a próxima etapa, aqui: `%s %s`**\n\n"}),
		commandName(p.Lang, lifecycle.Advance), phaseArgument(p.Lang, next))
	if len(again) > 0 {
		fmt.Fprintf(b, p.say(both{"- **Will be asked again:** %s\n", "- **Serão consultados de novo:** %s\n"}), strings.Join(again, " · "))
	}
	if len(stands) > 0 {
		fmt.Fprintf(b, p.say(both{"- **Whose yes stays valid:** %s\n", "- **O sim que continua valendo:** %s\n"}), strings.Join(stands, " · "))
	}
	b.WriteString("\n")
}

// observed says what enforcing the rules would have stopped.
func (p Printer) observed(b *strings.Builder, v DeliverableView) {
	if !v.Observing || len(v.Stopped) == 0 {
		return
	}
	fmt.Fprintf(b, p.say(both{"\n**Only observing:** the rules would have stopped merged pull requests: %d.\n\n", "\n**Só observando:** as regras teriam parado pull requests integrados: %d.\n\n"}), len(v.Stopped))
	shown, more := few(v.Stopped, 5)
	for _, s := range shown {
		fmt.Fprintf(b, p.say(both{"- #%d: %s does not belong in %s\n", "- #%d: %s não pertence a %s\n"}), s.Pull, markdown.Code(markdown.Truncate(s.Path, 200)), Phase(p.Lang, s.Phase))
	}
	if more > 0 {
		b.WriteString("- " + p.more(more) + "\n")
	}
}

// contextLine says how old what is written above is.
func (p Printer) contextLine(b *strings.Builder, v DeliverableView) {
	if !v.Updated.IsZero() {
		fmt.Fprintf(b, p.say(both{"\nContext last updated on %s.\n", "\nContexto atualizado pela última vez em %s.\n"}), p.date(v.Updated))
	}
}

// seats is the table of who is asked what: those who are needed first.
func (p Printer) seats(b *strings.Builder, v DeliverableView) {
	b.WriteString(p.say(both{"| Who | Question | Answer |\n|---|---|---|\n", "| Quem | Pergunta | Resposta |\n|---|---|---|\n"}))
	for _, needed := range []bool{true, false} {
		for _, s := range v.Seats {
			if (s.State == AnswerNeeded) == needed {
				fmt.Fprintf(b, "| %s | %s | %s |\n", p.whoSits(s), p.question(v, s.Seat), p.answer(s))
			}
		}
	}
	b.WriteString("\n")
}

func (p Printer) whoSits(s SeatView) string {
	if len(s.People) == 0 {
		return Role(p.Lang, s.Seat)
	}
	role := Role(p.Lang, s.Seat)
	switch {
	case s.StandIn:
		role = fmt.Sprintf(p.say(both{"%s, standing in for the %s", "%s, no lugar de %s"}), Role(p.Lang, lifecycle.MLEngineer), role)
	case s.LentBy != "":
		role = fmt.Sprintf(p.say(both{"%s by delegation of %s until %s", "%s por delegação de %s até %s"}), role, markdown.Cell(s.LentBy), s.Until)
	}
	return p.either(p.logins(s)) + ", " + role
}

// question quotes the budget to the one who is asked to carry it.
func (p Printer) question(v DeliverableView, seat lifecycle.Role) string {
	budget := strings.TrimSpace(v.Short.Budget)
	if v.Gate == lifecycle.G1 && seat == lifecycle.BusinessStakeholder && budget != "" {
		return fmt.Sprintf(p.say(both{"Is it worth “%s”, with these targets?", "Vale “%s”, com estas metas?"}), p.text(budget, 120))
	}
	return Question(p.Lang, v.Gate, seat)
}

func (p Printer) answer(s SeatView) string {
	switch s.State {
	case AnswerYes:
		text := p.say(both{"yes, ", "sim, "}) + p.dateTime(s.At)
		if s.Carried {
			text = fmt.Sprintf(p.say(both{"yes, carried (%s)", "sim, mantido (%s)"}), p.date(s.At))
		}
		if s.AlsoFor {
			text += p.say(both{", with their other role", ", junto com o outro papel"})
		}
		return text
	case AnswerVacant:
		return p.say(both{"nobody holds this role", "ninguém tem este papel"})
	case AnswerUnread:
		text := p.say(both{"who holds it could not be read", "não foi possível ler quem tem este papel"})
		if s.Unread != "" {
			text += ": " + p.unread(s.Unread)
		}
		return text
	}
	if s.Objects {
		return p.say(both{"**objects**", "**objeta**"})
	}
	return p.say(both{"**needed**", "**falta**"})
}

func (p Printer) missing(b *strings.Builder, v DeliverableView, title both) {
	lines := p.gapLines(v.Gaps)
	if len(lines) == 0 {
		return
	}
	b.WriteString(p.say(title) + "\n\n")
	p.bullets(b, lines)
	b.WriteString("\n")
}

func (p Printer) howToAnswer(b *strings.Builder, v DeliverableView) {
	shown, _ := few(v.Objections, p.cut.lists)
	for _, o := range shown {
		fmt.Fprintf(b, p.say(both{
			"**%[1]s:** once your concern is solved, write a new comment: `%[2]s`. It lifts the objection; your own yes is still `%[3]s`.\n**A business stakeholder** can overrule it, which is recorded here and is not their own yes: `%[4]s overrule @%[5]s:` and the reason.\n\n",
			"**%[1]s:** quando sua preocupação estiver resolvida, escreva um novo comentário: `%[2]s`. Isso retira a objeção; o seu sim ainda é `%[3]s`.\n**A parte interessada do negócio** pode anulá-la, o que fica registrado aqui e não é o sim dela: `%[4]s anular @%[5]s:` e o motivo.\n\n"}),
			markdown.Text(o.Login), commandName(p.Lang, lifecycle.Withdraw), commandName(p.Lang, lifecycle.Approve), commandName(p.Lang, lifecycle.Decide), markdown.Plain(o.Login))
	}
	fmt.Fprintf(b, p.say(both{
		"**To answer, write a new comment below:** `%s` for yes, or `%s` and your reason to stop it.\nSilence does not count as yes. If what you said yes to changes, you are asked again.\n\n",
		"**Para responder, escreva um novo comentário abaixo:** `%s` para sim, ou `%s` e o seu motivo para parar.\nSilêncio não conta como sim. Se mudar aquilo a que você disse sim, você será consultado de novo.\n\n",
	}), commandName(p.Lang, lifecycle.Approve), commandName(p.Lang, lifecycle.Object))
}
