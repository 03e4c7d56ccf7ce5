package templates

import (
	"fmt"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// IncidentView is a metric that is over its limit in production.
type IncidentView struct {
	Deliverable int
	Title       string // of the deliverable; untrusted
	Label       string // of the metric's row; untrusted
	Target      string // its limit, in words; untrusted
	Owners      []string
	Told        []string // the two throughout-roles
	Readings    []ReadingView
}

// ReadingView is one reading of a metric.
type ReadingView struct {
	At     time.Time
	Value  string
	Missed bool
}

// IncidentTitle is the title of an incident's issue.
func (p Printer) IncidentTitle(v IncidentView) string {
	return fmt.Sprintf(p.say(both{"%s is over its limit: %s (#%d)", "%s passou do limite: %s (#%d)"}), markdown.Truncate(v.Label, 60), markdown.Truncate(v.Title, 100), v.Deliverable)
}

// Incident is the body of an incident's issue: the form, with what is known filled in.
func (p Printer) Incident(v IncidentView) string {
	var b strings.Builder
	fmt.Fprintf(&b, p.say(both{"**%s: please find the root cause.** Told: %s.\n\n", "**%s: por favor, encontre a causa raiz.** Avisados: %s.\n\n"}), p.list(mentions(v.Owners)), p.list(mentions(v.Told)))
	fmt.Fprintf(&b, p.say(both{
		"If it has to go back, write on #%d: `%s %s %s: ` and the reason. The version in production is not touched by that.\n\n",
		"Se for preciso voltar, escreva em #%d: `%s %s %s: ` e o motivo. A versão em produção não é tocada por isso.\n\n"}),
		v.Deliverable, commandName(p.Lang, lifecycle.Return), phaseArgument(p.Lang, lifecycle.Development), lifecycle.Fold(Cause(p.Lang, lifecycle.CauseIncident)))
	for _, s := range lifecycle.Form(lifecycle.Incident) {
		fmt.Fprintf(&b, "### %s\n\n%s\n\n", s.Title[p.Lang], p.incidentSection(v, s.Key))
	}
	return b.String()
}

func mentions(logins []string) []string {
	out := make([]string, len(logins))
	for i, login := range logins {
		out[i] = "@" + login
	}
	return out
}

func (p Printer) incidentSection(v IncidentView, key lifecycle.SectionKey) string {
	switch key {
	case lifecycle.SecParent:
		return fmt.Sprintf("#%d", v.Deliverable)
	case lifecycle.SecReadings:
		return p.IncidentReadings(v)
	case lifecycle.SecSeen:
		return p.IncidentSeen(v)
	}
	return "_No response_"
}

// maxReadings is how many readings an incident lists, the newest.
const maxReadings = 30

// IncidentReadings is what an incident says of its readings, oldest first.
func (p Printer) IncidentReadings(v IncidentView) string {
	var b strings.Builder
	fmt.Fprintf(&b, p.say(both{"**%s**, agreed: %s.\n\n| When | Reading | |\n|---|---:|---|\n", "**%s**, combinado: %s.\n\n| Quando | Leitura | |\n|---|---:|---|\n"}), markdown.Text(v.Label), markdown.Text(v.Target))
	for _, r := range v.Readings[max(0, len(v.Readings)-maxReadings):] {
		word := p.say(both{"within the limit", "dentro do limite"})
		if r.Missed {
			word = p.say(both{"**over the limit**", "**fora do limite**"})
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", p.dateTime(r.At), markdown.Cell(r.Value), word)
	}
	return strings.TrimRight(b.String(), "\n")
}

// IncidentSeen is when the limit was first and last found missed.
func (p Printer) IncidentSeen(v IncidentView) string {
	var first, last time.Time
	for _, r := range v.Readings {
		if r.Missed {
			if first.IsZero() {
				first = r.At
			}
			last = r.At
		}
	}
	return fmt.Sprintf("%s / %s", p.dateTime(first), p.dateTime(last))
}
