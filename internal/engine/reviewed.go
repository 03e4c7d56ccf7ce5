package engine

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/templates"
)

// stale says whether an issue is to carry context:stale: when Phasegate's newest change of the label put
// it there and nobody has updated the context since. owned is false where no change of the label is
// known: it then stays as it is.
func stale(i facts.Issue, changes []facts.LabelChange, updated time.Time) (want, owned bool) {
	if i.Closed {
		return false, true
	}
	known := false
	for _, c := range slices.Backward(changes) {
		if c.Label != lifecycle.ContextStale {
			continue
		}
		known = true
		if c.Own {
			return c.Added && !updated.After(c.At), true
		}
	}
	return false, known
}

// bodyUpdated is when a person last wrote an issue's text; what Phasegate wrote since hides when that was.
func bodyUpdated(i facts.Issue) time.Time {
	if i.BodyEdited.After(i.Created) && !i.EditedOwn {
		return i.BodyEdited
	}
	return i.Created
}

// reviewedAt is when somebody with a role last wrote `/reviewed`; zero for never.
func reviewedAt(entries []Entry, r rights) time.Time {
	var at time.Time
	standing(entries, func(e Entry, _ int, cmd Command) {
		c := e.Comment
		if cmd.Name == lifecycle.Reviewed && c.Created.After(at) && (c.Answer == facts.Counted || r.any(c)) {
			at = c.Created
		}
	})
	return at
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// LedgerNote is what somebody noted when they found a context still true.
type LedgerNote struct {
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	Text    string    `json:"text"`
	Comment int64     `json:"comment"`
}

// noteText is how much of a note is kept.
const noteText = 300

// noteOf is the note that a `/reviewed` leaves; nil for one that says nothing.
func noteOf(c facts.Comment, text string) *LedgerNote {
	if text = oneLine(text, noteText); text == "" {
		return nil
	}
	return &LedgerNote{By: c.Author.Login, At: c.Created, Text: text, Comment: c.ID}
}

// newer reports whether the note is to take the other one's place.
func newer(n, than *LedgerNote) bool { return n != nil && (than == nil || n.Comment > than.Comment) }

// ReviewedArgs are the arguments of `/reviewed [#N…|all]` in a meeting.
type ReviewedArgs struct {
	Numbers []int
	All     bool // those that are marked as not updated
	Note    string
}

var reviewedNumber = regexp.MustCompile(`^#([0-9]{1,9})[,;.:]?$`)

// ParseReviewed reads the arguments of a `/reviewed` in a meeting; false when it names no context.
func ParseReviewed(cmd Command) (ReviewedArgs, bool) {
	var a ReviewedArgs
	words := strings.Fields(cmd.Args)
	for len(words) > 0 {
		word := lifecycle.Fold(strings.TrimRight(words[0], ",;.:"))
		if m := reviewedNumber.FindStringSubmatch(words[0]); m != nil {
			n, _ := strconv.Atoi(m[1]) // the pattern has digits only
			if !slices.Contains(a.Numbers, n) {
				a.Numbers = append(a.Numbers, n)
			}
		} else if all := word == "all" || word == "todos" || word == "todas"; all && len(a.Numbers) == 0 && !a.All {
			a.All = true
		} else if word != "and" && word != "e" || len(a.Numbers) == 0 {
			break
		}
		words = words[1:]
	}
	a.Note = strings.TrimSpace(strings.Join(words, " "))
	if a.Note == "" {
		a.Note = strings.TrimSpace(cmd.Text)
	}
	return a, a.All || len(a.Numbers) > 0
}

// contexts are the open issues whose context can be found still true; true where it is marked as not
// updated.
func (c chart) contexts() map[int]bool {
	out := map[int]bool{}
	for n, o := range c.objects {
		if !o.Closed && o.kind != "" && o.kind != lifecycle.Meeting {
			out[n] = o.Has(lifecycle.ContextStale)
		}
	}
	return out
}

// unknown lists the numbers that are no open context.
func (a ReviewedArgs) unknown(contexts map[int]bool) []string {
	var out []string
	for _, n := range a.Numbers {
		if _, ok := contexts[n]; !ok {
			out = append(out, fmt.Sprintf("#%d", n))
		}
	}
	return out
}

// notesIn are, by the context that is named, the newest notes that a meeting's `/reviewed` left; those
// that are not answered yet count as they will.
func notesIn(entries []Entry, i facts.Issue, r rights, contexts map[int]bool) map[int]*LedgerNote {
	out := map[int]*LedgerNote{}
	standing(entries, func(e Entry, _ int, cmd Command) {
		c := e.Comment
		args, ok := ParseReviewed(cmd)
		if cmd.Name != lifecycle.Reviewed || !ok || afterwards(c, i) || c.Answer == "" && (!r.any(c) || len(args.unknown(contexts)) > 0) {
			return
		}
		for _, n := range args.Numbers {
			if note := noteOf(c, args.Note); newer(note, out[n]) {
				out[n] = note
			}
		}
	})
	return out
}

// close takes off a closed issue what says that something is expected of it.
func (b *bench) close() {
	set := SetLabels{Issue: b.Issue.Number}
	for _, l := range []string{lifecycle.ContextStale, lifecycle.StateLive} {
		if b.Issue.Has(l) {
			set.Remove = append(set.Remove, l)
		}
	}
	if !b.Gone && len(b.Issue.KindsOf()) > 0 && len(set.Remove) > 0 {
		b.plan.Effects = append(b.plan.Effects, set)
	}
	b.forgetPulls()
}

// forgetPulls takes out of a closed deliverable's ledger what its pull requests were judged by: they are looked
// at when it is closed, and again when it is opened anew.
func (b *bench) forgetPulls() {
	o, sticky := b.chart.self, stickyOf(b.Comments)
	if b.Gone || o == nil || o.kind != lifecycle.Deliverable || o.ledger.Pulls == "" || sticky == nil || !sticky.Own {
		return
	}
	ledger := o.ledger.Ledger
	ledger.Pulls = ""
	d := pen{key: b.Key, issue: b.Issue}
	d.putSticky(sticky, func(templates.Printer) string { return markdown.Visible(sticky.Body) + "\n" }, ledger)
	b.plan.Effects = append(b.plan.Effects, d.effects...)
}
