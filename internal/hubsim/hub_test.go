package hubsim_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v62/github"

	"github.com/phasegate/phasegate/internal/hubsim"
)

const hookSecret = "it's a secret to everybody"

// appKey is one key for all tests: making one takes long.
var appKey = sync.OnceValue(func() []byte {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
})

// hub is a simulated GitHub that listens, with a receiver of its webhooks.
type hub struct {
	t    *testing.T
	s    *hubsim.Server
	l    *hubsim.Listener
	hook *receiver
}

func seed() *hubsim.Seed {
	return &hubsim.Seed{
		Now: time.Date(2026, 1, 6, 13, 0, 0, 0, time.UTC), Org: "acme-telco", Repo: "churn",
		Users: []hubsim.SeedUser{
			{Login: "mina-mle", Permission: "admin", Token: "mina-token"}, {Login: "sara-ds", Permission: "write"},
			{Login: "tom-tri", Permission: "triage"}, {Login: "rui-sme", Permission: "read"}, {Login: "outsider"},
		},
		Teams:  []hubsim.SeedTeam{{Slug: "data", Members: []string{"sara-ds", "rui-sme"}}},
		Labels: []hubsim.SeedLabel{{Name: "kind:problem", Color: "ff0000"}, {Name: "bug"}},
		App: &hubsim.SeedApp{
			ID: 4711, Permissions: map[string]string{"issues": "write", "members": "read", "contents": "read", "pull_requests": "write", "checks": "write"},
			Events: []string{"issues", "issue_comment", "label", "sub_issues", "membership", "team", "repository", "member"},
		},
	}
}

// newHub starts a simulated GitHub; change may alter the seed and the options.
func newHub(t *testing.T, change func(*hubsim.Seed, *hubsim.Options)) *hub {
	t.Helper()
	h := &hub{t: t, hook: newReceiver(t)}
	opt := hubsim.Options{Seed: seed(), AppKey: appKey(), WebhookURL: h.hook.url, WebhookSecret: hookSecret}
	if change != nil {
		change(opt.Seed, &opt)
	}
	var err error
	if h.s, err = hubsim.New(opt); err != nil {
		t.Fatal(err)
	}
	if h.l, err = hubsim.Listen(h.s, "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := h.l.Close(ctx); err != nil {
			t.Error(err)
		}
		h.s.Close()
	})
	return h
}

// as returns a client that acts as a person.
func (h *hub) as(login string) *github.Client {
	token := "sim-" + login
	if login == "mina-mle" {
		token = "mina-token"
	}
	return h.client(&http.Client{}).WithAuthToken(token)
}

func (h *hub) client(hc *http.Client) *github.Client {
	h.t.Helper()
	c, err := github.NewClient(hc).WithEnterpriseURLs(h.l.APIURL+"/", h.l.UploadURL+"/")
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

// app returns a client that acts as the App itself, with a JWT.
func (h *hub) app() *github.Client {
	h.t.Helper()
	tr, err := ghinstallation.NewAppsTransport(http.DefaultTransport, 4711, h.s.AppKeyPEM())
	if err != nil {
		h.t.Fatal(err)
	}
	tr.BaseURL = h.l.APIURL
	return h.client(&http.Client{Transport: tr})
}

// bot returns a client that acts as the App's installation; narrow may be nil.
func (h *hub) bot(narrow *github.InstallationTokenOptions) *github.Client {
	h.t.Helper()
	tr, err := ghinstallation.NewAppsTransport(http.DefaultTransport, 4711, h.s.AppKeyPEM())
	if err != nil {
		h.t.Fatal(err)
	}
	tr.BaseURL = h.l.APIURL
	list, _, err := h.app().Apps.ListInstallations(h.t.Context(), nil)
	if err != nil || len(list) != 1 {
		h.t.Fatalf("installations: %v, %v", list, err)
	}
	inst := ghinstallation.NewFromAppsTransport(tr, list[0].GetID())
	inst.InstallationTokenOptions = narrow
	return h.client(&http.Client{Transport: inst})
}

// answer is a response read whole.
type answer struct {
	status int
	header http.Header
	body   []byte
	err    error
}

// do sends a plain request as a person; login may be empty. path is under /api/v3 unless it begins with /_sim.
func (h *hub) do(login, method, path, body string, header ...string) answer {
	h.t.Helper()
	url := h.l.APIURL + path
	if strings.HasPrefix(path, "/_sim/") {
		url = h.l.WebURL + path
	}
	req, err := http.NewRequestWithContext(h.t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	if login != "" {
		req.Header.Set("Authorization", "token sim-"+login)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{err: err}
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return answer{status: resp.StatusCode, header: resp.Header, body: b, err: err}
}

// field returns a field of a JSON answer, by keys.
func (a answer) field(keys ...string) any {
	var v any
	if err := json.Unmarshal(a.body, &v); err != nil {
		return nil
	}
	for _, k := range keys {
		m, _ := v.(map[string]any)
		v = m[k]
	}
	return v
}

// must fails the test unless the answer has the status.
func (a answer) must(t *testing.T, status int) answer {
	t.Helper()
	if a.err != nil || a.status != status {
		t.Fatalf("answered %d %s (%v), want %d", a.status, a.body, a.err, status)
	}
	return a
}

// idle waits until nothing is left to do.
func (h *hub) idle() {
	h.t.Helper()
	h.do("", "GET", "/_sim/idle?timeout=10s", "").must(h.t, 204)
}

// hookCall is a webhook as it arrived.
type hookCall struct {
	name    string // event.action
	guid    string
	header  http.Header
	payload map[string]any
}

// receiver takes webhooks, refusing any whose signature is wrong.
type receiver struct {
	url    string
	mu     sync.Mutex
	calls  []hookCall
	status int // answered; 0 is 202
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return // the hub was closed while it sent
		}
		req.Body = io.NopCloser(bytes.NewReader(body))
		if _, err := github.ValidatePayload(req, []byte(hookSecret)); err != nil {
			t.Errorf("signature of %s: %v", req.Header.Get("X-GitHub-Event"), err)
		}
		if _, err := github.ParseWebHook(req.Header.Get("X-GitHub-Event"), body); err != nil && req.Header.Get("X-GitHub-Event") != "sub_issues" {
			t.Errorf("parse: %v", err)
		}
		call := hookCall{name: req.Header.Get("X-GitHub-Event"), guid: req.Header.Get("X-GitHub-Delivery"), header: req.Header}
		if err := json.Unmarshal(body, &call.payload); err != nil {
			t.Error(err)
		}
		if a, has := call.payload["action"].(string); has {
			call.name += "." + a
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.calls = append(r.calls, call)
		if r.status != 0 {
			w.WriteHeader(r.status)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(srv.Close)
	r.url = srv.URL
	return r
}

// take returns what arrived since the last take, once the hub is idle.
func (h *hub) take() []hookCall {
	h.t.Helper()
	h.idle()
	h.hook.mu.Lock()
	defer h.hook.mu.Unlock()
	calls := h.hook.calls
	h.hook.calls = nil
	return calls
}

func (h *hub) answerHooksWith(status int) {
	h.hook.mu.Lock()
	defer h.hook.mu.Unlock()
	h.hook.status = status
}

func namesOf(calls []hookCall) string {
	var out []string
	for _, c := range calls {
		out = append(out, c.name)
	}
	return strings.Join(out, " ")
}

// at returns a field of a payload, by keys.
func (c hookCall) at(keys ...string) any {
	var v any = c.payload
	for _, k := range keys {
		m, _ := v.(map[string]any)
		v = m[k]
	}
	return v
}

const base = "/repos/acme-telco/churn"

type (
	hubsimSeed    = hubsim.Seed
	hubsimOptions = hubsim.Options
	hubsimTeam    = hubsim.SeedTeam
)

// list returns the numbers of a list of issues and its Link header.
func (h *hub) list(path string) (numbers, link string, err error) {
	h.t.Helper()
	a := h.do("", "GET", path, "").must(h.t, 200)
	var items []struct{ Number int }
	err = json.Unmarshal(a.body, &items)
	var out []string
	for _, it := range items {
		out = append(out, strconv.Itoa(it.Number))
	}
	return strings.Join(out, ","), a.header.Get("Link"), err
}
