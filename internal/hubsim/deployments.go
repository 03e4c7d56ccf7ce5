package hubsim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/phasegate/phasegate/internal/hubsim/gitstore"
)

func (s *Server) addDeploymentRoutes() {
	const base = "/repos/{owner}/{repo}/deployments"
	const one = base + "/{deployment_id}"
	read, change := access{app: "deployments:read"}, access{person: levelWrite, app: "deployments:write"}
	s.handle("GET "+base, read, s.listDeployments)
	s.handle("POST "+base, change, s.createDeployment)
	s.handle("GET "+one, read, s.getDeployment)
	s.handle("DELETE "+one, change, s.deleteDeployment)
	s.handle("GET "+one+"/statuses", read, s.listDeploymentStatuses)
	s.handle("POST "+one+"/statuses", change, s.createDeploymentStatus)
	s.handle("GET "+one+"/statuses/{status_id}", read, s.getDeploymentStatus)
}

type deploymentInput struct {
	Ref         string          `json:"ref"`
	Task        string          `json:"task"`
	AutoMerge   *bool           `json:"auto_merge"`
	Contexts    *[]string       `json:"required_contexts"`
	Payload     json.RawMessage `json:"payload"`
	Environment string          `json:"environment"`
	Description *string         `json:"description"`
	Transient   bool            `json:"transient_environment"`
	Production  *bool           `json:"production_environment"`
}

func (s *Server) createDeployment(r *request) (response, error) {
	var in deploymentInput
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	if in.Ref == "" {
		return response{}, notSupplied([]string{`"ref"`})
	}
	sha, err := r.repo.code().Resolve(in.Ref)
	if err != nil {
		return response{}, fail(http.StatusUnprocessableEntity, "No ref found for: %s", in.Ref)
	}
	if in.AutoMerge == nil || *in.AutoMerge {
		if merged, err := s.mergeForDeployment(r, in.Ref); merged != nil || err != nil {
			return response{status: http.StatusAccepted, body: merged}, err
		}
	}
	if err := r.repo.checkContexts(&in, sha); err != nil {
		return response{}, err
	}
	d := &deployment{
		id: s.st.ids.next(), repo: r.repo, ref: in.Ref, sha: sha, task: cmp.Or(in.Task, "deploy"),
		environment: cmp.Or(in.Environment, "production"), description: deref(in.Description), payload: in.Payload,
		transient: in.Transient, creator: r.actor.user, app: r.actor.via(), createdAt: r.now, updatedAt: r.now,
	}
	d.original = d.environment
	d.production = d.environment == "production"
	if in.Production != nil {
		d.production = *in.Production
	}
	r.repo.git.deployments = append(r.repo.git.deployments, d)
	s.emit(r.actor.user, "deployment", "created", r.repo, obj{"deployment": s.renderDeployment(d), "workflow": nil, "workflow_run": nil})
	return created(s.renderDeployment(d)).with("Location", s.deploymentURL(d)), nil
}

// mergeForDeployment merges the default branch into a branch that is behind it. GitHub then makes no deployment:
// what it answers says so.
func (s *Server) mergeForDeployment(r *request, ref string) (obj, error) {
	code, main := r.repo.code(), r.repo.defaultBranch
	head, err := code.Branch(ref)
	base, baseErr := code.Branch(main)
	if err != nil || baseErr != nil || ref == main {
		return nil, nil // only branches are merged into
	}
	in, err := code.IsAncestor(base, head)
	if err != nil || in {
		return nil, err
	}
	w := r.write()
	c, err := code.Merge(head, base, s.signature(w.user(), w.now), webFlow(w.now), fmt.Sprintf("Merge branch '%s' into %s", main, ref))
	var conflict *gitstore.ConflictError
	if errors.As(err, &conflict) || errors.Is(err, gitstore.ErrNoCommonBase) {
		return nil, fail(http.StatusConflict, "Conflict merging %s into %s.", main, ref)
	}
	if err != nil {
		return nil, err
	}
	s.signedByGitHub(c, w.now)
	if err := s.setRef(w, r.repo, gitstore.HeadsPrefix+ref, c.SHA, false); err != nil {
		return nil, err
	}
	return obj{"message": fmt.Sprintf("Auto-merged %s into %s on deployment.", main, ref)}, nil
}

// checkContexts refuses to deploy a commit whose statuses and checks are not all successful; required_contexts
// narrows them, an empty list asks for none.
func (r *repo) checkContexts(in *deploymentInput, sha string) error {
	states := map[string]string{}
	var names []string
	put := func(name, state string) {
		if _, known := states[name]; !known {
			names = append(names, name)
		}
		states[name] = state
	}
	_, list := r.combinedStatus(sha)
	for _, st := range list {
		put(st.context, st.state)
	}
	for _, c := range latestRuns(r.runsAt(sha)) {
		switch {
		case c.passed():
			put(c.name, "success")
		case c.status == "completed":
			put(c.name, "failure")
		default:
			put(c.name, "pending")
		}
	}
	if in.Contexts != nil {
		names = *in.Contexts
	}
	var bad []obj
	for _, name := range names {
		if state := cmp.Or(states[name], "pending"); state != "success" {
			bad = append(bad, obj{"context": name, "state": state})
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return &apiError{
		status: http.StatusConflict, message: fmt.Sprintf("Conflict: Commit status checks failed for %s.", in.Ref),
		errors: []any{obj{"contexts": bad, "resource": "Deployment", "field": "required_contexts", "code": "invalid"}},
	}
}

func (s *Server) deploymentURL(d *deployment) string {
	return s.api("/repos/%s/deployments/%d", d.repo.fullName(), d.id)
}

func (s *Server) renderDeployment(d *deployment) obj {
	base := s.deploymentURL(d)
	payload := d.payload
	if len(payload) == 0 || bytes.Equal(bytes.TrimSpace(payload), []byte("null")) {
		payload = json.RawMessage("{}")
	}
	return obj{
		"url": base, "id": d.id, "node_id": nodeID(nodeDeployment, d.repo.id, d.id), "sha": d.sha, "ref": d.ref, "task": d.task,
		"payload": payload, "original_environment": d.original, "environment": d.environment,
		"description": textOrNull(d.description), "creator": s.renderUser(d.creator), "created_at": stamp(d.createdAt),
		"updated_at": stamp(d.updatedAt), "statuses_url": base + "/statuses", "repository_url": s.api("/repos/%s", d.repo.fullName()),
		"transient_environment": d.transient, "production_environment": d.production, "performed_via_github_app": s.renderApp(d.app),
	}
}

func (s *Server) listDeployments(r *request) (response, error) {
	var list []*deployment
	for _, d := range slices.Backward(r.repo.git.deployments) { // the newest first
		fits := true
		for name, have := range map[string]string{"sha": d.sha, "ref": d.ref, "task": d.task, "environment": d.environment} {
			want := r.query.Get(name)
			fits = fits && (want == "" || want == "none" || want == have)
		}
		if fits {
			list = append(list, d)
		}
	}
	return paged(s, r, list, s.renderDeployment), nil
}

func (r *request) deploymentOf() (*deployment, error) {
	for _, d := range r.repo.git.deployments {
		if d.id == r.num("deployment_id") {
			return d, nil
		}
	}
	return nil, notFound()
}

func (s *Server) getDeployment(r *request) (response, error) {
	d, err := r.deploymentOf()
	if err != nil {
		return response{}, err
	}
	return ok(s.renderDeployment(d)), nil
}

// deleteDeployment takes away an inactive deployment, or the only one there is.
func (s *Server) deleteDeployment(r *request) (response, error) {
	d, err := r.deploymentOf()
	if err != nil {
		return response{}, err
	}
	if len(r.repo.git.deployments) > 1 && d.state() != "inactive" {
		return response{}, fail(http.StatusUnprocessableEntity, "We cannot delete an active deployment unless it is the only deployment in a given environment.")
	}
	r.repo.git.deployments = slices.DeleteFunc(r.repo.git.deployments, func(o *deployment) bool { return o == d })
	return noContent(), nil
}
