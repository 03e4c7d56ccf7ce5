package gh

// What was merged, measured and deployed. The parts stand in one document, and alone where one of them may
// not be read or goes on.
const (
	// newest merged first by their last change: every one merged after a moment was changed after it too.
	mergedPart = `pullRequests(first: 50, states: MERGED, baseRefName: $branch, orderBy: {field: UPDATED_AT, direction: DESC}) { ` + pullsFields + ` }`

	pullsFields = `pageInfo { hasNextPage endCursor } nodes { number updatedAt mergedAt body headRefName author { ` + personFields + ` } mergeCommit { oid }
    files(first: 100) { ` + filesFields + ` } }`

	filesFields = `pageInfo { hasNextPage endCursor } nodes { path changeType }`

	// Several suites of one App hold runs of one name where several workflows post them.
	reportsFields = `oid committedDate checkSuites(first: 5, filterBy: {checkName: "` + ReportCheckName + `"}) { pageInfo { hasNextPage }
      nodes { app { databaseId slug } checkRuns(first: 50, filterBy: {checkType: ALL, statuses: [COMPLETED], checkName: "` + ReportCheckName + `"}) { pageInfo { hasNextPage }
        nodes { resourcePath completedAt text } } } }`

	historyPart = `defaultBranchRef { target { ... on Commit { history(first: 50) { pageInfo { hasNextPage endCursor } nodes { ` + reportsFields + ` } } } } }`

	deploymentsPart = `deployments(first: 30, environments: ["` + production + `"], orderBy: {field: CREATED_AT, direction: DESC}) { nodes {
    databaseId environment commitOid createdAt payload ref { name } creator { ` + personFields + ` }
    statuses(first: 30) { nodes { state createdAt } } commit { ` + reportsFields + ` } } }`
)

const pullsDocument = `query($owner: String!, $repo: String!, $branch: String!, $after: String) {
repository(owner: $owner, name: $repo) {
  pullRequests(first: 50, after: $after, states: MERGED, baseRefName: $branch, orderBy: {field: UPDATED_AT, direction: DESC}) { ` + pullsFields + ` } } }`

const historyDocument = `query($owner: String!, $repo: String!, $after: String) {
repository(owner: $owner, name: $repo) { defaultBranchRef { target { ... on Commit {
  history(first: 50, after: $after) { pageInfo { hasNextPage endCursor } nodes { ` + reportsFields + ` } } } } } } }`

const filesDocument = `query($owner: String!, $repo: String!, $number: Int!, $after: String) {
repository(owner: $owner, name: $repo) { pullRequest(number: $number) { files(first: 100, after: $after) { ` + filesFields + ` } } } }`

const openPullsDocument = `query($owner: String!, $repo: String!, $after: String) {
repository(owner: $owner, name: $repo) {
  pullRequests(first: 100, after: $after, states: OPEN, orderBy: {field: CREATED_AT, direction: ASC}) { pageInfo { hasNextPage endCursor } nodes { number body headRefName } } } }`

const meetingsDocument = `query($owner: String!, $repo: String!) {
repository(owner: $owner, name: $repo) {
  meetings: issues(first: 5, labels: ["kind:meeting"], orderBy: {field: CREATED_AT, direction: DESC}) { nodes { ` + issueFields + `
    comments(first: 100) { pageInfo { hasNextPage endCursor } nodes { ` + commentFields + ` } } } } } }`

// contextsFields are the checks and statuses of a commit, of each App the newest of a name.
const contextsFields = `contexts(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { __typename
    ... on CheckRun { name status conclusion startedAt } ... on StatusContext { context state createdAt } } }`

const checksDocument = `query($owner: String!, $repo: String!, $commit: GitObjectID!, $after: String) {
repository(owner: $owner, name: $repo) { object(oid: $commit) { ... on Commit { statusCheckRollup { ` + contextsFields + ` } } } } }`
