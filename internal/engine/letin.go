package engine

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/templates"
)

// DeploymentCheck is the name of the check run that says which environments a commit was let into. Only Phasegate's
// App can write it. What GitHub records of deployments can be written by whoever may push.
const DeploymentCheck = "phasegate/deployment"

// Success is a success that GitHub records in the environment.
type Success struct {
	Commit string // full SHA
	At     time.Time
	Runs   []facts.Run // Phasegate's own phasegate/deployment on the commit
}

// letInLedger stands hidden in the text of phasegate/deployment.
type letInLedger struct {
	Environments []string `json:"environments"`
}

const letInBlock = "let-in"

// letInto are the environments that some runs say their commit was let into, in the order in which it was.
func letInto(runs []facts.Run) []string {
	runs = slices.Clone(runs)
	slices.SortFunc(runs, func(a, b facts.Run) int { return cmp.Or(a.Started.Compare(b.Started), cmp.Compare(a.ID, b.ID)) })
	var out []string
	for _, r := range runs {
		for _, b := range markdown.Blocks(r.Text) {
			var l letInLedger
			if b.Kind != letInBlock || b.Decode(&l) != nil {
				continue
			}
			for _, e := range l.Environments {
				if !hasEnvironment(out, e) {
					out = append(out, e)
				}
			}
		}
	}
	return out
}

// hasEnvironment reports whether the environment is among them: GitHub compares names without case
// (https://docs.github.com/actions/how-tos/deploy/configure-and-manage-deployments/manage-environments).
func hasEnvironment(list []string, name string) bool {
	return slices.ContainsFunc(list, func(e string) bool { return strings.EqualFold(e, name) })
}

// counts reports whether a success says that its commit ran in the environment: Phasegate let it in there, or was
// not installed yet.
func (s ReviewSnapshot) counts(x Success) bool {
	return x.At.Before(s.Installed) || hasEnvironment(letInto(x.Runs), s.Deployment.Environment)
}

// Ran reports whether the commit ran in the environment before.
func (s ReviewSnapshot) Ran() bool {
	return slices.ContainsFunc(s.Successes, func(x Success) bool { return x.Commit == s.Deployment.Commit && s.counts(x) })
}

// unbacked reports whether GitHub records a success of the commit in the environment, and none that counts.
func (s ReviewSnapshot) unbacked() bool {
	return !s.Ran() && slices.ContainsFunc(s.Successes, func(x Success) bool { return x.Commit == s.Deployment.Commit })
}

// Current is the commit that runs in the environment now: that of the newest success that counts; "" for none.
func (s ReviewSnapshot) Current() string {
	var newest Success
	for _, x := range s.Successes {
		if x.At.After(newest.At) && s.counts(x) {
			newest = x
		}
	}
	return newest.Commit
}

// Rollback reports whether the commit ran in the environment before, and another one does now.
func (s ReviewSnapshot) Rollback() bool { return s.Ran() && s.Current() != s.Deployment.Commit }

// letIn notes on the commit that it is let into the environment, unless that stands there. An environment that
// joins makes a new run, which stands in the older one's place where people look; what was let in is what all of
// them say. Several environments of one commit are often answered at the same moment, and of two that update one
// run the later would undo the other.
func (v *review) letIn(p templates.Printer) ([]Effect, error) {
	into := letInto(v.Runs)
	if hasEnvironment(into, v.Deployment.Environment) {
		return nil, nil
	}
	into = fitting(append(into, v.Deployment.Environment))
	block, err := markdown.EncodeBlock(letInBlock, letInLedger{into})
	if err != nil {
		return nil, fmt.Errorf("encode what %s remembers: %w", DeploymentCheck, err)
	}
	text := p.LetIn(into)
	return []Effect{PutCheck{Name: DeploymentCheck, Head: v.Deployment.Commit, Conclusion: "success", Title: text.Title, Summary: text.Summary, Text: block + "\n"}}, nil
}

// fitting keeps the newest of the names, as many as a hidden block holds.
func fitting(names []string) []string {
	size := len(`{"environments":[]}`)
	for i, name := range slices.Backward(names) {
		quoted, _ := json.Marshal(name) // a string always can
		if size += len(quoted) + len(","); size > markdown.MaxBlock {
			return names[i+1:]
		}
	}
	return names
}
