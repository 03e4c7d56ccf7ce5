package pages

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// result is GitHub's answer to a request that a page sent.
type result struct {
	status int
	body   []byte
}

func (r result) refused() bool { return r.status >= 400 }

// message is what GitHub's error says, in one line each.
func (r result) message() string {
	var e struct {
		Message string            `json:"message"`
		Errors  []json.RawMessage `json:"errors"`
	}
	if err := json.Unmarshal(r.body, &e); err != nil || e.Message == "" {
		return fmt.Sprintf("GitHub answered %d %s.", r.status, http.StatusText(r.status))
	}
	lines := []string{fmt.Sprintf("GitHub says: %s (%d)", e.Message, r.status)}
	for _, raw := range e.Errors {
		var one struct{ Resource, Field, Code, Message string }
		var plain string
		switch {
		case json.Unmarshal(raw, &plain) == nil:
			lines = append(lines, plain)
		case json.Unmarshal(raw, &one) == nil && one.Message != "":
			lines = append(lines, one.Message)
		case one.Field != "":
			lines = append(lines, fmt.Sprintf("%s %s: %s", one.Resource, one.Field, strings.ReplaceAll(one.Code, "_", " ")))
		}
	}
	return strings.Join(lines, "\n")
}

// act sends a request about the repository as the viewer. A nil body sends none.
func (v *visit) act(method, path string, body any) (result, error) {
	if v.viewer.Login == "" {
		return result{}, refuse(http.StatusForbidden, "There is nobody to act as: the simulated GitHub has no people.")
	}
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return result{}, fmt.Errorf("write the request %s %s: %w", method, path, err)
		}
	}
	full := "/repos/" + url.PathEscape(v.at.Owner) + "/" + url.PathEscape(v.at.Name) + path
	if path == graphqlPath {
		full = path
	}
	status, answer, err := v.h.hub.Act(v.ctx, v.viewer.Login, method, full, raw)
	if err != nil {
		return result{}, fmt.Errorf("%s %s as %s: %w", method, full, v.viewer.Login, err)
	}
	if path == graphqlPath {
		return graphqlResult(status, answer), nil
	}
	return result{status: status, body: answer}, nil
}

// graphqlPath is where the few things are asked for that REST cannot do.
const graphqlPath = "/graphql"

// graphqlResult makes an answer of GraphQL's, which is 200 even for what was refused, one of REST's.
func graphqlResult(status int, answer []byte) result {
	var out struct {
		Errors []struct {
			Type    string `json:"type"`
			Message string `json:"message"`
		} `json:"errors"`
	}
	if status != http.StatusOK || json.Unmarshal(answer, &out) != nil || len(out.Errors) == 0 {
		return result{status: status, body: answer}
	}
	status = http.StatusUnprocessableEntity
	if out.Errors[0].Type == "FORBIDDEN" {
		status = http.StatusForbidden
	}
	body, _ := json.Marshal(map[string]string{"message": out.Errors[0].Message}) // texts always marshal
	return result{status: status, body: body}
}

// mutations are the buttons of a pull request that go through GraphQL: the mutation, its argument for the pull
// request, and what is said afterwards.
var mutations = map[string]struct{ name, argument, done string }{
	"ready":   {"markPullRequestReadyForReview", "pullRequestId", "Ready for review."},
	"draft":   {"convertPullRequestToDraft", "pullRequestId", "Converted to a draft."},
	"enqueue": {"enqueuePullRequest", "pullRequestId", "Queued to merge."},
	"dequeue": {"dequeuePullRequest", "id", "Taken out of the queue."},
}

func mutationStep(do, node string) step {
	m := mutations[do]
	query := fmt.Sprintf("mutation($id: ID!) { %s(input: {%s: $id}) { clientMutationId } }", m.name, m.argument)
	return one(m.done, http.MethodPost, graphqlPath, map[string]any{"query": query, "variables": map[string]string{"id": node}})
}

// settle waits a little for what a request set going, so that the page that comes next shows it, and leaves a
// message: that more is to come, else done if that is not empty.
func (v *visit) settle(done string) {
	ctx, cancel := context.WithTimeout(v.ctx, v.h.wait)
	defer cancel()
	if err := v.h.hub.Settle(ctx); err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		v.setFlash(flash{Kind: "wait", Text: "Done. What follows from it is still under way: reload this page in a moment."})
		return
	}
	if done != "" {
		v.setFlash(flash{Kind: "done", Text: done})
	}
}

// request is one REST request of an action.
type request struct {
	method, path string
	body         any
}

// step is what a button of an issue's page does: the requests it sends one after another, until one is refused.
type step struct {
	requests []request
	done     string // what is said afterwards
	anchor   string // where the page opens
}

// actOnIssue answers the buttons of an issue or pull request.
func (h *Handler) actOnIssue(v *visit) error {
	n, err := v.number()
	if err != nil {
		return err
	}
	st, err := stepFor(v.r.PostForm, n, strings.Contains(v.r.URL.Path, "/pull/"))
	if err != nil {
		return h.refuseForm(v, n, http.StatusUnprocessableEntity, err.Error())
	}
	v.rememberViewer()
	anchor := st.anchor
	for _, q := range st.requests {
		res, err := v.act(q.method, q.path, q.body)
		if err != nil {
			return err
		}
		if res.refused() {
			return h.refuseForm(v, n, res.status, res.message())
		}
		if anchor == "" {
			anchor = commentAnchor(res.body)
		}
	}
	v.settle(st.done)
	to := v.r.URL.EscapedPath()
	if anchor != "" {
		to += "#" + anchor
	}
	return v.redirect(to)
}

// refuseForm shows the page again with what went wrong and what was typed.
func (h *Handler) refuseForm(v *visit, number, status int, message string) error {
	v.status = status
	v.flash = &flash{Kind: "error", Text: message}
	f := v.r.PostForm
	v.reopen(f)
	return h.showIssue(v, number, &draft{Title: f.Get("title"), Body: f.Get("body"), Review: f.Get("review")})
}

// reopen makes the page show the same editor that a refused form came from.
func (v *visit) reopen(f url.Values) {
	edit := map[string]string{
		"edit-title": "title", "edit-body": "body", "edit-comment": "issuecomment-" + f.Get("comment"),
	}[f.Get("do")]
	if edit == "" {
		return
	}
	u := *v.r.URL
	u.RawQuery = url.Values{"edit": {edit}}.Encode()
	v.r.URL = &u
}

// commentAnchor finds the new comment in an answer, to open the page at it.
func commentAnchor(answer []byte) string {
	var made struct {
		URL string `json:"html_url"`
	}
	if json.Unmarshal(answer, &made) != nil {
		return ""
	}
	_, anchor, _ := strings.Cut(made.URL, "#")
	if !strings.HasPrefix(anchor, "issuecomment-") && !strings.HasPrefix(anchor, "pullrequestreview-") {
		return ""
	}
	return anchor
}

// stepFor says what a submitted form asks for. An error is for the person who sent it.
func stepFor(f url.Values, number int, isPull bool) (step, error) {
	issue := fmt.Sprintf("/issues/%d", number)
	text := f.Get("body")
	empty := strings.TrimSpace(text) == ""
	comment := request{http.MethodPost, issue + "/comments", map[string]any{"body": text}}
	switch do := f.Get("do"); do {
	case "comment":
		if empty {
			return step{}, refuse(http.StatusUnprocessableEntity, "A comment needs a text.")
		}
		return step{requests: []request{comment}}, nil
	case "close", "close-not-planned", "reopen":
		st := step{}
		if !empty {
			st.requests = append(st.requests, comment)
		}
		st.requests = append(st.requests, request{http.MethodPatch, issue, stateChange(do, isPull)})
		return st, nil
	case "edit-title":
		return one("Title saved.", http.MethodPatch, issue, map[string]any{"title": f.Get("title")}), nil
	case "edit-body":
		st := one("Text saved.", http.MethodPatch, issue, map[string]any{"body": text})
		st.anchor = "issue-body"
		return st, nil
	case "add-label":
		return one("", http.MethodPost, issue+"/labels", map[string]any{"labels": []string{f.Get("label")}}), nil
	case "remove-label":
		return one("", http.MethodDelete, issue+"/labels/"+url.PathEscape(f.Get("label")), nil), nil
	case "edit-comment", "delete-comment":
		return commentStep(do, f)
	case "approve", "request-changes", "review-comment", "merge":
		return pullStep(do, f, number)
	case "ready", "draft", "enqueue", "dequeue":
		return mutationStep(do, f.Get("node")), nil
	default:
		return step{}, refuse(http.StatusUnprocessableEntity, "This page has no button %q.", do)
	}
}

func one(done, method, path string, body any) step {
	return step{done: done, requests: []request{{method, path, body}}}
}

// stateChange is the body of a request that closes or reopens. Pull requests know no reasons.
func stateChange(do string, isPull bool) map[string]any {
	if do == "reopen" {
		return map[string]any{"state": "open"}
	}
	change := map[string]any{"state": "closed"}
	if !isPull {
		change["state_reason"] = map[string]string{"close": "completed", "close-not-planned": "not_planned"}[do]
	}
	return change
}

func commentStep(do string, f url.Values) (step, error) {
	id, err := strconv.ParseInt(f.Get("comment"), 10, 64)
	if err != nil {
		return step{}, refuse(http.StatusUnprocessableEntity, "That form names no comment; reload the page.")
	}
	path := fmt.Sprintf("/issues/comments/%d", id)
	if do == "delete-comment" {
		return one("Comment deleted.", http.MethodDelete, path, nil), nil
	}
	st := one("Comment saved.", http.MethodPatch, path, map[string]any{"body": f.Get("body")})
	st.anchor = fmt.Sprintf("issuecomment-%d", id)
	return st, nil
}

func pullStep(do string, f url.Values, number int) (step, error) {
	path := fmt.Sprintf("/pulls/%d", number)
	if do == "merge" {
		return one("Merged.", http.MethodPut, path+"/merge", map[string]any{}), nil
	}
	text := f.Get("review")
	event := map[string]string{"approve": "APPROVE", "request-changes": "REQUEST_CHANGES", "review-comment": "COMMENT"}[do]
	if event != "APPROVE" && strings.TrimSpace(text) == "" {
		return step{}, refuse(http.StatusUnprocessableEntity, "Say what you saw: only an approval may be without a text.")
	}
	return one("Review sent.", http.MethodPost, path+"/reviews", map[string]any{"event": event, "body": text}), nil
}
