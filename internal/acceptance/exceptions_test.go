package acceptance_test

import (
	"slices"
	"testing"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// standardWorld is a project with its problem (#1), a deliverable of standard risk (#2) and its validated
// data requirement (#3); the data analysis and the design document are missing.
func standardWorld(t *testing.T) *world {
	t.Helper()
	w := deletable(t)
	w.open(3, "dora-de", dataTitle, form(lifecycle.Data, w.lang, dataForm().with(lifecycle.SecParent, same("#2"))), "kind:data")
	w.at("2026-01-08 10:00")
	w.comment(3, "dora-de", "/approve")
	w.comment(3, "rui-sme", "/approve")
	return w
}

// What is waived may be missing until the day is over: the step passes; at the next request after that
// day it is missing again.
func TestWaiver(t *testing.T) {
	t.Parallel()
	w := standardWorld(t)
	w.at("2026-01-09 10:00")
	w.refused(2, "sara-ds", "/advance development", same("reports/eda"), same("docs/design"))
	w.refused(2, "sara-ds", "/waive design until 2026-01-31 we know this data", text{"business stakeholder", ""})
	for _, command := range []string{"/waive data analysis until 2026-01-31 we know this data", "/waive design until 2026-01-31 as last year"} {
		got, then := w.during(func() { w.comment(2, "helena-bs", command) })
		w.thumbsUp(got, command)
		w.sticky(then, 2, text{"2026-01-31 || 31 January", ""}, same("helena-bs"))
		w.says("what the bot wrote", w.shown(then, 2), text{"we know this data || as last year", ""})
	}
	w.at("2026-01-12 10:00")
	w.comment(2, "sara-ds", "/advance development")
	w.labelled(2, lifecycle.GateRequested)
	w.at("2026-01-13 10:00")
	for _, login := range []string{"dora-de", "tomas-ds", "rui-sme", "helena-bs"} {
		w.comment(2, login, "/approve")
	}
	w.labelled(2, lifecycle.Development.Label())
	w.at("2026-01-20 10:00")
	w.comment(2, "tomas-ds", "/return design problem: the list is not what agents need")
	w.at("2026-01-21 10:00")
	again := scoreForm().with(lifecycle.SecParent, same("#1")).with(lifecycle.SecRequirements, text{"A list of 500 customers by Monday, 08:00.", ""})
	w.edit(2, "helena-bs", form(lifecycle.Deliverable, w.lang, again))
	w.at("2026-02-01 10:00") // the day after
	w.refused(2, "sara-ds", "/advance development", same("reports/eda"), same("docs/design"))
}

// An objection that is overruled blocks no more, and stays to be seen.
func TestOverrule(t *testing.T) {
	t.Parallel()
	w := lightWorld(t)
	w.at("2026-01-12 10:00")
	w.comment(2, "tomas-ds", "/advance development")
	w.at("2026-01-12 11:00")
	w.comment(2, "felix-se", "/object the list has no owner")
	w.labelled(2, lifecycle.GateObjected)
	w.refused(2, "tomas-ds", "/decide overrule @felix-se: dora owns it", text{"business stakeholder", ""})
	got, then := w.during(func() { w.comment(2, "helena-bs", "/decide overrule @felix-se: dora owns it") })
	w.thumbsUp(got, "/decide overrule")
	if !slices.Equal(got.Rem[2], []string{lifecycle.GateObjected}) || len(got.Add) > 0 {
		t.Errorf("labels +%v −%v", got.Add, got.Rem)
	}
	w.says("what is to be seen of it", w.shown(then, 2), same("felix-se"), same("the list has no owner"), same("dora owns it"), same("helena-bs"))
	w.at("2026-01-12 12:00")
	w.comment(2, "bento-be", "/approve")
	w.at("2026-01-12 12:10")
	_, then = w.during(func() { w.comment(2, "helena-bs", "/approve") })
	w.labelled(2, lifecycle.Development.Label())
	w.sticky(then, 1, text{"overruled", ""}, same("felix-se"))
}

// liveWorld is a lightWorld whose #2 has passed its last step on 16 January: deployed, watched.
func liveWorld(t *testing.T) *world {
	t.Helper()
	w := lightWorld(t)
	w.passes("2026-01-12 10:00", lifecycle.Development)
	w.passes("2026-01-13 10:00", lifecycle.Deployment)
	w.at("2026-01-14 10:00")
	w.deploy("felix-se", "main", map[string]any{"deliverable": 2})
	w.labelled(2, lifecycle.StateLive)
	var main struct{ Object struct{ SHA string } }
	w.read("/git/ref/heads/main", &main)
	w.at("2026-01-15 06:00")
	w.report(2, main.Object.SHA, "monitor", "", "", value{Name: "list_latency_p95", Value: 150})
	w.passes("2026-01-16 10:00", lifecycle.Monitoring)
	return w
}

// The last step holds for 180 days; then it is asked about again, once, and three answers renew it.
func TestValidityOfTheLastStep(t *testing.T) {
	t.Parallel()
	w := liveWorld(t)
	w.says("the sticky", w.board(told{after: w.look()}, 2), text{"2026-07-15 || 15 July", ""})
	got, _ := w.during(func() { w.at("2026-07-15 12:00") })
	if d := differ(effects{}, got); d != "" {
		t.Errorf("on the last day (-want +got)\n%s", d)
	}
	got, then := w.during(func() { w.at("2026-07-16 12:00") })
	got.SE = nil // the stickies follow
	if d := differ(effects{Add: map[int][]string{2: {lifecycle.GateExpired}}, C: map[int]int{2: 1}, Events: []string{"#2 +gate:expired"}}, got); d != "" {
		t.Errorf("the day after (-want +got)\n%s", d)
	}
	w.mentionsOnly(then, 2, "helena-bs", "mina-mle", "rui-sme")
	w.labelled(2, lifecycle.Monitoring.Label())
	w.labelled(2, lifecycle.StateLive)
	for i, login := range []string{"rui-sme", "mina-mle"} {
		w.at([]string{"2026-07-17 09:00", "2026-07-17 10:00"}[i])
		w.comment(2, login, "/approve")
		w.labelled(2, lifecycle.GateExpired)
	}
	w.at("2026-07-17 11:00")
	got, then = w.during(func() { w.comment(2, "helena-bs", "/approve") })
	if !slices.Equal(got.Rem[2], []string{lifecycle.GateExpired}) || len(got.Add) > 0 || got.C[2] > 1 || len(got.Other) > 0 {
		t.Errorf("the third answer: %+v", got)
	}
	w.labelled(2, lifecycle.Monitoring.Label())
	w.says("the sticky", w.board(then, 2), text{"2027-01-13 || 13 January 2027", ""})
}

// Work that exists begins in a later phase, by the business stakeholder, before anything was done about
// its first step. What was never reviewed is never called passed.
func TestStart(t *testing.T) {
	t.Parallel()
	w := lightWorld(t)
	w.at("2026-01-09 10:00")
	w.refused(2, "tomas-ds", "/start deployment it runs since 2024", text{"business stakeholder", ""})
	w.refused(2, "helena-bs", "/start deployment", same("helena-bs"))
	got, then := w.during(func() { w.comment(2, "helena-bs", "/start deployment it runs since 2024") })
	w.thumbsUp(got, "/start deployment")
	if !slices.Equal(got.Add[2], []string{"phase:deployment"}) || !slices.Equal(got.Rem[2], []string{"phase:design"}) || len(got.Other) > 0 {
		t.Errorf("labels +%v −%v, %v", got.Add[2], got.Rem[2], got.Other)
	}
	w.sticky(then, 2, text{"not reviewed (existing work)", ""})
	w.silent("the sticky", w.board(then, 2), text{"passed", ""})
	w.sticky(then, 1, text{"not reviewed (existing work)", ""}, same(offersTitle+": Deployment"))
}

func TestStartAfterTheFirstAct(t *testing.T) {
	t.Parallel()
	w := lightWorld(t)
	w.at("2026-01-12 10:00")
	w.comment(2, "tomas-ds", "/advance development")
	w.at("2026-01-12 11:00")
	w.refused(2, "helena-bs", "/start deployment it runs since 2024", same("helena-bs"))
	w.labelled(2, lifecycle.Design.Label())
}
