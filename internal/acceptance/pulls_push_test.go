package acceptance_test

import "testing"

// A push voids a yes only where a file that it is for differs: which pushes those are.
func TestPushVoidsWhatDiffers(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	w.send("mina-mle", commit{branch: "main", files: []file{
		train("fit()\n"), text1("train/old.py", "old()\nold()\nold()\nold()\n"), text1("train/gone.py", "gone()\n"), text1("lib/x", "x\n"),
		{path: "train/lib", mode: "160000", sha: "1111111111111111111111111111111111111111"}}})
	w.settle()
	rename := []file{gone("train/old.py"), text1("train/new.py", "old()\nold()\nold()\nold()\n")}
	for i, c := range []struct {
		what   string
		change []file // approved
		push   []file // then pushed
		voids  bool
	}{
		{"another content", []file{train("a\n")}, []file{train("b\n")}, true},
		{"a new file", []file{train("a\n")}, []file{text1("train/more.py", "x\n")}, true},
		{"another role's file", []file{train("a\n"), text1("src/a.py", "1\n")}, []file{text1("src/a.py", "2\n")}, false},
		{"nothing but a commit", []file{train("a\n")}, nil, false},
		{"executable", []file{train("a\n")}, []file{{path: "train/fit.py", content: "a\n", mode: "100755"}}, true},
		{"a symbolic link with the same blob", []file{train("/etc/passwd")}, []file{{path: "train/fit.py", content: "/etc/passwd", mode: "120000"}}, true},
		{"a removed file comes back otherwise", []file{gone("train/gone.py")}, []file{text1("train/gone.py", "back()\n")}, true},
		{"a file is removed instead", []file{train("a\n")}, []file{gone("train/fit.py")}, true},
		{"a renamed file is changed", rename, []file{text1("train/new.py", "old()\nold()\nold()\nold(1)\n")}, true},
		{"the old name of a renamed file comes back as on the base branch", rename, []file{text1("train/old.py", "old()\nold()\nold()\nold()\n")}, false},
		{"the old name of a renamed file comes back otherwise", rename, []file{text1("train/old.py", "else()\n")}, true},
		{"a submodule moves", []file{{path: "train/lib", mode: "160000", sha: "2222222222222222222222222222222222222222"}},
			[]file{{path: "train/lib", mode: "160000", sha: "3333333333333333333333333333333333333333"}}, true},
		{"beside a submodule", []file{{path: "train/lib", mode: "160000", sha: "2222222222222222222222222222222222222222"}, text1("src/a.py", "1\n")},
			[]file{text1("src/a.py", "2\n")}, false},
		{"beside a removed file", []file{gone("train/gone.py"), text1("src/a.py", "1\n")}, []file{text1("src/a.py", "2\n")}, false},
		{"beside a renamed file", append(rename[:2:2], text1("src/a.py", "1\n")), []file{text1("src/a.py", "2\n")}, false},
	} {
		branch := "push-" + string(rune('a'+i))
		n, head := w.change("sara-ds", branch, c.change...)
		w.later()
		w.review(n, "tomas-ds", "APPROVE", head)
		w.stand(c.what+", before", head, "roles", w.on(head, "roles").state(), "yes, tomas-ds")
		after := w.pushed("sara-ds", branch, c.push...)
		if c.voids {
			w.stand(c.what, after, "roles", "in_progress", "older commit")
			w.move("sara-ds", branch, head) // back to what was approved, by force
			w.settle()
			w.stand(c.what+", pushed back by force", head, "roles", "success")
			back := w.write("sara-ds", commit{branch: branch, message: "Once more"})
			w.move("sara-ds", branch, back)
			w.settle()
			w.stand(c.what+", the same content anew", back, "roles", "success")
		} else {
			w.stand(c.what, after, "roles", w.on(after, "roles").state(), "yes, tomas-ds")
		}
		w.as("sara-ds", "PATCH", "/pulls/"+itoa(n), map[string]any{"state": "closed"})
		w.settle()
	}
}

// A merge of the base branch keeps what it does not change, unless the config says otherwise.
func TestBaseBranchMerged(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what, config string
		files        []file // of the base, meanwhile
		by           string // who merges
		merge        []file // changed on the way
		ours         bool   // what the base brings is thrown away
		kept         bool
	}{
		{"other files", "", []file{text1("src/x.py", "x\n")}, "sara-ds", nil, false, true},
		{"other files, not to be kept", "approvals: {keep_on_base_merge: false}\n", []file{text1("src/x.py", "x\n")}, "sara-ds", nil, false, false},
		{"by who approved", "", []file{text1("src/x.py", "x\n")}, "tomas-ds", nil, false, true},
		{"by who approved, with a change on the way", "", []file{text1("src/x.py", "x\n")}, "tomas-ds", []file{train("sneaked()\n")}, false, false},
		{"with a change on the way", "", []file{text1("src/x.py", "x\n")}, "sara-ds", []file{train("sneaked()\n")}, false, false},
		{"the role's files, thrown away", "", []file{text1("train/x.py", "x\n")}, "sara-ds", nil, true, false},
		{"the role's files, thrown away by who approved", "", []file{text1("train/x.py", "x\n")}, "tomas-ds", nil, true, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			w := inDevelopment(t, c.config)
			n, head := w.change("sara-ds", "model", train("fit()\n"))
			w.review(n, "tomas-ds", "APPROVE", head)
			w.stand("before", head, "roles", "success")
			w.later()
			base := w.send("mina-mle", commit{branch: "main", files: c.files})
			files := append(c.files[:len(c.files):len(c.files)], c.merge...)
			if c.ours {
				files = nil
			}
			merged := w.send(c.by, commit{branch: "model", parents: []string{head, base}, files: files, message: "Merge branch 'main'"})
			w.settle()
			if c.kept {
				w.stand(c.what, merged, "roles", "success")
			} else {
				w.stand(c.what, merged, "roles", "in_progress")
			}
			w.review(n, "tomas-ds", "APPROVE", merged)
			if c.by == "tomas-ds" && !c.kept {
				w.stand(c.what+", which is their own work", merged, "roles", "in_progress", "mina-mle")
			} else {
				w.stand(c.what+", approved anew", merged, "roles", "success", "yes, tomas-ds")
			}
		})
	}
}

// At high risk every push voids.
func TestEveryPushVoidsAtHighRisk(t *testing.T) {
	t.Parallel()
	w := groundOf(t, ground{phases: development, risk: "high"})
	n, head := w.change("sara-ds", "model", train("fit()\n"))
	w.remark(n, "tomas-ds", "/approve")
	w.stand("before", head, "roles", "success")
	after := w.pushed("sara-ds", "model")
	w.stand("an empty commit", after, "roles", "in_progress", "older commit")
	w.remark(n, "tomas-ds", "/approve")
	w.stand("said anew", after, "roles", "success")
}

// A branch that is rebased by force keeps what was approved, said in the conversation or in a review: the commit
// that it was said for is no longer the pull request's, and its content is.
func TestRebasedByForce(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	n, head := w.change("sara-ds", "model", train("fit()\n"), text1("src/app.py", "serve()\n"))
	w.remark(n, "tomas-ds", "/approve")
	w.review(n, "felix-se", "APPROVE", head)
	w.stand("before", head, "roles", "success")
	w.later()
	base := w.send("mina-mle", commit{branch: "main", files: []file{text1("tests/x.py", "x\n")}})
	rebased := w.send("sara-ds", commit{branch: "model", parents: []string{base}, files: []file{train("fit()\n"), text1("src/app.py", "serve()\n")}})
	w.settle()
	w.stand("rebased", rebased, "roles", "success", "yes, tomas-ds", "yes, felix-se")
	w.later()
	other := w.send("sara-ds", commit{branch: "model", parents: []string{base}, files: []file{train("evil()\n"), text1("src/app.py", "serve()\n")}})
	w.settle()
	w.stand("rebased with another content", other, "roles", "in_progress", "yes, felix-se", "tomas-ds said yes to an older commit")
	w.sys.replace()
	w.settle()
	w.later()
	w.move("sara-ds", "model", rebased)
	w.settle()
	w.stand("back", rebased, "roles", "success")
	third := w.send("sara-ds", commit{branch: "model", parents: []string{base}, message: "Rebased", files: []file{train("fit()\n"), text1("src/app.py", "serve()\n")}})
	w.settle()
	w.stand("once more", third, "roles", "success")
}
