package acceptance_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/phasegate/phasegate/internal/hubsim"
)

// askedTimes fails unless the bot asked exactly these people and teams, so often.
func (w *world) askedTimes(what string, number int, want map[string]int) {
	w.t.Helper()
	if got := w.askedCount(number); !maps.Equal(got, want) {
		w.t.Errorf("%s: the bot asked %v for a review of #%d, want %v", what, got, number, want)
	}
}

// Exactly who is awaited is asked, once; not again when somebody took it away, nor when it is no longer needed.
func TestAskingForReviews(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	n, _ := w.change("sara-ds", "model", train("fit()\n"), text1("src/app.py", "serve()\n"))
	w.asks(n, "felix-se", "tomas-ds")
	w.later()
	w.as("sara-ds", "DELETE", "/pulls/"+itoa(n)+"/requested_reviewers", map[string]any{"reviewers": []string{"felix-se"}})
	w.settle()
	w.asks(n, "tomas-ds")
	head := w.pushed("sara-ds", "model", train("fit(1)\n"))
	w.asks(n, "tomas-ds")
	w.stand("still awaited", head, "roles", "in_progress", "felix-se")
	w.askedTimes("once each", n, map[string]int{"felix-se": 1, "tomas-ds": 1})
	w.remark(n, "tomas-ds", "/approve")
	w.asks(n)
	next := w.pushed("sara-ds", "model", train("fit(2)\n"))
	w.stand("needed again", next, "roles", "in_progress", "tomas-ds")
	w.asks(n, "tomas-ds")
	w.remark(n, "felix-se", "/approve")
	w.pushed("sara-ds", "model", gone("train/fit.py"), text1("src/app.py", "serve()\n"))
	w.asks(n)

	// A request of somebody else's is nobody's to take back.
	w.later()
	w.as("sara-ds", "POST", "/pulls/"+itoa(n)+"/requested_reviewers", map[string]any{"reviewers": []string{"helena-bs"}})
	w.pushed("sara-ds", "model", text1("tests/x.py", "1\n"))
	if got := w.asked(n); !slices.Contains(got, "helena-bs") {
		t.Errorf("somebody else's request was taken back: %v", got)
	}
}

// A team is asked as a team; who is no collaborator is not, and can comment all the same; any technical role asks
// those who hold one.
func TestAskingTeamsAndStrangers(t *testing.T) {
	t.Parallel()
	seed := cast()
	seed.Users = append(seed.Users, hubsim.SeedUser{Login: "out-sider"}, hubsim.SeedUser{Login: "ana-new"})
	seed.Teams = []hubsim.SeedTeam{{Slug: "science", Members: []string{"ana-new", "sara-ds", "tomas-ds"}, Permission: "write"}}
	w := projectWith(t, seed, "data-scientist: [acme-telco/science]", "software-engineer: [out-sider, felix-se]")
	n, head := w.change("sara-ds", "model", train("fit()\n"), text1("src/app.py", "serve()\n"))
	w.asks(n, "felix-se")
	if got := fmt.Sprint(w.teamsAsked(n)); got != "[science]" {
		t.Errorf("teams asked: %v", got)
	}
	w.forgetRequests()
	w.remark(n, "bento-be", "/status")
	if got := w.writes(); len(got) != 1 {
		t.Errorf("somebody who cannot be asked is asked again: %v", got)
	}
	w.remark(n, "out-sider", "/approve")
	w.asks(n)
	w.review(n, "ana-new", "APPROVE", head)
	w.stand("both answered", head, "roles", "success", "out-sider", "ana-new")
	if got := fmt.Sprint(w.teamsAsked(n)); got != "[]" {
		t.Errorf("teams still asked: %v", got)
	}
	w.askedTimes("once each", n, map[string]int{"felix-se": 1, "science": 1})
	other, _ := w.change("sara-ds", "any", text1("notes.txt", "x\n"))
	w.asks(other, "bento-be", "dora-de", "felix-se", "mina-mle")
}

// A team with auto assignment is asked once for each time it is needed: GitHub takes it off and asks members in its place.
func TestAskingATeamThatAssigns(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		assign hubsim.SeedAssignment
		before string // whom the author asks first
		asks   map[string]int
		teams  string // that stay
	}{
		"in the App's name":                  {hubsim.SeedAssignment{Members: 1}, "", map[string]int{"science": 1, "tomas-ds": 1}, "[]"},
		"in the author's name":               {hubsim.SeedAssignment{Members: 1, Author: true}, "", map[string]int{"science": 1}, "[]"},
		"the team stays":                     {hubsim.SeedAssignment{Members: 1, Keep: true}, "", map[string]int{"science": 1, "tomas-ds": 1}, "[science]"},
		"one who is asked already is enough": {hubsim.SeedAssignment{Members: 1, Count: true}, "tomas-ds", map[string]int{"science": 1}, "[]"},
	} {
		seed := cast()
		seed.Teams = []hubsim.SeedTeam{{Slug: "science", Members: []string{"sara-ds", "tomas-ds", "felix-se"}, Permission: "write", AutoAssign: &c.assign}}
		w := projectWith(t, seed, "data-scientist: [acme-telco/science]")
		w.send("sara-ds", commit{branch: "model", files: []file{train("fit()\n")}})
		n := w.pullOf("sara-ds", "model", "", map[string]any{"draft": true})
		if c.before != "" {
			w.as("sara-ds", "POST", "/pulls/"+itoa(n)+"/requested_reviewers", map[string]any{"reviewers": []string{c.before}})
		}
		w.graph("sara-ds", "markPullRequestReadyForReview MarkPullRequestReadyForReviewInput", map[string]any{"pullRequestId": w.nodeID("/pulls/" + itoa(n))})
		ask := func(what, teams string, people ...string) {
			t.Helper()
			w.remark(n, "bento-be", "/status") // the check may say since when a member is asked
			w.forgetRequests()
			w.remark(n, "bento-be", "/status")
			if got := w.writes(); len(got) != 1 {
				t.Errorf("%s, %s: asked about and looked at again: %v", name, what, got)
			}
			w.asks(n, people...)
			if got := fmt.Sprint(w.teamsAsked(n)); got != teams {
				t.Errorf("%s, %s: teams asked: %s", name, what, got)
			}
		}
		ask("ready", c.teams, "tomas-ds")
		w.askedTimes(name, n, c.asks)
		w.graph("sara-ds", "convertPullRequestToDraft ConvertPullRequestToDraftInput", map[string]any{"pullRequestId": w.nodeID("/pulls/" + itoa(n))})
		if c.before == "" {
			ask("a draft again", "[]")
		} else {
			ask("a draft again", "[]", c.before)
		}
	}
}

// Every delivery again, and a product with an empty database: nothing is written, and nobody asked twice.
func TestPullsAreLookedAtAgain(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	n, head := w.change("sara-ds", "model", train("fit()\n"), text1("src/app.py", "serve()\n"))
	w.remark(n, "tomas-ds", "/approve")
	w.remark(n, "bento-be", "/approve")
	w.review(n, "felix-se", "REQUEST_CHANGES", head)
	next := w.pushed("sara-ds", "model", text1("src/app.py", "serve(1)\n"), text1("deploy/x.yml", "x\n"))
	w.stand("before", next, "roles", "failure")
	w.later()
	var each []delivery
	for _, d := range w.deliveries() {
		if !d.Redelivery {
			each = append(each, d)
		}
	}
	w.looksOnly("every delivery again, with a new id", func() {
		for _, d := range each {
			w.deliverAnew(d)
		}
	})
	w.looksOnly("an empty database", w.sys.replace)
	w.askedTimes("once each, and felix-se anew", n, map[string]int{"felix-se": 2, "tomas-ds": 1, "bento-be": 1})
}

// Who reviewed what is there is not asked again; who reviewed something older, or whose review was dismissed, is.
func TestAskingAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		event, path string
		now, pushed bool // whether they are asked again at once, and after a push to the path
	}{
		{"COMMENT", "train/fit.py", false, true},
		{"REQUEST_CHANGES", "train/fit.py", false, true},
		{"APPROVE", "train/fit.py", false, true},
		{"APPROVE", "src/app.py", false, false},
	} {
		w := inDevelopment(t, "")
		n, head := w.change("sara-ds", "model", train("fit()\n"), text1("src/app.py", "serve()\n"))
		what := c.event + " " + c.path
		id := w.review(n, "tomas-ds", c.event, head)
		if got := slices.Contains(w.asked(n), "tomas-ds"); got != c.now {
			t.Errorf("%s: asked again at once: %t", what, got)
		}
		if c.event != "COMMENT" {
			w.later()
			w.as("mina-mle", "PUT", fmt.Sprintf("/pulls/%d/reviews/%d/dismissals", n, id), map[string]any{"message": "No."})
			w.settle()
			if !slices.Contains(w.asked(n), "tomas-ds") {
				t.Errorf("%s: a review was dismissed, and nobody is asked", what)
			}
			w.review(n, "tomas-ds", c.event, head)
		}
		w.pushed("sara-ds", "model", text1(c.path, "changed()\n"))
		if got := slices.Contains(w.asked(n), "tomas-ds"); got != c.pushed {
			t.Errorf("%s: asked again after a push: %t", what, got)
		}
	}
}

// Whoever may not be asked any more is tried once more, not at every look.
func TestAskingWhoLostAccess(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	n, head := w.change("sara-ds", "model", train("fit()\n"))
	w.review(n, "tomas-ds", "APPROVE", head)
	w.sim("PUT", "/users/tomas-ds", map[string]any{"permission": "none"})
	head = w.pushed("sara-ds", "model", train("fit(1)\n"))
	w.asks(n)
	w.forgetRequests()
	w.remark(n, "bento-be", "/status")
	if got := w.writes(); len(got) != 1 {
		t.Errorf("who lost access is asked again: %v", got)
	}
	w.stand("awaited all the same", head, "roles", "in_progress", "tomas-ds")
}
