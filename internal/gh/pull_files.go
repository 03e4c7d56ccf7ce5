package gh

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"

	"github.com/google/go-github/v62/github"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
)

// changes are the files of the pull request, which only REST tells with their hashes and former names: a request
// for each hundred, and none while head and base stay as they are.
func (g *GitHub) changes(ctx context.Context, c *client, s *engine.PullSnapshot, n *openPullNode) (facts.Fact[[]facts.PullFile], error) {
	unknown := facts.Unknown[[]facts.PullFile](facts.TooManyFiles)
	if n.ChangedFiles > maxFiles {
		return unknown, nil
	}
	at := pullAt(s.Key, s.Pull)
	var known []facts.PullFile
	g.cache.with(func() { known = g.cache.pulls.files[at] })
	if known != nil {
		return facts.Known(known), nil
	}
	listed, err := c.files(ctx, s.Key)
	if err != nil {
		return unknown, fmt.Errorf("list the files: %w", limited(err))
	}
	if err := c.stayed(ctx, s, listed); err != nil {
		return unknown, err
	}
	if len(listed) < n.ChangedFiles {
		return unknown, nil
	}
	out := make([]facts.PullFile, 0, len(listed))
	for _, f := range listed {
		out = append(out, changedFile(f))
	}
	slices.SortFunc(out, func(a, b facts.PullFile) int { return cmp.Compare(a.Path, b.Path) })
	g.cache.with(func() { g.cache.pulls.files[at] = out })
	return facts.Known(out), nil
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

// stayed makes sure that the files are those of the head that was read: each that was not removed names the commit
// it is of. Where that is another one, or none tells, GitHub is asked where the head is.
func (c *client) stayed(ctx context.Context, s *engine.PullSnapshot, files []*github.CommitFile) error {
	same, other := false, false
	for _, f := range files {
		if at, err := url.Parse(f.GetContentsURL()); f.GetStatus() != "removed" {
			same = true
			other = other || err != nil || at.Query().Get("ref") != s.Pull.Head
		}
	}
	if same && !other {
		return nil
	}
	var a struct {
		Repository *struct {
			PullRequest *struct{ HeadRefOid string }
		}
	}
	if err := c.query(ctx, movedDocument, variables(s.Key, "number", s.Key.Number), &a); err != nil {
		return err
	}
	if a.Repository == nil || a.Repository.PullRequest == nil || a.Repository.PullRequest.HeadRefOid != s.Pull.Head {
		return errMoved
	}
	return nil
}
