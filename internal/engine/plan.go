package engine

import (
	"crypto/ed25519"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/internal/policy"
	"github.com/phasegate/phasegate/templates"
)

// Plan is what is to be done about one object.
type Plan struct {
	Effects []Effect
	Sticky  string        // what the object's sticky says once the effects are carried out; "" where there is none
	Touch   []Key         // objects whose stickies show this one as it no longer is
	Later   []Appointment // other objects to look at in time
	Due     time.Time     // when to look again though nothing happens; zero for never
	Moved   bool          // what open pull requests are judged by changes: they are looked at again
	Of      []int         // the deliverables whose those are; none where any may be concerned, whatever it names

	// Idle is why an issue is none of Phasegate's business; "" when it is looked at.
	Idle Idle

	at     time.Time // of the snapshot
	change Change    // of the open pull request that was judged; zero for none
}

// Idle says why nothing is done about an issue.
type Idle string

// The reasons to do nothing.
const (
	NoConfig  Idle = "no-config" // the repository has none
	NoIssue   Idle = "no-issue"  // there is none of that number
	NoKind    Idle = "no-kind"   // it has no kind label
	IsClosed  Idle = "closed"
	Elsewhere Idle = "elsewhere" // the config names another runner
)

// Plan judges a snapshot that lacks nothing. It is pure: the same snapshot gives the same plan, and
// once the plan is carried out the next one is empty.
func (s Snapshot) Plan(signer Signer) (Plan, error) {
	if s.Rules.Policy == nil {
		return Plan{Idle: NoConfig}, nil // nothing is written on issues
	}
	plan := Plan{at: s.Now}
	if kind := s.adoptable(); kind != "" {
		plan.Effects = append(plan.Effects, SetLabels{Issue: s.Issue.Number, Add: []string{kind.Label()}})
		s = s.adopted(kind)
	}
	b := bench{Snapshot: s, chart: s.chart(), signer: signer, plan: plan}
	b.rewrite()
	before := b.chart.judging()
	if err := b.decide(); err != nil {
		return Plan{}, err
	}
	b.link()
	b.refresh()
	b.move(before)
	b.plan.Idle = b.idle()
	for _, n := range b.chart.touched(s.Key.Number) {
		b.plan.Touch = append(b.plan.Touch, s.Key.Issue(n))
	}
	b.touchDecisions()
	b.follow()
	return b.plan, nil
}

// follow notes what has to be looked at because of what is written.
func (b *bench) follow() {
	for _, e := range b.plan.Effects {
		if _, opens := e.(OpenIssue); opens { // to be shown with its number, which is not known before
			b.plan.Touch = append(b.plan.Touch, b.Key)
		}
	}
}

// move has pull requests looked at again where what they are judged by is no longer what it was when the ledger was
// last written: those of the deliverable, or of all below a bigger problem. One of those that has Paths may be any
// pull request's.
func (b *bench) move(before string) {
	if b.chart.judging() == before {
		return
	}
	of := []*object{b.chart.self}
	if b.chart.self.kind == lifecycle.Problem {
		of = b.chart.deliverables(b.chart.self)
	}
	b.plan.Moved = len(of) > 0
	if slices.ContainsFunc(of, func(o *object) bool { return len(o.form.Paths()) > 0 }) {
		return
	}
	for _, o := range of {
		b.plan.Of = append(b.plan.Of, o.Number)
	}
}

// judging is what the ledger of the object says of what pull requests are judged by: a deliverable's fingerprint, and
// the roles that are lent at a bigger problem, which its deliverables do not show; "" for none. That of a closed one
// says nothing of it.
func (c chart) judging() string {
	switch {
	case c.self == nil:
		return ""
	case c.self.kind == lifecycle.Problem && len(c.self.ledger.Problem.Delegations) > 0:
		return fingerprint(c.self.ledger.Problem.Delegations)
	}
	return c.self.ledger.Pulls
}

// link makes the object a native sub-issue of the one it names as its parent, where the config wants that
// and GitHub knows of no parent yet.
func (b *bench) link() {
	o := b.chart.self
	if o == nil || b.Gone || o.Closed || o.ID == 0 || o.Parent != 0 || b.Rules.Policy.Links != policy.LinksSubIssues {
		return
	}
	if p := b.chart.objects[o.form.Parent]; p != nil && p.Number != o.Number {
		b.plan.Effects = append(b.plan.Effects, LinkSubIssue{Parent: p.Number, Child: o.Number, ChildID: o.ID})
	}
}

func (b *bench) idle() Idle {
	switch {
	case b.Gone:
		return NoIssue
	case b.Issue.Closed:
		return IsClosed
	case len(b.Issue.KindsOf()) == 0:
		return NoKind
	}
	return ""
}

// bench is where one plan is made.
type bench struct {
	Snapshot
	chart    chart
	signer   Signer
	plan     Plan
	rewrites map[int64][]Rewrite // what new commands had written into the text
}

// adoptable is the kind of an issue that has a form's headings but no kind label, which its author may
// have had no right to give; "" for any other.
func (s Snapshot) adoptable() lifecycle.Kind {
	if s.Gone || s.Issue.Closed || len(s.Issue.KindsOf()) > 0 {
		return ""
	}
	return kindOfForm(s.Issue.Body)
}

// adopted is the snapshot as it will be once the issue has its label.
func (s Snapshot) adopted(kind lifecycle.Kind) Snapshot {
	s.Issue.Labels = append([]string{kind.Label()}, s.Issue.Labels...)
	return s
}

// kindOfForm is the kind whose form the body has most headings of, at least three; "" where there is
// none, or two have as many.
func kindOfForm(body string) lifecycle.Kind {
	var best lifecycle.Kind
	most, tie := 2, false
	for _, k := range lifecycle.Kinds {
		n := len(markdown.Sections(body, lifecycle.Titles(k)))
		switch {
		case n > most:
			best, most, tie = k, n, false
		case n == most:
			tie = true
		}
	}
	if tie {
		return ""
	}
	return best
}

// decide makes the case of the object's kind and has it decided.
func (b *bench) decide() error {
	o := b.chart.self
	if b.Gone || b.Issue.Closed {
		b.close()
		return nil
	}
	if o == nil || !o.hasSticky() && stickyOf(b.Comments) != nil {
		d, err := DecideTwoKinds(KindsCase{Key: b.Key, Now: b.Now, Printer: b.printer(), Issue: b.Issue, Sticky: stickyOf(b.Comments)})
		if o == nil || err != nil {
			b.plan.Effects = append(b.plan.Effects, d.Effects...)
			return err
		}
		b.plan.Effects = d.Effects
	}
	var d Decision
	var err error
	switch o.kind {
	case lifecycle.Deliverable:
		d, err = Decide(b.deliverable(o))
	case lifecycle.Data:
		d, err = DecideData(b.data(o))
	case lifecycle.Problem:
		d, err = DecideProblem(b.problem(o))
	case lifecycle.Meeting:
		d, err = DecideMeeting(b.meeting())
	default:
		d, err = DecidePlain(b.plain(o))
	}
	b.plan.Effects = append(b.plan.Effects, d.Effects...)
	b.due(d.Due)
	return err
}

// due asks for a look at that time, unless an earlier one is asked for.
func (b *bench) due(at time.Time) {
	if !at.IsZero() && (b.plan.Due.IsZero() || at.Before(b.plan.Due)) {
		b.plan.Due = at
	}
}

// refresh takes the ledger as it will stand, so that neighbours are compared with what is shown to them
// from now on.
func (b *bench) refresh() {
	if s := stickyOf(b.Comments); s != nil {
		b.plan.Sticky = markdown.Visible(s.Body)
	}
	for _, e := range b.plan.Effects {
		body := ""
		switch e := e.(type) {
		case PostComment:
			if e.Record == nil {
				body = e.Body
			}
		case EditComment:
			body = e.Body
		}
		if b.chart.self != nil && IsSticky(body) {
			b.plan.Sticky = markdown.Visible(body)
			b.chart.self.ledger = ledgers{}
			b.chart.self.readLedger(body)
		}
	}
}

func (b *bench) printer() templates.Printer {
	return templates.Printer{Lang: b.Rules.Policy.Language, Zone: b.Rules.Policy.Location, Now: b.Now}
}

// read is what every kind's case has in common.
func (b *bench) read() (entries []Entry, sticky *facts.Comment, rebuilt bool) {
	sticky = stickyOf(b.Comments)
	return Entries(b.place(), b.Comments, b.keys()), sticky, sticky != nil && sticky.Touched
}

// keys are those by which records are verified.
func (b *bench) keys() []ed25519.PublicKey {
	keys := b.Rules.Policy.Keys
	if own := b.signer.Public(); own != nil {
		keys = append([]ed25519.PublicKey{own}, keys...)
	}
	return keys
}

func (b *bench) deliverable(o *object) Case {
	entries, sticky, rebuilt := b.read()
	c := Case{
		Key: b.Key, Now: b.Now, Printer: b.printer(), Signer: b.signer, ScaleNever: b.Rules.Policy.Approvals.Scale == policy.ScaleNever,
		ConfigURL: b.Rules.URL, ConfigError: b.Rules.Broken != "", ConfigProblem: b.Rules.Broken,
		Issue: o.Issue, Entries: entries, Sticky: sticky, Silent: o.ledger.Silent, Rebuilt: rebuilt, LabelChanges: b.LabelChanges,
		Roster: b.Roster, Delegations: b.chart.delegations(o), Seen: b.chart.seesWhen(false, o), SeenAsked: b.chart.seesWhen(true, o),
	}
	c.Risk = b.risk(o, entries)
	c.Rewrites = b.rewrites
	c.Paths = o.form.Paths()
	c.Table, c.Evidence, c.Live, c.Raised = o.form.Metrics, b.evidence(o), o.ledger.Live, o.ledger.Raised
	c.Rewrites = b.rewrites
	b.rules(&c)
	b.design(o, &c)
	return c
}

// rules fills in what the config says.
func (b *bench) rules(c *Case) {
	p := b.Rules.Policy
	c.Gates, c.RequiredChecks, c.NearPercent = p.Gates, p.Guidelines.RequiredChecks, p.NearLimitPercent
	c.NeedsReport, c.ValidDays = p.NeedsReport, p.ValidDays
	c.NudgeAt = func(asked time.Time) time.Time { return p.WorkingDaysAfter(asked, p.NudgeAfterWorkingDays) }
	if p.Mode == policy.Observe {
		c.Stopped = func(e Evidence, h History) []templates.StoppedView { return e.stopped(p, h.phaseAt) }
	}
}

// risk is the level a deliverable was given first: the ledger's, the newest record's, that of the label
// Phasegate put on, or its form's. What `/risk` made of it since is in the history.
// A form that is edited later does not change it.
func (b *bench) risk(o *object, entries []Entry) lifecycle.Risk {
	if o.ledger.Risk != "" {
		return o.ledger.Risk
	}
	for i := len(entries) - 1; i >= 0; i-- {
		if r := entries[i].Record; r != nil && r.Risk != "" {
			return r.Risk
		}
	}
	for _, c := range slices.Backward(b.LabelChanges) { // a sticky that was deleted takes its ledger along
		if level, ok := strings.CutPrefix(c.Label, "risk:"); ok && c.Own && c.Added {
			if r, known := lifecycle.ParseRisk(level); known {
				return r
			}
		}
	}
	return o.form.Risk(b.Rules.Policy.RiskDefault)
}

// design fills in what the first gate is judged on, and what is shown of it.
func (b *bench) design(o *object, c *Case) {
	lang := b.Rules.Policy.Language
	c.Design, c.Short = o.form.Design(), o.form.Short(lang)
	parent := checks.Parent{Number: o.form.Parent}
	var problem Form
	if p := b.chart.objects[o.form.Parent]; p != nil {
		parent.Exists, parent.Problem = true, p.kind == lifecycle.Problem
		if parent.Problem {
			questions := p.form.Questions()
			parent.Answered, problem, c.Short.ProblemTitle = questions[0] && questions[1], p.form, p.Title
		}
	}
	c.Design.Parent = facts.Known(parent)
	linked, requirements := b.linkedData(o, c)
	c.Design.Data = facts.Known(requirements)
	var support []checks.SupportProblem
	for _, s := range b.chart.supports(o) {
		support = append(support, s.form.SupportFact(s.Issue))
		c.Short.Support = append(c.Short.Support, templates.SupportLine{Number: s.Number, Title: s.Title, People: s.form.People()})
	}
	c.Design.Support = facts.Known(support)
	c.Requirements = requirementsMet(o.form)
	c.Design.Now = o.form.Prints(linked, problem)
	c.Words = o.form.words(lang, c.Short.Data)
}

func (b *bench) linkedData(o *object, c *Case) ([]LinkedData, []checks.DataRequirement) {
	var linked []LinkedData
	var requirements []checks.DataRequirement
	for _, n := range b.chart.data(o) {
		d := b.chart.objects[n]
		fact, view := checks.DataRequirement{Number: n}, templates.DataView{Number: n}
		if d != nil && d.kind == lifecycle.Data {
			view = dataView(d)
			fact.Exists, fact.Validated, fact.At = true, view.Validated, view.At
			linked = append(linked, LinkedData{n, d.form.DataText()})
		}
		requirements = append(requirements, fact)
		c.Short.Data = append(c.Short.Data, view)
	}
	return linked, requirements
}

func dataView(d *object) templates.DataView {
	v := templates.DataView{Number: d.Number, Title: d.Title, Exists: true, Validated: d.validated()}
	if v.Validated {
		v.At = d.ledger.Data.At
		for _, w := range d.ledger.Data.By {
			v.By = append(v.By, w.Login)
		}
	}
	return v
}

func (b *bench) data(o *object) DataCase {
	entries, sticky, rebuilt := b.read()
	c := DataCase{
		Key: b.Key, Now: b.Now, Printer: b.printer(), Signer: b.signer, ScaleNever: b.Rules.Policy.Approvals.Scale == policy.ScaleNever,
		ConfigURL: b.Rules.URL, ConfigError: b.Rules.Broken != "", ConfigProblem: b.Rules.Broken,
		Issue: o.Issue, Print: o.dataPrint(), Words: o.form.DataWords(b.Rules.Policy.Language), Entries: entries, Sticky: sticky, Ledger: o.ledger.Data, Rebuilt: rebuilt, LabelChanges: b.LabelChanges,
		Roster: b.Roster, Delegations: b.chart.delegations(o), Seen: b.chart.sees(o),
	}
	for _, d := range b.chart.users(o) {
		c.Used = append(c.Used, d.Number)
	}
	return c
}

func (b *bench) problem(o *object) ProblemCase {
	entries, sticky, rebuilt := b.read()
	c := ProblemCase{
		Key: b.Key, Now: b.Now, Printer: b.printer(), Signer: b.signer, Issue: o.Issue, Entries: entries, Sticky: sticky, LabelChanges: b.LabelChanges,
		Roster: b.Roster, People: b.People, Board: b.board(o), Seen: b.chart.sees(o),
		Ledger: o.ledger.Problem, Table: o.form.Metrics, Rewrites: b.rewrites, Open: b.chart.openProblems(), Meetings: b.meetings(), Contexts: b.chart.contexts(),
	}
	c.Board.Rebuilt, c.Board.ConfigError, c.Board.ConfigProblem = rebuilt, b.Rules.Broken != "", b.Rules.Broken
	return c
}

func (b *bench) plain(o *object) PlainCase {
	entries, _, _ := b.read()
	return PlainCase{Key: b.Key, Now: b.Now, Printer: b.printer(), Signer: b.signer, Issue: b.Issue, Entries: entries, LabelChanges: b.LabelChanges, Roster: b.Roster,
		Delegations: b.chart.delegations(o)}
}
