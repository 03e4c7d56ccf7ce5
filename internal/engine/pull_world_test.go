package engine_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/internal/policy"
)

// pullWorld is pull request #12 by sara-ds, for deliverable #3, as GitHub has it.
type pullWorld struct {
	t       testing.TB
	now     time.Time
	rules   *policy.Policy
	config  engine.PullConfig
	pull    facts.Pull
	phase   lifecycle.Phase
	live    bool
	listed  []engine.Listed              // beside #3
	blobs   map[string]map[string]string // content by path, by commit
	teams   map[string][]string          // members of the config's teams, by org/slug
	base    string                       // the base branch's newest commit
	forked  map[string]string            // by commit, where it left the base branch
	earlier []facts.Run                  // roles runs of earlier heads, the newest first
	states  facts.Fact[[]facts.CheckState]
	notes   map[string][]string // annotations by path that GitHub shows
	refuses []string            // whom GitHub does not let be asked
	asks    int                 // how often somebody or a team was to be asked for a review
	assigns *assignment         // nil: every team is asked as a whole
	says    map[string]string   // summaries of the checks, by name
	nextID  int64
	lacked  []engine.PullLack // what the last look asked for
}

// commitSHA is the hash of the n-th commit.
func commitSHA(n int) string { return strings.Repeat(fmt.Sprintf("%x", n), 40) }

func newPull(t testing.TB, phase lifecycle.Phase, paths ...string) *pullWorld {
	t.Helper()
	w := &pullWorld{t: t, now: start, phase: phase, blobs: map[string]map[string]string{}, base: "base", forked: map[string]string{}, notes: map[string][]string{}, says: map[string]string{}, nextID: 100}
	w.configure(teamConfig)
	w.pull = facts.Pull{Number: 12, Title: "Usage features", Body: "Deliverable: #3", Author: who("sara-ds"), Created: start, BaseRef: "main", HeadRef: "usage"}
	w.push("sara-ds", paths...)
	return w
}

func (w *pullWorld) configure(config string) {
	w.t.Helper()
	if !strings.Contains(config, "mode:") {
		config += "mode: enforce\n"
	}
	p, problems := policy.Parse([]byte(config))
	if p == nil {
		w.t.Fatal(problems)
	}
	w.rules = p
}

func (w *pullWorld) tick() time.Time {
	w.now = w.now.Add(time.Minute)
	return w.now
}

// push adds a commit that changes the files.
func (w *pullWorld) push(by string, paths ...string) { w.commit(nil, by, paths...) }

// merge adds a merge of the base branch that changes the files.
func (w *pullWorld) merge(by string, paths ...string) { w.commit([]string{w.base}, by, paths...) }

// moveBase adds a commit to the base branch that changes the files.
func (w *pullWorld) moveBase(paths ...string) {
	before := w.base
	w.base += "+"
	w.blobs[w.base] = maps.Clone(w.blobs[before])
	if w.blobs[w.base] == nil {
		w.blobs[w.base] = map[string]string{}
	}
	for _, p := range paths {
		w.blobs[w.base][p] = w.base
	}
}

// forcePush replaces all commits by one on top of the base branch that leaves every file as it was, and with it what
// the base branch changed meanwhile undone.
func (w *pullWorld) forcePush(by string) {
	head := w.pull.Head
	w.commit(nil, by)
	commits, _ := w.pull.Commits.Get()
	newest := commits[len(commits)-1]
	newest.Parents = []string{w.base}
	w.pull.Commits, w.pull.ForcePushed = facts.Known([]facts.PullCommit{newest}), w.now
	w.blobs[newest.SHA], w.forked[newest.SHA] = maps.Clone(w.blobs[head]), w.base
}

// takes is what the pull request changes beside what its commits say: files of the base that it undoes.
func (w *pullWorld) takes(paths ...string) {
	files, _ := w.pull.Files.Get()
	files = slices.Clone(files)
	for _, p := range paths {
		files = append(files, facts.PullFile{Path: p})
	}
	w.pull.Files = facts.Known(files)
}

func (w *pullWorld) commit(also []string, by string, paths ...string) {
	w.tick()
	commits, _ := w.pull.Commits.Get()
	files, _ := w.pull.Files.Get()
	commits, files = slices.Clone(commits), slices.Clone(files)
	sha := commitSHA(len(commits) + 1)
	before := w.pull.Head
	w.forked[sha] = w.forked[before]
	if before == "" || len(also) > 0 {
		w.forked[sha] = w.base
	}
	if before == "" {
		before = w.base
	}
	w.blobs[sha] = maps.Clone(w.blobs[before])
	if w.blobs[sha] == nil {
		w.blobs[sha] = map[string]string{}
	}
	for _, p := range paths {
		w.blobs[sha][p] = sha
		if !slices.ContainsFunc(files, func(f facts.PullFile) bool { return f.Path == p }) {
			files = append(files, facts.PullFile{Path: p})
		}
	}
	commits = append(commits, facts.PullCommit{SHA: sha, Parents: append([]string{before}, also...), Authors: []facts.Person{who(by)}})
	w.pull.Commits, w.pull.Files, w.pull.Head = facts.Known(commits), facts.Known(files), sha
	for _, r := range w.pull.Runs {
		if r.Name == engine.RolesCheck {
			w.earlier = append([]facts.Run{r}, w.earlier...)
		}
	}
	w.pull.Runs = nil
}

// say writes a comment a minute after what happened last, and returns its id.
func (w *pullWorld) say(login, text string) int64 {
	w.tick()
	w.nextID++
	w.pull.Comments = append(w.pull.Comments, facts.Comment{ID: w.nextID, Author: who(login), Body: text, Created: w.now})
	return w.nextID
}

func (w *pullWorld) review(login string, state facts.ReviewState) {
	w.nextID++
	w.pull.Reviews = append(w.pull.Reviews, facts.Review{ID: w.nextID, Author: who(login), State: state, Commit: w.pull.Head, At: w.tick()})
	w.pull.Requested = slices.DeleteFunc(w.pull.Requested, func(r facts.Reviewer) bool { return r.Person.Is(who(login)) })
}

func (w *pullWorld) snapshot() engine.PullSnapshot {
	s := engine.PullSnapshot{Key: engine.Key{Owner: "acme", Repo: "churn", Kind: engine.PullKey, Number: w.pull.Number}, Now: w.now,
		Rules: engine.Rules{Policy: w.rules, URL: "https://github.com/acme/churn/blob/main/.github/phasegate.yml"}, Base: w.rules, Config: w.config, Pull: w.pull}
	s.Roster = facts.Roster{Holders: map[lifecycle.Role][]facts.Person{}, Teams: map[string][]facts.Person{}}
	for _, role := range lifecycle.Roles {
		for _, h := range w.rules.RoleHolders(role) {
			if !h.IsTeam() {
				s.Roster.Holders[role] = append(s.Roster.Holders[role], who(h.Login))
			}
			for _, login := range w.teams[h.String()] {
				s.Roster.Holders[role] = append(s.Roster.Holders[role], who(login))
				team := strings.ToLower(h.String())
				s.Roster.Teams[team] = append(s.Roster.Teams[team], who(login))
			}
		}
	}
	s.Listed = w.listed
	if w.phase != "" {
		s.Listed = append(s.Listed[:len(s.Listed):len(s.Listed)], w.deliverable(3, "Weekly churn score", w.phase, scoreBody("#2", "#5")))
	}
	s.Pull.Comments, s.Pull.Runs = slices.Clone(w.pull.Comments), slices.Clone(w.pull.Runs)
	s.Pull.Requested, s.Pull.Asked = slices.Clone(w.pull.Requested), slices.Clone(w.pull.Asked)
	return s
}

func (w *pullWorld) deliverable(number int, title string, phase lifecycle.Phase, body string) engine.Listed {
	ledger := engine.Ledger{Board: &engine.BoardLine{Phase: phase}}
	if w.live {
		ledger.Live = start
	}
	block, err := markdown.EncodeBlock("sticky", ledger)
	if err != nil {
		w.t.Fatal(err)
	}
	return engine.Listed{Issue: facts.Issue{Number: number, Title: title, Body: body, Author: who("sara-ds"), Labels: []string{"kind:deliverable"}},
		Sticky: &facts.Comment{ID: int64(number), Own: true, Body: "\n" + block + "\n"}}
}

// filled is a snapshot with everything that it lacks.
func (w *pullWorld) filled() engine.PullSnapshot {
	w.t.Helper()
	s := w.snapshot()
	w.lacked = nil
	for {
		lack := s.Lacks()
		if lack.Empty() {
			return s
		}
		if w.lacked = append(w.lacked, lack); len(w.lacked) > 5 {
			w.t.Fatalf("no end of asking: %+v", w.lacked)
		}
		w.fill(&s, lack)
	}
}

func (w *pullWorld) fill(s *engine.PullSnapshot, lack engine.PullLack) {
	if lack.Earlier {
		s.Earlier, s.Asked.Earlier = w.earlier, true
	}
	for _, span := range lack.Forked {
		if s.Forked == nil {
			s.Forked = map[facts.Span]facts.Fact[string]{}
		}
		commit := span.Base // a merge's first parent, and what it merged of the base branch
		if commit == w.pull.Base {
			commit = span.Head
		}
		s.Forked[span] = facts.Known(w.forked[commit])
		s.Asked.Forked = append(s.Asked.Forked, span)
	}
	if lack.States {
		s.States, s.Asked.States = w.states, true
	}
	for commit, paths := range lack.Contents {
		if s.Contents == nil {
			s.Contents, s.Asked.Contents = map[string]facts.Fact[facts.ContentsAt]{}, map[string][]string{}
		}
		s.Asked.Contents[commit] = append(s.Asked.Contents[commit], paths...)
		at, known := s.Contents[commit].Get()
		if !known {
			at = facts.ContentsAt{}
		}
		for _, p := range paths {
			at[p] = facts.Content{Blob: w.blobs[commit][p]}
		}
		s.Contents[commit] = facts.Known(at)
	}
}

// look judges the pull request, carries out what is to be done, and tells what that was. Looking again finds
// nothing to do.
func (w *pullWorld) look() []string {
	w.t.Helper()
	done := w.once()
	if again := w.once(); len(again) > 0 {
		w.t.Fatalf("the second look still writes\n%s\nafter\n%s", strings.Join(again, "\n"), strings.Join(done, "\n"))
	}
	return done
}

func (w *pullWorld) once() []string {
	w.t.Helper()
	plan, err := w.filled().Plan(engine.Signer{})
	if err != nil {
		w.t.Fatal(err)
	}
	w.pull.Rerequested = false
	var done []string
	for _, e := range plan.Effects {
		w.carryOut(e)
		done = append(done, e.String())
	}
	return done
}

var bot = facts.Person{ID: 1, Login: "phasegate[bot]", Bot: true}

func (w *pullWorld) carryOut(effect engine.Effect) {
	w.t.Helper()
	switch e := effect.(type) {
	case engine.PutCheck:
		w.putCheck(e)
	case engine.PostComment:
		w.nextID++
		w.pull.Comments = append(w.pull.Comments, facts.Comment{ID: w.nextID, Author: bot, Own: true, Body: e.Body, Created: w.now})
	case engine.React:
		i := slices.IndexFunc(w.pull.Comments, func(c facts.Comment) bool { return c.ID == e.Comment })
		w.pull.Comments[i].Answer = e.Reaction
	case engine.AskReview:
		for _, r := range reviewers(e.People, e.Teams) {
			if w.asks++; !slices.Contains(w.refuses, r.Person.Login) {
				w.request(bot, r)
			}
		}
	case engine.UnaskReview:
		for _, r := range reviewers(e.People, e.Teams) {
			w.unrequest(bot, r)
		}
	default:
		w.t.Fatalf("no pull request has %s", effect)
	}
}

// assignment is what GitHub does with a team that is asked: it asks one of the members instead, in turn.
type assignment struct {
	members  []string
	by       facts.Person  // in whose name
	unlogged bool          // nothing tells that the team was asked
	after    time.Duration // how long it takes
}

// request asks for a review.
func (w *pullWorld) request(by facts.Person, r facts.Reviewer) {
	a := w.assigns
	if r.Team == "" || a == nil || !a.unlogged {
		w.pull.Asked = append(w.pull.Asked, facts.ReviewRequest{Reviewer: r, By: by, Own: by.Is(bot), At: w.now})
	}
	if w.pull.Requested = append(w.pull.Requested, r); r.Team == "" || a == nil {
		return
	}
	w.now = w.now.Add(a.after)
	next := facts.Reviewer{Person: who(a.members[0])}
	a.members = append(a.members[1:], a.members[0])
	if !slices.ContainsFunc(w.pull.Requested, next.Is) {
		w.request(a.by, next)
	}
	w.unrequest(a.by, r)
}

// unrequest takes the request for a review back.
func (w *pullWorld) unrequest(by facts.Person, r facts.Reviewer) {
	w.pull.Requested = slices.DeleteFunc(w.pull.Requested, r.Is)
	w.pull.Asked = append(w.pull.Asked, facts.ReviewRequest{Reviewer: r, By: by, Own: by.Is(bot), Removed: true, At: w.now})
}

func reviewers(people, teams []string) []facts.Reviewer {
	var out []facts.Reviewer
	for _, p := range people {
		out = append(out, facts.Reviewer{Person: who(p)})
	}
	for _, team := range teams {
		out = append(out, facts.Reviewer{Team: strings.ToLower(team)})
	}
	return out
}

// putCheck does what GitHub does with a check run.
func (w *pullWorld) putCheck(e engine.PutCheck) {
	w.t.Helper()
	run := facts.Run{ID: e.ID, Name: e.Name, Head: e.Head, Status: "in_progress", Conclusion: e.Conclusion, ExternalID: e.ExternalID, Title: e.Title, Text: e.Text, Started: w.now}
	if e.Conclusion != "" {
		run.Status, run.Completed = "completed", w.now
	}
	i := slices.IndexFunc(w.pull.Runs, func(r facts.Run) bool { return r.Name == e.Name })
	switch {
	case e.Head != w.pull.Head:
		w.t.Fatalf("%s is posted on %s, the head is %s", e.Name, e.Head, w.pull.Head)
	case e.ID == 0:
		w.nextID++
		run.ID = w.nextID
		w.notes = withoutNotes(w.notes, e.Name)
	case i < 0 || w.pull.Runs[i].ID != e.ID:
		w.t.Fatalf("%s: there is no run %d on the head", e.Name, e.ID)
	case w.pull.Runs[i].Status == "completed" && e.Conclusion == "":
		w.t.Fatalf("%s: GitHub does not reopen a completed run", e.Name)
	default:
		run.Started = w.pull.Runs[i].Started
	}
	w.says[e.Name] = e.Summary
	for _, n := range e.Notes {
		w.notes[e.Name] = append(w.notes[e.Name], n.Path)
	}
	w.pull.Runs = append(slices.DeleteFunc(w.pull.Runs, func(r facts.Run) bool { return r.Name == e.Name }), run)
}

func withoutNotes(notes map[string][]string, name string) map[string][]string {
	delete(notes, name)
	return notes
}

// check is how the check stands on the head: "success: Approved by tomas-ds".
func (w *pullWorld) check(name string) string {
	for _, r := range w.pull.Runs {
		if r.Name == name {
			if r.Conclusion == "" {
				return r.Status + ": " + r.Title
			}
			return r.Conclusion + ": " + r.Title
		}
	}
	return "none"
}

// must fails where a check does not begin so.
func (w *pullWorld) must(name, begins string) {
	w.t.Helper()
	if got := w.check(name); !strings.HasPrefix(got, begins) {
		w.t.Errorf("%s is %q, want %q", name, got, begins)
	}
}

// answer is the reaction to a comment, and the newest reply where there is one after it.
func (w *pullWorld) answer(id int64) (facts.Reaction, string) {
	var reaction facts.Reaction
	reply := ""
	for _, c := range w.pull.Comments {
		switch {
		case c.ID == id:
			reaction = c.Answer
		case c.ID > id && c.Own:
			reply = markdown.Visible(c.Body)
		}
	}
	return reaction, reply
}
