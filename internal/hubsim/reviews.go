package hubsim

import "time"

// States of a review, as REST and GraphQL have them. Webhooks and the timeline write them in lower case.
const (
	reviewPending   = "PENDING"
	reviewApproved  = "APPROVED"
	reviewChanges   = "CHANGES_REQUESTED"
	reviewCommented = "COMMENTED"
	reviewDismissed = "DISMISSED"
)

// review is a review of a pull request.
type review struct {
	id          int64
	issue       *issue // the pull request
	author      *user
	app         *app
	text        text
	state       string
	commit      string
	createdAt   time.Time
	submittedAt time.Time // zero while pending
	updatedAt   time.Time
	reactions   []*reaction
	comments    []*reviewComment
}

// reviewComment is a comment on lines of a pull request. Each belongs to a review.
type reviewComment struct {
	id             int64
	review         *review
	author         *user
	app            *app
	text           text
	path           string
	line           int // in the file, 0 for a comment on the whole file
	startLine      int
	side           string // RIGHT or LEFT
	startSide      string
	position       int // lines below the file's first @@, the way the API counted before there were lines
	diffHunk       string
	commit         string
	originalCommit string
	replyTo        *reviewComment
	createdAt      time.Time
	updatedAt      time.Time
	reactions      []*reaction
}
