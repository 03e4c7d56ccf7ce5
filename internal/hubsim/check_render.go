package hubsim

// matchingPulls are the open pull requests of a check: those from its branch. A fork's are not among them.
func (cs *checkSuite) matchingPulls() []*issue {
	var out []*issue
	for _, i := range cs.repo.pullRequests() {
		if cs.headBranch != "" && i.pull.open() && i.pull.headRepo == cs.repo && i.pull.headRef == cs.headBranch {
			out = append(out, i)
		}
	}
	return out
}

// renderPullStubs are pull requests as checks carry them.
func (s *Server) renderPullStubs(list []*issue) []obj {
	side := func(rp *repo, ref, sha string) obj {
		return obj{"ref": ref, "sha": sha, "repo": obj{"id": rp.id, "url": s.api("/repos/%s", rp.fullName()), "name": rp.name}}
	}
	out := []obj{}
	for _, i := range list {
		out = append(out, obj{
			"id": i.id, "number": i.number, "url": s.api("/repos/%s/pulls/%d", i.repo.fullName(), i.number),
			"head": side(i.pull.headRepo, i.pull.headRef, i.pull.headSHA), "base": side(i.repo, i.pull.baseRef, i.pull.baseSHA),
		})
	}
	return out
}

// details is where a check run's link leads: the App's own page unless the run names another.
func (s *Server) checkDetails(c *checkRun) string {
	if c.detailsURL != "" {
		return c.detailsURL
	}
	return s.web("/apps/%s", c.app().slug)
}

func (s *Server) renderCheckRun(c *checkRun) obj {
	r := c.suite.repo
	base := s.api("/repos/%s/check-runs/%d", r.fullName(), c.id)
	return obj{
		"id": c.id, "node_id": nodeID(nodeCheckRun, r.id, c.id), "name": c.name, "head_sha": c.headSHA, "external_id": c.externalID,
		"url": base, "html_url": s.web("/%s/runs/%d", r.fullName(), c.id), "details_url": s.checkDetails(c),
		"status": c.status, "conclusion": textOrNull(c.conclusion), "started_at": stamp(c.startedAt), "completed_at": stamp(c.completedAt),
		"output": obj{
			"title": c.title, "summary": c.summary, "text": c.text, "annotations_count": len(c.annotations),
			"annotations_url": base + "/annotations",
		},
		"check_suite": obj{"id": c.suite.id}, "app": s.renderApp(c.app()), "pull_requests": s.renderPullStubs(c.suite.matchingPulls()),
	}
}

// renderSuiteCore are the fields that a check suite has everywhere.
func (s *Server) renderSuiteCore(cs *checkSuite) obj {
	status, conclusion := cs.state()
	return obj{
		"id": cs.id, "node_id": nodeID(nodeCheckSuite, cs.repo.id, cs.id), "head_branch": textOrNull(cs.headBranch),
		"head_sha": cs.headSHA, "status": status, "conclusion": textOrNull(conclusion),
		"url":    s.api("/repos/%s/check-suites/%d", cs.repo.fullName(), cs.id),
		"before": textOrNull(cs.before), "after": textOrNull(cs.after), "pull_requests": s.renderPullStubs(cs.matchingPulls()),
		"app": s.renderApp(cs.app), "created_at": stamp(cs.createdAt), "updated_at": stamp(cs.updatedAt),
	}
}

// renderHookSuite is a check suite as check_suite webhooks carry it.
func (s *Server) renderHookSuite(cs *checkSuite) obj {
	o := s.renderSuiteCore(cs)
	o["rerequestable"], o["runs_rerequestable"] = true, true
	o["latest_check_runs_count"] = len(latestRuns(cs.runs()))
	o["check_runs_url"] = s.api("/repos/%s/check-suites/%d/check-runs", cs.repo.fullName(), cs.id)
	o["head_commit"] = s.renderSimpleCommit(cs.repo, cs.headSHA)
	return o
}

func (s *Server) renderCheckSuite(cs *checkSuite) obj {
	o := s.renderHookSuite(cs)
	o["repository"] = s.renderSimpleRepo(cs.repo)
	return o
}

// emitCheckRun tells of a check run. created and completed go to every App that reads checks; with ownOnly, as
// rerequested does, only the run's own App hears of it.
func (s *Server) emitCheckRun(by *user, c *checkRun, action string, ownOnly bool) {
	o := s.renderCheckRun(c)
	o["check_suite"] = s.renderSuiteCore(c.suite)
	s.emitCheck(by, c.app(), c.suite.repo, "check_run", action, obj{"check_run": o}, ownOnly)
}

// emitCheckSuite is emitCheckRun for a suite.
func (s *Server) emitCheckSuite(by *user, cs *checkSuite, action string, ownOnly bool) {
	s.emitCheck(by, cs.app, cs.repo, "check_suite", action, obj{"check_suite": s.renderHookSuite(cs)}, ownOnly)
}

func (s *Server) emitCheck(by *user, a *app, rp *repo, event, action string, extra obj, ownOnly bool) {
	if !ownOnly {
		s.emit(by, event, action, rp, extra)
		return
	}
	if inst := s.st.installationOf(a, rp); inst != nil && rank(inst.permissions["checks"]) >= rank("write") {
		s.emitTo(inst, by, event, action, rp, extra)
	}
}
