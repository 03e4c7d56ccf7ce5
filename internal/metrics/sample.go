package metrics

import (
	"cmp"
	"math"
	"math/big"
	"slices"
)

// minExamples is how many examples a slice needs to count in a gap: fewer say more about chance.
const minExamples = 30

// SliceValue is what was measured on one value of a row's dimension.
type SliceValue struct {
	Slice  string // value of the dimension: "south"; "" on a row about all data
	Value  float64
	N      int     // examples; 0 where that is not told
	StdErr float64 // 0 where noise is unknown
	Seeds  int     // runs; 0 where that is not told
}

// Small reports whether the slice has too few examples to count in a gap. One that does not tell counts.
func (s SliceValue) Small() bool { return s.N > 0 && s.N < minExamples }

// sample is what a report says about a row.
type sample struct {
	values  []SliceValue // lowest first; at most one for rows about all data or one slice
	missing []string     // slices that were reported without being a number, sorted
}

// of is what the report says about a row: nothing where the row's source is another.
func (r Report) of(row Row) sample {
	var s sample
	if r.Source != "" && r.Source != row.Source.Kind {
		return s
	}
	name := row.Name
	if row.Source.Key != "" {
		name = row.Source.Key
	}
	for _, v := range r.Values {
		slice, ok := row.Slice.holds(v.Slice)
		switch {
		case v.Name != name || !ok:
		case !finite(v.Value):
			s.missing = append(s.missing, slice)
		default:
			s.values = append(s.values, SliceValue{Slice: slice, Value: v.Value, N: v.N, StdErr: noise(v.StdErr), Seeds: v.Seeds})
		}
	}
	for _, key := range r.NotMeasured {
		v, ok := parseKey(key)
		if slice, about := row.Slice.holds(v.Slice); ok && about && v.Name == name {
			s.missing = append(s.missing, slice)
		}
	}
	slices.Sort(s.missing)
	slices.SortFunc(s.values, func(a, b SliceValue) int {
		return cmp.Or(cmp.Compare(a.Value, b.Value), cmp.Compare(a.Slice, b.Slice))
	})
	return s
}

// noise is a standard error that can be computed with, else 0.
func noise(v float64) float64 {
	if !finite(v) || v < 0 {
		return 0
	}
	return v
}

// holds reports whether a value measured on the part of the data belongs to the row's slice, and under
// which value of the dimension.
func (s Slice) holds(part map[string]string) (value string, ok bool) {
	if s.Kind == All || s.Kind == "" {
		return "", len(part) == 0
	}
	value, ok = part[s.Dim]
	return value, ok && len(part) == 1 && (s.Kind != One || value == s.Value)
}

// at is the value of a slice; false when there is none.
func (s sample) at(slice string) (SliceValue, bool) {
	for _, v := range s.values {
		if v.Slice == slice {
			return v, true
		}
	}
	return SliceValue{}, false
}

// gap is the highest less the lowest value of the slices that have enough examples; false when fewer
// than two have.
func (s sample) gap() (SliceValue, bool) {
	counted := slices.DeleteFunc(slices.Clone(s.values), SliceValue.Small)
	if len(counted) < 2 {
		return SliceValue{}, false
	}
	low, high := counted[0], counted[len(counted)-1]
	g := SliceValue{Slice: high.Slice + ", " + low.Slice, Value: less(high.Value, low.Value)}
	if low.StdErr > 0 && high.StdErr > 0 {
		g.StdErr = noise(math.Hypot(low.StdErr, high.StdErr))
	}
	return g, finite(g.Value)
}

// less is a - b in decimals.
func less(a, b float64) float64 {
	v, _ := new(big.Rat).Sub(decimal(a), decimal(b)).Float64()
	return v
}
