//go:build contract

package contract_test

import "encoding/base64"

// number reads a JSON number out of an answer.
func (s *sweep) number(v any, keys ...any) float64 {
	s.t.Helper()
	for _, k := range keys {
		switch k := k.(type) {
		case string:
			v = v.(object)[k]
		case int:
			v = v.([]any)[k]
		}
	}
	n, ok := v.(float64)
	if !ok {
		s.t.Fatalf("%v is no number", v)
	}
	return n
}

// write commits one file to a branch and returns the commit's hash.
func (s *sweep) write(as, branch, path, content string) string {
	s.t.Helper()
	made := s.repo(as, "PUT", "/contents/"+path, object{"message": "Write " + path, "branch": branch,
		"content": base64.StdEncoding.EncodeToString([]byte(content))}, 201)
	return text(s.t, made, "commit", "sha")
}

func (s *sweep) head(branch string) string {
	s.t.Helper()
	return text(s.t, s.repo(bot, "GET", "/git/ref/heads/"+branch, nil, 200), "object", "sha")
}

func sweepContents(s *sweep) {
	s.repo(writer, "POST", "/git/refs", object{"ref": "refs/heads/topic", "sha": s.head("main")}, 201)
	s.write(writer, "topic", "src/new.py", "print(1)\n")
	file := s.repo(bot, "GET", "/contents/src/new.py?ref=topic", nil, 200)
	s.repo(bot, "GET", "/contents/src", nil, 200)
	s.repo(bot, "GET", "/contents/none", nil, 404)
	s.repo(bot, "GET", "/readme", nil, 200)
	s.repo(writer, "PUT", "/contents/src/new.py", object{"message": "Change", "branch": "topic", "sha": text(s.t, file, "sha"),
		"content": base64.StdEncoding.EncodeToString([]byte("print(2)\n"))}, 200)
	s.repo(writer, "PUT", "/contents/src/new.py", object{"message": "Stale", "branch": "topic", "sha": text(s.t, file, "sha"),
		"content": base64.StdEncoding.EncodeToString([]byte("print(3)\n"))}, 409)
	s.write(writer, "topic", "gone.txt", "x")
	gone := s.repo(bot, "GET", "/contents/gone.txt?ref=topic", nil, 200)
	s.repo(writer, "DELETE", "/contents/gone.txt", object{"message": "Remove", "branch": "topic", "sha": text(s.t, gone, "sha")}, 200)
	s.repo(bot, "GET", "/branches?per_page=10", nil, 200)
	s.repo(bot, "GET", "/branches/topic", nil, 200)
}

func sweepGitData(s *sweep) {
	blob := text(s.t, s.repo(writer, "POST", "/git/blobs", object{"content": "hello", "encoding": "utf-8"}, 201), "sha")
	s.repo(bot, "GET", "/git/blobs/"+blob, nil, 200)
	parent := s.head("topic")
	base := text(s.t, s.repo(bot, "GET", "/git/commits/"+parent, nil, 200), "tree", "sha")
	tree := text(s.t, s.repo(writer, "POST", "/git/trees", object{"base_tree": base, "tree": []object{{"path": "hello.txt", "mode": "100644", "type": "blob", "sha": blob}}}, 201), "sha")
	s.repo(bot, "GET", "/git/trees/"+tree+"?recursive=1", nil, 200)
	commit := text(s.t, s.repo(writer, "POST", "/git/commits", object{"message": "By hand", "tree": tree, "parents": []string{parent}}, 201), "sha")
	s.repo(writer, "PATCH", "/git/refs/heads/topic", object{"sha": commit}, 200)
	s.repo(bot, "GET", "/git/matching-refs/heads/", nil, 200)
	s.repo(bot, "GET", "/commits?sha=topic&path=src&per_page=5", nil, 200)
	s.repo(bot, "GET", "/commits/"+commit, nil, 200)
	s.repo(bot, "GET", "/compare/main...topic", nil, 200)
	s.repo(bot, "GET", "/compare/main...topic?per_page=1&page=2", nil, 200)
	s.repo(bot, "GET", "/commits/"+commit+"/pulls", nil, 200)
	s.repo(bot, "GET", "/commits/"+commit+"/status", nil, 200)
}

func sweepPulls(s *sweep) {
	made := s.repo(writer, "POST", "/pulls", object{"title": "Topic", "head": "topic", "base": "main", "body": "Deliverable: #1\n\nCloses #2", "draft": true}, 201)
	n := text(s.t, made, "number")
	p, i := "/pulls/"+n, "/issues/"+n
	s.do(writer, "POST", "/api/graphql", object{"query": `mutation($id: ID!) { addReaction(input: {subjectId: $id, content: HEART}) { reaction { content } } }`,
		"variables": object{"id": text(s.t, made, "node_id")}}, 200)
	s.repo(bot, "GET", "/pulls?state=open&base=main&head=acme:topic&sort=updated&direction=desc", nil, 200)
	s.repo(bot, "GET", p, nil, 200)
	s.repo(bot, "GET", p, nil, 200)
	s.repo(writer, "PATCH", p, object{"title": "Topic branch", "body": "Deliverable: #1"}, 200)
	s.repo(bot, "GET", p+"/commits", nil, 200)
	s.repo(bot, "GET", p+"/files?per_page=100", nil, 200)
	s.repo(bot, "GET", p+"/merge", nil, 404)
	s.repo(bot, "POST", p+"/requested_reviewers", object{"reviewers": []string{"olga"}, "team_reviewers": []string{"data"}}, 201)
	s.repo(bot, "GET", p+"/requested_reviewers", nil, 200)
	s.repo(bot, "DELETE", p+"/requested_reviewers", object{"reviewers": []string{"olga"}, "team_reviewers": []string{"data"}}, 200)
	s.repo(bot, "POST", i+"/labels", object{"labels": []string{"bug"}}, 200)
	s.repo(bot, "POST", i+"/comments", object{"body": "On the pull request"}, 201)
	s.repo(bot, "GET", i, nil, 200)
	review := s.repo(owner, "POST", p+"/reviews", object{"event": "REQUEST_CHANGES", "body": "No", "comments": []object{{"path": "src/new.py", "line": 1, "side": "RIGHT", "body": "why"}}}, 200)
	r := p + "/reviews/" + text(s.t, review, "id")
	s.repo(bot, "GET", p+"/reviews", nil, 200)
	s.repo(bot, "GET", r, nil, 200)
	s.repo(bot, "GET", r+"/comments", nil, 200)
	s.repo(owner, "PUT", r, object{"body": "No, please"}, 200)
	s.repo(owner, "PUT", r+"/dismissals", object{"message": "Settled"}, 200)
	comments := s.repo(bot, "GET", p+"/comments", nil, 200)
	s.repo(writer, "POST", p+"/comments/"+text(s.t, comments, 0, "id")+"/replies", object{"body": "because"}, 201)
	s.repo(owner, "POST", p+"/reviews", object{"event": "APPROVE"}, 200)
	s.repo(bot, "GET", i+"/timeline?per_page=100", nil, 200)
	s.repo(bot, "GET", i+"/events?per_page=100", nil, 200)
	s.write(writer, "topic", "src/more.py", "more\n") // pull_request.synchronize
	s.graphqlOK(bot, pullQuery, object{"number": s.number(made, "number")})
	s.repo(writer, "PATCH", p, object{"state": "closed"}, 200)
	s.repo(writer, "PATCH", p, object{"state": "open"}, 200)
	s.graphqlOK(writer, `mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { isDraft } } }`, object{"id": text(s.t, made, "node_id")})
}

func sweepChecks(s *sweep) {
	sha := s.head("topic")
	made := s.repo(bot, "POST", "/check-runs", object{"name": "phasegate/gate", "head_sha": sha, "status": "in_progress", "external_id": "x",
		"details_url": "https://example.com/d", "output": object{"title": "Waiting", "summary": "for people"}}, 201)
	run := "/check-runs/" + text(s.t, made, "id")
	s.repo(bot, "PATCH", run, object{"status": "completed", "conclusion": "failure", "output": object{"title": "No", "summary": "not yet", "text": "details",
		"annotations": []object{{"path": "src/new.py", "start_line": 1, "end_line": 1, "annotation_level": "failure", "message": "not allowed now"}}}}, 200)
	s.repo(bot, "GET", run, nil, 200)
	s.repo(bot, "GET", run+"/annotations", nil, 200)
	s.repo(owner, "POST", run+"/rerequest", nil, 201)
	s.repo(bot, "POST", "/check-runs", object{"name": "phasegate/roles", "head_sha": sha, "conclusion": "success",
		"actions": []object{{"label": "Again", "description": "Look again", "identifier": "again"}}}, 201)
	s.repo(bot, "GET", "/commits/"+sha+"/check-runs?filter=latest&app_id=4711", nil, 200)
	suites := s.repo(bot, "GET", "/commits/"+sha+"/check-suites", nil, 200)
	suite := "/check-suites/" + text(s.t, suites, "check_suites", 0, "id")
	s.repo(bot, "GET", suite, nil, 200)
	s.repo(bot, "GET", suite+"/check-runs?check_name=phasegate/gate&status=completed&filter=all&per_page=1", nil, 200)
	s.repo(owner, "POST", suite+"/rerequest", nil, 201)
	s.repo(bot, "GET", suite, nil, 200)
	s.repo(bot, "POST", "/check-suites", object{"head_sha": sha}, 200)
	s.repo(owner, "PATCH", "/check-suites/preferences", object{"auto_trigger_checks": []object{{"app_id": 4711, "setting": false}}}, 200)
	s.repo(owner, "PATCH", "/check-suites/preferences", object{"auto_trigger_checks": []object{{"app_id": 4711, "setting": true}}}, 200)
	s.repo(bot, "POST", "/statuses/"+sha, object{"state": "success", "context": "ci/tests", "description": "fine"}, 201)
	s.repo(bot, "GET", "/commits/"+sha+"/status", nil, 200)
	s.repo(bot, "GET", "/commits/"+sha+"/statuses", nil, 200)
	s.graphqlOK(bot, rollupQuery, nil)
	sweepCheckRefusals(s, sha, run)
}

// sweepCheckRefusals sends what is refused.
func sweepCheckRefusals(s *sweep, sha, run string) {
	s.repo(owner, "POST", "/check-runs", object{"name": "x", "head_sha": sha}, 403)
	s.repo(bot, "POST", "/check-runs", object{"name": "x"}, 422)
	s.repo(bot, "POST", "/check-runs", object{"name": "x", "head_sha": sha, "status": "completed"}, 422)
	s.repo(bot, "PATCH", run, object{"conclusion": "stale"}, 422)
	s.repo(bot, "GET", "/check-runs/1", nil, 404)
	s.repo(bot, "GET", "/check-suites/1", nil, 404)
	s.repo(bot, "POST", "/statuses/"+sha, object{"state": "fine"}, 422)
	s.repo("sim-otto", "POST", "/statuses/"+sha, object{"state": "success"}, 403)
}

func sweepDeployments(s *sweep) {
	made := s.repo(bot, "POST", "/deployments", object{"ref": "main", "environment": "production", "auto_merge": false, "required_contexts": []string{}}, 201)
	d := "/deployments/" + text(s.t, made, "id")
	s.repo(bot, "GET", "/deployments?environment=production", nil, 200)
	s.repo(bot, "GET", d, nil, 200)
	status := s.repo(bot, "POST", d+"/statuses", object{"state": "success", "environment": "production"}, 201)
	s.repo(bot, "GET", d+"/statuses", nil, 200)
	s.repo(bot, "GET", d+"/statuses/"+text(s.t, status, "id"), nil, 200)
	s.repo(bot, "POST", "/deployments", object{"ref": "none-such"}, 422)
	s.repo(bot, "POST", d+"/statuses", object{"state": "inactive"}, 201)
	s.repo(bot, "GET", d, nil, 200)
	s.repo(bot, "DELETE", d, nil, 204)
	s.repo(bot, "GET", d, nil, 404)
}

func sweepActions(s *sweep) {
	s.repo(bot, "GET", "/actions/workflows", nil, 200)
	s.write(writer, "main", ".github/workflows/phasegate.yml", "name: Phasegate\non: [issues]\n")
	w := "/actions/workflows/phasegate.yml"
	s.repo(bot, "GET", w, nil, 200)
	s.repo(bot, "GET", w+"/runs?status=success&per_page=1", nil, 200)
	s.do(nobody, "POST", "/_sim/workflow-runs", object{"repo": "acme/churn", "path": ".github/workflows/phasegate.yml", "event": "schedule"}, 201)
	runs := s.repo(bot, "GET", w+"/runs?status=success&event=schedule&branch=main&created=%3E%3D2020-01-01", nil, 200)
	s.repo(bot, "GET", "/actions/runs/"+text(s.t, runs, "workflow_runs", 0, "id"), nil, 200)
	s.repo(bot, "GET", "/actions/workflows", nil, 200)
	s.repo(bot, "GET", "/actions/runs?per_page=5", nil, 200)
	s.repo(bot, "GET", "/actions/workflows/none.yml/runs", nil, 404)
	s.repo(bot, "GET", "/actions/runs/1", nil, 404)
}

func sweepMerge(s *sweep) {
	pulls := s.repo(bot, "GET", "/pulls?state=open", nil, 200)
	p := "/pulls/" + text(s.t, pulls, 0, "number")
	s.repo(writer, "PUT", p+"/merge", object{"merge_method": "squash", "commit_title": "Topic (#n)"}, 200)
	s.repo(bot, "GET", p+"/merge", nil, 204)
	s.repo(bot, "GET", p, nil, 200)
	s.repo(bot, "GET", "/commits/main", nil, 200)
	s.repo(writer, "DELETE", "/git/refs/heads/topic", nil, 204)
	s.graphqlOK(bot, codeQuery, nil)
}

// sweepDeletions takes away what others still point to.
func sweepDeletions(s *sweep) {
	made := s.repo(writer, "POST", "/issues", object{"title": "To be deleted", "labels": []string{"short-lived"}}, 201)
	s.repo(writer, "DELETE", "/labels/short-lived", nil, 204) // issues.unlabeled without a label
	s.graphqlOK(owner, `mutation($id: ID!) { deleteIssue(input: {issueId: $id}) { clientMutationId repository { name } } }`, object{"id": text(s.t, made, "node_id")})
	s.repo(bot, "GET", "/issues/"+text(s.t, made, "number"), nil, 410)
	s.do(reader, "GET", "/api/v3/rate_limit", nil, 200)
	s.do(nobody, "PUT", "/_sim/faults", object{"match": object{"method": "GET"}, "times": 1, "retry_after": 1}, 204)
	s.repo(bot, "GET", "/issues/1", nil, 403)
}

// graphqlOK sends a query that must have no errors.
func (s *sweep) graphqlOK(as, query string, vars object) any {
	s.t.Helper()
	answer := s.do(as, "POST", "/api/graphql", object{"query": query, "variables": vars}, 200)
	if errors := answer.(object)["errors"]; errors != nil {
		s.t.Errorf("as %s: %v", as, errors)
	}
	return answer
}

const pullQuery = `query($number: Int!) { repository(owner: "acme", name: "churn") {
  issueOrPullRequest(number: $number) { __typename ... on PullRequest { number } ... on Issue { number } }
  pullRequests(first: 5, states: [OPEN, MERGED, CLOSED], baseRefName: "main", orderBy: {field: UPDATED_AT, direction: DESC}) { totalCount nodes { number } }
  pullRequest(number: $number) { id databaseId fullDatabaseId number title body state isDraft merged mergedAt mergeable url createdAt updatedAt closedAt closed
    headRefName headRefOid baseRefName baseRefOid isCrossRepository additions deletions changedFiles reviewDecision isInMergeQueue isMergeQueueEnabled
    headRef { name prefix target { oid } } baseRef { name } headRepository { nameWithOwner } baseRepository { nameWithOwner }
    author { __typename login } authorAssociation viewerDidAuthor editor { login } lastEditedAt mergedBy { login } mergeCommit { oid }
    files(first: 100) { totalCount nodes { path changeType additions deletions } }
    commits(last: 10) { totalCount nodes { commit { oid messageHeadline committedDate author { name email date user { login } } } } }
    reviews(first: 20, states: [APPROVED, CHANGES_REQUESTED, DISMISSED, COMMENTED]) { totalCount nodes { id databaseId state body submittedAt author { login } commit { oid } viewerDidAuthor lastEditedAt url } }
    latestReviews(first: 5) { nodes { state author { login } } }
    reviewRequests(first: 10) { nodes { requestedReviewer { __typename ... on User { login } ... on Team { slug } } } }
    closingIssuesReferences(first: 5) { totalCount nodes { number } }
    labels(first: 10) { nodes { name } } comments(first: 10) { nodes { body author { __typename login } } } reactionGroups { content } } } }`

// rollupQuery asks for checks and statuses, of a pull request and of a commit.
const rollupQuery = `{ repository(owner: "acme", name: "churn") { pullRequests(first: 1, states: OPEN) { nodes {
  statusCheckRollup { state }
  commits(last: 1) { nodes { commit { statusCheckRollup { id state commit { oid } contexts(first: 50) { totalCount nodes { __typename
    ... on CheckRun { id databaseId name status conclusion startedAt completedAt title summary text detailsUrl externalId url permalink resourcePath repository { name }
      checkSuite { id databaseId status conclusion createdAt updatedAt commit { oid } repository { name }
        app { id databaseId slug name description clientId url createdAt updatedAt } } }
    ... on StatusContext { id context state description targetUrl createdAt creator { login } commit { oid } } } } } } } } } } } }`

const codeQuery = `{ repository(owner: "acme", name: "churn") {
  defaultBranchRef { name prefix target { __typename oid abbreviatedOid commitUrl ... on Commit { message messageHeadline messageBody committedDate additions deletions changedFilesIfAvailable
    tree { oid entries { name path type mode oid size extension object { __typename oid } } } parents(first: 2) { nodes { oid } }
    history(first: 5, path: "src") { totalCount nodes { oid messageHeadline } pageInfo { hasNextPage endCursor } }
    associatedPullRequests(first: 2) { nodes { number merged } } file(path: "README.md") { name type object { ... on Blob { text byteSize isBinary isTruncated } } } } } }
  file: object(expression: "main:src/model.py") { __typename id oid ... on Blob { text byteSize isBinary } }
  folder: object(expression: "HEAD:src") { ... on Tree { entries { name type } } }
  nothing: object(expression: "main:none.txt") { id }
  refs(refPrefix: "refs/heads/", first: 10) { totalCount nodes { name prefix target { oid } } } ref(qualifiedName: "refs/heads/main") { id name } mergeQueue(branch: "main") { id } } }`
