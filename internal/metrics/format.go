package metrics

import (
	"math"
	"strconv"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// Numbers are shown with shownDigits significant digits, and with more where fewer would hide a difference;
// a float64 has mostDigits at the most.
const (
	shownDigits = 4
	mostDigits  = 17
)

// Format is a measured number as people read it, with four significant digits at the most and its unit:
// "0.43", "4.2%", "96 ms", "250000 BRL/month". The unit of a ratio goes without saying. The decimal sign is
// a point in both languages, as in tables. A number that is none is "not measured". Escape what comes out:
// a unit is somebody's text.
func Format(v float64, unit string, lang lifecycle.Lang) string {
	if !finite(v) {
		return say(lang, both{"not measured", "não medido"})
	}
	return withUnit(number(v, shownDigits), unit)
}

// FormatChange is two numbers of the same kind with as many digits as it takes to tell them apart.
func FormatChange(was, now float64, unit string, lang lifecycle.Lang) (string, string) {
	a, b := Format(was, unit, lang), Format(now, unit, lang)
	for digits := shownDigits; a == b && was != now && finite(was) && finite(now) && digits <= mostDigits; digits++ {
		a, b = withUnit(number(was, digits), unit), withUnit(number(now, digits), unit)
	}
	return a, b
}

// beside is v with as many digits as it takes to see on which side of the limit it lies.
func beside(v, limit float64) string {
	s := number(v, shownDigits)
	for digits := shownDigits; digits <= mostDigits; digits++ {
		s = number(v, digits)
		if shown, err := strconv.ParseFloat(s, 64); err == nil && (shown < limit) == (v < limit) && (shown > limit) == (v > limit) {
			break
		}
	}
	return s
}

// number is v with the given count of significant digits, without zeros behind the last of the decimals. Digits before
// the point all stay. Very large and very small numbers are written with an exponent.
func number(v float64, digits int) string {
	size := math.Abs(v)
	if size == 0 {
		return "0"
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', digits-1, 64), "e")
	power, _ := strconv.Atoi(exponent)
	if size >= 1e15 || size < 1e-6 {
		return trimZeros(mantissa) + "e" + strconv.Itoa(power)
	}
	return trimZeros(strconv.FormatFloat(v, 'f', max(0, digits-1-power), 64))
}

func trimZeros(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

func withUnit(s, unit string) string {
	switch unit {
	case "", "ratio":
		return s
	case "%":
		return s + "%"
	}
	return s + " " + unit
}
