package engine_test

import (
	"slices"
	"testing"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// pushedBy says of the newest commit who pushed it, by GitHub's word.
func (w *pullWorld) pushedBy(login string) {
	commits, _ := w.pull.Commits.Get()
	commits = slices.Clone(commits)
	commits[len(commits)-1].Pusher = who(login)
	w.pull.Commits = facts.Known(commits)
}

// Who is named in a commit, or pushed one, has no yes for it, but a no.
func TestWhoWroteItObjects(t *testing.T) {
	for _, pushed := range []bool{false, true} {
		w := newPull(t, lifecycle.Development, "features/a.py")
		w.push("tomas-ds", "tests/a.py")
		if pushed {
			w.pushedBy("tomas-ds")
		}
		w.look()
		id := w.say("tomas-ds", "/object it leaks")
		w.look()
		if reaction, reply := w.answer(id); reaction != facts.Counted || reply != "" {
			t.Errorf("pushed %t: %s, %q", pushed, reaction, reply)
		}
		w.must(engine.RolesCheck, "failure: Changes are asked for by tomas-ds")
		w.say("tomas-ds", "/approve")
		w.look()
		w.must(engine.RolesCheck, "failure: Changes are asked for by tomas-ds")
		w.say("tomas-ds", "/withdraw")
		w.look()
		w.must(engine.RolesCheck, "in_progress: Waiting for mina-mle")
	}
}

// Who pushed is one of those of whom the config's conditions speak.
func TestConditionsOnWhoPushed(t *testing.T) {
	w := newPull(t, lifecycle.Development, "tests/a.py")
	w.configure(teamConfig + "paths:\n  - {paths: [\"tests/**\"], roles: [ml-engineer], when: {has_contributor_in: {users: [zoe]}}}\n")
	w.look()
	w.must(engine.RolesCheck, "neutral")
	w.pushedBy("zoe")
	w.look()
	w.must(engine.RolesCheck, "in_progress: Waiting for mina-mle")
}
