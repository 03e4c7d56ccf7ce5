package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/phasegate/phasegate/internal/policy"
)

// Hub is GitHub as the engine needs it.
type Hub interface {
	// Snapshot reads what is needed to judge an issue.
	Snapshot(ctx context.Context, key Key) (Snapshot, error)
	// Fill reads what the snapshot lacks into it, and notes that it was asked for.
	Fill(ctx context.Context, s *Snapshot, lack Lack) error
	// Repository reads what is needed to judge a repository's set-up.
	Repository(ctx context.Context, key Key) (RepositorySnapshot, error)
	// OpenPulls lists the numbers of the open pull requests that name one of the deliverables, or name none; all of
	// them for no deliverable.
	OpenPulls(ctx context.Context, key Key, deliverables []int) ([]int, error)
	// Pull reads what is needed to judge a pull request.
	Pull(ctx context.Context, key Key) (PullSnapshot, error)
	// FillPull reads what the snapshot lacks into it, and notes that it was asked for.
	FillPull(ctx context.Context, s *PullSnapshot, lack PullLack) error
	// PullsOf lists the open pull requests whose newest commit that is.
	PullsOf(ctx context.Context, key Key, sha string) ([]int, error)
	// PullsInto lists the open pull requests into a branch, with what each changes now.
	PullsInto(ctx context.Context, key Key, branch string) ([]OpenPull, error)
	// Group reads a merge group.
	Group(ctx context.Context, key Key) (GroupSnapshot, error)
	// Review reads a deployment that waits for Phasegate's word.
	Review(ctx context.Context, key Key) (ReviewSnapshot, error)
	// Apply carries one effect out. ErrVanished says that what it is about is not there (any more).
	Apply(ctx context.Context, key Key, e Effect) error
}

// Reconciler brings objects on GitHub into the state the rules ask for. App and Action, live run and
// dry run go this way.
type Reconciler struct {
	Hub    Hub
	Signer Signer
	Logger *slog.Logger // nil: nobody is told
	// Runner is who runs this. Where the config names another one nothing is done; "" does not ask.
	Runner policy.Runner
	// Memory keeps what was read of texts; nil: nothing is kept.
	Memory *Memory
}

// Outcome is what a look at an object led to.
type Outcome struct {
	Effects []Effect // those carried out, in order
	Touch   []Key    // objects to look at next
	Later   []Appointment
	Due     time.Time

	at time.Time // of the look, by the project's clock; zero where it was not needed
}

// maxLookups is how often a snapshot is completed by further reading.
const maxLookups = 10

// Plan reads an object and says what is to be done, without doing it.
func (r Reconciler) Plan(ctx context.Context, key Key) (Plan, error) {
	switch key.Kind {
	case IssueKey:
		return r.planIssue(ctx, key)
	case RepositoryKey:
		if after, ok := key.Page(); ok {
			return r.planPage(ctx, key, after)
		}
		s, err := r.Hub.Repository(ctx, key)
		if err != nil {
			return Plan{}, fmt.Errorf("read %s: %w", key, err)
		}
		if r.others(s.Rules) {
			return Plan{}, nil
		}
		return r.byPages(s.Plan(), s.Rules, key), nil
	case PullKey:
		return r.planPull(ctx, key)
	case MergeGroupKey:
		return r.planGroup(ctx, key)
	case DeploymentReviewKey:
		return r.planReview(ctx, key)
	}
	return Plan{}, nil // there are no other kinds
}

// others reports whether the config gives the repository to another runner.
func (r Reconciler) others(rules Rules) bool {
	return r.Runner != "" && rules.Policy != nil && rules.Policy.Runner != r.Runner
}

// readIssue reads an issue with all that it takes to judge it.
func (r Reconciler) readIssue(ctx context.Context, key Key) (Snapshot, error) {
	s, err := r.Hub.Snapshot(ctx, key)
	if err != nil {
		return s, fmt.Errorf("read %s: %w", key, err)
	}
	if r.others(s.Rules) {
		return s, nil
	}
	s.memory = r.Memory
	s.cut, err = complete(func() Lack { return s.Lacks() }, func(l Lack) error { return r.Hub.Fill(ctx, &s, l) })
	if err != nil {
		err = fmt.Errorf("read what %s names: %w", key, err)
	}
	return s, err
}

// readPull reads a pull request with all that it takes to judge it. unless says of one as it is read first that it is not
// judged; nil for never.
func (r Reconciler) readPull(ctx context.Context, key Key, unless func(PullSnapshot) bool) (PullSnapshot, error) {
	s, err := r.Hub.Pull(ctx, key)
	if err != nil {
		return s, fmt.Errorf("read %s: %w", key, err)
	}
	s.memory = r.Memory
	if r.others(s.Rules) || unless != nil && unless(s) {
		return s, nil
	}
	s.cut, err = complete(func() PullLack { return s.Lacks() }, func(l PullLack) error { return r.Hub.FillPull(ctx, &s, l) })
	if err != nil {
		err = fmt.Errorf("read what %s stands on: %w", key, err)
	}
	return s, err
}

// complete reads what a snapshot lacks, which may show that it lacks more. What is lacking still after a few
// rounds stays unknown, which holds up what is judged by it; it is cut then.
func complete[L interface{ Empty() bool }](lacks func() L, fill func(L) error) (cut bool, err error) {
	for range maxLookups {
		lack := lacks()
		if lack.Empty() {
			return false, nil
		}
		if err := fill(lack); err != nil {
			return false, err
		}
	}
	return !lacks().Empty(), nil
}

// cutOff has what was judged by too little looked at again after a while.
func (r Reconciler) cutOff(ctx context.Context, key Key, plan *Plan) {
	if r.Logger != nil {
		r.Logger.WarnContext(ctx, "judged by what was read, which was not all", "installation", key.Installation, "repo", key.FullName(), "number", key.Number)
	}
	plan.Due = sooner(plan.Due, plan.at.Add(leftAlone))
}

// sooner is the earlier of two times to look again, the first of which may be zero for never.
func sooner(due, at time.Time) time.Time {
	if due.IsZero() || at.Before(due) {
		return at
	}
	return due
}

// judge plans by a snapshot that was read, unless another runner does the work there.
func (r Reconciler) judge(key Key, rules Rules, plan func(Signer) (Plan, error)) (Plan, error) {
	if r.others(rules) {
		return Plan{Idle: Elsewhere}, nil
	}
	p, err := plan(r.Signer)
	if err != nil {
		return Plan{}, fmt.Errorf("judge %s: %w", key, err)
	}
	return p, nil
}

func (r Reconciler) planIssue(ctx context.Context, key Key) (Plan, error) {
	s, err := r.readIssue(ctx, key)
	if err != nil {
		return Plan{}, err
	}
	plan, err := r.judge(key, s.Rules, s.Plan)
	if s.cut {
		r.cutOff(ctx, key, &plan)
	}
	return plan, err
}

func (r Reconciler) planPull(ctx context.Context, key Key) (Plan, error) {
	if branch, anew, into := key.Into(); into {
		return r.planPullsInto(ctx, key, branch, anew)
	}
	if key.Number == 0 {
		return r.planPullsOf(ctx, key)
	}
	s, err := r.readPull(ctx, key, func(s PullSnapshot) bool { return s.silent() || s.younger() })
	if err != nil {
		return Plan{}, err
	}
	if s.silent() || s.short() {
		s.soon = r.Memory.again(key)
	} else {
		r.Memory.agreed(key)
	}
	plan, err := r.judge(key, s.Rules, s.Plan)
	plan.change = s.Change
	if plan.Idle != Elsewhere {
		plan.Touch = append(plan.Touch, s.hinted()...)
	}
	switch {
	case s.short() && s.soon > 0:
		plan.Due = sooner(plan.Due, s.Now.Add(s.soon))
	case s.cut, s.short():
		r.cutOff(ctx, key, &plan)
	}
	return plan, err
}

// planPullsOf has the open pull requests looked at whose head is the commit that the key names instead of a
// number.
func (r Reconciler) planPullsOf(ctx context.Context, key Key) (Plan, error) {
	numbers, err := r.Hub.PullsOf(ctx, key, key.Ref)
	if err != nil {
		return Plan{}, fmt.Errorf("list the pull requests of %.7s: %w", key.Ref, err)
	}
	var plan Plan
	for _, n := range numbers {
		plan.Touch = append(plan.Touch, key.pull(n))
	}
	return plan, nil
}

// What vanished between reading and writing has the object looked at again at once, and once more after
// a moment in which GitHub's servers can agree; then it is left alone until something happens or this
// long has passed.
const (
	maxRounds = 3
	agreeing  = time.Second
	leftAlone = time.Hour // so is what too little was read of
)

// Reconcile looks at an object and carries out what is to be done. It stops at the first write that
// fails: the next look finds the rest. What was deleted under its hands, or is not yet there on every
// server of GitHub's, it looks at again.
func (r Reconciler) Reconcile(ctx context.Context, key Key) (Outcome, error) {
	var out Outcome
	for round := 1; ; round++ {
		plan, err := r.Plan(ctx, key)
		if err != nil {
			return out, err
		}
		out.Touch, out.Later, out.Due, out.at = plan.Touch, plan.Later, plan.Due, plan.at
		var pulls []Key
		if plan.Moved { // listed first: once the rest is written nothing tells that they are to be looked at
			if pulls, err = r.pulls(ctx, key, plan.Of); err != nil {
				return out, err
			}
			pulls = append(pulls, r.Memory.waitingIn(key)...)
		}
		if err = r.apply(ctx, key, plan.Effects, &out); err == nil {
			out.Touch = append(out.Touch, pulls...)
			r.Memory.judges(key, plan.change)
		}
		if err == nil || !errors.Is(err, ErrVanished) {
			return out, err
		}
		if round == maxRounds {
			return r.leave(ctx, key, out, err), nil
		}
		if round > 1 {
			select {
			case <-ctx.Done():
				return out, ctx.Err()
			case <-time.After(agreeing):
			}
		}
	}
}

// pulls lists the open pull requests of deliverables, or all of a repository, to be looked at again.
func (r Reconciler) pulls(ctx context.Context, key Key, of []int) ([]Key, error) {
	numbers, err := r.Hub.OpenPulls(ctx, key, of)
	if err != nil {
		return nil, fmt.Errorf("list the open pull requests of %s: %w", key, err)
	}
	var keys []Key
	for _, n := range numbers {
		keys = append(keys, key.pull(n))
	}
	return keys, nil
}

// leave gives a look up whose writes find nothing to write on, though reading shows it.
func (r Reconciler) leave(ctx context.Context, key Key, out Outcome, err error) Outcome {
	if r.Logger != nil {
		r.Logger.WarnContext(ctx, "left alone: what is read cannot be written on", "installation", key.Installation, "repo", key.FullName(), "number", key.Number, "error", err)
	}
	if !out.at.IsZero() {
		out.Due = sooner(out.Due, out.at.Add(leftAlone))
	}
	return out
}

func (r Reconciler) apply(ctx context.Context, key Key, effects []Effect, out *Outcome) error {
	for _, e := range effects {
		if err := r.Hub.Apply(ctx, key, e); err != nil {
			return fmt.Errorf("%s of %s: %w", e, key, err)
		}
		out.Effects = append(out.Effects, e)
		r.log(ctx, key, e)
	}
	return nil
}

func (r Reconciler) log(ctx context.Context, key Key, e Effect) {
	if r.Logger == nil {
		return
	}
	r.Logger.InfoContext(ctx, "written", "installation", key.Installation, "repo", key.FullName(), "number", key.Number, "effect", e.String())
}

// ErrVanished is returned by [Hub.Apply] when what the effect is about was not found.
var ErrVanished = errors.New("it is not there (any more)")

// ErrGone is returned by a [Hub] for a repository that does not exist or cannot be seen (any more).
var ErrGone = errors.New("the repository is gone or was taken away from the App")
