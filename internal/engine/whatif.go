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
	Base         string   `json:"base,omitempty"` // branch; "" is the default one
	Head         string   `json:"head,omitempty"` // branch
	Labels       []string `json:"labels,omitempty"`
	Hotfix       string   `json:"hotfix,omitempty"`   // the reason
	Approved     []string `json:"approved,omitempty"` // who says yes: a login, or login:role
	Against      []string `json:"against,omitempty"`  // logins of who asks for changes
}

// Answer is how the checks would come out.
type Answer struct {
	Checks  []CheckAnswer   `json:"checks"`
	Awaited []AwaitedAnswer `json:"awaited"` // whose yes would be missing
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
	s, err := r.readPull(ctx, key.pull(q.Pull))
	if err != nil {
		return Answer{}, err
	}
	if s.Rules.Policy == nil {
		return Answer{}, fmt.Errorf("%w: %s has no valid .github/phasegate.yml on its default branch; `phasegate init` writes one", ErrQuestion, q.Repository)
	}
	if s.Gone && q.Pull != 0 {
		return Answer{}, fmt.Errorf("%w: %s has no pull request #%d", ErrQuestion, q.Repository, q.Pull)
	}
	s.memory = r.Memory
	return s.whatIf(q)
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
	if len(q.Approved)+len(q.Against) > 0 {
		d.question.Said = append(d.question.Said, s.imaginedSaid(q)...)
		d.reassess()
	}
	all := d.checks()
	if _, err := d.decision(); err != nil {
		return Answer{}, err
	}
	a := Answer{Checks: []CheckAnswer{}, Awaited: []AwaitedAnswer{}}
	for _, c := range all {
		conclusion := c.Conclusion
		if conclusion == "" {
			conclusion = "in_progress"
		}
		a.Checks = append(a.Checks, CheckAnswer{c.Name, conclusion, c.Title, c.Summary})
	}
	for _, n := range d.assent.Needs {
		if n.Met() {
			continue
		}
		missing := AwaitedAnswer{Roles: n.Roles, Count: max(n.People-len(n.Got), 1), Files: n.Files, Can: []string{}, Why: n.Why}
		for _, p := range n.Missing() {
			missing.Can = append(missing.Can, p.Login)
		}
		a.Awaited = append(a.Awaited, missing)
	}
	return a, nil
}

// imagined lays the question over the snapshot.
func (s PullSnapshot) imagined(q WhatIf) PullSnapshot {
	p := &s.Pull
	if q.Pull == 0 {
		s.Gone = false
		*p = facts.Pull{Head: strings.Repeat("0", 40), BaseRef: "main", HeadRef: "imagined", Title: "imagined", Commits: facts.Known([]facts.PullCommit{})}
		s.Base = s.Rules.Policy
	}
	p.Closed, p.Sharing, p.Runs = false, nil, nil
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
