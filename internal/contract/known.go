package contract

import "regexp"

// fault is a place where GitHub's description differs from what GitHub does. Patterns that are nil match anything.
type fault struct {
	subject, part, pointer, reason *regexp.Regexp
	why                            string
}

// Reasons that validate gives.
var (
	notNamed  = regexp.MustCompile(`^no such property is described$`)
	isMissing = regexp.MustCompile(`^property "\w+" is missing$`)
	notInEnum = regexp.MustCompile(`^value is not one of the allowed values`)
)

// faults are the known errors of the description (version 23.0.2). Nothing else is let through; a fault that GitHub
// mends does no harm here and can be dropped.
var faults = []fault{
	{
		part: regexp.MustCompile(`^response 4\d\d$`), pointer: regexp.MustCompile(`^/status$`), reason: notNamed,
		why: "every error of GitHub's carries its status as text; the schema validation-error leaves it out",
	}, {
		pointer: regexp.MustCompile(`/user_view_type$`), reason: notNamed,
		why: "every account carries user_view_type; the schema simple-user has it, the older ones written for webhooks do not",
	}, {
		pointer: regexp.MustCompile(`(^|/)client_id$`), reason: notNamed,
		why: "Apps and installations carry client_id since 2024; the copies of their schema inside lists and webhooks do not have it",
	}, {
		pointer: regexp.MustCompile(`/permissions/merge_queues$`), reason: notNamed,
		why: "the permission exists, GitHub's list of the permissions of an App names it; the schema app-permissions does not",
	}, {
		pointer: regexp.MustCompile(`/(performed_via_github_app|app)/events/\d+$`), reason: notInEnum,
		why: "the list of events that webhooks allow an App to subscribe to is older than sub_issues and deployment_protection_rule",
	}, {
		subject: regexp.MustCompile(`^(POST|PUT) /repos/\{owner\}/\{repo\}/issues/\{issue_number\}/labels$`), part: regexp.MustCompile(`^request body$`),
		reason: regexp.MustCompile(`"oneOf"`),
		why:    "GitHub takes a bare list of names, which is what go-github sends; the schema has it in a shape that oneOf refuses",
	}, {
		subject: regexp.MustCompile(`^GET /repos/\{owner\}/\{repo\}/issues/(\{issue_number\}/(events|timeline)|events(/\{event_id\})?)$`),
		pointer: regexp.MustCompile(`/(state_reason|assigner)$`), reason: notNamed,
		why: "closed events carry state_reason and assigned events assigner, as GitHub's page of issue event types says",
	}, {
		subject: regexp.MustCompile(`^webhook `), pointer: regexp.MustCompile(`/(has_discussions|web_commit_signoff_required)$`), reason: notNamed,
		why: "every repository carries both; the copies of the schema inside some webhooks are older",
	}, {
		subject: regexp.MustCompile(`^webhook `), pointer: regexp.MustCompile(`^/issue/parent_issue_url$`), reason: notNamed,
		why: "a sub-issue carries the address of its parent, as the schema issue says; the copies inside some webhooks are older",
	}, {
		subject: regexp.MustCompile(`^PUT /repos/\{owner\}/\{repo\}/contents/\{path\}$`), part: regexp.MustCompile(`^response 409$`),
		reason: regexp.MustCompile(`"oneOf"`),
		why:    "it must be one of two errors of which each fits whatever is the other",
	}, {
		subject: regexp.MustCompile(`^GET /repos/\{owner\}/\{repo\}/actions/(runs|workflows/\{workflow_id\}/runs)$`),
		part:    regexp.MustCompile(`^request query parameter created$`), reason: regexp.MustCompile(`"date-time"`),
		why: "its text says that it takes a range in search syntax, >=2026-01-05; its format only allows a single time",
	}, {
		subject: regexp.MustCompile(`^GET /repos/\{owner\}/\{repo\}/deployments/\{deployment_id\}/statuses`),
		pointer: regexp.MustCompile(`(^|/)state$`), reason: notInEnum,
		why: "a deployment that waits for protection rules has the state waiting, as GraphQL's DeploymentStatusState says; REST's list lacks it",
	}, {
		subject: regexp.MustCompile(`^GET /repos/\{owner\}/\{repo\}/(commits/\{ref\}/check-runs|check-runs/\{check_run_id\}|check-suites/\{check_suite_id\}/check-runs)$`),
		pointer: regexp.MustCompile(`(^|/)conclusion$`), reason: notInEnum,
		why: "a run unfinished for two weeks has the conclusion stale, as GitHub's page on check runs and GraphQL's CheckConclusionState say; the schema lacks it",
	}, {
		subject: regexp.MustCompile(`^(POST|DELETE) /repos/\{owner\}/\{repo\}/pulls/\{pull_number\}/requested_reviewers$`),
		pointer: regexp.MustCompile(`^/labels/\d+/description$`), reason: regexp.MustCompile(`^Value is not nullable`),
		why: "a label without a description has null there, as the schema label says; the copy in pull-request-simple does not allow it",
	}, {
		subject: regexp.MustCompile(`^GET /app/installations$`), pointer: regexp.MustCompile(`/account/name$`), reason: isMissing,
		why: "the account's schema demands a name, which GitHub's own example of this answer lacks",
	}, {
		subject: regexp.MustCompile(`^GET /meta$`), pointer: regexp.MustCompile(`^/installed_version$`), reason: notNamed,
		why: "a GitHub Enterprise Server tells its version, by which clients know it; the description is that of github.com",
	}, {
		subject: regexp.MustCompile(`^GET /repositories/\d+$`), part: regexp.MustCompile(`^request path$`),
		why: "GitHub redirects a renamed repository's clients there and answers; it is not documented",
	},
}

// allow drops the violations that are known faults of the description.
func allow(violations []Violation) []Violation {
	var out []Violation
	for _, v := range violations {
		if !isFault(v) {
			out = append(out, v)
		}
	}
	return out
}

func isFault(v Violation) bool {
	for _, f := range faults {
		if matches(f.subject, v.Subject) && matches(f.part, v.Part) && matches(f.pointer, v.Pointer) && matches(f.reason, v.Reason) {
			return true
		}
	}
	return false
}

func matches(pattern *regexp.Regexp, s string) bool { return pattern == nil || pattern.MatchString(s) }
