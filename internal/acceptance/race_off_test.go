//go:build !race

package acceptance_test

// played is how many of the languages the story is played in.
const played = 2

// chapters are the rows that are played: all of them.
func chapters() []row { return story() }
