package lifecycle

import "strings"

// The labels that are neither a kind, a phase nor a risk.
const (
	GateRequested = "gate:requested"
	GateObjected  = "gate:objected"
	GateExpired   = "gate:expired"
	ContextStale  = "context:stale"
	DataValidated = "data:validated"
	StateLive     = "state:live"
)

// Label is one of the 21 labels a repository gets.
type Label struct {
	Name  string
	Color string          // six hexadecimal digits, no '#'
	Text  map[Lang]string // description; GitHub allows 100 characters
}

// Labels lists the 21 labels with a colour and a description in each language.
func Labels() []Label {
	l := func(name, color, en, pt string) Label {
		return Label{name, color, map[Lang]string{English: en, Portuguese: pt}}
	}
	return []Label{
		l(Problem.Label(), "0b4f8a", "Bigger problem", "Problema maior"),
		l(SupportProblem.Label(), "3b6ea5", "Support problem", "Problema de suporte"),
		l(Deliverable.Label(), "1a6b4a", "Deliverable", "Entrega"),
		l(Data.Label(), "5a4fcf", "Data requirement", "Dados necessários"),
		l(Experiment.Label(), "7a5195", "Experiment", "Experimento"),
		l(DeploymentKind.Label(), "2f6f7e", "Deployment", "Implantação"),
		l(Incident.Label(), "b3261e", "Incident", "Incidente"),
		l(Meeting.Label(), "5c6670", "Review meeting", "Reunião de acompanhamento"),
		l(Design.Label(), "c8ddf5", "Design", "Desenho"),
		l(Development.Label(), "c9ecd6", "Development", "Desenvolvimento"),
		l(Deployment.Label(), "fce3b6", "Deployment", "Implantação"),
		l(Monitoring.Label(), "e3d5f7", "Monitoring", "Monitoramento"),
		l(GateRequested, "fbca04", "Waiting for approval", "Aguardando aprovação"),
		l(GateObjected, "d93f0b", "Objection", "Objeção"),
		l(GateExpired, "e99695", "Approval expired", "Aprovação vencida"),
		l(ContextStale, "d4c5a9", "Context not updated", "Contexto desatualizado"),
		l(Low.Label(), "d7e8d0", "Low risk", "Risco baixo"),
		l(Standard.Label(), "e6e6e6", "Standard risk", "Risco padrão"),
		l(High.Label(), "f5c6cb", "High risk", "Risco alto"),
		l(DataValidated, "0e8a16", "Data validated", "Dados validados"),
		l(StateLive, "006b75", "Live", "Em produção"),
	}
}

// Guarded reports whether only Phasegate sets the label; a person's change of it is undone.
// The kind labels are not guarded.
func Guarded(label string) bool {
	label = strings.ToLower(label)
	for _, l := range Labels() {
		if l.Name == label {
			return !strings.HasPrefix(label, "kind:")
		}
	}
	return false
}
