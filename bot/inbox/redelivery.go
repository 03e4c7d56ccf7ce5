package inbox

import (
	"context"
	"fmt"
	"time"
)

// maxRedeliveries is how often GitHub is asked to send one delivery again.
const maxRedeliveries = 3

// Missing returns those of the delivery ids that are not stored and have not
// been asked for too often already. It is what may be redelivered.
func (in *Inbox[TTx]) Missing(ctx context.Context, guids []string) ([]string, error) {
	var out []string
	for _, guid := range guids {
		var n int
		_, err := one(ctx, in.db.reader(), []any{&n}, `
			SELECT (SELECT count(*) FROM delivery WHERE guid = ?) +
				(SELECT count(*) FROM redelivery WHERE guid = ? AND asked >= ?)`, guid, guid, maxRedeliveries)
		if err != nil {
			return nil, fmt.Errorf("look a delivery up: %w", err)
		}
		if n == 0 {
			out = append(out, guid)
		}
	}
	return out, nil
}

// Asked notes, before it is done, that GitHub is asked to send a delivery again.
func (in *Inbox[TTx]) Asked(ctx context.Context, guid string) error {
	err := inTx(ctx, in.db, func(_ TTx, s statements) error {
		_, err := s.exec(ctx, `
			INSERT INTO redelivery (guid, asked, asked_at) VALUES (?, 1, ?)
			ON CONFLICT (guid) DO UPDATE SET asked = redelivery.asked + 1, asked_at = excluded.asked_at`,
			guid, time.Now().UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("note a redelivery: %w", err)
	}
	return nil
}
