package templates

import (
	"time"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// Printer writes for one repository: in its language and its time zone. Now is the project's time.
type Printer struct {
	Lang lifecycle.Lang
	Zone *time.Location // nil is UTC
	Now  time.Time

	limit int // characters a text may have; 0 is maxText
	cut   cut
}

// AnswerState is how a seat stands.
type AnswerState string

// The states of a seat.
const (
	AnswerNeeded AnswerState = "needed"
	AnswerYes    AnswerState = "yes"
	AnswerVacant AnswerState = "vacant" // nobody holds the role and nobody stands in
	AnswerUnread AnswerState = "unread" // who holds it could not be read
)

// SeatView is one question with its answer.
type SeatView struct {
	Seat    lifecycle.Role
	People  []string // logins: who answered, or who may
	Asked   bool     // they are awaited: their names are mentions
	State   AnswerState
	At      time.Time // of the yes
	Carried bool      // the yes stands from an earlier passing
	StandIn bool      // an ML engineer answers for a missing role
	LentBy  string    // login of who delegated the role; "" for none
	Until   string    // last day of the delegation
	Objects bool      // who is awaited objects
	AlsoFor bool      // answered by somebody who has another seat too
	Unread  string    // why who holds it could not be read
}

// ObjectionView is a no that stands.
type ObjectionView struct {
	Login  string
	Reason string // untrusted
	At     time.Time
}

// GapView is something missing for the next step. Code is one of checks.GapCode's values.
type GapView struct {
	Code     string
	Numbers  []int
	Sections []lifecycle.SectionKey
	Texts    []string // untrusted
	Cause    lifecycle.Cause
}

// DataView is a data requirement as a deliverable's sticky names it.
type DataView struct {
	Number    int
	Title     string // untrusted
	Exists    bool
	Validated bool
	At        time.Time
	By        []string
}

// DocView is a file to read, with the pull request that merged it.
type DocView struct {
	Path string // untrusted
	Pull int
}

// StepView is a step of the phase, done when its evidence is there.
type StepView struct {
	Step Step
	Done bool
}

// ReturnView is the newest return that has not been answered by a passing.
type ReturnView struct {
	From, To lifecycle.Phase
	Cause    lifecycle.Cause
	Reason   string // untrusted
	By       string
	At       time.Time
	Fresh    []lifecycle.Role
	Renewed  bool
}

// ShortView are the facts a yes is given on.
type ShortView struct {
	Problem      int
	ProblemTitle string // untrusted
	Budget       string // untrusted
	Goals        []string
	Limits       []string
	Measured     []string // what the newest report says, in words; untrusted
	MeasuredAt   string   // model, data version and commit of that report; untrusted
	Manual       []string // what people reported by hand, in words; untrusted
	Data         []DataView
	Docs         []DocView
	Support      []SupportLine // open support problems
	Experiments  []ExperimentLine
	Release      []int // linked issues of kind deployment
	Steps        []StepView
}

// SupportLine is an open support problem in the way of a deliverable.
type SupportLine struct {
	Number int
	Title  string // untrusted
	People []string
}

// ExperimentLine is an experiment of a deliverable.
type ExperimentLine struct {
	Number  int
	Title   string // untrusted
	Outcome Outcome
}

// Outcome is how an experiment stands.
type Outcome string

// The outcomes of an experiment.
const (
	Running Outcome = "running"
	Adopted Outcome = "adopted"
	Dropped Outcome = "dropped"
)

// DeliverableView is all that a deliverable's sticky shows.
type DeliverableView struct {
	Title       string // untrusted
	Phase       lifecycle.Phase
	Risk        lifecycle.Risk
	Gate        lifecycle.Gate // the gate ahead; "" in monitoring
	Asked       bool           // the gate was asked for
	Requester   string
	AskedAt     time.Time
	Needed, Got int
	Seats       []SeatView
	Told        []string // logins of subject matter experts who have no seat here but may object
	Renewal     bool     // a passed last gate is to be confirmed; nobody asked
	Until       string   // last day on which the last gate holds, YYYY-MM-DD; "" where it does not end
	Objections  []ObjectionView
	Overruled   []OverruleView
	Waived      []WaivedView
	Began       *BeganView // work that began in a later phase
	Incidents   []IncidentLine
	Live        bool // a version of it is in production
	Observing   bool // nothing is enforced yet
	Stopped     []StoppedView
	Updated     time.Time // when somebody last kept its context up to date
	Gaps        []GapView
	Short       ShortView
	Returned    *ReturnView
	SmallTeam   bool // the team is smaller than the gate
	Self        bool // it would pass self-reviewed
	Lacking     int  // people missing where the count must not scale
	NoThrough   bool // nobody holds either throughout-role
	Rebuilt     bool // the sticky was edited by somebody else and made anew
	ConfigError bool // the config is broken, older rules hold
	// ConfigProblem is what is wrong with the config first, with its line; untrusted, "" where that is not known.
	ConfigProblem string
}

// IncidentNumbers lists the open incidents.
func (v DeliverableView) IncidentNumbers() []int {
	var out []int
	for _, i := range v.Incidents {
		out = append(out, i.Number)
	}
	return out
}

// IncidentLine is an open incident.
type IncidentLine struct {
	Number int
	Title  string // untrusted
}

// StoppedView is a merged pull request that the rules would have stopped, had they been enforced.
type StoppedView struct {
	Pull  int
	Path  string // untrusted; the first file that was not allowed
	Phase lifecycle.Phase
}

// Step is a step of a phase.
type Step string

// The steps, in the order of the phases.
const (
	StepRequirements Step = "requirements"
	StepAnalysis     Step = "analysis"
	StepDesignDoc    Step = "design"
	StepFeatures     Step = "features"
	StepExperiment   Step = "experiment"
	StepTraining     Step = "training"
	StepPipeline     Step = "pipeline"
	StepDeploy       Step = "deploy"
	StepWatch        Step = "monitoring"
)

var stepNames = map[Step]both{
	StepRequirements: {"problem and requirements", "problema e requisitos"},
	StepAnalysis:     {"data analysis", "análise de dados"},
	StepDesignDoc:    {"implementation design", "desenho da implementação"},
	StepFeatures:     {"feature engineering", "engenharia de atributos"},
	StepExperiment:   {"experiment design", "desenho do experimento"},
	StepTraining:     {"model training and evaluation", "treino e avaliação do modelo"},
	StepPipeline:     {"CI/CD pipeline", "esteira de CI/CD"},
	StepDeploy:       {"deploy to production", "implantação em produção"},
	StepWatch:        {"monitoring", "monitoramento"},
}
