package templates

import "github.com/phasegate/phasegate/internal/lifecycle"

// shape is how a question is answered, in GitHub's word.
type shape string

const (
	longText  shape = "textarea"
	shortText shape = "input"
	choice    shape = "dropdown"
)

// field is what stands around the answer of a section. The zero value is a long text without help.
type field struct {
	shape   shape
	help    both   // below the heading
	example both   // shown in the empty field, never submitted
	options []both // of a choice; "none" is GitHub's own word for no choice
	preset  int    // option chosen to begin with, from 1; 0 for no choice
}

// fieldAt is a section of one kind's form.
type fieldAt struct {
	kind lifecycle.Kind
	key  lifecycle.SectionKey
}

// fieldFor is the field of a section: the kind's own, or the one all kinds share.
func fieldFor(k lifecycle.Kind, key lifecycle.SectionKey) field {
	if f, ok := fields[fieldAt{k, key}]; ok {
		return f
	}
	return fields[fieldAt{key: key}]
}

// formWord is what introduces a form.
type formWord struct {
	about both // in GitHub's list of forms; at most 200 characters
	intro both // at the top of the form
}

// welcome ends the introduction of every form.
var welcome = both{
	"Plain words are best, and everything can be edited later. Fields with * need an answer. Afterwards Phasegate writes what comes next into the issue; nothing more has to be learnt now.",
	"Palavras simples são as melhores, e tudo pode ser editado depois. Campos com * precisam de resposta. Depois o Phasegate escreve na issue o que vem a seguir; não é preciso aprender mais nada agora.",
}

var formWords = map[lifecycle.Kind]formWord{
	lifecycle.Problem: {
		both{"The problem as the business sees it: what hurts, what solving it needs, what it may cost. Deliverables hang on it.", "O problema como o negócio o vê: o que dói, o que resolver exige, quanto pode custar. As entregas se ligam a ele."},
		both{"One issue for the whole problem. It has no phase: it shows where all its deliverables stand.", "Uma issue para o problema inteiro. Ele não tem fase: mostra onde estão todas as suas entregas."},
	},
	lifecycle.SupportProblem: {
		both{"A smaller problem that has to be solved on the way to a deliverable, and who is on it.", "Um problema menor a resolver no caminho de uma entrega, e quem está nele."},
		both{"For what stands in the way of a deliverable: a missing field, an unclear rule, a system that does not answer.", "Para o que está no caminho de uma entrega: um campo que falta, uma regra pouco clara, um sistema que não responde."},
	},
	lifecycle.Deliverable: {
		both{"Something handed over to somebody: a score, a list, a service. It moves from design to monitoring, step by step.", "Algo que se entrega a alguém: uma pontuação, uma lista, um serviço. Vai do desenho ao monitoramento, passo a passo."},
		both{"A deliverable begins in design. It moves on once what is written here is agreed to by the people whose work depends on it.", "Uma entrega começa no desenho. Ela avança quando as pessoas cujo trabalho depende dela concordam com o que está escrito aqui."},
	},
	lifecycle.Data: {
		both{"Data that a deliverable needs. A data engineer and a subject matter expert say whether it can be relied on.", "Dados de que uma entrega precisa. Uma pessoa da engenharia de dados e uma especialista do domínio dizem se são confiáveis."},
		both{"Two people look at this: a data engineer at the quality, a subject matter expert at the meaning. When both have said yes, the data counts as validated.", "Duas pessoas olham isto: quem responde pela engenharia de dados, a qualidade; especialista do domínio, o significado. Quando as duas disserem sim, os dados estão validados."},
	},
	lifecycle.Experiment: {
		both{"One attempt: a hypothesis, the data, an algorithm and its settings, and what came of it.", "Uma tentativa: hipótese, dados, um algoritmo e seus parâmetros, e no que deu."},
		both{"Open it before the training starts, and come back to fill in the result and the outcome.", "Abra antes de o treino começar, e volte para preencher o resultado e o desfecho."},
	},
	lifecycle.DeploymentKind: {
		both{"How a deliverable reaches its users: where it runs, how it is released, watched and taken back.", "Como uma entrega chega aos usuários: onde roda, como é liberada, observada e revertida."},
		both{"For the people who will run it: with this in hand, somebody who did not build it can release it and take it back.", "Para quem vai operar: com isto em mãos, quem não a construiu consegue liberar e reverter."},
	},
	lifecycle.Incident: {
		both{"Something is wrong with what runs: a limit is passed, users see wrong results.", "Algo está errado com o que está rodando: um limite foi ultrapassado, usuários veem resultados errados."},
		both{"Write what is known now; the rest can follow. The root cause is needed only to close the incident.", "Escreva o que se sabe agora; o resto pode vir depois. A causa raiz só é necessária para encerrar o incidente."},
	},
}

// fields are the helps and examples. An entry without a kind serves every form that has the section.
var fields = map[fieldAt]field{
	{key: lifecycle.SecParent}: {shape: shortText,
		help:    both{"The deliverable this belongs to: `#` and its number.", "A entrega a que isto pertence: `#` e o número."},
		example: both{"#3", "#3"}},
	{lifecycle.Deliverable, lifecycle.SecParent}: {shape: shortText,
		help:    both{"The bigger problem this helps to solve: `#` and its number.", "O problema maior que isto ajuda a resolver: `#` e o número."},
		example: both{"#2", "#2"}},
	{key: lifecycle.SecBudget}: {shape: shortText,
		help:    both{"An amount with its currency, or the word `none`.", "Um valor com a moeda, ou a palavra `nenhum`."},
		example: both{"40000 EUR, until June", "40000 BRL por mês, até junho"}},

	// Bigger problem
	{key: lifecycle.SecProblem}: {
		help:    both{"What hurts, for whom, and how one can tell.", "O que dói, para quem, e como se percebe."},
		example: both{"Each month 5 % of our postpaid customers leave; most of them had called us twice in the weeks before.", "Todo mês 5% dos clientes pós-pagos cancelam; a maioria ligou duas vezes nas semanas anteriores."}},
	{key: lifecycle.SecRequires}: {
		help:    both{"What has to be true for the problem to be solved. Not yet how.", "O que precisa ser verdade para o problema estar resolvido. Ainda não o como."},
		example: both{"We know a week ahead who is likely to leave, and somebody can make them an offer.", "Sabemos com uma semana de antecedência quem tende a sair, e alguém pode fazer uma oferta."}},
	{key: lifecycle.SecVision}: {
		help: both{"Why this company should solve it, and why now.", "Por que esta empresa deve resolvê-lo, e por que agora."}},
	{key: lifecycle.SecMetrics}: {
		help: both{"Fill in the table; add a line for each further metric.", "Preencha a tabela; acrescente uma linha para cada métrica a mais."}},
	{key: lifecycle.SecAffected}: {
		help: both{"Customers, colleagues, partners: who notices the problem, who would notice the solution.", "Clientes, colegas, parceiros: quem percebe o problema, quem perceberia a solução."}},
	{key: lifecycle.SecOutOfScope}: {
		help: both{"What somebody might expect and will not get.", "O que alguém poderia esperar e não vai receber."}},

	// Support problem
	{key: lifecycle.SecInTheWay}: {
		help:    both{"What does not work, or is not known.", "O que não funciona, ou não se sabe."},
		example: both{"Cancellation reasons are typed in freely and often left out.", "Os motivos de cancelamento são digitados à mão e muitas vezes faltam."}},
	{key: lifecycle.SecWhySolved}: {
		help: both{"What cannot be done, or goes wrong, while this is unsolved.", "O que não dá para fazer, ou sai errado, enquanto isto não se resolve."}},
	{key: lifecycle.SecPeople}: {shape: shortText,
		help:    both{"Who is on it: `@` and the login of at least one person.", "Quem está nele: `@` e o login de ao menos uma pessoa."},
		example: both{"@ana @bruno", "@ana @bruno"}},
	{key: lifecycle.SecHelpsMetric}: {shape: shortText,
		help:    both{"The metric of the deliverable that gets better, by its name.", "A métrica da entrega que melhora, pelo nome."},
		example: both{"recall_top_decile", "recall_top_decile"}},
	{key: lifecycle.SecKnownSolved}: {
		help: both{"How somebody can see that it is solved.", "Como alguém pode ver que está resolvido."}},
	{key: lifecycle.SecDue}: {shape: shortText,
		help:    both{"The day by which it has to be solved, as year-month-day.", "O dia até quando precisa estar resolvido, como ano-mês-dia."},
		example: both{"2026-03-31", "2026-03-31"}},

	// Deliverable
	{key: lifecycle.SecHandedOver}: {
		help:    both{"What somebody receives, who receives it, and how often.", "O que alguém recebe, quem recebe, e com que frequência."},
		example: both{"A list of the 500 customers most likely to leave, for the call centre, each Monday.", "Uma lista dos 500 clientes com maior chance de sair, para a central de atendimento, toda segunda-feira."}},
	{key: lifecycle.SecContext}: {
		help: both{"What one must know to understand why this is needed.", "O que é preciso saber para entender por que isto é necessário."}},
	{key: lifecycle.SecValue}: {
		help: both{"What gets better, for whom, and by roughly how much.", "O que melhora, para quem, e mais ou menos quanto."}},
	{key: lifecycle.SecRequirements}: {
		help:    both{"What it has to do to be of use, in the words of those who will use it.", "O que precisa fazer para ser útil, nas palavras de quem vai usar."},
		example: both{"- ready on Mondays before 08:00\n- says why a customer is on the list", "- pronta às segundas antes das 08:00\n- diz por que um cliente está na lista"}},
	{key: lifecycle.SecProcessing}: {
		help: both{"Which data is joined, cleaned and left out, and how.", "Quais dados são unidos, limpos e deixados de fora, e como."}},
	{key: lifecycle.SecDataReqs}: {shape: shortText,
		help:    both{"The issues of the data it needs, as `#` and number. Leave empty if they will name this deliverable as their parent.", "As issues dos dados de que precisa, como `#` e número. Deixe vazio se elas forem citar esta entrega em Pertence a."},
		example: both{"#5 #8", "#5 #8"}},
	{key: lifecycle.SecRisk}: {shape: choice, preset: 2,
		help: both{"How bad could a wrong result be? `low`: a nuisance, two people agree. `standard`: four people agree. `high`: people may come to harm or be treated unfairly; a validator agrees too.",
			"Quão ruim pode ser um resultado errado? `baixo`: um incômodo, duas pessoas concordam. `padrão`: quatro pessoas concordam. `alto`: pessoas podem sofrer dano ou tratamento injusto; alguém de fora também valida."},
		options: []both{{"low", "baixo"}, {"standard", "padrão"}, {"high", "alto"}}},
	{key: lifecycle.SecOversight}: {
		help: both{"The person or role that can stop it or decide otherwise, and how. Needed at high risk.", "A pessoa ou o papel que pode pará-lo ou decidir diferente, e como. Necessário em risco alto."}},
	{key: lifecycle.SecGuidelines}: {
		help: both{"Which rules for code apply: a link or the name of a page.", "Quais regras de código valem: um link ou o nome de uma página."}},
	{key: lifecycle.SecPaths}: {
		help:    both{"Only when several deliverables share this repository: its own files, one pattern a line.", "Só quando várias entregas dividem este repositório: os arquivos dela, um padrão por linha."},
		example: both{"src/churn/**", "src/churn/**"}},

	// Data requirement
	{key: lifecycle.SecMeaning}: {
		help: both{"What a row stands for and what its fields say, as somebody from the field would put it.", "O que uma linha representa e o que seus campos dizem, como alguém do domínio explicaria."}},
	{key: lifecycle.SecSource}: {
		help: both{"The system it comes from, and who answers for it.", "O sistema de onde vem, e quem responde por ele."}},
	{key: lifecycle.SecPeriod}: {
		help:    both{"From when to when, and one row for each what.", "De quando a quando, e uma linha para cada o quê."},
		example: both{"January 2024 to December 2025; one row for each customer and month", "janeiro de 2024 a dezembro de 2025; uma linha por cliente e mês"}},
	{key: lifecycle.SecQuality}: {
		help:    both{"Rules that a program can check.", "Regras que um programa consegue verificar."},
		example: both{"- customer_id is never empty and unique within a month\n- amount is at least 0", "- customer_id nunca é vazio e é único no mês\n- amount é pelo menos 0"}},
	{key: lifecycle.SecPersonal}: {
		help: both{"Which fields are about people, on which legal ground they are used, and when they are deleted. If there are no such fields, say so.", "Quais campos são sobre pessoas, com que base legal são usados e quando são apagados. Se não houver, diga isso."}},
	{key: lifecycle.SecTraps}: {
		help: both{"Fields that are known only after the fact, arrive late, or changed their meaning.", "Campos conhecidos só depois do fato, que chegam tarde ou mudaram de significado."}},
	{key: lifecycle.SecStorage}: {
		help: both{"Where it is kept, and how often it is renewed.", "Onde fica guardado, e com que frequência é renovado."}},

	// Experiment
	{key: lifecycle.SecHypothesis}: {
		help:    both{"What you expect, and why.", "O que você espera, e por quê."},
		example: both{"Gradient boosting finds more of those who leave than the present rules, since usage drops unevenly.", "Gradient boosting encontra mais clientes que saem do que as regras atuais, pois o uso cai de forma desigual."}},
	{key: lifecycle.SecDataset}: {shape: shortText,
		help:    both{"Name and version, so that somebody can take the same data again.", "Nome e versão, para que alguém possa usar os mesmos dados de novo."},
		example: both{"usage@2026-01", "usage@2026-01"}},
	{key: lifecycle.SecFeatures}: {
		help: both{"What the model is given to see.", "O que o modelo recebe para ver."}},
	{key: lifecycle.SecAlgorithm}: {
		help: both{"The method and its settings, or the file that holds them.", "O método e seus parâmetros, ou o arquivo que os contém."}},
	{key: lifecycle.SecPlanned}: {
		help:    both{"What will be measured, said before it is measured.", "O que será medido, dito antes de medir."},
		example: both{"recall_top_decile, calibration_error; recall by region", "recall_top_decile, calibration_error; recall por região"}},
	{key: lifecycle.SecCompute}: {shape: shortText,
		help:    both{"When to stop: hours, or an amount of money.", "Quando parar: horas, ou um valor em dinheiro."},
		example: both{"8 hours on one GPU", "8 horas em uma GPU"}},
	{key: lifecycle.SecResult}: {
		help: both{"What was measured. Fill in when it is done.", "O que foi medido. Preencha quando terminar."}},
	{key: lifecycle.SecOutcome}: {shape: choice, preset: 1,
		help:    both{"`running` for now; later whether it was adopted or dropped.", "`em andamento` por ora; depois, se foi adotado ou descartado."},
		options: []both{{"running", "em andamento"}, {"adopted", "adotado"}, {"dropped", "descartado"}}},
	{key: lifecycle.SecLearned}: {
		help: both{"What the next one should know, above all when it failed.", "O que a próxima tentativa deve saber, sobretudo se esta falhou."}},

	// Deployment
	{key: lifecycle.SecChanges}: {
		help: both{"What they will see or do differently.", "O que vão ver ou fazer de outro jeito."}},
	{key: lifecycle.SecEnvironment}: {shape: shortText,
		help:    both{"Where it will run.", "Onde vai rodar."},
		example: both{"production", "production"}},
	{key: lifecycle.SecRollout}: {shape: choice,
		help: both{"`shadow`: it runs, nobody sees the result. `canary`: a few see it first. `all`: everybody at once.",
			"`sombra`: roda, ninguém vê o resultado. `canário`: alguns veem primeiro. `todos`: todos de uma vez."},
		options: []both{{"shadow", "sombra"}, {"canary", "canário"}, {"all", "todos"}}},
	{key: lifecycle.SecRollback}: {
		help: both{"How to go back to what was there before, who may do it, and how long it takes.", "Como voltar ao que havia antes, quem pode fazer isso, e quanto demora."}},
	{key: lifecycle.SecRunningCost}: {shape: shortText,
		help:    both{"What it will cost to run, by month.", "Quanto vai custar operar, por mês."},
		example: both{"1200 EUR/month", "1200 BRL/mês"}},
	{key: lifecycle.SecOnCall}: {shape: shortText,
		help:    both{"Who is called when it breaks, and when they can be reached.", "Quem é chamado quando quebra, e em que horário."},
		example: both{"@ana, working days 08:00 to 18:00", "@ana, dias úteis das 08:00 às 18:00"}},
	{key: lifecycle.SecAlarms}: {
		help: both{"What is watched, and at which values somebody is told.", "O que é observado, e em que valores alguém é avisado."}},
	{key: lifecycle.SecInformed}: {
		help: both{"Who was told, how and when. It may be filled in later.", "Quem foi avisado, como e quando. Pode ser preenchido depois."}},

	// Incident
	{key: lifecycle.SecReadings}: {
		help:    both{"What was measured, and what was agreed.", "O que foi medido, e o que estava combinado."},
		example: both{"psi_score 0.31 on 10 March, at most 0.20 agreed", "psi_score 0,31 em 10 de março, no máximo 0,20 combinado"}},
	{key: lifecycle.SecSeen}: {shape: shortText,
		help:    both{"When it was noticed first, and when last.", "Quando foi notado primeiro, e por último."},
		example: both{"2026-03-10 06:00 / 2026-03-11 06:00", "2026-03-10 06:00 / 2026-03-11 06:00"}},
	{key: lifecycle.SecEffect}: {
		help: both{"Who notices, and what it costs them.", "Quem percebe, e o que isso custa."}},
	{key: lifecycle.SecImmediate}: {shape: choice,
		help:    both{"What has been done at once.", "O que foi feito de imediato."},
		options: []both{{"nothing yet", "nada ainda"}, {"rollback", "reversão"}, {"switch off", "desligamento"}}},
	{key: lifecycle.SecRootCause}: {
		help: both{"Why it happened. Needed to close the incident, not to open it.", "Por que aconteceu. Necessária para encerrar o incidente, não para abrir."}},
	{key: lifecycle.SecGoBack}: {shape: choice,
		help:    both{"If work has to be done again: from where on. Going back itself takes a comment on the deliverable.", "Se for preciso refazer: a partir de onde. A volta em si se pede com um comentário na entrega."},
		options: []both{phaseNames[lifecycle.Design], phaseNames[lifecycle.Development], phaseNames[lifecycle.Deployment]}},
	{key: lifecycle.SecFollowUp}: {
		help: both{"What is to be done so that it does not happen again, and by whom.", "O que fazer para que não se repita, e quem faz."}},
}
