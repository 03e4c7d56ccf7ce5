package importtest

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/phasegate/phasegate/"

// allowed says, for each package (and what lies below it), which packages of the project it may
// import. "*" allows everything. A package that is missing here may import nothing of the project.
var allowed = map[string][]string{
	"internal/lifecycle":  {},
	"internal/markdown":   {"internal/lifecycle"},
	"internal/metrics":    {"internal/lifecycle", "internal/markdown"},
	"internal/policy":     {"internal/lifecycle"},
	"internal/migrate":    {"internal/lifecycle", "internal/policy"},
	"internal/facts":      {"internal/lifecycle", "internal/metrics"},
	"checks":              {"internal/facts", "internal/lifecycle", "internal/metrics", "internal/policy", "internal/markdown"},
	"internal/meeting":    {"internal/facts", "internal/lifecycle", "internal/metrics", "internal/policy", "internal/markdown"},
	"templates":           {"internal/lifecycle", "internal/markdown"},
	"internal/engine":     {"templates", "checks", "internal/meeting", "internal/facts", "internal/lifecycle", "internal/metrics", "internal/policy", "internal/markdown"},
	"internal/audit":      {"internal/engine", "checks", "internal/facts", "internal/lifecycle", "internal/metrics", "internal/policy", "internal/markdown"},
	"internal/gh":         {"internal/engine", "templates", "checks", "internal/facts", "internal/lifecycle", "internal/metrics", "internal/policy", "internal/markdown"},
	"bot":                 {"internal/engine", "internal/gh"},
	"action":              {"internal/engine", "internal/gh", "internal/metrics", "templates", "internal/lifecycle", "internal/policy"},
	"internal/hubsim":     {}, // the simulated GitHub knows nothing of the product
	"internal/contract":   {"internal/hubsim"},
	"internal/importtest": {},
	"internal/acceptance": {"*"},
	"internal/app":        {"bot", "internal/engine", "internal/gh", "internal/policy"},
	"internal/playground": {"internal/app", "bot", "internal/engine", "internal/gh", "internal/hubsim", "internal/lifecycle", "internal/policy", "templates"},
	"docs/pictures":       {"internal/playground"},
	"cmd/phasegate":       {"*"},
	"cmd/phasegate-action": {
		"action",
	},
}

func TestImportsRunOneWay(t *testing.T) {
	root := filepath.Join("..", "..")
	checked := 0
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && (name == "testdata" || strings.HasPrefix(name, ".") && name != "..") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		checked++
		rel, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		checkFile(t, file, path.Dir(filepath.ToSlash(rel)), strings.HasSuffix(name, "_test.go"))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if checked < 10 {
		t.Fatalf("only %d files were checked: the test stands in the wrong place", checked)
	}
}

// inTests are packages that a test of a package may import besides.
var inTests = map[string][]string{
	"internal/migrate": {"checks", "internal/facts"}, // what a config lets pass is counted as on a pull request
}

// checkFile reports the imports of a file that its package may not have. A test may import what its
// package may, what inTests adds, and the simulated GitHub and what checks it besides.
func checkFile(t *testing.T, file, dir string, test bool) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Error(err)
		return
	}
	home, ok := owner(dir)
	if !ok {
		t.Errorf("%s: package %s is not in the table of imports", file, dir)
		return
	}
	for _, spec := range parsed.Imports {
		full, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Error(err)
			continue
		}
		imported, ours := strings.CutPrefix(full, module)
		if !ours {
			continue
		}
		target, _ := owner(imported)
		if target == home || slices.Contains(allowed[home], "*") || slices.Contains(allowed[home], target) || test && (target == "internal/hubsim" || target == "internal/contract" || slices.Contains(inTests[home], target)) {
			continue
		}
		t.Errorf("%s: %s must not import %s", file, home, imported)
	}
}

// owner is the entry of the table that a package belongs to: itself, or the nearest one above it.
func owner(dir string) (string, bool) {
	for ; dir != "." && dir != "/"; dir = path.Dir(dir) {
		if _, ok := allowed[dir]; ok {
			return dir, true
		}
	}
	return "", false
}
