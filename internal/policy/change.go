package policy

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// Change is what the conditions of path rules look at: a pull request. What was not read must be
// named in Unknown, or be left empty where that says the same: then a condition that looks at it counts as
// met, so that nothing goes without approval.
type Change struct {
	Files     []ChangedFile
	BaseRef   string   // "" is not read
	HeadRef   string   // "" is not read
	Title     string   // "" is not read
	Labels    []string // nil is none
	Author    string   // login; "" is not read
	People    []string // logins of all who wrote a commit, the author included; empty is not read
	Signed    bool     // every commit has a valid signature
	Succeeded []string // names of the head's checks and statuses that ended well; nil is not read

	// Roles are those that Author and People hold, by login in lower case. Who is missing holds none; nil
	// is not read.
	Roles   map[string][]lifecycle.Role
	Unknown []Fact
}

// ChangedFile is one file of a change. A renamed one stands in it under both names, its lines under one.
type ChangedFile struct {
	Path      string
	Additions int
	Deletions int
}

// Fact is something of a change that may not have been read.
type Fact string

// The facts that conditions look at.
const (
	FactFiles        Fact = "files"
	FactLines        Fact = "lines" // how many of the files' were added and deleted
	FactBaseRef      Fact = "base branch"
	FactHeadRef      Fact = "head branch"
	FactTitle        Fact = "title"
	FactLabels       Fact = "labels"
	FactAuthor       Fact = "author"
	FactContributors Fact = "people" // somebody without an account wrote a commit, or there are too many
	FactSignatures   Fact = "signatures"
	FactStatuses     Fact = "statuses"
	FactHeldRoles    Fact = "roles" // of people
)

func (c *Change) unknown(f Fact) bool {
	switch f {
	case FactBaseRef:
		return c.BaseRef == "" || slices.Contains(c.Unknown, f)
	case FactHeadRef:
		return c.HeadRef == "" || slices.Contains(c.Unknown, f)
	case FactTitle:
		return c.Title == "" || slices.Contains(c.Unknown, f)
	case FactAuthor:
		return c.Author == "" || slices.Contains(c.Unknown, f)
	case FactContributors:
		return len(c.People) == 0 || slices.Contains(c.Unknown, f)
	case FactStatuses:
		return c.Succeeded == nil || slices.Contains(c.Unknown, f)
	case FactHeldRoles:
		return c.Roles == nil || slices.Contains(c.Unknown, f)
	}
	return slices.Contains(c.Unknown, f)
}

// Requirement is something that has to be approved: by Count different people, each with one of Roles.
type Requirement struct {
	Roles []lifecycle.Role // any of them; one where a certain role is asked for
	Count int              // people, at least 1
	Files []string         // paths that ask for it, as the change has them
	Why   string           // the config's reasons, with "; " between; "" for none

	// Unsure names the conditions, by their keys in the config and with ", " between, that could not be
	// judged because something of the change was not read: the requirement holds as if they were met. ""
	// where a row asks for it for certain.
	Unsure string
}

// maxReasons is how many reasons a requirement carries.
const maxReasons = 3

// Requirements lists what a change has to have approved, by the rows of the table that apply to it: each
// choice of roles and number of people once, with all its files, in the order of files and table.
func (p *Policy) Requirements(c Change) []Requirement {
	t := p.rowsFor(&c)
	seen := map[string]bool{}
	for _, f := range c.Files {
		if !seen[f.Path] {
			seen[f.Path] = true
			t.ask(f.Path)
		}
	}
	out := make([]Requirement, len(t.asked))
	for i, a := range t.asked {
		out[i] = a.Requirement
		out[i].Why = strings.Join(a.reasons, "; ")
		if !a.certain {
			out[i].Unsure = strings.Join(a.unsure, ", ")
		}
	}
	return out
}

// rowsFor readies the rows that apply to the change.
func (p *Policy) rowsFor(c *Change) *asking {
	t := &asking{globs: newGlobSet(), index: map[string]int{}}
	l := &looked{Change: c, patterns: map[string]*regexp.Regexp{}}
	for _, r := range p.Paths {
		applies, unsure := l.judge(r.When)
		if !applies {
			continue
		}
		row := askingRow{
			why: r.Why, unsure: unsure, clauses: r.Roles.Clauses(), count: max(r.Count, 1),
			paths: t.globs.add(r.Paths), ignore: t.globs.add(r.Ignore), other: slices.Contains(r.Paths, AnythingElse), always: len(r.When.conditions()) == 0,
		}
		for _, clause := range row.clauses {
			row.keys = append(row.keys, flow(clause)+strconv.Itoa(row.count))
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// asking collects requirements, file by file.
type asking struct {
	rows  []askingRow
	globs *globSet
	asked []asked
	index map[string]int // in asked, by roles and count
}

type askingRow struct {
	paths, ignore []int
	other, always bool // it stands for anything else; it has no conditions
	clauses       [][]lifecycle.Role
	keys          []string
	count         int
	why           string
	unsure        []string
}

type asked struct {
	Requirement
	reasons []string
	unsure  []string
	certain bool
}

// ask adds what the rows ask for a file. A row with conditions leaves those for anything else in force.
func (t *asking) ask(path string) {
	t.globs.look(path)
	named := false
	for i := range t.rows {
		if row := &t.rows[i]; t.globs.any(row.paths) && !t.globs.any(row.ignore) {
			t.add(row, path)
			named = named || row.always
		}
	}
	for i := range t.rows {
		if row := &t.rows[i]; row.other && !named && !t.globs.any(row.paths) && !t.globs.any(row.ignore) {
			t.add(row, path)
		}
	}
}

func (t *asking) add(row *askingRow, path string) {
	for k, roles := range row.clauses {
		i, known := t.index[row.keys[k]]
		if !known {
			i = len(t.asked)
			t.index[row.keys[k]] = i
			t.asked = append(t.asked, asked{Requirement: Requirement{Roles: roles, Count: row.count}})
		}
		a := &t.asked[i]
		if n := len(a.Files); n == 0 || a.Files[n-1] != path {
			a.Files = append(a.Files, path) // once, though several rows ask
		}
		if row.why != "" && len(a.reasons) < maxReasons && !slices.Contains(a.reasons, row.why) {
			a.reasons = append(a.reasons, row.why)
		}
		a.certain = a.certain || len(row.unsure) == 0
		for _, u := range row.unsure {
			if !slices.Contains(a.unsure, u) {
				a.unsure = append(a.unsure, u)
			}
		}
	}
}
