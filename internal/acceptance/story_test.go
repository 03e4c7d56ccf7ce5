package acceptance_test

import (
	"fmt"
	"slices"
)

// row is one row of the story: what people do, and what must come of it.
type row struct {
	n        int
	play     func(w *world)
	said     func(w *world, t told) // what the comments must convey; nil: nothing to add
	commands int                    // how many commands are written
	passing  []string               // labels that come and go within the row, or that people set by hand
	rewrites []int                  // issues whose text the bot changes
	pull     bool                   // about a pull request: see judgesMetrics
	early    bool                   // the part of the row that lies before others: only its stickies are edited by then
	// mentions are those of the row's new comments, by issue and time.
	mentions []mentions
	// awaited are the people whose answer is missing after the row, by issue; besides are those whom a
	// sticky may mention as well.
	awaited, besides map[int][]string
}

// mentions says whom a comment must mention, and whom it may mention besides; nobody else.
type mentions struct{ must, may []string }

// nobody is a comment without mentions.
func nobody() mentions { return mentions{} }

// only is a comment that mentions exactly these people.
func only(logins ...string) mentions { return mentions{must: logins} }

// told is what a row's comments can be read from.
type told struct{ before, after snapshot }

// story is what people do, in order.
func story() []row {
	return slices.Concat(firstGate(), wayBack(), secondGate(), release(), live())
}

// firstGate is the first week: a problem, its deliverables, and the first step of one of them.
func firstGate() []row {
	dataAwaits := map[int][]string{5: {"dora-de", "rui-sme"}}
	gateAwaits := map[int][]string{3: {"helena-bs", "rui-sme", "dora-de", "tomas-ds"}}
	return []row{
		{n: 1, play: rowConfig, said: saidConfig},
		{n: 2, play: rowProblem, said: saidProblem},
		{n: 3, play: rowRedelivery},
		{n: 4, play: rowTarget, said: saidTarget},
		{n: 5, play: rowDeliverables, said: saidDeliverables},
		{n: 6, play: rowData, said: saidData, awaited: dataAwaits},
		{n: 7, play: rowTooEarly, said: saidTooEarly, commands: 1, mentions: []mentions{nobody()}, awaited: dataAwaits},
		{n: 8, play: rowValidation, said: saidValidation, commands: 2},
		{n: 9, play: rowPull, said: saidPull, pull: true},
		{n: 10, play: rowSecondPush, said: saidSecondPush, pull: true},
		{n: 11, play: rowReview, said: saidReview, pull: true},
		{n: 12, play: meeting(8, "2026-01-12", "weekly 2026-W03", 0)},
		{n: 13, play: rowMerge, said: saidMerge, pull: true},
		{n: 14, play: rowAction, said: saidAction, commands: 1, rewrites: []int{8}},
		{n: 15, play: rowRequest, said: saidRequest, commands: 1, awaited: gateAwaits,
			mentions: []mentions{only("helena-bs", "rui-sme", "dora-de", "tomas-ds")}},
		{n: 16, play: rowWrongRole, said: saidWrongRole, commands: 1, mentions: []mentions{nobody()}, awaited: gateAwaits},
		{n: 17, play: rowLabelByHand, said: saidLabelByHand, mentions: []mentions{nobody()}, awaited: gateAwaits,
			passing: []string{"#3 −phase:development"}},
		{n: 18, play: rowApprovals, said: saidApprovals, commands: 4, mentions: []mentions{nobody()}},
	}
}

// wayBack is the second deliverable's light step, and the first one's return because of its data.
func wayBack() []row {
	dataAwaits := map[int][]string{5: {"dora-de", "rui-sme"}}
	return []row{
		{n: 19, play: rowLight, said: saidLight, commands: 3, passing: cameAndWent(4),
			mentions: []mentions{anyTechnical(), nobody()}},
		{n: 20, play: rowExperiment, said: saidExperiment},
		{n: 21, play: meeting(10, "2026-01-19", "weekly 2026-W04", 8, 6), mentions: []mentions{nobody()}},
		{n: 22, play: rowReviewed, commands: 1},
		{n: 23, play: rowReturn, said: saidReturn, commands: 1, mentions: []mentions{only("helena-bs", "rui-sme", "dora-de")}},
		{n: 24, play: rowDataChanged, said: saidDataChanged, mentions: []mentions{only("dora-de", "rui-sme")}, awaited: dataAwaits},
		{n: 25, play: rowDelegate, said: saidDelegate, commands: 1, awaited: dataAwaits},
		{n: 26, play: rowDelegated, said: saidDelegated, commands: 2},
		{n: 27, play: rowAgain, said: saidAgain, commands: 3, passing: cameAndWent(3),
			mentions: []mentions{only("bento-be", "rui-sme"), nobody()}},
		{n: 28, play: meeting(11, "2026-01-26", "weekly 2026-W05", 10, 4), mentions: []mentions{nobody()}},
		{n: 29, play: rowFresh, said: saidFresh},
	}
}

// secondGate is a model that is trained, measured, and ready to be deployed.
func secondGate() []row {
	three := map[int][]string{3: {"helena-bs", "rui-sme", "tomas-ds"}}
	return []row{
		{n: 30, play: rowTraining, said: saidTraining, pull: true},
		{n: 31, play: rowMissed, pull: true},
		{n: 32, play: rowKept, pull: true},
		{n: 33, play: rowTrained, said: saidTrained, pull: true},
		{n: 34, play: rowOwnWork, said: saidOwnWork, commands: 2, awaited: map[int][]string{3: {"helena-bs", "rui-sme", "tomas-ds", "felix-se"}},
			mentions: []mentions{only("helena-bs", "rui-sme", "tomas-ds", "felix-se"), nobody()}},
		{n: 35, play: rowTwoOfFour, said: saidTwoOfFour, commands: 2, awaited: map[int][]string{3: {"helena-bs", "rui-sme"}}},
		{n: 36, play: rowHigherTarget, said: saidHigherTarget, mentions: []mentions{only("tomas-ds", "sara-ds")}, awaited: three},
		{n: 37, play: meeting(14, "2026-02-02", "monthly 2026-02", 11, 6), mentions: []mentions{nobody()}, awaited: three},
		{n: 38, play: rowDecisions, said: saidDecisions, commands: 3, rewrites: []int{14}, mentions: []mentions{nobody()}, awaited: three},
		{n: 39, play: rowToDeployment, said: saidToDeployment, commands: 3, mentions: []mentions{nobody()}},
	}
}

// release is the way into production, with a return because of the model in between.
func release() []row {
	return []row{
		{n: 40, play: rowSolved, said: saidSolved, pull: true},
		{n: 41, play: meeting(16, "2026-02-09", "weekly 2026-W07", 14, 4), mentions: []mentions{nobody()}},
		{n: 42, play: rowShadowRun, said: saidShadowRun, commands: 1, pull: true, mentions: []mentions{only("helena-bs", "rui-sme", "sara-ds", "tomas-ds")}},
		{n: 43, play: rowCalibrated, said: saidCalibrated, pull: true},
		{n: 44, play: rowCarried, said: saidCarried, commands: 3, passing: cameAndWent(3), pull: true,
			mentions: []mentions{only("tomas-ds", "rui-sme"), nobody()}},
		{n: 45, play: func(w *world) { w.at("2026-02-16 09:00") }},
		{n: 46, play: rowDeployed, said: saidDeployed, pull: true},
		{n: 47, play: rowToMonitoring, said: saidToMonitoring, commands: 5, passing: cameAndWent(3),
			mentions: []mentions{only("helena-bs", "rui-sme", "mina-mle", "bento-be"), nobody()}},
	}
}

// live is what happens in production, and the second deliverable's way there.
func live() []row {
	helena := map[int][]string{4: {"helena-bs"}}
	mina := map[int][]string{3: {"mina-mle"}} // the incident's root cause is hers to find
	return []row{
		{n: 48, play: meeting(18, "2026-02-23", "weekly 2026-W09", 16), mentions: []mentions{nobody()}},
		{n: 49, play: rowLightRequest, said: saidLightRequest, commands: 2, awaited: helena,
			mentions: []mentions{anyTechnical()}},
		{n: 54, play: rowFirstReading, said: saidFirstReading, early: true, awaited: helena},
		{n: 50, play: rowNudge, said: saidNudge, mentions: []mentions{only("helena-bs")}, awaited: helena},
		{n: 51, play: meeting(19, "2026-03-02", "monthly 2026-03", 18, 2), mentions: []mentions{nobody()}, awaited: helena},
		{n: 52, play: rowObjection, said: saidObjection, commands: 1, mentions: []mentions{only("tomas-ds")}, awaited: helena},
		{n: 53, play: rowWithdrawn, said: saidWithdrawn, commands: 2, mentions: []mentions{nobody()}},
		{n: 54, play: rowReadings, said: saidReadings, mentions: []mentions{nobody()}},
		{n: 55, play: rowDrift, said: saidDrift, besides: mina},
		{n: 56, play: rowIncident, said: saidIncident, commands: 1, besides: mina,
			mentions: []mentions{{must: []string{"helena-bs", "rui-sme", "sara-ds", "tomas-ds"}, may: []string{"felix-se", "mina-mle"}}}},
		{n: 57, play: meeting(22, "2026-03-16", "weekly 2026-W12", 20, 4), mentions: []mentions{nobody()}, besides: mina},
		{n: 58, play: rowWeaker, said: saidWeaker, pull: true, besides: mina},
	}
}

// cameAndWent are the label events of a gate that is asked for and passed within a row.
func cameAndWent(number int) []string {
	return []string{fmt.Sprintf("#%d +gate:requested", number), fmt.Sprintf("#%d −gate:requested", number)}
}

// anyTechnical is a light step's request by tomas-ds: it mentions the business stakeholder, and may
// mention whoever else holds a technical role.
func anyTechnical() mentions {
	return mentions{must: []string{"helena-bs"}, may: []string{"dora-de", "sara-ds", "felix-se", "mina-mle", "bento-be"}}
}
