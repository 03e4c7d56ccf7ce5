package engine

import (
	"strings"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/internal/metrics"
	"github.com/phasegate/phasegate/templates"
)

// Rewrite is what a `/target` or `/budget` has Phasegate write into an issue's text, or why it does not.
type Rewrite struct {
	Place  int // of the command in its comment, from 0
	Name   lifecycle.Command
	Metric string // the row's key, of a target
	// Old and New are what the text said and says now. Old is empty where it said so already: somebody was
	// faster, or it was written by a look that was cut short.
	Old, New string
	Reason   string
	Refusal  string // the reply to one that is not carried out; "" otherwise
}

// view is the rewrite as people are told of it.
func (r Rewrite) view(by string) templates.RewriteView {
	return templates.RewriteView{Budget: r.Name == lifecycle.SetBudget, Metric: r.Metric, Old: r.Old, New: r.New, By: by, Reason: r.Reason}
}

// rewriteAt is what was found of a comment's command.
func rewriteAt(all map[int64][]Rewrite, comment int64, place int) (Rewrite, bool) {
	for _, r := range all[comment] {
		if r.Place == place {
			return r, true
		}
	}
	return Rewrite{}, false
}

// rewrite writes what new commands ask for into the text of a deliverable or bigger problem, before
// anything is judged by it: what is answered is then true already. The text is edited first, and the
// command answered by a record; after a crash in between, the next look finds the text as it was to be
// and answers.
func (b *bench) rewrite() {
	o := b.chart.self
	if o == nil || b.Gone || b.Issue.Closed || o.kind != lifecycle.Deliverable && o.kind != lifecycle.Problem {
		return
	}
	entries, _, _ := b.read()
	w := rewriter{kind: o.kind, body: b.Issue.Body, pen: pen{key: b.Key, issue: b.Issue, now: b.Now, printer: b.printer()}, found: map[int64][]Rewrite{},
		options: metrics.ForKind(o.kind, b.Rules.Policy.Language, b.Issue.Author.Login)}
	w.rights = rights{b.Roster, b.chart.delegations(o)}
	if o.kind == lifecycle.Problem {
		w.rights.lent = nil
		for _, l := range o.ledger.Problem.Delegations {
			w.rights.lent = append(w.rights.lent, l.Delegation())
		}
	}
	w.read(b.ready(b.Issue, entries))
	b.rewrites = w.found
	if w.body != b.Issue.Body {
		b.plan.Effects = append(b.plan.Effects, EditIssue{Issue: b.Issue.Number, From: b.Issue.Body, Body: w.body})
		b.Issue.Body, b.Issue.BodyEdited, b.Issue.EditedOwn = w.body, b.Now, true
		b.chart = b.Snapshot.chart()
	}
}

// rewriter applies one comment after the other.
type rewriter struct {
	pen
	rights  rights
	kind    lifecycle.Kind
	body    string
	options metrics.Options
	found   map[int64][]Rewrite
}

func (w *rewriter) read(entries []Entry) {
	done := map[Ordered]bool{}
	for _, e := range entries {
		if r := e.Record; r != nil && r.Kind == Rewritten {
			done[Ordered{r.Cause, r.Place}] = true
		}
	}
	standing(entries, func(e Entry, place int, cmd Command) {
		c := e.Comment
		if c.Answer != "" || done[Ordered{c.ID, place}] || cmd.Name != lifecycle.SetTarget && cmd.Name != lifecycle.SetBudget {
			return
		}
		r, no := Rewrite{}, refusal{code: "stakeholder-only"}
		if w.rights.holds(c, lifecycle.BusinessStakeholder) {
			if r, no = w.target(cmd); cmd.Name == lifecycle.SetBudget {
				r, no = w.budget(cmd)
			}
		}
		r.Place, r.Name, r.Refusal = place, cmd.Name, w.refuse(c, cmd, no)
		w.found[c.ID] = append(w.found[c.ID], r)
	})
}

// maxBudget is how many characters of a budget are written.
const maxBudget = 2000

// budget replaces the budget section.
func (w *rewriter) budget(cmd Command) (Rewrite, refusal) {
	said := markdown.Truncate(reason(cmd), maxBudget)
	if markdown.Empty(said) {
		return Rewrite{}, refusal{code: "budget-text"}
	}
	old := w.section(lifecycle.SecBudget)
	text := paragraph(said)
	r := Rewrite{New: oneLine(said, maxBudget)}
	if markdown.Normalize(old) == markdown.Normalize(text) {
		return r, refusal{}
	}
	if !markdown.Empty(old) {
		r.Old = oneLine(markdown.Plain(old), maxBudget)
	}
	w.put(lifecycle.SecBudget, text)
	return r, refusal{}
}

// paragraph is what somebody wrote as a text that opens no section, table or mention; its lines stay.
func paragraph(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = markdown.Text(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func (w *rewriter) section(key lifecycle.SectionKey) string {
	for _, s := range markdown.Sections(w.body, lifecycle.Titles(w.kind)) {
		if s.Key == key {
			return s.Body
		}
	}
	return ""
}

// put writes a section; one that the text lacks is added at its end.
func (w *rewriter) put(key lifecycle.SectionKey, text string) {
	body, ok := markdown.ReplaceSection(w.body, lifecycle.Titles(w.kind), key, text)
	if !ok {
		body = strings.TrimRight(w.body, " \t\r\n") + "\n\n### " + templates.SectionTitle(w.printer.Lang, w.kind, key) + "\n\n" + text + "\n"
	}
	w.body = body
}

// target changes the target of one row of the metric table.
func (w *rewriter) target(cmd Command) (Rewrite, refusal) {
	section := w.section(lifecycle.SecMetrics)
	rows := metrics.NamedRows(section, w.options)
	said, why, _ := strings.Cut(strings.TrimSpace(cmd.Args), ":")
	if why = strings.TrimSpace(why); why == "" {
		why = strings.TrimSpace(cmd.Text)
	}
	name, target := metrics.CutName(rows, said)
	switch {
	case target == "":
		return Rewrite{}, refusal{code: "target-form", words: keysOf(rows)}
	case why == "":
		return Rewrite{}, refusal{code: "no-reason"}
	}
	changed, old, now, err := metrics.SetTarget(section, name, target, w.options)
	if err != nil {
		return Rewrite{}, refusal{code: "target-refused", why: err.Error()}
	}
	r := Rewrite{Metric: name, New: now, Reason: why}
	if row, err := metrics.Named(rows, name, w.options.Lang); err == nil {
		r.Metric, r.New = row.Key(), w.promise(changed, row.Key(), now)
	}
	if changed != section {
		r.Old = w.promise(section, r.Metric, old)
		w.put(lifecycle.SecMetrics, changed)
	}
	return r, refusal{}
}

// promise is a row's target in words; the cell as it stands where the row is wrong.
func (w *rewriter) promise(section, key, cell string) string {
	table, _ := metrics.ParseTable(section, w.options)
	if row, ok := table.Find(key); ok {
		return row.Target.Words(w.options.Lang)
	}
	return cell
}

func keysOf(rows []metrics.Row) []string {
	var out []string
	for _, row := range rows {
		out = append(out, row.Key())
	}
	return out
}

// rewritten answers a `/target` or `/budget` by a record that shows what changed.
func (d *problemDesk) rewritten(c facts.Comment) string {
	if d.carried[Ordered{c.ID, d.place}] {
		return ""
	}
	r, ok := rewriteAt(d.Rewrites, c.ID, d.place)
	if !ok || r.Refusal != "" {
		return r.Refusal
	}
	by := WhoIs(c.Author)
	d.comment(Record{Kind: Rewritten, Cause: c.ID, Requester: &by, Reason: r.Reason}, d.Printer.Rewritten(r.view(c.Author.Login)))
	return ""
}
