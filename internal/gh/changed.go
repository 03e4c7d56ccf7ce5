package gh

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/google/go-github/v62/github"
	"github.com/phasegate/phasegate/internal/engine"
)

// Changed lists what may have to be looked at because of what changed since then, the longest unchanged
// first: the issues that are Phasegate's or may become so, open or closed, open pull requests, and the
// repository itself where a pull request was merged. It serves whoever cannot rely on hearing of every event.
func (g *GitHub) Changed(ctx context.Context, key engine.Key, since time.Time) ([]engine.Key, error) {
	c, err := g.client(key)
	if err != nil {
		return nil, err
	}
	var keys []engine.Key
	merged := false
	opts := &github.IssueListByRepoOptions{State: "all", Sort: "updated", Direction: "asc", Since: since, ListOptions: github.ListOptions{PerPage: 100}}
	for {
		page, res, err := c.Issues.ListByRepo(ctx, key.Owner, key.Repo, opts)
		if err != nil {
			return nil, fmt.Errorf("list what changed since %s: %w", since.UTC().Format(time.RFC3339), limited(err))
		}
		for _, i := range page {
			if links := i.PullRequestLinks; links != nil {
				merged = merged || !links.GetMergedAt().Time.Before(since)
				if i.GetState() == "open" {
					keys = append(keys, pullKey(key, i.GetNumber()))
				}
				continue
			}
			found := issue{Number: i.GetNumber(), Body: i.GetBody()}
			for _, l := range i.Labels {
				found.Labels = append(found.Labels, label{l.GetName()})
			}
			if found.ours() {
				keys = append(keys, key.Issue(found.Number))
			}
		}
		if res.NextPage == 0 {
			break
		}
		opts.Page = res.NextPage
	}
	if merged {
		keys = append(keys, key.Repository())
	}
	return keys, nil
}

// LastSuccess is when the newest run of a workflow that ended well was created. The workflow is named by
// its file in .github/workflows. The time is zero where there is no such run, or the token may not see
// runs.
func (g *GitHub) LastSuccess(ctx context.Context, key engine.Key, file string) (time.Time, error) {
	c, err := g.client(key)
	if err != nil {
		return time.Time{}, err
	}
	runs, _, err := c.Actions.ListWorkflowRunsByFileName(ctx, key.Owner, key.Repo, file, &github.ListWorkflowRunsOptions{
		Status: "success", ListOptions: github.ListOptions{PerPage: 1},
	})
	switch {
	case gone(err) || status(err) == http.StatusForbidden: // no such workflow yet, or no permission
		return time.Time{}, nil
	case err != nil:
		return time.Time{}, fmt.Errorf("read the last runs of %s: %w", file, limited(err))
	case len(runs.WorkflowRuns) == 0:
		return time.Time{}, nil
	}
	return runs.WorkflowRuns[0].GetCreatedAt().Time, nil
}
