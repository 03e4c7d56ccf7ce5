package templates_test

import (
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/templates"
)

// wholeBoard is a board on which everything is shown once.
func wholeBoard() templates.ProblemView {
	day := now.AddDate(0, 0, -3)
	move := func(kind string) templates.BoardMove {
		return templates.BoardMove{Kind: kind, Deliverable: 3, At: day, From: lifecycle.Design, To: lifecycle.Development, By: "helena-bs", Reason: "the *why*", Of: "felix-se", Risk: lifecycle.High, Until: "2026-03-31"}
	}
	v := templates.ProblemView{Title: "Churn", Answered: [2]bool{true, true}, Goals: 2, Guardrails: 1,
		Deliverables: []templates.BoardDeliverable{{Number: 3, Title: "Score", Phase: lifecycle.Monitoring, NotReviewed: true, Incidents: []int{21, 24}}},
		Readings:     []templates.ManualView{{Metric: "monthly_churn", Value: "4.2", Unit: "%", Target: "at most 4.0", Month: "2026-01", By: "helena-bs"}, {Metric: "share", Value: "0.3", Unit: "ratio", Target: "up", Month: "2025-12", By: "rui-sme"}},
		Note:         &templates.NoteView{By: "rui-sme", At: day, Text: "codes come *late*"},
	}
	for _, kind := range []string{"", "started", "objected", "withdrawn", "overruled", "waived", "risk", "expired", "renewed"} {
		v.Moves = append(v.Moves, move(kind))
	}
	returned := move("")
	returned.Cause = lifecycle.CauseData
	v.Moves = append(v.Moves, returned,
		templates.BoardMove{Kind: "decided", At: day, Decision: templates.DecisionView{N: 2, Kind: "metric", Text: "release 1 target is 0.42", By: "helena-bs", At: day, Meeting: 14, URL: "https://github.com/acme/churn/issues/14#issuecomment-9"}},
		templates.BoardMove{Kind: "decided", At: day, Decision: templates.DecisionView{N: 1, Kind: "budget", By: "helena-bs", URL: "javascript:x"}})
	return v
}

func TestTheWholeBoard(t *testing.T) {
	for _, lang := range lifecycle.Langs {
		p := templates.Printer{Lang: lang, Now: now}
		v := wholeBoard()
		var b strings.Builder
		b.WriteString(p.Problem(v))
		for _, r := range []templates.RewriteView{
			{Metric: "monthly_churn", Old: "at most 4.0", New: "at most 3.5", By: "helena-bs", Reason: "the market moved"},
			{Metric: "monthly_churn", New: "at most 3.5", By: "helena-bs", Reason: "the market moved"},
			{Budget: true, Old: "40000", New: "50000", By: "helena-bs"}, {Budget: true, New: "50000", By: "helena-bs"},
		} {
			b.WriteString("\n" + p.Rewritten(r))
		}
		day := time.Date(2026, 1, 16, 0, 0, 0, 0, time.UTC)
		b.WriteString("\n" + p.ActionLine(1, "dora-de", "map *reason* codes for @all", day) + "\n" + p.AgendaLine("why #3 *waits*", "rui-sme") + "\n")
		b.WriteString(p.DecisionLine(v.Moves[len(v.Moves)-2].Decision, 2) + "\n")
		b.WriteString(p.RefusedBecause("helena-bs", "metric-unknown", lifecycle.SetMetric, []string{"monthly_churn", "@x"}, ""))
		b.WriteString(p.RefusedBecause("helena-bs", "target-refused", lifecycle.SetTarget, []string{"monthly_churn"}, `Row 1, Target "about 4%": not a target. Write "<= 4".`))
		golden(t, "board-"+string(lang), b.String())
		if strings.Contains(b.String(), "%!") || strings.Contains(b.String(), "javascript") {
			t.Errorf("badly written:\n%s", b.String())
		}
		if people, _ := markdown.Mentions(b.String()); len(people) != 1 || people[0] != "dora-de" {
			t.Errorf("mentions %v", people)
		}
	}
}

func TestABoardShowsWordsFromOutsideAsTheyAre(t *testing.T) {
	p := templates.Printer{Lang: lifecycle.English, Now: now}
	v := wholeBoard()
	v.Note.Text, v.Readings[0].Metric, v.Readings[0].Unit, v.Readings[0].Month, v.Readings[0].Target = hostile, hostile, hostile, hostile, hostile
	for i := range v.Moves {
		v.Moves[i].Reason, v.Moves[i].By, v.Moves[i].Of, v.Moves[i].Until, v.Moves[i].Decision.Text, v.Moves[i].Decision.By = hostile, hostile, hostile, hostile, hostile, hostile
	}
	for name, text := range map[string]string{
		"board": p.Problem(v), "rewritten": p.Rewritten(templates.RewriteView{Metric: hostile, Old: hostile, New: hostile, By: hostile, Reason: hostile}),
		"action": p.ActionLine(1, "dora-de", hostile, now), "agenda": p.AgendaLine(hostile, hostile), "decision": p.DecisionLine(v.Moves[len(v.Moves)-1].Decision, 0),
		"refused": p.RefusedBecause(hostile, "metric-unknown", lifecycle.SetMetric, []string{hostile}, hostile),
	} {
		if people, teams := markdown.Mentions(text); len(teams) > 0 || len(people) > 1 || len(people) == 1 && people[0] != "dora-de" {
			t.Errorf("%s mentions %v, %v", name, people, teams)
		}
		if len(markdown.Blocks(text)) > 0 || strings.Contains(text, "\u202e") || strings.Contains(text, "<b ") {
			t.Errorf("%s lets something through:\n%s", name, text)
		}
	}
}
