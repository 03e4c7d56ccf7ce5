package engine

import (
	"context"
	"fmt"
	"strings"
)

// What a push to a base branch changes for the pull requests into it. No event about a pull request tells of that.

// What begins the Ref of a key that stands for the open pull requests into a branch; the rest is the branch. No
// commit's hash and no branch's name has a colon.
const (
	intoPrefix   = "into:"
	configPrefix = "config:" // the branch may have got another config, or another past
)

// IntoKey is the key of the open pull requests of k's repository into a branch that was pushed to; anew where its
// config may be another one now, or it was rewritten: then all of them are looked at.
func IntoKey(k Key, branch string, anew bool) Key {
	k = k.pull(0)
	k.Ref = intoPrefix + branch
	if anew {
		k.Ref = configPrefix + branch
	}
	return k
}

// Into is the branch of a key of [IntoKey]; false for any other key.
func (k Key) Into() (branch string, anew, ok bool) {
	if k.Kind != PullKey || k.Number != 0 {
		return "", false, false
	}
	if branch, ok = strings.CutPrefix(k.Ref, intoPrefix); ok {
		return branch, false, true
	}
	branch, ok = strings.CutPrefix(k.Ref, configPrefix)
	return branch, ok, ok
}

// Change is what a pull request changes, in figures. While its head stays where it is, a base branch that goes on
// can only take commits from it: where none went it is the same change. A base that was rewritten is not told by
// figures.
type Change struct {
	Head                                 string
	Commits, Files, Additions, Deletions int
}

// OpenPull is an open pull request and what it changes now.
type OpenPull struct {
	Number int
	Change Change
}

// planPullsInto has the open pull requests into a branch looked at whose change is not the one that was judged last,
// or that were not judged yet; all of them where the branch may have become another one.
func (r Reconciler) planPullsInto(ctx context.Context, key Key, branch string, anew bool) (Plan, error) {
	pulls, err := r.Hub.PullsInto(ctx, key, branch)
	if err != nil {
		return Plan{}, fmt.Errorf("list the pull requests into %s: %w", branch, err)
	}
	var plan Plan
	for _, p := range pulls {
		if k := key.pull(p.Number); anew || !r.Memory.judged(k, p.Change) {
			plan.Touch = append(plan.Touch, k)
		}
	}
	return plan, nil
}

// maxJudged is of how many pull requests it is kept what was judged; the others are looked at once more.
const maxJudged = 20_000

// judged reports whether this change of a pull request is the one that was judged last.
func (m *Memory) judged(key Key, change Change) bool {
	if m == nil {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	was, known := m.changes[key]
	return known && was == change
}

// judges notes what was judged once what follows from it stands on GitHub; of one that is closed, nothing.
func (m *Memory) judges(key Key, change Change) {
	if m == nil || key.Kind != PullKey || key.Number == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if change == (Change{}) {
		delete(m.changes, key)
		return
	}
	if len(m.changes) >= maxJudged {
		clear(m.changes)
	}
	m.changes[key] = change
}
