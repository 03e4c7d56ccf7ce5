package pages

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// ErrNotFound is what a Hub returns for something that is not there or that the viewer may not see.
var ErrNotFound = errors.New("not found")

// At says whose eyes look at which repository. Owner and Name are empty where no repository is meant.
type At struct {
	Viewer      string // login of the persona
	Owner, Name string
}

// Repo is the full name, "acme/churn".
func (a At) Repo() string { return a.Owner + "/" + a.Name }

// Hub is the simulated GitHub as the pages see it. Every method may be called from several goroutines; what it
// returns is the caller's own. A missing thing is ErrNotFound, wrapped or not.
type Hub interface {
	// Now is the simulated time.
	Now() time.Time
	// BaseURL is the address of the pages, without a slash at its end.
	BaseURL() string
	// People lists everybody one can act as, in the order they are to be shown, with their permission on the
	// repository if one is named. Bots and organisations are not among them.
	People(ctx context.Context, at At) ([]Person, error)
	// Account finds a person, organisation, App ("apps/phasegate") or team ("acme/data").
	Account(ctx context.Context, name string) (Account, error)
	// Repos lists what the viewer may see.
	Repos(ctx context.Context, viewer string) ([]Repo, error)
	Repo(ctx context.Context, at At) (Repo, error)
	// Issues lists issues or, with pulls set, pull requests, newest first.
	Issues(ctx context.Context, at At, pulls bool) ([]IssueRow, error)
	// Issue finds an issue or the conversation of a pull request.
	Issue(ctx context.Context, at At, number int) (Issue, error)
	// Ref finds what a number stands for.
	Ref(ctx context.Context, at At, number int) (Ref, error)
	// Pull finds the code side of a pull request.
	Pull(ctx context.Context, at At, number int) (Pull, error)
	CheckRun(ctx context.Context, at At, id int64) (CheckRun, error)
	Commit(ctx context.Context, at At, sha string) (Commit, error)
	// Path finds a folder or file; ref is a branch or commit, empty for the default branch.
	Path(ctx context.Context, at At, ref, path string) (Node, error)
	Labels(ctx context.Context, at At) ([]Label, error)
	// Log lists what came in and what was written, newest first. The decisions between the two are not the Hub's.
	Log(ctx context.Context, at At) ([]LogEntry, error)
	Delivery(ctx context.Context, at At, id int64) (Delivery, error)
	// Act sends a GitHub REST request as a person, or one to "/graphql". A refusal by GitHub's rules is a status, or
	// errors in GraphQL's answer, and not an error.
	Act(ctx context.Context, persona, method, path string, body []byte) (status int, answer []byte, err error)
	// Settle returns once what the last requests set going is done, or with ctx's error.
	Settle(ctx context.Context) error
}

// Kinds of accounts.
const (
	KindUser = "User"
	KindBot  = "Bot"
	KindOrg  = "Organization"
	KindApp  = "App"
	KindTeam = "Team"
)

// Person is an account as it stands beside what it wrote.
type Person struct {
	ID         int64
	Login      string
	Name       string // empty if not given
	Kind       string // KindUser, KindBot or KindOrg
	Permission string // on the repository at hand: none, read, triage, write, maintain, admin; empty: not asked for
	Badge      string // what the person is here, "data scientist" or "Member"; empty: nothing
}

// IsBot says whether the account is an App's.
func (p Person) IsBot() bool { return p.Kind == KindBot }

// Shown is the login as a person reads it: without the [bot] that the badge beside it says.
func (p Person) Shown() string { return strings.TrimSuffix(p.Login, "[bot]") }

// Path is the address of the account's page.
func (p Person) Path() string {
	if p.IsBot() {
		return "/apps/" + url.PathEscape(p.Shown())
	}
	return "/" + url.PathEscape(p.Login)
}

// Account is a person, organisation, team or App on its own page.
type Account struct {
	Person
	About   string
	Facts   []Fact
	Repos   []Repo   // of an organisation or team
	Members []Person // of an organisation or team
}

// Fact is a term and what it is.
type Fact struct{ Term, Text string }

// Repo is a repository.
type Repo struct {
	Owner, Name   string
	Description   string
	Private       bool
	Archived      bool
	DefaultBranch string
	OpenIssues    int // without pull requests
	OpenPulls     int
	Permission    string // the viewer's
	UpdatedAt     time.Time
}

// FullName is "acme/churn".
func (r Repo) FullName() string { return r.Owner + "/" + r.Name }

// Path is the address of the repository's pages.
func (r Repo) Path() string { return "/" + url.PathEscape(r.Owner) + "/" + url.PathEscape(r.Name) }

// CanWrite says whether the viewer may edit what others wrote, label, close and merge.
func (r Repo) CanWrite() bool { return rankOf(r.Permission) >= rankOf("write") }

// CanTriage says whether the viewer may label and close what others opened.
func (r Repo) CanTriage() bool { return rankOf(r.Permission) >= rankOf("triage") }

// rankOf orders the names of permissions.
func rankOf(permission string) int {
	for i, name := range []string{"none", "read", "triage", "write", "maintain", "admin"} {
		if name == permission {
			return i
		}
	}
	return 0
}

// Label is a label. Color is six hexadecimal digits.
type Label struct {
	Name, Color, Description string
	Issues                   int // open issues and pull requests that carry it; in Hub.Labels only
}

// Ref points at an issue or pull request.
type Ref struct {
	Repo   string // full name
	Number int
	Title  string
	State  string
	IsPull bool
}

// Path is the address of its page.
func (r Ref) Path() string {
	kind := "issues"
	if r.IsPull {
		kind = "pull"
	}
	return fmt.Sprintf("/%s/%s/%d", r.Repo, kind, r.Number)
}

// States of issues and pull requests.
const (
	StateOpen   = "open"
	StateClosed = "closed"
	StateMerged = "merged"
	StateDraft  = "draft"
)

// IssueRow is an issue or pull request in a list.
type IssueRow struct {
	Ref
	Reason    string // why it is closed: completed, not_planned, duplicate
	Author    Person
	CreatedAt time.Time
	Labels    []Label
	Comments  int
	Checks    Tally // of a pull request's newest commit
}

// Text is something a person wrote and others may have edited.
type Text struct {
	Source string
	Edits  []Edit // oldest first, without the first writing; empty: never edited
}

// Edit says who changed a text and when.
type Edit struct {
	By Person
	At time.Time
}

// LastEdit is the newest edit, nil if there was none.
func (t Text) LastEdit() *Edit {
	if len(t.Edits) == 0 {
		return nil
	}
	return &t.Edits[len(t.Edits)-1]
}

// Issue is an issue or the conversation of a pull request.
type Issue struct {
	IssueRow
	Body      Text
	UpdatedAt time.Time
	Reactions []Reaction
	Timeline  []Item // oldest first
	Assignees []Person
	Parent    *Ref
	SubIssues []Ref
	Locked    bool
}

// Reaction is one of GitHub's eight with those who gave it. Content is as the API has it: +1, confused, …
type Reaction struct {
	Content string
	By      []string
}

// Item is an entry of a timeline: exactly one of the pointers is set.
type Item struct {
	At      time.Time
	Comment *Comment
	Event   *Event
	Review  *Review
}

// Comment is a comment.
type Comment struct {
	ID        int64
	Author    Person
	At        time.Time
	Body      Text
	Reactions []Reaction
	Hidden    string // why it is hidden ("outdated"); empty: it is not
	Via       string // name of the App it was written through; empty: none
}

// Event is something that happened to an issue. Fields a kind has no use for are empty.
type Event struct {
	Kind     string // as the API has it: labeled, closed, renamed, cross-referenced, …
	Actor    Person
	Label    Label
	From, To string
	Reason   string
	Source   *Ref
	Subject  string // the other person, team, branch or commit
}

// Review is a submitted review. State is as REST has it: APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED.
type Review struct {
	ID     int64
	Author Person
	State  string
	Body   Text
	SHA    string
}

// Pull is the code side of a pull request.
type Pull struct {
	Number        int
	Draft         bool
	Merged        bool
	BaseRef       string
	HeadRef       string
	HeadLabel     string // "owner:branch" of a fork, else HeadRef
	HeadSHA       string
	BaseSHA       string
	MergeSHA      string
	MergedBy      Person
	MergedAt      time.Time
	Mergeable     *bool // nil: not known
	MergeState    string
	Bypass        bool     // the viewer may merge without what the base branch asks for
	Requested     []string // people and teams ("acme/data") whose review is awaited
	LatestReviews []Review // the newest of each person
	Commits       []Commit
	Files         []FileChange
	Checks        []CheckRun // of HeadSHA, by name
	Expected      []string   // required checks nobody has said anything of
	NodeID        string
	HasQueue      bool // the base branch merges through a queue
	QueuePosition int  // in it, 0 while it is not queued
	Additions     int
	Deletions     int
}

// Blocked reports whether something that the base branch asks for keeps it from being merged. GitHub then shows
// the button grey, and to who may pass over that another one. A check that failed and is not required blocks
// nothing: the button stays green.
func (p Pull) Blocked() bool { return p.MergeState == "blocked" || p.MergeState == "behind" }

// Commit is a commit; Files and Checks are set on its own page only.
type Commit struct {
	SHA       string
	Message   string
	Author    Person // Login is empty if the e-mail address is nobody's
	Name      string
	At        time.Time
	Parents   []string
	Files     []FileChange
	Checks    []CheckRun
	Additions int
	Deletions int
}

// Headline is the first line of the message.
func (c Commit) Headline() string {
	line, _, _ := strings.Cut(c.Message, "\n")
	return line
}

// Rest is the message without its first line.
func (c Commit) Rest() string {
	_, rest, _ := strings.Cut(c.Message, "\n")
	return strings.TrimSpace(rest)
}

// FileChange is a changed file. Status is as REST has it: added, removed, modified, renamed, …
type FileChange struct {
	Path, Previous string
	Status         string
	Additions      int
	Deletions      int
	Patch          string // empty for binary and very large files
}

// Node is a folder or file at a commit.
type Node struct {
	Ref     string // the branch or commit it was asked for
	Path    string
	IsDir   bool
	Entries []Entry // of a folder
	Size    int     // of a file, in bytes
	Content []byte
}

// Entry is a line in a folder.
type Entry struct {
	Name  string
	IsDir bool
	Size  int
}

// Kinds of log entries.
const (
	LogPerson  = "person"  // a person's request that changed something
	LogIn      = "in"      // something that happened on GitHub and was sent on
	LogDecided = "decided" // what the product made of it
	LogWritten = "written" // an App's request that changed something
)

// LogEntry is a line of the log.
type LogEntry struct {
	At   time.Time // simulated
	Kind string    // LogPerson, LogIn, LogDecided or LogWritten
	Key  string    // what it is about: an event's name, an object, a person
	Text string
	Link string // path of a page; empty: none
	Fail bool   // it did not succeed
}

// Delivery is a webhook that was sent.
type Delivery struct {
	ID         int64
	GUID       string
	Event      string
	Action     string
	At         time.Time
	Status     string // "OK" or what went wrong; empty: not yet sent
	Code       int
	Redelivery bool
	Request    []Fact // headers
	Payload    string // indented JSON
	Response   string
}
