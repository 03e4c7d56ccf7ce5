package gh

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
)

// Review implements [engine.Hub]. It costs one request where the deployment does not wait any more, else three, and
// one more to tell who rolls back. When Phasegate was installed is asked once, see installed.
func (g *GitHub) Review(ctx context.Context, key engine.Key) (engine.ReviewSnapshot, error) {
	s, err := g.review(ctx, key)
	if err != nil {
		err = fmt.Errorf("read the deployment that waits: %w", err)
	}
	return s, err
}

func (g *GitHub) review(ctx context.Context, key engine.Key) (engine.ReviewSnapshot, error) {
	s := engine.ReviewSnapshot{Key: key}
	run, environment, _ := strings.Cut(key.Ref, "/")
	s.Run, _ = strconv.ParseInt(run, 10, 64)
	if s.Gone = s.Run <= 0 || environment == "" || key.Number <= 0; s.Gone {
		return s, nil
	}
	c, err := g.client(key)
	if err != nil {
		return s, err
	}
	pending, err := c.waits(ctx, key, s.Run, environment)
	if s.Gone = pending == ""; err != nil || s.Gone {
		return s, err
	}
	d, _, err := c.Repositories.GetDeployment(ctx, key.Owner, key.Repo, int64(key.Number))
	if s.Gone = gone(err); s.Gone {
		return s, nil
	}
	if err != nil {
		return s, limited(err)
	}
	creator := d.GetCreator()
	s.Deployment = facts.Deployment{
		ID: d.GetID(), Environment: d.GetEnvironment(), Ref: d.GetRef(), Commit: d.GetSHA(), Deliverable: deliverableIn(string(d.Payload)), Created: d.GetCreatedAt().Time,
		By: facts.Person{ID: creator.GetID(), Login: creator.GetLogin(), Bot: creator.GetType() == "Bot"},
	}
	s.Asked = s.Deployment.Created
	if err := g.lookAtReview(ctx, c, &s, pending); err != nil {
		return s, err
	}
	if s.Rollback() && s.Deployment.By.Bot {
		return s, c.startedBy(ctx, &s)
	}
	return s, nil
}

// waits is the environment for whose rules a run waits, as it is spelled itself; "" where it does not wait. Where that
// may not be read it does, for all that is known: GitHub refuses the answer if not.
func (c *client) waits(ctx context.Context, key engine.Key, run int64, environment string) (string, error) {
	req, err := c.NewRequest(http.MethodGet, fmt.Sprintf("repos/%s/%s/actions/runs/%d/pending_deployments", key.Owner, key.Repo, run), nil)
	if err != nil {
		return "", err
	}
	var pending []struct{ Environment struct{ Name string } }
	_, err = c.Do(ctx, req, &pending)
	switch {
	case gone(err):
		return "", nil
	case unread(err):
		return environment, nil
	case err != nil:
		return "", limited(err)
	}
	for _, p := range pending {
		if strings.EqualFold(p.Environment.Name, environment) {
			return p.Environment.Name, nil
		}
	}
	return "", nil
}

// unread reports whether the answer says that something may not be read; not that it may be read later.
func unread(err error) bool {
	_, later := askedToWait(answerOf(err))
	return status(err) == http.StatusForbidden && !later
}

// reviewAnswer is the answer of a look at a deployment that waits.
type reviewAnswer struct {
	repositoryNode
	Deployments list[deployedNode]
	Object      *letInNode // the commit that is deployed
}

// deployedNode is a deployment to the environment.
type deployedNode struct {
	CommitOid, OriginalEnvironment string
	Statuses                       list[struct {
		State, Environment string
		CreatedAt          time.Time
	}]
	Commit *letInNode
}

// letInNode is a commit with the runs that say which environments it was let into.
type letInNode struct {
	Oid   string
	LetIn list[suiteNode]
}

// letIn are our own runs of phasegate/deployment on the commit. Those in the name of workflows never are: whoever
// may push a workflow may write them.
func (g *GitHub) letIn(n *letInNode) []facts.Run {
	var out []facts.Run
	if n == nil {
		return nil
	}
	for _, s := range n.LetIn.Nodes {
		if !g.posts(s) || s.App.Slug == actionsSlug {
			continue
		}
		for _, r := range s.CheckRuns.Nodes {
			if r.Name == engine.DeploymentCheck && r.Status == "COMPLETED" {
				out = append(out, r.fact(n.Oid))
			}
		}
	}
	return out
}

// lookAtReview reads the rules, the open issues, and what was deployed to the environment before. pending is how the
// environment itself is spelled.
func (g *GitHub) lookAtReview(ctx context.Context, c *client, s *engine.ReviewSnapshot, pending string) error {
	ix := g.cache.index(s.Key)
	r, done, err := ix.look(ctx)
	if err != nil {
		return err
	}
	defer done()
	document, vars := firstReviewDocument, variables(s.Key, "environments", spellings(s.Deployment.Environment, pending), "kinds", kindLabels(), "commit", s.Deployment.Commit)
	vars["letIn"], vars["letInRuns"] = g.filter(engine.DeploymentCheck, "ALL")
	if !r.full {
		document = reviewDocument
		vars["since"] = r.since
	}
	var a struct {
		repositoryAnswer
		Repository *reviewAnswer
	}
	if err := c.query(ctx, document, vars, &a); err != nil {
		if forbidden(err) {
			err = fmt.Errorf("what was deployed before may not be read: somebody who owns the organisation can accept the App's permission deployments: %w", err)
		}
		return g.refused(s.Key, err)
	}
	if a.Repository == nil {
		return engine.ErrGone
	}
	c.viewer.Store(new(a.viewer()))
	a.Repository.shared = a.Shared
	s.Now, _ = g.clock.now()
	s.Deployment.URL = a.Repository.URL + "/deployments/" + url.PathEscape(s.Deployment.Environment)
	_, s.Head = a.Repository.head()
	s.Runs, s.Successes = g.letIn(a.Repository.Object), g.successes(a.Repository.Deployments.Nodes, s.Deployment.Environment)
	if len(s.Successes) > 0 {
		if s.Installed, err = g.installed(ctx, s.Key); err != nil {
			return err
		}
	}
	if s.Rules, err = g.rules(ctx, c, s.Key, &a.Repository.repositoryNode); err != nil || s.Rules.Policy == nil {
		return err
	}
	if err := g.take(ctx, c, s.Key, ix, r, &a.Repository.repositoryNode); err != nil {
		return err
	}
	s.Listed = ix.neighbours(facts.Issue{})
	return nil
}

// spellings are how an environment may be written: GitHub compares names without case, but says nothing of whether
// a list of deployments is asked for so.
func spellings(names ...string) []string {
	var out []string
	for _, name := range names {
		lower := strings.ToLower(name)
		first, size := utf8.DecodeRuneInString(lower)
		out = append(out, name, lower, strings.ToUpper(name), string(unicode.ToUpper(first))+lower[size:])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// successes are those of the environment. A status may name another one than the deployment did, or does by now.
func (g *GitHub) successes(deployments []deployedNode, environment string) []engine.Success {
	var out []engine.Success
	for _, d := range deployments {
		runs := g.letIn(d.Commit)
		for _, st := range d.Statuses.Nodes {
			if st.State == "SUCCESS" && strings.EqualFold(cmp.Or(st.Environment, d.OriginalEnvironment), environment) {
				out = append(out, engine.Success{Commit: d.CommitOid, At: st.CreatedAt, Runs: runs})
			}
		}
	}
	return out
}

// startedBy names who started the run, where the deployment was made in the name of workflows.
func (c *client) startedBy(ctx context.Context, s *engine.ReviewSnapshot) error {
	run, _, err := c.Actions.GetWorkflowRunByID(ctx, s.Key.Owner, s.Key.Repo, s.Run)
	if gone(err) || unread(err) {
		return nil
	}
	if err != nil {
		return limited(err)
	}
	who := run.GetTriggeringActor()
	if who.GetID() == 0 {
		who = run.GetActor()
	}
	if who.GetID() != 0 {
		s.Deployment.By = facts.Person{ID: who.GetID(), Login: who.GetLogin(), Bot: who.GetType() == "Bot"}
	}
	return nil
}
