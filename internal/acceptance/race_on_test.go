//go:build race

package acceptance_test

import "slices"

// played is how many of the languages the story is played in. With the race detector everything takes
// some ten times longer, and what runs at the same time is the same in both.
const played = 1

// chapters are the rows that are played: those up to the way back, since what comes later runs at the same
// time in the same way.
func chapters() []row { return slices.Concat(firstGate(), wayBack()) }
