package hubsim_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v62/github"
)

// oneDocument asks in one request for all that a bot needs to know of an issue, its repository and its people.
const oneDocument = `query($owner: String!, $name: String!, $number: Int!, $after: String) {
  viewer { login databaseId }
  rateLimit { cost remaining limit resetAt }
  user(login: "Sara-DS") { login databaseId }
  repository(owner: $owner, name: $name) {
    nameWithOwner
    issue(number: $number) {
      ...text number title state stateReason
      labels(first: 10) { nodes { name } }
      comments(first: 50) { totalCount pageInfo { hasNextPage endCursor } nodes { ...text isMinimized reactionGroups { content viewerHasReacted reactors { totalCount } } } }
      timelineItems(first: 50, itemTypes: [LABELED_EVENT, UNLABELED_EVENT]) { nodes { __typename
        ... on LabeledEvent { createdAt actor { ...who } label { name } }
        ... on UnlabeledEvent { createdAt actor { ...who } label { name } } } }
    }
    open: issues(labels: ["kind:problem", "bug"], states: [OPEN], first: 20, orderBy: {field: CREATED_AT, direction: ASC}) { totalCount nodes { number } }
    closed: issues(states: CLOSED, first: 20) { totalCount }
    labels(first: 100) { nodes { name color } }
    merged: pullRequests(states: MERGED, baseRefName: "main", first: 10, orderBy: {field: UPDATED_AT, direction: DESC}) { nodes {
      number body mergedAt mergeCommit { oid } author { ...who }
      files(first: 100) { totalCount nodes { path changeType } }
      commits(last: 1) { nodes { commit { statusCheckRollup { state contexts(first: 5) { nodes { ... on CheckRun { name conclusion checkSuite { app { databaseId } } } } } } } } } } }
    config: object(expression: "HEAD:.github/phasegate.yml") { __typename ... on Blob { text oid byteSize isTruncated } }
    nothing: object(expression: "HEAD:none.yml") { oid }
    folder: object(expression: "main:") { ... on Tree { entries { name type } } }
    ref(qualifiedName: "refs/heads/main") { name target { oid } }
    defaultBranchRef { name target { ... on Commit {
      history(first: 3, path: ".github/phasegate.yml") { totalCount nodes { messageHeadline } }
      associatedPullRequests(first: 1) { nodes { number } } } } }
  }
  organization(login: $owner) { team(slug: "data") { slug members(first: 2, after: $after, membership: ALL) { totalCount pageInfo { hasNextPage endCursor } nodes { login databaseId } } } }
}
fragment who on Actor { login __typename ... on User { databaseId } ... on Bot { databaseId } }
fragment text on Comment { id body createdAt lastEditedAt includesCreatedEdit viewerDidAuthor author { ...who } editor { ...who }
  ... on Issue { databaseId fullDatabaseId } ... on IssueComment { databaseId fullDatabaseId } }`

// product is the state that oneDocument reads: an edited issue with labels that came and went, comments of a person,
// of the App and of the App edited by a person, and a merged pull request with a check.
func product(t *testing.T) (h *hub, bot *github.Client, comments []int64) {
	h = newHub(t, func(s *hubsimSeed, o *hubsimOptions) {
		withFiles(s, o)
		s.Teams = []hubsimTeam{{Slug: "data", Members: []string{"sara-ds"}}, {Slug: "core", Members: []string{"rui-sme", "tom-tri"}, Parent: "data"}}
	})
	bot = h.bot(nil)
	h.issue("rui-sme", "Churn", "First")
	h.do("rui-sme", "PATCH", base+"/issues/1", `{"body":"Second"}`).must(t, 200)
	h.do("sara-ds", "POST", base+"/issues/1/labels", `{"labels":["BUG"]}`).must(t, 200)
	h.do("sara-ds", "POST", base+"/issues/1/labels", `{"labels":["kind:problem"]}`).must(t, 200)
	h.botDo(bot, "DELETE", base+"/issues/1/labels/Bug", "").must(t, 200)
	approve, sticky, forged := h.comment(h.as("rui-sme"), 1, "/approve"), h.comment(bot, 1, "sticky"), h.comment(bot, 1, "mine")
	h.botDo(bot, "POST", fmt.Sprintf("%s/issues/comments/%d/reactions", base, approve), `{"content":"+1"}`).must(t, 201)
	h.do("sara-ds", "PATCH", fmt.Sprintf("%s/issues/comments/%d", base, forged), `{"body":"forged"}`).must(t, 200)
	number, head := h.pull("sara-ds", "topic", "eda.md")
	h.botDo(bot, "POST", base+"/check-runs", fmt.Sprintf(`{"name":"gate","head_sha":%q,"conclusion":"success"}`, head)).must(t, 201)
	h.do("sara-ds", "PUT", fmt.Sprintf("%s/pulls/%d/merge", base, number), "").must(t, 200)
	return h, bot, []int64{approve, sticky, forged}
}

// pick follows a path such as "repository.issue.comments.nodes.0.body" into decoded JSON.
func pick(v any, path string) any {
	for key := range strings.SplitSeq(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[key]
		case []any:
			var i int
			if _, err := fmt.Sscan(key, &i); err != nil || i >= len(at) {
				return fmt.Sprintf("no %s in %v", key, v)
			}
			v = at[i]
		default:
			return fmt.Sprintf("no %s in %v", key, v)
		}
	}
	return v
}

func TestOneDocumentAnswersAll(t *testing.T) {
	h, bot, comments := product(t)
	vars := map[string]any{"owner": "acme-telco", "name": "churn", "number": 1}
	got := h.graphql(bot, oneDocument, vars).must(t, 200)
	if got.field("errors") != nil {
		t.Fatalf("errors: %s", got.body)
	}
	id := func(login string) any { return h.do("sara-ds", "GET", "/users/"+login, "").must(t, 200).field("id") }
	appID, rui, sara := id("phasegate%5Bbot%5D"), id("rui-sme"), id("sara-ds")
	who := func(login, kind string, id any) map[string]any {
		return map[string]any{"login": login, "__typename": kind, "databaseId": id}
	}
	main := h.head("main")
	for path, want := range map[string]any{
		"viewer":                                             map[string]any{"login": "phasegate[bot]", "databaseId": appID},
		"rateLimit.limit":                                    5000.0,
		"user":                                               map[string]any{"login": "sara-ds", "databaseId": sara},
		"repository.issue.author":                            who("rui-sme", "User", rui),
		"repository.issue.editor":                            who("rui-sme", "User", rui),
		"repository.issue.body":                              "Second",
		"repository.issue.includesCreatedEdit":               true,
		"repository.issue.viewerDidAuthor":                   false,
		"repository.issue.stateReason":                       nil,
		"repository.issue.labels.nodes":                      []any{map[string]any{"name": "kind:problem"}},
		"repository.issue.comments.totalCount":               3.0,
		"repository.issue.comments.nodes.0.author":           who("rui-sme", "User", rui),
		"repository.issue.comments.nodes.0.databaseId":       float64(comments[0]),
		"repository.issue.comments.nodes.0.fullDatabaseId":   fmt.Sprint(comments[0]),
		"repository.issue.comments.nodes.0.reactionGroups.0": map[string]any{"content": "THUMBS_UP", "viewerHasReacted": true, "reactors": map[string]any{"totalCount": 1.0}},
		"repository.issue.comments.nodes.0.isMinimized":      false,
		"repository.issue.comments.nodes.1.author":           who("phasegate", "Bot", appID),
		"repository.issue.comments.nodes.1.viewerDidAuthor":  true,
		"repository.issue.comments.nodes.1.editor":           nil,
		"repository.issue.comments.nodes.1.lastEditedAt":     nil,
		"repository.issue.comments.nodes.2.viewerDidAuthor":  true,
		"repository.issue.comments.nodes.2.editor":           who("sara-ds", "User", sara),
		"repository.issue.comments.nodes.2.body":             "forged",
		"repository.issue.timelineItems.nodes.0.label.name":  "bug",
		"repository.issue.timelineItems.nodes.0.actor":       who("sara-ds", "User", sara),
		"repository.issue.timelineItems.nodes.2.__typename":  "UnlabeledEvent",
		"repository.issue.timelineItems.nodes.2.actor":       who("phasegate", "Bot", appID),
		"repository.open":                                    map[string]any{"totalCount": 1.0, "nodes": []any{map[string]any{"number": 1.0}}},
		"repository.closed.totalCount":                       0.0,
		"repository.labels.nodes.0":                          map[string]any{"name": "kind:problem", "color": "ff0000"},
		"repository.merged.nodes.0.mergeCommit.oid":          main,
		"repository.merged.nodes.0.files":                    map[string]any{"totalCount": 1.0, "nodes": []any{map[string]any{"path": "eda.md", "changeType": "ADDED"}}},
		"repository.merged.nodes.0.commits.nodes.0.commit.statusCheckRollup": map[string]any{"state": "SUCCESS", "contexts": map[string]any{
			"nodes": []any{map[string]any{"name": "gate", "conclusion": "SUCCESS", "checkSuite": map[string]any{"app": map[string]any{"databaseId": 4711.0}}}}}},
		"repository.config.text":                                          "language: en\n",
		"repository.config.byteSize":                                      13.0,
		"repository.config.isTruncated":                                   false,
		"repository.nothing":                                              nil,
		"repository.folder.entries.2":                                     map[string]any{"name": "eda.md", "type": "blob"},
		"repository.ref":                                                  map[string]any{"name": "main", "target": map[string]any{"oid": main}},
		"repository.defaultBranchRef.target.history.totalCount":           1.0,
		"repository.defaultBranchRef.target.associatedPullRequests.nodes": []any{map[string]any{"number": 2.0}},
		"organization.team.members.totalCount":                            3.0,
		"organization.team.members.pageInfo.hasNextPage":                  true,
	} {
		if diff := cmp.Diff(want, pick(got.field("data"), path)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", path, diff)
		}
	}
	vars["after"] = pick(got.field("data"), "organization.team.members.pageInfo.endCursor")
	rest := h.graphql(bot, oneDocument, vars).must(t, 200).field("data")
	members := "organization.team.members."
	if more, _ := pick(rest, members+"nodes").([]any); pick(rest, members+"pageInfo.hasNextPage") != false || len(more) != 1 || pick(rest, members+"totalCount") != 3.0 {
		t.Errorf("page 2 of the team: %v", more)
	}
}

func TestUnknownIssueIsNullWithAnError(t *testing.T) {
	h, bot, _ := product(t)
	got := h.graphql(bot, `query($n: Int!) { repository(owner: "acme-telco", name: "churn") { gone: issue(number: $n) { title } one: issue(number: 1) { title } } }`, map[string]any{"n": 99}).must(t, 200)
	var body struct {
		Data struct {
			Repository map[string]*struct{ Title string }
		}
		Errors []struct {
			Type, Message string
			Path          []any
		}
	}
	if err := json.Unmarshal(got.body, &body); err != nil {
		t.Fatal(err)
	}
	if gone, listed := body.Data.Repository["gone"]; gone != nil || !listed || body.Data.Repository["one"].Title != "Churn" {
		t.Errorf("data %s", got.body)
	}
	if len(body.Errors) != 1 || body.Errors[0].Type != "NOT_FOUND" || fmt.Sprint(body.Errors[0].Path) != "[repository gone]" {
		t.Errorf("errors %+v", body.Errors)
	}
}

// The bot has one login in REST and as GraphQL's viewer, another as an author in GraphQL.
func TestBotIsNamedAsOnGitHub(t *testing.T) {
	h, bot, comments := product(t)
	a := h.botDo(bot, "GET", fmt.Sprintf("%s/issues/comments/%d", base, comments[1]), "").must(t, 200)
	if a.field("user", "login") != "phasegate[bot]" || a.field("user", "type") != "Bot" || a.field("performed_via_github_app", "id") != 4711.0 {
		t.Errorf("the App's comment: %s", a.body)
	}
	if a := h.do("rui-sme", "GET", fmt.Sprintf("%s/issues/comments/%d", base, comments[0]), "").must(t, 200); a.field("performed_via_github_app") != nil {
		t.Errorf("a person's comment: %s", a.body)
	}
}

func TestLongFilesAreCut(t *testing.T) {
	h := newHub(t, func(s *hubsimSeed, o *hubsimOptions) {
		withFiles(s, o)
		s.Files["long.txt"], s.Files["fits.txt"] = "x"+strings.Repeat("é", 256_000), strings.Repeat("é", 256_000)
	})
	got := h.graphql(h.bot(nil), repoQuery(`long: object(expression: "main:long.txt") { ...blob } fits: object(expression: "main:fits.txt") { ...blob }`)+
		` fragment blob on Blob { text byteSize isTruncated isBinary }`, nil).must(t, 200)
	for _, want := range []struct {
		name      string
		length    int
		truncated bool
		size      float64
	}{{"long", 511_999, true, 512_001}, {"fits", 512_000, false, 512_000}} {
		b, _ := got.field("data", "repository", want.name).(map[string]any)
		text, _ := b["text"].(string)
		if len(text) != want.length || b["isTruncated"] != want.truncated || b["byteSize"] != want.size {
			t.Errorf("%s: %d bytes, truncated %v, size %v; want %+v", want.name, len(text), b["isTruncated"], b["byteSize"], want)
		}
	}
}

// An App that may read checks and not statuses gets an error in the place of a status, not of the whole.
func TestRollupHidesWhatAnAppMayNotRead(t *testing.T) {
	h := newHub(t, withFiles)
	sha := h.head("main")
	h.do("sara-ds", "POST", base+"/statuses/"+sha, `{"state":"failure","context":"ci"}`).must(t, 201)
	h.botDo(h.bot(nil), "POST", base+"/check-runs", fmt.Sprintf(`{"name":"gate","head_sha":%q,"conclusion":"success"}`, sha)).must(t, 201)
	reader := h.bot(&github.InstallationTokenOptions{Permissions: &github.InstallationPermissions{Checks: github.String("read"), Contents: github.String("read")}})
	query := repoQuery(`object(expression: "main") { ... on Commit { statusCheckRollup { state contexts(first: 9) {
		nodes { __typename ... on StatusContext { context } } edges { node { __typename } } } } } }`)
	got := h.graphql(reader, query, nil).must(t, 200)
	want := `"nodes":[{"__typename":"CheckRun"},null],"edges":[{"node":{"__typename":"CheckRun"}},{"node":null}]`
	if !strings.Contains(string(got.body), want) || strings.Count(string(got.body), `"type":"FORBIDDEN"`) != 2 {
		t.Errorf("answered %s", got.body)
	}
	if all := h.graphql(h.bot(nil), query, nil).must(t, 200); all.field("errors") != nil || !strings.Contains(string(all.body), `"state":"FAILURE"`) {
		t.Errorf("answered %s", all.body)
	}
}
