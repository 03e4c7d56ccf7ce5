package gh

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/policy"
)

// The shapes of GraphQL's answers, and how they become facts.

type pageInfo struct {
	HasNextPage     bool
	HasPreviousPage bool // asked for of the lists that are read from their end
	EndCursor       string
}

// errStuck is a list that promises a further page and gives the same one again.
var errStuck = errors.New("a list does not go on where it says that it does")

// stuck reports whether a page that is not the last ends where the one before it did.
func (p pageInfo) stuck(before pageInfo) bool {
	return p.HasNextPage && p.EndCursor == before.EndCursor
}

// cursor is a GraphQL argument: null at a list's beginning, where "" is no cursor.
func cursor(after string) any {
	if after == "" {
		return nil
	}
	return after
}

type list[T any] struct {
	PageInfo   pageInfo
	TotalCount int
	Nodes      []T
}

type actor struct {
	Typename   string `json:"__typename"`
	Login      string
	DatabaseID int64 `json:"databaseId"`
}

// person is the account; zero for one that was deleted. GraphQL leaves "[bot]" out of an App's login.
func (a *actor) person() facts.Person {
	if a == nil {
		return facts.Person{}
	}
	p := facts.Person{ID: a.DatabaseID, Login: a.Login, Bot: a.Typename == "Bot"}
	if p.Bot && !strings.HasSuffix(p.Login, "[bot]") {
		p.Login += "[bot]"
	}
	return p
}

type commentNode struct {
	ID              bigInt `json:"fullDatabaseId"`
	NodeID          string `json:"id"` // "" where it was not asked for
	Body            string
	CreatedAt       time.Time
	LastEditedAt    *time.Time
	IsMinimized     bool
	URL             string
	ViewerDidAuthor bool
	Author, Editor  *actor
	ReactionGroups  []struct {
		Content          string
		ViewerHasReacted bool
		Reactors         list[actor]
	}
}

// bigInt is GraphQL's BigInt: a number too large for JSON, or a small one.
type bigInt int64

func (b *bigInt) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	n, err := strconv.ParseInt(strings.Trim(string(text), `"`), 10, 64)
	*b = bigInt(n)
	return err
}

var reactions = map[string]facts.Reaction{"THUMBS_UP": facts.Counted, "CONFUSED": facts.NotCounted}

// writer says whose writing is Phasegate's own: the viewer's where login is empty, else that App's.
type writer struct {
	login  string
	viewer facts.Person
}

// is reports whether the account is the App. A person's login cannot have brackets.
func (w writer) is(a *actor) bool {
	return w.login != "" && a != nil && a.Typename == "Bot" && strings.EqualFold(a.person().Login, w.login)
}

// did reports whether an account that GitHub says the viewer is, or is not, is Phasegate's.
func (w writer) did(a *actor, viewer bool) bool { return w.login == "" && viewer || w.is(a) }

// fact is the comment as the engine takes it. It is ours only as long as nobody else edited it.
func (n commentNode) fact(w writer) facts.Comment {
	c := facts.Comment{ID: int64(n.ID), Author: n.Author.person(), Body: n.Body, Created: n.CreatedAt, Edited: n.LastEditedAt != nil, Hidden: n.IsMinimized, URL: n.URL}
	c.EditedByOther = c.Edited && !n.Editor.person().Is(c.Author)
	if w.did(n.Author, n.ViewerDidAuthor) {
		c.Own, c.Touched = !c.EditedByOther, c.EditedByOther
	}
	for _, g := range n.ReactionGroups {
		answered := w.login == "" && g.ViewerHasReacted || slices.ContainsFunc(g.Reactors.Nodes, func(a actor) bool { return w.is(&a) })
		if r, known := reactions[g.Content]; known && answered {
			c.Answer = r
		}
	}
	return c
}

type issueNode struct {
	Typename        string `json:"__typename"`
	ID              bigInt `json:"fullDatabaseId"`
	Number          int
	Title, Body     string
	Closed          bool
	ClosedAt        *time.Time
	CreatedAt       time.Time
	LastEditedAt    *time.Time
	URL             string
	ViewerDidAuthor bool
	Author, Editor  *actor
	Repository      repositoryID
	Parent          *struct {
		Number     int
		Repository repositoryID
	}
	Labels   list[struct{ Name string }]
	Comments list[commentNode]
	Timeline list[labelNode] `json:"timelineItems"`
}

type repositoryID struct {
	DatabaseID int64 `json:"databaseId"`
}

func (n issueNode) fact(w writer) facts.Issue {
	i := facts.Issue{Repository: n.Repository.DatabaseID, ID: int64(n.ID), Number: n.Number, Title: n.Title, Body: n.Body, Closed: n.Closed,
		Author: n.Author.person(), Own: w.did(n.Author, n.ViewerDidAuthor), Created: n.CreatedAt, URL: n.URL}
	if n.ClosedAt != nil && n.Closed {
		i.ClosedAt = *n.ClosedAt
	}
	if n.LastEditedAt != nil {
		i.BodyEdited, i.Editor = *n.LastEditedAt, n.Editor.person()
		i.EditedOwn = w.did(n.Editor, i.Editor.Is(w.viewer))
	}
	if n.Parent != nil && n.Parent.Repository == n.Repository {
		i.Parent = n.Parent.Number
	}
	for _, l := range n.Labels.Nodes {
		i.Labels = append(i.Labels, l.Name)
	}
	return i
}

// listed is the issue as its neighbours see it, with the sticky if it is among the comments.
func (n issueNode) listed(w writer) engine.Listed {
	l := engine.Listed{Issue: n.fact(w)}
	for _, node := range n.Comments.Nodes {
		if c := node.fact(w); (c.Own || c.Touched) && engine.IsSticky(c.Body) {
			l.Sticky = &c
			break
		}
	}
	return l
}

type labelNode struct {
	Typename  string `json:"__typename"`
	ID        string
	CreatedAt time.Time
	Actor     *actor
	Label     struct{ Name string }
}

func (n labelNode) fact(w writer) facts.LabelChange {
	who := n.Actor.person()
	return facts.LabelChange{ID: n.ID, Label: n.Label.Name, Added: n.Typename == "LabeledEvent", Actor: who, Own: w.did(n.Actor, who.Is(w.viewer)), At: n.CreatedAt}
}

type blobNode struct {
	Oid         string
	ByteSize    int
	IsBinary    *bool
	IsTruncated bool
	Text        *string
}

type labelName struct{ Name, Description, Color string }

type repositoryNode struct {
	DatabaseID       int64 `json:"databaseId"`
	IsEmpty          bool  // asked for of the shared one only
	NameWithOwner    string
	URL              string
	DefaultBranchRef *struct {
		Name   string
		Target struct{ Oid string }
	}
	Config             *blobNode
	IssueOrPullRequest *issueNode
	Known, Changed     list[issueNode] // see index
	Labels             list[labelName]

	shared *repositoryNode // the one whose config the repositories of this owner share; nil where it may not be seen
	org    *policy.Policy  // the config there, once it was read; nil for none
}

// head is the default branch's name and commit; "" for an empty repository.
func (r *repositoryNode) head() (branch, commit string) {
	if r.DefaultBranchRef == nil {
		return "", ""
	}
	return r.DefaultBranchRef.Name, r.DefaultBranchRef.Target.Oid
}

type repositoryAnswer struct {
	Viewer struct {
		Login      string
		DatabaseID int64 `json:"databaseId"`
	}
	Repository *repositoryNode
	Shared     *repositoryNode
}

func (a *repositoryAnswer) viewer() facts.Person {
	return facts.Person{ID: a.Viewer.DatabaseID, Login: a.Viewer.Login}
}
