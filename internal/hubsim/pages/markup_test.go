package pages_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/phasegate/phasegate/internal/hubsim/pages"
	"github.com/phasegate/phasegate/internal/hubsim/pages/pagestest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// sampleLinks knows dora-de, the team acme/data, and issue 3 and pull request 12 of acme-telco/churn.
func sampleLinks() pages.Links {
	return pages.Links{
		BaseURL: "http://127.0.0.1:8080", Repo: "acme-telco/churn", Prefix: "t",
		Issue: func(repo string, n int) (pages.Ref, bool) {
			known := strings.EqualFold(repo, "acme-telco/churn") && (n == 3 || n == 12)
			return pages.Ref{Repo: "acme-telco/churn", Number: n, Title: `Weekly "score"`, IsPull: n == 12}, known
		},
		Account: func(name string) (string, bool) {
			switch strings.ToLower(name) {
			case "dora-de":
				return "/dora-de", true
			case "acme/data":
				return "/orgs/acme/teams/data", true
			}
			return "", false
		},
	}
}

// TestMarkup renders each testdata/markup/name.md, name.document.md or name.check.md and compares the result with the
// HTML file beside it.
func TestMarkup(t *testing.T) {
	sources, err := filepath.Glob(filepath.Join("testdata", "markup", "*.md"))
	if err != nil || len(sources) < 6 {
		t.Fatalf("%d sources, %v", len(sources), err)
	}
	m := pages.NewMarkup()
	for _, file := range sources {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		render := m.Comment
		switch {
		case strings.HasSuffix(file, ".check.md"):
			render = m.Check
		case strings.HasSuffix(file, ".document.md"):
			render = m.Document
		}
		golden(t, strings.TrimSuffix(file, ".md")+".html", string(render(string(source), sampleLinks())))
	}
}

// golden compares a text with a file, or writes the file with -update.
func golden(t *testing.T, file, got string) {
	t.Helper()
	got = strings.TrimSuffix(got, "\n") + "\n"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// hostileTexts are what the sanitiser has to take apart, and the seeds of the fuzz test.
var hostileTexts = []string{
	`<script>alert(1)</script>`, `<SCRIPT SRC=//x.example/a.js>`, `<img src=x onerror=alert(1)>`, `<svg/onload=alert(1)>`,
	`<svg><script>alert(1)</script></svg>`, `<math><mi//xlink:href="data:x,<script>alert(1)</script>">`,
	`<a href="javascript:alert(1)">x</a>`, `[x](javascript:alert(1))`, "[x](java\tscript:alert(1))", `[x](JaVaScRiPt:alert(1))`,
	`[x](&#106;avascript:alert(1))`, `<a href=" &#14; javascript:alert(1)">x</a>`, `[x](data:text/html;base64,PHNjcmlwdD4=)`,
	`[x](vbscript:msgbox(1))`, `![x](javascript:alert(1))`, `<javascript:alert(1)>`, `<iframe src="https://x.example"></iframe>`,
	`<object data="x"></object><embed src=x>`, `<form action="https://x.example"><input name=token><button>go</button></form>`,
	`<input type=checkbox checked onclick=alert(1)>`, `<style>*{display:none}</style>`, `<link rel=stylesheet href=//x.example>`,
	`<meta http-equiv=refresh content="0;url=//x.example">`, `<base href="https://x.example/">`, `<p style="position:fixed">x</p>`,
	`<div class="banner" id="main" role="alert" tabindex="1" data-made-here="0 alert alert-note">x</div>`,
	`<details open ontoggle=alert(1)><summary>x</summary></details>`, `<!-- secret --> seen`, "<!-- secret\n\n-- still\n-->\n\nseen",
	`</div></div></main><h1>out</h1>`, `<table><tr><td></div>x`, `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
	`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`,
	"```mermaid\n</code></pre><script>alert(1)</script>\n```", "```\"><script>\nx\n```", `<textarea><script>alert(1)</script></textarea>`,
	`<title><a title="</title><img src=x onerror=alert(1)>">`, `<plaintext>`, `<xmp><script>alert(1)</script></xmp>`, "<a\x00 href=x>", "\xff\xfe<b>",
	`<template><script>alert(1)</script></template>`, `<select><option><script>alert(1)</script>`, `@dora-de"><script>`, `[^1]` + "\n\n[^1]: <script>alert(1)</script>",
	"| a |\n|---|\n| <script>alert(1)</script> |", "> [!NOTE]\n> <script>alert(1)</script>", `<a name="main" id="md-x">x</a>`, `<p id="md-flash">x</p>`,
}

func TestSanitiser(t *testing.T) {
	m := pages.NewMarkup()
	for _, text := range append(hostileTexts, pagestest.Example("sticky"), pagestest.Example("meeting")) {
		checkSafe(t, text, string(m.Comment(text, sampleLinks())))
		checkSafe(t, text, string(m.Check(text, sampleLinks())))
	}
}

func FuzzSanitiser(f *testing.F) {
	for _, text := range hostileTexts {
		f.Add(text)
	}
	m := pages.NewMarkup()
	f.Fuzz(func(t *testing.T, text string) { checkSafe(t, text, string(m.Comment(text, sampleLinks()))) })
}

var (
	safeElements = strings.Fields("html head body main section h1 h2 h3 h4 h5 h6 br b i strong em a pre code tt div ins del sup sub p picture ol ul table " +
		"thead tbody tfoot blockquote dl dt dd kbd q samp var hr ruby rt rp li tr td th s strike summary details caption figure " +
		"figcaption abbr bdo cite dfn mark small span time wbr input")
	safeAttributes = strings.Fields("href cite open datetime title abbr dir lang align colspan rowspan start value scope type checked disabled aria-label class " +
		"tabindex role id rel")
	safeClasses = strings.Fields("alert alert-note alert-tip alert-important alert-warning alert-caution alert-title code code-label task table-scroll mention image-link plain")
)

// checkSafe puts rendered text into a page, as a browser gets it, and looks at every node of the tree.
func checkSafe(t *testing.T, source, out string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader("<main><section>" + out + "</section><section title=after></section></main>"))
	if err != nil {
		t.Fatalf("%q: %v", source, err)
	}
	set := func(words []string) map[string]bool {
		m := map[string]bool{}
		for _, w := range words {
			m[w] = true
		}
		return m
	}
	elements, attributes, classes := set(safeElements), set(safeAttributes), set(safeClasses)
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.CommentNode {
			t.Errorf("%q: a comment came through: %q", source, out)
		}
		if n.Type == html.ElementNode {
			if !elements[n.Data] {
				t.Errorf("%q: <%s> came through: %q", source, n.Data, out)
			}
			for _, a := range n.Attr {
				checkAttribute(t, source, out, n, a, attributes, classes)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
	main := doc.LastChild.LastChild.FirstChild
	if main == nil || main.Data != "main" || main.NextSibling != nil || main.LastChild.Data != "section" ||
		main.FirstChild.NextSibling != main.LastChild {
		t.Errorf("%q breaks out of its box: %q", source, out)
	}
}

func checkAttribute(t *testing.T, source, out string, n *html.Node, a html.Attribute, attributes, classes map[string]bool) {
	t.Helper()
	if !attributes[a.Key] {
		t.Errorf("%q: attribute %s came through: %q", source, a.Key, out)
	}
	if a.Key == "id" && !strings.HasPrefix(a.Val, "md-") {
		t.Errorf("%q: id %q came through", source, a.Val)
	}
	if a.Key == "href" || a.Key == "cite" {
		scheme, _, has := strings.Cut(strings.ToLower(a.Val), ":")
		if has && !strings.ContainsAny(scheme, "/?#") && scheme != "http" && scheme != "https" && scheme != "mailto" {
			t.Errorf("%q: address %q came through", source, a.Val)
		}
	}
	if a.Key == "class" {
		for c := range strings.FieldsSeq(a.Val) {
			if !classes[c] && !strings.HasPrefix(c, "lang-") {
				t.Errorf("%q: class %q came through", source, c)
			}
		}
	}
	if n.Data == "input" && a.Key == "type" && a.Val != "checkbox" {
		t.Errorf("%q: an input of type %q came through", source, a.Val)
	}
}

// slowTexts repeat what is dear to parse; each is made as long as is asked for.
var slowTexts = map[string]string{
	"quotes": ">", "lists": "- ", "brackets": "[", "links": "[a](", "images": "![", "stars": "*a ", "underscores": "__a", "ticks": "`",
	"angle": "<", "div": "<div>", "b": "<b>", "table": "<table>", "pipes": "|", "mentions": "@dora-de ", "refs": "#3 ", "footnotes": "[^1]",
	"comments": "<!--", "commands": "/approve\n", "ampersands": "&", "rows": "| a | b |\n|---|---|\n", "refdefs": "[a]: b\n", "nested": "* a\n ",
}

func TestSlowTextsAreSafe(t *testing.T) {
	m := pages.NewMarkup()
	for _, unit := range slowTexts {
		text := strings.Repeat(unit, 16384/len(unit))
		checkSafe(t, unit, string(m.Comment(text, sampleLinks())))
	}
}

// BenchmarkSlowTexts renders texts of GitHub's largest size. The time of each should grow with its length.
func BenchmarkSlowTexts(b *testing.B) {
	m := pages.NewMarkup()
	for name, unit := range slowTexts {
		for _, size := range []int{16384, 65536} {
			text := strings.Repeat(unit, size/len(unit))
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				for b.Loop() {
					m.Comment(text, sampleLinks())
				}
			})
		}
	}
}
