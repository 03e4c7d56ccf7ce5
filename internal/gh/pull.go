package gh

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
)

// maxReads is how often a pull request is read whose head or base moves meanwhile.
const maxReads = 3

// errMoved is a pull request whose head or base moved while it was read; errShort one of which GitHub lists less than it
// counts, though it lists as much: the two agree after a moment.
var (
	errMoved = errors.New("its head or its base moved while it was read")
	errShort = fmt.Errorf("GitHub lists less than it counts: %w", errMoved)
)

// Pull implements [engine.Hub]. With everything else known from earlier it costs one request and two points.
func (g *GitHub) Pull(ctx context.Context, key engine.Key) (engine.PullSnapshot, error) {
	for n := 1; ; n++ {
		last := n == maxReads
		s, err := g.pull(ctx, key, last)
		if errors.Is(err, errMoved) && !last {
			continue
		}
		if err != nil {
			err = fmt.Errorf("read pull request #%d: %w", key.Number, err)
		}
		return s, err
	}
}

// pull reads a pull request once. In the last reading a list that is too short is unknown.
func (g *GitHub) pull(ctx context.Context, key engine.Key, last bool) (engine.PullSnapshot, error) {
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
	s.Branch, _ = a.head()
	if s.Gone = a.PullRequest == nil; !s.Gone {
		if err := g.openPull(ctx, c, &s, a, last); err != nil {
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
	hidden       bool             // places in merge queues may not be read
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
	refused, err := c.ask(ctx, document, vars, &a)
	if err != nil {
		return nil, g.refused(key, err)
	}
	hidden := false
	for _, e := range refused {
		if hidden = e.queued(); !hidden {
			return nil, g.refused(key, e)
		}
	}
	if a.Repository == nil {
		return nil, engine.ErrGone
	}
	a.Repository.hidden = hidden
	c.viewer.Store(new(a.viewer()))
	a.Repository.shared = a.Shared
	return a.Repository, nil
}

// openPull takes the pull request itself. Where there are no rules, only what stands in the first answer; of a
// closed one neither commits nor files.
func (g *GitHub) openPull(ctx context.Context, c *client, s *engine.PullSnapshot, a *pullAnswer, last bool) error {
	n := a.PullRequest
	s.Pull = n.fact(g.own(c))
	head, err := g.head(ctx, c, s.Key, n)
	if err != nil {
		return err
	}
	s.Pull.Runs, s.Pull.Rerequested = g.runs(head), g.rerequested(head)
	others, err := c.others(ctx, s.Key, a.PullRequests)
	if err != nil {
		return err
	}
	g.cache.noteBases(s.Key, n.openBase(), others)
	s.Pull.OfQueue, s.Pull.QueueHidden = a.ofQueue(others, s.Pull), a.hidden
	s.Pull.Sharing, s.Change = withHead(others, s.Pull.Head), n.change()
	if err := g.pullRules(s, a, head.commitConfig); err != nil || s.Rules.Policy == nil {
		return err
	}
	if err := g.lists(ctx, c, s, n, last); err != nil || n.Closed {
		return err
	}
	commits, _ := s.Pull.Commits.Get()
	s.Pull.Passed = withHead(others, n.heads(commits)...)
	return nil
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
