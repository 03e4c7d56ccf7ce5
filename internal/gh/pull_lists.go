package gh

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/go-github/v62/github"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
)

// lists takes what a pull request has many of: comments, reviews and, unless it is closed, commits and files. Files
// are read before further pages, whose answers tell that nothing moved meanwhile; where there are none, one more
// request asks. What moved is not taken, and not kept. Nor is a list that is too short; the last time it is unknown.
func (g *GitHub) lists(ctx context.Context, c *client, s *engine.PullSnapshot, n *openPullNode, last bool) error {
	at := pullAt(s.Key, s.Pull)
	known := g.keptLists(at)
	var listed []*github.CommitFile
	var err error
	listing := known.files == nil && !n.Closed && n.ChangedFiles <= maxFiles
	if listing {
		if listed, err = c.files(ctx, s.Key); err != nil {
			return fmt.Errorf("list the files: %w", limited(err))
		}
	}
	counting := known.commits == nil && !n.Closed && n.Commits.TotalCount <= maxCommits
	long := counting && n.Commits.PageInfo.HasNextPage
	read, err := c.furtherPages(ctx, s.Key, n, counting)
	if err == nil && listing && !read {
		_, err = c.nextPages(ctx, s.Key, n, nil)
	}
	if err != nil {
		return err
	}
	s.Pull.Comments, s.Pull.Reviews = comments(n.Comments.Nodes, g.own(c)), reviews(n.Reviews.Nodes)
	if n.Closed {
		return nil
	}
	whyCommits, whyFiles := facts.TooManyCommits, facts.TooManyFiles
	if counting {
		if known.commits, err = n.commits(); errors.Is(err, errShort) && last {
			whyCommits = facts.ListShort
		} else if err != nil {
			return err
		}
	}
	if listing {
		if known.files, err = n.files(listed); errors.Is(err, errShort) && last {
			whyFiles = facts.ListShort
		} else if err != nil {
			return err
		}
	}
	s.Pull.Commits, s.Pull.Files = orUnknown(known.commits, whyCommits), orUnknown(known.files, whyFiles)
	g.keepLists(at, known, long, listing)
	return nil
}

// orUnknown is a list that is known unless it is nil.
func orUnknown[T any](list []T, why string) facts.Fact[[]T] {
	if list == nil {
		return facts.Unknown[[]T](why)
	}
	return facts.Known(list)
}

// commits are all commits of the pull request.
func (n *openPullNode) commits() ([]facts.PullCommit, error) {
	out := make([]facts.PullCommit, 0, len(n.Commits.Nodes))
	for _, node := range n.Commits.Nodes {
		out = append(out, node.fact())
	}
	switch {
	case len(out) > 0 && out[len(out)-1].SHA != n.HeadRefOid:
		return nil, errMoved
	case len(out) != n.Commits.TotalCount:
		return nil, fmt.Errorf("%d of %d commits: %w", len(out), n.Commits.TotalCount, errShort)
	}
	return out, nil
}

// sequel is a list of a pull request that goes on after what was read of it.
type sequel struct {
	name   string // of the variable that says after what
	fields string // that ask for the next page
	page   pageInfo
	take   func(next *openPullNode) error
}

// sequels are the lists that go on; commits are among them where they are wanted.
func (n *openPullNode) sequels(commits bool) []sequel {
	all := []sequel{
		{"comments", commentsPage, n.Comments.PageInfo, func(p *openPullNode) error { return n.Comments.extend(p.Comments) }},
		{"reviews", reviewsPage, n.Reviews.PageInfo, func(p *openPullNode) error { return n.Reviews.extend(p.Reviews) }},
	}
	if commits {
		all = append(all, sequel{"commits", commitsPage, n.Commits.PageInfo, func(p *openPullNode) error { return n.Commits.extend(p.Commits) }})
	}
	return slices.DeleteFunc(all, func(s sequel) bool { return !s.page.HasNextPage })
}

// extend adds the page that follows.
func (l *list[T]) extend(next list[T]) error {
	if next.PageInfo.stuck(l.PageInfo) {
		return errStuck
	}
	l.Nodes, l.PageInfo = append(l.Nodes, next.Nodes...), next.PageInfo
	return nil
}

// furtherPages reads a pull request's lists to their ends: in each request the next page of all that go on. It
// reports whether there was any to read.
func (c *client) furtherPages(ctx context.Context, key engine.Key, n *openPullNode, commits bool) (read bool, err error) {
	for {
		lists := n.sequels(commits)
		if len(lists) == 0 {
			return read, nil
		}
		next, err := c.nextPages(ctx, key, n, lists)
		if err != nil {
			return read, err
		}
		for _, l := range lists {
			if err := l.take(next); err != nil {
				return read, err
			}
		}
		read = true
	}
}

// nextPages reads the next page of some lists, perhaps of none, of a pull request that stands where it did.
func (c *client) nextPages(ctx context.Context, key engine.Key, n *openPullNode, lists []sequel) (*openPullNode, error) {
	vars := variables(key, "number", key.Number)
	for _, l := range lists {
		vars[l.name] = cursor(l.page.EndCursor)
	}
	var a struct {
		Repository *struct{ PullRequest *openPullNode }
	}
	if err := c.query(ctx, pagesDocument(lists), vars, &a); err != nil {
		return nil, fmt.Errorf("read %d further pages, and whether it moved: %w", len(lists), err)
	}
	if a.Repository == nil || a.Repository.PullRequest == nil {
		return nil, errors.New("it is not there any more") // half of them would be judged as all
	}
	if a.Repository.PullRequest.standing() != n.standing() {
		return nil, errMoved
	}
	return a.Repository.PullRequest, nil
}

// standing is on what a pull request's commits and files depend, and the newest events that moved it: they tell that
// it moved and came back.
type standing struct{ head, baseRef, base, retargeted, forced string }

func (n *openPullNode) standing() standing {
	return standing{n.HeadRefOid, n.BaseRefName, n.base().Oid, which(n.Retargeted), which(n.Forced)}
}
