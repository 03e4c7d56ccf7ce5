package engine

import (
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/templates"
)

// PlainCase is an issue of a kind without a sticky: a support problem, an experiment, a deployment or an
// incident.
type PlainCase struct {
	Key          Key
	Now          time.Time
	Printer      templates.Printer
	Signer       Signer
	Issue        facts.Issue
	Entries      []Entry
	LabelChanges []facts.LabelChange
	Roster       facts.Roster
	Delegations  []facts.Delegation
}

// DecidePlain works out the writes on such an issue: labels that only other kinds have are taken off, the
// mark of a context that is not updated when somebody updated it; and commands are answered. All but a
// few belong elsewhere: the reply says where.
func DecidePlain(c PlainCase) (Decision, error) {
	d := problemDesk{ProblemCase: ProblemCase{Key: c.Key, Now: c.Now, Printer: c.Printer, Signer: c.Signer, Issue: c.Issue, Entries: c.Entries, LabelChanges: c.LabelChanges, Roster: c.Roster}}
	d.pen = pen{key: c.Key, issue: c.Issue, now: c.Now, printer: c.Printer, signer: c.Signer, changes: c.LabelChanges}
	d.plain, d.lent = true, c.Delegations
	d.read()
	d.labels()
	d.effects = append(d.effects, d.reactions...)
	return d.decision()
}
