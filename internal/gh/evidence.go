package gh

import (
	"context"
	"errors"
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

var errTooMany = errors.New("more commits touched it than are read")

// evidence reads the merged pull requests that touched the design phase's steps, newest first. They are
// read anew when the default branch moved or an event said that one changed. What may not be read, or is
// too much, is unknown, and keeps the gate shut; a failure that may pass is an error, so that the look is
// tried again.
func (g *GitHub) evidence(ctx context.Context, c *client, key engine.Key, r *repositoryNode) (facts.Fact[[]facts.MergedPull], error) {
	name := strings.ToLower(key.FullName())
	branch, head := r.head()
	var known facts.Fact[[]facts.MergedPull]
	fresh, asked := false, 0
	g.cache.with(func() {
		known, fresh = g.cache.evidence[name]
		asked = g.cache.forgot
		fresh = fresh && g.cache.heads[name] == head
	})
	if fresh {
		return known, nil
	}
	pulls, err := g.mergedPulls(ctx, c, key, branch)
	const why = "the merged pull requests could not be read"
	switch {
	case forbidden(err), errors.Is(err, errTooMany):
		return facts.Unknown[[]facts.MergedPull](why), nil
	case err != nil:
		return facts.Unknown[[]facts.MergedPull](why), fmt.Errorf("read the merged pull requests: %w", err)
	}
	f := facts.Known(pulls)
	g.cache.with(func() {
		if g.cache.forgot == asked {
			g.cache.evidence[name], g.cache.heads[name] = f, head
		}
	})
	return f, nil
}

func (g *GitHub) mergedPulls(ctx context.Context, c *client, key engine.Key, branch string) ([]facts.MergedPull, error) {
	touched, err := g.touches(ctx, c, key)
	if err != nil {
		return nil, err
	}
	var pulls []facts.MergedPull
	for _, touch := range touched.Nodes {
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
	at := fmt.Sprintf("%s#%d@%s", strings.ToLower(key.FullName()), n.Number, p.Commit)
	known := false
	g.cache.with(func() { p.Files, known = g.cache.files[at] })
	if known {
		return p, nil
	}
	err := g.files(ctx, c, key, &p)
	if err == nil {
		g.cache.with(func() { g.cache.files[at] = p.Files })
	}
	return p, err
}

// files lists the evidence among the files of a merged pull request. They do not change any more.
func (g *GitHub) files(ctx context.Context, c *client, key engine.Key, p *facts.MergedPull) error {
	vars := variables(key, "number", p.Number)
	for {
		var a struct {
			Repository *struct {
				PullRequest *struct{ Files list[fileNode] }
			}
		}
		if err := c.query(ctx, filesDocument, vars, &a); err != nil {
			return fmt.Errorf("read the files of #%d: %w", p.Number, err)
		}
		if a.Repository == nil || a.Repository.PullRequest == nil {
			return fmt.Errorf("read the files of #%d: it is not there", p.Number)
		}
		files := a.Repository.PullRequest.Files
		for _, f := range files.Nodes {
			if isEvidence(f.Path) {
				p.Files = append(p.Files, facts.File{Path: f.Path, Removed: f.ChangeType == "DELETED"})
			}
		}
		if !files.PageInfo.HasNextPage {
			return nil
		}
		if vars["after"] == files.PageInfo.EndCursor {
			return errStuck
		}
		vars["after"] = files.PageInfo.EndCursor
	}
}

func isEvidence(path string) bool {
	return strings.HasPrefix(path, engine.AnalysisFolder+"/") || strings.HasPrefix(path, engine.DesignFolder+"/")
}

// touches lists the default branch's commits that touched the steps' folders, with their pull requests:
// one request, and more where a folder has a longer history than a page.
func (g *GitHub) touches(ctx context.Context, c *client, key engine.Key) (touches, error) {
	var a struct {
		Repository *struct {
			DefaultBranchRef *struct {
				Target struct{ Analysis, Design touches }
			}
		}
	}
	if err := c.query(ctx, evidenceDocument, variables(key, "analysis", engine.AnalysisFolder, "design", engine.DesignFolder), &a); err != nil {
		return touches{}, err
	}
	if a.Repository == nil {
		return touches{}, engine.ErrGone
	}
	if a.Repository.DefaultBranchRef == nil {
		return touches{}, nil // an empty repository
	}
	target := a.Repository.DefaultBranchRef.Target
	if err := g.furtherTouches(ctx, c, key, engine.AnalysisFolder, &target.Analysis); err != nil {
		return touches{}, err
	}
	if err := g.furtherTouches(ctx, c, key, engine.DesignFolder, &target.Design); err != nil {
		return touches{}, err
	}
	return touches{Nodes: slices.Concat(target.Analysis.Nodes, target.Design.Nodes)}, nil
}

// furtherTouches reads the pages after the first one.
func (g *GitHub) furtherTouches(ctx context.Context, c *client, key engine.Key, folder string, all *touches) error {
	for page := 1; all.PageInfo.HasNextPage; page++ {
		if page == maxTouches {
			return fmt.Errorf("%s: %w", folder, errTooMany)
		}
		var a struct {
			Repository *struct {
				DefaultBranchRef *struct{ Target struct{ History touches } }
			}
		}
		if err := c.query(ctx, touchesDocument, variables(key, "path", folder, "after", all.PageInfo.EndCursor), &a); err != nil {
			return fmt.Errorf("read who touched %s: %w", folder, err)
		}
		if a.Repository == nil || a.Repository.DefaultBranchRef == nil {
			return engine.ErrGone
		}
		next := a.Repository.DefaultBranchRef.Target.History
		if next.PageInfo.stuck(all.PageInfo) {
			return errStuck
		}
		all.Nodes, all.PageInfo = append(all.Nodes, next.Nodes...), next.PageInfo
	}
	return nil
}
