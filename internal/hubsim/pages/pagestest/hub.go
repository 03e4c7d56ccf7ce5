// Package pagestest is a small, fixed simulated GitHub for the tests of the pages: one repository with an issue
// that waits for two people, a pull request with checks, a few files and a log. What is sent through Act is kept,
// and comments, labels and states change as they would; nothing else is simulated.
package pagestest

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/phasegate/phasegate/internal/hubsim/pages"
)

//go:embed examples/*.md
var examples embed.FS

// Example returns one of the sample texts: sticky, reply, roles, metrics or meeting.
func Example(name string) string {
	b, err := examples.ReadFile("examples/" + name + ".md")
	if err != nil {
		panic(err) // a mistake in a test
	}
	return string(b)
}

// Sent is a request that a page sent.
type Sent struct{ As, Method, Path, Body string }

// Hub implements pages.Hub.
type Hub struct {
	mu     sync.Mutex
	now    time.Time
	people []pages.Person
	labels []pages.Label
	issues map[int]*pages.Issue
	pull   pages.Pull
	files  map[string]string
	sent   []Sent
	// Refuse, if it is not 0, is the status every request is answered with.
	Refuse int
	// Busy makes Settle wait for its context.
	Busy bool
}

var _ pages.Hub = (*Hub)(nil)

// Repo is the name of the sample's repository.
const Repo = "acme-telco/churn"

// New returns the sample.
func New() *Hub {
	h := &Hub{now: at(13, 12, 30), issues: map[int]*pages.Issue{}, files: sampleFiles()}
	for i, p := range []struct{ login, permission string }{
		{"helena-bs", "write"}, {"rui-sme", "read"}, {"dora-de", "write"}, {"sara-ds", "write"}, {"tomas-ds", "write"},
		{"felix-se", "write"}, {"mina-mle", "admin"}, {"bento-be", "write"},
	} {
		h.people = append(h.people, pages.Person{
			ID: int64(i + 1), Login: p.login, Kind: pages.KindUser, Permission: p.permission, Badge: "Member",
		})
	}
	h.labels = []pages.Label{
		{Name: "kind:problem", Color: "5319e7", Description: "A bigger problem of the business"},
		{Name: "kind:deliverable", Color: "0e8a16"}, {Name: "kind:data", Color: "006b75"},
		{Name: "phase:design", Color: "c5def5"}, {Name: "phase:development", Color: "bfd4f2"},
		{Name: "risk:standard", Color: "fef2c0"}, {Name: "gate:requested", Color: "fbca04"},
		{Name: "gate:objected", Color: "b60205"}, {Name: "data:validated", Color: "0e8a16"},
	}
	h.addIssues()
	h.addPull()
	return h
}

func at(day, hour, minute int) time.Time {
	return time.Date(2026, 1, day, hour, minute, 0, 0, time.UTC)
}

func (h *Hub) person(login string) pages.Person {
	for _, p := range h.people {
		if p.Login == login {
			return p
		}
	}
	kind := pages.KindUser
	if strings.HasSuffix(login, "[bot]") {
		kind = pages.KindBot
	}
	return pages.Person{ID: 99, Login: login, Kind: kind}
}

func (h *Hub) label(name string) pages.Label {
	for _, l := range h.labels {
		if l.Name == name {
			return l
		}
	}
	return pages.Label{Name: name, Color: "ededed"}
}

func (h *Hub) add(n int, title, author string, when time.Time, body string, labels ...string) *pages.Issue {
	i := &pages.Issue{
		IssueRow: pages.IssueRow{
			Ref:    pages.Ref{Repo: Repo, Number: n, Title: title, State: pages.StateOpen},
			Author: h.person(author), CreatedAt: when,
		},
		Body: pages.Text{Source: body}, UpdatedAt: when,
	}
	for _, l := range labels {
		i.Labels = append(i.Labels, h.label(l))
	}
	h.issues[n] = i
	return i
}

// Sent returns the requests that pages sent.
func (h *Hub) Sent() []Sent {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.sent)
}

// Now implements pages.Hub.
func (h *Hub) Now() time.Time { return h.now }

// BaseURL implements pages.Hub.
func (h *Hub) BaseURL() string { return "http://127.0.0.1:8080" }

// Settle implements pages.Hub.
func (h *Hub) Settle(ctx context.Context) error {
	if h.Busy {
		<-ctx.Done()
	}
	return ctx.Err()
}

// People implements pages.Hub.
func (h *Hub) People(context.Context, pages.At) ([]pages.Person, error) {
	return slices.Clone(h.people), nil
}

// Account implements pages.Hub.
func (h *Hub) Account(_ context.Context, name string) (pages.Account, error) {
	for _, p := range h.people {
		if strings.EqualFold(p.Login, name) {
			return pages.Account{Person: p, Facts: []pages.Fact{{Term: "Permission", Text: p.Permission}}}, nil
		}
	}
	switch name {
	case "acme-telco":
		return pages.Account{Person: pages.Person{Login: name, Kind: pages.KindOrg}, Members: h.people, Repos: []pages.Repo{h.repo("")}}, nil
	case "acme-telco/data":
		return pages.Account{Person: pages.Person{Login: name, Kind: pages.KindTeam}, Members: h.people[2:4]}, nil
	case "apps/phasegate":
		return pages.Account{Person: pages.Person{Login: "phasegate[bot]", Kind: pages.KindBot}, Facts: []pages.Fact{{Term: "Permissions", Text: "issues: write"}}}, nil
	}
	return pages.Account{}, pages.ErrNotFound
}

func (h *Hub) repo(viewer string) pages.Repo {
	return pages.Repo{
		Owner: "acme-telco", Name: "churn", Description: "Who is about to leave, and why", DefaultBranch: "main", OpenIssues: 4, OpenPulls: 1,
		Permission: h.person(viewer).Permission,
	}
}

// Repos implements pages.Hub.
func (h *Hub) Repos(_ context.Context, viewer string) ([]pages.Repo, error) {
	return []pages.Repo{h.repo(viewer)}, nil
}

// Repo implements pages.Hub.
func (h *Hub) Repo(_ context.Context, a pages.At) (pages.Repo, error) {
	if !strings.EqualFold(a.Repo(), Repo) {
		return pages.Repo{}, pages.ErrNotFound
	}
	return h.repo(a.Viewer), nil
}

// Issues implements pages.Hub.
func (h *Hub) Issues(_ context.Context, _ pages.At, pulls bool) ([]pages.IssueRow, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []pages.IssueRow
	for _, i := range h.issues {
		if i.IsPull == pulls {
			out = append(out, i.IssueRow)
		}
	}
	slices.SortFunc(out, func(a, b pages.IssueRow) int { return b.Number - a.Number })
	return out, nil
}

// Issue implements pages.Hub.
func (h *Hub) Issue(_ context.Context, _ pages.At, number int) (pages.Issue, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	i := h.issues[number]
	if i == nil {
		return pages.Issue{}, fmt.Errorf("issue #%d: %w", number, pages.ErrNotFound)
	}
	out := *i
	out.Labels, out.Timeline = slices.Clone(i.Labels), slices.Clone(i.Timeline)
	return out, nil
}

// Ref implements pages.Hub.
func (h *Hub) Ref(_ context.Context, a pages.At, number int) (pages.Ref, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if i := h.issues[number]; i != nil && strings.EqualFold(a.Repo(), Repo) {
		return i.Ref, nil
	}
	return pages.Ref{}, pages.ErrNotFound
}

// Pull implements pages.Hub.
func (h *Hub) Pull(_ context.Context, _ pages.At, number int) (pages.Pull, error) {
	if number != h.pull.Number {
		return pages.Pull{}, pages.ErrNotFound
	}
	return h.pull, nil
}

// CheckRun implements pages.Hub.
func (h *Hub) CheckRun(_ context.Context, _ pages.At, id int64) (pages.CheckRun, error) {
	for _, c := range h.pull.Checks {
		if c.ID == id {
			return c, nil
		}
	}
	return pages.CheckRun{}, pages.ErrNotFound
}

// Commit implements pages.Hub.
func (h *Hub) Commit(_ context.Context, _ pages.At, sha string) (pages.Commit, error) {
	c := h.commit()
	switch sha {
	case sampleSHA:
		c.Checks = h.pull.Checks
	case baseSHA:
		c = pages.Commit{SHA: baseSHA, Message: "first", Name: "Nobody", At: at(6, 10, 0)}
	default:
		return pages.Commit{}, pages.ErrNotFound
	}
	return c, nil
}

// Path implements pages.Hub.
func (h *Hub) Path(_ context.Context, _ pages.At, ref, file string) (pages.Node, error) {
	if ref != "" && ref != "main" && ref != "feature/x" && ref != sampleSHA && ref != baseSHA {
		return pages.Node{}, pages.ErrNotFound
	}
	n := pages.Node{Ref: ref, Path: file}
	if text, found := h.files[file]; found {
		n.Content, n.Size = []byte(text), len(text)
		return n, nil
	}
	n.IsDir = true
	seen := map[string]bool{}
	for name, text := range h.files {
		rest, below := strings.CutPrefix("/"+name, path.Join("/", file)+"/")
		if file == "" {
			rest, below = name, true
		}
		first, _, dir := strings.Cut(rest, "/")
		if below && !seen[first] {
			seen[first] = true
			n.Entries = append(n.Entries, pages.Entry{Name: first, IsDir: dir, Size: len(text)})
		}
	}
	if len(n.Entries) == 0 {
		return pages.Node{}, pages.ErrNotFound
	}
	slices.SortFunc(n.Entries, func(a, b pages.Entry) int { return strings.Compare(a.Name, b.Name) })
	return n, nil
}

// Labels implements pages.Hub.
func (h *Hub) Labels(context.Context, pages.At) ([]pages.Label, error) {
	return slices.Clone(h.labels), nil
}

// Log implements pages.Hub.
func (h *Hub) Log(context.Context, pages.At) ([]pages.LogEntry, error) {
	return []pages.LogEntry{
		{At: at(13, 12, 20), Kind: pages.LogWritten, Key: "phasegate[bot]", Text: "PATCH /repos/acme-telco/churn/issues/comments/101 → 200", Link: "/acme-telco/churn/issues/3"},
		{At: at(13, 12, 20), Kind: pages.LogIn, Key: "issue_comment.created", Text: "to phasegate → 202", Link: "/acme-telco/churn/log/77"},
		{At: at(13, 12, 20), Kind: pages.LogPerson, Key: "tomas-ds", Text: "POST /repos/acme-telco/churn/issues/3/comments → 201"},
		{At: at(12, 14, 10), Kind: pages.LogIn, Key: "issue_comment.created", Text: "to phasegate → 500", Fail: true, Link: "/acme-telco/churn/log/77"},
	}, nil
}

// Delivery implements pages.Hub.
func (h *Hub) Delivery(_ context.Context, _ pages.At, id int64) (pages.Delivery, error) {
	if id != 77 {
		return pages.Delivery{}, pages.ErrNotFound
	}
	return pages.Delivery{
		ID: 77, GUID: "0f3b", Event: "issue_comment", Action: "created", At: at(13, 12, 20), Status: "OK", Code: 202,
		Request: []pages.Fact{{Term: "X-GitHub-Event", Text: "issue_comment"}}, Payload: "{\n  \"action\": \"created\"\n}", Response: "accepted",
	}, nil
}

// Act implements pages.Hub: it keeps the request and follows comments, labels and states.
func (h *Hub) Act(_ context.Context, persona, method, p string, body []byte) (int, []byte, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sent = append(h.sent, Sent{persona, method, p, string(body)})
	if h.Refuse != 0 {
		return h.Refuse, []byte(`{"message":"Validation Failed","errors":[{"resource":"Issue","field":"title","code":"missing_field"}]}`), nil
	}
	rest := strings.TrimPrefix(p, "/repos/"+Repo+"/issues")
	if method == http.MethodPost && rest == "" {
		var in struct{ Title, Body string }
		if err := json.Unmarshal(body, &in); err != nil {
			return 400, nil, nil
		}
		n := 100 + len(h.issues)
		h.add(n, in.Title, persona, h.now, in.Body)
		return 201, []byte(`{"number":` + strconv.Itoa(n) + `}`), nil
	}
	parts := strings.Split(strings.TrimPrefix(rest, "/"), "/")
	n, _ := strconv.Atoi(parts[0])
	i := h.issues[n]
	if i == nil {
		return 200, []byte(`{}`), nil
	}
	return h.follow(i, persona, method, parts[1:], body)
}

func (h *Hub) follow(i *pages.Issue, persona, method string, parts []string, body []byte) (int, []byte, error) {
	var in struct {
		Body, Title, State *string
		Labels             []string
	}
	_ = json.Unmarshal(body, &in) // an empty body sets nothing
	switch {
	case len(parts) == 0 && in.State != nil:
		i.State = *in.State
	case len(parts) == 0 && in.Title != nil:
		i.Title = *in.Title
	case len(parts) == 0 && in.Body != nil:
		i.Body.Source = *in.Body
		i.Body.Edits = append(i.Body.Edits, pages.Edit{By: h.person(persona), At: h.now})
	case parts[0] == "comments":
		id := int64(1000 + len(h.sent))
		i.Timeline = append(i.Timeline, pages.Item{At: h.now, Comment: &pages.Comment{ID: id, Author: h.person(persona), At: h.now, Body: pages.Text{Source: *in.Body}}})
		return 201, fmt.Appendf(nil, `{"id":%d,"html_url":"http://127.0.0.1:8080%s#issuecomment-%d"}`, id, i.Path(), id), nil
	case method == http.MethodDelete:
		name, _ := url.PathUnescape(parts[1])
		i.Labels = slices.DeleteFunc(i.Labels, func(l pages.Label) bool { return l.Name == name })
	case parts[0] == "labels":
		for _, l := range in.Labels {
			i.Labels = append(i.Labels, h.label(l))
		}
	}
	return 200, []byte(`{}`), nil
}
