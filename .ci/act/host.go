package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/phasegate/phasegate/internal/hubsim"
)

// host is a simulated GitHub whose events start this repository's workflow, by act on this machine.
type host struct {
	sim    *hubsim.Server
	web    *hubsim.Listener
	hooks  *http.Server
	player *hubsim.Player
	folder string // act's own, and the events
	act    string // its program
	token  string // as GITHUB_TOKEN
	env    []string
	runs   int

	mu     sync.Mutex
	events []event
}

// event is one that GitHub tells of.
type event struct {
	name    string
	payload map[string]any
}

// permissions are those the workflow asks for.
var permissions = map[string]string{"actions": "read", "checks": "write", "contents": "read", "issues": "write", "pull-requests": "write"}

const workflowPath = ".github/workflows/phasegate.yml"

func newHost(ctx context.Context) (h *host, err error) {
	h = &host{}
	defer func() {
		if err != nil {
			h.close()
		}
	}()
	s, err := seed("action")
	if err != nil {
		return h, err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return h, err
	}
	h.hooks = &http.Server{Handler: http.HandlerFunc(h.hear), ReadHeaderTimeout: time.Minute}
	go h.hooks.Serve(ln)
	// An App that writes nothing hears what a workflow would be started by.
	s.App.Permissions = map[string]string{"issues": "read", "pull_requests": "read", "contents": "read", "metadata": "read"}
	s.App.Events = []string{"issues", "issue_comment", "pull_request", "push"}
	if h.sim, err = hubsim.New(hubsim.Options{Seed: s, WebhookURL: "http://" + ln.Addr().String(), WebhookSecret: "not checked"}); err != nil {
		return h, err
	}
	if h.web, err = hubsim.Listen(h.sim, "127.0.0.1:0"); err != nil {
		return h, err
	}
	h.player = h.sim.NewPlayer()
	if h.token, err = h.sim.ActionsToken("acme-telco/churn", permissions); err != nil {
		return h, err
	}
	return h, h.installAct(ctx)
}

// installAct builds act from the tools' module and gives it a home of its own, so that it asks nothing and
// leaves nothing behind. Go's caches stay where they are.
func (h *host) installAct(ctx context.Context) (err error) {
	if h.folder, err = os.MkdirTemp("", "phasegate-act-"); err != nil {
		return err
	}
	h.act = filepath.Join(h.folder, "act")
	if out, err := exec.CommandContext(ctx, "go", "build", "-modfile=.ci/tools/go.mod", "-o", h.act, "github.com/nektos/act").CombinedOutput(); err != nil {
		return fmt.Errorf("build act: %w\n%s", err, out)
	}
	out, err := exec.CommandContext(ctx, "go", "env", "GOCACHE", "GOMODCACHE", "GOPATH").Output()
	if err != nil {
		return fmt.Errorf("ask go for its folders: %w", err)
	}
	folders := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(folders) != 3 {
		return fmt.Errorf("go env answered %q", out)
	}
	home := filepath.Join(h.folder, "home")
	h.env = append(slices.DeleteFunc(os.Environ(), ofARunner), "GOCACHE="+folders[0], "GOMODCACHE="+folders[1], "GOPATH="+folders[2],
		"HOME="+home, "XDG_CONFIG_HOME="+home+"/config", "XDG_CACHE_HOME="+home+"/cache", "XDG_DATA_HOME="+home+"/data")
	return os.MkdirAll(home, 0o755)
}

// ofARunner reports whether an environment variable belongs to the workflow that this test itself may run
// in, which must not leak into the one it starts.
func ofARunner(v string) bool {
	for _, prefix := range []string{"GITHUB_", "RUNNER_", "ACTIONS_", "INPUT_", "ACT", "CI="} {
		if strings.HasPrefix(v, prefix) {
			return true
		}
	}
	return false
}

func (h *host) close() {
	if h.web != nil {
		h.web.Close(context.Background())
	}
	if h.sim != nil {
		h.sim.Close()
	}
	if h.hooks != nil {
		h.hooks.Close()
	}
	if h.folder != "" {
		os.RemoveAll(h.folder)
	}
}

// hear takes a webhook as what a workflow would be started by.
func (h *host) hear(_ http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 25<<20))
	e := event{name: r.Header.Get("X-GitHub-Event")}
	if err != nil || json.Unmarshal(body, &e.payload) != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, e)
}

// step plays a step and runs the workflow for each event that starts it.
func (h *host) step(ctx context.Context, st hubsim.Step) ([]string, error) {
	if _, err := h.player.Step(ctx, st); err != nil {
		return nil, err
	}
	h.mu.Lock()
	events := h.events
	h.events = nil
	h.mu.Unlock()
	for _, e := range events {
		if !e.starts() {
			continue
		}
		if err := h.run(ctx, e); err != nil {
			return nil, fmt.Errorf("after %v: %w", st.N, err)
		}
	}
	return stands(ctx, h.sim)
}

// starts reports whether the event starts the workflow: what GITHUB_TOKEN does starts none, nor does a
// push to another branch.
func (e event) starts() bool {
	sender, _ := e.payload["sender"].(map[string]any)
	if sender["login"] == "github-actions[bot]" {
		return false
	}
	return e.name != "push" || e.payload["ref"] == "refs/heads/main"
}

// forWorkflow is the payload as a workflow gets it: without an App's installation, and without the files
// of a push's commits.
func (e event) forWorkflow() map[string]any {
	delete(e.payload, "installation")
	commits, _ := e.payload["commits"].([]any)
	if head := e.payload["head_commit"]; head != nil {
		commits = append(slices.Clone(commits), head)
	}
	for _, c := range commits {
		if commit, ok := c.(map[string]any); ok {
			delete(commit, "added")
			delete(commit, "removed")
			delete(commit, "modified")
		}
	}
	return e.payload
}

// run runs the workflow for an event.
func (h *host) run(ctx context.Context, e event) error {
	h.runs++
	data, err := json.Marshal(e.forWorkflow())
	if err != nil {
		return err
	}
	file := filepath.Join(h.folder, fmt.Sprintf("event-%d.json", h.runs))
	if err := os.WriteFile(file, data, 0o600); err != nil {
		return err
	}
	name := e.name
	if name == "pull_request" {
		name = "pull_request_target"
	}
	cmd := exec.CommandContext(ctx, h.act, name, "-e", file, "-W", workflowPath, "-P", "ubuntu-latest=-self-hosted",
		"--no-cache-server", "--action-offline-mode", "--defaultbranch", "main", "-s", "GITHUB_TOKEN="+h.token)
	for _, v := range []string{
		"GITHUB_API_URL=" + h.web.APIURL, "GITHUB_GRAPHQL_URL=" + h.web.GraphQLURL, "GITHUB_SERVER_URL=" + h.web.WebURL,
		"GITHUB_REPOSITORY=acme-telco/churn", "GITHUB_REPOSITORY_OWNER=acme-telco", "GITHUB_REF=refs/heads/main",
		"GITHUB_WORKFLOW_REF=acme-telco/churn/" + workflowPath + "@refs/heads/main",
	} {
		cmd.Args = append(cmd.Args, "--env", v)
	}
	cmd.Env = h.env
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	from := time.Now()
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("the workflow on %s: %w\n%s", name, err, log.String())
	}
	fmt.Printf("workflow on %s %v: %.1fs\n", name, e.payload["action"], time.Since(from).Seconds())
	if os.Getenv("ACT_LOG") != "" {
		fmt.Println(log.String())
	}
	return h.ended(e.name)
}

// ended tells GitHub of the run, so that the next one knows since when to look.
func (h *host) ended(name string) error {
	body, err := json.Marshal(map[string]string{"repo": "acme-telco/churn", "path": workflowPath, "event": name})
	if err != nil {
		return err
	}
	res, err := http.Post(h.web.WebURL+"/_sim/workflow-runs", "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		return fmt.Errorf("record the run: %s", res.Status)
	}
	return nil
}

// judge checks that it was the workflow that wrote, with its token.
func (h *host) judge() error {
	for _, r := range h.sim.Requests() {
		if r.Actor == "github-actions[bot]" && r.Method == http.MethodPost && strings.HasSuffix(r.Route, "/comments") {
			return nil
		}
	}
	return errors.New("nothing was written with the workflow's token: the test compares something else")
}
