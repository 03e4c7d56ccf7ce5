package hubsim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// gqlResolver answers one field of one object. It returns nil for GraphQL's null, a *gqlError to be reported at the
// field's path, a gqlList for a field that is a connection, and for a field of interface or union type a value that
// implements gqlObject.
type gqlResolver func(c *gqlCall, obj any, args gqlArgs) (any, error)

// gqlObject is a value that knows which GraphQL object type it is, needed where a field's type is abstract.
type gqlObject interface{ gqlType() string }

// gqlEngine executes validated operations of one schema with one resolver for each field of each object type.
type gqlEngine struct {
	schema    *ast.Schema
	resolvers map[string]gqlResolver // keyed "Type.field"
}

// gqlCall is the execution of one operation. server and request are what resolvers read; the rest is the executor's.
type gqlCall struct {
	engine  *gqlEngine
	vars    map[string]any
	errors  []*gqlError
	backend gqlBackend
	cost    gqlCost
}

// gqlError is one entry of a response's "errors", in GitHub's shape: it has a type beside what the specification has.
type gqlError struct {
	Type       string         `json:"type,omitempty"`
	Path       []any          `json:"path,omitempty"`
	Locations  []gqlLocation  `json:"locations,omitempty"`
	Extensions map[string]any `json:"extensions,omitempty"`
	Message    string         `json:"message"`
}

// Error returns the message.
func (e *gqlError) Error() string { return e.Message }

type gqlLocation struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// gqlErrorf makes an error of one of GitHub's types: NOT_FOUND, FORBIDDEN, UNPROCESSABLE and so on.
func gqlErrorf(kind, format string, args ...any) *gqlError {
	return &gqlError{Type: kind, Message: fmt.Sprintf(format, args...)}
}

// gqlResult is a JSON object that keeps the order of the query's fields, as the specification asks.
type gqlResult struct {
	keys   []string
	values map[string]any
}

// MarshalJSON writes the fields in the order in which they were set.
func (m *gqlResult) MarshalJSON() ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	buf.WriteByte('{')
	for i, key := range m.keys {
		if i > 0 {
			buf.WriteByte(',')
		}
		if err := enc.Encode(key); err != nil {
			return nil, err
		}
		buf.WriteByte(':')
		if err := enc.Encode(m.values[key]); err != nil {
			return nil, err
		}
	}
	buf.WriteByte('}')
	return buf.Bytes(), nil
}

func (m *gqlResult) set(key string, value any) {
	if _, ok := m.values[key]; !ok {
		m.keys = append(m.keys, key)
	}
	m.values[key] = value
}

// gqlField is a response key with the fields that were asked for under it; there is more than one when fragments
// name the same field again, and then their selections are merged.
type gqlField struct {
	key    string
	fields []*ast.Field
}

// run executes the operation and returns its data: nil when an error reached the root. Errors are in c.errors.
func (c *gqlCall) run(op *ast.OperationDefinition) any {
	root := c.engine.schema.Query
	if op.Operation == ast.Mutation {
		root = c.engine.schema.Mutation
	}
	data, ok := c.object(root, gqlRoot{}, []ast.SelectionSet{op.SelectionSet}, nil)
	if !ok {
		return nil
	}
	return data
}

// gqlRoot is the object that fields of Query and Mutation are resolved on.
type gqlRoot struct{}

// object answers the selections on one object. It reports false when a field that must not be null is null.
func (c *gqlCall) object(def *ast.Definition, obj any, sets []ast.SelectionSet, path []any) (any, bool) {
	out := &gqlResult{values: map[string]any{}}
	var fields []*gqlField
	for _, set := range sets {
		fields = c.collect(def, set, fields)
	}
	for _, f := range fields {
		value, ok := c.field(def, obj, f, append(path[:len(path):len(path)], f.key))
		if !ok {
			return nil, false
		}
		out.set(f.key, value)
	}
	return out, true
}

// collect adds the fields of a selection set that apply to an object of type def, following fragments and obeying
// @include and @skip.
func (c *gqlCall) collect(def *ast.Definition, set ast.SelectionSet, into []*gqlField) []*gqlField {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if c.included(s.Directives) {
				into = addField(into, s)
			}
		case *ast.InlineFragment:
			if c.included(s.Directives) && (s.TypeCondition == "" || c.isA(def, s.TypeCondition)) {
				into = c.collect(def, s.SelectionSet, into)
			}
		case *ast.FragmentSpread:
			if c.included(s.Directives) && c.isA(def, s.Definition.TypeCondition) {
				into = c.collect(def, s.Definition.SelectionSet, into)
			}
		}
	}
	return into
}

func addField(fields []*gqlField, f *ast.Field) []*gqlField {
	for _, have := range fields {
		if have.key == f.Alias {
			have.fields = append(have.fields, f)
			return fields
		}
	}
	return append(fields, &gqlField{key: f.Alias, fields: []*ast.Field{f}})
}

func (c *gqlCall) included(directives ast.DirectiveList) bool {
	for _, d := range directives {
		condition, _ := d.ArgumentMap(c.vars)["if"].(bool)
		if d.Name == "skip" && condition || d.Name == "include" && !condition {
			return false
		}
	}
	return true
}

// isA reports whether the object type def is name, implements it, or is a member of it.
func (c *gqlCall) isA(def *ast.Definition, name string) bool {
	if def.Name == name {
		return true
	}
	for _, possible := range c.engine.schema.PossibleTypes[name] {
		if possible.Name == def.Name {
			return true
		}
	}
	return false
}

// field resolves one field and completes its value.
func (c *gqlCall) field(def *ast.Definition, obj any, f *gqlField, path []any) (any, bool) {
	first := f.fields[0]
	if first.Name == "__typename" {
		return def.Name, true
	}
	args := gqlArgs(first.ArgumentMap(c.vars))
	value, err := c.resolve(def, obj, first, args)
	if err == nil {
		value, err = page(value, args, first, f)
	}
	if err != nil {
		c.fail(err, first, path)
		return nil, !first.Definition.Type.NonNull
	}
	return c.complete(first.Definition.Type, value, f, path)
}

func (c *gqlCall) resolve(def *ast.Definition, obj any, f *ast.Field, args gqlArgs) (any, error) {
	if resolver, ok := c.engine.resolvers[def.Name+"."+f.Name]; ok {
		return resolver(c, obj, args)
	}
	switch obj := obj.(type) {
	case *gqlPage:
		return obj.field(f.Name)
	case *gqlEdge:
		return obj.field(f.Name)
	case gqlPayload:
		return obj[f.Name], nil
	}
	return nil, fmt.Errorf("the simulator has no answer for %s.%s", def.Name, f.Name)
}

// complete turns a resolved value into the response's, following the field's type.
func (c *gqlCall) complete(t *ast.Type, value any, f *gqlField, path []any) (any, bool) {
	if isNil(value) {
		if t.NonNull {
			c.fail(gqlErrorf("", "Cannot return null for non-nullable field %s", fieldName(f)), f.fields[0], path)
		}
		return nil, !t.NonNull
	}
	if t.Elem != nil {
		return c.list(t, value, f, path)
	}
	def := c.engine.schema.Types[t.NamedType]
	if def.IsAbstractType() {
		object, ok := value.(gqlObject)
		if !ok {
			c.fail(fmt.Errorf("%T does not say which type it is", value), f.fields[0], path)
			return nil, !t.NonNull
		}
		if def = c.engine.schema.Types[object.gqlType()]; def == nil || !c.isA(def, t.NamedType) {
			c.fail(fmt.Errorf("%s is not a %s", object.gqlType(), t.NamedType), f.fields[0], path)
			return nil, !t.NonNull
		}
	}
	if def.Kind != ast.Object {
		return value, true
	}
	var sets []ast.SelectionSet
	for _, field := range f.fields {
		sets = append(sets, field.SelectionSet)
	}
	out, ok := c.object(def, value, sets, path)
	if !ok {
		return nil, !t.NonNull
	}
	return out, true
}

func (c *gqlCall) list(t *ast.Type, value any, f *gqlField, path []any) (any, bool) {
	items, err := toSlice(value)
	if err != nil {
		c.fail(err, f.fields[0], path)
		return nil, !t.NonNull
	}
	out := make([]any, 0, len(items))
	for i, item := range items {
		element := append(path[:len(path):len(path)], i)
		if err, ok := item.(error); ok {
			c.fail(err, f.fields[0], element)
			item = nil
			if !t.Elem.NonNull {
				out = append(out, nil)
				continue
			}
			return nil, !t.NonNull
		}
		completed, ok := c.complete(t.Elem, item, f, element)
		if !ok {
			return nil, !t.NonNull
		}
		out = append(out, completed)
	}
	return out, true
}

// fail records an error at a field's path.
func (c *gqlCall) fail(err error, f *ast.Field, path []any) {
	e, ok := err.(*gqlError)
	if !ok {
		e = &gqlError{Message: err.Error()}
	}
	report := *e
	report.Path = path
	if f.Position != nil {
		report.Locations = []gqlLocation{{Line: f.Position.Line, Column: f.Position.Column}}
	}
	c.errors = append(c.errors, &report)
}

func fieldName(f *gqlField) string {
	return f.fields[0].ObjectDefinition.Name + "." + f.fields[0].Name
}

// missing lists the fields of object types that no resolver answers: none, in a complete engine.
func (e *gqlEngine) missing() []string {
	var out []string
	for _, def := range e.schema.Types {
		if def.Kind != ast.Object || def.BuiltIn {
			continue
		}
		for _, f := range def.Fields {
			if _, ok := e.resolvers[def.Name+"."+f.Name]; ok || strings.HasPrefix(f.Name, "__") {
				continue
			}
			if !answeredByShape(def.Name, f.Name) {
				out = append(out, def.Name+"."+f.Name)
			}
		}
	}
	return out
}

// answeredByShape reports whether pages, edges and mutation payloads answer the field by themselves.
func answeredByShape(typ, field string) bool {
	switch {
	case strings.HasSuffix(typ, "Connection"):
		return slices.Contains([]string{"nodes", "edges", "pageInfo", "totalCount", "filteredCount", "pageCount"}, field)
	case strings.HasSuffix(typ, "Edge"):
		return field == "node" || field == "cursor"
	}
	return strings.HasSuffix(typ, "Payload") || typ == "PageInfo"
}
