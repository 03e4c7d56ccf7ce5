package bot_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/phasegate/phasegate/bot"
)

// Fails when a delivery is not evaluated, or a redelivery is taken for done.
func TestDeliveryIsAcceptedAndEvaluated(t *testing.T) {
	r := newRig(t, nil)
	status, body := send(t, hook(r.url, "a-1", "issues", []byte(`{"issue":5}`)))
	if status != http.StatusAccepted || !strings.Contains(body, `"queued"`) {
		t.Fatalf("%d %s", status, body)
	}
	r.idle()
	if r.ran(5) != 1 {
		t.Errorf("%d evaluations, want 1", r.ran(5))
	}
	if status, body = send(t, hook(r.url, "a-1", "issues", []byte(`{"issue":5}`))); status != http.StatusAccepted || !strings.Contains(body, `"duplicate":true`) {
		t.Errorf("redelivery: %d %s", status, body)
	}
	r.idle()
	if r.ran(5) != 2 {
		t.Errorf("%d evaluations after a redelivery, want 2", r.ran(5))
	}
}

// Fails when a delivery is believed that GitHub did not sign or does not send so,
// or when the server takes its fault for the sender's.
func TestWrongDeliveriesAreRefusedCountedAndNotStored(t *testing.T) {
	r := newRig(t, nil)
	good := []byte(`{"issue":5}`)
	flipped := bytes.Clone(good)
	flipped[3] ^= 1
	set := func(name, value string) func(*http.Request) {
		return func(q *http.Request) { q.Header.Set(name, value) }
	}
	for _, c := range []struct {
		name   string
		body   []byte
		change func(*http.Request)
		status int
		metric string
	}{
		{"one bit of the body flipped", flipped, set("X-Hub-Signature-256", sign(good, secret)), 401, `event="unverified",outcome="unsigned"`},
		{"other secret", good, set("X-Hub-Signature-256", sign(good, "something else")), 401, ""},
		{"no signature", good, func(q *http.Request) { q.Header.Del("X-Hub-Signature-256") }, 401, ""},
		{"short signature", good, set("X-Hub-Signature-256", sign(good, secret)[:40]), 401, ""},
		{"SHA-1 alone", good, func(q *http.Request) {
			q.Header.Del("X-Hub-Signature-256")
			q.Header.Set("X-Hub-Signature", "sha1=da39a3ee5e6b4b0d3255bfef95601890afd80709")
		}, 401, ""},
		{"form", good, set("Content-Type", "application/x-www-form-urlencoded"), 415, `outcome="content_type"`},
		{"compressed", good, set("Content-Encoding", "gzip"), 415, `outcome="encoding"`},
		{"GET", good, func(q *http.Request) { q.Method = http.MethodGet }, 405, `outcome="method"`},
		{"no id", good, set("X-GitHub-Delivery", ""), 400, ""},
		{"strange id", good, set("X-GitHub-Delivery", "a b"), 400, ""},
		{"no event", good, set("X-GitHub-Event", ""), 400, ""},
		{"strange event", good, set("X-GitHub-Event", `x"} 1`), 400, ""},
		{"too large, unannounced", make([]byte, 25<<20+1), func(q *http.Request) { q.ContentLength = -1 }, 413, ""},
		{"classifier panics", []byte(`{"issue":666}`), nil, 500, `event="issues",outcome="panicked"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			req := hook(r.url, "wrong-1", "issues", c.body)
			if c.change != nil {
				c.change(req)
			}
			status, body := send(t, req)
			if status != c.status || !strings.Contains(body, `"error"`) {
				t.Errorf("%d %s, want %d", status, body, c.status)
			}
			if _, metrics := r.get("/metrics"); !strings.Contains(metrics, c.metric) {
				t.Errorf("metrics do not count %s", c.metric)
			}
		})
	}
	r.idle()
	if status, body := send(t, hook(r.url, "wrong-1", "issues", good)); status != 202 || !strings.Contains(body, `"duplicate":false`) {
		t.Errorf("something refused was stored: %d %s", status, body)
	}
	r.idle()
	if r.ran(5) != 1 {
		t.Errorf("%d evaluations, want 1", r.ran(5))
	}
}

// Fails when the body of a delivery that announces too much is read at all: it
// is sent only when the server asks for it.
func TestTooLargeIsRefusedBeforeItIsRead(t *testing.T) {
	r := newRig(t, nil)
	transport := &http.Transport{ExpectContinueTimeout: patience}
	defer transport.CloseIdleConnections()
	body := &counter{r: bytes.NewReader(make([]byte, 25<<20+1))}
	req := hook(r.url, "large-1", "issues", nil)
	req.Body, req.ContentLength = io.NopCloser(body), 25<<20+1
	req.Header.Set("Expect", "100-continue")
	resp, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusRequestEntityTooLarge || body.n.Load() != 0 {
		t.Errorf("%d after %d bytes of the body, want 413 after none", resp.StatusCode, body.n.Load())
	}
	if _, metrics := r.get("/metrics"); !strings.Contains(metrics, `outcome="too_large"`) {
		t.Error("metrics do not count it")
	}
}

type counter struct {
	r io.Reader
	n atomic.Int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// Fails when something that is no JSON object, or not the event's, is accepted.
func TestMalformedBodiesAreAnswered400(t *testing.T) {
	r := newRig(t, nil)
	for _, body := range []string{
		"", " ", "{", "[]", "null", "5", `"x"`, `{"issue":}`, `{"issue":"five"}`, `{"issue":5} {"issue":6}`, `{"issue":1e999}`,
		"\xff\xfe{\x00}", "{\"a\":\"\x01\"}", strings.Repeat("[", 100_000), strings.Repeat(`{"a":`, 20_000), `{"issue":5`,
	} {
		name := body[:min(len(body), 20)]
		if status, _ := send(t, hook(r.url, "m-1", "issues", []byte(body))); status != http.StatusBadRequest {
			t.Errorf("%q: %d, want 400", name, status)
		}
	}
}

// Fails when an event the server does not know is refused or not counted.
func TestUnknownEventsAndPingAreAccepted(t *testing.T) {
	r := newRig(t, nil)
	for event, want := range map[string]string{"star": "ignored", "ping": "ping", "an_event_of_tomorrow": "ignored"} {
		if status, body := send(t, hook(r.url, "u-"+event, event, []byte(`{}`))); status != 202 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s", event, status, body)
		}
	}
	_, metrics := r.get("/metrics")
	if !strings.Contains(metrics, `phasegate_deliveries_total{event="star",outcome="ignored"} 1`) {
		t.Error("an unknown event is not counted")
	}
}

// Fails when only one of the secrets counts.
func TestSecretsRotate(t *testing.T) {
	r := newRig(t, func(o *bot.Options) { o.Secrets = []bot.Secret{"the new one", secret} })
	for n, with := range []bot.Secret{secret, "the new one"} {
		body := []byte(`{"issue":1}`)
		req := hook(r.url, fmt.Sprint("r-", n), "issues", body)
		req.Header.Set("X-Hub-Signature-256", sign(body, with))
		if status, text := send(t, req); status != 202 {
			t.Errorf("secret %d: %d %s", n, status, text)
		}
	}
}

// Fails when anybody could sign.
func TestNoSecretNoServer(t *testing.T) {
	for _, secrets := range [][]bot.Secret{nil, {""}, {" \n"}} {
		_, err := bot.New(t.Context(), bot.Options{Secrets: secrets, Classifier: bot.ClassifierFunc(classify),
			Reconciler: bot.ReconcilerFunc(nil), DatabaseURL: "sqlite:" + filepath.Join(t.TempDir(), "x.db")})
		if err == nil || !strings.Contains(err.Error(), "WEBHOOK_SECRET") {
			t.Errorf("%d secrets: %v", len(secrets), err)
		}
	}
}

// Fails when a delivery that is not on disk is answered 202, when what was
// refused is found later, or when the server does not take deliveries again.
func TestWhatCannotBeStoredIsRefusedWith503(t *testing.T) {
	r := newRig(t, nil)
	r.onDatabase(`CREATE TRIGGER fault BEFORE INSERT ON delivery BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`)
	resp, err := http.DefaultClient.Do(hook(r.url, "f-1", "issues", []byte(`{"issue":1}`)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" || strings.Contains(string(text), "disk") {
		t.Errorf("%d %v %s, want 503 with Retry-After and nothing of the reason", resp.StatusCode, resp.Header, text)
	}
	r.onDatabase(`DROP TRIGGER fault`)
	if status, body := send(t, hook(r.url, "f-2", "issues", []byte(`{"issue":2}`))); status != http.StatusAccepted {
		t.Errorf("mended: %d %s", status, body)
	}
	r.idle()
	if r.ran(1) != 0 || r.ran(2) != 1 {
		t.Errorf("evaluated %d and %d times, want never and once", r.ran(1), r.ran(2))
	}
	if _, metrics := r.get("/metrics"); !strings.Contains(metrics, `event="issues",outcome="not_stored"} 1`) {
		t.Error("metrics do not count it")
	}
}
