package hubsim

import (
	"maps"
	"slices"
	"strings"

	"github.com/phasegate/phasegate/internal/hubsim/gitstore"
)

// dumpCode is the part of a repository's dump that is about code.
func (s *Server) dumpCode(r *repo) obj {
	branches, pulls, runs, suites, statuses, deployments := []obj{}, []obj{}, []obj{}, []obj{}, []obj{}, []obj{}
	for _, ref := range r.code().Refs(gitstore.HeadsPrefix) {
		branches = append(branches, obj{"name": strings.TrimPrefix(ref.Name, gitstore.HeadsPrefix), "sha": ref.SHA})
	}
	for _, i := range r.pullRequests() {
		pulls = append(pulls, s.dumpPull(i))
	}
	for _, c := range sorted(r.checkRuns) {
		o := s.renderCheckRun(c)
		o["annotations"], o["actions"] = nonNil(c.annotations), nonNil(c.actions)
		runs = append(runs, o)
	}
	for _, cs := range r.git.suites {
		suites = append(suites, s.renderCheckSuite(cs))
	}
	for _, sha := range slices.Sorted(maps.Keys(r.git.statuses)) {
		for _, st := range r.git.statuses[sha] {
			o := s.renderStatus(r, st)
			o["sha"] = sha
			statuses = append(statuses, o)
		}
	}
	for _, d := range r.git.deployments {
		o := s.renderDeployment(d)
		list := []obj{}
		for _, st := range d.statuses {
			list = append(list, s.renderDeploymentStatus(st))
		}
		o["statuses"] = list
		deployments = append(deployments, o)
	}
	workflowRuns := []obj{}
	for _, run := range r.git.runs {
		o := s.renderRun(run)
		o["pending_deployments"] = dumpPending(run)
		workflowRuns = append(workflowRuns, o)
	}
	return obj{
		"branches": branches, "pulls": pulls, "check_runs": runs, "check_suites": suites, "statuses": statuses,
		"deployments": deployments, "workflow_runs": workflowRuns,
	}
}

func (s *Server) dumpPull(i *issue) obj {
	o := s.renderFullPull(i, false)
	reviews := []obj{}
	for _, rv := range i.pull.reviews {
		reviews = append(reviews, s.renderReview(rv))
	}
	o["review_list"] = reviews
	return o
}

// dumpPending is what Apps said of the deployments of a run that waited for their rules.
func dumpPending(run *workflowRun) []obj {
	out := []obj{}
	for _, p := range run.pending {
		for _, id := range slices.Sorted(maps.Keys(p.answers)) {
			a := p.answers[id]
			out = append(out, obj{
				"environment": p.environment.name, "deployment": p.deployment.id, "app": id, "state": textOrNull(a.state),
				"comment": a.comment, "reports": nonNil(a.reports),
			})
		}
	}
	return out
}
