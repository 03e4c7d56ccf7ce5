package hubsim

import (
	"net/url"
	"strconv"
	"strings"
)

// The functions here turn the state into GitHub's REST JSON. Webhook payloads carry the same objects.

func (s *Server) renderUser(u *user) obj {
	if u == nil {
		return s.renderGhost()
	}
	prefix := map[string]string{typeUser: nodeUser, typeBot: nodeBot, typeOrg: nodeOrg}[u.kind]
	path := url.PathEscape(u.login)
	o := obj{
		"login": u.login, "id": u.id, "node_id": nodeID(prefix, 0, u.id),
		"avatar_url": s.web("/avatars/u/%d?v=4", u.id), "gravatar_id": "", "type": u.kind, "site_admin": u.siteAdmin,
		"user_view_type": "public",
		"url":            s.api("/users/%s", path), "html_url": s.web("/%s", path),
	}
	if u.kind == typeBot && u.app != nil {
		o["html_url"] = s.web("/apps/%s", u.app.slug)
	}
	for key, suffix := range map[string]string{
		"followers_url": "/followers", "following_url": "/following{/other_user}", "gists_url": "/gists{/gist_id}",
		"starred_url": "/starred{/owner}{/repo}", "subscriptions_url": "/subscriptions", "organizations_url": "/orgs",
		"repos_url": "/repos", "events_url": "/events{/privacy}", "received_events_url": "/received_events",
	} {
		o[key] = s.api("/users/%s", path) + suffix
	}
	return o
}

// renderGhost is the account GitHub shows for one that is gone.
func (s *Server) renderGhost() obj {
	return s.renderUser(&user{id: 10137, login: "ghost", kind: typeUser})
}

func (s *Server) renderUsers(us []*user) []obj {
	out := make([]obj, 0, len(us))
	for _, u := range us {
		out = append(out, s.renderUser(u))
	}
	return out
}

// renderOrgSimple is an organisation as webhooks carry it.
func (s *Server) renderOrgSimple(u *user) obj {
	base := s.api("/orgs/%s", u.login)
	return obj{
		"login": u.login, "id": u.id, "node_id": nodeID(nodeOrg, 0, u.id), "url": base, "repos_url": base + "/repos",
		"events_url": base + "/events", "hooks_url": base + "/hooks", "issues_url": base + "/issues",
		"members_url": base + "/members{/member}", "public_members_url": base + "/public_members{/member}",
		"avatar_url": s.web("/avatars/u/%d?v=4", u.id), "description": "",
	}
}

// repoLinks are the addresses every repository object carries, by key, as they follow the repository's own.
var repoLinks = map[string]string{
	"forks_url": "/forks", "keys_url": "/keys{/key_id}", "collaborators_url": "/collaborators{/collaborator}",
	"teams_url": "/teams", "hooks_url": "/hooks", "issue_events_url": "/issues/events{/number}", "events_url": "/events",
	"assignees_url": "/assignees{/user}", "branches_url": "/branches{/branch}", "tags_url": "/tags",
	"blobs_url": "/git/blobs{/sha}", "git_tags_url": "/git/tags{/sha}", "git_refs_url": "/git/refs{/sha}",
	"trees_url": "/git/trees{/sha}", "statuses_url": "/statuses/{sha}", "languages_url": "/languages",
	"stargazers_url": "/stargazers", "contributors_url": "/contributors", "subscribers_url": "/subscribers",
	"subscription_url": "/subscription", "commits_url": "/commits{/sha}", "git_commits_url": "/git/commits{/sha}",
	"comments_url": "/comments{/number}", "issue_comment_url": "/issues/comments{/number}",
	"contents_url": "/contents/{+path}", "compare_url": "/compare/{base}...{head}", "merges_url": "/merges",
	"archive_url": "/{archive_format}{/ref}", "downloads_url": "/downloads", "issues_url": "/issues{/number}",
	"pulls_url": "/pulls{/number}", "milestones_url": "/milestones{/number}",
	"notifications_url": "/notifications{?since,all,participating}", "labels_url": "/labels{/name}",
	"releases_url": "/releases{/id}", "deployments_url": "/deployments",
}

// renderRepo is a repository as it stands inside other objects.
func (s *Server) renderRepo(r *repo) obj {
	base, page := s.api("/repos/%s", r.fullName()), s.web("/%s", r.fullName())
	visibility := "public"
	if r.private {
		visibility = "private"
	}
	host := strings.TrimPrefix(strings.TrimPrefix(s.baseURL, "http://"), "https://")
	open := r.openIssues()
	o := obj{
		"id": r.id, "node_id": nodeID(nodeRepo, 0, r.id), "name": r.name, "full_name": r.fullName(), "private": r.private,
		"owner": s.renderUser(r.owner), "html_url": page, "description": textOrNull(r.description), "fork": r.fork != nil,
		"url": base, "created_at": stamp(r.createdAt), "updated_at": stamp(r.updatedAt), "pushed_at": stamp(r.pushedAt),
		"git_url": "git://" + host + "/" + r.fullName() + ".git", "ssh_url": "git@" + host + ":" + r.fullName() + ".git",
		"clone_url": page + ".git", "svn_url": page, "homepage": nil, "size": 108, "stargazers_count": 0,
		"watchers_count": 0, "language": nil, "has_issues": true, "has_projects": true, "has_downloads": true,
		"has_wiki": false, "has_pages": false, "has_discussions": false, "forks_count": 0, "mirror_url": nil,
		"archived": r.archived, "disabled": false, "open_issues_count": open, "license": nil, "allow_forking": true,
		"is_template": false, "web_commit_signoff_required": false, "topics": []string{}, "visibility": visibility,
		"forks": 0, "open_issues": open, "watchers": 0, "default_branch": r.defaultBranch,
	}
	for key, suffix := range repoLinks {
		o[key] = base + suffix
	}
	return o
}

// renderSimpleRepo is a repository in GitHub's shortest form, as references to issues carry it.
func (s *Server) renderSimpleRepo(r *repo) obj {
	full := s.renderRepo(r)
	o := obj{}
	for _, key := range []string{"id", "node_id", "name", "full_name", "owner", "private", "html_url", "description", "fork", "url"} {
		o[key] = full[key]
	}
	for key := range repoLinks {
		o[key] = full[key]
	}
	return o
}

// renderHookRepo is a repository as webhooks carry it.
func (s *Server) renderHookRepo(r *repo) obj {
	o := s.renderRepo(r)
	o["custom_properties"] = obj{}
	return o
}

// renderFullRepo is a repository as its own route shows it to an actor.
func (s *Server) renderFullRepo(r *repo, a *actor) obj {
	o := s.renderRepo(r)
	o["network_count"], o["subscribers_count"], o["temp_clone_token"] = 0, 0, nil
	o["custom_properties"] = obj{}
	if r.owner.kind == typeOrg {
		o["organization"] = s.renderUser(r.owner)
	}
	if a.kind == actorPerson {
		o["permissions"] = s.levelOf(a.user, r).permissions()
	} else if a.kind == actorInstallation {
		o["permissions"] = a.repoPermissions().permissions()
	}
	if a.kind != actorAnonymous {
		o["allow_squash_merge"], o["allow_merge_commit"], o["allow_rebase_merge"] = true, true, true
		o["allow_auto_merge"], o["delete_branch_on_merge"], o["allow_update_branch"] = false, r.deletesMerged, false
	}
	if r.fork != nil {
		o["parent"], o["source"] = s.renderRepo(r.fork), s.renderRepo(r.fork)
	}
	return o
}

// repoPermissions is what a repository's "permissions" shows to an installation.
func (a *actor) repoPermissions() level {
	switch {
	case a.hasPermission("administration", "write"):
		return levelAdmin
	case a.hasPermission("contents", "write"):
		return levelWrite
	}
	return levelRead
}

func (r *repo) openIssues() int {
	n := 0
	for _, is := range r.issues {
		if is.state == "open" {
			n++
		}
	}
	return n
}

func textOrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (s *Server) renderLabel(r *repo, l *label) obj {
	return obj{
		"id": l.id, "node_id": nodeID(nodeLabel, r.id, l.id), "name": l.name, "color": l.color, "default": l.standard,
		"description": textOrNull(l.description), "url": s.api("/repos/%s/labels/%s", r.fullName(), url.PathEscape(l.name)),
	}
}

func (s *Server) renderLabels(r *repo, ls []*label) []obj {
	out := make([]obj, 0, len(ls))
	for _, l := range ls {
		out = append(out, s.renderLabel(r, l))
	}
	return out
}

// renderApp is an App, as /app and performed_via_github_app have it; nil for no App.
func (s *Server) renderApp(a *app) any {
	if a == nil {
		return nil
	}
	return s.renderAppObject(a)
}

func (s *Server) renderAppObject(a *app) obj {
	return obj{
		"id": a.id, "client_id": a.clientID, "slug": a.slug, "node_id": nodeID(nodeApp, 0, a.id), "name": a.name,
		"owner": s.renderUser(a.owner), "description": a.description, "external_url": s.web("/apps/%s", a.slug),
		"html_url": s.web("/apps/%s", a.slug), "created_at": stamp(a.createdAt), "updated_at": stamp(a.createdAt),
		"permissions": a.permissions, "events": nonNil(a.events),
	}
}

func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// association is how an author relates to a repository.
func (s *Server) association(r *repo, u *user) string {
	switch {
	case u == nil || u.kind == typeBot:
		return "NONE"
	case u == r.owner:
		return "OWNER"
	case r.owner.members[u.id] != "":
		return "MEMBER"
	case r.collaborators[u.id] > levelNone:
		return "COLLABORATOR"
	}
	for _, is := range r.issues {
		if is.isPull() && is.author == u && !is.pull.mergedTime().IsZero() {
			return "CONTRIBUTOR"
		}
	}
	return "NONE"
}

// page of an issue or pull request.
func (s *Server) issuePage(i *issue) string {
	kind := "issues"
	if i.isPull() {
		kind = "pull"
	}
	return s.web("/%s/%s/%d", i.repo.fullName(), kind, i.number)
}

// renderIssue is an issue, or the issue side of a pull request.
func (s *Server) renderIssue(i *issue) obj {
	base := s.api("/repos/%s/issues/%d", i.repo.fullName(), i.number)
	o := obj{
		"id": i.id, "node_id": i.nodeID(), "url": base, "repository_url": s.api("/repos/%s", i.repo.fullName()),
		"labels_url": base + "/labels{/name}", "comments_url": base + "/comments", "events_url": base + "/events",
		"timeline_url": base + "/timeline", "html_url": s.issuePage(i), "number": i.number, "title": i.title,
		"user": s.renderUser(i.author), "labels": s.renderLabels(i.repo, i.labels), "state": i.state,
		"state_reason": textOrNull(i.stateReason), "locked": i.locked, "active_lock_reason": textOrNull(i.lockReason),
		"assignee": nil, "assignees": s.renderUsers(i.assignees), "milestone": nil, "comments": len(i.comments),
		"created_at": stamp(i.createdAt), "updated_at": stamp(i.updatedAt), "closed_at": stamp(i.closedAt),
		"author_association": s.association(i.repo, i.author), "body": textOrNull(i.text.body),
		"reactions": s.renderRollup(base, i.reactions), "performed_via_github_app": s.renderApp(i.app),
	}
	if len(i.assignees) > 0 {
		o["assignee"] = s.renderUser(i.assignees[0])
	}
	if i.isPull() {
		s.addPullLinks(o, i)
		return o
	}
	o["type"] = nil
	o["sub_issues_summary"] = i.subIssuesSummary()
	o["issue_dependencies_summary"] = obj{"blocked_by": 0, "total_blocked_by": 0, "blocking": 0, "total_blocking": 0}
	if i.parent != nil {
		o["parent_issue_url"] = s.api("/repos/%s/issues/%d", i.parent.repo.fullName(), i.parent.number)
	}
	return o
}

// addPullLinks adds what an issue object carries when it is a pull request.
func (s *Server) addPullLinks(o obj, i *issue) {
	page := s.issuePage(i)
	o["pull_request"] = obj{
		"url": s.api("/repos/%s/pulls/%d", i.repo.fullName(), i.number), "html_url": page,
		"diff_url": page + ".diff", "patch_url": page + ".patch", "merged_at": stamp(i.pull.mergedTime()),
	}
	o["draft"] = i.pull.isDraft()
}

// renderFullIssue is an issue as its own route shows it.
func (s *Server) renderFullIssue(i *issue) obj {
	o := s.renderIssue(i)
	o["closed_by"] = nil
	if i.closedBy != nil {
		o["closed_by"] = s.renderUser(i.closedBy)
	}
	return o
}

func (i *issue) nodeID() string {
	if i.isPull() {
		return nodeID(nodePull, i.repo.id, i.id)
	}
	return nodeID(nodeIssue, i.repo.id, i.id)
}

func (i *issue) subIssuesSummary() obj {
	done := 0
	for _, sub := range i.subIssues {
		if sub.state == "closed" {
			done++
		}
	}
	percent := 0
	if n := len(i.subIssues); n > 0 {
		percent = done * 100 / n
	}
	return obj{"total": len(i.subIssues), "completed": done, "percent_completed": percent}
}

func (s *Server) renderComment(c *comment) obj {
	r := c.issue.repo
	base := s.api("/repos/%s/issues/comments/%d", r.fullName(), c.id)
	return obj{
		"id": c.id, "node_id": nodeID(nodeComment, r.id, c.id), "url": base,
		"html_url":  s.issuePage(c.issue) + "#issuecomment-" + strconv.FormatInt(c.id, 10),
		"issue_url": s.api("/repos/%s/issues/%d", r.fullName(), c.issue.number),
		"user":      s.renderUser(c.author), "created_at": stamp(c.createdAt), "updated_at": stamp(c.updatedAt),
		"body": c.text.body, "author_association": s.association(r, c.author),
		"reactions": s.renderRollup(base, c.reactions), "performed_via_github_app": s.renderApp(c.app),
	}
}

// reactionContents are the reactions there are.
var reactionContents = []string{"+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"}

func (s *Server) renderRollup(base string, rs []*reaction) obj {
	o := obj{"url": base + "/reactions", "total_count": len(rs)}
	for _, content := range reactionContents {
		o[content] = 0
	}
	for _, re := range rs {
		o[re.content] = o[re.content].(int) + 1
	}
	return o
}

func (s *Server) renderReaction(r *repo, re *reaction) obj {
	return obj{
		"id": re.id, "node_id": nodeID(nodeReaction, r.id, re.id), "user": s.renderUser(re.user), "content": re.content,
		"created_at": stamp(re.createdAt),
	}
}
