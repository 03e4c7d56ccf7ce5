/*
Phasegate moves machine-learning work through its phases on GitHub: deliverables are issues, people say
yes in comments, and a deliverable goes on when what must be ready is ready and the right people have
agreed to what stands there now. This command is the App's server, the simulated GitHub to try it on,
and the tools around a config.

# How it works

An event, a timer or a command says only which object to look at: a [engine.Key]. What is true is read
from GitHub into a [engine.Snapshot], judged without any input or output, compared with what stands there
already, and the difference is written as [engine.Effect] values. So events may be lost, doubled or late,
and an empty database loses nothing: what must be remembered stands in signed comments.

	webhook → bot → bot/inbox → internal/engine (Reconciler) → internal/gh → GitHub
	                              reads through internal/gh, judges with checks, writes with templates

# The packages, from the bottom up

Each imports only what stands above it; internal/importtest holds the table and fails the build else.

  - internal/lifecycle is the vocabulary: phases, kinds, roles, risks, causes, labels, commands, and the
    sections of the issue forms, each list once and in both languages.
  - internal/markdown reads what people write (sections, tables, commands, mentions, hidden blocks) and
    makes outside text safe to show. Whatever it is given, it takes time in proportion to the length.
  - internal/metrics reads the metric table and metric reports, says what is wrong with them and what would
    be right, and holds the one against the other.
  - internal/policy reads .github/phasegate.yml strictly. The tables that hold without a config are
    there as data; the JSON Schema comes from the same table of keys.
  - internal/migrate turns the policy of another tool, policy-bot, into a config, and says what it cannot.
  - internal/facts are plain types for what was read of GitHub, each fact known or unknown.
  - checks judges: what is missing for a gate, and whose yes counts for what. It is pure.
  - templates writes what people read: stickies, requests, records, replies, and the files of init.
  - internal/engine decides: it folds comments into a history, answers commands, and says which effects
    bring GitHub in line. Its Reconciler is the one way for server, Action and dry run.
  - internal/gh is the only user of GitHub's interface: events into keys, reading, writing, caching.
  - internal/audit lists what happened, from records and comments, and what of it cannot be verified.
  - bot is the web server: signatures, limits, health, metrics, redelivery of what was missed.
  - bot/inbox keeps on disk which objects are still to be looked at; one at a time for each.
  - internal/app puts GitHub, engine and server together.
  - internal/audit lists what happened, from comments alone, and what of it could not be verified.
  - action is the other way in: one run inside a workflow, without a server, with the same engine.
  - internal/hubsim is a simulated GitHub over real HTTP that knows nothing of the product.
    internal/hubsim/gitstore is its git repository in memory, internal/hubsim/pages what a person sees.
  - internal/playground connects App and simulated GitHub in one process, with a story to play.
  - internal/contract checks traffic against GitHub's own descriptions, internal/acceptance plays the
    whole story through HTTP, docs/pictures photographs the playground.

# Where a rule stands

The numbers are the sections of the product's rules. Where two files are named, the first one holds the
rule and the second one what it needs.

	1  kinds, phases, label names                internal/lifecycle/lifecycle.go internal/lifecycle/labels.go
	1  the 21 labels, and who makes them         internal/lifecycle/labels.go internal/engine/repository.go
	1  guarded labels are put back, once said    internal/engine/pen.go internal/lifecycle/labels.go
	1  kind by the form's headings               internal/engine/plan.go
	1  two kinds on one issue                    internal/engine/kinds.go
	1  parent and other links, sub-issues        internal/engine/form.go internal/engine/seen.go
	1  deliverable of a pull request             internal/engine/pulltext.go internal/engine/pulldesk.go
	1  steps and their evidence                  internal/engine/steps.go internal/engine/evidence.go
	1  existing work begins later                internal/engine/exceptions.go templates/exceptions.go
	1  state:live                                internal/engine/clock.go internal/engine/judge.go
	2  what each gate needs, by risk profile     checks/artefacts.go checks/development.go checks/deployment.go
	2  the facts a gate is judged on             internal/engine/judge.go internal/engine/evidence.go
	2  validity of the last gate, its renewal    internal/engine/clock.go checks/seats.go
	2  high risk: validators, two who agree      checks/seats.go internal/engine/exceptions.go
	2  who says yes at each gate                 internal/lifecycle/roles.go internal/policy/tables.go
	2  the question each one is asked            templates/words.go
	2  risk of a deliverable                     internal/engine/plan.go internal/engine/exceptions.go
	2  going back: who looks again, what anew    checks/goingback.go internal/lifecycle/lifecycle.go
	2  going back: the command                   internal/engine/answer.go internal/engine/args.go
	3.1  an edited comment never counts          internal/engine/history.go internal/engine/data.go
	3.2  what is a command, at most ten          internal/markdown/commands.go
	3.2  near misses, a yes in words             internal/engine/entry.go internal/lifecycle/commands.go
	3.3  who holds a role, delegation            checks/seats.go internal/engine/problem.go
	3.4  small teams                             checks/tally.go checks/matching.go
	3.5  the requester's own yes                 checks/seats.go checks/tally.go
	3.6  independent roles                       checks/seats.go internal/lifecycle/roles.go
	3.7  the ML engineer stands in               checks/seats.go
	3.8  what each role guards, what voids       checks/guard.go internal/engine/form.go
	3.8  published fingerprints, old → new       internal/engine/history.go internal/engine/change.go
	3.9  objections                              internal/engine/history.go internal/engine/desk.go
	3.9  overruling                              internal/engine/exceptions.go internal/engine/history.go
	3.10 one nudge after working days            internal/engine/clock.go internal/policy/calendar.go
	3.11 a request that is held up               internal/engine/blocked.go internal/engine/desk.go
	3  the decision log of a bigger problem      internal/engine/moves.go templates/moves.go
	3  decisions, their numbers                  internal/engine/decisions.go internal/engine/meeting.go
	3  waivers                                   checks/waivers.go internal/engine/exceptions.go
	3  the audit                                 internal/audit cmd/phasegate/audit.go
	3  the board of a bigger problem             internal/engine/board.go templates/problem.go
	3  records and their signatures              internal/engine/record.go
	3  what the records prove, for auditors      internal/audit/record.go internal/audit/person.go
	   a whole repository, page by page          internal/gh/bulk.go internal/engine/resync.go
	3  validation of data                        internal/engine/data.go internal/lifecycle/roles.go
	4  paths, roles and phases of files          internal/policy/tables.go
	4  what a change needs: choices, conditions  internal/policy/change.go internal/policy/when.go
	4  what a change of the config loosens       internal/policy/weaken.go internal/policy/weaken_people.go
	4  rules shared by an organisation           internal/policy/merge.go internal/gh/shared.go
	4  migration from policy-bot                 internal/migrate/approval.go internal/migrate/rule.go
	4  where files may change, hotfixes          checks/place.go internal/engine/pullchecks.go
	4  who approves, stands in, or may not       checks/assent.go internal/engine/pulldesk.go
	4  what a yes on a pull request is for       internal/engine/pulldesk.go internal/engine/pulllacks.go
	4  commands on a pull request                internal/engine/pullanswer.go
	4  whom a review is asked of                 internal/engine/pullask.go
	4  one run for each check, annotations       internal/engine/pullchecks.go internal/gh/write_check.go
	4  which pull requests are judged again      internal/engine/desk.go internal/engine/plan.go
	4  merge queue                               internal/engine/group.go internal/gh/group.go
	4  deployments that wait, rollbacks          internal/engine/review.go templates/review.go
	4  what if                                   internal/engine/whatif.go bot/simulate.go
	4  the check phasegate/config                internal/engine/repository.go internal/engine/pull.go
	5  sections of the forms                     internal/lifecycle/forms.go
	5  the forms themselves, their help          templates/forms.go templates/forms_fields.go
	5  what an empty answer is                   internal/markdown/normalize.go
	6  a context that is not updated             internal/engine/reviewed.go internal/engine/contract.go
	6  what people write into a meeting          internal/engine/meeting.go templates/meeting.go
	7  the metric table, its targets             internal/metrics/parse.go internal/metrics/target.go
	7  reports, held against the table           internal/metrics/read.go internal/metrics/judge.go
	7  noise, what counts as another report      internal/metrics/compare.go
	7  incidents                                 internal/engine/incident.go templates/incident.go
	7  the errors of the metric table            internal/metrics/problem.go internal/metrics/suggest.go
	8  commands and their aliases                internal/lifecycle/commands.go
	8  what each command does                    internal/engine/answer.go internal/engine/args.go
	8  text changed on somebody's behalf         internal/engine/rewrite.go internal/metrics/edit.go
	8  metrics reported by hand                  internal/engine/manual.go
	8  delegations: form, length, where          internal/engine/args.go internal/engine/problem.go
	8  commands at a problem or on data          internal/engine/problem.go internal/engine/data.go
	8  commands where there is no sticky         internal/engine/plain.go
	8  decisions: where, whose, their numbers    internal/engine/decisions.go templates/decisions.go
	8  the text changed on somebody's behalf     internal/engine/rewrite.go internal/markdown/replace.go
	8  readings that people report               internal/engine/manual.go internal/metrics/number.go
	8  who may command what, and where           internal/engine/rights.go internal/engine/problem.go
	9  one reply, one reaction, repeats          internal/engine/reply.go internal/engine/pen.go
	9  the sticky: one, made anew, with a ledger internal/engine/pen.go internal/engine/view.go
	9  thirty commands an hour                   internal/engine/flood.go
	9  who is mentioned                          templates/deliverable.go templates/records.go
	9  no text grows too long                    templates/fit.go internal/engine/pen.go
	10 wording in both languages                 templates/words.go templates/replies.go
	11 the config: keys, defaults, errors        internal/policy/keys.go internal/policy/policy.go
	11 no config: nothing is written             internal/engine/plan.go
	11 a broken config: the last valid one       internal/gh/rules.go internal/engine/repository.go
	11 what is allowed but weak                  internal/policy/warnings.go
	11 who runs the rules                        internal/engine/reconcile.go action/run.go
	   permissions and events of the App         internal/gh/access.go
	   which event concerns which object         internal/gh/classify.go
	   signature, size, shape of a delivery      bot/webhook.go bot/body.go
	   one turn at a time for each object        bot/inbox/worker.go bot/inbox/commit.go

Not there yet: judging metric reports on pull requests (section 4), opening and filling meetings
internal/lifecycle/commands.go does not call ready.

# The commands

One file each, named in [commandLine]. main makes the context that ends with a signal; run does the rest
and returns the exit status: 0 done, 1 a problem found, 2 wrong usage.
*/
package main
