package bot

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/phasegate/phasegate/bot/inbox"
)

// storeTimeout bounds the wait for the disk. GitHub hangs up after ten seconds,
// but what is stored later is stored all the same.
const storeTimeout = 30 * time.Second

// maxKeys bounds how many objects one delivery may name.
const maxKeys = 10_000

// refusal is an answer other than 202.
type refusal struct {
	status  int
	outcome string // for metrics
	text    string // what is wrong and what would be right
}

// delivery is a webhook whose signature was right.
type delivery struct {
	guid, event string
	body        []byte
}

func (s *Server) receive(w http.ResponseWriter, r *http.Request) {
	d, release, no := s.authenticate(r)
	defer release()
	if no == nil {
		var got inbox.Receipt
		var outcome string
		if got, outcome, no = s.take(r.Context(), d); no == nil {
			s.metrics.delivered(d.event, outcome)
			answer(w, http.StatusAccepted, map[string]any{"delivery": d.guid, "status": outcome, "duplicate": got.Duplicate})
			return
		}
	}
	s.metrics.delivered(d.event, no.outcome)
	s.log.WarnContext(r.Context(), "delivery refused", "delivery", d.guid, "event", d.event,
		"status", no.status, "reason", no.text, "remote", r.RemoteAddr)
	switch no.status {
	case http.StatusMethodNotAllowed:
		w.Header().Set("Allow", http.MethodPost)
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "10")
	}
	answer(w, no.status, map[string]string{"error": no.text})
}

// authenticate reads the request and checks all that can be without knowing
// what the payload means. The delivery's event is empty until its signature is
// known to be right.
func (s *Server) authenticate(r *http.Request) (d delivery, release func(), no *refusal) {
	release = func() {}
	if no := checkForm(r); no != nil {
		return d, release, no
	}
	body, release, err := s.budget.read(r)
	switch {
	case errors.Is(err, errTooLarge):
		return d, release, &refusal{http.StatusRequestEntityTooLarge, "too_large", err.Error()}
	case errors.Is(err, errBusy):
		return d, release, &refusal{http.StatusServiceUnavailable, "busy", err.Error() + "; send it again later"}
	case err != nil:
		return d, release, &refusal{http.StatusBadRequest, "cut_off", "the body could not be read to its end"}
	}
	if !s.signed(body, r.Header.Get("X-Hub-Signature-256")) {
		return d, release, &refusal{http.StatusUnauthorized, "unsigned",
			"X-Hub-Signature-256 is missing or is not this body's under the webhook secret; the secret must be the same in the App's settings and here"}
	}
	d = delivery{guid: r.Header.Get("X-GitHub-Delivery"), event: r.Header.Get("X-GitHub-Event"), body: body}
	if !isGUID(d.guid) || !isEventName(d.event) {
		return delivery{}, release, &refusal{http.StatusBadRequest, "malformed",
			"X-GitHub-Delivery and X-GitHub-Event must name the delivery and the event"}
	}
	return d, release, nil
}

func checkForm(r *http.Request) *refusal {
	if r.Method != http.MethodPost {
		return &refusal{http.StatusMethodNotAllowed, "method", "webhooks are sent with POST"}
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" {
		return &refusal{http.StatusUnsupportedMediaType, "encoding", "Content-Encoding is not accepted; GitHub sends none"}
	}
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return &refusal{http.StatusUnsupportedMediaType, "content_type",
			"the content type must be application/json; choose it in the App's webhook settings"}
	}
	return nil
}

// signed reports whether header is the HMAC of body under one of the secrets.
// All are tried, so that the time does not tell which matched.
func (s *Server) signed(body []byte, header string) bool {
	sum, found := strings.CutPrefix(header, "sha256=")
	got, err := hex.DecodeString(sum)
	if !found || err != nil || len(got) != sha256.Size {
		return false
	}
	ok := false
	for _, secret := range s.opts.Secrets {
		mac := hmac.New(sha256.New, []byte(secret.Reveal()))
		mac.Write(body)
		ok = hmac.Equal(mac.Sum(nil), got) || ok
	}
	return ok
}

func isGUID(s string) bool {
	return len(s) >= 1 && len(s) <= 128 && strings.IndexFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-' && r != '_'
	}) < 0
}

func isEventName(s string) bool {
	return len(s) >= 1 && len(s) <= 64 && strings.IndexFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && r != '_'
	}) < 0
}

// take classifies a delivery and stores what it says.
func (s *Server) take(ctx context.Context, d delivery) (inbox.Receipt, string, *refusal) {
	if d.event == "ping" {
		return inbox.Receipt{}, "ping", nil
	}
	c, no := s.classify(ctx, d)
	if no != nil {
		return inbox.Receipt{}, "", no
	}
	hint := inbox.Hint{GUID: d.guid, Event: d.event, Installation: c.Installation, Keys: c.Keys, Intents: c.Intents}
	if c.Gone != 0 {
		hint.Forget = []int64{c.Gone}
		hint.Installation = 0 // its id must not stay either
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	receipt, err := s.inbox.Accept(ctx, hint)
	if errors.Is(err, inbox.ErrClosed) {
		return receipt, "", &refusal{http.StatusServiceUnavailable, "stopping", "the server is stopping; the delivery will be fetched again later"}
	}
	if err != nil {
		s.log.ErrorContext(ctx, "cannot store a delivery", "delivery", d.guid, "event", d.event, "error", err)
		s.noteBroken(err)
		return receipt, "", &refusal{http.StatusServiceUnavailable, "not_stored", "the delivery could not be stored; it will be fetched again later"}
	}
	outcome := "queued"
	if len(c.Keys)+len(c.Intents) == 0 {
		outcome = "ignored"
	}
	s.log.InfoContext(ctx, "delivery stored", "delivery", d.guid, "event", d.event, "installation", c.Installation,
		"keys", len(c.Keys), "duplicate", receipt.Duplicate)
	return receipt, outcome, nil
}

// classify asks the classifier, whose panic is not the server's.
func (s *Server) classify(ctx context.Context, d delivery) (c Classified, no *refusal) {
	if !isObject(d.body) {
		return c, &refusal{http.StatusBadRequest, "malformed", "the body is not a JSON object"}
	}
	defer func() {
		if p := recover(); p != nil {
			s.metrics.panics.WithLabelValues("classify").Inc()
			s.log.ErrorContext(ctx, "classification panicked", "delivery", d.guid, "event", d.event, "panic", p, "stack", string(debug.Stack()))
			c, no = Classified{}, &refusal{http.StatusInternalServerError, "panicked", "the delivery could not be read; this is a defect of the server"}
		}
	}()
	c, err := s.opts.Classifier.Classify(d.event, d.body)
	if err != nil {
		return c, &refusal{http.StatusBadRequest, "malformed", s.opts.Redactor.Redact(err.Error())}
	}
	if len(c.Keys)+len(c.Intents) > maxKeys {
		return c, &refusal{http.StatusBadRequest, "malformed", "the delivery names too many objects"}
	}
	if c.Invalidate != nil {
		c.Invalidate()
	}
	return c, nil
}

func isObject(body []byte) bool {
	for _, b := range body {
		switch b {
		case ' ', '\t', '\r', '\n':
			continue
		}
		return b == '{' && json.Valid(body)
	}
	return false
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // nobody is left to tell
}
