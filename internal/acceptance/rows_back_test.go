package acceptance_test

import (
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

func rowLight(w *world) {
	w.at("2026-01-14 09:00")
	w.comment(4, "tomas-ds", text{"/advance development", "/avancar desenvolvimento"}.in(w.lang))
	w.at("2026-01-15 09:00")
	w.comment(4, "bento-be", "/approve")
	w.stickySays(4, text{"1 of 2", "1 de 2"})
	w.stickyMentions(4, "helena-bs")
	w.at("2026-01-15 10:00")
	w.comment(4, "helena-bs", text{"/approve", "/aprovar"}.in(w.lang))
}

func rowExperiment(w *world) {
	w.at("2026-01-16 10:00")
	w.open(9, "sara-ds", "GBM v1", form(lifecycle.Experiment, w.lang, experimentForm()), "kind:experiment")
}

func rowReviewed(w *world) {
	w.at("2026-01-19 15:00")
	w.comment(6, "rui-sme", text{"/reviewed\nThe codes are written after the customer has left.",
		"/revisado\nOs códigos são escritos depois que o cliente saiu."}.in(w.lang))
}

func rowReturn(w *world) {
	w.at("2026-01-20 10:00")
	w.comment(3, "sara-ds", text{"/return design data: reason codes are written after cancellation and leak the outcome",
		"/voltar desenho dados: os códigos são escritos depois do cancelamento e vazam o resultado"}.in(w.lang))
}

func rowDataChanged(w *world) {
	w.at("2026-01-20 14:00")
	changed := dataForm().with(lifecycle.SecMeaning, text{"What a customer used and was charged, and the support tickets they opened.",
		"O que o cliente usou e pagou, e os chamados de suporte que abriu."})
	w.edit(5, "dora-de", form(lifecycle.Data, w.lang, changed))
}

func rowDelegate(w *world) {
	w.at("2026-01-21 09:00")
	w.comment(2, "dora-de", text{"/delegate data-engineer @bento-be until 2026-01-30", "/delegar data-engineer @bento-be ate 2026-01-30"}.in(w.lang))
	lines := strings.Split(w.issues[10].body, "\n")
	for i, l := range lines {
		if openAction.MatchString(l) {
			lines[i] = strings.Replace(l, "[ ]", "[x]", 1)
		}
	}
	w.edit(10, "dora-de", strings.Join(lines, "\n"))
}

func rowDelegated(w *world) {
	w.at("2026-01-21 11:00")
	w.comment(5, "bento-be", "/approve")
	w.at("2026-01-21 11:10")
	w.comment(5, "rui-sme", text{"/approve", "/aprovar"}.in(w.lang))
}

func rowAgain(w *world) {
	w.at("2026-01-22 10:00")
	w.comment(3, "sara-ds", text{"/advance development", "/avancar desenvolvimento"}.in(w.lang))
	w.at("2026-01-22 14:00")
	w.comment(3, "bento-be", "/approve")
	w.at("2026-01-22 14:10")
	w.comment(3, "rui-sme", text{"/approve", "/aprovar"}.in(w.lang))
}

// changedOffers is #4's form once one sentence was added.
func changedOffers() answers {
	return offersForm().with(lifecycle.SecRequirements, text{"At most three offers, with their cost. The newest tariff is among them.",
		"No máximo três ofertas, com o custo. A tarifa mais nova está entre elas."})
}

func rowFresh(w *world) {
	w.at("2026-01-26 14:00")
	w.edit(4, "tomas-ds", form(lifecycle.Deliverable, w.lang, changedOffers()))
}
