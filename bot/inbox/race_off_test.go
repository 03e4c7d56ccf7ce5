//go:build !race

package inbox_test

const (
	callers = 10  // at once
	keys    = 20  // they talk about
	burst   = 100 // events on one object
	replays = 300 // of one delivery
)
