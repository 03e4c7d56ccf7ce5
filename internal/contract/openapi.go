package contract

import (
	"cmp"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Description is GitHub's OpenAPI description, indexed by method and path and by webhook.
type Description struct {
	operations map[string][]*operation // by method, most specific first
	webhooks   map[string]*openapi3.Schema
}

// operation is one method of one path.
type operation struct {
	method, path string
	pattern      *regexp.Regexp
	names        []string // of the path parameters, in the order of the pattern's groups
	literal      int      // length of the path's fixed part
	params       openapi3.Parameters
	op           *openapi3.Operation
	item         *openapi3.PathItem
}

// String names the operation as GitHub's documentation does.
func (o *operation) String() string { return o.method + " " + o.path }

// LoadOpenAPI reads GitHub's OpenAPI 3.0 description from a file. The document is not validated as a whole, because
// several of its own examples break their schemas; its schemas are sound.
func LoadOpenAPI(path string) (*Description, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read OpenAPI description: %w", err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, fmt.Errorf("load OpenAPI description %s: %w", path, err)
	}
	d := &Description{operations: map[string][]*operation{}, webhooks: map[string]*openapi3.Schema{}}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			d.operations[method] = append(d.operations[method], newOperation(method, path, item, op))
		}
	}
	for _, ops := range d.operations {
		slices.SortFunc(ops, func(a, b *operation) int {
			return cmp.Or(cmp.Compare(b.literal, a.literal), cmp.Compare(a.path, b.path))
		})
	}
	return d, d.indexWebhooks(doc)
}

var (
	placeholder = regexp.MustCompile(`\{([^}]+)\}`)
	indexes     = regexp.MustCompile(`/[0-9]+`)
)

// newOperation compiles the path's template. A parameter marked x-multi-segment takes the rest of the path, slashes
// included, which no router of kin-openapi knows.
func newOperation(method, path string, item *openapi3.PathItem, op *openapi3.Operation) *operation {
	o := &operation{method: method, path: path, item: item, op: op}
	o.params = append(append(openapi3.Parameters{}, item.Parameters...), op.Parameters...)
	var pattern strings.Builder
	pattern.WriteString("^")
	rest := path
	for _, m := range placeholder.FindAllStringSubmatchIndex(path, -1) {
		start := m[0] - (len(path) - len(rest))
		literal, name := rest[:start], path[m[2]:m[3]]
		rest = path[m[1]:]
		pattern.WriteString(regexp.QuoteMeta(literal))
		o.literal += len(literal)
		o.names = append(o.names, name)
		if o.multiSegment(name) {
			pattern.WriteString("(.+)")
		} else {
			pattern.WriteString("([^/]+)")
		}
	}
	pattern.WriteString(regexp.QuoteMeta(rest) + "$")
	o.literal += len(rest)
	o.pattern = regexp.MustCompile(pattern.String())
	return o
}

func (o *operation) multiSegment(name string) bool {
	for _, p := range o.params {
		if p.Value != nil && p.Value.In == openapi3.ParameterInPath && p.Value.Name == name {
			multi, _ := p.Value.Extensions["x-multi-segment"].(bool)
			return multi
		}
	}
	return false
}

// find returns the operation that answers a request, with the values of its path parameters; path is escaped and
// has no API prefix. It returns nil when GitHub describes no such operation.
func (d *Description) find(method, path string) (*operation, map[string]string) {
	for _, o := range d.operations[method] {
		m := o.pattern.FindStringSubmatch(path)
		if m == nil {
			continue
		}
		params := map[string]string{}
		for i, name := range o.names {
			value, err := url.PathUnescape(m[i+1])
			if err != nil {
				value = m[i+1]
			}
			params[name] = value
		}
		return o, params
	}
	return nil, nil
}

// Operations returns how many operations the description has.
func (d *Description) Operations() int {
	n := 0
	for _, ops := range d.operations {
		n += len(ops)
	}
	return n
}

// Webhooks returns the names of the webhooks described, such as "issues-opened" and "push".
func (d *Description) Webhooks() []string {
	var out []string
	for name := range d.webhooks {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// indexWebhooks finds the payload schema of each of the x-webhooks, an extension whose references the loader leaves
// as they are.
func (d *Description) indexWebhooks(doc *openapi3.T) error {
	hooks, _ := doc.Extensions["x-webhooks"].(map[string]any)
	for name, hook := range hooks {
		ref, _ := dig(hook, "post", "requestBody", "content", "application/json", "schema", "$ref").(string)
		schema := doc.Components.Schemas[strings.TrimPrefix(ref, "#/components/schemas/")]
		if schema == nil || schema.Value == nil {
			return fmt.Errorf("OpenAPI description: webhook %s: no schema at %q", name, ref)
		}
		d.webhooks[name] = schema.Value
	}
	return nil
}

// dig follows keys through nested JSON objects and returns nil where one is missing.
func dig(v any, keys ...string) any {
	for _, k := range keys {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[k]
	}
	return v
}
