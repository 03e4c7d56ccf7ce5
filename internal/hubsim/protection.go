package hubsim

import (
	"cmp"
	"encoding/json"
	"net/http"
	"path"
	"slices"
	"strings"
)

func (s *Server) addProtectionRoutes() {
	read := access{person: levelAdmin, app: "administration:read"}
	write := access{person: levelAdmin, app: "administration:write"}
	const branch = "/repos/{owner}/{repo}/branches/{branch...}/protection"
	s.handle("GET "+branch, read, s.getProtection)
	s.handle("PUT "+branch, write, s.putProtection)
	s.handle("DELETE "+branch, write, s.dropProtection)
	s.handle("GET "+branch+"/required_status_checks", read, s.getRequiredChecks)
	s.handle("GET /repos/{owner}/{repo}/rules/branches/{branch...}", access{}, s.listBranchRules)
	s.handle("GET /repos/{owner}/{repo}/rulesets", access{}, s.listRulesets)
	s.handle("POST /repos/{owner}/{repo}/rulesets", write, s.createRuleset)
	s.handle("GET /repos/{owner}/{repo}/rulesets/{ruleset_id}", access{}, s.getRuleset)
	s.handle("PUT /repos/{owner}/{repo}/rulesets/{ruleset_id}", write, s.putRuleset)
	s.handle("DELETE /repos/{owner}/{repo}/rulesets/{ruleset_id}", write, s.dropRuleset)
}

// ruleset is a set of rules for the branches that match it.
type ruleset struct {
	id          int64
	name        string
	enforcement string   // active, evaluate or disabled
	include     []string // ref patterns, ~DEFAULT_BRANCH, ~ALL
	exclude     []string
	rules       []json.RawMessage // as they were given
}

// rule is what the simulator reads of a rule.
type rule struct {
	Type       string
	Parameters struct {
		RequiredStatusChecks []struct {
			Context       string
			IntegrationID int64 `json:"integration_id"`
		} `json:"required_status_checks"`
		Strict       bool   `json:"strict_required_status_checks_policy"`
		Reviews      int    `json:"required_approving_review_count"`
		CodeOwners   bool   `json:"require_code_owner_review"`
		LastPush     bool   `json:"require_last_push_approval"`
		DismissStale bool   `json:"dismiss_stale_reviews_on_push"`
		MergeMethod  string `json:"merge_method"` // of a merge queue: MERGE, SQUASH or REBASE
	}
}

// applies says whether the ruleset is in force on a branch.
func (rs *ruleset) applies(rp *repo, branch string) bool {
	matches := func(patterns []string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool {
			hit, _ := path.Match(p, "refs/heads/"+branch) // a malformed pattern matches nothing
			return hit || p == "~ALL" || p == "~DEFAULT_BRANCH" && branch == rp.defaultBranch
		})
	}
	return rs.enforcement == "active" && matches(rs.include) && !matches(rs.exclude)
}

// requirements is what must hold before a pull request may be merged into a branch: its protection and the
// rulesets that apply to it, the stricter of each.
func (rp *repo) requirements(branch string) protection {
	var all protection
	if p := rp.protection[branch]; p != nil {
		all = *p
		all.checks = slices.Clone(p.checks)
	}
	for _, rs := range rp.rulesets {
		if !rs.applies(rp, branch) {
			continue
		}
		for _, raw := range rs.rules {
			var ru rule
			if json.Unmarshal(raw, &ru) == nil { // what was stored has been read once already
				all.add(&ru)
			}
		}
	}
	return all
}

// add makes the requirements at least as strict as a rule.
func (p *protection) add(ru *rule) {
	in := ru.Parameters
	switch ru.Type {
	case "required_status_checks":
		for _, c := range in.RequiredStatusChecks {
			p.checks = append(p.checks, requiredCheck{context: c.Context, appID: c.IntegrationID})
		}
		p.strict = p.strict || in.Strict
	case "pull_request":
		p.pullRequest = true
		p.reviews = max(p.reviews, in.Reviews)
		p.codeOwners = p.codeOwners || in.CodeOwners
		p.lastPush = p.lastPush || in.LastPush
		p.dismissStale = p.dismissStale || in.DismissStale
	case "merge_queue":
		p.mergeQueue, p.mergeMethod = true, cmp.Or(in.MergeMethod, "MERGE")
	}
}

func (s *Server) protectionOf(r *request) (*protection, error) {
	branch := r.param("branch")
	if !s.gitHasBranch(r.repo, branch) {
		return nil, fail(http.StatusNotFound, "Branch not found")
	}
	p := r.repo.protection[branch]
	if p == nil && r.http.Method == http.MethodGet {
		return nil, fail(http.StatusNotFound, "Branch not protected")
	}
	return p, nil
}

// renderProtection is a branch's protection.
func (s *Server) renderProtection(rp *repo, branch string, p *protection) obj {
	base := s.api("/repos/%s/branches/%s/protection", rp.fullName(), branch)
	off := obj{"enabled": false}
	o := obj{
		"url":                     base,
		"enforce_admins":          obj{"url": base + "/enforce_admins", "enabled": p.enforceAdmins},
		"required_linear_history": off, "allow_force_pushes": off, "allow_deletions": off, "block_creations": off,
		"required_conversation_resolution": off, "lock_branch": off, "allow_fork_syncing": off,
		"required_signatures": obj{"url": base + "/required_signatures", "enabled": false},
	}
	if p.checks != nil {
		o["required_status_checks"] = renderRequiredChecks(base, p)
	}
	if p.pullRequest {
		o["required_pull_request_reviews"] = obj{
			"url": base + "/required_pull_request_reviews", "dismiss_stale_reviews": p.dismissStale,
			"require_code_owner_reviews": p.codeOwners, "required_approving_review_count": p.reviews,
			"require_last_push_approval": p.lastPush,
		}
	}
	return o
}

func renderRequiredChecks(base string, p *protection) obj {
	contexts, checks := []string{}, []obj{}
	for _, c := range p.checks {
		contexts = append(contexts, c.context)
		one := obj{"context": c.context, "app_id": nil}
		if c.appID != 0 {
			one["app_id"] = c.appID
		}
		checks = append(checks, one)
	}
	return obj{
		"url": base + "/required_status_checks", "strict": p.strict, "contexts": contexts,
		"contexts_url": base + "/required_status_checks/contexts", "checks": checks,
	}
}

func (s *Server) getProtection(r *request) (response, error) {
	p, err := s.protectionOf(r)
	if err != nil {
		return response{}, err
	}
	return ok(s.renderProtection(r.repo, r.param("branch"), p)), nil
}

func (s *Server) getRequiredChecks(r *request) (response, error) {
	p, err := s.protectionOf(r)
	if err != nil {
		return response{}, err
	}
	if p.checks == nil {
		return response{}, fail(http.StatusNotFound, "Required status checks not enabled")
	}
	base := s.api("/repos/%s/branches/%s/protection", r.repo.fullName(), r.param("branch"))
	return ok(renderRequiredChecks(base, p)), nil
}

func (s *Server) putProtection(r *request) (response, error) {
	if _, err := s.protectionOf(r); err != nil {
		return response{}, err
	}
	var in struct {
		Checks *struct {
			Strict   bool
			Contexts []string
			Checks   []struct {
				Context string
				AppID   *int64 `json:"app_id"`
			}
		} `json:"required_status_checks"`
		EnforceAdmins bool `json:"enforce_admins"`
		Reviews       *struct {
			Count        int  `json:"required_approving_review_count"`
			CodeOwners   bool `json:"require_code_owner_reviews"`
			DismissStale bool `json:"dismiss_stale_reviews"`
			LastPush     bool `json:"require_last_push_approval"`
		} `json:"required_pull_request_reviews"`
	}
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	fields, err := r.fields()
	if err != nil {
		return response{}, err
	}
	for _, name := range []string{"required_status_checks", "enforce_admins", "required_pull_request_reviews", "restrictions"} {
		if _, has := fields[name]; !has {
			return response{}, badShape("%q wasn't supplied.", name)
		}
	}
	p := &protection{enforceAdmins: in.EnforceAdmins}
	if c := in.Checks; c != nil {
		p.strict, p.checks = c.Strict, []requiredCheck{}
		for _, one := range c.Checks {
			id := int64(0)
			if one.AppID != nil && *one.AppID > 0 { // -1 means any App
				id = *one.AppID
			}
			p.checks = append(p.checks, requiredCheck{context: one.Context, appID: id})
		}
		for _, name := range c.Contexts {
			if !slices.ContainsFunc(p.checks, func(k requiredCheck) bool { return k.context == name }) {
				p.checks = append(p.checks, requiredCheck{context: name})
			}
		}
	}
	if v := in.Reviews; v != nil {
		p.pullRequest, p.reviews, p.codeOwners, p.dismissStale, p.lastPush = true, v.Count, v.CodeOwners, v.DismissStale, v.LastPush
	}
	r.repo.protection[r.param("branch")] = p
	return ok(s.renderProtection(r.repo, r.param("branch"), p)), nil
}

func (s *Server) dropProtection(r *request) (response, error) {
	p, err := s.protectionOf(r)
	if err != nil {
		return response{}, err
	}
	if p == nil {
		return response{}, fail(http.StatusNotFound, "Branch not protected")
	}
	delete(r.repo.protection, r.param("branch"))
	return noContent(), nil
}

// listBranchRules lists the rules of the rulesets in force on a branch; branch protection is not among them.
func (s *Server) listBranchRules(r *request) (response, error) {
	var list []obj
	for _, rs := range r.repo.rulesets {
		if !rs.applies(r.repo, r.param("branch")) {
			continue
		}
		for _, raw := range rs.rules {
			o := obj{}
			if err := json.Unmarshal(raw, &o); err != nil {
				return response{}, err
			}
			o["ruleset_source_type"], o["ruleset_source"], o["ruleset_id"] = "Repository", r.repo.fullName(), rs.id
			list = append(list, o)
		}
	}
	return paged(s, r, list, func(o obj) obj { return o }), nil
}

func (s *Server) renderRuleset(rp *repo, rs *ruleset) obj {
	self := s.api("/repos/%s/rulesets/%d", rp.fullName(), rs.id)
	return obj{
		"id": rs.id, "name": rs.name, "target": "branch", "source_type": "Repository", "source": rp.fullName(),
		"enforcement": rs.enforcement, "node_id": nodeID("RRS", rp.id, rs.id), "current_user_can_bypass": "never",
		"_links":     obj{"self": obj{"href": self}, "html": obj{"href": s.web("/%s/rules/%d", rp.fullName(), rs.id)}},
		"created_at": stamp(rp.createdAt), "updated_at": stamp(rp.createdAt),
	}
}

func (s *Server) renderFullRuleset(rp *repo, rs *ruleset) obj {
	o := s.renderRuleset(rp, rs)
	o["conditions"] = obj{"ref_name": obj{"include": nonNil(rs.include), "exclude": nonNil(rs.exclude)}}
	o["rules"], o["bypass_actors"] = nonNil(rs.rules), []obj{}
	return o
}

func (s *Server) listRulesets(r *request) (response, error) {
	return paged(s, r, r.repo.rulesets, func(rs *ruleset) obj { return s.renderRuleset(r.repo, rs) }), nil
}

func (r *request) rulesetOf() (*ruleset, error) {
	for _, rs := range r.repo.rulesets {
		if rs.id == r.num("ruleset_id") {
			return rs, nil
		}
	}
	return nil, notFound()
}

// readRuleset fills a ruleset from a request's body; absent fields stay as they are.
func (r *request) readRuleset(rs *ruleset) error {
	var in struct {
		Name        *string
		Enforcement *string
		Conditions  *struct {
			RefName struct{ Include, Exclude []string } `json:"ref_name"`
		}
		Rules []json.RawMessage
	}
	if err := r.decode(&in); err != nil {
		return err
	}
	for _, raw := range in.Rules {
		var ru rule
		if err := json.Unmarshal(raw, &ru); err != nil || ru.Type == "" {
			return badShape("Invalid property /rules: a rule has a type and parameters.")
		}
	}
	rs.name = deref(cmp.Or(in.Name, &rs.name))
	rs.enforcement = deref(cmp.Or(in.Enforcement, &rs.enforcement))
	if !slices.Contains([]string{"active", "evaluate", "disabled"}, rs.enforcement) {
		return badShape("Invalid property /enforcement: `%s` is not a possible value. Must be one of the following: disabled, active, evaluate.", rs.enforcement)
	}
	if strings.TrimSpace(rs.name) == "" {
		return badShape(`"name" wasn't supplied.`)
	}
	if in.Conditions != nil {
		rs.include, rs.exclude = in.Conditions.RefName.Include, in.Conditions.RefName.Exclude
	}
	if in.Rules != nil {
		rs.rules = in.Rules
	}
	return nil
}

func (s *Server) createRuleset(r *request) (response, error) {
	rs := &ruleset{}
	if err := r.readRuleset(rs); err != nil {
		return response{}, err
	}
	rs.id = s.st.ids.next()
	r.repo.rulesets = append(r.repo.rulesets, rs)
	return created(s.renderFullRuleset(r.repo, rs)), nil
}

func (s *Server) getRuleset(r *request) (response, error) {
	rs, err := r.rulesetOf()
	if err != nil {
		return response{}, err
	}
	return ok(s.renderFullRuleset(r.repo, rs)), nil
}

func (s *Server) putRuleset(r *request) (response, error) {
	rs, err := r.rulesetOf()
	if err != nil {
		return response{}, err
	}
	next := *rs
	if err := r.readRuleset(&next); err != nil {
		return response{}, err
	}
	*rs = next
	return ok(s.renderFullRuleset(r.repo, rs)), nil
}

func (s *Server) dropRuleset(r *request) (response, error) {
	rs, err := r.rulesetOf()
	if err != nil {
		return response{}, err
	}
	r.repo.rulesets = without(r.repo.rulesets, rs)
	return noContent(), nil
}
