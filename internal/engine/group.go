package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
	"github.com/phasegate/phasegate/templates"
)

// GroupSnapshot is what was read of a merge group: pull requests that a merge queue is about to merge
// together, on a commit of its own.
type GroupSnapshot struct {
	Key     Key
	Now     time.Time // the project's time: GitHub's; zero where nothing was read
	Rules   Rules     // of the default branch
	Gone    bool      // the queue has no such group (any more)
	Head    string    // commit that the checks are posted on, full SHA
	Members []int     // the pull requests in it: its own, and those ahead of it in the queue
	Behind  []string  // the Refs of the groups behind it in the queue, which have its members too
	Runs    []facts.Run

	Rerequested bool // somebody asked for the checks to run again, and they did not yet
}

// lookingAgain is in how long something is looked at again that GitHub does not show as an event tells it: its servers do
// not agree at once.
var lookingAgain = []time.Duration{2 * time.Second, 10 * time.Second, 30 * time.Second}

// queueLook is how long a pull request with a group's commit is left alone after that while the group waits.
const queueLook = time.Minute

// again is in how long to look at an object again that is not as it was expected; 0 once that was done a few times, or
// where it cannot be counted.
func (m *Memory) again(key Key) time.Duration {
	if m == nil {
		return 0
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.looks[key]
	if n == len(lookingAgain) || n == 0 && len(m.looks) >= maxWaiting {
		return 0
	}
	m.looks[key] = n + 1
	return lookingAgain[n]
}

// agreed forgets how often an object was looked at again.
func (m *Memory) agreed(key Key) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.looks, key)
}

// groupRuns is how the external ids of the checks on merge groups begin.
const groupRuns = "group:"

// OfGroup reports whether a check of Phasegate's was said of a merge group.
func OfGroup(r facts.Run) bool { return strings.HasPrefix(r.ExternalID, groupRuns) }

// member is how one pull request of a group stands.
type member struct {
	number int
	checks []PutCheck
}

// planGroup judges every pull request of a merge group on its own head, as it is at this moment.
func (r Reconciler) planGroup(ctx context.Context, key Key) (Plan, error) {
	g, err := r.Hub.Group(ctx, key)
	if err != nil {
		return Plan{}, fmt.Errorf("read %s: %w", key, err)
	}
	if r.others(g.Rules) {
		return Plan{Idle: Elsewhere}, nil
	}
	if g.Gone && g.Rules.Policy != nil && !g.Now.IsZero() {
		if wait := r.Memory.again(key); wait > 0 { // it may not be seen yet: nothing else would give it its checks
			return Plan{at: g.Now, Due: g.Now.Add(wait)}, nil
		}
	}
	r.Memory.agreed(key)
	if g.Gone || g.Rules.Policy == nil {
		return Plan{}, nil
	}
	var members []member
	for _, n := range g.Members {
		s, err := r.readPull(ctx, key.pull(n), nil)
		if err != nil {
			return Plan{}, err
		}
		if !s.Pull.Merged {
			checks, err := s.judged(r.Signer)
			if err != nil {
				return Plan{}, fmt.Errorf("judge %s: %w", s.Key, err)
			}
			members = append(members, member{n, checks})
		}
	}
	plan := g.plan(members)
	if len(plan.Effects) > 0 { // a queue may merge a group for whatever its last check says
		for _, ref := range g.Behind {
			behind := key
			behind.Ref = ref
			plan.Touch = append(plan.Touch, behind)
		}
	}
	return plan, nil
}

// judged are the checks of a pull request as they have to stand on its head, or would if the rules were enforced.
func (s PullSnapshot) judged(signer Signer) ([]PutCheck, error) {
	if s.Gone || s.Pull.Closed || s.Rules.Policy == nil {
		return nil, nil
	}
	enforced := *s.Rules.Policy
	enforced.Mode = policy.Enforce
	s.Rules.Policy = &enforced
	d := s.desk(signer)
	all := d.checks()
	if c, ok := s.configPut(); ok {
		all = append(all, c)
	}
	_, err := d.decision()
	return all, err
}

// plan posts each check on the group's head: success if it passes on every pull request of the group, else a
// failure that names one on which it does not.
func (g GroupSnapshot) plan(members []member) Plan {
	var plan Plan
	for _, name := range []string{GateCheck, RolesCheck, MetricsCheck, ConfigName} {
		c, ok := g.check(name, members)
		if !ok {
			continue
		}
		i := slices.IndexFunc(g.Runs, func(r facts.Run) bool { return r.Name == name && OfGroup(r) })
		if i < 0 || g.Rerequested {
			plan.Effects = append(plan.Effects, c)
			continue
		}
		plan.Effects = append(plan.Effects, c.over(&g.Runs[i])...)
	}
	slices.SortStableFunc(plan.Effects, func(a, b Effect) int { // what blocks comes first
		return pass(a.(PutCheck)) - pass(b.(PutCheck))
	})
	return plan
}

func pass(c PutCheck) int {
	if c.passes() {
		return 1
	}
	return 0
}

// check joins what one check says of all members; false for the config's where none of them changes it.
func (g GroupSnapshot) check(name string, members []member) (PutCheck, bool) {
	v := templates.GroupView{Check: name, Observing: g.Rules.Policy.Mode == policy.Observe}
	posted := name != ConfigName
	for _, m := range members {
		i := slices.IndexFunc(m.checks, func(c PutCheck) bool { return c.Name == name })
		line := templates.GroupLine{Number: m.number, Passes: i < 0 && name == ConfigName}
		if i >= 0 {
			line.Title, line.Passes = m.checks[i].Title, m.checks[i].passes()
			posted = true
		}
		v.Lines = append(v.Lines, line)
	}
	c := PutCheck{Name: name, Head: g.Head, Conclusion: "success"}
	if !v.Passes() {
		c.Conclusion = "failure"
	}
	if v.Observing && c.Conclusion != "success" {
		c.Conclusion = "neutral"
	}
	text := templates.Printer{Lang: g.language()}.Group(v)
	c.Title, c.Summary = text.Title, text.Summary
	c.ExternalID = groupRuns + c.digest()
	return c, posted
}

func (g GroupSnapshot) language() lifecycle.Lang { return g.Rules.Policy.Language }
