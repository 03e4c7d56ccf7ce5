// Package playground runs the simulated GitHub and the App in one process, connected over loopback
// HTTP as they would be over the internet: signed webhooks one way, the API the other.
package playground

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/phasegate/phasegate/bot"
	"github.com/phasegate/phasegate/internal/app"
	"github.com/phasegate/phasegate/internal/gh"
	"github.com/phasegate/phasegate/internal/hubsim"
	"github.com/phasegate/phasegate/internal/hubsim/pages"
)

// Options say what is played.
type Options struct {
	Addr     string        // of the simulated GitHub, a loopback address; "" is 127.0.0.1:0
	Seed     *hubsim.Seed  // nil is the built-in one
	Steps    []hubsim.Step // played before Start returns
	Database string        // the inbox's file; "" is a temporary one
	Logger   *slog.Logger
	Spacing  time.Duration // least time between two looks at one object; 0 is the server's default
}

// Playground is a running simulation.
type Playground struct {
	WebURL, APIURL, WebhookURL string
	Sim                        *hubsim.Server

	listener  *hubsim.Listener
	server    *bot.Server
	stopServe context.CancelFunc
	served    chan error
	temporary string

	mu    sync.Mutex
	looks []app.Look
}

// Start starts both and plays the steps. Close ends what Start began, after an error too.
func Start(ctx context.Context, o Options) (p *Playground, err error) {
	p = &Playground{}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close(context.WithoutCancel(ctx)))
		}
	}()
	if o.Seed == nil {
		if o.Seed, err = Seed(); err != nil {
			return p, err
		}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	seed := *o.Seed
	seed.App = App(seed.App)
	if p.Sim, err = hubsim.New(hubsim.Options{Seed: &seed, Logger: o.Logger.With("part", "simulated-github")}); err != nil {
		return p, fmt.Errorf("start the simulated GitHub: %w", err)
	}
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if p.listener, err = hubsim.Listen(p.Sim, o.Addr); err != nil {
		return p, err
	}
	p.WebURL, p.APIURL = p.listener.WebURL, p.listener.APIURL
	if err := p.startApp(ctx, o, seed.App.ID); err != nil {
		return p, err
	}
	p.Sim.Pages().SetFeeds(pages.Feeds{Decisions: p.decisions, Badge: badges(&seed), Zone: zoneOf(&seed)})
	if err := p.Sim.WaitIdle(ctx); err != nil {
		return p, err
	}
	if err := p.Sim.Play(ctx, o.Steps); err != nil {
		return p, fmt.Errorf("play the scenario: %w", err)
	}
	return p, nil
}

// App gives the App what the product asks for, where the seed names nothing.
func App(a *hubsim.SeedApp) *hubsim.SeedApp {
	out := hubsim.SeedApp{ID: 1}
	if a != nil {
		out = *a
	}
	if out.ID == 0 {
		out.ID = 1
	}
	if out.Permissions == nil {
		out.Permissions = map[string]string{}
		for _, p := range gh.Permissions() {
			out.Permissions[p.Name] = string(p.Level)
		}
	}
	if out.Events == nil {
		out.Events = gh.Events()
	}
	return &out
}

// startApp starts the App's server on a port of its own and tells the simulated GitHub of it.
func (p *Playground) startApp(ctx context.Context, o Options, id int64) error {
	if o.Database == "" {
		dir, err := os.MkdirTemp("", "phasegate-playground-")
		if err != nil {
			return fmt.Errorf("make a folder for the inbox: %w", err)
		}
		p.temporary = dir
		o.Database = filepath.Join(dir, "inbox.db")
	}
	secret := rand.Text()
	server, err := app.New(ctx, app.Options{
		GitHubURL: p.APIURL, AppID: id, PrivateKey: bot.Secret(p.Sim.AppKeyPEM()), WebhookSecrets: []bot.Secret{bot.Secret(secret)},
		DatabaseURL: "sqlite:" + o.Database, Logger: o.Logger.With("part", "app"), Spacing: o.Spacing, UserAgent: "phasegate-playground",
		Now: func(context.Context) (time.Time, error) { return p.Sim.Now(), nil }, Observe: p.observe,
	})
	if err != nil {
		return fmt.Errorf("start the App: %w", err)
	}
	p.server = server
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("start the App: %w", err)
	}
	p.WebhookURL = "http://" + ln.Addr().String() + bot.WebhookPath
	serveCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	p.stopServe, p.served = cancel, make(chan error, 1)
	go func() { p.served <- server.Serve(serveCtx, ln) }()
	p.Sim.SetWebhook(p.WebhookURL, secret)
	p.Sim.SetHooks(server.Idle, func(ctx context.Context, _ time.Time) error {
		_, err := server.Sweep(ctx)
		return err
	})
	return nil
}

// Close stops the App, then the simulated GitHub.
func (p *Playground) Close(ctx context.Context) error {
	var errs []error
	if p.stopServe != nil {
		p.stopServe()
		select {
		case err := <-p.served:
			errs = append(errs, err)
		case <-ctx.Done():
			errs = append(errs, ctx.Err())
		}
	}
	if p.listener != nil {
		errs = append(errs, p.listener.Close(ctx))
	}
	if p.Sim != nil {
		p.Sim.Close()
	}
	if p.temporary != "" {
		errs = append(errs, os.RemoveAll(p.temporary))
	}
	return errors.Join(errs...)
}

// kept is how many looks the log page shows.
const kept = 500

func (p *Playground) observe(l app.Look) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.looks = append(p.looks, l)
	p.looks = slices.Delete(p.looks, 0, max(0, len(p.looks)-kept))
}
