// Package hubsim is a simulated GitHub: a small server with GitHub's REST and GraphQL interfaces, App
// authentication, signed webhooks, git data, permissions, rate limits, ETags and error format, kept in memory.
//
// It exists so that tests need no network and a newcomer needs no App: whatever talks to GitHub talks to it
// unchanged, with another base URL. It knows nothing of the product it serves. Where a client that works
// here would fail on GitHub, the simulator is wrong.
//
// How it is put together, bottom up:
//
//   - clock.go and ids.go give times, numeric ids and node ids.
//   - state.go holds the types of everything remembered, find.go looks things up in it.
//   - errors.go, request.go, route.go and serve.go turn an HTTP request into one atomic step under one lock.
//   - auth.go says who is asking, perm.go what they may do.
//   - render*.go turn the state into GitHub's JSON.
//   - hooks.go queues, signs and delivers webhooks, and keeps the log of deliveries.
//   - issues*.go, labels.go, comments.go, reactions.go, events.go, users.go, teams.go, orgs.go, repos.go, apps.go,
//     search.go are the REST routes.
//   - git*.go, pulls*.go, reviews*.go, check*.go, statuses.go, deployment*.go, workflows.go, contents.go are those
//     about code; queue.go merges through a merge queue, environments.go and protection_rules.go let Apps decide over
//     deployments, verify.go remembers which commits are signed.
//   - graphql*.go answers GraphQL; simapi.go, simruns.go and faults.go are the simulator's own /_sim interface.
//   - seed.go and play.go read a seed and play a scenario.
package hubsim
