package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/phasegate/phasegate/bot"
	"github.com/phasegate/phasegate/internal/app"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/gh"
	"github.com/phasegate/phasegate/internal/hubsim"
)

// wire counts what the App sends, and can cut it off.
type wire struct {
	mu             sync.Mutex
	rest           int
	queries        int
	points, used   int
	pages          []string // where the pages of the archive that were asked for begin
	cutAfter       int      // pages; 0 for never
	cut            chan struct{}
	closedChannels bool
}

var errCut = errors.New("the line is cut")

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	if err := w.note(r, body); err != nil {
		return nil, err
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && res.Header.Get("X-RateLimit-Resource") == "graphql" {
		w.mu.Lock()
		defer w.mu.Unlock()
		used, _ := strconv.Atoi(res.Header.Get("X-RateLimit-Used"))
		w.points, w.used = w.points+max(used-w.used, 0), used
	}
	return res, err
}

func (w *wire) note(r *http.Request, body []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !strings.HasSuffix(r.URL.Path, "/graphql") {
		w.rest++
		return nil
	}
	w.queries++
	if !bytes.Contains(body, []byte("list: issues(first: $first")) {
		return nil
	}
	if w.cutAfter > 0 && len(w.pages) >= w.cutAfter {
		if !w.closedChannels {
			w.closedChannels = true
			close(w.cut)
		}
		return errCut
	}
	var q struct{ Variables struct{ After string } }
	if err := json.Unmarshal(body, &q); err != nil {
		return err
	}
	w.pages = append(w.pages, q.Variables.After)
	return nil
}

// forget begins to count anew.
func (w *wire) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rest, w.queries, w.points, w.pages = 0, 0, 0, nil
}

// large is a repository of 2,000 issues.
func large() *hubsim.Seed {
	permissions := map[string]string{}
	for _, p := range gh.Permissions() {
		permissions[p.Name] = string(p.Level)
	}
	seed := &hubsim.Seed{
		Org: "acme", Repo: "churn", Now: time.Date(2026, 1, 12, 9, 0, 0, 0, time.UTC),
		Users: []hubsim.SeedUser{{Login: "helena-bs", Permission: "admin"}, {Login: "rui-sme", Permission: "write"}, {Login: "sara-ds", Permission: "write"}},
		Files: map[string]string{"README.md": "x\n", gh.ConfigPath: "version: 1\nroles:\n  business-stakeholder: [helena-bs]\n  subject-matter-expert: [rui-sme]\n  data-scientist: [sara-ds]\n"},
		App:   &hubsim.SeedApp{ID: 1, InstallationID: 7, Permissions: permissions, Events: gh.Events()},
	}
	add := func(kind, title, body string) {
		seed.Issues = append(seed.Issues, hubsim.SeedIssue{Title: title, Body: body, Labels: []string{"kind:" + kind}, Author: "sara-ds"})
	}
	add("problem", "Churn", "### What is the bigger problem?\n\nPeople leave.\n\n### What does solving it require?\n\nKnowing who.")
	for n := 2; n <= 2000; n++ {
		switch {
		case n%200 == 0:
			add("deliverable", fmt.Sprint("Score ", n), fmt.Sprintf("### Parent\n\n#1\n\n### Data requirements\n\n#%d\n\n### Context of the problem\n\nIt is number %d.", n-1, n))
		case n%200 == 199:
			add("data", fmt.Sprint("Usage ", n), fmt.Sprintf("### Parent\n\n#%d\n\n### What the data means, in domain words\n\nTable %d.", n+1, n))
		case n%2 == 0:
			add("experiment", fmt.Sprint("Try ", n), fmt.Sprintf("### Parent\n\n#%d\n\n### Hypothesis\n\nIt is %d.", max(n/200, 1)*200, n))
		default:
			add("support-problem", fmt.Sprint("Way ", n), fmt.Sprintf("### Parent\n\n#%d\n\n### People involved\n\n@rui-sme", max(n/200, 1)*200))
		}
	}
	return seed
}

// rig is the App connected to a simulated GitHub that tells it of nothing.
type rig struct {
	t    *testing.T
	sim  *hubsim.Server
	api  string
	db   string
	wire *wire
}

func (r *rig) serve() *bot.Server {
	r.t.Helper()
	server, err := app.New(r.t.Context(), app.Options{
		GitHubURL: r.api, AppID: 1, PrivateKey: bot.Secret(r.sim.AppKeyPEM()), WebhookSecrets: []bot.Secret{"secret"}, DatabaseURL: "sqlite:" + r.db,
		Spacing: time.Millisecond, UserAgent: "phasegate-test", Transport: r.wire, Now: func(context.Context) (time.Time, error) { return r.sim.Now(), nil },
	})
	if err != nil {
		r.t.Fatal(err)
	}
	if err := server.Start(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	return server
}

func (r *rig) stop(s *bot.Server) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		r.t.Error(err)
	}
}

func (r *rig) idle(s *bot.Server) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 2*time.Minute)
	defer cancel()
	if err := s.Idle(ctx); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) clock(to string) {
	r.t.Helper()
	at, err := time.Parse(time.RFC3339, to)
	if err == nil {
		err = r.sim.SetClock(r.t.Context(), at)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) as(login, method, path string, in any) []byte {
	r.t.Helper()
	status, answer, err := r.sim.Do(r.t.Context(), login, method, "/repos/acme/churn"+path, in)
	if err != nil || status/100 != 2 {
		r.t.Fatalf("%s %s: %d %s %v", method, path, status, answer, err)
	}
	return answer
}

// A look at everything in a repository of 2,000 issues is cheap, mends what was lost, and goes on where it
// was stopped.
func TestLookingAtTwoThousandIssues(t *testing.T) {
	if testing.Short() {
		t.Skip("2,000 issues")
	}
	sim, err := hubsim.New(hubsim.Options{Seed: large(), RateLimit: 1_000_000})
	if err != nil {
		t.Fatal(err)
	}
	l, err := hubsim.Listen(sim, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, sim: sim, api: l.APIURL, db: filepath.Join(t.TempDir(), "inbox.db"), wire: &wire{}}
	r.clock("2026-01-12T12:00:00Z") // nobody wrote all that within the last minute
	server := r.serve()
	defer func() {
		r.stop(server)
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := l.Close(ctx); err != nil {
			t.Error(err)
		}
		sim.Close()
	}()
	began := time.Now()
	r.idle(server) // a new database looks at everything, and writes what was never written
	t.Logf("everything for the first time: %v, %d REST, %d queries, %d points", time.Since(began), r.wire.rest, r.wire.queries, r.wire.points)

	r.clock("2026-01-12T13:00:00Z")
	// What nobody told the App of.
	r.as("sara-ds", "POST", "/issues/1000/labels", map[string]any{"labels": []string{"phase:monitoring"}})
	r.as("rui-sme", "POST", "/issues/199/comments", map[string]string{"body": "/help"})
	r.wire.forget()
	began = time.Now()
	if err := server.Enqueue(t.Context(), engine.Key{Installation: 7, Owner: "acme", Repo: "churn", Kind: engine.RepositoryKey}); err != nil {
		t.Fatal(err)
	}
	r.idle(server)
	t.Logf("a look at everything: %v, %d REST, %d queries, %d points", time.Since(began), r.wire.rest, r.wire.queries, r.wire.points)
	if r.wire.rest > 500 || r.wire.points > 500 || r.wire.rest+r.wire.queries > 500 {
		t.Errorf("%d REST requests, %d queries with %d points", r.wire.rest, r.wire.queries, r.wire.points)
	}
	if labels := string(r.as("sara-ds", "GET", "/issues/1000/labels", nil)); strings.Contains(labels, "phase:monitoring") || !strings.Contains(labels, "phase:design") {
		t.Errorf("labels of #1000: %s", labels)
	}
	if said := string(r.as("sara-ds", "GET", "/issues/199/comments", nil)); !strings.Contains(said, "/approve") {
		t.Errorf("nobody answered: %s", said)
	}

	// Stopped half way, another process goes on.
	r.wire.forget()
	r.wire.cutAfter, r.wire.cut = 30, make(chan struct{})
	if err := server.Enqueue(t.Context(), engine.Key{Installation: 7, Owner: "acme", Repo: "churn", Kind: engine.RepositoryKey}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-r.wire.cut:
	case <-time.After(time.Minute):
		t.Fatal("the line was never cut")
	}
	r.stop(server)
	first := slices.Clone(r.wire.pages)
	r.wire.forget()
	r.wire.cutAfter = 0
	server = r.serve()
	r.idle(server)
	again := 0
	for _, page := range r.wire.pages {
		if slices.Contains(first, page) {
			again++
		}
	}
	if again > 4 || len(first)+len(r.wire.pages)-again != 80 {
		t.Errorf("%d pages were read before, %d after, %d of them again", len(first), len(r.wire.pages), again)
	}
}
