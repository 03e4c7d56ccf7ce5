package engine

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
	"github.com/phasegate/phasegate/templates"
)

// PullSnapshot is what was read of a pull request.
type PullSnapshot struct {
	Key    Key
	Now    time.Time // the project's time: GitHub's
	Rules  Rules     // of the default branch
	Branch string    // the default branch's name; "" for an empty repository
	Roster facts.Roster
	Gone   bool // there is no such pull request (any more); all else but Rules is empty
	Pull   facts.Pull
	Change Change // of an open one

	// Base are the rules of the branch it goes into, by which its files are judged: the default branch's
	// where that branch has no valid config of its own.
	Base *policy.Policy
	// Config is the config as the pull request has it at its head, where it changes it against the base.
	Config PullConfig

	Listed []Listed // the repository's open issues, as for an issue's Snapshot

	// What PullLack asked for.
	Contents map[string]facts.Fact[facts.ContentsAt] // by commit; only the paths asked for are there
	Forked   map[facts.Span]facts.Fact[string]       // merge base of two commits
	Earlier  []facts.Run                             // Phasegate's phasegate/roles on earlier heads, the newest first
	States   facts.Fact[[]facts.CheckState]          // how the checks and statuses on the head stand, whoever posted them
	Asked    PullLack                                // what was looked for, found or not

	memory *Memory       // may be nil
	soon   time.Duration // in how long it is looked at again while it is silent or short; 0 once that was done a few times
	cut    bool          // something is lacking still, however often it was read on
}

// PullConfig is what a pull request makes of the config.
type PullConfig struct {
	Hash     string // of its content at the head; "" for none
	Base     string // of its content on the base branch; "" for none
	Policy   *policy.Policy
	Problems []policy.Problem
}

// PullLack is what else has to be read before a pull request can be judged.
type PullLack struct {
	Contents map[string][]string // paths by commit
	Forked   []facts.Span        // of two commits, where they parted: the merge base
	Earlier  bool                // the roles run of earlier heads
	States   bool                // how the checks and statuses on the head stand
}

// Empty reports whether nothing is lacking.
func (l PullLack) Empty() bool {
	return len(l.Contents) == 0 && len(l.Forked) == 0 && !l.Earlier && !l.States
}

// The names of the checks on pull requests.
const (
	GateCheck    = "phasegate/gate"
	RolesCheck   = "phasegate/roles"
	MetricsCheck = "phasegate/metrics"
	ConfigName   = "phasegate/config"
)

// Plan judges a snapshot that lacks nothing. It is pure. A pull request's own config judges nothing before
// it is merged.
func (s PullSnapshot) Plan(signer Signer) (Plan, error) {
	plan := Plan{at: s.Now}
	if s.Gone {
		plan.Idle = NoIssue
		return plan, nil
	}
	if s.silent() { // no event about it tells when the group is gone
		plan.Due = s.Now.Add(cmp.Or(s.soon, queueLook))
		if s.Pull.QueueHidden {
			plan.Due = s.Now.Add(leftAlone)
		}
		return plan, nil
	}
	for _, n := range s.moved() {
		plan.Touch = append(plan.Touch, s.Key.pull(n))
	}
	if s.Pull.Closed {
		plan.Idle = IsClosed
		plan.Effects = s.ended()
		return plan, nil
	}
	plan.Effects = s.configCheck()
	if s.Rules.Policy == nil {
		return plan, nil // nothing is enforced
	}
	if s.younger() {
		plan.Touch = append(plan.Touch, s.Key.pull(s.Pull.Sharing[0]))
		return plan, nil // checks stand on the commit: the older pull request's are there for both
	}
	if s.Pull.Queued != "" { // its group is judged by what stands here
		group := s.Key
		group.Kind, group.Number, group.Ref = MergeGroupKey, 0, s.Pull.Queued
		plan.Touch = append(plan.Touch, group)
	}
	d := s.desk(signer)
	d.decide()
	decision, err := d.decision()
	plan.Effects, plan.Due = append(plan.Effects, decision.Effects...), decision.Due
	return plan, err
}

// silent reports whether nothing is said on the pull request: what stands on its commit is said of a merge group that
// waits.
func (s PullSnapshot) silent() bool { return s.Pull.OfQueue && !s.Pull.Closed }

// younger reports whether an older pull request has the same head.
func (s PullSnapshot) younger() bool {
	return len(s.Pull.Sharing) > 0 && s.Pull.Number > s.Pull.Sharing[0]
}

// short reports whether GitHub listed less of the pull request than it counts.
func (s PullSnapshot) short() bool {
	return s.Pull.Files.Why() == facts.ListShort || s.Pull.Commits.Why() == facts.ListShort
}

// moved are the other pull requests that are judged for themselves now: their newest commit is not this one's any
// more.
func (s PullSnapshot) moved() []int {
	switch {
	case s.Pull.Closed:
		return s.Pull.Sharing
	case s.run(RolesCheck) == nil: // the first look at this head
		return s.Pull.Passed
	}
	return nil
}

// ended takes the passing checks of a pull request away that was closed and not merged: they stand on the commit,
// and would be there for the next pull request that brings it.
func (s PullSnapshot) ended() []Effect {
	if s.Pull.Merged || len(s.Pull.Sharing) > 0 || s.Rules.Policy == nil || s.Rules.Policy.Mode == policy.Observe {
		return nil
	}
	var out []Effect
	text := templates.Printer{Lang: s.Rules.Policy.Language}.Ended(s.Pull.Number)
	for _, name := range []string{GateCheck, RolesCheck, MetricsCheck} {
		c := PutCheck{Name: name, Head: s.Pull.Head, Conclusion: "cancelled", Title: text.Title, Summary: text.Summary}
		run := s.run(name)
		if run == nil || !(PutCheck{Conclusion: run.Conclusion}).passes() {
			continue
		}
		c.ID, c.Text, c.ExternalID = run.ID, run.Text, fmt.Sprintf("pull:%d:ended", s.Pull.Number) // what it remembers holds if it is opened again
		out = append(out, c)
	}
	return out
}

// pull is the key of a pull request of the same repository.
func (k Key) pull(number int) Key {
	k = k.Issue(number)
	k.Kind = PullKey
	return k
}

// run is Phasegate's own check run of that name on the head; nil for none. What was said of a merge group that had this
// commit is said of another change.
func (s PullSnapshot) run(name string) *facts.Run {
	for i := range s.Pull.Runs {
		if r := s.Pull.Runs[i]; r.Name == name && !OfGroup(r) {
			return &s.Pull.Runs[i]
		}
	}
	return nil
}

// configCheck says whether the config that a pull request brings can be read, and what it loosens.
func (s PullSnapshot) configCheck() []Effect {
	c, ok := s.configPut()
	switch {
	case !ok:
		return nil
	case s.Pull.Rerequested:
		return []Effect{c}
	}
	return c.over(s.run(ConfigName))
}

// configPut is phasegate/config; false where the pull request leaves the config as it is.
func (s PullSnapshot) configPut() (PutCheck, bool) {
	if s.Config.Hash == s.Config.Base || !s.changes(policy.File) {
		return PutCheck{}, false
	}
	c := configCheck(s.Rules, s.Pull.Head, s.Config.Hash, s.Config.Problems)
	switch {
	case s.Config.Hash == "":
		c = s.configGone()
	case s.Config.Policy != nil && s.Base != nil:
		lang := s.Rules.Policy.Language
		var loosened []string
		for _, w := range policy.Weakenings(s.Base, s.Config.Policy) {
			loosened = append(loosened, w.Text(lang))
		}
		c.Title, c.Summary = templates.Weakened(lang, c.Title, c.Summary, loosened)
	}
	c.ExternalID = configID(c.digest()) // what it loosens depends on more than the two configs: on what is shared, too
	return c, true
}

// changes reports whether the pull request changes the file; also where its files are not known.
func (s PullSnapshot) changes(path string) bool {
	files, known := s.Pull.Files.Get()
	return !known || slices.ContainsFunc(files, func(f facts.PullFile) bool { return slices.Contains(f.Paths(), path) })
}

// configGone is phasegate/config on a pull request that takes the config away.
func (s PullSnapshot) configGone() PutCheck {
	c := PutCheck{Name: ConfigName, Head: s.Pull.Head, Conclusion: "failure"}
	lang := lifecycle.English
	if p := s.Rules.Policy; p != nil {
		lang = p.Language
		if p.Mode == policy.Observe {
			c.Conclusion = "neutral"
		}
	}
	text := templates.Printer{Lang: lang}.ConfigGone()
	c.Title, c.Summary = text.Title, text.Summary
	return c
}
