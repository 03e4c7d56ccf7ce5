package gh

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/go-github/v62/github"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/policy"
)

// permittedAt is where it is kept who has a permission. No team's slug has a space, so it stands beside the teams and
// goes out of date with them.
func permittedAt(key engine.Key, p policy.Permission) string {
	return strings.ToLower(fmt.Sprintf("%d/%s/%s permission:%s", key.Installation, key.Owner, key.Repo, p))
}

// flags are the permissions as REST's answers have them.
var flags = map[policy.Permission]string{policy.PermissionWrite: "push", policy.PermissionMaintain: "maintain", policy.PermissionAdmin: "admin"}

// has reports whether a collaborator has at least the permission. Of a role that an organisation made GitHub tells
// what it is based on in the flags alone.
func has(u *github.User, p policy.Permission) bool {
	return u.GetPermissions()[flags[p]] || policy.Permission(u.GetRoleName()).Includes(p)
}

// maxCollaborators is how many people with access to a repository are listed. Who holds a role there should be a
// team where they are more.
const maxCollaborators = 3000

// permitted lists the people who have at least that permission on the repository; nil when that cannot be seen, or
// they are too many. It costs a request for each hundred people with any access: GitHub's own filter does not say
// whether it leaves out those with more, and a role with too few holders asks for too few approvals.
func (g *GitHub) permitted(ctx context.Context, c *client, key engine.Key, p policy.Permission) ([]facts.Person, error) {
	var known cachedTeam
	asked := 0
	g.cache.with(func() { known, asked = g.cache.teams[permittedAt(key, p)], g.cache.forgot })
	if fresh(known.read) {
		return known.people, nil
	}
	all, err := c.collaborators(ctx, key)
	if err != nil {
		return nil, err
	}
	g.cache.with(func() {
		if g.cache.forgot == asked {
			for q := range flags {
				g.cache.teams[permittedAt(key, q)] = cachedTeam{membership{people: having(all, q)}, time.Now()}
			}
		}
	})
	return having(all, p), nil
}

// having are the people among the collaborators who have at least that permission; nil where those are not known.
func having(all []*github.User, p policy.Permission) []facts.Person {
	if all == nil {
		return nil
	}
	people := []facts.Person{}
	for _, u := range all {
		if u.GetType() == "User" && has(u, p) {
			people = append(people, facts.Person{ID: u.GetID(), Login: u.GetLogin()})
		}
	}
	return people
}

// collaborators lists everybody with access to the repository; nil when that cannot be seen, or they are too many.
func (c *client) collaborators(ctx context.Context, key engine.Key) ([]*github.User, error) {
	all := []*github.User{}
	opts := &github.ListCollaboratorsOptions{Affiliation: "all", ListOptions: github.ListOptions{PerPage: 100}}
	for {
		page, res, err := c.Repositories.ListCollaborators(ctx, key.Owner, key.Repo, opts)
		if gone(err) || unread(err) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("list who has access to %s: %w", key.FullName(), limited(err))
		}
		if all = append(all, page...); res.NextPage == 0 {
			return all, nil
		}
		if len(all) >= maxCollaborators {
			return nil, nil
		}
		opts.Page = res.NextPage
	}
}
