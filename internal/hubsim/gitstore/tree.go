package gitstore

import (
	"bytes"
	"fmt"
	"path"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// Entry is an entry of a tree.
type Entry struct {
	Path string // from where the listing began, with slashes
	Mode string // one of the Mode constants
	Type string // TypeBlob, TypeTree, or TypeCommit for a submodule
	SHA  string
	Size int64 // bytes of a blob, 0 for others
}

// Name is the last element of the path.
func (e Entry) Name() string { return path.Base(e.Path) }

// emptyTree is the hash of the tree without entries, which git knows without storing it.
const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

func (r *Repo) entries(sha string) ([]object.TreeEntry, error) {
	if sha == emptyTree {
		return nil, nil
	}
	t, err := r.tree(sha)
	if err != nil {
		return nil, err
	}
	return t.Entries, nil
}

func (r *Repo) tree(sha string) (*object.Tree, error) {
	o, err := r.raw(plumbing.TreeObject, sha)
	if err != nil {
		return nil, err
	}
	t, err := object.DecodeTree(r.objects, o)
	if err != nil {
		return nil, fmt.Errorf("read tree %s: %w", sha, err)
	}
	return t, nil
}

// Tree lists a tree, in git's order. Recursive listings have the folders, too, each before its content.
func (r *Repo) Tree(sha string, recursive bool) ([]Entry, error) {
	var out []Entry
	err := r.walk(sha, "", func(e Entry) bool {
		out = append(out, e)
		return recursive
	})
	return out, err
}

// walk visits the entries of a tree; visit says whether to go into a folder.
func (r *Repo) walk(sha, prefix string, visit func(Entry) bool) error {
	list, err := r.entries(sha)
	if err != nil {
		return err
	}
	for i := range list {
		e := r.entry(prefix, &list[i])
		if visit(e) && e.Type == TypeTree {
			if err := r.walk(e.SHA, e.Path+"/", visit); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *Repo) entry(prefix string, te *object.TreeEntry) Entry {
	e := Entry{Path: prefix + te.Name, SHA: te.Hash.String(), Type: TypeBlob, Mode: fmt.Sprintf("%06o", uint32(te.Mode))}
	switch te.Mode {
	case filemode.Dir:
		e.Type = TypeTree
	case filemode.Submodule:
		e.Type = TypeCommit
	default:
		if o, err := r.objects.EncodedObject(plumbing.BlobObject, te.Hash); err == nil {
			e.Size = o.Size()
		}
	}
	return e
}

// Lookup finds one path in a tree; "" is the tree itself.
func (r *Repo) Lookup(tree, name string) (Entry, error) {
	at := Entry{Mode: ModeDir, Type: TypeTree, SHA: tree}
	if name == "" {
		return at, nil
	}
	for part := range strings.SplitSeq(name, "/") {
		if at.Type != TypeTree {
			return Entry{}, fmt.Errorf("path %s: %w", name, ErrNotFound)
		}
		list, err := r.entries(at.SHA)
		if err != nil {
			return Entry{}, err
		}
		i := sort.Search(len(list), func(i int) bool { return treeOrder(&list[i]) >= part })
		found := false
		for ; i < len(list) && strings.HasPrefix(list[i].Name, part); i++ { // a folder sorts as if it ended in a slash
			if list[i].Name == part {
				at, found = r.entry("", &list[i]), true
				break
			}
		}
		if !found {
			return Entry{}, fmt.Errorf("path %s: %w", name, ErrNotFound)
		}
	}
	at.Path = name
	return at, nil
}

// treeOrder is the key by which git sorts a tree.
func treeOrder(e *object.TreeEntry) string {
	if e.Mode == filemode.Dir {
		return e.Name + "/"
	}
	return e.Name
}

// ReadFile returns a file of a commit (symbolic links give their target), and its entry.
func (r *Repo) ReadFile(commit, name string) ([]byte, Entry, error) {
	c, err := r.commit(commit)
	if err != nil {
		return nil, Entry{}, err
	}
	e, err := r.Lookup(c.Tree, name)
	if err != nil {
		return nil, Entry{}, err
	}
	if e.Type != TypeBlob {
		return nil, e, fmt.Errorf("%s is a %s, not a file: %w", name, e.Type, ErrInvalid)
	}
	content, err := r.Blob(e.SHA)
	return content, e, err
}

// Edit changes one path of a tree.
type Edit struct {
	Path string
	// Mode is the new mode; empty keeps that of the file, or is ModeFile for a new one.
	Mode string
	// SHA is what the path shall hold: a blob, a tree (with ModeDir) or any commit (with ModeSubmodule).
	// Empty removes the path, or, with Content, stores that first.
	SHA string
	// Content is the new content of the file, if SHA is empty and Content is not nil.
	Content []byte
}

// Remove says whether the edit takes the path away.
func (e *Edit) Remove() bool { return e.SHA == "" && e.Content == nil }

// ValidPath says whether a path may stand in a tree: relative, clean, UTF-8, not inside .git.
func ValidPath(p string) bool {
	if p == "" || len(p) > 4096 || !utf8.ValidString(p) || strings.ContainsRune(p, 0) {
		return false
	}
	for part := range strings.SplitSeq(p, "/") {
		if part == "" || part == "." || part == ".." || strings.EqualFold(part, ".git") {
			return false
		}
	}
	return true
}

// WriteTree applies edits to a base tree (empty: none) and returns the hash of the result. Folders come and go
// with their files; a file put where a folder is replaces it, and the other way round. Removing what is not there is ErrNotFound.
func (r *Repo) WriteTree(base string, edits []Edit) (string, error) {
	root := newFolder(base)
	for i := range edits {
		e := &edits[i]
		if !ValidPath(e.Path) {
			return "", fmt.Errorf("path %q: %w", e.Path, ErrInvalid)
		}
		if err := r.apply(root, e); err != nil {
			return "", fmt.Errorf("edit %s: %w", e.Path, err)
		}
	}
	return r.writeFolder(root)
}

// folder is a tree being edited. Its entries are read when it is first looked into.
type folder struct {
	sha    string // of the stored tree it began as, "" for a new one
	loaded bool
	files  map[string]object.TreeEntry
	dirs   map[string]*folder
}

func newFolder(sha string) *folder { return &folder{sha: sha} }

func (r *Repo) load(f *folder) error {
	if f.loaded {
		return nil
	}
	f.loaded, f.files, f.dirs = true, map[string]object.TreeEntry{}, map[string]*folder{}
	if f.sha == "" {
		return nil
	}
	list, err := r.entries(f.sha)
	if err != nil {
		return err
	}
	for _, e := range list {
		if e.Mode == filemode.Dir {
			f.dirs[e.Name] = newFolder(e.Hash.String())
		} else {
			f.files[e.Name] = e
		}
	}
	return nil
}

func (r *Repo) apply(at *folder, e *Edit) error {
	dir, name := path.Split(e.Path)
	for part := range strings.SplitSeq(strings.TrimSuffix(dir, "/"), "/") {
		if err := r.load(at); err != nil {
			return err
		}
		if part == "" {
			continue
		}
		next := at.dirs[part]
		if next == nil {
			if e.Remove() {
				return ErrNotFound
			}
			next = newFolder("")
			delete(at.files, part)
			at.dirs[part] = next
		}
		at = next
	}
	if err := r.load(at); err != nil {
		return err
	}
	return r.put(at, name, e)
}

// put changes one name of a folder.
func (r *Repo) put(at *folder, name string, e *Edit) error {
	old, isFile := at.files[name]
	_, isDir := at.dirs[name]
	if e.Remove() {
		if !isFile && !isDir {
			return ErrNotFound
		}
		delete(at.files, name)
		delete(at.dirs, name)
		return nil
	}
	mode := filemode.Regular
	if isFile && old.Mode.IsFile() {
		mode = old.Mode
	}
	if e.Mode != "" {
		m, err := filemode.New(e.Mode)
		if err != nil {
			return fmt.Errorf("mode %q: %w", e.Mode, ErrInvalid)
		}
		mode = m
	}
	sha, err := r.editTarget(e, mode)
	if err != nil {
		return err
	}
	delete(at.files, name)
	delete(at.dirs, name)
	if mode == filemode.Dir {
		at.dirs[name] = newFolder(sha)
		return nil
	}
	at.files[name] = object.TreeEntry{Name: name, Mode: mode, Hash: plumbing.NewHash(sha)}
	return nil
}

// editTarget stores an edit's content if it has some, and checks that its target is of the kind its mode asks for.
func (r *Repo) editTarget(e *Edit, mode filemode.FileMode) (string, error) {
	if e.SHA == "" {
		return r.WriteBlob(e.Content)
	}
	want := TypeBlob
	switch mode {
	case filemode.Dir:
		want = TypeTree
	case filemode.Submodule:
		if !IsHash(e.SHA) { // the commit is in another repository
			return "", fmt.Errorf("commit %q: %w", e.SHA, ErrInvalid)
		}
		return e.SHA, nil
	case filemode.Regular, filemode.Executable, filemode.Symlink:
	default:
		return "", fmt.Errorf("mode %o: %w", uint32(mode), ErrInvalid)
	}
	got, err := r.ObjectType(e.SHA)
	if err != nil {
		return "", err
	}
	if got != want {
		return "", fmt.Errorf("%s is a %s, not a %s: %w", e.SHA, got, want, ErrInvalid)
	}
	return e.SHA, nil
}

// writeFolder stores a folder and everything under it that was looked into. Empty folders vanish, save the root.
func (r *Repo) writeFolder(f *folder) (string, error) {
	if !f.loaded && f.sha != "" {
		return f.sha, nil
	}
	var t object.Tree
	for _, e := range f.files {
		t.Entries = append(t.Entries, e)
	}
	for name, sub := range f.dirs {
		sha, err := r.writeFolder(sub)
		if err != nil {
			return "", err
		}
		if sha == emptyTree {
			continue
		}
		t.Entries = append(t.Entries, object.TreeEntry{Name: name, Mode: filemode.Dir, Hash: plumbing.NewHash(sha)})
	}
	sort.Slice(t.Entries, func(i, j int) bool { return treeOrder(&t.Entries[i]) < treeOrder(&t.Entries[j]) })
	o := r.objects.NewEncodedObject()
	if err := t.Encode(o); err != nil {
		return "", fmt.Errorf("write tree: %w", err)
	}
	return r.store(o)
}

// IsBinary says whether content is shown as binary: git's own rule, a NUL byte in the first 8,000.
func IsBinary(content []byte) bool {
	n := min(len(content), 8000)
	return bytes.IndexByte(content[:n], 0) >= 0
}
