package gh

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/phasegate/phasegate/internal/engine"
)

// How events about pull requests, their checks, merge groups and deployments are classified.

// pullKey is the pull request of that number in the key's repository.
func pullKey(k engine.Key, number int) engine.Key {
	k.Kind, k.Number = engine.PullKey, number
	return k
}

func pullRequest(e *event, c *Classified) {
	k, ok := e.key()
	if !ok || e.Pull == nil || e.Pull.Number == 0 {
		return
	}
	if e.pullMatters() {
		c.Keys = append(c.Keys, pullKey(k, e.Pull.Number))
	}
	if e.Pull.Merged && e.Pull.Base.Ref == e.Repository.DefaultBranch {
		merged(k, e, c)
	}
}

// pullMatters reports whether the event may change what is to be said of the pull request. Of one that is closed
// already, nothing more is.
func (e *event) pullMatters() bool {
	if e.Action == "closed" {
		return true
	}
	if e.Pull.Merged || e.Pull.State == "closed" {
		return false
	}
	switch e.Action {
	case "opened", "synchronize", "reopened", "ready_for_review", "converted_to_draft", "labeled", "unlabeled", "review_requested", "review_request_removed":
		return true
	case "edited":
		return e.Changes.Title != nil || e.Changes.Body != nil || e.Changes.Base != nil
	}
	return false
}

// merged looks at the deliverables whose evidence a merged pull request is: those of its lines. Whether what it names
// otherwise is one, the look at the pull request tells. One that names nothing may belong to the only open deliverable:
// then the repository is looked at. A merged pull request may also change what another
// deliverable's Paths guard; the payload has no files, and to look at everything at each merge would cost what the
// repository holds. Those others are not looked at because of it: each look reads what was merged before it
// counts anything.
func merged(k engine.Key, e *event, c *Classified) {
	renamed := e.Action == "edited" && e.Changes.Body != nil // it may name another deliverable now
	if e.Action != "closed" && !renamed {
		return
	}
	was, now := engine.NamesIn(k.FullName(), e.Changes.from(), e.Pull.Head.Ref), engine.NamesIn(k.FullName(), e.Pull.Body, e.Pull.Head.Ref)
	if renamed && slices.Equal(was.Lines, now.Lines) && slices.Equal(was.Hints, now.Hints) {
		return
	}
	c.Stale = append(c.Stale, Stale{What: StaleEvidence, Owner: k.Owner, Repo: k.Repo})
	if len(was.Lines) == 0 && renamed {
		was.Lines = was.Hints
	}
	for _, n := range append(was.Lines, now.Lines...) {
		c.Keys = append(c.Keys, k.Issue(n))
	}
	switch {
	case len(now.Lines) > 0:
	case len(now.Hints) > 0:
		c.Keys = append(c.Keys, pullKey(k, e.Pull.Number)) // to find out which of them is a deliverable
	default:
		c.Keys = append(c.Keys, k)
	}
}

// pullRequestReview looks at a pull request that somebody reviewed. A bot's review is nobody's approval.
func pullRequestReview(e *event, c *Classified) {
	k, ok := e.key()
	if !ok || e.Pull == nil || e.Pull.Number == 0 || e.Review != nil && e.Review.User.Type == "Bot" {
		return
	}
	switch e.Action {
	case "submitted", "edited", "dismissed":
		c.Keys = append(c.Keys, pullKey(k, e.Pull.Number))
	}
}

// posted reports whether a check is the App's own.
func (s Self) posted(suite checkSuite) bool {
	return s.Login != "" && strings.EqualFold(suite.App.Slug+"[bot]", s.Login)
}

var ofPull = regexp.MustCompile(`^pull:(\d{1,9}):`)

// runRerequested looks at the pull request whose check somebody asked for again: the run's external id, which only
// the App writes, names it. That of a merge group does not.
func (s Self) runRerequested(e *event, c *Classified) {
	k, ok := e.key()
	if !ok || e.CheckRun == nil || e.Action != "rerequested" || !s.posted(e.CheckRun.checkSuite) {
		return
	}
	if m := ofPull.FindStringSubmatch(e.CheckRun.ExternalID); m != nil {
		if n, _ := strconv.Atoi(m[1]); n > 0 {
			c.Keys = append(c.Keys, pullKey(k, n))
			return
		}
	}
	suite := e.CheckRun.checkSuite
	suite.HeadBranch = e.CheckRun.Suite.HeadBranch
	c.Keys = append(c.Keys, e.checkedBy(k, suite)...)
}

// suiteRerequested looks at the pull requests, or the merge group, whose checks somebody asked for again.
func (s Self) suiteRerequested(e *event, c *Classified) {
	k, ok := e.key()
	if !ok || e.CheckSuite == nil || e.Action != "rerequested" || !s.posted(*e.CheckSuite) {
		return
	}
	c.Keys = append(c.Keys, e.checkedBy(k, *e.CheckSuite)...)
}

// groupBranch is the branch of a merge group: the queue's, the pull request for which it was made, and a commit.
var groupBranch = regexp.MustCompile(`^gh-readonly-queue/(.+)/pr-\d+-[0-9a-f]+$`)

// checkedBy are the keys of the pull requests of a suite, and of the merge group whose commit it is of. When the group is
// gone that may be a pull request's.
func (e *event) checkedBy(k engine.Key, suite checkSuite) []engine.Key {
	keys := e.pullsOf(k, suite)
	if m := groupBranch.FindStringSubmatch(suite.HeadBranch); m != nil && suite.HeadSHA != "" {
		keys = append(keys, groupKey(k, m[1], suite.HeadSHA))
	}
	return keys
}

// groupKey is the merge group of a queue with that commit.
func groupKey(k engine.Key, base, head string) engine.Key {
	k.Kind, k.Ref = engine.MergeGroupKey, groupRef(base, head)
	return k
}

// suiteCompleted looks at the pull requests on which another App's checks ended.
func (s Self) suiteCompleted(e *event, c *Classified) {
	k, ok := e.key()
	if !ok || e.CheckSuite == nil || s.posted(*e.CheckSuite) {
		return
	}
	if len(e.CheckSuite.Pulls) > 0 || e.CheckSuite.HeadBranch != e.Repository.DefaultBranch {
		c.Statuses = append(c.Statuses, e.pullsOf(k, *e.CheckSuite)...)
	}
}

// statusSet looks at the pull requests whose head got a commit status. The payload names none; on the default
// branch's newest commit there are none.
func statusSet(e *event, c *Classified) {
	k, ok := e.key()
	if !ok || e.SHA == "" || len(e.Branches) == 1 && e.Branches[0].Name == e.Repository.DefaultBranch {
		return
	}
	c.Statuses = append(c.Statuses, e.pullsOf(k, checkSuite{HeadSHA: e.SHA})...)
}

// pullsOf are the keys of the pull requests that a check is of. Where the payload has none, as it is for those
// from forks, the key has the head's SHA as its Ref and no number.
func (e *event) pullsOf(k engine.Key, suite checkSuite) []engine.Key {
	var keys []engine.Key
	for _, p := range suite.Pulls {
		if p.Number > 0 && (p.Base.Repo.ID == 0 || p.Base.Repo.ID == e.Repository.ID) {
			keys = append(keys, pullKey(k, p.Number))
		}
	}
	if len(keys) == 0 && suite.HeadSHA != "" {
		k = pullKey(k, 0)
		k.Ref = suite.HeadSHA
		keys = append(keys, k)
	}
	return keys
}

// mergeGroupMade looks at a merge group whose checks are asked for. Its key's Ref is that of groupRef.
func mergeGroupMade(e *event, c *Classified) {
	k, ok := e.key()
	if !ok || e.MergeGroup == nil || e.Action != "checks_requested" || e.MergeGroup.BaseRef == "" || e.MergeGroup.HeadSHA == "" {
		return
	}
	c.Keys = append(c.Keys, groupKey(k, strings.TrimPrefix(e.MergeGroup.BaseRef, "refs/heads/"), e.MergeGroup.HeadSHA))
}

var runOfCallback = regexp.MustCompile(`/actions/runs/(\d{1,19})/deployment_protection_rule$`)

// deploymentHeld looks at a deployment that waits for its protection rule. Its key's Number is the deployment, its
// Ref run/environment.
func deploymentHeld(e *event, c *Classified) {
	k, ok := e.key()
	run := runOfCallback.FindStringSubmatch(e.Callback)
	if !ok || e.Action != "requested" || run == nil || e.Deployment == nil || e.Environment == "" {
		return
	}
	k.Kind, k.Number, k.Ref = engine.DeploymentReviewKey, int(e.Deployment.ID), run[1]+"/"+e.Environment
	c.Keys = append(c.Keys, k)
}
