package acceptance_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// ask asks the server what if, with a token.
func (w *world) ask(token, question string) (status int, body string) {
	w.t.Helper()
	url := strings.TrimSuffix(w.sys.product.hook, "/api/github/webhooks") + "/api/simulate"
	a, err := w.raw("POST", url, "", json.RawMessage(question), map[string]string{"Authorization": "Bearer " + token, "Content-Type": "application/json"})
	if err != nil {
		w.t.Fatal(err)
	}
	return a.status, string(a.body)
}

// What if these files changed and these people approved: an admin of the repository is told, and nothing is
// written.
func TestWhatIf(t *testing.T) {
	t.Parallel()
	w := newWorld(t, lifecycle.English)
	for _, r := range firstGate()[:6] {
		r.play(w)
	}
	w.forgetRequests()
	type answer struct {
		Checks  []struct{ Name, Conclusion, Title string }
		Awaited []struct{ Roles, Can []string }
	}
	for _, c := range []struct {
		name, token, question string
		status                int
		checks                string // name=conclusion
		awaited               string // who can, by need
		says                  string
	}{
		{"nobody approved", "sim-mina-mle", `{"repository":"acme-telco/churn","files":["reports/eda/x.md"],"deliverables":[3],"author":"sara-ds"}`, 200,
			"gate=success roles=in_progress metrics=neutral", "tomas-ds", ""},
		{"the author does not count", "sim-mina-mle", `{"repository":"acme-telco/churn","files":["reports/eda/x.md"],"deliverables":[3],"author":"sara-ds","approved":["sara-ds"]}`, 200,
			"gate=success roles=in_progress metrics=neutral", "tomas-ds", ""},
		{"approved", "sim-mina-mle", `{"repository":"acme-telco/churn","files":["reports/eda/x.md"],"deliverables":[3],"author":"sara-ds","approved":["tomas-ds"]}`, 200,
			"gate=success roles=success metrics=neutral", "", ""},
		{"changes asked for", "sim-mina-mle", `{"repository":"acme-telco/churn","files":["reports/eda/x.md"],"deliverables":[3],"author":"sara-ds","against":["tomas-ds"]}`, 200,
			"gate=success roles=failure metrics=neutral", "tomas-ds", ""},
		{"not now", "sim-mina-mle", `{"repository":"acme-telco/churn","files":["deploy/job.yml","train/gbm.py"],"deliverables":[3],"author":"felix-se"}`, 200,
			"gate=failure roles=in_progress metrics=in_progress", "bento-be,sara-ds tomas-ds", ""},
		{"no deliverable", "sim-mina-mle", `{"repository":"acme-telco/churn","files":["src/a.py"],"author":"felix-se"}`, 200,
			"gate=action_required roles=in_progress metrics=neutral", "mina-mle", ""},
		{"not an admin", "sim-sara-ds", `{"repository":"acme-telco/churn","files":["src/a.py"]}`, http.StatusForbidden, "", "", "admin"},
		{"no good token", "nonsense", `{"repository":"acme-telco/churn","files":["src/a.py"]}`, http.StatusForbidden, "", "", "admin"},
		{"another repository", "sim-mina-mle", `{"repository":"acme-telco/none","files":["src/a.py"]}`, http.StatusForbidden, "", "", "admin"},
		{"no question", "sim-mina-mle", `{"repository":"acme-telco/churn"}`, http.StatusUnprocessableEntity, "", "", "name the files"},
		{"a misspelt key", "sim-mina-mle", `{"repository":"acme-telco/churn","file":["x"]}`, http.StatusBadRequest, "", "", "file"},
		{"no such role", "sim-mina-mle", `{"repository":"acme-telco/churn","files":["x"],"approved":["tomas-ds:king"]}`, http.StatusUnprocessableEntity, "", "", "king"},
	} {
		status, body := w.ask(c.token, c.question)
		if status != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s: %d %s", c.name, status, body)
			continue
		}
		if c.status != 200 {
			continue
		}
		var a answer
		if err := json.Unmarshal([]byte(body), &a); err != nil {
			t.Fatal(err)
		}
		var checks, awaited []string
		for _, k := range a.Checks {
			checks = append(checks, strings.TrimPrefix(k.Name, "phasegate/")+"="+k.Conclusion)
		}
		for _, n := range a.Awaited {
			awaited = append(awaited, strings.Join(n.Can, " "))
		}
		if got := strings.Join(checks, " "); got != c.checks {
			t.Errorf("%s: %s, want %s", c.name, got, c.checks)
		}
		if got := strings.Join(awaited, ","); got != c.awaited {
			t.Errorf("%s: awaits %s, want %s", c.name, got, c.awaited)
		}
	}
	if writes := w.writes(); len(writes) > 0 {
		t.Errorf("it wrote: %v", writes)
	}
}
