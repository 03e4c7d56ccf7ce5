package gh_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/gh"
)

// deployWorld is one with a workflow that deploys, and our rule on the environment "production/eu".
func deployWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, teamConfig)
	w.put(".github/workflows/deploy.yml", "name: Deploy\n", "", "main")
	w.do("helena-bs", "PUT", "/environments/production%2Feu", map[string]any{}, nil)
	w.do("helena-bs", "POST", "/environments/production%2Feu/deployment_protection_rules", map[string]any{"integration_id": 1}, nil)
	return w
}

// deployed has a workflow of sara's deploy a branch, and returns the key of what waits.
func (w *world) deployed(branch string) engine.Key {
	w.t.Helper()
	res, err := http.Post(w.link.WebURL+"/_sim/workflow-runs", "application/json", strings.NewReader(fmt.Sprintf(
		`{"repo":%q,"path":".github/workflows/deploy.yml","event":"push","branch":%q,"actor":"sara-ds","environments":["production/eu"]}`, w.key.FullName(), branch)))
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var run struct{ ID int64 }
	if err := json.NewDecoder(res.Body).Decode(&run); err != nil || run.ID == 0 {
		w.t.Fatal(res.Status, err)
	}
	var made []struct{ ID int }
	w.do("helena-bs", "GET", "/deployments?per_page=1", nil, &made)
	k := w.key
	k.Kind, k.Number, k.Ref = engine.DeploymentReviewKey, made[0].ID, fmt.Sprintf("%d/production/eu", run.ID)
	return k
}

func (w *world) review(key engine.Key) engine.ReviewSnapshot {
	w.t.Helper()
	s, err := w.hub.Review(w.t.Context(), key)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *world) approve(key engine.Key, s engine.ReviewSnapshot, states ...string) {
	w.t.Helper()
	w.apply(key, engine.AnswerDeployment{Run: s.Run, Environment: s.Deployment.Environment, State: "approved", Comment: "fine"})
	for _, state := range states {
		w.tick(time.Minute)
		w.do("helena-bs", "POST", fmt.Sprintf("/deployments/%d/statuses", key.Number), map[string]string{"state": state}, nil)
	}
}

func TestReview(t *testing.T) {
	w := deployWorld(t)
	key := w.deployed("main")
	w.review(key)
	w.wire.sent("")
	s := w.review(key)
	if n := w.wire.sent(""); n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
	first := w.head("main")
	d := s.Deployment
	if s.Gone || s.Ran || s.Current != "" || s.Rules.Policy == nil || s.Now.IsZero() || len(s.Listed) != 2 || s.Asked.IsZero() || !strings.HasPrefix(key.Ref, fmt.Sprint(s.Run, "/")) {
		t.Errorf("%+v", s)
	}
	if d.ID != int64(key.Number) || d.Environment != "production/eu" || d.Ref != "main" || d.Commit != first || d.Deliverable != 0 || !d.By.Bot || !d.Created.Equal(s.Asked) || !strings.HasSuffix(d.URL, "/acme/churn/deployments/production%2Feu") {
		t.Errorf("%+v", d)
	}
	w.approve(key, s, "in_progress", "success", "inactive")
	w.wire.sent("")
	if s := w.review(key); !s.Gone {
		t.Errorf("answered: %+v", s)
	}
	if n := w.wire.sent(""); n != 1 {
		t.Errorf("%d requests for one that waits no longer, want 1", n)
	}
	w.put("x.txt", "x", "", "main")
	second := w.deployed("main")
	if s = w.review(second); s.Ran || s.Current != first || s.Deployment.Commit == first {
		t.Errorf("a new commit: %+v", s)
	}
	w.approve(second, s, "failure")
	if s := w.review(w.deployed("main")); s.Ran || s.Current != first {
		t.Errorf("after one that failed: %+v", s)
	}
	third := w.deployed("main")
	w.approve(third, w.review(third), "success")
	if s := w.review(w.deployed("main")); !s.Ran || s.Current != w.head("main") || !s.Deployment.By.Bot {
		t.Errorf("the same again: %+v", s)
	}
	w.do("helena-bs", "POST", "/git/refs", map[string]string{"ref": "refs/heads/old", "sha": first}, nil)
	if s := w.review(w.deployed("old")); !s.Ran || s.Current != w.head("main") || s.Deployment.By.Login != "sara-ds" {
		t.Errorf("an earlier version again: %+v", s)
	}
}

// The payload says which deliverable it is. GitHub's own workflows give none; whoever makes the deployment may.
func TestReviewReadsThePayload(t *testing.T) {
	w := deployWorld(t)
	key := w.deployed("main")
	w.wire.answer = w.rewrite(`"payload":""`, `"payload":{"deliverable":2}`)
	if d := w.review(key).Deployment.Deliverable; d != 2 {
		t.Errorf("deliverable %d", d)
	}
}

func TestReviewThatIsGoneOrUnread(t *testing.T) {
	w := deployWorld(t)
	key := w.deployed("main")
	for _, c := range []struct {
		ref    string
		number int
	}{{"999/production/eu", key.Number}, {strings.TrimSuffix(key.Ref, "/eu"), key.Number}, {key.Ref, 999}, {key.Ref, 0}, {"x/production/eu", key.Number}, {"", key.Number}} {
		k := key
		if k.Ref, k.Number = c.ref, c.number; !w.review(k).Gone {
			t.Errorf("%q of %d waits", c.ref, c.number)
		}
	}
	refuse := func(path string, status int, header ...string) {
		w.wire.answer = func(r *http.Request, body string) *http.Response {
			if strings.HasSuffix(r.URL.Path, path) {
				return respond(r, status, `{"message":"Resource not accessible by integration"}`, header...)
			}
			return nil
		}
	}
	refuse("/pending_deployments", http.StatusForbidden)
	if s := w.review(key); s.Gone || s.Deployment.ID == 0 {
		t.Errorf("runs that may not be read: %+v", s)
	}
	refuse("/pending_deployments", http.StatusForbidden, "Retry-After", "5")
	if s, err := w.hub.Review(t.Context(), key); err == nil {
		t.Errorf("GitHub asks to wait: %+v", s)
	}
	refuse("/pending_deployments", http.StatusInternalServerError)
	if s, err := w.hub.Review(t.Context(), key); err == nil {
		t.Errorf("GitHub fails: %+v", s)
	}
	w.wire.answer = w.rewrite(`"deployments":{`, `"deployments":null,"was":{`, `"data":`, `"errors":[{"type":"FORBIDDEN","message":"no","path":["repository","deployments"]}],"data":`)
	if _, err := w.hub.Review(t.Context(), key); err == nil || !strings.Contains(err.Error(), "accept the App's permission deployments") {
		t.Errorf("deployments that may not be read: %v", err)
	}
}

// Without a config the rest is read all the same: it is approved.
func TestReviewWithoutRules(t *testing.T) {
	w := deployWorld(t)
	key := w.deployed("main")
	w.do("helena-bs", "POST", "/git/refs", map[string]string{"ref": "refs/heads/none", "sha": w.commit(w.head("main"), "no config", treeEntry{path: gh.ConfigPath})}, nil)
	w.push("main", w.head("none"))
	if s := w.review(key); s.Gone || s.Rules.Policy != nil || s.Deployment.ID == 0 || s.Run == 0 {
		t.Errorf("%+v", s)
	}
}

func TestAnswerDeployment(t *testing.T) {
	w := deployWorld(t)
	key := w.deployed("main")
	s := w.review(key)
	report := engine.AnswerDeployment{Run: s.Run, Environment: s.Deployment.Environment, Comment: strings.Repeat("é", 2000)}
	for range 11 { // the eleventh is one too many for GitHub
		w.apply(key, report)
	}
	if w.review(key).Gone {
		t.Error("a report is a decision")
	}
	w.apply(key, engine.AnswerDeployment{Run: s.Run, Environment: s.Deployment.Environment, State: "rejected", Comment: "no"})
	if !w.review(key).Gone {
		t.Error("a rejection decides nothing")
	}
	w.apply(key, report, engine.AnswerDeployment{Run: 999, Environment: "x", State: "approved", Comment: "late"})
	w.wire.answer = func(r *http.Request, _ string) *http.Response { return respond(r, 500, `{}`) }
	if err := w.hub.Apply(t.Context(), key, report); err == nil {
		t.Error("a failure is none")
	}
}
