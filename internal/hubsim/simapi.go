package hubsim

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// countKey is what requests are counted by.
type countKey struct {
	Actor  string `json:"actor"`
	Method string `json:"method"`
	Route  string `json:"route"` // the pattern, "/repos/{owner}/{repo}/issues", or "unknown"
	Status int    `json:"status"`
}

// Kinds of activity.
const (
	activityWrite = "write"   // a request that changed something
	activityHook  = "webhook" // a webhook was delivered
)

// activity is an entry of the log that the pages show: what was written and what went out.
type activity struct {
	at       time.Time
	kind     string
	actor    string
	what     string // "POST /repos/acme/churn/issues/3/comments", "issue_comment.created"
	status   int
	repoID   int64
	delivery int64 // of a webhook
}

const maxActivity = 2000

// note adds to the activity log.
func (s *Server) note(a activity) {
	a.at = s.clock.now()
	s.st.activity = append(s.st.activity, a)
	if n := len(s.st.activity); n > maxActivity+maxActivity/4 {
		s.st.activity = append([]activity(nil), s.st.activity[n-maxActivity:]...)
	}
}

// count counts an answered request and notes it if it wrote.
func (s *Server) count(req *request, status int, path string) {
	key := countKey{Actor: req.actor.String(), Method: req.http.Method, Route: "unknown", Status: status}
	if req.route != nil {
		key.Route = req.route.pattern
	}
	s.st.counts[key]++
	if req.http.Method == http.MethodGet || req.http.Method == http.MethodHead || key.Route == "/graphql" {
		return
	}
	a := activity{kind: activityWrite, actor: key.Actor, what: key.Method + " " + path, status: status}
	if req.repo != nil {
		a.repoID = req.repo.id
	}
	s.note(a)
}

// serveSim answers the simulator's own interface under /_sim/.
func (s *Server) serveSim(w http.ResponseWriter, r *http.Request) {
	switch r.Header.Get("Sec-Fetch-Site") { // sent by browsers; another port of this machine is same-site
	case "", "none", "same-origin":
	default:
		http.Error(w, "Requests from other sites are refused.", http.StatusForbidden)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "the body is too large", http.StatusRequestEntityTooLarge)
		return
	}
	p, err := s.simRoute(r, body)
	if err == nil {
		s.mu.Lock() // bodies may refer to the state
		p, err = p.marshal()
		s.mu.Unlock()
	}
	if err != nil {
		p = errorResponse(err)
	}
	if p.contentType == "" {
		p.contentType = "application/json; charset=utf-8"
	}
	writeResponse(w, r, p)
}

func (s *Server) simRoute(r *http.Request, body []byte) (response, error) {
	path := strings.TrimPrefix(r.URL.Path, "/_sim/")
	if id, found := strings.CutPrefix(path, "deliveries/"); found && r.Method == http.MethodPost {
		return s.simRedeliver(strings.TrimSuffix(id, "/redeliver"))
	}
	if login, found := strings.CutPrefix(path, "users/"); found && r.Method == http.MethodPut {
		return s.simUser(login, body)
	}
	switch r.Method + " " + path {
	case "GET clock":
		return ok(obj{"now": s.Now().Format(time.RFC3339)}), nil
	case "PUT clock":
		return s.simSetClock(r.Context(), body)
	case "GET idle":
		return s.simIdle(r.Context(), r.URL.Query())
	case "GET requests":
		return s.simRequests(), nil
	case "DELETE requests":
		s.locked(func() { s.st.counts = map[countKey]int{} })
		return noContent(), nil
	case "PUT faults":
		return s.simFaults(body)
	case "DELETE faults":
		return s.simFaults(nil)
	case "GET deliveries":
		return s.simDeliveries(r.URL.Query())
	case "POST actions-token":
		return s.simActionsToken(body)
	case "POST workflow-runs":
		return s.simWorkflowRun(body)
	case "POST verified-commits":
		return s.simVerify(body)
	case "POST installations":
		return s.simInstall(body)
	case "GET dump":
		return s.simDump()
	}
	return response{}, fail(http.StatusNotFound, "no %s %s in the simulator's interface", r.Method, r.URL.Path)
}

// locked runs f with the state locked.
func (s *Server) locked(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

func (s *Server) simSetClock(ctx context.Context, body []byte) (response, error) {
	var in struct {
		Now time.Time `json:"now"`
	}
	if err := json.Unmarshal(body, &in); err != nil || in.Now.IsZero() {
		return response{}, fail(http.StatusBadRequest, `send {"now": "2026-01-12T09:00:00-03:00"}, an RFC 3339 time`)
	}
	if err := s.SetClock(ctx, in.Now); errors.Is(err, context.DeadlineExceeded) {
		return response{}, fail(http.StatusGatewayTimeout, "the clock was moved, but %s", err)
	} else if err != nil {
		return response{}, err
	}
	return ok(obj{"now": s.Now().Format(time.RFC3339)}), nil
}

// SetClock moves the simulated time forward and returns once what became due has run. An earlier time than now is
// an error and changes nothing.
func (s *Server) SetClock(ctx context.Context, to time.Time) error {
	s.mu.Lock()
	err := s.clock.moveTo(to)
	s.giveUpChecks(s.clock.now())
	onClock := s.opt.OnClock
	s.mu.Unlock()
	if err != nil {
		return fail(http.StatusUnprocessableEntity, "%s", err)
	}
	if onClock != nil {
		if err := onClock(ctx, to); err != nil {
			return fmt.Errorf("run what is due at %s: %w", to.Format(time.RFC3339), err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, clockIdleTimeout)
	defer cancel()
	return s.WaitIdle(ctx)
}

const (
	clockIdleTimeout = time.Minute
	idlePoll         = 10 * time.Millisecond
)

// WaitIdle returns nil once no webhook is undelivered and the product says that it is idle, or ctx's error.
func (s *Server) WaitIdle(ctx context.Context) error {
	tick := time.NewTicker(idlePoll)
	defer tick.Stop()
	for {
		before := s.generation()
		busy := errors.New("webhooks are undelivered")
		if before >= 0 {
			if busy = s.productIdle(ctx); busy == nil && s.generation() == before {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait until nothing is left to do (%v): %w", busy, ctx.Err())
		case <-tick.C:
		}
	}
}

// generation is a number that changes with every webhook queued, negative while one is undelivered.
func (s *Server) generation() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h := &s.st.hooks; len(h.queue) > 0 || h.flying > 0 {
		return -1
	}
	return s.st.hooks.queued
}

// productIdle returns nil if the product has nothing to do.
func (s *Server) productIdle(ctx context.Context) error {
	s.mu.Lock()
	idle, idleURL, now := s.opt.Idle, s.opt.IdleURL, s.clock.now()
	s.mu.Unlock()
	if idle != nil {
		if err := idle(ctx); err != nil {
			return err
		}
	}
	if idleURL == "" {
		return nil
	}
	u, err := url.Parse(idleURL)
	if err != nil {
		return fmt.Errorf("the address to ask for idleness: %w", err)
	}
	q := u.Query()
	q.Set("now", now.Format(time.RFC3339))
	u.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return fmt.Errorf("ask whether the product is idle: %w", err)
	}
	defer resp.Body.Close()
	drain(resp.Body)
	if resp.StatusCode != http.StatusNoContent && resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the product is not idle: %s", resp.Status)
	}
	return nil
}

func (s *Server) simIdle(ctx context.Context, q url.Values) (response, error) {
	timeout := 10 * time.Second
	if v := q.Get("timeout"); v != "" {
		d, err := time.ParseDuration(v)
		if err != nil || d < 0 {
			return response{}, fail(http.StatusBadRequest, "timeout=%s is no duration; write it as 30s", v)
		}
		timeout = min(d, 10*time.Minute)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err := s.WaitIdle(ctx)
	switch {
	case err == nil:
		return noContent(), nil
	case errors.Is(err, context.DeadlineExceeded):
		return response{}, fail(http.StatusGatewayTimeout, "still busy after %s", timeout)
	}
	return response{}, err
}

// RequestCount is how often one actor got one status from one route.
type RequestCount struct {
	Actor  string `json:"actor"`
	Method string `json:"method"`
	Route  string `json:"route"`
	Status int    `json:"status"`
	Count  int    `json:"count"`
}

// Requests returns the counts of the interface's requests since the last reset, sorted.
func (s *Server) Requests() []RequestCount {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]RequestCount, 0, len(s.st.counts))
	for k, n := range s.st.counts {
		out = append(out, RequestCount{k.Actor, k.Method, k.Route, k.Status, n})
	}
	slices.SortFunc(out, func(a, b RequestCount) int {
		return cmp.Or(cmp.Compare(a.Actor, b.Actor), cmp.Compare(a.Route, b.Route), cmp.Compare(a.Method, b.Method),
			cmp.Compare(a.Status, b.Status))
	})
	return out
}

func (s *Server) simRequests() response {
	list := s.Requests()
	total, unchanged := 0, 0
	for _, c := range list {
		total += c.Count
		if c.Status == http.StatusNotModified {
			unchanged += c.Count
		}
	}
	return ok(obj{"total": total, "not_modified": unchanged, "requests": list})
}

// simFaults replaces all rules. A body may be a list of rules or one rule.
func (s *Server) simFaults(body []byte) (response, error) {
	var raw []json.RawMessage
	if len(body) > 0 {
		if err := json.Unmarshal(body, &raw); err != nil {
			raw = []json.RawMessage{body}
		}
	}
	var faults []*fault
	var hooks []*hookFault
	for i, r := range raw {
		var h hookFault
		var f fault
		if err := errors.Join(json.Unmarshal(r, &h), json.Unmarshal(r, &f)); err != nil {
			return response{}, fail(http.StatusBadRequest, "rule %d: %s", i+1, err)
		}
		switch {
		case h.Webhook == "drop" || h.Webhook == "duplicate" || h.Webhook == "reorder":
			hooks = append(hooks, &h)
		case h.Webhook != "":
			return response{}, fail(http.StatusBadRequest, "rule %d: webhook %q; use drop, duplicate or reorder", i+1, h.Webhook)
		case f.Status == 0 && f.Delay == 0 && !f.DropAfterWrite && f.RetryAfter == 0 && f.Truncate == 0:
			return response{}, fail(http.StatusBadRequest,
				"rule %d does nothing; give it status, delay, drop_after_write, retry_after or truncate", i+1)
		case f.Status != 0 && (f.Status < 400 || f.Status > 599):
			return response{}, fail(http.StatusBadRequest, "rule %d: status %d; use one from 400 to 599", i+1, f.Status)
		default:
			faults = append(faults, &f)
		}
	}
	s.locked(func() { s.st.faults, s.st.hookFaults = faults, hooks })
	return noContent(), nil
}

// simDeliveries lists the webhooks, oldest first; with ?after=ID those that came after that one.
func (s *Server) simDeliveries(q url.Values) (response, error) {
	after := int64(0)
	if v := q.Get("after"); v != "" {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return response{}, fail(http.StatusBadRequest, "after=%s is no id of a delivery", v)
		}
		after = n
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []obj{}
	for _, d := range s.st.hooks.log {
		if d.id <= after {
			continue
		}
		o := s.renderDelivery(d, true)
		o["app"], o["delivered"] = d.app.slug, d.status != ""
		out = append(out, o)
	}
	return ok(out), nil
}

func (s *Server) simRedeliver(id string) (response, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return response{}, notFound()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.st.hooks.find(n)
	if d == nil {
		return response{}, notFound()
	}
	again := s.redeliver(d)
	s.wakeHooks()
	return response{status: http.StatusAccepted, body: obj{"id": again.id, "guid": again.guid}}, nil
}
