package bot_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/phasegate/phasegate/bot"
	"github.com/phasegate/phasegate/internal/engine"
)

// Fails when a secret reaches the log (of a server whose logger redacts
// nothing), an answer or the disk.
func TestSecretsAreNeitherLoggedNorStored(t *testing.T) {
	const canary = bot.Secret("canary-in-a-coal-mine")
	const token = "ghs_0123456789abcdefABCDEF0123456789abcd"
	var buf bytes.Buffer
	redactor := bot.NewRedactor(secret, canary)
	plain := slog.New(slog.NewJSONHandler(&syncWriter{w: &buf}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	r := newRig(t, func(o *bot.Options) {
		o.Logger, o.Redactor, o.MaxAttempts = plain, redactor, 2
		o.Reconciler = bot.ReconcilerFunc(func(_ context.Context, k engine.Key) (bot.Result, error) {
			if k.Number == 2 {
				panic("panic with " + canary.Reveal())
			}
			return bot.Result{}, fmt.Errorf("Authorization: Bearer %s and %s", token, canary.Reveal())
		})
	})
	send(t, hook(r.url, "s-1", "issues", []byte(`{"issue":1}`)))
	send(t, hook(r.url, "s-2", "issues", []byte(`{"issue":2}`)))
	_, answer := send(t, hook(r.url, "s-3", "issues", []byte(`{"issue":"`+canary.Reveal()+`"}`)))
	r.idle()
	log := slog.New(redactor.Handler(plain.Handler()))
	log.Info("about "+canary.Reveal(), "secret", canary, "struct", struct{ s bot.Secret }{canary}, "nested", slog.GroupValue(slog.String("t", token)),
		"verbs", fmt.Sprintf("%v %s %q %x %d %#v %+v", canary, canary, canary, canary, canary, canary, canary))
	asJSON, _ := json.Marshal(map[string]any{"secret": canary})
	files, err := filepath.Glob(filepath.Join(r.dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	places := map[string]string{"log": buf.String(), "answer": answer, "JSON": string(asJSON)}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		places[filepath.Base(f)] = string(b)
	}
	for name, text := range places {
		for _, s := range []string{canary.Reveal(), hex.EncodeToString([]byte(canary.Reveal())), token, secret.Reveal()} {
			if strings.Contains(text, s) {
				t.Errorf("%s contains %q", name, s)
			}
		}
	}
	if !strings.Contains(buf.String(), "[redacted]") {
		t.Error("the log shows no redaction: the test looked at nothing")
	}
}

type syncWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *syncWriter) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}

// Fails when a secret that begins with another is only half taken out.
func TestLongerSecretIsRedactedWhole(t *testing.T) {
	r := bot.NewRedactor("hunter-two", "hunter-two-thousand")
	if got := r.Redact("it is hunter-two-thousand or hunter-two"); got != "it is [redacted] or [redacted]" {
		t.Error(got)
	}
}
