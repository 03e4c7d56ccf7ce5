package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// said adds a comment at exactly that time.
func (w *world) said(at time.Time, login, text string) int64 {
	w.c.Now = at
	return w.add(facts.Comment{Author: who(login), Body: text})
}

func TestRule2TenCommandsOfACommentAreCarriedOut(t *testing.T) {
	for _, lang := range lifecycle.Langs {
		w := newWorld(t, lang)
		w.look()
		w.says("sara-ds", "/advance development")
		w.look()
		w.says("rui-sme", strings.Repeat("/status\n", 9)+"/approve\n/withdraw\n/withdraw\n")
		w.expect("twelve commands", "#3: comment reply\n+1 to rui-sme\nedit the sticky")
		want := map[lifecycle.Lang]string{
			lifecycle.English:    "**rui-sme:** the first 10 commands of a comment are read; the other 2 were not. Write what still matters in a new comment.",
			lifecycle.Portuguese: "**rui-sme:** são lidos os primeiros 10 comandos de um comentário; os outros 2 não foram. Escreva o que ainda importa em um novo comentário.",
		}[lang]
		if got := w.replies(1); len(got) != 1 || got[0] != want {
			t.Errorf("%s: replies %q", lang, got)
		}
		if yes := engine.Fold(w.c.Entries, nil).Yes; len(yes) != 1 {
			t.Errorf("%s: %d yes; the tenth command counts, the eleventh is not read", lang, len(yes))
		}
	}
}

// What is read of a comment is bounded, so that its answer is too.
func TestTenThousandCommandsGetOneShortReply(t *testing.T) {
	w := asked(t)
	w.says("felix-se", strings.Repeat("/risk\n", 10000))
	w.expect("10,000 lines", "#3: comment reply\nconfused to felix-se")
	reply := w.replies(1)[0]
	if n := utf8.RuneCountInString(reply); n > 300 || !strings.Contains(reply, "9990") {
		t.Errorf("%d characters: %s", n, reply)
	}
	for _, e := range w.c.Entries {
		if e.Comment.Author.Is(who("felix-se")) && (len(e.Commands) != 10 || e.More != 9990) {
			t.Errorf("%d commands read, %d more", len(e.Commands), e.More)
		}
	}
}

func TestOneReactionAnswersACommentOfSeveralCommands(t *testing.T) {
	w := asked(t)
	w.says("dora-de", "/approve\n/object")
	w.expect("one carried out, one not", "#3: comment reply\n+1 to dora-de\nedit the sticky")
	if text := w.stickyText(); !strings.Contains(text, "1 of 4") || strings.Contains(text, "CAUTION") {
		t.Errorf("the yes counts and the objection does not:\n%s", text)
	}
	for _, login := range []string{"helena-bs", "rui-sme", "tomas-ds"} {
		w.says(login, "/approve")
	}
	w.expect("and goes on counting", `#3: comment passed
		#3: labels +phase:development -phase:design -gate:requested
		+1 to helena-bs
		+1 to rui-sme
		+1 to tomas-ds
		edit the sticky`)
}

// What a reply refused stays refused, though the comment has other commands that count.
func TestARefusedCommandDoesNotCountLater(t *testing.T) {
	w := asked(t)
	holders := w.c.Roster.Holders
	dora := holders[lifecycle.DataEngineer]
	holders[lifecycle.DataEngineer] = nil
	holders[lifecycle.SoftwareEngineer] = append(holders[lifecycle.SoftwareEngineer], dora...)
	w.look()
	w.says("dora-de", "/status\n/approve")
	w.expect("no data engineer", "#3: comment reply\n+1 to dora-de")
	holders[lifecycle.DataEngineer] = dora
	w.look()
	if text := w.stickyText(); !strings.Contains(text, "0 of 4") {
		t.Errorf("a refused yes counts once its author holds the role:\n%s", text)
	}
	w.says("dora-de", "/approve")
	w.look()
	if text := w.stickyText(); !strings.Contains(text, "1 of 4") {
		t.Errorf("a new yes does not count:\n%s", text)
	}
}

func TestCommandsThatChangeNothingAreRefused(t *testing.T) {
	w := newWorld(t, lifecycle.English)
	w.look()
	for _, c := range []struct{ login, text, why string }{
		{"rui-sme", "/object no", "nothing is waiting for an answer here now"},
		{"rui-sme", "/withdraw", "nothing is waiting for an answer here now"},
		{"rui-sme", "/approve", "Nothing is waiting for a yes here now"},
		{"rui-sme", "/approve as boss", "or by `as` and a role of yours"},
		{"sara-ds", "/advance tomorrow", "needs a phase"},
		{"sara-ds", "/advance deployment", "one phase forward at a time"},
		{"sara-ds", "/return design data: no", "goes back only"},
		{"sara-ds", "/return", "needs a phase"},
		{"sara-ds", "/return design because", "needs a cause"},
		{"sara-ds", "/return design data", "needs a reason"},
		{"sara-ds", "/delegate DS @tomas-ds until 2026-01-30", "belongs on the bigger problem"},
		{"sara-ds", "/decide budget: 1", "sets an objection aside"},
		{"sara-ds", "/done A1", "not carried out by this version"},
		{"passer-by", "/advance development", "Only people with a role"},
	} {
		w.c.Now = w.c.Now.Add(time.Hour) // so that each gets a reply of its own
		n := len(w.replies(0))
		w.says(c.login, c.text)
		w.expect(c.text, "#3: comment reply\nconfused to "+c.login)
		if got := w.replies(n); len(got) != 1 || !strings.Contains(got[0], c.why) {
			t.Errorf("%s: %q, want %q", c.text, got, c.why)
		}
	}
	w.says("sara-ds", "/advance development")
	w.look()
	n := len(w.replies(0))
	w.says("rui-sme", "/withdraw")
	w.says("rui-sme", "/object")
	w.expect("nothing to take back, no reason", "#3: comment reply\n#3: comment reply\nconfused to rui-sme\nconfused to rui-sme")
	if got := w.replies(n); !strings.Contains(got[0], "no yes or objection of yours") || !strings.Contains(got[1], "needs a reason") {
		t.Errorf("replies: %q", got)
	}
	w.says("tomas-ds", "/advance development")
	w.expect("asked already", "+1 to tomas-ds")
}

func TestAnAnswerWrittenBeforeTheQuestionIsNotForIt(t *testing.T) {
	w := newWorld(t, lifecycle.English)
	w.look()
	w.says("rui-sme", "/object the period is short")
	w.says("tomas-ds", "/approve")
	w.says("sara-ds", "/advance development")
	w.says("dora-de", "/object too soon")
	got := w.look()
	if !strings.HasSuffix(got, "confused to rui-sme\nconfused to tomas-ds\n+1 to sara-ds\nconfused to dora-de\nedit the sticky") {
		t.Errorf("got %s", got)
	}
	if w.c.Issue.Has(lifecycle.GateObjected) || !w.c.Issue.Has(lifecycle.GateRequested) {
		t.Errorf("labels %v", w.c.Issue.Labels)
	}
	if text := strings.Join(w.replies(0), "\n"); !strings.Contains(text, "`/object` was written before the question was asked.") {
		t.Errorf("nobody tells dora that it was not counted: %s", text)
	}
}

// Section 9: the same command refused again within ten minutes edits the reply there is.
func TestARepeatedCommandEditsTheEarlierReply(t *testing.T) {
	for _, lang := range lifecycle.Langs {
		w := newWorld(t, lang)
		w.look()
		start := w.c.Now
		w.said(start, "felix-se", "/advance tomorrow")
		w.expect("first", "#3: comment reply\nconfused to felix-se")
		w.said(start.Add(9*time.Minute), "felix-se", "/advance deployment")
		w.expect("again after nine minutes", "edit the reply\nconfused to felix-se")
		got := w.replies(0)
		want := map[lifecycle.Lang]string{
			lifecycle.English:    "**felix-se:** `/advance` goes one phase forward at a time.\n\nAsked again on 12 January, 11:10; this is how it stands now.",
			lifecycle.Portuguese: "**felix-se:** `/avancar` avança uma fase por vez.\n\nPedido de novo em 12 de janeiro, 11:10; é assim que está agora.",
		}[lang]
		if len(got) != 1 || got[0] != want {
			t.Errorf("%s: got %q", lang, got)
		}
		w.said(start.Add(9*time.Minute), "rui-sme", "/advance deployment")
		w.expect("somebody else", "#3: comment reply\nconfused to rui-sme")
		w.said(start.Add(10*time.Minute), "felix-se", "/object")
		w.expect("another command", "#3: comment reply\nconfused to felix-se")
		w.said(start.Add(11*time.Minute), "felix-se", "/advance tomorrow")
		w.expect("again after eleven minutes", "#3: comment reply\nconfused to felix-se")
	}
}

// One who only repeats costs one write a time after the third edit: the reaction.
func TestManyRepetitionsCostOneReactionEach(t *testing.T) {
	w := newWorld(t, lifecycle.English)
	w.look()
	edits := 0
	for range 8 {
		w.said(w.c.Now.Add(5*time.Second), "felix-se", "/advance tomorrow")
		if got := w.look(); strings.Contains(got, "edit the reply") {
			edits++
		} else if edits > 0 && got != "confused to felix-se" {
			t.Errorf("got %s", got)
		}
		w.c.Now = w.c.Now.Add(-time.Minute)
	}
	w.c.Now = w.c.Now.Add(time.Minute)
	if edits != 3 || len(w.replies(0)) != 1 {
		t.Errorf("%d edits of %d replies", edits, len(w.replies(0)))
	}
	w.said(w.c.Now.Add(time.Second), "felix-se", "/advance deployment")
	w.expect("another answer", "edit the reply\nconfused to felix-se")
}

// What was written in the second in which the question is asked, but before it, is not for it.
func TestAYesInTheSecondOfTheQuestion(t *testing.T) {
	w := newWorld(t, lifecycle.English)
	w.look()
	w.said(w.c.Now, "sara-ds", "/advance development")
	w.said(w.c.Now, "tomas-ds", "/approve")
	if got := w.look(); !strings.Contains(got, "confused to tomas-ds") || !strings.Contains(w.stickyText(), "0 of 4") {
		t.Errorf("got %s", got)
	}
}

// Repetitions that are read together get one reply, which answers each of them once, whatever is lost
// between two writes.
func TestRepetitionsReadTogetherGetOneReply(t *testing.T) {
	for cut := range 5 {
		w := newWorld(t, lifecycle.English)
		w.look()
		for range 3 {
			w.says("rui-sme", "/aprove")
		}
		effects := w.decide()
		if len(effects) != 4 {
			t.Fatalf("effects: %v", effects)
		}
		for _, e := range effects[:min(cut, len(effects))] {
			w.apply(e)
		}
		w.c.Now = w.c.Now.Add(time.Minute)
		w.look()
		if n := len(w.replies(0)); n != 1 {
			t.Errorf("cut after %d writes: %d replies", cut, n)
		}
		w.says("rui-sme", "/aprove")
		w.expect("and a fourth time", "#3: comment reply\nconfused to rui-sme")
	}
}

func TestHelpAndStatus(t *testing.T) {
	w := newWorld(t, lifecycle.English)
	w.look()
	w.says("passer-by", "/status")
	w.expect("anybody looks", "+1 to passer-by")
	w.says("passer-by", "/help")
	w.expect("anybody is helped", "#3: comment reply\n+1 to passer-by")
	d := newDataWorld(t, lifecycle.English)
	d.expect("opened", "#5: post the sticky @dora-de @rui-sme")
	d.says("passer-by", "/estado")
	d.expect("status of data", "+1 to passer-by")
	d.says("passer-by", "/ajuda")
	d.expect("help on data", "#5: comment reply\n+1 to passer-by")
	p := newProblemWorld(t, lifecycle.English)
	p.expect("opened", "#2: post the sticky")
	p.says("passer-by", "/status")
	p.expect("status of a problem", "+1 to passer-by")
	p.says("passer-by", "/help\n/help")
	p.expect("help on a problem", "#2: comment reply\n+1 to passer-by")
	for _, texts := range [][]string{w.replies(0), d.replies(0), p.replies(0)} {
		if len(texts) != 1 || strings.Count(texts[0], "`/help`") != 1 || strings.Count(texts[0], "`/delegate`") != 1 {
			t.Errorf("help: %q", texts)
		}
	}
}

func TestCommandsThatBelongElsewhereSayWhere(t *testing.T) {
	d := newDataWorld(t, lifecycle.English)
	d.expect("opened", "#5: post the sticky @dora-de @rui-sme")
	p := newProblemWorld(t, lifecycle.English)
	p.expect("opened", "#2: post the sticky")
	for _, c := range []struct{ text, data, problem string }{
		{"/advance development", "belongs on a deliverable", "belongs on a deliverable"},
		{"/return design data: no", "belongs on a deliverable", "belongs on a deliverable"},
		{"/object no", "belongs on a deliverable", "belongs on a deliverable"},
		{"/delegate DE @bento-be until 2026-01-20", "belongs on the bigger problem", ""},
		{"/withdraw", "no yes or objection of yours", "on a deliverable or a data requirement"},
		{"/approve as bakers", "or by `as` and a role of yours", "on a deliverable or a data requirement"},
		{"/waive data", "belongs on a deliverable", "belongs on a deliverable"},
		{"/start development it runs", "belongs on a deliverable", "belongs on a deliverable"},
		{"/target recall >= 0.5: no", "on a deliverable or the bigger problem", ""},
		{"/decide scope: less", "on the bigger problem or in a review meeting", ""},
		{"/decide overrule @felix-se: no", "on the bigger problem or in a review meeting", "the deliverable where the objection stands"},
		{"/action @bento-be x by 2026-03-03", "in a review meeting", "in a review meeting"},
		{"/done A1", "not carried out by this version", "not carried out by this version"},
	} {
		d.c.Now, p.c.Now = d.c.Now.Add(time.Hour), p.c.Now.Add(time.Hour)
		n := len(d.replies(0))
		d.says("dora-de", c.text)
		d.expect(c.text, "#5: comment reply\nconfused to dora-de")
		if got := d.replies(n)[0]; !strings.Contains(got, c.data) {
			t.Errorf("%s on data: %s", c.text, got)
		}
		if c.problem == "" {
			continue
		}
		n = len(p.replies(0))
		p.says("dora-de", c.text)
		p.expect(c.text, "#2: comment reply\nconfused to dora-de")
		if got := p.replies(n)[0]; !strings.Contains(got, c.problem) {
			t.Errorf("%s on a problem: %s", c.text, got)
		}
	}
}

func TestACountedYesThatIsEditedIsAskedForAgain(t *testing.T) {
	w := asked(t)
	w.says("rui-sme", "/approve")
	w.look()
	w.comments[len(w.comments)-1].Edited = true
	w.c.Now = w.c.Now.Add(time.Minute)
	w.expect("edited while the gate is open", "#3: comment reply\nedit the sticky")
	if got := w.replies(1); len(got) != 1 || !strings.Contains(got[0], "rui-sme, did you mean `/approve`?") {
		t.Errorf("got %q", got)
	}
	d := newDataWorld(t, lifecycle.English)
	d.expect("opened", "#5: post the sticky @dora-de @rui-sme")
	d.says("rui-sme", "/approve")
	d.expect("counted", "+1 to rui-sme\nedit the sticky")
	d.comments[len(d.comments)-1].Edited = true
	d.expect("edited on data", "#5: comment reply\nedit the sticky")
}

func TestNearMissesOnDataAndProblems(t *testing.T) {
	d := newDataWorld(t, lifecycle.English)
	d.expect("opened", "#5: post the sticky @dora-de @rui-sme")
	p := newProblemWorld(t, lifecycle.English)
	p.expect("opened", "#2: post the sticky")
	for _, c := range []struct {
		login, text   string
		data, problem bool
	}{
		{"rui-sme", "ok", true, false}, {"felix-se", "ok", false, false}, {"felix-se", "/aprove", true, true}, {"passer-by", "/aprove", false, false},
	} {
		for _, w := range []struct {
			says   func(login, text string)
			expect func(step, want string)
			issue  string
			want   bool
		}{{d.says, d.expect, "#5", c.data}, {p.says, p.expect, "#2", c.problem}} {
			want := ""
			if w.want {
				want = w.issue + ": comment reply\nconfused to " + c.login
			}
			w.says(c.login, c.text)
			w.expect(c.login+" "+c.text+" on "+w.issue, want)
		}
	}
}

func TestWithdrawOnDataTakesTheAnswerBack(t *testing.T) {
	d := newDataWorld(t, lifecycle.English)
	d.expect("opened", "#5: post the sticky @dora-de @rui-sme")
	d.says("dora-de", "/approve")
	d.says("rui-sme", "/approve")
	d.expect("validated", "#5: labels +data:validated\n+1 to dora-de\n+1 to rui-sme\nedit the sticky")
	d.says("dora-de", "/withdraw")
	d.expect("taken back", "#5: labels -data:validated\n+1 to dora-de\nedit the sticky")
}

// Section 9: beyond thirty commands an hour, a person waits until the hour is over. Nothing is lost.
func TestBeyondThirtyCommandsAnHourTheRestWaits(t *testing.T) {
	for _, lang := range lifecycle.Langs {
		w := newWorld(t, lang)
		w.look()
		w.says("sara-ds", "/advance development")
		w.look()
		begin := w.c.Now.Add(time.Minute).Truncate(time.Minute)
		for i := range 30 {
			w.said(begin.Add(time.Duration(i)*time.Second), "rui-sme", "/status")
		}
		w.look()
		if !w.due.IsZero() {
			t.Errorf("%s: thirty commands, and something is due at %s", lang, w.due)
		}
		w.said(begin.Add(time.Minute), "rui-sme", "/approve")
		w.said(begin.Add(2*time.Minute), "rui-sme", "/object wait for me")
		w.said(begin.Add(3*time.Minute), "dora-de", "/approve")
		w.expect("the thirty-first", "#3: comment pause\n+1 to dora-de\nedit the sticky")
		want := map[lifecycle.Lang]string{
			lifecycle.English:    "**rui-sme, that is more than 30 commands within an hour.** The rest waits and is read from 12 January, %s on, in order; nothing of it counts before, and nothing of it is lost.",
			lifecycle.Portuguese: "**rui-sme, são mais de 30 comandos em uma hora.** O resto espera e será lido a partir de 12 de janeiro, %s, em ordem; nada dele conta antes, e nada se perde.",
		}[lang]
		end := begin.Add(time.Hour)
		if got := w.replies(1); len(got) != 1 || got[0] != fmt.Sprintf(want, end.Format("15:04")) {
			t.Errorf("%s: %q", lang, got)
		}
		if !w.due.Equal(end) || w.c.Issue.Has(lifecycle.GateObjected) {
			t.Errorf("%s: due at %s, want %s; labels %v", lang, w.due, end, w.c.Issue.Labels)
		}
		w.said(begin.Add(30*time.Minute), "rui-sme", "/help")
		w.expect("still within the hour", "")
		w.c.Now = end
		w.expect("the hour is over", `#3: comment reply
			#3: comment blocked @sara-ds
			#3: labels +gate:objected
			+1 to rui-sme
			+1 to rui-sme
			+1 to rui-sme
			edit the sticky`)
		if !w.due.IsZero() {
			t.Errorf("%s: due at %s though nothing waits", lang, w.due)
		}
	}
}

// A flood is answered at thirty commands an hour, one notice an hour, on every kind of object.
func TestAFloodCostsFewWritesAnHour(t *testing.T) {
	w := newWorld(t, lifecycle.English)
	w.look()
	begin := w.c.Now
	for i := range 1000 {
		w.said(begin.Add(time.Duration(i)*time.Second), "passer-by", "/approve")
	}
	for hour := range 4 {
		w.c.Now = begin.Add(time.Duration(hour)*time.Hour + 20*time.Minute)
		writes := strings.Split(w.look(), "\n")
		if len(writes) > 33 || !slices.Contains(writes, "#3: comment pause") {
			t.Errorf("hour %d: %d writes: %v", hour, len(writes), writes)
		}
		if want := begin.Add(time.Duration(hour+1) * time.Hour); !w.due.Equal(want) {
			t.Errorf("hour %d: due %s, want %s", hour, w.due, want)
		}
	}
	p := newProblemWorld(t, lifecycle.English)
	d := newDataWorld(t, lifecycle.English)
	p.expect("opened", "#2: post the sticky")
	d.expect("opened", "#5: post the sticky @dora-de @rui-sme")
	for range 31 {
		p.said(p.c.Now.Add(time.Second), "passer-by", "/status")
		d.said(d.c.Now.Add(time.Second), "passer-by", "/status")
	}
	for name, effects := range map[string][]engine.Effect{"problem": p.decide(), "data": d.decide()} {
		if len(effects) != 31 {
			t.Errorf("%s: %d writes, want 30 reactions and a notice", name, len(effects))
		}
	}
}

func TestEntriesReadNoMoreThanTheyAnswer(t *testing.T) {
	comments := []facts.Comment{
		{ID: 1, Author: who("a"), Body: "Yes!"}, {ID: 2, Author: who("a"), Body: "/approve", Touched: true},
		{ID: 3, Author: facts.Person{ID: 9, Login: "x[bot]", Bot: true}, Body: "/approve"}, {ID: 4, Author: who("a"), Body: strings.Repeat("ok ", 30)},
		{ID: 5, Own: true, Body: markdown.Text("hello")},
	}
	if got := engine.Entries(engine.Place{Repo: "a/b", Issue: 1}, comments, nil); len(got) != 1 || got[0].Near != lifecycle.Approve {
		t.Errorf("entries: %+v", got)
	}
}
