package engine

import (
	"fmt"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/templates"
)

// pen gathers the writes to one issue, in order.
type pen struct {
	key       Key
	issue     facts.Issue
	now       time.Time
	printer   templates.Printer
	signer    Signer
	changes   []facts.LabelChange
	answered  map[int64]bool  // comments that have their reply
	explained map[string]bool // label events that were explained
	effects   []Effect
	reactions []Effect // put after everything that blocks or moves
	err       error    // the first that happened; nothing is to be carried out then
}

// comment writes a comment with its signed record, and returns the record; nil after an error.
func (p *pen) comment(r Record, text string) *Record {
	r.Repo, r.Issue, r.At = p.key.FullName(), p.issue.Number, p.now
	signed, err := p.signer.Sign(r)
	if err != nil {
		p.fail(err)
		return nil
	}
	block, err := markdown.EncodeBlock(string(r.Kind), signed)
	if err != nil {
		p.fail(fmt.Errorf("encode the %s record of %s#%d: %w", r.Kind, r.Repo, r.Issue, err))
		return nil
	}
	p.effects = append(p.effects, PostComment{p.issue.Number, &signed, text + "\n" + block + "\n"})
	return &signed
}

// respond marks a comment as handled: with one reply where there is something to say, which is written
// once, and a reaction. Help that was asked for is counted.
func (p *pen) respond(c facts.Comment, replies []string) {
	reaction := facts.Counted
	if len(replies) > 0 {
		if len(replies) > 1 || replies[0] != p.printer.Help() {
			reaction = facts.NotCounted
		}
		if !p.answered[c.ID] {
			p.comment(Record{Kind: Replied, Cause: c.ID}, strings.Join(replies, "\n"))
		}
	}
	p.reactions = append(p.reactions, React{c.ID, reaction})
}

func (p *pen) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

// setLabels brings the labels that want names in line, and explains once what a person changed by hand.
func (p *pen) setLabels(want map[string]bool) {
	set := SetLabels{Issue: p.issue.Number}
	for _, l := range lifecycle.Labels() {
		wanted, ours := want[l.Name]
		if !ours {
			continue
		}
		switch has := p.issue.Has(l.Name); {
		case wanted && !has:
			set.Add = append(set.Add, l.Name)
		case !wanted && has:
			set.Remove = append(set.Remove, l.Name)
		}
	}
	if len(set.Add)+len(set.Remove) == 0 {
		return
	}
	for _, l := range set.Remove {
		p.explain(l, true)
	}
	for _, l := range set.Add {
		p.explain(l, false)
	}
	p.effects = append(p.effects, set)
}

// explain answers the newest change of a label that is undone now, if a person made it.
func (p *pen) explain(label string, added bool) {
	for i := len(p.changes) - 1; i >= 0; i-- {
		change := p.changes[i]
		if change.Label != label {
			continue
		}
		if !change.Own && !change.Actor.Bot && change.Added == added && !p.explained[change.ID] {
			p.comment(Record{Kind: Explained, Event: change.ID}, p.printer.LabelUndone(change.Actor.Login, label, added))
		}
		return
	}
}

// putSticky writes the sticky, or edits it when what it says is no longer so.
func (p *pen) putSticky(sticky *facts.Comment, visible string, ledger any) {
	block, err := markdown.EncodeBlock("sticky", ledger)
	if err != nil {
		p.fail(fmt.Errorf("encode the ledger of %s#%d: %w", p.key.FullName(), p.issue.Number, err))
		return
	}
	body := visible + "\n" + block + "\n"
	switch {
	case sticky == nil:
		p.effects = append(p.effects, PostComment{Issue: p.issue.Number, Body: body})
	case sticky.Body != body:
		p.effects = append(p.effects, EditComment{p.issue.Number, sticky.ID, body})
	}
}
