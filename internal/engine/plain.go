package engine

import (
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/templates"
)

// PlainCase is an issue of a kind without a sticky: a support problem, an experiment, a deployment, an
// incident or a meeting.
type PlainCase struct {
	Key          Key
	Now          time.Time
	Printer      templates.Printer
	Signer       Signer
	Issue        facts.Issue
	Entries      []Entry
	LabelChanges []facts.LabelChange
	Roster       facts.Roster
}

// DecidePlain works out the writes on such an issue: labels that only other kinds have are taken off,
// and commands are answered.
func DecidePlain(c PlainCase) (Decision, error) {
	d := problemDesk{ProblemCase: ProblemCase{Key: c.Key, Now: c.Now, Printer: c.Printer, Signer: c.Signer, Issue: c.Issue, Entries: c.Entries, LabelChanges: c.LabelChanges, Roster: c.Roster}}
	d.pen = pen{key: c.Key, issue: c.Issue, now: c.Now, printer: c.Printer, signer: c.Signer, changes: c.LabelChanges}
	d.plain = true
	d.read()
	d.noPhase()
	d.effects = append(d.effects, d.reactions...)
	return d.decision()
}

// plainCommand answers a command on an issue that has no gate: it belongs to a deliverable, a data
// requirement or a bigger problem.
func (d *problemDesk) plainCommand(c facts.Comment, cmd Command) string {
	switch {
	case cmd.Name == lifecycle.Help:
		return d.Printer.Help()
	case cmd.Name == lifecycle.Status:
		return ""
	case cmd.Name == lifecycle.Delegate:
		return d.Printer.Refused(c.Author.Login, "not-here", cmd.Name)
	case cmd.Name.Ready():
		return d.Printer.Refused(c.Author.Login, "on-deliverable", cmd.Name)
	}
	return d.Printer.Refused(c.Author.Login, "not-yet", cmd.Name)
}
