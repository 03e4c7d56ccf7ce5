package hubsim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// request is one request on its way through a handler. The handler holds Server.mu.
type request struct {
	http   *http.Request
	actor  *actor
	route  *route
	params map[string]string
	body   []byte
	query  url.Values
	now    time.Time // simulated
	points int       // what a GraphQL query costs of the rate limit
	repo   *repo     // of a pattern with {owner}/{repo}
	org    *user     // of a pattern with {org}
}

// param returns a variable of the path, unescaped.
func (r *request) param(name string) string { return r.params[name] }

// num returns a numeric variable of the path; the router has checked that it is one.
func (r *request) num(name string) int64 {
	n, _ := strconv.ParseInt(r.params[name], 10, 64)
	return n
}

// accepts says whether the Accept header asks for a media type of GitHub's such as "diff" or "html+json".
func (r *request) accepts(kind string) bool {
	a := r.http.Header.Get("Accept")
	return strings.Contains(a, "github."+kind) || strings.Contains(a, "github.v3."+kind)
}

// decode reads the JSON body into v, an empty body and null leaving it alone.
func (r *request) decode(v any) error {
	if len(bytes.TrimSpace(r.body)) == 0 {
		return nil
	}
	err := json.Unmarshal(r.body, v)
	var shape *json.UnmarshalTypeError
	var when *time.ParseError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &shape):
		return badShape("For '%s', %s is not %s.", "properties/"+shape.Field, shape.Value, shape.Type)
	case errors.As(err, &when):
		return badShape("%q is not a valid date-time.", when.Value)
	}
	return fail(http.StatusBadRequest, "Problems parsing JSON")
}

// fields returns the JSON body as an object, nil if it is empty, to tell absent fields from null ones.
func (r *request) fields() (map[string]json.RawMessage, error) {
	var m map[string]json.RawMessage
	err := r.decode(&m)
	return m, err
}

// response is what a handler answers with. The body is marshalled unless raw is set.
type response struct {
	status      int // 0: 200, or 204 if there is no body
	body        any
	raw         []byte
	contentType string // of raw
	header      http.Header
}

func ok(body any) response      { return response{status: http.StatusOK, body: body} }
func created(body any) response { return response{status: http.StatusCreated, body: body} }
func noContent() response       { return response{status: http.StatusNoContent} }

// with adds a header to a response.
func (p response) with(key, value string) response {
	if p.header == nil {
		p.header = http.Header{}
	}
	p.header.Set(key, value)
	return p
}

// listPage is the part of a list that a request asks for.
type listPage struct{ number, size int }

func (r *request) page() listPage {
	p := listPage{number: 1, size: 30}
	if n, err := strconv.Atoi(r.query.Get("page")); err == nil && n > 0 {
		p.number = n
	}
	if n, err := strconv.Atoi(r.query.Get("per_page")); err == nil && n > 0 {
		p.size = min(n, 100)
	}
	return p
}

// cut returns the page's part of n items.
func (p listPage) cut(n int) (from, to int) {
	if p.number > n/p.size+1 { // also keeps a huge page number from overflowing
		return n, n
	}
	from = (p.number - 1) * p.size
	return min(from, n), min(from+p.size, n)
}

// paged answers with one page of items, each written by render, and the Link header that leads to the others.
func paged[T any](s *Server, r *request, items []T, render func(T) obj) response {
	list, link := pageOf(s, r, items, render)
	return linked(ok(list), link)
}

// pagedIn is paged for lists that stand in an object with a total_count.
func pagedIn[T any](s *Server, r *request, key string, items []T, render func(T) obj) response {
	list, link := pageOf(s, r, items, render)
	return linked(ok(obj{"total_count": len(items), key: list}), link)
}

func linked(p response, link string) response {
	if link == "" {
		return p
	}
	return p.with("Link", link)
}

func pageOf[T any](s *Server, r *request, items []T, render func(T) obj) ([]obj, string) {
	p := r.page()
	from, to := p.cut(len(items))
	out := make([]obj, 0, to-from)
	for _, it := range items[from:to] {
		out = append(out, render(it))
	}
	return out, s.linkHeader(r, p, len(items))
}

// linkHeader leads to the neighbours of a page, as GitHub's does; it is empty when all items fit on one.
func (s *Server) linkHeader(r *request, p listPage, n int) string {
	last := max((n+p.size-1)/p.size, 1)
	if last == 1 && p.number == 1 {
		return ""
	}
	var parts []string
	add := func(rel string, number int) {
		q := url.Values{}
		for k, v := range r.query {
			q[k] = v
		}
		q.Set("page", strconv.Itoa(number))
		parts = append(parts, fmt.Sprintf("<%s?%s>; rel=%q", s.baseURL+r.http.URL.EscapedPath(), q.Encode(), rel))
	}
	if p.number > 1 {
		add("prev", min(p.number-1, last))
	}
	if p.number < last {
		add("next", p.number+1)
		add("last", last)
	}
	if p.number > 1 {
		add("first", 1)
	}
	return strings.Join(parts, ", ")
}
