package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/phasegate/phasegate/bot/inbox"
	"github.com/phasegate/phasegate/internal/engine"
)

type later time.Duration

func (l later) Error() string             { return "secondary rate limit" }
func (l later) RetryAfter() time.Duration { return time.Duration(l) }

// Fails when an error, a panic or a Retry-After is taken for success, when a
// target is never given up, or when a new hint does not revive it.
func TestFailuresAreRetriedPostponedOrGivenUp(t *testing.T) {
	var runs [6]atomic.Int32
	var outcomes sync.Map
	in := started(t, inbox.Options{
		MaxAttempts: 3,
		Redact:      func(s string) string { return strings.ReplaceAll(s, "canary", "[redacted]") },
		Observe:     func(e inbox.Evaluation) { outcomes.Store(fmt.Sprintf("%d %s", e.Key.Number, e.Outcome), true) },
		Evaluator: evaluatorFunc(func(_ context.Context, k engine.Key) (inbox.Result, error) {
			n := runs[k.Number].Add(1)
			switch {
			case k.Number == 1 && n == 1:
				return inbox.Result{}, errors.New("once")
			case k.Number == 2 && n == 1:
				panic("once")
			case k.Number == 3:
				return inbox.Result{}, errors.New("always, with a canary")
			case k.Number == 4 && n == 1:
				return inbox.Result{RetryAfter: 30 * time.Millisecond}, nil
			case k.Number == 5 && n == 1:
				return inbox.Result{}, fmt.Errorf("write: %w", later(30*time.Millisecond))
			}
			return inbox.Result{}, nil
		})})
	enqueue(t, in, issue(1), issue(2), issue(3), issue(4), issue(5))
	idle(t, in)
	for i, want := range []int32{0, 2, 2, 3, 2, 2} {
		if got := runs[i].Load(); got != want {
			t.Errorf("key %d: %d evaluations, want %d", i, got, want)
		}
	}
	for _, want := range []string{"1 failed", "2 panicked", "3 dead", "4 postponed", "5 postponed"} {
		if _, ok := outcomes.Load(want); !ok {
			t.Errorf("outcome %q was not observed", want)
		}
	}
	dead, err := in.DeadTargets(t.Context(), 10)
	if err != nil || len(dead) != 1 || dead[0].Key != issue(3) || dead[0].Error != "always, with a [redacted]" {
		t.Fatalf("dead targets: %+v, %v", dead, err)
	}
	enqueue(t, in, issue(3))
	idle(t, in)
	if got := runs[3].Load(); got != 6 {
		t.Errorf("a new hint gave the dead target %d evaluations in all, want 6", got)
	}
}

// Fails when a key is evaluated more often than its spacing because it asks for a
// shorter Retry-After.
func TestShortRetryAfterKeepsTheSpacing(t *testing.T) {
	const spacing = 100 * time.Millisecond
	w := newWorld()
	evaluate := w.evaluator(0)
	in := started(t, inbox.Options{Spacing: spacing, Evaluator: evaluatorFunc(func(ctx context.Context, k engine.Key) (inbox.Result, error) {
		res, err := evaluate(ctx, k)
		if w.ran(k) < 3 {
			res.RetryAfter = time.Millisecond
		}
		return res, err
	})})
	accept(t, in, hint("a", issue(1)))
	idle(t, in)
	if w.ran(issue(1)) != 3 {
		t.Errorf("%d evaluations, want 3", w.ran(issue(1)))
	}
	w.check(t, spacing)
}

// Fails when a new hint has a key evaluated before its Retry-After is over.
func TestNewHintDoesNotBeatRetryAfter(t *testing.T) {
	postponed := make(chan struct{}, 10)
	file := newFile(t)
	in := open(t, file, inbox.Options{
		Observe: func(e inbox.Evaluation) { postponed <- struct{}{} },
		Evaluator: evaluatorFunc(func(context.Context, engine.Key) (inbox.Result, error) {
			return inbox.Result{RetryAfter: time.Hour}, nil
		})})
	start(t, in)
	accept(t, in, hint("a", issue(1)))
	wait(t, postponed, "the first evaluation")
	accept(t, in, hint("b", issue(1)))
	const waiting = `river_job WHERE state IN ('available', 'pending', 'retryable', 'running', 'scheduled')`
	soon := count(t, file, waiting+` AND scheduled_at < datetime('now', '+30 minutes')`)
	if all := count(t, file, waiting); all != 1 || soon != 0 {
		t.Errorf("%d jobs, %d of them soon; want one after the hour", all, soon)
	}
}

// Fails when a job that is taken for dead and given to another worker is worked
// on by both.
func TestRescuedJobIsNotWorkedOnTwice(t *testing.T) {
	w := newWorld()
	evaluate := w.evaluator(0)
	begun, release := make(chan struct{}, 10), make(chan struct{})
	file := newFile(t)
	in := open(t, file, inbox.Options{Evaluator: evaluatorFunc(func(ctx context.Context, k engine.Key) (inbox.Result, error) {
		if k == issue(2) {
			return inbox.Result{}, nil
		}
		begun <- struct{}{}
		<-release
		return evaluate(ctx, k)
	})})
	start(t, in)
	w.happen(issue(1), 1)
	accept(t, in, hint("a", issue(1)))
	wait(t, begun, "the first evaluation")
	inbox.ExecOnWriter(t, in, `UPDATE river_job SET state = 'available' WHERE state = 'running'`)
	accept(t, in, hint("b", issue(2))) // wakes the same workers
	give := time.Now().Add(patience)
	for count(t, file, `river_job WHERE metadata ->> 'snoozes' > 0`) == 0 && len(begun) == 0 {
		if time.Now().After(give) {
			t.Fatal("no second worker came")
		}
	}
	if len(begun) != 0 {
		t.Error("two workers evaluate one key")
	}
	close(release)
	idle(t, in)
	w.check(t, 0)
}

// Fails when a new hint waits for the back-off of its key, which is longer here
// than the test waits.
func TestNewHintBeatsBackOff(t *testing.T) {
	var runs atomic.Int32
	failed := make(chan struct{}, 10)
	in := started(t, inbox.Options{RetryBase: 24 * time.Hour, RetryCap: 48 * time.Hour,
		Observe: func(e inbox.Evaluation) {
			if e.Outcome == inbox.Failed {
				failed <- struct{}{}
			}
		},
		Evaluator: evaluatorFunc(func(context.Context, engine.Key) (inbox.Result, error) {
			if runs.Add(1) == 1 {
				return inbox.Result{}, errors.New("once")
			}
			return inbox.Result{}, nil
		})})
	accept(t, in, hint("a", issue(1)))
	wait(t, failed, "the failure")
	accept(t, in, hint("b", issue(1)))
	idle(t, in)
	if runs.Load() != 2 {
		t.Errorf("%d evaluations, want 2", runs.Load())
	}
}
