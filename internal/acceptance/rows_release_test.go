package acceptance_test

import (
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// approve is an approval by command, in the language.
func (w *world) approve(number int, local, login string) {
	w.t.Helper()
	w.at(local)
	w.comment(number, login, text{"/approve", "/aprovar"}.in(w.lang))
}

func rowTraining(w *world) {
	w.at("2026-01-27 10:00")
	w.push("sara-ds", "train", "#12@b1",
		[2]string{"train/gbm.py", "depth = 6\n"}, [2]string{"features/usage.py", "months = 24\n"},
		[2]string{"docs/model-card.md", "# Churn score\n"}, [2]string{"deploy/score-job.yml", "schedule: monday\n"})
	w.pull(12, "sara-ds", "train", "Train the first model", "Gradient boosting on usage.\n\nDeliverable: #3\nExperiment: #9")
}

func rowMissed(w *world) {
	w.at("2026-01-27 11:00")
	w.remove("sara-ds", "train", "#12@b2", "deploy/score-job.yml")
	w.measured(w.heads["#12@b2"], "gbm-1", 0.43, 0.031, [3]float64{0.45, 0.34, 0.44})
}

func rowKept(w *world) {
	w.at("2026-01-28 10:00")
	w.push("sara-ds", "train", "#12@b3", [2]string{"train/gbm.py", "depth = 6\nweights = 'region'\n"})
	w.measured(w.heads["#12@b3"], "gbm-1", 0.42, 0.029, [3]float64{0.44, 0.38, 0.43})
}

func rowTrained(w *world) {
	w.at("2026-01-28 11:00")
	w.approvePull(12, "tomas-ds", "#12@b3")
	w.approvePull(12, "mina-mle", "#12@b3")
	w.at("2026-01-28 11:30")
	w.commits["m1"] = w.merge(12, "mina-mle")
	w.measured(w.commits["m1"], "gbm-1", 0.42, 0.029, [3]float64{0.44, 0.38, 0.43})
	w.at("2026-01-28 14:00")
	w.edit(9, "sara-ds", form(lifecycle.Experiment, w.lang, experimentForm().with(lifecycle.SecOutcome, text{"adopted", "adotado"})))
	w.at("2026-01-29 09:00")
	w.open(13, "felix-se", "Churn score, first release", form(lifecycle.DeploymentKind, w.lang, deploymentForm()), "kind:deployment")
}

func rowOwnWork(w *world) {
	w.at("2026-01-29 10:00")
	w.comment(3, "sara-ds", text{"/advance deployment", "/avancar implantacao"}.in(w.lang))
	w.approve(3, "2026-01-29 10:05", "sara-ds")
}

func rowTwoOfFour(w *world) {
	w.approve(3, "2026-01-29 11:00", "tomas-ds")
	w.approve(3, "2026-01-29 11:10", "felix-se")
}

// retarget is #3's text with another target of recall_top_decile.
func (w *world) retarget(from, to string) string {
	w.t.Helper()
	body := w.issues[3].body
	if strings.Count(body, from) != 1 {
		w.t.Fatalf("#3 names %q %d times", from, strings.Count(body, from))
	}
	return strings.Replace(body, from, to, 1)
}

func rowHigherTarget(w *world) {
	w.at("2026-01-30 10:00")
	w.edit(3, "helena-bs", w.retarget(">= 0.40", ">= 0.45"))
}

func rowDecisions(w *world) {
	w.at("2026-02-02 10:00")
	budget := text{"/decide budget: 40000 BRL/month for scoring", "/decidir orçamento: 40000 BRL/mês para a nota"}.in(w.lang)
	w.comment(14, "bento-be", budget)
	w.at("2026-02-02 10:10")
	w.comment(14, "helena-bs", budget)
	w.at("2026-02-02 10:20")
	w.comment(14, "helena-bs", text{"/decide metric: release 1 target for recall_top_decile is 0.42", "/decidir métrica: a meta de recall_top_decile na versão 1 é 0.42"}.in(w.lang))
	w.at("2026-02-02 10:30")
	w.edit(3, "helena-bs", w.retarget(">= 0.45", ">= 0.42"))
}

func rowToDeployment(w *world) {
	w.approve(3, "2026-02-02 14:00", "tomas-ds")
	w.approve(3, "2026-02-02 14:10", "rui-sme")
	w.stickySays(3, text{"3 of 4", "3 de 4"})
	w.stickyMentions(3, "helena-bs")
	w.approve(3, "2026-02-02 14:20", "helena-bs")
}

func rowSolved(w *world) {
	w.at("2026-02-05 10:00")
	w.close(6, "sara-ds")
	w.at("2026-02-06 10:00")
	w.push("felix-se", "deploy", "#15@c1",
		[2]string{"serving/score.py", "port = 8000\n"}, [2]string{"deploy/score-job.yml", "schedule: monday\n"},
		[2]string{".github/workflows/deploy-score.yml", "on: workflow_dispatch\n"})
	w.pull(15, "felix-se", "deploy", "Score every Monday", "The job, and how it gets there.\n\nDeliverable: #3")
}

func rowShadowRun(w *world) {
	w.at("2026-02-10 10:00")
	w.comment(3, "mina-mle", text{"/return development model: shadow run shows calibration error 0.07 on migrated customers",
		"/voltar desenvolvimento modelo: a execução em sombra mostra erro de calibração 0.07 em clientes migrados"}.in(w.lang))
}

func rowCalibrated(w *world) {
	w.at("2026-02-11 10:00")
	w.push("sara-ds", "calibrate", "#17@d1", [2]string{"train/calibrate.py", "method = 'isotonic'\n"},
		[2]string{"docs/model-card.md", "# Churn score\n\nCalibrated on migrated customers.\n"})
	w.pull(17, "sara-ds", "calibrate", "Calibrate the score", "On migrated customers.\n\nDeliverable: #3")
	w.measured(w.heads["#17@d1"], "gbm-2", 0.43, 0.022, [3]float64{0.44, 0.39, 0.43})
	w.at("2026-02-12 10:00")
	w.approvePull(17, "tomas-ds", "#17@d1")
	w.approvePull(17, "mina-mle", "#17@d1")
	w.commits["m2"] = w.merge(17, "mina-mle")
	w.measured(w.commits["m2"], "gbm-2", 0.43, 0.022, [3]float64{0.44, 0.39, 0.43})
}

func rowCarried(w *world) {
	w.at("2026-02-12 15:00")
	w.comment(3, "sara-ds", text{"/advance deployment", "/avancar implantacao"}.in(w.lang))
	w.stickySays(3, text{"2 of 4", "2 de 4"})
	w.stickyMentions(3, "rui-sme", "tomas-ds")
	w.approve(3, "2026-02-13 10:00", "tomas-ds")
	w.approve(3, "2026-02-13 10:10", "rui-sme")
}

// rowDeployed names the deliverable in the deployment in one language; in the other it is found by the
// newest merged pull request that touches deploy/.
func rowDeployed(w *world) {
	w.at("2026-02-18 10:00")
	w.approvePull(15, "mina-mle", "#15@c1")
	w.approvePull(15, "bento-be", "#15@c1")
	w.commits["live"] = w.merge(15, "felix-se")
	w.at("2026-02-18 10:30")
	if w.lang == lifecycle.English {
		w.deploy("felix-se", w.commits["live"], map[string]any{"deliverable": 3})
	} else {
		w.deploy("felix-se", "main", nil)
	}
	w.at("2026-02-19 06:00")
	w.monitored(96, 0.04)
}

func rowToMonitoring(w *world) {
	w.at("2026-02-20 10:00")
	w.comment(3, "mina-mle", text{"/advance monitoring", "/avancar monitoramento"}.in(w.lang))
	for i, login := range []string{"mina-mle", "bento-be", "rui-sme", "helena-bs"} {
		w.approve(3, []string{"2026-02-20 10:10", "2026-02-20 10:20", "2026-02-20 10:30", "2026-02-20 10:40"}[i], login)
	}
}
