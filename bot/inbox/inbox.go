package inbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// Inbox is the durable inbox. TTx is the database's transaction type; use
// [Open]. Its methods may be called from many goroutines.
type Inbox[TTx any] struct {
	db     database[TTx]
	opts   Options
	log    *slog.Logger
	client *river.Client[TTx]
	shards *shards
	fresh  bool

	hints     chan *request
	stop      chan struct{} // closed when no hint is taken any more
	stopOnce  sync.Once
	committer sync.WaitGroup
	stopping  atomic.Bool
	started   atomic.Bool

	running *keyLocks
	changed *broadcast
	// settling is held by the worker that writes, one at a time, so that a
	// delivery never waits behind more than one of them for the disk.
	settling chan struct{}
}

// Open opens the inbox at databaseURL, for example sqlite:phasegate.db, and
// takes hints from then on; workers run from [Inbox.Start]. Call [Inbox.Stop]
// in the end, started or not.
func Open(ctx context.Context, databaseURL string, opts Options) (*Inbox[*sql.Tx], error) {
	opts, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	path, ok := strings.CutPrefix(databaseURL, "sqlite:")
	if !ok {
		return nil, fmt.Errorf("database URL %q: only sqlite:PATH is supported, for example sqlite:phasegate.db", opts.Redact(databaseURL))
	}
	db, err := openSQLite(ctx, strings.TrimPrefix(path, "//"), opts)
	if err != nil {
		return nil, err
	}
	in, err := newInbox(ctx, db, opts)
	if err != nil {
		return nil, errors.Join(err, db.close())
	}
	return in, nil
}

func newInbox[TTx any](ctx context.Context, db database[TTx], opts Options) (*Inbox[TTx], error) {
	in := &Inbox[TTx]{
		db: db, opts: opts, log: opts.Logger, shards: newShards(),
		hints: make(chan *request), stop: make(chan struct{}),
		running: newKeyLocks(), changed: newBroadcast(), settling: make(chan struct{}, 1),
	}
	workers := river.NewWorkers()
	if err := river.AddWorkerSafely(workers, &worker[TTx]{in: in}); err != nil {
		return nil, err
	}
	queues := map[string]river.QueueConfig{}
	for i := range shardCount {
		queues[shardName(i)] = river.QueueConfig{MaxWorkers: opts.WorkersPerShard}
	}
	poll := db.pollInterval()
	if opts.poll > 0 {
		poll = opts.poll
	}
	client, err := river.NewClient(db.driver(), &river.Config{
		Logger:                      quiet(opts.Logger),
		Queues:                      queues,
		Workers:                     workers,
		FetchCooldown:               20 * time.Millisecond, // the first after quiet is at once
		FetchPollInterval:           poll,
		JobTimeout:                  opts.Timeout,
		RescueStuckJobsAfter:        opts.Timeout + 30*time.Second,
		MaxAttempts:                 10_000, // giving up is decided by the target's own count
		CompletedJobRetentionPeriod: time.Minute,
		CancelledJobRetentionPeriod: time.Hour,
		DiscardedJobRetentionPeriod: time.Hour, // duplicates only: unique_key_conflict
		SoftStopTimeout:             opts.Grace,
		ReindexerIndexNames:         []string{},
	})
	if err != nil {
		return nil, fmt.Errorf("set up the queue: %w", err)
	}
	in.client = client
	if err := db.recover(ctx); err != nil {
		return nil, err
	}
	if err := in.loadShards(ctx); err != nil {
		return nil, err
	}
	rebuilt, err := in.hasSetting(ctx, rebuiltAt)
	if err != nil {
		return nil, err
	}
	in.fresh = !rebuilt
	in.committer.Go(in.commitLoop)
	return in, nil
}

func (in *Inbox[TTx]) loadShards(ctx context.Context) error {
	return in.db.reader().each(ctx, func(scan func(...any) error) error {
		var installation int64
		var n int
		if err := scan(&installation, &n); err != nil {
			return err
		}
		in.shards.add(installation, n)
		return nil
	}, `SELECT installation, count(*) FROM target WHERE gen > done_gen AND dead = 0 GROUP BY installation`)
}

// Fresh reports whether the inbox was opened without knowing all there is to
// look at: there was no database, or a damaged one was set aside, and nobody
// has called [Inbox.Rebuilt] since. Whoever can should then enqueue everything.
func (in *Inbox[TTx]) Fresh() bool { return in.fresh }

// Start starts the workers. They run until [Inbox.Stop], whatever becomes of ctx.
func (in *Inbox[TTx]) Start(ctx context.Context) error {
	if err := in.Repair(ctx); err != nil {
		return err
	}
	if err := in.client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start the workers: %w", err)
	}
	in.started.Store(true)
	return nil
}

// Stop takes no more hints, lets running evaluations finish for the grace time,
// cancels what still runs then, and closes the database. What is queued stays
// on disk. When ctx ends earlier, running evaluations are cancelled at once.
func (in *Inbox[TTx]) Stop(ctx context.Context) error {
	var err error
	in.stopOnce.Do(func() {
		close(in.stop)
		in.committer.Wait()
		in.stopping.Store(true)
		if in.started.Load() {
			err = in.client.Stop(ctx)
			if err != nil && ctx.Err() != nil {
				hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
				defer cancel()
				err = in.client.StopAndCancel(hard)
			}
		}
		err = errors.Join(err, in.db.close())
	})
	return err
}

// Ping reports whether the database answers and can be trusted.
func (in *Inbox[TTx]) Ping(ctx context.Context) error {
	var n int
	_, err := one(ctx, in.db.reader(), []any{&n}, `SELECT count(*) FROM setting`)
	return err
}

// Corrupt reports whether err, returned by a method of the inbox, means that
// the database is damaged: opening it again sets it aside.
func (in *Inbox[TTx]) Corrupt(err error) bool { return err != nil && in.db.corrupt(err) }

// insertJobs gives each key a job, unless it has one that will still look at
// what is stored now, and notes which got one. Keys must be distinct.
func (in *Inbox[TTx]) insertJobs(ctx context.Context, tx TTx, targets []raised) error {
	if len(targets) == 0 {
		return nil
	}
	params := make([]river.InsertManyParams, len(targets))
	for i := range targets {
		targets[i].queue = in.shards.queue(targets[i].installation)
		params[i] = river.InsertManyParams{
			Args:       evaluate{Key: targets[i].key},
			InsertOpts: &river.InsertOpts{Queue: targets[i].queue, UniqueOpts: uniqueByKey},
		}
	}
	results, err := in.client.InsertManyTx(ctx, tx, params)
	if err != nil {
		return fmt.Errorf("insert %d jobs: %w", len(params), err)
	}
	for i, r := range results {
		targets[i].inserted = !r.UniqueSkippedAsDuplicate
	}
	return nil
}

// uniqueByKey leaves out completed, which would block a key until clean-up, and
// retryable, so that a new hint beats back-off. River discards the older job
// then (unique_key_conflict); that is no dead letter.
var uniqueByKey = river.UniqueOpts{
	ByArgs: true,
	ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled,
	},
}

// wakeAll wakes the workers of the queues that got a job, and whoever waits for
// idle. A key that had a job already is waiting its turn; asking the database
// for it earlier would find nothing.
func (in *Inbox[TTx]) wakeAll(targets []raised) {
	queues := map[string]bool{}
	for _, t := range targets {
		if t.inserted && !queues[t.queue] {
			queues[t.queue] = true
			in.db.wake(t.queue, 0)
		}
	}
	in.changed.signal()
}

// quiet passes River's warnings and errors on, not its progress.
func quiet(log *slog.Logger) *slog.Logger {
	return slog.New(warnings{log.Handler()})
}

type warnings struct{ slog.Handler }

func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}
func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}
func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }
