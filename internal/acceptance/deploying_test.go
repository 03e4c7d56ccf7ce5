package acceptance_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// guardedWorld is a project with its problem (#1), a deliverable of low risk (#2) with a metric that CI measures, its
// validated data requirement (#3), and a workflow that deploys to production, for which Phasegate is asked. #2 is in
// development, and what is on main was measured.
func guardedWorld(t *testing.T, config string) *world {
	t.Helper()
	seed := cast()
	seed.Files[".github/workflows/deploy.yml"] = "name: Deploy\n"
	w := projectOf(t, seed, config)
	w.as("mina-mle", "PUT", "/environments/production", map[string]any{})
	w.as("mina-mle", "POST", "/environments/production/deployment_protection_rules", map[string]any{"integration_id": w.sys.product.id})
	return w
}

// measuredWorld is a guardedWorld with a deliverable as it says.
func measuredWorld(t *testing.T) *world {
	t.Helper()
	w := guardedWorld(t, config(lifecycle.English))
	w.open(1, "mina-mle", problemTitle, form(lifecycle.Problem, w.lang, problemForm("<= 4.0", "%")), "kind:problem")
	offers := offersForm().with(lifecycle.SecParent, same("#1")).with(lifecycle.SecDataReqs, same("#3")).with(lifecycle.SecMetrics, table(
		metric{"offer_acceptance", "business", "goal", ">= 12", "%", "all", "manual", "@helena-bs"},
		metric{"hit_rate", "model", "guardrail", ">= 0.5", "ratio", "all", "ci", "@sara-ds"}))
	w.open(2, "tomas-ds", offersTitle, form(lifecycle.Deliverable, w.lang, offers), "kind:deliverable")
	w.open(3, "dora-de", dataTitle, form(lifecycle.Data, w.lang, dataForm().with(lifecycle.SecParent, same("#2"))), "kind:data")
	w.at("2026-01-08 10:00")
	w.comment(3, "dora-de", "/approve")
	w.comment(3, "rui-sme", "/approve")
	w.passes("2026-01-12 10:00", lifecycle.Development)
	w.at("2026-01-13 09:00")
	w.report(2, w.main(), "ci", "usage@2026-01", "rules-1", value{Name: "hit_rate", Value: 0.6, N: 1000})
	return w
}

// main is the default branch's newest commit.
func (w *world) main() string { w.t.Helper(); return w.tip("main") }

func (w *world) tip(branch string) string {
	w.t.Helper()
	var ref struct{ Object struct{ SHA string } }
	w.read("/git/ref/heads/"+branch, &ref)
	return ref.Object.SHA
}

// run has felix's workflow deploy a branch to production, waits for what follows, and returns the run.
func (w *world) run(branch string) int64 {
	w.t.Helper()
	id := w.sim("POST", "/workflow-runs", map[string]any{"repo": strings.TrimPrefix(repoPath, "/repos/"), "path": ".github/workflows/deploy.yml",
		"event": "push", "branch": branch, "actor": "felix-se", "environments": []string{"production"}}).id()
	w.settle()
	return id
}

// said is what the bot told a run that waits: its reports, and its decision with a comment.
type said struct {
	State, Comment string
	Reports        []string
}

func (w *world) saidTo(run int64) said {
	w.t.Helper()
	var dump struct {
		Repositories []struct {
			Runs []struct {
				ID      int64
				Pending []said `json:"pending_deployments"`
			} `json:"workflow_runs"`
		}
	}
	if err := json.Unmarshal(w.dump(), &dump); err != nil {
		w.t.Fatal(err)
	}
	for _, r := range dump.Repositories {
		for _, made := range r.Runs {
			if made.ID == run && len(made.Pending) == 1 {
				return made.Pending[0]
			}
		}
	}
	w.t.Fatalf("run %d waits for nothing", run)
	return said{}
}

// decided fails unless the run was decided on so, in words that convey each fact.
func (w *world) decided(run int64, state string, facts ...text) {
	w.t.Helper()
	got := w.saidTo(run)
	if got.State != state {
		w.t.Fatalf("run %d: %q %q %q, want %s", run, got.State, got.Comment, got.Reports, state)
	}
	w.says("the answer", got.Comment, facts...)
}

// reported fails unless the run waits, and was told so once more than before in words that convey each fact.
func (w *world) reported(run int64, times int, facts ...text) {
	w.t.Helper()
	got := w.saidTo(run)
	if got.State != "" || len(got.Reports) != times {
		w.t.Fatalf("run %d: %q %q, %d reports: %q, want %d", run, got.State, got.Comment, len(got.Reports), got.Reports, times)
	}
	w.says("the report", got.Reports[times-1], facts...)
}

// succeeded says that what a run deployed is in production.
func (w *world) succeeded() {
	w.t.Helper()
	var list []struct{ ID int64 }
	w.read("/deployments?environment=production&per_page=1", &list)
	for _, state := range []string{"in_progress", "success"} {
		w.as("felix-se", "POST", fmt.Sprintf("/deployments/%d/statuses", list[0].ID), map[string]any{"state": state})
	}
	w.settle()
}

// Too early, it waits and says for whom; the approval follows by itself. What runs there already runs again at once.
func TestDeploymentTooEarly(t *testing.T) {
	t.Parallel()
	w := measuredWorld(t)
	run := w.run("main")
	w.reported(run, 1, same("#2"), text{"Development", ""}, text{"Deployment", ""})
	w.at("2026-01-13 10:00")
	w.comment(2, "tomas-ds", "/advance deployment")
	w.at("2026-01-13 10:15") // it is looked at every ten minutes
	w.reported(run, 2, same("helena-bs"), same("bento-be"))
	w.silent("the report", w.saidTo(run).Reports[1], same("@"))
	w.comment(2, "bento-be", "/approve")
	w.at("2026-01-13 10:30")
	w.reported(run, 3, same("helena-bs"))
	w.silent("the report", w.saidTo(run).Reports[2], same("bento-be"))
	w.noWrite("time passes, and nothing changes", func() { w.at("2026-01-13 11:00") })
	w.comment(2, "helena-bs", "/approve")
	w.labelled(2, lifecycle.Deployment.Label())
	w.decided(run, "approved", same("#2"))
	w.noWrite("the same event again", func() { w.deliverAnew(w.lastOf("deployment_protection_rule")); w.settle() })
	w.decided(w.run("main"), "approved", same("#2")) // at once
	w.succeeded()
	w.decided(w.run("main"), "approved", text{"ran here before", ""})
}

// What was not measured waits; what was replaced comes back at once, is recorded once, and mentions two.
func TestDeploymentThatChangedAndRollback(t *testing.T) {
	t.Parallel()
	w := measuredWorld(t)
	w.passes("2026-01-13 10:00", lifecycle.Deployment)
	ready := w.main()
	w.as("felix-se", "POST", "/git/refs", map[string]any{"ref": "refs/heads/release-1", "sha": ready})
	w.decided(w.run("main"), "approved")
	w.at("2026-01-14 10:00")
	w.succeeded()

	w.push("felix-se", "main", "docs", [2]string{"docs/notes.md", "Words.\n"})
	second := w.run("main")
	w.decided(second, "approved", same("#2"))
	w.at("2026-01-15 10:00")
	w.succeeded()
	w.push("sara-ds", "main", "model", [2]string{"train/rules.py", "x = 1\n"})
	w.reported(w.run("main"), 1, same("train/rules.py"), same(ready[:7]), same("#2"))

	_, then := w.during(func() { w.decided(w.run("release-1"), "approved", text{"rollback", ""}) })
	w.mentionsOnly(then, 2, "helena-bs", "mina-mle")
	text := w.shown(then, 2)
	for _, fact := range []string{ready[:7], "felix-se", "production"} {
		if !strings.Contains(text, fact) {
			t.Errorf("the record lacks %s: %s", fact, text)
		}
	}
	if len(newComments(then.before, then.after, 2)) != 1 {
		t.Errorf("%d comments on #2", len(newComments(then.before, then.after, 2)))
	}
	w.noWrite("the same event again", func() { w.deliverAnew(w.lastOf("deployment_protection_rule")); w.settle() })
}

// A deliverable that is closed is deployed no more; a commit that ran before is, always.
func TestDeploymentOfAClosedDeliverable(t *testing.T) {
	t.Parallel()
	w := measuredWorld(t)
	w.push("felix-se", "job", "#4", [2]string{"deploy/job.yml", "x: 1\n"})
	w.pull(4, "felix-se", "job", "Deploy it", "Deliverable: #2")
	w.merge(4, "mina-mle")
	w.at("2026-01-20 10:00") // what was merged before #5 was opened still tells whose the deployment is
	w.open(5, "tomas-ds", offersTitle, form(lifecycle.Deliverable, w.lang, offersForm().with(lifecycle.SecParent, same("#1"))), "kind:deliverable")
	w.close(2, "helena-bs")
	w.decided(w.run("main"), "rejected", same("#2"), text{"is closed", ""})
}

// A pull request under deploy/** is for the deliverables that its check named, when it is merged too: where it fixes what
// is no deliverable, for the only open one; where it names two, for each.
func TestDeploymentOfWhatNamesNoDeliverableOrTwo(t *testing.T) {
	t.Parallel()
	w := guardedWorld(t, config(lifecycle.English))
	w.open(1, "mina-mle", problemTitle, form(lifecycle.Problem, w.lang, problemForm("<= 4.0", "%")), "kind:problem")
	w.open(2, "felix-se", "The job is slow", "It is slow.", "bug")
	w.open(3, "tomas-ds", offersTitle, form(lifecycle.Deliverable, w.lang, offersForm().with(lifecycle.SecParent, same("#1"))), "kind:deliverable")
	w.comment(3, "helena-bs", "/start deployment it runs since 2024")
	w.push("felix-se", "2-job", "#4", [2]string{"deploy/job.yml", "x: 1\n"})
	w.pull(4, "felix-se", "2-job", "Speed up the job", "Fixes #2")
	w.merge(4, "mina-mle")
	w.at("2026-01-20 10:00")
	w.decided(w.run("main"), "approved", same("#3"))
	w.succeeded()
	w.labelled(3, lifecycle.StateLive)

	w.open(5, "tomas-ds", offersTitle, form(lifecycle.Deliverable, w.lang, offersForm().with(lifecycle.SecParent, same("#1"))), "kind:deliverable")
	w.comment(5, "helena-bs", "/start deployment it runs since 2024")
	w.push("felix-se", "shared", "#6", [2]string{"deploy/shared.yml", "x: 1\n"})
	w.pull(6, "felix-se", "shared", "Share the job", "Deliverable: #3, #5")
	w.merge(6, "mina-mle")
	w.at("2026-01-21 10:00")
	w.decided(w.run("main"), "approved", same("#3"))
	w.succeeded()
	w.labelled(5, lifecycle.StateLive)
	w.close(3, "helena-bs")
	w.push("felix-se", "main", "docs", [2]string{"docs/notes.md", "Words.\n"})
	w.decided(w.run("main"), "approved", same("#5"))
}

// Where no rules are, and where they are only observed, nothing is held up.
func TestDeploymentThatNothingHolds(t *testing.T) {
	t.Parallel()
	w := guardedWorld(t, strings.Replace(config(lifecycle.English), "mode: enforce", "mode: observe", 1))
	w.decided(w.run("main"), "approved", text{"would wait", ""})
	observed := w.main()
	w.remove("mina-mle", "main", "none", ".github/phasegate.yml")
	w.push("felix-se", "main", "more", [2]string{"more.txt", "x\n"})
	w.decided(w.run("main"), "approved", text{"nothing is enforced", ""})
	for _, sha := range []string{observed, w.main()} {
		if title := w.letIn(sha); title == "" {
			t.Errorf("no note on %.7s", sha)
		}
	}
}

// letIn is what the bot's newest phasegate/deployment on a commit says; "" where there is none.
func (w *world) letIn(sha string) (title string) {
	w.t.Helper()
	for _, r := range w.runs() {
		if r.Name == "phasegate/deployment" && r.Head == sha {
			title = r.Output.Title
			if r.state() != "success" {
				w.t.Errorf("%s on %.7s is %s", r.Name, sha, r.state())
			}
		}
	}
	return title
}

// madeUp records, with a token, a deployment of a ref to an environment and its success.
func (w *world) madeUp(token, ref, environment string) {
	w.t.Helper()
	send := func(path string, body map[string]any) answer {
		a, err := w.raw("POST", w.sys.APIURL+repoPath+path, token, body, nil)
		if err != nil || a.status/100 != 2 {
			w.t.Fatalf("%s: %d %.300s, %v", path, a.status, a.body, err)
		}
		return a
	}
	made := send("/deployments", map[string]any{"ref": ref, "environment": environment, "auto_merge": false, "required_contexts": []string{}})
	send(fmt.Sprintf("/deployments/%d/statuses", made.id()), map[string]any{"state": "success"})
	w.settle()
}

// workflow is a token as workflows get one.
func (w *world) workflow(permissions map[string]string) string {
	w.t.Helper()
	token, err := w.sys.product.sim.ActionsToken(strings.TrimPrefix(repoPath, "/repos/"), permissions)
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

var unbacked = text{"GitHub records an earlier success of it here, but Phasegate did not let it in", ""}

// Whoever may write deployments can record that a commit ran. That opens nothing, and is not what runs there; nor
// does a copy of the note that Phasegate leaves on what it lets in.
func TestDeploymentThatIsOnlySaidToHaveRun(t *testing.T) {
	t.Parallel()
	w := measuredWorld(t)
	w.passes("2026-01-13 10:00", lifecycle.Deployment)
	ready := w.main()
	w.decided(w.run("main"), "approved", same("#2"))
	w.at("2026-01-14 10:00")
	w.succeeded()
	if title := w.letIn(ready); title != "Let into production" {
		t.Errorf("the note on %.7s: %q", ready, title)
	}
	w.push("felix-se", "other", "other", [2]string{"train/rules.py", "x = 1\n"})
	w.at("2026-01-15 10:00")
	w.madeUp("sim-felix-se", "other", "production")
	waits := w.run("other")
	w.reported(waits, 1, same("train/rules.py"), unbacked)
	w.madeUp(w.workflow(map[string]string{"deployments": "write"}), "other", "production")
	w.madeUp("sim-felix-se", "other", "PRODUCTION")
	var note checkRun
	for _, r := range w.runs() {
		if r.Name == "phasegate/deployment" && r.Head == ready {
			note = r
		}
	}
	copied := map[string]any{"name": note.Name, "head_sha": w.heads["other"], "conclusion": "success",
		"output": map[string]any{"title": note.Output.Title, "summary": note.Output.Title, "text": note.Output.Text}}
	token := w.workflow(map[string]string{"checks": "write"})
	if a, err := w.raw("POST", w.sys.APIURL+repoPath+"/check-runs", token, copied, nil); err != nil || a.status != 201 {
		t.Fatalf("a workflow's own check: %d %s, %v", a.status, a.body, err)
	}
	if a, err := w.raw("PATCH", fmt.Sprintf("%s%s/check-runs/%d", w.sys.APIURL, repoPath, note.ID), token, copied, nil); err != nil || a.status != 403 {
		t.Fatalf("a workflow changes the bot's check: %d %s, %v", a.status, a.body, err)
	}
	w.reported(w.run("other"), 1, same("train/rules.py"), unbacked)
	w.at("2026-01-15 10:30")
	w.reported(waits, 1, unbacked)
	if title := w.letIn(w.heads["other"]); title != "" {
		t.Errorf("a note stands on what waits: %q", title)
	}
	w.decided(w.run("main"), "approved", text{"This commit ran here before", ""}) // no rollback: the other one never ran
}

// What ran before there was Phasegate always goes on; also where an environment's name is written in other letters.
func TestDeploymentOfWhatRanBeforePhasegate(t *testing.T) {
	t.Parallel()
	w := measuredWorld(t)
	w.as("felix-se", "POST", "/git/refs", map[string]any{"ref": "refs/heads/release-1", "sha": w.main()})
	w.madeUp("sim-felix-se", "release-1", "Production")
	w.reported(w.run("release-1"), 1, text{"Development", ""}, unbacked)
	id, bearer := w.installation()
	if a, err := w.raw("DELETE", fmt.Sprintf("%s/app/installations/%d", w.sys.APIURL, id), "", nil, bearer); err != nil || a.status != 204 {
		t.Fatalf("%d %s, %v", a.status, a.body, err)
	}
	w.at("2026-01-14 10:00")
	w.sim("POST", "/installations", map[string]any{"account": "acme-telco"})
	w.settle()
	w.decided(w.run("release-1"), "approved", text{"ran here before", ""})
	w.push("felix-se", "other", "other", [2]string{"train/rules.py", "x = 1\n"})
	w.at("2026-01-14 11:00")
	w.madeUp("sim-felix-se", "other", "production")
	w.reported(w.run("other"), 1, text{"Development", ""}, unbacked)
}

// GitHub's environments are the same in whatever letters.
func TestDeploymentToAnEnvironmentInOtherLetters(t *testing.T) {
	t.Parallel()
	w := measuredWorld(t)
	w.passes("2026-01-13 10:00", lifecycle.Deployment)
	ready := w.main()
	w.decided(w.run("main"), "approved", same("#2"))
	w.succeeded()
	w.as("mina-mle", "DELETE", "/environments/production", nil)
	w.as("mina-mle", "PUT", "/environments/PRODUCTION", map[string]any{})
	w.as("mina-mle", "POST", "/environments/production/deployment_protection_rules", map[string]any{"integration_id": w.sys.product.id})
	w.at("2026-01-14 10:00")
	w.comment(2, "tomas-ds", "/return development model: it is not good enough")
	w.decided(w.run("main"), "approved", text{"ran here before", ""})
	if title := w.letIn(ready); title != "Let into production" {
		t.Errorf("the note on %.7s: %q", ready, title)
	}
}

// Where no report names what was found ready, what is not on the default branch waits until it is.
func TestDeploymentOffTheDefaultBranch(t *testing.T) {
	t.Parallel()
	w := guardedWorld(t, config(lifecycle.English))
	w.open(1, "mina-mle", problemTitle, form(lifecycle.Problem, w.lang, problemForm("<= 4.0", "%")), "kind:problem")
	w.open(2, "tomas-ds", offersTitle, form(lifecycle.Deliverable, w.lang, offersForm().with(lifecycle.SecParent, same("#1"))), "kind:deliverable")
	w.comment(2, "helena-bs", "/start deployment it runs since 2024")
	w.as("felix-se", "POST", "/git/refs", map[string]any{"ref": "refs/heads/release-1", "sha": w.main()})
	w.push("felix-se", "main", "docs", [2]string{"docs/notes.md", "Words.\n"})
	w.decided(w.run("main"), "approved", same("#2"), text{"the default branch contains this commit", ""})
	w.decided(w.run("release-1"), "approved", text{"the default branch contains this commit", ""})
	w.push("felix-se", "other", "other", [2]string{"deploy/job.yml", "x: 1\n"})
	waits := w.run("other")
	w.reported(waits, 1, same("#2"), text{"metric report", ""}, text{"Merge it into the default branch first", ""}, same(w.heads["other"][:7]))
	w.pull(3, "felix-se", "other", "Deploy it", "Deliverable: #2")
	w.merge(3, "mina-mle")
	w.in(lookAgain)
	w.decided(waits, "approved", text{"the default branch contains this commit", ""})
}

// What an answer that lets a deployment go on costs in requests (docs/pull-requests.md).
func TestCostOfADeployment(t *testing.T) {
	t.Parallel()
	w := measuredWorld(t)
	w.passes("2026-01-13 10:00", lifecycle.Deployment)
	w.as("felix-se", "POST", "/git/refs", map[string]any{"ref": "refs/heads/release-1", "sha": w.main()})
	w.as("felix-se", "POST", "/git/refs", map[string]any{"ref": "refs/heads/release-2", "sha": w.main()})
	w.push("felix-se", "release-2", "docs", [2]string{"docs/notes.md", "Words.\n"})
	for _, c := range []struct {
		what, branch string
		want         int
	}{
		{"what was found ready", "release-1", 6},
		{"the same again", "release-1", 5},
		{"a later commit, which is compared", "release-2", 7},
		{"a rollback, of which is told who did it", "release-1", 7},
	} {
		var run int64
		w.later()
		n, each := w.spent(func() { run = w.run(c.branch) })
		w.decided(run, "approved")
		w.succeeded()
		if n != c.want {
			t.Errorf("%s cost %d requests, not %d:\n%s", c.what, n, c.want, strings.Join(each, "\n"))
		}
	}
}

// lookAgain is when a deployment that waits was looked at again for certain: that is every ten minutes.
const lookAgain = 11 * time.Minute
