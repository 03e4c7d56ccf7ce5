package hubsim_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-github/v62/github"
)

// withPullHooks subscribes the App to what happens to pull requests.
func withPullHooks(s *hubsimSeed, o *hubsimOptions) {
	withFiles(s, o)
	s.App.Events = append(s.App.Events, "pull_request", "pull_request_review", "merge_group")
	s.App.Permissions["merge_queues"] = "read"
	s.Teams[0].Permission = "write"
}

// commitTree writes a commit with the entries of a tree on top of a branch and moves the branch to it.
func (h *hub) commitTree(login, branch, message, entries string) string {
	h.t.Helper()
	parent := h.head(branch)
	tree := h.do(login, "POST", base+"/git/trees", fmt.Sprintf(`{"base_tree":%q,"tree":[%s]}`, parent, entries)).must(h.t, 201).field("sha")
	sha := h.commitOf(login, message, fmt.Sprint(tree), parent)
	h.do(login, "PATCH", base+"/git/refs/heads/"+branch, fmt.Sprintf(`{"sha":%q}`, sha)).must(h.t, 200)
	return sha
}

func (h *hub) commitOf(login, message, tree, parent string) string {
	h.t.Helper()
	sha, _ := h.do(login, "POST", base+"/git/commits", fmt.Sprintf(`{"message":%q,"tree":%q,"parents":[%q]}`, message, tree, parent)).must(h.t, 201).field("sha").(string)
	return sha
}

func TestAuthorsOfACommit(t *testing.T) {
	h := newHub(t, withFiles)
	sara := h.do("", "GET", "/users/sara-ds", "").must(t, 200).field("id")
	message := "Tune it\n\nco-authored-by: nobody <early@example.com>\n\n" +
		"Co-Authored-By: Rui <" + fmt.Sprintf("%.0f+rui-sme@users.noreply.github.com", h.do("", "GET", "/users/rui-sme", "").field("id")) + ">\n" +
		"Co-authored-by: Ana Souza <ana@example.com>\nCo-authored-by: Ana again <ANA@example.com>\n" +
		fmt.Sprintf("Co-authored-by: Sara <%.0f+sara-ds@users.noreply.github.com>", sara)
	h.branch("sara-ds", "topic", h.head("main"))
	h.commitTree("sara-ds", "topic", message, `{"path":"a.txt","mode":"100644","type":"blob","content":"x"}`)
	h.graphql(h.as("rui-sme"), repoQuery(`ref(qualifiedName: "topic") { target { ... on Commit { authors(first: 10) { totalCount nodes { name user { login } } } } } }`), nil).want(t,
		`{"data":{"repository":{"ref":{"target":{"authors":{"totalCount":3,"nodes":[`+
			`{"name":"sara-ds","user":{"login":"sara-ds"}},{"name":"Rui","user":{"login":"rui-sme"}},{"name":"Ana Souza","user":null}]}}}}}}`)
}

func TestSignaturesOfCommits(t *testing.T) {
	h := newHub(t, func(s *hubsimSeed, o *hubsimOptions) {
		withFiles(s, o)
		s.App.Permissions["contents"] = "write"
	})
	number, head := h.pull("sara-ds", "topic", "a.txt")
	signature := func(sha string) string {
		a := h.graphql(h.as("rui-sme"), repoQuery(fmt.Sprintf(`object(oid: %q) { ... on Commit { signature { isValid state wasSignedByGitHub signer { login } } } }`, sha)), nil).must(t, 200)
		got, err := json.Marshal(a.field("data", "repository", "object", "signature"))
		if err != nil {
			t.Fatal(err)
		}
		verified := h.do("rui-sme", "GET", base+"/commits/"+sha, "").must(t, 200).field("commit", "verification", "verified")
		return fmt.Sprintf("%s %v", got, verified)
	}
	if got := signature(head); got != "null false" {
		t.Errorf("unsigned: %s", got)
	}
	h.do("", "POST", "/_sim/verified-commits", fmt.Sprintf(`{"repo":"acme-telco/churn","sha":%q}`, head)).must(t, 204)
	h.do("", "POST", "/_sim/verified-commits", `{"repo":"acme-telco/churn","sha":"main"}`).must(t, 422)
	if got := signature(head); got != `{"isValid":true,"signer":{"login":"sara-ds"},"state":"VALID","wasSignedByGitHub":false} true` {
		t.Errorf("signed: %s", got)
	}
	writer := h.bot(&github.InstallationTokenOptions{Permissions: &github.InstallationPermissions{Contents: github.String("write")}})
	for more, want := range map[string]string{"": `"wasSignedByGitHub":true`, `,"author":{"name":"Ana","email":"ana@example.com"}`: "null"} {
		own := h.botDo(writer, "POST", base+"/git/commits", fmt.Sprintf(`{"message":"by an App","tree":%q,"parents":[%q]%s}`, h.do("", "GET", base+"/git/commits/"+head, "").field("tree", "sha"), head, more)).must(t, 201)
		if got := signature(fmt.Sprint(own.field("sha"))); !strings.Contains(got, want) {
			t.Errorf("written by an App%s: %s", more, got)
		}
	}
	merge, _ := h.do("sara-ds", "PUT", fmt.Sprintf("%s/pulls/%d/merge", base, number), "").must(t, 200).field("sha").(string)
	if got := signature(merge); !strings.Contains(got, `"wasSignedByGitHub":true`) {
		t.Errorf("merged on GitHub: %s", got)
	}
}

func TestFilesOfACommit(t *testing.T) {
	h := newHub(t, withFiles)
	module := h.head("main")
	odd := `od"d\ né\t#?%20.txt`
	h.commitTree("sara-ds", "main", "Odd", fmt.Sprintf(`{"path":"lib/mod","mode":"160000","type":"commit","sha":%q},`, module)+
		`{"path":"lib/other","mode":"160000","type":"commit","sha":"`+module+`"},`+
		`{"path":".gitmodules","mode":"100644","type":"blob","content":"[submodule \"m\"]\n\tpath = lib/mod\n\turl = https://example.com/m.git\n"},`+
		`{"path":"link","mode":"120000","type":"blob","content":"README.md"},`+
		fmt.Sprintf(`{"path":%q,"mode":"100755","type":"blob","content":"x"}`, odd))
	file := func(path string) string {
		a := h.graphql(h.as("rui-sme"), `query($path: String!) { repository(owner: "acme-telco", name: "churn") { object(expression: "main") { ... on Commit {
			file(path: $path) { mode type name size submodule { gitUrl subprojectCommitOid } object { __typename } } } } } }`, map[string]any{"path": path}).must(t, 200)
		got, err := json.Marshal(a.field("data", "repository", "object", "file"))
		if err != nil {
			t.Fatal(err)
		}
		return string(got)
	}
	name, err := json.Marshal(odd)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"lib/mod":   fmt.Sprintf(`{"mode":57344,"name":"mod","object":null,"size":0,"submodule":{"gitUrl":"https://example.com/m.git","subprojectCommitOid":%q},"type":"commit"}`, module),
		"lib/other": `{"mode":57344,"name":"other","object":null,"size":0,"submodule":null,"type":"commit"}`,
		"link":      `{"mode":40960,"name":"link","object":{"__typename":"Blob"},"size":9,"submodule":null,"type":"blob"}`,
		odd:         `{"mode":33261,"name":` + string(name) + `,"object":{"__typename":"Blob"},"size":1,"submodule":null,"type":"blob"}`,
		"lib":       `{"mode":16384,"name":"lib","object":{"__typename":"Tree"},"size":0,"submodule":null,"type":"tree"}`,
		"nowhere":   "null",
	} {
		if got := file(path); got != want {
			t.Errorf("%s: %s\nwant %s", path, got, want)
		}
	}
}

func TestTimelineOfAPullRequest(t *testing.T) {
	h := newHub(t, withPullHooks)
	number, first := h.pull("sara-ds", "topic", "a.txt")
	pull := fmt.Sprintf("%s/pulls/%d", base, number)
	h.do("sara-ds", "POST", pull+"/requested_reviewers", `{"reviewers":["tom-tri"],"team_reviewers":["data"]}`).must(t, 201)
	h.do("sara-ds", "DELETE", pull+"/requested_reviewers", `{"reviewers":["tom-tri"]}`).must(t, 200)
	tree, _ := h.do("sara-ds", "GET", base+"/git/commits/"+first, "").must(t, 200).field("tree", "sha").(string)
	second := h.commitOf("sara-ds", "Again", tree, h.head("main"))
	h.take()
	h.do("sara-ds", "PATCH", base+"/git/refs/heads/topic", fmt.Sprintf(`{"sha":%q}`, second)).must(t, 422)
	h.do("sara-ds", "PATCH", base+"/git/refs/heads/topic", fmt.Sprintf(`{"sha":%q,"force":true}`, second)).must(t, 200)
	calls := h.take()
	if got := namesOf(calls); got != "check_suite.requested pull_request.synchronize" || calls[1].at("before") != first || calls[1].at("after") != second {
		t.Errorf("the push: %s, %v to %v", got, calls[1].at("before"), calls[1].at("after"))
	}
	query := repoQuery(fmt.Sprintf(`pullRequest(number: %d) { timelineItems(last: 3, itemTypes: [REVIEW_REQUESTED_EVENT, REVIEW_REQUEST_REMOVED_EVENT, HEAD_REF_FORCE_PUSHED_EVENT]) {
		filteredCount nodes { __typename
			... on ReviewRequestedEvent { actor { login } requestedReviewer { ... on User { login } ... on Team { slug organization { login } } } }
			... on ReviewRequestRemovedEvent { actor { login } requestedReviewer { ... on User { login } } }
			... on HeadRefForcePushedEvent { actor { login } beforeCommit { oid } afterCommit { oid } ref { name } } } }
		reviewRequests(first: 5) { totalCount nodes { requestedReviewer { ... on Team { slug } } } } }`, number))
	h.graphql(h.bot(nil), query, nil).want(t, `{"data":{"repository":{"pullRequest":{"timelineItems":{"filteredCount":4,"nodes":[`+
		`{"__typename":"ReviewRequestedEvent","actor":{"login":"sara-ds"},"requestedReviewer":{"slug":"data","organization":{"login":"acme-telco"}}},`+
		`{"__typename":"ReviewRequestRemovedEvent","actor":{"login":"sara-ds"},"requestedReviewer":{"login":"tom-tri"}},`+
		fmt.Sprintf(`{"__typename":"HeadRefForcePushedEvent","actor":{"login":"sara-ds"},"beforeCommit":{"oid":%q},"afterCommit":{"oid":%q},"ref":{"name":"topic"}}]},`, first, second)+
		`"reviewRequests":{"totalCount":1,"nodes":[{"requestedReviewer":{"slug":"data"}}]}}}}}`)
	// Without the members permission an App does not learn of teams.
	blind := h.bot(&github.InstallationTokenOptions{Permissions: &github.InstallationPermissions{PullRequests: github.String("read"), Contents: github.String("read")}})
	a := h.graphql(blind, query, nil).must(t, 200)
	if got := string(a.body); strings.Contains(got, `"data"}`) || !strings.Contains(got, `"FORBIDDEN"`) || !strings.Contains(got, `{"requestedReviewer":null}`) {
		t.Errorf("an App without members: read got %s", got)
	}
}

func TestReviewsArePaged(t *testing.T) {
	h := newHub(t, withPullHooks)
	number, head := h.pull("sara-ds", "topic", "a.txt")
	path := fmt.Sprintf("%s/pulls/%d/reviews", base, number)
	h.do("rui-sme", "POST", path, `{"event":"APPROVE"}`).must(t, 200)
	h.do("tom-tri", "POST", path, `{"event":"REQUEST_CHANGES","body":"no"}`).must(t, 200)
	h.do("tom-tri", "POST", path, `{"body":"still being written"}`).must(t, 200)
	page := func(after string) answer {
		return h.graphql(h.bot(nil), repoQuery(fmt.Sprintf(`pullRequest(number: %d) { reviews(first: 1, after: %s) { totalCount pageInfo { hasNextPage endCursor }
			nodes { databaseId fullDatabaseId state submittedAt author { login } commit { oid } } } }`, number, after)), nil).must(t, 200)
	}
	var states []string
	after := "null"
	for range 2 {
		a := page(after)
		reviews, _ := a.field("data", "repository", "pullRequest", "reviews").(map[string]any)
		nodes, _ := reviews["nodes"].([]any)
		if len(nodes) != 1 || reviews["totalCount"] != 2.0 {
			t.Fatalf("a page %s", a.body)
		}
		n, _ := nodes[0].(map[string]any)
		commit, _ := n["commit"].(map[string]any)
		if n["submittedAt"] == nil || commit["oid"] != head || n["fullDatabaseId"] != fmt.Sprintf("%.0f", n["databaseId"]) {
			t.Errorf("review %v", n)
		}
		info, _ := reviews["pageInfo"].(map[string]any)
		states = append(states, fmt.Sprint(n["state"], info["hasNextPage"]))
		after = fmt.Sprintf("%q", info["endCursor"])
	}
	if got := strings.Join(states, " "); got != "APPROVEDtrue CHANGES_REQUESTEDfalse" {
		t.Errorf("pages %s", got)
	}
}

// A comment that is deleted leaves an event: GraphQL tells whose it was, REST does not.
func TestADeletedCommentLeavesAnEvent(t *testing.T) {
	h := newHub(t, withPullHooks)
	number, _ := h.pull("sara-ds", "topic", "a.txt")
	for _, of := range []struct{ parent, item string }{{"issue", "IssueTimelineItems"}, {"pullRequest", "PullRequestTimelineItems"}} {
		n := number
		if of.parent == "issue" {
			n = h.issue("rui-sme", "Plain", "x")
		}
		conversation := fmt.Sprintf("%s/issues/%d", base, n)
		comment := func(login string) (path, node string) {
			a := h.do(login, "POST", conversation+"/comments", `{"body":"word"}`).must(t, 201)
			node, _ = a.field("node_id").(string)
			return fmt.Sprintf("%s/issues/comments/%.0f", base, a.field("id")), node
		}
		path, _ := comment("rui-sme")
		h.do("mina-mle", "DELETE", path, "", mina...).must(t, 204)
		_, node := comment("rui-sme")
		h.graphql(h.as("rui-sme"), `mutation($id: ID!) { deleteIssueComment(input: {id: $id}) { clientMutationId } }`, map[string]any{"id": node}).must(t, 200)
		a := h.graphql(h.bot(nil), repoQuery(fmt.Sprintf(`%s(number: %d) { timelineItems(last: 100, itemTypes: [COMMENT_DELETED_EVENT]) { nodes { __typename
			... on CommentDeletedEvent { id databaseId createdAt actor { login } deletedCommentAuthor { login } } } } }`, of.parent, n)), nil).must(t, 200)
		nodes, _ := a.field("data", "repository", of.parent, "timelineItems", "nodes").([]any)
		var told []string
		for _, node := range nodes {
			m, _ := node.(map[string]any)
			actor, _ := m["actor"].(map[string]any)
			author, _ := m["deletedCommentAuthor"].(map[string]any)
			told = append(told, fmt.Sprint(m["__typename"], " by ", actor["login"], " of ", author["login"]))
			if m["databaseId"] == nil || m["createdAt"] == nil || !strings.HasPrefix(fmt.Sprint(m["id"]), "CDE_") {
				t.Errorf("event %v", m)
			}
		}
		if got, want := strings.Join(told, ", "), "CommentDeletedEvent by mina-mle of rui-sme, CommentDeletedEvent by rui-sme of rui-sme"; got != want {
			t.Errorf("%s: %s, want %s", of.item, got, want)
		}
		for _, list := range []string{"/timeline", "/events"} {
			a := h.do("rui-sme", "GET", conversation+list, "").must(t, 200)
			if text := string(a.body); strings.Count(text, `"event":"comment_deleted"`) != 2 || strings.Contains(text, "deleted_comment_author") {
				t.Errorf("%s: %s", list, text)
			}
		}
	}
}
