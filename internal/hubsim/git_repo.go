package hubsim

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/hubsim/gitstore"
)

// repoGit is what a repository keeps about code beside pull requests and check runs.
type repoGit struct {
	store        *gitstore.Repo             // see repo.code
	statuses     map[string][]*commitStatus // by commit, the oldest first
	suites       []*checkSuite              // in order of creation
	pushes       map[string]*push           // the first push of a branch to each head
	noAutoCheck  map[int64]bool             // Apps whose check suites are not made by themselves
	queues       map[string][]*queueEntry   // merge queues by base branch, the head first
	deployments  []*deployment              // in order of creation
	runs         []*workflowRun             // in order of creation
	environments []*environment             // in order of creation
	workflows    map[string]int64           // path of a workflow's file → its id
}

// zeroSHA stands for "no commit" in push events.
const zeroSHA = "0000000000000000000000000000000000000000"

// code is the repository's git data. It may be empty: without any branch.
func (r *repo) code() *gitstore.Repo {
	if r.git.store == nil {
		r.git.store = gitstore.New()
	}
	return r.git.store
}

// gitInit gives a new repository its first commit on the default branch, by a person, with the given files. Without
// files the repository stays empty. Nobody is told.
func (s *Server) gitInit(r *repo, by *user, files map[string]string) error {
	if len(files) == 0 {
		return nil
	}
	var edits []gitstore.Edit
	for _, path := range slices.Sorted(maps.Keys(files)) {
		edits = append(edits, gitstore.Edit{Path: path, Content: []byte(files[path])})
	}
	_, err := r.code().CommitFiles(gitstore.NewCommit{
		Branch: r.defaultBranch, Edits: edits, Author: s.signature(by, r.createdAt), Message: "Initial commit",
	})
	if err != nil {
		return fmt.Errorf("first commit of %s: %w", r.fullName(), err)
	}
	return nil
}

// gitFork makes a repository a fork of another: the same branches and, for ever, the same objects.
func (s *Server) gitFork(child, parent *repo) {
	child.fork, child.defaultBranch = parent, parent.defaultBranch
	child.git.store = parent.code().Fork()
	for _, ref := range child.code().Refs("refs/") {
		if !strings.HasPrefix(ref.Name, gitstore.HeadsPrefix) && !strings.HasPrefix(ref.Name, gitstore.TagsPrefix) {
			_ = child.code().DeleteRef(ref.Name) // it was just listed
		}
	}
}

// gitHasBranch says whether a repository has a branch.
func (s *Server) gitHasBranch(r *repo, branch string) bool {
	_, err := r.code().Branch(branch)
	return err == nil
}

// isEmpty says whether the repository has no commit yet.
func (r *repo) isEmpty() bool { return len(r.code().Refs(gitstore.HeadsPrefix)) == 0 }

// signature is an account as author or committer of a commit.
func (s *Server) signature(u *user, now time.Time) gitstore.Signature {
	name := u.name
	if name == "" {
		name = u.login
	}
	return gitstore.Signature{Name: name, Email: u.commitEmail(), When: now}
}

// webFlow is the committer of what is done in GitHub's name: merges.
func webFlow(now time.Time) gitstore.Signature {
	return gitstore.Signature{Name: "GitHub", Email: "noreply@github.com", When: now}
}

// commitEmail is the address of an account's commits: the one GitHub gives to who hides theirs, unless it has one.
func (u *user) commitEmail() string {
	if u.email != "" {
		return u.email
	}
	return fmt.Sprintf("%d+%s@users.noreply.github.com", u.id, u.login)
}

// userByEmail finds whose commits an address belongs to; nil if nobody's.
func (s *Server) userByEmail(email string) *user {
	for _, u := range sorted(s.st.users) {
		if u.kind != typeOrg && strings.EqualFold(u.commitEmail(), email) {
			return u
		}
	}
	if id, _, found := strings.Cut(email, "+"); found && strings.HasSuffix(email, "@users.noreply.github.com") {
		for _, u := range s.st.users { // a renamed account keeps its commits
			if fmt.Sprint(u.id) == id {
				return u
			}
		}
	}
	return nil
}

// commitOf resolves a revision of a request: a branch, tag or hash. A missing one is the error GitHub has for
// commits, which is no 404.
func commitOf(rp *repo, rev string) (gitstore.Commit, error) {
	sha, err := rp.code().Resolve(strings.TrimPrefix(rev, "refs/"))
	if err != nil {
		return gitstore.Commit{}, fail(http.StatusUnprocessableEntity, "No commit found for SHA: %s", rev)
	}
	return rp.code().Commit(sha)
}

// branchesAt lists the branches whose newest commit this is.
func (r *repo) branchesAt(sha string) []string {
	var out []string
	for _, ref := range r.code().Refs(gitstore.HeadsPrefix) {
		if ref.SHA == sha {
			out = append(out, strings.TrimPrefix(ref.Name, gitstore.HeadsPrefix))
		}
	}
	return out
}

// isProtected says whether a branch has a protection or a ruleset.
func (r *repo) isProtected(branch string) bool {
	if r.protection[branch] != nil {
		return true
	}
	return slices.ContainsFunc(r.rulesets, func(rs *ruleset) bool { return rs.applies(r, branch) })
}
