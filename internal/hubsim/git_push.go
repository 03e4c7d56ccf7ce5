package hubsim

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/hubsim/gitstore"
)

// maxPushCommits is how many commits a push event lists.
const maxPushCommits = 2048

// push is a branch or tag that moved.
type push struct {
	id            int64 // given once it went through, with its pusher
	pusher        *user
	repo          *repo
	ref           string // in full
	before, after string // zeroSHA for a new or deleted one
	forced        bool
	viaPull       *issue // the merge of this pull request did it
}

func (p *push) branch() (string, bool) { return strings.CutPrefix(p.ref, gitstore.HeadsPrefix) }

// setRef moves, makes or (with zeroSHA) deletes a branch or tag and does what follows: events, synchronised and
// closed pull requests, check suites, issues closed by commit messages.
func (s *Server) setRef(w write, rp *repo, ref, after string, force bool) error {
	return s.move(w, &push{repo: rp, ref: ref, after: after}, force)
}

func (s *Server) move(w write, p *push, force bool) error {
	code := p.repo.code()
	p.before = zeroSHA
	if old, err := code.Ref(p.ref); err == nil {
		p.before = old.SHA
	}
	if err := s.checkPush(w.actor, p); err != nil {
		return err
	}
	var err error
	switch {
	case p.after == zeroSHA:
		err = code.DeleteRef(p.ref)
	case p.before == zeroSHA:
		err = code.CreateRef(p.ref, p.after)
	case p.before == p.after:
		return nil
	default:
		forward, ancestorErr := code.IsAncestor(p.before, p.after)
		p.forced = ancestorErr == nil && !forward
		err = code.UpdateRef(p.ref, p.after, force)
	}
	if err != nil {
		return refError(err, p.ref)
	}
	s.moved(w, p)
	return nil
}

// refError is git's refusal in GitHub's words.
func refError(err error, ref string) error {
	switch {
	case errors.Is(err, gitstore.ErrNotFastForward):
		return fail(http.StatusUnprocessableEntity, "Update is not a fast forward")
	case errors.Is(err, gitstore.ErrExists):
		return fail(http.StatusUnprocessableEntity, "Reference already exists")
	case errors.Is(err, gitstore.ErrInvalid):
		return fail(http.StatusUnprocessableEntity, "%s is not a valid ref name.", ref)
	case errors.Is(err, gitstore.ErrNotFound):
		return fail(http.StatusUnprocessableEntity, "Object does not exist")
	}
	return err
}

// checkPush refuses a push that a branch's protection or an App's missing permission forbids.
func (s *Server) checkPush(a *actor, p *push) error {
	if a.kind == actorInstallation && p.after != zeroSHA && !a.hasPermission("workflows", "write") {
		if path := p.workflowChange(); path != "" {
			return fail(http.StatusForbidden,
				"refusing to allow a GitHub App to create or update workflow `%s` without `workflows` permission", path)
		}
	}
	branch, isBranch := p.branch()
	if !isBranch || p.viaPull != nil {
		return nil
	}
	if strings.HasPrefix(branch, queuePrefix) {
		return fail(http.StatusUnprocessableEntity, "Reference update failed") // they are read-only, as their name says
	}
	if p.before == zeroSHA {
		return nil
	}
	need := p.repo.requirements(branch)
	admin := a.kind == actorPerson && s.levelOf(a.user, p.repo) >= levelAdmin
	if admin && !need.enforceAdmins {
		return nil
	}
	switch {
	case need.mergeQueue:
		return fail(http.StatusConflict, "Repository rule violations found\n\nChanges must be made through the merge queue\n\n")
	case need.pullRequest:
		return fail(http.StatusConflict, "Repository rule violations found\n\nChanges must be made through a pull request.\n\n")
	}
	return nil
}

// workflowChange names a workflow file that a push changes, empty for none.
func (p *push) workflowChange() string {
	from := p.before
	if from == zeroSHA {
		if from, _ = p.repo.code().Branch(p.repo.defaultBranch); from == "" {
			return ""
		}
	}
	files, err := p.repo.code().Changes(from, p.after)
	if err != nil { // the push itself says what is wrong
		return ""
	}
	for _, f := range files {
		if strings.HasPrefix(f.Path, ".github/workflows/") {
			return f.Path
		}
	}
	return ""
}

// moved does what follows a push.
func (s *Server) moved(w write, p *push) {
	p.repo.pushedAt = w.now
	p.id, p.pusher = s.st.ids.next(), w.user()
	news := s.newCommits(p)
	kind, name := "tag", strings.TrimPrefix(p.ref, gitstore.TagsPrefix)
	branch, isBranch := p.branch()
	if isBranch {
		kind, name = "branch", branch
	}
	if p.before == zeroSHA && (isBranch || name != p.ref) {
		s.emit(w.user(), "create", "", p.repo, obj{
			"ref": name, "ref_type": kind, "master_branch": p.repo.defaultBranch, "description": textOrNull(p.repo.description),
			"pusher_type": "user",
		})
	}
	s.emitPush(w, p, news)
	if p.after == zeroSHA && (isBranch || name != p.ref) {
		s.emit(w.user(), "delete", "", p.repo, obj{"ref": name, "ref_type": kind, "pusher_type": "user"})
	}
	if !isBranch {
		return
	}
	if p.after == zeroSHA {
		s.branchDeleted(w, p.repo, branch)
		return
	}
	p.repo.remember(p)
	s.requestSuites(w, p, branch)
	s.syncPulls(w, p, branch)
	if p.viaPull == nil {
		s.runQueue(w.now, p.repo, branch) // its groups build on what was there before
	}
	if branch == p.repo.defaultBranch {
		for _, c := range news {
			s.closeByKeywords(w, p.repo, c.Message, nil, c.SHA)
		}
	}
}

// remember keeps the push of a branch by the commit that became its head. The first one that brought a commit stays.
func (r *repo) remember(p *push) {
	if r.git.pushes == nil {
		r.git.pushes = map[string]*push{}
	}
	if r.git.pushes[p.after] == nil {
		r.git.pushes[p.after] = p
	}
}

// newCommits are those a push brought that no other branch had, the oldest first.
func (s *Server) newCommits(p *push) []gitstore.Commit {
	if p.after == zeroSHA {
		return nil
	}
	code := p.repo.code()
	if p.before != zeroSHA {
		c, err := code.Compare(p.before, p.after)
		if err == nil {
			return c.Ahead
		}
	}
	var best []gitstore.Commit
	found := false
	for _, ref := range code.Refs(gitstore.HeadsPrefix) {
		if ref.Name == p.ref {
			continue
		}
		c, err := code.Compare(ref.SHA, p.after)
		if err == nil && (!found || len(c.Ahead) < len(best)) {
			best, found = c.Ahead, true
		}
	}
	if found {
		return best
	}
	sha, err := code.Resolve(p.after)
	if err != nil {
		return nil
	}
	all, err := code.Log(sha, gitstore.LogOptions{})
	if err != nil {
		return nil
	}
	slices.Reverse(all)
	return all
}

func (s *Server) emitPush(w write, p *push, news []gitstore.Commit) {
	commits := []obj{}
	for _, c := range news[max(0, len(news)-maxPushCommits):] {
		commits = append(commits, s.renderHookCommit(p.repo, c))
	}
	var head any
	if sha, err := p.repo.code().Resolve(p.after); err == nil {
		if c, err := p.repo.code().Commit(sha); err == nil {
			head = s.renderHookCommit(p.repo, c)
		}
	}
	s.emit(w.user(), "push", "", p.repo, obj{
		"ref": p.ref, "before": p.before, "after": p.after, "repository": s.renderPushRepo(p.repo),
		"pusher":  obj{"name": w.user().login, "email": w.user().commitEmail()},
		"created": p.before == zeroSHA, "deleted": p.after == zeroSHA, "forced": p.forced, "base_ref": nil,
		"compare": s.compareLink(p), "commits": commits, "head_commit": head,
	})
}

// compareLink leads to what a push changed.
func (s *Server) compareLink(p *push) string {
	if p.before == zeroSHA || p.after == zeroSHA {
		sha := p.after
		if sha == zeroSHA {
			sha = p.before
		}
		return s.web("/%s/commit/%s", p.repo.fullName(), sha)
	}
	return s.web("/%s/compare/%s...%s", p.repo.fullName(), p.before[:12], p.after[:12])
}

// renderPushRepo is a repository as push events carry it: times as numbers, the owner with name and address.
func (s *Server) renderPushRepo(r *repo) obj {
	o := s.renderHookRepo(r)
	o["created_at"], o["pushed_at"] = r.createdAt.Unix(), r.pushedAt.Unix()
	o["url"] = s.web("/%s", r.fullName())
	o["stargazers"], o["master_branch"] = 0, r.defaultBranch
	if r.owner.kind == typeOrg {
		o["organization"] = r.owner.login
	}
	owner := s.renderUser(r.owner)
	owner["name"], owner["email"] = r.owner.login, nil
	o["owner"] = owner
	return o
}

// branchDeleted closes the pull requests that came from or went into a branch, as GitHub does: merged or not, for
// those it has retargeted by then go into it no more (see deleteMergedHead).
func (s *Server) branchDeleted(w write, rp *repo, branch string) {
	for _, i := range s.openPullsOf(rp, branch, true) {
		s.addEvent(w, i, "head_ref_deleted", nil)
		s.closeQuietly(w, i)
	}
	for _, i := range s.openPullsOf(rp, branch, false) {
		s.addEvent(w, i, "base_ref_deleted", func(e *event) { e.from = branch })
		s.closeQuietly(w, i)
	}
	delete(rp.protection, branch)
}

// closeQuietly closes a pull request that is known to be open.
func (s *Server) closeQuietly(w write, i *issue) {
	i.pull.baseSHA = i.pull.baseTip()
	if err := s.setState(w, i, "closed", ""); err != nil {
		s.log.Error("a pull request could not be closed", "number", i.number, "err", err)
	}
}

// syncPulls tells the pull requests from a branch of its new head, and finds those into it that are merged by it.
func (s *Server) syncPulls(w write, p *push, branch string) {
	for _, i := range s.openPullsOf(p.repo, branch, true) {
		s.synchronize(w, i, p)
	}
	s.tellForcedBase(w, p, branch)
	for _, i := range s.openPullsOf(p.repo, branch, false) {
		if i == p.viaPull {
			continue
		}
		in, err := p.repo.code().IsAncestor(i.pull.headSHA, p.after)
		was, wasErr := p.repo.code().IsAncestor(i.pull.headSHA, p.before)
		if err == nil && wasErr == nil && in && !was { // its commits were pushed by hand
			i.pull.baseSHA = p.before
			s.markMerged(w, i, p.after)
		}
	}
}

// synchronize takes up a new head of a pull request.
func (s *Server) synchronize(w write, i *issue, p *push) {
	pl, code := i.pull, i.repo.code()
	before := pl.headSHA
	pl.headSHA, pl.baseSHA = p.after, pl.baseTip()
	i.updatedAt = w.now
	s.leaveQueue(w, i)
	_ = code.SetRef(i.pullRef("head"), p.after) // a commit, pushed just now
	if p.forced {
		s.addEvent(w, i, "head_ref_force_pushed", func(e *event) { e.commitID, e.from, e.to = p.after, before, p.after })
	}
	if c, err := code.Compare(before, p.after); err == nil {
		s.addCommitEvents(w, i, c.Ahead)
	}
	if i.repo.requirements(pl.baseRef).dismissStale {
		for _, rv := range pl.reviews {
			if rv.state == reviewApproved {
				s.dismissReview(w, rv, "")
			}
		}
	}
	s.emitPull(w, i, "synchronize", obj{"before": before, "after": p.after})
}

// addCommitEvents shows new commits in a pull request's timeline.
func (s *Server) addCommitEvents(w write, i *issue, list []gitstore.Commit) {
	for _, c := range list {
		s.addEvent(w, i, "committed", func(e *event) {
			e.commitID = c.SHA
			e.render = func() obj { return s.renderGitCommit(i.repo, c) }
		})
	}
}

// parseTime reads a time as GitHub takes it.
func parseTime(v string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, v)
	if err != nil {
		t, err = time.Parse("2006-01-02", v)
	}
	return t, err
}

// queryTime reads a time parameter; the zero time without one.
func (r *request) queryTime(name string) (time.Time, error) {
	v := r.query.Get(name)
	if v == "" {
		return time.Time{}, nil
	}
	t, err := parseTime(v)
	if err != nil {
		return t, invalid(fieldError{Resource: "Search", Field: name, Code: "invalid", Value: v})
	}
	return t, nil
}

// withRef adds ?ref= to an address.
func withRef(address, ref string) string { return address + "?ref=" + url.QueryEscape(ref) }
