//go:build !race

package bot_test

const (
	atOnceCount = 2000 // deliveries that arrive at once
	atOnceKeys  = 500  // objects they are about
	replays     = 1000 // of one delivery
	slowClients = 1000
	largeBody   = 24 << 20 // bytes
	kills       = 4
	roundEvents = 40 // accepted for each key before the process is killed, at most
)
