package markdown

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// Section is one answer of an issue form.
type Section[K ~string] struct {
	Key   K
	Title string // the heading as written
	Body  string // the Markdown below it, white space around it taken off
	Line  int    // of the heading, from 1
}

// Sections reads the answers of an issue form. A section opens with a "### Title" line at the top level
// of the document whose text is a key of titles (compared by Fold), and lasts until the next such line.
// Several titles may name one key; the first section of a key wins, later ones are left out. All
// other headings belong to the answer they stand in.
func Sections[K ~string](body string, titles map[string]K) []Section[K] {
	d := parse(body)
	var out []Section[K]
	for _, a := range answers(d, titles) {
		out = append(out, Section[K]{Key: a.key, Title: a.title, Body: strings.TrimSpace(d.lines(a.from, a.until)), Line: a.from})
	}
	return out
}

// answer is where a section stands: the lines from, counted from 0, up to, not including, until are
// below its heading.
type answer[K ~string] struct {
	key         K
	title       string
	from, until int
}

func answers[K ~string](d *document, titles map[string]K) []answer[K] {
	folded := make(map[string]K, len(titles))
	for t, k := range titles {
		folded[Fold(t)] = k
	}
	var out []answer[K]
	seen := map[K]bool{}
	open := -1 // index in out of the section being read; -1 when it is a repeated one
	closeAt := func(line int) {
		if open >= 0 {
			out[open].until = line
		}
	}
	for _, b := range d.blocks {
		if b.kind != heading || b.level != 3 || b.nested || len(b.segs) == 0 {
			continue
		}
		title, _ := d.text(b)
		key, known := folded[Fold(title)]
		if !known {
			continue
		}
		line := d.line(b.segs[0].Start)
		closeAt(line)
		open = -1
		if !seen[key] {
			seen[key], open = true, len(out)
			out = append(out, answer[K]{key: key, title: strings.TrimSpace(title), from: line + 1})
		}
	}
	closeAt(len(d.starts))
	return out
}

// Task is an item of a task list.
type Task struct {
	Checked bool
	Text    string // what follows the box on its line, plain
	Line    int    // from 1
}

var taskBox = regexp.MustCompile(`^\[([ xX])\][ \t]+(\S.*)`)

// Tasks lists the "- [ ]" items of a text in order, at any depth of lists, never those in code.
func Tasks(body string) []Task {
	d := parse(body)
	var out []Task
	for _, b := range d.blocks {
		if b.kind != paragraph || !b.first || len(b.segs) == 0 {
			continue
		}
		if _, ok := b.node.Parent().(*ast.ListItem); !ok {
			continue
		}
		seg := b.segs[0]
		m := taskBox.FindStringSubmatch(strings.TrimRight(string(d.src[seg.Start:seg.Stop]), "\n"))
		if m != nil {
			out = append(out, Task{m[1] != " ", Plain(m[2]), d.line(seg.Start) + 1})
		}
	}
	return out
}
