package markdown_test

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"github.com/phasegate/phasegate/internal/markdown"
)

var nasty = []string{
	"", "plain", "recall_top_decile", "__init__", "_a_", "a*b*c", "**bold**", "`code`", "``", "a\\", "\\|", "a|b",
	"@ana", "mail ana@example.com", "@acme/team", "#12", "GH-12", "gh-12 high-12", "acme/churn#12", "# head", "head #", "#",
	"https://evil.example/x", "HTTP://evil.example", "www.evil.example", "WWW.evil.example", "<https://evil.example>", "ftp://x.y",
	"[a](b)", "![a](b)", "[a][b]", "[^1]", "<b>x</b>", "<!-- x -->", "--> <!-- phasegate:ledger v1 e30 -->", "&lt;", "&#64;ana", "R&D", "a & b",
	"- item", "+ item", "* item", "1. item", "12) item", "1.5", "> quote", "---", "===", "***", "```go", "~~~", "~~x~~", ":-- | --:", ":-",
	"line\none\r\ntwo", "\u202eevil\u202c", "a\u200eb", "a\u0000b\x1b[31m", "\xff\xfe", "a\u2028b", "\u200b@\u200bana", "$x$ and $y$", "!", "a!", "    indented",
	"[!NOTE]", "<details>", "a<b", ">= 0.40", "<= 4", "\t\ttab", "é_é_é", "中_文_", "😀👩‍👩‍👧", "\\<b>", "\\@ana", "\\`x\\`", "x\\*y", ":tada:", "a://b", "&amp", "&copy;",
}

var (
	mentionAt = regexp.MustCompile(`(^|[^\w` + "`" + `])@[A-Za-z0-9]`)
	issueAt   = regexp.MustCompile(`(?i)(^|[^\w])(#\d|gh-\d)|[\w.-]+/[\w.-]+#\d`)
	entityAt  = regexp.MustCompile(`^&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]*);`)
	urlAt     = regexp.MustCompile(`(?i)://|www\.`)
)

// render parses md as GitHub would and returns the words of its text and the kinds of its nodes.
func render(md string) (string, map[ast.NodeKind]int) {
	src := []byte(md)
	root := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(src))
	kinds := map[ast.NodeKind]int{}
	var out bytes.Buffer
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		kinds[n.Kind()]++
		if n.Kind() == ast.KindParagraph {
			out.WriteByte(' ')
		}
		if t, ok := n.(*ast.Text); ok {
			v := t.Segment.Value(src)
			if t.IsRaw() {
				out.Write(v)
			} else {
				out.WriteString(resolve(string(v)))
			}
			if t.SoftLineBreak() || t.HardLineBreak() {
				out.WriteByte(' ')
			}
		}
		return ast.WalkContinue, nil
	})
	return out.String(), kinds
}

// resolve takes backslash escapes and entities out of running text, as a renderer does.
func resolve(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && strings.IndexByte("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", s[i+1]) >= 0 {
			i++
			b.WriteByte(s[i])
			continue
		}
		if s[i] == '&' {
			if e := entityAt.FindString(s[i:]); e != "" {
				b.WriteString(html.UnescapeString(e))
				i += len(e) - 1
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// words is s as the escapers promise to show it: white space collapsed, invisible characters gone,
// control and bidirectional marks replaced.
func words(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = regexp.MustCompile(`[\x{200b}\x{2060}\x{feff}\x{ad}\x{E0000}-\x{E007F}]`).ReplaceAllString(s, "")
	s = strings.Join(strings.Fields(s), " ")
	return regexp.MustCompile(`[\x00-\x1f\x7f-\x9f\x{61c}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}\x{fff9}-\x{fffb}]`).ReplaceAllString(s, "\uFFFD")
}

// harmless checks what text the tree of md holds and that nothing but the allowed kinds is in it.
func harmless(t *testing.T, in, md, want string, allowed ...ast.NodeKind) {
	t.Helper()
	got, kinds := render(md)
	if w := words(want); words(got) != w {
		t.Errorf("%q written %q: shows %q, want %q", in, md, words(got), w)
	}
	ok := map[ast.NodeKind]bool{ast.KindDocument: true, ast.KindText: true}
	for _, k := range allowed {
		ok[k] = true
	}
	for k := range kinds {
		if !ok[k] {
			t.Errorf("%q written %q: has a %v", in, md, k)
		}
	}
}

func unlinked(t *testing.T, in, md string) {
	t.Helper()
	got, _ := render(md)
	for _, re := range []*regexp.Regexp{mentionAt, issueAt, urlAt} {
		if m := re.FindString(got); m != "" {
			t.Errorf("%q written %q: GitHub would link %q", in, md, m)
		}
	}
	if strings.ContainsAny(md, "\n\r") {
		t.Errorf("%q written %q: more than one line", in, md)
	}
}

func checkEscapers(t *testing.T, s string) {
	t.Helper()
	if got := markdown.Text(s); got != "" {
		harmless(t, s, got, s, ast.KindParagraph)
		unlinked(t, s, got)
		harmless(t, s, "*Words*\n"+got, "Words "+s, ast.KindParagraph, ast.KindEmphasis)
		harmless(t, s, "### "+got, s, ast.KindHeading)
	}
	table := markdown.Row("a", "b") + "\n| - | - |\n" + markdown.Row(markdown.Cell(s), "end")
	checkTable(t, s, table, s)
	table = markdown.Row("a", "b") + "\n| - | - |\n" + markdown.Row(markdown.CodeCell(s), "end")
	checkTable(t, s, table, s)
	if got := markdown.Code(s); got != "" {
		harmless(t, s, "x "+got, "x "+s, ast.KindParagraph, ast.KindCodeSpan)
	}
	if got := markdown.Quote(s); got != "" {
		harmless(t, s, got, s, ast.KindBlockquote, ast.KindParagraph)
	}
}

// checkTable checks that a table of one row of two cells stays one, and that its first cell shows want.
func checkTable(t *testing.T, in, md, want string) {
	t.Helper()
	harmless(t, in, md, "ab"+strings.TrimSpace(words(want))+"end", east.KindTable, east.KindTableHeader, east.KindTableRow, east.KindTableCell, ast.KindCodeSpan)
	if _, kinds := render(md); kinds[east.KindTableCell] != 4 || kinds[east.KindTableRow] != 1 {
		t.Errorf("%q: the table %q has %d cells", in, md, kinds[east.KindTableCell])
	}
}

func TestEscapersShowAndDoNothing(t *testing.T) {
	for _, s := range nasty {
		checkEscapers(t, s)
		checkEscapers(t, s+" "+s)
	}
}

func FuzzEscape(f *testing.F) {
	for _, s := range nasty {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 2000 {
			return
		}
		checkEscapers(t, s)
	})
}

func TestEscapersStayReadable(t *testing.T) {
	for in, want := range map[string]string{
		"recall_top_decile at least 0.40": "recall_top_decile at least 0.40",
		"40000 BRL/month requested":       "40000 BRL/month requested",
		"Weekly churn (v1.2) - a, b; c!?": "Weekly churn (v1.2) - a, b; c!?",
		"R&D: 10 > 5":                     "R&D: 10 > 5",
		"@ana":                            "@\u200bana",
		"see #12":                         "see #\u200b12",
		"<b>":                             "&lt;b>",
	} {
		if got := markdown.Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCode(t *testing.T) {
	for in, want := range map[string]string{"a": "`a`", "a`b": "``a`b``", "`": "`` ` ``", "": "", "a\nb": "`a b`"} {
		if got := markdown.Code(in); got != want {
			t.Errorf("Code(%q) = %q, want %q", in, got, want)
		}
	}
	if got := markdown.CodeCell("a|b"); got != "`a\\|b`" {
		t.Errorf("CodeCell = %q", got)
	}
}

func TestTruncate(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{
		{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"ab cd", 4, "ab…"}, {"abc", 0, ""}, {"abc", 1, "…"},
		{"ae\u0301bc", 3, "a…"}, {"a👩‍👩‍👧b", 4, "a…"}, {"x🇧🇷yz", 3, "x…"},
	} {
		if got := markdown.Truncate(c.in, c.n); got != c.want {
			t.Errorf("Truncate(%q, %d) = %q, want %q", c.in, c.n, got, c.want)
		}
	}
	pile := "a" + strings.Repeat("\u0301", 500)
	if got := markdown.Truncate(pile, 100); utf8.RuneCountInString(got) != 100 {
		t.Errorf("a pile of accents cut to %d characters", utf8.RuneCountInString(got))
	}
}
