package action

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/gh"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
	"github.com/phasegate/phasegate/templates"
)

// Options are what a run is given from outside.
type Options struct {
	Getenv    func(string) string
	Stdout    io.Writer         // the step's log
	Transport http.RoundTripper // nil is http.DefaultTransport
	// Wait waits between attempts; nil really does.
	Wait func(context.Context, time.Duration) error
}

// Events are the workflow events a run acts on. Others are told apart so that a fork's read-only token
// is not tried.
func Events() []string {
	return []string{"issues", "issue_comment", "pull_request_target", "push", "schedule", "workflow_dispatch"}
}

// Run is one run of the Action. It returns the exit status of the step: 0, or 1 when somebody has to mend
// something or the run could not end, which the log and the job summary then say.
func Run(ctx context.Context, o Options) int {
	if o.Wait == nil {
		o.Wait = sleep
	}
	out := newConsole(o.Stdout, o.Getenv)
	in, err := readInputs(o.Getenv)
	if err != nil {
		out.fail(err.Error())
		return 1
	}
	r := &run{inputs: in, wait: o.Wait, queue: queue{wait: o.Wait}}
	err = r.do(ctx, o.Transport)
	if err != nil {
		r.view.Failure = explain(err)
	}
	failed := r.report(out)
	if err := writeSummary(in.summary, r.printer().Run(r.view)); err != nil {
		out.fail(err.Error())
		failed = true
	}
	if failed {
		return 1
	}
	return 0
}

// run is a run under way.
type run struct {
	inputs
	wait  func(context.Context, time.Duration) error
	queue queue

	github   *gh.GitHub
	policy   *policy.Policy   // nil: no rules
	problems []policy.Problem // of the default branch's config
	now      time.Time        // GitHub's
	view     templates.RunView
}

// do reads the config and, if the work is the Action's, does it.
func (r *run) do(ctx context.Context, transport http.RoundTripper) error {
	r.view = templates.RunView{Event: r.event, Events: Events(), Web: r.web}
	if !slices.Contains(Events(), r.event) {
		r.view.State = templates.RunNoEvent
		return nil
	}
	var err error
	if r.github, err = gh.New(gh.Options{URL: r.api, GraphQLURL: r.graphql, Token: string(r.token), UserAgent: "phasegate-action", Transport: transport}); err != nil {
		return err
	}
	var setUp engine.RepositorySnapshot
	err = attempts(ctx, r.wait, func() (err error) {
		setUp, err = r.github.Repository(ctx, r.key)
		return err
	})
	if err != nil {
		return fmt.Errorf("read the repository's config: %w", err)
	}
	if r.now, err = r.github.Now(ctx); err != nil {
		return err
	}
	r.policy, r.problems = setUp.Rules.Policy, setUp.Problems
	switch {
	case setUp.Config == "":
		r.view.State = templates.RunNoConfig
	case r.policy == nil:
		r.view.State = templates.RunNoRules
	case r.policy.Runner == policy.RunnerApp:
		r.view.State, r.problems = templates.RunServer, nil // the server posts phasegate/config
	default:
		return r.work(ctx, setUp)
	}
	return nil
}

// work looks at what the event names and at what changed since the last run that ended well, since runs
// that wait replace one another.
func (r *run) work(ctx context.Context, setUp engine.RepositorySnapshot) error {
	signer, err := engine.NewSigner([]byte(r.signingKey))
	if err != nil {
		return err
	}
	named, err := r.named(setUp)
	if err != nil {
		return err
	}
	r.queue.add(named...)
	err = attempts(ctx, r.wait, func() error { return r.sweep(ctx) })
	if err != nil {
		return err
	}
	r.queue.reconcile = engine.Reconciler{Hub: r.github, Signer: signer}.Reconcile
	return r.queue.run(ctx)
}

// named lists what the event asks to look at. A push and a run that no event of an object started look at
// everything: in a workflow the payload of a push does not say which files changed, and what falls due
// with time has nobody else to look at it. So does a repository whose set-up is not what it should be.
func (r *run) named(setUp engine.RepositorySnapshot) ([]engine.Key, error) {
	c, err := gh.Self{}.Classify(r.event, r.payload)
	if err != nil {
		return nil, err
	}
	var keys []engine.Key
	for _, k := range c.Keys {
		k.Installation = 0
		if strings.EqualFold(k.FullName(), r.key.FullName()) {
			k.Owner, k.Repo = r.key.Owner, r.key.Repo
			keys = append(keys, k)
		}
	}
	everything := r.event == "push" || r.event == "schedule" || r.event == "workflow_dispatch"
	if everything || len(setUp.Plan().Effects) > 0 {
		keys = append(keys, r.key)
	}
	return keys, nil
}

// How far back a sweep looks.
const (
	sweepDay    = 24 * time.Hour // where no earlier run is known
	sweepMargin = time.Minute    // before the last run, for what GitHub had not listed yet
)

func (r *run) sweep(ctx context.Context) error {
	since := time.Time{}
	if r.workflow != "" {
		last, err := r.github.LastSuccess(ctx, r.key, r.workflow)
		if err != nil {
			return err
		}
		since = last
	}
	r.view.Since, r.view.Guessed = since, since.IsZero()
	if since.IsZero() {
		r.view.Since = r.now.Add(-sweepDay)
	}
	changed, err := r.github.Changed(ctx, r.key, r.view.Since.Add(-sweepMargin))
	if err != nil {
		return err
	}
	r.queue.add(changed...)
	return nil
}

// explain is the error for people, with what is likely to mend it.
func explain(err error) string {
	text := err.Error()
	switch {
	case strings.Contains(text, "not accessible by integration"):
		text += ". A permission is missing: the workflow has to grant actions: read, checks: write, contents: read, issues: write and pull-requests: write"
	case errors.Is(err, engine.ErrGone):
		text += ". The token cannot see the repository: the workflow has to grant contents: read and issues: write"
	case strings.Contains(text, "Bad credentials"):
		text += ". The token is not valid: leave the input github-token out to use the workflow's own"
	}
	return text
}

func (r *run) language() lifecycle.Lang {
	if r.policy == nil {
		return lifecycle.English
	}
	return r.policy.Language
}

func (r *run) printer() templates.Printer {
	p := templates.Printer{Lang: r.language(), Now: r.now}
	if r.policy != nil {
		p.Zone = r.policy.Location
	}
	return p
}
