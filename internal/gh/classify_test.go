package gh_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/gh"
)

const frame = `{"action":%q,"sender":{"login":%q,"type":%q},"installation":{"id":7},
"repository":{"name":"churn","full_name":"acme/churn","default_branch":"main"},"organization":{"login":"acme"},%s}`

func classify(t testing.TB, event, action, rest string) string {
	t.Helper()
	return classifyFrom(t, event, action, "sara-ds", "User", rest)
}

func classifyFrom(t testing.TB, event, action, login, kind, rest string) string {
	t.Helper()
	c, err := gh.Self{Login: "phasegate[bot]"}.Classify(event, fmt.Appendf(nil, frame, action, login, kind, rest))
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, k := range c.Keys {
		parts = append(parts, strings.TrimPrefix(k.String(), "7/acme/churn/"))
	}
	for _, s := range c.Stale {
		parts = append(parts, strings.TrimSpace("stale "+string(s.What)+" "+s.Commit))
	}
	if c.Gone != 0 {
		parts = append(parts, fmt.Sprintf("gone %d", c.Gone))
	}
	return strings.Join(parts, ", ")
}

func TestClassify(t *testing.T) {
	deliverable := `"issue":{"number":3,"labels":[{"name":"kind:deliverable"}]}`
	form := `"issue":{"number":3,"body":"### Parent\n\n#2"}`
	plain := `"issue":{"number":9,"body":"It crashes","labels":[{"name":"bug"}]}`
	onPull := `"issue":{"number":7,"pull_request":{},"labels":[{"name":"kind:deliverable"}]}`
	says := func(issue, body, kind string) string {
		return issue + fmt.Sprintf(`,"comment":{"id":1,"body":%q,"user":{"login":"x","type":%q}}`, body, kind)
	}
	run := func(name, slug, text string) string {
		return fmt.Sprintf(`"check_run":{"name":%q,"head_sha":"abc","app":{"slug":%q},"output":{"text":%q}}`, name, slug, text)
	}
	deployed := func(environment, state, payload string) string {
		return fmt.Sprintf(`"deployment":{"environment":%q,"payload":%s},"deployment_status":{"state":%q}`, environment, payload, state)
	}
	good := reportText(3, strings.Repeat("a", 40), 0.5)
	long := strings.Repeat("This is a long thought about the data. ", 4)
	for _, c := range []struct{ name, event, action, rest, want string }{
		{"an object of ours", "issues", "opened", deliverable, "issue/3"},
		{"a form without its label", "issues", "opened", form, "issue/3"},
		{"any other issue", "issues", "opened", plain, ""},
		{"an issue that was ours before the edit", "issues", "edited", plain + `,"changes":{"body":{"from":"### Added value\nx"}}`, "issue/9"},
		{"assigned changes nothing", "issues", "assigned", deliverable, ""},
		{"a guarded label", "issues", "labeled", deliverable + `,"label":{"name":"phase:development"}`, "issue/3"},
		{"a kind label", "issues", "unlabeled", plain + `,"label":{"name":"kind:data"}`, "issue/9"},
		{"another label", "issues", "labeled", deliverable + `,"label":{"name":"bug"}`, ""},
		{"a command", "issue_comment", "created", says(deliverable, long+"\n/approve", "User"), "issue/3"},
		{"a yes in words", "issue_comment", "created", says(deliverable, "Approved", "User"), "issue/3"},
		{"a long comment without a command", "issue_comment", "created", says(deliverable, long, "User"), ""},
		{"a command elsewhere", "issue_comment", "created", says(plain, "/approve", "User"), ""},
		{"a bot's command", "issue_comment", "created", says(deliverable, "/approve", "Bot"), ""},
		{"somebody edits what the bot wrote", "issue_comment", "edited", says(deliverable, "<!-- phasegate:sticky v1 e30 -->", "Bot"), "issue/3"},
		{"a command that was edited away", "issue_comment", "edited", says(deliverable, long, "User") + `,"changes":{"body":{"from":"/approve"}}`, "issue/3"},
		{"a command that was deleted", "issue_comment", "deleted", says(deliverable, "/approve", "User"), "issue/3"},
		{"one of our labels deleted", "label", "deleted", `"label":{"name":"phase:design"}`, "repository"},
		{"one of our labels renamed", "label", "edited", `"label":{"name":"x"},"changes":{"name":{"from":"kind:data"}}`, "repository"},
		{"another label deleted", "label", "deleted", `"label":{"name":"bug"}`, ""},
		{"a comment on a pull request", "issue_comment", "created", says(onPull, "/approve", "User"), ""},
		{"a pull request opened", "pull_request", "opened", `"pull_request":{"number":7,"base":{"ref":"main"}}`, "pull/7"},
		{"a pull request pushed to", "pull_request", "synchronize", `"pull_request":{"number":7,"base":{"ref":"main"}}`, "pull/7"},
		{"a pull request labelled", "pull_request", "labeled", `"pull_request":{"number":7,"base":{"ref":"main"}}`, ""},
		{"a merged pull request", "pull_request", "closed", `"pull_request":{"number":7,"merged":true,"body":"Deliverable: #3","base":{"ref":"main"}}`, "issue/3, stale evidence"},
		{"a merged one that names another now", "pull_request", "edited", `"pull_request":{"number":7,"merged":true,"body":"Deliverable: #3","base":{"ref":"main"}},"changes":{"body":{"from":"Deliverable: #4"}}`, "issue/3, issue/4, stale evidence"},
		{"a merged one with other words", "pull_request", "edited", `"pull_request":{"number":7,"merged":true,"body":"Deliverable: #3","base":{"ref":"main"}},"changes":{"body":{"from":"Deliverable: #3 "}}`, ""},
		{"one that names nothing", "pull_request", "closed", `"pull_request":{"number":7,"merged":true,"base":{"ref":"main"}}`, "repository, stale evidence"},
		{"merged elsewhere", "pull_request", "closed", `"pull_request":{"number":7,"merged":true,"body":"Deliverable: #3","base":{"ref":"dev"}}`, ""},
		{"closed without a merge", "pull_request", "closed", `"pull_request":{"number":7,"body":"Deliverable: #3","base":{"ref":"main"}}`, ""},
		{"the config pushed", "push", "", `"ref":"refs/heads/main","commits":[{"modified":[".github/phasegate.yml"]}]`, "repository, stale config"},
		{"other files pushed", "push", "", `"ref":"refs/heads/main","commits":[{"added":["a.go"]}]`, ""},
		{"a force push", "push", "", `"ref":"refs/heads/main","forced":true,"commits":[{"added":["a.go"]}]`, "repository, stale config"},
		{"a push to a branch", "push", "", `"ref":"refs/heads/x","commits":[{"modified":[".github/phasegate.yml"]}]`, ""},
		{"a team changed", "membership", "added", `"team":{"slug":"data"}`, "stale teams"},
		{"sub-issues", "sub_issues", "sub_issue_added", `"parent_issue":{"number":2,"labels":[{"name":"kind:problem"}]},"sub_issue":{"number":3,"labels":[{"name":"kind:deliverable"}]}`, "issue/2, issue/3"},
		{"installed", "installation", "created", `"repositories":[{"full_name":"acme/churn"}]`, "repository"},
		{"no longer suspended", "installation", "unsuspend", `"repositories":[{"full_name":"acme/churn"}]`, "repository"},
		{"uninstalled", "installation", "deleted", `"repositories":[{"full_name":"acme/churn"}]`, "gone 7"},
		{"a metric report", "check_run", "completed", run("phasegate/report", "github-actions", good), "issue/3, stale evidence abc"},
		{"a report of ours", "check_run", "completed", run("phasegate/report", "phasegate", good), "issue/3, stale evidence abc"},
		{"a report with a mistake", "check_run", "completed", run("phasegate/report", "phasegate", `{"deliverable": 4}`), "issue/4, stale evidence abc"},
		{"a report of nothing", "check_run", "completed", run("phasegate/report", "phasegate", "?"), "repository, stale evidence abc"},
		{"a report of a stranger", "check_run", "completed", run("phasegate/report", "somebody", good), ""},
		{"a report that was begun", "check_run", "created", run("phasegate/report", "phasegate", good), ""},
		{"another check", "check_run", "completed", run("tests", "github-actions", good), ""},
		{"in production", "deployment_status", "created", deployed("production", "success", `{"deliverable":3}`), "issue/3, stale evidence"},
		{"in production, named in a text", "deployment_status", "created", deployed("production", "success", `"{\"deliverable\":3}"`), "issue/3, stale evidence"},
		{"in production, nobody says what", "deployment_status", "created", deployed("production", "success", `{}`), "repository, stale evidence"},
		{"on its way", "deployment_status", "created", deployed("production", "in_progress", `{"deliverable":3}`), ""},
		{"elsewhere", "deployment_status", "created", deployed("staging", "success", `{"deliverable":3}`), ""},
		{"an incident closed", "issues", "closed", `"issue":{"number":9,"labels":[{"name":"kind:incident"}]}`, "issue/9"},
		{"a word in a meeting", "issue_comment", "created", says(`"issue":{"number":9,"labels":[{"name":"kind:meeting"}]}`, "/reviewed #3", "User"), "issue/9"},
		{"an event nobody asked for", "star", "created", deliverable, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := classify(t, c.event, c.action, c.rest); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	if got := classifyFrom(t, "check_run", "completed", "phasegate[bot]", "Bot", run("phasegate/report", "phasegate", good)); got != "issue/3, stale evidence abc" {
		t.Errorf("a report that we filed ourselves: %q", got)
	}
	own := says(deliverable, "/approve", "Bot")
	for _, event := range gh.Events() {
		if got := classifyFrom(t, event, "edited", "phasegate[bot]", "Bot", own); got != "" {
			t.Errorf("our own %s asks to look at %s", event, got)
		}
	}
}

func TestDeliverableOf(t *testing.T) {
	for _, c := range []struct {
		body, ref string
		want      int
	}{
		{"Adds features.\n\nDeliverable: #3\nExperiment: #9", "9-x", 3},
		{"Entrega: #12", "", 12},
		{"Fixes #4 and closes #5", "", 4},
		{"see #4", "17-usage-features", 17},
		{"see #4", "usage", 0},
		{"Deliverable: 3", "", 0},
		{"Deliverable: #99999999999999999999", "", 0},
	} {
		if got := gh.DeliverableOf(c.body, c.ref); got != c.want {
			t.Errorf("%q on %q: %d, want %d", c.body, c.ref, got, c.want)
		}
	}
}

func FuzzClassify(f *testing.F) {
	f.Add("issues", []byte(`{"action":"opened","issue":{"number":1,"body":"### Parent"},"repository":{"full_name":"a/b"}}`))
	f.Add("push", []byte(`{"ref":"refs/heads/main","repository":null}`))
	f.Add("installation", []byte(`{"action":"created","repositories":[{"full_name":"/"},{}]}`))
	f.Fuzz(func(t *testing.T, name string, payload []byte) {
		c, err := gh.Self{Login: "phasegate[bot]"}.Classify(name, payload)
		if err != nil && len(c.Keys) > 0 {
			t.Error("a payload that cannot be read has keys")
		}
		for _, k := range c.Keys {
			if k.Owner == "" || k.Repo == "" {
				t.Errorf("a key without its repository: %s", k)
			}
		}
	})
}
