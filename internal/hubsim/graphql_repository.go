package hubsim

import (
	"maps"
	"slices"
	"strings"
)

func (r *repo) gqlType() string { return "Repository" }

func (r *repo) gqlKey() string { return nodeID(nodeRepo, 0, r.id) }

func gqlRepositoryFields() map[string]gqlResolver {
	out := fieldsOf("Repository", map[string]gqlResolver{
		"id":               of(func(_ *gqlCall, r *repo) any { return r.gqlKey() }),
		"databaseId":       of(func(_ *gqlCall, r *repo) any { return r.id }),
		"name":             of(func(_ *gqlCall, r *repo) any { return r.name }),
		"nameWithOwner":    of(func(_ *gqlCall, r *repo) any { return r.fullName() }),
		"owner":            of(func(_ *gqlCall, r *repo) any { return r.owner }),
		"url":              of(func(c *gqlCall, r *repo) any { return c.backend.s.web("/%s", r.fullName()) }),
		"resourcePath":     of(func(_ *gqlCall, r *repo) any { return "/" + r.fullName() }),
		"description":      of(func(_ *gqlCall, r *repo) any { return textOrNull(r.description) }),
		"createdAt":        of(func(_ *gqlCall, r *repo) any { return gqlTime(r.createdAt) }),
		"updatedAt":        of(func(_ *gqlCall, r *repo) any { return gqlTime(r.updatedAt) }),
		"pushedAt":         of(func(_ *gqlCall, r *repo) any { return gqlTime(r.pushedAt) }),
		"isPrivate":        of(func(_ *gqlCall, r *repo) any { return r.private }),
		"isArchived":       of(func(_ *gqlCall, r *repo) any { return r.archived }),
		"isFork":           of(func(_ *gqlCall, r *repo) any { return r.fork != nil }),
		"isInOrganization": of(func(_ *gqlCall, r *repo) any { return r.owner.kind == typeOrg }),
		"hasIssuesEnabled": of(func(*gqlCall, *repo) any { return true }),
		"visibility": of(func(_ *gqlCall, r *repo) any {
			if r.private {
				return "PRIVATE"
			}
			return "PUBLIC"
		}),
		"viewerPermission": of(viewerPermission),
		"collaborators":    with(gqlCollaborators),
		"labels": with(func(c *gqlCall, r *repo, args gqlArgs) (any, error) {
			if err := c.need(r, readIssues, true); err != nil {
				return nil, err
			}
			found := slices.DeleteFunc(slices.Clone(r.labels), func(l *label) bool {
				return !strings.Contains(strings.ToLower(l.name), strings.ToLower(args.str("query")))
			})
			return orderLabels(r, found, args), nil
		}),
		"label": with(func(c *gqlCall, r *repo, args gqlArgs) (any, error) {
			if err := c.need(r, readIssues, true); err != nil {
				return nil, err
			}
			if l := r.label(args.str("name")); l != nil {
				return gqlLabel{l, r}, nil
			}
			return nil, nil
		}),
	})
	maps.Copy(out, fieldsOf("Repository", gqlThreads()))
	return out
}

// gqlThreads are the fields of Repository that lead to issues and pull requests.
func gqlThreads() map[string]gqlResolver {
	numbered := func(name string, fits func(*issue) bool) gqlResolver {
		return with(func(c *gqlCall, r *repo, args gqlArgs) (any, error) {
			number, _ := args.num("number")
			i := r.issues[number]
			if i == nil || !fits(i) {
				return nil, gqlErrorf("NOT_FOUND", "Could not resolve to %s with the number of %d.", name, number)
			}
			return i, c.seeIssue(i)
		})
	}
	return map[string]gqlResolver{
		"issue":              numbered("an Issue", func(i *issue) bool { return !i.isPull() }),
		"pullRequest":        numbered("a PullRequest", (*issue).isPull),
		"issueOrPullRequest": numbered("an issue or pull request", func(*issue) bool { return true }),
		"issues": with(func(c *gqlCall, r *repo, args gqlArgs) (any, error) {
			if err := c.need(r, "issues:read", false); err != nil {
				return nil, err
			}
			return c.threads(r, false, args)
		}),
		"pullRequests": with(func(c *gqlCall, r *repo, args gqlArgs) (any, error) {
			if err := c.need(r, readPulls, true); err != nil {
				return nil, err
			}
			return c.threads(r, true, args)
		}),
	}
}

// viewerPermission is the actor's level on the repository, as RepositoryPermission; null for none.
func viewerPermission(c *gqlCall, r *repo) any {
	a := c.backend.r.actor
	if a.kind == actorInstallation {
		if !a.covers(r) {
			return "READ"
		}
		return strings.ToUpper(a.repoPermissions().role())
	}
	if l := c.backend.s.levelOf(a.user, r); l > levelNone {
		return strings.ToUpper(l.role())
	}
	return nil
}

// gqlCollaborators lists who may do more than the public, for those who may push.
func gqlCollaborators(c *gqlCall, r *repo, args gqlArgs) (any, error) {
	s, a := c.backend.s, c.backend.r.actor
	if a.kind == actorPerson && s.levelOf(a.user, r) < levelWrite {
		return nil, gqlErrorf("FORBIDDEN", "Must have push access to view repository collaborators.")
	}
	if err := c.need(r, "metadata:read", false); err != nil {
		return nil, err
	}
	var out gqlList
	for _, u := range sorted(s.st.users) {
		login, exact := args.text("login")
		switch {
		case u.kind != typeUser || exact && !strings.EqualFold(u.login, login):
			continue
		case !strings.Contains(strings.ToLower(u.login+" "+u.name), strings.ToLower(args.str("query"))):
			continue
		}
		if l := s.grantedLevel(u, r); l > levelNone {
			out = append(out, gqlMember{u, strings.ToUpper(l.role())})
		}
	}
	return out, nil
}
