package checks_test

import (
	"slices"
	"testing"
	"time"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// After several returns only a report made after the last one counts.
func TestArtefactReportIsNewerThanTheLastReturn(t *testing.T) {
	f := checks.DevelopmentFacts{Risk: lifecycle.Low, Due: true, Data: facts.Known([]checks.DataRequirement(nil)),
		Returns: []checks.Return{{Cause: lifecycle.CauseModel, From: lifecycle.Deployment, To: lifecycle.Development, At: noon}, {Cause: lifecycle.CauseModel, From: lifecycle.Deployment, To: lifecycle.Development, At: noon.AddDate(0, 0, 10)}}}
	for days, missing := range map[int]bool{5: true, 11: false} {
		f.Report = facts.Known(&checks.Judgement{Commit: "c1", At: noon.AddDate(0, 0, days)})
		got := slices.ContainsFunc(checks.Development(f), func(g checks.Gap) bool { return g.Artefact == "B2" && g.Code == checks.GapNewReport })
		if got != missing {
			t.Errorf("a report %s after the first return: missing %v, want %v", time.Duration(days)*24*time.Hour, got, missing)
		}
	}
}

// Who asked does not stand in for a missing role, and an ML engineer who has a seat of their own stays on it.
func TestRule7WhoDoesNotStandIn(t *testing.T) {
	q := checks.Question{Seats: lifecycle.Seats(lifecycle.G1, lifecycle.Standard), At: noon, Roster: team(t, "BS helena, SME rui, DS tomas, MLE mina"), Requester: person("mina")}
	if why := checks.Refuse(q, person("mina"), ""); why == "" {
		t.Error("who asked stands in")
	}
	q = checks.Question{Seats: lifecycle.Seats(lifecycle.G3, lifecycle.Standard), At: noon, Roster: team(t, "BS helena, SME rui, MLE mina")}
	for _, a := range checks.Count(q, nil).Answers {
		if a.Role == lifecycle.BackendEngineer && !a.Vacant {
			t.Errorf("the only ML engineer is asked for two seats: %+v", a.Candidates)
		}
	}
}

// An author of the evidence does not stand in for the independent seat either.
func TestRule6AnAuthorDoesNotStandIn(t *testing.T) {
	q := checks.Question{Seats: lifecycle.Seats(lifecycle.G2, lifecycle.Standard), Independent: []lifecycle.Role{lifecycle.DataScientist}, At: noon,
		Roster: team(t, "BS helena, SME rui, DS sara, SE felix, MLE mina"), Authors: []facts.Person{person("sara"), person("mina")}}
	for _, a := range checks.Count(q, nil).Answers {
		if a.Role == lifecycle.DataScientist && !a.Vacant {
			t.Errorf("an author is asked: %+v", a.Candidates)
		}
	}
}
