package inbox

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
)

// maxBatch bounds how many hints share one transaction.
const maxBatch = 256

// A delivery id raises its targets at most replayMax times in replayWindow:
// once more than the first, so that a redelivery repairs, and no more, so that
// a replay costs nothing.
const (
	replayWindow = 10 * time.Second
	replayMax    = 2
)

type request struct {
	hint Hint
	done chan outcome // holds one
}

type outcome struct {
	receipt Receipt
	err     error
}

// Accept stores a hint and returns once it is on disk. When ctx ends first the
// hint may have been stored or not.
func (in *Inbox[TTx]) Accept(ctx context.Context, hint Hint) (Receipt, error) {
	r := &request{hint: hint, done: make(chan outcome, 1)}
	select {
	case in.hints <- r:
	case <-in.stop:
		return Receipt{}, ErrClosed
	case <-ctx.Done():
		return Receipt{}, ctx.Err()
	}
	select {
	case o := <-r.done:
		return o.receipt, o.err
	case <-ctx.Done():
		return Receipt{}, ctx.Err()
	}
}

// Enqueue asks for an evaluation of keys for a reason of our own: a schedule, a
// command, a resynchronisation.
func (in *Inbox[TTx]) Enqueue(ctx context.Context, keys ...engine.Key) error {
	for chunk := range slices.Chunk(keys, 1000) {
		if _, err := in.Accept(ctx, Hint{Keys: chunk}); err != nil {
			return err
		}
	}
	return nil
}

// commitLoop stores what waits in one transaction, again and again: an fsync
// for many deliveries instead of one each.
func (in *Inbox[TTx]) commitLoop() {
	for {
		select {
		case <-in.stop:
			return
		case first := <-in.hints:
			in.commitBatch(in.gather(first))
		}
	}
}

func (in *Inbox[TTx]) gather(first *request) []*request {
	batch := []*request{first}
	for len(batch) < maxBatch {
		select {
		case r := <-in.hints:
			batch = append(batch, r)
		default:
			return batch
		}
	}
	return batch
}

func (in *Inbox[TTx]) commitBatch(batch []*request) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	receipts, err := in.store(ctx, batch)
	if err != nil && len(batch) > 1 && ctx.Err() == nil {
		// One hint that cannot be stored must not take the others with it.
		for _, r := range batch {
			receipts, err := in.store(ctx, []*request{r})
			r.done <- first(receipts, err)
		}
		return
	}
	for i, r := range batch {
		if err != nil {
			r.done <- outcome{err: err}
			continue
		}
		r.done <- outcome{receipt: receipts[i]}
	}
}

func first(receipts []Receipt, err error) outcome {
	if err != nil {
		return outcome{err: err}
	}
	return outcome{receipt: receipts[0]}
}

// raised is a target whose generation was raised.
type raised struct {
	key          string
	installation int64
	gen          int64
	pendingNow   bool   // it was not pending before
	queue        string // where its job is,
	inserted     bool   // if it got one now
}

func (in *Inbox[TTx]) store(ctx context.Context, batch []*request) ([]Receipt, error) {
	var receipts []Receipt
	var targets []raised
	var forget []int64
	err := inTx(ctx, in.db, func(tx TTx, s statements) error {
		receipts, targets, forget = nil, nil, nil
		keys := map[string]int64{}
		var intents []Intent
		for _, r := range batch {
			receipt, raise, err := recordDelivery(ctx, s, r.hint)
			if err != nil {
				return fmt.Errorf("store delivery %q: %w", r.hint.GUID, err)
			}
			receipts = append(receipts, receipt)
			forget = append(forget, r.hint.Forget...)
			if !raise {
				continue
			}
			for _, k := range r.hint.Keys {
				keys[encodeKey(k)] = k.Installation
			}
			for _, intent := range r.hint.Intents {
				keys[encodeKey(intent.Key)] = intent.Key.Installation
				intents = append(intents, intent)
			}
		}
		for _, installation := range forget {
			if err := purge(ctx, s, installation); err != nil {
				return err
			}
			maps.DeleteFunc(keys, func(_ string, i int64) bool { return i == installation })
		}
		var err error
		if targets, err = raise(ctx, s, keys); err != nil {
			return err
		}
		if err := storeIntents(ctx, s, intents, targets); err != nil {
			return err
		}
		return in.insertJobs(ctx, tx, targets)
	})
	if err != nil {
		return nil, err
	}
	for _, installation := range forget {
		in.shards.forget(installation)
	}
	in.raisedNow(targets)
	return receipts, nil
}

// raisedNow counts and wakes after the commit of a transaction that raised targets.
func (in *Inbox[TTx]) raisedNow(targets []raised) {
	for _, t := range targets {
		if t.pendingNow {
			in.shards.add(t.installation, 1)
		}
	}
	in.wakeAll(targets)
}

func recordDelivery(ctx context.Context, s statements, h Hint) (receipt Receipt, raise bool, err error) {
	if h.GUID == "" {
		return Receipt{}, true, nil
	}
	now := time.Now().UnixMilli()
	horizon := now - replayWindow.Milliseconds()
	var seen, inWindow int
	_, err = one(ctx, s, []any{&seen, &inWindow}, `
		INSERT INTO delivery (guid, event, installation, received_at, window_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (guid) DO UPDATE SET
			seen = delivery.seen + 1,
			received_at = excluded.received_at,
			window_n = CASE WHEN delivery.window_at > ? THEN delivery.window_n + 1 ELSE 1 END,
			window_at = CASE WHEN delivery.window_at > ? THEN delivery.window_at ELSE excluded.window_at END
		RETURNING seen, window_n`,
		h.GUID, h.Event, h.Installation, now, now, horizon, horizon)
	return Receipt{Duplicate: seen > 1}, inWindow <= replayMax, err
}

// raise raises the generation of each key, in a fixed order so that two
// transactions cannot wait for one another. A new target starts at the time
// and not at 1, so that one that was forgotten and made anew while it was
// evaluated is not mistaken for the one that evaluation read.
func raise(ctx context.Context, s statements, keys map[string]int64) ([]raised, error) {
	var out []raised
	start := time.Now().UnixMilli()
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		t := raised{key: key, installation: keys[key]}
		var doneGen int64
		_, err := one(ctx, s, []any{&t.gen, &doneGen}, `
			INSERT INTO target (key, installation, gen, done_gen) VALUES (?, ?, ?, ?)
			ON CONFLICT (key) DO UPDATE SET
				gen = target.gen + 1, attempts = 0, dead = 0
			RETURNING gen, done_gen`, key, t.installation, start, start-1)
		if err != nil {
			return nil, fmt.Errorf("raise target %s: %w", key, err)
		}
		t.pendingNow = t.gen-1 == doneGen
		out = append(out, t)
	}
	return out, nil
}

func storeIntents(ctx context.Context, s statements, intents []Intent, targets []raised) error {
	if len(intents) == 0 {
		return nil
	}
	gens := map[string]int64{}
	for _, t := range targets {
		gens[t.key] = t.gen
	}
	for _, intent := range intents {
		key := encodeKey(intent.Key)
		gen, ok := gens[key]
		if !ok {
			continue // its installation was forgotten in this very batch
		}
		_, err := s.exec(ctx, `
			INSERT INTO intent (key, name, gen, data) VALUES (?, ?, ?, ?)
			ON CONFLICT (key, name) DO UPDATE SET gen = excluded.gen, data = excluded.data`,
			key, intent.Name, gen, string(intent.Data))
		if err != nil {
			return fmt.Errorf("store intent %s of %s: %w", intent.Name, intent.Key, err)
		}
	}
	return nil
}

// purge deletes all that is stored of an installation. A job that runs is
// completed by its worker, which finds no target, and cleaned up by River.
func purge(ctx context.Context, s statements, installation int64) error {
	for _, d := range []struct {
		statement string
		arg       any
	}{
		{`DELETE FROM intent WHERE key IN (SELECT key FROM target WHERE installation = ?)`, installation},
		{`DELETE FROM target WHERE installation = ?`, installation},
		{`DELETE FROM delivery WHERE installation = ?`, installation},
		// See encodeKey: the installation comes first.
		{`DELETE FROM river_job WHERE kind = 'evaluate' AND state <> 'running' AND args ->> 'key' LIKE ?`, fmt.Sprintf("[%d,%%", installation)},
	} {
		if _, err := s.exec(ctx, d.statement, d.arg); err != nil {
			return fmt.Errorf("forget installation %d: %w", installation, err)
		}
	}
	return nil
}
