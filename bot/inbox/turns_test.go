package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/phasegate/phasegate/bot/inbox"
	"github.com/phasegate/phasegate/internal/engine"
)

// Fails when an event that arrives while its key is evaluated is dropped, or
// when a key has two workers at once.
func TestEventsDuringEvaluationsLeaveNothingStale(t *testing.T) {
	const spacing = 30 * time.Millisecond
	w := newWorld()
	in := started(t, inbox.Options{Evaluator: w.evaluator(15 * time.Millisecond), Spacing: spacing})
	var group sync.WaitGroup
	for caller := range callers {
		group.Go(func() {
			for n := range 20 {
				k := issue(n%keys + 1)
				w.happen(k, 1)
				if _, err := in.Accept(t.Context(), hint(fmt.Sprintf("d-%d-%d", caller, n), k)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	idle(t, in)
	w.check(t, spacing)
}

// Fails when a burst costs an evaluation per event, when a key's next turn does
// not wait for its spacing, or when workers are not woken but find work by
// polling, which is switched off here.
func TestBurstCostsFewEvaluationsAndWorkersAreWoken(t *testing.T) {
	const spacing = time.Second
	w := newWorld()
	in := started(t, inbox.WithoutPolling(inbox.Options{Spacing: spacing, Evaluator: w.evaluator(time.Millisecond)}))
	begin := time.Now()
	for n := range burst {
		w.happen(issue(1), 1)
		accept(t, in, hint(fmt.Sprint("d", n), issue(1)))
	}
	idle(t, in)
	elapsed := time.Since(begin)
	if most := 2 + int(elapsed/spacing); w.ran(issue(1)) > most {
		t.Errorf("%d events in %v cost %d evaluations, want at most %d", burst, elapsed, w.ran(issue(1)), most)
	}
	w.check(t, spacing)
}

// Fails when idle is reported while a key only waits for its spacing.
func TestIdleWaitsForSpacing(t *testing.T) {
	w := newWorld()
	in := started(t, inbox.WithoutPolling(inbox.Options{Spacing: time.Second, Evaluator: w.evaluator(0)}))
	for n := range 2 {
		accept(t, in, hint(fmt.Sprint("d", n), issue(1)))
		idle(t, in)
		if w.ran(issue(1)) != n+1 {
			t.Errorf("idle after %d evaluations, want %d", w.ran(issue(1)), n+1)
		}
	}
	w.check(t, time.Second)
}

// Fails when each replay of a delivery costs an evaluation.
func TestReplayCostsAtMostTwoEvaluations(t *testing.T) {
	w := newWorld()
	in := started(t, inbox.Options{Evaluator: w.evaluator(time.Millisecond), Spacing: 20 * time.Millisecond})
	begin := time.Now()
	for n := range replays {
		r := accept(t, in, hint("same", issue(1)))
		if r.Duplicate != (n > 0) {
			t.Fatalf("delivery %d: duplicate = %v", n, r.Duplicate)
		}
	}
	idle(t, in)
	if most := 2 * (1 + int(time.Since(begin)/(10*time.Second))); w.ran(issue(1)) > most {
		t.Errorf("%d replays cost %d evaluations, want at most %d: two in ten seconds", replays, w.ran(issue(1)), most)
	}
}

// Fails when a redelivery, which is how one repairs, is taken for a replay.
func TestRedeliveryOfAKnownIDEvaluatesAgain(t *testing.T) {
	w := newWorld()
	in := started(t, inbox.Options{Evaluator: w.evaluator(0)})
	for range 2 {
		accept(t, in, hint("same", issue(1)))
		idle(t, in)
	}
	if w.ran(issue(1)) != 2 {
		t.Errorf("%d evaluations, want 2", w.ran(issue(1)))
	}
}

// Fails when a touched key, or an evaluation's own, is not evaluated for it, or
// more than once.
func TestTouchedKeysAreEvaluated(t *testing.T) {
	var mu sync.Mutex
	var order []int
	in := started(t, inbox.Options{Evaluator: evaluatorFunc(func(_ context.Context, k engine.Key) (inbox.Result, error) {
		mu.Lock()
		defer mu.Unlock()
		order = append(order, k.Number)
		if k.Number == 1 {
			return inbox.Result{Touch: []engine.Key{issue(2), issue(3), issue(2)}}, nil
		}
		if k.Number == 3 && len(order) < 4 {
			return inbox.Result{Touch: []engine.Key{issue(3)}}, nil // itself, once
		}
		return inbox.Result{}, nil
	})})
	enqueue(t, in, issue(1))
	idle(t, in)
	mu.Lock()
	defer mu.Unlock()
	slices.Sort(order)
	if got := fmt.Sprint(order); got != "[1 2 3 3]" {
		t.Errorf("evaluated %s, want 1, 2 and 3 twice", got)
	}
}

// Fails when the touched keys are stored in another transaction than the one
// that completes: each half is made impossible in turn, and the other must not
// be found.
func TestTouchedKeysAreStoredWithTheCompletion(t *testing.T) {
	w := newWorld()
	evaluate := w.evaluator(0)
	failed := make(chan engine.Key, 1000)
	file := newFile(t)
	in := open(t, file, inbox.Options{
		Observe: func(e inbox.Evaluation) {
			if e.Outcome == inbox.Failed {
				failed <- e.Key
			}
		},
		Evaluator: evaluatorFunc(func(ctx context.Context, k engine.Key) (inbox.Result, error) {
			_, err := evaluate(ctx, k)
			if k.Number%2 == 0 {
				return inbox.Result{}, err
			}
			return inbox.Result{Touch: []engine.Key{issue(k.Number + 1)}}, err
		})})
	start(t, in)
	for _, c := range []struct {
		fault     string
		key       int
		notStored string
	}{
		{`CREATE TRIGGER fault BEFORE INSERT ON target WHEN NEW.key LIKE '%,2,%' BEGIN SELECT RAISE(ABORT, 'fault'); END`, 1, `target WHERE gen = done_gen`},
		{`CREATE TRIGGER fault BEFORE UPDATE OF done_gen ON target BEGIN SELECT RAISE(ABORT, 'fault'); END`, 3, `target WHERE key LIKE '%,4,%'`},
	} {
		inbox.ExecOnWriter(t, in, c.fault)
		enqueue(t, in, issue(c.key))
		for wait(t, failed, "the failure") != issue(c.key) {
		}
		if n := count(t, file, c.notStored); n != 0 {
			t.Errorf("key %d: %d rows in %s", c.key, n, c.notStored)
		}
		inbox.ExecOnWriter(t, in, `DROP TRIGGER fault`)
		idle(t, in)
		if w.ran(issue(c.key+1)) != 1 {
			t.Errorf("key %d: the touched key was evaluated %d times, want 1", c.key, w.ran(issue(c.key+1)))
		}
	}
}

// Fails when a target is swept before it is due, or more than once.
func TestDueTargetsAreSweptByTheGivenClock(t *testing.T) {
	due := time.Date(2031, 5, 6, 9, 0, 0, 0, time.UTC)
	var runs atomic.Int32
	in := started(t, inbox.Options{Evaluator: evaluatorFunc(func(context.Context, engine.Key) (inbox.Result, error) {
		if runs.Add(1) == 1 {
			return inbox.Result{Due: due}, nil
		}
		return inbox.Result{}, nil
	})})
	accept(t, in, inbox.Hint{GUID: "a", Keys: []engine.Key{issue(1)}})
	idle(t, in)
	for _, c := range []struct {
		now  time.Time
		want int
	}{{due.Add(-time.Millisecond), 0}, {due, 1}, {due.Add(time.Hour), 0}} {
		n, err := in.Sweep(t.Context(), c.now)
		if err != nil || n != c.want {
			t.Errorf("sweep at %v: %d, %v; want %d", c.now, n, err, c.want)
		}
		idle(t, in)
	}
	if runs.Load() != 2 {
		t.Errorf("%d evaluations, want 2", runs.Load())
	}
}

// Fails when an intent is lost with a failed evaluation, or stays after one
// that succeeded.
func TestIntentsStayUntilHandled(t *testing.T) {
	var got []string
	in := started(t, inbox.Options{Evaluator: evaluatorFunc(func(ctx context.Context, _ engine.Key) (inbox.Result, error) {
		text := ""
		for _, i := range inbox.IntentsFrom(ctx) {
			text += i.Name + string(i.Data)
		}
		got = append(got, text)
		if len(got) == 1 {
			return inbox.Result{}, errors.New("once")
		}
		return inbox.Result{}, nil
	})})
	accept(t, in, inbox.Hint{GUID: "a", Intents: []inbox.Intent{{Key: issue(1), Name: "run", Data: []byte(`{"id":5}`)}}})
	idle(t, in)
	accept(t, in, inbox.Hint{GUID: "b", Keys: []engine.Key{issue(1)}})
	idle(t, in)
	if want := []string{`run{"id":5}`, `run{"id":5}`, ""}; !slices.Equal(got, want) {
		t.Errorf("intents seen: %q, want %q", got, want)
	}
}

// Fails when a quiet installation's work stands behind a noisy one's.
func TestQuietInstallationDoesNotWaitBehindANoisyOne(t *testing.T) {
	release := make(chan struct{})
	quiet := make(chan struct{}, 10)
	in := started(t, inbox.Options{Evaluator: evaluatorFunc(func(ctx context.Context, k engine.Key) (inbox.Result, error) {
		if k.Installation != 7 {
			quiet <- struct{}{}
			return inbox.Result{}, nil
		}
		select {
		case <-ctx.Done():
		case <-release:
		}
		return inbox.Result{}, nil
	})})
	var noisy []engine.Key
	for n := range 20 {
		noisy = append(noisy, issue(n+1))
	}
	enqueue(t, in, noisy...)
	other := issue(1)
	other.Installation = 7 + 16 // the same shard, were it by number alone
	enqueue(t, in, other)
	// All of the noisy one's workers are held until this has happened.
	wait(t, quiet, "the quiet installation's evaluation")
	close(release)
	idle(t, in)
}
