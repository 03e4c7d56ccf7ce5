package engine

import (
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/templates"
)

// Where the evidence of the design phase's steps is merged (section 1's table).
const (
	AnalysisFolder = "reports/eda"
	DesignFolder   = "docs/design"
)

// evidence finds the merged analysis and design among the pull requests of the deliverable.
func (b *bench) evidence(o *object, c *Case) {
	merged, read := b.Merged.Get()
	if !read {
		c.Design.Analysis, c.Design.DesignDoc = facts.Unknown[time.Time](b.Merged.Why()), facts.Unknown[time.Time](b.Merged.Why())
	} else {
		analysis, analysisDocs := b.newest(o, merged, AnalysisFolder)
		design, designDocs := b.newest(o, merged, DesignFolder)
		c.Design.Analysis, c.Design.DesignDoc = facts.Known(analysis), facts.Known(design)
		c.Short.Docs = append(analysisDocs, designDocs...)
	}
	has := func(f facts.Fact[time.Time]) bool { t, ok := f.Get(); return ok && !t.IsZero() }
	c.Short.Steps = []templates.StepView{
		{Step: templates.StepRequirements, Done: requirementsMet(o.form)},
		{Step: templates.StepAnalysis, Done: has(c.Design.Analysis)},
		{Step: templates.StepDesignDoc, Done: has(c.Design.DesignDoc)},
	}
}

func requirementsMet(f Form) bool {
	return f.Answers[lifecycle.SecContext] != "" && f.Answers[lifecycle.SecValue] != "" && f.Answers[lifecycle.SecRequirements] != "" &&
		len(f.Problems) == 0 && len(f.Metrics.Rows) > 0
}

// maxDocs is how many files of one step a sticky lists, the newest.
const maxDocs = 5

// newest is when a file under the folder was last merged for the deliverable, and the files, each with
// the pull request that merged it last.
func (b *bench) newest(o *object, merged []facts.MergedPull, folder string) (time.Time, []templates.DocView) {
	var at time.Time
	var docs []templates.DocView
	known := map[string]bool{}
	for _, p := range merged {
		if !b.belongs(p, o) {
			continue
		}
		for _, f := range p.Files {
			if !strings.HasPrefix(f.Path, folder+"/") || known[f.Path] {
				continue
			}
			known[f.Path] = true
			if f.Removed {
				continue
			}
			if p.Merged.After(at) {
				at = p.Merged
			}
			if len(docs) < maxDocs {
				docs = append(docs, templates.DocView{Path: f.Path, Pull: p.Number})
			}
		}
	}
	return at, docs
}

// belongs reports whether the pull request is the deliverable's: it names it, or names none and there
// is no other open one.
func (b *bench) belongs(p facts.MergedPull, o *object) bool {
	if p.Deliverable != 0 {
		return p.Deliverable == o.Number
	}
	return b.chart.other(o) == nil
}
