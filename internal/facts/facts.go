// Package facts holds what was read of GitHub, as plain types without behaviour of their own.
//
// A fact that could not be read is unknown ([Unknown]), never false or empty: whoever judges must
// fail closed and say which fact is missing. The package reads nothing and decides nothing.
package facts

import (
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/metrics"
)

// Fact is a value that was read, or the reason why it could not be read. The zero Fact is unknown.
type Fact[T any] struct {
	value T
	known bool
	why   string
}

// Known wraps a value that was read.
func Known[T any](v T) Fact[T] { return Fact[T]{value: v, known: true} }

// Unknown says that a value could not be read, and why, in a few words for people.
func Unknown[T any](why string) Fact[T] { return Fact[T]{why: why} }

// Get returns the value and whether it was read.
func (f Fact[T]) Get() (T, bool) { return f.value, f.known }

// Why says why the value is unknown; "" for a known one.
func (f Fact[T]) Why() string {
	if f.known {
		return ""
	}
	if f.why == "" {
		return "not read"
	}
	return f.why
}

// Person is an account on GitHub. People are the same when their IDs are; logins change hands.
type Person struct {
	ID    int64
	Login string
	Bot   bool
}

// Is reports whether p and q are the same account. Two unread accounts (ID 0) never are.
func (p Person) Is(q Person) bool { return p.ID != 0 && p.ID == q.ID }

// Reaction is the bot's own reaction to a comment; "" when it has not answered yet.
type Reaction string

// The two reactions the bot gives, by GitHub's REST names.
const (
	Counted    Reaction = "+1"
	NotCounted Reaction = "confused"
)

// Comment is one comment of an issue or pull request.
type Comment struct {
	ID            int64 // GitHub's numeric id; rises with time
	Author        Person
	Own           bool // written by Phasegate, and by nobody else since
	Touched       bool // written by Phasegate, but last edited by somebody else: not to be believed
	Body          string
	Created       time.Time
	Edited        bool // its text was changed after it was written, by whomever
	EditedByOther bool // last by somebody else than who wrote it
	Hidden        bool // minimised
	Answer        Reaction
	URL           string
}

// Before reports whether c was written before d, by time and then by id.
func (c Comment) Before(d Comment) bool {
	if !c.Created.Equal(d.Created) {
		return c.Created.Before(d.Created)
	}
	return c.ID < d.ID
}

// Issue is an issue as it stands.
type Issue struct {
	Repository int64 // GitHub's id of the repository it is in, which stays when that is renamed
	ID         int64 // GitHub's database id, by which a sub-issue is added; 0 where it was not read
	Number     int
	Title      string
	Body       string
	Closed     bool
	ClosedAt   time.Time // zero while it is open
	Author     Person
	Own        bool // written by Phasegate, whoever edited it since
	Created    time.Time
	BodyEdited time.Time // when the body was last edited; zero if never
	Editor     Person    // who edited the body last; zero if nobody did
	EditedOwn  bool      // that was Phasegate
	Parent     int       // of which it is a native sub-issue, in the same repository; 0 for none
	Labels     []string
	URL        string
}

// Has reports whether the issue carries the label; GitHub compares names without case.
func (i Issue) Has(label string) bool {
	return slices.ContainsFunc(i.Labels, func(l string) bool { return strings.EqualFold(l, label) })
}

// KindsOf lists the kinds that the issue's labels name, in the order of lifecycle.Kinds.
func (i Issue) KindsOf() []lifecycle.Kind {
	var kinds []lifecycle.Kind
	for _, k := range lifecycle.Kinds {
		if i.Has(k.Label()) {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// LabelChange is one label put on or taken off an issue.
type LabelChange struct {
	ID    string // GitHub's node id of the event
	Label string
	Added bool
	Actor Person
	Own   bool // made by Phasegate
	At    time.Time
}

// MergedPull is a pull request that was merged into the default branch: evidence of steps, and what may
// void a yes.
type MergedPull struct {
	Number     int
	Lines      []int // what lines of its text say that it is for
	Hints      []int // what its text or branch names otherwise, which may be no deliverable
	Experiment int   // that it names; 0 for none
	Author     Person
	Merged     time.Time
	Commit     string // merge commit, full SHA
	Files      []File
}

// File is one file of a pull request.
type File struct {
	Path    string
	Removed bool
}

// Report is a metric report, as a completed check run holds it.
type Report struct {
	ID     int64 // of the check run; rises with time
	Commit string
	At     time.Time // when the check run was completed
	Body   metrics.Report
	Fault  string // why its text is no report; Body is then zero
}

// Deployment is a deployment of the repository to an environment.
type Deployment struct {
	ID          int64
	Environment string
	Commit      string // full SHA
	Ref         string
	Deliverable int // that its payload names; 0 for none
	By          Person
	Created     time.Time
	Succeeded   time.Time // its first status success; zero if it never had one
	URL         string
}

// Span is two commits that are compared.
type Span struct{ Base, Head string }

// Comparison is what lies between two commits.
type Comparison struct {
	Contains bool     // Head is Base, or has it among its ancestors
	Files    []string // paths that differ between them, a renamed file under both names
	Complete bool     // Files are all of them; GitHub lists 300
}

// CheckState is the newest result of one CI check or commit status on a commit.
type CheckState struct {
	Name  string
	Green bool   // it ended well: success, neutral or skipped
	State string // GitHub's word for how it stands, lower case: failure, in_progress, pending
}

// Roster says who holds which role by the config of the default branch, teams resolved to people.
type Roster struct {
	Holders    map[lifecycle.Role][]Person
	Validators []Person
	Teams      map[string][]Person       // members of the config's teams that were read, by org/slug in lower case
	Unread     map[lifecycle.Role]string // roles whose holders could not be read (a team, say), and why: of Reasons
}

// Of lists who holds r directly or by team. AnyTechnical is held by every technical role's holders.
func (r Roster) Of(role lifecycle.Role) []Person {
	switch role {
	case lifecycle.Validator:
		return r.Validators
	case lifecycle.AnyTechnical:
		var all []Person
		for _, t := range lifecycle.Roles {
			if t.Technical() {
				all = Union(all, r.Holders[t])
			}
		}
		return all
	}
	return r.Holders[role]
}

// RolesOf lists the roles the person holds directly or by team, in the order of lifecycle.Roles.
func (r Roster) RolesOf(p Person) []lifecycle.Role {
	var roles []lifecycle.Role
	for _, role := range lifecycle.Roles {
		if Contains(r.Holders[role], p) {
			roles = append(roles, role)
		}
	}
	if Contains(r.Validators, p) {
		roles = append(roles, lifecycle.Validator)
	}
	return roles
}

// Everybody lists each person of the roster once, in the order of roles.
func (r Roster) Everybody() []Person {
	var all []Person
	for _, role := range lifecycle.Roles {
		all = Union(all, r.Holders[role])
	}
	return Union(all, r.Validators)
}

// Find returns the roster's person with that login, compared without case.
func (r Roster) Find(login string) (Person, bool) {
	for _, p := range r.Everybody() {
		if strings.EqualFold(p.Login, login) {
			return p, true
		}
	}
	return Person{}, false
}

// InTeam reports whether the person is a member of the team, named org/slug.
func (r Roster) InTeam(p Person, team string) bool {
	return Contains(r.Teams[strings.ToLower(team)], p)
}

// Contains reports whether the account is in the list.
func Contains(list []Person, p Person) bool { return slices.ContainsFunc(list, p.Is) }

// Union appends to a the people of b that it lacks, and returns the result; a is not changed.
func Union(a, b []Person) []Person {
	out := slices.Clone(a)
	for _, p := range b {
		if !Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// Without lists the people of a that are not in b.
func Without(a []Person, b ...Person) []Person {
	var out []Person
	for _, p := range a {
		if !Contains(b, p) {
			out = append(out, p)
		}
	}
	return out
}

// Delegation is a role lent to somebody until a day ends.
type Delegation struct {
	Role    lifecycle.Role
	From    Person
	To      Person
	Until   time.Time // the first instant at which it holds no longer
	Day     string    // the last day it holds, YYYY-MM-DD
	Comment int64
}
