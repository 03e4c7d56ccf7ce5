package engine_test

import (
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/policy"
)

// While a repository only observes, a deliverable's sticky counts the merged pull requests that the rules
// would have stopped: those with a file of another phase. Enforcing, it does not.
func TestObservingCountsWhatWouldHaveBeenStopped(t *testing.T) {
	m := ready(t)
	m.merged = append([]facts.MergedPull{
		{Number: 9, Lines: []int{3}, Merged: m.now, Files: []facts.File{{Path: "tests/a_test.py"}, {Path: "deploy/job.yml"}}},
		{Number: 8, Lines: []int{3}, Merged: m.now, Files: []facts.File{{Path: "notebooks/a.ipynb"}}},
	}, m.merged...)
	const said = "the rules would have stopped merged pull requests: 1."
	observing := *m.rules.Policy
	observing.Mode = policy.Observe
	m.rules.Policy = &observing
	m.settle(3)
	m.mustSay(3, said, "#9: `deploy/job.yml` does not belong in Design")
	if strings.Contains(m.sticky(3), "#8:") {
		t.Errorf("what any phase allows is counted:\n%s", m.sticky(3))
	}
	enforcing := observing
	enforcing.Mode = policy.Enforce
	m.rules.Policy = &enforcing
	m.settle(3)
	if strings.Contains(m.sticky(3), said) {
		t.Errorf("it counts though the rules are enforced:\n%s", m.sticky(3))
	}
}

// A broken config fails its check only where the rules are enforced.
func TestTheConfigCheckIsNeutralWhileObserving(t *testing.T) {
	for mode, observing := range map[policy.Mode]bool{policy.Observe: true, policy.Enforce: false} {
		p := policy.Default()
		p.Mode = mode
		s := pull("h1", "new", "old", []policy.Problem{{Line: 3, Column: 1}})
		s.Rules.Policy = p
		plan, err := s.Plan(engine.Signer{})
		if err != nil {
			t.Fatal(err)
		}
		check := plan.Effects[0].(engine.PutCheck)
		if want := map[bool]string{true: "neutral", false: "failure"}[observing]; check.Conclusion != want || strings.Contains(check.Title, "observing") != observing {
			t.Errorf("%s: %+v", mode, check)
		}
	}
}
