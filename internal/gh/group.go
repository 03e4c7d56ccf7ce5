package gh

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/phasegate/phasegate/internal/engine"
)

// groupRef is the Ref of a merge group's key: the queue's base branch, and the commit on which the group's checks
// stand. The name of the group's own branch says less: nothing but a webhook tells it.
func groupRef(base, head string) string { return base + "@" + head }

// cutGroupRef takes a Ref apart; a branch may have an @, a commit does not.
func cutGroupRef(ref string) (base, head string) {
	at := strings.LastIndexByte(ref, '@')
	if at < 0 {
		return "", ref
	}
	return ref[:at], ref[at+1:]
}

type queueNode struct{ Entries list[entryNode] }

// entryNode is a pull request's place in a merge queue. HeadCommit is the commit of the group that was made for
// it; nil where none was made yet.
type entryNode struct {
	Position    int
	HeadCommit  *struct{ Oid string }
	PullRequest *struct{ Number int }
}

// head is the commit of the group; "" for none.
func (e *entryNode) head() string {
	if e == nil || e.HeadCommit == nil {
		return ""
	}
	return e.HeadCommit.Oid
}

// groupAnswer is the answer of a look at a merge group.
type groupAnswer struct {
	repositoryNode
	MergeQueue *queueNode
	Object     *headNode
}

// Group implements [engine.Hub]. It costs one request, and one for each further hundred pull requests that wait in
// the queue. Where the queue may not be read, the group has no members.
func (g *GitHub) Group(ctx context.Context, key engine.Key) (engine.GroupSnapshot, error) {
	s := engine.GroupSnapshot{Key: key}
	base, head := cutGroupRef(key.Ref)
	if s.Head = head; base == "" || !commitHash.MatchString(head) {
		s.Gone = true
		return s, nil
	}
	c, err := g.client(key)
	if err != nil {
		return s, err
	}
	a, readable, err := g.lookAtGroup(ctx, c, key, base, head)
	if err != nil {
		return s, err
	}
	s.Now, _ = g.clock.now()
	if s.Rules, err = g.rules(ctx, c, key, &a.repositoryNode); err != nil || s.Rules.Policy == nil {
		return s, err
	}
	if a.Object != nil {
		s.Runs, s.Rerequested = g.runs(*a.Object), g.rerequested(*a.Object)
	}
	if readable {
		entries, err := c.entries(ctx, key, base, a.MergeQueue)
		if err != nil {
			return s, fmt.Errorf("read the merge queue of %s: %w", base, err)
		}
		s.Members, s.Behind, s.Gone = membersOf(entries, base, head)
	}
	return s, nil
}

// lookAtGroup sends the one request of a look; readable says whether the queue may be read.
func (g *GitHub) lookAtGroup(ctx context.Context, c *client, key engine.Key, base, head string) (a *groupAnswer, readable bool, err error) {
	vars := variables(key, "branch", base, "head", head)
	maps.Copy(vars, g.filters())
	var answer struct {
		repositoryAnswer
		Repository *groupAnswer
	}
	refused, err := c.ask(ctx, groupDocument, vars, &answer)
	if err != nil {
		return nil, false, g.refused(key, err)
	}
	readable = true
	for _, e := range refused {
		if !e.in("mergeQueue") {
			return nil, false, e
		}
		readable = false
	}
	if answer.Repository == nil {
		return nil, false, engine.ErrGone
	}
	c.viewer.Store(new(answer.viewer()))
	answer.Repository.shared = answer.Shared
	return answer.Repository, readable, nil
}

// entries are all of a merge queue, reading on from those that came with the look; none where there is no queue.
func (c *client) entries(ctx context.Context, key engine.Key, base string, first *queueNode) ([]entryNode, error) {
	if first == nil {
		return nil, nil
	}
	nodes, page := first.Entries.Nodes, first.Entries.PageInfo
	for page.HasNextPage {
		var a struct {
			Repository *struct{ MergeQueue *queueNode }
		}
		if err := c.query(ctx, entriesDocument, variables(key, "branch", base, "after", cursor(page.EndCursor)), &a); err != nil {
			return nil, err
		}
		if a.Repository == nil {
			return nil, engine.ErrGone
		}
		if a.Repository.MergeQueue == nil {
			return nil, nil
		}
		next := a.Repository.MergeQueue.Entries
		if next.PageInfo.stuck(page) {
			return nil, errStuck
		}
		nodes, page = append(nodes, next.Nodes...), next.PageInfo
	}
	return nodes, nil
}

// membersOf are the pull requests whose changes a group's commit has: those from the front of the queue up to the
// one for which it was made; and the Refs of the groups behind it. gone says that the queue has no such group. Where
// one of the members may not be seen there are none: what is not known is not passed.
func membersOf(entries []entryNode, base, head string) (members []int, behind []string, gone bool) {
	entries = slices.Clone(entries)
	slices.SortStableFunc(entries, func(a, b entryNode) int { return cmp.Compare(a.Position, b.Position) })
	last := slices.IndexFunc(entries, func(e entryNode) bool { return e.head() == head })
	if last < 0 {
		return nil, nil, true
	}
	for _, e := range entries[last+1:] {
		if e.head() != "" {
			behind = append(behind, groupRef(base, e.head()))
		}
	}
	for _, e := range entries[:last+1] {
		if e.PullRequest == nil {
			return nil, behind, false
		}
		members = append(members, e.PullRequest.Number)
	}
	return members, behind, false
}
