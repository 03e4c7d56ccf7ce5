package templates

import (
	"fmt"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// NotReady answers an `/advance` whose artefacts are not all there.
func (p Printer) NotReady(to lifecycle.Phase, gaps []GapView) string {
	return p.fit(func(p Printer) string { return p.notReady(to, gaps) })
}

func (p Printer) notReady(to lifecycle.Phase, gaps []GapView) string {
	var b strings.Builder
	fmt.Fprintf(&b, p.say(both{"**Not ready for %s.** Still missing:\n\n", "**Ainda não pode ir para %s.** Falta:\n\n"}), Phase(p.Lang, to))
	p.bullets(&b, p.gapLines(gaps))
	fmt.Fprintf(&b, p.say(both{"\nWhen it is there, write a new comment: `%s %s`\n", "\nQuando estiver tudo lá, escreva um novo comentário: `%s %s`\n"}),
		commandName(p.Lang, lifecycle.Advance), phaseArgument(p.Lang, to))
	return b.String()
}

// RefusalView is a yes that was not counted.
type RefusalView struct {
	Login  string
	Why    string // one of checks.Refusal's values, or a code of the engine's
	Mine   []lifecycle.Role
	Seats  []lifecycle.Role // what the step waits for
	As     lifecycle.Role   // the role that was asked for, if any
	Gate   lifecycle.Gate
	Config string // link to the config
}

var refusals = map[string]both{
	"no-role":     {"You hold no role in this repository; this step waits for %s.", "Você não tem papel neste repositório; esta etapa aguarda %s."},
	"other-role":  {"You are %[2]s here; this step waits for %[1]s.", "Seu papel aqui é %[2]s; esta etapa aguarda %[1]s."},
	"not-held":    {"You asked to count as %[3]s, but you do not hold that role.", "Você pediu para contar como %[3]s, mas não tem esse papel."},
	"requester":   {"You asked for this step yourself, and somebody else holds the role too: they answer.", "Você mesmo pediu esta etapa, e outra pessoa também tem o papel: ela responde."},
	"author":      {"You wrote what is judged here; somebody who did not has to answer.", "Você escreveu o que se julga aqui; precisa responder quem não escreveu."},
	"unread-team": {"The teams in the config could not be read, so your role is not known. It is tried again.", "Os times da configuração não puderam ser lidos, então seu papel não é conhecido. Será tentado de novo."},
	"no-request":  {"Nothing is waiting for a yes here now.", "Nada aguarda um sim aqui agora."},
	"too-early":   {"You wrote before the question was asked. Please look at what is asked now, and write again.", "Você escreveu antes da pergunta. Por favor, veja o que se pergunta agora e escreva de novo."},
}

// NotCounted answers an `/approve` that does not count.
func (p Printer) NotCounted(v RefusalView) string {
	var b strings.Builder
	text := p.say(refusals[v.Why])
	if strings.Contains(text, "%") {
		text = fmt.Sprintf(text+"%.0[1]s%.0[2]s%.0[3]s", p.roles(v.Seats), p.roleNames(v.Mine), A(p.Lang, v.As))
	}
	fmt.Fprintf(&b, p.say(both{"**Not counted, %s.** %s\n\n", "**Não contou, %s.** %s\n\n"}), markdown.Text(v.Login), text)
	if next, ok := p.askedLater(v); ok {
		b.WriteString(next)
	}
	if len(v.Mine) > 0 && v.Why != "no-request" {
		fmt.Fprintf(&b, p.say(both{"- Do you see a problem now? Write a new comment: `%s` and your reason. Every role can.\n", "- Você vê um problema agora? Escreva um novo comentário: `%s` e o seu motivo. Todo papel pode.\n"}), commandName(p.Lang, lifecycle.Object))
	}
	if v.Config != "" {
		fmt.Fprintf(&b, p.say(both{"- Wrong role? Roles are set in [phasegate.yml](%s).\n", "- Papel errado? Os papéis estão em [phasegate.yml](%s).\n"}), v.Config)
	}
	return b.String()
}

// askedLater says at which later gate one of the person's roles is asked.
func (p Printer) askedLater(v RefusalView) (string, bool) {
	if v.Why != "other-role" || v.Gate == "" {
		return "", false
	}
	for _, g := range lifecycle.Gates {
		if g <= v.Gate {
			continue
		}
		for _, seat := range lifecycle.Seats(g, lifecycle.Standard) {
			for _, mine := range v.Mine {
				if seat == mine {
					return fmt.Sprintf(p.say(both{"- You are asked at a later step, %s → %s.\n", "- Você será consultado em uma etapa posterior, %s → %s.\n"}), Phase(p.Lang, g.From()), Phase(p.Lang, g.To())), true
				}
			}
		}
	}
	return "", false
}

func (p Printer) roles(seats []lifecycle.Role) string {
	var words []string
	for _, s := range seats {
		words = append(words, A(p.Lang, s))
	}
	return List(p.Lang, words)
}

func (p Printer) roleNames(roles []lifecycle.Role) string {
	var words []string
	for _, r := range roles {
		words = append(words, Role(p.Lang, r))
	}
	return List(p.Lang, words)
}

// DidYouMean answers a near miss: a command misspelt, an approval in words, or one added by an edit.
func (p Printer) DidYouMean(login string, meant lifecycle.Command) string {
	return fmt.Sprintf(p.say(both{
		"%s, did you mean `%s`? Nothing was counted. Write it as a new comment, alone on its line; edits are not counted.\n",
		"%s, você quis dizer `%s`? Nada foi contado. Escreva como um novo comentário, sozinho na linha; edições não contam.\n",
	}), markdown.Text(login), commandName(p.Lang, meant))
}

var helpLines = []struct {
	command lifecycle.Command
	text    both
}{
	{lifecycle.Approve, both{"yes, to what is asked of you", "sim, ao que lhe perguntam"}},
	{lifecycle.Object, both{"and your reason: stops the step until you take it back", "e o motivo: para a etapa até você retirar"}},
	{lifecycle.Withdraw, both{"takes back your own yes or objection", "retira o seu sim ou a sua objeção"}},
	{lifecycle.Advance, both{"and a phase: asks for the next step, or says what is missing", "e uma fase: pede a próxima etapa, ou diz o que falta"}},
	{lifecycle.Return, both{"with phase, cause and reason: goes back at once", "com fase, causa e motivo: volta na hora"}},
	{lifecycle.Delegate, both{"with role, `@login`, `until` and a date, on the bigger problem: somebody answers for you", "com papel, `@login`, `até` e uma data, no problema maior: alguém responde por você"}},
	{lifecycle.Status, both{"looks at everything again", "olha tudo de novo"}},
	{lifecycle.Help, both{"this list", "esta lista"}},
}

// Help lists the commands.
func (p Printer) Help() string {
	var b strings.Builder
	b.WriteString(p.say(both{"**Write one of these at the start of a line, in a new comment:**\n\n", "**Escreva um destes no começo de uma linha, em um novo comentário:**\n\n"}))
	for _, h := range helpLines {
		fmt.Fprintf(&b, "- `%s` %s\n", commandName(p.Lang, h.command), p.say(h.text))
	}
	return b.String()
}

var refusedCommands = map[string]both{
	"no-role":           {"Only people with a role in `.github/phasegate.yml` can write `%s`.", "Só quem tem um papel em `.github/phasegate.yml` pode escrever `%s`."},
	"no-request":        {"`%s`: nothing is waiting for an answer here now.", "`%s`: nada aguarda uma resposta aqui agora."},
	"no-reason":         {"`%s` needs a reason, on the same line or below it.", "`%s` precisa de um motivo, na mesma linha ou abaixo."},
	"phase":             {"`%s` needs a phase: design, development, deployment or monitoring.", "`%s` precisa de uma fase: desenho, desenvolvimento, implantação ou monitoramento."},
	"cause":             {"`%s` needs a cause after the phase: problem, data, metrics, model, code, infra or incident.", "`%s` precisa de uma causa depois da fase: problema, dados, métricas, modelo, código, infraestrutura ou incidente."},
	"not-next":          {"`%s` goes one phase forward at a time.", "`%s` avança uma fase por vez."},
	"not-back":          {"`%s` goes back only: name an earlier phase.", "`%s` só volta: diga uma fase anterior."},
	"later-gate":        {"`%s`: this version of Phasegate judges the step from Design to Development; later steps come with the next one.", "`%s`: esta versão do Phasegate julga a etapa de Desenho a Desenvolvimento; as seguintes vêm com a próxima."},
	"not-here":          {"`%s` belongs on the bigger problem: it holds for everything below it.", "`%s` pertence ao problema maior: vale para tudo abaixo dele."},
	"too-early":         {"`%s` was written before the question was asked. If it still holds, write it again.", "`%s` foi escrito antes da pergunta. Se ainda vale, escreva de novo."},
	"on-deliverable":    {"`%s` belongs on a deliverable.", "`%s` pertence a uma entrega."},
	"on-asked":          {"`%s` belongs where something is asked: on a deliverable or a data requirement.", "`%s` pertence a onde se pergunta algo: uma entrega ou dados necessários."},
	"delegate-form":     {"`%s` is followed by a role, `@login`, `until` and a day: `data-engineer @login until 2026-01-30`.", "`%s` vem com um papel, `@login`, `até` e um dia: `engenheira de dados @login até 2026-01-30`."},
	"delegate-role":     {"`%s`: that is not a role of this project.", "`%s`: esse não é um papel deste projeto."},
	"delegate-date":     {"`%s`: the day is written 2026-01-30, year first.", "`%s`: o dia se escreve 2026-01-30, com o ano na frente."},
	"delegate-past":     {"`%s`: that day has passed.", "`%s`: esse dia já passou."},
	"delegate-long":     {"`%s`: a role is lent for 30 days at most.", "`%s`: um papel se empresta por 30 dias no máximo."},
	"delegate-not-held": {"`%s`: only somebody who holds the role in `.github/phasegate.yml` can lend it.", "`%s`: só quem tem o papel em `.github/phasegate.yml` pode emprestá-lo."},
	"delegate-unknown":  {"`%s`: that account cannot stand in for you. Name another person, with `@`.", "`%s`: essa conta não pode responder por você. Cite outra pessoa, com `@`."},
	"not-yet":           {"`%s` is not carried out by this version of Phasegate.", "`%s` não é executado por esta versão do Phasegate."},
	"as-role":           {"`%s` is followed by nothing, or by `as` and a role of yours.", "`%s` vem sozinho, ou com `como` e um papel seu."},
	"nothing-own":       {"`%s`: there is no yes or objection of yours here.", "`%s`: não há sim nem objeção sua aqui."},
}

// Refused answers a command that was not carried out; code is one of the engine's.
func (p Printer) Refused(login, code string, c lifecycle.Command) string {
	return fmt.Sprintf("**%s:** ", markdown.Text(login)) + fmt.Sprintf(p.say(refusedCommands[code]), commandName(p.Lang, c)) + "\n"
}

// Again ends a reply that was edited because the command was given again.
func (p Printer) Again(at time.Time) string {
	return fmt.Sprintf(p.say(both{"Asked again on %s; this is how it stands now.\n", "Pedido de novo em %s; é assim que está agora.\n"}), p.dateTime(at))
}

// TooMany says that only the first commands of a comment are read.
func (p Printer) TooMany(login string, read, more int) string {
	return fmt.Sprintf(p.say(both{
		"**%s:** the first %d commands of a comment are read; the other %d were not. Write what still matters in a new comment.\n",
		"**%s:** são lidos os primeiros %d comandos de um comentário; os outros %d não foram. Escreva o que ainda importa em um novo comentário.\n",
	}), markdown.Text(login), read, more)
}

// Paused says that somebody gave more commands than an hour has room for, and what becomes of the rest.
func (p Printer) Paused(login string, most int, until time.Time) string {
	return fmt.Sprintf(p.say(both{
		"**%s, that is more than %d commands within an hour.** The rest waits and is read from %s on, in order; nothing of it counts before, and nothing of it is lost.\n",
		"**%s, são mais de %d comandos em uma hora.** O resto espera e será lido a partir de %s, em ordem; nada dele conta antes, e nada se perde.\n",
	}), markdown.Text(login), most, p.dateTime(until))
}
