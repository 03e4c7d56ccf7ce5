package gh

// The documents about deployments that wait.

// ranPart are the deployments to one environment, the newest first. Which of them is the one that waits is not
// asked: their ids have outgrown GraphQL's numbers, and one that waits did not succeed.
const ranPart = `deployments(first: 100, environments: [$environment], orderBy: {field: CREATED_AT, direction: DESC}) {
    nodes { commitOid statuses(first: 30) { nodes { state createdAt } } } }`

// firstReviewDocument is a look at a deployment of a repository that is not known yet; reviewDocument one where it
// is.
const (
	firstReviewDocument = `query($owner: String!, $repo: String!, $environment: String!, $kinds: [String!]) {
viewer { login databaseId }
` + sharedPart + `
repository(owner: $owner, name: $repo) {
  ` + setUpFields + `
  ` + ranPart + `
  known: issues(` + knownArgs + `) { totalCount pageInfo { hasNextPage endCursor } nodes { ` + listedFields + ` } }
} }`

	reviewDocument = `query($owner: String!, $repo: String!, $environment: String!, $kinds: [String!], $since: DateTime!) {
viewer { login databaseId }
` + sharedPart + `
repository(owner: $owner, name: $repo) {
  ` + setUpFields + `
  ` + ranPart + `
  known: issues(labels: $kinds) { totalCount }
  changed: issues(` + changedArgs + `) { pageInfo { hasNextPage endCursor } nodes { ` + listedFields + ` } }
} }`
)
