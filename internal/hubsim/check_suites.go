package hubsim

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

func (s *Server) addCheckSuiteRoutes() {
	const base = "/repos/{owner}/{repo}"
	read, change := access{app: "checks:read"}, access{app: "checks:write"}
	s.handle("POST "+base+"/check-suites", change, s.createCheckSuite)
	s.handle("PATCH "+base+"/check-suites/preferences", access{person: levelAdmin, noApps: true}, s.setCheckPreferences)
	s.handle("GET "+base+"/check-suites/{check_suite_id}", read, s.getCheckSuite)
	s.handle("POST "+base+"/check-suites/{check_suite_id}/rerequest", access{person: levelWrite, app: "checks:write"}, s.rerequestCheckSuite)
	s.handle("GET "+base+"/commits/{ref...}/check-suites", read, s.listCheckSuites)
}

// suite finds an App's check suite of a commit; nil if there is none. There is at most one.
func (r *repo) suite(a *app, sha string) *checkSuite {
	for _, cs := range r.git.suites {
		if cs.app == a && cs.headSHA == sha {
			return cs
		}
	}
	return nil
}

// suiteFor returns an App's check suite of a commit, a new one if there is none yet. As GitHub does, it looks for the
// push in this repository alone: one to a fork is not found, and leaves the suite without a branch.
// https://docs.github.com/rest/checks/suites#create-a-check-suite
func (s *Server) suiteFor(rp *repo, a *app, sha string, now time.Time) *checkSuite {
	if cs := rp.suite(a, sha); cs != nil {
		return cs
	}
	cs := &checkSuite{id: s.st.ids.next(), repo: rp, app: a, headSHA: sha, after: sha, createdAt: now, updatedAt: now}
	if c, err := rp.code().Commit(sha); err == nil && len(c.Parents) > 0 {
		cs.before = c.Parents[0]
	}
	if p := rp.git.pushes[sha]; p != nil {
		cs.push, cs.before = p, p.before
	}
	if names := rp.branchesAt(sha); len(names) > 0 {
		cs.headBranch = names[0]
		if slices.Contains(names, rp.defaultBranch) {
			cs.headBranch = rp.defaultBranch
		}
	}
	rp.git.suites = append(rp.git.suites, cs)
	return cs
}

// requestSuites makes a check suite of a pushed commit for every App that writes checks, and asks it to run them.
func (s *Server) requestSuites(w write, p *push, branch string) {
	for _, inst := range sorted(s.st.installations) {
		if !inst.covers(p.repo) || rank(inst.permissions["checks"]) < rank("write") || !inst.suspendedAt.IsZero() {
			continue
		}
		if p.repo.git.noAutoCheck[inst.app.id] || p.repo.suite(inst.app, p.after) != nil {
			continue
		}
		cs := s.suiteFor(p.repo, inst.app, p.after, w.now)
		cs.headBranch, cs.before, cs.push, cs.requestedAt = branch, p.before, p, w.now
		if w.user().kind == typeUser {
			cs.creator = w.user()
		}
		s.emitCheckSuite(w.user(), cs, "requested", true)
	}
}

// runs lists a suite's check runs, the newest first.
func (cs *checkSuite) runs() []*checkRun {
	out := slices.Clone(cs.list)
	slices.Reverse(out)
	return out
}

// conclusionOrder has the conclusion that decides over a suite first.
var conclusionOrder = []string{"startup_failure", "failure", "timed_out", "action_required", "cancelled", "stale", "success", "neutral", "skipped"}

// state sums up a suite: queued until a run started or after it was asked for again, completed once all are.
func (cs *checkSuite) state() (status, conclusion string) {
	runs := latestRuns(cs.runs())
	if len(runs) == 0 || cs.rerequested {
		return "queued", ""
	}
	queued := 0
	best := len(conclusionOrder) - 1
	done := true
	for _, c := range runs {
		if c.status == "completed" {
			best = min(best, max(slices.Index(conclusionOrder, c.conclusion), 0))
			continue
		}
		done = false
		if c.status == "queued" {
			queued++
		}
	}
	switch {
	case done:
		return "completed", conclusionOrder[best]
	case queued == len(runs):
		return "queued", ""
	}
	return "in_progress", ""
}

func (r *request) checkSuiteOf() (*checkSuite, error) {
	for _, cs := range r.repo.git.suites {
		if cs.id == r.num("check_suite_id") {
			return cs, nil
		}
	}
	return nil, notFound()
}

func (s *Server) getCheckSuite(r *request) (response, error) {
	cs, err := r.checkSuiteOf()
	if err != nil {
		return response{}, err
	}
	return ok(s.renderCheckSuite(cs)), nil
}

// createCheckSuite is for Apps that switched off that suites are made by themselves. One that is there is answered.
func (s *Server) createCheckSuite(r *request) (response, error) {
	if err := r.onlyApps(); err != nil {
		return response{}, err
	}
	var in struct {
		HeadSHA *string `json:"head_sha"`
	}
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	if in.HeadSHA == nil {
		return response{}, notSupplied([]string{`"head_sha"`})
	}
	commit, err := commitOfHash(r.repo, *in.HeadSHA)
	if err != nil {
		return response{}, err
	}
	if cs := r.repo.suite(r.actor.app, commit.SHA); cs != nil {
		return ok(s.renderCheckSuite(cs)), nil
	}
	cs := s.suiteFor(r.repo, r.actor.app, commit.SHA, r.now)
	s.emitCheckSuite(r.actor.user, cs, "requested", true)
	return created(s.renderCheckSuite(cs)), nil
}

// rerequestCheckSuite asks the suite's App to run everything again, as the "Re-run all checks" button does.
func (s *Server) rerequestCheckSuite(r *request) (response, error) {
	cs, err := r.checkSuiteOf()
	if err != nil {
		return response{}, err
	}
	if r.actor.kind == actorInstallation && cs.app != r.actor.app {
		return response{}, fail(http.StatusForbidden, "This check suite is not rerequestable")
	}
	cs.rerequested, cs.updatedAt = true, r.now
	s.emitCheckSuite(r.actor.user, cs, "rerequested", true)
	return created(obj{}), nil
}

func (s *Server) listCheckSuites(r *request) (response, error) {
	commit, err := commitOf(r.repo, r.param("ref"))
	if err != nil {
		return response{}, err
	}
	name, app := r.query.Get("check_name"), r.query.Get("app_id")
	var list []*checkSuite
	for _, cs := range r.repo.git.suites {
		named := name == "" || slices.ContainsFunc(cs.runs(), func(c *checkRun) bool { return c.name == name })
		if cs.headSHA == commit.SHA && named && (app == "" || strconv.FormatInt(cs.app.id, 10) == app) {
			list = append(list, cs)
		}
	}
	return pagedIn(s, r, "check_suites", list, s.renderCheckSuite), nil
}

// setCheckPreferences says for which Apps a push makes a check suite.
func (s *Server) setCheckPreferences(r *request) (response, error) {
	var in struct {
		Auto []struct {
			AppID   int64 `json:"app_id"`
			Setting bool  `json:"setting"`
		} `json:"auto_trigger_checks"`
	}
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	g := &r.repo.git
	if g.noAutoCheck == nil {
		g.noAutoCheck = map[int64]bool{}
	}
	for _, a := range in.Auto {
		if s.st.apps[a.AppID] == nil {
			return response{}, invalid(fieldError{Resource: "CheckSuite", Field: "app_id", Code: "invalid", Value: a.AppID})
		}
		g.noAutoCheck[a.AppID] = !a.Setting
	}
	list := []obj{}
	for _, a := range sorted(s.st.apps) {
		if off, known := g.noAutoCheck[a.id]; known {
			list = append(list, obj{"app_id": a.id, "setting": !off})
		}
	}
	return ok(obj{"preferences": obj{"auto_trigger_checks": list}, "repository": s.renderRepo(r.repo)}), nil
}
