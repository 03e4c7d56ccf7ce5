package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// When are the conditions of a row: all that are set must hold for the row to apply. The zero value of
// each sets none. Names and meanings are those of policy-bot's predicates
// (https://github.com/palantir/policy-bot#approval-rules), but paths are globs as everywhere in the config.
type When struct {
	ChangedFiles     FileSet // a changed file is in it
	NoChangedFiles   FileSet // no changed file is in it
	OnlyChangedFiles FileSet // every changed file is in it, and there is one

	TargetsBranch string // RE2, found anywhere in the name unless anchored
	FromBranch    string

	HasAuthorIn             People // who opened it
	HasContributorIn        People // somebody who wrote a commit
	OnlyHasContributorsIn   People // everybody who wrote a commit
	AuthorIsOnlyContributor *bool

	HasLabels          []string // all of them
	Title              TitleIs
	ModifiedLines      Lines
	HasValidSignatures *bool // of every commit; false: of not every one

	HasSuccessfulStatus []string // names of checks and statuses, all of them
}

// FileSet is the files that match one of Paths and none of Ignore, both globs.
type FileSet struct{ Paths, Ignore []string }

// People are named by login, or by a role that they hold.
type People struct {
	Users []string
	Roles []lifecycle.Role
}

// TitleIs holds when one of Matches is found in the title, or when none of NotMatches is. All are RE2.
type TitleIs struct{ Matches, NotMatches []string }

// Lines bounds the lines a change touches; one bound that holds is enough.
type Lines struct{ Additions, Deletions, Total Bound }

// Bound is a comparison with a number. The zero Bound is none.
type Bound struct {
	Op byte // '<', '>' or '='
	N  int
}

// String is the bound as the config writes it.
func (b Bound) String() string { return string(rune(b.Op)) + " " + strconv.Itoa(b.N) }

func (b Bound) holds(n int) bool {
	return b.Op == '<' && n < b.N || b.Op == '>' && n > b.N || b.Op == '=' && n == b.N
}

// Keys lists the conditions that are set, by their keys in the config.
func (w When) Keys() []string {
	var keys []string
	for _, c := range w.conditions() {
		keys = append(keys, c.key)
	}
	return keys
}

// condition is one that is set: what it looks at, and whether it holds where that is known.
type condition struct {
	key   string
	needs []Fact
	holds func(*looked) bool
}

func (w When) conditions() []condition {
	var out []condition
	set := func(is bool, key string, holds func(*looked) bool, needs ...Fact) {
		if is {
			out = append(out, condition{key, needs, holds})
		}
	}
	set(w.ChangedFiles.Paths != nil, "changed_files", func(l *looked) bool { return l.some(w.ChangedFiles) }, FactFiles)
	set(w.NoChangedFiles.Paths != nil, "no_changed_files", func(l *looked) bool { return !l.some(w.NoChangedFiles) }, FactFiles)
	set(w.OnlyChangedFiles.Paths != nil, "only_changed_files", func(l *looked) bool { return l.all(w.OnlyChangedFiles) }, FactFiles)
	set(w.TargetsBranch != "", "targets_branch", func(l *looked) bool { return l.found(w.TargetsBranch, l.BaseRef) }, FactBaseRef)
	set(w.FromBranch != "", "from_branch", func(l *looked) bool { return l.found(w.FromBranch, l.HeadRef) }, FactHeadRef)
	set(w.HasAuthorIn.any(), "has_author_in", func(l *looked) bool { return l.in(w.HasAuthorIn, l.Author) }, w.HasAuthorIn.needs(FactAuthor)...)
	set(w.HasContributorIn.any(), "has_contributor_in", func(l *looked) bool {
		return slices.ContainsFunc(l.People, func(p string) bool { return l.in(w.HasContributorIn, p) })
	}, w.HasContributorIn.needs(FactContributors)...)
	set(w.OnlyHasContributorsIn.any(), "only_has_contributors_in", func(l *looked) bool {
		return !slices.ContainsFunc(l.People, func(p string) bool { return !l.in(w.OnlyHasContributorsIn, p) })
	}, w.OnlyHasContributorsIn.needs(FactContributors)...)
	set(w.AuthorIsOnlyContributor != nil, "author_is_only_contributor", func(l *looked) bool {
		others := slices.ContainsFunc(l.People, func(p string) bool { return !strings.EqualFold(p, l.Author) })
		return others != *w.AuthorIsOnlyContributor
	}, FactAuthor, FactContributors)
	set(w.HasLabels != nil, "has_labels", func(l *looked) bool { return subset(w.HasLabels, l.Labels) }, FactLabels)
	set(w.Title.Matches != nil || w.Title.NotMatches != nil, "title", func(l *looked) bool { return l.titled(w.Title) }, FactTitle)
	set(w.ModifiedLines != Lines{}, "modified_lines", func(l *looked) bool { return l.lines(w.ModifiedLines) }, FactFiles, FactLines)
	set(w.HasValidSignatures != nil, "has_valid_signatures", func(l *looked) bool { return l.Signed == *w.HasValidSignatures }, FactSignatures)
	set(w.HasSuccessfulStatus != nil, "has_successful_status", func(l *looked) bool { return subset(w.HasSuccessfulStatus, l.Succeeded) }, FactStatuses)
	return out
}

func (p People) any() bool { return len(p.Users)+len(p.Roles) > 0 }

// needs adds to a fact what is needed to know who holds a role.
func (p People) needs(f Fact) []Fact {
	if len(p.Roles) > 0 {
		return []Fact{f, FactHeldRoles}
	}
	return []Fact{f}
}

// subset reports whether have has every one of want, as GitHub compares labels: without case.
func subset(want, have []string) bool {
	return !slices.ContainsFunc(want, func(w string) bool {
		return !slices.ContainsFunc(have, func(h string) bool { return strings.EqualFold(w, h) })
	})
}

// looked is a change that conditions are held against, with what is found out only once.
type looked struct {
	*Change
	patterns map[string]*regexp.Regexp
	unsure   bool // a pattern cannot be read
}

// judge holds w against the change: whether the row applies, and the conditions (by key) that are not
// known, for which it applies all the same.
func (l *looked) judge(w When) (applies bool, unknown []string) {
	for _, c := range w.conditions() {
		l.unsure = false
		switch {
		case slices.ContainsFunc(c.needs, l.unknown):
			unknown = append(unknown, c.key)
		case !c.holds(l) && !l.unsure:
			return false, nil
		case l.unsure:
			unknown = append(unknown, c.key)
		}
	}
	return true, unknown
}

func (l *looked) some(s FileSet) bool {
	globs := newGlobSet()
	paths, ignore := globs.add(s.Paths), globs.add(s.Ignore)
	return slices.ContainsFunc(l.Files, func(f ChangedFile) bool {
		globs.look(f.Path)
		return globs.any(paths) && !globs.any(ignore)
	})
}

func (l *looked) all(s FileSet) bool {
	globs := newGlobSet()
	paths, ignore := globs.add(s.Paths), globs.add(s.Ignore)
	return len(l.Files) > 0 && !slices.ContainsFunc(l.Files, func(f ChangedFile) bool {
		globs.look(f.Path)
		return !globs.any(paths) || globs.any(ignore)
	})
}

// found reports whether the RE2 pattern is found in the text. One that is no pattern, which no reader
// lets pass, makes the condition unknown.
func (l *looked) found(pattern, text string) bool {
	re, known := l.patterns[pattern]
	if !known {
		re, _ = regexp.Compile(pattern)
		l.patterns[pattern] = re
	}
	if re == nil {
		l.unsure = true
		return false
	}
	return re.MatchString(text)
}

func (l *looked) titled(t TitleIs) bool {
	found := func(pattern string) bool { return l.found(pattern, l.Change.Title) }
	return slices.ContainsFunc(t.Matches, found) || len(t.NotMatches) > 0 && !slices.ContainsFunc(t.NotMatches, found)
}

func (l *looked) in(p People, login string) bool {
	if slices.ContainsFunc(p.Users, func(u string) bool { return strings.EqualFold(u, login) }) {
		return true
	}
	held := setOf(l.Roles[strings.ToLower(login)]...)
	return held&setOf(p.Roles...) != 0
}

func (l *looked) lines(b Lines) bool {
	added, deleted := 0, 0
	for _, f := range l.Files {
		added, deleted = added+f.Additions, deleted+f.Deletions
	}
	return b.Additions.holds(added) || b.Deletions.holds(deleted) || b.Total.holds(added+deleted)
}

// yaml is the conditions as the config writes them, on one line.
func (w When) yaml() string {
	var out []string
	add := func(is bool, key, format string, args ...any) {
		if is {
			out = append(out, key+": "+fmt.Sprintf(format, args...))
		}
	}
	files := func(key string, s FileSet) {
		if s.Ignore != nil {
			add(true, key, "{paths: %s, ignore: %s}", quoted(s.Paths), quoted(s.Ignore))
		} else {
			add(s.Paths != nil, key, "{paths: %s}", quoted(s.Paths))
		}
	}
	files("changed_files", w.ChangedFiles)
	files("no_changed_files", w.NoChangedFiles)
	files("only_changed_files", w.OnlyChangedFiles)
	add(w.TargetsBranch != "", "targets_branch", "{pattern: %s}", quote(w.TargetsBranch))
	add(w.FromBranch != "", "from_branch", "{pattern: %s}", quote(w.FromBranch))
	add(w.HasAuthorIn.any(), "has_author_in", "%s", w.HasAuthorIn.yaml())
	add(w.HasContributorIn.any(), "has_contributor_in", "%s", w.HasContributorIn.yaml())
	add(w.OnlyHasContributorsIn.any(), "only_has_contributors_in", "%s", w.OnlyHasContributorsIn.yaml())
	add(w.AuthorIsOnlyContributor != nil, "author_is_only_contributor", "%t", is(w.AuthorIsOnlyContributor))
	add(w.HasLabels != nil, "has_labels", "%s", quoted(w.HasLabels))
	add(w.Title.Matches != nil || w.Title.NotMatches != nil, "title", "%s", keyLists("matches", w.Title.Matches, "not_matches", w.Title.NotMatches))
	add(w.ModifiedLines != Lines{}, "modified_lines", "%s", w.ModifiedLines.yaml())
	add(w.HasValidSignatures != nil, "has_valid_signatures", "%t", is(w.HasValidSignatures))
	add(w.HasSuccessfulStatus != nil, "has_successful_status", "%s", quoted(w.HasSuccessfulStatus))
	return "{" + strings.Join(out, ", ") + "}"
}

func is(b *bool) bool { return b != nil && *b }

func (p People) yaml() string {
	roles := make([]string, len(p.Roles))
	for i, r := range p.Roles {
		roles[i] = string(r)
	}
	return keyLists("users", p.Users, "roles", roles)
}

func keyLists(a string, as []string, b string, bs []string) string {
	var out []string
	if len(as) > 0 {
		out = append(out, a+": "+quoted(as))
	}
	if len(bs) > 0 {
		out = append(out, b+": "+quoted(bs))
	}
	return "{" + strings.Join(out, ", ") + "}"
}

func (l Lines) yaml() string {
	var out []string
	for _, b := range []struct {
		key string
		is  Bound
	}{{"additions", l.Additions}, {"deletions", l.Deletions}, {"total", l.Total}} {
		if b.is.Op != 0 {
			out = append(out, b.key+": "+quote(b.is.String()))
		}
	}
	return "{" + strings.Join(out, ", ") + "}"
}

// LooksAtStatuses reports whether a condition depends on how checks and statuses end.
func (p *Policy) LooksAtStatuses() bool {
	return slices.ContainsFunc(p.Paths, func(r PathRule) bool { return r.When.HasSuccessfulStatus != nil })
}
