package gh_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/gh"
	"github.com/phasegate/phasegate/internal/hubsim"
)

// meter adds up what GitHub says that requests cost.
type meter struct {
	mu               sync.Mutex
	next             http.RoundTripper
	requests, points int
	used             int
}

func (m *meter) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := m.next.RoundTrip(r)
	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil || res.Header.Get("X-RateLimit-Resource") != "graphql" {
		return res, err
	}
	used, err := strconv.Atoi(res.Header.Get("X-RateLimit-Used"))
	m.requests, m.points, m.used = m.requests+1, m.points+used-m.used, used
	return res, err
}

// archive reads every page.
func archive(t *testing.T, hub *gh.GitHub, key engine.Key) []engine.Archived {
	t.Helper()
	var all []engine.Archived
	for after := ""; ; {
		page, err := hub.Archive(t.Context(), key, after)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Items...)
		if after = page.Next; after == "" {
			return all
		}
	}
}

// asPerson reads as sara, who is not the App.
func (w *world) asPerson(transport http.RoundTripper) *gh.GitHub {
	w.t.Helper()
	hub, err := gh.New(gh.Options{URL: w.api, Token: "sim-sara-ds", Writer: "phasegate[bot]", Transport: transport})
	if err != nil {
		w.t.Fatal(err)
	}
	return hub
}

func (w *world) comment(login string, number int, body string) int64 {
	w.t.Helper()
	var out struct{ ID int64 }
	w.do(login, "POST", fmt.Sprintf("/issues/%d/comments", number), map[string]string{"body": body}, &out)
	return out.ID
}

// write writes as the App.
func (w *world) write(effects ...engine.Effect) {
	w.t.Helper()
	for _, e := range effects {
		if err := w.hub.Apply(w.t.Context(), w.key, e); err != nil {
			w.t.Fatal(err)
		}
	}
}

// Whoever reads it, and however small the pages are, an archive holds the same: open and closed issues of
// the kinds, all their comments, whose they are, and what the App answered.
func TestArchive(t *testing.T) {
	w := newWorld(t, teamConfig)
	yes := w.comment("helena-bs", 1, "/approve")
	no := w.comment("sara-ds", 1, "/approve as helper")
	w.comment("rui-sme", 1, "talk")
	w.write(engine.React{Comment: yes, Reaction: facts.Counted}, engine.React{Comment: no, Reaction: facts.NotCounted},
		engine.PostComment{Issue: 1, Body: "the App's word"}, engine.SetLabels{Issue: 1, Add: []string{"phase:design"}})
	for i := range 120 { // more than a page
		w.comment("rui-sme", 2, fmt.Sprint("/status ", i))
	}
	w.do("rui-sme", "PATCH", "/issues/2", map[string]string{"state": "closed"}, nil)
	want := archive(t, w.hub, w.key.Repository())
	if len(want) != 2 || want[0].Issue.Number != 1 || !want[1].Issue.Closed || want[0].Issue.Repository == 0 {
		t.Fatalf("%d issues: %+v", len(want), want)
	}
	c := want[0].Comments
	if len(c) != 4 || c[0].Answer != facts.Counted || c[1].Answer != facts.NotCounted || c[2].Answer != "" || !c[3].Own || c[0].Own {
		t.Errorf("comments: %+v", c)
	}
	if n := len(want[1].Comments); n != 120 {
		t.Errorf("%d comments, want 120", n)
	}
	if ch := want[0].LabelChanges; len(ch) != 2 || !ch[1].Own || ch[0].Own || ch[1].Label != "phase:design" {
		t.Errorf("label changes: %+v", ch)
	}
	slow := func(r *http.Request, body string) *http.Response {
		if strings.Contains(body, `"first":25`) || strings.Contains(body, `"first":5`) {
			return respond(r, 502, "<html>")
		}
		return nil
	}
	for name, read := range map[string]func() []engine.Archived{
		"in pages of one, as GitHub is slow": func() []engine.Archived {
			w.wire.answer = slow
			defer func() { w.wire.answer = nil }()
			return archive(t, w.hub, w.key.Repository())
		},
		"by somebody else": func() []engine.Archived { return archive(t, w.asPerson(nil), w.key.Repository()) },
	} {
		if got := read(); fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("%s:\n%+v\nwant\n%+v", name, got, want)
		}
	}
}

// A list that promises more and gives the same again, or no cursor, must not be read for ever.
func TestArchiveThatDoesNotGoOn(t *testing.T) {
	w := newWorld(t, teamConfig)
	w.wire.answer = func(r *http.Request, body string) *http.Response {
		if !strings.Contains(body, "list: issues(first: $first") {
			return nil
		}
		return respond(r, 200, `{"data":{"viewer":{},"repository":{"databaseId":1,"list":{"pageInfo":{"hasNextPage":true,"endCursor":"same"},"nodes":[]}}}}`)
	}
	if _, err := w.hub.Archive(t.Context(), w.key, "same"); err == nil {
		t.Error("a list that does not go on is read on")
	}
}

// The cost of reading 2,000 issues, each with a command of somebody's.
func TestCostOfAnArchive(t *testing.T) {
	if testing.Short() {
		t.Skip("2,000 issues")
	}
	seed := &hubsim.Seed{Org: "acme", Repo: "churn", Users: []hubsim.SeedUser{{Login: "sara-ds", Permission: "write"}}, App: &hubsim.SeedApp{ID: 1, InstallationID: 7, Permissions: map[string]string{"issues": "write", "contents": "read"}}}
	for i := range 2000 {
		seed.Issues = append(seed.Issues, hubsim.SeedIssue{Title: fmt.Sprint("Deliverable ", i), Labels: []string{"kind:deliverable"}, Author: "sara-ds"})
	}
	w := simulate(t, seed)
	asApp := func(transport http.RoundTripper) *gh.GitHub {
		hub, err := gh.New(gh.Options{URL: w.api, AppID: 1, PrivateKey: []byte(w.sim.AppKeyPEM()), Transport: transport})
		if err != nil {
			t.Fatal(err)
		}
		return hub
	}
	const commands = 100
	for i := range commands {
		w.comment("sara-ds", i+1, "/status")
	}
	for name, connect := range map[string]func(http.RoundTripper) *gh.GitHub{"as the App": asApp, "as somebody": w.asPerson} {
		m := &meter{next: http.DefaultTransport}
		if got := len(archive(t, connect(m), w.key.Repository())); got != 2000 {
			t.Errorf("%s: %d issues", name, got)
		}
		t.Logf("%s: %d requests, %d points", name, m.requests, m.points)
		// A page in which somebody commanded costs one more of each, where the App is not the reader; ten
		// commands on each issue make three pages more.
		if m.requests > 84 || m.points > 84 {
			t.Errorf("%s: %d requests and %d points", name, m.requests, m.points)
		}
	}
}
