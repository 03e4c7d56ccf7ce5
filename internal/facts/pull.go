package facts

import (
	"strings"
	"time"
)

// Pull is a pull request as it stands.
type Pull struct {
	Repository int64 // GitHub's id of the repository it is in, which stays when that is renamed
	Number     int
	Title      string
	Body       string
	Author     Person
	Created    time.Time
	Closed     bool // merged or not
	Merged     bool
	Draft      bool
	Head       string // its newest commit, full SHA
	HeadRef    string // branch, without refs/heads/
	Fork       bool   // its commits come from another repository
	Base       string // the base branch's newest commit, full SHA
	BaseRef    string // branch, without refs/heads/
	URL        string
	Labels     []string
	Additions  int
	Deletions  int

	// Files are what it changes against the merge base, by path. Unknown where GitHub does not list them
	// all (it lists 3,000).
	Files Fact[[]PullFile]
	// Commits are its own, oldest first. Unknown where GitHub does not list them all (it lists 250).
	Commits Fact[[]PullCommit]

	Reviews   []Review   // all but pending ones, oldest first
	Comments  []Comment  // of the conversation, oldest first
	Requested []Reviewer // of whom a review is asked at the moment
	// CodeOwners are those of Requested whom GitHub asks because they own the code, as CODEOWNERS says.
	CodeOwners []Reviewer
	Asked      []ReviewRequest // who was asked or no longer asked by whom, oldest first; the newest 100

	Runs        []Run // Phasegate's own on Head, the newest of each name
	Rerequested bool  // somebody asked for Phasegate's checks on Head to run again, and they did not yet
	Sharing     []int // other open pull requests with the same Head
	Passed      []int // other open pull requests whose newest commit was this one's before, as far as can be told
	// Retargeted is when its base last became another branch, or was rewritten; zero for never.
	Retargeted time.Time
	// ForcePushed is when its head was last replaced by one that does not have it as an ancestor; zero for never.
	ForcePushed time.Time
	AskedCut    bool             // there are older ones than Asked has
	Deleted     []DeletedComment // of the conversation, oldest first; the newest 100
	OfQueue     bool             // a merge group that waits in a queue has Head; or may, where queues may not be read
	QueueHidden bool             // queues may not be read
	// Queued is the merge group made for it, as the Ref of the group's key: base branch@head commit of the
	// group. "" where there is none (yet).
	Queued string
}

// PullFile is one file that a pull request changes.
type PullFile struct {
	Path      string
	Previous  string // its path before it was renamed; "" where it was not
	Removed   bool
	Blob      string // hash of its content at Head; of a submodule, the commit. That before it was removed
	Additions int
	Deletions int
}

// Paths are the names under which the change of the file counts: both of a renamed one.
func (f PullFile) Paths() []string {
	if f.Previous != "" && f.Previous != f.Path {
		return []string{f.Path, f.Previous}
	}
	return []string{f.Path}
}

// PullCommit is one commit of a pull request.
type PullCommit struct {
	SHA      string
	Parents  []string
	Authors  []Person // author, co-authors and committer with an account, as the commit says; not GitHub itself
	Pusher   Person   // who pushed it, by GitHub's word; zero where that is not known
	Unnamed  bool     // somebody without an account is among them
	Verified bool     // its signature is valid
}

// ReviewState is what a review says, by GitHub's GraphQL name in lower case.
type ReviewState string

// The states of a submitted review.
const (
	ReviewApproved  ReviewState = "approved"
	ReviewChanges   ReviewState = "changes_requested"
	ReviewCommented ReviewState = "commented"
	ReviewDismissed ReviewState = "dismissed"
)

// Review is a submitted review.
type Review struct {
	ID     int64
	Author Person
	State  ReviewState
	Commit string // that it was given for, full SHA; "" when that is gone
	At     time.Time
	Body   string
	URL    string
}

// Reviewer is a person or a team of whom a review is asked.
type Reviewer struct {
	Person Person // zero for a team
	Team   string // org/slug; "" for a person
}

// Is reports whether both name the same person or team.
func (r Reviewer) Is(s Reviewer) bool {
	return strings.EqualFold(r.Team, s.Team) && (r.Team != "" || r.Person.Is(s.Person))
}

// ReviewRequest says that somebody asked for a review, or took that back.
type ReviewRequest struct {
	Reviewer Reviewer
	Removed  bool
	By       Person
	Own      bool // Phasegate did
	At       time.Time
}

// DeletedComment is a comment that was deleted. What it said, GitHub does not tell.
type DeletedComment struct {
	Author Person // zero where GitHub does not tell
	By     Person
	At     time.Time
}

// Run is one of Phasegate's own check runs.
type Run struct {
	ID         int64
	Name       string
	Head       string // commit it is on, full SHA
	Status     string // GitHub's word in lower case: queued, in_progress, completed
	Conclusion string // lower case; "" while it is not completed
	ExternalID string
	Title      string
	Text       string
	Started    time.Time
	Completed  time.Time // zero while it is not
}

// Content is a file at a commit, as far as it matters for what was approved.
type Content struct {
	Blob string // hash; "" where there is no such file
	Mode int    // Git's: 0100644, 0100755, 0120000 a link, 0160000 a submodule
}

// ContentsAt are some files at a commit, by path.
type ContentsAt map[string]Content
