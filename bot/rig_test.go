package bot_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/phasegate/phasegate/bot"
	"github.com/phasegate/phasegate/internal/engine"
	"go.uber.org/goleak"
	_ "modernc.org/sqlite"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("PHASEGATE_TEST_SERVE"); dir != "" {
		serveForTest(dir)
		return
	}
	goleak.VerifyTestMain(m)
}

// patience is how long a test waits for what must happen, at whatever speed of
// the machine. It only guards against hanging.
const patience = 5 * time.Minute

const secret = bot.Secret("it is a long webhook secret")

// classify reads a payload {"issue": 5}; it stands for the real classifier.
func classify(event string, payload []byte) (bot.Classified, error) {
	if event != "issues" {
		return bot.Classified{}, nil
	}
	var p struct{ Issue, Installation int64 }
	if err := json.Unmarshal(payload, &p); err != nil {
		return bot.Classified{}, err
	}
	if p.Issue == 666 {
		panic("a payload nobody thought of")
	}
	return bot.Classified{Keys: []engine.Key{issue(int(p.Issue))}, Installation: 7}, nil
}

func issue(n int) engine.Key {
	return engine.Key{Installation: 7, Owner: "acme", Repo: "churn", Kind: engine.IssueKey, Number: n}
}

// rig is a running server and what its reconciler was asked.
type rig struct {
	t        testing.TB
	s        *bot.Server
	url      string
	dir      string // of its database,
	database string // if the test gave no other

	mu   sync.Mutex
	runs map[engine.Key]int
}

func (r *rig) Reconcile(_ context.Context, k engine.Key) (bot.Result, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.runs[k]++
	return bot.Result{}, nil
}

func (r *rig) ran(n int) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.runs[issue(n)]
}

func newRig(t testing.TB, change func(*bot.Options)) *rig {
	t.Helper()
	r := &rig{t: t, dir: newDir(t), runs: map[engine.Key]int{}}
	opts := bot.Options{
		Secrets: []bot.Secret{secret}, DatabaseURL: databaseIn(r.dir),
		Classifier: bot.ClassifierFunc(classify), Reconciler: r, Spacing: 50 * time.Millisecond, RetryBase: 20 * time.Millisecond,
	}
	if change != nil {
		change(&opts)
	}
	r.database = opts.DatabaseURL
	s, err := bot.New(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	r.s = s
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	hs := httptest.NewServer(s.Handler())
	r.url = hs.URL
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		hs.Close()
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return r
}

func sign(body []byte, with bot.Secret) string {
	mac := hmac.New(sha256.New, []byte(with.Reveal()))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// hook is a right delivery, for tests to change.
func hook(url, guid, event string, body []byte) *http.Request {
	req, err := http.NewRequest(http.MethodPost, url+bot.WebhookPath, bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-GitHub-Delivery", guid)
	req.Header.Set("X-GitHub-Event", event)
	req.Header.Set("X-Hub-Signature-256", sign(body, secret))
	return req
}

func send(t testing.TB, req *http.Request) (int, string) {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func (r *rig) get(path string) (int, string) {
	r.t.Helper()
	req, _ := http.NewRequest(http.MethodGet, r.url+path, nil)
	return send(r.t, req)
}

func (r *rig) idle() {
	r.t.Helper()
	waitIdle(r.t, r.url)
}

// waitIdle waits until the server at url has nothing to do.
func waitIdle(t testing.TB, url string) {
	t.Helper()
	for give := time.Now().Add(patience); ; {
		req, err := http.NewRequest(http.MethodGet, url+"/debug/idle?timeout=50s", nil)
		if err != nil {
			t.Fatal(err)
		}
		status, body := send(t, req)
		if status == http.StatusNoContent {
			return
		}
		if time.Now().After(give) {
			t.Fatalf("not idle: %d %s", status, body)
		}
	}
}

// wait fails the test if nothing ever comes from ch.
func wait[T any](t testing.TB, ch <-chan T, what string) (v T) {
	t.Helper()
	select {
	case v = <-ch:
	case <-time.After(patience):
		t.Fatalf("%s never happened", what)
	}
	return v
}

// newDir is a directory with an empty database. It is a copy, since preparing
// the tables takes most of a short test's time with the race detector.
func newDir(t testing.TB) string {
	t.Helper()
	data, err := emptyDatabase()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "bot.db"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// emptyDatabase is the file of a server that never started.
var emptyDatabase = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "bot")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	s, err := bot.New(context.Background(), bot.Options{Secrets: []bot.Secret{secret}, DatabaseURL: databaseIn(dir),
		Classifier: bot.ClassifierFunc(classify), Reconciler: &rig{}})
	if err == nil {
		err = s.Stop(context.Background())
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, "bot.db"))
})

func databaseIn(dir string) string { return "sqlite:" + filepath.Join(dir, "bot.db") }

// outside opens the rig's database beside the server.
func (r *rig) outside() *sql.DB {
	r.t.Helper()
	db, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(r.database, "sqlite:")+"?_pragma=busy_timeout(60000)")
	if err != nil {
		r.t.Fatal(err)
	}
	return db
}

// stored reports whether the rig's database has such a row.
func (r *rig) stored(row string) bool {
	r.t.Helper()
	db := r.outside()
	defer db.Close()
	n := 0
	if err := db.QueryRow("SELECT count(*) FROM " + row).Scan(&n); err != nil {
		r.t.Fatalf("%s: %v", row, err)
	}
	return n > 0
}

// onDatabase runs a statement on the rig's database.
func (r *rig) onDatabase(statement string) {
	r.t.Helper()
	db := r.outside()
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		r.t.Fatalf("%s: %v", statement, err)
	}
}
