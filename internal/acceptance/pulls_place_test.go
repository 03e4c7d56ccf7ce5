package acceptance_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// Where a pull request belongs, and whether its files may change there. #1 is in development, #2 in design.
func TestPlacesOfPulls(t *testing.T) {
	t.Parallel()
	w := groundOf(t, ground{phases: []lifecycle.Phase{lifecycle.Development, lifecycle.Design}, config: "bots: [bento-be]\n"})
	for i, c := range []struct {
		what, login, branch, body string
		files                     []file
		state                     string
		says                      []string
	}{
		{"named", "sara-ds", "a", "Deliverable: #1", []file{train("a\n")}, "success", []string{"#1"}},
		{"named in Portuguese", "sara-ds", "b", "Entrega: #1", []file{train("b\n")}, "success", []string{"#1"}},
		{"named, too early", "sara-ds", "c", "Deliverable: #2", []file{train("c\n")}, "failure", []string{"train/fit.py", "#2", "Design"}},
		{"both named", "sara-ds", "d", "Deliverable: #1, #2", []file{train("d\n")}, "failure", []string{"#2"}},
		{"both named, allowed in both", "sara-ds", "d2", "Deliverable: #1, #2", []file{text1("src/x.py", "d2\n")}, "success", []string{"#1", "#2"}},
		{"no deliverable of that number", "sara-ds", "e", "Deliverable: #99", []file{train("e\n")}, "action_required", []string{"#99", "#1", "#2"}},
		{"none", "sara-ds", "f", "Just because.", []file{train("f\n")}, "action_required", []string{"#1 Deliverable 1", "#2 Deliverable 2"}},
		{"a closing keyword", "sara-ds", "g", "Fixes #1", []file{train("g\n")}, "success", []string{"#1"}},
		{"a branch", "sara-ds", "1-fit", "", []file{train("h\n")}, "success", []string{"#1"}},
		{"a branch, and the line wins", "sara-ds", "1-fit-more", "Deliverable: #2", []file{train("i\n")}, "failure", []string{"#2"}},
		{"free paths", "sara-ds", "j", "", []file{text1("tests/a.py", "j\n"), text1("README.md", "j\n"), text1(".gitignore", "j\n"), text1("docs/guidelines/a.md", "j\n")}, "neutral", nil},
		{"free paths and one other", "sara-ds", "k", "", []file{text1("tests/a.py", "k\n"), text1("src/a.py", "k\n")}, "action_required", nil},
		{"a bot's", "bento-be", "l", "", []file{text1("src/a.py", "l\n")}, "neutral", nil},
		{"deploying, too early", "sara-ds", "m", "Deliverable: #1", []file{text1("deploy/a.yml", "m\n"), text1(".github/workflows/deploy-a.yml", "m\n"), text1("monitoring/a.yml", "m\n")}, "failure", []string{"3 files"}},
		{"a hotfix of what is not live", "sara-ds", "n", "Deliverable: #1\nHotfix: it is down", []file{text1("deploy/a.yml", "n\n")}, "failure", nil},
		{"named in a comment and in code", "sara-ds", "o", "<!-- Deliverable: #1 -->\n```\nDeliverable: #1\n```\n> Fixes #1", []file{train("o\n")}, "action_required", []string{"#1 Deliverable 1"}},
		{"named in a list, by address", "sara-ds", "p", "- **Deliverable:** https://github.com/acme-telco/churn/issues/1", []file{train("p\n")}, "success", []string{"#1"}},
		{"named by repository", "sara-ds", "q", "**Entrega:** acme-telco/churn#1", []file{train("q\n")}, "success", []string{"#1"}},
	} {
		head := w.send(c.login, commit{branch: c.branch, files: c.files})
		if n := w.pullOf(c.login, c.branch, c.body); n != 3+i {
			t.Fatalf("%s became #%d", c.what, n)
		}
		w.stand(c.what, head, "gate", c.state, c.says...)
	}
	// A person who pushes onto a bot's branch: now it needs one.
	after := w.pushed("sara-ds", "l", text1("src/b.py", "x\n"))
	w.stand("a person pushed onto a bot's branch", after, "gate", "action_required")
	// The description is mended: the check looks again.
	w.as("sara-ds", "PATCH", "/pulls/9", map[string]any{"body": "Deliverable: #1"})
	w.settle()
	var p struct{ Head struct{ SHA string } }
	w.read("/pulls/9", &p)
	w.stand("mended", p.Head.SHA, "gate", "success")
	// A person who pushes onto a bot's branch in the bot's name has a hand in it all the same.
	own := w.send("bento-be", commit{branch: "bot", files: []file{text1("src/c.py", "x\n")}})
	w.pullOf("bento-be", "bot", "")
	w.stand("a bot's", own, "gate", "neutral")
	w.later()
	forged := w.send("sara-ds", commit{branch: "bot", author: "bento-be", files: []file{text1("src/d.py", "x\n")}})
	w.settle()
	w.stand("a person pushed in the bot's name", forged, "gate", "action_required")
}

// One open deliverable: it is meant where none is named, and the title says so; one that is closed is not.
func TestTheOnlyDeliverable(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	_, head := w.change("sara-ds", "model", train("fit()\n"))
	w.stand("none is named", head, "gate", "success", "the only open deliverable")
	w.as("sara-ds", "PATCH", "/issues/1", map[string]any{"state": "closed"})
	w.settle()
	w.stand("it was closed", head, "gate", "action_required", "none is open")
	w.as("sara-ds", "PATCH", "/issues/1", map[string]any{"state": "open"})
	w.settle()
	w.stand("it was opened again", head, "gate", "success")
}

// Files under another deliverable's Paths count for that one too.
func TestPathsOfAnotherDeliverable(t *testing.T) {
	t.Parallel()
	w := groundOf(t, ground{phases: []lifecycle.Phase{lifecycle.Development, lifecycle.Design}, paths: []string{"", "train/offers/**"}})
	for _, c := range []struct {
		branch, path, state string
	}{{"a", "train/fit.py", "success"}, {"b", "train/offers/fit.py", "failure"}, {"c", "docs/design/x.md", "success"}} {
		head := w.send("sara-ds", commit{branch: c.branch, files: []file{text1(c.path, c.branch)}})
		w.pullOf("sara-ds", c.branch, "Deliverable: #1")
		w.stand(c.path, head, "gate", c.state)
	}
}

// A hotfix of what is live may touch what runs, in every phase.
func TestHotfix(t *testing.T) {
	t.Parallel()
	w := groundOf(t, ground{phases: []lifecycle.Phase{lifecycle.Monitoring}})
	if got := w.look().issue(1).Labels; !slices.Contains(got, "state:live") {
		t.Fatalf("what begins in monitoring is not live: %v", got)
	}
	w.later()
	w.comment(1, "sara-ds", "/return design data: the data was wrong")
	for _, c := range []struct{ branch, body, path, state string }{
		{"a", "", "deploy/a.yml", "failure"},
		{"b", "Hotfix: the score is down", "deploy/a.yml", "success"},
		{"c", "Hotfix: the score is down", "serving/a.py", "success"},
		{"d", "Hotfix: the score is down", "train/a.py", "failure"},
		{"e", "<!-- Hotfix: the score is down -->", "deploy/a.yml", "failure"},
		{"f", "- **Hotfix:** the score is down", "deploy/a.yml", "success"},
	} {
		head := w.send("bento-be", commit{branch: c.branch, files: []file{text1(c.path, c.branch)}})
		w.pullOf("bento-be", c.branch, c.body)
		w.stand(c.path+" "+c.body, head, "gate", c.state)
		if c.state == "success" {
			w.stand("a hotfix", head, "gate", "success", "hotfix")
			w.stand("its roles still approve", head, "roles", "in_progress")
		}
	}
}

// A pull request is retargeted: the rules of the new base branch judge it, and who holds roles stays the default
// branch's. It changes no config itself.
func TestRulesOfTheBaseBranch(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	other := strings.Replace(config(w.lang), "[sara-ds, tomas-ds]", "[sara-ds, bento-be]", 1) +
		"paths:\n  - {paths: [\"train/**\"], roles: [data-scientist, subject-matter-expert]}\n"
	w.send("mina-mle", commit{branch: "release", files: []file{text1(configPath, other)}})
	w.settle()
	n, head := w.change("sara-ds", "model", train("fit()\n"))
	w.review(n, "tomas-ds", "APPROVE", head)
	w.stand("against main", head, "roles", "success", "tomas-ds")
	w.later()
	w.as("sara-ds", "PATCH", "/pulls/"+itoa(n), map[string]any{"base": "release"})
	w.settle()
	w.stand("against release", head, "roles", "in_progress", "tomas-ds said yes before the base branch changed", "rui-sme")
	w.asks(n, "rui-sme", "tomas-ds")
	w.review(n, "rui-sme", "APPROVE", head)
	w.stand("against release, the first yes is for another change", head, "roles", "in_progress", "yes, rui-sme", "tomas-ds")
	w.review(n, "tomas-ds", "APPROVE", head)
	w.stand("against release, approved", head, "roles", "success", "rui-sme", "tomas-ds")
	w.review(n, "bento-be", "REQUEST_CHANGES", head)
	w.stand("who holds a role only there", head, "roles", "success")
	w.later()
	w.as("sara-ds", "PATCH", "/pulls/"+itoa(n), map[string]any{"base": "main"})
	w.settle()
	w.asks(n, "tomas-ds")
	w.review(n, "tomas-ds", "APPROVE", head)
	w.stand("against main again", head, "roles", "success", "tomas-ds")
}

// A release branch whose config cannot be read is judged by the default branch's rules.
func TestABrokenConfigOfTheBaseBranch(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	broken := file{path: configPath, content: config(w.lang) + "paths:\n  - {match: [\"train/**\"], roles: [subject-matter-expert]}\n", broken: true}
	w.send("mina-mle", commit{branch: "release", files: []file{broken}})
	w.settle()
	head := w.send("sara-ds", commit{branch: "model", files: []file{train("fit()\n")}})
	n := w.pullOf("sara-ds", "model", "", map[string]any{"base": "release"})
	w.asks(n, "tomas-ds")
	w.review(n, "tomas-ds", "APPROVE", head)
	w.stand("by the default branch's rules", head, "roles", "success", "tomas-ds")
}

// The base moves under a pull request: GitHub retargets it when its base branch was merged and is gone, and somebody
// may rewrite the base. Either makes another change of it, which nobody approved.
func TestBaseMovesUnderAPull(t *testing.T) {
	t.Parallel()
	t.Run("merged and gone", func(t *testing.T) {
		t.Parallel()
		w := inDevelopment(t, "")
		below, first := w.change("sara-ds", "below", text1("src/a.py", "a\n"), train("fit()\n"))
		head := w.send("sara-ds", commit{branch: "above", parents: []string{first}, files: []file{train("fit(1)\n")}})
		n := w.pullOf("sara-ds", "above", "Deliverable: #1", map[string]any{"base": "below"})
		w.review(n, "tomas-ds", "APPROVE", head)
		w.stand("into the branch below", head, "roles", "success")
		w.later()
		w.as("mina-mle", "PATCH", repoPath, map[string]any{"delete_branch_on_merge": true})
		w.as("mina-mle", "PUT", fmt.Sprintf("/pulls/%d/merge", below), map[string]any{"merge_method": "squash"})
		w.settle()
		w.stand("into main", head, "roles", "in_progress", "tomas-ds said yes before the base branch changed", "felix-se")
	})
	t.Run("rewritten", func(t *testing.T) {
		t.Parallel()
		w := inDevelopment(t, "")
		w.send("mina-mle", commit{branch: "release", files: []file{train("fit(2)\n")}})
		before := w.send("mina-mle", commit{branch: "release", files: []file{train("fit(3)\n")}})
		head := w.send("sara-ds", commit{branch: "model", parents: []string{before}, files: []file{text1("train/more.py", "more()\n")}})
		n := w.pullOf("sara-ds", "model", "Deliverable: #1", map[string]any{"base": "release"})
		w.review(n, "tomas-ds", "APPROVE", head)
		w.stand("before", head, "roles", "success")
		w.later()
		w.send("mina-mle", commit{branch: "release", parents: []string{w.as(reader, "GET", "/git/ref/heads/main", nil).field("object").(map[string]any)["sha"].(string)}})
		w.comment(n, "bento-be", "I rewrote it.") // GitHub sends nothing about the pull request for it
		w.stand("the base is rewritten", head, "roles", "in_progress", "tomas-ds said yes before the base branch changed")
	})
}

// Drafts, closing and reopening.
func TestDraftsAndReopening(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	head := w.send("sara-ds", commit{branch: "model", files: []file{train("fit()\n")}})
	n := w.pullOf("sara-ds", "model", "", map[string]any{"draft": true})
	w.stand("a draft", head, "roles", "in_progress", "draft")
	w.stand("a draft", head, "gate", "success")
	w.asks(n)
	w.later()
	w.graph("sara-ds", "markPullRequestReadyForReview MarkPullRequestReadyForReviewInput", map[string]any{"pullRequestId": w.nodeID("/pulls/" + itoa(n))})
	w.asks(n, "tomas-ds")
	w.later()
	w.graph("sara-ds", "convertPullRequestToDraft ConvertPullRequestToDraftInput", map[string]any{"pullRequestId": w.nodeID("/pulls/" + itoa(n))})
	w.asks(n)
	w.graph("sara-ds", "markPullRequestReadyForReview MarkPullRequestReadyForReviewInput", map[string]any{"pullRequestId": w.nodeID("/pulls/" + itoa(n))})
	w.asks(n, "tomas-ds")

	w.as("sara-ds", "PATCH", "/pulls/"+itoa(n), map[string]any{"state": "closed"})
	w.settle()
	before := w.on(head, "roles")
	w.remark(n, "tomas-ds", "/approve")
	if got := w.on(head, "roles"); got != before {
		t.Errorf("a closed pull request was judged: %+v", got)
	}
	next := w.pushed("sara-ds", "model", text1("tests/x.py", "x\n"))
	if r := w.on(next, "roles"); r.ID != 0 {
		t.Errorf("a closed pull request has a check: %+v", r)
	}
	w.later()
	w.as("sara-ds", "PATCH", "/pulls/"+itoa(n), map[string]any{"state": "open"})
	w.settle()
	w.stand("reopened", next, "roles", "in_progress")
	w.review(n, "tomas-ds", "APPROVE", next)
	w.stand("reopened and approved", next, "roles", "success")
}

// A pull request that was closed without being merged leaves no success on its commit for the next one; opened again
// it has it back.
func TestClosedWithoutMerge(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	n, head := w.change("sara-ds", "model", train("fit()\n"))
	w.remark(n, "tomas-ds", "/approve")
	w.stand("approved", head, "roles", "success")
	w.later()
	w.as("sara-ds", "PATCH", "/pulls/"+itoa(n), map[string]any{"state": "closed"})
	w.settle()
	for _, name := range []string{"gate", "roles"} {
		w.stand("closed", head, name, "cancelled", fmt.Sprintf("#%d was closed without being merged", n))
	}
	w.later()
	w.as("sara-ds", "PATCH", "/pulls/"+itoa(n), map[string]any{"state": "open"})
	w.settle()
	w.stand("opened again", head, "roles", "success", "tomas-ds")
	w.stand("opened again", head, "gate", "success")
	w.later()
	w.as("sara-ds", "PATCH", "/pulls/"+itoa(n), map[string]any{"state": "closed"})
	w.settle()
	w.pullOf("sara-ds", "model", "")
	w.stand("another one with the commit", head, "roles", "in_progress", "tomas-ds")
	w.stand("another one with the commit", head, "gate", "success")
}

// Two open pull requests with one head: a check stands on the commit, so neither gets a yes that is the other's.
func TestTwoPullsWithOneHead(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	n, head := w.change("sara-ds", "model", train("fit()\n"))
	w.review(n, "tomas-ds", "APPROVE", head)
	w.stand("alone", head, "roles", "success")
	w.send("mina-mle", commit{branch: "other", files: []file{text1("x.txt", "x")}})
	w.later()
	second := w.pullOf("sara-ds", "model", "", map[string]any{"base": "other"})
	for _, name := range []string{"gate", "roles"} {
		w.stand("two of them", head, name, "action_required", fmt.Sprintf("#%d", second))
	}
	w.as("sara-ds", "PATCH", "/pulls/"+itoa(second), map[string]any{"state": "closed"})
	w.settle()
	w.stand("one was closed", head, "roles", "success")
	w.stand("one was closed", head, "gate", "success")
	w.later()
	w.as("sara-ds", "PATCH", "/pulls/"+itoa(second), map[string]any{"state": "open"})
	w.settle()
	w.stand("two again", head, "roles", "action_required")
	w.as("sara-ds", "PATCH", "/pulls/"+itoa(n), map[string]any{"state": "closed"})
	w.settle()
	w.stand("the older was closed", head, "roles", "in_progress", "tomas-ds")
}

// One of two with the same head gets a commit of its own: the other is judged for itself at once, whichever it was and
// however that came about.
func TestOneOfTwoMovesOn(t *testing.T) {
	t.Parallel()
	for what, move := range map[string]func(w *world, branch, head string){
		"by a push": func(w *world, branch, head string) {
			w.send("sara-ds", commit{branch: branch, files: []file{text1("src/own.py", "own()\n")}})
		},
		"by a force push": func(w *world, branch, head string) {
			sha := w.write("sara-ds", commit{branch: "main", files: []file{train("own()\n")}})
			w.move("sara-ds", branch, sha)
		},
	} {
		for branch, older := range map[string]bool{"model": true, "twin": false} {
			t.Run(fmt.Sprintf("%s, the older %v", what, older), func(t *testing.T) {
				t.Parallel()
				w := inDevelopment(t, "")
				n, head := w.change("sara-ds", "model", train("fit()\n"))
				w.review(n, "tomas-ds", "APPROVE", head)
				w.as("sara-ds", "POST", "/git/refs", map[string]any{"ref": "refs/heads/twin", "sha": head})
				w.pullOf("sara-ds", "twin", "")
				w.stand("two of them", head, "roles", "action_required")
				w.later()
				move(w, branch, head)
				w.settle()
				if older {
					w.stand("the older moved on", head, "roles", "in_progress", "tomas-ds")
				} else {
					w.stand("the younger moved on", head, "roles", "success", "tomas-ds")
				}
				w.stand("alone", head, "gate", "success")
			})
		}
	}
}
