package hubsim

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/phasegate/phasegate/internal/hubsim/gitstore"
)

// pull is what a pull request has beyond its issue.
type pull struct {
	issue     *issue
	draft     bool
	baseRef   string // short name of the branch it is to be merged into
	baseSHA   string // where that branch was when the head last changed, or just before the merge
	headRepo  *repo  // another repository than the issue's for a pull request from a fork
	headRef   string
	headSHA   string
	mergedAt  time.Time
	mergedBy  *user
	mergeSHA  string // of the commit that merged it
	maintain  bool   // maintainer_can_modify
	reviewers []*user
	teams     []*team
	reviews   []*review
	known     mergeability
	diff      pullDiff
	log       pullLog
}

// mergeability is what is known of whether a pull request can be merged. It is computed in the background on GitHub:
// who asks for the first time after a change is told that it is not known yet.
type mergeability struct {
	head, base string // the commits it was computed for
	clean      bool
	rebaseable bool
	testMerge  string // the test merge commit
}

// pullDiff caches the changed files of a pull request, which many webhooks count.
type pullDiff struct {
	base, head           string
	files                []gitstore.Change
	additions, deletions int
}

// pullLog caches the commits of a pull request, which are looked through for each commit that is asked about.
type pullLog struct {
	base, head string
	commits    []gitstore.Commit
}

// mergedTime is when it was merged, the zero time before.
func (p *pull) mergedTime() time.Time { return p.mergedAt }

func (p *pull) isDraft() bool { return p.draft }

// isFork says whether the head is in another repository.
func (p *pull) isFork() bool { return p.headRepo != p.issue.repo }

// open says whether it is neither closed nor merged.
func (p *pull) open() bool { return p.issue.state == "open" }

// baseTip is the commit it would be merged into now; of a closed one, the commit it was compared with last.
func (p *pull) baseTip() string {
	if p.open() {
		if sha, err := p.issue.repo.code().Branch(p.baseRef); err == nil {
			return sha
		}
	}
	return p.baseSHA
}

// addPullRoutes adds the routes about pull requests, reviews, commits, contents and git data.
func (s *Server) addPullRoutes() {
	s.addPullBasicRoutes()
	s.addReviewRoutes()
	s.addReviewCommentRoutes()
	s.addContentRoutes()
	s.addGitDataRoutes()
	s.addCommitRoutes()
}

// pulls lists a repository's pull requests in order of number.
func (r *repo) pullRequests() []*issue {
	return slices.DeleteFunc(r.numbered(), func(i *issue) bool { return !i.isPull() })
}

// pullOf finds the pull request of a request's {number}: an issue that is none is not found.
func (r *request) pullOf() (*issue, error) {
	i := r.repo.issues[int(r.num("number"))]
	if i == nil || !i.isPull() {
		return nil, notFound()
	}
	return i, nil
}

// pullCommits lists the commits of a pull request, the oldest first. The result is shared and must not be changed.
func (s *Server) pullCommits(i *issue) ([]gitstore.Commit, error) {
	p, base := i.pull, i.pull.baseTip()
	if p.log.head == p.headSHA && p.log.base == base {
		return p.log.commits, nil
	}
	c, err := i.repo.code().Compare(base, p.headSHA)
	if err != nil {
		if errors.Is(err, gitstore.ErrNoCommonBase) {
			return nil, nil
		}
		return nil, err
	}
	p.log = pullLog{base: base, head: p.headSHA, commits: c.Ahead}
	return c.Ahead, nil
}

// pullFiles lists the files of a pull request, compared with the merge base, sorted by path. The result is shared
// and must not be changed.
func (s *Server) pullFiles(i *issue) (*pullDiff, error) {
	p := i.pull
	base, err := i.repo.code().MergeBase(p.baseTip(), p.headSHA)
	if err != nil && !errors.Is(err, gitstore.ErrNoCommonBase) {
		return nil, err
	}
	if p.diff.head == p.headSHA && p.diff.base == base {
		return &p.diff, nil
	}
	files, err := i.repo.code().Changes(base, p.headSHA)
	if err != nil {
		return nil, err
	}
	if err := i.repo.code().Fill(files); err != nil {
		return nil, err
	}
	d := pullDiff{base: base, head: p.headSHA, files: files}
	for _, f := range files {
		d.additions, d.deletions = d.additions+f.Additions, d.deletions+f.Deletions
	}
	p.diff = d
	return &p.diff, nil
}

// mergeable says whether a pull request can be merged without a conflict: nil while GitHub would still be computing
// it. With ask, asking starts the computation, so that the next who asks is told.
func (s *Server) mergeable(i *issue, ask bool) *bool {
	p := i.pull
	if !p.open() {
		return nil
	}
	if p.known.head == p.headSHA && p.known.base == p.baseTip() {
		clean := p.known.clean
		return &clean
	}
	if ask {
		s.computeMergeability(i)
	}
	return nil
}

// computeMergeability tries the merge and keeps the outcome, with refs/pull/N/merge.
func (s *Server) computeMergeability(i *issue) {
	p, code := i.pull, i.repo.code()
	base := p.baseTip()
	p.known = mergeability{head: p.headSHA, base: base}
	sig := webFlow(s.clock.now())
	c, err := code.Merge(base, p.headSHA, s.signature(i.author, sig.When), sig, "Merge "+p.headSHA+" into "+base)
	if err != nil {
		_ = code.DeleteRef(i.pullRef("merge")) // there may be none
		return
	}
	p.known.clean, p.known.testMerge = true, c.SHA
	_, err = code.Rebase(base, p.headSHA, sig)
	p.known.rebaseable = err == nil
	_ = code.SetRef(i.pullRef("merge"), c.SHA) // the name is valid and the commit was just written
}

// closedBranches says which pull requests are open from or into a branch.
func (s *Server) openPullsOf(rp *repo, ref string, asHead bool) []*issue {
	var out []*issue
	for _, r := range sorted(s.st.repos) {
		for _, i := range r.pullRequests() {
			p := i.pull
			head := asHead && p.headRepo == rp && p.headRef == ref
			base := !asHead && r == rp && p.baseRef == ref
			if p.open() && (head || base) {
				out = append(out, i)
			}
		}
	}
	return out
}

// setDraft makes a pull request a draft or ready for review.
func (s *Server) setDraft(w write, i *issue, draft bool) {
	if i.pull.draft == draft {
		return
	}
	i.pull.draft, i.updatedAt = draft, w.now
	if draft {
		s.leaveQueue(w, i)
		s.addEvent(w, i, "convert_to_draft", nil)
		s.emitPull(w, i, "converted_to_draft", nil)
		return
	}
	s.addEvent(w, i, "ready_for_review", nil)
	s.emitPull(w, i, "ready_for_review", nil)
}

// plainTeams are the actions whose webhooks carry teams as the REST API lists them with a pull request.
var plainTeams = []string{"opened", "edited", "closed", "reopened", "converted_to_draft", "ready_for_review"}

// emitPull emits a pull_request webhook.
func (s *Server) emitPull(w write, i *issue, action string, extra obj) {
	if action == "reopened" {
		s.refreshHead(i)
	}
	pull := s.renderHookPull(i)
	if !slices.Contains(plainTeams, action) {
		pull["requested_teams"] = renderTeams(i.pull.teams, s.renderHookTeam)
	}
	payload := obj{"number": i.number, "pull_request": pull}
	for k, v := range extra {
		payload[k] = v
	}
	s.emit(w.user(), "pull_request", action, i.repo, payload)
}

// refreshHead takes up what was pushed while a pull request was closed.
func (s *Server) refreshHead(i *issue) {
	p := i.pull
	if sha, err := p.headRepo.code().Branch(p.headRef); err == nil {
		p.headSHA = sha
	}
	p.baseSHA = cmp.Or(p.baseTip(), p.baseSHA)
	_ = i.repo.code().SetRef(i.pullRef("head"), p.headSHA) // it was resolved just now
}
