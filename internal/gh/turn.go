package gh

import "context"

// turn lets one after the other do something, and whoever waits can stop waiting.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

// take waits for the turn; done gives it back.
func (t turn) take(ctx context.Context) (done func(), err error) {
	select {
	case t <- struct{}{}:
		return func() { <-t }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
