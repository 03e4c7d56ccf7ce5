//go:build race

package bot_test

// Sizes are smaller with the race detector, under which SQLite is some forty
// times slower.
const (
	atOnceCount = 80 // deliveries that arrive at once
	atOnceKeys  = 15 // objects they are about
	replays     = 80 // of one delivery
	slowClients = 50
	largeBody   = 1 << 20 // bytes
	kills       = 2
	roundEvents = 5 // accepted for each key before the process is killed, at most
)
