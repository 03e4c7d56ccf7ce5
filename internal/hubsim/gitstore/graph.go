package gitstore

import (
	"container/heap"
	"fmt"
	"slices"
	"time"
)

// ancestors returns a commit and everything it descends from.
func (r *Repo) ancestors(sha string) (map[string]*Commit, error) {
	set := map[string]*Commit{}
	for todo := []string{sha}; len(todo) > 0; {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if set[at] != nil {
			continue
		}
		c, err := r.commit(at)
		if err != nil {
			return nil, err
		}
		set[at] = c
		todo = append(todo, c.Parents...)
	}
	return set, nil
}

// IsAncestor says whether a commit is an ancestor of another, or the same.
func (r *Repo) IsAncestor(ancestor, of string) (bool, error) {
	if _, err := r.commit(ancestor); err != nil {
		return false, err
	}
	set, err := r.ancestors(of)
	return set[ancestor] != nil, err
}

// MergeBase returns the best common ancestor of two commits: one that is no ancestor of another common one. Of
// several (criss-cross merges) it is the newest. Commits without one are ErrNoCommonBase.
func (r *Repo) MergeBase(a, b string) (string, error) {
	of, err := r.ancestors(a)
	if err != nil {
		return "", err
	}
	with, err := r.ancestors(b)
	if err != nil {
		return "", err
	}
	base := bestCommon(of, with)
	if base == nil {
		return "", fmt.Errorf("%s and %s: %w", a, b, ErrNoCommonBase)
	}
	return base.SHA, nil
}

func bestCommon(a, b map[string]*Commit) *Commit {
	older := map[string]bool{} // common commits that another common one descends from
	for sha, c := range a {
		if b[sha] != nil {
			for _, p := range c.Parents {
				older[p] = true
			}
		}
	}
	var best *Commit
	for sha, c := range a {
		if b[sha] != nil && !older[sha] && (best == nil || newer(c, best)) {
			best = c
		}
	}
	return best
}

// newer orders commits by their committer's time, then by hash so that the order is always the same.
func newer(a, b *Commit) bool {
	if !a.Committer.When.Equal(b.Committer.When) {
		return a.Committer.When.After(b.Committer.When)
	}
	return a.SHA > b.SHA
}

// Comparison is how two commits relate.
type Comparison struct {
	Base, Head, MergeBase string
	// Ahead commits are in head and not in base, the oldest first. Behind is how many are in base and not in head.
	Ahead  []Commit
	Behind int
}

// Status is the comparison in GitHub's words.
func (c *Comparison) Status() string {
	switch {
	case len(c.Ahead) > 0 && c.Behind > 0:
		return "diverged"
	case len(c.Ahead) > 0:
		return "ahead"
	case c.Behind > 0:
		return "behind"
	}
	return "identical"
}

// Compare relates two commits.
func (r *Repo) Compare(base, head string) (*Comparison, error) {
	in, err := r.ancestors(base)
	if err != nil {
		return nil, err
	}
	out, err := r.ancestors(head)
	if err != nil {
		return nil, err
	}
	common := bestCommon(in, out)
	if common == nil {
		return nil, fmt.Errorf("compare %s with %s: %w", base, head, ErrNoCommonBase)
	}
	cmp := &Comparison{Base: base, Head: head, MergeBase: common.SHA}
	for sha := range in {
		if out[sha] == nil {
			cmp.Behind++
		}
	}
	for sha := range in {
		delete(out, sha)
	}
	cmp.Ahead = inOrder(out, func(c *Commit) []string { return c.Parents })
	slices.Reverse(cmp.Ahead)
	return cmp, nil
}

// queue is a heap of commits, the newest first.
type queue []*Commit

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return newer(q[i], q[j]) }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(*Commit)) }
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// inOrder lists a set the newest first and never a parent before its child, even at the same second.
func inOrder(set map[string]*Commit, parents func(*Commit) []string) []Commit {
	children := map[string]int{}
	for _, c := range set {
		for _, p := range parents(c) {
			children[p]++
		}
	}
	var q queue
	for sha, c := range set {
		if children[sha] == 0 {
			q = append(q, c)
		}
	}
	heap.Init(&q)
	out := make([]Commit, 0, len(set))
	for q.Len() > 0 {
		c := heap.Pop(&q).(*Commit)
		out = append(out, *c)
		for _, p := range parents(c) {
			if children[p]--; children[p] == 0 && set[p] != nil {
				heap.Push(&q, set[p])
			}
		}
	}
	return out
}

// LogOptions narrow a log. Zero values narrow nothing.
type LogOptions struct {
	Path         string    // only commits that changed this file or folder
	Since, Until time.Time // by the committer's time, both inclusive
}

// Log lists the history of a commit, the newest first. With a path, history is simplified as git-log(1) does: of a
// merge that agrees with one parent about the path, only that parent is followed.
func (r *Repo) Log(head string, o LogOptions) ([]Commit, error) {
	parents := func(c *Commit) []string { return c.Parents }
	keep := func(*Commit) bool { return true }
	set := map[string]*Commit{}
	var failed error
	if o.Path != "" {
		simple := map[string]pathStep{}
		step := func(c *Commit) pathStep {
			s, known := simple[c.SHA]
			if !known {
				var err error
				if s, err = r.pathStep(c, o.Path); err != nil && failed == nil {
					failed = err
				}
				simple[c.SHA] = s
			}
			return s
		}
		parents = func(c *Commit) []string { return step(c).parents }
		keep = func(c *Commit) bool { return step(c).changed }
	}
	for todo := []string{head}; len(todo) > 0; {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if set[at] != nil {
			continue
		}
		c, err := r.commit(at)
		if err != nil {
			return nil, err
		}
		set[at] = c
		todo = append(todo, parents(c)...)
	}
	list := slices.DeleteFunc(inOrder(set, parents), func(c Commit) bool {
		when := c.Committer.When
		return !keep(&c) || !o.Since.IsZero() && when.Before(o.Since) || !o.Until.IsZero() && when.After(o.Until)
	})
	return list, failed
}

// pathStep is what a commit did to a path, and which parents its history goes on with.
type pathStep struct {
	changed bool
	parents []string
}

func (r *Repo) pathStep(c *Commit, path string) (pathStep, error) {
	here := r.fileID(c.Tree, path)
	if len(c.Parents) == 0 {
		return pathStep{changed: here != ""}, nil
	}
	for _, p := range c.Parents {
		pc, err := r.commit(p)
		if err != nil {
			return pathStep{}, err
		}
		if r.fileID(pc.Tree, path) == here {
			return pathStep{parents: []string{p}}, nil
		}
	}
	return pathStep{changed: true, parents: c.Parents}, nil
}

// fileID is what stands at a path, empty for nothing.
func (r *Repo) fileID(tree, path string) string {
	e, err := r.Lookup(tree, path)
	if err != nil {
		return ""
	}
	return e.Mode + e.SHA
}
