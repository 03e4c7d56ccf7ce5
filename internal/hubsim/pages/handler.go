package pages

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// Options says how the pages are set up. The zero value is usable.
type Options struct {
	Feeds
	// Logger gets a line for each page that failed; nil drops them.
	Logger *slog.Logger
	// Wait is how long an answer to a submitted form waits for what it set going; 0 is four seconds.
	Wait time.Duration
}

// Feeds is what a product that runs beside the simulator adds to the pages.
type Feeds struct {
	// Decisions returns what the product decided, for the log, in any order; nil is none.
	Decisions func() []LogEntry
	// Badge returns what a person is in the product's eyes ("data scientist"), to stand beside the login; empty
	// leaves what GitHub shows. Nil is none.
	Badge func(login string) string
	// Zone is the time zone dates are shown in; nil is UTC.
	Zone *time.Location
}

// Handler serves the pages.
type Handler struct {
	hub    Hub
	log    *slog.Logger
	wait   time.Duration
	markup *Markup
	views  *templates
	mux    *http.ServeMux
	key    []byte // of the session cookie and form tokens; new with each start
	feeds  atomic.Pointer[Feeds]
}

// New returns the pages of a simulated GitHub.
func New(hub Hub, opt Options) (*Handler, error) {
	h := &Handler{hub: hub, log: opt.Logger, wait: opt.Wait, markup: NewMarkup(), key: make([]byte, 32)}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	if h.wait == 0 {
		h.wait = 4 * time.Second
	}
	_, _ = rand.Read(h.key) // never fails
	h.SetFeeds(opt.Feeds)
	var err error
	if h.views, err = parseTemplates(h.functions()); err != nil {
		return nil, err
	}
	h.mux = h.routes()
	return h, nil
}

// SetFeeds replaces what the product adds to the pages, for one that starts after the simulator.
func (h *Handler) SetFeeds(f Feeds) { h.feeds.Store(&f) }

// page answers one request; an error becomes an error page.
type page func(*visit) error

func (h *Handler) routes() *http.ServeMux {
	mux := http.NewServeMux()
	add := func(pattern string, p page) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { h.serve(w, r, p) })
	}
	add("GET /{$}", h.home)
	add("GET /{owner}", h.account)
	add("GET /apps/{slug}", h.account)
	add("GET /orgs/{owner}/teams/{slug}", h.account)
	add("GET /{owner}/{repo}", h.repoRoot)
	add("GET /{owner}/{repo}/issues", h.issueList)
	add("GET /{owner}/{repo}/pulls", h.issueList)
	add("GET /{owner}/{repo}/issues/new", h.newIssue)
	add("GET /{owner}/{repo}/issues/new/choose", h.chooseForm)
	add("POST /{owner}/{repo}/issues/new", h.createIssue)
	add("GET /{owner}/{repo}/issues/{number}", h.issuePage)
	add("POST /{owner}/{repo}/issues/{number}", h.actOnIssue)
	add("GET /{owner}/{repo}/pull/{number}", h.issuePage)
	add("POST /{owner}/{repo}/pull/{number}", h.actOnIssue)
	add("GET /{owner}/{repo}/pull/{number}/{tab}", h.pullTab)
	add("GET /{owner}/{repo}/runs/{id}", h.checkRun)
	add("POST /{owner}/{repo}/runs/{id}", h.rerun)
	add("GET /{owner}/{repo}/commit/{sha}", h.commit)
	add("GET /{owner}/{repo}/tree/{path...}", h.node)
	add("GET /{owner}/{repo}/blob/{path...}", h.node)
	add("GET /{owner}/{repo}/labels", h.labels)
	add("GET /{owner}/{repo}/log", h.logPage)
	add("GET /{owner}/{repo}/log/{id}", h.delivery)
	return mux
}

// fixed answers the paths that belong to no repository, apart from those that mux has.
func (h *Handler) fixed(w http.ResponseWriter, r *http.Request) bool {
	switch {
	case r.Method == http.MethodGet && r.URL.Path == stylePath:
		serveStyle(w, r)
	case r.Method == http.MethodPost && r.URL.Path == personaPath:
		h.serve(w, r, h.switchPersona)
	case r.Method == http.MethodGet && len(r.URL.Path) > len(avatarPath) && r.URL.Path[:len(avatarPath)] == avatarPath:
		h.serve(w, r, h.avatar)
	default:
		return false
	}
	return true
}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	setHeaders(w.Header())
	if !loopback(r.Host) {
		http.Error(w, "The simulated GitHub answers to 127.0.0.1, [::1] and localhost only.", http.StatusMisdirectedRequest)
		return
	}
	if err := checkOrigin(r); err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if h.fixed(w, r) {
		return
	}
	if _, pattern := h.mux.Handler(r); pattern == "" {
		h.serve(w, r, func(*visit) error { return ErrNotFound })
		return
	}
	h.mux.ServeHTTP(w, r)
}

// serve runs a page and turns what goes wrong into a page that says so.
func (h *Handler) serve(w http.ResponseWriter, r *http.Request, p page) {
	v, err := h.visit(w, r)
	if err == nil {
		err = h.run(v, p)
	}
	if err == nil {
		return
	}
	status, message := explain(err)
	if status == http.StatusInternalServerError {
		h.log.Error("a page failed", "path", r.URL.Path, "err", err)
	}
	if v == nil {
		http.Error(w, message, status)
		return
	}
	v.status = status
	if err := v.show("error", "Error", errorView{Status: status, Message: message}); err != nil {
		h.log.Error("the error page failed", "path", r.URL.Path, "err", err)
	}
}

// run calls a page, turning a panic into an error.
func (h *Handler) run(v *visit, p page) (err error) {
	defer func() {
		if problem := recover(); problem != nil {
			h.log.Error("a page panicked", "path", v.r.URL.Path, "panic", fmt.Sprint(problem), "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", problem)
		}
	}()
	return p(v)
}

type errorView struct {
	Status  int
	Message string
}

// refusal is an error with the status and words a person gets.
type refusal struct {
	status  int
	message string
}

func (e *refusal) Error() string { return e.message }

func refuse(status int, format string, args ...any) error {
	return &refusal{status: status, message: fmt.Sprintf(format, args...)}
}

// explain says with what status and words an error is shown.
func explain(err error) (status int, message string) {
	var known *refusal
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &known):
		return known.status, known.message
	case errors.Is(err, ErrNotFound):
		return http.StatusNotFound, "There is no such page here, or the person you act as may not see it."
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge, fmt.Sprintf("That is too long: a form may have %d MB.", maxForm>>20)
	case errors.Is(err, context.Canceled):
		return 499, "The request was given up."
	}
	return http.StatusInternalServerError, "The simulated GitHub made a mistake: " + err.Error()
}

// show writes a page.
func (v *visit) show(name, title string, data any) error {
	var out bytes.Buffer
	s := v.sheet(title, data)
	if err := v.h.views.execute(&out, name, s); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if v.status == 0 {
		v.status = http.StatusOK
	}
	v.w.WriteHeader(v.status)
	_, _ = v.w.Write(out.Bytes()) // the client is gone; nobody to tell
	return nil
}
