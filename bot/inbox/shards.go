package inbox

import (
	"fmt"
	"sync"
)

// shardCount is how many River queues the installations share. Each costs a
// poll; 200 of them cost a sixth of a core idle.
const shardCount = 16

// shards spreads installations over queues so that a quiet one does not wait
// behind a noisy one: an installation with work stays where that work is, and
// one without goes where the least is waiting. A shard's worker count is
// therefore the cap on one installation's share of the workers.
type shards struct {
	mu      sync.Mutex
	at      map[int64]int // shard of each installation with work
	pending map[int64]int // its pending targets
	load    [shardCount]int
}

func newShards() *shards {
	return &shards{at: map[int64]int{}, pending: map[int64]int{}}
}

func shardName(i int) string { return fmt.Sprintf("shard_%02d", i) }

// queue returns the queue for a job of the installation.
func (s *shards) queue(installation int64) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.assign(installation)
	s.at[installation] = i
	return shardName(i)
}

func (s *shards) assign(installation int64) int {
	if i, ok := s.at[installation]; ok {
		return i
	}
	start := int(uint64(installation) % shardCount)
	best := start
	for n := range shardCount {
		if i := (start + n) % shardCount; s.load[i] < s.load[best] {
			best = i
		}
	}
	return best
}

// add notes that n more targets of the installation wait, or -n fewer.
func (s *shards) add(installation int64, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.assign(installation)
	n = max(n, -s.pending[installation])
	s.pending[installation] += n
	s.load[i] += n
	if s.pending[installation] == 0 {
		delete(s.pending, installation)
		delete(s.at, installation)
		return
	}
	s.at[installation] = i
}

// forget drops an installation.
func (s *shards) forget(installation int64) {
	s.mu.Lock()
	n := s.pending[installation]
	s.mu.Unlock()
	s.add(installation, -n)
}
