package acceptance_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

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
	w.open(5, "tomas-ds", offersTitle, form(lifecycle.Deliverable, w.lang, offersForm().with(lifecycle.SecParent, same("#1"))), "kind:deliverable")
	w.close(2, "helena-bs")
	w.decided(w.run("main"), "rejected", same("#2"))
}

// Where no rules are, and where they are only observed, nothing is held up.
func TestDeploymentThatNothingHolds(t *testing.T) {
	t.Parallel()
	w := guardedWorld(t, strings.Replace(config(lifecycle.English), "mode: enforce", "mode: observe", 1))
	w.decided(w.run("main"), "approved", text{"would wait", ""})
	w.remove("mina-mle", "main", "none", ".github/phasegate.yml")
	w.push("felix-se", "main", "more", [2]string{"more.txt", "x\n"})
	w.decided(w.run("main"), "approved", text{"nothing is enforced", ""})
}
