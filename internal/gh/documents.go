package gh

// The GraphQL documents. Everything about one object is asked in one request.

const personFields = `__typename login ... on User { databaseId } ... on Bot { databaseId } ... on Organization { databaseId } ... on Mannequin { databaseId }`

const stickyFields = `fullDatabaseId body createdAt lastEditedAt isMinimized url viewerDidAuthor
author { ` + personFields + ` } editor { ` + personFields + ` }`

const commentFields = stickyFields + ` ` + reactionFields

// reactionFields tell whether the viewer has answered. botReactionFields, dearer, tell who has, for a
// reader who is not the App.
const (
	reactionFields    = `reactionGroups { content viewerHasReacted }`
	botReactionFields = `reactionGroups { content viewerHasReacted reactors(first: 20) { nodes { __typename ... on Bot { login } } } }`
)

const issueFields = `fullDatabaseId number title body closed closedAt createdAt lastEditedAt url viewerDidAuthor
author { ` + personFields + ` } editor { ` + personFields + ` } repository { databaseId } parent { number repository { databaseId } }
labels(first: 100) { nodes { name } }`

// listedFields are of an issue as its neighbours see it: its sticky is among its first comments, or is
// looked for (see stickies).
const listedFields = issueFields + ` comments(first: 5) { totalCount nodes { ` + stickyFields + ` } }`

// What a query costs in GitHub's points depends on what it asks for, not on what there is: 50 issues that
// changed, with labels and comments, are one point, and 100 are two.
const (
	changedArgs = `first: 50, filterBy: {since: $since}, orderBy: {field: UPDATED_AT, direction: ASC}`
	knownArgs   = `first: 100, labels: $kinds, orderBy: {field: CREATED_AT, direction: ASC}`
)

// setUpFields are of a repository with its config.
const setUpFields = `databaseId nameWithOwner url
  defaultBranchRef { name target { oid } }
  config: object(expression: "HEAD:` + ConfigPath + `") { ... on Blob { oid byteSize isBinary isTruncated text } }`

const objectFields = `__typename ... on Issue { ` + issueFields + `
    comments(first: 100) { pageInfo { hasNextPage endCursor } nodes { ` + commentFields + ` } }
    timelineItems(last: 100, itemTypes: [LABELED_EVENT, UNLABELED_EVENT]) { nodes { __typename
      ... on LabeledEvent { id createdAt actor { ` + personFields + ` } label { name } }
      ... on UnlabeledEvent { id createdAt actor { ` + personFields + ` } label { name } } } } }`

// firstDocument is a look at an issue of a repository that is not known yet; issueDocument one where it is.
const (
	firstDocument = `query($owner: String!, $repo: String!, $number: Int!, $kinds: [String!]) {
viewer { login databaseId }
` + sharedPart + `
repository(owner: $owner, name: $repo) {
  ` + setUpFields + `
  issueOrPullRequest(number: $number) { ` + objectFields + ` }
  known: issues(` + knownArgs + `) { totalCount pageInfo { hasNextPage endCursor } nodes { ` + listedFields + ` } }
} }`

	issueDocument = `query($owner: String!, $repo: String!, $number: Int!, $kinds: [String!], $since: DateTime!) {
viewer { login databaseId }
` + sharedPart + `
repository(owner: $owner, name: $repo) {
  ` + setUpFields + `
  issueOrPullRequest(number: $number) { ` + objectFields + ` }
  known: issues(labels: $kinds) { totalCount }
  changed: issues(` + changedArgs + `) { pageInfo { hasNextPage endCursor } nodes { ` + listedFields + ` } }
} }`

	knownDocument = `query($owner: String!, $repo: String!, $kinds: [String!], $after: String) {
repository(owner: $owner, name: $repo) {
  known: issues(after: $after, ` + knownArgs + `) { totalCount pageInfo { hasNextPage endCursor } nodes { ` + listedFields + ` } } } }`

	changedDocument = `query($owner: String!, $repo: String!, $since: DateTime!, $after: String) {
repository(owner: $owner, name: $repo) {
  changed: issues(after: $after, ` + changedArgs + `) { pageInfo { hasNextPage endCursor } nodes { ` + listedFields + ` } } } }`
)

const commentsDocument = `query($owner: String!, $repo: String!, $number: Int!, $after: String) {
repository(owner: $owner, name: $repo) { issue(number: $number) {
  comments(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { ` + commentFields + ` } } } } }`

const repositoryDocument = `query($owner: String!, $repo: String!) {
viewer { login databaseId }
` + sharedPart + `
repository(owner: $owner, name: $repo) {
  ` + setUpFields + `
  labels(first: 100) { pageInfo { hasNextPage endCursor } nodes { name description color } }
} }`

const labelsDocument = `query($owner: String!, $repo: String!, $after: String) {
repository(owner: $owner, name: $repo) { labels(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { name description color } } } }`

// configHistoryDocument lists the commits of the default branch that changed the config, newest first.
const configHistoryDocument = `query($owner: String!, $repo: String!) {
repository(owner: $owner, name: $repo) { defaultBranchRef { target { ... on Commit {
  history(first: 30, path: "` + ConfigPath + `") { nodes { oid } } } } } } }`

const teamDocument = `query($org: String!, $slug: String!, $after: String) {
organization(login: $org) { team(slug: $slug) { privacy members(first: 100, after: $after, membership: ALL) {
  pageInfo { hasNextPage endCursor } nodes { login databaseId } } } } }`

const surveyDocument = `query($owner: String!, $repo: String!) {
repository(owner: $owner, name: $repo) {
  forms: object(expression: "HEAD:.github/ISSUE_TEMPLATE") { ... on Tree { entries { object { ... on Blob { oid byteSize isBinary isTruncated text } } } } }
  workflow: object(expression: "HEAD:.github/workflows/phasegate.yml") { ... on Blob { oid } } } }`
