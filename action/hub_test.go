package action_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/action"
	"github.com/phasegate/phasegate/internal/hubsim"
)

const (
	repository   = "acme/churn"
	workflowPath = ".github/workflows/phasegate.yml"
)

const config = `version: 1
timezone: America/Sao_Paulo
roles:
  business-stakeholder: [helena]
  subject-matter-expert: [rui]
  data-engineer: [dora]
  data-scientist: [sara]
  software-engineer: [felix]
  ml-engineer: [mina]
  backend-engineer: [bento]
runner: action
`

// permissions are those the workflow grants.
func permissions() map[string]string {
	return map[string]string{"actions": "read", "checks": "write", "contents": "read", "issues": "write", "pull-requests": "write"}
}

// hub is a simulated GitHub without any App of ours.
type hub struct {
	t     *testing.T
	sim   *hubsim.Server
	web   *hubsim.Listener
	token string
}

// newHub starts a GitHub whose repository has the config; "" is none.
func newHub(t *testing.T, config string) *hub {
	t.Helper()
	seed := &hubsim.Seed{
		Now: time.Date(2026, 1, 12, 12, 0, 0, 0, time.UTC), Org: "acme", Repo: "churn",
		Files: map[string]string{"README.md": "# Churn\n", workflowPath: "name: phasegate\non: {workflow_dispatch: {}}\n"},
	}
	for _, login := range []string{"helena", "rui", "dora", "sara", "felix", "mina", "bento"} {
		seed.Users = append(seed.Users, hubsim.SeedUser{Login: login, Permission: "write"})
	}
	if config != "" {
		seed.Files[".github/phasegate.yml"] = config
	}
	h := &hub{t: t}
	var err error
	if h.sim, err = hubsim.New(hubsim.Options{Seed: seed}); err != nil {
		t.Fatal(err)
	}
	if h.web, err = hubsim.Listen(h.sim, "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := h.web.Close(ctx); err != nil {
			t.Error(err)
		}
		h.sim.Close()
	})
	h.token = h.grant(permissions())
	return h
}

func (h *hub) grant(permissions map[string]string) string {
	h.t.Helper()
	token, err := h.sim.ActionsToken(repository, permissions)
	if err != nil {
		h.t.Fatal(err)
	}
	return token
}

// as sends a person's request, which must succeed, and returns the answer.
func (h *hub) as(login, method, path string, body any) map[string]any {
	h.t.Helper()
	status, answer, err := h.sim.Do(h.t.Context(), login, method, "/repos/"+repository+path, body)
	if err != nil || status/100 != 2 {
		h.t.Fatalf("%s: %s %s: %d %.300s, %v", login, method, path, status, answer, err)
	}
	var o map[string]any
	if len(answer) > 0 && answer[0] == '{' {
		if err := json.Unmarshal(answer, &o); err != nil {
			h.t.Fatal(err)
		}
	}
	return o
}

// list reads a list as helena.
func (h *hub) list(path string) []map[string]any {
	h.t.Helper()
	status, answer, err := h.sim.Do(h.t.Context(), "helena", "GET", "/repos/"+repository+path, nil)
	var o []map[string]any
	if err != nil || status != 200 || json.Unmarshal(answer, &o) != nil {
		h.t.Fatalf("GET %s: %d %.300s, %v", path, status, answer, err)
	}
	return o
}

// comments are the bodies of an issue's comments.
func (h *hub) comments(number int) []string {
	h.t.Helper()
	var out []string
	for _, c := range h.list(fmt.Sprintf("/issues/%d/comments", number)) {
		out = append(out, c["body"].(string))
	}
	return out
}

func (h *hub) labels(number int) string {
	h.t.Helper()
	var out []string
	for _, l := range h.as("helena", "GET", fmt.Sprintf("/issues/%d", number), nil)["labels"].([]any) {
		out = append(out, l.(map[string]any)["name"].(string))
	}
	return strings.Join(out, " ")
}

// writes counts what the token wrote since the last count was forgotten.
func (h *hub) writes() int {
	n := 0
	for _, r := range h.sim.Requests() {
		if r.Actor == "github-actions[bot]" && r.Method != "GET" && !strings.Contains(r.Route, "graphql") {
			n += r.Count
		}
	}
	return n
}

// result is what came of a run.
type result struct {
	status  int
	log     string
	summary string
}

// start is a run of the Action on an event; env overrides its environment.
func (h *hub) start(event string, payload any, env map[string]string) result {
	h.t.Helper()
	folder := h.t.TempDir()
	data, err := json.Marshal(payload)
	if err != nil {
		h.t.Fatal(err)
	}
	file, summary := filepath.Join(folder, "event.json"), filepath.Join(folder, "summary.md")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		h.t.Fatal(err)
	}
	vars := map[string]string{
		"INPUT_GITHUB_TOKEN": h.token, "GITHUB_REPOSITORY": repository, "GITHUB_EVENT_NAME": event, "GITHUB_EVENT_PATH": file,
		"GITHUB_API_URL": h.web.APIURL, "GITHUB_GRAPHQL_URL": h.web.GraphQLURL, "GITHUB_SERVER_URL": h.web.WebURL,
		"GITHUB_STEP_SUMMARY": summary, "GITHUB_WORKFLOW_REF": repository + "/" + workflowPath + "@refs/heads/main",
	}
	for k, v := range env {
		vars[k] = v
	}
	var log bytes.Buffer
	r := result{status: action.Run(h.t.Context(), action.Options{
		Getenv: func(k string) string { return vars[k] }, Stdout: &log,
		Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})}
	r.log = log.String()
	if text, err := os.ReadFile(summary); err == nil {
		r.summary = string(text)
	}
	return r
}

// on is the payload of an event about an issue.
func (h *hub) on(action string, number int) map[string]any {
	h.t.Helper()
	return map[string]any{
		"action": action, "issue": h.as("helena", "GET", fmt.Sprintf("/issues/%d", number), nil),
		"repository": map[string]any{"full_name": repository, "default_branch": "main"},
		"sender":     map[string]any{"login": "helena", "type": "User"},
	}
}

func (h *hub) commented(number int, comment map[string]any) map[string]any {
	h.t.Helper()
	p := h.on("created", number)
	p["comment"] = comment
	return p
}

// comment writes a comment and runs the Action on it.
func (h *hub) comment(number int, login, body string) result {
	h.t.Helper()
	c := h.as(login, "POST", fmt.Sprintf("/issues/%d/comments", number), map[string]any{"body": body})
	return h.start("issue_comment", h.commented(number, c), nil)
}

// open opens an issue.
func (h *hub) open(login, title, body string, labels ...string) int {
	h.t.Helper()
	return int(h.as(login, "POST", "/issues", map[string]any{"title": title, "body": body, "labels": labels})["number"].(float64))
}

// passed lets a run of the workflow have ended well now.
func (h *hub) passed() {
	h.t.Helper()
	h.tell("POST", "/_sim/workflow-runs", map[string]string{"repo": repository, "path": workflowPath, "event": "schedule"})
}

// tell sends something to the simulator's own interface.
func (h *hub) tell(method, path string, body any) {
	h.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		h.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.web.WebURL+path, bytes.NewReader(data))
	if err != nil {
		h.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode/100 != 2 {
		h.t.Fatalf("%s %s: %s", method, path, res.Status)
	}
}
