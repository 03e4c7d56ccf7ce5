package acceptance_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// updateBranch has the main branch merged into a pull request's, after somebody changed the file there, and returns
// the new head.
func (w *world) updateBranch(login string, n int, changed file) string {
	w.t.Helper()
	w.send("mina-mle", commit{branch: "main", files: []file{changed}})
	w.settle()
	w.later()
	w.as(login, "PUT", fmt.Sprintf("/pulls/%d/update-branch", n), map[string]any{})
	w.settle()
	return w.as(login, "GET", fmt.Sprintf("/pulls/%d", n), nil).field("head").(map[string]any)["sha"].(string)
}

// teamOf is a whole config with these roles.
func teamOf(roles string) string { return "version: 1\nroles:\n" + roles + "mode: enforce\n" }

// Who merges before they approve is still who has to: whoever is the last one left is asked whatever the merge changed.
func TestBranchUpdatedByAReviewer(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x\n", 20)
	two := "  data-scientist: [sara-ds, tomas-ds]\n"
	for _, c := range []struct {
		what    string
		roles   string // the story's where empty
		more    string
		author  string
		by      string
		file    string // notebooks/a.py where empty
		content string // there on the main branch before
		change  string
		moved   file // on the main branch, meanwhile
		awaited string
	}{
		{what: "one of many", by: "tomas-ds", awaited: "Waiting for tomas-ds (data scientist)"},
		{what: "one of two", roles: two, by: "tomas-ds", awaited: "Waiting for tomas-ds"},
		{what: "one of three", roles: "  business-stakeholder: [helena-bs]\n  ml-engineer: [sara-ds, tomas-ds]\n", by: "tomas-ds", awaited: "Waiting for tomas-ds"},
		{what: "the only one, of a bot's", roles: "  ml-engineer: [mina-mle]\n", more: "bots: [felix-se]\n", author: "felix-se", by: "mina-mle", awaited: "Waiting for mina-mle"},
		{what: "one of many, another place of the same file", by: "tomas-ds", file: "train/fit.py", content: "a\n" + long + "b\n", change: "a1\n" + long + "b\n",
			moved: train("a\n" + long + "b1\n"), awaited: "Waiting for mina-mle"},
		{what: "one of two, another place of the same file", roles: two, by: "tomas-ds", file: "train/fit.py", content: "a\n" + long + "b\n", change: "a1\n" + long + "b\n",
			moved: train("a\n" + long + "b1\n"), awaited: "Waiting for tomas-ds"},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			g := ground{phases: development, config: c.more}
			if c.roles != "" {
				g = ground{whole: teamOf(c.roles), config: c.more}
			}
			w := groundOf(t, g)
			if c.file == "" {
				c.file, c.change, c.moved = "notebooks/a.py", "fit()\n", text1("tests/x.py", "x\n")
			} else {
				w.send("mina-mle", commit{branch: "main", files: []file{text1(c.file, c.content)}})
				w.settle()
			}
			if c.author == "" {
				c.author = "sara-ds"
			}
			n, head := w.change(c.author, "model", text1(c.file, c.change))
			w.stand("before", head, "roles", "in_progress")
			head = w.updateBranch(c.by, n, c.moved)
			w.stand("updated", head, "roles", "in_progress", c.awaited)
			w.review(n, c.by, "APPROVE", head)
			if strings.Contains(c.awaited, c.by) {
				w.stand("approved", head, "roles", "success", "yes, "+c.by)
			} else {
				w.stand("approved", head, "roles", "in_progress", c.awaited)
			}
		})
	}
}

// A yes and an excuse in the conversation outlive that the author, and then whoever gave them, updates the branch.
func TestBranchUpdatedTwice(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	n, head := w.change("sara-ds", "model", train("fit()\n"), text1("src/app.py", "serve()\n"))
	w.remark(n, "tomas-ds", "/approve\n\n/no-metrics only a comment")
	w.stand("said", head, "roles", "in_progress", "yes, tomas-ds", "Waiting for felix-se")
	w.stand("said", head, "metrics", "neutral")
	for _, by := range []string{"sara-ds", "tomas-ds"} {
		head = w.updateBranch(by, n, text1("tests/"+by+".py", "x\n"))
		w.stand("updated by "+by, head, "roles", "in_progress", "yes, tomas-ds", "Waiting for felix-se")
		w.stand("updated by "+by, head, "metrics", "neutral", "tomas-ds")
	}
	head = w.pushed("sara-ds", "model", text1("src/app.py", "serve(1)\n"))
	w.stand("another role's file pushed", head, "roles", "in_progress", "yes, tomas-ds")
	w.stand("another role's file pushed", head, "metrics", "neutral", "tomas-ds")
	head = w.pushed("sara-ds", "model", train("fit(1)\n"))
	w.stand("another model", head, "metrics", "in_progress")
	w.remark(n, "tomas-ds", "/no-metrics a comment again")
	w.stand("said again", head, "metrics", "neutral", "tomas-ds")
}

// A bot's pull request is a bot's still when somebody updates its branch, and is not when they write on the way.
func TestBotsBranchUpdated(t *testing.T) {
	t.Parallel()
	w := groundOf(t, ground{phases: []lifecycle.Phase{lifecycle.Development, lifecycle.Development}, config: "bots: [felix-se]\n"})
	n, head := w.change("felix-se", "bump", text1("requirements.txt", "a==2\n"))
	w.stand("before", head, "gate", "neutral")
	head = w.updateBranch("tomas-ds", n, text1("tests/x.py", "x\n"))
	w.stand("updated", head, "gate", "neutral")
	base := w.send("mina-mle", commit{branch: "main", files: []file{text1("tests/y.py", "y\n")}})
	head = w.send("tomas-ds", commit{branch: "bump", parents: []string{head, base}, files: []file{text1("tests/y.py", "y\n"), text1("requirements.txt", "a==3\n")}})
	w.settle()
	w.stand("with a change on the way", head, "gate", "action_required")
}

// A merge of the pull request above changes nothing of what both bring; one that throws that away does, and so does
// whoever pushes a commit in somebody else's name together with a merge.
func TestMergedDown(t *testing.T) {
	t.Parallel()
	stack := func(t *testing.T) (w *world, below, above int, x, y string) {
		w = inDevelopment(t, "")
		x = w.send("sara-ds", commit{branch: "x", files: []file{text1("notebooks/a.py", "a\n"), text1("notebooks/b.py", "b\n")}})
		below = w.pullOf("sara-ds", "x", "")
		y = w.send("sara-ds", commit{branch: "y", parents: []string{x}, files: []file{text1("notebooks/b.py", "b1\n")}})
		above = w.pullOf("sara-ds", "y", "", map[string]any{"base": "x"})
		w.review(above, "tomas-ds", "APPROVE", y)
		w.later()
		return w, below, above, x, y
	}
	t.Run("by the button", func(t *testing.T) {
		t.Parallel()
		w, below, above, _, _ := stack(t)
		sha := w.merge(above, "tomas-ds")
		w.settle()
		w.stand("merged", sha, "roles", "in_progress", "Waiting for tomas-ds")
		w.review(below, "tomas-ds", "APPROVE", sha)
		w.stand("approved", sha, "roles", "success", "yes, tomas-ds")
	})
	t.Run("thrown away", func(t *testing.T) {
		t.Parallel()
		w, below, _, x, y := stack(t)
		sha := w.send("tomas-ds", commit{branch: "x", parents: []string{x, y}, message: "Merge branch 'y'"})
		w.settle()
		w.review(below, "tomas-ds", "APPROVE", sha)
		w.stand("approved", sha, "roles", "in_progress", "Waiting for mina-mle")
	})
	t.Run("pushed with a commit in another name", func(t *testing.T) {
		t.Parallel()
		w, below, _, x, _ := stack(t)
		forged := w.write("tomas-ds", commit{branch: "x", author: "sara-ds", committer: "sara-ds", files: []file{text1("notebooks/a.py", "evil\n")}})
		main := w.send("mina-mle", commit{branch: "main", files: []file{text1("tests/x.py", "x\n")}})
		sha := w.send("tomas-ds", commit{branch: "x", parents: []string{forged, main}, files: []file{text1("tests/x.py", "x\n")}, message: "Merge branch 'main'"})
		w.settle()
		w.review(below, "tomas-ds", "APPROVE", sha)
		w.stand("approved, of "+x, sha, "roles", "in_progress", "Waiting for mina-mle")
	})
}
