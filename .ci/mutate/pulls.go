package main

// The tests that notice a mutation of how pull requests are judged.
const (
	placeTests  = "TestPlace"
	assentTests = "TestAssent$|TestRefuseAssent"
	pullTests   = "Pull|TestAYes|TestAnEditedYes|TestAnnotations|TestAtHighRisk|TestACheck|TestAStale|TestWhoWrote|TestAMerge|TestADeliverables|TestWhatAPull|TestWhoIsAsked|TestWhatIs|TestALedger"
)

func placed(what, old, new string) mutation {
	return checked("pr", what, "place.go", old, new, placeTests)
}

func assented(what, old, new string) mutation {
	return checked("pr", what, "assent.go", old, new, assentTests)
}

func assenting(what, old, new string) mutation {
	return checked("pr", what, "assenters.go", old, new, assentTests)
}

func pulled(what, file, old, new string) mutation {
	return judged("pr", what, file, old, new, pullTests)
}

// pulls takes out the rules of section 4: where files may change, who approves them, and how that is shown.
var pulls = []mutation{
	placed("a renamed file has its new name only", "for _, path := range f.Paths() {", "for _, path := range f.Paths()[:1] {"),
	placed("free files need a deliverable", "return !policy.Free(p)", "return true || policy.Free(p)"),
	placed("a bot needs a deliverable", "if q.Exempt {", "if false {"),
	placed("what is not live is fixed in every phase", "q.Hotfix && d.Live && Matches", "q.Hotfix && Matches"),
	placed("live files change without a reason", "q.Hotfix && d.Live && Matches", "d.Live && Matches"),
	placed("a hotfix changes anything", "d.Live && Matches(hotfixPaths, path):", "d.Live:"),
	placed("a deliverable's own files are all files", "d.Covers != nil && !d.Covers(path), ", ""),

	assented("a yes for other content counts", `|| !c.Every && s.Commit != "" && c.Same(s.Commit, files)`, `|| !c.Every && s.Commit != ""`),
	assented("a push keeps a yes at high risk", "|| !c.Every && s.Commit", "|| s.Commit"),
	assented("a no leaves the yes before it", "(before.Word != s.Word || s.Word == WordNo)", "(before.Word == WordNo || s.Word == WordWithdraw)"),
	assented("a chosen role is not looked at", `case as == "" || as == right.Role:`, "case true:"),
	assented("any technical role is the first one held", "return anyTechnical && as.Technical()", "return false && anyTechnical"),
	assented("an unread team lowers the number", `case why != "" && len(n.Candidates) < n.People:`, "case false:"),
	assented("the number is lowered where it must not be", "case !c.Fixed:", "case true:"),
	assented("a role lent until yesterday counts today", "return lent.Until.IsZero() || slices", "return true || slices"),
	assented("nobody looks where nobody holds a role", "if len(needs) == 0 || slices", "if true || slices"),
	assented("anybody stops a pull request", "{ return x.Person.Is(p) })", "{ return x.Person.ID != 0 })"),
	assented("who wrote it is told that it counts", "if p.Is(q.Author) || facts.Contains(q.Contributors, p) {", "if false {"),
	assenting("who opened it approves it", "x.Person.Is(c.Author) || facts.Contains", "facts.Contains"),
	assenting("who wrote a commit approves it", "facts.Contains(c.Contributors, x.Person) || ", "facts.Contains(nil, x.Person) || "),
	assenting("an unread team is nobody", `if why := c.holders.unread(role); why != "" {`, `if why := c.holders.unread(role); why != "" && false {`),
	assenting("a stakeholder's authorship is not their word", "if !technical && len(all) > 0 {", "if false {"),
	assenting("anybody stands in for what nobody holds", "if vacant {", "if false {"),
	assenting("a name in a commit stands for its yes", "if others := c.others(all); !technical && len(others) > 0 {", "if others := c.others(all); false && len(others) > 0 {"),
	assenting("names in commits leave nobody to ask", "if others := c.others(all); len(others) > 0 {", "if others := c.others(all); len(others) > 99 {"),
	assenting("nobody else stands in for the ML engineer", "if free := c.free(c.holding(lifecycle.AnyTechnical)); len(free) > 0 {", "if free := c.free(c.holding(lifecycle.AnyTechnical)); len(free) > 99 {"),

	pulled("success stands there before what blocks", "pullchecks.go", "case e.(PutCheck).passes():", "case false:"),
	pulled("a completed run is opened again", "pullchecks.go", `|| c.Conclusion == "" && run.Status == "completed" ||`, "||"),
	pulled("a stale run stays", "pullchecks.go", `run.Conclusion == "stale" || `, ""),
	pulled("annotations are sent again", "pullchecks.go", "c.ID, c.Notes = run.ID, d.newNotes(c, *run)", "c.ID = run.ID"),
	pulled("observing stops", "pullchecks.go", `if d.observing() && c.Conclusion != "success" {`, "if false {"),
	pulled("a reopened check forgets the first sight", "pullchecks.go", "(anew || d.ledger.Head == d.Pull.Head) {", "false {"),
	pulled("one wrong number among right ones is passed over", "pullchecks.go", "if d.misnamed() > 0 {", "if false {"),
	pulled("a deliverable is guessed for a bot", "pullchecks.go", "if d.guessed && q.Exempt {", "if false {"),
	pulled("what a bot opened is a bot's, whoever wrote it", "pullchecks.go", "return ok && !slices", "return ok || !slices"),
	pulled("a yes in the second of a push is for it", "pulldesk.go", "c.Created.After(seen)", "!c.Created.Before(seen)"),
	pulled("who is asked again need not answer", "pulldesk.go", "return s.Person.Bot || d.askedAgain(s)", "return s.Person.Bot"),
	pulled("what a merge mends is nobody's", "pulldesk.go", "if len(c.Parents) < 2 || !d.changesNothing(c) {", "if len(c.Parents) < 2 {"),
	pulled("a merge of the base voids nobody", "pulldesk.go", "if !d.rules.Approvals.KeepOnBaseMerge && d.mergedSince(commit) {", "if false {"),
	pulled("another pull request's yes counts", "pulldesk.go", "ok && l.Pull == d.Pull.Number {", "ok {"),
	pulled("one of several deliverables is guessed", "pulldesk.go", "if len(open) != 1 {", "if len(open) == 0 {"),
	pulled("the risk voids nobody", "pulldesk.go", "Every: d.highRisk()}", "Every: false}"),
	pulled("a draft is put before reviewers", "pullask.go", "if d.Pull.Draft || ", "if "),
	pulled("who was taken off is asked again", "pullask.go", "!d.isAsked(r) && !d.askedBefore(r) &&", "!d.isAsked(r) &&"),
	pulled("what somebody else asked for is taken back", "pullask.go", "if d.ownRequest(r) && !slices", "if !slices"),
	pulled("files are read that no yes depends on", "pulllacks.go", "if d.question.Every {", "if false {"),
	pulled("merges are read that change nothing", "pulllacks.go", " && !facts.Contains(wrote, s.Person)", ""),
	pulled("who wrote it excuses it from metrics", "pullanswer.go", "case c.Author.Is(d.Pull.Author) || facts.Contains(d.authors(), c.Author):", "case false:"),
	pulled("any role excuses from metrics", "pullanswer.go", "case !(rights{d.Roster, d.question.Delegations}).holds(c, lifecycle.DataScientist):", "case false:"),
	pulled("two pull requests write one check", "pull.go", "if len(s.Pull.Sharing) > 0 && s.Pull.Number > s.Pull.Sharing[0] {", "if false {"),
}
