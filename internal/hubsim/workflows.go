package hubsim

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	yaml "go.yaml.in/yaml/v4"

	"github.com/phasegate/phasegate/internal/hubsim/gitstore"
)

const workflowFolder = ".github/workflows"

// The simulator runs no workflow. What it lists are the workflow files of the default branch and the runs that it
// was told of through /_sim/workflow-runs, by whoever ran one: none, unless somebody did.
func (s *Server) addWorkflowRoutes() {
	const base = "/repos/{owner}/{repo}/actions"
	read := access{app: "actions:read"}
	s.handle("GET "+base+"/workflows", read, s.listWorkflows)
	s.handle("GET "+base+"/workflows/{workflow}", read, s.getWorkflow)
	s.handle("GET "+base+"/workflows/{workflow}/runs", read, s.listRunsOfWorkflow)
	s.handle("GET "+base+"/runs", read, s.listRuns)
	s.handle("GET "+base+"/runs/{run_id}", read, s.getRun)
}

// workflow is a workflow file of the default branch.
type workflow struct {
	id         int64
	name, path string
}

// workflowID gives a workflow's file its id, which it keeps.
func (s *Server) workflowID(r *repo, file string) int64 {
	if r.git.workflows == nil {
		r.git.workflows = map[string]int64{}
	}
	if r.git.workflows[file] == 0 {
		r.git.workflows[file] = s.st.ids.next()
	}
	return r.git.workflows[file]
}

// workflows lists the workflow files of the default branch, sorted by path.
func (s *Server) workflows(r *repo) []workflow {
	sha, err := r.code().Branch(r.defaultBranch)
	if err != nil {
		return nil // an empty repository
	}
	commit, err := r.code().Commit(sha)
	if err != nil {
		return nil
	}
	folder, err := r.code().Lookup(commit.Tree, workflowFolder)
	if err != nil || folder.Type != gitstore.TypeTree {
		return nil
	}
	entries, err := r.code().Tree(folder.SHA, false)
	if err != nil {
		return nil
	}
	var out []workflow
	for _, e := range entries {
		if ext := path.Ext(e.Path); e.Type != gitstore.TypeBlob || ext != ".yml" && ext != ".yaml" {
			continue
		}
		file := workflowFolder + "/" + e.Path
		out = append(out, workflow{id: s.workflowID(r, file), name: workflowName(r, e.SHA, file), path: file})
	}
	return out
}

// workflowName is the name a workflow file gives itself; without one, or when it cannot be read, its path.
func workflowName(r *repo, sha, file string) string {
	content, err := r.code().Blob(sha)
	if err != nil {
		return file
	}
	var head struct {
		Name string `yaml:"name"`
	}
	if err := yaml.Load(content, &head); err != nil {
		return file
	}
	return cmp.Or(head.Name, file)
}

func (s *Server) renderWorkflow(r *repo, w workflow) obj {
	name := path.Base(w.path)
	return obj{
		"id": w.id, "node_id": nodeID("W", r.id, w.id), "name": w.name, "path": w.path, "state": "active",
		"created_at": stamp(r.createdAt), "updated_at": stamp(r.createdAt),
		"url":       s.api("/repos/%s/actions/workflows/%d", r.fullName(), w.id),
		"html_url":  s.web("/%s/blob/%s/%s", r.fullName(), escapePath(r.defaultBranch), escapePath(w.path)),
		"badge_url": s.web("/%s/workflows/%s/badge.svg", r.fullName(), escapePath(name)),
	}
}

func (s *Server) listWorkflows(r *request) (response, error) {
	return pagedIn(s, r, "workflows", s.workflows(r.repo), func(w workflow) obj { return s.renderWorkflow(r.repo, w) }), nil
}

// workflowOf finds the workflow of {workflow}: an id or the name of its file.
func (s *Server) workflowOf(r *request) (workflow, error) {
	want := r.param("workflow")
	for _, w := range s.workflows(r.repo) {
		if strconv.FormatInt(w.id, 10) == want || path.Base(w.path) == want {
			return w, nil
		}
	}
	return workflow{}, notFound()
}

func (s *Server) getWorkflow(r *request) (response, error) {
	w, err := s.workflowOf(r)
	if err != nil {
		return response{}, err
	}
	return ok(s.renderWorkflow(r.repo, w)), nil
}

func (s *Server) listRunsOfWorkflow(r *request) (response, error) {
	w, err := s.workflowOf(r)
	if err != nil {
		return response{}, err
	}
	return s.pageRuns(r, func(run *workflowRun) bool { return run.workflowID == w.id })
}

func (s *Server) listRuns(r *request) (response, error) {
	return s.pageRuns(r, func(*workflowRun) bool { return true })
}

// pageRuns lists runs, the newest first. status is matched against the status and the conclusion, as on GitHub.
func (s *Server) pageRuns(r *request, wanted func(*workflowRun) bool) (response, error) {
	q := r.query
	created, err := parseCreated(q.Get("created"))
	if err != nil {
		return response{}, err
	}
	var list []*workflowRun
	for _, run := range slices.Backward(r.repo.git.runs) {
		fits := wanted(run) && created(run.createdAt)
		for name, have := range map[string]string{"branch": run.branch, "event": run.event, "head_sha": run.sha, "actor": run.actor.login} {
			fits = fits && (q.Get(name) == "" || strings.EqualFold(q.Get(name), have))
		}
		if status := q.Get("status"); fits && (status == "" || status == run.status || status == run.conclusion) {
			list = append(list, run)
		}
	}
	return pagedIn(s, r, "workflow_runs", list, s.renderRun), nil
}

// parseCreated reads the parameter created: ">=2026-01-05T09:00:00Z", "<…", "from..to" or a day.
func parseCreated(v string) (func(time.Time) bool, error) {
	if v == "" {
		return func(time.Time) bool { return true }, nil
	}
	wrong := invalid(fieldError{Resource: "WorkflowRun", Field: "created", Code: "invalid", Value: v})
	if from, to, ranged := strings.Cut(v, ".."); ranged {
		a, errA := parseTime(from)
		b, errB := parseTime(to)
		if errA != nil || errB != nil {
			return nil, wrong
		}
		return func(t time.Time) bool { return !t.Before(a) && !t.After(b) }, nil
	}
	op := v[:len(v)-len(strings.TrimLeft(v, "<>="))]
	at, err := parseTime(v[len(op):])
	if err != nil {
		return nil, wrong
	}
	switch op {
	case ">":
		return func(t time.Time) bool { return t.After(at) }, nil
	case ">=":
		return func(t time.Time) bool { return !t.Before(at) }, nil
	case "<":
		return func(t time.Time) bool { return t.Before(at) }, nil
	case "<=":
		return func(t time.Time) bool { return !t.After(at) }, nil
	case "":
		return func(t time.Time) bool { return t.UTC().Format(time.DateOnly) == at.UTC().Format(time.DateOnly) }, nil
	}
	return nil, wrong
}

// runOf finds the run of {run_id}.
func (r *request) runOf() (*workflowRun, error) {
	for _, run := range r.repo.git.runs {
		if run.id == r.num("run_id") {
			return run, nil
		}
	}
	return nil, notFound()
}

func (s *Server) getRun(r *request) (response, error) {
	run, err := r.runOf()
	if err != nil {
		return response{}, err
	}
	return ok(s.renderRun(run)), nil
}

func (s *Server) renderRun(run *workflowRun) obj {
	r := run.repo
	base := s.api("/repos/%s/actions/runs/%d", r.fullName(), run.id)
	return obj{
		"id": run.id, "name": run.name, "node_id": nodeID("WFR", r.id, run.id), "head_branch": run.branch, "head_sha": run.sha,
		"path": run.path, "display_title": run.name, "run_number": run.number, "run_attempt": run.attempt, "event": run.event,
		"status": run.status, "conclusion": textOrNull(run.conclusion), "workflow_id": run.workflowID, "url": base,
		"html_url": s.web("/%s/actions/runs/%d", r.fullName(), run.id), "pull_requests": []obj{},
		"created_at": stamp(run.createdAt), "updated_at": stamp(run.updatedAt), "run_started_at": stamp(run.startedAt),
		"actor": s.renderUser(run.actor), "triggering_actor": s.renderUser(run.actor), "referenced_workflows": []obj{},
		"jobs_url": base + "/jobs", "logs_url": base + "/logs", "artifacts_url": base + "/artifacts", "cancel_url": base + "/cancel",
		"rerun_url": base + "/rerun", "previous_attempt_url": nil,
		"check_suite_url": s.api("/repos/%s/check-suites/%d", r.fullName(), run.id),
		"workflow_url":    s.api("/repos/%s/actions/workflows/%d", r.fullName(), run.workflowID),
		"head_commit":     s.renderSimpleCommit(r, run.sha), "repository": s.renderSimpleRepo(r), "head_repository": s.renderSimpleRepo(r),
	}
}
