package gh

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v62/github"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
)

// DefaultURL is where GitHub's REST interface is.
const DefaultURL = "https://api.github.com"

// Options say how GitHub is reached: as an App (AppID and PrivateKey), or with a token.
type Options struct {
	URL        string // of REST; "" is DefaultURL. GitHub Enterprise Server: https://host/api/v3
	GraphQLURL string // "" is derived from URL
	AppID      int64
	PrivateKey []byte // PEM
	Token      string // instead of an App: a workflow's or a person's
	// Writer is the login of the App whose writing counts as Phasegate's own where the token is somebody
	// else's ("phasegate[bot]"). It is for reading only: "" means that whoever the token is of writes.
	Writer    string
	UserAgent string
	Transport http.RoundTripper // nil is http.DefaultTransport
}

// GitHub talks to GitHub. It may be used by several goroutines.
type GitHub struct {
	rest, graphql string
	agent         string
	writer        string
	base          http.RoundTripper
	app           *ghinstallation.AppsTransport // nil with a token
	token         string
	clock         *clock
	cache         *cache

	mu      sync.Mutex
	clients map[clientKey]*client
}

type clientKey struct {
	installation int64
	repo         string
}

// client is a connection with the rights of one installation on one repository.
type client struct {
	*github.Client
	graphql string
	asOther bool                         // the viewer is not who writes
	viewer  atomic.Pointer[facts.Person] // whose token it is, once GitHub told; nil before
}

// New checks the options and returns a GitHub that has asked nothing yet.
func New(o Options) (*GitHub, error) {
	rest := strings.TrimSuffix(o.URL, "/")
	if rest == "" {
		rest = DefaultURL
	}
	if u, err := url.Parse(rest); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("GitHub's address %q is not one: write it like %s", rest, DefaultURL)
	}
	g := &GitHub{rest: rest, graphql: o.GraphQLURL, agent: o.UserAgent, writer: o.Writer, token: o.Token, clock: &clock{}, cache: newCache(), clients: map[clientKey]*client{}}
	if g.graphql == "" {
		g.graphql = graphqlURL(rest)
	}
	base := o.Transport
	if base == nil {
		base = http.DefaultTransport
	}
	g.base = &transport{base: base, clock: g.clock}
	switch {
	case o.Token != "":
	case o.AppID == 0 || len(o.PrivateKey) == 0:
		return nil, errors.New("no way to sign in: give an App's id and private key, or a token")
	default:
		app, err := ghinstallation.NewAppsTransport(g.base, o.AppID, o.PrivateKey)
		if err != nil {
			return nil, fmt.Errorf("the App's private key cannot be read: %w", err)
		}
		app.BaseURL = rest
		g.app = app
	}
	return g, nil
}

// graphqlURL is where the GraphQL interface is beside a REST one.
func graphqlURL(rest string) string {
	if host, ok := strings.CutSuffix(rest, "/api/v3"); ok {
		return host + "/api/graphql"
	}
	return rest + "/graphql"
}

// client returns the connection for a key's repository. Its tokens are narrowed to that repository.
func (g *GitHub) client(key engine.Key) (*client, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	k := clientKey{key.Installation, strings.ToLower(key.FullName())}
	if c := g.clients[k]; c != nil {
		return c, nil
	}
	rt := g.base
	if g.app != nil {
		if key.Installation == 0 {
			return nil, fmt.Errorf("%s: no installation of the App is known", key)
		}
		install := g.installation(key.Installation)
		install.InstallationTokenOptions = &github.InstallationTokenOptions{Repositories: []string{key.Repo}}
		rt = install
	}
	c, err := g.connect(rt)
	if err != nil {
		return nil, err
	}
	g.clients[k] = c
	return c, nil
}

// installation signs in as an installation. Each has its own copy of how the App signs in: fetching a token
// writes to it.
func (g *GitHub) installation(id int64) *ghinstallation.Transport {
	app := *g.app
	t := ghinstallation.NewFromAppsTransport(&app, id)
	t.InstallationTokenOptions = &github.InstallationTokenOptions{} // without it null is sent, which GitHub's description does not know
	return t
}

func (g *GitHub) connect(rt http.RoundTripper) (*client, error) {
	c := github.NewClient(&http.Client{Transport: rt, Timeout: 30 * time.Second, CheckRedirect: sameHost})
	if g.app == nil {
		c = c.WithAuthToken(g.token)
	}
	base, err := url.Parse(g.rest + "/")
	if err != nil {
		return nil, fmt.Errorf("GitHub's address: %w", err)
	}
	c.BaseURL = base
	if g.agent != "" {
		c.UserAgent = g.agent
	}
	return &client{Client: c, graphql: g.graphql, asOther: g.writer != ""}, nil
}

// sameHost follows redirects on the host that was asked only: a token goes nowhere else.
func sameHost(req *http.Request, via []*http.Request) error {
	if req.URL.Host != via[0].URL.Host || req.URL.Scheme != via[0].URL.Scheme {
		return fmt.Errorf("GitHub redirected to another host, %s: not followed", req.URL.Host)
	}
	if len(via) > 5 {
		return errors.New("too many redirects")
	}
	return nil
}

// appClient is a connection as the App itself.
func (g *GitHub) appClient() (*client, error) {
	if g.app == nil {
		return nil, errors.New("a token was given, not an App")
	}
	return g.connect(g.app)
}

// Retry is an error after which GitHub asked to wait: nothing is to be sent before.
type Retry struct {
	After time.Duration
	err   error
}

func (r *Retry) Error() string {
	return fmt.Sprintf("GitHub asks to wait %s: %v", r.After.Round(time.Second), r.err)
}
func (r *Retry) Unwrap() error { return r.err }

// RetryAfter is how long to wait.
func (r *Retry) RetryAfter() time.Duration { return r.After }

// limited turns go-github's errors about limits into a Retry; others stay.
func limited(err error) error {
	var rate *github.RateLimitError
	var abuse *github.AbuseRateLimitError
	switch {
	case errors.As(err, &rate):
		return &Retry{max(time.Until(rate.Rate.Reset.Time), time.Second), err}
	case errors.As(err, &abuse):
		after := time.Minute // GitHub's advice where it names no time
		if abuse.RetryAfter != nil {
			after = max(*abuse.RetryAfter, time.Second)
		}
		return &Retry{after, err}
	}
	if after, asked := askedToWait(answerOf(err)); asked {
		return &Retry{after, err}
	}
	return err
}

// askedToWait reads the answers about limits that go-github has no error for: a refused token, and 429.
func askedToWait(res *http.Response) (time.Duration, bool) {
	if res == nil || res.StatusCode != http.StatusForbidden && res.StatusCode != http.StatusTooManyRequests {
		return 0, false
	}
	if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil {
		return max(time.Duration(seconds)*time.Second, time.Second), true
	}
	if reset, err := strconv.ParseInt(res.Header.Get("X-RateLimit-Reset"), 10, 64); err == nil && res.Header.Get("X-RateLimit-Remaining") == "0" {
		return max(time.Until(time.Unix(reset, 0)), time.Second), true
	}
	return time.Minute, res.StatusCode == http.StatusTooManyRequests
}

// answerOf is the answer that an error is about, a refused token's included; nil where there was none.
func answerOf(err error) *http.Response {
	var e *github.ErrorResponse
	if errors.As(err, &e) {
		return e.Response
	}
	var token *ghinstallation.HTTPError
	if errors.As(err, &token) {
		return token.Response
	}
	return nil
}

// status is the HTTP status of an error's answer; 0 where there was none.
func status(err error) int {
	if res := answerOf(err); res != nil {
		return res.StatusCode
	}
	return 0
}

// gone reports whether the answer says that what was named is no longer there.
func gone(err error) bool {
	return status(err) == http.StatusNotFound || status(err) == http.StatusGone
}

// query asks GraphQL and decodes data into out. Errors about single fields that do not exist are no
// error: the field is null then. Any other error is one, whatever data came with it.
func (c *client) query(ctx context.Context, document string, variables map[string]any, out any) error {
	refused, err := c.ask(ctx, document, variables, out)
	for _, e := range refused {
		if !e.queued() {
			return e
		}
	}
	return err
}

// ask is query for documents of which a part may be refused: it lists the fields that may not be read.
// Where such a field cannot be null, what it stands in is null with it; without any data out stays as it is.
func (c *client) ask(ctx context.Context, document string, variables map[string]any, out any) (refused []graphqlError, err error) {
	if c.asOther {
		document = strings.ReplaceAll(document, reactionFields, botReactionFields)
	}
	req, err := c.NewRequest(http.MethodPost, c.graphql, map[string]any{"query": document, "variables": variables})
	if err != nil {
		return nil, err
	}
	var answer struct {
		Data   json.RawMessage `json:"data"`
		Errors []graphqlError  `json:"errors"`
	}
	res, err := c.Do(ctx, req, &answer)
	if err != nil {
		return nil, limited(err)
	}
	for _, e := range answer.Errors {
		switch {
		case e.Type == "NOT_FOUND", e.Type == refusal && e.in("parent"): // a parent in a repository that we may not see is none
		case e.Type == refusal && e.in("requestedReviewer"): // nor is a team: a workflow's token sees no members
		case e.Type == refusal && e.in("push"): // nor is who pushed: that is not told of every commit either
		case e.Type == refusal && e.in("shared"): // nor is another repository: it is asked for with a token of its own
		case e.Type == refusal:
			refused = append(refused, e)
		case e.Type == "RATE_LIMITED", e.Type == "RATE_LIMIT": // GitHub has used both
			return nil, &Retry{max(time.Until(res.Rate.Reset.Time), time.Minute), e}
		default:
			return nil, e
		}
	}
	if len(answer.Data) == 0 || string(answer.Data) == "null" {
		if len(refused) > 0 {
			return refused, nil
		}
		return nil, fmt.Errorf("GraphQL answered without data: %w", errors.Join(errorsOf(answer.Errors)...))
	}
	if err := json.Unmarshal(answer.Data, out); err != nil {
		return nil, fmt.Errorf("read GraphQL's answer: %w", err)
	}
	return refused, nil
}

// refusal is the type of GraphQL's errors about what may not be read.
const refusal = "FORBIDDEN"

type graphqlError struct {
	Type    string `json:"type"`
	Message string `json:"message"`
	Path    []any  `json:"path"`
}

func (e graphqlError) Error() string {
	return fmt.Sprintf("GraphQL: %s %v: %s", e.Type, e.Path, e.Message)
}

// in reports whether the error is about the field of that name, or something in it.
func (e graphqlError) in(field string) bool { return slices.Contains(e.Path, any(field)) }

// queued reports whether it is about a pull request's place in a merge queue: who may not see queues judges no groups.
func (e graphqlError) queued() bool { return e.in("mergeQueueEntry") }

// forbidden reports whether GraphQL refused the field.
func forbidden(err error) bool {
	var e graphqlError
	return errors.As(err, &e) && e.Type == refusal
}

func errorsOf(list []graphqlError) []error {
	out := make([]error, len(list))
	for i, e := range list {
		out[i] = e
	}
	return out
}

// transport notes GitHub's time with each answer.
type transport struct {
	base  http.RoundTripper
	clock *clock
}

func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := t.base.RoundTrip(req)
	if err == nil {
		t.clock.heard(res.Header.Get("Date"))
	}
	return res, err
}

// clock is GitHub's time, as its answers tell it.
type clock struct {
	mu     sync.Mutex
	told   time.Time // by the newest answer
	heardT time.Time // when, on this machine
}

func (c *clock) heard(date string) {
	t, err := http.ParseTime(date)
	if err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.told, c.heardT = t, time.Now()
}

// now is GitHub's time and how old that knowledge is; the machine's own where nothing was heard.
func (c *clock) now() (time.Time, time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.told.IsZero() {
		return time.Now(), time.Hour
	}
	age := time.Since(c.heardT)
	return c.told.Add(age), age
}
