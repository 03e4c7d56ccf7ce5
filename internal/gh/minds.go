package gh

import (
	"strings"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/policy"
)

// Minds reports whether it may matter to a key's repository how checks and commit statuses end: whether its rules
// depend on that, as they were when last read. It asks GitHub nothing; of a repository that was not read yet it may.
func (g *GitHub) Minds(key engine.Key) bool {
	minds := false
	g.cache.with(func() {
		branches, known := g.cache.minds[strings.ToLower(key.FullName())]
		minds = !known
		for _, m := range branches {
			minds = minds || m
		}
	})
	return minds
}

// forgetRules drops what is known of a repository's rules; of the shared ones, of those of all of the owner's
// repositories. The caller holds the lock.
func (c *cache) forgetRules(owner, repo string) {
	delete(c.minds, strings.ToLower(owner+"/"+repo))
	if !strings.EqualFold(repo, policy.SharedRepository) {
		return
	}
	for at := range c.shared {
		if strings.HasSuffix(at, "/"+strings.ToLower(owner)) {
			delete(c.shared, at)
		}
	}
	for name := range c.minds {
		if strings.HasPrefix(name, strings.ToLower(owner)+"/") {
			delete(c.minds, name)
		}
	}
}

// mind notes whether the rules of a branch depend on how checks and statuses end; nil rules do not.
func (c *cache) mind(key engine.Key, branch string, p *policy.Policy) {
	name := strings.ToLower(key.FullName())
	c.with(func() {
		c.minds[name] = nonNil(c.minds[name])
		c.minds[name][branch] = p != nil && p.LooksAtStatuses()
	})
}
