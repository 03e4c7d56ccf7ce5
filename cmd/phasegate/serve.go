package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"

	"github.com/phasegate/phasegate/bot"
	"github.com/phasegate/phasegate/internal/app"
)

type serveCommand struct {
	Addr           string   `default:":8080" env:"PHASEGATE_ADDR" help:"Where to listen; the environment's PORT replaces the port."`
	GitHubURL      string   `name:"github-url" default:"https://api.github.com" env:"GITHUB_API_URL" help:"GitHub's REST interface; GitHub Enterprise Server has it at https://HOST/api/v3."`
	AppID          int64    `name:"app-id" env:"APP_ID" help:"The App's id, from its settings page."`
	PrivateKeyFile string   `name:"private-key-file" env:"PRIVATE_KEY_PATH" help:"The App's private key, a PEM file. PRIVATE_KEY in the environment holds the key itself."`
	WebhookSecret  []string `name:"webhook-secret" env:"WEBHOOK_SECRET" sep:"none" help:"The App's webhook secret. Give the flag twice, or set WEBHOOK_SECRET_OLD too, while you rotate it."`
	DatabaseURL    string   `name:"database-url" default:"sqlite:phasegate.db" env:"DATABASE_URL" help:"Where deliveries are kept until they are handled."`
	LogLevel       string   `name:"log-level" default:"info" enum:"debug,info,warn,error" env:"LOG_LEVEL" help:"debug, info, warn or error."`
	LogFormat      string   `name:"log-format" default:"text" enum:"text,json" env:"LOG_FORMAT" help:"text or json."`
}

func (serveCommand) Help() string {
	return `Run the App: take GitHub's webhooks at /api/github/webhooks and do what they ask for. It does not start
without an App id, its private key and a webhook secret. Stop it with SIGTERM: what is under way ends first,
what waits is kept.

Example:

    APP_ID=4711 PRIVATE_KEY_PATH=phasegate.pem WEBHOOK_SECRET=… phasegate serve --addr :8080`
}

// Validate implements kong's check of the flags.
func (c *serveCommand) Validate() error {
	if c.AppID <= 0 {
		return errors.New("no App id: give --app-id or set APP_ID")
	}
	if len(c.WebhookSecret) == 0 {
		return errors.New("no webhook secret: give --webhook-secret or set WEBHOOK_SECRET to what the App's settings have; without one anybody could send events")
	}
	return nil
}

func (c *serveCommand) Run(ctx context.Context, s *session) error {
	key, err := c.privateKey(s.Getenv)
	if err != nil {
		return err
	}
	log := newLogger(s, c.LogLevel, c.LogFormat)
	o := app.Options{GitHubURL: c.GitHubURL, AppID: c.AppID, PrivateKey: key, SigningKey: bot.Secret(s.Getenv("SIGNING_KEY")), DatabaseURL: c.DatabaseURL, UserAgent: "phasegate", Logger: log}
	secrets := c.WebhookSecret
	if old := s.Getenv("WEBHOOK_SECRET_OLD"); old != "" {
		secrets = append(secrets, old)
	}
	for _, secret := range secrets {
		o.WebhookSecrets = append(o.WebhookSecrets, bot.Secret(secret))
	}
	server, err := app.New(ctx, o)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", listenAddr(c.Addr, s.Getenv("PORT")))
	if err != nil {
		return errors.Join(err, server.Stop(context.WithoutCancel(ctx)))
	}
	log.Info("serving", "addr", ln.Addr().String(), "webhooks", bot.WebhookPath)
	return server.Serve(ctx, ln)
}

// privateKey is PRIVATE_KEY, in which hosts that allow no line breaks write \n, or the file's content.
func (c *serveCommand) privateKey(getenv func(string) string) (bot.Secret, error) {
	if text := getenv("PRIVATE_KEY"); text != "" && c.PrivateKeyFile == "" {
		return bot.Secret(strings.ReplaceAll(text, `\n`, "\n")), nil
	}
	if c.PrivateKeyFile == "" {
		return "", errors.New("no private key: give --private-key-file, or set PRIVATE_KEY_PATH or PRIVATE_KEY")
	}
	data, err := os.ReadFile(c.PrivateKeyFile)
	if err != nil {
		return "", fmt.Errorf("read the App's private key: %w", err)
	}
	return bot.Secret(data), nil
}

// listenAddr puts the environment's port, if there is one, into the address.
func listenAddr(addr, port string) string {
	if port == "" {
		return addr
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	return net.JoinHostPort(host, port)
}

func newLogger(s *session, level, format string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	opts := &slog.HandlerOptions{Level: l}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(s.Err, opts))
	}
	return slog.New(slog.NewTextHandler(s.Err, opts))
}
