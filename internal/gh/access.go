package gh

// Level is how far a permission of a GitHub App reaches.
type Level string

// The two levels Phasegate asks for.
const (
	Read  Level = "read"
	Write Level = "write"
)

// Permission is one permission the App asks for.
type Permission struct {
	Name     string // as GitHub's API names it
	Level    Level
	Optional bool
	Why      string
}

// Permissions lists what the App asks for. Manifest, doctor and documentation are made from it.
func Permissions() []Permission {
	return []Permission{
		{"metadata", Read, false, "every App has it"},
		{"contents", Read, false, "reads the config, what pull requests merged, and what lies between two commits"},
		{"members", Read, false, "reads the teams that hold roles"},
		{"issues", Write, false, "labels, stickies, records and replies on issues"},
		{"pull_requests", Write, false, "reads open and merged pull requests, asks for reviews"},
		{"checks", Write, false, "posts the checks, reads metric reports and the results of CI"},
		{"merge_queues", Read, false, "judges a merge group by its pull requests"},
		{"administration", Read, true, "lets doctor look at rulesets"},
		{"actions", Read, true, "answers deployment protection rules"},
		{"deployments", Write, true, "reads what is in production, answers deployment protection rules"},
		{"statuses", Read, true, "reads CI that reports commit statuses instead of checks"},
	}
}

// Events lists the webhook events the App subscribes to.
func Events() []string {
	return []string{
		"issues", "issue_comment", "label", "sub_issues", "pull_request", "pull_request_review", "push",
		"check_run", "check_suite", "merge_group", "deployment_status", "deployment_protection_rule",
		"membership", "team", "member", "repository", "installation", "installation_repositories", "status",
	}
}

// OptionalEvents are the events among them that GitHub sends only to an App with an optional permission, by that
// permission's name.
func OptionalEvents() map[string]string {
	return map[string]string{"deployment_status": "deployments", "deployment_protection_rule": "deployments", "status": "statuses"}
}
