package app_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/bot"
	"github.com/phasegate/phasegate/internal/app"
	"github.com/phasegate/phasegate/internal/hubsim"
)

// answering is a GitHub that answers some requests in its own way; nil lets them pass.
type answering func(*http.Request) *http.Response

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	if res := a(r); res != nil {
		return res, nil
	}
	return http.DefaultTransport.RoundTrip(r)
}

// Only GitHub's 404 says that the App is not on a repository. What it does not answer is no fault of who asks.
func TestWhatIfWhereGitHubFails(t *testing.T) {
	seed := large()
	seed.Issues = seed.Issues[:2]
	sim, err := hubsim.New(hubsim.Options{Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	l, err := hubsim.Listen(sim, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := l.Close(ctx); err != nil {
			t.Error(err)
		}
		sim.Close()
	}()
	answer := answering(func(*http.Request) *http.Response { return nil })
	server, err := app.New(t.Context(), app.Options{
		GitHubURL: l.APIURL, AppID: 1, PrivateKey: bot.Secret(sim.AppKeyPEM()), WebhookSecrets: []bot.Secret{"secret"},
		DatabaseURL: "sqlite:" + filepath.Join(t.TempDir(), "inbox.db"), UserAgent: "phasegate-test",
		Transport: answering(func(r *http.Request) *http.Response { return answer(r) }),
		Now:       func(context.Context) (time.Time, error) { return sim.Now(), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := server.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	fail := func(path string, status int, header ...string) answering {
		return func(r *http.Request) *http.Response {
			if !strings.HasSuffix(r.URL.Path, path) {
				return nil
			}
			w := httptest.NewRecorder()
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, `{"message":"no"}`)
			res := w.Result()
			res.Request = r
			return res
		}
	}
	const repo, installation = "/repos/acme/churn", "/repos/acme/churn/installation"
	for _, c := range []struct {
		name   string
		answer answering
		status int
		says   string
		after  string // of the header Retry-After
	}{
		{"all is well", fail("/none", 500), 200, `"checks"`, ""},
		{"not installed", fail(installation, 404), 404, "no such repository", ""},
		{"an outage", fail(installation, 502), 502, "GitHub could not be read; ask again", ""},
		{"not allowed", fail(installation, 403), 502, "GitHub could not be read; ask again", ""},
		{"the App's limit", fail(installation, 429, "Retry-After", "7"), 503, "ask again in 7 seconds", "7"},
		{"no such token", fail(repo, 401), 403, "admin", ""},
		{"not allowed to see it", fail(repo, 403), 403, "admin", ""},
		{"the person's limit", fail(repo, 403, "Retry-After", "9"), 503, "ask again in 9 seconds", "9"},
		{"an outage before", fail(repo, 500), 502, "GitHub could not be read; ask again", ""},
	} {
		answer = c.answer
		r := httptest.NewRequestWithContext(t.Context(), "POST", bot.SimulatePath, strings.NewReader(`{"repository":"acme/churn","files":["x"]}`))
		r.Header.Set("Authorization", "Bearer sim-helena-bs")
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		server.Handler().ServeHTTP(w, r)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) || w.Header().Get("Retry-After") != c.after {
			t.Errorf("%s: %d %q %s, want %d %q %s", c.name, w.Code, w.Header().Get("Retry-After"), w.Body, c.status, c.after, c.says)
		}
	}
}
