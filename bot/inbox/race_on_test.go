//go:build race

package inbox_test

// Sizes are smaller with the race detector, under which SQLite is some forty
// times slower.
const (
	callers = 5  // at once
	keys    = 8  // they talk about
	burst   = 30 // events on one object
	replays = 60 // of one delivery
)
