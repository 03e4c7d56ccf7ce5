package acceptance_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/phasegate/phasegate/bot"
	"github.com/phasegate/phasegate/internal/app"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/hubsim"
)

// spacing is the least time between two looks at one object: short, so that nobody waits for it.
const spacing = 10 * time.Millisecond

// rateLimit is twenty times GitHub's: limits are counted by the real hour, and weeks pass here in seconds.
const rateLimit = 100_000

// system is a simulated GitHub with Phasegate connected to it over loopback HTTP.
type system struct {
	WebURL, APIURL string
	// replace stops the product and starts a new one with an empty database against the same GitHub.
	replace func()
	// product is what is connected.
	product *product
}

// appKey is one key for all systems: making one takes long.
var appKey = sync.OnceValues(func() ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}), nil
})

// webhooks sends the webhooks of every system; nil is the simulated GitHub's own way. The contract test
// looks at them there.
var webhooks http.RoundTripper

// start starts the system under test and ends it with the test. It is the one place that knows how.
func start(t testing.TB, seed *hubsim.Seed) system {
	t.Helper()
	key, err := appKey()
	if err != nil {
		t.Fatal(err)
	}
	log := newTestLog(t)
	s, err := hubsim.New(hubsim.Options{Seed: seed, Transport: webhooks, AppKey: key, RateLimit: rateLimit, Logger: log.With("part", "simulated-github")})
	if err != nil {
		t.Fatal(err)
	}
	l, err := hubsim.Listen(s, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &product{t: t, sim: s, apiURL: l.APIURL, id: seed.App.ID, log: log}
	t.Cleanup(func() {
		p.stop()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := l.Close(ctx); err != nil {
			t.Error(err)
		}
		s.Close()
	})
	p.start()
	return system{WebURL: l.WebURL, APIURL: l.APIURL, product: p, replace: func() { p.stop(); p.start() }}
}

// product is the App's server, as `phasegate serve` runs it, in this process.
type product struct {
	t      testing.TB
	sim    *hubsim.Server
	apiURL string
	id     int64
	log    *slog.Logger
	cancel context.CancelFunc
	served chan error

	spacing time.Duration // zero is the short one
	hook    string        // where its webhooks go
	secret  string        // they are signed with

	mu    sync.Mutex
	looks map[int]int // how often it looked at each pull request
}

// looked counts a look at an object.
func (p *product) looked(l app.Look) {
	if l.Key.Kind != engine.PullKey {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.looks == nil {
		p.looks = map[int]int{}
	}
	p.looks[l.Key.Number]++
}

// start starts a server with an empty database, tells GitHub of it, and returns once it has begun to look around.
func (p *product) start() {
	p.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel = cancel
	secret := rand.Text()
	looked := make(chan struct{})
	var once sync.Once
	server, err := app.New(ctx, app.Options{
		GitHubURL: p.apiURL, AppID: p.id, PrivateKey: bot.Secret(p.sim.AppKeyPEM()), WebhookSecrets: []bot.Secret{bot.Secret(secret)},
		DatabaseURL: "sqlite:" + filepath.Join(p.t.TempDir(), "inbox.db"), Spacing: cmp.Or(p.spacing, spacing), Logger: p.log.With("part", "app"), UserAgent: "acceptance",
		Now: func(context.Context) (time.Time, error) { return p.sim.Now(), nil }, // which jumps, unlike GitHub's
		Observe: func(l app.Look) {
			p.looked(l)
			if l.Key.Kind == engine.RepositoryKey && l.Err == nil {
				once.Do(func() { close(looked) })
			}
		},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		p.t.Fatal(err)
	}
	p.served = make(chan error, 1)
	go func() { p.served <- server.Serve(ctx, ln) }()
	p.hook, p.secret = "http://"+ln.Addr().String()+bot.WebhookPath, secret
	p.sim.SetWebhook(p.hook, secret)
	p.sim.SetHooks(server.Idle, func(ctx context.Context, _ time.Time) error {
		_, err := server.Sweep(ctx)
		return err
	})
	select { // a server with an empty database looks at everything by itself
	case <-looked:
	case <-time.After(time.Minute):
		p.t.Fatal("the product did not look at the repository when it started")
	}
}

// stop ends the server and waits until it has.
func (p *product) stop() {
	if p.cancel == nil {
		return
	}
	p.cancel()
	p.cancel = nil
	if err := <-p.served; err != nil {
		p.t.Error(err)
	}
}

// newTestLog keeps warnings and errors, and shows them if the test fails.
func newTestLog(t testing.TB) *slog.Logger {
	var mu sync.Mutex
	var buf bytes.Buffer
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		if t.Failed() && buf.Len() > 0 {
			t.Logf("logged:\n%s", buf.Bytes()[:min(buf.Len(), 8000)])
		}
	})
	return slog.New(slog.NewTextHandler(writerFunc(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return buf.Write(p)
	}), &slog.HandlerOptions{Level: slog.LevelWarn}))
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
