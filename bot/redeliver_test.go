package bot_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/phasegate/phasegate/bot"
)

// deliveryLog stands for GitHub's.
type deliveryLog struct {
	mu     sync.Mutex
	log    []bot.LoggedDelivery
	asked  map[int64]int
	since  []time.Time
	rounds chan struct{}
}

func (l *deliveryLog) ListDeliveries(_ context.Context, since time.Time) ([]bot.LoggedDelivery, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.since = append(l.since, since)
	var out []bot.LoggedDelivery
	for _, d := range l.log {
		if !d.DeliveredAt.Before(since) {
			out = append(out, d)
		}
	}
	select {
	case l.rounds <- struct{}{}:
	default:
	}
	return out, nil
}

func (l *deliveryLog) Redeliver(_ context.Context, id int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked[id]++
	return nil
}

// Fails when a delivery that failed is not asked for again, or for ever, or when
// one that went well in the end is; and when the log is not read from a minute
// before the last attempt that was seen.
func TestFailedDeliveriesAreAskedForAgainAFewTimes(t *testing.T) {
	now := time.Date(2031, 3, 4, 9, 0, 0, 0, time.UTC)
	at := func(minutes int) time.Time { return now.Add(time.Duration(minutes) * time.Minute) }
	l := &deliveryLog{asked: map[int64]int{}, rounds: make(chan struct{}), log: []bot.LoggedDelivery{
		{ID: 1, GUID: "went-well", DeliveredAt: at(-60), Status: 202},
		{ID: 2, GUID: "failed", DeliveredAt: at(-50), Status: 503},
		{ID: 3, GUID: "failed", DeliveredAt: at(-40), Status: 0},
		{ID: 4, GUID: "well-the-second-time", DeliveredAt: at(-30), Status: 500},
		{ID: 5, GUID: "well-the-second-time", DeliveredAt: at(-20), Status: 202},
		{ID: 6, GUID: "too-old", DeliveredAt: at(-60 * 24 * 4), Status: 500},
	}}
	newRig(t, func(o *bot.Options) {
		o.Redeliverer = l
		o.RedeliverEvery = 10 * time.Millisecond
		o.Now = func(context.Context) (time.Time, error) { return now, nil }
	})
	for range 8 {
		wait(t, l.rounds, "a round")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.asked) != 1 || l.asked[3] != 3 {
		t.Errorf("asked for attempts %v, want attempt 3 three times", l.asked)
	}
	if first, last := l.since[0], l.since[len(l.since)-1]; !first.Equal(at(-60*24*3-1)) || !last.Equal(at(-21)) {
		t.Errorf("looked since %v at first and %v in the end", first, last)
	}
}

// Fails when a delivery that is stored, though its answer came too late, is asked
// for again.
func TestStoredDeliveryIsNotAskedForAgain(t *testing.T) {
	l := &deliveryLog{asked: map[int64]int{}, rounds: make(chan struct{})}
	r := newRig(t, func(o *bot.Options) {
		o.Redeliverer = l
		o.RedeliverEvery = 10 * time.Millisecond
	})
	send(t, hook(r.url, "slow-answer", "issues", []byte(`{"issue":1}`)))
	l.mu.Lock()
	l.log = append(l.log, bot.LoggedDelivery{ID: 9, GUID: "slow-answer", DeliveredAt: time.Now().Add(-time.Second)})
	l.mu.Unlock()
	for range 4 {
		wait(t, l.rounds, "a round")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.asked) != 0 {
		t.Errorf("asked for %v", l.asked)
	}
}
