package gitstore

import (
	"errors"
	"fmt"
)

// NewCommit says what to commit to a branch.
type NewCommit struct {
	Branch    string // short name
	Edits     []Edit
	Author    Signature
	Committer Signature // zero: the author
	Message   string
	// Expect, if not empty, is where the branch must be now; else the answer is ErrMoved.
	Expect string
	// AllowEmpty permits a commit that changes nothing.
	AllowEmpty bool
}

// CommitFiles writes the edits as one commit on a branch and moves it. A branch that does not exist yet begins with
// this commit, without a parent. A commit that would change nothing is ErrNothingToDo.
func (r *Repo) CommitFiles(n NewCommit) (Commit, error) {
	c := Commit{Author: n.Author, Committer: n.Committer, Message: n.Message}
	if c.Committer == (Signature{}) {
		c.Committer = c.Author
	}
	base := ""
	head, err := r.Branch(n.Branch)
	switch {
	case errors.Is(err, ErrNotFound):
		if !ValidRef(HeadsPrefix + n.Branch) {
			return Commit{}, fmt.Errorf("branch name %q: %w", n.Branch, ErrInvalid)
		}
	case err != nil:
		return Commit{}, err
	default:
		parent, err := r.commit(head)
		if err != nil {
			return Commit{}, err
		}
		base, c.Parents = parent.Tree, []string{head}
	}
	if n.Expect != "" && n.Expect != head {
		return Commit{}, fmt.Errorf("branch %s is at %s: %w", n.Branch, head, ErrMoved)
	}
	c.Tree, err = r.WriteTree(base, n.Edits)
	if err != nil {
		return Commit{}, err
	}
	if c.Tree == base && !n.AllowEmpty {
		return Commit{}, fmt.Errorf("commit to %s: %w", n.Branch, ErrNothingToDo)
	}
	done, err := r.WriteCommit(c)
	if err != nil {
		return Commit{}, err
	}
	return done, r.point(HeadsPrefix+n.Branch, done.SHA)
}
