package gh_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/engine"
)

// into lists the pull requests into a branch, and how many requests that took.
func (w *world) into(branch string) (pulls []engine.OpenPull, requests int) {
	w.t.Helper()
	w.wire.sent("")
	pulls, err := w.hub.PullsInto(w.t.Context(), engine.IntoKey(w.key, branch, false), branch)
	if err != nil {
		w.t.Fatal(err)
	}
	return pulls, w.wire.sent("graphql")
}

func (w *world) close(key engine.Key) {
	w.t.Helper()
	w.do("sara-ds", "PATCH", fmt.Sprintf("/pulls/%d", key.Number), map[string]string{"state": "closed"}, nil)
}

// What the open pull requests into a branch change is listed at once, and is what a look says of each.
func TestPullsInto(t *testing.T) {
	w := newWorld(t, teamConfig)
	main := w.head("main")
	w.do("sara-ds", "POST", "/git/refs", map[string]string{"ref": "refs/heads/release/1", "sha": main}, nil)
	x := w.commit(main, "x", treeEntry{path: "a", content: "1\n"}, treeEntry{path: "b", content: "1\n"})
	y := w.commit(x, "y", treeEntry{path: "a", content: "2\n"})
	one, two := w.open("x", x, "release/1"), w.open("y", y, "release/1")
	other, gone := w.open("z", w.commit(main, "z", treeEntry{path: "c", content: "1\n"}), "main"), w.open("gone", w.commit(main, "gone", treeEntry{path: "d", content: "1\n"}), "release/1")
	w.close(gone)
	want := []engine.OpenPull{{Number: one.Number, Change: w.pull(one).Change}, {Number: two.Number, Change: w.pull(two).Change}}
	if got := want[1].Change; got != (engine.Change{Head: y, Commits: 2, Files: 2, Additions: 2}) {
		t.Errorf("looked at: %+v", got)
	}
	if got := w.pull(gone).Change; got != (engine.Change{}) {
		t.Errorf("a closed one: %+v", got)
	}
	if got, n := w.into("release/1"); !slices.Equal(got, want) || n != 1 {
		t.Errorf("%+v in %d requests, want %+v in one, without #%d", got, n, want, other.Number)
	}
	w.wire.send = func(body string) string {
		return strings.Replace(body, "first: 100, states: OPEN", "first: 1, states: OPEN", 1)
	}
	if got, n := w.into("release/1"); !slices.Equal(got, want) || n != 2 {
		t.Errorf("pages of one: %+v in %d requests", got, n)
	}
	w.wire.send = nil
	w.push("release/1", w.commit(x, "merged", treeEntry{path: "e", content: "1\n"}))
	if got, _ := w.into("release/1"); len(got) != 1 || got[0].Change != (engine.Change{Head: y, Commits: 1, Files: 1, Additions: 1, Deletions: 1}) {
		t.Errorf("the base took a commit: %+v", got)
	}
}

// Where pull requests go is known from looks at any of them: a push to another branch costs nothing. While it is not
// known, one push costs a request.
func TestBases(t *testing.T) {
	w := newWorld(t, teamConfig)
	main := w.head("main")
	w.do("sara-ds", "POST", "/git/refs", map[string]string{"ref": "refs/heads/release", "sha": main}, nil)
	w.do("sara-ds", "POST", "/git/refs", map[string]string{"ref": "refs/heads/feature", "sha": main}, nil)
	open := func(branch, base string) engine.Key {
		return w.open(branch, w.commit(main, branch, treeEntry{path: branch, content: "1"}), base)
	}
	may := func(branch string) bool { return w.hub.MayBeBase(engine.IntoKey(w.key, branch, true)) }
	check := func(what, branch string, base bool, requests int) {
		t.Helper()
		w.wire.sent("")
		if got := may(branch); got != base || w.wire.sent("") > 0 {
			t.Errorf("%s: %s may be a base: %v", what, branch, got)
		}
		if _, n := w.into(branch); n != requests {
			t.Errorf("%s: %d requests for %s, want %d", what, n, branch, requests)
		}
	}
	check("nothing is known", "feature", true, 1)
	check("there are no pull requests", "feature", false, 0)
	check("there are no pull requests", "main", false, 0)
	one, two := open("x", "main"), open("y", "release")
	w.pull(one)
	check("one was looked at", "main", true, 1)
	check("another was listed", "release", true, 1)
	check("one was looked at", "feature", false, 0)
	check("one was looked at", "x", false, 0)
	w.hub = w.newHub()
	check("started anew", "x", true, 1)
	check("started anew, asked once", "feature", false, 0)
	check("started anew, asked once", "release", true, 1)
	w.close(two)
	check("nothing goes there any more", "release", true, 1)
	check("that was seen", "release", false, 0)
	w.pull(two)
	check("a closed one was looked at", "release", false, 0)
	if w.hub.MayBeBase(one) {
		t.Error("a pull request is taken for a branch")
	}
}

// A pull request that a look sees while the branch's list is on its way keeps the branch known.
func TestABaseThatIsNewMeanwhile(t *testing.T) {
	w := newWorld(t, teamConfig)
	main := w.head("main")
	w.do("sara-ds", "POST", "/git/refs", map[string]string{"ref": "refs/heads/release", "sha": main}, nil)
	one := w.open("x", w.commit(main, "x", treeEntry{path: "x", content: "1"}), "release")
	w.pull(one)
	w.close(one)
	looked := false
	w.wire.send = func(body string) string {
		if strings.Contains(body, "$base: String") && !looked {
			looked = true
			w.do("sara-ds", "PATCH", fmt.Sprintf("/pulls/%d", one.Number), map[string]string{"state": "open"}, nil)
			w.pull(one)
			w.close(one)
		}
		return body
	}
	if got, n := w.into("release"); len(got) != 0 || n == 0 || !looked {
		t.Fatalf("%v in %d requests", got, n)
	}
	if !w.hub.MayBeBase(engine.IntoKey(w.key, "release", false)) {
		t.Error("the branch is forgotten, though a pull request into it was seen after it was asked for")
	}
}
