package acceptance_test

// row is one row of the story: what people do, and what must come of it.
type row struct {
	n        int
	play     func(w *world)
	said     func(w *world, t told) // what the comments must convey; nil: nothing to add
	commands int                    // how many commands are written
	passing  []string               // labels that come and go within the row, or that people set by hand
	between  bool                   // not a row of this test: something only has to take its number
	// withoutChecks: the row's checks are not judged, since its pull request is merged without them.
	withoutChecks bool
	// mentions are those of the row's new comments, by issue and time.
	mentions []mentions
	// awaited are the people whose answer is missing after the row, by issue.
	awaited map[int][]string
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
		{n: 9, play: rowPull, withoutChecks: true},
		{n: 10, play: rowSecondPush, withoutChecks: true},
		{n: 11, play: rowReview, withoutChecks: true},
		{n: 12, play: placeholder(8, "2026-01-12 09:00", "Weekly W03")},
		{n: 13, play: rowMerge, said: saidMerge, withoutChecks: true},
		{n: 15, play: rowRequest, said: saidRequest, commands: 1, awaited: gateAwaits,
			mentions: []mentions{only("helena-bs", "rui-sme", "dora-de", "tomas-ds")}},
		{n: 16, play: rowWrongRole, said: saidWrongRole, commands: 1, mentions: []mentions{nobody()}, awaited: gateAwaits},
		{n: 17, play: rowLabelByHand, said: saidLabelByHand, mentions: []mentions{nobody()}, awaited: gateAwaits,
			passing: []string{"#3 −phase:development"}},
		{n: 18, play: rowApprovals, said: saidApprovals, commands: 4, mentions: []mentions{nobody()}},
		{n: 19, play: rowLight, said: saidLight, commands: 3, passing: []string{"#4 +gate:requested", "#4 −gate:requested"},
			mentions: []mentions{
				{must: []string{"helena-bs"}, may: []string{"dora-de", "sara-ds", "felix-se", "mina-mle", "bento-be"}}, nobody()}},
		{n: 20, play: placeholder(9, "2026-01-16 10:00", "GBM v1"), between: true},
		{n: 21, play: placeholder(10, "2026-01-19 09:00", "Weekly W04"), between: true},
		{n: 23, play: rowReturn, said: saidReturn, commands: 1, mentions: []mentions{only("helena-bs", "rui-sme", "dora-de")}},
		{n: 24, play: rowDataChanged, said: saidDataChanged, mentions: []mentions{only("dora-de", "rui-sme")}, awaited: dataAwaits},
		{n: 25, play: rowDelegate, said: saidDelegate, commands: 1, awaited: dataAwaits},
		{n: 26, play: rowDelegated, said: saidDelegated, commands: 2},
		{n: 27, play: rowAgain, said: saidAgain, commands: 3, passing: []string{"#3 +gate:requested", "#3 −gate:requested"},
			mentions: []mentions{only("bento-be", "rui-sme"), nobody()}},
	}
}
