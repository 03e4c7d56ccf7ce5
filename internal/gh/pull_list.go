package gh

import (
	"context"
	"fmt"
	"slices"

	"github.com/phasegate/phasegate/internal/engine"
)

// OpenPulls implements [engine.Hub]: a request for each hundred open pull requests. A pull request that names another
// deliverable may still touch what one of these guards, which nothing but its files tells: whoever minds asks for all.
func (g *GitHub) OpenPulls(ctx context.Context, key engine.Key, deliverables []int) ([]int, error) {
	c, err := g.client(key)
	if err != nil {
		return nil, err
	}
	if len(deliverables) == 0 {
		return c.openPulls(ctx, key, openHeadsDocument, func(listedPull) bool { return true })
	}
	return c.openPulls(ctx, key, openPullsDocument, func(p listedPull) bool {
		return slices.ContainsFunc(deliverables, func(n int) bool { return engine.MayBeFor(n, key.FullName(), p.Body, p.HeadRefName) })
	})
}

// PullsOf lists the open pull requests whose head is that commit, those from forks too.
func (g *GitHub) PullsOf(ctx context.Context, key engine.Key, sha string) ([]int, error) {
	c, err := g.client(key)
	if err != nil {
		return nil, err
	}
	return c.openPulls(ctx, key, openHeadsDocument, func(p listedPull) bool { return p.HeadRefOid == sha })
}

// others lists the other open pull requests, reading on where more are open than came with the look.
func (c *client) others(ctx context.Context, key engine.Key, first list[listedPull]) ([]listedPull, error) {
	out := first.Nodes
	if first.PageInfo.HasNextPage {
		further, err := c.listPulls(ctx, variables(key), first.PageInfo, openHeadsDocument)
		if err != nil {
			return nil, err
		}
		out = append(slices.Clone(out), further...)
	}
	return slices.DeleteFunc(out, func(p listedPull) bool { return p.Number == key.Number }), nil
}

// withHead are the numbers of those whose newest commit is one of these.
func withHead(pulls []listedPull, heads ...string) []int {
	return numbersOf(pulls, func(p listedPull) bool { return slices.Contains(heads, p.HeadRefOid) })
}

// PullsInto implements [engine.Hub]: a request for each hundred open pull requests into the branch, and none where
// none goes into it. While it is not known where they go, all are listed.
func (g *GitHub) PullsInto(ctx context.Context, key engine.Key, branch string) ([]engine.OpenPull, error) {
	seen, known := g.cache.base(key, branch)
	if known && seen == 0 {
		return nil, nil
	}
	c, err := g.client(key)
	if err != nil {
		return nil, err
	}
	vars := variables(key)
	if known {
		vars["base"] = branch
	}
	pulls, err := c.listPulls(ctx, vars, pageInfo{}, openIntoDocument)
	if err != nil {
		return nil, err
	}
	if !known {
		g.cache.noteBases(key, "", pulls)
	}
	var out []engine.OpenPull
	for _, p := range pulls {
		if p.BaseRefName == branch {
			out = append(out, engine.OpenPull{Number: p.Number, Change: p.change()})
		}
	}
	if len(out) == 0 {
		g.cache.dropBase(key, branch, seen)
	}
	return out, nil
}

type listedPull struct {
	Number                                     int
	Body, HeadRefName, HeadRefOid, BaseRefName string
	Additions, Deletions, ChangedFiles         int
	Commits                                    struct{ TotalCount int }
	MergeQueueEntry                            *entryNode
}

func (p listedPull) change() engine.Change {
	return engine.Change{Head: p.HeadRefOid, Commits: p.Commits.TotalCount, Files: p.ChangedFiles, Additions: p.Additions, Deletions: p.Deletions}
}

// change is what an open pull request changes; zero for a closed one.
func (n *openPullNode) change() engine.Change {
	if n.Closed {
		return engine.Change{}
	}
	return engine.Change{Head: n.HeadRefOid, Commits: n.Commits.TotalCount, Files: n.ChangedFiles, Additions: n.Additions, Deletions: n.Deletions}
}

func numbersOf(pulls []listedPull, wanted func(listedPull) bool) []int {
	var out []int
	for _, p := range pulls {
		if wanted(p) {
			out = append(out, p.Number)
		}
	}
	return out
}

// openPulls lists the numbers of the open pull requests that are wanted, the oldest first.
func (c *client) openPulls(ctx context.Context, key engine.Key, document string, wanted func(listedPull) bool) ([]int, error) {
	pulls, err := c.listPulls(ctx, variables(key), pageInfo{}, document)
	return numbersOf(pulls, wanted), err
}

// listPulls lists the open pull requests that a document asks for, the oldest first, from the page after the one
// given on.
func (c *client) listPulls(ctx context.Context, vars map[string]any, page pageInfo, document string) ([]listedPull, error) {
	var out []listedPull
	for {
		var a struct {
			Repository *struct{ PullRequests list[listedPull] }
		}
		vars["after"] = cursor(page.EndCursor)
		if err := c.query(ctx, document, vars, &a); err != nil {
			return nil, fmt.Errorf("list open pull requests: %w", err)
		}
		if a.Repository == nil {
			return nil, engine.ErrGone
		}
		out = append(out, a.Repository.PullRequests.Nodes...)
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
