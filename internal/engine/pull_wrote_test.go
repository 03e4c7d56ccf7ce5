package engine_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// with changes the newest commit.
func (w *pullWorld) with(change func(*facts.PullCommit)) {
	commits, _ := w.pull.Commits.Get()
	commits = slices.Clone(commits)
	change(&commits[len(commits)-1])
	w.pull.Commits = facts.Known(commits)
}

// Whoever wrote some of a pull request cannot excuse it from its metric report, whether they may approve it or not.
func TestACoAuthorOfAPullDoesNotExcuseIt(t *testing.T) {
	for what, more := range map[string]string{"contributors may not approve": "", "contributors may approve": "approvals: {contributors: allow}\n"} {
		t.Run(what, func(t *testing.T) {
			w := newPull(t, lifecycle.Development, "features/a.py")
			w.configure(teamConfig + more)
			w.with(func(c *facts.PullCommit) { c.Authors = append(c.Authors, who("tomas-ds")) })
			w.look()
			id := w.say("tomas-ds", "/no-metrics only a rename")
			w.look()
			if reaction, reply := w.answer(id); reaction != facts.NotCounted || !strings.Contains(reply, "you wrote some of this change") {
				t.Errorf("%s, %q", reaction, reply)
			}
			w.must(engine.MetricsCheck, "in_progress: Waiting for a metric report")
		})
	}
}

// Whoever merged the base branch into a pull request, changing nothing of it, excuses it still, and a bot's is a bot's.
func TestAMergeIntoAPullIsNobodysWork(t *testing.T) {
	for _, c := range []struct{ config, by, check, stays, voided string }{
		{"", "tomas-ds", engine.MetricsCheck, "neutral: No metric report needed, says tomas-ds", "in_progress: Waiting for a metric report"},
		{"approvals: {contributors: allow}\n", "tomas-ds", engine.MetricsCheck, "neutral: No metric report needed, says tomas-ds", "in_progress: Waiting for a metric report"},
		{"bots: [sara-ds]\n", "passer-by", engine.GateCheck, "neutral: A bot's pull request needs no deliverable", "action_required: Name the deliverable"},
	} {
		for _, mends := range [][]string{nil, {"features/a.py"}} {
			w := newPull(t, lifecycle.Development, "features/a.py")
			w.configure(teamConfig + c.config)
			w.pull.Body = ""
			w.listed = []engine.Listed{w.deliverable(4, "Another score", lifecycle.Development, scoreBody("#2", "#5"))}
			w.look()
			w.say("tomas-ds", "/no-metrics only a rename")
			w.look()
			w.must(c.check, c.stays)
			w.moveBase("tests/x.py")
			w.merge(c.by, mends...)
			w.with(func(c *facts.PullCommit) { c.Unnamed = true })
			w.look()
			if len(mends) == 0 {
				w.must(c.check, c.stays)
				continue
			}
			w.say(c.by, "/no-metrics only a rename")
			w.look()
			w.must(c.check, c.voided)
		}
	}
}

// A pull request of one of the config's bots needs a deliverable as soon as a commit is not known to be a bot's.
func TestABotsPullWithSomebodyElsesCommit(t *testing.T) {
	for _, c := range []struct {
		what string
		with func(*facts.PullCommit)
		want string
	}{
		{"the bot's own", func(*facts.PullCommit) {}, "neutral: A bot's pull request needs no deliverable"},
		{"another bot's of the config", func(c *facts.PullCommit) { c.Authors = append(c.Authors, who("robo")) }, "neutral: A bot's pull request needs no deliverable"},
		{"by no account", func(c *facts.PullCommit) { c.Unnamed = true }, "action_required: Name the deliverable"},
		{"by no account alone", func(c *facts.PullCommit) { c.Authors, c.Unnamed = nil, true }, "action_required: Name the deliverable"},
		{"a person's", func(c *facts.PullCommit) { c.Authors = append(c.Authors, who("sara-ds")) }, "action_required: Name the deliverable"},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := newPull(t, "", "features/a.py")
			w.configure(teamConfig + "bots: [renovate, robo]\n")
			w.pull.Author, w.pull.Body = who("renovate"), ""
			w.with(func(c *facts.PullCommit) { c.Authors = []facts.Person{who("renovate")} })
			w.push("renovate", "src/b.py")
			w.with(c.with)
			w.look()
			w.must(engine.GateCheck, c.want)
		})
	}
}
