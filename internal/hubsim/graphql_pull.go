package hubsim

import (
	"maps"
	"strings"

	"github.com/phasegate/phasegate/internal/hubsim/gitstore"
)

func pullMerged(i *issue) bool { return !i.pull.mergedTime().IsZero() }

func baseRefName(i *issue) string { return i.pull.baseRef }

func headRefName(i *issue) string { return i.pull.headRef }

func gqlPullFields() map[string]gqlResolver {
	out := gqlThreadFields("PullRequest")
	for _, part := range []map[string]gqlResolver{pullState(), pullRefs(), pullContent(), pullPeople()} {
		maps.Copy(out, fieldsOf("PullRequest", part))
	}
	maps.Copy(out, gqlFileFields())
	maps.Copy(out, gqlMergeQueueFields())
	return out
}

// pullState are the fields about how far a pull request is.
func pullState() map[string]gqlResolver {
	return map[string]gqlResolver{
		"state":    of(func(_ *gqlCall, i *issue) any { return gqlState(i) }),
		"isDraft":  of(func(_ *gqlCall, i *issue) any { return i.pull.isDraft() }),
		"merged":   of(func(_ *gqlCall, i *issue) any { return pullMerged(i) }),
		"mergedAt": of(func(_ *gqlCall, i *issue) any { return gqlTime(i.pull.mergedTime()) }),
		"mergedBy": of(func(_ *gqlCall, i *issue) any { return gqlUser(i.pull.mergedBy) }),
		"mergeCommit": with(func(c *gqlCall, i *issue, _ gqlArgs) (any, error) {
			if i.pull.mergeSHA == "" {
				return nil, nil
			}
			return c.commit(i.repo, i.pull.mergeSHA)
		}),
		"mergeable": of(func(c *gqlCall, i *issue) any {
			switch m := c.backend.s.mergeable(i, true); {
			case m == nil:
				return "UNKNOWN"
			case *m:
				return "MERGEABLE"
			}
			return "CONFLICTING"
		}),
		"reviewDecision": of(reviewDecision),
		"timelineItems":  with(timelineItems),
	}
}

// branchRef is a branch as it is now; null for one that is gone.
func branchRef(rp *repo, name string) any {
	if rp == nil {
		return nil
	}
	ref, err := rp.code().Ref(gitstore.HeadsPrefix + name)
	if err != nil {
		return nil
	}
	return gqlBranchRef{rp, ref}
}

// pullRefs are the fields about the branches.
func pullRefs() map[string]gqlResolver {
	return map[string]gqlResolver{
		"headRefName":       of(func(_ *gqlCall, i *issue) any { return i.pull.headRef }),
		"headRefOid":        of(func(_ *gqlCall, i *issue) any { return i.pull.headSHA }),
		"headRef":           of(func(_ *gqlCall, i *issue) any { return branchRef(i.pull.headRepo, i.pull.headRef) }),
		"headRepository":    of(func(_ *gqlCall, i *issue) any { return i.pull.headRepo }),
		"baseRefName":       of(func(_ *gqlCall, i *issue) any { return i.pull.baseRef }),
		"baseRefOid":        of(func(_ *gqlCall, i *issue) any { return i.pull.baseSHA }),
		"baseRef":           of(func(_ *gqlCall, i *issue) any { return branchRef(i.repo, i.pull.baseRef) }),
		"baseRepository":    of(func(_ *gqlCall, i *issue) any { return i.repo }),
		"isCrossRepository": of(func(_ *gqlCall, i *issue) any { return i.pull.isFork() }),
	}
}

// pullContent are the fields about what a pull request changes.
func pullContent() map[string]gqlResolver {
	count := func(read func(*pullDiff) int) gqlResolver {
		return with(func(c *gqlCall, i *issue, _ gqlArgs) (any, error) {
			diff, err := c.backend.s.pullFiles(i)
			if err != nil {
				return nil, err
			}
			return read(diff), nil
		})
	}
	return map[string]gqlResolver{
		"additions":    count(func(d *pullDiff) int { return d.additions }),
		"deletions":    count(func(d *pullDiff) int { return d.deletions }),
		"changedFiles": count(func(d *pullDiff) int { return len(d.files) }),
		"files": with(func(c *gqlCall, i *issue, _ gqlArgs) (any, error) {
			diff, err := c.backend.s.pullFiles(i)
			if err != nil {
				return nil, err
			}
			return listOf(diff.files), nil
		}),
		"commits": with(func(c *gqlCall, i *issue, _ gqlArgs) (any, error) {
			commits, err := c.backend.s.pullCommits(i)
			out := gqlList{}
			for _, commit := range commits {
				out = append(out, gqlPullCommit{i, gqlCommit{i.repo, commit}})
			}
			return out, err
		}),
		"closingIssuesReferences": of(func(c *gqlCall, i *issue) any { return c.closes(i) }),
	}
}

// gqlPullCommit is a commit of a pull request.
type gqlPullCommit struct {
	pull *issue
	gqlCommit
}

func (p gqlPullCommit) resourcePath() string { return p.pull.resourcePath() + "/commits/" + p.SHA }

// closes lists the issues that merging a pull request closes, as far as the actor may know of them.
func (c *gqlCall) closes(i *issue) gqlList {
	out := gqlList{}
	for _, target := range c.backend.s.closingIssues(i) {
		if c.backend.s.canSee(c.backend.r.actor, target.repo) {
			out = append(out, target)
		}
	}
	return out
}

func gqlFileFields() map[string]gqlResolver {
	out := fieldsOf("PullRequestChangedFile", map[string]gqlResolver{
		"path":      of(func(_ *gqlCall, f gitstore.Change) any { return f.Path }),
		"additions": of(func(_ *gqlCall, f gitstore.Change) any { return f.Additions }),
		"deletions": of(func(_ *gqlCall, f gitstore.Change) any { return f.Deletions }),
		"changeType": of(func(_ *gqlCall, f gitstore.Change) any {
			if f.Status == gitstore.StatusRemoved {
				return "DELETED"
			}
			return strings.ToUpper(f.Status)
		}),
	})
	maps.Copy(out, fieldsOf("PullRequestCommit", map[string]gqlResolver{
		"id":           of(func(_ *gqlCall, p gqlPullCommit) any { return gitNodeID("PURC", p.pull.repo, p.SHA) }),
		"commit":       of(func(_ *gqlCall, p gqlPullCommit) any { return p.gqlCommit }),
		"pullRequest":  of(func(_ *gqlCall, p gqlPullCommit) any { return p.pull }),
		"url":          of(func(c *gqlCall, p gqlPullCommit) any { return c.backend.s.web("%s", p.resourcePath()) }),
		"resourcePath": of(func(_ *gqlCall, p gqlPullCommit) any { return p.resourcePath() }),
	}))
	return out
}

// associatedPulls lists the pull requests that brought a commit to the repository or are about to.
func associatedPulls(c *gqlCall, v gqlCommit, _ gqlArgs) (any, error) {
	if err := c.need(v.repo, readPulls, true); err != nil {
		return nil, err
	}
	list, err := c.backend.s.pullsOfCommit(v.repo, v.SHA)
	return listOf(list), err
}
