package acceptance_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// A native sub-issue belongs to its parent though its text names none.
func TestSubIssueBelongsToItsParent(t *testing.T) {
	t.Parallel()
	w := deletable(t)
	orphan := dataForm()
	delete(orphan, lifecycle.SecParent)
	w.open(3, "dora-de", dataTitle, form(lifecycle.Data, w.lang, orphan), "kind:data")
	w.silent("the sticky of #2", w.board(told{after: w.look()}, 2), same("#3"))
	id := w.as(reader, "GET", "/issues/3", nil).id()
	got, then := w.during(func() {
		w.as("sara-ds", "POST", "/issues/2/sub_issues", map[string]any{"sub_issue_id": id})
		w.settle()
	})
	if len(got.Rewritten)+len(got.C)+len(got.Other) > 0 {
		t.Errorf("linking did %+v", got)
	}
	w.sticky(then, 2, same("#3 "+dataTitle))
	w.sticky(then, 3, text{"Used by #2", ""})
	w.at("2026-01-08 10:00")
	w.comment(3, "dora-de", "/approve")
	w.comment(3, "rui-sme", "/approve")
	w.says("the sticky of #2", w.board(told{after: w.look()}, 2), text{"validated 8 January", ""})
}

// With `links: sub-issues` what names a parent is linked to it as a native sub-issue, by the bot, once.
func TestSubIssuesAreWritten(t *testing.T) {
	t.Parallel()
	w := projectOf(t, cast(), config(lifecycle.English)+"links: sub-issues\n")
	w.open(1, "helena-bs", problemTitle, form(lifecycle.Problem, w.lang, problemForm("<= 4.0", "%")), "kind:problem")
	w.open(2, "sara-ds", scoreTitle, form(lifecycle.Deliverable, w.lang, scoreForm().with(lifecycle.SecParent, same("#1"))), "kind:deliverable")
	w.open(3, "dora-de", dataTitle, form(lifecycle.Data, w.lang, dataForm().with(lifecycle.SecParent, same("#2"))), "kind:data")
	w.open(4, "sara-ds", supportTitle, form(lifecycle.SupportProblem, w.lang, supportForm().with(lifecycle.SecParent, same("#2"))), "kind:support-problem")
	for parent, want := range map[int][]int{1: {2}, 2: {3, 4}} {
		var children []wireIssue
		w.read(fmt.Sprintf("/issues/%d/sub_issues", parent), &children)
		var got []int
		for _, c := range children {
			got = append(got, c.Number)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("#%d has the sub-issues %v, want %v", parent, got, want)
		}
	}
	w.looksOnly("a new product", w.sys.replace)
}

// Without it none is written.
func TestSubIssuesAreNotWrittenUnasked(t *testing.T) {
	t.Parallel()
	w := deletable(t)
	var children []wireIssue
	w.read("/issues/1/sub_issues", &children)
	if len(children) > 0 {
		t.Errorf("%d sub-issues of #1", len(children))
	}
}
