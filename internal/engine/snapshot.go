package engine

import (
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/internal/policy"
)

// Snapshot is what was read of GitHub to look at one issue.
type Snapshot struct {
	Key    Key
	Now    time.Time // the project's time: GitHub's
	Rules  Rules
	Roster facts.Roster

	// Issue is the object itself with all its comments, oldest first, and the newest changes of its
	// labels. Gone says that there is no such issue (any more); the others are then empty.
	Issue        facts.Issue
	Gone         bool
	Comments     []facts.Comment
	LabelChanges []facts.LabelChange

	// Listed are the repository's open issues of the kinds that have a sticky, and support problems;
	// experiments, deployments and incidents, open or closed; and issues that Lacks asked for.
	Listed []Listed
	// Merged are the pull requests merged into the default branch, newest first, with all their files: every one since
	// the deliverable was opened, and older ones as far as they are known. Unknown for other kinds.
	Merged facts.Fact[[]facts.MergedPull]
	// Finished are the deliverables that are closed, and when each was. Empty for other kinds.
	Finished map[int]time.Time
	// Reports are the metric reports on commits of the default branch and on deployed commits, the
	// newest first. Unknown for other kinds than deliverables.
	Reports facts.Fact[[]facts.Report]
	// Deployments are the newest deployments to production, the newest first. Unknown as Reports.
	Deployments facts.Fact[[]facts.Deployment]
	// Compared, Checks and Meetings were asked for by Lacks. What could not be read is there, unknown.
	Compared map[facts.Span]facts.Fact[facts.Comparison]
	Checks   map[string]facts.Fact[[]facts.CheckState] // by commit
	Meetings facts.Fact[[]Meeting]                     // the newest first
	// People are accounts that Lacks asked for, by login in lower case; those that do not exist are
	// not in it.
	People map[string]facts.Person
	// Asked are the numbers and logins that were looked for, found or not.
	Asked Lack

	memory *Memory // may be nil
	cut    bool    // something is lacking still, however often it was read on
	ready  *chart  // where many are judged with one chart; else nil
}

// Rules are the config in force.
type Rules struct {
	Policy *policy.Policy // nil: the repository has no config, and nothing is done
	Broken string         // the first problem of the default branch's config, when older rules are in force; "" otherwise
	URL    string         // where people read it

	Shared string        // where people read the one that the owner's repositories share and that is part of it; "" for none
	Notes  []policy.Note // what of the repository's own does not count beside that
}

// Listed is an issue as its neighbours see it.
type Listed struct {
	Issue  facts.Issue
	Sticky *facts.Comment // Phasegate's, perhaps changed by somebody else; nil for none
}

// Meeting is a review meeting's issue with its comments, oldest first.
type Meeting struct {
	Issue    facts.Issue
	Comments []facts.Comment
}

// Lack is what else has to be read before a snapshot can be judged.
type Lack struct {
	Issues   []int
	Logins   []string
	Compare  []facts.Span
	Checks   []string // commits whose CI checks count
	Meetings bool     // the newest review meetings, with their comments
}

// Empty reports whether nothing is lacking.
func (l Lack) Empty() bool {
	return len(l.Issues)+len(l.Logins)+len(l.Compare)+len(l.Checks) == 0 && !l.Meetings
}

// maxLinks is how many issues one form can name; more are not read.
const maxLinks = 50

// Lacks lists the issues that the object names and the snapshot does not have, and the accounts that
// somebody lends a role to.
func (s Snapshot) Lacks() Lack {
	var l Lack
	if s.Rules.Policy == nil {
		return l // nothing will be judged
	}
	if kind := s.adoptable(); kind != "" {
		s = s.adopted(kind)
	}
	c := s.chart()
	o := c.self
	if o == nil {
		return l
	}
	want := func(n int) {
		if n > 0 && c.objects[n] == nil && len(l.Issues) < maxLinks && !slices.Contains(l.Issues, n) && !slices.Contains(s.Asked.Issues, n) {
			l.Issues = append(l.Issues, n)
		}
	}
	switch o.kind {
	case lifecycle.Deliverable:
		want(o.form.Parent)
		for _, n := range o.form.Linked(s.Key.FullName()) {
			want(n)
		}
		if len(l.Issues) == 0 && !o.Closed {
			b := bench{Snapshot: s, chart: c}
			more := b.deliverable(o).lacks()
			l.Compare, l.Checks = more.Compare, more.Checks
		}
	case lifecycle.Problem:
		l.Logins, l.Meetings = s.lentTo(), !s.Asked.Meetings
	case lifecycle.Meeting:
		l.Logins = s.invited()
	}
	return l
}

// lentTo lists the logins that roles are lent to and that are neither in the roster nor read.
func (s Snapshot) lentTo() []string {
	var out []string
	for _, e := range s.entries() {
		for _, cmd := range e.Commands {
			if cmd.Name != lifecycle.Delegate || len(out) >= maxLinks {
				continue
			}
			args, fault := ParseDelegate(cmd.Args, e.Comment.Created, s.zone())
			if _, known := s.Roster.Find(args.Login); fault != "" || known {
				continue
			}
			if login := strings.ToLower(args.Login); !slices.Contains(s.Asked.Logins, login) && !slices.Contains(out, login) {
				out = append(out, login)
			}
		}
	}
	return out
}

func (s Snapshot) zone() *time.Location {
	if s.Rules.Policy == nil {
		return time.UTC
	}
	return s.Rules.Policy.Location
}

// entries are the comments as they are folded. Signatures are checked against the config's keys; the
// signer's own is added by who has it.
func (s Snapshot) entries() []Entry {
	return Entries(s.place(), s.Comments, s.Rules.Policy.Keys)
}

// place is where records of the issue say they are.
func (s Snapshot) place() Place {
	return Place{Repo: s.Key.FullName(), RepoID: s.Issue.Repository, Issue: s.Issue.Number}
}

// IsSticky reports whether a comment's body is that of a sticky.
func IsSticky(body string) bool { return stickyBlock(body) != nil }

func stickyBlock(body string) *markdown.Block {
	for _, b := range markdown.Blocks(body) {
		if b.Kind == "sticky" {
			return &b
		}
	}
	return nil
}

// stickyOf is the first comment that is a sticky of ours; nil for none.
func stickyOf(comments []facts.Comment) *facts.Comment {
	for i := range comments {
		if c := &comments[i]; (c.Own || c.Touched) && IsSticky(c.Body) {
			return c
		}
	}
	return nil
}
