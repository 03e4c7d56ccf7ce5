package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// writes sets what an item says, with a fingerprint of its own for each text.
func (w *world) writes(item checks.Item, text string) {
	now, words := checks.Prints{}, map[checks.Item]string{}
	for i, p := range w.c.Design.Now {
		now[i] = p
	}
	for i, t := range w.c.Words {
		words[i] = t
	}
	now[item], words[item] = checks.Fingerprint(text), text
	w.c.Design.Now, w.c.Words = now, words
	w.c.Now = w.c.Now.Add(time.Minute)
}

// newest is the newest comment that records kind.
func (w *world) newest(kind string) string {
	for i := len(w.comments) - 1; i >= 0; i-- {
		if c := w.comments[i]; strings.Contains(c.Body, "phasegate:"+kind+" ") {
			return markdown.Visible(c.Body)
		}
	}
	return ""
}

const threeRows = "recall_top_decile at least 0.40 · saved_customers at least 1500 · psi_score at most 0.20"

// Rule 8: the comment shows old → new.
func TestRule8AVoidCommentShowsOldAndNew(t *testing.T) {
	for _, lang := range lifecycle.Langs {
		w := newWorld(t, lang)
		w.writes(checks.ItemMetrics, threeRows)
		w.writes(checks.ItemBudget, "40000 BRL")
		w.look()
		w.says("sara-ds", "/advance development")
		w.look()
		w.says("helena-bs", "/approve")
		w.look()
		w.writes(checks.ItemMetrics, strings.Replace(threeRows, "0.40", "0.45", 1))
		w.writes(checks.ItemBudget, "60000 BRL")
		w.expect("two things change", "#3: comment void @helena-bs\nedit the sticky")
		want := map[lifecycle.Lang]string{
			lifecycle.English: "**@helena-bs: what you approved has changed (metric table and budget). Please look again.**\n\n" +
				"- metric table: “recall_top_decile at least 0.40” → “recall_top_decile at least 0.45”\n- budget: “40000 BRL” → “60000 BRL”\n\n" +
				"A new comment with `/approve` says yes to what stands there now.",
			lifecycle.Portuguese: "**@helena-bs: o que você aprovou mudou (tabela de métricas e orçamento). Por favor, revise.**\n\n" +
				"- tabela de métricas: “recall_top_decile at least 0.40” → “recall_top_decile at least 0.45”\n- orçamento: “40000 BRL” → “60000 BRL”\n\n" +
				"Um novo comentário com `/aprovar` diz sim ao que está lá agora.",
		}[lang]
		if got := w.newest("void"); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

// The old side is what the person had approved, also when that was published silently or by an earlier
// void comment.
func TestTheOldSideIsWhatWasApproved(t *testing.T) {
	w := asked(t)
	w.writes(checks.ItemBudget, "1 BRL")
	w.expect("nobody has approved the budget yet", "edit the sticky")
	w.writes(checks.ItemBudget, "2 BRL")
	w.expect("nor now", "edit the sticky")
	w.says("helena-bs", "/approve")
	w.expect("approved at 2", "+1 to helena-bs\nedit the sticky")
	w.writes(checks.ItemBudget, "3 BRL")
	w.expect("3", "#3: comment void @helena-bs\nedit the sticky")
	if got := w.newest("void"); !strings.Contains(got, "- budget: “2 BRL” → “3 BRL”") {
		t.Errorf("got %s", got)
	}
	w.says("helena-bs", "/approve")
	w.expect("approved at 3", "+1 to helena-bs\nedit the sticky")
	w.writes(checks.ItemContext, "something else")
	w.expect("the context", "#3: comment void @helena-bs\nedit the sticky")
	w.says("helena-bs", "/approve")
	w.look()
	w.writes(checks.ItemBudget, "4 BRL")
	w.expect("4", "#3: comment void @helena-bs\nedit the sticky")
	if got := w.newest("void"); !strings.Contains(got, "- budget: “3 BRL” → “4 BRL”") {
		t.Errorf("got %s", got)
	}
}

func TestWhatIsShownOfAChange(t *testing.T) {
	long := strings.Repeat("The customers of the postpaid plans leave. ", 20)
	rows := strings.Repeat("row · ", 3000)
	for _, c := range []struct{ name, old, now, want string }{
		{"a row is taken out", threeRows, "recall_top_decile at least 0.40 · psi_score at most 0.20", "taken out: “saved_customers at least 1500”"},
		{"a row is new", "recall_top_decile at least 0.40", "recall_top_decile at least 0.40 · psi_score at most 0.20", "new: “psi_score at most 0.20”"},
		{"emptied", "40000 BRL", "", "taken out: “40000 BRL”"},
		{"nothing is known of it", "", "40000 BRL", ""},
		{"one word of a long text", long + "Few return. " + long, long + "None return. " + long, "postpaid plans leave. Few return. The customers"},
		{"beyond what is kept", rows + "a", rows + "b", ""},
		{"a long text beyond what is kept", strings.Repeat("x", 20000) + "a", strings.Repeat("x", 20000) + "b", ""},
		{"the first of many rows", "a 1 · " + rows, "a 2 · " + rows, "“a 1” → “a 2”"},
		{"mentions and markup", "@everyone <b>1</b>", "@everyone <b>2</b>", "&lt;b>1&lt;/b>” → “@\u200beveryone"},
	} {
		w := newWorld(t, lifecycle.English)
		w.writes(checks.ItemBudget, c.old)
		w.look()
		w.says("sara-ds", "/advance development")
		w.look()
		w.says("helena-bs", "/approve")
		w.look()
		w.writes(checks.ItemBudget, c.now)
		w.look()
		got := w.newest("void")
		if got == "" || len(got) > 3000 || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %s", c.name, got)
		}
		if c.want == "" && strings.Contains(got, "- budget") {
			t.Errorf("%s: shows a change it cannot know: %s", c.name, got)
		}
	}
}

func TestDataThatChangesShowsOldAndNew(t *testing.T) {
	d := newDataWorld(t, lifecycle.English)
	d.words = "Period: 24 months\nGrain: customer and month"
	d.expect("opened", "#5: post the sticky @dora-de @rui-sme")
	d.says("dora-de", "/approve")
	d.says("rui-sme", "/approve")
	d.expect("validated", "#5: labels +data:validated\n+1 to dora-de\n+1 to rui-sme\nedit the sticky")
	d.print, d.words, d.edited = "v2", "Period: 12 months\nGrain: customer and month", d.c.Now.Add(time.Minute)
	d.c.Now = d.c.Now.Add(2 * time.Minute)
	d.expect("edited", "#5: comment void @dora-de @rui-sme\n#5: labels -data:validated\nedit the sticky")
	if got := d.newest("void"); !strings.Contains(got, "- data requirements: “Period: 24 months” → “Period: 12 months”") {
		t.Errorf("got %s", got)
	}
}

// One who said yes before the other did is told as well when it changes; who was not asked is not.
func TestDataThatChangesBeforeItIsValidated(t *testing.T) {
	d := newDataWorld(t, lifecycle.English)
	d.words = "Grain: customer"
	d.expect("opened", "#5: post the sticky @dora-de @rui-sme")
	d.says("dora-de", "/approve")
	d.expect("one of two", "+1 to dora-de\nedit the sticky")
	edit := func(print string) {
		d.print, d.words, d.edited = print, "Grain: "+print, d.c.Now.Add(time.Minute)
		d.c.Now = d.c.Now.Add(2 * time.Minute)
	}
	edit("v2")
	d.expect("edited", "#5: comment void @dora-de\nedit the sticky")
	if got := d.newest("void"); !strings.Contains(got, "“Grain: customer” → “Grain: v2”") {
		t.Errorf("got %s", got)
	}
	edit("v3")
	d.expect("edited again, with nobody's yes on it", "")
	d.says("rui-sme", "/approve")
	d.expect("the other", "+1 to rui-sme\nedit the sticky")
	d.says("dora-de", "/approve")
	d.expect("and again", "#5: labels +data:validated\n+1 to dora-de\nedit the sticky")
	d.c.Roster = facts.Roster{}
	edit("v4")
	d.expect("nobody is left to look again", "#5: labels -data:validated\nedit the sticky")
}

// However often a text is edited, and approved in between, the ledger stays small and nobody's yes is
// taken for what they did not see.
func TestManySilentEditsFitIntoTheLedger(t *testing.T) {
	w := asked(t)
	first := w.c.Design.Now[checks.ItemMetrics]
	for i := range 90 {
		w.writes(checks.ItemBudget, fmt.Sprintf("%d %s", i, strings.Repeat("<", 500)))
		w.look()
		if i%2 == 0 {
			// Nobody who guards the budget: so its changes stay silent, each with an answer to it.
			w.c.Now = w.c.Now.Add(5 * time.Minute)
			w.says("dora-de", "/approve")
			w.look()
		}
	}
	if n := len(w.c.Silent); n > 42 {
		t.Errorf("%d publications in the ledger", n)
	}
	body := w.comments[w.index(w.sticky)].Body
	if len(body) > 40000 {
		t.Errorf("the sticky has %d bytes", len(body))
	}
	h := engine.Fold(w.c.Entries, w.c.Silent)
	if h.Yes[0].Bound[checks.ItemMetrics] != "" || h.Yes[len(h.Yes)-1].Bound[checks.ItemMetrics] != first {
		t.Errorf("the oldest yes is bound to %v, the newest to %v", h.Yes[0].Bound, h.Yes[len(h.Yes)-1].Bound)
	}
	if !strings.Contains(w.stickyText(), "1 of 4") {
		t.Error("dora's yes does not count any more")
	}
}
