package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/templates"
)

// What a deliverable's desk does about the commands that change, report and review what was agreed.

// rewritten answers a `/target` or `/budget`: the text is changed already. While something is asked, the
// record publishes what is asked now; whose yes that voids is told by it, who commanded it stands by it.
func (d *desk) rewritten(c facts.Comment, cmd Command, _ refuser) string {
	r, ok := rewriteAt(d.Rewrites, c.ID, d.place)
	if !ok || r.Refusal != "" {
		return r.Refusal
	}
	by := WhoIs(c.Author)
	record, text := Record{Kind: Rewritten, Cause: c.ID, Requester: &by, Reason: r.Reason}, d.Printer.Rewritten(r.view(c.Author.Login))
	if q := d.h.Request; q != nil {
		last, now := q.Published[len(q.Published)-1].Prints, d.prints(q.Gate)
		again := slices.DeleteFunc(d.voided(last), func(login string) bool { return strings.EqualFold(login, c.Author.Login) })
		record.Gate, record.Prints, record.Words, record.Report = q.Gate, now, clipWords(d.words(q.Gate), recordWords), d.judged(q.Gate)
		if len(again) > 0 {
			var what []templates.ChangeView
			for _, item := range last.Changed(now) {
				what = append(what, templates.ChangeView{What: string(item)})
			}
			text += "\n" + d.Printer.Void(again, what)
		}
		record, text = d.withBlocks(record, text)
	}
	d.comment(record, text)
	return ""
}

// reading answers a `/metric`; what it reports follows from the comments.
func (d *desk) reading(c facts.Comment, cmd Command, _ refuser) string {
	_, no := d.reporting().judge(c, cmd)
	return d.pen.refuse(c, cmd, no)
}

func (d *desk) reporting() reporting {
	return reporting{rights: rights{d.Roster, d.Delegations}, table: d.Table, zone: d.zone(), lang: d.Printer.Lang}
}

// manual tells the newest reading of each metric that people report.
func (d *desk) manual() []string {
	all := Manual(d.Entries, d.reporting())
	var out []string
	for _, row := range d.Table.Rows {
		for _, r := range slices.Backward(all) {
			if r.Key == row.Key() {
				out = append(out, fmt.Sprintf("%s: %s, %s", row.Label(d.Printer.Lang), strings.TrimSpace(r.Text+" "+row.Unit), templates.Month(d.Printer.Lang, r.Month)))
				break
			}
		}
	}
	return out
}

// reviewedAt is when somebody last found the context still true, or had Phasegate write into it.
func (d *desk) reviewedAt() time.Time {
	return commandedAt(d.Entries, d.reporting(), func(o Ordered) bool {
		r, asked := rewriteAt(d.Rewrites, o.Comment, o.Place)
		return d.h.Answered[o] || asked && r.Refusal == ""
	})
}

// commandedAt is when somebody last updated a context by command: by `/reviewed`, by a reading, or by a
// change of the text that was carried out; zero for never.
func commandedAt(entries []Entry, r reporting, changed func(Ordered) bool) time.Time {
	var at time.Time
	standing(entries, func(e Entry, place int, cmd Command) {
		c := e.Comment
		done := c.Answer == facts.Counted
		switch cmd.Name {
		case lifecycle.Reviewed:
			done = done || r.any(c)
		case lifecycle.SetTarget, lifecycle.SetBudget:
			done = done || changed(Ordered{c.ID, place})
		case lifecycle.SetMetric:
			if !done {
				_, no := r.judge(c, cmd)
				done = !no.is()
			}
		default:
			return
		}
		if done && c.Created.After(at) {
			at = c.Created
		}
	})
	return at
}
