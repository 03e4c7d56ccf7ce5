package checks

import (
	"slices"

	"github.com/phasegate/phasegate/internal/facts"
)

// match gives each seat at most one of the people and each person at most one seat, filling as many
// seats as can be filled (Kuhn's augmenting paths). Seats with the fewest candidates are served first
// and people are tried in the order given, so the result is the same for the same input.
// may says whether the person can fill the seat. The result maps seat index → person index, -1 for none.
func match(seats []Seat, people []facts.Person, may func(seat, person int) bool) []int {
	order := make([]int, len(seats))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(seats[a].Candidates) - len(seats[b].Candidates) })

	seatOf := make([]int, len(people))
	personOf := make([]int, len(seats))
	for i := range seatOf {
		seatOf[i] = -1
	}
	for i := range personOf {
		personOf[i] = -1
	}
	var place func(seat int, tried []bool) bool
	place = func(seat int, tried []bool) bool {
		for p := range people {
			if tried[p] || !may(seat, p) {
				continue
			}
			tried[p] = true
			if seatOf[p] < 0 || place(seatOf[p], tried) {
				seatOf[p], personOf[seat] = seat, p
				return true
			}
		}
		return false
	}
	for _, seat := range order {
		place(seat, make([]bool, len(people)))
	}
	return personOf
}

// filled counts the seats that match gave to somebody.
func filled(personOf []int) int {
	n := 0
	for _, p := range personOf {
		if p >= 0 {
			n++
		}
	}
	return n
}
