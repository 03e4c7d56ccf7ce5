package inbox

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/riverqueue/river/riverdriver"
)

// bell tells River's workers, in this process, that a queue has work. It takes
// the place of PostgreSQL's NOTIFY; a ring that is lost costs one poll interval.
type bell struct {
	mu      sync.Mutex
	ringing map[string]bool
	timers  map[*time.Timer]bool
	stopped bool
	heard   chan struct{}
}

func newBell() *bell {
	return &bell{ringing: map[string]bool{}, timers: map[*time.Timer]bool{}, heard: make(chan struct{}, 1)}
}

// ring wakes the workers of queue, at once or after a while.
func (b *bell) ring(queue string, after time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped {
		return
	}
	if after <= 0 {
		b.ringLocked(queue)
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(after, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.timers, timer)
		if !b.stopped {
			b.ringLocked(queue)
		}
	})
	b.timers[timer] = true
}

func (b *bell) ringLocked(queue string) {
	b.ringing[queue] = true
	select {
	case b.heard <- struct{}{}:
	default:
	}
}

func (b *bell) stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stopped = true
	for timer := range b.timers {
		timer.Stop()
	}
	clear(b.timers)
}

// WaitForNotification gives the next queue that rang, in the form River's
// producers read.
func (b *bell) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	for {
		b.mu.Lock()
		for queue := range b.ringing {
			delete(b.ringing, queue)
			b.mu.Unlock()
			return &riverdriver.Notification{Topic: "river_insert", Payload: fmt.Sprintf(`{"queue":%q}`, queue)}, nil
		}
		b.mu.Unlock()
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-b.heard:
		}
	}
}

// The rest of riverdriver.Listener: there is no connection to care for.

func (b *bell) Close(context.Context) error            { return nil }
func (b *bell) Connect(context.Context) error          { return nil }
func (b *bell) Listen(context.Context, string) error   { return nil }
func (b *bell) Ping(context.Context) error             { return nil }
func (b *bell) Schema() string                         { return "" }
func (b *bell) SetAfterConnectExec(string)             {}
func (b *bell) Unlisten(context.Context, string) error { return nil }
