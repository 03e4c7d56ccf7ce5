package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// Problem is one thing that is wrong in a config: where, what, and what would be right.
type Problem struct {
	Line    int    `json:"line"`    // from 1
	Column  int    `json:"column"`  // from 1, in characters
	Path    string `json:"path"`    // the key, as in roles.data-scientist[0]; "" for the file as a whole
	Message string `json:"message"` // in English, one line

	portuguese string
}

// Text is the message in language l.
func (p Problem) Text(l lifecycle.Lang) string { return words{p.Message, p.portuguese}.in(l) }

// String is "line:column: path: message", in English.
func (p Problem) String() string {
	if p.Path == "" {
		return fmt.Sprintf("%d:%d: %s", p.Line, p.Column, p.Message)
	}
	return fmt.Sprintf("%d:%d: %s: %s", p.Line, p.Column, p.Path, p.Message)
}

func sortProblems(problems []Problem) {
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// words is one sentence in both languages.
type words struct{ en, pt string }

// say fills the same arguments into both sentences. An argument that is itself words is put in its
// own language.
func say(en, pt string, args ...any) words {
	return words{fmt.Sprintf(en, inLang(lifecycle.English, args)...), fmt.Sprintf(pt, inLang(lifecycle.Portuguese, args)...)}
}

func inLang(l lifecycle.Lang, args []any) []any {
	out := slices.Clone(args)
	for i, a := range out {
		if w, ok := a.(words); ok {
			out[i] = w.in(l)
		}
	}
	return out
}

func (w words) in(l lifecycle.Lang) string {
	if l == lifecycle.Portuguese && w.pt != "" {
		return w.pt
	}
	return w.en
}

// and joins two sentences.
func (w words) and(v words) words {
	if v.en == "" {
		return w
	}
	return words{w.en + " " + v.en, w.pt + " " + v.pt}
}

// orList writes names as "a, b or c".
func orList(names []string) words {
	if len(names) < 2 {
		return words{strings.Join(names, ""), strings.Join(names, "")}
	}
	head, last := strings.Join(names[:len(names)-1], ", "), names[len(names)-1]
	return words{head + " or " + last, head + " ou " + last}
}

// clip shortens what somebody wrote so that a message stays one short line.
func clip(s string) string {
	const limit = 60
	if runes := []rune(s); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return s
}
