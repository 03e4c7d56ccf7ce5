package engine_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

func TestOtherStatesOfAPull(t *testing.T) {
	for _, c := range []struct {
		name                 string
		with                 func(*pullWorld)
		gate, roles, metrics string
	}{
		{"no deliverable", func(w *pullWorld) { w.pull.Body, w.phase = "", "" },
			"action_required: Name the deliverable", "in_progress", "in_progress"},
		{"one that is none", func(w *pullWorld) { w.pull.Body = "Deliverable: #8" }, "action_required: #8 is no open deliverable (open: #3 Weekly churn score)", "in_progress", "in_progress"},
		{"one of two is none", func(w *pullWorld) { w.pull.Body = "Deliverable: #3, #8" }, "action_required: #8 is no open deliverable", "in_progress", "in_progress"},
		{"not named, but the only one", func(w *pullWorld) { w.pull.Body = "" }, "success: Everything here may change now: #3 is in Development, the only open deliverable", "in_progress", "in_progress"},
		{"two open, none named", func(w *pullWorld) {
			w.pull.Body = ""
			w.listed = []engine.Listed{w.deliverable(4, "Offers", lifecycle.Design, scoreBody("#2", "#5"))}
		}, "action_required: Name the deliverable", "in_progress", "in_progress"},
		{"two open, one closed by it", func(w *pullWorld) {
			w.pull.Body = "Closes #3"
			w.listed = []engine.Listed{w.deliverable(4, "Offers", lifecycle.Design, scoreBody("#2", "#5"))}
		}, "success", "in_progress", "in_progress"},
		{"the newest commit of another too", func(w *pullWorld) { w.pull.Sharing = []int{14} }, "action_required: Same newest commit as #14", "action_required", "in_progress"},
		{"more files than are listed", func(w *pullWorld) { w.pull.Files = facts.Unknown[[]facts.PullFile](facts.TooManyFiles) }, "failure: Larger than GitHub lists", "failure", "failure: Larger than GitHub lists"},
		{"more commits than are listed", func(w *pullWorld) { w.pull.Commits = facts.Unknown[[]facts.PullCommit](facts.TooManyCommits) }, "success", "failure", "in_progress"},
		{"only observed", func(w *pullWorld) { w.configure(teamConfig + "mode: observe\n"); w.phase = lifecycle.Design },
			"neutral: features/a.py may not change now: #3 is in Design (observing: enforced, this would stop it)", "neutral: Waiting for tomas-ds (data scientist) (observing", "neutral"},
		{"in Portuguese", func(w *pullWorld) { w.configure(teamConfig + "language: pt-BR\n") }, "success: Tudo aqui pode mudar agora: #3 está em Desenvolvimento", "in_progress: Aguardando tomas-ds (cientista de dados)", "in_progress: Aguardando"},
		{"a bot's", func(w *pullWorld) {
			w.configure(teamConfig + "bots: [renovate]\n")
			w.pull.Author, w.pull.Body, w.phase = who("renovate"), "", lifecycle.Design
			w.pull.Commits = facts.Known([]facts.PullCommit{{SHA: w.pull.Head, Parents: []string{"base"}, Authors: []facts.Person{who("renovate")}}})
		}, "neutral: A bot's pull request needs no deliverable", "in_progress", "in_progress"},
		{"a bot's, that somebody else has a hand in", func(w *pullWorld) {
			w.configure(teamConfig + "bots: [renovate]\n")
			w.pull.Author, w.pull.Body, w.phase = who("renovate"), "", lifecycle.Design
		}, "failure: features/a.py may not change now", "in_progress", "in_progress"},
		{"only free files", func(w *pullWorld) {
			w.pull.Files = facts.Known([]facts.PullFile{{Path: "tests/a.py"}})
		}, "neutral: Nothing here needs a deliverable", "in_progress", "neutral"},
		{"a hotfix", func(w *pullWorld) {
			w.live, w.pull.Body = true, "Deliverable: #3\nHotfix: scores are late"
			w.pull.Files = facts.Known([]facts.PullFile{{Path: "deploy/a.yml"}})
		}, "success: Everything here may change now: #3 is in Development (hotfix)", "in_progress: Waiting for bento-be", "neutral"},
		{"a hotfix without a reason", func(w *pullWorld) {
			w.live, w.pull.Body = true, "Deliverable: #3\nHotfix:"
			w.pull.Files = facts.Known([]facts.PullFile{{Path: "deploy/a.yml"}})
		}, "failure: deploy/a.yml may not change now", "in_progress", "neutral"},
		{"a draft", func(w *pullWorld) { w.pull.Draft = true }, "success", "in_progress: Waiting for tomas-ds", "in_progress"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newPull(t, lifecycle.Development, "features/a.py")
			c.with(w)
			w.look()
			w.must(engine.GateCheck, c.gate)
			w.must(engine.RolesCheck, c.roles)
			w.must(engine.MetricsCheck, c.metrics)
		})
	}
}

// A deliverable whose own Paths a file is under is asked as well, for those files only.
func TestADeliverablesOwnPaths(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py", "train/offers/b.py")
	body := scoreBody("#2", "#5") + "\n\n### Paths\n\ntrain/offers/**"
	w.listed = []engine.Listed{w.deliverable(4, "Offers", lifecycle.Design, body)}
	w.look()
	w.must(engine.GateCheck, "failure: train/offers/b.py may not change now: #4 is in Design")
}

// What somebody else did to Phasegate's comment is mended first, and nobody is stopped or let through for it.
func TestADoubtfulDeliverable(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py")
	w.phase = ""
	l := w.deliverable(3, "Score", lifecycle.Development, scoreBody("#2", "#5"))
	l.Sticky.Own, l.Sticky.Touched = false, true
	w.listed = []engine.Listed{l}
	plan, err := w.filled().Plan(engine.Signer{})
	if err != nil || plan.Due != w.now.Add(time.Minute) {
		t.Errorf("looked at again at %s, %v", plan.Due, err)
	}
	w.look()
	w.must(engine.GateCheck, "in_progress: Waiting: the phase of #3 is being read again")
}

// otherwise is a hub whose pull request is changed a little, and that counts how often more of it is read.
type otherwise struct {
	pullHub
	with  func(*engine.PullSnapshot)
	fills int
}

func (h *otherwise) Pull(ctx context.Context, key engine.Key) (engine.PullSnapshot, error) {
	s, err := h.pullHub.Pull(ctx, key)
	h.with(&s)
	return s, err
}

func (h *otherwise) FillPull(ctx context.Context, s *engine.PullSnapshot, lack engine.PullLack) error {
	h.fills++
	return h.pullHub.FillPull(ctx, s, lack)
}

// What is asked about a pull request that shows nothing of its own is read all the same.
func TestAQuestionAboutTheYoungerPull(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py")
	w.look()
	w.say("tomas-ds", "/approve")
	w.look()
	w.push("sara-ds")
	hub := &otherwise{pullHub: pullHub{newMemory(t, teamConfig), w, nil}, with: func(s *engine.PullSnapshot) { s.Pull.Sharing = []int{9} }}
	a, err := (engine.Reconciler{Hub: hub}).Simulate(t.Context(), w.snapshot().Key.Repository(), engine.WhatIf{Pull: 12})
	if err != nil || stand(a) != "success" {
		t.Errorf("%s, %v", stand(a), err)
	}
}

// What GitHub counts and does not list is not judged, and is looked at again soon, then later.
func TestAPullListedInPart(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py")
	hub := &otherwise{pullHub: pullHub{newMemory(t, teamConfig), w, nil}, with: func(s *engine.PullSnapshot) { s.Pull.Files = facts.Unknown[[]facts.PullFile](facts.ListShort) }}
	r := engine.Reconciler{Hub: hub, Memory: engine.NewMemory()}
	for _, wait := range []time.Duration{2 * time.Second, 10 * time.Second, 30 * time.Second, time.Hour} {
		plan, err := r.Plan(t.Context(), w.snapshot().Key)
		if err != nil || plan.Due.Sub(w.now) != wait {
			t.Errorf("looked at again at %s, want in %s, %v", plan.Due, wait, err)
		}
		for _, e := range plan.Effects {
			w.carryOut(e)
		}
		w.must(engine.RolesCheck, "failure: GitHub does not list all of it")
		w.must(engine.GateCheck, "failure: GitHub does not list all of it")
	}
	hub.with = func(*engine.PullSnapshot) {}
	plan, err := r.Plan(t.Context(), w.snapshot().Key)
	for _, e := range plan.Effects {
		w.carryOut(e)
	}
	if w.must(engine.RolesCheck, "in_progress: Waiting for tomas-ds"); err != nil || !plan.Due.IsZero() {
		t.Errorf("due at %s, %v", plan.Due, err)
	}
}

func TestWhatIsLeftAlone(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py")
	w.say("tomas-ds", "/approve") // for which earlier heads' runs are read
	for name, with := range map[string]func(*engine.PullSnapshot){
		"gone":                           func(s *engine.PullSnapshot) { s.Gone = true },
		"closed":                         func(s *engine.PullSnapshot) { s.Pull.Closed = true },
		"no config":                      func(s *engine.PullSnapshot) { s.Rules.Policy, s.Base = nil, nil },
		"what a merge queue made":        func(s *engine.PullSnapshot) { s.Pull.OfQueue = true },
		"the older one of two is judged": func(s *engine.PullSnapshot) { s.Pull.Sharing = []int{9} },
	} {
		s := w.snapshot()
		with(&s)
		if plan, err := s.Plan(engine.Signer{}); err != nil || len(plan.Effects) > 0 {
			t.Errorf("%s: %v, %v", name, plan.Effects, err)
		}
		hub := &otherwise{pullHub: pullHub{newMemory(t, teamConfig), w, nil}, with: with}
		if _, err := (engine.Reconciler{Hub: hub}).Plan(t.Context(), s.Key); err != nil || hub.fills > 0 {
			t.Errorf("%s: read on %d times for nothing, %v", name, hub.fills, err)
		}
	}
	s := w.snapshot()
	s.Pull.Closed, s.Pull.Sharing = true, []int{14}
	if plan, _ := s.Plan(engine.Signer{}); len(plan.Touch) != 1 || plan.Touch[0].Number != 14 || plan.Touch[0].Kind != engine.PullKey {
		t.Errorf("another with the same commit is judged for itself now: %v", plan.Touch)
	}
}

func TestTheConfigThatAPullBrings(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py")
	looser, problems := policy.Parse([]byte("mode: enforce\n" + strings.Replace(teamConfig, "  backend-engineer: [bento-be]\n", "", 1)))
	if looser == nil {
		t.Fatal(problems)
	}
	w.config = engine.PullConfig{Hash: "h2", Base: "h1", Policy: looser}
	w.look()
	w.must(engine.ConfigName, "none") // the base branch's was changed meanwhile
	w.push("sara-ds", policy.File)
	if got := w.look(); got[0] != "check phasegate/config at 2222222: success, This change loosens 1 rule (the config is valid)" {
		t.Errorf("%v", got)
	}
	both, problems := policy.Parse([]byte("mode: enforce\n" + strings.Replace(teamConfig, "  backend-engineer: [bento-be]\n", "", 1) + "approvals: {contributors: allow}\n"))
	if both == nil {
		t.Fatal(problems)
	}
	w.config.Policy = both // the organisation's shared config is another one now
	if got := w.look(); len(got) == 0 || got[0] != "check phasegate/config at 2222222: success, This change loosens 2 rules (the config is valid)" {
		t.Errorf("%v", got)
	}
	w.config = engine.PullConfig{Hash: "h3", Base: "h1", Problems: []policy.Problem{{Line: 2}}}
	w.look()
	w.must(engine.ConfigName, "failure: The config has 1 problem")
	w.config = engine.PullConfig{Base: "h1"}
	w.look()
	w.must(engine.ConfigName, "failure: This change takes the config away")
	w = newPull(t, lifecycle.Development, "features/a.py")
	w.config = engine.PullConfig{Hash: "h1", Base: "h1"}
	w.look()
	w.must(engine.ConfigName, "none")
}
