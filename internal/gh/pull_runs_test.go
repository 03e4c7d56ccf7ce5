package gh_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/gh"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// apply writes as the App, about a pull request.
func (w *world) apply(key engine.Key, effects ...engine.Effect) {
	w.t.Helper()
	for _, e := range effects {
		if err := w.hub.Apply(w.t.Context(), key, e); err != nil {
			w.t.Fatalf("%s: %v", e, err)
		}
	}
}

// run is the one of that name.
func run(t *testing.T, p facts.Pull, name string) facts.Run {
	t.Helper()
	i := slices.IndexFunc(p.Runs, func(r facts.Run) bool { return r.Name == name })
	if i < 0 {
		t.Fatalf("no %s among %+v", name, p.Runs)
	}
	return p.Runs[i]
}

func TestOwnChecks(t *testing.T) {
	w := newWorld(t, teamConfig)
	head := w.commit(w.head("main"), "x", treeEntry{path: "a", content: "1"})
	key := w.open("x", head, "main")
	gate := engine.PutCheck{Name: engine.GateCheck, Head: head, ExternalID: "pull:4:x", Title: "Waits", Summary: "for two", Text: "hidden"}
	w.apply(key, gate, engine.PutCheck{Name: engine.RolesCheck, Head: head, Conclusion: "success", Title: "t", Summary: "s"})
	w.check(true, engine.GateCheck, head, "success", "forged by a workflow")
	w.check(false, "another", head, "success", "not ours to read")
	p := w.pull(key).Pull
	r := run(t, p, engine.GateCheck)
	if len(p.Runs) != 2 || r.Status != "in_progress" || r.Conclusion != "" || r.ExternalID != "pull:4:x" || r.Title != "Waits" || r.Text != "hidden" || r.Head != head || r.Started.IsZero() || !r.Completed.IsZero() {
		t.Errorf("%+v", p.Runs)
	}
	w.tick(time.Minute)
	gate.ID, gate.Conclusion, gate.Title, gate.Text = r.ID, "success", "Done", ""
	w.apply(key, gate)
	done := run(t, w.pull(key).Pull, engine.GateCheck)
	if done.ID != r.ID || done.Status != "completed" || done.Conclusion != "success" || done.Title != "Done" || done.Text != "" || !done.Started.Equal(r.Started) || !done.Completed.After(r.Started) {
		t.Errorf("%+v", done)
	}
	// GitHub opens no run again: another takes its place, and no success stands.
	gate.Conclusion = ""
	w.apply(key, gate)
	again := run(t, w.pull(key).Pull, engine.GateCheck)
	if again.ID == done.ID || again.Status != "in_progress" || again.Conclusion != "" {
		t.Errorf("%+v", again)
	}
	gate.ID, gate.Conclusion = again.ID, "failure"
	w.apply(key, gate)
	if last := run(t, w.pull(key).Pull, engine.GateCheck); last.ID != again.ID || last.Conclusion != "failure" {
		t.Errorf("%+v", last)
	}
	if err := w.hub.Apply(t.Context(), key, engine.PutCheck{ID: 99, Name: engine.GateCheck, Head: head, Title: "t", Summary: "s"}); !errors.Is(err, engine.ErrVanished) {
		t.Errorf("a run that is gone: %v", err)
	}
}

// Without an App, what workflows posted counts.
func TestChecksOfWorkflows(t *testing.T) {
	w := newWorld(t, teamConfig)
	head := w.commit(w.head("main"), "x", treeEntry{path: "a", content: "1"})
	key := w.open("x", head, "main")
	w.check(true, engine.GateCheck, head, "success", "of a workflow")
	w.check(false, engine.RolesCheck, head, "success", "of the App")
	token, err := w.sim.ActionsToken("acme/churn", map[string]string{"checks": "write", "contents": "read", "issues": "write", "pull_requests": "write"})
	if err != nil {
		t.Fatal(err)
	}
	hub, err := gh.New(gh.Options{URL: w.api, Token: token})
	if err != nil {
		t.Fatal(err)
	}
	w.do("sara-ds", "POST", fmt.Sprintf("/pulls/%d/requested_reviewers", key.Number), map[string]any{"reviewers": []string{"tom-ds"}}, nil)
	s, err := hub.Pull(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Pull.Runs) != 1 || s.Pull.Runs[0].Text != "of a workflow" || s.Pull.Rerequested {
		t.Errorf("%+v", s.Pull)
	}
	s, err = w.asPerson(nil).Pull(t.Context(), key) // who reads for the App
	if err != nil {
		t.Fatal(err)
	}
	if run(t, s.Pull, engine.RolesCheck).Text != "of the App" {
		t.Errorf("%+v", s.Pull.Runs)
	}
}

func TestRerequestedChecks(t *testing.T) {
	w := newWorld(t, teamConfig)
	head := w.commit(w.head("main"), "x", treeEntry{path: "a", content: "1"})
	key := w.open("x", head, "main")
	w.apply(key, engine.PutCheck{Name: engine.GateCheck, Head: head, Conclusion: "failure", Title: "t", Summary: "s"})
	p := w.pull(key).Pull
	if p.Rerequested {
		t.Error("nobody asked yet")
	}
	r := run(t, p, engine.GateCheck)
	w.do("sara-ds", "POST", fmt.Sprintf("/check-runs/%d/rerequest", r.ID), nil, nil)
	if p := w.pull(key).Pull; !p.Rerequested || run(t, p, engine.GateCheck).Conclusion != "failure" {
		t.Errorf("%+v", p)
	}
	w.apply(key, engine.PutCheck{ID: r.ID, Name: engine.GateCheck, Head: head, Conclusion: "failure", Title: "t", Summary: "s"})
	if w.pull(key).Pull.Rerequested {
		t.Error("it ran again")
	}
}

func TestCheckAnnotations(t *testing.T) {
	w := newWorld(t, teamConfig)
	head := w.commit(w.head("main"), "x", treeEntry{path: "a", content: "1"})
	key := w.open("x", head, "main")
	e := engine.PutCheck{Name: engine.ConfigName, Head: head, Conclusion: "failure", Title: strings.Repeat("t", 70_000), Summary: strings.Repeat("é", 40_000), Text: strings.Repeat("x", 70_000)}
	for i := range 120 {
		e.Notes = append(e.Notes, engine.CheckNote{Path: gh.ConfigPath, Line: i, Column: 1, Message: fmt.Sprint("problem ", i)})
	}
	w.wire.sent("")
	w.apply(key, e)
	if n := w.wire.sent("/check-runs"); n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
	r := run(t, w.pull(key).Pull, engine.ConfigName)
	if len(r.Text) != 65_535 || len(r.Title) != 65_535 || r.Conclusion != "failure" {
		t.Errorf("text of %d, title of %d, %s", len(r.Text), len(r.Title), r.Conclusion)
	}
	var notes []struct{ Message string }
	for page := 1; page <= 2; page++ {
		var some []struct{ Message string }
		w.do("sara-ds", "GET", fmt.Sprintf("/check-runs/%d/annotations?per_page=100&page=%d", r.ID, page), nil, &some)
		notes = append(notes, some...)
	}
	if len(notes) != 120 || notes[0].Message != "problem 0" || notes[119].Message != "problem 119" {
		t.Errorf("%d annotations", len(notes))
	}
}

func TestReviewers(t *testing.T) {
	w := newWorld(t, teamConfig)
	key := w.open("x", w.commit(w.head("main"), "x", treeEntry{path: "a", content: "1"}), "main")
	asked := func() string {
		var out []string
		for _, r := range w.pull(key).Pull.Requested {
			out = append(out, r.Person.Login+r.Team)
		}
		slices.Sort(out)
		return strings.Join(out, " ")
	}
	w.wire.sent("")
	w.apply(key, engine.AskReview{Pull: key.Number, People: []string{"tom-ds"}, Teams: []string{"acme/science"}})
	if n := w.wire.sent("requested_reviewers"); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	if got := asked(); got != "acme/science tom-ds" {
		t.Errorf("asked %s", got)
	}
	a := w.pull(key).Pull.Asked
	if len(a) != 2 || !a[0].Own || a[0].By.Login != "phasegate[bot]" || a[0].Reviewer.Person.Login+a[1].Reviewer.Person.Login != "tom-ds" || a[0].Reviewer.Team+a[1].Reviewer.Team != "acme/science" {
		t.Errorf("%+v", a)
	}
	// The author, a stranger and a team from elsewhere are left out.
	w.apply(key, engine.AskReview{Pull: key.Number, People: []string{"sara-ds", "helena-bs", "nobody"}, Teams: []string{"acme/none", "other/science"}},
		engine.AskReview{Pull: key.Number, People: []string{"sara-ds"}}, engine.AskReview{Pull: key.Number, Teams: []string{"other/science"}})
	if got := asked(); got != "acme/science helena-bs tom-ds" {
		t.Errorf("asked %s", got)
	}
	w.apply(key, engine.UnaskReview{Pull: key.Number, Teams: []string{"acme/science"}}, engine.UnaskReview{Pull: key.Number, People: []string{"tom-ds", "nobody"}})
	if got := asked(); got != "helena-bs" {
		t.Errorf("still asked %s", got)
	}
	if err := w.hub.Apply(t.Context(), key, engine.AskReview{Pull: 99, People: []string{"tom-ds"}}); !errors.Is(err, engine.ErrVanished) {
		t.Errorf("a pull request that is gone: %v", err)
	}
}

// The runs on what was the head before are found, also behind a force push; the newest come first.
func TestEarlierRuns(t *testing.T) {
	w := newWorld(t, teamConfig)
	base := w.head("main")
	first := w.commit(base, "one", treeEntry{path: "a", content: "1"})
	key := w.open("x", first, "main")
	roles := func(head, text string) {
		w.tick(time.Minute)
		w.apply(key, engine.PutCheck{Name: engine.RolesCheck, Head: head, ExternalID: fmt.Sprintf("pull:%d:%s", key.Number, head), Title: "t", Summary: "s", Text: text})
	}
	roles(first, "first")
	rebased := w.commit(base, "one again", treeEntry{path: "a", content: "1"}, treeEntry{path: "b", content: "1"})
	w.push("x", rebased)
	roles(rebased, "second")
	w.check(true, engine.RolesCheck, rebased, "success", "forged")
	head := w.commit(rebased, "two", treeEntry{path: "c", content: "1"})
	w.push("x", head)
	roles(head, "on the head")
	s := w.pull(key)
	if err := w.hub.FillPull(t.Context(), &s, engine.PullLack{Earlier: true}); err != nil {
		t.Fatal(err)
	}
	e := s.Earlier
	if !s.Asked.Earlier || len(e) != 2 || e[0].Text != "second" || e[0].Head != rebased || e[1].Text != "first" || e[1].Head != first || e[1].ExternalID != fmt.Sprintf("pull:%d:%s", key.Number, first) {
		t.Errorf("asked %v: %+v", s.Asked.Earlier, e)
	}
}

func TestPullRules(t *testing.T) {
	w := newWorld(t, teamConfig)
	main := w.head("main")
	const own = "language: pt-BR\n" + teamConfig
	good := w.commit(main, "rules", treeEntry{path: gh.ConfigPath, content: own})
	bad := w.commit(main, "rules", treeEntry{path: gh.ConfigPath, content: "rols: {}\n"})
	none := w.commit(main, "no rules", treeEntry{path: gh.ConfigPath})
	for branch, at := range map[string]string{"release": good, "broken": bad, "bare": none} {
		w.do("sara-ds", "POST", "/git/refs", map[string]string{"ref": "refs/heads/" + branch, "sha": at}, nil)
	}
	for base, want := range map[string]lifecycle.Lang{"main": lifecycle.English, "release": lifecycle.Portuguese, "broken": lifecycle.English, "bare": lifecycle.English} {
		s := w.pull(w.open("into-"+base, w.commit(w.head(base), "x", treeEntry{path: "a", content: base}), base))
		if s.Base == nil || s.Base.Language != want || s.Rules.Policy.Language != lifecycle.English || s.Pull.BaseRef != base || s.Pull.Base != w.head(base) {
			t.Errorf("into %s: %+v", base, s.Base)
		}
		if s.Config.Hash != s.Config.Base || s.Config.Problems != nil || s.Config.Policy != nil {
			t.Errorf("into %s: %+v", base, s.Config)
		}
	}
	if c := w.pull(w.open("good", good, "main")).Config; c.Policy == nil || c.Policy.Language != lifecycle.Portuguese || c.Hash == c.Base || len(c.Problems) > 0 {
		t.Errorf("a good config: %+v", c)
	}
	if c := w.pull(w.open("bad", bad, "main")).Config; c.Policy != nil || len(c.Problems) == 0 {
		t.Errorf("a bad config: %+v", c)
	}
	if c := w.pull(w.open("none", none, "main")).Config; c.Hash != "" || c.Base == "" || c.Policy != nil {
		t.Errorf("no config any more: %+v", c)
	}
}

// Where there is no config yet, the one that a pull request adds is read.
func TestPullThatAddsTheConfig(t *testing.T) {
	w := newWorld(t, "")
	s := w.pull(w.open("x", w.commit(w.head("main"), "rules", treeEntry{path: gh.ConfigPath, content: teamConfig}), "main"))
	if s.Rules.Policy != nil || s.Base != nil || s.Config.Policy == nil || s.Config.Hash == "" || s.Config.Base != "" || s.Pull.Files.Why() != facts.NotNeeded {
		t.Errorf("%+v", s)
	}
}

func TestChangedPulls(t *testing.T) {
	w := newWorld(t, teamConfig)
	w.tick(time.Hour)
	since, err := w.hub.Ask(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.merge("m", "m.txt", "Deliverable: #1")
	key := w.open("x", w.commit(w.head("main"), "x", treeEntry{path: "a", content: "1"}), "main")
	keys, err := w.hub.Changed(t.Context(), w.key.Repository(), since.Add(-time.Minute))
	if err != nil || !slices.Equal(keys, []engine.Key{key, w.key.Repository()}) {
		t.Errorf("%v %v", keys, err)
	}
}

func TestPullsWithTheSameHead(t *testing.T) {
	w := newWorld(t, teamConfig)
	head := w.commit(w.head("main"), "x", treeEntry{path: "a", content: "1"})
	w.do("sara-ds", "POST", "/git/refs", map[string]string{"ref": "refs/heads/dev", "sha": w.head("main")}, nil)
	one, two := w.open("x", head, "main"), w.open("y", head, "dev")
	three, on := w.open("z", head, "main"), w.open("on", w.commit(head, "more", treeEntry{path: "b", content: "1"}), "main")
	w.do("sara-ds", "PATCH", fmt.Sprintf("/pulls/%d", three.Number), map[string]string{"state": "closed"}, nil)
	for _, send := range []func(string) string{nil, func(body string) string { // pages of one
		return strings.ReplaceAll(body, "first: 100, states: OPEN", "first: 1, states: OPEN")
	}} {
		w.wire.send = send
		if got := w.pull(one).Pull.Sharing; !slices.Equal(got, []int{two.Number}) {
			t.Errorf("shared with %v, want #%d, not #%d #%d", got, two.Number, three.Number, on.Number)
		}
	}
	all := []int{one.Number, two.Number, on.Number}
	for _, c := range []struct{ deliverables, want []int }{{nil, all}, {[]int{2}, nil}, {[]int{2, 1}, all}} {
		if got, err := w.hub.OpenPulls(t.Context(), w.key, c.deliverables); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("open for %v: %v %v, want %v", c.deliverables, got, err, c.want)
		}
	}
	if got, err := w.hub.PullsOf(t.Context(), w.key, head); err != nil || !slices.Equal(got, []int{one.Number, two.Number}) {
		t.Errorf("of the head: %v %v", got, err)
	}
}

// A fork's pull request is read like any other, and found by its head, which GitHub's webhooks do not do.
func TestPullFromAFork(t *testing.T) {
	w := newWorld(t, teamConfig)
	w.do("tom-ds", "POST", "/forks", nil, nil)
	w.do("sara-ds", "POST", "/git/refs", map[string]string{"ref": "refs/heads/dev", "sha": w.head("main")}, nil)
	fork := *w
	fork.key.Owner = "tom-ds"
	fork.do("tom-ds", "PUT", "/contents/f.txt", map[string]string{"message": "f", "content": "eA==", "branch": "main"}, nil)
	open := func(base string) engine.Key {
		var pull struct{ Number int }
		w.do("tom-ds", "POST", "/pulls", map[string]string{"title": "f", "head": "tom-ds:main", "base": base}, &pull)
		key := w.key
		key.Kind, key.Number = engine.PullKey, pull.Number
		return key
	}
	one, two := open("main"), open("dev")
	p := w.pull(one).Pull
	if !p.Fork || p.Author.Login != "tom-ds" || len(known(t, p.Files)) != 1 || len(known(t, p.Commits)) != 1 || !slices.Equal(p.Sharing, []int{two.Number}) {
		t.Errorf("%+v", p)
	}
	if got, err := w.hub.PullsOf(t.Context(), w.key, p.Head); err != nil || !slices.Equal(got, []int{one.Number, two.Number}) {
		t.Errorf("of the head: %v %v", got, err)
	}
}
