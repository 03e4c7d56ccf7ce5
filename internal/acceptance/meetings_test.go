package acceptance_test

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// openAction is the line of an action that is not done.
var openAction = regexp.MustCompile(`^\s*[-*] \[ \] .*\bA[0-9]+\b`)

// meeting opens a review meeting's issue in the App's name at 09:00 on a day, carries the open actions
// of the previous one, closes that, and marks what was not updated. It is what the schedule will do.
func meeting(number int, day, period string, previous int, stale ...int) func(*world) {
	return func(w *world) {
		w.at(day + " 09:00")
		var actions []string
		if previous != 0 {
			var last wireIssue
			w.read(fmt.Sprintf("/issues/%d", previous), &last)
			for line := range strings.SplitSeq(last.Body, "\n") {
				if openAction.MatchString(line) {
					actions = append(actions, strings.TrimRight(line, "\r"))
				}
			}
		}
		if len(actions) == 0 && number == 10 { // so that there is one to tick
			actions = []string{"- [ ] **A1** @dora-de map reason codes by 2026-01-16"}
		}
		title, body := meetingTitle(w.lang, day, period), meetingBody(w.lang, period, actions)
		a := w.asApp("POST", "/issues", map[string]any{"title": title, "body": body, "labels": []string{lifecycle.Meeting.Label()}})
		if a.number() != number {
			w.t.Fatalf("%q became #%d, not #%d", title, a.number(), number)
		}
		w.issues[number] = written{title, body, "open", []string{lifecycle.Meeting.Label()}}
		if previous != 0 {
			note := fmt.Sprintf(text{"Continued in #%d.", "Continua em #%d."}.in(w.lang), number)
			w.asApp("POST", fmt.Sprintf("/issues/%d/comments", previous), map[string]any{"body": note})
			w.asApp("PATCH", fmt.Sprintf("/issues/%d", previous), map[string]any{"state": "closed"})
		}
		for _, n := range stale {
			w.asApp("POST", fmt.Sprintf("/issues/%d/labels", n), map[string]any{"labels": []string{"context:stale"}})
		}
		w.settle()
	}
}

func meetingTitle(lang lifecycle.Lang, day, period string) string {
	cadence, key, _ := strings.Cut(period, " ")
	name := map[string]text{"weekly": {"Weekly review", "Reunião semanal"}, "monthly": {"Monthly review", "Reunião mensal"}}[cadence]
	return fmt.Sprintf("%s, %s (%s)", name.in(lang), day, key)
}

// meetingBody is a meeting's text with the sections that people and commands fill.
func meetingBody(lang lifecycle.Lang, period string, actions []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<!-- phasegate:meeting %s -->\n\n", period)
	for _, s := range []struct{ title, content text }{
		{text{"Where we are", "Onde estamos"}, text{"As in #2.", "Como em #2."}},
		{text{"Decisions", "Decisões"}, text{"None yet.", "Nenhuma ainda."}},
		{text{"Actions", "Ações"}, same(strings.Join(actions, "\n"))},
		{text{"To discuss", "Para discutir"}, text{"Your point: comment `/agenda` and the text.", "Seu ponto: comente `/pauta` e o texto."}},
		{text{"Present / read", "Presentes / leram"}, same("- [ ] helena-bs\n- [ ] rui-sme")},
	} {
		content := s.content.in(lang)
		if content == "" {
			content = text{"None yet.", "Nenhuma ainda."}.in(lang)
		}
		fmt.Fprintf(&b, "## %s\n\n%s\n\n", s.title.in(lang), content)
	}
	return strings.TrimSpace(b.String())
}
