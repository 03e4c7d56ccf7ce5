package lifecycle

// SectionKey names a section of an issue form, the same in both languages.
type SectionKey string

// The sections the rules read. A form may have more; those are shown to people only.
const (
	SecParent       SectionKey = "parent"
	SecProblem      SectionKey = "problem"
	SecRequires     SectionKey = "requires"
	SecVision       SectionKey = "vision"
	SecMetrics      SectionKey = "metrics"
	SecBudget       SectionKey = "budget"
	SecAffected     SectionKey = "affected"
	SecOutOfScope   SectionKey = "out-of-scope"
	SecInTheWay     SectionKey = "in-the-way"
	SecWhySolved    SectionKey = "why-solved"
	SecPeople       SectionKey = "people"
	SecHelpsMetric  SectionKey = "helps-metric"
	SecKnownSolved  SectionKey = "known-solved"
	SecDue          SectionKey = "due"
	SecHandedOver   SectionKey = "handed-over"
	SecContext      SectionKey = "context"
	SecValue        SectionKey = "value"
	SecRequirements SectionKey = "requirements"
	SecProcessing   SectionKey = "processing"
	SecDataReqs     SectionKey = "data-requirements"
	SecRisk         SectionKey = "risk"
	SecOversight    SectionKey = "oversight"
	SecGuidelines   SectionKey = "guidelines"
	SecPaths        SectionKey = "paths"
	SecMeaning      SectionKey = "meaning"
	SecSource       SectionKey = "source"
	SecPeriod       SectionKey = "period"
	SecQuality      SectionKey = "quality"
	SecPersonal     SectionKey = "personal"
	SecTraps        SectionKey = "traps"
	SecStorage      SectionKey = "storage"
	SecHypothesis   SectionKey = "hypothesis"
	SecDataset      SectionKey = "dataset"
	SecFeatures     SectionKey = "features"
	SecAlgorithm    SectionKey = "algorithm"
	SecPlanned      SectionKey = "planned-metrics"
	SecCompute      SectionKey = "compute"
	SecResult       SectionKey = "result"
	SecOutcome      SectionKey = "outcome"
	SecLearned      SectionKey = "learned"
	SecChanges      SectionKey = "changes"
	SecEnvironment  SectionKey = "environment"
	SecRollout      SectionKey = "rollout"
	SecRollback     SectionKey = "rollback"
	SecRunningCost  SectionKey = "running-cost"
	SecOnCall       SectionKey = "on-call"
	SecAlarms       SectionKey = "alarms"
	SecInformed     SectionKey = "informed"
	SecReadings     SectionKey = "readings"
	SecSeen         SectionKey = "seen"
	SecEffect       SectionKey = "effect"
	SecImmediate    SectionKey = "immediate"
	SecRootCause    SectionKey = "root-cause"
	SecGoBack       SectionKey = "go-back"
	SecFollowUp     SectionKey = "follow-up"
)

// Section is one question of an issue form.
type Section struct {
	Key      SectionKey
	Required bool            // the form insists on an answer (★)
	Title    map[Lang]string // the heading GitHub writes above the answer
}

// Form lists the sections of kind k in the order of its form; nil for meetings, which have no form.
func Form(k Kind) []Section {
	s := func(key SectionKey, required bool, en, pt string) Section {
		return Section{key, required, map[Lang]string{English: en, Portuguese: pt}}
	}
	parent := s(SecParent, true, "Parent", "Pertence a")
	switch k {
	case Problem:
		return []Section{
			s(SecProblem, true, "What is the bigger problem?", "Qual é o problema maior?"),
			s(SecRequires, true, "What does solving it require?", "O que esse problema maior precisa de solução?"),
			s(SecVision, true, "Fit with the company's vision", "Relação com a visão da empresa"),
			s(SecMetrics, true, "Key metrics", "Métricas-chave"),
			s(SecBudget, true, "Budget", "Orçamento"),
			s(SecAffected, false, "Who is affected", "Quem é afetado"),
			s(SecOutOfScope, false, "Out of scope", "Fora do escopo"),
		}
	case SupportProblem:
		return []Section{
			parent,
			s(SecInTheWay, true, "What is in the way?", "O que está no caminho?"),
			s(SecWhySolved, true, "Why the deliverable needs it solved", "Por que a entrega precisa disso resolvido"),
			s(SecPeople, true, "People involved", "Pessoas envolvidas"),
			s(SecHelpsMetric, false, "Helps which metric", "Ajuda qual métrica"),
			s(SecKnownSolved, false, "Known when solved", "Como saber que foi resolvido"),
			s(SecDue, false, "Due", "Prazo"),
		}
	case Deliverable:
		return []Section{
			parent,
			s(SecHandedOver, true, "What is handed over", "O que é entregue"),
			s(SecContext, true, "Context of the problem", "Contexto do problema"),
			s(SecValue, true, "Added value", "Valor agregado"),
			s(SecRequirements, true, "Business requirements", "Requisitos de negócio"),
			s(SecMetrics, true, "Key metrics", "Métricas-chave"),
			s(SecProcessing, true, "Data processing", "Processamento de dados"),
			s(SecDataReqs, false, "Data requirements", "Dados necessários"),
			s(SecBudget, true, "Budget", "Orçamento"),
			s(SecRisk, true, "Risk", "Risco"),
			s(SecOversight, false, "Who can stop or override it, and how", "Quem pode parar ou contrariar o resultado, e como"),
			s(SecGuidelines, false, "Code guidelines that apply", "Diretrizes de código que se aplicam"),
			s(SecPaths, false, "Paths", "Caminhos"),
		}
	case Data:
		return []Section{
			parent,
			s(SecMeaning, true, "What the data means, in domain words", "O que os dados significam, em palavras do domínio"),
			s(SecSource, true, "Source and owner", "Fonte e responsável"),
			s(SecPeriod, true, "Period and grain", "Período e granularidade"),
			s(SecQuality, true, "Quality rules (testable)", "Regras de qualidade (testáveis)"),
			s(SecPersonal, true, "Personal data, legal basis, retention", "Dados pessoais, base legal, retenção"),
			s(SecTraps, false, "Known traps (leakage, late fields)", "Armadilhas conhecidas (vazamento, campos tardios)"),
			s(SecStorage, false, "Storage and refresh", "Armazenamento e atualização"),
		}
	case Experiment:
		return []Section{
			parent,
			s(SecHypothesis, true, "Hypothesis", "Hipótese"),
			s(SecDataset, true, "Dataset version", "Versão dos dados"),
			s(SecFeatures, false, "Features", "Atributos"),
			s(SecAlgorithm, true, "Algorithm and hyperparameters", "Algoritmo e hiperparâmetros"),
			s(SecPlanned, true, "Planned metrics", "Métricas planejadas"),
			s(SecCompute, false, "Compute/cost limit", "Limite de computação/custo"),
			s(SecResult, false, "Result", "Resultado"),
			s(SecOutcome, true, "Outcome", "Desfecho"),
			s(SecLearned, false, "What we learned", "O que aprendemos"),
		}
	case DeploymentKind:
		return []Section{
			parent,
			s(SecChanges, true, "What changes for users", "O que muda para os usuários"),
			s(SecEnvironment, true, "Target environment", "Ambiente de destino"),
			s(SecRollout, true, "Roll-out", "Forma de liberação"),
			s(SecRollback, true, "Rollback plan", "Plano de reversão"),
			s(SecRunningCost, true, "Running cost", "Custo de operação"),
			s(SecOnCall, true, "On-call", "Plantão"),
			s(SecAlarms, true, "Monitoring and alarm limits", "Monitoramento e limites de alarme"),
			s(SecInformed, false, "Users informed?", "Usuários informados?"),
		}
	case Incident:
		return []Section{
			parent,
			s(SecReadings, true, "Metric, limit, readings", "Métrica, limite, leituras"),
			s(SecSeen, false, "First seen / last seen", "Visto primeiro / por último"),
			s(SecEffect, false, "Effect on users and business", "Efeito sobre usuários e negócio"),
			s(SecImmediate, false, "Immediate action", "Ação imediata"),
			s(SecRootCause, true, "Root cause", "Causa raiz"),
			s(SecGoBack, false, "Go back to which phase?", "Voltar para qual fase?"),
			s(SecFollowUp, false, "Follow-up actions", "Ações de acompanhamento"),
		}
	}
	return nil
}

// Titles maps every heading of kind k's form, in every language, to its section.
func Titles(k Kind) map[string]SectionKey {
	titles := map[string]SectionKey{}
	for _, s := range Form(k) {
		for _, t := range s.Title {
			titles[t] = s.Key
		}
	}
	return titles
}
