package main

// The tests that notice a mutation of how deployments that wait are judged, and of what is read of them.
const (
	reviewTests = "TestOnlyASuccess|TestWhatRunsNow|TestWhatIsLetIn|TestWhatNothing|TestTheNoteOf|TestWithoutAPinned|TestWhatWas|TestWhose|TestWhatIsMerged|TestWhichDeployments|TestAPageLeaves"
	oldTests    = "TestWhatIsOld|TestFillCompare"
	readTests   = "TestReview$|TestASuccess|TestTheEnvironment"
)

func reviewed(what, file, old, new string) mutation {
	return judged("dep", what, file, old, new, reviewTests)
}

func readReview(what, old, new string) mutation {
	return mutation{rule: "dep", what: what, file: "internal/gh/review.go", old: old, new: new, packages: []string{"./internal/gh"}, tests: readTests}
}

// deployments takes out what lets a deployment go on without anybody's yes.
var deployments = []mutation{
	reviewed("any success ran before", "letin.go", "return x.At.Before(s.Installed) ||", "return true ||"),
	reviewed("what ran before Phasegate did not run", "letin.go", "return x.At.Before(s.Installed) || ", "return "),
	reviewed("let into one environment is let into all", "letin.go", "hasEnvironment(letInto(x.Runs), s.Deployment.Environment)", "len(letInto(x.Runs)) > 0"),
	reviewed("environments differ by case", "letin.go", "strings.EqualFold(e, name)", "strings.Compare(e, name) == 0"),
	reviewed("what was made up runs there now", "letin.go", "x.At.After(newest.At) && s.counts(x)", "x.At.After(newest.At)"),
	reviewed("the newest note hides the others", "letin.go", "for _, r := range runs {", "for _, r := range runs[max(len(runs)-1, 0):] {"),
	reviewed("an environment that joins drops the others", "letin.go", "fitting(append(into, v.Deployment.Environment))", "fitting([]string{v.Deployment.Environment})"),
	reviewed("each answer writes a note", "letin.go", "if hasEnvironment(into, v.Deployment.Environment) {", "if false {"),
	reviewed("a note grows without end", "letin.go", "size > markdown.MaxBlock {", "size < 0 {"),
	reviewed("what is let in is not noted", "review.go", `if answer.State == "approved" {`, "if false {"),
	reviewed("what is only observed is not noted", "review.go", `if answer.State == "approved" {`, `if answer.State == "approved" && !view.Observing {`),
	reviewed("it is let in before that is noted", "review.go", "plan.Effects = append(plan.Effects, answer)", "plan.Effects = append([]Effect{answer}, plan.Effects...)"),
	reviewed("nobody hears why a success does not count", "review.go", `view.Unbacked = answer.State == "" && v.unbacked()`, "view.Unbacked = false"),
	reviewed("without a pinned commit every branch goes on", "review.go", "return v.judgeUnpinned(view)", `return "approved"`),
	reviewed("what cannot be compared is merged", "review.go", "|| ok && c.Contains:", "|| !ok || c.Contains:"),
	reviewed("what was merged before it was opened is its own", "evidence.go", "if p.Merged.Before(o.Created) {", "if false {"),
	reviewed("what was merged before it was opened tells nothing", "evidence.go", "d.Deliverable != 0 || p.Merged.After(d.Created)", "d.Deliverable != 0 || p.Merged.Before(b.Issue.Created) || p.Merged.After(d.Created)"),
	reviewed("what names no deliverable is nobody's", "pulltext.go", "if i := slices.IndexFunc(n.Hints, is); i >= 0 {", "if i := 0; len(n.Hints) > 0 {"),
	reviewed("the first line alone names", "pulltext.go", "slices.Clone(n.Lines), func", "slices.Clone(n.Lines[:1]), func"),
	reviewed("a line is a hint", "pulltext.go", "return !is(line) }), false", "return !is(line) }), true"),
	reviewed("what was closed before is named", "evidence.go", "finished && !at.Before(p.Merged)", "finished && !at.IsZero()"),
	reviewed("what was closed later is not named", "evidence.go", "b.chart.isOpen(n) || finished && !at.Before(p.Merged)", "b.chart.isOpen(n) || false && finished && at.IsZero()"),
	reviewed("a closed one goes before an open one", "review.go", "i := slices.IndexFunc(of, b.chart.isOpen); i >= 0 {", "i := slices.IndexFunc(of, b.chart.isOpen); i == 0 {"),
	reviewed("what cannot be read is nobody's", "review.go", `case v.unread != "":`, "case false:"),
	reviewed("an older deliverable tells no more", "review.go", "for range maxLookups { // where", "for range 2 { // where"),
	reviewed("what was deployed before it was opened is compared", "evidence.go", "return d.Succeeded.Before(o.Created) || d.Deliverable", "return d.Deliverable"),
	reviewed("all deployments are compared at once", "evidence.go", "if i == 0 {\n\t\t\t\tbreak", "if false {\n\t\t\t\tbreak"),
	reviewed("what has to be compared is never judged", "resync.go", "range round.alone {", "range round.alone[:0] {"),
	reviewed("what a merged pull request may be for is not looked at", "reconcile.go", "if plan.Idle != Elsewhere {", "if false {"),
	reviewed("what ran before is compared", "review.go", "if v.Ran() || v.desk", "if v.desk"),

	{"dep", "all files of what is old are read", "internal/gh/evidence_nodes.go", "HasNextPage || p.Merged.Before(j.since) {", "HasNextPage {", []string{"./internal/gh"}, oldTests},
	{"dep", "a further page of what is old is read", "internal/gh/gathering.go", "HasNextPage, last.Before(stop):", "HasNextPage:", []string{"./internal/gh"}, oldTests},
	{"dep", "what was compared is forgotten at night", "internal/gh/bulk.go", "s.Listed, s.Compared = ix.all(), g.cache.comparisons(key)", "s.Listed = ix.all()", []string{"./internal/gh"}, oldTests},
	readReview("a workflow's note counts", "if !g.posts(s) || s.App.Slug == actionsSlug {", "if false {"),
	readReview("a check of any name is a note", "if r.Name == engine.DeploymentCheck && ", "if "),
	readReview("a note that is not completed counts", ` && r.Status == "COMPLETED" {`, " {"),
	readReview("another environment's success counts", `st.State == "SUCCESS" && strings`, `st.State == "SUCCESS" || strings`),
	readReview("an old status names no environment", "cmp.Or(st.Environment, d.OriginalEnvironment)", "cmp.Or(st.Environment)"),
	readReview("other spellings are not looked for", "slices.Sort(out)\n\treturn slices.Compact(out)", "return slices.Compact(out[:1])"),
}
