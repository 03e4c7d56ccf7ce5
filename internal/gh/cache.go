package gh

import (
	"strings"
	"sync"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/policy"
)

// cache keeps what is the same for many objects. What can go out of date is dropped by the webhooks
// that say so (see Forget).
type cache struct {
	mu       sync.Mutex
	forgot   int                       // rises with each Forget: teams read before are not kept after it
	configs  map[string]parsed         // by the content's hash
	older    map[string]*policy.Policy // repository@head → the last valid config before a broken one; nil for none
	people   map[string]cachedPeople   // owner/repo and the config's logins
	teams    map[string]cachedTeam     // installation/org/slug, and see permittedAt
	files    map[string][]facts.File   // owner/repo#number@commit of the merge → the files of a large pull request
	compared map[compared]facts.Comparison
	indexes  map[string]*index // owner/repo
	pulls    pullCache
	shared   map[string]cachedShared            // installation/owner: what a look cannot see
	merged   map[[2]*policy.Policy]mergedPolicy // the owner's and the repository's → what is in force
	minds    map[string]map[string]bool         // owner/repo → branch → its rules depend on how checks and statuses end
	bases    map[string]map[string]int          // owner/repo → branches that open pull requests go into, see noteBases
	readings int                                // of bases so far
	evidence map[string]*evidence               // owner/repo

	installed map[int64]time.Time // installation → when it was made
}

func newCache() *cache {
	c := &cache{indexes: map[string]*index{}, evidence: map[string]*evidence{}, installed: map[int64]time.Time{}}
	c.clear()
	return c
}

// clear drops what is cheap to read again.
func (c *cache) clear() {
	c.configs, c.older, c.people = map[string]parsed{}, map[string]*policy.Policy{}, map[string]cachedPeople{}
	c.teams, c.files, c.compared = map[string]cachedTeam{}, map[string][]facts.File{}, map[compared]facts.Comparison{}
	c.pulls, c.minds, c.bases = newPullCache(), map[string]map[string]bool{}, map[string]map[string]int{}
	c.shared, c.merged = map[string]cachedShared{}, map[[2]*policy.Policy]mergedPolicy{}
}

// maxCached is how many entries a cache holds before it is emptied; a server that sees more than that
// reads them again.
const maxCached = 5000

// with runs fn under the lock; the caches are emptied first if they have grown too large.
func (c *cache) with(fn func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.configs)+len(c.people)+len(c.teams)+len(c.older)+len(c.files)+len(c.compared)+len(c.minds)+len(c.bases)+len(c.shared)+len(c.merged) > maxCached {
		c.clear()
	}
	if c.pulls.full() {
		c.pulls = newPullCache()
	}
	fn()
}

// maxIndexed is how many issues of all repositories are kept; the indexes that were not used for longest go
// first. maxRepositories is of how many the index and the evidence are kept.
const (
	maxIndexed      = 50_000
	maxRepositories = 1000
)

// index is that of the key's repository, perhaps empty.
func (c *cache) index(key engine.Key) *index {
	name := strings.ToLower(key.FullName())
	var ix *index
	c.with(func() {
		if ix = c.indexes[name]; ix == nil {
			ix = &index{filling: newTurn()}
			c.indexes[name] = ix
		}
	})
	return ix
}

// trim drops the indexes of other repositories until there is room.
func (c *cache) trim(keep *index) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		total, oldest, name := 0, time.Time{}, ""
		for n, ix := range c.indexes {
			size, used := ix.extent()
			total += size
			if ix != keep && (name == "" || used.Before(oldest)) {
				oldest, name = used, n
			}
		}
		if name == "" || total <= maxIndexed && len(c.indexes) <= maxRepositories {
			return
		}
		delete(c.indexes, name)
		delete(c.evidence, name)
	}
}

// Forget drops what an event made out of date.
func (g *GitHub) Forget(stale []Stale) {
	g.cache.with(func() {
		g.cache.forgot++
		for _, s := range stale {
			switch s.What {
			case StaleConfig:
				g.cache.forgetRules(s.Owner, s.Repo)
			case StaleEvidence:
				if e := g.cache.evidence[strings.ToLower(s.Owner+"/"+s.Repo)]; e != nil {
					e.forget(s.Commit)
				}
			case StaleTeams:
				for k := range g.cache.teams {
					if strings.Contains(k, "/"+strings.ToLower(s.Owner)+"/") {
						delete(g.cache.teams, k)
					}
				}
			}
		}
	})
}
