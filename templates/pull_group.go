package templates

import (
	"fmt"
	"slices"
	"strings"

	"github.com/phasegate/phasegate/internal/markdown"
)

// GroupLine is one pull request of a merge group.
type GroupLine struct {
	Number int
	Title  string // of its check
	Passes bool
}

// GroupView is what a check shows on the commit of a merge group.
type GroupView struct {
	Check     string // its name
	Lines     []GroupLine
	Observing bool
}

// Passes reports whether the check passes on every pull request of the group; a group without any was not
// read, and does not pass.
func (v GroupView) Passes() bool {
	return len(v.Lines) > 0 && !slices.ContainsFunc(v.Lines, func(l GroupLine) bool { return !l.Passes })
}

// Group writes a check of a merge group.
func (p Printer) Group(v GroupView) CheckText {
	var c CheckText
	i := slices.IndexFunc(v.Lines, func(l GroupLine) bool { return !l.Passes })
	switch {
	case len(v.Lines) == 0:
		c.Title = p.say(both{"The pull requests of this group could not be read", "Os pull requests deste grupo não puderam ser lidos"})
	case i >= 0:
		c.Title = fmt.Sprintf("#%d: %s", v.Lines[i].Number, markdown.Truncate(v.Lines[i].Title, 200))
	case len(v.Lines) == 1:
		c.Title = fmt.Sprintf(p.say(both{"#%d passes as it stands", "#%d passa como está"}), v.Lines[0].Number)
	default:
		c.Title = fmt.Sprintf(p.say(both{"All %d pull requests pass as they stand", "Todos os %d pull requests passam como estão"}), len(v.Lines))
	}
	if v.Observing && !v.Passes() {
		c.Title += p.say(observingNote)
	}
	c.Summary = p.fit(func(p Printer) string { return p.groupSummary(v) })
	return c
}

func (p Printer) groupSummary(v GroupView) string {
	var b strings.Builder
	b.WriteString(p.say(both{"Each pull request of the group is judged on its own newest commit, as it stands now.\n\n", "Cada pull request do grupo é julgado em seu próprio último commit, como está agora.\n\n"}))
	b.WriteString(markdown.Row("Pull request", p.say(both{"Result", "Resultado"}), markdown.CodeCell(v.Check)) + "\n|---|---|---|\n")
	shown, more := few(v.Lines, 100)
	for _, l := range shown {
		result := p.say(both{"passes", "passa"})
		if !l.Passes {
			result = p.say(both{"**does not pass**", "**não passa**"})
		}
		b.WriteString(markdown.Row(fmt.Sprintf("#%d", l.Number), result, markdown.Cell(markdown.Truncate(l.Title, 200))) + "\n")
	}
	if more > 0 {
		b.WriteString(markdown.Row(p.more(more), "", "") + "\n")
	}
	return b.String()
}
