package engine

import (
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/policy"
	"github.com/phasegate/phasegate/templates"
)

// PullSnapshot is what was read of a pull request.
type PullSnapshot struct {
	Key    Key
	Now    time.Time // the project's time: GitHub's
	Rules  Rules     // of the default branch
	Roster facts.Roster
	Gone   bool // there is no such pull request (any more); all else but Rules is empty
	Pull   facts.Pull

	// Base are the rules of the branch it goes into, by which its files are judged: the default branch's
	// where that branch has no valid config of its own.
	Base *policy.Policy
	// Config is the config as the pull request has it at its head, where it changes it against the base.
	Config PullConfig

	Listed []Listed // the repository's open issues, as for an issue's Snapshot

	// What PullLack asked for.
	Contents map[string]facts.Fact[facts.ContentsAt] // by commit; only the paths asked for are there
	Earlier  []facts.Run                             // Phasegate's phasegate/roles on earlier heads, the newest first
	States   facts.Fact[[]facts.CheckState]          // how the checks and statuses on the head stand, whoever posted them
	Asked    PullLack                                // what was looked for, found or not

	memory *Memory // may be nil
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
	Earlier  bool                // the roles run of earlier heads
	States   bool                // how the checks and statuses on the head stand
}

// Empty reports whether nothing is lacking.
func (l PullLack) Empty() bool { return len(l.Contents) == 0 && !l.Earlier && !l.States }

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
	if s.Pull.Closed {
		plan.Idle = IsClosed // another one with the same commit is judged for itself now
		for _, n := range s.Pull.Sharing {
			plan.Touch = append(plan.Touch, s.Key.pull(n))
		}
		return plan, nil
	}
	plan.Effects = s.configCheck()
	if s.Rules.Policy == nil {
		return plan, nil // nothing is enforced
	}
	if len(s.Pull.Sharing) > 0 && s.Pull.Number > s.Pull.Sharing[0] {
		plan.Touch = []Key{s.Key.pull(s.Pull.Sharing[0])}
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

// pull is the key of a pull request of the same repository.
func (k Key) pull(number int) Key {
	k = k.Issue(number)
	k.Kind = PullKey
	return k
}

// run is Phasegate's own check run of that name on the head; nil for none.
func (s PullSnapshot) run(name string) *facts.Run {
	for i := range s.Pull.Runs {
		if s.Pull.Runs[i].Name == name {
			return &s.Pull.Runs[i]
		}
	}
	return nil
}

// configCheck says whether the config that a pull request brings can be read, and what it loosens.
func (s PullSnapshot) configCheck() []Effect {
	c, ok := s.configPut()
	if !ok {
		return nil
	}
	return c.over(s.run(ConfigName))
}

// configPut is phasegate/config; false where the config is untouched.
func (s PullSnapshot) configPut() (PutCheck, bool) {
	if s.Config.Hash == "" || s.Config.Hash == s.Config.Base {
		return PutCheck{}, false
	}
	c := configCheck(s.Rules, s.Pull.Head, s.Config.Hash, s.Config.Problems)
	if s.Config.Policy != nil && s.Base != nil {
		lang := s.Rules.Policy.Language
		var loosened []string
		for _, w := range policy.Weakenings(s.Base, s.Config.Policy) {
			loosened = append(loosened, w.Text(lang))
		}
		c.Title, c.Summary = templates.Weakened(lang, c.Title, c.Summary, loosened)
		c.ExternalID = configID(s.Config.Hash + ":" + s.Config.Base)
	}
	return c, true
}
