package engine_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// baseHub has open pull requests into one branch.
type baseHub struct {
	*memory
	pulls   map[int]engine.PullSnapshot
	asked   []string
	refuses bool // to write
}

func (h *baseHub) Apply(context.Context, engine.Key, engine.Effect) error {
	if h.refuses {
		return errWrite
	}
	return nil
}

func (h *baseHub) Pull(_ context.Context, key engine.Key) (engine.PullSnapshot, error) {
	s := h.pulls[key.Number]
	s.Key = key
	return s, nil
}

func (h *baseHub) PullsInto(_ context.Context, _ engine.Key, branch string) ([]engine.OpenPull, error) {
	h.asked = append(h.asked, branch)
	var out []engine.OpenPull
	for n, s := range h.pulls {
		if !s.Pull.Closed {
			out = append(out, engine.OpenPull{Number: n, Change: s.Change})
		}
	}
	slices.SortFunc(out, func(a, b engine.OpenPull) int { return a.Number - b.Number })
	return out, nil
}

// A push to a branch has those pull requests into it looked at that are another change now, or were not judged yet;
// one that may bring another config or another past, all of them.
func TestPullsIntoABranch(t *testing.T) {
	config := "version: 1\nroles:\n  data-scientist: [sara-ds]\n"
	h := &baseHub{memory: newMemory(t, config), pulls: map[int]engine.PullSnapshot{}}
	for n := 7; n <= 9; n++ {
		p := newPull(t, lifecycle.Development, "features/a.py").snapshot()
		p.Pull.Number, p.Change = n, engine.Change{Head: fmt.Sprint("head-", n), Commits: 2, Files: 1, Additions: 3}
		h.pulls[n] = p
	}
	r := engine.Reconciler{Hub: h, Memory: engine.NewMemory()}
	key := engine.Key{Owner: "acme", Repo: "churn", Kind: engine.RepositoryKey}
	into := func(anew bool) string {
		t.Helper()
		out, err := r.Reconcile(t.Context(), engine.IntoKey(key, "release/1", anew))
		if err != nil {
			t.Fatal(err)
		}
		var numbers []int
		for _, k := range out.Touch {
			if k.Kind != engine.PullKey || k.Ref != "" {
				t.Errorf("touches %s", k)
			}
			numbers = append(numbers, k.Number)
		}
		return fmt.Sprint(numbers)
	}
	judge := func(n int) error {
		pull := key
		pull.Kind, pull.Number = engine.PullKey, n
		_, err := r.Reconcile(t.Context(), pull)
		return err
	}
	want := func(what string, anew bool, numbers string) {
		t.Helper()
		if got := into(anew); got != numbers {
			t.Errorf("%s: %s, want %s", what, got, numbers)
		}
	}
	change := func(n int, do func(*engine.PullSnapshot)) {
		s := h.pulls[n]
		do(&s)
		h.pulls[n] = s
	}
	want("none was judged yet", false, "[7 8 9]")
	for n := range h.pulls {
		if err := judge(n); err != nil {
			t.Fatal(err)
		}
	}
	want("nothing changed", false, "[]")
	want("another config", true, "[7 8 9]")
	change(8, func(s *engine.PullSnapshot) { s.Change.Commits-- })
	want("one lost a commit to the base", false, "[8]")
	if err := judge(8); err != nil {
		t.Fatal(err)
	}
	want("it was judged", false, "[]")
	change(9, func(s *engine.PullSnapshot) { s.Change.Deletions++ })
	h.refuses = true
	if err := judge(9); err == nil {
		t.Fatal("the write did not fail")
	}
	h.refuses = false
	want("what was judged did not come to stand there", false, "[9]")
	change(7, func(s *engine.PullSnapshot) { s.Pull.Closed, s.Change = true, engine.Change{} })
	if err := judge(7); err != nil {
		t.Fatal(err)
	}
	change(7, func(s *engine.PullSnapshot) {
		s.Pull.Closed, s.Change = false, engine.Change{Head: "head-7", Commits: 2, Files: 1, Additions: 3}
	})
	want("one was closed and opened again", false, "[7 9]")
	if got := slices.Compact(h.asked); len(got) != 1 || got[0] != "release/1" {
		t.Errorf("asked for %v", got)
	}
}

// What only reads a pull request judges nothing.
func TestAQuestionIsNoLook(t *testing.T) {
	h := &baseHub{memory: newMemory(t, "version: 1\nroles:\n  data-scientist: [sara-ds]\n"), pulls: map[int]engine.PullSnapshot{}}
	s := newPull(t, lifecycle.Development, "features/a.py").snapshot()
	s.Change = engine.Change{Head: s.Pull.Head, Commits: 1}
	h.pulls[s.Pull.Number] = s
	r := engine.Reconciler{Hub: h, Memory: engine.NewMemory()}
	key := engine.Key{Owner: "acme", Repo: "churn", Kind: engine.RepositoryKey}
	if _, err := r.Simulate(t.Context(), key, engine.WhatIf{Repository: "acme/churn", Pull: s.Pull.Number}); err != nil {
		t.Fatal(err)
	}
	out, err := r.Reconcile(t.Context(), engine.IntoKey(key, "main", false))
	if err != nil || len(out.Touch) != 1 {
		t.Errorf("%v %v", out.Touch, err)
	}
}

// openHub notes whose open pull requests are asked for.
type openHub struct {
	*memory
	of [][]int
}

func (h *openHub) OpenPulls(_ context.Context, _ engine.Key, deliverables []int) ([]int, error) {
	h.of = append(h.of, deliverables)
	return []int{21}, nil
}

// A role that is lent at a bigger problem, or taken back, has the open pull requests of its deliverables looked at once;
// that it ends is each one's own appointment.
func TestPullsOfWhomARoleIsLentFor(t *testing.T) {
	h := &openHub{memory: ready(t)}
	h.open(8, "helena-bs", "Revenue", churnBody, "kind:problem")
	h.open(9, "sara-ds", "Offers", scoreBody("#8", "_No response_"), "kind:deliverable")
	h.settle(8, 9)
	asked := func(what string, number int, want ...[]int) {
		t.Helper()
		h.of = nil
		out, err := engine.Reconciler{Hub: h}.Reconcile(t.Context(), h.key(number))
		if err != nil {
			t.Fatal(err)
		}
		pull := h.key(21)
		pull.Kind = engine.PullKey
		if !slices.EqualFunc(h.of, want, slices.Equal) || slices.Contains(out.Touch, pull) != (len(want) > 0) {
			t.Errorf("%s: asked for the pull requests of %v, want %v; touched %v", what, h.of, want, out.Touch)
		}
	}
	asked("nothing happened", 2)
	h.say(2, "dora-de", "/delegate data-engineer @bento-be until 2026-01-13")
	asked("lent", 2, []int{3})
	asked("known", 2)
	h.now = h.now.AddDate(0, 0, 3)
	asked("it ended", 2)
	h.say(2, "helena-bs", "/reviewed still so")
	asked("something else", 2)
	h.say(2, "dora-de", "/delegate data-engineer @bento-be until 2026-01-30")
	asked("lent anew", 2, []int{3})
	h.issues[2].comments = h.issues[2].comments[:len(h.issues[2].comments)-1]
	asked("taken back", 2, []int{3})
	asked("the other deliverable", 9)
	h.edit(9, "#8", "#2")
	asked("for another problem", 9, []int{9})
	h.say(2, "dora-de", "/delegate data-engineer @bento-be until 2026-02-01")
	asked("both", 2, []int{3, 9})
	h.edit(9, "### Budget", "### Paths\n\nsrc/offers/**\n\n### Budget")
	asked("one has Paths", 9, nil)
	h.say(2, "dora-de", "/delegate data-engineer @bento-be until 2026-02-02")
	asked("one has Paths", 2, nil)
	h.say(8, "dora-de", "/delegate data-engineer @bento-be until 2026-02-02")
	asked("nothing below it", 8)
}
