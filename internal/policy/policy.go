// Package policy reads a repository's config, `.github/phasegate.yml`, strictly: every problem at once,
// each with its place and with what would be right.
//
// One table of keys (keys.go) feeds the reader, the JSON Schema for editors and the hints for keys that
// are misspelt. The tables of paths, phases and gates that apply without a config stand here once, as
// data (tables.go). The package fetches no file, knows no members of teams and decides nothing.
package policy

import (
	"crypto/ed25519"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // time zones must be known on machines that have none installed

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// File is where the config stands in a repository.
const File = ".github/phasegate.yml"

// Policy is a config with every default filled in. It is not changed after Parse; do not change one
// that is shared.
type Policy struct {
	Version     int // always 1
	Language    lifecycle.Lang
	Location    *time.Location // never nil
	Roles       map[lifecycle.Role][]Holder
	Validators  []Holder // the second line, for high risk only
	Bots        []string // logins whose pull requests need no deliverable
	RiskDefault lifecycle.Risk
	Meetings    Meetings

	NudgeAfterWorkingDays int
	GateValidDays         GateValidDays
	NearLimitPercent      int

	Guidelines Guidelines
	Runner     Runner
	Approvals  Approvals
	Holidays   []Date // dates that are no working days
	Links      Links
	Writers    []Writer
	Keys       []ed25519.PublicKey // public keys of earlier signatures
	Mode       Mode

	Paths  []PathRule
	Phases []PhaseRule
	Gates  Gates

	// AllowOverride matters in an organisation's shared config only: where a repository's own may go below it.
	AllowOverride Override
}

// Holder is who holds a role: one of Login, Team and Permission is set.
type Holder struct {
	Login      string
	Team       Team
	Permission Permission // everybody who has at least that permission on the repository
}

// Team is a team of an organisation.
type Team struct{ Org, Slug string }

// Permission is a role on the repository as GitHub names it.
type Permission string

// The permissions that can hold a role, each with those before it.
const (
	PermissionWrite    Permission = "write"
	PermissionMaintain Permission = "maintain"
	PermissionAdmin    Permission = "admin"
)

var permissions = []Permission{PermissionWrite, PermissionMaintain, PermissionAdmin}

// Includes reports whether who has p has at least q. Of other permissions than the three it is false.
func (p Permission) Includes(q Permission) bool {
	asked := slices.Index(permissions, q)
	return asked >= 0 && slices.Index(permissions, p) >= asked
}

// permissionMark stands before a permission in the config. No login has a colon.
const permissionMark = "permission:"

// IsTeam reports whether h is a team.
func (h Holder) IsTeam() bool { return h.Team != Team{} }

// IsPerson reports whether h is one person, named by login.
func (h Holder) IsPerson() bool { return h.Login != "" }

// String is the holder as the config writes it: a login, org/team, or permission:write.
func (h Holder) String() string {
	switch {
	case h.Permission != "":
		return permissionMark + string(h.Permission)
	case h.IsTeam():
		return h.Team.Org + "/" + h.Team.Slug
	}
	return h.Login
}

// Is reports whether h and g name the same person, team or permission; GitHub ignores case in them.
func (h Holder) Is(g Holder) bool { return strings.EqualFold(h.String(), g.String()) }

// Meetings says when review meetings are held, in the project's time zone.
type Meetings struct {
	Weekly  *Slot // nil when weekly meetings are off
	Monthly Monthly
	Skip    []Date // no meeting is opened on these dates
}

// Slot is a time of a week.
type Slot struct {
	Day  time.Weekday
	Time Clock
}

// Monthly is a time of a month. Week counts from 1 to 4; 5 is the last one of the month.
type Monthly struct {
	Week int
	Day  time.Weekday
	Time Clock
}

// Clock is a time of day.
type Clock struct{ Hour, Minute int }

// Date is a day of the calendar, in the project's time zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day on which t falls in the zone of t.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// String is the date as YYYY-MM-DD.
func (d Date) String() string {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// GateValidDays says how long a passed G3 holds, in days.
type GateValidDays struct{ Standard, High int }

// Guidelines names the CI checks that must be green at G2.
type Guidelines struct{ RequiredChecks []string }

// Approvals are the rules of section 3 and 4 that a config can bend.
type Approvals struct {
	Contributors    Contributors
	KeepOnBaseMerge bool // a merge of the base branch that changes no file of the pull request keeps approvals
	Scale           Scale
}

// Runner says who runs the rules.
type Runner string

// The runners.
const (
	RunnerApp    Runner = "app"    // the server
	RunnerAction Runner = "action" // workflows only, no server
)

// Contributors says whether an author of a commit may approve the pull request.
type Contributors string

// The two answers.
const (
	ContributorsDeny  Contributors = "deny"
	ContributorsAllow Contributors = "allow"
)

// Scale says whether a team with fewer people than roles needs fewer approvals.
type Scale string

// The two answers.
const (
	ScaleAuto  Scale = "auto"
	ScaleNever Scale = "never"
)

// Links says how issues are connected.
type Links string

// The two ways; the body's Parent section is read in both.
const (
	LinksBody      Links = "body"
	LinksSubIssues Links = "sub-issues" // native sub-issues are written too
)

// Mode says whether checks can stop anything.
type Mode string

// The two modes.
const (
	Observe Mode = "observe" // checks are neutral and say what enforce would say
	Enforce Mode = "enforce"
)

// Writer is another author whose stickies and records are trusted: an App, or the Action when AppID is 0.
type Writer struct{ AppID int64 }

// Action reports whether the writer is a workflow's own token.
func (w Writer) Action() bool { return w.AppID == 0 }

// Default is the config in force for every key that is left out. Each call returns a fresh copy.
func Default() *Policy {
	nine := Clock{9, 0}
	p := &Policy{
		Version: 1, Language: lifecycle.English, Location: time.UTC,
		Roles:                 map[lifecycle.Role][]Holder{},
		RiskDefault:           lifecycle.Standard,
		Meetings:              Meetings{Weekly: &Slot{time.Monday, nine}, Monthly: Monthly{1, time.Monday, nine}},
		NudgeAfterWorkingDays: 3,
		GateValidDays:         GateValidDays{Standard: 180, High: 90},
		NearLimitPercent:      15,
		Runner:                RunnerApp,
		Approvals:             Approvals{Contributors: ContributorsDeny, KeepOnBaseMerge: true, Scale: ScaleAuto},
		Links:                 LinksBody,
		Mode:                  Observe,
		Paths:                 defaultPaths(), Phases: defaultPhases(), Gates: defaultGates(),
	}
	return p
}

// RoleHolders lists who holds r by the config, without delegations: the role's own list, the validators
// for [lifecycle.Validator], and everybody who can fill the seat for the two "any" seats. Nobody stands
// twice.
func (p *Policy) RoleHolders(r lifecycle.Role) []Holder {
	var holders []Holder
	add := func(more []Holder) {
		for _, h := range more {
			if !slices.ContainsFunc(holders, h.Is) {
				holders = append(holders, h)
			}
		}
	}
	switch r {
	case lifecycle.Validator:
		add(p.Validators)
	case lifecycle.AnyTechnical, lifecycle.AnyRole:
		for _, role := range lifecycle.Roles {
			if r == lifecycle.AnyRole || role.Technical() {
				add(p.Roles[role])
			}
		}
	default:
		add(p.Roles[r])
	}
	return holders
}

// RolesOf lists the roles whose list names the login or the team (org/team) itself; teams and
// permissions are not looked into.
func (p *Policy) RolesOf(name string) []lifecycle.Role {
	var roles []lifecycle.Role
	for _, r := range lifecycle.Roles {
		if slices.ContainsFunc(p.Roles[r], func(h Holder) bool { return strings.EqualFold(h.String(), name) }) {
			roles = append(roles, r)
		}
	}
	return roles
}

// IsBot reports whether login is one of the config's bots.
func (p *Policy) IsBot(login string) bool {
	return slices.ContainsFunc(p.Bots, func(b string) bool { return strings.EqualFold(b, login) })
}

// ValidDays is how many days a passed G3 holds at that risk.
func (p *Policy) ValidDays(risk lifecycle.Risk) int {
	if risk == lifecycle.High {
		return p.GateValidDays.High
	}
	return p.GateValidDays.Standard
}

// Seats lists who must say yes at gate g by this config. An unknown risk counts as standard.
func (p *Policy) Seats(g lifecycle.Gate, risk lifecycle.Risk) []lifecycle.Role {
	seats, ok := p.Gates[g][risk]
	if !ok {
		seats = p.Gates[g][lifecycle.Standard]
	}
	return slices.Clone(seats)
}

// WorkingDay reports whether people are expected to work on the day of t in the project's zone.
func (p *Policy) WorkingDay(t time.Time) bool {
	t = t.In(p.Location)
	if d := t.Weekday(); d == time.Saturday || d == time.Sunday {
		return false
	}
	return !slices.Contains(p.Holidays, DateOf(t))
}
