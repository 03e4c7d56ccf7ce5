// Command mutate takes the counting rules out of the code, one at a time, and shows the test that
// notices. It changes nothing in the tree: each change is laid over the build with -overlay.
//
// It exits 1 when a change is not noticed, or no longer fits the code.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// mutation takes one rule out: in file, old becomes new, and a test of one of the packages must fail.
type mutation struct {
	rule, what, file, old, new string
	packages                   []string
}

var mutations = []mutation{
	{"1", "an edited comment counts", "internal/engine/history.go", "c.Edited || c.Hidden ||", "c.Hidden ||", []string{"./internal/engine"}},
	{"2", "a command in a quote or list counts", "internal/markdown/commands.go", "b.nested || b.kind == code", "b.kind == code", []string{"./internal/markdown", "./internal/engine"}},
	{"2", "what a reply refused counts later", "internal/engine/history.go", "case refused.has(c.ID, i):", "case refused.has(c.ID, i) && false:", []string{"./internal/engine"}},
	{"2", "nobody hears of the eleventh command", "internal/engine/reply.go", "if e.More > 0 &&", "if false &&", []string{"./internal/engine"}},
	{"3", "a delegation never ends", "checks/seats.go", "d.Role == role && q.holds(d)", "d.Role == role", []string{"./checks"}},
	{"3", "anybody may lend a role", "checks/seats.go", "&& facts.Contains(q.Roster.Of(role), d.From)", "", []string{"./checks"}},
	{"4", "high risk scales", "checks/tally.go", "case c.Fixed:", "case false:", []string{"./checks"}},
	{"4", "one person is enough", "checks/tally.go", "if most >= 2 && outside {", "if outside {", []string{"./checks"}},
	{"4", "no outsider is needed", "checks/tally.go", "if !c.scaled || c.self {", "if true {", []string{"./checks"}},
	{"4", "neither stakeholder nor expert is needed", "checks/tally.go", "&& !t.NoThroughout && c.outsiderSaidYes()", "&& c.outsiderSaidYes()", []string{"./checks"}},
	{"4", "a person fills many seats", "checks/matching.go", "if seatOf[p] < 0 || place(seatOf[p], tried) {", "if true {", []string{"./checks"}},
	{"5", "the requester approves", "checks/seats.go", "return c.Person.Is(q.Requester) })", "return false })", []string{"./checks"}},
	{"7", "the ML engineer stands in twice", "checks/seats.go", "standInFree = false", "standInFree = true", []string{"./checks"}},
	{"7", "somebody stands in for the expert", "checks/seats.go", "|| !role.Technical() ||", "||", []string{"./checks"}},
	{"8", "an approval is for anything", "checks/tally.go", "return y.Bound.Keeps(c.Now, guardOf(seat, right))", "return true", []string{"./checks"}},
	{"8", "an approval is for what comes after it", "internal/engine/history.go", "if p.At.Before(before.Created) || ", "if true || ", []string{"./internal/engine"}},
	{"8", "the old side of a change is not told", "internal/engine/history.go", "Published: []Publication{{At: at, Prints: r.Prints, Words: r.Words}}", "Published: []Publication{{At: at, Prints: r.Prints}}", []string{"./internal/engine"}},
	{"9", "an objection blocks nothing", "internal/engine/desk.go", " || len(d.objections()) > 0 {\n\t\treturn", " {\n\t\treturn", []string{"./internal/engine"}},
	{"9", "anybody objects", "internal/engine/desk.go", "return !d.hasRole(o.Person) })", "return false })", []string{"./internal/engine"}},
	{"9", "an objection needs no reason", "internal/engine/history.go", `cmd.Name == lifecycle.Object && reason(cmd) != ""`, "cmd.Name == lifecycle.Object", []string{"./internal/engine"}},
	{"11", "a gate passes with an artefact missing", "internal/engine/desk.go", "len(d.gaps()) > 0 || len(d.objections())", "len(d.objections())", []string{"./internal/engine"}},
}

func main() {
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer os.RemoveAll(dir)
	missed := 0
	for _, m := range mutations {
		failing, err := m.try(dir)
		if err != nil {
			missed++
			fmt.Printf("rule %-3s %-45s NOT NOTICED: %v\n", m.rule, m.what, err)
			continue
		}
		fmt.Printf("rule %-3s %-45s caught by %s\n", m.rule, m.what, failing)
	}
	fmt.Printf("%d of %d changes caught\n", len(mutations)-missed, len(mutations))
	if missed > 0 {
		os.Exit(1)
	}
}

var failLine = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)

// try lays the change over the build and returns the most precise test that fails.
func (m mutation) try(dir string) (failing string, err error) {
	text, err := os.ReadFile(m.file)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(text), m.old); n != 1 {
		return "", fmt.Errorf("%s has %d places for the change, want 1", m.file, n)
	}
	changed := filepath.Join(dir, "changed.go")
	if err := os.WriteFile(changed, []byte(strings.Replace(string(text), m.old, m.new, 1)), 0o600); err != nil {
		return "", err
	}
	source, err := filepath.Abs(m.file)
	if err != nil {
		return "", err
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {source: changed}})
	if err != nil {
		return "", err
	}
	overlayFile := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlayFile, overlay, 0o600); err != nil {
		return "", err
	}
	for _, pkg := range m.packages {
		if failing, err = testWith(overlayFile, pkg); err == nil {
			break
		}
	}
	return failing, err
}

// properties are the packages with properties checked by rapid. Told so, it leaves no file of what
// failed in the tree, and does not look long for a smaller example.
var properties = []string{"./checks", "./internal/engine"}

// testWith returns the most precise test of the package that fails with the overlay; an error if none does.
func testWith(overlayFile, pkg string) (string, error) {
	// Vet would refuse some changes for what they leave unused, before a test could speak.
	// The long tests of orders and faults are left out: a rule must be noticed by a test of that rule.
	args := []string{"test", "-vet=off", "-skip", "TestTheOrderOf|TestAFailedWrite|TestNothingIsLeft", "-overlay", overlayFile, pkg}
	if slices.Contains(properties, pkg) {
		args = append(args, "-rapid.nofailfile", "-rapid.shrinktime=100ms")
	}
	out, err := exec.Command("go", args...).CombinedOutput()
	failed := failLine.FindAllStringSubmatch(string(out), -1)
	switch {
	case err == nil:
		return "", errors.New("every test passes")
	case len(failed) == 0:
		return "", fmt.Errorf("no test failed, but: %s", out)
	}
	best := failed[0][1]
	for _, f := range failed {
		if strings.Count(f[1], "/") > strings.Count(best, "/") {
			best = f[1]
		}
	}
	return best, nil
}
