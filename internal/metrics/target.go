package metrics

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// Op is the operator of a limit.
type Op string

// The operators. They carry the direction in which a metric is better.
const (
	AtLeast  Op = ">="
	AtMost   Op = "<="
	MoreThan Op = ">"
	LessThan Op = "<"
)

// Trend is a direction that is watched, without a limit.
type Trend string

// The trends.
const (
	Up     Trend = "up"
	Down   Trend = "down"
	Steady Trend = "steady"
)

// Number is a number with its digits as they were written, decimal point instead of comma.
type Number struct {
	Text  string
	Value float64 // finite
}

// Target is what a metric must reach: exactly one of a trend, a range from Lo to Hi (both included), a limit
// by Op and Value, or a limit relative to the baseline by Op, Baseline and Value.
type Target struct {
	Op       Op // empty for a trend or a range
	Value    Number
	Lo, Hi   Number // of a range
	Baseline bool   // Value is added to the baseline; it may be negative, and zero when nothing is added
	Percent  bool   // Value is a percentage of the baseline, not an amount
	Trend    Trend
}

// Range reports whether the target is a range.
func (t Target) Range() bool { return t.Op == "" && t.Trend == "" }

// String is the target as a table has it.
func (t Target) String() string { return t.render(string(t.Op), "..", "", "baseline", string(t.Trend)) }

var opWords = map[lifecycle.Lang]map[Op]string{
	lifecycle.English:    {AtLeast: "at least", AtMost: "at most", MoreThan: "more than", LessThan: "less than"},
	lifecycle.Portuguese: {AtLeast: "pelo menos", AtMost: "no máximo", MoreThan: "mais de", LessThan: "menos de"},
}

var trendWords = map[lifecycle.Lang]map[Trend]string{
	lifecycle.English:    {Up: "up", Down: "down", Steady: "steady"},
	lifecycle.Portuguese: {Up: "subir", Down: "descer", Steady: "estável"},
}

// Words is the target as people read it: "at least 0.40", "entre 0 e 0.20". ParseTarget reads it back.
func (t Target) Words(lang lifecycle.Lang) string {
	if lang == lifecycle.Portuguese {
		return t.render(opWords[lang][t.Op], " e ", "entre ", "linha de base", trendWords[lang][t.Trend])
	}
	en := lifecycle.English
	return t.render(opWords[en][t.Op], " and ", "between ", "baseline", trendWords[en][t.Trend])
}

func (t Target) render(op, between, before, baseline, trend string) string {
	switch {
	case t.Trend != "":
		return trend
	case t.Range():
		return before + t.Lo.Text + between + t.Hi.Text
	case !t.Baseline:
		return op + " " + t.Value.Text
	case t.Value.Text == "":
		return op + " " + baseline
	}
	sign, digits := "+", strings.TrimPrefix(t.Value.Text, "+")
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	percent := ""
	if t.Percent {
		percent = "%"
	}
	return op + " " + baseline + " " + sign + " " + digits + percent
}

// canonical is the target by value: "<= 4.0" and "at most 4" have the same.
func (t Target) canonical() string {
	plain := func(n *Number) {
		if n.Text != "" {
			*n = Number{Text: strconv.FormatFloat(n.Value+0, 'g', -1, 64), Value: n.Value}
		}
	}
	plain(&t.Value)
	plain(&t.Lo)
	plain(&t.Hi)
	if t.Baseline && t.Value.Value == 0 {
		t.Value, t.Percent = Number{}, false
	}
	return t.String()
}

// numberFault says why a text is no number.
type numberFault int

const (
	noFault numberFault = iota
	notNumber
	ambiguous // a separator that may be of thousands or of decimals
	tooLarge  // beyond what can be computed with
)

var (
	plainNumber = regexp.MustCompile(`^[-+]?[0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]{1,4})?$`)
	commaNumber = regexp.MustCompile(`^([-+]?)([0-9]+),([0-9]+)$`)
	thousands   = regexp.MustCompile(`^[-+]?[1-9][0-9]{0,2}(?:[.,][0-9]{3})+(?:[.,][0-9]+)?$`)
	dotted      = regexp.MustCompile(`^[-+]?[1-9][0-9]{0,2}\.[0-9]{3}$`)
)

// maxDigits is how long a number may be written.
const maxDigits = 30

// parseNumber reads a number. A comma is a decimal comma, unless it may part thousands; in Portuguese
// the same goes for a point with three digits behind it.
func parseNumber(s string, lang lifecycle.Lang) (Number, numberFault) {
	if len(s) > maxDigits {
		return Number{}, notNumber
	}
	pointed := dotted.MatchString(s)
	if thousands.MatchString(s) && (!pointed || lang == lifecycle.Portuguese) {
		return Number{}, ambiguous
	}
	if m := commaNumber.FindStringSubmatch(s); m != nil {
		s = m[1] + m[2] + "." + m[3]
	}
	if !plainNumber.MatchString(s) {
		return Number{}, notNumber
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(v, 0) {
		return Number{}, tooLarge
	}
	return Number{Text: strings.TrimPrefix(s, "+"), Value: v + 0}, noFault
}

var trends = map[string]Trend{
	"up": Up, "subir": Up, "sobe": Up, "down": Down, "descer": Down, "desce": Down, "steady": Steady, "estavel": Steady,
}

// operators lists how an operator is written, longer ones before those they begin with.
var operators = []struct {
	text string
	op   Op
}{
	{">=", AtLeast}, {"<=", AtMost}, {">", MoreThan}, {"<", LessThan},
	{"at least ", AtLeast}, {"pelo menos ", AtLeast}, {"no minimo ", AtLeast},
	{"at most ", AtMost}, {"no maximo ", AtMost},
	{"more than ", MoreThan}, {"mais de ", MoreThan}, {"less than ", LessThan}, {"menos de ", LessThan},
}

var (
	betweenWords = regexp.MustCompile(`^(?:between|entre) (\S+) (?:and|e) (\S+)$`)
	rangeSigns   = regexp.MustCompile(`^([^.\s]+(?:\.[0-9]+[^.\s]*)?)\s*\.\.\s*(\S+)$`)
	relative     = regexp.MustCompile(`^(?:baseline|linha de base)(?:\s*([-+])\s*([^\s%]+)\s*(%)?)?$`)
)

// targetFault says why a cell is no target.
type targetFault int

const (
	targetOK targetFault = iota
	targetEmpty
	targetUnknown
	targetAmbiguous
	targetTooLarge
	targetEqual // "=": no measured value meets it exactly
	targetOrder // a range with its ends the wrong way round
)

func fromNumber(f numberFault) targetFault {
	return [...]targetFault{noFault: targetOK, notNumber: targetUnknown, ambiguous: targetAmbiguous, tooLarge: targetTooLarge}[f]
}

// foldTarget makes the spellings of a target's signs and words one.
func foldTarget(s string) string {
	s = lifecycle.Fold(norm.NFC.String(s))
	s = signs.Replace(s)
	return strings.Join(strings.Fields(s), " ")
}

var signs = strings.NewReplacer("≥", ">=", "≤", "<=", "−", "-", "…", "..", "...", "..")

// parseTarget reads a target cell.
func parseTarget(cell string, lang lifecycle.Lang) (Target, targetFault) {
	s := foldTarget(cell)
	if s == "" {
		return Target{}, targetEmpty
	}
	if t, ok := trends[s]; ok {
		return Target{Trend: t}, targetOK
	}
	for _, re := range []*regexp.Regexp{betweenWords, rangeSigns} {
		if m := re.FindStringSubmatch(s); m != nil {
			return parseRange(m[1], m[2], lang)
		}
	}
	for _, o := range operators {
		if rest, ok := strings.CutPrefix(s, o.text); ok {
			return parseLimit(o.op, strings.TrimSpace(rest), lang)
		}
	}
	if strings.HasPrefix(s, "=") {
		return Target{}, targetEqual
	}
	return Target{}, targetUnknown
}

func parseRange(lo, hi string, lang lifecycle.Lang) (Target, targetFault) {
	l, f := parseNumber(lo, lang)
	if f != noFault {
		return Target{}, fromNumber(f)
	}
	h, f := parseNumber(hi, lang)
	if f != noFault {
		return Target{}, fromNumber(f)
	}
	if l.Value > h.Value {
		return Target{Lo: l, Hi: h}, targetOrder
	}
	return Target{Lo: l, Hi: h}, targetOK
}

func parseLimit(op Op, rest string, lang lifecycle.Lang) (Target, targetFault) {
	m := relative.FindStringSubmatch(rest)
	if m == nil {
		n, f := parseNumber(rest, lang)
		return Target{Op: op, Value: n}, fromNumber(f)
	}
	t := Target{Op: op, Baseline: true, Percent: m[3] == "%"}
	if m[2] == "" {
		return t, targetOK
	}
	if strings.ContainsAny(m[2][:1], "+-") {
		return Target{}, targetUnknown
	}
	n, f := parseNumber(m[1]+m[2], lang)
	t.Value = n
	return t, fromNumber(f)
}
