package metrics

import (
	"math"
	"slices"
	"time"
)

// Differs reports whether report b says something else than a for somebody who agreed to a: the version of
// the model or of the data is another, one of the rows stands otherwise or has a value in only one of the
// two, or a value moved beyond noise. Noise is two standard errors of the difference; where neither report
// knows it, every change counts. Relative targets are not judged here, for want of a baseline.
//
// Watched rows count like others: leave them out where they should not.
func Differs(a, b Report, rows []Row) bool {
	if a.Model != b.Model || a.Dataset != b.Dataset {
		return true
	}
	was, now := Judge(rows, a, nil, 0), Judge(rows, b, nil, 0)
	for i, row := range rows {
		if was[i].Verdict != now[i].Verdict || a.of(row).differs(b.of(row)) {
			return true
		}
	}
	return false
}

// differs reports whether the slices are others or the value of one moved beyond noise.
func (s sample) differs(b sample) bool {
	if len(s.values) != len(b.values) || !slices.Equal(s.missing, b.missing) {
		return true
	}
	for _, v := range s.values {
		w, ok := b.at(v.Slice)
		if !ok || beyondNoise(v, w) {
			return true
		}
	}
	return false
}

func beyondNoise(a, b SliceValue) bool {
	return math.Abs(less(a.Value, b.Value)) > 2*math.Hypot(a.StdErr, b.StdErr)
}

// Dated is a report and when it came.
type Dated struct {
	At     time.Time
	Report Report
}

// Reading is a value that a row had.
type Reading struct {
	At     time.Time
	Value  float64 // the worst slice for dim=*, the difference for a gap
	Slice  string  // where, as Finding.ValueSlice
	StdErr float64 // 0 where noise is unknown
}

// Readings are the values that reports of the row's source have for it, oldest first; reports without one
// are passed over. For a relative target the worst slice is the lowest or highest one.
func Readings(row Row, reports []Dated) []Reading {
	var out []Reading
	for _, d := range reports {
		f := judgeRow(row, d.Report.of(row), sample{}, 0)
		if f.Verdict != NotReported {
			out = append(out, Reading{At: d.At, Value: f.Value, Slice: f.ValueSlice, StdErr: f.StdErr})
		}
	}
	slices.SortStableFunc(out, func(a, b Reading) int { return a.At.Compare(b.At) })
	return out
}

// Latest is the newest reading of each row that has one, by the row's key.
func Latest(rows []Row, reports []Dated) map[string]Reading {
	out := map[string]Reading{}
	for _, row := range rows {
		if all := Readings(row, reports); len(all) > 0 {
			out[row.Key()] = all[len(all)-1]
		}
	}
	return out
}
