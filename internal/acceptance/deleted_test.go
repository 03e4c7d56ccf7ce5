package acceptance_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// deletable starts a project with a problem and a deliverable.
func deletable(t *testing.T) *world {
	t.Helper()
	w := newProject(t)
	w.open(1, "helena-bs", problemTitle, form(lifecycle.Problem, w.lang, problemForm("<= 4.0", "%")), "kind:problem")
	w.open(2, "sara-ds", scoreTitle, form(lifecycle.Deliverable, w.lang, scoreForm().with(lifecycle.SecParent, same("#1"))), "kind:deliverable")
	return w
}

// goesOn fails unless the product still does its work on a new issue and on #2.
func (w *world) goesOn(next int) {
	w.t.Helper()
	w.open(next, "tomas-ds", offersTitle, form(lifecycle.Deliverable, w.lang, offersForm().with(lifecycle.SecParent, same("#1"))), "kind:deliverable")
	w.comment(2, "sara-ds", "/status")
	w.invariants(w.look())
}

func TestStickyIsDeleted(t *testing.T) {
	t.Parallel()
	w := deletable(t)
	sticky := w.botComments(2)[0]
	w.as("mina-mle", "DELETE", fmt.Sprintf("/issues/comments/%d", sticky.ID), nil)
	w.settle()
	w.goesOn(3)
}

func TestLabelIsDeleted(t *testing.T) {
	t.Parallel()
	w := deletable(t)
	w.as("mina-mle", "DELETE", "/labels/phase:design", nil)
	w.settle()
	w.goesOn(3)
	if got := w.look().issue(2).Labels; !slices.Equal(got, []string{"kind:deliverable", "phase:design", "risk:standard"}) {
		t.Errorf("#2 has %v", got)
	}
}

// The comment is gone before the bot answers it.
func TestCommandIsDeleted(t *testing.T) {
	t.Parallel()
	w := deletable(t)
	for _, route := range []string{"GET", "POST"} {
		w.faults(map[string]any{"match": map[string]any{"method": route, "actor": botLogin}, "delay": 0.05})
		id := w.post(2, "sara-ds", "/advance development")
		w.as("sara-ds", "DELETE", fmt.Sprintf("/issues/comments/%d", id), nil)
		w.settle()
		w.faults()
	}
	w.goesOn(3)
}

// deleteIssue deletes an issue for good, which GitHub lets an admin do through GraphQL only.
func (w *world) deleteIssue(number int) {
	w.t.Helper()
	id := w.as("mina-mle", "GET", fmt.Sprintf("/issues/%d", number), nil).field("node_id")
	a, err := w.raw("POST", w.sys.WebURL+"/api/graphql", "sim-mina-mle", map[string]any{
		"query":     "mutation($id: ID!) { deleteIssue(input: {issueId: $id}) { clientMutationId } }",
		"variables": map[string]any{"id": id},
	}, nil)
	if err != nil || a.status != 200 || a.field("errors") != nil {
		w.t.Fatalf("delete #%d: %d %.300s, %v", number, a.status, a.body, err)
	}
	delete(w.issues, number)
}

// An issue is deleted at rest, and while the bot reads it or writes to it.
func TestIssueIsDeleted(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"", "POST /graphql", "POST " + repoPath + "/issues/2/comments"} {
		t.Run("during "+when, func(t *testing.T) {
			t.Parallel()
			w := deletable(t)
			w.open(3, "dora-de", dataTitle, form(lifecycle.Data, w.lang, dataForm().with(lifecycle.SecParent, same("#2"))), "kind:data")
			if method, route, ok := strings.Cut(when, " "); ok {
				w.faults(map[string]any{"match": map[string]any{"method": method, "route": route, "actor": botLogin}, "delay": 0.3})
				w.forgetRequests()
				w.post(2, "sara-ds", "/advance development")
				w.until("the product got as far as it is to be disturbed", func() bool {
					return route == "/graphql" && w.accepted() || slices.ContainsFunc(w.requests(), func(r requestCount) bool {
						return r.Actor == botLogin && r.Route == "/graphql"
					})
				})
			}
			w.deleteIssue(2)
			w.settle()
			w.faults()
			w.open(4, "tomas-ds", offersTitle, form(lifecycle.Deliverable, w.lang, offersForm().with(lifecycle.SecParent, same("#1"))), "kind:deliverable")
			w.at("2026-01-06 12:00")
			w.comment(3, "dora-de", "/approve")
			w.comment(3, "rui-sme", "/approve")
			s := w.look()
			w.invariants(s)
			if got := s.issue(3).Labels; !slices.Contains(got, lifecycle.DataValidated) {
				t.Errorf("#3 was not looked after once #2 was gone: %v", got)
			}
			if board := seen(t, s.issue(1).sticky().Body); strings.Contains(board, "#2") || !strings.Contains(board, "#4") {
				t.Errorf("the board does not follow the deletion: %s", board)
			}
		})
	}
}
