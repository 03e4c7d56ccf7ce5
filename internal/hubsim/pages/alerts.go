package pages

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// alert is a quote whose first line is [!NOTE] or the like.
// https://docs.github.com/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#alerts
type alert struct {
	ast.BaseBlock
	kind string // one of alertKinds
}

var kindAlert = ast.NewNodeKind("Alert")

func (a *alert) Kind() ast.NodeKind          { return kindAlert }
func (a *alert) Dump(source []byte, lvl int) { ast.DumpHelper(a, source, lvl, nil, nil) }

// alertKinds are the alerts there are.
var alertKinds = []string{"note", "tip", "important", "warning", "caution"}

var alertMark = regexp.MustCompile(`^\[!([A-Za-z]+)\][ \t]*\r?\n?$`)

// alertTransformer turns quotes into alerts. As on GitHub, only a quote that stands in nothing else and that has
// text after the mark becomes one.
type alertTransformer struct{}

func (alertTransformer) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	var next ast.Node
	for n := doc.FirstChild(); n != nil; n = next {
		next = n.NextSibling()
		quote, isQuote := n.(*ast.Blockquote)
		if !isQuote {
			continue
		}
		kind, first := alertOf(quote, reader.Source())
		if kind == "" {
			continue
		}
		dropFirstLine(first)
		if !first.HasChildren() {
			quote.RemoveChild(quote, first)
		}
		box := &alert{kind: kind}
		for c := quote.FirstChild(); c != nil; {
			after := c.NextSibling()
			box.AppendChild(box, c)
			c = after
		}
		doc.ReplaceChild(doc, quote, box)
	}
}

// alertOf returns the kind of alert a quote is and the paragraph with the mark; the kind is empty for none.
func alertOf(quote *ast.Blockquote, source []byte) (string, *ast.Paragraph) {
	first, isParagraph := quote.FirstChild().(*ast.Paragraph)
	if !isParagraph || first.Lines().Len() == 0 {
		return "", nil
	}
	line := first.Lines().At(0)
	found := alertMark.FindSubmatch(line.Value(source))
	if found == nil {
		return "", nil
	}
	kind := strings.ToLower(string(found[1]))
	if !slices.Contains(alertKinds, kind) {
		return "", nil
	}
	if first.Lines().Len() == 1 && first.NextSibling() == nil {
		return "", nil // nothing to say
	}
	for c := first.FirstChild(); c != nil; c = c.NextSibling() {
		t, isText := c.(*ast.Text)
		if !isText {
			return "", nil // the mark is a link here, since somebody defined its reference
		}
		if t.SoftLineBreak() || t.HardLineBreak() {
			break
		}
	}
	return kind, first
}

// dropFirstLine takes the text up to the first line break out of a paragraph.
func dropFirstLine(p *ast.Paragraph) {
	for c := p.FirstChild(); c != nil; {
		after := c.NextSibling()
		t, isText := c.(*ast.Text)
		p.RemoveChild(p, c)
		if isText && (t.SoftLineBreak() || t.HardLineBreak()) {
			return
		}
		c = after
	}
}

// blockRenderer writes the elements that carry a mark of this package (see Markup.walkHTML): alerts, code with its
// language, and tick boxes.
type blockRenderer struct{ key string }

func (r *blockRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(kindAlert, r.alert)
	reg.Register(ast.KindFencedCodeBlock, r.code)
	reg.Register(extast.KindTaskCheckBox, r.tickBox)
}

func (r *blockRenderer) alert(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		_, err := w.WriteString("</div>\n")
		return ast.WalkContinue, err
	}
	kind := n.(*alert).kind
	_, err := fmt.Fprintf(w, "<div %s=\"%s alert alert-%s\">\n<p %s=\"%s alert-title\">%s</p>\n",
		markAttr, r.key, kind, markAttr, r.key, strings.ToUpper(kind[:1])+kind[1:])
	return ast.WalkContinue, err
}

var plainLanguage = regexp.MustCompile(`^[A-Za-z0-9+#._-]{1,30}$`)

func (r *blockRenderer) code(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	block := n.(*ast.FencedCodeBlock)
	lang := string(block.Language(source))
	if strings.EqualFold(lang, "mermaid") {
		if _, err := fmt.Fprintf(w, "<p %s=\"%s code-label\">Mermaid diagram, shown as its source</p>\n", markAttr, r.key); err != nil {
			return ast.WalkStop, err
		}
	}
	class := "code"
	if plainLanguage.MatchString(lang) {
		class += " lang-" + strings.ToLower(strings.NewReplacer("+", "p", "#", "sharp", ".", "-").Replace(lang))
	}
	if _, err := fmt.Fprintf(w, "<pre %s=\"%s %s\"><code>", markAttr, r.key, class); err != nil {
		return ast.WalkStop, err
	}
	for i := range block.Lines().Len() {
		line := block.Lines().At(i)
		if _, err := w.Write(util.EscapeHTML(line.Value(source))); err != nil {
			return ast.WalkStop, err
		}
	}
	_, err := w.WriteString("</code></pre>\n")
	return ast.WalkSkipChildren, err
}

func (r *blockRenderer) tickBox(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	checked, label := "", "Incomplete task"
	if n.(*extast.TaskCheckBox).IsChecked {
		checked, label = ` checked=""`, "Completed task"
	}
	_, err := fmt.Fprintf(w, `<input %s="%s task" type="checkbox" disabled=""%s aria-label="%s"> `, markAttr, r.key, checked, label)
	return ast.WalkContinue, err
}
