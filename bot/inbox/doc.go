// Package inbox keeps, on disk, which objects are still to be looked at.
//
// A webhook is only a hint that an object changed, so the inbox stores targets
// and not payloads: one row per [engine.Key] with the generation that each hint
// raises, the generation that was last evaluated, and the moment it is due
// again. A burst on one object is one row. Delivery ids are kept beside it, for
// the log and for repair.
//
// River runs the targets, by default on SQLite. What keeps a target from
// ending stale or lost is here and not in River:
//
//   - [Inbox.Accept] returns after the hint is on disk; what waits is committed
//     together.
//   - A worker reads the generation, evaluates, and then in one transaction
//     compares it again: unchanged, the job is completed; raised, the key has
//     another turn. River's unique jobs alone would drop a hint that arrives
//     while its key is evaluated.
//   - A pending target without a job gets one ([Inbox.Repair]), whatever the
//     reason it lost it.
//
// The queue runs on real time. What is due by the project's clock (nudges,
// expiry, meetings) is decided from the target's due column ([Inbox.Sweep]).
//
// The package does not know webhooks, GitHub, or what an evaluation does.
package inbox
