// Package app puts the App together: GitHub, the engine and the server. It decides nothing itself.
package app

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/phasegate/phasegate/bot"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/gh"
	"github.com/phasegate/phasegate/internal/policy"
)

// Options are what an operator sets.
type Options struct {
	GitHubURL      string // of the REST interface; "" is gh.DefaultURL
	AppID          int64
	PrivateKey     bot.Secret // PEM
	SigningKey     bot.Secret // signs records; "" derives it from PrivateKey
	WebhookSecrets []bot.Secret
	DatabaseURL    string
	UserAgent      string
	Logger         *slog.Logger
	Transport      http.RoundTripper
	// Now is the project's clock; nil asks GitHub.
	Now     func(context.Context) (time.Time, error)
	Spacing time.Duration // see bot.Options
	// Observe is told of each look at an object; nil: nobody is.
	Observe func(Look)
}

// Look is one look at an object and what it led to.
type Look struct {
	Key     engine.Key
	At      time.Time // GitHub's time
	Outcome engine.Outcome
	Err     error
}

// New returns a server that has not started. It asks GitHub once, who the App is.
func New(ctx context.Context, o Options) (*bot.Server, error) {
	if len(o.WebhookSecrets) == 0 {
		return nil, errors.New("no webhook secret: set WEBHOOK_SECRET to what the App's settings on GitHub have; without one anybody could send events")
	}
	redactor := bot.NewRedactor(append([]bot.Secret{o.PrivateKey, o.SigningKey}, o.WebhookSecrets...)...)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	log := slog.New(redactor.Handler(o.Logger.Handler()))
	github, err := gh.New(gh.Options{URL: o.GitHubURL, AppID: o.AppID, PrivateKey: []byte(o.PrivateKey.Reveal()), UserAgent: o.UserAgent, Transport: o.Transport})
	if err != nil {
		return nil, err
	}
	self, err := github.Self(ctx)
	if err != nil {
		return nil, err
	}
	signer, err := SignerOf(o.SigningKey, o.PrivateKey)
	if err != nil {
		return nil, err
	}
	ask := o.Now
	if o.Now == nil {
		o.Now, ask = github.Now, github.Ask
	}
	w := wiring{github: github, self: self, engine: engine.Reconciler{Hub: github, Signer: signer, Logger: log, Runner: policy.RunnerApp, Memory: engine.NewMemory()}, observe: o.Observe}
	return bot.New(ctx, bot.Options{
		Secrets: o.WebhookSecrets, DatabaseURL: o.DatabaseURL, Classifier: w, Reconciler: w, Logger: log, Redactor: redactor,
		Now: o.Now, Ask: ask, Redeliverer: w, Resync: github.Installed, Spacing: o.Spacing,
		Keys:     func(context.Context) (any, error) { return publicKeys(signer), nil },
		Simulate: w.simulate,
	})
}

// SignerOf makes the signer of records from SIGNING_KEY, or from the App's private key.
func SignerOf(signingKey, privateKey bot.Secret) (engine.Signer, error) {
	if signingKey != "" {
		return engine.NewSigner([]byte(signingKey.Reveal()))
	}
	block, _ := pem.Decode([]byte(privateKey.Reveal()))
	if block == nil {
		return engine.Signer{}, errors.New("the App's private key is no PEM file")
	}
	der := block.Bytes
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		der = x509.MarshalPKCS1PrivateKey(key) // the same key in another wrapping signs the same
	}
	return engine.NewSigner(der)
}

type publicKey struct {
	ID        string `json:"id"`
	Algorithm string `json:"algorithm"`
	Key       string `json:"key"` // base64
}

func publicKeys(s engine.Signer) []publicKey {
	return []publicKey{{engine.KeyID(s.Public()), "ed25519", base64.StdEncoding.EncodeToString(s.Public())}}
}

// wiring is what the server asks, answered by GitHub and the engine.
type wiring struct {
	github  *gh.GitHub
	self    gh.Self
	engine  engine.Reconciler
	observe func(Look)
}

// Classify implements [bot.Classifier].
func (w wiring) Classify(event string, payload []byte) (bot.Classified, error) {
	c, err := w.self.Classify(event, payload)
	if err != nil {
		return bot.Classified{}, err
	}
	out := bot.Classified{Keys: c.Keys, Gone: c.Gone}
	for _, k := range c.Statuses {
		if w.github.Minds(k) {
			out.Keys = append(out.Keys, k)
		}
	}
	for _, k := range c.Bases {
		if w.github.MayBeBase(k) {
			out.Keys = append(out.Keys, k)
		}
	}
	if len(out.Keys) > 0 {
		out.Installation = out.Keys[0].Installation
	}
	if len(c.Stale) > 0 {
		out.Invalidate = func() { w.github.Forget(c.Stale) }
	}
	return out, nil
}

// Reconcile implements [bot.Reconciler].
func (w wiring) Reconcile(ctx context.Context, key engine.Key) (bot.Result, error) {
	out, err := w.engine.Reconcile(ctx, key)
	if w.observe != nil {
		at, clockErr := w.github.Now(ctx)
		if clockErr != nil {
			at = time.Now()
		}
		w.observe(Look{key, at, out, err})
	}
	if err != nil {
		return bot.Result{}, fmt.Errorf("reconcile: %w", err)
	}
	res := bot.Result{Touch: out.Touch, Due: out.Due}
	for _, a := range out.Later {
		res.Later = append(res.Later, bot.Later(a))
	}
	return res, nil
}

// ListDeliveries implements [bot.Redeliverer].
func (w wiring) ListDeliveries(ctx context.Context, since time.Time) ([]bot.LoggedDelivery, error) {
	list, err := w.github.Deliveries(ctx, since)
	if err != nil {
		return nil, err
	}
	out := make([]bot.LoggedDelivery, len(list))
	for i, d := range list {
		out[i] = bot.LoggedDelivery{ID: d.ID, GUID: d.GUID, Event: d.Event, DeliveredAt: d.At, Status: d.Status}
	}
	return out, nil
}

// Redeliver implements [bot.Redeliverer].
func (w wiring) Redeliver(ctx context.Context, id int64) error { return w.github.Redeliver(ctx, id) }
