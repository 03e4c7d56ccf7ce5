package facts

// Why a fact is unknown, where a person is told of it. The words stand in package templates, in both
// languages; a reason that is none of these is shown as it is.
const (
	NotNeeded         = "not-needed"
	TooManyMerged     = "too-many-merged"
	MergedUnread      = "merged-unread"
	ReportsUnread     = "reports-unread"
	DeploymentsUnread = "deployments-unread"
	ChecksUnread      = "checks-unread"
	CommitUnknown     = "commit-unknown"
	CommitGone        = "commit-gone"
	TooManyFiles      = "too-many-files"
	TooManyCommits    = "too-many-commits"
	ListShort         = "list-short"     // GitHub counts more than it lists, though it lists as many
	MembersUnread     = "members-unread" // of what: a team, or a permission
	SecretTeam        = "secret-team"    // of what: the team
	NoAccount         = "no-account"     // of what: the login, as @login
)

// Reasons lists them.
var Reasons = []string{NotNeeded, TooManyMerged, MergedUnread, ReportsUnread, DeploymentsUnread, ChecksUnread, CommitUnknown, CommitGone, TooManyFiles, TooManyCommits, ListShort, MembersUnread, SecretTeam, NoAccount}

// Of is a reason that is about something, by its name.
func Of(reason, what string) string { return reason + " " + what }
