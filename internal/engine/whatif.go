package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
	"github.com/phasegate/phasegate/templates"
)

// WhatIf is a question: how would the checks of a pull request come out, if. It starts from a pull request as
// it is, or from an imagined one, and lays over it what is named here.
type WhatIf struct {
	Repository   string   `json:"repository"`             // owner/repo
	Pull         int      `json:"pull_request,omitempty"` // 0 imagines one
	Files        []string `json:"files,omitempty"`        // that change; none keeps those of the pull request
	Deliverables []int    `json:"deliverables,omitempty"` // it names; none keeps what its text says
	Author       string   `json:"author,omitempty"`       // login
	Contributors []string `json:"contributors,omitempty"` // logins of who else wrote a commit
	Title        string   `json:"title,omitempty"`
	Base         string   `json:"base,omitempty"` // branch: the default one, or that of the pull request; "" is the latter
	Head         string   `json:"head,omitempty"` // branch
	Labels       []string `json:"labels,omitempty"`
	Hotfix       string   `json:"hotfix,omitempty"`   // the reason
	Approved     []string `json:"approved,omitempty"` // who says yes: a login, or login:role
	Against      []string `json:"against,omitempty"`  // logins of who asks for changes
}

// Answer is how the checks would come out.
type Answer struct {
	Checks     []CheckAnswer     `json:"checks"`
	Awaited    []AwaitedAnswer   `json:"awaited"`     // whose yes would be missing
	NotCounted []NotCountedReply `json:"not_counted"` // of what people would say
}

// CheckAnswer is one check.
type CheckAnswer struct {
	Name       string `json:"name"`
	Conclusion string `json:"conclusion"` // GitHub's word; in_progress while it waits
	Title      string `json:"title"`
	Summary    string `json:"summary"` // Markdown
}

// AwaitedAnswer is something that is missing, and who could give it.
type AwaitedAnswer struct {
	Roles []lifecycle.Role `json:"roles"`  // any of them
	Count int              `json:"count"`  // how many more people
	Files []string         `json:"files"`  // that ask for it
	Can   []string         `json:"can"`    // logins
	Why   string           `json:"reason"` // why it is not known who can; ""

	Unsure string `json:"unsure,omitempty"` // the conditions that are not known, for which it is asked all the same
}

// NotCountedReply is a yes or a no that would not count.
type NotCountedReply struct {
	Login  string         `json:"login"`
	Role   lifecycle.Role `json:"role,omitempty"` // that was chosen
	Reason string         `json:"reason"`         // a sentence
}

// ErrQuestion is a question that cannot be answered; its text says what would be right.
var ErrQuestion = errors.New("the question cannot be answered")

// Bounds of a question.
const (
	maxAskedFiles  = 3000
	maxAskedPeople = 200
)

// Simulate answers a question and writes nothing. It goes the same way as a look at a pull request.
func (r Reconciler) Simulate(ctx context.Context, key Key, q WhatIf) (Answer, error) {
	if err := q.check(); err != nil {
		return Answer{}, err
	}
	s, err := r.readPull(ctx, key.pull(q.Pull), nil)
	if err != nil {
		return Answer{}, err
	}
	if s.Rules.Policy == nil {
		return Answer{}, fmt.Errorf("%w: %s has no valid .github/phasegate.yml on its default branch; `phasegate init` writes one", ErrQuestion, q.Repository)
	}
	if s.Gone && q.Pull != 0 {
		return Answer{}, fmt.Errorf("%w: %s has no pull request #%d", ErrQuestion, q.Repository, q.Pull)
	}
	if err := s.checkBase(q); err != nil {
		return Answer{}, err
	}
	s.memory = r.Memory
	return s.whatIf(q)
}

// checkBase refuses a base branch whose rules were not read.
func (s PullSnapshot) checkBase(q WhatIf) error {
	switch {
	case q.Base == "" || q.Base == s.Branch || q.Pull != 0 && q.Base == s.Pull.BaseRef:
		return nil
	case q.Pull == 0:
		return fmt.Errorf("%w: the rules of base %q are not read; an imagined pull request goes into %s, the default branch. Ask about a pull request that goes into the other branch", ErrQuestion, q.Base, s.Branch)
	}
	return fmt.Errorf("%w: the rules of base %q are not read; write %s, where #%d goes, or the default branch, %s", ErrQuestion, q.Base, s.Pull.BaseRef, q.Pull, s.Branch)
}

// Standing is how the checks of a pull request have to stand on its head; no checks where there is nothing to judge.
// It writes nothing.
func (r Reconciler) Standing(ctx context.Context, key Key) (Answer, error) {
	s, err := r.readPull(ctx, key, nil)
	if err != nil || s.Gone || s.Pull.Closed || s.Rules.Policy == nil {
		return Answer{}, err
	}
	a, err := s.desk(r.Signer).answers()
	if c, changed := s.configPut(); changed && err == nil {
		a.Checks = append(a.Checks, checkAnswer(c))
	}
	return a, err
}

// check says what is wrong with a question.
func (q WhatIf) check() error {
	switch {
	case q.Pull < 0:
		return fmt.Errorf("%w: pull_request is %d; write its number, or leave it out for an imagined one", ErrQuestion, q.Pull)
	case q.Pull == 0 && len(q.Files) == 0:
		return fmt.Errorf("%w: name the files that change, or a pull request", ErrQuestion)
	case len(q.Files) > maxAskedFiles:
		return fmt.Errorf("%w: %d files; at most %d, as GitHub lists them", ErrQuestion, len(q.Files), maxAskedFiles)
	case len(q.Approved)+len(q.Against)+len(q.Contributors) > maxAskedPeople:
		return fmt.Errorf("%w: more than %d people", ErrQuestion, maxAskedPeople)
	}
	for _, f := range q.Files {
		if f == "" || strings.HasPrefix(f, "/") || strings.HasSuffix(f, "/") {
			return fmt.Errorf("%w: %q is no file: write its path from the repository's root, as in train/gbm.py", ErrQuestion, f)
		}
	}
	for _, a := range q.Approved {
		if _, role, chosen := strings.Cut(a, ":"); chosen {
			if _, ok := lifecycle.ParseRole(role); !ok {
				return fmt.Errorf("%w: %q is no role; write one of %v", ErrQuestion, role, lifecycle.Roles)
			}
		}
	}
	return nil
}

// whatIf judges the snapshot with the question laid over it.
func (s PullSnapshot) whatIf(q WhatIf) (Answer, error) {
	s = s.imagined(q)
	d := s.desk(Signer{})
	change := d.change()
	change.Unknown = append(change.Unknown, q.unknown()...)
	if s.Pull.Author.Login == "" {
		change.Unknown = append(change.Unknown, policy.FactContributors)
	}
	d.question.Needs = d.rules.Requirements(change)
	d.question.Said = append(d.question.Said, s.imaginedSaid(q)...)
	d.reassess()
	a, err := d.answers()
	a.NotCounted = d.notCounted(q)
	return a, err
}

// unknown is what an imagined change leaves open: files have no lines, and what is not committed has no signatures
// and no statuses.
func (q WhatIf) unknown() []policy.Fact {
	switch {
	case q.Pull == 0 || len(q.Files) > 0:
		return []policy.Fact{policy.FactLines, policy.FactSignatures, policy.FactStatuses}
	case q.Author != "" || len(q.Contributors) > 0:
		return []policy.Fact{policy.FactSignatures}
	}
	return nil
}

// answers tells how the checks come out, and what is missing.
func (d *pullDesk) answers() (Answer, error) {
	a := Answer{Checks: []CheckAnswer{}, Awaited: []AwaitedAnswer{}, NotCounted: []NotCountedReply{}}
	for _, c := range d.checks() {
		a.Checks = append(a.Checks, checkAnswer(c))
	}
	if _, err := d.decision(); err != nil {
		return Answer{}, err
	}
	for _, n := range d.assent.Needs {
		if n.Met() {
			continue
		}
		missing := AwaitedAnswer{Roles: n.Roles, Count: max(n.People-len(n.Got), 1), Files: n.Files, Can: []string{}, Why: templates.Unread(d.printer.Lang, n.Why), Unsure: n.Unsure}
		for _, p := range n.Missing() {
			missing.Can = append(missing.Can, p.Login)
		}
		a.Awaited = append(a.Awaited, missing)
	}
	return a, nil
}

func checkAnswer(c PutCheck) CheckAnswer {
	conclusion := c.Conclusion
	if conclusion == "" {
		conclusion = "in_progress"
	}
	return CheckAnswer{c.Name, conclusion, c.Title, c.Summary}
}

// notCounted tells which imagined words would count for nothing, and why.
func (d *pullDesk) notCounted(q WhatIf) []NotCountedReply {
	out := []NotCountedReply{}
	for _, a := range q.Approved {
		login, role, _ := strings.Cut(a, ":")
		as, _ := lifecycle.ParseRole(role)
		p := d.person(login)
		if why := checks.RefuseAssent(d.question, d.assent, p, as); why != "" {
			out = append(out, NotCountedReply{p.Login, as, d.printer.WouldNotCount(d.refusal(p, as, why), false)})
		}
	}
	for _, login := range q.Against {
		p := d.person(login)
		if facts.Contains(against(d.assent), p) {
			continue
		}
		if why := checks.RefuseAssent(d.question, d.assent, p, ""); why != "" {
			out = append(out, NotCountedReply{Login: p.Login, Reason: d.printer.WouldNotCount(d.refusal(p, "", why), true)})
		}
	}
	return out
}

// refusal is why somebody's word would not count, for people.
func (d *pullDesk) refusal(p facts.Person, as lifecycle.Role, why checks.Refusal) templates.RefusalView {
	v := templates.RefusalView{Login: p.Login, Why: string(why), Mine: d.Roster.RolesOf(p), As: as}
	for _, n := range d.assent.Needs {
		for _, r := range n.Roles {
			if !slices.Contains(v.Seats, r) {
				v.Seats = append(v.Seats, r)
			}
		}
	}
	return v
}

// against are those whose objection counts.
func against(a checks.Assent) []facts.Person {
	var out []facts.Person
	for _, s := range a.Against {
		out = append(out, s.Person)
	}
	return out
}

// imagined lays the question over the snapshot.
func (s PullSnapshot) imagined(q WhatIf) PullSnapshot {
	p := &s.Pull
	if q.Pull == 0 {
		s.Gone = false
		*p = facts.Pull{Head: strings.Repeat("0", 40), BaseRef: s.Branch, Commits: facts.Known([]facts.PullCommit{})} // the rest is not known
		s.Base = s.Rules.Policy
	}
	p.Closed, p.Sharing = false, nil
	if q.Base != "" && q.Base != p.BaseRef {
		s.Base, p.Retargeted = s.Rules.Policy, s.Now // see checkBase
	}
	if len(q.Files) > 0 {
		files := make([]facts.PullFile, len(q.Files))
		for i, f := range q.Files {
			files[i] = facts.PullFile{Path: f}
		}
		p.Files = facts.Known(files)
	}
	override(&p.Title, q.Title)
	override(&p.BaseRef, q.Base)
	override(&p.HeadRef, q.Head)
	if q.Labels != nil {
		p.Labels = q.Labels
	}
	if q.Author != "" {
		p.Author = s.person(q.Author)
	}
	if commits, ok := p.Commits.Get(); ok && (q.Author != "" || len(q.Contributors) > 0) {
		wrote := facts.PullCommit{SHA: p.Head, Authors: []facts.Person{p.Author}}
		for _, login := range q.Contributors {
			wrote.Authors = append(wrote.Authors, s.person(login))
		}
		p.Commits = facts.Known(append(slices.Clone(commits), wrote))
	}
	if len(q.Deliverables) > 0 || q.Pull == 0 {
		var b strings.Builder
		for _, n := range q.Deliverables {
			fmt.Fprintf(&b, "Deliverable: #%d\n", n)
		}
		p.Body = b.String()
	}
	if q.Hotfix != "" {
		p.Body += "\nHotfix: " + q.Hotfix + "\n"
	}
	return s
}

func override(what *string, with string) {
	if with != "" {
		*what = with
	}
}

// person is the account with that login: of the roster, else one that holds no role.
func (s PullSnapshot) person(login string) facts.Person {
	login = strings.TrimPrefix(login, "@")
	if p, ok := s.Roster.Find(login); ok {
		return p
	}
	var id int64
	for _, b := range []byte(strings.ToLower(login)) {
		id = id*31 + int64(b)
	}
	return facts.Person{ID: -1 - id&(1<<52-1), Login: login} // no account of GitHub's has such an id
}

// imaginedSaid is what people would say, at this moment and about what stands there.
func (s PullSnapshot) imaginedSaid(q WhatIf) []checks.Said {
	var out []checks.Said
	for i, a := range q.Approved {
		login, role, _ := strings.Cut(a, ":")
		as, _ := lifecycle.ParseRole(role)
		out = append(out, checks.Said{Person: s.person(login), Word: checks.WordYes, As: as, Commit: s.Pull.Head, At: s.Now.Add(time.Duration(i) * time.Second)})
	}
	for _, login := range q.Against {
		out = append(out, checks.Said{Person: s.person(login), Word: checks.WordNo, At: s.Now.Add(time.Hour)})
	}
	return out
}
