package acceptance_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// languages are those the story is played in.
var languages = []lifecycle.Lang{lifecycle.English, lifecycle.Portuguese}[:played]

// The story, row by row: the effects of each row are those listed, and no others; the comments say what
// they must; the invariants that can be checked at any moment hold after each row.
func TestStory(t *testing.T) {
	t.Parallel()
	all := expected(t)
	final := map[lifecycle.Lang]snapshot{}
	t.Run("languages", func(t *testing.T) {
		results := make([]snapshot, len(languages))
		t.Cleanup(func() {
			for i, lang := range languages {
				final[lang] = results[i]
			}
		})
		for i, lang := range languages {
			t.Run(string(lang), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, lang)
				w.watched = true
				rows := chapters()
				for _, r := range rows {
					w.playRow(t, r, all)
				}
				results[i] = w.look()
				if len(rows) == len(story()) {
					all.ends(t, results[i])
				}
				w.endOfStory()
			})
		}
	})
	if played == len(lifecycle.Langs) {
		sameButForWords(t, final[lifecycle.English], final[lifecycle.Portuguese])
	}
}

// playRow plays one row and compares what came of it with what must.
func (w *world) playRow(t *testing.T, r row, all scenario) {
	t.Run(fmt.Sprintf("row %02d", r.n), func(t *testing.T) {
		outer := w.t
		w.t = t
		defer func() { w.t = outer }()

		if w.stands == nil {
			first := w.look()
			w.stands = &first
		}
		before := *w.stands
		w.commands = nil
		r.play(w)
		after := w.look()
		w.stands = &after

		got := w.diff(before, after)
		w.adopt(after)
		want := all.expectedFor(r)
		if d := differ(want, got); d != "" {
			t.Errorf("what Phasegate did is not what row %d expects (-want +got):\n%s", r.n, d)
		}
		w.invariants(after)
		w.rowMentions(r, before, after)
		w.ownEvents()
		if r.said != nil && !t.Failed() {
			r.said(w, told{before, after})
		}
	})
}

// rowMentions is invariant 8: who is mentioned in the row's new comments and, after it, in the stickies.
func (w *world) rowMentions(r row, before, after snapshot) {
	w.t.Helper()
	var fresh []commentState
	for _, i := range after.Issues {
		fresh = append(fresh, newComments(before, after, i.Number)...)
	}
	if len(fresh) != len(r.mentions) {
		w.t.Errorf("%d new comments, expected %d", len(fresh), len(r.mentions))
		return
	}
	for i, c := range fresh {
		got := mentioned(w.t, c.Body)
		for _, login := range r.mentions[i].must {
			if !slices.Contains(got, login) {
				w.t.Errorf("a comment does not mention %s, only %v:\n%s", login, got, seen(w.t, c.Body))
			}
		}
		for _, login := range got {
			if !slices.Contains(r.mentions[i].must, login) && !slices.Contains(r.mentions[i].may, login) {
				w.t.Errorf("a comment mentions %s, who is not to be called:\n%s", login, seen(w.t, c.Body))
			}
		}
	}
	var anybody []string
	for _, logins := range r.awaited {
		anybody = append(anybody, logins...)
	}
	for n := range after.Issues {
		i := &after.Issues[n]
		c := i.sticky()
		if c == nil {
			continue
		}
		want := slices.Sorted(slices.Values(r.awaited[i.Number]))
		got := slices.DeleteFunc(mentioned(w.t, c.Body), func(login string) bool {
			return slices.Contains(r.besides[i.Number], login) && !slices.Contains(want, login)
		})
		if slices.Contains(i.Labels, lifecycle.Problem.Label()) {
			got = slices.DeleteFunc(got, func(login string) bool { return slices.Contains(anybody, login) })
		}
		if !slices.Equal(got, want) {
			w.t.Errorf("the sticky of #%d mentions %v, awaited are %v:\n%s", i.Number, got, want, seen(w.t, c.Body))
		}
	}
}

// invariants checks what must hold at any moment: exactly one phase on a deliverable and none
// elsewhere, one sticky on what has one and none elsewhere.
func (w *world) invariants(s snapshot) {
	w.t.Helper()
	for _, i := range s.Issues {
		phases, stickies := 0, 0
		for _, l := range i.Labels {
			if strings.HasPrefix(l, "phase:") {
				phases++
			}
		}
		for _, c := range i.Comments {
			if c.sticky() {
				stickies++
			}
		}
		deliverable := slices.Contains(i.Labels, lifecycle.Deliverable.Label())
		if deliverable && phases != 1 || !deliverable && phases != 0 {
			w.t.Errorf("#%d has %d phases: %v", i.Number, phases, i.Labels)
		}
		has := deliverable || slices.Contains(i.Labels, lifecycle.Problem.Label()) || slices.Contains(i.Labels, lifecycle.Data.Label())
		if has && stickies != 1 || !has && stickies > 0 && !(i.Pull && judgesMetrics && stickies == 1) {
			w.t.Errorf("#%d has %d stickies: %v", i.Number, stickies, i.Labels)
		}
	}
}

// ownEvents is invariant 3: what the bot's own writing sends causes no write, however often it comes.
func (w *world) ownEvents() {
	w.t.Helper()
	var own []delivery
	for _, d := range w.deliveriesAfter(w.checked) {
		if !d.Redelivery && d.payload().Sender.Login == botLogin {
			own = append(own, d)
		}
		w.checked = max(w.checked, d.ID)
	}
	if len(own) == 0 {
		return
	}
	w.noWrite("the bot's own events again", func() {
		for _, d := range own {
			w.redeliver(d.ID)
		}
	})
}

// stickySays checks a sticky in the middle of a row.
func (w *world) stickySays(number int, facts ...text) {
	w.t.Helper()
	if c := w.stickyNow(number); c != nil {
		w.says(fmt.Sprintf("the sticky of #%d", number), c.Body, facts...)
	}
}

// stickyMentions checks whom a sticky mentions in the middle of a row.
func (w *world) stickyMentions(number int, logins ...string) {
	w.t.Helper()
	if c := w.stickyNow(number); c != nil {
		if got := mentioned(w.t, c.Body); !slices.Equal(got, logins) {
			w.t.Errorf("the sticky of #%d mentions %v, want %v", number, got, logins)
		}
	}
}

// stickyNow reads a sticky; nil, with an error, where there is none, and nil where nobody watches.
func (w *world) stickyNow(number int) *commentState {
	w.t.Helper()
	if !w.watched {
		return nil
	}
	i := issueState{Comments: w.commentsOf(number)}
	c := i.sticky()
	if c == nil {
		w.t.Errorf("#%d has no sticky", number)
	}
	return c
}

// sameButForWords is invariant 9: the two languages have the same labels, comments, reactions and
// numbers; only what is written differs.
func sameButForWords(t *testing.T, en, pt snapshot) {
	t.Helper()
	if len(en.Issues) == 0 || len(pt.Issues) == 0 {
		t.Log("the story was not played to its end in both languages: they are not compared")
		return
	}
	outline := func(s snapshot) []string {
		var out []string
		for _, i := range s.Issues {
			out = append(out, fmt.Sprintf("#%d %s %v", i.Number, i.State, i.Labels))
			for _, c := range i.Comments {
				out = append(out, fmt.Sprintf("#%d %s sticky=%t %v", i.Number, c.Author, c.sticky(), c.Reactions))
			}
		}
		return out
	}
	if d := cmp.Diff(outline(en), outline(pt)); d != "" {
		t.Errorf("the languages do not come out the same (-en +pt-BR):\n%s", d)
		return
	}
	for n := range en.Issues {
		if i := en.Issues[n]; i.Author == botLogin && (i.Title == pt.Issues[n].Title || i.Body == pt.Issues[n].Body) {
			t.Errorf("#%d is the same in both languages: %q", i.Number, i.Title)
		}
		for k, c := range en.Issues[n].Comments {
			if k < len(pt.Issues[n].Comments) && c.bot() && seen(t, c.Body) == seen(t, pt.Issues[n].Comments[k].Body) {
				t.Errorf("#%d, comment %d is the same in both languages: %s", en.Issues[n].Number, k+1, seen(t, c.Body))
			}
		}
	}
}
