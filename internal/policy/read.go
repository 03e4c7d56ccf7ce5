package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	yaml "go.yaml.in/yaml/v4"
)

// MaxSize is the largest config that is read, in bytes.
const MaxSize = 64 << 10

// maxProblems bounds what is said of one file; a last problem says that there are more.
const maxProblems = 50

// Parse reads a config. It returns either a policy with every default filled in, or every problem
// found, ordered by place; never both, never neither. Whatever the bytes are, it neither panics nor
// takes long: a file of [MaxSize] costs a fraction of a second at worst.
func Parse(data []byte) (*Policy, []Problem) {
	p := Default()
	r := &reader{table: table(p), places: map[string]*yaml.Node{}}
	if root := r.load(data); root != nil {
		r.table.read(r, root, "")
		r.secondLine(p)
	}
	if len(r.problems) == 0 {
		return p, nil
	}
	sortProblems(r.problems)
	if len(r.problems) > maxProblems {
		last := r.problems[maxProblems]
		w := say("And %d more problems from here on.", "E mais %d problemas daqui em diante.", len(r.problems)-maxProblems)
		r.problems = append(r.problems[:maxProblems:maxProblems],
			Problem{Line: last.Line, Column: last.Column, Message: w.en, portuguese: w.pt})
	}
	return nil, r.problems
}

// reader collects the problems of one file, and where each value stood.
type reader struct {
	table    *object
	problems []Problem
	places   map[string]*yaml.Node
	globs    int // of the table that is being read, each alternative of braces counted
}

func (r *reader) add(n *yaml.Node, path string, w words) { r.addAt(n.Line, n.Column, path, w) }

func (r *reader) addAt(line, column int, path string, w words) {
	r.problems = append(r.problems, Problem{max(line, 1), max(column, 1), path, w.en, w.pt})
}

// plain refuses what YAML can do beyond plain values: anchors, aliases and tags. It notes the place of
// what it lets pass.
func (r *reader) plain(n *yaml.Node, path string) bool {
	switch {
	case n.Kind == yaml.AliasNode:
		r.add(n, path, say("The alias *%s is not read. Write the value out.", "A referência *%s não é lida. Escreva o valor por extenso.", clip(n.Value)))
	case n.Anchor != "":
		r.add(n, path, say("The anchor &%s is not read. Take it away.", "A âncora &%s não é lida. Retire-a.", clip(n.Anchor)))
	case n.Style&yaml.TaggedStyle != 0:
		r.add(n, path, say("The tag %s is not read. Take it away; put text in quotes.", "A marca %s não é lida. Retire-a; textos vão entre aspas.", clip(n.Tag)))
	default:
		r.places[path] = n
		return true
	}
	return false
}

// load turns bytes into the root node; nil after it has said why not.
func (r *reader) load(data []byte) *yaml.Node {
	if len(data) > MaxSize {
		r.addAt(1, 1, "", say("The file has %d bytes; at most %d are read. Shorten its tables, or use teams (org/team) in place of long lists of people.",
			"O arquivo tem %d bytes; no máximo %d são lidos. Encurte as tabelas, ou use times (org/time) no lugar de longas listas de pessoas.", len(data), MaxSize))
		return nil
	}
	if !r.readable(data) {
		return nil
	}
	loader, err := yaml.NewLoader(bytes.NewReader(data))
	if err != nil {
		r.addAt(1, 1, "", syntax(err.Error(), nil))
		return nil
	}
	var document, second yaml.Node
	if err := loader.Load(&document); errors.Is(err, io.EOF) {
		r.addAt(1, 1, "version", say("The file is empty. Write at least the line: version: 1", "O arquivo está vazio. Escreva ao menos a linha: version: 1"))
		return nil
	} else if err != nil {
		r.syntax(err, data)
		return nil
	}
	if err := loader.Load(&second); err == nil {
		r.add(&second, "", say("A second document begins here. Keep one, without a line of three dashes between.",
			"Um segundo documento começa aqui. Deixe só um, sem linha de três hifens no meio."))
		return nil
	} else if !errors.Is(err, io.EOF) {
		r.syntax(err, data)
		return nil
	}
	if document.Kind == yaml.DocumentNode && len(document.Content) == 1 {
		return document.Content[0]
	}
	return &document
}

// readable refuses bytes that are no text, with the place of the first one.
func (r *reader) readable(data []byte) bool {
	line, column := 1, 1
	for len(data) > 0 {
		c, size := utf8.DecodeRune(data)
		switch {
		case c == utf8.RuneError && size == 1:
			r.addAt(line, column, "", say("This is not UTF-8. Save the file as UTF-8.", "Isto não é UTF-8. Salve o arquivo em UTF-8."))
			return false
		case c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7f:
			r.addAt(line, column, "", say("The control character %s stands here. Delete it.", "Aqui há o caractere de controle %s. Apague-o.", fmt.Sprintf("U+%04X", c)))
			return false
		}
		column++
		if c == '\n' {
			line, column = line+1, 1
		}
		data = data[size:]
	}
	return true
}

func (r *reader) syntax(err error, data []byte) {
	var at *yaml.LoadError
	if !errors.As(err, &at) {
		r.addAt(1, 1, "", syntax(err.Error(), nil))
		return
	}
	r.addAt(at.Mark.Line, at.Mark.Column, "", syntax(at.Message, rest(data, at.Mark.Line, at.Mark.Column)))
}

// rest is what stands in the line from the column on.
func rest(data []byte, line, column int) []rune {
	for i, text := range strings.Split(string(data), "\n") {
		if runes := []rune(text); i+1 == line && column >= 1 && column <= len(runes) {
			return runes[column-1:]
		}
	}
	return nil
}

// syntax says what the YAML reader met, and what would be right in the cases people run into.
func syntax(message string, at []rune) words {
	message = strings.TrimPrefix(message, "yaml: ")
	w := say("This is not valid YAML: %s.", "Isto não é YAML válido: %s.", message)
	switch {
	case len(at) > 0 && at[0] == '@':
		return w.and(say("Write the login without \"@\".", "Escreva o login sem \"@\"."))
	case len(at) > 0 && at[0] == '\t', strings.Contains(message, "tab character"):
		return w.and(say("Indent with spaces, not with tabs.", "Use espaços para o recuo, não tabulações."))
	case strings.Contains(message, "',' or ']'"), strings.Contains(message, "',' or '}'"):
		return w.and(say("Close the bracket that was opened before.", "Feche o colchete ou a chave que foi aberta antes."))
	case strings.Contains(message, "mapping values are not allowed"):
		return w.and(say("Put text that holds \": \" in quotes, and check the indentation.", "Escreva entre aspas o texto que contém \": \", e confira o recuo."))
	}
	return w.and(say("Check the indentation, the quotes and the brackets.", "Confira o recuo, as aspas e os colchetes."))
}

// secondLine refuses a validator who also holds a role: the second line must be apart from the first.
// Members of teams are not known here.
func (r *reader) secondLine(p *Policy) {
	for i, v := range p.Validators {
		roles, path := p.RolesOf(v.String()), fmt.Sprintf("validators[%d]", i)
		if n := r.places[path]; n != nil && len(roles) > 0 {
			r.add(n, path, say("%q also holds the role %s. A validator has no other role: take one of the two away.",
				"%q também tem o papel %s. Quem valida não tem outro papel: retire um dos dois.", v.String(), string(roles[0])))
		}
	}
}
