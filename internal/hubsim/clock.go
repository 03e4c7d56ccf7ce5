package hubsim

import (
	"fmt"
	"time"
)

// clock is the simulated time: the real one plus an offset. It ticks. It is guarded by Server.mu.
type clock struct {
	real   func() time.Time
	offset time.Duration
}

// now returns the simulated time in UTC, in whole seconds as GitHub keeps it.
func (c *clock) now() time.Time {
	return c.real().Add(c.offset).UTC().Truncate(time.Second)
}

// moveTo sets the simulated time. It only moves forward: an earlier time is an error.
func (c *clock) moveTo(t time.Time) error {
	now := c.real().Add(c.offset)
	if t.Before(now.Truncate(time.Second)) {
		return fmt.Errorf("the clock only moves forward: it is %s, asked for %s",
			now.UTC().Format(time.RFC3339), t.UTC().Format(time.RFC3339))
	}
	if d := t.Sub(now); d > 0 {
		c.offset += d
	}
	return nil
}

// start sets the simulated time at the beginning, in either direction.
func (c *clock) start(t time.Time) {
	if !t.IsZero() {
		c.offset = t.Sub(c.real())
	}
}

// stamp writes a time as GitHub does; the zero time becomes null.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}
