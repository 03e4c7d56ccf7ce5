package engine_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/templates"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// tester is what the world needs of a test, so that properties can use it too.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// world is a repository with one deliverable, on which effects are carried out.
type world struct {
	t        tester
	c        engine.Case
	comments []facts.Comment
	sticky   int64
	nextID   int64
	due      time.Time // of the newest decision
}

func newWorld(t tester, lang lifecycle.Lang) *world {
	t.Helper()
	zone := time.FixedZone("BRT", -3*3600)
	holders := map[lifecycle.Role][]facts.Person{}
	for role, logins := range map[lifecycle.Role]string{
		lifecycle.BusinessStakeholder: "helena-bs", lifecycle.SubjectMatterExpert: "rui-sme", lifecycle.DataEngineer: "dora-de",
		lifecycle.DataScientist: "sara-ds tomas-ds", lifecycle.SoftwareEngineer: "felix-se", lifecycle.MLEngineer: "mina-mle", lifecycle.BackendEngineer: "bento-be",
	} {
		for login := range strings.FieldsSeq(logins) {
			holders[role] = append(holders[role], who(login))
		}
	}
	at := time.Date(2026, 1, 12, 11, 0, 0, 0, zone)
	w := &world{t: t, nextID: 1000}
	w.c = engine.Case{
		Key: engine.Key{Owner: "acme-telco", Repo: "churn", Kind: engine.IssueKey, Number: 3}, Now: at,
		Printer:   templates.Printer{Lang: lang, Zone: zone},
		ConfigURL: "https://github.com/acme-telco/churn/blob/main/.github/phasegate.yml",
		Issue:     facts.Issue{Number: 3, Title: "Weekly churn score", Labels: []string{"kind:deliverable", "phase:design", "risk:standard"}},
		Risk:      lifecycle.Standard, Roster: facts.Roster{Holders: holders},
		Design: checks.DesignFacts{
			Parent: facts.Known(checks.Parent{Number: 2, Exists: true, Problem: true, Answered: true}), Filled: map[lifecycle.SectionKey]bool{},
			BusinessGoals: 1, ModelGoals: 1, Guardrails: 4,
			Data:    facts.Known([]checks.DataRequirement{{Number: 5, Exists: true, Validated: true, At: at.AddDate(0, 0, -4)}}),
			Support: facts.Known([]checks.SupportProblem(nil)),
			Now:     prints("metrics=m1 budget=b1 context=c1 processing=p1 data=d1 problem=q1"),
		},
		Words: map[checks.Item]string{checks.ItemMetrics: "recall_top_decile >= 0.45", checks.ItemBudget: "60000 BRL/month"},
		Short: templates.ShortView{Problem: 2, ProblemTitle: "Voluntary churn erodes postpaid revenue", Budget: "40000 BRL/month requested",
			Goals: []string{"recall_top_decile at least 0.40", "saved_customers at least 1500 customers/month"}, Limits: []string{"calibration_error 0.05", "psi_score 0.20"},
			Data: []templates.DataView{{Number: 5, Title: "Billing and usage, 24 months", Exists: true, Validated: true, At: at.AddDate(0, 0, -4), By: []string{"dora-de", "rui-sme"}}},
		},
		Requirements: true,
		Evidence: engine.Evidence{
			Merged:  facts.Known([]facts.MergedPull{merged(7, at.Add(-time.Hour), "reports/eda/2026-01.md", "docs/design/churn-score.md")}),
			Reports: facts.Known([]facts.Report(nil)), Deployments: facts.Known([]facts.Deployment(nil)),
		},
	}
	for _, s := range lifecycle.Form(lifecycle.Deliverable) {
		w.c.Design.Filled[s.Key] = true
	}
	return w
}

// merged is a pull request of #3, merged at that time.
func merged(number int, at time.Time, paths ...string) facts.MergedPull {
	p := facts.MergedPull{Number: number, Lines: []int{3}, Author: who("sara-ds"), Merged: at, Commit: fmt.Sprintf("%040d", number)}
	for _, path := range paths {
		p.Files = append(p.Files, facts.File{Path: path})
	}
	return p
}

// says lets a person comment, a few minutes later, without anybody looking at it yet.
func (w *world) says(login, text string) {
	w.c.Now = w.c.Now.Add(10 * time.Minute)
	w.add(facts.Comment{Author: who(login), Body: text})
}

func (w *world) add(c facts.Comment) int64 {
	w.nextID++
	c.ID, c.Created = w.nextID, w.c.Now
	w.comments = append(w.comments, c)
	return c.ID
}

// look decides and carries out, and returns the effects in words. Looking again must find nothing to do.
func (w *world) look() string {
	w.t.Helper()
	var told []string
	for _, e := range w.decide() {
		told = append(told, w.tell(e))
		w.apply(e)
	}
	w.c.Now = w.c.Now.Add(time.Minute)
	if again := w.decide(); len(again) > 0 {
		w.t.Fatalf("looking again finds something to do: %v", again)
	}
	return strings.Join(told, "\n")
}

func (w *world) decide() []engine.Effect {
	w.t.Helper()
	w.c.Printer.Now = w.c.Now
	w.c.Entries = engine.Entries(engine.Place{Repo: w.c.Key.FullName(), Issue: 3}, w.comments, nil)
	w.c.Sticky, w.c.Silent, w.c.Rebuilt = nil, nil, false
	for i, c := range w.comments {
		if c.ID != w.sticky {
			continue
		}
		w.c.Sticky, w.c.Rebuilt = &w.comments[i], c.Touched
		if c.Touched {
			continue
		}
		for _, b := range markdown.Blocks(c.Body) {
			var ledger engine.Ledger
			if err := b.Decode(&ledger); err != nil {
				w.t.Fatal(err)
			}
			w.c.Silent = ledger.Silent
		}
	}
	decision, err := engine.Decide(w.c)
	if err != nil {
		w.t.Fatal(err)
	}
	w.due = decision.Due
	return decision.Effects
}

// tell names an effect by what a person sees of it.
func (w *world) tell(e engine.Effect) string {
	switch e := e.(type) {
	case engine.PostComment:
		return strings.TrimSpace(fmt.Sprintf("%s %s", e, strings.Join(mentions(e.Body), " ")))
	case engine.EditComment:
		if e.Record != nil {
			return fmt.Sprintf("edit the %s", e.Record.Kind)
		}
		return "edit the sticky"
	case engine.React:
		return fmt.Sprintf("%s to %s", e.Reaction, w.comments[w.index(e.Comment)].Author.Login)
	}
	return e.String()
}

func mentions(body string) []string {
	people, _ := markdown.Mentions(body)
	for i := range people {
		people[i] = "@" + people[i]
	}
	slices.Sort(people)
	return slices.Compact(people)
}

func (w *world) index(id int64) int {
	return slices.IndexFunc(w.comments, func(c facts.Comment) bool { return c.ID == id })
}

func (w *world) apply(e engine.Effect) {
	bot := facts.Person{ID: 1, Login: "phasegate[bot]", Bot: true}
	switch e := e.(type) {
	case engine.PostComment:
		id := w.add(facts.Comment{Author: bot, Own: true, Body: e.Body})
		if e.Record == nil {
			w.sticky = id
		}
	case engine.EditComment:
		c := &w.comments[w.index(e.Comment)]
		c.Body, c.Own, c.Touched, c.Edited = e.Body, true, false, true
	case engine.React:
		w.comments[w.index(e.Comment)].Answer = e.Reaction
	case engine.SetLabels:
		labels := slices.DeleteFunc(slices.Clone(w.c.Issue.Labels), func(l string) bool { return slices.Contains(e.Remove, l) })
		w.c.Issue.Labels = append(labels, e.Add...)
	}
}

// meddle lets somebody else edit the sticky.
func (w *world) meddle() {
	c := &w.comments[w.index(w.sticky)]
	c.Body, c.Own, c.Touched, c.Edited = "All fine here.\n\n"+c.Body, false, true, true
}

// replies are the texts of Phasegate's comments but the sticky, from the n-th on.
func (w *world) replies(n int) []string {
	var out []string
	for _, c := range w.comments {
		if c.Own && c.ID != w.sticky {
			out = append(out, markdown.Visible(c.Body))
		}
	}
	return out[min(n, len(out)):]
}

func (w *world) stickyText() string { return markdown.Visible(w.comments[w.index(w.sticky)].Body) }

func (w *world) expect(step, want string) {
	w.t.Helper()
	if diff := cmp.Diff(strings.TrimSpace(strings.ReplaceAll(want, "\t", "")), w.look()); diff != "" {
		w.t.Errorf("%s (-want +got):\n%s", step, diff)
	}
}

func (w *world) golden(name string) {
	w.t.Helper()
	file := filepath.Join("testdata", name+".md")
	got := w.stickyText() + "\n"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			w.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		w.t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		w.t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// The first gate as the scenario tells it: rows 7, 15 to 18, and 23 to 27 of the way back.
func TestFirstGate(t *testing.T) {
	for _, lang := range lifecycle.Langs {
		t.Run(string(lang), func(t *testing.T) { firstGate(newWorld(t, lang), string(lang)) })
	}
}

func firstGate(w *world, lang string) {
	ready, evidence := w.c.Design, w.c.Evidence.Merged
	w.c.Design.Data = facts.Known([]checks.DataRequirement{{Number: 5, Exists: true}})
	w.c.Evidence.Merged = facts.Known([]facts.MergedPull(nil))
	w.expect("row 5", "#3: post the sticky")
	w.golden(lang + "-missing")

	w.says("sara-ds", "/advance development")
	w.expect("row 7", "#3: comment reply\nconfused to sara-ds")

	w.c.Design, w.c.Evidence.Merged = ready, evidence
	w.expect("row 13", "edit the sticky")
	w.golden(lang + "-ready")

	w.says("sara-ds", "/avançar desenvolvimento")
	w.expect("row 15", `#3: comment request @dora-de @helena-bs @rui-sme @tomas-ds
		#3: labels +gate:requested
		+1 to sara-ds
		edit the sticky`)

	w.says("felix-se", "/approve")
	w.expect("row 16", "#3: comment reply\nconfused to felix-se")

	w.c.Issue.Labels = append(w.c.Issue.Labels, "phase:development")
	w.c.LabelChanges = append(w.c.LabelChanges, facts.LabelChange{ID: "LE_1", Label: "phase:development", Added: true, Actor: who("sara-ds"), At: w.c.Now})
	w.expect("row 17", "#3: comment label\n#3: labels -phase:development")

	w.says("dora-de", "/approve")
	w.expect("row 18, dora", "+1 to dora-de\nedit the sticky")
	w.says("tomas-ds", "Looks fine to me.\n\n/aprovar")
	w.expect("row 18, tomas", "+1 to tomas-ds\nedit the sticky")
	w.golden(lang + "-waiting")
	w.says("rui-sme", "/approve")
	w.expect("row 18, rui", "+1 to rui-sme\nedit the sticky")
	w.says("helena-bs", "/approve")
	w.expect("row 18, helena", `#3: comment passed
		#3: labels +phase:development -phase:design -gate:requested
		+1 to helena-bs
		edit the sticky`)

	w.says("sara-ds", "/return design data: reason codes are written after cancellation and leak the outcome")
	w.expect("row 23", `#3: comment returned @dora-de @helena-bs @rui-sme
		#3: labels +phase:design -phase:development
		+1 to sara-ds
		edit the sticky`)
	w.golden(lang + "-returned")

	w.c.Design.Now = prints("metrics=m1 budget=b1 context=c1 processing=p1 data=d2 problem=q1")
	w.c.Design.Data = facts.Known([]checks.DataRequirement{{Number: 5, Exists: true, Validated: true, At: w.c.Now}})
	w.c.Delegations = []facts.Delegation{{Role: lifecycle.DataEngineer, From: who("dora-de"), To: who("bento-be"), Day: "2026-01-30", Until: w.c.Now.AddDate(0, 0, 9)}}
	w.look()
	w.says("sara-ds", "/advance development")
	w.expect("row 27, request", `#3: comment request @bento-be @rui-sme
		#3: labels +gate:requested
		+1 to sara-ds
		edit the sticky`)
	w.says("bento-be", "/approve")
	w.expect("row 27, bento", "+1 to bento-be\nedit the sticky")
	w.says("rui-sme", "/approve")
	w.expect("row 27, rui", `#3: comment passed
		#3: labels +phase:development -phase:design -gate:requested
		+1 to rui-sme
		edit the sticky`)
}

// asked is a world in which the first gate waits for four people.
func asked(t tester) *world {
	t.Helper()
	w := newWorld(t, lifecycle.English)
	w.look()
	w.says("sara-ds", "/advance development")
	w.look()
	return w
}

func TestRule8AChangeVoidsWhoGuardsIt(t *testing.T) {
	w := asked(t)
	w.says("tomas-ds", "/approve")
	w.says("dora-de", "/approve")
	w.look()
	before := w.c.Design.Now
	w.c.Design.Now = prints("metrics=m2 budget=b1 context=c1 processing=p1 data=d1 problem=q1")
	w.c.Now = w.c.Now.Add(time.Minute)
	w.expect("the metrics change", "#3: comment void @tomas-ds\nedit the sticky")
	w.c.Design.Now = prints("metrics=m2 budget=b2 context=c1 processing=p1 data=d1 problem=q1")
	w.expect("what nobody approved changes silently", "edit the sticky")
	w.says("helena-bs", "/approve")
	w.expect("a yes is for what was published last", "+1 to helena-bs\nedit the sticky")
	w.c.Design.Now = before
	w.expect("what is changed back is approved again", "#3: comment void @helena-bs\nedit the sticky")
	if !strings.Contains(w.stickyText(), "2 of 4") {
		t.Errorf("tomas and dora should count again:\n%s", w.stickyText())
	}
}

func TestRule9AnObjectionBlocks(t *testing.T) {
	w := asked(t)
	w.says("felix-se", "/object it cannot be run at night")
	for _, login := range []string{"helena-bs", "rui-sme", "dora-de", "tomas-ds"} {
		w.says(login, "/approve")
	}
	w.expect("all said yes, one objects", `#3: comment blocked @sara-ds
		#3: labels +gate:objected
		+1 to felix-se
		+1 to helena-bs
		+1 to rui-sme
		+1 to dora-de
		+1 to tomas-ds
		edit the sticky`)
	w.golden("en-objected")
	w.says("felix-se", "/withdraw")
	w.expect("it is withdrawn", `#3: comment passed
		#3: labels +phase:development -phase:design -gate:requested -gate:objected
		+1 to felix-se
		edit the sticky`)
}

func TestAStrangerNeitherObjectsNorAdvances(t *testing.T) {
	w := asked(t)
	w.says("passer-by", "/object I do not like it")
	w.expect("an objection without a role", "#3: comment reply\nconfused to passer-by")
	w.says("passer-by", "/return design data: no")
	w.expect("a return without a role", "#3: comment reply\nconfused to passer-by")
}

func TestRule11AnArtefactThatTurnsFalseHoldsItUp(t *testing.T) {
	w := asked(t)
	for _, login := range []string{"rui-sme", "dora-de", "tomas-ds"} {
		w.says(login, "/approve")
	}
	w.look()
	ready := w.c.Design.Data
	w.c.Design.Data = facts.Known([]checks.DataRequirement{{Number: 5, Exists: true}})
	w.says("helena-bs", "/approve")
	w.expect("the last yes while the data is not validated", "#3: comment blocked @sara-ds\n+1 to helena-bs\nedit the sticky")
	w.golden("en-blocked")
	w.c.Design.Data = ready
	w.expect("it is validated again", `#3: comment passed
		#3: labels +phase:development -phase:design -gate:requested
		edit the sticky`)
}

func TestNearMisses(t *testing.T) {
	w := asked(t)
	for _, c := range []struct{ login, text, want string }{
		{"rui-sme", "/aprove", "#3: comment reply\nconfused to rui-sme"},
		{"rui-sme", "De acordo.", "#3: comment reply\nconfused to rui-sme"},
		{"felix-se", "ok", ""}, // not awaited: people may talk
		{"passer-by", "/aprove", ""},
		{"rui-sme", "> /approve", ""},
		{"rui-sme", "```\n/approve\n```", ""},
		{"rui-sme", "<!--\n/approve\n-->", ""},
		{"rui-sme", "- /approve", ""},
	} {
		w.says(c.login, c.text)
		w.expect(fmt.Sprintf("%s: %q", c.login, c.text), c.want)
	}
	w.says("rui-sme", "/approve")
	w.comments[len(w.comments)-1].Edited = true
	w.expect("a command that was added by an edit", "#3: comment reply\nconfused to rui-sme")
}

// After a crash between any two writes, looking again ends where it would have ended.
func TestACrashBetweenTwoWritesIsHarmless(t *testing.T) {
	for cut := range 4 {
		w := asked(t)
		for _, login := range []string{"rui-sme", "dora-de", "tomas-ds", "helena-bs"} {
			w.says(login, "/approve")
		}
		for _, e := range w.decide()[:cut] {
			w.apply(e)
		}
		w.c.Now = w.c.Now.Add(time.Minute)
		w.look()
		if !w.c.Issue.Has("phase:development") || w.c.Issue.Has("phase:design") || w.c.Issue.Has("gate:requested") {
			t.Errorf("crash after %d writes: labels %v", cut, w.c.Issue.Labels)
		}
		passed := 0
		for _, c := range w.comments {
			if strings.Contains(c.Body, "phasegate:passed") {
				passed++
			}
			if !c.Author.Bot && c.Answer != facts.Counted {
				t.Errorf("crash after %d writes: %s is left without an answer (%q)", cut, c.Author.Login, c.Answer)
			}
		}
		if passed != 1 {
			t.Errorf("crash after %d writes: %d records of the passing", cut, passed)
		}
	}
}
