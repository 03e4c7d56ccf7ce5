package markdown

import (
	"regexp"
	"strings"
)

// Line is one line of running text.
type Line struct {
	Text  string // plain, as [Plain] gives it
	Prose string // the same with "\uFFFC" for each piece of code, and without what is struck through
}

// Lines lists the lines of a body's running text that are about something: whose source the pattern matches. Lines of
// paragraphs, headings and lists are; those in quotes, tables, code, HTML comments and HTML elements that fold, quote
// or list, and link definitions, are not.
func Lines(body string, about *regexp.Regexp) []Line {
	if !about.MatchString(body) {
		return nil
	}
	d := parse(body)
	var out []Line
	var open elements
	for _, b := range d.blocks {
		if b.quoted || b.kind == code || b.kind == definition {
			continue
		}
		s, starts := d.text(b)
		spans := scan(s, b.kind == html)
		for i, at := range starts {
			open.pass(s, &spans, at)
			if b.kind == html || b.kind == tableCell || open.any() || covered(spans, at) {
				continue
			}
			end := len(s)
			if i+1 < len(starts) {
				end = starts[i+1]
			}
			if about.MatchString(s[at:end]) {
				out = append(out, lineOf(s, at, end, spans))
			}
		}
		open.pass(s, &spans, len(s))
	}
	return out
}

var struck = regexp.MustCompile(`~~[^~]+~~`)

// lineOf is the text from one offset to another, of which the spans lie at or behind the first.
func lineOf(s string, at, end int, spans []span) Line {
	var text, prose strings.Builder
	for _, sp := range spans {
		if sp.start >= end {
			break
		}
		if sp.kind == linkTail {
			continue
		}
		text.WriteString(s[at:sp.start])
		prose.WriteString(s[at:sp.start])
		at = min(sp.end, end)
		if sp.kind == codeSpan {
			text.WriteString(s[sp.start:at])
			prose.WriteString("\uFFFC")
		} else { // HTML
			text.WriteByte(' ')
			prose.WriteByte(' ')
		}
	}
	text.WriteString(s[at:end])
	prose.WriteString(s[at:end])
	return Line{Plain(text.String()), Plain(struck.ReplaceAllString(prose.String(), " "))}
}
