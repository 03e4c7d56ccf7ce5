package policy

import (
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// nearest is the known name closest to what was written, "" when none is close enough to be a typing
// error: one edit, and one more for every five letters.
func nearest(written string, known []string) string {
	w := plainName(written)
	if w == "" || len(w) > 64 {
		return ""
	}
	best, bestD := "", 2+len(w)/5
	for _, k := range known {
		if d := distance(w, plainName(k)); d < bestD {
			best, bestD = k, d
		}
	}
	return best
}

// plainName takes away what people vary without noticing: case, accents, "_" for "-".
func plainName(s string) string { return strings.ReplaceAll(lifecycle.Fold(s), "_", "-") }

// distance counts insertions, deletions, replacements and swaps of neighbours between a and b.
func distance(a, b string) int {
	row := func(n int) []int { return make([]int, n+1) }
	before, last := row(len(b)), row(len(b))
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur := row(len(b))
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(last[j]+1, cur[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
		}
		before, last = last, cur
	}
	return last[len(b)]
}

// hint says which known name was probably meant; empty words when none is near.
func hint(written string, known []string) words {
	if n := nearest(written, known); n != "" {
		return say("Did you mean %q?", "Você quis dizer %q?", n)
	}
	return words{}
}
