package engine_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/internal/metrics"
)

// ruleStage plays a case.
type ruleStage struct {
	*ruleHub
	c     *ruleCase
	shown map[int]string // who is asked what, as it was told last
}

// looks is how long after something happened it is looked at.
const rulesLook = 5 * time.Second

// verb is one thing that can happen. do makes it happen; the issues it returns are looked at.
type ruleVerb struct {
	form *regexp.Regexp
	do   func(s *ruleStage, step ruleStep, m []string) ([]int, error)
}

// ruleVerbs are tried in order; what is none of them is a comment.
var ruleVerbs = []ruleVerb{
	{regexp.MustCompile(`^nothing happens$`), func(*ruleStage, ruleStep, []string) ([]int, error) { return nil, nil }},
	{regexp.MustCompile(`^everything is looked at again$`), func(s *ruleStage, _ ruleStep, _ []string) ([]int, error) { return s.all(), nil }},
	{regexp.MustCompile(`^config$`), (*ruleStage).reconfigure},
	{regexp.MustCompile(`^(merged|reports|deployments|[\w-]+/[\w-]+) can(not)? be read$`), (*ruleStage).reading},
	{regexp.MustCompile(`^opens #(\d+)$`), (*ruleStage).opens},
	{regexp.MustCompile(`^(closes|reopens|deletes) #(\d+)$`), (*ruleStage).closes},
	{regexp.MustCompile(`^labels #(\d+) (.+)$`), (*ruleStage).labels},
	{regexp.MustCompile(`^edits #(\d+) ([^:]+): ?(.*)$`), (*ruleStage).edits},
	{regexp.MustCompile(`^(edits|hides) the comment of ([\w\[\]-]+) on #(\d+):? ?(.*)$`), (*ruleStage).editsComment},
	{regexp.MustCompile(`^edits the sticky of #(\d+)$`), (*ruleStage).meddles},
	{regexp.MustCompile(`^merges #(\d+)(?: by ([\w\[\]-]+))?(?: for #(\d+))?(?: experiment #(\d+))?(?: as (\w+))?: (.+)$`), (*ruleStage).merges},
	{regexp.MustCompile(`^(ci|monitor) report on (\w+) for #(\d+)(?: of (\S+) (\S+))?: (.+)$`), (*ruleStage).reportsOn},
	{regexp.MustCompile(`^unreadable report on (\w+)$`), (*ruleStage).unreadable},
	{regexp.MustCompile(`^deploys (\w+) to (\S+)(?: for #(\d+))?(?: and (fails))?$`), (*ruleStage).deploysTo},
	{regexp.MustCompile(`^checks on (\w+): (.+)$`), (*ruleStage).checksOn},
	{regexp.MustCompile(`(?s)^#(\d+) (.+)$`), (*ruleStage).says},
}

// play lets a step happen at its time and looks at what it concerns.
func (s *ruleStage) play(step ruleStep) error {
	s.wait(step.at, func() {})
	for _, v := range ruleVerbs {
		if m := v.form.FindStringSubmatch(step.what); m != nil {
			look, err := v.do(s, step, m)
			if err != nil {
				return err
			}
			s.now = step.at.Add(rulesLook)
			s.settle(look...)
			return nil
		}
	}
	return fmt.Errorf("%q is nothing that can happen", step.what)
}

// all are the numbers of the open issues.
func (s *ruleStage) all() []int {
	var out []int
	for n, i := range s.issues {
		if !i.Closed {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

// deliverables are the numbers of the open ones, which a push or a deployment may concern.
func (s *ruleStage) deliverables() []int {
	return slices.DeleteFunc(s.all(), func(n int) bool { return !s.issues[n].Has(lifecycle.Deliverable.Label()) })
}

func (s *ruleStage) issue(text string) (int, *ruleIssue, error) {
	n, _ := strconv.Atoi(text)
	if i := s.issues[n]; i != nil {
		return n, i, nil
	}
	return n, nil, fmt.Errorf("there is no #%s", text)
}

func (s *ruleStage) says(step ruleStep, m []string) ([]int, error) {
	n, _, err := s.issue(m[1])
	if err == nil {
		s.add(n, facts.Comment{Author: ruleWho(step.actor), Body: strings.TrimRight(m[2]+"\n"+step.more, "\n")})
	}
	return []int{n}, err
}

func (s *ruleStage) reconfigure(step ruleStep, _ []string) ([]int, error) {
	s.configure(step.more)
	return s.all(), nil
}

func (s *ruleStage) reading(_ ruleStep, m []string) ([]int, error) {
	s.unread[m[1]] = m[2] == "not"
	s.configure("")
	return s.all(), nil
}

func (s *ruleStage) opens(step ruleStep, m []string) ([]int, error) {
	n, _ := strconv.Atoi(m[1])
	return []int{n}, s.open(n, step.at)
}

// open opens the issue that the case describes under that number.
func (s *ruleStage) open(number int, at time.Time) error {
	for _, f := range s.c.issues {
		if f.number != number {
			continue
		}
		body, err := f.body()
		if err != nil {
			return fmt.Errorf("#%d: %w", number, err)
		}
		s.issues[number] = &ruleIssue{Issue: facts.Issue{ID: int64(number), Number: number, Title: f.title, Body: body, Author: ruleWho(f.author), Created: at, Labels: f.labels()}}
		return nil
	}
	return fmt.Errorf("no section describes #%d", number)
}

func (s *ruleStage) closes(step ruleStep, m []string) ([]int, error) {
	n, i, err := s.issue(m[2])
	switch {
	case err != nil:
	case m[1] == "deletes":
		delete(s.issues, n)
	case m[1] == "closes":
		i.Closed, i.ClosedAt = true, step.at
	default:
		i.Closed, i.ClosedAt = false, time.Time{}
	}
	return []int{n}, err
}

func (s *ruleStage) labels(step ruleStep, m []string) ([]int, error) {
	n, _, err := s.issue(m[1])
	if err != nil {
		return nil, err
	}
	for label := range strings.FieldsSeq(m[2]) {
		if add, ok := strings.CutPrefix(label, "+"); ok {
			s.label(n, ruleWho(step.actor), []string{add}, nil)
		} else {
			s.label(n, ruleWho(step.actor), nil, []string{strings.TrimPrefix(label, "-")})
		}
	}
	return []int{n}, nil
}

// edits replaces what a section says; "old -> new" replaces a part of it.
func (s *ruleStage) edits(step ruleStep, m []string) ([]int, error) {
	n, i, err := s.issue(m[1])
	if err != nil {
		return nil, err
	}
	var titles map[string]lifecycle.SectionKey
	for _, k := range i.KindsOf() {
		titles = lifecycle.Titles(k)
	}
	if titles[m[2]] == "" {
		return nil, fmt.Errorf("#%d has no question %q", n, m[2])
	}
	old := ""
	for _, section := range markdown.Sections(i.Body, titles) {
		if section.Key == titles[m[2]] {
			old = section.Body
		}
	}
	now := strings.TrimSpace(m[3] + "\n" + step.more)
	if from, to, ok := strings.Cut(m[3], " -> "); ok {
		if !strings.Contains(old, from) {
			return nil, fmt.Errorf("#%d does not say %q under %s", n, from, m[2])
		}
		now = strings.Replace(old, from, to, 1)
	}
	heading := "### " + m[2] + "\n"
	before, after, found := strings.Cut(i.Body, heading)
	if !found {
		before, after = i.Body, ""
	}
	_, rest, next := strings.Cut(after, "\n### ")
	i.Body = before + heading + "\n" + ruleTable(titles[m[2]], now) + "\n"
	if next {
		i.Body += "\n### " + rest
	}
	i.BodyEdited, i.Editor, i.EditedOwn = step.at, ruleWho(step.actor), false
	return []int{n}, nil
}

// editsComment changes the newest comment of somebody: whoever edits it, it is no longer as it was
// written.
func (s *ruleStage) editsComment(step ruleStep, m []string) ([]int, error) {
	n, i, err := s.issue(m[3])
	if err != nil {
		return nil, err
	}
	for _, c := range slices.Backward(i.comments) {
		if c.Author.Login != m[2] {
			continue
		}
		e := s.comment(c.ID)
		if m[1] == "hides" {
			e.Hidden = true
		} else {
			e.Body, e.Edited = strings.TrimSpace(m[4]+"\n"+step.more), true
		}
		return []int{n}, nil
	}
	return nil, fmt.Errorf("%s wrote nothing on #%d", m[2], n)
}

func (s *ruleStage) meddles(step ruleStep, m []string) ([]int, error) {
	n, i, err := s.issue(m[1])
	if err != nil {
		return nil, err
	}
	if l := i.listed(); l.Sticky != nil {
		c := s.comment(l.Sticky.ID)
		c.Body, c.Own, c.Touched, c.Edited = step.more+"\n"+c.Body, false, true, true
	}
	return []int{n}, nil
}

// merges puts a commit on the default branch; "-path" is a file that it takes away.
func (s *ruleStage) merges(step ruleStep, m []string) ([]int, error) {
	p := facts.MergedPull{Author: ruleWho(step.actor), Merged: step.at, Commit: m[5]}
	p.Number, _ = strconv.Atoi(m[1])
	if n, _ := strconv.Atoi(m[3]); n > 0 {
		p.Lines = []int{n}
	}
	p.Experiment, _ = strconv.Atoi(m[4])
	if m[2] != "" {
		p.Author = ruleWho(m[2])
	}
	if p.Commit == "" {
		p.Commit = "p" + m[1]
	}
	for path := range strings.FieldsSeq(m[6]) {
		path, removed := strings.CutPrefix(path, "-")
		p.Files = append(p.Files, facts.File{Path: path, Removed: removed})
	}
	s.merged = slices.Insert(s.merged, 0, p)
	return s.deliverables(), nil
}

var ruleValue = regexp.MustCompile(`^(\w+)(?:\[([\w-]+)=([\w-]+)\])?=(-?[\d.]+)(?:/(\d+))?(?:~([\d.]+))?$`)

// reportsOn is a metric report: recall=0.42 recall[region=south]=0.37/2100~0.01, the number of examples
// (1000 where it is left out) and the standard error (unknown) after the value.
func (s *ruleStage) reportsOn(step ruleStep, m []string) ([]int, error) {
	n, _ := strconv.Atoi(m[3])
	body := metrics.Report{Schema: 1, Deliverable: n, Commit: m[2], Source: metrics.SourceKind(m[1]), Model: m[4], Dataset: m[5]}
	for text := range strings.FieldsSeq(m[6]) {
		v := ruleValue.FindStringSubmatch(text)
		if v == nil {
			return nil, fmt.Errorf("%q is no measured value", text)
		}
		value := metrics.Value{Name: v[1], N: 1000}
		if v[2] != "" {
			value.Slice = map[string]string{v[2]: v[3]}
		}
		value.Value, _ = strconv.ParseFloat(v[4], 64)
		if v[5] != "" {
			value.N, _ = strconv.Atoi(v[5])
		}
		value.StdErr, _ = strconv.ParseFloat(v[6], 64)
		body.Values = append(body.Values, value)
	}
	s.report(facts.Report{Commit: m[2], At: step.at, Body: body})
	return s.deliverables(), nil
}

func (s *ruleStage) unreadable(step ruleStep, m []string) ([]int, error) {
	s.report(facts.Report{Commit: m[1], At: step.at, Fault: "it is no JSON"})
	return s.deliverables(), nil
}

func (s *ruleStage) report(r facts.Report) {
	s.nextID++
	r.ID = s.nextID
	s.reports = slices.Insert(s.reports, 0, r)
}

// deploysTo is a deployment; only those to production are read.
func (s *ruleStage) deploysTo(step ruleStep, m []string) ([]int, error) {
	s.nextID++
	d := facts.Deployment{ID: s.nextID, Environment: m[2], Commit: m[1], Ref: m[1], By: ruleWho(step.actor), Created: step.at}
	d.Deliverable, _ = strconv.Atoi(m[3])
	if m[4] == "" {
		d.Succeeded = step.at
	}
	if d.Environment == "production" {
		s.deploys = slices.Insert(s.deploys, 0, d)
	}
	return s.deliverables(), nil
}

// checksOn are the newest results of CI on a commit: "unit green, lint failure".
func (s *ruleStage) checksOn(_ ruleStep, m []string) ([]int, error) {
	s.checks[m[1]] = nil
	for text := range strings.SplitSeq(m[2], ",") {
		name, state, _ := strings.Cut(strings.TrimSpace(text), " ")
		s.checks[m[1]] = append(s.checks[m[1]], facts.CheckState{Name: name, Green: state == "green", State: state})
	}
	return s.deliverables(), nil
}
