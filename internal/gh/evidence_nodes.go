package gh

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-github/v62/github"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/metrics"
)

// How pull requests, commits with their reports, and deployments become facts.

type pullNode struct {
	Number      int
	UpdatedAt   time.Time
	MergedAt    *time.Time
	Body        string
	HeadRefName string
	Author      *actor
	MergeCommit *struct{ Oid string }
	Files       list[fileNode]
}

type fileNode struct {
	Path       string
	ChangeType string
}

func (f fileNode) fact() facts.File {
	return facts.File{Path: f.Path, Removed: f.ChangeType == "DELETED"}
}

// maxFiles is how many files of a pull request are kept; GitHub shows no more either.
const maxFiles = 3000

// pull is a merged pull request with all its files; one from before what matters, which only tells whose a deployment
// is, with the first hundred.
func (j *gathering) pull(ctx context.Context, n pullNode) (facts.MergedPull, error) {
	names := engine.NamesIn(j.key.FullName(), n.Body, n.HeadRefName)
	p := facts.MergedPull{Number: n.Number, Lines: names.Lines, Hints: names.Hints, Experiment: engine.ExperimentOf(j.key.FullName(), n.Body), Author: n.Author.person()}
	if n.MergedAt != nil {
		p.Merged = *n.MergedAt
	}
	if n.MergeCommit != nil {
		p.Commit = n.MergeCommit.Oid
	}
	for _, f := range n.Files.Nodes {
		p.Files = append(p.Files, f.fact())
	}
	if !n.Files.PageInfo.HasNextPage || p.Merged.Before(j.since) {
		return p, nil
	}
	at := fmt.Sprintf("%s#%d@%s", strings.ToLower(j.key.FullName()), n.Number, p.Commit)
	var known []facts.File
	j.g.cache.with(func() { known = j.g.cache.files[at] })
	if known != nil {
		p.Files = known
		return p, nil
	}
	err := j.files(ctx, n, &p)
	if err == nil {
		j.g.cache.with(func() { j.g.cache.files[at] = p.Files })
	}
	return p, err
}

// files reads on where a pull request has more files than a page. They do not change any more.
func (j *gathering) files(ctx context.Context, n pullNode, p *facts.MergedPull) error {
	for page := n.Files.PageInfo; page.HasNextPage && len(p.Files) < maxFiles; {
		var a struct {
			Repository *struct {
				PullRequest *struct{ Files list[fileNode] }
			}
		}
		if err := j.c.query(ctx, filesDocument, variables(j.key, "number", n.Number, "after", page.EndCursor), &a); err != nil {
			return fmt.Errorf("read the files of #%d: %w", n.Number, err)
		}
		if a.Repository == nil || a.Repository.PullRequest == nil {
			return fmt.Errorf("read the files of #%d: it is not there", n.Number)
		}
		next := a.Repository.PullRequest.Files
		if next.PageInfo.stuck(page) {
			return errStuck
		}
		for _, f := range next.Nodes {
			p.Files = append(p.Files, f.fact())
		}
		page = next.PageInfo
	}
	p.Files = p.Files[:min(len(p.Files), maxFiles)]
	return nil
}

// ReportCheckName is the check whose text holds a metric report.
const ReportCheckName = "phasegate/report"

// actionsSlug is the App in whose name workflows post checks.
const actionsSlug = "github-actions"

type commitNode struct {
	Oid           string
	CommittedDate time.Time
	CheckSuites   list[struct {
		App *struct {
			DatabaseID int64 `json:"databaseId"`
			Slug       string
		}
		CheckRuns list[runNode]
	}]
}

type runNode struct {
	ResourcePath string
	CompletedAt  *time.Time
	Text         string
}

// id is the run's, as its address has it: databaseId is a number of 32 bits, which check runs have outgrown.
func (n runNode) id() int64 {
	id, err := strconv.ParseInt(n.ResourcePath[strings.LastIndex(n.ResourcePath, "/")+1:], 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// reports says whether an App's check runs are metric reports: our own, and those of workflows.
func (g *GitHub) reports(app int64, slug string) bool {
	return slug == actionsSlug || app != 0 && app == g.AppID() || g.writer != "" && strings.EqualFold(slug+"[bot]", g.writer)
}

// commit takes the reports on a commit.
func (j *gathering) commit(ctx context.Context, n commitNode, into map[string][]facts.Report) error {
	if n.Oid == "" {
		return nil
	}
	into[n.Oid] = nil
	more := n.CheckSuites.PageInfo.HasNextPage
	for _, suite := range n.CheckSuites.Nodes {
		if suite.App == nil || !j.g.reports(suite.App.DatabaseID, suite.App.Slug) {
			continue
		}
		more = more || suite.CheckRuns.PageInfo.HasNextPage
		for _, run := range suite.CheckRuns.Nodes {
			at := time.Time{}
			if run.CompletedAt != nil {
				at = *run.CompletedAt
			}
			into[n.Oid] = append(into[n.Oid], report(run.id(), n.Oid, at, run.Text))
		}
	}
	if !more {
		return nil
	}
	all, err := j.allReports(ctx, n.Oid)
	into[n.Oid] = all
	return err
}

// maxReportPages is how many pages of a hundred reports on one commit are read, the newest.
const maxReportPages = 5

// allReports reads the reports on a commit that has many.
func (j *gathering) allReports(ctx context.Context, commit string) ([]facts.Report, error) {
	var out []facts.Report
	opts := &github.ListCheckRunsOptions{CheckName: github.String(ReportCheckName), Status: github.String("completed"), Filter: github.String("all"), ListOptions: github.ListOptions{PerPage: 100}}
	for range maxReportPages {
		page, res, err := j.c.Checks.ListCheckRunsForRef(ctx, j.key.Owner, j.key.Repo, commit, opts)
		if err != nil {
			return nil, fmt.Errorf("read the checks of %.7s: %w", commit, limited(err))
		}
		for _, run := range page.CheckRuns {
			if j.g.reports(run.GetApp().GetID(), run.GetApp().GetSlug()) {
				out = append(out, report(run.GetID(), commit, run.GetCompletedAt().Time, run.GetOutput().GetText()))
			}
		}
		if res.NextPage == 0 {
			break
		}
		opts.Page = res.NextPage
	}
	return out, nil
}

// maxFault is how many characters of what is wrong with a report are kept.
const maxFault = 500

// report reads the text of a check run. One that measured another commit than it stands on is none.
func report(id int64, commit string, at time.Time, text string) facts.Report {
	r := facts.Report{ID: id, Commit: commit, At: at}
	body, err := metrics.ParseReport([]byte(text))
	switch {
	case err != nil:
		r.Fault = string([]rune(err.Error())[:min(len([]rune(err.Error())), maxFault)])
	case !strings.EqualFold(body.Commit, commit):
		r.Fault = fmt.Sprintf("It names commit %.7s, but stands on %.7s.", body.Commit, commit)
	default:
		r.Body = body
	}
	return r
}

// production is the environment whose deployments count.
const production = "production"

type deploymentNode struct {
	ID          bigInt `json:"databaseId"`
	Environment string
	CommitOid   string
	CreatedAt   time.Time
	Payload     string
	Ref         *struct{ Name string }
	Creator     *actor
	Statuses    list[struct {
		State     string
		CreatedAt time.Time
	}]
	Commit *commitNode
}

// deployment takes a deployment and the reports on its commit.
func (j *gathering) deployment(ctx context.Context, n deploymentNode) error {
	d := facts.Deployment{
		ID: int64(n.ID), Environment: n.Environment, Commit: n.CommitOid, Deliverable: deliverableIn(n.Payload), By: n.Creator.person(),
		Created: n.CreatedAt, URL: j.url + "/deployments/" + url.PathEscape(n.Environment),
	}
	if n.Ref != nil {
		d.Ref = n.Ref.Name
	}
	for _, s := range n.Statuses.Nodes {
		if s.State == "SUCCESS" && (d.Succeeded.IsZero() || s.CreatedAt.Before(d.Succeeded)) {
			d.Succeeded = s.CreatedAt
		}
	}
	j.deployments = append(j.deployments, d)
	if n.Commit == nil || j.refused[measured] {
		return nil
	}
	return j.commit(ctx, *n.Commit, j.deployed)
}

// deliverableIn is the deliverable that a deployment's payload names; 0 for none. The payload is whatever its
// author wrote: JSON, or a text that holds JSON.
func deliverableIn(payload string) int {
	for range 2 {
		var in struct{ Deliverable int }
		if json.Unmarshal([]byte(payload), &in) == nil {
			return max(in.Deliverable, 0)
		}
		var inner string
		if json.Unmarshal([]byte(payload), &inner) != nil {
			return 0
		}
		payload = inner
	}
	return 0
}
