package hubsim

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/hubsim/gitstore"
)

// simRun is the body of POST /_sim/workflow-runs: a run of a workflow, made elsewhere.
type simRun struct {
	Repo       string `json:"repo"` // acme/churn
	Path       string `json:"path"` // .github/workflows/phasegate.yml
	Event      string `json:"event"`
	Branch     string `json:"branch"`     // empty: the default branch
	Status     string `json:"status"`     // empty: completed, or with environments in_progress
	Conclusion string `json:"conclusion"` // empty, and completed: success
	Actor      string `json:"actor"`      // empty: github-actions[bot]
	// StartedAt is when it began; without it, now.
	StartedAt time.Time `json:"started_at"`
	// Environments are those its jobs deploy to. Where one has protection rules the job, and with it the run, waits.
	Environments []string `json:"environments"`
}

// simWorkflowRun records a run of a workflow. Apps are told of the deployments it makes, not of the run.
func (s *Server) simWorkflowRun(body []byte) (response, error) {
	var in simRun
	if err := json.Unmarshal(body, &in); err != nil || in.Path == "" || in.Event == "" {
		return response{}, fail(http.StatusBadRequest, `send {"repo": "acme/churn", "path": ".github/workflows/phasegate.yml", "event": "schedule"}`)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	owner, name, _ := strings.Cut(in.Repo, "/")
	rp := s.st.repository(owner, name)
	if rp == nil {
		return response{}, fail(http.StatusUnprocessableEntity, "there is no repository %q", in.Repo)
	}
	run, err := s.newRun(rp, &in)
	if err != nil {
		return response{}, err
	}
	rp.git.runs = append(rp.git.runs, run)
	w := write{actor: &actor{kind: actorPerson, user: run.actor}, now: s.clock.now()}
	for _, e := range in.Environments {
		s.startDeployment(w, run, e)
	}
	if len(run.pending) > 0 {
		run.status = "waiting"
	}
	s.wakeHooks()
	return response{status: http.StatusCreated, body: s.renderRun(run)}.marshal() // while the state is locked
}

// newRun makes the run of a request.
func (s *Server) newRun(rp *repo, in *simRun) (*workflowRun, error) {
	all := s.workflows(rp)
	at := slices.IndexFunc(all, func(w workflow) bool { return w.path == in.Path })
	if at < 0 {
		return nil, fail(http.StatusUnprocessableEntity, "there is no workflow %q on the default branch", in.Path)
	}
	actor := s.st.apps[actionsAppID].bot
	if in.Actor != "" {
		if actor = s.st.account(in.Actor); actor == nil {
			return nil, fail(http.StatusUnprocessableEntity, "there is nobody called %q", in.Actor)
		}
	}
	branch := cmp.Or(in.Branch, rp.defaultBranch)
	sha, err := rp.code().Branch(strings.TrimPrefix(branch, gitstore.HeadsPrefix))
	if err != nil {
		return nil, fail(http.StatusUnprocessableEntity, "there is no branch %q", branch)
	}
	w, now := all[at], s.clock.now()
	run := &workflowRun{
		id: s.st.ids.next(), repo: rp, name: w.name, path: w.path, workflowID: w.id, number: 1, attempt: 1, event: in.Event,
		status: in.Status, conclusion: in.Conclusion, branch: branch, sha: sha, actor: actor,
		createdAt: now, startedAt: now, updatedAt: now,
	}
	if run.status == "" {
		run.status = "completed"
		if len(in.Environments) > 0 {
			run.status = "in_progress"
		}
	}
	if !in.StartedAt.IsZero() {
		run.createdAt, run.startedAt = in.StartedAt, in.StartedAt
	}
	for _, other := range rp.git.runs {
		if other.workflowID == w.id {
			run.number = max(run.number, other.number+1)
		}
	}
	if run.status == "completed" {
		run.conclusion = cmp.Or(run.conclusion, "success")
	}
	return run, nil
}
