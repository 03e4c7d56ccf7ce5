package hubsim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// GitHub's limits on what an App says of a deployment that waits for it:
// https://docs.github.com/actions/how-tos/deploy/configure-and-manage-deployments/create-custom-protection-rules
const (
	maxStatusReports    = 10
	maxStatusReportText = 1024 // characters
)

var ruleStates = []string{"approved", "rejected"}

// pendingDeployment is a job of a workflow run that waits for the protection rules of its environment.
type pendingDeployment struct {
	environment *environment
	deployment  *deployment
	answers     map[int64]*ruleAnswer // by App, one for each rule there was when the job came up
}

// ruleAnswer is what an App has said of a deployment.
type ruleAnswer struct {
	state   string   // "" until it decided, then approved or rejected
	comment string   // of the decision
	reports []string // without one
}

// waiting says whether a rule is still undecided and none has rejected.
func (p *pendingDeployment) waiting() bool {
	open := false
	for _, a := range p.answers {
		if a.state == "rejected" {
			return false
		}
		open = open || a.state == ""
	}
	return open
}

func (s *Server) addProtectionRuleRoutes() {
	const run = "/repos/{owner}/{repo}/actions/runs/{run_id}"
	s.handle("GET "+run+"/pending_deployments", access{app: "actions:read"}, s.listPendingDeployments)
	s.handle("POST "+run+"/deployment_protection_rule", access{person: levelWrite, app: "deployments:write"}, s.answerProtectionRule)
}

// startDeployment makes the deployment of a job that names an environment. If the environment has rules, it waits
// and their Apps are asked; else it goes on at once.
func (s *Server) startDeployment(w write, run *workflowRun, name string) {
	e := s.environmentNamed(run.repo, name, w.now)
	actions := s.st.apps[actionsAppID]
	d := &deployment{
		id: s.st.ids.next(), repo: run.repo, ref: run.branch, sha: run.sha, task: "deploy", environment: e.name, original: e.name,
		payload: json.RawMessage(`""`), creator: actions.bot, app: actions, createdAt: w.now, updatedAt: w.now,
		production: strings.EqualFold(e.name, "production"),
	}
	run.repo.git.deployments = append(run.repo.git.deployments, d)
	s.emit(actions.bot, "deployment", "created", run.repo, obj{
		"deployment": s.renderDeployment(d), "workflow": s.renderWorkflowOf(run), "workflow_run": s.renderDeployingRun(run),
	})
	if len(e.rules) == 0 {
		s.sayDeployment(w, run, d, "queued")
		return
	}
	p := &pendingDeployment{environment: e, deployment: d, answers: map[int64]*ruleAnswer{}}
	run.pending = append(run.pending, p)
	s.sayDeployment(w, run, d, "waiting")
	for _, rule := range e.rules {
		p.answers[rule.app.id] = &ruleAnswer{}
		if inst := s.st.installationOf(rule.app, run.repo); inst != nil {
			s.emitTo(inst, w.user(), "deployment_protection_rule", "requested", run.repo, s.renderRuleRequest(run, d))
		}
	}
}

// sayDeployment adds a status that GitHub Actions gives a deployment.
func (s *Server) sayDeployment(w write, run *workflowRun, d *deployment, state string) {
	actions := s.st.apps[actionsAppID]
	st := s.addDeploymentStatus(write{actor: &actor{kind: actorPerson, user: actions.bot}, now: w.now}, d, state)
	st.app = actions
	s.emit(actions.bot, "deployment_status", "created", d.repo, obj{
		"deployment": s.renderDeployment(d), "deployment_status": s.renderDeploymentStatus(st), "check_run": nil,
		"workflow": s.renderWorkflowOf(run), "workflow_run": s.renderDeployingRun(run),
	})
}

// renderWorkflowOf is the workflow of a run as webhooks carry it; nil once its file is gone.
func (s *Server) renderWorkflowOf(run *workflowRun) any {
	all := s.workflows(run.repo)
	if at := slices.IndexFunc(all, func(w workflow) bool { return w.id == run.workflowID }); at >= 0 {
		return s.renderWorkflow(run.repo, all[at])
	}
	return nil
}

// renderDeployingRun is a run as webhooks of the deployments it makes carry it. While its jobs wait it is waiting.
func (s *Server) renderDeployingRun(run *workflowRun) obj {
	o := s.renderRun(run)
	o["check_suite_id"], o["check_suite_node_id"] = run.id, nodeID(nodeCheckSuite, run.repo.id, run.id)
	if slices.ContainsFunc(run.pending, (*pendingDeployment).waiting) {
		o["status"] = "waiting"
	}
	return o
}

// renderRuleRequest is what an App is asked with.
func (s *Server) renderRuleRequest(run *workflowRun, d *deployment) obj {
	pulls := []obj{}
	for _, i := range run.repo.pullRequests() {
		if i.pull.open() && i.pull.headRepo == run.repo && i.pull.headRef == run.branch {
			pulls = append(pulls, s.renderHookPull(i))
		}
	}
	return obj{
		"environment": d.environment, "event": run.event, "sha": run.sha, "ref": run.branch,
		"deployment_callback_url": s.api("/repos/%s/actions/runs/%d/deployment_protection_rule", run.repo.fullName(), run.id),
		"deployment":              s.renderDeployment(d), "pull_requests": pulls,
	}
}

func (s *Server) listPendingDeployments(r *request) (response, error) {
	run, err := r.runOf()
	if err != nil {
		return response{}, err
	}
	list := []obj{}
	for _, p := range run.pending {
		if p.waiting() {
			list = append(list, obj{
				"environment": s.renderEnvironmentStub(r.repo, p.environment), "wait_timer": 0, "wait_timer_started_at": nil,
				"current_user_can_approve": false, "reviewers": []obj{},
			})
		}
	}
	return ok(list), nil
}

// ruleInput is the body by which an App answers.
type ruleInput struct {
	Environment *string `json:"environment_name"`
	State       *string `json:"state"`
	Comment     *string `json:"comment"`
}

func (in *ruleInput) check() error {
	switch {
	case in.Environment == nil:
		return notSupplied([]string{`"environment_name"`})
	case in.State != nil && !slices.Contains(ruleStates, *in.State):
		return notMember("state", *in.State, ruleStates)
	case in.State == nil && (in.Comment == nil || strings.TrimSpace(*in.Comment) == ""):
		return notSupplied([]string{`"comment"`})
	case in.Comment != nil && utf8.RuneCountInString(*in.Comment) > maxStatusReportText:
		return badShape("Only %d characters are allowed for 'properties/comment'; %d were supplied.", maxStatusReportText, utf8.RuneCountInString(*in.Comment))
	}
	return nil
}

// answerProtectionRule takes an App's decision over a deployment that waits for its rule or, without a state, what it
// reports meanwhile.
func (s *Server) answerProtectionRule(r *request) (response, error) {
	if err := r.onlyApps(); err != nil {
		return response{}, err
	}
	run, err := r.runOf()
	if err != nil {
		return response{}, err
	}
	var in ruleInput
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	if err := in.check(); err != nil {
		return response{}, err
	}
	p, answer := run.pendingRule(*in.Environment, r.actor.app)
	if p == nil {
		return response{}, fail(http.StatusUnprocessableEntity, "There are no pending deployment requests to approve or reject")
	}
	if in.State == nil {
		if len(answer.reports) >= maxStatusReports {
			return response{}, fail(http.StatusUnprocessableEntity, "No more than %d status reports are allowed for a deployment.", maxStatusReports)
		}
		answer.reports = append(answer.reports, *in.Comment)
		return noContent(), nil
	}
	answer.state, answer.comment = *in.State, deref(in.Comment)
	s.decided(r.write(), run, p)
	return noContent(), nil
}

// pendingRule finds the deployment of a run to an environment that waits for an App's rule; nil if none does.
func (run *workflowRun) pendingRule(environment string, a *app) (*pendingDeployment, *ruleAnswer) {
	for _, p := range run.pending {
		answer := p.answers[a.id]
		if strings.EqualFold(p.environment.name, environment) && p.waiting() && answer != nil && answer.state == "" {
			return p, answer
		}
	}
	return nil, nil
}

// decided goes on with a deployment for which no rule is open any more. A rejection ends the run.
func (s *Server) decided(w write, run *workflowRun, p *pendingDeployment) {
	if p.waiting() {
		return
	}
	run.updatedAt = w.now
	for _, a := range p.answers {
		if a.state == "rejected" {
			s.sayDeployment(w, run, p.deployment, "failure")
			run.status, run.conclusion = "completed", "failure"
			return
		}
	}
	s.sayDeployment(w, run, p.deployment, "queued")
	if !slices.ContainsFunc(run.pending, (*pendingDeployment).waiting) && run.status == "waiting" {
		run.status = "in_progress"
	}
}
