package hubsim_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/hubsim"
)

func TestReviewRequestsAreAllOrNothing(t *testing.T) {
	h := newHub(t, withPullHooks)
	number, _ := h.pull("sara-ds", "topic", "a.txt")
	pull := fmt.Sprintf("%s/pulls/%d", base, number)
	ask := pull + "/requested_reviewers"
	h.take()
	for body, message := range map[string]string{
		`{"reviewers":["tom-tri","outsider"]}`:                         "Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the acme-telco/churn repository.",
		`{"reviewers":["tom-tri","sara-ds"]}`:                          "Review cannot be requested from pull request author.",
		`{"reviewers":["tom-tri"],"team_reviewers":["data","nobody"]}`: "Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the acme-telco/churn repository.",
	} {
		if a := h.do("sara-ds", "POST", ask, body).must(t, 422); a.field("message") != message {
			t.Errorf("%s: %s", body, a.body)
		}
	}
	if got := namesOf(h.take()); got != "" {
		t.Errorf("what was refused sent %s", got)
	}
	h.do("outsider", "POST", ask, `{"reviewers":["tom-tri"]}`).must(t, 403)
	h.do("sara-ds", "POST", ask, `{"reviewers":["tom-tri","mina-mle"],"team_reviewers":["data"]}`).must(t, 201)
	calls := h.take()
	if got := namesOf(calls); got != "pull_request.review_requested pull_request.review_requested pull_request.review_requested" {
		t.Fatalf("asked: %s", got)
	}
	if calls[0].at("requested_reviewer", "login") != "tom-tri" || calls[2].at("requested_team", "slug") != "data" || calls[2].at("requested_reviewer") != nil {
		t.Errorf("asked %v, %v", calls[0].at("requested_reviewer"), calls[2].at("requested_team"))
	}
	h.do("sara-ds", "POST", ask, `{"reviewers":["tom-tri"]}`).must(t, 201)
	h.do("sara-ds", "DELETE", ask, `{"reviewers":["mina-mle"]}`).must(t, 200)
	if got := namesOf(h.take()); got != "pull_request.review_request_removed" {
		t.Errorf("asked again and taken back: %s", got)
	}
	// A review ends the request for it, and that of a team for one of its members; a pending one does not.
	h.do("tom-tri", "POST", pull+"/reviews", `{"body":"wait"}`).must(t, 200)
	h.do("rui-sme", "POST", pull+"/reviews", `{"event":"COMMENT","body":"hm"}`).must(t, 200)
	left := h.do("rui-sme", "GET", ask, "").must(t, 200)
	if got := string(left.body); !strings.Contains(got, "tom-tri") || strings.Contains(got, `"slug":"data"`) {
		t.Errorf("left %s", got)
	}
	if got := namesOf(h.take()); got != "pull_request_review.submitted" {
		t.Errorf("a review sent %s", got)
	}
}

func TestWhatHappensToAPullRequestIsTold(t *testing.T) {
	h := newHub(t, withPullHooks)
	number, head := h.pull("sara-ds", "topic", "a.txt")
	h.branch("sara-ds", "release", h.head("main"))
	pull := fmt.Sprintf("%s/pulls/%d", base, number)
	id := h.do("sara-ds", "GET", pull, "").must(t, 200).field("node_id")
	mutate := func(name string) {
		h.graphql(h.as("sara-ds"), fmt.Sprintf(`mutation($id: ID!) { %s(input: {pullRequestId: $id}) { pullRequest { isDraft } } }`, name), map[string]any{"id": id}).must(t, 200)
	}
	var review string
	for _, step := range []struct {
		name string
		do   func()
		want string
	}{
		{"draft", func() { mutate("convertPullRequestToDraft") }, "pull_request.converted_to_draft"},
		{"still a draft", func() { mutate("convertPullRequestToDraft") }, ""},
		{"ready", func() { mutate("markPullRequestReadyForReview") }, "pull_request.ready_for_review"},
		{"base", func() { h.do("sara-ds", "PATCH", pull, `{"base":"release"}`).must(t, 200) }, "pull_request.edited"},
		{"review", func() {
			review = fmt.Sprintf("%.0f", h.do("rui-sme", "POST", pull+"/reviews", `{"event":"APPROVE"}`).must(t, 200).field("id"))
		}, "pull_request_review.submitted"},
		{"dismissed by who may not", func() { h.do("tom-tri", "PUT", pull+"/reviews/"+review+"/dismissals", `{"message":"no"}`).must(t, 403) }, ""},
		{"dismissed", func() {
			h.do("sara-ds", "PUT", pull+"/reviews/"+review+"/dismissals", `{"message":"old"}`).must(t, 200)
		}, "pull_request_review.dismissed"},
		{"dismissed again", func() {
			h.do("sara-ds", "PUT", pull+"/reviews/"+review+"/dismissals", `{"message":"old"}`).must(t, 422)
		}, ""},
		{"closed", func() { h.do("sara-ds", "PATCH", pull, `{"state":"closed"}`).must(t, 200) }, "pull_request.closed"},
		{"reopened", func() { h.do("sara-ds", "PATCH", pull, `{"state":"open"}`).must(t, 200) }, "pull_request.reopened"},
	} {
		h.take()
		step.do()
		calls := h.take()
		if got := namesOf(calls); got != step.want {
			t.Errorf("%s: webhooks %q, want %q", step.name, got, step.want)
		}
		if step.name == "base" && (calls[0].at("changes", "base", "ref", "from") != "main" || calls[0].at("changes", "base", "sha", "from") == nil || calls[0].at("pull_request", "base", "ref") != "release") {
			t.Errorf("base: %v", calls[0].at("changes"))
		}
	}
	// A branch that was rewritten while its pull request was closed does not come back.
	h.do("sara-ds", "PATCH", pull, `{"state":"closed"}`).must(t, 200)
	tree, _ := h.do("sara-ds", "GET", base+"/git/commits/"+head, "").must(t, 200).field("tree", "sha").(string)
	other := h.commitOf("sara-ds", "Another", tree, h.head("main"))
	h.do("sara-ds", "PATCH", base+"/git/refs/heads/topic", fmt.Sprintf(`{"sha":%q,"force":true}`, other)).must(t, 200)
	if a := h.do("sara-ds", "PATCH", pull, `{"state":"open"}`).must(t, 422); !strings.Contains(string(a.body), "The topic branch was force-pushed or recreated.") {
		t.Errorf("reopened: %s", a.body)
	}
}

func TestChecksOfAForkNameNoPullRequest(t *testing.T) {
	h := newHub(t, withPullHooks)
	fork := "/repos/outsider/churn"
	h.do("outsider", "POST", base+"/forks", "").must(t, 202)
	h.do("outsider", "PUT", fork+"/contents/f.txt", `{"message":"f","branch":"main","content":"eA=="}`).must(t, 201)
	pull := h.do("outsider", "POST", base+"/pulls", `{"title":"f","head":"outsider:main","base":"main"}`).must(t, 201)
	h.take()
	run := h.botDo(h.bot(nil), "POST", base+"/check-runs", fmt.Sprintf(`{"name":"gate","head_sha":%q,"conclusion":"success"}`, pull.field("head", "sha"))).must(t, 201)
	calls := h.take()
	if fmt.Sprint(run.field("pull_requests")) != "[]" || len(calls) == 0 || fmt.Sprint(calls[0].at("check_run", "pull_requests")) != "[]" {
		t.Errorf("pull requests of a fork: %v, %s", run.field("pull_requests"), namesOf(calls))
	}
}

func TestAnUpdateKeepsWhatItDoesNotName(t *testing.T) {
	h := newHub(t, withPullHooks)
	_, head := h.pull("sara-ds", "topic", "a.txt")
	bot := h.bot(nil)
	run := h.botDo(bot, "POST", base+"/check-runs", fmt.Sprintf(`{"name":"gate","head_sha":%q,"external_id":"pg-1","started_at":"2026-01-05T09:00:00Z",
		"conclusion":"failure","output":{"title":"t","summary":"s","text":"x"}}`, head)).must(t, 201)
	path := fmt.Sprintf("%s/check-runs/%.0f", base, run.field("id"))
	suite := fmt.Sprintf("%s/check-suites/%.0f", base, run.field("check_suite", "id"))
	state := func() string {
		a := h.do("rui-sme", "GET", suite, "").must(t, 200)
		g := h.graphql(h.bot(nil), repoQuery(fmt.Sprintf(`object(oid: %q) { ... on Commit { checkSuites(first: 5) { nodes { status conclusion } } } }`, head)), nil).must(t, 200)
		nodes, _ := g.field("data", "repository", "object", "checkSuites").(map[string]any)
		return fmt.Sprint(a.field("status"), a.field("conclusion"), nodes["nodes"])
	}
	if got := state(); got != "completedfailure[map[conclusion:FAILURE status:COMPLETED]]" {
		t.Errorf("completed: %s", got)
	}
	for _, what := range []string{path, suite} {
		h.do("sara-ds", "POST", what+"/rerequest", "").must(t, 201)
		if got := state(); got != "queued<nil> [map[conclusion:<nil> status:QUEUED]]" {
			t.Errorf("asked for again: %s", got)
		}
		if a := h.do("rui-sme", "GET", path, "").must(t, 200); a.field("conclusion") != "failure" {
			t.Errorf("the run was changed: %s", a.body)
		}
		h.take()
		h.botDo(bot, "PATCH", path, `{"output":{"summary":"again"}}`).must(t, 200)
		if got := namesOf(h.take()); got != "check_suite.completed" {
			t.Errorf("the answer sent %s", got)
		}
		if got := state(); got != "completedfailure[map[conclusion:FAILURE status:COMPLETED]]" {
			t.Errorf("answered: %s", got)
		}
	}
	a := h.botDo(bot, "PATCH", path, `{"status":"in_progress"}`).must(t, 200)
	if a.field("status") != "completed" || a.field("conclusion") != "failure" || a.field("completed_at") == nil || a.field("external_id") != "pg-1" || a.field("started_at") != "2026-01-05T09:00:00Z" || a.field("output", "text") != "x" {
		t.Errorf("a completed run does not open again: %s", a.body)
	}
}

// A team that assigns its members is taken off again, and they are asked in turn; if nobody is free, it stays.
func TestTeamsThatAssignTheirMembers(t *testing.T) {
	for name, c := range map[string]struct {
		assign hubsim.SeedAssignment
		hooks  string // what each of two requests sends
		asked  string
		by     string // whose request the member's is
	}{
		"in turn":                            {hubsim.SeedAssignment{Members: 1}, "data+ tom-tri+ data-; data+ rui-sme+ data-", "rui-sme tom-tri", "tom-tri"},
		"in the author's name, the team too": {hubsim.SeedAssignment{Members: 1, Keep: true, Author: true}, "data+ tom-tri+; ", "data tom-tri", "sara-ds"},
		"more than there are":                {hubsim.SeedAssignment{Members: 3}, "data+ tom-tri+ rui-sme+ data-; data+", "data rui-sme tom-tri", "tom-tri"},
		"who is asked already is enough":     {hubsim.SeedAssignment{Members: 1, Count: true}, "data+ tom-tri+ data-; data+ data-", "tom-tri", "tom-tri"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHub(t, func(s *hubsimSeed, o *hubsimOptions) {
				withPullHooks(s, o)
				s.Teams[0].Members, s.Teams[0].AutoAssign = []string{"sara-ds", "tom-tri", "rui-sme"}, &c.assign
			})
			number, _ := h.pull("sara-ds", "topic", "a.txt")
			ask := fmt.Sprintf("%s/pulls/%d/requested_reviewers", base, number)
			var told []string
			var asked string
			for range 2 {
				h.take()
				h.do("tom-tri", "POST", ask, `{"team_reviewers":["data"]}`).must(t, 201)
				var each []string
				for _, call := range h.take() {
					login, isPerson := call.at("requested_reviewer", "login").(string)
					slug, _ := call.at("requested_team", "slug").(string)
					if isPerson && call.at("sender", "login") != c.by {
						t.Errorf("%s was asked by %v", login, call.at("sender", "login"))
					}
					sign := "+"
					if call.at("action") == "review_request_removed" {
						sign = "-"
					}
					each = append(each, login+slug+sign)
				}
				told = append(told, strings.Join(each, " "))
				asked = string(h.do("rui-sme", "GET", ask, "").must(t, 200).body)
			}
			if got := strings.Join(told, "; "); got != c.hooks {
				t.Errorf("told of %q, want %q", got, c.hooks)
			}
			for _, who := range []string{`"data"`, `"rui-sme"`, `"tom-tri"`} {
				if got := strings.Contains(asked, who); got != strings.Contains(c.asked, strings.Trim(who, `"`)) {
					t.Errorf("%s is asked: %t", who, got)
				}
			}
		})
	}
}
