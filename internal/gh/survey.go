package gh

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/policy"
)

// Survey is how a repository is set up for Phasegate. What could not be read is unknown, with the
// reason.
type Survey struct {
	Branch      string // the default one
	Rules       engine.Rules
	Problems    []policy.Problem
	Roster      facts.Fact[facts.Roster]
	NoAccount   []string // logins of the config that no account has
	Labels      []engine.RepositoryLabel
	Forms       facts.Fact[int] // issue forms in .github/ISSUE_TEMPLATE that give a kind label
	Workflow    facts.Fact[bool]
	Permissions facts.Fact[map[string]string] // of the installation
	Events      facts.Fact[[]string]
	Hook        facts.Fact[Hook]
	Failed      facts.Fact[int] // deliveries that failed in the last day
	Required    facts.Fact[[]RequiredCheck]
}

// Hook is the App's webhook as its settings have it.
type Hook struct {
	URL         string
	ContentType string
	Secret      bool // one is set
	Insecure    bool // certificates are not verified
}

// RequiredCheck is a check that must pass on the default branch.
type RequiredCheck struct {
	Name string
	App  int64 // the App it is pinned to; 0 for any
}

// AppID is the App's id; 0 with a token.
func (g *GitHub) AppID() int64 {
	if g.app == nil {
		return 0
	}
	return g.app.AppID()
}

// Survey reads how the key's repository is set up. Only a repository that cannot be read is an error.
func (g *GitHub) Survey(ctx context.Context, key engine.Key) (Survey, error) {
	var s Survey
	c, r, err := g.repository(ctx, key)
	if err != nil {
		return s, err
	}
	s.Branch, _ = r.head()
	if s.Rules, err = g.rules(ctx, c, key, r); err != nil {
		return s, err
	}
	if r.Config != nil {
		now, err := g.readConfig(r.Config)
		if err != nil {
			return s, err
		}
		s.Problems = now.problems
	}
	if s.Labels, err = g.labels(ctx, c, key, r.Labels); err != nil {
		return s, err
	}
	g.surveyPeople(ctx, c, key, &s)
	g.surveyFiles(ctx, c, key, &s)
	g.surveyRules(ctx, c, key, &s)
	g.surveyApp(ctx, key, &s)
	return s, nil
}

func (g *GitHub) surveyPeople(ctx context.Context, c *client, key engine.Key, s *Survey) {
	if s.Rules.Policy == nil {
		s.Roster = facts.Unknown[facts.Roster]("there is no valid config")
		return
	}
	roster, err := g.roster(ctx, c, key, s.Rules.Policy)
	if err != nil {
		s.Roster = facts.Unknown[facts.Roster](err.Error())
		return
	}
	s.Roster = facts.Known(roster)
	for _, login := range loginsOf(s.Rules.Policy) {
		if _, found := roster.Find(login); !found {
			s.NoAccount = append(s.NoAccount, login)
		}
	}
}

// surveyFiles looks for the forms and the workflow that init writes.
func (g *GitHub) surveyFiles(ctx context.Context, c *client, key engine.Key, s *Survey) {
	var a struct {
		Repository struct {
			Forms *struct {
				Entries []struct{ Object *blobNode }
			}
			Workflow *blobNode
		}
	}
	if err := c.query(ctx, surveyDocument, variables(key), &a); err != nil {
		s.Forms, s.Workflow = facts.Unknown[int](err.Error()), facts.Unknown[bool](err.Error())
		return
	}
	forms := 0
	if a.Repository.Forms != nil {
		for _, e := range a.Repository.Forms.Entries {
			if e.Object != nil && e.Object.Text != nil && strings.Contains(*e.Object.Text, "kind:") {
				forms++
			}
		}
	}
	s.Forms, s.Workflow = facts.Known(forms), facts.Known(a.Repository.Workflow != nil)
}

// surveyRules reads the checks that rulesets require on the default branch; the rules of one branch
// need no more than reading.
func (g *GitHub) surveyRules(ctx context.Context, c *client, key engine.Key, s *Survey) {
	if s.Branch == "" {
		s.Required = facts.Unknown[[]RequiredCheck]("the repository is empty")
		return
	}
	req, err := c.NewRequest(http.MethodGet, fmt.Sprintf("repos/%s/%s/rules/branches/%s?per_page=100", key.Owner, key.Repo, s.Branch), nil)
	if err != nil {
		s.Required = facts.Unknown[[]RequiredCheck](err.Error())
		return
	}
	var rules []struct {
		Type       string
		Parameters json.RawMessage
	}
	if _, err := c.Do(ctx, req, &rules); err != nil {
		s.Required = facts.Unknown[[]RequiredCheck](limited(err).Error())
		return
	}
	var required []RequiredCheck
	for _, rule := range rules {
		var p struct {
			Checks []struct {
				Context     string
				Integration int64 `json:"integration_id"`
			} `json:"required_status_checks"`
		}
		if rule.Type != "required_status_checks" || json.Unmarshal(rule.Parameters, &p) != nil {
			continue
		}
		for _, check := range p.Checks {
			required = append(required, RequiredCheck{check.Context, check.Integration})
		}
	}
	s.Required = facts.Known(required)
}

// surveyApp reads what only the App itself may see.
func (g *GitHub) surveyApp(ctx context.Context, key engine.Key, s *Survey) {
	const why = "only the App itself can read it: set APP_ID and PRIVATE_KEY_PATH"
	s.Permissions, s.Events, s.Hook, s.Failed = facts.Unknown[map[string]string](why), facts.Unknown[[]string](why), facts.Unknown[Hook](why), facts.Unknown[int](why)
	c, err := g.appClient()
	if err != nil {
		return
	}
	var installed struct { // go-github's struct does not know every permission
		Permissions map[string]string
		Events      []string
	}
	if req, err := c.NewRequest(http.MethodGet, fmt.Sprintf("repos/%s/%s/installation", key.Owner, key.Repo), nil); err == nil {
		if _, err := c.Do(ctx, req, &installed); err == nil {
			s.Permissions, s.Events = facts.Known(installed.Permissions), facts.Known(installed.Events)
		}
	}
	if h, _, err := c.Apps.GetHookConfig(ctx); err == nil {
		s.Hook = facts.Known(Hook{h.GetURL(), h.GetContentType(), h.GetSecret() != "", h.GetInsecureSSL() == "1"})
	}
	now, err := g.Now(ctx)
	list, listErr := g.Deliveries(ctx, now.Add(-24*time.Hour))
	if errors.Join(err, listErr) != nil {
		return
	}
	failed := map[string]bool{}
	for _, d := range list { // newest first: the last attempt counts
		if _, seen := failed[d.GUID]; !seen {
			failed[d.GUID] = d.Status/100 != 2
		}
	}
	n := 0
	for _, f := range failed {
		if f {
			n++
		}
	}
	s.Failed = facts.Known(n)
}
