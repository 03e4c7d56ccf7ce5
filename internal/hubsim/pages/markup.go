package pages

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"html/template"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// maxMarkup is the longest text in bytes that is rendered; a longer one is shown as it is. GitHub takes 65,536
// characters in a comment.
const maxMarkup = 512 << 10

// Markup renders Markdown as GitHub does. It may be used from several goroutines.
//
// A text goes three ways: goldmark makes HTML of it with raw HTML left in, the tree of that HTML is walked to link
// mentions and references and to drop whatever could pose as the page itself, and bluemonday lets through what
// GitHub's list of allowed elements and attributes has. The last step is the sanitiser, so nothing passes by it.
type Markup struct {
	comment  goldmark.Markdown // line breaks are kept, alerts are drawn
	document goldmark.Markdown // files: line breaks are spaces, alerts are drawn
	check    goldmark.Markdown // check runs: line breaks are spaces, no alerts
	policy   *bluemonday.Policy
	key      string // marks elements that this package made; unknown to whoever writes texts
}

// NewMarkup returns a renderer.
func NewMarkup() *Markup {
	var raw [12]byte
	_, _ = rand.Read(raw[:]) // never fails
	m := &Markup{policy: newPolicy(), key: hex.EncodeToString(raw[:])}
	m.comment = m.converter(true, true)
	m.document = m.converter(false, true)
	m.check = m.converter(false, false)
	return m
}

func (m *Markup) converter(hardBreaks, alerts bool) goldmark.Markdown {
	rendering := []renderer.Option{html.WithUnsafe()}
	if hardBreaks {
		rendering = append(rendering, html.WithHardWraps())
	}
	md := goldmark.New(
		goldmark.WithExtensions(
			extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
			extension.Strikethrough, extension.NewLinkify(extension.WithLinkifyURLRegexp(bareAddress)), extension.TaskList,
			extension.NewFootnote(extension.WithFootnoteIDPrefixFunction(footnotePrefix)),
		),
		goldmark.WithRendererOptions(rendering...),
	)
	md.Renderer().AddOptions(renderer.WithNodeRenderers(util.Prioritized(&blockRenderer{key: m.key}, 100)))
	if alerts {
		md.Parser().AddOptions(parser.WithASTTransformers(util.Prioritized(alertTransformer{}, 500)))
	}
	return md
}

// bareAddress is what GFM links without brackets: a host with a dot in it, which unlike in goldmark's own pattern may be
// a number, as the simulator's is.
var bareAddress = regexp.MustCompile(`^https?://(?:[\w-]+\.)+[\w-]+(?::\d{1,5})?(?:[/?#][^\s<]*)?`)

// Links says how names and numbers in a text become links. The zero value links nothing.
type Links struct {
	// BaseURL is the address of the pages; an address of an issue under it is shortened as GitHub does it.
	BaseURL string
	// Repo is the repository ("acme/churn") that #12 refers to.
	Repo string
	// Issue finds an issue or pull request of a repository; ok is false if there is none.
	Issue func(repo string, number int) (ref Ref, ok bool)
	// Account finds the page of a person ("dora-de") or team ("acme/data"); ok is false if there is none.
	Account func(name string) (href string, ok bool)
	// Prefix makes the ids of footnotes differ between the texts of one page.
	Prefix string
}

// Comment renders the text of an issue or comment.
func (m *Markup) Comment(source string, l Links) template.HTML { return m.render(m.comment, source, l) }

// Document renders a Markdown file of a repository.
func (m *Markup) Document(source string, l Links) template.HTML {
	return m.render(m.document, source, l)
}

// Check renders the summary or text of a check run, where GitHub may not draw alerts.
func (m *Markup) Check(source string, l Links) template.HTML { return m.render(m.check, source, l) }

func (m *Markup) render(md goldmark.Markdown, source string, l Links) template.HTML {
	source = strings.ReplaceAll(source, "\r\n", "\n")
	source = strings.ToValidUTF8(strings.ReplaceAll(source, "\x00", "\uFFFD"), "\uFFFD")
	if len(source) > maxMarkup || tooHard(source) {
		return m.plain(source)
	}
	src := []byte(source)
	doc := md.Parser().Parse(text.NewReader(src))
	doc.OwnerDocument().AddMeta("prefix", l.Prefix)
	var out bytes.Buffer
	if err := md.Renderer().Render(&out, src, doc); err != nil {
		return m.plain(source)
	}
	walked, err := m.walkHTML(&out, l)
	if err != nil {
		return m.plain(source)
	}
	return template.HTML(m.policy.SanitizeBytes(walked)) //nolint:gosec // sanitised by the line itself
}

// plain shows a text that is not rendered: too long, or nested more deeply than a browser shows.
func (m *Markup) plain(source string) template.HTML {
	return template.HTML(`<pre class="plain" tabindex="0">` + template.HTMLEscapeString(source) + `</pre>`)
}

const (
	maxNesting = 100  // how deep quotes and lists may be nested in one line
	maxLinks   = 2000 // goldmark's time grows with the square of the links that are begun and not ended
)

// tooHard says whether a text is made to cost time: a line opens more blocks than anybody reads, or a text more links.
func tooHard(source string) bool {
	if strings.Count(source, "](") > maxLinks {
		return true
	}
	for line := range strings.SplitSeq(source, "\n") {
		opened := 0
		for i := 0; i < len(line) && strings.IndexByte(" \t>-*+", line[i]) >= 0; i++ {
			if line[i] != ' ' && line[i] != '\t' {
				opened++
			}
		}
		if opened > maxNesting && strings.Trim(line, " \t-*") != "" {
			return true
		}
	}
	return false
}

func footnotePrefix(n ast.Node) []byte {
	prefix, _ := n.OwnerDocument().Meta()["prefix"].(string)
	return []byte("md-" + prefix + "-")
}
