package gh_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/gh"
)

const frame = `{"action":%q,"sender":{"login":%q,"type":%q},"installation":{"id":7},
"repository":{"id":5,"name":"churn","full_name":"acme/churn","default_branch":"main"},"organization":{"login":"acme"},%s}`

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
	for _, k := range c.Statuses {
		parts = append(parts, "statuses "+strings.TrimPrefix(k.String(), "7/acme/churn/"))
	}
	for _, k := range c.Bases {
		parts = append(parts, "bases "+strings.TrimPrefix(k.String(), "7/acme/churn/"))
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
	open7 := `"pull_request":{"number":7,"state":"open","base":{"ref":"main"}}`
	suite := func(of, slug, id, pulls string) string {
		return fmt.Sprintf(`%q:{"name":"phasegate/gate","head_sha":"abc","external_id":%q,"app":{"slug":%q},"pull_requests":[%s]}`, of, id, slug, pulls)
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
		{"a command on a pull request", "issue_comment", "created", says(onPull, long+"\n/approve as backend-engineer", "User"), "pull/7"},
		{"a yes on a pull request without a label", "issue_comment", "created", says(`"issue":{"number":7,"pull_request":{}}`, "Approved", "User"), "pull/7"},
		{"talk on a pull request", "issue_comment", "created", says(onPull, long, "User"), ""},
		{"a command on a pull request edited away", "issue_comment", "edited", says(onPull, long, "User") + `,"changes":{"body":{"from":"/approve"}}`, "pull/7"},
		{"a command on a pull request deleted", "issue_comment", "deleted", says(onPull, "/approve", "User"), "pull/7"},
		{"a bot on a pull request", "issue_comment", "created", says(onPull, "/approve", "Bot"), ""},
		{"a bot changes its own words on a pull request", "issue_comment", "edited", says(onPull, "coverage 80 %", "Bot"), ""},
		{"somebody edits the bot's words on a pull request", "issue_comment", "edited", says(onPull, "<!-- phasegate:sticky v1 e30 -->", "Bot"), "pull/7"},
		{"a pull request opened", "pull_request", "opened", open7, "pull/7"},
		{"pushed to", "pull_request", "synchronize", open7, "pull/7"},
		{"reopened", "pull_request", "reopened", open7, "pull/7"},
		{"another title", "pull_request", "edited", open7 + `,"changes":{"title":{"from":"x"}}`, "pull/7"},
		{"another text", "pull_request", "edited", open7 + `,"changes":{"body":{"from":"x"}}`, "pull/7"},
		{"another base", "pull_request", "edited", open7 + `,"changes":{"base":{"ref":{"from":"dev"}}}`, "pull/7"},
		{"edited, but nothing of it", "pull_request", "edited", open7 + `,"changes":{}`, ""},
		{"no draft any more", "pull_request", "ready_for_review", open7, "pull/7"},
		{"a draft again", "pull_request", "converted_to_draft", open7, "pull/7"},
		{"labelled", "pull_request", "labeled", open7, "pull/7"},
		{"a label off", "pull_request", "unlabeled", open7, "pull/7"},
		{"a review asked", "pull_request", "review_requested", open7, "pull/7"},
		{"a review asked no more", "pull_request", "review_request_removed", open7, "pull/7"},
		{"assigned to somebody", "pull_request", "assigned", open7, ""},
		{"a closed one labelled", "pull_request", "labeled", `"pull_request":{"number":7,"state":"closed","base":{"ref":"main"}}`, ""},
		{"a merged pull request", "pull_request", "closed", `"pull_request":{"number":7,"state":"closed","merged":true,"body":"Deliverable: #3","base":{"ref":"main"}}`, "issue/3, pull/7, stale evidence"},
		{"a merged one that names another now", "pull_request", "edited", `"pull_request":{"number":7,"merged":true,"body":"Deliverable: #3","base":{"ref":"main"}},"changes":{"body":{"from":"Deliverable: #4"}}`, "issue/3, issue/4, stale evidence"},
		{"a merged one with other words", "pull_request", "edited", `"pull_request":{"number":7,"merged":true,"body":"Deliverable: #3","base":{"ref":"main"}},"changes":{"body":{"from":"Deliverable: #3 "}}`, ""},
		{"one for two", "pull_request", "closed", `"pull_request":{"number":7,"merged":true,"body":"Deliverable: #3, #4","base":{"ref":"main"},"head":{"ref":"9-x"}}`, "issue/3, issue/4, pull/7, stale evidence"},
		{"one that may name one", "pull_request", "closed", `"pull_request":{"number":7,"merged":true,"body":"Fixes #3","base":{"ref":"main"},"head":{"ref":"9-x"}}`, "pull/7, stale evidence"},
		{"a merged one that may name one now", "pull_request", "edited", `"pull_request":{"number":7,"merged":true,"body":"Fixes #3","base":{"ref":"main"}},"changes":{"body":{"from":"Fixes #4"}}`, "issue/4, pull/7, stale evidence"},
		{"one that names nothing", "pull_request", "closed", `"pull_request":{"number":7,"merged":true,"base":{"ref":"main"}}`, "pull/7, repository, stale evidence"},
		{"merged elsewhere", "pull_request", "closed", `"pull_request":{"number":7,"merged":true,"body":"Deliverable: #3","base":{"ref":"dev"}}`, "pull/7"},
		{"closed without a merge", "pull_request", "closed", `"pull_request":{"number":7,"body":"Deliverable: #3","base":{"ref":"main"}}`, "pull/7"},
		{"a review", "pull_request_review", "submitted", open7 + `,"review":{"user":{"type":"User"}}`, "pull/7"},
		{"a review edited", "pull_request_review", "edited", open7 + `,"review":{"user":{"type":"User"}}`, "pull/7"},
		{"a review dismissed", "pull_request_review", "dismissed", open7 + `,"review":{"user":{"type":"User"}}`, "pull/7"},
		{"a bot's review", "pull_request_review", "submitted", open7 + `,"review":{"user":{"type":"Bot"}}`, ""},
		{"our check asked for again", "check_run", "rerequested", suite("check_run", "phasegate", "pull:7:abc", `{"number":9}`), "pull/7"},
		{"our config check asked for again", "check_run", "rerequested", suite("check_run", "phasegate", "config:abc", `{"number":9},{"number":8,"base":{"repo":{"id":5}}},{"number":10,"base":{"repo":{"id":6}}}`), "pull/8, pull/9"},
		{"our config check on a fork's", "check_run", "rerequested", suite("check_run", "phasegate", "config:abc", ""), "pull/abc"},
		{"a stranger's check asked for again", "check_run", "rerequested", suite("check_run", "ci", "pull:7:abc", `{"number":9}`), ""},
		{"all our checks asked for again", "check_suite", "rerequested", suite("check_suite", "phasegate", "", `{"number":9},{"number":8}`), "pull/8, pull/9"},
		{"all our checks on a fork's", "check_suite", "rerequested", suite("check_suite", "phasegate", "", ""), "pull/abc"},
		{"a group's check asked for again", "check_run", "rerequested", `"check_run":{"head_sha":"abc","external_id":"group:def","app":{"slug":"phasegate"},"check_suite":{"head_branch":"gh-readonly-queue/release/pr-1/pr-7-def"}}`, "merge-group/release/pr-1@abc, pull/abc"},
		{"all of a group's checks asked for again", "check_suite", "rerequested", `"check_suite":{"head_sha":"abc","head_branch":"gh-readonly-queue/main/pr-7-def","app":{"slug":"phasegate"}}`, "merge-group/main@abc, pull/abc"},
		{"a branch that is no group's", "check_suite", "rerequested", `"check_suite":{"head_sha":"abc","head_branch":"my/gh-readonly-queue/main/pr-7-def","app":{"slug":"phasegate"}}`, "pull/abc"},
		{"a stranger's suite", "check_suite", "rerequested", suite("check_suite", "ci", "", `{"number":9}`), ""},
		{"a suite of a push", "check_suite", "requested", suite("check_suite", "phasegate", "", `{"number":9}`), ""},
		{"a stranger's checks ended", "check_suite", "completed", suite("check_suite", "ci", "", `{"number":9},{"number":8}`), "statuses pull/9, statuses pull/8"},
		{"a stranger's checks ended on a fork's", "check_suite", "completed", suite("check_suite", "ci", "", ""), "statuses pull/abc"},
		{"a stranger's checks ended on main", "check_suite", "completed", `"check_suite":{"head_sha":"abc","head_branch":"main","app":{"slug":"ci"}}`, ""},
		{"our checks ended", "check_suite", "completed", suite("check_suite", "phasegate", "", `{"number":9}`), ""},
		{"a commit status", "status", "", `"sha":"abc","state":"success","branches":[{"name":"x"},{"name":"main"}]`, "statuses pull/abc"},
		{"a commit status on a fork's", "status", "", `"sha":"abc","state":"pending","branches":[]`, "statuses pull/abc"},
		{"a commit status on main", "status", "", `"sha":"abc","state":"success","branches":[{"name":"main"}]`, ""},
		{"a merge group", "merge_group", "checks_requested", `"merge_group":{"head_sha":"abc","head_ref":"refs/heads/gh-readonly-queue/release/1/pr-7-def","base_ref":"refs/heads/release/1"}`, "merge-group/release/1@abc"},
		{"a merge group that is no more", "merge_group", "destroyed", `"merge_group":{"head_sha":"abc","head_ref":"refs/heads/gh-readonly-queue/main/pr-7-def","base_ref":"refs/heads/main"}`, ""},
		{"a deployment waits", "deployment_protection_rule", "requested", `"environment":"production","deployment":{"id":5},"deployment_callback_url":"https://api.github.com/repos/acme/churn/actions/runs/1234567890123/deployment_protection_rule"`, "deployment-review/5/1234567890123/production"},
		{"a deployment that cannot be answered", "deployment_protection_rule", "requested", `"environment":"production","deployment":{"id":5},"deployment_callback_url":"https://example.com"`, ""},
		{"the config pushed", "push", "", `"ref":"refs/heads/main","commits":[{"modified":[".github/phasegate.yml"]}]`, "repository, stale config"},
		{"other files pushed", "push", "", `"ref":"refs/heads/main","commits":[{"added":["a.go"]}]`, "bases pull/into:main"},
		{"a force push", "push", "", `"ref":"refs/heads/main","forced":true,"commits":[{"added":["a.go"]}]`, "repository, stale config"},
		{"nobody tells what was pushed", "push", "", `"ref":"refs/heads/main","commits":[]`, "repository, stale config"},
		{"a push to a branch", "push", "", `"ref":"refs/heads/release/1","commits":[{"added":["a.go"]}]`, "bases pull/into:release/1"},
		{"the config pushed to a branch", "push", "", `"ref":"refs/heads/x","commits":[{"added":["a.go"]},{"removed":[".github/phasegate.yml"]}]`, "bases pull/config:x"},
		{"a force push to a branch", "push", "", `"ref":"refs/heads/x","forced":true,"commits":[{"added":["a.go"]}]`, "bases pull/config:x"},
		{"nobody tells what was pushed to a branch", "push", "", `"ref":"refs/heads/x","commits":[]`, "bases pull/config:x"},
		{"more commits than are listed pushed to a branch", "push", "", `"ref":"refs/heads/x","commits":[{}` + strings.Repeat(`,{}`, 2047) + `]`, "bases pull/config:x"},
		{"a branch deleted", "push", "", `"ref":"refs/heads/x","deleted":true,"commits":[]`, ""},
		{"a tag", "push", "", `"ref":"refs/tags/v1","commits":[{"added":["a.go"]}]`, ""},
		{"a collaborator changed", "member", "edited", `"member":{"login":"x"}`, "stale teams"},
		{"a repository handed over", "repository", "transferred", `"changes":{}`, "repository, stale config, stale teams"},
		{"a team changed", "membership", "added", `"team":{"slug":"data"}`, "stale teams"},
		{"sub-issues", "sub_issues", "sub_issue_added", `"parent_issue":{"number":2,"labels":[{"name":"kind:problem"}]},"sub_issue":{"number":3,"labels":[{"name":"kind:deliverable"}]}`, "issue/2, issue/3"},
		{"installed", "installation", "created", `"repositories":[{"full_name":"acme/churn"}]`, "repository, stale teams"},
		{"no longer suspended", "installation", "unsuspend", `"repositories":[{"full_name":"acme/churn"}]`, "repository, stale teams"},
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
