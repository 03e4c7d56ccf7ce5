package hubsim

import (
	"maps"
	"slices"
	"strings"
)

// gqlType says that people, bots and organisations are three types of Actor.
func (u *user) gqlType() string { return u.kind }

func (u *user) gqlKey() string { return nodeID(nodePrefix(u), 0, u.id) }

func nodePrefix(u *user) string {
	return map[string]string{typeUser: nodeUser, typeBot: nodeBot, typeOrg: nodeOrg}[u.kind]
}

// resourcePath is the path of an account's page.
func (u *user) resourcePath() string {
	if u.kind == typeBot && u.app != nil {
		return "/apps/" + u.app.slug
	}
	return "/" + u.login
}

func gqlActorFields() map[string]gqlResolver {
	common := map[string]gqlResolver{
		"id":           of(func(_ *gqlCall, u *user) any { return u.gqlKey() }),
		"databaseId":   of(func(_ *gqlCall, u *user) any { return u.id }),
		"login":        of(func(_ *gqlCall, u *user) any { return u.login }),
		"url":          of(func(c *gqlCall, u *user) any { return c.backend.s.web("%s", u.resourcePath()) }),
		"resourcePath": of(func(_ *gqlCall, u *user) any { return u.resourcePath() }),
		"avatarUrl":    of(func(c *gqlCall, u *user) any { return c.backend.s.web("/avatars/u/%d?v=4", u.id) }),
		"createdAt":    of(func(_ *gqlCall, u *user) any { return gqlTime(u.createdAt) }),
		"updatedAt":    of(func(_ *gqlCall, u *user) any { return gqlTime(u.createdAt) }),
	}
	out := map[string]gqlResolver{}
	for _, typ := range []string{"User", "Bot", "Organization", "Mannequin"} {
		maps.Copy(out, fieldsOf(typ, common))
	}
	// In GraphQL an App's bot is called by the App's slug, without the "[bot]" that REST shows; only the viewer,
	// who is always a User, has it.
	out["Bot.login"] = of(func(_ *gqlCall, u *user) any { return strings.TrimSuffix(u.login, "[bot]") })
	maps.Copy(out, fieldsOf("User", map[string]gqlResolver{
		"name":        of(func(_ *gqlCall, u *user) any { return textOrNull(u.name) }),
		"email":       of(func(_ *gqlCall, u *user) any { return u.email }),
		"isViewer":    of(func(c *gqlCall, u *user) any { return u == c.backend.r.actor.user }),
		"isSiteAdmin": of(func(_ *gqlCall, u *user) any { return u.siteAdmin }),
	}))
	maps.Copy(out, fieldsOf("Organization", map[string]gqlResolver{
		"name":            of(func(_ *gqlCall, u *user) any { return textOrNull(u.name) }),
		"team":            with(gqlOrgTeam),
		"teams":           with(gqlOrgTeams),
		"membersWithRole": with(gqlOrgMembers),
	}))
	return out
}

// gqlMember is a person with a role in a team, organisation or repository; the node of an edge that shows the role.
type gqlMember struct {
	*user
	role string
}

func (m gqlMember) gqlNode() any { return m.user }

func gqlOrgTeam(c *gqlCall, org *user, args gqlArgs) (any, error) {
	t := c.backend.s.st.team(org, args.str("slug"))
	if t == nil {
		return nil, c.needOrg(org)
	}
	if visible, err := c.seeTeam(t); !visible || err != nil {
		return nil, err
	}
	return t, nil
}

func gqlOrgTeams(c *gqlCall, org *user, _ gqlArgs) (any, error) {
	if err := c.needOrg(org); err != nil {
		return nil, err
	}
	var out gqlList
	for _, t := range sorted(c.backend.s.st.teams) {
		if t.org != org {
			continue
		}
		if visible, err := c.seeTeam(t); visible && err == nil {
			out = append(out, t)
		}
	}
	return out, nil
}

func gqlOrgMembers(c *gqlCall, org *user, _ gqlArgs) (any, error) {
	if err := c.needOrg(org); err != nil {
		return nil, err
	}
	var out gqlList
	for _, id := range slices.Sorted(maps.Keys(org.members)) {
		if u := c.backend.s.st.users[id]; u != nil {
			out = append(out, gqlMember{u, strings.ToUpper(org.members[id])})
		}
	}
	return out, nil
}

// needOrg refuses an installation that may not read an organisation's members and teams.
func (c *gqlCall) needOrg(org *user) error {
	a := c.backend.r.actor
	if a.kind == actorInstallation && !a.orgCan(org, "members:read") {
		return forbidden()
	}
	return nil
}

// seeTeam says whether the actor may know of a team: an App by its permission, people as members of the
// organisation and, of a secret team, as its members or owners.
func (c *gqlCall) seeTeam(t *team) (bool, error) {
	a := c.backend.r.actor
	if a.kind == actorInstallation {
		err := c.needOrg(t.org)
		return err == nil, err
	}
	role := t.org.members[a.user.id]
	if t.privacy != "secret" {
		return role != "", nil
	}
	_, in := t.members[a.user.id]
	return in || role == "admin", nil
}

func (t *team) gqlType() string { return "Team" }

func (t *team) gqlKey() string { return nodeID(nodeTeam, 0, t.id) }

func (t *team) resourcePath() string { return "/orgs/" + t.org.login + "/teams/" + t.slug }

func gqlTeamFields() map[string]gqlResolver {
	out := fieldsOf("Team", map[string]gqlResolver{
		"id":           of(func(_ *gqlCall, t *team) any { return t.gqlKey() }),
		"databaseId":   of(func(_ *gqlCall, t *team) any { return t.id }),
		"name":         of(func(_ *gqlCall, t *team) any { return t.name }),
		"slug":         of(func(_ *gqlCall, t *team) any { return t.slug }),
		"combinedSlug": of(func(_ *gqlCall, t *team) any { return t.org.login + "/" + t.slug }),
		"description":  of(func(_ *gqlCall, t *team) any { return textOrNull(t.description) }),
		"privacy": of(func(_ *gqlCall, t *team) any {
			if t.privacy == "secret" {
				return "SECRET"
			}
			return "VISIBLE"
		}),
		"organization": of(func(_ *gqlCall, t *team) any { return t.org }),
		"parentTeam":   of(func(_ *gqlCall, t *team) any { return t.parent }),
		"url":          of(func(c *gqlCall, t *team) any { return c.backend.s.web("%s", t.resourcePath()) }),
		"resourcePath": of(func(_ *gqlCall, t *team) any { return t.resourcePath() }),
		"createdAt":    of(func(_ *gqlCall, t *team) any { return gqlTime(t.createdAt) }),
		"updatedAt":    of(func(_ *gqlCall, t *team) any { return gqlTime(t.updatedAt) }),
		"members":      with(gqlTeamMembers),
		"childTeams":   with(gqlChildTeams),
	})
	out["TeamMemberEdge.role"] = edgeRole()
	out["OrganizationMemberEdge.role"] = edgeRole()
	out["RepositoryCollaboratorEdge.permission"] = edgeRole()
	return out
}

func edgeRole() gqlResolver {
	return with(func(_ *gqlCall, e *gqlEdge, _ gqlArgs) (any, error) { return e.node.(gqlMember).role, nil })
}

// gqlTeamMembers lists a team's members: with membership ALL those of its child teams too.
func gqlTeamMembers(c *gqlCall, t *team, args gqlArgs) (any, error) {
	var out gqlList
	for _, u := range c.backend.s.st.membersOf(t) {
		role, immediate := t.members[u.id]
		switch m := args.str("membership"); {
		case m == "IMMEDIATE" && !immediate, m == "CHILD_TEAM" && immediate:
			continue
		}
		if !immediate {
			role = "member"
		}
		role = strings.ToUpper(role)
		if want := args.str("role"); want == "" || want == role {
			out = append(out, gqlMember{u, role})
		}
	}
	return out, nil
}

func gqlChildTeams(c *gqlCall, t *team, args gqlArgs) (any, error) {
	var out gqlList
	for _, child := range sorted(c.backend.s.st.teams) {
		below := child.parent == t
		for up := child.parent; up != nil && !args.flag("immediateOnly"); up = up.parent {
			below = below || up == t
		}
		if !below {
			continue
		}
		if visible, err := c.seeTeam(child); visible && err == nil {
			out = append(out, child)
		}
	}
	return out, nil
}
