package hubsim_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// get reads a page.
func (h *hub) get(path string, want int) string {
	h.t.Helper()
	return h.getAs("", path, want)
}

// getAs reads a page as a persona; "" is who a new browser acts as.
func (h *hub) getAs(login, path string, want int) string {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, h.l.WebURL+path, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	if login != "" {
		req.AddCookie(&http.Cookie{Name: "sim_persona_" + req.URL.Port(), Value: login})
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != want {
		h.t.Fatalf("GET %s: %d (%v), want %d: %.300s", path, resp.StatusCode, err, want, b)
	}
	return string(b)
}

func TestPagesShowTheState(t *testing.T) {
	h := newHub(t, nil)
	h.do("sara-ds", "POST", base+"/issues", `{"title":"Churn & co","body":"first","labels":["bug"]}`).must(t, 201)
	h.do("sara-ds", "POST", base+"/issues", `{"title":"Part","body":"of #1"}`).must(t, 201)
	h.do("rui-sme", "POST", base+"/issues/1/comments", `{"body":"**bold** <script>x</script> <!-- hidden -->"}`).must(t, 201)
	h.do("sara-ds", "PATCH", base+"/issues/1", `{"body":"second"}`).must(t, 200)
	h.idle()
	for path, want := range map[string]string{
		"/":                                "acme-telco",
		"/acme-telco/churn/issues":         "Churn &amp; co",
		"/acme-telco/churn/issues/1":       "<strong>bold</strong>",
		"/acme-telco/churn/labels":         "kind:problem",
		"/acme-telco/churn/log":            "issue_comment.created",
		"/acme-telco":                      "mina-mle",
		"/rui-sme":                         "read",
		"/apps/phasegate":                  "issues: write",
		"/orgs/acme-telco/teams/data":      "sara-ds",
		"/acme-telco/churn/issues?q=label": "",
	} {
		if body := h.get(path, 200); !strings.Contains(body, want) {
			t.Errorf("%s does not show %q", path, want)
		}
	}
	issue := h.get("/acme-telco/churn/issues/1", 200)
	for _, bad := range []string{"<script>x", "hidden -->"} {
		if strings.Contains(issue, bad) {
			t.Errorf("the issue's page has %q", bad)
		}
	}
	if !strings.Contains(issue, "second") || !strings.Contains(issue, "Part") {
		t.Error("the issue's page lacks its text or what refers to it")
	}
	link := regexp.MustCompile(`/acme-telco/churn/log/\d+`).FindString(h.get("/acme-telco/churn/log", 200))
	if body := h.get(link, 200); !strings.Contains(body, "X-GitHub-Delivery") && !strings.Contains(body, "X-Github-Delivery") {
		t.Errorf("%s does not show the delivery", link)
	}
	h.get("/acme-telco/churn/issues/99", 404)
	h.get("/acme-telco/none", 404)
	if n := len(h.s.Requests()); n == 0 {
		t.Error("no requests counted")
	}
	for _, c := range h.s.Requests() {
		if c.Actor == "anonymous" {
			t.Errorf("a page was counted as a request: %+v", c)
		}
	}
}

func TestPagesShowChecks(t *testing.T) {
	h := newHub(t, withFiles)
	number, head := h.pull("sara-ds", "topic", "eda.md")
	run := h.botDo(h.bot(nil), "POST", base+"/check-runs", fmt.Sprintf(`{"name":"phasegate/roles","head_sha":%q,"conclusion":"failure",
		"output":{"title":"Two approvals are missing","summary":"Waiting for **SME**","annotations":[{"path":"eda.md","start_line":1,"end_line":1,"annotation_level":"warning","message":"too early"}]}}`, head)).must(t, 201)
	page := fmt.Sprintf("/acme-telco/churn/runs/%.0f", run.field("id"))
	if pull := h.get(fmt.Sprintf("/acme-telco/churn/pull/%d", number), 200); !strings.Contains(pull, "phasegate/roles") || !strings.Contains(pull, page) {
		t.Error("the pull request's page does not show its check")
	}
	for _, want := range []string{"Two approvals are missing", "<strong>SME</strong>", "too early"} {
		if body := h.get(page, 200); !strings.Contains(body, want) {
			t.Errorf("%s does not show %q", page, want)
		}
	}
}

// The checks of a pull request are shown whole, and what the base branch asks for stands in the merge box.
func TestPagesShowAMergeBox(t *testing.T) {
	h := queueHub(t)
	number, head := h.pull("sara-ds", "topic", "eda.md")
	pull := fmt.Sprintf("/acme-telco/churn/pull/%d", number)
	h.do("sara-ds", "POST", fmt.Sprintf("%s/pulls/%d/requested_reviewers", base, number), `{"reviewers":["tom-tri"]}`).must(t, 201)
	shows := func(path string, want ...string) string {
		t.Helper()
		body := h.get(path, 200)
		for _, w := range want {
			if !strings.Contains(body, w) {
				t.Errorf("%s does not show %q", path, w)
			}
		}
		return body
	}
	shows(pull, "Waiting for a review from tom-tri", "Some checks haven’t completed yet", "Waiting for status to be reported", "Merge when ready")
	h.botDo(h.bot(nil), "POST", base+"/check-runs", fmt.Sprintf(`{"name":"gate","head_sha":%q,"conclusion":"action_required","output":{"title":"A person is asked","summary":"**Who**: SME <!-- marker -->",
		"text":"### Why","annotations":[{"path":"eda.md","start_line":1,"end_line":2,"annotation_level":"failure","title":"Early","message":"not now","raw_details":"raw & more"}]}}`, head)).must(t, 201)
	shows(pull, "Some checks were not successful", "1 action required check", ">Required<", "dot-action", "A person is asked")
	body := shows(pull+"/checks", "A person is asked", "<strong>Who</strong>", "<h3>Why</h3>", "/acme-telco/churn/blob/"+head+"/eda.md?plain=1#L1", "eda.md:1–2", "Early", "not now", "raw &amp; more", "Action required")
	if strings.Contains(body, "marker") {
		t.Error("a hidden comment is shown")
	}
	shows("/acme-telco/churn/blob/"+head+"/eda.md?plain=1", `id="L1"`)
	h.gate(head, "success")
	id := h.do("sara-ds", "GET", fmt.Sprintf("%s/pulls/%d", base, number), "").must(t, 200).field("node_id")
	h.enqueue(h.as("sara-ds"), fmt.Sprint(id), "")
	shows(pull, "Queued to merge into <code>main</code>, at position 1.", "Remove from queue", "added this to the merge queue", fmt.Sprintf(`name="node" value=%q`, id))
}

// A check that failed keeps the button from being pressed where the base branch requires it, and only there; an admin
// may pass over that unless the rules hold for admins too.
func TestPagesShowWhetherAMergeIsBlocked(t *testing.T) {
	const button, blocked = `value="merge">Merge pull request`, `value="merge" disabled>Merge pull request`
	const bypass = "Merge without waiting for requirements to be met"
	h := newHub(t, withFiles)
	number, head := h.pull("sara-ds", "topic", "eda.md")
	h.gate(head, "failure")
	as := func(login string) string {
		t.Helper()
		return h.getAs(login, fmt.Sprintf("/acme-telco/churn/pull/%d", number), 200)
	}
	says := func(what, page string, want, not []string) {
		t.Helper()
		for _, w := range want {
			if !strings.Contains(page, w) {
				t.Errorf("%s: no %q", what, w)
			}
		}
		for _, n := range not {
			if strings.Contains(page, n) {
				t.Errorf("%s: %q", what, n)
			}
		}
	}
	says("not required", as("sara-ds"), []string{"Some checks were not successful", button}, []string{blocked, bypass, "Merging is blocked"})
	protect := func(admins bool) {
		h.do("", "PUT", base+"/branches/main/protection", fmt.Sprintf(`{"required_status_checks":{"strict":false,"contexts":["gate"]},"enforce_admins":%v,"required_pull_request_reviews":null,"restrictions":null}`, admins), mina...).must(t, 200)
	}
	protect(false)
	says("required", as("sara-ds"), []string{"Some checks were not successful", "Merging is blocked", blocked}, []string{button, bypass})
	says("required, to an admin", as("mina-mle"), []string{blocked, bypass}, []string{button})
	protect(true)
	says("required of admins too", as("mina-mle"), []string{blocked}, []string{button, bypass})
	h.gate(head, "success")
	says("met", as("sara-ds"), []string{button}, []string{blocked, "Merging is blocked"})
}

// A comment written in the page comes in as the persona's, and is told of as any other.
func TestCommentThroughThePage(t *testing.T) {
	h := newHub(t, nil)
	h.do("sara-ds", "POST", base+"/issues", `{"title":"x"}`).must(t, 201)
	h.take()
	jar := map[string]string{}
	send := func(method, path string, form url.Values) string {
		req, err := http.NewRequestWithContext(t.Context(), method, h.l.WebURL+path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for k, v := range jar {
			req.AddCookie(&http.Cookie{Name: k, Value: v})
		}
		c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		resp, err := c.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		for _, k := range resp.Cookies() {
			jar[k.Name] = k.Value
		}
		b, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode >= 400 {
			t.Fatalf("%s %s: %d %.300s", method, path, resp.StatusCode, b)
		}
		return string(b)
	}
	const path = "/acme-telco/churn/issues/1"
	form := formOf(t, send("GET", path, nil), "comment")
	form.Set("body", "from the page")
	form.Set("do", "comment")
	send("POST", path, form)
	calls := h.take()
	if namesOf(calls) != "issue_comment.created" || calls[0].at("comment", "body") != "from the page" || calls[0].at("sender", "type") != "User" {
		t.Errorf("the page's comment sent %s", namesOf(calls))
	}
}

var (
	formTag  = regexp.MustCompile(`(?s)<form[^>]*>.*?</form>`)
	inputTag = regexp.MustCompile(`<input[^>]*type="hidden"[^>]*>`)
	nameAttr = regexp.MustCompile(`name="([^"]*)"`)
	valAttr  = regexp.MustCompile(`value="([^"]*)"`)
)

// formOf returns the hidden fields of the form that has a button with the given value.
func formOf(t *testing.T, page, button string) url.Values {
	t.Helper()
	for _, f := range formTag.FindAllString(page, -1) {
		if !strings.Contains(f, fmt.Sprintf(`value=%q`, button)) {
			continue
		}
		v := url.Values{}
		for _, in := range inputTag.FindAllString(f, -1) {
			name, value := nameAttr.FindStringSubmatch(in), valAttr.FindStringSubmatch(in)
			if name != nil && value != nil {
				v.Set(name[1], value[1])
			}
		}
		return v
	}
	t.Fatalf("no form with %q", button)
	return nil
}
