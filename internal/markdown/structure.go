package markdown

import (
	"bytes"
	"sort"
	"strings"
	"sync"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// blockKind says what a leaf of the block tree holds.
type blockKind uint8

const (
	paragraph  blockKind = iota // running text, also that of a list item
	heading                     // "#" heading or underlined one
	tableCell                   // one cell of a table
	code                        // fenced or indented code
	html                        // an HTML block, comments included
	definition                  // a link reference definition, which GitHub does not show
)

// block is one leaf of the block tree, in document order.
type block struct {
	kind   blockKind
	level  int  // of a heading, 1 to 6
	nested bool // inside a quote or a list
	quoted bool // inside a quote
	first  bool // first child of a list item
	node   ast.Node
	segs   []text.Segment // its lines, without quote and list markers
}

// document is a parsed text: its source with line ends made "\n", and its leaf blocks.
type document struct {
	src    []byte
	starts []int // offset of each line
	blocks []block
}

// newBlockParser makes goldmark's block parser, with tables and without inline parsing.
var newBlockParser = sync.OnceValue(func() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		parser.WithParagraphTransformers(
			util.Prioritized(parser.LinkReferenceParagraphTransformer, 100),
			util.Prioritized(extension.NewTableParagraphTransformer(), 200)))
})

// clean caps s and makes its line ends "\n" and its bytes valid UTF-8 without NUL.
func clean(s string) string {
	if len(s) > MaxBody {
		n := 0
		for i := range s {
			if n++; n > MaxBody {
				s = s[:i]
				break
			}
		}
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	return lineEnds.Replace(s)
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "\uFFFD")

// parse reads s into its leaf blocks.
func parse(s string) *document {
	d := &document{src: []byte(clean(s)), starts: []int{0}}
	for i, c := range d.src {
		if c == '\n' && i+1 < len(d.src) {
			d.starts = append(d.starts, i+1)
		}
	}
	shadow := guard(d.src)
	root := newBlockParser().Parse(text.NewReader(shadow))
	d.walk(root, false, false)
	return d
}

// walk collects the leaf blocks below n. guard bounds the depth of the recursion.
func (d *document) walk(n ast.Node, nested, quoted bool) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		b := block{node: c, nested: nested, quoted: quoted}
		_, item := n.(*ast.ListItem)
		b.first = item && c.PreviousSibling() == nil
		switch c := c.(type) {
		case *ast.Blockquote:
			d.walk(c, true, true)
			continue
		case *ast.List:
			d.walk(c, true, quoted)
			continue
		case *east.Table, *east.TableHeader, *east.TableRow, *ast.ListItem:
			d.walk(c, nested, quoted)
			continue
		case *ast.Paragraph, *ast.TextBlock:
			b.kind = paragraph
		case *ast.Heading:
			b.kind, b.level = heading, c.Level
		case *east.TableCell:
			b.kind = tableCell
		case *ast.CodeBlock, *ast.FencedCodeBlock:
			b.kind = code
		case *ast.HTMLBlock:
			b.kind = html
		case *ast.LinkReferenceDefinition:
			b.kind = definition
		default:
			continue // thematic breaks have no text
		}
		b.segs = append(b.segs, c.Lines().Sliced(0, c.Lines().Len())...)
		if h, ok := c.(*ast.HTMLBlock); ok && h.HasClosure() {
			b.segs = append(b.segs, h.ClosureLine)
		}
		d.blocks = append(d.blocks, b)
	}
}

// text is the block's lines joined, and the offset at which each begins.
func (d *document) text(b block) (string, []int) {
	var sb strings.Builder
	starts := make([]int, 0, len(b.segs))
	for i, s := range b.segs {
		if i > 0 && sb.Len() > 0 && d.src[b.segs[i-1].Stop-1] != '\n' {
			sb.WriteByte('\n')
		}
		starts = append(starts, sb.Len())
		sb.Write(d.src[s.Start:s.Stop])
	}
	return sb.String(), starts
}

// line is the index, from 0, of the line that holds the offset.
func (d *document) line(offset int) int {
	return sort.Search(len(d.starts), func(i int) bool { return d.starts[i] > offset }) - 1
}

// lines is the source from line a up to, not including, line b.
func (d *document) lines(a, b int) string {
	if a >= b || a >= len(d.starts) {
		return ""
	}
	end := len(d.src)
	if b < len(d.starts) {
		end = d.starts[b]
	}
	return string(d.src[d.starts[a]:end])
}

// Limits that keep goldmark's block parser linear. GitHub draws nothing readable beyond them.
const (
	maxDepth   = 12  // quote and list markers on one line
	maxIndent  = 48  // columns of indentation before a marker
	maxColumns = 64  // of a table
	maxCells   = 2e5 // columns of a table times the lines of the text
	maxHTML    = 512 // bytes looked at in search of one HTML tag
)

// guard returns src, or a copy of the same length in which the markers that nest too deep and the
// delimiter rows that make too wide a table are made plain text. Offsets stay valid.
func guard(src []byte) []byte {
	out, copied := src, false
	columns := min(maxColumns, int(maxCells)/(bytes.Count(src, []byte{'\n'})+1))
	put := func(i int) {
		if !copied {
			out, copied = append([]byte(nil), src...), true
		}
		out[i] = 'x'
	}
	for start := 0; start < len(src); {
		end := start
		for end < len(src) && src[end] != '\n' {
			end++
		}
		if i := deepMarker(src[start:end]); i >= 0 {
			put(start + i)
		}
		if i := wideDelimiter(src[start:end], columns); i >= 0 {
			put(start + i)
		}
		start = end + 1
	}
	return out
}

// deepMarker is the position of the first quote or list marker of the line that nests deeper than the
// limits, or -1. A line of a thematic break is none.
func deepMarker(line []byte) int {
	depth, column := 0, 0
	for i := 0; i < len(line); {
		switch c := line[i]; {
		case c == ' ':
			column++
			i++
		case c == '\t':
			column += 4 - column%4
			i++
		default:
			n := markerLen(line[i:])
			if n == 0 || isBreak(line[i:]) {
				return -1
			}
			if depth++; depth > maxDepth || column > maxIndent {
				return i
			}
			i += n
			column += n
		}
	}
	return -1
}

// markerLen is the length of the quote or list marker at the start of s, or 0.
func markerLen(s []byte) int {
	ends := func(i int) bool { return i >= len(s) || s[i] == ' ' || s[i] == '\t' }
	switch c := s[0]; {
	case c == '>':
		return 1
	case c == '-' || c == '*' || c == '+':
		if ends(1) {
			return 1
		}
	case c >= '0' && c <= '9':
		i := 1
		for i < len(s) && i < 10 && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		if i < len(s) && (s[i] == '.' || s[i] == ')') && ends(i+1) {
			return i + 1
		}
	}
	return 0
}

// isBreak reports whether s is a thematic break such as "- - -". Asked once a line, as soon as it is
// true the scan ends, and it fails at the first other character.
func isBreak(s []byte) bool {
	if s[0] != '-' && s[0] != '*' {
		return false
	}
	n := 0
	for _, c := range s {
		switch c {
		case s[0]:
			n++
		case ' ', '\t':
		default:
			return false
		}
	}
	return n >= 3
}

// wideDelimiter is the position of the first dash of a line that would make a table of more than
// the given number of columns, or -1.
func wideDelimiter(line []byte, columns int) int {
	dash, bars := -1, 0
	for i, c := range line {
		switch c {
		case '-':
			if dash < 0 {
				dash = i
			}
		case '|':
			bars++
		case ' ', '\t', ':':
		default:
			return -1
		}
	}
	if dash < 0 || bars <= columns+1 {
		return -1
	}
	return dash
}
