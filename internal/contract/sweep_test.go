//go:build contract

package contract_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	jwt "github.com/golang-jwt/jwt/v4"

	"github.com/phasegate/phasegate/internal/contract"
	"github.com/phasegate/phasegate/internal/hubsim"
)

// The sweep sends the simulated GitHub every request it serves, as people and as an App, and asks of each exchange
// and each webhook that GitHub's description allows it.

// sweep is a simulated GitHub with a recorder around it.
type sweep struct {
	t     *testing.T
	hub   *hubsim.Server
	rec   *contract.Recorder
	url   string
	token string // of the App's installation
}

// Who sends a request.
const (
	owner  = "sim-olga"  // admin
	writer = "sim-wendy" // write
	reader = "sim-rita"  // read
	nobody = ""          // no credentials
	bot    = "installation"
	appJWT = "app"
)

func startSweep(t *testing.T, checker *contract.Checker) *sweep {
	t.Helper()
	rec := checker.Recorder()
	hooks := httptest.NewServer(rec.WrapWebhooks(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })))
	t.Cleanup(hooks.Close)
	permissions := map[string]string{}
	for _, p := range []string{"contents", "issues", "pull_requests", "checks", "statuses", "deployments", "actions", "administration", "members", "merge_queues"} {
		permissions[p] = "write"
	}
	hub, err := hubsim.New(hubsim.Options{
		WebhookURL: hooks.URL, WebhookSecret: "sweep",
		Seed: &hubsim.Seed{
			Now: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC), Org: "acme", Repo: "churn", Repos: []string{"other"},
			Users: []hubsim.SeedUser{
				{Login: "olga", Name: "Olga Owner", Permission: "admin"}, {Login: "wendy", Permission: "write"},
				{Login: "rita", Permission: "read"}, {Login: "otto"},
			},
			Teams:  []hubsim.SeedTeam{{Slug: "data", Members: []string{"wendy"}, Permission: "write"}, {Slug: "data-core", Members: []string{"rita"}, Parent: "data"}},
			Labels: []hubsim.SeedLabel{{Name: "bug", Color: "d73a4a", Description: "Something isn't working"}},
			Files:  map[string]string{"README.md": "# churn\n", "src/model.py": "a = 1\nb = 2\n", ".github/CODEOWNERS": "* @acme/data\n"},
			Issues: []hubsim.SeedIssue{{Title: "First", Body: "Text", Author: "rita"}},
			App: &hubsim.SeedApp{ID: 4711, Slug: "phasegate", Permissions: permissions, Events: []string{
				"issues", "issue_comment", "label", "sub_issues", "pull_request", "pull_request_review", "pull_request_review_comment",
				"push", "create", "delete", "check_run", "check_suite", "status", "merge_group", "deployment", "deployment_status",
				"deployment_protection_rule", "workflow_run", "workflow_job", "membership", "team", "team_add", "organization",
				"member", "repository", "deployment_review",
			}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hub.Close)
	api := httptest.NewServer(rec.Wrap(hub))
	t.Cleanup(api.Close)
	return &sweep{t: t, hub: hub, rec: rec, url: api.URL}
}

// do sends one request and returns the decoded answer; the status must be one of want.
func (s *sweep) do(as, method, path string, body any, want ...int) any {
	s.t.Helper()
	var payload io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		payload = bytes.NewReader([]byte(b))
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			s.t.Fatal(err)
		}
		payload = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, s.url+path, payload)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Accept", "application/vnd.github+json")
	if credential := s.credential(as); credential != "" {
		req.Header.Set("Authorization", "Bearer "+credential)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	ok := false
	for _, status := range want {
		ok = ok || status == resp.StatusCode
	}
	if !ok {
		s.t.Errorf("%s %s as %s: %d, want %v: %.300s", method, path, as, resp.StatusCode, want, raw)
	}
	var answer any
	if len(raw) > 0 && json.Unmarshal(raw, &answer) != nil {
		return string(raw)
	}
	return answer
}

// repo is do under the main repository's path.
func (s *sweep) repo(as, method, path string, body any, want ...int) any {
	s.t.Helper()
	return s.do(as, method, "/api/v3/repos/acme/churn"+path, body, want...)
}

func (s *sweep) credential(as string) string {
	switch as {
	case appJWT:
		return s.jwt()
	case bot:
		if s.token == "" {
			made := s.do(appJWT, "POST", "/api/v3/app/installations/"+s.installation()+"/access_tokens", nil, 201)
			s.token = text(s.t, made, "token")
		}
		return s.token
	}
	return as
}

func (s *sweep) installation() string {
	return text(s.t, s.do(appJWT, "GET", "/api/v3/repos/acme/churn/installation", nil, 200), "id")
}

func (s *sweep) jwt() string {
	key, err := jwt.ParseRSAPrivateKeyFromPEM(s.hub.AppKeyPEM())
	if err != nil {
		s.t.Fatal(err)
	}
	now := time.Now()
	signed, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.RegisteredClaims{
		Issuer: "4711", IssuedAt: jwt.NewNumericDate(now.Add(-time.Minute)), ExpiresAt: jwt.NewNumericDate(now.Add(5 * time.Minute)),
	}).SignedString(key)
	if err != nil {
		s.t.Fatal(err)
	}
	return signed
}

// text follows keys (or list indexes) into an answer and returns what is there as text.
func text(t *testing.T, v any, keys ...any) string {
	t.Helper()
	for _, k := range keys {
		switch k := k.(type) {
		case string:
			m, ok := v.(map[string]any)
			if !ok {
				t.Fatalf("no %q in %v", k, v)
			}
			v = m[k]
		case int:
			l, ok := v.([]any)
			if !ok || len(l) <= k {
				t.Fatalf("no item %d in %v", k, v)
			}
			v = l[k]
		}
	}
	if f, ok := v.(float64); ok {
		return strconv.FormatInt(int64(f), 10)
	}
	return fmt.Sprint(v)
}

type object = map[string]any

// settle waits until every webhook is delivered.
func (s *sweep) settle() {
	s.t.Helper()
	s.do(owner, "GET", "/_sim/idle?timeout=30s", nil, 204)
}

func TestSweep(t *testing.T) {
	s := startSweep(t, loadGitHub(t))
	s.do(owner, "GET", "/api/v3/meta", nil, 200)
	for _, part := range []struct {
		name string
		run  func(*sweep)
	}{
		{"accounts", sweepAccounts}, {"labels", sweepLabels}, {"issues", sweepIssues}, {"comments", sweepComments},
		{"sub-issues", sweepSubIssues}, {"teams", sweepTeams}, {"apps", sweepApps}, {"rules", sweepRules}, {"errors", sweepErrors},
		{"graphql", sweepGraphQL}, {"contents", sweepContents}, {"git data", sweepGitData}, {"pulls", sweepPulls}, {"checks", sweepChecks},
		{"deployments", sweepDeployments}, {"actions", sweepActions}, {"timeline", sweepTimeline}, {"environments", sweepEnvironments},
		{"merge", sweepMerge}, {"queue", sweepQueue}, {"deletions", sweepDeletions},
	} {
		t.Run(part.name, func(t *testing.T) {
			s.t = t
			part.run(s)
		})
	}
	s.t = t
	s.settle()
	for _, v := range s.rec.Violations() {
		t.Error(v)
	}
	t.Logf("operations: %d, webhooks: %v", len(s.rec.Operations()), s.rec.Webhooks())
}

func sweepAccounts(s *sweep) {
	s.do(reader, "GET", "/api/v3/user", nil, 200)
	s.do(bot, "GET", "/api/v3/user", nil, 403)
	s.do(reader, "GET", "/api/v3/users/wendy", nil, 200)
	s.do(reader, "GET", "/api/v3/users/phasegate%5Bbot%5D", nil, 200)
	s.do(nobody, "GET", "/api/v3/users/none-such", nil, 404)
	id := text(s.t, s.do(reader, "GET", "/api/v3/users/wendy", nil, 200), "id")
	s.do(reader, "GET", "/api/v3/user/"+id, nil, 200)
	s.do(bot, "GET", "/api/v3/orgs/acme", nil, 200)
	s.do(bot, "GET", "/api/v3/orgs/acme/members?per_page=2", nil, 200)
	s.do(bot, "GET", "/api/v3/orgs/acme/members/wendy", nil, 204)
	s.do(owner, "GET", "/api/v3/orgs/acme/memberships/wendy", nil, 200)
	s.do(owner, "PUT", "/api/v3/orgs/acme/memberships/otto", object{"role": "member"}, 200)
	s.do(owner, "DELETE", "/api/v3/orgs/acme/memberships/otto", nil, 204)
	s.do(reader, "GET", "/api/v3/orgs/acme/repos", nil, 200)
	s.do(writer, "GET", "/api/v3/user/repos", nil, 200)
	s.do(writer, "GET", "/api/v3/user/issues", nil, 200)
	s.do(reader, "GET", "/api/v3/rate_limit", nil, 200)
	s.repo(bot, "GET", "", nil, 200)
	s.repo(owner, "PATCH", "", object{"description": "Churn"}, 200)
	s.do(owner, "GET", "/api/v3/repositories/"+text(s.t, s.repo(owner, "GET", "", nil, 200), "id"), nil, 200)
	s.repo(writer, "GET", "/collaborators", nil, 200)
	s.repo(writer, "GET", "/collaborators/rita", nil, 204)
	s.repo(bot, "GET", "/collaborators/rita/permission", nil, 200)
	s.repo(owner, "PUT", "/collaborators/otto", object{"permission": "push"}, 201, 204)
	s.repo(owner, "DELETE", "/collaborators/otto", nil, 204)
	s.repo(reader, "GET", "/assignees", nil, 200)
	s.repo(reader, "GET", "/assignees/wendy", nil, 204)
	s.repo(owner, "GET", "/teams", nil, 200)
	s.do(reader, "GET", "/api/v3/search/issues?q=repo:acme/churn+is:issue+state:open", nil, 200)
}

func sweepLabels(s *sweep) {
	s.repo(reader, "GET", "/labels?per_page=100", nil, 200)
	s.repo(bot, "POST", "/labels", object{"name": "phase:design", "color": "1d76db", "description": "In design"}, 201)
	s.repo(bot, "POST", "/labels", object{"name": "phase:design", "color": "1d76db"}, 422)
	s.repo(bot, "GET", "/labels/phase:design", nil, 200)
	s.repo(bot, "PATCH", "/labels/phase:design", object{"color": "ff0000", "new_name": "phase:development"}, 200)
	s.repo(writer, "DELETE", "/labels/phase:development", nil, 204)
	s.repo(writer, "POST", "/labels", object{"name": "kind:problem", "color": "0e8a16"}, 201)
}

func sweepIssues(s *sweep) {
	made := s.repo(writer, "POST", "/issues", object{"title": "A problem", "body": "See #1", "labels": []string{"bug"}, "assignees": []string{"wendy"}}, 201)
	n := "/issues/" + text(s.t, made, "number")
	s.repo(bot, "POST", "/issues", object{"title": "By the App", "body": "text"}, 201)
	s.repo(nobody, "GET", "/issues?state=all&per_page=1&labels=bug&sort=updated&direction=asc&since=2020-01-01T00:00:00Z", nil, 200)
	s.repo(bot, "GET", n, nil, 200)
	s.repo(writer, "PATCH", n, object{"title": "A renamed problem", "body": "New text"}, 200)
	s.repo(bot, "PATCH", n, object{"state": "closed", "state_reason": "not_planned"}, 200)
	s.repo(writer, "PATCH", n, object{"state": "open"}, 200)
	s.repo(bot, "POST", n+"/labels", []string{"kind:problem"}, 200)
	s.repo(bot, "POST", n+"/labels", object{"labels": []string{"bug"}}, 200)
	s.repo(bot, "GET", n+"/labels", nil, 200)
	s.repo(bot, "PUT", n+"/labels", object{"labels": []string{"bug", "kind:problem"}}, 200)
	s.repo(bot, "DELETE", n+"/labels/bug", nil, 200)
	s.repo(bot, "DELETE", n+"/labels", nil, 204)
	s.repo(bot, "POST", n+"/assignees", object{"assignees": []string{"olga"}}, 201)
	s.repo(bot, "DELETE", n+"/assignees", object{"assignees": []string{"olga"}}, 200)
	s.repo(bot, "PUT", n+"/lock", object{"lock_reason": "resolved"}, 204)
	s.repo(bot, "GET", n, nil, 200)
	s.repo(bot, "DELETE", n+"/lock", nil, 204)
	s.repo(bot, "POST", n+"/reactions", object{"content": "eyes"}, 201)
	s.repo(bot, "POST", n+"/reactions", object{"content": "eyes"}, 200)
	re := text(s.t, s.repo(bot, "GET", n+"/reactions", nil, 200), 0, "id")
	s.repo(bot, "DELETE", n+"/reactions/"+re, nil, 204)
	s.repo(bot, "GET", n+"/events", nil, 200)
	s.repo(bot, "GET", n+"/timeline?per_page=100", nil, 200)
	s.repo(bot, "GET", "/issues/1/timeline", nil, 200)
	events := s.repo(bot, "GET", "/issues/events", nil, 200)
	s.repo(bot, "GET", "/issues/events/"+text(s.t, events, 0, "id"), nil, 200)
}

func sweepComments(s *sweep) {
	made := s.repo(reader, "POST", "/issues/1/comments", object{"body": "/approve"}, 201)
	c := "/issues/comments/" + text(s.t, made, "id")
	s.repo(bot, "GET", "/issues/1/comments?since=2020-01-01T00:00:00Z&per_page=5", nil, 200)
	s.repo(bot, "GET", "/issues/comments?sort=updated&direction=desc", nil, 200)
	s.repo(bot, "GET", c, nil, 200)
	s.repo(reader, "PATCH", c, object{"body": "/approve now"}, 200)
	s.repo(bot, "POST", c+"/reactions", object{"content": "+1"}, 201)
	re := text(s.t, s.repo(bot, "GET", c+"/reactions", nil, 200), 0, "id")
	s.repo(bot, "DELETE", c+"/reactions/"+re, nil, 204)
	own := text(s.t, s.repo(bot, "POST", "/issues/1/comments", object{"body": "status"}, 201), "id")
	s.repo(bot, "PATCH", "/issues/comments/"+own, object{"body": "new status"}, 200)
	s.repo(bot, "DELETE", "/issues/comments/"+own, nil, 204)
}

func sweepSubIssues(s *sweep) {
	parent := text(s.t, s.repo(writer, "POST", "/issues", object{"title": "Parent"}, 201), "number")
	child := s.repo(writer, "POST", "/issues", object{"title": "Child"}, 201)
	id, err := strconv.Atoi(text(s.t, child, "id"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.repo(writer, "POST", "/issues/"+parent+"/sub_issues", object{"sub_issue_id": id}, 201)
	s.repo(bot, "GET", "/issues/"+parent+"/sub_issues", nil, 200)
	s.repo(bot, "GET", "/issues/"+text(s.t, child, "number")+"/parent", nil, 200)
	s.repo(bot, "GET", "/issues/"+parent, nil, 200)
	s.repo(bot, "GET", "/issues/"+text(s.t, child, "number")+"/timeline", nil, 200)
	s.repo(writer, "DELETE", "/issues/"+parent+"/sub_issue", object{"sub_issue_id": id}, 200)
}

func sweepTeams(s *sweep) {
	const teams = "/api/v3/orgs/acme/teams"
	s.do(bot, "GET", teams, nil, 200)
	s.do(owner, "POST", teams, object{"name": "ML Engineers", "privacy": "closed"}, 201)
	s.do(bot, "GET", teams+"/ml-engineers", nil, 200)
	s.do(owner, "PATCH", teams+"/ml-engineers", object{"name": "ML Engineers", "description": "They run it"}, 200, 201)
	s.do(owner, "PUT", teams+"/ml-engineers/memberships/wendy", object{"role": "maintainer"}, 200)
	s.do(bot, "GET", teams+"/ml-engineers/members?per_page=100", nil, 200)
	s.do(bot, "GET", teams+"/ml-engineers/memberships/wendy", nil, 200)
	s.do(owner, "PUT", teams+"/ml-engineers/repos/acme/churn", object{"permission": "push"}, 204)
	s.do(bot, "GET", teams+"/ml-engineers/repos", nil, 200)
	s.do(owner, "DELETE", teams+"/ml-engineers/repos/acme/churn", nil, 204)
	s.do(owner, "DELETE", teams+"/ml-engineers/memberships/wendy", nil, 204)
	s.do(owner, "DELETE", teams+"/ml-engineers", nil, 204)
	s.do(bot, "GET", teams+"/data/teams", nil, 200)
	s.do(bot, "GET", teams+"/data/members", nil, 200)
}

func sweepApps(s *sweep) {
	s.do(appJWT, "GET", "/api/v3/app", nil, 200)
	s.do(appJWT, "GET", "/api/v3/app/installations", nil, 200)
	inst := s.installation()
	s.do(appJWT, "GET", "/api/v3/app/installations/"+inst, nil, 200)
	s.do(appJWT, "GET", "/api/v3/orgs/acme/installation", nil, 200)
	narrowed := s.do(appJWT, "POST", "/api/v3/app/installations/"+inst+"/access_tokens", object{"repositories": []string{"churn"}, "permissions": object{"issues": "read"}}, 201)
	s.repo(text(s.t, narrowed, "token"), "GET", "/issues", nil, 200)
	s.repo(text(s.t, narrowed, "token"), "POST", "/issues", object{"title": "no"}, 403)
	s.do(bot, "GET", "/api/v3/installation/repositories", nil, 200)
	s.do(reader, "GET", "/api/v3/apps/phasegate", nil, 200)
	s.do(appJWT, "GET", "/api/v3/app/hook/config", nil, 200)
	list := s.do(appJWT, "GET", "/api/v3/app/hook/deliveries?per_page=100", nil, 200)
	delivery := "/api/v3/app/hook/deliveries/" + text(s.t, list, 0, "id")
	s.do(appJWT, "GET", delivery, nil, 200)
	s.do(appJWT, "POST", delivery+"/attempts", nil, 202)
	s.do(text(s.t, narrowed, "token"), "DELETE", "/api/v3/installation/token", nil, 204)
	s.do(appJWT, "PUT", "/api/v3/app/installations/"+inst+"/suspended", nil, 204)
	s.do(appJWT, "DELETE", "/api/v3/app/installations/"+inst+"/suspended", nil, 204)
}

func sweepRules(s *sweep) {
	s.repo(owner, "GET", "/branches/main/protection", nil, 404)
	s.repo(owner, "PUT", "/branches/main/protection", object{
		"required_status_checks": object{"strict": true, "contexts": []string{}, "checks": []object{{"context": "phasegate/gate", "app_id": 4711}}},
		"enforce_admins":         true, "required_pull_request_reviews": object{"required_approving_review_count": 1}, "restrictions": nil,
	}, 200)
	s.repo(bot, "GET", "/branches/main/protection", nil, 200)
	s.repo(bot, "GET", "/branches/main/protection/required_status_checks", nil, 200)
	s.repo(owner, "DELETE", "/branches/main/protection", nil, 204)
	made := s.repo(owner, "POST", "/rulesets", object{"name": "main", "target": "branch", "enforcement": "active",
		"conditions": object{"ref_name": object{"include": []string{"~DEFAULT_BRANCH"}, "exclude": []string{}}},
		"rules": []object{{"type": "required_status_checks", "parameters": object{"strict_required_status_checks_policy": false,
			"required_status_checks": []object{{"context": "phasegate/gate", "integration_id": 4711}}}}}}, 201)
	id := text(s.t, made, "id")
	s.repo(bot, "GET", "/rulesets", nil, 200)
	s.repo(bot, "GET", "/rulesets/"+id, nil, 200)
	s.repo(bot, "GET", "/rules/branches/main", nil, 200)
	s.repo(owner, "DELETE", "/rulesets/"+id, nil, 204)
}

func sweepErrors(s *sweep) {
	s.repo("ghs_wrong", "GET", "/issues", nil, 401)
	s.repo(nobody, "POST", "/issues", object{"title": "x"}, 401)
	s.repo(reader, "GET", "/issues/9999", nil, 404)
	s.repo(writer, "POST", "/issues", object{}, 422)
	s.repo(writer, "POST", "/issues", "{", 400)
	s.do(bot, "GET", "/api/v3/repos/acme/none-such", nil, 404)
	s.repo(bot, "POST", "/issues/1/reactions", object{"content": "shrug"}, 422)
	s.repo("sim-otto", "PATCH", "/issues/2", object{"title": "mine now"}, 403)
}

func sweepGraphQL(s *sweep) {
	graphql := s.graphqlOK
	id := text(s.t, graphql(bot, issueQuery, object{"owner": "acme", "name": "churn", "number": 1}), "data", "repository", "issue", "id")
	graphql(reader, issueQuery, object{"owner": "acme", "name": "churn", "number": 2})
	graphql(bot, listQuery, object{"owner": "acme", "name": "churn"})
	graphql(bot, `query { viewer { login databaseId } rateLimit { cost limit nodeCount remaining resetAt used }
		organization(login: "acme") { login team(slug: "data") { slug members(first: 10) { totalCount edges { role node { login databaseId } } } }
		teams(first: 5) { nodes { slug privacy parentTeam { slug } } } membersWithRole(first: 10) { edges { role node { login } } } }
		user(login: "wendy") { login databaseId createdAt } }`, nil)
	graphql(writer, `query($id: ID!) { node(id: $id) { __typename id ... on Issue { number } } }`, object{"id": id})
	graphql(bot, `mutation($id: ID!) { addComment(input: {subjectId: $id, body: "by GraphQL"}) { commentEdge { cursor node { id databaseId } } subject { id } } }`, object{"id": id})
	graphql(bot, `mutation($id: ID!) { addReaction(input: {subjectId: $id, content: ROCKET}) { reaction { content } subject { id reactionGroups { content } } } }`, object{"id": id})
	graphql(bot, `mutation($id: ID!) { removeReaction(input: {subjectId: $id, content: ROCKET}) { reaction { content } } }`, object{"id": id})
	graphql(bot, `mutation($id: ID!) { updateIssue(input: {id: $id, body: "edited"}) { issue { body editor { __typename login } } } }`, object{"id": id})
	graphql(bot, `mutation($id: ID!) { closeIssue(input: {issueId: $id, stateReason: NOT_PLANNED}) { issue { state stateReason } } }`, object{"id": id})
	graphql(bot, `mutation($id: ID!) { reopenIssue(input: {issueId: $id}) { issue { state stateReason } } }`, object{"id": id})
}

// issueQuery asks for all that the simulator knows of an issue.
const issueQuery = `query($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) { id nameWithOwner viewerPermission
    issue(number: $number) { id databaseId fullDatabaseId number title body url resourcePath state stateReason closed closedAt locked
      createdAt updatedAt publishedAt lastEditedAt includesCreatedEdit viewerDidAuthor viewerCanUpdate authorAssociation
      author { __typename login url avatarUrl ... on User { databaseId } ... on Bot { databaseId } } editor { __typename login }
      userContentEdits(first: 10) { totalCount nodes { id editedAt createdAt editor { __typename login } diff deletedAt } }
      labels(first: 20) { totalCount nodes { id name color description isDefault url } }
      assignees(first: 5) { nodes { login } } participants(first: 5) { totalCount nodes { login } }
      comments(first: 50) { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { ...comment } } }
      timelineItems(first: 50, itemTypes: [LABELED_EVENT, UNLABELED_EVENT, CLOSED_EVENT, REOPENED_EVENT, RENAMED_TITLE_EVENT, ISSUE_COMMENT]) {
        totalCount filteredCount pageCount nodes { __typename
          ... on LabeledEvent { id createdAt actor { __typename login } label { name color } }
          ... on UnlabeledEvent { createdAt actor { __typename login } label { name } }
          ... on ClosedEvent { createdAt stateReason url actor { __typename login } }
          ... on ReopenedEvent { createdAt stateReason }
          ... on RenamedTitleEvent { previousTitle currentTitle }
          ... on IssueComment { databaseId } } }
      parent { number } subIssues(first: 10) { totalCount nodes { number } } subIssuesSummary { total completed percentCompleted }
      reactionGroups { content createdAt viewerHasReacted users(first: 5) { totalCount nodes { login } } reactors(first: 5) { totalCount nodes { __typename } } }
      reactions(first: 10) { totalCount nodes { databaseId content createdAt user { login } } }
    } } }
fragment comment on IssueComment { id databaseId fullDatabaseId body createdAt updatedAt lastEditedAt includesCreatedEdit isMinimized
  minimizedReason viewerDidAuthor authorAssociation url author { __typename login } editor { __typename login }
  reactionGroups { content users(first: 3) { totalCount } } userContentEdits(first: 5) { totalCount nodes { editedAt } } }`

const listQuery = `query($owner: String!, $name: String!) { repository(owner: $owner, name: $name) {
  databaseId isPrivate visibility owner { __typename login } labels(first: 100, orderBy: {field: NAME, direction: ASC}) { nodes { name } } label(name: "bug") { id issues(first: 3) { totalCount } }
  issues(first: 2, labels: ["bug", "kind:problem"], states: [OPEN], orderBy: {field: UPDATED_AT, direction: DESC}) { totalCount nodes { number } pageInfo { hasNextPage endCursor } }
  since: issues(first: 10, filterBy: {since: "2026-01-05T00:00:00Z"}) { totalCount nodes { number labels(first: 5) { nodes { name } } } }
  collaborators(first: 10) { edges { permission node { login } } } } }`
