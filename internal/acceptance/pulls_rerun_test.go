package acceptance_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

// annotation is a note at a file.
type annotation struct{ Path, Message string }

func (w *world) annotations(r checkRun) []annotation {
	w.t.Helper()
	return everything[annotation](w, fmt.Sprintf("/check-runs/%d/annotations", r.ID))
}

// Somebody asks for a check, or for all of them, to run again: it is judged anew, with the same result, and no
// annotation comes twice.
func TestCheckAskedForAgain(t *testing.T) {
	t.Parallel()
	w := groundOf(t, ground{phases: []lifecycle.Phase{lifecycle.Design}})
	var files []file
	for i := range 120 {
		files = append(files, text1(fmt.Sprintf("train/f%03d.py", i), "x\n"))
	}
	_, head := w.change("sara-ds", "model", files...)
	run := w.stand("too early", head, "gate", "failure", "120 files")
	if notes := w.annotations(run); len(notes) != 120 || notes[0].Path != "train/f000.py" {
		t.Fatalf("%d annotations, want one for each of 120 files", len(notes))
	}
	rerun := func(what, path string) {
		t.Helper()
		w.later()
		w.forgetRequests()
		w.as("sara-ds", "POST", path, nil)
		w.settle()
		again := w.stand(what, head, "gate", "failure", "120 files")
		if notes := w.annotations(again); len(notes) != 120 {
			t.Errorf("%s: %d annotations, want 120", what, len(notes))
		}
		if !slices.ContainsFunc(w.writes(), func(s string) bool { return strings.Contains(s, "check-runs") }) {
			t.Errorf("%s: no check was written: %v", what, w.writes())
		}
	}
	rerun("one check again", fmt.Sprintf("/check-runs/%d/rerequest", run.ID))
	rerun("one check again, twice", fmt.Sprintf("/check-runs/%d/rerequest", w.on(head, "gate").ID))
	var suites struct {
		Suites []struct {
			ID  int64
			App struct{ Slug string }
		} `json:"check_suites"`
	}
	w.read("/commits/"+head+"/check-suites", &suites)
	for _, s := range suites.Suites {
		if s.App.Slug == "phasegate" {
			rerun("the suite again", fmt.Sprintf("/check-suites/%d/rerequest", s.ID))
		}
	}
	// One more file: one more annotation.
	next := w.pushed("sara-ds", "model", text1("train/g.py", "x\n"))
	if notes := w.annotations(w.stand("one more file", next, "gate", "failure", "121 files")); len(notes) != 121 {
		t.Errorf("%d annotations on a new commit, want 121", len(notes))
	}
}

// The check on the first config of all is asked for again: it is posted anew, though no rule holds yet.
func TestFirstConfigAskedForAgain(t *testing.T) {
	t.Parallel()
	w := lightWorld(t)
	text := config(lifecycle.English)
	w.remove("mina-mle", "main", "none", policy.File)
	w.push("mina-mle", "rules", "rules", [2]string{policy.File, text})
	w.pull(4, "mina-mle", "rules", "Set up", "The rules.")
	head := w.heads["rules"]
	was := w.stand("the first config", head, "config", "success")
	w.later()
	w.as("sara-ds", "POST", fmt.Sprintf("/check-runs/%d/rerequest", was.ID), nil)
	w.settle()
	if run := w.stand("asked for again", head, "config", "success"); run.ID == was.ID || w.suite(head).Status != "completed" {
		t.Errorf("run %d after %d, and the suite is %s", run.ID, was.ID, w.suite(head).Status)
	}
}

// A pull request from a fork is judged like any other; its checks asked for again come without its number.
func TestForks(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	w.as("rui-sme", "POST", "/forks", map[string]any{})
	w.settle()
	fork := "/repos/rui-sme/churn"
	head := w.send("rui-sme", commit{repo: fork, branch: "idea", files: []file{train("fit()\n")}})
	n := w.pullOf("rui-sme", "rui-sme:idea", "")
	w.stand("a fork", head, "gate", "success")
	w.stand("a fork", head, "roles", "in_progress", "sara-ds", "tomas-ds")
	w.remark(n, "tomas-ds", "/approve")
	run := w.stand("a fork, approved", head, "roles", "success")
	w.later()
	w.as("sara-ds", "PATCH", "/issues/1", map[string]any{"state": "closed"})
	w.settle()
	w.stand("no deliverable any more", head, "gate", "action_required")
	w.forgetRequests()
	w.as("sara-ds", "POST", fmt.Sprintf("/check-runs/%d/rerequest", run.ID), nil)
	w.settle()
	if !slices.ContainsFunc(w.writes(), func(s string) bool { return strings.Contains(s, "check-runs") }) {
		t.Errorf("a fork's check asked for again was not written: %v", w.writes())
	}
	var suites struct {
		Suites []struct {
			ID  int64
			App struct{ Slug string }
		} `json:"check_suites"`
	}
	w.read("/commits/"+head+"/check-suites", &suites)
	for _, s := range suites.Suites {
		if s.App.Slug != "phasegate" {
			continue
		}
		w.later()
		w.forgetRequests()
		w.as("sara-ds", "POST", fmt.Sprintf("/check-suites/%d/rerequest", s.ID), nil)
		w.settle()
		if !slices.ContainsFunc(w.writes(), func(s string) bool { return strings.Contains(s, "check-runs") }) {
			t.Errorf("a fork's suite asked for again was not written: %v", w.writes())
		}
	}
	w.stand("a fork, asked for again", head, "roles", "success", "tomas-ds")
}

// In observe mode nothing stops, and each check says what it would do.
func TestObserving(t *testing.T) {
	t.Parallel()
	w := groundOf(t, ground{phases: []lifecycle.Phase{lifecycle.Design, lifecycle.Design}})
	w.writeConfig(strings.Replace(config(w.lang), "mode: enforce", "mode: observe", 1))
	n, head := w.change("sara-ds", "model", train("fit()\n"))
	for _, name := range []string{"gate", "roles", "metrics"} {
		w.stand("observed", head, name, "neutral", "enforced")
	}
	w.stand("none is named", head, "gate", "neutral", "Deliverable: #N")
	w.as("sara-ds", "PATCH", "/pulls/"+itoa(n), map[string]any{"body": "Deliverable: #1"})
	w.settle()
	w.stand("too early", head, "gate", "neutral", "train/fit.py", "enforced")
	w.review(n, "tomas-ds", "REQUEST_CHANGES", head)
	w.stand("changes asked for", head, "roles", "neutral", "tomas-ds", "enforced")
	w.review(n, "tomas-ds", "APPROVE", head)
	r := w.stand("approved", head, "roles", "success")
	if strings.Contains(r.Output.Title, "enforced") {
		t.Errorf("what passes says that it would be stopped: %s", r.Output.Title)
	}
	w.writeConfig(config(w.lang))
	w.stand("enforced from now on", head, "gate", "failure")
	w.stand("enforced from now on", head, "roles", "success")
}

// What a deliverable's pull requests are judged by changes: they are looked at, and no others.
func TestFanOut(t *testing.T) {
	t.Parallel()
	w := groundOf(t, ground{phases: []lifecycle.Phase{lifecycle.Development, lifecycle.Development}})
	mine, head := 0, ""
	head = w.send("sara-ds", commit{branch: "mine", files: []file{train("mine\n")}})
	mine = w.pullOf("sara-ds", "mine", "Deliverable: #1")
	other := w.send("sara-ds", commit{branch: "other", files: []file{train("other\n")}})
	theirs := w.pullOf("sara-ds", "other", "Deliverable: #2")
	both := w.send("sara-ds", commit{branch: "both", files: []file{text1("src/both.py", "both\n")}})
	shared := w.pullOf("sara-ds", "both", "Deliverable: #2, #1\n\nFixes #99")
	w.send("sara-ds", commit{branch: "fix", files: []file{text1("src/fix.py", "fix\n")}})
	unclear := w.pullOf("sara-ds", "fix", "Fixes #99")
	w.stand("before", head, "gate", "success")
	w.stand("before", both, "gate", "success")
	for _, c := range []struct {
		what  string
		do    func()
		wakes bool
		state string
	}{
		{"a return", func() { w.remark(1, "sara-ds", "/return design data: the codes leak") }, true, "failure"},
		{"a status", func() { w.remark(1, "sara-ds", "/status") }, false, "failure"},
		{"talk", func() { w.remark(1, "sara-ds", "Thanks, all.") }, false, "failure"},
		{"a changed metric table", func() {
			w.later()
			w.edit(1, "helena-bs", strings.Replace(form(lifecycle.Deliverable, w.lang, scoreForm().with(lifecycle.SecParent, text{})), ">= 0.40", ">= 0.45", 1))
		}, true, "failure"},
		{"white space", func() {
			w.later()
			w.edit(1, "helena-bs", w.issues[1].body+"\n\n")
		}, false, "failure"},
		{"a raised risk", func() { w.remark(1, "helena-bs", "/risk high it decides about people") }, true, "failure"},
	} {
		w.later()
		before := w.pullLooks()
		c.do()
		after := w.pullLooks()
		for _, n := range []int{mine, shared, unclear} {
			if got := after[n] - before[n]; (got > 0) != c.wakes {
				t.Errorf("%s: #%d was looked at %d times", c.what, n, got)
			}
		}
		if got := after[theirs] - before[theirs]; got > 0 {
			t.Errorf("%s: #%d, which is another deliverable's, was looked at %d times", c.what, theirs, got)
		}
		w.stand(c.what, head, "gate", c.state)
		w.stand(c.what, other, "gate", "success")
	}
}

// A check that waits for more than two weeks is given up on by GitHub: it stands as waiting again the next night,
// and what was said counts.
func TestCheckThatGitHubGaveUpOn(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	n, head := w.change("sara-ds", "model", train("fit()\n"), text1("src/app.py", "serve()\n"))
	w.remark(n, "tomas-ds", "/approve")
	first := w.stand("before", head, "roles", "in_progress", "yes, tomas-ds")
	w.in(15 * 24 * time.Hour)
	w.in(24 * time.Hour)
	w.settle()
	again := w.stand("sixteen days later", head, "roles", "in_progress", "yes, tomas-ds", "felix-se")
	if again.ID == first.ID {
		t.Error("the run that GitHub gave up on was not replaced")
	}
	w.stand("sixteen days later", head, "metrics", "in_progress")
	w.remark(n, "felix-se", "/approve")
	w.stand("answered", head, "roles", "success", "yes, tomas-ds", "yes, felix-se")
	w.askedTimes("once each", n, map[string]int{"felix-se": 1, "tomas-ds": 1})
}
