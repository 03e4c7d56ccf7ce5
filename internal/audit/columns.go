package audit

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// column is one field of an event as a text.
type column struct {
	name string // as in JSON
	of   func(Event) string
}

// columns are the fields in the order in which CSV has them; JSON has the same names.
var columns = []column{
	{"schema", func(e Event) string { return strconv.Itoa(e.Schema) }},
	{"at", func(e Event) string { return stamp(e.At) }},
	{"repository", func(e Event) string { return e.Repository }},
	{"issue", func(e Event) string { return number(int64(e.Issue)) }},
	{"kind", func(e Event) string { return string(e.Kind) }},
	{"event", func(e Event) string { return string(e.Event) }},
	{"gate", func(e Event) string { return string(e.Gate) }},
	{"from", func(e Event) string { return string(e.From) }},
	{"to", func(e Event) string { return string(e.To) }},
	{"risk", func(e Event) string { return string(e.Risk) }},
	{"person", func(e Event) string { return e.Person }},
	{"person_id", func(e Event) string { return number(e.PersonID) }},
	{"role", func(e Event) string { return string(e.Role) }},
	{"seat", func(e Event) string { return string(e.Seat) }},
	{"via", func(e Event) string { return string(e.Via) }},
	{"lent_by", func(e Event) string { return e.LentBy }},
	{"lent_by_id", func(e Event) string { return number(e.LentByID) }},
	{"until", func(e Event) string { return e.Until }},
	{"given_at", func(e Event) string { return stamp(e.GivenAt) }},
	{"carried", func(e Event) string { return yes(e.Carried) }},
	{"also", func(e Event) string { return yes(e.Also) }},
	{"self", func(e Event) string { return yes(e.Self) }},
	{"target", func(e Event) string { return e.Target }},
	{"target_id", func(e Event) string { return number(e.TargetID) }},
	{"with", func(e Event) string { return e.With }},
	{"with_id", func(e Event) string { return number(e.WithID) }},
	{"cause", func(e Event) string { return string(e.Cause) }},
	{"artefact", func(e Event) string { return e.Artefact }},
	{"decision", func(e Event) string { return e.Decision }},
	{"topic", func(e Event) string { return e.Topic }},
	{"about", func(e Event) string { return number(int64(e.About)) }},
	{"text", func(e Event) string { return e.Text }},
	{"commit", func(e Event) string { return e.Commit }},
	{"model", func(e Event) string { return e.Model }},
	{"dataset", func(e Event) string { return e.Dataset }},
	{"prints", func(e Event) string { return e.prints() }},
	{"comment", func(e Event) string { return number(e.Comment) }},
	{"url", func(e Event) string { return e.URL }},
	{"record", func(e Event) string { return number(e.Record) }},
	{"record_url", func(e Event) string { return e.RecordURL }},
	{"key", func(e Event) string { return e.Key }},
	{"signature", func(e Event) string { return string(e.Signature) }},
	{"findings", func(e Event) string { return e.findings() }},
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// number is n in digits; "" for 0, which is no number of anything on GitHub.
func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func (e Event) prints() string {
	var parts []string
	for _, item := range slices.Sorted(maps.Keys(e.Prints)) {
		parts = append(parts, fmt.Sprintf("%s=%s", item, e.Prints[item]))
	}
	return strings.Join(parts, " ")
}

func (e Event) findings() string {
	var parts []string
	for _, f := range e.Findings {
		parts = append(parts, fmt.Sprintf("%s: %s", f.Code, f.Text))
	}
	return strings.Join(parts, "; ")
}
