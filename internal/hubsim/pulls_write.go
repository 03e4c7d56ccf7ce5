package hubsim

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/phasegate/phasegate/internal/hubsim/gitstore"
)

// pullInput is what opening a pull request takes.
type pullInput struct {
	title, body string
	issue       *issue // becomes the pull request, instead of title and body
	head, base  string
	headRepo    string // full name, where head alone would be ambiguous
	draft       bool
	maintain    bool
}

// openPull opens a pull request and tells of it.
func (s *Server) openPull(w write, rp *repo, in pullInput) (*issue, error) {
	p, err := s.newPull(w, rp, &in)
	if err != nil {
		return nil, err
	}
	i := in.issue
	if i == nil {
		if err := checkTitle("Issue", in.title); err != nil {
			return nil, err
		}
		if err := checkLength("Issue", "body", in.body, maxText); err != nil {
			return nil, err
		}
		i = s.newIssue(w, rp, in.title, in.body)
	}
	i.pull, p.issue = p, i
	rp.pulls[i.number] = p
	_ = rp.code().SetRef(i.pullRef("head"), p.headSHA) // it was resolved just now
	commits, err := s.pullCommits(i)
	if err != nil {
		return nil, err
	}
	s.addCommitEvents(w, i, commits)
	s.crossReference(w, i, i.text.body)
	s.emitPull(w, i, "opened", nil)
	return i, nil
}

// newPull checks head and base of a new pull request.
func (s *Server) newPull(w write, rp *repo, in *pullInput) (*pull, error) {
	wrong := func(field string) error {
		return invalid(fieldError{Resource: "PullRequest", Field: field, Code: "invalid"})
	}
	custom := func(format string, args ...any) error {
		return invalid(fieldError{Resource: "PullRequest", Code: "custom", Message: fmt.Sprintf(format, args...)})
	}
	headRepo, headRef := s.headOf(rp, in.head, in.headRepo)
	if headRepo == nil || !s.canSee(w.actor, headRepo) {
		return nil, wrong("head")
	}
	base, err := rp.code().Branch(in.base)
	if err != nil {
		return nil, wrong("base")
	}
	head, err := headRepo.code().Branch(headRef)
	if err != nil {
		return nil, wrong("head")
	}
	if !s.can(w.actor, headRepo, levelWrite, "pull_requests:write", true) {
		return nil, fail(http.StatusForbidden, "Must have push rights to Repository.")
	}
	label := headRepo.owner.login + ":" + headRef
	for _, other := range s.openPullsOf(rp, in.base, false) {
		if other.pull.headRepo == headRepo && other.pull.headRef == headRef {
			return nil, custom("A pull request already exists for %s.", label)
		}
	}
	c, err := rp.code().Compare(base, head)
	switch {
	case errors.Is(err, gitstore.ErrNoCommonBase):
		return nil, custom("The %s branch has no history in common with %s", headRef, in.base)
	case err != nil:
		return nil, wrong("head") // a repository outside of the fork network shares no objects
	case len(c.Ahead) == 0:
		if headRepo != rp {
			headRef = label
		}
		return nil, custom("No commits between %s and %s", in.base, headRef)
	}
	return &pull{
		draft: in.draft, baseRef: in.base, baseSHA: base, headRepo: headRepo, headRef: headRef, headSHA: head,
		maintain: in.maintain && headRepo != rp,
	}, nil
}

// headOf finds the repository and branch that a head such as "feature" or "sara-ds:feature" names.
func (s *Server) headOf(rp *repo, head, headRepo string) (*repo, string) {
	owner, ref, qualified := strings.Cut(head, ":")
	if !qualified {
		owner, ref = rp.owner.login, head
	}
	if headRepo != "" {
		name := headRepo
		if o, n, full := strings.Cut(headRepo, "/"); full {
			owner, name = o, n
		}
		return s.st.repository(owner, name), ref
	}
	if strings.EqualFold(owner, rp.owner.login) {
		return rp, ref
	}
	for _, other := range sorted(s.st.repos) {
		if other.fork != nil && (other.fork == rp || other.fork == rp.fork) && strings.EqualFold(other.owner.login, owner) {
			return other, ref
		}
	}
	return nil, ref
}

// markMerged makes a pull request merged by a commit that is in its base branch now.
func (s *Server) markMerged(w write, i *issue, sha string) {
	p := i.pull
	p.mergedAt, p.mergedBy, p.mergeSHA = w.now, w.user(), sha
	i.state, i.closedAt, i.closedBy, i.updatedAt = "closed", w.now, w.user(), w.now
	s.addEvent(w, i, "merged", func(e *event) { e.commitID = sha })
	s.addEvent(w, i, "closed", nil)
	_ = i.repo.code().DeleteRef(i.pullRef("merge")) // there may be none
	s.emitPull(w, i, "closed", nil)
	if p.baseRef == i.repo.defaultBranch {
		s.closeByKeywords(w, i.repo, i.text.body, i, "")
	}
}

// closingWord finds the issues a text closes: https://docs.github.com/issues/tracking-your-work-with-issues/linking-a-pull-request-to-an-issue
var closingWord = regexp.MustCompile(`(?i)(?:^|[^\w-])(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+` +
	`(?:([\w.-]+/[\w.-]+)?#|GH-|https?://[^\s/]+/([\w.-]+/[\w.-]+)/issues/)(\d{1,9})\b`)

// closingReferences lists the issues that keywords of a text would close, each once.
func (s *Server) closingReferences(rp *repo, text string) []*issue {
	var out []*issue
	for _, m := range closingWord.FindAllStringSubmatch(withoutCode(text), 100) {
		in := rp
		if full := m[1] + m[2]; full != "" {
			owner, name, _ := strings.Cut(full, "/")
			in = s.st.repository(owner, name)
		}
		n, _ := strconv.Atoi(m[3]) // digits only
		if in == nil || in.issues[n] == nil || in.issues[n].isPull() || slices.Contains(out, in.issues[n]) {
			continue
		}
		out = append(out, in.issues[n])
	}
	return out
}

// closingIssues lists the issues that merging a pull request would close.
func (s *Server) closingIssues(i *issue) []*issue {
	if i.pull.baseRef != i.repo.defaultBranch {
		return nil
	}
	return s.closingReferences(i.repo, i.text.body)
}

// closeByKeywords closes the issues that a merged pull request's text or a commit's message names.
func (s *Server) closeByKeywords(w write, rp *repo, text string, by *issue, sha string) {
	for _, i := range s.closingReferences(rp, text) {
		if i.state != "open" || !s.can(w.actor, i.repo, levelTriage, issueWrite, false) {
			continue
		}
		if err := s.setState(w, i, "closed", "completed"); err != nil {
			s.log.Error("an issue could not be closed by a keyword", "number", i.number, "err", err)
			continue
		}
		last := i.events[len(i.events)-1]
		last.source, last.commitID = by, sha
	}
}
