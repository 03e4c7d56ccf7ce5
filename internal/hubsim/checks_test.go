package hubsim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-github/v62/github"
)

// botDo sends a plain request with an installation token.
func (h *hub) botDo(c *github.Client, method, path, body string) answer {
	h.t.Helper()
	var payload any
	if body != "" {
		payload = json.RawMessage(body)
	}
	req, err := c.NewRequest(method, strings.TrimPrefix(path, "/"), payload)
	if err != nil {
		h.t.Fatal(err)
	}
	resp, err := c.BareDo(h.t.Context(), req)
	if resp == nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	var raw json.RawMessage
	_ = json.NewDecoder(resp.Body).Decode(&raw) // a failure shows in what is compared; errors were read by BareDo
	return answer{status: resp.StatusCode, header: resp.Header, body: raw}
}

func TestCheckRunStates(t *testing.T) {
	h := newHub(t, withFiles)
	bot, sha := h.bot(nil), h.head("main")
	h.take()
	create := func(more string, want int) answer {
		t.Helper()
		return h.botDo(bot, "POST", base+"/check-runs", fmt.Sprintf(`{"name":"gate","head_sha":%q%s}`, sha, more)).must(t, want)
	}
	run := create("", 201)
	path := fmt.Sprintf("%s/check-runs/%.0f", base, run.field("id"))
	if run.field("status") != "queued" || run.field("conclusion") != nil || run.field("started_at") == nil || run.field("completed_at") != nil {
		t.Errorf("new: %s", run.body)
	}
	for _, step := range []struct{ body, status, conclusion, webhooks string }{
		{`{"status":"in_progress"}`, "in_progress", "<nil>", ""},
		{`{"status":"in_progress","conclusion":"failure"}`, "completed", "failure", "check_run.completed check_suite.completed"},
		{`{"conclusion":"success"}`, "completed", "success", ""},
		{`{"name":"gate 2"}`, "completed", "success", ""},
		{`{"status":"in_progress"}`, "completed", "success", ""},
		{`{"status":"completed","conclusion":"neutral","completed_at":"2026-01-06T14:00:00Z"}`, "completed", "neutral", ""},
	} {
		h.take()
		a := h.botDo(bot, "PATCH", path, step.body).must(t, 200)
		if a.field("status") != step.status || fmt.Sprint(a.field("conclusion")) != step.conclusion || (a.field("completed_at") != nil) != (step.status == "completed") {
			t.Errorf("%s: %s", step.body, a.body)
		}
		if got := namesOf(h.take()); got != step.webhooks {
			t.Errorf("%s: webhooks %q, want %q", step.body, got, step.webhooks)
		}
	}
	for _, more := range []string{
		`,"status":"completed"`, `,"completed_at":"2026-01-06T14:00:00Z"`, `,"conclusion":"stale"`, `,"conclusion":"fine"`, `,"status":"waiting"`,
		`,"started_at":"yesterday"`, `,"details_url":"javascript:alert(1)"`, `,"output":{"summary":"s"}`, `,"output":{"title":"t"}`, `,"name":" "`,
	} {
		create(more, 422)
	}
	h.botDo(bot, "POST", base+"/check-runs", `{"name":"gate","head_sha":"main"}`).must(t, 422)
	h.botDo(bot, "POST", base+"/check-runs", fmt.Sprintf(`{"head_sha":%q}`, sha)).must(t, 422)
	if got := namesOf(h.take()); got != "" {
		t.Errorf("what was refused sent %s", got)
	}
}

func TestCheckRunOutputLimits(t *testing.T) {
	h := newHub(t, withFiles)
	bot, sha := h.bot(nil), h.head("main")
	output := func(summary string, annotations int, annotation string) string {
		list := strings.TrimSuffix(strings.Repeat(annotation+",", annotations), ",")
		return fmt.Sprintf(`{"name":"gate","head_sha":%q,"output":{"title":"t","summary":%q,"annotations":[%s]}}`, sha, summary, list)
	}
	note := `{"path":"a b.py","start_line":1,"end_line":2,"annotation_level":"warning","message":"m"}`
	post := func(body string, want int) answer {
		return h.botDo(bot, "POST", base+"/check-runs", body).must(t, want)
	}
	post(output(strings.Repeat("é", 65536), 0, ""), 422)
	post(output("s", 51, note), 422)
	for _, bad := range []string{
		`null`, `{"path":"a","start_line":1,"end_line":1,"annotation_level":"error","message":"m"}`, strings.Replace(note, `"message":"m"`, `"message":""`, 1),
		strings.Replace(note, `"start_line":1`, `"start_line":0`, 1), strings.Replace(note, `"end_line":2`, `"end_line":2,"start_column":1`, 1),
	} {
		post(output("s", 1, bad), 422)
	}
	run := post(output(strings.Repeat("é", 65535), 50, note), 201)
	path := fmt.Sprintf("%s/check-runs/%.0f", base, run.field("id"))
	// Annotations add up over the requests; the text stays when it is not named.
	again := h.botDo(bot, "PATCH", path, `{"output":{"summary":"new","annotations":[`+note+`]}}`).must(t, 200)
	if again.field("output", "annotations_count") != 51.0 || again.field("output", "title") != "t" || again.field("output", "summary") != "new" {
		t.Errorf("output %v", again.field("output"))
	}
	page := h.do("rui-sme", "GET", path+"/annotations?per_page=50&page=2", "").must(t, 200)
	var notes []struct {
		Path string
		Href string `json:"blob_href"`
	}
	if err := json.Unmarshal(page.body, &notes); err != nil || len(notes) != 1 || !strings.HasSuffix(notes[0].Href, sha+"/a%20b.py") {
		t.Errorf("page 2 of the annotations: %s", page.body)
	}
	post(fmt.Sprintf(`{"name":"x","head_sha":%q,"actions":[{"label":"a label that is too long","description":"d","identifier":"i"}]}`, sha), 422)
}

func TestOnlyTheAppThatMadeACheckChangesIt(t *testing.T) {
	h := newHub(t, withFiles)
	bot, sha := h.bot(nil), h.head("main")
	body := fmt.Sprintf(`{"name":"gate","head_sha":%q,"conclusion":"success"}`, sha)
	run := h.botDo(bot, "POST", base+"/check-runs", body).must(t, 201)
	path := fmt.Sprintf("%s/check-runs/%.0f", base, run.field("id"))
	if a := h.do("", "POST", base+"/check-runs", body, mina...).must(t, 403); a.field("message") != "You must authenticate via a GitHub App." {
		t.Errorf("an administrator made a check: %s", a.body)
	}
	value, err := h.s.ActionsToken("acme-telco/churn", map[string]string{"checks": "write"})
	if err != nil {
		t.Fatal(err)
	}
	job := h.client(&http.Client{}).WithAuthToken(value)
	if a := h.botDo(job, "PATCH", path, `{"conclusion":"failure"}`); a.status != 403 {
		t.Errorf("another App changed the check: %d", a.status)
	}
	h.botDo(job, "POST", base+"/check-runs", body).must(t, 201)
	h.botDo(bot, "POST", base+"/check-runs", body).must(t, 201)
	reader := h.bot(&github.InstallationTokenOptions{Permissions: &github.InstallationPermissions{Checks: github.String("read")}})
	if a := h.botDo(reader, "POST", base+"/check-runs", body); a.status != 403 {
		t.Errorf("checks: read made a check: %d", a.status)
	}
	for query, want := range map[string]float64{
		"": 2, "?filter=latest": 2, "?filter=all": 3, "?app_id=4711": 1, "?app_id=4711&filter=all": 2, "?app_id=15368": 1, "?check_name=gate": 2,
		"?check_name=other": 0, "?status=queued": 0,
	} {
		if got := h.do("rui-sme", "GET", base+"/commits/main/check-runs"+query, "").must(t, 200).field("total_count"); got != want {
			t.Errorf("%s: %v runs, want %v", query, got, want)
		}
	}
	h.do("rui-sme", "GET", base+"/commits/main/check-runs?filter=some", "").must(t, 422)
	suites := h.do("rui-sme", "GET", base+"/commits/main/check-suites?app_id=4711", "").must(t, 200)
	if suites.field("total_count") != 1.0 || !strings.Contains(string(suites.body), `"latest_check_runs_count":1`) || !strings.Contains(string(suites.body), `"head_branch":"main"`) {
		t.Errorf("suites %s", suites.body)
	}
}

func TestPushAsksForChecks(t *testing.T) {
	h := newHub(t, withFiles)
	number, head := h.pull("sara-ds", "topic", "a.txt")
	calls := h.take()
	// Two pushes: the new branch, whose commit nobody was asked to check so far, and the file.
	if got, want := namesOf(calls), "check_suite.requested check_suite.requested"; got != want {
		t.Fatalf("webhooks %s, want %s", got, want)
	}
	last := calls[len(calls)-1]
	if last.at("check_suite", "head_sha") != head || last.at("check_suite", "head_branch") != "topic" || last.at("check_suite", "status") != "queued" {
		t.Errorf("suite %v", last.payload["check_suite"])
	}
	bot := h.bot(nil)
	run := h.botDo(bot, "POST", base+"/check-runs", fmt.Sprintf(`{"name":"gate","head_sha":%q,"conclusion":"failure"}`, head)).must(t, 201)
	path := fmt.Sprintf("%s/check-runs/%.0f", base, run.field("id"))
	if got := fmt.Sprint(run.field("pull_requests")); !strings.Contains(got, fmt.Sprintf("number:%d ", number)) || run.field("check_suite", "id") != last.at("check_suite", "id") {
		t.Errorf("the run is of %s, suite %v", got, run.field("check_suite", "id"))
	}
	h.take()
	h.do("sara-ds", "POST", path+"/rerequest", "").must(t, 201)
	calls = h.take()
	if namesOf(calls) != "check_run.rerequested" || calls[0].at("check_run", "conclusion") != "failure" || calls[0].at("check_run", "check_suite", "status") != "queued" {
		t.Errorf("rerequested: %s %v", namesOf(calls), calls)
	}
	suite := fmt.Sprintf("%s/check-suites/%.0f", base, run.field("check_suite", "id"))
	h.do("sara-ds", "POST", suite+"/rerequest", "").must(t, 201)
	if got := namesOf(h.take()); got != "check_suite.rerequested" {
		t.Errorf("suite rerequested: %s", got)
	}
	h.do("rui-sme", "POST", suite+"/rerequest", "").must(t, 403)
	h.botDo(bot, "PATCH", path, `{"conclusion":"success"}`).must(t, 200)
	if a := h.do("rui-sme", "GET", suite, "").must(t, 200); a.field("status") != "completed" || a.field("conclusion") != "success" {
		t.Errorf("suite %s", a.body)
	}
	if got := namesOf(h.take()); got != "check_suite.completed" {
		t.Errorf("the suite that was asked for again: %s", got)
	}
	h.do("", "PATCH", base+"/check-suites/preferences", `{"auto_trigger_checks":[{"app_id":4711,"setting":false}]}`, mina...).must(t, 200)
	h.write("sara-ds", "topic", "b.txt", "x")
	if got := namesOf(h.take()); got != "" {
		t.Errorf("after it was switched off: %s", got)
	}
}

func TestChecksDecideOverAMerge(t *testing.T) {
	h := newHub(t, withFiles)
	_, _, err := h.as("mina-mle").Repositories.UpdateBranchProtection(t.Context(), "acme-telco", "churn", "main", &github.ProtectionRequest{
		RequiredStatusChecks: &github.RequiredStatusChecks{Checks: &[]*github.RequiredStatusCheck{{Context: "gate", AppID: github.Int64(4711)}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	number, head := h.pull("sara-ds", "topic", "a.txt")
	merge := fmt.Sprintf("%s/pulls/%d/merge", base, number)
	h.do("sara-ds", "PUT", merge, "").must(t, 405)
	value, err := h.s.ActionsToken("acme-telco/churn", map[string]string{"checks": "write"})
	if err != nil {
		t.Fatal(err)
	}
	good := fmt.Sprintf(`{"name":"gate","head_sha":%q,"conclusion":"success"}`, head)
	h.botDo(h.client(&http.Client{}).WithAuthToken(value), "POST", base+"/check-runs", good).must(t, 201)
	h.do("sara-ds", "PUT", merge, "").must(t, 405) // of the same name, by another App
	bot := h.bot(nil)
	h.botDo(bot, "POST", base+"/check-runs", strings.Replace(good, "success", "failure", 1)).must(t, 201)
	h.do("sara-ds", "PUT", merge, "").must(t, 405)
	h.botDo(bot, "POST", base+"/check-runs", good).must(t, 201)
	h.do("sara-ds", "PUT", merge, "").must(t, 200)
}

// A run that stays unfinished for more than two weeks becomes stale, and no App is told.
func TestUnfinishedChecksBecomeStale(t *testing.T) {
	h := newHub(t, withFiles)
	bot, sha := h.bot(nil), h.head("main")
	post := func(more string) string {
		a := h.botDo(bot, "POST", base+"/check-runs", fmt.Sprintf(`{"name":"gate","head_sha":%q%s}`, sha, more)).must(t, 201)
		return fmt.Sprintf("%s/check-runs/%.0f", base, a.field("id"))
	}
	waits, done := post(`,"status":"in_progress"`), post(`,"conclusion":"failure"`)
	h.take()
	for _, c := range []struct {
		days                    int
		conclusion, conclusion2 string
	}{{13, "<nil>", "failure"}, {2, "stale", "failure"}} {
		if err := h.s.SetClock(t.Context(), h.s.Now().AddDate(0, 0, c.days)); err != nil {
			t.Fatal(err)
		}
		for path, want := range map[string]string{waits: c.conclusion, done: c.conclusion2} {
			if a := h.do("rui-sme", "GET", path, "").must(t, 200); fmt.Sprint(a.field("conclusion")) != want {
				t.Errorf("after %d more days: %s, want %s", c.days, a.body, want)
			}
		}
	}
	if got := namesOf(h.take()); got != "" {
		t.Errorf("somebody was told: %s", got)
	}
}
