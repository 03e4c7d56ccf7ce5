//go:build race

package acceptance_test

// played is how many of the languages the story is played in. With the race detector everything takes
// some ten times longer, and what runs at the same time is the same in both.
const played = 1
