package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// tour is the package's documentation.
func tour(t *testing.T) string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return f.Doc.Text()
}

var goFile = regexp.MustCompile(`[a-z0-9_/]+/[a-z0-9_]+\.go\b`)

// A tour that leads to a file that is not there is worse than none.
func TestTheTourLeadsSomewhere(t *testing.T) {
	files := goFile.FindAllString(tour(t), -1)
	if len(files) < 60 {
		t.Fatalf("only %d files are named", len(files))
	}
	for _, f := range files {
		if _, err := os.Stat(filepath.Join("..", "..", filepath.FromSlash(f))); err != nil {
			t.Errorf("the tour names %s: %v", f, err)
		}
	}
}

func TestTheTourNamesEveryPackage(t *testing.T) {
	words := strings.FieldsFunc(tour(t), func(r rune) bool { return strings.ContainsRune(" \n,;:()→", r) })
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if name != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return fs.SkipDir
		}
		dir, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		dir = filepath.ToSlash(dir)
		// Packages of test doubles belong to the package they stand below.
		if code, _ := filepath.Glob(filepath.Join(name, "*.go")); len(code) == 0 || strings.HasPrefix(dir, "cmd/") || strings.HasSuffix(dir, "test") && dir != "internal/importtest" {
			return nil
		}
		if !slices.Contains(words, dir) {
			t.Errorf("the tour does not name the package %s", dir)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
