package acceptance_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"

	"github.com/phasegate/phasegate/internal/hubsim"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

const maxText = 65536 // characters of a body or comment on GitHub

// newProject starts a system whose project has its config and labels from the beginning.
func newProject(t *testing.T) *world {
	t.Helper()
	return projectOf(t, cast(), config(lifecycle.English))
}

// projectOf is newProject with another cast and config.
func projectOf(t *testing.T, seed *hubsim.Seed, config string) *world {
	t.Helper()
	valid(t, configPath, config)
	seed.Files[configPath] = config
	for _, l := range lifecycle.Labels() {
		seed.Labels = append(seed.Labels, hubsim.SeedLabel{Name: l.Name, Color: l.Color, Description: l.Text[lifecycle.English]})
	}
	w := worldOf(t, lifecycle.English, seed)
	w.at("2026-01-06 11:00")
	return w
}

// botComments lists the bot's comments on an issue.
func (w *world) botComments(number int) []commentState {
	w.t.Helper()
	return slices.DeleteFunc(w.commentsOf(number), func(c commentState) bool { return !c.bot() })
}

// harmless fails if a comment of the bot is too long, mentions somebody who is not awaited, turns the
// direction of text, or shows HTML or links of outsiders.
func (w *world) harmless(number int, awaited ...string) {
	w.t.Helper()
	for _, c := range w.botComments(number) {
		if n := utf8.RuneCountInString(c.Body); n > maxText {
			w.t.Errorf("a comment on #%d has %d characters", number, n)
		}
		for _, login := range mentioned(w.t, c.Body) {
			if !slices.Contains(awaited, login) {
				w.t.Errorf("a comment on #%d mentions %s:\n%s", number, login, seen(w.t, c.Body))
			}
		}
		if strings.ContainsAny(c.Body, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c") {
			w.t.Errorf("a comment on #%d holds marks that turn the direction of text", number)
		}
		for n := range parseMarkdown(w.t, c.Body).Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if slices.Contains([]string{"img", "script", "b", "iframe", "h1", "marquee"}, n.Data) {
				w.t.Errorf("a comment on #%d shows a <%s> of somebody else", number, n.Data)
			}
			for _, a := range n.Attr {
				if strings.Contains(a.Val, "evil.example") {
					w.t.Errorf("a comment on #%d links to %s", number, a.Val)
				}
			}
		}
	}
}

// hostile is a text with everything in it that could do something on GitHub.
const hostile = "@felix-se **bold** <b>html</b> <img src=x onerror=y> | cell [link](https://evil.example/a) https://evil.example/b " +
	"![img](https://evil.example/c) \u202eturned\u2066 &#64;mina-mle @acme-telco/data <!-- open `code # h1 #1 ~~x~~ $x$ \\"

func TestHostileTexts(t *testing.T) {
	t.Parallel()
	w := newProject(t)
	bad := same(hostile)
	p := problemForm("<= 4.0", "%").with(lifecycle.SecBudget, bad)
	p[lifecycle.SecMetrics] = table(metric{hostile, hostile, "goal", hostile, "%", "all", "manual", "@helena-bs"},
		metric{"saved_revenue", "business", "goal", "@tomas-ds", "", "all", "manual", "@tomas-ds"})
	w.open(1, "helena-bs", "Problem "+hostile, form(lifecycle.Problem, w.lang, p), "kind:problem")
	d := scoreForm().with(lifecycle.SecParent, same("#1")).with(lifecycle.SecRisk, text{"low", "baixo"}).with(lifecycle.SecBudget, bad)
	d = d.with(lifecycle.SecContext, bad).with(lifecycle.SecDataReqs, same("#3"))
	w.open(2, "sara-ds", "Deliverable "+hostile, form(lifecycle.Deliverable, w.lang, d), "kind:deliverable")
	w.open(3, "dora-de", "Data "+hostile, form(lifecycle.Data, w.lang, dataForm().with(lifecycle.SecParent, same("#2")).with(lifecycle.SecSource, bad)), "kind:data")
	s := supportForm().with(lifecycle.SecParent, same("#2"))
	w.open(4, "sara-ds", "Support "+hostile, form(lifecycle.SupportProblem, w.lang, s), "kind:support-problem")
	for n, awaited := range map[int][]string{1: nil, 2: nil, 3: {"dora-de", "rui-sme"}} {
		if len(w.botComments(n)) != 1 {
			t.Errorf("#%d has %d comments of the bot, want its sticky", n, len(w.botComments(n)))
		}
		w.harmless(n, awaited...)
	}

	w.edit(1, "helena-bs", form(lifecycle.Problem, w.lang, problemForm("<= 4.0", "%")))
	w.at("2026-01-06 12:00")
	w.comment(3, "dora-de", "/approve")
	w.comment(3, "rui-sme", "/approve")
	w.at("2026-01-06 12:10")
	w.comment(2, "sara-ds", "/advance development")
	w.at("2026-01-06 12:20")
	w.comment(2, "felix-se", "/object "+hostile)
	w.comment(2, "tomas-ds", "/approve as "+hostile)
	w.comment(2, "tomas-ds", "/"+hostile)
	w.comment(2, "tomas-ds", "/return design data: "+hostile)
	w.comment(1, "dora-de", "/delegate data-engineer @"+hostile)
	if got := w.look().issue(2).Labels; !slices.Contains(got, "gate:objected") {
		t.Errorf("the objection did not get through: %v", got)
	}
	// One technical role besides the requester's is awaited, and the requester learns of the objection.
	awaited := []string{"helena-bs", "dora-de", "tomas-ds", "felix-se", "mina-mle", "bento-be", "sara-ds"}
	for n, who := range map[int][]string{1: awaited, 2: awaited, 3: nil} {
		w.harmless(n, who...)
	}
	for _, c := range w.botComments(2) {
		if !slices.Contains(mentioned(t, c.Body), "helena-bs") && slices.Contains(mentioned(t, c.Body), "felix-se") {
			t.Errorf("a text mentioned felix-se:\n%s", seen(t, c.Body))
		}
	}
}

func TestLargestTexts(t *testing.T) {
	t.Parallel()
	w := newProject(t)
	pad := func(body string) string {
		return body + "\n\n" + strings.Repeat("é", maxText-utf8.RuneCountInString(body)-2)
	}
	w.open(1, "helena-bs", problemTitle, pad(form(lifecycle.Problem, w.lang, problemForm("<= 4.0", "%"))), "kind:problem")
	var rows []metric
	for i := range 500 {
		rows = append(rows, metric{fmt.Sprintf("metric_number_%d", i), "model", "goal", ">= 0." + strings.Repeat("1", 20), "ratio", "all", "ci", "@sara-ds"})
	}
	d := scoreForm().with(lifecycle.SecParent, same("#1")).with(lifecycle.SecMetrics, table(rows...))
	w.open(2, "sara-ds", scoreTitle, form(lifecycle.Deliverable, w.lang, d), "kind:deliverable")
	for i := range rows {
		rows[i].target = "about " + strings.Repeat("many ", 8)
	}
	d = d.with(lifecycle.SecMetrics, table(rows...))
	w.open(3, "sara-ds", scoreTitle+" 2", form(lifecycle.Deliverable, w.lang, d), "kind:deliverable")
	for n := 1; n <= 3; n++ {
		if got := w.botComments(n); len(got) != 1 || !got[0].sticky() {
			t.Errorf("#%d has %d comments of the bot, want its sticky", n, len(got))
		}
		w.harmless(n)
	}
	id := w.comment(2, "sara-ds", "/advance development")
	w.harmless(2)
	if got := reactionsOn(w.look(), id); !slices.Equal(got, []string{"confused"}) {
		t.Errorf("reactions %v", got)
	}
}

// Ten thousand command lines in one comment: one short reply and one reaction.
func TestTenThousandCommands(t *testing.T) {
	t.Parallel()
	w := newProject(t)
	w.open(1, "helena-bs", problemTitle, form(lifecycle.Problem, w.lang, problemForm("<= 4.0", "%")), "kind:problem")
	w.open(2, "sara-ds", scoreTitle, form(lifecycle.Deliverable, w.lang, scoreForm().with(lifecycle.SecParent, same("#1"))), "kind:deliverable")
	w.open(3, "dora-de", dataTitle, form(lifecycle.Data, w.lang, dataForm().with(lifecycle.SecParent, same("#2"))), "kind:data")
	for _, line := range []string{"/help\n", "/wat\n", "/advance deployment\n", "/o\n"} {
		for _, n := range []int{1, 2, 3} {
			before := len(w.botComments(n))
			body := strings.Repeat(line, min(10_000, maxText/len(line)))
			id := w.comment(n, "sara-ds", body)
			after := w.botComments(n)
			if len(after) > before+1 {
				t.Errorf("%q ten thousand times on #%d got %d replies", line, n, len(after)-before)
				continue
			}
			if len(after) > before {
				if reply := after[len(after)-1]; utf8.RuneCountInString(seen(t, reply.Body)) > 4000 {
					t.Errorf("the reply to %q has %d characters", line, utf8.RuneCountInString(seen(t, reply.Body)))
				}
			}
			if got := reactionsOn(w.look(), id); len(got) > 1 {
				t.Errorf("%q on #%d got the reactions %v", line, n, got)
			}
		}
	}
	w.at("2026-01-06 14:00") // whatever cap there is on one person's commands within an hour
	id := w.comment(3, "dora-de", "/approve")
	if got := reactionsOn(w.look(), id); !slices.Equal(got, []string{"+1"}) {
		t.Errorf("an approval after all that got the reactions %v", got)
	}
}
