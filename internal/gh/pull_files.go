package gh

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/google/go-github/v62/github"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
)

// files are what the pull request changes, by path. Only REST tells them with their hashes and former names: a request
// for each hundred.
func (n *openPullNode) files(listed []*github.CommitFile) ([]facts.PullFile, error) {
	if len(listed) < n.ChangedFiles {
		return nil, fmt.Errorf("%d of %d files: %w", len(listed), n.ChangedFiles, errShort)
	}
	out := make([]facts.PullFile, 0, len(listed))
	for _, f := range listed {
		out = append(out, changedFile(f))
	}
	slices.SortFunc(out, func(a, b facts.PullFile) int { return cmp.Compare(a.Path, b.Path) })
	return out, nil
}

func changedFile(f *github.CommitFile) facts.PullFile {
	out := facts.PullFile{Path: f.GetFilename(), Removed: f.GetStatus() == "removed", Blob: f.GetSHA(), Additions: f.GetAdditions(), Deletions: f.GetDeletions()}
	if f.GetStatus() == "renamed" {
		out.Previous = f.GetPreviousFilename()
	}
	return out
}

// files lists a pull request's files.
func (c *client) files(ctx context.Context, key engine.Key) ([]*github.CommitFile, error) {
	var out []*github.CommitFile
	opts := &github.ListOptions{PerPage: 100}
	for {
		page, res, err := c.PullRequests.ListFiles(ctx, key.Owner, key.Repo, key.Number, opts)
		if err != nil {
			return nil, err
		}
		out = append(out, page...)
		if res.NextPage == 0 || len(out) >= maxFiles {
			return out, nil
		}
		opts.Page = res.NextPage
	}
}
