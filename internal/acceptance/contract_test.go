//go:build contract

package acceptance_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/phasegate/phasegate/internal/contract"
)

// TestMain plays the whole package against GitHub's own descriptions: every request of the product and
// of people, every answer and every webhook of the simulated GitHub.
func TestMain(m *testing.M) {
	os.Exit(checked(m))
}

func checked(m *testing.M) int {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	checker, err := contract.Load(contract.Dir(os.Getenv, root))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	rec := checker.Recorder()
	plain := http.DefaultTransport
	http.DefaultTransport = rec.Transport(plain)
	webhooks = webhookChecker{rec, plain}
	code := m.Run()
	for _, v := range rec.Violations() {
		fmt.Fprintln(os.Stderr, v)
		code = 1
	}
	fmt.Printf("contract: %d operations and %d webhooks seen\n", len(rec.Operations()), len(rec.Webhooks()))
	if len(rec.Operations()) == 0 || len(rec.Webhooks()) == 0 {
		fmt.Fprintln(os.Stderr, "nothing was checked")
		code = 1
	}
	return code
}

// webhookChecker checks webhooks on their way.
type webhookChecker struct {
	rec  *contract.Recorder
	base http.RoundTripper
}

func (c webhookChecker) RoundTrip(req *http.Request) (*http.Response, error) {
	if event := req.Header.Get("X-GitHub-Event"); event != "" && req.Body != nil {
		payload, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		c.rec.Webhook(event, payload)
		req.Body = io.NopCloser(bytes.NewReader(payload))
	}
	return c.base.RoundTrip(req)
}
