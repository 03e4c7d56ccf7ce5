package gh

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// Snapshot implements [engine.Hub]. With everything else known from earlier it costs one request.
func (g *GitHub) Snapshot(ctx context.Context, key engine.Key) (engine.Snapshot, error) {
	s := engine.Snapshot{Key: key, People: map[string]facts.Person{}}
	c, err := g.client(key)
	if err != nil {
		return s, err
	}
	var a repositoryAnswer
	if err := c.query(ctx, issueDocument, variables(key, "number", key.Number, "page", g.cache.page(key)), &a); err != nil {
		return s, g.refused(key, err)
	}
	r := a.Repository
	if r == nil {
		return s, engine.ErrGone
	}
	s.Now, _ = g.clock.now()
	g.cache.grow(key, max(r.Problems.TotalCount, r.Deliverables.TotalCount, r.Data.TotalCount, r.Supports.TotalCount))
	if s.Rules, err = g.rules(ctx, c, key, r); err != nil || s.Rules.Policy == nil {
		return s, err
	}
	if s.Roster, err = g.roster(ctx, c, key, s.Rules.Policy); err != nil {
		return s, err
	}
	if err := g.listed(ctx, c, &s, r); err != nil {
		return s, err
	}
	if r.IssueOrPullRequest == nil || r.IssueOrPullRequest.Typename != "Issue" {
		s.Gone = true
		return s, nil
	}
	if err := g.object(ctx, c, &s, *r.IssueOrPullRequest, a.viewer()); err != nil {
		return s, err
	}
	s.Issue.Repository = r.DatabaseID
	s.Merged = facts.Unknown[[]facts.MergedPull]("not needed")
	if s.Issue.Has(lifecycle.Deliverable.Label()) || len(s.Issue.KindsOf()) == 0 {
		s.Merged, err = g.evidence(ctx, c, key, r)
	}
	return s, err
}

// refused drops what is known of a repository whose token was refused, so that the next try starts
// anew: an App that was taken away and given back has another installation.
func (g *GitHub) refused(key engine.Key, err error) error {
	if gone(err) {
		g.mu.Lock()
		delete(g.clients, clientKey{key.Installation, strings.ToLower(key.FullName())})
		g.mu.Unlock()
		return fmt.Errorf("%w: %w", engine.ErrGone, err)
	}
	return err
}

func variables(key engine.Key, more ...any) map[string]any {
	v := map[string]any{"owner": key.Owner, "repo": key.Repo}
	for i := 0; i+1 < len(more); i += 2 {
		v[more[i].(string)] = more[i+1]
	}
	return v
}

// object takes the issue itself, with all its comments.
func (g *GitHub) object(ctx context.Context, c *client, s *engine.Snapshot, n issueNode, viewer facts.Person) error {
	s.Issue = n.fact()
	for _, e := range n.Timeline.Nodes {
		s.LabelChanges = append(s.LabelChanges, e.fact(g.own(), viewer))
	}
	nodes, err := g.allComments(ctx, c, s.Key, n)
	if err != nil {
		return err
	}
	for _, node := range nodes {
		s.Comments = append(s.Comments, node.fact(g.own()))
	}
	slices.SortStableFunc(s.Comments, func(a, b facts.Comment) int {
		switch {
		case a.Before(b):
			return -1
		case b.Before(a):
			return 1
		}
		return 0
	})
	return nil
}

func (g *GitHub) own() writer { return writer{g.writer} }

// allComments lists an issue's comments, reading on from those that came with it.
func (g *GitHub) allComments(ctx context.Context, c *client, key engine.Key, n issueNode) ([]commentNode, error) {
	nodes, page := n.Comments.Nodes, n.Comments.PageInfo
	for page.HasNextPage {
		var a struct {
			Repository *struct{ Issue *issueNode }
		}
		if err := c.query(ctx, commentsDocument, variables(key, "number", n.Number, "after", cursor(page.EndCursor)), &a); err != nil {
			return nil, fmt.Errorf("read further comments: %w", err)
		}
		if a.Repository == nil || a.Repository.Issue == nil {
			return nil, fmt.Errorf("read further comments of #%d: it is not there any more", n.Number) // half of them would be judged as all
		}
		next := a.Repository.Issue.Comments
		if next.PageInfo.stuck(page) {
			return nil, errStuck
		}
		nodes, page = append(nodes, next.Nodes...), next.PageInfo
	}
	return nodes, nil
}

// listed takes the issues that are neighbours, page by page, and finds each one's sticky.
func (g *GitHub) listed(ctx context.Context, c *client, s *engine.Snapshot, r *repositoryNode) error {
	for _, l := range []struct {
		kind  lifecycle.Kind
		first list[issueNode]
	}{{lifecycle.Problem, r.Problems}, {lifecycle.Deliverable, r.Deliverables}, {lifecycle.Data, r.Data}, {lifecycle.SupportProblem, r.Supports}} {
		nodes, page := l.first.Nodes, l.first.PageInfo
		for page.HasNextPage {
			var a struct {
				Repository *struct{ List list[issueNode] }
			}
			if err := c.query(ctx, listDocument, variables(s.Key, "labels", []string{l.kind.Label()}, "after", page.EndCursor), &a); err != nil {
				return fmt.Errorf("list further %s issues: %w", l.kind, err)
			}
			if a.Repository == nil {
				return engine.ErrGone
			}
			if a.Repository.List.PageInfo.stuck(page) {
				return errStuck
			}
			nodes, page = append(nodes, a.Repository.List.Nodes...), a.Repository.List.PageInfo
		}
		for _, n := range nodes {
			if err := g.addListed(ctx, c, s, n); err != nil {
				return err
			}
		}
	}
	return nil
}

func (g *GitHub) addListed(ctx context.Context, c *client, s *engine.Snapshot, n issueNode) error {
	l := n.listed(g.own())
	if l.Sticky == nil && n.Comments.TotalCount > len(n.Comments.Nodes) && n.Number != s.Key.Number {
		first := n
		first.Comments = list[commentNode]{PageInfo: pageInfo{HasNextPage: true}}
		nodes, err := g.allComments(ctx, c, s.Key, first)
		if err != nil {
			return err
		}
		n.Comments.Nodes = nodes
		l = n.listed(g.own())
	}
	if !slices.ContainsFunc(s.Listed, func(have engine.Listed) bool { return have.Issue.Number == n.Number }) {
		s.Listed = append(s.Listed, l)
	}
	return nil
}

// Fill implements [engine.Hub]: one request for all that is lacking.
func (g *GitHub) Fill(ctx context.Context, s *engine.Snapshot, lack engine.Lack) error {
	c, err := g.client(s.Key)
	if err != nil {
		return err
	}
	s.Asked.Issues, s.Asked.Logins = append(s.Asked.Issues, lack.Issues...), append(s.Asked.Logins, lack.Logins...)
	if len(lack.Issues) > 0 {
		if err := g.fillIssues(ctx, c, s, lack.Issues); err != nil {
			return err
		}
	}
	people, err := g.people(ctx, c, lack.Logins)
	maps.Copy(s.People, people)
	return err
}

func (g *GitHub) fillIssues(ctx context.Context, c *client, s *engine.Snapshot, numbers []int) error {
	var doc strings.Builder
	doc.WriteString("query($owner: String!, $repo: String!) { repository(owner: $owner, name: $repo) {")
	for _, n := range numbers {
		fmt.Fprintf(&doc, " i%d: issueOrPullRequest(number: %d) { __typename ... on Issue { %s } }", n, n, listedFields)
	}
	doc.WriteString(" } }")
	var a struct{ Repository map[string]*issueNode }
	if err := c.query(ctx, doc.String(), variables(s.Key), &a); err != nil {
		return fmt.Errorf("read issues that are named: %w", err)
	}
	if a.Repository == nil {
		return engine.ErrGone // nothing is known of them: they are not absent
	}
	for _, n := range numbers {
		if node := a.Repository[fmt.Sprintf("i%d", n)]; node != nil && node.Typename == "Issue" {
			if err := g.addListed(ctx, c, s, *node); err != nil {
				return err
			}
		}
	}
	return nil
}

// people reads accounts by login, in lower case; those that do not exist or are no people are left out.
func (g *GitHub) people(ctx context.Context, c *client, logins []string) (map[string]facts.Person, error) {
	found := map[string]facts.Person{}
	if len(logins) == 0 {
		return found, nil
	}
	var doc strings.Builder
	doc.WriteString("query(")
	vars := map[string]any{}
	for i, login := range logins {
		fmt.Fprintf(&doc, "$u%d: String! ", i)
		vars[fmt.Sprintf("u%d", i)] = login
	}
	doc.WriteString(") {")
	for i := range logins {
		fmt.Fprintf(&doc, " u%d: user(login: $u%d) { login databaseId }", i, i)
	}
	doc.WriteString(" }")
	var a map[string]*actor
	if err := c.query(ctx, doc.String(), vars, &a); err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	for i, login := range logins {
		if u := a[fmt.Sprintf("u%d", i)]; u != nil {
			found[strings.ToLower(login)] = u.person()
		}
	}
	return found, nil
}

// Now is the project's time: GitHub's, asked for when it was not heard for a minute.
func (g *GitHub) Now(ctx context.Context) (time.Time, error) {
	if now, age := g.clock.now(); age < time.Minute || g.app == nil {
		return now, nil
	}
	c, err := g.appClient()
	if err != nil {
		return time.Time{}, err
	}
	if _, _, err := c.Apps.Get(ctx, ""); err != nil {
		return time.Time{}, fmt.Errorf("ask GitHub for the time: %w", limited(err))
	}
	now, _ := g.clock.now()
	return now, nil
}
