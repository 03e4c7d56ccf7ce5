package templates

import (
	"fmt"
	"time"

	"github.com/phasegate/phasegate/internal/markdown"
)

// What people add to a review meeting by command stands in its text below these headings.

var (
	meetingActions   = both{"Actions", "Ações"}
	meetingAgenda    = both{"To discuss", "Para discutir"}
	meetingDecisions = both{"Decisions", "Decisões"}
)

// MeetingActions are the headings above the actions, the project's language first.
func (p Printer) MeetingActions() []string { return p.headings(meetingActions) }

// MeetingAgenda are the headings above what is to be discussed, the project's language first.
func (p Printer) MeetingAgenda() []string { return p.headings(meetingAgenda) }

// MeetingDecisions are the headings above the decisions, the project's language first.
func (p Printer) MeetingDecisions() []string { return p.headings(meetingDecisions) }

func (p Printer) headings(b both) []string { return []string{p.say(b), b.en, b.pt} }

// ActionLine is an action of a meeting: a box that people tick. Who it is for is awaited, so it is a
// mention. day is its last day, in the project's zone.
func (p Printer) ActionLine(n int, login, text string, day time.Time) string {
	return fmt.Sprintf(p.say(both{"- [ ] **A%d** @%s %s, by %s", "- [ ] **A%d** @%s %s, até %s"}), n, login, markdown.Text(text), Date(p.Lang, day, time.Time{}))
}

// AgendaLine is something to discuss.
func (p Printer) AgendaLine(text, by string) string {
	return fmt.Sprintf("- %s (%s)", markdown.Text(text), markdown.Text(by))
}

// DecisionLine is a decision in the meeting in which it was taken, with the bigger problem it is for.
func (p Printer) DecisionLine(v DecisionView, problem int) string {
	return fmt.Sprintf("- **D-%d** (#%d) %s: %s (%s)", v.N, problem, decisionKinds[v.Kind].in(p.Lang), markdown.Text(v.Text), markdown.Text(v.By))
}
