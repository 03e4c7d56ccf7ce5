package action_test

import (
	"encoding/base64"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

const problemBody = `### What is the bigger problem?

Too many customers leave.

### What does solving it require?

Knowing who is about to.

### Key metrics

| Metric | Class | Type | Target | Unit | Owner |
|---|---|---|---|---|---|
| monthly_churn | business | goal | <= 4.0 | % | @helena |
`

const dataBody = `### Parent

#2

### What the data means, in domain words

What a customer used.

### Source and owner

Billing, dora

### Period and grain

24 months, by contract
`

// ok fails the test when a run did not end well.
func (r result) ok(t *testing.T) result {
	t.Helper()
	if r.status != 0 {
		t.Fatalf("status %d:\n%s\n%s", r.status, r.log, r.summary)
	}
	return r
}

// A data requirement is validated by two comments, each in a run of its own; what hangs on it is brought
// in line in the same run, since the token's own writing starts none.
func TestRulesAreAppliedWithoutAServer(t *testing.T) {
	t.Parallel()
	h := newHub(t, config)
	h.open("helena", "Churn", problemBody, "kind:problem")
	h.start("issues", h.on("opened", 1), nil).ok(t)
	if c := h.comments(1); len(c) != 1 || !strings.Contains(c[0], "phasegate:sticky") {
		t.Fatalf("no sticky on the problem: %q", c)
	}
	if got := len(h.list("/labels?per_page=100")); got < 21 {
		t.Errorf("%d labels, the first run makes Phasegate's 21", got)
	}
	h.open("sara", "Score", "### Parent\n\n#1\n\n### What is handed over\n\nA score.\n\n### Data requirements\n\n#3\n", "kind:deliverable")
	h.open("dora", "Usage", dataBody, "kind:data")
	h.start("issues", h.on("opened", 3), nil).ok(t)
	if c := h.comments(2); len(c) != 1 || !strings.Contains(c[0], "#3") {
		t.Fatalf("the deliverable was not looked at with its data: %q", c)
	}
	before := h.comments(2)[0]

	h.comment(3, "dora", "/approve").ok(t)
	if l := h.labels(3); strings.Contains(l, "data:validated") {
		t.Errorf("validated by one person: %s", l)
	}
	r := h.comment(3, "rui", "/approve").ok(t)
	if l := h.labels(3); !strings.Contains(l, "data:validated") {
		t.Errorf("not validated by two: %s\n%s", l, r.log)
	}
	if after := h.comments(2)[0]; after == before {
		t.Errorf("the deliverable's sticky was left as it was:\n%s", after)
	}
	for _, want := range []string{"`issue_comment`", "[#3](" + h.web.WebURL + "/acme/churn/issues/3)", "`data:validated`", "reaction 👍", "status comment edited", "[#2]"} {
		if !strings.Contains(r.summary, want) {
			t.Errorf("the summary lacks %q:\n%s", want, r.summary)
		}
	}
}

// A run that finds everything as it should be writes nothing.
func TestSecondRunWritesNothing(t *testing.T) {
	t.Parallel()
	h := newHub(t, config)
	h.open("helena", "Churn", problemBody, "kind:problem")
	h.start("schedule", map[string]any{"schedule": "17 * * * *"}, nil).ok(t)
	first := h.writes()
	if first == 0 {
		t.Fatal("the first run wrote nothing")
	}
	r := h.start("schedule", map[string]any{"schedule": "17 * * * *"}, nil).ok(t)
	if n := h.writes() - first; n != 0 {
		t.Errorf("the second run wrote %d times:\n%s", n, r.log)
	}
	if !strings.Contains(r.summary, "Nothing had to be written") {
		t.Errorf("the summary does not say so:\n%s", r.summary)
	}
}

// A run that waited and was replaced loses nothing: the next looks at what changed since the last one
// that ended well, whatever its own event names, and not at what changed before.
func TestSweep(t *testing.T) {
	t.Parallel()
	h := newHub(t, config)
	h.open("helena", "Old", problemBody, "kind:problem")
	h.start("issues", h.on("opened", 1), nil).ok(t)
	h.open("helena", "Read it", "Plain words.")
	clock := func(d time.Duration) {
		if err := h.sim.SetClock(t.Context(), h.sim.Now().Add(d)); err != nil {
			t.Fatal(err)
		}
	}
	clock(time.Hour)
	h.passed()
	clock(2 * time.Hour)
	h.open("helena", "Missed", problemBody, "kind:problem")
	h.open("rui", "Missed too", problemBody) // without the label, which its author may not have had the right to give
	r := h.start("issues", h.on("edited", 2), nil).ok(t)
	if len(h.comments(3)) != 1 || len(h.comments(4)) != 1 {
		t.Errorf("what changed was not looked at:\n%s", r.log)
	}
	if strings.Contains(r.log, "looked at #1\n") || strings.Contains(r.log, "looked at #2\n") {
		t.Errorf("what did not change, or is none of Phasegate's, was looked at:\n%s", r.log)
	}
	if !strings.Contains(r.summary, "12 January, 10:00") || !strings.Contains(r.summary, "the last run that ended well") {
		t.Errorf("the summary does not say since when, in the project's zone:\n%s", r.summary)
	}
	// Without a known run it is a day, and says so; a token that may not see runs is no failure.
	clock(time.Hour)
	permitted := permissions()
	delete(permitted, "actions")
	r = h.start("issues", h.on("edited", 2), map[string]string{"INPUT_GITHUB_TOKEN": h.grant(permitted)}).ok(t)
	if !strings.Contains(r.summary, "a day back") || !strings.Contains(r.log, "looked at #1\n") {
		t.Errorf("a day was not looked back:\n%s\n%s", r.summary, r.log)
	}
}

// In a workflow a push does not say which files it changed, so each one is looked at.
func TestPushWithoutFilesIsLookedAt(t *testing.T) {
	t.Parallel()
	h := newHub(t, config)
	h.open("helena", "Churn", problemBody, "kind:problem")
	h.start("push", map[string]any{
		"ref": "refs/heads/main", "repository": map[string]any{"full_name": repository, "default_branch": "main"},
		"commits": []any{map[string]any{"id": "1", "message": "Write the config"}},
	}, nil).ok(t)
	if len(h.comments(1)) != 1 {
		t.Error("the push of a config was not looked at")
	}
}

// A merged pull request is found by the next run, should the run of its push have been replaced.
func TestMergeIsFoundByTheSweep(t *testing.T) {
	t.Parallel()
	h := newHub(t, config)
	h.open("helena", "Churn", problemBody, "kind:problem")
	h.open("sara", "Score", "### Parent\n\n#1\n\n### What is handed over\n\nA score.\n", "kind:deliverable")
	h.start("schedule", map[string]any{}, nil).ok(t)
	before := h.comments(2)[0]
	if err := h.sim.SetClock(t.Context(), h.sim.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	h.passed()
	if err := h.sim.SetClock(t.Context(), h.sim.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	ref := h.as("sara", "GET", "/git/ref/heads/main", nil)["object"].(map[string]any)
	h.as("sara", "POST", "/git/refs", map[string]any{"ref": "refs/heads/eda", "sha": ref["sha"]})
	h.as("sara", "PUT", "/contents/reports/eda/a.md", map[string]any{"message": "Analyse", "branch": "eda", "content": []byte("# Data\n")})
	pull := h.as("sara", "POST", "/pulls", map[string]any{"title": "EDA", "head": "eda", "base": "main", "body": "Deliverable: #2"})
	h.as("mina", "PUT", fmt.Sprintf("/pulls/%v/merge", pull["number"]), map[string]any{})
	h.open("helena", "Read it", "Plain words.")
	r := h.start("issues", h.on("opened", 4), nil).ok(t)
	if after := h.comments(2)[0]; after == before {
		t.Errorf("the deliverable's sticky does not know of the merge:\n%s\n%s", after, r.log)
	}
}

func TestWhenThereIsNothingToDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, config, event, says string }{
		{"no config", "", "issues", "has no `.github/phasegate.yml`"},
		{"the server's", strings.ReplaceAll(config, "runner: action", "runner: app"), "issues", "`runner: app`"},
		{"the server's by default", strings.ReplaceAll(config, "runner: action\n", ""), "issues", "`runner: app`"},
		{"the server's, in Portuguese", strings.ReplaceAll(config, "runner: action", "runner: app\nlanguage: pt-BR"), "issues", "então o servidor aplica as regras"},
		{"another event", config, "pull_request", "`pull_request` is no event Phasegate acts on"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHub(t, c.config)
			h.open("helena", "Churn", problemBody, "kind:problem")
			r := h.start(c.event, h.on("opened", 1), nil).ok(t)
			if n := h.writes(); n != 0 {
				t.Errorf("%d writes", n)
			}
			if !strings.Contains(r.summary, c.says) {
				t.Errorf("the summary does not say %q:\n%s", c.says, r.summary)
			}
			if got := commandsIn(t, r.log); len(got) != 1 || got[0].name != "notice" {
				t.Errorf("the log has %v, not one notice", got)
			}
		})
	}
}

// A broken config fails the run with the place of each problem; the last valid rules stay in force.
func TestBrokenConfig(t *testing.T) {
	t.Parallel()
	broken := strings.ReplaceAll(config, "runner: action\n", "runner: action\nrols: {}\nlanguage: \"%0A::stop::<b>\"\n")
	t.Run("never valid", func(t *testing.T) {
		t.Parallel()
		h := newHub(t, broken)
		h.open("helena", "Churn", problemBody, "kind:problem")
		r := h.start("issues", h.on("opened", 1), nil)
		if r.status != 1 || h.writes() != 0 {
			t.Errorf("status %d, %d writes", r.status, h.writes())
		}
		problems(t, r)
	})
	t.Run("valid before", func(t *testing.T) {
		t.Parallel()
		h := newHub(t, config)
		h.open("helena", "Churn", problemBody, "kind:problem")
		there := h.as("mina", "GET", "/contents/.github/phasegate.yml", nil)
		h.as("mina", "PUT", "/contents/.github/phasegate.yml", map[string]any{"message": "Break it", "content": []byte(broken), "sha": there["sha"]})
		r := h.start("issues", h.on("opened", 1), nil)
		if r.status != 1 {
			t.Errorf("status %d, want 1", r.status)
		}
		problems(t, r)
		if len(h.comments(1)) != 1 {
			t.Errorf("the last valid rules were not applied:\n%s", r.log)
		}
	})
}

// problems checks the annotations and the summary of the broken config.
func problems(t *testing.T, r result) {
	t.Helper()
	var at []string
	for _, c := range commandsIn(t, r.log) {
		if c.name == "error" && c.props["file"] == ".github/phasegate.yml" {
			at = append(at, c.props["line"]+":"+c.props["col"])
			if c.props["line"] == "12" && !strings.Contains(c.message, "rols") {
				t.Errorf("line 12 says %q", c.message)
			}
		}
	}
	if !slices.Equal(at, []string{"12:1", "13:11"}) {
		t.Errorf("annotated at %v:\n%s", at, r.log)
	}
	if !strings.Contains(r.summary, "12:1:") || strings.Contains(r.summary, "<b>") {
		t.Errorf("the summary does not list the problems, escaped:\n%s", r.summary)
	}
}

// What the token may not do is told with what to grant.
func TestMissingPermission(t *testing.T) {
	t.Parallel()
	h := newHub(t, config)
	h.open("helena", "Churn", problemBody, "kind:problem")
	permitted := permissions()
	permitted["issues"] = "read"
	r := h.start("issues", h.on("opened", 1), map[string]string{"INPUT_GITHUB_TOKEN": h.grant(permitted)})
	if r.status != 1 || !strings.Contains(r.log, "issues: write") || !strings.Contains(r.summary, "issues: write") {
		t.Errorf("status %d\n%s\n%s", r.status, r.log, r.summary)
	}
}

// GitHub failing for a moment is waited out.
func TestFaultsAreTriedAgain(t *testing.T) {
	t.Parallel()
	h := newHub(t, config)
	h.open("helena", "Churn", problemBody, "kind:problem")
	h.tell("PUT", "/_sim/faults", []any{map[string]any{"match": map[string]any{"method": "POST", "route": "/repos/{owner}/{repo}/issues/{issue_number}/comments"}, "times": 1, "status": 502}})
	r := h.start("issues", h.on("opened", 1), nil).ok(t)
	if c := h.comments(1); len(c) != 1 {
		t.Errorf("%d comments, want the sticky once:\n%s", len(c), r.log)
	}
}

// Records are signed when a key is given, and only then; the key stands nowhere in the output.
func TestSigning(t *testing.T) {
	t.Parallel()
	const key = "a key that nobody else has"
	for _, signed := range []bool{true, false} {
		h := newHub(t, config)
		h.open("helena", "Churn", problemBody, "kind:problem")
		c := h.as("felix", "POST", "/issues/1/comments", map[string]any{"body": "/advance development"})
		env := map[string]string{}
		if signed {
			env["INPUT_SIGNING_KEY"] = key
		}
		r := h.start("issue_comment", h.commented(1, c), env).ok(t)
		if strings.Contains(r.log+r.summary, key) || strings.Contains(r.log+r.summary, h.token) {
			t.Error("a secret stands in the output")
		}
		if got := signatures(t, h.comments(1)); got != signed {
			t.Errorf("signed: %t, want %t", got, signed)
		}
	}
}

// signatures reports whether a hidden block of the comments is signed.
func signatures(t *testing.T, comments []string) bool {
	t.Helper()
	records := 0
	signed := false
	for _, m := range regexp.MustCompile(`<!-- phasegate:reply v1 (\S+) -->`).FindAllStringSubmatch(strings.Join(comments, "\n"), -1) {
		data, err := base64.RawURLEncoding.DecodeString(m[1])
		if err != nil {
			t.Fatal(err)
		}
		records++
		signed = signed || strings.Contains(string(data), `"sig":`)
	}
	if records == 0 {
		t.Fatal("no record was written")
	}
	return signed
}

func TestInputsThatAreMissing(t *testing.T) {
	t.Parallel()
	h := newHub(t, config)
	for name, says := range map[string]string{"INPUT_GITHUB_TOKEN": "github-token", "GITHUB_REPOSITORY": "owner/name", "GITHUB_EVENT_NAME": "GITHUB_EVENT_NAME"} {
		r := h.start("issues", map[string]any{}, map[string]string{name: ""})
		if r.status != 1 || !strings.Contains(r.log, says) {
			t.Errorf("without %s: status %d, %s", name, r.status, r.log)
		}
	}
	r := h.start("issues", map[string]any{}, map[string]string{"GITHUB_EVENT_PATH": "/nonexistent/event.json"})
	if r.status != 1 || !strings.Contains(r.log, "read the event") {
		t.Errorf("without the event's file: status %d, %s", r.status, r.log)
	}
	r = h.start("issues", map[string]any{}, map[string]string{"GITHUB_STEP_SUMMARY": ""})
	if r.status != 0 {
		t.Errorf("without a job summary: status %d, %s", r.status, r.log)
	}
}

// An event of another repository names nothing here.
func TestOtherRepositorysEvent(t *testing.T) {
	t.Parallel()
	h := newHub(t, config)
	h.open("helena", "Churn", problemBody, "kind:problem")
	h.start("schedule", map[string]any{}, nil).ok(t)
	if err := h.sim.SetClock(t.Context(), h.sim.Now().Add(48*time.Hour)); err != nil {
		t.Fatal(err)
	}
	p := h.on("opened", 1)
	p["repository"] = map[string]any{"full_name": "acme/other", "default_branch": "main"}
	if r := h.start("issues", p, nil).ok(t); strings.Contains(r.log, "looked at") {
		t.Errorf("something was looked at:\n%s", r.log)
	}
}

// The binary of the Action has no database and no web server of the product.
func TestBinaryIsSmall(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "../cmd/phasegate-action").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	deps := strings.Fields(string(out))
	if !slices.Contains(deps, "github.com/phasegate/phasegate/action") {
		t.Fatalf("the list is not of the Action's binary: %v", deps)
	}
	for _, d := range deps {
		for _, no := range []string{"sqlite", "riverqueue", "pgx", "database/sql", "phasegate/phasegate/bot", "hubsim", "go-git/", "kin-openapi", "bluemonday"} {
			if strings.Contains(d, no) {
				t.Errorf("it links %s", d)
			}
		}
	}
}
