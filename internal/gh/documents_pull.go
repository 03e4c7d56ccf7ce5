package gh

// The documents about open pull requests.

const reviewFields = `fullDatabaseId state submittedAt body url author { ` + personFields + ` } commit { oid }`

// ofCommit are of one of the pull request's commits. GitHub leaves out of authors whom it cannot tell apart. What a
// commit says of its authors anybody can write; who pushed it GitHub knows itself, and tells it with the suites that
// it made for the push. An App that came to the commit otherwise has a suite that does not know: all Apps' are asked.
const ofCommit = `commit { oid parents(first: 10) { nodes { oid } }
    authors(first: 10) { totalCount nodes { email user { __typename login databaseId } } }
    committer { email user { __typename login databaseId } } signature { isValid }
    checkSuites(first: 10) { nodes { push { pusher { ` + personFields + ` } } } } }`

const reviewerFields = `requestedReviewer { __typename ... on User { login databaseId } ... on Bot { login databaseId }
    ... on Mannequin { login databaseId } ... on Team { combinedSlug } }`

const runFields = `resourcePath name status conclusion externalId title text startedAt completedAt`

// suiteFields are of the check suites that hold Phasegate's runs of one name.
const suiteFields = `nodes { status app { databaseId slug } `

const configFile = `file(path: "` + ConfigPath + `") { oid object { ... on Blob { oid byteSize isBinary isTruncated text } } }`

// headFields are of the head: its config and its own checks.
const headFields = `oid ` + configFile + `
    gate: checkSuites(first: 5, filterBy: $gate) { ` + suiteFields + `checkRuns(first: 5, filterBy: $gateRuns) { nodes { ` + runFields + ` } } } }
    roles: checkSuites(first: 5, filterBy: $roles) { ` + suiteFields + `checkRuns(first: 5, filterBy: $rolesRuns) { nodes { ` + runFields + ` } } } }
    metrics: checkSuites(first: 5, filterBy: $metrics) { ` + suiteFields + `checkRuns(first: 5, filterBy: $metricsRuns) { nodes { ` + runFields + ` } } } }
    config: checkSuites(first: 5, filterBy: $config) { ` + suiteFields + `checkRuns(first: 5, filterBy: $configRuns) { nodes { ` + runFields + ` } } } }`

// openFields tell which pull requests are open with which head, where they go, and the merge groups made for them.
// GitHub's own list of a commit's pull requests leaves out those from forks (learningequality/kolibri#14719,
// TooTallNate/nx.js#410).
const openFields = `first: 100, states: OPEN, orderBy: {field: CREATED_AT, direction: ASC}) { pageInfo { hasNextPage endCursor } nodes { number headRefOid baseRefName mergeQueueEntry { headCommit { oid } } } }`

const openHeadsDocument = `query($owner: String!, $repo: String!, $after: String) {
repository(owner: $owner, name: $repo) { pullRequests(after: $after, ` + openFields + ` } }`

// openIntoDocument tells what the open pull requests into a branch change; without the branch, all of them.
const openIntoDocument = `query($owner: String!, $repo: String!, $base: String, $after: String) {
repository(owner: $owner, name: $repo) { pullRequests(baseRefName: $base, after: $after, first: 100, states: OPEN, orderBy: {field: CREATED_AT, direction: ASC}) {
  pageInfo { hasNextPage endCursor } nodes { number baseRefName headRefOid additions deletions changedFiles commits { totalCount } } } } }`

const headArgs = `$gate: CheckSuiteFilter, $gateRuns: CheckRunFilter, $roles: CheckSuiteFilter, $rolesRuns: CheckRunFilter,
  $metrics: CheckSuiteFilter, $metricsRuns: CheckRunFilter, $config: CheckSuiteFilter, $configRuns: CheckRunFilter`

// Requests in GitHub's formula for a cost: 30 commits with parents, authors and suites are 91, the head with its
// suites 26, the issues that changed with their labels and comments 101, the other lists one each: two points in all.
const (
	commitsArgs = `first: 30`
	reviewsArgs = `first: 100, states: [APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED]`
)

// movedFields are the newest events that moved the base and the head.
const movedFields = `retargeted: timelineItems(last: 1, itemTypes: [BASE_REF_CHANGED_EVENT, AUTOMATIC_BASE_CHANGE_SUCCEEDED_EVENT, BASE_REF_FORCE_PUSHED_EVENT]) { nodes {
      ... on BaseRefChangedEvent { id createdAt } ... on AutomaticBaseChangeSucceededEvent { id createdAt } ... on BaseRefForcePushedEvent { id createdAt } } }
    forced: timelineItems(last: 1, itemTypes: [HEAD_REF_FORCE_PUSHED_EVENT]) { nodes { ... on HeadRefForcePushedEvent { id createdAt beforeCommit { oid } } } }`

const openPullFields = `number title body closed merged isDraft createdAt url author { ` + personFields + ` } repository { databaseId }
    headRefName headRefOid isCrossRepository baseRefName baseRefOid additions deletions changedFiles
    baseRef { target { oid ... on Commit { ` + configFile + ` } } } mergeQueueEntry { headCommit { oid } }
    labels(first: 100) { nodes { name } }
    comments(first: 100) { pageInfo { hasNextPage endCursor } nodes { ` + commentFields + ` } }
    reviews(` + reviewsArgs + `) { pageInfo { hasNextPage endCursor } nodes { ` + reviewFields + ` } }
    commits(` + commitsArgs + `) { totalCount pageInfo { hasNextPage endCursor } nodes { ` + ofCommit + ` } }
    reviewRequests(first: 100) { nodes { asCodeOwner ` + reviewerFields + ` } }
    timelineItems(last: 100, itemTypes: [REVIEW_REQUESTED_EVENT, REVIEW_REQUEST_REMOVED_EVENT]) { pageInfo { hasPreviousPage } nodes { __typename
      ... on ReviewRequestedEvent { createdAt actor { ` + personFields + ` } ` + reviewerFields + ` }
      ... on ReviewRequestRemovedEvent { createdAt actor { ` + personFields + ` } ` + reviewerFields + ` } } }
    deleted: timelineItems(last: 100, itemTypes: [COMMENT_DELETED_EVENT]) { nodes {
      ... on CommentDeletedEvent { createdAt actor { ` + personFields + ` } deletedCommentAuthor { ` + personFields + ` } } } }
    ` + movedFields + `
    last: commits(last: 1) { nodes { commit { ` + headFields + ` } } }`

// firstPullDocument is a look at a pull request of a repository that is not known yet; pullDocument one where it
// is.
const (
	firstPullDocument = `query($owner: String!, $repo: String!, $number: Int!, $kinds: [String!], ` + headArgs + `) {
viewer { login databaseId }
` + sharedPart + `
repository(owner: $owner, name: $repo) {
  ` + setUpFields + `
  pullRequest(number: $number) { ` + openPullFields + ` }
  pullRequests(` + openFields + `
  known: issues(` + knownArgs + `) { totalCount pageInfo { hasNextPage endCursor } nodes { ` + listedFields + ` } }
} }`

	pullDocument = `query($owner: String!, $repo: String!, $number: Int!, $kinds: [String!], $since: DateTime!, ` + headArgs + `) {
viewer { login databaseId }
` + sharedPart + `
repository(owner: $owner, name: $repo) {
  ` + setUpFields + `
  pullRequest(number: $number) { ` + openPullFields + ` }
  pullRequests(` + openFields + `
  known: issues(labels: $kinds) { totalCount }
  changed: issues(` + changedArgs + `) { pageInfo { hasNextPage endCursor } nodes { ` + listedFields + ` } }
} }`
)

// headDocument reads the head by itself, where it is not the last of the commits that GitHub lists.
const headDocument = `query($owner: String!, $repo: String!, $head: GitObjectID!, ` + headArgs + `) {
repository(owner: $owner, name: $repo) { object(oid: $head) { ... on Commit { ` + headFields + ` } } } }`

// Further pages of a pull request's lists. A hundred commits are three points.
const (
	commentsPage = `comments(first: 100, after: $comments) { pageInfo { hasNextPage endCursor } nodes { ` + commentFields + ` } }`
	reviewsPage  = `reviews(` + reviewsArgs + `, after: $reviews) { pageInfo { hasNextPage endCursor } nodes { ` + reviewFields + ` } }`
	commitsPage  = `commits(first: 100, after: $commits) { pageInfo { hasNextPage endCursor } nodes { ` + ofCommit + ` } }`
)

// pagesDocument asks for the next page of some lists, perhaps of none, and where the pull request stands.
func pagesDocument(lists []sequel) string {
	args, fields := "$owner: String!, $repo: String!, $number: Int!", ""
	for _, l := range lists {
		args += ", $" + l.name + ": String"
		fields += "\n  " + l.fields
	}
	return `query(` + args + `) {
repository(owner: $owner, name: $repo) { pullRequest(number: $number) {
  headRefOid baseRefName baseRefOid baseRef { target { oid } } ` + movedFields + fields + ` } } }`
}

// earlierDocument reads the roles runs of what was the head before: 100 commits and what 50 force pushes replaced,
// of each one suite of an App (which has no more of a commit): three points. A workflow's token has several.
const earlierDocument = `query($owner: String!, $repo: String!, $number: Int!, $suites: Int!, $roles: CheckSuiteFilter, $rolesRuns: CheckRunFilter) {
repository(owner: $owner, name: $repo) { pullRequest(number: $number) {
  commits(last: 100) { nodes { commit { ` + earlierFields + ` } } }
  timelineItems(last: 50, itemTypes: [HEAD_REF_FORCE_PUSHED_EVENT]) { nodes { __typename
    ... on HeadRefForcePushedEvent { beforeCommit { ` + earlierFields + ` } } } } } } }`

// earlierFields are of a commit that was the head, perhaps.
const earlierFields = `oid roles: checkSuites(first: $suites, filterBy: $roles) { ` + suiteFields + `checkRuns(first: 1, filterBy: $rolesRuns) { nodes { ` + runFields + ` } } } }`

const entriesFields = `pageInfo { hasNextPage endCursor } nodes { position headCommit { oid } pullRequest { number } }`

// groupDocument is a look at a merge group: the queue from its front, and our own checks on the group's commit.
const groupDocument = `query($owner: String!, $repo: String!, $branch: String!, $head: GitObjectID!, ` + headArgs + `) {
viewer { login databaseId }
` + sharedPart + `
repository(owner: $owner, name: $repo) {
  ` + setUpFields + `
  mergeQueue(branch: $branch) { entries(first: 100) { ` + entriesFields + ` } }
  object(oid: $head) { ... on Commit { ` + headFields + ` } }
} }`

const entriesDocument = `query($owner: String!, $repo: String!, $branch: String!, $after: String) {
repository(owner: $owner, name: $repo) { mergeQueue(branch: $branch) { entries(first: 100, after: $after) { ` + entriesFields + ` } } } }`
