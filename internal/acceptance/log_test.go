package acceptance_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
)

// delivery is a line of the simulator's log of webhooks.
type delivery struct {
	ID            int64
	GUID          string
	Event, Action string
	URL           string
	Redelivery    bool
	StatusCode    int `json:"status_code"`
	Request       struct {
		Headers map[string]string
		Payload json.RawMessage
	}
}

type payload struct {
	Sender wireUser
	Issue  struct{ Number int }
}

func (d delivery) payload() payload {
	var p payload
	if json.Unmarshal(d.Request.Payload, &p) != nil { // a payload is always an object
		return payload{}
	}
	return p
}

// deliveries is the log of webhooks, oldest first.
func (w *world) deliveries() []delivery { w.t.Helper(); return w.deliveriesAfter(0) }

// deliveriesAfter is the log of webhooks since a delivery.
func (w *world) deliveriesAfter(id int64) []delivery {
	w.t.Helper()
	var out []delivery
	if err := json.Unmarshal(w.sim("GET", fmt.Sprintf("/deliveries?after=%d", id), nil).body, &out); err != nil {
		w.t.Fatal(err)
	}
	return out
}

// redeliver has GitHub deliver a webhook again, with the same delivery id.
func (w *world) redeliver(id int64) {
	w.t.Helper()
	w.sim("POST", fmt.Sprintf("/deliveries/%d/redeliver", id), nil)
}

// deliverAnew sends what was delivered again under a new delivery id, which the signature does not cover.
func (w *world) deliverAnew(d delivery) {
	w.t.Helper()
	header := map[string]string{}
	for k, v := range d.Request.Headers {
		header[k] = v
	}
	header["X-Github-Delivery"] = strings.ToLower(rand.Text())
	a, err := w.raw("POST", d.URL, "", []byte(d.Request.Payload), header)
	if err != nil || a.status != 202 {
		w.t.Fatalf("%s.%s under a new id: %d %.300s, %v", d.Event, d.Action, a.status, a.body, err)
	}
}

// requests counts the interface's requests since the last forgetRequests.
func (w *world) requests() []requestCount {
	w.t.Helper()
	var out struct{ Requests []requestCount }
	if err := json.Unmarshal(w.sim("GET", "/requests", nil).body, &out); err != nil {
		w.t.Fatal(err)
	}
	return out.Requests
}

type requestCount struct {
	Actor, Method, Route string
	Status, Count        int
}

func (w *world) forgetRequests() { w.sim("DELETE", "/requests", nil) }

// writes lists the bot's requests that wrote through REST; what it wrote through GraphQL shows in the dump.
func (w *world) writes() []string {
	w.t.Helper()
	var out []string
	for _, r := range w.requests() {
		if r.Actor == botLogin && r.Method != "GET" && r.Method != "HEAD" && r.Route != "/graphql" {
			out = append(out, fmt.Sprintf("%d× %s %s → %d", r.Count, r.Method, r.Route, r.Status))
		}
	}
	return out
}

// dump is the simulated GitHub's whole state, as JSON.
func (w *world) dump() []byte {
	w.t.Helper()
	return w.sim("GET", "/dump", nil).body
}

// changed says how two dumps differ but for their time; "" if they do not.
func (w *world) changed(before, after []byte) string {
	w.t.Helper()
	if bytes.Equal(before, after) {
		return ""
	}
	var states [2]map[string]any
	for i, d := range [][]byte{before, after} {
		if err := json.Unmarshal(d, &states[i]); err != nil {
			w.t.Fatal(err)
		}
		delete(states[i], "now")
	}
	return dumpDiff(states[0], states[1])
}

// noWrite fails if the product writes anything because of what do does, which may itself write nothing.
func (w *world) noWrite(what string, do func()) {
	w.t.Helper()
	before := w.dump()
	w.forgetRequests()
	do()
	w.settle()
	if got := w.writes(); len(got) > 0 {
		w.t.Errorf("%s: the product wrote: %s", what, strings.Join(got, ", "))
	}
	if d := w.changed(before, w.dump()); d != "" {
		w.t.Errorf("%s: something changed on GitHub:\n%s", what, d)
	}
}
