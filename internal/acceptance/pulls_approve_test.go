package acceptance_test

import (
	"fmt"
	"strings"
	"testing"
)

// train is a file that one data scientist has to approve.
func train(content string) file { return text1("train/fit.py", content) }

// /approve in the conversation counts like a review, for the commit that was the head when it was written.
func TestApproveInTheConversation(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	n, head := w.change("sara-ds", "model", train("fit()\n"), text1("src/app.py", "serve()\n"))
	w.stand("nobody answered", head, "roles", "in_progress", "tomas-ds")
	w.reactedWith("a yes", n, w.remark(n, "tomas-ds", "/approve"), "+1")
	w.review(n, "felix-se", "APPROVE", head)
	w.stand("a yes in the conversation", head, "roles", "success", "yes, tomas-ds")
	w.replied("a yes", n, 0)

	// What does not touch the role's files keeps it; so does an empty database.
	other := w.pushed("sara-ds", "model", text1("src/app.py", "serve(1)\n"))
	w.stand("a push to other files", other, "roles", "in_progress", "yes, tomas-ds", "felix-se said yes to an older commit")
	w.sys.replace()
	w.settle()
	w.stand("an empty database", other, "roles", "in_progress", "yes, tomas-ds")
	third := w.pushed("sara-ds", "model", text1("src/app.py", "serve(2)\n"))
	w.review(n, "felix-se", "APPROVE", third)
	w.stand("a push after that", third, "roles", "success", "yes, tomas-ds")

	// What touches them does not.
	changed := w.pushed("sara-ds", "model", train("fit(depth=6)\n"))
	w.stand("a push to the role's files", changed, "roles", "in_progress", "older commit", "tomas-ds")

	// Named by its hash; and by the role.
	w.reactedWith("a commit is named", n, w.remark(n, "tomas-ds", "/approve "+changed), "+1")
	w.stand("a commit is named", changed, "roles", "success")
	again := w.pushed("sara-ds", "model", train("fit(depth=7)\n"))
	w.reactedWith("the role is named", n, w.remark(n, "tomas-ds", "/approve as data scientist"), "+1")
	w.stand("the role is named", again, "roles", "success")
	w.replied("all were counted", n, 0)
	w.reactedWith("a role that is not held", n, w.remark(n, "tomas-ds", "/approve as ml engineer"), "confused")
	w.replied("a role that is not held", n, 1)
	w.reactedWith("a commit that is not there", n, w.remark(n, "tomas-ds", "/approve 0123456789"), "confused")
	w.replied("a commit that is not there", n, 2, "commit")
	w.reactedWith("digits that another may begin with", n, w.remark(n, "tomas-ds", "/approve "+again[:12]), "confused")
	w.replied("digits that another may begin with", n, 3, "whole hash")
}

// A push between the comment and its being handled: the yes was for what was there.
func TestApproveOvertakenByPush(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	n, first := w.change("sara-ds", "model", train("fit()\n"))
	w.later()
	w.faults(map[string]any{"webhook": "drop", "event": "issue_comment"})
	id := w.comment(n, "tomas-ds", "/approve")
	w.faults()
	head := w.pushed("sara-ds", "model", train("fit(evil=True)\n"))
	w.stand("pushed before it was handled", head, "roles", "in_progress")
	w.reactedWith("pushed before it was handled", n, id, "confused")
	w.replied("pushed before it was handled", n, 1, "tomas-ds", head[:7])
	w.reactedWith("the older commit by name", n, w.remark(n, "tomas-ds", "/approve "+first), "+1")
	w.stand("the older commit by name", head, "roles", "in_progress", "older commit")
	w.remark(n, "tomas-ds", "/approve "+head)
	w.stand("the head by name", head, "roles", "success")
}

// A force push to what was there before, between the comment and its being handled: that has a run already, and the
// yes was not for it.
func TestApproveOvertakenByForce(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	n, first := w.change("sara-ds", "model", train("fit(evil=True)\n"))
	second := w.pushed("sara-ds", "model", train("fit()\n"))
	w.stand("the second", second, "roles", "in_progress")
	w.later()
	w.faults(map[string]any{"webhook": "drop", "event": "issue_comment"})
	id := w.comment(n, "tomas-ds", "/approve")
	w.faults()
	w.later()
	w.move("sara-ds", "model", first)
	w.settle()
	w.stand("back to the first", first, "roles", "in_progress")
	w.reactedWith("for the second", n, id, "confused")
	w.replied("for the second", n, 1, "tomas-ds", first[:7])
	w.reactedWith("said anew", n, w.remark(n, "tomas-ds", "/approve"), "+1")
	w.stand("said anew", first, "roles", "success")
	// What was counted on one head is remembered on another that was there before.
	third := w.pushed("sara-ds", "model", train("fit(2)\n"))
	w.remark(n, "tomas-ds", "/approve")
	w.stand("a third", third, "roles", "success")
	w.later()
	w.move("sara-ds", "model", second)
	w.settle()
	w.stand("back to the second", second, "roles", "in_progress", "older commit")
	w.later()
	w.move("sara-ds", "model", third)
	w.settle()
	w.stand("and to the third", third, "roles", "success")
}

// What is no command of a person's, as it was written, is no yes.
func TestWordsThatAreNoYesToAPull(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	n, head := w.change("sara-ds", "model", train("fit()\n"))
	replies := 0
	for _, c := range []struct {
		what, login, body string
		replies           int
	}{
		{"a quote", "tomas-ds", "> /approve\n\nNot yet.", 0},
		{"a fence", "tomas-ds", "```\n/approve\n```", 0},
		{"HTML comment", "tomas-ds", "Later <!--\n/approve\n-->", 0},
		{"its author", "sara-ds", "/approve", 1},
		{"somebody without the role", "felix-se", "/approve", 1},
		{"a near miss", "tomas-ds", "/aprove", 1},
		{"in words", "tomas-ds", "LGTM", 1},
		{"in words by somebody not awaited", "bento-be", "LGTM", 0},
	} {
		w.remark(n, c.login, c.body)
		replies += c.replies
		w.replied(c.what, n, replies)
		w.stand(c.what, head, "roles", "in_progress")
	}
	id := w.remark(n, "tomas-ds", "I look at it.")
	w.later()
	w.rewrite(id, "tomas-ds", "/approve")
	w.stand("put in by an edit", head, "roles", "in_progress")
	w.replied("put in by an edit", n, replies+1)
}

// A counted yes in the conversation that is gone, edited or minimised no longer counts.
func TestCountedApproveTakenAway(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what string
		do   func(w *world, n int, id int64)
	}{
		{"edited", func(w *world, n int, id int64) { w.rewrite(id, "tomas-ds", "/approve\n\nin general") }},
		{"edited by somebody else", func(w *world, n int, id int64) { w.rewrite(id, "mina-mle", "Never mind.") }},
		{"deleted", func(w *world, n int, id int64) {
			w.as("tomas-ds", "DELETE", fmt.Sprintf("/issues/comments/%d", id), nil)
			w.settle()
		}},
		{"minimised", func(w *world, n int, id int64) {
			w.graph("mina-mle", "minimizeComment MinimizeCommentInput", map[string]any{"subjectId": w.nodeID(fmt.Sprintf("/issues/comments/%d", id)), "classifier": "OUTDATED"})
			w.comment(n, "bento-be", "I hid that.") // GitHub sends nothing for it
		}},
		{"taken back", func(w *world, n int, id int64) { w.remark(n, "tomas-ds", "/withdraw") }},
		{"objected", func(w *world, n int, id int64) { w.remark(n, "tomas-ds", "/object it leaks") }},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			w := inDevelopment(t, "")
			n, head := w.change("sara-ds", "model", train("fit()\n"))
			id := w.remark(n, "tomas-ds", "/approve")
			w.stand("before", head, "roles", "success")
			w.later()
			c.do(w, n, id)
			want := "in_progress"
			if c.what == "objected" {
				want = "failure"
			}
			w.stand(c.what, head, "roles", want)
			w.remark(n, "tomas-ds", "/approve")
			w.stand("said anew", head, "roles", "success")
		})
	}
}

// Commands on a pull request: what is answered, and what belongs elsewhere.
func TestCommandsOnAPull(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	n, head := w.change("sara-ds", "model", train("fit()\n"))
	w.stand("a report is expected", head, "metrics", "in_progress")
	replies := 0
	for _, c := range []struct {
		login, body, reaction string
		replies               int
		says                  string
		roles, metrics        string
	}{
		{"tomas-ds", "/help", "+1", 1, "/approve", "in_progress", "in_progress"},
		{"tomas-ds", "/status", "+1", 0, "", "in_progress", "in_progress"},
		{"tomas-ds", "/object", "confused", 1, "/object", "in_progress", "in_progress"},
		{"tomas-ds", "/object it leaks the outcome", "+1", 0, "", "failure", "in_progress"},
		{"mina-mle", "/withdraw", "confused", 1, "", "failure", "in_progress"},
		{"tomas-ds", "/withdraw", "+1", 0, "", "in_progress", "in_progress"},
		{"felix-se", "/object I do not like it", "confused", 1, "", "in_progress", "in_progress"},
		{"sara-ds", "/no-metrics only a comment changed", "confused", 1, "", "in_progress", "in_progress"},
		{"felix-se", "/no-metrics only a comment changed", "confused", 1, "", "in_progress", "in_progress"},
		{"tomas-ds", "/no-metrics", "confused", 1, "", "in_progress", "in_progress"},
		{"tomas-ds", "/no-metrics only a comment changed", "+1", 0, "", "in_progress", "neutral"},
		{"sara-ds", "/advance deployment", "confused", 1, "deliverable", "in_progress", "neutral"},
		{"helena-bs", "/budget 5", "confused", 1, "", "in_progress", "neutral"},
		{"helena-bs", "/decide scope: less", "confused", 1, "problem", "in_progress", "neutral"},
		{"helena-bs", "/action @dora-de map by 2026-02-02", "confused", 1, "meeting", "in_progress", "neutral"},
		{"tomas-ds", "/sem-metricas só um comentário", "+1", 0, "", "in_progress", "neutral"},
	} {
		w.reactedWith(c.login+" "+c.body, n, w.remark(n, c.login, c.body), c.reaction)
		replies += c.replies
		w.replied(c.login+" "+c.body, n, replies)
		if c.says != "" && !strings.Contains(seen(t, w.lastReply(n)), c.says) {
			t.Errorf("%s is answered without %q: %s", c.body, c.says, seen(t, w.lastReply(n)))
		}
		w.stand(c.body, head, "roles", c.roles)
		w.stand(c.body, head, "metrics", c.metrics)
	}
	run := w.on(head, "metrics")
	if !strings.Contains(run.Output.Title+run.Output.Summary, "tomas-ds") {
		t.Errorf("metrics does not name who excused it: %s %s", run.Output.Title, run.Output.Summary)
	}
}
