package gh

import (
	"context"
	"fmt"

	"github.com/phasegate/phasegate/internal/engine"
)

// OpenPulls implements [engine.Hub]: a request for each hundred open pull requests. Deliverable 0 is for all of
// them. A pull request that names another deliverable may still touch what this one guards, which nothing but its
// files tells: whoever minds asks for all.
func (g *GitHub) OpenPulls(ctx context.Context, key engine.Key, deliverable int) ([]int, error) {
	c, err := g.client(key)
	if err != nil {
		return nil, err
	}
	if deliverable == 0 {
		return c.openPulls(ctx, key, pageInfo{}, openHeadsDocument, func(listedPull) bool { return true })
	}
	return c.openPulls(ctx, key, pageInfo{}, openPullsDocument, func(p listedPull) bool {
		return engine.MayBeFor(deliverable, p.Body, p.HeadRefName)
	})
}

// PullsOf lists the open pull requests whose head is that commit, those from forks too.
func (g *GitHub) PullsOf(ctx context.Context, key engine.Key, sha string) ([]int, error) {
	c, err := g.client(key)
	if err != nil {
		return nil, err
	}
	return c.openPulls(ctx, key, pageInfo{}, openHeadsDocument, func(p listedPull) bool { return p.HeadRefOid == sha })
}

// sharing lists the other open pull requests with the same head, reading on where more are open than came with
// the look.
func (c *client) sharing(ctx context.Context, key engine.Key, head string, first list[listedPull]) ([]int, error) {
	wanted := func(p listedPull) bool { return p.HeadRefOid == head && p.Number != key.Number }
	out := numbersOf(first, wanted)
	if !first.PageInfo.HasNextPage {
		return out, nil
	}
	further, err := c.openPulls(ctx, key, first.PageInfo, openHeadsDocument, wanted)
	return append(out, further...), err
}

type listedPull struct {
	Number                        int
	Body, HeadRefName, HeadRefOid string
}

func numbersOf(some list[listedPull], wanted func(listedPull) bool) []int {
	var out []int
	for _, p := range some.Nodes {
		if wanted(p) {
			out = append(out, p.Number)
		}
	}
	return out
}

// openPulls lists the numbers of the open pull requests that are wanted, the oldest first, from the page after
// the one given on.
func (c *client) openPulls(ctx context.Context, key engine.Key, page pageInfo, document string, wanted func(listedPull) bool) ([]int, error) {
	var out []int
	for {
		var a struct {
			Repository *struct{ PullRequests list[listedPull] }
		}
		if err := c.query(ctx, document, variables(key, "after", cursor(page.EndCursor)), &a); err != nil {
			return nil, fmt.Errorf("list open pull requests: %w", err)
		}
		if a.Repository == nil {
			return nil, engine.ErrGone
		}
		out = append(out, numbersOf(a.Repository.PullRequests, wanted)...)
		next := a.Repository.PullRequests.PageInfo
		if !next.HasNextPage {
			return out, nil
		}
		if next.stuck(page) {
			return nil, errStuck
		}
		page = next
	}
}
