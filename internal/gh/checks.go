package gh

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
)

type rollupNode struct {
	StatusCheckRollup *struct{ Contexts list[*contextNode] }
}

// contextNode is a check run or a commit status; nil is one that may not be read.
type contextNode struct {
	Typename string `json:"__typename"`

	Name, Status, Conclusion string
	StartedAt                *time.Time

	Context, State string
	CreatedAt      time.Time
}

// fact is how the check stands, and since when; zero for one that has not begun.
func (n contextNode) fact() (facts.CheckState, time.Time) {
	if n.Typename == "StatusContext" {
		state := strings.ToLower(n.State)
		return facts.CheckState{Name: n.Context, Green: state == "success", State: state}, n.CreatedAt
	}
	c := facts.CheckState{Name: n.Name, State: strings.ToLower(n.Status)}
	if n.Status == "COMPLETED" {
		c.State = strings.ToLower(n.Conclusion)
		c.Green = c.State == "success" || c.State == "neutral" || c.State == "skipped"
	}
	if n.StartedAt == nil {
		return c, time.Time{}
	}
	return c, *n.StartedAt
}

// fillChecks reads how CI stands on some commits.
func (g *GitHub) fillChecks(ctx context.Context, c *client, s *engine.Snapshot, commits []string) error {
	if s.Checks == nil {
		s.Checks = map[string]facts.Fact[[]facts.CheckState]{}
	}
	return g.checksOn(ctx, c, s.Key, commits, s.Checks)
}

// checksOn reads how checks and statuses stand on some commits: one request, and more for a commit with more than a
// hundred.
func (g *GitHub) checksOn(ctx context.Context, c *client, key engine.Key, commits []string, into map[string]facts.Fact[[]facts.CheckState]) error {
	if len(commits) == 0 {
		return nil
	}
	vars := variables(key, "after", nil)
	head, body := "query($owner: String!, $repo: String!, $after: String", ""
	for i, commit := range commits {
		head += fmt.Sprintf(", $%s: GitObjectID!", alias(i))
		body += fmt.Sprintf("\n%s: object(oid: $%s) { ... on Commit { statusCheckRollup { %s } } }", alias(i), alias(i), contextsFields)
		vars[alias(i)] = commit
	}
	var a struct{ Repository map[string]*rollupNode }
	refused, err := c.ask(ctx, head+") { repository(owner: $owner, name: $repo) {"+body+"\n} }", vars, &a)
	if err != nil {
		return fmt.Errorf("read the checks: %w", err)
	}
	if a.Repository == nil && len(refused) == 0 {
		return engine.ErrGone
	}
	for i, commit := range commits {
		if into[commit], err = g.checks(ctx, c, key, commit, a.Repository[alias(i)], refusedIn(refused, alias(i))); err != nil {
			return fmt.Errorf("read the checks of %.7s: %w", commit, err)
		}
	}
	return nil
}

// refusedIn reports whether a field may not be read, or something in it.
func refusedIn(refused []graphqlError, field string) bool {
	for _, e := range refused {
		if e.in(field) || len(e.Path) < 2 {
			return true
		}
	}
	return false
}

// checks keeps of each name the newest, whoever posted it.
func (g *GitHub) checks(ctx context.Context, c *client, key engine.Key, commit string, n *rollupNode, refused bool) (facts.Fact[[]facts.CheckState], error) {
	unknown := facts.Unknown[[]facts.CheckState](facts.ChecksUnread)
	if refused {
		return unknown, nil
	}
	if n == nil {
		return facts.Unknown[[]facts.CheckState](facts.CommitGone), nil
	}
	out := []facts.CheckState{}
	at := map[string]time.Time{}
	place := map[string]int{}
	for n.StatusCheckRollup != nil {
		for _, node := range n.StatusCheckRollup.Contexts.Nodes {
			if node == nil {
				return unknown, nil
			}
			state, since := node.fact()
			i, known := place[state.Name]
			switch {
			case !known:
				place[state.Name], at[state.Name] = len(out), since
				out = append(out, state)
			case since.IsZero() || !at[state.Name].IsZero() && since.After(at[state.Name]):
				out[i], at[state.Name] = state, since
			}
		}
		page := n.StatusCheckRollup.Contexts.PageInfo
		if !page.HasNextPage {
			break
		}
		var a struct{ Repository *struct{ Object *rollupNode } }
		err := c.query(ctx, checksDocument, variables(key, "commit", commit, "after", page.EndCursor), &a)
		if forbidden(err) || err == nil && (a.Repository == nil || a.Repository.Object == nil) {
			return unknown, nil
		}
		if err != nil {
			return unknown, err
		}
		if next := a.Repository.Object.StatusCheckRollup; next != nil && next.Contexts.PageInfo.stuck(page) {
			return unknown, errStuck
		}
		n = a.Repository.Object
	}
	return facts.Known(out), nil
}
