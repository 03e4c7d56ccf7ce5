package markdown

import (
	"strings"

	"github.com/yuin/goldmark/ast"
)

// TableCell is one cell of a table.
type TableCell struct {
	Text string // plain: formatting, code marks and escapes taken off
	Raw  string // as written, with `\|` made "|"
}

// TableRow is one line of a table. It has as many cells as the header.
type TableRow struct {
	Cells []TableCell
	Line  int // from 1
}

// Table is a table of a text.
type Table struct {
	Header TableRow
	Rows   []TableRow
}

// FirstTable reads the first table of a text that stands at its top level or in a list; nil when there is
// none. Tables in quotes are somebody else's words. A table of more than 64 columns is not one here.
func FirstTable(text string) *Table {
	d := parse(text)
	var t *Table
	var node, row ast.Node
	for _, b := range d.blocks {
		if b.kind != tableCell || quoted(b.node) {
			continue
		}
		r := b.node.Parent()
		if node == nil {
			node, t = r.Parent(), &Table{}
		}
		if r.Parent() != node {
			break
		}
		if r != row {
			row = r
			t.Rows = append(t.Rows, TableRow{Line: d.line(r.Pos()) + 1})
		}
		s, _ := d.text(b)
		s = unpipe(strings.TrimSpace(s))
		last := &t.Rows[len(t.Rows)-1]
		last.Cells = append(last.Cells, TableCell{Text: Plain(s), Raw: s})
	}
	if t != nil {
		t.Header, t.Rows = t.Rows[0], t.Rows[1:]
	}
	return t
}

func quoted(n ast.Node) bool {
	for ; n != nil; n = n.Parent() {
		if n.Kind() == ast.KindBlockquote {
			return true
		}
	}
	return false
}

// unpipe resolves the one escape a table has of its own, inside code too.
func unpipe(s string) string { return strings.ReplaceAll(s, `\|`, "|") }
