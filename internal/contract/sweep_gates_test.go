//go:build contract

package contract_test

// timelineQuery asks for what happened to a pull request and whose its commits are.
const timelineQuery = `query($number: Int!) { repository(owner: "acme", name: "churn") { pullRequest(number: $number) {
  timelineItems(last: 50, itemTypes: [REVIEW_REQUESTED_EVENT, REVIEW_REQUEST_REMOVED_EVENT, HEAD_REF_FORCE_PUSHED_EVENT, PULL_REQUEST_REVIEW, LABELED_EVENT,
    BASE_REF_CHANGED_EVENT, BASE_REF_FORCE_PUSHED_EVENT, BASE_REF_DELETED_EVENT, AUTOMATIC_BASE_CHANGE_SUCCEEDED_EVENT, AUTOMATIC_BASE_CHANGE_FAILED_EVENT]) {
    totalCount filteredCount pageCount pageInfo { hasNextPage } edges { cursor } nodes { __typename
      ... on ReviewRequestedEvent { id createdAt actor { login } pullRequest { number } requestedReviewer { __typename ... on User { login databaseId } ... on Team { slug organization { login } } } }
      ... on ReviewRequestRemovedEvent { id createdAt actor { login } requestedReviewer { __typename } }
      ... on HeadRefForcePushedEvent { id createdAt actor { login } beforeCommit { oid } afterCommit { oid } ref { name } }
      ... on BaseRefChangedEvent { id createdAt actor { login } previousRefName currentRefName pullRequest { number } }
      ... on BaseRefForcePushedEvent { id createdAt actor { login } beforeCommit { oid } afterCommit { oid } ref { name } pullRequest { number } }
      ... on BaseRefDeletedEvent { id createdAt actor { login } baseRefName }
      ... on AutomaticBaseChangeSucceededEvent { id createdAt actor { login } oldBase newBase pullRequest { number } }
      ... on AutomaticBaseChangeFailedEvent { id createdAt actor { login } oldBase newBase pullRequest { number } }
      ... on PullRequestReview { fullDatabaseId state } } }
  mergeQueue { id } mergeQueueEntry { id }
  commits(last: 10) { nodes { commit { checkSuites(first: 5) { nodes { creator { login } push { id nextSha previousSha permalink pusher { login } repository { name } } } }
    authors(first: 10) { totalCount nodes { name email date user { login } } }
    signature { __typename email isValid state verifiedAt wasSignedByGitHub signer { login } }
    file(path: "README.md") { mode type submodule { name path gitUrl branch subprojectCommitOid } } } } } } } }`

const queueQuery = `{ repository(owner: "acme", name: "churn") { mergeQueue(branch: "release") { id url resourcePath repository { name } entries(first: 10) { totalCount edges { cursor } pageInfo { hasNextPage }
  nodes { id position state enqueuedAt jump solo enqueuer { login } headCommit { oid } baseCommit { oid } pullRequest { number isInMergeQueue mergeQueueEntry { id } } mergeQueue { id } } } } } }`

const enqueue = `mutation($id: ID!) { enqueuePullRequest(input: {pullRequestId: $id, jump: false}) { clientMutationId mergeQueueEntry { id position state } } }`

// sweepTimeline does to the open pull request what its timeline shows.
func sweepTimeline(s *sweep) {
	pulls := s.repo(bot, "GET", "/pulls?state=open", nil, 200)
	n, head := s.number(pulls, 0, "number"), s.head("topic")
	p := "/pulls/" + text(s.t, pulls, 0, "number")
	s.repo(bot, "POST", p+"/requested_reviewers", object{"reviewers": []string{"olga", "nobody-here"}}, 422)
	s.repo(bot, "POST", p+"/requested_reviewers", object{"reviewers": []string{"olga"}}, 201)
	tree := text(s.t, s.repo(bot, "GET", "/git/commits/"+head, nil, 200), "tree", "sha")
	parent := text(s.t, s.repo(bot, "GET", "/git/commits/"+head, nil, 200), "parents", 0, "sha")
	other := text(s.t, s.repo(writer, "POST", "/git/commits", object{"message": "Again\n\nCo-authored-by: Rita <rita@example.com>", "tree": tree, "parents": []string{parent}}, 201), "sha")
	s.repo(writer, "PATCH", "/git/refs/heads/topic", object{"sha": other, "force": true}, 200)
	s.do(nobody, "POST", "/_sim/verified-commits", object{"repo": "acme/churn", "sha": other}, 204)
	s.repo(bot, "GET", "/commits/"+other, nil, 200)
	s.repo(writer, "POST", "/git/refs", object{"ref": "refs/heads/release", "sha": s.head("main")}, 201)
	s.repo(writer, "PATCH", p, object{"base": "release"}, 200)
	s.write(writer, "release", "release.txt", "x")
	s.repo(writer, "PATCH", "/git/refs/heads/release", object{"sha": s.head("main"), "force": true}, 200)
	s.repo(writer, "PATCH", p, object{"base": "main"}, 200)
	s.repo(bot, "GET", "/issues/"+text(s.t, pulls, 0, "number")+"/timeline?per_page=100", nil, 200)
	s.repo(bot, "GET", "/issues/"+text(s.t, pulls, 0, "number")+"/events?per_page=100", nil, 200)
	s.graphqlOK(bot, timelineQuery, object{"number": n})
	s.graphqlOK(writer, `mutation($id: ID!) { convertPullRequestToDraft(input: {pullRequestId: $id}) { pullRequest { isDraft } } }`, object{"id": text(s.t, pulls, 0, "node_id")})
	s.graphqlOK(writer, `mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { isDraft } } }`, object{"id": text(s.t, pulls, 0, "node_id")})
}

// sweepQueue merges one pull request through a queue and takes another out of it.
func sweepQueue(s *sweep) {
	s.repo(owner, "POST", "/rulesets", object{"name": "queue", "target": "branch", "enforcement": "active",
		"conditions": object{"ref_name": object{"include": []string{"refs/heads/release"}, "exclude": []string{}}},
		"rules": []object{
			{"type": "required_status_checks", "parameters": object{"strict_required_status_checks_policy": false, "required_status_checks": []object{{"context": "queue/gate"}}}},
			{"type": "merge_queue", "parameters": object{"check_response_timeout_minutes": 60, "grouping_strategy": "ALLGREEN", "max_entries_to_build": 5, "max_entries_to_merge": 5,
				"merge_method": "MERGE", "min_entries_to_merge": 1, "min_entries_to_merge_wait_minutes": 5}},
		}}, 201)
	var ids []string
	var heads []string
	for _, name := range []string{"first", "second"} {
		s.repo(writer, "POST", "/git/refs", object{"ref": "refs/heads/" + name, "sha": s.head("release")}, 201)
		head := s.write(writer, name, name+".txt", name)
		made := s.repo(writer, "POST", "/pulls", object{"title": name, "head": name, "base": "release"}, 201)
		s.repo(bot, "POST", "/statuses/"+head, object{"state": "success", "context": "queue/gate"}, 201)
		answer := s.graphqlOK(writer, enqueue, object{"id": text(s.t, made, "node_id")})
		text(s.t, answer, "data", "enqueuePullRequest", "mergeQueueEntry", "id")
		ids = append(ids, text(s.t, made, "node_id"))
	}
	queue := s.graphqlOK(bot, queueQuery, nil)
	for n := range ids {
		heads = append(heads, text(s.t, queue, "data", "repository", "mergeQueue", "entries", "nodes", n, "headCommit", "oid"))
	}
	s.graphqlOK(writer, `mutation($id: ID!) { dequeuePullRequest(input: {id: $id}) { mergeQueueEntry { id } } }`, object{"id": ids[1]})
	s.repo(bot, "POST", "/statuses/"+heads[0], object{"state": "success", "context": "queue/gate"}, 201)
	s.repo(bot, "GET", "/commits/release", nil, 200)
}

// sweepEnvironments lets an App decide over deployments.
func sweepEnvironments(s *sweep) {
	env := "/environments/production"
	s.repo(owner, "PUT", env, nil, 200)
	s.repo(bot, "GET", env, nil, 200)
	s.repo(bot, "GET", "/environments", nil, 200)
	s.repo(owner, "GET", env+"/deployment_protection_rules/apps", nil, 200)
	rule := s.repo(owner, "POST", env+"/deployment_protection_rules", object{"integration_id": 4711}, 201)
	s.repo(bot, "GET", env+"/deployment_protection_rules", nil, 200)
	s.repo(bot, "GET", env+"/deployment_protection_rules/"+text(s.t, rule, "id"), nil, 200)
	for _, state := range []string{"approved", "rejected"} {
		run := s.do(nobody, "POST", "/_sim/workflow-runs", object{"repo": "acme/churn", "path": ".github/workflows/phasegate.yml", "event": "push",
			"branch": "topic", "actor": "wendy", "environments": []string{"production"}}, 201)
		r := "/actions/runs/" + text(s.t, run, "id")
		s.repo(bot, "GET", r, nil, 200)
		s.repo(bot, "GET", r+"/pending_deployments", nil, 200)
		s.repo(bot, "POST", r+"/deployment_protection_rule", object{"environment_name": "production", "comment": "**Looking**"}, 204)
		s.repo(bot, "POST", r+"/deployment_protection_rule", object{"environment_name": "production", "state": state, "comment": "Decided"}, 204)
		s.repo(bot, "POST", r+"/deployment_protection_rule", object{"environment_name": "production", "state": state}, 422)
	}
	made := s.repo(bot, "GET", "/deployments?environment=production", nil, 200)
	s.repo(bot, "GET", "/deployments/"+text(s.t, made, 0, "id")+"/statuses", nil, 200)
	s.repo(owner, "DELETE", env+"/deployment_protection_rules/"+text(s.t, rule, "id"), nil, 204)
	s.repo(owner, "DELETE", env, nil, 204)
}
