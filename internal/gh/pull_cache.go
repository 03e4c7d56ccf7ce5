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
}

func newPullCache() pullCache {
	return pullCache{map[string][]facts.PullFile{}, map[string][]facts.PullCommit{}, map[string]map[string]facts.Content{}}
}

// maxPullsCached is how many of these lists are kept; each may have thousands of entries.
const maxPullsCached = 1000

func (c pullCache) full() bool { return len(c.files)+len(c.commits)+len(c.contents) > maxPullsCached }

// pullAt names a pull request as its head and base are.
func pullAt(key engine.Key, p facts.Pull) string {
	return fmt.Sprintf("%s#%d@%s..%s", strings.ToLower(key.FullName()), p.Number, p.Head, p.Base)
}
