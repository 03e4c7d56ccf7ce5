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
	"github.com/phasegate/phasegate/internal/policy"
	"github.com/phasegate/phasegate/templates"
)

// A reason why something could not be read is told in the language of the project.
func TestEveryReasonHasWordsInBothLanguages(t *testing.T) {
	for _, reason := range facts.Reasons {
		told := map[string]bool{}
		for _, l := range []lifecycle.Lang{lifecycle.English, lifecycle.Portuguese} {
			text := strings.Join(templates.Printer{Lang: l}.Gap(templates.GapView{Code: "unread", Texts: []string{reason}}), " ")
			if strings.Contains(text, reason) {
				t.Errorf("%s: no words for %s: %s", l, reason, text)
			}
			told[text[strings.Index(text, ":"):]] = true
		}
		if len(told) != 2 {
			t.Errorf("%s is told alike in two languages", reason)
		}
	}
}

// So is why a role is asked for, where the usual table holds; a reason of the config's own is told as it is.
func TestEveryUsualReasonHasWordsInPortuguese(t *testing.T) {
	for _, row := range policy.Default().Paths {
		if got := templates.Reasons(lifecycle.Portuguese, "ours; "+row.Why); !strings.HasPrefix(got, "ours; ") || strings.Contains(got, row.Why) {
			t.Errorf("%q is told as %q", row.Why, got)
		}
		if got := templates.Reasons(lifecycle.English, row.Why); got != row.Why {
			t.Errorf("%q is told as %q in English", row.Why, got)
		}
	}
}

// mergedHub is a memory with a pull request that was just merged.
type mergedHub struct {
	*memory
	pull facts.Pull
}

func (h mergedHub) Pull(_ context.Context, key engine.Key) (engine.PullSnapshot, error) {
	s := engine.PullSnapshot{Key: key, Now: h.now, Rules: h.rules, Base: h.rules.Policy, Branch: "main", Pull: h.pull}
	for _, i := range h.issues {
		if !i.Closed {
			s.Listed = append(s.Listed, i.listed())
		}
	}
	return s, nil
}

// What was merged counts for the deliverables that its checks named while it was open, and they are looked at.
func TestWhatIsMergedCountsForWhatItWasJudgedBy(t *testing.T) {
	for _, c := range []struct {
		body, branch string
		two          bool // #4 is another open deliverable
		want         []int
		touched      []int // by the look at the pull request: those that its lines name, the event names
	}{
		{"Deliverable: #3", "2-eda", false, []int{3}, nil},
		{"Deliverable: #2", "3-eda", false, nil, nil},
		{"Deliverable: #4, #3", "", true, []int{3, 4}, nil},
		{"Fixes #2", "", false, []int{3}, []int{3}},
		{"Fixes #2", "", true, nil, nil},
		{"Fixes #2, closes #4", "3-eda", true, []int{4}, []int{4}},
		{"", "2-eda", false, []int{3}, []int{3}},
		{"", "", false, []int{3}, nil},
	} {
		m := ready(t)
		if c.two {
			m.open(4, "sara-ds", "Offers", scoreBody("#2", "_No response_"), "kind:deliverable")
		}
		names := engine.NamesIn("acme/churn", c.body, c.branch)
		m.merged[0].Lines, m.merged[0].Hints, m.merged[0].Merged = names.Lines, names.Hints, m.tick()
		m.settle(3, 4)
		for _, n := range []int{3, 4} {
			if m.issues[n] == nil {
				continue
			}
			if got := strings.Contains(m.sticky(n), "docs/design/a.md"); got != slices.Contains(c.want, n) {
				t.Errorf("%q on %q counts for #%d: %v", c.body, c.branch, n, got)
			}
		}
		key := m.key(7)
		key.Kind = engine.PullKey
		for _, base := range []string{"main", "dev"} {
			hub := mergedHub{m, facts.Pull{Number: 7, Body: c.body, HeadRef: c.branch, BaseRef: base, Closed: true, Merged: true}}
			out, err := engine.Reconciler{Hub: hub}.Reconcile(t.Context(), key)
			var touched []int
			for _, k := range out.Touch {
				touched = append(touched, k.Number)
			}
			want := c.touched
			if base != "main" {
				want = nil
			}
			if err != nil || !slices.Equal(touched, want) {
				t.Errorf("%q on %q into %s has %v looked at: %v", c.body, c.branch, base, touched, err)
			}
		}
	}
}

// Only what may tell when a deliverable went live is compared: what reached production since it was opened, the newest
// first.
func TestWhichDeploymentsAreCompared(t *testing.T) {
	w := newReview(t)
	files := []facts.File{{Path: "deploy/job.yml"}}
	ours := facts.MergedPull{Number: 9, Lines: []int{3}, Merged: w.tick(), Commit: commitSHA(9), Files: files}
	theirs := facts.MergedPull{Number: 8, Lines: []int{2}, Merged: w.issues[3].Created.Add(-time.Hour), Commit: commitSHA(8), Files: files}
	w.merged = []facts.MergedPull{ours, theirs}
	w.deploys = []facts.Deployment{}
	deploy := func(commit string, succeeded time.Time) facts.Span {
		w.deploys = slices.Insert(w.deploys, 0, facts.Deployment{ID: w.nextID, Environment: "production", Commit: commit, Created: w.now, Succeeded: succeeded})
		return facts.Span{Base: ours.Commit, Head: commit}
	}
	compares := func(what string, live bool, spans ...facts.Span) {
		t.Helper()
		w.asked = nil
		w.settle(3)
		if !slices.Equal(w.asked, spans) {
			t.Errorf("%s: compared %v, want %v", what, w.asked, spans)
		}
		if got := slices.Contains(w.issues[3].Labels, "state:live"); got != live {
			t.Errorf("%s: live: %v", what, got)
		}
	}
	deploy(commitSHA(1), w.issues[3].Created.Add(-time.Second))
	deploy(commitSHA(2), time.Time{})
	compares("what never reached production, or did before", false)
	older := deploy(commitSHA(3), w.tick())
	newest := deploy(commitSHA(4), w.tick())
	below := facts.Span{Base: theirs.Commit, Head: newest.Head}
	w.compared[newest], w.compared[older] = facts.Known(facts.Comparison{}), facts.Known(facts.Comparison{})
	w.compared[below] = facts.Known(facts.Comparison{Contains: true})
	under := facts.Span{Base: theirs.Commit, Head: older.Head}
	w.compared[under] = facts.Known(facts.Comparison{Contains: true})
	compares("others' deployments", false, newest, below, older, under)
	w.compared[newest] = facts.Known(facts.Comparison{Contains: true})
	compares("its own", true, newest)
}

// A look at a whole repository does not compare what would take too many requests, and counts nothing that is known
// already; the deliverable is looked at by itself then.
func TestAPageLeavesWhatHasToBeCompared(t *testing.T) {
	m := newReview(t).memory
	files := []facts.File{{Path: "deploy/job.yml"}}
	m.open(4, "sara-ds", "Offers", scoreBody("#2", "_No response_"), "kind:deliverable")
	m.merged = []facts.MergedPull{{Number: 9, Lines: []int{4}, Merged: m.tick(), Commit: commitSHA(9), Files: files}}
	for n := range 20 {
		d := facts.Deployment{Environment: "production", Commit: fmt.Sprintf("%040d", n), Created: m.tick(), Succeeded: m.now}
		m.deploys = append(m.deploys, d)
		m.compared[facts.Span{Base: commitSHA(9), Head: d.Commit}] = facts.Known(facts.Comparison{Contains: true})
	}
	m.settle(2, 3, 4)
	b := &bulk{memory: m, size: 10}
	b.asked = nil
	if now, _ := b.sweep(engine.Reconciler{Hub: b}); !slices.Equal(now, []string{"3"}) {
		t.Errorf("%v are looked at after %d comparisons", now, len(b.asked))
	}
	left, err := engine.Reconciler{Hub: b}.Review(t.Context(), m.key(0).Repository(), func(engine.Archived, engine.Plan) {})
	if err != nil || !slices.Equal(left, []int{3}) {
		t.Errorf("not reviewed: %v, %v", left, err)
	}
	b.before = m.compared
	m.say(3, "sara-ds", "/return development code: it is slow")
	b.asked = nil
	if now, _ := b.sweep(engine.Reconciler{Hub: b}); !slices.Contains(now, "3") || slices.Contains(now, "4") || len(b.asked) > 0 {
		t.Errorf("%v are looked at though all is known, after %d comparisons", now, len(b.asked))
	}
}
