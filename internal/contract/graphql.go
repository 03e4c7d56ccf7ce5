package contract

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Schema is GitHub's whole GraphQL schema.
type Schema struct{ schema *ast.Schema }

// LoadGraphQL reads the schema from a file. Fields that the file defines twice in one type, as its version 15.26.1
// does in EnterpriseOwnerInfo, are read once.
func LoadGraphQL(path string) (*Schema, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read GraphQL schema: %w", err)
	}
	doc, parseErr := parser.ParseSchemas(validator.Prelude, &ast.Source{Name: path, Input: string(data)})
	if parseErr != nil {
		return nil, fmt.Errorf("parse GraphQL schema: %w", parseErr)
	}
	for _, def := range doc.Definitions {
		dropDoubles(def)
	}
	schema, schemaErr := validator.ValidateSchemaDocument(doc)
	if schemaErr != nil {
		return nil, fmt.Errorf("GraphQL schema %s: %w", path, schemaErr)
	}
	return &Schema{schema: schema}, nil
}

func dropDoubles(def *ast.Definition) {
	seen := map[string]bool{}
	var fields ast.FieldList
	for _, f := range def.Fields {
		if !seen[f.Name] {
			seen[f.Name] = true
			fields = append(fields, f)
		}
	}
	def.Fields = fields
}

// graphQLBody is a request as both GitHub and its clients write it.
type graphQLBody struct {
	Query         string         `json:"query"`
	OperationName string         `json:"operationName"`
	Variables     map[string]any `json:"variables"`
}

// CheckGraphQL compares a GraphQL exchange with the schema: the document and its variables, and that each value of
// the answer is one that its field may have. It returns what does not fit.
func (s *Schema) CheckGraphQL(x Exchange) []Violation {
	const subject = "POST graphql"
	var body graphQLBody
	if err := json.Unmarshal(x.RequestBody, &body); err != nil {
		return []Violation{{Subject: subject, Part: "request body", Reason: "not JSON: " + err.Error()}}
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: body.Query})
	if err != nil {
		return []Violation{{Subject: subject, Part: "document", Reason: err.Error(), Value: shorten(body.Query)}}
	}
	var out []Violation
	for _, e := range validator.ValidateWithRules(s.schema, doc, rules.NewDefaultRules()) {
		out = append(out, Violation{Subject: subject, Part: "document", Reason: e.Error(), Value: shorten(body.Query)})
	}
	op := doc.Operations.ForName(body.OperationName)
	if len(out) > 0 || op == nil {
		return out
	}
	vars, err := validator.VariableValues(s.schema, op, body.Variables)
	if err != nil {
		return []Violation{{Subject: subject, Part: "variables", Reason: err.Error(), Value: shorten(body.Variables)}}
	}
	return append(out, s.checkAnswer(subject, op, vars, x)...)
}

func (s *Schema) checkAnswer(subject string, op *ast.OperationDefinition, vars map[string]any, x Exchange) []Violation {
	var answer struct {
		Data   any              `json:"data"`
		Errors []map[string]any `json:"errors"`
	}
	part := fmt.Sprintf("response %d", x.Status)
	if x.Status != 200 {
		return checkError(subject, part, x.ResponseBody)
	}
	if err := json.Unmarshal(x.ResponseBody, &answer); err != nil {
		return []Violation{{Subject: subject, Part: part, Reason: "not JSON: " + err.Error()}}
	}
	for _, e := range answer.Errors {
		if m, _ := e["message"].(string); m == "" {
			return []Violation{{Subject: subject, Part: part, Pointer: "/errors", Reason: "an error must have a message"}}
		}
	}
	data, ok := answer.Data.(map[string]any)
	if !ok {
		if len(answer.Errors) == 0 {
			return []Violation{{Subject: subject, Part: part, Reason: "neither data nor errors"}}
		}
		return nil
	}
	root := s.schema.Query
	if op.Operation == ast.Mutation {
		root = s.schema.Mutation
	}
	w := &answerWalker{schema: s.schema, vars: vars, subject: subject, part: part}
	w.object(root, op.SelectionSet, data, "/data")
	return w.found
}

// answerWalker compares an answer with the selections that asked for it.
type answerWalker struct {
	schema        *ast.Schema
	vars          map[string]any
	subject, part string
	found         []Violation
}

func (w *answerWalker) report(at, reason string, value any) {
	w.found = append(w.found, Violation{Subject: w.subject, Part: w.part, Pointer: at, Reason: reason, Value: shorten(value)})
}

// object checks the fields selected on one object. Where the object's exact type cannot be told, because
// __typename was not asked for, only the fields of its declared type are checked.
func (w *answerWalker) object(def *ast.Definition, set ast.SelectionSet, data map[string]any, at string) {
	if name, ok := data["__typename"].(string); ok {
		if concrete := w.schema.Types[name]; concrete != nil && !concrete.IsAbstractType() {
			def = concrete
		}
	}
	for _, selection := range set {
		switch sel := selection.(type) {
		case *ast.Field:
			w.field(sel, data, at)
		case *ast.InlineFragment:
			if w.applies(def, sel.TypeCondition) {
				w.object(def, sel.SelectionSet, data, at)
			}
		case *ast.FragmentSpread:
			if w.applies(def, sel.Definition.TypeCondition) {
				w.object(def, sel.Definition.SelectionSet, data, at)
			}
		}
	}
}

func (w *answerWalker) applies(def *ast.Definition, condition string) bool {
	if condition == "" || condition == def.Name {
		return true
	}
	for _, possible := range w.schema.PossibleTypes[condition] {
		if possible.Name == def.Name {
			return true
		}
	}
	return false
}

func (w *answerWalker) field(f *ast.Field, data map[string]any, at string) {
	value, present := data[f.Alias]
	at += "/" + f.Alias
	if !present {
		if len(f.Directives) == 0 {
			w.report(at, "it was asked for and is not there", nil)
		}
		return
	}
	if f.Definition != nil && f.Name != "__typename" {
		w.value(f.Definition.Type, f.SelectionSet, value, at)
	}
}

func (w *answerWalker) value(t *ast.Type, set ast.SelectionSet, value any, at string) {
	if value == nil {
		if t.NonNull {
			w.report(at, "it must not be null", nil)
		}
		return
	}
	if t.Elem != nil {
		items, ok := value.([]any)
		if !ok {
			w.report(at, "it must be a list", value)
			return
		}
		for i, item := range items {
			w.value(t.Elem, set, item, fmt.Sprintf("%s/%d", at, i))
		}
		return
	}
	def := w.schema.Types[t.NamedType]
	if len(set) > 0 {
		object, ok := value.(map[string]any)
		if !ok {
			w.report(at, "it must be an object", value)
			return
		}
		w.object(def, set, object, at)
		return
	}
	if reason := leafProblem(def, value); reason != "" {
		w.report(at, reason, value)
	}
}

var (
	dateTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)
	objectID = regexp.MustCompile(`^[0-9a-f]{40}$`)
	digits   = regexp.MustCompile(`^\d+$`)
)

// leafProblem says why a value is not one of a scalar or enum type, "" when it is.
func leafProblem(def *ast.Definition, value any) string {
	text, isText := value.(string)
	number, isNumber := value.(float64)
	fits := isText
	switch def.Name {
	case "Int":
		fits = isNumber && number == float64(int32(number))
	case "Float":
		fits = isNumber
	case "Boolean":
		_, fits = value.(bool)
	case "DateTime":
		fits = isText && dateTime.MatchString(text)
	case "GitObjectID":
		fits = isText && objectID.MatchString(text)
	case "BigInt":
		fits = isText && digits.MatchString(text)
	case "URI":
		fits = isText && (strings.HasPrefix(text, "http") || strings.HasPrefix(text, "/"))
	default:
		if def.Kind == ast.Enum {
			fits = isText && def.EnumValues.ForName(text) != nil
		}
	}
	if fits {
		return ""
	}
	return "it is not a " + def.Name
}

// Subset compares a trimmed schema with GitHub's whole one: every type, field, argument, enum value and default in
// it must be GitHub's, letter by letter. It returns what is not.
func (s *Schema) Subset(sdl string) ([]Violation, error) {
	part, err := validator.LoadSchema(validator.Prelude, &ast.Source{Name: "trimmed schema", Input: sdl})
	if err != nil {
		return nil, fmt.Errorf("load trimmed schema: %w", err)
	}
	var out []Violation
	for name, def := range part.Types {
		if def.BuiltIn {
			continue
		}
		whole := s.schema.Types[name]
		if whole == nil {
			out = append(out, Violation{Subject: name, Part: "type", Reason: "GitHub has no such type"})
			continue
		}
		out = append(out, subsetOf(def, whole)...)
	}
	return out, nil
}

func subsetOf(def, whole *ast.Definition) []Violation {
	var out []Violation
	wrong := func(member, reason string) {
		out = append(out, Violation{Subject: def.Name, Part: "member " + member, Reason: reason})
	}
	if def.Kind != whole.Kind {
		wrong("", fmt.Sprintf("it is a %s, GitHub's is a %s", def.Kind, whole.Kind))
	}
	for _, v := range def.EnumValues {
		if whole.EnumValues.ForName(v.Name) == nil {
			wrong(v.Name, "GitHub has no such value")
		}
	}
	for _, list := range [][2][]string{{def.Interfaces, whole.Interfaces}, {def.Types, whole.Types}} {
		for _, name := range list[0] {
			if !contains(list[1], name) {
				wrong(name, "GitHub's does not implement or include it")
			}
		}
	}
	for _, f := range def.Fields {
		theirs := whole.Fields.ForName(f.Name)
		if theirs == nil {
			wrong(f.Name, "GitHub has no such field")
			continue
		}
		if f.Type.String() != theirs.Type.String() || f.DefaultValue.String() != theirs.DefaultValue.String() {
			wrong(f.Name, fmt.Sprintf("its type is %s, GitHub's %s", f.Type, theirs.Type))
		}
		for _, reason := range argumentProblems(f, theirs) {
			wrong(f.Name, reason)
		}
	}
	return out
}

func argumentProblems(f, theirs *ast.FieldDefinition) []string {
	var out []string
	for _, a := range f.Arguments {
		b := theirs.Arguments.ForName(a.Name)
		switch {
		case b == nil:
			out = append(out, "GitHub has no argument "+a.Name)
		case a.Type.String() != b.Type.String() || a.DefaultValue.String() != b.DefaultValue.String():
			out = append(out, fmt.Sprintf("argument %s is %s = %s, GitHub's %s = %s", a.Name, a.Type, a.DefaultValue, b.Type, b.DefaultValue))
		}
	}
	for _, b := range theirs.Arguments {
		if b.Type.NonNull && b.DefaultValue == nil && f.Arguments.ForName(b.Name) == nil {
			out = append(out, "the required argument "+b.Name+" is missing")
		}
	}
	return out
}

func contains(list []string, s string) bool {
	for _, item := range list {
		if item == s {
			return true
		}
	}
	return false
}
