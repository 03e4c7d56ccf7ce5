package engine

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/templates"
)

// MeetingCase is a review meeting with all that its commands are judged by.
type MeetingCase struct {
	Key     Key
	Now     time.Time
	Printer templates.Printer
	Signer  Signer

	Issue        facts.Issue
	Entries      []Entry
	LabelChanges []facts.LabelChange
	Roster       facts.Roster
	People       map[string]facts.Person // accounts named in actions, by login in lower case
	Problems     []OpenProblem           // by number
	Contexts     map[int]bool            // open issues that `/reviewed` can name; true for one marked as not updated
}

// DecideMeeting works out the writes on a review meeting: what is accepted is written into its own text,
// once, whatever people write around it; labels that only other kinds have are taken off.
func DecideMeeting(c MeetingCase) (Decision, error) {
	d := meetingDesk{MeetingCase: c, body: c.Issue.Body}
	d.pen = pen{key: c.Key, issue: c.Issue, now: c.Now, printer: c.Printer, signer: c.Signer, changes: c.LabelChanges}
	d.recall(c.Entries)
	d.Entries = d.hold(c.Entries, func(p facts.Person) bool { return len(c.Roster.RolesOf(p)) > 0 })
	d.rights = meetingRights(c.Roster, c.Problems)
	d.read()
	if ourMeeting(c.Issue) {
		d.decisionLines()
	}
	d.finish()
	return d.decision()
}

type meetingDesk struct {
	MeetingCase
	pen
	rights rights
	body   string // as it will be
	fresh  []int  // contexts that lose their mark
}

// meetingRights are the rights in a meeting: roles lent at any open problem count.
func meetingRights(roster facts.Roster, problems []OpenProblem) rights {
	r := rights{roster: roster}
	for _, p := range problems {
		r.lent = append(r.lent, p.Lent...)
	}
	return r
}

func (d *meetingDesk) read() {
	for _, e := range d.Entries {
		c := e.Comment
		if e.Record != nil || c.Author.Bot || c.Hidden || c.Answer != "" {
			continue
		}
		if near := e.near(); near != "" {
			if !e.InWords && len(d.Roster.RolesOf(c.Author)) > 0 {
				d.respond(e, e.misunderstood(d.Printer.DidYouMean(c.Author.Login, near)))
			}
			continue
		}
		if len(e.Commands) > 0 {
			d.respond(e, d.carryOut(e, d.command))
		}
	}
}

// finish puts the writes in order: the text first, so that what is answered stands there already.
func (d *meetingDesk) finish() {
	replies := d.effects
	d.effects = nil
	if d.body != d.Issue.Body {
		d.effects = append(d.effects, EditIssue{Issue: d.Issue.Number, From: d.Issue.Body, Body: d.body})
	}
	slices.Sort(d.fresh)
	for _, n := range slices.Compact(d.fresh) {
		d.effects = append(d.effects, SetLabels{Issue: n, Remove: []string{lifecycle.ContextStale}})
	}
	d.effects = append(d.effects, replies...)
	want := notOfThisKind()
	want[lifecycle.ContextStale] = false
	d.setLabels(want)
	d.effects = append(d.effects, d.reactions...)
}

func (d *meetingDesk) command(c facts.Comment, cmd Command) string {
	switch cmd.Name {
	case lifecycle.Help:
		return d.Printer.Help()
	case lifecycle.Status:
		return ""
	case lifecycle.Action, lifecycle.Agenda, lifecycle.Decide, lifecycle.Reviewed:
		return d.refuse(c, cmd, d.accept(c, cmd))
	}
	return d.refuse(c, cmd, refusal{code: elsewhere(cmd)})
}

func (d *meetingDesk) accept(c facts.Comment, cmd Command) refusal {
	switch {
	case !d.rights.any(c):
		return refusal{code: "no-role"}
	case cmd.Name == lifecycle.Reviewed:
		return d.reviewed(cmd)
	case !ourMeeting(d.Issue):
		return refusal{code: "not-our-meeting"}
	case cmd.Name == lifecycle.Decide:
		k := court{roster: d.Roster, problems: d.Problems, meeting: d.Issue.Number}
		_, no := k.judge(c, d.place, cmd)
		return no // its problem numbers it; see decisionLines
	case cmd.Name == lifecycle.Action:
		return d.action(c, cmd)
	}
	text := oneLine(reason(cmd), itemText)
	if text == "" {
		return refusal{code: "agenda-text"}
	}
	return d.write(d.Printer.MeetingAgenda(), d.Printer.AgendaLine(text, c.Author.Login), Ordered{c.ID, d.place})
}

// itemText is how many characters of an action or a point are written.
const itemText = 300

var actionNumber = regexp.MustCompile(`(?m)^\s*[-*+] \[[ xX]\] \*\*A([0-9]{1,6})\*\*`)

// action writes a task for somebody. Numbers go on from the highest in the text.
func (d *meetingDesk) action(c facts.Comment, cmd Command) refusal {
	zone := d.Printer.Zone
	if zone == nil {
		zone = time.UTC
	}
	a, fault := ParseAction(cmd, c.Created, zone)
	if fault != "" {
		return refusal{code: fault}
	}
	who, ok := d.Roster.Find(a.Login)
	if !ok {
		if who, ok = d.People[strings.ToLower(a.Login)]; !ok || who.Bot {
			return refusal{code: "action-unknown"}
		}
	}
	n := numberOf(actionNumber, d.body) + 1
	return d.write(d.Printer.MeetingActions(), d.Printer.ActionLine(n, who.Login, a.Text, a.Day), Ordered{c.ID, d.place})
}

// ActionArgs are the arguments of `/action @login <text> by YYYY-MM-DD`.
type ActionArgs struct {
	Login, Text string
	Day         time.Time // its beginning in the project's zone
}

var actionForm = regexp.MustCompile(`(?i)^@([a-z0-9](?:[a-z0-9_]|-[a-z0-9]){0,49})[,:]?\s+(.*\S)\s+(\S+)\s+(\S+)$`)

// ParseAction reads the arguments of an `/action`, written at that time, in the project's zone; what it
// returns second is the reply's code, "" when nothing is wrong.
func ParseAction(cmd Command, written time.Time, zone *time.Location) (ActionArgs, string) {
	m := actionForm.FindStringSubmatch(strings.TrimRight(strings.TrimSpace(cmd.Args), ".!"))
	if m == nil {
		return ActionArgs{}, "action-form"
	}
	if by := markdown.Fold(m[3]); by != "by" && by != "ate" {
		return ActionArgs{}, "action-form"
	}
	day, err := time.ParseInLocation(time.DateOnly, m[4], zone)
	if err != nil {
		return ActionArgs{}, "action-date"
	}
	if !written.Before(day.AddDate(0, 0, 1)) {
		return ActionArgs{}, "action-past"
	}
	return ActionArgs{Login: m[1], Text: oneLine(m[2], itemText), Day: day}, ""
}

// write adds a line with its mark to a part of the text, unless it stands there already.
func (d *meetingDesk) write(titles []string, line string, item Ordered) refusal {
	mark := itemMark(item)
	if strings.Contains(d.body, mark) {
		return refusal{}
	}
	body := markdown.AddLine(d.body, titles, line+" "+mark)
	if utf8.RuneCountInString(body) > maxComment {
		return refusal{code: "meeting-full"}
	}
	d.body = body
	return refusal{}
}

// reviewed takes the mark off the contexts that are named, or off all that have it.
func (d *meetingDesk) reviewed(cmd Command) refusal {
	args, ok := ParseReviewed(cmd)
	if !ok {
		return refusal{code: "reviewed-which"}
	}
	if unknown := args.unknown(d.Contexts); len(unknown) > 0 {
		return refusal{code: "reviewed-unknown", words: unknown}
	}
	for _, n := range slices.Sorted(maps.Keys(d.Contexts)) {
		if d.Contexts[n] && (args.All || slices.Contains(args.Numbers, n)) {
			d.fresh = append(d.fresh, n)
		}
	}
	return refusal{}
}

// decisionLines writes the decisions of this meeting that are numbered and not in the text yet.
func (d *meetingDesk) decisionLines() {
	for _, p := range d.Problems {
		for _, l := range p.Decisions {
			if l.Meeting == d.Issue.Number && l.Text != "" {
				d.write(d.Printer.MeetingDecisions(), d.Printer.DecisionLine(l.view(), p.Number), l.ordered())
			}
		}
	}
}

func (b *bench) meeting() MeetingCase {
	entries, _, _ := b.read()
	return MeetingCase{Key: b.Key, Now: b.Now, Printer: b.printer(), Signer: b.signer, Issue: b.Issue, Entries: entries, LabelChanges: b.LabelChanges,
		Roster: b.Roster, People: b.People, Problems: b.chart.openProblems(), Contexts: b.chart.contexts()}
}

// invited lists the logins that new actions name and that are neither in the roster nor read.
func (s Snapshot) invited() []string {
	var out []string
	for _, e := range s.entries() {
		for _, cmd := range e.Commands {
			if cmd.Name != lifecycle.Action || e.Comment.Answer != "" || len(out) >= maxLinks {
				continue
			}
			a, fault := ParseAction(cmd, e.Comment.Created, s.zone())
			if _, known := s.Roster.Find(a.Login); fault != "" || known {
				continue
			}
			if login := strings.ToLower(a.Login); !slices.Contains(s.Asked.Logins, login) && !slices.Contains(out, login) {
				out = append(out, login)
			}
		}
	}
	return out
}
