package gh

// The documents about deployments that wait.

// ranPart are the deployments to one environment, the newest first. Which of them is the one that waits is not
// asked: their ids have outgrown GraphQL's numbers, and one that waits did not succeed. An App has one suite of a
// commit, so a hundred of them are a point.
const ranPart = `deployments(first: 100, environments: $environments, orderBy: {field: CREATED_AT, direction: DESC}) {
    nodes { commitOid originalEnvironment statuses(first: 30) { nodes { state environment createdAt } } commit { ` + letInFields + ` } } }
  object(oid: $commit) { ... on Commit { ` + letInFields + ` } }`

// letInFields are our own phasegate/deployment on a commit: every run, since each says of some environments that
// the commit was let in.
const letInFields = `oid letIn: checkSuites(first: 1, filterBy: $letIn) { ` + suiteFields + `checkRuns(last: 30, filterBy: $letInRuns) { nodes { ` + runFields + ` } } } }`

const ranArgs = `$environments: [String!], $commit: GitObjectID!, $letIn: CheckSuiteFilter, $letInRuns: CheckRunFilter`

// firstReviewDocument is a look at a deployment of a repository that is not known yet; reviewDocument one where it
// is.
const (
	firstReviewDocument = `query($owner: String!, $repo: String!, $kinds: [String!], ` + ranArgs + `) {
viewer { login databaseId }
` + sharedPart + `
repository(owner: $owner, name: $repo) {
  ` + setUpFields + `
  ` + ranPart + `
  known: issues(` + knownArgs + `) { totalCount pageInfo { hasNextPage endCursor } nodes { ` + listedFields + ` } }
} }`

	reviewDocument = `query($owner: String!, $repo: String!, $kinds: [String!], $since: DateTime!, ` + ranArgs + `) {
viewer { login databaseId }
` + sharedPart + `
repository(owner: $owner, name: $repo) {
  ` + setUpFields + `
  ` + ranPart + `
  known: issues(labels: $kinds) { totalCount }
  changed: issues(` + changedArgs + `) { pageInfo { hasNextPage endCursor } nodes { ` + listedFields + ` } }
} }`
)
