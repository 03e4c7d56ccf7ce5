package engine

import (
	"slices"
	"time"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/metrics"
	"github.com/phasegate/phasegate/templates"
)

// board is what a bigger problem's sticky shows of its own form and of what hangs on it.
func (b *bench) board(o *object) templates.ProblemView {
	v := templates.ProblemView{Answered: o.form.Questions()}
	for _, p := range o.form.Problems {
		v.MetricErrors = append(v.MetricErrors, p.Error())
	}
	count := func(f Form) {
		v.Goals += len(f.Metrics.Of(metrics.Goal))
		v.Guardrails += len(f.Metrics.Of(metrics.Guardrail))
	}
	count(o.form)
	data := map[int]bool{}
	deliverables := b.chart.deliverables(o)
	v.Moves = b.boardMoves(deliverables)
	for _, d := range deliverables {
		count(d.form)
		v.Deliverables = append(v.Deliverables, boardDeliverable(d))
		for _, s := range b.chart.supports(d) {
			v.Support = append(v.Support, templates.BoardSupport{Deliverable: d.Number, Number: s.Number, People: s.form.People()})
		}
		for _, n := range b.chart.data(d) {
			data[n] = true
		}
	}
	for _, n := range b.chart.numbers {
		if r := b.chart.objects[n]; r.kind == lifecycle.Data && (data[n] || !r.Closed && r.form.Parent == o.Number) {
			v.Data = append(v.Data, dataView(r))
		}
	}
	return v
}

// boardDeliverable is a deliverable's line: as its sticky's ledger has it, or by its labels until it
// has one.
func boardDeliverable(d *object) templates.BoardDeliverable {
	line := templates.BoardDeliverable{Number: d.Number, Title: d.Title, Phase: lifecycle.Design}
	if l := d.ledger.Board; l != nil {
		line.Phase, line.Asked, line.Blocked, line.Awaited = l.Phase, l.Asked, l.Blocked, l.Awaited
		return line
	}
	for _, p := range lifecycle.Phases {
		if d.Has(p.Label()) {
			line.Phase = p
		}
	}
	return line
}

// boardMoves is the decision log of a problem's deliverables, the newest first; GitHub's clock has whole
// seconds, within which a ledger's order decides.
func (b *bench) boardMoves(deliverables []*object) []templates.BoardMove {
	var out []templates.BoardMove
	for _, d := range deliverables {
		for _, m := range slices.Backward(d.ledger.Moves) {
			out = append(out, templates.BoardMove{Deliverable: d.Number, At: m.At, From: m.From, To: m.To, Cause: m.Cause, Reason: m.Reason, By: m.By, Self: m.Self})
		}
	}
	slices.SortStableFunc(out, func(a, c templates.BoardMove) int {
		return c.At.Truncate(time.Second).Compare(a.At.Truncate(time.Second))
	})
	return out[:min(len(out), keptMoves)]
}
