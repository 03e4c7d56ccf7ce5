package markdown

import (
	"strings"
	"unicode"
)

// zeroWidth is put after "@", and into references and addresses, so that GitHub makes no mention or
// link of them. GitHub looks for both in the rendered text, where backslashes are gone, so only
// a character in between helps. A zero width space is invisible, works in titles that are no Markdown,
// and is what Dependabot and Renovate write.
const zeroWidth = "\u200b"

// Text is s as inline text of one line: it shows the characters of s and nothing else. Formatting,
// HTML and math are escaped; mentions, issue references and addresses stay plain words; control and
// bidirectional marks become "\uFFFD", invisible ones go; white space collapses to single spaces
// and goes at both ends. A commit's full hash in s is still linked by GitHub, to that commit only.
func Text(s string) string {
	var e escaper
	e.in = []rune(oneLine(s))
	for e.i = 0; e.i < len(e.in); e.i++ {
		e.rune(e.in[e.i])
	}
	return e.out.String()
}

// Cell is s as the content of a table cell; write a space on both sides of it. It is what Text gives,
// which cannot end a cell.
func Cell(s string) string { return Text(s) }

// Row is a table row of the given cells, which are escaped already.
func Row(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |" }

// Quote is s as a block quote, line by line, each escaped as Text does; "" for a text without words.
func Quote(s string) string {
	s = strings.TrimSpace(clean(s))
	if s == "" {
		return ""
	}
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight("> "+Text(l), " ")
	}
	return strings.Join(lines, "\n")
}

// Code is s as inline code on one line; "" for a text without characters. GitHub makes no mentions or
// links in code. Not for table cells, see CodeCell.
func Code(s string) string {
	s = oneLine(s)
	if s == "" {
		return ""
	}
	longest := 0
	for n := range backtickRuns(s) {
		longest = max(longest, n)
	}
	fence := strings.Repeat("`", longest+1)
	if s[0] == '`' || s[len(s)-1] == '`' {
		s = " " + s + " "
	}
	return fence + s + fence
}

// CodeCell is s as inline code in a table cell. Text with a backslash before "|", which a table cannot
// show as code, comes as Cell gives it.
func CodeCell(s string) string {
	if strings.Contains(s, `\|`) {
		return Cell(s)
	}
	return strings.ReplaceAll(Code(s), "|", `\|`)
}

// oneLine makes white space single spaces, what reorders or controls text visible, and what is invisible go.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r >= 0xFFF9 && r <= 0xFFFB:
			return '\uFFFD'
		case invisible(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Join(strings.Fields(s), " ")
}

// escaper writes one text. i is the position in the input.
type escaper struct {
	in  []rune
	i   int
	out strings.Builder
}

func (e *escaper) rune(r rune) {
	switch r {
	case '\\':
		e.out.WriteString("&#92;") // a backslash before a cell's end would take the end away
	case '<':
		e.out.WriteString("&lt;")
	case '$':
		e.out.WriteString("&#36;") // GitHub's math does not heed a backslash
	case '`', '*', '[', ']', '|', '~':
		e.escaped(r)
	case '_':
		e.mark(r, !e.inWord())
	case '&':
		e.ampersand()
	case '@':
		e.out.WriteString("@" + zeroWidth)
	case '#':
		e.hash()
	case ':':
		e.colon()
	case '!':
		e.mark(r, e.i == len(e.in)-1)
	case '>', '+', '-', '=':
		e.mark(r, e.i == 0)
	case '.', ')':
		e.mark(r, e.numbered())
	default:
		e.out.WriteRune(r)
	}
	if e.breaksAddress() {
		e.out.WriteString(zeroWidth)
	}
}

// escaped writes r after a backslash.
func (e *escaper) escaped(r rune) { e.mark(r, true) }

func (e *escaper) mark(r rune, escape bool) {
	if escape {
		e.out.WriteByte('\\')
	}
	e.out.WriteRune(r)
}

// at is the rune at distance n from the present one, or a space beyond the ends.
func (e *escaper) at(n int) rune {
	if i := e.i + n; i >= 0 && i < len(e.in) {
		return e.in[i]
	}
	return ' '
}

// inWord reports whether a run of "_" stands between letters or digits, where it formats nothing.
func (e *escaper) inWord() bool {
	a, b := -1, 1
	for e.at(a) == '_' {
		a--
	}
	for e.at(b) == '_' {
		b++
	}
	alnum := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	return alnum(e.at(a)) && alnum(e.at(b))
}

// ampersand escapes an "&" that an entity could begin with.
func (e *escaper) ampersand() {
	n := 1
	for e.at(n) == '#' || e.at(n) < 0x80 && (isLetter(byte(e.at(n))) || isDigit(byte(e.at(n)))) {
		n++
	}
	if n > 1 && (e.at(n) == ';' || e.i+n >= len(e.in)) {
		e.out.WriteString("&amp;")
		return
	}
	e.out.WriteByte('&')
}

// hash keeps "#" from being a heading, the end of one, or a reference.
func (e *escaper) hash() {
	next := e.at(1)
	e.mark('#', next == ' ' || next == '#')
	if next == ' ' || unicode.IsDigit(next) {
		e.out.WriteString(zeroWidth)
	}
}

// colon keeps "scheme://" from being an address, and ":-" from being a table's second line.
func (e *escaper) colon() {
	e.mark(':', e.i == 0)
	if e.at(1) == '/' && e.at(2) == '/' {
		e.out.WriteString(zeroWidth)
	}
}

// numbered reports whether the present "." or ")" ends the number of a list item.
func (e *escaper) numbered() bool {
	if e.i == 0 || e.i > 9 || e.at(1) != ' ' {
		return false
	}
	for _, r := range e.in[:e.i] {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

// breaksAddress reports whether what was just written must be kept apart from what follows:
// "www" from its dot, and the "GH-" of a reference from its number.
func (e *escaper) breaksAddress() bool {
	last := func(n int) string {
		if e.i+1 < n {
			return ""
		}
		return strings.ToLower(string(e.in[e.i+1-n : e.i+1]))
	}
	switch e.at(1) {
	case '.':
		return last(3) == "www"
	case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return e.at(0) == '-' && last(3) == "gh-" && !isWord(e.at(-3))
	}
	return false
}

// Truncate is s cut to at most n characters, the last of them "…" when something was cut. It never
// cuts between a letter and its accents, or inside an emoji. Cut first, then escape.
func Truncate(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	if n <= 0 {
		return ""
	}
	cut := n - 1
	for back := 0; cut > 0 && joined(r[cut-1], r[cut]); back++ {
		if back == 16 { // a pile of accents, not a letter
			cut = n - 1
			break
		}
		cut--
	}
	return strings.TrimRight(string(r[:cut]), " ") + "…"
}

// joined reports whether b belongs to the character a begins.
func joined(a, b rune) bool {
	const joiner = '\u200d'
	flag := func(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }
	return unicode.Is(unicode.M, b) || a == joiner || b == joiner ||
		b >= 0x1F3FB && b <= 0x1F3FF || flag(a) && flag(b)
}
