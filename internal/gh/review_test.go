package gh_test

import (
	"encoding/base64"
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

// letIn is the run that says that a commit was let into some environments, as the engine writes it.
func letIn(commit, environments string) engine.PutCheck {
	block := "<!-- phasegate:let-in v1 " + base64.RawURLEncoding.EncodeToString([]byte(`{"environments":[`+environments+`]}`)) + " -->\n"
	return engine.PutCheck{Name: engine.DeploymentCheck, Head: commit, Conclusion: "success", Title: "Let in", Summary: "fine", Text: block}
}

// approve lets what waits in, as Phasegate does, and records what became of it.
func (w *world) approve(key engine.Key, s engine.ReviewSnapshot, states ...string) {
	w.t.Helper()
	w.apply(key, letIn(s.Deployment.Commit, `"production/eu"`), engine.AnswerDeployment{Run: s.Run, Environment: s.Deployment.Environment, State: "approved", Comment: "fine"})
	w.became(key, states...)
}

// became records what became of a deployment, as whoever may write deployments can.
func (w *world) became(key engine.Key, states ...string) {
	w.t.Helper()
	for _, state := range states {
		w.tick(time.Minute)
		w.do("sara-ds", "POST", fmt.Sprintf("/deployments/%d/statuses", key.Number), map[string]string{"state": state}, nil)
	}
}

func TestReview(t *testing.T) {
	w := deployWorld(t)
	key := w.deployed("main")
	w.review(key)
	w.wire.sent("")
	before := w.points()
	s := w.review(key)
	if n := w.wire.sent(""); n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
	if n := w.points() - before; n != 4 {
		t.Errorf("%d points, want 4", n)
	}
	first := w.head("main")
	d := s.Deployment
	if s.Gone || s.Ran() || s.Current() != "" || len(s.Runs) > 0 || s.Head != first || s.Rules.Policy == nil || s.Now.IsZero() || len(s.Listed) != 2 || s.Asked.IsZero() || !strings.HasPrefix(key.Ref, fmt.Sprint(s.Run, "/")) {
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
	if s = w.review(second); s.Ran() || s.Current() != first || s.Deployment.Commit == first || s.Head != s.Deployment.Commit {
		t.Errorf("a new commit: %+v", s)
	}
	if n := w.wire.sent("/installation"); n != 1 {
		t.Errorf("asked %d times when the App was installed, want 1", n)
	}
	if s = w.review(second); w.wire.sent("") != 3 {
		t.Error("asked more than once when the App was installed")
	}
	w.approve(second, s, "failure")
	if s := w.review(w.deployed("main")); s.Ran() || s.Current() != first || len(s.Runs) != 1 || s.Runs[0].Head != w.head("main") {
		t.Errorf("after one that failed: %+v", s)
	}
	third := w.deployed("main")
	w.approve(third, w.review(third), "success")
	if s := w.review(w.deployed("main")); !s.Ran() || s.Current() != w.head("main") || !s.Deployment.By.Bot {
		t.Errorf("the same again: %+v", s)
	}
	w.do("helena-bs", "POST", "/git/refs", map[string]string{"ref": "refs/heads/old", "sha": first}, nil)
	if s := w.review(w.deployed("old")); !s.Ran() || !s.Rollback() || s.Current() != w.head("main") || s.Deployment.By.Login != "sara-ds" {
		t.Errorf("an earlier version again: %+v", s)
	}
}

// Who may write deployments can record a success; what it rests on is written by our own App.
func TestASuccessThatDoesNotCount(t *testing.T) {
	w := deployWorld(t)
	commit := w.head("main")
	w.tick(time.Minute) // since Phasegate was installed
	w.became(w.deployed("main"), "success")
	key := w.deployed("main")
	unbacked := func(what string) {
		t.Helper()
		if s := w.review(key); s.Ran() || s.Current() != "" || len(s.Successes) != 1 || s.Successes[0].Commit != commit {
			t.Errorf("%s: %+v", what, s)
		}
	}
	unbacked("nobody let it in")
	w.check(true, engine.DeploymentCheck, commit, "success", letIn("", `"production/eu"`).Text)
	unbacked("a workflow says that it was let in")
	w.apply(key, letIn(commit, `"production/us"`))
	unbacked("it was let in elsewhere")
	running := letIn(commit, `"production/eu"`)
	running.Conclusion = ""
	w.apply(key, running)
	unbacked("a run that is not completed")
	other := letIn(commit, `"production/eu"`)
	other.Name = engine.GateCheck
	w.apply(key, other)
	unbacked("a check of another name")
	for n := range 3 { // environments that were let in at the same moment, none knowing of the others
		w.apply(key, letIn(commit, fmt.Sprintf(`"%d"`, n)))
	}
	w.apply(key, letIn(commit, `"PRODUCTION/EU"`), letIn(commit, `"last"`))
	if s := w.review(key); !s.Ran() || s.Current() != commit || len(s.Runs) != 6 {
		t.Errorf("it was let in: %+v", s)
	}
	w.wire.send = func(body string) string { // whoever's checks GitHub gives, and of whatever name
		return strings.NewReplacer(`"appId":1,`, ``, `"checkName":"phasegate/deployment",`, ``, `first: 1, filterBy: $letIn`, `first: 9, filterBy: $letIn`, `last: 30, filterBy: $letInRuns`, `last: 90, filterBy: $letInRuns`).Replace(body)
	}
	if s := w.review(key); len(s.Runs) != 6 {
		t.Errorf("%d runs of ours, want 6: %+v", len(s.Runs), s.Runs)
	}
}

// A success counts for the environment that its status names, in whatever case, wherever the deployment is by now.
func TestTheEnvironmentOfASuccess(t *testing.T) {
	w := deployWorld(t)
	var made struct{ ID int }
	succeeded := func(name string) {
		t.Helper()
		w.do("sara-ds", "POST", "/deployments", map[string]any{"ref": "main", "environment": name, "auto_merge": false, "required_contexts": []string{}}, &made)
		w.became(engine.Key{Number: made.ID}, "success")
	}
	succeeded("staging")
	w.do("sara-ds", "POST", fmt.Sprintf("/deployments/%d/statuses", made.ID), map[string]string{"state": "failure", "environment": "production/eu"}, nil)
	key := w.deployed("main")
	if s := w.review(key); len(s.Successes) != 0 {
		t.Errorf("a success elsewhere: %+v", s.Successes)
	}
	succeeded("Production/eu")
	succeeded("PRODUCTION/EU")
	if s := w.review(key); len(s.Successes) != 2 {
		t.Errorf("successes in other cases: %+v", s.Successes)
	}
	nameless := w.rewrite(`"environment":"`, `"environment":null,"was":"`)
	w.wire.answer = func(r *http.Request, body string) *http.Response {
		if !strings.HasSuffix(r.URL.Path, "/graphql") {
			return nil
		}
		return nameless(r, body)
	}
	if s := w.review(key); len(s.Successes) != 2 { // old statuses name none
		t.Errorf("successes of the deployment's own environment: %+v", s.Successes)
	}
}

// What ran before Phasegate was installed counts; when that was is asked of GitHub.
func TestASuccessBeforeTheInstallation(t *testing.T) {
	w := deployWorld(t)
	w.became(w.deployed("main"), "success")
	key := w.deployed("main")
	answer := func(status int, body string) {
		w.wire.answer = func(r *http.Request, _ string) *http.Response {
			if strings.HasSuffix(r.URL.Path, "/repos/acme/churn/installation") {
				return respond(r, status, body)
			}
			return nil
		}
	}
	answer(http.StatusInternalServerError, `{}`)
	if s, err := w.hub.Review(t.Context(), key); err == nil {
		t.Errorf("GitHub fails: %+v", s)
	}
	answer(http.StatusNotFound, `{}`)
	if s := w.review(key); s.Ran() || !s.Installed.IsZero() {
		t.Errorf("no installation: %+v", s)
	}
	w.wire.answer = nil
	if s := w.review(key); s.Ran() || s.Installed.IsZero() {
		t.Errorf("after the installation: %+v", s)
	}
	w.hub = w.newHub()
	answer(http.StatusOK, `{"id":7,"created_at":"2999-01-01T00:00:00Z"}`)
	if s := w.review(key); !s.Ran() || s.Current() != w.head("main") {
		t.Errorf("before the installation: %+v", s)
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
