package engine_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// notYet are the features that cases of testdata/rules need and that are not there: such cases are
// skipped.
var notYet = []string{}

// TestRules plays the cases of testdata/rules. With -update the lines that tell what came of a step are
// written anew; what must be true of it ("!") stays.
func TestRules(t *testing.T) {
	setups := &ruleSetups{after: map[string]*ruleHub{}}
	for _, path := range ruleFiles(t) {
		c := readRuleCase(t, path)
		t.Run(c.name, func(t *testing.T) {
			for _, need := range c.needs {
				if slices.Contains(notYet, need) {
					t.Skipf("needs %s", need)
				}
			}
			t.Parallel()
			c.play(t, path, setups)
		})
	}
}

func ruleFiles(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(ruleFolder, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	return paths
}

// play plays the included stories, and then the case's own step by step.
func (c *ruleCase) play(t *testing.T, path string, setups *ruleSetups) {
	s := setups.begin(t, c)
	told := map[int][]string{}
	for i, step := range c.story {
		next := step.at
		if i+1 < len(c.story) {
			next = c.story[i+1].at
		}
		told[step.line] = s.step(step, next)
		if diff := cmp.Diff(strings.Join(step.want, "\n"), strings.Join(told[step.line], "\n")); diff != "" && !*update {
			t.Errorf("%s %s: %s (-want +got):\n%s", step.at.Format(ruleTime), step.actor, step.what, diff)
		}
	}
	if *update {
		c.rewrite(t, path, told)
	}
}

// step plays one step, judges what must be true of it, and lets time pass until the next. What it
// returns are the lines that tell what came of it.
func (s *ruleStage) step(step ruleStep, next time.Time) []string {
	from := len(s.did)
	s.wait(step.at, func() {})
	if err := s.play(step); err != nil {
		s.t.Fatalf("%s %s: %v", step.at.Format(ruleTime), step.what, err)
	}
	s.mustRest()
	told := s.told(s.did[from:])
	now := len(s.did)
	judge := func(musts []string, did []ruleEffect) {
		for _, must := range musts {
			if err := s.check(must, did); err != nil {
				s.t.Errorf("%s %s: %s\n! %s\n%v", step.at.Format(ruleTime), step.actor, step.what, must, err)
			}
		}
	}
	judge(step.must, s.did[from:now])
	woken := now
	s.wait(next, func() {
		for _, line := range s.told(s.did[woken:]) {
			told = append(told, s.now.Format(ruleTime)+" "+line)
		}
		woken = len(s.did)
	})
	judge(step.later, s.did[now:])
	return told
}

// rewrite writes the case with what was told in place of its ">" lines.
func (c *ruleCase) rewrite(t *testing.T, path string, told map[int][]string) {
	t.Helper()
	for i, f := range c.archive.Files {
		if f.Name != "story" {
			continue
		}
		var out, blank, pending []string
		n := 0
		for line := range strings.Lines(string(f.Data)) {
			n++
			switch line = strings.TrimRight(line, "\n"); {
			case strings.HasPrefix(line, "> "):
				continue
			case line == "":
				blank = append(blank, line)
				continue
			case !strings.HasPrefix(line, "  "): // what was told follows the step and its indented lines
				out, pending = append(out, pending...), nil
			}
			out, blank = append(append(out, blank...), line), nil
			for _, l := range told[n] {
				pending = append(pending, "> "+l)
			}
		}
		c.archive.Files[i].Data = []byte(strings.Join(append(out, pending...), "\n") + "\n")
	}
	if err := os.WriteFile(path, txtar.Format(c.archive), 0o644); err != nil {
		t.Fatal(err)
	}
}
