package engine

import (
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/metrics"
	"github.com/phasegate/phasegate/templates"
)

// steps lists the steps of the phase the deliverable is in, each done when its evidence is there
// (section 1's table). Nobody ticks them.
func (d *desk) steps() []templates.StepView {
	switch d.h.Phase {
	case lifecycle.Design:
		return []templates.StepView{
			{Step: templates.StepRequirements, Done: d.Requirements},
			{Step: templates.StepAnalysis, Done: there(d.Evidence.newestFile(analysisFiles))},
			{Step: templates.StepDesignDoc, Done: there(d.Evidence.newestFile(designFiles))},
		}
	case lifecycle.Development:
		planned := false
		for _, x := range d.Evidence.Experiments {
			planned = planned || x.Planned
		}
		return []templates.StepView{
			{Step: templates.StepFeatures, Done: there(d.Evidence.newestFile(featureFiles))},
			{Step: templates.StepExperiment, Done: planned},
			{Step: templates.StepTraining, Done: d.measured(metrics.CI) && len(d.Evidence.adopted()) > 0},
		}
	case lifecycle.Deployment:
		return []templates.StepView{
			{Step: templates.StepPipeline, Done: there(d.Evidence.newestFile(workflowFiles))},
			{Step: templates.StepDeploy, Done: d.lastDeployment() != nil},
			{Step: templates.StepWatch, Done: d.watched()},
		}
	}
	return []templates.StepView{{Step: templates.StepWatch, Done: d.watched()}}
}

func there(f facts.Fact[time.Time]) bool {
	at, ok := f.Get()
	return ok && !at.IsZero()
}

// measured reports whether a report of that source is there.
func (d *desk) measured(s metrics.SourceKind) bool { return len(d.reports(s)) > 0 }

// reports lists the deliverable's reports of one source, newest first.
func (d *desk) reports(s metrics.SourceKind) []facts.Report {
	all, _ := d.Evidence.Reports.Get()
	var out []facts.Report
	for _, r := range all {
		if r.Body.Source == s {
			out = append(out, r)
		}
	}
	return out
}

// watched reports whether every metric of production has been reported at least once.
func (d *desk) watched() bool {
	rows := d.Table.From(metrics.Monitor)
	for _, row := range rows {
		if d.lastReading(row).IsZero() {
			return false
		}
	}
	return len(rows) > 0 || d.measured(metrics.Monitor)
}

// lastReading is when a row was last measured in production; zero for never.
func (d *desk) lastReading(row metrics.Row) time.Time {
	readings := metrics.Readings(row, dated(d.reports(metrics.Monitor)))
	if len(readings) == 0 {
		return time.Time{}
	}
	return readings[len(readings)-1].At
}

func dated(reports []facts.Report) []metrics.Dated {
	var out []metrics.Dated
	for _, r := range reports {
		out = append(out, metrics.Dated{At: r.At, Report: r.Body})
	}
	return out
}

// lastDeployment is the newest that succeeded; nil for none.
func (d *desk) lastDeployment() *facts.Deployment {
	all, _ := d.Evidence.Deployments.Get()
	var last *facts.Deployment
	for i := range all {
		if at := all[i].Succeeded; !at.IsZero() && (last == nil || at.After(last.Succeeded)) {
			last = &all[i]
		}
	}
	return last
}
