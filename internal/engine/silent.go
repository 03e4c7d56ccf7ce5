package engine

import (
	"slices"
	"time"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// keptSilent is how many silent publications a ledger holds in full.
const keptSilent = 40

// prune keeps of the silent publications what the answers to the open request are bound to, so that a
// ledger stays small however often a text is edited: one that nobody answered between it and the next
// is dropped; of more than keptSilent the oldest lose their fingerprints, which binds what was said to
// them to nothing; and the oldest lose their words when those of all are long.
func prune(silent []Publication, request time.Time, entries []Entry) []Publication {
	var kept []Publication
	for i, p := range silent {
		if !p.At.After(request) {
			continue
		}
		if i == len(silent)-1 || answeredBetween(entries, p.At, silent[i+1].At) {
			kept = append(kept, p)
		}
	}
	for i := range max(0, len(kept)-keptSilent) {
		kept[i].Prints, kept[i].Words = nil, nil
	}
	kept = slices.CompactFunc(kept, func(a, b Publication) bool { return a.Prints == nil && b.Prints == nil })
	room := recordWords
	for i := len(kept) - 1; i >= 0; i-- {
		if room -= jsonSize(kept[i].Words); room < 0 {
			kept[i].Words = nil
		}
	}
	return kept
}

// answeredBetween reports whether a yes was written after the one moment and not after the other. Those
// that do not count are looked at too: what hides or refuses them may change.
func answeredBetween(entries []Entry, after, until time.Time) bool {
	return slices.ContainsFunc(entries, func(e Entry) bool {
		return e.Record == nil && e.Comment.Created.After(after) && !e.Comment.Created.After(until) &&
			slices.ContainsFunc(e.Commands, func(c Command) bool { return c.Name == lifecycle.Approve })
	})
}
