package gh

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
)

// Review implements [engine.Hub]. It costs one request where the deployment does not wait any more, else three, and
// one more to tell who rolls back.
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
	waits, err := c.waits(ctx, key, s.Run, environment)
	if s.Gone = !waits; err != nil || s.Gone {
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
	if err := g.lookAtReview(ctx, c, &s); err != nil {
		return s, err
	}
	if s.Ran && s.Current != s.Deployment.Commit && s.Deployment.By.Bot {
		return s, c.startedBy(ctx, &s)
	}
	return s, nil
}

// waits reports whether a run waits for the rules of an environment. Where that may not be read it does, for all
// that is known: GitHub refuses the answer if not.
func (c *client) waits(ctx context.Context, key engine.Key, run int64, environment string) (bool, error) {
	req, err := c.NewRequest(http.MethodGet, fmt.Sprintf("repos/%s/%s/actions/runs/%d/pending_deployments", key.Owner, key.Repo, run), nil)
	if err != nil {
		return false, err
	}
	var pending []struct{ Environment struct{ Name string } }
	_, err = c.Do(ctx, req, &pending)
	switch {
	case gone(err):
		return false, nil
	case unread(err):
		return true, nil
	case err != nil:
		return false, limited(err)
	}
	for _, p := range pending {
		if strings.EqualFold(p.Environment.Name, environment) {
			return true, nil
		}
	}
	return false, nil
}

// unread reports whether the answer says that something may not be read; not that it may be read later.
func unread(err error) bool {
	_, later := askedToWait(answerOf(err))
	return status(err) == http.StatusForbidden && !later
}

// reviewAnswer is the answer of a look at a deployment that waits.
type reviewAnswer struct {
	repositoryNode
	Deployments list[deploymentNode]
}

// lookAtReview reads the rules, the open issues, and what was deployed to the environment before.
func (g *GitHub) lookAtReview(ctx context.Context, c *client, s *engine.ReviewSnapshot) error {
	ix := g.cache.index(s.Key)
	r, done, err := ix.look(ctx)
	if err != nil {
		return err
	}
	defer done()
	document, vars := firstReviewDocument, variables(s.Key, "environment", s.Deployment.Environment, "kinds", kindLabels())
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
	s.Ran, s.Current = ranBefore(a.Repository.Deployments.Nodes, s.Deployment.Commit)
	if s.Rules, err = g.rules(ctx, c, s.Key, &a.Repository.repositoryNode); err != nil || s.Rules.Policy == nil {
		return err
	}
	if err := g.take(ctx, c, s.Key, ix, r, &a.Repository.repositoryNode); err != nil {
		return err
	}
	s.Listed = ix.neighbours(facts.Issue{})
	return nil
}

// ranBefore reports whether a commit was deployed with success, and which commit was last.
func ranBefore(deployments []deploymentNode, commit string) (ran bool, current string) {
	var newest time.Time
	for _, d := range deployments {
		for _, st := range d.Statuses.Nodes {
			if st.State != "SUCCESS" {
				continue
			}
			ran = ran || d.CommitOid == commit
			if st.CreatedAt.After(newest) {
				newest, current = st.CreatedAt, d.CommitOid
			}
		}
	}
	return ran, current
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
