package gh

import (
	"fmt"
	"strings"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
)

// pullCache keeps what stays as it is while a pull request's head and base do, and what commits contain.
type pullCache struct {
	files    map[string][]facts.PullFile         // owner/repo#number@head..base
	commits  map[string][]facts.PullCommit       // owner/repo#number@head..base, where they are many
	contents map[string]map[string]facts.Content // owner/repo@commit → path
	forked   map[string]string                   // owner/repo@commit...commit → merge base
}

func newPullCache() pullCache {
	return pullCache{map[string][]facts.PullFile{}, map[string][]facts.PullCommit{}, map[string]map[string]facts.Content{}, map[string]string{}}
}

// maxPullsCached is how many of these lists are kept; each may have thousands of entries.
const maxPullsCached = 1000

func (c pullCache) full() bool {
	return len(c.files)+len(c.commits)+len(c.contents)+len(c.forked) > maxPullsCached
}

// pullAt names a pull request as its head and base are.
func pullAt(key engine.Key, p facts.Pull) string {
	return fmt.Sprintf("%s#%d@%s..%s", strings.ToLower(key.FullName()), p.Number, p.Head, p.Base)
}

// keptLists are lists that stay as they are while head and base do; nil for one that is not kept.
type keptLists struct {
	files   []facts.PullFile
	commits []facts.PullCommit
}

// keptLists are the lists that were kept of a pull request as it is.
func (g *GitHub) keptLists(at string) keptLists {
	var l keptLists
	g.cache.with(func() { l = keptLists{g.cache.pulls.files[at], g.cache.pulls.commits[at]} })
	return l
}

// keepLists keeps the lists that requests of their own have read.
func (g *GitHub) keepLists(at string, l keptLists, commits, files bool) {
	g.cache.with(func() {
		if commits && l.commits != nil {
			g.cache.pulls.commits[at] = l.commits
		}
		if files && l.files != nil {
			g.cache.pulls.files[at] = l.files
		}
	})
}
