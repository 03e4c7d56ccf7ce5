package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

// asked runs init with somebody at the terminal who types the answers.
func asked(t *testing.T, lang lifecycle.Lang, answers string) (*policy.Policy, string) {
	t.Helper()
	dir := t.TempDir()
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"init", "--language", string(lang), dir}, func(string) string { return "" },
		stdio{In: strings.NewReader(answers), Out: &out, Err: &errs, Interactive: true})
	if code != exitDone {
		t.Fatalf("ended with %d: %s%s", code, out.String(), errs.String())
	}
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(policy.File)))
	if err != nil {
		t.Fatal(err)
	}
	p, problems := policy.Parse(data)
	if p == nil {
		t.Fatalf("%v in\n%s", problems, data)
	}
	if !strings.Contains(string(data), "# ") || len(p.Roles) > len(lifecycle.Roles) {
		t.Errorf("the comments are gone:\n%s", data)
	}
	return p, out.String()
}

func holdersOf(p *policy.Policy, r lifecycle.Role) []string {
	var names []string
	for _, h := range p.Roles[r] {
		names = append(names, h.String())
	}
	return names
}

func TestInitAsksForRoles(t *testing.T) {
	for _, lang := range lifecycle.Langs {
		p, out := asked(t, lang, "@ana, acme/sales\nrui\n\nyes 007\n")
		for role, want := range map[lifecycle.Role][]string{
			lifecycle.BusinessStakeholder: {"ana", "acme/sales"},
			lifecycle.SubjectMatterExpert: {"rui"},
			lifecycle.DataEngineer:        nil,
			lifecycle.DataScientist:       {"yes", "007"}, // neither a boolean nor a number
			lifecycle.BackendEngineer:     nil,            // the input ended before
		} {
			if got := holdersOf(p, role); !slices.Equal(got, want) {
				t.Errorf("%s: %s is held by %q, want %q", lang, role, got, want)
			}
		}
		if p.Language != lang || strings.Contains(out, "\n1. "+in(lang, "Write into", "Escreva em")) {
			t.Errorf("language %s; roles were given, yet they are asked for again:\n%s", p.Language, out)
		}
	}
}

func TestInitAsksAgainForWhatAConfigWouldRefuse(t *testing.T) {
	p, out := asked(t, lifecycle.English, "ana maria!\nana ana\nana\n")
	if got := holdersOf(p, lifecycle.BusinessStakeholder); !slices.Equal(got, []string{"ana"}) {
		t.Errorf("business stakeholder is held by %q in the end", got)
	}
	if n := strings.Count(out, "  business stakeholder: "); n != 3 {
		t.Errorf("asked %d times, want 3:\n%s", n, out)
	}
}

// Nothing is asked for that would not be written.
func TestInitAsksNothingWhenTheConfigIsKept(t *testing.T) {
	dir := t.TempDir()
	if code, _, _ := try(t, "init", dir); code != exitDone {
		t.Fatal("the first init failed")
	}
	var out bytes.Buffer
	run(t.Context(), []string{"init", dir}, func(string) string { return "" },
		stdio{In: strings.NewReader("ana\n"), Out: &out, Err: &out, Interactive: true})
	if strings.Contains(out.String(), "business stakeholder:") {
		t.Errorf("asked:\n%s", out.String())
	}
}

// What cannot be written is named, and nothing is said to be written that is not.
func TestInitSaysHowFarItCame(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".github"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := try(t, "init", dir)
	if code != exitProblem || !strings.Contains(errs, ".github/phasegate.yml") || strings.Contains(out, "wrote") {
		t.Errorf("ended with %d: %s%s", code, out, errs)
	}
}
