package hubsim

import (
	"fmt"
	"strings"
)

// pullRef is the name of refs/pull/7/head and refs/pull/7/merge.
func (i *issue) pullRef(kind string) string { return fmt.Sprintf("refs/pull/%d/%s", i.number, kind) }

// renderSide is the head or base of a pull request.
func (s *Server) renderSide(rp *repo, ref, sha string) obj {
	return obj{
		"label": rp.owner.login + ":" + ref, "ref": ref, "sha": sha, "user": s.renderUser(rp.owner), "repo": s.renderRepo(rp),
	}
}

// renderPull is a pull request as lists and reviews have it.
func (s *Server) renderPull(i *issue) obj {
	p := i.pull
	base := s.api("/repos/%s/pulls/%d", i.repo.fullName(), i.number)
	issueURL := s.api("/repos/%s/issues/%d", i.repo.fullName(), i.number)
	page := s.issuePage(i)
	statuses := s.api("/repos/%s/statuses/%s", i.repo.fullName(), p.headSHA)
	links := obj{}
	for name, href := range map[string]string{
		"self": base, "html": page, "issue": issueURL, "comments": issueURL + "/comments", "review_comments": base + "/comments",
		"review_comment": s.api("/repos/%s/pulls/comments", i.repo.fullName()) + "{/number}", "commits": base + "/commits",
		"statuses": statuses,
	} {
		links[name] = obj{"href": href}
	}
	o := obj{
		"url": base, "id": i.id, "node_id": i.nodeID(), "html_url": page, "diff_url": page + ".diff", "patch_url": page + ".patch",
		"issue_url": issueURL, "commits_url": base + "/commits", "review_comments_url": base + "/comments",
		"review_comment_url": s.api("/repos/%s/pulls/comments", i.repo.fullName()) + "{/number}",
		"comments_url":       issueURL + "/comments", "statuses_url": statuses, "number": i.number, "state": i.state,
		"locked": i.locked, "title": i.title, "user": s.renderUser(i.author), "body": textOrNull(i.text.body),
		"labels": s.renderLabels(i.repo, i.labels), "milestone": nil, "active_lock_reason": textOrNull(i.lockReason),
		"created_at": stamp(i.createdAt), "updated_at": stamp(i.updatedAt), "closed_at": stamp(i.closedAt),
		"merged_at": stamp(p.mergedAt), "merge_commit_sha": s.mergeCommitSHA(i), "assignee": nil,
		"assignees": s.renderUsers(i.assignees), "requested_reviewers": s.renderUsers(p.reviewers),
		"requested_teams": renderTeams(p.teams, s.renderTeam), "head": s.renderSide(p.headRepo, p.headRef, p.headSHA),
		"base": s.renderSide(i.repo, p.baseRef, p.baseSHA), "_links": links,
		"author_association": s.association(i.repo, i.author), "auto_merge": nil, "draft": p.draft,
	}
	if len(i.assignees) > 0 {
		o["assignee"] = s.renderUser(i.assignees[0])
	}
	return o
}

func renderTeams(ts []*team, render func(*team) obj) []obj {
	out := []obj{}
	for _, t := range ts {
		out = append(out, render(t))
	}
	return out
}

// renderReviewedPull is a pull request as webhooks of its reviews carry it: without what has to be computed.
func (s *Server) renderReviewedPull(i *issue) obj {
	o := s.renderPull(i)
	o["requested_teams"] = renderTeams(i.pull.teams, s.renderHookTeam)
	return o
}

// renderHookTeam is a team as most webhooks of pull requests carry it, see emitPull.
func (s *Server) renderHookTeam(t *team) obj {
	o := s.renderTeam(t)
	for _, part := range []any{o, o["parent"]} {
		if one, isTeam := part.(obj); isTeam {
			for _, key := range []string{"notification_setting", "organization_id", "type"} {
				delete(one, key)
			}
		}
	}
	return o
}

// mergeCommitSHA is the commit that merged it or, while it is open, the test merge, once that is known.
func (s *Server) mergeCommitSHA(i *issue) any {
	if i.pull.mergeSHA != "" {
		return i.pull.mergeSHA
	}
	if clean := s.mergeable(i, false); clean != nil && *clean {
		return i.pull.known.testMerge
	}
	return nil
}

// renderFullPull is a pull request as its own route has it. With ask, mergeability begins to be computed.
func (s *Server) renderFullPull(i *issue, ask bool) obj {
	p := i.pull
	var mergeable, rebaseable, mergedBy any
	state := "unknown"
	if clean := s.mergeable(i, ask); clean != nil {
		mergeable, rebaseable = *clean, *clean && p.known.rebaseable
		state = s.mergeState(i, *clean)
	}
	o := s.renderPull(i)
	if p.mergedBy != nil {
		mergedBy = s.renderUser(p.mergedBy)
	}
	o["merged"], o["mergeable"], o["rebaseable"], o["mergeable_state"] = !p.mergedAt.IsZero(), mergeable, rebaseable, state
	o["merged_by"], o["comments"], o["review_comments"] = mergedBy, len(i.comments), len(p.reviewComments())
	o["maintainer_can_modify"], o["requested_teams"] = p.maintain, renderTeams(p.teams, s.renderTeamAlone)
	commits, additions, deletions, changed := 0, 0, 0, 0
	if list, err := s.pullCommits(i); err == nil {
		commits = len(list)
	}
	if d, err := s.pullFiles(i); err == nil {
		additions, deletions, changed = d.additions, d.deletions, len(d.files)
	}
	o["commits"], o["additions"], o["deletions"], o["changed_files"] = commits, additions, deletions, changed
	return o
}

// renderHookPull is a pull request as pull_request webhooks carry it: whether it can be merged is not known yet
// when they are sent, unless somebody asked before.
func (s *Server) renderHookPull(i *issue) obj {
	o := s.renderFullPull(i, false)
	for side, of := range map[string]*repo{"head": i.pull.headRepo, "base": i.repo} {
		if rp, isRepo := o[side].(obj)["repo"].(obj); isRepo {
			rp["allow_squash_merge"], rp["allow_merge_commit"], rp["allow_rebase_merge"] = true, true, true
			rp["allow_auto_merge"], rp["delete_branch_on_merge"], rp["allow_update_branch"] = false, of.deletesMerged, false
			rp["use_squash_pr_title_as_default"], rp["squash_merge_commit_message"] = false, "COMMIT_MESSAGES"
			rp["squash_merge_commit_title"] = "COMMIT_OR_PR_TITLE"
			rp["merge_commit_message"], rp["merge_commit_title"] = "PR_TITLE", "MERGE_MESSAGE"
		}
	}
	return o
}

// mergeState says in one word why a pull request could or could not be merged now.
func (s *Server) mergeState(i *issue, clean bool) string {
	need := i.repo.requirements(i.pull.baseRef)
	switch {
	case !clean:
		return "dirty"
	case i.pull.draft:
		return "draft"
	case s.mergeBlock(i, &need) != "":
		return "blocked"
	case need.strict && s.isBehind(i):
		return "behind"
	case s.isUnstable(i):
		return "unstable"
	}
	return "clean"
}

// isBehind says whether the base branch has commits that the head lacks.
func (s *Server) isBehind(i *issue) bool {
	in, err := i.repo.code().IsAncestor(i.pull.baseTip(), i.pull.headSHA)
	return err != nil || !in
}

// isUnstable says whether a check or status of the head is not successful.
func (s *Server) isUnstable(i *issue) bool {
	for _, c := range latestRuns(i.repo.runsAt(i.pull.headSHA)) {
		if !c.passed() {
			return true
		}
	}
	state, list := i.repo.combinedStatus(i.pull.headSHA)
	return len(list) > 0 && state != "success"
}

// mergeBlock names the first requirement of the base branch that is not met, in GitHub's words; empty if all are.
func (s *Server) mergeBlock(i *issue, need *protection) string {
	if need.mergeQueue {
		return "Changes must be made through the merge queue"
	}
	approvals, refused := s.countApprovals(i, need)
	switch {
	case refused && (need.reviews > 0 || need.pullRequest):
		return "Changes have been requested by a reviewer with write access." // the newest review of each counts
	case approvals < need.reviews && need.reviews == 1:
		return "At least 1 approving review is required by reviewers with write access."
	case approvals < need.reviews:
		return fmt.Sprintf("At least %d approving reviews are required by reviewers with write access.", need.reviews)
	}
	var missing, failing []string
	for _, c := range need.checks {
		switch s.requiredState(i, c) {
		case "":
			missing = append(missing, c.context)
		case "success":
		default:
			failing = append(failing, c.context)
		}
	}
	switch {
	case len(missing) == 1:
		return fmt.Sprintf("Required status check %q is expected.", missing[0])
	case len(missing) > 1:
		return fmt.Sprintf("%d of %d required status checks are expected.", len(missing), len(need.checks))
	case len(failing) == 1:
		return fmt.Sprintf("Required status check %q is failing or pending.", failing[0])
	case len(failing) > 1:
		return fmt.Sprintf("Required status checks %s are failing or pending.", strings.Join(failing, ", "))
	}
	return ""
}

// countApprovals counts who approves a pull request: people with write access, each by the newest review that is more
// than a comment. refused says whether one of them asks for changes.
func (s *Server) countApprovals(i *issue, need *protection) (approvals int, refused bool) {
	for _, rv := range i.pull.latestReviews() {
		if rv.author == i.author || s.levelOf(rv.author, i.repo) < levelWrite {
			continue
		}
		switch {
		case rv.state == reviewChanges:
			refused = true
		case rv.state == reviewApproved && !(need.lastPush && rv.commit != i.pull.headSHA):
			approvals++
		}
	}
	return approvals, refused
}

// requiredState is the state of a required check on the head: "" if nothing was said yet, "success" or another word.
func (s *Server) requiredState(i *issue, c requiredCheck) string {
	return i.repo.requiredAt(i.pull.headSHA, c)
}

// requiredAt is the state of a required check on a commit: "" if nothing was said yet, else a status's state.
func (r *repo) requiredAt(sha string, c requiredCheck) string {
	for _, run := range latestRuns(r.runsAt(sha)) {
		if run.name != c.context || c.appID != 0 && run.app().id != c.appID {
			continue
		}
		switch {
		case run.passed():
			return "success"
		case run.status == "completed":
			return "failure"
		}
		return "pending"
	}
	if c.appID != 0 {
		return ""
	}
	_, list := r.combinedStatus(sha)
	for _, st := range list {
		if st.context == c.context {
			return st.state
		}
	}
	return ""
}
