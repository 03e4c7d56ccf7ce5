package gh

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
)

type pullNode struct {
	Number      int
	Merged      bool
	MergedAt    *time.Time
	Body        string
	HeadRefName string
	BaseRefName string
	Author      *actor
	MergeCommit *struct{ Oid string }
}

type fileNode struct {
	Path       string
	ChangeType string
}

type touches = list[struct {
	AssociatedPullRequests list[pullNode]
}]

// maxTouches is how many pages of commits are read of one step's folder. What lies further back is
// unknown, not absent.
const maxTouches = 20

// evidence reads the merged pull requests that touched the design phase's steps, newest first. They are
// read anew when the default branch moved or an event said that one changed. What cannot be read is
// unknown, and keeps the gate shut.
func (g *GitHub) evidence(ctx context.Context, c *client, key engine.Key, r *repositoryNode) facts.Fact[[]facts.MergedPull] {
	name := strings.ToLower(key.FullName())
	branch, head := r.head()
	var known facts.Fact[[]facts.MergedPull]
	fresh := false
	g.cache.with(func() {
		known, fresh = g.cache.evidence[name]
		fresh = fresh && g.cache.heads[name] == head
	})
	if fresh {
		return known
	}
	pulls, err := g.mergedPulls(ctx, c, key, branch)
	if err != nil {
		return facts.Unknown[[]facts.MergedPull]("the merged pull requests could not be read")
	}
	f := facts.Known(pulls)
	g.cache.with(func() { g.cache.evidence[name], g.cache.heads[name] = f, head })
	return f
}

func (g *GitHub) mergedPulls(ctx context.Context, c *client, key engine.Key, branch string) ([]facts.MergedPull, error) {
	analysis, err := g.touches(ctx, c, key, engine.AnalysisFolder)
	if err != nil {
		return nil, err
	}
	design, err := g.touches(ctx, c, key, engine.DesignFolder)
	if err != nil {
		return nil, err
	}
	var pulls []facts.MergedPull
	for _, touch := range slices.Concat(analysis.Nodes, design.Nodes) {
		for _, n := range touch.AssociatedPullRequests.Nodes {
			known := slices.ContainsFunc(pulls, func(p facts.MergedPull) bool { return p.Number == n.Number })
			if known || !n.Merged || n.BaseRefName != branch {
				continue
			}
			p, err := g.mergedPull(ctx, c, key, n)
			if err != nil {
				return nil, err
			}
			pulls = append(pulls, p)
		}
	}
	slices.SortFunc(pulls, func(a, b facts.MergedPull) int { return b.Merged.Compare(a.Merged) })
	return pulls, nil
}

func (g *GitHub) mergedPull(ctx context.Context, c *client, key engine.Key, n pullNode) (facts.MergedPull, error) {
	p := facts.MergedPull{Number: n.Number, Deliverable: DeliverableOf(n.Body, n.HeadRefName), Author: n.Author.person()}
	if n.MergedAt != nil {
		p.Merged = *n.MergedAt
	}
	if n.MergeCommit != nil {
		p.Commit = n.MergeCommit.Oid
	}
	vars := variables(key, "number", n.Number)
	for {
		var a struct {
			Repository *struct {
				PullRequest *struct{ Files list[fileNode] }
			}
		}
		if err := c.query(ctx, filesDocument, vars, &a); err != nil {
			return p, fmt.Errorf("read the files of #%d: %w", n.Number, err)
		}
		if a.Repository == nil || a.Repository.PullRequest == nil {
			return p, fmt.Errorf("read the files of #%d: it is not there", n.Number)
		}
		files := a.Repository.PullRequest.Files
		for _, f := range files.Nodes {
			if isEvidence(f.Path) {
				p.Files = append(p.Files, facts.File{Path: f.Path, Removed: f.ChangeType == "DELETED"})
			}
		}
		if !files.PageInfo.HasNextPage {
			return p, nil
		}
		vars["after"] = files.PageInfo.EndCursor
	}
}

func isEvidence(path string) bool {
	return strings.HasPrefix(path, engine.AnalysisFolder+"/") || strings.HasPrefix(path, engine.DesignFolder+"/")
}

// touches lists the default branch's commits that touched a folder, with their pull requests.
func (g *GitHub) touches(ctx context.Context, c *client, key engine.Key, folder string) (touches, error) {
	var all touches
	for range maxTouches {
		var a struct {
			Repository *struct {
				DefaultBranchRef *struct{ Target struct{ History touches } }
			}
		}
		if err := c.query(ctx, evidenceDocument, variables(key, "path", folder, "after", cursor(all.PageInfo.EndCursor)), &a); err != nil {
			return all, fmt.Errorf("read who touched %s: %w", folder, err)
		}
		if a.Repository == nil {
			return all, engine.ErrGone
		}
		if a.Repository.DefaultBranchRef == nil {
			return all, nil // an empty repository
		}
		page := a.Repository.DefaultBranchRef.Target.History
		if page.PageInfo.stuck(all.PageInfo) {
			return all, errStuck
		}
		all.Nodes, all.PageInfo = append(all.Nodes, page.Nodes...), page.PageInfo
		if !page.PageInfo.HasNextPage {
			return all, nil
		}
	}
	return all, fmt.Errorf("more commits touched %s than are read", folder)
}
