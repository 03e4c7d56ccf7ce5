package gh

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
)

// How the index is read.

// maxKnown is how many pages of issues one reading goes through: 50,000 issues of Phasegate's kinds.
const maxKnown = 500

// since is the moment from which on the next look asks again: before this reading was sent.
func (g *GitHub) since(r reading) time.Time {
	now, _ := g.clock.now()
	return now.Add(-time.Since(r.started) - overlap).Truncate(time.Second)
}

// take brings the answer of one look into the index.
func (g *GitHub) take(ctx context.Context, c *client, key engine.Key, ix *index, r reading, a *repositoryNode) error {
	since := g.since(r)
	if r.full {
		return g.fillIndex(ctx, c, key, ix, r, since, a.Known)
	}
	nodes, err := g.further(ctx, c, key, a.Changed, changedDocument, "since", r.since)
	if err != nil {
		return fmt.Errorf("list what changed: %w", err)
	}
	changed, err := g.entries(ctx, c, key, r, nodes, false)
	if err != nil {
		return err
	}
	if ix.update(r, changed, a.Known.TotalCount, since) {
		return nil
	}
	done, err := ix.filling.take(ctx)
	if err != nil {
		return err
	}
	defer done()
	again := ix.begin()
	again.full = true
	first, err := g.page(ctx, c, key, knownDocument, "kinds", kindLabels())
	if err != nil {
		return err
	}
	return g.fillIndex(ctx, c, key, ix, again, g.since(again), first.Known)
}

func (g *GitHub) fillIndex(ctx context.Context, c *client, key engine.Key, ix *index, r reading, since time.Time, first list[issueNode]) error {
	nodes, err := g.further(ctx, c, key, first, knownDocument, "kinds", kindLabels())
	if err != nil {
		return fmt.Errorf("list the issues: %w", err)
	}
	found, err := g.entries(ctx, c, key, r, nodes, false)
	if err != nil {
		return err
	}
	ix.fill(r, found, first.TotalCount, since)
	g.cache.trim(ix)
	return nil
}

// page asks for one page of a list of issues.
func (g *GitHub) page(ctx context.Context, c *client, key engine.Key, document string, vars ...any) (*repositoryNode, error) {
	var a repositoryAnswer
	if err := c.query(ctx, document, variables(key, vars...), &a); err != nil {
		return nil, err
	}
	if a.Repository == nil {
		return nil, engine.ErrGone
	}
	return a.Repository, nil
}

// further is a list with the pages after its first one.
func (g *GitHub) further(ctx context.Context, c *client, key engine.Key, first list[issueNode], document string, vars ...any) ([]issueNode, error) {
	nodes, page := first.Nodes, first.PageInfo
	for n := 1; page.HasNextPage; n++ {
		if n == maxKnown {
			return nil, fmt.Errorf("%s: more issues than are read", key.FullName())
		}
		r, err := g.page(ctx, c, key, document, append(vars, "after", page.EndCursor)...)
		if err != nil {
			return nil, err
		}
		next := r.Known
		if document == changedDocument {
			next = r.Changed
		}
		if next.PageInfo.stuck(page) {
			return nil, errStuck
		}
		nodes, page = append(nodes, next.Nodes...), next.PageInfo
	}
	return nodes, nil
}

// entries turns issues into the index's, and looks for the stickies that are further down among their
// comments: those of open issues, unless closed ones matter too.
func (g *GitHub) entries(ctx context.Context, c *client, key engine.Key, r reading, nodes []issueNode, closed bool) ([]entry, error) {
	out := make([]entry, 0, len(nodes))
	var seek []int
	for _, n := range nodes {
		e := entry{Listed: n.listed(g.own(c)), reading: r.n}
		e.unsought = e.Sticky == nil && keepsSticky(e.Issue) && n.Comments.TotalCount > len(n.Comments.Nodes)
		if e.unsought && (closed || !e.Issue.Closed) && n.Number != key.Number {
			seek = append(seek, len(out))
		}
		out = append(out, e)
	}
	for len(seek) > 0 {
		some := seek[:min(len(seek), maxSought)]
		seek = seek[len(some):]
		if err := g.stickies(ctx, c, key, out, some); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// maxSought is in how many issues' comments a sticky is looked for at once.
const maxSought = 20

// stickies looks for the stickies of some entries among all their comments.
func (g *GitHub) stickies(ctx context.Context, c *client, key engine.Key, entries []entry, some []int) error {
	var doc strings.Builder
	doc.WriteString("query($owner: String!, $repo: String!) { repository(owner: $owner, name: $repo) {")
	for _, i := range some {
		n := entries[i].Issue.Number
		fmt.Fprintf(&doc, " i%d: issue(number: %d) { number comments(first: 100) { pageInfo { hasNextPage endCursor } nodes { %s } } }", n, n, stickyFields)
	}
	doc.WriteString(" } }")
	var a struct{ Repository map[string]*issueNode }
	if err := c.query(ctx, doc.String(), variables(key), &a); err != nil {
		return fmt.Errorf("look for stickies: %w", err)
	}
	if a.Repository == nil {
		return engine.ErrGone
	}
	for _, i := range some {
		e := &entries[i]
		n := a.Repository[fmt.Sprintf("i%d", e.Issue.Number)]
		if n == nil {
			continue // deleted meanwhile
		}
		if l := n.listed(g.own(c)); l.Sticky == nil && n.Comments.PageInfo.HasNextPage {
			all, err := g.allComments(ctx, c, key, *n)
			if err != nil {
				return err
			}
			n.Comments.Nodes = all
		}
		e.Sticky, e.unsought = n.listed(g.own(c)).Sticky, false
	}
	return nil
}
