package hubsim

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/phasegate/phasegate/internal/hubsim/gitstore"
)

func (s *Server) addCheckRunRoutes() {
	const base = "/repos/{owner}/{repo}"
	read, change := access{app: "checks:read"}, access{app: "checks:write"}
	s.handle("POST "+base+"/check-runs", change, s.createCheckRun)
	s.handle("GET "+base+"/check-runs/{check_run_id}", read, s.getCheckRun)
	s.handle("PATCH "+base+"/check-runs/{check_run_id}", change, s.updateCheckRun)
	s.handle("GET "+base+"/check-runs/{check_run_id}/annotations", read, s.listAnnotations)
	s.handle("POST "+base+"/check-runs/{check_run_id}/rerequest", access{person: levelWrite, app: "checks:write"}, s.rerequestCheckRun)
	s.handle("GET "+base+"/commits/{ref...}/check-runs", read, s.listCheckRunsOfRef)
	s.handle("GET "+base+"/check-suites/{check_suite_id}/check-runs", read, s.listCheckRunsOfSuite)
}

// onlyApps refuses people: they may read checks, Apps write them.
func (r *request) onlyApps() error {
	if r.actor.kind != actorInstallation {
		return fail(http.StatusForbidden, "You must authenticate via a GitHub App.")
	}
	return nil
}

// commitOfHash finds a commit by its full hash, which is all that checks and statuses take.
func commitOfHash(rp *repo, sha string) (gitstore.Commit, error) {
	if gitstore.IsHash(sha) {
		if c, err := rp.code().Commit(sha); err == nil {
			return c, nil
		}
	}
	return gitstore.Commit{}, fail(http.StatusUnprocessableEntity, "No commit found for SHA: %s", sha)
}

func (s *Server) createCheckRun(r *request) (response, error) {
	if err := r.onlyApps(); err != nil {
		return response{}, err
	}
	var in checkInput
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	if err := in.check(true); err != nil {
		return response{}, err
	}
	commit, err := commitOfHash(r.repo, *in.HeadSHA)
	if err != nil {
		return response{}, err
	}
	c := &checkRun{
		id: s.st.ids.next(), suite: s.suiteFor(r.repo, r.actor.app, commit.SHA, r.now), headSHA: commit.SHA,
		status: "queued", startedAt: r.now,
	}
	r.repo.checkRuns[c.id] = c
	c.suite.list = append(c.suite.list, c)
	s.applyCheck(c, &in, r.now)
	s.emitCheckRun(r.actor.user, c, "created", false)
	s.afterCheck(r.actor.user, c, false, false)
	s.queuesChanged(r.now, r.repo, c.headSHA)
	return created(s.renderCheckRun(c)).with("Location", s.api("/repos/%s/check-runs/%d", r.repo.fullName(), c.id)), nil
}

// applyCheck takes over what a request says of a run. Setting a conclusion completes it. A run that is completed
// stays so: GitHub takes another status and leaves the run as it is (taskcluster/taskcluster#5085,
// Mergifyio/mergify#1989).
func (s *Server) applyCheck(c *checkRun, in *checkInput, now time.Time) {
	set(&c.name, in.Name)
	set(&c.externalID, in.ExternalID)
	set(&c.detailsURL, in.DetailsURL)
	if in.StartedAt != nil {
		c.startedAt = *in.StartedAt
	}
	switch {
	case in.completes():
		c.status, c.conclusion = "completed", *in.Conclusion
		if in.CompletedAt != nil {
			c.completedAt = *in.CompletedAt
		} else {
			c.completedAt = now
		}
	case in.Status != nil && c.status != "completed":
		c.status, c.conclusion, c.completedAt = *in.Status, "", time.Time{}
	}
	if in.Output != nil {
		c.applyOutput(in.Output)
	}
	if in.Actions != nil {
		c.actions = nil
		for _, a := range in.Actions {
			c.actions = append(c.actions, *a)
		}
	}
	c.suite.rerequested, c.suite.updatedAt = false, now
}

func (c *checkRun) applyOutput(o *checkOutput) {
	if o.Title != nil {
		c.title = o.Title
	}
	c.summary = o.Summary
	if o.Text != nil {
		c.text = o.Text
	}
	for _, a := range o.Annotations { // they add up over the requests
		c.annotations = append(c.annotations, *a)
	}
}

// set changes a text that a request names.
func set(to, from *string) {
	if from != nil {
		*to = *from
	}
}

// afterCheck tells of a run that was just completed and of its suite, if nothing of that is open any more: the run
// was the last one, or the answer to a suite that was asked for again.
func (s *Server) afterCheck(by *user, c *checkRun, wasCompleted, wasAsked bool) {
	completed := c.status == "completed" && !wasCompleted
	if completed {
		s.emitCheckRun(by, c, "completed", false)
	}
	if status, _ := c.suite.state(); status == "completed" && (completed || wasAsked) {
		s.emitCheckSuite(by, c.suite, "completed", false)
	}
}

// checkRunOf finds the run of {check_run_id}.
func (r *request) checkRunOf() (*checkRun, error) {
	c := r.repo.checkRuns[r.num("check_run_id")]
	if c == nil {
		return nil, notFound()
	}
	return c, nil
}

func (s *Server) updateCheckRun(r *request) (response, error) {
	if err := r.onlyApps(); err != nil {
		return response{}, err
	}
	c, err := r.checkRunOf()
	if err != nil {
		return response{}, err
	}
	if c.app() != r.actor.app {
		return response{}, fail(http.StatusForbidden,
			"Invalid app_id `%d` - check run can only be modified by the GitHub App that created it.", r.actor.app.id)
	}
	var in checkInput
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	if err := in.check(false); err != nil {
		return response{}, err
	}
	wasCompleted, wasAsked := c.status == "completed", c.suite.rerequested
	s.applyCheck(c, &in, r.now)
	s.afterCheck(r.actor.user, c, wasCompleted, wasAsked)
	s.queuesChanged(r.now, r.repo, c.headSHA)
	return ok(s.renderCheckRun(c)), nil
}

func (s *Server) getCheckRun(r *request) (response, error) {
	c, err := r.checkRunOf()
	if err != nil {
		return response{}, err
	}
	return ok(s.renderCheckRun(c)), nil
}

func (s *Server) listAnnotations(r *request) (response, error) {
	c, err := r.checkRunOf()
	if err != nil {
		return response{}, err
	}
	return paged(s, r, c.annotations, func(a annotation) obj {
		return obj{
			"path": a.Path, "start_line": a.StartLine, "end_line": a.EndLine, "start_column": a.StartColumn, "end_column": a.EndColumn,
			"annotation_level": a.Level, "title": a.Title, "message": a.Message, "raw_details": a.RawDetails,
			"blob_href": s.web("/%s/blob/%s/%s", r.repo.fullName(), c.headSHA, escapePath(a.Path)),
		}
	}), nil
}

// rerequestCheckRun asks the run's App to run it again. The run stays as it is; its suite is queued. An App may ask
// only for its own; a person does here what the "Re-run" button does.
func (s *Server) rerequestCheckRun(r *request) (response, error) {
	c, err := r.checkRunOf()
	if err != nil {
		return response{}, err
	}
	if r.actor.kind == actorInstallation && c.app() != r.actor.app || c.status != "completed" {
		return response{}, fail(http.StatusForbidden, "This check run is not rerequestable")
	}
	c.suite.rerequested, c.suite.updatedAt = true, r.now
	s.emitCheckRun(r.actor.user, c, "rerequested", true)
	return created(obj{}), nil
}

// runsAt lists the check runs of a commit, the newest first.
func (r *repo) runsAt(sha string) []*checkRun {
	var out []*checkRun
	for _, cs := range r.git.suites {
		if cs.headSHA == sha {
			out = append(out, cs.list...)
		}
	}
	slices.SortFunc(out, func(a, b *checkRun) int { return cmp.Compare(b.id, a.id) })
	return out
}

// latestRuns keeps of each suite's runs of one name the newest. The list has the newest first.
func latestRuns(list []*checkRun) []*checkRun {
	type key struct {
		suite int64
		name  string
	}
	seen := map[key]bool{}
	var out []*checkRun
	for _, c := range list {
		if k := (key{c.suite.id, c.name}); !seen[k] {
			seen[k] = true
			out = append(out, c)
		}
	}
	return out
}

// passed says whether a required check is content with the run.
func (c *checkRun) passed() bool {
	return c.status == "completed" && slices.Contains([]string{"success", "neutral", "skipped"}, c.conclusion)
}

func (s *Server) listCheckRunsOfRef(r *request) (response, error) {
	commit, err := commitOf(r.repo, r.param("ref"))
	if err != nil {
		return response{}, err
	}
	return s.listCheckRuns(r, r.repo.runsAt(commit.SHA))
}

func (s *Server) listCheckRunsOfSuite(r *request) (response, error) {
	cs, err := r.checkSuiteOf()
	if err != nil {
		return response{}, err
	}
	return s.listCheckRuns(r, cs.runs())
}

func (s *Server) listCheckRuns(r *request, list []*checkRun) (response, error) {
	q := r.query
	switch q.Get("filter") {
	case "", "latest":
		list = latestRuns(list)
	case "all":
	default:
		return response{}, notMember("filter", q.Get("filter"), []string{"latest", "all"})
	}
	list = slices.DeleteFunc(list, func(c *checkRun) bool {
		name, status, app := q.Get("check_name"), q.Get("status"), q.Get("app_id")
		return name != "" && c.name != name || status != "" && c.status != status || app != "" && strconv.FormatInt(c.app().id, 10) != app
	})
	return pagedIn(s, r, "check_runs", list, s.renderCheckRun), nil
}
