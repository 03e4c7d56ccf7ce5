package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/internal/policy"
	"github.com/phasegate/phasegate/templates"
)

// decide works out the writes on the pull request: what stops it first, then requests and answers, and
// success only after all that. Reviews are asked for before the roles run says, for later looks, that it was
// done; but one that lets the pull request pass at the moment is taken back before anything else.
func (d *pullDesk) decide() {
	d.asking = d.toAsk()
	var stops, waits, passes []Effect
	for _, c := range d.checks() {
		for _, e := range d.posted(c) {
			switch {
			case e.(PutCheck).passes():
				passes = append(passes, e)
			case c.Name == RolesCheck && !d.passesNow(c.Name):
				waits = append(waits, e)
			default:
				stops = append(stops, e)
			}
		}
	}
	d.effects = append(d.effects, stops...)
	d.askReviews()
	d.effects = append(d.effects, waits...)
	d.answer()
	d.effects = append(d.effects, passes...)
	d.effects = append(d.effects, d.reactions...)
	d.lookWhenEnds(d.question.Delegations)
}

// passesNow reports whether the run of that name that stands there lets the pull request pass.
func (d *pullDesk) passesNow(name string) bool {
	run := d.run(name)
	return run != nil && PutCheck{Conclusion: run.Conclusion}.passes()
}

// checks are all that stand on every pull request's head.
func (d *pullDesk) checks() []PutCheck { return []PutCheck{d.gate(), d.roles(), d.metrics()} }

// passes reports whether the check lets a pull request be merged.
func (e PutCheck) passes() bool { return e.Conclusion == "success" || e.Conclusion == "neutral" }

// posted is what is left to do for a check to stand as it should.
func (d *pullDesk) posted(c PutCheck) []Effect {
	c.Head = d.Pull.Head
	c.ExternalID = fmt.Sprintf("pull:%d:%s", d.Pull.Number, c.digest())
	run := d.run(c.Name)
	if run == nil || d.anew(c) {
		return []Effect{c}
	}
	if run.ExternalID == c.ExternalID && run.Conclusion == c.Conclusion {
		return nil
	}
	c.ID, c.Notes = run.ID, d.newNotes(c, *run)
	return []Effect{c}
}

// anew reports whether the run that is there cannot become what the check says: GitHub does not reopen one that
// was completed, and gave up on one that is stale. Somebody who asked for it to run again sees a new one.
func (d *pullDesk) anew(c PutCheck) bool {
	run := d.run(c.Name)
	return run != nil && (run.Conclusion == "stale" || d.Pull.Rerequested || c.Conclusion == "" && run.Status == "completed" ||
		c.Name == RolesCheck && d.seenAt().IsZero()) // another pull request's, whose head this was
}

// inMode takes the sting out of a check while the rules are only observed.
func (d *pullDesk) inMode(c *PutCheck) {
	if d.observing() && c.Conclusion != "success" {
		c.Conclusion = "neutral"
	}
}

func (d *pullDesk) observing() bool { return d.Rules.Policy.Mode == policy.Observe }

// digest is a hash of all that a check shows.
func (e PutCheck) digest() string {
	h := sha256.New()
	for _, s := range []string{e.Conclusion, e.Title, e.Summary, e.Text} {
		fmt.Fprintf(h, "%d:%s", len(s), s)
	}
	for _, n := range e.Notes {
		fmt.Fprintf(h, "%+v", n)
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// noteLedger stands hidden in the text of a check with annotations: GitHub keeps those that were sent, so that
// each is sent once.
type noteLedger struct {
	Sent []string `json:"sent"`
}

const notesBlock = "notes"

// newNotes are the annotations that the run does not have yet.
func (d *pullDesk) newNotes(c PutCheck, run facts.Run) []CheckNote {
	var sent noteLedger
	for _, b := range markdown.Blocks(run.Text) {
		if b.Kind == notesBlock && b.Decode(&sent) != nil {
			sent = noteLedger{}
		}
	}
	return slices.DeleteFunc(slices.Clone(c.Notes), func(n CheckNote) bool { return slices.Contains(sent.Sent, n.key()) })
}

func (n CheckNote) key() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d\x00%d\x00%s", n.Path, n.Line, n.Column, n.Message))
	return hex.EncodeToString(sum[:4])
}

// withNotes adds annotations, and hides in the text which the run has from then on.
func (d *pullDesk) withNotes(c *PutCheck, notes []CheckNote) {
	c.Notes = notes
	var l noteLedger
	if run := d.run(c.Name); run != nil && !d.anew(*c) {
		for _, b := range markdown.Blocks(run.Text) {
			if b.Kind == notesBlock && b.Decode(&l) != nil {
				l = noteLedger{}
			}
		}
	}
	for _, n := range notes {
		if key := n.key(); !slices.Contains(l.Sent, key) {
			l.Sent = append(l.Sent, key)
		}
	}
	l.Sent = lastOf(l.Sent, keptNotes)
	if len(l.Sent) > 0 {
		d.hide(c, notesBlock, l)
	}
}

// hide puts a hidden block into the check's text.
func (d *pullDesk) hide(c *PutCheck, kind string, v any) {
	block, err := markdown.EncodeBlock(kind, v)
	if err != nil {
		d.fail(fmt.Errorf("encode what %s remembers: %w", c.Name, err))
		return
	}
	c.Text += "\n" + block + "\n"
}

// unlisted is why the pull request cannot be judged; "" when it can.
func (d *pullDesk) unlisted() string {
	if _, ok := d.Pull.Files.Get(); !ok {
		return d.Pull.Files.Why()
	}
	if _, ok := d.Pull.Commits.Get(); !ok {
		return d.Pull.Commits.Why()
	}
	return ""
}

// gate is phasegate/gate: whether the files may change in the phase the deliverable is in.
func (d *pullDesk) gate() PutCheck {
	v := templates.PlaceView{Observing: d.observing(), Sharing: d.Pull.Sharing, Guessed: d.guessed}
	for _, o := range d.placed {
		v.Deliverables = append(v.Deliverables, placedView(o))
	}
	c := PutCheck{Name: GateCheck}
	var notes []CheckNote
	_, files := d.Pull.Files.Get()
	switch {
	case len(d.Pull.Sharing) > 0:
		v.State, c.Conclusion = templates.PlaceShared, "action_required"
	case !files:
		v.State, c.Conclusion, v.Why = templates.PlaceTooMany, "failure", d.Pull.Files.Why()
	case d.doubtful() > 0:
		v.State, v.Named = templates.PlaceDoubtful, d.doubtful()
		d.again(d.Now.Add(time.Minute))
	default:
		notes = d.judgePlace(&v, &c)
	}
	d.inMode(&c)
	text := d.printer.Place(v)
	c.Title, c.Summary, c.Text = text.Title, text.Summary, text.Text
	d.withNotes(&c, notes)
	return c
}

// doubtful is the first of the deliverables whose state is not known at the moment: somebody edited its
// sticky, which is about to be made anew; 0 for none.
func (d *pullDesk) doubtful() int {
	for _, o := range d.placed {
		if _, ok := o.phase(); !ok {
			return o.Number
		}
	}
	return 0
}

func placedView(o *object) templates.PlacedView {
	phase, _ := o.phase()
	return templates.PlacedView{Number: o.Number, Title: o.Title, Phase: phase, Live: !o.ledger.Live.IsZero()}
}

// judgePlace judges the files and returns the annotations.
func (d *pullDesk) judgePlace(v *templates.PlaceView, c *PutCheck) []CheckNote {
	files, _ := d.Pull.Files.Get()
	q := checks.PlaceQuestion{Rules: d.rules, Files: files, Hotfix: d.names.Hotfix != "", Exempt: d.exempt()}
	for _, o := range d.placed {
		if d.guessed && q.Exempt {
			continue // it needs none, so none is guessed for it
		}
		p := checks.Placed{Number: o.Number, Live: !o.ledger.Live.IsZero()}
		p.Phase, _ = o.phase()
		if !d.named(o) {
			paths := o.form.Paths()
			p.Covers = func(path string) bool { return checks.Matches(paths, path) }
		}
		q.Deliverables = append(q.Deliverables, p)
	}
	if d.misnamed() > 0 {
		q.Deliverables = nil
	}
	verdict := checks.PlaceOf(q)
	v.State, c.Conclusion = templates.PlaceState(verdict.Place), conclusions[verdict.Place]
	switch {
	case verdict.Place == checks.PlaceUnlinked:
		v.Named = d.misnamed()
		for _, o := range d.open() {
			v.Open = append(v.Open, placedView(o))
		}
	case verdict.Place == checks.PlaceFree && q.Exempt && len(q.Deliverables) == 0:
		v.State = templates.PlaceBot
	}
	v.Hotfix, v.Hotfixed = d.names.Hotfix, verdict.Hotfixed
	var notes []CheckNote
	for _, m := range verdict.Misplaced {
		view := templates.MisplacedView{Path: m.Path, Allowed: m.Allowed, Number: m.Deliverable, Phase: m.Phase}
		v.Misplaced = append(v.Misplaced, view)
		if len(notes) < maxMisplacedNotes {
			notes = append(notes, CheckNote{Path: m.Path, Message: d.printer.MisplacedNote(view)})
		}
	}
	return notes
}

// maxMisplacedNotes is how many files are annotated, and keptNotes of how many it is remembered.
const (
	maxMisplacedNotes = 200
	keptNotes         = 1000
)

var conclusions = map[checks.Place]string{
	checks.PlaceAllowed: "success", checks.PlaceMisplaced: "failure", checks.PlaceUnlinked: "action_required", checks.PlaceFree: "neutral",
}

// misnamed is an issue that a line names as deliverable and that is no open one; 0 for none.
func (d *pullDesk) misnamed() int {
	for _, n := range d.names.Lines {
		if !d.chart.isOpen(n) {
			return n
		}
	}
	return 0
}

// exempt reports whether the pull request is one of the config's bots' and nobody else is known to have written a
// commit of it that changes something.
func (d *pullDesk) exempt() bool {
	if !d.isBot(d.Pull.Author) {
		return false
	}
	commits, ok := d.Pull.Commits.Get()
	return ok && !slices.ContainsFunc(commits, func(c facts.PullCommit) bool { return !d.byBots(c) && !d.changesNothing(c) })
}

// byBots reports whether nobody but the config's bots and who opened the pull request is known to have made a commit.
func (d *pullDesk) byBots(c facts.PullCommit) bool {
	return !c.Unnamed && !slices.ContainsFunc(facts.Union(c.Authors, pusher(c)), func(p facts.Person) bool { return !p.Is(d.Pull.Author) && !d.isBot(p) })
}

// faceless is the login of a bot that pushed the newest work in somebody else's name, so that nobody knows whose it is,
// and that commit; "" for none. One that is on the config's list, opened the pull request or is named by the commit is known. Whoever
// merges something into that takes nobody's work on.
func (d *pullDesk) faceless() (login, commit string) {
	commits, _ := d.Pull.Commits.Get()
	for _, c := range slices.Backward(commits) {
		p := c.Pusher
		if len(c.Parents) == 2 && (!p.Bot || d.changesNothing(c)) {
			continue
		}
		if p.Bot && !d.isBot(p) && !p.Is(d.Pull.Author) && !facts.Contains(c.Authors, p) && d.rules.Approvals.Contributors != policy.ContributorsAllow {
			return p.Login, c.SHA
		}
		break
	}
	return "", ""
}

// isBot reports whether the account is on the config's list of bots. GraphQL leaves out the "[bot]" that is
// in an App's login elsewhere.
func (d *pullDesk) isBot(p facts.Person) bool {
	return d.Rules.Policy.IsBot(p.Login) || p.Bot && d.Rules.Policy.IsBot(p.Login+"[bot]")
}

// roles is phasegate/roles: who has to approve, and who did.
func (d *pullDesk) roles() PutCheck {
	v := d.rolesView()
	c := PutCheck{Name: RolesCheck}
	switch {
	case len(v.Sharing) > 0:
		c.Conclusion = "action_required"
	case v.Unlisted != "", len(v.Against) > 0:
		c.Conclusion = "failure"
	case len(v.Needs) == 0:
		c.Conclusion = "neutral"
	case v.Faceless != "":
		c.Conclusion = "action_required"
	case d.assent.Complete:
		c.Conclusion = "success"
	}
	d.inMode(&c)
	text := d.printer.Roles(v)
	c.Title, c.Summary = text.Title, text.Summary
	d.hide(&c, pullBlock, d.remember(d.anew(c)))
	return c
}

func (d *pullDesk) rolesView() templates.RolesView {
	v := templates.RolesView{Head: d.Pull.Head, Author: d.Pull.Author.Login, Draft: d.Pull.Draft, Every: d.question.Every,
		Observing: d.observing(), Sharing: d.Pull.Sharing, Unlisted: d.unlisted(), Base: d.Pull.BaseRef, Config: d.Rules.URL}
	for _, n := range d.assent.Needs {
		v.Needs = append(v.Needs, d.needView(n))
	}
	if len(v.Needs) > 0 {
		v.Faceless, v.Hidden = d.faceless()
	}
	for _, s := range d.assent.Against {
		v.Against = append(v.Against, templates.AgainstView{Login: s.Person.Login, At: s.At, Reason: d.reasonOf(s)})
	}
	for _, p := range facts.Union(facts.Union([]facts.Person{d.Pull.Author}, d.question.Contributors), d.question.Pushers) {
		if len(d.Roster.RolesOf(p)) > 0 && checks.RefuseAssent(d.question, d.assent, p, "") != "" {
			v.Wrote = append(v.Wrote, p.Login)
		}
	}
	return v
}

// reasonOf is what somebody wrote behind /object; "" for a review.
func (d *pullDesk) reasonOf(s checks.Said) string {
	for _, e := range d.entries {
		if e.Comment.ID != s.Comment || s.Comment == 0 {
			continue
		}
		for _, cmd := range e.Commands {
			if cmd.Name == lifecycle.Object {
				return oneLine(reason(cmd), maxReason)
			}
		}
	}
	return ""
}

func (d *pullDesk) needView(n checks.Need) templates.NeedView {
	v := templates.NeedView{Roles: n.Roles, People: n.People, Count: n.Count, Files: n.Files, Why: n.Requirement.Why, Unsure: n.Unsure, Means: templates.NeedMeans(n.Means),
		Unread: n.Why, Met: n.Met(), Got: givenViews(n.Got), Stale: givenViews(n.Stale)}
	for _, p := range n.Missing() {
		v.Can = append(v.Can, p.Login)
		if at := d.askedAt(p); at.After(v.Asked) {
			v.Asked = at
		}
	}
	return v
}

func givenViews(given []checks.Given) []templates.GivenView {
	var out []templates.GivenView
	for _, g := range given {
		v := templates.GivenView{Login: g.Person.Login, At: g.At, StandIn: g.Right.Via == checks.ViaStandIn, OtherBase: g.Commit == ""}
		if g.Right.Via == checks.ViaDelegation {
			v.LentBy = g.Right.Delegation.From.Login
		}
		out = append(out, v)
	}
	return out
}

// metrics is phasegate/metrics as long as nothing was measured: whether a report is expected.
func (d *pullDesk) metrics() PutCheck {
	c := PutCheck{Name: MetricsCheck}
	v := templates.ExpectedView{Observing: d.observing(), Paths: d.toMeasure(), Unlisted: d.Pull.Files.Why()}
	if by, why := d.findExcuse(); by != nil {
		v.Excused, v.Reason = by.Author.Login, oneLine(why, maxReason)
	}
	switch {
	case v.Unlisted != "":
		c.Conclusion = "failure"
	case len(v.Paths) == 0 || v.Excused != "":
		c.Conclusion = "neutral"
	}
	d.inMode(&c)
	text := d.printer.Expected(v)
	c.Title, c.Summary = text.Title, text.Summary
	return c
}

// toMeasure are the paths that need a metric report.
func (d *pullDesk) toMeasure() []string {
	return slices.DeleteFunc(d.paths(), func(path string) bool { return !d.rules.NeedsReport(path) })
}
