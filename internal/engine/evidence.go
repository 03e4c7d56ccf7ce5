package engine

import (
	"slices"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/internal/policy"
	"github.com/phasegate/phasegate/templates"
)

// Where the evidence of steps and artefacts is merged (section 1's table and section 2's).
var (
	analysisFiles   = []string{"reports/eda/**"}
	designFiles     = []string{"docs/design/**"}
	featureFiles    = []string{"features/**"}
	cardFiles       = []string{"docs/model-card*.md"}
	workflowFiles   = []string{".github/workflows/deploy*"}
	deployFiles     = []string{"deploy/**"}
	codeFiles       = []string{"serving/**", "src/**"}
	infraFiles      = []string{"infra/**", "deploy/**"}
	monitoringFiles = []string{"monitoring/**"}
)

// Evidence is what was merged, measured, deployed, tried out and reported for one deliverable.
type Evidence struct {
	Merged      facts.Fact[[]facts.MergedPull] // its own, and of others the files under its Paths; newest first
	Reports     facts.Fact[[]facts.Report]     // that name it, newest first
	Faulty      []facts.Report                 // that cannot be read, whosever they are, newest first
	Deployments facts.Fact[[]facts.Deployment] // the newest that reached production since it was opened
	Experiments []TriedOut
	Releases    []checks.DeploymentIssue // linked issues of kind deployment
	Incidents   []IncidentIssue
	Compared    map[facts.Span]facts.Fact[facts.Comparison]
	Checks      map[string]facts.Fact[[]facts.CheckState]

	wanted []facts.Span // what must be compared to know whose the deployments are
}

// TriedOut is an experiment linked to a deliverable.
type TriedOut struct {
	checks.Experiment
	Title   string // untrusted
	Author  facts.Person
	Outcome string // as written: running, adopted, dropped
	print   string // of what an approval of it is bound to
}

// evidence gathers what the snapshot holds for a deliverable.
func (b *bench) evidence(o *object) Evidence {
	e := Evidence{Compared: b.Compared, Checks: b.Checks}
	paths := o.form.Paths()
	if merged, ok := b.Merged.Get(); ok {
		e.Merged = facts.Known(b.concerning(o, merged, paths))
	} else {
		e.Merged = facts.Unknown[[]facts.MergedPull](b.Merged.Why())
	}
	if reports, ok := b.Reports.Get(); ok {
		e.Reports = facts.Known(slices.DeleteFunc(slices.Clone(reports), func(r facts.Report) bool {
			return r.Fault != "" || r.Body.Deliverable != o.Number
		}))
		e.Faulty = slices.DeleteFunc(slices.Clone(reports), func(r facts.Report) bool { return r.Fault == "" })
	} else {
		e.Reports = facts.Unknown[[]facts.Report](b.Reports.Why())
	}
	e.Deployments = b.deployments(o, &e)
	for _, x := range b.chart.children(lifecycle.Experiment, o) {
		e.Experiments = append(e.Experiments, triedOut(x))
	}
	for _, x := range b.chart.children(lifecycle.DeploymentKind, o) {
		e.Releases = append(e.Releases, x.form.release(x.Number))
	}
	for _, x := range b.chart.children(lifecycle.Incident, o) {
		e.Incidents = append(e.Incidents, incidentIssue(x))
	}
	return e
}

// concerning lists the pull requests merged since the deliverable was opened that are its own; of others only the
// files under its Paths.
func (b *bench) concerning(o *object, merged []facts.MergedPull, paths []string) []facts.MergedPull {
	var out []facts.MergedPull
	for _, p := range merged {
		if p.Merged.Before(o.Created) {
			continue
		}
		if !b.belongs(p, o) {
			p.Files = slices.DeleteFunc(slices.Clone(p.Files), func(f facts.File) bool { return !checks.Matches(paths, f.Path) })
			if len(p.Files) == 0 {
				continue
			}
		}
		out = append(out, p)
	}
	return out
}

// belongs reports whether the pull request is the deliverable's: it is for it, or names none and there is no other
// open one.
func (b *bench) belongs(p facts.MergedPull, o *object) bool {
	of, silent := b.mergedFor(p)
	return slices.Contains(of, o.Number) || silent && b.chart.other(o) == nil
}

// mergedFor are the deliverables that a merged pull request is for by what it names, as they were when it was merged:
// those that are open, and those that were closed later. silent is as for an open pull request.
func (b *bench) mergedFor(p facts.MergedPull) (of []int, silent bool) {
	return PullNames{Lines: p.Lines, Hints: p.Hints}.deliverables(func(n int) bool {
		at, finished := b.Finished[n]
		return b.chart.isOpen(n) || finished && !at.Before(p.Merged)
	})
}

// hinted are the keys of the deliverables that a pull request is for which was just merged into the default branch and
// has no line that says so: whether what it names is a deliverable, an event about it cannot tell.
func (s PullSnapshot) hinted() []Key {
	names := NamesIn(s.Key.FullName(), s.Pull.Body, s.Pull.HeadRef)
	if !s.Pull.Merged || s.Pull.BaseRef != s.Branch || len(names.Lines) > 0 || len(names.Hints) == 0 {
		return nil
	}
	var out []Key
	of, _ := Snapshot{Key: s.Key, Rules: s.Rules, Listed: s.Listed, Gone: true, memory: s.memory}.chart().placed(names)
	for _, o := range of {
		out = append(out, s.Key.Issue(o.Number))
	}
	return out
}

// maxBefore is how many earlier pull requests are compared to find out whose a deployment is.
const maxBefore = 3

// deployments is the newest that is the deliverable's: its payload names it; else the newest merged pull request under
// deploy/** that it contains is the deliverable's; else there is no other open one. What never reached production, or
// did before the deliverable was opened, says nothing of it. The newest of all is most often its own: the others are
// compared only where it is not.
func (b *bench) deployments(o *object, e *Evidence) facts.Fact[[]facts.Deployment] {
	all, ok := b.Deployments.Get()
	if !ok {
		return facts.Unknown[[]facts.Deployment](b.Deployments.Why())
	}
	merged, read := b.Merged.Get()
	all = slices.DeleteFunc(slices.Clone(all), func(d facts.Deployment) bool {
		return d.Succeeded.Before(o.Created) || d.Deliverable != 0 && d.Deliverable != o.Number
	})
	slices.SortStableFunc(all, func(a, b facts.Deployment) int { return b.Succeeded.Compare(a.Succeeded) })
	for i, d := range all {
		if d.Deliverable == 0 && !read {
			return facts.Unknown[[]facts.Deployment](b.Merged.Why())
		}
		p, pending := b.deployed(d, merged)
		if pending != nil {
			e.wanted = append(e.wanted, *pending)
			if i == 0 {
				break
			}
			continue
		}
		if d.Deliverable != 0 || p != nil && b.belongs(*p, o) || p == nil && b.chart.other(o) == nil {
			return facts.Known(all[i : i+1])
		}
	}
	return facts.Known[[]facts.Deployment](nil)
}

// deployed is the newest pull request under deploy/** that the deployment contains, which tells whose it is; nil where
// there is none, or its payload tells. pending is what must be compared first.
func (b *bench) deployed(d facts.Deployment, merged []facts.MergedPull) (p *facts.MergedPull, pending *facts.Span) {
	tried := 0
	for _, p := range merged {
		if d.Deliverable != 0 || p.Merged.After(d.Created) || !touches(p, deployFiles) || tried == maxBefore {
			continue
		}
		tried++
		if p.Commit == d.Commit {
			return &p, nil
		}
		span := facts.Span{Base: p.Commit, Head: d.Commit}
		fact, asked := b.Compared[span]
		if !asked {
			return nil, &span
		}
		if c, ok := fact.Get(); ok && c.Contains {
			return &p, nil
		}
	}
	return nil, nil
}

// Paths are the globs of a deliverable's own files.
func (f Form) Paths() []string {
	var globs []string
	for line := range strings.SplitSeq(strings.ReplaceAll(f.Answers[lifecycle.SecPaths], ",", "\n"), "\n") {
		glob := strings.Trim(strings.TrimLeft(strings.TrimSpace(line), "-* "), "` ")
		if strings.HasPrefix(strings.TrimSpace(line), "**") { // a glob, no list item
			glob = strings.Trim(strings.TrimSpace(line), "` ")
		}
		if glob != "" && doublestar.ValidatePattern(glob) && len(globs) < maxLinks {
			globs = append(globs, glob)
		}
	}
	return globs
}

func touches(p facts.MergedPull, globs []string) bool {
	return slices.ContainsFunc(p.Files, func(f facts.File) bool { return checks.Matches(globs, f.Path) })
}

// newestPull is the newest pull request that touches the globs; nil for none.
func newestPull(merged []facts.MergedPull, globs []string) *facts.MergedPull {
	for i := range merged {
		if touches(merged[i], globs) {
			return &merged[i]
		}
	}
	return nil
}

// newestFile is when a file under the globs was last merged that is still there; zero for none.
func (e Evidence) newestFile(globs []string) facts.Fact[time.Time] {
	merged, ok := e.Merged.Get()
	if !ok {
		return facts.Unknown[time.Time](e.Merged.Why())
	}
	at, _ := newestFiles(merged, globs)
	return facts.Known(at)
}

// maxDocs is how many files of one step a sticky lists, the newest.
const maxDocs = 5

// newestFiles is when a file under the globs was last merged, and the files that are still there, each
// with the pull request that merged it last.
func newestFiles(merged []facts.MergedPull, globs []string) (time.Time, []templates.DocView) {
	var at time.Time
	var docs []templates.DocView
	known := map[string]bool{}
	for _, p := range merged {
		for _, f := range p.Files {
			if known[f.Path] || !checks.Matches(globs, f.Path) {
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

// docs are the files of a phase that people read before they answer.
func (e Evidence) docs(p lifecycle.Phase) []templates.DocView {
	merged, _ := e.Merged.Get()
	var out []templates.DocView
	globs := [][]string{analysisFiles, designFiles}
	if p != lifecycle.Design {
		globs = [][]string{cardFiles, designFiles}
	}
	for _, g := range globs {
		_, docs := newestFiles(merged, g)
		out = append(out, docs...)
	}
	return out
}

// triedOut reads an experiment's form.
func triedOut(x *object) TriedOut {
	f := x.form
	outcome := lifecycle.Fold(markdown.Plain(f.Answers[lifecycle.SecOutcome]))
	t := TriedOut{Title: x.Title, Author: x.Author, Outcome: outcome}
	t.Number = x.Number
	t.Adopted = outcome == "adopted" || outcome == "adotado" || outcome == "adotada"
	t.Planned = f.Answers[lifecycle.SecHypothesis] != "" && f.Answers[lifecycle.SecDataset] != "" && f.Answers[lifecycle.SecPlanned] != ""
	t.print = fingerprint(x.Number, f.canonical(lifecycle.SecDataset, lifecycle.SecFeatures, lifecycle.SecAlgorithm))
	return t
}

// release is a deployment issue as the gates judge it.
func (f Form) release(number int) checks.DeploymentIssue {
	has := func(k lifecycle.SectionKey) bool { return f.Answers[k] != "" }
	return checks.DeploymentIssue{Number: number, Rollback: has(lifecycle.SecRollback), RunningCost: has(lifecycle.SecRunningCost),
		OnCall: has(lifecycle.SecOnCall), Informed: has(lifecycle.SecInformed)}
}

// adopted lists the experiments whose outcome is adopted.
func (e Evidence) adopted() []TriedOut {
	return slices.DeleteFunc(slices.Clone(e.Experiments), func(t TriedOut) bool { return !t.Adopted })
}

// authors are those of the adopted experiments and of the merged pull requests that name one of them:
// they wrote the evidence of the second gate (rule 6).
func (e Evidence) authors() []facts.Person {
	var out []facts.Person
	merged, _ := e.Merged.Get()
	for _, t := range e.adopted() {
		out = facts.Union(out, []facts.Person{t.Author})
		for _, p := range merged {
			if p.Experiment == t.Number {
				out = facts.Union(out, []facts.Person{p.Author})
			}
		}
	}
	return out
}

// contributors are all who had a part in the deliverable: whoever merged something for it or tried
// something out. A validator is none of them.
func (e Evidence) contributors() []facts.Person {
	var out []facts.Person
	merged, _ := e.Merged.Get()
	for _, p := range merged {
		out = facts.Union(out, []facts.Person{p.Author})
	}
	for _, t := range e.Experiments {
		out = facts.Union(out, []facts.Person{t.Author})
	}
	return out
}

// stopped lists the merged pull requests that the rules in force would have stopped, had they been
// enforced: those with a file that was not allowed in the phase the deliverable was in.
func (e Evidence) stopped(p *policy.Policy, phaseAt func(time.Time) lifecycle.Phase) []templates.StoppedView {
	var out []templates.StoppedView
	merged, _ := e.Merged.Get()
	for _, m := range merged {
		phase := phaseAt(m.Merged)
		for _, f := range m.Files {
			if !slices.Contains(p.AllowedPhases(f.Path), phase) {
				out = append(out, templates.StoppedView{Pull: m.Number, Path: f.Path, Phase: phase})
				break
			}
		}
	}
	return out
}
