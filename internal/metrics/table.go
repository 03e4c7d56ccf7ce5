package metrics

import (
	"fmt"
	"slices"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// Class says whom a metric speaks to.
type Class string

// The classes.
const (
	Business Class = "business"
	Model    Class = "model"
	Service  Class = "service"
	Data     Class = "data"
)

// Type says what missing the target means.
type Type string

// The types. People read "limit" where a table says guardrail.
const (
	Goal      Type = "goal"      // to be reached before the gate to deployment
	Guardrail Type = "guardrail" // never to be missed
	Watch     Type = "watch"     // shown only
)

// SourceKind says who reports a metric.
type SourceKind string

// The sources.
const (
	CI      SourceKind = "ci"      // a report on a commit
	Monitor SourceKind = "monitor" // a report from production
	Manual  SourceKind = "manual"  // a person, by command
)

// Source is where a metric's values come from, with the key it has there; "" means the metric's name.
type Source struct {
	Kind SourceKind
	Key  string
}

// String is the source as a table has it: "ci" or "ci:eval/recall".
func (s Source) String() string {
	if s.Key == "" {
		return string(s.Kind)
	}
	return string(s.Kind) + ":" + s.Key
}

// SliceKind says over which part of the data a metric is measured.
type SliceKind string

// The kinds of slices.
const (
	All   SliceKind = "all"   // everything
	One   SliceKind = "one"   // dim=value
	Every SliceKind = "every" // dim=*: each value must pass
	Gap   SliceKind = "gap"   // gap(dim): highest less lowest value
)

// Slice is the part of the data a row is about.
type Slice struct {
	Kind  SliceKind
	Dim   string // empty for All
	Value string // for One
}

// String is the slice as an English table has it.
func (s Slice) String() string {
	switch s.Kind {
	case One:
		return s.Dim + "=" + s.Value
	case Every:
		return s.Dim + "=*"
	case Gap:
		return "gap(" + s.Dim + ")"
	}
	return "all"
}

// Words is the slice as people read it after a metric's name, "" for all data:
// "gap between regions", "every region", "region south".
func (s Slice) Words(lang lifecycle.Lang) string {
	pt := lang == lifecycle.Portuguese
	switch s.Kind {
	case One:
		return s.Dim + " " + s.Value
	case Every:
		if pt {
			return "cada " + s.Dim
		}
		return "every " + s.Dim
	case Gap:
		if pt {
			return "diferença por " + s.Dim
		}
		return "gap between " + plural(s.Dim)
	}
	return ""
}

// plural is the English plural of a regular noun.
func plural(noun string) string {
	switch {
	case strings.HasSuffix(noun, "s"), strings.HasSuffix(noun, "x"):
		return noun + "es"
	case strings.HasSuffix(noun, "y") && len(noun) > 1 && !strings.ContainsAny(noun[len(noun)-2:len(noun)-1], "aeiou"):
		return noun[:len(noun)-1] + "ies"
	}
	return noun + "s"
}

// Owner is who answers for a metric: a person's login or a role. One of the two is set.
type Owner struct {
	Login string // without "@"
	Role  lifecycle.Role
}

// String is the owner as a table has it: "@login" or the role's key.
func (o Owner) String() string {
	if o.Login != "" {
		return "@" + o.Login
	}
	return string(o.Role)
}

// Row is one valid row of a metric table.
type Row struct {
	Name   string // a-z, 0-9 and "_"
	Class  Class
	Type   Type
	Target Target
	Unit   string // may be empty
	Slice  Slice
	Source Source
	Owner  Owner
	Number int // of the row in its table, from 1
	Line   int // in the section, from 1
}

// Key tells the rows of a table apart: the name, and the slice unless it is all data.
func (r Row) Key() string {
	if r.Slice.Kind == All || r.Slice.Kind == "" {
		return r.Name
	}
	return r.Name + " " + r.Slice.String()
}

// String is the row's promise in the table's own words: "recall gap(region) <= 0.08 ratio".
func (r Row) String() string {
	return strings.TrimSpace(r.Key() + " " + r.Target.String() + " " + r.Unit)
}

// Label is the metric as people read it: "recall", "recall, gap between regions".
func (r Row) Label(lang lifecycle.Lang) string {
	if w := r.Slice.Words(lang); w != "" {
		return r.Name + ", " + w
	}
	return r.Name
}

// Words is the row's promise in words: "saved_customers at least 1500 customers/month". The unit of a
// ratio goes without saying.
func (r Row) Words(lang lifecycle.Lang) string { return r.Label(lang) + " " + r.Promise(lang) }

// Promise is the target with its unit as people read it: "at least 1500 customers/month".
func (r Row) Promise(lang lifecycle.Lang) string {
	words := r.Target.Words(lang)
	switch {
	case r.Unit == "" || r.Unit == "ratio":
		return words
	case r.Unit == "%" && r.Target.Trend == "" && !r.Target.Baseline:
		return words + "%"
	}
	return words + " " + r.Unit
}

// Canonical is the row for fingerprints: the same for rows that promise the same, however written.
func (r Row) Canonical() string {
	return fmt.Sprintf("%q", []string{r.Name, r.Slice.String(), string(r.Class), string(r.Type), r.Target.canonical(),
		r.Unit, r.Source.String(), strings.ToLower(r.Owner.String())})
}

// Table is the valid rows of a metric table, in the order written.
type Table struct {
	Rows []Row
}

// Canonical is the table for fingerprints: its rows sorted by key, whatever their order.
// It says nothing of rows that could not be read.
func (t Table) Canonical() string {
	lines := make([]string, 0, len(t.Rows))
	for _, r := range t.Rows {
		lines = append(lines, r.Canonical())
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// Of lists the rows of a type, in order.
func (t Table) Of(typ Type) []Row {
	var out []Row
	for _, r := range t.Rows {
		if r.Type == typ {
			out = append(out, r)
		}
	}
	return out
}

// Count is how many rows have the class and the type; an empty class or type means any.
func (t Table) Count(c Class, typ Type) int {
	n := 0
	for _, r := range t.Rows {
		if (c == "" || r.Class == c) && (typ == "" || r.Type == typ) {
			n++
		}
	}
	return n
}

// Sliced is how many rows look at parts of the data: a slice, every slice or a gap.
func (t Table) Sliced() int {
	n := 0
	for _, r := range t.Rows {
		if r.Slice.Kind != All {
			n++
		}
	}
	return n
}

// Find is the row with the key; false when there is none.
func (t Table) Find(key string) (Row, bool) {
	for _, r := range t.Rows {
		if r.Key() == key {
			return r, true
		}
	}
	return Row{}, false
}
