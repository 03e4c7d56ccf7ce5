package engine_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// ruleFolder holds the cases; those in its folder shared are set-ups that cases include.
const ruleFolder = "testdata/rules"

// ruleCase is a file of testdata/rules. Its README says how one is written.
type ruleCase struct {
	name    string
	archive *txtar.Archive
	rules   []string // of PRODUCT.md: "3.5", "2.G1.A4", "2.back.data"
	needs   []string // features that must be there before it can pass
	include []string // set-ups, in order
	configs []string
	teams   map[string][]string
	issues  []ruleForm
	before  []ruleStep // of the included set-ups
	story   []ruleStep
}

// ruleForm is an issue as a case gives it.
type ruleForm struct {
	number        int
	kind          lifecycle.Kind
	author, title string
	text          string
}

// ruleStep is something that happens, and what is expected of it.
type ruleStep struct {
	line  int // of the story
	at    time.Time
	actor string
	what  string
	more  string   // the indented lines below, without their indentation
	want  []string // ">" lines, without it
	must  []string // "!" lines, without it
	later []string // "! later" lines, judged when the next step is about to happen
}

const ruleTime = "2006-01-02 15:04"

func readRuleCase(t testing.TB, path string) *ruleCase {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c := &ruleCase{name: strings.TrimSuffix(filepath.Base(path), ".txtar"), archive: txtar.Parse(text), teams: map[string][]string{}}
	c.header(t)
	for _, name := range c.include {
		c.take(t, readRuleCase(t, filepath.Join(ruleFolder, "shared", name+".txtar")))
	}
	for _, f := range c.archive.Files {
		if err := c.section(f.Name, string(f.Data)); err != nil {
			t.Fatalf("%s: -- %s --: %v", path, f.Name, err)
		}
	}
	return c
}

// header reads the lines before the first section: "rule:", "needs:" and "include:" are for us, all
// else is for people.
func (c *ruleCase) header(t testing.TB) {
	t.Helper()
	for line := range strings.Lines(string(c.archive.Comment)) {
		key, value, _ := strings.Cut(strings.TrimLeft(strings.TrimSpace(line), "# "), ":")
		words := strings.Fields(value)
		switch key {
		case "rule":
			c.rules = append(c.rules, words...)
		case "needs":
			c.needs = append(c.needs, words...)
		case "include":
			c.include = append(c.include, words...)
		}
	}
}

// take puts the set-up before what the case has itself.
func (c *ruleCase) take(t testing.TB, setup *ruleCase) {
	t.Helper()
	c.needs = append(c.needs, setup.needs...)
	c.configs = append(c.configs, setup.configs...)
	for name, logins := range setup.teams {
		c.teams[name] = logins
	}
	c.issues = append(c.issues, setup.issues...)
	c.before = append(append(c.before, setup.before...), setup.story...)
}

var ruleIssueName = regexp.MustCompile(`^#(\d+) ([a-z-]+) by ([\w\[\]-]+): (.+)$`)

func (c *ruleCase) section(name, text string) error {
	m := ruleIssueName.FindStringSubmatch(name)
	switch {
	case name == "phasegate.yml":
		c.configs = append(c.configs, text)
	case name == "teams":
		for line := range strings.Lines(text) {
			if team, logins, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
				c.teams[team] = strings.Fields(logins)
			}
		}
	case name == "story":
		steps, err := ruleStory(text, c.start())
		c.story = append(c.story, steps...)
		return err
	case m != nil:
		n, _ := strconv.Atoi(m[1])
		c.issues = slices.DeleteFunc(c.issues, func(f ruleForm) bool { return f.number == n }) // instead of the set-up's
		c.issues = append(c.issues, ruleForm{number: n, kind: lifecycle.Kind(m[2]), author: m[3], title: m[4], text: text})
	default:
		return fmt.Errorf("no section of a case")
	}
	return nil
}

// start is when the newest step before the case's own story happens.
func (c *ruleCase) start() time.Time {
	if n := len(c.before); n > 0 {
		return c.before[n-1].at
	}
	return time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
}

var ruleStepLine = regexp.MustCompile(`^(?:(\d{4}-\d\d-\d\d) )?(\d\d:\d\d(?::\d\d)?) (?:([\w\[\]-]+): )?(.+)$`)

// ruleStory reads a story: "2026-01-12 11:00 sara-ds: #3 /advance development", the date left out where
// it is that of the line before.
func ruleStory(text string, start time.Time) ([]ruleStep, error) {
	var steps []ruleStep
	at := start
	n, gap := 0, ""
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, " \n")
		trimmed := strings.TrimSpace(line)
		last := len(steps) - 1
		switch {
		case trimmed == "":
			gap += "\n"
			continue
		case strings.HasPrefix(line, "# "):
		case strings.HasPrefix(line, "> "), strings.HasPrefix(line, "! "), strings.HasPrefix(line, "  "):
			if last < 0 {
				return nil, fmt.Errorf("line %d: nothing happened yet", n)
			}
			if line[0] == ' ' {
				line = gap + line
			}
			steps[last].add(line)
		default:
			m := ruleStepLine.FindStringSubmatch(line)
			if m == nil {
				return nil, fmt.Errorf("line %d: %q has no time", n, line)
			}
			when, err := ruleClock(at, m[1], m[2])
			if err != nil || when.Before(at) {
				return nil, fmt.Errorf("line %d: %q does not come after %s: %v", n, line, at.Format(ruleTime), err)
			}
			at = when
			steps = append(steps, ruleStep{line: n, at: at, actor: m[3], what: m[4]})
		}
		gap = ""
	}
	return steps, nil
}

func ruleClock(last time.Time, day, clock string) (time.Time, error) {
	if day == "" {
		day = last.Format(time.DateOnly)
	}
	if strings.Count(clock, ":") == 1 {
		clock += ":00"
	}
	return time.Parse(time.DateTime, day+" "+clock)
}

func (s *ruleStep) add(line string) {
	switch line[0] {
	case '>':
		s.want = append(s.want, line[2:])
	case '!':
		if later, ok := strings.CutPrefix(line, "! later "); ok {
			s.later = append(s.later, later)
		} else {
			s.must = append(s.must, line[2:])
		}
	default:
		blank := len(line) - len(strings.TrimLeft(line, "\n"))
		s.more += line[:blank] + line[blank+2:] + "\n"
	}
}

var ruleAnswer = regexp.MustCompile(`^([^\s|#][^:|]*):(.*)$`)

// body is the issue's text: what stands there as "Title: answer", the answer going on in indented lines,
// becomes a section of the form.
func (f ruleForm) body() (string, error) {
	if strings.HasPrefix(f.text, "### ") {
		return f.text, nil
	}
	titles := lifecycle.Titles(f.kind)
	var b strings.Builder
	title, answer := "", ""
	flush := func() {
		if title != "" {
			fmt.Fprintf(&b, "### %s\n\n%s\n\n", title, ruleTable(titles[title], strings.TrimSpace(answer)))
		}
	}
	for line := range strings.Lines(f.text) {
		if strings.HasPrefix(line, "  ") || strings.TrimSpace(line) == "" {
			answer += "\n" + strings.TrimSpace(line)
			continue
		}
		m := ruleAnswer.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil || titles[m[1]] == "" && m[1] != "labels" {
			return "", fmt.Errorf("%q is no question of the form", strings.TrimSpace(line))
		}
		flush()
		if title, answer = m[1], m[2]; title == "labels" {
			title = ""
		}
	}
	flush()
	return b.String(), nil
}

// labels are those that the text asks for beside the kind's.
func (f ruleForm) labels() []string {
	out := []string{f.kind.Label()}
	for line := range strings.Lines(f.text) {
		if more, ok := strings.CutPrefix(line, "labels: "); ok {
			out = append(out, strings.Fields(more)...)
		}
	}
	return out
}

// ruleTable completes metric rows, given as "name | class | type | target | unit | slice | source | owner",
// to a table.
func ruleTable(key lifecycle.SectionKey, answer string) string {
	if key != lifecycle.SecMetrics || answer == "" || strings.HasPrefix(answer, "|") {
		return answer
	}
	const columns = 8
	out := "| Metric | Class | Type | Target | Unit | Slice | Source | Owner |\n" + strings.Repeat("|---", columns) + "|"
	for row := range strings.Lines(answer) {
		cells := strings.Split(strings.TrimSpace(row), "|")
		for len(cells) < columns {
			cells = append(cells, "")
		}
		out += "\n|" + strings.Join(cells, "|") + "|"
	}
	return out
}
