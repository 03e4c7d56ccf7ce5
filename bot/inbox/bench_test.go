package inbox_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/phasegate/phasegate/bot/inbox"
	"github.com/phasegate/phasegate/internal/engine"
)

// BenchmarkAccept is how fast deliveries reach the disk when many come at once.
func BenchmarkAccept(b *testing.B) {
	in, err := inbox.Open(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "inbox.db"), inbox.Options{Evaluator: newWorld().evaluator(0)})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = in.Stop(b.Context()) }()
	var n atomic.Int64
	b.SetParallelism(128)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := int(n.Add(1))
			if _, err := in.Accept(b.Context(), inbox.Hint{GUID: fmt.Sprint(i), Event: "issues", Keys: []engine.Key{issue(i % 500)}}); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkQuietBehindNoisy is how long an installation waits for its first result while another one has 5,000
// objects queued, each of which takes as long as an answer of GitHub's.
func BenchmarkQuietBehindNoisy(b *testing.B) {
	const queued, most = 5000, 2 * time.Second
	var quiet atomic.Pointer[chan struct{}]
	in := started(b, inbox.Options{Evaluator: evaluatorFunc(func(ctx context.Context, k engine.Key) (inbox.Result, error) {
		if k.Installation != 7 {
			close(*quiet.Load())
			return inbox.Result{}, nil
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
		return inbox.Result{}, nil
	})})
	noisy := make([]engine.Key, queued)
	for n := range noisy {
		noisy[n] = issue(n + 1)
	}
	latest, asked := time.Duration(0), 0
	for b.Loop() {
		b.StopTimer()
		enqueue(b, in, noisy...)
		seen := make(chan struct{})
		quiet.Store(&seen)
		asked++
		other := issue(asked)
		other.Installation = 8
		b.StartTimer()
		begin := time.Now()
		enqueue(b, in, other)
		wait(b, seen, "the quiet installation's evaluation")
		if latest = max(latest, time.Since(begin)); latest > most {
			b.Errorf("the quiet installation waited %v, at most %v", latest, most)
		}
	}
	b.ReportMetric(float64(latest.Milliseconds()), "wait-ms")
}
