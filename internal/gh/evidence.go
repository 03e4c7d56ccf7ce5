package gh

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// evidence is what was merged into a repository's default branch, measured on it and deployed from it, since
// a moment. It is read for the first deliverable that is looked at, and then kept up: when the branch moved
// or an event said so, one request brings what is new.
type evidence struct {
	reading turn // who has it reads

	// Guarded by the cache's lock.
	forgot int             // rises with each event about it
	stale  map[string]bool // commits whose checks changed

	// Guarded by reading.
	known   bool
	through int // forgot, as it was when it was read
	branch  string
	head    string
	since   time.Time // the deliverables opened since then are provided for
	from    time.Time // every pull request merged since is there; later than since where there are too many
	until   time.Time // whatever pull request changed before is there as it is
	whole   time.Time // when all of it was last read, by this machine's clock
	read    time.Time // when it was last read, by this machine's clock

	pulls       map[int]facts.MergedPull
	commits     map[string]bool           // of the branch, since then
	reports     map[string][]facts.Report // by commit
	deployed    map[string][]facts.Report // by commit
	deployments []facts.Deployment
	refused     map[part]bool // may not be read
	refusedAt   time.Time     // by this machine's clock
}

// part is one of the three things that are read.
type part string

// The parts, by the field of a repository that they are read from.
const (
	mergedPulls part = "pullRequests"
	measured    part = "defaultBranchRef"
	deployed    part = "deployments"
)

// What is read without an event about it: what is new after a while, in case an event was lost, and once in
// a longer while all of it, for reports on older commits.
const (
	evidenceFor = 10 * time.Minute
	wholeFor    = 3 * time.Hour
)

// forget notes that an event was about the evidence. The caller holds the cache's lock.
func (e *evidence) forget(commit string) {
	e.forgot++
	if commit == "" {
		return
	}
	if len(e.stale) >= maxStale {
		e.stale = nil
		e.forgot += maxStale // all of it is read again, see keepUp
	}
	if e.stale == nil {
		e.stale = map[string]bool{}
	}
	e.stale[commit] = true
}

// maxStale is how many commits are read again by name.
const maxStale = 50

// evidence takes what was merged, measured and deployed into the snapshot of a deliverable. What may not be
// read, or is too much, is unknown, and keeps the gate shut; a failure that may pass is an error, so that the
// look is tried again.
func (g *GitHub) evidence(ctx context.Context, c *client, s *engine.Snapshot, r *repositoryNode) error {
	s.Merged = facts.Unknown[[]facts.MergedPull](facts.NotNeeded)
	s.Reports = facts.Unknown[[]facts.Report](facts.NotNeeded)
	s.Deployments = facts.Unknown[[]facts.Deployment](facts.NotNeeded)
	if s.Gone || !s.Issue.Has(lifecycle.Deliverable.Label()) && (len(s.Issue.KindsOf()) > 0 || !looksLikeForm(s.Issue.Body)) {
		return nil
	}
	e := g.cache.evidenceOf(s.Key)
	done, err := e.reading.take(ctx)
	if err != nil {
		return err
	}
	defer done()
	if err := g.keepUp(ctx, c, s.Key, e, r, s.Issue.Created); err != nil {
		return fmt.Errorf("read what was merged, measured and deployed: %w", err)
	}
	s.Merged, s.Reports, s.Deployments = e.merges(s.Issue.Created), e.measurements(), e.deploys()
	s.Finished = g.cache.index(s.Key).finished()
	return nil
}

// evidenceOf is that of the key's repository, perhaps not read yet.
func (c *cache) evidenceOf(key engine.Key) *evidence {
	name := strings.ToLower(key.FullName())
	var e *evidence
	c.with(func() {
		if e = c.evidence[name]; e == nil {
			e = &evidence{reading: newTurn()}
			c.evidence[name] = e
		}
	})
	return e
}

// keepUp reads what is not there yet.
func (g *GitHub) keepUp(ctx context.Context, c *client, key engine.Key, e *evidence, r *repositoryNode, created time.Time) error {
	branch, head := r.head()
	forgot, stale := 0, []string{}
	g.cache.with(func() {
		forgot = e.forgot
		for commit := range e.stale {
			stale = append(stale, commit)
		}
	})
	covered := e.known && e.branch == branch && !created.Before(e.since)
	if covered && e.head == head && e.through == forgot && time.Since(e.read) < evidenceFor {
		return nil
	}
	job := gathering{g: g, c: c, key: key, branch: branch, url: r.URL, e: e, since: created}
	if oldest := g.cache.index(key).oldest(lifecycle.Deliverable); !oldest.IsZero() && oldest.Before(created) {
		job.since = oldest // one reading is for all
	}
	if covered && e.since.Before(job.since) {
		job.since = e.since
	}
	if covered && time.Since(e.whole) < wholeFor && e.through+maxStale > forgot && (len(e.refused) == 0 || time.Since(e.refusedAt) < evidenceFor) {
		job.until, job.head, job.named = e.until, e.head, e.ours(stale)
	}
	started := time.Now()
	if err := job.run(ctx); err != nil {
		return err
	}
	now, _ := g.clock.now()
	e.known, e.through, e.branch, e.head, e.read = true, forgot, branch, head, time.Now()
	e.until = now.Add(-time.Since(started) - overlap)
	g.cache.with(func() {
		for _, commit := range stale {
			if e.forgot == forgot {
				delete(e.stale, commit)
			}
		}
	})
	return nil
}

// ours keeps of some commits, which a webhook named, those of the branch, in order.
func (e *evidence) ours(commits []string) []string {
	commits = slices.DeleteFunc(commits, func(commit string) bool { return !e.commits[commit] })
	slices.Sort(commits)
	return commits
}

// merges lists the merged pull requests, newest first: every one merged since a moment, and older ones that happen
// to be known, which may still tell whose a deployment is.
func (e *evidence) merges(since time.Time) facts.Fact[[]facts.MergedPull] {
	if e.refused[mergedPulls] {
		return facts.Unknown[[]facts.MergedPull](facts.MergedUnread)
	}
	if since.Before(e.from) {
		return facts.Unknown[[]facts.MergedPull](facts.TooManyMerged)
	}
	pulls := []facts.MergedPull{}
	for _, p := range e.pulls {
		pulls = append(pulls, p)
	}
	slices.SortFunc(pulls, func(a, b facts.MergedPull) int {
		return cmp.Or(b.Merged.Compare(a.Merged), cmp.Compare(b.Number, a.Number))
	})
	return facts.Known(pulls)
}

// measurements lists the reports on the branch and on what was deployed, newest first.
func (e *evidence) measurements() facts.Fact[[]facts.Report] {
	if e.refused[measured] {
		return facts.Unknown[[]facts.Report](facts.ReportsUnread)
	}
	reports := []facts.Report{}
	for commit, of := range e.reports {
		if _, newer := e.deployed[commit]; !newer { // what was deployed is read each time
			reports = append(reports, of...)
		}
	}
	for _, of := range e.deployed {
		reports = append(reports, of...)
	}
	slices.SortFunc(reports, func(a, b facts.Report) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID), cmp.Compare(a.Commit, b.Commit))
	})
	return facts.Known(reports)
}

func (e *evidence) deploys() facts.Fact[[]facts.Deployment] {
	if e.refused[deployed] {
		return facts.Unknown[[]facts.Deployment](facts.DeploymentsUnread)
	}
	return facts.Known(slices.Clone(e.deployments))
}
