package engine_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phasegate/phasegate/internal/engine"
)

func TestNamesIn(t *testing.T) {
	many := strings.Repeat("Deliverable: #1, #2, #3\nCloses #4\n", 5000)
	for _, c := range []struct {
		name, body, branch string
		want               engine.PullNames
	}{
		{"a line", "Usage features.\n\nDeliverable: #3\n", "", engine.PullNames{Lines: []int{3}}},
		{"of Windows", "Deliverable: #3\r\nHotfix: late\r\n", "", engine.PullNames{Lines: []int{3}, Hotfix: "late"}},
		{"in Portuguese", "Entrega: #3", "", engine.PullNames{Lines: []int{3}}},
		{"several", "Deliverables: #3, #4 and #5", "", engine.PullNames{Lines: []int{3, 4, 5}}},
		{"several in Portuguese", "entregas: #3 e #4", "", engine.PullNames{Lines: []int{3, 4}}},
		{"several lines, one twice", "Deliverable: #3\nDeliverable: #4\nDeliverable: #3", "", engine.PullNames{Lines: []int{3, 4}}},
		{"text behind", "Deliverable: #3 (the score), not #4", "", engine.PullNames{Lines: []int{3}}},
		{"inside a sentence", "My Deliverable: #3", "", engine.PullNames{}},
		{"without a number", "Deliverable: score", "", engine.PullNames{}},
		{"of the template", "Deliverable: #N", "", engine.PullNames{}},
		{"zero", "Deliverable: #0", "", engine.PullNames{}},
		{"too long a number", "Deliverable: #12345678901234567890", "", engine.PullNames{}},
		{"closing keywords", "Fixes #3, resolves: #4 and CLOSED #5", "", engine.PullNames{Hints: []int{3, 4, 5}}},
		{"no closing keyword", "Prefixes #3", "", engine.PullNames{}},
		{"a branch", "", "12-score", engine.PullNames{Hints: []int{12}}},
		{"a branch after keywords", "Fixes #3", "12-score", engine.PullNames{Hints: []int{3, 12}}},
		{"no number of a branch", "", "feature/12-score", engine.PullNames{}},
		{"a hotfix", "Hotfix:   scores are late  ", "", engine.PullNames{Hotfix: "scores are late"}},
		{"a hotfix without a reason", "Hotfix:\nDeliverable: #3", "", engine.PullNames{Lines: []int{3}}},
		{"a hotfix in a sentence", "This is no hotfix: it can wait", "", engine.PullNames{}},
		{"the same many times", many, "", engine.PullNames{Lines: []int{1, 2, 3}, Hints: []int{4}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, engine.NamesIn(c.body, c.branch)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	if n := engine.DeliverableOf("Closes #4\nDeliverable: #3", "5-x"); n != 3 {
		t.Errorf("what a line names comes first, not #%d", n)
	}
	if n := engine.DeliverableOf("Closes #4", "5-x"); n != 4 {
		t.Errorf("a closing keyword comes before the branch, not #%d", n)
	}
	if a, b := engine.ExperimentOf("Experiment: #9\nDeliverable: #3"), engine.ExperimentOf("Experimento: none"); a != 9 || b != 0 {
		t.Errorf("experiments #%d and #%d", a, b)
	}
}

// Whatever is written there, at most a few small numbers come of it, each once, and one line of a reason.
func FuzzNamesIn(f *testing.F) {
	f.Add("Deliverable: #3, #4 and #5\nHotfix: late", "12-score")
	f.Add("Entregas: #3 e #4\r\nFixes #7", "")
	f.Add(strings.Repeat("Deliverable: #1 #2,#3 and", 100), "999999999-")
	f.Fuzz(func(t *testing.T, body, branch string) {
		n := engine.NamesIn(body, branch)
		for _, list := range [][]int{n.Lines, n.Hints} {
			if len(list) > 10 || len(slices.Compact(slices.Sorted(slices.Values(list)))) != len(list) {
				t.Errorf("%v", list)
			}
			for _, i := range list {
				if i <= 0 || i > 999999999 {
					t.Errorf("#%d", i)
				}
			}
		}
		if strings.ContainsAny(n.Hotfix, "\n") || n.Hotfix != strings.TrimSpace(n.Hotfix) {
			t.Errorf("%q", n.Hotfix)
		}
		if d := engine.DeliverableOf(body, branch); d != 0 && !slices.Contains(append(n.Lines, n.Hints...), d) {
			t.Errorf("#%d is not among %v", d, n)
		}
	})
}

func TestParseAssent(t *testing.T) {
	for args, want := range map[string]string{
		"": " ", "as DS": "data-scientist ", "abcdef1": " abcdef1", "`abcdef1` as DS": "data-scientist abcdef1", "as DS abcdef1.": "data-scientist abcdef1",
		"abcdef": "refused", "abcdef1 abcdef2": "refused", "as nobody": "refused", "please": "refused", strings.Repeat("a", 41): "refused",
	} {
		a, ok := engine.ParseAssent(args)
		got := string(a.As) + " " + a.Commit
		if !ok {
			got = "refused"
		}
		if got != want {
			t.Errorf("%q: %q, want %q", args, got, want)
		}
	}
}
