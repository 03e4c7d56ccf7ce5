package gh_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/gh"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// treeEntry is what a commit puts in its tree; without SHA and Content it takes the path away.
type treeEntry struct {
	path, mode, kind string
	sha, content     string
}

// commit makes a commit of sara's upon another.
func (w *world) commit(parent, message string, entries ...treeEntry) string {
	w.t.Helper()
	return w.commitBy(map[string]any{"message": message}, parent, entries...)
}

func (w *world) commitBy(commit map[string]any, parent string, entries ...treeEntry) string {
	w.t.Helper()
	var tree []map[string]any
	for _, e := range entries {
		in := map[string]any{"path": e.path, "mode": "100644", "type": "blob"}
		if e.mode != "" {
			in["mode"], in["type"] = e.mode, e.kind
		}
		switch {
		case e.content != "":
			in["content"] = e.content
		case e.sha != "":
			in["sha"] = e.sha
		default:
			in["sha"] = nil
		}
		tree = append(tree, in)
	}
	var made struct{ SHA string }
	w.do("sara-ds", "POST", "/git/trees", map[string]any{"base_tree": parent, "tree": tree}, &made)
	commit["tree"], commit["parents"] = made.SHA, []string{parent}
	w.do("sara-ds", "POST", "/git/commits", commit, &made)
	return made.SHA
}

// open opens a pull request of sara's from a new branch.
func (w *world) open(branch, head, base string) engine.Key {
	w.t.Helper()
	w.do("sara-ds", "POST", "/git/refs", map[string]string{"ref": "refs/heads/" + branch, "sha": head}, nil)
	var pull struct{ Number int }
	w.do("sara-ds", "POST", "/pulls", map[string]string{"title": branch, "head": branch, "base": base, "body": "Deliverable: #1"}, &pull)
	k := w.key
	k.Kind, k.Number = engine.PullKey, pull.Number
	return k
}

// push moves a branch, by force.
func (w *world) push(branch, head string) {
	w.t.Helper()
	w.do("sara-ds", "PATCH", "/git/refs/heads/"+branch, map[string]any{"sha": head, "force": true}, nil)
}

func (w *world) pull(key engine.Key) engine.PullSnapshot {
	w.t.Helper()
	s, err := w.hub.Pull(w.t.Context(), key)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func TestPullFacts(t *testing.T) {
	w := newWorld(t, teamConfig)
	head := w.commit(w.head("main"), "Features", treeEntry{path: "src/features.py", content: "x = 1\n"})
	key := w.open("17-features", head, "main")
	at := fmt.Sprintf("/pulls/%d", key.Number)
	w.do("sara-ds", "POST", fmt.Sprintf("/issues/%d/labels", key.Number), map[string]any{"labels": []string{"risky"}}, nil)
	w.comment("rui-sme", key.Number, "/approve as subject-matter-expert")
	w.do("rui-sme", "POST", at+"/reviews", map[string]string{"event": "APPROVE", "body": "fine"}, nil)
	w.do("helena-bs", "POST", at+"/reviews", map[string]string{"body": "not sent yet"}, nil)
	w.do("sara-ds", "POST", at+"/requested_reviewers", map[string]any{"reviewers": []string{"tom-ds", "helena-bs"}}, nil)
	w.do("sara-ds", "DELETE", at+"/requested_reviewers", map[string]any{"reviewers": []string{"helena-bs"}}, nil)
	s := w.pull(key)
	p := s.Pull
	if s.Gone || s.Now.IsZero() || s.Rules.Policy == nil || s.Base != s.Rules.Policy || len(s.Roster.Holders[lifecycle.DataScientist]) != 2 || len(s.Listed) != 2 {
		t.Errorf("%+v", s)
	}
	if p.Number != key.Number || p.Title != "17-features" || p.Body != "Deliverable: #1" || p.Author.Login != "sara-ds" || p.Closed || p.Draft || p.Fork || p.Repository == 0 ||
		p.Head != head || p.HeadRef != "17-features" || p.Base != w.head("main") || p.BaseRef != "main" || p.Additions != 1 || p.Created.IsZero() || !strings.HasSuffix(p.URL, at[1:][len("pulls"):]) ||
		!slices.Equal(p.Labels, []string{"risky"}) {
		t.Errorf("%+v", p)
	}
	if f := known(t, p.Files); len(f) != 1 || f[0].Path != "src/features.py" || f[0].Blob == "" || f[0].Additions != 1 {
		t.Errorf("files %+v", f)
	}
	if len(p.Comments) != 1 || p.Comments[0].Author.Login != "rui-sme" {
		t.Errorf("comments %+v", p.Comments)
	}
	if r := p.Reviews; len(r) != 1 || r[0].State != facts.ReviewApproved || r[0].Commit != head || r[0].Author.Login != "rui-sme" || r[0].ID == 0 || r[0].At.IsZero() || r[0].Body != "fine" {
		t.Errorf("reviews %+v", r)
	}
	if len(p.Requested) != 1 || p.Requested[0].Person.Login != "tom-ds" {
		t.Errorf("requested %+v", p.Requested)
	}
	if a := p.Asked; len(a) != 3 || a[0].Removed || a[1].Reviewer.Person.Login != "helena-bs" || !a[2].Removed || a[2].Reviewer.Person.Login != "helena-bs" || a[2].By.Login != "sara-ds" || a[2].Own {
		t.Errorf("asked %+v", a)
	}
	if s.Config.Hash == "" || s.Config.Hash != s.Config.Base || s.Config.Policy != nil {
		t.Errorf("config %+v", s.Config)
	}
}

// With everything else known a look is one request and two points.
func TestCostOfAPull(t *testing.T) {
	w := newWorld(t, teamConfig)
	key := w.open("x", w.commit(w.head("main"), "x", treeEntry{path: "a", content: "a"}), "main")
	w.tick(10 * time.Minute)
	w.pull(key)
	w.wire.sent("")
	before := w.points()
	w.pull(key)
	if n := w.wire.sent(""); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	if n := w.points() - before; n != 2 {
		t.Errorf("%d points, want 2", n)
	}
	w.push("x", w.commit(w.head("x"), "y", treeEntry{path: "b", content: "b"}))
	w.wire.sent("")
	if f := known(t, w.pull(key).Pull.Files); len(f) != 2 {
		t.Errorf("%d files after a push", len(f))
	}
	if n := w.wire.sent(""); n != 3 { // the look, the files, and whether it moved meanwhile
		t.Errorf("%d requests after a push, want 3", n)
	}
}

func TestPullFiles(t *testing.T) {
	w := newWorld(t, teamConfig)
	long := strings.Repeat("a line of the file\n", 30)
	base := w.commit(w.head("main"), "old", treeEntry{path: "old.txt", content: long}, treeEntry{path: "gone.txt", content: "x\n"})
	w.push("main", base)
	module := strings.Repeat("ab", 20)
	head := w.commit(base, "all sorts", treeEntry{path: "old.txt"}, treeEntry{path: "new name.txt", content: long}, treeEntry{path: "gone.txt"},
		treeEntry{"link", "120000", "blob", "", "old.txt"}, treeEntry{"lib", "160000", "commit", module, ""}, treeEntry{"run", "100755", "blob", "", "#!"})
	s := w.pull(w.open("x", head, "main"))
	byPath := map[string]facts.PullFile{}
	for _, f := range known(t, s.Pull.Files) {
		byPath[f.Path] = f
	}
	if f := byPath["new name.txt"]; f.Previous != "old.txt" || f.Removed || !slices.Equal(f.Paths(), []string{"new name.txt", "old.txt"}) {
		t.Errorf("renamed: %+v", f)
	}
	if f := byPath["gone.txt"]; !f.Removed || f.Blob == "" || f.Deletions != 1 {
		t.Errorf("removed: %+v", f)
	}
	if f := byPath["lib"]; f.Blob != module {
		t.Errorf("a submodule: %+v", f)
	}
	if len(byPath) != 5 {
		t.Errorf("%+v", byPath)
	}
	lack := engine.PullLack{Contents: map[string][]string{
		head: {"link", "lib", "run", "new name.txt", "old.txt", "lib/inside", "odd \"path\"\\\n"}, base: {"old.txt"}, strings.Repeat("0", 40): {"run"}, "HEAD": {"run"},
	}}
	if err := w.hub.FillPull(t.Context(), &s, lack); err != nil {
		t.Fatal(err)
	}
	got := known(t, s.Contents[head])
	for path, mode := range map[string]int{"link": 0o120000, "lib": 0o160000, "run": 0o100755, "new name.txt": 0o100644, "old.txt": 0, "lib/inside": 0, "odd \"path\"\\\n": 0} {
		if c, asked := got[path]; !asked || c.Mode != mode || (c.Blob != "") != (mode != 0) {
			t.Errorf("%s: %+v, want mode %o", path, c, mode)
		}
	}
	if got["lib"].Blob != module || known(t, s.Contents[base])["old.txt"].Blob != got["new name.txt"].Blob {
		t.Errorf("%+v %+v", got, s.Contents[base])
	}
	for _, gone := range []string{strings.Repeat("0", 40), "HEAD"} {
		if why := s.Contents[gone].Why(); why != facts.CommitGone {
			t.Errorf("%s: %q", gone, why)
		}
	}
	// What a commit holds is asked for once; what was asked for is noted.
	w.wire.sent("")
	if err := w.hub.FillPull(t.Context(), &s, engine.PullLack{Contents: map[string][]string{head: {"run", "link"}, base: {"gone.txt"}}}); err != nil {
		t.Fatal(err)
	}
	if n := w.wire.sent("gone.txt"); n != 1 {
		t.Errorf("%d requests for what was not read yet, want 1", n)
	}
	if at := known(t, s.Contents[base]); len(at) != 2 || at["gone.txt"].Blob == "" || at["old.txt"].Blob == "" || !slices.Equal(s.Asked.Contents[base], []string{"old.txt", "gone.txt"}) {
		t.Errorf("%+v, asked %v", at, s.Asked.Contents)
	}
	if err := w.hub.FillPull(t.Context(), &s, lack); err != nil {
		t.Fatal(err)
	}
	if n := w.wire.sent("run"); n != 1 {
		t.Errorf("%d requests about the commit that is gone, want 1", n)
	}
}

// Many files of one commit are read with its tree; many of several commits in as many requests as it takes.
func TestManyContents(t *testing.T) {
	w := newWorld(t, teamConfig)
	var entries []treeEntry
	var paths []string
	for i := range 300 {
		paths = append(paths, fmt.Sprintf("f/%03d", i))
		entries = append(entries, treeEntry{path: paths[i], content: fmt.Sprint(i)})
	}
	head := w.commit(w.head("main"), "many", entries...)
	s := w.pull(w.open("x", head, "main"))
	if f := known(t, s.Pull.Files); len(f) != 300 || f[299].Path != paths[299] {
		t.Errorf("%d files", len(f))
	}
	w.wire.sent("")
	if err := w.hub.FillPull(t.Context(), &s, engine.PullLack{Contents: map[string][]string{head: paths}}); err != nil {
		t.Fatal(err)
	}
	if n := w.wire.sent(""); n != 1 {
		t.Errorf("%d requests, want 1 for the tree", n)
	}
	for _, f := range known(t, s.Pull.Files) {
		if c := known(t, s.Contents[head])[f.Path]; c.Blob != f.Blob || c.Mode != 0o100644 {
			t.Fatalf("%s: %+v, want %s", f.Path, c, f.Blob)
		}
	}
	several := map[string][]string{}
	for i := range 4 {
		head = w.commit(head, fmt.Sprint("more ", i), treeEntry{path: "g", content: fmt.Sprint(i)})
		several[head] = paths[:80]
	}
	w.wire.sent("")
	if err := w.hub.FillPull(t.Context(), &s, engine.PullLack{Contents: several}); err != nil {
		t.Fatal(err)
	}
	if n := w.wire.sent("graphql"); n != 2 {
		t.Errorf("%d requests for 320 files of 4 commits, want 2", n)
	}
	for commit := range several {
		if c := known(t, s.Contents[commit])[paths[79]]; c.Blob == "" {
			t.Errorf("%s at %s was not read", paths[79], commit)
		}
	}
}

func TestPullCommits(t *testing.T) {
	w := newWorld(t, teamConfig)
	who := func(login, email string) map[string]string { return map[string]string{"name": login, "email": email} }
	rui, _ := w.snapshot().Roster.Find("rui-sme")
	first := w.commit(w.head("main"), "one\n\nCo-authored-by: Tom <tom@nowhere.example>\n", treeEntry{path: "a", content: "1"})
	second := w.commitBy(map[string]any{"message": fmt.Sprintf("two\n\nCo-Authored-By: Rui <%d+rui-sme@users.noreply.github.com>", rui.ID), "committer": who("GitHub", "noreply@github.com")}, first, treeEntry{path: "a", content: "2"})
	third := w.commitBy(map[string]any{"message": "three", "author": who("bot", "49699333+dependabot[bot]@users.noreply.github.com")}, second, treeEntry{path: "a", content: "3"})
	p := w.pull(w.open("x", third, "main")).Pull
	c := known(t, p.Commits)
	if len(c) != 3 || c[0].SHA != first || c[2].SHA != third || !slices.Equal(c[1].Parents, []string{first}) {
		t.Fatalf("%+v", c)
	}
	if !c[0].Unnamed || len(c[0].Authors) != 1 || c[0].Authors[0].Login != "sara-ds" || c[0].Verified {
		t.Errorf("a co-author without an account: %+v", c[0])
	}
	if c[1].Unnamed || len(c[1].Authors) != 2 || !c[1].Authors[1].Is(rui) {
		t.Errorf("written together, committed on GitHub's pages: %+v", c[1])
	}
	sara := c[0].Authors[0] // who pushed all of it: GitHub makes a suite of the newest commit
	if want := []facts.Person{{ID: 49699333, Login: "dependabot[bot]", Bot: true}}; !cmp.Equal(c[2].Authors, want) || !c[2].Pusher.Is(sara) || c[2].Unnamed {
		t.Errorf("committed by an App: %+v", c[2])
	}
	if c[0].Pusher.ID != 0 || c[1].Pusher.ID != 0 {
		t.Errorf("pushed with others: %+v", c)
	}
}

// GitHub tells who pushed in the order of the suites it has, and not for each.
func TestWhoPushed(t *testing.T) {
	w := newWorld(t, teamConfig)
	sha := w.commitBy(map[string]any{"message": "x", "author": map[string]string{"name": "x", "email": "x@nowhere.example"}, "committer": map[string]string{"name": "GitHub", "email": "noreply@github.com"}}, w.head("main"), treeEntry{path: "a", content: "1"})
	key := w.open("x", sha, "main")
	sara, _ := w.snapshot().Roster.Find("sara-ds")
	push := func(login string, id int64) string {
		return fmt.Sprintf(`{"push":{"pusher":{"__typename":"User","login":%q,"databaseId":%d}}}`, login, id)
	}
	for name, c := range map[string]struct {
		suites string
		want   facts.Person
	}{
		"as it is":          {push("sara-ds", sara.ID), sara},
		"not the first":     {`{"push":null},` + push("sara-ds", sara.ID), sara},
		"a ghost first":     {`{"push":{"pusher":null}},` + push("sara-ds", sara.ID), sara},
		"by two, the first": {push("sara-ds", sara.ID) + "," + push("rui-sme", sara.ID+1), sara},
		"a merge queue":     {strings.Replace(push("github-merge-queue", 9), "User", "Bot", 1), facts.Person{}},
		"its name's owner":  {push("github-merge-queue", 9), facts.Person{ID: 9, Login: "github-merge-queue"}},
		"nobody":            {`{"push":null}`, facts.Person{}},
		"a ghost":           {`{"push":{"pusher":null}}`, facts.Person{}},
		"no suite":          {``, facts.Person{}},
	} {
		w.wire.answer = w.rewrite(push("sara-ds", sara.ID), c.suites)
		if got := known(t, w.pull(key).Pull.Commits)[0]; got.Pusher != c.want || len(got.Authors) != 0 || !got.Unnamed {
			t.Errorf("%s: %+v", name, got)
		}
	}
	w.wire.answer = w.rewrite(push("sara-ds", sara.ID), `{"push":null}`, `"data":`, `"errors":[{"type":"FORBIDDEN","message":"no","path":["repository","pullRequest","commits","nodes",0,"commit","checkSuites","nodes",0,"push"]}],"data":`)
	if got := known(t, w.pull(key).Pull.Commits)[0]; got.Pusher.ID != 0 {
		t.Errorf("what may not be told: %+v", got)
	}
}

// A commit that came from a fork has a suite of ours that knows no push: what another App's suite says counts.
func TestWhoPushedWhatCameFromAFork(t *testing.T) {
	w := newWorld(t, teamConfig)
	w.do("tom-ds", "POST", "/forks", nil, nil)
	fork := *w
	fork.key.Owner = "tom-ds"
	fork.do("tom-ds", "PUT", "/contents/f.txt", map[string]string{"message": "f", "content": "eA==", "branch": "main"}, nil)
	var theirs struct{ Number int }
	w.do("tom-ds", "POST", "/pulls", map[string]string{"title": "f", "head": "tom-ds:main", "base": "main"}, &theirs)
	key := w.key
	key.Kind, key.Number = engine.PullKey, theirs.Number
	head := w.pull(key).Pull.Head
	w.apply(key, engine.PutCheck{Name: engine.GateCheck, Head: head, Title: "t", Summary: "s"})
	own := w.open("also", head, "main") // pushed by sara
	pusher := func() facts.Person { return known(t, w.pull(own).Pull.Commits)[0].Pusher }
	if got := pusher(); got.ID != 0 {
		t.Errorf("our own suite knows of %+v", got)
	}
	w.check(true, "tests", head, "success", "of a workflow")
	if got := pusher(); got.Login != "sara-ds" {
		t.Errorf("pushed by %+v, as the workflows' suite knows", got)
	}
}

// Signatures are GitHub's to check.
func TestVerifiedCommit(t *testing.T) {
	w := newWorld(t, teamConfig)
	key := w.open("x", w.commit(w.head("main"), "x", treeEntry{path: "a", content: "1"}), "main")
	for signature, want := range map[string]bool{`{"isValid":true}`: true, `{"isValid":false}`: false, "null": false} {
		w.wire.answer = w.rewrite(`"signature":null`, `"signature":`+signature)
		if c := known(t, w.pull(key).Pull.Commits); c[0].Verified != want {
			t.Errorf("%s: verified %v", signature, c[0].Verified)
		}
	}
}

// rewrite changes what GitHub answers: each odd text becomes the one after it.
func (w *world) rewrite(pairs ...string) func(*http.Request, string) *http.Response {
	return func(r *http.Request, body string) *http.Response {
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(strings.NewReader(body))
		res, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			w.t.Error(err)
			return nil
		}
		defer func() { _ = res.Body.Close() }()
		text, err := io.ReadAll(res.Body)
		if err != nil {
			w.t.Error(err)
		}
		return respond(r, res.StatusCode, strings.NewReplacer(pairs...).Replace(string(text)), "Date", res.Header.Get("Date"))
	}
}

// Whatever the size of GitHub's pages, all that was said and done is read; once, of the commits.
func TestPullReadsEveryPage(t *testing.T) {
	w := newWorld(t, teamConfig)
	head := w.head("main")
	for i := range 130 {
		head = w.commit(head, fmt.Sprint(i), treeEntry{path: "a", content: fmt.Sprint(i)})
	}
	key := w.open("x", head, "main")
	for i := range 101 {
		w.comment("rui-sme", key.Number, fmt.Sprint("word ", i))
		w.do("rui-sme", "POST", fmt.Sprintf("/pulls/%d/reviews", key.Number), map[string]string{"event": "COMMENT", "body": fmt.Sprint("look ", i)}, nil)
	}
	w.pull(w.open("y", w.commit(w.head("main"), "y", treeEntry{path: "b", content: "1"}), "main")) // all else is known
	w.wire.sent("")
	for _, requests := range []int{3, 2} { // the look, the files, and the second page of all three lists; then of two
		p := w.pull(key).Pull
		if n := w.wire.sent(""); n != requests {
			t.Errorf("%d requests, want %d", n, requests)
		}
		if n := len(p.Comments); n != 101 || p.Comments[100].Body != "word 100" {
			t.Errorf("%d comments", n)
		}
		if n := len(p.Reviews); n != 101 || p.Reviews[100].Body != "look 100" {
			t.Errorf("%d reviews", n)
		}
		if c := known(t, p.Commits); len(c) != 130 || c[129].SHA != head || c[0].Parents[0] != w.head("main") {
			t.Errorf("%d commits", len(c))
		}
	}
}

// What is more than GitHub lists is unknown, not what is listed.
func TestPullTooLarge(t *testing.T) {
	w := newWorld(t, teamConfig)
	key := w.open("x", w.commit(w.head("main"), "x", treeEntry{path: "a", content: "1"}), "main")
	w.wire.answer = w.rewrite(`"changedFiles":1`, `"changedFiles":3001`)
	if why := w.pull(key).Pull.Files.Why(); why != facts.TooManyFiles {
		t.Errorf("files: %q", why)
	}
	w.wire.answer = w.rewrite(`"commits":{"totalCount":1`, `"commits":{"totalCount":251`)
	if why := w.pull(key).Pull.Commits.Why(); why != facts.TooManyCommits {
		t.Errorf("commits: %q", why)
	}
	w.wire.answer = nil
	if p := w.pull(key).Pull; len(known(t, p.Files)) != 1 || len(known(t, p.Commits)) != 1 {
		t.Errorf("what was unknown once stays so: %+v", p)
	}
}

// A list that is shorter for a moment than GitHub counts is read again; what does not come to rest is an error, not too
// much.
func TestPullListedInPart(t *testing.T) {
	for _, c := range []struct{ counter, more string }{{`"changedFiles":1`, `"changedFiles":2`}, {`"commits":{"totalCount":1`, `"commits":{"totalCount":2`}} {
		w := newWorld(t, teamConfig)
		key := w.open("x", w.commit(w.head("main"), "x", treeEntry{path: "a", content: "1"}), "main")
		short, times := w.rewrite(c.counter, c.more), 1
		w.wire.answer = func(r *http.Request, body string) *http.Response {
			if !strings.Contains(body, "pullRequest(number") || times == 0 {
				return nil
			}
			times--
			return short(r, body)
		}
		if p := w.pull(key).Pull; len(known(t, p.Files)) != 1 || len(known(t, p.Commits)) != 1 {
			t.Errorf("%s: %+v", c.more, p)
		}
		w.hub, w.wire.answer = w.newHub(), short
		if s, err := w.hub.Pull(t.Context(), key); err != nil || s.Pull.Files.Why() != facts.ListShort && s.Pull.Commits.Why() != facts.ListShort {
			t.Errorf("%s for long: %+v, %v", c.more, s.Pull, err)
		}
	}
}

// Where GitHub does not list the head among the commits, what stands on it is read all the same.
func TestHeadBeyondTheListedCommits(t *testing.T) {
	w := newWorld(t, teamConfig)
	head := w.commit(w.head("main"), "x", treeEntry{path: gh.ConfigPath, content: "language: pt-BR\n" + teamConfig})
	key := w.open("x", head, "main")
	w.apply(key, engine.PutCheck{Name: engine.GateCheck, Head: head, Title: "t", Summary: "s"})
	w.wire.answer = w.rewrite(`"commits":{"totalCount":1`, `"commits":{"totalCount":300`, `"last":{"nodes":[{"commit":{"oid":"`+head, `"last":{"nodes":[{"commit":{"oid":"`+w.head("main"))
	s := w.pull(key)
	if run(t, s.Pull, engine.GateCheck).Head != head || s.Config.Policy == nil || s.Pull.Commits.Why() != facts.TooManyCommits {
		t.Errorf("%+v", s)
	}
	if n := w.wire.sent("object(oid: $head)"); n != 1 {
		t.Errorf("%d requests for the head, want 1", n)
	}
}

// A workflow's token may not see teams: who else is asked is read all the same.
func TestTeamThatMayNotBeSeen(t *testing.T) {
	w := newWorld(t, teamConfig)
	key := w.open("x", w.commit(w.head("main"), "x", treeEntry{path: "a", content: "1"}), "main")
	w.apply(key, engine.AskReview{Pull: key.Number, People: []string{"tom-ds"}, Teams: []string{"acme/science"}})
	w.wire.answer = w.rewrite(`{"__typename":"Team","combinedSlug":"acme/science"}`, "null",
		`{"data":`, `{"errors":[{"type":"FORBIDDEN","message":"no","path":["repository","pullRequest","reviewRequests","nodes",1,"requestedReviewer"]}],"data":`)
	if p := w.pull(key).Pull; len(p.Requested) != 1 || p.Requested[0].Person.Login != "tom-ds" || len(p.Asked) != 1 {
		t.Errorf("%+v, %+v", p.Requested, p.Asked)
	}
}

// GitHub tells of whom it asks a review because they own the code.
func TestCodeOwnersAreAsked(t *testing.T) {
	w := newWorld(t, teamConfig)
	key := w.open("x", w.commit(w.head("main"), "x", treeEntry{path: "a", content: "1"}), "main")
	w.apply(key, engine.AskReview{Pull: key.Number, People: []string{"tom-ds"}, Teams: []string{"acme/science"}})
	if p := w.pull(key).Pull; len(p.Requested) != 2 || len(p.CodeOwners) != 0 {
		t.Errorf("%+v, %+v", p.Requested, p.CodeOwners)
	}
	w.wire.answer = w.rewrite(`"asCodeOwner":false,"requestedReviewer":{"__typename":"User"`, `"asCodeOwner":true,"requestedReviewer":{"__typename":"User"`)
	if p := w.pull(key).Pull; len(p.Requested) != 2 || len(p.CodeOwners) != 1 || p.CodeOwners[0].Person.Login != "tom-ds" {
		t.Errorf("%+v, %+v", p.Requested, p.CodeOwners)
	}
}

// meanwhile does things once each, in turn, just before a request is sent whose path or body holds the text.
func (w *world) meanwhile(text string, do ...func()) (left func() int) {
	w.wire.answer = func(r *http.Request, body string) *http.Response {
		if len(do) > 0 && strings.Contains(r.URL.Path+body, text) {
			next := do[0]
			do = do[1:]
			next()
		}
		return nil
	}
	return func() int { return len(do) }
}

// standingQuery is part of the document that tells where a pull request stands.
const standingQuery = "pullRequest(number: $number) {\\n  headRefOid"

// A push while it is read has it read again; what does not come to rest is an error.
func TestPullMovesWhileItIsRead(t *testing.T) {
	for name, text := range map[string]string{"after the look": "/files", "after the files": standingQuery} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, teamConfig)
			base := w.head("main")
			first, second := w.commit(base, "x", treeEntry{path: "README.md"}), w.commit(base, "y", treeEntry{path: "README.md"}, treeEntry{path: "b", content: "1"})
			key := w.open("x", first, "main")
			left := w.meanwhile(text, func() { w.push("x", second) })
			if p := w.pull(key).Pull; p.Head != second || len(known(t, p.Files)) != 2 {
				t.Errorf("%.7s, want %.7s; %+v", p.Head, second, p.Files)
			}
			if left() != 0 {
				t.Error("nothing was pushed")
			}
		})
	}
	w := newWorld(t, teamConfig)
	key := w.open("x", w.commit(w.head("main"), "x", treeEntry{path: "a", content: "1"}), "main")
	w.wire.answer = w.rewrite(`"headRefOid":"`, `"headRefOid":"f`)
	if _, err := w.hub.Pull(t.Context(), key); err == nil {
		t.Error("a head that is none of the commits is judged")
	}
	if n := w.wire.sent("last: commits(last: 1)"); n != 3 {
		t.Errorf("read %d times, want 3", n)
	}
}

// Files and commits are against the base that the look found, or they are read again: what was listed against
// another one is believed of none.
func TestPullIsRetargetedWhileItIsRead(t *testing.T) {
	for name, commits := range map[string]int{"files": 1, "commits": 40} {
		for what, moves := range map[string]func(w *world, key engine.Key) (text string, do []func()){
			"to another branch": func(w *world, key engine.Key) (string, []func()) {
				return "/files", []func(){func() { w.retarget(key, "dev") }}
			},
			"there and back": func(w *world, key engine.Key) (string, []func()) {
				return "/", []func(){func() {}, func() { w.retarget(key, "dev") }, func() { w.retarget(key, "main") }}
			},
			"a push to the base": func(w *world, key engine.Key) (string, []func()) {
				return "/files", []func(){func() { w.push("main", w.head("dev")) }}
			},
			"a push to the head, and back": func(w *world, key engine.Key) (string, []func()) {
				head, short := w.head("x"), w.commit(w.head("main"), "short", treeEntry{path: "other", content: "1"}, treeEntry{path: "another", content: "1"})
				return "/", []func(){func() {}, func() { w.push("x", short) }, func() { w.push("x", head) }}
			},
		} {
			t.Run(name+", "+what, func(t *testing.T) {
				w := newWorld(t, teamConfig)
				first := w.commit(w.head("main"), "first", treeEntry{path: "first", content: "1"}, treeEntry{path: "gone", content: "1"})
				w.do("sara-ds", "POST", "/git/refs", map[string]string{"ref": "refs/heads/dev", "sha": first}, nil)
				head := w.commit(first, "gone", treeEntry{path: "gone"}, treeEntry{path: "more", content: "x"})
				for i := range commits - 1 {
					head = w.commit(head, fmt.Sprint(i), treeEntry{path: "more", content: fmt.Sprint(i)})
				}
				other := w.open("other", w.commit(w.head("main"), "y", treeEntry{path: "y", content: "1"}), "main")
				key := w.open("x", head, "main")
				w.pull(other) // all else is known
				text, do := moves(w, key)
				left := w.meanwhile(text, do...)
				check := func(p facts.Pull) {
					t.Helper()
					want, files := commits+1, "first more" // as many of either: what GitHub counts tells nothing
					if p.Base == first {
						want, files = commits, "gone more"
					}
					var got []string
					for _, f := range known(t, p.Files) {
						got = append(got, f.Path)
					}
					if strings.Join(got, " ") != files {
						t.Errorf("%q against %s at %.7s, want %q", got, p.BaseRef, p.Base, files)
					}
					if got := known(t, p.Commits); len(got) != want {
						t.Errorf("%d commits against %s at %.7s, want %d", len(got), p.BaseRef, p.Base, want)
					}
				}
				check(w.pull(key).Pull)
				if left() != 0 {
					t.Error("it did not move")
				}
				if n := w.wire.sent("last: commits(last: 1)"); n < 3 {
					t.Error("it was read once, though it moved")
				}
				w.wire.answer = nil
				if w.pull(key).Pull.BaseRef == "dev" {
					w.retarget(key, "main")
				}
				check(w.pull(key).Pull)
			})
		}
	}
}

// retarget gives a pull request another base branch.
func (w *world) retarget(key engine.Key, base string) {
	w.t.Helper()
	w.do("sara-ds", "PATCH", fmt.Sprintf("/pulls/%d", key.Number), map[string]string{"base": base}, nil)
}

// What further pages belong to moves, too.
func TestPullMovesBetweenPages(t *testing.T) {
	w := newWorld(t, teamConfig)
	head := w.head("main")
	for i := range 140 {
		head = w.commit(head, fmt.Sprint(i), treeEntry{path: "a", content: fmt.Sprint(i)})
	}
	key := w.open("x", head, "main")
	w.pull(key)
	next := w.commit(head, "next", treeEntry{path: "b", content: "1"})
	w.push("x", next)
	left := w.meanwhile("$commits: String", func() {}, func() { w.push("x", head) }) // between the pages
	if p := w.pull(key).Pull; p.Head != head || len(known(t, p.Commits)) != 140 || len(known(t, p.Files)) != 1 {
		t.Errorf("%.7s with %d commits", p.Head, len(known(t, p.Commits)))
	}
	if left() != 0 {
		t.Error("nothing was pushed")
	}
}

// Comments that are gone leave who wrote them, and who deleted them.
func TestDeletedComments(t *testing.T) {
	w := newWorld(t, teamConfig)
	key := w.open("x", w.commit(w.head("main"), "x", treeEntry{path: "a", content: "1"}), "main")
	first, second := w.comment("rui-sme", key.Number, "/approve"), w.comment("sara-ds", key.Number, "word")
	if d := w.pull(key).Pull.Deleted; len(d) != 0 {
		t.Errorf("nothing is deleted: %+v", d)
	}
	w.do("helena-bs", "DELETE", fmt.Sprintf("/issues/comments/%d", first), nil, nil)
	w.tick(time.Minute)
	w.do("sara-ds", "DELETE", fmt.Sprintf("/issues/comments/%d", second), nil, nil)
	p := w.pull(key).Pull
	d := p.Deleted
	if len(p.Comments) != 0 || len(d) != 2 || d[0].Author.Login != "rui-sme" || d[0].By.Login != "helena-bs" || d[1].Author.Login != "sara-ds" || d[1].By.Login != "sara-ds" || !d[1].At.After(d[0].At) {
		t.Errorf("%+v, %+v", p.Comments, d)
	}
	w.wire.answer = w.rewrite(`"deletedCommentAuthor":{"__typename":"User","login":"rui-sme"`, `"deletedCommentAuthor":null,"was":{"__typename":"User","login":"rui-sme"`)
	if d := w.pull(key).Pull.Deleted; len(d) != 2 || d[0].Author.ID != 0 || d[0].By.Login != "helena-bs" {
		t.Errorf("of an account that is gone: %+v", d)
	}
}

// Of more requests than GitHub lists the oldest are missing, which is told.
func TestAskedMoreThanIsListed(t *testing.T) {
	w := newWorld(t, teamConfig)
	key := w.open("x", w.commit(w.head("main"), "x", treeEntry{path: "a", content: "1"}), "main")
	at := fmt.Sprintf("/pulls/%d/requested_reviewers", key.Number)
	for range 50 {
		w.do("sara-ds", "POST", at, map[string]any{"reviewers": []string{"tom-ds"}}, nil)
		w.do("sara-ds", "DELETE", at, map[string]any{"reviewers": []string{"tom-ds"}}, nil)
	}
	if p := w.pull(key).Pull; len(p.Asked) != 100 || p.AskedCut || p.Asked[0].Removed {
		t.Errorf("%d asked, cut %v", len(p.Asked), p.AskedCut)
	}
	w.do("sara-ds", "POST", at, map[string]any{"reviewers": []string{"tom-ds"}}, nil)
	if p := w.pull(key).Pull; len(p.Asked) != 100 || !p.AskedCut || !p.Asked[0].Removed {
		t.Errorf("%d asked, cut %v", len(p.Asked), p.AskedCut)
	}
}

func TestPullThatIsNone(t *testing.T) {
	w := newWorld(t, teamConfig)
	for _, n := range []int{1, 99} { // an issue, nothing
		key := w.key
		key.Kind, key.Number = engine.PullKey, n
		if s := w.pull(key); !s.Gone || s.Rules.Policy == nil {
			t.Errorf("#%d: %+v", n, s)
		}
	}
	n := w.merge("m", "a", "")
	key := w.key
	key.Kind, key.Number = engine.PullKey, n
	w.wire.sent("")
	p := w.pull(key).Pull
	if !p.Closed || !p.Merged || p.Files.Why() != facts.NotNeeded || p.Commits.Why() != facts.NotNeeded || p.Head == "" {
		t.Errorf("merged: %+v", p)
	}
	if n := w.wire.sent("/files"); n != 0 {
		t.Error("the files of a closed one are read")
	}
}
