//go:build race

package acceptance_test

// replayed is how many of the languages have their story sent again at its end. With the race detector everything
// takes some ten times longer, and the replays are the same in both.
const replayed = 1
