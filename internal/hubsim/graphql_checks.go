package hubsim

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// gqlRollup is what the checks and statuses of a commit come to.
type gqlRollup struct {
	repo *repo
	sha  string
}

// gqlStatus is a commit status in its repository.
type gqlStatus struct {
	*commitStatus
	repo *repo
}

func (*checkRun) gqlType() string { return "CheckRun" }
func (gqlStatus) gqlType() string { return "StatusContext" }

func (c *checkRun) gqlKey() string { return nodeID(nodeCheckRun, c.suite.repo.id, c.id) }
func (g gqlStatus) gqlKey() string { return nodeID(nodeStatus, g.repo.id, g.id) }

// rollup answers statusCheckRollup: null for a commit that nobody said anything of.
func (c *gqlCall) rollup(rp *repo, sha string) (any, error) {
	if err := c.need(rp, "checks:read|statuses:read", false); err != nil {
		return nil, err
	}
	if len(rp.runsAt(sha)) == 0 && len(rp.git.statuses[sha]) == 0 {
		return nil, nil
	}
	return gqlRollup{rp, sha}, nil
}

// contexts lists the newest checks and statuses. An App gets an error in the place of those it may not read.
func (c *gqlCall) contexts(g gqlRollup) gqlList {
	out := gqlList{}
	put := func(v any, permission string) {
		if err := c.need(g.repo, permission, false); err != nil {
			v = err
		}
		out = append(out, v)
	}
	for _, run := range latestRuns(g.repo.runsAt(g.sha)) {
		put(run, "checks:read")
	}
	_, statuses := g.repo.combinedStatus(g.sha)
	for _, st := range statuses {
		put(gqlStatus{st, g.repo}, "statuses:read")
	}
	return out
}

// rollupState sums up checks and statuses: one that failed decides, then one that is not done.
func rollupState(g gqlRollup) string {
	failed, pending := false, false
	for _, run := range latestRuns(g.repo.runsAt(g.sha)) {
		switch {
		case run.status != "completed":
			pending = true
		case !run.passed():
			failed = true
		}
	}
	state, statuses := g.repo.combinedStatus(g.sha)
	if len(statuses) > 0 {
		failed = failed || state == "failure"
		pending = pending || state == "pending"
	}
	switch {
	case failed:
		return "FAILURE"
	case pending:
		return "PENDING"
	}
	return "SUCCESS"
}

func gqlCheckFields() map[string]gqlResolver {
	out := fieldsOf("StatusCheckRollup", map[string]gqlResolver{
		"id":       of(func(_ *gqlCall, g gqlRollup) any { return gitNodeID("SCR", g.repo, g.sha) }),
		"state":    of(func(_ *gqlCall, g gqlRollup) any { return rollupState(g) }),
		"commit":   with(func(c *gqlCall, g gqlRollup, _ gqlArgs) (any, error) { return c.commit(g.repo, g.sha) }),
		"contexts": of(func(c *gqlCall, g gqlRollup) any { return c.contexts(g) }),
	})
	out["Commit.statusCheckRollup"] = with(func(c *gqlCall, v gqlCommit, _ gqlArgs) (any, error) { return c.rollup(v.repo, v.SHA) })
	out["PullRequest.statusCheckRollup"] = with(func(c *gqlCall, i *issue, _ gqlArgs) (any, error) {
		return c.rollup(i.repo, i.pull.headSHA)
	})
	maps.Copy(out, gqlCheckRunFields())
	maps.Copy(out, gqlCheckSuiteFields())
	maps.Copy(out, gqlStatusFields())
	return out
}

func gqlCheckRunFields() map[string]gqlResolver {
	path := func(c *checkRun) string {
		return "/" + c.suite.repo.fullName() + "/runs/" + strconv.FormatInt(c.id, 10)
	}
	text := func(read func(*checkRun) *string) gqlResolver {
		return of(func(_ *gqlCall, c *checkRun) any {
			if p := read(c); p != nil {
				return *p
			}
			return nil
		})
	}
	address := of(func(c *gqlCall, v *checkRun) any { return c.backend.s.web("%s", path(v)) })
	return fieldsOf("CheckRun", map[string]gqlResolver{
		"id":           of(func(_ *gqlCall, c *checkRun) any { return c.gqlKey() }),
		"databaseId":   of(func(_ *gqlCall, c *checkRun) any { return c.id }),
		"name":         of(func(_ *gqlCall, c *checkRun) any { return c.name }),
		"externalId":   of(func(_ *gqlCall, c *checkRun) any { return c.externalID }),
		"status":       of(func(_ *gqlCall, c *checkRun) any { return strings.ToUpper(c.status) }),
		"conclusion":   of(func(_ *gqlCall, c *checkRun) any { return gqlEnum(c.conclusion) }),
		"startedAt":    of(func(_ *gqlCall, c *checkRun) any { return gqlTime(c.startedAt) }),
		"completedAt":  of(func(_ *gqlCall, c *checkRun) any { return gqlTime(c.completedAt) }),
		"title":        text(func(c *checkRun) *string { return c.title }),
		"summary":      text(func(c *checkRun) *string { return c.summary }),
		"text":         text(func(c *checkRun) *string { return c.text }),
		"detailsUrl":   of(func(c *gqlCall, v *checkRun) any { return c.backend.s.checkDetails(v) }),
		"url":          address,
		"permalink":    address,
		"resourcePath": of(func(_ *gqlCall, c *checkRun) any { return path(c) }),
		"repository":   of(func(_ *gqlCall, c *checkRun) any { return c.suite.repo }),
		"checkSuite":   of(func(_ *gqlCall, c *checkRun) any { return c.suite }),
		"isRequired": with(func(c *gqlCall, v *checkRun, args gqlArgs) (any, error) {
			return c.isRequired(v.suite.repo, args, v.name, v.app().id)
		}),
	})
}

// isRequired says whether the base branch of a pull request requires a check.
func (c *gqlCall) isRequired(rp *repo, args gqlArgs, name string, appID int64) (any, error) {
	var i *issue
	if number, given := args.num("pullRequestNumber"); given {
		i = rp.issues[number]
	} else if id := args.id("pullRequestId"); id != "" {
		node, err := c.node(id)
		if err != nil {
			return nil, err
		}
		i, _ = node.(*issue)
	} else {
		return nil, gqlErrorf("UNPROCESSABLE", "A pull request ID or pull request number is required.")
	}
	if i == nil || !i.isPull() || i.repo != rp {
		return nil, gqlErrorf("NOT_FOUND", "Could not resolve to a PullRequest.")
	}
	for _, need := range rp.requirements(i.pull.baseRef).checks {
		if need.context == name && (need.appID == 0 || need.appID == appID) {
			return true, nil
		}
	}
	return false, nil
}

func gqlCheckSuiteFields() map[string]gqlResolver {
	out := fieldsOf("CheckSuite", map[string]gqlResolver{
		"id":         of(func(_ *gqlCall, cs *checkSuite) any { return nodeID(nodeCheckSuite, cs.repo.id, cs.id) }),
		"databaseId": of(func(_ *gqlCall, cs *checkSuite) any { return cs.id }),
		"app":        of(func(_ *gqlCall, cs *checkSuite) any { return cs.app }),
		"branch":     of(func(_ *gqlCall, cs *checkSuite) any { return branchRef(cs.repo, cs.headBranch) }),
		"commit": with(func(c *gqlCall, cs *checkSuite, _ gqlArgs) (any, error) {
			return c.commit(cs.repo, cs.headSHA)
		}),
		"status":     of(func(_ *gqlCall, cs *checkSuite) any { status, _ := cs.state(); return strings.ToUpper(status) }),
		"conclusion": of(func(_ *gqlCall, cs *checkSuite) any { _, conclusion := cs.state(); return gqlEnum(conclusion) }),
		"createdAt":  of(func(_ *gqlCall, cs *checkSuite) any { return gqlTime(cs.createdAt) }),
		"updatedAt":  of(func(_ *gqlCall, cs *checkSuite) any { return gqlTime(cs.updatedAt) }),
		"repository": of(func(_ *gqlCall, cs *checkSuite) any { return cs.repo }),
		"checkRuns":  with(gqlRunsOfSuite),
		"push":       of(func(_ *gqlCall, cs *checkSuite) any { return cs.push }),
		"creator":    of(func(_ *gqlCall, cs *checkSuite) any { return gqlUser(cs.creator) }),
	})
	maps.Copy(out, fieldsOf("Push", map[string]gqlResolver{
		"id":          of(func(_ *gqlCall, p *push) any { return nodeID(nodePush, p.repo.id, p.id) }),
		"nextSha":     of(func(_ *gqlCall, p *push) any { return p.after }),
		"previousSha": of(func(_ *gqlCall, p *push) any { return p.before }), // zeros for a new branch, as in webhooks
		"permalink":   of(func(c *gqlCall, p *push) any { return c.backend.s.compareLink(p) }),
		"pusher":      of(func(_ *gqlCall, p *push) any { return p.pusher }),
		"repository":  of(func(_ *gqlCall, p *push) any { return p.repo }),
	}))
	out["Commit.checkSuites"] = with(gqlSuitesOfCommit)
	maps.Copy(out, fieldsOf("App", map[string]gqlResolver{
		"id":          of(func(_ *gqlCall, a *app) any { return nodeID(nodeApp, 0, a.id) }),
		"databaseId":  of(func(_ *gqlCall, a *app) any { return a.id }),
		"clientId":    of(func(_ *gqlCall, a *app) any { return a.clientID }),
		"name":        of(func(_ *gqlCall, a *app) any { return a.name }),
		"slug":        of(func(_ *gqlCall, a *app) any { return a.slug }),
		"description": of(func(_ *gqlCall, a *app) any { return textOrNull(a.description) }),
		"createdAt":   of(func(_ *gqlCall, a *app) any { return gqlTime(a.createdAt) }),
		"updatedAt":   of(func(_ *gqlCall, a *app) any { return gqlTime(a.createdAt) }),
		"url":         of(func(c *gqlCall, a *app) any { return c.backend.s.web("/apps/%s", a.slug) }),
	}))
	return out
}

// gqlSuitesOfCommit lists the check suites of a commit, the oldest first: those that have a run of the name asked for.
func gqlSuitesOfCommit(c *gqlCall, v gqlCommit, args gqlArgs) (any, error) {
	if err := c.need(v.repo, "checks:read", false); err != nil {
		return nil, err
	}
	filter := args.object("filterBy")
	appID, byApp := filter.num("appId")
	name, byName := filter.text("checkName")
	out := gqlList{}
	for _, cs := range v.repo.git.suites {
		switch {
		case cs.headSHA != v.SHA, byApp && cs.app.id != int64(appID):
		case byName && !slices.ContainsFunc(cs.list, func(run *checkRun) bool { return run.name == name }):
		default:
			out = append(out, cs)
		}
	}
	return out, nil
}

// gqlRunsOfSuite lists a suite's check runs, the oldest first: the newest of each name unless all are asked for.
func gqlRunsOfSuite(_ *gqlCall, cs *checkSuite, args gqlArgs) (any, error) {
	filter := args.object("filterBy")
	list := cs.runs()
	if filter.str("checkType") != "ALL" {
		list = latestRuns(list)
	}
	appID, byApp := filter.num("appId")
	name, byName := filter.text("checkName")
	statuses, byStatus := filter.strs("statuses")
	if !byStatus {
		statuses, byStatus = filter.strs("status")
	}
	conclusions, byConclusion := filter.strs("conclusions")
	out := gqlList{}
	for _, run := range slices.Backward(list) {
		switch {
		case byApp && run.app().id != int64(appID), byName && run.name != name:
		case byStatus && !slices.Contains(statuses, strings.ToUpper(run.status)):
		case byConclusion && !slices.Contains(conclusions, strings.ToUpper(run.conclusion)):
		default:
			out = append(out, run)
		}
	}
	return out, nil
}

func gqlStatusFields() map[string]gqlResolver {
	return fieldsOf("StatusContext", map[string]gqlResolver{
		"id":          of(func(_ *gqlCall, g gqlStatus) any { return g.gqlKey() }),
		"context":     of(func(_ *gqlCall, g gqlStatus) any { return g.context }),
		"state":       of(func(_ *gqlCall, g gqlStatus) any { return strings.ToUpper(g.state) }),
		"description": of(func(_ *gqlCall, g gqlStatus) any { return textOrNull(g.description) }),
		"targetUrl":   of(func(_ *gqlCall, g gqlStatus) any { return textOrNull(g.targetURL) }),
		"creator":     of(func(_ *gqlCall, g gqlStatus) any { return gqlUser(g.creator) }),
		"createdAt":   of(func(_ *gqlCall, g gqlStatus) any { return gqlTime(g.createdAt) }),
		"commit":      with(func(c *gqlCall, g gqlStatus, _ gqlArgs) (any, error) { return c.commit(g.repo, g.sha) }),
		"isRequired": with(func(c *gqlCall, g gqlStatus, args gqlArgs) (any, error) {
			return c.isRequired(g.repo, args, g.context, 0)
		}),
	})
}
