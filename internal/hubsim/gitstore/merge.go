package gitstore

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// ConflictError says that two sides changed the same thing in different ways.
type ConflictError struct {
	Paths []string // sorted
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("merge conflict in %s", strings.Join(e.Paths, ", "))
}

// MergeTree merges commit theirs into commit ours and returns the tree of the result, writing no commit. Files are
// merged path by path, and line by line where both sides changed one; renames are not followed. The error is a
// *ConflictError where the sides contradict each other. Commits without a common ancestor merge as if it were empty.
func (r *Repo) MergeTree(ours, theirs string) (string, error) {
	base, err := r.MergeBase(ours, theirs)
	if err != nil && !errors.Is(err, ErrNoCommonBase) {
		return "", err
	}
	return r.merge3(base, ours, theirs)
}

// merge3 merges the trees of two commits with that of a third as their common base, empty for none.
func (r *Repo) merge3(base, ours, theirs string) (string, error) {
	var trees [3]string
	for i, sha := range []string{base, ours, theirs} {
		t, err := r.treeOf(sha)
		if err != nil {
			return "", err
		}
		trees[i] = t
	}
	m := merger{repo: r}
	tree, err := m.dir(trees[0], trees[1], trees[2], "")
	if err != nil {
		return "", err
	}
	if len(m.conflicts) > 0 {
		slices.Sort(m.conflicts)
		return "", &ConflictError{Paths: m.conflicts}
	}
	if tree == "" {
		return r.WriteTree("", nil)
	}
	return tree, nil
}

// merger merges trees and collects what it cannot merge.
type merger struct {
	repo      *Repo
	conflicts []string
}

// dir merges folders, given by the hashes of their trees, empty for none. The result is empty if nothing is left.
func (m *merger) dir(base, ours, theirs, prefix string) (string, error) {
	if ours == theirs || base == theirs {
		return ours, nil
	}
	if base == ours {
		return theirs, nil
	}
	var levels [3]map[string]Entry
	names := map[string]bool{}
	for i, sha := range []string{base, ours, theirs} {
		l, err := m.repo.level(sha)
		if err != nil {
			return "", err
		}
		levels[i] = l
		for n := range l {
			names[n] = true
		}
	}
	var t object.Tree
	for n := range names {
		e, err := m.entry(levels[0][n], levels[1][n], levels[2][n], prefix+n)
		if err != nil {
			return "", err
		}
		if e.SHA == "" {
			continue
		}
		mode, err := filemode.New(e.Mode)
		if err != nil {
			return "", fmt.Errorf("mode of %s: %w", prefix+n, err)
		}
		t.Entries = append(t.Entries, object.TreeEntry{Name: n, Mode: mode, Hash: plumbing.NewHash(e.SHA)})
	}
	if len(t.Entries) == 0 {
		return "", nil
	}
	slices.SortFunc(t.Entries, func(a, b object.TreeEntry) int { return strings.Compare(treeOrder(&a), treeOrder(&b)) })
	o := m.repo.objects.NewEncodedObject()
	if err := t.Encode(o); err != nil {
		return "", fmt.Errorf("write merged tree: %w", err)
	}
	return m.repo.store(o)
}

func same(a, b Entry) bool { return a.SHA == b.SHA && a.Mode == b.Mode }

// entry merges what stands under one name; the zero Entry is nothing.
func (m *merger) entry(base, ours, theirs Entry, path string) (Entry, error) {
	switch {
	case same(ours, theirs), same(base, theirs):
		return ours, nil
	case same(base, ours):
		return theirs, nil
	}
	dirs, files := 0, 0
	for _, e := range []Entry{base, ours, theirs} {
		if e.Type == TypeTree {
			dirs++
		} else if e.SHA != "" {
			files++
		}
	}
	switch {
	case files == 0:
		sha, err := m.dir(base.SHA, ours.SHA, theirs.SHA, path+"/")
		return Entry{Type: TypeTree, Mode: ModeDir, SHA: sha}, err
	case dirs > 0 || files < 3 || !plain(base) || !plain(ours) || !plain(theirs):
		// A file against a folder, against its removal or against another new file.
		m.conflicts = append(m.conflicts, path)
		return ours, nil
	}
	return m.file(base, ours, theirs, path)
}

// plain says whether an entry is a file whose lines can be merged.
func plain(e Entry) bool { return e.Mode == ModeFile || e.Mode == ModeExecutable }

func (m *merger) file(base, ours, theirs Entry, path string) (Entry, error) {
	var texts [3][]byte
	for i, e := range []Entry{base, ours, theirs} {
		content, err := m.repo.Blob(e.SHA)
		if err != nil {
			return Entry{}, err
		}
		texts[i] = content
	}
	out := ours
	if ours.Mode == base.Mode {
		out.Mode = theirs.Mode
	}
	switch {
	case ours.SHA == theirs.SHA || base.SHA == theirs.SHA:
		return out, nil
	case base.SHA == ours.SHA:
		out.SHA = theirs.SHA
		return out, nil
	}
	merged, ok := mergeLines(texts[0], texts[1], texts[2])
	if !ok || IsBinary(texts[0]) || IsBinary(texts[1]) || IsBinary(texts[2]) {
		m.conflicts = append(m.conflicts, path)
		return ours, nil
	}
	sha, err := m.repo.WriteBlob(merged)
	out.SHA = sha
	return out, err
}

// Merge makes a merge commit of two commits: its first parent is ours, its second theirs. No branch is moved.
func (r *Repo) Merge(ours, theirs string, author, committer Signature, message string) (Commit, error) {
	tree, err := r.MergeTree(ours, theirs)
	if err != nil {
		return Commit{}, err
	}
	return r.WriteCommit(Commit{
		Tree: tree, Parents: []string{ours, theirs}, Author: author, Committer: committer, Message: message,
	})
}

// Squash makes one commit on top of ours that brings in everything of theirs. No branch is moved.
func (r *Repo) Squash(ours, theirs string, author, committer Signature, message string) (Commit, error) {
	tree, err := r.MergeTree(ours, theirs)
	if err != nil {
		return Commit{}, err
	}
	return r.WriteCommit(Commit{
		Tree: tree, Parents: []string{ours}, Author: author, Committer: committer, Message: message,
	})
}

// Rebase makes the commits that are in theirs and not in ours anew on top of ours, and returns the newest. As on
// GitHub, merge commits are left out, authors stay and the committer is who rebases. No branch is moved.
func (r *Repo) Rebase(ours, theirs string, committer Signature) (Commit, error) {
	cmp, err := r.Compare(ours, theirs)
	if err != nil {
		return Commit{}, err
	}
	tip, err := r.Commit(ours)
	if err != nil {
		return Commit{}, err
	}
	for _, c := range cmp.Ahead {
		if len(c.Parents) != 1 {
			continue
		}
		tree, err := r.merge3(c.Parents[0], tip.SHA, c.SHA)
		if err != nil {
			return Commit{}, err
		}
		if tree == tip.Tree {
			continue // what it did is there already
		}
		tip, err = r.WriteCommit(Commit{
			Tree: tree, Parents: []string{tip.SHA}, Author: c.Author, Committer: committer, Message: c.Message,
		})
		if err != nil {
			return Commit{}, err
		}
	}
	return tip, nil
}
