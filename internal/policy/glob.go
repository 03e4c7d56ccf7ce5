package policy

import (
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// A compiled glob knows what a path must begin and end with, so that most paths are refused without
// matching.
type compiledGlob struct {
	text       string
	head, tail string
	literal    bool // no wildcard at all
}

const globMeta = `*?[{\`

func compileGlob(text string) compiledGlob {
	g := compiledGlob{text: text}
	i := strings.IndexAny(text, globMeta)
	if i < 0 {
		return compiledGlob{text: text, head: text, literal: true}
	}
	g.head = text[:i]
	if strings.HasPrefix(text[i:], "**") {
		g.head = strings.TrimSuffix(g.head, "/") // "a/**" is a, too
	}
	if !strings.ContainsAny(text, `\[{`) {
		g.tail = text[strings.LastIndexAny(text, "*?")+1:]
		if strings.HasSuffix(text[:len(text)-len(g.tail)], "**") {
			g.tail = strings.TrimPrefix(g.tail, "/") // "**/a" is a, too
		}
	}
	return g
}

func (g compiledGlob) match(path string) bool {
	if g.literal {
		return g.text == path
	}
	if !strings.HasPrefix(path, g.head) || !strings.HasSuffix(path, g.tail) {
		return false
	}
	ok, err := doublestar.Match(g.text, path)
	return err == nil && ok
}

// globSet is the globs of several rows, each matched once for a path however many rows have it.
type globSet struct {
	globs []compiledGlob
	index map[string]int
	first map[string][]int // by the folder or file they begin with; "" where that is a pattern
	found []bool           // which match the path looked at last
	dirty []int
}

func newGlobSet() *globSet { return &globSet{index: map[string]int{}, first: map[string][]int{}} }

// add notes the globs and returns their places.
func (s *globSet) add(globs []string) []int {
	var places []int
	for _, text := range globs {
		if text == AnythingElse {
			continue
		}
		i, known := s.index[text]
		if !known {
			i = len(s.globs)
			s.index[text] = i
			s.globs = append(s.globs, compileGlob(text))
			s.found = append(s.found, false)
			begin, _, _ := strings.Cut(text, "/")
			if strings.ContainsAny(begin, globMeta) {
				begin = ""
			}
			s.first[begin] = append(s.first[begin], i)
		}
		places = append(places, i)
	}
	return places
}

// look matches every glob against the path.
func (s *globSet) look(path string) {
	for _, i := range s.dirty {
		s.found[i] = false
	}
	s.dirty = s.dirty[:0]
	begin, _, _ := strings.Cut(path, "/")
	for _, group := range [][]int{s.first[begin], s.first[""]} {
		for _, i := range group {
			if s.globs[i].match(path) {
				s.found[i] = true
				s.dirty = append(s.dirty, i)
			}
		}
	}
}

// any reports whether one of the globs at the places matches the path looked at.
func (s *globSet) any(places []int) bool {
	return slices.ContainsFunc(places, func(i int) bool { return s.found[i] })
}

func matches(globs []string, path string) bool {
	return slices.ContainsFunc(globs, func(g string) bool { return g != AnythingElse && compileGlob(g).match(path) })
}

// maxAlternatives bounds how many paths the braces of one glob can stand for, and maxAllGlobs how many
// the globs of a table can stand for in all: matching takes time for each.
const (
	maxAlternatives = 64
	maxAllGlobs     = 1000
)

// alternatives is how many globs without braces s stands for, at most.
func alternatives(s string) int {
	count, open := 1, []int{}
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '{':
			open = append(open, 1)
		case ',':
			if len(open) > 0 {
				open[len(open)-1]++
			}
		case '}':
			if len(open) > 0 {
				count *= open[len(open)-1]
				open = open[:len(open)-1]
			}
		}
	}
	return count
}
