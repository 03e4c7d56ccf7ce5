package gh

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
)

// headNode is what stands on a pull request's head.
type headNode struct {
	commitConfig
	Gate, Roles, Metrics, Config list[suiteNode]
}

type suiteNode struct {
	Status string
	App    *struct {
		DatabaseID int64 `json:"databaseId"`
		Slug       string
	}
	CheckRuns list[ownRunNode]
}

type ownRunNode struct {
	runNode
	Name, Status, Conclusion, ExternalID, Title string
	StartedAt                                   *time.Time
}

func (n ownRunNode) fact(head string) facts.Run {
	r := facts.Run{ID: n.id(), Name: n.Name, Head: head, Status: strings.ToLower(n.Status), ExternalID: n.ExternalID, Title: n.Title, Text: n.Text}
	if n.StartedAt != nil {
		r.Started = *n.StartedAt
	}
	if r.Status == "completed" {
		r.Conclusion = strings.ToLower(n.Conclusion)
		if n.CompletedAt != nil {
			r.Completed = *n.CompletedAt
		}
	}
	return r
}

// newer orders runs, the newest first.
func newer(a, b facts.Run) int { return cmp.Or(b.Started.Compare(a.Started), cmp.Compare(b.ID, a.ID)) }

// posts reports whether the suite's App posts Phasegate's checks: our own or, where there is none, that in whose
// name workflows do.
func (g *GitHub) posts(s suiteNode) bool {
	switch {
	case s.App == nil:
		return false
	case g.app != nil:
		return s.App.DatabaseID == g.AppID()
	case g.writer != "" && strings.EqualFold(s.App.Slug+"[bot]", g.writer):
		return true
	}
	return s.App.Slug == actionsSlug
}

// newest is Phasegate's newest run among the suites.
func (g *GitHub) newest(suites list[suiteNode], head string) (facts.Run, bool) {
	var found []facts.Run
	for _, s := range suites.Nodes {
		if g.posts(s) {
			for _, n := range s.CheckRuns.Nodes {
				found = append(found, n.fact(head))
			}
		}
	}
	if len(found) == 0 {
		return facts.Run{}, false
	}
	slices.SortFunc(found, newer)
	return found[0], true
}

// runs are Phasegate's own on the head, the newest of each name.
func (g *GitHub) runs(n headNode) []facts.Run {
	var out []facts.Run
	for _, suites := range []list[suiteNode]{n.Gate, n.Roles, n.Metrics, n.Config} {
		if r, found := g.newest(suites, n.Oid); found {
			out = append(out, r)
		}
	}
	return out
}

// rerequested reports whether somebody asked for our checks again: GitHub then queues their suite and leaves the
// runs in it as they are (https://docs.github.com/rest/checks/runs#rerequest-a-check-run). A workflow's suite is
// queued for reasons of its own and says nothing.
func (g *GitHub) rerequested(n headNode) bool {
	for _, suites := range []list[suiteNode]{n.Gate, n.Roles, n.Metrics, n.Config} {
		for _, s := range suites.Nodes {
			waits := s.Status == "QUEUED" || s.Status == "REQUESTED"
			running := slices.ContainsFunc(s.CheckRuns.Nodes, func(r ownRunNode) bool { return r.Status != "COMPLETED" })
			if g.posts(s) && s.App.Slug != actionsSlug && waits && !running {
				return true
			}
		}
	}
	return false
}

// ofQueue reports whether a group that waits in a merge queue has the head: the entries of the other open pull requests
// tell. GitHub shows them as they were when it shows a pull request that was opened later. Where they may not be read,
// every group that was ever judged is taken to wait.
func (a *pullAnswer) ofQueue(others []listedPull, p facts.Pull) bool {
	if a.hidden {
		return slices.ContainsFunc(p.Runs, engine.OfGroup)
	}
	return slices.ContainsFunc(others, func(o listedPull) bool { return o.MergeQueueEntry.head() == p.Head })
}

// filters are the variables by which Phasegate's runs on a pull request are found. An App's id keeps strangers'
// suites from taking the place of ours.
func (g *GitHub) filters() map[string]any {
	vars := map[string]any{}
	for field, name := range map[string]string{"gate": engine.GateCheck, "roles": engine.RolesCheck, "metrics": engine.MetricsCheck, "config": engine.ConfigName} {
		vars[field], vars[field+"Runs"] = g.filter(name, "LATEST")
	}
	return vars
}

// filter finds our suites that have runs of a name, and those runs: LATEST or ALL.
func (g *GitHub) filter(name, which string) (suites, runs map[string]any) {
	suites = map[string]any{"checkName": name}
	if id := g.AppID(); id != 0 {
		suites["appId"] = id
	}
	return suites, map[string]any{"checkName": name, "checkType": which}
}
