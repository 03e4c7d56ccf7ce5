package engine

import (
	"slices"
	"time"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/templates"
)

// expire asks for the renewal of the last gate once its time is over. Nothing is stopped in production.
func (d *desk) expire() {
	p := d.h.Last(lifecycle.G3)
	if d.h.Phase != lifecycle.Monitoring || d.h.Request != nil || p == nil || p.Until == "" {
		return
	}
	end, err := d.endOf(p.Until)
	if err != nil {
		return // no record of ours says so
	}
	if d.Now.Before(end) {
		d.again(end)
		return
	}
	record := Record{Kind: Expired, Gate: lifecycle.G3, Event: "expired:" + p.Until, Prints: d.prints(lifecycle.G3), Words: clipWords(d.words(lifecycle.G3), recordWords), Until: p.Until}
	d.h.Request = &Request{Gate: lifecycle.G3, Renewal: true} // whose seats are shown
	t := checks.Count(d.question(lifecycle.G3, facts.Person{}), nil)
	d.h.Request = nil
	d.comment(record, d.Printer.Expired(templates.DeliverableView{Title: d.Issue.Title, Gate: lifecycle.G3, Renewal: true, Seats: seatViews(t), Until: p.Until}))
}

// nudge reminds the people awaited, once for each request (rule 10).
func (d *desk) nudge() {
	r := d.h.Request
	if r == nil || r.Nudged || d.NudgeAt == nil {
		return
	}
	if at := d.NudgeAt(r.At).Truncate(time.Minute); d.Now.Before(at) {
		d.again(at)
		return
	}
	t := checks.Count(d.question(r.Gate, r.Requester), d.h.Yes)
	if len(t.Awaited) == 0 {
		return
	}
	view := templates.DeliverableView{Title: d.Issue.Title, Gate: r.Gate, Renewal: r.Renewal, Requester: r.Requester.Login, AskedAt: r.At, Seats: seatViews(t)}
	d.comment(Record{Kind: Nudged, Gate: r.Gate, Event: "nudge"}, d.Printer.Nudge(view))
}

// goLive finds the first deployment that G3 would accept. What is live stays so, whatever happens later.
func (d *desk) goLive() {
	if !d.live.IsZero() {
		return
	}
	if p := d.h.first(lifecycle.G3); p != nil {
		d.live = p.At // its deployment was found when it passed
		return
	}
	if b := d.h.Began; b != nil && b.To == lifecycle.Monitoring {
		d.live = b.At
		return
	}
	if d.h.Phase != lifecycle.Deployment {
		return
	}
	if found, ok := d.deployed().Get(); ok && !found.At.IsZero() && found.Contains && len(found.Changed) == 0 {
		d.live = found.At
	}
}

// first is the first passing of gate g; nil if it never passed.
func (h History) first(g lifecycle.Gate) *Passing {
	if i := slices.IndexFunc(h.Passings, func(p Passing) bool { return p.Gate == g }); i >= 0 {
		return &h.Passings[i]
	}
	return nil
}

// phaseAt is the phase the deliverable was in at a moment.
func (h History) phaseAt(at time.Time) lifecycle.Phase {
	phase := lifecycle.Design
	for _, m := range h.Moves {
		if m.To != "" && !m.At.After(at) {
			phase = m.To
		}
	}
	return phase
}

// updated is when somebody last kept the context up to date (section 6): by an edit, by `/reviewed`, or by
// an act on a gate that took effect. What a person had Phasegate write counts as theirs.
func (d *desk) updated() time.Time {
	at := d.Issue.Created
	newer := func(t time.Time) {
		if t.After(at) {
			at = t
		}
	}
	if !d.Issue.EditedOwn {
		newer(d.Issue.BodyEdited)
	}
	newer(d.h.Acted)
	newer(d.reviewedAt())
	if r := d.h.Request; r != nil {
		q := d.question(r.Gate, r.Requester)
		for _, y := range d.h.Yes {
			if checks.Refuse(q, y.Person, y.As) == "" {
				newer(y.At)
			}
		}
	}
	for _, m := range d.moves() {
		if m.Kind == MoveObjected {
			newer(m.At)
		}
	}
	for _, p := range d.h.Passings {
		for _, y := range p.Yes {
			newer(y.At)
		}
	}
	return at
}
