package engine

import (
	"cmp"
	"fmt"
)

// KeyKind says what sort of object a Key names.
type KeyKind string

// The objects that are reconciled one at a time.
const (
	IssueKey            KeyKind = "issue"
	PullKey             KeyKind = "pull"
	RepositoryKey       KeyKind = "repository"
	MergeGroupKey       KeyKind = "merge-group"
	DeploymentReviewKey KeyKind = "deployment-review"
)

// Key names one reconcilable object. Two events with equal keys ask for the same look.
type Key struct {
	Installation int64 // 0 where there is none: the Action, a personal token
	Owner, Repo  string
	Kind         KeyKind
	Number       int    // issue or pull request; 0 otherwise
	Ref          string // merge group's head, deployment's ref, see also PageKey and IntoKey; "" otherwise
}

// String is the key in one line, for logs and as a key in the inbox: equal keys, equal strings.
func (k Key) String() string {
	s := fmt.Sprintf("%d/%s/%s/%s", k.Installation, k.Owner, k.Repo, k.Kind)
	if k.Number != 0 {
		s += fmt.Sprintf("/%d", k.Number)
	}
	if k.Ref != "" {
		s += "/" + k.Ref
	}
	return s
}

// FullName is "owner/repo".
func (k Key) FullName() string { return k.Owner + "/" + k.Repo }

// Issue is the key of another issue of the same repository.
func (k Key) Issue(number int) Key {
	return Key{Installation: k.Installation, Owner: k.Owner, Repo: k.Repo, Kind: IssueKey, Number: number}
}

// Repository is the key of k's repository.
func (k Key) Repository() Key {
	return Key{Installation: k.Installation, Owner: k.Owner, Repo: k.Repo, Kind: RepositoryKey}
}

// Compare orders keys, so that several can be locked without a deadlock.
func (k Key) Compare(l Key) int {
	return cmp.Or(cmp.Compare(k.Installation, l.Installation), cmp.Compare(k.Owner, l.Owner), cmp.Compare(k.Repo, l.Repo),
		cmp.Compare(k.Kind, l.Kind), cmp.Compare(k.Number, l.Number), cmp.Compare(k.Ref, l.Ref))
}
