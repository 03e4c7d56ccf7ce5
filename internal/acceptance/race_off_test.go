//go:build !race

package acceptance_test

// replayed is how many of the languages have their story sent again at its end.
const replayed = 2
