package bot_test

import (
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/phasegate/phasegate/bot"
)

// BenchmarkDeliveriesAtOnce is how long GitHub waits for its answer when 2,000
// deliveries of 25 kB come at once; each is on disk by then.
func BenchmarkDeliveriesAtOnce(b *testing.B) {
	const n = 2000
	for b.Loop() {
		b.StopTimer()
		r := newRig(b, nil)
		b.StartTimer()
		statuses, took := atOnce(r.url, n, 500)
		b.StopTimer()
		if statuses[http.StatusAccepted] != n {
			b.Errorf("answers: %v", statuses)
		}
		b.ReportMetric(float64(took[n/2].Milliseconds()), "p50-ms")
		b.ReportMetric(float64(took[n*99/100].Milliseconds()), "p99-ms")
		b.StartTimer()
	}
}

// BenchmarkServingAgain is how long a killed server takes to listen again.
func BenchmarkServingAgain(b *testing.B) {
	defer http.DefaultClient.CloseIdleConnections()
	dir := b.TempDir()
	write(b, filepath.Join(dir, "hold"), "")
	write(b, filepath.Join(dir, "truth-1"), "it happened")
	for b.Loop() {
		c := startChild(b, dir)
		b.StopTimer()
		send(b, hook(c.url, "b-1", "issues", []byte(`{"issue":1}`)))
		c.kill()
		b.StartTimer()
	}
}

// BenchmarkIdle is how long one waits for idle after a second event on an
// object, over the spacing it has to keep: how quickly that is noticed.
func BenchmarkIdle(b *testing.B) {
	const spacing = 200 * time.Millisecond
	r := newRig(b, func(o *bot.Options) { o.Spacing = spacing })
	round := func() {
		if err := r.s.Enqueue(b.Context(), issue(1)); err != nil {
			b.Fatal(err)
		}
		if err := r.s.Idle(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	round() // the first is not spaced
	begin := time.Now()
	for b.Loop() {
		round()
	}
	b.ReportMetric(float64((time.Since(begin)-time.Duration(b.N)*spacing).Milliseconds())/float64(b.N), "late-ms")
}
