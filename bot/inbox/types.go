package inbox

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
)

// ErrClosed is returned by [Inbox.Accept] once the inbox is stopping: the hint
// was not stored.
var ErrClosed = errors.New("the inbox is stopping")

// Hint is one reason to look at objects: a webhook delivery, or a command or
// schedule of our own when GUID is empty.
type Hint struct {
	// GUID is the delivery's X-GitHub-Delivery. A redelivery has the same one.
	GUID         string
	Event        string
	Installation int64
	Keys         []engine.Key
	Intents      []Intent
	// Forget lists installations of which everything stored is deleted.
	Forget []int64
}

// Intent is something that cannot be read again from GitHub and so stays with
// its Key until an evaluation that began after it has succeeded. A newer one of
// the same name replaces it.
type Intent struct {
	Key  engine.Key
	Name string
	Data json.RawMessage
}

// Receipt tells what became of a stored hint.
type Receipt struct {
	// Duplicate is set when the delivery's id was known. It still raises its
	// targets, unless it came more than twice within ten seconds.
	Duplicate bool
}

// Result is what an evaluation asks of the inbox.
type Result struct {
	// Touch lists further keys to evaluate; they are stored in the transaction
	// that completes this one.
	Touch []engine.Key
	// Later lists keys to evaluate in time; a key that is due earlier stays so. They are stored like Touch.
	Later []Later
	// Due is when, by the project's clock, the key must be evaluated again
	// though nothing happened. Zero: never.
	Due time.Time
	// RetryAfter, if positive, says that the evaluation could not be finished
	// and must not be tried again before that long (real time).
	RetryAfter time.Duration
}

// Later is a key that is to be evaluated at a time, by the project's clock, though nothing happens.
type Later struct {
	Key engine.Key
	At  time.Time
}

// Evaluator looks at one object. At most one call per Key runs at a time. A
// panic counts as an error; an error is retried with back-off, or after its
// RetryAfter() time.Duration if it has such a method.
type Evaluator interface {
	Reconcile(ctx context.Context, key engine.Key) (Result, error)
}

// Evaluation describes one finished evaluation, for metrics and logs.
type Evaluation struct {
	Key      engine.Key
	Outcome  Outcome
	Duration time.Duration
	Err      error
}

// Outcome names how an evaluation ended.
type Outcome string

// The outcomes of an evaluation.
const (
	Done        Outcome = "done"        // nothing newer waits
	Again       Outcome = "again"       // done, and raised meanwhile
	Postponed   Outcome = "postponed"   // Retry-After
	Failed      Outcome = "failed"      // will be retried
	Panicked    Outcome = "panicked"    // will be retried
	Dead        Outcome = "dead"        // given up until a new hint
	Interrupted Outcome = "interrupted" // the server stopped; it runs again at the next start
)

// Options configures an inbox. Zero values mean the defaults named here.
type Options struct {
	Evaluator Evaluator // required
	Logger    *slog.Logger
	// Observe is called after each evaluation; nil: nobody watches.
	Observe func(Evaluation)
	// Redact is applied to whatever error text is stored; nil: unchanged.
	Redact func(string) string
	// Spacing is the least time between the end of an evaluation of a Key and
	// the start of the next: 1 s.
	Spacing time.Duration
	// RetryBase is the first back-off, doubled by each further failure: 1 s.
	// RetryCap bounds it: 5 min.
	RetryBase, RetryCap time.Duration
	// MaxAttempts is after how many failures in a row a target is dead: 25,
	// about an hour and a half.
	MaxAttempts int
	// WorkersPerShard is how many keys of one shard are evaluated at once: 6.
	WorkersPerShard int
	// Timeout bounds one evaluation: 60 s.
	Timeout time.Duration
	// Grace is how long running evaluations may go on when the inbox stops: 20 s.
	Grace time.Duration
	// LockWait is how long to wait for another process to let go of the file: 5 s.
	LockWait time.Duration

	// poll, if positive, takes the place of the database's poll interval;
	// connector, if set, wraps how connections are made. Tests use them.
	poll      time.Duration
	connector func(driver.Connector) driver.Connector
}

func (o Options) withDefaults() (Options, error) {
	if o.Evaluator == nil {
		return o, errors.New("inbox: no evaluator given")
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Observe == nil {
		o.Observe = func(Evaluation) {}
	}
	if o.Redact == nil {
		o.Redact = func(s string) string { return s }
	}
	setDefault(&o.Spacing, time.Second)
	setDefault(&o.RetryBase, time.Second)
	setDefault(&o.RetryCap, 5*time.Minute)
	setDefault(&o.MaxAttempts, 25)
	setDefault(&o.WorkersPerShard, 6)
	setDefault(&o.Timeout, time.Minute)
	setDefault(&o.Grace, 20*time.Second)
	setDefault(&o.LockWait, 5*time.Second)
	return o, nil
}

func setDefault[T int | time.Duration](v *T, def T) {
	if *v <= 0 {
		*v = def
	}
}

// encodeKey gives the text a Key is stored under. Unlike Key.String it is made
// to be read back.
func encodeKey(k engine.Key) string {
	b, err := json.Marshal([]any{k.Installation, k.Owner, k.Repo, k.Kind, k.Number, k.Ref})
	if err != nil { // numbers and strings always marshal
		panic(err)
	}
	return string(b)
}

func decodeKey(s string) (engine.Key, error) {
	var k engine.Key
	parts := []any{&k.Installation, &k.Owner, &k.Repo, &k.Kind, &k.Number, &k.Ref}
	want := len(parts)
	if err := json.Unmarshal([]byte(s), &parts); err != nil {
		return engine.Key{}, fmt.Errorf("stored key %q: %w", s, err)
	}
	if len(parts) != want {
		return engine.Key{}, fmt.Errorf("stored key %q: %d parts, want %d", s, len(parts), want)
	}
	return k, nil
}

type intentsKey struct{}

// IntentsFrom returns the intents stored with the Key that is being evaluated
// in ctx, oldest name first by name; nil outside of an evaluation.
func IntentsFrom(ctx context.Context) []Intent {
	list, _ := ctx.Value(intentsKey{}).([]Intent)
	return list
}
