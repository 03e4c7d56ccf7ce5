// Package bot is the App's server: it receives GitHub's webhooks, keeps what
// they say to look at in the durable inbox ([github.com/phasegate/phasegate/bot/inbox]),
// has it evaluated, and looks after what nobody tells it (what is due by now,
// deliveries that failed).
//
// A delivery is answered 202 only after it is on disk, and never evaluated
// before the answer. Which objects an event names is the [Classifier]'s
// business, what is done about them the [Reconciler]'s; the package knows
// neither GitHub's API nor the rules.
package bot
