package inbox

import (
	"context"
	"fmt"
	"time"
)

// The names of what the setting table holds.
const (
	lastHeard = "last_heard"
	rebuiltAt = "rebuilt_at"
)

// LastHeard returns the time, by GitHub's clock, up to which the delivery log
// has been gone through; zero if never.
func (in *Inbox[TTx]) LastHeard(ctx context.Context) (time.Time, error) {
	var value string
	found, err := one(ctx, in.db.reader(), []any{&value}, `SELECT value FROM setting WHERE name = ?`, lastHeard)
	if err != nil || !found {
		return time.Time{}, err
	}
	t, err := time.Parse(time.RFC3339Nano, value)
	if err != nil {
		return time.Time{}, fmt.Errorf("stored setting %s: %w", lastHeard, err)
	}
	return t, nil
}

// SetLastHeard stores what [Inbox.LastHeard] returns.
func (in *Inbox[TTx]) SetLastHeard(ctx context.Context, t time.Time) error {
	return in.set(ctx, lastHeard, t)
}

// Rebuilt notes that all there is to look at has been enqueued since the
// database was made. Opened again, the inbox is not [Inbox.Fresh] any more.
func (in *Inbox[TTx]) Rebuilt(ctx context.Context) error {
	return in.set(ctx, rebuiltAt, time.Now())
}

func (in *Inbox[TTx]) hasSetting(ctx context.Context, name string) (bool, error) {
	var n int
	found, err := one(ctx, in.db.reader(), []any{&n}, `SELECT 1 FROM setting WHERE name = ?`, name)
	if err != nil {
		return false, fmt.Errorf("read setting %s: %w", name, err)
	}
	return found, nil
}

func (in *Inbox[TTx]) set(ctx context.Context, name string, t time.Time) error {
	err := inTx(ctx, in.db, func(_ TTx, s statements) error {
		_, err := s.exec(ctx, `INSERT INTO setting (name, value) VALUES (?, ?)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, t.UTC().Format(time.RFC3339Nano))
		return err
	})
	if err != nil {
		return fmt.Errorf("store setting %s: %w", name, err)
	}
	return nil
}
