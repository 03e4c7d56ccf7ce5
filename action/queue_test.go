package action

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
)

func issueKey(n int) engine.Key {
	return engine.Key{Owner: "acme", Repo: "churn", Kind: engine.IssueKey, Number: n}
}

// play empties a queue that begins with the numbers and returns in which order they were looked at, and
// the pauses made.
func play(t *testing.T, begin []int, reconcile func(n, time int) (engine.Outcome, error)) (order []int, pauses []time.Duration, q *queue, err error) {
	t.Helper()
	times := map[int]int{}
	q = &queue{
		reconcile: func(_ context.Context, k engine.Key) (engine.Outcome, error) {
			order = append(order, k.Number)
			times[k.Number]++
			return reconcile(k.Number, times[k.Number])
		},
		wait: func(_ context.Context, d time.Duration) error { pauses = append(pauses, d); return nil },
	}
	for _, n := range begin {
		q.add(issueKey(n))
	}
	err = q.run(t.Context())
	return order, pauses, q, err
}

func touch(numbers ...int) engine.Outcome {
	var o engine.Outcome
	for _, n := range numbers {
		o.Touch = append(o.Touch, issueKey(n))
	}
	return o
}

// What is touched is looked at in the same run, once for however many touch it.
func TestTouchedObjectsFollow(t *testing.T) {
	order, _, _, err := play(t, []int{1, 2, 1}, func(n, _ int) (engine.Outcome, error) {
		if n < 3 {
			return touch(3, 4), nil
		}
		return engine.Outcome{}, nil
	})
	if want := []int{1, 2, 3, 4}; err != nil || !slices.Equal(order, want) {
		t.Errorf("looked at %v, %v, want %v", order, err, want)
	}
}

// Two objects that touch one another for ever do not hold the run.
func TestRunEnds(t *testing.T) {
	order, _, q, err := play(t, []int{1}, func(n, _ int) (engine.Outcome, error) { return touch(3 - n), nil })
	if err != nil || len(order) != 2*maxLooks {
		t.Errorf("%d looks, %v, want %d", len(order), err, 2*maxLooks)
	}
	if !q.looks[0].capped {
		t.Error("nothing says that something is left over")
	}
}

type waitFor time.Duration

func (w waitFor) Error() string             { return "GitHub asks to wait" }
func (w waitFor) RetryAfter() time.Duration { return time.Duration(w) }

func TestFailingLooks(t *testing.T) {
	broken := errors.New("502")
	for _, c := range []struct {
		name   string
		fails  func(time int) error // of #1; #2 always works
		order  []int
		pauses []time.Duration
		failed bool // #1, in the end
		ends   bool // the run, early
	}{
		{"once", func(n int) error {
			if n == 1 {
				return broken
			}
			return nil
		}, []int{1, 1, 2}, []time.Duration{time.Second}, false, false},
		{"always", func(int) error { return broken }, []int{1, 1, 1, 2}, []time.Duration{time.Second, 2 * time.Second}, true, false},
		{"asked to wait", func(n int) error {
			if n == 1 {
				return fmt.Errorf("write: %w", waitFor(40*time.Second))
			}
			return nil
		}, []int{1, 1, 2}, []time.Duration{40 * time.Second}, false, false},
		{"asked to wait for long", func(int) error { return waitFor(time.Hour) }, []int{1}, nil, true, true},
		{"gone", func(int) error { return fmt.Errorf("read: %w", engine.ErrGone) }, []int{1, 2}, nil, false, false},
	} {
		order, pauses, q, err := play(t, []int{1, 2}, func(n, time int) (engine.Outcome, error) {
			if n == 1 {
				return engine.Outcome{}, c.fails(time)
			}
			return engine.Outcome{}, nil
		})
		if !slices.Equal(order, c.order) || !slices.Equal(pauses, c.pauses) || (err != nil) != c.ends || (q.looks[0].err != nil) != c.failed {
			t.Errorf("%s: looked at %v with pauses %v, %v, %v", c.name, order, pauses, q.looks[0].err, err)
		}
	}
}

// A step that is cancelled stops waiting.
func TestSleepEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := sleep(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := sleep(t.Context(), time.Nanosecond); err != nil {
		t.Error(err)
	}
}

func TestWorkflowFile(t *testing.T) {
	for ref, want := range map[string]string{
		"acme/churn/.github/workflows/phasegate.yml@refs/heads/main": "phasegate.yml",
		"acme/churn/.github/workflows/a.yaml@refs/heads/x@y":         "a.yaml",
		"": "", "acme/churn": "", "phasegate.yml@main": "",
	} {
		if got := workflowFile(ref); got != want {
			t.Errorf("%q is the workflow %q, want %q", ref, got, want)
		}
	}
}

func TestSecretsPrintRedacted(t *testing.T) {
	in := inputs{token: "ghs_canary", signingKey: "canary"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if s := fmt.Sprintf(verb, in.token) + fmt.Sprintf(verb, in.signingKey); strings.Contains(s, "canary") {
			t.Errorf("%s shows a secret: %s", verb, s)
		}
	}
}
