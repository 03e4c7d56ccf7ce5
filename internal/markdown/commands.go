package markdown

import (
	"regexp"
	"strings"
	"unicode"
)

// MaxCommands is how many commands of one comment are read.
const MaxCommands = 10

// Command is one command line of a comment.
type Command struct {
	Name string // what follows the slash, lower case; closing punctuation is kept, as a near miss
	Args string // the rest of the line, trimmed
	Text string // the lines up to the next command line, as written, trimmed
	Line int    // from 1
}

// Rest is everything the command was given: the rest of its line and the text below it.
func (c Command) Rest() string {
	return strings.TrimSpace(c.Args + "\n" + c.Text)
}

// CommandList is what a comment orders.
type CommandList struct {
	Commands []Command // the first MaxCommands, in order
	Total    int       // how many command lines there are
}

// Truncated reports whether there were more commands than are read.
func (l CommandList) Truncated() bool { return l.Total > len(l.Commands) }

// Commands reads the command lines of a comment: lines of its running text, at most three spaces in,
// that start with "/" and a word of letters and hyphens which a space or the end of the line follows.
// Lines in quotes, lists, tables, code, HTML comments and HTML elements, and link definitions are
// none; nor is a path such as /usr/bin.
func Commands(body string) CommandList {
	d := parse(body)
	var list CommandList
	var open elements
	textFrom := 0 // line after the newest command
	flush := func(line int) {
		if n := list.Total; n > 0 && n <= MaxCommands {
			list.Commands[n-1].Text = strings.TrimSpace(d.lines(textFrom, line))
		}
	}
	for _, b := range d.blocks {
		if b.nested || b.kind == code || b.kind == definition {
			continue
		}
		s, starts := d.text(b)
		spans := scan(s, b.kind == html)
		for i, at := range starts {
			open.pass(s, &spans, at)
			if b.kind == html || b.kind == tableCell || open.any() || covered(spans, at) {
				continue
			}
			line := d.line(b.segs[i].Start)
			if !d.atLineStart(b.segs[i].Start, line) {
				continue
			}
			if c, ok := commandLine(s, at); ok {
				flush(line)
				textFrom = line + 1
				c.Line = line + 1
				if list.Total++; list.Total <= MaxCommands {
					list.Commands = append(list.Commands, c)
				}
			}
		}
		open.pass(s, &spans, len(s))
	}
	flush(len(d.starts))
	return list
}

// atLineStart reports whether only up to three spaces stand before the offset on its line.
func (d *document) atLineStart(offset, line int) bool {
	before := string(d.src[d.starts[line]:offset])
	return len(before) <= 3 && strings.Trim(before, " ") == ""
}

var commandPattern = regexp.MustCompile(`^/(\pL[\pL\pM-]{0,39}[.,;:!?]{0,3})(.*)$`)

// commandLine reads the line of s at offset at as a command.
func commandLine(s string, at int) (Command, bool) {
	if at >= len(s) || s[at] != '/' {
		return Command{}, false
	}
	line := s[at:]
	if i := strings.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	m := commandPattern.FindStringSubmatch(line)
	if m == nil {
		return Command{}, false
	}
	rest := []rune(m[2])
	if len(rest) > 0 && !unicode.IsSpace(rest[0]) {
		return Command{}, false
	}
	return Command{Name: strings.ToLower(m[1]), Args: strings.TrimSpace(m[2])}, true
}

// covered reports whether the offset lies inside one of the remaining spans, of which the first is
// the only one that can hold it.
func covered(spans []span, at int) bool {
	return len(spans) > 0 && spans[0].start < at && at < spans[0].end
}

// elements counts the HTML elements that are open at a place of the document. Words inside them are
// folded away, quoted or listed, so they are no command.
type elements map[string]int

var elementTag = regexp.MustCompile(`(?i)^<(/?)(details|blockquote|pre|ul|ol|dl|table|template)[\s/>]`)

// pass takes the spans that end at or before the offset off the list and notes what they open or close.
func (e *elements) pass(s string, spans *[]span, at int) {
	for len(*spans) > 0 && (*spans)[0].end <= at {
		sp := (*spans)[0]
		*spans = (*spans)[1:]
		if sp.kind != rawHTML {
			continue
		}
		m := elementTag.FindStringSubmatch(s[sp.start:sp.end])
		if m == nil {
			continue
		}
		if *e == nil {
			*e = elements{}
		}
		name := strings.ToLower(m[2])
		if m[1] == "" {
			(*e)[name]++
		} else if (*e)[name] > 0 {
			(*e)[name]--
		}
	}
}

func (e elements) any() bool {
	for _, n := range e {
		if n > 0 {
			return true
		}
	}
	return false
}
