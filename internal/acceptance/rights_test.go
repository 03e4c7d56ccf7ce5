package acceptance_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// lightWorld is a project with its problem (#1), a deliverable of low risk (#2) that is ready for its
// first step, and its validated data requirement (#3). helena-bs and rui-sme may only read.
func lightWorld(t *testing.T) *world {
	t.Helper()
	seed := cast()
	for i := range seed.Users {
		if login := seed.Users[i].Login; login == "helena-bs" || login == "rui-sme" {
			seed.Users[i].Permission = "read"
		}
	}
	w := projectOf(t, seed, config(lifecycle.English))
	w.open(1, "mina-mle", problemTitle, form(lifecycle.Problem, w.lang, problemForm("<= 4.0", "%")), "kind:problem")
	offers := offersForm().with(lifecycle.SecParent, same("#1")).with(lifecycle.SecDataReqs, same("#3"))
	w.open(2, "tomas-ds", offersTitle, form(lifecycle.Deliverable, w.lang, offers), "kind:deliverable")
	w.open(3, "dora-de", dataTitle, form(lifecycle.Data, w.lang, dataForm().with(lifecycle.SecParent, same("#2"))), "kind:data")
	w.at("2026-01-08 10:00")
	w.comment(3, "dora-de", "/approve")
	w.comment(3, "rui-sme", "/approve")
	return w
}

// passes moves #2 of a lightWorld a step on.
func (w *world) passes(local string, to lifecycle.Phase) {
	w.t.Helper()
	w.at(local)
	w.comment(2, "tomas-ds", "/advance "+string(to))
	w.comment(2, "bento-be", "/approve")
	w.comment(2, "helena-bs", "/approve")
	w.labelled(2, to.Label())
}

// labelled fails unless an issue carries a label.
func (w *world) labelled(number int, label string) {
	w.t.Helper()
	if labels := w.look().issue(number).Labels; !slices.Contains(labels, label) {
		w.t.Fatalf("#%d has %v, not %s", number, labels, label)
	}
}

// acceptedBy fails unless what was done was answered with 👍.
func (w *world) thumbsUp(got effects, what string) {
	w.t.Helper()
	if !slices.Equal(got.React, []string{"+1"}) {
		w.t.Errorf("%s: reactions %q", what, got.React)
	}
}

// shown is all that the bot says on an issue after something was done: its sticky and its new comments.
func (w *world) shown(t told, number int) string {
	w.t.Helper()
	text := w.board(t, number)
	for _, c := range newComments(t.before, t.after, number) {
		text += "\n\n" + c.Body
	}
	return text
}

// refused fails unless the only effect on the issue is 😕 and one reply that says every fact.
func (w *world) refused(number int, login, body string, facts ...text) {
	w.t.Helper()
	got, then := w.during(func() { w.comment(number, login, body) })
	if d := differ(effects{C: map[int]int{number: 1}, React: []string{"confused"}}, got); d != "" {
		w.t.Errorf("%s of %s (-want +got)\n%s", body, login, d)
		return
	}
	w.says("the reply", w.one(then, number), facts...)
}

// A stakeholder who can only read answers everything with comments: the bot writes into other people's
// issues on their behalf, showing what stood there before.
func TestStakeholderWithReadPermission(t *testing.T) {
	t.Parallel()
	w := lightWorld(t)
	if a := w.try("helena-bs", "PATCH", "/issues/2", map[string]any{"body": "mine"}); a.status/100 == 2 {
		t.Fatal("helena-bs can edit #2: the test shows nothing")
	}
	w.at("2026-01-09 10:00")
	for _, c := range []struct {
		number                int
		command, now, before  string // what the text holds afterwards, and held before
		nowShown, beforeShown string
	}{
		{2, "/target offer_acceptance >= 15: the board wants more", ">= 15", ">= 12", "15", "12"},
		{2, "/budget 30000 BRL/month", "30000 BRL/month", "\nnone\n", "30000 BRL/month", "none"},
		{1, "/target monthly_churn at most 3.5: the board wants more", "3.5", "<= 4.0", "3.5", "4"},
	} {
		got, then := w.during(func() { w.comment(c.number, "helena-bs", c.command) })
		w.thumbsUp(got, c.command)
		if !slices.Equal(got.Rewritten, []int{c.number}) || len(got.Other) > 0 {
			t.Errorf("%s: rewritten %v, %v", c.command, got.Rewritten, got.Other)
			continue
		}
		body := then.after.issue(c.number).Body
		if !strings.Contains(body, c.now) || strings.Contains(body, c.before) {
			t.Errorf("%s: #%d says\n%s", c.command, c.number, body)
		}
		w.says("what the bot wrote", w.shown(then, c.number), same(c.nowShown), same(c.beforeShown))
	}
	w.at("2026-01-09 11:00")
	w.refused(2, "sara-ds", "/target offer_acceptance >= 1: easier", text{"business stakeholder", ""})
	w.refused(2, "bento-be", "/budget 1 BRL", text{"business stakeholder", ""})
	w.passes("2026-01-12 10:00", lifecycle.Development)
}

// An answer that is there when the target is changed by command stands for the one who changed it.
func TestTargetByCommandWhileAsked(t *testing.T) {
	t.Parallel()
	w := lightWorld(t)
	w.at("2026-01-12 10:00")
	w.comment(2, "tomas-ds", "/advance development")
	w.at("2026-01-12 11:00")
	w.comment(2, "helena-bs", "/approve")
	w.at("2026-01-12 12:00")
	w.comment(2, "helena-bs", "/target offer_acceptance >= 15: the board wants more")
	w.at("2026-01-12 13:00")
	w.comment(2, "bento-be", "/approve")
	w.labelled(2, lifecycle.Development.Label())
}

// The risk goes down by the business stakeholder only, and up by anybody with a role.
func TestRiskByCommand(t *testing.T) {
	t.Parallel()
	w := lightWorld(t)
	w.at("2026-01-09 10:00")
	w.refused(2, "bento-be", "/risk high", same("bento-be"))
	w.at("2026-01-09 11:00")
	for _, c := range []struct{ login, command, from, to string }{
		{"bento-be", "/risk standard prices are personal", "risk:low", "risk:standard"},
		{"bento-be", "/risk high prices are personal", "risk:standard", "risk:high"},
	} {
		got, _ := w.during(func() { w.comment(2, c.login, c.command) })
		w.thumbsUp(got, c.command)
		if !slices.Equal(got.Add[2], []string{c.to}) || !slices.Equal(got.Rem[2], []string{c.from}) {
			t.Errorf("%s: labels +%v −%v", c.command, got.Add[2], got.Rem[2])
		}
	}
}

func TestRiskIsLoweredByTheStakeholder(t *testing.T) {
	t.Parallel()
	w := deletable(t) // #2 is of standard risk
	w.at("2026-01-09 10:00")
	w.refused(2, "sara-ds", "/risk low it is only a list", text{"business stakeholder", ""})
	got, then := w.during(func() { w.comment(2, "helena-bs", "/risk low it is only a list") })
	w.thumbsUp(got, "/risk low of helena-bs")
	if !slices.Equal(got.Add[2], []string{"risk:low"}) || !slices.Equal(got.Rem[2], []string{"risk:standard"}) {
		t.Errorf("labels +%v −%v", got.Add[2], got.Rem[2])
	}
	w.sticky(then, 2, text{"low risk", ""})
}
