package gh

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/google/go-github/v62/github"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
)

// Fill implements [engine.Hub]: one request for each sort of thing that is lacking, and one for each two
// commits that were never compared.
func (g *GitHub) Fill(ctx context.Context, s *engine.Snapshot, lack engine.Lack) error {
	c, err := g.client(s.Key)
	if err != nil {
		return err
	}
	if err := g.fillIssues(ctx, c, s, lack.Issues); err != nil {
		return err
	}
	people, err := g.people(ctx, c, lack.Logins)
	if err != nil {
		return err
	}
	maps.Copy(s.People, people)
	for _, span := range lack.Compare {
		if s.Compared == nil {
			s.Compared = map[facts.Span]facts.Fact[facts.Comparison]{}
		}
		if s.Compared[span], err = g.compare(ctx, c, s.Key, span); err != nil {
			return err
		}
	}
	if err := g.fillChecks(ctx, c, s, lack.Checks); err != nil {
		return err
	}
	if lack.Meetings {
		if s.Meetings, err = g.meetings(ctx, c, s.Key); err != nil {
			return fmt.Errorf("read the newest meetings: %w", err)
		}
	}
	s.Asked.Issues, s.Asked.Logins = append(s.Asked.Issues, lack.Issues...), append(s.Asked.Logins, lack.Logins...)
	s.Asked.Compare, s.Asked.Checks = append(s.Asked.Compare, lack.Compare...), append(s.Asked.Checks, lack.Checks...)
	s.Asked.Meetings = s.Asked.Meetings || lack.Meetings
	return nil
}

// fillIssues takes issues that are named: from the index what has a kind, the others from GitHub.
func (g *GitHub) fillIssues(ctx context.Context, c *client, s *engine.Snapshot, numbers []int) error {
	ix := g.cache.index(s.Key)
	r := ix.begin()
	var found []entry
	var ask []int
	for _, n := range numbers {
		if e, known := ix.get(n); known && !e.unsought {
			found = append(found, e)
		} else {
			ask = append(ask, n)
		}
	}
	if len(ask) > 0 {
		nodes, err := g.named(ctx, c, s.Key, ask)
		if err != nil {
			return fmt.Errorf("read issues that are named: %w", err)
		}
		read, err := g.entries(ctx, c, s.Key, r, nodes, true)
		if err != nil {
			return err
		}
		for _, e := range read {
			ix.saw(e)
		}
		found = append(found, read...)
	}
	for _, e := range found {
		if !slices.ContainsFunc(s.Listed, func(have engine.Listed) bool { return have.Issue.Number == e.Issue.Number }) {
			s.Listed = append(s.Listed, e.Listed)
		}
	}
	return nil
}

// named reads issues by number; those that do not exist, and pull requests, are left out.
func (g *GitHub) named(ctx context.Context, c *client, key engine.Key, numbers []int) ([]issueNode, error) {
	var doc strings.Builder
	doc.WriteString("query($owner: String!, $repo: String!) { repository(owner: $owner, name: $repo) {")
	for _, n := range numbers {
		fmt.Fprintf(&doc, " i%d: issueOrPullRequest(number: %d) { __typename ... on Issue { %s } }", n, n, listedFields)
	}
	doc.WriteString(" } }")
	var a struct{ Repository map[string]*issueNode }
	if err := c.query(ctx, doc.String(), variables(key), &a); err != nil {
		return nil, err
	}
	if a.Repository == nil {
		return nil, engine.ErrGone // nothing is known of them: they are not absent
	}
	var nodes []issueNode
	for _, n := range numbers {
		if node := a.Repository[fmt.Sprintf("i%d", n)]; node != nil && node.Typename == "Issue" {
			nodes = append(nodes, *node)
		}
	}
	return nodes, nil
}

// meetings are the newest issues of that kind with all their comments, the newest first.
func (g *GitHub) meetings(ctx context.Context, c *client, key engine.Key) (facts.Fact[[]engine.Meeting], error) {
	var unknown facts.Fact[[]engine.Meeting]
	var a struct {
		Repository *struct{ Meetings list[issueNode] }
	}
	if err := c.query(ctx, meetingsDocument, variables(key), &a); err != nil {
		return unknown, err
	}
	if a.Repository == nil {
		return unknown, engine.ErrGone
	}
	out := []engine.Meeting{}
	for _, n := range a.Repository.Meetings.Nodes {
		nodes, err := g.allComments(ctx, c, key, n)
		if err != nil {
			return unknown, err
		}
		out = append(out, engine.Meeting{Issue: n.fact(g.own(c)), Comments: comments(nodes, g.own(c))})
	}
	return facts.Known(out), nil
}

// compare reads what lies between two commits.
func (g *GitHub) compare(ctx context.Context, c *client, key engine.Key, span facts.Span) (facts.Fact[facts.Comparison], error) {
	at := compared{strings.ToLower(key.FullName()), span}
	var known facts.Comparison
	cached := false
	g.cache.with(func() { known, cached = g.cache.compared[at] })
	if cached {
		return facts.Known(known), nil
	}
	if span.Base == "" || span.Head == "" {
		return facts.Unknown[facts.Comparison](facts.CommitUnknown), nil
	}
	answer, _, err := c.Repositories.CompareCommits(ctx, key.Owner, key.Repo, span.Base, span.Head, &github.ListOptions{PerPage: 1})
	switch status(err) {
	case http.StatusNotFound, http.StatusUnprocessableEntity:
		return facts.Unknown[facts.Comparison](facts.CommitGone), nil
	}
	if err != nil {
		return facts.Fact[facts.Comparison]{}, fmt.Errorf("compare %.7s with %.7s: %w", span.Base, span.Head, limited(err))
	}
	cmp := facts.Comparison{Contains: answer.GetStatus() == "ahead" || answer.GetStatus() == "identical", Complete: len(answer.Files) < maxCompared}
	for _, f := range answer.Files {
		cmp.Files = append(cmp.Files, f.GetFilename())
		if old := f.GetPreviousFilename(); old != "" {
			cmp.Files = append(cmp.Files, old)
		}
	}
	g.cache.with(func() { g.cache.compared[at] = cmp })
	return facts.Known(cmp), nil
}

// compared is what the cache knows of a repository by: owner/repo, and two commits.
type compared struct {
	repo string
	span facts.Span
}

// comparisons are those of a repository that are known.
func (c *cache) comparisons(key engine.Key) map[facts.Span]facts.Fact[facts.Comparison] {
	out := map[facts.Span]facts.Fact[facts.Comparison]{}
	repo := strings.ToLower(key.FullName())
	c.with(func() {
		for at, known := range c.compared {
			if at.repo == repo {
				out[at.span] = facts.Known(known)
			}
		}
	})
	return out
}

// maxCompared is how many files GitHub lists between two commits.
const maxCompared = 300
