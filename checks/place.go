package checks

import (
	"slices"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

// Placed is a deliverable that a pull request is judged with.
type Placed struct {
	Number int
	Phase  lifecycle.Phase
	Live   bool                   // a version of it runs in production
	Covers func(path string) bool // which files are its own; nil for all
}

// PlaceQuestion asks whether a pull request may change its files now (section 4, path → allowed phase).
type PlaceQuestion struct {
	Rules        *policy.Policy // of the base branch
	Files        []facts.PullFile
	Deliverables []Placed
	Hotfix       bool // its text has a line `Hotfix: <reason>`
	Exempt       bool // needs no deliverable: it is a bot's
}

// Place says how a pull request stands to the phases.
type Place string

// The answers.
const (
	PlaceAllowed   Place = "allowed"
	PlaceMisplaced Place = "misplaced" // a path is not allowed now
	PlaceUnlinked  Place = "unlinked"  // it has no deliverable and needs one
	PlaceFree      Place = "free"      // nothing of it needs a deliverable
)

// Misplaced is a path that may not change while a deliverable is where it is.
type Misplaced struct {
	Path        string
	Allowed     []lifecycle.Phase
	Deliverable int
	Phase       lifecycle.Phase
}

// PlaceVerdict is the answer to a PlaceQuestion.
type PlaceVerdict struct {
	Place     Place
	Misplaced []Misplaced
	Hotfixed  []string // paths allowed only because this is a hotfix of something live
}

// hotfixPaths may change in every phase of what is live, in a pull request that says why.
var hotfixPaths = []string{"deploy/**", "serving/**", "monitoring/**"}

// PlaceOf judges where the files of a pull request belong. Of a renamed file both names count.
func PlaceOf(q PlaceQuestion) PlaceVerdict {
	if !slices.ContainsFunc(q.Files, func(f facts.PullFile) bool {
		return slices.ContainsFunc(f.Paths(), func(p string) bool { return !policy.Free(p) })
	}) {
		return PlaceVerdict{Place: PlaceFree}
	}
	if len(q.Deliverables) == 0 {
		if q.Exempt {
			return PlaceVerdict{Place: PlaceFree}
		}
		return PlaceVerdict{Place: PlaceUnlinked}
	}
	v := PlaceVerdict{Place: PlaceAllowed}
	for _, f := range q.Files {
		for _, path := range f.Paths() {
			q.place(path, &v)
		}
	}
	if len(v.Misplaced) > 0 {
		v.Place = PlaceMisplaced
	}
	return v
}

// place judges one path with every deliverable whose file it is.
func (q PlaceQuestion) place(path string, v *PlaceVerdict) {
	allowed := q.Rules.AllowedPhases(path)
	for _, d := range q.Deliverables {
		switch {
		case d.Covers != nil && !d.Covers(path), slices.Contains(allowed, d.Phase):
		case q.Hotfix && d.Live && Matches(hotfixPaths, path):
			if !slices.Contains(v.Hotfixed, path) {
				v.Hotfixed = append(v.Hotfixed, path)
			}
		default:
			v.Misplaced = append(v.Misplaced, Misplaced{path, allowed, d.Number, d.Phase})
		}
	}
}

// Matches reports whether one of the globs matches the path, which is relative to the repository's root.
func Matches(globs []string, path string) bool {
	return slices.ContainsFunc(globs, func(g string) bool {
		ok, err := doublestar.Match(g, path)
		return err == nil && ok
	})
}
