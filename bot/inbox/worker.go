package inbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/riverqueue/river"
)

// evaluate is the job: look at the object whose Key this is.
type evaluate struct {
	Key string `json:"key" river:"unique"`
}

// Kind names the job in River's table.
func (evaluate) Kind() string { return "evaluate" }

type worker[TTx any] struct {
	river.WorkerDefaults[evaluate]
	in *Inbox[TTx]
}

// target is one row of the table of that name.
type target struct {
	gen, doneGen int64
	attempts     int
	dead         bool
	doneAt       time.Time
}

func (t target) pending() bool { return t.gen > t.doneGen && !t.dead }

func readTarget(ctx context.Context, s statements, key string) (t target, found bool, err error) {
	var doneAt int64
	var dead int
	found, err = one(ctx, s, []any{&t.gen, &t.doneGen, &t.attempts, &dead, &doneAt},
		`SELECT gen, done_gen, attempts, dead, done_at FROM target WHERE key = ?`, key)
	if err != nil {
		return t, false, fmt.Errorf("read target %s: %w", key, err)
	}
	t.dead, t.doneAt = dead != 0, time.UnixMilli(doneAt)
	return t, found, nil
}

// Work gives one key its turn. See the package comment for the protocol; what
// matters is that the job never ends but in the transaction that has compared
// the generation.
func (w *worker[TTx]) Work(ctx context.Context, job *river.Job[evaluate]) error {
	in := w.in
	key, err := decodeKey(job.Args.Key)
	if err != nil {
		return w.bury(ctx, job, err)
	}
	if !in.running.enter(job.Args.Key) {
		return in.snooze(job, in.opts.Spacing)
	}
	defer in.changed.signal()
	defer in.running.leave(job.Args.Key)

	before, found, err := readTarget(ctx, in.db.reader(), job.Args.Key)
	if err != nil {
		return in.retryLater(ctx, job, err)
	}
	turn := &turn{key: key, before: before, started: time.Now()}
	if !found || !before.pending() {
		return w.finish(ctx, job, turn)
	}
	if wait := in.opts.Spacing - time.Since(before.doneAt); wait > 0 && wait <= in.opts.Spacing {
		turn.wait = wait
		return w.finish(ctx, job, turn)
	}
	intents, err := readIntents(ctx, in.db.reader(), job.Args.Key, key)
	if err != nil {
		return in.retryLater(ctx, job, err)
	}
	in.evaluate(context.WithValue(ctx, intentsKey{}, intents), turn)
	return w.finish(ctx, job, turn)
}

// bury gives a target up that this version cannot even read.
func (w *worker[TTx]) bury(ctx context.Context, job *river.Job[evaluate], cause error) error {
	err := inTx(ctx, w.in.db, func(_ TTx, s statements) error {
		_, err := s.exec(ctx, `UPDATE target SET dead = 1, last_error = ? WHERE key = ?`,
			capped(cause.Error(), maxErrorText), job.Args.Key)
		return err
	})
	if err != nil {
		return w.in.retryLater(ctx, job, err)
	}
	return river.JobCancel(cause)
}

// turn is one worker's go at a key.
type turn struct {
	key       engine.Key
	before    target
	started   time.Time
	wait      time.Duration // not evaluated: too soon after the last time
	evaluated bool
	result    Result
	err       error
	panicked  bool
}

func (in *Inbox[TTx]) evaluate(ctx context.Context, t *turn) {
	t.evaluated = true
	defer func() {
		if p := recover(); p != nil {
			in.log.ErrorContext(ctx, "evaluation panicked", "key", t.key.String(), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			t.result, t.err, t.panicked = Result{}, fmt.Errorf("evaluation panicked: %v", p), true
		}
	}()
	t.result, t.err = in.opts.Evaluator.Reconcile(ctx, t.key)
}

// finish ends a turn: it decides, in a transaction that holds the target,
// whether the job is complete.
func (w *worker[TTx]) finish(ctx context.Context, job *river.Job[evaluate], t *turn) error {
	in := w.in
	if t.err != nil && in.stopping.Load() && ctx.Err() != nil {
		in.observe(t, Interrupted)
		// In this form River makes the job available again and counts no attempt.
		return fmt.Errorf("the server is stopping: %w", context.Canceled)
	}
	// What has been done must be noted, though the time is over.
	var end ending
	err := in.exclusively(context.WithoutCancel(ctx), func(ctx context.Context) error {
		return inTx(ctx, in.db, func(tx TTx, s statements) (err error) {
			end, err = w.settle(ctx, tx, s, job, t)
			return err
		})
	})
	if err != nil {
		if t.evaluated {
			in.observe(t, Failed)
		}
		return in.retryLater(ctx, job, err)
	}
	if end.unpend {
		in.shards.add(t.key.Installation, -1)
	}
	in.raisedNow(end.touched)
	if end.again {
		in.db.wake(job.Queue, end.wait+5*time.Millisecond)
	}
	if t.evaluated {
		in.observe(t, end.outcome)
	}
	if end.lost {
		return in.snooze(job, in.opts.Spacing)
	}
	return nil
}

// settleTimeout bounds one worker's transaction. The wait for its turn is not
// part of it: a slow disk with many workers would otherwise have evaluations
// repeated that succeeded.
const settleTimeout = 15 * time.Second

func (in *Inbox[TTx]) exclusively(ctx context.Context, do func(context.Context) error) error {
	in.settling <- struct{}{}
	defer func() { <-in.settling }()
	ctx, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	return do(ctx)
}

// ending says how a turn ended.
type ending struct {
	outcome Outcome
	touched []raised
	unpend  bool          // the target is not pending any more
	lost    bool          // the job is not this worker's any more
	again   bool          // the key has another turn,
	wait    time.Duration // after that long,
	backoff bool          // because it failed
}

// settle decides how a turn ends and writes it down. The job is completed in
// the transaction that compared the generation, and if the key needs another
// turn a new job is inserted in it: River's own snooze is written a quarter of
// a second later, and by job id alone.
func (w *worker[TTx]) settle(ctx context.Context, tx TTx, s statements, job *river.Job[evaluate], t *turn) (ending, error) {
	in := w.in
	// This update takes the row's lock on databases that lock rows.
	if _, err := s.exec(ctx, `UPDATE target SET attempts = attempts WHERE key = ?`, job.Args.Key); err != nil {
		return ending{}, err
	}
	now, found, err := readTarget(ctx, s, job.Args.Key)
	if err != nil {
		return ending{}, err
	}
	held, err := holdsLease(ctx, s, job)
	if err != nil {
		return ending{}, err
	}
	if !held {
		return ending{outcome: Again, lost: true}, nil
	}
	end := ending{outcome: Done}
	switch {
	case !found: // forgotten meanwhile
	case !t.evaluated:
		end.again, end.wait = now.pending(), t.wait
	case t.err != nil && retryAfter(t.err) == 0:
		end, err = w.settleFailure(ctx, s, job, t, now)
	default:
		end, err = w.settleSuccess(ctx, tx, s, job, t, now)
	}
	if err != nil {
		return ending{}, err
	}
	if err := in.db.complete(ctx, tx, job); err != nil {
		return ending{}, fmt.Errorf("complete job %d: %w", job.ID, err)
	}
	if end.again {
		return end, in.nextTurn(ctx, tx, s, job, end)
	}
	return end, nil
}

func (w *worker[TTx]) settleSuccess(ctx context.Context, tx TTx, s statements, job *river.Job[evaluate], t *turn, now target) (ending, error) {
	touched, err := w.in.touch(ctx, tx, s, t.result.Touch, job.Args.Key)
	if err != nil {
		return ending{}, err
	}
	if err := appoint(ctx, s, t.result.Later); err != nil {
		return ending{}, err
	}
	end := ending{outcome: Done, touched: touched.others}
	if wait := max(t.result.RetryAfter, retryAfter(t.err)); wait > 0 {
		end.outcome, end.again, end.wait = Postponed, true, max(wait, w.in.opts.Spacing)
		return end, nil
	}
	if now.gen != t.before.gen || touched.self {
		end.outcome, end.again, end.wait = Again, true, w.in.opts.Spacing
	}
	end.unpend = !end.again
	return end, noteDone(ctx, s, job.Args.Key, t)
}

func (w *worker[TTx]) settleFailure(ctx context.Context, s statements, job *river.Job[evaluate], t *turn, now target) (ending, error) {
	in := w.in
	end := ending{outcome: Failed, again: true, wait: in.backoff(now.attempts + 1), backoff: true}
	if t.panicked {
		end.outcome = Panicked
	}
	dead := 0
	switch {
	case now.gen != t.before.gen: // something changed: worth another look soon
		end.wait, end.backoff = in.opts.Spacing, false
	case now.attempts+1 >= in.opts.MaxAttempts:
		dead = 1
		end = ending{outcome: Dead, unpend: true}
	}
	in.log.WarnContext(ctx, "evaluation failed", "key", t.key.String(), "outcome", string(end.outcome),
		"attempt", now.attempts+1, "next_in", end.wait, "error", t.err)
	_, err := s.exec(ctx, `UPDATE target SET attempts = attempts + 1, dead = ?, last_error = ?, done_at = ? WHERE key = ?`,
		dead, capped(in.opts.Redact(t.err.Error()), maxErrorText), time.Now().UnixMilli(), job.Args.Key)
	if err != nil {
		return ending{}, fmt.Errorf("note a failure: %w", err)
	}
	return end, nil
}

// nextTurn inserts the job of the key's next turn. One in back-off is
// retryable, the state that uniqueness leaves out, so that a new hint does not
// wait for it; River's scheduler looks at those every five seconds, so a
// shorter wait is simply a job that is available later.
func (in *Inbox[TTx]) nextTurn(ctx context.Context, tx TTx, s statements, job *river.Job[evaluate], end ending) error {
	res, err := in.client.InsertTx(ctx, tx, evaluate{Key: job.Args.Key}, &river.InsertOpts{
		Queue: job.Queue, UniqueOpts: uniqueByKey, ScheduledAt: time.Now().Add(end.wait),
	})
	if err != nil {
		return fmt.Errorf("insert the next turn: %w", err)
	}
	state := "available"
	if end.backoff && end.wait > schedulerInterval {
		state = "retryable"
	}
	if _, err := s.exec(ctx, `UPDATE river_job SET state = ? WHERE id = ? AND state IN ('scheduled', 'available')`, state, res.Job.ID); err != nil {
		return fmt.Errorf("schedule the next turn: %w", err)
	}
	return nil
}

// schedulerInterval is how often River makes retryable jobs available.
const schedulerInterval = 5 * time.Second

// noteDone records that everything up to the generation read before the
// evaluation has been seen.
func noteDone(ctx context.Context, s statements, key string, t *turn) error {
	_, err := s.exec(ctx, `UPDATE target SET done_gen = ?, due = ?, attempts = 0, dead = 0, last_error = '', done_at = ? WHERE key = ?`,
		t.before.gen, dueAt(t.result.Due), time.Now().UnixMilli(), key)
	if err == nil {
		_, err = s.exec(ctx, `DELETE FROM intent WHERE key = ? AND gen <= ?`, key, t.before.gen)
	}
	if err != nil {
		return fmt.Errorf("note an evaluation: %w", err)
	}
	return nil
}

// appoint notes when keys are due that are nobody's turn now. One that is not known yet begins as done.
func appoint(ctx context.Context, s statements, later []Later) error {
	now := time.Now().UnixMilli()
	for _, l := range later {
		_, err := s.exec(ctx, `
			INSERT INTO target (key, installation, gen, done_gen, due, done_at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (key) DO UPDATE SET due = excluded.due WHERE target.due = 0 OR target.due > excluded.due`,
			encodeKey(l.Key), l.Key.Installation, now, now, dueAt(l.At), now)
		if err != nil {
			return fmt.Errorf("note when %s is due: %w", l.Key, err)
		}
	}
	return nil
}

// dueAt is the time as it is stored: never early; 0 for the zero time, never.
func dueAt(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Add(time.Millisecond - 1).UnixMilli()
}

type touchedKeys struct {
	others []raised
	self   bool
}

func (in *Inbox[TTx]) touch(ctx context.Context, tx TTx, s statements, keys []engine.Key, self string) (touchedKeys, error) {
	var out touchedKeys
	set := map[string]int64{}
	for _, k := range keys {
		set[encodeKey(k)] = k.Installation
	}
	targets, err := raise(ctx, s, set)
	if err != nil {
		return out, err
	}
	for _, t := range targets {
		if t.key == self { // this job gives it its next turn
			out.self = true
			continue
		}
		out.others = append(out.others, t)
	}
	return out, in.insertJobs(ctx, tx, out.others)
}

// holdsLease reports whether the job still is this worker's: running, and not
// taken by another after a pause that looked like death.
func holdsLease(ctx context.Context, s statements, job *river.Job[evaluate]) (bool, error) {
	var state string
	var attempt int
	found, err := one(ctx, s, []any{&state, &attempt}, `SELECT state, attempt FROM river_job WHERE id = ?`, job.ID)
	if err != nil {
		return false, fmt.Errorf("read job %d: %w", job.ID, err)
	}
	return found && state == "running" && attempt == job.Attempt, nil
}

func readIntents(ctx context.Context, s statements, stored string, key engine.Key) ([]Intent, error) {
	var out []Intent
	err := s.each(ctx, func(scan func(...any) error) error {
		var name, data string
		if err := scan(&name, &data); err != nil {
			return err
		}
		out = append(out, Intent{Key: key, Name: name, Data: json.RawMessage(data)})
		return nil
	}, `SELECT name, data FROM intent WHERE key = ? ORDER BY name`, stored)
	if err != nil {
		return nil, fmt.Errorf("read intents of %s: %w", key, err)
	}
	return out, nil
}

func (in *Inbox[TTx]) observe(t *turn, outcome Outcome) {
	in.opts.Observe(Evaluation{Key: t.key, Outcome: outcome, Duration: time.Since(t.started), Err: t.err})
}

// snooze has River give the same job another turn after d, for the cases where
// this worker may not or cannot write to the database itself.
func (in *Inbox[TTx]) snooze(job *river.Job[evaluate], d time.Duration) error {
	in.db.wake(job.Queue, d+completerLag)
	return river.JobSnooze(d)
}

// completerLag is how long River may take to write down how a job ended.
const completerLag = 300 * time.Millisecond

// retryLater hands River an error that is not the evaluation's: the database
// did not let the turn begin or end.
func (in *Inbox[TTx]) retryLater(ctx context.Context, job *river.Job[evaluate], err error) error {
	in.log.ErrorContext(ctx, "the database failed a worker; the evaluation will be repeated", "key", job.Args.Key, "attempt", job.Attempt, "error", err)
	return errors.New(capped(in.opts.Redact(err.Error()), maxErrorText))
}

// maxErrorText bounds what is stored of an error, in bytes.
const maxErrorText = 1000

// NextRetry is River's question when to try a failed job again.
func (w *worker[TTx]) NextRetry(job *river.Job[evaluate]) time.Time {
	wait := w.in.backoff(job.Attempt)
	w.in.db.wake(job.Queue, wait+completerLag)
	return time.Now().Add(wait)
}

// backoff doubles with each attempt up to the cap, less up to a quarter so that
// what failed together does not come back together.
func (in *Inbox[TTx]) backoff(attempt int) time.Duration {
	d := in.opts.RetryCap
	if shift := max(attempt, 1) - 1; shift < 20 {
		d = min(d, in.opts.RetryBase<<shift)
	}
	return d - rand.N(d/4+1)
}

func retryAfter(err error) time.Duration {
	var e interface{ RetryAfter() time.Duration }
	if errors.As(err, &e) {
		return max(e.RetryAfter(), 0)
	}
	return 0
}

func capped(s string, n int) string {
	if len(s) > n {
		return s[:n] + "…"
	}
	return s
}
