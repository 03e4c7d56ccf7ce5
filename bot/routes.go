package bot

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// WebhookPath is where GitHub sends deliveries.
const WebhookPath = "/api/github/webhooks"

// Handler returns the server's routes:
//
//	POST /api/github/webhooks  202 once the delivery is on disk
//	GET  /healthz              200 while the process runs
//	GET  /readyz               200 while deliveries are taken, else 503
//	GET  /metrics              Prometheus
//	GET  /debug/idle           204 when nothing is queued or running, else 503;
//	                           ?timeout=30s waits as long, then answers 504, or
//	                           503 when the server is stopping
//	GET  /keys                 the public signing keys
//	POST /api/simulate         what if; for admins of the repository
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc(WebhookPath, s.receive)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	mux.HandleFunc("GET /readyz", s.ready)
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.opts.Registry, promhttp.HandlerOpts{Timeout: 10 * time.Second, ErrorHandling: promhttp.ContinueOnError}))
	mux.HandleFunc("GET /debug/idle", s.showIdle)
	if s.opts.Keys != nil {
		mux.HandleFunc("GET /keys", s.showKeys)
	}
	if s.opts.Simulate != nil {
		mux.HandleFunc("POST "+SimulatePath, s.simulate)
	}
	return mux
}

func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	defer cancel()
	if s.isDraining() {
		answer(w, http.StatusServiceUnavailable, map[string]string{"status": "stopping"})
		return
	}
	if err := s.inbox.Ping(ctx); err != nil {
		s.log.WarnContext(ctx, "the database does not answer", "error", err)
		s.noteBroken(err)
		answer(w, http.StatusServiceUnavailable, map[string]string{"status": "the database does not answer"})
		return
	}
	answer(w, http.StatusOK, map[string]string{"status": "ready"})
}

// maxIdleWait keeps a waiting request within the connection's time-out.
const maxIdleWait = writeTimeout - 5*time.Second

// maxIdlers bounds how many requests for /debug/idle are looked at at once,
// since anybody can send them and each asks the database.
const maxIdlers = 16

func (s *Server) showIdle(w http.ResponseWriter, r *http.Request) {
	idle, wait, failed := s.isIdle, maxIdleWait, http.StatusServiceUnavailable
	if text := r.URL.Query().Get("timeout"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			answer(w, http.StatusBadRequest, map[string]string{"error": "timeout must be a duration such as 30s"})
			return
		}
		idle, wait, failed = s.Idle, min(d, maxIdleWait), http.StatusGatewayTimeout
	}
	select {
	case s.idlers <- struct{}{}:
		defer func() { <-s.idlers }()
	default:
		answer(w, http.StatusServiceUnavailable, map[string]string{"error": "too many wait for this already"})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), wait)
	defer cancel()
	if err := idle(ctx); err != nil {
		if s.isDraining() {
			failed = http.StatusServiceUnavailable
		}
		depth, _ := s.inbox.Depth(r.Context())
		answer(w, failed, map[string]int{"queued": depth.Queued, "running": depth.Running})
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) showKeys(w http.ResponseWriter, r *http.Request) {
	keys, err := s.opts.Keys(r.Context())
	if err != nil {
		s.log.ErrorContext(r.Context(), "cannot show the signing keys", "error", err)
		answer(w, http.StatusServiceUnavailable, map[string]string{"error": "the signing keys cannot be read"})
		return
	}
	answer(w, http.StatusOK, keys)
}
