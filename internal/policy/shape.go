package policy

import (
	"strconv"
	"strings"

	yaml "go.yaml.in/yaml/v4"
)

// A shape is one entry of the table of keys (keys.go). It knows three things about a value: how it is
// read, what an editor's schema says of it, and where it goes. So reader and schema cannot part ways.
type shape interface {
	read(r *reader, n *yaml.Node, path string)
	schema() rule
}

// rule is a JSON Schema, draft-07.
type rule map[string]any

// field is one key of an object.
type field struct {
	name     string
	doc      string // what editors show, in English
	is       shape
	required bool
}

// object is a mapping with known keys only.
type object struct {
	fields []field
	// alias turns a name people use for a key into the key; nil when there are none.
	alias func(string) string
	// some asks for at least one key, one for exactly one.
	some, one bool
}

func (o *object) names() []string {
	names := make([]string, len(o.fields))
	for i, f := range o.fields {
		names[i] = f.name
	}
	return names
}

func (o *object) field(name string) (field, bool) {
	for _, f := range o.fields {
		if f.name == name {
			return f, true
		}
	}
	return field{}, false
}

func (o *object) read(r *reader, n *yaml.Node, path string) {
	if !r.plain(n, path) {
		return
	}
	if n.Kind != yaml.MappingNode {
		r.add(n, path, say("Found %s where keys belong. Write one or more of %s, each on a line of its own and indented.",
			"Aqui há %s onde deve haver chaves. Escreva uma ou mais de %s, cada uma em sua linha e com recuo.",
			describe(n), orList(o.names())))
		return
	}
	first := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		o.readKey(r, n.Content[i], n.Content[i+1], path, first)
	}
	for _, f := range o.fields {
		if f.required && first[f.name] == nil {
			r.add(n, join(path, f.name), say("The key %q is missing. Add it here.", "Falta a chave %q. Acrescente-a aqui.", f.name))
		}
	}
	switch {
	case o.one && len(n.Content) > 2:
		r.add(n, path, say("Several keys stand here. Write only one of %s.", "Há várias chaves aqui. Escreva só uma de %s.", orList(o.names())))
	case (o.one || o.some) && len(n.Content) == 0:
		r.add(n, path, say("Nothing stands here. Write one of %s.", "Não há nada aqui. Escreva uma de %s.", orList(o.names())))
	}
}

func (o *object) readKey(r *reader, key, value *yaml.Node, path string, first map[string]*yaml.Node) {
	if key.Kind != yaml.ScalarNode {
		r.add(key, path, say("A key must be a single word, but this is %s. Write one of %s.",
			"Uma chave deve ser uma só palavra, mas isto é %s. Escreva uma de %s.", describe(key), orList(o.names())))
		return
	}
	here := join(path, clip(key.Value))
	if !r.plain(key, here) {
		return
	}
	if key.Value == "<<" {
		r.add(key, here, say("Merging with \"<<\" is not read. Write the keys out.", "A junção com \"<<\" não é lida. Escreva as chaves por extenso."))
		return
	}
	f, known := o.field(key.Value)
	if !known || key.Tag != "!!str" {
		r.add(key, here, o.unknown(r, key.Value))
		return
	}
	if before := first[f.name]; before != nil {
		r.add(key, here, say("The key %q stands twice; the first time on line %d. Keep one of them.",
			"A chave %q aparece duas vezes; a primeira na linha %d. Deixe só uma.", f.name, before.Line))
		return
	}
	first[f.name] = key
	f.is.read(r, value, here)
}

// unknown says which key was probably meant: a near one here, else the same one at its proper place.
func (o *object) unknown(r *reader, written string) words {
	w := say("There is no key %q here.", "Não há chave %q aqui.", clip(written))
	if len(r.problems) > maxProblems {
		return w // it will not be shown
	}
	if o.alias != nil {
		if k := o.alias(written); k != "" {
			return w.and(say("Did you mean %q?", "Você quis dizer %q?", k))
		}
	}
	if h := hint(written, o.names()); h.en != "" {
		return w.and(h)
	}
	if place := r.table.find(plainName(written), ""); place != "" {
		return w.and(say("It belongs under %q.", "Ela fica dentro de %q.", place))
	}
	return w.and(say("Known keys: %s.", "Chaves conhecidas: %s.", strings.Join(o.names(), ", ")))
}

// find is the path of the object that has a key of that name; "" when none has, or only the root.
func (o *object) find(name, path string) string {
	for _, f := range o.fields {
		child := f.is
		if c, ok := child.(offOr); ok {
			child = c.object
		}
		inner, ok := child.(*object)
		if !ok {
			continue
		}
		if _, has := inner.field(name); has {
			return join(path, f.name)
		}
		if place := inner.find(name, join(path, f.name)); place != "" {
			return place
		}
	}
	return ""
}

func (o *object) schema() rule {
	properties, required := rule{}, []string{}
	for _, f := range o.fields {
		s := f.is.schema()
		if f.doc != "" {
			s["description"] = f.doc
		}
		properties[f.name] = s
		if f.required {
			required = append(required, f.name)
		}
	}
	s := rule{"type": "object", "additionalProperties": false, "properties": properties}
	if len(required) > 0 {
		s["required"] = required
	}
	if o.some || o.one {
		s["minProperties"] = 1
	}
	if o.one {
		s["maxProperties"] = 1
	}
	return s
}

// offOr is a mapping that the word "off" can stand for.
type offOr struct {
	off func()
	*object
}

func (o offOr) read(r *reader, n *yaml.Node, path string) {
	if n.Kind == yaml.ScalarNode && r.plain(n, path) {
		if n.Value == "off" && n.Tag == "!!str" {
			o.off()
			return
		}
		r.add(n, path, say("Found %s. Write off, or keys: %s.", "Aqui há %s. Escreva off, ou chaves: %s.", describe(n), strings.Join(o.names(), ", ")))
		return
	}
	o.object.read(r, n, path)
}

func (o offOr) schema() rule {
	return rule{"anyOf": []rule{{"const": "off"}, o.object.schema()}}
}

// list is a sequence of equal items. set is called with the whole list when every item was read
// without a problem.
type list[T any] struct {
	set      func([]T)
	item     func(to *T) shape
	min, max int
	unique   bool
	example  string
	// oneOf asks for at least one item of these values; empty asks nothing.
	oneOf []string
}

func (l list[T]) read(r *reader, n *yaml.Node, path string) {
	if !r.plain(n, path) {
		return
	}
	if n.Kind != yaml.SequenceNode {
		r.add(n, path, say("Found %s where a list belongs. Write it in brackets, for example %s.",
			"Aqui há %s onde deve haver uma lista. Escreva entre colchetes, por exemplo %s.", describe(n), l.example))
		return
	}
	if len(n.Content) < l.min || len(n.Content) > l.max {
		r.add(n, path, say("The list has %d entries. Write between %d and %d, for example %s.",
			"A lista tem %d itens. Escreva entre %d e %d, por exemplo %s.", len(n.Content), l.min, l.max, l.example))
		return
	}
	before := len(r.problems)
	items, first := make([]T, len(n.Content)), map[string]int{}
	for i, c := range n.Content {
		here := path + "[" + strconv.Itoa(i) + "]"
		l.item(&items[i]).read(r, c, here)
		if !l.unique {
			continue
		}
		name := strings.ToLower(nodeText(c))
		if j, again := first[name]; again {
			r.add(c, here, say("%q is already in the list, on line %d. Keep one of them.",
				"%q já está na lista, na linha %d. Deixe só um.", clip(nodeText(c)), n.Content[j].Line))
			continue
		}
		first[name] = i
	}
	if len(r.problems) == before && l.hasOne(r, n, path, first) {
		l.set(items)
	}
}

func (l list[T]) hasOne(r *reader, n *yaml.Node, path string, have map[string]int) bool {
	for _, w := range l.oneOf {
		if _, ok := have[w]; ok {
			return true
		}
	}
	if len(l.oneOf) == 0 {
		return true
	}
	r.add(n, path, say("Neither of the two roles that are involved throughout is here. Add %s.",
		"Nenhum dos dois papéis que acompanham todo o ciclo está aqui. Acrescente %s.", orList(l.oneOf)))
	return false
}

func (l list[T]) schema() rule {
	item := l.item(new(T)).schema()
	delete(item, "default")
	s := rule{"type": "array", "items": item, "maxItems": l.max}
	if l.min > 0 {
		s["minItems"] = l.min
	}
	if l.unique {
		s["uniqueItems"] = true
	}
	if len(l.oneOf) > 0 {
		s["contains"] = rule{"enum": l.oneOf}
	}
	return s
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
