package acceptance_test

import (
	"testing"

	"github.com/phasegate/phasegate/internal/markdown"
)

// The comparison of two moments sees each kind of thing a bot could do, and takes none for another.
func TestDiffSeesEverything(t *testing.T) {
	block := func(kind string, v any) string {
		b, err := markdown.EncodeBlock(kind, v)
		if err != nil {
			t.Fatal(err)
		}
		return "\n" + b + "\n"
	}
	sticky := func(id int64, visible string, hidden int) commentState {
		return commentState{ID: id, Author: botLogin, Body: visible + "\n" + block("sticky", hidden)}
	}
	w := &world{t: t, comments: map[int64]string{1: "/approve", 2: "/advance"}, commands: []int64{2}, issues: map[int]written{
		2: {"a", "b", "open", nil}, 3: {"a", "b", "open", []string{"kind:data"}}, 4: {"a", "b", "open", nil},
		7: {"a", "b", "open", nil}, 8: {"a", "b", "closed", nil},
	}, reports: map[int64]string{70: "as posted", 71: "as posted"}}
	output := func(text string) (o struct{ Title, Summary, Text string }) { o.Text = text; return o }
	before := snapshot{
		Issues: []issueState{
			{Number: 2, Title: "a", Body: "b", State: "open", Labels: []string{"x", "y"}, Comments: []commentState{
				{ID: 1, Author: "ana", Body: "/approve"}, sticky(10, "one", 1), {ID: 11, Author: botLogin, Body: "reply"}, {ID: 12, Author: botLogin, Body: "gone"}}},
			{Number: 4, Title: "a", Body: "b", State: "open", Comments: []commentState{sticky(40, "same", 1)}},
			{Number: 9, Title: "lost"},
		},
		Events: []labelEvent{{1, "#2 +x"}},
	}
	after := snapshot{
		Issues: []issueState{
			{Number: 2, Title: "a", Body: "changed", State: "open", Labels: []string{"y", "z"}, Comments: []commentState{
				{ID: 1, Author: "ana", Body: "/approve", Reactions: []string{"eyes"}}, sticky(10, "two", 1), {ID: 11, Author: botLogin, Body: "edited"},
				{ID: 2, Author: "ana", Body: "/advance", Reactions: []string{"+1"}}, {ID: 13, Author: botLogin, Body: "new"}}},
			{Number: 3, Title: "a", Body: "b", State: "open", Labels: []string{"data:validated", "kind:data"}, Comments: []commentState{sticky(30, "new", 1)}},
			{Number: 4, Title: "a", Body: "b", State: "closed", Comments: []commentState{sticky(40, "same", 2)}, Reactions: []string{"heart"}},
			{Number: 5, Title: "mine", Author: botLogin, Labels: []string{"kind:incident"}},
			{Number: 6, Title: "who knows", Author: "ana"},
			{Number: 7, Title: "renamed", Body: "b", State: "open"},
			{Number: 8, Title: "a", Body: "b", State: "open"},
		},
		Events: []labelEvent{{1, "#2 +x"}, {2, "#2 −x"}, {3, "#2 +z"}},
		Runs: []checkRun{
			{ID: 70, Name: reportName, Head: "abc", Status: "completed", Conclusion: "neutral", Output: output("as posted")},
			{ID: 71, Name: reportName, Head: "abc", Status: "completed", Conclusion: "neutral", Output: output("changed")},
		},
	}
	want := effects{
		Add: map[int][]string{2: {"z"}, 3: {"data:validated"}}, Rem: map[int][]string{2: {"x"}}, C: map[int]int{2: 1},
		SP: []int{3}, SE: []int{2}, React: []string{"+1"}, Events: []string{"#2 +z", "#2 −x"},
		Opened: map[int][]string{5: {"kind:incident"}}, Rewritten: []int{2}, Closed: []int{4},
		Other: []string{
			`#2: reactions on an old comment of ana: [eyes], before []`,
			`#2: a comment of the bot that is no sticky was edited: "edited", before "reply"`,
			`#2: comment 12 is gone`,
			`#4: reactions on the issue itself: [heart]`,
			`#6: opened by ana: "who knows"`,
			`#7: the title is not what people last wrote: "renamed"`,
			`#8: it was opened again`,
			`#9 is gone`,
			`check run phasegate/report neutral on abc, which is no head of a pull request: `,
		},
	}
	if d := differ(want, w.diff(before, after)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	w.adopt(after)
	if got := w.diff(after, after); len(got.Opened)+len(got.Rewritten)+len(got.Closed)+len(got.Add)+len(got.Rem)+len(got.C)+len(got.SP)+len(got.SE)+len(got.Events) > 0 {
		t.Errorf("nothing happened, and the comparison sees %+v", got)
	}
}
