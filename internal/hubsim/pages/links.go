package pages

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// namePattern finds what may be a mention of a person or team, or a reference to an issue. What stands before and
// after a find is looked at by hand.
var namePattern = regexp.MustCompile(`@([A-Za-z0-9](?:[A-Za-z0-9-]{0,38}))(?:/([A-Za-z0-9][A-Za-z0-9_-]{0,99}))?` +
	`|((?:[A-Za-z0-9][A-Za-z0-9-]{0,38})/[A-Za-z0-9._-]{1,100})?#([0-9]{1,9})`)

// linkText puts links into a text node for the people and issues that it names and that exist.
func (w *walker) linkText(n *html.Node) {
	s := n.Data
	if strings.IndexByte(s, '@') < 0 && strings.IndexByte(s, '#') < 0 {
		return
	}
	from := 0
	for _, m := range namePattern.FindAllStringSubmatchIndex(s, -1) {
		if !standsAlone(s, m[0], m[1]) {
			continue
		}
		link := w.linkFor(s, m)
		if link == nil {
			continue
		}
		if m[0] > from {
			n.Parent.InsertBefore(&html.Node{Type: html.TextNode, Data: s[from:m[0]]}, n)
		}
		n.Parent.InsertBefore(link, n)
		from = m[1]
	}
	n.Data = s[from:]
}

// standsAlone says whether neither side of s[from:to] belongs to the same word or address.
func standsAlone(s string, from, to int) bool {
	if from > 0 && (wordByte(s[from-1]) || strings.IndexByte("@#/&`.-", s[from-1]) >= 0) {
		return false
	}
	after := strings.TrimLeft(s[to:], ".")
	return after == "" || !wordByte(after[0]) && (after[0] != '/' || len(after) != len(s)-to)
}

// wordByte says what GitHub takes for part of a word here: ASCII only.
func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// linkFor makes the link for one find; nil if there is nobody and nothing of that name.
func (w *walker) linkFor(s string, m []int) *html.Node {
	part := func(i int) string {
		if m[2*i] < 0 {
			return ""
		}
		return s[m[2*i]:m[2*i+1]]
	}
	whole := part(0)
	if name := part(1); name != "" {
		if team := part(2); team != "" {
			name += "/" + team
		}
		if w.links.Account == nil {
			return nil
		}
		href, known := w.links.Account(name)
		if !known {
			return nil
		}
		return newLink(href, "mention", "", whole)
	}
	repo, number := part(3), part(4)
	if repo == "" {
		repo = w.links.Repo
	}
	nr, err := strconv.Atoi(number)
	if err != nil || w.links.Issue == nil {
		return nil
	}
	ref, known := w.links.Issue(repo, nr)
	if !known {
		return nil
	}
	return newLink(ref.Path(), "", ref.Title, whole)
}

func newLink(href, class, title, label string) *html.Node {
	a := &html.Node{Type: html.ElementNode, Data: "a", DataAtom: atom.A}
	setAttr(a, "href", href)
	if class != "" {
		setAttr(a, "class", class)
	}
	if title != "" {
		setAttr(a, "title", title)
	}
	a.AppendChild(&html.Node{Type: html.TextNode, Data: label})
	return a
}

var issuePath = regexp.MustCompile(`^/([^/]+/[^/]+)/(?:issues|pull)/([0-9]{1,9})$`)

// shorten shows a bare address of one of the simulator's own issues as #12, as GitHub does.
func (w *walker) shorten(a *html.Node) {
	only := a.FirstChild
	if only == nil || only.NextSibling != nil || only.Type != html.TextNode || w.links.BaseURL == "" || w.links.Issue == nil {
		return
	}
	href := attr(a, "href")
	rest, ours := strings.CutPrefix(href, w.links.BaseURL)
	if !ours || only.Data != href {
		return
	}
	u, err := url.Parse(rest)
	if err != nil {
		return
	}
	m := issuePath.FindStringSubmatch(u.Path)
	if m == nil {
		return
	}
	number, _ := strconv.Atoi(m[2]) // digits only
	ref, known := w.links.Issue(m[1], number)
	if !known {
		return
	}
	only.Data = "#" + m[2]
	if !strings.EqualFold(m[1], w.links.Repo) {
		only.Data = m[1] + "#" + m[2]
	}
	if strings.HasPrefix(u.Fragment, "issuecomment-") {
		only.Data += " (comment)"
	}
	setAttr(a, "title", ref.Title)
}
