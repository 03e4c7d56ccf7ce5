package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// Violation is one place where traffic does not fit GitHub's description.
type Violation struct {
	Subject string // the operation or webhook: "GET /repos/{owner}/{repo}", "webhook issues opened", "POST graphql"
	Part    string // "request path", "request query", "request body", "response 200", "payload"
	Pointer string // JSON pointer to the value, "" for the whole
	Reason  string // what is wrong, in words
	Value   string // the value, shortened
}

// String writes the violation on one line.
func (v Violation) String() string {
	s := v.Subject + ": " + v.Part
	if v.Pointer != "" {
		s += " " + v.Pointer
	}
	s += ": " + v.Reason
	if v.Value != "" {
		s += " (is " + v.Value + ")"
	}
	return s
}

// validate visits a decoded JSON value with a schema and returns one violation for each place that does not fit.
func validate(subject, part string, schema *openapi3.Schema, value any, response bool) []Violation {
	options := []openapi3.SchemaValidationOption{openapi3.MultiErrors(), openapi3.EnableFormatValidation()}
	if response {
		options = append(options, openapi3.VisitAsResponse())
	} else {
		options = append(options, openapi3.VisitAsRequest())
	}
	out := explain(subject, part, schema.VisitJSON(value, options...))
	for _, pointer := range undescribed(schema, value, "", 0) {
		out = append(out, Violation{Subject: subject, Part: part, Pointer: pointer, Reason: "no such property is described"})
	}
	return out
}

// explain flattens an error of kin-openapi into violations, down to the leaves.
func explain(subject, part string, err error) []Violation {
	if err == nil {
		return nil
	}
	var multi openapi3.MultiError
	var request *openapi3filter.RequestError
	var schema *openapi3.SchemaError
	switch {
	case errors.As(err, &request) && request.Err != nil && err == error(request):
		return explain(subject, part, request.Err)
	case asMulti(err, &multi):
		var out []Violation
		for _, e := range multi {
			out = append(out, explain(subject, part, e)...)
		}
		return out
	case errors.As(err, &schema):
		return explainSchema(subject, part, schema)
	}
	return []Violation{{Subject: subject, Part: part, Reason: firstLine(err.Error())}}
}

func asMulti(err error, into *openapi3.MultiError) bool {
	m, ok := err.(openapi3.MultiError)
	*into = m
	return ok
}

// explainSchema prefers the error underneath a composed schema, which names the real place, where there is just one.
func explainSchema(subject, part string, e *openapi3.SchemaError) []Violation {
	if e.Origin != nil && e.SchemaField == "allOf" {
		return prefix(explain(subject, part, e.Origin), e.JSONPointer())
	}
	reason := e.Reason
	if e.Origin != nil {
		var details []string
		for _, v := range explain("", "", e.Origin) {
			details = append(details, strings.TrimPrefix(v.Pointer+": "+v.Reason, ": "))
		}
		slices.Sort(details)
		details = slices.Compact(details)
		reason += "; nearest: " + strings.Join(details[:min(len(details), 4)], ", ")
	}
	return []Violation{{Subject: subject, Part: part, Pointer: pointer(e.JSONPointer()), Reason: firstLine(reason), Value: shorten(e.Value)}}
}

func prefix(violations []Violation, at []string) []Violation {
	for i, v := range violations {
		if p := pointer(at); !strings.HasPrefix(v.Pointer, p) {
			violations[i].Pointer = p + v.Pointer
		}
	}
	return violations
}

func pointer(parts []string) string {
	if len(parts) == 0 {
		return ""
	}
	return "/" + strings.Join(parts, "/")
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// shorten renders a value as JSON of at most 120 bytes.
func shorten(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%T", v)
	}
	if len(raw) > 120 {
		return strings.ToValidUTF8(string(raw[:117]), "") + "…"
	}
	return string(raw)
}

// maxDepth ends the search for undescribed properties in a schema that contains itself.
const maxDepth = 12

// undescribed lists the properties of a value that its schema does not name. JSON Schema allows them, but in a
// simulator they are slips: GitHub has no such field.
func undescribed(schema *openapi3.Schema, value any, at string, depth int) []string {
	if schema == nil || depth > maxDepth {
		return nil
	}
	var out []string
	switch v := value.(type) {
	case []any:
		for i, item := range v {
			out = append(out, undescribedItem(schema, item, fmt.Sprintf("%s/%d", at, i), depth)...)
		}
	case map[string]any:
		named, open := properties(schema)
		for key, item := range v {
			candidates, ok := named[key]
			switch {
			case ok:
				out = append(out, fewest(candidates, item, at+"/"+key, depth+1)...)
			case !open && len(named) > 0:
				out = append(out, at+"/"+key)
			}
		}
	}
	slices.Sort(out)
	return out
}

func undescribedItem(schema *openapi3.Schema, item any, at string, depth int) []string {
	var candidates []*openapi3.Schema
	for _, s := range alternatives(schema) {
		if s.Items != nil && s.Items.Value != nil {
			candidates = append(candidates, s.Items.Value)
		}
	}
	return fewest(candidates, item, at, depth+1)
}

// fewest returns what the most lenient of several schemas leaves undescribed.
func fewest(candidates []*openapi3.Schema, item any, at string, depth int) []string {
	var best []string
	for i, s := range candidates {
		if found := undescribed(s, item, at, depth); i == 0 || len(found) < len(best) {
			best = found
		}
	}
	return best
}

// alternatives returns the schema with all those it is composed of.
func alternatives(schema *openapi3.Schema) []*openapi3.Schema {
	out := []*openapi3.Schema{schema}
	for _, refs := range []openapi3.SchemaRefs{schema.AllOf, schema.AnyOf, schema.OneOf} {
		for _, ref := range refs {
			if ref.Value != nil {
				out = append(out, alternatives(ref.Value)...)
			}
		}
	}
	return out
}

// properties merges the properties that a schema and its parts name, and reports whether it allows any others on
// purpose.
func properties(schema *openapi3.Schema) (named map[string][]*openapi3.Schema, open bool) {
	named = map[string][]*openapi3.Schema{}
	for _, s := range alternatives(schema) {
		for name, ref := range s.Properties {
			if ref.Value != nil {
				named[name] = append(named[name], ref.Value)
			}
		}
		if extra := s.AdditionalProperties; extra.Schema != nil || extra.Has != nil && *extra.Has {
			open = true
		}
	}
	return named, open
}
