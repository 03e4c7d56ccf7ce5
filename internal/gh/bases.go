package gh

import (
	"strings"

	"github.com/phasegate/phasegate/internal/engine"
)

// MayBeBase reports whether open pull requests may go into the branch of a key of [engine.IntoKey], as it was when
// the repository was last read. It asks GitHub nothing; of a repository that was not read yet they may.
func (g *GitHub) MayBeBase(key engine.Key) bool {
	branch, _, into := key.Into()
	seen, known := g.cache.base(key, branch)
	return into && (!known || seen > 0)
}

// openBase is the branch that an open pull request goes into.
func (n *openPullNode) openBase() string {
	if n.Closed {
		return ""
	}
	return n.BaseRefName
}

// noteBases notes where open pull requests go, and where the one goes that was looked at; "" for none. A reading that
// began before another may end after it: what one does not show is therefore not taken for gone, see dropBase.
func (c *cache) noteBases(key engine.Key, own string, pulls []listedPull) {
	name := strings.ToLower(key.FullName())
	c.with(func() {
		c.readings++
		c.bases[name] = nonNil(c.bases[name])
		for _, p := range pulls {
			c.bases[name][p.BaseRefName] = c.readings
		}
		if own != "" {
			c.bases[name][own] = c.readings
		}
	})
}

// base is the newest reading that showed a pull request into the branch, 0 for none; known is false where none was
// noted of the repository.
func (c *cache) base(key engine.Key, branch string) (seen int, known bool) {
	c.with(func() {
		var branches map[string]int
		branches, known = c.bases[strings.ToLower(key.FullName())]
		seen = branches[branch]
	})
	return seen, known
}

// dropBase forgets a branch that no pull request goes into any more, unless one was seen after that reading.
func (c *cache) dropBase(key engine.Key, branch string, seen int) {
	name := strings.ToLower(key.FullName())
	c.with(func() {
		if c.bases[name][branch] == seen {
			delete(c.bases[name], branch)
		}
	})
}
