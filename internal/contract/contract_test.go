package contract_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phasegate/phasegate/internal/contract"
)

func loadTiny(t *testing.T) *contract.Checker {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"api.github.com.json": tiny, "schema.graphql": tinySchema} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	checker, err := contract.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return checker
}

// exchange sends one request through a recorder to a server that gives a fixed answer.
func exchange(t *testing.T, method, target, body string, status int, answer string) []string {
	t.Helper()
	rec := loadTiny(t).Recorder()
	h := rec.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, err := io.ReadAll(r.Body)
		if err != nil || string(got) != body {
			t.Errorf("the handler read %q, %v; want %q", got, err, body)
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		fmt.Fprint(w, answer)
	}))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, target, strings.NewReader(body)))
	if w.Code != status || w.Body.String() != answer {
		t.Errorf("the client got %d %q, want %d %q", w.Code, w.Body, status, answer)
	}
	return lines(rec.Violations())
}

func lines(violations []contract.Violation) []string {
	var out []string
	for _, v := range violations {
		out = append(out, v.String())
	}
	return out
}

func TestREST(t *testing.T) {
	const repo = "GET /repos/{owner}/{repo}: "
	for _, tt := range []struct {
		name, method, target, body string
		status                     int
		answer                     string
		want                       []string
	}{
		{"fits", "GET", "/api/v3/repos/o/r?per_page=3", "", 200, `{"id":1,"name":"r","pushed_at":null,"owner":{"slug":"s"}}`, nil},
		{"other paths are not checked", "GET", "/_sim/clock", "", 200, `{}`, nil},
		{"a path of many segments", "GET", "/api/v3/repos/o/r/contents/a/b%20c.md", "", 200, `{}`, nil},
		{"no such operation", "GET", "/api/v3/repos/o", "", 200, `{}`, []string{"GET /repos/o: request path: GitHub describes no such operation"}},
		{"missing and wrong properties", "GET", "/api/v3/repos/o/r", "", 200, `{"id":"x"}`, []string{
			repo + `response 200 /id: value must be an integer (is "x")`,
			repo + `response 200 /name: property "name" is missing (is {"id":"x"})`}},
		{"a property that is not described", "GET", "/api/v3/repos/o/r", "", 200, `{"id":1,"name":"r","owner":{"logn":"o"}}`, []string{
			repo + `response 200 /owner/logn: no such property is described`}},
		{"query parameters", "GET", "/api/v3/repos/o/r?per_page=x&sort=up", "", 200, `{"id":1,"name":"r"}`, []string{
			repo + `request query parameter per_page: value x: an invalid integer: invalid syntax`,
			repo + `request query parameter sort: no such parameter is described`}},
		{"an undescribed status", "GET", "/api/v3/repos/o/r", "", 202, `{}`, []string{repo + `response 202: this status is not described; described are 200`}},
		{"an error without a message", "GET", "/api/v3/repos/o/r", "", 404, `{}`, []string{repo + `response 404: an error must be a JSON object with a message (is "{}")`}},
		{"a request body", "POST", "/api/v3/repos/o/r/issues", `{"labels":"x"}`, 201, `{}`, []string{
			`POST /repos/{owner}/{repo}/issues: request body /labels: value must be an array (is "x")`,
			`POST /repos/{owner}/{repo}/issues: request body /title: property "title" is missing (is {"labels":"x"})`}},
		{"what the server refuses may be malformed", "POST", "/api/v3/repos/o/r/issues", `{}`, 422, `{"message":"Validation Failed"}`, nil},
		{"a body that must not be there", "POST", "/api/v3/repos/o/r/issues", `{"title":"t"}`, 204, `{}`, []string{
			`POST /repos/{owner}/{repo}/issues: response 204: it must have no body (is "{}")`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := exchange(t, tt.method, tt.target, tt.body, tt.status, tt.answer)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestGraphQL(t *testing.T) {
	for _, tt := range []struct{ name, query, answer, want string }{
		{"fits", `{ viewer { login createdAt } user(login: "x") { kind } }`, `{"data":{"viewer":{"login":"a","createdAt":"2026-01-05T09:00:00Z"},"user":null}}`, ""},
		{"unknown field", `{ viewer { nme } }`, `{"data":{"viewer":{"nme":"a"}}}`, `Cannot query field "nme" on type "User"`},
		{"null where there must be a value", `{ viewer { login } }`, `{"data":{"viewer":{"login":null}}}`, "/data/viewer/login: it must not be null"},
		{"a wrong scalar", `{ viewer { createdAt } }`, `{"data":{"viewer":{"createdAt":"yesterday"}}}`, "it is not a DateTime"},
		{"a wrong enum", `{ viewer { kind } }`, `{"data":{"viewer":{"kind":"bot"}}}`, "it is not a Kind"},
		{"a field left out", `{ viewer { login kind } }`, `{"data":{"viewer":{"login":"a"}}}`, "it was asked for and is not there"},
		{"neither data nor errors", `{ viewer { login } }`, `{}`, "neither data nor errors"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.Join(exchange(t, "POST", "/api/graphql", fmt.Sprintf(`{"query":%q}`, tt.query), 200, tt.answer), "\n")
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestWebhooks(t *testing.T) {
	rec := loadTiny(t).Recorder()
	rec.Webhook("issues", []byte(`{"action":"opened","issue":{"number":1}}`))
	if got := rec.Violations(); len(got) > 0 {
		t.Fatalf("a good payload: %v", got)
	}
	rec.Webhook("issues", []byte(`{"action":"opened","issue":{"numbr":1}}`))
	rec.Webhook("issues", []byte(`{"action":"opend"}`))
	want := []string{
		`webhook issues opened: payload /issue/number: property "number" is missing (is {"numbr":1})`,
		`webhook issues opened: payload /issue/numbr: no such property is described`,
		`webhook issues opend: payload: GitHub describes no such webhook`,
	}
	if diff := cmp.Diff(want, lines(rec.Violations())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if n := rec.Webhooks()["issues-opened"]; n != 2 {
		t.Errorf("counted %d issues-opened, want 2", n)
	}
}

func TestWebhookHeaders(t *testing.T) {
	rec := loadTiny(t).Recorder()
	req := httptest.NewRequest("POST", "/hook", strings.NewReader(`{"action":"opened","issue":{"number":1}}`))
	req.Header.Set("X-GitHub-Event", "issues")
	rec.WrapWebhooks(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), req)
	if got := strings.Join(lines(rec.Violations()), "\n"); !strings.Contains(got, "header X-Hub-Signature-256") {
		t.Errorf("an unsigned delivery passes: %q", got)
	}
}

func TestSubset(t *testing.T) {
	schema := loadTiny(t).GraphQL()
	for sdl, want := range map[string]string{
		`type Query { user(login: String!): User } type User { login: String! }`:                   "",
		`type Query { user(login: String!): User } type User { login: String }`:                    "its type is String, GitHub's String!",
		`type Query { user: User } type User { login: String! }`:                                   "the required argument login is missing",
		`type Query { user(login: String!, x: Int): User } type User { login: String! }`:           "GitHub has no argument x",
		`type Query { user(login: String!): User } type User { kind: Kind } enum Kind { MACHINE }`: "GitHub has no such value",
	} {
		violations, err := schema.Subset(sdl)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(lines(violations), "\n")
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", sdl, got, want)
		}
	}
}

func TestMissingDescriptionsSayHowToFetchThem(t *testing.T) {
	_, err := contract.Load(t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "internal/contract/fetch.sh") {
		t.Errorf("got %v", err)
	}
}

func TestDir(t *testing.T) {
	if got := contract.Dir(func(string) string { return "" }, "/r"); got != filepath.Join("/r", ".cache", "contract") {
		t.Errorf("got %s", got)
	}
	if got := contract.Dir(func(string) string { return "/x" }, "/r"); got != "/x" {
		t.Errorf("got %s", got)
	}
}
