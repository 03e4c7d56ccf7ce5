package bot

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/phasegate/phasegate/bot/inbox"
	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	deliveries   *prometheus.CounterVec
	evaluations  *prometheus.CounterVec
	seconds      *prometheus.HistogramVec
	deadLetters  prometheus.Counter
	panics       *prometheus.CounterVec
	redeliveries *prometheus.CounterVec

	mu     sync.Mutex
	events map[string]bool
}

func newMetrics(r *prometheus.Registry) (*metrics, error) {
	m := &metrics{
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "phasegate_deliveries_total", Help: "Webhook deliveries by event and outcome; the event of an unsigned one is not believed.",
		}, []string{"event", "outcome"}),
		evaluations: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "phasegate_evaluations_total", Help: "Evaluations of objects by kind and outcome.",
		}, []string{"kind", "outcome"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "phasegate_evaluation_seconds", Help: "Duration of evaluations.",
			Buckets: []float64{.01, .03, .1, .3, 1, 3, 10, 30, 60},
		}, []string{"kind"}),
		deadLetters: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "phasegate_dead_letters_total", Help: "Objects given up after too many failures in a row.",
		}),
		panics: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "phasegate_panics_total", Help: "Panics that were caught, by place.",
		}, []string{"where"}),
		redeliveries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "phasegate_redeliveries_total", Help: "Failed deliveries GitHub was asked to send again, by outcome.",
		}, []string{"outcome"}),
		events: map[string]bool{},
	}
	var errs []error
	for _, c := range []prometheus.Collector{m.deliveries, m.evaluations, m.seconds, m.deadLetters, m.panics, m.redeliveries} {
		errs = append(errs, r.Register(c))
	}
	return m, errors.Join(errs...)
}

// maxEvents bounds the event label: GitHub has about seventy events.
const maxEvents = 150

// delivered counts a delivery. The event is empty for one that was not signed.
func (m *metrics) delivered(event, outcome string) {
	if event == "" {
		event = "unverified"
	}
	m.mu.Lock()
	if !m.events[event] {
		if len(m.events) >= maxEvents {
			event = "other"
		}
		m.events[event] = true
	}
	m.mu.Unlock()
	m.deliveries.WithLabelValues(event, outcome).Inc()
}

func (m *metrics) evaluated(e Evaluation) {
	kind := string(e.Key.Kind)
	m.evaluations.WithLabelValues(kind, string(e.Outcome)).Inc()
	m.seconds.WithLabelValues(kind).Observe(e.Duration.Seconds())
	switch e.Outcome {
	case inbox.Dead:
		m.deadLetters.Inc()
	case inbox.Panicked:
		m.panics.WithLabelValues("reconcile").Inc()
	}
}

// depthCollector asks the inbox how full it is whenever metrics are read.
type depthCollector struct {
	inbox interface {
		Depth(ctx context.Context) (inbox.Depth, error)
	}
}

var (
	targetsDesc = prometheus.NewDesc("phasegate_targets", "Objects in the inbox by state: queued (running and in back-off included), dead, due later.", []string{"state"}, nil)
	runningDesc = prometheus.NewDesc("phasegate_evaluations_running", "Evaluations running in this process.", nil, nil)
)

func (c depthCollector) Describe(ch chan<- *prometheus.Desc) { ch <- targetsDesc; ch <- runningDesc }

func (c depthCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	d, err := c.inbox.Depth(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(targetsDesc, err)
		return
	}
	for state, n := range map[string]int{"queued": d.Queued, "dead": d.Dead, "due_later": d.Due} {
		ch <- prometheus.MustNewConstMetric(targetsDesc, prometheus.GaugeValue, float64(n), state)
	}
	ch <- prometheus.MustNewConstMetric(runningDesc, prometheus.GaugeValue, float64(d.Running))
}
