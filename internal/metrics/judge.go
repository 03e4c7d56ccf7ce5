package metrics

import (
	"cmp"
	"math"
	"math/big"
	"slices"
)

// Verdict says how a row of the table stands in a report.
type Verdict string

// The verdicts. Only Met and Near are kept promises.
const (
	Met         Verdict = "met"
	Near        Verdict = "near" // a guardrail that is kept, close to its limit
	Missed      Verdict = "missed"
	NoBaseline  Verdict = "no-baseline"  // its target is relative, and there is nothing to hold it against yet
	NotReported Verdict = "not-reported" // no number, or not all of them
	Watched     Verdict = "watched"      // reported; rows of type watch have no other verdict but NotReported
)

// Kept reports whether the row's promise is kept.
func (v Verdict) Kept() bool { return v == Met || v == Near }

// Finding is one row of a table held against a report. All numbers are finite.
type Finding struct {
	Row        Row
	Verdict    Verdict
	Value      float64 // the worst one for dim=*, the difference for a gap; 0 when NotReported
	ValueSlice string  // where: the worst slice for dim=*, "highest, lowest" for a gap, else ""
	StdErr     float64 // of Value; 0 where noise is unknown
	N          int     // examples behind Value; 0 for a gap and where it is not told
	Seeds      int     // runs behind Value; 0 for a gap and where it is not told
	// Limit is the end of the target that Value comes closest to or lies beyond, the baseline included.
	Limit   float64
	Margin  float64 // how far Value is on the right side of Limit; below 0 it is missed by that much
	Limited bool    // Limit and Margin mean something; false for a trend, NoBaseline and NotReported
	// Slices are all slices of a row about several, lowest value first; nil for other rows.
	Slices      []SliceValue
	NotMeasured []string // slices reported without being a number; one "" for a row that is not about several
	Gone        []string // slices that the baseline has and the report has not
	Compared    bool     // the baseline has a value for Value's row and slice
	Baseline    float64  // that value
}

// Judge holds a report against rows, in their order. A value speaks only for rows of the report's source;
// units are not converted. The baseline is nil when there is none. A guardrail is Near within near per cent
// of its limit: of the limit's size and, in a range, of its width too. What share of the baseline a target
// names is taken of its size, so that "baseline - 2%" is below the baseline whatever its sign.
//
// A row with a slice that was reported without being a number is never kept.
func Judge(rows []Row, r Report, baseline *Report, near int) []Finding {
	out := make([]Finding, 0, len(rows))
	for _, row := range rows {
		var base sample
		if baseline != nil {
			base = baseline.of(row)
		}
		out = append(out, judgeRow(row, r.of(row), base, near))
	}
	return out
}

// From lists the rows whose values come from the source, watched ones included, in order.
func (t Table) From(s SourceKind) []Row {
	return slices.DeleteFunc(slices.Clone(t.Rows), func(r Row) bool { return r.Source.Kind != s })
}

// Due lists the goals and guardrails whose values come from the source, in order: a report of that source
// that lacks one of them is not whole.
func (t Table) Due(s SourceKind) []Row {
	return slices.DeleteFunc(t.From(s), func(r Row) bool { return r.Type == Watch })
}

func judgeRow(row Row, s, base sample, near int) Finding {
	f := Finding{Row: row, Verdict: NotReported, NotMeasured: s.missing}
	if row.Slice.Kind == Every || row.Slice.Kind == Gap {
		f.Slices = s.values
		f.Gone = gone(s, base)
	}
	best, ok := f.worst(s, base, near)
	if !ok {
		return f
	}
	if len(s.missing) > 0 && best.verdict != Missed && best.verdict != Watched {
		return f
	}
	f.Verdict, f.Limit, f.Margin, f.Limited = best.verdict, best.limit, best.margin, best.limited
	f.Value, f.StdErr, f.N, f.Seeds = best.value.Value, best.value.StdErr, best.value.N, best.value.Seeds
	if f.Slices != nil {
		f.ValueSlice = best.value.Slice
	}
	if best.base != nil {
		f.Compared, f.Baseline = true, *best.base
	}
	return f
}

// gone are the slices of the baseline of which the report says nothing.
func gone(s, base sample) []string {
	var out []string
	for _, b := range base.values {
		if _, ok := s.at(b.Slice); !ok && !slices.Contains(s.missing, b.Slice) {
			out = append(out, b.Slice)
		}
	}
	slices.Sort(out)
	return out
}

// judged is one value held against the target.
type judged struct {
	value         SliceValue
	base          *float64
	verdict       Verdict
	limit, margin float64
	limited       bool
	order         float64 // the lower, the worse among values of the same verdict
}

// worst is the value that decides about the row; false when there is none.
func (f Finding) worst(s, base sample, near int) (judged, bool) {
	if f.Row.Slice.Kind == Gap {
		v, ok := s.gap()
		var was *float64
		if b, has := base.gap(); has {
			was = &b.Value
		}
		return judgeValue(f.Row, v, was, near), ok
	}
	var all []judged
	for _, v := range s.values {
		var was *float64
		if b, has := base.at(v.Slice); has {
			was = &b.Value
		}
		all = append(all, judgeValue(f.Row, v, was, near))
	}
	if len(all) == 0 {
		return judged{}, false
	}
	return slices.MinFunc(all, func(a, b judged) int {
		return cmp.Or(cmp.Compare(severity[b.verdict], severity[a.verdict]), cmp.Compare(a.order, b.order), cmp.Compare(a.value.Slice, b.value.Slice))
	}), true
}

var severity = map[Verdict]int{Missed: 3, NoBaseline: 2, Near: 1}

func judgeValue(row Row, v SliceValue, base *float64, near int) judged {
	j := judged{value: v, base: base, verdict: Watched}
	t := row.Target
	limit, upper, ok := t.limit(v.Value, base)
	if !ok { // a trend, or no baseline
		if t.Trend == "" && row.Type != Watch {
			j.verdict = NoBaseline
		}
		j.order = v.Value
		if upper {
			j.order = -v.Value
		}
		return j
	}
	j.limit, j.margin, j.limited = limit, less(v.Value, limit), true
	if upper {
		j.margin = less(limit, v.Value)
	}
	j.margin = max(-math.MaxFloat64, min(j.margin, math.MaxFloat64)) + 0
	j.order = j.margin
	switch {
	case row.Type == Watch:
	case !t.holds(v.Value, limit):
		j.verdict = Missed
	case row.Type == Guardrail && t.near(limit, j.margin, near):
		j.verdict = Near
	default:
		j.verdict = Met
	}
	return j
}

// limit is the end of the target that counts for v, and whether values must stay below it. It is false for
// a trend, without a baseline where one is needed, and where the baseline makes a limit that is no number:
// no value could miss it.
func (t Target) limit(v float64, base *float64) (limit float64, upper, ok bool) {
	upper = t.Op == AtMost || t.Op == LessThan || t.Trend == Down
	switch {
	case t.Trend != "":
		return 0, upper, false
	case t.Range():
		if less(t.Hi.Value, v) <= less(v, t.Lo.Value) {
			return t.Hi.Value, true, true
		}
		return t.Lo.Value, false, true
	case !t.Baseline:
		return t.Value.Value, upper, true
	case base == nil:
		return 0, upper, false
	}
	b, add := decimal(*base), decimal(t.Value.Value)
	if t.Percent {
		add.Mul(add, new(big.Rat).Abs(b))
		add.Quo(add, big.NewRat(100, 1))
	}
	limit, _ = add.Add(add, b).Float64()
	return limit, upper, finite(limit)
}

// holds reports whether v meets the target, whose limit is known. NaN never does.
func (t Target) holds(v, limit float64) bool {
	switch t.Op {
	case AtLeast:
		return v >= limit
	case AtMost:
		return v <= limit
	case MoreThan:
		return v > limit
	case LessThan:
		return v < limit
	}
	return v >= t.Lo.Value && v <= t.Hi.Value
}

// near reports whether the margin is within the share of the limit. A limit of zero has no such share.
func (t Target) near(limit, margin float64, percent int) bool {
	if percent <= 0 || limit == 0 {
		return false
	}
	part := big.NewRat(int64(percent), 100)
	band := new(big.Rat).Mul(new(big.Rat).Abs(decimal(limit)), part)
	if t.Range() {
		width := new(big.Rat).Sub(decimal(t.Hi.Value), decimal(t.Lo.Value))
		if width.Mul(width, part); width.Cmp(band) < 0 {
			band = width
		}
	}
	return decimal(margin).Cmp(band) <= 0
}
