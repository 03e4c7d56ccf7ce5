package hubsim

import (
	"crypto/rsa"
	"time"
)

// state is everything the simulated GitHub remembers. It is guarded by Server.mu.
type state struct {
	ids           ids
	users         map[int64]*user // people, bots and organisations
	repos         map[int64]*repo
	teams         map[int64]*team
	apps          map[int64]*app
	installations map[int64]*installation
	tokens        map[string]*token
	hooks         hookLog
	counts        map[countKey]int
	activity      []activity
	faults        []*fault
	hookFaults    []*hookFault
	limits        map[string]*rateWindow
	verified      map[string]*verification // signed commits, by hash
}

func newState() *state {
	return &state{
		users:         map[int64]*user{},
		repos:         map[int64]*repo{},
		teams:         map[int64]*team{},
		apps:          map[int64]*app{},
		installations: map[int64]*installation{},
		tokens:        map[string]*token{},
		counts:        map[countKey]int{},
		limits:        map[string]*rateWindow{},
		verified:      map[string]*verification{},
	}
}

// Types of accounts.
const (
	typeUser = "User"
	typeBot  = "Bot"
	typeOrg  = "Organization"
)

// user is an account: a person, a bot or an organisation.
type user struct {
	id        int64
	login     string
	name      string
	email     string
	kind      string // typeUser, typeBot or typeOrg
	siteAdmin bool
	createdAt time.Time
	app       *app             // the App whose bot this is
	members   map[int64]string // of an organisation: user id → "admin" or "member"
	base      level            // of an organisation: what members may do in every repository
}

// team is a team of an organisation.
type team struct {
	id          int64
	org         *user
	slug, name  string
	description string
	privacy     string // "closed" or "secret"
	parent      *team
	members     map[int64]string // user id → "member" or "maintainer"
	repos       map[int64]level
	assign      *SeedAssignment // nil: reviews are asked of the team as a whole
	turn        int             // how many members were assigned so far
	createdAt   time.Time
	updatedAt   time.Time
}

// repo is a repository.
type repo struct {
	id            int64
	owner         *user
	name          string
	description   string
	private       bool
	archived      bool
	deletesMerged bool // "delete_branch_on_merge" in the API
	defaultBranch string
	createdAt     time.Time
	updatedAt     time.Time
	pushedAt      time.Time
	collaborators map[int64]level
	labels        []*label // in order of creation
	lastNumber    int
	issues        map[int]*issue // issues and pull requests
	deleted       map[int]bool   // numbers of deleted issues
	pulls         map[int]*pull  // the pull request part of an issue
	checkRuns     map[int64]*checkRun
	protection    map[string]*protection // by branch
	rulesets      []*ruleset
	events        []*event // of all issues, in order
	fork          *repo    // the parent of a fork
	git           repoGit  // what git_*.go keeps: the object store and more
}

func (r *repo) fullName() string { return r.owner.login + "/" + r.name }

// label is a label of a repository.
type label struct {
	id          int64
	name        string
	color       string
	description string
	standard    bool // "default" in the API
}

// bodyEdit is one edit of the text of an issue or comment.
type bodyEdit struct {
	id     int64
	editor *user
	at     time.Time
	body   string // the text after this edit; the first entry is the original text
}

// text is a body with who changed it and when. REST shows none of the latter, GraphQL does.
type text struct {
	body  string
	edits []bodyEdit // empty until the first edit, then the original text comes first
}

func (t *text) lastEdit() *bodyEdit {
	if len(t.edits) == 0 {
		return nil
	}
	return &t.edits[len(t.edits)-1]
}

// issue is an issue or, with pull set, a pull request.
type issue struct {
	id          int64
	number      int
	repo        *repo
	title       string
	text        text
	author      *user
	app         *app // the App it was written through
	state       string
	stateReason string
	closedAt    time.Time
	closedBy    *user
	labels      []*label
	assignees   []*user
	locked      bool
	lockReason  string
	createdAt   time.Time
	updatedAt   time.Time
	comments    []*comment
	reactions   []*reaction
	events      []*event
	parent      *issue
	subIssues   []*issue
	pull        *pull
}

func (i *issue) isPull() bool { return i.pull != nil }

// comment is a comment on an issue or a pull request.
type comment struct {
	id              int64
	issue           *issue
	text            text
	author          *user
	app             *app
	createdAt       time.Time
	updatedAt       time.Time
	reactions       []*reaction
	minimizedReason string // "" unless hidden: abuse, off-topic, outdated, resolved, duplicate, spam
}

// reaction is a reaction on an issue or a comment.
type reaction struct {
	id        int64
	user      *user
	app       *app
	content   string // +1, -1, laugh, confused, heart, hooray, rocket, eyes
	createdAt time.Time
}

// event is an entry of an issue's timeline other than a comment.
type event struct {
	id        int64
	issue     *issue
	kind      string // labeled, closed, renamed, cross-referenced, …
	actor     *user
	app       *app
	createdAt time.Time
	label     *labelShot
	assignee  *user
	author    *user      // comment_deleted: of the comment; GraphQL alone tells
	reviewer  gqlKeyed   // review_requested and the like: a *user or a *team
	from, to  string     // renamed: titles; of a change of base: branches; of a force-push: commits
	reason    string     // state_reason of closed and reopened, lock_reason of locked
	source    *issue     // cross-referenced from; the sub-issue or parent of sub_issue_added and the like
	commitID  string     // closed, merged, referenced
	extra     obj        // further fields of the kind, as they are written in the timeline
	render    func() obj // writes the whole event instead, for kinds of another shape: committed, reviewed
}

// labelShot is a label as it was when an event happened: labels may be renamed or deleted later.
type labelShot struct{ name, color string }

// app is a GitHub App.
type app struct {
	id          int64
	slug        string
	name        string
	description string
	owner       *user
	bot         *user
	clientID    string
	key         *rsa.PublicKey
	permissions map[string]string // name → read, write or admin
	events      []string
	webhook     webhookConfig
	createdAt   time.Time
}

type webhookConfig struct {
	url    string
	secret string
}

// installation is an App installed on an account.
type installation struct {
	id          int64
	app         *app
	account     *user
	permissions map[string]string
	events      []string
	repos       map[int64]bool // nil: all
	createdAt   time.Time
	updatedAt   time.Time
	suspendedAt time.Time
}

// covers says whether the installation reaches a repository.
func (i *installation) covers(r *repo) bool {
	return r.owner == i.account && (i.repos == nil || i.repos[r.id])
}

// token is a personal or installation access token.
type token struct {
	value       string
	user        *user
	inst        *installation
	permissions map[string]string // of an installation token
	repos       map[int64]bool    // nil: those of the installation
	expires     time.Time         // real time; zero: never
	actions     bool              // a GITHUB_TOKEN: its events start no workflow
}

// protection is the part of a branch's protection that the simulator keeps (see also repo.requirements).
type protection struct {
	checks        []requiredCheck // nil: none required
	strict        bool            // the branch must be up to date
	pullRequest   bool            // changes come through pull requests
	reviews       int             // required approving reviews
	codeOwners    bool
	lastPush      bool // the last push must be approved by somebody else
	dismissStale  bool
	enforceAdmins bool
	mergeQueue    bool
	mergeMethod   string // of the merge queue: MERGE, SQUASH or REBASE
}

// requiredCheck is a required status check, pinned to an App unless appID is 0.
type requiredCheck struct {
	context string
	appID   int64
}
