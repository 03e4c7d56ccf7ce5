package engine

import (
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
	"github.com/phasegate/phasegate/templates"
)

// pullDesk is where one pull request is judged.
type pullDesk struct {
	PullSnapshot
	pen
	rules    *policy.Policy
	chart    chart
	names    PullNames
	placed   []*object // the deliverables it is for, those of whose Paths it has files last
	guessed  bool      // it names none, and there is only one
	entries  []Entry
	ledger   PullLedger
	noted    time.Time // see notedUntil
	question checks.AssentQuestion
	assent   checks.Assent
	bound    map[int64]string // comment → the commit its yes is for
	asking   []facts.Reviewer // who is asked for a review now
}

// desk takes everything in that does not depend on further reading.
func (s PullSnapshot) desk(signer Signer) *pullDesk {
	d := &pullDesk{PullSnapshot: s, rules: s.Base, bound: map[int64]string{}}
	if d.rules == nil {
		d.rules = s.Rules.Policy
	}
	printer := templates.Printer{Lang: s.Rules.Policy.Language, Zone: s.Rules.Policy.Location, Now: s.Now}
	d.pen = pen{key: s.Key, issue: facts.Issue{Repository: s.Pull.Repository, Number: s.Pull.Number}, now: s.Now, printer: printer, signer: signer}
	d.chart = Snapshot{Key: s.Key, Rules: s.Rules, Listed: s.Listed, Gone: true, memory: s.memory}.chart()
	d.names = NamesIn(s.Key.FullName(), s.Pull.Body, s.Pull.HeadRef)
	d.place()
	keys := s.Rules.Policy.Keys
	if own := signer.Public(); own != nil {
		keys = append(keys[:len(keys):len(keys)], own)
	}
	d.entries = Entries(Place{Repo: s.Key.FullName(), RepoID: s.Pull.Repository, Issue: s.Pull.Number}, s.Pull.Comments, keys)
	d.recall(d.entries)
	d.readLedger()
	d.ask()
	return d
}

// place finds the deliverables that the pull request is for. Those of whose Paths it has files join them.
func (d *pullDesk) place() {
	d.placed, d.guessed = d.chart.placed(d.names)
	files, _ := d.Pull.Files.Get()
	for _, o := range d.chart.each(lifecycle.Deliverable, func(o *object) bool { return !slices.Contains(d.placed, o) }) {
		paths := o.form.Paths()
		if slices.ContainsFunc(files, func(f facts.PullFile) bool {
			return slices.ContainsFunc(f.Paths(), func(p string) bool { return checks.Matches(paths, p) })
		}) {
			d.placed = append(d.placed, o)
		}
	}
}

// placed are the open deliverables that a pull request is for by what it names; guessed is so where that is none, and
// there is only one.
func (c chart) placed(names PullNames) (out []*object, guessed bool) {
	of, silent := names.deliverables(c.isOpen)
	for _, n := range of {
		out = append(out, c.objects[n])
	}
	if open := c.open; silent && len(open) == 1 {
		return open[:1:1], true
	}
	return out, false
}

// isOpen reports whether the issue of that number is an open deliverable.
func (c chart) isOpen(number int) bool {
	o := c.objects[number]
	return o != nil && o.kind == lifecycle.Deliverable && !o.Closed
}

func (d *pullDesk) open() []*object {
	return d.chart.each(lifecycle.Deliverable, func(*object) bool { return true })
}

// named reports whether the pull request is for the deliverable as a whole, not only with the files under
// its Paths.
func (d *pullDesk) named(o *object) bool {
	return d.guessed || slices.Contains(d.names.Lines, o.Number) || len(d.names.Lines) == 0 && slices.Contains(d.names.Hints, o.Number)
}

// phase is where a deliverable is; false where its ledger is not to be believed.
func (o *object) phase() (lifecycle.Phase, bool) {
	if o.ledger.Board != nil {
		return o.ledger.Board.Phase, true
	}
	return lifecycle.Design, !o.doubtful
}

// level is a deliverable's risk.
func (o *object) level(def lifecycle.Risk) lifecycle.Risk {
	if o.ledger.Risk != "" {
		return o.ledger.Risk
	}
	return o.form.Risk(def)
}

// ask makes the question of who has to approve, and folds what was said.
func (d *pullDesk) ask() {
	q := checks.AssentQuestion{Roster: d.Roster, Delegations: d.delegations(), At: d.Now, Author: d.Pull.Author, Head: d.Pull.Head,
		Fixed: d.rules.Approvals.Scale == policy.ScaleNever, Same: d.same, Every: d.highRisk()}
	q.Needs = d.rules.Requirements(d.change())
	q.Contributors, q.Pushers, q.Mergers = d.contributors()
	q.Said = d.said()
	d.question = q
	d.reassess()
}

// reassess counts what was said.
func (d *pullDesk) reassess() { d.assent = checks.AssentOf(d.question) }

// change is the pull request as the conditions of the config see it.
func (d *pullDesk) change() policy.Change {
	c := policy.Change{BaseRef: d.Pull.BaseRef, HeadRef: d.Pull.HeadRef, Title: d.Pull.Title, Labels: d.Pull.Labels, Author: d.Pull.Author.Login,
		Succeeded: d.succeeded(), Roles: map[string][]lifecycle.Role{}}
	files, known := d.Pull.Files.Get()
	if !known {
		c.Unknown = append(c.Unknown, policy.FactFiles)
	}
	for _, f := range files {
		for i, path := range f.Paths() {
			changed := policy.ChangedFile{Path: path}
			if i == 0 {
				changed.Additions, changed.Deletions = f.Additions, f.Deletions
			}
			c.Files = append(c.Files, changed)
		}
	}
	d.changedBy(&c)
	return c
}

// changedBy tells who wrote or pushed the change. Whoever wrote a commit without an account is not known.
func (d *pullDesk) changedBy(c *policy.Change) {
	commits, known := d.Pull.Commits.Get()
	c.Signed = len(commits) > 0
	people := []facts.Person{d.Pull.Author}
	for _, commit := range commits {
		c.Signed = c.Signed && commit.Verified
		known = known && !commit.Unnamed
		people = facts.Union(people, commit.Authors)
		if commit.Pusher.ID != 0 {
			people = facts.Union(people, []facts.Person{commit.Pusher})
		}
	}
	if !known {
		c.Unknown = append(c.Unknown, policy.FactContributors)
	}
	for _, p := range people {
		c.People = append(c.People, p.Login)
		c.Roles[strings.ToLower(p.Login)] = d.Roster.RolesOf(p)
	}
	if len(d.Roster.Unread) > 0 {
		c.Unknown = append(c.Unknown, policy.FactHeldRoles)
	}
}

// succeeded names the head's checks and statuses that ended well; nil where they were not read.
func (d *pullDesk) succeeded() []string {
	states, known := d.States.Get()
	if !known {
		return nil
	}
	names := []string{}
	for _, s := range states {
		if s.Green {
			names = append(names, s.Name)
		}
	}
	return names
}

// delegations are those that hold for every deliverable that the pull request is for: a role is lent for a problem.
func (d *pullDesk) delegations() []facts.Delegation {
	var out []facts.Delegation
	for i, o := range d.placed {
		of := d.chart.delegations(o)
		if i == 0 {
			out = of
			continue
		}
		out = slices.DeleteFunc(slices.Clone(out), func(l facts.Delegation) bool {
			return !slices.ContainsFunc(of, func(have facts.Delegation) bool { return have.Comment == l.Comment })
		})
	}
	return out
}

func (d *pullDesk) highRisk() bool {
	return slices.ContainsFunc(d.placed, func(o *object) bool { return o.level(d.Rules.Policy.RiskDefault) == lifecycle.High })
}

// said is everything that was said in reviews and comments, oldest first, less a yes that was set aside by asking
// the same person again. A yes that was given to another change is for no commit. A review that was dismissed leaves
// no earlier yes of its author's, and what was counted holds whoever erases it.
func (d *pullDesk) said() []checks.Said {
	var out []checks.Said
	for _, r := range d.Pull.Reviews {
		s := checks.Said{Person: r.Author, Commit: r.Commit, At: r.At, URL: r.URL, Word: checks.WordYes}
		switch r.State {
		case facts.ReviewApproved:
		case facts.ReviewChanges:
			s.Word = checks.WordNo
		case facts.ReviewDismissed:
			s.Word = checks.WordVoid
		default:
			continue
		}
		out = append(out, s)
	}
	standing(d.entries, func(e Entry, _ int, cmd Command) {
		if s, ok := d.spoken(e.Comment, cmd); ok {
			out = append(out, s)
		}
	})
	out = append(out, d.erased()...)
	out = slices.DeleteFunc(out, func(s checks.Said) bool { return s.Person.Bot || d.askedAgain(s) })
	for i, s := range out {
		if s.Word == checks.WordYes && d.outdated(s) {
			out[i].Commit = ""
		}
	}
	slices.SortStableFunc(out, func(a, b checks.Said) int { return a.At.Compare(b.At) })
	return out
}

// spoken is what a command in the conversation says.
func (d *pullDesk) spoken(c facts.Comment, cmd Command) (checks.Said, bool) {
	s := checks.Said{Person: c.Author, At: c.Created, Comment: c.ID, URL: c.URL}
	switch {
	case cmd.Name == lifecycle.Approve:
		args, ok := ParseAssent(cmd.Args)
		if !ok {
			return s, false
		}
		s.Word, s.As = checks.WordYes, args.As
		s.Commit = d.bind(c, args.Commit)
		return s, s.Commit != ""
	case cmd.Name == lifecycle.NoMetrics:
		d.bind(c, "")
	case cmd.Name == lifecycle.Object && reason(cmd) != "":
		s.Word = checks.WordNo
		return s, true
	case cmd.Name == lifecycle.Withdraw:
		s.Word = checks.WordWithdraw
		return s, true
	}
	return s, false
}

// bind notes which commit a comment is for.
func (d *pullDesk) bind(c facts.Comment, named string) string {
	if d.bound[c.ID] == "" {
		d.bound[c.ID] = d.commitFor(c, named)
	}
	return d.bound[c.ID]
}

// commitFor is the commit that a yes in a comment is for: the one it names, the one the ledger noted when it
// was counted, or the head if that was there when the comment was written. GitHub's times have whole seconds:
// a yes in the second in which the head was first seen may be for what was there before it, and is not taken.
func (d *pullDesk) commitFor(c facts.Comment, named string) string {
	if at, noted := d.ledger.For[c.ID]; noted {
		return at
	}
	if named != "" && c.Answer == "" { // what was counted is noted
		return d.commit(named)
	}
	if seen := d.seenAt(); c.Answer == "" && !seen.IsZero() && c.Created.After(seen) {
		return d.Pull.Head
	}
	return ""
}

// commit is the pull request's commit with that hash; "" for none. Two commits with the same first digits are made in
// seconds.
func (d *pullDesk) commit(hash string) string {
	commits, _ := d.Pull.Commits.Get()
	hash = strings.ToLower(hash)
	if slices.Contains(append(shas(commits), d.Pull.Head), hash) {
		return hash
	}
	return ""
}

func shas(commits []facts.PullCommit) []string {
	out := make([]string, len(commits))
	for i, c := range commits {
		out[i] = c.SHA
	}
	return out
}

// askedAgain reports whether a person was asked for a review again after they said yes, by somebody else than Phasegate,
// and is asked still: GitHub shows their review as pending then. Who asked for changes is not silenced so. Where that
// may stand among older requests than were read, it does.
func (d *pullDesk) askedAgain(s checks.Said) bool {
	who := facts.Reviewer{Person: s.Person}
	if s.Word != checks.WordYes || !slices.ContainsFunc(d.Pull.Requested, who.Is) {
		return false
	}
	requests := d.requests(who)
	if len(requests) == 0 {
		return d.Pull.AskedCut && len(d.Pull.Asked) > 0 && !s.At.After(d.Pull.Asked[0].At) && d.setsAside(s.Person, d.Pull.Asked[0].At, true)
	}
	before := d.Pull.AskedCut
	return slices.ContainsFunc(requests, func(q *facts.ReviewRequest) bool {
		again := !q.Removed && !q.Own && q.At.After(s.At) && d.setsAside(s.Person, q.At, before) && !d.standsIn(q, false)
		before = before || !q.Removed
		return again
	})
}

// contributors are those who wrote, co-wrote or pushed a commit, where the config denies them a yes.
func (d *pullDesk) contributors() (out, pushers, mergers []facts.Person) {
	if d.rules.Approvals.Contributors == policy.ContributorsAllow {
		return nil, nil, nil
	}
	return d.wrote(func(c facts.PullCommit) bool { return !d.changesNothing(c) })
}

// wrote lists whom those commits name as authors, who pushed them, and who of the latter pushed nothing but merges.
func (d *pullDesk) wrote(of func(facts.PullCommit) bool) (out, pushers, mergers []facts.Person) {
	commits, _ := d.Pull.Commits.Get()
	var others []facts.Person // who pushed something else than merges
	for _, c := range commits {
		if !of(c) {
			continue
		}
		out = facts.Union(out, c.Authors)
		pushers = facts.Union(pushers, pusher(c))
		if len(c.Parents) < 2 {
			others = facts.Union(others, pusher(c))
		}
	}
	mergers = slices.DeleteFunc(slices.Clone(pushers), func(p facts.Person) bool { return facts.Contains(others, p) })
	return out, pushers, mergers
}

// pusher is who pushed the commit, if that is known.
func pusher(c facts.PullCommit) []facts.Person {
	if c.Pusher.ID == 0 {
		return nil
	}
	return []facts.Person{c.Pusher}
}

// changesNothing reports whether a commit is a merge of two, was pushed alone, and is known to have each file as it
// follows from these two: one that only one of them changed since they parted as that one has it. What both changed
// cannot be told from what somebody wrote.
func (d *pullDesk) changesNothing(c facts.PullCommit) bool {
	if len(c.Parents) != 2 || !d.pushedAlone(c) {
		return false
	}
	ours, theirs := c.Parents[0], c.Parents[1]
	root, parted := d.Forked[facts.Span{Base: ours, Head: theirs}].Get()
	_, listed := d.Pull.Files.Get()
	paths := d.paths()
	if !parted || !listed || !d.foundAsListed(paths) {
		return false
	}
	return !slices.ContainsFunc(paths, func(path string) bool {
		kept := func(from, to string) bool { return d.alike(from, to, []string{path}) }
		switch {
		case kept(ours, theirs), kept(root, theirs):
			return !kept(c.SHA, ours)
		case kept(root, ours):
			return !kept(c.SHA, theirs)
		}
		return true
	})
}

// pushedAlone reports whether what a commit follows was pushed before it. GitHub tells of the last commit of each
// push who pushed it; what came with that may name anybody.
func (d *pullDesk) pushedAlone(c facts.PullCommit) bool {
	commits, _ := d.Pull.Commits.Get()
	return c.Pusher.ID == 0 || !slices.ContainsFunc(commits, func(before facts.PullCommit) bool {
		return slices.Contains(c.Parents, before.SHA) && before.Pusher.ID == 0
	})
}

// paths are all paths that the pull request changes, under every name.
func (d *pullDesk) paths() []string {
	var out []string
	files, _ := d.Pull.Files.Get()
	for _, f := range files {
		out = append(out, f.Paths()...)
	}
	return out
}

// same reports whether a yes to the commit is for what the files are, and what is changed in them, at the head.
func (d *pullDesk) same(commit string, files []string) bool {
	if commit == d.Pull.Head {
		return true
	}
	return !d.mergedOver(commit) && d.sameChange(commit, d.Pull.Head, files)
}

// sameChange reports whether the change of the files is known to be the same at a commit and at a later one: they
// are what they were, and were the same where each of the two left the base branch. A merge or a rebase that throws
// the base's changes away leaves files as they were approved, but takes from the base what nobody approved.
func (d *pullDesk) sameChange(before, after string, files []string) bool {
	if !d.alike(before, after, files) {
		return false
	}
	if d.onTopOf(before, after) {
		return true
	}
	from, ok := d.Forked[d.fromBase(before)].Get()
	to, known := d.Forked[d.fromBase(after)].Get()
	return ok && known && (from == to || d.alike(from, to, files))
}

// fromBase asks where a commit left the base branch.
func (d *pullDesk) fromBase(commit string) facts.Span {
	return facts.Span{Base: d.Pull.Base, Head: commit}
}

// onTopOf reports whether only commits of the pull request itself lie between the two, one after the other: nothing
// of the base branch came in.
func (d *pullDesk) onTopOf(before, after string) bool {
	commits, _ := d.Pull.Commits.Get()
	parents := map[string][]string{}
	for _, c := range commits {
		parents[c.SHA] = c.Parents
	}
	for range commits {
		if after == before {
			return parents[before] != nil
		}
		if len(parents[after]) != 1 {
			return false
		}
		after = parents[after][0]
	}
	return false
}

// mergedOver reports whether a merge commit came after the commit, and the config asks for a new yes then.
func (d *pullDesk) mergedOver(commit string) bool {
	if d.rules.Approvals.KeepOnBaseMerge {
		return false
	}
	commits, _ := d.Pull.Commits.Get()
	i := slices.IndexFunc(commits, func(c facts.PullCommit) bool { return c.SHA == commit })
	return slices.ContainsFunc(commits[i+1:], func(c facts.PullCommit) bool { return len(c.Parents) > 1 })
}

// alike reports whether the files are known to be the same at both commits.
func (d *pullDesk) alike(a, b string, files []string) bool {
	at, ok := d.Contents[a].Get()
	then, known := d.Contents[b].Get()
	if !ok || !known || (a == d.Pull.Head || b == d.Pull.Head) && !d.foundAsListed(files) {
		return false
	}
	return !slices.ContainsFunc(files, func(f string) bool {
		x, there := at[f]
		y, also := then[f]
		return !there || !also || x != y
	})
}

// foundAsListed reports whether the files were found at the head as GitHub lists them: a path that it cannot look up
// would be absent everywhere, and so the same.
func (d *pullDesk) foundAsListed(files []string) bool {
	at, _ := d.Contents[d.Pull.Head].Get()
	listed, _ := d.Pull.Files.Get()
	return !slices.ContainsFunc(listed, func(f facts.PullFile) bool {
		return !f.Removed && f.Blob != "" && slices.Contains(files, f.Path) && at[f.Path].Blob != f.Blob
	})
}
