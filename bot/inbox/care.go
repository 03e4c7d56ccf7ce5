package inbox

import (
	"context"
	"fmt"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
)

// Repair gives every pending target that has no job one. None should need it;
// it makes a mistake, ours or the queue's, cost a delay and not an event.
func (in *Inbox[TTx]) Repair(ctx context.Context) error {
	var orphans []raised
	err := in.db.reader().each(ctx, func(scan func(...any) error) error {
		var t raised
		if err := scan(&t.key, &t.installation); err != nil {
			return err
		}
		orphans = append(orphans, t)
		return nil
	}, `SELECT key, installation FROM target WHERE gen > done_gen AND dead = 0 AND key NOT IN (
			SELECT args ->> 'key' FROM river_job
			WHERE kind = 'evaluate' AND state IN ('available', 'pending', 'retryable', 'running', 'scheduled'))
		ORDER BY key LIMIT 1000`)
	if err != nil {
		return fmt.Errorf("look for targets without a job: %w", err)
	}
	if len(orphans) == 0 {
		return nil
	}
	err = inTx(ctx, in.db, func(tx TTx, _ statements) error { return in.insertJobs(ctx, tx, orphans) })
	if err != nil {
		return err
	}
	in.log.WarnContext(ctx, "pending targets had no job and got one", "targets", len(orphans))
	in.wakeAll(orphans)
	return nil
}

// Sweep enqueues the targets that are due at now, by the project's clock, and
// returns how many.
func (in *Inbox[TTx]) Sweep(ctx context.Context, now time.Time) (int, error) {
	total := 0
	for {
		n, err := in.sweepSome(ctx, now, maxBatch)
		total += n
		if err != nil || n < maxBatch {
			return total, err
		}
	}
}

func (in *Inbox[TTx]) sweepSome(ctx context.Context, now time.Time, most int) (int, error) {
	const due = `SELECT key, installation FROM target WHERE due > 0 AND due <= ? ORDER BY due, key LIMIT ?`
	var key string
	var installation int64
	if some, err := one(ctx, in.db.reader(), []any{&key, &installation}, due, now.UnixMilli(), 1); err != nil || !some {
		return 0, err
	}
	var targets []raised
	err := inTx(ctx, in.db, func(tx TTx, s statements) error {
		keys := map[string]int64{}
		err := s.each(ctx, func(scan func(...any) error) error {
			if err := scan(&key, &installation); err != nil {
				return err
			}
			keys[key] = installation
			return nil
		}, due, now.UnixMilli(), most)
		if err != nil {
			return err
		}
		if targets, err = raise(ctx, s, keys); err != nil {
			return err
		}
		for _, t := range targets {
			if _, err := s.exec(ctx, `UPDATE target SET due = 0 WHERE key = ?`, t.key); err != nil {
				return err
			}
		}
		return in.insertJobs(ctx, tx, targets)
	})
	if err != nil {
		return 0, fmt.Errorf("enqueue what is due: %w", err)
	}
	in.raisedNow(targets)
	return len(targets), nil
}

// How long ids and finished targets are kept. GitHub's own delivery log goes
// back three days; a target that is needed again is simply made again.
const (
	keepDeliveries = 7 * 24 * time.Hour
	keepTargets    = 30 * 24 * time.Hour
)

// Prune deletes delivery ids and finished targets that nobody will ask for.
func (in *Inbox[TTx]) Prune(ctx context.Context) error {
	now := time.Now()
	for statement, horizon := range map[string]time.Time{
		`DELETE FROM delivery WHERE received_at < ?`:                          now.Add(-keepDeliveries),
		`DELETE FROM redelivery WHERE asked_at < ?`:                           now.Add(-keepDeliveries),
		`DELETE FROM target WHERE gen = done_gen AND due = 0 AND done_at < ?`: now.Add(-keepTargets),
	} {
		err := inTx(ctx, in.db, func(_ TTx, s statements) error {
			_, err := s.exec(ctx, statement, horizon.UnixMilli())
			return err
		})
		if err != nil {
			return fmt.Errorf("prune the inbox: %w", err)
		}
	}
	return nil
}

// Depth says what is in the inbox.
type Depth struct {
	Queued  int // targets that wait or run, those in back-off included
	Running int // evaluations in this process
	Dead    int // targets given up until a new hint
	Due     int // targets that will be due some day
}

// Depth counts what is in the inbox.
func (in *Inbox[TTx]) Depth(ctx context.Context) (Depth, error) {
	var d Depth
	_, err := one(ctx, in.db.reader(), []any{&d.Queued, &d.Dead, &d.Due}, `
		SELECT (SELECT count(*) FROM target WHERE gen > done_gen AND dead = 0),
			(SELECT count(*) FROM target WHERE gen > done_gen AND dead <> 0),
			(SELECT count(*) FROM target WHERE due > 0)`)
	if err != nil {
		return Depth{}, fmt.Errorf("count the inbox: %w", err)
	}
	// After the query: a worker leaves only when its target is settled and its
	// end was observed, so nothing queued and nobody running means just that.
	d.Running = in.running.count()
	return d, nil
}

// Idle returns once nothing is queued or running. Dead targets and those due
// later do not count; those that wait for a retry or for their spacing do. It
// returns [ErrClosed] when the inbox stops.
func (in *Inbox[TTx]) Idle(ctx context.Context) error {
	for {
		changed := in.changed.next()
		d, err := in.Depth(ctx)
		if err != nil {
			return err
		}
		if d.Queued == 0 && d.Running == 0 {
			return nil
		}
		// The timer covers other processes on the same database.
		timer := time.NewTimer(250 * time.Millisecond)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-in.stop:
			timer.Stop()
			return ErrClosed
		case <-changed:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// DeadTarget is a key whose evaluation failed too often in a row.
type DeadTarget struct {
	Key      engine.Key
	Attempts int
	Error    string // of the last attempt, redacted and shortened
	Since    time.Time
}

// DeadTargets lists dead targets, the newest first, at most limit. Enqueueing
// a key gives it a new life.
func (in *Inbox[TTx]) DeadTargets(ctx context.Context, limit int) ([]DeadTarget, error) {
	var out []DeadTarget
	err := in.db.reader().each(ctx, func(scan func(...any) error) error {
		var t DeadTarget
		var key string
		var at int64
		if err := scan(&key, &t.Attempts, &t.Error, &at); err != nil {
			return err
		}
		k, err := decodeKey(key)
		if err != nil {
			t.Error = err.Error()
		}
		t.Key, t.Since = k, time.UnixMilli(at)
		out = append(out, t)
		return nil
	}, `SELECT key, attempts, last_error, done_at FROM target WHERE gen > done_gen AND dead <> 0 ORDER BY done_at DESC, key LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("list dead targets: %w", err)
	}
	return out, nil
}
