package metrics

import (
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// NamedRows lists the rows of a section's table that have a name, also those that are otherwise wrong, up
// to MaxRows: only their name, slice, number and line. Names may be written freely.
func NamedRows(section string, o Options) []Row {
	p, t := open(section, o)
	if t == nil {
		return nil
	}
	return p.named(t)
}

// open reads the header of a section's table; the table is nil when there is none with the columns that
// are needed.
func open(section string, o Options) (*parser, *markdown.Table) {
	o.FreeNames = true
	p := &parser{o: o, keys: map[string]int{}}
	t := markdown.FirstTable(section)
	if t == nil || !p.header(t.Header) {
		return p, nil
	}
	return p, t
}

func (p *parser) named(t *markdown.Table) []Row {
	var out []Row
	for i, r := range t.Rows[:min(len(t.Rows), MaxRows)] {
		p.num, p.line, p.cells = i+1, r.Line, r.Cells
		if name := p.name(); name != "" {
			out = append(out, Row{Name: name, Slice: p.slice(), Number: i + 1, Line: r.Line})
		}
	}
	return out
}

// Named is the row that a person means: by its name, as in a table or freely written ("Monthly churn"), by
// its key ("recall gap(region)", "recall all") or by its label in either language. The error is a Problem:
// no row is called so, or several are.
func Named(rows []Row, name string, lang lifecycle.Lang) (Row, error) {
	var found []Row
	for _, r := range rows {
		switch match(r, name) {
		case byKey:
			return r, nil
		case byName:
			found = append(found, r)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	why, choices := say(lang, whyNoRow, markdown.Truncate(strings.TrimSpace(name), maxShown)), rows
	if len(found) > 1 {
		why, choices = say(lang, whySeveral, found[0].Name, len(found)), found
	}
	return Row{}, Problem{Why: why, Fix: say(lang, fixOneOf, keys(choices, lang)), lang: lang}
}

// CutName parts the words of a command into the name of a row and what follows it. The name is the longest
// beginning that names a row or several; when none does, it is the first word.
func CutName(rows []Row, words string) (name, rest string) {
	all := strings.Fields(words)
	for n := len(all); n > 0; n-- {
		name = strings.Join(all[:n], " ")
		for _, r := range rows {
			if match(r, name) != noMatch {
				return name, strings.Join(all[n:], " ")
			}
		}
	}
	name, rest, _ = strings.Cut(strings.Join(all, " "), " ")
	return name, rest
}

// likeness says how a text names a row.
type likeness int

const (
	noMatch likeness = iota
	byName           // other rows may have the same name
	byKey
)

func match(r Row, name string) likeness {
	if len(name) > maxSlice*4 {
		return noMatch
	}
	s := plain(name)
	whole := r.Slice.Kind == All || r.Slice.Kind == ""
	switch {
	case whole && (s == r.Name+" all" || s == r.Name+" todos"):
		return byKey
	case !whole && (s == plain(r.Key()) || s == plain(r.Label(lifecycle.English)) || s == plain(r.Label(lifecycle.Portuguese))):
		return byKey
	case s == r.Name:
		return byName
	case !strings.ContainsAny(s, "<>=≤≥") && slug(name) == r.Name:
		return byName
	}
	return noMatch
}

var looseSigns = regexp.MustCompile(` ?([=()]) ?`)

// plain is a name for comparison: letter case, accents and white space make no difference.
func plain(s string) string {
	s = strings.Join(strings.Fields(norm.NFC.String(s)), " ")
	return lifecycle.Fold(looseSigns.ReplaceAllString(s, "$1"))
}

// maxChoices is how many rows a problem names.
const maxChoices = 20

// keys lists rows so that each can be written as it stands there.
func keys(rows []Row, lang lifecycle.Lang) string {
	names := map[string]int{}
	for _, r := range rows {
		names[r.Name]++
	}
	var out []string
	for _, r := range rows[:min(len(rows), maxChoices)] {
		key := r.Key()
		if names[r.Name] > 1 && key == r.Name {
			key += say(lang, both{" all", " todos"})
		}
		out = append(out, `"`+key+`"`)
	}
	if len(rows) > maxChoices {
		return strings.Join(out, ", ") + ", …"
	}
	return enumerate(out, lang)
}

// enumerate is a list in words: "a", "b" or "c".
func enumerate(words []string, lang lifecycle.Lang) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + say(lang, both{" or ", " ou "}) + words[last]
}
