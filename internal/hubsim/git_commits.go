package hubsim

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/phasegate/phasegate/internal/hubsim/gitstore"
)

// Limits of GitHub's on commits and comparisons.
const (
	maxCommitFiles    = 3000
	commitFilesPage   = 300
	maxCompareFiles   = 300
	maxCompareCommits = 250
)

func (s *Server) addCommitRoutes() {
	const base = "/repos/{owner}/{repo}"
	read := access{app: "contents:read"}
	s.handle("GET "+base+"/branches", read, s.listBranches)
	s.handle("GET "+base+"/branches/{branch...}", read, s.getBranch)
	s.handle("GET "+base+"/tags", access{}, s.listTags)
	s.handle("GET "+base+"/commits", read, s.listCommits)
	s.handle("GET "+base+"/commits/{ref...}", read, s.getCommit)
	s.handle("GET "+base+"/commits/{sha}/pulls", access{app: "pull_requests:read"}, s.listPullsOfCommit)
	s.handle("GET "+base+"/commits/{sha}/branches-where-head", read, s.listBranchesOfCommit)
	s.handle("GET "+base+"/compare/{basehead...}", read, s.compare)
	s.handle("GET "+base+"/forks", access{}, s.listForks)
	s.handle("POST "+base+"/forks", access{app: "administration:write"}, s.createFork)
}

func (s *Server) listBranches(r *request) (response, error) {
	var names []string
	want := r.query.Get("protected")
	for _, ref := range r.repo.code().Refs(gitstore.HeadsPrefix) {
		name := strings.TrimPrefix(ref.Name, gitstore.HeadsPrefix)
		if want == "" || want == strconv.FormatBool(r.repo.isProtected(name)) {
			names = append(names, name)
		}
	}
	return paged(s, r, names, func(name string) obj {
		sha, _ := r.repo.code().Branch(name) // just listed
		return s.renderBranch(r.repo, name, sha)
	}), nil
}

func (s *Server) getBranch(r *request) (response, error) {
	name := r.param("branch")
	sha, err := r.repo.code().Branch(name)
	if err != nil {
		return response{}, fail(http.StatusNotFound, "Branch not found")
	}
	c, err := r.repo.code().Commit(sha)
	if err != nil {
		return response{}, err
	}
	o := s.renderBranch(r.repo, name, sha)
	o["commit"] = s.renderCommit(r.repo, c)
	o["_links"] = obj{
		"self": s.api("/repos/%s/branches/%s", r.repo.fullName(), escapePath(name)),
		"html": s.web("/%s/tree/%s", r.repo.fullName(), escapePath(name)),
	}
	return ok(o), nil
}

func (s *Server) listTags(r *request) (response, error) {
	list := r.repo.code().Refs(gitstore.TagsPrefix)
	slices.Reverse(list)
	return paged(s, r, list, func(ref gitstore.Ref) obj {
		name := strings.TrimPrefix(ref.Name, gitstore.TagsPrefix)
		sha, _ := r.repo.code().Resolve(ref.Name) // a tag of a tree has no commit
		return obj{
			"name": name, "node_id": gitNodeID("REF", r.repo, ref.Name),
			"commit":      obj{"sha": sha, "url": s.api("/repos/%s/commits/%s", r.repo.fullName(), sha)},
			"zipball_url": s.api("/repos/%s/zipball/%s", r.repo.fullName(), ref.Name),
			"tarball_url": s.api("/repos/%s/tarball/%s", r.repo.fullName(), ref.Name),
		}
	}), nil
}

func (s *Server) listCommits(r *request) (response, error) {
	if err := r.refuseEmpty(); err != nil {
		return response{}, err
	}
	q := r.query
	rev := q.Get("sha")
	if rev == "" {
		rev = r.repo.defaultBranch
	}
	sha, err := r.repo.code().Resolve(rev)
	if err != nil {
		return response{}, notFound()
	}
	o := gitstore.LogOptions{Path: strings.Trim(q.Get("path"), "/")}
	if o.Since, err = r.queryTime("since"); err != nil {
		return response{}, err
	}
	if o.Until, err = r.queryTime("until"); err != nil {
		return response{}, err
	}
	list, err := r.repo.code().Log(sha, o)
	if err != nil {
		return response{}, err
	}
	for name, side := range map[string]func(*gitstore.Commit) string{
		"author":    func(c *gitstore.Commit) string { return c.Author.Email },
		"committer": func(c *gitstore.Commit) string { return c.Committer.Email },
	} {
		if who := q.Get(name); who != "" {
			list = slices.DeleteFunc(list, func(c gitstore.Commit) bool { return !s.isPerson(side(&c), who) })
		}
	}
	return paged(s, r, list, func(c gitstore.Commit) obj { return s.renderCommit(r.repo, c) }), nil
}

// isPerson says whether an address is what a filter names: a login or an address.
func (s *Server) isPerson(email, who string) bool {
	if strings.EqualFold(email, who) {
		return true
	}
	u := s.userByEmail(email)
	return u != nil && strings.EqualFold(u.login, who)
}

func (s *Server) getCommit(r *request) (response, error) {
	if err := r.refuseEmpty(); err != nil {
		return response{}, err
	}
	c, err := commitOf(r.repo, r.param("ref"))
	if err != nil {
		return response{}, err
	}
	if r.accepts("sha") {
		return response{status: http.StatusOK, raw: []byte(c.SHA), contentType: "application/vnd.github.sha; charset=utf-8"}, nil
	}
	parent := ""
	if len(c.Parents) > 0 {
		parent = c.Parents[0]
	}
	files, err := r.repo.code().Changes(parent, c.SHA)
	if err != nil {
		return response{}, err
	}
	if err := r.repo.code().Fill(files); err != nil {
		return response{}, err
	}
	if r.accepts("diff") || r.accepts("patch") {
		return diffResponse(r, files)
	}
	o := s.renderCommit(r.repo, c)
	additions, deletions := 0, 0
	for _, f := range files {
		additions, deletions = additions+f.Additions, deletions+f.Deletions
	}
	o["stats"] = obj{"additions": additions, "deletions": deletions, "total": additions + deletions}
	files = files[:min(len(files), maxCommitFiles)]
	page := r.page()
	if r.query.Get("per_page") == "" {
		page.size = commitFilesPage
	}
	from, to := page.cut(len(files))
	o["files"] = s.renderFiles(r.repo, c.SHA, files[from:to])
	return linked(ok(o), s.linkHeader(r, page, len(files))), nil
}

func (s *Server) renderFiles(rp *repo, sha string, files []gitstore.Change) []obj {
	out := []obj{}
	for n := range files {
		out = append(out, s.renderFile(rp, sha, &files[n]))
	}
	return out
}

// pullsOfCommit lists the pull requests of a commit, by number: the merged ones that brought it in and, as long as
// it is not in the default branch, the open ones that would.
// https://docs.github.com/rest/commits/commits#list-pull-requests-associated-with-a-commit
func (s *Server) pullsOfCommit(rp *repo, sha string) ([]*issue, error) {
	waits := true
	if tip, err := rp.code().Branch(rp.defaultBranch); err == nil {
		in, err := rp.code().IsAncestor(sha, tip)
		if err != nil {
			return nil, err
		}
		waits = !in
	}
	var out []*issue
	for _, i := range rp.pullRequests() {
		merged := !i.pull.mergedAt.IsZero()
		if !merged && !(waits && i.pull.open()) {
			continue
		}
		commits, err := s.pullCommits(i)
		if err != nil && !errors.Is(err, gitstore.ErrNotFound) {
			return nil, err
		}
		if i.pull.mergeSHA == sha || slices.ContainsFunc(commits, func(c gitstore.Commit) bool { return c.SHA == sha }) {
			out = append(out, i)
		}
	}
	return out, nil
}

// listPullsOfCommit answers with pullsOfCommit, the newest first.
func (s *Server) listPullsOfCommit(r *request) (response, error) {
	c, err := commitOf(r.repo, r.param("sha"))
	if err != nil {
		return response{}, err
	}
	list, err := s.pullsOfCommit(r.repo, c.SHA)
	if err != nil {
		return response{}, err
	}
	slices.Reverse(list)
	return paged(s, r, list, s.renderPull), nil
}

func (s *Server) listBranchesOfCommit(r *request) (response, error) {
	c, err := commitOf(r.repo, r.param("sha"))
	if err != nil {
		return response{}, err
	}
	out := []obj{}
	for _, name := range r.repo.branchesAt(c.SHA) {
		o := s.renderBranch(r.repo, name, c.SHA)
		delete(o, "protection")
		delete(o, "protection_url")
		out = append(out, o)
	}
	return ok(out), nil
}

// side resolves one side of a comparison: a revision, "owner:revision" or "owner:repository:revision".
func (s *Server) side(r *request, text string) (*repo, gitstore.Commit, error) {
	rp, rev := r.repo, text
	if owner, rest, qualified := strings.Cut(text, ":"); qualified {
		rp, rev = s.headOf(r.repo, text, "")
		if name, ref, full := strings.Cut(rest, ":"); full {
			rp, rev = s.st.repository(owner, name), ref
		}
	}
	if rp == nil || !s.canSee(r.actor, rp) {
		return nil, gitstore.Commit{}, notFound()
	}
	sha, err := rp.code().Resolve(rev)
	if err != nil {
		return nil, gitstore.Commit{}, notFound()
	}
	c, err := rp.code().Commit(sha)
	return rp, c, err
}

func (s *Server) compare(r *request) (response, error) {
	left, right, found := strings.Cut(r.param("basehead"), "...")
	if !found {
		return response{}, notFound()
	}
	_, base, err := s.side(r, left)
	if err != nil {
		return response{}, err
	}
	_, head, err := s.side(r, right)
	if err != nil {
		return response{}, err
	}
	c, err := r.repo.code().Compare(base.SHA, head.SHA)
	if errors.Is(err, gitstore.ErrNoCommonBase) || errors.Is(err, gitstore.ErrNotFound) {
		return response{}, fail(http.StatusNotFound, "No common ancestor between %s and %s.", left, right)
	}
	if err != nil {
		return response{}, err
	}
	files, err := r.repo.code().Changes(c.MergeBase, c.Head)
	if err != nil {
		return response{}, err
	}
	asText := r.accepts("diff") || r.accepts("patch")
	if !asText {
		files = files[:min(len(files), maxCompareFiles)]
	}
	if err := r.repo.code().Fill(files); err != nil {
		return response{}, err
	}
	if asText {
		return diffResponse(r, files)
	}
	return s.comparison(r, c, files, left, right)
}

// comparison is a comparison as JSON. The files stand on the first page only. The commits come in pages, the oldest
// first, if the request asks for pages, else the newest 250:
// https://docs.github.com/rest/commits/commits#compare-two-commits
func (s *Server) comparison(r *request, c *gitstore.Comparison, files []gitstore.Change, left, right string) (response, error) {
	base, err := r.repo.code().Commit(c.Base)
	if err != nil {
		return response{}, err
	}
	common, err := r.repo.code().Commit(c.MergeBase)
	if err != nil {
		return response{}, err
	}
	page, link := listPage{number: 1}, ""
	from, to := max(0, len(c.Ahead)-maxCompareCommits), len(c.Ahead)
	if r.query.Has("page") || r.query.Has("per_page") {
		page = r.page()
		link = s.linkHeader(r, page, len(c.Ahead))
		from, to = page.cut(len(c.Ahead))
	}
	commits := []obj{}
	for _, one := range c.Ahead[from:to] {
		commits = append(commits, s.renderCommit(r.repo, one))
	}
	spec := url.PathEscape(left) + "..." + url.PathEscape(right)
	html := s.web("/%s/compare/%s", r.repo.fullName(), spec)
	o := obj{
		"url": s.api("/repos/%s/compare/%s", r.repo.fullName(), spec), "html_url": html,
		"permalink_url": s.web("/%s/compare/%s:%s...%s:%s", r.repo.fullName(), r.repo.owner.login, c.Base[:7], r.repo.owner.login, c.Head[:7]),
		"diff_url":      html + ".diff", "patch_url": html + ".patch", "base_commit": s.renderCommit(r.repo, base),
		"merge_base_commit": s.renderCommit(r.repo, common), "status": c.Status(), "ahead_by": len(c.Ahead),
		"behind_by": c.Behind, "total_commits": len(c.Ahead), "commits": commits,
	}
	if page.number == 1 {
		o["files"] = s.renderFiles(r.repo, c.Head, files)
	}
	return linked(ok(o), link), nil
}

func (s *Server) listForks(r *request) (response, error) {
	var list []*repo
	for _, rp := range sorted(s.st.repos) {
		if rp.fork == r.repo && s.canSee(r.actor, rp) {
			list = append(list, rp)
		}
	}
	slices.Reverse(list)
	return paged(s, r, list, s.renderRepo), nil
}

// createFork forks a repository into an account of the actor's.
func (s *Server) createFork(r *request) (response, error) {
	var in struct{ Organization, Name string }
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	owner := r.actor.user
	if in.Organization != "" {
		owner = s.st.account(in.Organization)
	}
	if owner == nil || owner.kind == typeBot || owner.kind == typeOrg && owner.members[r.actor.user.id] == "" {
		return response{}, fail(http.StatusForbidden, "You do not have permission to fork into this account.")
	}
	if in.Name == "" {
		in.Name = r.repo.name
	}
	if err := checkRepoName(in.Name); err != nil {
		return response{}, err
	}
	rp := s.st.repository(owner.login, in.Name)
	if rp != nil && rp.fork != r.repo {
		return response{}, fail(http.StatusForbidden, "Name already exists on this account")
	}
	if rp == nil {
		rp = s.newRepo(owner, in.Name, r.now)
		rp.private, rp.description = r.repo.private, r.repo.description
		s.gitFork(rp, r.repo)
		s.emit(r.actor.user, "fork", "", r.repo, obj{"forkee": s.renderRepo(rp)})
	}
	return response{status: http.StatusAccepted, body: s.renderFullRepo(rp, r.actor)}, nil
}
