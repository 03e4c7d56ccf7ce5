package action_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"github.com/phasegate/phasegate/action"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/templates"
)

// command is a workflow command as the runner reads it.
type command struct {
	name    string
	props   map[string]string
	message string
}

// known are the runner's commands (GitHub's page "Workflow commands for GitHub Actions").
var known = regexp.MustCompile(`^(error|warning|notice|debug|add-mask|set-output|save-state|set-env|add-path|group|endgroup|stop-commands|echo|add-matcher|remove-matcher)$`)

// commandsIn reads a log as the runner does: "::name key=value,…::message" at the start of a line, or the
// old "##[name key=value;…]message" anywhere in it; after stop-commands nothing but its word is read.
// That word is no command of the list.
func commandsIn(t *testing.T, log string) []command {
	t.Helper()
	var out []command
	stopped := ""
	for _, line := range regexp.MustCompile("\r\n|\r|\n").Split(log, -1) {
		line = strings.TrimLeft(line, " \t\v\f")
		if stopped != "" {
			if strings.HasPrefix(line, "::"+stopped+"::") {
				stopped = ""
			}
			continue
		}
		c, ok := parseCommand(line)
		switch {
		case !ok:
			if i := strings.Index(line, "##["); i >= 0 && strings.Contains(line[i:], "]") {
				out = append(out, command{name: "old style", message: line})
			}
		case c.name == "stop-commands":
			stopped = c.message
		default:
			out = append(out, c)
		}
	}
	if stopped != "" {
		t.Errorf("commands stay stopped until %q", stopped)
	}
	return out
}

func parseCommand(line string) (command, bool) {
	rest, found := strings.CutPrefix(line, "::")
	head, message, ended := strings.Cut(rest, "::")
	name, props, _ := strings.Cut(head, " ")
	if !found || !ended || !known.MatchString(name) {
		return command{}, false
	}
	undo := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%")
	undoProp := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")
	c := command{name: name, props: map[string]string{}, message: undo.Replace(message)}
	for p := range strings.SplitSeq(props, ",") {
		if k, v, ok := strings.Cut(p, "="); ok {
			c.props[k] = undoProp.Replace(v)
		}
	}
	return c, true
}

// hostile are texts that try to be commands, and all pairs of them.
func hostile() []string {
	parts := []string{
		"::error::x", "\n::error::x", "\r::set-env name=A::b", "\r\n::add-mask::*", "%0A::error::x", "%250A::error::x", "##[error]x",
		"::stop-commands::abc", "::abc::", "::", ":", "%", "%0", ",", "file=a,line=1", "\x1b[2K\x1b[1G::error::x", "\u2028::error::x", "\u0085::error::x",
		"\v::error::x", "\f::error::x", "\x00::error::x", "\u202e::rorre::", " \t::warning::x", "::notice title=a::b\n::endgroup::", "", "plain words",
		strings.Repeat("::error::", 300),
	}
	out := parts
	for _, a := range parts {
		for _, b := range parts {
			out = append(out, a+b)
		}
	}
	return out
}

// Whatever a text is, the runner reads one notice and one error, which say it, and nothing else.
func TestTextsAreNoWorkflowCommands(t *testing.T) {
	for _, s := range hostile() {
		var log bytes.Buffer
		action.Print(&log, s)
		got := commandsIn(t, log.String())
		if len(got) != 2 || got[0].name != "notice" || got[1].name != "error" {
			t.Fatalf("%q is read as %v:\n%s", s, got, log.String())
		}
		for _, c := range got {
			if c.message != action.OneLine(s) || len(c.props) != 1 || c.props["title"] != "Phasegate" {
				t.Errorf("%q comes as %q with %v", s, c.message, c.props)
			}
		}
	}
}

// The word that starts commands again is another one each time: a text cannot know it.
func TestStopWordIsFresh(t *testing.T) {
	words := map[string]bool{}
	for range 3 {
		var log bytes.Buffer
		action.Print(&log, "x")
		first, _, _ := strings.Cut(log.String(), "\n")
		word, ok := strings.CutPrefix(first, "::stop-commands::")
		if !ok || len(word) < 20 || words[word] {
			t.Errorf("the log begins %q", first)
		}
		words[word] = true
	}
}

func TestLongTextsAreCut(t *testing.T) {
	if n := len([]rune(action.OneLine(strings.Repeat("é", 5000)))); n > 1001 {
		t.Errorf("%d characters", n)
	}
}

// In the job summary a text is shown: it makes no link, image, mention, HTML, heading or table cell.
func TestSummaryShowsTexts(t *testing.T) {
	md := goldmark.New(goldmark.WithExtensions(extension.GFM))
	shape := func(text string) string {
		p := templates.Printer{Lang: lifecycle.English}
		return outline(md, p.Run(templates.RunView{
			Event: text, Problems: []string{"1:1: " + text}, Failure: "a " + text,
			Looks: []templates.LookView{{Number: 3, Failed: "a " + text}, {Number: 4, Writes: []templates.WriteView{{Kind: templates.Labelled, Add: []string{"a" + text}}}}},
		}))
	}
	want := shape("x")
	for _, s := range append(hostile(), "<img src=x onerror=1>", "</details>", "[a](javascript:b)", "![a](b)", "@helena", "@acme/team", "#3", "a|b", "`", "``\n# h", "\n\n# h",
		"\n| a | b |\n|---|---|", "<!--", "https://example.com", "www.example.com", "**b**", "~~b~~", "$x$", "- [ ] a", "&lt;", "\\", "a@example.com") {
		if got := shape(s); s != "" && got != want {
			t.Errorf("%q changes the shape of the summary:\n%s\nwant\n%s", s, got, want)
		}
	}
}

// outline lists the nodes of a document, those of text and code aside.
func outline(md goldmark.Markdown, source string) string {
	var b strings.Builder
	err := ast.Walk(md.Parser().Parse(text.NewReader([]byte(source))), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n.Kind() {
		case ast.KindText, ast.KindString:
		case ast.KindCodeSpan:
			return ast.WalkSkipChildren, nil
		default:
			if entering {
				fmt.Fprintln(&b, n.Kind())
			}
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return err.Error()
	}
	return b.String()
}
