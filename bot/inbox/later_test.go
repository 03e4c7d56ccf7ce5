package inbox_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/phasegate/phasegate/bot/inbox"
	"github.com/phasegate/phasegate/internal/engine"
)

// Fails when a key that is to be evaluated later is evaluated at once, is
// forgotten, or takes the place of an earlier time.
func TestKeysAreAppointedForLater(t *testing.T) {
	first := time.Date(2031, 5, 6, 9, 0, 0, 0, time.UTC)
	second := first.Add(time.Hour)
	var mu sync.Mutex
	var ran []int
	times := map[int]int{}
	in := started(t, inbox.Options{Spacing: time.Millisecond, Evaluator: evaluatorFunc(func(_ context.Context, k engine.Key) (inbox.Result, error) {
		mu.Lock()
		defer mu.Unlock()
		ran = append(ran, k.Number)
		times[k.Number]++
		switch {
		case k.Number == 1:
			return inbox.Result{Later: []inbox.Later{{Key: issue(2), At: second}, {Key: issue(3), At: second}, {Key: issue(4), At: second}}}, nil
		case k.Number == 3 && times[3] == 1:
			return inbox.Result{Due: first}, nil // earlier than what #1 asks for
		case k.Number == 4 && times[4] == 1:
			return inbox.Result{Due: second.Add(time.Hour)}, nil // later
		}
		return inbox.Result{}, nil
	})})
	for _, n := range []int{3, 4, 1} {
		enqueue(t, in, issue(n))
		idle(t, in)
	}
	for _, c := range []struct {
		now  time.Time
		want []int
	}{{first.Add(-time.Millisecond), nil}, {first, []int{3}}, {second, []int{2, 4}}, {second.Add(3 * time.Hour), nil}} {
		ran = nil
		if _, err := in.Sweep(t.Context(), c.now); err != nil {
			t.Fatal(err)
		}
		idle(t, in)
		slices.Sort(ran)
		if !slices.Equal(ran, c.want) {
			t.Errorf("at %v ran %v, want %v", c.now, ran, c.want)
		}
	}
}
