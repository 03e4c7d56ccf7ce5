package acceptance_test

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/hubsim"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

func itoa(n int) string { return strconv.Itoa(n) }

// What reviews do: who asked for changes, what was dismissed, and who was asked again.
func TestReviews(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	n, head := w.change("sara-ds", "model", train("fit()\n"), text1("docs/business/why.md", "Why\n"))
	w.review(n, "felix-se", "REQUEST_CHANGES", head)
	w.stand("changes asked for by somebody not asked", head, "roles", "in_progress")
	id := w.review(n, "tomas-ds", "REQUEST_CHANGES", head)
	w.stand("changes asked for", head, "roles", "failure", "tomas-ds")
	w.review(n, "mina-mle", "APPROVE", head)
	w.stand("somebody else's yes", head, "roles", "failure", "tomas-ds")
	next := w.pushed("sara-ds", "model", train("fit(1)\n"))
	w.stand("a push", next, "roles", "failure", "tomas-ds")
	w.as("mina-mle", "PUT", fmt.Sprintf("/pulls/%d/reviews/%d/dismissals", n, id), map[string]any{"message": "He is away."})
	w.settle()
	w.stand("dismissed", next, "roles", "in_progress", "tomas-ds")
	yes := w.review(n, "tomas-ds", "APPROVE", next)
	w.review(n, "helena-bs", "APPROVE", next)
	w.stand("a reader's is missing", next, "roles", "in_progress", "rui-sme")
	w.review(n, "rui-sme", "APPROVE", next)
	w.stand("a reader's counts", next, "roles", "success", "rui-sme")
	w.review(n, "rui-sme", "COMMENT", next)
	w.stand("a remark changes nothing", next, "roles", "success", "rui-sme")
	w.as("mina-mle", "PUT", fmt.Sprintf("/pulls/%d/reviews/%d/dismissals", n, yes), map[string]any{"message": "Too early."})
	w.settle()
	w.stand("a yes is dismissed", next, "roles", "in_progress", "tomas-ds")
	w.review(n, "tomas-ds", "APPROVE", next)
	w.stand("given anew", next, "roles", "success")
	w.later()
	w.as("sara-ds", "POST", fmt.Sprintf("/pulls/%d/requested_reviewers", n), map[string]any{"reviewers": []string{"tomas-ds"}})
	w.settle()
	w.stand("asked again by the author", next, "roles", "in_progress", "tomas-ds")
	w.remark(n, "tomas-ds", "/approve")
	w.stand("and answered in the conversation", next, "roles", "success")
}

// Who wrote or co-wrote a commit does not approve; who stands in for them then.
func TestSeparationOfDuties(t *testing.T) {
	t.Parallel()
	alone := strings.NewReplacer("[sara-ds, tomas-ds]", "[sara-ds]")
	for _, c := range []struct {
		what, config string
		alone        bool
		opener       string
		pusher       string // opener where empty
		commits      []commit
		said         []string // who says yes, in order
		states       []string // of roles after each, beginning with none
		title        string   // of the last
	}{
		{what: "the author of a commit", opener: "sara-ds", commits: []commit{{author: "tomas-ds", files: []file{train("a\n")}}},
			said: []string{"tomas-ds", "mina-mle"}, states: []string{"in_progress", "in_progress", "success"}},
		{what: "a committer", opener: "sara-ds", commits: []commit{{author: "sara-ds", committer: "tomas-ds", files: []file{train("a\n")}}},
			said: []string{"tomas-ds", "mina-mle"}, states: []string{"in_progress", "in_progress", "success"}},
		{what: "an author long ago", opener: "sara-ds", commits: []commit{{author: "tomas-ds", files: []file{text1("tests/a.py", "a\n")}}, {files: []file{train("a\n"), gone("tests/a.py")}}},
			said: []string{"tomas-ds", "mina-mle"}, states: []string{"in_progress", "in_progress", "success"}},
		{what: "a co-author", opener: "sara-ds", commits: []commit{{message: "Work\n\nCo-authored-by: Tomas <EMAIL>", files: []file{train("a\n")}}},
			said: []string{"tomas-ds", "mina-mle"}, states: []string{"in_progress", "in_progress", "success"}},
		{what: "who pushed under somebody else's name", opener: "sara-ds", pusher: "tomas-ds", commits: []commit{{author: "felix-se", files: []file{train("a\n")}}},
			said: []string{"tomas-ds", "mina-mle"}, states: []string{"in_progress", "in_progress", "success"}},
		{what: "who pushed under no name", opener: "sara-ds", pusher: "tomas-ds", commits: []commit{{author: "nobody", files: []file{train("a\n")}}},
			said: []string{"tomas-ds", "mina-mle"}, states: []string{"in_progress", "in_progress", "success"}},
		{what: "who pushed, where contributors are allowed", config: "approvals: {contributors: allow}\n", opener: "sara-ds", pusher: "tomas-ds", commits: []commit{{author: "felix-se", files: []file{train("a\n")}}},
			said: []string{"tomas-ds"}, states: []string{"in_progress", "success"}},
		{what: "contributors are allowed", config: "approvals: {contributors: allow}\n", opener: "sara-ds", commits: []commit{{author: "tomas-ds", files: []file{train("a\n")}}},
			said: []string{"tomas-ds"}, states: []string{"in_progress", "success"}},
		{what: "but never who opened it", config: "approvals: {contributors: allow}\n", opener: "sara-ds", commits: []commit{{author: "tomas-ds", files: []file{train("a\n")}}},
			said: []string{"sara-ds"}, states: []string{"in_progress", "in_progress"}},
		{what: "opened for somebody else's work", opener: "tomas-ds", commits: []commit{{author: "sara-ds", files: []file{train("a\n")}}},
			said: []string{"sara-ds", "felix-se", "mina-mle"}, states: []string{"in_progress", "in_progress", "in_progress", "success"}},
		{what: "the only data scientist", alone: true, opener: "sara-ds", commits: []commit{{files: []file{train("a\n")}}},
			said: []string{"felix-se", "mina-mle"}, states: []string{"in_progress", "in_progress", "success"}},
		{what: "the only ML engineer", opener: "mina-mle", commits: []commit{{files: []file{text1("docs/design/x.md", "a\n")}}},
			said: []string{"helena-bs", "bento-be"}, states: []string{"in_progress", "in_progress", "success"}},
		{what: "the only stakeholder", opener: "helena-bs", commits: []commit{{files: []file{text1("docs/business/x.md", "a\n")}}},
			said: []string{"rui-sme"}, states: []string{"in_progress", "success"}},
		{what: "one yes for both roles", opener: "sara-ds", config: "bots: [x]\n", commits: []commit{{files: []file{text1("docs/model-card.md", "a\n")}}},
			said: []string{"tomas-ds", "mina-mle"}, states: []string{"in_progress", "in_progress", "success"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			w := inDevelopment(t, c.config)
			if c.alone {
				w.writeConfig(alone.Replace(config(w.lang)))
			}
			var head string
			for _, m := range c.commits {
				m.branch = "work"
				m.message = strings.ReplaceAll(m.message, "EMAIL", w.email("tomas-ds"))
				head = w.send(cmp.Or(c.pusher, c.opener), m)
			}
			n := w.pullOf(c.opener, "work", "")
			w.stand(c.what, head, "roles", c.states[0])
			for i, login := range c.said {
				if login == c.opener {
					w.remark(n, login, "/approve")
				} else {
					w.review(n, login, "APPROVE", head)
				}
				w.stand(c.what+": "+login, head, "roles", c.states[i+1])
			}
		})
	}
}

// naming is a commit message that names somebody, whether they wrote any of it or not.
func (w *world) naming(logins ...string) string {
	w.t.Helper()
	message := "Work\n"
	for _, login := range logins {
		message += "\nCo-authored-by: " + login + " <" + w.email(login) + ">"
	}
	return message
}

// Who is named in a commit still asks for changes; a yes that does not count lifts that no.
func TestWhoIsNamedInACommitObjects(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	head := w.send("sara-ds", commit{branch: "work", message: w.naming("tomas-ds"), files: []file{train("a\n")}})
	n := w.pullOf("sara-ds", "work", "")
	no := w.remark(n, "tomas-ds", "/object the split leaks")
	w.reactedWith("an objection", n, no, "+1")
	w.replied("an objection", n, 0)
	w.stand("objected", head, "roles", "failure", "tomas-ds", "the split leaks")
	w.review(n, "mina-mle", "APPROVE", head)
	w.stand("the stand-in's yes", head, "roles", "failure", "tomas-ds")
	w.remark(n, "tomas-ds", "/approve")
	w.replied("a yes of whom a commit names", n, 1, "Not counted, tomas-ds.")
	w.stand("a yes that does not count", head, "roles", "failure", "tomas-ds")
	w.review(n, "tomas-ds", "APPROVE", head)
	w.stand("nor as a review", head, "roles", "failure", "tomas-ds")
	w.remark(n, "tomas-ds", "/withdraw")
	w.stand("taken back", head, "roles", "success", "mina-mle")
	w.review(n, "sara-ds", "COMMENT", head)
	none := w.remark(n, "sara-ds", "/object no, wait")
	w.reactedWith("of the author", n, none, "confused")
	w.stand("the author's own", head, "roles", "success")
}

// A yes in a role that is not asked lifts no no.
func TestAYesThatDoesNotCountLiftsNoNo(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	n, head := w.change("sara-ds", "work", train("a\n"))
	w.review(n, "tomas-ds", "REQUEST_CHANGES", head)
	w.stand("changes asked for", head, "roles", "failure", "tomas-ds")
	w.remark(n, "tomas-ds", "/approve as backend-engineer")
	w.replied("a role that is not theirs", n, 1, "Not counted, tomas-ds.")
	w.stand("a role that is not theirs", head, "roles", "failure", "tomas-ds")
	w.remark(n, "tomas-ds", "/approve as data-scientist")
	w.stand("the one that is asked", head, "roles", "success", "tomas-ds")
}

// Names in commits choose nobody: where all who would be asked are named, they are asked all the same.
func TestNamesInCommitsChooseNobody(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	head := w.send("sara-ds", commit{branch: "work", message: w.naming("tomas-ds", "mina-mle"), files: []file{train("a\n")}})
	n := w.pullOf("sara-ds", "work", "")
	if got := fmt.Sprint(w.asked(n)); got != "[tomas-ds]" {
		t.Errorf("asked: %s", got)
	}
	w.review(n, "felix-se", "APPROVE", head)
	w.stand("another technical role", head, "roles", "in_progress", "tomas-ds", "does not approve it: sara-ds and mina-mle.")
	w.review(n, "tomas-ds", "APPROVE", head)
	w.stand("the holder", head, "roles", "success", "tomas-ds")
	head = w.send("mina-mle", commit{branch: "other", author: "sara-ds", files: []file{text1("train/other.py", "a\n")}})
	w.pullOf("sara-ds", "other", "")
	w.stand("who pushed is named, too", head, "roles", "in_progress", "does not approve it: sara-ds and mina-mle.")
}

// Names in commits lower no number; who opened it and who pushed do, and the check says so.
func TestNamesInCommitsLowerNoNumber(t *testing.T) {
	t.Parallel()
	two := "paths:\n  - {paths: [\"train/**\"], roles: [data-scientist], count: 2}\n"
	w := inDevelopment(t, two)
	head := w.send("felix-se", commit{branch: "named", message: w.naming("sara-ds"), files: []file{train("a\n")}})
	n := w.pullOf("felix-se", "named", "")
	w.review(n, "tomas-ds", "APPROVE", head)
	w.stand("one of two", head, "roles", "in_progress", "sara-ds")
	w.review(n, "sara-ds", "APPROVE", head)
	w.stand("the named one fills up", head, "roles", "success", "sara-ds")

	n, head = w.change("sara-ds", "own", text1("train/own.py", "a\n"))
	w.stand("a small team", head, "roles", "in_progress", "2 are asked for; only tomas-ds is left")
	w.review(n, "tomas-ds", "APPROVE", head)
	w.stand("all who are left", head, "roles", "success", "2 are asked for; only tomas-ds is left")

	w = inDevelopment(t, two+"approvals: {scale: never}\n")
	n, head = w.change("sara-ds", "own", train("a\n"))
	w.review(n, "tomas-ds", "APPROVE", head)
	w.stand("never scaled", head, "roles", "in_progress")
}

// A role that two teams hold is asked of those in which somebody can give what is missing.
func TestRoleOfTwoTeams(t *testing.T) {
	t.Parallel()
	seed := cast()
	seed.Users = append(seed.Users, hubsim.SeedUser{Login: "ana-new", Permission: "read"})
	seed.Teams = []hubsim.SeedTeam{{Slug: "science", Members: []string{"sara-ds"}, Permission: "write"}, {Slug: "lab", Members: []string{"ana-new"}, Permission: "write"}}
	w := groundOf(t, ground{seed: seed, phases: development})
	w.writeConfig(strings.Replace(config(w.lang), "[sara-ds, tomas-ds]", "[acme-telco/science, acme-telco/lab]", 1))
	n, _ := w.change("felix-se", "model", train("fit()\n"))
	if got := fmt.Sprint(w.teamsAsked(n)); got != "[lab science]" {
		t.Errorf("of felix's: %s", got)
	}
	n, _ = w.change("sara-ds", "other", text1("train/other.py", "fit()\n"))
	if got := fmt.Sprint(w.teamsAsked(n)); got != "[lab]" {
		t.Errorf("of sara's, who is alone in her team: %s", got)
	}
}

// Roles held by a team: its members count, and a stranger's yes does not.
func TestRolesOfTeams(t *testing.T) {
	t.Parallel()
	seed := cast()
	seed.Users = append(seed.Users, hubsim.SeedUser{Login: "ana-new", Permission: "read"}, hubsim.SeedUser{Login: "out-sider"})
	seed.Teams = []hubsim.SeedTeam{{Slug: "science", Members: []string{"ana-new", "sara-ds"}, Permission: "write"}}
	w := groundOf(t, ground{seed: seed, phases: development})
	w.writeConfig(strings.Replace(config(w.lang), "[sara-ds, tomas-ds]", "[acme-telco/science, out-sider]", 1))
	n, head := w.change("felix-se", "model", train("fit()\n"))
	if got := w.asked(n); len(got) != 0 {
		t.Errorf("people are asked instead of their team: %v", got)
	}
	if got := fmt.Sprint(w.teamsAsked(n)); got != "[science]" {
		t.Errorf("teams asked: %s", got)
	}
	w.review(n, "tomas-ds", "APPROVE", head)
	w.stand("who is not in the team", head, "roles", "in_progress")
	w.review(n, "ana-new", "APPROVE", head)
	w.stand("a member", head, "roles", "success", "ana-new")
	if got := fmt.Sprint(w.teamsAsked(n)); got != "[]" {
		t.Errorf("teams still asked: %s", got)
	}
}

// A role held by a secret team waits and names nobody, in checks, stickies and answers, until the team is visible.
func TestASecretTeamsMembersAreNotNamed(t *testing.T) {
	t.Parallel()
	seed := cast()
	seed.Users = append(seed.Users, hubsim.SeedUser{Login: "ana-new", Permission: "read"}, hubsim.SeedUser{Login: "ivo-new", Permission: "read"})
	seed.Teams = []hubsim.SeedTeam{{Slug: "science", Members: []string{"ana-new", "ivo-new"}, Permission: "write", Privacy: "secret"}}
	w := groundOf(t, ground{seed: seed, phases: development})
	w.writeConfig(strings.Replace(config(w.lang), "[sara-ds, tomas-ds]", "[acme-telco/science, tomas-ds]", 1))
	n, head := w.change("tomas-ds", "model", train("fit()\n"))
	roles := w.stand("a secret team", head, "roles", "in_progress", "acme-telco/science is secret", "make it visible")
	w.remark(n, "ana-new", "/approve")
	w.stand("a member's yes", head, "roles", "in_progress", "acme-telco/science is secret")
	if got := fmt.Sprint(w.asked(n), w.teamsAsked(n)); got != "[] []" {
		t.Errorf("asked: %s", got)
	}
	status, answer := w.ask("sim-mina-mle", `{"repository":"acme-telco/churn","files":["train/gbm.py"],"deliverables":[1],"author":"tomas-ds"}`)
	if status != 200 || !strings.Contains(answer, "acme-telco/science is secret") {
		t.Errorf("%d %s", status, answer)
	}
	for where, text := range map[string]string{"the check": roles.Output.Title + roles.Output.Summary + roles.Output.Text, "the answer": answer, "a comment": string(w.as(reader, "GET", "/issues/1/comments", nil).body) + string(w.as(reader, "GET", "/issues/"+itoa(n)+"/comments", nil).body)} {
		if strings.Contains(text, "ivo-new") {
			t.Errorf("%s names a member: %s", where, text)
		}
	}
	w.as("mina-mle", "PATCH", "/orgs/acme-telco/teams/science", map[string]any{"privacy": "closed"})
	w.settle()
	w.review(n, "ana-new", "APPROVE", head)
	w.stand("made visible", head, "roles", "success", "ana-new")
}

// A role whose only account is not there waits, and says who can mend that; nobody stands in. Where somebody else
// holds it too, they do.
func TestARoleOfAnAccountThatIsGone(t *testing.T) {
	t.Parallel()
	for _, lang := range []lifecycle.Lang{lifecycle.English, lifecycle.Portuguese} {
		t.Run(string(lang), func(t *testing.T) {
			t.Parallel()
			w := groundOf(t, ground{phases: development, whole: config(lang)})
			n, head := w.change("mina-mle", "app", text1("src/app.py", "serve()\n"))
			w.writeConfig(strings.Replace(config(lang), "[felix-se]", "[felix-gone]", 1))
			gone := map[lifecycle.Lang]string{lifecycle.English: "felix-gone, and no person on GitHub has that name", lifecycle.Portuguese: "felix-gone, e ninguém no GitHub tem (mais) esse nome"}[lang]
			w.stand("gone", head, "roles", "in_progress", gone, ".github/phasegate.yml")
			for _, login := range []string{"tomas-ds", "bento-be", "felix-se"} {
				w.review(n, login, "APPROVE", head)
			}
			w.stand("others say yes", head, "roles", "in_progress", gone)
			w.writeConfig(strings.Replace(config(lang), "[felix-se]", "[felix-gone, felix-se]", 1))
			w.stand("mended", head, "roles", "success", "felix-se")
		})
	}
}

// A role is lent while a pull request waits for it: whom it is lent to is asked at once, and no longer once it ended; a
// pull request for another problem's deliverable is left alone.
func TestARoleLentWhileAPullWaits(t *testing.T) {
	t.Parallel()
	seed := cast()
	for _, problem := range []string{"#1", "#3"} {
		seed.Issues = append(seed.Issues,
			hubsim.SeedIssue{Title: "Churn", Body: form(lifecycle.Problem, lifecycle.English, problemForm("<= 4.0", "%")), Labels: []string{lifecycle.Problem.Label()}, Author: "helena-bs"},
			hubsim.SeedIssue{Title: "Score", Body: form(lifecycle.Deliverable, lifecycle.English, scoreForm().with(lifecycle.SecParent, same(problem))), Labels: []string{lifecycle.Deliverable.Label()}, Author: "sara-ds"})
	}
	w := projectOf(t, seed, config(lifecycle.English))
	pull := func(branch string, deliverable int) (int, string) {
		head := w.send("sara-ds", commit{branch: branch, files: []file{text1("src/"+branch+".py", "x\n")}})
		return w.pullOf("sara-ds", branch, fmt.Sprintf("Deliverable: #%d", deliverable)), head
	}
	n, head := pull("app", 2)
	other, _ := pull("other", 4)
	w.stand("waiting", head, "roles", "in_progress", "felix-se")
	w.asks(n, "felix-se")
	w.later()
	w.comment(1, "felix-se", "/delegate software-engineer @dora-de until 2026-01-20")
	w.stand("lent", head, "roles", "in_progress", "dora-de")
	w.asks(n, "dora-de", "felix-se")
	w.asks(other, "felix-se")
	w.at("2026-01-21 09:00")
	w.settle()
	w.asks(n, "felix-se")
}
