package acceptance_test

import "slices"

func saidLight(w *world, t told) {
	cs := newComments(t.before, t.after, 4)
	w.says("the request", cs[0].Body, same("tomas-ds"), text{"business stakeholder", "parte interessada do negócio"}, text{"any technical role", "qualquer papel técnico"})
	w.silent("the request", cs[0].Body, same("reports/eda"), same("docs/design"))
	w.says("the record", cs[1].Body, same("helena-bs"), same("bento-be"), text{"15 January, 09:00", "15 de janeiro, 09:00"}, text{"15 January, 10:00", "15 de janeiro, 10:00"})
	w.sticky(t, 2, text{offersTitle + ": Development", offersTitle + ": Desenvolvimento"})
	w.counted(t, 4, map[string]yes{"helena-bs": {"business-stakeholder", ""}, "bento-be": {"backend-engineer", ""}})
}

func saidExperiment(w *world, t told) {
	w.sticky(t, 3, same("#9"), text{"running", "em andamento"})
}

func saidReturn(w *world, t told) {
	w.says("the record", w.one(t, 3), same("sara-ds"), text{"from Development to Design", "de Desenvolvimento para Desenho"}, text{"data", "dados"},
		text{"reason codes are written after cancellation and leak the outcome", "os códigos são escritos depois do cancelamento e vazam o resultado"},
		text{"data engineer", "engenheiro(a) de dados"}, text{"subject matter expert", "especialista do domínio"},
		text{"validate a data requirement again", "valide de novo um dado necessário"}, text{"newer analysis || newer EDA", "análise mais nova"})
	w.sticky(t, 3, text{"sara-ds", "sara-ds"}, text{"Design", "Desenho"}, text{"reason codes", "os códigos"})
	w.sticky(t, 2, text{scoreTitle + ": Design", scoreTitle + ": Desenho"}, text{"reason codes are written after cancellation", "os códigos são escritos depois"})
}

func saidDataChanged(w *world, t told) {
	w.says("the comment", w.one(t, 5), text{"changed", "mudou"}, text{"support tickets", "chamados de suporte"}, text{"/approve", "/aprovar"})
	for _, n := range []int{2, 3, 4} {
		w.sticky(t, n, same("#5"), text{"not validated", "não validado || não está validado"})
	}
	w.sticky(t, 4, text{"no longer validated || not validated", "deixou de estar validado || não validado || não está validado"})
}

func saidDelegate(w *world, t told) {
	w.sticky(t, 2, same("bento-be"), same("dora-de"), text{"data engineer", "engenheiro(a) de dados"}, text{"2026-01-30 || 30 January", "2026-01-30 || 30 de janeiro"})
}

func saidDelegated(w *world, t told) {
	w.sticky(t, 5, same("bento-be"), same("rui-sme"), text{"by delegation of dora-de until", "por delegação de dora-de até"},
		text{"2026-01-30 || 30 January", "2026-01-30 || 30 de janeiro"}, text{"21 January", "21 de janeiro"})
	w.sticky(t, 4, text{"validated 21 January", "validado em 21 de janeiro"})
}

func saidAgain(w *world, t told) {
	cs := newComments(t.before, t.after, 3)
	for i, where := range []string{"the request", "the record"} {
		w.says(where, cs[i].Body, same("helena-bs"), same("tomas-ds"), text{"carried", "mantid || mantém"}, text{"13 January", "13 de janeiro"})
	}
	w.says("the record", cs[1].Body, text{"by delegation of dora-de until", "por delegação de dora-de até"}, text{"22 January, 14:00", "22 de janeiro, 14:00"}, text{"22 January, 14:10", "22 de janeiro, 14:10"})
	w.counted(t, 3, map[string]yes{"helena-bs": {"business-stakeholder", ""}, "tomas-ds": {"data-scientist", ""},
		"bento-be": {"data-engineer", "dora-de"}, "rui-sme": {"subject-matter-expert", ""}})
	if labels := t.after.issue(3).Labels; !slices.Equal(labels, []string{"kind:deliverable", "phase:development", "risk:standard"}) {
		w.t.Errorf("#3 ends with %v", labels)
	}
}

// saidFresh: the step passed before the edit, and its record stands as it was.
func saidFresh(w *world, t told) {
	w.counted(t, 4, map[string]yes{"helena-bs": {"business-stakeholder", ""}, "bento-be": {"backend-engineer", ""}})
}
