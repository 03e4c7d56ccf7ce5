package acceptance_test

import "github.com/phasegate/phasegate/internal/lifecycle"

func rowLightRequest(w *world) {
	w.at("2026-02-24 09:00")
	w.comment(4, "tomas-ds", text{"/advance deployment", "/avancar implantacao"}.in(w.lang))
	w.approve(4, "2026-02-25 09:00", "felix-se")
}

// rowNudge moves the clock over the moment: it ticks, so the request is some seconds younger than 09:00.
func rowNudge(w *world) {
	w.at("2026-02-27 08:59")
	if w.watched {
		if n, before := len(w.botComments(4)), len(newComments(snapshot{}, *w.stands, 4))+1; n != before {
			w.t.Errorf("#4 has %d comments of the bot before the time is over, want %d", n, before)
		}
	}
	w.at("2026-02-27 09:05")
}

func rowObjection(w *world) {
	w.at("2026-03-02 10:00")
	changed := problemForm("<= 4.0", "%").with(lifecycle.SecProblem, text{
		"Too many postpaid customers leave of their own will. The new unlimited tariff is one of their reasons to stay.",
		"Clientes pós-pagos demais saem por vontade própria. A nova tarifa ilimitada é uma das razões para ficar."})
	w.edit(2, "helena-bs", form(lifecycle.Problem, w.lang, changed))
	w.at("2026-03-02 11:00")
	w.comment(4, "helena-bs", text{"/object running cost is not in the budget", "/objetar o custo de operação não está no orçamento"}.in(w.lang))
}

func rowWithdrawn(w *world) {
	w.at("2026-03-04 10:00")
	changed := changedOffers().with(lifecycle.SecBudget, same("1200 BRL/month"))
	w.edit(4, "tomas-ds", form(lifecycle.Deliverable, w.lang, changed))
	w.at("2026-03-04 10:10")
	w.comment(4, "helena-bs", text{"/withdraw", "/retirar"}.in(w.lang))
	w.stickySays(4, text{"1 of 2", "1 de 2"})
	w.stickyMentions(4, "helena-bs")
	w.approve(4, "2026-03-04 10:20", "helena-bs")
}

func rowFirstReading(w *world) {
	w.at("2026-02-26 06:00")
	w.monitored(99, 0.09)
}

func rowReadings(w *world) {
	w.at("2026-03-05 06:00")
	w.monitored(101, 0.18)
	meeting(20, "2026-03-09", "weekly 2026-W11", 19)(w)
}

func rowDrift(w *world) {
	w.at("2026-03-10 06:00")
	w.monitored(101, 0.31)
	if w.watched {
		var first wireIssue
		w.read("/issues/21", &first)
		w.says("the incident after one reading", first.Body, same("0.31"))
		w.silent("the incident after one reading", first.Body, same("0.33"))
	}
	w.at("2026-03-11 06:00")
	w.monitored(101, 0.33)
}

func rowIncident(w *world) {
	w.at("2026-03-11 10:00")
	w.comment(3, "mina-mle", text{"/return development incident: new unlimited tariff changed the usage mix",
		"/voltar desenvolvimento incidente: a nova tarifa ilimitada mudou a mistura de uso"}.in(w.lang))
}
