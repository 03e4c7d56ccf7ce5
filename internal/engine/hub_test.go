package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/internal/policy"
)

// noPulls is the part of an [engine.Hub] that a repository without pull requests and deployments has.
type noPulls struct{}

func (noPulls) Pull(_ context.Context, key engine.Key) (engine.PullSnapshot, error) {
	return engine.PullSnapshot{Key: key, Gone: true}, nil
}
func (noPulls) PullsInto(context.Context, engine.Key, string) ([]engine.OpenPull, error) {
	return nil, nil
}
func (noPulls) PullsOf(context.Context, engine.Key, string) ([]int, error) { return nil, nil }
func (noPulls) Group(_ context.Context, key engine.Key) (engine.GroupSnapshot, error) {
	return engine.GroupSnapshot{Key: key, Gone: true}, nil
}
func (noPulls) Review(_ context.Context, key engine.Key) (engine.ReviewSnapshot, error) {
	return engine.ReviewSnapshot{Key: key, Gone: true}, nil
}
func (noPulls) FillPull(context.Context, *engine.PullSnapshot, engine.PullLack) error { return nil }
func (noPulls) OpenPulls(context.Context, engine.Key, []int) ([]int, error)           { return nil, nil }

// memory is a repository in memory: an [engine.Hub] that can fail.
type memory struct {
	noPulls

	t        testing.TB
	now      time.Time
	rules    engine.Rules
	roster   facts.Roster
	issues   map[int]*memoryIssue
	merged   []facts.MergedPull
	deploys  []facts.Deployment                          // nil where they are not read
	compared map[facts.Span]facts.Fact[facts.Comparison] // what GitHub says of two commits
	asked    []facts.Span                                // what it was asked for
	nextID   int64
	writes   []string
	fail     int  // the write that fails, counted from 1; 0 for none
	lost     bool // it is carried out all the same, but its answer is lost
	vanished bool // it fails as if what it is about were not there
}

type memoryIssue struct {
	facts.Issue
	comments []facts.Comment
	changes  []facts.LabelChange
}

var errWrite = errors.New("502")

func newMemory(t testing.TB, config string) *memory {
	t.Helper()
	p, problems := policy.Parse([]byte(config))
	if p == nil {
		t.Fatal(problems)
	}
	m := &memory{t: t, now: time.Date(2026, 1, 12, 12, 0, 0, 0, time.UTC), rules: engine.Rules{Policy: p, URL: "https://github.com/acme/churn/blob/main/.github/phasegate.yml"}, issues: map[int]*memoryIssue{}, nextID: 100, compared: map[facts.Span]facts.Fact[facts.Comparison]{}}
	m.roster = facts.Roster{Holders: map[lifecycle.Role][]facts.Person{}}
	for _, role := range lifecycle.Roles {
		for _, h := range p.RoleHolders(role) {
			m.roster.Holders[role] = append(m.roster.Holders[role], who(h.Login))
		}
	}
	return m
}

var _ engine.Hub = (*memory)(nil)

func (m *memory) key(n int) engine.Key {
	return engine.Key{Owner: "acme", Repo: "churn", Kind: engine.IssueKey, Number: n}
}

func (m *memory) tick() time.Time {
	m.now = m.now.Add(time.Minute)
	return m.now
}

func (m *memory) open(number int, author, title, body string, labels ...string) {
	m.issues[number] = &memoryIssue{Issue: facts.Issue{Number: number, Title: title, Body: body, Author: who(author), Created: m.tick(), Labels: labels}}
}

func (m *memory) edit(number int, old, with string) {
	i := m.issues[number]
	if !strings.Contains(i.Body, old) {
		m.t.Fatalf("#%d does not say %q", number, old)
	}
	i.Body, i.BodyEdited, i.EditedOwn = strings.Replace(i.Body, old, with, 1), m.tick(), false
}

func (m *memory) say(number int, login, text string) {
	m.nextID++
	i := m.issues[number]
	i.comments = append(i.comments, facts.Comment{ID: m.nextID, Author: who(login), Body: text, Created: m.tick()})
}

func (m *memory) Snapshot(_ context.Context, key engine.Key) (engine.Snapshot, error) {
	s := engine.Snapshot{Key: key, Now: m.now, Rules: m.rules, Roster: m.roster, Merged: facts.Known(m.merged), Finished: m.finished(), People: map[string]facts.Person{}}
	if m.deploys != nil {
		s.Deployments = facts.Known(m.deploys)
	}
	for _, i := range m.issues {
		kinds := i.KindsOf()
		if len(kinds) > 0 && kinds[0] != lifecycle.Meeting && (!i.Closed || slices.Contains([]lifecycle.Kind{lifecycle.Experiment, lifecycle.DeploymentKind, lifecycle.Incident}, kinds[0])) {
			s.Listed = append(s.Listed, i.listed())
		}
	}
	i := m.issues[key.Number]
	if i == nil {
		s.Gone = true
		return s, nil
	}
	s.Issue, s.Comments, s.LabelChanges = i.Issue, slices.Clone(i.comments), slices.Clone(i.changes)
	s.Issue.Labels = slices.Clone(i.Labels)
	return s, nil
}

// finished are the closed deliverables.
func (m *memory) finished() map[int]time.Time {
	out := map[int]time.Time{}
	for n, i := range m.issues {
		if i.Closed && i.Has(lifecycle.Deliverable.Label()) {
			out[n] = i.ClosedAt
		}
	}
	return out
}

// meetings are the newest review meetings with their comments, the newest first.
func (m *memory) meetings() []engine.Meeting {
	var out []engine.Meeting
	for n := 99; n > 0 && len(out) < 5; n-- {
		if i := m.issues[n]; i != nil && i.Has(lifecycle.Meeting.Label()) {
			out = append(out, engine.Meeting{Issue: i.Issue, Comments: slices.Clone(i.comments)})
		}
	}
	return out
}

// changed notes a change of a label.
func (i *memoryIssue) changed(label string, added bool, by facts.Person, at time.Time) {
	i.changes = append(i.changes, facts.LabelChange{ID: fmt.Sprintf("LE_%d_%d", i.Number, len(i.changes)), Label: label, Added: added, Actor: by, Own: by.Bot, At: at})
}

func (i *memoryIssue) listed() engine.Listed {
	l := engine.Listed{Issue: i.Issue}
	for _, c := range i.comments {
		if (c.Own || c.Touched) && engine.IsSticky(c.Body) {
			l.Sticky = &c // the first one counts
			break
		}
	}
	return l
}

func (m *memory) Fill(_ context.Context, s *engine.Snapshot, lack engine.Lack) error {
	s.Asked.Issues, s.Asked.Logins = append(s.Asked.Issues, lack.Issues...), append(s.Asked.Logins, lack.Logins...)
	if lack.Meetings {
		s.Asked.Meetings, s.Meetings = true, facts.Known(m.meetings())
	}
	m.asked = append(m.asked, lack.Compare...)
	for _, span := range lack.Compare {
		if s.Compared == nil {
			s.Compared = map[facts.Span]facts.Fact[facts.Comparison]{}
		}
		s.Compared[span] = m.compared[span]
	}
	for _, n := range lack.Issues {
		if i := m.issues[n]; i != nil {
			s.Listed = append(s.Listed, i.listed())
		}
	}
	for _, login := range lack.Logins {
		if !strings.HasPrefix(login, "nobody") {
			s.People[login] = who(login)
		}
	}
	return nil
}

func (m *memory) Repository(_ context.Context, key engine.Key) (engine.RepositorySnapshot, error) {
	return engine.RepositorySnapshot{Key: key, Rules: m.rules}, nil
}

func (m *memory) Apply(_ context.Context, _ engine.Key, e engine.Effect) error {
	m.writes = append(m.writes, e.String())
	if m.fail > 0 {
		if m.fail--; m.fail == 0 {
			switch {
			case m.vanished:
				return fmt.Errorf("404: %w", engine.ErrVanished)
			case m.lost:
				m.carryOut(e)
			}
			return errWrite
		}
	}
	m.carryOut(e)
	return nil
}

func (m *memory) carryOut(effect engine.Effect) {
	switch e := effect.(type) {
	case engine.PostComment:
		m.nextID++
		i := m.issues[e.Issue]
		i.comments = append(i.comments, facts.Comment{ID: m.nextID, Author: facts.Person{ID: 1, Login: "phasegate[bot]", Bot: true}, Own: true, Body: e.Body, Created: m.now})
	case engine.EditComment:
		c := m.comment(e.Comment)
		c.Body, c.Own, c.Touched = e.Body, true, false // Phasegate is its last editor again
	case engine.React:
		m.comment(e.Comment).Answer = e.Reaction
	case engine.SetLabels:
		i := m.issues[e.Issue]
		i.Labels = slices.DeleteFunc(append(slices.Clone(i.Labels), e.Add...), func(l string) bool { return slices.Contains(e.Remove, l) })
		for _, l := range e.Add {
			i.changed(l, true, facts.Person{ID: 1, Login: "phasegate[bot]", Bot: true}, m.now)
		}
		for _, l := range e.Remove {
			i.changed(l, false, facts.Person{ID: 1, Login: "phasegate[bot]", Bot: true}, m.now)
		}
	case engine.EditIssue:
		if i := m.issues[e.Issue]; i.Body == e.From {
			i.Body, i.BodyEdited, i.EditedOwn = e.Body, m.now, true
		} else {
			m.t.Errorf("#%d was edited meanwhile", e.Issue)
		}
	default:
		m.t.Fatalf("no issue has %s", effect)
	}
}

func (m *memory) comment(id int64) *facts.Comment {
	for _, i := range m.issues {
		for c := range i.comments {
			if i.comments[c].ID == id {
				return &i.comments[c]
			}
		}
	}
	m.t.Fatalf("there is no comment %d", id)
	return nil
}

// maxLooks is how many looks one thing that happened may lead to.
const maxLooks = 120

// settle looks at the issues, and at what each look touches, until nothing is left to look at.
func (m *memory) settle(numbers ...int) {
	m.t.Helper()
	r := engine.Reconciler{Hub: m}
	var queue []engine.Key
	for _, n := range numbers {
		queue = append(queue, m.key(n))
	}
	for looks := 0; len(queue) > 0; looks++ {
		if looks == maxLooks {
			m.t.Fatalf("no end of looking: %v", queue)
		}
		key := queue[0]
		out, err := r.Reconcile(context.Background(), key)
		if err != nil {
			if !errors.Is(err, errWrite) {
				m.t.Fatal(err)
			}
			continue // tried again, as the inbox does
		}
		queue = queue[1:]
		for _, k := range out.Touch {
			if !slices.Contains(queue, k) {
				queue = append(queue, k)
			}
		}
	}
}

// state is what people see of the repository, and what is remembered.
func (m *memory) state() string {
	var b strings.Builder
	for n := range 20 {
		i := m.issues[n]
		if i == nil {
			continue
		}
		slices.Sort(i.Labels)
		fmt.Fprintf(&b, "#%d %v\n", n, i.Labels)
		for _, c := range i.comments {
			switch {
			case c.Own && engine.IsSticky(c.Body):
				fmt.Fprintf(&b, "sticky:\n%s\n", markdown.Visible(c.Body))
			case c.Own:
				fmt.Fprintf(&b, "comment: %s\n", strings.SplitN(c.Body, "\n", 2)[0])
			default:
				fmt.Fprintf(&b, "%s: %s %s\n", c.Author.Login, c.Body, c.Answer)
			}
		}
	}
	return b.String()
}

func (m *memory) sticky(number int) string {
	l := m.issues[number].listed()
	if l.Sticky == nil {
		return ""
	}
	return markdown.Visible(l.Sticky.Body)
}
