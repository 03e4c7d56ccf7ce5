package gh

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/policy"
)

// The config that the repositories of one owner share. Where everybody may see it, it comes with each look.

const sharedPart = `shared: repository(owner: $owner, name: "` + policy.SharedRepository + `") { isEmpty ` + setUpFields + ` }`

const sharedDocument = `query($owner: String!, $repo: String!) { repository(owner: $owner, name: $repo) { ` + setUpFields + ` } }`

// cachedShared is a repository that a look cannot see; nil where the App may not see it either.
type cachedShared struct {
	node *repositoryNode
	read time.Time
}

// mergedPolicy is what is in force, and what of the repository's own is not.
type mergedPolicy struct {
	policy *policy.Policy
	notes  []policy.Note
}

// withShared puts a repository's rules together with the shared ones. Those that are broken and never were valid are
// none; the rules then say so.
func (g *GitHub) withShared(ctx context.Context, c *client, key engine.Key, r *repositoryNode, rules engine.Rules) (engine.Rules, error) {
	if strings.EqualFold(key.Repo, policy.SharedRepository) {
		return rules, nil
	}
	at := key.Repository()
	at.Repo = policy.SharedRepository
	node, err := r.shared, error(nil)
	if node == nil || node.DefaultBranchRef == nil && !node.IsEmpty { // it is not to be seen, or what it holds is not
		if c, node, err = g.hiddenShared(ctx, at); err != nil {
			return rules, fmt.Errorf("read the rules that %s shares: %w", at.FullName(), err)
		}
	}
	if node == nil {
		return rules, nil
	}
	shared, err := g.ownRules(ctx, c, at, node)
	if err != nil {
		return rules, fmt.Errorf("read the rules that %s shares: %w", at.FullName(), err)
	}
	if shared.Policy == nil && node.Config != nil {
		now, err := g.readConfig(node.Config)
		if err != nil {
			return rules, err
		}
		shared.Broken = firstOf(now.problems, rules.Policy.Language)
	}
	if shared.Broken != "" && rules.Broken == "" {
		rules.Broken = at.FullName() + ": " + shared.Broken
	}
	if shared.Policy == nil {
		return rules, nil
	}
	m := g.merge(shared.Policy, rules.Policy)
	r.org = shared.Policy
	rules.Policy, rules.Notes, rules.Shared = m.policy, m.notes, shared.URL
	return rules, nil
}

// merge is [policy.Merge], once for each two policies. Without one of them it is the other.
func (g *GitHub) merge(org, own *policy.Policy) mergedPolicy {
	if org == nil || own == nil {
		return mergedPolicy{policy: own}
	}
	both := [2]*policy.Policy{org, own}
	var m mergedPolicy
	known := false
	g.cache.with(func() { m, known = g.cache.merged[both] })
	if !known {
		m.policy, m.notes = policy.Merge(org, own)
		g.cache.with(func() { g.cache.merged[both] = m })
	}
	return m
}

// hiddenShared reads the shared config where a look does not see it, since its token is for one repository: with a
// token for the other one, if the App is installed there. It is read every ten minutes, or when an event was about it.
func (g *GitHub) hiddenShared(ctx context.Context, at engine.Key) (*client, *repositoryNode, error) {
	if g.app == nil {
		return nil, nil, nil // the token that was given sees all that it may
	}
	c, err := g.client(at)
	if err != nil {
		return nil, nil, err
	}
	name := strings.ToLower(fmt.Sprintf("%d/%s", at.Installation, at.Owner))
	var known cachedShared
	asked := 0
	g.cache.with(func() { known, asked = g.cache.shared[name], g.cache.forgot })
	if fresh(known.read) {
		return c, known.node, nil
	}
	var a repositoryAnswer
	err = c.query(ctx, sharedDocument, variables(at), &a)
	if err != nil && !forbidden(err) && !unread(err) && !gone(err) && status(err) != http.StatusUnprocessableEntity {
		return nil, nil, err
	}
	g.cache.with(func() {
		if g.cache.forgot == asked {
			g.cache.shared[name] = cachedShared{a.Repository, time.Now()}
		}
	})
	return c, a.Repository, nil
}
