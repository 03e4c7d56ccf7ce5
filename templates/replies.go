package templates

import (
	"fmt"
	"slices"
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
	Wrote  []int  // the experiments that are the evidence, for "author"
	OnPull bool   // where only who holds a role that is asked for may object, but not who wrote it
}

// mayObject reports whether an objection of theirs would count.
func (v RefusalView) mayObject() bool {
	if !v.OnPull {
		return len(v.Mine) > 0 && v.Why != "no-request"
	}
	return v.Why != "author" && slices.ContainsFunc(v.Mine, v.seated)
}

// seated reports whether the role is one of those that are asked.
func (v RefusalView) seated(r lifecycle.Role) bool {
	return slices.Contains(v.Seats, r) || r.Technical() && slices.Contains(v.Seats, lifecycle.AnyTechnical)
}

var refusals = map[string]both{
	"no-role":     {"You hold no role in this repository; this step waits for %s.", "Você não tem papel neste repositório; esta etapa aguarda %s."},
	"other-role":  {"You are %[2]s here; this step waits for %[1]s.", "Seu papel aqui é %[2]s; esta etapa aguarda %[1]s."},
	"not-held":    {"You asked to count as %[3]s, but you do not hold that role.", "Você pediu para contar como %[3]s, mas não tem esse papel."},
	"requester":   {"You asked for this step yourself, and somebody else holds the role too: they answer.", "Você mesmo pediu esta etapa, e outra pessoa também tem o papel: ela responde."},
	"involved":    {"You are a validator, but hold another role here or had a part in the work: a second line has neither.", "Você é da validação, mas tem outro papel aqui ou participou do trabalho: a segunda linha não tem nem um nem outro."},
	"author":      {"You wrote what is judged here; somebody who did not has to answer.", "Você escreveu o que se julga aqui; precisa responder quem não escreveu."},
	"unread-team": {"Who holds the config's roles could not be read in full, so your role is not known. It is tried again.", "Não foi possível ler por completo quem tem os papéis da configuração, então seu papel não é conhecido. Será tentado de novo."},
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
	if len(v.Wrote) > 0 {
		fmt.Fprintf(&b, p.say(both{"- Yours is the evidence of experiment %s.\n", "- A evidência do experimento %s é sua.\n"}), p.list(numbered(v.Wrote)))
	}
	if next, ok := p.askedLater(v); ok {
		b.WriteString(next)
	}
	if v.mayObject() {
		fmt.Fprintf(&b, p.say(both{"- Do you see a problem now? Write a new comment: `%s` and your reason.", "- Você vê um problema agora? Escreva um novo comentário: `%s` e o seu motivo."}), commandName(p.Lang, lifecycle.Object))
		if !v.OnPull {
			b.WriteString(p.say(both{" Every role can.", " Todo papel pode."}))
		}
		b.WriteString("\n")
	}
	if v.Config != "" {
		fmt.Fprintf(&b, p.say(both{"- Wrong role? Roles are set in [phasegate.yml](%s).\n", "- Papel errado? Os papéis estão em [phasegate.yml](%s).\n"}), v.Config)
	}
	return b.String()
}

// wouldRefuse says of somebody else why their word would not count on a pull request.
var wouldRefuse = map[string]both{
	"no-role":     {"%[4]s holds no role in this repository", "%[4]s não tem papel neste repositório"},
	"other-role":  {"%[4]s is %[2]s here, and this change asks for %[1]s", "o papel de %[4]s aqui é %[2]s, e esta mudança pede %[1]s"},
	"not-held":    {"%[4]s does not hold the role %[3]s", "%[4]s não tem o papel %[3]s"},
	"author":      {"%[4]s opened it or wrote some of it", "%[4]s abriu ou escreveu parte da mudança"},
	"unread-team": {"the teams in the config could not be read, so the role of %[4]s is not known", "os times da configuração não puderam ser lidos, então o papel de %[4]s não é conhecido"},
	"no-request":  {"nobody is asked", "não se pergunta a ninguém"},
}

// WouldNotCount says that a yes, or an objection, of somebody would not count, in plain text.
func (p Printer) WouldNotCount(v RefusalView, objection bool) string {
	what := both{"approval of %s would not count: ", "a aprovação de %s não contaria: "}
	if objection {
		what = both{"objection of %s would not count: ", "a objeção de %s não contaria: "}
	}
	if len(v.Seats) == 0 {
		v.Why = "no-request"
	}
	why := fmt.Sprintf(p.say(wouldRefuse[v.Why])+"%.0[1]s%.0[2]s%.0[3]s%.0[4]s", p.roles(v.Seats), p.roleNames(v.Mine), Role(p.Lang, v.As), v.Login)
	return fmt.Sprintf(p.say(what), v.Login) + why
}

// NewerCommit answers an `/approve` on a pull request that cannot be told to be for its newest commit.
func (p Printer) NewerCommit(login, head string, c lifecycle.Command) string {
	text := fmt.Sprintf(p.say(both{
		"**Not counted, %s.** This may be for what was there before the newest commit, `%.7s`. Look at that and write `%s` again in a new comment",
		"**Não contou, %s.** Pode se referir ao que havia antes do último commit, `%.7s`. Veja-o e escreva `%s` de novo em um novo comentário"}),
		markdown.Text(login), head, commandName(p.Lang, c))
	if c != lifecycle.Approve {
		return text + ".\n"
	}
	return text + fmt.Sprintf(p.say(both{", or name the commit that you looked at by its whole hash, as in `%s %s`.\n", ", ou cite o commit que você viu pelo hash inteiro, como em `%s %s`.\n"}), commandName(p.Lang, c), head)
}

// numbered are references to issues.
func numbered(issues []int) []string {
	var out []string
	for _, n := range issues {
		out = append(out, fmt.Sprintf("#%d", n))
	}
	return out
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

// Lifted tells somebody that they edited their objection on a pull request away.
func (p Printer) Lifted(login string) string {
	object := commandName(p.Lang, lifecycle.Object)
	return fmt.Sprintf(p.say(both{
		"**%s:** your objection is taken back: the comment no longer says `%s`. Does it still hold, write `%s` and your reason in a new comment; nothing else in an edit is read.\n",
		"**%s:** a sua objeção foi retirada: o comentário já não diz `%s`. Se ainda vale, escreva `%s` e o motivo em um novo comentário; nada mais em uma edição é lido.\n",
	}), markdown.Text(login), object, object)
}

// InReview answers a command in the text of a review.
func (p Printer) InReview(login string, c lifecycle.Command) string {
	what := both{"Write it in a new comment.", "Escreva em um novo comentário."}
	switch c {
	case lifecycle.Approve:
		what = both{"Choose *Approve* in a review, or write it in a new comment.", "Escolha *Approve* em uma revisão, ou escreva em um novo comentário."}
	case lifecycle.Object:
		what = both{"Choose *Request changes* in a review, or write it with your reason in a new comment.", "Escolha *Request changes* em uma revisão, ou escreva com o motivo em um novo comentário."}
	}
	return fmt.Sprintf(p.say(both{
		"@%s: `%s` was not counted. Commands are read in comments of the conversation, not in the text of a review. ",
		"@%s: `%s` não contou. Comandos são lidos nos comentários da conversa, não no texto de uma revisão. ",
	}), login, commandName(p.Lang, c)) + p.say(what) + "\n"
}

// helpLines are the commands by what somebody wants, those of whoever is asked for a yes first.
var helpLines = []struct {
	title    both
	commands []helpLine
}{
	{both{"When you are asked", "Quando lhe perguntam"}, []helpLine{
		{lifecycle.Approve, both{"yes, to what is asked of you", "sim, ao que lhe perguntam"}},
		{lifecycle.Object, both{"and your reason: stops the step until you take it back", "e o motivo: para a etapa até você retirar"}},
		{lifecycle.Withdraw, both{"takes back your own yes or objection", "retira o seu sim ou a sua objeção"}},
		{lifecycle.Reviewed, both{"you read it, and it is still true; in a review meeting with `#` and a number, or `all`", "você leu, e continua certo; em uma reunião com `#` e um número, ou `todos`"}},
	}},
	{both{"What was agreed", "O que se combinou"}, []helpLine{
		{lifecycle.SetMetric, both{"with name and value: reports a metric that nothing measures; `for 2026-01` names the month", "com nome e valor: informa uma métrica que nada mede; `de 2026-01` diz o mês"}},
		{lifecycle.SetTarget, both{"with name, target, `:` and reason: changes a target", "com nome, meta, `:` e motivo: muda uma meta"}},
		{lifecycle.SetBudget, both{"and the text: changes the budget", "e o texto: muda o orçamento"}},
		{lifecycle.Decide, both{"with `budget`, `metric` or `scope`, `:` and what is decided, on the bigger problem or in a review meeting; with `overrule`, `@login`, `:` and reason, where somebody objected", "com `orçamento`, `métrica` ou `escopo`, `:` e o que se decide, no problema maior ou em uma reunião; com `anular`, `@login`, `:` e motivo, onde alguém objetou"}},
	}},
	{both{"Moving a deliverable", "Mover uma entrega"}, []helpLine{
		{lifecycle.Advance, both{"and a phase: asks for the next step, or says what is missing", "e uma fase: pede a próxima etapa, ou diz o que falta"}},
		{lifecycle.Return, both{"with phase, cause and reason: goes back at once", "com fase, causa e motivo: volta na hora"}},
		{lifecycle.Start, both{"with phase and reason: existing work begins there", "com fase e motivo: trabalho existente começa ali"}},
		{lifecycle.SetRisk, both{"with `low`, `standard` or `high` and reason: changes the risk", "com `baixo`, `padrão` ou `alto` e motivo: muda o risco"}},
		{lifecycle.Waive, both{"with what is missing, `until`, a date and reason: it may be missing for a while", "com o que falta, `até`, uma data e motivo: pode faltar por um tempo"}},
	}},
	{both{"In a review meeting", "Em uma reunião"}, []helpLine{
		{lifecycle.Action, both{"with `@login`, what, `by` and a date: a task for somebody", "com `@login`, o quê, `até` e uma data: uma tarefa para alguém"}},
		{lifecycle.Agenda, both{"and the text: something to discuss", "e o texto: algo para discutir"}},
	}},
	{both{"More", "Mais"}, []helpLine{
		{lifecycle.NoMetrics, both{"and the reason, on a pull request: it needs no metric report", "e o motivo, em um pull request: ele não precisa de relatório de métricas"}},
		{lifecycle.Delegate, both{"with role, `@login`, `until` and a date, on the bigger problem: somebody answers for you", "com papel, `@login`, `até` e uma data, no problema maior: alguém responde por você"}},
		{lifecycle.Status, both{"looks at everything again", "olha tudo de novo"}},
		{lifecycle.Help, both{"this list", "esta lista"}},
	}},
}

type helpLine struct {
	command lifecycle.Command
	text    both
}

// Help lists the commands.
func (p Printer) Help() string {
	var b strings.Builder
	b.WriteString(p.say(both{"**Write one of these at the start of a line, in a new comment:**\n", "**Escreva um destes no começo de uma linha, em um novo comentário:**\n"}))
	for _, group := range helpLines {
		fmt.Fprintf(&b, "\n%s\n\n", p.say(group.title))
		for _, h := range group.commands {
			fmt.Fprintf(&b, "- `%s` %s\n", commandName(p.Lang, h.command), p.say(h.text))
		}
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
	"overrule-form":     {"`%s` on a deliverable sets an objection aside: `overrule @login: the reason`. Other decisions belong in a review meeting or on the bigger problem.", "`%s` em uma entrega anula uma objeção: `anular @login: o motivo`. Outras decisões pertencem à reunião ou ao problema maior."},
	"not-here":          {"`%s` belongs on the bigger problem: it holds for everything below it.", "`%s` pertence ao problema maior: vale para tudo abaixo dele."},
	"too-early":         {"`%s` was written before the question was asked. If it still holds, write it again.", "`%s` foi escrito antes da pergunta. Se ainda vale, escreva de novo."},
	"on-deliverable":    {"`%s` belongs on a deliverable.", "`%s` pertence a uma entrega."},
	"on-pull":           {"`%s` belongs on a pull request.", "`%s` pertence a um pull request."},
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
	"assent-form":       {"`%s` is followed by nothing, by `as` and a role of yours, or by a commit of this pull request.", "`%s` vem sozinho, com `como` e um papel seu, ou com um commit deste pull request."},
	"assent-commit":     {"`%s`: that is no commit of this pull request. Name one by its whole hash, 40 digits: others can begin with the same ones.", "`%s`: esse não é um commit deste pull request. Cite um pelo hash inteiro, 40 dígitos: outros podem começar com os mesmos."},
	"no-metrics-role":   {"`%s` is for a data scientist to say.", "`%s` cabe a um(a) cientista de dados dizer."},
	"no-metrics-own":    {"`%s`: you wrote some of this change. A data scientist who did not can say it.", "`%s`: você escreveu parte desta mudança. Quem pode dizer é um(a) cientista de dados que não escreveu."},
	"nothing-own":       {"`%s`: there is no yes or objection of yours here.", "`%s`: não há sim nem objeção sua aqui."},
}

// refusedExceptions answer the commands for what is out of the ordinary.
var refusedExceptions = map[string]both{
	"stakeholder-only":      {"`%s` is for a business stakeholder to say.", "`%s` cabe à parte interessada do negócio dizer."},
	"stakeholder-validator": {"`%s` at high risk is for the business stakeholder together with a validator.", "`%s` em risco alto é para a parte interessada do negócio junto com um validador."},
	"needs-validator":       {"`%s` is noted. At high risk a validator has to give the same command too; then it holds.", "`%s` foi anotado. Em risco alto um validador precisa dar o mesmo comando; então vale."},
	"needs-stakeholder":     {"`%s` is noted. At high risk the business stakeholder has to give the same command too; then it holds.", "`%s` foi anotado. Em risco alto a parte interessada do negócio precisa dar o mesmo comando; então vale."},
	"start-phase":           {"`%s` is followed by the phase in which the work is: development, deployment or monitoring.", "`%s` vem com a fase em que o trabalho está: desenvolvimento, implantação ou monitoramento."},
	"start-late":            {"`%s` comes before everything else: a step was asked for here already.", "`%s` vem antes de tudo: aqui uma etapa já foi pedida."},
	"risk-level":            {"`%s` is followed by a level, low, standard or high, and a reason.", "`%s` vem com um nível, baixo, padrão ou alto, e um motivo."},
	"risk-same":             {"`%s`: that is the risk already.", "`%s`: o risco já é esse."},
	"waive-form":            {"`%s` is followed by what may be missing, `until`, a day and a reason: `model-card until 2026-03-31 the reviewer is away`.", "`%s` vem com o que pode faltar, `até`, um dia e um motivo: `cartão do modelo até 2026-03-31 quem revisa está fora`."},
	"waive-what":            {"`%s`: name what may be missing by one of these words: data-analysis, design, budget, fairness, oversight, experiment, metric-report, model-card, deployment-plan, code-guidelines, deploy-workflow, readings, rollback-plan, users-informed.", "`%s`: diga o que pode faltar com uma destas palavras: analise-de-dados, desenho, orcamento, equidade, supervisao, experimento, relatorio-de-metricas, cartao-do-modelo, plano-de-implantacao, diretrizes-de-codigo, fluxo-de-implantacao, leituras, plano-de-reversao, usuarios-informados."},
	"waive-date":            {"`%s`: the day is written 2026-01-30, year first.", "`%s`: o dia se escreve 2026-01-30, com o ano na frente."},
	"waive-past":            {"`%s`: that day has passed.", "`%s`: esse dia já passou."},
	"waive-long":            {"`%s`: a year at most.", "`%s`: um ano no máximo."},
	"waive-long-high":       {"`%s`: 90 days at most at high risk.", "`%s`: 90 dias no máximo em risco alto."},
	"overrule-whom":         {"`%s`: that person has no objection here.", "`%s`: essa pessoa não tem objeção aqui."},
	"overrule-validator":    {"`%s`: only the validator who objected can take that objection back.", "`%s`: só o validador que objetou pode retirar essa objeção."},
}

// refusedContract answer the commands for what was agreed.
var refusedContract = map[string]both{
	"on-contract":     {"`%s` belongs where the metric table and the budget stand: on a deliverable or the bigger problem.", "`%s` pertence a onde estão a tabela de métricas e o orçamento: uma entrega ou o problema maior."},
	"metric-form":     {"`%s` is followed by the metric's name and its value: `monthly_churn 3.9 for 2026-01`.", "`%s` vem com o nome da métrica e o valor: `monthly_churn 3.9 de 2026-01`."},
	"metric-unknown":  {"`%s`: name one metric of the table above.", "`%s`: diga uma métrica da tabela acima."},
	"metric-measured": {"`%s`: that metric is measured, nobody reports it by hand.", "`%s`: essa métrica é medida, ninguém a informa à mão."},
	"metric-owner":    {"`%s`: the owner of the metric or the business stakeholder reports it.", "`%s`: quem informa é o responsável pela métrica ou a parte interessada do negócio."},
	"metric-number":   {"`%s`: the value cannot be read.", "`%s`: o valor não pode ser lido."},
	"metric-month":    {"`%s`: the month is written 2026-01, year first.", "`%s`: o mês se escreve 2026-01, com o ano na frente."},
	"metric-future":   {"`%s`: that month has not begun.", "`%s`: esse mês ainda não começou."},
	"target-form":     {"`%s` is followed by the metric's name, its target, `:` and a reason: `monthly_churn <= 3.5: the market moved`.", "`%s` vem com o nome da métrica, a meta, `:` e um motivo: `monthly_churn <= 3.5: o mercado mudou`."},
	"target-refused":  {"`%s`: nothing was changed.", "`%s`: nada foi mudado."},
	"budget-text":     {"`%s` is followed by the budget, or by `none`.", "`%s` vem com o orçamento, ou com `nenhum`."},
}

// refusedMeeting answer the commands that belong into meetings, and decisions.
var refusedMeeting = map[string]both{
	"on-meeting":       {"`%s` belongs in a review meeting.", "`%s` pertence a uma reunião de acompanhamento."},
	"not-our-meeting":  {"`%s`: this is not a review meeting that Phasegate opened, so nothing is written into it.", "`%s`: esta não é uma reunião aberta pelo Phasegate, então nada se escreve nela."},
	"meeting-full":     {"`%s`: the text of this meeting is full.", "`%s`: o texto desta reunião está cheio."},
	"action-form":      {"`%s` is followed by `@login`, what is to be done, `by` and a day: `@login map reason codes by 2026-01-16`.", "`%s` vem com `@login`, o que fazer, `até` e um dia: `@login mapear os códigos até 2026-01-16`."},
	"action-date":      {"`%s`: the day is written 2026-01-16, year first.", "`%s`: o dia se escreve 2026-01-16, com o ano na frente."},
	"action-past":      {"`%s`: that day has passed.", "`%s`: esse dia já passou."},
	"action-unknown":   {"`%s`: there is no such account. Name a person, with `@`.", "`%s`: essa conta não existe. Cite uma pessoa, com `@`."},
	"agenda-text":      {"`%s` is followed by what is to be discussed.", "`%s` vem com o que se quer discutir."},
	"reviewed-which":   {"`%s` in a meeting names what was read: `#6`, or `all` that is marked as not updated.", "`%s` em uma reunião diz o que foi lido: `#6`, ou `todos` os marcados como desatualizados."},
	"reviewed-unknown": {"`%s`: no open issue of the project.", "`%s`: não é uma issue aberta do projeto."},
	"on-problem":       {"`%s` belongs on the bigger problem or in a review meeting; with `overrule`, on the deliverable where the objection stands.", "`%s` pertence ao problema maior ou a uma reunião; com `anular`, à entrega onde está a objeção."},
	"overrule-there":   {"`%s` with `overrule` belongs on the deliverable where the objection stands.", "`%s` com `anular` pertence à entrega onde está a objeção."},
	"decide-kind":      {"`%s` is followed by what it is about, budget, metric or scope, `:` and what is decided: `scope: postpaid only`.", "`%s` vem com o assunto, orçamento, métrica ou escopo, `:` e o que se decide: `escopo: só pós-pago`."},
	"decide-text":      {"`%s`: what is decided is missing, after the `:` or below.", "`%s`: falta o que se decide, depois de `:` ou abaixo."},
	"decide-other":     {"`%s` here is about this bigger problem. Write it on the other one.", "`%s` aqui trata deste problema maior. Escreva no outro."},
	"decide-which":     {"`%s`: say which open bigger problem, as in `scope #2: postpaid only`.", "`%s`: diga qual problema maior aberto, como em `escopo #2: só pós-pago`."},
	"no-problem":       {"`%s`: no bigger problem is open.", "`%s`: nenhum problema maior está aberto."},
}

// leadIns stand before the list that a refusal adds.
var leadIns = map[string]both{
	"metric-form":      {"Reported by hand here:", "Informadas à mão aqui:"},
	"metric-unknown":   {"Reported by hand here:", "Informadas à mão aqui:"},
	"metric-measured":  {"Reported by hand here:", "Informadas à mão aqui:"},
	"metric-owner":     {"The owner is", "O responsável é"},
	"target-form":      {"The table has:", "A tabela tem:"},
	"reviewed-unknown": {"Not open here:", "Não aberta aqui:"},
	"decide-which":     {"Open now:", "Abertos agora:"},
}

func refused(code string) both {
	for _, texts := range []map[string]both{refusedCommands, refusedExceptions, refusedContract, refusedMeeting} {
		if text, ok := texts[code]; ok {
			return text
		}
	}
	return both{}
}

// Refused answers a command that was not carried out; code is one of the engine's.
func (p Printer) Refused(login, code string, c lifecycle.Command) string {
	return fmt.Sprintf("**%s:** ", markdown.Text(login)) + fmt.Sprintf(p.say(refused(code)), commandName(p.Lang, c)) + "\n"
}

// RefusedBecause is Refused with what went wrong in particular: a list of what there is instead, and what
// would be right. Both are untrusted.
func (p Printer) RefusedBecause(login, code string, c lifecycle.Command, words []string, why string) string {
	return p.fit(func(p Printer) string {
		text := strings.TrimSuffix(p.Refused(login, code, c), "\n")
		if why != "" {
			text += " " + p.text(why, 300)
		}
		if len(words) > 0 {
			text += " " + p.say(leadIns[code]) + " " + p.names(escaped(words)) + "."
		}
		return text + "\n"
	})
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
