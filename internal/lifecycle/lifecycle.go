// Package lifecycle is the vocabulary of Phasegate: phases, kinds of objects, roles, labels, risk
// profiles, causes of a return, commands and the sections of the issue forms, in both languages.
//
// It holds names and the tables that relate them. It decides nothing, reads nothing and imports
// nothing of the project. Every list here stands once; other packages range over it.
package lifecycle

import "strings"

// Lang is a language Phasegate writes in. The zero value behaves like English.
type Lang string

// The languages a config may name.
const (
	English    Lang = "en"
	Portuguese Lang = "pt-BR"
)

// Langs lists every language, English first.
var Langs = []Lang{English, Portuguese}

// Phase is where a deliverable stands. Only deliverables have one.
type Phase string

// The four phases, in order.
const (
	Design      Phase = "design"
	Development Phase = "development"
	Deployment  Phase = "deployment"
	Monitoring  Phase = "monitoring"
)

// Phases lists the phases in order of the life cycle.
var Phases = []Phase{Design, Development, Deployment, Monitoring}

// Index is the position of p in Phases, or -1 for anything else.
func (p Phase) Index() int {
	for i, q := range Phases {
		if p == q {
			return i
		}
	}
	return -1
}

// Next is the phase after p; false for monitoring and for an unknown phase.
func (p Phase) Next() (Phase, bool) {
	i := p.Index()
	if i < 0 || i+1 >= len(Phases) {
		return "", false
	}
	return Phases[i+1], true
}

// Label is the label that shows the phase on an issue.
func (p Phase) Label() string { return "phase:" + string(p) }

var phaseWords = map[string]Phase{
	"desenho": Design, "desenvolvimento": Development, "implantacao": Deployment, "monitoramento": Monitoring,
}

// ParsePhase reads a phase as people write it in either language, without regard to case or accents.
func ParsePhase(s string) (Phase, bool) {
	s = Fold(s)
	if p := Phase(s); p.Index() >= 0 {
		return p, true
	}
	p, ok := phaseWords[s]
	return p, ok
}

// Gate is a step between two phases, named by the phase it leads to.
type Gate string

// The three gates.
const (
	G1 Gate = "G1" // design → development
	G2 Gate = "G2" // development → deployment
	G3 Gate = "G3" // deployment → monitoring
)

// Gates lists the gates in order.
var Gates = []Gate{G1, G2, G3}

// GateInto is the gate that leads into p; false for design and unknown phases.
func GateInto(p Phase) (Gate, bool) {
	i := p.Index()
	if i < 1 {
		return "", false
	}
	return Gates[i-1], true
}

// From is the phase the gate leaves.
func (g Gate) From() Phase { return Phases[g.index()] }

// To is the phase the gate leads into.
func (g Gate) To() Phase { return Phases[g.index()+1] }

func (g Gate) index() int {
	for i, h := range Gates {
		if g == h {
			return i
		}
	}
	panic("lifecycle: unknown gate " + string(g))
}

// Kind is what an issue stands for.
type Kind string

// The eight kinds.
const (
	Problem        Kind = "problem"
	SupportProblem Kind = "support-problem"
	Deliverable    Kind = "deliverable"
	Data           Kind = "data"
	Experiment     Kind = "experiment"
	DeploymentKind Kind = "deployment"
	Incident       Kind = "incident"
	Meeting        Kind = "meeting"
)

// Kinds lists every kind.
var Kinds = []Kind{Problem, SupportProblem, Deliverable, Data, Experiment, DeploymentKind, Incident, Meeting}

// Label is the label that makes an issue one of kind k.
func (k Kind) Label() string { return "kind:" + string(k) }

// Risk is the profile of a deliverable.
type Risk string

// The three risk levels; each has a profile of its own.
const (
	Low      Risk = "low"      // light
	Standard Risk = "standard" // standard
	High     Risk = "high"     // strict
)

// Risks lists the levels, lowest first.
var Risks = []Risk{Low, Standard, High}

// Label is the label that shows the risk level.
func (r Risk) Label() string { return "risk:" + string(r) }

var riskWords = map[string]Risk{"baixo": Low, "baixa": Low, "padrao": Standard, "alto": High, "alta": High}

// ParseRisk reads a risk level in either language.
func ParseRisk(s string) (Risk, bool) {
	s = Fold(s)
	for _, r := range Risks {
		if s == string(r) {
			return r, true
		}
	}
	r, ok := riskWords[s]
	return r, ok
}

// Cause says why a deliverable goes back; it decides who looks again.
type Cause string

// The seven causes.
const (
	CauseProblem  Cause = "problem"
	CauseData     Cause = "data"
	CauseMetrics  Cause = "metrics"
	CauseModel    Cause = "model"
	CauseCode     Cause = "code"
	CauseInfra    Cause = "infra"
	CauseIncident Cause = "incident"
)

// Causes lists every cause.
var Causes = []Cause{CauseProblem, CauseData, CauseMetrics, CauseModel, CauseCode, CauseInfra, CauseIncident}

var causeWords = map[string]Cause{
	"problema": CauseProblem, "dados": CauseData, "metricas": CauseMetrics, "modelo": CauseModel,
	"codigo": CauseCode, "infraestrutura": CauseInfra, "incidente": CauseIncident,
}

// ParseCause reads a cause in either language.
func ParseCause(s string) (Cause, bool) {
	s = Fold(s)
	for _, c := range Causes {
		if s == string(c) {
			return c, true
		}
	}
	c, ok := causeWords[s]
	return c, ok
}

// FreshRoles lists the roles that must approve afresh after a return with cause c, before they are
// intersected with a gate's roles.
func (c Cause) FreshRoles() []Role {
	return map[Cause][]Role{
		CauseProblem:  {BusinessStakeholder, SubjectMatterExpert},
		CauseData:     {DataEngineer, SubjectMatterExpert},
		CauseMetrics:  {BusinessStakeholder, DataScientist},
		CauseModel:    {DataScientist, SubjectMatterExpert},
		CauseCode:     {SoftwareEngineer},
		CauseInfra:    {BackendEngineer, MLEngineer},
		CauseIncident: {BusinessStakeholder, DataScientist, MLEngineer},
	}[c]
}

// Fold lower-cases s, trims it and takes the accents of Portuguese off, so that "Avançar" and
// "avancar" compare equal.
func Fold(s string) string { return folder.Replace(strings.ToLower(strings.TrimSpace(s))) }

var folder = strings.NewReplacer("á", "a", "à", "a", "â", "a", "ã", "a", "é", "e", "ê", "e", "í", "i",
	"ó", "o", "ô", "o", "õ", "o", "ú", "u", "ü", "u", "ç", "c")
