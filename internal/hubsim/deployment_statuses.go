package hubsim

import (
	"cmp"
	"slices"
	"strconv"
	"unicode/utf8"
)

var deploymentStates = []string{"error", "failure", "inactive", "in_progress", "queued", "pending", "success"}

type deploymentStatusInput struct {
	State          string `json:"state"`
	TargetURL      string `json:"target_url"`
	LogURL         string `json:"log_url"`
	Description    string `json:"description"`
	Environment    string `json:"environment"`
	EnvironmentURL string `json:"environment_url"`
	AutoInactive   *bool  `json:"auto_inactive"`
}

// state is the newest status of a deployment, empty before the first.
func (d *deployment) state() string {
	if n := len(d.statuses); n > 0 {
		return d.statuses[n-1].state
	}
	return ""
}

func (s *Server) createDeploymentStatus(r *request) (response, error) {
	d, err := r.deploymentOf()
	if err != nil {
		return response{}, err
	}
	var in deploymentStatusInput
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	if err := in.check(); err != nil {
		return response{}, err
	}
	if in.Environment != "" {
		d.environment = in.Environment
	}
	st := s.addDeploymentStatus(r.write(), d, in.State)
	st.description, st.targetURL, st.environmentURL = in.Description, cmp.Or(in.LogURL, in.TargetURL), in.EnvironmentURL
	if in.State == "success" && (in.AutoInactive == nil || *in.AutoInactive) {
		s.retireOthers(r.write(), d)
	}
	if in.State != "inactive" { // of which GitHub sends no webhook
		s.emit(r.actor.user, "deployment_status", "created", r.repo, obj{
			"deployment": s.renderDeployment(d), "deployment_status": s.renderDeploymentStatus(st), "check_run": nil,
			"workflow": nil, "workflow_run": nil,
		})
	}
	return created(s.renderDeploymentStatus(st)).with("Location", s.deploymentStatusURL(st)), nil
}

func (in *deploymentStatusInput) check() error {
	switch {
	case in.State == "":
		return notSupplied([]string{`"state"`})
	case !slices.Contains(deploymentStates, in.State):
		return notMember("state", in.State, deploymentStates)
	case utf8.RuneCountInString(in.Description) > maxStatusDescription:
		return invalid(fieldError{
			Resource: "DeploymentStatus", Field: "description", Code: "custom", Message: "description is too long (maximum is 140 characters)",
		})
	}
	for name, address := range map[string]string{"target_url": in.TargetURL, "log_url": in.LogURL, "environment_url": in.EnvironmentURL} {
		if address != "" && !isWebAddress(address) {
			return invalid(fieldError{Resource: "DeploymentStatus", Field: name, Code: "custom", Message: name + " must use http(s) scheme"})
		}
	}
	return nil
}

func (s *Server) addDeploymentStatus(w write, d *deployment, state string) *deploymentStatus {
	st := &deploymentStatus{
		id: s.st.ids.next(), deployment: d, state: state, environment: d.environment, creator: w.user(), app: w.actor.via(), createdAt: w.now,
	}
	d.statuses, d.updatedAt = append(d.statuses, st), w.now
	return st
}

// retireOthers makes the earlier successful deployments to the same environment inactive. Production and transient
// ones stay, as GitHub's documentation of auto_inactive has it.
func (s *Server) retireOthers(w write, d *deployment) {
	for _, o := range d.repo.git.deployments {
		if o.id < d.id && o.environment == d.environment && !o.transient && !o.production && o.state() == "success" {
			s.addDeploymentStatus(w, o, "inactive")
		}
	}
}

func (s *Server) deploymentStatusURL(st *deploymentStatus) string {
	return s.deploymentURL(st.deployment) + "/statuses/" + strconv.FormatInt(st.id, 10)
}

func (s *Server) renderDeploymentStatus(st *deploymentStatus) obj {
	d := st.deployment
	return obj{
		"url": s.deploymentStatusURL(st), "id": st.id, "node_id": nodeID("DES", d.repo.id, st.id), "state": st.state,
		"creator": s.renderUser(st.creator), "description": st.description, "environment": st.environment, "target_url": st.targetURL,
		"log_url": st.targetURL, "environment_url": st.environmentURL, "created_at": stamp(st.createdAt), "updated_at": stamp(st.createdAt),
		"deployment_url": s.deploymentURL(d), "repository_url": s.api("/repos/%s", d.repo.fullName()),
		"performed_via_github_app": s.renderApp(st.app),
	}
}

func (s *Server) listDeploymentStatuses(r *request) (response, error) {
	d, err := r.deploymentOf()
	if err != nil {
		return response{}, err
	}
	list := slices.Clone(d.statuses)
	slices.Reverse(list) // the newest first
	return paged(s, r, list, s.renderDeploymentStatus), nil
}

func (s *Server) getDeploymentStatus(r *request) (response, error) {
	d, err := r.deploymentOf()
	if err != nil {
		return response{}, err
	}
	for _, st := range d.statuses {
		if st.id == r.num("status_id") {
			return ok(s.renderDeploymentStatus(st)), nil
		}
	}
	return response{}, notFound()
}
