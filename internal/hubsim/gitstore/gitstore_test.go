package gitstore_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phasegate/phasegate/internal/hubsim/gitstore"
)

var start = time.Date(2026, 1, 6, 13, 0, 0, 0, time.UTC)

// history is a repository with a clock, so that tests read as a story.
type history struct {
	*testing.T
	*gitstore.Repo
	now time.Time
}

func newHistory(t *testing.T) *history {
	return &history{T: t, Repo: gitstore.New(), now: start}
}

func (h *history) by(name string) gitstore.Signature {
	return gitstore.Signature{Name: name, Email: name + "@example.org", When: h.now}
}

// commit writes files ("-" before a path removes it) to a branch, one minute later.
func (h *history) commit(branch string, files map[string]string) string {
	h.Helper()
	h.now = h.now.Add(time.Minute)
	var edits []gitstore.Edit
	for p, content := range files {
		if name, removed := strings.CutPrefix(p, "-"); removed {
			edits = append(edits, gitstore.Edit{Path: name})
			continue
		}
		edits = append(edits, gitstore.Edit{Path: p, Content: []byte(content)})
	}
	c, err := h.CommitFiles(gitstore.NewCommit{Branch: branch, Edits: edits, Author: h.by("sara"), Message: "change " + branch})
	if err != nil {
		h.Fatal(err)
	}
	return c.SHA
}

func (h *history) branch(name, from string) {
	h.Helper()
	if err := h.CreateRef(gitstore.HeadsPrefix+name, from); err != nil {
		h.Fatal(err)
	}
}

func (h *history) file(commit, path string) string {
	h.Helper()
	content, _, err := h.ReadFile(commit, path)
	if err != nil {
		h.Fatal(err)
	}
	return string(content)
}

func lines(from, to int) string {
	var b strings.Builder
	for i := from; i <= to; i++ {
		fmt.Fprintf(&b, "line %d\n", i)
	}
	return b.String()
}

func TestHashesAreGits(t *testing.T) {
	r := gitstore.New()
	blob, err := r.WriteBlob([]byte("hello\n"))
	if err != nil || blob != "ce013625030ba8dba906f756967f9e9ca394464a" {
		t.Fatalf("blob %s, %v", blob, err)
	}
	tree, err := r.WriteTree("", []gitstore.Edit{
		{Path: "a/b.txt", SHA: blob}, {Path: "a.txt", SHA: blob}, {Path: "run.sh", SHA: blob, Mode: gitstore.ModeExecutable},
	})
	// git's order puts a.txt before the folder a, which sorts as a/.
	if err != nil || tree != "b9c945c42fecd871aef4015e3afb3dbb28d4f31c" {
		t.Fatalf("tree %s, %v", tree, err)
	}
	at := time.Date(2026, 1, 6, 10, 0, 0, 0, time.FixedZone("", -3*3600))
	who := gitstore.Signature{Name: "Sara", Email: "sara@example.org", When: at}
	c, err := r.WriteCommit(gitstore.Commit{Tree: tree, Author: who, Committer: who, Message: "first\n"})
	if err != nil || c.SHA != "2c0adc43cece40e365424b8c2e020f86cc120db8" {
		t.Fatalf("commit %s, %v", c.SHA, err)
	}
	if !c.Author.When.Equal(at) || c.Message != "first\n" {
		t.Errorf("read back as %+v", c)
	}
}

func TestTreeListingAndEdits(t *testing.T) {
	h := newHistory(t)
	blob, _ := h.WriteBlob([]byte("data/usage.csv"))
	first := h.commit("main", map[string]string{"README.md": "hi\n", "docs/design/churn.md": "x\n", "docs/eda.md": "y\n"})
	c, err := h.CommitFiles(gitstore.NewCommit{Branch: "main", Author: h.by("sara"), Message: "link", Edits: []gitstore.Edit{
		{Path: "usage", SHA: blob, Mode: gitstore.ModeSymlink},
		{Path: "vendor/lib", SHA: first, Mode: gitstore.ModeSubmodule},
		{Path: "docs/design/churn.md"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	list, err := h.Tree(c.Tree, true)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range list {
		got = append(got, fmt.Sprint(e.Mode, " ", e.Type, " ", e.Path, " ", e.Size))
	}
	want := []string{
		"100644 blob README.md 3", "040000 tree docs 0", "100644 blob docs/eda.md 2", "120000 blob usage 14",
		"040000 tree vendor 0", "160000 commit vendor/lib 0",
	}
	if d := cmp.Diff(want, got); d != "" { // the emptied folder docs/design is gone
		t.Error(d)
	}
	for path, ok := range map[string]bool{"docs/eda.md": true, "docs": true, "": true, "docs/none": false, "README.md/x": false} {
		if _, err := h.Lookup(c.Tree, path); (err == nil) != ok {
			t.Errorf("lookup %q: %v", path, err)
		}
	}
}

func TestRefusedEdits(t *testing.T) {
	h := newHistory(t)
	first := h.commit("main", map[string]string{"a": "1\n"})
	try := func(n gitstore.NewCommit) error {
		n.Branch, n.Author = "main", h.by("sara")
		_, err := h.CommitFiles(n)
		return err
	}
	for _, p := range []string{"", "/a", "a//b", "../a", "a/./b", ".git/config", "x/.GIT/y", "bad\x00", "bad\xff"} {
		if err := try(gitstore.NewCommit{Edits: []gitstore.Edit{{Path: p, Content: []byte("x")}}}); !errors.Is(err, gitstore.ErrInvalid) {
			t.Errorf("path %q: %v", p, err)
		}
	}
	if err := try(gitstore.NewCommit{Edits: []gitstore.Edit{{Path: "a", Content: []byte("1\n")}}}); !errors.Is(err, gitstore.ErrNothingToDo) {
		t.Errorf("the same content: %v", err)
	}
	if err := try(gitstore.NewCommit{Edits: []gitstore.Edit{{Path: "none"}}}); !errors.Is(err, gitstore.ErrNotFound) {
		t.Errorf("remove nothing: %v", err)
	}
	if err := try(gitstore.NewCommit{Expect: strings.Repeat("0", 40), AllowEmpty: true}); !errors.Is(err, gitstore.ErrMoved) {
		t.Errorf("moved branch: %v", err)
	}
	if err := try(gitstore.NewCommit{Edits: []gitstore.Edit{{Path: "b", SHA: first}}}); !errors.Is(err, gitstore.ErrInvalid) {
		t.Errorf("a commit as a file: %v", err)
	}
	if sha, _ := h.Branch("main"); sha != first {
		t.Error("a refused commit moved the branch")
	}
}

func TestRefs(t *testing.T) {
	h := newHistory(t)
	a := h.commit("main", map[string]string{"a": "1\n"})
	b := h.commit("main", map[string]string{"a": "2\n"})
	h.branch("feature/x", a)
	if err := h.CreateRef("refs/heads/feature", a); !errors.Is(err, gitstore.ErrInvalid) {
		t.Errorf("a branch beside a folder of its name: %v", err)
	}
	if err := h.CreateRef("refs/heads/main", a); !errors.Is(err, gitstore.ErrExists) {
		t.Errorf("a second main: %v", err)
	}
	if err := h.UpdateRef("refs/heads/main", a, false); !errors.Is(err, gitstore.ErrNotFastForward) {
		t.Errorf("backwards: %v", err)
	}
	if err := h.UpdateRef("refs/heads/feature/x", b, false); err != nil {
		t.Errorf("forwards: %v", err)
	}
	tag, err := h.WriteTag(gitstore.Tag{Name: "v1", Target: a, Tagger: h.by("sara"), Message: "one"})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.CreateRef("refs/tags/v1", tag.SHA); err != nil {
		t.Fatal(err)
	}
	for rev, want := range map[string]string{"main": b, "v1": a, "refs/tags/v1": a, "heads/main": b, a: a, a[:7]: a, "none": "", "ab": ""} {
		got, err := h.Resolve(rev)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("resolve %q = %q, %v", rev, got, err)
		}
	}
	for name, want := range map[string]bool{
		"refs/heads/a-b": true, "refs/heads/ä": true, "main": false, "refs/heads": false, "refs/heads/a..b": false,
		"refs/heads/a b": false, "refs/heads/.a": false, "refs/heads/a.lock": false, "refs/heads/a/": false, "refs/heads/x@{1}": false,
	} {
		if gitstore.ValidRef(name) != want {
			t.Errorf("ValidRef(%q) is not %v", name, want)
		}
	}
}

func TestForkSharesObjectsOnly(t *testing.T) {
	h := newHistory(t)
	h.commit("main", map[string]string{"a": "1\n"})
	fork := &history{T: t, Repo: h.Fork(), now: h.now}
	tip := fork.commit("main", map[string]string{"a": "2\n"})
	if _, err := h.Repo.Commit(tip); err != nil {
		t.Errorf("the fork's commit cannot be read: %v", err)
	}
	if sha, _ := h.Branch("main"); sha == tip {
		t.Error("the fork moved its parent's branch")
	}
}

func TestCompareAndLog(t *testing.T) {
	h := newHistory(t)
	root := h.commit("main", map[string]string{"a": "1\n", "docs/x": "1\n"})
	h.branch("work", root)
	h.now = h.now.Add(-time.Minute) // both branches' next commits are of the same second
	m1 := h.commit("main", map[string]string{"b": "1\n"})
	h.now = h.now.Add(-time.Minute)
	w1 := h.commit("work", map[string]string{"docs/x": "2\n"})
	w2 := h.commit("work", map[string]string{"c": "1\n"})
	cmpd, err := h.Compare(m1, w2)
	if err != nil {
		t.Fatal(err)
	}
	if cmpd.MergeBase != root || cmpd.Behind != 1 || cmpd.Status() != "diverged" {
		t.Errorf("got %+v", cmpd)
	}
	if got := shas(cmpd.Ahead); !slices.Equal(got, []string{w1, w2}) {
		t.Errorf("ahead %v", got)
	}
	merged, err := h.Merge(m1, w2, h.by("tomas"), h.by("hub"), "merge")
	if err != nil {
		t.Fatal(err)
	}
	all, _ := h.Log(merged.SHA, gitstore.LogOptions{})
	if len(all) != 5 || all[0].SHA != merged.SHA || all[4].SHA != root {
		t.Errorf("log %v", shas(all))
	}
	docs, _ := h.Log(merged.SHA, gitstore.LogOptions{Path: "docs/x"})
	if got := shas(docs); !slices.Equal(got, []string{w1, root}) {
		t.Errorf("log of docs/x %v, want %v", got, []string{w1, root})
	}
	late, _ := h.Log(merged.SHA, gitstore.LogOptions{Since: start.Add(2 * time.Minute), Path: "docs"})
	if got := shas(late); len(got) != 0 && !slices.Equal(got, []string{w1}) {
		t.Errorf("late %v", got)
	}
	if base, _ := h.MergeBase(merged.SHA, w1); base != w1 {
		t.Errorf("merge base with an ancestor is %s", base)
	}
	other := h.commit("orphan", map[string]string{"z": "1\n"})
	if _, err := h.Compare(other, w1); !errors.Is(err, gitstore.ErrNoCommonBase) {
		t.Errorf("unrelated: %v", err)
	}
}

func shas(cs []gitstore.Commit) []string {
	var out []string
	for _, c := range cs {
		out = append(out, c.SHA)
	}
	return out
}
