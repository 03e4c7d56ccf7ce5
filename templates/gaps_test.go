package templates_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/templates"
)

// gapCodes are the constants of type GapCode, read from the text of the package that judges: this one
// does not import it.
func gapCodes(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../checks/artefacts.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if name, typed := spec.Type.(*ast.Ident); !typed || name.Name != "GapCode" {
			return true
		}
		code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		codes = append(codes, code)
		return true
	})
	if len(codes) < 40 {
		t.Fatalf("only %d gaps were found", len(codes))
	}
	return codes
}

// artefactCode is what nobody should have to read.
var artefactCode = regexp.MustCompile(`\b[ABC]\d+\b|\bG[123]\b|guardrail`)

func TestEveryGapIsToldInBothLanguages(t *testing.T) {
	en, pt := templates.Printer{Lang: lifecycle.English}, templates.Printer{Lang: lifecycle.Portuguese}
	check := func(name string, gap templates.GapView) {
		t.Helper()
		a, b := en.Gap(gap), pt.Gap(gap)
		if len(a) != 1 || len(b) != 1 || a[0] == "" || b[0] == "" {
			t.Errorf("%s: %q, %q", name, a, b)
			return
		}
		both := a[0] + b[0]
		if a[0] == b[0] && gap.Code != "metric-errors" || strings.Contains(both, "%!") || strings.Contains(both, "%s") {
			t.Errorf("%s: %q, %q", name, a[0], b[0])
		}
		if said := artefactCode.FindString(strings.ReplaceAll(both, "(type guardrail)", "")); said != "" {
			t.Errorf("%s says %q: %s", name, said, both)
		}
	}
	for _, code := range gapCodes(t) {
		if code != "renew" {
			check(code, templates.GapView{Code: code, Numbers: []int{13}, Texts: []string{"what is said"}, Sections: []lifecycle.SectionKey{lifecycle.SecBudget}})
		}
	}
	for _, cause := range []lifecycle.Cause{lifecycle.CauseProblem, lifecycle.CauseData, lifecycle.CauseMetrics, lifecycle.CauseCode, lifecycle.CauseInfra} {
		check("renew, "+string(cause), templates.GapView{Code: "renew", Cause: cause})
	}
}

func TestADeploymentsOpenSectionsAreNamedAsItsFormDoes(t *testing.T) {
	gap := templates.GapView{Code: "deployment-open", Numbers: []int{13}, Sections: []lifecycle.SectionKey{lifecycle.SecRollback, lifecycle.SecInformed}}
	for lang, want := range map[lifecycle.Lang]string{
		lifecycle.English:    "In deployment #13, nothing is written under **Rollback plan** and **Users informed?**.",
		lifecycle.Portuguese: "Na implantação #13, falta escrever em **Plano de reversão** e **Usuários informados?**.",
	} {
		if got := (templates.Printer{Lang: lang}).Gap(gap); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %q", lang, got)
		}
	}
}
