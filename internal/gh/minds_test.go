package gh_test

import (
	"testing"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/gh"
)

const statusConfig = teamConfig + `paths:
  - paths: ["**"]
    roles: [data-scientist]
    when:
      has_successful_status: [ci]
`

// How checks and statuses on the head stand is read where it is lacking, whoever posted them.
func TestPullStates(t *testing.T) {
	w := newWorld(t, statusConfig)
	head := w.commit(w.head("main"), "x", treeEntry{path: "a", content: "1"})
	key := w.open("x", head, "main")
	w.check(true, "tests", head, "failure", "")
	w.do("sara-ds", "POST", "/statuses/"+head, map[string]string{"state": "success", "context": "ci"}, nil)
	s := w.pull(key)
	if s.Asked.States || !s.Lacks().States {
		t.Fatalf("%+v", s.Lacks())
	}
	w.wire.sent("")
	if err := w.hub.FillPull(t.Context(), &s, engine.PullLack{States: true}); err != nil {
		t.Fatal(err)
	}
	if n := w.wire.sent(""); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	states := map[string]bool{}
	for _, c := range known(t, s.States) {
		states[c.Name] = c.Green
	}
	if !s.Asked.States || len(states) != 2 || states["tests"] || !states["ci"] || s.Lacks().States {
		t.Errorf("%v, asked %v", states, s.Asked.States)
	}
}

// Until a repository's rules were read they may depend on how checks end; then that is known, until they change.
func TestMinds(t *testing.T) {
	for name, c := range map[string]struct {
		config string
		minds  bool
	}{"a condition": {statusConfig, true}, "none": {teamConfig, false}, "no config": {"", false}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, c.config)
			if !w.hub.Minds(w.key) {
				t.Error("rules that were not read do not matter")
			}
			w.snapshot()
			w.wire.sent("")
			if got := w.hub.Minds(w.key); got != c.minds {
				t.Errorf("minds: %v", got)
			}
			if n := w.wire.sent(""); n != 0 {
				t.Errorf("%d requests", n)
			}
			w.hub.Forget([]gh.Stale{{What: gh.StaleConfig, Owner: "acme", Repo: "churn"}})
			if !w.hub.Minds(w.key) {
				t.Error("rules that changed are taken for known")
			}
		})
	}
}

// The rules of another base branch may mind, where those of the default branch do not.
func TestBaseBranchMinds(t *testing.T) {
	w := newWorld(t, teamConfig)
	base := w.commit(w.head("main"), "rules", treeEntry{path: gh.ConfigPath, content: statusConfig})
	w.do("sara-ds", "POST", "/git/refs", map[string]string{"ref": "refs/heads/release", "sha": base}, nil)
	w.pull(w.open("x", w.commit(base, "x", treeEntry{path: "a", content: "1"}), "release"))
	w.snapshot()
	if !w.hub.Minds(w.key) {
		t.Error("the release branch's rules are forgotten")
	}
}
