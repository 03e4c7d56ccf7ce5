package gh_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/gh"
	"github.com/phasegate/phasegate/internal/hubsim"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

const teamConfig = "version: 1\nroles:\n  business-stakeholder: [helena-bs]\n  subject-matter-expert: [rui-sme]\n  data-scientist: [acme/science]\n"

// world is a simulated GitHub, and the real client that reads it over HTTP.
type world struct {
	t    *testing.T
	sim  *hubsim.Server
	link *hubsim.Listener
	api  string
	hub  *gh.GitHub
	key  engine.Key
	wire *wire
}

// wire is what lies between client and GitHub: it counts, and may change what passes.
type wire struct {
	mu     sync.Mutex
	bodies []string
	points string                                     // of GraphQL used in this hour, as GitHub told last
	send   func(body string) string                   // changes a request's body
	answer func(*http.Request, string) *http.Response // instead of GitHub; nil lets pass
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		_ = r.Body.Close()
	}
	w.mu.Lock()
	w.bodies = append(w.bodies, r.URL.Path+" "+string(body))
	send, answer := w.send, w.answer
	w.mu.Unlock()
	if answer != nil {
		if res := answer(r, string(body)); res != nil {
			return res, nil
		}
	}
	if send != nil {
		body = []byte(send(string(body)))
	}
	r = r.Clone(r.Context())
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	res, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && res.Header.Get("X-RateLimit-Resource") == "graphql" {
		w.mu.Lock()
		w.points = res.Header.Get("X-RateLimit-Used")
		w.mu.Unlock()
	}
	return res, err
}

// sent counts the requests since the last call whose path or body holds the text.
func (w *wire) sent(text string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, b := range w.bodies {
		if strings.Contains(b, text) {
			n++
		}
	}
	w.bodies = nil
	return n
}

// respond makes an answer; header is name and value in turn.
func respond(r *http.Request, status int, body string, header ...string) *http.Response {
	res := &http.Response{StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}
	for i := 0; i+1 < len(header); i += 2 {
		res.Header.Set(header[i], header[i+1])
	}
	return res
}

func newWorld(t *testing.T, config string, more ...hubsim.SeedIssue) *world {
	t.Helper()
	permissions := map[string]string{}
	for _, p := range gh.Permissions() {
		permissions[p.Name] = string(p.Level)
	}
	seed := &hubsim.Seed{
		Org: "acme", Repo: "churn", Repos: []string{"blank", ".github"}, Files: map[string]string{"README.md": "x\n"},
		Users:  []hubsim.SeedUser{{Login: "helena-bs", Permission: "admin"}, {Login: "rui-sme", Permission: "write"}, {Login: "sara-ds", Permission: "write"}, {Login: "tom-ds", Permission: "write"}},
		Teams:  []hubsim.SeedTeam{{Slug: "science", Members: []string{"sara-ds"}, Permission: "write"}, {Slug: "juniors", Members: []string{"tom-ds"}, Parent: "science"}},
		Issues: []hubsim.SeedIssue{{Title: "Churn", Body: "### Parent\n\n#2", Labels: []string{"kind:deliverable"}, Author: "rui-sme"}, {Title: "Another", Labels: []string{"kind:deliverable"}, Author: "sara-ds"}, {Title: "Plain", Author: "sara-ds"}},
		App:    &hubsim.SeedApp{ID: 1, InstallationID: 7, Permissions: permissions, Events: gh.Events()},
	}
	seed.Issues = append(seed.Issues, more...)
	if config != "" {
		seed.Files[gh.ConfigPath] = config
	}
	w := simulate(t, seed)
	w.hub = w.newHub()
	return w
}

// simulate starts a GitHub of a seed of one's own.
func simulate(t *testing.T, seed *hubsim.Seed) *world {
	t.Helper()
	sim, err := hubsim.New(hubsim.Options{Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	l, err := hubsim.Listen(sim, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := l.Close(ctx); err != nil {
			t.Error(err)
		}
		sim.Close()
	})
	return &world{t: t, sim: sim, link: l, api: l.APIURL, wire: &wire{}, key: engine.Key{Installation: 7, Owner: "acme", Repo: "churn", Kind: engine.IssueKey, Number: 1}}
}

// newHub is the client as it is when the App has just started.
func (w *world) newHub() *gh.GitHub {
	w.t.Helper()
	hub, err := gh.New(gh.Options{URL: w.link.APIURL, GraphQLURL: w.link.GraphQLURL, AppID: 1, PrivateKey: []byte(w.sim.AppKeyPEM()), Transport: w.wire})
	if err != nil {
		w.t.Fatal(err)
	}
	return hub
}

// do sends a request as a person and decodes the answer into out.
func (w *world) do(login, method, path string, in, out any) {
	w.t.Helper()
	w.send(http.DefaultTransport, "sim-"+login, method, path, in, out)
}

// send sends a request through a transport, with a token unless that brings its own. The path is below the
// repository's, unless it begins with /orgs/.
func (w *world) send(rt http.RoundTripper, token, method, path string, in, out any) {
	w.t.Helper()
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			w.t.Fatal(err)
		}
		body = bytes.NewReader(text)
	}
	if !strings.HasPrefix(path, "/orgs/") {
		path = "/repos/" + w.key.FullName() + path
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.api+path, body)
	if err != nil {
		w.t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := rt.RoundTrip(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode/100 != 2 {
		w.t.Fatalf("%s %s: %s %s %v", method, path, res.Status, text, err)
	}
	if out != nil {
		if err := json.Unmarshal(text, out); err != nil {
			w.t.Fatal(err)
		}
	}
}

// put commits a file to the default branch, or another one.
func (w *world) put(path, text, sha, branch string) (blob string) {
	w.t.Helper()
	in := map[string]string{"message": "change " + path, "content": base64.StdEncoding.EncodeToString([]byte(text)), "branch": branch}
	if sha != "" {
		in["sha"] = sha
	}
	var out struct{ Content struct{ SHA string } }
	w.do("helena-bs", "PUT", "/contents/"+path, in, &out)
	return out.Content.SHA
}

// merge brings files in through a pull request of sara's.
func (w *world) merge(branch, paths, body string) int {
	w.t.Helper()
	var ref struct{ Object struct{ SHA string } }
	w.do("sara-ds", "GET", "/git/ref/heads/main", nil, &ref)
	w.do("sara-ds", "POST", "/git/refs", map[string]string{"ref": "refs/heads/" + branch, "sha": ref.Object.SHA}, nil)
	for path := range strings.FieldsSeq(paths) {
		w.put(path, "words\n", "", branch)
	}
	var pull struct{ Number int }
	w.do("sara-ds", "POST", "/pulls", map[string]string{"title": branch, "head": branch, "base": "main", "body": body}, &pull)
	w.do("helena-bs", "PUT", fmt.Sprintf("/pulls/%d/merge", pull.Number), map[string]string{}, nil)
	return pull.Number
}

func (w *world) snapshot() engine.Snapshot {
	w.t.Helper()
	s, err := w.hub.Snapshot(w.t.Context(), w.key)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// singly asks for pages of one wherever the client asks for more.
func singly(body string) string {
	for _, n := range []string{"100", "50"} {
		body = strings.ReplaceAll(body, "comments(first: "+n, "comments(first: 1")
		body = strings.ReplaceAll(body, "issues(first: "+n, "issues(first: 1")
		body = strings.ReplaceAll(body, "members(first: "+n, "members(first: 1")
		body = strings.ReplaceAll(body, "files(first: "+n, "files(first: 1")
		body = strings.ReplaceAll(body, "history(first: "+n, "history(first: 1")
		body = strings.ReplaceAll(body, "pullRequests(first: "+n, "pullRequests(first: 1")
	}
	return body
}

// Whatever the size of GitHub's pages, the same is read.
func TestSnapshotReadsEveryPage(t *testing.T) {
	for name, send := range map[string]func(string) string{"large pages": nil, "pages of one": singly} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, teamConfig)
			first := w.merge("design", "docs/design/a.md", "Deliverable: #1")
			second := w.merge("other", "docs/design/b.md", "Deliverable: #2")
			third := w.merge("eda", "reports/eda/c.md", "Deliverable: #1")
			for i := range 3 {
				w.do("rui-sme", "POST", "/issues/1/comments", map[string]string{"body": fmt.Sprint("say ", i)}, nil)
			}
			w.wire.send = send
			s := w.snapshot()
			if len(s.Comments) != 3 || s.Comments[2].Body != "say 2" {
				t.Errorf("comments: %+v", s.Comments)
			}
			if len(s.Listed) != 2 {
				t.Errorf("%d neighbours, want 2", len(s.Listed))
			}
			if got := len(s.Roster.Holders[lifecycle.DataScientist]); got != 2 {
				t.Errorf("%d data scientists, want 2: a child team's members count", got)
			}
			merged, known := s.Merged.Get()
			numbers := map[int]int{}
			for _, p := range merged {
				numbers[p.Number] = len(p.Files)
			}
			if !known || len(numbers) != 3 || numbers[first] != 1 || numbers[second] != 1 || numbers[third] != 1 {
				t.Errorf("merged (%v): %v, want #%d #%d #%d", known, numbers, first, second, third)
			}
		})
	}
}

// The rules before a broken config are the newest valid ones, even where the same broken text comes back.
func TestRulesBeforeABrokenConfig(t *testing.T) {
	w := newWorld(t, teamConfig)
	var file struct{ SHA string }
	w.do("helena-bs", "GET", "/contents/"+gh.ConfigPath, nil, &file)
	const broken = "version: 1\nrols: {}\n"
	at := w.put(gh.ConfigPath, broken, file.SHA, "main")
	if s := w.snapshot(); s.Rules.Policy == nil || s.Rules.Broken == "" || s.Rules.Policy.Language != lifecycle.English {
		t.Fatalf("rules: %+v", s.Rules)
	}
	at = w.put(gh.ConfigPath, "language: pt-BR\n"+teamConfig, at, "main")
	w.put(gh.ConfigPath, broken, at, "main")
	if s := w.snapshot(); s.Rules.Policy == nil || s.Rules.Policy.Language == lifecycle.English {
		t.Error("the rules from before the newest valid config are in force")
	}
}

// An answer without data about what is certainly there is no proof of absence.
func TestUnreadIsNotAbsent(t *testing.T) {
	null := func(part string) func(*http.Request, string) *http.Response {
		return func(r *http.Request, body string) *http.Response {
			if !strings.Contains(body, part) {
				return nil
			}
			return respond(r, 200, `{"data":{"repository":null},"errors":[{"type":"NOT_FOUND","message":"no"}]}`)
		}
	}
	t.Run("evidence", func(t *testing.T) {
		w := newWorld(t, teamConfig)
		w.wire.answer = null("pullRequests(first: 50")
		if _, err := w.hub.Snapshot(t.Context(), w.key); err == nil {
			t.Error("evidence that was not read is no reason to try again")
		}
		w.wire.answer = func(r *http.Request, body string) *http.Response {
			if !strings.Contains(body, "pullRequests(first: 50") {
				return nil
			}
			return respond(r, 200, `{"data":null,"errors":[{"type":"FORBIDDEN","message":"no"}]}`)
		}
		if _, known := w.snapshot().Merged.Get(); known {
			t.Error("evidence that may not be read counts as none")
		}
	})
	t.Run("further comments", func(t *testing.T) {
		w := newWorld(t, teamConfig)
		for range 2 {
			w.do("rui-sme", "POST", "/issues/1/comments", map[string]string{"body": "word"}, nil)
		}
		w.wire.send, w.wire.answer = singly, null("repository(owner: $owner, name: $repo) { issue(number")
		if s, err := w.hub.Snapshot(t.Context(), w.key); err == nil {
			t.Errorf("%d of 2 comments are judged as all", len(s.Comments))
		}
	})
	t.Run("named issues", func(t *testing.T) {
		w := newWorld(t, teamConfig)
		s := w.snapshot()
		w.wire.answer = null("i3: issueOrPullRequest")
		if err := w.hub.Fill(t.Context(), &s, engine.Lack{Issues: []int{3}}); err == nil {
			t.Error("an issue that was not read is taken for one that does not exist")
		}
	})
}

func TestFill(t *testing.T) {
	w := newWorld(t, teamConfig)
	s := w.snapshot()
	if err := w.hub.Fill(t.Context(), &s, engine.Lack{Issues: []int{3, 99}, Logins: []string{"Sara-DS", "nobody-at-all"}}); err != nil {
		t.Fatal(err)
	}
	if len(s.Listed) != 3 || s.People["sara-ds"].ID == 0 || len(s.People) != 1 {
		t.Errorf("listed %d, people %v", len(s.Listed), s.People)
	}
}

// A refused token is an answer of GitHub's like any other.
func TestRefusedToken(t *testing.T) {
	refuse := func(w *world, status int, header ...string) error {
		w.wire.answer = func(r *http.Request, _ string) *http.Response {
			if strings.HasSuffix(r.URL.Path, "/access_tokens") {
				return respond(r, status, `{"message":"no"}`, header...)
			}
			return nil
		}
		_, err := w.hub.Snapshot(w.t.Context(), w.key)
		return err
	}
	if err := refuse(newWorld(t, teamConfig), 404); !errors.Is(err, engine.ErrGone) {
		t.Errorf("an installation that was removed: %v", err)
	}
	for _, status := range []int{403, 429} {
		var retry *gh.Retry
		if err := refuse(newWorld(t, teamConfig), status, "Retry-After", "90"); !errors.As(err, &retry) || retry.RetryAfter() != 90*time.Second {
			t.Errorf("%d with Retry-After: %v", status, err)
		}
	}
}

// A limit on any request says how long to wait.
func TestLimits(t *testing.T) {
	for _, status := range []int{403, 429} {
		w := newWorld(t, teamConfig)
		w.wire.answer = func(r *http.Request, _ string) *http.Response {
			if strings.HasSuffix(r.URL.Path, "/comments") {
				return respond(r, status, `{"message":"You have exceeded a secondary rate limit"}`, "Retry-After", "70")
			}
			return nil
		}
		var retry *gh.Retry
		if err := w.hub.Apply(t.Context(), w.key, engine.PostComment{Issue: 1, Body: "x"}); !errors.As(err, &retry) || retry.RetryAfter() != 70*time.Second {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestRedirectToAnotherHost(t *testing.T) {
	w := newWorld(t, teamConfig)
	w.wire.answer = func(r *http.Request, _ string) *http.Response {
		switch {
		case r.URL.Host == "elsewhere.example":
			t.Error("the redirect was followed")
			return respond(r, 201, `{}`)
		case strings.HasSuffix(r.URL.Path, "/comments"):
			return respond(r, 307, `{}`, "Location", "https://elsewhere.example/comments")
		}
		return nil
	}
	if err := w.hub.Apply(t.Context(), w.key, engine.PostComment{Issue: 1, Body: "x"}); err == nil {
		t.Error("a redirect to another host is no error")
	}
}

func TestTokenIsNarrowed(t *testing.T) {
	w := newWorld(t, teamConfig)
	w.snapshot()
	if n := w.wire.sent(`"repositories":["churn"]`); n != 1 {
		t.Errorf("%d tokens narrowed to the repository were asked for, want 1", n)
	}
}

func TestEmptyRepository(t *testing.T) {
	w := newWorld(t, "")
	w.key.Repo = "blank"
	w.wire.send = func(body string) string { // no branch, as GitHub answers where there is no commit
		return strings.ReplaceAll(body, "defaultBranchRef {", "defaultBranchRef @skip(if: true) {")
	}
	if s := w.snapshot(); s.Rules.Policy != nil {
		t.Errorf("rules in an empty repository: %+v", s.Rules)
	}
	if s, err := w.hub.Repository(t.Context(), w.key.Repository()); err != nil || s.Head != "" || len(s.Plan().Effects) != 0 {
		t.Errorf("%+v %v", s, err)
	}
	if s, err := w.hub.Survey(t.Context(), w.key.Repository()); err != nil || s.Branch != "" {
		t.Errorf("branch %q: %v", s.Branch, err)
	}
}

// An account that was deleted is nobody; what it wrote is read all the same.
func TestDeletedAuthor(t *testing.T) {
	w := newWorld(t, teamConfig)
	w.do("rui-sme", "POST", "/issues/1/comments", map[string]string{"body": "/approve"}, nil)
	w.wire.send = func(body string) string { // ask for nothing of authors: null, as GitHub answers for them
		return strings.ReplaceAll(body, "author { __typename", "author @skip(if: true) { __typename")
	}
	s := w.snapshot()
	if len(s.Comments) != 1 || s.Comments[0].Author.ID != 0 || s.Comments[0].Own || s.Issue.Author.ID != 0 {
		t.Errorf("comments %+v, author %+v", s.Comments, s.Issue.Author)
	}
}
