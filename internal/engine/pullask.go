package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
)

// maxReviewers is of how many people and teams GitHub lets a review be asked.
const maxReviewers = 15

// toAsk are those who are awaited and are to be asked for a review: each once. A request that somebody else
// took away is not made again.
func (d *pullDesk) toAsk() []facts.Reviewer {
	var out []facts.Reviewer
	for _, r := range d.awaited() {
		if !d.isAsked(r) && !d.askedBefore(r) && !d.turnedDown(r) && len(out) < maxReviewers {
			out = append(out, r)
		}
	}
	return out
}

// reviewerName is the reviewer as the ledger has them.
func reviewerName(r facts.Reviewer) string {
	if r.Team != "" {
		return strings.ToLower(r.Team)
	}
	return fmt.Sprint(r.Person.ID)
}

// attempt is what the ledger notes of asking the reviewer now: who it is, and what happened last before.
func (d *pullDesk) attempt(r facts.Reviewer) string {
	name := reviewerName(r)
	if last := d.lastRequest(r); last != nil {
		name += "@" + last.At.UTC().Format(time.RFC3339)
	}
	return name
}

// turnedDown reports whether GitHub did not let the reviewer be asked: Phasegate tried, and nothing came of it.
func (d *pullDesk) turnedDown(r facts.Reviewer) bool {
	return slices.Contains(d.ledger.Asked, d.attempt(r))
}

// tried are the newest attempts at asking those who are awaited, with those that are made just before this is noted.
func (d *pullDesk) tried() []string {
	var out []string
	before := d.observing() || !d.passesNow(RolesCheck) // see decide
	for _, r := range d.awaited() {
		i := slices.IndexFunc(d.ledger.Asked, func(noted string) bool {
			name, _, _ := strings.Cut(noted, "@")
			return name == reviewerName(r)
		})
		switch {
		case before && slices.ContainsFunc(d.asking, r.Is):
			out = append(out, d.attempt(r))
		case i >= 0:
			out = append(out, d.ledger.Asked[i])
		}
	}
	return out
}

// askReviews asks for reviews, and takes back the requests that are no longer needed.
func (d *pullDesk) askReviews() {
	awaited := d.awaited()
	ask, unask := AskReview{Pull: d.Pull.Number}, UnaskReview{Pull: d.Pull.Number}
	for _, r := range d.asking {
		ask.People, ask.Teams = addReviewer(r, ask.People, ask.Teams)
	}
	for _, r := range d.Pull.Requested {
		if d.ownRequest(r) && !slices.ContainsFunc(awaited, func(a facts.Reviewer) bool { return a.Is(r) || d.isMember(r, a) }) {
			unask.People, unask.Teams = addReviewer(r, unask.People, unask.Teams)
		}
	}
	if len(ask.People)+len(ask.Teams) > 0 {
		d.effects = append(d.effects, ask)
	}
	if len(unask.People)+len(unask.Teams) > 0 {
		d.effects = append(d.effects, unask)
	}
}

func addReviewer(r facts.Reviewer, people, teams []string) ([]string, []string) {
	if r.Team != "" {
		return people, append(teams, r.Team)
	}
	return append(people, r.Person.Login), teams
}

// awaited are the people and teams that are asked: of what is missing, the teams that the config names, and
// the people whom it names or who stand in. Nobody is asked about a draft.
func (d *pullDesk) awaited() []facts.Reviewer {
	if d.Pull.Draft || len(d.Pull.Sharing) > 0 || d.unlisted() != "" {
		return nil
	}
	var out []facts.Reviewer
	add := func(r facts.Reviewer) {
		if !slices.ContainsFunc(out, r.Is) {
			out = append(out, r)
		}
	}
	for _, n := range d.assent.Needs {
		if n.Met() {
			continue
		}
		missing := n.Missing()
		for _, c := range n.Candidates {
			if !facts.Contains(missing, c.Person) {
				continue
			}
			if team := d.teamOf(c); team != "" {
				add(facts.Reviewer{Team: team})
			} else {
				add(facts.Reviewer{Person: c.Person})
			}
		}
	}
	return out
}

// teamOf is the first team by which somebody holds the role they answer with; "" for one whom the config names, or
// who acts for somebody else.
func (d *pullDesk) teamOf(c checks.Candidate) string {
	if c.Via == checks.ViaDelegation {
		return ""
	}
	team := ""
	for _, h := range d.Rules.Policy.RoleHolders(c.Role) {
		switch {
		case !h.IsTeam() && strings.EqualFold(h.Login, c.Person.Login):
			return ""
		case team == "" && h.IsTeam() && d.Roster.InTeam(c.Person, h.String()):
			team = h.String()
		}
	}
	return team
}

// isAsked reports whether a review is asked of r at the moment, or of a member in the place of a team.
func (d *pullDesk) isAsked(r facts.Reviewer) bool {
	standIns := d.standIns(r)
	return slices.ContainsFunc(d.Pull.Requested, func(asked facts.Reviewer) bool {
		return asked.Is(r) || slices.ContainsFunc(standIns, func(q *facts.ReviewRequest) bool { return q.Reviewer.Is(asked) })
	})
}

// isMember reports whether r is a person in the team.
func (d *pullDesk) isMember(r, team facts.Reviewer) bool {
	return r.Team == "" && team.Team != "" && d.Roster.InTeam(r.Person, team.Team)
}

// assigning is how long GitHub takes to ask members in the place of a team.
const assigning = 10 * time.Second

func together(a, b facts.ReviewRequest) bool { return a.At.Sub(b.At).Abs() <= assigning }

// standIns are the requests that GitHub made in the place of a team when that was asked last: a team with auto
// assignment is taken off again, and some of its members are asked. In whose name is not documented: see
// https://docs.github.com/organizations/organizing-members-into-teams/managing-code-review-settings-for-your-team
func (d *pullDesk) standIns(team facts.Reviewer) []*facts.ReviewRequest {
	asked, off := -1, -1
	for i, q := range d.Pull.Asked {
		switch {
		case team.Team == "" || !q.Reviewer.Is(team):
		case q.Removed:
			off = i
		default:
			asked, off = i, -1
		}
	}
	all := d.Pull.Asked
	if off < 0 || asked >= 0 && !together(all[asked], all[off]) {
		return nil
	}
	var out []*facts.ReviewRequest
	for i := asked + 1; i < len(all); i++ {
		if q := &all[i]; !q.Removed && d.isMember(q.Reviewer, team) && q.Own == all[off].Own && q.By.Is(all[off].By) && together(*q, all[off]) {
			out = append(out, q)
		}
	}
	return out
}

// standsIn reports whether GitHub made a request in the place of a team; own asks for one that Phasegate asked.
func (d *pullDesk) standsIn(q *facts.ReviewRequest, own bool) bool {
	return slices.ContainsFunc(d.Pull.Asked, func(of facts.ReviewRequest) bool {
		return (of.Own || !own) && slices.Contains(d.standIns(of.Reviewer), q)
	})
}

// ownRequest reports whether the newest request of a review by r is Phasegate's, or stands for one of Phasegate's.
func (d *pullDesk) ownRequest(r facts.Reviewer) bool {
	last := d.lastRequest(r)
	return last != nil && !last.Removed && (last.Own || d.standsIn(last, true))
}

// requests are the changes of whether r is asked, oldest first.
func (d *pullDesk) requests(r facts.Reviewer) []*facts.ReviewRequest {
	var out []*facts.ReviewRequest
	for i := range d.Pull.Asked {
		if q := &d.Pull.Asked[i]; q.Reviewer.Is(r) {
			out = append(out, q)
		}
	}
	return out
}

// lastRequest is the newest change of whether r is asked; nil for none.
func (d *pullDesk) lastRequest(r facts.Reviewer) *facts.ReviewRequest {
	if all := d.requests(r); len(all) > 0 {
		return all[len(all)-1]
	}
	return nil
}

// askedBefore reports whether r was asked for the same before: somebody took the request away, r did not review
// since, or did review what is there now. Who reviewed something older or another change, or whose review was
// dismissed, is asked again; a team as long as none of the members in its place was asked so and is awaited still.
func (d *pullDesk) askedBefore(r facts.Reviewer) bool {
	if standIns := d.standIns(r); len(standIns) > 0 {
		return slices.ContainsFunc(standIns, func(q *facts.ReviewRequest) bool {
			return d.isMissing(q.Reviewer.Person) && d.askedBefore(q.Reviewer)
		})
	}
	last := d.lastRequest(r)
	switch {
	case last == nil:
		return false
	case last.Own && last.Removed: // GitHub may take a team off at once, too, for a member who is asked already
		return d.takenOff(r) && slices.ContainsFunc(d.Pull.Requested, func(asked facts.Reviewer) bool { return d.isMember(asked, r) })
	case last.Removed:
		return true
	}
	for _, v := range slices.Backward(d.Pull.Reviews) {
		if !v.At.Before(last.At) && (r.Team != "" || v.Author.Is(r.Person)) {
			return v.Commit == d.Pull.Head && v.State != facts.ReviewDismissed && !d.outdated(checks.Said{Commit: v.Commit, At: v.At})
		}
	}
	return true
}

// takenOff reports whether r was taken off the list as soon as it was asked last.
func (d *pullDesk) takenOff(r facts.Reviewer) bool {
	all := d.requests(r)
	n := len(all)
	return n > 0 && all[n-1].Removed && (n == 1 || !all[n-2].Removed && together(*all[n-2], *all[n-1]))
}

// isMissing reports whether the person's yes is awaited.
func (d *pullDesk) isMissing(p facts.Person) bool {
	return slices.ContainsFunc(d.assent.Needs, func(n checks.Need) bool { return !n.Met() && facts.Contains(n.Missing(), p) })
}

// setsAside reports whether a request of a review by a person, at that time, says that what they said before counts no
// longer: they had reviewed, or been asked, before. Whom GitHub asks by itself as an owner of the code may have said it in
// the conversation, which it does not know.
func (d *pullDesk) setsAside(p facts.Person, at time.Time, askedBefore bool) bool {
	if askedBefore && !slices.ContainsFunc(d.Pull.CodeOwners, facts.Reviewer{Person: p}.Is) {
		return true
	}
	return slices.ContainsFunc(d.Pull.Reviews, func(v facts.Review) bool { return v.Author.Is(p) && !v.At.After(at) })
}

// askedAt is when a review was last asked of the person, not of a team of theirs; zero where it is not asked.
func (d *pullDesk) askedAt(p facts.Person) time.Time {
	r := facts.Reviewer{Person: p}
	if slices.ContainsFunc(d.asking, r.Is) {
		return d.Now
	}
	if last := d.lastRequest(r); last != nil && !last.Removed && d.isAsked(r) && !d.standsIn(last, false) {
		return last.At
	}
	return time.Time{}
}
