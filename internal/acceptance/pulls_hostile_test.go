package acceptance_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// harmlessChecks fails if a check of the product's on a commit is too long, mentions somebody, shows HTML or links
// of outsiders, or has a table whose rows have another number of cells than its head.
func (w *world) harmlessChecks(sha string) {
	w.t.Helper()
	found := 0
	for _, r := range w.runs() {
		if r.Head != sha {
			continue
		}
		found++
		if strings.ContainsAny(r.Output.Title, "\r\n\u202e\u2066") || utf8.RuneCountInString(r.Output.Title) > 400 {
			w.t.Errorf("%s has the title %q", r.Name, r.Output.Title)
		}
		for what, body := range map[string]string{"summary": r.Output.Summary, "text": r.Output.Text} {
			if len(body) > maxText {
				w.t.Errorf("the %s of %s has %d bytes", what, r.Name, len(body))
			}
			if got := mentioned(w.t, body); len(got) > 0 {
				w.t.Errorf("the %s of %s mentions %v:\n%s", what, r.Name, got, body)
			}
			w.plain("the "+what+" of "+r.Name, body)
		}
	}
	if found == 0 {
		w.t.Errorf("there is no check on %.7s", sha)
	}
}

// plain fails on what a text of somebody else's could put into Markdown.
func (w *world) plain(where, body string) {
	w.t.Helper()
	for n := range parseMarkdown(w.t, body).Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if slices.Contains([]string{"img", "script", "b", "iframe", "h1", "marquee", "input"}, n.Data) {
			w.t.Errorf("%s shows a <%s> of somebody else:\n%s", where, n.Data, body)
		}
		for _, a := range n.Attr {
			if strings.Contains(a.Val, "evil.example") {
				w.t.Errorf("%s links to %s", where, a.Val)
			}
		}
	}
}

const forged = "<!-- phasegate:pull v1 eyJwdWxsIjoyfQ -->"

// Titles, branches, paths, reasons and texts with everything in them that could do something on GitHub.
func TestHostilePulls(t *testing.T) {
	t.Parallel()
	w := groundOf(t, ground{phases: []lifecycle.Phase{lifecycle.Development, lifecycle.Design}})
	w.as("sara-ds", "PATCH", "/issues/2", map[string]any{"title": hostile})
	w.settle()
	for i, c := range []struct{ branch, title, body, path string }{
		{"a|b`c", "| cell ` " + hostile, hostile, "train/a|b`c.py"},
		{"<!--x-->", forged, forged, "train/<!-- phasegate:pull v1 e30 -->.py"},
		{"🚀-ünï", "line\nbreak", "Deliverable: #1\n" + forged, "train/new\nline | @felix-se <b>x</b>.py"},
		{strings.Repeat("b", 200), strings.Repeat("t", 200), strings.Repeat("x", 60000), "train/" + strings.Repeat("p", 200) + ".py"},
		{"1-)]", "@felix-se [x](https://evil.example)", "Deliverable: #2", "train/[x](www.evil.example) www.evil.example.py"},
		{"html", "<img src=x>", "Deliverable: #2\r\nHotfix: " + strings.ReplaceAll(hostile, "\n", " "), "deploy/<img src=www.evil.example>.py"},
		{"long", "many", "Deliverable: #2", "train/" + strings.Repeat("d/", 40) + strings.Repeat("🦆", 40)},
	} {
		head := w.write("sara-ds", commit{branch: "main", files: []file{text1(c.path, fmt.Sprint(i))}})
		w.as("sara-ds", "POST", "/git/refs", map[string]any{"ref": "refs/heads/" + c.branch, "sha": head})
		n := w.pullOf("sara-ds", c.branch, c.body, map[string]any{"title": c.title})
		r := w.on(head, "roles")
		if r.state() != "in_progress" || !strings.Contains(seen(t, r.Output.Title), "tomas-ds") && !strings.HasPrefix(c.path, "deploy") {
			t.Errorf("%q: roles is %s: %s", c.path, r.state(), r.Output.Title)
		}
		if w.on(head, "gate").state() == "" {
			t.Errorf("%q: there is no gate", c.path)
		}
		w.later()
		w.comment(n, "tomas-ds", "/object "+hostile+" "+forged)
		w.comment(n, "felix-se", "/approve as "+hostile)
		w.comment(n, "felix-se", "/approve "+forged)
		w.harmlessChecks(head)
		w.harmless(n, "tomas-ds", "felix-se")
		w.pullIsJudged(n, head, c.path)
	}
}

// pullIsJudged fails unless a yes and a push to a path of that name do what they do elsewhere.
func (w *world) pullIsJudged(n int, head, path string) {
	w.t.Helper()
	who := "tomas-ds"
	if strings.HasPrefix(path, "deploy") {
		who = "bento-be"
		w.remark(n, "tomas-ds", "/withdraw")
	}
	w.review(n, who, "APPROVE", head)
	w.stand(fmt.Sprintf("%q", path), head, "roles", "success")
	again := w.write("sara-ds", commit{parents: []string{head}, files: []file{text1(path, "changed")}})
	var p struct{ Head struct{ Ref string } }
	w.read("/pulls/"+itoa(n), &p)
	w.as("sara-ds", "PATCH", "/git/refs/heads/"+(&url.URL{Path: p.Head.Ref}).EscapedPath(), map[string]any{"sha": again, "force": true})
	w.settle()
	w.stand(fmt.Sprintf("%q, changed", path), again, "roles", "in_progress", "older commit")
}

// What others write that looks like Phasegate's own: a hidden block in a comment, a check of another App's.
func TestForgedApprovals(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	n, head := w.change("sara-ds", "model", train("good()\n"))
	w.later()
	old := w.comment(n, "tomas-ds", "/approve")
	next := w.pushed("sara-ds", "model", train("bad()\n"))
	w.stand("pushed", next, "roles", "in_progress")
	ledger, err := markdown.EncodeBlock("pull", map[string]any{"pull": n, "head": next, "seen": "2020-01-01T00:00:00Z", "for": map[string]string{fmt.Sprint(old): next}})
	if err != nil {
		t.Fatal(err)
	}
	reply, err := markdown.EncodeBlock("replied", map[string]any{"kind": "replied", "cause": old, "causes": []int64{old}})
	if err != nil {
		t.Fatal(err)
	}
	w.remark(n, "sara-ds", "Look.\n\n"+ledger+"\n\n"+reply)
	w.as("sara-ds", "PATCH", "/pulls/"+itoa(n), map[string]any{"body": "Deliverable: #1\n\n" + ledger})
	w.settle()
	w.stand("a forged block", next, "roles", "in_progress")

	var token struct{ Token string }
	if err := json.Unmarshal(w.sim("POST", "/actions-token", map[string]any{"repo": "acme-telco/churn", "permissions": map[string]string{"checks": "write", "pull_requests": "write", "issues": "write"}}).body, &token); err != nil || token.Token == "" {
		t.Fatalf("a workflow's token: %v", err)
	}
	for _, c := range []struct {
		method, path string
		body         any
	}{
		{"POST", "/check-runs", map[string]any{"name": "phasegate/roles", "head_sha": next, "status": "completed", "conclusion": "success", "started_at": "2020-01-01T00:00:00Z",
			"external_id": fmt.Sprintf("pull:%d:0", n), "output": map[string]any{"title": "Approved", "summary": "All", "text": ledger}}},
		{"POST", fmt.Sprintf("/issues/%d/comments", n), map[string]any{"body": "/approve"}},
		{"POST", fmt.Sprintf("/pulls/%d/reviews", n), map[string]any{"event": "APPROVE", "commit_id": next}},
	} {
		a, err := w.raw(c.method, w.sys.APIURL+repoPath+c.path, token.Token, c.body, nil)
		if err != nil || a.status/100 != 2 {
			t.Fatalf("a workflow: %s %s: %d %.200s, %v", c.method, c.path, a.status, a.body, err)
		}
		w.settle()
		w.later()
		w.comment(n, "bento-be", "What now?")
		w.stand("a workflow's "+c.path, next, "roles", "in_progress")
	}
	w.as("sara-ds", "PATCH", "/issues/comments/"+fmt.Sprint(w.remark(n, "sara-ds", "/approve")), map[string]any{"body": "Nothing."})
	w.sys.replace()
	w.settle()
	w.stand("an empty database", next, "roles", "in_progress")
	w.stand("what was approved", head, "roles", "success")
	last := w.pushed("sara-ds", "model", text1("tests/x.py", "x\n"))
	w.stand("a push on top", last, "roles", "in_progress", "tomas-ds")
}
