package hubsim

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

func (r *review) gqlType() string { return "PullRequestReview" }

func (r *review) gqlKey() string { return nodeID(nodeReview, r.issue.repo.id, r.id) }

func (c *gqlCall) reviewNode(rp *repo, id int64) (any, error) {
	for _, i := range rp.pullRequests() {
		for _, r := range c.reviews(i) {
			if r.id == id {
				return r, c.seeIssue(i)
			}
		}
	}
	return nil, nil
}

// reviews lists a pull request's reviews, pending ones only for who is writing them.
func (c *gqlCall) reviews(i *issue) []*review {
	return slices.DeleteFunc(slices.Clone(i.pull.reviews), func(r *review) bool {
		return r.state == reviewPending && r.author != c.backend.r.actor.user
	})
}

// latestOf keeps each author's newest review that has a verdict or a text, in order of submission.
func latestOf(reviews []*review, counts func(*review) bool) []*review {
	last := map[*user]*review{}
	for _, r := range reviews {
		if counts(r) {
			last[r.author] = r
		}
	}
	return slices.DeleteFunc(slices.Clone(reviews), func(r *review) bool { return last[r.author] != r })
}

// reviewDecision is what the reviews of those who may write come to; null while nobody said anything and no
// review is required.
func reviewDecision(c *gqlCall, i *issue) any {
	latest := latestOf(c.reviews(i), func(r *review) bool {
		opinion := r.state == reviewApproved || r.state == reviewChanges || r.state == reviewDismissed
		return opinion && r.author != nil && c.backend.s.levelOf(r.author, i.repo) >= levelWrite
	})
	approvals := 0
	for _, r := range latest {
		switch r.state {
		case reviewChanges:
			return "CHANGES_REQUESTED"
		case reviewApproved:
			approvals++
		}
	}
	required := 0
	if p := i.repo.protection[i.pull.baseRef]; p != nil {
		required = p.reviews
	}
	switch {
	case approvals < required:
		return "REVIEW_REQUIRED"
	case approvals > 0:
		return "APPROVED"
	}
	return nil
}

// gqlReviewRequest is a review asked of a person or a team.
type gqlReviewRequest struct {
	pull     *issue
	reviewer gqlKeyed
}

func (q gqlReviewRequest) gqlKey() string {
	return nodeID("RR", q.pull.repo.id, q.pull.id) + q.reviewer.gqlKey()
}

// pullPeople are the fields about who reviews a pull request.
func pullPeople() map[string]gqlResolver {
	return map[string]gqlResolver{
		"reviews": with(func(c *gqlCall, i *issue, args gqlArgs) (any, error) {
			states, byState := args.strs("states")
			author, byAuthor := args.text("author")
			return listOf(slices.DeleteFunc(c.reviews(i), func(r *review) bool {
				wrongAuthor := byAuthor && (r.author == nil || !strings.EqualFold(r.author.login, author))
				return wrongAuthor || byState && len(states) > 0 && !slices.Contains(states, r.state)
			})), nil
		}),
		"latestReviews": of(func(c *gqlCall, i *issue) any {
			latest := latestOf(c.reviews(i), func(r *review) bool { return r.state != reviewPending })
			return listOf(slices.DeleteFunc(latest, func(r *review) bool { return slices.Contains(i.pull.reviewers, r.author) }))
		}),
		"reviewRequests": of(func(_ *gqlCall, i *issue) any {
			out := gqlList{}
			for _, u := range i.pull.reviewers {
				out = append(out, gqlReviewRequest{i, u})
			}
			for _, t := range i.pull.teams {
				out = append(out, gqlReviewRequest{i, t})
			}
			return out
		}),
	}
}

func gqlReviewFields() map[string]gqlResolver {
	out := remarkFields("PullRequestReview", func(r *review) remark {
		return remark{
			id: r.gqlKey(), databaseID: r.id, text: &r.text, author: r.author, createdAt: r.createdAt, updatedAt: r.updatedAt,
			repo: r.issue.repo, path: r.issue.resourcePath() + "#pullrequestreview-" + strconv.FormatInt(r.id, 10),
			reactions: r.reactions, mayWrite: "pull_requests:write",
		}
	})
	maps.Copy(out, fieldsOf("PullRequestReview", map[string]gqlResolver{
		"state":       of(func(_ *gqlCall, r *review) any { return r.state }),
		"submittedAt": of(func(_ *gqlCall, r *review) any { return gqlTime(r.submittedAt) }),
		"publishedAt": of(func(_ *gqlCall, r *review) any { return gqlTime(r.submittedAt) }),
		"pullRequest": of(func(_ *gqlCall, r *review) any { return r.issue }),
		"commit": with(func(c *gqlCall, r *review, _ gqlArgs) (any, error) {
			return c.commit(r.issue.repo, r.commit)
		}),
		"isMinimized":     of(func(*gqlCall, *review) any { return false }),
		"minimizedReason": of(func(*gqlCall, *review) any { return nil }),
	}))
	maps.Copy(out, fieldsOf("ReviewRequest", map[string]gqlResolver{
		"id":                of(func(_ *gqlCall, q gqlReviewRequest) any { return q.gqlKey() }),
		"asCodeOwner":       of(func(*gqlCall, gqlReviewRequest) any { return false }),
		"pullRequest":       of(func(_ *gqlCall, q gqlReviewRequest) any { return q.pull }),
		"requestedReviewer": with(func(c *gqlCall, q gqlReviewRequest, _ gqlArgs) (any, error) { return c.reviewer(q.reviewer) }),
	}))
	return out
}
