package hubsim

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/hubsim/gitstore"
)

// queueEntry is a pull request in the merge queue of its base branch, with the merge group made for it.
type queueEntry struct {
	id         int64
	issue      *issue
	enqueuer   *user
	enqueuedAt time.Time
	base, head string // of the merge group: the commit it builds on and the one to be checked
}

// Why a pull request leaves a merge queue, in the words of pull_request.dequeued.
const (
	dequeuedByHand     = "MANUAL"
	dequeuedMerged     = "MERGE"
	dequeuedConflict   = "MERGE_CONFLICT"
	dequeuedFailure    = "CI_FAILURE"
	dequeuedSuperseded = "UNKNOWN_REMOVAL_REASON" // a push, a close, another base
)

// queuePrefix is where GitHub keeps the branches of merge groups.
const queuePrefix = "gh-readonly-queue/"

// branch is the short name of the merge group's branch.
func (e *queueEntry) branch() string {
	return fmt.Sprintf("%s%s/pr-%d-%s", queuePrefix, e.issue.pull.baseRef, e.issue.number, e.base)
}

// queueEntry finds a pull request's entry; nil if it is in no queue.
func (i *issue) queueEntry() *queueEntry {
	for _, list := range i.repo.git.queues {
		for _, e := range list {
			if e.issue == i {
				return e
			}
		}
	}
	return nil
}

// queueWriter is who does what a merge queue does by itself.
func (s *Server) queueWriter(now time.Time) write {
	const login = "github-merge-queue[bot]"
	u := s.st.account(login)
	if u == nil {
		u = s.newUser(login, typeBot, now)
	}
	return write{actor: &actor{kind: actorPerson, user: u}, now: now}
}

// enqueue puts a pull request at the end of its base branch's merge queue. It must be ready to be merged but for the
// queue itself.
func (s *Server) enqueue(w write, i *issue, expected string) (*queueEntry, error) {
	p := i.pull
	refuse := func(format string, args ...any) error { return fail(http.StatusUnprocessableEntity, format, args...) }
	need := i.repo.requirements(p.baseRef)
	if !need.mergeQueue {
		return nil, refuse("Base branch does not have a merge queue enabled")
	}
	need.mergeQueue = false
	switch why := s.mergeBlock(i, &need); {
	case !p.open():
		return nil, refuse("Pull request is closed")
	case p.draft:
		return nil, refuse("Pull request is in draft state")
	case expected != "" && expected != p.headSHA:
		return nil, refuse("Head branch was modified. Review and try the merge again.")
	case i.queueEntry() != nil:
		return nil, refuse("Pull request is already in the queue")
	case why != "":
		return nil, refuse("Pull request %s", why)
	}
	e := &queueEntry{id: s.st.ids.next(), issue: i, enqueuer: w.user(), enqueuedAt: w.now}
	if i.repo.git.queues == nil {
		i.repo.git.queues = map[string][]*queueEntry{}
	}
	i.repo.git.queues[p.baseRef] = append(i.repo.git.queues[p.baseRef], e)
	i.updatedAt = w.now
	s.addEvent(w, i, "added_to_merge_queue", nil)
	s.emitPull(w, i, "enqueued", nil)
	s.runQueue(w.now, i.repo, p.baseRef)
	return e, nil
}

// dequeue takes a pull request out of its queue. The merge groups behind it contain it: they are made anew.
func (s *Server) dequeue(w write, e *queueEntry, reason string) {
	rp, base := e.issue.repo, e.issue.pull.baseRef
	for name, list := range rp.git.queues { // the base branch may have been changed
		if at := slices.Index(list, e); at >= 0 {
			base = name
			for _, behind := range slices.Backward(list[at+1:]) {
				s.destroyGroup(w.now, base, behind, "invalidated")
			}
			s.destroyGroup(w.now, base, e, "dequeued")
			rp.git.queues[base] = without(list, e)
		}
	}
	e.issue.updatedAt = w.now
	s.addEvent(w, e.issue, "removed_from_merge_queue", nil)
	s.emitPull(w, e.issue, "dequeued", obj{"reason": reason})
	s.runQueue(w.now, rp, base)
}

// leaveQueue dequeues a pull request, if it is queued, because of what somebody did to it.
func (s *Server) leaveQueue(w write, i *issue) {
	if e := i.queueEntry(); e != nil {
		s.dequeue(w, e, dequeuedSuperseded)
	}
}

// destroyGroup takes away an entry's merge group, if it has one, and tells why.
func (s *Server) destroyGroup(now time.Time, base string, e *queueEntry, reason string) {
	if e.head == "" {
		return
	}
	group := s.renderMergeGroup(e, base)
	w, branch := s.queueWriter(now), strings.TrimPrefix(group["head_ref"].(string), gitstore.HeadsPrefix)
	e.base, e.head = "", ""
	s.emit(w.user(), "merge_group", "destroyed", e.issue.repo, obj{"merge_group": group, "reason": reason})
	err := s.move(w, &push{repo: e.issue.repo, ref: gitstore.HeadsPrefix + branch, after: zeroSHA, viaPull: e.issue}, true)
	if err != nil {
		s.log.Error("the branch of a merge group could not be deleted", "branch", branch, "err", err)
	}
}

// runQueue brings a merge queue as far as it goes: entries whose group failed go, groups that are missing or build
// on something else by now are made, and those at the head whose checks all succeeded are merged.
func (s *Server) runQueue(now time.Time, rp *repo, base string) {
	for len(rp.git.queues[base]) > 0 {
		tip, err := rp.code().Branch(base)
		if err != nil {
			return // without the branch there is nothing to merge into
		}
		if !s.stepQueue(now, rp, base, tip) {
			return
		}
	}
}

// stepQueue does the first thing there is to do in a queue and says whether there was one.
func (s *Server) stepQueue(now time.Time, rp *repo, base, tip string) bool {
	w := s.queueWriter(now)
	for n, e := range rp.git.queues[base] {
		switch {
		case e.head == "" || e.base != tip:
			for _, stale := range slices.Backward(rp.git.queues[base][n:]) {
				s.destroyGroup(now, base, stale, "invalidated")
			}
			return s.makeGroup(w, base, e, tip)
		case rp.checksOf(base, e.head) == "failure":
			s.dequeue(w, e, dequeuedFailure)
			return false // dequeue has run the queue
		case n == 0 && rp.checksOf(base, e.head) == "success":
			return s.mergeQueued(w, base, e)
		}
		tip = e.head
	}
	return false
}

// makeGroup merges a queued pull request into what is ahead of it, on a branch of its own, and asks for its checks.
// It says whether the queue can go on.
func (s *Server) makeGroup(w write, base string, e *queueEntry, onto string) bool {
	i := e.issue
	method := strings.ToLower(i.repo.requirements(base).mergeMethod)
	c, err := s.mergeOnto(write{actor: &actor{kind: actorPerson, user: e.enqueuer}, now: w.now}, i, onto, &mergeInput{Method: method})
	var conflict *gitstore.ConflictError
	if errors.As(err, &conflict) || errors.Is(err, gitstore.ErrNoCommonBase) {
		s.dequeue(w, e, dequeuedConflict)
		return false // dequeue has run the queue
	}
	if err != nil {
		s.log.Error("a merge group could not be made", "number", i.number, "err", err)
		return false
	}
	e.base, e.head = onto, c.SHA
	if err := s.move(w, &push{repo: i.repo, ref: gitstore.HeadsPrefix + e.branch(), after: c.SHA, viaPull: i}, true); err != nil {
		s.log.Error("the branch of a merge group could not be made", "number", i.number, "err", err)
		return false
	}
	s.emit(w.user(), "merge_group", "checks_requested", i.repo, obj{"merge_group": s.renderMergeGroup(e, base)})
	return true
}

// mergeQueued merges the entry at the head of a queue: the base branch moves on to the commit that was checked.
func (s *Server) mergeQueued(w write, base string, e *queueEntry) bool {
	i := e.issue
	i.pull.baseSHA = e.base
	i.repo.git.queues[base] = without(i.repo.git.queues[base], e)
	sha := e.head
	if err := s.move(w, &push{repo: i.repo, ref: gitstore.HeadsPrefix + base, after: sha, viaPull: i}, false); err != nil {
		s.log.Error("a merge group could not be merged", "number", i.number, "err", err)
		return false
	}
	s.addEvent(w, i, "removed_from_merge_queue", nil)
	s.markMerged(w, i, sha)
	s.emitPull(w, i, "dequeued", obj{"reason": dequeuedMerged})
	s.destroyGroup(w.now, base, e, "merged")
	s.deleteMergedHead(w, i)
	return true
}

// checksOf sums up the required checks of a branch on a commit: failure if one failed, success if all succeeded,
// else pending.
func (rp *repo) checksOf(branch, sha string) string {
	state := "success"
	for _, c := range rp.requirements(branch).checks {
		switch rp.requiredAt(sha, c) {
		case "success":
		case "failure", "error":
			return "failure"
		default:
			state = "pending"
		}
	}
	return state
}

// queuesChanged brings on the queues of a repository after something was said of one of its commits.
func (s *Server) queuesChanged(now time.Time, rp *repo, sha string) {
	for base, list := range rp.git.queues {
		if slices.ContainsFunc(list, func(e *queueEntry) bool { return e.head == sha }) {
			s.runQueue(now, rp, base)
			return // a commit is in one group
		}
	}
}

// renderMergeGroup is an entry's merge group as merge_group webhooks carry it.
func (s *Server) renderMergeGroup(e *queueEntry, base string) obj {
	return obj{
		"head_sha": e.head, "base_sha": e.base, "base_ref": gitstore.HeadsPrefix + base,
		"head_ref":    fmt.Sprintf("%s%s%s/pr-%d-%s", gitstore.HeadsPrefix, queuePrefix, base, e.issue.number, e.base),
		"head_commit": s.renderSimpleCommit(e.issue.repo, e.head),
	}
}
