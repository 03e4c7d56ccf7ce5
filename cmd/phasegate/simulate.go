package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/phasegate/phasegate/internal/hubsim"
	"github.com/phasegate/phasegate/internal/playground"
)

// story is which simulated GitHub is played, for playground and simhub.
type story struct {
	Addr      string `default:"127.0.0.1:8080" help:"Where to listen, a loopback address; port 0 takes a free one."`
	Seed      string `placeholder:"FILE" help:"What is there at the start, JSON or YAML; without one the built-in story."`
	Scenario  string `placeholder:"FILE" help:"What people do before you come in, JSON or YAML; none plays nothing."`
	PrintSeed bool   `name:"print-seed" help:"Print the built-in seed and end."`
	LogLevel  string `name:"log-level" default:"warn" enum:"debug,info,warn,error" env:"LOG_LEVEL" help:"debug, info, warn or error."`
}

func (st *story) seed() (*hubsim.Seed, error) {
	if st.Seed == "" {
		return playground.Seed()
	}
	data, err := os.ReadFile(st.Seed)
	if err != nil {
		return nil, fmt.Errorf("read the seed: %w", err)
	}
	seed, err := hubsim.ReadSeed(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", st.Seed, err)
	}
	return seed, nil
}

// steps are the scenario's. The built-in one belongs to the built-in seed: with another seed nothing
// is played unless it is named.
func (st *story) steps() ([]hubsim.Step, error) {
	switch {
	case st.Scenario == "none" || st.Scenario == "" && st.Seed != "":
		return nil, nil
	case st.Scenario == "":
		return playground.Scenario()
	}
	data, err := os.ReadFile(st.Scenario)
	if err != nil {
		return nil, fmt.Errorf("read the scenario: %w", err)
	}
	steps, err := hubsim.ReadScenario(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", st.Scenario, err)
	}
	return steps, nil
}

func (st *story) load() (*hubsim.Seed, []hubsim.Step, error) {
	seed, err := st.seed()
	if err != nil {
		return nil, nil, err
	}
	steps, err := st.steps()
	return seed, steps, err
}

type playgroundCommand struct {
	story
	Database string `placeholder:"FILE" help:"Where the App keeps what it has still to look at; without one a temporary file."`
}

func (playgroundCommand) Help() string {
	return `Start a simulated GitHub and the App in one process, to try everything without an account. Open the address
it prints, choose who you are at the top of the page, and comment. Stop it with Ctrl-C; nothing is kept.

Example:

    phasegate playground
    phasegate playground --addr 127.0.0.1:0 --seed team.yaml --scenario none`
}

func (c *playgroundCommand) Run(ctx context.Context, s *session) error {
	if c.PrintSeed {
		_, err := s.Out.Write(playground.SeedText())
		return err
	}
	seed, steps, err := c.load()
	if err != nil {
		return err
	}
	p, err := playground.Start(ctx, playground.Options{Addr: c.Addr, Seed: seed, Steps: steps, Database: c.Database, Spacing: playSpacing, Logger: newLogger(s, c.LogLevel, "text")})
	if err != nil {
		return freePort(err)
	}
	if _, err := fmt.Fprintf(s.Out, "playground ready: web=%s api=%s webhook=%s\n", p.WebURL, p.APIURL, p.WebhookURL); err != nil {
		return errors.Join(err, p.Close(context.WithoutCancel(ctx)))
	}
	<-ctx.Done()
	return c.end(ctx, p)
}

// freePort says how to go on when the port is taken.
func freePort(err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%w; choose another port, --addr 127.0.0.1:0 takes a free one", err)
	}
	return err
}

// playSpacing is the least time between two looks at one object: on GitHub a second saves requests,
// here somebody waits for the page.
const playSpacing = 20 * time.Millisecond

func (c *playgroundCommand) end(ctx context.Context, p *playground.Playground) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return p.Close(ctx)
}

type simhubCommand struct {
	story
	WebhookURL    string `name:"webhook-url" placeholder:"URL" help:"Where the App's webhooks go."`
	WebhookSecret string `name:"webhook-secret" env:"WEBHOOK_SECRET" help:"Signs them."`
	AppKeyFile    string `name:"app-key-file" placeholder:"FILE" help:"The App's private key, PEM; written there if the file does not exist."`
	IdleURL       string `name:"idle-url" placeholder:"URL" help:"Asked whether the App is idle: its /debug/idle."`
}

func (simhubCommand) Help() string {
	return `Start the simulated GitHub alone, for an App or a script of your own.

Example:

    phasegate simhub --webhook-url http://127.0.0.1:8081/api/github/webhooks --webhook-secret s3cret \
      --app-key-file app.pem --idle-url http://127.0.0.1:8081/debug/idle`
}

func (c *simhubCommand) Run(ctx context.Context, s *session) error {
	if c.PrintSeed {
		_, err := s.Out.Write(playground.SeedText())
		return err
	}
	seed, steps, err := c.load()
	if err != nil {
		return err
	}
	key, err := os.ReadFile(c.AppKeyFile)
	if c.AppKeyFile != "" && err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("read the App's private key: %w", err)
	}
	sim, err := hubsim.New(hubsim.Options{Seed: withApp(seed), AppKey: key, WebhookURL: c.WebhookURL, WebhookSecret: c.WebhookSecret, IdleURL: c.IdleURL, Logger: newLogger(s, c.LogLevel, "text")})
	if err != nil {
		return err
	}
	defer sim.Close()
	if c.AppKeyFile != "" && len(key) == 0 {
		if err := os.WriteFile(c.AppKeyFile, sim.AppKeyPEM(), 0o600); err != nil {
			return fmt.Errorf("write the App's private key: %w", err)
		}
	}
	l, err := hubsim.Listen(sim, c.Addr)
	if err != nil {
		return freePort(err)
	}
	if err := sim.Play(ctx, steps); err != nil {
		return errors.Join(err, l.Close(context.WithoutCancel(ctx)))
	}
	if _, err := fmt.Fprintf(s.Out, "simhub ready: web=%s api=%s\n", l.WebURL, l.APIURL); err != nil {
		return errors.Join(err, l.Close(context.WithoutCancel(ctx)))
	}
	<-ctx.Done()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return l.Close(ctx)
}

// withApp gives the seed's App what the product asks for, where it names nothing.
func withApp(seed *hubsim.Seed) *hubsim.Seed {
	out := *seed
	out.App = playground.App(seed.App)
	return &out
}
