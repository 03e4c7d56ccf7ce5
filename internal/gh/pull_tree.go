package gh

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
)

// treeFrom is how many files of one commit are read one by one at most; for more its whole tree is read, which
// is one request however large it is.
const treeFrom = 100

// readTrees reads the whole tree of each commit of which many files are lacking, and returns the files that
// have to be read one by one: of the other commits, and of one whose tree GitHub cuts off.
func (g *GitHub) readTrees(ctx context.Context, c *client, key engine.Key, lacking []spot, found map[spot]facts.Content) ([]spot, error) {
	of := map[string]int{}
	for _, at := range lacking {
		of[at.commit]++
	}
	trees := map[string]facts.ContentsAt{}
	for commit, n := range of {
		if n < treeFrom {
			continue
		}
		tree, err := c.tree(ctx, key, commit)
		if err != nil {
			return nil, err
		}
		if tree != nil {
			trees[commit] = tree
		}
	}
	var rest []spot
	for _, at := range lacking {
		if tree, read := trees[at.commit]; read {
			found[at] = tree[at.path]
		} else {
			rest = append(rest, at)
		}
	}
	g.cache.with(func() {
		for at := range found {
			if trees[at.commit] != nil {
				in := contentsAt(key, at.commit)
				g.cache.pulls.contents[in] = nonNil(g.cache.pulls.contents[in])
				g.cache.pulls.contents[in][at.path] = found[at]
			}
		}
	})
	return rest, nil
}

// tree is every file of a commit; nil where GitHub does not list them all, or has no such commit: then they are
// asked for by name, which tells.
func (c *client) tree(ctx context.Context, key engine.Key, commit string) (facts.ContentsAt, error) {
	t, _, err := c.Git.GetTree(ctx, key.Owner, key.Repo, commit, true)
	switch {
	case status(err) == http.StatusNotFound, status(err) == http.StatusUnprocessableEntity, status(err) == http.StatusConflict:
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read the tree of %.7s: %w", commit, limited(err))
	case t.GetTruncated():
		return nil, nil
	}
	all := make(facts.ContentsAt, len(t.Entries))
	for _, e := range t.Entries {
		if e.GetType() == "tree" {
			continue
		}
		mode, err := strconv.ParseInt(e.GetMode(), 8, 32)
		if err != nil {
			return nil, fmt.Errorf("read the tree of %.7s: the mode of %q: %w", commit, e.GetPath(), err)
		}
		all[e.GetPath()] = facts.Content{Blob: e.GetSHA(), Mode: int(mode)}
	}
	return all, nil
}
