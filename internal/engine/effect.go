package engine

import (
	"fmt"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
)

// Effect is one write to GitHub. Doing it twice does what doing it once does: a comment is looked for
// by its record before it is written again, the others set what they name.
type Effect interface {
	// String tells the effect in one line, for logs, golden files and dry runs.
	String() string
}

// Decision is what is to be done about an object.
type Decision struct {
	Effects []Effect  // in the order in which they are to be made; none when nothing is to be done
	Due     time.Time // when the object has to be looked at again though nothing happens; zero for never
}

// PostComment writes a comment on an issue.
type PostComment struct {
	Issue  int
	Record *Record // what the comment records; nil for a sticky
	Body   string  // hidden blocks included
}

// EditComment replaces the text of one of Phasegate's own comments.
type EditComment struct {
	Issue   int
	Comment int64
	Record  *Record // what the comment records; nil for a sticky
	Body    string
}

// React puts Phasegate's reaction on a comment.
type React struct {
	Comment  int64
	Reaction facts.Reaction
}

// SetLabels puts labels on an issue and takes others off.
type SetLabels struct {
	Issue       int
	Add, Remove []string
}

// OpenIssue opens an issue.
type OpenIssue struct {
	Title  string
	Body   string // hidden blocks included
	Labels []string
}

// EditIssue replaces an issue's body. From is what it was when that was decided: where it is another by
// now, nothing is written and the issue is looked at again.
type EditIssue struct {
	Issue      int
	From, Body string
}

// LinkSubIssue makes an issue a native sub-issue of another.
type LinkSubIssue struct {
	Parent, Child int
	ChildID       int64 // GitHub's database id of the child
}

func (e OpenIssue) String() string {
	return fmt.Sprintf("open an issue %s", strings.Join(e.Labels, " "))
}
func (e EditIssue) String() string { return fmt.Sprintf("#%d: edit the text", e.Issue) }
func (e LinkSubIssue) String() string {
	return fmt.Sprintf("#%d: becomes a sub-issue of #%d", e.Child, e.Parent)
}

func (e PostComment) String() string {
	if e.Record == nil {
		return fmt.Sprintf("#%d: post the sticky", e.Issue)
	}
	return fmt.Sprintf("#%d: comment %s", e.Issue, e.Record.Kind)
}

func (e EditComment) String() string {
	if e.Record == nil {
		return fmt.Sprintf("#%d: edit the sticky", e.Issue)
	}
	return fmt.Sprintf("#%d: edit %s %d", e.Issue, e.Record.Kind, e.Comment)
}

func (e React) String() string { return fmt.Sprintf("comment %d: react %s", e.Comment, e.Reaction) }

func (e SetLabels) String() string {
	var parts []string
	for _, l := range e.Add {
		parts = append(parts, "+"+l)
	}
	for _, l := range e.Remove {
		parts = append(parts, "-"+l)
	}
	return fmt.Sprintf("#%d: labels %s", e.Issue, strings.Join(parts, " "))
}

// PutCheck posts a check run on a commit, or brings the one that is there in line.
type PutCheck struct {
	ID         int64 // of the run that is updated; 0 creates one
	Name       string
	Head       string // full SHA
	ExternalID string
	Conclusion string // GitHub's word; "" leaves it in progress
	Title      string
	Summary    string
	Text       string
	Notes      []CheckNote // annotations, added to those that are there; in batches of 50
}

// AskReview asks people and teams for a review of a pull request. Whoever GitHub does not let be asked is left
// out: they can comment all the same.
type AskReview struct {
	Pull   int
	People []string // logins
	Teams  []string // org/slug
}

// UnaskReview takes requests for a review back.
type UnaskReview struct {
	Pull   int
	People []string // logins
	Teams  []string // org/slug
}

func (e PutCheck) String() string {
	state := e.Conclusion
	if state == "" {
		state = "in_progress"
	}
	return fmt.Sprintf("check %s at %.7s: %s, %s", e.Name, e.Head, state, e.Title)
}

func (e AskReview) String() string {
	return fmt.Sprintf("#%d: ask for a review: %s", e.Pull, strings.Join(append(e.People[:len(e.People):len(e.People)], e.Teams...), " "))
}

func (e UnaskReview) String() string {
	return fmt.Sprintf("#%d: ask no longer for a review: %s", e.Pull, strings.Join(append(e.People[:len(e.People):len(e.People)], e.Teams...), " "))
}
