package gh

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
)

// gathering is one reading of the evidence: all of it since a moment, or what is new.
type gathering struct {
	g      *GitHub
	c      *client
	key    engine.Key
	branch string
	url    string // of the repository, for people
	e      *evidence

	since time.Time // what is older does not matter
	// Where only what is new is read: pull requests changed before until, and the history from head on, are
	// known; named are older commits whose checks changed.
	until time.Time
	head  string
	named []string

	pulls       []facts.MergedPull
	from        time.Time
	commits     []string
	reports     map[string][]facts.Report
	deployed    map[string][]facts.Report
	deployments []facts.Deployment
	refused     map[part]bool
}

// How many pages are read. Of pull requests, what lies further back is unknown. Of commits it is left out: the
// newest report decides, and what a gate passed on stands in its record.
const (
	maxPullPages    = 40
	maxHistoryPages = 10
)

func (j *gathering) whole() bool { return j.head == "" }

// gathered is the answer to the first request. named are the commits that were asked for by name.
type gathered struct {
	pulls       list[pullNode]
	branch      *branchHistory
	deployments list[deploymentNode]
	named       []commitNode
}

type branchHistory struct {
	Target struct{ History list[commitNode] }
}

// run reads, and changes the evidence only when everything was read.
func (j *gathering) run(ctx context.Context) error {
	j.reports, j.deployed, j.refused = map[string][]facts.Report{}, map[string][]facts.Report{}, map[part]bool{}
	if time.Since(j.e.refusedAt) < evidenceFor {
		maps.Copy(j.refused, j.e.refused)
	}
	first, err := j.first(ctx)
	if err != nil {
		return err
	}
	if err := j.readPulls(ctx, first.pulls); err != nil {
		return fmt.Errorf("merged pull requests: %w", err)
	}
	if first.branch != nil {
		rewritten, err := j.readHistory(ctx, first.branch.Target.History)
		if err != nil {
			return fmt.Errorf("metric reports: %w", err)
		}
		if rewritten {
			j.until, j.head, j.named, j.pulls, j.commits = time.Time{}, "", nil, nil, nil
			return j.run(ctx)
		}
	}
	for _, n := range first.named {
		if err := j.commit(ctx, n, j.reports); err != nil {
			return fmt.Errorf("metric reports: %w", err)
		}
	}
	for _, n := range first.deployments.Nodes {
		if err := j.deployment(ctx, n); err != nil {
			return fmt.Errorf("deployments: %w", err)
		}
	}
	j.keep()
	return nil
}

// keep takes what was read over into the evidence.
func (j *gathering) keep() {
	e := j.e
	if j.whole() {
		e.pulls, e.commits, e.reports = map[int]facts.MergedPull{}, map[string]bool{}, map[string][]facts.Report{}
		e.since, e.from, e.whole = j.since, time.Time{}, time.Now()
	}
	if j.from.After(e.from) {
		e.from = j.from
	}
	for _, p := range j.pulls {
		e.pulls[p.Number] = p
	}
	for _, commit := range j.commits {
		e.commits[commit] = true
	}
	maps.Copy(e.reports, j.reports)
	e.deployments, e.deployed = j.deployments, j.deployed
	if !maps.Equal(e.refused, j.refused) || time.Since(e.refusedAt) >= evidenceFor {
		e.refused, e.refusedAt = j.refused, time.Now()
	}
}

// first asks for the first page of everything at once. What is refused is left out of a further try, where
// GitHub gave nothing at all because of it.
func (j *gathering) first(ctx context.Context) (gathered, error) {
	for {
		document, vars := j.document()
		if document == "" {
			return gathered{}, nil // nothing may be read
		}
		var a struct{ Repository map[string]json.RawMessage }
		refused, err := j.c.ask(ctx, document, vars, &a)
		if err != nil {
			return gathered{}, err
		}
		before := len(j.refused)
		for _, r := range refused {
			j.refuse(r)
		}
		if a.Repository != nil {
			return j.decode(a.Repository)
		}
		if len(j.refused) == before {
			return gathered{}, engine.ErrGone
		}
	}
}

func (j *gathering) decode(fields map[string]json.RawMessage) (gathered, error) {
	var out gathered
	out.named = make([]commitNode, len(j.named))
	into := map[string]any{string(mergedPulls): &out.pulls, string(measured): &out.branch, string(deployed): &out.deployments}
	for i := range j.named {
		into[alias(i)] = &out.named[i]
	}
	for field, text := range fields {
		if err := json.Unmarshal(text, into[field]); err != nil {
			return out, fmt.Errorf("read GraphQL's answer: %w", err)
		}
	}
	return out, nil
}

// alias is the name under which a commit that is read by name is in the answer.
func alias(i int) string { return fmt.Sprintf("c%d", i) }

// refuse notes which part an error is about; one that names none is about all of them.
func (j *gathering) refuse(e graphqlError) {
	field := ""
	if len(e.Path) > 1 {
		field, _ = e.Path[1].(string)
	}
	switch {
	case field == string(mergedPulls):
		j.refused[mergedPulls] = true
	case field == "":
		j.refused[mergedPulls], j.refused[measured], j.refused[deployed] = true, true, true
	case field == string(deployed) && !e.in("checkSuites"):
		j.refused[deployed] = true
	default:
		j.refused[measured] = true
	}
}

// document asks for what may be read, and its variables; "" where nothing may be.
func (j *gathering) document() (string, map[string]any) {
	vars := variables(j.key)
	head, body := "query($owner: String!, $repo: String!", ""
	for _, p := range []struct {
		part part
		text string
	}{{mergedPulls, mergedPart}, {measured, historyPart}, {deployed, deploymentsPart}} {
		if !j.refused[p.part] {
			body += "\n" + p.text
		}
	}
	if body == "" {
		return "", nil
	}
	if !j.refused[mergedPulls] {
		head += ", $branch: String!"
		vars["branch"] = j.branch
	}
	if !j.refused[measured] {
		for i, commit := range j.named {
			head += fmt.Sprintf(", $%s: GitObjectID!", alias(i))
			body += fmt.Sprintf("\n%s: object(oid: $%s) { ... on Commit { %s } }", alias(i), alias(i), reportsFields)
			vars[alias(i)] = commit
		}
	}
	return head + ") { repository(owner: $owner, name: $repo) {" + body + "\n} }", vars
}

// readPulls takes the merged pull requests, page by page until they are known or too old. The first page is taken
// whatever its age.
func (j *gathering) readPulls(ctx context.Context, all list[pullNode]) error {
	var last, stop time.Time // of what was read, and of what is too old
	if !j.whole() {
		stop = j.until
	}
	for page := 1; ; page++ {
		for _, n := range all.Nodes {
			if last = n.UpdatedAt; last.Before(stop) {
				return nil
			}
			p, err := j.pull(ctx, n)
			if err != nil {
				return err
			}
			j.pulls = append(j.pulls, p)
		}
		if j.since.After(stop) {
			stop = j.since
		}
		switch {
		case !all.PageInfo.HasNextPage, last.Before(stop):
			return nil
		case page == maxPullPages:
			j.from = last
			return nil
		}
		var a struct {
			Repository *struct{ PullRequests list[pullNode] }
		}
		if err := j.c.query(ctx, pullsDocument, variables(j.key, "branch", j.branch, "after", all.PageInfo.EndCursor), &a); err != nil {
			return err
		}
		if a.Repository == nil {
			return engine.ErrGone
		}
		if a.Repository.PullRequests.PageInfo.stuck(all.PageInfo) {
			return errStuck
		}
		all = a.Repository.PullRequests
	}
}

// readHistory takes the branch's commits, page by page until they are known or too old. It reports whether what
// was known is no longer in the history, or too far back.
func (j *gathering) readHistory(ctx context.Context, all list[commitNode]) (rewritten bool, err error) {
	for page := 1; ; page++ {
		old := true
		for _, n := range all.Nodes {
			if err := j.commit(ctx, n, j.reports); err != nil {
				return false, err
			}
			j.commits = append(j.commits, n.Oid)
			old = old && n.CommittedDate.Before(j.since)
		}
		switch {
		case !j.whole() && slices.Contains(j.commits, j.head):
			return false, nil
		case j.whole() && old, !all.PageInfo.HasNextPage, page == maxHistoryPages:
			return !j.whole(), nil
		}
		var a struct {
			Repository *struct{ DefaultBranchRef *branchHistory }
		}
		if err := j.c.query(ctx, historyDocument, variables(j.key, "after", all.PageInfo.EndCursor), &a); err != nil {
			return false, err
		}
		if a.Repository == nil || a.Repository.DefaultBranchRef == nil {
			return false, engine.ErrGone
		}
		next := a.Repository.DefaultBranchRef.Target.History
		if next.PageInfo.stuck(all.PageInfo) {
			return false, errStuck
		}
		all = next
	}
}
