package acceptance_test

import (
	"slices"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

func rowConfig(w *world) {
	w.at("2026-01-06 10:00")
	w.push("mina-mle", "phasegate", "#1@h1",
		[2]string{".github/ISSUE_TEMPLATE/config.yml", "blank_issues_enabled: true\n"},
		[2]string{".github/phasegate.yml", config(w.lang)})
	w.pull(1, "mina-mle", "phasegate", "Rules of the house", "How this project passes through its phases.")
	w.at("2026-01-06 10:20")
	w.merge(1, "mina-mle")
}

func rowProblem(w *world) {
	w.at("2026-01-06 11:00")
	w.open(2, "helena-bs", problemTitle, form(lifecycle.Problem, w.lang, problemForm(text{"about 4%", "cerca de 4%"}.in(w.lang), "")), "kind:problem")
}

func rowRedelivery(w *world) {
	w.at("2026-01-06 11:01")
	ds := w.deliveries()
	i := slices.IndexFunc(ds, func(d delivery) bool {
		return d.Event == "issues" && d.Action == "opened" && d.payload().Issue.Number == 2
	})
	if i < 0 {
		w.t.Error("the opening of #2 was never delivered")
		return
	}
	w.noWrite("the redelivery of the opening of #2", func() { w.redeliver(ds[i].ID) })
}

func rowTarget(w *world) {
	w.at("2026-01-06 11:20")
	w.edit(2, "helena-bs", form(lifecycle.Problem, w.lang, problemForm("<= 4.0", "%")))
}

func rowDeliverables(w *world) {
	w.at("2026-01-06 14:00")
	w.open(3, "sara-ds", scoreTitle, form(lifecycle.Deliverable, w.lang, scoreForm()), "kind:deliverable")
	w.at("2026-01-06 14:30")
	w.open(4, "tomas-ds", offersTitle, form(lifecycle.Deliverable, w.lang, offersForm()), "kind:deliverable")
	w.stickySays(4, text{"#5 does not exist yet", "#5 ainda não existe"})
}

func rowData(w *world) {
	w.at("2026-01-06 15:00")
	w.open(5, "dora-de", dataTitle, form(lifecycle.Data, w.lang, dataForm()), "kind:data")
	w.at("2026-01-07 09:30")
	w.open(6, "sara-ds", supportTitle, form(lifecycle.SupportProblem, w.lang, supportForm()), "kind:support-problem")
}

func rowTooEarly(w *world) {
	w.at("2026-01-07 10:00")
	w.comment(3, "sara-ds", text{"/advance development", "/avancar desenvolvimento"}.in(w.lang))
}

func rowValidation(w *world) {
	w.at("2026-01-08 10:00")
	w.comment(5, "dora-de", "/approve")
	w.at("2026-01-08 11:00")
	w.comment(5, "rui-sme", "/aprovar")
}

func rowPull(w *world) {
	w.at("2026-01-09 10:00")
	w.push("sara-ds", "eda", "#7@a1",
		[2]string{"reports/eda/2026-01.md", "# What the data shows\n"},
		[2]string{"docs/design/churn-score.md", "# How the score is made\n"})
	w.pull(7, "sara-ds", "eda", "EDA and design", "What the data shows, and what follows from it.\n\nDeliverable: #3")
}

func rowSecondPush(w *world) {
	w.at("2026-01-09 11:00")
	w.approvePull(7, "tomas-ds", "#7@a1")
	w.at("2026-01-09 15:00")
	w.push("sara-ds", "eda", "#7@a2", [2]string{"reports/eda/2026-01.md", "# What the data shows\n\nReason codes come late.\n"})
}

func rowReview(w *world) {
	w.at("2026-01-09 16:00")
	w.approvePull(7, "tomas-ds", "#7@a2")
}

func rowMerge(w *world) {
	w.at("2026-01-12 10:00")
	w.approvePull(7, "mina-mle", "#7@a2")
	w.at("2026-01-12 10:05")
	w.merge(7, "mina-mle")
}

func rowAction(w *world) {
	w.at("2026-01-12 10:30")
	w.comment(8, "helena-bs", text{"/action @dora-de map reason codes by 2026-01-16", "/acao @dora-de mapear os códigos de motivo ate 2026-01-16"}.in(w.lang))
}

func rowRequest(w *world) {
	w.at("2026-01-12 11:00")
	w.comment(3, "sara-ds", text{"/advance development", "/avancar desenvolvimento"}.in(w.lang))
}

func rowWrongRole(w *world) {
	w.at("2026-01-12 11:10")
	w.comment(3, "felix-se", text{"/approve", "/aprovar"}.in(w.lang))
}

func rowLabelByHand(w *world) {
	w.at("2026-01-12 11:20")
	w.as("sara-ds", "POST", "/issues/3/labels", map[string]any{"labels": []string{"phase:development"}})
	w.settle()
}

func rowApprovals(w *world) {
	for i, who := range []struct{ at, login string }{
		{"09:00", "dora-de"}, {"09:20", "tomas-ds"}, {"10:00", "rui-sme"}, {"10:30", "helena-bs"},
	} {
		w.at("2026-01-13 " + who.at)
		if i == 3 {
			w.stickySays(3, text{"3 of 4", "3 de 4"}, same("helena-bs"), text{"business stakeholder", "parte interessada do negócio"})
			w.stickyMentions(3, "helena-bs")
		}
		w.comment(3, who.login, text{"/approve", "/aprovar"}.in(w.lang))
	}
}
