package gh

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
)

// maxReads is how often a pull request is read whose head moves meanwhile.
const maxReads = 3

// errMoved is a pull request whose head moved while it was read.
var errMoved = errors.New("its head moved while it was read")

// Pull implements [engine.Hub]. With everything else known from earlier it costs one request and two points.
func (g *GitHub) Pull(ctx context.Context, key engine.Key) (engine.PullSnapshot, error) {
	for n := 1; ; n++ {
		s, err := g.pull(ctx, key)
		if errors.Is(err, errMoved) && n < maxReads {
			continue
		}
		if err != nil {
			err = fmt.Errorf("read pull request #%d: %w", key.Number, err)
		}
		return s, err
	}
}

// pull reads a pull request once.
func (g *GitHub) pull(ctx context.Context, key engine.Key) (engine.PullSnapshot, error) {
	s := engine.PullSnapshot{Key: key}
	c, err := g.client(key)
	if err != nil {
		return s, err
	}
	ix := g.cache.index(key)
	r, done, err := ix.look(ctx)
	if err != nil {
		return s, err
	}
	defer done()
	a, err := g.lookAtPull(ctx, c, key, r)
	if err != nil {
		return s, err
	}
	s.Now, _ = g.clock.now()
	if s.Rules, err = g.rules(ctx, c, key, &a.repositoryNode); err != nil {
		return s, err
	}
	if s.Gone = a.PullRequest == nil; !s.Gone {
		if err := g.openPull(ctx, c, &s, a); err != nil {
			return s, err
		}
	}
	if s.Rules.Policy == nil {
		return s, nil
	}
	if err := g.take(ctx, c, key, ix, r, &a.repositoryNode); err != nil {
		return s, err
	}
	if s.Roster, err = g.roster(ctx, c, key, s.Rules.Policy); err != nil {
		return s, err
	}
	s.Listed = ix.neighbours(facts.Issue{})
	return s, nil
}

// pullAnswer is the answer of a look at a pull request.
type pullAnswer struct {
	repositoryNode
	PullRequest  *openPullNode
	PullRequests list[listedPull] // open ones
}

// lookAtPull sends the one request of a look.
func (g *GitHub) lookAtPull(ctx context.Context, c *client, key engine.Key, r reading) (*pullAnswer, error) {
	document, vars := firstPullDocument, variables(key, "number", key.Number, "kinds", kindLabels())
	if !r.full {
		document = pullDocument
		vars["since"] = r.since
	}
	maps.Copy(vars, g.filters())
	var a struct {
		repositoryAnswer
		Repository *pullAnswer
	}
	if err := c.query(ctx, document, vars, &a); err != nil {
		return nil, g.refused(key, err)
	}
	if a.Repository == nil {
		return nil, engine.ErrGone
	}
	c.viewer.Store(new(a.viewer()))
	a.Repository.shared = a.Shared
	return a.Repository, nil
}

// openPull takes the pull request itself. Where there are no rules, only what stands in the first answer; of a
// closed one neither commits nor files.
func (g *GitHub) openPull(ctx context.Context, c *client, s *engine.PullSnapshot, a *pullAnswer) error {
	n := a.PullRequest
	s.Pull = n.fact(g.own(c))
	head, err := g.head(ctx, c, s.Key, n)
	if err != nil {
		return err
	}
	s.Pull.Runs, s.Pull.Rerequested = g.runs(head), g.rerequested(head)
	if s.Pull.Sharing, err = c.sharing(ctx, s.Key, s.Pull.Head, a.PullRequests); err != nil {
		return err
	}
	if err := g.pullRules(s, a, head.commitConfig); err != nil || s.Rules.Policy == nil {
		return err
	}
	if err := g.talk(ctx, c, s, n); err != nil || n.Closed {
		return err
	}
	if s.Pull.Commits, err = g.commits(ctx, c, s, n); err != nil {
		return err
	}
	s.Pull.Files, err = g.changes(ctx, c, s, n)
	return err
}

// maxCommits is how many commits of a pull request GitHub lists.
const maxCommits = 250

// head is what stands on the head commit. That is the last one of the pull request's, unless somebody pushed
// between two of GitHub's own readings, or there are more than it lists, or none.
func (g *GitHub) head(ctx context.Context, c *client, key engine.Key, n *openPullNode) (headNode, error) {
	for _, last := range n.Last.Nodes {
		if last.Commit.Oid == n.HeadRefOid {
			return last.Commit, nil
		}
	}
	if n.Closed {
		return headNode{commitConfig: commitConfig{Oid: n.HeadRefOid}}, nil
	}
	if count := n.Commits.TotalCount; count > 0 && count <= maxCommits {
		return headNode{}, errMoved
	}
	vars := variables(key, "head", n.HeadRefOid)
	maps.Copy(vars, g.filters())
	var a struct {
		Repository *struct{ Object *headNode }
	}
	if err := c.query(ctx, headDocument, vars, &a); err != nil {
		return headNode{}, err
	}
	if a.Repository == nil || a.Repository.Object == nil || a.Repository.Object.Oid != n.HeadRefOid {
		return headNode{}, errMoved
	}
	return *a.Repository.Object, nil
}

// pullRules takes the config of the base branch, by which the pull request is judged, and the one that it makes.
func (g *GitHub) pullRules(s *engine.PullSnapshot, a *pullAnswer, head commitConfig) error {
	base := a.PullRequest.base()
	s.Config.Hash, s.Config.Base = head.hash(), base.hash()
	if s.Config.Hash != s.Config.Base && head.blob() != nil {
		made, err := g.readConfig(head.blob())
		if err != nil {
			return err
		}
		s.Config.Policy, s.Config.Problems = g.merge(a.org, made.policy).policy, made.problems
	}
	s.Base = s.Rules.Policy
	branch, _ := a.head()
	if s.Rules.Policy == nil || s.Pull.BaseRef == branch || base.blob() == nil {
		return nil
	}
	own, err := g.readConfig(base.blob())
	if err == nil && own.policy != nil {
		s.Base = g.merge(a.org, own.policy).policy
		g.cache.mind(s.Key, s.Pull.BaseRef, s.Base)
	}
	return err
}

// talk takes all comments and reviews, reading on from those that came with the pull request.
func (g *GitHub) talk(ctx context.Context, c *client, s *engine.PullSnapshot, n *openPullNode) error {
	said, err := more(ctx, c, s.Key, n.Comments, pullCommentsDocument, func(p *openPullNode) list[commentNode] { return p.Comments })
	if err != nil {
		return fmt.Errorf("read further comments: %w", err)
	}
	given, err := more(ctx, c, s.Key, n.Reviews, reviewsDocument, func(p *openPullNode) list[reviewNode] { return p.Reviews })
	if err != nil {
		return fmt.Errorf("read further reviews: %w", err)
	}
	s.Pull.Comments, s.Pull.Reviews = comments(said, g.own(c)), reviews(given)
	return nil
}

// commits are all commits of the pull request. Those of a long one are kept.
func (g *GitHub) commits(ctx context.Context, c *client, s *engine.PullSnapshot, n *openPullNode) (facts.Fact[[]facts.PullCommit], error) {
	unknown := facts.Unknown[[]facts.PullCommit](facts.TooManyCommits)
	if n.Commits.TotalCount > maxCommits {
		return unknown, nil
	}
	at := pullAt(s.Key, s.Pull)
	var known []facts.PullCommit
	g.cache.with(func() { known = g.cache.pulls.commits[at] })
	if known != nil {
		return facts.Known(known), nil
	}
	nodes, err := more(ctx, c, s.Key, n.Commits, commitsDocument, func(p *openPullNode) list[ofPullNode] { return p.Commits })
	if err != nil {
		return unknown, fmt.Errorf("read further commits: %w", err)
	}
	out := make([]facts.PullCommit, 0, len(nodes))
	for _, node := range nodes {
		out = append(out, node.fact())
	}
	switch {
	case len(out) > 0 && out[len(out)-1].SHA != s.Pull.Head:
		return unknown, errMoved
	case len(out) != n.Commits.TotalCount:
		return unknown, nil
	case n.Commits.PageInfo.HasNextPage:
		g.cache.with(func() { g.cache.pulls.commits[at] = out })
	}
	return facts.Known(out), nil
}

// more is a list of a pull request with the pages after its first one.
func more[T any](ctx context.Context, c *client, key engine.Key, first list[T], document string, of func(*openPullNode) list[T]) ([]T, error) {
	nodes, page := first.Nodes, first.PageInfo
	for page.HasNextPage {
		var a struct {
			Repository *struct{ PullRequest *openPullNode }
		}
		if err := c.query(ctx, document, variables(key, "number", key.Number, "after", cursor(page.EndCursor)), &a); err != nil {
			return nil, err
		}
		if a.Repository == nil || a.Repository.PullRequest == nil {
			return nil, errors.New("it is not there any more") // half of them would be judged as all
		}
		next := of(a.Repository.PullRequest)
		if next.PageInfo.stuck(page) {
			return nil, errStuck
		}
		nodes, page = append(nodes, next.Nodes...), next.PageInfo
	}
	return nodes, nil
}
