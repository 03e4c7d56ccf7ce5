package pages

import (
	"bytes"
	"io"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// markAttr is the attribute by which the renderer tells walkHTML what it made itself: a key that no writer of a
// text knows, and the classes the element gets. An element of raw HTML never gets a class.
const markAttr = "data-made-here"

// walker goes once through the tree of a rendered text.
type walker struct {
	key   string
	links Links
}

// walkHTML parses rendered Markdown, so that every element is closed, drops comments and whatever could pose as
// part of the page, links mentions and references, and writes it out again. The result is not yet sanitised.
func (m *Markup) walkHTML(r io.Reader, l Links) ([]byte, error) {
	root := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := html.ParseFragment(r, root)
	if err != nil {
		return nil, err
	}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	w := &walker{key: m.key, links: l}
	w.children(root, scope{})
	var out bytes.Buffer
	for c := root.FirstChild; c != nil; c = c.NextSibling {
		if err := html.Render(&out, c); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// scope is what a node stands in.
type scope struct {
	verbatim bool // code: nothing is linked
	link     bool
}

func (w *walker) children(n *html.Node, in scope) {
	var next *html.Node
	for c := n.FirstChild; c != nil; c = next {
		next = c.NextSibling
		switch c.Type {
		case html.TextNode:
			if !in.verbatim && !in.link {
				w.linkText(c)
			}
		case html.ElementNode:
			w.element(c, in)
		default:
			n.RemoveChild(c)
		}
	}
}

func (w *walker) element(n *html.Node, in scope) {
	class := w.attributes(n)
	switch n.DataAtom {
	case atom.Img, atom.Image:
		replaceImage(n, in.link)
		return
	case atom.Input:
		if class == "" {
			n.Parent.RemoveChild(n)
			return
		}
	case atom.Code, atom.Tt, atom.Samp, atom.Kbd:
		in.verbatim = true
	case atom.Pre:
		in.verbatim = true
		setAttr(n, "tabindex", "0")
	case atom.A:
		in.link = true
		w.shorten(n)
	}
	w.children(n, in)
	if n.DataAtom == atom.Table && n.Parent != nil {
		wrap(n, "table-scroll", "Table")
	}
	if class != "" {
		setAttr(n, "class", class)
	}
}

// attributes drops the attributes that only the page itself may set and returns the classes the renderer asked for.
func (w *walker) attributes(n *html.Node) (class string) {
	kept := n.Attr[:0]
	made := ""
	for _, a := range n.Attr {
		if a.Key == markAttr {
			made = a.Val
		}
	}
	key, class, _ := strings.Cut(made, " ")
	if key != w.key {
		class = ""
	}
	for _, a := range n.Attr {
		switch {
		case a.Key == "id" && strings.HasPrefix(a.Val, "md-"):
		case a.Key == "aria-label" && class != "":
		case a.Key == "class", a.Key == "id", a.Key == "style", a.Key == "role", a.Key == "tabindex", a.Key == "name",
			strings.HasPrefix(a.Key, "aria-"), strings.HasPrefix(a.Key, "data-"):
			continue
		}
		kept = append(kept, a)
	}
	n.Attr = kept
	return class
}

// replaceImage puts a link in the place of an image: the pages load nothing from elsewhere.
func replaceImage(n *html.Node, inLink bool) {
	alt := strings.TrimSpace(attr(n, "alt"))
	if alt == "" {
		alt = "without description"
	}
	tag, at := "a", atom.A
	if inLink {
		tag, at = "span", atom.Span
	}
	link := &html.Node{Type: html.ElementNode, Data: tag, DataAtom: at}
	setAttr(link, "class", "image-link")
	if src := attr(n, "src"); src != "" && !inLink {
		setAttr(link, "href", src)
	}
	link.AppendChild(&html.Node{Type: html.TextNode, Data: "Image: " + alt})
	n.Parent.InsertBefore(link, n)
	n.Parent.RemoveChild(n)
}

// wrap puts an element into a box that scrolls by itself, so that a wide table does not widen the page.
func wrap(n *html.Node, class, label string) {
	box := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	setAttr(box, "class", class)
	setAttr(box, "role", "group")
	setAttr(box, "aria-label", label)
	setAttr(box, "tabindex", "0")
	n.Parent.InsertBefore(box, n)
	n.Parent.RemoveChild(n)
	box.AppendChild(n)
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func setAttr(n *html.Node, key, value string) {
	for i := range n.Attr {
		if n.Attr[i].Key == key {
			n.Attr[i].Val = value
			return
		}
	}
	n.Attr = append(n.Attr, html.Attribute{Key: key, Val: value})
}
