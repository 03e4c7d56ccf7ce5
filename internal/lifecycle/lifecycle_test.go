package lifecycle_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	. "github.com/phasegate/phasegate/internal/lifecycle"
)

func TestLabelsAreTheTwentyOneOfTheRules(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range Labels() {
		if seen[l.Name] {
			t.Errorf("label %q stands twice", l.Name)
		}
		seen[l.Name] = true
		for _, lang := range Langs {
			if d := l.Text[lang]; d == "" || utf8.RuneCountInString(d) > 100 {
				t.Errorf("label %q, %s: description %q must have 1 to 100 characters", l.Name, lang, d)
			}
		}
		if want := !strings.HasPrefix(l.Name, "kind:"); Guarded(l.Name) != want {
			t.Errorf("Guarded(%q) = %v, want %v", l.Name, !want, want)
		}
	}
	if len(seen) != 21 {
		t.Errorf("%d labels, want 21", len(seen))
	}
	if Guarded("bug") {
		t.Error("a label that is not ours is guarded")
	}
}

func TestCommandsInBothLanguages(t *testing.T) {
	for in, want := range map[string]Command{
		"approve": Approve, "APROVAR": Approve, "avançar": Advance, "avancar": Advance,
		"voltar": Return, "no-metrics": NoMetrics, "orçamento": SetBudget,
	} {
		if got, ok := ParseCommand(in); !ok || got != want {
			t.Errorf("ParseCommand(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
	if c, ok := ParseCommand("aprove"); ok {
		t.Errorf("a typing error was read as %q", c)
	}
	for in, want := range map[string]Command{
		"aprove": Approve, "approved": Approve, "aporve": Approve, "advnace": Advance, "avansar": Advance,
		"hlep": Help, "usr": "", "deploy": "", "aprovadissimo": "",
	} {
		if got := NearCommand(in); got != want {
			t.Errorf("NearCommand(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestRolesPhasesRisksAndCausesAsPeopleWriteThem(t *testing.T) {
	for in, want := range map[string]Role{
		"BS": BusinessStakeholder, "data-scientist": DataScientist, "Cientista de dados": DataScientist,
		"Engenheira de ML": MLEngineer, "subject matter expert": SubjectMatterExpert,
	} {
		if got, ok := ParseRole(in); !ok || got != want {
			t.Errorf("ParseRole(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
	if _, ok := ParseRole("boss"); ok {
		t.Error("an unknown role was read")
	}
	if p, ok := ParsePhase("Implantação"); !ok || p != Deployment {
		t.Errorf("ParsePhase(Implantação) = %q, %v", p, ok)
	}
	if r, ok := ParseRisk("Padrão"); !ok || r != Standard {
		t.Errorf("ParseRisk(Padrão) = %q, %v", r, ok)
	}
	if c, ok := ParseCause("dados"); !ok || c != CauseData {
		t.Errorf("ParseCause(dados) = %q, %v", c, ok)
	}
	for _, c := range Causes {
		if len(c.FreshRoles()) == 0 {
			t.Errorf("cause %q asks nobody to look again", c)
		}
	}
}

func TestGatesJoinThePhases(t *testing.T) {
	for i, g := range Gates {
		if g.From() != Phases[i] || g.To() != Phases[i+1] {
			t.Errorf("%s leads from %s to %s", g, g.From(), g.To())
		}
		if back, ok := GateInto(g.To()); !ok || back != g {
			t.Errorf("GateInto(%s) = %s, %v", g.To(), back, ok)
		}
		for risk, want := range map[Risk]int{Low: 2, Standard: 4, High: 5} {
			if got := len(Seats(g, risk)); got != want {
				t.Errorf("%s at %s risk: %d seats, want %d", g, risk, got, want)
			}
		}
	}
	if _, ok := GateInto(Design); ok {
		t.Error("a gate leads into design")
	}
}

func TestEveryHeadingNamesOneSection(t *testing.T) {
	for _, k := range Kinds {
		sections := 0
		for _, s := range Form(k) {
			for _, lang := range Langs {
				if s.Title[lang] == "" {
					t.Errorf("%s, section %s: no title in %s", k, s.Key, lang)
				}
				sections++
			}
		}
		if got := len(Titles(k)); got != sections {
			t.Errorf("%s: %d headings for %d titles; two sections share one", k, got, sections)
		}
	}
}
