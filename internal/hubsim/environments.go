package hubsim

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// environment is something deployments go to. The simulator knows one kind of protection: custom rules of Apps.
type environment struct {
	id        int64
	name      string
	rules     []*protectionRule
	createdAt time.Time
	updatedAt time.Time
}

// protectionRule lets an App decide over the deployments to an environment.
type protectionRule struct {
	id  int64
	app *app
}

func (s *Server) addEnvironmentRoutes() {
	const base = "/repos/{owner}/{repo}/environments"
	const one = base + "/{environment_name}"
	const rules = one + "/deployment_protection_rules"
	read, write := access{app: "actions:read"}, access{person: levelAdmin, app: "administration:write"}
	s.handle("GET "+base, read, s.listEnvironments)
	s.handle("GET "+one, read, s.getEnvironment)
	s.handle("PUT "+one, write, s.putEnvironment)
	s.handle("DELETE "+one, write, s.dropEnvironment)
	s.handle("GET "+rules, read, s.listProtectionRules)
	s.handle("POST "+rules, write, s.createProtectionRule)
	s.handle("GET "+rules+"/apps", access{person: levelAdmin, app: "actions:read"}, s.listRuleApps)
	s.handle("GET "+rules+"/{protection_rule_id}", read, s.getProtectionRule)
	s.handle("DELETE "+rules+"/{protection_rule_id}", write, s.dropProtectionRule)
}

// environment finds an environment by name, which GitHub compares in any case; nil if there is none.
func (r *repo) environment(name string) *environment {
	for _, e := range r.git.environments {
		if strings.EqualFold(e.name, name) {
			return e
		}
	}
	return nil
}

// environmentNamed finds or makes an environment: a workflow that names one makes it.
func (s *Server) environmentNamed(rp *repo, name string, now time.Time) *environment {
	e := rp.environment(name)
	if e == nil {
		e = &environment{id: s.st.ids.next(), name: name, createdAt: now, updatedAt: now}
		rp.git.environments = append(rp.git.environments, e)
	}
	return e
}

func (r *request) environmentOf() (*environment, error) {
	if e := r.repo.environment(r.param("environment_name")); e != nil {
		return e, nil
	}
	return nil, notFound()
}

// renderEnvironmentStub is an environment as pending deployments have it.
func (s *Server) renderEnvironmentStub(rp *repo, e *environment) obj {
	return obj{
		"id": e.id, "node_id": nodeID("EN", rp.id, e.id), "name": e.name,
		"url":      s.api("/repos/%s/environments/%s", rp.fullName(), url.PathEscape(e.name)),
		"html_url": s.web("/%s/deployments/activity_log?environments_filter=%s", rp.fullName(), url.QueryEscape(e.name)),
	}
}

// renderEnvironment is an environment as its own route has it. Custom rules have a route of their own.
func (s *Server) renderEnvironment(rp *repo, e *environment) obj {
	o := s.renderEnvironmentStub(rp, e)
	o["created_at"], o["updated_at"] = stamp(e.createdAt), stamp(e.updatedAt)
	o["protection_rules"], o["deployment_branch_policy"] = []obj{}, nil
	return o
}

func (s *Server) listEnvironments(r *request) (response, error) {
	return pagedIn(s, r, "environments", r.repo.git.environments, func(e *environment) obj { return s.renderEnvironment(r.repo, e) }), nil
}

func (s *Server) getEnvironment(r *request) (response, error) {
	e, err := r.environmentOf()
	if err != nil {
		return response{}, err
	}
	return ok(s.renderEnvironment(r.repo, e)), nil
}

// putEnvironment makes an environment. Timers, reviewers and branch policies are refused, since nothing here would
// wait for them.
func (s *Server) putEnvironment(r *request) (response, error) {
	var in struct {
		WaitTimer int               `json:"wait_timer"`
		Reviewers []json.RawMessage `json:"reviewers"`
		Policy    json.RawMessage   `json:"deployment_branch_policy"`
	}
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	if in.WaitTimer != 0 || len(in.Reviewers) > 0 || in.Policy != nil && string(in.Policy) != "null" {
		return response{}, fail(http.StatusUnprocessableEntity,
			"The simulated GitHub has no wait_timer, reviewers and deployment_branch_policy; leave them out.")
	}
	name := r.param("environment_name")
	if len(name) > 255 || strings.TrimSpace(name) == "" {
		return response{}, fail(http.StatusUnprocessableEntity, "The environment name is invalid.")
	}
	e := s.environmentNamed(r.repo, name, r.now)
	e.updatedAt = r.now
	return ok(s.renderEnvironment(r.repo, e)), nil
}

func (s *Server) dropEnvironment(r *request) (response, error) {
	e, err := r.environmentOf()
	if err != nil {
		return response{}, err
	}
	r.repo.git.environments = without(r.repo.git.environments, e)
	return noContent(), nil
}

// rulesOffered are the Apps whose rule may be enabled: they are installed here, hear of
// deployment_protection_rule and may answer.
func (s *Server) rulesOffered(rp *repo) []*app {
	var out []*app
	for _, inst := range sorted(s.st.installations) {
		able := rank(inst.permissions["deployments"]) >= rank("write") && slices.Contains(inst.events, "deployment_protection_rule")
		if inst.covers(rp) && able {
			out = append(out, inst.app)
		}
	}
	return out
}

func (s *Server) renderRuleApp(a *app) obj {
	return obj{"id": a.id, "slug": a.slug, "integration_url": s.api("/apps/%s", a.slug), "node_id": nodeID(nodeApp, 0, a.id)}
}

func (s *Server) renderProtectionRule(rp *repo, p *protectionRule) obj {
	return obj{"id": p.id, "node_id": nodeID("GA", rp.id, p.id), "enabled": true, "app": s.renderRuleApp(p.app)}
}

func (s *Server) listProtectionRules(r *request) (response, error) {
	e, err := r.environmentOf()
	if err != nil {
		return response{}, err
	}
	list := []obj{}
	for _, p := range e.rules {
		list = append(list, s.renderProtectionRule(r.repo, p))
	}
	return ok(obj{"total_count": len(list), "custom_deployment_protection_rules": list}), nil
}

func (s *Server) listRuleApps(r *request) (response, error) {
	e, err := r.environmentOf()
	if err != nil {
		return response{}, err
	}
	list := slices.DeleteFunc(s.rulesOffered(r.repo), func(a *app) bool { return e.rule(a) != nil })
	return pagedIn(s, r, "available_custom_deployment_protection_rule_integrations", list, s.renderRuleApp), nil
}

// rule is an App's rule of the environment; nil if it has none.
func (e *environment) rule(a *app) *protectionRule {
	for _, p := range e.rules {
		if p.app == a {
			return p
		}
	}
	return nil
}

func (s *Server) createProtectionRule(r *request) (response, error) {
	e, err := r.environmentOf()
	if err != nil {
		return response{}, err
	}
	var in struct {
		IntegrationID int64 `json:"integration_id"`
	}
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	a := s.st.apps[in.IntegrationID]
	if a == nil || !slices.Contains(s.rulesOffered(r.repo), a) || e.rule(a) != nil {
		return response{}, invalid(fieldError{Resource: "DeploymentProtectionRule", Field: "integration_id", Code: "invalid", Value: in.IntegrationID})
	}
	p := &protectionRule{id: s.st.ids.next(), app: a}
	e.rules = append(e.rules, p)
	return created(s.renderProtectionRule(r.repo, p)), nil
}

func (r *request) protectionRuleOf() (*environment, *protectionRule, error) {
	e, err := r.environmentOf()
	if err != nil {
		return nil, nil, err
	}
	for _, p := range e.rules {
		if p.id == r.num("protection_rule_id") {
			return e, p, nil
		}
	}
	return nil, nil, notFound()
}

func (s *Server) getProtectionRule(r *request) (response, error) {
	_, p, err := r.protectionRuleOf()
	if err != nil {
		return response{}, err
	}
	return ok(s.renderProtectionRule(r.repo, p)), nil
}

func (s *Server) dropProtectionRule(r *request) (response, error) {
	e, p, err := r.protectionRuleOf()
	if err != nil {
		return response{}, err
	}
	e.rules = without(e.rules, p)
	return noContent(), nil
}
