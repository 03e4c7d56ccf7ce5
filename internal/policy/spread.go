package policy

import (
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// spread is a glob taken apart: for each choice of its braces the names between its slashes.
type spread [][]string

func spreadOf(glob string) spread {
	if strings.ContainsAny(glob, `\[`) || alternatives(glob) > maxAlternatives || strings.Contains(choices(glob)[0], "{") {
		return spread{{opaque, glob}}
	}
	var s spread
	for _, g := range choices(glob) {
		s = append(s, strings.Split(g, "/"))
	}
	return s
}

// opaque stands in place of the first name where a glob cannot be taken apart: it is the same as itself,
// and may meet everything.
const opaque = "{"

// choices writes the braces of a glob out. One whose braces are not closed stays as it is.
func choices(glob string) []string {
	open := strings.IndexByte(glob, '{')
	if open < 0 {
		return []string{glob}
	}
	var out []string
	depth, from := 0, open+1
	for i := open; i < len(glob); i++ {
		switch c := glob[i]; {
		case c == '{':
			depth++
		case c == '}':
			depth--
		}
		if c := glob[i]; depth == 1 && c == ',' || depth == 0 {
			out = append(out, choices(glob[:open]+glob[from:i]+"\x00")...)
			from = i + 1
		}
		if depth == 0 {
			return finish(out, glob[i+1:])
		}
	}
	return []string{glob}
}

// finish puts what follows the first braces behind each of their choices.
func finish(heads []string, rest string) []string {
	var out []string
	for _, h := range heads {
		for _, r := range choices(rest) {
			out = append(out, strings.ReplaceAll(h, "\x00", "")+r)
		}
	}
	return out
}

// includes reports that every path b matches is matched by s. It may miss that, never say it wrongly.
func (s spread) includes(b spread) bool {
	return !slices.ContainsFunc(b, func(one []string) bool {
		return !slices.ContainsFunc(s, func(all []string) bool {
			return slices.Equal(all, one) || all[0] != opaque && (one[0] != opaque || all[0] == "**" && len(all) == 1) && aligned(all, one, nameIncludes, true)
		})
	})
}

// meets reports that some path may be matched by both. It may say so wrongly, never miss it.
func (s spread) meets(b spread) bool {
	return slices.ContainsFunc(b, func(one []string) bool {
		return slices.ContainsFunc(s, func(all []string) bool {
			return all[0] == opaque || one[0] == opaque || aligned(all, one, namesMeet, false)
		})
	})
}

// aligned reports whether the names of a and b can be laid side by side so that each pair fits. "**" in a
// stands for any names of b, "**" among them; with oneWay false, "**" in b likewise for those of a.
func aligned(a, b []string, fit func(a, b string) bool, oneWay bool) bool {
	lastA, lastB := a[len(a)-1], b[len(b)-1]
	if a[0] != "**" && b[0] != "**" && !fit(a[0], b[0]) || lastA != "**" && lastB != "**" && !fit(lastA, lastB) {
		return false // most pairs
	}
	next := make([]bool, len(b)+1) // whether the rest of a fits from that place of b
	for i := len(a); i >= 0; i-- {
		row := make([]bool, len(b)+1)
		for j := len(b); j >= 0; j-- {
			switch {
			case i == len(a) && j == len(b):
				row[j] = true
			case i < len(a) && a[i] == "**":
				row[j] = next[j] || j < len(b) && row[j+1]
			case j < len(b) && b[j] == "**":
				row[j] = !oneWay && (row[j+1] || i < len(a) && next[j])
			case i < len(a) && j < len(b):
				row[j] = next[j+1] && fit(a[i], b[j])
			}
		}
		next = row
	}
	return next[0]
}

// nameIncludes reports that every name b matches is matched by a.
func nameIncludes(a, b string) bool {
	switch {
	case a == b || a == "*":
		return true
	case !strings.ContainsAny(b, globMeta):
		ok, err := doublestar.Match(a, b)
		return err == nil && ok
	case strings.ContainsAny(a+b, `[{\`):
		return false
	}
	next := make([]bool, len(b)+1)
	for i := len(a); i >= 0; i-- {
		row := make([]bool, len(b)+1)
		for j := len(b); j >= 0; j-- {
			switch {
			case i == len(a):
				row[j] = j == len(b)
			case a[i] == '*':
				row[j] = next[j] || j < len(b) && row[j+1]
			case j < len(b) && b[j] != '*':
				row[j] = next[j+1] && (a[i] == b[j] || a[i] == '?' && b[j] < 0x80)
			}
		}
		next = row
	}
	return next[0]
}

// namesMeet reports that some name may be matched by both.
func namesMeet(a, b string) bool {
	plainA, plainB := !strings.ContainsAny(a, globMeta), !strings.ContainsAny(b, globMeta)
	switch {
	case plainA && plainB:
		return a == b
	case plainA:
		ok, err := doublestar.Match(b, a)
		return err != nil || ok
	case plainB:
		ok, err := doublestar.Match(a, b)
		return err != nil || ok
	}
	headA, headB := a[:strings.IndexAny(a, globMeta)], b[:strings.IndexAny(b, globMeta)]
	tailA, tailB := a[strings.LastIndexAny(a, globMeta)+1:], b[strings.LastIndexAny(b, globMeta)+1:]
	return (strings.HasPrefix(headA, headB) || strings.HasPrefix(headB, headA)) && (strings.HasSuffix(tailA, tailB) || strings.HasSuffix(tailB, tailA))
}
