package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// PullLedger stands hidden in the text of phasegate/roles, which nobody but Phasegate can write.
type PullLedger struct {
	Pull int `json:"pull"`
	// Head is the commit that the run is on, and Seen when that was first seen, where the run is not the
	// first of its name there: GitHub does not reopen one that was completed.
	Head string    `json:"head,omitempty"`
	Seen time.Time `json:"seen,omitzero"`
	// Asked are those who are awaited and were asked for a review, with the newest change before that of whether they
	// are asked. GitHub refuses some without a trace: they are not asked again.
	Asked []string `json:"asked,omitempty"`
	// For is, by comment, the commit that a counted `/approve` or `/no-metrics` is for; "" where that is not known
	// any more.
	For map[int64]string `json:"for,omitempty"`
	// Against are the objections and withdrawals that were counted, oldest first.
	Against []CountedWord `json:"against,omitempty"`
	// Roots is, by commit, what the pull request grew from there.
	Roots map[string]Root `json:"roots,omitempty"`
}

// CountedWord is an objection or a withdrawal in the conversation that was counted. It holds until whoever said it
// speaks again: others can edit and delete comments.
type CountedWord struct {
	Comment int64       `json:"comment"`
	Person  int64       `json:"person"`
	Login   string      `json:"login"`
	Word    checks.Word `json:"word"`
	At      time.Time   `json:"at"`
}

// Root says from which commits of others the pull request grew, as of one of its own: Of is a hash of them. Once
// another pull request with some of its commits is merged into the base, it grows from somewhere else, and changes
// something else; Since is when that was noticed.
type Root struct {
	Of    string    `json:"of"`
	Since time.Time `json:"since,omitzero"`
}

// How much the ledger holds, the newest: together they fit into a hidden block.
const (
	keptAssents = 250
	keptWords   = 60
	keptRoots   = 40
)

// pullBlock is the kind of the hidden block in a roles run's text.
const pullBlock = "pull"

func ledgerIn(text string) (PullLedger, bool) {
	var l PullLedger
	for _, b := range markdown.Blocks(text) {
		if b.Kind == pullBlock && b.Decode(&l) == nil {
			return l, true
		}
	}
	return l, false
}

// readLedger takes the newest ledger: that of the head, else of an earlier head. What that does not tell, an earlier
// one may: the head may have been one before.
func (d *pullDesk) readLedger() {
	var found []PullLedger
	for _, run := range d.rolesRuns() {
		if l, ok := ledgerIn(run.Text); ok && l.Pull == d.Pull.Number {
			found = append(found, l)
		}
	}
	d.ledger.Pull, d.noted = d.Pull.Number, d.notedUntil()
	if len(found) > 0 {
		d.ledger = found[0]
	}
	d.ledger.For, d.ledger.Roots, d.ledger.Against = map[int64]string{}, map[string]Root{}, nil
	for _, l := range slices.Backward(found) {
		maps.Copy(d.ledger.For, l.For)
		maps.Copy(d.ledger.Roots, l.Roots)
		for _, w := range l.Against {
			if !slices.ContainsFunc(d.ledger.Against, func(have CountedWord) bool { return have.Comment == w.Comment }) {
				d.ledger.Against = append(d.ledger.Against, w)
			}
		}
	}
	slices.SortStableFunc(d.ledger.Against, func(a, b CountedWord) int { return a.At.Compare(b.At) })
}

// rolesRuns are phasegate/roles on the head and on earlier heads as far as they were read, the newest first.
func (d *pullDesk) rolesRuns() []facts.Run {
	if run := d.run(RolesCheck); run != nil {
		return append([]facts.Run{*run}, d.Earlier...)
	}
	return d.Earlier
}

// lacksEarlier reports whether what earlier heads' runs remember is not known: something was said, and the head has no
// run yet, or was brought back by force after that was posted, or does not tell what a counted yes was for.
func (d *pullDesk) lacksEarlier() bool {
	if d.Asked.Earlier || len(d.Pull.Reviews)+len(d.Pull.Deleted) == 0 && !slices.ContainsFunc(d.entries, func(e Entry) bool { return e.Record == nil }) {
		return false
	}
	return d.noted.IsZero() || d.Pull.ForcePushed.After(d.noted) ||
		slices.ContainsFunc(d.counted(), func(id int64) bool { _, known := d.ledger.For[id]; return !known })
}

// notedUntil is until when the ledger of the head's own run knows of force pushes; zero where there is none.
func (d *pullDesk) notedUntil() time.Time {
	run := d.run(RolesCheck)
	if run == nil {
		return time.Time{}
	}
	l, ok := ledgerIn(run.Text)
	switch {
	case !ok || l.Pull != d.Pull.Number: // of another pull request that had this commit
		return time.Time{}
	case l.Head == d.Pull.Head && !l.Seen.IsZero():
		return l.Seen
	}
	return run.Started
}

// seenAt is when the head was first seen: when the first phasegate/roles on it was posted, or when a force push
// brought it back after that; zero while there is none. Dates of commits and other checks are never trusted.
func (d *pullDesk) seenAt() time.Time {
	seen := d.noted
	if !seen.IsZero() && d.Pull.ForcePushed.After(seen) {
		return d.Pull.ForcePushed
	}
	return seen
}

// counted are the comments with a yes or an excuse that was counted, the newest, as many as the ledger holds.
func (d *pullDesk) counted() []int64 {
	var out []int64
	standing(d.entries, func(e Entry, _ int, cmd Command) {
		if binds(cmd) && e.Comment.Answer == facts.Counted && !slices.Contains(out, e.Comment.ID) {
			out = append(out, e.Comment.ID)
		}
	})
	return lastOf(out, keptAssents)
}

// counting are the comments that are about to be counted, and those that are already.
func (d *pullDesk) counting() []int64 {
	out := d.counted()
	standing(d.entries, func(e Entry, _ int, cmd Command) {
		if c := e.Comment; binds(cmd) && c.Answer == "" && d.bound[c.ID] != "" && d.command(c, cmd) == "" && !slices.Contains(out, c.ID) {
			out = append(out, c.ID)
		}
	})
	return lastOf(out, keptAssents)
}

// binds reports whether the command is for a commit.
func binds(cmd Command) bool { return cmd.Name == lifecycle.Approve || cmd.Name == lifecycle.NoMetrics }

func lastOf[T any](list []T, n int) []T { return list[max(0, len(list)-n):] }

// remember is the ledger from now on.
func (d *pullDesk) remember(anew bool) PullLedger {
	l := PullLedger{Pull: d.Pull.Number, Asked: d.tried(), Against: d.words(), Roots: d.roots()}
	if seen := d.seenAt(); !seen.IsZero() && (anew || d.ledger.Head == d.Pull.Head || d.Pull.ForcePushed.After(d.noted)) {
		l.Head, l.Seen = d.Pull.Head, seen
	}
	for _, id := range d.counting() {
		if l.For == nil {
			l.For = map[int64]string{}
		}
		l.For[id] = d.bound[id]
	}
	return l
}

// words are the objections and withdrawals that are counted, less those whose author spoke again.
func (d *pullDesk) words() []CountedWord {
	out := slices.Clone(d.ledger.Against)
	standing(d.entries, func(e Entry, _ int, cmd Command) {
		s, ok := d.spoken(e.Comment, cmd)
		if !ok || s.Word == checks.WordYes || slices.ContainsFunc(out, func(w CountedWord) bool { return w.Comment == s.Comment }) {
			return
		}
		if e.Comment.Answer == facts.Counted || d.command(e.Comment, cmd) == "" {
			out = append(out, CountedWord{s.Comment, s.Person.ID, s.Person.Login, s.Word, s.At.UTC()})
		}
	})
	spoke := d.lastWords()
	out = slices.DeleteFunc(out, func(w CountedWord) bool { return spoke[w.Person].After(w.At) })
	slices.SortStableFunc(out, func(a, b CountedWord) int { return a.At.Compare(b.At) })
	return lastOf(out, keptWords)
}

// lastWords is when each person last said something that counts.
func (d *pullDesk) lastWords() map[int64]time.Time {
	out := map[int64]time.Time{}
	for _, s := range d.question.Said {
		if s.At.After(out[s.Person.ID]) && (s.Word == checks.WordNo || s.Word == checks.WordWithdraw ||
			s.Word == checks.WordYes && checks.RefuseAssent(d.question, d.assent, s.Person, s.As) == "") {
			out[s.Person.ID] = s.At
		}
	}
	return out
}

// erased is what was counted against the pull request and is not there as it was: it holds as long as its author did
// not take it away, and that leaves no earlier yes of theirs.
func (d *pullDesk) erased() []checks.Said {
	there := map[int64]bool{}
	standing(d.entries, func(e Entry, _ int, _ Command) { there[e.Comment.ID] = true })
	var out []checks.Said
	for _, w := range d.ledger.Against {
		if there[w.Comment] {
			continue
		}
		s := checks.Said{Person: facts.Person{ID: w.Person, Login: w.Login}, Word: w.Word, At: w.At, Comment: w.Comment}
		if d.tookAway(w) {
			s.Word = checks.WordVoid
		}
		out = append(out, s)
	}
	for _, e := range d.Pull.Deleted { // nobody knows what it said, unless it was read
		if e.Author.ID != 0 && !e.By.Is(e.Author) {
			out = append(out, checks.Said{Person: e.Author, Word: checks.WordVoid, At: e.At})
		}
	}
	return out
}

// tookAway reports whether whoever said it edited it so that it is not said there any more, or deleted it, or it was
// never counted.
func (d *pullDesk) tookAway(w CountedWord) bool {
	for _, c := range d.Pull.Comments {
		if c.ID == w.Comment {
			return c.Answer == facts.NotCounted || c.Edited && !c.EditedByOther && !d.saysStill(w)
		}
	}
	return slices.ContainsFunc(d.Pull.Deleted, func(e facts.DeletedComment) bool {
		return e.Author.ID == w.Person && e.By.Is(e.Author) && e.At.After(w.At)
	})
}

// saysStill reports whether the comment still gives the command that was counted, whatever else it says by now: who
// mends a word in their reason objects all the same.
func (d *pullDesk) saysStill(w CountedWord) bool {
	name := lifecycle.Object
	if w.Word == checks.WordWithdraw {
		name = lifecycle.Withdraw
	}
	return slices.ContainsFunc(d.entries, func(e Entry) bool { return e.Comment.ID == w.Comment && e.gives(name) })
}

// lifted reports whether the comment's author edited their objection away, and did not speak again since.
func (d *pullDesk) lifted(c facts.Comment) bool {
	return c.Edited && slices.ContainsFunc(d.ledger.Against, func(w CountedWord) bool {
		return w.Comment == c.ID && w.Word == checks.WordNo && d.tookAway(w) && !d.lastWords()[w.Person].After(w.At)
	})
}

// root is from which commits of others the pull request grew, as of a commit of its own; "" for any other.
func (d *pullDesk) root(sha string) string {
	commits, _ := d.Pull.Commits.Get()
	parents := map[string][]string{}
	for _, c := range commits {
		parents[c.SHA] = c.Parents
	}
	if parents[sha] == nil {
		return ""
	}
	var from []string
	seen, next := map[string]bool{sha: true}, []string{sha}
	for len(next) > 0 {
		at := next[0]
		next = next[1:]
		if _, own := parents[at]; !own {
			from = append(from, at)
			continue
		}
		for _, p := range parents[at] {
			if !seen[p] {
				seen[p] = true
				next = append(next, p)
			}
		}
	}
	slices.Sort(from)
	sum := sha256.Sum256([]byte(strings.Join(from, " ")))
	return hex.EncodeToString(sum[:8])
}

// rootAt is the root of a commit as it is remembered from now on; false for a commit that is not the pull request's
// own (any more).
func (d *pullDesk) rootAt(sha string) (Root, bool) {
	of := d.root(sha)
	switch before, known := d.ledger.Roots[sha]; {
	case of == "":
		return before, false
	case known && before.Of != of:
		return Root{of, d.Now.UTC()}, true
	case known:
		return before, true
	}
	return Root{Of: of}, true
}

// roots are those of the head and of the commits that a yes is for.
func (d *pullDesk) roots() map[string]Root {
	out := map[string]Root{}
	add := func(sha string) {
		if r, ok := d.rootAt(sha); ok && len(out) < keptRoots {
			out[sha] = r
		}
	}
	add(d.Pull.Head)
	for _, s := range slices.Backward(d.question.Said) {
		if s.Word == checks.WordYes && s.Commit != "" {
			add(s.Commit)
		}
	}
	for sha, r := range d.ledger.Roots { // of a yes that holds no longer: it must not hold again
		if len(out) < keptRoots && d.root(sha) != "" && !r.Since.IsZero() {
			add(sha)
		}
	}
	return out
}

// outdated reports whether a yes was given to another change than its commit makes now, whatever the files are: the
// pull request has another base since, or the base has some of its commits. GitHub's times have whole seconds: one in
// that very second is, too.
func (d *pullDesk) outdated(s checks.Said) bool {
	if !s.At.After(d.Pull.Retargeted) {
		return true
	}
	r, ok := d.rootAt(s.Commit)
	return ok && !r.Since.IsZero() && !s.At.After(r.Since)
}
