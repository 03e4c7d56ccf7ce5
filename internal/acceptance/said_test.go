package acceptance_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// one is the only new comment of the bot on an issue in the row.
func (w *world) one(t told, number int) string {
	w.t.Helper()
	cs := newComments(t.before, t.after, number)
	if len(cs) != 1 {
		w.t.Fatalf("#%d has %d new comments", number, len(cs))
	}
	return cs[0].Body
}

// board is what an issue's sticky says after the row.
func (w *world) board(t told, number int) string {
	w.t.Helper()
	c := t.after.issue(number).sticky()
	if c == nil {
		w.t.Fatalf("#%d has no sticky", number)
	}
	return c.Body
}

// sticky checks that the sticky of an issue says every fact after the row.
func (w *world) sticky(t told, number int, facts ...text) {
	w.t.Helper()
	w.says(fmt.Sprintf("the sticky of #%d", number), w.board(t, number), facts...)
}

// bodyMentions checks whom the text of an issue mentions after the row.
func (w *world) bodyMentions(t told, number int, logins ...string) {
	w.t.Helper()
	if got := mentioned(w.t, t.after.issue(number).Body); !slices.Equal(got, logins) {
		w.t.Errorf("#%d mentions %v, want %v", number, got, logins)
	}
}

func saidConfig(w *world, _ told) {
	type label struct{ Name, Description string }
	want := map[string]string{}
	for _, l := range lifecycle.Labels() {
		want[l.Name] = l.Text[w.lang]
	}
	got := everything[label](w, "/labels")
	if len(got) != 21 {
		w.t.Errorf("the repository has %d labels after its first config, want 21: %v", len(got), got)
	}
	for _, l := range got {
		if want[l.Name] != l.Description {
			w.t.Errorf("label %s is described as %q, want %q", l.Name, l.Description, want[l.Name])
		}
	}
}

func saidProblem(w *world, t told) {
	w.sticky(t, 2, text{"Row 1", "Linha 1"}, text{`Target "about 4%"`, `Meta "cerca de 4%"`}, text{"not a target", "não é uma meta"},
		text{`Write "<= 4" and put "%" in Unit`, `Escreva "<= 4" e ponha "%" em Unidade`})
}

func saidTarget(w *world, t told) {
	w.sticky(t, 2, text{"2 goals", "2 metas"}, text{"1 limit", "1 limite"})
	w.silent("the sticky of #2", w.board(t, 2), text{"about 4%", "cerca de 4%"})
}

func saidDeliverables(w *world, t told) {
	w.sticky(t, 2, same("#3 "+scoreTitle), same("#4 "+offersTitle), text{"Design", "Desenho"}, text{"5 goals", "5 metas"}, text{"6 limits", "6 limites"})
}

func saidData(w *world, t told) {
	w.sticky(t, 5, same("dora-de"), same("rui-sme"), text{"data engineer", "engenheiro(a) de dados"}, text{"subject matter expert", "especialista do domínio"}, same("/ap"))
	w.sticky(t, 2, same("#3 → #6 → rui-sme, dora-de"), same("#5 "+dataTitle), text{"not validated", "não validado || não está validado"})
	w.sticky(t, 4, same("#5"), text{"not validated", "não validado || não está validado"})
	w.silent("the sticky of #4", w.board(t, 4), text{"does not exist", "não existe"})
}

func saidTooEarly(w *world, t told) {
	reply := w.one(t, 3)
	w.says("the reply", reply, text{"Development", "Desenvolvimento"}, same("#5"), text{"not validated", "não está validado"}, same("reports/eda"), same("docs/design"))
	if n := count(w.t, reply, "li"); n != 3 {
		w.t.Errorf("the reply lists %d gaps, want 3:\n%s", n, seen(w.t, reply))
	}
	w.silent("the reply", reply, same("A4"), same("A5"), same("A6"), same("G1"))
}

func saidValidation(w *world, t told) {
	w.sticky(t, 5, text{"8 January", "8 de janeiro"}, same("dora-de"), same("rui-sme"))
	w.sticky(t, 3, same("#5 "+dataTitle), text{"validated 8 January", "validado em 8 de janeiro"}, same("dora-de"), same("rui-sme"))
	for _, n := range []int{2, 3, 4} {
		w.silent(fmt.Sprintf("the sticky of #%d", n), w.board(t, n), text{"not validated", "não validado"})
	}
}

func saidMerge(w *world, t told) {
	w.sticky(t, 3, text{"3 of 3", "3 de 3"}, text{"/advance development", "/avancar desenvolvimento"},
		same("reports/eda/2026-01.md"), same("docs/design/churn-score.md"), same("#7"))
}

func saidAction(w *world, t told) {
	w.says("the meeting", t.after.issue(8).Body, same("A1"), text{"map reason codes", "mapear os códigos de motivo"}, text{"2026-01-16 || 16 January", "2026-01-16 || 16 de janeiro"})
	w.bodyMentions(t, 8, "dora-de")
	if !strings.Contains(t.after.issue(8).Body, "[ ]") {
		w.t.Errorf("the action cannot be ticked:\n%s", t.after.issue(8).Body)
	}
}

func saidRequest(w *world, t told) {
	w.says("the request", w.one(t, 3), same(scoreTitle), text{"Design", "Desenho"}, text{"Development", "Desenvolvimento"}, same("sara-ds"),
		same("40000 BRL/month requested"), text{"/approve", "/aprovar"}, text{"/object", "/objetar"})
	w.sticky(t, 3, text{"0 of 4", "0 de 4"}, same("sara-ds"), text{"12 January, 11:00", "12 de janeiro, 11:00"},
		text{"recall_top_decile at least 0.40", "recall_top_decile pelo menos 0.40 || recall_top_decile no mínimo 0.40"})
	w.sticky(t, 2, same("#3"), same("helena-bs"))
}

func saidWrongRole(w *world, t told) {
	w.says("the reply", w.one(t, 3), same("felix-se"), text{"software engineer", "engenheiro(a) de software"},
		text{"business stakeholder", "parte interessada do negócio"}, text{"subject matter expert", "especialista do domínio"},
		text{"data engineer", "engenheiro(a) de dados"}, text{"data scientist", "cientista de dados"}, text{"not counted", "não contou"})
}

func saidLabelByHand(w *world, t told) {
	w.says("the explanation", w.one(t, 3), same("phase:development"), same("sara-ds"), text{"/advance", "/avancar"})
}

func saidApprovals(w *world, t told) {
	record := w.one(t, 3)
	w.says("the record", record, same(scoreTitle), text{"Development", "Desenvolvimento"})
	for _, a := range []struct {
		login string
		role  text
		at    string
	}{
		{"dora-de", text{"data engineer", "engenheiro(a) de dados"}, "09:00"},
		{"tomas-ds", text{"data scientist", "cientista de dados"}, "09:20"},
		{"rui-sme", text{"subject matter expert", "especialista do domínio"}, "10:00"},
		{"helena-bs", text{"business stakeholder", "parte interessada do negócio"}, "10:30"},
	} {
		w.says("the record", record, same(a.login), a.role, text{"13 January, " + a.at, "13 de janeiro, " + a.at})
	}
	w.sticky(t, 2, text{scoreTitle + ": Development", scoreTitle + ": Desenvolvimento"})
	w.sticky(t, 2, text{"13 January", "13 de janeiro"}) // the decision log
	w.counted(t, 3, map[string]yes{"helena-bs": {"business-stakeholder", ""}, "rui-sme": {"subject-matter-expert", ""},
		"dora-de": {"data-engineer", ""}, "tomas-ds": {"data-scientist", ""}})
}
