package gh_test

import (
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/hubsim"
)

const stickyText = "<!-- phasegate:sticky v1 e30 -->\n\nStatus"

// issue opens an issue, or closes it at once.
func (w *world) issue(title, body string, closed bool, labels ...string) int {
	w.t.Helper()
	var i issueJSON
	w.do("rui-sme", "POST", "/issues", map[string]any{"title": title, "body": body, "labels": labels}, &i)
	if closed {
		w.do("rui-sme", "PATCH", fmt.Sprint("/issues/", i.Number), map[string]string{"state": "closed"}, nil)
	}
	return i.Number
}

// numbers are the issues that the snapshot lists.
func numbers(s engine.Snapshot) []int {
	var out []int
	for _, l := range s.Listed {
		out = append(out, l.Issue.Number)
	}
	return out
}

func listed(t *testing.T, s engine.Snapshot, number int) engine.Listed {
	t.Helper()
	i := slices.IndexFunc(s.Listed, func(l engine.Listed) bool { return l.Issue.Number == number })
	if i < 0 {
		t.Fatalf("#%d is not listed: %v", number, numbers(s))
	}
	return s.Listed[i]
}

func TestNeighbours(t *testing.T) {
	w := newWorld(t, teamConfig)
	w.issue("Problem", "", false, "kind:problem")                         // 4
	w.issue("Old data", "", true, "kind:data")                            // 5
	w.issue("Mine", "### Parent\n\n#1", true, "kind:experiment")          // 6
	w.issue("Another's", "### Parent\n\n#2", true, "kind:experiment")     // 7
	w.issue("Release", "### Parent\n\n#1", false, "kind:deployment")      // 8
	w.issue("Meeting", "", false, "kind:meeting")                         // 9
	w.issue("Support", "### Parent\n\n#1", false, "kind:support-problem") // 10
	w.issue("Incident", "### Parent\n\n#1", true, "kind:incident", "x")   // 11
	for number, want := range map[int][]int{1: {1, 2, 4, 6, 8, 10, 11}, 4: {1, 2, 4, 8, 10}, 6: {1, 2, 4, 6, 8, 10}, 99: {1, 2, 4, 8, 10}} {
		w.key.Number = number
		if got := numbers(w.snapshot()); !slices.Equal(got, want) {
			t.Errorf("#%d: %v, want %v", number, got, want)
		}
	}
	w.key.Number = 1
	s := w.snapshot()
	w.wire.sent("")
	if err := w.hub.Fill(t.Context(), &s, engine.Lack{Issues: []int{5}}); err != nil || !listed(t, s, 5).Issue.Closed {
		t.Errorf("a closed one that is named: %v", err)
	}
	if n := w.wire.sent(""); n != 0 {
		t.Errorf("%d requests for an issue of the index", n)
	}
}

// whatever happened between two looks, the second one sees what a first one would.
func TestIndexFollows(t *testing.T) {
	w := newWorld(t, teamConfig)
	w.issue("Problem", "", false, "kind:problem") // 4
	w.issue("Data", "", false, "kind:data")       // 5
	w.issue("Tried", "### Parent\n\n#1", false, "kind:experiment")
	comment := func(issue int) int64 {
		var c struct{ ID int64 }
		w.do("rui-sme", "POST", fmt.Sprintf("/issues/%d/comments", issue), map[string]string{"body": "word"}, &c)
		return c.ID
	}
	sticky := func(issue int) {
		if err := w.try(engine.PostComment{Issue: issue, Body: stickyText}); err != nil {
			t.Fatal(err)
		}
	}
	stickyID := func(issue int) int64 { return listed(t, w.snapshot(), issue).Sticky.ID }
	for _, step := range []struct {
		what string
		do   func()
	}{
		{"nothing", func() {}},
		{"a new issue", func() { w.issue("New", "", false, "kind:deliverable") }},
		{"a title", func() { w.do("rui-sme", "PATCH", "/issues/5", map[string]string{"title": "Data 2"}, nil) }},
		{"closed", func() { w.do("rui-sme", "PATCH", "/issues/5", map[string]string{"state": "closed"}, nil) }},
		{"open again", func() { w.do("rui-sme", "PATCH", "/issues/5", map[string]string{"state": "open"}, nil) }},
		{"an experiment ends", func() { w.do("rui-sme", "PATCH", "/issues/6", map[string]string{"state": "closed"}, nil) }},
		{"another kind", func() {
			w.do("rui-sme", "PUT", "/issues/6/labels", map[string]any{"labels": []string{"kind:data"}}, nil)
		}},
		{"no kind", func() { w.do("rui-sme", "DELETE", "/issues/6/labels/kind:data", nil, nil) }},
		{"a kind again", func() {
			w.do("rui-sme", "POST", "/issues/6/labels", map[string]any{"labels": []string{"kind:data"}}, nil)
		}},
		{"a sticky", func() { sticky(4) }},
		{"our own edit", func() {
			if err := w.try(engine.EditComment{Issue: 4, Comment: stickyID(4), Body: stickyText + "2"}); err != nil {
				t.Fatal(err)
			}
		}},
		{"somebody else's edit", func() {
			w.do("rui-sme", "PATCH", fmt.Sprint("/issues/comments/", stickyID(4)), map[string]string{"body": stickyText + "3"}, nil)
		}},
		{"a sticky far down", func() {
			for range 7 {
				comment(5)
			}
			sticky(5)
		}},
		{"a comment beside it", func() { comment(5) }},
		{"a deleted issue", func() { w.delete(5) }},
		{"a deleted label", func() { w.do("helena-bs", "DELETE", "/labels/kind:problem", nil, nil) }},
		{"many changes", func() {
			for i := range 60 {
				w.issue(fmt.Sprint("Data ", i), "", false, "kind:data")
			}
		}},
	} {
		step.do()
		warm := w.snapshot()
		anew := *w
		anew.hub = w.newHub()
		cold := anew.snapshot()
		if a, b := numbers(warm), numbers(cold); !slices.Equal(a, b) {
			t.Fatalf("%s: warm %v, cold %v", step.what, a, b)
		}
		for i := range warm.Listed {
			if !reflect.DeepEqual(warm.Listed[i], cold.Listed[i]) {
				t.Fatalf("%s: warm %+v, cold %+v", step.what, warm.Listed[i], cold.Listed[i])
			}
		}
		w.tick(2 * time.Minute)
	}
}

// delete takes an issue away, as an administrator can.
func (w *world) delete(number int) {
	w.t.Helper()
	var i struct {
		NodeID string `json:"node_id"`
	}
	w.do("helena-bs", "GET", fmt.Sprint("/issues/", number), nil, &i)
	w.graphql("helena-bs", fmt.Sprintf(`mutation { deleteIssue(input: {issueId: %q}) { clientMutationId } }`, i.NodeID))
}

func (w *world) graphql(login, query string) {
	w.t.Helper()
	body := strings.NewReader(fmt.Sprintf(`{"query":%q}`, query))
	req, err := http.NewRequestWithContext(w.t.Context(), "POST", w.link.GraphQLURL, body)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer sim-"+login)
	res, err := http.DefaultClient.Do(req)
	if err != nil || res.StatusCode != 200 {
		w.t.Fatal(res, err)
	}
	_ = res.Body.Close()
}

// A sticky that Phasegate wrote is known at once, even if the writing does not show as a change of the issue.
func TestOwnStickyIsKnown(t *testing.T) {
	w := newWorld(t, teamConfig)
	w.snapshot()
	var kept string
	w.wire.answer = func(r *http.Request, body string) *http.Response {
		if strings.Contains(body, "changed: issues") {
			kept = body // GitHub tells of no change: ask for those of the far future
		}
		return nil
	}
	w.wire.send = func(body string) string {
		at := strings.Index(body, `"since":"`)
		if at < 0 {
			return body
		}
		return body[:at] + `"since":"2999` + body[at+len(`"since":"2999`):]
	}
	if err := w.try(engine.PostComment{Issue: 2, Body: stickyText}); err != nil {
		t.Fatal(err)
	}
	s := listed(t, w.snapshot(), 2).Sticky
	if s == nil || !s.Own || s.Body != stickyText || kept == "" {
		t.Fatalf("%+v", s)
	}
	if err := w.try(engine.EditComment{Issue: 2, Comment: s.ID, Body: stickyText + "2"}); err != nil {
		t.Fatal(err)
	}
	if s := listed(t, w.snapshot(), 2).Sticky; s.Body != stickyText+"2" {
		t.Errorf("%+v", s)
	}
	if err := w.try(engine.PostComment{Issue: 2, Body: "words", Record: &engine.Record{}}); err != nil {
		t.Fatal(err)
	}
	if s := listed(t, w.snapshot(), 2).Sticky; s.Body != stickyText+"2" {
		t.Errorf("a record is taken for the sticky: %+v", s)
	}
}

// An answer that was sent before a later one does not undo it.
func TestOldAnswer(t *testing.T) {
	w := newWorld(t, teamConfig)
	w.snapshot()
	entered, leave := make(chan bool), make(chan bool)
	w.wire.answer = func(r *http.Request, body string) *http.Response {
		if strings.Contains(body, `"number":3,`) {
			res, err := http.DefaultTransport.RoundTrip(clone(r, body))
			if err != nil {
				t.Error(err)
			}
			entered <- true
			<-leave
			return res
		}
		return nil
	}
	w.tick(time.Minute)
	w.do("rui-sme", "PATCH", "/issues/2", map[string]string{"title": "Old"}, nil)
	slow := *w
	slow.key.Number = 3
	done := make(chan bool)
	go func() { defer close(done); _, _ = slow.hub.Snapshot(t.Context(), slow.key) }()
	<-entered
	w.tick(time.Minute)
	w.do("rui-sme", "PATCH", "/issues/2", map[string]string{"title": "New"}, nil)
	if got := listed(t, w.snapshot(), 2).Issue.Title; got != "New" {
		t.Fatalf("title %q", got)
	}
	close(leave)
	<-done
	w.tick(10 * time.Minute)
	w.snapshot() // reads nothing of #2 again
	if got := listed(t, w.snapshot(), 2).Issue.Title; got != "New" {
		t.Errorf("an old answer came through: %q", got)
	}
}

func clone(r *http.Request, body string) *http.Request {
	r = r.Clone(r.Context())
	r.Body, r.ContentLength = http.NoBody, 0
	if body != "" {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	}
	return r
}

// many is a repository with n issues of Phasegate's beside those of the world.
func many(t *testing.T, n int) *world {
	t.Helper()
	kinds := []string{"kind:deliverable", "kind:data", "kind:experiment", "kind:incident", "kind:support-problem"}
	seed := make([]hubsim.SeedIssue, n)
	for i := range seed {
		seed[i] = hubsim.SeedIssue{Title: fmt.Sprint("Issue ", i), Body: "### Parent\n\n#2", Labels: []string{kinds[i%len(kinds)]}, Author: "rui-sme"}
	}
	return newWorld(t, teamConfig, seed...)
}

// points are those of GraphQL that were used in this hour.
func (w *world) points() int {
	w.wire.mu.Lock()
	defer w.wire.mu.Unlock()
	n, err := strconv.Atoi("0" + w.wire.points)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// A look costs the same whatever the repository holds: the same requests, which ask for as much.
func TestCostOfALook(t *testing.T) {
	type cost struct {
		requests int
		points   int
	}
	look := func(w *world) cost {
		w.wire.sent("")
		before := w.points()
		w.snapshot()
		return cost{w.wire.sent("graphql"), w.points() - before}
	}
	var costs []cost
	for _, n := range []int{50, 2000} {
		w := many(t, n)
		w.tick(10 * time.Minute) // the issues are no news
		cold := look(w)
		t.Logf("%d issues: %d requests and %d points at first", n, cold.requests, cold.points)
		if cold.requests > 25 || cold.points > 50 {
			t.Errorf("%d issues are read with %d requests and %d points", n, cold.requests, cold.points)
		}
		w.tick(10 * time.Minute)
		quiet := look(w)
		w.do("rui-sme", "PATCH", "/issues/1", map[string]string{"title": "Other"}, nil)
		w.issue("New", "", false, "kind:data")
		costs = append(costs, quiet, look(w))
	}
	if costs[0] != costs[2] || costs[1] != costs[3] || costs[0] != costs[1] || costs[0].requests != 1 {
		t.Errorf("a look costs %+v", costs)
	}
}
