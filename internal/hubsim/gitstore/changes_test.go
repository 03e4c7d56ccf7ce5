package gitstore_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/phasegate/phasegate/internal/hubsim/gitstore"
)

func (h *history) changes(from, to string) []gitstore.Change {
	h.Helper()
	list, err := h.Changes(from, to)
	if err != nil {
		h.Fatal(err)
	}
	if err := h.Fill(list); err != nil {
		h.Fatal(err)
	}
	return list
}

func TestChanges(t *testing.T) {
	h := newHistory(t)
	a := h.commit("main", map[string]string{
		"keep": "same\n", "edit.txt": lines(1, 20), "gone.txt": "x\n", "old/name.py": lines(1, 10), "moved.csv": "a,b\n1,2\n",
		"bin": "a\x00b",
	})
	b := h.commit("main", map[string]string{
		"edit.txt": strings.Replace(lines(1, 20), "line 10\n", "line ten\nand more\n", 1), "-gone.txt": "", "-old/name.py": "",
		"new/name.py": lines(1, 9) + "other\n", "-moved.csv": "", "data/moved.csv": "a,b\n1,2\n", "bin": "a\x00c", "new.txt": "no end",
	})
	var got []string
	for _, c := range h.changes(a, b) {
		got = append(got, fmt.Sprintf("%s %s<%s +%d -%d %t", c.Status, c.Path, c.PreviousPath, c.Additions, c.Deletions, c.Patch != ""))
	}
	want := []string{
		"modified bin< +0 -0 false", "renamed data/moved.csv<moved.csv +0 -0 false", "modified edit.txt< +2 -1 true",
		"removed gone.txt< +0 -1 true", "added new.txt< +1 -0 true", "renamed new/name.py<old/name.py +1 -1 true",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	patch := h.changes(a, b)[2].Patch
	wantPatch := "@@ -7,7 +7,8 @@ line 6\n line 7\n line 8\n line 9\n-line 10\n+line ten\n+and more\n line 11\n line 12\n line 13"
	if d := cmp.Diff(wantPatch, patch); d != "" {
		t.Error(d)
	}
	if p := h.changes(a, b)[4].Patch; p != "@@ -0,0 +1 @@\n+no end\n\\ No newline at end of file" {
		t.Errorf("new file's patch %q", p)
	}
	diff := gitstore.Diff(h.changes(a, b))
	for _, part := range []string{
		"diff --git a/bin b/bin\nindex ", "Binary files a/bin and b/bin differ\n", "rename from moved.csv\nrename to data/moved.csv\n",
		"deleted file mode 100644\n", "--- /dev/null\n+++ b/new.txt\n",
	} {
		if !strings.Contains(diff, part) {
			t.Errorf("%q is not in\n%s", part, diff)
		}
	}
}

func TestModeAndFolderChanges(t *testing.T) {
	h := newHistory(t)
	a := h.commit("main", map[string]string{"run": "#!/bin/sh\n", "thing": "file\n"})
	sha, _ := h.WriteBlob([]byte("#!/bin/sh\n"))
	c, err := h.CommitFiles(gitstore.NewCommit{Branch: "main", Author: h.by("sara"), Edits: []gitstore.Edit{
		{Path: "run", SHA: sha, Mode: gitstore.ModeExecutable}, {Path: "thing/inner", Content: []byte("totally different\n")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, ch := range h.changes(a, c.SHA) {
		got = append(got, ch.Status+" "+ch.Path)
	}
	if d := cmp.Diff([]string{"changed run", "removed thing", "added thing/inner"}, got); d != "" {
		t.Error(d)
	}
}

func text(t *rapid.T, name string) string {
	words := rapid.SliceOfN(rapid.SampledFrom([]string{"a\n", "b\n", "c\n", "d\n", "\n"}), 0, 30).Draw(t, name)
	return strings.Join(words, "") + rapid.SampledFrom([]string{"", "end"}).Draw(t, name+" end")
}

// A patch must lead from one text to the other, with the counts it names.
func TestPatchApplies(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		before, after := text(rt, "before"), text(rt, "after")
		h := newHistory(t)
		a := h.commit("main", map[string]string{"f": before, "other": "1"})
		b := h.commit("main", map[string]string{"f": after, "other": "2"})
		for _, c := range h.changes(a, b) {
			if c.Path != "f" {
				continue
			}
			if got := applyPatch(rt, before, c.Patch); got != after {
				rt.Fatalf("patch\n%s\ngives %q, not %q", c.Patch, got, after)
			}
			return
		}
		if before != after {
			rt.Fatal("a change was not seen")
		}
	})
}

// applyPatch is an independent reader of unified patches.
func applyPatch(t *rapid.T, before, patch string) string {
	old := strings.SplitAfter(before, "\n")
	var out strings.Builder
	at := 0
	last := ""
	for _, l := range strings.Split(patch, "\n") {
		switch {
		case strings.HasPrefix(l, "@@ -"):
			var from, count int
			spec := strings.Fields(l)[1][1:]
			if n, _ := fmt.Sscanf(spec, "%d,%d", &from, &count); n == 1 {
				count = 1
			}
			if count > 0 {
				from--
			}
			for ; at < from; at++ {
				out.WriteString(old[at])
			}
			continue
		case strings.HasPrefix(l, "\\"):
			if last == "+" || last == " " {
				s := strings.TrimSuffix(out.String(), "\n")
				out.Reset()
				out.WriteString(s)
			}
			continue
		case l == "":
			t.Fatalf("empty line in patch %q", patch)
		}
		last = l[:1]
		if last != "+" {
			if strings.TrimSuffix(old[at], "\n") != l[1:] {
				t.Fatalf("line %d is %q, the patch says %q", at, old[at], l)
			}
			at++
		}
		if last != "-" {
			out.WriteString(l[1:] + "\n")
		}
	}
	for ; at < len(old); at++ {
		out.WriteString(old[at])
	}
	return out.String()
}

func TestManyChangesAreFast(t *testing.T) {
	h := newHistory(t)
	before, after := map[string]string{}, map[string]string{}
	for i := range 650 {
		before[fmt.Sprintf("a/%d.txt", i)] = lines(i, i+20)
		after[fmt.Sprintf("-a/%d.txt", i)] = ""
		after[fmt.Sprintf("b/%d.txt", i)] = lines(i, i+20) + "more\n"
	}
	a := h.commit("main", before)
	b := h.commit("main", after)
	for _, c := range h.changes(a, b) {
		if want := strings.Replace(c.Path, "b/", "a/", 1); c.Status != "renamed" || c.PreviousPath != want {
			t.Fatalf("%s %s from %s", c.Status, c.Path, c.PreviousPath)
		}
	}
}
