package bot_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/phasegate/phasegate/bot"
	"github.com/phasegate/phasegate/internal/engine"
)

// Fails when a route is missing, or one is there that nobody asked for.
func TestRoutes(t *testing.T) {
	r := newRig(t, func(o *bot.Options) {
		o.Keys = func(context.Context) (any, error) { return map[string]string{"k1": "public"}, nil }
	})
	for path, want := range map[string]int{
		"/healthz": 200, "/readyz": 200, "/metrics": 200, "/debug/idle": 204, "/keys": 200,
		"/": 404, "/debug/pprof/": 404, "/debug/idle?timeout=x": 400,
	} {
		if status, body := r.get(path); status != want {
			t.Errorf("%s: %d %s, want %d", path, status, body, want)
		}
	}
	if _, body := r.get("/keys"); !strings.Contains(body, "public") {
		t.Errorf("keys: %s", body)
	}
}

// Fails when the server is called idle with a key queued or running.
func TestIdleSaysWhenWorkIsLeft(t *testing.T) {
	release := make(chan struct{})
	r := newRig(t, func(o *bot.Options) {
		o.Reconciler = bot.ReconcilerFunc(func(ctx context.Context, _ engine.Key) (bot.Result, error) {
			select {
			case <-release:
			case <-ctx.Done():
			}
			return bot.Result{}, nil
		})
	})
	send(t, hook(r.url, "i-1", "issues", []byte(`{"issue":1}`)))
	if status, body := r.get("/debug/idle"); status != 503 || !strings.Contains(body, `"queued":1`) {
		t.Errorf("busy: %d %s", status, body)
	}
	if status, _ := r.get("/debug/idle?timeout=20ms"); status != 504 {
		t.Errorf("busy with a timeout: %d", status)
	}
	close(release)
	r.idle()
}

// Fails when Idle does not wait for a key's spacing, returns though what ran made
// another due, or is told only by the workers' poll (every five seconds, which
// no limit here depends on: the benchmark shows it).
func TestIdleInProcess(t *testing.T) {
	now := time.Date(2031, 3, 4, 9, 0, 0, 0, time.UTC)
	var runs atomic.Int32
	r := newRig(t, func(o *bot.Options) {
		o.Spacing = time.Second
		o.SweepEvery = time.Hour
		o.Now = func(context.Context) (time.Time, error) { return now, nil }
		o.Reconciler = bot.ReconcilerFunc(func(context.Context, engine.Key) (bot.Result, error) {
			if runs.Add(1) == 2 {
				return bot.Result{Due: now}, nil
			}
			return bot.Result{}, nil
		})
	})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for _, want := range []int32{1, 3} {
		if err := r.s.Enqueue(ctx, issue(1)); err != nil {
			t.Fatal(err)
		}
		if err := r.s.Idle(ctx); err != nil || runs.Load() != want {
			t.Errorf("idle after %d evaluations (%v), want %d", runs.Load(), err, want)
		}
	}
}

// Fails when who waits for idle holds up a stop until his time is over (then the
// answer is 504).
func TestIdleEndsWhenTheServerStops(t *testing.T) {
	begun, release := make(chan struct{}, 10), make(chan struct{})
	clock := make(chan struct{}, 10) // asked at the start and by who waits for idle
	v := serve(t, bot.Options{DatabaseURL: databaseIn(newDir(t)), SweepEvery: time.Hour,
		Now: func(context.Context) (time.Time, error) {
			clock <- struct{}{}
			return time.Now(), nil
		},
		Reconciler: bot.ReconcilerFunc(func(context.Context, engine.Key) (bot.Result, error) {
			begun <- struct{}{}
			<-release
			return bot.Result{}, nil
		})})
	if status, body := send(t, hook(v.url, "i-1", "issues", []byte(`{"issue":1}`))); status != 202 {
		t.Fatal(status, body)
	}
	wait(t, begun, "the evaluation")
	c, err := net.Dial("tcp", strings.TrimPrefix(v.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "GET /debug/idle?timeout=50s HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	http.DefaultClient.CloseIdleConnections()
	wait(t, clock, "the first sweep")
	wait(t, clock, "the look for idle")
	v.stop()
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("%s, want 503", resp.Status)
	}
	close(release)
	if err := wait(t, v.served, "the stop"); err != nil {
		t.Error(err)
	}
}

// Fails when a key is not evaluated once it is due by the project's clock, or before.
func TestDueKeysAreEvaluatedByTheProjectsClock(t *testing.T) {
	now := time.Date(2031, 3, 4, 9, 0, 0, 0, time.UTC)
	var mu sync.Mutex
	runs := 0
	r := newRig(t, func(o *bot.Options) {
		o.Now = func(context.Context) (time.Time, error) { mu.Lock(); defer mu.Unlock(); return now, nil }
		o.Reconciler = bot.ReconcilerFunc(func(context.Context, engine.Key) (bot.Result, error) {
			mu.Lock()
			defer mu.Unlock()
			runs++
			if runs == 1 {
				return bot.Result{Due: now.Add(time.Hour)}, nil
			}
			return bot.Result{}, nil
		})
	})
	send(t, hook(r.url, "d-1", "issues", []byte(`{"issue":1}`)))
	r.idle()
	r.idle()
	mu.Lock()
	if runs != 1 {
		t.Errorf("%d evaluations before it is due", runs)
	}
	now = now.Add(time.Hour)
	mu.Unlock()
	r.idle()
	mu.Lock()
	defer mu.Unlock()
	if runs != 2 {
		t.Errorf("%d evaluations once it is due, want 2", runs)
	}
}

// serving is a server on a listener of its own.
type serving struct {
	url    string
	stop   context.CancelFunc
	served chan error
}

func serve(t *testing.T, opts bot.Options) serving {
	t.Helper()
	opts.Secrets, opts.Classifier = []bot.Secret{secret}, bot.ClassifierFunc(classify)
	opts.Grace = patience
	s, err := bot.New(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	v := serving{"http://" + ln.Addr().String(), stop, make(chan error, 1)}
	go func() { v.served <- s.Serve(ctx, ln) }()
	return v
}

// untilClosed returns once nobody listens any more: the stop has begun.
func (v serving) untilClosed(t *testing.T) {
	t.Helper()
	for give := time.Now().Add(patience); ; runtime.Gosched() {
		c, err := net.Dial("tcp", strings.TrimPrefix(v.url, "http://"))
		if err != nil {
			return
		}
		_ = c.Close()
		if time.Now().After(give) {
			t.Fatal("the server listens on")
		}
	}
}

// Fails when a stop does not wait for the end of an evaluation, or does not note
// it: then a server on the same database does it again.
func TestServeStopsGracefullyAndKeepsTheRest(t *testing.T) {
	begun, release := make(chan struct{}, 10), make(chan struct{})
	var cancelled, finished atomic.Bool
	database := databaseIn(newDir(t))
	v := serve(t, bot.Options{DatabaseURL: database,
		Reconciler: bot.ReconcilerFunc(func(ctx context.Context, _ engine.Key) (bot.Result, error) {
			begun <- struct{}{}
			<-release
			cancelled.Store(ctx.Err() != nil)
			finished.Store(true)
			return bot.Result{}, nil
		})})
	if status, body := send(t, hook(v.url, "g-1", "issues", []byte(`{"issue":1}`))); status != 202 {
		t.Fatal(status, body)
	}
	http.DefaultClient.CloseIdleConnections()
	wait(t, begun, "the evaluation")
	v.stop()
	v.untilClosed(t)
	select {
	case err := <-v.served:
		t.Fatalf("stopped while an evaluation ran: %v", err)
	default:
	}
	close(release)
	if err := wait(t, v.served, "the stop"); err != nil || !finished.Load() || cancelled.Load() {
		t.Errorf("stopped: %v, evaluation finished: %v, cancelled: %v", err, finished.Load(), cancelled.Load())
	}
	again := newRig(t, func(o *bot.Options) { o.DatabaseURL = database })
	again.idle()
	if again.ran(1) != 0 {
		t.Errorf("what had finished was evaluated %d times after the restart", again.ran(1))
	}
}

// Fails when a delivery that was on its way when the stop began is cut off or
// refused, though the database is open until it is answered.
func TestDeliveryUnderWayIsTakenWhileStopping(t *testing.T) {
	v := serve(t, bot.Options{DatabaseURL: databaseIn(newDir(t)),
		Reconciler: bot.ReconcilerFunc(func(context.Context, engine.Key) (bot.Result, error) { return bot.Result{}, nil })})
	body := []byte(`{"issue":1}`)
	c, err := net.Dial("tcp", strings.TrimPrefix(v.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	req := hook(v.url, "w-1", "issues", body)
	_, err = fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nExpect: 100-continue\r\n", bot.WebhookPath, len(body))
	if err == nil {
		err = req.Header.Write(c)
	}
	if err == nil {
		_, err = io.WriteString(c, "\r\n")
	}
	if err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(c)
	if line, err := answers.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("%q, %v: the server does not read the body", line, err)
	}
	v.stop()
	v.untilClosed(t)
	if _, err := c.Write(body); err != nil {
		t.Fatal(err)
	}
	if _, err := answers.ReadString('\n'); err != nil { // ends the first answer
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(answers, req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusAccepted {
		t.Errorf("%s, want 202", resp.Status)
	}
	if err := wait(t, v.served, "the stop"); err != nil {
		t.Error(err)
	}
}

// Fails when a new database is not filled from GitHub, gives up after an error,
// or is filled again once it was.
func TestNewDatabaseIsResynchronised(t *testing.T) {
	dir := newDir(t)
	var calls atomic.Int32
	resync := func(context.Context) ([]engine.Key, error) {
		if calls.Add(1) == 1 {
			return nil, errors.New("GitHub is away")
		}
		return []engine.Key{issue(1), issue(2)}, nil
	}
	evaluated := make(chan int, 10)
	t.Run("new", func(t *testing.T) {
		r := newRig(t, func(o *bot.Options) {
			o.DatabaseURL, o.Resync = databaseIn(dir), resync
			o.Reconciler = bot.ReconcilerFunc(func(_ context.Context, k engine.Key) (bot.Result, error) {
				evaluated <- k.Number
				return bot.Result{}, nil
			})
		})
		if a, b := wait(t, evaluated, "an evaluation"), wait(t, evaluated, "another"); a+b != 3 {
			t.Errorf("evaluated %d and %d, want 1 and 2", a, b)
		}
		for give := time.Now().Add(patience); !r.stored(`setting WHERE name = 'rebuilt_at'`); runtime.Gosched() {
			if time.Now().After(give) {
				t.Fatal("it was not noted that everything was enqueued")
			}
		}
	})
	t.Run("again", func(t *testing.T) {
		newRig(t, func(o *bot.Options) { o.DatabaseURL, o.Resync = databaseIn(dir), resync }).idle()
	})
	if calls.Load() != 2 {
		t.Errorf("asked %d times what there is, want 2", calls.Load())
	}
}
