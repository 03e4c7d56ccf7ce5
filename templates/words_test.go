package templates

import (
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

func TestEveryWordStandsInBothLanguages(t *testing.T) {
	check := func(what, en, pt string) {
		t.Helper()
		if en == "" || pt == "" || en == pt {
			t.Errorf("%s: en %q, pt-BR %q", what, en, pt)
		}
	}
	for _, g := range lifecycle.Gates {
		for _, risk := range lifecycle.Risks {
			for _, seat := range lifecycle.Seats(g, risk) {
				check("question of "+string(g)+" to "+string(seat), Question(lifecycle.English, g, seat), Question(lifecycle.Portuguese, g, seat))
			}
		}
	}
	for _, seat := range lifecycle.DataSeats() {
		check("question on data to "+string(seat), DataQuestion(lifecycle.English, seat), DataQuestion(lifecycle.Portuguese, seat))
	}
	for _, r := range append([]lifecycle.Role{lifecycle.Validator, lifecycle.AnyTechnical, lifecycle.AnyRole}, lifecycle.Roles...) {
		check("role "+string(r), Role(lifecycle.English, r), Role(lifecycle.Portuguese, r))
	}
	for _, p := range lifecycle.Phases {
		check("phase "+string(p), Phase(lifecycle.English, p), Phase(lifecycle.Portuguese, p))
		if back, ok := lifecycle.ParsePhase(phaseArgument(lifecycle.Portuguese, p)); !ok || back != p {
			t.Errorf("phase %s cannot be typed in Portuguese", p)
		}
	}
	for _, c := range lifecycle.Causes {
		check("cause "+string(c), Cause(lifecycle.English, c), Cause(lifecycle.Portuguese, c))
	}
	for _, r := range lifecycle.Risks {
		check("risk "+string(r), Risk(lifecycle.English, r), Risk(lifecycle.Portuguese, r))
	}
	for _, c := range lifecycle.Commands {
		check("command "+string(c.Command), commandName(lifecycle.English, c.Command), commandName(lifecycle.Portuguese, c.Command))
	}
}

func TestMomentsAsPeopleWriteThem(t *testing.T) {
	at := time.Date(2026, 1, 12, 11, 0, 0, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{DayTime(lifecycle.English, at, at), "Mon 12 January, 11:00"},
		{DayTime(lifecycle.Portuguese, at, at), "seg 12 de janeiro, 11:00"},
		{Date(lifecycle.English, at, at.AddDate(1, 0, 0)), "12 January 2026"},
		{Date(lifecycle.Portuguese, at, at.AddDate(1, 0, 0)), "12 de janeiro de 2026"},
		{List(lifecycle.English, []string{"a", "b", "c"}), "a, b and c"},
		{List(lifecycle.Portuguese, []string{"a", "b"}), "a e b"},
		{Either(lifecycle.English, []string{"a", "b"}), "a or b"},
		{A(lifecycle.English, lifecycle.MLEngineer), "an ML engineer"},
		{A(lifecycle.English, lifecycle.DataScientist), "a data scientist"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestEveryRefusalIsToldInBothLanguages(t *testing.T) {
	texts := map[string]both{}
	for _, part := range []map[string]both{refusedCommands, refusedContract, refusedMeeting} {
		for code, text := range part {
			if _, twice := texts[code]; twice {
				t.Errorf("%s stands in two tables", code)
			}
			texts[code] = text
		}
	}
	for code, text := range texts {
		if text.en == "" || text.pt == "" || text.en == text.pt || strings.Count(text.en, "%s") != 1 || strings.Count(text.pt, "%s") != 1 {
			t.Errorf("%s: %q, %q", code, text.en, text.pt)
		}
	}
	for code, text := range leadIns {
		if _, ok := texts[code]; !ok || text.en == "" || text.pt == "" || text.en == text.pt {
			t.Errorf("list of %s: %q, %q", code, text.en, text.pt)
		}
	}
}

func TestHelpListsWhatThisVersionCarriesOut(t *testing.T) {
	listed := map[lifecycle.Command]bool{}
	for _, group := range helpLines {
		for _, h := range group.commands {
			if listed[h.command] || h.text.en == "" || h.text.pt == "" || h.text.en == h.text.pt {
				t.Errorf("%s: %v", h.command, h.text)
			}
			listed[h.command] = true
		}
	}
	for _, c := range lifecycle.Commands {
		if listed[c.Command] != c.Ready {
			t.Errorf("%s: listed %v, carried out %v", c.Command, listed[c.Command], c.Ready)
		}
	}
	if first := helpLines[0].commands; first[0].command != lifecycle.Approve || first[1].command != lifecycle.Object {
		t.Errorf("the first are %v", first)
	}
}
