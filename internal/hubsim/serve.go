package hubsim

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

// maxBody is the largest request body in bytes. GitHub takes more for uploads of files, which nothing here needs.
const maxBody = 10 << 20

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.loopbackHost(r.Host) {
		http.Error(w, "The simulated GitHub answers on a loopback address only; ask it as 127.0.0.1 or localhost.",
			http.StatusMisdirectedRequest)
		return
	}
	s.learnBaseURL(r)
	path, isAPI := apiPath(r.URL.EscapedPath())
	switch {
	case isAPI:
		s.serveAPI(w, r, path)
	case strings.HasPrefix(r.URL.Path, "/_sim/"):
		s.serveSim(w, r)
	default:
		s.pages.ServeHTTP(w, r)
	}
}

// learnBaseURL takes the server's address from the first request that came over a network.
func (s *Server) learnBaseURL(r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.baseURL == "" && r.Context().Value(http.LocalAddrContextKey) != nil {
		s.baseURL = "http://" + r.Host
	}
}

// apiPath takes the interface's prefix off an escaped path.
func apiPath(escaped string) (path string, isAPI bool) {
	for _, prefix := range []string{"/api/v3", "/api/uploads"} {
		if rest, found := strings.CutPrefix(escaped, prefix); found && (rest == "" || rest[0] == '/') {
			return rest, true
		}
	}
	if escaped == "/api/graphql" {
		return "/graphql", true
	}
	return "", false
}

// serveAPI answers a request of the REST or GraphQL interface, with the faults that are set.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request, path string) {
	if r.UserAgent() == "" {
		http.Error(w, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.",
			http.StatusForbidden)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		writeResponse(w, r, errorResponse(fail(http.StatusRequestEntityTooLarge, "Payload too large")))
		return
	}
	req := &request{http: r, body: body, query: r.URL.Query()}
	req.route, req.params = s.routes.find(r.Method, path)
	req.actor = &actor{kind: actorAnonymous}

	s.mu.Lock()
	who, authErr := s.authenticate(r.Header)
	if authErr == nil {
		req.actor = who
	}
	fl := s.takeFault(req)
	s.mu.Unlock()

	if !fl.wait(r.Context()) {
		return
	}
	s.mu.Lock()
	p := s.step(req, fl, authErr, path)
	s.mu.Unlock()

	if fl != nil && fl.DropAfterWrite {
		dropConnection(w)
		return
	}
	if fl != nil && fl.Truncate > 0 {
		truncateBody(w, p, fl.Truncate)
		return
	}
	writeResponse(w, r, p)
}

// step runs a request under the lock: one atomic change of the state.
func (s *Server) step(req *request, fl *fault, authErr error, path string) response {
	req.now = s.clock.now()
	before := s.st.hooks.queued
	p := s.dispatch(req, fl, authErr, path)
	if p.header == nil {
		p.header = http.Header{}
	}
	p.header.Set("Date", req.now.Format(http.TimeFormat))
	p.header.Set("X-GitHub-Request-Id", newGUID())
	p.header.Set("X-GitHub-Media-Type", "github.v3; format=json")
	if req.http.Method == http.MethodGet && p.status == http.StatusOK && p.raw != nil {
		s.conditional(req, &p)
	}
	s.meter(req, &p, path)
	if s.st.hooks.queued != before {
		s.wakeHooks()
	}
	return p
}

// dispatch finds out what a request gets and marshals it.
func (s *Server) dispatch(req *request, fl *fault, authErr error, path string) response {
	if fl != nil && fl.Status != 0 && !fl.DropAfterWrite {
		return errorResponse(fl.err())
	}
	if authErr != nil {
		return errorResponse(authErr)
	}
	if req.route == nil {
		s.log.Warn("no such route in the simulated GitHub", "method", req.http.Method, "path", path)
		return errorResponse(notFound())
	}
	if s.rateLimited(req) {
		return limitAnswer(req)
	}
	p, err := s.run(req)
	if err != nil {
		return errorResponse(err)
	}
	return p
}

// run calls the handler, turning a panic into an error, and marshals the answer while the state is locked.
func (s *Server) run(req *request) (p response, err error) {
	defer func() {
		if v := recover(); v != nil {
			s.log.Error("the simulated GitHub panicked", "route", req.route.String(), "panic", fmt.Sprint(v),
				"stack", string(debug.Stack()))
			p, err = response{}, fmt.Errorf("panic: %v", v)
		}
	}()
	if err := s.checkAccess(req); err != nil {
		return response{}, err
	}
	p, err = req.route.handle(req)
	if err != nil {
		return response{}, err
	}
	return p.marshal()
}

// marshal turns the body into bytes.
func (p response) marshal() (response, error) {
	if p.raw != nil || p.body == nil {
		if p.status == 0 {
			p.status = http.StatusOK
		}
		return p, nil
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(p.body); err != nil {
		return response{}, fmt.Errorf("marshal the answer: %w", err)
	}
	p.raw, p.body = bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
	p.contentType = "application/json; charset=utf-8"
	if p.status == 0 {
		p.status = http.StatusOK
	}
	return p, nil
}

func errorResponse(err error) response {
	var e *apiError
	if !errors.As(err, &e) {
		e = &apiError{status: http.StatusInternalServerError, message: "Server Error: " + err.Error()}
	}
	p, _ := response{status: e.status, body: e.body()}.marshal()
	if e.retryAfter > 0 {
		p = p.with("Retry-After", strconv.Itoa(e.retryAfter))
	}
	return p
}

// conditional adds an ETag and answers 304 to a client that has it.
func (s *Server) conditional(req *request, p *response) {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n", req.actor.fingerprint(), req.http.Header.Get("Accept"))
	h.Write([]byte(p.header.Get("Link")))
	h.Write(p.raw)
	tag := `W/"` + hex.EncodeToString(h.Sum(nil)) + `"`
	p.header.Set("ETag", tag)
	p.header.Set("Cache-Control", "private, max-age=60, s-maxage=60")
	p.header.Set("Vary", "Accept, Authorization, Cookie, X-GitHub-OTP")
	for have := range strings.SplitSeq(req.http.Header.Get("If-None-Match"), ",") {
		if strings.TrimPrefix(strings.TrimSpace(have), "W/") == strings.TrimPrefix(tag, "W/") {
			p.status, p.raw = http.StatusNotModified, nil
			return
		}
	}
}

func writeResponse(w http.ResponseWriter, r *http.Request, p response) {
	for k, v := range p.header {
		w.Header()[k] = v
	}
	if p.raw != nil {
		w.Header().Set("Content-Type", p.contentType)
		w.Header().Set("X-Content-Type-Options", "nosniff")
	}
	w.WriteHeader(p.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(p.raw) // the client is gone; nobody to tell
	}
}

// dropConnection ends a connection without an answer, as a network does that fails after a write.
func dropConnection(w http.ResponseWriter) {
	if hj, can := w.(http.Hijacker); can {
		if conn, _, err := hj.Hijack(); err == nil {
			_ = conn.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
}

// truncateBody promises the whole body and sends the first n bytes of it.
func truncateBody(w http.ResponseWriter, p response, n int) {
	w.Header().Set("Content-Type", p.contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(p.raw)))
	w.WriteHeader(p.status)
	_, _ = w.Write(p.raw[:min(n, len(p.raw))])
	_ = http.NewResponseController(w).Flush() // else nothing at all would be sent
	panic(http.ErrAbortHandler)
}

// Do sends a request through the REST interface as a person, as the pages and a scenario do, and returns the
// answer. The path is one of GitHub's, "/repos/acme/churn/issues"; body is marshalled unless it is nil.
func (s *Server) Do(ctx context.Context, login, method, path string, body any) (status int, answer []byte, err error) {
	var buf bytes.Buffer
	if raw, isRaw := body.(json.RawMessage); isRaw {
		buf.Write(raw)
	} else if body != nil {
		if err := json.NewEncoder(&buf).Encode(body); err != nil {
			return 0, nil, fmt.Errorf("%s %s as %s: %w", method, path, login, err)
		}
	}
	value, err := s.personalToken(login)
	if err != nil {
		return 0, nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://127.0.0.1/api/v3"+path, &buf)
	if err != nil {
		return 0, nil, fmt.Errorf("%s %s as %s: %w", method, path, login, err)
	}
	req.Header.Set("Authorization", "token "+value)
	req.Header.Set("User-Agent", "hubsim")
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, req)
	return rec.Code, rec.Body.Bytes(), nil
}

// personalToken returns a token that acts as a person.
func (s *Server) personalToken(login string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.st.account(login)
	if u == nil || u.kind != typeUser {
		return "", fmt.Errorf("no person %q in the simulated GitHub", login)
	}
	for _, t := range s.st.tokens {
		if t.user == u && t.inst == nil {
			return t.value, nil
		}
	}
	return "sim-" + u.login, nil
}

// Kinds of rate limit: GraphQL has one of its own, counted in points.
const (
	limitCore    = "core"
	limitGraphQL = "graphql"
)

// resource is the rate limit that a request counts against.
func (r *request) resource() string {
	if r.route != nil && r.route.pattern == "/graphql" {
		return limitGraphQL
	}
	return limitCore
}

// rateWindow counts the requests of one hour, of the real clock.
type rateWindow struct {
	used  int
	reset time.Time
}

// window returns the actor's window of a kind of limit, a new one after an hour.
func (s *Server) window(a *actor, resource string) *rateWindow {
	now, key := s.clock.real(), resource+" "+a.limitKey()
	w := s.st.limits[key]
	if w == nil || !now.Before(w.reset) {
		w = &rateWindow{reset: now.Add(time.Hour)}
		s.st.limits[key] = w
	}
	return w
}

// primaryLimit is the page that an answer to too many requests an hour leads to.
const primaryLimit = "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api"

// rateLimited says whether the hour's requests are used up. Asking for the limit costs nothing.
func (s *Server) rateLimited(req *request) bool {
	return req.route.pattern != "/rate_limit" && s.window(req.actor, req.resource()).used >= s.opt.RateLimit
}

// limitAnswer is what a request beyond the rate limit gets: of REST 403, of GraphQL 200 with an error.
func limitAnswer(req *request) response {
	e := &apiError{
		status: http.StatusForbidden, message: fmt.Sprintf("API rate limit exceeded for %s.", req.actor), docs: primaryLimit,
	}
	if req.resource() == limitCore {
		return errorResponse(e)
	}
	p, err := ok(obj{"errors": []obj{{"type": "RATE_LIMIT", "code": "graphql_rate_limit", "message": e.message}}}).marshal()
	if err != nil {
		return errorResponse(err)
	}
	return p
}

// meter counts a request and writes the rate limit headers. A 304 and GET /rate_limit are free.
func (s *Server) meter(req *request, p *response, path string) {
	s.count(req, p.status, path)
	w := s.window(req.actor, req.resource())
	free := p.status == http.StatusNotModified || (req.route != nil && req.route.pattern == "/rate_limit")
	if !free && w.used < s.opt.RateLimit {
		w.used = min(w.used+max(req.points, 1), s.opt.RateLimit)
	}
	p.header.Set("X-RateLimit-Limit", strconv.Itoa(s.opt.RateLimit))
	p.header.Set("X-RateLimit-Remaining", strconv.Itoa(s.opt.RateLimit-w.used))
	p.header.Set("X-RateLimit-Used", strconv.Itoa(w.used))
	p.header.Set("X-RateLimit-Reset", strconv.FormatInt(w.reset.Unix(), 10))
	p.header.Set("X-RateLimit-Resource", req.resource())
	if req.actor.kind == actorInstallation && req.route != nil && req.route.access.app != "" {
		p.header.Set("X-Accepted-GitHub-Permissions",
			strings.NewReplacer(":", "=", "|", "; ").Replace(req.route.access.app))
	}
}
