package gh

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

type parsed struct {
	policy   *policy.Policy
	problems []policy.Problem
}

// membership is who is in a team, or has a permission.
type membership struct {
	people []facts.Person
	unread string // why that is not known, of facts.Reasons; "" when it is
}

type cachedTeam struct {
	membership
	read time.Time
}

// parse reads a config once for each content.
func (g *GitHub) parse(oid, text string) parsed {
	var p parsed
	known := false
	g.cache.with(func() { p, known = g.cache.configs[oid] })
	if known {
		return p
	}
	p.policy, p.problems = policy.Parse([]byte(text))
	g.cache.with(func() { g.cache.configs[oid] = p })
	return p
}

// rules are the config in force: the repository's own together with the one that its owner's repositories share.
// Where it has none of its own there are none.
func (g *GitHub) rules(ctx context.Context, c *client, key engine.Key, r *repositoryNode) (engine.Rules, error) {
	rules, err := g.ownRules(ctx, c, key, r)
	if err != nil {
		return rules, err
	}
	if rules.Policy != nil {
		if rules, err = g.withShared(ctx, c, key, r, rules); err != nil {
			return rules, err
		}
	}
	branch, _ := r.head()
	g.cache.mind(key, branch, rules.Policy)
	return rules, nil
}

// ownRules are the config of the default branch, or the newest valid version before a broken one.
// A config that cannot be read is an error, never the absence of one.
func (g *GitHub) ownRules(ctx context.Context, c *client, key engine.Key, r *repositoryNode) (engine.Rules, error) {
	if r.Config == nil {
		return engine.Rules{}, nil
	}
	branch, head := r.head()
	rules := engine.Rules{URL: r.URL + "/blob/" + branch + "/" + ConfigPath}
	now, err := g.readConfig(r.Config)
	if err != nil {
		return rules, err
	}
	if now.policy != nil {
		rules.Policy = now.policy
		return rules, nil
	}
	older, err := g.olderRules(ctx, c, key, head)
	if err != nil || older == nil {
		return rules, err
	}
	rules.Policy = older
	rules.Broken = firstOf(now.problems, older.Language)
	return rules, nil
}

// firstOf tells the first problem of a config that has some.
func firstOf(problems []policy.Problem, lang lifecycle.Lang) string {
	p := problems[0]
	return fmt.Sprintf("%d:%d: %s", p.Line, p.Column, p.Text(lang))
}

// readConfig parses a blob; one that GitHub cuts off or calls binary is broken, not absent.
func (g *GitHub) readConfig(b *blobNode) (parsed, error) {
	switch {
	case b.ByteSize > policy.MaxSize || b.IsTruncated:
		return g.parse("too large", strings.Repeat(" ", policy.MaxSize+1)), nil
	case b.Text == nil:
		return g.parse("binary", "\x00"), nil
	}
	return g.parse(b.Oid, *b.Text), nil
}

// olderRules looks for the newest valid config in the default branch's history.
func (g *GitHub) olderRules(ctx context.Context, c *client, key engine.Key, head string) (*policy.Policy, error) {
	at := strings.ToLower(key.FullName()) + "@" + head
	var p *policy.Policy
	known := false
	g.cache.with(func() { p, known = g.cache.older[at] })
	if known {
		return p, nil
	}
	p, err := g.findOlder(ctx, c, key)
	if err != nil {
		return nil, fmt.Errorf("look for the last valid config before %.7s: %w", head, err)
	}
	g.cache.with(func() { g.cache.older[at] = p })
	return p, nil
}

// findOlder returns the newest valid config of the history; nil when there is none.
func (g *GitHub) findOlder(ctx context.Context, c *client, key engine.Key) (*policy.Policy, error) {
	var history struct {
		Repository *struct {
			DefaultBranchRef struct {
				Target struct{ History list[struct{ Oid string }] }
			}
		}
	}
	if err := c.query(ctx, configHistoryDocument, variables(key), &history); err != nil {
		return nil, err
	}
	if history.Repository == nil {
		return nil, engine.ErrGone
	}
	commits := history.Repository.DefaultBranchRef.Target.History.Nodes
	if len(commits) == 0 {
		return nil, nil
	}
	var doc strings.Builder
	doc.WriteString("query($owner: String!, $repo: String!) { repository(owner: $owner, name: $repo) {")
	for i, commit := range commits {
		fmt.Fprintf(&doc, " c%d: object(expression: \"%s:%s\") { ... on Blob { oid byteSize isBinary isTruncated text } }", i, commit.Oid, ConfigPath)
	}
	doc.WriteString(" } }")
	var a struct{ Repository map[string]*blobNode }
	if err := c.query(ctx, doc.String(), variables(key), &a); err != nil {
		return nil, err
	}
	if a.Repository == nil {
		return nil, engine.ErrGone
	}
	for i := range commits {
		b := a.Repository[fmt.Sprintf("c%d", i)]
		if b == nil || b.Text == nil {
			continue
		}
		if p, err := g.readConfig(b); err == nil && p.policy != nil {
			return p.policy, nil
		}
	}
	return nil, nil
}

// rosterTeams is how long it is believed without an event who is in a team, or that something of the roster is not
// there or may not be seen.
const rosterTeams = 10 * time.Minute

// fresh reports whether what was read then is still believed; zero is never.
func fresh(read time.Time) bool { return !read.IsZero() && time.Since(read) < rosterTeams }

// roster resolves the config's logins, teams and permissions to accounts. What cannot be read leaves its roles
// unread, which holds the gates that need them. So does a login without an account where nobody else holds its role:
// somebody was to be asked, and who was renamed or left is not nobody.
func (g *GitHub) roster(ctx context.Context, c *client, key engine.Key, p *policy.Policy) (facts.Roster, error) {
	r := facts.Roster{Holders: map[lifecycle.Role][]facts.Person{}, Teams: map[string][]facts.Person{}, Unread: map[lifecycle.Role]string{}}
	accounts, err := g.accounts(ctx, c, key, p)
	if err != nil {
		return r, err
	}
	for _, role := range append(lifecycle.Roles[:len(lifecycle.Roles):len(lifecycle.Roles)], lifecycle.Validator) {
		var people []facts.Person
		missing := ""
		for _, h := range p.RoleHolders(role) {
			if h.IsPerson() {
				if a, ok := accounts[strings.ToLower(h.Login)]; ok {
					people = facts.Union(people, []facts.Person{a})
				} else if missing == "" {
					missing = "@" + h.Login
				}
				continue
			}
			m, err := g.members(ctx, c, key, h)
			if err != nil {
				return r, err
			}
			if m.unread != "" {
				r.Unread[role] = facts.Of(m.unread, h.String())
				continue
			}
			people = facts.Union(people, m.people)
			if h.IsTeam() {
				r.Teams[strings.ToLower(h.String())] = m.people
			}
		}
		if missing != "" && len(people) == 0 && r.Unread[role] == "" {
			r.Unread[role] = facts.Of(facts.NoAccount, missing)
		}
		if role == lifecycle.Validator {
			r.Validators = people
		} else if len(people) > 0 {
			r.Holders[role] = people
		}
	}
	return r, nil
}

// cachedPeople are accounts by login.
type cachedPeople struct {
	people map[string]facts.Person
	whole  bool // every login has one
	read   time.Time
}

// accounts resolves the logins of a config once: while it stays the same, a login that changed hands
// stays with the account that had it. A login without an account is asked for again: it may come, and no event tells.
func (g *GitHub) accounts(ctx context.Context, c *client, key engine.Key, p *policy.Policy) (map[string]facts.Person, error) {
	logins := loginsOf(p)
	at := strings.ToLower(key.FullName()) + " " + strings.Join(logins, " ")
	var known cachedPeople
	g.cache.with(func() { known = g.cache.people[at] })
	if known.whole || fresh(known.read) {
		return known.people, nil
	}
	found, err := g.people(ctx, c, logins)
	if err != nil {
		return nil, fmt.Errorf("resolve the config's people: %w", err)
	}
	g.cache.with(func() { g.cache.people[at] = cachedPeople{found, len(found) == len(logins), time.Now()} })
	return found, nil
}

func loginsOf(p *policy.Policy) []string {
	var logins []string
	seen := map[string]bool{}
	add := func(holders []policy.Holder) {
		for _, h := range holders {
			if login := strings.ToLower(h.Login); h.IsPerson() && !seen[login] {
				seen[login] = true
				logins = append(logins, login)
			}
		}
	}
	for _, role := range lifecycle.Roles {
		add(p.Roles[role])
	}
	add(p.Validators)
	return logins
}

// members lists who is in a team or has a permission.
func (g *GitHub) members(ctx context.Context, c *client, key engine.Key, h policy.Holder) (membership, error) {
	if h.IsTeam() {
		return g.team(ctx, c, key, h.Team)
	}
	people, err := g.permitted(ctx, c, key, h.Permission)
	if people == nil {
		return membership{unread: facts.MembersUnread}, err
	}
	return membership{people: people}, err
}

// team lists a team's members.
func (g *GitHub) team(ctx context.Context, c *client, key engine.Key, t policy.Team) (membership, error) {
	at := strings.ToLower(fmt.Sprintf("%d/%s/%s", key.Installation, t.Org, t.Slug))
	var known cachedTeam
	asked := 0
	g.cache.with(func() { known, asked = g.cache.teams[at], g.cache.forgot })
	if fresh(known.read) {
		return known.membership, nil
	}
	m, err := c.team(ctx, t)
	if err != nil {
		return m, err
	}
	g.cache.with(func() {
		if g.cache.forgot == asked {
			g.cache.teams[at] = cachedTeam{m, time.Now()}
		}
	})
	return m, nil
}

// team reads a team's members, those of its child teams included. Of one that is not visible to the whole
// organisation nobody is kept: GitHub shows the members of a secret team to themselves and owners alone, and the
// checks name who is awaited to everybody. A code owner has to be a visible team too.
func (c *client) team(ctx context.Context, t policy.Team) (membership, error) {
	m := membership{people: []facts.Person{}}
	vars := map[string]any{"org": t.Org, "slug": t.Slug, "after": nil}
	for {
		var a struct {
			Organization *struct{ Team *teamNode }
		}
		if err := c.query(ctx, teamDocument, vars, &a); forbidden(err) {
			return membership{unread: facts.MembersUnread}, nil
		} else if err != nil {
			return m, fmt.Errorf("read team %s/%s: %w", t.Org, t.Slug, err)
		}
		if a.Organization == nil || a.Organization.Team == nil {
			return membership{unread: facts.MembersUnread}, nil
		}
		team := a.Organization.Team
		if team.Privacy != "VISIBLE" {
			return membership{unread: facts.SecretTeam}, nil
		}
		for _, p := range team.Members.Nodes {
			m.people = append(m.people, p.person())
		}
		page := team.Members.PageInfo
		switch {
		case !page.HasNextPage:
			return m, nil
		case page.EndCursor == vars["after"]:
			return m, errStuck
		default:
			vars["after"] = page.EndCursor
		}
	}
}

type teamNode struct {
	Privacy string
	Members list[actor]
}
