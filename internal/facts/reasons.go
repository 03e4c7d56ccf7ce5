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
)

// Reasons lists them.
var Reasons = []string{NotNeeded, TooManyMerged, MergedUnread, ReportsUnread, DeploymentsUnread, ChecksUnread, CommitUnknown, CommitGone, TooManyFiles, TooManyCommits}
