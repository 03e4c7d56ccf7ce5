package acceptance_test

import (
	"encoding/base64"
	"fmt"
	"testing"
)

// Who may write can dismiss reviews, and edit and delete what others wrote: none of it makes an objection go away that
// was counted, or brings a yes back that was given before.
func TestErasedByOthers(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		says  string // a comment; "" for a review
		erase string // the request's method
		state string
	}{
		"an objection is deleted": {"/object it leaks", "DELETE", "failure"}, "an objection is edited": {"/object it leaks", "PATCH", "failure"},
		"a withdrawal is deleted": {"/withdraw", "DELETE", "in_progress"}, "a review is dismissed": {"", "PUT", "in_progress"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w := inDevelopment(t, "")
			n, head := w.change("sara-ds", "model", train("fit()\n"))
			w.review(n, "tomas-ds", "APPROVE", head)
			w.stand("a yes", head, "roles", "success")
			var id int64
			if c.says == "" {
				id = w.review(n, "tomas-ds", "REQUEST_CHANGES", head)
			} else {
				id = w.remark(n, "tomas-ds", c.says)
			}
			w.later()
			switch c.erase {
			case "DELETE":
				w.as("sara-ds", "DELETE", fmt.Sprintf("/issues/comments/%d", id), nil)
				w.settle()
			case "PATCH":
				w.rewrite(id, "sara-ds", c.says+" ")
			default:
				w.as("sara-ds", "PUT", fmt.Sprintf("/pulls/%d/reviews/%d/dismissals", n, id), map[string]any{"message": "Old."})
				w.settle()
			}
			w.stand(what, head, "roles", c.state, "tomas-ds")
			next := w.pushed("sara-ds", "model", text1("README.md", "x\n"))
			w.stand(what+", and a push", next, "roles", c.state, "tomas-ds")
			w.review(n, "tomas-ds", "APPROVE", next)
			w.stand("said anew", next, "roles", w.on(next, "roles").state(), "yes, tomas-ds")
		})
	}
}

// Who mends a word in their objection still objects; who edits it away hears that it is taken back. A command in the text
// of a review is read by nobody, and its author hears so once.
func TestWhatIsSaidElsewhere(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	n, head := w.change("sara-ds", "model", train("fit()\n"))
	no := w.remark(n, "tomas-ds", "/object the splti leaks")
	w.stand("an objection", head, "roles", "failure", "the splti leaks")
	w.later()
	w.rewrite(no, "tomas-ds", "/object the split leaks")
	w.stand("mended", head, "roles", "failure", "the split leaks")
	w.replied("mended", n, 0)
	w.later()
	w.rewrite(no, "tomas-ds", "I had it wrong.")
	w.stand("edited away", head, "roles", "in_progress", "tomas-ds")
	w.replied("edited away", n, 1, "your objection is taken back", "/object")
	w.later()
	say := func(event, body string) {
		w.as("tomas-ds", "POST", fmt.Sprintf("/pulls/%d/reviews", n), map[string]any{"event": event, "commit_id": head, "body": body})
		w.settle()
	}
	say("COMMENT", "/approve")
	w.stand("said in a review", head, "roles", "in_progress", "tomas-ds")
	w.replied("said in a review", n, 2, "@tomas-ds: /approve was not counted", "new comment")
	w.later()
	w.looksOnly("an empty database", w.sys.replace)
	w.replied("an empty database", n, 2)
	w.later()
	say("APPROVE", "/approve")
	w.stand("the review says it", head, "roles", "success", "tomas-ds")
	w.replied("the review says it", n, 2)
}

// A pull request that takes the config away says what that means; one that leaves it alone says nothing of it, whatever
// becomes of it on the base branch meanwhile.
func TestConfigTakenAway(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	_, untouched := w.change("sara-ds", "model", train("fit()\n"))
	old := config(w.lang)
	away := w.send("felix-se", commit{branch: "away", files: []file{gone(".github/phasegate.yml")}})
	w.pullOf("felix-se", "away", "")
	w.stand("taken away", away, "config", "failure", "This change takes the config away")
	w.stand("taken away", away, "roles", "in_progress", "helena-bs", "mina-mle")
	moved := w.send("felix-se", commit{branch: "moved", files: []file{gone(".github/phasegate.yml"), text1(".github/phasegate.yaml", old)}})
	w.pullOf("felix-se", "moved", "")
	w.stand("renamed", moved, "config", "failure", "This change takes the config away")
	w.later()
	w.writeConfig(old + "gate_valid_days: {standard: 90}\n")
	again := w.pushed("sara-ds", "model", train("fit(1)\n"))
	for what, sha := range map[string]string{"before": untouched, "pushed anew": again} {
		if r := w.on(sha, "config"); r.ID != 0 {
			t.Errorf("%s: a check on a config that the pull request leaves alone: %s", what, r.Output.Title)
		}
	}
}

// What a data scientist excused from a metric report was what stood there, not what comes after.
func TestExcuseIsForWhatStoodThere(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	n, head := w.change("sara-ds", "model", train("fit()  # quickly\n"))
	w.remark(n, "tomas-ds", "/no-metrics only a remark changes")
	w.stand("excused", head, "metrics", "neutral", "tomas-ds")
	other := w.pushed("sara-ds", "model", text1("README.md", "x\n"))
	w.stand("another file", other, "metrics", "neutral", "tomas-ds")
	model := w.pushed("sara-ds", "model", train("another_model()\n"))
	w.stand("another model", model, "metrics", "in_progress")
	w.remark(n, "tomas-ds", "/no-metrics it is only renamed")
	w.stand("excused anew", model, "metrics", "neutral", "it is only renamed")
}

// A workflow that pushes in somebody's name hides who its author is.
func TestPushedByAWorkflowInSomebodysName(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	n, _ := w.change("sara-ds", "model", train("fit()\n"))
	w.later()
	var there struct{ SHA string }
	w.read("/contents/train/fit.py?ref=model", &there)
	a, err := w.raw("PUT", w.sys.APIURL+repoPath+"/contents/train/fit.py", w.workflow(map[string]string{"contents": "write"}), map[string]any{"message": "Tidy up", "branch": "model", "sha": there.SHA,
		"content": base64.StdEncoding.EncodeToString([]byte("evil()\n")), "author": map[string]any{"name": "Sara", "email": w.email("sara-ds")}, "committer": map[string]any{"name": "Sara", "email": w.email("sara-ds")}}, nil)
	if err != nil || a.status/100 != 2 {
		t.Fatalf("%d %.300s, %v", a.status, a.body, err)
	}
	w.settle()
	sha := a.field("commit").(map[string]any)["sha"].(string)
	w.review(n, "tomas-ds", "APPROVE", sha)
	w.stand("pushed by a workflow", sha, "roles", "action_required", "in somebody else's name")
	next := w.pushed("sara-ds", "model")
	w.stand("a person pushed on", next, "roles", "success", "tomas-ds")
}
