package action

import (
	"context"
	"errors"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
)

// Bounds of one run. What they leave over is for the next run, which each hour looks at everything.
const (
	maxLooks    = 5               // at one object
	maxAttempts = 3               // at one look that fails
	maxWait     = 2 * time.Minute // for GitHub, before an attempt
)

// look is what came of one object in a run.
type look struct {
	key     engine.Key
	effects []engine.Effect
	err     error // of the last attempt; nil when it went well
	capped  bool  // it was to be looked at more than maxLooks times
	times   int
}

// queue looks at objects one after another until none is left: those it was given, and those they touch.
type queue struct {
	reconcile func(context.Context, engine.Key) (engine.Outcome, error)
	wait      func(context.Context, time.Duration) error

	waiting []engine.Key
	queued  map[engine.Key]bool
	looks   []*look // in the order in which the objects came up
	byKey   map[engine.Key]*look
}

// add puts keys at the queue's end, those already waiting excepted.
func (q *queue) add(keys ...engine.Key) {
	if q.queued == nil {
		q.queued, q.byKey = map[engine.Key]bool{}, map[engine.Key]*look{}
	}
	for _, k := range keys {
		if !q.queued[k] {
			q.queued[k] = true
			q.waiting = append(q.waiting, k)
		}
	}
}

// run empties the queue. An object that fails does not keep the others from being looked at; the error
// says that going on is of no use.
func (q *queue) run(ctx context.Context) error {
	for len(q.waiting) > 0 {
		key := q.waiting[0]
		q.waiting = q.waiting[1:]
		delete(q.queued, key)
		l := q.byKey[key]
		if l == nil {
			l = &look{key: key}
			q.byKey[key] = l
			q.looks = append(q.looks, l)
		}
		if l.times == maxLooks {
			l.capped = true
			continue
		}
		l.times++
		err := q.look(ctx, l)
		if err != nil && (ctx.Err() != nil || tooLong(err)) {
			return err
		}
	}
	return nil
}

// look looks at one object, a few times if GitHub fails, and queues what it touches.
func (q *queue) look(ctx context.Context, l *look) error {
	l.err = attempts(ctx, q.wait, func() error {
		out, err := q.reconcile(ctx, l.key)
		l.effects = append(l.effects, out.Effects...)
		q.add(out.Touch...)
		if errors.Is(err, engine.ErrGone) {
			return nil // nothing is left to look at
		}
		return err
	})
	return l.err
}

// attempts tries until it works, at most maxAttempts times, and waits as long as GitHub asks in between.
func attempts(ctx context.Context, wait func(context.Context, time.Duration) error, try func() error) error {
	var err error
	for n := range maxAttempts {
		if err = try(); err == nil || tooLong(err) || n == maxAttempts-1 {
			return err
		}
		if stopped := wait(ctx, pause(err, n)); stopped != nil {
			return errors.Join(err, stopped)
		}
	}
	return err
}

// pause is how long to wait after the nth failure, from 0.
func pause(err error, n int) time.Duration {
	var asked interface{ RetryAfter() time.Duration }
	if errors.As(err, &asked) {
		return asked.RetryAfter()
	}
	return time.Second << n
}

// tooLong reports whether GitHub asks to wait longer than a run can.
func tooLong(err error) bool {
	var asked interface{ RetryAfter() time.Duration }
	return errors.As(err, &asked) && asked.RetryAfter() > maxWait
}

// sleep waits that long, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
