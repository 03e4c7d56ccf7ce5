package hubsim

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"
)

// secondaryLimits is the page that an answer to too many requests at once leads to. Clients know it by its end.
const secondaryLimits = "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"

// fault is a rule that spoils answers of the interface.
type fault struct {
	Match struct {
		Method string `json:"method"` // empty: any
		Route  string `json:"route"`  // a pattern of a route, or a path; empty: any; a "*" at its end matches what follows
		Actor  string `json:"actor"`  // a login, "app:slug" or "anonymous"; empty: any
	} `json:"match"`
	After          int     `json:"after"`            // how many matching requests pass first
	Times          int     `json:"times"`            // how often the rule strikes; 0: always
	Status         int     `json:"status"`           // answered instead of the handler
	Message        string  `json:"message"`          // of that answer
	Delay          float64 `json:"delay"`            // seconds to wait before the request is handled
	DropAfterWrite bool    `json:"drop_after_write"` // the request is handled, the connection ends without an answer
	RetryAfter     int     `json:"retry_after"`      // seconds; without a status it makes a 403 of the secondary limit
	Truncate       int     `json:"truncate"`         // the answer ends after so many bytes

	seen, struck int
}

// hookFault is a rule that spoils the delivery of webhooks.
type hookFault struct {
	Webhook string `json:"webhook"` // drop, duplicate or reorder
	Event   string `json:"event"`   // only this one; empty: any
	Every   int    `json:"every"`   // each so-manieth delivery; 0 and 1: each

	seen int
}

// takeFault returns the first rule that strikes at a request, nil if none does.
func (s *Server) takeFault(req *request) *fault {
	for _, f := range s.st.faults {
		if !f.matches(req) {
			continue
		}
		f.seen++
		if f.seen <= f.After || (f.Times > 0 && f.struck >= f.Times) {
			continue
		}
		f.struck++
		strike := *f
		if strike.RetryAfter > 0 && strike.Status == 0 {
			strike.Status = http.StatusForbidden
		}
		return &strike
	}
	return nil
}

func (f *fault) matches(req *request) bool {
	m := f.Match
	if m.Method != "" && !strings.EqualFold(m.Method, req.http.Method) {
		return false
	}
	if m.Actor != "" && !strings.EqualFold(m.Actor, req.actor.String()) {
		return false
	}
	if m.Route == "" {
		return true
	}
	path, _ := apiPath(req.http.URL.EscapedPath())
	pattern := ""
	if req.route != nil {
		pattern = req.route.pattern
	}
	if head, cut := strings.CutSuffix(m.Route, "*"); cut {
		return strings.HasPrefix(path, head) || strings.HasPrefix(pattern, head)
	}
	return m.Route == path || m.Route == pattern
}

// wait lets the rule's delay pass; false if the client went away meanwhile.
func (f *fault) wait(ctx context.Context) bool {
	if f == nil || f.Delay <= 0 {
		return true
	}
	t := time.NewTimer(time.Duration(f.Delay * float64(time.Second)))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// err is the answer of a rule with a status.
func (f *fault) err() error {
	e := &apiError{status: f.Status, message: f.Message, retryAfter: f.RetryAfter}
	if f.RetryAfter > 0 && (f.Status == http.StatusForbidden || f.Status == http.StatusTooManyRequests) {
		e.message = cmp.Or(e.message, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.")
		e.docs = secondaryLimits
	}
	e.message = cmp.Or(e.message, http.StatusText(f.Status))
	return e
}

// takeHookFault says what happens to the next delivery: "", "drop", "duplicate" or "reorder".
func (st *state) takeHookFault(eventName string) string {
	for _, f := range st.hookFaults {
		if f.Event != "" && f.Event != eventName {
			continue
		}
		f.seen++
		if f.Every <= 1 || f.seen%f.Every == 0 {
			return f.Webhook
		}
	}
	return ""
}
