package hubsim

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/phasegate/phasegate/internal/hubsim/pages"
)

// Options says how a simulated GitHub is set up. The zero value is usable: an empty GitHub.
type Options struct {
	// Seed is what is there at the start; nil is nothing but GitHub's own Actions App.
	Seed *Seed
	// BaseURL is the address people and programs reach the server at, without a slash at its end. Listen sets it;
	// if it is empty, it is taken from the first request.
	BaseURL string
	// WebhookURL is where the seed's App gets its webhooks; empty sends none.
	WebhookURL string
	// WebhookSecret signs them.
	WebhookSecret string
	// AppKey is the private key of the seed's App, in PEM; nil makes one (see Server.AppKeyPEM).
	AppKey []byte
	// IdleURL is asked with GET whether the product is idle: 204 or 200 yes, anything else no. The parameter now
	// tells it the simulated time (RFC 3339), so that it can run what is due before it answers.
	IdleURL string
	// Idle is asked the same, for a product in the same process. Nil is always idle.
	Idle func(ctx context.Context) error
	// OnClock is called after the clock was moved and before that is answered, so that what is now due runs.
	OnClock func(ctx context.Context, now time.Time) error
	// RateLimit is the number of requests an hour for each person or installation; 0 is GitHub's 5,000.
	RateLimit int
	// Real is the real clock; nil is time.Now.
	Real func() time.Time
	// Logger gets a line for each unknown route and each failed delivery; nil drops them.
	Logger *slog.Logger
	// Transport sends the webhooks and asks IdleURL; nil is a transport of its own.
	Transport http.RoundTripper
}

// Server is a simulated GitHub. It is an http.Handler; REST is under /api/v3/, uploads under /api/uploads/,
// GraphQL at /api/graphql, the simulator's own interface under /_sim/ and pages everywhere else.
// Its methods may be called from several goroutines.
type Server struct {
	opt    Options
	log    *slog.Logger
	routes routeTable
	client *http.Client
	appKey []byte // PEM of the seed's App
	pages  *pages.Handler

	mu      sync.Mutex // guards everything below
	st      *state
	clock   clock
	baseURL string

	hookWake chan struct{} // wakes the delivery goroutine
	stop     context.CancelFunc
	done     sync.WaitGroup
}

// New starts a simulated GitHub with what the options seed. Close ends it.
func New(opt Options) (*Server, error) {
	if opt.Real == nil {
		opt.Real = time.Now
	}
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	if opt.RateLimit == 0 {
		opt.RateLimit = 5000
	}
	if opt.Transport == nil {
		opt.Transport = &http.Transport{MaxIdleConnsPerHost: 8, IdleConnTimeout: 30 * time.Second}
	}
	s := &Server{
		opt:      opt,
		log:      opt.Logger,
		client:   &http.Client{Transport: opt.Transport, CheckRedirect: noRedirect},
		st:       newState(),
		clock:    clock{real: opt.Real},
		baseURL:  strings.TrimSuffix(opt.BaseURL, "/"),
		hookWake: make(chan struct{}, 1),
	}
	if err := s.initKey(); err != nil {
		return nil, err
	}
	s.addRoutes()
	var err error
	if s.pages, err = s.newPages(); err != nil {
		return nil, err
	}
	if err := s.applySeed(opt.Seed); err != nil {
		return nil, fmt.Errorf("seed the simulated GitHub: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.stop = cancel
	s.done.Go(func() { s.deliverLoop(ctx) })
	return s, nil
}

// Close stops the delivery of webhooks and waits for the one under way to be given up.
func (s *Server) Close() {
	s.stop()
	s.done.Wait()
	s.client.CloseIdleConnections()
}

// AppKeyPEM returns the private key of the seed's App.
func (s *Server) AppKeyPEM() []byte { return s.appKey }

// Now returns the simulated time.
func (s *Server) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock.now()
}

// BaseURL returns the address of the server, empty before it is known.
func (s *Server) BaseURL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.baseURL
}

// SetWebhook sets where the seed's App gets its webhooks from now on, and the secret that signs them.
func (s *Server) SetWebhook(url, secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.st.apps {
		if a.id != actionsAppID {
			a.webhook = webhookConfig{url: url, secret: secret}
		}
	}
}

// SetHooks sets who is asked for idleness and told of a moved clock, for a product started after the simulator.
func (s *Server) SetHooks(idle func(context.Context) error, onClock func(context.Context, time.Time) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opt.Idle, s.opt.OnClock = idle, onClock
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// initKey reads or makes the App's private key.
func (s *Server) initKey() error {
	s.appKey = s.opt.AppKey
	if s.appKey == nil && s.opt.Seed != nil && s.opt.Seed.App != nil && s.opt.Seed.App.PrivateKey != "" {
		s.appKey = []byte(s.opt.Seed.App.PrivateKey)
	}
	if s.appKey != nil {
		return nil
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return fmt.Errorf("make the App's key: %w", err)
	}
	s.appKey = pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	return nil
}

// Listener serves a Server on a loopback address.
type Listener struct {
	// WebURL is the address of the pages, APIURL and UploadURL those of REST, each without a slash at its end.
	WebURL, APIURL, UploadURL, GraphQLURL string

	srv  *http.Server
	done chan error
}

// Listen serves s on addr, which must be a loopback address such as "127.0.0.1:0", until Close.
func Listen(s *Server, addr string) (*Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %q: %w; give it as 127.0.0.1:8080", addr, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("listen on %q: the simulated GitHub has no real logins and is served on a loopback "+
			"address only; use 127.0.0.1 or localhost", addr)
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen for the simulated GitHub: %w", err)
	}
	web := "http://" + ln.Addr().String()
	s.mu.Lock()
	if s.opt.BaseURL != "" {
		web = s.baseURL
	}
	s.baseURL = web
	s.mu.Unlock()
	l := &Listener{
		WebURL: web, APIURL: web + "/api/v3", UploadURL: web + "/api/uploads", GraphQLURL: web + "/api/graphql",
		srv: &http.Server{
			Handler: s, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
			ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
		},
		done: make(chan error, 1),
	}
	go func() { l.done <- l.srv.Serve(ln) }()
	return l, nil
}

// Close stops serving, giving requests under way until ctx ends.
func (l *Listener) Close(ctx context.Context) error {
	err := l.srv.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, l.srv.Close())
	}
	if e := <-l.done; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return err
}

// loopbackHost says whether a Host header names this machine. Anything else is refused, so that a page
// elsewhere cannot reach the simulator through a name that resolves to this machine.
func (s *Server) loopbackHost(host string) bool {
	h := host
	if name, _, err := net.SplitHostPort(host); err == nil {
		h = name
	}
	h = strings.Trim(h, "[]")
	if ip := net.ParseIP(h); ip != nil && ip.IsLoopback() {
		return true
	}
	if strings.EqualFold(h, "localhost") {
		return true
	}
	u, err := url.Parse(s.opt.BaseURL)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, host)
}

// api and web make addresses of the REST interface and of the pages.
func (s *Server) api(format string, args ...any) string {
	return s.baseURL + "/api/v3" + fmt.Sprintf(format, args...)
}

func (s *Server) web(format string, args ...any) string {
	return s.baseURL + fmt.Sprintf(format, args...)
}

// drain reads what is left of a body, up to a limit, so that the connection can be used again.
func drain(r io.Reader) { _, _ = io.Copy(io.Discard, io.LimitReader(r, 1<<20)) }
