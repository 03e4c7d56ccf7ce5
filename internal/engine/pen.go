package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/templates"
)

// maxComment is how many characters GitHub allows in a comment.
const maxComment = 65536

// pen gathers the writes to one issue, in order.
type pen struct {
	key       Key
	issue     facts.Issue
	now       time.Time
	printer   templates.Printer
	signer    Signer
	changes   []facts.LabelChange
	answered  map[int64]bool  // comments that have their reply
	explained map[string]bool // events that were explained
	refused   refusals        // what earlier replies refused
	replies   []reply         // that the same command given again is added to, oldest first
	effects   []Effect
	reactions []Effect  // put after everything that blocks or moves
	due       time.Time // when to look again; zero for never
	err       error     // the first that happened; nothing is to be carried out then
	place     int       // of the command that is being answered in its comment
	accepted  bool      // the command that is being answered was accepted, whatever is replied
}

// recall takes in what the records among the entries say of earlier comments.
func (p *pen) recall(entries []Entry) {
	p.answered, p.explained, p.refused = map[int64]bool{}, map[string]bool{}, refusalsIn(entries)
	commands := map[int64]Entry{}
	for _, e := range entries {
		if e.Record == nil {
			commands[e.Comment.ID] = e
			continue
		}
		r := *e.Record
		p.explained[r.Event] = true
		if r.Kind != Replied {
			continue
		}
		for _, c := range append([]int64{r.Cause}, r.Causes...) {
			p.answered[c] = true
		}
		if first, ok := commands[r.Cause]; ok && first.toNoEffect(r.Refused) {
			p.replies = append(p.replies, reply{by: first.Comment.Author, asks: first.asks(), at: e.Comment.Created, comment: e.Comment.ID, effect: -1,
				text: markdown.Visible(e.Comment.Body), record: r})
		}
	}
}

// comment writes a comment with its signed record, and returns the record; nil after an error.
func (p *pen) comment(r Record, text string) *Record {
	signed, body := p.recorded(r, text)
	if signed != nil {
		p.effects = append(p.effects, PostComment{p.issue.Number, signed, body})
	}
	return signed
}

// recorded is the body of a comment that records r, and the record as it was signed; nil after an error.
func (p *pen) recorded(r Record, text string) (*Record, string) {
	if r.Kind.answers() {
		r.Place = p.place
	}
	r.Repo, r.RepoID, r.Issue = p.key.FullName(), p.issue.Repository, p.issue.Number
	if r.At.IsZero() {
		r.At = p.now
	}
	r.Reason = markdown.Truncate(r.Reason, maxReason)
	signed, err := p.signer.Sign(r)
	if err != nil {
		p.fail(err)
		return nil, ""
	}
	block, err := markdown.EncodeBlock(string(r.Kind), signed)
	if err != nil {
		p.fail(fmt.Errorf("encode the %s record of %s#%d: %w", r.Kind, r.Repo, r.Issue, err))
		return nil, ""
	}
	return &signed, text + "\n" + block + "\n"
}

// decision is what was gathered.
func (p *pen) decision() (Decision, error) {
	return Decision{Effects: p.effects, Due: p.due}, p.err
}

// again asks for another look at that time, or at an earlier one that was asked for.
func (p *pen) again(at time.Time) {
	if p.due.IsZero() || at.Before(p.due) {
		p.due = at
	}
}

// lookWhenEnds asks for another look when the first of the delegations that hold now ends.
func (p *pen) lookWhenEnds(lent []facts.Delegation) {
	for _, l := range lent {
		if p.now.Before(l.Until) {
			p.again(l.Until)
		}
	}
}

func (p *pen) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

// setLabels brings the labels that want names in line, and explains once what a person changed by hand.
func (p *pen) setLabels(want map[string]bool) {
	set := SetLabels{Issue: p.issue.Number}
	for _, l := range lifecycle.Labels() {
		wanted, ours := want[l.Name]
		if !ours {
			continue
		}
		switch has := p.issue.Has(l.Name); {
		case wanted && !has:
			set.Add = append(set.Add, l.Name)
		case !wanted && has:
			set.Remove = append(set.Remove, l.Name)
		}
	}
	if len(set.Add)+len(set.Remove) == 0 {
		return
	}
	for _, l := range set.Remove {
		p.explain(l, true)
	}
	for _, l := range set.Add {
		p.explain(l, false)
	}
	p.effects = append(p.effects, set)
}

// explain answers the newest change of a label that is undone now, if a person made it.
func (p *pen) explain(label string, added bool) {
	for i := len(p.changes) - 1; i >= 0; i-- {
		change := p.changes[i]
		if change.Label != label {
			continue
		}
		if !change.Own && !change.Actor.Bot && change.Added == added && !p.explained[change.ID] {
			p.comment(Record{Kind: Explained, Event: change.ID}, p.printer.LabelUndone(change.Actor.Login, label, added))
		}
		return
	}
}

// putSticky writes the sticky, or edits it when what it says is no longer so. The ledger stands in it
// whole; what people read is shortened to what is left of the longest comment.
func (p *pen) putSticky(sticky *facts.Comment, write func(templates.Printer) string, ledger any) {
	body, err := p.stickyBody(write, ledger)
	switch {
	case err != nil:
		p.fail(err)
	case sticky == nil:
		p.effects = append(p.effects, PostComment{Issue: p.issue.Number, Body: body})
	case sticky.Body != body:
		p.effects = append(p.effects, EditComment{Issue: p.issue.Number, Comment: sticky.ID, Body: body})
	}
}

// shows reports whether the sticky is already what write makes of the ledger.
func (p *pen) shows(sticky *facts.Comment, write func(templates.Printer) string, ledger any) bool {
	if sticky == nil {
		return false
	}
	body, err := p.stickyBody(write, ledger)
	return err == nil && body == sticky.Body
}

func (p *pen) stickyBody(write func(templates.Printer) string, ledger any) (string, error) {
	block, err := markdown.EncodeBlock("sticky", ledger)
	if err != nil {
		return "", fmt.Errorf("encode the ledger of %s#%d: %w", p.key.FullName(), p.issue.Number, err)
	}
	hidden := "\n" + block + "\n"
	return write(p.printer.Within(maxComment-utf8.RuneCountInString(hidden))) + hidden, nil
}

// rebuiltShown is how long a sticky says that somebody else had edited it.
const rebuiltShown = 7 * 24 * time.Hour

// rebuilt is when the sticky was made anew because somebody else had edited it: now, or as its ledger
// has it; zero when that is long ago or never was.
func (p *pen) rebuilt(sticky *facts.Comment, now bool) time.Time {
	if now || sticky != nil && sticky.Touched {
		p.again(p.now.Add(rebuiltShown))
		return p.now
	}
	var ledger struct {
		Rebuilt time.Time `json:"rebuilt"`
	}
	if sticky == nil {
		return time.Time{}
	}
	b := stickyBlock(sticky.Body)
	if b == nil || b.Decode(&ledger) != nil || ledger.Rebuilt.IsZero() || !p.now.Before(ledger.Rebuilt.Add(rebuiltShown)) {
		return time.Time{}
	}
	p.again(ledger.Rebuilt.Add(rebuiltShown))
	return ledger.Rebuilt
}

// refusals are, by comment, the places of its commands that a reply refused; -1 stands for all.
type refusals map[int64][]int

// refusalsIn reads what the records among the entries refused.
func refusalsIn(entries []Entry) refusals {
	refused := refusals{}
	for _, e := range entries {
		if e.Record == nil || e.Record.Kind != Replied {
			continue
		}
		refused[e.Record.Cause] = append(refused[e.Record.Cause], e.Record.Refused...)
		for _, c := range e.Record.Causes {
			refused[c] = append(refused[c], -1)
		}
	}
	return refused
}

func (r refusals) has(comment int64, place int) bool {
	return slices.Contains(r[comment], place) || slices.Contains(r[comment], -1)
}

// joinReplies is one reply of several.
func joinReplies(replies []string) string { return strings.Join(replies, "\n") }
