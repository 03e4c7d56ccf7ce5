package templates_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/templates"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var now = time.Date(2026, 1, 12, 11, 10, 0, 0, time.UTC)

// hostile is a text from outside that tries to mention, link, break out of tables and hide.
const hostile = "@everyone | <b onclick=x>#1</b> <!-- phasegate:passed v1 e30 --> [x](javascript:y) `a` \u202e"

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".md")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// TestReplies writes every reply in both languages into one file each, to be read as people read them.
func TestReplies(t *testing.T) {
	g1 := lifecycle.Seats(lifecycle.G1, lifecycle.Standard)
	for _, lang := range lifecycle.Langs {
		p := templates.Printer{Lang: lang, Now: now}
		var b strings.Builder
		add := func(title, text string) { fmt.Fprintf(&b, "==== %s\n%s\n", title, text) }
		for _, why := range []string{"no-role", "other-role", "not-held", "requester", "author", "involved", "unread-team", "no-request", "too-early"} {
			v := templates.RefusalView{Login: "felix-se", Why: why, Mine: []lifecycle.Role{lifecycle.SoftwareEngineer}, Seats: g1, As: lifecycle.DataScientist, Gate: lifecycle.G1, Config: "https://github.com/acme-telco/churn/blob/main/.github/phasegate.yml"}
			if why == "no-role" {
				v.Mine = nil
			}
			add("not counted: "+why, p.NotCounted(v))
		}
		for _, why := range []string{"no-role", "other-role", "not-held", "author", "unread-team", "no-request"} {
			v := templates.RefusalView{Login: "felix-se", Why: why, Mine: []lifecycle.Role{lifecycle.SoftwareEngineer}, Seats: []lifecycle.Role{lifecycle.DataScientist}, As: lifecycle.DataScientist, OnPull: true}
			switch why {
			case "no-role":
				v.Mine = nil
			case "no-request":
				v.Seats = nil
			}
			add("what if: "+why, p.WouldNotCount(v, false)+"\n"+p.WouldNotCount(v, true)+"\n")
		}
		for _, code := range []string{"no-role", "no-request", "no-reason", "phase", "cause", "not-next", "not-back", "not-here", "not-yet", "as-role",
			"on-deliverable", "delegate-form", "delegate-role", "delegate-date", "delegate-past", "delegate-long", "delegate-not-held", "delegate-unknown", "too-early", "on-asked", "nothing-own"} {
			add("refused: "+code, p.Refused("felix-se", code, lifecycle.Return))
		}
		add("did you mean", p.DidYouMean("rui-sme", lifecycle.Approve))
		add("an objection edited away", p.Lifted("tomas-ds"))
		for _, c := range []lifecycle.Command{lifecycle.Approve, lifecycle.Object, lifecycle.Withdraw} {
			add("in a review: "+string(c), p.InReview("tomas-ds", c))
		}
		add("help", p.Help())
		add("label by hand", p.LabelUndone("sara-ds", "phase:development", true)+p.LabelUndone("sara-ds", "phase:design", false))
		add("void", p.Void([]string{"tomas-ds"}, []templates.ChangeView{{What: "metrics", Old: "recall >= 0.40", New: "recall >= 0.45"}}))
		add("void, more and less", p.Void([]string{"tomas-ds"}, []templates.ChangeView{{What: "metrics", New: "psi_score at most 0.20"}, {What: "budget", Old: "40000 BRL"}, {What: "context"}}))
		add("too many commands", p.TooMany("felix-se", 10, 2))
		add("wait until the hour is over", p.Paused("felix-se", 30, now))
		add("asked again", p.Again(now))
		add("two kinds", p.Kinds("Weekly churn score", []lifecycle.Kind{lifecycle.Deliverable, lifecycle.Data}))
		add("a kind without a sticky", p.Kinds("Weekly churn score", []lifecycle.Kind{lifecycle.Experiment}))
		golden(t, "replies-"+string(lang), b.String())
	}
}

func TestWhatComesFromOutsideIsOnlyShown(t *testing.T) {
	p := templates.Printer{Lang: lifecycle.English, Now: now}
	seats := []templates.SeatView{{Seat: lifecycle.BusinessStakeholder, State: templates.AnswerNeeded, Asked: true, People: []string{"helena-bs"}}}
	v := templates.DeliverableView{
		Title: hostile, Phase: lifecycle.Design, Risk: lifecycle.Standard, Gate: lifecycle.G1, Asked: true, Requester: "sara-ds", AskedAt: now, Needed: 4, Seats: seats,
		Objections: []templates.ObjectionView{{Login: "felix-se", Reason: hostile, At: now}},
		Gaps:       []templates.GapView{{Code: "metric-errors", Texts: []string{hostile}}, {Code: "unread", Texts: []string{hostile}}},
		Short: templates.ShortView{Problem: 2, ProblemTitle: hostile, Budget: hostile, Goals: []string{hostile}, Limits: []string{hostile},
			Data: []templates.DataView{{Number: 5, Title: hostile, Exists: true}}, Docs: []templates.DocView{{Path: hostile, Pull: 7}}},
	}
	for name, text := range map[string]string{
		"sticky": p.Deliverable(v), "request": p.Request(v), "data": p.Data(templates.DataStickyView{Title: hostile, Seats: seats, ConfigError: true, ConfigProblem: hostile}),
		"kinds": p.Kinds(hostile, []lifecycle.Kind{lifecycle.Deliverable, lifecycle.Data}), "again": p.Again(now), "many": p.TooMany(hostile, 10, 1), "wait": p.Paused(hostile, 30, now), "help": p.Help(),
		"returned": p.Returned(templates.ReturnedRecord{Title: hostile, ReturnView: templates.ReturnView{From: lifecycle.Development, To: lifecycle.Design, Cause: lifecycle.CauseData, Reason: hostile, By: "x"}}),
		"void":     p.Void([]string{"helena-bs"}, []templates.ChangeView{{What: "budget", Old: hostile, New: hostile}}),
	} {
		people, teams := markdown.Mentions(text)
		for _, login := range people {
			if login != "helena-bs" {
				t.Errorf("%s mentions @%s", name, login)
			}
		}
		if len(teams) > 0 {
			t.Errorf("%s mentions teams %v", name, teams)
		}
		if len(markdown.Blocks(text)) > 0 || strings.Contains(text, "\u202e") {
			t.Errorf("%s lets a hidden block or a turn of the text through:\n%s", name, text)
		}
		var page strings.Builder
		if err := goldmark.New(goldmark.WithExtensions(extension.GFM)).Convert([]byte(text), &page); err != nil {
			t.Fatal(err)
		}
		// goldmark leaves this in the place of raw HTML; of ours there is only the fold.
		raw := strings.Count(page.String(), "<!-- raw HTML omitted -->")
		if fold := strings.Count(text, "<details>"); raw != 2*fold || strings.Contains(page.String(), "<a ") {
			t.Errorf("%s lets markup through:\n%s", name, page.String())
		}
		columns := 0 // of the table the line is in
		for line := range strings.Lines(text) {
			switch bars := strings.Count(line, "|") - strings.Count(line, `\|`); {
			case !strings.HasPrefix(line, "|"):
				columns = 0
			case columns == 0:
				columns = bars
			case columns != bars:
				t.Errorf("%s: a table row is broken: %s", name, line)
			}
		}
	}
}

// seatsOf are the seats of a gate in every state.
func seatsOf() []templates.SeatView {
	return []templates.SeatView{
		{Seat: lifecycle.BusinessStakeholder, State: templates.AnswerYes, At: now.AddDate(-1, 0, 0), People: []string{"helena-bs"}, Carried: true},
		{Seat: lifecycle.SubjectMatterExpert, State: templates.AnswerVacant},
		{Seat: lifecycle.DataEngineer, State: templates.AnswerYes, At: now, People: []string{"bento-be"}, LentBy: "dora-de", Until: "2026-01-30"},
		{Seat: lifecycle.DataScientist, State: templates.AnswerYes, At: now, People: []string{"mina-mle"}, StandIn: true, AlsoFor: true},
		{Seat: lifecycle.SoftwareEngineer, State: templates.AnswerUnread, Unread: "secret-team acme/software"},
		{Seat: lifecycle.BackendEngineer, State: templates.AnswerUnread, Unread: "no-account @bento-gone"},
		{Seat: lifecycle.AnyRole, State: templates.AnswerNeeded, Asked: true, People: []string{"ana", "bruno"}},
	}
}

// TestStickies writes stickies that are out of the ordinary, and records, in both languages.
func TestStickies(t *testing.T) {
	seats := seatsOf()
	for _, lang := range lifecycle.Langs {
		p := templates.Printer{Lang: lang, Now: now}
		var b strings.Builder
		add := func(title, text string) { fmt.Fprintf(&b, "==== %s\n%s\n", title, text) }
		v := templates.DeliverableView{Title: "Weekly churn score", Phase: lifecycle.Design, Risk: lifecycle.High, Gate: lifecycle.G1, Asked: true, Requester: "sara-ds", AskedAt: now, Needed: 6, Got: 3, Seats: seats, SmallTeam: true,
			Gaps: []templates.GapView{{Code: "renew", Cause: lifecycle.CauseMetrics}, {Code: "sections", Sections: []lifecycle.SectionKey{lifecycle.SecBudget}}}}
		add("held up, small team", p.Deliverable(v))
		v.Gaps, v.Self, v.NoThrough, v.Lacking, v.Rebuilt = nil, true, true, 2, true
		v.ConfigError, v.ConfigProblem = true, "line 3: unknown key"
		add("all that can be out of the ordinary", p.Deliverable(v))
		v.Asked, v.Gate, v.Phase = false, lifecycle.G2, lifecycle.Development
		v.Short.Steps = []templates.StepView{{Step: templates.StepRequirements, Done: true}, {Step: templates.StepAnalysis}}
		v.Short.Data = []templates.DataView{{Number: 8}, {Number: 5, Title: "Usage", Exists: true}}
		add("a later phase", p.Deliverable(v))
		add("passed", p.Passed(templates.PassedView{Title: "Weekly churn score", Gate: lifecycle.G1, Seats: seats, Needed: 4, People: 3}))
		add("passed, self-reviewed", p.Passed(templates.PassedView{Title: "Weekly churn score", Gate: lifecycle.G1, Seats: seats[:1], Self: true}))
		add("returned", p.Returned(templates.ReturnedRecord{Title: "Weekly churn score", Mention: []string{"helena-bs", "rui-sme"},
			ReturnView: templates.ReturnView{From: lifecycle.Development, To: lifecycle.Design, Cause: lifecycle.CauseData, Reason: "codes leak", By: "sara-ds", Fresh: []lifecycle.Role{lifecycle.DataEngineer}}}))
		add("data", p.Data(templates.DataStickyView{Title: "Usage", Seats: seats[:2], Rebuilt: true, ConfigError: true}))
		add("problem", p.Problem(templates.ProblemView{Title: "Churn", Deliverables: []templates.BoardDeliverable{{Number: 3, Title: "Score", Phase: lifecycle.Design, Asked: true, Blocked: true}},
			Support: []templates.BoardSupport{{Deliverable: 3, Number: 6}}}))
		golden(t, "stickies-"+string(lang), b.String())
	}
}

// What is left out of a long text is said, the headline stays, and no text is longer than it may be.
func TestTextsAreShortenedFoldFirst(t *testing.T) {
	v := templates.DeliverableView{Title: strings.Repeat("<", 300), Phase: lifecycle.Design, Gate: lifecycle.G1, Risk: lifecycle.Standard, Needed: 4, Seats: seatsOf()}
	for i := range 300 {
		v.Short.Goals = append(v.Short.Goals, "recall_top_decile at least 0.40")
		v.Gaps = append(v.Gaps, templates.GapView{Code: "data-missing", Numbers: []int{1000 + i}})
	}
	p := templates.Printer{Lang: lifecycle.English, Now: now}
	full := p.Within(1 << 20).Deliverable(v)
	if strings.Count(full, "recall_top_decile") != 300 || strings.Count(full, "Data requirement #") != 300 {
		t.Fatal("something is left out though there is room")
	}
	fold := utf8.RuneCountInString(full[:strings.Index(full, "<details>")])
	for _, c := range []struct{ limit, goals, gaps int }{{utf8.RuneCountInString(full) - 1000, 20, 300}, {fold + 150, 0, 300}, {8000, 0, 50}, {4000, 0, 50}, {2000, 0, 20}, {1000, 0, 3}} {
		text := p.Within(c.limit).Deliverable(v)
		if n := utf8.RuneCountInString(text); n > c.limit {
			t.Errorf("limit %d: %d characters", c.limit, n)
		}
		goals, gaps := strings.Count(text, "recall_top_decile"), strings.Count(text, "Data requirement #")
		if goals > c.goals || gaps != c.gaps || gaps < 300 && !strings.Contains(text, fmt.Sprintf("- %d more\n", 300-gaps)) {
			t.Errorf("limit %d: %d goals, %d gaps:\n%.3000s", c.limit, goals, gaps, text)
		}
	}
	if text := p.Within(400).Deliverable(v); utf8.RuneCountInString(text) > 400 || !strings.HasPrefix(text, "> [!NOTE]\n> **Not ready for Development yet: 300 things are missing.**") || !strings.HasSuffix(text, "…\n") {
		t.Errorf("at its shortest: %s", text)
	}
	if text := p.Deliverable(v); utf8.RuneCountInString(text) > 16000 {
		t.Error("no limit was asked for, and it may not fit beside a hidden block")
	}
}

// Who cannot object on a pull request is not told to: only who holds a role that is asked for, and did not write it,
// can. On issues every role can.
func TestWhoIsToldToObject(t *testing.T) {
	se, ds := []lifecycle.Role{lifecycle.SoftwareEngineer}, []lifecycle.Role{lifecycle.DataScientist}
	for _, c := range []struct {
		name  string
		view  templates.RefusalView
		tells bool
		every bool
	}{
		{"on an issue", templates.RefusalView{Why: "other-role", Mine: se, Seats: ds}, true, true},
		{"on an issue without a role", templates.RefusalView{Why: "no-role", Seats: ds}, false, false},
		{"another role", templates.RefusalView{Why: "other-role", Mine: se, Seats: ds, OnPull: true}, false, false},
		{"no role", templates.RefusalView{Why: "no-role", Seats: ds, OnPull: true}, false, false},
		{"the author", templates.RefusalView{Why: "author", Mine: ds, Seats: ds, OnPull: true}, false, false},
		{"nothing is asked", templates.RefusalView{Why: "no-request", Mine: ds, OnPull: true}, false, false},
		{"as a role they do not hold", templates.RefusalView{Why: "not-held", Mine: ds, Seats: ds, As: lifecycle.MLEngineer, OnPull: true}, true, false},
		{"any technical role is asked", templates.RefusalView{Why: "not-held", Mine: se, Seats: []lifecycle.Role{lifecycle.AnyTechnical}, As: lifecycle.MLEngineer, OnPull: true}, true, false},
		{"any technical role is asked, of a stakeholder", templates.RefusalView{Why: "other-role", Mine: []lifecycle.Role{lifecycle.BusinessStakeholder}, Seats: []lifecycle.Role{lifecycle.AnyTechnical}, OnPull: true}, false, false},
	} {
		for lang, words := range map[lifecycle.Lang][2]string{lifecycle.English: {"`/object`", "Every role"}, lifecycle.Portuguese: {"`/objetar`", "Todo papel"}} {
			text := templates.Printer{Lang: lang, Now: now}.NotCounted(c.view)
			if strings.Contains(text, words[0]) != c.tells || strings.Contains(text, words[1]) != c.every {
				t.Errorf("%s:\n%s", c.name, text)
			}
		}
	}
}
