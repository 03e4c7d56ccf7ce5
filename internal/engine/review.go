package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
	"github.com/phasegate/phasegate/templates"
)

// ReviewSnapshot is what was read of a deployment that waits for Phasegate's word: the environment has it as
// a custom protection rule.
type ReviewSnapshot struct {
	Key        Key
	Now        time.Time // the project's time: GitHub's
	Rules      Rules     // of the default branch
	Gone       bool      // it does not wait (any more)
	Deployment facts.Deployment
	Run        int64       // of the workflow
	Runs       []facts.Run // Phasegate's own phasegate/deployment on the commit
	Successes  []Success   // in the environment, of whichever commit
	Installed  time.Time   // when Phasegate was installed on the repository; zero where that is not known
	Head       string      // the default branch's newest commit, full SHA; "" for none
	Asked      time.Time   // when the deployment was created
	Listed     []Listed    // the repository's open issues, as for an issue's Snapshot
}

// AnswerDeployment answers a deployment that waits. It is final, unless State is "": then it only tells for
// whom is waited.
type AnswerDeployment struct {
	Run         int64
	Environment string
	State       string // approved, rejected or ""
	Comment     string // Markdown, at most 1,024 characters
}

// String tells the effect in one line.
func (e AnswerDeployment) String() string {
	state := e.State
	if state == "" {
		state = "still waiting"
	}
	return fmt.Sprintf("deployment to %s by run %d: %s", e.Environment, e.Run, state)
}

// review is a deployment with the deliverable that it belongs to.
type review struct {
	ReviewSnapshot
	of     Snapshot // the deliverable; zero where none is found
	desk   *desk    // where it stands; nil likewise
	unread string   // why it could not be read whose it is; "" where it could
}

// lookAgain is how long a waiting deployment is left alone where nothing says that what it waits for came.
const lookAgain = 10 * time.Minute

// planReview answers a waiting deployment, or says for whom it waits.
func (r Reconciler) planReview(ctx context.Context, key Key) (Plan, error) {
	s, err := r.Hub.Review(ctx, key)
	if err != nil {
		return Plan{}, fmt.Errorf("read %s: %w", key, err)
	}
	if r.others(s.Rules) {
		return Plan{Idle: Elsewhere}, nil
	}
	if s.Gone {
		r.Memory.served(key)
		return Plan{}, nil
	}
	v := review{ReviewSnapshot: s}
	if s.Rules.Policy != nil {
		if err := r.readDeliverable(ctx, &v); err != nil {
			return Plan{}, err
		}
	}
	plan, err := v.plan(r.Signer, r.Memory.told(key))
	if err != nil {
		return Plan{}, fmt.Errorf("judge %s: %w", key, err)
	}
	r.Memory.waits(key, plan)
	return plan, nil
}

// readDeliverable reads the deliverable that the deployment belongs to: the one its payload names, else that
// of the newest pull request under deploy/** that it contains, else the only open one.
func (r Reconciler) readDeliverable(ctx context.Context, v *review) error {
	number := v.Deployment.Deliverable
	if open := v.open(); number == 0 && len(open) > 0 {
		number = open[0].Number
	}
	for range maxLookups { // where one is not the deployment's, its evidence tells whose it is; that of an older one, more
		if number == 0 {
			return nil
		}
		s, err := r.readIssue(ctx, v.Key.Issue(number))
		if err != nil {
			return err
		}
		if s.Gone || !s.Issue.Has(lifecycle.Deliverable.Label()) {
			return nil
		}
		owner, err := r.owner(ctx, &s, v)
		if err != nil {
			return err
		}
		if owner == number {
			return r.sit(ctx, v, s)
		}
		number = owner
	}
	return nil
}

// open are the open deliverables; of many, the first two.
func (s ReviewSnapshot) open() []*object {
	return Snapshot{Key: s.Key, Rules: s.Rules, Listed: s.Listed, Gone: true}.chart().open
}

// owner is the deliverable that the deployment belongs to; 0 where that cannot be told. Of several for which the newest
// pull request is, it is the first one that is open.
func (r Reconciler) owner(ctx context.Context, s *Snapshot, v *review) (int, error) {
	if v.Deployment.Deliverable != 0 {
		return v.Deployment.Deliverable, nil
	}
	merged, read := s.Merged.Get()
	if !read {
		v.unread = s.Merged.Why()
		return 0, nil
	}
	b := bench{Snapshot: *s, chart: s.chart()}
	p, pending := b.deployed(v.Deployment, merged)
	for range maxBefore {
		if pending == nil {
			break
		}
		if err := r.Hub.Fill(ctx, s, Lack{Compare: []facts.Span{*pending}}); err != nil {
			return 0, fmt.Errorf("compare commits for %s: %w", v.Key, err)
		}
		b.Snapshot = *s
		p, pending = b.deployed(v.Deployment, merged)
	}
	return b.owner(p), nil
}

// owner tells by the newest pull request under deploy/** that a deployment contains; nil where it contains none.
func (b bench) owner(p *facts.MergedPull) int {
	var of []int
	silent := p == nil
	if p != nil {
		of, silent = b.mergedFor(*p)
	}
	if i := slices.IndexFunc(of, b.chart.isOpen); i >= 0 {
		return of[i]
	}
	if open := b.chart.open; silent && len(open) == 1 {
		return open[0].Number
	}
	return append(of, 0)[0]
}

// sit reads where the deliverable stands, and what lies between what it passed on and what is deployed.
func (r Reconciler) sit(ctx context.Context, v *review, s Snapshot) error {
	b := &bench{Snapshot: s, chart: s.chart(), signer: r.Signer}
	if b.chart.self == nil {
		return nil
	}
	v.desk = sitDown(b.deliverable(b.chart.self))
	if span, needed := v.span(); needed {
		if err := r.Hub.Fill(ctx, &s, Lack{Compare: []facts.Span{span}}); err != nil {
			return fmt.Errorf("compare commits for %s: %w", v.Key, err)
		}
		b.Snapshot = s
		v.desk = sitDown(b.deliverable(b.chart.self))
	}
	v.of = s
	return nil
}

// span is what has to be compared: the commit that the deliverable was found ready on, with the one that is
// deployed or, where none is known, that one with the default branch; false where nothing has to.
func (v *review) span() (facts.Span, bool) {
	if v.Ran() || v.desk.h.Phase.Index() < lifecycle.Deployment.Index() {
		return facts.Span{}, false
	}
	span := facts.Span{Base: v.desk.ready().commit, Head: v.Deployment.Commit}
	if span.Base == "" {
		span = v.merged()
	}
	_, known := v.desk.Evidence.Compared[span]
	return span, span.Base != span.Head && !known
}

// merged is what tells whether the default branch contains the commit that is deployed.
func (v *review) merged() facts.Span { return facts.Span{Base: v.Deployment.Commit, Head: v.Head} }

// plan decides what is answered. told is what was last said about the deployment.
func (v *review) plan(signer Signer, told string) (Plan, error) {
	plan := Plan{at: v.Now}
	answer := AnswerDeployment{Run: v.Run, Environment: v.Deployment.Environment}
	view := templates.ReviewView{Environment: v.Deployment.Environment, Commit: v.Deployment.Commit}
	answer.State = v.judge(&view)
	view.Unbacked = answer.State == "" && v.unbacked()
	observing := v.Rules.Policy != nil && v.Rules.Policy.Mode == policy.Observe
	if observing && answer.State != "approved" {
		answer.State, view.Observing = "approved", true
	}
	p := v.printer()
	answer.Comment = p.Review(view)
	if answer.State == "" {
		plan.Due = v.Now.Add(lookAgain)
		if answer.Comment == told {
			return plan, nil
		}
	}
	if answer.State == "approved" {
		effects, err := v.letIn(p)
		if err != nil {
			return plan, err
		}
		plan.Effects = effects
	}
	if view.State == templates.ReviewRollback {
		effects, err := v.rollback(signer, p)
		if err != nil {
			return plan, err
		}
		plan.Effects = append(plan.Effects, effects...)
	}
	plan.Effects = append(plan.Effects, answer)
	return plan, nil
}

func (v *review) printer() templates.Printer {
	p := templates.Printer{Lang: lifecycle.English, Zone: time.UTC, Now: v.Now}
	if c := v.Rules.Policy; c != nil {
		p.Lang, p.Zone = c.Language, c.Location
	}
	return p
}

// judge is GitHub's word for the answer; "" while it is waited for somebody.
func (v *review) judge(view *templates.ReviewView) string {
	switch {
	case v.Rules.Policy == nil:
		view.State = templates.ReviewUnruled
		return "approved"
	case v.Ran():
		view.State = templates.ReviewAgain
		if v.Rollback() {
			view.State = templates.ReviewRollback
		}
		return "approved"
	case v.desk == nil && v.Deployment.Deliverable != 0:
		view.State, view.Number = templates.ReviewNoDeliverable, v.Deployment.Deliverable
		return "rejected"
	case v.unread != "":
		view.State, view.Unread = templates.ReviewUnowned, v.unread
		return ""
	case v.desk == nil:
		view.State = templates.ReviewUnnamed
		return ""
	}
	return v.judgeDeliverable(view)
}

func (v *review) judgeDeliverable(view *templates.ReviewView) string {
	d := v.desk
	view.Number, view.Title, view.Phase = d.Issue.Number, d.Issue.Title, d.h.Phase
	switch {
	case d.Issue.Closed && v.Deployment.Deliverable == 0:
		view.State = templates.ReviewClosed
		return "rejected"
	case d.Issue.Closed:
		view.State = templates.ReviewNoDeliverable
		return "rejected"
	case d.h.Phase.Index() < lifecycle.Deployment.Index():
		view.State, view.Awaited = templates.ReviewTooEarly, v.awaited()
		return ""
	}
	ready := d.ready().commit
	switch ready {
	case "":
		return v.judgeUnpinned(view)
	case v.Deployment.Commit:
		view.State = templates.ReviewReady
		return "approved"
	}
	c, ok := d.Evidence.Compared[facts.Span{Base: ready, Head: v.Deployment.Commit}].Get()
	view.Ready = ready
	switch {
	case !ok:
		view.State = templates.ReviewUnread
		return ""
	case !c.Contains:
		view.State = templates.ReviewWithout
		return ""
	case !c.Complete:
		view.State = templates.ReviewUnread
		return ""
	}
	for _, path := range c.Files {
		if d.NeedsReport(path) {
			view.Changed = append(view.Changed, path)
		}
	}
	if len(view.Changed) > 0 {
		view.State = templates.ReviewChanged
		return ""
	}
	view.State = templates.ReviewReady
	return "approved"
}

// judgeUnpinned judges for a deliverable of which no commit is known that it was found ready on: what the default
// branch contains went through the checks of pull requests, and nothing else did.
func (v *review) judgeUnpinned(view *templates.ReviewView) string {
	c, ok := v.desk.Evidence.Compared[v.merged()].Get()
	switch {
	case v.Head != "" && v.Deployment.Commit == v.Head || ok && c.Contains:
		view.State = templates.ReviewMerged
		return "approved"
	case !ok:
		view.State = templates.ReviewUncompared
		return ""
	}
	view.State = templates.ReviewUnmerged
	return ""
}

// awaited are the logins of those whose yes the deliverable waits for.
func (v *review) awaited() []string {
	if v.desk.h.Request == nil {
		return nil
	}
	var out []string
	for _, s := range v.desk.view().Seats {
		if s.State == templates.AnswerNeeded {
			out = append(out, s.People...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// rollback records on the deliverable that an earlier version was deployed again, once for each deployment, and
// mentions the business stakeholder and the ML engineer.
func (v *review) rollback(signer Signer, p templates.Printer) ([]Effect, error) {
	if v.desk == nil {
		return nil, nil
	}
	event := fmt.Sprintf("deployment-%d", v.Deployment.ID)
	if slices.ContainsFunc(v.desk.all, func(e Entry) bool { return e.Record != nil && e.Record.Kind == RolledBack && e.Record.Event == event }) {
		return nil, nil
	}
	pen := pen{key: v.of.Key, issue: v.of.Issue, now: v.Now, printer: p, signer: signer}
	by := WhoIs(v.Deployment.By)
	people := facts.Union(v.desk.Roster.Of(lifecycle.BusinessStakeholder), v.desk.Roster.Of(lifecycle.MLEngineer))
	what := fmt.Sprintf("%s: %.7s → %.7s", v.Deployment.Environment, v.Current(), v.Deployment.Commit)
	pen.comment(Record{Kind: RolledBack, Event: event, Requester: &by, Reason: what}, p.RolledBack(templates.RolledBackView{
		Title: v.of.Issue.Title, Environment: v.Deployment.Environment, Commit: v.Deployment.Commit, From: v.Current(), By: v.Deployment.By.Login, Mention: logins(people)}))
	return pen.effects, pen.err
}
