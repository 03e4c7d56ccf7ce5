package checks

import (
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// Waiver lets an artefact be missing until a day ends.
type Waiver struct {
	Artefact string    // the row of section 2's tables ("A5")
	Until    time.Time // the first instant at which it holds no longer
	Day      string    // the last day it holds, YYYY-MM-DD
	By       string    // login
	Reason   string    // untrusted
}

// Waive parts the gaps into those that stay open and those that one of the waivers covers, each in the
// order given. What a return asks to be renewed is not waived, except what the metric report itself
// says. The caller passes only waivers that hold now.
func Waive(gaps []Gap, waived []Waiver) (open, waivedGaps []Gap) {
	for _, g := range gaps {
		if slices.ContainsFunc(waived, func(w Waiver) bool { return w.Artefact == g.Artefact }) {
			waivedGaps = append(waivedGaps, g)
			continue
		}
		open = append(open, g)
	}
	return open, waivedGaps
}

// artefactWords are the rows of section 2's tables with the word a person types for each.
var artefactWords = []struct{ code, en, pt string }{
	{"A1", "problem", "problema"},
	{"A2", "description", "descricao"},
	{"A3", "metric-table", "tabela-de-metricas"},
	{"A4", "data", "dados"},
	{"A5", "data-analysis", "analise-de-dados"},
	{"A6", "design", "desenho"},
	{"A7", "budget", "orcamento"},
	{"A8", "support-problems", "problemas-de-suporte"},
	{"A9", "fairness", "equidade"},
	{"A10", "oversight", "supervisao"},
	{"B1", "experiment", "experimento"},
	{"B2", "metric-report", "relatorio-de-metricas"},
	{"B3", "model-card", "cartao-do-modelo"},
	{"B4", "deployment-plan", "plano-de-implantacao"},
	{"B5", "code-guidelines", "diretrizes-de-codigo"},
	{"B6", "data-still-valid", "dados-ainda-validos"},
	{"B7", "model-version", "versao-do-modelo"},
	{"C1", "deploy-workflow", "fluxo-de-implantacao"},
	{"C2", "production", "producao"},
	{"C3", "readings", "leituras"},
	{"C4", "metric-owners", "responsaveis-das-metricas"},
	{"C5", "rollback-plan", "plano-de-reversao"},
	{"C6", "users-informed", "usuarios-informados"},
}

// ParseArtefact reads an artefact as people write it: its row in section 2's tables in either case, or
// its word in either language, with spaces or hyphens. It returns the row.
func ParseArtefact(word string) (code string, ok bool) {
	word = strings.Join(strings.Fields(strings.ReplaceAll(lifecycle.Fold(word), "-", " ")), "-")
	for _, a := range artefactWords {
		if word == strings.ToLower(a.code) || word == a.en || word == a.pt {
			return a.code, true
		}
	}
	return "", false
}

// ArtefactWord is the word that people type for the row, in a form without accents; "" for no row.
func ArtefactWord(code string, lang lifecycle.Lang) string {
	for _, a := range artefactWords {
		if a.code != code {
			continue
		}
		if lang == lifecycle.Portuguese {
			return a.pt
		}
		return a.en
	}
	return ""
}
