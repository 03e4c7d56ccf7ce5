package audit

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/phasegate/phasegate/internal/markdown"
)

// Format is how events are written.
type Format string

// The formats.
const (
	JSONL    Format = "jsonl"
	CSV      Format = "csv"
	Markdown Format = "markdown"
)

// Write writes the events of a repository, which are in order.
func Write(w io.Writer, f Format, repository string, events []Event) error {
	switch f {
	case JSONL:
		return writeJSONL(w, events)
	case CSV:
		return writeCSV(w, events)
	case Markdown:
		_, err := io.WriteString(w, table(repository, events))
		return err
	}
	return fmt.Errorf("no format is called %q", f)
}

// writeJSONL writes one object a line.
func writeJSONL(w io.Writer, events []Event) error {
	enc := json.NewEncoder(w)
	for _, e := range events {
		if err := enc.Encode(e); err != nil {
			return fmt.Errorf("write an event of #%d: %w", e.Issue, err)
		}
	}
	return nil
}

func writeCSV(w io.Writer, events []Event) error {
	out := csv.NewWriter(w)
	row := make([]string, len(columns))
	for i, c := range columns {
		row[i] = c.name
	}
	if err := out.Write(row); err != nil {
		return err
	}
	for _, e := range events {
		for i, c := range columns {
			row[i] = inert(c.of(e))
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// inert is a cell that a spreadsheet takes for text, never for a formula: one that begins like a formula
// gets an apostrophe before it. Characters that steer a terminal or reorder text become U+FFFD.
// https://owasp.org/www-community/attacks/CSV_Injection
func inert(s string) string {
	s = strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	if first := strings.TrimLeftFunc(s, unicode.IsSpace); first != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(first)[0]) || strings.HasPrefix(s, "\n") {
		return "'" + s
	}
	return s
}

// table is the trail for people, as Markdown.
func table(repository string, events []Event) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Audit of %s\n\n", markdown.Text(repository))
	unverified, bad := Counts(events)
	fmt.Fprintf(&b, "%s. Not verified: %d. Made up: %d.\n\nTimes are UTC.\n\n", counted(len(events), "event"), unverified, bad)
	b.WriteString("| When | Issue | Event | Who | What | Verified |\n|---|---|---|---|---|---|\n")
	for _, e := range events {
		b.WriteString(markdown.Row(e.At.UTC().Format("2006-01-02 15:04:05"), e.link(), markdown.Cell(strings.ReplaceAll(string(e.Event), "-", " ")), e.who(), e.details(), e.verified()) + "\n")
	}
	return b.String()
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// link leads to the event's comment.
func (e Event) link() string {
	text := fmt.Sprintf("%s %d", markdown.Cell(string(e.Kind)), e.Issue)
	url := e.URL
	if e.Carried {
		url = e.RecordURL
	}
	if !linkable(url) {
		return text
	}
	return "[" + text + "](" + url + ")"
}

// linkable reports whether an address can be the target of a link as it is. A record may name any.
func linkable(url string) bool {
	return (strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://")) &&
		!strings.ContainsFunc(url, func(r rune) bool {
			return r <= ' ' || r > '~' || strings.ContainsRune("()<>|\\[]`\"", r)
		})
}

func (e Event) who() string {
	if e.Person == "" {
		return "–"
	}
	who := markdown.Cell(e.Person)
	if e.PersonID != 0 {
		who += fmt.Sprintf(" (%d)", e.PersonID)
	}
	return who
}

// maxWords is how much of a text a table shows.
const maxWords = 300

// details tell in words what else there is to say.
func (e Event) details() string {
	var parts []string
	say := func(ok bool, format string, args ...any) {
		if ok {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	cell := func(s string) string { return markdown.Cell(markdown.Truncate(s, maxWords)) }
	say(e.To != "", "%s → %s", cell(string(e.From)), cell(string(e.To)))
	say(e.Seat != "", "as %s", cell(string(e.Seat)))
	say(e.Role != "" && e.Role != e.Seat && e.Seat != "", "holding %s", cell(string(e.Role)))
	say(e.Role != "" && e.Seat == "", "%s", cell(string(e.Role)))
	say(e.Via == "stand-in", "standing in")
	say(e.LentBy != "", "lent by %s", cell(e.LentBy))
	say(e.Carried, "carried over, given %s", e.GivenAt.UTC().Format("2006-01-02 15:04:05"))
	say(e.Also, "answers for this too")
	say(e.Self, "self-reviewed")
	say(e.Risk != "" && e.Event != Approval, "risk %s", cell(string(e.Risk)))
	say(e.Cause != "", "cause %s", cell(string(e.Cause)))
	say(e.Artefact != "", "of %s", markdown.CodeCell(e.Artefact))
	say(e.Target != "" && e.Event != Delegation, "of %s", cell(e.Target))
	say(e.Target != "" && e.Event == Delegation, "to %s", cell(e.Target))
	say(e.With != "", "with %s", cell(e.With))
	say(e.Until != "", "until %s", cell(e.Until))
	say(e.Commit != "", "commit %s", markdown.CodeCell(e.Commit))
	say(e.Model != "", "model %s", cell(e.Model))
	say(e.Dataset != "", "data %s", cell(e.Dataset))
	say(e.Decision != "", "%s", cell(e.Decision))
	say(e.Topic != "", "%s", cell(e.Topic))
	say(e.About != 0, "about issue %d", e.About)
	say(e.Text != "", "“%s”", cell(e.Text))
	return strings.Join(parts, ", ")
}

// verified says whether all could be verified, and what not.
func (e Event) verified() string {
	if len(e.Findings) == 0 {
		return "yes"
	}
	var parts []string
	for _, f := range e.Findings {
		parts = append(parts, markdown.Cell(markdown.Truncate(f.Text, maxWords)))
	}
	if _, bad := Counts([]Event{e}); bad > 0 {
		return "**no:** " + strings.Join(parts, "; ")
	}
	return "not all: " + strings.Join(parts, "; ")
}
