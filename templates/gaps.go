package templates

import (
	"fmt"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// gapTexts are what is missing, in plain words; %s stands for the issues or sections concerned.
var gapTexts = map[string]both{
	"no-parent":        {"The bigger problem it serves: write `#` and its number under **Parent**.", "O problema maior a que serve: escreva `#` e o número em **Pertence a**."},
	"parent-missing":   {"%s, named under **Parent**, does not exist here.", "%s, em **Pertence a**, não existe aqui."},
	"parent-kind":      {"%s, named under **Parent**, is not a bigger problem.", "%s, em **Pertence a**, não é um problema maior."},
	"parent-open":      {"In %s, what the problem is and what solving it requires are not both answered.", "Em %s, qual é o problema e o que ele precisa ainda não têm as duas respostas."},
	"sections":         {"Nothing is written under %s.", "Falta escrever em %s."},
	"no-business-goal": {"The metric table has no goal of class business.", "A tabela de métricas não tem meta da classe negócio."},
	"no-model-goal":    {"The metric table has no goal of class model.", "A tabela de métricas não tem meta da classe modelo."},
	"no-guardrail":     {"The metric table has no limit (type guardrail).", "A tabela de métricas não tem limite (tipo limite)."},
	"no-data":          {"No data requirement is linked: name one under **Data requirements**, or open one that names this as its parent.", "Nenhum dado necessário está ligado: cite um em **Dados necessários**, ou abra um que pertença a esta entrega."},
	"data-missing":     {"Data requirement %s does not exist yet.", "O dado necessário %s ainda não existe."},
	"data-open":        {"Data requirement %s is not validated: a data engineer and a subject matter expert say `/approve` there.", "O dado necessário %s não está validado: engenheiro(a) de dados e especialista do domínio dizem `/aprovar` lá."},
	"no-eda":           {"The data analysis: a merged pull request with a file under `reports/eda/`.", "A análise de dados: um pull request integrado com um arquivo em `reports/eda/`."},
	"no-design":        {"The implementation design: a merged pull request with a file under `docs/design/`.", "O desenho da implementação: um pull request integrado com um arquivo em `docs/design/`."},
	"no-budget":        {"The budget: an amount under **Budget**, or the word `none`.", "O orçamento: um valor em **Orçamento**, ou a palavra `nenhum`."},
	"nobody-on-it":     {"Support problem %s names nobody who is on it.", "O problema de suporte %s não diz quem cuida dele."},
	"no-slice":         {"The metric table has no row by slice or gap: at high risk, somebody must look at fairness.", "A tabela de métricas não tem linha por recorte ou diferença: em risco alto, alguém precisa olhar a equidade."},
	"no-oversight":     {"Who can stop or override it, and how, is not written.", "Não está escrito quem pode parar ou contrariar o resultado, e como."},
	"unread":           {"Could not be read, so it waits: %s.", "Não pôde ser lido, então espera: %s."},
}

var renewTexts = map[lifecycle.Cause]both{
	lifecycle.CauseProblem: {"It came back because of the problem: change the problem or a section of this deliverable first.", "Voltou por causa do problema: antes, mude o problema ou uma seção desta entrega."},
	lifecycle.CauseData:    {"It came back because of the data: validate a data requirement again, or merge a newer analysis.", "Voltou por causa dos dados: valide de novo um dado necessário, ou integre uma análise mais nova."},
	lifecycle.CauseMetrics: {"It came back because of the metrics: change the metric table first.", "Voltou por causa das métricas: antes, mude a tabela de métricas."},
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
		return []string{renewTexts[g.Cause].in(p.Lang)}
	}
	text := gapTexts[g.Code].in(p.Lang)
	if !strings.Contains(text, "%s") {
		return []string{text}
	}
	return []string{fmt.Sprintf(text, p.concerned(g))}
}

func (p Printer) concerned(g GapView) string {
	var words []string
	for _, n := range g.Numbers {
		words = append(words, fmt.Sprintf("#%d", n))
	}
	for _, s := range g.Sections {
		words = append(words, "**"+sectionTitle(p.Lang, lifecycle.Deliverable, s)+"**")
	}
	for _, t := range g.Texts {
		words = append(words, p.text(t, 300))
	}
	return p.list(words)
}

// gapLines tells all gaps, in order.
func (p Printer) gapLines(gaps []GapView) []string {
	var lines []string
	for _, g := range gaps {
		lines = append(lines, p.Gap(g)...)
	}
	return lines
}
