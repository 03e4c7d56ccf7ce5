package hubsim

import (
	"maps"
	"slices"
)

func hasMergeQueue(rp *repo, branch string) bool { return rp.requirements(branch).mergeQueue }

// gqlQueue is the merge queue of a branch.
type gqlQueue struct {
	repo   *repo
	branch string
}

func (e *queueEntry) gqlKey() string { return nodeID("MQE", e.issue.repo.id, e.id) }

// queueOf is the merge queue of a branch, null where there is none.
func queueOf(rp *repo, branch string) any {
	if !hasMergeQueue(rp, branch) {
		return nil
	}
	return gqlQueue{rp, branch}
}

func gqlMergeQueueFields() map[string]gqlResolver {
	path := func(q gqlQueue) string { return "/" + q.repo.fullName() + "/queue/" + q.branch }
	out := fieldsOf("MergeQueue", map[string]gqlResolver{
		"id":           of(func(_ *gqlCall, q gqlQueue) any { return gitNodeID("MQ", q.repo, q.branch) }),
		"url":          of(func(c *gqlCall, q gqlQueue) any { return c.backend.s.web("%s", path(q)) }),
		"resourcePath": of(func(_ *gqlCall, q gqlQueue) any { return path(q) }),
		"repository":   of(func(_ *gqlCall, q gqlQueue) any { return q.repo }),
		"entries":      of(func(_ *gqlCall, q gqlQueue) any { return listOf(q.repo.git.queues[q.branch]) }),
	})
	out["Repository.mergeQueue"] = with(func(_ *gqlCall, r *repo, args gqlArgs) (any, error) {
		branch, given := args.text("branch")
		if !given {
			branch = r.defaultBranch
		}
		return queueOf(r, branch), nil
	})
	maps.Copy(out, fieldsOf("PullRequest", map[string]gqlResolver{
		"isInMergeQueue":      of(func(_ *gqlCall, i *issue) any { return i.queueEntry() != nil }),
		"isMergeQueueEnabled": of(func(_ *gqlCall, i *issue) any { return hasMergeQueue(i.repo, i.pull.baseRef) }),
		"mergeQueue":          of(func(_ *gqlCall, i *issue) any { return queueOf(i.repo, i.pull.baseRef) }),
		"mergeQueueEntry":     of(func(_ *gqlCall, i *issue) any { return i.queueEntry() }),
	}))
	maps.Copy(out, gqlQueueEntryFields())
	return out
}

func gqlQueueEntryFields() map[string]gqlResolver {
	commit := func(sha func(*queueEntry) string) gqlResolver {
		return with(func(c *gqlCall, e *queueEntry, _ gqlArgs) (any, error) {
			if sha(e) == "" {
				return nil, nil
			}
			return c.commit(e.issue.repo, sha(e))
		})
	}
	return fieldsOf("MergeQueueEntry", map[string]gqlResolver{
		"id":          of(func(_ *gqlCall, e *queueEntry) any { return e.gqlKey() }),
		"baseCommit":  commit(func(e *queueEntry) string { return e.base }),
		"headCommit":  commit(func(e *queueEntry) string { return e.head }),
		"enqueuedAt":  of(func(_ *gqlCall, e *queueEntry) any { return gqlTime(e.enqueuedAt) }),
		"enqueuer":    of(func(_ *gqlCall, e *queueEntry) any { return e.enqueuer }),
		"jump":        of(func(*gqlCall, *queueEntry) any { return false }),
		"solo":        of(func(*gqlCall, *queueEntry) any { return false }),
		"mergeQueue":  of(func(_ *gqlCall, e *queueEntry) any { return queueOf(e.issue.repo, e.issue.pull.baseRef) }),
		"pullRequest": of(func(_ *gqlCall, e *queueEntry) any { return e.issue }),
		"position": of(func(_ *gqlCall, e *queueEntry) any {
			return slices.Index(e.issue.repo.git.queues[e.issue.pull.baseRef], e) + 1
		}),
		"state": of(func(_ *gqlCall, e *queueEntry) any {
			switch {
			case e.head == "":
				return "QUEUED"
			case e.issue.repo.checksOf(e.issue.pull.baseRef, e.head) == "success":
				return "MERGEABLE" // and waits for those ahead
			}
			return "AWAITING_CHECKS"
		}),
	})
}

// queueTarget finds the pull request of a mutation of the merge queue, for those who may write.
func queueTarget(c *gqlCall, in gqlArgs, name string) (*issue, error) {
	i, err := target[*issue](c, in, name)
	if err != nil {
		return nil, err
	}
	if !i.isPull() {
		return nil, gqlErrorf("NOT_FOUND", "Could not resolve to a PullRequest with the global id of '%s'", in.id(name))
	}
	return i, c.needWrite(i.repo, levelWrite, "contents:write", true)
}

func mutateEnqueue(c *gqlCall, in gqlArgs) (gqlPayload, error) {
	i, err := queueTarget(c, in, "pullRequestId")
	if err != nil {
		return nil, err
	}
	e, err := c.backend.s.enqueue(c.write(), i, in.str("expectedHeadOid"))
	if err != nil {
		return nil, err
	}
	return gqlPayload{"mergeQueueEntry": e}, nil
}

func mutateDequeue(c *gqlCall, in gqlArgs) (gqlPayload, error) {
	i, err := queueTarget(c, in, "id")
	if err != nil {
		return nil, err
	}
	e := i.queueEntry()
	if e == nil {
		return nil, gqlErrorf("UNPROCESSABLE", "Pull request is not in a merge queue")
	}
	c.backend.s.dequeue(c.write(), e, dequeuedByHand)
	return gqlPayload{"mergeQueueEntry": e}, nil
}
