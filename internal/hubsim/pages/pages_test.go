package pages_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/phasegate/phasegate/internal/hubsim/pages"
	"github.com/phasegate/phasegate/internal/hubsim/pages/pagestest"
)

// browser is a client with cookies that sends what a browser sends and follows redirects.
type browser struct {
	t      *testing.T
	hub    *pagestest.Hub
	url    string
	client *http.Client
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	hub := pagestest.New()
	h, err := pages.New(hub, sampleOptions())
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, hub: hub, url: srv.URL, client: &http.Client{Jar: jar}}
}

// get opens a page and returns its status and text.
func (b *browser) get(path string) (int, string) {
	b.t.Helper()
	resp, err := b.client.Get(b.url + path)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.read(resp)
}

func (b *browser) read(resp *http.Response) (int, string) {
	b.t.Helper()
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

var tokenField = regexp.MustCompile(`name="token" value="([0-9a-f]{64})"`)

// submit opens a page and sends a form from it, with the token that stands in it.
func (b *browser) submit(page, action string, form url.Values) (status int, text, address string) {
	b.t.Helper()
	_, body := b.get(page)
	m := tokenField.FindStringSubmatch(body)
	if m == nil {
		b.t.Fatalf("%s has no form with a token", page)
	}
	form.Set("token", m[1])
	req, err := http.NewRequest(http.MethodPost, b.url+action, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", b.url)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := b.client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	status, text = b.read(resp)
	return status, text, resp.Request.URL.RequestURI() + "#" + resp.Request.URL.Fragment
}

const repo = "/" + pagestest.Repo

// TestEveryPage follows every link of the site and looks at each page: it is there, and it keeps to the rules that
// make it usable by keyboard and screen reader and that the content security policy enforces.
func TestEveryPage(t *testing.T) {
	b := newBrowser(t)
	seen := map[string]bool{"/": true}
	queue := []string{"/", "/acme-telco/data-is-no-repository", "/orgs/acme-telco/teams/data", repo + "/issues/3?edit=title",
		repo + "/issues/3?edit=body", repo + "/issues/12", repo + "/pull/3", repo, repo + "/tree/feature/x/.github"}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		resp, err := b.client.Get(b.url + path)
		if err != nil {
			t.Fatal(err)
		}
		status, body := b.read(resp)
		if path == "/acme-telco/data-is-no-repository" {
			if status != http.StatusNotFound || !strings.Contains(body, "may not see it") {
				t.Errorf("a missing repository: %d %s", status, body)
			}
			continue
		}
		if status != http.StatusOK {
			t.Errorf("%s: %d", path, status)
			continue
		}
		if kind := resp.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/html") {
			continue
		}
		doc, err := html.Parse(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		for _, link := range checkPage(t, path, doc) {
			if u, err := url.Parse(link); err == nil && u.Host == "" && strings.HasPrefix(u.Path, "/") {
				u.Fragment = ""
				if !seen[u.String()] {
					seen[u.String()] = true
					queue = append(queue, u.String())
				}
			}
		}
	}
	for _, want := range []string{repo + "/runs/32", repo + "/log/77", repo + "/pull/12/files", "/apps/phasegate", repo + "/labels"} {
		if !seen[want] {
			t.Errorf("no link leads to %s", want)
		}
	}
}

// checkPage looks at one page and returns where its links lead.
func checkPage(t *testing.T, path string, doc *html.Node) (links []string) {
	t.Helper()
	ids, labelled := map[string]int{}, map[string]bool{}
	var fields []*html.Node
	headings, mains := 0, 0
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if id := attrOf(n, "id"); id != "" {
			ids[id]++
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("%s: <%s> has the attribute %s, which the policy forbids", path, n.Data, a.Key)
			}
		}
		switch n.Data {
		case "script", "style", "iframe", "img":
			t.Errorf("%s has a <%s>", path, n.Data)
		case "h1":
			headings++
		case "main":
			mains++
		case "label":
			labelled[attrOf(n, "for")] = true
		case "a":
			links = append(links, attrOf(n, "href"))
		case "input", "select", "textarea":
			fields = append(fields, n)
		case "form":
			if attrOf(n, "method") == "post" && !hasToken(n) {
				t.Errorf("%s: a form without a token", path)
			}
		}
	}
	if headings < 1 || mains != 1 {
		t.Errorf("%s: %d h1, %d main", path, headings, mains)
	}
	for id, n := range ids {
		if n > 1 {
			t.Errorf("%s: id %q stands %d times", path, id, n)
		}
	}
	for _, f := range fields {
		if attrOf(f, "type") != "hidden" && !labelled[attrOf(f, "id")] && attrOf(f, "aria-label") == "" {
			t.Errorf("%s: <%s name=%q id=%q> has no label", path, f.Data, attrOf(f, "name"), attrOf(f, "id"))
		}
	}
	return links
}

func attrOf(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func hasToken(form *html.Node) bool {
	for n := range form.Descendants() {
		if n.Data == "input" && attrOf(n, "name") == "token" && attrOf(n, "value") != "" {
			return true
		}
	}
	return false
}

// TestShown looks for what a person has to see on each page.
func TestShown(t *testing.T) {
	b := newBrowser(t)
	for _, tc := range []struct {
		path      string
		want, not []string
	}{
		{"/", []string{"This is a simulation of GitHub", "acme-telco/churn", "your permission: write"}, nil},
		{repo + "/issues", []string{"Weekly churn score", `fill="#0e8a16"`, `<span class="phase">design</span>`, "4 open", "1 closed"}, []string{"Weekly review"}},
		{repo + "/issues?state=closed", []string{"Weekly review"}, []string{"Weekly churn score"}},
		{repo + "/issues?label=kind:data", []string{"Billing and usage"}, []string{"Weekly churn score"}},
		{repo + "/issues?q=CHURN+voluntary", []string{"Voluntary churn erodes"}, []string{"Weekly churn score"}},
		{repo + "/pulls", []string{"Churn score with gradient boosting", "1 failed of 3"}, nil},
		{repo + "/issues/3", []string{
			"2 of 4 have said yes", `class="alert alert-important"`, "data scientist", "edited by helena-bs", "thumbs up from phasegate[bot]",
			"Phase: design", "mentioned this in", "Mermaid diagram", "Hidden", "What you would be saying yes to", "Completed task",
			`<time datetime="2026-01-06T14:00:00Z"`, "6 Jan 2026, 11:00", "Still needed: <a href=\"/rui-sme\"", "hidden: outdated", "1 failed of 3",
		}, []string{"phasegate:sticky", "<!--"}},
		{repo + "/issues/23", []string{"&lt;script&gt;alert(1)&lt;/script&gt;"}, []string{"<script", "secret", "onerror", "display:none"}},
		{repo + "/pull/12", []string{
			"phasegate/roles", "requested changes", "Merge pull request", "Request changes", "mina-mle", "Changes requested by tomas-ds",
			"Some checks were not successful", "1 failing, 1 in progress, 1 successful checks", ">In progress<", ">Successful<",
		}, nil},
		{repo + "/pull/12/files", []string{"model.fit(x, y)", "# &lt;end&gt;", "Only renamed"}, nil},
		{repo + "/pull/12/checks", []string{"0 of 2 reviews for the latest commit", "deploy/score-job.yml:1", "/deploy/score-job.yml?plain=1#L1", "Some checks were not successful", "Re-run"}, nil},
		{repo + "/blob/main/.github/phasegate.yml", []string{`id="L2"`, "data-scientist: [sara-ds, tomas-ds]"}, nil},
		{repo + "/blob/main/README.md", []string{"<em>weekly</em>", `href="/acme-telco/churn/issues/3"`}, nil},
		{repo + "/blob/main/README.md?plain=1", []string{"Scores customers *weekly*."}, nil},
		{repo + "/blob/main/bin/model.bin", []string{"binary"}, nil},
		{repo + "/log", []string{"issue_comment.created", "2 of 4 have said yes", "PATCH /repos/"}, nil},
		{repo + "/log?kind=decided", []string{"2 of 4 have said yes"}, []string{"PATCH /repos/"}},
		{repo + "/issues/new/choose", []string{"Deliverable", "Question", "unknown type &#34;slider&#34;", "https://example.com/help"}, []string{"javascript:"}},
		{repo + "/issues/new?template=question.md", []string{"What do you want to know?"}, nil},
	} {
		_, body := b.get(tc.path)
		for _, w := range tc.want {
			if !strings.Contains(strings.ToLower(body), strings.ToLower(w)) {
				t.Errorf("%s lacks %q", tc.path, w)
			}
		}
		for _, w := range tc.not {
			if strings.Contains(body, w) {
				t.Errorf("%s has %q", tc.path, w)
			}
		}
	}
}

// TestActions sends each form and compares the REST requests that come of it.
func TestActions(t *testing.T) {
	issue, pull := repo+"/issues/3", repo+"/pull/12"
	api := "/repos/acme-telco/churn"
	for name, tc := range map[string]struct {
		page string
		form url.Values
		want []pagestest.Sent
	}{
		"comment": {issue, url.Values{"do": {"comment"}, "as": {"rui-sme"}, "body": {"/approve"}}, []pagestest.Sent{
			{As: "rui-sme", Method: "POST", Path: api + "/issues/3/comments", Body: `{"body":"/approve"}`}}},
		"close with a comment": {issue, url.Values{"do": {"close"}, "as": {"dora-de"}, "body": {"done"}}, []pagestest.Sent{
			{As: "dora-de", Method: "POST", Path: api + "/issues/3/comments", Body: `{"body":"done"}`},
			{As: "dora-de", Method: "PATCH", Path: api + "/issues/3", Body: `{"state":"closed","state_reason":"completed"}`}}},
		"close a pull request": {pull, url.Values{"do": {"close"}}, []pagestest.Sent{
			{As: "helena-bs", Method: "PATCH", Path: api + "/issues/12", Body: `{"state":"closed"}`}}},
		"reopen": {issue, url.Values{"do": {"reopen"}}, []pagestest.Sent{
			{As: "helena-bs", Method: "PATCH", Path: api + "/issues/3", Body: `{"state":"open"}`}}},
		"edit title": {issue, url.Values{"do": {"edit-title"}, "title": {"New"}}, []pagestest.Sent{
			{As: "helena-bs", Method: "PATCH", Path: api + "/issues/3", Body: `{"title":"New"}`}}},
		"edit body": {issue, url.Values{"do": {"edit-body"}, "body": {"one\r\ntwo"}}, []pagestest.Sent{
			{As: "helena-bs", Method: "PATCH", Path: api + "/issues/3", Body: `{"body":"one\r\ntwo"}`}}},
		"edit comment": {issue, url.Values{"do": {"edit-comment"}, "comment": {"106"}, "body": {"x"}}, []pagestest.Sent{
			{As: "helena-bs", Method: "PATCH", Path: api + "/issues/comments/106", Body: `{"body":"x"}`}}},
		"delete comment": {issue, url.Values{"do": {"delete-comment"}, "comment": {"106"}}, []pagestest.Sent{
			{As: "helena-bs", Method: "DELETE", Path: api + "/issues/comments/106"}}},
		"add label": {issue, url.Values{"do": {"add-label"}, "label": {"kind:data"}}, []pagestest.Sent{
			{As: "helena-bs", Method: "POST", Path: api + "/issues/3/labels", Body: `{"labels":["kind:data"]}`}}},
		"remove label": {issue, url.Values{"do": {"remove-label"}, "label": {"a/b c"}}, []pagestest.Sent{
			{As: "helena-bs", Method: "DELETE", Path: api + "/issues/3/labels/a%2Fb%20c"}}},
		"approve": {pull, url.Values{"do": {"approve"}, "as": {"tomas-ds"}}, []pagestest.Sent{
			{As: "tomas-ds", Method: "POST", Path: api + "/pulls/12/reviews", Body: `{"body":"","event":"APPROVE"}`}}},
		"request changes": {pull, url.Values{"do": {"request-changes"}, "review": {"why"}}, []pagestest.Sent{
			{As: "helena-bs", Method: "POST", Path: api + "/pulls/12/reviews", Body: `{"body":"why","event":"REQUEST_CHANGES"}`}}},
		"merge": {pull, url.Values{"do": {"merge"}, "as": {"mina-mle"}}, []pagestest.Sent{
			{As: "mina-mle", Method: "PUT", Path: api + "/pulls/12/merge", Body: `{}`}}},
		"ready": {pull, url.Values{"do": {"ready"}, "node": {"PR_x"}}, []pagestest.Sent{
			{As: "helena-bs", Method: "POST", Path: "/graphql", Body: `{"query":"mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { clientMutationId } }","variables":{"id":"PR_x"}}`}}},
		"dequeue": {pull, url.Values{"do": {"dequeue"}, "node": {"PR_x"}}, []pagestest.Sent{
			{As: "helena-bs", Method: "POST", Path: "/graphql", Body: `{"query":"mutation($id: ID!) { dequeuePullRequest(input: {id: $id}) { clientMutationId } }","variables":{"id":"PR_x"}}`}}},
		"run again": {repo + "/runs/33", url.Values{}, []pagestest.Sent{
			{As: "helena-bs", Method: "POST", Path: api + "/check-runs/33/rerequest"}}},
		"empty comment":  {issue, url.Values{"do": {"comment"}, "body": {" "}}, nil},
		"no such button": {issue, url.Values{"do": {"drop-tables"}}, nil},
	} {
		b := newBrowser(t)
		status, text, _ := b.submit(tc.page, tc.page, tc.form)
		if got := b.hub.Sent(); !slices.Equal(got, tc.want) {
			t.Errorf("%s sent %q, want %q", name, got, tc.want)
		}
		if refused := tc.want == nil; refused != (status == http.StatusUnprocessableEntity) || refused != strings.Contains(text, "flash-error") {
			t.Errorf("%s: status %d", name, status)
		}
	}
}

func TestCommentIsShownAndPersonaKept(t *testing.T) {
	b := newBrowser(t)
	_, text, at := b.submit(repo+"/issues/3", repo+"/issues/3", url.Values{"do": {"comment"}, "as": {"rui-sme"}, "body": {"I say *yes*"}})
	if !strings.Contains(text, "I say <em>yes</em>") || !strings.HasPrefix(at, repo+"/issues/3#issuecomment-") {
		t.Errorf("the comment is not shown at %s", at)
	}
	if _, text := b.get("/"); !strings.Contains(text, `<option value="rui-sme" selected>`) {
		t.Error("the persona was not kept")
	}
	_, text, at = b.submit("/", "/_pages/persona", url.Values{"as": {"felix-se"}, "next": {repo + "/log"}})
	if !strings.Contains(text, `<option value="felix-se" selected>`) || at != repo+"/log#" {
		t.Errorf("the switch led to %s", at)
	}
	for _, evil := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "javascript:alert(1)", ""} {
		if _, _, at := b.submit("/", "/_pages/persona", url.Values{"as": {"felix-se"}, "next": {evil}}); at != "/#" {
			t.Errorf("next=%q led to %s", evil, at)
		}
	}
}

func TestReaderSeesNoButtons(t *testing.T) {
	b := newBrowser(t)
	_, text, _ := b.submit("/", "/_pages/persona", url.Values{"as": {"rui-sme"}, "next": {repo + "/issues/3?edit=body"}})
	for _, w := range []string{"edit-body", "add-label", "remove-label", "edit=issuecomment", "Edit title"} {
		if strings.Contains(text, w) {
			t.Errorf("somebody with read permission is offered %q", w)
		}
	}
}

func TestRefusedRequestKeepsWhatWasTyped(t *testing.T) {
	b := newBrowser(t)
	b.hub.Refuse = http.StatusUnprocessableEntity
	status, text, _ := b.submit(repo+"/issues/3?edit=body", repo+"/issues/3", url.Values{"do": {"edit-body"}, "body": {"my long <text>"}})
	for _, w := range []string{"Validation Failed (422)", "Issue title: missing field", "my long &lt;text&gt;", `value="edit-body"`} {
		if !strings.Contains(text, w) {
			t.Errorf("the page lacks %q", w)
		}
	}
	if status != http.StatusUnprocessableEntity {
		t.Errorf("status %d", status)
	}
}

func TestBusyProductIsSaid(t *testing.T) {
	b := newBrowser(t)
	b.hub.Busy = true
	_, text, _ := b.submit(repo+"/issues/3", repo+"/issues/3", url.Values{"do": {"comment"}, "body": {"x"}})
	if !strings.Contains(text, "still under way") {
		t.Error("nothing says that more is to come")
	}
	if _, again := b.get(repo + "/issues/3"); strings.Contains(again, "still under way") {
		t.Error("the message is shown twice")
	}
}

func TestNewIssueForm(t *testing.T) {
	b := newBrowser(t)
	page := repo + "/issues/new?template=deliverable.yml"
	form := url.Values{
		"template": {"deliverable.yml"}, "title": {"Score"}, "as": {"sara-ds"}, "field-1": {"#2"}, "field-2": {"| a |\r\n|---|"},
		"field-3": {"make run"}, "field-4": {"high"}, "field-5": {"north", "south", "nowhere"}, "field-6": {"I have read the guide"},
	}
	_, text, at := b.submit(page, repo+"/issues/new", form)
	want := `{"body":"### Parent\n\n#2\n\n### Metrics\n\n| a |\r\n|---|\n\n### Log\n\n` + "```shell\\nmake run\\n```" +
		`\n\n### Risk\n\nhigh\n\n### Regions\n\nnorth, south\n\n### Before you send\n\n- [x] I have read the guide\n- [ ] I can demo it",` +
		`"labels":["kind:deliverable"],"title":"Score"}`
	if got := b.hub.Sent(); len(got) != 1 || got[0].Body != want || got[0].As != "sara-ds" {
		t.Errorf("sent %s\nwant %s", got, want)
	}
	if !strings.Contains(text, "<h1>Score ") || !strings.HasPrefix(at, repo+"/issues/1") {
		t.Errorf("led to %s", at)
	}
}

func TestNewIssueFormIncomplete(t *testing.T) {
	b := newBrowser(t)
	page := repo + "/issues/new?template=deliverable.yml"
	status, text, _ := b.submit(page, repo+"/issues/new", url.Values{"template": {"deliverable.yml"}, "title": {" "}, "field-3": {"kept"}, "field-5": {"south"}})
	for _, w := range []string{"An issue needs a title.", "This has to be filled in.", "has to be ticked", "kept", `value="south" checked`} {
		if !strings.Contains(text, w) {
			t.Errorf("the form lacks %q", w)
		}
	}
	if status != http.StatusUnprocessableEntity || b.hub.Sent() != nil {
		t.Errorf("status %d, sent %v", status, b.hub.Sent())
	}
	b.submit(page, repo+"/issues/new", url.Values{"template": {"deliverable.yml"}, "title": {"x"}, "field-1": {"#2"}, "field-6": {"I have read the guide"}})
	if sent := b.hub.Sent(); len(sent) != 1 || !strings.Contains(sent[0].Body, `### Log\n\n_No response_\n\n### Risk\n\n_No response_`) {
		t.Errorf("empty fields were sent as %v", sent)
	}
}
