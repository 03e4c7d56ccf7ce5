package markdown

import (
	htmlpkg "html"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	"golang.org/x/text/unicode/norm"
)

// inlineLimit is how many bytes of running text are parsed in one piece, since goldmark's inline parser
// takes time with the square of the length; longer pieces are taken as they are.
const inlineLimit = 1000

// newInlineParser makes a parser that knows nothing but one paragraph with inline formatting.
var newInlineParser = sync.OnceValue(func() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(util.Prioritized(parser.NewParagraphParser(), 1000)),
		parser.WithInlineParsers(append(parser.DefaultInlineParsers(),
			util.Prioritized(extension.NewStrikethroughParser(), 500))...))
})

// Plain is the inline text s as a reader sees it: formatting marks and HTML taken off, escapes and
// entities resolved, links by their text, line ends as spaces, without characters of no width. Very long
// texts keep their formatting marks.
func Plain(s string) string {
	return strings.TrimSpace(dropInvisible(flatten(s, false)))
}

func dropInvisible(s string) string {
	return strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, s)
}

// flatten renders inline text plain. With all, what changes the meaning but not the letters stays:
// destinations of links, strike-through, tags other than comments.
func flatten(s string, all bool) string {
	if !strings.ContainsAny(s, "\\`*_&<[!~\n") {
		return s
	}
	if len(s) > inlineLimit {
		return strings.ReplaceAll(s, "\n", " ")
	}
	src := []byte(strings.TrimSpace(s))
	f := flattener{src: src, all: all}
	f.children(newInlineParser().Parse(text.NewReader(src)))
	return f.out.String()
}

type flattener struct {
	src []byte
	all bool
	out strings.Builder
}

func (f *flattener) children(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		f.node(c)
	}
}

func (f *flattener) node(n ast.Node) {
	switch n := n.(type) {
	case *ast.Text:
		s := string(n.Segment.Value(f.src))
		if !n.IsRaw() {
			s = unescape(s)
		}
		f.out.WriteString(s)
		if n.SoftLineBreak() || n.HardLineBreak() {
			f.out.WriteByte(' ')
		}
	case *ast.String:
		f.out.Write(n.Value)
	case *ast.AutoLink:
		f.out.Write(n.Label(f.src))
	case *ast.RawHTML:
		f.rawHTML(n)
	case *ast.Link:
		f.children(n)
		f.destination(n.Destination, n.Title)
	case *ast.Image:
		f.children(n)
		f.destination(n.Destination, n.Title)
	case *east.Strikethrough:
		f.mark("~~")
		f.children(n)
		f.mark("~~")
	default:
		f.children(n)
	}
}

func (f *flattener) mark(s string) {
	if f.all {
		f.out.WriteString(s)
	}
}

func (f *flattener) destination(dest, title []byte) {
	if f.all {
		f.out.WriteString(" (" + string(dest) + " " + string(title) + ")")
	}
}

var lineBreakTag = regexp.MustCompile(`(?i)^<br\s*/?>$`)

func (f *flattener) rawHTML(n *ast.RawHTML) {
	var sb strings.Builder
	for _, seg := range n.Segments.Sliced(0, n.Segments.Len()) {
		sb.Write(seg.Value(f.src))
	}
	switch tag := sb.String(); {
	case lineBreakTag.MatchString(tag):
		f.out.WriteByte(' ')
	case f.all && !strings.HasPrefix(tag, "<!--"):
		f.out.WriteString(tag)
	}
}

var entity = regexp.MustCompile(`^&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{0,31});`)

// unescape resolves backslash escapes and entities.
func unescape(s string) string {
	if !strings.ContainsAny(s, `\&`) {
		return s
	}
	var sb strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && isPunct(s[i+1]) {
			i++
			sb.WriteByte(s[i])
			continue
		}
		if s[i] == '&' {
			if e := entity.FindString(s[i:min(len(s), i+40)]); e != "" {
				sb.WriteString(htmlpkg.UnescapeString(e))
				i += len(e) - 1
				continue
			}
		}
		sb.WriteByte(s[i])
	}
	return sb.String()
}

// Fold is how headings and column titles are compared: plain, lower case, without accents (composed
// or not), white space collapsed, and without a closing "?", ":" or "*".
func Fold(s string) string {
	s = norm.NFD.String(strings.ToLower(Plain(s)))
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	return strings.TrimRight(s, " ?:*")
}

// invisible reports whether r takes no room and has no meaning: what the escapers put in, and its kin.
func invisible(r rune) bool {
	switch r {
	case '\u200b', '\u2060', '\ufeff', '\u00ad':
		return true
	}
	return r >= 0xE0000 && r <= 0xE007F // tags
}
