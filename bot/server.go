package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/phasegate/phasegate/bot/inbox"
	"github.com/phasegate/phasegate/internal/engine"
)

// store is the durable inbox, as the server uses it.
type store interface {
	Accept(ctx context.Context, hint inbox.Hint) (inbox.Receipt, error)
	Enqueue(ctx context.Context, keys ...engine.Key) error
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	Ping(ctx context.Context) error
	Fresh() bool
	Rebuilt(ctx context.Context) error
	Corrupt(err error) bool
	Idle(ctx context.Context) error
	Depth(ctx context.Context) (inbox.Depth, error)
	Sweep(ctx context.Context, now time.Time) (int, error)
	Repair(ctx context.Context) error
	Prune(ctx context.Context) error
	DeadTargets(ctx context.Context, limit int) ([]inbox.DeadTarget, error)
	redeliveries
}

// Server receives webhooks and has objects evaluated. Its life is [New], then
// either [Server.Serve], or [Server.Start], [Server.Handler] mounted somewhere,
// and [Server.Stop].
type Server struct {
	opts    Options
	log     *slog.Logger
	inbox   store
	metrics *metrics
	budget  *bodyBudget

	idlers    chan struct{}      // held by who asks for /debug/idle
	questions chan struct{}      // held by who asks what if
	resynced  chan struct{}      // closed when nothing is to be resynchronised (any more)
	draining  chan struct{}      // closed when the server is stopping
	drain     func()             // closes it
	cancel    context.CancelFunc // ends the periodic work
	periodic  sync.WaitGroup
	stopOnce  sync.Once
	stopErr   error
	broken    chan error // holds the first sign of a damaged database
}

// New opens the database and returns a server that does nothing yet. It
// refuses to without a webhook secret.
func New(ctx context.Context, opts Options) (*Server, error) {
	opts, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Server{opts: opts, log: opts.Logger, budget: newBodyBudget(), broken: make(chan error, 1),
		idlers: make(chan struct{}, maxIdlers), questions: make(chan struct{}, maxQuestionsOnce), resynced: make(chan struct{}), draining: make(chan struct{})}
	s.drain = sync.OnceFunc(func() { close(s.draining) })
	if s.metrics, err = newMetrics(opts.Registry); err != nil {
		return nil, fmt.Errorf("register metrics: %w", err)
	}
	s.inbox, err = inbox.Open(ctx, opts.DatabaseURL, inbox.Options{
		Evaluator:   opts.Reconciler,
		Logger:      opts.Logger,
		Observe:     s.observe,
		Redact:      opts.Redactor.Redact,
		Spacing:     opts.Spacing,
		RetryBase:   opts.RetryBase,
		MaxAttempts: opts.MaxAttempts,
		Grace:       opts.Grace,
	})
	if err != nil {
		return nil, err
	}
	if err := opts.Registry.Register(depthCollector{s.inbox}); err != nil {
		return nil, errors.Join(fmt.Errorf("register metrics: %w", err), s.inbox.Stop(ctx))
	}
	return s, nil
}

// Start starts the workers and the periodic work, which go on until
// [Server.Stop] whatever becomes of ctx.
func (s *Server) Start(ctx context.Context) error {
	if err := s.inbox.Start(ctx); err != nil {
		return err
	}
	ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	s.every(ctx, "sweep", s.opts.SweepEvery, func(ctx context.Context) error {
		_, err := s.sweep(ctx, s.opts.Now)
		return err
	})
	s.every(ctx, "repair", 30*time.Second, s.inbox.Repair)
	s.every(ctx, "prune", time.Hour, s.inbox.Prune)
	if s.opts.Redeliverer != nil {
		s.every(ctx, "redeliver", s.opts.RedeliverEvery, s.redeliver)
	}
	if s.opts.Resync != nil && s.inbox.Fresh() {
		s.periodic.Go(func() {
			s.resync(ctx)
			close(s.resynced)
		})
	} else {
		close(s.resynced)
	}
	return nil
}

// every runs do at once and then again and again until ctx ends.
func (s *Server) every(ctx context.Context, name string, interval time.Duration, do func(context.Context) error) {
	s.periodic.Go(func() {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			if err := s.guarded(name, func() error { return do(ctx) }); err != nil && ctx.Err() == nil {
				s.log.ErrorContext(ctx, "periodic work failed; it will be tried again", "work", name, "error", err)
				s.noteBroken(err)
			}
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	})
}

// guarded turns a panic of do into an error.
func (s *Server) guarded(where string, do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			s.metrics.panics.WithLabelValues(where).Inc()
			err = fmt.Errorf("%s panicked: %v", where, p)
		}
	}()
	return do()
}

// resync asks what there is to look at, until it is told.
func (s *Server) resync(ctx context.Context) {
	for wait := time.Second; ; wait = min(2*wait, 5*time.Minute) {
		err := s.guarded("resync", func() error {
			keys, err := s.opts.Resync(ctx)
			if err != nil {
				return err
			}
			s.log.InfoContext(ctx, "the database is new: looking at everything", "keys", len(keys))
			if err := s.inbox.Enqueue(ctx, keys...); err != nil {
				return err
			}
			return s.inbox.Rebuilt(ctx)
		})
		if err == nil || ctx.Err() != nil {
			return
		}
		s.log.WarnContext(ctx, "cannot list what there is to look at; trying again", "wait", wait, "error", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// Sweep enqueues what is due by the project's clock, which it asks for anew, and returns how many keys.
func (s *Server) Sweep(ctx context.Context) (int, error) { return s.sweep(ctx, s.opts.Ask) }

func (s *Server) sweep(ctx context.Context, clock func(context.Context) (time.Time, error)) (int, error) {
	now, err := clock(ctx)
	if err != nil {
		return 0, fmt.Errorf("ask for the time: %w", err)
	}
	return s.inbox.Sweep(ctx, now)
}

// Idle enqueues what is due and returns once nothing is queued or running, at
// the moment that is so. What a new database has to look at counts from the
// start. Keys that wait for their spacing or for a retry are
// waited for; those that were given up, or are due later, do not count. It ends
// early, with an error, when the server stops.
func (s *Server) Idle(ctx context.Context) error {
	ctx, cancel := s.untilDraining(ctx)
	defer cancel()
	select {
	case <-s.resynced:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	now, err := s.opts.Now(ctx)
	if err != nil {
		return fmt.Errorf("ask for the time: %w", err)
	}
	for waited := false; ; waited = true {
		n, err := s.inbox.Sweep(ctx, now)
		if err != nil {
			return err
		}
		if waited && n == 0 { // nothing that ran became due in its turn
			return nil
		}
		if err := s.inbox.Idle(ctx); err != nil {
			return err
		}
	}
}

var errNotIdle = errors.New("something is queued or running")

// isIdle is Idle without the wait.
func (s *Server) isIdle(ctx context.Context) error {
	if _, err := s.Sweep(ctx); err != nil {
		return err
	}
	d, err := s.inbox.Depth(ctx)
	if err == nil && d.Queued+d.Running > 0 {
		err = errNotIdle
	}
	return err
}

// untilDraining returns a context that ends with ctx, or when the server stops.
func (s *Server) untilDraining(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-s.draining:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

func (s *Server) isDraining() bool {
	select {
	case <-s.draining:
		return true
	default:
		return false
	}
}

// Enqueue asks for an evaluation of keys; it returns once that is on disk.
func (s *Server) Enqueue(ctx context.Context, keys ...engine.Key) error {
	return s.inbox.Enqueue(ctx, keys...)
}

// DeadTargets lists keys that were given up, the newest first.
func (s *Server) DeadTargets(ctx context.Context, limit int) ([]inbox.DeadTarget, error) {
	return s.inbox.DeadTargets(ctx, limit)
}

// Stop ends the periodic work, refuses deliveries from then on, lets
// evaluations finish for the grace time and closes the database. What is queued
// stays on disk. It may be called more than once.
func (s *Server) Stop(ctx context.Context) error {
	s.stopOnce.Do(func() {
		s.drain()
		if s.cancel != nil {
			s.cancel()
		}
		s.periodic.Wait()
		s.stopErr = s.inbox.Stop(ctx)
	})
	return s.stopErr
}

// Time-outs of the server's connections. GitHub gives a delivery ten seconds.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 15 * time.Second
	writeTimeout  = 60 * time.Second // /debug/idle may wait
	idleTimeout   = 60 * time.Second
)

// Serve starts the server on ln and runs until ctx ends, then stops it: no new
// requests, those under way answered, evaluations finished. It returns an error
// at once if the database turns out damaged; opened again, it is set aside.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	if err := s.Start(ctx); err != nil {
		return errors.Join(err, ln.Close(), s.Stop(ctx))
	}
	hs := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	served := make(chan error, 1)
	go func() { served <- hs.Serve(ln) }()
	var err error
	select {
	case <-ctx.Done():
	case err = <-served:
	case err = <-s.broken:
		err = fmt.Errorf("the database is damaged; start again to have it set aside and rebuilt: %w", err)
	}
	s.drain()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.opts.Grace)
	defer cancel()
	if shutdownErr := hs.Shutdown(grace); shutdownErr != nil {
		err = errors.Join(err, hs.Close())
	}
	stopping, cancelStop := context.WithTimeout(context.WithoutCancel(ctx), s.opts.Grace+10*time.Second)
	defer cancelStop()
	return errors.Join(err, s.Stop(stopping))
}

// noteBroken remembers a sign of damage.
func (s *Server) noteBroken(err error) {
	if !s.inbox.Corrupt(err) {
		return
	}
	select {
	case s.broken <- err:
	default:
	}
}

func (s *Server) observe(e Evaluation) {
	s.metrics.evaluated(e)
	s.log.Info("evaluated", "key", e.Key.String(), "outcome", string(e.Outcome), "duration", e.Duration)
}
