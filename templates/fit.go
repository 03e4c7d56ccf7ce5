package templates

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/phasegate/phasegate/internal/markdown"
)

// maxText is how many characters a text has at most where nothing else is asked for: with the longest
// hidden block it still fits into a comment.
const maxText = 16000

// cut is how much of a long text is left out: how many entries are shown of the lists in a fold and of
// the others, and how many characters of what people wrote. Zero is all of it; details of -1 leaves the
// fold out.
type cut struct{ details, lists, words int }

// cuts are tried in this order: first the fold is shortened, then the lists, then people's words.
var cuts = []cut{{}, {details: 20}, {details: 5}, {-1, 0, 0}, {-1, 50, 0}, {-1, 20, 200}, {-1, 8, 120}, {-1, 3, 60}}

// Within is the printer for texts of at most that many characters.
func (p Printer) Within(limit int) Printer {
	p.limit = limit
	return p
}

// fit writes a text as fully as the limit allows. One that is too long even at its shortest ends after
// the last line that fits.
func (p Printer) fit(write func(Printer) string) string {
	limit := p.limit
	if limit <= 0 {
		limit = maxText
	}
	text := ""
	for _, p.cut = range cuts {
		if text = write(p); utf8.RuneCountInString(text) <= limit {
			return text
		}
	}
	var b strings.Builder
	room := limit - 2
	for line := range strings.Lines(text) {
		if room -= utf8.RuneCountInString(line); room < 0 {
			break
		}
		b.WriteString(line)
	}
	return b.String() + "…\n"
}

// few is the first n of the list, all for n <= 0, and how many more there are. Appending to it leaves
// the list alone.
func few[T any](list []T, n int) ([]T, int) {
	if n <= 0 || len(list) <= n {
		return list[:len(list):len(list)], 0
	}
	return list[:n:n], len(list) - n
}

// more stands for what a list leaves out.
func (p Printer) more(n int) string {
	if n == 1 {
		return p.say(both{"one more", "mais um"})
	}
	return fmt.Sprintf(p.say(both{"%d more", "mais %d"}), n)
}

// bullets writes a list, one line for each entry.
func (p Printer) bullets(b *strings.Builder, lines []string) {
	shown, more := few(lines, p.cut.lists)
	for _, l := range shown {
		b.WriteString("- " + l + "\n")
	}
	if more > 0 {
		b.WriteString("- " + p.more(more) + "\n")
	}
}

func (p Printer) shown(words []string) []string {
	shown, more := few(words, p.cut.lists)
	if more > 0 {
		shown = append(shown, p.more(more))
	}
	return shown
}

func (p Printer) list(words []string) string   { return List(p.Lang, p.shown(words)) }
func (p Printer) either(words []string) string { return Either(p.Lang, p.shown(words)) }
func (p Printer) names(words []string) string  { return strings.Join(p.shown(words), ", ") }

// text shows at most n characters of what somebody wrote.
func (p Printer) text(s string, n int) string {
	if p.cut.words > 0 {
		n = min(n, p.cut.words)
	}
	return markdown.Text(markdown.Truncate(s, n))
}

// title shows an issue's title, which GitHub limits to 256 characters.
func (p Printer) title(s string) string { return p.text(s, 256) }
