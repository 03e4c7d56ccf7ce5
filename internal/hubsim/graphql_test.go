package hubsim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-github/v62/github"

	"github.com/phasegate/phasegate/internal/hubsim"
)

// graphql sends a query with a client's credentials and returns the answer's body.
func (h *hub) graphql(c *github.Client, query string, vars map[string]any) answer {
	h.t.Helper()
	req, err := c.NewRequest("POST", h.l.GraphQLURL, map[string]any{"query": query, "variables": vars})
	if err != nil {
		h.t.Fatal(err)
	}
	var raw json.RawMessage
	resp, err := c.Do(h.t.Context(), req, &raw)
	if resp == nil {
		h.t.Fatal(err)
	}
	return answer{status: resp.StatusCode, header: resp.Header, body: raw, err: err}
}

// want compares an answer with JSON, ids and times left out of it by the query.
func (a answer) want(t *testing.T, want string) {
	t.Helper()
	if got := string(a.must(t, 200).body); got != want {
		t.Errorf("answered\n%s\nwant\n%s", got, want)
	}
}

// repoQuery wraps selections on the main repository.
func repoQuery(selections string) string {
	return `{ repository(owner: "acme-telco", name: "churn") { ` + selections + ` } }`
}

func (h *hub) issue(login, title, body string, labels ...string) int {
	h.t.Helper()
	is, _, err := h.as(login).Issues.Create(h.t.Context(), "acme-telco", "churn", &github.IssueRequest{Title: &title, Body: &body, Labels: &labels})
	if err != nil {
		h.t.Fatal(err)
	}
	return is.GetNumber()
}

func (h *hub) comment(c *github.Client, number int, body string) int64 {
	h.t.Helper()
	made, _, err := c.Issues.CreateComment(h.t.Context(), "acme-telco", "churn", number, &github.IssueComment{Body: &body})
	if err != nil {
		h.t.Fatal(err)
	}
	return made.GetID()
}

func TestGraphQLTellsWhoEditedAndWhoTheViewerIs(t *testing.T) {
	h := newHub(t, nil)
	h.issue("sara-ds", "Churn", "Text")
	bot := h.bot(nil)
	id := h.comment(bot, 1, "sticky")
	query := repoQuery(`issue(number: 1) { comments(first: 5) { nodes { body viewerDidAuthor includesCreatedEdit lastEditedAt
		author { __typename login } editor { __typename login } userContentEdits(first: 5) { totalCount nodes { diff editor { login } } } } } }`)
	h.graphql(bot, query, nil).want(t, `{"data":{"repository":{"issue":{"comments":{"nodes":[{"body":"sticky","viewerDidAuthor":true,"includesCreatedEdit":false,"lastEditedAt":null,`+
		`"author":{"__typename":"Bot","login":"phasegate"},"editor":null,"userContentEdits":{"totalCount":0,"nodes":[]}}]}}}}}`)

	// A maintainer may edit anybody's comment; REST hides it, GraphQL tells.
	h.do("sara-ds", "PATCH", fmt.Sprintf("/repos/acme-telco/churn/issues/comments/%d", id), `{"body":"forged"}`).must(t, 200)
	h.graphql(h.as("sara-ds"), repoQuery(`issue(number: 1) { viewerDidAuthor comments(first: 5) { nodes { viewerDidAuthor includesCreatedEdit
		editor { __typename login } userContentEdits(first: 5) { totalCount nodes { diff editor { login } } } } } }`), nil).want(t,
		`{"data":{"repository":{"issue":{"viewerDidAuthor":true,"comments":{"nodes":[{"viewerDidAuthor":false,"includesCreatedEdit":true,`+
			`"editor":{"__typename":"User","login":"sara-ds"},"userContentEdits":{"totalCount":2,"nodes":[{"diff":"forged","editor":{"login":"sara-ds"}},{"diff":"sticky","editor":{"login":"phasegate"}}]}}]}}}}}`)

	h.graphql(bot, `{ viewer { login } }`, nil).want(t, `{"data":{"viewer":{"login":"phasegate[bot]"}}}`)
	h.graphql(h.as("tom-tri"), `{ viewer { login } }`, nil).want(t, `{"data":{"viewer":{"login":"tom-tri"}}}`)
}

func TestGraphQLFiltersIssuesByAnyLabel(t *testing.T) {
	h := newHub(t, nil)
	h.issue("sara-ds", "One", "", "bug")
	h.issue("sara-ds", "Two", "", "kind:problem")
	h.issue("sara-ds", "Three", "")
	h.issue("sara-ds", "Four", "", "bug", "kind:problem")
	h.do("sara-ds", "PATCH", "/repos/acme-telco/churn/issues/2", `{"state":"closed"}`).must(t, 200)
	sara := h.as("sara-ds")
	list := func(args string) string {
		return repoQuery(`issues(first: 10, ` + args + `) { totalCount nodes { number } }`)
	}
	h.graphql(sara, list(`labels: ["bug", "kind:problem"]`), nil).want(t, `{"data":{"repository":{"issues":{"totalCount":3,"nodes":[{"number":1},{"number":2},{"number":4}]}}}}`)
	h.graphql(sara, list(`labels: ["bug", "kind:problem"], states: [OPEN], orderBy: {field: CREATED_AT, direction: DESC}`), nil).want(t,
		`{"data":{"repository":{"issues":{"totalCount":2,"nodes":[{"number":4},{"number":1}]}}}}`)
	h.graphql(sara, list(`filterBy: {since: "2030-01-01T00:00:00Z"}`), nil).want(t, `{"data":{"repository":{"issues":{"totalCount":0,"nodes":[]}}}}`)
}

func TestGraphQLTimelineAndReactions(t *testing.T) {
	h := newHub(t, nil)
	h.issue("sara-ds", "Churn", "", "bug")
	id := h.comment(h.as("rui-sme"), 1, "/approve")
	h.do("sara-ds", "PATCH", "/repos/acme-telco/churn/issues/1", `{"title":"Churn 2","state":"closed","state_reason":"not_planned"}`).must(t, 200)
	if _, _, err := h.bot(nil).Reactions.CreateIssueCommentReaction(t.Context(), "acme-telco", "churn", id, "+1"); err != nil {
		t.Fatal(err)
	}
	h.graphql(h.bot(nil), repoQuery(`issue(number: 1) { state stateReason timelineItems(first: 20, itemTypes: [LABELED_EVENT, RENAMED_TITLE_EVENT, CLOSED_EVENT]) {
		totalCount nodes { __typename ... on LabeledEvent { label { name } actor { login } } ... on RenamedTitleEvent { previousTitle currentTitle } ... on ClosedEvent { stateReason } } } }`), nil).want(t,
		`{"data":{"repository":{"issue":{"state":"CLOSED","stateReason":"NOT_PLANNED","timelineItems":{"totalCount":3,"nodes":[`+
			`{"__typename":"LabeledEvent","label":{"name":"bug"},"actor":{"login":"sara-ds"}},{"__typename":"RenamedTitleEvent","previousTitle":"Churn","currentTitle":"Churn 2"},`+
			`{"__typename":"ClosedEvent","stateReason":"NOT_PLANNED"}]}}}}}`)

	got := h.graphql(h.bot(nil), repoQuery(`issue(number: 1) { comments(last: 1) { nodes { reactionGroups { content viewerHasReacted users { totalCount } reactors(first: 2) { nodes { ... on Bot { login } } } } } } }`), nil).must(t, 200)
	if body := string(got.body); strings.Count(body, `"content"`) != 8 ||
		!strings.Contains(body, `{"content":"THUMBS_UP","viewerHasReacted":true,"users":{"totalCount":0},"reactors":{"nodes":[{"login":"phasegate"}]}}`) {
		t.Errorf("reactionGroups: %s", body)
	}
}

func TestGraphQLErrors(t *testing.T) {
	h := newHub(t, func(s *hubsim.Seed, _ *hubsim.Options) {
		s.Private = true
		s.App.Permissions = map[string]string{"contents": "read"}
	})
	h.issue("sara-ds", "Churn", "")
	for _, tt := range []struct {
		who         *github.Client
		query, want string
	}{
		{h.as("sara-ds"), repoQuery(`issue(number: 9) { title }`), `"type":"NOT_FOUND","path":["repository","issue"],"locations":[{"line":1,"column":52}],"message":"Could not resolve to an Issue with the number of 9."`},
		{h.as("outsider"), repoQuery(`id`), `{"data":{"repository":null},"errors":[{"type":"NOT_FOUND"`},
		{h.bot(nil), repoQuery(`issue(number: 1) { title }`), `{"data":{"repository":{"issue":null}},"errors":[{"type":"FORBIDDEN"`},
		{h.bot(nil), `{ organization(login: "acme-telco") { team(slug: "data") { name } } }`, `"message":"Resource not accessible by integration"`},
		{h.as("sara-ds"), repoQuery(`issue(number: 1) { comments { nodes { id } } }`), "You must provide a `first` or `last` value to properly paginate the `comments` connection."},
		{h.as("sara-ds"), repoQuery(`issues(first: 100) { nodes { comments(first: 100) { nodes { reactions(first: 100) { nodes { id } } } } } }`),
			`{"errors":[{"type":"MAX_NODE_LIMIT_EXCEEDED","message":"This query requests up to 1,010,100 possible nodes which exceeds the maximum limit of 500,000."}]}`},
	} {
		if got := h.graphql(tt.who, tt.query, nil).must(t, 200); !strings.Contains(string(got.body), tt.want) {
			t.Errorf("%s: answered %s, want %s", tt.query, got.body, tt.want)
		}
	}
	for token, status := range map[string]int{"ghs_wrong": http.StatusUnauthorized, "": http.StatusUnauthorized} {
		c := h.client(&http.Client{})
		if token != "" {
			c = c.WithAuthToken(token)
		}
		if got := h.graphql(c, `{ viewer { login } }`, nil); got.status != status {
			t.Errorf("token %q: %d, want %d", token, got.status, status)
		}
	}
}

func TestGraphQLMutationsSendWebhooks(t *testing.T) {
	h := newHub(t, nil)
	h.issue("sara-ds", "Churn", "Text")
	bot := h.bot(nil)
	id := h.graphql(bot, repoQuery(`issue(number: 1) { id }`), nil).field("data", "repository", "issue", "id")
	label := h.graphql(bot, repoQuery(`label(name: "bug") { id }`), nil).field("data", "repository", "label", "id")
	h.take()
	vars := map[string]any{"id": id, "label": label}
	h.graphql(bot, `mutation($id: ID!, $label: ID!) {
		a: addComment(input: {subjectId: $id, body: "hello", clientMutationId: "c1"}) { clientMutationId commentEdge { node { body } } }
		b: addLabelsToLabelable(input: {labelableId: $id, labelIds: [$label]}) { labelable { labels(first: 5) { nodes { name } } } }
		c: updateIssue(input: {id: $id, body: "New"}) { issue { body editor { login } } }
		d: addReaction(input: {subjectId: $id, content: EYES}) { reaction { content } }
		e: removeReaction(input: {subjectId: $id, content: EYES}) { reactionGroups { content } }
		f: removeLabelsFromLabelable(input: {labelableId: $id, labelIds: [$label]}) { labelable { labels(first: 5) { totalCount } } } }`, vars)
	if got, want := namesOf(h.take()), "issue_comment.created issues.labeled issues.edited issues.unlabeled"; got != want {
		t.Errorf("webhooks %s, want %s", got, want)
	}
	refused := h.graphql(h.as("rui-sme"), `mutation($id: ID!) { updateIssue(input: {id: $id, body: "mine"}) { issue { body } } }`, map[string]any{"id": id})
	if !strings.Contains(string(refused.body), `"type":"FORBIDDEN"`) {
		t.Errorf("a reader edits the issue: %s", refused.body)
	}
	if calls := h.take(); len(calls) > 0 {
		t.Errorf("a refused mutation sent %s", namesOf(calls))
	}
}

func TestGraphQLIsCountedAsOneRoute(t *testing.T) {
	h := newHub(t, nil)
	h.do("", "DELETE", "/_sim/requests", "")
	h.graphql(h.as("sara-ds"), `{ viewer { login } }`, nil).must(t, 200)
	if got := h.do("", "GET", "/_sim/requests", "").must(t, 200); !strings.Contains(string(got.body), "/graphql") {
		t.Errorf("requests: %s", got.body)
	}
}
