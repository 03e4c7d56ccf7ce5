package hubsim

import (
	"bytes"
	"cmp"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	yaml "go.yaml.in/yaml/v4"
)

// Seed is what a simulated GitHub has at the start: one organisation, its repositories and people, one App.
type Seed struct {
	// Now is the simulated time at the start; the zero time is the real one.
	Now time.Time `json:"now,omitzero"`
	// Org is the login of the organisation; empty is "acme".
	Org string `json:"org"`
	// Repo is the name of the main repository; empty is "demo".
	Repo string `json:"repo"`
	// DefaultBranch is its branch; empty is "main".
	DefaultBranch string `json:"default_branch,omitempty"`
	// Private hides the repositories from who has no permission.
	Private bool `json:"private,omitempty"`
	// Repos are further, empty repositories of the organisation, by name.
	Repos []string `json:"repos,omitempty"`
	// Users are the people, in order: ids rise with it.
	Users []SeedUser `json:"users"`
	// Teams are the organisation's teams.
	Teams []SeedTeam `json:"teams,omitempty"`
	// Labels are the main repository's labels at the start. GitHub's nine standard ones are not there.
	Labels []SeedLabel `json:"labels,omitempty"`
	// Files are the main repository's first commit: path → content.
	Files map[string]string `json:"files,omitempty"`
	// Issues are opened in order, so that their numbers are 1, 2, 3, …
	Issues []SeedIssue `json:"issues,omitempty"`
	// App is the App under test, installed on the organisation; nil is none.
	App *SeedApp `json:"app,omitempty"`
}

// SeedUser is an account.
type SeedUser struct {
	Login string `json:"login"`
	Name  string `json:"name,omitempty"`
	// Permission on the main repository: read, triage, write, maintain or admin. Who has one is a member of the
	// organisation, an admin is an owner of it. Empty is an outsider.
	Permission string `json:"permission,omitempty"`
	// Token is the person's; empty is "sim-" and the login.
	Token string `json:"token,omitempty"`
	// Type is User, Bot or Organization; empty is User.
	Type string `json:"type,omitempty"`
}

// SeedTeam is a team.
type SeedTeam struct {
	Slug       string   `json:"slug"`
	Name       string   `json:"name,omitempty"`
	Members    []string `json:"members"`
	Parent     string   `json:"parent,omitempty"`     // slug of a team above it in the list
	Privacy    string   `json:"privacy,omitempty"`    // closed, the default, or secret
	Permission string   `json:"permission,omitempty"` // on the main repository; empty is none
	// AutoAssign is the team's setting of that name for code reviews; nil is off.
	AutoAssign *SeedAssignment `json:"auto_assign,omitempty"`
}

// SeedAssignment says what becomes of a team that a review is asked of: some of its members are asked in turn, and the
// team no longer. See
// https://docs.github.com/organizations/organizing-members-into-teams/managing-code-review-settings-for-your-team
type SeedAssignment struct {
	Members int  `json:"members"`             // how many are asked
	Keep    bool `json:"keep,omitempty"`      // the team is asked, too
	Count   bool `json:"count,omitempty"`     // members of whom a review is asked already are among them
	Author  bool `json:"as_author,omitempty"` // in the name of who opened the pull request. GitHub's page does not tell
}

// SeedLabel is a label.
type SeedLabel struct {
	Name        string `json:"name"`
	Color       string `json:"color,omitempty"`
	Description string `json:"description,omitempty"`
}

// SeedIssue is an issue. Labels that do not exist are made.
type SeedIssue struct {
	Title  string   `json:"title"`
	Body   string   `json:"body,omitempty"`
	Labels []string `json:"labels,omitempty"`
	Author string   `json:"author"`
}

// SeedApp is the App under test.
type SeedApp struct {
	ID   int64  `json:"id"`
	Slug string `json:"slug,omitempty"` // empty: phasegate
	Name string `json:"name,omitempty"`
	// InstallationID is that of its installation; 0 gives out one.
	InstallationID int64 `json:"installation_id,omitempty"`
	// Permissions are what it may do ("issues": "write"); metadata: read is always there.
	Permissions map[string]string `json:"permissions,omitempty"`
	// Events are the webhooks it subscribes to.
	Events []string `json:"events,omitempty"`
	// Repos are the repositories it is installed on, by name; empty is all.
	Repos []string `json:"repos,omitempty"`
	// PrivateKey is its key in PEM; empty makes one.
	PrivateKey string `json:"private_key,omitempty"`
}

// maxSeed is the largest seed or scenario file in bytes.
const maxSeed = 8 << 20

// ReadSeed reads a seed from JSON or YAML. Unknown keys are errors.
func ReadSeed(data []byte) (*Seed, error) {
	var s Seed
	if err := readDocument(data, &s); err != nil {
		return nil, fmt.Errorf("read the seed: %w", err)
	}
	return &s, nil
}

// readDocument reads JSON or YAML strictly into v.
func readDocument(data []byte, v any) error {
	if len(data) > maxSeed {
		return fmt.Errorf("it has %d bytes; at most %d are read", len(data), maxSeed)
	}
	if t := bytes.TrimSpace(data); len(t) == 0 || t[0] != '{' && t[0] != '[' {
		var tree any
		if err := yaml.Load(data, &tree); err != nil {
			return err
		}
		asJSON, err := json.Marshal(tree)
		if err != nil {
			return fmt.Errorf("keys must be texts: %w", err)
		}
		data = asJSON
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	return dec.Decode(v)
}

// seeding is a seed on its way into the state.
type seeding struct {
	s    *Server
	seed *Seed
	now  time.Time
	org  *user
	repo *repo
}

// applySeed fills the empty state. Nobody is told of it: no webhook is sent.
func (s *Server) applySeed(seed *Seed) error {
	if seed == nil {
		seed = &Seed{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock.start(seed.Now)
	g := &seeding{s: s, seed: seed, now: s.clock.now()}
	for _, step := range []func() error{g.accounts, g.repositories, g.teams, g.app, g.contents} {
		if err := step(); err != nil {
			return err
		}
	}
	s.st.hooks = hookLog{}
	return nil
}

func (g *seeding) accounts() error {
	st := g.s.st
	g.org = g.s.newUser(cmp.Or(g.seed.Org, "acme"), typeOrg, g.now)
	for _, su := range g.seed.Users {
		kind := cmp.Or(su.Type, typeUser)
		switch {
		case !slices.Contains([]string{typeUser, typeBot, typeOrg}, kind):
			return fmt.Errorf("user %q: type %q; use User, Bot or Organization", su.Login, su.Type)
		case kind == typeUser && !validLogin(su.Login):
			return fmt.Errorf("user %q: a login has letters, digits and single hyphens, at most 39", su.Login)
		case st.account(su.Login) != nil:
			return fmt.Errorf("user %q is there twice", su.Login)
		}
		u := g.s.newUser(su.Login, kind, g.now)
		u.name = su.Name
		if su.Token != "" {
			if st.tokens[su.Token] != nil {
				return fmt.Errorf("user %q: somebody else has the same token", su.Login)
			}
			st.tokens[su.Token] = &token{value: su.Token, user: u}
		}
	}
	owner := g.s.newUser("github", typeOrg, g.now)
	g.s.newApp(actionsAppID, "github-actions", "GitHub Actions", owner, g.now)
	return nil
}

func (g *seeding) repositories() error {
	name := cmp.Or(g.seed.Repo, "demo")
	if _, after, found := strings.Cut(name, "/"); found {
		name = after
	}
	for _, n := range append([]string{name}, g.seed.Repos...) {
		if err := checkRepoName(n); err != nil || g.s.st.repository(g.org.login, n) != nil {
			return fmt.Errorf("repository %q: the name is not valid or there twice", n)
		}
		r := g.s.newRepo(g.org, n, g.now)
		r.private = g.seed.Private
		if g.repo == nil {
			g.repo = r
			r.defaultBranch = cmp.Or(g.seed.DefaultBranch, "main")
		}
	}
	for _, su := range g.seed.Users {
		if su.Permission == "" {
			continue
		}
		l, known := parseLevel(su.Permission)
		if !known || l == levelNone {
			return fmt.Errorf("user %q: permission %q; use read, triage, write, maintain or admin", su.Login, su.Permission)
		}
		u := g.s.st.account(su.Login)
		g.repo.collaborators[u.id] = l
		g.org.members[u.id] = "member"
		if l == levelAdmin {
			g.org.members[u.id] = "admin"
		}
	}
	return nil
}

func (g *seeding) teams() error {
	for _, t := range g.seed.Teams {
		nt := g.s.newTeam(g.org, cmp.Or(t.Name, t.Slug), g.now)
		nt.slug = t.Slug
		nt.privacy = cmp.Or(t.Privacy, nt.privacy)
		if t.Slug == "" || nt.privacy != "closed" && nt.privacy != "secret" {
			return fmt.Errorf("team %q needs a slug and the privacy closed or secret", t.Slug)
		}
		if t.Parent != "" {
			if nt.parent = g.s.st.team(g.org, t.Parent); nt.parent == nil || nt.parent == nt {
				return fmt.Errorf("team %q: its parent %q must stand above it", t.Slug, t.Parent)
			}
		}
		if t.Permission != "" {
			l, known := parseLevel(t.Permission)
			if !known {
				return fmt.Errorf("team %q: permission %q; use read, triage, write, maintain or admin", t.Slug, t.Permission)
			}
			nt.repos[g.repo.id] = l
		}
		if nt.assign = t.AutoAssign; nt.assign != nil && nt.assign.Members < 1 {
			return fmt.Errorf("team %q: of auto_assign, members is %d; use at least 1", t.Slug, nt.assign.Members)
		}
		for _, login := range t.Members {
			u := g.s.st.account(login)
			if u == nil {
				return fmt.Errorf("team %q: there is no user %q", t.Slug, login)
			}
			nt.members[u.id] = "member"
			if g.org.members[u.id] == "" {
				g.org.members[u.id] = "member"
			}
		}
	}
	return nil
}

func (g *seeding) app() error {
	sa := g.seed.App
	if sa == nil {
		return nil
	}
	if sa.ID <= 0 || sa.ID == actionsAppID {
		return fmt.Errorf("app: id %d; give it a positive one other than %d", sa.ID, actionsAppID)
	}
	key, err := publicKey(g.s.appKey)
	if err != nil {
		return err
	}
	slug := cmp.Or(sa.Slug, "phasegate")
	a := g.s.newApp(sa.ID, slug, cmp.Or(sa.Name, slug), g.org, g.now)
	a.key = key
	a.webhook = webhookConfig{url: g.s.opt.WebhookURL, secret: g.s.opt.WebhookSecret}
	a.events = slices.Sorted(slices.Values(sa.Events))
	a.permissions["metadata"] = "read"
	for name, lvl := range sa.Permissions {
		if rank(lvl) == 0 {
			return fmt.Errorf("app: permission %s: %q; use read, write or admin", name, lvl)
		}
		a.permissions[name] = lvl
	}
	var repos map[int64]bool
	for _, name := range sa.Repos {
		r := g.s.st.repository(g.org.login, name)
		if r == nil {
			return fmt.Errorf("app: there is no repository %q", name)
		}
		if repos == nil {
			repos = map[int64]bool{}
		}
		repos[r.id] = true
	}
	i := g.s.install(a, g.org, repos, g.now)
	if sa.InstallationID != 0 {
		delete(g.s.st.installations, i.id)
		i.id = sa.InstallationID
		g.s.st.installations[i.id] = i
	}
	return nil
}

// publicKey takes the public key out of a private one in PEM, PKCS #1 or #8.
func publicKey(data []byte) (*rsa.PublicKey, error) {
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New("the App's private key is not in PEM")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return &key.PublicKey, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("the App's private key: %w", err)
	}
	private, isRSA := key.(*rsa.PrivateKey)
	if !isRSA {
		return nil, errors.New("the App's private key is not an RSA key")
	}
	return &private.PublicKey, nil
}

// contents adds the first commit, labels and issues.
func (g *seeding) contents() error {
	by := g.org
	for _, u := range g.seed.Users {
		if u.Permission == "admin" {
			by = g.s.st.account(u.Login)
			break
		}
	}
	for _, r := range sorted(g.s.st.repos) {
		files := map[string]string{"README.md": "# " + r.name + "\n"}
		if r == g.repo && len(g.seed.Files) > 0 {
			files = g.seed.Files
		}
		if err := g.s.gitInit(r, by, files); err != nil {
			return fmt.Errorf("the first commit of %s: %w", r.fullName(), err)
		}
	}
	w := write{actor: &actor{kind: actorPerson, user: by}, now: g.now}
	for _, l := range g.seed.Labels {
		if _, err := g.s.newLabel(w, g.repo, l.Name, strings.TrimPrefix(l.Color, "#"), l.Description); err != nil {
			return fmt.Errorf("label %q: %w", l.Name, err)
		}
	}
	for n, si := range g.seed.Issues {
		if err := g.issue(w, &si); err != nil {
			return fmt.Errorf("issue %d, %q: %w", n+1, si.Title, err)
		}
	}
	return nil
}

func (g *seeding) issue(w write, si *SeedIssue) error {
	author := g.s.st.account(si.Author)
	if author == nil {
		return fmt.Errorf("there is no user %q", si.Author)
	}
	for _, name := range si.Labels {
		if g.repo.label(name) == nil {
			if _, err := g.s.newLabel(w, g.repo, name, "", ""); err != nil {
				return err
			}
		}
	}
	w.actor = &actor{kind: actorPerson, user: author}
	_, err := g.s.openIssue(w, g.repo, issueInput{title: si.Title, body: si.Body, labels: si.Labels, form: true})
	return err
}
