package hubsim_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-github/v62/github"
)

func TestGraphQLTellsDeployments(t *testing.T) {
	h := newHub(t, withFiles)
	deploy := func(body string) string {
		t.Helper()
		return fmt.Sprintf("%s/deployments/%.0f/statuses", base, h.do("sara-ds", "POST", base+"/deployments", body).must(t, 201).field("id"))
	}
	first := deploy(`{"ref":"main","required_contexts":[],"payload":{"deliverable": 3}}`)
	deploy(`{"ref":"main","required_contexts":[],"environment":"staging"}`)
	deploy(`{"ref":"main","required_contexts":[]}`)
	h.do("sara-ds", "POST", first, `{"state":"in_progress"}`).must(t, 201)
	h.do("sara-ds", "POST", first, `{"state":"success","environment_url":"https://churn.example"}`).must(t, 201)
	query := repoQuery(`deployments(first: 5, environments: ["production"], orderBy: {field: CREATED_AT, direction: DESC}) { totalCount nodes {
		environment payload ref { name } creator { login } statuses(first: 5) { nodes { state environmentUrl } } } }`)
	h.graphql(h.as("rui-sme"), query, nil).want(t, `{"data":{"repository":{"deployments":{"totalCount":2,"nodes":[`+
		`{"environment":"production","payload":null,"ref":{"name":"main"},"creator":{"login":"sara-ds"},"statuses":{"nodes":[]}},`+
		`{"environment":"production","payload":"{\"deliverable\":3}","ref":{"name":"main"},"creator":{"login":"sara-ds"},`+
		`"statuses":{"nodes":[{"state":"SUCCESS","environmentUrl":"https://churn.example"},{"state":"IN_PROGRESS","environmentUrl":null}]}}]}}}}`)
	// The connection cannot be null: what an App may not read takes the repository with it.
	bot := h.bot(&github.InstallationTokenOptions{Permissions: &github.InstallationPermissions{Contents: github.String("read")}})
	h.graphql(bot, repoQuery(`deployments(first: 1) { totalCount }`), nil).want(t, `{"data":{"repository":null},"errors":[{"type":"FORBIDDEN",`+
		`"path":["repository","deployments"],"locations":[{"line":1,"column":52}],"message":"Resource not accessible by integration"}]}`)
}

func TestGraphQLTellsChecksOfACommit(t *testing.T) {
	h := newHub(t, withFiles)
	bot, sha := h.bot(nil), h.head("main")
	value, err := h.s.ActionsToken("acme-telco/churn", map[string]string{"checks": "write"})
	if err != nil {
		t.Fatal(err)
	}
	job := h.client(&http.Client{}).WithAuthToken(value)
	run := func(c *github.Client, name, text string) {
		t.Helper()
		h.botDo(c, "POST", base+"/check-runs", fmt.Sprintf(`{"name":%q,"head_sha":%q,"conclusion":"neutral","output":{"title":"t","summary":"s","text":%q}}`, name, sha, text)).must(t, 201)
	}
	run(bot, "report", "one")
	run(bot, "report", "two")
	run(bot, "gate", "g")
	run(job, "report", "three")
	query := func(suites, runs string) string {
		return repoQuery(`object(expression: "main") { ... on Commit { checkSuites(first: 9` + suites + `) { nodes { app { slug } checkRuns(first: 9` + runs + `) { nodes { name text } } } } } }`)
	}
	answer := func(nodes string) string {
		return `{"data":{"repository":{"object":{"checkSuites":{"nodes":[` + nodes + `]}}}}}`
	}
	rui := h.as("rui-sme")
	h.graphql(rui, query(`, filterBy: {checkName: "report"}`, `, filterBy: {checkName: "report", checkType: ALL}`), nil).want(t, answer(
		`{"app":{"slug":"phasegate"},"checkRuns":{"nodes":[{"name":"report","text":"one"},{"name":"report","text":"two"}]}},`+
			`{"app":{"slug":"github-actions"},"checkRuns":{"nodes":[{"name":"report","text":"three"}]}}`))
	h.graphql(rui, query(`, filterBy: {appId: 4711}`, ``), nil).want(t, answer(
		`{"app":{"slug":"phasegate"},"checkRuns":{"nodes":[{"name":"report","text":"two"},{"name":"gate","text":"g"}]}}`))
	h.graphql(rui, query(`, filterBy: {checkName: "gate"}`, `, filterBy: {statuses: [QUEUED]}`), nil).want(t, answer(`{"app":{"slug":"phasegate"},"checkRuns":{"nodes":[]}}`))
	h.graphql(rui, query(`, filterBy: {checkName: "other"}`, ``), nil).want(t, answer(``))
}
