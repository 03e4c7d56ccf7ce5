package engine_test

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
)

// ruleSetups remembers where the set-ups of cases led, so that those that many cases begin with are
// played once.
type ruleSetups struct {
	mu    sync.Mutex
	after map[string]*ruleHub
}

// begin is a stage at which all that comes before the case's own story has happened.
func (r *ruleSetups) begin(t *testing.T, c *ruleCase) *ruleStage {
	keys := c.keys()
	s := &ruleStage{c: c, shown: map[int]string{}}
	played := len(keys)
	for s.ruleHub == nil && played > 0 {
		played--
		s.ruleHub = r.get(t, keys[played])
	}
	if s.ruleHub == nil {
		s.ruleHub = newRuleHub(t)
		s.teams = maps.Clone(c.teams)
		for _, text := range c.configs {
			s.configure(text)
		}
		s.setUp()
		r.put(keys[0], s.ruleHub)
	}
	for i, step := range c.before[played:] {
		if err := s.play(step); err != nil {
			t.Fatalf("set-up: %s: %v", step.what, err)
		}
		r.put(keys[played+i+1], s.ruleHub)
	}
	s.answers()
	return s
}

// keys name what has happened after setting up and after each step before the case's own story: cases
// with equal keys have the same repository then.
func (c *ruleCase) keys() []string {
	text := fmt.Sprintf("%q %v", c.configs, c.teams)
	for _, f := range c.atOnce() {
		text += fmt.Sprintf("%+v", f)
	}
	keys := []string{text}
	for _, step := range c.before {
		text += fmt.Sprintf("%+v", step)
		for _, f := range c.issues {
			if step.what == fmt.Sprintf("opens #%d", f.number) {
				text += fmt.Sprintf("%+v", f)
			}
		}
		keys = append(keys, text)
	}
	return keys
}

// atOnce are the issues that no step opens, in the order of their numbers.
func (c *ruleCase) atOnce() []ruleForm {
	var out []ruleForm
	for _, f := range c.issues {
		opens := func(s ruleStep) bool { return s.what == fmt.Sprintf("opens #%d", f.number) }
		if !slices.ContainsFunc(c.before, opens) && !slices.ContainsFunc(c.story, opens) {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b ruleForm) int { return a.number - b.number })
	return out
}

func (r *ruleSetups) get(t *testing.T, key string) *ruleHub {
	r.mu.Lock()
	defer r.mu.Unlock()
	h := r.after[key]
	if h == nil {
		return nil
	}
	h = h.copy()
	h.t = t
	return h
}

func (r *ruleSetups) put(key string, h *ruleHub) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.after[key] = h.copy()
}

// copy is a repository that goes its own way from here.
func (h *ruleHub) copy() *ruleHub {
	c := *h
	c.config, c.teams, c.unread = map[string]any{}, maps.Clone(h.teams), maps.Clone(h.unread)
	layOver(c.config, h.config)
	c.issues = map[int]*ruleIssue{}
	for n, i := range h.issues {
		j := *i
		j.Labels, j.comments, j.changes = slices.Clone(i.Labels), slices.Clone(i.comments), slices.Clone(i.changes)
		c.issues[n] = &j
	}
	c.merged, c.reports, c.deploys = slices.Clone(h.merged), slices.Clone(h.reports), slices.Clone(h.deploys)
	c.checks, c.due = maps.Clone(h.checks), maps.Clone(h.due)
	c.did = nil
	return &c
}

// setUp opens the issues that are there from the beginning.
func (s *ruleStage) setUp() {
	s.t.Helper()
	first := s.c.story
	if len(s.c.before) > 0 {
		first = s.c.before
	}
	if len(first) == 0 {
		s.t.Fatal("nothing happens")
	}
	s.now = first[0].at.Add(-rulesLook * 100)
	for _, f := range s.c.atOnce() {
		if err := s.open(f.number, s.now); err != nil {
			s.t.Fatal(err)
		}
		s.now = s.now.Add(rulesLook)
		s.settle(f.number)
	}
}
