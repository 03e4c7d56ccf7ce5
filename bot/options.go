package bot

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/bot/inbox"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/prometheus/client_golang/prometheus"
)

// Result, Later, Intent and Evaluation are the inbox's; they are named here so that
// who wires a server needs one package.
type (
	Result     = inbox.Result
	Later      = inbox.Later
	Intent     = inbox.Intent
	Evaluation = inbox.Evaluation
)

// Classified is what a webhook says there is to do.
type Classified struct {
	// Keys lists the objects to look at; none, when the event cannot change
	// anything.
	Keys []engine.Key
	// Intents are stored with their keys, which are evaluated as well.
	Intents []Intent
	// Installation is the event's, for the log; 0 where there is none.
	Installation int64
	// Gone, if not 0, is an installation that was removed: what is stored of it
	// is deleted.
	Gone int64
	// Invalidate, if not nil, drops what is cached and out of date by this
	// event. It is called before the keys are stored.
	Invalidate func()
}

// Classifier reads a webhook's payload. It does no I/O. An error means that the
// payload is not what GitHub sends for the event (answered 400); an unknown
// event is no error.
type Classifier interface {
	Classify(event string, payload []byte) (Classified, error)
}

// ClassifierFunc is a function as a [Classifier].
type ClassifierFunc func(event string, payload []byte) (Classified, error)

// Classify calls f.
func (f ClassifierFunc) Classify(event string, payload []byte) (Classified, error) {
	return f(event, payload)
}

// Reconciler brings one object on GitHub into the state the rules ask for. At
// most one call per Key runs at a time; [inbox.IntentsFrom] gives the Key's
// intents.
type Reconciler interface {
	Reconcile(ctx context.Context, key engine.Key) (Result, error)
}

// ReconcilerFunc is a function as a [Reconciler].
type ReconcilerFunc func(ctx context.Context, key engine.Key) (Result, error)

// Reconcile calls f.
func (f ReconcilerFunc) Reconcile(ctx context.Context, key engine.Key) (Result, error) {
	return f(ctx, key)
}

// Options configures a server. Secrets, Classifier and Reconciler are required.
type Options struct {
	// Secrets are the webhook secrets; a delivery signed with any of them is
	// accepted, so that a secret can be rotated without refusing anything. Blank
	// ones do not count.
	Secrets []Secret
	// DatabaseURL says where the inbox is: sqlite:phasegate.db by default.
	DatabaseURL string
	Classifier  Classifier
	Reconciler  Reconciler

	// Logger gets what happens, through Redactor; nil: nobody.
	Logger *slog.Logger
	// Redactor is applied to what is stored and answered; nil: one that knows
	// Secrets.
	Redactor *Redactor
	// Registry gets the server's metrics and is what /metrics shows; nil: one of
	// its own.
	Registry *prometheus.Registry
	// Now is the project's clock, as GitHub tells it; nil: this machine's.
	Now func(ctx context.Context) (time.Time, error)
	// Ask is Now without what is known from earlier; nil: Now.
	Ask func(ctx context.Context) (time.Time, error)
	// Redeliverer finds failed deliveries; nil: nobody looks for them.
	Redeliverer Redeliverer
	// Resync lists what there is to look at when the database is new or was set
	// aside, until once all of it has been enqueued; nil: only events tell.
	Resync func(ctx context.Context) ([]engine.Key, error)
	// Keys returns what GET /keys shows as JSON, the public signing keys; nil:
	// the route does not exist.
	Keys func(ctx context.Context) (any, error)
	// Simulate answers POST /api/simulate for the owner of the token, who has to be
	// an admin of the repository (else ErrNotAdmin); nil: the route does not exist.
	Simulate func(ctx context.Context, token Secret, q engine.WhatIf) (engine.Answer, error)

	// SweepEvery is the time between looks for targets that are due: 15 s.
	SweepEvery time.Duration
	// RedeliverEvery is the time between looks for failed deliveries: 10 min.
	RedeliverEvery time.Duration
	// Grace is how long a stop waits for requests, and then for evaluations: 20 s.
	Grace time.Duration
	// Spacing is the least time between two evaluations of a Key: 1 s.
	Spacing time.Duration
	// MaxAttempts is after how many failures in a row a Key is given up until
	// its next event: 25.
	MaxAttempts int
	// RetryBase is the first back-off after a failure: 1 s.
	RetryBase time.Duration
}

var errNoSecret = errors.New("no webhook secret is set: anybody could forge events. Set WEBHOOK_SECRET (or --webhook-secret) to the secret of the App's webhook; several are allowed, for rotation")

func (o Options) withDefaults() (Options, error) {
	o.Secrets = slices.DeleteFunc(slices.Clone(o.Secrets), func(s Secret) bool { return strings.TrimSpace(s.Reveal()) == "" })
	switch {
	case len(o.Secrets) == 0:
		return o, errNoSecret
	case o.Classifier == nil:
		return o, errors.New("bot: no classifier given")
	case o.Reconciler == nil:
		return o, errors.New("bot: no reconciler given")
	}
	if o.DatabaseURL == "" {
		o.DatabaseURL = "sqlite:phasegate.db"
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Redactor == nil {
		o.Redactor = NewRedactor(o.Secrets...)
	}
	o.Logger = slog.New(o.Redactor.Handler(o.Logger.Handler()))
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
	if o.Now == nil {
		o.Now = func(context.Context) (time.Time, error) { return time.Now(), nil }
	}
	if o.Ask == nil {
		o.Ask = o.Now
	}
	for _, d := range []struct {
		value *time.Duration
		def   time.Duration
	}{{&o.SweepEvery, 15 * time.Second}, {&o.RedeliverEvery, 10 * time.Minute}, {&o.Grace, 20 * time.Second}} {
		if *d.value <= 0 {
			*d.value = d.def
		}
	}
	return o, nil
}
