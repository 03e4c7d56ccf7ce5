package gh

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// archiveSizes are how many issues an archive's page has: fewer where GitHub did not finish more in
// time. A page asks for three lists of each issue; 25 of them are the most that still cost one point,
// so that 2,000 issues cost 80.
var archiveSizes = []int{25, 5, 1}

// archivedFields are of an issue with all that was written on it; %s stands for the fields of reactions.
const archivedFields = `__typename ` + issueFields + `
    comments(first: 100) { pageInfo { hasNextPage endCursor } nodes { id ` + stickyFields + ` %s } }
    timelineItems(last: 100, itemTypes: [LABELED_EVENT, UNLABELED_EVENT]) { nodes { __typename
      ... on LabeledEvent { id createdAt actor { ` + personFields + ` } label { name } }
      ... on UnlabeledEvent { id createdAt actor { ` + personFields + ` } label { name } } } }`

// archiveDocument reads a page of all issues of the kinds. GraphQL takes several labels as any of them.
const archiveDocument = `query($owner: String!, $repo: String!, $labels: [String!], $first: Int!, $after: String) {
viewer { login databaseId }
repository(owner: $owner, name: $repo) { databaseId
  list: issues(first: $first, after: $after, labels: $labels, orderBy: {field: CREATED_AT, direction: ASC}) { pageInfo { hasNextPage endCursor } nodes {
    ` + archivedFields + ` } } } }`

// archivedDocument reads one issue, whatever its labels.
const archivedDocument = `query($owner: String!, $repo: String!, $number: Int!) {
viewer { login databaseId }
repository(owner: $owner, name: $repo) { databaseId
  one: issueOrPullRequest(number: $number) { __typename ... on Issue { ` + archivedFields + ` } } } }`

// answeredDocument tells who answered comments, for a reader who is not the App: with the page itself
// that would cost a point for each issue.
const answeredDocument = `query($ids: [ID!]!) { nodes(ids: $ids) { ... on IssueComment { fullDatabaseId ` + botReactionFields + ` } } }`

// Archive reads the page of the key's repository that begins after the cursor; "" is the first one. It
// costs one request and one point of GraphQL for 25 issues, and for each further hundred comments of one
// of them. Where the token is somebody else's, one more of each for every hundred comments with commands.
func (g *GitHub) Archive(ctx context.Context, key engine.Key, after string) (engine.ArchivePage, error) {
	var page engine.ArchivePage
	c, err := g.client(key)
	if err != nil {
		return page, err
	}
	a, err := g.archive(ctx, c, key, after)
	if err != nil {
		return page, err
	}
	list := a.Repository.List
	if list.PageInfo.HasNextPage {
		if page.Next = list.PageInfo.EndCursor; page.Next == after || page.Next == "" {
			return page, errStuck
		}
	}
	page.Items, err = g.archived(ctx, c, key, a, list.Nodes)
	return page, err
}

// Archived reads the key's issue as an archive holds it, whatever its labels; false where there is none.
func (g *GitHub) Archived(ctx context.Context, key engine.Key) (engine.Archived, bool, error) {
	c, err := g.client(key)
	if err != nil {
		return engine.Archived{}, false, err
	}
	var a archiveAnswer
	if err := c.query(ctx, withReactions(archivedDocument, c), variables(key, "number", key.Number), &a); err != nil {
		return engine.Archived{}, false, g.refused(key, err)
	}
	if a.Repository == nil {
		return engine.Archived{}, false, engine.ErrGone
	}
	if n := a.Repository.One; n == nil || n.Typename != "Issue" {
		return engine.Archived{}, false, nil
	}
	items, err := g.archived(ctx, c, key, a, []issueNode{*a.Repository.One})
	if err != nil {
		return engine.Archived{}, false, err
	}
	return items[0], true, nil
}

// withReactions is the document with the fields of reactions that do not make it dear; see answeredDocument.
func withReactions(document string, c *client) string {
	if c.asOther {
		return fmt.Sprintf(document, "")
	}
	return fmt.Sprintf(document, reactionFields)
}

type archiveAnswer struct {
	Viewer struct {
		Login      string
		DatabaseID int64 `json:"databaseId"`
	}
	Repository *struct {
		DatabaseID int64 `json:"databaseId"`
		List       list[issueNode]
		One        *issueNode
	}
}

// archive asks for a page, and for a smaller one where GitHub gives up on it.
func (g *GitHub) archive(ctx context.Context, c *client, key engine.Key, after string) (archiveAnswer, error) {
	document := withReactions(archiveDocument, c)
	var err error
	for _, size := range archiveSizes {
		var a archiveAnswer
		err = c.query(ctx, document, variables(key, "labels", kindLabels(), "first", size, "after", cursor(after)), &a)
		switch {
		case err == nil && a.Repository == nil:
			return a, engine.ErrGone
		case err == nil:
			return a, nil
		case !tooMuch(err):
			return a, g.refused(key, err)
		}
	}
	return archiveAnswer{}, fmt.Errorf("read a page of the issues of %s: %w", key.FullName(), err)
}

// tooMuch reports whether GitHub did not finish a query in the ten seconds it gives itself.
func tooMuch(err error) bool {
	s := status(err)
	return s == http.StatusBadGateway || s == http.StatusGatewayTimeout || strings.Contains(err.Error(), "Something went wrong while executing your query")
}

// archived are the issues of an answer, with the comments that are not in it.
func (g *GitHub) archived(ctx context.Context, c *client, key engine.Key, a archiveAnswer, nodes []issueNode) ([]engine.Archived, error) {
	c.viewer.Store(&facts.Person{ID: a.Viewer.DatabaseID, Login: a.Viewer.Login})
	var items []engine.Archived
	for _, n := range nodes {
		s := engine.Snapshot{Key: key.Issue(n.Number)}
		if err := g.object(ctx, c, &s, n); err != nil {
			return nil, fmt.Errorf("read #%d: %w", n.Number, err)
		}
		s.Issue.Repository = a.Repository.DatabaseID
		items = append(items, engine.Archived{Issue: s.Issue, Comments: s.Comments, LabelChanges: s.LabelChanges})
	}
	if !c.asOther {
		return items, nil
	}
	return items, g.answered(ctx, c, nodes, items)
}

// answered fills in the App's answers to the commands among a page's comments; nobody asks for one to
// any other comment.
func (g *GitHub) answered(ctx context.Context, c *client, nodes []issueNode, items []engine.Archived) error {
	ids, at := []string{}, map[int64]*facts.Comment{}
	for i, n := range nodes {
		byID := map[int64]string{}
		for _, comment := range n.Comments.Nodes {
			byID[int64(comment.ID)] = comment.NodeID
		}
		asking := map[int64]bool{}
		for _, e := range engine.Entries(engine.Place{}, items[i].Comments, nil) {
			asking[e.Comment.ID] = e.Record == nil
		}
		for j := range items[i].Comments {
			if comment := &items[i].Comments[j]; asking[comment.ID] && byID[comment.ID] != "" {
				ids, at[comment.ID] = append(ids, byID[comment.ID]), comment
			}
		}
	}
	for len(ids) > 0 {
		some := ids[:min(len(ids), 100)] // GitHub takes no more
		ids = ids[len(some):]
		var a struct{ Nodes []*commentNode }
		if err := c.query(ctx, answeredDocument, map[string]any{"ids": some}, &a); err != nil {
			return fmt.Errorf("read who answered comments: %w", err)
		}
		for _, n := range a.Nodes {
			if n == nil {
				continue // deleted meanwhile
			}
			if comment := at[int64(n.ID)]; comment != nil {
				comment.Answer = n.fact(g.own(c)).Answer
			}
		}
	}
	return nil
}

// Common implements [engine.Bulk]. With everything known from earlier it costs one request.
func (g *GitHub) Common(ctx context.Context, key engine.Key) (engine.Common, error) {
	s := engine.Common{Snapshot: engine.Snapshot{Key: key.Repository(), Gone: true, People: map[string]facts.Person{}}}
	c, err := g.client(key)
	if err != nil {
		return s, err
	}
	ix := g.cache.index(key)
	r, done, err := ix.look(ctx)
	if err != nil {
		return s, err
	}
	defer done()
	a, err := g.lookAt(ctx, c, s.Key, r)
	if err != nil {
		return s, err
	}
	s.Now, _ = g.clock.now()
	if s.Rules, err = g.rules(ctx, c, key, a); err != nil || s.Rules.Policy == nil {
		return s, err
	}
	if err := g.take(ctx, c, s.Key, ix, r, a); err != nil {
		return s, err
	}
	if s.Roster, err = g.roster(ctx, c, key, s.Rules.Policy); err != nil {
		return s, err
	}
	s.Listed, s.Compared = ix.all(), g.cache.comparisons(key)
	return s, g.commonEvidence(ctx, c, &s, a)
}

// commonEvidence reads what was merged, measured and deployed since the oldest open deliverable was opened.
func (g *GitHub) commonEvidence(ctx context.Context, c *client, s *engine.Common, a *repositoryNode) error {
	oldest := engine.Snapshot{Key: s.Key, Gone: true}
	for _, l := range s.Listed {
		if l.Issue.Has(lifecycle.Deliverable.Label()) && !l.Issue.Closed && (oldest.Gone || l.Issue.Created.Before(oldest.Issue.Created)) {
			oldest.Issue, oldest.Gone = l.Issue, false
		}
	}
	if err := g.evidence(ctx, c, &oldest, a); err != nil {
		return err
	}
	s.Merged, s.Reports, s.Deployments, s.Finished = oldest.Merged, oldest.Reports, oldest.Deployments, oldest.Finished
	if oldest.Gone {
		s.Merges = func(time.Time) facts.Fact[[]facts.MergedPull] { return oldest.Merged }
		return nil
	}
	e := g.cache.evidenceOf(s.Key)
	done, err := e.reading.take(ctx)
	if err != nil {
		return err
	}
	defer done()
	kept := &evidence{pulls: maps.Clone(e.pulls), from: e.from, refused: maps.Clone(e.refused)}
	s.Merges = kept.merges
	return nil
}

// all lists the index's issues by number, without closed ones whose sticky was not looked for.
func (ix *index) all() []engine.Listed {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	var out []engine.Listed
	for _, n := range slices.Sorted(maps.Keys(ix.issues)) {
		if e := ix.issues[n]; !e.unsought {
			out = append(out, e.Listed)
		}
	}
	return out
}
