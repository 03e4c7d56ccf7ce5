package acceptance_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// Whoever may administer the repository holds the role that the config gives to that permission, from the moment
// they may until they may no longer.
func TestRoleByPermission(t *testing.T) {
	t.Parallel()
	w := projectOf(t, cast(), strings.Replace(config(lifecycle.English), "[mina-mle]", "[permission:admin]", 1))
	w.push("felix-se", "watch", "#1", [2]string{"monitoring/psi.yml", "x: 1\n"})
	w.pull(1, "felix-se", "watch", "Watch it", "No deliverable yet.")
	w.asks(1, "mina-mle")
	w.as("mina-mle", "PUT", "/collaborators/bento-be", map[string]any{"permission": "admin"})
	w.approvePull(1, "dora-de", "#1") // who may write only
	if got := w.on(w.heads["#1"], "roles").state(); got != "in_progress" {
		t.Fatalf("roles is %s after an approval by somebody without the permission", got)
	}
	w.asks(1, "bento-be", "mina-mle")
	w.approvePull(1, "bento-be", "#1")
	if got := w.on(w.heads["#1"], "roles").state(); got != "success" {
		t.Fatalf("roles is %s after an approval by somebody with the permission", got)
	}
	w.as("mina-mle", "PUT", "/collaborators/bento-be", map[string]any{"permission": "write"})
	w.comment(1, "mina-mle", "/approved?") // anything that has it looked at again
	if got := w.on(w.heads["#1"], "roles").state(); got != "in_progress" {
		t.Errorf("roles is %s once the approval's author may no longer administer", got)
	}
}

// A row with a condition applies once the status is there, and no longer when it is taken back. Where no row has such
// a condition, statuses cost nothing.
func TestStatusCondition(t *testing.T) {
	t.Parallel()
	row := "paths:\n  - paths: [\"lib/**\"]\n    roles: [ml-engineer]\n    when:\n      has_successful_status: [gpu]\n  - paths: [\"**\"]\n    roles: [software-engineer]\n"
	for _, c := range []struct {
		name, rules string
		minds       bool
	}{{"with a condition", config(lifecycle.English) + row, true}, {"without", config(lifecycle.English), false}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := projectOf(t, cast(), c.rules)
			w.push("sara-ds", "fast", "#1", [2]string{"lib/fast.py", "x = 1\n"})
			w.pull(1, "sara-ds", "fast", "Faster", "No deliverable yet.")
			head := w.heads["#1"]
			set := func(state string) string {
				w.as("dora-de", "POST", "/statuses/"+head, map[string]any{"state": state, "context": "gpu"})
				w.settle()
				return w.on(head, "roles").Output.Title
			}
			if !c.minds {
				w.forgetRequests()
				set("success")
				if i := slices.IndexFunc(w.requests(), func(r requestCount) bool { return r.Actor == botLogin }); i >= 0 {
					t.Errorf("a status asks for requests: %+v", w.requests()[i])
				}
				return
			}
			if title := w.on(head, "roles").Output.Title; strings.Contains(title, "mina-mle") || !strings.Contains(title, "felix-se") {
				t.Errorf("without the status: %q", title)
			}
			if title := set("success"); !strings.Contains(title, "mina-mle") {
				t.Errorf("with the status: %q", title)
			}
			if title := set("failure"); strings.Contains(title, "mina-mle") {
				t.Errorf("the status failed: %q", title)
			}
		})
	}
}

// What the organisation shares counts in each repository with a config, which cannot go below it.
func TestSharedRules(t *testing.T) {
	t.Parallel()
	seed := cast()
	seed.Repos = []string{".github"}
	w := projectOf(t, seed, strings.Replace(config(lifecycle.English), "mode: enforce", "mode: observe", 1))
	w.push("sara-ds", "usage", "#1", [2]string{"notebooks/usage.ipynb", "{}\n"})
	w.pull(1, "sara-ds", "usage", "Look at usage", "No deliverable yet.")
	if got := w.on(w.heads["#1"], "roles").state(); got != "neutral" {
		t.Fatalf("observed: roles is %s", got)
	}
	shared := "version: 1\nmode: enforce\nroles:\n  data-scientist: [felix-se]\n"
	valid(t, configPath, shared)
	w.as("mina-mle", "PUT", "/repos/acme-telco/.github/contents/.github/phasegate.yml",
		map[string]any{"message": "Share rules", "content": base64.StdEncoding.EncodeToString([]byte(shared))})
	w.settle()
	w.push("sara-ds", "usage", "#1 again", [2]string{"notebooks/usage.ipynb", "{\"cells\": []}\n"})
	run := w.on(w.heads["#1 again"], "roles")
	if run.state() != "in_progress" || !strings.Contains(run.Output.Title, "felix-se") || !strings.Contains(run.Output.Title, "tomas-ds") {
		t.Errorf("shared rules: %s, %q", run.state(), run.Output.Title)
	}
	w.approvePull(1, "felix-se", "#1 again")
	if got := w.on(w.heads["#1 again"], "roles").state(); got != "success" {
		t.Errorf("roles is %s once somebody approved to whom the organisation gives the role", got)
	}
}
