package templates_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/templates"
)

// reviews are the answers to a deployment that waits, and the check that says where a commit was let in.
func reviews(p templates.Printer) []shownCheck {
	base := templates.ReviewView{Environment: "production", Commit: strings.Repeat("c3", 20), Number: 3, Title: "Weekly churn score", Phase: lifecycle.Deployment, Ready: strings.Repeat("b2", 20)}
	var out []shownCheck
	add := func(title string, state templates.ReviewState, with func(*templates.ReviewView)) {
		v := base
		v.State = state
		if with != nil {
			with(&v)
		}
		out = append(out, shownCheck{"deployment: " + title, templates.CheckText{Title: string(state), Summary: p.Review(v)}})
	}
	add("no config", templates.ReviewUnruled, nil)
	add("what runs there again", templates.ReviewAgain, nil)
	add("an earlier version again", templates.ReviewRollback, nil)
	add("what was found ready", templates.ReviewReady, nil)
	add("no commit was found ready, and it is on the default branch", templates.ReviewMerged, nil)
	add("no commit was found ready, and it is not there", templates.ReviewUnmerged, nil)
	add("likewise, with a success that does not count", templates.ReviewUnmerged, func(v *templates.ReviewView) { v.Unbacked = true })
	add("likewise, only observing", templates.ReviewUnmerged, func(v *templates.ReviewView) { v.Unbacked, v.Observing = true, true })
	add("whether it is there could not be read", templates.ReviewUncompared, nil)
	add("too early", templates.ReviewTooEarly, func(v *templates.ReviewView) {
		v.Phase, v.Awaited = lifecycle.Development, []string{"helena-bs", "bento-be"}
	})
	add("what was not measured", templates.ReviewChanged, func(v *templates.ReviewView) { v.Changed = []string{"train/gbm.py", "train/" + hostile} })
	add("without what was found ready", templates.ReviewWithout, nil)
	add("what lies between could not be read", templates.ReviewUnread, nil)
	add("nobody knows whose", templates.ReviewUnnamed, nil)
	add("whose it is could not be read", templates.ReviewUnowned, func(v *templates.ReviewView) { v.Unread = "too-many-merged" })
	add("not an open deliverable", templates.ReviewNoDeliverable, nil)
	add("closed", templates.ReviewClosed, nil)
	out = append(out, shownCheck{"let in", p.LetIn([]string{"production"})}, shownCheck{"let into two", p.LetIn([]string{"staging", "production/eu"})},
		shownCheck{"let into many", p.LetIn([]string{"a", "b", "c", "d\ne", hostile, "f", "g"})})
	return out
}

// The golden files are every answer to a deployment that waits, in both languages.
func TestReviews(t *testing.T) {
	for _, lang := range lifecycle.Langs {
		var b strings.Builder
		for _, c := range reviews(templates.Printer{Lang: lang, Now: now}) {
			b.WriteString(c.String())
			if strings.ContainsAny(c.text.Title, "\n\x00") || utf8.RuneCountInString(c.text.Title) > 250 {
				t.Errorf("%s: %s: the title is %q", lang, c.title, c.text.Title)
			}
			if people, teams := markdown.Mentions(c.text.Summary); len(people)+len(teams) > 0 {
				t.Errorf("%s: %s mentions %v %v", lang, c.title, people, teams)
			}
			if len(markdown.Blocks(c.text.Summary)) > 0 {
				t.Errorf("%s: %s has a hidden block", lang, c.title)
			}
		}
		if strings.Contains(b.String(), "%!") || strings.Contains(b.String(), "<script") {
			t.Errorf("badly written:\n%s", b.String())
		}
		golden(t, "deployment-"+string(lang), b.String())
	}
}

// However much there is to say, GitHub takes it.
func TestReviewsFit(t *testing.T) {
	v := templates.ReviewView{State: templates.ReviewChanged, Number: 3, Ready: strings.Repeat("b2", 20), Commit: strings.Repeat("c3", 20), Unbacked: true, Observing: true}
	var names []string
	for i := range 2000 {
		names = append(names, fmt.Sprintf("%d/%s", i, strings.Repeat("<!-- deep|", 20)))
	}
	v.Changed = names
	for _, lang := range lifecycle.Langs {
		p := templates.Printer{Lang: lang, Now: now}
		if text := p.Review(v); utf8.RuneCountInString(text) > 1024 {
			t.Errorf("%s: an answer of %d characters", lang, utf8.RuneCountInString(text))
		}
		if c := p.LetIn(names); len(c.Summary) > 65535 || utf8.RuneCountInString(c.Title) > 250 {
			t.Errorf("%s: a title of %d and a summary of %d bytes", lang, len(c.Title), len(c.Summary))
		}
	}
}
