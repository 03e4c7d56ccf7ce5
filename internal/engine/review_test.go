package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/internal/policy"
)

// reviewWorld is a repository with deliverable #3, and a deployment that waits.
type reviewWorld struct {
	*memory
	s      engine.ReviewSnapshot
	runs   map[string][]facts.Run                 // Phasegate's own, by commit
	known  map[int]facts.Fact[[]facts.MergedPull] // what was merged, as a deliverable's own look finds it
	answer engine.AnswerDeployment                // the last
	did    []string                               // the effects of the last look
}

// newReview is one whose deliverable is in deployment though no commit is known that was found ready, and that waits
// for the default branch's newest commit.
func newReview(t testing.TB) *reviewWorld {
	t.Helper()
	m := newMemory(t, teamConfig+"mode: enforce\n")
	m.open(2, "helena-bs", "Churn", churnBody, "kind:problem")
	m.open(3, "sara-ds", "Score", scoreBody("#2", "_No response_"), "kind:deliverable")
	m.say(3, "helena-bs", "/start deployment it runs already")
	m.settle(2, 3)
	w := &reviewWorld{memory: m, runs: map[string][]facts.Run{}, known: map[int]facts.Fact[[]facts.MergedPull]{}}
	w.s = engine.ReviewSnapshot{Head: commitSHA(9), Installed: m.now, Run: 7,
		Deployment: facts.Deployment{ID: 70, Environment: "production", Commit: commitSHA(9), Created: m.tick()}}
	return w
}

func (w *reviewWorld) Review(_ context.Context, key engine.Key) (engine.ReviewSnapshot, error) {
	s := w.s
	s.Key, s.Now, s.Rules, s.Runs = key, w.now, w.rules, w.runs[s.Deployment.Commit]
	s.Successes = slices.Clone(w.s.Successes)
	for i := range s.Successes {
		s.Successes[i].Runs = w.runs[s.Successes[i].Commit]
	}
	for _, n := range []int{2, 3} {
		s.Listed = append(s.Listed, w.issues[n].listed())
	}
	return s, nil
}

// Snapshot has the merged pull requests as they are known once that issue was read.
func (w *reviewWorld) Snapshot(ctx context.Context, key engine.Key) (engine.Snapshot, error) {
	s, err := w.memory.Snapshot(ctx, key)
	if known, ok := w.known[key.Number]; ok {
		s.Merged = known
	}
	return s, err
}

func (w *reviewWorld) Apply(ctx context.Context, key engine.Key, effect engine.Effect) error {
	w.did = append(w.did, effect.String())
	switch e := effect.(type) {
	case engine.PutCheck:
		w.nextID++
		w.runs[e.Head] = append(w.runs[e.Head], facts.Run{ID: w.nextID, Name: e.Name, Head: e.Head, Status: "completed", Conclusion: e.Conclusion, Title: e.Title, Text: e.Text, Started: w.now})
	case engine.AnswerDeployment:
		w.answer = e
	default:
		return w.memory.Apply(ctx, key, effect)
	}
	return nil
}

// look looks at the deployment that waits.
func (w *reviewWorld) look() {
	w.t.Helper()
	key := w.key(70)
	key.Kind, key.Ref = engine.DeploymentReviewKey, "7/"+w.s.Deployment.Environment
	w.did, w.asked, w.answer = nil, nil, engine.AnswerDeployment{}
	if _, err := (engine.Reconciler{Hub: w}).Reconcile(w.t.Context(), key); err != nil {
		w.t.Fatal(err)
	}
}

// answers looks, and fails unless the answer is that state and says each text.
func (w *reviewWorld) answers(what, state string, texts ...string) {
	w.t.Helper()
	w.look()
	if w.answer.State != state || len(w.did) == 0 {
		w.t.Errorf("%s: %q %s: %v", what, w.answer.State, w.answer.Comment, w.did)
	}
	for _, text := range texts {
		if !strings.Contains(w.answer.Comment, text) {
			w.t.Errorf("%s: %q is not in %q", what, text, w.answer.Comment)
		}
	}
}

// succeeded has GitHub record a success of a commit in the environment, a minute after what happened last.
func (w *reviewWorld) succeeded(commit string) {
	w.s.Successes = append(w.s.Successes, engine.Success{Commit: commit, At: w.tick()})
}

const unbacked = "GitHub records an earlier success of it here, but Phasegate did not let it in."

// A success counts where Phasegate let its commit into that environment, and where it is older than Phasegate.
func TestOnlyASuccessThatWasLetInRanBefore(t *testing.T) {
	w := newReview(t)
	mine, other := commitSHA(1), commitSHA(2)
	w.s.Deployment.Commit = mine
	w.answers("it never ran", "", "no metric report names the commit")
	if strings.Contains(w.answer.Comment, "success") {
		t.Errorf("it says %q", w.answer.Comment)
	}
	w.succeeded(mine)
	w.answers("a success that anybody could record", "", unbacked)
	w.succeeded(other)
	w.runs[other] = []facts.Run{letInRun(t, other, "production")}
	w.answers("another one was let in", "", unbacked)
	w.runs[mine] = []facts.Run{letInRun(t, mine, "staging")}
	w.answers("it was let in elsewhere", "", unbacked)
	w.runs[mine] = append(w.runs[mine], letInRun(t, mine, "Production"))
	w.answers("it was let in here", "approved", "A rollback")
	if len(w.asked) > 0 {
		t.Errorf("what ran before was compared: %v", w.asked)
	}
	w.runs[mine] = nil
	w.s.Successes[0].At = w.s.Installed
	w.answers("in the second of the installation", "", unbacked)
	w.s.Successes[0].At = w.s.Installed.Add(-time.Second)
	w.answers("before the installation", "approved", "A rollback")
	w.s.Installed = time.Time{}
	w.runs[mine] = nil
	w.answers("an installation that is not known", "", unbacked)
}

// letInRun is a run by which Phasegate let a commit into environments.
func letInRun(t testing.TB, commit string, environments ...string) facts.Run {
	t.Helper()
	block, err := markdown.EncodeBlock("let-in", map[string]any{"environments": environments})
	if err != nil {
		t.Fatal(err)
	}
	return facts.Run{ID: 1, Name: engine.DeploymentCheck, Head: commit, Status: "completed", Conclusion: "success", Text: "\n" + block + "\n"}
}

// What runs there now is the newest success that counts: a made-up one makes no rollback of a rerun.
func TestWhatRunsNowIsTheNewestSuccessThatCounts(t *testing.T) {
	w := newReview(t)
	w.answers("the first time", "approved", "the default branch contains")
	w.succeeded(w.s.Head)
	w.succeeded(commitSHA(1))
	w.answers("again, behind one that was made up", "approved", "ran here before")
	if len(w.did) != 1 {
		t.Errorf("it did %v", w.did)
	}
	w.runs[commitSHA(1)] = []facts.Run{letInRun(t, commitSHA(1), "production")}
	w.answers("again, behind one that ran", "approved", "A rollback")
	if got := strings.Join(w.did, "\n"); !strings.Contains(got, "comment rollback") {
		t.Errorf("it did %s", got)
	}
}

// The note that a commit is let in is written before it is, once for each environment.
func TestWhatIsLetInIsNotedFirst(t *testing.T) {
	w := newReview(t)
	into := func(environment, title string) {
		t.Helper()
		w.s.Deployment.Environment = environment
		w.tick()
		w.look()
		want := []string{fmt.Sprintf("deployment to %s by run 7: approved", environment)}
		if title != "" {
			want = append([]string{"check phasegate/deployment at 9999999: success, " + title}, want...)
		}
		wantEffects(t, w.did, want...)
	}
	into("staging", "Let into staging")
	into("staging", "")
	into("Staging", "")
	into("production", "Let into staging and production")
	into("staging", "")
	w.runs[w.s.Head] = w.runs[w.s.Head][:1]
	w.s.Deployment.Environment = "eu"
	stale := w.runs[w.s.Head] // two that are answered at once do not know of each other
	w.look()
	first := w.runs[w.s.Head][1]
	w.runs[w.s.Head] = stale
	w.s.Deployment.Environment = "us"
	w.look()
	w.runs[w.s.Head] = append(w.runs[w.s.Head], first)
	into("eu", "")
	into("us", "")
	into("production", "Let into staging, eu, us and production")
}

// Whatever lets it in leaves the note: rules that are only observed, and none at all.
func TestWhatNothingHoldsIsNotedToo(t *testing.T) {
	w := newReview(t)
	w.s.Deployment.Commit = commitSHA(1)
	w.succeeded(commitSHA(1))
	w.look()
	wantEffects(t, w.did, "deployment to production by run 7: still waiting")
	observed := *w.rules.Policy
	observed.Mode = policy.Observe
	w.rules.Policy = &observed
	w.answers("observed", "approved", "Observing only", unbacked)
	wantEffects(t, w.did, "check phasegate/deployment at 1111111: success, Let into production", "deployment to production by run 7: approved")
	w.rules.Policy = nil
	w.s.Deployment.Commit = commitSHA(2)
	w.answers("without rules", "approved", "nothing is enforced")
	wantEffects(t, w.did, "check phasegate/deployment at 2222222: success, Let into production", "deployment to production by run 7: approved")
}

// However many environments there are, and however they are called, the newest are noted.
func TestTheNoteOfManyEnvironmentsFits(t *testing.T) {
	w := newReview(t)
	name := func(n int) string { return fmt.Sprintf("%03d%s", n, strings.Repeat("<", 60)) }
	for n := range 200 {
		w.s.Deployment.Environment = name(n)
		w.look()
		all := w.runs[w.s.Head]
		w.runs[w.s.Head] = all[len(all)-1:] // the newest alone says all that is kept
		if w.answer.State != "approved" {
			t.Fatalf("environment %d: %+v", n, w.answer)
		}
	}
	w.look()
	if len(w.did) != 1 {
		t.Errorf("the newest is not noted: %v", w.did)
	}
	w.s.Deployment.Environment = name(0)
	w.look()
	if len(w.did) != 2 {
		t.Errorf("the oldest is noted: %v", w.did)
	}
}

// Where no commit was found ready, only what the default branch contains goes on.
func TestWithoutAPinnedCommitOnlyTheDefaultBranchIsDeployed(t *testing.T) {
	w := newReview(t)
	mine := commitSHA(1)
	span := facts.Span{Base: mine, Head: w.s.Head}
	w.answers("the newest commit", "approved", "#3 is in Deployment, and the default branch contains this commit")
	if len(w.asked) > 0 {
		t.Errorf("compared %v", w.asked)
	}
	w.s.Deployment.Commit = mine
	w.compared[span] = facts.Known(facts.Comparison{Contains: true})
	w.answers("an older commit of it", "approved", "the default branch contains this commit")
	if !slices.Equal(w.asked, []facts.Span{span}) {
		t.Errorf("compared %v, want %v", w.asked, span)
	}
	w.compared[span] = facts.Known(facts.Comparison{Complete: true})
	w.answers("another branch's", "", "no metric report names the commit with which #3 was found ready", "`1111111` is not there", "Merge it into the default branch first")
	w.compared[span] = facts.Unknown[facts.Comparison](facts.CommitGone)
	w.answers("what cannot be compared", "", "could not be read")
	w.s.Head = ""
	w.answers("no default branch", "", "could not be read")
	w.say(3, "sara-ds", "/return development code: it is slow")
	w.settle(3)
	w.answers("before its phase", "", "is in Development")
	if len(w.asked) > 0 {
		t.Errorf("compared too early: %v", w.asked)
	}
}

// A deployment is for the deliverables that the newest pull request under deploy/** in it was for when it was open.
func TestWhoseADeploymentIs(t *testing.T) {
	w := newReview(t)
	job := facts.MergedPull{Number: 9, Merged: w.now, Commit: commitSHA(9), Author: who("felix-se"), Files: []facts.File{{Path: "deploy/job.yml"}}}
	w.open(4, "sara-ds", "Offers", scoreBody("#2", "_No response_"), "kind:deliverable")
	w.issues[4].Closed = true
	const before, later = -time.Hour, time.Hour // when #4 was closed: #2 is no deliverable, #3 is the only open one
	for _, c := range []struct {
		names        string
		lines, hints []int
		closed       time.Duration
		state, says  string
	}{
		{"nothing", nil, nil, later, "approved", "#3"},
		{"one", []int{3}, []int{4}, later, "approved", "#3"},
		{"what is no deliverable", []int{2}, []int{3}, later, "", "it is not known which deliverable"},
		{"what may be one and is none", nil, []int{2}, later, "approved", "#3"},
		{"one behind what is none", nil, []int{2, 3}, later, "approved", "#3"},
		{"one that was closed later", []int{4}, nil, later, "rejected", "#4, which is closed"},
		{"one that was closed later, as a hint", nil, []int{4, 3}, later, "rejected", "#4, which is closed"},
		{"one that was closed, as a hint", nil, []int{4}, before, "approved", "#3"},
		{"two, of which one is open", []int{4, 3}, nil, later, "approved", "#3"},
	} {
		job.Lines, job.Hints = c.lines, c.hints
		w.merged, w.issues[4].ClosedAt = []facts.MergedPull{job}, job.Merged.Add(c.closed)
		w.answers("it names "+c.names, c.state, c.says)
	}

	// Reading a closed one that is older may show a newer pull request.
	job.Lines, job.Hints = []int{4}, nil
	w.known[3] = facts.Known([]facts.MergedPull{job})
	w.open(5, "sara-ds", "Calls", scoreBody("#2", "_No response_"), "kind:deliverable")
	w.issues[5].Closed, w.issues[5].ClosedAt = true, w.tick()
	more := job
	more.Lines = []int{5}
	w.known[4] = facts.Known([]facts.MergedPull{more, job})
	w.known[5] = w.known[4]
	w.answers("an older one tells more", "rejected", "#5, which is closed")

	w.known[3] = facts.Unknown[[]facts.MergedPull](facts.TooManyMerged)
	w.answers("it cannot be read", "", "could not be read: more pull requests were merged")
	w.s.Deployment.Deliverable = 3
	w.answers("the payload tells", "approved", "#3")
}

// What was merged before a deliverable was opened is no work of its own, but still tells whose a deployment is.
func TestWhatWasMergedBeforeItWasOpened(t *testing.T) {
	w := newReview(t)
	earlier := facts.MergedPull{Number: 9, Lines: []int{2}, Merged: w.issues[3].Created.Add(-time.Hour), Commit: commitSHA(9), Author: who("felix-se"),
		Files: []facts.File{{Path: "deploy/job.yml"}, {Path: "serving/app.py"}}}
	w.merged = []facts.MergedPull{earlier}
	w.answers("#2 is no deliverable", "", "it is not known which deliverable")
	w.merged[0].Lines = nil
	w.answers("it names none", "approved", "#3")

	m := ready(t)
	observing := *m.rules.Policy
	observing.Mode = policy.Observe
	m.rules.Policy = &observing
	const stopped = "the rules would have stopped merged pull requests: 1."
	earlier.Lines, earlier.Merged = []int{3}, m.issues[3].Created
	m.merged = append([]facts.MergedPull{earlier}, m.merged...)
	m.settle(3)
	m.mustSay(3, stopped)
	m.merged[0].Merged = m.issues[3].Created.Add(-time.Second)
	m.settle(3)
	if strings.Contains(m.sticky(3), stopped) {
		t.Errorf("it is counted:\n%s", m.sticky(3))
	}
}
