package hubsim

import (
	"fmt"
	"math"
	"reflect"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// gqlArgs are a field's arguments, coerced to the schema's types, with its defaults filled in.
type gqlArgs map[string]any

// gqlPayload is a mutation's answer, or any other object whose fields are simply there.
type gqlPayload map[string]any

// str returns a string argument, "" when it is absent or null.
func (a gqlArgs) str(name string) string {
	s, _ := a[name].(string)
	return s
}

// text returns a string argument and whether it was given.
func (a gqlArgs) text(name string) (string, bool) {
	s, ok := a[name].(string)
	return s, ok
}

// num returns an integer argument and whether it was given.
func (a gqlArgs) num(name string) (int, bool) {
	switch n := a[name].(type) {
	case int64:
		return int(n), true
	case int:
		return n, true
	case float64:
		return int(n), true
	}
	return 0, false
}

func (a gqlArgs) flag(name string) bool {
	b, _ := a[name].(bool)
	return b
}

// strs returns a list argument and whether it was given; a single value counts as a list of one.
func (a gqlArgs) strs(name string) ([]string, bool) {
	switch v := a[name].(type) {
	case []any:
		out := make([]string, 0, len(v))
		for _, item := range v {
			if s, ok := item.(string); ok {
				out = append(out, s)
			}
		}
		return out, true
	case string:
		return []string{v}, true
	}
	return nil, false
}

// object returns an input object, nil when it is absent.
func (a gqlArgs) object(name string) gqlArgs {
	m, _ := a[name].(map[string]any)
	return m
}

// instant returns a DateTime argument and whether it was given.
func (a gqlArgs) instant(name string) (time.Time, bool, error) {
	s, ok := a.text(name)
	if !ok {
		return time.Time{}, false, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, false, fmt.Errorf("%s: %q is not a DateTime such as 2026-01-05T09:00:00Z", name, s)
	}
	return t, true, nil
}

// coerceVariables checks the request's variables against the operation's declarations, as strictly as GitHub does:
// no number in a string's place, no enum value in another case, no unknown key of an input object.
func coerceVariables(schema *ast.Schema, op *ast.OperationDefinition, given map[string]any) (map[string]any, []*gqlError) {
	out := map[string]any{}
	var errs []*gqlError
	for _, def := range op.VariableDefinitions {
		value, ok := given[def.Variable]
		if !ok {
			if def.DefaultValue != nil {
				if v, err := def.DefaultValue.Value(nil); err == nil {
					out[def.Variable] = v
				}
				continue
			}
			if !def.Type.NonNull {
				continue
			}
		}
		coerced, problem := coerce(schema, def.Type, value, "")
		if problem != "" {
			errs = append(errs, &gqlError{
				Message:    fmt.Sprintf("Variable $%s of type %s was provided invalid value%s", def.Variable, def.Type, problem),
				Locations:  []gqlLocation{{Line: def.Position.Line, Column: def.Position.Column}},
				Extensions: map[string]any{"value": value},
			})
			continue
		}
		out[def.Variable] = coerced
	}
	return out, errs
}

// coerce returns the value in the shape that resolvers expect, or a sentence that says where it does not fit.
func coerce(schema *ast.Schema, t *ast.Type, value any, at string) (any, string) {
	if value == nil {
		if t.NonNull {
			return nil, problem(at, "Expected value to not be null")
		}
		return nil, ""
	}
	if t.Elem != nil {
		return coerceList(schema, t, value, at)
	}
	def := schema.Types[t.NamedType]
	switch def.Kind {
	case ast.InputObject:
		return coerceInput(schema, def, value, at)
	case ast.Enum:
		if s, ok := value.(string); ok && def.EnumValues.ForName(s) != nil {
			return s, ""
		}
		return nil, problem(at, fmt.Sprintf("Expected %q to be one of the values of %s", fmt.Sprint(value), def.Name))
	}
	if !scalarFits(t.NamedType, value) {
		return nil, problem(at, fmt.Sprintf("Could not coerce value %s to %s", quoteValue(value), t.NamedType))
	}
	return value, ""
}

func coerceList(schema *ast.Schema, t *ast.Type, value any, at string) (any, string) {
	items, ok := value.([]any)
	if !ok {
		items = []any{value}
	}
	out := make([]any, len(items))
	for i, item := range items {
		v, p := coerce(schema, t.Elem, item, fmt.Sprintf("%s.%d", at, i))
		if p != "" {
			return nil, p
		}
		out[i] = v
	}
	return out, ""
}

func coerceInput(schema *ast.Schema, def *ast.Definition, value any, at string) (any, string) {
	given, ok := value.(map[string]any)
	if !ok {
		return nil, problem(at, "Expected value to be an object of "+def.Name)
	}
	for name := range given {
		if def.Fields.ForName(name) == nil {
			return nil, problem(at+"."+name, "Field is not defined on "+def.Name)
		}
	}
	out := map[string]any{}
	for _, f := range def.Fields {
		v, present := given[f.Name]
		if !present {
			if f.DefaultValue != nil {
				if d, err := f.DefaultValue.Value(nil); err == nil {
					out[f.Name] = d
				}
				continue
			}
			if !f.Type.NonNull {
				continue
			}
		}
		coerced, p := coerce(schema, f.Type, v, at+"."+f.Name)
		if p != "" {
			return nil, p
		}
		out[f.Name] = coerced
	}
	return out, ""
}

func scalarFits(name string, value any) bool {
	switch name {
	case "Int":
		f, ok := value.(float64)
		return ok && f == math.Trunc(f) && math.Abs(f) <= math.MaxInt32
	case "Float":
		_, ok := value.(float64)
		return ok
	case "Boolean":
		_, ok := value.(bool)
		return ok
	case "ID":
		f, number := value.(float64)
		_, text := value.(string)
		return text || number && f == math.Trunc(f)
	}
	// String and GitHub's own scalars (DateTime, URI, GitObjectID) are strings.
	_, ok := value.(string)
	return ok
}

func problem(at, text string) string {
	if at == "" {
		return ": " + text
	}
	return fmt.Sprintf(" for %s (%s)", at[1:], text)
}

func quoteValue(v any) string {
	if s, ok := v.(string); ok {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprint(v)
}

// isNil reports whether a resolved value stands for GraphQL's null: nil or a typed nil pointer, slice excluded since
// an empty list is a value.
func isNil(v any) bool {
	if v == nil {
		return true
	}
	rv := reflect.ValueOf(v)
	return rv.Kind() == reflect.Pointer && rv.IsNil()
}

// toSlice turns a slice of any element type into []any.
func toSlice(v any) ([]any, error) {
	if items, ok := v.([]any); ok {
		return items, nil
	}
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Slice {
		return nil, fmt.Errorf("%T is not a list", v)
	}
	out := make([]any, rv.Len())
	for i := range out {
		out[i] = rv.Index(i).Interface()
	}
	return out, nil
}
