package acceptance_test

import (
	"fmt"
	"maps"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// answers are what somebody filled in on an issue form.
type answers map[lifecycle.SectionKey]text

// with is a copy with one answer replaced.
func (a answers) with(key lifecycle.SectionKey, t text) answers {
	b := maps.Clone(a)
	b[key] = t
	return b
}

// form writes an issue's body as GitHub does for a form: each question as a heading, "_No response_"
// where nothing was answered.
func form(k lifecycle.Kind, lang lifecycle.Lang, a answers) string {
	var b strings.Builder
	for _, s := range lifecycle.Form(k) {
		given := a[s.Key].in(lang)
		if given == "" {
			given = "_No response_"
		}
		fmt.Fprintf(&b, "### %s\n\n%s\n\n", s.Title[lang], given)
	}
	return strings.TrimSpace(b.String())
}

// metric is a row of a metric table, its words in English.
type metric struct{ name, class, kind, target, unit, slice, source, owner string }

var tableWords = map[string]string{
	"business": "negócio", "model": "modelo", "service": "serviço", "data": "dados",
	"goal": "meta", "guardrail": "limite", "all": "todos", "gap(region)": "diferença(region)",
}

// table writes a metric table in both languages.
func table(rows ...metric) text {
	en := "| Metric | Class | Type | Target | Unit | Slice | Source | Owner |\n|---|---|---|---|---|---|---|---|\n"
	pt := "| Métrica | Classe | Tipo | Meta | Unidade | Recorte | Fonte | Responsável |\n|---|---|---|---|---|---|---|---|\n"
	word := func(s string) string {
		if w, ok := tableWords[s]; ok {
			return w
		}
		return s
	}
	for _, r := range rows {
		en += fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %s | %s |\n", r.name, r.class, r.kind, r.target, r.unit, r.slice, r.source, r.owner)
		pt += fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %s | %s |\n", r.name, word(r.class), word(r.kind), r.target, r.unit, word(r.slice), r.source, r.owner)
	}
	return text{strings.TrimSpace(en), strings.TrimSpace(pt)}
}

// The bigger problem, #2. Its first target cannot be read at first.
func problemForm(target, unit string) answers {
	return answers{
		lifecycle.SecProblem:  {"Too many postpaid customers leave of their own will.", "Clientes pós-pagos demais saem por vontade própria."},
		lifecycle.SecRequires: {"Knowing a month ahead who is about to leave, and an offer worth making.", "Saber com um mês de antecedência quem está para sair, e uma oferta que valha a pena."},
		lifecycle.SecVision:   {"Keep the customers we have before we buy new ones.", "Manter os clientes que temos antes de comprar novos."},
		lifecycle.SecMetrics: table(
			metric{"monthly_churn", "business", "goal", target, unit, "all", "manual", "@helena-bs"},
			metric{"saved_revenue", "business", "goal", ">= 900000", "BRL/month", "all", "manual", "@helena-bs"},
			metric{"offer_cost", "business", "guardrail", "<= 250000", "BRL/month", "all", "manual", "@helena-bs"}),
		lifecycle.SecBudget: {"300000 BRL in 2026", "300000 BRL em 2026"},
	}
}

const problemTitle = "Voluntary churn erodes postpaid revenue"

// The first deliverable, #3.
func scoreForm() answers {
	return answers{
		lifecycle.SecParent:       same("#2"),
		lifecycle.SecHandedOver:   {"A score for each postpaid customer, every Monday.", "Uma nota para cada cliente pós-pago, toda segunda-feira."},
		lifecycle.SecContext:      {"Agents call customers at random today.", "Hoje os agentes ligam para clientes ao acaso."},
		lifecycle.SecValue:        {"Calls go to who is about to leave.", "As ligações vão para quem está para sair."},
		lifecycle.SecRequirements: {"A list of 1000 customers by Monday, 08:00.", "Uma lista de 1000 clientes até segunda-feira, 08:00."},
		lifecycle.SecMetrics: table(
			metric{"recall_top_decile", "model", "goal", ">= 0.40", "ratio", "all", "ci", "@sara-ds"},
			metric{"calibration_error", "model", "guardrail", "<= 0.05", "ratio", "all", "ci", "@tomas-ds"},
			metric{"recall", "model", "guardrail", "<= 0.08", "ratio", "gap(region)", "ci", "@rui-sme"},
			metric{"score_latency_p95", "service", "guardrail", "<= 120", "ms", "all", "monitor", "@bento-be"},
			metric{"psi_score", "data", "guardrail", "<= 0.20", "ratio", "all", "monitor", "@mina-mle"},
			metric{"saved_customers", "business", "goal", ">= 1500", "customers/month", "all", "manual", "@helena-bs"}),
		lifecycle.SecProcessing: {"Monthly usage joined with billing, by contract.", "Uso mensal unido à cobrança, por contrato."},
		lifecycle.SecBudget:     {"40000 BRL/month requested", "40000 BRL/month requested"},
		lifecycle.SecRisk:       {"standard", "padrão"},
	}
}

const scoreTitle = "Weekly churn score"

// The second deliverable, #4.
func offersForm() answers {
	return answers{
		lifecycle.SecParent:       same("#2"),
		lifecycle.SecHandedOver:   {"A list of offers on the agent's screen (rules, no model).", "Uma lista de ofertas na tela do agente (regras, sem modelo)."},
		lifecycle.SecContext:      {"Agents choose offers from memory.", "Os agentes escolhem ofertas de memória."},
		lifecycle.SecValue:        {"Each customer hears the offer that fits.", "Cada cliente ouve a oferta que serve."},
		lifecycle.SecRequirements: {"At most three offers, with their cost.", "No máximo três ofertas, com o custo."},
		lifecycle.SecMetrics: table(
			metric{"offer_acceptance", "business", "goal", ">= 12", "%", "all", "manual", "@helena-bs"},
			metric{"list_latency_p95", "service", "guardrail", "<= 200", "ms", "all", "monitor", "@bento-be"}),
		lifecycle.SecProcessing: {"Plan and usage of the last month.", "Plano e uso do último mês."},
		lifecycle.SecDataReqs:   same("#5"),
		lifecycle.SecBudget:     {"none", "nenhum"},
		lifecycle.SecRisk:       {"low", "baixo"},
	}
}

const offersTitle = "Retention offer list for agents"

// The data requirement, #5.
func dataForm() answers {
	return answers{
		lifecycle.SecParent:   same("#3"),
		lifecycle.SecMeaning:  {"What a customer used and was charged, and the reason they gave when they left.", "O que o cliente usou e pagou, e o motivo que deu ao sair."},
		lifecycle.SecSource:   {"Billing warehouse, dora-de", "Armazém de cobrança, dora-de"},
		lifecycle.SecPeriod:   {"24 months, by contract and month", "24 meses, por contrato e mês"},
		lifecycle.SecQuality:  {"No month without rows; less than 1 % of contracts without usage", "Nenhum mês sem linhas; menos de 1 % dos contratos sem uso"},
		lifecycle.SecPersonal: {"Customer number; contract; 24 months", "Número do cliente; contrato; 24 meses"},
	}
}

const dataTitle = "Billing and usage, 24 months"

// supportForm is the support problem, #6.
func supportForm() answers {
	return answers{
		lifecycle.SecParent:    same("#3"),
		lifecycle.SecInTheWay:  {"Reason codes are typed in a hurry.", "Os códigos de motivo são digitados às pressas."},
		lifecycle.SecWhySolved: {"The score learns from them.", "A nota aprende com eles."},
		lifecycle.SecPeople:    same("@rui-sme @dora-de"),
	}
}

const supportTitle = "Cancellation reason codes are unreliable"

// experimentForm is the experiment, #9, while it runs.
func experimentForm() answers {
	return answers{
		lifecycle.SecParent:     same("#3"),
		lifecycle.SecHypothesis: {"Usage that falls for two months comes before leaving.", "Uso que cai por dois meses vem antes da saída."},
		lifecycle.SecDataset:    same("usage@2026-01"),
		lifecycle.SecFeatures:   same("features/usage.py"),
		lifecycle.SecAlgorithm:  {"Gradient boosting, depth 6, 400 trees", "Gradient boosting, profundidade 6, 400 árvores"},
		lifecycle.SecPlanned:    {"recall_top_decile, calibration_error, recall by region", "recall_top_decile, calibration_error, recall por região"},
		lifecycle.SecOutcome:    {"running", "em andamento"},
	}
}

// deploymentForm is the deployment, #13.
func deploymentForm() answers {
	return answers{
		lifecycle.SecParent:      same("#3"),
		lifecycle.SecChanges:     {"The list of agents is sorted by the score.", "A lista dos agentes é ordenada pela nota."},
		lifecycle.SecEnvironment: same("production"),
		lifecycle.SecRollout:     {"shadow", "sombra"},
		lifecycle.SecRollback:    {"Switch the list back to the order by contract; five minutes.", "Voltar a lista à ordem por contrato; cinco minutos."},
		lifecycle.SecRunningCost: {"38000 BRL/month", "38000 BRL/mês"},
		lifecycle.SecOnCall:      same("@mina-mle"),
		lifecycle.SecAlarms:      {"Those of the deliverable's table.", "Os da tabela da entrega."},
		lifecycle.SecInformed:    {"Yes, all agents, on 26 January.", "Sim, todos os agentes, em 26 de janeiro."},
	}
}
