package gh_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v62/github"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/gh"
)

// check posts a completed check run in the App's name, or in a workflow's.
func (w *world) check(workflow bool, name, commit, conclusion, text string) {
	w.t.Helper()
	rt, token := http.DefaultTransport, ""
	if workflow {
		value, err := w.sim.ActionsToken("acme/churn", map[string]string{"checks": "write"})
		if err != nil {
			w.t.Fatal(err)
		}
		token = value
	} else {
		install, err := ghinstallation.New(http.DefaultTransport, 1, 7, []byte(w.sim.AppKeyPEM()))
		if err != nil {
			w.t.Fatal(err)
		}
		install.BaseURL = w.api
		install.InstallationTokenOptions = &github.InstallationTokenOptions{}
		rt = install
	}
	w.send(rt, token, "POST", "/check-runs", map[string]any{"name": name, "head_sha": commit, "conclusion": conclusion,
		"output": map[string]string{"title": "t", "summary": "s", "text": text}}, nil)
}

func (w *world) head(branch string) string {
	w.t.Helper()
	var ref struct{ Object struct{ SHA string } }
	w.do("sara-ds", "GET", "/git/ref/heads/"+branch, nil, &ref)
	return ref.Object.SHA
}

func reportText(deliverable int, commit string, recall float64) string {
	return fmt.Sprintf("```json\n{\"schema\": 1, \"deliverable\": %d, \"commit\": %q, \"source\": \"ci\", \"metrics\": [{\"name\": \"recall\", \"value\": %g}]}\n```", deliverable, commit, recall)
}

// tick moves the simulated clock on.
func (w *world) tick(by time.Duration) {
	w.t.Helper()
	res, err := http.Get(w.api + "/meta")
	if err != nil {
		w.t.Fatal(err)
	}
	_ = res.Body.Close()
	now, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.sim.SetClock(w.t.Context(), now.Add(by).Truncate(time.Second)); err != nil {
		w.t.Fatal(err)
	}
}

func TestIssueFacts(t *testing.T) {
	w := newWorld(t, teamConfig)
	var one issueJSON
	w.do("rui-sme", "GET", "/issues/1", nil, &one)
	w.do("rui-sme", "POST", "/issues/2/sub_issues", map[string]int64{"sub_issue_id": one.ID}, nil)
	w.do("tom-ds", "PATCH", "/issues/1", map[string]string{"body": "Text", "state": "closed"}, nil)
	s := w.snapshot()
	i := s.Issue
	if i.ID != one.ID || i.Repository == 0 || i.Parent != 2 || !i.Closed || i.ClosedAt.IsZero() || i.BodyEdited.IsZero() || i.Editor.Login != "tom-ds" || i.EditedOwn || i.Own {
		t.Errorf("%+v", i)
	}
	if err := w.try(engine.EditIssue{Issue: 1, From: "Text", Body: "Ours"}); err != nil {
		t.Fatal(err)
	}
	w.do("tom-ds", "PATCH", "/issues/1", map[string]string{"state": "open"}, nil)
	if i := w.snapshot().Issue; !i.EditedOwn || i.Own || i.Editor.Login != "phasegate[bot]" || !i.ClosedAt.IsZero() {
		t.Errorf("edited by us: %+v", i)
	}
	if err := w.try(engine.OpenIssue{Title: "Ours", Body: "x", Labels: []string{"kind:meeting"}}); err != nil {
		t.Fatal(err)
	}
	w.key.Number = 4
	if i := w.snapshot().Issue; !i.Own || i.EditedOwn || i.Parent != 0 {
		t.Errorf("opened by us: %+v", i)
	}
}

// A parent in another repository is none.
func TestParentElsewhere(t *testing.T) {
	w := newWorld(t, teamConfig)
	var one, far issueJSON
	w.do("rui-sme", "GET", "/issues/1", nil, &one)
	elsewhere := *w
	elsewhere.key.Repo = "blank"
	elsewhere.do("helena-bs", "POST", "/issues", map[string]string{"title": "Far"}, &far)
	elsewhere.do("helena-bs", "POST", fmt.Sprintf("/issues/%d/sub_issues", far.Number), map[string]int64{"sub_issue_id": one.ID}, nil)
	if i := w.snapshot().Issue; i.Parent != 0 {
		t.Errorf("parent #%d", i.Parent)
	}
}

func known[T any](t *testing.T, f facts.Fact[T]) T {
	t.Helper()
	v, ok := f.Get()
	if !ok {
		t.Fatalf("unknown: %s", f.Why())
	}
	return v
}

// since are the pull requests merged since the deliverable was opened.
func since(t *testing.T, s engine.Snapshot) []facts.MergedPull {
	t.Helper()
	return slices.DeleteFunc(known(t, s.Merged), func(p facts.MergedPull) bool { return p.Merged.Before(s.Issue.Created) })
}

func TestMerged(t *testing.T) {
	w := newWorld(t, teamConfig)
	w.merge("code", "serving/app.py", "Deliverable: #2\nExperiment: #9")
	w.tick(time.Minute)
	w.merge("7-x", "README2.md", "Experimento: #8")
	pulls := known(t, w.snapshot().Merged)
	if len(pulls) != 2 || !slices.Equal(pulls[0].Hints, []int{7}) || pulls[0].Experiment != 8 || !slices.Equal(pulls[1].Lines, []int{2}) || pulls[1].Experiment != 9 ||
		len(pulls[1].Files) != 1 || pulls[1].Files[0].Path != "serving/app.py" || pulls[1].Commit == "" || pulls[1].Author.Login != "sara-ds" {
		t.Errorf("%+v", pulls)
	}
	w.tick(time.Minute)
	var late issueJSON
	w.do("rui-sme", "POST", "/issues", map[string]any{"title": "Late", "labels": []string{"kind:deliverable"}}, &late)
	w.key.Number = late.Number
	if s := w.snapshot(); len(known(t, s.Merged)) != 2 || len(since(t, s)) != 0 {
		t.Errorf("merged before it was opened: %+v", s.Merged)
	}
	w.key.Number = 3
	if s := w.snapshot(); s.Merged.Why() == "" || s.Reports.Why() == "" || s.Deployments.Why() == "" {
		t.Error("read for an issue of no kind")
	}
}

// What a look costs: one request when nothing happened, one more after a merge, whatever was merged before.
func TestEvidenceCost(t *testing.T) {
	w := newWorld(t, teamConfig)
	for i := range 3 {
		w.merge(fmt.Sprint("b", i), fmt.Sprintf("src/%d.py", i), "")
	}
	look := func(want int) engine.Snapshot {
		t.Helper()
		w.wire.sent("")
		s := w.snapshot()
		if n := w.wire.sent("graphql"); n != want {
			t.Errorf("%d requests, want %d", n, want)
		}
		return s
	}
	w.snapshot()
	w.tick(time.Hour)
	look(1)
	w.merge("b9", "src/9.py", "Deliverable: #1")
	w.hub.Forget([]gh.Stale{{What: gh.StaleEvidence, Owner: "acme", Repo: "churn"}})
	if s := look(2); len(known(t, s.Merged)) != 4 {
		t.Errorf("%d merged, want 4", len(known(t, s.Merged)))
	}
	look(1)
	w.do("sara-ds", "PATCH", "/pulls/4", map[string]string{"body": "Deliverable: #2"}, nil)
	w.hub.Forget([]gh.Stale{{What: gh.StaleEvidence, Owner: "acme", Repo: "churn"}})
	i := slices.IndexFunc(known(t, look(2).Merged), func(p facts.MergedPull) bool { return p.Number == 4 && slices.Equal(p.Lines, []int{2}) })
	if i < 0 {
		t.Error("a merged pull request that names another deliverable now still names the old one")
	}
	w.key.Number = 2 // opened at the same time: provided for already
	look(1)
}

// A deliverable that is older than the one that was looked at first asks for nothing more.
func TestOneReadingIsForAll(t *testing.T) {
	w := newWorld(t, teamConfig)
	w.tick(time.Hour)
	w.merge("a", "src/a.py", "")
	w.tick(time.Hour)
	late := w.issue("Late", "", false, "kind:deliverable")
	w.key.Number = late
	if n := len(since(t, w.snapshot())); n != 0 {
		t.Errorf("%d merged since it was opened", n)
	}
	w.wire.sent("")
	w.key.Number = 1
	if n := len(known(t, w.snapshot().Merged)); n != 1 {
		t.Errorf("%d merged, want 1", n)
	}
	if n := w.wire.sent("graphql"); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

// Of what was merged before the oldest open deliverable was opened one page is read, and one of each one's files.
func TestWhatIsOldCostsLittle(t *testing.T) {
	w := newWorld(t, teamConfig)
	w.wire.send = func(body string) string {
		return strings.NewReplacer("pullRequests(first: 50", "pullRequests(first: 2", "files(first: 100", "files(first: 1").Replace(body)
	}
	for i := range 3 {
		w.merge(fmt.Sprint("b", i), fmt.Sprintf("src/%d.py src/%d.sql", i, i), "")
		w.tick(time.Minute)
	}
	for _, n := range []int{1, 2} {
		w.do("rui-sme", "PATCH", fmt.Sprint("/issues/", n), map[string]string{"state": "closed"}, nil)
	}
	w.tick(time.Hour)
	w.key.Number = 3 // of no kind
	w.snapshot()
	w.key.Number = w.issue("Late", "", false, "kind:deliverable")
	w.wire.sent("")
	s := w.snapshot()
	if pulls := known(t, s.Merged); len(pulls) != 2 || len(pulls[0].Files) != 1 {
		t.Errorf("%+v", pulls)
	}
	if n := w.wire.sent("graphql"); n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
	if at := s.Finished[1]; at.IsZero() || len(s.Finished) != 2 {
		t.Errorf("closed deliverables: %v", s.Finished)
	}
	w.merge("b9", "src/9.py src/9.sql", "")
	w.hub.Forget([]gh.Stale{{What: gh.StaleEvidence, Owner: "acme", Repo: "churn"}})
	if pulls := known(t, w.snapshot().Merged); len(pulls) != 3 || len(pulls[0].Files) != 2 {
		t.Errorf("with one that is merged now: %+v", pulls)
	}
}

// More pull requests than are read leave those of an old deliverable unknown, not those of a new one.
func TestTooManyMerged(t *testing.T) {
	w := newWorld(t, teamConfig)
	w.tick(time.Hour)
	for i := range 42 {
		w.merge(fmt.Sprint("b", i), fmt.Sprintf("src/%d.py", i), "")
		w.tick(time.Minute)
		if i == 20 {
			w.do("rui-sme", "POST", "/issues", map[string]any{"title": "Late", "labels": []string{"kind:deliverable"}}, nil)
		}
	}
	w.wire.send = singly
	if _, ok := w.snapshot().Merged.Get(); ok {
		t.Error("what was not read counts as not there")
	}
	w.key.Number = 25 // after 21 pull requests and three issues
	if n := len(since(t, w.snapshot())); n != 21 {
		t.Errorf("%d merged since it was opened, want 21", n)
	}
	w.wire.sent("")
	w.key.Number = 1
	w.snapshot()
	if n := w.wire.sent("graphql"); n != 1 {
		t.Errorf("%d requests to find out again that there are too many", n)
	}
}

func TestReports(t *testing.T) {
	w := newWorld(t, teamConfig)
	first := w.head("main")
	w.merge("code", "src/a.py", "Deliverable: #1")
	second := w.head("main")
	w.check(false, gh.ReportCheckName, first, "neutral", reportText(1, first, 0.5))
	w.tick(time.Minute)
	w.check(true, gh.ReportCheckName, second, "neutral", reportText(1, second, 0.6))
	w.tick(time.Minute)
	w.check(true, gh.ReportCheckName, second, "neutral", "nothing measured")
	w.tick(time.Minute)
	w.check(false, gh.ReportCheckName, second, "neutral", reportText(1, first, 0.7))
	w.check(false, "another", second, "neutral", reportText(1, second, 0.8))
	reports := known(t, w.snapshot().Reports)
	if len(reports) != 4 || reports[0].Fault == "" || reports[1].Fault == "" || reports[2].Fault != "" || reports[2].Commit != second ||
		reports[2].Body.Values[0].Value != 0.6 || reports[3].Commit != first || reports[3].ID == 0 || reports[3].At.IsZero() || !reports[2].At.After(reports[3].At) {
		t.Errorf("%+v", reports)
	}
	// A report on an older commit is found by what the event names, with one request.
	w.tick(time.Minute)
	w.check(false, gh.ReportCheckName, first, "neutral", reportText(1, first, 0.9))
	w.hub.Forget([]gh.Stale{{What: gh.StaleEvidence, Owner: "acme", Repo: "churn", Commit: first}})
	w.wire.send = singly
	w.wire.sent("")
	reports = known(t, w.snapshot().Reports)
	if len(reports) != 5 || reports[0].Body.Values[0].Value != 0.9 {
		t.Errorf("after one more: %+v", reports)
	}
	if n := w.wire.sent("history(first: 50"); n != 1 {
		t.Errorf("%d requests for the history", n)
	}
}

// Many reports on one commit are read with further pages.
func TestManyReports(t *testing.T) {
	w := newWorld(t, teamConfig)
	w.wire.send = func(body string) string { return strings.ReplaceAll(body, "checkRuns(first: 50", "checkRuns(first: 1") }
	head := w.head("main")
	for range 3 {
		w.check(false, gh.ReportCheckName, head, "neutral", reportText(1, head, 0.5))
	}
	if reports := known(t, w.snapshot().Reports); len(reports) != 3 || reports[0].ID == 0 || reports[0].Fault != "" {
		t.Errorf("%+v", reports)
	}
}

func (w *world) deploy(ref string, payload any, states ...string) {
	w.t.Helper()
	var d struct{ ID int64 }
	w.do("helena-bs", "POST", "/deployments", map[string]any{"ref": ref, "auto_merge": false, "required_contexts": []string{}, "payload": payload}, &d)
	for _, state := range states {
		w.tick(time.Minute)
		w.do("helena-bs", "POST", fmt.Sprintf("/deployments/%d/statuses", d.ID), map[string]string{"state": state}, nil)
	}
}

func TestDeployments(t *testing.T) {
	w := newWorld(t, teamConfig)
	base := w.head("main")
	w.do("sara-ds", "POST", "/git/refs", map[string]string{"ref": "refs/heads/release", "sha": base}, nil)
	w.put("deploy/x.yml", "x", "", "release")
	release := w.head("release")
	w.check(false, gh.ReportCheckName, release, "neutral", reportText(1, release, 0.5))
	w.deploy("main", map[string]int{"deliverable": 3}, "in_progress", "success", "inactive", "success")
	w.deploy("release", `{"deliverable": 1}`)
	w.deploy("main", "v1.2", "failure")
	s := w.snapshot()
	list := known(t, s.Deployments)
	if len(list) != 3 || list[2].Deliverable != 3 || list[1].Deliverable != 1 || list[0].Deliverable != 0 {
		t.Fatalf("%+v", list)
	}
	if d := list[2]; d.Commit != base || d.Ref != "main" || d.Environment != "production" || d.By.Login != "helena-bs" || d.Succeeded.Sub(d.Created) != 2*time.Minute || d.ID == 0 || d.URL == "" {
		t.Errorf("%+v", d)
	}
	if !list[0].Succeeded.IsZero() || list[1].Ref != "release" {
		t.Errorf("%+v", list)
	}
	if reports := known(t, s.Reports); len(reports) != 1 || reports[0].Commit != release {
		t.Errorf("a report on a deployed commit: %+v", reports)
	}
}

// What the App may not read is unknown; the rest is read, and no more is asked for it each time.
func TestEvidenceRefused(t *testing.T) {
	refuse := func(field, path string) func(*http.Request, string) *http.Response {
		return func(r *http.Request, body string) *http.Response {
			if !strings.Contains(body, field) {
				return nil
			}
			return respond(r, 200, `{"data":{"repository":null},"errors":[{"type":"FORBIDDEN","path":`+path+`,"message":"no"}]}`)
		}
	}
	w := newWorld(t, teamConfig)
	w.wire.answer = refuse("deployments(first", `["repository","deployments"]`)
	s := w.snapshot()
	known(t, s.Merged)
	known(t, s.Reports)
	if s.Deployments.Why() == "" {
		t.Error("deployments that may not be read count as none")
	}
	w.merge("code", "src/a.py", "")
	w.wire.sent("")
	if s = w.snapshot(); len(known(t, s.Merged)) != 1 || s.Deployments.Why() == "" {
		t.Errorf("%+v", s.Merged)
	}
	if n := w.wire.sent("graphql"); n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
	w = newWorld(t, teamConfig)
	w.wire.answer = refuse("history(first", `["repository","defaultBranchRef","target","history","nodes",0,"checkSuites"]`)
	if s = w.snapshot(); s.Reports.Why() == "" {
		t.Error("reports that may not be read count as none")
	}
	known(t, s.Merged)
	known(t, s.Deployments)
}

// A history that was written anew is read anew.
func TestForcePush(t *testing.T) {
	w := newWorld(t, teamConfig)
	base := w.head("main")
	w.put("a.txt", "x", "", "main")
	gone := w.head("main")
	w.check(false, gh.ReportCheckName, gone, "neutral", reportText(1, gone, 0.5))
	if n := len(known(t, w.snapshot().Reports)); n != 1 {
		t.Fatalf("%d reports", n)
	}
	w.do("helena-bs", "PATCH", "/git/refs/heads/main", map[string]any{"sha": base, "force": true}, nil)
	if reports := known(t, w.snapshot().Reports); len(reports) != 0 {
		t.Errorf("a report on a commit that is no longer on the branch: %+v", reports)
	}
}

func TestFillCompare(t *testing.T) {
	w := newWorld(t, teamConfig)
	base := w.head("main")
	w.merge("code", "src/a.py", "")
	head := w.head("main")
	s := w.snapshot()
	missing := strings.Repeat("0", 40)
	spans := []facts.Span{{Base: base, Head: head}, {Base: head, Head: base}, {Base: base, Head: base}, {Base: missing, Head: head}, {Base: "", Head: head}}
	fill := func() {
		t.Helper()
		if err := w.hub.Fill(t.Context(), &s, engine.Lack{Compare: spans}); err != nil {
			t.Fatal(err)
		}
	}
	fill()
	ahead, behind, same := known(t, s.Compared[spans[0]]), known(t, s.Compared[spans[1]]), known(t, s.Compared[spans[2]])
	if !ahead.Contains || !ahead.Complete || !slices.Equal(ahead.Files, []string{"src/a.py"}) || behind.Contains || !same.Contains || len(same.Files) != 0 {
		t.Errorf("ahead %+v, behind %+v, same %+v", ahead, behind, same)
	}
	for _, span := range spans[3:] {
		if s.Compared[span].Why() == "" {
			t.Errorf("%v is known", span)
		}
	}
	if len(s.Asked.Compare) != len(spans) {
		t.Error("it is not noted what was asked")
	}
	w.wire.sent("")
	fill()
	if n := w.wire.sent("/compare/"); n != 1 {
		t.Errorf("%d comparisons were asked for again, want that with the missing commit", n)
	}
	common, err := w.hub.Common(t.Context(), w.key)
	if err != nil || len(common.Compared) != 3 || !known(t, common.Compared[spans[0]]).Contains {
		t.Errorf("a look at all knows %v: %v", common.Compared, err)
	}
}

func TestFillChecks(t *testing.T) {
	w := newWorld(t, teamConfig)
	head, missing := w.head("main"), strings.Repeat("0", 40)
	w.check(true, "tests", head, "failure", "")
	w.tick(time.Minute)
	w.check(true, "tests", head, "success", "")
	w.check(true, "lint", head, "skipped", "")
	w.check(false, "slow", head, "timed_out", "")
	for name, send := range map[string]func(string) string{"at once": nil, "pages of one": func(body string) string {
		return strings.ReplaceAll(body, "contexts(first: 100", "contexts(first: 1")
	}} {
		w.wire.send = send
		s := w.snapshot()
		if err := w.hub.Fill(t.Context(), &s, engine.Lack{Checks: []string{head, missing}}); err != nil {
			t.Fatal(err)
		}
		got := map[string]facts.CheckState{}
		for _, c := range known(t, s.Checks[head]) {
			got[c.Name] = c
		}
		if len(got) != 3 || !got["tests"].Green || !got["lint"].Green || got["slow"].Green || got["slow"].State != "timed_out" {
			t.Errorf("%s: %+v", name, got)
		}
		if s.Checks[missing].Why() == "" || !slices.Equal(s.Asked.Checks, []string{head, missing}) {
			t.Errorf("%s: a commit that is not there: %+v, asked %v", name, s.Checks[missing], s.Asked.Checks)
		}
	}
}

// A commit status counts like a check, and one that may not be read leaves the commit unknown.
func TestFillStatuses(t *testing.T) {
	w := newWorld(t, teamConfig)
	head := w.head("main")
	w.do("sara-ds", "POST", "/statuses/"+head, map[string]string{"state": "pending", "context": "jenkins"}, nil)
	s := w.snapshot()
	if err := w.hub.Fill(t.Context(), &s, engine.Lack{Checks: []string{head}}); err != nil {
		t.Fatal(err)
	}
	if c := known(t, s.Checks[head]); len(c) != 1 || c[0].Green || c[0].State != "pending" || c[0].Name != "jenkins" {
		t.Errorf("%+v", c)
	}
	w.wire.answer = func(r *http.Request, body string) *http.Response {
		if !strings.Contains(body, "statusCheckRollup") {
			return nil
		}
		return respond(r, 200, `{"data":{"repository":{"c0":{"statusCheckRollup":{"contexts":{"pageInfo":{},"nodes":[null]}}}}},"errors":[{"type":"FORBIDDEN","path":["repository","c0","statusCheckRollup","contexts","nodes",0],"message":"no"}]}`)
	}
	if err := w.hub.Fill(t.Context(), &s, engine.Lack{Checks: []string{head}}); err != nil || s.Checks[head].Why() == "" {
		t.Errorf("%v, %+v", err, s.Checks[head])
	}
}

func TestFillMeetings(t *testing.T) {
	w := newWorld(t, teamConfig)
	for i := range 6 {
		w.tick(time.Minute)
		w.do("rui-sme", "POST", "/issues", map[string]any{"title": fmt.Sprint("Review ", i), "labels": []string{"kind:meeting"}}, nil)
	}
	w.do("rui-sme", "PATCH", "/issues/9", map[string]string{"state": "closed"}, nil)
	w.do("rui-sme", "POST", "/issues/9/comments", map[string]string{"body": "/reviewed #1"}, nil)
	w.do("rui-sme", "POST", "/issues/9/comments", map[string]string{"body": "thanks"}, nil)
	w.wire.send = singly
	s := w.snapshot()
	if err := w.hub.Fill(t.Context(), &s, engine.Lack{Meetings: true}); err != nil {
		t.Fatal(err)
	}
	m := known(t, s.Meetings)
	if len(m) != 5 || m[0].Issue.Number != 9 || !m[0].Issue.Closed || len(m[0].Comments) != 2 || m[4].Issue.Number != 5 || !s.Asked.Meetings {
		t.Errorf("%d meetings: %+v", len(m), m)
	}
}

func TestOpenPulls(t *testing.T) {
	w := newWorld(t, teamConfig)
	open := func(branch, body string) int {
		w.do("sara-ds", "POST", "/git/refs", map[string]string{"ref": "refs/heads/" + branch, "sha": w.head("main")}, nil)
		w.put(branch+".txt", "x", "", branch)
		var p struct{ Number int }
		w.do("sara-ds", "POST", "/pulls", map[string]string{"title": branch, "head": branch, "base": "main", "body": body}, &p)
		return p.Number
	}
	w.merge("merged", "m.txt", "Deliverable: #1")
	ours, none, other := open("a", "Deliverable: #1"), open("b", ""), open("c", "Deliverable: #2")
	for name, send := range map[string]func(string) string{"at once": nil, "pages of one": func(body string) string {
		return strings.ReplaceAll(body, "pullRequests(first: 100", "pullRequests(first: 1")
	}} {
		w.wire.send = send
		got, err := w.hub.OpenPulls(t.Context(), w.key, []int{1})
		if err != nil || !slices.Equal(got, []int{ours, none}) {
			t.Errorf("%s: %v %v, not #%d", name, got, err, other)
		}
	}
}
