package gh

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// index is what is known of a repository's issues of Phasegate's kinds, open and closed, so that a look at
// one of them costs the same whatever the repository holds. It is filled once, page by page; then each look
// asks for what changed since the last one, in its one request. It is a cache: an empty one gives the same
// snapshot.
//
// What moves an issue's updated_at on GitHub is seen that way: its text, labels and state, and writing or
// editing comments. Issues that were deleted, moved away or lost their kind with a label of the repository
// are missed by count: where GitHub has another number of such issues than the index, it is filled anew. A
// comment that was deleted moves nothing (neomjs/neo#10092); the webhook about it has the issue itself looked
// at, which is how the index hears of it.
type index struct {
	filling turn // who has it fills the index

	mu      sync.Mutex
	issues  map[int]entry // nil until it is filled
	since   time.Time     // whatever changed before is in the index
	surplus int           // how many more issues GitHub counted than it listed when it was filled
	reads   int           // how many readings began
	applied int           // the newest reading that is in the index
	used    time.Time     // by this machine's clock
}

// entry is an issue as of one reading.
type entry struct {
	engine.Listed
	reading  int
	unsought bool // it may have a sticky among comments that were not read
}

// overlap is how far back each look asks again: GitHub's servers do not all know at once, and an edit may
// have come within the second in which was read.
const overlap = time.Minute

// reading is one look at the index.
type reading struct {
	n       int
	since   time.Time
	started time.Time // by this machine's clock
	full    bool      // everything is read
}

// begin notes that GitHub is about to be asked. full is so where nothing is known yet.
func (ix *index) begin() reading {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.reads++
	ix.used = time.Now()
	return reading{ix.reads, ix.since, time.Now(), ix.issues == nil}
}

// fill replaces everything that is older than the reading. total is how many issues GitHub counts.
func (ix *index) fill(r reading, found []entry, total int, since time.Time) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	before := ix.issues
	ix.issues = make(map[int]entry, len(found))
	for _, e := range found {
		ix.issues[e.Issue.Number] = e
	}
	ix.surplus = total - len(ix.issues)
	for n, e := range before {
		if _, still := ix.issues[n]; still && e.reading > r.n {
			ix.issues[n] = e
		}
	}
	ix.since, ix.applied = since, max(ix.applied, r.n)
}

// update takes issues that changed. It reports whether GitHub counts as many issues as the index then has,
// which only the newest reading can tell.
func (ix *index) update(r reading, changed []entry, total int, since time.Time) bool {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if ix.issues == nil {
		return true
	}
	for _, e := range changed {
		ix.put(e)
	}
	if since.After(ix.since) {
		ix.since = since
	}
	newest := r.n >= ix.applied
	ix.applied = max(ix.applied, r.n)
	return !newest || len(ix.issues)+ix.surplus == total
}

// put takes an issue in, or drops it where it has no kind (any more). What was read later stays.
func (ix *index) put(e entry) {
	if ix.issues == nil || ix.issues[e.Issue.Number].reading > e.reading {
		return
	}
	if len(e.Issue.KindsOf()) == 0 {
		delete(ix.issues, e.Issue.Number)
		return
	}
	ix.issues[e.Issue.Number] = e
}

// drop forgets an issue that is gone.
func (ix *index) drop(r reading, number int) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if e, known := ix.issues[number]; known && e.reading <= r.n {
		delete(ix.issues, number)
	}
}

// saw takes an issue in that was read by itself.
func (ix *index) saw(e entry) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.put(e)
}

// wrote notes a sticky as Phasegate left it; readings that began before know less.
func (ix *index) wrote(issue int, sticky facts.Comment) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	e, known := ix.issues[issue]
	if !known || e.Sticky != nil && e.Sticky.ID != sticky.ID && e.Sticky.Before(sticky) {
		return // the first one counts
	}
	ix.reads++
	e.Sticky, e.reading, e.unsought = &sticky, ix.reads, false
	ix.issues[issue] = e
}

// get is an issue of the index.
func (ix *index) get(number int) (entry, bool) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	e, known := ix.issues[number]
	return e, known
}

// extent is how many issues the index holds, and when it was last used.
func (ix *index) extent() (int, time.Time) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	return len(ix.issues), ix.used
}

// neighbours lists what the look at an issue needs of the others, by number: the open ones but meetings, and
// of closed experiments, deployments and incidents those that may be a deliverable's own. Number 0 is an issue
// that is gone.
func (ix *index) neighbours(self facts.Issue) []engine.Listed {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	var out []engine.Listed
	for _, n := range slices.Sorted(maps.Keys(ix.issues)) {
		if e := ix.issues[n]; concerns(self, e.Issue) {
			out = append(out, e.Listed)
		}
	}
	return out
}

func concerns(self, other facts.Issue) bool {
	if self.Number == other.Number {
		return true
	}
	if !other.Closed {
		return !other.Has(lifecycle.Meeting.Label()) || len(other.KindsOf()) > 1
	}
	if self.Number == 0 || !hangsOn(other) || len(self.KindsOf()) > 0 && !self.Has(lifecycle.Deliverable.Label()) {
		return false
	}
	return other.Parent == self.Number || strings.Contains(other.Body, strconv.Itoa(self.Number)) // however its form names it
}

// hangsOn reports whether the issue is of a kind that counts for its deliverable after it was closed too.
func hangsOn(i facts.Issue) bool {
	return i.Has(lifecycle.Experiment.Label()) || i.Has(lifecycle.DeploymentKind.Label()) || i.Has(lifecycle.Incident.Label())
}

// oldest is when the first of the open issues of a kind was opened; zero for none.
func (ix *index) oldest(kind lifecycle.Kind) time.Time {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	var at time.Time
	for _, e := range ix.issues {
		if !e.Issue.Closed && e.Issue.Has(kind.Label()) && (at.IsZero() || e.Issue.Created.Before(at)) {
			at = e.Issue.Created
		}
	}
	return at
}

// finished are the closed deliverables, and when each was closed.
func (ix *index) finished() map[int]time.Time {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	out := map[int]time.Time{}
	for n, e := range ix.issues {
		if e.Issue.Closed && e.Issue.Has(lifecycle.Deliverable.Label()) {
			out[n] = e.Issue.ClosedAt
		}
	}
	return out
}

// keepsSticky reports whether Phasegate may have a sticky there that somebody reads.
func keepsSticky(i facts.Issue) bool {
	return i.Has(lifecycle.Problem.Label()) || i.Has(lifecycle.Deliverable.Label()) || i.Has(lifecycle.Data.Label())
}

// kindLabels are the labels an issue of the index has one of.
func kindLabels() []string {
	var labels []string
	for _, k := range lifecycle.Kinds {
		labels = append(labels, k.Label())
	}
	return labels
}
