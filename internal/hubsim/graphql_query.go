package hubsim

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// gqlMaxTokens bounds the size of a query document; the largest that people write have a few thousand tokens.
const gqlMaxTokens = 50_000

// gqlParams is the body of a GraphQL request.
type gqlParams struct {
	Query         string         `json:"query"`
	OperationName string         `json:"operationName"`
	Variables     map[string]any `json:"variables"`
}

// gqlResponse is the body of a GraphQL answer. Data is absent when the query was not run.
type gqlResponse struct {
	Data   any
	Ran    bool
	Errors []*gqlError
}

// MarshalJSON writes data only if the query was run, and errors only if there are any.
func (r gqlResponse) MarshalJSON() ([]byte, error) {
	out := &gqlResult{values: map[string]any{}}
	if r.Ran {
		out.set("data", r.Data)
	}
	if len(r.Errors) > 0 {
		out.set("errors", r.Errors)
	}
	return json.Marshal(out)
}

// loadEngine parses a schema in GraphQL's definition language.
func loadEngine(name, sdl string, resolvers map[string]gqlResolver) (*gqlEngine, error) {
	schema, err := validator.LoadSchema(validator.Prelude, &ast.Source{Name: name, Input: sdl})
	if err != nil {
		return nil, fmt.Errorf("load GraphQL schema %s: %w", name, err)
	}
	return &gqlEngine{schema: schema, resolvers: resolvers}, nil
}

// execute parses, validates and runs one request. Everything that goes wrong is in the response, as on GitHub, where
// the HTTP status is 200 all the same.
func (e *gqlEngine) execute(params gqlParams, backend gqlBackend) (out gqlResponse) {
	if strings.TrimSpace(params.Query) == "" {
		return refused(&gqlError{Message: "A query attribute must be specified and must be a string."})
	}
	doc, errs := e.parse(params.Query)
	if len(errs) > 0 {
		return refused(errs...)
	}
	op := doc.Operations.ForName(params.OperationName)
	if op == nil {
		return refused(&gqlError{Message: fmt.Sprintf("No operation named %q", params.OperationName)})
	}
	vars, errs := coerceVariables(e.schema, op, params.Variables)
	if len(errs) > 0 {
		return refused(errs...)
	}
	cost := measure(op.SelectionSet, vars, 1)
	if cost.nodes > gqlMaxNodes {
		return refused(gqlErrorf("MAX_NODE_LIMIT_EXCEEDED", "This query requests up to %s possible nodes which exceeds the maximum limit of %s.",
			thousands(cost.nodes), thousands(gqlMaxNodes)))
	}
	if backend.r != nil {
		backend.r.points = cost.points()
	}
	call := &gqlCall{engine: e, vars: vars, backend: backend, cost: cost}
	data := call.run(op)
	return gqlResponse{Data: data, Ran: true, Errors: call.errors}
}

func refused(errs ...*gqlError) gqlResponse { return gqlResponse{Errors: errs} }

func (e *gqlEngine) parse(query string) (*ast.QueryDocument, []*gqlError) {
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: query}, gqlMaxTokens)
	if err != nil {
		var syntax *gqlerror.Error
		if !errors.As(err, &syntax) {
			return nil, []*gqlError{{Message: err.Error()}}
		}
		return nil, []*gqlError{translate(syntax)}
	}
	var errs []*gqlError
	for _, problem := range validator.ValidateWithRules(e.schema, doc, rules.NewDefaultRules()) {
		errs = append(errs, translate(problem))
	}
	return doc, errs
}

// The two mistakes that are made most, with what they are called here and on GitHub.
var (
	unknownField    = regexp.MustCompile(`^Cannot query field "(\w+)" on type "(\w+)"\.`)
	unknownArgument = regexp.MustCompile(`^Unknown argument "(\w+)" on field "(\w+)\.(\w+)"\.`)
)

// translate gives a validation error GitHub's words where they are known.
func translate(e *gqlerror.Error) *gqlError {
	out := &gqlError{Message: e.Message}
	for _, l := range e.Locations {
		out.Locations = append(out.Locations, gqlLocation{Line: l.Line, Column: l.Column})
	}
	if m := unknownField.FindStringSubmatch(e.Message); m != nil {
		out.Message = fmt.Sprintf("Field '%s' doesn't exist on type '%s'", m[1], m[2])
		out.Extensions = map[string]any{"code": "undefinedField", "typeName": m[2], "fieldName": m[1]}
	}
	if m := unknownArgument.FindStringSubmatch(e.Message); m != nil {
		out.Message = fmt.Sprintf("Field '%s' doesn't accept argument '%s'", m[3], m[1])
		out.Extensions = map[string]any{"code": "argumentNotAccepted", "name": m[3], "typeName": "Field", "argumentName": m[1]}
	}
	return out
}
