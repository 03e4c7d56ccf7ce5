package markdown

import (
	"regexp"
	"strings"
)

// spanKind says what a span of running text is.
type spanKind uint8

const (
	codeSpan spanKind = iota // backticks included
	rawHTML                  // a tag, a comment, a declaration
	linkTail                 // destination and title of an inline link, parentheses included
)

// span is a part of a block's text that is not running text.
type span struct {
	start, end int
	kind       spanKind
}

// scanner finds the spans of one block's text in one pass, as CommonMark's rules order them:
// what starts first wins.
type scanner struct {
	s       string
	html    bool           // an HTML block: no code spans, links or escapes
	runs    map[int][]int  // starts of the backtick runs of each length, those behind removed
	missing map[string]int // closers that do not occur any more
	spans   []span
}

// scan returns the spans of s in order. For the text of an HTML block, inHTML is true.
func scan(s string, inHTML bool) []span {
	sc := &scanner{s: s, html: inHTML, missing: map[string]int{}}
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '<':
			i = sc.add(i, sc.htmlEnd(i), rawHTML)
		case inHTML:
			i++
		case c == '\\' && i+1 < len(s) && isPunct(s[i+1]):
			i += 2
		case c == '`':
			i = sc.backticks(i)
		case c == ']' && i+1 < len(s) && s[i+1] == '(':
			i = sc.add(i+1, linkTailEnd(s, i+1), linkTail)
		default:
			i++
		}
	}
	return sc.spans
}

// add records the span from start to end and returns where to go on; an end of 0 means none.
func (sc *scanner) add(start, end int, kind spanKind) int {
	if end <= start {
		return start + 1
	}
	sc.spans = append(sc.spans, span{start, end, kind})
	return end
}

// backticks takes the code span that opens at i, or steps over the run when none closes it.
func (sc *scanner) backticks(i int) int {
	if sc.runs == nil {
		sc.runs = backtickRuns(sc.s)
	}
	n := runLen(sc.s, i)
	starts := sc.runs[n]
	for len(starts) > 0 && starts[0] < i+n {
		starts = starts[1:]
	}
	sc.runs[n] = starts
	if len(starts) == 0 {
		return i + n
	}
	return sc.add(i, starts[0]+n, codeSpan)
}

func backtickRuns(s string) map[int][]int {
	runs := map[int][]int{}
	for i := 0; i < len(s); i++ {
		if s[i] == '`' {
			n := runLen(s, i)
			runs[n] = append(runs[n], i)
			i += n
		}
	}
	return runs
}

// runLen is how often the byte at i is repeated.
func runLen(s string, i int) int {
	n := 1
	for i+n < len(s) && s[i+n] == s[i] {
		n++
	}
	return n
}

// openTag and closeTag are CommonMark's; they are tried on maxHTML bytes only.
var (
	openTag  = regexp.MustCompile(`^<[A-Za-z][A-Za-z0-9-]*(?:\s+[A-Za-z_:][A-Za-z0-9:._-]*(?:\s*=\s*(?:[^\s"'=<>` + "`" + `]+|'[^']*'|"[^"]*"))?)*\s*/?>`)
	closeTag = regexp.MustCompile(`^</[A-Za-z][A-Za-z0-9-]*\s*>`)
)

// htmlEnd is where the HTML that begins at the '<' at i ends, or 0.
func (sc *scanner) htmlEnd(i int) int {
	rest := sc.s[i:]
	switch {
	case strings.HasPrefix(rest, "<!-->"):
		return i + 5
	case strings.HasPrefix(rest, "<!--->"):
		return i + 6
	case strings.HasPrefix(rest, "<!--"):
		return sc.until(i+4, "-->")
	case strings.HasPrefix(rest, "<?"):
		return sc.until(i+2, "?>")
	case strings.HasPrefix(rest, "<![CDATA["):
		return sc.until(i+9, "]]>")
	case len(rest) > 2 && rest[1] == '!' && isLetter(rest[2]):
		return sc.until(i+2, ">")
	case len(rest) > 2 && (isLetter(rest[1]) || rest[1] == '/'):
		rest = rest[:min(len(rest), maxHTML)]
		m := openTag.FindStringIndex(rest)
		if m == nil {
			m = closeTag.FindStringIndex(rest)
		}
		if m != nil {
			return i + m[1]
		}
	}
	return 0
}

// until is the end of the next closer at or after i, or 0. A closer once missing is not looked for again.
func (sc *scanner) until(i int, closer string) int {
	if _, gone := sc.missing[closer]; gone {
		return 0
	}
	n := strings.Index(sc.s[i:], closer)
	if n < 0 {
		sc.missing[closer] = i
		return 0
	}
	return i + n + len(closer)
}

var linkTailPattern = regexp.MustCompile(`^\(\s*(?:<[^<>\n]*>|[^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*)(?:\s+(?:"[^"]*"|'[^']*'|\([^()]*\)))?\s*\)`)

// linkTailEnd is where the destination that opens at the '(' at i closes, or 0.
func linkTailEnd(s string, i int) int {
	if m := linkTailPattern.FindStringIndex(s[i:min(len(s), i+maxHTML)]); m != nil {
		return i + m[1]
	}
	return 0
}

// blank returns s with the spans of the given kinds made spaces; line ends stay.
func blank(s string, spans []span, kinds ...spanKind) string {
	out := []byte(s)
	for _, sp := range spans {
		for _, k := range kinds {
			if sp.kind != k {
				continue
			}
			for i := sp.start; i < sp.end; i++ {
				if out[i] != '\n' {
					out[i] = ' '
				}
			}
		}
	}
	return string(out)
}

// shown is what a reader sees of a block's words: no code, no comments or tags, no definitions.
// Destinations of links stay, since they are what a reference in a link names.
func (d *document) shown(b block) string {
	if b.kind == code || b.kind == definition {
		return ""
	}
	s, _ := d.text(b)
	return blank(s, scan(s, b.kind == html), codeSpan, rawHTML)
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

// isPunct reports whether c is ASCII punctuation, which a backslash escapes.
func isPunct(c byte) bool {
	return c > ' ' && c < 0x7f && !isLetter(c) && !isDigit(c)
}
