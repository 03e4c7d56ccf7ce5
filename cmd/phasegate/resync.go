package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/phasegate/phasegate/bot"
	"github.com/phasegate/phasegate/internal/app"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/policy"
)

type resyncCommand struct {
	connection
	Repository string `arg:"" placeholder:"OWNER/REPO" help:"The repository to bring in line."`
	From       string `placeholder:"CURSOR" help:"Go on at this page, as an earlier run that was interrupted said."`
}

func (resyncCommand) Help() string {
	return `Look at every issue of a repository and write what is missing or wrong: labels, stickies, records, answers. The
issues are read many at a time, so that 2,000 of them take at most 500 requests. A server does this by itself
when it is new, when the config changes and each night; this command is for when you do not want to wait. Only
the App can write in its own name, so its key is needed. Do not run it while the server is at work on the same
repository.

Example:

    APP_ID=4711 PRIVATE_KEY_PATH=phasegate.pem phasegate resync acme/churn`
}

// Validate implements kong's check of the flags.
func (c *resyncCommand) Validate() error {
	if c.AppID == 0 {
		return errors.New("only the App itself can write what is missing: give --app-id and --private-key-file. Without a server, start the workflow by hand: it looks at everything")
	}
	return nil
}

func (c *resyncCommand) Run(ctx context.Context, s *session) error {
	github, err := c.open(s)
	if err != nil {
		return err
	}
	private, err := (&serveCommand{PrivateKeyFile: c.PrivateKeyFile}).privateKey(s.Getenv)
	if err != nil {
		return err
	}
	signer, err := app.SignerOf(bot.Secret(s.Getenv("SIGNING_KEY")), private)
	if err != nil {
		return err
	}
	key, err := c.key(ctx, github, c.Repository)
	if err != nil {
		return err
	}
	if c.From != "" {
		key = engine.PageKey(key, c.From)
	}
	r := resync{
		session:    s,
		reconciler: engine.Reconciler{Hub: github, Signer: signer, Runner: policy.RunnerApp, Memory: engine.NewMemory()},
		bar:        newProgress(s.Err),
	}
	err = r.pages(ctx, key)
	r.bar.end()
	if _, printErr := fmt.Fprintf(s.Out, "%s looked at, %s written.\n", counted(r.looks, "object"), counted(r.written, "thing")); printErr != nil {
		return printErr
	}
	if err != nil && r.page != "" {
		fmt.Fprintf(s.Err, "phasegate: to go on from here: phasegate resync %s --from %s\n", c.Repository, r.page)
	}
	return err
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// resync is a run under way.
type resync struct {
	*session
	reconciler engine.Reconciler
	bar        *progress
	page       string // where the page at work begins; "" at the first one
	looks      int
	written    int
}

// pages looks at a repository, page by page. What a page finds is looked at before the next one, so that a
// run that is interrupted can go on at its page.
func (r *resync) pages(ctx context.Context, key engine.Key) error {
	for {
		r.page, _ = key.Page()
		out, err := r.look(ctx, key)
		if err != nil {
			return err
		}
		var next []engine.Key
		objects := out.Touch[:0:0]
		for _, k := range out.Touch {
			if _, isPage := k.Page(); isPage {
				next = append(next, k)
			} else {
				objects = append(objects, k)
			}
		}
		if err := r.objects(ctx, objects); err != nil {
			return err
		}
		if len(next) == 0 {
			return nil
		}
		key = next[0]
	}
}

// maxLooksAtOne is how often one object is looked at because of a page: each look at a neighbour may ask
// for another.
const maxLooksAtOne = 5

// objects looks at some objects, and at what shows them otherwise than they are.
func (r *resync) objects(ctx context.Context, queue []engine.Key) error {
	times, waiting := map[engine.Key]int{}, map[engine.Key]bool{}
	for _, k := range queue {
		waiting[k] = true
	}
	for len(queue) > 0 {
		key := queue[0]
		queue = queue[1:]
		delete(waiting, key)
		if times[key]++; times[key] > maxLooksAtOne {
			continue
		}
		r.bar.step("objects looked at")
		r.looks++
		out, err := r.look(ctx, key)
		if err != nil {
			return err
		}
		for _, k := range out.Touch {
			if !waiting[k] {
				waiting[k] = true
				queue = append(queue, k)
			}
		}
	}
	return nil
}

func (r *resync) look(ctx context.Context, key engine.Key) (engine.Outcome, error) {
	out, err := r.reconciler.Reconcile(ctx, key)
	for _, e := range out.Effects {
		r.written++
		fmt.Fprintln(r.Out, e)
	}
	if err != nil {
		return out, fmt.Errorf("look at %s: %w", key, err)
	}
	return out, nil
}
