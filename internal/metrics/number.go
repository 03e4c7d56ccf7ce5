package metrics

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// ParseNumber reads a measured value as people write it, by the grammar of a table's targets. For what
// is no number, or may be read in two ways, fault says in the language what would be right; it is ""
// otherwise.
func ParseNumber(s string, lang lifecycle.Lang) (n Number, fault string) {
	s = signs.Replace(strings.TrimSpace(norm.NFC.String(s)))
	n, why := parseNumber(strings.ToLower(s), lang)
	switch why {
	case noFault:
		return n, ""
	case tooLarge:
		return n, say(lang, whyTooLarge) + ". " + say(lang, fixTooLarge)
	case ambiguous:
		whole, fraction := readings(s)
		if fraction == "" {
			return n, say(lang, whyAmbiguous) + ". " + say(lang, fixWrite, whole)
		}
		return n, say(lang, whyAmbiguous) + ". " + say(lang, fixEither, whole, fraction)
	}
	return n, say(lang, whyNoNumber) + ". " + say(lang, fixWrite, "3.9")
}

var whyNoNumber = both{"not a number", "não é um número"}
