package hubsim_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-github/v62/github"
)

func TestGraphQLHasARateLimitOfItsOwn(t *testing.T) {
	h := newHub(t, func(_ *hubsimSeed, o *hubsimOptions) { o.RateLimit = 2 })
	for range 2 {
		h.graphql(h.as("sara-ds"), `{ viewer { login } }`, nil).want(t, `{"data":{"viewer":{"login":"sara-ds"}}}`)
	}
	a := h.graphql(h.as("sara-ds"), `{ viewer { login } }`, nil).must(t, 200)
	if a.field("data") != nil || !strings.Contains(string(a.body), `"type":"RATE_LIMIT"`) || a.header.Get("X-RateLimit-Remaining") != "0" || a.header.Get("X-RateLimit-Resource") != "graphql" {
		t.Errorf("answered %s", a.body)
	}
	h.do("sara-ds", "GET", base, "").must(t, 200)
	left := h.do("sara-ds", "GET", "/rate_limit", "").must(t, 200)
	if left.field("resources", "graphql", "remaining") != 0.0 || left.field("resources", "core", "remaining") != 1.0 {
		t.Errorf("left %s", left.body)
	}
}

// go-github knows both limits by GitHub's own signs.
func TestClientsKnowTheRateLimits(t *testing.T) {
	h := newHub(t, func(_ *hubsimSeed, o *hubsimOptions) { o.RateLimit = 2 })
	h.do("", "PUT", "/_sim/faults", `{"match":{"method":"GET"},"times":1,"retry_after":7}`).must(t, 204)
	get := func() error {
		_, _, err := h.as("sara-ds").Repositories.Get(context.Background(), "acme-telco", "churn")
		return err
	}
	var secondary *github.AbuseRateLimitError
	if err := get(); !errors.As(err, &secondary) || secondary.GetRetryAfter().Seconds() != 7 {
		t.Errorf("the secondary limit: %v", err)
	}
	h.do("sara-ds", "GET", base, "").must(t, 200)
	var primary *github.RateLimitError
	if err := get(); !errors.As(err, &primary) {
		t.Errorf("the primary limit: %v", err)
	}
}

func TestDeletedLabelIsTakenOffWithoutItsName(t *testing.T) {
	h := newHub(t, nil)
	h.issue("sara-ds", "One", "", "bug")
	h.issue("sara-ds", "Two", "")
	h.take()
	h.do("sara-ds", "DELETE", base+"/labels/BUG", "").must(t, 204)
	calls := h.take()
	if got, want := namesOf(calls), "label.deleted issues.unlabeled"; got != want {
		t.Fatalf("webhooks %s, want %s", got, want)
	}
	if _, named := calls[1].payload["label"]; named || calls[1].at("issue", "number") != 1.0 || fmt.Sprint(calls[1].at("issue", "labels")) != "[]" {
		t.Errorf("unlabeled: %v", calls[1].payload)
	}
}

func TestDeletedIssueIsGone(t *testing.T) {
	h := newHub(t, nil)
	h.issue("sara-ds", "One", "", "bug")
	comment := h.comment(h.as("rui-sme"), 1, "hello")
	h.take()
	id := h.graphql(h.as("sara-ds"), repoQuery(`issue(number: 1) { id }`), nil).field("data", "repository", "issue", "id")
	const remove = `mutation($id: ID!) { deleteIssue(input: {issueId: $id}) { repository { name } } }`
	for _, who := range []*github.Client{h.as("sara-ds"), h.bot(nil)} {
		if a := h.graphql(who, remove, map[string]any{"id": id}); !strings.Contains(string(a.body), `"type":"FORBIDDEN"`) {
			t.Errorf("deleted without admin rights: %s", a.body)
		}
	}
	h.graphql(h.as("mina-mle"), remove, map[string]any{"id": id}).want(t, `{"data":{"deleteIssue":{"repository":{"name":"churn"}}}}`)
	if got := namesOf(h.take()); got != "issues.deleted" {
		t.Errorf("webhooks %s", got)
	}
	for _, path := range []string{"/issues/1", "/issues/1/comments", "/issues/1/labels", "/issues/1/timeline"} {
		h.do("sara-ds", "GET", base+path, "").must(t, 410)
	}
	h.do("sara-ds", "POST", base+"/issues/1/comments", `{"body":"x"}`).must(t, 410)
	h.do("sara-ds", "GET", fmt.Sprintf("%s/issues/comments/%d", base, comment), "").must(t, 404)
	if a := h.graphql(h.as("sara-ds"), repoQuery(`issue(number: 1) { id }`), nil); !strings.Contains(string(a.body), `"type":"NOT_FOUND"`) {
		t.Errorf("GraphQL: %s", a.body)
	}
	if n := h.issue("sara-ds", "Two", ""); n != 2 {
		t.Errorf("the number was given again: %d", n)
	}
}
