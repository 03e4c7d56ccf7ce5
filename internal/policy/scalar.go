package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	yaml "go.yaml.in/yaml/v4"
)

// scalar is a single value: accepted YAML types, a parser that says what is wrong, and the schema of
// the same thing.
type scalar[T any] struct {
	to    *T
	tags  []string // YAML's types that are read, "!!str" or others
	want  words    // what would be right, as in "Write …"
	parse func(string) (T, *words)
	rule  rule
}

func (s scalar[T]) read(r *reader, n *yaml.Node, path string) {
	if !r.plain(n, path) {
		return
	}
	if n.Kind != yaml.ScalarNode || !slices.Contains(s.tags, n.Tag) {
		w := say("Found %s. %s", "Aqui há %s. %s", describe(n), s.want)
		if n.Kind == yaml.ScalarNode && n.Tag != "!!null" && s.tags[0] == "!!str" && s.rule["enum"] == nil {
			w = w.and(say("If this is meant as text, put it in quotes.", "Se for um texto, escreva entre aspas."))
		}
		r.add(n, path, w)
		return
	}
	v, bad := s.parse(n.Value)
	if bad != nil {
		r.add(n, path, bad.and(s.want))
		return
	}
	*s.to = v
}

func (s scalar[T]) schema() rule {
	out := rule{}
	for k, v := range s.rule {
		out[k] = v
	}
	return out
}

// oneOf is a word of a fixed set.
func oneOf[T ~string](to *T, values []T) scalar[T] {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = string(v)
	}
	return scalar[T]{
		to: to, tags: []string{"!!str"},
		want: say("Write %s.", "Escreva %s.", orList(names)),
		parse: func(s string) (T, *words) {
			if slices.Contains(names, s) {
				return T(s), nil
			}
			w := say("%q is not known here.", "%q não é conhecido aqui.", clip(s)).and(hint(s, names))
			return "", &w
		},
		rule: rule{"type": "string", "enum": names, "default": string(*to)},
	}
}

// integer is a whole number from lo to hi, written with digits only.
func integer(to *int, lo, hi int) scalar[int] {
	return scalar[int]{
		to: to, tags: []string{"!!int"},
		want: say("Write a whole number from %d to %d.", "Escreva um número inteiro de %d a %d.", lo, hi),
		parse: func(s string) (int, *words) {
			v, err := strconv.Atoi(s)
			if err != nil || strconv.Itoa(v) != s || v < lo || v > hi {
				w := say("%s is not possible here.", "%s não é possível aqui.", clip(s))
				return 0, &w
			}
			return v, nil
		},
		rule: rule{"type": "integer", "minimum": lo, "maximum": hi, "default": *to},
	}
}

func boolean(to *bool) scalar[bool] {
	return scalar[bool]{
		to: to, tags: []string{"!!bool"},
		want:  say("Write true or false.", "Escreva true ou false."),
		parse: func(s string) (bool, *words) { return strings.EqualFold(s, "true"), nil },
		rule:  rule{"type": "boolean", "default": *to},
	}
}

// line is one line of free text, of at most limit characters.
func line(to *string, limit int) scalar[string] {
	return scalar[string]{
		to: to, tags: []string{"!!str"},
		want: say("Write one line of 1 to %d characters.", "Escreva uma linha de 1 a %d caracteres.", limit),
		parse: func(s string) (string, *words) {
			if w := unseen(s); w != nil {
				return "", w
			}
			if n := len([]rune(s)); n < 1 || n > limit {
				w := say("The text has %d characters.", "O texto tem %d caracteres.", n)
				return "", &w
			}
			return s, nil
		},
		rule: rule{"type": "string", "minLength": 1, "maxLength": limit, "pattern": `^[^\r\n]*$`},
	}
}

// unseen refuses characters that cannot be seen: controls, line breaks, marks that turn the writing
// direction. They are used to make a text look like another one.
func unseen(s string) *words {
	for _, c := range s {
		if unicode.IsControl(c) || unicode.In(c, unicode.Cf, unicode.Zl, unicode.Zp) {
			code := fmt.Sprintf("U+%04X", c)
			w := say("The text holds the invisible character %s.", "O texto contém o caractere invisível %s.", code)
			return &w
		}
	}
	return nil
}
