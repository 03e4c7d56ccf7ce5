package engine

import (
	"slices"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// maxMergedPaths is how many files a pull request may change for a merge commit in it to be looked into;
// beyond that whoever made one counts as having written something.
const maxMergedPaths = 300

// Lacks lists what else has to be read to judge the pull request: what the files were at commits that
// somebody approved and where those left the base branch, what a merge commit changed, and which commit an earlier
// yes was for.
func (s PullSnapshot) Lacks() PullLack {
	if s.Gone || s.Pull.Closed || s.Pull.OfQueue || s.younger() || s.Rules.Policy == nil {
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
	for _, commit := range []string{before, after} {
		if !slices.Contains(d.Asked.Forked, commit) && !slices.Contains(l.Forked, commit) {
			l.Forked = append(l.Forked, commit)
		}
	}
	from, ok := d.Forked[before].Get()
	to, known := d.Forked[after].Get()
	if ok && known && from != to {
		d.want(l, from, files)
		d.want(l, to, files)
	}
}

// lacksMerged asks what a merge commit changed, where somebody who approved made it and wrote nothing else.
func (d *pullDesk) lacksMerged(l *PullLack) {
	paths := d.paths()
	commits, _ := d.Pull.Commits.Get()
	if len(paths) > maxMergedPaths || d.question.Contributors == nil {
		return
	}
	var wrote []facts.Person
	for _, c := range commits {
		if len(c.Parents) < 2 {
			wrote = facts.Union(wrote, c.Authors)
		}
	}
	for _, c := range commits {
		if len(c.Parents) < 2 || !slices.ContainsFunc(d.question.Said, func(s checks.Said) bool {
			return s.Word == checks.WordYes && facts.Contains(c.Authors, s.Person) && !facts.Contains(wrote, s.Person)
		}) {
			continue
		}
		d.lacksChange(l, c.Parents[0], c.SHA, paths)
	}
}
