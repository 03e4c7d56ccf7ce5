package acceptance_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// gateWrites are the writes of the approval that a gate passes with, by the routes they take.
func gateWrites() map[string]map[string]any {
	match := func(method, route string) map[string]any {
		return map[string]any{"actor": botLogin, "method": method, "route": repoPath + route}
	}
	return map[string]map[string]any{
		"record":    match("POST", "/issues/3/comments"),
		"label on":  match("POST", "/issues/3/labels"),
		"label off": match("DELETE", "/issues/3/labels*"),
		"reaction":  match("POST", "/issues/comments*"),
		"sticky":    match("PATCH", "/issues/comments*"),
	}
}

// passesDespite plays the last answer of the gate under faults: the same end, nothing twice.
func passesDespite(t *testing.T, rules []map[string]any) {
	t.Helper()
	t.Parallel()
	w := atGate(t)
	w.comment(3, "rui-sme", "/approve")
	w.faults(rules...)
	w.comment(3, "helena-bs", "/approve")
	w.faults()
	if d := cmp.Diff(passedByFour(), w.outcomeOf()); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// What is written first and what is written after it fail once each: not all of it, since each failure
// is waited for longer.
func TestWritesThatFail(t *testing.T) {
	t.Parallel()
	for way, fault := range map[string]func(rule map[string]any){
		"502":           func(r map[string]any) { r["status"] = 502 },
		"answer lost":   func(r map[string]any) { r["drop_after_write"] = true },
		"answer cut":    func(r map[string]any) { r["truncate"] = 10 },
		"limit reached": func(r map[string]any) { r["retry_after"] = 1 },
	} {
		t.Run(way, func(t *testing.T) {
			var rules []map[string]any
			for _, write := range []string{"record", "label off"} {
				rule := map[string]any{"match": gateWrites()[write], "times": 1}
				fault(rule)
				rules = append(rules, rule)
			}
			passesDespite(t, rules)
		})
	}
}

// One write is answered 404 once, as GitHub does for a moment after something was created: it does not
// mean that the issue is gone.
func TestWritesNotFound(t *testing.T) {
	t.Parallel()
	for write, match := range gateWrites() {
		t.Run(write, func(t *testing.T) {
			passesDespite(t, []map[string]any{{"match": match, "times": 1, "status": 404}})
		})
	}
}
