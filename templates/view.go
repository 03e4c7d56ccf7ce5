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
	AlsoFor bool      // answered by somebody who has another seat too
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
	Data         []DataView
	Docs         []DocView
	Steps        []StepView
}

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
	Objections  []ObjectionView
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

// Step is a step of a phase.
type Step string

// The steps of the design phase.
const (
	StepRequirements Step = "requirements"
	StepAnalysis     Step = "analysis"
	StepDesignDoc    Step = "design"
)

var stepNames = map[Step]both{
	StepRequirements: {"problem and requirements", "problema e requisitos"},
	StepAnalysis:     {"data analysis", "análise de dados"},
	StepDesignDoc:    {"implementation design", "desenho da implementação"},
}
