package checks_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	yaml "go.yaml.in/yaml/v4"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// textCase is one case of testdata/artefacts: how the facts differ from complete ones, and the gaps that
// the profiles then find. Facts that could not be read stand under unread, with the reason.
type textCase struct {
	Gate   lifecycle.Gate    `yaml:"gate"`
	Facts  textFacts         `yaml:"facts"`
	Unread map[string]string `yaml:"unread"`

	Every, Light, Standard, Strict []string // gaps in every profile, or in one
}

// wants lists the gaps that the profile is to find.
func (c textCase) wants(risk lifecycle.Risk) []string {
	of := map[lifecycle.Risk][]string{lifecycle.Low: c.Light, lifecycle.Standard: c.Standard, lifecycle.High: c.Strict}
	return append(slices.Clone(c.Every), of[risk]...)
}

// told is a gap in one line: artefact, code, issues, sections, texts, cause.
func told(g checks.Gap) string {
	line := g.Artefact + " " + string(g.Code)
	for _, n := range g.Numbers {
		line += fmt.Sprintf(" #%d", n)
	}
	for _, s := range g.Sections {
		line += " " + string(s)
	}
	if len(g.Texts) > 0 {
		line += ": " + strings.Join(g.Texts, "; ")
	}
	if g.Renewal != nil {
		line += " " + string(g.Renewal.Cause)
	}
	return line
}

// day is the moment of the cases' dates: noon of a day of January 2026.
func day(n int) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Date(2026, 1, n, 12, 0, 0, 0, time.UTC)
}

// textFacts are the facts of all three gates as a case writes them; days are days of a month, 0 for never.
// It starts as a deliverable that lacks nothing, on the 20th.
type textFacts struct {
	Parent        checks.Parent
	Empty         []string // sections of the deliverable
	Errors        []string // of the metric table
	BusinessGoals int      `yaml:"business-goals"`
	ModelGoals    int      `yaml:"model-goals"`
	Limits        int
	Slices        int
	Data          []textData
	Analysis      int
	Design        int
	Support       []checks.SupportProblem
	Experiments   []checks.Experiment
	Due           bool
	Report        *textReport
	Card          int
	Approved      int // when the gate before passed
	Deployments   []textDeployment
	Required      []string
	Checks        []facts.CheckState
	Merged        []textPull
	Incidents     []textIncident
	Workflow      int
	Deployed      textDeployed
	Monitored     []textRow
	Returns       []textReturn
}

type textData struct {
	Number            int
	Exists, Validated bool
	At                int
}

type textReport struct {
	Commit, Model, Dataset, Fault string
	At                            int
	Expired                       bool
	Missed                        []string
	NotReported                   []string `yaml:"not-reported"`
}

type textDeployment struct {
	Number int
	Filled []string
}

type textPull struct {
	At    int
	Files []string
}

type textIncident struct {
	Number, At int
	RootCause  bool `yaml:"root-cause"`
}

type textDeployed struct {
	At       int
	Contains bool
	Changed  []string
}

type textRow struct {
	Label string
	Owner bool
	Last  int
}

type textReturn struct {
	Cause   lifecycle.Cause
	To      lifecycle.Phase
	At      int
	Changed []checks.Item // since then
}

func complete() textFacts {
	return textFacts{
		Parent:        checks.Parent{Number: 2, Exists: true, Problem: true, Answered: true},
		BusinessGoals: 1, ModelGoals: 1, Limits: 1, Slices: 1,
		Data:     []textData{{Number: 5, Exists: true, Validated: true, At: 8}},
		Analysis: 9, Design: 9,
		Support:     []checks.SupportProblem{{Number: 6, People: 2}},
		Experiments: []checks.Experiment{{Number: 9, Adopted: true}},
		Due:         true, Report: &textReport{Commit: "0a1b2c3d4e5f", Model: "gbm-1", Dataset: "usage@2026-01", At: 15},
		Card: 14, Approved: 13,
		Deployments: []textDeployment{{Number: 13, Filled: []string{"rollback", "running-cost", "on-call", "informed"}}},
		Required:    []string{"lint"}, Checks: []facts.CheckState{{Name: "lint", Green: true, State: "success"}},
		Merged:   []textPull{{At: 14, Files: []string{"serving/score.py"}}},
		Workflow: 14, Deployed: textDeployed{At: 18, Contains: true},
		Monitored: []textRow{{Label: "psi_score", Owner: true, Last: 19}},
	}
}

// fact is a fact that was read, unless the case says that it was not.
func fact[T any](c textCase, name string, v T) facts.Fact[T] {
	if why, ok := c.Unread[name]; ok {
		return facts.Unknown[T](why)
	}
	return facts.Known(v)
}

func each[F, T any](list []F, to func(F) T) []T {
	var out []T
	for _, f := range list {
		out = append(out, to(f))
	}
	return out
}

func (f textFacts) data() []checks.DataRequirement {
	return each(f.Data, func(d textData) checks.DataRequirement {
		return checks.DataRequirement{Number: d.Number, Exists: d.Exists, Validated: d.Validated, At: day(d.At)}
	})
}

func (f textFacts) report() *checks.Judgement {
	if f.Report == nil {
		return nil
	}
	r := *f.Report
	return &checks.Judgement{Commit: r.Commit, Model: r.Model, Dataset: r.Dataset, Fault: r.Fault, At: day(r.At),
		Expired: r.Expired, Missed: r.Missed, NotReported: r.NotReported}
}

func (f textFacts) deployments() []checks.DeploymentIssue {
	return each(f.Deployments, func(d textDeployment) checks.DeploymentIssue {
		has := func(s lifecycle.SectionKey) bool { return slices.Contains(d.Filled, string(s)) }
		return checks.DeploymentIssue{Number: d.Number, Rollback: has(lifecycle.SecRollback), RunningCost: has(lifecycle.SecRunningCost),
			OnCall: has(lifecycle.SecOnCall), Informed: has(lifecycle.SecInformed)}
	})
}

func (f textFacts) merged() []facts.MergedPull {
	return each(f.Merged, func(p textPull) facts.MergedPull {
		return facts.MergedPull{Merged: day(p.At), Files: each(p.Files, func(path string) facts.File { return facts.File{Path: path} })}
	})
}

func (f textFacts) incidents() []checks.Incident {
	return each(f.Incidents, func(i textIncident) checks.Incident {
		return checks.Incident{Number: i.Number, Created: day(i.At), RootCause: i.RootCause}
	})
}

// stands are the fingerprints of all items as they are on the 20th.
func stands() checks.Prints {
	prints := checks.Prints{}
	for _, i := range checks.Items {
		prints[i] = "now"
	}
	return prints
}

func (f textFacts) returns() []checks.Return {
	return each(f.Returns, func(r textReturn) checks.Return {
		prints := stands()
		for _, i := range r.Changed {
			prints[i] = "before"
		}
		return checks.Return{Cause: r.Cause, To: r.To, At: day(r.At), Prints: prints}
	})
}

// judge judges the case's facts in the profile.
func (c textCase) judge(risk lifecycle.Risk) []checks.Gap {
	f := c.Facts
	data, analysis, merged := fact(c, "data", f.data()), fact(c, "analysis", day(f.Analysis)), fact(c, "merged", f.merged())
	report, incidents := fact(c, "report", f.report()), fact(c, "incidents", f.incidents())
	deployments := fact(c, "deployments", f.deployments())
	switch c.Gate {
	case lifecycle.G1:
		filled := map[lifecycle.SectionKey]bool{}
		for _, s := range lifecycle.Form(lifecycle.Deliverable) {
			filled[s.Key] = !slices.Contains(f.Empty, string(s.Key))
		}
		return checks.Design(checks.DesignFacts{Risk: risk, Parent: fact(c, "parent", f.Parent), Filled: filled, MetricErrors: f.Errors,
			BusinessGoals: f.BusinessGoals, ModelGoals: f.ModelGoals, Guardrails: f.Limits, Slices: f.Slices, Data: data, Analysis: analysis,
			DesignDoc: fact(c, "design", day(f.Design)), Support: fact(c, "support", f.Support), Returns: f.returns(), Now: stands()})
	case lifecycle.G2:
		return checks.Development(checks.DevelopmentFacts{Risk: risk, Experiments: fact(c, "experiments", f.Experiments), Due: f.Due, Report: report,
			Card: fact(c, "card", day(f.Card)), CardSince: day(f.Approved), Deployments: deployments, Required: f.Required,
			Checks: fact(c, "checks", f.Checks), Data: data, Returns: f.returns(), Merged: merged, Prints: stands(), Analysis: analysis, Incidents: incidents})
	}
	return checks.Deployment(checks.DeploymentFacts{Risk: risk, Workflow: fact(c, "workflow", day(f.Workflow)),
		Deployed: fact(c, "deployed", checks.Deployed{At: day(f.Deployed.At), Contains: f.Deployed.Contains, Changed: f.Deployed.Changed}),
		Monitored: fact(c, "monitored", each(f.Monitored, func(r textRow) checks.MonitorRow {
			return checks.MonitorRow{Label: r.Label, Owner: r.Owner, Last: day(r.Last)}
		})),
		Deployments: deployments, Returns: f.returns(), Now: day(20), Prints: stands(), Data: data, Analysis: analysis, Due: f.Due, Report: report, Merged: merged, Incidents: incidents})
}

// textCases reads the cases by file (without .txtar) and name.
func textCases(t *testing.T) map[string]map[string]textCase {
	t.Helper()
	files, err := filepath.Glob("testdata/artefacts/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]map[string]textCase{}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		cases := map[string]textCase{}
		for _, f := range archive.Files {
			c := textCase{Facts: complete()}
			if err := yaml.Load(f.Data, &c, yaml.WithKnownFields()); err != nil {
				t.Fatalf("%s, %s: %v", file, f.Name, err)
			}
			cases[f.Name] = c
		}
		all[strings.TrimSuffix(filepath.Base(file), ".txtar")] = cases
	}
	return all
}

// Every case of testdata/artefacts, in every profile.
func TestArtefactCases(t *testing.T) {
	for file, cases := range textCases(t) {
		for name, c := range cases {
			for _, risk := range lifecycle.Risks {
				t.Run(fmt.Sprintf("%s/%s/%s", file, name, risk), func(t *testing.T) {
					got, want := each(c.judge(risk), told), c.wants(risk)
					if !slices.Equal(got, want) {
						t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
					}
				})
			}
		}
	}
}
