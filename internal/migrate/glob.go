package migrate

import (
	"regexp/syntax"
	"strings"
)

// maxGlobs is how many globs one regular expression may become.
const maxGlobs = 16

// piece is a part of a path: text, or one of the kinds below.
type piece struct {
	kind byte
	text string
}

const (
	text  byte = iota
	any0       // any characters, slashes among them
	any1       // the same, at least one
	name0      // any characters but slashes
	name1      // the same, at least one
	char       // one character
)

// globsOf writes a regular expression of paths, which may match anywhere, as globs; false when it says
// something that globs cannot. A dot is one character other than a slash.
func globsOf(pattern string) ([]string, bool) {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, false
	}
	ways, ok := pieces(re.Simplify())
	if !ok || len(ways) > maxGlobs {
		return nil, false
	}
	var out []string
	for _, w := range ways {
		globs, ok := globs(anchored(w))
		if out = append(out, globs...); !ok || len(out) > maxGlobs {
			return nil, false
		}
	}
	return out, true
}

// The anchors stand among the pieces until anchored has looked at them.
const (
	begin byte = 'A'
	end   byte = 'Z'
)

// anchored puts any characters where the expression is not held to the beginning or the end.
func anchored(way []piece) []piece {
	if len(way) > 0 && way[0].kind == begin {
		way = way[1:]
	} else {
		way = append([]piece{{kind: any0}}, way...)
	}
	if n := len(way); n > 0 && way[n-1].kind == end {
		way = way[:n-1]
	} else {
		way = append(way[:len(way):len(way)], piece{kind: any0})
	}
	return joined(way)
}

// joined makes one of any characters that follow one another.
func joined(way []piece) []piece {
	var out []piece
	for _, p := range way {
		if n := len(out); n > 0 && (p.kind == any0 || p.kind == any1) && (out[n-1].kind == any0 || out[n-1].kind == any1) {
			out[n-1].kind = max(out[n-1].kind, p.kind)
			continue
		}
		out = append(out, p)
	}
	return out
}

// pieces lists the ways in which the expression can be read.
func pieces(re *syntax.Regexp) ([][]piece, bool) {
	one := func(p piece) ([][]piece, bool) { return [][]piece{{p}}, true }
	switch re.Op {
	case syntax.OpEmptyMatch:
		return [][]piece{{}}, true
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase != 0 {
			return nil, false
		}
		return one(piece{text: string(re.Rune)})
	case syntax.OpBeginText, syntax.OpBeginLine:
		return one(piece{kind: begin})
	case syntax.OpEndText, syntax.OpEndLine:
		return one(piece{kind: end})
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return one(piece{kind: char})
	case syntax.OpCapture:
		return pieces(re.Sub[0])
	case syntax.OpCharClass:
		return classPieces(re)
	case syntax.OpStar, syntax.OpPlus:
		return repeated(re)
	case syntax.OpQuest:
		ways, ok := pieces(re.Sub[0])
		return append(ways, nil), ok
	case syntax.OpAlternate:
		var out [][]piece
		for _, sub := range re.Sub {
			ways, ok := pieces(sub)
			if !ok {
				return nil, false
			}
			out = append(out, ways...)
		}
		return out, len(out) <= maxGlobs
	case syntax.OpConcat:
		return concat(re.Sub)
	}
	return nil, false
}

func concat(subs []*syntax.Regexp) ([][]piece, bool) {
	out := [][]piece{nil}
	for _, sub := range subs {
		ways, ok := pieces(sub)
		if !ok || len(out)*len(ways) > maxGlobs {
			return nil, false
		}
		var next [][]piece
		for _, head := range out {
			for _, tail := range ways {
				next = append(next, append(head[:len(head):len(head)], tail...))
			}
		}
		out = next
	}
	return out, true
}

// classPieces reads a class of few characters as a choice; one without a slash as any character.
func classPieces(re *syntax.Regexp) ([][]piece, bool) {
	if notSlash(re) {
		return [][]piece{{{kind: char}}}, true
	}
	var out [][]piece
	for i := 0; i+1 < len(re.Rune); i += 2 {
		for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
			if out = append(out, []piece{{text: string(r)}}); len(out) > maxGlobs {
				return nil, false
			}
		}
	}
	return out, len(out) > 0
}

// notSlash reports whether re is [^/].
func notSlash(re *syntax.Regexp) bool {
	return len(re.Rune) == 4 && re.Rune[0] == 0 && re.Rune[1] == '/'-1 && re.Rune[2] == '/'+1 && re.Rune[3] == 0x10ffff
}

func repeated(re *syntax.Regexp) ([][]piece, bool) {
	kinds := [2]byte{any0, any1}
	switch sub := re.Sub[0]; {
	case sub.Op == syntax.OpAnyChar || sub.Op == syntax.OpAnyCharNotNL:
	case sub.Op == syntax.OpCharClass && notSlash(sub):
		kinds = [2]byte{name0, name1}
	default:
		return nil, false
	}
	if re.Op == syntax.OpPlus {
		return [][]piece{{{kind: kinds[1]}}}, true
	}
	return [][]piece{{{kind: kinds[0]}}}, true
}

// globs writes one way as globs: any characters may or may not reach over a slash, which are two globs
// unless they stand between slashes.
func globs(way []piece) ([]string, bool) {
	out := []string{""}
	put := func(endings func(g string) []string) {
		var next []string
		for _, g := range out {
			next = append(next, endings(g)...)
		}
		out = next
	}
	for i, p := range way {
		last := i == len(way)-1
		switch p.kind {
		case text:
			put(func(g string) []string { return []string{g + escaped(p.text)} })
		case char:
			put(func(g string) []string { return []string{g + "?"} })
		case name0:
			put(func(g string) []string { return []string{g + "*"} })
		case name1:
			put(func(g string) []string { return []string{g + "?*"} })
		case any0, any1:
			put(func(g string) []string { return reaching(g, p.kind == any1, last) })
		default:
			return nil, false // an anchor in the middle
		}
		if len(out) > maxGlobs {
			return nil, false
		}
	}
	for i, g := range out {
		if g == "" || strings.HasPrefix(g, "/") || strings.HasSuffix(g, "/") {
			return nil, false
		}
		out[i] = tidy(g)
	}
	return out, true
}

// reaching puts any characters behind g.
func reaching(g string, some, last bool) []string {
	fresh := g == "" || strings.HasSuffix(g, "/")
	switch {
	case fresh && last:
		return []string{g + "**"}
	case fresh && some:
		return []string{g + "**/?*", g + "*/**/*"}
	case fresh:
		return []string{g + "**/*"}
	case last && some:
		return []string{g + "?*", g + "*/**"}
	case last:
		return []string{g + "*", g + "*/**"}
	case some:
		return []string{g + "?*", g + "*/**/*"}
	}
	return []string{g + "*", g + "*/**/*"}
}

// tidy writes stars in a row once; it changes no meaning.
func tidy(g string) string {
	names := strings.Split(g, "/")
	for i, n := range names {
		for n != "**" && strings.Contains(n, "**") {
			n = strings.ReplaceAll(n, "**", "*")
		}
		names[i] = n
	}
	return strings.Join(names, "/")
}

func escaped(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune(`*?[]{}\`, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
