package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// queueHub has one merge group and one pull request, as GitHub shows them at the moment.
type queueHub struct {
	*memory

	group engine.GroupSnapshot
	pull  engine.PullSnapshot
}

func (h *queueHub) Group(context.Context, engine.Key) (engine.GroupSnapshot, error) {
	return h.group, nil
}
func (h *queueHub) Pull(context.Context, engine.Key) (engine.PullSnapshot, error) { return h.pull, nil }

// looks plans some looks at an object and tells in how long each wants the next one, and whether something is to be
// written.
func looks(t *testing.T, r engine.Reconciler, key engine.Key, now time.Time, n int) string {
	t.Helper()
	var out []string
	for range n {
		plan, err := r.Plan(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		wait, writes := "never", ""
		if !plan.Due.IsZero() {
			wait = plan.Due.Sub(now).String()
		}
		if len(plan.Effects) > 0 {
			writes = "+"
		}
		out = append(out, wait+writes)
	}
	return strings.Join(out, " ")
}

// A group that GitHub does not show yet is looked at again a few times: without its checks the queue gives up on it.
func TestAGroupThatIsNotSeenYet(t *testing.T) {
	m := newMemory(t, teamConfig)
	key := engine.Key{Owner: "acme", Repo: "churn", Kind: engine.MergeGroupKey, Ref: "main@abc"}
	gone := engine.GroupSnapshot{Key: key, Now: m.now, Rules: m.rules, Gone: true}
	there := gone
	there.Gone, there.Head = false, "abc"
	h := &queueHub{memory: m, group: gone}
	r := engine.Reconciler{Hub: h, Memory: engine.NewMemory()}
	steps := []struct {
		what  string
		group engine.GroupSnapshot
		looks int
		want  string
	}{
		{"not there", gone, 4, "2s 10s 30s never"},
		{"asked for once more", gone, 2, "2s 10s"},
		{"there at last", there, 1, "never+"},
		{"gone again", gone, 1, "2s"},
		{"nothing is enforced any more", engine.GroupSnapshot{Key: key, Now: m.now, Gone: true}, 1, "never"},
		{"gone again", gone, 1, "2s"},
		{"none that there could be", engine.GroupSnapshot{Key: key, Rules: m.rules, Gone: true}, 1, "never"},
	}
	for _, s := range steps {
		h.group = s.group
		if got := looks(t, r, key, m.now, s.looks); got != s.want {
			t.Errorf("%s: %s, want %s", s.what, got, s.want)
		}
	}
	r.Memory, h.group = nil, gone
	if got := looks(t, r, key, m.now, 1); got != "never" {
		t.Errorf("without a memory: %s", got)
	}
	h.group = there
	var said []facts.Run
	for n, c := range groupChecks(t, r, key) {
		said = append(said, facts.Run{ID: int64(n + 1), Name: c.Name, ExternalID: c.ExternalID, Conclusion: c.Conclusion})
	}
	h.group.Runs = slices.Clone(said)
	if got := looks(t, r, key, m.now, 1); got != "never" {
		t.Errorf("said already: %s", got)
	}
	for i := range h.group.Runs {
		h.group.Runs[i].ExternalID = fmt.Sprintf("pull:7:%d", i) // the group was not seen yet when that one was judged
	}
	for _, c := range groupChecks(t, r, key) {
		if c.ID != 0 {
			t.Errorf("said of a pull request: %s is written over", c.Name)
		}
	}
	h.group.Runs, h.group.Rerequested = said, true
	for _, c := range groupChecks(t, r, key) {
		if c.ID != 0 {
			t.Errorf("asked for again: %s is written over", c.Name)
		}
	}
}

// groupChecks are the three checks that a look posts.
func groupChecks(t *testing.T, r engine.Reconciler, key engine.Key) []engine.PutCheck {
	t.Helper()
	plan, err := r.Plan(t.Context(), key)
	if err != nil || len(plan.Effects) != 3 {
		t.Fatalf("%v, %v", plan.Effects, err)
	}
	var out []engine.PutCheck
	for _, e := range plan.Effects {
		out = append(out, e.(engine.PutCheck))
	}
	return out
}

// A pull request whose head is a merge group's is left alone while the group waits, and judged for itself after that:
// what was said of the group is no word on it, neither while it is open nor when it is closed.
func TestThePullOfAGroup(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py")
	for n, name := range []string{engine.GateCheck, engine.RolesCheck, engine.MetricsCheck} {
		w.pull.Runs = append(w.pull.Runs, facts.Run{ID: int64(n + 1), Name: name, Head: w.pull.Head, Status: "completed", Conclusion: "success", ExternalID: "group:x"})
	}
	waits, free := w.filled(), w.filled()
	waits.Pull.OfQueue, waits.Pull.Passed = true, []int{9}
	h := &queueHub{memory: newMemory(t, teamConfig), pull: waits}
	r := engine.Reconciler{Hub: h, Memory: engine.NewMemory()}
	if got := looks(t, r, waits.Key, w.now, 5); got != "2s 10s 30s 1m0s 1m0s" {
		t.Errorf("while the group waits: %s", got)
	}
	if plan, _ := waits.Plan(engine.Signer{}); len(plan.Touch) > 0 {
		t.Errorf("while the group waits, others are looked at: %v", plan.Touch)
	}
	h.pull.Pull.QueueHidden = true
	if got := looks(t, r, waits.Key, w.now, 1); got != "1h0m0s" {
		t.Errorf("where it cannot be seen when it is gone: %s", got)
	}
	h.pull = free
	if got := looks(t, r, waits.Key, w.now, 1); got != "never+" {
		t.Errorf("once it is gone: %s", got)
	}
	h.pull = waits
	if got := looks(t, r, waits.Key, w.now, 1); got != "2s" {
		t.Errorf("of the next one: %s", got)
	}
	for _, s := range []engine.PullSnapshot{waits, free} {
		s.Pull.Closed = true
		if plan, err := s.Plan(engine.Signer{}); err != nil || plan.Idle != engine.IsClosed || len(plan.Effects) > 0 {
			t.Errorf("closed, it takes back what stands there of the group: %q %v, %v", plan.Idle, plan.Effects, err)
		}
	}
	if got := fmt.Sprint(w.look()); !strings.Contains(got, "phasegate/gate") || !strings.Contains(got, "phasegate/metrics") {
		t.Errorf("judged for itself: %s", got)
	}
	w.must(engine.RolesCheck, "in_progress: Waiting for tomas-ds")
	for _, run := range w.pull.Runs {
		if run.ID < 4 && !strings.HasPrefix(run.ExternalID, "group:") {
			t.Errorf("it wrote over the group's %s", run.Name)
		}
	}
}
