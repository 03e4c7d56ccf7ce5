package contract

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// The prefixes under which a GitHub Enterprise Server, and so the simulated GitHub, serves its interfaces.
const (
	restPrefix = "/api/v3"
	graphQLURL = "/api/graphql"
)

// Recorder checks every exchange that passes through it and remembers what did not fit. It is safe for concurrent use.
type Recorder struct {
	checker    *Checker
	mu         sync.Mutex
	seen       map[string]bool
	violations []Violation
	operations map[string]int
	webhooks   map[string]int
}

// Recorder returns an empty recorder.
func (c *Checker) Recorder() *Recorder {
	return &Recorder{checker: c, seen: map[string]bool{}, operations: map[string]int{}, webhooks: map[string]int{}}
}

// Wrap returns a handler that answers as h does and checks each REST and GraphQL exchange. Other paths pass unchecked.
func (r *Recorder) Wrap(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if !checked(req) {
			h.ServeHTTP(w, req)
			return
		}
		body, err := readAll(req.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
			return
		}
		req.Body = io.NopCloser(bytes.NewReader(body))
		tee := &teeWriter{ResponseWriter: w, status: http.StatusOK}
		h.ServeHTTP(tee, req)
		r.Check(Exchange{Request: req, RequestBody: body, Status: tee.status, Header: w.Header(), ResponseBody: tee.body.Bytes()})
	})
}

// Transport returns a RoundTripper that sends with base and checks each REST and GraphQL exchange.
func (r *Recorder) Transport(base http.RoundTripper) http.RoundTripper {
	return transport{r, base}
}

type transport struct {
	recorder *Recorder
	base     http.RoundTripper
}

// RoundTrip sends one request and checks the exchange.
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	var sent []byte
	if req.Body != nil {
		var err error
		if sent, err = readAll(req.Body); err != nil {
			return nil, err
		}
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(bytes.NewReader(sent))
	}
	resp, err := t.base.RoundTrip(req)
	if err != nil || !checked(req) {
		return resp, err
	}
	got, err := readAll(resp.Body)
	if closeErr := resp.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, fmt.Errorf("read response to %s %s: %w", req.Method, req.URL.Path, err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(got))
	t.recorder.Check(Exchange{Request: req, RequestBody: sent, Status: resp.StatusCode, Header: resp.Header, ResponseBody: got})
	return resp, nil
}

// WrapWebhooks returns a handler that takes webhooks as h does and checks each delivery, its headers included.
func (r *Recorder) WrapWebhooks(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		event := req.Header.Get("X-GitHub-Event")
		if event == "" {
			h.ServeHTTP(w, req)
			return
		}
		body, err := readAll(req.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
			return
		}
		req.Body = io.NopCloser(bytes.NewReader(body))
		r.add(deliveryHeaders(req)...)
		r.Webhook(event, body)
		h.ServeHTTP(w, req)
	})
}

// deliveryHeaders checks what GitHub sends beside a payload:
// https://docs.github.com/webhooks/webhook-events-and-payloads#delivery-headers
func deliveryHeaders(req *http.Request) []Violation {
	var out []Violation
	for name, start := range map[string]string{
		"X-GitHub-Delivery": "", "X-GitHub-Hook-ID": "", "X-GitHub-Hook-Installation-Target-ID": "",
		"X-GitHub-Hook-Installation-Target-Type": "", "X-Hub-Signature-256": "sha256=",
		"User-Agent": "GitHub-Hookshot/", "Content-Type": "application/json",
	} {
		if value := req.Header.Get(name); value == "" || !strings.HasPrefix(value, start) {
			out = append(out, Violation{Subject: "webhook " + req.Header.Get("X-GitHub-Event"), Part: "header " + name,
				Reason: fmt.Sprintf("it must be there and start with %q", start), Value: shorten(value)})
		}
	}
	return out
}

// Webhook checks one payload.
func (r *Recorder) Webhook(event string, payload []byte) {
	name, violations := r.checker.api.CheckWebhook(event, payload)
	r.mu.Lock()
	r.webhooks[name]++
	r.mu.Unlock()
	r.add(violations...)
}

// Check checks one exchange.
func (r *Recorder) Check(x Exchange) {
	if isGraphQL(x.Request) {
		r.count("POST graphql", x.Status)
		r.add(r.checker.graphql.CheckGraphQL(x)...)
		return
	}
	path := strings.TrimPrefix(x.Request.URL.EscapedPath(), restPrefix)
	name, violations := r.checker.api.CheckREST(x, path)
	if name != "" {
		r.count(name, x.Status)
	}
	r.add(violations...)
}

// Violations returns what did not fit, each kind once, in the order of its first appearance. Indexes of lists do not
// make a kind of their own.
func (r *Recorder) Violations() []Violation {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.violations)
}

// Operations returns how often each operation was answered, keyed "GET /repos/{owner}/{repo} 200".
func (r *Recorder) Operations() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.operations)
}

// Webhooks returns how often each webhook was sent, keyed by the description's names such as "issues-opened".
func (r *Recorder) Webhooks() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.webhooks)
}

func (r *Recorder) count(operation string, status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.operations[fmt.Sprintf("%s %d", operation, status)]++
}

func (r *Recorder) add(violations ...Violation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, v := range violations {
		kind := v.Subject + "\x00" + v.Part + "\x00" + indexes.ReplaceAllString(v.Pointer, "/#") + "\x00" + v.Reason
		if !r.seen[kind] {
			r.seen[kind] = true
			r.violations = append(r.violations, v)
		}
	}
}

// checked reports whether a request is to the REST or GraphQL interface.
func checked(req *http.Request) bool {
	return isGraphQL(req) || strings.HasPrefix(req.URL.Path, restPrefix+"/")
}

func isGraphQL(req *http.Request) bool {
	return req.URL.Path == graphQLURL || req.URL.Path == restPrefix+"/graphql"
}

// teeWriter keeps a copy of what a handler answers.
type teeWriter struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

// WriteHeader notes the status and passes it on.
func (t *teeWriter) WriteHeader(status int) {
	t.status = status
	t.ResponseWriter.WriteHeader(status)
}

// Write copies the bytes and passes them on.
func (t *teeWriter) Write(p []byte) (int, error) {
	t.body.Write(p)
	return t.ResponseWriter.Write(p)
}
