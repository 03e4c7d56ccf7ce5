package hubsim

import (
	"cmp"
	"fmt"
	"net/http"
)

// obj is a JSON object under construction.
type obj = map[string]any

// apiError is an answer in GitHub's error format.
type apiError struct {
	status     int
	message    string
	errors     []any  // fieldError or string
	retryAfter int    // seconds; 0: no header
	docs       string // the page of the documentation, empty for that of the whole interface
}

// fieldError is one entry of a validation error.
type fieldError struct {
	Resource string `json:"resource"`
	Field    string `json:"field,omitempty"`
	Code     string `json:"code"`
	Message  string `json:"message,omitempty"`
	Value    any    `json:"value,omitempty"`
}

func (e *apiError) Error() string { return fmt.Sprintf("%d %s", e.status, e.message) }

func (e *apiError) body() obj {
	o := obj{
		"message":           e.message,
		"documentation_url": cmp.Or(e.docs, "https://docs.github.com/rest"),
		"status":            fmt.Sprint(e.status),
	}
	if len(e.errors) > 0 {
		o["errors"] = e.errors
	}
	return o
}

func fail(status int, format string, args ...any) error {
	return &apiError{status: status, message: fmt.Sprintf(format, args...)}
}

func notFound() error       { return fail(http.StatusNotFound, "Not Found") }
func badCredentials() error { return fail(http.StatusUnauthorized, "Bad credentials") }
func authRequired() error   { return fail(http.StatusUnauthorized, "Requires authentication") }
func notAdmin() error {
	return fail(http.StatusForbidden, "Must have admin rights to Repository.")
}

// notAccessible is what an App without the permission gets.
func notAccessible() error {
	return fail(http.StatusForbidden, "Resource not accessible by integration")
}

// invalid is the 422 answer to values GitHub refuses.
func invalid(errs ...fieldError) error {
	e := &apiError{status: http.StatusUnprocessableEntity, message: "Validation Failed"}
	for _, f := range errs {
		e.errors = append(e.errors, f)
	}
	return e
}

// badShape is the 422 answer to a body that does not fit the route's schema.
func badShape(format string, args ...any) error {
	return fail(http.StatusUnprocessableEntity, "Invalid request.\n\n"+format, args...)
}
