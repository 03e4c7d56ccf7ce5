package metrics

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// advice is what is wrong with a target cell and what would be right.
func advice(cell string, t Target, fault targetFault, typ Type, unitColumn string, lang lifecycle.Lang) (why, fix string) {
	switch fault {
	case targetEmpty:
		if typ == Watch {
			return say(lang, whyEmpty), say(lang, fixWatch)
		}
		return say(lang, whyEmpty), say(lang, fixTarget)
	case targetEqual:
		return say(lang, whyEqual), say(lang, fixRange, around(cell, lang))
	case targetOrder:
		return say(lang, whyOrder), say(lang, fixWrite, Target{Lo: t.Hi, Hi: t.Lo}.String())
	case targetAmbiguous:
		whole, fraction := readings(cell)
		if fraction == "" {
			return say(lang, whyAmbiguous), say(lang, fixWrite, whole)
		}
		return say(lang, whyAmbiguous), say(lang, fixEither, whole, fraction)
	case targetTooLarge:
		return say(lang, whyTooLarge), say(lang, fixTooLarge)
	}
	guess, unit := suggest(cell, lang)
	switch {
	case guess == "" && typ == Watch:
		return say(lang, whyTarget), say(lang, fixWatch)
	case guess == "":
		return say(lang, whyTarget), say(lang, fixTarget)
	case unit != "":
		return say(lang, whyTarget), say(lang, fixUnit, guess, unit, unitColumn)
	}
	return say(lang, whyTarget), say(lang, fixWrite, guess)
}

var (
	someNumber  = regexp.MustCompile(`[-+]?[0-9][0-9.,]*(?:e[-+]?[0-9]+)?`)
	twoNumbers  = regexp.MustCompile(`^\D*?([0-9][0-9.,]*)\s*(?:%\s*)?(?:-|–|—|\.+|to|a|ate|and|e|to the)\s*([0-9][0-9.,]*)`)
	lowerWords  = regexp.MustCompile(`[>]|at least|pelo menos|minim|\bmin\b|above|over|more than|acima|mais|maior|higher|greater`)
	someRelated = regexp.MustCompile(`(?:baseline|linha de base)(?:\s*[-+]\s*[0-9][0-9.,]*\s*%?)?`)
	unitWord    = regexp.MustCompile(`^[\pL%/$€£°]+(?:/[\pL]+)?`)
)

// suggest guesses the target a cell means, and the unit that stood in it. An empty guess means that
// the cell has no number that could be read.
func suggest(cell string, lang lifecycle.Lang) (guess, unit string) {
	s := foldTarget(cell)
	op := string(AtMost)
	if lowerWords.MatchString(s) {
		op = string(AtLeast)
	}
	if m := someRelated.FindString(s); m != "" {
		t, fault := parseTarget(op+" "+m, lang)
		if fault == targetOK {
			return t.String(), ""
		}
	}
	if m := twoNumbers.FindStringSubmatch(s); m != nil {
		lo, f1 := parseNumber(strings.TrimRight(m[1], ".,"), lang)
		hi, f2 := parseNumber(strings.TrimRight(m[2], ".,"), lang)
		if f1 == noFault && f2 == noFault && lo.Value <= hi.Value {
			return Target{Lo: lo, Hi: hi}.String(), unitIn(s, m[0])
		}
	}
	m := someNumber.FindString(s)
	n, fault := parseNumber(strings.TrimRight(m, ".,"), lang)
	if m == "" || fault != noFault {
		return "", ""
	}
	return op + " " + n.Text, unitIn(s, m)
}

// unitIn is the unit that follows the given part of s, or "".
func unitIn(s, part string) string {
	_, after, _ := strings.Cut(s, part)
	after = strings.TrimSpace(strings.TrimLeft(after, "."))
	if len(after) > 20 || len(strings.Fields(after)) != 1 {
		if strings.HasPrefix(after, "%") {
			return "%"
		}
		return ""
	}
	return unitWord.FindString(after)
}

// around is a range of five per cent to both sides of the number in a cell.
func around(cell string, lang lifecycle.Lang) string {
	n, fault := parseNumber(someNumber.FindString(foldTarget(cell)), lang)
	if fault != noFault || n.Value == 0 {
		return "0.38..0.42"
	}
	lo, hi := n.Value*0.95, n.Value*1.05
	if lo > hi {
		lo, hi = hi, lo
	}
	short := func(v float64) string { return strconv.FormatFloat(v, 'g', 3, 64) }
	return short(lo) + ".." + short(hi)
}

// readings is a cell with an ambiguous number in its two readings: the separator parts thousands, or it
// is the decimal point. With several separators the first ones can only part thousands: one reading.
func readings(cell string) (whole, fraction string) {
	s := strings.ReplaceAll(foldTarget(cell), "..", " .. ")
	several := false
	read := func(decimal bool) string {
		out := someNumber.ReplaceAllStringFunc(s, func(n string) string {
			if !thousands.MatchString(n) {
				return strings.ReplaceAll(n, ",", ".")
			}
			first, last := strings.IndexAny(n, ".,"), strings.LastIndexAny(n, ".,")
			several = several || first != last
			if decimal || first != last && n[first] != n[last] {
				return digits.Replace(n[:last]) + "." + n[last+1:]
			}
			return digits.Replace(n)
		})
		return strings.ReplaceAll(out, " .. ", "..")
	}
	if whole, fraction = read(false), read(true); several {
		fraction = ""
	}
	return whole, fraction
}

var digits = strings.NewReplacer(".", "", ",", "")
