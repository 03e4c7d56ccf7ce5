package metrics

import (
	"math"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// Words is the finding for people, one sentence without its full stop:
//
//	recall, gap between regions: 0.11, at most 0.08 agreed (missed by 0.03)
//
// It holds words of the table and the report: escape it.
func (f Finding) Words(lang lifecycle.Lang) string {
	return f.Row.Label(lang) + ": " + f.standing(lang)
}

// Measured is the value with its unit and, for a row about every slice, where it was measured: "0.71 in
// new"; "not reported", "not measured in new" when there is none.
func (f Finding) Measured(lang lifecycle.Lang) string {
	if f.Verdict == NotReported {
		return f.lacking(lang)
	}
	s := Format(f.Value, f.Row.Unit, lang)
	if f.Limited {
		s = withUnit(beside(f.Value, f.Limit), f.Row.Unit)
	}
	if f.Row.Slice.Kind == Every {
		s += say(lang, both{" in ", " em "}) + f.ValueSlice
	}
	return s
}

// Agreed is what the row promises, with the limit that the baseline makes: "at most 0.08",
// "at least 0.784 (baseline - 2%)".
func (f Finding) Agreed(lang lifecycle.Lang) string {
	t := f.Row.Target
	if !t.Baseline || !f.Limited {
		return f.Row.Promise(lang)
	}
	relative := Target{Op: t.Op, Value: t.Value, Baseline: true, Percent: t.Percent}.render("", "", "", say(lang, both{"baseline", "linha de base"}), "")
	if lang != lifecycle.Portuguese {
		lang = lifecycle.English
	}
	return opWords[lang][t.Op] + " " + Format(f.Limit, f.Row.Unit, lang) + " (" + strings.TrimSpace(relative) + ")"
}

// standing is what follows the label.
func (f Finding) standing(lang lifecycle.Lang) string {
	s := f.Measured(lang)
	switch f.Verdict {
	case Watched:
		return s
	case NoBaseline:
		return s + "; " + f.Agreed(lang) + say(lang, both{" agreed, but there is no baseline yet", " combinado, mas ainda não há linha de base"})
	}
	s += ", " + f.Agreed(lang) + say(lang, both{" agreed", " combinado"})
	by := Format(math.Abs(f.Margin), f.Row.Unit, lang)
	switch {
	case f.Verdict == Missed && f.Margin == 0:
		return s + say(lang, both{" (missed: exactly that)", " (fora: é exatamente isso)"})
	case f.Verdict == Missed:
		return s + say(lang, both{" (missed by %s)", " (fora por %s)"}, by)
	case f.Verdict == Near && f.Margin == 0:
		return s + say(lang, both{" (exactly at the limit)", " (exatamente no limite)"})
	case f.Verdict == Near:
		return s + say(lang, both{" (near the limit, %s left)", " (perto do limite, resta %s)"}, by)
	}
	return s
}

// lacking is why there is no value.
func (f Finding) lacking(lang lifecycle.Lang) string {
	switch where := strings.Join(f.NotMeasured, ", "); {
	case where != "":
		return say(lang, both{"not measured in ", "não medido em "}) + where
	case len(f.NotMeasured) > 0:
		return say(lang, both{"not measured", "não medido"})
	case f.Row.Slice.Kind == Gap && len(f.Slices) > 0:
		return say(lang, both{"fewer than two values of %s with at least %d examples", "menos de dois valores de %s com pelo menos %d exemplos"}, f.Row.Slice.Dim, minExamples)
	}
	return say(lang, both{"not reported", "não informado"})
}

// Brief is the finding in signs, the same in every language: "recall gap(region) 0.11 > 0.08". It holds words
// of the table: escape it.
func (f Finding) Brief() string {
	key := f.Row.Key()
	if f.Row.Slice.Kind == Every && f.ValueSlice != "" {
		key = f.Row.Name + " " + f.Row.Slice.Dim + "=" + f.ValueSlice
	}
	if !f.Limited {
		return strings.TrimSpace(key + " " + string(f.Verdict))
	}
	sign := "="
	switch {
	case f.Value < f.Limit:
		sign = "<"
	case f.Value > f.Limit:
		sign = ">"
	}
	return key + " " + beside(f.Value, f.Limit) + " " + sign + " " + f.limitText()
}

// limitText is the limit with the digits the table has, where it stands there.
func (f Finding) limitText() string {
	for _, n := range []Number{f.Row.Target.Value, f.Row.Target.Lo, f.Row.Target.Hi} {
		if !f.Row.Target.Baseline && n.Text != "" && n.Value == f.Limit {
			return n.Text
		}
	}
	return number(f.Limit, shownDigits)
}
