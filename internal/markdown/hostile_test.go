package markdown_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/phasegate/phasegate/internal/markdown"
)

// bodySize is the longest body that GitHub takes, in characters.
const bodySize = 65536

// ladder is runs of c, each one longer than the one before.
func ladder(c string, size int) string {
	var b strings.Builder
	for i := 1; b.Len() < size; i++ {
		b.WriteString(strings.Repeat(c, i) + " ")
	}
	return b.String()
}

// stairs is a list that goes one level deeper on each line.
func stairs(size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size/2; i++ {
		b.WriteString(strings.Repeat("  ", i) + "- a\n")
	}
	return b.String()
}

// hostile are texts of about size characters on which a Markdown parser can take time with the square
// of their length.
func hostile(size int) map[string]string {
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	m := map[string]string{
		"rungs of backticks": ladder("`", size), "stairs": stairs(size), "stairs, blank lines": stairs(size/2) + strings.Repeat("\n", size/2),
		"list and blank lines": strings.Repeat("- ", 100) + "a" + strings.Repeat("\n", size),
		"deep quote, lazy":     strings.Repeat(">", size/3) + "a\n" + strings.Repeat("a\n", size/3),
		"wide table":           strings.Repeat("|a", size/7) + "\n" + strings.Repeat("|-", size/7) + "\n" + strings.Repeat("|1\n", size/7),
		"table of 64 columns":  strings.Repeat("|a", 64) + "\n" + strings.Repeat("|-", 64) + "\n" + strings.Repeat("|1\n", size/3),
		"table of 500 rows":    "|a|b|\n|-|-|\n" + strings.Repeat("| "+strings.Repeat("*a", 30)+" | `\\|` |\n", 500),
		"emphasis in a table":  "|a|\n|-|\n|" + fill("*a **b "),
	}
	for _, s := range []string{
		">", "> ", "- ", "1. ", "> a\n", "- a\n", "- - - - - - - - - - - - - - a\n", "[", "![", "[a](", "[a](b \"", "](", "*a _b ", "**a ", "*a**b", "<!--", "<!--\n", "<?", "<!A",
		"<a b=\"", "<a \n", "<a b ", "<![CDATA[", "|1|2|\n", "|-|\n", "-|-\n", "[a]: b\n", "[a]:\n", "[a]: b 'c\n", "[a\n", "www.", "http://a", "a@b.", "&amp;", " ", "\t", "\n", "```\n~~~\n",
		"#", "### Budget\n", "/approve\n", "a\n===\n", "~~a", "\\", "<div>\n", "<details>\n\n", "    a\n\n", "- [ ] a\n", "#1 ", "@a ", "@a/b", "a/b#1", "a.", "a/", "\u0301", "\xff", "\x00", "\r", "|`\\|`|\n", "-----|-----\n",
	} {
		m[s] = fill(s)
		if strings.Contains("<![CDATA <?x <!-- [a]( ", s[:1]) { // inside a paragraph too
			m["x"+s] = "x" + fill(s)
		}
	}
	return m
}

var anything = regexp.MustCompile("")

// readAll calls every reader on s.
func readAll(s string) {
	markdown.Sections(s, titles)
	markdown.Commands(s)
	markdown.FirstTable(s)
	markdown.Tasks(s)
	markdown.Lines(s, anything)
	markdown.LeadingRefs(s, "acme/churn")
	markdown.Refs(s, "acme/churn")
	markdown.Mentions(s)
	markdown.Blocks(s)
	markdown.Visible(s)
	markdown.Normalize(s)
	markdown.Empty(s, s)
	markdown.Plain(s)
	markdown.Fold(s)
	markdown.Text(s)
	markdown.Quote(s)
	markdown.Code(s)
}

// BenchmarkHostile reads the hostile texts at a quarter of the longest body and at the whole of it. Where
// reading is linear, the second takes about four times as long as the first.
func BenchmarkHostile(b *testing.B) {
	for _, size := range []int{bodySize / 4, bodySize} {
		for name, s := range hostile(size) {
			b.Run(strconv.Itoa(size)+"/"+strconv.Quote(name), func(b *testing.B) {
				for b.Loop() {
					readAll(s)
				}
			})
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range nasty {
		f.Add(s)
	}
	for _, s := range hostile(2048) {
		f.Add(s[:min(len(s), 2048)])
	}
	f.Fuzz(func(t *testing.T, s string) {
		readAll(s)
		lines := strings.Count(s, "\n") + strings.Count(s, "\r") + 1
		for _, c := range markdown.Commands(s).Commands {
			if c.Name == "" || strings.ContainsAny(c.Name+c.Args, "\n") || c.Line < 1 || c.Line > lines {
				t.Errorf("%q: command %+v", s, c)
			}
		}
		for _, l := range markdown.Lines(s, anything) {
			if strings.Contains(l.Text+l.Prose, "\n") {
				t.Errorf("%q: line %+v", s, l)
			}
		}
		for _, n := range append(markdown.Refs(s, "a/b"), markdown.LeadingRefs(s, "a/b")...) {
			if n <= 0 {
				t.Errorf("%q: reference %d", s, n)
			}
		}
		once := markdown.Normalize(s)
		if !utf8.ValidString(once) || strings.Join(strings.Fields(once), " ") != once {
			t.Errorf("%q normalised is %q", s, once)
		}
		if got := markdown.Normalize(s + "\n\n \n"); got != once && !strings.Contains(s, "`") && !strings.Contains(s, "~~~") {
			t.Errorf("%q: blank lines at the end change %q to %q", s, once, got)
		}
		if tb := markdown.FirstTable(s); tb != nil {
			for _, r := range tb.Rows {
				if len(r.Cells) != len(tb.Header.Cells) || r.Line < 1 || r.Line > lines {
					t.Errorf("%q: row %+v under %+v", s, r, tb.Header)
				}
			}
		}
	})
}
