package pagestest

import (
	"time"

	"github.com/phasegate/phasegate/internal/hubsim/pages"
)

func (h *Hub) addIssues() {
	h.add(2, "Voluntary churn erodes postpaid revenue", "helena-bs", at(6, 11, 0), "4 % of postpaid customers leave each month.", "kind:problem")
	d := h.add(3, "Weekly churn score", "sara-ds", at(6, 14, 0), sampleBody, "kind:deliverable", "phase:design", "risk:standard", "gate:requested")
	d.Body.Edits = []pages.Edit{{By: h.person("helena-bs"), At: at(8, 9, 0)}}
	d.Parent = &pages.Ref{Repo: Repo, Number: 2, Title: "Voluntary churn erodes postpaid revenue", State: pages.StateOpen}
	d.SubIssues = []pages.Ref{{Repo: Repo, Number: 5, Title: "Billing and usage, 24 months", State: pages.StateOpen}}
	d.Assignees = []pages.Person{h.person("sara-ds")}
	bot := h.person("phasegate[bot]")
	event := func(when time.Time, who pages.Person, e pages.Event) {
		e.Actor = who
		d.Timeline = append(d.Timeline, pages.Item{At: when, Event: &e})
	}
	comment := func(id int64, when time.Time, who, text string, rs ...pages.Reaction) *pages.Comment {
		c := &pages.Comment{ID: id, Author: h.person(who), At: when, Body: pages.Text{Source: text}, Reactions: rs}
		d.Timeline = append(d.Timeline, pages.Item{At: when, Comment: c})
		d.Comments++
		return c
	}
	for _, l := range []string{"kind:deliverable", "risk:standard", "phase:design"} {
		event(at(6, 14, 0), bot, pages.Event{Kind: "labeled", Label: h.label(l)})
	}
	sticky := comment(101, at(6, 14, 0), bot.Login, Example("sticky"))
	sticky.Body.Edits = []pages.Edit{{By: bot, At: at(13, 12, 20)}}
	event(at(9, 13, 0), h.person("sara-ds"), pages.Event{Kind: "cross-referenced", Source: &pages.Ref{
		Repo: Repo, Number: 12, Title: "Churn score with gradient boosting", State: pages.StateOpen, IsPull: true,
	}})
	comment(102, at(12, 14, 0), "sara-ds", "/advance development", pages.Reaction{Content: "+1", By: []string{bot.Login}})
	event(at(12, 14, 0), bot, pages.Event{Kind: "labeled", Label: h.label("gate:requested")})
	comment(103, at(12, 14, 10), "felix-se", "/approve", pages.Reaction{Content: "confused", By: []string{bot.Login}})
	comment(104, at(12, 14, 11), bot.Login, Example("reply"))
	comment(105, at(13, 12, 0), "dora-de", "/approve", pages.Reaction{Content: "+1", By: []string{bot.Login}})
	comment(106, at(13, 12, 20), "tomas-ds", "/approve\n\nThe EDA answers my question.\nSee #12 and @rui-sme's remark.",
		pages.Reaction{Content: "+1", By: []string{bot.Login}}, pages.Reaction{Content: "heart", By: []string{"sara-ds", "dora-de"}})
	hidden := comment(107, at(13, 12, 22), "bento-be", "An old remark.")
	hidden.Hidden = "outdated"
	h.add(5, "Billing and usage, 24 months", "dora-de", at(6, 15, 0), "Two years of calls.", "kind:data", "data:validated")
	m := h.add(22, "Weekly review, Monday 16 March 2026 (2026-W12)", "phasegate[bot]", at(13, 9, 0), Example("meeting"))
	m.State, m.Reason = pages.StateClosed, "completed"
	h.add(23, "<script>alert(1)</script> & a very long title that goes on and on so that it has to be broken into several lines somewhere",
		"rui-sme", at(13, 10, 0), hostile)
}

const sampleBody = "### Parent\n\n#2\n\n### Metrics\n\n| Metric | Class | Type | Target | Unit | Slice | Source | Owner |\n|---|---|---|---|---|---|---|---|\n" +
	"| recall_top_decile | model | goal | >= 0.40 | ratio | all | ci | @sara-ds |\n| calibration_error | model | guardrail | <= 0.05 | ratio | all | ci | @tomas-ds |\n\n" +
	"### Budget\n\n40000 BRL/month requested\n\n### How it works\n\n```mermaid\nflowchart LR\n  usage --> score --> offers\n```\n\n- [x] data found\n- [ ] offers agreed\n"

const hostile = "<script>alert(1)</script><img src=x onerror=alert(1)> <a href=\"javascript:alert(1)\">x</a>\n\n</div></div></main>\n\n<style>*{display:none}</style>\n\n<!-- secret -->"

func (h *Hub) addPull() {
	p := h.add(12, "Churn score with gradient boosting", "sara-ds", at(9, 13, 0), "Deliverable: #3\n\nTrains the model. cc @tomas-ds", "phase:development")
	p.IsPull = true
	p.Timeline = []pages.Item{
		{At: at(9, 13, 5), Event: &pages.Event{Kind: "review_requested", Actor: h.person("phasegate[bot]"), Subject: "tomas-ds"}},
		{At: at(9, 15, 0), Review: &pages.Review{ID: 7, Author: h.person("tomas-ds"), State: "CHANGES_REQUESTED", Body: pages.Text{Source: "Recall differs **by region**."}, SHA: sampleSHA}},
		{At: at(9, 15, 30), Comment: &pages.Comment{ID: 201, Author: h.person("phasegate[bot]"), At: at(9, 15, 30), Body: pages.Text{Source: Example("metrics")}}},
	}
	yes := true
	p.Comments = 1
	h.pull = pages.Pull{
		Number: 12, BaseRef: "main", HeadRef: "gbm", HeadLabel: "gbm", HeadSHA: sampleSHA, BaseSHA: baseSHA, Mergeable: &yes, MergeState: "blocked",
		Requested:     []string{"mina-mle"},
		LatestReviews: []pages.Review{{ID: 7, Author: h.person("tomas-ds"), State: "CHANGES_REQUESTED"}},
		Commits:       []pages.Commit{h.commit()}, Files: h.commit().Files, Additions: 4, Deletions: 1,
		Checks: []pages.CheckRun{
			{ID: 31, Name: "phasegate/gate", App: "phasegate", SHA: sampleSHA, Status: "completed", Conclusion: "success", Title: "All files belong to this phase"},
			{
				ID: 32, Name: "phasegate/roles", App: "phasegate", SHA: sampleSHA, Status: "in_progress", StartedAt: at(9, 13, 0),
				Title: "Waiting for tomas-ds (data scientist) and mina-mle (ML engineer)", Summary: Example("roles"),
				Annotations: []pages.Annotation{{Path: "deploy/score-job.yml", Line: 1, Level: "warning", Message: "allowed in deployment, monitoring; #3 is in development"}},
			},
			{ID: 33, Name: "phasegate/metrics", App: "phasegate", SHA: sampleSHA, Status: "completed", Conclusion: "failure", Title: "1 of 3 targets missed", CompletedAt: at(9, 15, 0)},
		},
	}
	p.Checks = h.pull.Tally()
}

const (
	sampleSHA = "b2c0ffee00000000000000000000000000000002"
	baseSHA   = "a0c0ffee00000000000000000000000000000001"
)

func (h *Hub) commit() pages.Commit {
	return pages.Commit{
		SHA: sampleSHA, Message: "train: gradient boosting\n\nWith regional features.", Author: h.person("sara-ds"), At: at(9, 12, 55), Parents: []string{baseSHA},
		Files: []pages.FileChange{
			{Path: "train/gbm.py", Status: "modified", Additions: 2, Deletions: 1, Patch: "@@ -1,3 +1,4 @@\n import lightgbm\n-model = None\n+model = lightgbm.LGBMClassifier()\n+model.fit(x, y)\n # <end>\n"},
			{Path: "docs/model-card.md", Status: "added", Additions: 2, Patch: "@@ -0,0 +1,2 @@\n+# Model card\n+Recall by region.\n"},
			{Path: "data/usage.parquet", Status: "renamed", Previous: "data/old.parquet"},
		},
		Additions: 4, Deletions: 1,
	}
}

func sampleFiles() map[string]string {
	return map[string]string{
		"README.md":             "# Churn\n\nScores customers *weekly*.\nSee #3.\n",
		".github/phasegate.yml": "version: 1\nroles:\n  data-scientist: [sara-ds, tomas-ds]\n",
		"bin/model.bin":         "\x00\x01\x02",
		"deploy/score-job.yml":  "schedule: weekly\n",
		".github/ISSUE_TEMPLATE/config.yml": "blank_issues_enabled: true\ncontact_links:\n  - name: Help\n    url: https://example.com/help\n    about: Ask people\n" +
			"  - name: Bad\n    url: javascript:alert(1)\n    about: never shown\n",
		".github/ISSUE_TEMPLATE/deliverable.yml": sampleForm,
		".github/ISSUE_TEMPLATE/broken.yml":      "name: Broken\ndescription: x\nbody:\n  - type: slider\n    attributes: {label: x}\n",
		".github/ISSUE_TEMPLATE/question.md":     "---\nname: Question\nabout: Ask something\nlabels: question, help\n---\n\nWhat do you want to know?\n",
	}
}

const sampleForm = `name: Deliverable
description: Something that solves a part of a bigger problem
title: "[deliverable] "
labels: ["kind:deliverable"]
body:
  - type: markdown
    attributes:
      value: Say **what** is delivered and how success is measured.
  - type: input
    id: parent
    attributes:
      label: Parent
      description: "The bigger problem, as *#2*"
      placeholder: "#2"
    validations:
      required: true
  - type: textarea
    id: metrics
    attributes:
      label: Metrics
      value: |
        | Metric | Target |
        |---|---|
        |  |  |
  - type: textarea
    attributes:
      label: Log
      render: shell
  - type: dropdown
    id: risk
    attributes:
      label: Risk
      options: [low, standard, high]
      default: 1
  - type: dropdown
    id: regions
    attributes:
      label: Regions
      multiple: true
      options: [north, south]
  - type: checkboxes
    attributes:
      label: Before you send
      options:
        - label: I have read the guide
          required: true
        - label: I can demo it
`
