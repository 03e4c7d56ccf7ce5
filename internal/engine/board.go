package engine

import (
	"slices"
	"time"

	"github.com/phasegate/phasegate/checks"
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
		line.NotReviewed, line.Incidents = l.NotReviewed, l.Incidents
		return line
	}
	for _, p := range lifecycle.Phases {
		if d.Has(p.Label()) {
			line.Phase = p
		}
	}
	return line
}

// shownMoves is how many entries of the decision log a board shows, the newest.
const shownMoves = 40

// boardMoves is what the deliverables of a problem add to its decision log.
func (b *bench) boardMoves(deliverables []*object) []templates.BoardMove {
	var out []templates.BoardMove
	for _, d := range deliverables {
		for _, m := range slices.Backward(d.ledger.Moves) {
			out = append(out, templates.BoardMove{Deliverable: d.Number, Kind: string(m.Kind), At: m.At, From: m.From, To: m.To, Cause: m.Cause, Reason: m.Reason,
				By: m.By, Self: m.Self, Of: b.whom(m), Risk: m.Risk, Until: m.Until})
		}
	}
	sortMoves(out)
	return out
}

// sortMoves puts the newest first; GitHub's clock has whole seconds, within which the order stays.
func sortMoves(moves []templates.BoardMove) {
	slices.SortStableFunc(moves, func(a, b templates.BoardMove) int {
		return b.At.Truncate(time.Second).Compare(a.At.Truncate(time.Second))
	})
}

// whom is whose objection was overruled, or in words what is waived.
func (b *bench) whom(m Move) string {
	if m.Kind == MoveWaived {
		return checks.ArtefactWord(m.Of, b.Rules.Policy.Language)
	}
	return m.Of
}
