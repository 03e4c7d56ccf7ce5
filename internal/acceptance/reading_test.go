package acceptance_test

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	rawhtml "github.com/yuin/goldmark/renderer/html"
	"golang.org/x/net/html"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// text is something said in English and in Portuguese.
type text struct{ en, pt string }

func (t text) in(lang lifecycle.Lang) string {
	if lang == lifecycle.Portuguese {
		return t.pt
	}
	return t.en
}

// same is a text that is the same in both languages.
func same(s string) text { return text{s, s} }

// parseMarkdown renders a body as GitHub does, to a tree.
func parseMarkdown(t testing.TB, body string) *html.Node {
	t.Helper()
	md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(rawhtml.WithUnsafe()))
	var buf bytes.Buffer
	if err := md.Convert([]byte(body), &buf); err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(&buf)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

var inline = map[string]bool{"a": true, "em": true, "strong": true, "code": true, "del": true, "span": true, "sub": true, "sup": true}

// seen is a body as a reader sees it: words without formatting, single spaces, nothing hidden.
func seen(t testing.TB, body string) string {
	t.Helper()
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		breaks := n.Type == html.ElementNode && !inline[n.Data]
		if breaks {
			b.WriteString(" ")
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		if breaks {
			b.WriteString(" ")
		}
	}
	walk(parseMarkdown(t, body))
	return strings.Join(strings.Fields(strings.ReplaceAll(b.String(), "\u200b", "")), " ")
}

// lines are a body's lines, without their ends.
func lines(body string) []string { return strings.Split(strings.ReplaceAll(body, "\r\n", "\n"), "\n") }

// count is how many elements of a kind a body has when it is rendered.
func count(t testing.TB, body, element string) int {
	t.Helper()
	n := 0
	for d := range parseMarkdown(t, body).Descendants() {
		if d.Type == html.ElementNode && d.Data == element {
			n++
		}
	}
	return n
}

// mentionPattern is a mention as GitHub finds it in rendered text: a login, or a team.
var mentionPattern = regexp.MustCompile(`(?:^|[^\pL\pN_/.@-])@([A-Za-z0-9][A-Za-z0-9-]*(?:/[A-Za-z0-9][A-Za-z0-9_-]*)?)`)

// mentioned lists whom a body mentions on GitHub, sorted, each once: names in code and hidden text are
// no mentions.
func mentioned(t testing.TB, body string) []string {
	t.Helper()
	var out []string
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode && (n.Data == "code" || n.Data == "pre" || n.Data == "a") {
			return
		}
		if n.Type == html.TextNode {
			for _, m := range mentionPattern.FindAllStringSubmatch(n.Data, -1) {
				out = append(out, m[1])
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(parseMarkdown(t, body))
	slices.Sort(out)
	return slices.Compact(out)
}

// says fails unless a reader of the body finds every fact. " || " separates wordings of one fact.
func (w *world) says(where, body string, facts ...text) {
	w.t.Helper()
	read := strings.ToLower(seen(w.t, body))
	for _, f := range facts {
		found := false
		for wording := range strings.SplitSeq(f.in(w.lang), " || ") {
			found = found || strings.Contains(read, strings.ToLower(wording))
		}
		if !found {
			w.t.Errorf("%s does not say %q:\n%s", where, f.in(w.lang), seen(w.t, body))
		}
	}
}

// silent fails if a reader of the body finds one of the facts.
func (w *world) silent(where, body string, facts ...text) {
	w.t.Helper()
	read := strings.ToLower(seen(w.t, body))
	for _, f := range facts {
		if strings.Contains(read, strings.ToLower(f.in(w.lang))) {
			w.t.Errorf("%s says %q, and should not:\n%s", where, f.in(w.lang), seen(w.t, body))
		}
	}
}

func TestMentionedReadsAsGitHubDoes(t *testing.T) {
	body := "**@ana and @bo-b** `@code` <!-- @hidden --> mail@host.org @\u200bplain org/@x\n\n> @quoted\n\n| @cell |\n|---|\n| &#64;entity @acme/data |\n\n```\n@fence\n```\n"
	want := []string{"acme/data", "ana", "bo-b", "cell", "entity", "quoted"}
	if got := mentioned(t, body); !slices.Equal(got, want) {
		t.Errorf("mentioned %q, want %q", got, want)
	}
	if got := seen(t, "> [!NOTE]\n> **2 of 4** said `/approve`<br>x &lt;= 4 <!-- no -->"); got != "[!NOTE] 2 of 4 said /approve x <= 4" {
		t.Errorf("seen %q", got)
	}
}
