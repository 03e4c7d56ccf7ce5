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
// somebody approved, what a merge commit changed, and which commit an earlier yes was for.
func (s PullSnapshot) Lacks() PullLack {
	if s.Gone || s.Pull.Closed || s.Rules.Policy == nil {
		return PullLack{}
	}
	d := s.desk(Signer{})
	l := PullLack{Contents: map[string][]string{}, Earlier: d.lacksEarlier(), States: d.rules.LooksAtStatuses() && !d.Asked.States}
	d.lacksApproved(&l)
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

// lacksEarlier reports whether there is a counted yes in the conversation of which the head's run, which is
// not there yet, does not say what it was for.
func (d *pullDesk) lacksEarlier() bool {
	if d.Asked.Earlier || d.run(RolesCheck) != nil {
		return false
	}
	found := false
	standing(d.entries, func(e Entry, _ int, cmd Command) {
		found = found || cmd.Name == lifecycle.Approve && e.Comment.Answer == facts.Counted && d.ledger.For[e.Comment.ID] == ""
	})
	return found
}

// lacksApproved asks for the files that a yes to an older commit would count for, there and at the head.
func (d *pullDesk) lacksApproved(l *PullLack) {
	if d.question.Every {
		return
	}
	for _, s := range d.question.Said {
		if s.Word != checks.WordYes || s.Commit == "" || s.Commit == d.Pull.Head {
			continue
		}
		for _, n := range d.assent.Needs {
			if slices.ContainsFunc(n.Candidates, func(c checks.Candidate) bool { return c.Person.Is(s.Person) }) {
				d.want(l, s.Commit, n.Files)
				d.want(l, d.Pull.Head, n.Files)
			}
		}
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
		d.want(l, c.SHA, paths)
		d.want(l, c.Parents[0], paths)
	}
}
