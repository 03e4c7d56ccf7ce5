package acceptance_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// during plays something and returns what the bot did, with the moments before and after.
func (w *world) during(play func()) (effects, told) {
	w.t.Helper()
	before := w.look()
	w.commands = nil
	play()
	after := w.look()
	w.invariants(after)
	got := w.diff(before, after)
	w.adopt(after)
	return got, told{before, after}
}

// mentionsOnly fails unless the only new comment on an issue mentions exactly these people.
func (w *world) mentionsOnly(t told, number int, logins ...string) {
	w.t.Helper()
	cs := newComments(t.before, t.after, number)
	if len(cs) != 1 {
		w.t.Errorf("#%d has %d new comments, want one", number, len(cs))
		return
	}
	if got := mentioned(w.t, cs[0].Body); !slices.Equal(got, logins) {
		w.t.Errorf("the comment on #%d mentions %v, want %v:\n%s", number, got, logins, seen(w.t, cs[0].Body))
	}
}

// An objection blocks, whoever says yes, until the one who objects takes it back; the requester is told.
func TestObjection(t *testing.T) {
	t.Parallel()
	w := atGate(t)
	got, then := w.during(func() { w.comment(3, "felix-se", "/object the list has no owner") })
	if d := differ(effects{Add: map[int][]string{3: {"gate:objected"}}, C: map[int]int{3: 1}, SE: []int{2, 3}, React: []string{"+1"},
		Events: []string{"#3 +gate:objected"}}, got); d != "" {
		t.Errorf("an objection (-want +got)\n%s", d)
	}
	w.mentionsOnly(then, 3, "sara-ds")
	w.sticky(then, 3, same("felix-se"), same("the list has no owner"))

	w.comment(3, "rui-sme", "/approve")
	w.comment(3, "helena-bs", "/approve")
	w.comment(3, "bento-be", "/withdraw")
	if got := w.outcomeOf(); got.Phase != lifecycle.Design.Label() || !slices.Contains(got.Labels[3], "gate:objected") {
		t.Fatalf("a gate passed against an objection: %v", got.Labels[3])
	}
	w.comment(3, "felix-se", "/withdraw")
	if got := w.outcomeOf(); got.Phase != lifecycle.Development.Label() || len(got.Passed) != 1 || slices.Contains(got.Labels[3], "gate:objected") {
		t.Errorf("the gate did not pass once the objection was withdrawn: %v, passed %v", got.Labels[3], got.Passed)
	}
}

// A change of what was approved voids the answers that were about it; changed back, they count again.
func TestChangeVoids(t *testing.T) {
	t.Parallel()
	w := atGate(t)
	old := w.issues[3].body
	got, then := w.during(func() { w.edit(3, "helena-bs", strings.Replace(old, ">= 0.40", ">= 0.45", 1)) })
	// The board names only the two roles that are involved throughout, and neither has answered.
	if d := differ(effects{C: map[int]int{3: 1}, SE: []int{3}}, got); d != "" {
		t.Errorf("a changed target (-want +got)\n%s", d)
	}
	w.mentionsOnly(then, 3, "tomas-ds")
	w.says("the comment", w.one(then, 3), same("0.40"), same("0.45"), same("→"))
	w.sticky(then, 3, same("1 of 4"))
	w.at("2026-01-13 10:10")
	w.edit(3, "helena-bs", old)
	if c := w.look().issue(3).sticky(); !strings.Contains(seen(t, c.Body), "2 of 4") {
		t.Errorf("text changed back to what was approved is approved again, but the sticky says:\n%s", seen(t, c.Body))
	}
}

// Something that must be ready and no longer is keeps the request open, and blocked.
func TestBlockedByData(t *testing.T) {
	t.Parallel()
	w := atGate(t)
	got, then := w.during(func() {
		w.edit(5, "dora-de", form(lifecycle.Data, w.lang, dataForm().with(lifecycle.SecPeriod, text{"12 months", ""})))
	})
	if d := differ(effects{Rem: map[int][]string{5: {"data:validated"}}, C: map[int]int{3: 1, 5: 1}, SE: []int{2, 3, 4, 5},
		Events: []string{"#5 −data:validated"}}, got); d != "" {
		t.Errorf("a changed data requirement (-want +got)\n%s", d)
	}
	w.mentionsOnly(then, 5, "dora-de", "rui-sme")
	w.mentionsOnly(then, 3, "dora-de", "sara-ds")
	for _, login := range []string{"dora-de", "rui-sme", "helena-bs"} {
		w.at(map[string]string{"dora-de": "2026-01-13 11:00", "rui-sme": "2026-01-13 11:10", "helena-bs": "2026-01-13 11:20"}[login])
		w.comment(3, login, "/approve")
	}
	if got := w.outcomeOf(); got.Phase != lifecycle.Design.Label() || !slices.Contains(got.Labels[3], "gate:requested") {
		t.Fatalf("the gate passed without its data: %v", got.Labels[3])
	}
	w.at("2026-01-13 12:00")
	w.comment(5, "dora-de", "/approve")
	w.comment(5, "rui-sme", "/approve")
	if d := cmp.Diff(passedByFour().Passed, w.outcomeOf().Passed); d != "" {
		t.Errorf("the data is validated again (-want +got)\n%s", d)
	}
}
