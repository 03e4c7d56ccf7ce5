package metrics

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// SetTarget writes a target into the table of a section, in the row that Named finds, and leaves every other
// byte as it is. It returns the new section with the cell as it was and as it is now; when the row says
// already what is asked, the section is the same and so are the two. The row may be wrong before, in its target
// too. The error is a Problem: there is no such row, the target is none, or the line is written in a way that
// only a person should touch.
func SetTarget(section, name, target string, o Options) (edited, before, after string, err error) {
	p, t := open(section, o)
	if t == nil {
		return "", "", "", slices.Concat(p.problems, []Problem{p.noTable()})[0]
	}
	row, err := Named(p.named(t), name, o.Lang)
	if err != nil {
		return "", "", "", err
	}
	at := p.at[colTarget]
	cells := t.Rows[row.Number-1].Cells
	p.num, p.line, p.cells, p.problems = row.Number, row.Line, cells, nil
	before = p.cell(colTarget)
	typ := pick(p, colType, p.o.DefaultType, whyType, types, typeNames, typeMore)
	p.cells, p.problems = slices.Clone(cells), nil
	p.cells[at].Text = target
	parsed := p.target(typ)
	if len(p.problems) > 0 {
		return "", "", "", p.problems[0]
	}
	if old, fault := parseTarget(before, o.Lang); fault == targetOK && old.canonical() == parsed.canonical() {
		return section, before, before, nil
	}
	after = parsed.cell(o.Lang)
	edited, ok := replaceCell(section, row.Line, at, after)
	if !ok || !onlyCell(t, markdown.FirstTable(edited), row.Number-1, at, after) {
		return "", "", "", Problem{Row: row.Number, Line: row.Line, Why: say(o.Lang, whyByHand), Fix: say(o.Lang, fixByHand, after), Column: p.title(colTarget), Cell: before, lang: o.Lang}
	}
	return edited, before, after, nil
}

// cell is the target as it is written into a table: in signs, a trend in the language's word.
func (t Target) cell(lang lifecycle.Lang) string {
	if t.Trend != "" {
		return t.Words(lang)
	}
	return t.String()
}

var lineEnd = regexp.MustCompile(`\r\n|\n|\r`)

// replaceCell writes text into a cell of a line, counted from 1; false when there is no such line.
func replaceCell(section string, line, cell int, text string) (string, bool) {
	from := 0
	for n := 1; n < line; n++ {
		end := lineEnd.FindStringIndex(section[from:])
		if end == nil {
			return "", false
		}
		from += end[1]
	}
	to := len(section)
	if end := lineEnd.FindStringIndex(section[from:]); end != nil {
		to = from + end[0]
	}
	return section[:from] + setCell(section[from:to], cell, text) + section[to:], true
}

// setCell writes text into a cell of a table's line, counted from 0; cells that the line lacks are added.
func setCell(line string, cell int, text string) string {
	cells := cellsOf(line)
	if cell < len(cells) {
		c := cells[cell]
		inner := line[c[0]:c[1]]
		trimmed := strings.TrimSpace(inner)
		if trimmed == "" {
			return line[:c[0]] + " " + text + " " + line[c[1]:]
		}
		i := strings.Index(inner, trimmed)
		return line[:c[0]+i] + text + line[c[0]+i+len(trimmed):]
	}
	line = strings.TrimRightFunc(line, unicode.IsSpace)
	if !strings.HasSuffix(line, "|") {
		line += " |"
	}
	return line + strings.Repeat(" |", cell-len(cells)) + " " + text + " |"
}

// cellsOf is where the cells of a table's line begin and end, the bars not counted.
func cellsOf(line string) [][2]int {
	start := len(line) - len(strings.TrimLeft(line, " \t"))
	if strings.HasPrefix(line[start:], "|") {
		start++
	}
	var out [][2]int
	for i := start; i < len(line); i++ {
		if line[i] == '|' && (i == 0 || line[i-1] != '\\') {
			out = append(out, [2]int{start, i})
			start = i + 1
		}
	}
	if strings.TrimSpace(line[start:]) != "" {
		out = append(out, [2]int{start, len(line)})
	}
	return out
}

// onlyCell reports whether the tables differ in one cell only, which now has the text.
func onlyCell(before, after *markdown.Table, row, cell int, text string) bool {
	same := func(a, b markdown.TableRow) bool { return a.Line == b.Line && slices.Equal(a.Cells, b.Cells) }
	if after == nil || len(before.Rows) != len(after.Rows) || !same(before.Header, after.Header) {
		return false
	}
	for i := range before.Rows {
		a, b := before.Rows[i], after.Rows[i]
		if i == row {
			if cell >= len(b.Cells) || b.Cells[cell].Text != text {
				return false
			}
			b.Cells = slices.Clone(b.Cells)
			b.Cells[cell] = a.Cells[cell]
		}
		if !same(a, b) {
			return false
		}
	}
	return true
}
