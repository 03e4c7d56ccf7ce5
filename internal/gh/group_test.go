package gh_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/engine"
)

// queued opens a pull request that passes its required check, and has it queued.
func (w *world) queued(branch string) engine.Key {
	w.t.Helper()
	head := w.commit(w.head("main"), branch, treeEntry{path: branch, content: "1"})
	key := w.open(branch, head, "main")
	w.apply(key, engine.PutCheck{Name: engine.RolesCheck, Head: head, Conclusion: "success", Title: "t", Summary: "s"})
	w.enqueue(key.Number)
	return key
}

// enqueue puts a pull request in the merge queue.
func (w *world) enqueue(number int) {
	w.t.Helper()
	var pull struct {
		NodeID string `json:"node_id"`
	}
	w.do("helena-bs", "GET", fmt.Sprintf("/pulls/%d", number), nil, &pull)
	w.graphql("helena-bs", fmt.Sprintf(`mutation { enqueuePullRequest(input: {pullRequestId: %q}) { mergeQueueEntry { position } } }`, pull.NodeID))
}

// queueWorld is one whose main branch has a merge queue and wants phasegate/roles.
func queueWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, teamConfig)
	w.do("helena-bs", "POST", "/rulesets", map[string]any{
		"name": "queue", "target": "branch", "enforcement": "active", "conditions": map[string]any{"ref_name": map[string]any{"include": []string{"~DEFAULT_BRANCH"}, "exclude": []string{}}},
		"rules": []any{
			map[string]any{"type": "merge_queue", "parameters": map[string]any{"merge_method": "MERGE", "grouping_strategy": "ALLGREEN", "check_response_timeout_minutes": 60,
				"max_entries_to_build": 5, "max_entries_to_merge": 5, "min_entries_to_merge": 1, "min_entries_to_merge_wait_minutes": 5}},
			map[string]any{"type": "required_status_checks", "parameters": map[string]any{"strict_required_status_checks_policy": false, "required_status_checks": []any{map[string]any{"context": engine.RolesCheck, "integration_id": 1}}}},
		},
	}, nil)
	return w
}

// groupOf is the key of the merge group that was made for a pull request.
func (w *world) groupOf(key engine.Key) engine.Key {
	w.t.Helper()
	key.Kind, key.Ref, key.Number = engine.MergeGroupKey, w.pull(key).Pull.Queued, 0
	return key
}

func (w *world) group(key engine.Key) engine.GroupSnapshot {
	w.t.Helper()
	s, err := w.hub.Group(w.t.Context(), key)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func TestGroup(t *testing.T) {
	w := queueWorld(t)
	alone := w.open("alone", w.commit(w.head("main"), "alone", treeEntry{path: "alone", content: "1"}), "main")
	if q := w.pull(alone).Pull.Queued; q != "" {
		t.Errorf("one that is in no queue: %q", q)
	}
	one, two := w.queued("one"), w.queued("two")
	first, second := w.groupOf(one), w.groupOf(two)
	if !strings.HasPrefix(first.Ref, "main@") || first.Ref == second.Ref {
		t.Fatalf("groups %q, %q", first.Ref, second.Ref)
	}
	for _, b := range []struct {
		pull, group engine.Key
	}{{one, first}, {two, second}} { // the same head as that of GitHub's own branch
		sha := strings.TrimPrefix(b.group.Ref, "main@")
		var refs []struct {
			Ref    string
			Object struct{ SHA string }
		}
		w.do("helena-bs", "GET", fmt.Sprintf("/git/matching-refs/heads/gh-readonly-queue/main/pr-%d-", b.pull.Number), nil, &refs)
		if len(refs) != 1 || refs[0].Object.SHA != sha {
			t.Errorf("branches %+v, want one at %s", refs, sha)
		}
	}
	w.wire.sent("")
	s := w.group(second)
	if n := w.wire.sent(""); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	if s.Gone || !slices.Equal(s.Members, []int{one.Number, two.Number}) || "main@"+s.Head != second.Ref || s.Rules.Policy == nil || len(s.Runs) != 0 {
		t.Errorf("the second group: %+v", s)
	}
	if len(s.Behind) != 0 {
		t.Errorf("behind the last group: %v", s.Behind)
	}
	if s := w.group(first); s.Gone || !slices.Equal(s.Members, []int{one.Number}) || !slices.Equal(s.Behind, []string{second.Ref}) {
		t.Errorf("the first group: %+v", s)
	}
	w.apply(second, engine.PutCheck{Name: engine.GateCheck, Head: s.Head, Conclusion: "failure", Title: "t", Summary: "s"})
	s = w.group(second)
	if len(s.Runs) != 1 || s.Runs[0].Name != engine.GateCheck || s.Runs[0].Conclusion != "failure" || s.Rerequested || s.Now.IsZero() {
		t.Errorf("our own checks: %+v", s)
	}
	w.do("helena-bs", "POST", fmt.Sprintf("/check-runs/%d/rerequest", s.Runs[0].ID), nil, nil)
	if !w.group(second).Rerequested {
		t.Error("nobody asked for them again")
	}
	w.wire.send = func(body string) string { return strings.ReplaceAll(body, "entries(first: 100", "entries(first: 1") }
	if s := w.group(second); !slices.Equal(s.Members, []int{one.Number, two.Number}) {
		t.Errorf("by pages of one: %+v", s)
	}
	w.wire.send = nil
	w.push("one", w.commit(w.head("one"), "more", treeEntry{path: "more", content: "1"}))
	for name, key := range map[string]engine.Key{"the first": first, "the second": second} {
		if s := w.group(key); !s.Gone || s.Rules.Policy == nil {
			t.Errorf("%s group after a push: %+v", name, s)
		}
	}
	if s := w.group(w.groupOf(two)); !slices.Equal(s.Members, []int{two.Number}) {
		t.Errorf("the second's new group: %+v", s)
	}
}

// What may not be read has no members, so that nothing passes on it.
func TestGroupThatMayNotBeRead(t *testing.T) {
	w := queueWorld(t)
	key := w.queued("one")
	group := w.groupOf(key)
	w.wire.answer = w.rewrite(fmt.Sprintf(`"pullRequest":{"number":%d}`, key.Number), `"pullRequest":null`)
	if s := w.group(group); s.Gone || len(s.Members) != 0 {
		t.Errorf("a member that may not be seen: %+v", s)
	}
	const no = `"errors":[{"type":"FORBIDDEN","message":"no","path":["repository","%s"]}],"data":`
	w.wire.answer = w.rewrite(`"mergeQueue":{`, `"mergeQueue":null,"was":{`, `"data":`, fmt.Sprintf(no, "mergeQueue"))
	if s := w.group(group); s.Gone || len(s.Members) != 0 || s.Rules.Policy == nil {
		t.Errorf("a queue that may not be read: %+v", s)
	}
	w.wire.answer = w.rewrite(`"mergeQueueEntry":{`, `"mergeQueueEntry":null,"was":{`, `"data":`, fmt.Sprintf(no, `pullRequest","mergeQueueEntry`))
	if p := w.pull(key).Pull; p.Queued != "" || p.Head == "" {
		t.Errorf("a place that may not be read: %+v", p)
	}
	w.wire.answer = w.rewrite(`"config":{`, `"config":null,"was":{`, `"data":`, fmt.Sprintf(no, "config"))
	if s, err := w.hub.Group(t.Context(), group); err == nil {
		t.Errorf("a config that may not be read: %+v", s)
	}
	w.wire.answer = nil
	for _, ref := range []string{"", "main", "main@HEAD", "@" + strings.Repeat("a", 40), "main@" + strings.Repeat("a", 40), "other@" + strings.TrimPrefix(group.Ref, "main@")} {
		k := group
		if k.Ref = ref; !w.group(k).Gone {
			t.Errorf("%q is a group", ref)
		}
	}
}

// A pull request whose head is a merge group's is told while the group waits in a queue, and no longer.
func TestHeadOfAMergeGroup(t *testing.T) {
	w := queueWorld(t)
	w.do("sara-ds", "POST", "/git/refs", map[string]string{"ref": "refs/heads/dev", "sha": w.head("main")}, nil)
	w.open("older", w.commit(w.head("main"), "older", treeEntry{path: "older", content: "1"}), "dev")
	one := w.queued("one")
	group := w.groupOf(one)
	made := strings.TrimPrefix(group.Ref, "main@")
	if w.pull(one).Pull.OfQueue {
		t.Error("a pull request in a queue has a head of its own")
	}
	taken := w.open("taken", made, "dev")
	for what, send := range map[string]func(string) string{"in one answer": nil, "by pages": func(body string) string {
		return strings.ReplaceAll(body, "first: 100, states: OPEN", "first: 1, states: OPEN")
	}} {
		w.wire.send = send
		if p := w.pull(taken).Pull; !p.OfQueue || p.Head != made {
			t.Errorf("while the group waits, %s: %+v", what, p)
		}
	}
	w.wire.send = nil
	hide := w.rewrite(`"mergeQueueEntry":{`, `"mergeQueueEntry":null,"was":{`, `"data":`, `"errors":[{"type":"FORBIDDEN","message":"no","path":["repository","pullRequests","nodes",0,"mergeQueueEntry"]}],"data":`)
	w.wire.answer = hide
	if w.pull(taken).Pull.OfQueue {
		t.Error("where queues may not be read: no group was judged on it")
	}
	w.apply(group, engine.PutCheck{Name: engine.GateCheck, Head: made, ExternalID: "group:x", Conclusion: "failure", Title: "t", Summary: "s"})
	if !w.pull(taken).Pull.OfQueue {
		t.Error("where queues may not be read: a group was judged on it")
	}
	w.wire.answer = nil
	if !w.pull(taken).Pull.OfQueue {
		t.Error("while the group waits, judged")
	}
	w.push("one", w.commit(w.head("one"), "more", treeEntry{path: "more", content: "1"})) // the group is given up
	if p := w.pull(taken).Pull; p.OfQueue || len(p.Runs) != 1 || !engine.OfGroup(p.Runs[0]) {
		t.Errorf("once the group is gone: %+v", p)
	}
}
