package checks_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

func TestWaiversPartTheGaps(t *testing.T) {
	f := ready(lifecycle.Standard)
	f.Analysis, f.DesignDoc = fact(textCase{}, "", day(0)), fact(textCase{}, "", day(0))
	f.Filled[lifecycle.SecBudget] = false
	f.Returns = []checks.Return{{Cause: lifecycle.CauseMetrics, To: lifecycle.Design, At: noon, Prints: now}}
	open, waived := checks.Waive(checks.Design(f), []checks.Waiver{{Artefact: "A6"}, {Artefact: "A7"}, {Artefact: "B3"}})
	if got := codes(open) + " | " + codes(waived); got != "A5:no-eda renewal:renew | A6:no-design A7:no-budget" {
		t.Error(got)
	}
	if open, waived = checks.Waive(nil, []checks.Waiver{{Artefact: "A6"}}); len(open)+len(waived) > 0 {
		t.Errorf("out of nothing came %v and %v", open, waived)
	}
}

func TestWhatTwoArtefactsLackAlikeIsToldOnce(t *testing.T) {
	metrics, data := checks.Return{Cause: lifecycle.CauseMetrics}, checks.Return{Cause: lifecycle.CauseData}
	got := checks.Distinct([]checks.Gap{
		{Artefact: "C5", Code: checks.GapNoDeployment}, {Artefact: "C6", Code: checks.GapNoDeployment},
		{Artefact: "C5", Code: checks.GapDeploymentOpen, Numbers: []int{13}, Sections: []lifecycle.SectionKey{"a"}},
		{Artefact: "C6", Code: checks.GapDeploymentOpen, Numbers: []int{13}, Sections: []lifecycle.SectionKey{"b"}},
		{Artefact: "C7", Code: checks.GapDeploymentOpen, Numbers: []int{14}, Sections: []lifecycle.SectionKey{"b"}},
		{Artefact: "A1", Code: checks.GapUnread, Texts: []string{"timeout"}}, {Artefact: "A4", Code: checks.GapUnread, Texts: []string{"forbidden"}},
		{Artefact: "A5", Code: checks.GapUnread, Texts: []string{"timeout"}},
		{Artefact: "renewal", Code: checks.GapRenew, Renewal: &metrics}, {Artefact: "renewal", Code: checks.GapRenew, Renewal: &data},
	})
	want := []string{"C5 no-deployment", "C5 deployment-open #13 a", "C6 deployment-open #13 b", "C7 deployment-open #14 b",
		"A1 unread: timeout", "A4 unread: forbidden", "renewal renew metrics", "renewal renew data"}
	if told := each(got, told); !slices.Equal(told, want) {
		t.Errorf("got\n\t%s", strings.Join(told, "\n\t"))
	}
}

// Every artefact of the rules has a word in each language, no two share one, and people may write it as
// they speak.
func TestArtefactsAsPeopleWriteThem(t *testing.T) {
	seen := map[string]string{}
	for _, row := range cells(artefactTable) {
		code := row[0]
		words := []string{code, strings.ToLower(code), " " + code + " "}
		for _, lang := range lifecycle.Langs {
			word := checks.ArtefactWord(code, lang)
			if word == "" || strings.ContainsAny(word, " `") || word != lifecycle.Fold(word) {
				t.Errorf("%s in %s: %q", code, lang, word)
			}
			if other, taken := seen[word]; taken {
				t.Errorf("%q is %s and %s", word, other, code)
			}
			seen[word] = code
			words = append(words, word, strings.ToUpper(word), strings.ReplaceAll(word, "-", " "))
		}
		for _, w := range words {
			if got, ok := checks.ParseArtefact(w); !ok || got != code {
				t.Errorf("ParseArtefact(%q) = %q, %v; want %s", w, got, ok, code)
			}
		}
	}
	for word, want := range map[string]string{
		"data-analysis": "A5", "Análise de dados": "A5", "orçamento": "A7", "model card": "B3", "Cartão do modelo": "B3", "usuários informados": "C6",
		"renewal": "", "": "", "A11": "", "A": "", "G1": "", "everything": "",
	} {
		if got, ok := checks.ParseArtefact(word); got != want || ok != (want != "") {
			t.Errorf("ParseArtefact(%q) = %q, %v; want %q", word, got, ok, want)
		}
	}
	if w := checks.ArtefactWord("A11", lifecycle.English); w != "" {
		t.Errorf("no artefact has the word %q", w)
	}
}
