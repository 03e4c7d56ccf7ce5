package engine_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

const teamConfig = `version: 1
roles:
  business-stakeholder: [helena-bs]
  subject-matter-expert: [rui-sme]
  data-engineer: [dora-de]
  data-scientist: [sara-ds, tomas-ds]
  software-engineer: [felix-se]
  ml-engineer: [mina-mle]
  backend-engineer: [bento-be]
`

const churnBody = "### What is the bigger problem?\n\nChurn\n\n### What does solving it require?\n\nA score\n\n### Key metrics\n\n| Metric | Target |\n|---|---|\n| monthly_churn | <= 4 |\n\n### Budget\n\nsome"

const usageBody = "### Parent\n\n#3\n\n### What the data means, in domain words\n\nUsage\n\n### Source and owner\n\nBilling\n\n### Period and grain\n\n24 months\n\n### Quality rules (testable)\n\nNo gaps"

func scoreBody(parent, data string) string {
	return "### Parent\n\n" + parent + "\n\n### Context of the problem\n\nAgents guess\n\n### Added value\n\nThey know\n\n### Business requirements\n\nA list\n\n### Key metrics\n\n" +
		"| Metric | Class | Type | Target |\n|---|---|---|---|\n| saved | business | goal | >= 10 |\n| recall | model | goal | >= 0.4 |\n| psi | data | guardrail | <= 0.2 |\n\n" +
		"### Data processing\n\nJoined\n\n### Data requirements\n\n" + data + "\n\n### Budget\n\n40000\n\n### Risk\n\nstandard"
}

// ready is a repository with a deliverable that can be asked for, its problem and its data.
func ready(t testing.TB) *memory {
	m := newMemory(t, teamConfig)
	m.open(2, "helena-bs", "Churn", churnBody, "kind:problem")
	m.settle(2)
	m.open(3, "sara-ds", "Score", scoreBody("#2", "_No response_"), "kind:deliverable")
	m.settle(3)
	m.open(5, "dora-de", "Usage", usageBody, "kind:data")
	m.settle(5)
	m.merged = []facts.MergedPull{{Number: 7, Lines: []int{3}, Merged: m.now, Files: []facts.File{{Path: "reports/eda/a.md"}, {Path: "docs/design/a.md"}}}}
	m.say(5, "dora-de", "/approve")
	m.say(5, "rui-sme", "/approve")
	m.settle(5)
	m.settle(3)
	return m
}

func (m *memory) mustSay(number int, texts ...string) {
	m.t.Helper()
	for _, text := range texts {
		if s := m.sticky(number); !strings.Contains(s, text) {
			m.t.Errorf("the sticky of #%d does not say %q:\n%s", number, text, s)
		}
	}
}

func TestWhatOneIssueShowsOfAnotherBecomesTrue(t *testing.T) {
	m := ready(t)
	m.mustSay(2, "#3 Score: **Design**", "#5 Usage; validated")
	m.mustSay(3, "Everything is ready", "#5 Usage; validated")
	m.mustSay(5, "Used by #3")
	m.open(6, "sara-ds", "Codes", "### Parent\n\n#3\n\n### What is in the way?\n\nx\n\n### Why the deliverable needs it solved\n\ny\n\n### People involved\n\n@rui-sme", "kind:support-problem")
	m.settle(6)
	m.mustSay(2, "#3 → #6 → rui-sme")
	m.edit(5, "24 months", "12 months")
	m.settle(5)
	m.mustSay(3, "#5 is not validated")
	m.mustSay(2, "#5 Usage; not validated")
	m.issues[3].Title = "Weekly score"
	m.settle(3)
	m.mustSay(2, "#3 Weekly score")
	m.issues[6].Closed = true
	m.settle(6)
	if strings.Contains(m.sticky(2), "#6") {
		t.Error("a solved support problem still stands on the board")
	}
	m.edit(3, "#2", "#9")
	m.settle(3)
	if strings.Contains(m.sticky(2), "#3") {
		t.Error("a deliverable that left the problem still stands on its board")
	}
	delete(m.issues, 5)
	m.settle(5)
	if strings.Contains(m.sticky(3), "Usage") {
		t.Error("a deleted data requirement is still shown")
	}
}

func TestALookThatFindsNothingToDoWakesNobody(t *testing.T) {
	m := ready(t)
	m.writes = nil
	r := engine.Reconciler{Hub: m}
	for _, n := range []int{2, 3, 5, 17} {
		out, err := r.Reconcile(context.Background(), m.key(n))
		if err != nil || len(out.Touch) > 0 || len(m.writes) > 0 {
			t.Errorf("#%d: touched %v, wrote %v, %v", n, out.Touch, m.writes, err)
		}
	}
}

// Every write of the passing fails once, in each way: the end is the same, nothing is there twice.
func TestAFailedWriteIsMadeUpFor(t *testing.T) {
	pass := func(prepare func(*memory)) *memory {
		m := ready(t)
		m.say(3, "sara-ds", "/advance development")
		m.settle(3)
		for _, login := range []string{"dora-de", "rui-sme", "tomas-ds"} {
			m.say(3, login, "/approve")
			m.settle(3)
		}
		m.writes = nil
		prepare(m)
		m.say(3, "helena-bs", "/approve")
		m.settle(3)
		return m
	}
	good := pass(func(*memory) {})
	want, n := good.state(), len(good.writes)
	if !strings.Contains(want, "phase:development") || n < 5 {
		t.Fatalf("the gate did not pass, with %d writes:\n%s", n, want)
	}
	for at := 1; at <= n; at++ {
		for way, prepare := range map[string]func(*memory){
			"before":   func(m *memory) { m.fail = at },
			"after":    func(m *memory) { m.fail, m.lost = at, true },
			"vanished": func(m *memory) { m.fail, m.vanished = at, true },
		} {
			if got := pass(prepare).state(); got != want {
				t.Errorf("write %d fails %s: got\n%s\nwant\n%s", at, way, got, want)
			}
		}
	}
}

// In whatever order the issues are looked at, labels, phases and stickies end the same.
func TestTheOrderOfLooksDoesNotMatter(t *testing.T) {
	story := func(look func(m *memory)) *memory {
		m := ready(t)
		for _, step := range []struct {
			number      int
			login, text string
		}{{3, "sara-ds", "/advance development"}, {2, "dora-de", "/delegate data-engineer @bento-be until 2026-01-20"}, {3, "bento-be", "/approve"}, {3, "rui-sme", "/approve"},
			{3, "tomas-ds", "/approve"}, {3, "helena-bs", "/approve"}, {3, "rui-sme", "/return design data: leak"}} {
			m.say(step.number, step.login, step.text)
			look(m)
		}
		m.settle(2, 3, 5)
		return m
	}
	want := story(func(m *memory) { m.settle(2, 3) })
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 0))
		got := story(func(m *memory) {
			order := []int{2, 3, 5}
			r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
			m.settle(order...)
		})
		for _, n := range []int{2, 3, 5} {
			if g, w := fmt.Sprint(got.issues[n].Labels), fmt.Sprint(want.issues[n].Labels); g != w {
				t.Errorf("seed %d: #%d has %s, want %s", seed, n, g, w)
			}
		}
		if g, w := got.sticky(2), want.sticky(2); g != w {
			t.Errorf("seed %d: got\n%s\nwant\n%s", seed, g, w)
		}
	}
}

func TestAFormWithoutAKindGetsItsLabel(t *testing.T) {
	m := newMemory(t, teamConfig)
	m.open(4, "rui-sme", "Churn", churnBody)
	m.settle(4)
	if !m.issues[4].Has("kind:problem") || m.sticky(4) == "" {
		t.Errorf("labels %v, sticky %q", m.issues[4].Labels, m.sticky(4))
	}
	m.open(6, "rui-sme", "A bug", "### Parent\n\n#4\n\n### Steps\n\nnone")
	m.settle(6)
	if len(m.issues[6].Labels) > 0 || len(m.issues[6].comments) > 0 {
		t.Errorf("a plain issue was written on: %v", m.issues[6])
	}
}

func TestTwoKindsAreToldAndMended(t *testing.T) {
	m := ready(t)
	before := m.sticky(3)
	m.issues[3].Labels = append(m.issues[3].Labels, "kind:data")
	m.settle(3)
	m.mustSay(3, "Data requirement")
	m.issues[3].Labels = slices.DeleteFunc(m.issues[3].Labels, func(l string) bool { return l == "kind:data" })
	m.settle(3)
	if got := m.sticky(3); got != before {
		t.Errorf("mended, it says\n%s\nwant\n%s", got, before)
	}
}

// The risk is the form's when the deliverable is opened; editing the form lowers nothing.
func TestEditingTheFormDoesNotChangeTheRisk(t *testing.T) {
	m := ready(t)
	m.edit(3, "### Risk\n\nstandard", "### Risk\n\nlow")
	m.settle(3)
	if !m.issues[3].Has(lifecycle.Standard.Label()) || m.issues[3].Has(lifecycle.Low.Label()) {
		t.Errorf("labels %v", m.issues[3].Labels)
	}
}

func TestNoConfigWritesNothing(t *testing.T) {
	m := ready(t)
	m.rules.Policy, m.writes = nil, nil
	m.say(3, "sara-ds", "/advance development")
	m.settle(2, 3, 5)
	if len(m.writes) > 0 {
		t.Errorf("wrote %v", m.writes)
	}
}

func TestABrokenConfigReachesEverySticky(t *testing.T) {
	m := ready(t)
	m.rules.Broken = "3:1: unknown key"
	m.settle(2, 3, 5)
	for _, n := range []int{2, 3, 5} {
		m.mustSay(n, "3:1: unknown key")
	}
}

// The last day stands on the board: nobody looks again only because it has passed.
func TestADelegationThatEndsWakesNobody(t *testing.T) {
	m := ready(t)
	m.say(2, "dora-de", "/delegate data-engineer @bento-be until 2026-01-14")
	out, err := engine.Reconciler{Hub: m}.Reconcile(context.Background(), m.key(2))
	if err != nil || !out.Due.IsZero() {
		t.Errorf("due %v (%v)", out.Due, err)
	}
	m.mustSay(2, "bento-be")
}

func TestPlainIssuesOfAKindCarryNoPhase(t *testing.T) {
	m := ready(t)
	m.open(8, "sara-ds", "GBM", "### Parent\n\n#3\n\n### Hypothesis\n\nx", "kind:experiment", "phase:design")
	m.say(8, "sara-ds", "/approve")
	m.settle(8)
	if m.issues[8].Has("phase:design") || m.issues[8].comments[0].Answer != facts.NotCounted {
		t.Errorf("labels %v, comments %v", m.issues[8].Labels, m.issues[8].comments)
	}
}

func TestTheRepositorysSetUp(t *testing.T) {
	p, _ := policy.Parse([]byte(teamConfig + "language: pt-BR\n"))
	s := engine.RepositorySnapshot{Key: engine.Key{Owner: "acme", Repo: "churn", Kind: engine.RepositoryKey}, Rules: engine.Rules{Policy: p}, Head: "abc", Config: "c1", Numbers: []int{2, 3}}
	for i, l := range lifecycle.Labels() {
		switch {
		case i == 0: // missing
		case i == 1:
			s.Labels = append(s.Labels, engine.RepositoryLabel{Name: strings.ToUpper(l.Name), Description: "our own words", Color: l.Color})
		case i == 2:
			s.Labels = append(s.Labels, engine.RepositoryLabel{Name: l.Name, Description: "", Color: "ededed"})
		case i == 3:
			s.Labels = append(s.Labels, engine.RepositoryLabel{Name: l.Name, Description: l.Text[lifecycle.English], Color: "123456"})
		default:
			s.Labels = append(s.Labels, engine.RepositoryLabel{Name: l.Name, Description: l.Text[lifecycle.Portuguese], Color: l.Color})
		}
	}
	labels := lifecycle.Labels()
	plan := s.Plan()
	want := []engine.Effect{
		engine.CreateLabel{Name: labels[0].Name, Color: labels[0].Color, Description: labels[0].Text[lifecycle.Portuguese]},
		engine.DescribeLabel{Name: labels[2].Name, Color: labels[2].Color, Description: labels[2].Text[lifecycle.Portuguese]},
		engine.DescribeLabel{Name: labels[3].Name, Color: "123456", Description: labels[3].Text[lifecycle.Portuguese]},
	}
	if !slices.Equal(plan.Effects, want) || len(plan.Touch) != 2 {
		t.Errorf("effects %v, touch %v", plan.Effects, plan.Touch)
	}
	s.Problems = []policy.Problem{{Line: 3, Column: 1, Message: "unknown key"}}
	check, ok := s.Plan().Effects[0].(engine.PutCheck)
	if !ok || check.Conclusion != "neutral" || len(check.Notes) != 1 || check.Head != "abc" {
		t.Errorf("a broken config: %+v", check)
	}
	s.Check = &facts.Run{ID: 7, ExternalID: check.ExternalID, Conclusion: check.Conclusion}
	if _, again := s.Plan().Effects[0].(engine.PutCheck); again {
		t.Error("the same config is told of twice")
	}
}

func pull(head, config, base string, problems []policy.Problem, runs ...facts.Run) engine.PullSnapshot {
	return engine.PullSnapshot{Pull: facts.Pull{Head: head, Runs: runs}, Config: engine.PullConfig{Hash: config, Base: base, Problems: problems}}
}

func TestAPullRequestsConfig(t *testing.T) {
	first, err := pull("abc", "c1", "", nil).Plan(engine.Signer{})
	if err != nil {
		t.Fatal(err)
	}
	told := pull("abc", "c1", "", nil, facts.Run{ID: 7, Name: engine.ConfigName, ExternalID: first.Effects[0].(engine.PutCheck).ExternalID, Conclusion: "success"})
	again := told
	again.Pull.Rerequested = true
	for _, c := range []struct {
		name string
		s    engine.PullSnapshot
		want string
	}{
		{"one that changes nothing of it", pull("abc", "c1", "c1", nil), ""},
		{"one that takes it away", pull("abc", "", "c1", nil), "check phasegate/config at abc: failure, This change takes the config away: no rule holds any more"},
		{"a closed one", engine.PullSnapshot{Pull: facts.Pull{Head: "abc", Closed: true}, Config: engine.PullConfig{Hash: "c1"}}, ""},
		{"the first config", pull("abcdefgh", "c1", "", nil), "check phasegate/config at abcdefg: success, The config is valid"},
		{"told already", told, ""},
		{"told already, and asked for again", again, "check phasegate/config at abc: success, The config is valid"},
		{"a broken one", pull("abcdefgh", "c2", "c1", make([]policy.Problem, 60)), "check phasegate/config at abcdefg: failure, The config has 60 problems"},
	} {
		got := ""
		plan, err := c.s.Plan(engine.Signer{})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range plan.Effects {
			got += e.String()
			if c := e.(engine.PutCheck); len(c.Notes) > 50 || c.ID != 0 {
				t.Errorf("%d annotations in run %d", len(c.Notes), c.ID)
			}
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestTheOtherRunnersRepositoryIsLeftAlone(t *testing.T) {
	m := ready(t)
	m.writes = nil
	m.say(3, "sara-ds", "/advance development")
	r := engine.Reconciler{Hub: m, Runner: policy.RunnerAction}
	if out, err := r.Reconcile(context.Background(), m.key(3)); err != nil || len(m.writes)+len(out.Touch) > 0 {
		t.Errorf("wrote %v, touched %v, %v", m.writes, out.Touch, err)
	}
	r.Runner = policy.RunnerApp
	if _, err := r.Reconcile(context.Background(), m.key(3)); err != nil || len(m.writes) == 0 {
		t.Errorf("its own is left alone too: %v", err)
	}
}

func TestTheDecisionLogBeginsWithTheNewest(t *testing.T) {
	m := ready(t)
	m.say(3, "sara-ds", "/advance development")
	m.settle(3)
	for _, login := range []string{"dora-de", "rui-sme", "tomas-ds", "helena-bs"} {
		m.say(3, login, "/approve")
	}
	m.settle(3)
	passed := m.now
	m.say(3, "rui-sme", "/return design data: *the* codes leak")
	m.now = passed.Add(time.Millisecond) // within the second of the passing
	last := &m.issues[3].comments[len(m.issues[3].comments)-1]
	last.Created = passed
	m.settle(3)
	_, log, _ := strings.Cut(m.sticky(2), "**Decisions**")
	back, forth := strings.Index(log, "went back from Development to Design. Cause: data."), strings.Index(log, "moved from Design to Development")
	if back < 0 || forth < 0 || back > forth || strings.Contains(log, "*the*") {
		t.Errorf("the decision log says\n%s", log)
	}
}

// GitHub's servers differ by a moment: a comment may be newer than the time the answer tells.
func TestACommentNewerThanTheClockIsHandled(t *testing.T) {
	m := ready(t)
	m.say(3, "sara-ds", "/advance development")
	m.now = m.now.Add(-2 * time.Second)
	m.settle(3)
	if !m.issues[3].Has("gate:requested") || strings.Contains(m.state(), "commands within an hour") {
		t.Errorf("it was not handled:\n%s", m.state())
	}
}

func TestWhyNothingIsDone(t *testing.T) {
	m := ready(t)
	m.open(9, "sara-ds", "A bug", "It crashes")
	m.issues[5].Closed = true
	r := engine.Reconciler{Hub: m}
	for n, want := range map[int]engine.Idle{3: "", 5: engine.IsClosed, 9: engine.NoKind, 17: engine.NoIssue} {
		if p, err := r.Plan(context.Background(), m.key(n)); err != nil || p.Idle != want {
			t.Errorf("#%d: %q, want %q (%v)", n, p.Idle, want, err)
		}
	}
	m.rules.Policy = nil
	if p, err := r.Plan(context.Background(), m.key(3)); err != nil || p.Idle != engine.NoConfig {
		t.Errorf("without a config: %q (%v)", p.Idle, err)
	}
}

// Deleting the sticky after editing the form does not lower the risk either.
func TestDeletingTheStickyDoesNotChangeTheRisk(t *testing.T) {
	m := ready(t)
	i := m.issues[3]
	i.changes = append(i.changes, facts.LabelChange{ID: "LE_1", Label: lifecycle.Standard.Label(), Added: true, Own: true, At: m.now})
	m.edit(3, "### Risk\n\nstandard", "### Risk\n\nlow")
	i.comments = slices.DeleteFunc(i.comments, func(c facts.Comment) bool { return engine.IsSticky(c.Body) })
	m.settle(3)
	if !i.Has(lifecycle.Standard.Label()) || i.Has(lifecycle.Low.Label()) {
		t.Errorf("labels %v", i.Labels)
	}
}

// More neighbours than a ledger holds do not keep the looks going.
func TestMoreNeighboursThanALedgerHolds(t *testing.T) {
	m := newMemory(t, teamConfig)
	m.open(2, "helena-bs", "Churn", churnBody, "kind:problem")
	for n := 100; n < 520; n++ {
		m.open(n, "sara-ds", "Score", "### Parent\n\n#2\n\n### Risk\n\nlow", "kind:deliverable")
	}
	r := engine.Reconciler{Hub: m}
	if _, err := r.Reconcile(context.Background(), m.key(2)); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{519, 100} {
		if _, err := r.Reconcile(context.Background(), m.key(n)); err != nil {
			t.Fatal(err)
		}
	}
	out, err := r.Reconcile(context.Background(), m.key(519))
	if err != nil || slices.Contains(out.Touch, m.key(2)) {
		t.Errorf("beyond what the board's ledger holds, it is asked for again and again: %v, %v", out.Touch, err)
	}
}
