package migrate_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/migrate"
	"github.com/phasegate/phasegate/internal/policy"
)

var update = flag.Bool("update", false, "rewrite what is expected")

// The files under testdata hold policies and what becomes of them.
func TestPolicyBot(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no cases", err)
	}
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		in := archive.Files[0].Data
		config, gaps, err := migrate.PolicyBot(in)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, problems := policy.Parse(config); problems != nil {
			t.Errorf("%s: %v", name, problems)
		}
		var said strings.Builder
		for _, g := range gaps {
			en, pt := g.Text(lifecycle.English), g.Text(lifecycle.Portuguese)
			if en == pt || pt == "" || strings.Contains(en+pt, "%!") {
				t.Errorf("%s: bad texts %q, %q", name, en, pt)
			}
			fmt.Fprintf(&said, "%d:%d: %v: %s\n", g.Line, g.Column, g.Left, en)
		}
		_, body, _ := bytes.Cut(config, []byte("\nversion: 1\n"))
		want := &txtar.Archive{Comment: archive.Comment, Files: []txtar.File{archive.Files[0], {Name: "phasegate.yml", Data: body}, {Name: "gaps", Data: []byte(said.String())}}}
		if *update {
			if err := os.WriteFile(name, txtar.Format(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(string(txtar.Format(archive)), string(txtar.Format(want))); diff != "" && !*update {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestWhatIsNoPolicy(t *testing.T) {
	for name, c := range map[string]struct{ source, want string }{
		"remote":       {"remote: acme/policies\n", "line 1: the policy stands in another repository, acme/policies"},
		"other":        {"version: 1\n", "no policy of policy-bot"},
		"a list":       {"- a\n", "no policy of policy-bot"},
		"no yaml":      {"a: [", "no YAML"},
		"alias":        {"policy: &a {approval: []}\napproval_rules: [*a]\n", "aliases"},
		"unknown rule": {"policy: {approval: [nobody]}\n", `there is no rule "nobody"`},
		"unknown word": {"policy: {approval: [{xor: [a]}]}\n", `a list under "and" or "or"`},
		"no list":      {"policy: {approval: a}\n", "policy.approval is no list"},
		"rows":         {manyRows(201), "more than 200 rows"},
		"large":        {strings.Repeat("#", migrate.MaxSize+1), "at most"},
		"many":         {"policy: {approval: [" + strings.Repeat("a,", 20001) + "]}\n", "too many values"},
		"deep":         {"policy: " + strings.Repeat("{a: ", 100) + strings.Repeat("}", 100), "nested too deep"},
	} {
		config, _, err := migrate.PolicyBot([]byte(c.source))
		if err == nil || config != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func manyRows(n int) string {
	var list, rules strings.Builder
	for i := range n {
		fmt.Fprintf(&list, "  - r%d\n", i)
		fmt.Fprintf(&rules, "- {name: r%d, requires: {count: 1, users: [ana]}}\n", i)
	}
	return "policy:\n  approval:\n" + list.String() + "approval_rules:\n" + rules.String()
}

// Globs made of a regular expression match the same paths.
func TestExpressionsBecomeGlobs(t *testing.T) {
	names := []string{"", "a", "src", "staging", "staging.x", "a.py", ".py", "py", "foobar", "foo", "bar", "config.yml", "x.sql"}
	var paths []string
	for _, a := range names[1:] {
		for _, b := range names {
			for _, c := range names {
				if b == "" && c != "" {
					continue
				}
				paths = append(paths, strings.TrimRight(a+"/"+b+"/"+c, "/"))
			}
		}
	}
	for _, e := range []string{`^src/.*$`, `^src/`, `src/.*`, `^.*\.py$`, `\.py$`, `^src/.*\.py$`, `^foo.*bar$`, `^foo.+bar$`, `^src/.+$`, `^src/[^/]*\.py$`, `^src/[^/]+$`,
		`^(src|foo)/.*`, `^config\.ya?ml$`, `^[ab]/.*`, `^staging\.x/.*`, `^src/a\.py$`, `.*`, `^a/.*/x\.sql$`, `foo`, `^.*/bar$`, `^(?:src/)?foo$`, `^src/.+\.py$`} {
		globs := migrate.Globs(e)
		if globs == nil {
			t.Errorf("%s: no globs", e)
			continue
		}
		re := regexp.MustCompile(e)
		for _, p := range paths {
			got := false
			for _, g := range globs {
				ok, err := doublestar.Match(g, p)
				if err != nil {
					t.Fatal(g, err)
				}
				got = got || ok
			}
			folder := re.MatchString(p + "/x") // a glob such as src/** matches src, which is no file where src/a is one
			if want := re.MatchString(p); got != want && !folder {
				t.Errorf("%s as %q: %s: %v, want %v", e, globs, p, got, want)
			}
		}
	}
	for _, e := range []string{`(?i)src`, `\bsrc`, `^a{3,}$`, `^\w+$`, `(a`, `^(a|b|c|d|e)(a|b|c|d|e)$`, `x^y`, ``, `^/a`} {
		if globs := migrate.Globs(e); e != "" && globs != nil {
			t.Errorf("%s becomes %q", e, globs)
		}
	}
}

func FuzzPolicyBot(f *testing.F) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(archive.Files[0].Data)
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		config, gaps, err := migrate.PolicyBot(source)
		if (err == nil) != (config != nil) {
			t.Fatalf("config %v, error %v", config != nil, err)
		}
		for _, g := range gaps {
			if g.Line < 1 || g.Text(lifecycle.English) == "" {
				t.Errorf("bad gap %+v", g)
			}
		}
	})
}
