package gh

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
)

// The shapes of GraphQL's answers about an open pull request, and how they become facts.

type openPullNode struct {
	Number                             int
	Title, Body, URL                   string
	Closed, Merged, IsDraft            bool
	CreatedAt                          time.Time
	Author                             *actor
	Repository                         repositoryID
	HeadRefName, HeadRefOid            string
	BaseRefName, BaseRefOid            string
	IsCrossRepository                  bool
	Additions, Deletions, ChangedFiles int
	BaseRef                            *struct{ Target commitConfig }
	Labels                             list[struct{ Name string }]
	Comments                           list[commentNode]
	Reviews                            list[reviewNode]
	Commits                            list[ofPullNode]
	ReviewRequests                     list[requestNode]
	TimelineItems                      list[requestNode]
	Deleted                            list[deletedNode]
	Retargeted, Forced                 list[movedNode]
	Last                               list[struct{ Commit headNode }]
	MergeQueueEntry                    *entryNode
}

// movedNode is an event that moved the head or the base.
type movedNode struct {
	ID           string
	CreatedAt    time.Time
	BeforeCommit *struct{ Oid string } // null once git has cleared it away
}

// when is the newest of the events; zero for none.
func when(events list[movedNode]) time.Time {
	var at time.Time
	for _, e := range events.Nodes {
		at = e.CreatedAt
	}
	return at
}

// which is the newest of the events; "" for none.
func which(events list[movedNode]) string {
	var id string
	for _, e := range events.Nodes {
		id = e.ID
	}
	return id
}

// heads are the commits that are known to have been the head before: its own, and what was replaced last.
func (n *openPullNode) heads(commits []facts.PullCommit) []string {
	var out []string
	for _, c := range commits {
		out = append(out, c.SHA)
	}
	for _, e := range n.Forced.Nodes {
		if e.BeforeCommit != nil {
			out = append(out, e.BeforeCommit.Oid)
		}
	}
	return slices.DeleteFunc(out, func(sha string) bool { return sha == n.HeadRefOid })
}

// base is the base branch's newest commit, and the config there.
func (n *openPullNode) base() commitConfig {
	if n.BaseRef == nil {
		return commitConfig{Oid: n.BaseRefOid}
	}
	return n.BaseRef.Target
}

// fact is the pull request without its lists of commits and files, and without what stands on its head.
func (n *openPullNode) fact(w writer) facts.Pull {
	p := facts.Pull{
		Repository: n.Repository.DatabaseID, Number: n.Number, Title: n.Title, Body: n.Body, Author: n.Author.person(), Created: n.CreatedAt,
		Closed: n.Closed, Merged: n.Merged, Draft: n.IsDraft, Head: n.HeadRefOid, HeadRef: n.HeadRefName, Fork: n.IsCrossRepository,
		Base: n.base().Oid, BaseRef: n.BaseRefName, URL: n.URL, Additions: n.Additions, Deletions: n.Deletions,
		Files: facts.Unknown[[]facts.PullFile](facts.NotNeeded), Commits: facts.Unknown[[]facts.PullCommit](facts.NotNeeded),
		Comments: comments(n.Comments.Nodes, w), Reviews: reviews(n.Reviews.Nodes), Retargeted: when(n.Retargeted), ForcePushed: when(n.Forced),
		AskedCut: n.TimelineItems.PageInfo.HasPreviousPage,
	}
	if head := n.MergeQueueEntry.head(); head != "" {
		p.Queued = groupRef(n.BaseRefName, head)
	}
	for _, l := range n.Labels.Nodes {
		p.Labels = append(p.Labels, l.Name)
	}
	for _, r := range n.ReviewRequests.Nodes {
		who, known := r.reviewer()
		if known {
			p.Requested = append(p.Requested, who)
		}
		if known && r.AsCodeOwner {
			p.CodeOwners = append(p.CodeOwners, who)
		}
	}
	for _, e := range n.TimelineItems.Nodes {
		if who, known := e.reviewer(); known {
			by := e.Actor.person()
			p.Asked = append(p.Asked, facts.ReviewRequest{Reviewer: who, Removed: e.Typename == "ReviewRequestRemovedEvent", By: by, Own: w.did(e.Actor, by.Is(w.viewer)), At: e.CreatedAt})
		}
	}
	for _, e := range n.Deleted.Nodes {
		p.Deleted = append(p.Deleted, facts.DeletedComment{Author: e.DeletedCommentAuthor.person(), By: e.Actor.person(), At: e.CreatedAt})
	}
	return p
}

// deletedNode is the event of a comment that was deleted.
type deletedNode struct {
	CreatedAt                   time.Time
	Actor, DeletedCommentAuthor *actor
}

// commitConfig is a commit with its config.
type commitConfig struct {
	Oid  string
	File *struct {
		Oid    string
		Object *blobNode
	}
}

// hash is of the config's content; "" for none.
func (c commitConfig) hash() string {
	if c.File == nil {
		return ""
	}
	return c.File.Oid
}

// blob is the config; where its path is no file, one without a text.
func (c commitConfig) blob() *blobNode {
	if c.File == nil {
		return nil
	}
	if c.File.Object == nil || c.File.Object.Oid == "" {
		return &blobNode{Oid: c.File.Oid}
	}
	return c.File.Object
}

type reviewNode struct {
	ID          bigInt `json:"fullDatabaseId"`
	State       string
	SubmittedAt *time.Time
	Body, URL   string
	Author      *actor
	Commit      *struct{ Oid string }
}

// reviews are in the order in which they were submitted.
func reviews(nodes []reviewNode) []facts.Review {
	out := []facts.Review{}
	for _, n := range nodes {
		if n.State == "PENDING" {
			continue
		}
		r := facts.Review{ID: int64(n.ID), Author: n.Author.person(), State: facts.ReviewState(strings.ToLower(n.State)), Body: n.Body, URL: n.URL}
		if n.SubmittedAt != nil {
			r.At = *n.SubmittedAt
		}
		if n.Commit != nil {
			r.Commit = n.Commit.Oid
		}
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(a, b facts.Review) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return out
}

// requestNode is a request for a review, as it stands or as an event.
type requestNode struct {
	Typename          string `json:"__typename"`
	AsCodeOwner       bool   // of one that stands
	CreatedAt         time.Time
	Actor             *actor
	RequestedReviewer *struct {
		actor
		CombinedSlug string
	}
}

// reviewer is who is asked; false for one that is not there any more, or may not be seen.
func (n requestNode) reviewer() (facts.Reviewer, bool) {
	if n.RequestedReviewer == nil {
		return facts.Reviewer{}, false
	}
	if n.RequestedReviewer.Typename == "Team" {
		return facts.Reviewer{Team: n.RequestedReviewer.CombinedSlug}, n.RequestedReviewer.CombinedSlug != ""
	}
	p := n.RequestedReviewer.person()
	return facts.Reviewer{Person: p}, p.ID != 0
}

type gitActor struct {
	Email string
	User  *actor
}

// webFlow is the account in whose name GitHub commits what is done on its pages, and its address.
const (
	webFlow      = "web-flow"
	webFlowEmail = "noreply@github.com"
)

// gitHub reports whether GitHub itself committed.
func (a gitActor) gitHub() bool {
	if a.User != nil {
		return a.User.Login == webFlow
	}
	return strings.EqualFold(a.Email, webFlowEmail)
}

// person is whose commit it is; false where no account is known. GraphQL knows people only: an App is told by the
// address that GitHub gives it.
func (a gitActor) person() (facts.Person, bool) {
	if a.User != nil {
		return a.User.person(), a.User.DatabaseID != 0
	}
	name, ok := strings.CutSuffix(strings.ToLower(a.Email), "[bot]@users.noreply.github.com")
	number, login, plus := strings.Cut(name, "+")
	id, err := strconv.ParseInt(number, 10, 64)
	if !ok || !plus || err != nil || id <= 0 {
		return facts.Person{}, false
	}
	return facts.Person{ID: id, Login: login + "[bot]", Bot: true}, true
}

// ofPullNode is one of a pull request's commits.
type ofPullNode struct {
	Commit struct {
		Oid         string
		Parents     list[struct{ Oid string }]
		Authors     list[gitActor]
		Committer   *gitActor
		Signature   *struct{ IsValid bool }
		CheckSuites list[struct{ Push *struct{ Pusher *actor } }]
	}
}

// queueBot is the account in whose name GitHub pushes what a merge queue makes of pull requests.
const queueBot = "github-merge-queue"

// pusher is who brought the commit to the repository, as the first suite says that knows; zero where none does: it
// came with others, or from a fork, or a merge queue made it.
func (n ofPullNode) pusher() facts.Person {
	for _, s := range n.Commit.CheckSuites.Nodes {
		if s.Push == nil || s.Push.Pusher == nil || s.Push.Pusher.DatabaseID == 0 {
			continue
		}
		if p := s.Push.Pusher.person(); !p.Bot || p.Login != queueBot+"[bot]" {
			return p
		}
	}
	return facts.Person{}
}

func (n ofPullNode) fact() facts.PullCommit {
	c := n.Commit
	out := facts.PullCommit{SHA: c.Oid, Verified: c.Signature != nil && c.Signature.IsValid, Unnamed: c.Authors.TotalCount > len(c.Authors.Nodes)}
	for _, p := range c.Parents.Nodes {
		out.Parents = append(out.Parents, p.Oid)
	}
	by := c.Authors.Nodes
	if c.Committer != nil && !c.Committer.gitHub() {
		by = append(slices.Clone(by), *c.Committer)
	}
	for _, a := range by {
		who, known := a.person()
		if known {
			out.Authors = facts.Union(out.Authors, []facts.Person{who})
		}
		out.Unnamed = out.Unnamed || !known
	}
	out.Pusher = n.pusher()
	return out
}
