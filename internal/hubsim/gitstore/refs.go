package gitstore

import (
	"fmt"
	"sort"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// Prefixes of reference names.
const (
	HeadsPrefix = "refs/heads/"
	TagsPrefix  = "refs/tags/"
)

// Ref is a reference and what it points to: a commit, or an annotated tag.
type Ref struct {
	Name string // in full: refs/heads/main
	SHA  string
	Type string // of the object it points to
}

// Ref reads a reference by its full name.
func (r *Repo) Ref(name string) (Ref, error) {
	sha, ok := r.refs[name]
	if !ok {
		return Ref{}, fmt.Errorf("reference %s: %w", name, ErrNotFound)
	}
	kind, err := r.ObjectType(sha)
	if err != nil {
		return Ref{}, err
	}
	return Ref{Name: name, SHA: sha, Type: kind}, nil
}

// Branch returns the hash of a branch's newest commit; name is short: main.
func (r *Repo) Branch(name string) (string, error) {
	ref, err := r.Ref(HeadsPrefix + name)
	return ref.SHA, err
}

// Refs lists the references whose full name begins with prefix, by name.
func (r *Repo) Refs(prefix string) []Ref {
	var out []Ref
	for name := range r.refs {
		if strings.HasPrefix(name, prefix) {
			if ref, err := r.Ref(name); err == nil { // a reference to a missing object cannot be made
				out = append(out, ref)
			}
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// CreateRef makes a reference. Its full name must be valid in git and new; a branch must point to a commit.
func (r *Repo) CreateRef(name, sha string) error {
	if !ValidRef(name) {
		return fmt.Errorf("reference name %q: %w", name, ErrInvalid)
	}
	if _, ok := r.refs[name]; ok {
		return fmt.Errorf("reference %s: %w", name, ErrExists)
	}
	for other := range r.refs { // git keeps references as files: a name cannot also be a folder
		if strings.HasPrefix(other, name+"/") || strings.HasPrefix(name, other+"/") {
			return fmt.Errorf("reference %s beside %s: %w", name, other, ErrInvalid)
		}
	}
	return r.point(name, sha)
}

// UpdateRef moves a reference that exists. Without force, the new commit must descend from the old one.
func (r *Repo) UpdateRef(name, sha string, force bool) error {
	old, ok := r.refs[name]
	if !ok {
		return fmt.Errorf("reference %s: %w", name, ErrNotFound)
	}
	if !force {
		if forward, err := r.IsAncestor(old, sha); err != nil || !forward {
			if _, missing := r.raw(plumbing.AnyObject, sha); missing != nil {
				return missing
			}
			return fmt.Errorf("move %s from %s to %s: %w", name, old, sha, ErrNotFastForward)
		}
	}
	return r.point(name, sha)
}

// SetRef makes a reference or moves it, whatever it pointed to.
func (r *Repo) SetRef(name, sha string) error {
	if !ValidRef(name) {
		return fmt.Errorf("reference name %q: %w", name, ErrInvalid)
	}
	return r.point(name, sha)
}

func (r *Repo) point(name, sha string) error {
	kind, err := r.ObjectType(sha)
	if err != nil {
		return err
	}
	if strings.HasPrefix(name, HeadsPrefix) && kind != TypeCommit {
		return fmt.Errorf("branch %s on a %s: %w", name, kind, ErrInvalid)
	}
	r.refs[name] = sha
	return nil
}

// DeleteRef removes a reference.
func (r *Repo) DeleteRef(name string) error {
	if _, ok := r.refs[name]; !ok {
		return fmt.Errorf("reference %s: %w", name, ErrNotFound)
	}
	delete(r.refs, name)
	return nil
}

// ValidRef says whether git takes a full reference name: refs/, a kind and a name, by git-check-ref-format(1).
func ValidRef(name string) bool {
	if len(name) > 255 || !strings.HasPrefix(name, "refs/") || strings.Count(name, "/") < 2 {
		return false
	}
	if strings.HasSuffix(name, ".") || strings.Contains(name, "..") || strings.Contains(name, "@{") ||
		strings.ContainsAny(name, " ~^:?*[\\\x7f") {
		return false
	}
	for _, part := range strings.Split(name, "/") {
		if part == "" || part == "@" || strings.HasPrefix(part, ".") || strings.HasPrefix(part, "-") || strings.HasSuffix(part, ".lock") {
			return false
		}
	}
	return strings.IndexFunc(name, func(c rune) bool { return c < 0x20 }) < 0
}

// Resolve finds the commit that a person means by rev: a branch, a tag (annotated ones are followed), a full
// reference name with or without refs/, a full hash, or at least 4 digits of one that are unambiguous.
func (r *Repo) Resolve(rev string) (string, error) {
	for _, name := range []string{HeadsPrefix + rev, TagsPrefix + rev, rev, "refs/" + rev} {
		if sha, ok := r.refs[name]; ok {
			return r.peel(sha)
		}
	}
	lower := strings.ToLower(rev)
	if IsHash(lower) {
		return r.peel(lower)
	}
	if len(lower) < 4 || !isHex(lower) {
		return "", fmt.Errorf("revision %q: %w", rev, ErrNotFound)
	}
	found := ""
	for h := range r.objects.Commits {
		if s := h.String(); strings.HasPrefix(s, lower) {
			if found != "" {
				return "", fmt.Errorf("revision %q is ambiguous: %w", rev, ErrNotFound)
			}
			found = s
		}
	}
	if found == "" {
		return "", fmt.Errorf("revision %q: %w", rev, ErrNotFound)
	}
	return found, nil
}

// peel follows annotated tags to the commit they name.
func (r *Repo) peel(sha string) (string, error) {
	for range 10 { // a tag may name a tag; git has no limit, nobody needs more
		kind, err := r.ObjectType(sha)
		if err != nil {
			return "", err
		}
		if kind == TypeCommit {
			return sha, nil
		}
		if kind != TypeTag {
			break
		}
		tag, err := r.Tag(sha)
		if err != nil {
			return "", err
		}
		sha = tag.Target
	}
	return "", fmt.Errorf("%s names no commit: %w", sha, ErrNotFound)
}
