package hubsim

import (
	"strings"
)

// level is a person's permission on a repository.
type level int

// Levels, in rising order.
const (
	levelNone level = iota
	levelRead
	levelTriage
	levelWrite
	levelMaintain
	levelAdmin
)

var levelNames = []string{"none", "read", "triage", "write", "maintain", "admin"}

// role is the level's name as role_name has it.
func (l level) role() string { return levelNames[l] }

// legacy is the level as "permission" has it, which knows four of them.
func (l level) legacy() string {
	switch l {
	case levelTriage:
		return "read"
	case levelMaintain:
		return "write"
	}
	return levelNames[l]
}

// teamName is the level as teams have it.
func (l level) teamName() string {
	switch l {
	case levelRead:
		return "pull"
	case levelWrite:
		return "push"
	}
	return levelNames[l]
}

// rights is the level as GitHub's refusals have it.
func (l level) rights() string {
	if l == levelWrite {
		return "push"
	}
	return l.role()
}

// permissions is the object of flags that repositories and collaborators carry.
func (l level) permissions() obj {
	return obj{
		"pull": l >= levelRead, "triage": l >= levelTriage, "push": l >= levelWrite,
		"maintain": l >= levelMaintain, "admin": l >= levelAdmin,
	}
}

// parseLevel reads a level by any of its names; ok is false for another word.
func parseLevel(s string) (l level, ok bool) {
	switch s {
	case "pull":
		return levelRead, true
	case "push":
		return levelWrite, true
	}
	for i, name := range levelNames {
		if s == name {
			return level(i), true
		}
	}
	return levelNone, false
}

// levelOf is the highest permission a person has on a repository: through the repository, a team or the
// organisation; anybody may read a public one.
func (s *Server) levelOf(u *user, rp *repo) level {
	best := levelNone
	if !rp.private {
		best = levelRead
	}
	if u == nil {
		return best
	}
	return max(best, s.grantedLevel(u, rp))
}

// grantedLevel is levelOf without what everybody has.
func (s *Server) grantedLevel(u *user, rp *repo) level {
	if u == rp.owner {
		return levelAdmin
	}
	best := rp.collaborators[u.id]
	if role, member := rp.owner.members[u.id]; member {
		if role == "admin" {
			return levelAdmin
		}
		best = max(best, rp.owner.base)
	}
	for _, t := range s.st.teams {
		if t.org == rp.owner && s.inTeam(t, u) {
			for up := t; up != nil; up = up.parent { // child teams inherit what their parents may do
				best = max(best, up.repos[rp.id])
			}
		}
	}
	return best
}

// inTeam says whether u is a member of a team itself, not counting its child teams.
func (s *Server) inTeam(t *team, u *user) bool {
	_, in := t.members[u.id]
	return in
}

// canSee says whether an actor may know that a repository exists.
func (s *Server) canSee(a *actor, rp *repo) bool {
	if !rp.private {
		return true
	}
	if a.kind == actorInstallation {
		return a.covers(rp)
	}
	return s.levelOf(a.user, rp) >= levelRead
}

// can says whether an actor may do on a repository what asks for level of a person and for permission
// (such as "issues:write") of an App.
func (s *Server) can(a *actor, rp *repo, person level, permission string, isPull bool) bool {
	if a.kind == actorInstallation {
		return a.canAny(rp, permission, isPull)
	}
	return a.user != nil && s.levelOf(a.user, rp) >= person
}

// covers says whether an installation token reaches a repository.
func (a *actor) covers(rp *repo) bool {
	return a.inst != nil && a.inst.covers(rp) && (a.token == nil || a.token.repos == nil || a.token.repos[rp.id])
}

// canAny says whether an installation token has one of the alternatives of needs on a repository.
func (a *actor) canAny(rp *repo, needs string, isPull bool) bool {
	if !a.covers(rp) {
		return false
	}
	for need := range strings.SplitSeq(needs, "|") {
		name, lvl, _ := strings.Cut(need, ":")
		if name == "pull_requests" && strings.Contains(needs, "|") && !isPull {
			continue // an issue that is none needs the issues permission
		}
		if a.hasPermission(name, lvl) {
			return true
		}
	}
	return false
}

// orgCan is canAny for an organisation.
func (a *actor) orgCan(org *user, needs string) bool {
	if a.inst == nil || a.inst.account != org {
		return false
	}
	for need := range strings.SplitSeq(needs, "|") {
		name, lvl, _ := strings.Cut(need, ":")
		if a.hasPermission(name, lvl) {
			return true
		}
	}
	return false
}

func (a *actor) hasPermission(name, lvl string) bool {
	if name == "metadata" {
		return true // every token reads metadata
	}
	have := a.inst.permissions
	if a.token != nil && a.token.permissions != nil {
		have = a.token.permissions
	}
	return rank(have[name]) >= rank(lvl)
}

// rank orders the levels of an App's permission.
func rank(lvl string) int {
	switch lvl {
	case "read":
		return 1
	case "write":
		return 2
	case "admin":
		return 3
	}
	return 0
}
