package gitstore_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/phasegate/phasegate/internal/hubsim/gitstore"
)

// fork makes main and work differ from a common base.
func (h *history) fork(base, main, work map[string]string) (ours, theirs string) {
	h.Helper()
	root := h.commit("main", base)
	h.branch("work", root)
	ours, theirs = root, root
	if main != nil {
		ours = h.commit("main", main)
	}
	if work != nil {
		theirs = h.commit("work", work)
	}
	return ours, theirs
}

func edited(old, replacement string) string {
	return strings.Replace(lines(1, 20), old, replacement, 1)
}

func TestMergeOfBothSides(t *testing.T) {
	h := newHistory(t)
	ours, theirs := h.fork(
		map[string]string{"f": lines(1, 20), "gone": "x\n", "d/e": "1\n", "d/g": "1\n", "both": "1\n"},
		map[string]string{"f": edited("line 3\n", "three\n"), "ours": "o\n", "d/e": "2\n", "both": "2\n"},
		map[string]string{"f": edited("line 15\n", ""), "-gone": "", "-d/g": "", "theirs": "t\n", "both": "2\n"},
	)
	c, err := h.Merge(ours, theirs, h.by("tomas"), h.by("hub"), "Merge")
	if err != nil {
		t.Fatal(err)
	}
	if got := h.file(c.SHA, "f"); got != strings.Replace(edited("line 3\n", "three\n"), "line 15\n", "", 1) {
		t.Errorf("merged f:\n%s", got)
	}
	list, _ := h.Tree(c.Tree, true)
	var names []string
	for _, e := range list {
		names = append(names, e.Path)
	}
	if want := []string{"both", "d", "d/e", "f", "ours", "theirs"}; !slices.Equal(names, want) {
		t.Errorf("merged tree has %v, want %v", names, want)
	}
	if !slices.Equal(c.Parents, []string{ours, theirs}) || c.Author.Name != "tomas" || c.Committer.Name != "hub" {
		t.Errorf("merge commit %+v", c)
	}
}

func TestConflicts(t *testing.T) {
	base := map[string]string{"f": lines(1, 20), "dir/a": "1\n", "bin": "\x00 1\n2\n3\n4\n5\n"}
	for name, side := range map[string]struct{ main, work map[string]string }{
		"same line":      {map[string]string{"f": edited("line 3\n", "a\n")}, map[string]string{"f": edited("line 3\n", "b\n")}},
		"next line":      {map[string]string{"f": edited("line 3\n", "a\n")}, map[string]string{"f": edited("line 4\n", "b\n")}},
		"edit or remove": {map[string]string{"f": edited("line 3\n", "a\n")}, map[string]string{"-f": ""}},
		"both add":       {map[string]string{"n": "a\n"}, map[string]string{"n": "b\n"}},
		"file or folder": {map[string]string{"n": "a\n"}, map[string]string{"n/x": "b\n"}},
		"folder or file": {map[string]string{"dir/a": "2\n"}, map[string]string{"dir": "b\n"}},
		"binary":         {map[string]string{"bin": "\x00 one\n2\n3\n4\n5\n"}, map[string]string{"bin": "\x00 1\n2\n3\n4\nfive\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHistory(t)
			ours, theirs := h.fork(base, side.main, side.work)
			var conflict *gitstore.ConflictError
			if _, err := h.Merge(ours, theirs, h.by("a"), h.by("a"), "m"); !errors.As(err, &conflict) || len(conflict.Paths) != 1 {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestSquashAndRebase(t *testing.T) {
	h := newHistory(t)
	ours, _ := h.fork(map[string]string{"a": "1\n"}, map[string]string{"b": "1\n"}, map[string]string{"a": "2\n"})
	theirs := h.commit("work", map[string]string{"c": "1\n"})
	sq, err := h.Squash(ours, theirs, h.by("sara"), h.by("hub"), "all (#7)")
	if err != nil || !slices.Equal(sq.Parents, []string{ours}) || h.file(sq.SHA, "a")+h.file(sq.SHA, "b")+h.file(sq.SHA, "c") != "2\n1\n1\n" {
		t.Errorf("squash %+v, %v", sq, err)
	}
	tip, err := h.Rebase(ours, theirs, h.by("tomas"))
	if err != nil {
		t.Fatal(err)
	}
	cmp, err := h.Compare(ours, tip.SHA)
	if err != nil || cmp.Behind != 0 || len(cmp.Ahead) != 2 || tip.Tree != sq.Tree {
		t.Fatalf("rebase %+v, %v", cmp, err)
	}
	if c := cmp.Ahead[0]; c.Author.Name != "sara" || c.Committer.Name != "tomas" {
		t.Errorf("rebased commit by %s, committed by %s", c.Author.Name, c.Committer.Name)
	}
	h.commit("main", map[string]string{"a": "other\n"})
	main, _ := h.Branch("main")
	var conflict *gitstore.ConflictError
	if _, err := h.Rebase(main, theirs, h.by("x")); !errors.As(err, &conflict) {
		t.Errorf("rebase over a conflict: %v", err)
	}
}

// Merging gives the same in both directions, and merging a side that changed nothing gives the other side.
func TestMergeLaws(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		base, a, b := text(rt, "base"), text(rt, "a"), text(rt, "b")
		h := newHistory(t)
		ours, theirs := h.fork(map[string]string{"f": base, "x": ""}, map[string]string{"f": a, "x": "1"}, map[string]string{"f": b, "x": "1"})
		one, err1 := h.MergeTree(ours, theirs)
		two, err2 := h.MergeTree(theirs, ours)
		if one != two || (err1 == nil) != (err2 == nil) {
			rt.Fatalf("%s %v, other way round %s %v", one, err1, two, err2)
		}
		if err1 != nil {
			if a == b || a == base || b == base {
				rt.Fatalf("no two changes, yet %v", err1)
			}
			return
		}
		e, err := h.Lookup(one, "f")
		if err != nil {
			rt.Fatal(err)
		}
		content, _ := h.Blob(e.SHA)
		if a == base && string(content) != b || b == base && string(content) != a {
			rt.Fatalf("one side changed nothing, yet the result is %q", content)
		}
	})
}
