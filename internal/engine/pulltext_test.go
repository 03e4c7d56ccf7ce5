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
		{"in a list", "What it is for:\n\n- Deliverable: #3\n* Hotfix: late", "", engine.PullNames{Lines: []int{3}, Hotfix: "late"}},
		{"in bold", "**Deliverable:** #3\n\n__Entrega__: #4\n\n**Hotfix:** late", "", engine.PullNames{Lines: []int{3, 4}, Hotfix: "late"}},
		{"in a heading", "### Deliverable: #3\n\nEntrega: #4\n---\n", "", engine.PullNames{Lines: []int{3, 4}}},
		{"in HTML", "Deliverable<!-- its number -->: <b>#3</b>", "", engine.PullNames{Lines: []int{3}}},
		{"by address", "Deliverable: https://github.com/acme/churn/issues/3, <https://github.com/acme/churn/issues/4>", "", engine.PullNames{Lines: []int{3, 4}}},
		{"by address in Portuguese", "- **Entregas**: https://github.com/acme/churn/issues/3 e Acme/Churn#4", "", engine.PullNames{Lines: []int{3, 4}}},
		{"by repository", "Deliverable: acme/churn#3, [#4](https://github.com/acme/churn/issues/4) and GH-5", "", engine.PullNames{Lines: []int{3, 4, 5}}},
		{"of another repository", "Deliverable: acme/other#3\nDeliverable: https://github.com/acme/other/issues/4\nFixes acme/other#5", "", engine.PullNames{}},
		{"of another repository beside ours", "Deliverable: acme/other#3, #4", "", engine.PullNames{Lines: []int{4}}},
		{"in a comment", "<!-- Deliverable: #3 -->\n<!--\nHotfix: late\nFixes #4\n-->\nText <!-- Fixes #5\nDeliverable: #6 --> more.", "", engine.PullNames{}},
		{"below a comment", "<!-- The number: -->\nDeliverable: #3", "", engine.PullNames{Lines: []int{3}}},
		{"in code", "```\nDeliverable: #3\nHotfix: late\n```\n\n    Entrega: #4\n\n`Deliverable: #5` and `Fixes #6`, `x\nHotfix: late`\nDeliverable: `#7`", "", engine.PullNames{}},
		{"behind code", "`x` Deliverable: #3", "", engine.PullNames{}},
		{"in a quote", "> Deliverable: #3\n> Hotfix: late\nFixes #4\n\n- > Fixes #5\n\n<blockquote>\n\nDeliverable: #6\n\n</blockquote>", "", engine.PullNames{}},
		{"folded away", "<details>\n\nFixes #3\n\n</details>\n\nFixes #4", "", engine.PullNames{Hints: []int{4}}},
		{"in a table", "|a|\n|-|\n|Deliverable: #3|", "", engine.PullNames{}},
		{"struck through", "~~Deliverable: #3~~\nDeliverable: ~~#4~~ #5\nHotfix: ~~late~~", "", engine.PullNames{Lines: []int{5}}},
		{"a keyword in bold, in a list", "- **Fixes** #3\n- closes https://github.com/acme/churn/issues/4", "", engine.PullNames{Hints: []int{3, 4}}},
		{"a keyword closes one", "Fixes #3, #4", "", engine.PullNames{Hints: []int{3}}},
		{"a hotfix with code", "Hotfix: `serve.py` fails on *new* customers", "", engine.PullNames{Hotfix: "serve.py fails on new customers"}},
		{"a hotfix that is code", "Hotfix: `serve.py`", "", engine.PullNames{Hotfix: "serve.py"}},
		{"the first hotfix", "Hotfix:\nHotfix: late\nHotfix: wrong", "", engine.PullNames{Hotfix: "late"}},
		{"the same many times", many, "", engine.PullNames{Lines: []int{1, 2, 3}, Hints: []int{4}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, engine.NamesIn("acme/churn", c.body, c.branch)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	for body, want := range map[string]int{"> Experiment: #9": 0, "`Experiment: #9`": 0, "- **Experimento:** acme/churn#9": 9} {
		if n := engine.ExperimentOf("acme/churn", body); n != want {
			t.Errorf("%q: experiment #%d", body, n)
		}
	}
	for body, want := range map[string]bool{"Deliverable: #4": false, "<!-- Deliverable: #4 -->": true, "- Entrega: acme/churn#3": true, "Fixes #4": true} {
		if got := engine.MayBeFor(3, "acme/churn", body, "5-x"); got != want {
			t.Errorf("%q may be for #3: %v", body, got)
		}
	}
	if a, b := engine.ExperimentOf("acme/churn", "Experiment: #9\nDeliverable: #3"), engine.ExperimentOf("acme/churn", "Experimento: none"); a != 9 || b != 0 {
		t.Errorf("experiments #%d and #%d", a, b)
	}
}

// Whatever is written there, at most a few small numbers come of it, each once, and one line of a reason.
func FuzzNamesIn(f *testing.F) {
	f.Add("Deliverable: #3, #4 and #5\nHotfix: late", "12-score")
	f.Add("Entregas: #3 e #4\r\nFixes #7", "")
	f.Add("- **Deliverable:** acme/churn#3\n\n> Hotfix: x\n\n`Fixes #4` ~~Entrega: #5~~", "")
	f.Add(strings.Repeat("Deliverable: #1 #2,#3 and", 100), "999999999-")
	f.Fuzz(func(t *testing.T, body, branch string) {
		n := engine.NamesIn("acme/churn", body, branch)
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
