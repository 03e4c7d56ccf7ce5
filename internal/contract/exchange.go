package contract

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// Exchange is one request with its answer.
type Exchange struct {
	Request      *http.Request // its body is not read
	RequestBody  []byte
	Status       int
	Header       http.Header // of the response
	ResponseBody []byte
}

// CheckREST compares a REST exchange with the description. path is the request's escaped path without the API's
// prefix. It returns the operation's name, "" when GitHub has none, and what does not fit.
func (d *Description) CheckREST(x Exchange, path string) (string, []Violation) {
	op, params := d.find(x.Request.Method, path)
	if op == nil {
		subject := x.Request.Method + " " + path
		return "", allow([]Violation{{Subject: subject, Part: "request path", Reason: "GitHub describes no such operation"}})
	}
	var out []Violation
	// What GitHub itself refuses as malformed is checked as an answer only: a test may send it on purpose.
	if x.Status < 400 {
		out = append(out, op.checkParams(x.Request, params)...)
		out = append(out, op.checkRequestBody(x)...)
	}
	out = append(out, op.checkResponse(x)...)
	return op.String(), allow(out)
}

func (o *operation) checkParams(r *http.Request, params map[string]string) []Violation {
	input := &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, QueryParams: r.URL.Query(),
		Route:   &routers.Route{Path: o.path, PathItem: o.item, Method: o.method, Operation: o.op},
		Options: &openapi3filter.Options{MultiError: true, SkipSettingDefaults: true},
	}
	described := map[string]bool{}
	var out []Violation
	for _, ref := range o.params {
		p := ref.Value
		if p == nil || p.In == openapi3.ParameterInHeader || p.In == openapi3.ParameterInCookie {
			continue
		}
		described[p.In+" "+strings.TrimSuffix(p.Name, "[]")] = true
		part := fmt.Sprintf("request %s parameter %s", p.In, p.Name)
		out = append(out, explain(o.String(), part, openapi3filter.ValidateParameter(context.Background(), input, p))...)
	}
	for name := range r.URL.Query() {
		if !described["query "+strings.TrimSuffix(name, "[]")] {
			out = append(out, Violation{Subject: o.String(), Part: "request query parameter " + name, Reason: "no such parameter is described"})
		}
	}
	return out
}

func (o *operation) checkRequestBody(x Exchange) []Violation {
	body := bytes.TrimSpace(x.RequestBody)
	described := o.op.RequestBody != nil && o.op.RequestBody.Value != nil
	if len(body) == 0 {
		if described && o.op.RequestBody.Value.Required {
			return []Violation{{Subject: o.String(), Part: "request body", Reason: "it is missing"}}
		}
		return nil
	}
	if !described {
		return []Violation{{Subject: o.String(), Part: "request body", Reason: "none is described", Value: shorten(string(body))}}
	}
	media := o.op.RequestBody.Value.Content.Get("application/json")
	if media == nil || media.Schema == nil {
		return nil
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return []Violation{{Subject: o.String(), Part: "request body", Reason: "not JSON: " + err.Error()}}
	}
	return validate(o.String(), "request body", media.Schema.Value, value, false)
}

func (o *operation) checkResponse(x Exchange) []Violation {
	part := fmt.Sprintf("response %d", x.Status)
	body := bytes.TrimSpace(x.ResponseBody)
	if x.Status == http.StatusNotModified || x.Request.Method == http.MethodHead {
		if len(body) > 0 {
			return []Violation{{Subject: o.String(), Part: part, Reason: "it must have no body", Value: shorten(string(body))}}
		}
		return nil
	}
	ref := o.op.Responses.Status(x.Status)
	if ref == nil || ref.Value == nil {
		if x.Status >= 400 {
			return checkError(o.String(), part, body)
		}
		return []Violation{{Subject: o.String(), Part: part, Reason: "this status is not described; described are " + o.statuses()}}
	}
	if len(ref.Value.Content) == 0 {
		if len(body) > 0 && x.Status < 300 {
			return []Violation{{Subject: o.String(), Part: part, Reason: "it must have no body", Value: shorten(string(body))}}
		}
		return nil
	}
	return o.checkContent(x, part, ref.Value.Content)
}

// checkContent validates the body by its media type. Custom media types that a caller asked for, such as a raw file
// or a diff, have no schema.
func (o *operation) checkContent(x Exchange, part string, content openapi3.Content) []Violation {
	mediaType, _, err := mime.ParseMediaType(x.Header.Get("Content-Type"))
	if err != nil {
		return []Violation{{Subject: o.String(), Part: part, Reason: "its Content-Type cannot be read", Value: shorten(x.Header.Get("Content-Type"))}}
	}
	media := content[mediaType]
	if media == nil && strings.HasPrefix(mediaType, "application/vnd.github") && !strings.HasSuffix(mediaType, "json") {
		return nil
	}
	if media == nil {
		return []Violation{{Subject: o.String(), Part: part, Reason: "its media type is not described", Value: shorten(mediaType)}}
	}
	if media.Schema == nil || media.Schema.Value == nil || !strings.HasSuffix(mediaType, "json") {
		return nil
	}
	var value any
	if err := json.Unmarshal(x.ResponseBody, &value); err != nil {
		return []Violation{{Subject: o.String(), Part: part, Reason: "not JSON: " + err.Error()}}
	}
	return validate(o.String(), part, media.Schema.Value, value, true)
}

func (o *operation) statuses() string {
	var out []string
	for status := range o.op.Responses.Map() {
		out = append(out, status)
	}
	return strings.Join(out, ", ")
}

// checkError asks of an error that the operation does not list what every error of GitHub's has.
func checkError(subject, part string, body []byte) []Violation {
	var e struct {
		Message string `json:"message"`
	}
	if err := json.Unmarshal(body, &e); err != nil || e.Message == "" {
		return []Violation{{Subject: subject, Part: part, Reason: "an error must be a JSON object with a message", Value: shorten(string(body))}}
	}
	return nil
}

// CheckWebhook compares a webhook's payload with the description and returns its name there.
func (d *Description) CheckWebhook(event string, payload []byte) (string, []Violation) {
	var value map[string]any
	if err := json.Unmarshal(payload, &value); err != nil {
		return "", []Violation{{Subject: "webhook " + event, Part: "payload", Reason: "not a JSON object: " + err.Error()}}
	}
	action, _ := value["action"].(string)
	subject := strings.TrimSpace("webhook " + event + " " + action)
	name := strings.ReplaceAll(event, "_", "-")
	schema := d.webhooks[name]
	if action != "" {
		withAction := name + "-" + strings.ReplaceAll(action, "_", "-")
		if s := d.webhooks[withAction]; s != nil {
			name, schema = withAction, s
		}
	}
	if schema == nil {
		return "", []Violation{{Subject: subject, Part: "payload", Reason: "GitHub describes no such webhook"}}
	}
	return name, allow(validate(subject, "payload", schema, any(value), false))
}

// readAll reads a body of at most 32 MB, more than GitHub ever takes or sends.
func readAll(r io.Reader) ([]byte, error) {
	const limit = 32 << 20
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && len(data) > limit {
		err = fmt.Errorf("the body is larger than %d bytes", limit)
	}
	return data, err
}
