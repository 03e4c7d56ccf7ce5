package engine

import (
	"slices"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

// maxMergedPaths is how many files a pull request may change for its merge commits to be looked into, and maxMerges
// into how many, the newest; beyond that whoever made one counts as having written something.
const (
	maxMergedPaths = 300
	maxMerges      = 20
)

// Lacks lists what else has to be read to judge the pull request: what the files were at commits that
// somebody approved and where those left the base branch, what a merge commit changed, and which commit an earlier
// yes was for.
func (s PullSnapshot) Lacks() PullLack {
	if s.Gone || s.Pull.Closed || s.Rules.Policy == nil {
		return PullLack{}
	}
	d := s.desk(Signer{})
	l := PullLack{Contents: map[string][]string{}, Earlier: d.lacksEarlier(), States: d.rules.LooksAtStatuses() && !d.Asked.States}
	d.lacksApproved(&l)
	d.lacksExcused(&l)
	d.lacksMerged(&l)
	return l
}

// want asks for files at a commit that were not asked for yet.
func (d *pullDesk) want(l *PullLack, commit string, paths []string) {
	for _, p := range paths {
		if !slices.Contains(d.Asked.Contents[commit], p) && !slices.Contains(l.Contents[commit], p) {
			l.Contents[commit] = append(l.Contents[commit], p)
		}
	}
}

// wantForks asks where commits parted of which that was not asked yet.
func (d *pullDesk) wantForks(l *PullLack, spans ...facts.Span) {
	for _, span := range spans {
		if !slices.Contains(d.Asked.Forked, span) && !slices.Contains(l.Forked, span) {
			l.Forked = append(l.Forked, span)
		}
	}
}

// lacksApproved asks for the files that a yes to an older commit would count for, there and at the head; and for what
// else tells whether the newest such yes of each holds. One before that which alone would hold is asked for anew.
func (d *pullDesk) lacksApproved(l *PullLack) {
	if d.question.Every {
		return
	}
	for _, n := range d.assent.Needs {
		for _, c := range n.Candidates {
			d.lacksYes(l, c.Person, n.Files)
		}
	}
}

// lacksExcused asks for the same of what somebody said need not be measured.
func (d *pullDesk) lacksExcused(l *PullLack) {
	files := d.toMeasure()
	standing(d.entries, func(e Entry, _ int, cmd Command) {
		at := d.bound[e.Comment.ID]
		if cmd.Name == lifecycle.NoMetrics && at != "" && at != d.Pull.Head && len(files) > 0 && !d.mergedOver(at) {
			d.lacksChange(l, at, d.Pull.Head, files)
		}
	})
}

func (d *pullDesk) lacksYes(l *PullLack, p facts.Person, files []string) {
	found := false
	for _, s := range slices.Backward(d.question.Said) {
		switch {
		case !s.Person.Is(p) || s.Word != checks.WordYes || s.Commit == "" || s.Commit == d.Pull.Head || d.mergedOver(s.Commit):
		case found:
		case d.alike(s.Commit, d.Pull.Head, files):
			found = true
			d.lacksChange(l, s.Commit, d.Pull.Head, files)
		default:
			d.want(l, s.Commit, files)
			d.want(l, d.Pull.Head, files)
		}
	}
}

// lacksChange asks for what [pullDesk.sameChange] looks at: for the files at both commits; where they are alike, for
// where the two left the base branch; and for the files there.
func (d *pullDesk) lacksChange(l *PullLack, before, after string, files []string) {
	d.want(l, before, files)
	d.want(l, after, files)
	if d.onTopOf(before, after) || !d.alike(before, after, files) {
		return
	}
	d.wantForks(l, d.fromBase(before), d.fromBase(after))
	from, ok := d.Forked[d.fromBase(before)].Get()
	to, known := d.Forked[d.fromBase(after)].Get()
	if ok && known && from != to {
		d.want(l, from, files)
		d.want(l, to, files)
	}
}

// lacksMerged asks what the newest merge commits changed, where that takes a yes or an excuse from somebody, or is not
// the bot's whose pull request it is; and for what else tells of it.
func (d *pullDesk) lacksMerged(l *PullLack) {
	paths := d.paths()
	commits, _ := d.Pull.Commits.Get()
	if len(paths) > maxMergedPaths {
		return
	}
	names, pushers, _ := d.wrote(func(c facts.PullCommit) bool { return len(c.Parents) < 2 })
	excuse := d.excusing()
	takes := func(c facts.PullCommit, p facts.Person) bool {
		if p.Is(d.Pull.Author) || facts.Contains(pushers, p) || !p.Is(c.Pusher) && facts.Contains(names, p) {
			return false // it is taken already
		}
		return facts.Contains(excuse, p) || d.rules.Approvals.Contributors != policy.ContributorsAllow && d.mayApprove(p)
	}
	looked := 0
	for _, c := range slices.Backward(commits) {
		if len(c.Parents) != 2 || looked == maxMerges || !d.pushedAlone(c) || (!d.isBot(d.Pull.Author) || d.byBots(c)) &&
			!slices.ContainsFunc(facts.Union(c.Authors, pusher(c)), func(p facts.Person) bool { return takes(c, p) }) {
			continue
		}
		looked++
		d.lacksMerge(l, c, paths)
	}
}

// lacksMerge asks for what [pullDesk.changesNothing] looks at.
func (d *pullDesk) lacksMerge(l *PullLack, c facts.PullCommit, paths []string) {
	for _, commit := range []string{c.Parents[0], c.Parents[1], c.SHA, d.Pull.Head} {
		d.want(l, commit, paths)
	}
	parted := facts.Span{Base: c.Parents[0], Head: c.Parents[1]}
	d.wantForks(l, parted)
	if root, known := d.Forked[parted].Get(); known {
		d.want(l, root, paths)
	}
}

// excusing are those who said that nothing need be measured.
func (d *pullDesk) excusing() (out []facts.Person) {
	standing(d.entries, func(e Entry, _ int, cmd Command) {
		if cmd.Name == lifecycle.NoMetrics {
			out = facts.Union(out, []facts.Person{e.Comment.Author})
		}
	})
	return out
}

// mayApprove reports whether an approval is asked for and somebody holds a role, or was lent one.
func (d *pullDesk) mayApprove(p facts.Person) bool {
	return len(d.question.Needs) > 0 && (len(d.Roster.RolesOf(p)) > 0 ||
		slices.ContainsFunc(d.question.Delegations, func(l facts.Delegation) bool { return l.To.Is(p) }))
}
