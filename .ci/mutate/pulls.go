package main

// The tests that notice a mutation of how pull requests are judged.
const (
	placeTests  = "TestPlace"
	assentTests = "TestAssent$|TestRefuseAssent|TestMayObject"
	pullTests   = "Pull|TestAYes|TestAnEditedYes|TestAnnotations|TestAtHighRisk|TestACheck|TestAStale|TestWhoWrote|TestAMerge|TestADeliverables|TestWhatAPull|TestWhoIsAsked|TestWhatIs|TestALedger|Undoes|TestAnotherBase|TestAForcePush|TestACounted|TestWhatHad|Erases|Dismissed|TheBaseTakes|ABot|More|TestWhatIsLeft|TestTheConfig|TestARoleLent|TestAskedAgain|TestOtherStates|TestAnEditedObjection|TestACommandInAReview"
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

// movingTests notice a mutation of how it is made sure that nothing moved.
const movingTests = "TestPullMoves|TestPullIsRetargeted"

// read is a mutation of how GitHub is read.
func read(what, file, old, new, tests string) mutation {
	return mutation{rule: "pr", what: what, file: "internal/gh/" + file, old: old, new: new, packages: []string{"./internal/gh"}, tests: tests}
}

func pulled(what, file, old, new string) mutation {
	return judged("pr", what, file, old, new, pullTests)
}

// grouped is a mutation of how merge groups are judged.
func grouped(what, old, new string) mutation {
	return judged("pr", what, "group.go", old, new, "Group")
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
	assented("a no leaves the yes before it", "return before == WordYes\n\t}\n\treturn true", "return before == WordYes\n\t}\n\treturn s.Word != WordNo || before == WordNo"),
	assented("a yes ends no no", "return before == WordNo", "return false"),
	assented("a yes that does not count lifts a no", "return !c.taken(s.Person, s.As, needs)", "return false"),
	assented("what is void lifts a no", "case WordVoid:\n\t\treturn before == WordYes", "case WordVoid:\n\t\treturn true"),
	assented("what is void stands", "case WordVoid:\n\t\treturn before == WordYes", "case WordVoid:\n\t\treturn false"),
	assented("a chosen role is not looked at", `case as == "" || as == right.Role:`, "case true:"),
	assented("any technical role is the first one held", "return anyTechnical && as.Technical()", "return false && anyTechnical"),
	assented("an unread team lowers the number", `case why != "" && len(n.Candidates) < n.People:`, "case false:"),
	assented("the number is lowered where it must not be", "case !c.Fixed:", "case true:"),
	assented("a role lent until yesterday counts today", "return lent.Until.IsZero() || slices", "return true || slices"),
	assented("nobody looks where nobody holds a role", "if len(needs) == 0 || slices", "if true || slices"),
	assented("anybody stops a pull request", "return !c.objects(s.Person, s.At, all)", "return len(all) < 0"),
	assented("who opened it stops it", "return !p.Is(c.Author) && slices", "return slices"),
	assented("whom commits name does not stop it", "open.Contributors = nil\n\tneeds = slices.Concat(needs, open.needs())", "needs = slices.Concat(needs, open.needs())"),
	assented("who pushed does not stop it", "open.Pushers = nil", "open.Pushers = c.Pushers"),
	assented("only who is asked stops it", "return c.held(p, n.Roles, at) || slices", "return slices"),
	assented("any technical role is nobody's no", "roles = append(technicalRoles(), roles...)\n\t}\n\treturn slices", "}\n\treturn slices"),
	assented("a no counts after the role went back", "d.Role == r && d.To.Is(p) && at.Before(d.Until) &&", "d.Role == r && d.To.Is(p) &&"),
	assented("a role that is not held is lent", "at.Before(d.Until) && facts.Contains(c.Roster.Of(r), d.From)", "at.Before(d.Until)"),
	assented("a yes said in time cannot be taken back with a no", "|| c.kept(p)", ""),
	assented("who wrote it is told that it counts", "if p.Is(q.Author) || facts.Contains(q.Contributors, p) || facts.Contains(q.Pushers, p) {", "if false {"),
	assented("who pushed it hears of another role", " || facts.Contains(q.Pushers, p) {", " {"),
	assented("the named ones are enough, whoever is free", "n.Named > 0 && surplus > 0", "false && surplus > 0"),
	assented("named ones are awaited who fill nothing up", "n.Named > 0 && n.named() >= n.People-free", "n.Named > 0 && false"),
	assenting("who opened it approves it", "x.Person.Is(c.Author) || facts.Contains", "facts.Contains"),
	assenting("who wrote a commit approves it", "return facts.Contains(c.Contributors, x.Person)", "return false"),
	assenting("who pushed a commit approves it", "|| facts.Contains(c.Pushers, x.Person) ||", "||"),
	assenting("a name in a commit lowers the number", "if len(free) < r.Count {", "if false {"),
	assenting("whom commits name fills up, however many are free", "if len(free) < r.Count {", "if true {"),
	assenting("whom commits name fills up for an unread team", `if c.Fixed || c.unreadAmong(r.Roles) != "" {`, "if c.Fixed {"),
	assenting("whom commits name fills up a fixed number", `if c.Fixed || c.unread`, `if c.unread`),
	assenting("who pushed is taken at their word", "case len(pushers) > 0:", "case len(pushers) > 99:"),
	assenting("names in commits pass the holders over", "if named := c.others(all); len(named) > 0 {\n\t\treturn named, ByRole", "if named := c.others(all); false {\n\t\treturn named, ByRole"),
	assenting("names in commits pass the ML engineers over", "if named := c.others(engineers); len(named) > 0 {", "if named := c.others(engineers); len(named) > 0 && len(all) == 0 {"),
	assenting("names in commits pass the other technical roles over", "if named := c.others(rest); len(named) > 0 {", "if named := c.others(rest); false && len(named) > 0 {"),
	assenting("an unread team is nobody", `if why := c.holders.unread(role); why != "" {`, `if why := c.holders.unread(role); why != "" && false {`),
	assenting("a stakeholder's authorship is not their word", "case len(all) > 0:", "case false:"),
	assenting("anybody stands in for what nobody holds", "if len(all) == 0 {", "if false {"),
	assenting("a name in a commit stands for its yes", "case len(others) > 0:", "case false:"),
	assenting("names in commits leave nobody to ask", "if named := c.others(all); len(named) > 0 {\n\t\treturn named, ByAnyRole", "if named := c.others(all); false {\n\t\treturn named, ByAnyRole"),
	assenting("who only merged is nobody's second look", "if mergers := c.mergers(all); len(mergers) > 0 {", "if false {\n\t\tmergers := all"),
	assenting("who only merged does not stand in", "if mergers := c.mergers(engineers); len(mergers) > 0 {", "if false {\n\t\t\tmergers := all"),
	assented("an ML engineer who merged answers though somebody is left", " && !c.onlyMergers(n)", ""),
	assenting("who pushed is asked as if they had only merged", "return !facts.Contains(c.Mergers, x.Person)", "return !facts.Contains(c.Pushers, x.Person)"),
	assenting("nobody else stands in for the ML engineer", "if free := c.free(rest); len(free) > 0 {", "if free := c.free(rest); len(free) > 99 {"),

	pulled("success stands there before what blocks", "pullchecks.go", "case e.(PutCheck).passes():", "case false:"),
	pulled("a completed run is opened again", "pullchecks.go", `|| c.Conclusion == "" && run.Status == "completed" ||`, "||"),
	pulled("a stale run stays", "pullchecks.go", `run.Conclusion == "stale" || `, ""),
	pulled("annotations are sent again", "pullchecks.go", "c.ID, c.Notes = run.ID, d.newNotes(c, *run)", "c.ID = run.ID"),
	pulled("observing stops", "pullchecks.go", `if d.observing() && c.Conclusion != "success" {`, "if false {"),
	pulled("a reopened check forgets the first sight", "pullledger.go", "(anew || d.ledger.Head == d.Pull.Head || d.Pull.ForcePushed.After(d.noted)) {", "false {"),
	pulled("one wrong number among right ones is passed over", "pullchecks.go", "if d.misnamed() > 0 {", "if false {"),
	pulled("a deliverable is guessed for a bot", "pullchecks.go", "if d.guessed && q.Exempt {", "if false {"),
	pulled("what a bot opened is a bot's, whoever wrote it", "pullchecks.go", "return ok && !slices", "return ok || !slices"),
	pulled("a yes in the second of a push is for it", "pulldesk.go", "c.Created.After(seen)", "!c.Created.Before(seen)"),
	pulled("who is asked again need not answer", "pulldesk.go", "return s.Person.Bot || d.askedAgain(s)", "return s.Person.Bot"),
	pulled("what a merge mends is nobody's", "pulldesk.go", "return !kept(c.SHA, ours)", "return false"),
	pulled("a merge throws away what it merges", "pulldesk.go", "return !kept(c.SHA, theirs)", "return false"),
	pulled("what both sides changed is nobody's", "pulldesk.go", "return !kept(c.SHA, theirs)\n\t\t}\n\t\treturn true", "return !kept(c.SHA, theirs)\n\t\t}\n\t\treturn false"),
	pulled("who merges wrote it", "pulldesk.go", "if len(c.Parents) != 2 || !d.pushedAlone(c) {", "if true {"),
	pulled("what comes with a merge is nobody's", "pulldesk.go", "return slices.Contains(c.Parents, before.SHA) && before.Pusher.ID == 0", "return false"),
	pulled("what GitHub cannot look up at a merge is as it was", "pulldesk.go", "!parted || !listed || !d.foundAsListed(paths)", "!parted || !listed"),
	pulled("who pushed a change on the way is asked for the rest never", "pulldesk.go", "q.Contributors, q.Pushers, q.Mergers = d.contributors()", "q.Contributors, q.Pushers, _ = d.contributors()"),
	pulled("who pushed anything is asked for the rest", "pulldesk.go", "if len(c.Parents) < 2 {\n\t\t\tothers", "if false {\n\t\t\tothers"),
	pulled("a merge of the base voids nobody", "pulldesk.go", "if d.rules.Approvals.KeepOnBaseMerge {", "if true {"),
	pulled("another pull request's yes counts", "pullledger.go", "ok && l.Pull == d.Pull.Number {", "ok {"),
	pulled("one of several deliverables is guessed", "pulldesk.go", "silent && len(open) == 1 {", "silent && len(open) > 0 {"),
	pulled("the risk voids nobody", "pulldesk.go", "Every: d.highRisk()}", "Every: false}"),
	pulled("a draft is put before reviewers", "pullask.go", "if d.Pull.Draft || ", "if "),
	pulled("who was taken off is asked again", "pullask.go", "!d.isAsked(r) && !d.askedBefore(r) &&", "!d.isAsked(r) &&"),
	pulled("the first team of a role is asked, whoever is in it", "pullask.go", " && d.Roster.InTeam(c.Person, h.String())", ""),
	pulled("what somebody else asked for is taken back", "pullask.go", "if d.ownRequest(r) && !slices", "if !slices"),
	pulled("files are read that no yes depends on", "pulllacks.go", "if d.question.Every {", "if false {"),
	pulled("merges are read that take nothing from anybody", "pulllacks.go", "facts.Contains(pushers, p) ||", "facts.Contains(pushers[:0], p) ||"),
	pulled("who is only named is taken for who pushed", "pulllacks.go", "!p.Is(c.Pusher) && facts.Contains(names, p)", "facts.Contains(names, p)"),
	pulled("merges are read of whoever holds no role", "pulllacks.go", "return len(d.question.Needs) > 0 && (len(d.Roster.RolesOf(p)) > 0 ||", "return len(d.question.Needs) > 0 && (true ||"),
	pulled("merges are read where who wrote it may approve it", "pulllacks.go", "d.rules.Approvals.Contributors != policy.ContributorsAllow && d.mayApprove(p)", "d.rules.Approvals.Contributors != policy.ContributorsAllow+\"?\" && d.mayApprove(p)"),
	pulled("merges are not read of who excuses", "pulllacks.go", "return facts.Contains(excuse, p) ||", "return facts.Contains(excuse[:0], p) ||"),
	pulled("all merges are read, however many", "pulllacks.go", "looked == maxMerges || ", ""),
	pulled("a merge of files without number is read", "pulllacks.go", "if len(paths) > maxMergedPaths {", "if false {"),
	pulled("a merge is not told from what a bot wrote", "pullchecks.go", "return !d.byBots(c) && !d.changesNothing(c)", "return !d.byBots(c)"),
	pulled("a bot's merges are not read", "pulllacks.go", "(!d.isBot(d.Pull.Author) || d.byBots(c)) &&", ""),
	pulled("who merged cannot excuse it", "pullanswer.go", "return !d.changesNothing(c)", "return len(c.SHA) > 0"),
	pulled("what lacks something is left so", "reconcile.go", "return !lacks().Empty(), nil", "return false, nil"),
	pulled("who wrote it excuses it from metrics", "pullanswer.go", "case c.Author.Is(d.Pull.Author) || facts.Contains(d.authors(), c.Author):", "case false:"),
	pulled("whom a commit names is refused a no", "pullanswer.go", "if checks.MayObject(d.question, d.assent, c.Author, c.Created) {", "if false {"),
	pulled("any role excuses from metrics", "pullanswer.go", "case !(rights{d.Roster, d.question.Delegations}).holds(c, lifecycle.DataScientist):", "case false:"),
	pulled("a yes holds for another base", "pulldesk.go", "if s.Word == checks.WordYes && d.outdated(s) {", "if s.Comment < 0 {"),
	pulled("who reviewed another change is not asked again", "pullask.go", " && !d.outdated(checks.Said{Commit: v.Commit, At: v.At})", ""),
	pulled("who reviewed before the base took some of it is not asked again", "pullask.go", "!d.outdated(checks.Said{Commit: v.Commit, At: v.At})", "v.At.After(d.Pull.Retargeted)"),
	{rule: "pr", what: "a team is another one in capitals", file: "internal/facts/pull.go", old: "strings.EqualFold(r.Team, s.Team)", new: "strings.Clone(r.Team) == s.Team", packages: []string{"./internal/engine"}, tests: "TestWhoIsAsked"},
	pulled("a team is asked besides the member in its place", "pullask.go", "return asked.Is(r) || slices.ContainsFunc(standIns, ", "return asked.Is(r) || len(standIns) > 99 && slices.ContainsFunc(standIns, "),
	pulled("a member in the place of a team is asked no longer", "pullask.go", " || d.isMember(r, a) }) {", " }) {"),
	pulled("members are not taken off with their team", "pullask.go", "(last.Own || d.standsIn(last, true))", "last.Own"),
	pulled("one of a team's members is enough for two", "pullask.go", "return d.isMissing(q.Reviewer.Person) && d", "return d"),
	pulled("the team of a member who reads is asked again", "pullask.go", "if standIns := d.standIns(r); len(standIns) > 0 {", "if standIns := d.standIns(r); len(standIns) > 99 {"),
	pulled("whoever is asked beside a team stands in for it", "pullask.go", "q.Own == all[off].Own && q.By.Is(all[off].By) && ", ""),
	pulled("a team that was taken back is not asked again while one of it is", "pullask.go", "return d.takenOff(r) && ", "return "),
	pulled("whoever merges takes a bot's work on", "pullchecks.go", "if len(c.Parents) == 2 && (!p.Bot || d.changesNothing(c)) {", "if c.SHA != d.Pull.Head {"),
	pulled("where queues may not be read it is looked at every minute", "pull.go", "if s.Pull.QueueHidden {", "if false {"),
	pulled("what GitHub does not list all is looked at no more", "reconcile.go", "case s.cut, s.short():", "case s.cut:"),
	pulled("what GitHub does not list all is looked at in an hour", "reconcile.go", "case s.short() && s.soon > 0:", "case false:"),
	pulled("an objection edited away after another reply goes in silence", "pullanswer.go", "!d.explained[event] {", "!d.explained[event] && !d.answered[c.ID] {"),
	pulled("a team that GitHub takes off is asked at every look", "pullask.go", "return d.takenOff(r) && slices.ContainsFunc(d.Pull.Requested, func(asked facts.Reviewer) bool { return d.isMember(asked, r) })", "return false"),
	pulled("a team that somebody takes off gave way to members", "pullask.go", "if off < 0 || asked >= 0 && !together(all[asked], all[off]) {", "if off < 0 {"),
	pulled("who was asked before the team stands in for it", "pullask.go", "for i := asked + 1; i < len(all); i++ {", "for i := 0; i < len(all); i++ {"),
	pulled("a member in a team's place is told since when", "pullask.go", " && d.isAsked(r) && !d.standsIn(last, false) {", " && d.isAsked(r) {"),
	pulled("GitHub's choice of a member sets their yes aside", "pulldesk.go", " && !d.standsIn(q, false)", ""),
	pulled("an owner of the code is asked again, not for the first time", "pullask.go", "if askedBefore && !slices.ContainsFunc(d.Pull.CodeOwners, facts.Reviewer{Person: p}.Is) {", "if askedBefore {"),
	pulled("asked for the first time is asked again", "pulldesk.go", "before := d.Pull.AskedCut", "before := true"),
	pulled("who was asked before reads of no first time", "pulldesk.go", "before = before || !q.Removed", ""),
	pulled("whoever reviewed, everybody was asked again", "pullask.go", "return v.Author.Is(p) && !v.At.After(at)", "return !v.At.After(at)"),
	pulled("whom GitHub refuses is tried at every look", "pullask.go", `name += "@" + last.At.UTC().Format(time.RFC3339)`, `name += "@" + d.Now.UTC().Format(time.RFC3339)`),
	pulled("who asks for changes is silenced by being asked", "pulldesk.go", "if s.Word != checks.WordYes || !slices", "if !slices"),
	pulled("who was asked again long ago need not answer", "pulldesk.go", "return d.Pull.AskedCut && ", "return false && "),
	pulled("a force push back takes what was said before it", "pullledger.go", "if !seen.IsZero() && d.Pull.ForcePushed.After(seen) {", "if false {"),
	pulled("what undoes the base is what was approved", "pulldesk.go", "return ok && known && (from == to || d.alike(from, to, files))", "return ok && known || from == to"),
	pulled("what was counted on another head is forgotten", "pullledger.go", "range slices.Backward(found) {", "range found[:min(1, len(found))] {"),
	pulled("where the head came back nothing is read", "pullledger.go", "return d.noted.IsZero() || d.Pull.ForcePushed.After(d.noted) ||", "return d.noted.IsZero() ||"),
	pulled("a yes is forgotten while its author is not asked", "pullledger.go", "out := d.counted()", "var out []int64"),
	pulled("a closed pull request leaves its success", "pull.go", "if s.Pull.Merged || len", "if true || len"),
	pulled("a merged pull request loses its success", "pull.go", "if s.Pull.Merged || len", "if len"),
	pulled("what had the same commit is not looked at", "pull.go", "return s.Pull.Passed", "return nil"),
	pulled("an objection is erased", "pulldesk.go", "out = append(out, d.erased()...)", ""),
	pulled("who took their objection back still objects", "pullledger.go", "c.Answer == facts.NotCounted || c.Edited && !c.EditedByOther &&", "c.Answer == facts.NotCounted || false &&"),
	pulled("who mends a word objects no longer", "pullledger.go", "!c.EditedByOther && !d.saysStill(w)", "!c.EditedByOther"),
	pulled("a withdrawal is looked for as an objection", "pullledger.go", "name = lifecycle.Withdraw", "name = lifecycle.Object"),
	pulled("an objection is edited away in silence", "pullanswer.go", "d.lifted(c) && !d.explained[event] {", "false {"),
	pulled("an objection edited away is told again and again", "pullanswer.go", "d.lifted(c) && !d.explained[event] {", "d.lifted(c) {"),
	pulled("who said otherwise since hears of the edit", "pullledger.go", " && !d.lastWords()[w.Person].After(w.At)", ""),
	pulled("a command in a review is passed over in silence", "pullanswer.go", "if cmd, vain := inVain(r); vain {", "if cmd, vain := inVain(r); vain && false {"),
	pulled("a command in a review is told of at each look", "pullanswer.go", "if d.explained[event] || ", "if "),
	pulled("who said it otherwise since hears of the review", "pullanswer.go", "spoke[p.ID].After(r.At) || ", "spoke[p.ID].After(r.At) && false || "),
	pulled("an older review is told of", "pullanswer.go", "seen[p.ID] = true", "seen[p.ID] = false"),
	pulled("anybody's review is answered", "pullanswer.go", " || len(d.Roster.RolesOf(p)) == 0 && !d.awaits(p) {", " {"),
	pulled("what a review says itself is answered", "pullanswer.go", "r.State == facts.ReviewApproved && cmd.Name == lifecycle.Approve,", "r.State == facts.ReviewApproved && cmd.Name == lifecycle.Help,"),
	pulled("what belongs elsewhere is answered in a review", "pullanswer.go", "if slices.Contains(onPulls, cmd.Name) {", "if true {"),
	pulled("earlier runs are read for a pull request that is not judged", "reconcile.go", "return s.silent() || s.younger() })", "return s.silent() })"),
	pulled("what was erased before it was read leaves a yes", "pullledger.go", "if e.Author.ID != 0 && !e.By.Is(e.Author) {", "if false {"),
	pulled("a dismissed review brings the yes before it back", "pulldesk.go", "s.Word = checks.WordVoid", "continue"),
	pulled("what the base took is approved still", "pullledger.go", "return ok && !r.Since.IsZero() && !s.At.After(r.Since)", "return false && ok && r.Of == s.Commit"),
	pulled("a few digits name a commit", "pulldesk.go", "if slices.Contains(append(shas(commits), d.Pull.Head), hash) {", "if len(commits) > 0 && strings.HasPrefix(d.Pull.Head, hash) {"),
	pulled("a config is taken away in silence", "pull.go", `case s.Config.Hash == "":`, `case s.Config.Hash == "" && s.Config.Base == "":`),
	pulled("what the base did to the config is the pull request's doing", "pull.go", " || !s.changes(policy.File)", ""),
	pulled("a pull request speaks for a merge group", "pull.go", "return s.Pull.OfQueue && !s.Pull.Closed", "return false"),
	pulled("a closed pull request of a merge group is left open", "pull.go", "return s.Pull.OfQueue && !s.Pull.Closed", "return s.Pull.OfQueue"),
	pulled("what was said of a merge group is a word on a pull request", "pull.go", "r.Name == name && !OfGroup(r)", "r.Name == name"),
	pulled("nobody looks again when the merge group is gone", "pull.go", "plan.Due = s.Now.Add(cmp.Or", "_ = s.Now.Add(cmp.Or"),
	pulled("a merge group that was just merged waits a minute longer", "pull.go", "cmp.Or(s.soon, queueLook)", "cmp.Or(queueLook, s.soon)"),
	pulled("a pull request of a merge group wakes others", "pull.go", "if s.silent() {", "if s.silent() {\n\t\tplan.Touch = append(plan.Touch, s.Key.pull(9))"),
	pulled("the check on a config does not run again", "pull.go", "case s.Pull.Rerequested:", "case false:"),
	pulled("what a config loosens is told once", "pull.go", "configID(c.digest())", `configID(s.Config.Hash + ":" + s.Config.Base)`),

	grouped("a merge group that is not seen yet is given up on", "if g.Gone && g.Rules.Policy != nil &&", "if false &&"),
	grouped("a merge group without a clock is looked at again", " && !g.Now.IsZero() {", " {"),
	grouped("a merge group that is gone is looked at for ever", "n := m.looks[key]", "n := min(m.looks[key], len(lookingAgain)-1)"),
	grouped("a merge group is looked for less each time", "delete(m.looks, key)", "_ = m.looks"),
	grouped("a merge group writes over a pull request's checks", "r.Name == name && OfGroup(r)", "r.Name == name"),
	grouped("the checks on a merge group do not run again", "if i < 0 || g.Rerequested {", "if i < 0 {"),
	pulled("an excuse is for whatever comes", "pullanswer.go", "d.same(at, d.toMeasure())", "true"),
	pulled("a bot hides whose work it is", "pullchecks.go", `case v.Faceless != "":`, "case false:"),
	pulled("what is not listed needs no report", "pullchecks.go", `case v.Unlisted != "":`, "case false:"),
	pulled("a role lent for another problem counts", "pulldesk.go", "return !slices.ContainsFunc(of, func(have facts.Delegation) bool {", "return slices.ContainsFunc(of[:0], func(have facts.Delegation) bool {"),
	pulled("more is remembered than fits", "pullledger.go", "keptAssents = 250", "keptAssents = 25000"),
	pulled("two pull requests write one check", "pull.go", "if s.younger() {", "if false {"),

	read("what moved while it was read is believed", "pull_lists.go", "a.Repository.PullRequest.standing() != n.standing()", "false", movingTests),
	read("nobody asks whether it moved", "pull_lists.go", "listing && !read {", "listing && !read && false {", movingTests),
	read("the base is not compared", "pull_lists.go", "standing{n.HeadRefOid, n.BaseRefName, n.base().Oid,", "standing{n.HeadRefOid, \"\", \"\",", movingTests),
	read("what was retargeted and came back is believed", "pull_lists.go", "which(n.Retargeted), which(n.Forced)}", "\"\", which(n.Forced)}", movingTests),
	read("a head that moved and came back is believed", "pull_lists.go", "which(n.Retargeted), which(n.Forced)}", "which(n.Retargeted), \"\"}", movingTests),
	read("further pages are read one list after the other", "pull_lists.go", "next, err := c.nextPages(ctx, key, n, lists)", "lists = lists[:1]\n\t\tnext, err := c.nextPages(ctx, key, n, lists)", "TestPullReadsEveryPage"),
	read("who pushed is known of the first suite alone", "pull_nodes.go", "range n.Commit.CheckSuites.Nodes {", "range n.Commit.CheckSuites.Nodes[:min(1, len(n.Commit.CheckSuites.Nodes))] {", "TestWhoPushed"),
	read("one App's suites alone tell who pushed", "documents_pull.go", "checkSuites(first: 10) { nodes { push", "checkSuites(first: 10, filterBy: {appId: 1}) { nodes { push", "TestWhoPushed"),
	read("a merge group that waits tells nothing", "pull_runs.go", "return o.MergeQueueEntry.head() == p.Head", "return false", "TestHeadOfAMergeGroup"),
	read("where queues may not be read no merge group waits", "pull_runs.go", "return slices.ContainsFunc(p.Runs, engine.OfGroup)", "return false", "TestHeadOfAMergeGroup"),
	read("where queues may not be read every head is a merge group's", "pull_runs.go", "return slices.ContainsFunc(p.Runs, engine.OfGroup)", "return true", "TestHeadOfAMergeGroup"),
	read("who may not read queues reads no pull request", "pull.go", "if hidden = e.queued(); !hidden {", "if hidden = e.queued(); true {", "TestHeadOfAMergeGroup"),
	read("on further pages nobody is in a queue", "pull_list.go", "out = append(slices.Clone(out), further...)", "for i := range further {\n\t\t\tfurther[i].MergeQueueEntry = nil\n\t\t}\n\t\tout = append(slices.Clone(out), further...)", "TestHeadOfAMergeGroup"),
	read("nobody knows when a merge group was looked at", "group.go", "s.Now, _ = g.clock.now()", "", "TestGroup$"),
	read("a merge group's checks are not asked for again", "group.go", "g.runs(*a.Object), g.rerequested(*a.Object)", "g.runs(*a.Object), false", "TestGroup$"),
	read("a check asked for again is no merge group's", "classify_pull.go", "suite.HeadBranch = e.CheckRun.Suite.HeadBranch", "", "TestClassify"),
	read("a suite asked for again is no merge group's", "classify_pull.go", "m != nil && suite.HeadSHA", "m != nil && false && suite.HeadSHA", "TestClassify"),
	read("any branch is a merge group's", "classify_pull.go", "`^gh-readonly", "`gh-readonly", "TestClassify"),
	read("a merge queue's work is nobody's", "pull_nodes.go", `!p.Bot || p.Login != queueBot+"[bot]"`, "!p.Bot || true", "TestWhoPushed"),
	read("who is called like a merge queue is one", "pull_nodes.go", `!p.Bot || p.Login != queueBot+"[bot]"`, `strings.TrimSuffix(p.Login, "[bot]") != queueBot`, "TestWhoPushed"),
	read("nobody is asked as an owner of the code", "pull_nodes.go", "if known && r.AsCodeOwner {", "if false {", "TestCodeOwners"),
	read("missing requests are passed over", "pull_nodes.go", "AskedCut: n.TimelineItems.PageInfo.HasPreviousPage,", "AskedCut: false,", "TestAskedMore"),
	read("deleted comments leave nothing", "pull_nodes.go", "range n.Deleted.Nodes {", "range n.Deleted.Nodes[:0] {", "TestDeletedComments"),

	read("a secret team is told", "rules.go", `if team.Privacy != "VISIBLE" {`, "if false {", "TestASecretTeam"),
	read("a secret team is asked for at every look", "rules.go", "m, err := c.team(ctx, t)\n\tif err != nil {", "m, err := c.team(ctx, t)\n\tif err != nil || m.unread != \"\" {", "TestASecretTeam"),
	read("what may not be seen is asked for at every look", "rules.go", "m, err := c.team(ctx, t)\n\tif err != nil {", "m, err := c.team(ctx, t)\n\tif err != nil || m.unread == facts.MembersUnread {", "TestWhatIsMissing"),
	read("who has no account is asked for at every look", "rules.go", "known.whole || fresh(known.read)", "known.whole", "TestWhatIsMissing"),
	read("a new permission shows no team", "classify.go", "c.Stale = append(c.Stale, Stale{What: StaleTeams, Owner: c.Keys[0].Owner})", "_ = c", "TestWhatIsMissing"),
	read("who has access is asked for at every look where it may not be seen", "permitted.go", "if g.cache.forgot == asked {", "if g.cache.forgot == asked && all != nil {", "TestRosterByPermission"),
	read("a list that is short for a moment is whole", "pull_files.go", "if len(listed) < n.ChangedFiles {", "if len(listed) < 0*n.ChangedFiles {", "TestPullListedInPart"),
	read("commits listed in part are too many", "pull_lists.go", "return nil, fmt.Errorf(\"%d of %d commits: %w\", len(out), n.Commits.TotalCount, errShort)", "return nil, nil", "TestPullListedInPart"),
	read("only the first deliverable's pull requests are listed", "pull_list.go", "slices.ContainsFunc(deliverables, func", "slices.ContainsFunc(deliverables[:1], func", "TestPullsWithTheSameHead"),
	read("who has no account is nobody", "rules.go", `if missing != "" && len(people) == 0 && r.Unread[role] == "" {`, "if false {", "TestARoleWithout"),
	read("who has no account keeps others from their role", "rules.go", `if missing != "" && len(people) == 0 && `, `if missing != "" && `, "TestARoleWithout"),
	read("who has no account hides a secret team", "rules.go", `len(people) == 0 && r.Unread[role] == "" {`, `len(people) == 0 {`, "TestARoleWithout"),

	lent("a role that is lent wakes no pull request", "plan.go", "return fingerprint(c.self.ledger.Problem.Delegations)", "return c.self.ledger.Pulls"),
	lent("a role that is lent wakes all pull requests", "plan.go", "b.plan.Of = append(b.plan.Of, o.Number)", "_ = o"),
	lent("Paths are one deliverable's own", "plan.go", "func(o *object) bool { return len(o.form.Paths()) > 0 }) {\n\t\treturn", "func(o *object) bool { return false && len(o.form.Paths()) > 0 }) {\n\t\treturn"),
	lent("another problem's roles are those of before", "desk.go", "d.Paths, parent.Number))", "d.Paths, parent.Exists))"),
	lent("a problem without deliverables wakes all pull requests", "plan.go", "b.plan.Moved = len(of) > 0", "b.plan.Moved = true"),

	based("a base that goes on makes no other change", "base.go", "anew || !r.Memory.judged(k, p.Change)", "anew"),
	based("a push to the base has all looked at", "base.go", "anew || !r.Memory.judged(k, p.Change)", "true"),
	based("the base's config is nobody's", "base.go", "anew || !r.Memory.judged(k, p.Change)", "!r.Memory.judged(k, p.Change)"),
	based("what was judged once is not judged again", "base.go", "return known && was == change", "return known && was.Head == change.Head"),
	based("what could not be written is taken for judged", "reconcile.go", "if err = r.apply(ctx, key", "r.Memory.judges(key, plan.change)\nif err = r.apply(ctx, key"),
	read("only the default branch has a config", "classify.go", "engine.IntoKey(k, branch, anew)", "engine.IntoKey(k, branch, false)", "TestClassify"),
	read("a rewritten branch is what it was", "classify.go", "return e.Forced || ", "return ", "TestClassify"),
	read("each push costs a request", "pull_list.go", "if known && seen == 0 {", "if false {", "TestBases"),
	read("before the first look no branch is a base", "bases.go", "(!known || seen > 0)", "known && seen > 0", "TestBases"),
	read("a base stays one for ever", "bases.go", "if c.bases[name][branch] == seen {", "if false {", "TestBases"),
	read("a base that is new meanwhile is forgotten", "bases.go", "if c.bases[name][branch] == seen {", "if true {", "TestABase"),
	{rule: "pr", what: "pushes to bases are not heard of", file: "internal/app/app.go", old: "if w.github.MayBeBase(k) {", new: "if false {", packages: []string{"./internal/acceptance"},
		tests: "TestStackedRevert|TestRulesOfABase|TestBaseBranchRewritten"},
}

// lent is a mutation of what a role that is lent leads to.
func lent(what, file, old, new string) mutation {
	return judged("pr", what, file, old, new, "TestPullsOfWhom")
}

// based is a mutation of what a push to a base branch leads to.
func based(what, file, old, new string) mutation {
	return judged("pr", what, file, old, new, "TestPullsInto")
}
