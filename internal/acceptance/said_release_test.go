package acceptance_test

// short is how a commit of the story is named to people.
func (w *world) short(commit string) text {
	return same(w.commits[commit][:min(7, len(w.commits[commit]))])
}

func saidTrained(w *world, t told) {
	w.sticky(t, 3, text{"3 of 3", "3 de 3"}, text{"/advance deployment", "/avancar implantacao"}, same("#9"), same("#13"),
		same("gbm-1"), same("usage@2026-01"), w.short("m1"), same("0.42"), same("0.029"), same("0.06"))
	w.silent("the sticky of #3", w.board(t, 3), text{"missing", "falta"})
}

func saidOwnWork(w *world, t told) {
	cs := newComments(t.before, t.after, 3)
	w.says("the request", cs[0].Body, same(scoreTitle), text{"from Development to Deployment", "de Desenvolvimento para Implantação"}, same("sara-ds"), text{"/approve", "/aprovar"})
	w.says("the reply", cs[1].Body, text{"not counted", "não contou"}, same("sara-ds"), text{"experiment || #9 || wrote what is judged || asked for this step yourself", "experimento || #9 || escreveu o que || pediu esta etapa"})
	w.sticky(t, 3, text{"0 of 4", "0 de 4"}, same("gbm-1"), same("0.42"))
	w.sticky(t, 2, same("#3"), same("helena-bs"))
}

func saidTwoOfFour(w *world, t told) {
	w.sticky(t, 3, text{"2 of 4", "2 de 4"}, text{"29 January, 11:00", "29 de janeiro, 11:00"}, text{"29 January, 11:10", "29 de janeiro, 11:10"})
}

func saidHigherTarget(w *world, t told) {
	w.says("the comment", w.one(t, 3), same("0.40"), same("0.45"), same("→"), same("0.42"), text{"metric", "métrica"})
	w.sticky(t, 3, text{"1 of 4", "1 de 4"}, same("recall_top_decile"), same("0.42"), same("0.45"), same("felix-se"))
	w.sticky(t, 2, same("#3"))
}

func saidDecisions(w *world, t told) {
	w.says("the reply", w.one(t, 14), same("bento-be"), text{"business stakeholder", "parte interessada do negócio"})
	for where, body := range map[string]string{"the meeting": t.after.issue(14).Body, "the sticky of #2": w.board(t, 2)} {
		w.says(where, body, same("D-1"), same("D-2"), text{"40000 BRL/month for scoring", "40000 BRL/mês para a nota"},
			text{"release 1 target for recall_top_decile is 0.42", "a meta de recall_top_decile na versão 1 é 0.42"}, same("helena-bs"))
		w.silent(where, body, same("D-3"))
	}
	w.sticky(t, 3, text{"1 of 4", "1 de 4"}, text{"recall_top_decile at least 0.42", "recall_top_decile pelo menos 0.42 || recall_top_decile no mínimo 0.42"})
	w.silent("the sticky of #3", w.board(t, 3), text{"held up", "parado até"})
}

func saidToDeployment(w *world, t told) {
	w.says("the record", w.one(t, 3), text{"from Development to Deployment", "de Desenvolvimento para Implantação"}, same("felix-se"),
		text{"29 January, 11:10", "29 de janeiro, 11:10"}, text{"2 February, 14:20", "2 de fevereiro, 14:20"})
	w.sticky(t, 2, text{scoreTitle + ": Deployment", scoreTitle + ": Implantação"})
	w.counted(t, 3, map[string]yes{"helena-bs": {"business-stakeholder", ""}, "rui-sme": {"subject-matter-expert", ""},
		"tomas-ds": {"data-scientist", ""}, "felix-se": {"software-engineer", ""}})
}

func saidSolved(w *world, t told) {
	w.silent("the sticky of #2", w.board(t, 2), same("#6 →"))
}

func saidShadowRun(w *world, t told) {
	why := text{"shadow run shows calibration error 0.07 on migrated customers", "a execução em sombra mostra erro de calibração 0.07 em clientes migrados"}
	w.says("the record", w.one(t, 3), same("mina-mle"), text{"from Deployment to Development", "de Implantação para Desenvolvimento"}, text{"model", "modelo"}, why,
		text{"data scientist", "cientista de dados"}, text{"subject matter expert", "especialista do domínio"}, text{"report", "relatório"})
	w.sticky(t, 3, why, text{"report", "relatório"})
	w.sticky(t, 2, text{scoreTitle + ": Development", scoreTitle + ": Desenvolvimento"}, why)
}

func saidCalibrated(w *world, t told) {
	w.sticky(t, 3, same("gbm-2"), w.short("m2"), same("0.43"), same("0.022"), text{"/advance deployment", "/avancar implantacao"})
}

func saidCarried(w *world, t told) {
	cs := newComments(t.before, t.after, 3)
	for i, where := range []string{"the request", "the record"} {
		w.says(where, cs[i].Body, same("helena-bs"), same("felix-se"), text{"carried", "mantid || mantém"}, text{"2 February", "2 de fevereiro"}, text{"29 January", "29 de janeiro"})
	}
	w.says("the record", cs[1].Body, text{"13 February, 10:00", "13 de fevereiro, 10:00"}, text{"13 February, 10:10", "13 de fevereiro, 10:10"})
	w.counted(t, 3, map[string]yes{"helena-bs": {"business-stakeholder", ""}, "rui-sme": {"subject-matter-expert", ""},
		"tomas-ds": {"data-scientist", ""}, "felix-se": {"software-engineer", ""}})
}

func saidDeployed(w *world, t told) {
	w.sticky(t, 3, text{"live || in production", "em produção"}, text{"/advance monitoring", "/avancar monitoramento"}, same("96"), same("0.04"))
	w.silent("the sticky of #3", w.board(t, 3), text{"still missing", "ainda falta"})
}

func saidToMonitoring(w *world, t told) {
	until := text{"2026-08-19 || 19 August", "2026-08-19 || 19 de agosto"}
	cs := newComments(t.before, t.after, 3)
	w.says("the request", cs[0].Body, text{"from Deployment to Monitoring", "de Implantação para Monitoramento"}, same("mina-mle"))
	w.says("the record", cs[1].Body, text{"from Deployment to Monitoring", "de Implantação para Monitoramento"}, text{"20 February, 10:40", "20 de fevereiro, 10:40"})
	w.says("the record and the sticky", cs[1].Body+"\n\n"+w.board(t, 3), until)
	w.sticky(t, 2, text{scoreTitle + ": Monitoring", scoreTitle + ": Monitoramento"})
	w.counted(t, 3, map[string]yes{"helena-bs": {"business-stakeholder", ""}, "rui-sme": {"subject-matter-expert", ""},
		"mina-mle": {"ml-engineer", ""}, "bento-be": {"backend-engineer", ""}})
}
