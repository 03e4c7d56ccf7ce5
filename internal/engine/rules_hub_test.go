package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

// ruleHub is the repository that a case of testdata/rules is played in: an [engine.Hub] that knows what
// GitHub would tell of its issues, its default branch and its deployments.
type ruleHub struct {
	noPulls

	t       testing.TB
	now     time.Time
	config  map[string]any
	teams   map[string][]string // org/team → logins
	unread  map[string]bool     // teams and kinds of evidence that cannot be read
	rules   engine.Rules
	roster  facts.Roster
	issues  map[int]*ruleIssue
	nextID  int64
	merged  []facts.MergedPull // newest first, as the three below
	reports []facts.Report
	deploys []facts.Deployment
	checks  map[string][]facts.CheckState
	due     map[int]time.Time
	did     []ruleEffect
}

type ruleIssue struct {
	facts.Issue
	comments []facts.Comment
	changes  []facts.LabelChange
}

// ruleEffect is an effect that was carried out, with the number of the issue it opened.
type ruleEffect struct {
	at     time.Time
	effect engine.Effect
	opened int
}

var _ engine.Hub = (*ruleHub)(nil)

func newRuleHub(t testing.TB) *ruleHub {
	return &ruleHub{t: t, config: map[string]any{}, teams: map[string][]string{}, unread: map[string]bool{}, issues: map[int]*ruleIssue{},
		nextID: 100, checks: map[string][]facts.CheckState{}, due: map[int]time.Time{}}
}

// configure lays the YAML over the config that there is: maps are merged, all else is replaced.
func (h *ruleHub) configure(text string) {
	h.t.Helper()
	var more map[string]any
	if err := yaml.Unmarshal([]byte(text), &more); err != nil {
		h.t.Fatalf("phasegate.yml: %v", err)
	}
	layOver(h.config, more)
	whole, err := yaml.Marshal(h.config)
	if err != nil {
		h.t.Fatal(err)
	}
	p, problems := policy.Parse(whole)
	if p == nil {
		h.t.Fatalf("phasegate.yml: %v\n%s", problems, whole)
	}
	h.rules = engine.Rules{Policy: p, URL: "https://github.com/acme/churn/blob/main/.github/phasegate.yml"}
	h.roster = facts.Roster{Holders: map[lifecycle.Role][]facts.Person{}, Unread: map[lifecycle.Role]string{}}
	for _, role := range lifecycle.Roles {
		h.roster.Holders[role] = h.people(role)
	}
	h.roster.Validators = h.people(lifecycle.Validator)
}

func layOver(base, more map[string]any) {
	for key, value := range more {
		value = plainDates(value)
		below, isMap := value.(map[string]any)
		if isMap {
			have, ok := base[key].(map[string]any)
			if !ok {
				have = map[string]any{}
			}
			layOver(have, below)
			value = have
		}
		base[key] = value
	}
}

// plainDates writes the days of a list as the config has them, which YAML reads as times.
func plainDates(value any) any {
	list, ok := value.([]any)
	for i := range list {
		if day, isTime := list[i].(time.Time); ok && isTime {
			list[i] = day.Format(time.DateOnly)
		}
	}
	return value
}

// people are those who hold the role, teams resolved.
func (h *ruleHub) people(role lifecycle.Role) []facts.Person {
	var out []facts.Person
	for _, holder := range h.rules.Policy.RoleHolders(role) {
		logins := []string{holder.Login}
		if holder.IsTeam() {
			logins = h.teams[holder.String()]
			if h.unread[holder.String()] {
				h.roster.Unread[role], logins = "team "+holder.String()+" could not be read", nil
			}
		}
		for _, login := range logins {
			out = facts.Union(out, []facts.Person{ruleWho(login)})
		}
	}
	return out
}

func (h *ruleHub) key(n int) engine.Key {
	return engine.Key{Owner: "acme", Repo: "churn", Kind: engine.IssueKey, Number: n}
}

func (h *ruleHub) Snapshot(_ context.Context, key engine.Key) (engine.Snapshot, error) {
	s := engine.Snapshot{Key: key, Now: h.now, Rules: h.rules, Roster: h.roster, People: map[string]facts.Person{}}
	for _, i := range h.issues {
		if i.listedAlways() {
			s.Listed = append(s.Listed, i.listed())
		}
	}
	i := h.issues[key.Number]
	if i == nil {
		s.Gone = true
		return s, nil
	}
	s.Issue, s.Comments, s.LabelChanges = i.Issue, slices.Clone(i.comments), slices.Clone(i.changes)
	s.Issue.Labels = slices.Clone(i.Labels)
	if i.Has(lifecycle.Deliverable.Label()) {
		h.evidence(&s)
	}
	return s, nil
}

// evidence is read for deliverables only.
func (h *ruleHub) evidence(s *engine.Snapshot) {
	s.Merged = facts.Known(slices.Clone(h.merged))
	s.Reports, s.Deployments = facts.Known(slices.Clone(h.reports)), facts.Known(slices.Clone(h.deploys))
	if h.unread["merged"] {
		s.Merged = facts.Unknown[[]facts.MergedPull](facts.MergedUnread)
	}
	if h.unread["reports"] {
		s.Reports = facts.Unknown[[]facts.Report](facts.ReportsUnread)
	}
	if h.unread["deployments"] {
		s.Deployments = facts.Unknown[[]facts.Deployment](facts.DeploymentsUnread)
	}
}

// listedAlways reports whether a look at any issue sees this one.
func (i *ruleIssue) listedAlways() bool {
	for _, k := range i.KindsOf() {
		switch k {
		case lifecycle.Problem, lifecycle.Deliverable, lifecycle.Data, lifecycle.SupportProblem:
			return !i.Closed
		case lifecycle.Experiment, lifecycle.DeploymentKind, lifecycle.Incident:
			return true
		}
	}
	return false
}

func (i *ruleIssue) listed() engine.Listed {
	l := engine.Listed{Issue: i.Issue}
	l.Issue.Labels = slices.Clone(i.Labels)
	for _, c := range i.comments {
		if (c.Own || c.Touched) && engine.IsSticky(c.Body) && l.Sticky == nil {
			l.Sticky = &c
		}
	}
	return l
}

func (h *ruleHub) Fill(_ context.Context, s *engine.Snapshot, lack engine.Lack) error {
	a := &s.Asked
	a.Issues, a.Logins, a.Meetings = append(a.Issues, lack.Issues...), append(a.Logins, lack.Logins...), a.Meetings || lack.Meetings
	a.Compare, a.Checks = append(a.Compare, lack.Compare...), append(a.Checks, lack.Checks...)
	for _, n := range lack.Issues {
		if i := h.issues[n]; i != nil {
			s.Listed = append(s.Listed, i.listed())
		}
	}
	for _, login := range lack.Logins {
		if !strings.HasPrefix(login, "nobody") {
			s.People[login] = ruleWho(login)
		}
	}
	if s.Compared == nil {
		s.Compared, s.Checks = map[facts.Span]facts.Fact[facts.Comparison]{}, map[string]facts.Fact[[]facts.CheckState]{}
	}
	for _, span := range lack.Compare {
		s.Compared[span] = h.compare(span)
	}
	for _, sha := range lack.Checks {
		s.Checks[sha] = facts.Known(slices.Clone(h.checks[sha]))
	}
	if lack.Meetings {
		s.Meetings = facts.Known(h.meetings())
	}
	return nil
}

// compare looks the span up on the default branch, which has one commit for each merge.
func (h *ruleHub) compare(span facts.Span) facts.Fact[facts.Comparison] {
	at := func(sha string) int {
		return slices.IndexFunc(h.merged, func(p facts.MergedPull) bool { return p.Commit == sha })
	}
	base, head := at(span.Base), at(span.Head)
	if base < 0 || head < 0 {
		return facts.Unknown[facts.Comparison](fmt.Sprintf("%s and %s could not be compared", span.Base, span.Head))
	}
	c := facts.Comparison{Contains: head <= base, Complete: true}
	for _, p := range h.merged[min(base, head):max(base, head)] {
		for _, f := range p.Files {
			if !slices.Contains(c.Files, f.Path) {
				c.Files = append(c.Files, f.Path)
			}
		}
	}
	return facts.Known(c)
}

func (h *ruleHub) meetings() []engine.Meeting {
	var out []engine.Meeting
	for _, i := range h.issues {
		if i.Has(lifecycle.Meeting.Label()) {
			out = append(out, engine.Meeting{Issue: i.Issue, Comments: slices.Clone(i.comments)})
		}
	}
	slices.SortFunc(out, func(a, b engine.Meeting) int { return b.Issue.Number - a.Issue.Number })
	return out
}

func (h *ruleHub) Repository(_ context.Context, key engine.Key) (engine.RepositorySnapshot, error) {
	return engine.RepositorySnapshot{Key: key, Rules: h.rules}, nil
}

func (h *ruleHub) Apply(_ context.Context, _ engine.Key, effect engine.Effect) error {
	did := ruleEffect{at: h.now, effect: effect}
	switch e := effect.(type) {
	case engine.PostComment:
		h.add(e.Issue, facts.Comment{Author: phasegate, Own: true, Body: e.Body})
	case engine.EditComment:
		c := h.comment(e.Comment)
		c.Body, c.Own, c.Touched, c.Edited = e.Body, true, false, true
	case engine.React:
		h.comment(e.Comment).Answer = e.Reaction
	case engine.SetLabels:
		h.label(e.Issue, phasegate, e.Add, e.Remove)
	case engine.OpenIssue:
		did.opened = h.free()
		h.issues[did.opened] = &ruleIssue{Issue: facts.Issue{ID: int64(did.opened), Number: did.opened, Title: e.Title, Body: e.Body, Author: phasegate, Own: true, Created: h.now, Labels: e.Labels}}
	case engine.EditIssue:
		if i := h.issues[e.Issue]; i.Body == e.From {
			i.Body, i.BodyEdited, i.Editor, i.EditedOwn = e.Body, h.now, phasegate, true
		}
	case engine.LinkSubIssue:
		h.issues[e.Child].Parent = e.Parent
	default:
		return fmt.Errorf("no issue has %s", effect)
	}
	h.did = append(h.did, did)
	return nil
}

// ruleWho is the account of that login, always the same.
func ruleWho(login string) facts.Person {
	p := who(login)
	p.Bot = strings.HasSuffix(login, "[bot]")
	return p
}

var phasegate = facts.Person{ID: 1, Login: "phasegate[bot]", Bot: true}

func (h *ruleHub) free() int {
	n := 1
	for _, p := range h.merged {
		n = max(n, p.Number+1)
	}
	for k := range h.issues {
		n = max(n, k+1)
	}
	return n
}

func (h *ruleHub) add(number int, c facts.Comment) {
	h.nextID++
	c.ID, c.Created = h.nextID, h.now
	c.URL = fmt.Sprintf("https://github.com/acme/churn/issues/%d#issuecomment-%d", number, c.ID)
	i := h.issues[number]
	i.comments = append(i.comments, c)
}

func (h *ruleHub) comment(id int64) *facts.Comment {
	for _, i := range h.issues {
		for c := range i.comments {
			if i.comments[c].ID == id {
				return &i.comments[c]
			}
		}
	}
	h.t.Fatalf("there is no comment %d", id)
	return nil
}

func (h *ruleHub) label(number int, by facts.Person, add, remove []string) {
	i := h.issues[number]
	change := func(label string, added bool) {
		h.nextID++
		i.changes = append(i.changes, facts.LabelChange{ID: fmt.Sprintf("LE_%d", h.nextID), Label: label, Added: added, Actor: by, Own: by.Bot, At: h.now})
	}
	for _, l := range add {
		if !i.Has(l) {
			i.Labels = append(i.Labels, l)
			change(l, true)
		}
	}
	for _, l := range remove {
		if i.Has(l) {
			i.Labels = slices.DeleteFunc(slices.Clone(i.Labels), func(have string) bool { return have == l })
			change(l, false)
		}
	}
}

// settle looks at the issues, and at what each look touches, until nothing is left to look at.
func (h *ruleHub) settle(numbers ...int) {
	h.t.Helper()
	r := engine.Reconciler{Hub: h}
	queue := slices.Clone(numbers)
	for looks := 0; len(queue) > 0; looks++ {
		if looks == maxLooks {
			h.t.Fatalf("%s: no end of looking: %v", h.now.Format(ruleTime), queue)
		}
		n := queue[0]
		queue = queue[1:]
		before := len(h.did)
		out, err := r.Reconcile(context.Background(), h.key(n))
		if err != nil {
			h.t.Fatal(err)
		}
		h.due[n] = out.Due
		for _, k := range out.Touch {
			if !slices.Contains(queue, k.Number) {
				queue = append(queue, k.Number)
			}
		}
		for _, d := range h.did[before:] {
			if d.opened != 0 { // its event
				queue = append(queue, d.opened)
			}
		}
	}
}

// mustRest fails when looking again at whatever has a sticky finds something to do.
func (h *ruleHub) mustRest() {
	h.t.Helper()
	r := engine.Reconciler{Hub: h}
	for n, i := range h.issues {
		if i.Closed || !i.Has(lifecycle.Deliverable.Label()) && !i.Has(lifecycle.Problem.Label()) && !i.Has(lifecycle.Data.Label()) {
			continue
		}
		p, err := r.Plan(context.Background(), h.key(n))
		if i.Has(lifecycle.Data.Label()) { // it shows who lent a role at its next look
			p.Effects = slices.DeleteFunc(p.Effects, isStickyEdit)
		}
		if err != nil || len(p.Effects) > 0 {
			h.t.Fatalf("%s: looking again at #%d finds something to do: %v %v", h.now.Format(ruleTime), n, h.afterAll(p.Effects), err)
		}
	}
}

// afterAll tells effects that should not be, a sticky with what it says now and then.
func (h *ruleHub) afterAll(effects []engine.Effect) []string {
	var out []string
	for _, e := range effects {
		text := e.String()
		if edit, ok := e.(engine.EditComment); ok {
			text += "\n" + cmp.Diff(h.comment(edit.Comment).Body, edit.Body)
		}
		out = append(out, text)
	}
	return out
}

func isStickyEdit(e engine.Effect) bool {
	edit, ok := e.(engine.EditComment)
	return ok && edit.Record == nil
}

// wait lets time pass until then; what asked to be looked at meanwhile is looked at in its time, and
// woken is called after each such look.
func (h *ruleHub) wait(until time.Time, woken func()) {
	h.t.Helper()
	for wakes := 0; ; wakes++ {
		at, numbers := h.next(until)
		if len(numbers) == 0 {
			break
		}
		if wakes > 500 {
			h.t.Fatalf("%v ask to be looked at again and again, at %s", numbers, at.Format(ruleTime))
		}
		if at.After(h.now) {
			h.now = at
		}
		for _, n := range numbers {
			delete(h.due, n)
		}
		h.settle(numbers...)
		h.mustRest()
		woken()
	}
	if until.After(h.now) {
		h.now = until
	}
}

// next are the issues that are to be looked at first, not after the time given.
func (h *ruleHub) next(until time.Time) (time.Time, []int) {
	at, numbers := until, []int(nil)
	for n, due := range h.due {
		switch {
		case due.IsZero() || due.After(at):
		case due.Before(at) || len(numbers) == 0:
			at, numbers = due, []int{n}
		default:
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return at, numbers
}
