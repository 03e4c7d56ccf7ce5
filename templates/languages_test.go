package templates_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// spoken are the packages that write what people read, with the type that holds a text in both
// languages, and the function that makes one of two strings.
var spoken = []struct{ dir, pair, maker string }{
	{".", "both", ""},
	{"../internal/metrics", "both", ""},
	{"../internal/policy", "words", "say"},
}

// alike are texts that are the same in both languages.
var alike = []string{"@ana @bruno", "recall_top_decile", "src/churn/**", "usage@2026-01", "production"}

// joints are words between two others for which the other language needs none.
var joints = []string{" de "}

// apart are files with texts outside pairs that are right: texts in a form for both languages of their
// own, and texts that are read nowhere but in an editor or by programs.
var apart = map[string]string{
	"forms_metrics.go":              "examples of a metric table, one for each language",
	"../internal/metrics/target.go": "words of targets as people may write them, by language",
	"../internal/metrics/table.go":  "words of a row, by language",
	"../internal/policy/keys.go":    "hints of the JSON Schema, which editors show",
	"../internal/policy/rows.go":    "hints of the JSON Schema, which editors show",
	"../internal/policy/change.go":  "names of facts, which programs compare",
	"../internal/policy/tables.go":  "reasons of the tables that a config can replace",
	"../internal/policy/read.go":    "words of the YAML reader's own errors",
}

// pair is a text in both languages as the source has it.
type pair struct {
	at     token.Position
	en, pt string
}

// source is a package's syntax without its tests.
type source struct {
	set   *token.FileSet
	files []*ast.File
}

func parse(t *testing.T, dir string) source {
	t.Helper()
	s := source{set: token.NewFileSet()}
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no source in %s: %v", dir, err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(s.set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		s.files = append(s.files, f)
	}
	return s
}

// pairs finds every literal of the pair's type, also those whose type stands only at the list or map
// around them, and every call of maker; and says which string literals are part of one.
func (s source) pairs(name, maker string) (found []pair, inside map[ast.Node]bool) {
	inside = map[ast.Node]bool{}
	take := func(n ast.Node, parts []ast.Expr) {
		if len(parts) < 2 {
			return
		}
		en, isEn := constant(parts[0])
		pt, isPt := constant(parts[1])
		for _, p := range parts[:2] {
			ast.Inspect(p, func(n ast.Node) bool { inside[n] = true; return true })
		}
		if isEn && isPt {
			found = append(found, pair{s.set.Position(n.Pos()), en, pt})
		}
	}
	isPair := func(e ast.Expr) bool {
		id, ok := e.(*ast.Ident)
		return ok && id.Name == name
	}
	for _, f := range s.files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				if isPair(n.Type) {
					take(n, values(n))
				} else if isPair(elements(n.Type)) {
					for _, e := range values(n) {
						if inner, ok := e.(*ast.CompositeLit); ok && inner.Type == nil {
							take(inner, values(inner))
						}
					}
				}
			case *ast.BasicLit:
				if text, ok := constant(n); ok {
					found = append(found, said(s.set.Position(n.Pos()), text)...)
				}
			case *ast.CallExpr:
				if id, ok := n.Fun.(*ast.Ident); ok && maker != "" && id.Name == maker {
					take(n, n.Args)
				}
			}
			return true
		})
	}
	return found, inside
}

// saidInText is a text in both languages inside a template: [[say "approve" "aprovar"]].
var saidInText = regexp.MustCompile(`\[\[-? ?say ("(?:[^"\\]|\\.)*") ("(?:[^"\\]|\\.)*") ?-?\]\]`)

// said finds the pairs inside a literal.
func said(at token.Position, text string) []pair {
	var out []pair
	for _, m := range saidInText.FindAllStringSubmatch(text, -1) {
		en, _ := strconv.Unquote(m[1])
		pt, _ := strconv.Unquote(m[2])
		out = append(out, pair{at, en, pt})
	}
	return out
}

// values are a literal's elements without their keys.
func values(lit *ast.CompositeLit) []ast.Expr {
	var out []ast.Expr
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			e = kv.Value
		}
		out = append(out, e)
	}
	return out
}

// elements is the type of a list's or map's elements; nil for anything else.
func elements(e ast.Expr) ast.Expr {
	switch e := e.(type) {
	case *ast.ArrayType:
		return e.Elt
	case *ast.MapType:
		return e.Value
	}
	return nil
}

// constant is the text of string literals, joined by "+"; false for anything that is computed.
func constant(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.ParenExpr:
		return constant(e.X)
	case *ast.BinaryExpr:
		left, ok := constant(e.X)
		right, also := constant(e.Y)
		return left + right, ok && also && e.Op == token.ADD
	}
	return "", false
}

func TestEveryTextStandsInBothLanguages(t *testing.T) {
	for _, pkg := range spoken {
		pairs, _ := parse(t, pkg.dir).pairs(pkg.pair, pkg.maker)
		if len(pairs) < 20 {
			t.Errorf("%s: only %d texts were found", pkg.dir, len(pairs))
		}
		for _, p := range pairs {
			if fault := p.fault(); fault != "" {
				t.Errorf("%s: %s\n%q\n%q", p.at, fault, p.en, p.pt)
			}
		}
	}
}

// fault says what is wrong with a pair; "" when nothing is.
func (p pair) fault() string {
	switch {
	case strings.TrimSpace(p.en) == "" && strings.TrimSpace(p.pt) == "":
		return ""
	case (strings.TrimSpace(p.en) == "" || strings.TrimSpace(p.pt) == "") && !slices.Contains(joints, p.pt):
		return "one language says nothing"
	case p.en == p.pt && regexp.MustCompile(`\pL`).MatchString(verbs.ReplaceAllString(p.en, "")) && !slices.Contains(alike, p.en):
		return "both languages say the same"
	case !slices.Equal(verbsOf(p.en), verbsOf(p.pt)):
		return fmt.Sprintf("the verbs differ: %v and %v", verbsOf(p.en), verbsOf(p.pt))
	}
	return p.commandFault()
}

var verbs = regexp.MustCompile(`%[-+#0]*(?:\d+)?(?:\.\d+)?(?:\[(\d+)\])?([a-zA-Z])|%%`)

// verbsOf lists a text's verbs by the argument that each is for, each once: "1 %s".
func verbsOf(text string) []string {
	var out []string
	argument := 0
	for _, m := range verbs.FindAllStringSubmatch(text, -1) {
		if m[0] == "%%" {
			continue
		}
		argument++
		if m[1] != "" {
			argument, _ = strconv.Atoi(m[1])
		}
		out = append(out, fmt.Sprintf("%d %%%s", argument, m[2]))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

var commandIn = regexp.MustCompile("(?:^|[\\s`\"“(])/(\\pL[\\pL-]+)")

// commandFault says whether the Portuguese text shows a command under its English name, the other way
// round, or another command.
func (p pair) commandFault() string {
	en, pt := commandsOf(p.en), commandsOf(p.pt)
	if len(en) != len(pt) {
		return fmt.Sprintf("the commands differ: %v and %v", en, pt)
	}
	for i := range en {
		for _, c := range lifecycle.Commands {
			switch {
			case en[i] == c.Alias || pt[i] == string(c.Command):
				return fmt.Sprintf("the command stands there in the other language: %s, %s", en[i], pt[i])
			case en[i] == string(c.Command) && pt[i] != c.Alias:
				return fmt.Sprintf("/%s is /%s in Portuguese, not /%s", en[i], c.Alias, pt[i])
			}
		}
	}
	return ""
}

// commandsOf lists the words after a slash that are commands in either language.
func commandsOf(text string) []string {
	var out []string
	for _, m := range commandIn.FindAllStringSubmatch(text, -1) {
		if _, ok := lifecycle.ParseCommand(m[1]); ok {
			out = append(out, m[1])
		}
	}
	return out
}

// sentence are at least two words in small letters after one another.
var sentence = regexp.MustCompile(`\b[a-z]{2,},? [a-z]{2,}\b`)

// listOfWords is a list of YAML.
var listOfWords = regexp.MustCompile(`\[[a-z_]+(?:, [a-z_]+)*\]`)

// A text outside a pair is read in English by everybody.
func TestNoSentenceStandsInOneLanguageOnly(t *testing.T) {
	for _, pkg := range spoken {
		s := parse(t, pkg.dir)
		_, inside := s.pairs(pkg.pair, pkg.maker)
		for _, f := range s.files {
			if apart[filepath.ToSlash(s.set.Position(f.Pos()).Filename)] != "" {
				continue
			}
			silent := silentTexts(f)
			ast.Inspect(f, func(n ast.Node) bool {
				lit, ok := n.(*ast.BasicLit)
				if !ok || inside[lit] || silent[lit] {
					return true
				}
				if text, ok := constant(lit); ok && sentence.MatchString(listOfWords.ReplaceAllString(saidInText.ReplaceAllString(text, ""), "")) {
					t.Errorf("%s: %q stands in one language", s.set.Position(lit.Pos()), text)
				}
				return true
			})
		}
	}
}

// silentTexts are the strings that nobody reads on GitHub: errors, panics, tags, patterns, imports.
func silentTexts(f *ast.File) map[ast.Node]bool {
	silent := map[ast.Node]bool{}
	all := func(root ast.Node) {
		if root != nil {
			ast.Inspect(root, func(n ast.Node) bool { silent[n] = true; return true })
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			all(n)
		case *ast.Field:
			if n.Tag != nil {
				all(n.Tag)
			}
		case *ast.CallExpr:
			switch called(n) {
			case "fmt.Errorf", "errors.New", "panic", "regexp.MustCompile":
				for _, a := range n.Args {
					all(a)
				}
			}
		}
		return true
	})
	return silent
}

func called(c *ast.CallExpr) string {
	switch fun := c.Fun.(type) {
	case *ast.Ident:
		return fun.Name
	case *ast.SelectorExpr:
		if x, ok := fun.X.(*ast.Ident); ok {
			return x.Name + "." + fun.Sel.Name
		}
	}
	return ""
}

// The names that stand in tables of their own: headings of forms, labels, commands.
func TestEveryNameStandsInBothLanguages(t *testing.T) {
	check := func(what string, text map[lifecycle.Lang]string) {
		p := pair{en: text[lifecycle.English], pt: text[lifecycle.Portuguese]}
		if p.en == "" || p.pt == "" {
			t.Errorf("%s: a language is missing: %v", what, text)
		} else if fault := p.fault(); fault != "" {
			t.Errorf("%s: %s: %v", what, fault, text)
		}
	}
	for _, k := range lifecycle.Kinds {
		for _, s := range lifecycle.Form(k) {
			check(string(k)+" "+string(s.Key), s.Title)
		}
	}
	for _, l := range lifecycle.Labels() {
		check(l.Name, l.Text)
	}
	for _, c := range lifecycle.Commands {
		if c.Alias == "" || c.Alias == string(c.Command) {
			t.Errorf("/%s has no Portuguese name", c.Command)
		}
	}
}
