// Command mutate takes the rules out of the code, one at a time, and shows the test that notices. It
// changes nothing in the tree: each change is laid over the build with -overlay.
//
// It exits 1 when a change is not noticed, or no longer fits the code. With -run it tries only those
// whose "rule file what" matches, and with -fit it tries none and only says which fit no longer.
package main

import (
	"encoding/json"
	"errors"
	"flag"
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
	tests                      string // that are run, as of go test's -run; "" for all
}

// mutations are all of them, those that are tried fast first.
func mutations() []mutation {
	return slices.Concat(artefacts(), judging, renewing, guarding, seating, pulls, texts, deployments, engine)
}

// judged is a mutation of the engine, noticed by its own tests that match.
func judged(rule, what, file, old, new, tests string) mutation {
	return mutation{rule: rule, what: what, file: "internal/engine/" + file, old: old, new: new, packages: []string{"./internal/engine"}, tests: tests}
}

var engine = []mutation{
	judged("1", "an edited comment counts", "history.go", "c.Edited || c.Hidden ||", "c.Hidden ||", "TestRules/3-01"),
	{"2", "a command in a quote or list counts", "internal/markdown/commands.go", "b.nested || b.kind == code", "b.kind == code", []string{"./internal/markdown"}, ""},
	judged("2", "what a reply refused counts later", "history.go", "case refused.has(c.ID, i):", "case refused.has(c.ID, i) && false:", ""),
	judged("2", "nobody hears of the eleventh command", "reply.go", "if e.More > 0 &&", "if false &&", ""),
	judged("6", "authors of the evidence answer for it", "desk.go", "if lifecycle.Independent(g, seat) {", "if false {", "TestRules/3-06"),
	judged("8", "an approval is for what comes after it", "history.go", "if p.At.Before(before.Created) || ", "if true || ", "TestAnApprovalInTheSecond"),
	judged("8", "the old side of a change is not told", "history.go", "Published: []Publication{{At: at, Prints: r.Prints, Words: r.Words}}", "Published: []Publication{{At: at, Prints: r.Prints}}", "TestRule|TestVoid"),
	judged("8", "merged code voids nobody", "judge.go", "return d.printOfMerged(codeFiles), true", "return \"\", true", "TestRules/3-08"),
	judged("8", "merged infrastructure voids nobody", "judge.go", "return d.printOfMerged(infraFiles), true", "return \"\", true", "TestRules/3-08"),
	judged("8", "merged monitoring voids nobody", "judge.go", "return d.printOfMerged(monitoringFiles), true", "return \"\", true", "TestRules/3-08"),
	judged("8", "a newer report voids nobody", "judge.go", "if e == nil || metrics.Differs(e.Body, r.Body, rows) {", "if e == nil || metrics.Differs(e.Body, r.Body, rows) && false {", "TestRules/3-08"),
	judged("9", "an objection blocks nothing", "desk.go", "return len(open) > 0 || len(d.objections()) > 0", "return len(open) > 0", "TestRules/3-09"),
	judged("9", "anybody objects", "desk.go", "return !d.hasRole(o.Person) })", "return false })", ""),
	judged("9", "an objection needs no reason", "history.go", `cmd.Name == lifecycle.Object && reason(cmd) != ""`, "cmd.Name == lifecycle.Object", "TestRules/3-09"),
	judged("9", "anybody makes exceptions", "exceptions.go", "case d.Risk != lifecycle.High && !stakeholder:", "case false:", "TestRules/(3-09|2-w|2-r)"),
	judged("9", "a validator is overruled", "exceptions.go", "case facts.Contains(d.Roster.Validators, d.h.Objections[i].Person):", "case false:", "TestRules/2-risk"),
	judged("10", "the people awaited are reminded again and again", "clock.go", "r == nil || r.Nudged ||", "r == nil ||", "TestRules/3-10"),
	judged("11", "a gate passes with an artefact missing", "desk.go", "return len(open) > 0 || len(d.objections()) > 0", "return len(open) > 0 && false || len(d.objections()) > 0", "TestRules/3-11"),
	judged("2", "anybody begins existing work", "exceptions.go", "case !d.holds(c.Author, lifecycle.BusinessStakeholder):", "case false:", "TestRules/2-start"),
	judged("2", "anybody lowers the risk", "exceptions.go", "if riskIndex(level) < riskIndex(d.Risk) {", "if false {", "TestRules/2-risk"),
	judged("2", "a waiver never ends", "judge.go", "err == nil && at.Before(until)", "err == nil && (true || at.Before(until))", "TestRules/2-waiver"),
	judged("2", "the last gate never expires", "clock.go", "if d.Now.Before(end) {", "if true {", "TestRules/2-g3-valid"),
	judged("2", "an old report hides a broken one of since the return", "judge.go", "if !r.At.After(back) {", "if !r.At.After(back) && false {", "TestRules/2-g2-b2"),
	judged("2", "an old deployment makes it live", "judge.go", "if last == nil || !last.Succeeded.After(passed.at) {", "if last == nil {", "TestRules/2-g3"),
	judged("2", "errors of the metric table open the later gates", "judge.go", "if len(d.Design.MetricErrors) == 0 {", "if true {", "TestRules/2-g[23]"),
}

func main() {
	only := flag.String("run", "", "try only the changes that match this regular expression")
	fit := flag.Bool("fit", false, "only say which changes fit the code no longer")
	jobs := flag.Int("jobs", 2, "how many changes are tried at a time")
	flag.Parse()
	chosen, err := regexp.Compile(*only)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	missed := run(max(*jobs, 1), *fit, slices.DeleteFunc(mutations(), func(m mutation) bool {
		return !chosen.MatchString(m.rule + " " + m.file + " " + m.what)
	}))
	if missed > 0 {
		os.Exit(1)
	}
}

// run tries the changes, some at a time, tells of each in their order, and returns how many were not noticed,
// or fit no longer.
func run(jobs int, fit bool, changes []mutation) (missed int) {
	turn := make(chan struct{}, jobs)
	found := make([]chan outcome, len(changes))
	for i := range changes {
		found[i] = make(chan outcome, 1)
	}
	go func() {
		for i, m := range changes {
			turn <- struct{}{}
			go func() {
				found[i] <- m.outcome(fit)
				<-turn
			}()
		}
	}()
	for i, m := range changes {
		o := <-found[i]
		switch {
		case o.err != nil:
			missed++
			fmt.Printf("rule %-3s %-45s NOT NOTICED: %v\n", m.rule, m.what, o.err)
		case !fit:
			fmt.Printf("rule %-3s %-45s caught by %s\n", m.rule, m.what, o.failing)
		}
	}
	if !fit {
		fmt.Printf("%d of %d changes caught\n", len(changes)-missed, len(changes))
	}
	return missed
}

// outcome is the test that noticed a change, or why none did.
type outcome struct {
	failing string
	err     error
}

func (m mutation) outcome(fit bool) outcome {
	text, err := m.changed()
	if err != nil || fit {
		return outcome{err: err}
	}
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return outcome{err: err}
	}
	defer os.RemoveAll(dir)
	failing, err := m.try(dir, text)
	return outcome{failing, err}
}

var failLine = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)

// changed is the file's text with the change.
func (m mutation) changed() (string, error) {
	text, err := os.ReadFile(m.file)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(text), m.old); n != 1 {
		return "", fmt.Errorf("%s has %d places for the change, want 1", m.file, n)
	}
	return strings.Replace(string(text), m.old, m.new, 1), nil
}

// try lays the changed text over the build and returns the most precise test that fails.
func (m mutation) try(dir, text string) (failing string, err error) {
	changed := filepath.Join(dir, "changed.go")
	if err := os.WriteFile(changed, []byte(text), 0o600); err != nil {
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
		if failing, err = testWith(overlayFile, pkg, m.tests); err == nil {
			break
		}
	}
	return failing, err
}

// properties are the packages with properties checked by rapid. Told so, it leaves no file of what
// failed in the tree, and does not look long for a smaller example.
var properties = []string{"./checks", "./internal/engine"}

// testWith returns the most precise test of the package that fails with the overlay; an error if none does.
func testWith(overlayFile, pkg, tests string) (string, error) {
	// Vet would refuse some changes for what they leave unused, before a test could speak.
	// The long tests of orders and faults are left out: a rule must be noticed by a test of that rule.
	args := []string{"test", "-vet=off", "-failfast", "-ldflags=-s -w", "-skip", "TestTheOrderOf|TestAFailedWrite|TestNothingIsLeft", "-run", tests, "-overlay", overlayFile, pkg}
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
