package engine

import (
	"cmp"
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

// Decisions of a bigger problem are taken in comments, on the problem or in a review meeting, and are
// numbered D-1, D-2 … by the problem alone: its look reads the meetings' comments and notes in its ledger
// what it found, so that old meetings need not be read again. A meeting answers its comments by the same
// rules ([court.decisionsIn]) and writes a decision into its text once the ledger has it. Whichever of
// the two is looked at first asks for a look at the other.

// DecisionKind says what a decision is about.
type DecisionKind string

// What can be decided. To overrule belongs on the deliverable where the objection stands.
const (
	DecideBudget   DecisionKind = "budget"
	DecideMetric   DecisionKind = "metric"
	DecideScope    DecisionKind = "scope"
	DecideOverrule DecisionKind = "overrule"
)

var decisionWords = map[string]DecisionKind{
	"budget": DecideBudget, "orcamento": DecideBudget, "metric": DecideMetric, "metrics": DecideMetric, "metrica": DecideMetric, "metricas": DecideMetric,
	"scope": DecideScope, "escopo": DecideScope, "overrule": DecideOverrule, "anular": DecideOverrule,
}

// LedgerDecision is a decision as the ledger of its bigger problem holds it.
type LedgerDecision struct {
	N       int          `json:"n"` // D-n
	Kind    DecisionKind `json:"kind"`
	Text    string       `json:"text,omitempty"`
	By      string       `json:"by"`
	At      time.Time    `json:"at"`
	Comment int64        `json:"comment"`
	Place   int          `json:"place,omitempty"`   // of the command in the comment, from 0
	Meeting int          `json:"meeting,omitempty"` // where it was taken; 0 for the problem itself
	URL     string       `json:"url,omitempty"`     // of the comment
}

func (l LedgerDecision) ordered() Ordered { return Ordered{l.Comment, l.Place} }

// A ledger keeps the newest decisions, and of each text as much as a log needs.
const (
	keptDecisions = 40
	decisionText  = 160
)

// OpenProblem is an open bigger problem as decisions are judged.
type OpenProblem struct {
	Number    int
	Title     string
	Created   time.Time
	Lent      []facts.Delegation
	Decisions []LedgerDecision // as its ledger has them
}

// DecideArgs are the arguments of `/decide <kind> [#N]: <text>`.
type DecideArgs struct {
	Kind   DecisionKind
	Number int // the bigger problem it names; 0 for none
	Text   string
}

var decideForm = regexp.MustCompile(`^([\pL\pM]+)\s*(?:#([0-9]{1,9})\s*)?(?::|\s|$)\s*:?(.*)$`)

// ParseDecide reads the arguments of `/decide`. The colon may be missing, and the text may stand on the
// lines below; what it returns second is the reply's code, "" when nothing is wrong.
func ParseDecide(cmd Command) (DecideArgs, string) {
	m := decideForm.FindStringSubmatch(strings.TrimSpace(cmd.Args))
	if m == nil {
		return DecideArgs{}, "decide-kind"
	}
	kind, ok := decisionWords[markdown.Fold(m[1])]
	if !ok {
		return DecideArgs{}, "decide-kind"
	}
	a := DecideArgs{Kind: kind, Text: strings.TrimSpace(m[3])}
	a.Number, _ = strconv.Atoi(m[2]) // the pattern has digits only
	if a.Text == "" {
		a.Text = strings.TrimSpace(cmd.Text)
	}
	if kind == DecideOverrule {
		return a, "overrule-there"
	}
	if a.Text == "" {
		return a, "decide-text"
	}
	return a, ""
}

// court judges decisions.
type court struct {
	roster   facts.Roster
	problems []OpenProblem // by number
	home     int           // the problem on which the comments stand; 0 in a meeting
	meeting  int           // the meeting in which they stand; 0 on a problem

	written map[Ordered]writtenAs // what the meeting's text says already
}

// decision is a decision with the problem it is for.
type decision struct {
	LedgerDecision
	problem int
}

// judge reads a `/decide`. One that was answered as counted had the right to it then.
func (k court) judge(c facts.Comment, place int, cmd Command) (decision, refusal) {
	args, fault := ParseDecide(cmd)
	if fault != "" {
		return decision{}, refusal{code: fault}
	}
	if as := k.written[Ordered{c.ID, place}]; args.Number == 0 {
		args.Number = as.problem // whatever problems were opened and closed since
	}
	p, no := k.concerned(args.Number, c)
	if no.is() {
		return decision{}, no
	}
	r := rights{k.roster, p.Lent}
	switch {
	case c.Answer == facts.Counted:
	case !r.any(c):
		return decision{}, refusal{code: "no-role"}
	case args.Kind == DecideBudget && !r.holds(c, lifecycle.BusinessStakeholder):
		return decision{}, refusal{code: "stakeholder-only"}
	}
	return decision{problem: p.Number, LedgerDecision: LedgerDecision{Kind: args.Kind, Text: oneLine(args.Text, decisionText), By: c.Author.Login,
		At: c.Created, Comment: c.ID, Place: place, Meeting: k.meeting, URL: c.URL}}, refusal{}
}

// concerned is the problem a decision is for: the one it names, else the only one that was open when it
// was written.
func (k court) concerned(number int, c facts.Comment) (OpenProblem, refusal) {
	if k.home != 0 {
		if number != 0 && number != k.home {
			return OpenProblem{}, refusal{code: "decide-other"}
		}
		number = k.home
	}
	var open []OpenProblem
	var names []string
	for _, p := range k.problems {
		if p.Number == number {
			return p, refusal{}
		}
		if !p.Created.After(c.Created) {
			open = append(open, p)
		}
		names = append(names, fmt.Sprintf("#%d %s", p.Number, p.Title))
	}
	switch {
	case len(k.problems) == 0:
		return OpenProblem{}, refusal{code: "no-problem"}
	case number == 0 && len(open) == 1:
		return open[0], refusal{}
	}
	return OpenProblem{}, refusal{code: "decide-which", words: names}
}

// decisionsIn lists the decisions that stand in the comments, those that are not answered yet included:
// whoever answers them comes to the same conclusion.
func (k court) decisionsIn(entries []Entry, i facts.Issue) []decision {
	var out []decision
	if k.meeting != 0 {
		k.written = written(i.Body)
	}
	standing(entries, func(e Entry, place int, cmd Command) {
		c := e.Comment
		if cmd.Name != lifecycle.Decide || afterwards(c, i) {
			return
		}
		if d, no := k.judge(c, place, cmd); !no.is() {
			out = append(out, d)
		}
	})
	return out
}

// afterwards reports whether a comment was written after its issue was closed: nobody answers it.
func afterwards(c facts.Comment, i facts.Issue) bool {
	return c.Answer == "" && i.Closed && !c.Created.Before(i.ClosedAt)
}

// takenBack lists the commands of the comments that were answered as not counted.
func takenBack(entries []Entry) func(LedgerDecision) bool {
	refused, answers := refusalsIn(entries), map[int64]facts.Comment{}
	for _, e := range entries {
		if e.Record == nil {
			answers[e.Comment.ID] = e.Comment
		}
	}
	return func(l LedgerDecision) bool {
		c, seen := answers[l.Comment]
		return seen && (c.Answer == facts.NotCounted || c.Answer == "" && c.Edited || refused.has(l.Comment, l.Place))
	}
}

// journal is a problem's numbered decisions, by number.
type journal struct {
	kept []LedgerDecision
	last int // the highest number that was ever given
}

// beyond reports whether the journal was full and has only newer decisions: one that is missing stood in
// it once.
func beyond(kept []LedgerDecision, comment int64) bool {
	if len(kept) < keptDecisions {
		return false
	}
	return !slices.ContainsFunc(kept, func(l LedgerDecision) bool { return l.Comment <= comment })
}

// add numbers the decisions that are new, by time. written are numbers that stand in a meeting's text
// though the ledger was lost.
func (j *journal) add(found []decision, written map[Ordered]writtenAs) {
	have, taken := map[Ordered]bool{}, map[int]bool{}
	for _, l := range j.kept {
		have[l.ordered()], taken[l.N] = true, true
	}
	old := j.kept
	slices.SortFunc(found, func(a, b decision) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Comment, b.Comment), cmp.Compare(a.Place, b.Place))
	})
	fresh := slices.DeleteFunc(found, func(d decision) bool { return have[d.ordered()] || beyond(old, d.Comment) })
	for _, d := range fresh {
		if n := written[d.ordered()].n; n > j.last {
			taken[n] = true
		}
	}
	next := j.last
	for _, d := range fresh {
		if n := written[d.ordered()].n; n > j.last && !have[d.ordered()] {
			d.N, next = n, max(next, n)
		} else {
			for next++; taken[next]; next++ {
			}
			d.N = next
		}
		have[d.ordered()], taken[d.N] = true, true
		j.kept = append(j.kept, d.LedgerDecision)
	}
	slices.SortStableFunc(j.kept, func(a, b LedgerDecision) int { return cmp.Compare(a.N, b.N) })
	for _, l := range j.kept {
		j.last = max(j.last, l.N)
	}
	j.kept = j.kept[max(0, len(j.kept)-keptDecisions):]
}

// itemID names a command in a hidden mark of a meeting's text.
func itemID(o Ordered) string {
	if o.Place == 0 {
		return strconv.FormatInt(o.Comment, 10)
	}
	return fmt.Sprintf("%d-%d", o.Comment, o.Place)
}

func itemMark(o Ordered) string { return "<!-- phasegate:item " + itemID(o) + " -->" }

// writtenAs is how a decision stands in a meeting's text: the problem it is for, 0 where that is not told,
// and its number.
type writtenAs struct{ problem, n int }

var writtenDecision = regexp.MustCompile(`(?m)\*\*D-([0-9]{1,6})\*\*(?: \(#([0-9]{1,9})\))?.*<!-- phasegate:item ([0-9]{1,19})(?:-([0-9]{1,2}))? -->`)

// written are the decisions that stand in a meeting's text.
func written(body string) map[Ordered]writtenAs {
	out := map[Ordered]writtenAs{}
	for _, m := range writtenDecision.FindAllStringSubmatch(body, -1) {
		number := func(s string) int { n, _ := strconv.Atoi(s); return n } // the pattern has digits only
		comment, _ := strconv.ParseInt(m[3], 10, 64)
		out[Ordered{comment, number(m[4])}] = writtenAs{problem: number(m[2]), n: number(m[1])}
	}
	return out
}

// unwritten reports whether the decision is still to be written into the text of its meeting.
func (l LedgerDecision) unwritten(m facts.Issue) bool {
	return l.Meeting == m.Number && l.Text != "" && !strings.Contains(m.Body, itemMark(l.ordered()))
}

// ourMeeting reports whether the issue is a review meeting that Phasegate opened.
func ourMeeting(m facts.Issue) bool {
	kinds := m.KindsOf()
	return m.Own && len(kinds) == 1 && kinds[0] == lifecycle.Meeting
}

// openProblems lists the open bigger problems, by number.
func (c chart) openProblems() []OpenProblem {
	var out []OpenProblem
	for _, o := range c.each(lifecycle.Problem, func(*object) bool { return true }) {
		p := OpenProblem{Number: o.Number, Title: o.Title, Created: o.Created, Decisions: o.ledger.Problem.Decisions}
		for _, l := range o.ledger.Problem.Delegations {
			p.Lent = append(p.Lent, l.Delegation())
		}
		out = append(out, p)
	}
	return out
}

// MeetingEntries is a review meeting as a bigger problem reads it.
type MeetingEntries struct {
	Issue   facts.Issue
	Entries []Entry // oldest first
}

// meetings are the review meetings of Phasegate's among those that were read.
func (b *bench) meetings() []MeetingEntries {
	all, _ := b.Meetings.Get()
	var out []MeetingEntries
	for _, m := range all {
		if ourMeeting(m.Issue) {
			place := b.place()
			place.Issue = m.Issue.Number
			out = append(out, MeetingEntries{m.Issue, b.ready(m.Issue, Entries(place, m.Comments, b.keys()))})
		}
	}
	return out
}

// ready leaves out the comments that wait because their authors gave too many commands.
func (b *bench) ready(i facts.Issue, entries []Entry) []Entry {
	aside := pen{key: b.Key, issue: i, now: b.Now, printer: b.printer()}
	aside.recall(entries)
	return aside.hold(entries, func(p facts.Person) bool { return len(b.Roster.RolesOf(p)) > 0 })
}

// touchDecisions asks for the look that writes down what was decided: at the problems whose ledgers lack
// a decision of this meeting, or at the meetings whose texts lack one of this problem's.
func (b *bench) touchDecisions() {
	o := b.chart.self
	switch {
	case o == nil || b.Gone:
	case o.kind == lifecycle.Meeting && ourMeeting(b.Issue):
		b.touchProblems()
	case o.kind == lifecycle.Problem && !b.Issue.Closed:
		for _, m := range b.meetings() {
			if !m.Issue.Closed && slices.ContainsFunc(o.ledger.Problem.Decisions, func(l LedgerDecision) bool { return l.unwritten(m.Issue) }) {
				b.plan.Touch = append(b.plan.Touch, b.Key.Issue(m.Issue.Number))
			}
		}
	}
}

func (b *bench) touchProblems() {
	entries, _, _ := b.read()
	entries = b.ready(b.Issue, entries)
	k := court{roster: b.Roster, problems: b.chart.openProblems(), meeting: b.Key.Number}
	found := map[int][]decision{}
	for _, d := range k.decisionsIn(entries, b.Issue) {
		found[d.problem] = append(found[d.problem], d)
	}
	notes := notesIn(entries, b.Issue, meetingRights(b.Roster, k.problems), b.chart.contexts())
	gone := takenBack(entries)
	for _, p := range k.problems {
		missing := slices.ContainsFunc(found[p.Number], func(d decision) bool {
			return !beyond(p.Decisions, d.Comment) && !slices.ContainsFunc(p.Decisions, func(l LedgerDecision) bool { return l.ordered() == d.ordered() })
		})
		old := slices.ContainsFunc(p.Decisions, func(l LedgerDecision) bool { return l.Meeting == b.Key.Number && gone(l) })
		if missing || old || newer(notes[p.Number], b.chart.objects[p.Number].ledger.Problem.Note) {
			b.plan.Touch = append(b.plan.Touch, b.Key.Issue(p.Number))
		}
	}
}

// numberOf is the highest number behind the letter in a text's items, as in "**A3**".
func numberOf(pattern *regexp.Regexp, body string) int {
	highest := 0
	for _, m := range pattern.FindAllStringSubmatch(body, -1) {
		n, _ := strconv.Atoi(m[1])
		highest = max(highest, n)
	}
	return highest
}

// view is the decision as people read it.
func (l LedgerDecision) view() templates.DecisionView {
	return templates.DecisionView{N: l.N, Kind: string(l.Kind), Text: l.Text, By: l.By, At: l.At, Meeting: l.Meeting, URL: l.URL}
}
