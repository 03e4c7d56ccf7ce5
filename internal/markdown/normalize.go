package markdown

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"golang.org/x/text/unicode/norm"
)

// Normalize is the canonical form of a Markdown text for fingerprints: two texts have the same when
// they say the same in the same order. White space, line wraps, emphasis, list bullets and numbers,
// heading and quote marks, fences and HTML comments make no difference; words, code, tick boxes,
// strike-through, destinations of links and the order of table cells do.
func Normalize(s string) string {
	d := parse(s)
	var words []string
	var row ast.Node
	for _, b := range d.blocks {
		t, _ := d.text(b)
		switch b.kind {
		case paragraph, heading:
			for _, piece := range pieces(t) {
				words = append(words, canonical(flatten(piece, true))...)
			}
		case tableCell:
			if p := b.node.Parent(); p != row {
				row = p
				words = append(words, "|")
			}
			words = append(append(words, canonical(flatten(unpipe(t), true))...), "|")
		case html:
			words = append(words, canonical(withoutComments(t))...)
		default:
			words = append(words, canonical(t)...)
		}
	}
	return strings.Join(words, " ")
}

// canonical is the words of s in Unicode's composed form, without invisible characters.
func canonical(s string) []string {
	return strings.Fields(dropInvisible(norm.NFC.String(s)))
}

// pieces splits running text at line ends into parts of at most inlineLimit bytes where lines allow.
func pieces(s string) []string {
	if len(s) <= inlineLimit {
		return []string{s}
	}
	var out []string
	var sb strings.Builder
	for _, line := range strings.SplitAfter(s, "\n") {
		if sb.Len() > 0 && sb.Len()+len(line) > inlineLimit {
			out = append(out, sb.String())
			sb.Reset()
		}
		sb.WriteString(line)
	}
	return append(out, sb.String())
}

func withoutComments(s string) string {
	var comments []span
	for _, sp := range scan(s, true) {
		if strings.HasPrefix(s[sp.start:sp.end], "<!--") {
			comments = append(comments, sp)
		}
	}
	return blank(s, comments, rawHTML)
}

// Empty reports whether an answer says nothing: white space, HTML comments, GitHub's
// "_No response_", or one of the placeholders of its form, left as it was.
func Empty(s string, placeholders ...string) bool {
	n := Normalize(s)
	if n == "" || n == "No response" {
		return true
	}
	for _, p := range placeholders {
		if p != "" && n == Normalize(p) {
			return true
		}
	}
	return false
}
