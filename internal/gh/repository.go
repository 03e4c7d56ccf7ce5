package gh

import (
	"context"
	"fmt"

	"github.com/google/go-github/v62/github"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
)

// Repository implements [engine.Hub].
func (g *GitHub) Repository(ctx context.Context, key engine.Key) (engine.RepositorySnapshot, error) {
	s := engine.RepositorySnapshot{Key: key}
	c, r, err := g.repository(ctx, key)
	if err != nil {
		return s, err
	}
	s.Now, _ = g.clock.now()
	if s.Rules, err = g.rules(ctx, c, key, r); err != nil {
		return s, err
	}
	if err := g.config(ctx, c, &s, r); err != nil {
		return s, err
	}
	if s.Rules.Policy == nil {
		return s, nil
	}
	if s.Labels, err = g.labels(ctx, c, key, r.Labels); err != nil {
		return s, err
	}
	return s, nil
}

// repository reads what is the same for every look at a repository's set-up.
func (g *GitHub) repository(ctx context.Context, key engine.Key) (*client, *repositoryNode, error) {
	c, err := g.client(key)
	if err != nil {
		return nil, nil, err
	}
	var a repositoryAnswer
	if err := c.query(ctx, repositoryDocument, variables(key), &a); err != nil {
		return nil, nil, g.refused(key, err)
	}
	if a.Repository == nil {
		return nil, nil, engine.ErrGone
	}
	a.Repository.shared = a.Shared
	return c, a.Repository, nil
}

// config takes what is said about the config itself: its problems, and the check that told of it.
func (g *GitHub) config(ctx context.Context, c *client, s *engine.RepositorySnapshot, r *repositoryNode) error {
	if r.Config == nil {
		return nil
	}
	now, err := g.readConfig(r.Config)
	if err != nil {
		return err
	}
	s.Problems, s.Config = now.problems, r.Config.Oid
	_, s.Head = r.head()
	if len(s.Problems) == 0 {
		return nil
	}
	s.Check, err = g.configCheckOn(ctx, c, s.Key, s.Head)
	return err
}

// configCheckOn is our newest phasegate/config on a commit; nil for none.
func (g *GitHub) configCheckOn(ctx context.Context, c *client, key engine.Key, head string) (*facts.Run, error) {
	runs, _, err := c.Checks.ListCheckRunsForRef(ctx, key.Owner, key.Repo, head, &github.ListCheckRunsOptions{CheckName: github.String(engine.ConfigName)})
	if err != nil {
		return nil, fmt.Errorf("read the checks of %.7s: %w", head, limited(err))
	}
	for _, run := range runs.CheckRuns {
		if g.app == nil || run.GetApp().GetID() == g.app.AppID() {
			return &facts.Run{ID: run.GetID(), Name: run.GetName(), Head: head, Status: run.GetStatus(), Conclusion: run.GetConclusion(), ExternalID: run.GetExternalID()}, nil
		}
	}
	return nil, nil
}

func (g *GitHub) labels(ctx context.Context, c *client, key engine.Key, first list[labelName]) ([]engine.RepositoryLabel, error) {
	var out []engine.RepositoryLabel
	for {
		for _, l := range first.Nodes {
			out = append(out, engine.RepositoryLabel{Name: l.Name, Description: l.Description, Color: l.Color})
		}
		if !first.PageInfo.HasNextPage {
			return out, nil
		}
		var a struct {
			Repository *struct{ Labels list[labelName] }
		}
		if err := c.query(ctx, labelsDocument, variables(key, "after", first.PageInfo.EndCursor), &a); err != nil {
			return nil, fmt.Errorf("list further labels: %w", err)
		}
		if a.Repository == nil {
			return nil, engine.ErrGone
		}
		first = a.Repository.Labels
	}
}
