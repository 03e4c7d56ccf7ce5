package hubsim

import (
	"fmt"

	"github.com/phasegate/phasegate/internal/hubsim/gitstore"
)

// changeBase aims a pull request at another branch.
func (s *Server) changeBase(w write, i *issue, base string) error {
	if err := s.mayAim(i, base); err != nil {
		return err
	}
	s.aim(w, i, base, "base_ref_changed")
	return nil
}

// mayAim refuses a base that a pull request cannot have.
func (s *Server) mayAim(i *issue, base string) error {
	p := i.pull
	custom := func(format string, args ...any) error {
		return invalid(fieldError{Resource: "PullRequest", Field: "base", Code: "custom", Message: fmt.Sprintf(format, args...)})
	}
	sha, err := i.repo.code().Branch(base)
	if err != nil {
		return invalid(fieldError{Resource: "PullRequest", Field: "base", Code: "invalid"})
	}
	if !p.open() {
		return custom("Cannot change the base branch of a closed pull request.")
	}
	for _, other := range s.openPullsOf(i.repo, base, false) {
		if other.pull.headRepo == p.headRepo && other.pull.headRef == p.headRef {
			return custom("A pull request already exists for base branch '%s' and head branch '%s'", base, p.headRef)
		}
	}
	c, err := i.repo.code().Compare(sha, p.headSHA)
	if err != nil || len(c.Ahead) == 0 {
		return custom("There are no new commits between base branch '%s' and head branch '%s'", base, p.headRef)
	}
	return nil
}

// aim gives a pull request a base that it may have, as an event of a kind.
func (s *Server) aim(w write, i *issue, base, kind string) {
	s.leaveQueue(w, i)
	p := i.pull
	oldRef, oldSHA := p.baseRef, p.baseSHA
	p.baseRef = base
	p.baseSHA, i.updatedAt = p.baseTip(), w.now
	s.addEvent(w, i, kind, func(e *event) { e.from, e.to = oldRef, base })
	s.emitPull(w, i, "edited", obj{"changes": obj{"base": obj{"ref": obj{"from": oldRef}, "sha": obj{"from": oldSHA}}}})
}

// deleteMergedHead deletes the branch of a pull request that was just merged, in a repository that is set to. The open
// pull requests into that branch go on into the branch that it was merged into:
// https://docs.github.com/pull-requests/collaborating-with-pull-requests/proposing-changes-to-your-work-with-pull-requests/about-branches#working-with-branches
//
// GitHub does so only where it deletes the branch itself, here or by the button of the merged pull request's page. A
// branch that is deleted over the API or by a push takes its pull requests along (cli/cli#1168, cli/cli#14223). That
// "edited" is sent, as for a change by hand, is what dotnet/maui-labs#170 relies on.
func (s *Server) deleteMergedHead(w write, i *issue) {
	p, rp := i.pull, i.repo
	switch {
	case !rp.deletesMerged, p.isFork(), !s.gitHasBranch(rp, p.headRef):
		return
	case p.headRef == rp.defaultBranch, rp.isProtected(p.headRef), len(s.openPullsOf(rp, p.headRef, true)) > 0:
		return
	}
	for _, next := range s.openPullsOf(rp, p.headRef, false) {
		if err := s.mayAim(next, p.baseRef); err != nil {
			s.addEvent(w, next, "automatic_base_change_failed", func(e *event) { e.from, e.to = p.headRef, p.baseRef })
			continue // it is closed with its base
		}
		s.aim(w, next, p.baseRef, "automatic_base_change_succeeded")
	}
	err := s.move(w, &push{repo: rp, ref: gitstore.HeadsPrefix + p.headRef, after: zeroSHA, viaPull: i}, true)
	if err != nil {
		s.log.Error("the branch of a merged pull request could not be deleted", "branch", p.headRef, "err", err)
	}
}

// tellForcedBase shows the open pull requests into a branch that it was rewritten.
func (s *Server) tellForcedBase(w write, p *push, branch string) {
	if !p.forced {
		return
	}
	for _, i := range s.openPullsOf(p.repo, branch, false) {
		s.addEvent(w, i, "base_ref_force_pushed", func(e *event) { e.commitID, e.from, e.to = p.after, p.before, p.after })
	}
}
