package pages

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"net/url"
	"path"
	"strings"
	"unicode/utf8"
)

// nodeView is a folder or file.
type nodeView struct {
	Node     Node
	Name     string
	Link     string // of the node itself
	Crumbs   []crumb
	Up       string // the folder above, empty at the top
	Entries  []entryView
	Lines    []codeLine
	Binary   bool
	Rendered bool // it can be shown as Markdown
	Plain    bool // its source was asked for
	HTML     template.HTML
}

type crumb struct{ Name, Link string }

type entryView struct {
	Entry
	Link string
}

type codeLine struct {
	N    int
	Text string
}

// node shows a folder or file. Where the name of the branch ends and the path begins is found by trying: a branch may
// have slashes in its name.
func (h *Handler) node(v *visit) error {
	v.tab = "files"
	rest := strings.Trim(v.r.PathValue("path"), "/")
	for i := 0; ; {
		next := strings.IndexByte(rest[i:], '/')
		ref, file := rest, ""
		if next >= 0 {
			ref, file = rest[:i+next], rest[i+next+1:]
		}
		n, err := h.hub.Path(v.ctx, v.at, ref, file)
		if err == nil {
			return h.showNode(v, n)
		}
		if next < 0 || !errors.Is(err, ErrNotFound) {
			return err
		}
		i += next + 1
	}
}

func (h *Handler) showNode(v *visit, n Node) error {
	d := nodeView{Node: n, Name: path.Base(n.Path), Plain: v.r.URL.Query().Get("plain") != ""}
	kind := "blob"
	if n.IsDir {
		kind = "tree"
	}
	at := func(kind, file string) string {
		return strings.TrimSuffix(fmt.Sprintf("%s/%s/%s/%s", v.repo.Path(), kind, escapePath(n.Ref), escapePath(file)), "/")
	}
	d.Link = at(kind, n.Path)
	d.crumbs(v.repo.Name, at)
	for _, e := range n.Entries {
		sub := "blob"
		if e.IsDir {
			sub = "tree"
		}
		d.Entries = append(d.Entries, entryView{Entry: e, Link: at(sub, path.Join(n.Path, e.Name))})
	}
	if !n.IsDir {
		d.content(h, v)
	}
	title := n.Path
	if title == "" {
		title = "Files"
	}
	return v.show("node", title, d)
}

// crumbs sets the way from the repository to the node.
func (d *nodeView) crumbs(repo string, at func(kind, file string) string) {
	parts := strings.Split(d.Node.Path, "/")
	if d.Node.Path == "" {
		d.Crumbs = []crumb{{Name: repo}}
		return
	}
	d.Crumbs = []crumb{{Name: repo, Link: at("tree", "")}}
	for i, p := range parts {
		c := crumb{Name: p}
		if i < len(parts)-1 {
			c.Link = at("tree", strings.Join(parts[:i+1], "/"))
		}
		d.Crumbs = append(d.Crumbs, c)
	}
	d.Up = d.Crumbs[len(d.Crumbs)-2].Link
}

// maxShown is the largest file in bytes that is shown.
const maxShown = 1 << 20

// content sets the lines of a file, and its rendering if it is Markdown.
func (d *nodeView) content(h *Handler, v *visit) {
	c := d.Node.Content
	if len(c) > maxShown || !utf8.Valid(c) || bytes.IndexByte(c, 0) >= 0 {
		d.Binary = true
		return
	}
	text := strings.TrimSuffix(strings.ReplaceAll(string(c), "\r\n", "\n"), "\n")
	for i, line := range strings.Split(text, "\n") {
		d.Lines = append(d.Lines, codeLine{N: i + 1, Text: line})
	}
	switch strings.ToLower(path.Ext(d.Name)) {
	case ".md", ".markdown":
		d.Rendered = true
		d.HTML = h.markup.Document(string(c), v.links("file"))
	}
}

// escapePath escapes each part of a path for an address.
func escapePath(p string) string {
	parts := strings.Split(p, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return strings.Join(parts, "/")
}
