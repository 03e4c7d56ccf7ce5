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

// Snapshot implements [engine.Hub]. With everything else known from earlier it costs one request.
func (g *GitHub) Snapshot(ctx context.Context, key engine.Key) (engine.Snapshot, error) {
	s := engine.Snapshot{Key: key, People: map[string]facts.Person{}}
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
	a, err := g.lookAt(ctx, c, key, r)
	if err != nil {
		return s, err
	}
	s.Now, _ = g.clock.now()
	if s.Rules, err = g.rules(ctx, c, key, a); err != nil || s.Rules.Policy == nil {
		return s, err
	}
	if s.Gone = a.IssueOrPullRequest == nil || a.IssueOrPullRequest.Typename != "Issue"; s.Gone {
		ix.drop(r, key.Number)
	}
	if err := g.take(ctx, c, key, ix, r, a); err != nil {
		return s, err
	}
	if s.Roster, err = g.roster(ctx, c, key, s.Rules.Policy); err != nil {
		return s, err
	}
	if !s.Gone {
		if err := g.object(ctx, c, &s, *a.IssueOrPullRequest); err != nil {
			return s, err
		}
		ix.saw(entry{Listed: engine.Listed{Issue: s.Issue, Sticky: stickyOf(s.Comments)}, reading: r.n})
	}
	s.Listed = ix.neighbours(s.Issue)
	return s, g.evidence(ctx, c, &s, a)
}

// look begins a reading. While the index is being filled for the first time, everybody but who fills it waits.
func (ix *index) look(ctx context.Context) (r reading, done func(), err error) {
	if r = ix.begin(); !r.full {
		return r, func() {}, nil
	}
	if done, err = ix.filling.take(ctx); err != nil {
		return r, nil, err
	}
	if r = ix.begin(); !r.full { // somebody filled it meanwhile
		done()
		done = func() {}
	}
	return r, done, nil
}

// lookAt sends the one request of a look.
func (g *GitHub) lookAt(ctx context.Context, c *client, key engine.Key, r reading) (*repositoryNode, error) {
	document, vars := firstDocument, variables(key, "number", key.Number, "kinds", kindLabels())
	if !r.full {
		document = issueDocument
		vars["since"] = r.since
	}
	var a repositoryAnswer
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

// stickyOf is the first comment that is a sticky of ours; nil for none.
func stickyOf(comments []facts.Comment) *facts.Comment {
	for _, c := range comments {
		if (c.Own || c.Touched) && engine.IsSticky(c.Body) {
			return &c
		}
	}
	return nil
}

// refused drops what is known of a repository whose token was refused, so that the next try starts
// anew: an App that was taken away and given back has another installation.
func (g *GitHub) refused(key engine.Key, err error) error {
	if gone(err) {
		g.mu.Lock()
		delete(g.clients, clientKey{key.Installation, strings.ToLower(key.FullName())})
		g.mu.Unlock()
		return fmt.Errorf("%w: %w", engine.ErrGone, err)
	}
	return err
}

func variables(key engine.Key, more ...any) map[string]any {
	v := map[string]any{"owner": key.Owner, "repo": key.Repo}
	for i := 0; i+1 < len(more); i += 2 {
		v[more[i].(string)] = more[i+1]
	}
	return v
}

// object takes the issue itself, with all its comments.
func (g *GitHub) object(ctx context.Context, c *client, s *engine.Snapshot, n issueNode) error {
	w := g.own(c)
	s.Issue = n.fact(w)
	for _, e := range n.Timeline.Nodes {
		s.LabelChanges = append(s.LabelChanges, e.fact(w))
	}
	nodes, err := g.allComments(ctx, c, s.Key, n)
	if err != nil {
		return err
	}
	s.Comments = comments(nodes, w)
	return nil
}

// comments are in the order in which they were written.
func comments(nodes []commentNode, w writer) []facts.Comment {
	out := make([]facts.Comment, 0, len(nodes))
	for _, n := range nodes {
		out = append(out, n.fact(w))
	}
	slices.SortStableFunc(out, func(a, b facts.Comment) int {
		switch {
		case a.Before(b):
			return -1
		case b.Before(a):
			return 1
		}
		return 0
	})
	return out
}

// own says what is Phasegate's own writing for a client that has asked before.
func (g *GitHub) own(c *client) writer {
	w := writer{login: g.writer}
	if v := c.viewer.Load(); v != nil {
		w.viewer = *v
	}
	return w
}

// allComments lists an issue's comments, reading on from those that came with it.
func (g *GitHub) allComments(ctx context.Context, c *client, key engine.Key, n issueNode) ([]commentNode, error) {
	nodes, page := n.Comments.Nodes, n.Comments.PageInfo
	for page.HasNextPage {
		var a struct {
			Repository *struct{ Issue *issueNode }
		}
		if err := c.query(ctx, commentsDocument, variables(key, "number", n.Number, "after", cursor(page.EndCursor)), &a); err != nil {
			return nil, fmt.Errorf("read further comments: %w", err)
		}
		if a.Repository == nil || a.Repository.Issue == nil {
			return nil, fmt.Errorf("read further comments of #%d: it is not there any more", n.Number) // half of them would be judged as all
		}
		next := a.Repository.Issue.Comments
		if next.PageInfo.stuck(page) {
			return nil, errStuck
		}
		nodes, page = append(nodes, next.Nodes...), next.PageInfo
	}
	return nodes, nil
}

// people reads accounts by login, in lower case; those that do not exist or are no people are left out.
func (g *GitHub) people(ctx context.Context, c *client, logins []string) (map[string]facts.Person, error) {
	found := map[string]facts.Person{}
	if len(logins) == 0 {
		return found, nil
	}
	var doc strings.Builder
	doc.WriteString("query(")
	vars := map[string]any{}
	for i, login := range logins {
		fmt.Fprintf(&doc, "$u%d: String! ", i)
		vars[fmt.Sprintf("u%d", i)] = login
	}
	doc.WriteString(") {")
	for i := range logins {
		fmt.Fprintf(&doc, " u%d: user(login: $u%d) { login databaseId }", i, i)
	}
	doc.WriteString(" }")
	var a map[string]*actor
	if err := c.query(ctx, doc.String(), vars, &a); err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	for i, login := range logins {
		if u := a[fmt.Sprintf("u%d", i)]; u != nil {
			found[strings.ToLower(login)] = u.person()
		}
	}
	return found, nil
}

// Now is the project's time: GitHub's, asked for when it was not heard for a minute.
func (g *GitHub) Now(ctx context.Context) (time.Time, error) {
	if now, age := g.clock.now(); age < time.Minute || g.app == nil {
		return now, nil
	}
	return g.Ask(ctx)
}

// Ask asks GitHub for its time, whatever it told before. It serves who has reason to believe that GitHub's
// clock was moved, as the simulated one's can be.
func (g *GitHub) Ask(ctx context.Context) (time.Time, error) {
	if g.app == nil {
		return g.Now(ctx)
	}
	c, err := g.appClient()
	if err != nil {
		return time.Time{}, err
	}
	if _, _, err := c.Apps.Get(ctx, ""); err != nil {
		return time.Time{}, fmt.Errorf("ask GitHub for the time: %w", limited(err))
	}
	now, _ := g.clock.now()
	return now, nil
}
