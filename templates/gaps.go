package templates

import (
	"fmt"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// gapTexts are what is missing, in plain words; %s stands for the issues or sections concerned.
var gapTexts = map[string]both{
	"no-parent":           {"The bigger problem it serves: write `#` and its number under **Parent**.", "O problema maior a que serve: escreva `#` e o número em **Pertence a**."},
	"parent-missing":      {"%s, named under **Parent**, does not exist here.", "%s, em **Pertence a**, não existe aqui."},
	"parent-kind":         {"%s, named under **Parent**, is not a bigger problem.", "%s, em **Pertence a**, não é um problema maior."},
	"parent-open":         {"In %s, what the problem is and what solving it requires are not both answered.", "Em %s, qual é o problema e o que ele precisa ainda não têm as duas respostas."},
	"sections":            {"Nothing is written under %s.", "Falta escrever em %s."},
	"no-business-goal":    {"The metric table has no goal of class business.", "A tabela de métricas não tem meta da classe negócio."},
	"no-model-goal":       {"The metric table has no goal of class model.", "A tabela de métricas não tem meta da classe modelo."},
	"no-guardrail":        {"The metric table has no limit (type guardrail).", "A tabela de métricas não tem limite (tipo limite)."},
	"no-data":             {"No data requirement is linked: name one under **Data requirements**, or open one that names this as its parent.", "Nenhum dado necessário está ligado: cite um em **Dados necessários**, ou abra um que pertença a esta entrega."},
	"data-missing":        {"Data requirement %s does not exist yet.", "O dado necessário %s ainda não existe."},
	"data-open":           {"Data requirement %s is not validated: a data engineer and a subject matter expert say `/approve` there.", "O dado necessário %s não está validado: engenheiro(a) de dados e especialista do domínio dizem `/aprovar` lá."},
	"no-eda":              {"The data analysis: a merged pull request with a file under `reports/eda/`.", "A análise de dados: um pull request integrado com um arquivo em `reports/eda/`."},
	"no-design":           {"The implementation design: a merged pull request with a file under `docs/design/`.", "O desenho da implementação: um pull request integrado com um arquivo em `docs/design/`."},
	"no-budget":           {"The budget: an amount under **Budget**, or the word `none`.", "O orçamento: um valor em **Orçamento**, ou a palavra `nenhum`."},
	"nobody-on-it":        {"Support problem %s names nobody who is on it.", "O problema de suporte %s não diz quem cuida dele."},
	"no-slice":            {"The metric table has no row by slice or gap: at high risk, somebody must look at fairness.", "A tabela de métricas não tem linha por recorte ou diferença: em risco alto, alguém precisa olhar a equidade."},
	"no-oversight":        {"Who can stop or override it, and how, is not written.", "Não está escrito quem pode parar ou contrariar o resultado, e como."},
	"no-experiment":       {"An experiment: open one that names this as its parent, and write how it ended.", "Um experimento: abra um que pertença a esta entrega e escreva como terminou."},
	"not-adopted":         {"No experiment was adopted: a data scientist writes `adopted` as the outcome of one of %s.", "Nenhum experimento foi adotado: um(a) cientista de dados escreve `adotado` como desfecho de um destes: %s."},
	"no-report":           {"The metric report: nothing was measured on the default branch yet. The training or evaluation workflow reports it after a merge.", "O relatório de métricas: nada foi medido na branch padrão ainda. O workflow de treino ou avaliação o envia depois de um merge."},
	"new-report":          {"A newer metric report: nothing was measured on the default branch since this came back. Run the training or evaluation workflow there.", "Um relatório de métricas mais novo: nada foi medido na branch padrão desde que isto voltou. Execute lá o workflow de treino ou avaliação."},
	"report-expired":      {"The metric report of commit %s is no longer kept by GitHub: run the training or evaluation workflow again.", "O GitHub não guarda mais o relatório de métricas do commit %s: execute de novo o workflow de treino ou avaliação."},
	"report-fault":        {"The metric report cannot be read: %s. Correct what writes it and run it again.", "O relatório de métricas não pode ser lido: %s. Corrija o que o escreve e execute de novo."},
	"missed":              {"Missed in the metric report: %s. A better model reaches them; a business stakeholder can change what was agreed with `/target`.", "Não alcançado no relatório de métricas: %s. Um modelo melhor alcança; a parte interessada do negócio pode mudar o combinado com `/alvo`."},
	"not-reported":        {"The metric report has no value for %s: let the evaluation measure it too.", "O relatório de métricas não traz valor para %s: inclua isso na avaliação."},
	"no-model-card":       {"The model card: a merged pull request with a file `docs/model-card*.md`.", "O cartão do modelo: um pull request integrado com um arquivo `docs/model-card*.md`."},
	"old-model-card":      {"The model card: a merged pull request with a changed `docs/model-card*.md` since the design was approved.", "O cartão do modelo: um pull request integrado que mude `docs/model-card*.md` depois da aprovação do desenho."},
	"no-deployment":       {"No deployment is linked: open one that names this as its parent, with a rollback plan, the running cost, who is on call, and whether users are informed.", "Nenhuma implantação está ligada: abra uma que pertença a esta entrega, com plano de reversão, custo de operação, plantão e se os usuários foram informados."},
	"deployment-open":     {"In deployment %s, nothing is written under %s.", "Na implantação %s, falta escrever em %s."},
	"check-missing":       {"These checks of the code guidelines did not run: %s. A software engineer can start them.", "Estas verificações das diretrizes de código não foram executadas: %s. Um(a) engenheiro(a) de software pode iniciá-las."},
	"check-red":           {"These checks of the code guidelines are not green: %s. A software engineer can say what is wrong.", "Estas verificações das diretrizes de código não estão verdes: %s. Um(a) engenheiro(a) de software pode dizer o que há de errado."},
	"model-unnamed":       {"Which version of the model is ready is not named: the metric report has to say it (`model`).", "Falta dizer qual versão do modelo está pronta: o relatório de métricas precisa dizer (`model`)."},
	"dataset-unnamed":     {"Which version of the data the model was trained on is not named: the metric report has to say it (`dataset`).", "Falta dizer com qual versão dos dados o modelo foi treinado: o relatório de métricas precisa dizer (`dataset`)."},
	"commit-unnamed":      {"Which commit the model was made from is not named: the metric report has to say it (`commit`).", "Falta dizer de qual commit o modelo foi feito: o relatório de métricas precisa dizer (`commit`)."},
	"no-incident":         {"It came back because of an incident, and none is linked: open one that names this as its parent, and write its root cause.", "Voltou por causa de um incidente, e nenhum está ligado: abra um que pertença a esta entrega e escreva a causa raiz."},
	"no-root-cause":       {"The root cause of incident %s is not written: somebody who knows it fills **Root cause** there.", "Falta a causa raiz do incidente %s: quem a conhece preenche **Causa raiz** lá."},
	"no-workflow":         {"The deployment workflow: a merged pull request with a file `.github/workflows/deploy*`.", "O workflow de implantação: um pull request integrado com um arquivo `.github/workflows/deploy*`."},
	"not-deployed":        {"Nothing was deployed to production since the last step was approved: a backend engineer deploys it.", "Nada foi implantado em produção desde que a última etapa foi aprovada: um(a) engenheiro(a) de backend implanta."},
	"deployed-other":      {"What was deployed to production does not contain the model that was approved: deploy a commit that does.", "O que foi implantado em produção não contém o modelo aprovado: implante um commit que o contenha."},
	"deployed-unmeasured": {"What was deployed to production was changed after it was measured, in %s: deploy what was approved, or go back to development and measure it.", "O que foi implantado em produção mudou depois de ser medido, em %s: implante o que foi aprovado, ou volte ao desenvolvimento e meça."},
	"never-measured":      {"Not measured in production yet: %s. An ML engineer sees to it that the monitoring reports it.", "Ainda não medido em produção: %s. Um(a) engenheiro(a) de ML cuida para que o monitoramento informe."},
	"measured-long-ago":   {"Not measured in production for more than seven days: %s. An ML engineer sees to it that the monitoring reports it.", "Sem medição em produção há mais de sete dias: %s. Um(a) engenheiro(a) de ML cuida para que o monitoramento informe."},
	"no-owner":            {"Nobody is named for what is measured in production: %s. Write who in the column Owner.", "Ninguém responde pelo que é medido em produção: %s. Escreva quem na coluna Responsável."},
	"unread":              {"Could not be read, so it waits: %s.", "Não pôde ser lido, então espera: %s."},
}

// listShort is the reason why a pull request is not all listed though it is not too large.
const listShort = "list-short"

// unreadReasons are the words of facts.Reasons; any other reason is shown as it is.
var unreadReasons = map[string]both{
	"not-needed":         {"it was not asked for", "não foi consultado"},
	"too-many-merged":    {"more pull requests were merged since the deliverable was opened than are read", "foram integrados mais pull requests desde a abertura da entrega do que os que são lidos"},
	"merged-unread":      {"the merged pull requests could not be read", "os pull requests integrados não puderam ser lidos"},
	"reports-unread":     {"the metric reports could not be read", "os relatórios de métricas não puderam ser lidos"},
	"deployments-unread": {"the deployments could not be read", "as implantações não puderam ser lidas"},
	"checks-unread":      {"not all of the commit's checks may be read", "nem todas as verificações do commit podem ser lidas"},
	"commit-unknown":     {"one of the commits is not known", "um dos commits não é conhecido"},
	"commit-gone":        {"one of the commits is not there (any more)", "um dos commits não existe (mais)"},
	"too-many-files":     {"the pull request changes more files than GitHub lists (3,000)", "o pull request altera mais arquivos do que o GitHub lista (3.000)"},
	"too-many-commits":   {"the pull request has more commits than GitHub lists (250)", "o pull request tem mais commits do que o GitHub lista (250)"},
	listShort:            {"GitHub counts more files or commits than it lists at the moment", "o GitHub conta mais arquivos ou commits do que lista no momento"},
	"members-unread":     {"the App cannot see the people behind %s", "o App não vê as pessoas por trás de %s"},
	"secret-team":        {"the team %s is secret, so its people are not named here. Its maintainer or an owner of the organisation can make it visible, or the config can name the people", "o time %s é secreto, então suas pessoas não são nomeadas aqui. Quem mantém o time ou administra a organização pode torná-lo visível, ou a configuração pode citar as pessoas"},
	"no-account":         {"the config names %s, and no person on GitHub has that name (any more). Somebody with a role puts the right one into `.github/phasegate.yml`; where this role's own yes is missing for that, an administrator of the repository merges it", "a configuração cita %s, e ninguém no GitHub tem (mais) esse nome. Alguém com um papel põe o certo em `.github/phasegate.yml`; se para isso falta o sim deste mesmo papel, quem administra o repositório faz o merge"},
}

// Unread is why something could not be read, in plain words.
func Unread(l lifecycle.Lang, why string) string {
	return unread(l, why, func(s string) string { return s })
}

// unread is why something could not be read, in words. What comes from elsewhere is shown as show has it.
func unread(l lifecycle.Lang, why string, show func(string) string) string {
	code, what, _ := strings.Cut(why, " ")
	reason, known := unreadReasons[code]
	if !known {
		return show(why)
	}
	if text := reason.in(l); strings.Contains(text, "%s") {
		return fmt.Sprintf(text, show(what))
	}
	return reason.in(l)
}

var renewTexts = map[lifecycle.Cause]both{
	lifecycle.CauseProblem:  {"It came back because of the problem: change the problem or a section of this deliverable first.", "Voltou por causa do problema: antes, mude o problema ou uma seção desta entrega."},
	lifecycle.CauseData:     {"It came back because of the data: validate a data requirement again (a data engineer and a subject matter expert write `/approve` %s), or merge a newer analysis.", "Voltou por causa dos dados: valide de novo um dado necessário (engenheiro(a) de dados e especialista do domínio escrevem `/aprovar` %s), ou integre uma análise mais nova."},
	lifecycle.CauseCode:     {"It came back because of the code: merge a change under `serving/` or `src/` first.", "Voltou por causa do código: antes, integre uma mudança em `serving/` ou `src/`."},
	lifecycle.CauseInfra:    {"It came back because of the infrastructure: a backend engineer deploys it to production again.", "Voltou por causa da infraestrutura: um(a) engenheiro(a) de backend implanta de novo em produção."},
	lifecycle.CauseMetrics:  {"It came back because of the metrics: change the metric table first.", "Voltou por causa das métricas: antes, mude a tabela de métricas."},
	lifecycle.CauseModel:    {"It came back because of the model: a newer metric report on the default branch has to reach every goal and keep every limit.", "Voltou por causa do modelo: um relatório de métricas mais novo no ramo padrão precisa atingir toda meta e manter todo limite."},
	lifecycle.CauseIncident: {"It came back because of an incident: its root cause has to be written there, and a newer metric report to reach every goal and keep every limit.", "Voltou por causa de um incidente: é preciso escrever a causa raiz nele, e um relatório de métricas mais novo atingir toda meta e manter todo limite."},
}

// Gap tells what is missing, one line of Markdown for each thing to do.
func (p Printer) Gap(g GapView) []string {
	switch g.Code {
	case "metric-errors":
		lines := make([]string, len(g.Texts))
		for i, t := range g.Texts {
			lines[i] = p.text(t, 300)
		}
		return lines
	case "renew":
		return []string{p.renewal(g)}
	}
	text := gapTexts[g.Code].in(p.Lang)
	if g.Code == "deployment-open" {
		return []string{fmt.Sprintf(text, p.list(issues(g)), p.list(p.sections(lifecycle.DeploymentKind, g)))}
	}
	if !strings.Contains(text, "%s") {
		return []string{text}
	}
	return []string{fmt.Sprintf(text, p.concerned(g))}
}

// renewal is what a return asks to be renewed.
func (p Printer) renewal(g GapView) string {
	text := renewTexts[g.Cause].in(p.Lang)
	if g.Cause != lifecycle.CauseData {
		return text
	}
	where := p.say(both{"there", "lá"})
	if len(g.Numbers) > 0 {
		where = p.say(both{"in ", "em "}) + p.either(issues(g))
	}
	return fmt.Sprintf(text, where)
}

func (p Printer) concerned(g GapView) string {
	words := append(issues(g), p.sections(lifecycle.Deliverable, g)...)
	for _, t := range g.Texts {
		words = append(words, p.unread(t))
	}
	return p.list(words)
}

func issues(g GapView) []string {
	var words []string
	for _, n := range g.Numbers {
		words = append(words, fmt.Sprintf("#%d", n))
	}
	return words
}

// sections are the headings of the kind's form.
func (p Printer) sections(k lifecycle.Kind, g GapView) []string {
	var words []string
	for _, s := range g.Sections {
		words = append(words, "**"+sectionTitle(p.Lang, k, s)+"**")
	}
	return words
}

// gapLines tells all gaps, in order.
func (p Printer) gapLines(gaps []GapView) []string {
	var lines []string
	for _, g := range gaps {
		lines = append(lines, p.Gap(g)...)
	}
	return lines
}
