package engine

import (
	"slices"
	"strings"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// rights say who held which role when a comment was written: by the config, or by a role that was lent
// before and until later. A comment is judged by them whenever it is read.
type rights struct {
	roster facts.Roster
	lent   []facts.Delegation
}

// holds reports whether the author held the role.
func (r rights) holds(c facts.Comment, role lifecycle.Role) bool {
	return facts.Contains(r.roster.Of(role), c.Author) || slices.ContainsFunc(r.lent, func(l facts.Delegation) bool {
		return l.Role == role && r.lets(l, c)
	})
}

// any reports whether the author held a role.
func (r rights) any(c facts.Comment) bool {
	return len(r.roster.RolesOf(c.Author)) > 0 || slices.ContainsFunc(r.lent, func(l facts.Delegation) bool { return r.lets(l, c) })
}

// lets reports whether the delegation let the comment's author speak for who lent it.
func (r rights) lets(l facts.Delegation, c facts.Comment) bool {
	return l.To.Is(c.Author) && l.Comment < c.ID && c.Created.Before(l.Until) && facts.Contains(r.roster.Of(l.Role), l.From)
}

// refusal says why a command is not carried out; the zero one that it is.
type refusal struct {
	code  string   // of the reply
	words []string // that the reply lists; untrusted
	why   string   // sentences that the reply adds; untrusted
}

func (r refusal) is() bool { return r.code != "" }

// refuse is the reply to a command that is not carried out; "" for one that is.
func (p *pen) refuse(c facts.Comment, cmd Command, r refusal) string {
	if !r.is() {
		return ""
	}
	return p.printer.RefusedBecause(c.Author.Login, r.code, cmd.Name, r.words, r.why)
}

// oneLine is what somebody wrote with single spaces, of at most n characters.
func oneLine(text string, n int) string {
	return markdown.Truncate(strings.Join(strings.Fields(text), " "), n)
}

// standing calls visit for each command of a person's comment that counts, or will once it is answered:
// as it was written, neither hidden nor refused. Those of bots and misspelt ones are passed over.
func standing(entries []Entry, visit func(e Entry, place int, cmd Command)) {
	refused := refusalsIn(entries)
	for _, e := range entries {
		c := e.Comment
		if e.Record != nil || c.Author.Bot || c.Hidden || c.Edited || c.Answer == facts.NotCounted || e.near() != "" {
			continue
		}
		for i, cmd := range e.Commands {
			if !refused.has(c.ID, i) {
				visit(e, i, cmd)
			}
		}
	}
}

// elsewhere is the reply's code to a command that belongs to another kind of object.
func elsewhere(cmd Command) string {
	switch cmd.Name {
	case lifecycle.Approve, lifecycle.Withdraw:
		return "on-asked"
	case lifecycle.Advance, lifecycle.Object, lifecycle.Return, lifecycle.SetRisk, lifecycle.Waive, lifecycle.Start:
		return "on-deliverable"
	case lifecycle.SetMetric, lifecycle.SetTarget, lifecycle.SetBudget:
		return "on-contract"
	case lifecycle.Decide:
		return "on-problem"
	case lifecycle.Action, lifecycle.Agenda:
		return "on-meeting"
	case lifecycle.Delegate:
		return "not-here"
	case lifecycle.NoMetrics:
		return "on-pull"
	}
	return "not-yet"
}
