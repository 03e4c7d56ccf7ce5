// Package gitstore is a real git repository in memory: blobs, trees, commits, tags and references with the hashes
// that git itself would give them, and on top of them what a forge does with a repository: commits made of file
// edits, listings, logs, comparisons with renames and patches, and merges.
//
// It knows nothing of HTTP, of people or of permissions, never touches the disk or the network, and does not read
// the clock: every time comes from the caller. Hashes are lower-case hexadecimal strings of 40 digits. A Repo is
// not safe for use by several goroutines at once; repositories made by Fork share their objects and count as one.
package gitstore

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/memory"
)

// Errors that callers branch on. They are wrapped with what was looked for.
var (
	ErrNotFound       = errors.New("not found in the repository")
	ErrExists         = errors.New("already exists")
	ErrNotFastForward = errors.New("not a fast forward")
	ErrMoved          = errors.New("the reference has moved")
	ErrInvalid        = errors.New("not valid in git")
	ErrNoCommonBase   = errors.New("no common ancestor")
	ErrNothingToDo    = errors.New("nothing to commit")
)

// Types of objects, as git names them.
const (
	TypeBlob   = "blob"
	TypeTree   = "tree"
	TypeCommit = "commit"
	TypeTag    = "tag"
)

// Modes of tree entries, as GitHub writes them.
const (
	ModeFile       = "100644"
	ModeExecutable = "100755"
	ModeSymlink    = "120000"
	ModeDir        = "040000"
	ModeSubmodule  = "160000"
)

// Signature says who made a commit or tag, and when.
type Signature struct {
	Name, Email string
	When        time.Time
}

// Commit is a commit object.
type Commit struct {
	SHA       string
	Tree      string
	Parents   []string
	Author    Signature
	Committer Signature
	Message   string
}

// Tag is an annotated tag object.
type Tag struct {
	SHA        string
	Name       string
	Target     string
	TargetType string
	Tagger     Signature
	Message    string
}

// Repo is one repository. The zero value is not usable; New makes an empty one.
type Repo struct {
	objects *memory.ObjectStorage
	commits map[string]*Commit // parsed commits: they never change
	refs    map[string]string  // full reference name → hash
}

// New returns an empty repository: no objects, no references.
func New() *Repo {
	return &Repo{
		objects: &memory.NewStorage().ObjectStorage,
		commits: map[string]*Commit{},
		refs:    map[string]string{},
	}
}

// Fork returns a repository with the same references that shares its objects with r for ever, as forks on GitHub do:
// a commit pushed to one can be read by its hash in the other.
func (r *Repo) Fork() *Repo {
	f := &Repo{objects: r.objects, commits: r.commits, refs: make(map[string]string, len(r.refs))}
	for name, sha := range r.refs {
		f.refs[name] = sha
	}
	return f
}

// IsHash says whether s is a full hash as this package writes it.
func IsHash(s string) bool {
	return len(s) == 40 && isHex(s)
}

func isHex(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func hashOf(sha string) (plumbing.Hash, error) {
	if !IsHash(sha) {
		return plumbing.ZeroHash, fmt.Errorf("%q is no hash: %w", sha, ErrNotFound)
	}
	return plumbing.NewHash(sha), nil
}

// raw returns an object of a kind, or of any kind.
func (r *Repo) raw(kind plumbing.ObjectType, sha string) (plumbing.EncodedObject, error) {
	h, err := hashOf(sha)
	if err != nil {
		return nil, err
	}
	o, err := r.objects.EncodedObject(kind, h)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", kind, sha, ErrNotFound)
	}
	return o, nil
}

// ObjectType returns the type of an object: TypeBlob, TypeTree, TypeCommit or TypeTag.
func (r *Repo) ObjectType(sha string) (string, error) {
	o, err := r.raw(plumbing.AnyObject, sha)
	if err != nil {
		return "", err
	}
	return o.Type().String(), nil
}

// WriteBlob stores the content of a file and returns its hash. Writing the same content again is free.
func (r *Repo) WriteBlob(content []byte) (string, error) {
	o := r.objects.NewEncodedObject()
	o.SetType(plumbing.BlobObject)
	w, err := o.Writer()
	if err != nil {
		return "", fmt.Errorf("write blob: %w", err)
	}
	if _, err := w.Write(content); err != nil {
		return "", fmt.Errorf("write blob: %w", err)
	}
	return r.store(o)
}

// store keeps a new object. One that is there already is left as it is.
func (r *Repo) store(o plumbing.EncodedObject) (string, error) {
	h := o.Hash()
	if r.objects.HasEncodedObject(h) == nil {
		return h.String(), nil
	}
	if _, err := r.objects.SetEncodedObject(o); err != nil {
		return "", fmt.Errorf("store %s: %w", o.Type(), err)
	}
	return h.String(), nil
}

// Blob returns the content of a file. The caller may keep and change it.
func (r *Repo) Blob(sha string) ([]byte, error) {
	o, err := r.raw(plumbing.BlobObject, sha)
	if err != nil {
		return nil, err
	}
	rd, err := o.Reader()
	if err != nil {
		return nil, fmt.Errorf("read blob %s: %w", sha, err)
	}
	content, err := io.ReadAll(rd)
	if err != nil {
		return nil, fmt.Errorf("read blob %s: %w", sha, err)
	}
	return content, rd.Close()
}

// BlobSize returns the size of a file in bytes.
func (r *Repo) BlobSize(sha string) (int64, error) {
	o, err := r.raw(plumbing.BlobObject, sha)
	if err != nil {
		return 0, err
	}
	return o.Size(), nil
}

// WriteCommit stores a commit and returns it with its hash; c.SHA is ignored. The tree and the parents must exist.
func (r *Repo) WriteCommit(c Commit) (Commit, error) {
	if _, err := r.raw(plumbing.TreeObject, c.Tree); err != nil {
		return Commit{}, fmt.Errorf("write commit: %w", err)
	}
	oc := &object.Commit{
		TreeHash:  plumbing.NewHash(c.Tree),
		Author:    gitSignature(c.Author),
		Committer: gitSignature(c.Committer),
		Message:   c.Message,
	}
	for _, p := range c.Parents {
		if _, err := r.raw(plumbing.CommitObject, p); err != nil {
			return Commit{}, fmt.Errorf("write commit: %w", err)
		}
		oc.ParentHashes = append(oc.ParentHashes, plumbing.NewHash(p))
	}
	o := r.objects.NewEncodedObject()
	if err := oc.Encode(o); err != nil {
		return Commit{}, fmt.Errorf("write commit: %w", err)
	}
	sha, err := r.store(o)
	if err != nil {
		return Commit{}, err
	}
	return r.Commit(sha)
}

// Commit reads a commit.
func (r *Repo) Commit(sha string) (Commit, error) {
	c, err := r.commit(sha)
	if err != nil {
		return Commit{}, err
	}
	return *c, nil
}

// commit is Commit without the copy; its result must not be changed.
func (r *Repo) commit(sha string) (*Commit, error) {
	if c := r.commits[sha]; c != nil {
		return c, nil
	}
	o, err := r.raw(plumbing.CommitObject, sha)
	if err != nil {
		return nil, err
	}
	var oc object.Commit
	if err := oc.Decode(o); err != nil {
		return nil, fmt.Errorf("read commit %s: %w", sha, err)
	}
	c := &Commit{
		SHA: sha, Tree: oc.TreeHash.String(), Message: oc.Message,
		Author: ownSignature(oc.Author), Committer: ownSignature(oc.Committer),
	}
	for _, p := range oc.ParentHashes {
		c.Parents = append(c.Parents, p.String())
	}
	r.commits[sha] = c
	return c, nil
}

// WriteTag stores an annotated tag object and returns it with its hash; t.SHA and t.TargetType are ignored.
func (r *Repo) WriteTag(t Tag) (Tag, error) {
	target, err := r.raw(plumbing.AnyObject, t.Target)
	if err != nil {
		return Tag{}, fmt.Errorf("write tag: %w", err)
	}
	ot := &object.Tag{
		Name: t.Name, Message: t.Message, Tagger: gitSignature(t.Tagger),
		Target: target.Hash(), TargetType: target.Type(),
	}
	o := r.objects.NewEncodedObject()
	if err := ot.Encode(o); err != nil {
		return Tag{}, fmt.Errorf("write tag: %w", err)
	}
	sha, err := r.store(o)
	if err != nil {
		return Tag{}, err
	}
	return r.Tag(sha)
}

// Tag reads an annotated tag object.
func (r *Repo) Tag(sha string) (Tag, error) {
	o, err := r.raw(plumbing.TagObject, sha)
	if err != nil {
		return Tag{}, err
	}
	var ot object.Tag
	if err := ot.Decode(o); err != nil {
		return Tag{}, fmt.Errorf("read tag %s: %w", sha, err)
	}
	return Tag{
		SHA: sha, Name: ot.Name, Message: ot.Message, Tagger: ownSignature(ot.Tagger),
		Target: ot.Target.String(), TargetType: ot.TargetType.String(),
	}, nil
}

func gitSignature(s Signature) object.Signature {
	return object.Signature{Name: s.Name, Email: s.Email, When: s.When}
}

func ownSignature(s object.Signature) Signature {
	return Signature{Name: s.Name, Email: s.Email, When: s.When}
}
