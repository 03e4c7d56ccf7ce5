package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/phasegate/phasegate/templates"
)

// writer writes files below a repository's root. It leaves the root by no name and no link.
type writer struct {
	root  *os.Root
	force bool // replace what is there
}

// change is what became of a file.
type change string

const (
	wrote change = "wrote"
	same  change = "same"  // what is there does what it should
	kept  change = "kept"  // what is there is something else
	other change = "other" // GitHub would take another file for it, which lacks what is needed
)

// outcome is what became of a file. Path is where it stands: the other file's, where there is one.
type outcome struct {
	Change change
	Path   string
}

// keeps reports whether the file would be left as it is.
func (w writer) keeps(name string) bool {
	_, err := w.root.Lstat(filepath.FromSlash(name))
	return err == nil && !w.force
}

// write writes one file, unless that would overwrite another one against the will of who asked.
func (w writer) write(f templates.File) (outcome, error) {
	if twin := w.twin(f.Path); twin != "" {
		if w.namesDeliverable(twin) {
			return outcome{same, twin}, nil
		}
		return outcome{other, twin}, nil
	}
	name := filepath.FromSlash(f.Path)
	if err := w.root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return outcome{}, fmt.Errorf("make the folder of %s: %w", f.Path, err)
	}
	if there, err := w.root.ReadFile(name); err == nil && bytes.Equal(there, f.Content) {
		return outcome{same, f.Path}, nil
	}
	err := w.create(name, f.Content)
	if errors.Is(err, fs.ErrExist) && !w.force {
		return outcome{kept, f.Path}, nil
	} else if errors.Is(err, fs.ErrExist) {
		err = w.replace(name, f.Content)
	}
	if err != nil {
		return outcome{}, fmt.Errorf("write %s: %w", f.Path, err)
	}
	return outcome{wrote, f.Path}, nil
}

// create writes a file that must not be there yet, whole or not at all.
func (w writer) create(name string, content []byte) error {
	f, err := w.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, w.root.Remove(name))
	}
	return nil
}

// replace puts a new file in the place of an old one. A link is replaced, not what it leads to.
func (w writer) replace(name string, content []byte) error {
	next := name + ".new"
	if err := w.create(next, content); err != nil {
		return err
	}
	if err := w.root.Rename(next, name); err != nil {
		return errors.Join(err, w.root.Remove(next))
	}
	return nil
}

// pullRequestHomes are the folders in which GitHub looks for a pull request template, in any case of
// letters. Source: https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/creating-a-pull-request-template-for-your-repository
var pullRequestHomes = []string{".github", ".", "docs"}

// twin is another pull request template that the repository has; "" for none, and for other files.
func (w writer) twin(name string) string {
	if name != templates.PullRequestFile {
		return ""
	}
	for _, home := range pullRequestHomes {
		entries, err := fs.ReadDir(w.root.FS(), home)
		if err != nil {
			continue // a folder that is not there has no template
		}
		for _, e := range entries {
			found := path.Join(home, e.Name())
			if strings.EqualFold(e.Name(), path.Base(name)) && found != name {
				return found
			}
		}
	}
	return ""
}

var namesDeliverable = regexp.MustCompile(`(?im)^[ \t]*(?:deliverable|entrega)[ \t]*:`)

// namesDeliverable reports whether the pull request template asks for the deliverable already.
func (w writer) namesDeliverable(name string) bool {
	text, err := w.root.ReadFile(filepath.FromSlash(name))
	return err == nil && namesDeliverable.Match(text)
}
