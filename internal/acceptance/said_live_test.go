package acceptance_test

import (
	"slices"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

func saidLightRequest(w *world, t told) {
	w.says("the request", w.one(t, 4), same("tomas-ds"), text{"from Development to Deployment", "de Desenvolvimento para Implantação"}, text{"any technical role", "qualquer papel técnico"})
	w.sticky(t, 4, text{"1 of 2", "1 de 2"}, same("felix-se"), text{"25 February, 09:00", "25 de fevereiro, 09:00"})
	w.sticky(t, 2, same("#4"), same("helena-bs"))
}

func saidFirstReading(w *world, t told) { w.sticky(t, 3, same("0.09"), same("99")) }

func saidNudge(w *world, t told) {
	w.says("the reminder", w.one(t, 4), text{"24 February", "24 de fevereiro"}, same(offersTitle), text{"Deployment", "Implantação"}, text{"/approve", "/aprovar"}, text{"/object", "/objetar"})
}

func saidObjection(w *world, t told) {
	why := text{"running cost is not in the budget", "o custo de operação não está no orçamento"}
	w.says("the comment", w.one(t, 4), same("helena-bs"), why)
	w.sticky(t, 4, same("helena-bs"), why, text{"objection", "objeção"}, text{"/withdraw || withdrawn", "/retirar || retirada"})
	w.sticky(t, 2, text{"The new unlimited tariff || " + problemTitle, "A nova tarifa ilimitada || " + problemTitle})
}

func saidWithdrawn(w *world, t told) {
	w.says("the record", w.one(t, 4), text{"from Development to Deployment", "de Desenvolvimento para Implantação"}, text{"25 February, 09:00", "25 de fevereiro, 09:00"}, text{"4 March, 10:20", "4 de março, 10:20"})
	w.silent("the sticky of #4", w.board(t, 4), text{"Stopped by an objection", "Parado por uma objeção"})
	w.sticky(t, 4, same("1200 BRL/month"))
	w.sticky(t, 2, text{offersTitle + ": Deployment", offersTitle + ": Implantação"}, text{"objection", "objeção"})
	w.counted(t, 4, map[string]yes{"helena-bs": {"business-stakeholder", ""}, "felix-se": {"software-engineer", ""}})
}

func saidReadings(w *world, t told) {
	w.sticky(t, 3, same("psi_score"), same("0.18"), same("101"))
}

// saidDrift: one incident for all readings over the limit; it names who owns the metric, and tells the
// two roles that are involved throughout.
func saidDrift(w *world, t told) {
	i := t.after.issue(21)
	if i == nil {
		w.t.Fatal("no incident was opened")
	}
	w.says("the incident", i.Body, same("#3"), same("psi_score"), same("0.31"), same("0.33"), same("0.20 || 0.2"),
		text{"10 March", "10 de março"}, text{"11 March", "11 de março"}, text{"/return development incident:", "/voltar desenvolvimento incidente:"})
	w.bodyMentions(t, 21, "helena-bs", "mina-mle", "rui-sme")
	headings := lifecycle.Titles(lifecycle.Incident)
	for _, key := range []lifecycle.SectionKey{lifecycle.SecParent, lifecycle.SecReadings, lifecycle.SecRootCause} {
		found := false
		for title, of := range headings {
			found = found || of == key && slices.Contains(lines(i.Body), "### "+title)
		}
		if !found {
			w.t.Errorf("the incident lacks the heading of %s:\n%s", key, i.Body)
		}
	}
	w.sticky(t, 3, same("#21"), same("psi_score"), same("0.33"))
	w.sticky(t, 2, same("#21"))
}

func saidIncident(w *world, t told) {
	why := text{"new unlimited tariff changed the usage mix", "a nova tarifa ilimitada mudou a mistura de uso"}
	w.says("the record", w.one(t, 3), same("mina-mle"), text{"from Monitoring to Development", "de Monitoramento para Desenvolvimento"}, text{"incident", "incidente"}, why,
		text{"business stakeholder", "parte interessada do negócio"}, text{"data scientist", "cientista de dados"}, text{"root cause", "causa raiz"})
	w.sticky(t, 3, why, same("#21"), text{"software engineer", "engenheiro(a) de software"}, text{"root cause", "causa raiz"}, text{"live || in production", "em produção"})
	w.sticky(t, 2, text{scoreTitle + ": Development", scoreTitle + ": Desenvolvimento"}, why, same("D-1"), same("D-2"), text{"objection", "objeção"},
		text{"reason codes are written after cancellation", "os códigos são escritos depois"}, text{"shadow run", "execução em sombra"})
}
