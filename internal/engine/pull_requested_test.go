package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// later looks some minutes later, and fails unless exactly these are asked, and were so often.
func (w *pullWorld) later(what, asked string, asks int) {
	w.t.Helper()
	w.look()
	w.tick()
	if done := w.look(); len(done) > 0 {
		w.t.Errorf("%s: a minute later there is still to do: %q", what, done)
	}
	if got := w.asked(); got != asked || w.asks != asks {
		w.t.Errorf("%s: asked %q in %d requests, want %q in %d", what, got, w.asks, asked, asks)
	}
}

// teamPull waits for one or more of a team of which GitHub asks one at a time.
func teamPull(t *testing.T, a assignment, more string) *pullWorld {
	w := newPull(t, lifecycle.Development, "features/a.py")
	w.configure(strings.Replace(teamConfig, "[sara-ds, tomas-ds]", "[acme/science]", 1) + more)
	w.teams = map[string][]string{"acme/science": {"sara-ds", "tomas-ds", "felix-se", "zoe"}}
	a.members = []string{"tomas-ds", "felix-se"}
	w.assigns = &a
	return w
}

// GitHub takes a team off again and asks some of its members, in whosever name: they are asked in its place.
func TestWhoIsAskedInPlaceOfATeam(t *testing.T) {
	for name, a := range map[string]assignment{
		"as who asked":              {by: bot},
		"as who opened it":          {by: who("sara-ds")},
		"some seconds later":        {by: who("sara-ds"), after: 3 * time.Second},
		"and the team was not told": {by: bot, unlogged: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := teamPull(t, a, "")
			w.later("at first", "tomas-ds", 1)
			w.pull.Draft = true
			w.later("not needed now", "", 1)
			w.pull.Draft = false
			w.later("needed again", "felix-se", 2)
			w.review("felix-se", facts.ReviewCommented)
			w.later("who is asked reads it", "", 2)
			w.push("sara-ds", "features/a.py")
			w.later("what they read has changed", "tomas-ds", 3)
			w.unrequest(who("sara-ds"), facts.Reviewer{Person: who("tomas-ds")})
			w.later("somebody takes the request away", "", 3)
			w.review("felix-se", facts.ReviewApproved)
			w.later("approved", "", 3)
			w.must(engine.RolesCheck, "success: Approved by felix-se")
		})
	}
	w := teamPull(t, assignment{by: who("sara-ds")}, "paths:\n  - {paths: [\"features/**\"], roles: [data-scientist], count: 2}\n")
	w.later("two of them", "tomas-ds", 1)
	w.review("tomas-ds", facts.ReviewApproved)
	w.later("the other one", "felix-se", 2)
	w.assigns.members = []string{"tomas-ds"}
	w.review("felix-se", facts.ReviewDismissed)
	w.later("GitHub asks who answered", "tomas-ds", 3)
	w.must(engine.RolesCheck, "in_progress: Waiting for 1 × data scientist: felix-se or zoe")
	w.say("felix-se", "/approve")
	w.later("both approved", "", 3)
	w.must(engine.RolesCheck, "success: Approved by tomas-ds and felix-se")

	// A member who is asked already may be enough for GitHub: it takes the team off, and asks nobody.
	w = teamPull(t, assignment{by: bot}, "")
	w.request(who("sara-ds"), facts.Reviewer{Person: who("tomas-ds")})
	w.later("a member was asked", "tomas-ds", 1)
	w.pull.Draft = true
	w.later("by somebody else", "tomas-ds", 1)

	// Whoever was asked before the team was is not asked in its place, in whosever name GitHub asks.
	w = teamPull(t, assignment{by: who("sara-ds")}, "")
	w.assigns.members = []string{"felix-se"}
	w.request(who("sara-ds"), facts.Reviewer{Person: who("tomas-ds")})
	w.later("one by somebody, one by GitHub", "felix-se tomas-ds", 1)
	w.pull.Draft = true
	w.later("what Phasegate asked is taken back", "tomas-ds", 1)

	// A team that was taken back is asked again, whoever of it is asked by somebody else meanwhile.
	w = teamPull(t, assignment{}, "")
	w.assigns = nil
	w.later("as a whole", "acme/science", 1)
	w.request(who("sara-ds"), facts.Reviewer{Person: who("tomas-ds")})
	w.pull.Draft = true
	w.later("a draft", "tomas-ds", 1)
	w.pull.Draft = false
	w.later("ready", "acme/science tomas-ds", 2)

	// Who is asked again by somebody else just when GitHub assigns another one has to say it again.
	w = teamPull(t, assignment{by: bot}, "paths:\n  - {paths: [\"features/**\"], roles: [data-scientist], count: 2}\n")
	w.assigns.members = []string{"felix-se"}
	w.pull.Draft = true
	w.review("tomas-ds", facts.ReviewApproved)
	w.look()
	w.tick()
	w.pull.Draft = false
	w.once()
	w.must(engine.RolesCheck, "in_progress: Waiting for 1 × data scientist")
	w.request(who("sara-ds"), facts.Reviewer{Person: who("tomas-ds")})
	w.look()
	w.must(engine.RolesCheck, "in_progress: Waiting for 2 × data scientist")

	// A team that somebody takes off a while later is not asked again, whoever of it is asked at that moment.
	w = teamPull(t, assignment{}, "")
	w.assigns = nil
	w.later("as a whole", "acme/science", 1)
	w.unrequest(who("sara-ds"), facts.Reviewer{Team: "acme/science"})
	w.request(who("sara-ds"), facts.Reviewer{Person: who("tomas-ds")})
	w.review("tomas-ds", facts.ReviewCommented)
	w.push("sara-ds", "features/a.py")
	w.later("somebody chose whom to ask", "", 1)
}

// Being asked for the first time takes no word back: GitHub asks the owners of the code in its author's name.
func TestAskedAgainOrForTheFirstTime(t *testing.T) {
	tomas := facts.Reviewer{Person: who("tomas-ds")}
	for _, c := range []struct {
		name   string
		before func(*pullWorld)
		owner  bool
		again  bool
	}{
		{name: "never asked"},
		{name: "never asked, as an owner of the code", owner: true},
		{name: "asked before", before: func(w *pullWorld) { w.pull.Draft = false }, again: true},
		{name: "asked before, now as an owner of the code", before: func(w *pullWorld) { w.pull.Draft = false }, owner: true},
		{name: "who reviewed", before: func(w *pullWorld) { w.review("tomas-ds", facts.ReviewCommented) }, again: true},
		{name: "who reviewed, as an owner of the code", before: func(w *pullWorld) { w.review("tomas-ds", facts.ReviewCommented) }, owner: true, again: true},
		{name: "somebody else reviewed", before: func(w *pullWorld) { w.review("felix-se", facts.ReviewCommented) }},
		{name: "perhaps asked long before", before: func(w *pullWorld) { w.pull.AskedCut = true }, again: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newPull(t, lifecycle.Development, "features/a.py")
			w.pull.Draft = true
			if c.before != nil {
				c.before(w)
			}
			w.look()
			w.say("tomas-ds", "/approve")
			w.look()
			w.must(engine.RolesCheck, "success: Approved by tomas-ds")
			w.tick()
			w.pull.Draft = false
			w.request(who("sara-ds"), tomas)
			if c.owner {
				w.pull.CodeOwners = []facts.Reviewer{tomas}
			}
			w.look()
			if c.again {
				w.must(engine.RolesCheck, "in_progress: Waiting for tomas-ds")
			} else {
				w.must(engine.RolesCheck, "success: Approved by tomas-ds")
			}
		})
	}
}

// Whom GitHub does not let be asked any more is tried once, and again after something else became of it.
func TestWhoIsAskedAndMayNotBe(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py")
	w.later("at first", "tomas-ds", 1)
	w.review("tomas-ds", facts.ReviewApproved)
	w.look()
	w.refuses = []string{"tomas-ds"}
	w.push("sara-ds", "features/a.py")
	w.later("refused", "", 2)
	w.push("sara-ds", "features/a.py")
	w.later("refused before", "", 2)
	w.request(who("sara-ds"), facts.Reviewer{Person: who("tomas-ds")})
	w.review("tomas-ds", facts.ReviewApproved)
	w.push("sara-ds", "features/a.py")
	w.later("somebody else could", "", 3)
}
