package gh

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/metrics"
)

// ConfigPath is where the rules stand in a repository.
const ConfigPath = ".github/phasegate.yml"

// Stale names something read earlier that an event made out of date.
type Stale struct {
	What   StaleWhat
	Owner  string
	Repo   string // "" for what belongs to the organisation
	Commit string // whose checks changed; "" for none in particular
}

// StaleWhat says what is out of date.
type StaleWhat string

// What is kept between reads and can go out of date.
const (
	StaleConfig   StaleWhat = "config"
	StaleTeams    StaleWhat = "teams"    // and who has which permission on a repository
	StaleEvidence StaleWhat = "evidence" // merged pull requests, metric reports, deployments
)

// Classified is what an event asks for. Without keys there is nothing to look at, and nothing is asked
// of GitHub.
type Classified struct {
	Keys  []engine.Key
	Stale []Stale
	// Statuses are looked at as well where the rules depend on how checks and statuses end: see [GitHub.Minds].
	Statuses []engine.Key
	// Bases are looked at as well where pull requests may go into the branch: see [GitHub.MayBeBase].
	Bases []engine.Key
	Gone  int64 // the installation that was removed; what is stored of it is purged
}

// Self is the App as webhooks name it.
type Self struct {
	Login string // "<slug>[bot]"; brackets cannot stand in a person's login
}

// wrote reports whether the account is the App itself.
func (s Self) wrote(a account) bool {
	return s.Login != "" && a.Type == "Bot" && strings.EqualFold(a.Login, s.Login)
}

// Classify says which objects a webhook asks to look at again. It reads the payload alone. An event
// it does not know, or that can change nothing, gives an empty result; an error means that the payload
// is not what GitHub sends.
func (s Self) Classify(name string, payload []byte) (Classified, error) {
	var e event
	if err := json.Unmarshal(payload, &e); err != nil {
		return Classified{}, fmt.Errorf("read the payload of %s: %w", name, err)
	}
	c := Classified{}
	switch handle, known := handlers[name]; {
	case name == "check_run" && e.Action == "completed":
		s.checkRun(&e, &c)
	case name == "check_run" && !s.wrote(e.Sender):
		s.runRerequested(&e, &c)
	case name == "check_suite" && e.Action == "completed":
		s.suiteCompleted(&e, &c)
	case name == "check_suite" && !s.wrote(e.Sender):
		s.suiteRerequested(&e, &c)
	case known && !s.wrote(e.Sender):
		handle(&e, &c)
	}
	slices.SortFunc(c.Keys, engine.Key.Compare)
	c.Keys = slices.Compact(c.Keys)
	return c, nil
}

var handlers = map[string]func(*event, *Classified){
	"issues":                     issues,
	"issue_comment":              issueComment,
	"label":                      repoLabel,
	"sub_issues":                 subIssues,
	"pull_request":               pullRequest,
	"pull_request_target":        pullRequest, // the same event, as it starts a workflow
	"pull_request_review":        pullRequestReview,
	"merge_group":                mergeGroupMade,
	"deployment_protection_rule": deploymentHeld,
	"push":                       push,
	"status":                     statusSet,
	"deployment_status":          deploymentStatusCreated,
	"membership":                 teams,
	"team":                       teams,
	"member":                     member,
	"repository":                 repositoryChanged,
	"installation":               installed,
	"installation_repositories":  installed,
}

// key is the key of the event's repository; false when the payload lacks one.
func (e *event) key() (engine.Key, bool) {
	if e.Repository == nil {
		return engine.Key{}, false
	}
	return e.repoKey(*e.Repository)
}

func (e *event) repoKey(r repository) (engine.Key, bool) {
	owner, name, ok := strings.Cut(r.FullName, "/")
	if !ok || owner == "" || name == "" {
		return engine.Key{}, false
	}
	k := engine.Key{Owner: owner, Repo: name, Kind: engine.RepositoryKey}
	if e.Installation != nil {
		k.Installation = e.Installation.ID
	}
	return k, true
}

func issues(e *event, c *Classified) {
	k, ok := e.key()
	if !ok || e.Issue == nil || e.Issue.PullRequest != nil {
		return
	}
	switch e.Action {
	case "opened", "edited", "closed", "reopened", "deleted", "transferred":
		if e.Issue.ours() || e.Changes.Body != nil && looksLikeForm(e.Changes.Body.From) {
			c.Keys = append(c.Keys, k.Issue(e.Issue.Number))
		}
	case "labeled", "unlabeled":
		if e.Label != nil && (lifecycle.Guarded(e.Label.Name) || isKind(e.Label.Name)) {
			c.Keys = append(c.Keys, k.Issue(e.Issue.Number))
		}
	}
}

// ours reports whether the issue is one of Phasegate's objects, or may become one: it carries a kind
// label or has the headings of a form.
func (i *issue) ours() bool {
	return slices.ContainsFunc(i.Labels, func(l label) bool { return isKind(l.Name) }) || looksLikeForm(i.Body)
}

func isKind(name string) bool {
	return slices.ContainsFunc(lifecycle.Kinds, func(k lifecycle.Kind) bool { return strings.EqualFold(name, k.Label()) })
}

// looksLikeForm reports whether a line of the body is a heading of one of the issue forms.
func looksLikeForm(body string) bool {
	for line := range strings.Lines(body) {
		title, ok := strings.CutPrefix(line, "### ")
		if ok && formTitles[lifecycle.Fold(title)] {
			return true
		}
	}
	return false
}

var formTitles = func() map[string]bool {
	titles := map[string]bool{}
	for _, k := range lifecycle.Kinds {
		for title := range lifecycle.Titles(k) {
			titles[lifecycle.Fold(title)] = true
		}
	}
	return titles
}()

func issueComment(e *event, c *Classified) {
	k, ok := e.key()
	if !ok || e.Issue == nil || e.Comment == nil || e.Issue.PullRequest == nil && !e.Issue.ours() {
		return
	}
	said := speaks(e.Comment.Body) || e.Changes.Body != nil && speaks(e.Changes.Body.From)
	if e.Comment.User.Type == "Bot" {
		// A bot's words are nothing to answer; but somebody else changing what Phasegate wrote is.
		said = e.Action != "created" && strings.Contains(e.Comment.Body+e.Changes.from(), "<!-- phasegate:")
	}
	switch {
	case said && e.Issue.PullRequest != nil:
		c.Keys = append(c.Keys, pullKey(k, e.Issue.Number))
	case said:
		c.Keys = append(c.Keys, k.Issue(e.Issue.Number))
	}
}

func (c changes) from() string {
	if c.Body == nil {
		return ""
	}
	return c.Body.From
}

// briefWords is how long a comment may be to be taken for a yes or no in words.
const briefWords = 60

// speaks reports whether a comment may hold something to answer: a line that starts with a slash, or a
// few words that could be a yes or a no.
func speaks(body string) bool {
	if len(body) <= briefWords && strings.TrimSpace(body) != "" {
		return true
	}
	for line := range strings.Lines(body) {
		if strings.HasPrefix(strings.TrimLeft(line, " "), "/") {
			return true
		}
	}
	return false
}

// repoLabel looks at the repository again when one of its 21 labels was changed or deleted.
func repoLabel(e *event, c *Classified) {
	k, ok := e.key()
	if !ok || e.Label == nil || e.Action == "created" {
		return
	}
	names := []string{e.Label.Name}
	if e.Changes.Name != nil {
		names = append(names, e.Changes.Name.From)
	}
	if slices.ContainsFunc(names, func(n string) bool { return lifecycle.Guarded(n) || isKind(n) }) {
		c.Keys = append(c.Keys, k)
	}
}

func subIssues(e *event, c *Classified) {
	k, ok := e.key()
	if !ok {
		return
	}
	for _, i := range []*issue{e.Parent, e.SubIssue} {
		if i != nil && i.ours() {
			c.Keys = append(c.Keys, k.Issue(i.Number))
		}
	}
}

// checkRun looks at the deliverable that a metric report measured; those the App filed itself count too. Any
// other check says nothing here.
func (s Self) checkRun(e *event, c *Classified) {
	k, ok := e.key()
	run := e.CheckRun
	if !ok || run == nil || run.Name != ReportCheckName || run.App.Slug != actionsSlug && !s.posted(run.checkSuite) {
		return
	}
	c.Stale = append(c.Stale, Stale{What: StaleEvidence, Owner: k.Owner, Repo: k.Repo, Commit: run.HeadSHA})
	c.Keys = append(c.Keys, deliverableKey(k, reportedFor(run.Output.Text)))
}

var deliverableField = regexp.MustCompile(`"deliverable"\s*:\s*(\d{1,9})\b`)

// reportedFor is the deliverable that a report names, even one that is wrong otherwise; 0 for none.
func reportedFor(text string) int {
	if r, err := metrics.ParseReport([]byte(text)); err == nil {
		return r.Deliverable
	}
	m := deliverableField.FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1]) // nine digits
	return n
}

// deploymentStatusCreated looks at the deliverable that came to production.
func deploymentStatusCreated(e *event, c *Classified) {
	k, ok := e.key()
	if !ok || e.Deployment == nil || e.DeploymentStatus == nil || e.DeploymentStatus.State != "success" || e.Deployment.Environment != production {
		return
	}
	c.Stale = append(c.Stale, Stale{What: StaleEvidence, Owner: k.Owner, Repo: k.Repo})
	c.Keys = append(c.Keys, deliverableKey(k, deliverableIn(string(e.Deployment.Payload))))
}

// deliverableKey is the deliverable of that number; the repository, whose objects are then all looked at,
// where none is named.
func deliverableKey(k engine.Key, number int) engine.Key {
	if number > 0 {
		return k.Issue(number)
	}
	return k
}

// maxListed is how many commits GitHub lists in a push at most.
const maxListed = 2048

// push looks at the pull requests into the branch. Where the default branch may have got another config that is a
// look at the repository, which has all of its pull requests looked at.
func push(e *event, c *Classified) {
	k, ok := e.key()
	branch, isBranch := strings.CutPrefix(e.Ref, "refs/heads/")
	if !ok || !isBranch || branch == "" || e.Deleted {
		return
	}
	anew := e.anew()
	if branch == e.Repository.DefaultBranch && anew {
		c.Stale = append(c.Stale, Stale{What: StaleConfig, Owner: k.Owner, Repo: k.Repo})
		c.Keys = append(c.Keys, k)
		return
	}
	c.Bases = append(c.Bases, engine.IntoKey(k, branch, anew))
}

// anew reports whether a push may bring another config to its branch, or another past. Where not all commits are
// listed that is not known.
func (e *event) anew() bool {
	return e.Forced || len(e.Commits) == 0 || len(e.Commits) >= maxListed || slices.ContainsFunc(e.Commits, func(c commit) bool {
		return slices.Contains(slices.Concat(c.Added, c.Removed, c.Modified), ConfigPath)
	})
}

func teams(e *event, c *Classified) {
	if e.Organization != nil && e.Organization.Login != "" {
		c.Stale = append(c.Stale, Stale{What: StaleTeams, Owner: e.Organization.Login})
	}
}

// member forgets who has which permission on the repository.
func member(e *event, c *Classified) {
	if k, ok := e.key(); ok {
		c.Stale = append(c.Stale, Stale{What: StaleTeams, Owner: k.Owner})
	}
}

func repositoryChanged(e *event, c *Classified) {
	k, ok := e.key()
	if !ok {
		return
	}
	switch e.Action {
	case "edited", "renamed", "transferred", "unarchived":
		c.Stale = append(c.Stale, Stale{What: StaleConfig, Owner: k.Owner, Repo: k.Repo}, Stale{What: StaleTeams, Owner: k.Owner})
		c.Keys = append(c.Keys, k)
	}
}

func installed(e *event, c *Classified) {
	if e.Action == "deleted" && e.Installation != nil {
		c.Gone = e.Installation.ID
		return
	}
	if e.Action != "created" && e.Action != "added" && e.Action != "unsuspend" && e.Action != "new_permissions_accepted" {
		return
	}
	for _, r := range slices.Concat(e.Repositories, e.RepositoriesAdded) {
		if k, ok := e.repoKey(r); ok {
			c.Keys = append(c.Keys, k)
		}
	}
	if len(c.Keys) > 0 { // who is in teams may be seen now
		c.Stale = append(c.Stale, Stale{What: StaleTeams, Owner: c.Keys[0].Owner})
	}
}
