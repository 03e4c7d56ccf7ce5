package templates_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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
		for _, why := range []string{"no-role", "other-role", "not-held", "requester", "author", "unread-team", "no-request", "too-early"} {
			v := templates.RefusalView{Login: "felix-se", Why: why, Mine: []lifecycle.Role{lifecycle.SoftwareEngineer}, Seats: g1, As: lifecycle.DataScientist, Gate: lifecycle.G1, Config: "https://github.com/acme-telco/churn/blob/main/.github/phasegate.yml"}
			if why == "no-role" {
				v.Mine = nil
			}
			add("not counted: "+why, p.NotCounted(v))
		}
		for _, code := range []string{"no-role", "no-request", "no-reason", "phase", "cause", "not-next", "not-back", "later-gate", "not-here", "not-yet", "as-role",
			"on-deliverable", "delegate-form", "delegate-role", "delegate-date", "delegate-past", "delegate-long", "delegate-not-held", "delegate-unknown"} {
			add("refused: "+code, p.Refused("felix-se", code, lifecycle.Return))
		}
		add("did you mean", p.DidYouMean("rui-sme", lifecycle.Approve))
		add("help", p.Help())
		add("label by hand", p.LabelUndone("sara-ds", "phase:development", true)+p.LabelUndone("sara-ds", "phase:design", false))
		add("void", p.Void([]string{"tomas-ds"}, []templates.ChangeView{{What: "metrics", Old: "recall >= 0.40", New: "recall >= 0.45"}}))
		golden(t, "replies-"+string(lang), b.String())
	}
}

func TestEveryGapIsToldInBothLanguages(t *testing.T) {
	for _, code := range []string{"no-parent", "parent-missing", "parent-kind", "parent-open", "sections", "no-business-goal", "no-model-goal", "no-guardrail",
		"no-data", "data-missing", "data-open", "no-eda", "no-design", "no-budget", "nobody-on-it", "no-slice", "no-oversight", "unread"} {
		gap := templates.GapView{Code: code, Numbers: []int{5, 8}}
		en := templates.Printer{Lang: lifecycle.English}.Gap(gap)
		pt := templates.Printer{Lang: lifecycle.Portuguese}.Gap(gap)
		if len(en) != 1 || len(pt) != 1 || en[0] == "" || pt[0] == "" || en[0] == pt[0] {
			t.Errorf("%s: %q, %q", code, en, pt)
		}
		if strings.Contains(en[0]+pt[0], "%!") {
			t.Errorf("%s: badly formatted: %q, %q", code, en, pt)
		}
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
		"sticky": p.Deliverable(v), "request": p.Request(v), "data": p.Data(templates.DataStickyView{Title: hostile, Seats: seats}),
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
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "|") && strings.Count(line, "|")-strings.Count(line, `\|`) != 4 {
				t.Errorf("%s: a table row is broken: %s", name, line)
			}
		}
	}
}
