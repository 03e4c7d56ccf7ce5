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

const issueFields = `number title body closed createdAt lastEditedAt url author { ` + personFields + ` } labels(first: 100) { nodes { name } }`

// listedFields are of an issue as its neighbours see it: its sticky is among its first comments, or is
// looked for (see stickies).
const listedFields = issueFields + ` comments(first: 10) { totalCount nodes { ` + stickyFields + ` } }`

// smallPage is how many issues of a kind are asked for at first. What a query costs in GitHub's points
// depends on what it asks for, not on what there is: four lists of 25 cost a quarter of four of 100.
const smallPage = 25

const listArgs = `states: OPEN, orderBy: {field: CREATED_AT, direction: ASC}`

const issueDocument = `query($owner: String!, $repo: String!, $number: Int!, $page: Int!) {
viewer { login databaseId }
repository(owner: $owner, name: $repo) {
  databaseId nameWithOwner url
  defaultBranchRef { name target { oid } }
  config: object(expression: "HEAD:` + ConfigPath + `") { ... on Blob { oid byteSize isBinary isTruncated text } }
  issueOrPullRequest(number: $number) { __typename ... on Issue { ` + issueFields + `
    comments(first: 100) { pageInfo { hasNextPage endCursor } nodes { ` + commentFields + ` } }
    timelineItems(last: 100, itemTypes: [LABELED_EVENT, UNLABELED_EVENT]) { nodes { __typename
      ... on LabeledEvent { id createdAt actor { ` + personFields + ` } label { name } }
      ... on UnlabeledEvent { id createdAt actor { ` + personFields + ` } label { name } } } } } }
  problems: issues(first: $page, labels: ["kind:problem"], ` + listArgs + `) { totalCount pageInfo { hasNextPage endCursor } nodes { ` + listedFields + ` } }
  deliverables: issues(first: $page, labels: ["kind:deliverable"], ` + listArgs + `) { totalCount pageInfo { hasNextPage endCursor } nodes { ` + listedFields + ` } }
  data: issues(first: $page, labels: ["kind:data"], ` + listArgs + `) { totalCount pageInfo { hasNextPage endCursor } nodes { ` + listedFields + ` } }
  supports: issues(first: $page, labels: ["kind:support-problem"], ` + listArgs + `) { totalCount pageInfo { hasNextPage endCursor } nodes { ` + issueFields + ` } }
} }`

const commentsDocument = `query($owner: String!, $repo: String!, $number: Int!, $after: String) {
repository(owner: $owner, name: $repo) { issue(number: $number) {
  comments(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { ` + commentFields + ` } } } } }`

const listDocument = `query($owner: String!, $repo: String!, $labels: [String!], $after: String) {
repository(owner: $owner, name: $repo) {
  list: issues(first: 100, after: $after, labels: $labels, ` + listArgs + `) { pageInfo { hasNextPage endCursor } nodes { ` + listedFields + ` } } } }`

const repositoryDocument = `query($owner: String!, $repo: String!) {
viewer { login databaseId }
repository(owner: $owner, name: $repo) {
  databaseId nameWithOwner url
  defaultBranchRef { name target { oid } }
  config: object(expression: "HEAD:` + ConfigPath + `") { ... on Blob { oid byteSize isBinary isTruncated text } }
  labels(first: 100) { pageInfo { hasNextPage endCursor } nodes { name description color } }
  problems: issues(first: 100, labels: ["kind:problem"], ` + listArgs + `) { pageInfo { hasNextPage endCursor } nodes { number } }
  deliverables: issues(first: 100, labels: ["kind:deliverable"], ` + listArgs + `) { pageInfo { hasNextPage endCursor } nodes { number } }
  data: issues(first: 100, labels: ["kind:data"], ` + listArgs + `) { pageInfo { hasNextPage endCursor } nodes { number } }
} }`

const labelsDocument = `query($owner: String!, $repo: String!, $after: String) {
repository(owner: $owner, name: $repo) { labels(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { name description color } } } }`

// configHistoryDocument lists the commits of the default branch that changed the config, newest first.
const configHistoryDocument = `query($owner: String!, $repo: String!) {
repository(owner: $owner, name: $repo) { defaultBranchRef { target { ... on Commit {
  history(first: 30, path: "` + ConfigPath + `") { nodes { oid } } } } } } }`

// evidenceDocument lists the pull requests whose commits touched a step's evidence.
const evidenceDocument = `query($owner: String!, $repo: String!, $analysis: String!, $design: String!) {
repository(owner: $owner, name: $repo) { defaultBranchRef { target { ... on Commit {
  analysis: history(first: 50, path: $analysis) { pageInfo { hasNextPage endCursor } nodes { associatedPullRequests(first: 5) { nodes { ...pull } } } }
  design: history(first: 50, path: $design) { pageInfo { hasNextPage endCursor } nodes { associatedPullRequests(first: 5) { nodes { ...pull } } } } } } } } }
` + pullFragment

const pullFragment = `fragment pull on PullRequest { number merged mergedAt body headRefName baseRefName author { ` + personFields + ` } mergeCommit { oid } }`

// touchesDocument goes on in one folder's history.
const touchesDocument = `query($owner: String!, $repo: String!, $path: String!, $after: String) {
repository(owner: $owner, name: $repo) { defaultBranchRef { target { ... on Commit {
  history(first: 50, path: $path, after: $after) { pageInfo { hasNextPage endCursor } nodes { associatedPullRequests(first: 5) { nodes { ...pull } } } } } } } }
}
` + pullFragment

const teamDocument = `query($org: String!, $slug: String!, $after: String) {
organization(login: $org) { team(slug: $slug) { members(first: 100, after: $after, membership: ALL) {
  pageInfo { hasNextPage endCursor } nodes { login databaseId } } } } }`

const filesDocument = `query($owner: String!, $repo: String!, $number: Int!, $after: String) {
repository(owner: $owner, name: $repo) { pullRequest(number: $number) {
  files(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { path changeType } } } } }`

const surveyDocument = `query($owner: String!, $repo: String!) {
repository(owner: $owner, name: $repo) {
  forms: object(expression: "HEAD:.github/ISSUE_TEMPLATE") { ... on Tree { entries { object { ... on Blob { oid byteSize isBinary isTruncated text } } } } }
  workflow: object(expression: "HEAD:.github/workflows/phasegate.yml") { ... on Blob { oid } } } }`

const pullDocument = `query($owner: String!, $repo: String!, $number: Int!) {
repository(owner: $owner, name: $repo) {
  databaseId nameWithOwner url
  defaultBranchRef { name target { oid } }
  config: object(expression: "HEAD:` + ConfigPath + `") { ... on Blob { oid byteSize isBinary isTruncated text } }
  pullRequest(number: $number) { closed headRefOid } } }`

const configAtDocument = `query($owner: String!, $repo: String!, $expression: String!) {
repository(owner: $owner, name: $repo) { config: object(expression: $expression) { ... on Blob { oid byteSize isBinary isTruncated text } } } }`
