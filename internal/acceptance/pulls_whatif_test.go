package acceptance_test

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/phasegate/phasegate/bot"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// server is the product's address.
func (w *world) server() string { return strings.TrimSuffix(w.sys.product.hook, bot.WebhookPath) }

// ask asks the server what if, with a token.
func (w *world) ask(token, question string) (status int, body string) {
	w.t.Helper()
	a, err := w.raw("POST", w.server()+"/api/simulate", "", json.RawMessage(question), map[string]string{"Authorization": "Bearer " + token, "Content-Type": "application/json"})
	if err != nil {
		w.t.Fatal(err)
	}
	return a.status, string(a.body)
}

// What if these files changed and these people approved: an admin of the repository is told, and nothing is
// written.
func TestWhatIf(t *testing.T) {
	t.Parallel()
	w := newWorld(t, lifecycle.English)
	for _, r := range firstGate()[:6] {
		r.play(w)
	}
	w.forgetRequests()
	w.whatIf([]question{
		{"nobody approved", "sim-mina-mle", `{"repository":"acme-telco/churn","files":["reports/eda/x.md"],"deliverables":[3],"author":"sara-ds"}`, 200,
			"gate=success roles=in_progress metrics=neutral", "tomas-ds", ""},
		{"the author does not count", "sim-mina-mle", `{"repository":"acme-telco/churn","files":["reports/eda/x.md"],"deliverables":[3],"author":"sara-ds","approved":["sara-ds"]}`, 200,
			"gate=success roles=in_progress metrics=neutral", "tomas-ds", ""},
		{"approved", "sim-mina-mle", `{"repository":"acme-telco/churn","files":["reports/eda/x.md"],"deliverables":[3],"author":"sara-ds","approved":["tomas-ds"]}`, 200,
			"gate=success roles=success metrics=neutral", "", ""},
		{"changes asked for", "sim-mina-mle", `{"repository":"acme-telco/churn","files":["reports/eda/x.md"],"deliverables":[3],"author":"sara-ds","against":["tomas-ds"]}`, 200,
			"gate=success roles=failure metrics=neutral", "tomas-ds", ""},
		{"not now", "sim-mina-mle", `{"repository":"acme-telco/churn","files":["deploy/job.yml","train/gbm.py"],"deliverables":[3],"author":"felix-se"}`, 200,
			"gate=failure roles=in_progress metrics=in_progress", "bento-be,sara-ds tomas-ds", ""},
		{"no deliverable", "sim-mina-mle", `{"repository":"acme-telco/churn","files":["src/a.py"],"author":"felix-se"}`, 200,
			"gate=action_required roles=in_progress metrics=neutral", "mina-mle", ""},
		{"not an admin", "sim-sara-ds", `{"repository":"acme-telco/churn","files":["src/a.py"]}`, http.StatusForbidden, "", "", "admin"},
		{"no good token", "nonsense", `{"repository":"acme-telco/churn","files":["src/a.py"]}`, http.StatusForbidden, "", "", "admin"},
		{"another repository", "sim-mina-mle", `{"repository":"acme-telco/none","files":["src/a.py"]}`, http.StatusForbidden, "", "", "admin"},
		{"no question", "sim-mina-mle", `{"repository":"acme-telco/churn"}`, http.StatusUnprocessableEntity, "", "", "name the files"},
		{"a misspelt key", "sim-mina-mle", `{"repository":"acme-telco/churn","file":["x"]}`, http.StatusBadRequest, "", "", "file"},
		{"into the default branch", "sim-mina-mle", `{"repository":"acme-telco/churn","files":["reports/eda/x.md"],"deliverables":[3],"author":"sara-ds","base":"main"}`, 200,
			"gate=success roles=in_progress metrics=neutral", "tomas-ds", ""},
		{"into a branch whose rules are not read", "sim-mina-mle", `{"repository":"acme-telco/churn","files":["x"],"base":"release"}`, http.StatusUnprocessableEntity, "", "", "main, the default branch"},
		{"somebody unknown approved", "sim-mina-mle", `{"repository":"acme-telco/churn","files":["reports/eda/x.md"],"deliverables":[3],"author":"sara-ds","approved":["zoe"]}`, 200,
			"gate=success roles=in_progress metrics=neutral", "tomas-ds", "approval of zoe would not count: zoe holds no role"},
		{"in a role that is not held", "sim-mina-mle", `{"repository":"acme-telco/churn","files":["reports/eda/x.md"],"deliverables":[3],"author":"sara-ds","approved":["rui-sme:software-engineer"]}`, 200,
			"gate=success roles=in_progress metrics=neutral", "tomas-ds", `"login":"rui-sme","role":"software-engineer","reason":"approval of rui-sme would not count: rui-sme does not hold the role`},
		{"no such role", "sim-mina-mle", `{"repository":"acme-telco/churn","files":["x"],"approved":["tomas-ds:king"]}`, http.StatusUnprocessableEntity, "", "", "king"},
	})
}

// What is not known of an imagined pull request counts as a condition that holds; of one that is there it is known.
func TestWhatIfWithConditions(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, `paths:
  - {paths: ["src/**"], roles: [software-engineer]}
  - {paths: ["src/**"], roles: [backend-engineer], when: {modified_lines: {total: "> 500"}}}
  - {paths: ["src/**"], roles: [data-engineer], when: {has_valid_signatures: false}}
  - {paths: ["src/**"], roles: [ml-engineer], when: {targets_branch: {pattern: "^release$"}}}
`)
	w.send("mina-mle", commit{branch: "release", files: []file{text1("x.txt", "x")}})
	head := w.send("sara-ds", commit{branch: "score", files: []file{text1("src/score.py", "score()\n")}})
	n := w.pullOf("sara-ds", "score", "Deliverable: #1", map[string]any{"base": "release"})
	w.stand("as it is", head, "roles", "in_progress", "felix-se", "dora-de", "mina-mle")
	w.forgetRequests()
	w.whatIf([]question{
		{"imagined", "sim-mina-mle", `{"repository":"acme-telco/churn","files":["src/a.py"],"deliverables":[1],"author":"sara-ds"}`, 200,
			"gate=success roles=in_progress metrics=neutral", "felix-se,bento-be,dora-de", `"unsure":"modified_lines"`},
		{"as it is", "sim-mina-mle", `{"repository":"acme-telco/churn","pull_request":` + itoa(n) + `,"approved":["felix-se"]}`, 200,
			"gate=success roles=in_progress metrics=neutral", "dora-de,mina-mle", ""},
		{"into its own branch", "sim-mina-mle", `{"repository":"acme-telco/churn","pull_request":` + itoa(n) + `,"base":"release"}`, 200,
			"gate=success roles=in_progress metrics=neutral", "felix-se,dora-de,mina-mle", ""},
		{"into the default branch", "sim-mina-mle", `{"repository":"acme-telco/churn","pull_request":` + itoa(n) + `,"base":"main"}`, 200,
			"gate=success roles=in_progress metrics=neutral", "felix-se,dora-de", ""},
		{"into another one", "sim-mina-mle", `{"repository":"acme-telco/churn","pull_request":` + itoa(n) + `,"base":"next"}`, http.StatusUnprocessableEntity, "", "", "write release, where #2 goes"},
	})
}

// question is asked of the server, with what must come of it.
type question struct {
	name, token, question string
	status                int
	checks                string // name=conclusion
	awaited               string // who can, by need
	says                  string
}

// whatIf asks questions, and fails if anything is written.
func (w *world) whatIf(questions []question) {
	w.t.Helper()
	for _, q := range questions {
		status, body := w.ask(q.token, q.question)
		if status != q.status || !strings.Contains(body, q.says) {
			w.t.Errorf("%s: %d %s", q.name, status, body)
			continue
		}
		if q.status == http.StatusOK {
			w.answered(q, body)
		}
	}
	if writes := w.writes(); len(writes) > 0 {
		w.t.Errorf("it wrote: %v", writes)
	}
}

func (w *world) answered(q question, body string) {
	w.t.Helper()
	var a struct {
		Checks  []struct{ Name, Conclusion string }
		Awaited []struct{ Can []string }
	}
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		w.t.Fatal(err)
	}
	var checks, awaited []string
	for _, k := range a.Checks {
		checks = append(checks, strings.TrimPrefix(k.Name, "phasegate/")+"="+k.Conclusion)
	}
	for _, n := range a.Awaited {
		awaited = append(awaited, strings.Join(n.Can, " "))
	}
	if got := strings.Join(checks, " "); got != q.checks {
		w.t.Errorf("%s: %s, want %s", q.name, got, q.checks)
	}
	if got := strings.Join(awaited, ","); got != q.awaited {
		w.t.Errorf("%s: awaits %s, want %s", q.name, got, q.awaited)
	}
}

// plan asks the program about a pull request with nothing left to write: it says how the checks stand. Its flags are
// those of a question.
func TestPlanOfAPull(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	n, _ := w.change("sara-ds", "model", train("fit()\n"))
	program := buildProgram(t)
	for _, c := range []struct {
		flags []string
		want  []string
	}{
		{nil, []string{"Nothing would be written", "phasegate/gate", "success", "#1 is in Development", "phasegate/roles", "in_progress", "Waiting for tomas-ds", "phasegate/metrics"}},
		{[]string{"--title", "Fit", "--head", "2-x", "--approve", "tomas-ds", "--approve", "zoe"}, []string{"Approved by tomas-ds", "approval of zoe would not count"}},
		{[]string{"--file", "src/a.py", "--hotfix", "it is late", "--base", "main"}, []string{"Waiting for felix-se"}},
		{[]string{"--json"}, []string{`"checks": [`, `"name": "phasegate/roles"`, `"conclusion": "in_progress"`, `"writes": []`}},
	} {
		args := append([]string{"plan", "acme-telco/churn#" + itoa(n), "--github-url", w.sys.APIURL, "--token", "sim-mina-mle"}, c.flags...)
		out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput()
		for _, want := range c.want {
			if err != nil || !strings.Contains(string(out), want) {
				t.Errorf("%v: no %q (%v) in\n%s", c.flags, want, err, out)
			}
		}
	}
}

var console = regexp.MustCompile("(?s)\n```console\n\\$ (.*?)```\n")

// The questions of docs/pull-requests.md are asked as they are printed, but for the server's address, and answered
// as they are printed.
func TestWhatIfAsDocumented(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"bash", "curl", "grep"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "pull-requests.md"))
	if err != nil {
		t.Fatal(err)
	}
	sessions := console.FindAllStringSubmatch(string(doc), -1)
	if len(sessions) != 2 {
		t.Fatalf("%d sessions, not one of plan and one of curl", len(sessions))
	}
	w := groundOf(t, ground{phases: []lifecycle.Phase{lifecycle.Design, lifecycle.Design, lifecycle.Development}})
	folder := filepath.Dir(buildProgram(t))
	for _, s := range sessions {
		command, said := typed(s[1])
		c := exec.CommandContext(t.Context(), "bash", "-euc", strings.ReplaceAll(command, "https://phasegate.example", w.server()))
		c.Env = append(os.Environ(), "PATH="+folder+string(filepath.ListSeparator)+os.Getenv("PATH"), "GITHUB_API_URL="+w.sys.APIURL, "GITHUB_TOKEN=sim-mina-mle")
		out, err := c.CombinedOutput()
		if diff := cmp.Diff(said, string(out)); diff != "" || err != nil {
			t.Errorf("%s\n%v (-documented +said):\n%s", command, err, diff)
		}
	}
}

// typed splits a session into its command, which goes on after a line that ends in \\ or |, and what is said.
func typed(session string) (command, said string) {
	lines := strings.SplitAfter(session, "\n")
	for i, line := range lines {
		if line = strings.TrimSpace(line); !strings.HasSuffix(line, `\`) && !strings.HasSuffix(line, "|") {
			return strings.Join(lines[:i+1], ""), strings.Join(lines[i+1:], "")
		}
	}
	return session, ""
}
