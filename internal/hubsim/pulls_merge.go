package hubsim

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/phasegate/phasegate/internal/hubsim/gitstore"
)

// mergeInput is the body of PUT pulls/{number}/merge.
type mergeInput struct {
	Title   *string `json:"commit_title"`
	Message *string `json:"commit_message"`
	SHA     string  `json:"sha"`
	Method  string  `json:"merge_method"`
}

// mergePull merges a pull request into its base branch.
func (s *Server) mergePull(r *request) (response, error) {
	i, err := r.pullOf()
	if err != nil {
		return response{}, err
	}
	in := mergeInput{Method: "merge"}
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	if err := s.mayMerge(r, i, &in); err != nil {
		return response{}, err
	}
	w, p := r.write(), i.pull
	base := p.baseTip()
	c, err := s.mergeCommit(w, i, &in)
	var conflict *gitstore.ConflictError
	if errors.As(err, &conflict) || errors.Is(err, gitstore.ErrNoCommonBase) {
		return response{}, fail(http.StatusMethodNotAllowed, "Pull Request is not mergeable")
	}
	if err != nil {
		return response{}, err
	}
	p.baseSHA = base
	if err := s.move(w, &push{repo: i.repo, ref: gitstore.HeadsPrefix + p.baseRef, after: c.SHA, viaPull: i}, false); err != nil {
		return response{}, err
	}
	s.markMerged(w, i, c.SHA)
	s.deleteMergedHead(w, i)
	return ok(obj{"sha": c.SHA, "merged": true, "message": "Pull Request successfully merged"}), nil
}

// mayMerge refuses what GitHub refuses to merge.
func (s *Server) mayMerge(r *request, i *issue, in *mergeInput) error {
	p := i.pull
	if !slices.Contains([]string{"merge", "squash", "rebase"}, in.Method) {
		return invalid(fieldError{Resource: "PullRequest", Field: "merge_method", Code: "invalid", Value: in.Method})
	}
	if !p.open() {
		return fail(http.StatusMethodNotAllowed, "Pull Request is not mergeable")
	}
	if in.SHA != "" && in.SHA != p.headSHA {
		return fail(http.StatusConflict, "Head branch was modified. Review and try the merge again.")
	}
	if p.draft {
		return fail(http.StatusMethodNotAllowed, "Pull Request is still a draft")
	}
	if !s.gitHasBranch(i.repo, p.baseRef) {
		return fail(http.StatusMethodNotAllowed, "Pull Request is not mergeable")
	}
	need := i.repo.requirements(p.baseRef)
	if r.actor.kind == actorPerson && s.levelOf(r.actor.user, i.repo) >= levelAdmin && !need.enforceAdmins && !need.mergeQueue {
		return nil
	}
	if why := s.mergeBlock(i, &need); why != "" {
		return fail(http.StatusMethodNotAllowed, "%s", why)
	}
	if need.strict && s.isBehind(i) {
		return fail(http.StatusMethodNotAllowed, "The head branch is not up to date with the base branch.")
	}
	return nil
}

// mergeCommit writes what the base branch is to point to.
func (s *Server) mergeCommit(w write, i *issue, in *mergeInput) (gitstore.Commit, error) {
	return s.mergeOnto(w, i, i.pull.baseTip(), in)
}

// mergeOnto writes a commit that brings a pull request into another commit. GitHub signs it, except for those it
// makes anew to rebase.
func (s *Server) mergeOnto(w write, i *issue, onto string, in *mergeInput) (c gitstore.Commit, err error) {
	p, code := i.pull, i.repo.code()
	by := s.signature(w.user(), w.now)
	if in.Method == "rebase" {
		return code.Rebase(onto, p.headSHA, by)
	}
	title, message, err := s.mergeMessage(i, in.Method)
	if err != nil {
		return gitstore.Commit{}, err
	}
	if in.Title != nil && *in.Title != "" {
		title = *in.Title
		if in.Method == "squash" && in.Message == nil {
			message = ""
		}
	}
	if in.Message != nil {
		message = *in.Message
	}
	text := strings.TrimRight(title+"\n\n"+message, "\n")
	if in.Method == "squash" {
		c, err = code.Squash(onto, p.headSHA, s.signature(i.author, w.now), webFlow(w.now), text)
	} else {
		c, err = code.Merge(onto, p.headSHA, by, webFlow(w.now), text)
	}
	if err == nil {
		s.signedByGitHub(c, w.now)
	}
	return c, err
}

// mergeMessage is the title and message GitHub proposes.
func (s *Server) mergeMessage(i *issue, method string) (title, message string, err error) {
	if method == "merge" {
		from := i.pull.headRepo.owner.login + "/" + i.pull.headRef
		return fmt.Sprintf("Merge pull request #%d from %s", i.number, from), i.title, nil
	}
	list, err := s.pullCommits(i)
	if err != nil {
		return "", "", err
	}
	suffix := fmt.Sprintf(" (#%d)", i.number)
	if len(list) == 1 {
		first, rest, _ := strings.Cut(list[0].Message, "\n")
		return first + suffix, strings.TrimSpace(rest), nil
	}
	var parts []string
	for _, c := range list {
		parts = append(parts, "* "+strings.TrimSpace(c.Message))
	}
	return i.title + suffix, strings.Join(parts, "\n\n"), nil
}

// isMerged answers 204 if a pull request is merged, 404 if it is not.
func (s *Server) isMerged(r *request) (response, error) {
	i, err := r.pullOf()
	if err != nil {
		return response{}, err
	}
	if i.pull.mergedAt.IsZero() {
		return response{}, notFound()
	}
	return noContent(), nil
}

// updateBranch merges the base branch into the head.
func (s *Server) updateBranch(r *request) (response, error) {
	i, err := r.pullOf()
	if err != nil {
		return response{}, err
	}
	var in struct {
		Expected string `json:"expected_head_sha"`
	}
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	p, w := i.pull, r.write()
	if !p.open() {
		return response{}, fail(http.StatusUnprocessableEntity, "Pull request is closed.")
	}
	if in.Expected != "" && in.Expected != p.headSHA {
		return response{}, fail(http.StatusUnprocessableEntity, "expected head sha didn’t match current head ref.")
	}
	if !s.isBehind(i) {
		return response{}, fail(http.StatusUnprocessableEntity, "There are no new commits on the base branch.")
	}
	if !s.can(r.actor, p.headRepo, levelWrite, "contents:write", false) && !(p.maintain && s.can(r.actor, i.repo, levelWrite, "contents:write", true)) {
		return response{}, fail(http.StatusForbidden, "Must have push rights to Repository.")
	}
	text := fmt.Sprintf("Merge branch '%s' into %s", p.baseRef, p.headRef)
	c, err := p.headRepo.code().Merge(p.headSHA, p.baseTip(), s.signature(w.user(), w.now), webFlow(w.now), text)
	var conflict *gitstore.ConflictError
	if errors.As(err, &conflict) {
		return response{}, fail(http.StatusUnprocessableEntity, "merge conflict between base and head")
	}
	if err != nil {
		return response{}, err
	}
	s.signedByGitHub(c, w.now)
	if err := s.setRef(w, p.headRepo, gitstore.HeadsPrefix+p.headRef, c.SHA, false); err != nil {
		return response{}, err
	}
	return response{status: http.StatusAccepted, body: obj{
		"message": "Updating pull request branch.", "url": s.api("/repos/%s/pulls/%d", i.repo.fullName(), i.number),
	}}, nil
}

// mergeBranches is POST /merges: one branch into another, without a pull request.
func (s *Server) mergeBranches(r *request) (response, error) {
	var in struct {
		Base, Head string
		Message    string `json:"commit_message"`
	}
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	for name, v := range map[string]string{"base": in.Base, "head": in.Head} {
		if v == "" {
			return response{}, badShape("%q wasn't supplied.", name)
		}
	}
	code, w := r.repo.code(), r.write()
	base, err := code.Branch(in.Base)
	if err != nil {
		return response{}, fail(http.StatusNotFound, "Base does not exist")
	}
	head, err := code.Resolve(in.Head)
	if err != nil {
		return response{}, fail(http.StatusNotFound, "Head does not exist")
	}
	if in, err := code.IsAncestor(head, base); err == nil && in {
		return noContent(), nil
	}
	text := cmp.Or(in.Message, fmt.Sprintf("Merge %s into %s", in.Head, in.Base))
	c, err := code.Merge(base, head, s.signature(w.user(), w.now), webFlow(w.now), text)
	var conflict *gitstore.ConflictError
	if errors.As(err, &conflict) {
		return response{}, fail(http.StatusConflict, "Merge conflict")
	}
	if err != nil {
		return response{}, err
	}
	s.signedByGitHub(c, w.now)
	if err := s.setRef(w, r.repo, gitstore.HeadsPrefix+in.Base, c.SHA, false); err != nil {
		return response{}, err
	}
	return created(s.renderCommit(r.repo, c)), nil
}
