package inbox_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/phasegate/phasegate/bot/inbox"
	"github.com/phasegate/phasegate/internal/engine"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must happen, at whatever speed of
// the machine. It only guards against hanging; nothing is concluded from it
// but that something never came. It is longer than River takes to rescue a job.
const patience = 5 * time.Minute

type evaluatorFunc func(context.Context, engine.Key) (inbox.Result, error)

func (f evaluatorFunc) Reconcile(ctx context.Context, k engine.Key) (inbox.Result, error) {
	return f(ctx, k)
}

func issue(n int) engine.Key {
	return engine.Key{Installation: 7, Owner: "acme", Repo: "churn", Kind: engine.IssueKey, Number: n}
}

type box = inbox.Inbox[*sql.Tx]

// newFile is an empty inbox. It is a copy, since preparing the tables takes most
// of a short test's time with the race detector.
func newFile(t testing.TB) string {
	t.Helper()
	data, err := emptyInbox()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "inbox.db")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// emptyInbox is the file of an inbox that was opened once.
var emptyInbox = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "inbox")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "inbox.db")
	in, err := inbox.Open(context.Background(), "sqlite:"+file, inbox.Options{Evaluator: newWorld().evaluator(0)})
	if err == nil {
		err = in.Stop(context.Background())
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

func open(t testing.TB, file string, opts inbox.Options) *box {
	t.Helper()
	if opts.Spacing == 0 {
		opts.Spacing = 50 * time.Millisecond
	}
	if opts.RetryBase == 0 {
		opts.RetryBase = 20 * time.Millisecond
	}
	in, err := inbox.Open(t.Context(), "sqlite:"+file, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, in) })
	return in
}

func start(t testing.TB, in *box) {
	t.Helper()
	if err := in.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func started(t testing.TB, opts inbox.Options) *box {
	t.Helper()
	in := open(t, newFile(t), opts)
	start(t, in)
	return in
}

func stop(t testing.TB, in *box) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := in.Stop(ctx); err != nil {
		t.Errorf("stop: %v", err)
	}
}

func accept(t *testing.T, in *box, h inbox.Hint) inbox.Receipt {
	t.Helper()
	r, err := in.Accept(t.Context(), h)
	if err != nil {
		t.Fatalf("accept %s: %v", h.GUID, err)
	}
	return r
}

func enqueue(t testing.TB, in *box, keys ...engine.Key) {
	t.Helper()
	if err := in.Enqueue(t.Context(), keys...); err != nil {
		t.Fatal(err)
	}
}

func idle(t testing.TB, in *box) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := in.Idle(ctx); err != nil {
		d, _ := in.Depth(t.Context())
		t.Fatalf("not idle: %v; depth %+v", err, d)
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

// count counts the rows of a closed or open database that a query selects.
func count(t *testing.T, file, from string) (n int) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(60000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow("SELECT count(*) FROM " + from).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// world is what evaluations read: the number of events each key has seen.
type world struct {
	mu       sync.Mutex
	happened map[engine.Key]int // what happened
	seen     map[engine.Key]int // what the last evaluation read at its start
	runs     map[engine.Key]int
	in       map[engine.Key]bool
	left     map[engine.Key]time.Time
	twice    bool          // two evaluations of a key at once
	closest  time.Duration // from the end of an evaluation to the start of its key's next
}

func newWorld() *world {
	return &world{happened: map[engine.Key]int{}, seen: map[engine.Key]int{}, runs: map[engine.Key]int{},
		in: map[engine.Key]bool{}, left: map[engine.Key]time.Time{}, closest: time.Hour}
}

func (w *world) happen(k engine.Key, n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.happened[k] += n
}

func (w *world) ran(k engine.Key) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.runs[k]
}

func (w *world) enter(k engine.Key) (read int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.runs[k]++
	w.twice = w.twice || w.in[k]
	w.in[k] = true
	if left, again := w.left[k]; again {
		w.closest = min(w.closest, time.Since(left))
	}
	return w.happened[k]
}

func (w *world) leave(k engine.Key, read int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.in[k], w.left[k], w.seen[k] = false, time.Now(), read
}

func (w *world) evaluator(takes time.Duration) evaluatorFunc {
	return func(ctx context.Context, k engine.Key) (inbox.Result, error) {
		read := w.enter(k)
		defer func() { w.leave(k, read) }()
		select { // stands for the requests to GitHub
		case <-ctx.Done():
		case <-time.After(takes):
		}
		return inbox.Result{}, ctx.Err()
	}
}

// check fails the test if a key's last evaluation read less than happened to
// it, two ran at once, or two were closer than spacing.
func (w *world) check(t *testing.T, spacing time.Duration) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for k, n := range w.happened {
		if w.seen[k] != n {
			t.Errorf("%s ended stale: %d events, the last evaluation read %d", k, n, w.seen[k])
		}
	}
	if w.twice {
		t.Error("a key was evaluated by two workers at once")
	}
	if w.closest < spacing-10*time.Millisecond { // times are stored in milliseconds
		t.Errorf("two evaluations of a key were only %v apart, want %v", w.closest, spacing)
	}
}

func hint(guid string, keys ...engine.Key) inbox.Hint {
	return inbox.Hint{GUID: guid, Event: "issues", Installation: 7, Keys: keys}
}
