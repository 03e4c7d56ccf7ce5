package templates_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/templates"
)

// TestRunSummaries writes the job summaries of the Action in both languages into one file each.
func TestRunSummaries(t *testing.T) {
	worked := templates.RunView{
		Event: "issue_comment", Web: "https://github.com/acme-telco/churn", Since: now.Add(-2 * time.Hour),
		Looks: []templates.LookView{
			{Number: 3, Writes: []templates.WriteView{
				{Kind: templates.WroteComment, Record: "passed"}, {Kind: templates.Labelled, Add: []string{"phase:development"}, Remove: []string{"phase:design", "gate:requested"}},
				{Kind: templates.Reacted, Yes: true}, {Kind: templates.EditedSticky}}},
			{Number: 4, Writes: []templates.WriteView{{Kind: templates.EditedComment, Record: "reply"}, {Kind: templates.Reacted}, {Kind: templates.WroteSticky}}, Capped: true},
			{Number: 6, Writes: []templates.WriteView{{Kind: templates.OpenedIssue, Name: "Model *drift* | @all"}, {Kind: templates.EditedIssue}, {Kind: templates.LinkedIssue, Number: 7}}},
			{Number: 8, Writes: []templates.WriteView{{Kind: templates.WroteComment, Record: "rollback"}, {Kind: templates.AnsweredDeployment, Name: "production|eu"}}},
			{Writes: []templates.WriteView{{Kind: templates.MadeLabel, Name: "state:live"}, {Kind: templates.DescribedLabel, Name: "kind:data"}, {Kind: templates.PostedCheck, Name: "phasegate/config"}}},
			{Number: 5, Failed: "post the sticky: 502 " + hostile}, {Number: 2}, {Number: 6},
		},
	}
	for _, record := range []string{"request", "void", "returned", "label", "pause", "another"} {
		worked.Looks = append(worked.Looks, templates.LookView{Number: 7, Writes: []templates.WriteView{{Kind: templates.WroteComment, Record: record}}})
	}
	long := worked
	long.Looks = nil
	for n := range 250 {
		long.Looks = append(long.Looks, templates.LookView{Number: n + 1})
	}
	for _, lang := range lifecycle.Langs {
		p := templates.Printer{Lang: lang, Now: now}
		var b strings.Builder
		add := func(title string, v templates.RunView) { fmt.Fprintf(&b, "==== %s\n%s\n", title, p.Run(v)) }
		add("worked", worked)
		add("nothing to write", templates.RunView{Event: "schedule", Since: now.Add(-24 * time.Hour), Guessed: true, Looks: []templates.LookView{{Number: 2}}})
		add("no config", templates.RunView{State: templates.RunNoConfig})
		add("the server's", templates.RunView{State: templates.RunServer})
		add("another event", templates.RunView{State: templates.RunNoEvent, Event: "pull_request", Events: []string{"issues", "push"}})
		add("broken", templates.RunView{Event: "push", Since: now, Problems: []string{"12:1: unknown key " + hostile}})
		add("never valid", templates.RunView{State: templates.RunNoRules, Problems: []string{"12:1: unknown key"}})
		add("ended early", templates.RunView{Event: "push", Failure: "read the repository's config: " + hostile})
		golden(t, "run-"+string(lang), b.String())
		if text := p.Run(long); strings.Count(text, "#") > 220 {
			t.Errorf("%s: a run of 250 objects lists them all", lang)
		}
	}
}
