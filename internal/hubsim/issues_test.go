package hubsim_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-github/v62/github"
)

func TestIssueAndItsWebhooks(t *testing.T) {
	h := newHub(t, nil)
	ctx := t.Context()
	sara := h.as("sara-ds")
	is, _, err := sara.Issues.Create(ctx, "acme-telco", "churn", &github.IssueRequest{
		Title: github.String("Churn"), Body: github.String("Text"), Labels: &[]string{"kind:problem", "new one"},
	})
	if err != nil || is.GetNumber() != 1 || len(is.Labels) != 2 {
		t.Fatalf("created %v, %v", is, err)
	}
	calls := h.take()
	if got, want := namesOf(calls), "label.created issues.opened issues.labeled issues.labeled"; got != want {
		t.Fatalf("webhooks %s, want %s", got, want)
	}
	opened := calls[1]
	if opened.at("sender", "login") != "sara-ds" || opened.at("organization", "login") != "acme-telco" || opened.at("installation", "id") == nil {
		t.Errorf("payload lacks sender, organization or installation: %v", opened.payload)
	}
	if calls[2].at("label", "name") != "kind:problem" {
		t.Errorf("labeled names %v", calls[2].at("label"))
	}

	if _, _, err := sara.Issues.Edit(ctx, "acme-telco", "churn", 1, &github.IssueRequest{Title: github.String("Churn again"), Body: github.String("Other")}); err != nil {
		t.Fatal(err)
	}
	calls = h.take()
	if namesOf(calls) != "issues.edited" || calls[0].at("changes", "title", "from") != "Churn" || calls[0].at("changes", "body", "from") != "Text" {
		t.Errorf("edited: %s %v", namesOf(calls), calls[0].at("changes"))
	}
	if _, _, err := sara.Issues.Edit(ctx, "acme-telco", "churn", 1, &github.IssueRequest{Title: github.String("Churn again")}); err != nil {
		t.Fatal(err)
	}
	if calls = h.take(); len(calls) != 0 {
		t.Errorf("an edit that changes nothing sent %s", namesOf(calls))
	}
	if _, _, err := sara.Issues.Edit(ctx, "acme-telco", "churn", 1, &github.IssueRequest{State: github.String("closed"), StateReason: github.String("not_planned")}); err != nil {
		t.Fatal(err)
	}
	calls = h.take()
	if namesOf(calls) != "issues.closed" || calls[0].at("issue", "state_reason") != "not_planned" {
		t.Errorf("closed: %s", namesOf(calls))
	}
}

func TestLabelsOfAReaderAreDropped(t *testing.T) {
	h := newHub(t, nil)
	for _, tc := range []struct{ who, query, want string }{
		{"rui-sme", "", ""},
		{"tom-tri", "", "bug"},
		{"sara-ds", "", "bug,unknown"},
		{"rui-sme", "?template=problem.yml", "bug"},
	} {
		a := h.do(tc.who, "POST", base+"/issues"+tc.query, `{"title":"T","labels":["bug","unknown"]}`).must(t, 201)
		var got []string
		for _, l := range a.field("labels").([]any) {
			got = append(got, l.(map[string]any)["name"].(string))
		}
		if strings.Join(got, ",") != tc.want {
			t.Errorf("%s%s got labels %v, want %s", tc.who, tc.query, got, tc.want)
		}
		if tc.who == "sara-ds" {
			h.do("mina", "GET", base+"/labels/unknown", "", "Authorization", "token mina-token").must(t, 200)
			h.do("sara-ds", "DELETE", base+"/labels/unknown", "").must(t, 204)
		}
	}
}

// What people with each permission may do, from GitHub's table of repository roles.
func TestPeoplesPermissions(t *testing.T) {
	h := newHub(t, nil)
	h.do("rui-sme", "POST", base+"/issues", `{"title":"Rui's"}`).must(t, 201)
	h.do("sara-ds", "POST", base+"/issues", `{"title":"Sara's"}`).must(t, 201)
	id := int64(h.do("sara-ds", "POST", base+"/issues/1/comments", `{"body":"Sara's word"}`).must(t, 201).field("id").(float64))
	comment := fmt.Sprintf("%s/issues/comments/%d", base, id)
	for _, tc := range []struct {
		who, method, path, body string
		status                  int
	}{
		{"rui-sme", "POST", base + "/issues/2/comments", `{"body":"hello"}`, 201},
		{"outsider", "POST", base + "/issues/2/comments", `{"body":"hello"}`, 201},
		{"", "POST", base + "/issues/2/comments", `{"body":"hello"}`, 401},
		{"", "GET", base + "/issues/2", ``, 200},
		{"rui-sme", "PATCH", base + "/issues/1", `{"body":"mine"}`, 200},
		{"rui-sme", "PATCH", base + "/issues/2", `{"body":"not mine"}`, 403},
		{"tom-tri", "PATCH", base + "/issues/2", `{"body":"not mine"}`, 403},
		{"rui-sme", "PATCH", base + "/issues/2", `{"state":"closed"}`, 403},
		{"tom-tri", "PATCH", base + "/issues/2", `{"state":"closed"}`, 200},
		{"rui-sme", "PATCH", base + "/issues/1", `{"state":"closed"}`, 200},
		{"rui-sme", "PATCH", base + "/issues/1", `{"state":"open"}`, 200},
		{"rui-sme", "POST", base + "/issues/1/labels", `["bug"]`, 403},
		{"tom-tri", "POST", base + "/issues/1/labels", `["bug"]`, 200},
		{"tom-tri", "POST", base + "/issues/1/labels", `["unheard of"]`, 403},
		{"sara-ds", "POST", base + "/issues/1/labels", `{"labels":["made now"]}`, 200},
		{"tom-tri", "POST", base + "/labels", `{"name":"x"}`, 403},
		{"rui-sme", "PATCH", comment, `{"body":"forged"}`, 403},
		{"mina", "PATCH", comment, `{"body":"moderated"}`, 401}, // a person with a token of the seed has only that one
		{"sara-ds", "PATCH", comment, `{"body":"better"}`, 200},
		{"rui-sme", "DELETE", comment, ``, 403},
		{"sara-ds", "PUT", base + "/issues/1/lock", `{"lock_reason":"resolved"}`, 204},
		{"rui-sme", "POST", base + "/issues/1/comments", `{"body":"locked out"}`, 403},
		{"sara-ds", "POST", base + "/issues/1/comments", `{"body":"let in"}`, 201},
		{"sara-ds", "DELETE", comment, ``, 204},
		{"rui-sme", "GET", comment, ``, 404},
		{"sara-ds", "PATCH", base, `{"description":"x"}`, 403},
		{"rui-sme", "GET", base + "/collaborators", ``, 403},
		{"sara-ds", "POST", base + "/nothing/here", ``, 404},
		{"sara-ds", "GET", "/repos/acme-telco/none", ``, 404},
		{"nobody", "GET", base, ``, 401},
	} {
		a := h.do(tc.who, tc.method, tc.path, tc.body)
		if a.err != nil || a.status != tc.status {
			t.Errorf("%s: %s %s %s: answered %d %s, want %d", tc.who, tc.method, tc.path, tc.body, a.status, a.body, tc.status)
		}
		if a.status >= 400 && (a.field("message") == nil || a.field("documentation_url") == nil) {
			t.Errorf("%s %s: not GitHub's error format: %s", tc.method, tc.path, a.body)
		}
	}
}

func TestPrivateRepositoryIsHidden(t *testing.T) {
	h := newHub(t, func(s *hubsimSeed, _ *hubsimOptions) { s.Private = true })
	h.do("outsider", "GET", base, "").must(t, 404)
	h.do("", "GET", base+"/issues", "").must(t, 404)
	h.do("outsider", "POST", base+"/issues", `{"title":"x"}`).must(t, 404)
	h.do("rui-sme", "GET", base, "").must(t, 200)
}

func TestIssueValidation(t *testing.T) {
	h := newHub(t, nil)
	h.do("sara-ds", "POST", base+"/issues", `{"title":"first"}`).must(t, 201)
	long := strings.Repeat("ü", 65536)
	for _, tc := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", "/issues", `{"body":"no title"}`, 422},
		{"POST", "/issues", `{"title":"  "}`, 422},
		{"POST", "/issues", `{"title":"` + strings.Repeat("x", 257) + `"}`, 422},
		{"POST", "/issues", `{"title":"full","body":"` + long + `"}`, 201},
		{"POST", "/issues", `{"title":"too full","body":"` + long + `x"}`, 422},
		{"POST", "/issues", `{"title":`, 400},
		{"POST", "/issues", `{"title":"x","labels":7}`, 422},
		{"POST", "/issues/1/comments", `{"body":"` + long + `"}`, 201},
		{"POST", "/issues/1/comments", `{"body":"` + long + `x"}`, 422},
		{"POST", "/issues/1/comments", `{"body":" "}`, 422},
		{"POST", "/issues/1/comments", `{}`, 422},
		{"POST", "/issues/99/comments", `{"body":"x"}`, 404},
		{"PATCH", "/issues/1", `{"state":"gone"}`, 422},
		{"POST", "/labels", `{"name":"` + strings.Repeat("n", 51) + `"}`, 422},
		{"POST", "/labels", `{"name":"d","description":"` + strings.Repeat("n", 101) + `"}`, 422},
		{"POST", "/labels", `{"name":"c","color":"red"}`, 422},
		{"POST", "/labels", `{"name":"BUG"}`, 422},
		{"PATCH", "/issues/1", `{"title":"half done","labels":["bug"],"state":"gone"}`, 422},
		{"PATCH", "/issues/1", `{"title":"half done","labels":["` + strings.Repeat("n", 51) + `"]}`, 422},
		{"DELETE", "/issues/1/labels/bug", ``, 404},
		{"POST", "/issues/1/reactions", `{"content":"clap"}`, 422},
		{"GET", "/issues?state=odd", ``, 422},
	} {
		if a := h.do("sara-ds", tc.method, base+tc.path, tc.body); a.status != tc.status {
			t.Errorf("%s %s %.60s: answered %d %.200s, want %d", tc.method, tc.path, tc.body, a.status, a.body, tc.status)
		}
	}
	if is := h.do("", "GET", base+"/issues/1", "").must(t, 200); is.field("title") != "first" {
		t.Errorf("a refused change was made in part: %v", is.field("title"))
	}
	h.do("sara-ds", "POST", base+"/issues", strings.Repeat(" ", 11<<20)).must(t, 413)
}

func TestLabelsBothBodies(t *testing.T) {
	h := newHub(t, nil)
	ctx := t.Context()
	c := h.as("sara-ds")
	h.do("sara-ds", "POST", base+"/issues", `{"title":"x"}`).must(t, 201)
	if _, _, err := c.Issues.AddLabelsToIssue(ctx, "acme-telco", "churn", 1, []string{"bug", "a/b c"}); err != nil {
		t.Fatal(err)
	}
	h.take()
	ls, _, err := c.Issues.ReplaceLabelsForIssue(ctx, "acme-telco", "churn", 1, []string{"a/b c", "kind:problem"})
	if err != nil || len(ls) != 2 {
		t.Fatalf("replaced: %v, %v", ls, err)
	}
	if got := namesOf(h.take()); got != "issues.unlabeled issues.labeled" {
		t.Errorf("replacing one label sent %s", got)
	}
	if _, err := c.Issues.RemoveLabelForIssue(ctx, "acme-telco", "churn", 1, "a%2Fb%20c"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Issues.RemoveLabelsForIssue(ctx, "acme-telco", "churn", 1); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Issues.EditLabel(ctx, "acme-telco", "churn", "bug", &github.Label{Name: github.String("defect")}); err != nil {
		t.Fatal(err)
	}
	calls := h.take()
	if last := calls[len(calls)-1]; last.name != "label.edited" || last.at("changes", "name", "from") != "bug" {
		t.Errorf("label edit sent %s %v", last.name, last.payload["changes"])
	}
}

func TestReactions(t *testing.T) {
	h := newHub(t, nil)
	h.do("sara-ds", "POST", base+"/issues", `{"title":"x"}`).must(t, 201)
	c := h.do("sara-ds", "POST", base+"/issues/1/comments", `{"body":"y"}`).must(t, 201)
	path := fmt.Sprintf("%s/issues/comments/%.0f/reactions", base, c.field("id"))
	re := h.do("rui-sme", "POST", path, `{"content":"+1"}`).must(t, 201)
	h.do("rui-sme", "POST", path, `{"content":"+1"}`).must(t, 200)
	h.do("sara-ds", "POST", path, `{"content":"+1"}`).must(t, 201)
	got := h.do("rui-sme", "GET", strings.TrimSuffix(path, "/reactions"), "").must(t, 200)
	if n := got.field("reactions", "+1"); n != 2.0 {
		t.Errorf("%v reactions, want 2", n)
	}
	one := fmt.Sprintf("%s/%.0f", path, re.field("id"))
	h.do("outsider", "DELETE", one, "").must(t, 403)
	h.do("rui-sme", "DELETE", one, "").must(t, 204)
	h.do("rui-sme", "DELETE", one, "").must(t, 404)
}

func TestTimelineAndSubIssues(t *testing.T) {
	h := newHub(t, nil)
	var ids []int64
	for i := range 3 {
		a := h.do("sara-ds", "POST", base+"/issues", fmt.Sprintf(`{"title":"n%d","body":"see #1 and `+"`#2`"+`"}`, i+1)).must(t, 201)
		ids = append(ids, int64(a.field("id").(float64)))
	}
	h.do("sara-ds", "POST", base+"/issues/1/comments", `{"body":"a comment"}`).must(t, 201)
	h.do("sara-ds", "POST", base+"/issues/1/labels", `["bug"]`).must(t, 200)
	h.do("sara-ds", "PATCH", base+"/issues/1", `{"title":"renamed","assignees":["rui-sme","outsider"]}`).must(t, 200)
	h.take()
	h.do("rui-sme", "POST", base+"/issues/1/sub_issues", fmt.Sprintf(`{"sub_issue_id":%d}`, ids[1])).must(t, 403)
	h.do("tom-tri", "POST", base+"/issues/1/sub_issues", fmt.Sprintf(`{"sub_issue_id":%d}`, ids[1])).must(t, 201)
	if got := namesOf(h.take()); got != "sub_issues.parent_issue_added sub_issues.sub_issue_added" {
		t.Errorf("adding a sub-issue sent %s", got)
	}
	h.do("tom-tri", "POST", base+"/issues/3/sub_issues", fmt.Sprintf(`{"sub_issue_id":%d}`, ids[1])).must(t, 422)
	h.do("tom-tri", "POST", base+"/issues/2/sub_issues", fmt.Sprintf(`{"sub_issue_id":%d}`, ids[0])).must(t, 422)
	if n := h.do("", "GET", base+"/issues/2/parent", "").must(t, 200).field("number"); n != 1.0 {
		t.Errorf("the parent of 2 is %v", n)
	}
	h.do("", "GET", base+"/issues/1/parent", "").must(t, 404)

	line, _, err := h.as("sara-ds").Issues.ListIssueTimeline(t.Context(), "acme-telco", "churn", 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, e := range line {
		kinds = append(kinds, e.GetEvent())
	}
	want := "cross-referenced cross-referenced commented labeled renamed assigned sub_issue_added"
	if got := strings.Join(kinds, " "); got != want {
		t.Errorf("timeline %s, want %s", got, want)
	}
	events := h.do("", "GET", base+"/issues/2/events", "").must(t, 200)
	if !strings.Contains(string(events.body), "parent_issue_added") || strings.Contains(string(events.body), "cross-referenced") {
		t.Errorf("events of 2: %s", events.body)
	}
}

func TestListFilters(t *testing.T) {
	h := newHub(t, nil)
	h.do("sara-ds", "POST", base+"/issues", `{"title":"a","labels":["bug"]}`).must(t, 201)
	h.do("rui-sme", "POST", base+"/issues", `{"title":"b"}`).must(t, 201)
	h.do("sara-ds", "POST", base+"/issues", `{"title":"c","labels":["bug","kind:problem"]}`).must(t, 201)
	h.do("", "PUT", "/_sim/clock", `{"now":"2026-01-07T00:00:00Z"}`).must(t, 200)
	h.do("sara-ds", "PATCH", base+"/issues/1", `{"state":"closed"}`).must(t, 200)
	for query, want := range map[string]string{
		"": "3,2", "?state=all": "3,2,1", "?state=closed": "1", "?labels=bug,kind:problem": "3", "?creator=RUI-sme": "2",
		"?state=all&since=2026-01-06T23:00:00Z": "1", "?state=all&direction=asc": "1,2,3", "?state=all&sort=updated": "1,3,2",
	} {
		list, _, err := h.list(base + "/issues" + query)
		if err != nil || list != want {
			t.Errorf("%q lists %s (%v), want %s", query, list, err, want)
		}
	}
	a := h.do("", "GET", "/search/issues?q=repo:acme-telco/churn+is:open+label:bug", "").must(t, 200)
	if a.field("total_count") != 1.0 {
		t.Errorf("search found %s", a.body)
	}
}
