package engine_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/templates"
)

// stickied is an object of one of the three kinds with a sticky.
type stickied struct {
	name   string
	world  *world
	expect func(step, want string)
	decide func() []engine.Effect
}

// all is one object of each kind, its sticky posted.
func all(t *testing.T, lang lifecycle.Lang) []stickied {
	w, d, p := newWorld(t, lang), newDataWorld(t, lang), newProblemWorld(t, lang)
	out := []stickied{{"deliverable", w, w.expect, w.decide}, {"data", d.world, d.expect, d.decide}, {"problem", p.world, p.expect, p.decide}}
	for _, s := range out {
		for _, e := range s.decide() {
			s.world.apply(e)
		}
	}
	return out
}

func TestAStickyThatSomebodyElseEditedIsMadeAnew(t *testing.T) {
	says := map[lifecycle.Lang]string{
		lifecycle.English:    "Somebody else edited this comment; it has been made anew from the issue and its other comments.",
		lifecycle.Portuguese: "Outra pessoa editou este comentário; ele foi refeito a partir da issue e dos outros comentários.",
	}
	for _, lang := range lifecycle.Langs {
		for _, s := range all(t, lang) {
			before := s.world.stickyText()
			s.world.meddle()
			s.world.c.Now = s.world.c.Now.Add(time.Minute)
			s.expect(s.name+": edited", "edit the sticky")
			if text := s.world.stickyText(); !strings.Contains(text, says[lang]) || strings.Contains(text, "All fine here") {
				t.Errorf("%s: %s", s.name, text)
			}
			s.world.c.Now = s.world.c.Now.AddDate(0, 0, 8)
			s.expect(s.name+": a week later", "edit the sticky")
			if text := s.world.stickyText(); text != before {
				t.Errorf("%s: a week later: %s", s.name, text)
			}
		}
	}
}

func TestABrokenConfigIsToldInEverySticky(t *testing.T) {
	says := map[lifecycle.Lang]string{
		lifecycle.English: "The newest `.github/phasegate.yml` has errors; the last valid rules hold until they are mended. " +
			"The first: line 12: roles: unknown key &lt;b>@\u200bdata-boss&lt;/b>. All of them: check `phasegate/config` on the commit.",
		lifecycle.Portuguese: "O `.github/phasegate.yml` mais novo tem erros; valem as últimas regras válidas até que sejam corrigidos. " +
			"O primeiro: line 12: roles: unknown key &lt;b>@\u200bdata-boss&lt;/b>. Todos: check `phasegate/config` no commit.",
	}
	for _, lang := range lifecycle.Langs {
		for _, s := range all(t, lang) {
			before := s.world.stickyText()
			s.world.c.ConfigError, s.world.c.ConfigProblem = true, "line 12: roles: unknown key <b>@data-boss</b>."
			s.expect(s.name+": broken", "edit the sticky")
			if text := s.world.stickyText(); !strings.Contains(text, says[lang]) {
				t.Errorf("%s: %s", s.name, text)
			}
			s.world.c.ConfigProblem = ""
			s.expect(s.name+": broken, nobody knows where", "edit the sticky")
			s.world.c.ConfigError = false
			s.expect(s.name+": mended", "edit the sticky")
			if text := s.world.stickyText(); text != before {
				t.Errorf("%s: mended: %s", s.name, text)
			}
		}
	}
}

// kinds decides on an issue with several kinds.
func (w *world) kinds() engine.Decision {
	w.t.Helper()
	w.c.Printer.Now = w.c.Now
	c := engine.KindsCase{Key: w.c.Key, Now: w.c.Now, Printer: w.c.Printer, Issue: w.c.Issue}
	if i := w.index(w.sticky); i >= 0 {
		c.Sticky = &w.comments[i]
	}
	d, err := engine.DecideTwoKinds(c)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func TestTwoKindsAreToldAndNothingElseIsDone(t *testing.T) {
	for _, lang := range lifecycle.Langs {
		w := newWorld(t, lang)
		w.look()
		w.says("sara-ds", "/advance development")
		w.look()
		w.says("tomas-ds", "/approve")
		w.look()
		w.writes(checks.ItemBudget, "2 BRL")
		w.look() // a silent publication stands in the ledger alone
		before := w.comments[w.index(w.sticky)].Body
		kinds := w.c.Issue.Labels
		w.c.Issue.Labels = append([]string{"kind:data"}, kinds...)
		w.says("helena-bs", "/approve")
		d := w.kinds()
		if len(d.Effects) != 1 || w.tell(d.Effects[0]) != "edit the sticky" {
			t.Fatalf("effects: %v", d.Effects)
		}
		w.apply(d.Effects[0])
		w.golden(string(lang) + "-two-kinds")
		if again := w.kinds(); len(again.Effects) > 0 {
			t.Errorf("looking again: %v", again.Effects)
		}
		w.c.Issue.Labels = kinds
		w.expect("mended: the same sticky, the ledger intact, and what was said meanwhile", "+1 to helena-bs\nedit the sticky")
		if got := len(w.c.Silent); got != 1 {
			t.Errorf("%d silent publications after mending", got)
		}
		if before == w.comments[w.index(w.sticky)].Body {
			t.Error("helena's yes is not shown")
		}
	}
}

func TestKindsWithoutAStickyBefore(t *testing.T) {
	w := newWorld(t, lifecycle.English)
	w.c.Issue.Labels = []string{"kind:experiment"}
	if d := w.kinds(); len(d.Effects) > 0 {
		t.Errorf("an experiment: %v", d.Effects)
	}
	w.c.Issue.Labels = []string{"kind:experiment", "kind:incident", "kind:data"}
	d := w.kinds()
	if len(d.Effects) != 1 {
		t.Fatalf("three kinds: %v", d.Effects)
	}
	w.apply(d.Effects[0])
	if text := w.stickyText(); !strings.Contains(text, "has 3 kinds at once: Data requirement, Experiment and Incident") {
		t.Error(text)
	}
	w.c.Issue.Labels = []string{"kind:experiment"}
	for _, e := range w.kinds().Effects {
		w.apply(e)
	}
	if text := w.stickyText(); !strings.Contains(text, "Nothing is decided on") {
		t.Error(text)
	}
	w.meddle()
	if d := w.kinds(); len(d.Effects) != 1 {
		t.Errorf("a sticky that somebody edited: %v", d.Effects)
	}
}

// huge is a world with as much text as GitHub lets people write.
func huge(t *testing.T) *world {
	w := newWorld(t, lifecycle.English)
	w.c.Issue.Title = strings.Repeat("<", 256)
	body := strings.Repeat("@everyone | <b> `x` ", 65536/20)
	w.c.Short.Budget, w.c.Short.ProblemTitle = body, strings.Repeat("&", 256)
	for range 500 {
		w.c.Design.MetricErrors = append(w.c.Design.MetricErrors, "Row 1, Target \""+body[:60]+"\": not a target.")
		w.c.Short.Goals = append(w.c.Short.Goals, body[:100])
	}
	for range 50 { // as many as one form can name
		w.c.Short.Data = append(w.c.Short.Data, templates.DataView{Number: 5, Title: body[:256], Exists: true})
		w.c.Short.Support = append(w.c.Short.Support, templates.SupportLine{Number: 6, Title: body[:256], People: []string{"rui-sme"}})
	}
	w.writes(checks.ItemBudget, body)
	w.writes(checks.ItemMetrics, strings.Repeat("row | 1\n", 500))
	return w
}

// fits checks that nothing Phasegate wrote is longer than GitHub allows, and that no fold is left open.
func (w *world) fits() {
	w.t.Helper()
	for _, c := range w.comments {
		if !c.Author.Bot {
			continue
		}
		if n := utf8.RuneCountInString(c.Body); n > 65536 {
			w.t.Errorf("a comment of %d characters", n)
		}
		if strings.Count(c.Body, "<details>") != strings.Count(c.Body, "</details>") {
			w.t.Errorf("a fold is left open")
		}
		if len(markdown.Blocks(c.Body)) != 1 {
			w.t.Errorf("a comment lost its hidden block")
		}
	}
}

func TestStickiesRecordsAndRepliesFitIntoAComment(t *testing.T) {
	w := huge(t)
	w.look()
	w.says("sara-ds", "/advance development")
	w.look()
	reply := w.replies(0)[0]
	if !strings.Contains(reply, "Not ready") || !strings.Contains(reply, " more\n") || !strings.Contains(w.stickyText(), " more\n") {
		t.Errorf("reply:\n%s\nsticky:\n%s", reply, w.stickyText())
	}
	w.c.Design.MetricErrors = nil
	w.says("sara-ds", "/advance development")
	w.look()
	w.says("helena-bs", "/approve")
	w.look()
	w.writes(checks.ItemBudget, strings.Repeat("😀", 65536))
	w.look()
	w.says("felix-se", "/object "+strings.Repeat("<", 60000))
	w.look()
	if !w.c.Issue.Has(lifecycle.GateObjected) || !strings.Contains(w.stickyText(), "felix-se objected") {
		t.Error("the objection is lost")
	}
	w.says("felix-se", "/withdraw")
	w.look()
	for _, login := range []string{"rui-sme", "dora-de", "tomas-ds", "helena-bs"} {
		w.says(login, "/approve")
	}
	w.look()
	w.says("sara-ds", "/return design data: "+strings.Repeat("\u0001<é", 20000))
	w.look()
	if !w.c.Issue.Has("phase:design") || !strings.Contains(w.newest("returned"), "…") {
		t.Errorf("labels %v, record %.500s", w.c.Issue.Labels, w.newest("returned"))
	}
	w.fits()
}

func TestTeamsAndBoardsOfManyFitToo(t *testing.T) {
	w := newWorld(t, lifecycle.English)
	var many []facts.Person
	for i := range 400 {
		many = append(many, who(strings.Repeat("m", 30)+string(rune('a'+i%26))+string(rune('a'+i/26))))
	}
	w.c.Roster.Holders[lifecycle.BusinessStakeholder] = many
	w.look()
	w.says("sara-ds", "/advance development")
	w.look()
	if !strings.Contains(w.stickyText(), "Still needed: @mmm") {
		t.Errorf("got %.300s", w.stickyText())
	}
	w.fits()
	p := newProblemWorld(t, lifecycle.English)
	long := strings.Repeat("<b>", 80)
	for i := range 200 {
		p.board.Deliverables = append(p.board.Deliverables, templates.BoardDeliverable{Number: i, Title: long, Phase: lifecycle.Design, Asked: true, Awaited: []string{long}})
		p.board.Support = append(p.board.Support, templates.BoardSupport{Deliverable: i, Number: i, People: []string{long, long}})
		p.board.Data = append(p.board.Data, templates.DataView{Number: i, Title: long, Exists: true})
	}
	p.expect("a board of many", "#2: post the sticky")
	p.board.MetricErrors = make([]string, 500)
	for i := range p.board.MetricErrors {
		p.board.MetricErrors[i] = long
	}
	p.expect("errors of many", "edit the sticky")
	p.fits()
	if text := p.stickyText(); strings.Count(text, "\n| ") < 7 {
		t.Errorf("the six questions are not all there:\n%.2000s", text)
	}
}

func TestScaleNeverPinsTheFullRule(t *testing.T) {
	for _, never := range []bool{false, true} {
		w := newWorld(t, lifecycle.English)
		w.c.ScaleNever = never
		ana, bruno := []facts.Person{who("ana")}, []facts.Person{who("bruno")}
		w.c.Roster = facts.Roster{Holders: map[lifecycle.Role][]facts.Person{lifecycle.BusinessStakeholder: ana, lifecycle.SubjectMatterExpert: ana, lifecycle.DataEngineer: bruno, lifecycle.DataScientist: bruno}}
		w.look()
		w.says("bruno", "/advance development")
		w.look()
		w.says("ana", "/approve")
		w.says("bruno", "/approve")
		w.look()
		if passed := w.c.Issue.Has("phase:development"); passed == never {
			t.Errorf("scale never %t: passed %t:\n%s", never, passed, w.stickyText())
		}
		if never && !strings.Contains(w.stickyText(), "people still missing in `.github/phasegate.yml`: 2") {
			t.Errorf("nobody is told who is missing:\n%s", w.stickyText())
		}
		d := newDataWorld(t, lifecycle.English)
		d.c.ScaleNever = never
		d.c.Roster = facts.Roster{Holders: map[lifecycle.Role][]facts.Person{lifecycle.SubjectMatterExpert: ana, lifecycle.DataEngineer: ana, lifecycle.DataScientist: bruno}}
		for _, login := range []string{"ana", "bruno"} {
			d.says(login, "/approve")
		}
		for _, e := range d.decide() {
			d.apply(e)
		}
		if d.c.Issue.Has(lifecycle.DataValidated) == never {
			t.Errorf("scale never %t: data labels %v:\n%s", never, d.c.Issue.Labels, d.stickyText())
		}
	}
}
