//go:build !race

package acceptance_test

// played is how many of the languages the story is played in.
const played = 2
