package gitstore

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Statuses of a changed file, in GitHub's words.
const (
	StatusAdded    = "added"
	StatusRemoved  = "removed"
	StatusModified = "modified"
	StatusRenamed  = "renamed"
	StatusChanged  = "changed" // only its mode
)

// Change is what became of one file between two trees.
type Change struct {
	Path         string
	PreviousPath string // of a renamed file
	Status       string
	SHA          string // of the blob, of a removed file the old one; of a submodule the commit
	Mode         string
	OldSHA       string // empty for an added file
	OldMode      string

	// The lines below are zero until Fill.

	Additions, Deletions int
	Binary               bool
	// Patch is the unified patch without file headers, empty for binary files, pure renames and what is larger
	// than GitHub shows.
	Patch string
}

// Limits of GitHub's on what it shows of one file's difference.
const (
	maxPatchBytes = 1 << 20
	maxPatchLines = 20_000
)

// Changes compares two trees, given as commits or trees; an empty from is the empty tree. Files are sorted by path.
// Additions, deletions and patches are left to Fill, which is the costly part.
func (r *Repo) Changes(from, to string) ([]Change, error) {
	a, err := r.treeOf(from)
	if err != nil {
		return nil, err
	}
	b, err := r.treeOf(to)
	if err != nil {
		return nil, err
	}
	var list []Change
	if err := r.diffTrees(a, b, "", &list); err != nil {
		return nil, err
	}
	list = r.findRenames(list)
	slices.SortFunc(list, func(x, y Change) int { return cmp.Compare(x.Path, y.Path) })
	return list, nil
}

// treeOf returns the tree of a commit, or the tree itself.
func (r *Repo) treeOf(sha string) (string, error) {
	if sha == "" || sha == emptyTree {
		return emptyTree, nil
	}
	kind, err := r.ObjectType(sha)
	if err != nil {
		return "", err
	}
	if kind == TypeTree {
		return sha, nil
	}
	c, err := r.commit(sha)
	if err != nil {
		return "", err
	}
	return c.Tree, nil
}

// level lists one level of a tree by name.
func (r *Repo) level(sha string) (map[string]Entry, error) {
	out := map[string]Entry{}
	if sha == "" {
		return out, nil
	}
	err := r.walk(sha, "", func(e Entry) bool {
		out[e.Path] = e
		return false
	})
	return out, err
}

// diffTrees adds the files that differ. Equal folders are not looked into.
func (r *Repo) diffTrees(a, b, prefix string, list *[]Change) error {
	old, err := r.level(a)
	if err != nil {
		return err
	}
	now, err := r.level(b)
	if err != nil {
		return err
	}
	names := map[string]bool{}
	for n := range old {
		names[n] = true
	}
	for n := range now {
		names[n] = true
	}
	for n := range names {
		o, n := old[n], now[n]
		if o.SHA == n.SHA && o.Mode == n.Mode {
			continue
		}
		if err := r.diffEntry(o, n, prefix, list); err != nil {
			return err
		}
	}
	return nil
}

// diffEntry compares what stands under one name; the zero Entry is nothing.
func (r *Repo) diffEntry(o, n Entry, prefix string, list *[]Change) error {
	name := prefix + cmp.Or(o.Path, n.Path)
	oldDir, newDir := "", ""
	if o.Type == TypeTree {
		oldDir, o = o.SHA, Entry{}
	}
	if n.Type == TypeTree {
		newDir, n = n.SHA, Entry{}
	}
	if oldDir != "" || newDir != "" {
		if err := r.diffTrees(oldDir, newDir, name+"/", list); err != nil {
			return err
		}
	}
	c := Change{Path: name, SHA: n.SHA, Mode: n.Mode, OldSHA: o.SHA, OldMode: o.Mode}
	switch {
	case o.SHA == "" && n.SHA == "":
		return nil
	case o.SHA == "":
		c.Status = StatusAdded
	case n.SHA == "":
		c.Status, c.SHA, c.Mode = StatusRemoved, o.SHA, o.Mode
	case o.SHA == n.SHA:
		c.Status = StatusChanged
	default:
		c.Status = StatusModified
	}
	*list = append(*list, c)
	return nil
}

const (
	renameScore = 50   // per cent of equal content that makes a rename, git's default
	renameLimit = 1000 // files on each side beyond which only exact renames are found, git's default
)

// findRenames joins a removed and an added file of equal or similar content.
func (r *Repo) findRenames(list []Change) []Change {
	slices.SortFunc(list, func(x, y Change) int { return cmp.Compare(x.Path, y.Path) }) // equal candidates are taken in this order
	var removed, added []int
	for i := range list {
		switch c := &list[i]; {
		case c.Mode == ModeSubmodule:
		case c.Status == StatusRemoved:
			removed = append(removed, i)
		case c.Status == StatusAdded:
			added = append(added, i)
		}
	}
	if len(removed) == 0 || len(added) == 0 {
		return list
	}
	gone := map[int]bool{}
	for _, p := range r.renamePairs(list, removed, added) {
		if gone[p.from] || list[p.to].Status == StatusRenamed {
			continue
		}
		o, n := &list[p.from], &list[p.to]
		n.Status, n.PreviousPath, n.OldSHA, n.OldMode = StatusRenamed, o.Path, o.SHA, o.Mode
		gone[p.from] = true
	}
	out := list[:0]
	for i := range list {
		if !gone[i] {
			out = append(out, list[i])
		}
	}
	return out
}

type renamePair struct{ from, to, score int }

// renamePairs lists possible renames, the best first: by score, then equal file names.
func (r *Repo) renamePairs(list []Change, removed, added []int) []renamePair {
	inexact := len(removed) <= renameLimit && len(added) <= renameLimit
	prints := map[string]map[string]int{}
	fingerprint := func(sha string) map[string]int {
		p, known := prints[sha]
		if !known {
			p = r.lineWeights(sha)
			prints[sha] = p
		}
		return p
	}
	var pairs []renamePair
	for _, f := range removed {
		for _, t := range added {
			o, n := &list[f], &list[t]
			if (o.Mode == ModeSymlink) != (n.Mode == ModeSymlink) {
				continue
			}
			score := 0
			if o.SHA == n.SHA {
				score = 100
			} else if inexact && n.Mode != ModeSymlink {
				score = min(similarity(fingerprint(o.SHA), fingerprint(n.SHA)), 99)
			}
			if score >= renameScore {
				pairs = append(pairs, renamePair{f, t, score})
			}
		}
	}
	sameName := func(p renamePair) int {
		if path.Base(list[p.from].Path) == path.Base(list[p.to].Path) {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(pairs, func(x, y renamePair) int {
		return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(sameName(y), sameName(x)))
	})
	return pairs
}

// lineWeights counts the bytes of each different line of a text; nil for binary and missing content.
func (r *Repo) lineWeights(sha string) map[string]int {
	content, err := r.Blob(sha)
	if err != nil || IsBinary(content) {
		return nil
	}
	out := map[string]int{}
	for _, l := range splitLines(content) {
		out[l] += len(l)
	}
	return out
}

// similarity is how many per cent of the larger text stand in both.
func similarity(a, b map[string]int) int {
	common, sizeA, sizeB := 0, 0, 0
	for l, n := range a {
		sizeA += n
		common += min(n, b[l])
	}
	for _, n := range b {
		sizeB += n
	}
	if m := max(sizeA, sizeB); m > 0 {
		return common * 100 / m
	}
	return 0
}

// Fill computes additions, deletions and patches of changes in place.
func (r *Repo) Fill(list []Change) error {
	for i := range list {
		if err := r.fill(&list[i]); err != nil {
			return fmt.Errorf("compare %s: %w", list[i].Path, err)
		}
	}
	return nil
}

func (r *Repo) fill(c *Change) error {
	var before, after []byte
	var err error
	if c.OldSHA != "" {
		if before, err = r.content(c.OldSHA, c.OldMode); err != nil {
			return err
		}
	}
	if c.Status != StatusRemoved {
		if after, err = r.content(c.SHA, c.Mode); err != nil {
			return err
		}
	}
	if bytes.Equal(before, after) {
		return nil
	}
	if c.Binary = IsBinary(before) || IsBinary(after); c.Binary {
		return nil
	}
	a, b := splitLines(before), splitLines(after)
	hunks := diffLines(a, b)
	for _, h := range hunks {
		c.Deletions += h.oldTo - h.oldFrom
		c.Additions += h.newTo - h.newFrom
	}
	if c.Additions+c.Deletions > maxPatchLines {
		return nil
	}
	if c.Patch = unifiedPatch(a, b, hunks); len(c.Patch) > maxPatchBytes {
		c.Patch = ""
	}
	return nil
}

// content is what a difference shows of an entry: a file's content, or a line that names a submodule's commit.
func (r *Repo) content(sha, mode string) ([]byte, error) {
	if mode == ModeSubmodule {
		return []byte("Subproject commit " + sha + "\n"), nil
	}
	return r.Blob(sha)
}

// Diff writes filled changes as git-diff(1) does.
func Diff(list []Change) string {
	var out strings.Builder
	for i := range list {
		c := &list[i]
		from := cmp.Or(c.PreviousPath, c.Path)
		fmt.Fprintf(&out, "diff --git a/%s b/%s\n", from, c.Path)
		oldName, newName := "a/"+from, "b/"+c.Path
		oldSHA, newSHA := cmp.Or(c.OldSHA, strings.Repeat("0", 40))[:7], c.SHA[:7]
		switch c.Status {
		case StatusAdded:
			fmt.Fprintf(&out, "new file mode %s\n", c.Mode)
			oldName = "/dev/null"
		case StatusRemoved:
			fmt.Fprintf(&out, "deleted file mode %s\n", c.Mode)
			newName, newSHA = "/dev/null", "0000000"
		case StatusRenamed:
			fmt.Fprintf(&out, "rename from %s\nrename to %s\n", from, c.Path)
		}
		if c.OldMode != "" && c.Mode != c.OldMode && c.Status != StatusRemoved {
			fmt.Fprintf(&out, "old mode %s\nnew mode %s\n", c.OldMode, c.Mode)
		}
		if oldSHA != newSHA {
			fmt.Fprintf(&out, "index %s..%s\n", oldSHA, newSHA)
		}
		if c.Binary {
			fmt.Fprintf(&out, "Binary files %s and %s differ\n", oldName, newName)
		} else if c.Patch != "" {
			fmt.Fprintf(&out, "--- %s\n+++ %s\n%s\n", oldName, newName, c.Patch)
		}
	}
	return out.String()
}
