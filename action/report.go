package action

import (
	"fmt"
	"os"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/policy"
	"github.com/phasegate/phasegate/templates"
)

// report completes the view of the run, tells the log, and says whether somebody has to mend something.
func (r *run) report(out *console) (failed bool) {
	var lines []string
	for _, l := range r.queue.looks {
		v := templates.LookView{Number: l.key.Number, Capped: l.capped}
		name := nameOf(l.key)
		lines = append(lines, "looked at "+name)
		for _, e := range l.effects {
			v.Writes = append(v.Writes, view(e))
			lines = append(lines, "  "+e.String())
		}
		if l.err != nil {
			failed = true
			v.Failed = explain(l.err)
			lines = append(lines, "  failed: "+v.Failed)
		}
		if l.capped {
			lines = append(lines, "  came up too often: left to the next run")
		}
		r.view.Looks = append(r.view.Looks, v)
	}
	out.block(lines)
	for n, l := range r.queue.looks {
		if l.err != nil {
			out.fail(nameOf(l.key) + ": " + r.view.Looks[n].Failed)
		}
	}
	r.reportState(out)
	for _, p := range r.problems {
		r.view.Problems = append(r.view.Problems, fmt.Sprintf("%d:%d: %s", p.Line, p.Column, p.Text(r.language())))
		out.problem(p, r.language())
	}
	if r.view.Failure != "" {
		out.fail(r.view.Failure)
	}
	return failed || len(r.problems) > 0 || r.view.Failure != ""
}

func nameOf(k engine.Key) string {
	if k.Kind == engine.IssueKey {
		return fmt.Sprintf("#%d", k.Number)
	}
	return "the repository's set-up"
}

func (r *run) reportState(out *console) {
	switch r.view.State {
	case templates.RunNoConfig:
		out.notice("This repository has no " + policy.File + " on its default branch: nothing to do.")
	case templates.RunServer:
		out.notice("The config says runner: app: the server applies the rules, nothing is done here.")
	case templates.RunNoEvent:
		out.notice("Nothing is done on the event " + r.event + ".")
	}
}

// thumbsUp is 👍 as GitHub names it.
const thumbsUp = "+1"

// view is an effect for the job summary.
func view(e engine.Effect) templates.WriteView {
	switch e := e.(type) {
	case engine.PostComment:
		if e.Record == nil {
			return templates.WriteView{Kind: templates.WroteSticky}
		}
		return templates.WriteView{Kind: templates.WroteComment, Record: string(e.Record.Kind)}
	case engine.EditComment:
		if e.Record == nil {
			return templates.WriteView{Kind: templates.EditedSticky}
		}
		return templates.WriteView{Kind: templates.EditedComment, Record: string(e.Record.Kind)}
	case engine.React:
		return templates.WriteView{Kind: templates.Reacted, Yes: string(e.Reaction) == thumbsUp}
	case engine.SetLabels:
		return templates.WriteView{Kind: templates.Labelled, Add: e.Add, Remove: e.Remove}
	case engine.CreateLabel:
		return templates.WriteView{Kind: templates.MadeLabel, Name: e.Name}
	case engine.DescribeLabel:
		return templates.WriteView{Kind: templates.DescribedLabel, Name: e.Name}
	case engine.PutCheck:
		return templates.WriteView{Kind: templates.PostedCheck, Name: e.Name}
	case engine.AskReview:
		return templates.WriteView{Kind: templates.AskedReview, Add: append(e.People[:len(e.People):len(e.People)], e.Teams...)}
	case engine.UnaskReview:
		return templates.WriteView{Kind: templates.UnaskedReview, Remove: append(e.People[:len(e.People):len(e.People)], e.Teams...)}
	case engine.AnswerDeployment:
		return templates.WriteView{Kind: templates.AnsweredDeployment, Name: e.Environment}
	case engine.OpenIssue:
		return templates.WriteView{Kind: templates.OpenedIssue, Name: e.Title}
	case engine.EditIssue:
		return templates.WriteView{Kind: templates.EditedIssue}
	case engine.LinkSubIssue:
		return templates.WriteView{Kind: templates.LinkedIssue, Number: e.Child}
	}
	return templates.WriteView{Kind: templates.WroteComment}
}

// writeSummary adds to the job summary; without a file there is none.
func writeSummary(file, text string) (err error) {
	if file == "" {
		return nil
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("write the job summary: %w", err)
	}
	if _, err := f.WriteString(text + "\n"); err != nil {
		f.Close()
		return fmt.Errorf("write the job summary: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("write the job summary: %w", err)
	}
	return nil
}
