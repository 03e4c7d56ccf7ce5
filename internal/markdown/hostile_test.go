package markdown_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/phasegate/phasegate/internal/markdown"
)

const bodySize = 65536

func fill(s string) string { return strings.Repeat(s, bodySize/len(s)) }

// ladder is runs of c, each one longer than the one before.
func ladder(c string) string {
	var b strings.Builder
	for i := 1; b.Len() < bodySize; i++ {
		b.WriteString(strings.Repeat(c, i) + " ")
	}
	return b.String()
}

// stairs is a list that goes one level deeper on each line.
func stairs() string {
	var b strings.Builder
	for i := 0; b.Len() < bodySize/2; i++ {
		b.WriteString(strings.Repeat("  ", i) + "- a\n")
	}
	return b.String()
}

// hostile are texts on which a Markdown parser can take time with the square of their length.
func hostile() map[string]string {
	m := map[string]string{
		"rungs of backticks": ladder("`"), "stairs": stairs(), "stairs, blank lines": stairs()[:20000] + strings.Repeat("\n", 40000),
		"list and blank lines": strings.Repeat("- ", 100) + "a" + strings.Repeat("\n", 60000),
		"deep quote, lazy":     strings.Repeat(">", 20000) + "a\n" + strings.Repeat("a\n", 20000),
		"wide table":           strings.Repeat("|a", 9000) + "\n" + strings.Repeat("|-", 9000) + "\n" + strings.Repeat("|1\n", 9000),
		"table of 64 columns":  strings.Repeat("|a", 64) + "\n" + strings.Repeat("|-", 64) + "\n" + strings.Repeat("|1\n", 20000),
		"table of 500 rows":    "|a|b|\n|-|-|\n" + strings.Repeat("| "+strings.Repeat("*a", 30)+" | `\\|` |\n", 500),
		"emphasis in a table":  "|a|\n|-|\n|" + fill("*a **b "),
	}
	for _, s := range []string{
		">", "> ", "- ", "1. ", "> a\n", "- a\n", "- - - - - - - - - - - - - - a\n", "[", "![", "[a](", "[a](b \"", "](", "*a _b ", "**a ", "*a**b", "<!--", "<!--\n", "<?", "<!A",
		"<a b=\"", "<a \n", "<a b ", "<![CDATA[", "|1|2|\n", "|-|\n", "-|-\n", "[a]: b\n", "[a]:\n", "[a]: b 'c\n", "[a\n", "www.", "http://a", "a@b.", "&amp;", " ", "\t", "\n", "```\n~~~\n",
		"#", "### Budget\n", "/approve\n", "a\n===\n", "~~a", "\\", "<div>\n", "<details>\n\n", "    a\n\n", "- [ ] a\n", "#1 ", "@a ", "@a/b", "a/b#1", "a.", "a/", "\u0301", "\xff", "\x00", "\r", "|`\\|`|\n", "-----|-----\n",
	} {
		m[s] = fill(s)
		m["x"+s] = "x" + fill(s)
	}
	return m
}

// readAll calls every reader on s.
func readAll(s string) {
	markdown.Sections(s, titles)
	markdown.Commands(s)
	markdown.FirstTable(s)
	markdown.Tasks(s)
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

// TestHostileTextsAreReadInTime reads each hostile text with every reader. A reader that is not linear
// takes minutes for some of them; the limit leaves room for a slow machine and the race detector.
func TestHostileTextsAreReadInTime(t *testing.T) {
	const limit = 10 * time.Second
	for name, s := range hostile() {
		start := time.Now()
		readAll(s)
		took := time.Since(start)
		if took > limit {
			t.Errorf("%q took %v for %d bytes", name, took, len(s))
		}
		if took > time.Second {
			t.Logf("%q took %v", name, took)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range nasty {
		f.Add(s)
	}
	for _, s := range hostile() {
		f.Add(s[:min(len(s), 200)])
	}
	f.Fuzz(func(t *testing.T, s string) {
		readAll(s)
		lines := strings.Count(s, "\n") + strings.Count(s, "\r") + 1
		for _, c := range markdown.Commands(s).Commands {
			if c.Name == "" || strings.ContainsAny(c.Name+c.Args, "\n") || c.Line < 1 || c.Line > lines {
				t.Errorf("%q: command %+v", s, c)
			}
		}
		for _, n := range markdown.Refs(s, "a/b") {
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
