package acceptance_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/hubsim"
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
				head = w.send(c.opener, m)
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
