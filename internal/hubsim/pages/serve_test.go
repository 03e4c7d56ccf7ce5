package pages_test

import (
	"flag"
	"net/http"
	"os"
	"os/signal"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/hubsim/pages"
	"github.com/phasegate/phasegate/internal/hubsim/pages/pagestest"
)

var serveAddr = flag.String("serve", "", "serve the sample's pages at this loopback address until interrupted, to look at them")

// TestServe shows the sample in a browser: go test -run TestServe -timeout 0 ./internal/hubsim/pages -serve 127.0.0.1:8099
func TestServe(t *testing.T) {
	if *serveAddr == "" {
		t.Skip("no -serve address")
	}
	h, err := pages.New(pagestest.New(), sampleOptions())
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Addr: *serveAddr, Handler: h, ReadHeaderTimeout: time.Second}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt)
	go func() {
		<-stop
		_ = srv.Close()
	}()
	t.Logf("serving at http://%s", *serveAddr)
	if err := srv.ListenAndServe(); err != http.ErrServerClosed {
		t.Fatal(err)
	}
}

// sampleOptions are those of a product beside the simulator.
func sampleOptions() pages.Options {
	roles := map[string]string{
		"helena-bs": "business stakeholder", "rui-sme": "subject matter expert", "dora-de": "data engineer",
		"sara-ds": "data scientist", "tomas-ds": "data scientist", "felix-se": "software engineer",
	}
	return pages.Options{
		Wait: 50 * time.Millisecond,
		Feeds: pages.Feeds{
			Badge: func(login string) string { return roles[login] },
			Zone:  time.FixedZone("America/Sao_Paulo", -3*3600),
			Decisions: func() []pages.LogEntry {
				return []pages.LogEntry{{
					At: time.Date(2026, 1, 13, 12, 20, 0, 0, time.UTC), Kind: pages.LogDecided, Key: "acme-telco/churn#3",
					Text: "Design to Development: 2 of 4 have said yes", Link: "/acme-telco/churn/issues/3",
				}}
			},
		},
	}
}
