package main

// The tests that notice a mutation of what is read of a pull request's text, and of what if.
const (
	namesTests  = "TestNamesIn"
	whatIfTests = "TestWhatIf|TestStanding"
	wroteTests  = "TestACoAuthor|TestABotsPull"
)

func inLines(what, old, new string) mutation {
	return mutation{rule: "pr", what: what, file: "internal/markdown/lines.go", old: old, new: new, packages: []string{"./internal/markdown"}, tests: "TestLines"}
}

func named(what, old, new string) mutation {
	return judged("pr", what, "pulltext.go", old, new, namesTests)
}

func imagined(what, old, new string) mutation {
	return judged("pr", what, "whatif.go", old, new, whatIfTests)
}

func told(what, old, new string) mutation {
	return mutation{rule: "pr", what: what, file: "templates/replies.go", old: old, new: new, packages: []string{"./templates"}, tests: "TestWhoIsToldToObject"}
}

// texts takes out how the description of a pull request is read, and how what if answers.
var texts = []mutation{
	inLines("a quote names a deliverable", "b.quoted || b.kind == code", "b.kind == code"),
	inLines("a block of code names a deliverable", "b.quoted || b.kind == code ||", "b.quoted ||"),
	inLines("a list names nothing", "b.quoted || b.kind", "b.nested || b.kind"),
	inLines("a folded text names a deliverable", "|| open.any() ||", "||"),
	inLines("code in a line names a deliverable", `prose.WriteString("\uFFFC")`, "prose.WriteString(s[sp.start:at])"),
	inLines("what is struck through names a deliverable", `Plain(struck.ReplaceAllString(prose.String(), " "))`, "Plain(prose.String())"),
	{"pr", "another repository's issue is ours", "internal/markdown/refs.go", `if owner != "" && !strings.EqualFold(owner, repository) {`, "if false {", []string{"./internal/markdown"}, "TestLeadingRefs"},
	named("an empty reason makes a hotfix", "if hotfixLabel.FindString(l.Prose) == l.Prose {", "if false {"),
	imagined("what nobody said of a change is known", "case q.Pull == 0 || len(q.Files) > 0:", "case false:"),
	imagined("who wrote what is imagined is signed for", `case q.Author != "" || len(q.Contributors) > 0:`, "case false:"),
	imagined("nobody wrote it alone", `if s.Pull.Author.Login == "" {`, "if false {"),
	imagined("any branch has the default one's rules", "if err := s.checkBase(q); err != nil {", "if err := s.checkBase(q); err != nil && false {"),
	imagined("another base keeps the rules", "s.Base, p.Retargeted = s.Rules.Policy, s.Now", "p.Retargeted = s.Now"),
	imagined("what does not count is not told", "a.NotCounted = d.notCounted(q)", "_ = d.notCounted(q)"),
	told("who cannot object is told to", "if !v.OnPull {\n\t\treturn len", "if true {\n\t\treturn len"),
	told("who wrote it is told to object", `return v.Why != "author" && slices`, "return slices"),
	told("any technical role is none", "|| r.Technical() && slices", "|| false && slices"),
	judged("pr", "a co-author excuses it from metrics", "pullanswer.go", " || facts.Contains(d.authors(), c.Author):", ":", wroteTests),
	judged("pr", "nobody's commit is a bot's", "pullchecks.go", "return !c.Unnamed && !slices", "return !slices", wroteTests),
}
