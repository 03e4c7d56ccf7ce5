package hubsim

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/hubsim/pages"
)

// webPage is how many entries the pages read of a REST list at once, and webMost how many in all.
const (
	webPage = 100
	webMost = 3000
)

type loginAnswer struct{ Login, Slug string }

// pullAnswer is what the pages read of a pull request.
type pullAnswer struct {
	Draft, Merged bool
	Mergeable     *bool
	MergeState    string        `json:"mergeable_state"`
	NodeID        string        `json:"node_id"`
	MergeSHA      string        `json:"merge_commit_sha"`
	MergedBy      *loginAnswer  `json:"merged_by"`
	MergedAt      time.Time     `json:"merged_at"`
	Reviewers     []loginAnswer `json:"requested_reviewers"`
	Teams         []loginAnswer `json:"requested_teams"`
	Additions     int
	Deletions     int
	Base, Head    struct {
		Ref, SHA, Label string
		Repo            *struct {
			FullName string `json:"full_name"`
		}
	}
}

type commitAnswer struct {
	SHA    string
	Commit struct {
		Message string
		Author  struct {
			Name string
			Date time.Time
		}
	}
	Author  *loginAnswer
	Parents []struct{ SHA string }
	Stats   struct{ Additions, Deletions int }
	Files   []fileAnswer
}

type fileAnswer struct {
	Filename  string
	Previous  string `json:"previous_filename"`
	Status    string
	Additions int
	Deletions int
	Patch     string
}

type checkAnswer struct {
	ID          int64
	Name        string
	App         struct{ Name string }
	HeadSHA     string `json:"head_sha"`
	Status      string
	Conclusion  string
	StartedAt   time.Time `json:"started_at"`
	CompletedAt time.Time `json:"completed_at"`
	DetailsURL  string    `json:"details_url"`
	Output      struct {
		Title, Summary, Text string
		Annotations          int `json:"annotations_count"`
	}
	Pulls []struct{ Number int } `json:"pull_requests"`
}

type reviewAnswer struct {
	ID    int64
	User  *loginAnswer
	State string
	Body  string
	SHA   string `json:"commit_id"`
}

func repoPath(at pages.At) string {
	return "/repos/" + url.PathEscape(at.Owner) + "/" + url.PathEscape(at.Name)
}

// all reads a REST list page by page.
func all[T any](h webHub, viewer, path string) ([]T, error) {
	var out []T
	for n := 1; len(out) < webMost; n++ {
		var part []T
		if err := h.peek(viewer, fmt.Sprintf("%s?per_page=%d&page=%d", path, webPage, n), &part); err != nil {
			return nil, err
		}
		out = append(out, part...)
		if len(part) < webPage {
			break
		}
	}
	return out, nil
}

func (h webHub) pullAnswer(at pages.At, number int) (*pullAnswer, error) {
	var p pullAnswer
	return &p, h.peek(at.Viewer, fmt.Sprintf("%s/pulls/%d", repoPath(at), number), &p)
}

func (h webHub) Pull(_ context.Context, at pages.At, number int) (pages.Pull, error) {
	p, err := h.pullAnswer(at, number)
	if err == nil && p.Mergeable == nil { // asking had it computed, and GitHub's page waits for that
		p, err = h.pullAnswer(at, number)
	}
	if err != nil {
		return pages.Pull{}, err
	}
	out := pages.Pull{
		Number: number, Draft: p.Draft, Merged: p.Merged, BaseRef: p.Base.Ref, HeadRef: p.Head.Ref, HeadLabel: p.Head.Ref,
		HeadSHA: p.Head.SHA, BaseSHA: p.Base.SHA, MergeSHA: p.MergeSHA, MergedBy: h.named(at, p.MergedBy), MergedAt: p.MergedAt,
		Mergeable: p.Mergeable, MergeState: p.MergeState, Additions: p.Additions, Deletions: p.Deletions, NodeID: p.NodeID,
	}
	if p.Head.Repo != nil && !strings.EqualFold(p.Head.Repo.FullName, at.Repo()) {
		out.HeadLabel = p.Head.Label
	}
	for _, u := range p.Reviewers {
		out.Requested = append(out.Requested, u.Login)
	}
	for _, t := range p.Teams {
		out.Requested = append(out.Requested, at.Owner+"/"+t.Slug)
	}
	base := fmt.Sprintf("%s/pulls/%d", repoPath(at), number)
	commits, err := all[commitAnswer](h, at.Viewer, base+"/commits")
	if err != nil {
		return out, err
	}
	for _, c := range commits {
		out.Commits = append(out.Commits, h.commit(at, &c))
	}
	files, err := all[fileAnswer](h, at.Viewer, base+"/files")
	if err != nil {
		return out, err
	}
	out.Files = webFiles(files)
	if out.LatestReviews, err = h.latestReviews(at, base); err != nil {
		return out, err
	}
	if out.Checks, err = h.checks(at, p.Head.SHA); err != nil {
		return out, err
	}
	h.gates(at, &out)
	return out, nil
}

// gates adds what the base branch asks of a pull request: required checks and a merge queue.
func (h webHub) gates(at pages.At, p *pages.Pull) {
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	rp := h.s.st.repository(at.Owner, at.Name)
	need := rp.requirements(p.BaseRef)
	p.HasQueue = need.mergeQueue
	viewer := h.s.st.account(at.Viewer)
	p.Bypass = viewer != nil && h.s.levelOf(viewer, rp) >= levelAdmin && !need.enforceAdmins && !need.mergeQueue
	if e := rp.issues[p.Number].queueEntry(); e != nil {
		p.QueuePosition = slices.Index(rp.git.queues[p.BaseRef], e) + 1
	}
	for _, c := range need.checks {
		for n := range p.Checks {
			run := rp.checkRuns[p.Checks[n].ID]
			p.Checks[n].Required = p.Checks[n].Required || run.name == c.context && (c.appID == 0 || run.app().id == c.appID)
		}
		if rp.requiredAt(p.HeadSHA, c) == "" && rp.issues[p.Number].pull.open() {
			p.Expected = append(p.Expected, c.context)
		}
	}
}

// latestReviews is the newest review of each person that says yes or no.
func (h webHub) latestReviews(at pages.At, base string) ([]pages.Review, error) {
	list, err := all[reviewAnswer](h, at.Viewer, base+"/reviews")
	if err != nil {
		return nil, err
	}
	var out []pages.Review
	for _, r := range slices.Backward(list) {
		who := h.named(at, r.User)
		if r.State == "COMMENTED" || r.State == "PENDING" || slices.ContainsFunc(out, func(o pages.Review) bool { return o.Author.Login == who.Login }) {
			continue
		}
		out = append(out, pages.Review{ID: r.ID, Author: who, State: r.State, Body: pages.Text{Source: r.Body}, SHA: r.SHA})
	}
	return out, nil
}

// named is the account of a REST answer; the zero Person for none.
func (h webHub) named(at pages.At, l *loginAnswer) pages.Person {
	if l == nil || l.Login == "" {
		return pages.Person{}
	}
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	return h.person(h.s.st.account(l.Login), h.s.st.repository(at.Owner, at.Name))
}

func webFiles(list []fileAnswer) []pages.FileChange {
	var out []pages.FileChange
	for _, f := range list {
		out = append(out, pages.FileChange{
			Path: f.Filename, Previous: f.Previous, Status: f.Status, Additions: f.Additions, Deletions: f.Deletions, Patch: f.Patch,
		})
	}
	return out
}

func (h webHub) commit(at pages.At, c *commitAnswer) pages.Commit {
	out := pages.Commit{
		SHA: c.SHA, Message: c.Commit.Message, Author: h.named(at, c.Author), Name: c.Commit.Author.Name,
		At: c.Commit.Author.Date, Files: webFiles(c.Files), Additions: c.Stats.Additions, Deletions: c.Stats.Deletions,
	}
	for _, p := range c.Parents {
		out.Parents = append(out.Parents, p.SHA)
	}
	return out
}

func (h webHub) Commit(_ context.Context, at pages.At, sha string) (pages.Commit, error) {
	var c commitAnswer
	if err := h.peek(at.Viewer, repoPath(at)+"/commits/"+url.PathEscape(sha), &c); err != nil {
		return pages.Commit{}, err
	}
	out := h.commit(at, &c)
	var err error
	out.Checks, err = h.checks(at, out.SHA)
	return out, err
}

// checks lists the newest check runs of a commit, by name.
func (h webHub) checks(at pages.At, sha string) ([]pages.CheckRun, error) {
	var out []pages.CheckRun
	for n := 1; len(out) < webMost; n++ {
		var part struct {
			Runs []checkAnswer `json:"check_runs"`
		}
		path := fmt.Sprintf("%s/commits/%s/check-runs?per_page=%d&page=%d", repoPath(at), url.PathEscape(sha), webPage, n)
		if err := h.peek(at.Viewer, path, &part); err != nil {
			return nil, err
		}
		for _, c := range part.Runs {
			run, err := h.annotated(at, &c)
			if err != nil {
				return nil, err
			}
			out = append(out, run)
		}
		if len(part.Runs) < webPage {
			break
		}
	}
	slices.SortStableFunc(out, func(a, b pages.CheckRun) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

func (h webHub) check(at pages.At, c *checkAnswer) pages.CheckRun {
	out := pages.CheckRun{
		ID: c.ID, Name: c.Name, App: c.App.Name, SHA: c.HeadSHA, Status: c.Status, Conclusion: c.Conclusion,
		StartedAt: c.StartedAt, CompletedAt: c.CompletedAt, Title: c.Output.Title, Summary: c.Output.Summary,
		Text: c.Output.Text, DetailsURL: c.DetailsURL,
	}
	for _, p := range c.Pulls {
		if ref, err := h.Ref(context.Background(), at, p.Number); err == nil { // one that is gone is not shown
			out.Pulls = append(out.Pulls, ref)
		}
	}
	return out
}

func (h webHub) CheckRun(_ context.Context, at pages.At, id int64) (pages.CheckRun, error) {
	var c checkAnswer
	if err := h.peek(at.Viewer, fmt.Sprintf("%s/check-runs/%d", repoPath(at), id), &c); err != nil {
		return pages.CheckRun{}, err
	}
	return h.annotated(at, &c)
}

// annotated is a check run with its annotations.
func (h webHub) annotated(at pages.At, c *checkAnswer) (pages.CheckRun, error) {
	out := h.check(at, c)
	if c.Output.Annotations == 0 {
		return out, nil
	}
	notes, err := all[struct {
		Path    string
		Line    int    `json:"start_line"`
		End     int    `json:"end_line"`
		Level   string `json:"annotation_level"`
		Raw     string `json:"raw_details"`
		Title   string
		Message string
	}](h, at.Viewer, fmt.Sprintf("%s/check-runs/%d/annotations", repoPath(at), c.ID))
	for _, a := range notes {
		out.Annotations = append(out.Annotations, pages.Annotation{
			Path: a.Path, Line: a.Line, End: a.End, Level: a.Level, Title: a.Title, Message: a.Message, Raw: a.Raw,
		})
	}
	return out, err
}

// Path finds a folder or file; ref is a branch or commit, empty for the default branch.
func (h webHub) Path(_ context.Context, at pages.At, ref, path string) (pages.Node, error) {
	out := pages.Node{Ref: ref, Path: path}
	address := repoPath(at) + "/contents"
	for part := range strings.SplitSeq(path, "/") {
		if part != "" {
			address += "/" + url.PathEscape(part)
		}
	}
	if ref != "" {
		address += "?ref=" + url.QueryEscape(ref)
	}
	var raw json.RawMessage
	if err := h.peek(at.Viewer, address, &raw); err != nil {
		return out, err
	}
	var entries []struct {
		Name, Type string
		Size       int
	}
	if json.Unmarshal(raw, &entries) == nil {
		out.IsDir = true
		for _, e := range entries {
			out.Entries = append(out.Entries, pages.Entry{Name: e.Name, IsDir: e.Type == "dir", Size: e.Size})
		}
		return out, nil
	}
	var file struct {
		Content string
		Size    int
		SHA     string
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return out, fmt.Errorf("read %s: %w", path, err)
	}
	if file.Content == "" && file.Size > 0 { // GitHub leaves larger files to the blobs
		if err := h.peek(at.Viewer, repoPath(at)+"/git/blobs/"+file.SHA, &file); err != nil && !errors.Is(err, pages.ErrNotFound) {
			return out, err
		}
	}
	content, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(file.Content, "\n", ""))
	if err != nil {
		return out, fmt.Errorf("read %s: %w", path, err)
	}
	out.Content, out.Size = content, file.Size
	return out, nil
}
